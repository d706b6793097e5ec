//! Statements of issuers that no layout describes.
//!
//! The table is found by what its header's words mean elsewhere, or by standing above the first row with a date and
//! an amount. What each column is follows from its name and from what is in it. Where several readings are possible —
//! which of two figures is the balance, whether 借 is out, what an unsigned amount's direction is — each is tried,
//! and the one whose equations hold is the right one. The readings are layouts like any other, read by the same engine.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::OnceLock;

use model::document::{Content, Document};
use model::page::Page;
use model::problem::ProblemCode;
use model::proof::ProofStatus;
use model::sheet::{Row, Sheet};
use model::statement::{Flow, Parsed, ParserId, Statement, StatementKind, Status, Transaction};
use model::{Money, Problem, Text, When};
use regex::Regex;

use crate::contents::{Cells, Contents, contents};
use crate::dates::Form;
use crate::figures::{self, Figure, Part};
use crate::headers::{Header, headers, names_parted};
use crate::layout::{Column, DateForm, FieldSpec, Layout, Medium, Role, Sign, StatusWord, SumRule, TotalsSpec, Wraps};
use crate::pattern::Pattern;
use crate::proof::order_by_dates;
use crate::synonyms::{Synonyms, after, roles_by_name, synonyms};
use crate::text::{page_line, squash, trim, word_lines};
use crate::views;

/// What is printed as the parser of a statement read by inference.
pub const ID: &str = "generic";
/// Raised when an old sample's output changes.
pub const VERSION: u32 = 2;

/// Readings tried at most of one header. Two money columns and four ways to tell a direction make sixteen.
const READINGS_MAX: usize = 48;
/// Rows of each sheet that all readings are tried on. A wrong one does not stand up to a thousand.
const HEAD_ROWS: usize = 1_000;
/// Names are looked for on the first five pages.
const HEAD_PAGES: usize = 8;
/// Cells or words that all readings are tried on: a document of no more is tried whole, of a larger one the beginning.
const HEAD_CELLS: usize = 12_000;
/// Of those that do best on the head, so many are tried on the whole,
const BEST_TRIED: usize = 8;
/// but no more than read so many cells altogether, and one in any case: two million rows take a few seconds then.
const CELLS_READ_MAX: usize = 24_000_000;
/// Of the rows whose directions are told by balances, one in so many may be lost.
const LOST_SHARE: usize = 4;
/// A contradicted reading is nearly right when so many equations hold for each that does not: a figure is wrong in it, and
/// not what its columns mean.
const HOLDING_SHARE: usize = 3;
/// What is looked at in another way is a page or a sheet that a person would read, and no archive:
const VIEWED_CELLS_MAX: usize = 500_000;
/// each way may read so much of it.
const VIEW_CELLS_READ_MAX: usize = 2_000_000;

/// What may still be read of one document, in cells or words, over all its parts, ways to look at it and readings.
///
/// A file of a hundred unlike parts, none of which adds up, would otherwise be read some hundred times a hundred times.
/// What is left untried when it is spent is not guessed: the best reading so far stands, with what it proves.
#[derive(Debug)]
pub struct Effort {
    pub(crate) cells: usize,
}

impl Default for Effort {
    /// A table of two million rows that adds up nowhere takes two thirds of this; all of it is some half a minute.
    fn default() -> Self {
        Self { cells: 40_000_000 }
    }
}

impl Effort {
    /// Takes what reading `document` once costs; `false`, and nothing taken, where no more than that is left.
    const fn spend(&mut self, cells: usize) -> bool {
        match self.cells.checked_sub(cells) {
            Some(left) => {
                self.cells = left;
                true
            }
            None => false,
        }
    }
}

/// Reads a document by inference. `None` when it has no table of movements that makes sense, or when `effort` was spent
/// before one was found.
#[must_use]
pub fn infer(document: &Document, effort: &mut Effort) -> Option<Parsed> {
    let words = synonyms().ok()?;
    let respelled = figures::respelled(document);
    let document = respelled.as_ref().unwrap_or(document);
    let parted = names_parted(words, document);
    let document = parted.as_ref().unwrap_or(document);
    let mut best = infer_table(words, document, CELLS_READ_MAX, effort);
    if !best.as_ref().is_some_and(|(rank, _)| rank.is_proven()) && size(document) <= VIEWED_CELLS_MAX {
        for view in views::of(words, document) {
            let Some((rank, parsed)) = infer_view(words, &view, effort) else { continue };
            // What arranges the page in another way must prove that it may, and loses none of its rows.
            if best.as_ref().is_none_or(|(_, before)| rank.is_proven() && rows(&parsed) >= rows(before)) {
                best = Some((rank, parsed));
            }
            if best.as_ref().is_some_and(|(rank, _)| rank.is_proven()) {
                break;
            }
        }
    }
    let (_, mut parsed) = best?;
    parsed.parser = ParserId { id: Text::from(ID), version: VERSION };
    let issuer = issuer_name(document).unwrap_or_else(|| "unknown".to_owned());
    for statement in &mut parsed.statements {
        statement.issuer = Text::from(issuer.as_str());
    }
    Some(parsed)
}

