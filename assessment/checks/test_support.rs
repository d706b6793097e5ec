//! Small applications in text, for the checks' tests.

use jiff::civil::Date;
use model::declaration::Declaration;
use model::document::FileFacts;
use model::feature::{Feature, Features};
use model::finding::Outcome;
use model::forensics::Traces;
use model::ledger::{Category, Entry, Grade, Ledger, LedgerAccount};
use model::proof::{Broken, Equation, Proof, ProofStatus};
use model::source::Area;
use model::statement::{Flow, Statement, StatementKind, Status};
use model::{Money, Period, Problem, Sensitive, Source, Sourced, Text, When, fixtures};

use super::{Check, View};
use crate::DocumentView;

pub fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn at_line<T>(value: T, line: u32) -> Sourced<T> {
    Sourced::new(value, Source::Line { line, column: 1 })
}

/// One row a line: `date[Ttime] amount [balance]`; row n stands on line n. Proven, as far as its proof says.
fn statement(kind: StatementKind, issuer: &str, rows: &str) -> Statement {
    let rows = rows.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| {
        let (when, figures) = line.split_once(' ').unwrap();
        format!("{} _ {figures}\n", when.replace('T', " "))
    });
    Statement { kind, issuer: issuer.into(), ..fixtures::statement(&rows.collect::<String>()) }
}

pub fn bank(rows: &str) -> Statement {
    statement(StatementKind::DepositAccount, "cmb", rows)
}

pub fn wallet(issuer: &str, rows: &str) -> Statement {
    statement(StatementKind::Wallet, issuer, rows)
}

/// Where row n stands in [`bank_on_page`]: from the left edge to the middle of page 1.
pub fn on_row(row: u32) -> Source {
    let top = 0.02 * row as f32;
    Source::Page { page: 1, area: Area { x0: 0.1, y0: top, x1: 0.5, y1: top + 0.015 } }
}

/// A bank statement read off page 1, row n at [`on_row`].
pub fn bank_on_page(rows: &str) -> Statement {
    let mut statement = bank(rows);
    for row in &mut statement.transactions {
        row.source = on_row(row.seq);
        row.amount_source = on_row(row.seq);
    }
    statement
}

/// A bank statement with the name on line 80.
pub fn held_by(name: &str) -> Statement {
    let mut statement = bank("2026-03-01 +1.00");
    statement.holder.name = Some(at_line(Sensitive::new(name.into()), 80));
    statement
}

/// Equations that fail, each at its row's line.
pub fn broken(equations: &[(Equation, Option<u32>, &str, &str)]) -> Proof {
    let broken = equations.iter().map(|(equation, seq, expected, found)| Broken {
        equation: *equation,
        seq: *seq,
        expected: (*expected).into(),
        found: (*found).into(),
        source: seq.map(|line| Source::Line { line, column: 1 }),
    });
    Proof { status: ProofStatus::Contradicted, broken: broken.collect(), ..Proof::none() }
}

pub fn account(kind: StatementKind, issuer: &str, tail: Option<&str>, from: &str, to: &str) -> LedgerAccount {
    LedgerAccount {
        kind,
        issuer: issuer.into(),
        tail: tail.map(Text::from),
        currency: Some("CNY".into()),
        currency_assumed: false,
        statements: Vec::new(),
        covered: Period::new(day(from), day(to)).into_iter().collect(),
        proven: true,
        grade: Grade::C,
    }
}

pub fn entry(account: u32, date: &str, amount: &str) -> Entry {
    let amount = Money::read(amount).unwrap();
    Entry {
        account,
        rows: Vec::new(),
        time: Some(When::day(day(date))),
        amount,
        flow: if amount.is_negative() { Flow::Out } else { Flow::In },
        balance: None,
        status: Status::Settled,
        counterparty: None,
        description: None,
        remark: None,
        method: None,
        category: Category::Other,
        party: None,
        own_transfer: None,
        refunded: None,
        refund_of: None,
        same_event: None,
        checked: true,
    }
}

/// An application to run a check on.
pub struct Case {
    documents: Vec<Vec<Statement>>,
    pub problems: Vec<Vec<Problem>>,
    pub ledger: Ledger,
    pub features: Features,
    pub declaration: Declaration,
    as_of: Date,
    /// What every document's file says about itself.
    facts: FileFacts,
}

impl Case {
    /// One slice a document.
    pub fn of(documents: &[&[Statement]]) -> Self {
        Self {
            documents: documents.iter().map(|statements| statements.to_vec()).collect(),
            problems: Vec::new(),
            ledger: Ledger::default(),
            features: Features::new(),
            declaration: Declaration::default(),
            as_of: day("2026-06-30"),
            facts: FileFacts::default(),
        }
    }

    pub fn filed(mut self, facts: FileFacts) -> Self {
        self.facts = facts;
        self
    }

    pub fn traced(self, traces: Traces) -> Self {
        self.filed(FileFacts { traces, ..FileFacts::default() })
    }

    pub fn assessed_on(mut self, date: &str) -> Self {
        self.as_of = day(date);
        self
    }

    pub fn declared(mut self, state: impl FnOnce(&mut Declaration)) -> Self {
        state(&mut self.declaration);
        self
    }

    pub fn feature(mut self, name: &str, value: Option<&str>) -> Self {
        let feature = Feature {
            value: value.map(Text::from),
            unit: "CNY/month".into(),
            window: "6m".into(),
            coverage: "1".into(),
            grade: Grade::C,
            reason: value.is_none().then(|| "not covered".into()),
            rows: Vec::new(),
        };
        self.features.insert(name.into(), feature);
        self
    }

    /// Compares with one line for each finding: `pass`, or `fail high, document 2 line 3: expected 1.00, found 2.00`, the
    /// first document unnamed and the place left out where there is none.
    #[track_caller]
    pub fn expect(&self, check: Check, lines: &[&str]) {
        let none = Vec::new();
        let documents: Vec<DocumentView<'_>> = self
            .documents
            .iter()
            .enumerate()
            .map(|(index, statements)| DocumentView {
                statements,
                problems: self.problems.get(index).unwrap_or(&none),
                facts: &self.facts,
            })
            .collect();
        let view = View {
            documents: &documents,
            ledger: &self.ledger,
            features: &self.features,
            declaration: &self.declaration,
            as_of: self.as_of,
        };
        let findings = check.findings(&view);
        let shown: Vec<String> = findings
            .iter()
            .map(|finding| {
                assert_eq!(finding.check, check.code);
                assert!(!finding.message_zh.is_empty() && !finding.message_en.is_empty());
                if finding.outcome != Outcome::Fail {
                    return finding.outcome.as_str().to_owned();
                }
                let place = finding.evidence.first().map_or(String::new(), |evidence| {
                    let document = match evidence.document {
                        0 => String::new(),
                        n => format!("document {} ", n + 1),
                    };
                    let source = evidence.source.as_ref().map_or(String::new(), super::place::en);
                    format!(", {document}{source}")
                });
                let or_dash = |text: &Option<Text>| text.as_deref().unwrap_or("-").to_owned();
                let (expected, found) = (or_dash(&finding.expected), or_dash(&finding.found));
                format!("fail {}{place}: expected {expected}, found {found}", finding.severity.as_str())
            })
            .collect();
        assert_eq!(shown, lines);
    }
}
