//! Z09: two exports of one account must show the same rows where they overlap.
//!
//! Rows are matched one to one: by day, amount and balance; then by the issuer's reference; then by amount and balance
//! within a few days, as one export prints when a row happened and another when it was booked. The first and the last
//! day of the overlap are left out: an export made at noon lacks the afternoon.
//! Innocent: an export made before the day was over, rows that a wallet's owner deleted (medium).

use std::collections::HashMap;
use std::hash::Hash;

use jiff::civil::Date;
use model::dates::days_between;
use model::finding::Severity;
use model::ledger::LedgerAccount;
use model::problem::ProblemCode;
use model::statement::{Flow, Statement, StatementKind, Transaction};
use model::{Money, Period};

use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, Subject, Summary, Verdict, subjects};
use super::{Check, View};

pub const CHECK: Check = Check { code: "overlapping_exports_agree", severity: Severity::Critical, run };

/// Between the day of a payment and the day it is booked, over a weekend.
const BOOKING_DAYS_MAX: i64 = 3;

fn run(view: &View<'_>) -> Verdict {
    let mut failures = Vec::new();
    let (mut compared, mut unsure) = (0_usize, 0_usize);
    for account in &view.ledger.accounts {
        for (first, second, overlap) in overlaps(view, account) {
            match compare(view, first, second, overlap) {
                Comparison::Agrees => compared += 1,
                Comparison::Unsure => unsure += 1,
                Comparison::Differs(failure) => failures.push(failure),
            }
        }
    }
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    if compared > 0 {
        return Verdict::Passes(Summary::new(
            format!("同一账户的 {compared} 处重叠期间逐笔一致"),
            format!("{compared} overlap(s) of exports of one account agree row by row"),
        ));
    }
    if unsure > 0 {
        return Verdict::NotRun(Summary::new(
            "重叠的流水有未能读出的行，或无法确认是同一账户，不能逐笔比对",
            "an overlapping export has rows that could not be read, or may be of another account",
        ));
    }
    Verdict::NotApplicable(Summary::new("没有同一账户期间重叠的流水", "no two exports of one account overlap"))
}

/// Pairs of the account's statements with the days that both cover in full.
fn overlaps<'a>(view: &'a View<'_>, account: &LedgerAccount) -> Vec<(Subject<'a>, Subject<'a>, Period)> {
    let mut shown: Vec<Subject<'a>> =
        subjects(view).filter(|subject| account.statements.contains(&(subject.document, subject.statement))).collect();
    shown.sort_by_key(|subject| (subject.document, subject.statement));
    let mut pairs = Vec::new();
    for (index, first) in shown.iter().enumerate() {
        for second in shown.iter().skip(index + 1) {
            let Some((one, other)) = period(first.content).zip(period(second.content)) else { continue };
            let Some(overlap) = one.overlap(other) else { continue };
            let inner = overlap.from.tomorrow().ok().zip(overlap.to.yesterday().ok());
            if let Some(inner) = inner.and_then(|(from, to)| Period::new(from, to)) {
                pairs.push((*first, *second, inner));
            }
        }
    }
    pairs
}

fn period(statement: &Statement) -> Option<Period> {
    if let Some(printed) = &statement.period {
        return Some(printed.value);
    }
    let dates = || statement.transactions.iter().filter_map(|row| Some(row.time?.date));
    Period::new(dates().min()?, dates().max()?)
}

enum Comparison {
    Agrees,
    /// Rows are missing on one side, but that side has rows that could not be read; or nothing but their issuer says
    /// that the two show one account.
    Unsure,
    Differs(Failure),
}

