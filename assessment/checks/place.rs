//! Where a row or a figure stands, for evidence and in a reader's words.

use model::finding::Evidence;
use model::ledger::{Entry, RowRef};
use model::statement::Transaction;
use model::{Money, Source};

use super::View;

/// `第 3 页`, `第 18 行`.
pub fn zh(source: &Source) -> String {
    match source {
        Source::Page { page, .. } => format!("第 {page} 页"),
        Source::Cell { sheet, row, .. } => format!("工作表“{sheet}”第 {row} 行"),
        Source::Line { line, .. } => format!("第 {line} 行"),
    }
}

/// `page 3`, `line 18`.
pub fn en(source: &Source) -> String {
    match source {
        Source::Page { page, .. } => format!("page {page}"),
        Source::Cell { sheet, row, .. } => format!("sheet \"{sheet}\" row {row}"),
        Source::Line { line, .. } => format!("line {line}"),
    }
}

/// The row as its document shows it; `None` when the reference points at nothing.
pub fn transaction<'a>(view: &View<'a>, row: RowRef) -> Option<&'a Transaction> {
    let shown = view.documents.get(usize::try_from(row.document).ok()?)?;
    let statement = shown.statements.get(usize::try_from(row.statement).ok()?)?;
    // Rows are numbered in the order they stand in, so that a search by halves finds them.
    let place = statement.transactions.binary_search_by_key(&row.seq, |transaction| transaction.seq);
    place.ok().and_then(|place| statement.transactions.get(place))
}

/// Where the entry was read from.
pub fn evidence(view: &View<'_>, entry: &Entry) -> Option<Evidence> {
    let row = *entry.rows.first()?;
    Some(Evidence { document: row.document, source: transaction(view, row).map(|shown| shown.source.clone()) })
}

/// `2026-03-05 -12.00`.
pub fn in_short(entry: &Entry) -> String {
    dated(entry.time, entry.amount)
}

/// `2026-03-05 -12.00`.
pub fn dated(time: Option<model::When>, amount: Money) -> String {
    match time {
        Some(when) => format!("{} {amount}", when.date),
        None => amount.to_string(),
    }
}
