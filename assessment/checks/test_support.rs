//! Small applications in text, for the checks' tests.

use std::collections::BTreeMap;

use jiff::civil::Date;
use model::declaration::Declaration;
use model::document::FileFacts;
use model::feature::{Feature, Features};
use model::finding::Outcome;
use model::forensics::Traces;
use model::ledger::{Category, Entry, Grade, Ledger, LedgerAccount, RowRef};
use model::proof::{Broken, Equation, Proof, ProofStatus};
use model::source::Area;
use model::statement::{Field, Flow, Statement, StatementKind, Status};
use model::{Money, Period, Problem, Sensitive, Source, Sourced, Text, When, fixtures};

use super::registry::{Across, Key, Kind, Registry};
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

/// A deposit statement whose rows of 20 to 22 March, June, September and December that pay in are its interest.
pub fn quarter_of(issuer: &str, rows: &str) -> Statement {
    let mut statement = statement(StatementKind::DepositAccount, issuer, rows);
    for row in &mut statement.transactions {
        let date = row.time.unwrap().date;
        if date.month() % 3 == 0 && (20..=22).contains(&date.day()) && row.amount < Money::from_fen(100_000) {
            row.description = row.amount.is_positive().then(|| "结息".into());
        }
    }
    statement
}

/// A paper of facts, the n-th of them on line n.
pub fn paper(kind: StatementKind, facts: &[(&str, &str)]) -> Statement {
    let mut statement = statement(kind, kind.as_str(), "");
    statement.fields = fields(1, facts);
    statement
}

/// … with records, each on a line of its own from line 1.
pub fn records(kind: StatementKind, rows: &[&[(&str, &str)]]) -> Statement {
    let mut statement = statement(kind, kind.as_str(), "");
    statement.records = (1..).zip(rows).map(|(line, facts)| fields_on(line, facts)).collect();
    statement
}

fn fields(first: u32, facts: &[(&str, &str)]) -> BTreeMap<Text, Field> {
    (first..).zip(facts).flat_map(|(line, fact)| fields_on(line, &[*fact])).collect()
}

fn fields_on(line: u32, facts: &[(&str, &str)]) -> BTreeMap<Text, Field> {
    let field = |value: &str| Field { value: value.into(), source: Source::Line { line, column: 1 }, confidence: 1.0 };
    facts.iter().map(|(name, value)| (Text::from(*name), field(value))).collect()
}

/// A box on a page whose right edge stands at `right`.
pub fn on_page(page: u32, right: f32) -> Source {
    Source::Page { page, area: Area { x0: right - 0.05, y0: 0.1, x1: right, y1: 0.12 } }
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
    /// Of every document.
    pub facts: FileFacts,
    feeds: Vec<Statement>,
    known: Option<(Registry, String, Vec<String>)>,
    pub device: Option<String>,
}

pub fn key() -> Key {
    Key::new(&[7; 32]).unwrap()
}

/// A registry that knows the case's documents from an applicant.
pub fn remembering(case: &Case, person: &str, files: &[&str]) -> Registry {
    merge(Registry::default(), case, person, files, None, &[], "2026-03-31")
}

/// The same from several applicants.
pub fn remembering_all(case: &Case, persons: &[&str]) -> Registry {
    persons
        .iter()
        .fold(Registry::default(), |registry, person| merge(registry, case, person, &[], None, &[], "2026-03-31"))
}

pub fn remembering_device(seen: &[(&str, &str)]) -> Registry {
    let none = Case::of(&[]);
    seen.iter()
        .fold(Registry::default(), |registry, (person, on)| merge(registry, &none, person, &[], Some("phone"), &[], on))
}

pub fn remembering_payer(payer: &str, persons: &[&str]) -> Registry {
    let none = Case::of(&[]);
    persons.iter().fold(Registry::default(), |registry, person| {
        merge(registry, &none, person, &[], None, &[payer.to_owned()], "2026-03-31")
    })
}

