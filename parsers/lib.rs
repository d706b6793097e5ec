//! [`Document`] → [`Parsed`]: every folder here is an issuer, every file is the engine.
//!
//! The engine follows layout files (`<issuer>/<kind>.<type>.toml`): [`identify`] tells which one a document is printed
//! in, [`grid`] or [`pages`] reads its table, [`fields`] its heading, [`record`] each row, and [`proof`] says which
//! equations the result satisfies.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

mod identify;
mod layout;
mod pattern;

mod contents;
mod headers;
mod infer;
mod synonyms;
mod views;

mod columns;
mod grid;
mod list;
mod pages;
mod rows;
mod table;

mod standards;

#[cfg(test)]
mod pictures;
#[cfg(test)]
mod unseen;

mod capitals;
mod dates;
mod facts;
mod fields;
mod figures;
mod proof;
mod readings;
mod record;
mod repair;
mod shape;
mod signs;
mod spelling;
mod split;
mod text;
mod values;

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use jiff::civil::Date;
use model::document::{Content, Document, MediaType};
use model::problem::ProblemCode;
use model::proof::{Proof, ProofStatus, Repair};
use model::sheet::Sheet;
use model::statement::{
    AccountNumber, DeclaredTotals, Field, Parsed, ParserId, SectionTotals, Statement, StatementKind, Transaction,
};
use model::{Money, Problem, Source, Sourced, Text};

use facts::{amount_in_words, prove_facts, read_facts};
use fields::{Heading, Summary, read_heading, read_totals};
use layout::{Layout, library};
use proof::{Claims, prove};
use readings::RowReadings;
use table::Table;
use text::TextLine;

pub use layout::LayoutError;
pub use shape::shape;

/// Why a readable document is no statement.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    #[error("the document has no text")]
    Empty,
    #[error("the document has pages without a text layer only")]
    NoTextLayer,
    #[error("no known layout fits the document")]
    NotAStatement,
}

/// Tells the layout and reads the statements.
///
/// # Errors
/// [`ParseError`]; parts that could not be read are problems of the result instead.
pub fn parse(document: &Document) -> Result<Parsed, ParseError> {
    refuse_empty(document)?;
    let with_groups = spelling::with_groups(document);
    let document = with_groups.as_ref().unwrap_or(document);
    let mut parsed = parse_readable(document)?;
    doubt_beside_unread_pages(&mut parsed, document);
    Ok(parsed)
}

/// Rows may stand on a page that could not be read: the statement that it may belong to is not proven without them.
fn doubt_beside_unread_pages(parsed: &mut Parsed, document: &Document) {
    let unread = document.problems.iter().filter(|problem| problem.code == ProblemCode::UnreadablePage);
    for problem in unread {
        let number = match &problem.source {
            Some(Source::Page { page, .. }) => Some(*page),
            _ => None,
        };
        let may_hold = |statement: &Statement| match (statement.pages, number) {
            (Some(pages), Some(page)) => (pages.first.saturating_sub(1)..=pages.last.saturating_add(1)).contains(&page),
            _ => true,
        };
        for statement in parsed.statements.iter_mut().filter(|statement| may_hold(statement)) {
            if matches!(statement.proof.status, ProofStatus::Proven | ProofStatus::Repaired) {
                statement.proof.status = ProofStatus::Consistent;
            }
        }
    }
}