/// Each part by itself; all of them together are no better than the worst.
fn infer_view(words: &Synonyms, view: &views::View, effort: &mut Effort) -> Option<(Rank, Parsed)> {
    let mut whole: Option<(Rank, Parsed)> = None;
    for part in &view.parts {
        let (rank, mut parsed) = infer_table(words, part, VIEW_CELLS_READ_MAX, effort)?;
        whole = Some(match whole {
            None => (rank, parsed),
            Some((other, mut before)) => {
                before.statements.append(&mut parsed.statements);
                before.problems.append(&mut parsed.problems);
                (rank.min(other), before)
            }
        });
    }
    let (rank, mut parsed) = whole?;
    view.restore(&mut parsed);
    Some((rank, parsed))
}

fn rows(parsed: &Parsed) -> usize {
    parsed.statements.iter().map(|statement| statement.transactions.len()).sum()
}

/// `cells_read_max`: what may be read of the whole of a large document.
fn infer_table(
    words: &Synonyms,
    document: &Document,
    cells_read_max: usize,
    effort: &mut Effort,
) -> Option<(Rank, Parsed)> {
    let head = head(document);
    let tried = head.as_ref().unwrap_or(document);
    let once = size(tried);
    let mut best: Option<Best> = None;
    let mut of_head: Vec<(Rank, u64, Reading)> = Vec::new();
    let mut is_unfinished = false;
    'search: for header in headers(words, tried) {
        for reading in readings(words, &header, tried) {
            if !effort.spend(once) {
                is_unfinished = true;
                break 'search;
            }
            match &head {
                None => Best::consider(words, &mut best, &reading, crate::read_as(&reading.layout, tried)),
                Some(_) => {
                    // Sums and balances of the heading are about more rows than the head has.
                    let parsed = crate::read_as(&reading.layout.without_totals(), tried);
                    of_head.extend(rank(&reading, &parsed, 0).map(|rank| (rank, figures_of(&parsed), reading)));
                }
            }
        }
        let proven = |rank: &Rank| rank.is_proven();
        if best.as_ref().map(|best| &best.rank).is_some_and(proven) || of_head.iter().any(|(rank, ..)| proven(rank)) {
            break;
        }
    }
    if head.is_some() {
        // The best first, and the most usual of equals.
        of_head.sort_by_key(|(rank, ..)| std::cmp::Reverse(*rank));
        let runs = (cells_read_max / size(document).max(1)).clamp(1, BEST_TRIED);
        let (first, figures) = of_head.first().map(|(rank, figures, _)| (*rank, *figures))?;
        for (run, (rank, own, reading)) in of_head.into_iter().enumerate() {
            // Once one is proven, only its equals may say otherwise.
            if best.as_ref().is_some_and(|best| best.rank.is_proven()) && !rank.is_equal(first) {
                break;
            }
            let is_affordable = run < runs && effort.spend(size(document));
            if run > 0 && !is_affordable {
                // An equal that gives the same figures of the head would give the same of the whole.
                is_unfinished |= first.is_proven() && rank.is_equal(first) && own != figures;
                continue;
            }
            Best::consider(words, &mut best, &reading, crate::read_as(&reading.layout, document));
        }
    }
    best.map(|best| best.finished(is_unfinished))
}

/// Two readings of one table with equal digests give the same amounts, as far as chance allows: it decides no more than
/// whether a reading is worth another look.
fn figures_of(parsed: &Parsed) -> u64 {
    let mut hasher = DefaultHasher::new();
    for row in parsed.statements.iter().flat_map(|statement| &statement.transactions) {
        row.amount.hash(&mut hasher);
    }
    hasher.finish()
}

/// What was read in the best way so far.
struct Best {
    rank: Rank,
    parsed: Parsed,
    days: Form,
    time: String,
    /// Another way proves as much and gives other figures.
    is_contested: bool,
}

