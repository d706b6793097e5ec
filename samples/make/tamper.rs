//! Papers that somebody altered, made by altering the rows before they are printed.
//!
//! Row numbers count from 0 in the order the rows happened; one that does not exist changes nothing. What
//! the paper prints about itself (totals, counts) stays as it was, as when a forger edits one cell.

use model::Money;

use crate::rows::{BankRow, BankStatement, WalletRow, WalletStatement, Window};

/// The untouched statement, its totals pinned to its own rows.
fn pinned(statement: &BankStatement) -> BankStatement {
    let mut copy = statement.clone();
    copy.counted = Some(statement.counted_rows().to_vec());
    copy
}

/// One amount changed, every balance left: the chain breaks at the row.
pub fn edit_amount<T>(
    statement: &BankStatement,
    row: usize,
    amount: Money,
    print: impl FnOnce(&BankStatement) -> T,
) -> T {
    let mut copy = pinned(statement);
    if let Some(edited) = copy.rows.get_mut(row) {
        edited.amount = amount;
    }
    print(&copy)
}

/// One amount changed and every later balance computed anew: the chain holds, printed totals and other
/// papers do not.
pub fn edit_and_rechain<T>(
    statement: &BankStatement,
    row: usize,
    amount: Money,
    print: impl FnOnce(&BankStatement) -> T,
) -> T {
    let mut copy = pinned(statement);
    let opening = copy.opening().unwrap_or(Money::ZERO);
    if let Some(edited) = copy.rows.get_mut(row) {
        edited.amount = amount;
    }
    rechain(&mut copy.rows, opening);
    print(&copy)
}

fn rechain(rows: &mut [BankRow], opening: Money) {
    let mut balance = opening;
    for row in rows {
        balance = balance.plus(row.amount);
        row.balance = balance;
    }
}

/// A copy to be altered, with the balance that its first row starts from.
fn opened(statement: &BankStatement) -> (BankStatement, Money) {
    let copy = pinned(statement);
    let opening = copy.opening().unwrap_or(Money::ZERO);
    (copy, opening)
}

/// Rows put in after others, each a copy of row `like` at another time with another amount; later balances follow.
pub fn insert_and_rechain<T>(
    statement: &BankStatement,
    inserted: &[(usize, BankRow)],
    print: impl FnOnce(&BankStatement) -> T,
) -> T {
    let (mut copy, opening) = opened(statement);
    // From the end, so that the places before stay what they are.
    for (after, row) in inserted.iter().rev() {
        copy.rows.insert((after + 1).min(copy.rows.len()), row.clone());
    }
    rechain(&mut copy.rows, opening);
    copy.counted = None;
    print(&copy)
}

/// Every row that `picks`, its amount times `percent` in a hundred; later balances follow, and so do printed totals.
pub fn scale_and_rechain<T>(
    statement: &BankStatement,
    picks: impl Fn(&BankRow) -> bool,
    percent: i64,
    print: impl FnOnce(&BankStatement) -> T,
) -> T {
    let (mut copy, opening) = opened(statement);
    for row in copy.rows.iter_mut().filter(|row| picks(row)) {
        row.amount = Money::from_fen(row.amount.ten_thousandths() / 100 * percent / 100);
    }
    rechain(&mut copy.rows, opening);
    copy.counted = None;
    print(&copy)
}

/// Every row that `picks` taken out; later balances follow, and so do printed totals.
pub fn drop_and_rechain<T>(
    statement: &BankStatement,
    picks: impl Fn(&BankRow) -> bool,
    print: impl FnOnce(&BankStatement) -> T,
) -> T {
    let (mut copy, opening) = opened(statement);
    copy.rows.retain(|row| !picks(row));
    rechain(&mut copy.rows, opening);
    copy.counted = None;
    print(&copy)
}

