//! The facts of a document's heading and footing: holder, account, period, printed totals.

use std::sync::OnceLock;

use jiff::civil::Date;
use model::problem::ProblemCode;
use model::statement::{AccountNumber, DeclaredTotals, Holder};
use model::{Money, Period, Problem, Sensitive, Source, Sourced, Text, When};
use regex::Regex;

use crate::layout::{FieldName, FieldSpec, Layout, TotalsSpec};
use crate::pattern::Pattern;
use crate::text::{TextLine, trim};
use crate::values::{read_count, read_currency, read_period, read_period_text, read_when};

/// What the lines outside the table say.
#[derive(Debug, Clone, Default)]
pub struct Heading {
    pub holder: Holder,
    pub account: Option<Sourced<AccountNumber>>,
    pub currency: Option<&'static str>,
    pub period: Option<Sourced<Period>>,
    pub issued: Option<Sourced<When>>,
    pub statement_date: Option<Date>,
    pub opening_balance: Option<Sourced<Money>>,
    pub closing_balance: Option<Sourced<Money>>,
}

/// Reads the heading. A fact that is printed and cannot be read is a problem and stays unknown.
pub fn read_heading(layout: &Layout, lines: &[TextLine], problems: &mut Vec<Problem>) -> Heading {
    let mut heading = Heading::default();
    for (name, spec) in &layout.fields {
        let Some(found) = find(spec, lines) else { continue };
        let mut unreadable = |what: &str, what_zh: &str| {
            problems.push(
                Problem::new(
                    ProblemCode::UnreadableField,
                    format!("{what_zh}印为“{}”，无法识别", found.first),
                    format!("the {what} is printed as {:?} and could not be read", found.first),
                )
                .at(found.source.clone()),
            );
        };
        let text = || Sourced::new(Sensitive::new(Text::from(found.first.as_str())), found.source.clone());
        match name {
            FieldName::Holder => {
                let name = Text::from(name_alone(&found.first));
                heading.holder.name = Some(Sourced::new(Sensitive::new(name), found.source.clone()));
            }
            FieldName::IdNumber => heading.holder.id_number = Some(text()),
            FieldName::Account => {
                let number = found.first.trim_matches(['[', ']']);
                heading.account = Some(Sourced::new(AccountNumber::new(number), found.source.clone()));
            }
            FieldName::Currency => match read_currency(&found.first) {
                Some(code) => heading.currency = Some(code),
                // `ALL/全币种`: the rows say.
                None if found.first.contains("全") => {}
                None => unreadable("currency", "币种"),
            },
            FieldName::Period => {
                let period = match &found.second {
                    Some(to) => read_period(&found.first, to),
                    None => read_period_text(&found.first),
                };
                match period {
                    Some(period) => heading.period = Some(Sourced::new(period, found.source.clone())),
                    None => unreadable("period", "起止日期"),
                }
            }
            FieldName::Issued => match read_when(&found.first) {
                Some(when) => heading.issued = Some(Sourced::new(when, found.source.clone())),
                None => unreadable("time of issue", "出具时间"),
            },
            FieldName::StatementDate => match read_when(&found.first) {
                Some(when) => heading.statement_date = Some(when.date),
                None => unreadable("statement date", "账单日"),
            },
            FieldName::OpeningBalance | FieldName::ClosingBalance => match Money::read(&found.first) {
                Ok(money) => {
                    let money = if spec.owed { money.negated() } else { money };
                    let balance = Some(Sourced::new(money, found.source.clone()));
                    if *name == FieldName::OpeningBalance {
                        heading.opening_balance = balance;
                    } else {
                        heading.closing_balance = balance;
                    }
                }
                Err(_) => unreadable("balance", "余额"),
            },
        }
    }
    heading
}

impl Heading {
    /// The day that dates without a year are counted back from.
    #[must_use]
    pub fn reference(&self) -> Option<Date> {
        let period = self.period.as_ref().map(|p| p.value.to);
        self.statement_date.or(period).or(self.issued.as_ref().map(|i| i.value.date))
    }
}

/// A Chinese name without what follows it on a line that has no colons: `周某某 账户 6228…`.
fn name_alone(text: &str) -> &str {
    let Some((name, rest)) = text.split_once(' ') else { return text };
    let is_name = name.chars().count() >= 2 && name.chars().all(|c| matches!(c, '\u{4e00}'..='\u{9fff}' | '·' | '*'));
    if is_name && rest.chars().any(|c| c.is_ascii_digit()) { name } else { text }
}

/// The last day of the year that a line names: `2024年账户明细`. Where several are named, none is.
#[must_use]
pub fn year_named(lines: &[TextLine]) -> Option<Date> {
    static YEAR: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = YEAR.get_or_init(|| Regex::new(r"(?:^|\D)((?:19|20)\d{2})\s*年").ok()).as_ref()?;
    let joined: Vec<String> = lines.iter().map(TextLine::joined).collect();
    let mut years =
        joined.iter().flat_map(|line| pattern.captures_iter(line)).filter_map(|c| c.get(1)?.as_str().parse().ok());
    let first: i16 = years.next()?;
    years.all(|year| year == first).then(|| Date::new(first, 12, 31).ok())?
}