fn parse_readable(document: &Document) -> Result<Parsed, ParseError> {
    if let Content::Text(text) = &document.content {
        return match standards::parse(document.media_type, text) {
            Some(parsed) => Ok(parsed),
            None => parse_listed(document, text),
        };
    }
    let titled = identify::identify(&library().layouts, document);
    let parts = match &document.content {
        Content::Pages(pages) => {
            let layout = titled.map(|candidate| candidate.layout);
            let usual = synonyms::heading_fields;
            let fields = layout.map_or_else(usual, |l| l.fields.iter().map(|(n, spec)| (*n, spec.clone())).collect());
            split::split(&library().layouts, layout, &fields, pages)
        }
        _ => None,
    };
    let mut effort = infer::Effort::default();
    let whole = parse_one(document, titled, &mut effort);
    // Parts that lose a row, or prove less, are no parts; nor are the pages of one paper, whose broken chain two
    // statements would hide.
    let rows = |parsed: &Parsed| parsed.statements.iter().map(|s| s.transactions.len()).sum::<usize>();
    let is_better = |whole: &Parsed, parts: &Parsed| {
        weakest(whole) > weakest(parts) || rows(whole) > rows(parts) || is_one_paper(&parts.statements)
    };
    match parts.and_then(|parts| parse_parts(document, &parts, &mut effort)) {
        Some(parts) if whole.as_ref().is_ok_and(|whole| is_better(whole, &parts)) => whole,
        Some(parts) => Ok(Parsed { statements: distinct(parts.statements), ..parts }),
        None => whole,
    }
}

/// JSON that is no known format: its lists are tables.
fn parse_listed(document: &Document, text: &str) -> Result<Parsed, ParseError> {
    let sheets = Some(text).filter(|_| document.media_type == MediaType::Json).and_then(standards::listed_sheets);
    let listed = Document {
        media_type: document.media_type,
        page_count: None,
        facts: document.facts.clone(),
        content: Content::Sheets(sheets.ok_or(ParseError::NotAStatement)?),
        problems: Vec::new(),
    };
    parse_one(&listed, identify::identify(&library().layouts, &listed), &mut infer::Effort::default())
}

/// Reads a document that holds one statement, or several under one layout.
fn parse_one(
    document: &Document,
    titled: Option<identify::Candidate<'_>>,
    effort: &mut infer::Effort,
) -> Result<Parsed, ParseError> {
    match titled {
        Some(candidate) if candidate.is_whole() => {
            let parsed = read_as(candidate.layout, document);
            // A title that many banks print, over a table that its layout does not fit.
            let lists_nothing = || parsed.statements.iter().all(|s| s.transactions.is_empty() && s.declared.is_empty());
            let takes_rows = candidate.layout.records.is_none() && !candidate.layout.columns.is_empty();
            if takes_rows && lists_nothing() {
                Ok(infer::infer(document, effort).unwrap_or(parsed))
            } else {
                Ok(parsed)
            }
        }
        // A title without its table: a statement that lists nothing, or a known name on another table.
        titled => infer::infer(document, effort)
            .or_else(|| titled.map(|candidate| read_as(candidate.layout, document)))
            .ok_or(ParseError::NotAStatement),
    }
}

/// Reads ranges of a document's pages each by itself. `None` when one of them is no statement.
fn parse_parts(document: &Document, parts: &[Range<usize>], effort: &mut infer::Effort) -> Option<Parsed> {
    let Content::Pages(pages) = &document.content else { return None };
    let mut whole: Option<Parsed> = None;
    for part in parts {
        let own = Document {
            media_type: document.media_type,
            page_count: u32::try_from(part.len()).ok(),
            content: Content::Pages(pages.get(part.clone())?.to_vec()),
            facts: document.facts.clone(),
            problems: Vec::new(),
        };
        let titled = identify::identify(&library().layouts, &own);
        let mut read = parse_one(&own, titled, effort).ok().filter(|read| !read.statements.is_empty())?;
        match &mut whole {
            None => whole = Some(read),
            Some(whole) => {
                whole.statements.append(&mut read.statements);
                whole.problems.append(&mut read.problems);
            }
        }
    }
    whole
}