/// A row altered in anything but its figures' chain: its date, its counterparty, its words.
pub fn alter_row<T>(
    statement: &BankStatement,
    row: usize,
    alter: impl FnOnce(&mut BankRow),
    print: impl FnOnce(&BankStatement) -> T,
) -> T {
    let mut copy = pinned(statement);
    if let Some(row) = copy.rows.get_mut(row) {
        alter(row);
    }
    print(&copy)
}

/// One row printed twice, its balance with it.
pub fn duplicate_row<T>(statement: &BankStatement, row: usize, print: impl FnOnce(&BankStatement) -> T) -> T {
    let mut copy = pinned(statement);
    if let Some(again) = copy.rows.get(row).cloned() {
        copy.rows.insert(row, again);
    }
    print(&copy)
}

/// The rows of one statement up to a place, and from there on those of another, under the first one's heading.
pub fn splice<T>(
    statement: &BankStatement,
    other: &BankStatement,
    at: usize,
    print: impl FnOnce(&BankStatement) -> T,
) -> T {
    let mut copy = statement.clone();
    let last = copy.rows.get(at.saturating_sub(1)).map(|row| row.time);
    copy.rows.truncate(at);
    copy.rows.extend(other.rows.iter().filter(|row| Some(row.time) > last).cloned());
    print(&copy)
}

/// Another period printed over the same rows.
pub fn edit_period<T>(statement: &BankStatement, window: Window, print: impl FnOnce(&BankStatement) -> T) -> T {
    let mut copy = pinned(statement);
    copy.window = window;
    print(&copy)
}

/// Money that comes in and leaves again within the hour, `times` times, a day apart: turnover made to be shown. The
/// balance at the end of each day stays what it was.
pub fn circle<T>(
    statement: &BankStatement,
    amount: Money,
    times: usize,
    through: (&str, &str),
    print: impl FnOnce(&BankStatement) -> T,
) -> T {
    let mut inserted = Vec::new();
    let mut last_day = None;
    for (at, row) in statement.rows.iter().enumerate() {
        let day = row.time.date();
        if inserted.len() >= 2 * times || last_day == Some(day) {
            continue;
        }
        last_day = Some(day);
        for (flow, minutes) in [(amount, 1), (amount.negated(), 40)] {
            let time = row.time.checked_add(jiff::Span::new().minutes(minutes)).unwrap_or(row.time);
            inserted.push((
                at,
                BankRow {
                    time: if time.date() == day { time } else { row.time },
                    amount: flow,
                    description: if flow.is_negative() { "转账汇款".to_owned() } else { "汇入汇款".to_owned() },
                    counterparty: through.0.to_owned(),
                    counterparty_account: through.1.to_owned(),
                    remark: String::new(),
                    ..row.clone()
                },
            ));
        }
    }
    insert_and_rechain(statement, &inserted, print)
}

/// One row taken out.
pub fn drop_row<T>(statement: &BankStatement, row: usize, print: impl FnOnce(&BankStatement) -> T) -> T {
    let mut copy = pinned(statement);
    if row < copy.rows.len() {
        copy.rows.remove(row);
    }
    print(&copy)
}

/// Two neighbouring rows of one day change places, amounts and balances with them. This is no forgery: CMB
/// prints such days, and a chain tested by the day still holds. `None` when no day has two rows.
pub fn swap_rows_of_a_day<T>(statement: &BankStatement, print: impl FnOnce(&BankStatement) -> T) -> Option<T> {
    let mut copy = pinned(statement);
    let first = copy.rows.windows(2).position(|pair| match pair {
        [one, two] => one.time.date() == two.time.date() && one.amount != two.amount,
        _ => false,
    })?;
    copy.rows.swap(first, first + 1);
    Some(print(&copy))
}

/// The same paper under another name.
pub fn rename_holder<T>(statement: &BankStatement, name: &str, print: impl FnOnce(&BankStatement) -> T) -> T {
    let mut copy = pinned(statement);
    name.clone_into(&mut copy.holder.name);
    print(&copy)
}

fn pinned_wallet(statement: &WalletStatement) -> WalletStatement {
    let mut copy = statement.clone();
    copy.counted = Some(statement.counted_rows().to_vec());
    copy
}

