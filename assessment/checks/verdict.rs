//! How one check came out, before it becomes findings.

use model::finding::{Evidence, Finding, Outcome, Severity};
use model::statement::Statement;
use model::{Source, Text};

use super::{Check, View, cause};

/// Places shown for one failure. A reader looks at a handful; a file edited throughout would list thousands.
pub const EVIDENCE_MAX: usize = 20;

/// How a check came out over everything it looked at.
#[derive(Debug)]
pub enum Verdict {
    /// One failure for each statement (or pair, or fact) that it is about. Never empty.
    Fails(Vec<Failure>),
    Passes(Summary),
    NotApplicable(Summary),
    NotRun(Summary),
}

/// A failure, at the place where it shows.
#[derive(Debug, Clone)]
pub struct Failure {
    /// `None` for the check's own.
    pub severity: Option<Severity>,
    pub zh: String,
    pub en: String,
    pub expected: Option<Text>,
    pub found: Option<Text>,
    pub evidence: Vec<Evidence>,
}

/// What a check says where nothing fails.
#[derive(Debug, Default)]
pub struct Summary {
    pub zh: String,
    pub en: String,
    pub expected: Option<Text>,
    pub found: Option<Text>,
    pub evidence: Vec<Evidence>,
}

impl Summary {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into(), ..Self::default() }
    }
}

impl Verdict {
    pub fn into_findings(self, check: &Check) -> Vec<Finding> {
        let (outcome, summary) = match self {
            Self::Fails(failures) => return failures.into_iter().map(|failure| failure.into_finding(check)).collect(),
            Self::Passes(summary) => (Outcome::Pass, summary),
            Self::NotApplicable(summary) => (Outcome::NotApplicable, summary),
            Self::NotRun(summary) => (Outcome::NotRun, summary),
        };
        vec![Finding {
            check: check.code.into(),
            cause: cause::of(check.code, None),
            outcome,
            severity: check.severity,
            message_zh: summary.zh,
            message_en: summary.en,
            expected: summary.expected,
            found: summary.found,
            evidence: summary.evidence,
        }]
    }
}

impl Failure {
    fn into_finding(mut self, check: &Check) -> Finding {
        self.evidence.truncate(EVIDENCE_MAX);
        Finding {
            check: check.code.into(),
            cause: cause::of(check.code, self.evidence.first().map(|shown| shown.document)),
            outcome: Outcome::Fail,
            severity: self.severity.unwrap_or(check.severity),
            message_zh: self.zh,
            message_en: self.en,
            expected: self.expected,
            found: self.found,
            evidence: self.evidence,
        }
    }
}

/// What a check on single statements says about one of them.
#[derive(Debug)]
pub enum OnStatement {
    Fails(Failure),
    Holds,
    /// The statement has nothing this check is about.
    Silent,
}

/// Sums up a check that looks at statements one by one. `what` names what must hold, in Chinese and English; `absent`
/// says why it may not apply.
pub fn each_statement(
    view: &View<'_>,
    what: (&str, &str),
    absent: (&str, &str),
    judge: impl Fn(Subject<'_>) -> OnStatement,
) -> Verdict {
    let mut failures = Vec::new();
    let mut holding = 0_usize;
    for subject in subjects(view) {
        match judge(subject) {
            OnStatement::Fails(failure) => failures.push(failure),
            OnStatement::Holds => holding += 1,
            OnStatement::Silent => {}
        }
    }
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    if holding > 0 {
        return Verdict::Passes(Summary::new(
            format!("{}：{holding} 份流水相符", what.0),
            format!("{}: holds on {holding} statement(s)", what.1),
        ));
    }
    Verdict::NotApplicable(Summary::new(absent.0, absent.1))
}

/// One statement and where it came from.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// From 0, in the order the documents were given.
    pub document: u32,
    /// From 0 within the document.
    pub statement: u32,
    pub content: &'a Statement,
    /// Read from a picture, as far as the confidence of its rows tells.
    pub photographed: bool,
}

/// Every statement of the application in document order.
pub fn subjects<'a>(view: &'a View<'_>) -> impl Iterator<Item = Subject<'a>> {
    (0_u32..).zip(view.documents).flat_map(|(document, shown)| {
        (0_u32..).zip(shown.statements).map(move |(statement, content)| Subject {
            document,
            statement,
            content,
            photographed: content.transactions.iter().any(|row| row.confidence < 1.0 || row.repaired.is_some()),
        })
    })
}

impl Subject<'_> {
    pub fn evidence(&self, source: Option<&Source>) -> Evidence {
        Evidence { document: self.document, source: source.cloned() }
    }

    /// Documents are counted from 1 where a person reads it.
    pub const fn document_number(&self) -> u32 {
        self.document.saturating_add(1)
    }
}
