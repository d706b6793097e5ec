//! One line a transaction, for a spreadsheet (RFC 4180, UTF-8, lines end in LF).

use std::fmt::Write as _;

use super::document::DocumentOut;
use super::statement::{StatementOut, TransactionOut};

pub const HEADER: &str = "file,statement,issuer,kind,account,currency,seq,time,amount,flow,balance,counterparty,\
counterparty_account,description,remark,type,method,status,category,reference,merchant_reference,confidence,repaired,\
proof,source\n";

/// A line for each transaction of a document; none for one that failed.
pub fn rows(document: &DocumentOut<'_>, text: &mut String) {
    for (index, statement) in document.statements.iter().flatten().enumerate() {
        for transaction in &statement.transactions {
            row(document.file, index, statement, transaction, text);
        }
    }
}

fn row(file: &str, index: usize, statement: &StatementOut<'_>, row: &TransactionOut<'_>, text: &mut String) {
    words(file, text);
    let _ = write!(text, "{index},");
    words(statement.issuer, text);
    figure(Some(statement.kind), text);
    words(statement.account.as_ref().map_or("", |account| &account.masked), text);
    figure(statement.currency, text);
    let _ = write!(text, "{},", row.seq);
    figure(row.time.as_deref(), text);
    figure(Some(&row.amount), text);
    figure(Some(row.flow), text);
    figure(row.balance.as_deref(), text);
    words(row.counterparty.as_deref().unwrap_or(""), text);
    words(row.counterparty_account.as_deref().unwrap_or(""), text);
    words(row.description.as_deref().unwrap_or(""), text);
    words(row.remark.as_deref().unwrap_or(""), text);
    words(row.printed_type.unwrap_or(""), text);
    words(row.method.as_deref().unwrap_or(""), text);
    figure(Some(row.status), text);
    figure(row.category, text);
    words(row.reference.unwrap_or(""), text);
    words(row.merchant_reference.unwrap_or(""), text);
    let _ = write!(text, "{},{},{},", row.confidence, row.repaired, statement.proof.status);
    words(&row.source.to_string(), text);
    text.pop();
    text.push('\n');
}

/// What we print ourselves and never needs quoting.
fn figure(value: Option<&str>, text: &mut String) {
    text.push_str(value.unwrap_or(""));
    text.push(',');
}

/// Words from the document. A text that a spreadsheet would run as a formula gets an apostrophe before it: the
/// counterparty of a payment is chosen by a stranger.
fn words(value: &str, text: &mut String) {
    // Full-width forms are the same to a spreadsheet set to Chinese or Japanese.
    let formula = value.len() > 1 && value.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let quoted = value.contains([',', '"', '\n', '\r']);
    if quoted {
        text.push('"');
    }
    if formula {
        text.push('\'');
    }
    for character in value.chars() {
        if character == '"' {
            text.push('"');
        }
        text.push(character);
    }
    if quoted {
        text.push('"');
    }
    text.push(',');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &str) -> String {
        let mut text = String::new();
        words(value, &mut text);
        text
    }

    #[test]
    fn commas_quotes_and_line_ends_are_quoted() {
        assert_eq!(written("美团"), "美团,");
        assert_eq!(written("a,b"), "\"a,b\",");
        assert_eq!(written("说\"好\"\n"), "\"说\"\"好\"\"\n\",");
    }

    #[test]
    fn formulas_are_text() {
        assert_eq!(written("=HYPERLINK(\"x\",1)"), "\"'=HYPERLINK(\"\"x\"\",1)\",");
        assert_eq!(written("-"), "-,");
    }

    #[test]
    fn the_header_has_a_name_for_every_column() {
        assert_eq!(HEADER.trim_end().split(',').count(), 25);
    }
}