impl Best {
    fn consider(words: &Synonyms, best: &mut Option<Self>, reading: &Reading, mut parsed: Parsed) {
        reading.doubt(words, &mut parsed);
        let Some(rank) = rank(reading, &parsed, reading.needed) else { return };
        let figures = |parsed: &Parsed| -> Vec<Money> {
            parsed.statements.iter().flat_map(|s| s.transactions.iter().map(|row| row.amount)).collect()
        };
        let contests =
            |best: &Self| rank.is_proven() && rank.is_equal(best.rank) && figures(&parsed) != figures(&best.parsed);
        let is_contested = best.as_ref().is_some_and(contests);
        if let Some(best) = best.as_mut().filter(|best| rank <= best.rank) {
            best.is_contested |= is_contested;
            return;
        }
        *best = Some(Self { rank, parsed, days: reading.days, time: reading.time.clone(), is_contested });
    }

    /// What was read, with what only the whole column tells. `is_unfinished`: readings that might say otherwise were not
    /// tried.
    fn finished(self, is_unfinished: bool) -> (Rank, Parsed) {
        let Self { mut rank, mut parsed, mut days, time, is_contested } = self;
        let unread: Vec<u32> = parsed.problems.iter().filter_map(|problem| problem.seq).collect();
        for statement in &mut parsed.statements {
            // A day is printed once for all its rows; one that could not be read stays unknown.
            let mut before = None;
            for row in statement.transactions.iter_mut().filter(|row| !unread.contains(&row.seq)) {
                row.time = row.time.or(before);
                before = row.time.map(|when| When::day(when.date));
            }
            // Days without their year that go back and forth are of more than one year.
            let rows = &statement.transactions;
            let is_one_day = rows.iter().map(|row| row.time.map(|when| when.date)).collect::<BTreeSet<_>>().len() < 2;
            days.is_sure &= days.form != DateForm::MonthDay || is_one_day || order_by_dates(rows).is_some();
        }
        if is_contested || is_unfinished || !days.is_sure {
            weaken(&mut parsed);
            rank.standing = rank.standing.min(3);
        }
        if is_contested {
            parsed.problems.push(Problem::new(
                ProblemCode::UnreadableField,
                "有两种读法都与余额相符，金额的收支方向不能确定，请核对",
                "two ways to read the table fit the balances: which way some amounts went is not certain, please check",
            ));
        }
        if is_unfinished {
            parsed.problems.push(Problem::new(
                ProblemCode::LimitReached,
                "文件太大或部分太多，没有试完所有读法，请按账户或月份分开上传",
                "the file is too large, or has too many parts, to try every way to read it: please send it in parts, by account or month",
            ));
        }
        if !days.is_sure {
            parsed.problems.push(Problem::new(
                ProblemCode::UnreadableField,
                format!("“{time}”一列的日期可以有几种读法（日/月、月/日或不同年份），单据没有说明，请核对"),
                format!("the days of the column {time:?} can be read in several ways (day/month, month/day, other years): please check"),
            ));
        }
        (rank, parsed)
    }
}

/// What holds and is not certain is consistent.
fn weaken(parsed: &mut Parsed) {
    for statement in parsed.statements.iter_mut().filter(|s| s.proof.status == ProofStatus::Proven) {
        statement.proof.status = ProofStatus::Consistent;
    }
}

/// Cells of a document's sheets, or words on its pages.
fn size(document: &Document) -> usize {
    match &document.content {
        Content::Sheets(sheets) => sheets.iter().map(|sheet| sheet.cells.len()).sum(),
        Content::Pages(pages) => pages.iter().map(|page| page.words.len()).sum(),
        Content::Text(_) => 0,
    }
}

/// The beginning of a large document; none for a small one.
fn head(document: &Document) -> Option<Document> {
    if size(document) <= HEAD_CELLS {
        return None;
    }
    let mut room = HEAD_CELLS;
    let content = match &document.content {
        Content::Sheets(sheets) => {
            let mut heads = Vec::new();
            for sheet in sheets {
                if room == 0 {
                    break;
                }
                let head = head_of_sheet(sheet, room);
                room = room.saturating_sub(head.cells.len().max(1));
                heads.push(head);
            }
            Content::Sheets(heads)
        }
        Content::Pages(pages) => {
            let mut heads: Vec<Page> = Vec::new();
            for page in pages.iter().take(HEAD_PAGES) {
                if room == 0 {
                    break;
                }
                room = room.saturating_sub(page.words.len());
                heads.push(page.clone());
            }
            Content::Pages(heads)
        }
        Content::Text(_) => return None,
    };
    Some(Document {
        media_type: document.media_type,
        page_count: document.page_count,
        content,
        facts: document.facts.clone(),
        problems: Vec::new(),
    })
}

