//! Money that moves between the applicant's own accounts, both legs shown: from bank to bank, and onto a credit card
//! (Z03).
//!
//! Equal amounts alone are no transfer: a leg must name the applicant or the other account, and no leg may name
//! somebody else.

use model::ledger::{Category, Entry, PairingKind, PairingRule};
use model::statement::{Flow, StatementKind, Transaction};
use model::{Money, When};

use super::pool::{Pool, Window};
use super::{Draft, is_unpaired, magnitude, number, opposite};

/// Interbank transfers arrive at once or the day after.
const TRANSFER: Window = Window { minutes: (-5, 1_440), days: (0, 1) };
/// Two banking days with a weekend between them (catalogue, Z03).
const CARD_REPAYMENT: Window = Window { minutes: (-5, 4 * 1_440), days: (0, 4) };

/// What a row says about its other side.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Names {
    /// The applicant, or words for a move between own accounts.
    Own,
    Nobody,
    Other,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    account: u32,
    amount: Money,
    names: Names,
}

pub(super) fn pair(draft: &mut Draft<'_>) {
    pair_transfers(draft);
    pair_card_repayments(draft);
}

fn pair_transfers(draft: &mut Draft<'_>) {
    let holds_money = |draft: &Draft<'_>, entry: &Entry| {
        matches!(draft.kind(entry), StatementKind::DepositAccount | StatementKind::Wallet)
    };
    let rows = |flow: Flow| -> Vec<(Key, When, u32)> {
        let entries = draft.entries.iter().zip(&draft.rows).enumerate();
        entries
            .filter_map(|(index, (entry, row))| {
                let fits = entry.flow == flow && holds_money(draft, entry) && is_open(entry);
                let when = entry.time.filter(|_| fits)?;
                let key = Key { account: entry.account, amount: magnitude(entry), names: names(draft, entry, row) };
                (key.names != Names::Other).then_some((key, when, number(index)))
            })
            .collect()
    };
    let mut outs = rows(Flow::Out);
    let mut pool = Pool::new(rows(opposite(Flow::Out)));
    outs.sort_by_key(|(_, when, index)| (*when, *index));
    let accounts = number(draft.accounts.len());
    for (key, when, out) in outs {
        // Whoever names nobody needs a leg that names the applicant.
        let wanted: &[Names] = if key.names == Names::Own { &[Names::Own, Names::Nobody] } else { &[Names::Own] };
        let is_free = |index: u32| draft.entries.get(index as usize).is_some_and(is_open);
        // A sum of one currency never arrives as the same number of another.
        let may_arrive =
            |account: &u32| *account != key.account && draft.currency(*account) == draft.currency(key.account);
        let found = (0..accounts).filter(may_arrive).find_map(|account| {
            wanted.iter().find_map(|&names| pool.take(&Key { account, names, ..key }, when, TRANSFER, is_free))
        });
        if let Some(back) = found {
            connect(draft, out, back, Category::OwnTransfer, PairingRule::NamesOwner);
        }
    }
}

fn pair_card_repayments(draft: &mut Draft<'_>) {
    let key = |entry: &Entry| Key { account: 0, amount: magnitude(entry), names: Names::Own };
    let is_repayment = |entry: &Entry| entry.category == Category::CardRepayment && is_open(entry);
    let entries = || draft.entries.iter().enumerate().filter(|(_, entry)| is_repayment(entry));
    let on_card = |entry: &Entry| draft.kind(entry) == StatementKind::CreditCard;
    // A card's accounts in several currencies are repaid each in its own.
    let in_yuan = |entry: &Entry| draft.currency(entry.account) == Some("CNY");
    let received = entries().filter(|(_, entry)| on_card(entry) && entry.flow == Flow::In && in_yuan(entry));
    let mut pool = Pool::new(received.filter_map(|(i, entry)| Some((key(entry), entry.time?, number(i)))));
    // A wallet's repayment is a neutral row.
    let paid = entries().filter(|(_, entry)| !on_card(entry) && entry.flow != Flow::In && in_yuan(entry));
    let mut paid: Vec<_> = paid.filter_map(|(i, entry)| Some((key(entry), entry.time?, number(i)))).collect();
    paid.sort_by_key(|(_, when, index)| (*when, *index));
    for (key, when, out) in paid {
        let is_free = |index: u32| draft.entries.get(index as usize).is_some_and(is_open);
        if let Some(received) = pool.take(&key, when, CARD_REPAYMENT, is_free) {
            connect(draft, out, received, Category::CardRepayment, PairingRule::CardRepayment);
        }
    }
}

fn is_open(entry: &Entry) -> bool {
    is_unpaired(entry) && !entry.amount.is_zero()
}

fn connect(draft: &mut Draft<'_>, out: u32, back: u32, category: Category, rule: PairingRule) {
    draft.note(PairingKind::OwnTransfer, rule, out, back);
    for (index, other) in [(out, back), (back, out)] {
        if let Some(entry) = draft.entries.get_mut(index as usize) {
            entry.own_transfer = Some(other);
            entry.category = category;
        }
    }
}

fn names(draft: &Draft<'_>, entry: &Entry, row: &Transaction) -> Names {
    if entry.category == Category::OwnTransfer {
        return Names::Own;
    }
    let tail = row.counterparty_account.as_ref().and_then(model::statement::AccountNumber::tail);
    let to_own_account = |tail: &str| {
        let mut others = draft.accounts.iter().enumerate().filter(|(index, _)| number(*index) != entry.account);
        others.any(|(_, account)| account.tail.as_deref() == Some(tail))
    };
    match (entry.counterparty.as_deref(), tail) {
        // A tail of four digits is shared by many: it tells only where no name says otherwise.
        (None, Some(tail)) if to_own_account(&tail) => Names::Own,
        (None, _) if matches!(entry.category, Category::Other | Category::PersonTransfer) => Names::Nobody,
        _ => Names::Other,
    }
}
