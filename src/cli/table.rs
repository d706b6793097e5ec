//! What `parse` shows on a terminal: a summary of each statement and its first rows.

use std::fmt::Write as _;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use model::Money;
use model::extracted::Extracted;
use model::proof::{Proof, ProofStatus};
use model::statement::{Flow, Statement};
use unicode_width::UnicodeWidthChar;

use crate::wire::document::DocumentOut;
use crate::wire::problem::ProblemOut;
use crate::wire::source::SourceOut;
use crate::wire::statement::StatementOut;

/// A statement with no more rows than this is shown whole; a longer one by its first and last rows, so that the
/// summaries stay on the screen.
const ROWS_WHOLE: usize = 20;
const ROWS_FIRST: usize = 10;
const ROWS_LAST: usize = 4;
/// Problems shown one by one; the rest are counted.
const PROBLEMS_SHOWN: usize = 10;
const BROKEN_SHOWN: usize = 5;
/// Of a description, in terminal columns: three of them and the figures fit a wide terminal.
const WORDS_WIDTH: usize = 26;

/// A table without borders.
#[must_use]
pub fn plain<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled).set_header(header);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
}

/// Aligns figures by their last digit.
pub fn align_right(table: &mut Table, columns: &[usize]) {
    for column in columns {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// Text from a document made safe for a terminal: no control characters, which could move its cursor, and none
/// that turn the direction of writing.
#[must_use]
pub fn clean(text: &str) -> String {
    let steers = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if steers(c) { ' ' } else { c }).collect()
}

/// Cleaned, and cut to a width in terminal columns.
#[must_use]
pub fn clip(text: &str, width: usize) -> String {
    let mut used = 0;
    let mut out = String::new();
    for character in clean(text).chars() {
        used += character.width().unwrap_or(0);
        if used > width {
            out.push('…');
            break;
        }
        out.push(character);
    }
    out
}

/// Rows that count, by direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sums {
    pub in_rows: u32,
    pub in_sum: Money,
    pub out_rows: u32,
    pub out_sum: Money,
    pub neutral_rows: u32,
    pub neutral_sum: Money,
    /// Closed, failed and pending rows.
    pub uncounted: u32,
}

impl Sums {
    #[must_use]
    pub fn of(statement: &Statement) -> Self {
        let of = |flow| {
            let rows = statement.transactions.iter().filter(move |row| row.status.counts() && row.flow == flow);
            let count = u32::try_from(rows.clone().count()).unwrap_or(u32::MAX);
            (count, rows.map(|row| row.amount.abs()).sum())
        };
        let (in_rows, in_sum) = of(Flow::In);
        let (out_rows, out_sum) = of(Flow::Out);
        let (neutral_rows, neutral_sum) = of(Flow::Neutral);
        let uncounted = statement.transactions.iter().filter(|row| !row.status.counts()).count();
        let uncounted = u32::try_from(uncounted).unwrap_or(u32::MAX);
        Self { in_rows, in_sum, out_rows, out_sum, neutral_rows, neutral_sum, uncounted }
    }
}

/// How a proof came out and what was checked, in a sentence.
#[must_use]
pub fn proof_words(proof: &Proof) -> String {
    let Proof { equations, holding, .. } = proof;
    // Nothing rests on the amount of such a row: without a printed opening balance, the first row of a chain is one.
    let unchecked = match proof.unchecked.as_slice() {
        [] => String::new(),
        [seq] => format!("; the amount of row {seq} in none of them"),
        rows => format!("; the amounts of {} rows in none of them", rows.len()),
    };
    match proof.status {
        ProofStatus::Proven => {
            format!("every row lies in an equation that holds ({holding} of {equations} hold{unchecked})")
        }
        ProofStatus::Repaired => {
            format!("{holding} of {equations} equations hold after digits were corrected{unchecked}")
        }
        ProofStatus::Consistent => format!("{holding} of {equations} equations hold{unchecked}"),
        ProofStatus::Unproven => "the document prints nothing to check it against".to_owned(),
        ProofStatus::Contradicted => {
            format!("{} of {equations} equations fail{unchecked}", equations.saturating_sub(*holding))
        }
    }
}

/// The equations that fail, one a line; no more than fit the screen.
#[must_use]
pub fn broken_lines(proof: &Proof) -> Vec<String> {
    let mut lines: Vec<String> = proof
        .broken
        .iter()
        .take(BROKEN_SHOWN)
        .map(|broken| {
            let row = broken.seq.map(|seq| format!(" at row {seq}")).unwrap_or_default();
            let place = broken.source.as_ref().map(|source| format!(" ({})", SourceOut::from(source)));
            let (expected, found) = (&broken.expected, &broken.found);
            clean(&format!(
                "{}{row}: expected {expected}, found {found}{}",
                broken.equation.as_str(),
                place.unwrap_or_default()
            ))
        })
        .collect();
    if let Some(more @ 1..) = proof.broken.len().checked_sub(BROKEN_SHOWN) {
        lines.push(format!("and {more} more"));
    }
    lines
}