/// The first rows of a sheet, with no more than `cells` cells and one row in any case.
fn head_of_sheet(sheet: &Sheet, cells: usize) -> Sheet {
    let fits = |(at, row): &(usize, &Row)| *at == 0 || row.cell_end as usize <= cells;
    let rows: Vec<Row> = sheet.rows.iter().take(HEAD_ROWS).enumerate().take_while(fits).map(|(_, row)| *row).collect();
    let cells = rows.iter().map(|row| row.cell_end as usize).max().unwrap_or(0);
    let cells: Vec<_> = sheet.cells.iter().take(cells).copied().collect();
    let text = cells.iter().map(|cell| cell.end as usize).max().unwrap_or(0);
    Sheet {
        origin: sheet.origin.clone(),
        lead: sheet.lead.clone(),
        text: sheet.text.get(..text).unwrap_or(&sheet.text).to_owned(),
        places: sheet.places.iter().take(cells.len()).copied().collect(),
        cells,
        rows,
    }
}

// ---- the readings ----

/// One way to read a table, and what it must prove to count.
#[derive(Debug)]
struct Reading {
    layout: Layout,
    header: Header,
    /// The least status, as [`Rank`] has it: 借 as money in counts only where it is proven, and directions that come from
    /// the balances only where they do not contradict it.
    needed: u8,
    days: Form,
    /// The column of the days.
    time: String,
}

impl Reading {
    /// The first row of a chain whose opening balance is not printed has its direction from what words, columns or
    /// signs mean alone. Where the equations told that, they must have told it of a row that goes the same way; and signs
    /// mean something only where some figures have one.
    ///
    /// And a reading against the usual meaning of words, under which refunds go out and purchases come in, is wrong.
    fn doubt(&self, words: &Synonyms, parsed: &mut Parsed) {
        let signed = self.layout.column(Role::Amount).map_or(Sign::None, |column| column.signed);
        let by_sign = matches!(signed, Sign::Account | Sign::Inverted);
        for statement in parsed.statements.iter_mut().filter(|s| s.proof.status == ProofStatus::Proven) {
            let is_open = |row: &&Transaction| statement.proof.unchecked.contains(&row.seq);
            let rows = || statement.transactions.iter();
            let told = |flow: Flow| rows().any(|row| row.flow == flow && !is_open(&row));
            let is_doubtful = |row: &Transaction| {
                self.needed >= 4 && !told(row.flow) || by_sign && rows().all(|other| other.flow == row.flow)
            };
            // One equation among columns that no name tells may hold by chance.
            let by_chance = !self.header.by_words && statement.proof.holding < 2;
            let is_turned = self.needed >= 4 && is_turned(words, &statement.transactions);
            if rows().filter(is_open).any(is_doubtful) || by_chance || is_turned {
                statement.proof.status = ProofStatus::Consistent;
            }
        }
    }
}

/// Whether most of the rows that say which way they go, and two at least, go the other way.
fn is_turned(words: &Synonyms, rows: &[Transaction]) -> bool {
    let says = |flow: Flow, text: &str| {
        words.meanings.get(&flow).is_some_and(|list| list.iter().any(|word| text.contains(word.as_str())))
    };
    let (mut same, mut other) = (0_usize, 0_usize);
    for row in rows {
        // A loan's interest is paid, a purchase's refund is not.
        let Some(text) = row.description.as_deref().filter(|text| !text.contains('贷') && !text.contains('冲'))
        else {
            continue;
        };
        match (says(Flow::In, text), says(Flow::Out, text)) {
            (true, false) if row.flow == Flow::In => same += 1,
            (false, true) if row.flow == Flow::Out => same += 1,
            (true, false) | (false, true) if row.flow != Flow::Neutral => other += 1,
            _ => {}
        }
    }
    other >= 2 && other > same
}

/// A layout with everything but its columns.
fn frame(words: &Synonyms, header: &Header, document: &Document) -> Layout {
    // Patterns are slow to make, and every reading has the same.
    static USUAL: OnceLock<Layout> = OnceLock::new();
    let is_pages = matches!(document.content, Content::Pages(_));
    Layout {
        medium: if is_pages { Medium::Pages } else { Medium::Grid },
        header_also: header.also.clone(),
        watermark: is_pages,
        ..USUAL.get_or_init(|| usual(words)).clone()
    }
}

