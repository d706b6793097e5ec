//! A row that was read off a picture, with what its figures may say instead.

use model::problem::ProblemCode;
use model::statement::Flow;
use model::{Money, Problem, Source, When};

use crate::layout::{ROLE_COUNT, Role};
use crate::record::{Columns, Record, RowView, has_sign, is_empty, read_amount, read_flow, read_record, read_time};
use crate::spelling::{Mark, Spellings, amount_spellings, bare_date, date_spellings, spellings};
use crate::text::trim;
use crate::values::read_when;

/// A figure as it is printed and what it may be.
#[derive(Debug, Clone)]
pub struct Figure<T> {
    /// As it was read.
    pub printed: String,
    /// Whether what was read is a value at all; if not, one of `others` may be.
    pub read: bool,
    /// Other values, each once, cheapest first.
    pub others: Vec<Other<T>>,
    /// No value that is not listed costs less.
    pub cut: f32,
}

#[derive(Debug, Clone)]
pub struct Other<T> {
    pub value: T,
    pub text: String,
    pub cost: f32,
}

impl<T> Figure<T> {
    const fn certain(printed: String, read: bool) -> Self {
        Self { printed, read, others: Vec::new(), cut: f32::INFINITY }
    }

    fn of(printed: &str, own: Option<&T>, spellings: Spellings, read: impl Fn(&str) -> Option<T>) -> Self
    where
        T: PartialEq,
    {
        let mut others: Vec<Other<T>> = Vec::new();
        for spelling in spellings.others {
            let Some(value) = read(&spelling.text) else { continue };
            if own != Some(&value) && others.iter().all(|other| other.value != value) {
                others.push(Other { value, text: spelling.text, cost: spelling.cost });
            }
        }
        Self { printed: printed.to_owned(), read: own.is_some(), others, cut: spellings.cut }
    }

    /// Nothing else is possible.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.read && self.others.is_empty()
    }
}

impl Figure<Money> {
    /// A printed sum or balance of the heading, by what is in doubt of it.
    #[must_use]
    pub fn sum(printed: &str, own: Money, marks: &[Mark]) -> Self {
        Self::of(printed, Some(&own), amount_spellings(printed, marks), |text| {
            // A balance that is owed is printed without its sign.
            let money = Money::read(trim(text)).ok()?.abs();
            Some(if own.is_negative() { money.negated() } else { money })
        })
    }
}

/// The figures of one row that are in doubt.
#[derive(Debug, Clone)]
pub struct RowReadings {
    pub seq: u32,
    pub amount: Figure<(Money, Flow)>,
    pub balance: Figure<Money>,
    pub time: Figure<When>,
    pub balance_place: Source,
    pub time_place: Source,
    /// Why the row is none, as long as nothing says which of the amount's other values is right: it stands among the
    /// transactions with the likeliest.
    pub held: Option<Problem>,
}

/// The doubts of a row's cells by role.
pub type Marks = [Vec<Mark>; ROLE_COUNT];

/// Reads a row as [`read_record`] does; with it what is in doubt of it, where something is.
pub fn read_doubtful(
    columns: &Columns<'_>,
    view: &RowView<'_>,
    marks: &Marks,
    seq: u32,
    problems: &mut Vec<Problem>,
) -> (Result<Record, Problem>, Option<RowReadings>) {
    let time_text = text_of(view, Role::Time);
    // Lost blanks and dashes change no digit.
    let bare = bare_date(time_text).filter(|bare| read_when(time_text).is_none() && read_when(bare).is_some());
    if let Some(bare) = bare {
        return with_text(view, Role::Time, &bare, |view| {
            let mut marks = marks.clone();
            if let Some(time) = marks.get_mut(Role::Time.index()) {
                time.clear();
            }
            read_as_printed(columns, view, &marks, seq, problems)
        });
    }
    if !has_unread_direction(columns, view) {
        return read_as_printed(columns, view, marks, seq, problems);
    }
    if let Some(word) = told_direction(columns, view, marks) {
        let read = |view: &RowView<'_>| read_as_printed(columns, view, marks, seq, problems);
        return with_text(view, Role::Flow, &word, read);
    }
    read_either_way(columns, view, marks, seq, problems)
        .unwrap_or_else(|| read_as_printed(columns, view, marks, seq, problems))
}