/// Whether two of the statements, with other rows, say that they show one account over one time: an issuer prints
/// those as one.
fn is_one_paper(statements: &[Statement]) -> bool {
    let account = |s: &Statement| s.account.as_ref().map(|account| account.value.reveal().clone());
    let period = |s: &Statement| s.period.as_ref().map(|period| period.value);
    let shown = |s: &Statement| (s.kind, s.issuer.clone(), s.currency.clone(), account(s), period(s));
    statements.iter().enumerate().any(|(at, one)| {
        let others = statements.iter().skip(at + 1);
        let others = others.filter(|other| !one.transactions.is_empty() && !other.transactions.is_empty());
        others.into_iter().any(|other| shown(one) == shown(other) && !same_rows(one, other))
    })
}

/// The least that one of the statements is proven.
fn weakest(parsed: &Parsed) -> u8 {
    let rank = |status: ProofStatus| match status {
        ProofStatus::Proven | ProofStatus::Repaired => 4,
        ProofStatus::Consistent => 3,
        ProofStatus::Unproven => 2,
        ProofStatus::Contradicted => 1,
    };
    parsed.statements.iter().map(|statement| rank(statement.proof.status)).min().unwrap_or(0)
}

/// Reads a document by a layout.
fn read_as(layout: &Layout, document: &Document) -> Parsed {
    let mut problems = Vec::new();
    let mut found = tables(layout, document, None);
    if layout.needs_reference() {
        // The heading says the year of dates that have none, and it is known once the table's lines are.
        let outside: Vec<TextLine> = found.iter().flat_map(|table| table.outside.iter().cloned()).collect();
        let named = || fields::year_named(&outside);
        if let Some(reference) = read_heading(layout, &outside, &mut Vec::new()).reference().or_else(named) {
            found = tables(layout, document, Some(reference));
        }
    }
    let mut statements = Vec::new();
    for table in found {
        statements.extend(statements_of(layout, table, &mut problems));
    }
    if let Content::Pages(pages) = &document.content {
        split::tell_pages(&mut statements, pages);
    }
    let parser = ParserId { id: Text::from(layout.id.as_str()), version: layout.version };
    Parsed { parser, statements: distinct(statements), problems }
}

/// A workbook saved again can hold its sheet twice, and a merged file the same paper.
fn distinct(statements: Vec<Statement>) -> Vec<Statement> {
    let mut distinct: Vec<Statement> = Vec::with_capacity(statements.len());
    for statement in statements {
        if !distinct.iter().any(|other| same_rows(other, &statement)) {
            distinct.push(statement);
        }
    }
    distinct
}

fn refuse_empty(document: &Document) -> Result<(), ParseError> {
    match &document.content {
        Content::Pages(pages) if pages.iter().all(|p| p.words.is_empty()) => {
            let has_pictures = pages.iter().any(|p| p.image_area > 0.0);
            Err(if has_pictures { ParseError::NoTextLayer } else { ParseError::Empty })
        }
        Content::Sheets(sheets) if sheets.iter().all(|s| s.rows.is_empty()) => Err(ParseError::Empty),
        Content::Text(text) if text.chars().all(text::is_blank) => Err(ParseError::Empty),
        _ => Ok(()),
    }
}

