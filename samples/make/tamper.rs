//! Papers that somebody altered, made by altering the rows before they are printed.
//!
//! Row numbers count from 0 in the order the rows happened; one that does not exist changes nothing. What
//! the paper prints about itself (totals, counts) stays as it was, as when a forger edits one cell.

use model::Money;

use crate::rows::{BankRow, BankStatement, WalletStatement};

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
