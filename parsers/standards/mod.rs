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
mod listed;
mod mt940;
mod ofx;
mod qif;

#[cfg(test)]
mod tests;

use jiff::civil::Time;
use model::document::MediaType;
use model::problem::ProblemCode;
use model::statement::{Parsed, ParserId, Statement, StatementKind};
use model::{Problem, Source, Text, When};

use crate::values::read_when;

pub use listed::sheets as listed_sheets;

/// Accounts in one file. A company's daily file lists its few dozen; more is an attack or a mistake.
const STATEMENTS_MAX: usize = 1_000;

/// Rows in one file. A shop with a thousand sales a day makes 365,000 in a year.
const ROWS_MAX: usize = 500_000;

/// A format that is read here.
pub struct Standard {
    media_type: MediaType,
    pub id: &'static str,
    pub version: u32,
    pub kind: StatementKind,
    pub title: &'static str,
    /// File name extensions, as people know them.
    pub media: &'static [&'static str],
    read: fn(&str) -> Read,
}

/// In the order of their ids.
pub const STANDARDS: &[Standard] = &[
    Standard {
        media_type: MediaType::Json,
        id: "cmb.credit.json",
        version: 1,
        kind: StatementKind::CreditCard,
        title: "招商银行 信用卡账单（App JSON）",
        media: &["json"],
        read: cmb_card::read,
    },
    Standard {
        media_type: MediaType::Camt,
        id: "standards.camt",
        version: 1,
        kind: StatementKind::DepositAccount,
        title: "ISO 20022 camt.052, camt.053, camt.054",
        media: &["xml"],
        read: camt::read,
    },
    Standard {
        media_type: MediaType::Mt940,
        id: "standards.mt940",
        version: 1,
        kind: StatementKind::DepositAccount,
        title: "SWIFT MT940, MT942",
        media: &["mt940", "sta"],
        read: mt940::read,
    },
    Standard {
        media_type: MediaType::Ofx,
        id: "standards.ofx",
        version: 1,
        kind: StatementKind::DepositAccount,
        title: "OFX 1 and 2, QFX",
        media: &["ofx", "qfx"],
        read: ofx::read,
    },
    Standard {
        media_type: MediaType::Qif,
        id: "standards.qif",
        version: 1,
        kind: StatementKind::DepositAccount,
        title: "QIF",
        media: &["qif"],
        read: qif::read,
    },
];

/// `None` when the text is not what its media type says.
#[must_use]
pub fn parse(media_type: MediaType, text: &str) -> Option<Parsed> {
    let standard = STANDARDS.iter().find(|standard| standard.media_type == media_type)?;
    let (statements, problems) = (standard.read)(text)?;
    Some(Parsed { parser: ParserId { id: Text::new(standard.id), version: standard.version }, statements, problems })
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