/// What all readings share.
fn usual(words: &Synonyms) -> Layout {
    let labels = &words.labels;
    let sum = |labels: &[String], pattern: &str| FieldSpec {
        patterns: Pattern::new(pattern).into_iter().collect(),
        ..after(labels)
    };
    Layout {
        id: "generic".to_owned(),
        issuer: "unknown".to_owned(),
        version: 1,
        title: String::new(),
        kind: StatementKind::DepositAccount,
        currency: None,
        medium: Medium::Grid,
        identify: Vec::new(),
        fields: labels.fields().into_iter().collect(),
        totals: TotalsSpec {
            rows: Some(after(&labels.rows)),
            in_rows: Some(after(&labels.in_rows)),
            in_sum: Some(sum(&labels.in_sum, &words.totals.in_sum)),
            out_rows: Some(after(&labels.out_rows)),
            out_sum: Some(sum(&labels.out_sum, &words.totals.out_sum)),
            inflow: Pattern::new(&words.totals.inflow).ok(),
            out: Pattern::new(&words.totals.out).ok(),
            sums: vec![SumRule::All],
            ..TotalsSpec::default()
        },
        page_totals: TotalsSpec::default(),
        ends_before: words.table.ends_before.iter().map(|t| squash(t).into_owned()).collect(),
        skip: words.table.skip.iter().filter_map(|p| Pattern::new(p).ok()).collect(),
        wraps: Wraps::Centred,
        header_also: Vec::new(),
        watermark: false,
        open_footing: true,
        sections: Vec::new(),
        columns: Vec::new(),
        facts: Vec::new(),
        records: None,
        equations: Vec::new(),
        list: None,
    }
}

/// Columns of a reading and what their signs mean.
struct Draft {
    columns: Vec<(Role, String, Part)>,
    sign: Sign,
    /// 借 is in.
    inverted: bool,
    /// A figure in the column of what went out has its own sign.
    signed_out: bool,
}

