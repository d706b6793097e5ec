//! What is in the columns of a table that no layout describes, whatever they are called.

use std::collections::{BTreeMap, BTreeSet};

use model::document::Document;
use model::statement::Status;

use crate::dates::{self, Form};
use crate::fields::read_heading;
use crate::figures::{self, Figure};
use crate::headers::Header;
use crate::layout::{Column, DateForm, FactKind, Layout, RecordColumn, Records, Role};
use crate::pattern::Pattern;
use crate::record::is_empty;
use crate::synonyms::{Synonyms, role_of};
use crate::text::{TextLine, squash, trim};
use crate::values::read_clock;

/// Rows whose cells tell what a column is.
const ROWS_TYPED: usize = 200;

/// What most cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cells {
    Date(Form),
    Clock,
    Money(Figure),
    Direction,
    /// Two words, over and over: which may be the directions, whatever they are.
    TwoWords,
    /// Words that say what became of a row, every one known.
    Status,
    Text,
    Empty,
}

/// The columns of a table by name.
#[derive(Debug, Default)]
pub struct Contents {
    pub kinds: BTreeMap<String, Cells>,
    /// The two words that a column of [`Cells::TwoWords`] holds.
    pub words: BTreeMap<String, [String; 2]>,
    /// Columns whose figures have their signs, `+` as well as `-`.
    pub signed: BTreeSet<String>,
}

impl Contents {
    pub fn kind(&self, name: &str) -> Cells {
        self.kinds.get(name).copied().unwrap_or(Cells::Empty)
    }
}

/// Reads the table by `frame`, as plain text, to see what is in each column; `time` is the one that may be the day.
pub fn contents(words: &Synonyms, header: &Header, document: &Document, frame: Layout, time: &str) -> Contents {
    let slots = Role::ALL.iter().copied().filter(|r| *r != Role::Time);
    let others = header.names.iter().filter(|n| *n != time).take(slots.clone().count());
    let record = |name: &str, value, slot| RecordColumn {
        name: name.to_owned(),
        value,
        slot,
        month_slot: None,
        year_in_heading: false,
        carries_down: false,
    };
    let mut columns = vec![Column::plain(Role::Time, vec![time.to_owned()])];
    let mut records = vec![record(time, FactKind::Text, Role::Time)];
    for (name, slot) in others.zip(slots) {
        let pattern = figures::any(words).map(Pattern::from);
        columns.push(Column { optional: true, pattern, ..Column::plain(slot, vec![name.clone()]) });
        // Amounts mark the rows of a table of facts.
        records.push(record(name, FactKind::Amount, slot));
    }
    let records = Records { one_row_is_facts: false, totals: None, lead: None, block: None, columns: records };
    let mut layout = Layout { columns, records: Some(records), ..frame };
    let mut tables = crate::tables(&layout, document, None);
    if tables.iter().all(|table| table.facts.is_empty()) {
        // Days without their year, or in bare digits, mark rows only where they are looked for.
        for column in layout.columns.iter_mut().filter(|column| column.role == Role::Time) {
            column.form = DateForm::MonthDay;
        }
        tables = crate::tables(&layout, document, None);
    }
    let outside: Vec<TextLine> = tables.iter().take(1).flat_map(|table| table.outside.iter().cloned()).collect();
    let period = read_heading(&layout, &outside, &mut Vec::new()).period.map(|period| period.value);
    let rows: Vec<_> = tables.iter().flat_map(|t| &t.facts).take(ROWS_TYPED).collect();
    let Some(records) = &layout.records else { return Contents::default() };
    let mut found = Contents::default();
    for (index, column) in records.columns.iter().enumerate() {
        let texts: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.cells.get(index))
            .map(|(text, ..)| trim(text))
            .filter(|text| !is_empty(None, text) && !words.nothing.iter().any(|nothing| nothing == text))
            .collect();
        let role = role_of(words, &column.name);
        let named = |roles: &[Role]| role.is_some_and(|role| roles.contains(&role));
        let is_amount = named(&[Role::Amount, Role::In, Role::Out, Role::Balance]);
        let share = |test: &dyn Fn(&str) -> bool| texts.iter().filter(|t| test(t)).count() * 10 >= texts.len() * 8;
        let is_direction = |text: &str| words.directions.values().flatten().any(|w| w == &*squash(text));
        let cells = if texts.is_empty() {
            Cells::Empty
        } else if named(&[Role::Clock]) && share(&|t| read_clock(t).is_some()) {
            Cells::Clock
        } else if let Some(form) = dates::form_of(&texts, period, named(&[Role::Time])).filter(|_| !is_amount) {
            Cells::Date(form)
        } else if share(&|t| read_clock(t).is_some()) && texts.iter().any(|t| t.contains(':') || t.len() == 6) {
            Cells::Clock
        } else if let Some(figure) = figures::figure_of(words, &texts, is_amount) {
            let signs = |sign: char| texts.iter().filter(|text| text.starts_with(sign)).count();
            // Not only what comes in is without a sign: both kinds have one.
            if signs('+') > 0 && signs('-') > 0 && (signs('+') + signs('-')) * 10 >= texts.len() * 8 {
                found.signed.insert(column.name.clone());
            }
            Cells::Money(figure)
        } else if share(&is_direction) {
            Cells::Direction
        } else if role == Some(Role::Status) && texts.iter().all(|text| status_of(words, text).is_some()) {
            Cells::Status
        } else if let Some(two) = two_words(&texts) {
            found.words.insert(column.name.clone(), two);
            Cells::TwoWords
        } else {
            Cells::Text
        };
        found.kinds.insert(column.name.clone(), cells);
    }
    found
}

/// Rows that a column of two words needs before the words may be directions: in fewer, any text has two.
const TWO_WORDS_ROWS: usize = 4;

/// The two texts that all of the cells are, the first one first.
fn two_words(texts: &[&str]) -> Option<[String; 2]> {
    let first = texts.first()?;
    let second = texts.iter().find(|text| text != &first)?;
    let is_one = |text: &&str| text == first || text == second;
    let is_short = |text: &str| text.chars().count() <= 6;
    (texts.len() >= TWO_WORDS_ROWS && texts.iter().all(is_one) && is_short(first) && is_short(second))
        .then(|| [squash(first).into_owned(), squash(second).into_owned()])
}

/// What a word says became of a row.
pub fn status_of(words: &Synonyms, text: &str) -> Option<Status> {
    let squashed = squash(text);
    words.statuses.iter().find(|(_, list)| list.iter().any(|word| *word == *squashed)).map(|(status, _)| *status)
}