pub fn document(extracted: &Extracted, out: &DocumentOut<'_>, text: &mut String) {
    let _ = write!(text, "{}", clean(out.file));
    if let Some(media_type) = out.media_type {
        let _ = write!(text, " · {media_type}");
    }
    if let Some(pages) = out.pages {
        let _ = write!(text, " · {pages} page{}", if pages == 1 { "" } else { "s" });
    }
    if let Some(parser) = &out.parser {
        let _ = write!(text, " · {} v{}", parser.id, parser.version);
    }
    text.push('\n');
    match &extracted.outcome {
        Ok(read) => {
            for (statement, out) in read.parsed.statements.iter().zip(out.statements.iter().flatten()) {
                summary(statement, out, text);
                rows(out, text);
            }
            problems(&out.problems, text);
        }
        Err(_) => {
            if let Some(error) = &out.error {
                let _ = writeln!(text, "  ✗ {}  {}{}", error.code, clean(&error.message_zh), error.hint_zh);
                let _ = writeln!(text, "    {} {}", clean(&error.message_en), error.hint_en);
            }
        }
    }
    text.push('\n');
}

fn summary(statement: &Statement, out: &StatementOut<'_>, text: &mut String) {
    let mut heading = vec![out.issuer.to_owned(), out.kind.to_owned()];
    heading.extend(out.holder.name.map(clean));
    heading.extend(out.account.as_ref().map(|account| clean(&account.masked)));
    heading.extend(out.currency.map(ToOwned::to_owned));
    heading.extend(out.period.as_ref().map(|period| format!("{} … {}", period.from, period.to)));
    let sums = Sums::of(statement);
    let _ = writeln!(text, "  {}", heading.join(" · "));
    let _ = write!(
        text,
        "  {} rows: {} in {}, {} out {}, {} neutral {}",
        statement.transactions.len(),
        sums.in_rows,
        sums.in_sum,
        sums.out_rows,
        sums.out_sum,
        sums.neutral_rows,
        sums.neutral_sum
    );
    if sums.uncounted > 0 {
        let _ = write!(text, ", {} not counted (closed, failed or pending)", sums.uncounted);
    }
    if let (Some(opening), Some(closing)) = (&out.opening_balance, &out.closing_balance) {
        let _ = write!(text, "; balance {opening} → {closing}");
    }
    let _ = writeln!(text, "\n  proof: {} — {}", out.proof.status, proof_words(&statement.proof));
    for line in broken_lines(&statement.proof) {
        let _ = writeln!(text, "    ✗ {line}");
    }
}

fn rows(statement: &StatementOut<'_>, text: &mut String) {
    if statement.transactions.is_empty() {
        return;
    }
    let mut table =
        plain(["", "SEQ", "TIME", "AMOUNT", "BALANCE", "COUNTERPARTY", "DESCRIPTION", "METHOD", "STATUS", "CATEGORY"]);
    align_right(&mut table, &[1, 3, 4]);
    let count = statement.transactions.len();
    let last = if count > ROWS_WHOLE { count.saturating_sub(ROWS_LAST) } else { 0 };
    for (index, row) in statement.transactions.iter().enumerate() {
        if last > 0 && index >= ROWS_FIRST && index < last {
            if index == ROWS_FIRST {
                let hidden = last.saturating_sub(ROWS_FIRST);
                table.add_row(["", "…", &format!("{hidden} more rows"), "", "", "--format csv shows all"]);
            }
            continue;
        }
        let time = row.time.as_deref().unwrap_or("?").replace('T', " ").replace("+08:00", "");
        table.add_row([
            "",
            &row.seq.to_string(),
            &time,
            &row.amount,
            row.balance.as_deref().unwrap_or(""),
            &clip(row.counterparty.as_deref().unwrap_or(""), WORDS_WIDTH),
            &clip(row.description.as_deref().unwrap_or(""), WORDS_WIDTH),
            &clip(row.method.as_deref().unwrap_or(""), WORDS_WIDTH),
            row.status,
            row.category.unwrap_or(""),
        ]);
    }
    let _ = writeln!(text, "{}", table.trim_fmt());
}

fn problems(problems: &[ProblemOut<'_>], text: &mut String) {
    for problem in problems.iter().take(PROBLEMS_SHOWN) {
        let place =
            problem.source.as_ref().map(|source| format!(" ({})", clean(&source.to_string()))).unwrap_or_default();
        let _ = writeln!(text, "  ! {}  {}{place}", problem.code, clean(&problem.message_zh));
        let _ = writeln!(text, "    {}", clean(&problem.message_en));
    }
    if let Some(more @ 1..) = problems.len().checked_sub(PROBLEMS_SHOWN) {
        let _ = writeln!(text, "  ! and {more} more problems; --format json lists all");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::proof::{Broken, Equation};

    #[test]
    fn text_is_cut_by_what_it_takes_on_the_screen() {
        assert_eq!(clip("美团外卖", 6), "美团外…");
        assert_eq!(clip("abc", 6), "abc");
        assert_eq!(clip("a\u{1b}[2Jb\u{202e}c", 20), "a [2Jb c");
    }

    #[test]
    fn a_broken_equation_is_named_with_its_row() {
        let proof = Proof {
            status: ProofStatus::Contradicted,
            equations: 3,
            holding: 2,
            broken: vec![Broken {
                equation: Equation::RunningBalance,
                seq: Some(17),
                expected: "812.40".into(),
                found: "821.40".into(),
                source: None,
            }],
            ..Proof::none()
        };
        assert_eq!(proof_words(&proof), "1 of 3 equations fail");
        let first_open = Proof { status: ProofStatus::Consistent, unchecked: vec![1], ..proof.clone() };
        assert_eq!(proof_words(&first_open), "2 of 3 equations hold; the amount of row 1 in none of them");
        assert_eq!(broken_lines(&proof), ["running_balance at row 17: expected 812.40, found 821.40"]);
    }
}