fn compare(view: &View<'_>, first: Subject<'_>, second: Subject<'_>, overlap: Period) -> Comparison {
    let (one, other) = (dated(first.content), dated(second.content));
    let balances = prints_balances(&one) && prints_balances(&other);
    let mut pairing = Pairing::new(&one, &other);
    pairing.pair(|(row, date)| Some((*date, row.amount, row.flow, row.balance.filter(|_| balances))), |_, _| true);
    let contradicted = pairing.contradicted();
    pairing.pair(
        |(row, _)| Some((row.amount, row.flow, row.balance.filter(|_| balances))),
        |date, other| days_between(date, other).abs() <= BOOKING_DAYS_MAX,
    );
    let within = |rows: Vec<&Dated<'_>>| -> Vec<Transaction> {
        let inner = rows.into_iter().filter(|(row, date)| overlap.contains(*date) && row.status.counts());
        inner.map(|(row, _)| (*row).clone()).collect()
    };
    if let Some((row, against)) = contradicted.first() {
        return Comparison::Differs(Failure {
            severity: None,
            zh: format!(
                "同一账户的第 {} 份和第 {} 份材料中，同一流水号的金额不同，共 {} 处",
                first.document_number(),
                second.document_number(),
                contradicted.len()
            ),
            en: format!(
                "documents {} and {} show one account, yet the same reference has different amounts; {} place(s)",
                first.document_number(),
                second.document_number(),
                contradicted.len()
            ),
            expected: Some(place::dated(row.time, row.amount).into()),
            found: Some(place::dated(against.time, against.amount).into()),
            evidence: contradicted
                .iter()
                .take(EVIDENCE_MAX / 2)
                .flat_map(|(row, against)| [first.evidence(Some(&row.source)), second.evidence(Some(&against.source))])
                .collect(),
        });
    }
    let (only_first, only_second) = (within(pairing.left_over()), within(pairing.not_taken()));
    if only_first.is_empty() && only_second.is_empty() {
        return Comparison::Agrees;
    }
    // Without a number on both, exports without a row in common are those of two accounts.
    let numbered = [first, second].iter().all(|subject| subject.content.account.is_some());
    if !numbered && pairing.left.iter().all(Option::is_none) {
        return Comparison::Unsure;
    }
    let unread = |subject: Subject<'_>, missing: &[Transaction]| !missing.is_empty() && has_holes(view, subject);
    if unread(second, &only_first) || unread(first, &only_second) {
        return Comparison::Unsure;
    }
    // An owner can delete rows in a wallet, or export only some: what is missing there was not necessarily forged.
    let severity = (first.content.kind == StatementKind::Wallet).then_some(Severity::Medium);
    let show = |row: Option<&Transaction>| row.map(|row| place::dated(row.time, row.amount).into());
    let (expected, found) = match only_first.first() {
        Some(row) => (show(Some(row)), None),
        None => (None, show(only_second.first())),
    };
    let evidence = only_first.iter().map(|row| first.evidence(Some(&row.source)));
    Comparison::Differs(Failure {
        severity,
        zh: format!(
            "同一账户的第 {} 份和第 {} 份材料在 {} 至 {} 不一致：前者独有 {} 笔，后者独有 {} 笔",
            first.document_number(),
            second.document_number(),
            overlap.from,
            overlap.to,
            only_first.len(),
            only_second.len()
        ),
        en: format!(
            "documents {} and {} show one account but differ from {} to {}: {} row(s) only in the first, {} only in the second",
            first.document_number(),
            second.document_number(),
            overlap.from,
            overlap.to,
            only_first.len(),
            only_second.len()
        ),
        expected,
        found,
        evidence: evidence
            .chain(only_second.iter().map(|row| second.evidence(Some(&row.source))))
            .take(EVIDENCE_MAX)
            .collect(),
    })
}

type Dated<'a> = (&'a Transaction, Date);

fn dated(statement: &Statement) -> Vec<Dated<'_>> {
    statement.transactions.iter().filter_map(|row| Some((row, row.time?.date))).collect()
}

fn prints_balances(rows: &[Dated<'_>]) -> bool {
    rows.iter().all(|(row, _)| row.balance.is_some())
}

fn has_holes(view: &View<'_>, subject: Subject<'_>) -> bool {
    let document = usize::try_from(subject.document).ok().and_then(|index| view.documents.get(index));
    document.is_some_and(|shown| {
        shown.problems.iter().any(|problem| {
            matches!(
                problem.code,
                ProblemCode::UnreadableRow
                    | ProblemCode::UnreadableCell
                    | ProblemCode::UnreadablePage
                    | ProblemCode::Truncated
                    | ProblemCode::LimitReached
            )
        })
    })
}

/// Rows of one export against rows of the other, by position in each.
struct Pairing<'a> {
    one: &'a [Dated<'a>],
    other: &'a [Dated<'a>],
    /// Beside `one`: the position in `other` that each is paired with.
    left: Vec<Option<usize>>,
    /// Beside `other`.
    taken: Vec<bool>,
}

impl<'a> Pairing<'a> {
    fn new(one: &'a [Dated<'a>], other: &'a [Dated<'a>]) -> Self {
        Self { one, other, left: vec![None; one.len()], taken: vec![false; other.len()] }
    }

    /// Pairs what is still free, first come first served among rows of equal `key` whose days are `near`.
    fn pair<K: Eq + Hash>(&mut self, key: impl Fn(&Dated<'a>) -> Option<K>, near: impl Fn(Date, Date) -> bool) {
        let mut free: HashMap<K, Vec<(usize, Date)>> = HashMap::new();
        for (position, (row, taken)) in self.other.iter().zip(&self.taken).enumerate().rev() {
            if !taken && let Some(key) = key(row) {
                free.entry(key).or_default().push((position, row.1));
            }
        }
        for (row, partner) in self.one.iter().zip(&mut self.left).filter(|(_, partner)| partner.is_none()) {
            let Some(candidates) = key(row).and_then(|key| free.get_mut(&key)) else { continue };
            if let Some(index) = candidates.iter().rposition(|(_, date)| near(row.1, *date)) {
                let (position, _) = candidates.remove(index);
                *partner = Some(position);
                self.taken.get_mut(position).into_iter().for_each(|taken| *taken = true);
            }
        }
    }

    /// Pairs the free rows that carry the same reference, and gives those whose amounts differ.
    fn contradicted(&mut self) -> Vec<(&'a Transaction, &'a Transaction)> {
        let before = self.left.clone();
        self.pair(|(row, _)| row.reference.clone().filter(|reference| !reference.trim().is_empty()), |_, _| true);
        let paired = self.one.iter().zip(before).zip(&self.left);
        let new = paired.filter_map(|((row, before), partner)| Some((row.0, partner.filter(|_| before.is_none())?)));
        new.filter_map(|(row, partner)| {
            let (against, _) = *self.other.get(partner)?;
            let differ = signed(row) != signed(against) && row.status.counts() && against.status.counts();
            differ.then_some((row, against))
        })
        .collect()
    }

    fn left_over(&self) -> Vec<&'a Dated<'a>> {
        self.one.iter().zip(&self.left).filter(|(_, partner)| partner.is_none()).map(|(row, _)| row).collect()
    }

    fn not_taken(&self) -> Vec<&'a Dated<'a>> {
        self.other.iter().zip(&self.taken).filter(|(_, taken)| !**taken).map(|(row, _)| row).collect()
    }
}