/// Reads the printed totals. Sums are unsigned whatever sign they are printed with.
pub fn read_totals(spec: &TotalsSpec, lines: &[TextLine], problems: &mut Vec<Problem>) -> DeclaredTotals {
    let mut totals = DeclaredTotals {
        rows: single(spec.rows.as_ref(), lines, read_count, problems),
        in_rows: single(spec.in_rows.as_ref(), lines, read_count, problems),
        in_sum: single(spec.in_sum.as_ref(), lines, read_sum, problems),
        out_rows: single(spec.out_rows.as_ref(), lines, read_count, problems),
        out_sum: single(spec.out_sum.as_ref(), lines, read_sum, problems),
        ..DeclaredTotals::default()
    };
    if let Some((rows, sum)) = pair(spec.inflow.as_ref(), lines, problems) {
        totals.in_rows = rows;
        totals.in_sum = sum;
    }
    if let Some((rows, sum)) = pair(spec.out.as_ref(), lines, problems) {
        totals.out_rows = rows;
        totals.out_sum = sum;
    }
    if let Some((rows, sum)) = pair(spec.neutral.as_ref(), lines, problems) {
        totals.neutral_rows = rows;
        totals.neutral_sum = sum;
    }
    totals
}

/// What one line says about all the rows of a currency.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    pub currency: Option<&'static str>,
    /// The card whose section it stands in.
    pub card: Option<Text>,
    pub totals: DeclaredTotals,
    pub opening: Option<Sourced<Money>>,
    pub closing: Option<Sourced<Money>>,
    /// Interest and the like that the balance includes and the table may not list.
    pub unlisted: Option<Sourced<Money>>,
}

/// Reads a line of totals; `currency` is that of the section it stands in.
pub fn read_summary(
    spec: &TotalsSpec,
    line: &TextLine,
    currency: Option<&'static str>,
    problems: &mut Vec<Problem>,
) -> Option<Summary> {
    let text = line.joined();
    let captures = spec.lines.iter().find_map(|pattern| pattern.captures(&text))?;
    let place = |at: usize| line.piece_at(at).map(|piece| piece.source.clone());
    let mut money = |name: &str| {
        let found = captures.name(name)?;
        keep(Money::read(trim(found.as_str())).ok(), found.as_str(), &place(found.start())?, problems)
    };
    let owed = |sum: Sourced<Money>| Sourced::new(sum.value.negated(), sum.source);
    let unsigned = |sum: Sourced<Money>| Sourced::new(sum.value.abs(), sum.source);
    let opening = money("opening").or_else(|| money("opening_owed").map(owed));
    let closing = money("closing").or_else(|| money("closing_owed").map(owed));
    let (in_sum, out_sum) = (money("in").map(unsigned), money("out").map(unsigned));
    let unlisted = money("unlisted_owed").map(owed);
    let rows = captures
        .name("rows")
        .and_then(|found| keep(read_count(found.as_str()), found.as_str(), &place(found.start())?, problems));
    let named = captures.name("currency").and_then(|found| read_currency(trim(found.as_str())));
    let totals = DeclaredTotals { rows, in_sum, out_sum, ..DeclaredTotals::default() };
    Some(Summary { currency: named.or(currency), card: None, totals, opening, closing, unlisted })
}

fn read_sum(text: &str) -> Option<Money> {
    Money::read(text).ok().map(Money::abs)
}

/// A found fact: its one or two groups and where its first stands.
pub struct Found {
    pub first: String,
    pub second: Option<String>,
    pub source: Source,
    pub confidence: f32,
}

pub fn find(spec: &FieldSpec, lines: &[TextLine]) -> Option<Found> {
    let labelled = spec.after.iter().find_map(|label| {
        let value = |line: &TextLine| if spec.whole_label { line.after_whole(label) } else { line.after(label) };
        let piece = lines.iter().find_map(value)?;
        Some(Found { first: piece.text, second: None, source: piece.source, confidence: piece.confidence })
    });
    labelled.or_else(|| spec.patterns.iter().find_map(|pattern| matched(pattern, lines)))
}

fn matched(pattern: &Regex, lines: &[TextLine]) -> Option<Found> {
    lines.iter().find_map(|line| {
        let text = line.joined();
        let captures = pattern.captures(&text)?;
        let first = captures.get(1)?;
        let piece = line.piece_at(first.start())?;
        let (source, confidence) = (piece.source.clone(), piece.confidence);
        let second = captures.get(2).map(|g| trim(g.as_str()).to_owned());
        Some(Found { first: trim(first.as_str()).to_owned(), second, source, confidence })
    })
}

fn single<T>(
    spec: Option<&FieldSpec>,
    lines: &[TextLine],
    read: impl Fn(&str) -> Option<T>,
    problems: &mut Vec<Problem>,
) -> Option<Sourced<T>> {
    let spec = spec?;
    let found = find(spec, lines)?;
    if read(&found.first).is_some() {
        return keep(read(&found.first), &found.first, &found.source, problems);
    }
    // What stands after a label may run on; a pattern knows where it ends.
    let told =
        spec.patterns.iter().filter_map(|pattern| matched(pattern, lines)).find(|told| read(&told.first).is_some());
    let found = told.unwrap_or(found);
    keep(read(&found.first), &found.first, &found.source, problems)
}

type CountAndSum = (Option<Sourced<u32>>, Option<Sourced<Money>>);

fn pair(pattern: Option<&Pattern>, lines: &[TextLine], problems: &mut Vec<Problem>) -> Option<CountAndSum> {
    let found = matched(pattern?, lines)?;
    let rows = keep(read_count(&found.first), &found.first, &found.source, problems);
    let second = found.second.unwrap_or_default();
    Some((rows, keep(read_sum(&second), &second, &found.source, problems)))
}

/// A total that is printed and cannot be read is a problem.
pub fn keep<T>(value: Option<T>, text: &str, source: &Source, problems: &mut Vec<Problem>) -> Option<Sourced<T>> {
    if value.is_none() {
        problems.push(
            Problem::new(
                ProblemCode::UnreadableField,
                format!("合计印为“{text}”，无法识别"),
                format!("a total is printed as {text:?} and could not be read"),
            )
            .at(source.clone()),
        );
    }
    value.map(|value| Sourced::new(value, source.clone()))
}
