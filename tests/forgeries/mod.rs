//! Forged papers and clean but awkward ones, assessed as a lender would: what finds which, and what is raised in vain.
//!
//! Each forgery is made from a clean applicant's papers, and counts as found when a failing check of severity high or
//! above points at the row or the page that was altered. `BLESS=1 cargo test forgeries` writes the table in
//! `docs/CHECKS.md`; a test keeps it equal.

mod awkward;
mod drawn;
mod files;
mod list;
mod seen;
mod survey;
mod table;

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

use make_samples::layout::{BankLayout, WalletLayout};
use make_samples::people::{self, Applicant, Paper};
use make_samples::rows::{BankStatement, WalletStatement};
use model::declaration::Declaration;
use model::finding::{Evidence, Finding, Outcome, Severity};
use model::{Money, Source};
use xinge::pipeline::{self, Extracted, Policy, Reader};

/// A set of papers as an applicant hands them in.
#[derive(Clone)]
struct Papers {
    folder: &'static str,
    declared: Declaration,
    files: Vec<(String, Vec<u8>)>,
}

/// Where a forgery must show.
#[derive(Clone, Copy)]
enum Place {
    /// At the row of this amount and balance, or one beside it, in this document.
    Row(usize, Money),
    /// On this page, or on any row of it.
    Page(usize, u32),
    /// In this document, anywhere.
    Document(usize),
}

struct Forged {
    papers: Papers,
    /// The same before anything was done.
    before: Papers,
    place: Place,
}

struct Forgery {
    /// What was done, for the table.
    zh: &'static str,
    en: &'static str,
    /// Some equation that the paper states about itself no longer holds.
    breaks_arithmetic: bool,
    /// The check that must say so; empty where none is expected to.
    check: &'static str,
    make: fn() -> Forged,
}

/// How one forgery was met.
struct Met {
    forgery: &'static Forgery,
    /// Checks that fail at the right place with severity high or above.
    found_by: Vec<String>,
    /// Other failures that the clean papers do not have, with their severity.
    beside: Vec<(String, Severity)>,
}

fn applicants() -> &'static [Applicant] {
    static ALL: OnceLock<Vec<Applicant>> = OnceLock::new();
    ALL.get_or_init(|| people::all().unwrap())
}

fn applicant(folder: &str) -> &'static Applicant {
    applicants().iter().find(|applicant| applicant.folder == folder).unwrap()
}

/// The papers of a clean applicant.
fn clean(folder: &'static str) -> Papers {
    of(applicant(folder))
}

/// What an applicant hands in, and states.
fn of(applicant: &Applicant) -> Papers {
    let files = applicant.papers.iter().map(|paper| (paper.file_name(), paper.print().unwrap())).collect();
    let declared = serde_json::from_value(applicant.declared.clone()).unwrap();
    Papers { folder: applicant.folder, declared, files }
}

impl Papers {
    /// The same with one paper in another state.
    fn with(mut self, document: usize, bytes: Vec<u8>) -> Self {
        self.files[document].1 = bytes;
        self
    }

    fn with_file(mut self, document: usize, name: &str, bytes: Vec<u8>) -> Self {
        self.files[document] = (name.to_owned(), bytes);
        self
    }

    fn and(mut self, name: &str, bytes: Vec<u8>) -> Self {
        self.files.push((name.to_owned(), bytes));
        self
    }
}

/// The bank paper of an applicant: its place among the papers, its layout and its rows.
fn bank(folder: &str) -> (usize, BankLayout, &'static BankStatement) {
    let papers = applicant(folder).papers.iter().enumerate();
    let mut banks = papers.filter_map(|(at, paper)| match paper {
        Paper::Bank { layout, statement, .. } => Some((at, *layout, statement)),
        Paper::Wallet { .. } => None,
    });
    banks.next().unwrap()
}

/// The rows of an applicant's bank papers.
fn banks(folder: &str) -> Vec<&'static BankStatement> {
    let papers = applicant(folder).papers.iter();
    let statements = papers.filter_map(|paper| match paper {
        Paper::Bank { statement, .. } => Some(statement),
        Paper::Wallet { .. } => None,
    });
    statements.collect()
}

fn wallet(folder: &str, wanted: fn(WalletLayout) -> bool) -> (usize, WalletLayout, &'static WalletStatement) {
    let papers = applicant(folder).papers.iter().enumerate();
    let mut wallets = papers.filter_map(|(at, paper)| match paper {
        Paper::Wallet { layout, statement, .. } if wanted(*layout) => Some((at, *layout, statement)),
        _ => None,
    });
    wallets.next().unwrap()
}

struct Assessed {
    documents: Vec<Extracted>,
    findings: Vec<Finding>,
}

fn assess(papers: &Papers) -> Assessed {
    let documents: Vec<Extracted> = papers.files.iter().flat_map(|(name, bytes)| extract(name, bytes)).collect();
    let as_of = "2026-09-05".parse().unwrap();
    let assessment = pipeline::assess(&documents, &papers.declared, &Policy::standard().unwrap(), as_of).unwrap();
    Assessed { documents, findings: assessment.findings }
}

/// Most papers of a case are those of the case before: each is read once.
fn extract(name: &str, bytes: &[u8]) -> Vec<Extracted> {
    static READ: Mutex<BTreeMap<String, Vec<Extracted>>> = Mutex::new(BTreeMap::new());
    let key = format!("{name} {}", pipeline::sha256(bytes));
    if let Some(known) = READ.lock().unwrap().get(&key) {
        return known.clone();
    }
    let read = pipeline::extract(name, bytes, &["246810"], &Reader::default());
    READ.lock().unwrap().insert(key, read.clone());
    read
}