/// One wallet amount changed; the preamble's sums stay.
pub fn edit_wallet_amount<T>(
    statement: &WalletStatement,
    row: usize,
    amount: Money,
    print: impl FnOnce(&WalletStatement) -> T,
) -> T {
    let mut copy = pinned_wallet(statement);
    if let Some(edited) = copy.rows.get_mut(row) {
        edited.amount = amount;
    }
    print(&copy)
}

/// One wallet row taken out; the preamble's count stays.
pub fn drop_wallet_row<T>(statement: &WalletStatement, row: usize, print: impl FnOnce(&WalletStatement) -> T) -> T {
    let mut copy = pinned_wallet(statement);
    if row < copy.rows.len() {
        copy.rows.remove(row);
    }
    print(&copy)
}

/// The same bill under another name.
pub fn rename_wallet_holder<T>(
    statement: &WalletStatement,
    name: &str,
    print: impl FnOnce(&WalletStatement) -> T,
) -> T {
    let mut copy = pinned_wallet(statement);
    name.clone_into(&mut copy.holder.name);
    print(&copy)
}

/// A wallet's row altered and everything that the preamble says about the rows with it.
pub fn alter_wallet_row<T>(
    statement: &WalletStatement,
    row: usize,
    alter: impl FnOnce(&mut WalletRow),
    print: impl FnOnce(&WalletStatement) -> T,
) -> T {
    let mut copy = statement.clone();
    if let Some(row) = copy.rows.get_mut(row) {
        alter(row);
    }
    print(&copy)
}

/// A delimited file without its quotes, so that a comma in a cell makes one field too many: what wallets
/// themselves do at times, and what a careless program does on saving again. Works on GB18030 and UTF-8,
/// in neither of which a quote's byte is part of another character.
#[must_use]
pub fn without_quotes(file: &[u8]) -> Vec<u8> {
    file.iter().copied().filter(|&byte| byte != b'"').collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{Paper, everyone};

    fn bank_statement() -> BankStatement {
        everyone()
            .iter()
            .flat_map(|applicant| &applicant.papers)
            .find_map(|paper| match paper {
                Paper::Bank { statement, .. } => Some(statement.clone()),
                Paper::Wallet { .. } => None,
            })
            .unwrap()
    }

    fn breaks(rows: &[BankRow]) -> Vec<usize> {
        (1..rows.len()).filter(|&i| rows[i - 1].balance.plus(rows[i].amount) != rows[i].balance).collect()
    }

    #[test]
    fn each_alteration_shows_where_it_should() {
        let clean = bank_statement();
        let amount = Money::from_fen(-1);
        assert!(breaks(&clean.rows).is_empty());
        assert_eq!(edit_amount(&clean, 20, amount, |s| breaks(&s.rows)), [20]);
        assert!(edit_and_rechain(&clean, 20, amount, |s| breaks(&s.rows)).is_empty());
        assert_ne!(edit_and_rechain(&clean, 20, amount, BankStatement::closing), clean.closing());
        assert_eq!(drop_row(&clean, 20, |s| breaks(&s.rows)), [20]);
        assert!(!swap_rows_of_a_day(&clean, |s| breaks(&s.rows)).unwrap().is_empty());
        assert_eq!(rename_holder(&clean, "张三", |s| s.holder.name.clone()), "张三");
    }

    #[test]
    fn printed_totals_still_speak_of_the_rows_before() {
        let clean = bank_statement();
        let text = |s: &BankStatement| {
            let csv = String::from_utf8(crate::cmb::csv(s)).unwrap();
            csv.lines().filter(|line| line.contains("合计")).map(str::to_owned).collect::<Vec<_>>()
        };
        let before = text(&clean);
        assert_eq!(before.len(), 2);
        assert_eq!(drop_row(&clean, 3, text), before);
        assert_eq!(edit_amount(&clean, 3, Money::from_fen(-99), text), before);
    }
}