/// One of two that are as likely as each other.
const TOSS_COST: f32 = std::f32::consts::LN_2;

fn has_unread_direction(columns: &Columns<'_>, view: &RowView<'_>) -> bool {
    let is_apart = columns.get(Role::Amount).is_some() && columns.get(Role::Flow).is_some();
    is_apart && read_flow(columns, view).is_err()
}

/// The word of the column that a misread one may be by its doubts (`文` for `支`): all that it may be go one way.
fn told_direction(columns: &Columns<'_>, view: &RowView<'_>, marks: &Marks) -> Option<String> {
    let printed = text_of(view, Role::Flow);
    let marks = marks.get(Role::Flow.index()).map_or(&[][..], Vec::as_slice);
    let flow_of = |text: &str| with_text(view, Role::Flow, text, |view| read_flow(columns, view)).ok();
    let others = spellings(printed, marks).others;
    let mut known = others.into_iter().filter_map(|other| Some((flow_of(&other.text)?, other.text)));
    let (flow, word) = known.next()?;
    known.all(|(other, _)| other == flow).then_some(word)
}

/// A row whose direction could not be read at all goes one way or the other: the balances decide, or it is none.
fn read_either_way(
    columns: &Columns<'_>,
    view: &RowView<'_>,
    marks: &Marks,
    seq: u32,
    problems: &mut Vec<Problem>,
) -> Option<(Result<Record, Problem>, Option<RowReadings>)> {
    let words = &columns.get(Role::Flow)?.flow_words;
    let why = read_record(columns, view, seq, &mut Vec::new()).err()?;
    let word = |wanted: Flow| words.iter().find(|(_, flow)| *flow == wanted).map(|(word, _)| word.as_str());
    let (inward, outward) = (word(Flow::In)?, word(Flow::Out)?);
    let known_problems = problems.len();
    let first = with_text(view, Role::Flow, inward, |view| read_whole(columns, view, marks, seq, problems));
    let Ok((record, mut readings)) = first else {
        problems.truncate(known_problems);
        return None;
    };
    let mut others: Vec<Other<(Money, Flow)>> = Vec::new();
    let mut cut = f32::INFINITY;
    for word in [inward, outward] {
        let (own, figure) = with_text(view, Role::Flow, word, |view| {
            let own = read_amount(columns, view).ok().map(|amount| (amount.money, amount.flow));
            (own, amounts(columns, view, marks))
        });
        let (_, figure) = figure?;
        let text = figure.printed;
        others.extend(own.map(|value| Other { value, text, cost: TOSS_COST }));
        others.extend(figure.others.into_iter().map(|other| Other { cost: other.cost + TOSS_COST, ..other }));
        cut = cut.min(figure.cut + TOSS_COST);
    }
    others.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    readings.amount = Figure { printed: readings.amount.printed, read: false, others, cut };
    readings.held = Some(why);
    Some((Ok(record), Some(readings)))
}

fn read_as_printed(
    columns: &Columns<'_>,
    view: &RowView<'_>,
    marks: &Marks,
    seq: u32,
    problems: &mut Vec<Problem>,
) -> (Result<Record, Problem>, Option<RowReadings>) {
    match read_whole(columns, view, marks, seq, problems) {
        Ok((record, readings)) => {
            let certain = readings.amount.is_certain() && readings.balance.is_certain() && readings.time.is_certain();
            (Ok(record), (!certain).then_some(readings))
        }
        Err(why) => (Err(why), None),
    }
}