fn merge(
    registry: Registry,
    case: &Case,
    person: &str,
    files: &[&str],
    device: Option<&str>,
    payers: &[String],
    on: &str,
) -> Registry {
    let files: Vec<Option<&str>> = files.iter().copied().map(Some).collect();
    let none = Registry::default();
    let across = Across { key: &key(), registry: &none, files: &files, device, id_number: Some(person), name: None };
    let documents: Vec<DocumentView<'_>> = case
        .documents
        .iter()
        .map(|statements| DocumentView { statements, problems: &[], facts: &case.facts })
        .collect();
    registry.with(&across.fingerprints(&documents, payers, &Kind::ALL), &across.person(), day(on))
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
            feeds: Vec::new(),
            known: None,
            device: Some("phone".to_owned()),
        }
    }

    pub fn filed(mut self, facts: FileFacts) -> Self {
        self.facts = facts;
        self
    }

    pub fn traced(self, traces: Traces) -> Self {
        self.filed(FileFacts { traces, ..FileFacts::default() })
    }

    pub fn with_feed(mut self, feed: Statement) -> Self {
        self.feeds.push(feed);
        self
    }

    /// Compared with earlier applicants, as `person` with these files.
    pub fn across(mut self, registry: Registry, person: &str, files: &[&str]) -> Self {
        self.known = Some((registry, person.to_owned(), files.iter().map(|file| (*file).to_owned()).collect()));
        self
    }

    pub fn assessed_on(mut self, date: &str) -> Self {
        self.as_of = day(date);
        self
    }

    /// The ledger as it would be made of these documents: an account a statement, an entry a row, oldest first.
    pub fn merged(mut self) -> Self {
        for (document, statements) in (0_u32..).zip(&self.documents) {
            for (number, statement) in (0_u32..).zip(statements) {
                let account = u32::try_from(self.ledger.accounts.len()).unwrap();
                let dates = || statement.transactions.iter().filter_map(|row| Some(row.time?.date));
                let told = Period::new(dates().min().unwrap_or(Date::MIN), dates().max().unwrap_or(Date::MIN));
                let covered = statement.period.as_ref().map(|period| period.value).or(told);
                self.ledger.accounts.push(LedgerAccount {
                    kind: statement.kind,
                    issuer: statement.issuer.clone(),
                    tail: statement.account.as_ref().and_then(|printed| printed.value.tail()).map(Text::from),
                    currency: None,
                    currency_assumed: false,
                    statements: vec![(document, number)],
                    covered: covered.into_iter().collect(),
                    proven: true,
                    grade: Grade::C,
                });
                let mut entries: Vec<Entry> = statement
                    .transactions
                    .iter()
                    .map(|row| Entry {
                        rows: vec![RowRef { document, statement: number, seq: row.seq }],
                        time: row.time,
                        flow: row.flow,
                        balance: row.balance,
                        status: row.status,
                        counterparty: row.counterparty.clone(),
                        description: row.description.clone(),
                        method: row.method.clone(),
                        ..entry(account, "2026-01-01", &row.amount.to_string())
                    })
                    .collect();
                entries.sort_by_key(|entry| entry.time);
                self.ledger.entries.extend(entries);
            }
        }
        self
    }

    /// Sorts the ledger's rows whose words hold `word` under a category.
    pub fn categorised(mut self, word: &str, category: Category) -> Self {
        let says = |text: &Option<Text>| text.as_deref().is_some_and(|text| text.contains(word));
        for entry in &mut self.ledger.entries {
            if says(&entry.description) || says(&entry.counterparty) || says(&entry.method) {
                entry.category = category;
            }
        }
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
        let key = key();
        let files: Vec<Option<&str>> =
            self.known.iter().flat_map(|(_, _, files)| files).map(|file| Some(file.as_str())).collect();
        let across = self.known.as_ref().map(|(registry, person, _)| Across {
            key: &key,
            registry,
            files: &files,
            device: self.device.as_deref(),
            id_number: Some(person),
            name: None,
        });
        let view = View {
            documents: &documents,
            feeds: &self.feeds,
            across: across.as_ref(),
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