/// One table for a printed document, one for each sheet of a workbook that has it.
fn tables(layout: &Layout, document: &Document, reference: Option<Date>) -> Vec<Table> {
    match &document.content {
        Content::Text(_) => Vec::new(),
        Content::Pages(pages) => match &layout.list {
            Some(list) => vec![list::read_table(layout, list, pages)],
            None => vec![pages::read_table(layout, pages, reference)],
        },
        Content::Sheets(sheets) => {
            let mut found: Vec<Table> = Vec::new();
            let mut elsewhere = Table::default();
            // The tables of a web page or a mail are one statement in parts; a workbook's sheets stand by themselves.
            let one_page = matches!(document.media_type, MediaType::Html | MediaType::Mail);
            // A workbook saved again may hold a copy of its rows on a sheet without the title: that one is not the bill.
            let has_title = |sheet: &&Sheet| identify::has_title(layout, sheet);
            let mut section = None;
            let titled = !one_page && sheets.iter().filter(has_title).any(|sheet| has_table(layout, sheet));
            for sheet in sheets {
                if titled && !has_title(&sheet) && has_table(layout, sheet) {
                    elsewhere.problems.push(untitled(sheet));
                    continue;
                }
                section = sheet.lead.lines().rev().find_map(|line| layout.section_of(line)).or(section);
                let Some(header) = grid::find_header(layout, &grid::HeaderNames::of(sheet)) else {
                    let known_outside = elsewhere.outside.len();
                    elsewhere.outside.extend(grid::all_lines(sheet));
                    elsewhere.sum_up(layout, known_outside, &mut { section });
                    continue;
                };
                if found.is_empty() || !one_page {
                    found.push(Table::default());
                }
                if let Some(table) = found.last_mut() {
                    grid::read_table(layout, sheet, &header, grid::start(section, reference), table);
                }
            }
            if found.is_empty() {
                return vec![elsewhere];
            }
            // A cover sheet, or a mail's text around its tables, is about all of them.
            for table in &mut found {
                table.outside.splice(0..0, elsewhere.outside.iter().cloned());
                table.summaries.extend(elsewhere.summaries.iter().cloned());
            }
            if let Some(first) = found.first_mut() {
                first.problems.append(&mut elsewhere.problems);
            }
            found
        }
    }
}

fn untitled(sheet: &Sheet) -> Problem {
    let problem = Problem::new(
        ProblemCode::StrayText,
        "工作簿另有一张没有标题的表，列名相同，未读取",
        "another sheet has the same columns and no title; it was not read",
    );
    match sheet.rows.first() {
        Some(row) => problem.at(sheet.source(row, 1)),
        None => problem,
    }
}

fn has_table(layout: &Layout, sheet: &Sheet) -> bool {
    grid::find_header(layout, &grid::HeaderNames::of(sheet)).is_some()
}

fn same_rows(a: &Statement, b: &Statement) -> bool {
    let key = |t: &Transaction| (t.time, t.amount, t.reference.clone(), t.balance);
    let fact = |(name, field): (&Text, &Field)| (name.clone(), field.value.clone());
    let facts = |facts: &BTreeMap<Text, Field>| facts.iter().map(fact).collect::<Vec<_>>();
    let same_facts = || {
        !a.fields.is_empty()
            && facts(&a.fields) == facts(&b.fields)
            && a.records.iter().map(facts).eq(b.records.iter().map(facts))
    };
    match (a.transactions.is_empty(), b.transactions.is_empty()) {
        (true, true) => same_facts(),
        _ => {
            a.transactions.len() == b.transactions.len()
                && a.transactions.iter().zip(&b.transactions).all(|(x, y)| key(x) == key(y))
        }
    }
}