fn read_whole(
    columns: &Columns<'_>,
    view: &RowView<'_>,
    marks: &Marks,
    seq: u32,
    problems: &mut Vec<Problem>,
) -> Result<(Record, RowReadings), Problem> {
    let amount = amounts(columns, view, marks);
    let known_problems = problems.len();
    let outcome = read_record(columns, view, seq, problems);
    let (record, held) = match outcome {
        Ok(record) => (record, None),
        Err(why) => {
            problems.truncate(known_problems);
            let cheapest =
                amount.as_ref().and_then(|(role, figure)| Some((*role, figure.others.first()?.text.clone())));
            let Some((role, text)) = cheapest else { return Err(why) };
            match with_text(view, role, &text, |view| read_record(columns, view, seq, problems)) {
                Ok(record) => (record, Some(why)),
                Err(_) => return Err(why),
            }
        }
    };
    let transaction = &record.transaction;
    let balance = balances(columns, view, marks, transaction.balance);
    let time = times(columns, view, marks, transaction.time);
    let amount = amount.map_or_else(|| Figure::certain(String::new(), true), |(_, figure)| figure);
    let readings = RowReadings {
        seq,
        amount,
        balance,
        time,
        balance_place: (view.place)(Some(Role::Balance)),
        time_place: (view.place)(Some(Role::Time)),
        held,
    };
    Ok((record, readings))
}

fn text_of<'a>(view: &RowView<'a>, role: Role) -> &'a str {
    view.texts.get(role.index()).copied().unwrap_or("")
}

/// Runs `read` on the row with another text in one cell.
fn with_text<T>(view: &RowView<'_>, role: Role, text: &str, read: impl FnOnce(&RowView<'_>) -> T) -> T {
    let mut texts = *view.texts;
    if let Some(slot) = texts.get_mut(role.index()) {
        *slot = text;
    }
    read(&RowView {
        texts: &texts,
        kinds: view.kinds,
        place: view.place,
        confidence: view.confidence,
        context: view.context,
    })
}

/// The amounts that a row may have, and the column that it stands in.
fn amounts(columns: &Columns<'_>, view: &RowView<'_>, marks: &Marks) -> Option<(Role, Figure<(Money, Flow)>)> {
    let read = |view: &RowView<'_>| read_amount(columns, view).ok().map(|amount| (amount.money, amount.flow));
    let own = read(view);
    let filled = |role: &Role| {
        let text = trim(text_of(view, *role));
        columns.get(*role).is_some() && !is_empty(columns.get(*role), text) && text.chars().any(|c| c.is_ascii_digit())
    };
    // Of a pair of columns the one that holds a figure other than nothing.
    let counts = |role: &&Role| !Money::read(trim(text_of(view, **role))).is_ok_and(Money::is_zero);
    let roles: Vec<Role> = [Role::Amount, Role::In, Role::Out].into_iter().filter(filled).collect();
    let role = *roles.iter().find(counts).or_else(|| roles.first())?;
    let printed = text_of(view, role);
    let mut spellings = amount_spellings(printed, marks.get(role.index()).map_or(&[], Vec::as_slice));
    if columns.get(role).is_some_and(|column| column.always_signed) && !has_sign(printed) {
        spellings = spellings.with_signs(printed, TOSS_COST);
    }
    let figure = Figure::of(printed, own.as_ref(), spellings, |text| with_text(view, role, text, read));
    Some((role, figure))
}

fn balances(columns: &Columns<'_>, view: &RowView<'_>, marks: &Marks, own: Option<Money>) -> Figure<Money> {
    let printed = text_of(view, Role::Balance);
    if is_empty(columns.get(Role::Balance), trim(printed)) {
        return Figure::certain(printed.to_owned(), true);
    }
    let spellings = amount_spellings(printed, marks.get(Role::Balance.index()).map_or(&[], Vec::as_slice));
    Figure::of(printed, own.as_ref(), spellings, |text| Money::read(trim(text)).ok())
}

fn times(columns: &Columns<'_>, view: &RowView<'_>, marks: &Marks, own: Option<When>) -> Figure<When> {
    let printed = text_of(view, Role::Time);
    if is_empty(columns.get(Role::Time), trim(printed)) {
        return Figure::certain(printed.to_owned(), true);
    }
    let spellings = date_spellings(printed, marks.get(Role::Time.index()).map_or(&[], Vec::as_slice));
    Figure::of(printed, own.as_ref(), spellings, |text| {
        with_text(view, Role::Time, text, |view| read_time(columns, view)).ok().flatten()
    })
}

/// Takes back what was said of a cell that could not be read, now that it is.
pub fn forget_unread(problems: &mut Vec<Problem>, seq: u32, place: &Source) {
    problems.retain(|problem| {
        !(problem.code == ProblemCode::UnreadableCell
            && problem.seq == Some(seq)
            && problem.source.as_ref() == Some(place))
    });
}