/// The layouts that a header allows, the most usual first.
fn readings(words: &Synonyms, header: &Header, document: &Document) -> Vec<Reading> {
    let roles = roles_by_name(words, &header.names);
    let named = |role: Role| roles.get(&role).cloned().unwrap_or_default();
    // The date: by name, else the first column that is a date.
    let mut time_guesses = if header.by_words { named(Role::Time) } else { Vec::new() };
    let others: Vec<String> = header.names.iter().filter(|name| !time_guesses.contains(name)).cloned().collect();
    time_guesses.extend(others);
    let mut day = None;
    for guess in time_guesses.iter().take(8) {
        let seen = contents(words, header, document, frame(words, header, document), guess);
        if let Cells::Date(form) = seen.kind(guess) {
            day = Some((guess.clone(), form, seen));
            break;
        }
    }
    let Some((time, days, seen)) = day else { return Vec::new() };
    let kind = |name: &String| seen.kind(name);
    let is_money = |name: &String| matches!(kind(name), Cells::Money(figure) if figure != Figure::Two);
    let money: Vec<String> = header.names.iter().filter(|n| is_money(n)).cloned().collect();
    let two: Vec<&String> = header.names.iter().filter(|n| kind(n) == Cells::Money(Figure::Two)).collect();

    let mut base = vec![(Role::Time, time.clone(), Part::Whole)];
    let clock = header.names.iter().find(|n| kind(n) == Cells::Clock).cloned();
    base.extend(clock.map(|n| (Role::Clock, n, Part::Whole)));
    let status = named(Role::Status).into_iter().find(|n| kind(n) == Cells::Status);
    base.extend(status.map(|n| (Role::Status, n, Part::Whole)));
    for role in [
        Role::Currency,
        Role::Counterparty,
        Role::CounterpartyAccount,
        Role::Description,
        Role::Remark,
        Role::Method,
        Role::Reference,
    ] {
        let found = named(role).into_iter().find(|n| kind(n) != Cells::Empty && *n != time);
        base.extend(found.map(|n| (role, n, Part::Whole)));
    }
    let flow = named(Role::Flow).into_iter().find(|n| kind(n) == Cells::Direction && *n != time);
    let flow = flow.or_else(|| header.names.iter().find(|n| kind(n) == Cells::Direction).cloned());

    // Figures: by name where names tell, else every way to read them.
    let balance = named(Role::Balance).into_iter().find(|n| is_money(n) && *n != time);
    let balances: Vec<Option<String>> = match &balance {
        Some(name) => vec![Some(name.clone())],
        None if header.by_words && !named(Role::Balance).is_empty() && two.is_empty() => vec![None],
        None => money.iter().cloned().map(Some).chain([None]).collect(),
    };
    let mut made: Vec<Reading> = Vec::new();
    let mut push = |columns: Vec<(Role, String, Part)>, sign: Sign, inverted: bool, must_prove: bool| {
        if made.len() < READINGS_MAX {
            let signed_out = must_prove && columns.iter().any(|(role, ..)| *role == Role::Out);
            let draft = Draft { columns, sign, inverted, signed_out };
            made.push(Reading {
                layout: layout_of(words, header, document, &draft, (&seen, days.form)),
                header: header.clone(),
                needed: match sign {
                    Sign::FromBalance => 3,
                    _ if inverted || must_prove || !header.by_words => 4,
                    _ => 0,
                },
                days,
                time: time.clone(),
            });
        }
    };
    // Amount and balance in one cell, in either order.
    for name in &two {
        for (amount, balance) in [(Part::First, Part::Second), (Part::Second, Part::First)] {
            let with = |more: Option<(Role, &String)>| {
                let mut columns = base.clone();
                columns.push((Role::Amount, (*name).clone(), amount));
                columns.push((Role::Balance, (*name).clone(), balance));
                columns.extend(more.map(|(role, name)| (role, name.clone(), Part::Whole)));
                columns
            };
            if let Some(flow) = &flow {
                push(with(Some((Role::Flow, flow))), Sign::None, false, false);
                push(with(Some((Role::Flow, flow))), Sign::None, true, false);
            }
            push(with(None), Sign::Account, false, false);
            push(with(None), Sign::FromBalance, false, false);
            push(with(None), Sign::Inverted, true, false);
        }
    }
    for balance in &balances {
        let rest: Vec<&String> = money.iter().filter(|n| Some(*n) != balance.as_ref()).collect();
        let with = |figures: &[(Role, &String)]| {
            let mut columns = base.clone();
            columns.extend(figures.iter().map(|(role, name)| (*role, (*name).clone(), Part::Whole)));
            columns.extend(balance.clone().map(|name| (Role::Balance, name, Part::Whole)));
            columns
        };
        let pair = (named(Role::In).into_iter().next(), named(Role::Out).into_iter().next());
        if let (Some(inflow), Some(out)) = &pair {
            push(with(&[(Role::In, inflow), (Role::Out, out)]), Sign::None, false, false);
            push(with(&[(Role::In, out), (Role::Out, inflow)]), Sign::None, true, false);
            push(with(&[(Role::In, inflow), (Role::Out, out)]), Sign::None, false, true);
        }
        let amounts: Vec<&String> =
            match named(Role::Amount).iter().find(|n| is_money(n) && Some(*n) != balance.as_ref()) {
                Some(name) => money.iter().filter(|n| *n == name).collect(),
                None => rest.clone(),
            };
        for amount in amounts {
            if let Some(flow) = &flow {
                push(with(&[(Role::Amount, amount), (Role::Flow, flow)]), Sign::None, false, false);
                push(with(&[(Role::Amount, amount), (Role::Flow, flow)]), Sign::None, true, false);
            }
            // Words that nobody knows are directions where the figures prove it.
            for word in header.names.iter().filter(|name| flow.is_none() && kind(name) == Cells::TwoWords) {
                push(with(&[(Role::Amount, amount), (Role::Flow, word)]), Sign::None, false, true);
                push(with(&[(Role::Amount, amount), (Role::Flow, word)]), Sign::None, true, true);
            }
            push(with(&[(Role::Amount, amount)]), Sign::Account, false, false);
            if balance.is_some() {
                push(with(&[(Role::Amount, amount)]), Sign::FromBalance, false, false);
                push(with(&[(Role::Amount, amount)]), Sign::Inverted, true, false);
            }
        }
        if !header.by_words {
            for (a, b) in rest.iter().flat_map(|a| rest.iter().map(move |b| (*a, *b))).filter(|(a, b)| a != b) {
                push(with(&[(Role::In, a), (Role::Out, b)]), Sign::None, true, false);
            }
        }
    }
    made
}