/// A table is one statement for each currency that its rows are in, and for each card whose section they stand in.
fn statements_of(layout: &Layout, mut table: Table, problems: &mut Vec<Problem>) -> Vec<Statement> {
    let heading = read_heading(layout, &table.outside, problems);
    if layout.columns.is_empty() || layout.records.is_some() {
        problems.append(&mut table.problems);
        let mut only = facts_statement(layout, &heading, &table, problems);
        if !only.fields.contains_key("total_in_words") {
            only.fields.extend(amount_in_words(&table.outside));
        }
        return vec![only];
    }
    let declared = read_totals(&layout.totals, &table.outside, problems);
    problems.append(&mut table.problems);
    let transactions = std::mem::take(&mut table.transactions);
    let parts = by_currency_and_card(transactions, &table, heading.currency);
    let alone = parts.len() == 1;
    let mut made = Vec::with_capacity(parts.len());
    for ((currency, card), transactions) in parts {
        let mut declared = if alone { declared.clone() } else { DeclaredTotals::default() };
        let mut heading = heading.clone();
        if let Some(card) = card {
            heading.account = Some(Sourced::new(AccountNumber::new(card.value.clone()), card.source.clone()));
        }
        let mut unlisted = None;
        let of_card = |summary: &&Summary| card.is_none_or(|card| summary.card.as_ref() == Some(&card.value));
        for summary in table.summaries.iter().filter(of_card) {
            let named = summary.currency;
            if (named.is_none() && alone) || (named.is_some() && (named == currency || alone && currency.is_none())) {
                declared.rows = declared.rows.or(summary.totals.rows.clone());
                declared.in_sum = declared.in_sum.or(summary.totals.in_sum.clone());
                declared.out_sum = declared.out_sum.or(summary.totals.out_sum.clone());
                heading.opening_balance = heading.opening_balance.or(summary.opening.clone());
                heading.closing_balance = heading.closing_balance.or(summary.closing.clone());
                unlisted = unlisted.or(summary.unlisted.as_ref().map(|u| u.value));
            }
        }
        // Totals of a page are about all its currencies together.
        let sections = if alone { table.sections.clone() } else { Vec::new() };
        let (declared, sections) =
            if layout.list.is_some() { (declared, sections) } else { whole_or_parts(declared, sections) };
        let mut transactions = transactions;
        let mut holes = table.holes.clone();
        let unsigned = layout.column(layout::Role::Amount).is_some_and(|c| c.signed == layout::Sign::FromBalance);
        let (mut declared, mut sections) = (declared, sections);
        let readings = if alone { table.readings.clone() } else { readings_of(&table.readings, &transactions) };
        let repairs = repair::mend(
            repair::Case {
                transactions: &mut transactions,
                holes: &mut holes,
                readings: &readings,
                opening: &mut heading.opening_balance,
                closing: &mut heading.closing_balance,
                declared: &mut declared,
                sections: &mut sections,
                outside: &table.outside,
                unsigned,
            },
            problems,
        );
        sections.retain(|section| {
            !table.open_sections.contains(&section.first_seq) || repair::shows_whole(section, &transactions)
        });
        if unsigned {
            let opening = heading.opening_balance.as_ref().map(|b| b.value);
            holes.extend(signs::from_balances(&mut transactions, opening, problems));
            holes.sort_unstable();
        }
        if layout.column(layout::Role::Amount).is_some_and(|c| c.signed == layout::Sign::ByRepayment) {
            signs::by_repayment(&mut transactions, problems);
        }
        let rows = Rows { transactions, holes: &holes, declared, sections, unlisted, repairs, readings: &readings };
        made.push(statement(layout, &heading, currency, rows, problems));
    }
    if let Some(first) = made.first_mut() {
        first.fields.extend(amount_in_words(&table.outside));
    }
    made
}

/// What the figures of these rows may be instead.
fn readings_of(readings: &[RowReadings], rows: &[Transaction]) -> Vec<RowReadings> {
    let seqs: HashSet<u32> = rows.iter().map(|row| row.seq).collect();
    readings.iter().filter(|reading| seqs.contains(&reading.seq)).cloned().collect()
}

/// A currency, and the card whose section the rows stand in.
type Part<'a> = (Option<&'static str>, Option<&'a Sourced<Text>>);