fn failing(assessed: &Assessed) -> impl Iterator<Item = &Finding> {
    assessed.findings.iter().filter(|finding| finding.outcome == Outcome::Fail)
}

/// Checks that fail on clean papers, with their severity: what a forgery adds is compared with them.
fn baseline(papers: &Papers) -> Vec<(String, Severity)> {
    let assessed = assess(papers);
    failing(&assessed).map(|finding| (finding.check.to_string(), finding.severity)).collect()
}

fn meet(forgery: &'static Forgery) -> Met {
    let forged = (forgery.make)();
    let assessed = assess(&forged.papers);
    let before = baseline(&forged.before);
    let mut met = Met { forgery, found_by: Vec::new(), beside: Vec::new() };
    for finding in failing(&assessed) {
        let known = (finding.check.to_string(), finding.severity);
        if before.contains(&known) {
            continue;
        }
        let placed = finding.evidence.iter().any(|evidence| shows(evidence, forged.place, &assessed.documents));
        let list = (finding.severity >= Severity::High && placed).then_some(&mut met.found_by);
        match list {
            Some(list) if !list.contains(&known.0) => list.push(known.0),
            Some(_) => {}
            None if !met.beside.contains(&known) => met.beside.push(known),
            None => {}
        }
    }
    met
}

fn shows(evidence: &Evidence, place: Place, documents: &[Extracted]) -> bool {
    let at = evidence.document as usize;
    match place {
        Place::Document(document) => at == document,
        Place::Page(document, page) => {
            at == document && matches!(evidence.source, Some(Source::Page { page: shown, .. }) if shown == page)
        }
        Place::Row(document, balance) => at == document && stands_near(evidence, balance, &documents[document]),
    }
}

/// Whether evidence stands on the row with this balance (or amount), the one before it or the one after it.
fn stands_near(evidence: &Evidence, figure: Money, document: &Extracted) -> bool {
    let Some(source) = &evidence.source else { return false };
    let Ok(read) = &document.outcome else { return false };
    read.parsed.statements.iter().any(|statement| {
        let rows = &statement.transactions;
        let on = |row: &model::statement::Transaction| same_row(source, &row.source);
        let altered = rows.iter().position(|row| row.balance == Some(figure) || row.amount == figure);
        altered.is_some_and(|at| rows[at.saturating_sub(1)..rows.len().min(at + 2)].iter().any(on))
    })
}

fn same_row(a: &Source, b: &Source) -> bool {
    match (a, b) {
        (Source::Page { page, area }, Source::Page { page: other, area: there }) => {
            page == other && area.y0 < there.y1 && there.y0 < area.y1
        }
        (Source::Cell { row, .. }, Source::Cell { row: other, .. }) => row == other,
        (Source::Line { line, .. }, Source::Line { line: other, .. }) => line == other,
        _ => false,
    }
}

fn all() -> &'static [Met] {
    static ALL: OnceLock<Vec<Met>> = OnceLock::new();
    ALL.get_or_init(|| list::FORGERIES.iter().chain(files::FORGERIES).map(meet).collect())
}

#[test]
fn each_forgery_is_found_by_the_check_that_should() {
    let mut missed = Vec::new();
    for met in all() {
        let said = met.found_by.iter().any(|check| check == met.forgery.check);
        let said_lower = met.beside.iter().any(|(check, _)| check == met.forgery.check);
        if !met.forgery.check.is_empty() && !said && !said_lower {
            missed.push(format!(
                "{}: {} is silent; {:?} {:?}",
                met.forgery.en, met.forgery.check, met.found_by, met.beside
            ));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn enough_kinds_are_tried_and_enough_are_found() {
    let share = |breaks: bool| {
        let of_kind: Vec<&Met> = all().iter().filter(|met| met.forgery.breaks_arithmetic == breaks).collect();
        let missed: Vec<&str> =
            of_kind.iter().filter(|met| met.found_by.is_empty()).map(|met| met.forgery.en).collect();
        (of_kind.len(), missed)
    };
    let ((arithmetic, missed), (others, missed_too)) = (share(true), share(false));
    assert!(arithmetic + others >= 25);
    assert!(missed.len() * 100 <= 5 * arithmetic, "{} of {arithmetic}: {missed:#?}", missed.len());
    assert!(missed_too.len() * 100 <= 20 * others, "{} of {others}: {missed_too:#?}", missed_too.len());
}

#[test]
fn clean_papers_raise_nothing_high() {
    for applicant in applicants() {
        // What they declare is theirs to say, and no matter of the papers.
        let raised = baseline(&clean(applicant.folder)).into_iter();
        let high: Vec<_> =
            raised.filter(|(check, one)| *one >= Severity::High && !check.starts_with("declared_i")).collect();
        assert!(high.is_empty(), "{}: {high:?}", applicant.folder);
    }
}

#[test]
fn clean_but_awkward_papers_raise_nothing_high() {
    let mut raised = Vec::new();
    for (name, result) in awkward::all() {
        raised.extend(
            result.iter().filter(|(_, severity)| *severity >= Severity::High).map(|one| format!("{name}: {one:?}")),
        );
    }
    assert!(raised.is_empty(), "{raised:#?}");
}