fn signed(row: &Transaction) -> (Money, Flow) {
    (row.amount, row.flow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, account, bank, day, wallet};
    use model::Problem;

    /// Both statements as exports of one account, as the ledger sees them.
    fn one_account(first: Statement, second: Statement) -> Case {
        let kind = first.kind;
        let mut case = Case::of(&[&[first], &[second]]);
        let mut shown = account(kind, "cmb", Some("1234"), "2026-03-01", "2026-03-31");
        shown.statements = vec![(0, 0), (1, 0)];
        case.ledger.accounts = vec![shown];
        case
    }

    const ROWS: &str = "
        2026-03-01  +10.00  110.00
        2026-03-05  +20.00  130.00
        2026-03-06  -30.00  100.00
        2026-03-09  +10.00  110.00
    ";

    #[test]
    fn fails_on_the_row_that_differs() {
        let edited = ROWS.replace("+20.00  130.00", "+2000.00  2110.00");
        one_account(bank(ROWS), bank(&edited))
            .expect(CHECK, &["fail critical, line 2: expected 2026-03-05 20.00, found -"]);
    }

    #[test]
    fn fails_on_the_row_that_only_one_shows() {
        let with_more = ROWS.replace("2026-03-06", "2026-03-05  +7.00  137.00\n2026-03-06");
        one_account(bank(ROWS), bank(&with_more))
            .expect(CHECK, &["fail critical, document 2 line 3: expected -, found 2026-03-05 7.00"]);
    }

    #[test]
    fn fails_on_one_reference_with_two_amounts() {
        let (mut first, mut second) = (wallet("alipay", "2026-03-05 -20.00"), wallet("alipay", "2026-03-05 -2.00"));
        for statement in [&mut first, &mut second] {
            statement.transactions[0].reference = Some("20260305220014".into());
            statement.period = Some(crate::checks::test_support::at_line(
                Period::new(day("2026-03-01"), day("2026-03-31")).unwrap(),
                90,
            ));
        }
        one_account(first, second)
            .expect(CHECK, &["fail critical, line 1: expected 2026-03-05 -20.00, found 2026-03-05 -2.00"]);
    }

    #[test]
    fn a_row_deleted_from_a_wallet_is_a_hint() {
        let rows = "2026-03-01 -1.00\n2026-03-05 -2.00\n2026-03-06 -3.00\n2026-03-09 -4.00";
        let trimmed = "2026-03-01 -1.00\n2026-03-06 -3.00\n2026-03-09 -4.00";
        one_account(wallet("wechat", rows), wallet("wechat", trimmed))
            .expect(CHECK, &["fail medium, line 2: expected 2026-03-05 -2.00, found -"]);
    }

    #[test]
    fn passes_on_another_order_and_a_later_booking_day() {
        let reordered = "
            2026-03-09  +10.00  110.00
            2026-03-07  -30.00  100.00
            2026-03-05  +20.00  130.00
            2026-03-01  +10.00  110.00
        ";
        one_account(bank(ROWS), bank(reordered)).expect(CHECK, &["pass"]);
    }

    #[test]
    fn passes_on_an_export_made_at_noon() {
        let morning = ROWS.replace("2026-03-09  +10.00  110.00", "2026-03-09 -1.00 99.00");
        one_account(bank(ROWS), bank(&morning)).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_run_against_rows_that_could_not_be_read() {
        let holed = ROWS.replace("2026-03-05  +20.00  130.00", "");
        let mut case = one_account(bank(ROWS), bank(&holed));
        case.problems = vec![vec![], vec![Problem::new(ProblemCode::UnreadableRow, "第 2 行", "row 2")]];
        case.expect(CHECK, &["not_run"]);
    }

    #[test]
    fn does_not_run_on_two_accounts_that_nothing_tells_apart() {
        let other = "2026-03-01 +7.00 7.00\n2026-03-05 +8.00 15.00\n2026-03-09 -5.00 10.00";
        one_account(bank(ROWS), bank(other)).expect(CHECK, &["not_run"]);
    }

    #[test]
    fn does_not_apply_to_exports_that_follow_each_other() {
        one_account(bank("2026-03-01 +1.00 1.00"), bank("2026-04-01 +1.00 2.00")).expect(CHECK, &["not_applicable"]);
    }
}
