//! Interchange formats: the figures stand in named elements, not in a table.
//!
//! Each file here reads one of them; the result is proven by the same equations as a printed statement. Parser crates
//! for these formats give values without their places, and every figure here must say where it stands: XML is read by
//! quick-xml, which tells offsets, the line formats and OFX's SGML by small readers of our own.

mod account;
mod amount;
mod place;

mod sgml;
mod tree;
mod xml;

mod camt;
mod cmb_card;
mod mt940;
mod ofx;
mod qif;

#[cfg(test)]
mod tests;

use jiff::civil::Time;
use model::document::MediaType;
use model::problem::ProblemCode;
use model::statement::{Parsed, ParserId, Statement};
use model::{Problem, Source, Text, When};

use crate::values::read_when;

/// Accounts in one file. A company's daily file lists its few dozen; more is an attack or a mistake.
const STATEMENTS_MAX: usize = 1_000;

/// Rows in one file. A shop with a thousand sales a day makes 365,000 in a year.
const ROWS_MAX: usize = 500_000;

/// `None` when the text is not what its media type says.
#[must_use]
pub fn parse(media_type: MediaType, text: &str) -> Option<Parsed> {
    let (id, (statements, problems)) = match media_type {
        MediaType::Ofx => ("standards.ofx", ofx::read(text)?),
        MediaType::Qif => ("standards.qif", qif::read(text)?),
        MediaType::Mt940 => ("standards.mt940", mt940::read(text)?),
        MediaType::Camt => ("standards.camt", camt::read(text)?),
        MediaType::Json => ("cmb.credit.json", cmb_card::read(text)?),
        _ => return None,
    };
    Some(Parsed { parser: ParserId { id: Text::new(id), version: 1 }, statements, problems })
}

/// What every reader here returns; `None` in its place when the text is of another format.
type Read = Option<(Vec<Statement>, Vec<Problem>)>;

/// A value over several lines as one: breaks and tabs with the blanks around them become one space.
fn joined_lines(text: &str) -> Text {
    let text = text.trim();
    if !text.contains(['\n', '\r', '\t']) {
        return Text::from(text);
    }
    let lines = text.split(['\n', '\r', '\t']).map(str::trim).filter(|line| !line.is_empty());
    let mut joined = Text::default();
    for line in lines {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(line);
    }
    joined
}

/// Blanks of any number as one.
fn squeezed(text: &str) -> Option<Text> {
    let mut squeezed = Text::default();
    for word in text.split_whitespace() {
        if !squeezed.is_empty() {
            squeezed.push(' ');
        }
        squeezed.push_str(word);
    }
    (!squeezed.is_empty()).then_some(squeezed)
}

/// Programs that know only the day write midnight.
fn day_at_midnight(when: When) -> When {
    if when.time == Some(Time::midnight()) { When::day(when.date) } else { when }
}

/// `2024-03-30`, `2024-03-30T12:05:41.123+08:00`: as printed, whatever the zone.
fn iso_when(text: &str) -> Option<When> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        // A date may carry a zone too.
        None => (text.get(..10).unwrap_or(text), None),
    };
    let local = time.map(|t| t.split(['Z', 'z', '+', '-']).next().unwrap_or(t));
    let when = match local {
        Some(time) => read_when(&format!("{date} {time}"))?,
        None => read_when(date)?,
    };
    Some(day_at_midnight(when))
}

/// Three capital letters, as ISO 4217 has them.
fn currency_code(text: &str) -> Option<Text> {
    let code = text.trim();
    (code.len() == 3 && code.bytes().all(|b| b.is_ascii_alphabetic())).then(|| Text::from(code.to_ascii_uppercase()))
}

/// What a message quotes of a value: a damaged file's can be as long as the file.
fn clipped(text: &str) -> String {
    const CHARACTERS_MAX: usize = 60;
    let mut characters = text.chars();
    let mut clipped: String = characters.by_ref().take(CHARACTERS_MAX).collect();
    if characters.next().is_some() {
        clipped.push('…');
    }
    clipped
}

fn unreadable_amount(text: &str) -> Problem {
    let text = clipped(text);
    Problem::new(
        ProblemCode::UnreadableRow,
        format!("金额“{text}”无法识别"),
        format!("the amount {text:?} could not be read"),
    )
}

fn unreadable_date(seq: u32, text: &str, source: Source) -> Problem {
    let text = clipped(text);
    Problem::new(
        ProblemCode::UnreadableCell,
        format!("第{seq}行：日期“{text}”无法识别"),
        format!("row {seq}: the date {text:?} could not be read"),
    )
    .at(source)
    .row(seq)
}

fn unreadable_field(name: &str, text: &str, source: Source) -> Problem {
    let text = clipped(text);
    Problem::new(
        ProblemCode::UnreadableField,
        format!("{name}“{text}”无法识别"),
        format!("{name} {text:?} could not be read"),
    )
    .at(source)
}

fn stopped((place, stop): (place::Place, tree::Stop)) -> Problem {
    match stop {
        tree::Stop::Broken => truncated(place.source()),
        tree::Stop::Limit => limit_reached(place.source()),
    }
}

fn truncated(source: Source) -> Problem {
    Problem::new(
        ProblemCode::Truncated,
        "文件不完整：此处之后的内容缺失或无法识别",
        "the file is not complete: what follows is missing or could not be read",
    )
    .at(source)
}

fn limit_reached(source: Source) -> Problem {
    Problem::new(
        ProblemCode::LimitReached,
        "文件内容超过上限，此处之后的内容未读取",
        "the file holds more than the limit; what follows was not read",
    )
    .at(source)
}
