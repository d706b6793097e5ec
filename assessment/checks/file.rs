//! What the checks on files share: the documents with their traces, and whether a place is one of a figure.

use model::document::FileFacts;
use model::finding::Evidence;
use model::forensics::Traces;
use model::source::Area;
use model::statement::Statement;
use model::{Source, Text};

use super::View;
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict};

/// One document as a file.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// From 0, in the order the documents were given.
    pub document: u32,
    pub statements: &'a [Statement],
    pub facts: &'a FileFacts,
}

/// What a check on single files says about one of them.
#[derive(Debug)]
pub enum OnFile {
    Fails(Vec<Failure>),
    Holds,
    /// It is about something that is there, but cannot be judged; why, in Chinese and English.
    Unjudged(String, String),
    /// The file has nothing this check is about.
    Silent,
}

/// Sums up a check that looks at files one by one. `what` names what must hold, in Chinese and English; `absent` says
/// why it may not apply.
pub fn each_file(
    view: &View<'_>,
    what: (&str, &str),
    absent: (&str, &str),
    judge: impl Fn(File<'_>) -> OnFile,
) -> Verdict {
    let mut failures = Vec::new();
    let mut holding = 0_usize;
    let mut unjudged: Option<(String, String)> = None;
    for (document, shown) in (0_u32..).zip(view.documents) {
        match judge(File { document, statements: shown.statements, facts: shown.facts }) {
            OnFile::Fails(found) => failures.extend(found),
            OnFile::Holds => holding += 1,
            OnFile::Unjudged(zh, en) => {
                unjudged.get_or_insert((zh, en));
            }
            OnFile::Silent => {}
        }
    }
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    // One that could not be judged must not hide behind another that holds.
    if let Some((zh, en)) = unjudged {
        return Verdict::NotRun(Summary::new(zh, en));
    }
    if holding > 0 {
        return Verdict::Passes(Summary::new(
            format!("{}：{holding} 份文件无异常", what.0),
            format!("{}: holds for {holding} file(s)", what.1),
        ));
    }
    Verdict::NotApplicable(Summary::new(absent.0, absent.1))
}

impl<'a> File<'a> {
    pub const fn traces(&self) -> &'a Traces {
        &self.facts.traces
    }

    /// Documents are counted from 1 where a person reads it.
    pub const fn number(&self) -> u32 {
        self.document.saturating_add(1)
    }

    /// Evidence at the places given, as many as are shown.
    pub fn evidence<'s>(&self, sources: impl IntoIterator<Item = &'s Source>) -> Vec<Evidence> {
        let at = |source: &Source| Evidence { document: self.document, source: Some(source.clone()) };
        sources.into_iter().take(EVIDENCE_MAX).map(at).collect()
    }

    /// The file as a whole.
    pub fn whole(&self) -> Vec<Evidence> {
        vec![Evidence { document: self.document, source: None }]
    }

    /// The figure or the row at a place, if the parser read one there.
    pub fn figure_at(&self, source: &Source) -> Option<Figure> {
        let Source::Page { page, area } = source else { return None };
        let meets = |other: &Source| matches!(other, Source::Page { page: on, area: there } if on == page && overlap(*area, *there));
        for statement in self.statements {
            for row in &statement.transactions {
                if meets(&row.source) {
                    let is_money = meets(&row.amount_source) || row.balance_source.as_ref().is_some_and(meets);
                    return Some(if is_money { Figure::Money } else { Figure::Row });
                }
            }
            let totals = &statement.declared;
            let sums = [&totals.in_sum, &totals.out_sum, &totals.neutral_sum];
            let counts = [&totals.rows, &totals.in_rows, &totals.out_rows, &totals.neutral_rows];
            let balances = [&statement.opening_balance, &statement.closing_balance];
            let is_money = sums.iter().chain(&balances).any(|sum| sum.as_ref().is_some_and(|sum| meets(&sum.source)))
                || counts.iter().any(|count| count.as_ref().is_some_and(|count| meets(&count.source)))
                || statement.fields.values().any(|field| meets(&field.source))
                || statement.records.iter().flat_map(|record| record.values()).any(|field| meets(&field.source));
            if is_money {
                return Some(Figure::Money);
            }
            let is_head = statement.holder.name.as_ref().is_some_and(|name| meets(&name.source))
                || statement.holder.id_number.as_ref().is_some_and(|number| meets(&number.source))
                || statement.account.as_ref().is_some_and(|account| meets(&account.source))
                || statement.period.as_ref().is_some_and(|period| meets(&period.source))
                || statement.issued.as_ref().is_some_and(|issued| meets(&issued.source));
            if is_head {
                return Some(Figure::Head);
            }
        }
        None
    }
}

/// What was read at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// An amount, a balance, a total or another figure with a name of its own.
    Money,
    /// Another part of a row.
    Row,
    /// The name, the account, the period, the day of issue.
    Head,
}

/// Whether two rectangles share more than an edge. Boxes of neighbouring rows touch, and rounded ones overlap by a hair.
fn overlap(a: Area, b: Area) -> bool {
    let width = a.x1.min(b.x1) - a.x0.max(b.x0);
    let height = a.y1.min(b.y1) - a.y0.max(b.y0);
    let lower = (a.y1 - a.y0).min(b.y1 - b.y0);
    width > 0.0 && height > lower / 3.0
}

pub fn has_digit(text: &str) -> bool {
    text.chars().any(|character| character.is_ascii_digit())
}

/// `1,234.50`: digits with two decimals, and nothing else but signs and separators.
pub fn is_money(text: &str) -> bool {
    let plain = text.trim_start_matches(['+', '-', '¥', '￥']);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b',');
    plain.rsplit_once('.').is_some_and(|(whole, cents)| digits(whole) && cents.len() == 2 && digits(cents))
}

/// What is quoted of a stranger's text.
const QUOTED_MAX: usize = 40;

/// The beginning of a text, as much as a message quotes.
pub fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(QUOTED_MAX).collect();
    if text.chars().count() > QUOTED_MAX {
        short.push('…');
    }
    short
}

/// What stands there, or that nothing does.
pub fn or_nothing(text: Option<&Text>) -> Text {
    text.map_or_else(|| "-".into(), |text| quoted(text).into())
}