fn layout_of(
    words: &Synonyms,
    header: &Header,
    document: &Document,
    draft: &Draft,
    (seen, days): (&Contents, DateForm),
) -> Layout {
    let mut layout = frame(words, header, document);
    let directions = || {
        let mut all: Vec<(String, Flow)> = Vec::new();
        for (flow, list) in &words.directions {
            let flow = match (flow, draft.inverted) {
                (Flow::In, true) => Flow::Out,
                (Flow::Out, true) => Flow::In,
                _ => *flow,
            };
            all.extend(list.iter().map(|word| (word.clone(), flow)));
        }
        all
    };
    for (role, name, part) in &draft.columns {
        let mut column = Column::plain(*role, vec![name.clone()]);
        if matches!(role, Role::Amount | Role::In | Role::Out | Role::Balance) {
            column.empty.clone_from(&words.nothing);
        }
        if let Cells::Money(figure) = seen.kind(name)
            && let Some(pattern) = figures::pattern(words, figure, *part)
        {
            column.pattern = Some(pattern.into());
            column.flow_words = directions();
        }
        match role {
            Role::Time => column.form = days,
            Role::Amount => {
                column.signed = draft.sign;
                column.always_signed = seen.signed.contains(name) && is_picture(document);
            }
            Role::Out if draft.signed_out => column.signed = Sign::Account,
            Role::Flow => {
                column.flow_words = match seen.words.get(name) {
                    Some([first, second]) => {
                        let (inflow, out) = if draft.inverted { (second, first) } else { (first, second) };
                        vec![(inflow.clone(), Flow::In), (out.clone(), Flow::Out)]
                    }
                    None => directions(),
                };
            }
            Role::Status => {
                let words = words.statuses.iter().flat_map(|(status, list)| list.iter().map(move |w| (w, *status)));
                column.status_words.extend(words.map(|(word, status): (&String, Status)| StatusWord {
                    word: word.clone(),
                    is_prefix: false,
                    by_flow: [status; 3],
                }));
            }
            Role::In | Role::Out => {}
            Role::Balance if names_owed(words, name) => {
                column.signed = Sign::Inverted;
                column.optional = true;
                layout.kind = StatementKind::CreditCard;
            }
            _ => column.optional = true,
        }
        layout.columns.push(column);
    }
    layout.columns.sort_by_key(|c| c.role);
    layout
}

fn is_picture(document: &Document) -> bool {
    matches!(&document.content, Content::Pages(pages) if pages.iter().any(|page| page.reader.is_some()))
}

/// Whether a column is called what the holder owes.
fn names_owed(words: &Synonyms, name: &str) -> bool {
    let folded = name.to_ascii_lowercase();
    words.owed.iter().any(|part| folded.contains(&part.to_ascii_lowercase()))
}

// ---- which reading is right ----

/// Better is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// 4 proven, 3 consistent or nearly right, 2 unproven, 1 contradicted.
    standing: u8,
    holding: u32,
    /// Less is better, so it is held negated.
    lost: i64,
    /// The words mean what they mean elsewhere.
    is_usual: bool,
    named: usize,
}

impl Rank {
    /// As well proven, by words that say as much.
    fn is_equal(self, other: Self) -> bool {
        (self.standing, self.holding, self.is_usual) == (other.standing, other.holding, other.is_usual)
    }

    const fn is_proven(self) -> bool {
        self.standing >= 4
    }
}

/// `needed`: the least status that counts.
fn rank(reading: &Reading, parsed: &Parsed, needed: u8) -> Option<Rank> {
    let rows = rows(parsed);
    if rows == 0 {
        return None;
    }
    let worst = parsed.statements.iter().map(|s| s.proof.status).map(|status| match status {
        ProofStatus::Proven | ProofStatus::Repaired => 4,
        ProofStatus::Consistent => 3,
        ProofStatus::Unproven => 2,
        ProofStatus::Contradicted => 1,
    });
    let status = worst.min()?;
    if status < needed {
        return None;
    }
    // Directions that the balances tell are told of nearly every row, or the figures are not read well enough for it: what
    // is left of the rows would be consistent by leaving out the others.
    let open = parsed.problems.iter().filter(|problem| problem.code == ProblemCode::UnreadableRow).count();
    let by_balances = reading.needed == 3;
    if by_balances && open * LOST_SHARE > rows {
        return None;
    }
    // One direction only, told by nothing but signs that are not there, tells nothing.
    let one_way = parsed.statements.iter().flat_map(|s| &s.transactions).all(|t| t.flow == Flow::In);
    if status <= 2 && one_way && rows > 1 {
        return None;
    }
    // Balances that follow from each other only against the order of the days are those before their rows.
    let runs_backwards = |statement: &Statement| {
        let by_dates = order_by_dates(&statement.transactions);
        by_dates.is_some() && statement.proof.order.is_some() && by_dates != statement.proof.order
    };
    if status > 1 && parsed.statements.iter().any(runs_backwards) {
        return None;
    }
    let holding: u32 = parsed.statements.iter().map(|s| s.proof.holding).sum();
    let broken: usize = parsed.statements.iter().map(|s| s.proof.broken.len()).sum();
    // Where directions are printed and a figure is wrong, the balances would hold by leaving its row out: the row that is
    // shown with what contradicts it says more.
    let standing = match status {
        1 if broken * HOLDING_SHARE <= holding as usize => 3,
        3 if by_balances && open > 0 => 2,
        status => status,
    };
    let lost = -i64::try_from(parsed.problems.len()).unwrap_or(i64::MAX);
    Some(Rank { standing, holding, lost, is_usual: reading.needed < 4, named: reading.header.names.len() })
}

