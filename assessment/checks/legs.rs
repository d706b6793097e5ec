//! Whether money that left one account of the applicant arrived in another, for the checks Z02 to Z04.

use jiff::civil::Date;
use model::ledger::{Entry, LedgerAccount};
use model::statement::{Flow, StatementKind};

use super::{View, place};

/// How a bank names a wallet.
const WALLET_WORDS: [(&str, &[&str]); 2] =
    [("alipay", &["支付宝", "alipay"]), ("wechat", &["财付通", "微信", "tenpay", "wechat"])];

/// Whether a bank's row names the wallet of this issuer, in whatever column the bank has: some only in the remark, which an
/// entry does not keep.
pub fn names_wallet(view: &View<'_>, entry: &Entry, issuer: &str) -> bool {
    let words = WALLET_WORDS.iter().find(|(known, _)| *known == issuer).map_or(&[][..], |(_, words)| *words);
    let shown = entry.rows.first().and_then(|row| place::transaction(view, *row));
    let remark = shown.and_then(|row| row.remark.as_ref());
    let texts = [entry.counterparty.as_ref(), entry.description.as_ref(), entry.method.as_ref(), remark];
    texts.into_iter().flatten().any(|text| {
        let text = text.to_lowercase();
        words.iter().any(|word| text.contains(word))
    })
}

/// The tail of the only card that a text names: `招商银行储蓄卡(1234)` → `1234`. A text with two cards names none.
pub fn card_tail(text: &str) -> Option<&str> {
    if text.contains(['&', '+', '、']) {
        return None;
    }
    let after = text.rsplit(['(', '（']).next()?;
    let tail = after.split([')', '）']).next()?.trim();
    (tail.len() == 4 && text.len() > 4 && tail.bytes().all(|byte| byte.is_ascii_digit())).then_some(tail)
}

/// The deposit account with this tail, and its number in the ledger.
pub fn bank_with<'a>(view: &View<'a>, tail: &str) -> Option<(u32, &'a LedgerAccount)> {
    let mut accounts = (0_u32..).zip(&view.ledger.accounts);
    accounts.find(|(_, account)| account.kind == StatementKind::DepositAccount && account.tail.as_deref() == Some(tail))
}

/// Whether the account is shown on every day from one to the other.
pub fn covers(account: &LedgerAccount, from: Date, to: Date) -> bool {
    account.covered.iter().any(|period| period.contains(from) && period.contains(to))
}

/// Days later; the same day where the calendar ends.
pub fn later(day: Date, days: i64) -> Date {
    day.checked_add(jiff::Span::new().days(days)).unwrap_or(day)
}

/// The account's entries on these days.
pub fn entries_on<'a>(view: &View<'a>, account: u32, (from, to): (Date, Date)) -> impl Iterator<Item = &'a Entry> {
    let entries = &view.ledger.entries;
    let start = entries.partition_point(|entry| entry.account < account);
    let end = entries.partition_point(|entry| entry.account <= account);
    let of_account = entries.get(start..end).unwrap_or_default();
    of_account.iter().filter(move |entry| {
        entry.status.counts() && entry.time.is_some_and(|when| from <= when.date && when.date <= to)
    })
}

/// Whether an amount like the entry's moved the given way on the account within some days of it.
pub fn arrives(view: &View<'_>, entry: &Entry, account: u32, flow: Flow, days: i64) -> bool {
    let Some(date) = entry.time.map(|when| when.date) else { return false };
    let amount = entry.amount.abs();
    entries_on(view, account, (date, later(date, days))).any(|other| other.flow == flow && other.amount.abs() == amount)
}
