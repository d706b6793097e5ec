//! Which statements show the same account.

use model::ledger::{Grade, LedgerAccount};
use model::proof::ProofStatus;
use model::statement::{Statement, StatementKind};
use model::{Period, Text};

use super::{currency, evidence};
use crate::DocumentView;
use crate::names::same_person;

/// One statement of a document, with its place.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) document: u32,
    pub(super) number: u32,
    pub(super) statement: &'a Statement,
    /// Signed by its issuer, as far as a trusted root vouches for it.
    pub(super) signed: bool,
}

/// An account and the statements that show it, in the order given.
pub(super) struct Group<'a> {
    pub(super) account: LedgerAccount,
    pub(super) statements: Vec<Placed<'a>>,
}

pub(super) fn group<'a>(documents: &[DocumentView<'a>]) -> Vec<Group<'a>> {
    let mut groups: Vec<Vec<Placed<'a>>> = Vec::new();
    for (document, view) in documents.iter().enumerate() {
        for (number, statement) in view.statements.iter().enumerate() {
            if !is_account(statement.kind) {
                continue;
            }
            let signed = evidence::is_signed_by_issuer(view.facts, &statement.issuer);
            let placed = Placed { document: super::number(document), number: super::number(number), statement, signed };
            match find(&groups, statement).and_then(|index| groups.get_mut(index)) {
                Some(group) => group.push(placed),
                None => groups.push(vec![placed]),
            }
        }
    }
    groups.into_iter().map(|statements| Group { account: account(&statements), statements }).collect()
}

const fn is_account(kind: StatementKind) -> bool {
    matches!(kind, StatementKind::Wallet | StatementKind::DepositAccount | StatementKind::CreditCard)
}

/// The group this statement belongs to. A statement that does not say whose it is joins the one group of its issuer
/// and kind that it may belong to: taken for another account, each of its events would count twice.
fn find(groups: &[Vec<Placed<'_>>], statement: &Statement) -> Option<usize> {
    let mut possible = None;
    let mut possible_count = 0;
    for (index, group) in groups.iter().enumerate() {
        let answers = || group.iter().map(|placed| same_account(placed.statement, statement));
        if answers().any(|same| same == Some(true)) {
            return Some(index);
        }
        if answers().all(|same| same.is_none()) {
            possible = possible.or(Some(index));
            possible_count += 1;
        }
    }
    possible.filter(|_| possible_count == 1)
}

/// `None` when the documents do not tell.
fn same_account(a: &Statement, b: &Statement) -> Option<bool> {
    let same_line = a.kind == b.kind && a.issuer == b.issuer && currency::of(a) == currency::of(b);
    if !same_line {
        return Some(false);
    }
    if let (Some(a), Some(b)) = (&a.account, &b.account) {
        return Some(numbers_agree(a.value.reveal(), b.value.reveal()));
    }
    match (holder(a), holder(b)) {
        // One person may have two cards of a bank, but hardly two unnamed wallets of one issuer.
        (Some(a_name), Some(b_name)) if same_person(a_name, b_name) => {
            (a.kind == StatementKind::Wallet).then_some(true)
        }
        // A wallet prints a nickname in one export and the real name in another; a mask hides any name.
        (Some(a_name), Some(b_name)) => {
            let tells = a.kind != StatementKind::Wallet && !a_name.contains('*') && !b_name.contains('*');
            tells.then_some(false)
        }
        _ => None,
    }
}

/// Whether two printed numbers may be one account's. Issuers mask different parts in different exports, so the parts
/// that both show must agree, at least at one end.
fn numbers_agree(a: &str, b: &str) -> bool {
    let clean = |number: &str| -> Vec<char> { number.chars().filter(|c| !c.is_whitespace() && *c != '-').collect() };
    let (a, b) = (clean(a), clean(b));
    let masked = |number: &[char]| number.iter().any(|c| is_mask(*c));
    if !masked(&a) && !masked(&b) {
        let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
        // Some exports name a card by its last four digits only.
        return a == b || (short.len() == 4 && long.ends_with(short));
    }
    let shown = |number: &[char], from_end: bool| -> usize {
        let visible = |c: &char| !is_mask(*c);
        if from_end {
            number.iter().rev().take_while(|c| visible(c)).count()
        } else {
            number.iter().take_while(|c| visible(c)).count()
        }
    };
    let head = shown(&a, false).min(shown(&b, false));
    let tail = shown(&a, true).min(shown(&b, true));
    let heads_agree = a.iter().take(head).eq(b.iter().take(head));
    let tails_agree = a.iter().rev().take(tail).eq(b.iter().rev().take(tail));
    head + tail > 0 && heads_agree && tails_agree
}

const fn is_mask(character: char) -> bool {
    matches!(character, '*' | '＊' | 'x' | 'X' | '•')
}

fn holder(statement: &Statement) -> Option<&str> {
    statement.holder.name.as_ref().map(|name| name.value.reveal().as_str())
}

fn account(statements: &[Placed<'_>]) -> LedgerAccount {
    let first = statements.first().map(|placed| placed.statement);
    let shown = || statements.iter().map(|placed| placed.statement);
    let grades = || statements.iter().map(|placed| statement_grade(placed.statement.proof.status, placed.signed));
    LedgerAccount {
        kind: first.map_or(StatementKind::Unknown, |statement| statement.kind),
        issuer: first.map(|statement| statement.issuer.clone()).unwrap_or_default(),
        tail: shown().find_map(|statement| statement.account.as_ref()?.value.tail()).map(Text::from),
        currency: shown().find_map(currency::of).map(Text::from),
        currency_assumed: shown().all(|statement| statement.currency.is_none())
            && shown().any(|s| currency::of(s).is_some()),
        statements: statements.iter().map(|placed| (placed.document, placed.number)).collect(),
        covered: merged(shown().filter_map(covered).collect()),
        proven: shown().all(|statement| statement.proof.status.is_proof()),
        grade: grades().filter(|grade| *grade != Grade::E).max().unwrap_or(Grade::E),
    }
}

/// What a statement is worth on its own (catalogue, 4.0). A needs its issuer's signature, B a second issuer.
pub(super) const fn statement_grade(status: ProofStatus, signed: bool) -> Grade {
    match status {
        ProofStatus::Proven if signed => Grade::A,
        ProofStatus::Proven => Grade::C,
        ProofStatus::Repaired => Grade::D,
        ProofStatus::Consistent | ProofStatus::Unproven | ProofStatus::Contradicted => Grade::E,
    }
}

/// The days a statement shows: as printed, but not beyond the day it was made; else from its first row to its last.
fn covered(statement: &Statement) -> Option<Period> {
    let dates = || statement.transactions.iter().filter_map(|row| row.time).map(|when| when.date);
    let rows = || Period::new(dates().min()?, dates().max()?);
    let Some(printed) = statement.period.as_ref().map(|period| period.value) else { return rows() };
    match &statement.issued {
        Some(issued) => Period::new(printed.from, printed.to.min(issued.value.date)).or_else(rows),
        None => Some(printed),
    }
}

/// In order, without overlaps; periods that touch are one.
fn merged(mut periods: Vec<Period>) -> Vec<Period> {
    periods.sort_by_key(|period| (period.from, period.to));
    let mut result: Vec<Period> = Vec::new();
    for period in periods {
        match result.last_mut() {
            Some(last) if touches(*last, period) => last.to = last.to.max(period.to),
            _ => result.push(period),
        }
    }
    result
}

fn touches(earlier: Period, later: Period) -> bool {
    later.from <= earlier.to || earlier.to.tomorrow().is_ok_and(|next| later.from == next)
}