/// The bank that the document names itself after, as it prints it.
fn issuer_name(document: &Document) -> Option<String> {
    static NAME: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = NAME
        .get_or_init(|| {
            Regex::new(r"[\x{4e00}-\x{9fff}]{2,12}?(?:银行|农商行|农村信用社联合社|农村信用合作联社|农信)").ok()
        })
        .as_ref()?;
    // Words with a bank in them that name none.
    let is_name = |name: &str| {
        let others = [
            "电子银行",
            "网上银行",
            "手机银行",
            "网络银行",
            "开户银行",
            "个人银行",
            "企业银行",
            "对方银行",
            "收款银行",
            "付款银行",
        ];
        !others.iter().any(|other| name.ends_with(other))
    };
    let mut lines: Vec<String> = Vec::new();
    match &document.content {
        Content::Pages(pages) => {
            for page in pages.iter().take(1) {
                lines.extend(word_lines(page).iter().take(6).map(|line| page_line(page, line).joined()));
            }
        }
        Content::Sheets(sheets) => {
            for sheet in sheets.iter().take(2) {
                lines.extend(sheet.rows.iter().take(6).map(|row| crate::text::sheet_line(sheet, row).joined()));
            }
        }
        Content::Text(_) => {}
    }
    let named = |line: &String| {
        let squashed = squash(line).into_owned();
        pattern.find_iter(&squashed).map(|found| trim(found.as_str()).to_owned()).find(|name| is_name(name))
    };
    lines.iter().find_map(named)
}

#[cfg(test)]
mod tests {
    use model::sheet::{Cell, CellKind, SheetOrigin};

    use super::*;

    #[test]
    fn the_bank_is_named_as_the_document_prints_it() {
        let named = |text: &str| {
            let mut sheet = Sheet::new(SheetOrigin::Delimited);
            sheet.text = text.to_owned();
            sheet.cells.push(Cell {
                start: 0,
                end: u32::try_from(text.len()).unwrap(),
                column: 1,
                kind: CellKind::Text,
            });
            sheet.rows.push(Row { number: 1, cell_start: 0, cell_end: 1 });
            issuer_name(&Document {
                media_type: model::document::MediaType::Delimited,
                page_count: None,
                content: Content::Sheets(vec![sheet]),
                facts: model::document::FileFacts::default(),
                problems: Vec::new(),
            })
        };
        for (text, name) in [
            ("青禾村镇银行股份有限公司账户明细", Some("青禾村镇银行")),
            ("云岭农商行 个人活期明细", Some("云岭农商行")),
            ("南塘县农村信用合作联社对账单", Some("南塘县农村信用合作联社")),
            ("电子银行交易记录", None),
            ("账户明细", None),
        ] {
            assert_eq!(named(text).as_deref(), name, "{text}");
        }
    }

    #[test]
    fn the_head_of_a_large_sheet_is_bounded() {
        let mut sheet = Sheet::new(SheetOrigin::Delimited);
        for number in 0..10_000_u32 {
            let start = number * 3;
            for column in 1..=3 {
                sheet.cells.push(Cell { start: 0, end: 0, column, kind: CellKind::Text });
            }
            sheet.rows.push(Row { number, cell_start: start, cell_end: start + 3 });
        }
        let head = head_of_sheet(&sheet, HEAD_CELLS);
        assert_eq!((head.rows.len(), head.cells.len()), (HEAD_ROWS, 3 * HEAD_ROWS));
        let head = head_of_sheet(&sheet, 10);
        assert_eq!((head.rows.len(), head.cells.len()), (3, 9));
    }
}
