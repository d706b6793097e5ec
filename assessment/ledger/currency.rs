//! What currency a statement is in, where it prints none.
//!
//! Mainland banks and wallets leave yuan unsaid; a foreign bank leaves its own currency unsaid in the same way. So the
//! issuer tells, or else the language of the rows: Chinese characters in them. What nothing tells stays unknown, and an
//! account of unknown currency is kept apart: no figure in yuan rests on it.

use model::statement::{Statement, StatementKind, Transaction};

/// Rows looked at for their language; a statement that has not one Chinese word in so many is not a Chinese one.
const ROWS_READ: usize = 200;

/// ISO 4217, as printed or as its issuer's habit tells; `None` when nothing tells.
pub(super) fn of(statement: &Statement) -> Option<&str> {
    if let Some(printed) = statement.currency.as_deref() {
        return Some(printed);
    }
    let is_domestic = statement.kind == StatementKind::Wallet
        || crate::names::is_domestic_bank(&statement.issuer)
        || statement.transactions.iter().take(ROWS_READ).any(is_chinese)
        || statement.holder.name.as_ref().is_some_and(|name| has_chinese(name.value.reveal()));
    is_domestic.then_some("CNY")
}

fn is_chinese(row: &Transaction) -> bool {
    [&row.description, &row.counterparty, &row.printed_type, &row.remark]
        .into_iter()
        .filter_map(|text| text.as_deref())
        .any(has_chinese)
}

fn has_chinese(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{3400}'..='\u{9fff}'))
}