/// Rows by the currency they name, or else by the heading's, and by their section's card; in the order of first
/// appearance.
fn by_currency_and_card<'a>(
    transactions: Vec<Transaction>,
    table: &'a Table,
    heading: Option<&'static str>,
) -> Vec<(Part<'a>, Vec<Transaction>)> {
    let cards = table.several_cards();
    let first = table.currencies.first().copied().flatten().or(heading);
    // The usual case moves no row.
    if cards.is_empty() && table.currencies.iter().all(|currency| currency.or(heading) == first) {
        return vec![((first, None), transactions)];
    }
    let mut parts: Vec<(Part<'a>, Vec<Transaction>)> = Vec::new();
    for (transaction, currency) in transactions.into_iter().zip(&table.currencies) {
        let card = cards.partition_point(|(from, _)| *from <= transaction.seq).checked_sub(1);
        let part = (currency.or(heading), card.and_then(|at| cards.get(at)).map(|(_, card)| card));
        let same = |other: &Part<'_>| other.0 == part.0 && other.1.map(|c| &c.value) == part.1.map(|c| &c.value);
        // Rows of one part stand together: the last one is looked at first.
        match parts.iter_mut().rev().find(|(other, _)| same(other)) {
            Some((_, rows)) => rows.push(transaction),
            None => parts.push((part, vec![transaction])),
        }
    }
    parts
}

/// Totals that stand on every page are the whole document's when there is one page, or when all pages print the same.
fn whole_or_parts(declared: DeclaredTotals, sections: Vec<SectionTotals>) -> (DeclaredTotals, Vec<SectionTotals>) {
    let values = |t: &DeclaredTotals| {
        let count = |c: &Option<model::Sourced<u32>>| c.as_ref().map(|c| c.value);
        let sum = |s: &Option<model::Sourced<model::Money>>| s.as_ref().map(|s| s.value);
        (count(&t.rows), count(&t.in_rows), count(&t.out_rows), sum(&t.in_sum), sum(&t.out_sum))
    };
    match sections.first() {
        Some(first) if declared.is_empty() && sections.iter().all(|s| values(&s.totals) == values(&first.totals)) => {
            (first.totals.clone(), Vec::new())
        }
        _ => (declared, sections),
    }
}

struct Rows<'a> {
    transactions: Vec<Transaction>,
    holes: &'a [u32],
    declared: DeclaredTotals,
    sections: Vec<SectionTotals>,
    unlisted: Option<Money>,
    repairs: Vec<Repair>,
    readings: &'a [RowReadings],
}

fn statement(
    layout: &Layout,
    heading: &Heading,
    currency: Option<&'static str>,
    rows: Rows<'_>,
    problems: &mut Vec<Problem>,
) -> Statement {
    let proven = prove(&Claims {
        kind: layout.kind,
        transactions: &rows.transactions,
        holes: rows.holes,
        opening_balance: heading.opening_balance.as_ref(),
        closing_balance: heading.closing_balance.as_ref(),
        unlisted: rows.unlisted,
        declared: &rows.declared,
        sections: &rows.sections,
        sum_rules: &layout.totals.sums,
    });
    let mut proof = proven.proof;
    // A text layer says what is printed; of a picture that is not known where no equation reaches.
    if proof.status == ProofStatus::Proven && proof.unchecked.iter().any(|seq| repair::is_open(rows.readings, *seq)) {
        proof.status = ProofStatus::Consistent;
    }
    if proof.status == ProofStatus::Proven && !rows.repairs.is_empty() {
        proof.status = ProofStatus::Repaired;
    }
    proof.repairs = rows.repairs;
    complain_of_totals(&proof, problems);
    // Wallets and platforms keep their accounts in yuan and do not say so.
    let in_yuan = matches!(layout.kind, StatementKind::Wallet | StatementKind::PlatformBill);
    let currency = currency.or(layout.currency).or(in_yuan.then_some("CNY"));
    Statement {
        kind: layout.kind,
        issuer: Text::from(layout.issuer.as_str()),
        pages: None,
        holder: heading.holder.clone(),
        account: heading.account.clone(),
        currency: currency.map(Text::from),
        period: heading.period.clone(),
        issued: heading.issued.clone(),
        opening_balance: heading.opening_balance.clone().or(proven.opening),
        closing_balance: heading.closing_balance.clone().or(proven.closing),
        declared: rows.declared,
        sections: rows.sections,
        transactions: rows.transactions,
        fields: BTreeMap::new(),
        records: Vec::new(),
        proof,
    }
}

/// What the document prints about itself and its rows do not give.
fn complain_of_totals(proof: &Proof, problems: &mut Vec<Problem>) {
    for broken in proof.broken.iter().filter(|b| b.seq.is_none()) {
        let problem = Problem::new(
            ProblemCode::DoesNotAddUp,
            format!("单据印的{}是{}，按明细算是{}", equation_zh(broken.equation), broken.found, broken.expected),
            format!(
                "the document prints {} as {}, its rows give {}",
                broken.equation.as_str(),
                broken.found,
                broken.expected
            ),
        );
        problems.push(match &broken.source {
            Some(source) => problem.at(source.clone()),
            None => problem,
        });
    }
}

/// A document of facts: no movements, but what it says by name and by month.
fn facts_statement(layout: &Layout, heading: &Heading, table: &Table, problems: &mut Vec<Problem>) -> Statement {
    let mut facts = read_facts(layout, table, problems);
    let repairs = repair::mend_facts(layout, &mut facts, &table.outside);
    let mut proof = prove_facts(layout, &facts);
    if proof.status == ProofStatus::Proven && !repairs.is_empty() {
        proof.status = ProofStatus::Repaired;
    }
    proof.repairs = repairs;
    complain_of_totals(&proof, problems);
    Statement {
        kind: layout.kind,
        issuer: Text::from(layout.issuer.as_str()),
        pages: None,
        holder: heading.holder.clone(),
        account: heading.account.clone(),
        currency: Some(Text::from(heading.currency.unwrap_or("CNY"))),
        period: heading.period.clone(),
        issued: heading.issued.clone(),
        opening_balance: heading.opening_balance.clone(),
        closing_balance: heading.closing_balance.clone(),
        declared: DeclaredTotals::default(),
        sections: Vec::new(),
        transactions: Vec::new(),
        fields: facts.fields,
        records: facts.records,
        proof,
    }
}

const fn equation_zh(equation: model::proof::Equation) -> &'static str {
    use model::proof::Equation;
    match equation {
        Equation::RunningBalance => "余额",
        Equation::ClosingBalance => "期末余额",
        Equation::RowCount => "笔数",
        Equation::InCount => "收入笔数",
        Equation::OutCount => "支出笔数",
        Equation::NeutralCount => "不计收支笔数",
        Equation::InSum => "收入合计",
        Equation::OutSum => "支出合计",
        Equation::NeutralSum => "不计收支合计",
        Equation::FactSum => "合计",
    }
}

/// One line of `xinge parsers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutSummary {
    pub id: String,
    pub version: u32,
    pub kind: &'static str,
    pub title: String,
    pub media: Vec<&'static str>,
}

/// Every layout by which a file can be read, in the order of their ids.
#[must_use]
pub fn layouts() -> Vec<LayoutSummary> {
    let summary = |layout: &Layout| LayoutSummary {
        id: layout.id.clone(),
        version: layout.version,
        kind: layout.kind.as_str(),
        title: layout.title.clone(),
        media: match layout.medium {
            layout::Medium::Pages if layout.list.is_some() => vec!["png", "jpeg"],
            layout::Medium::Pages => vec!["pdf"],
            layout::Medium::Grid if layout.id.ends_with(".json") => vec!["json"],
            layout::Medium::Grid => vec!["csv", "xls", "xlsx"],
        },
    };
    let standard = |standard: &standards::Standard| LayoutSummary {
        id: standard.id.to_owned(),
        version: standard.version,
        kind: standard.kind.as_str(),
        title: standard.title.to_owned(),
        media: standard.media.to_vec(),
    };
    let generic = LayoutSummary {
        id: infer::ID.to_owned(),
        version: infer::VERSION,
        kind: StatementKind::DepositAccount.as_str(),
        title: "任何其他银行的流水（按表头推断，以余额验证）".to_owned(),
        media: vec!["pdf", "csv", "xls", "xlsx", "html"],
    };
    let mut all: Vec<LayoutSummary> = library().layouts.iter().map(summary).collect();
    all.extend(standards::STANDARDS.iter().map(standard));
    all.push(generic);
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}
