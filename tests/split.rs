//! One file that holds several statements: each is read by itself, and says which pages are its own.

use jiff::civil::date;
use make_samples::layout::BankLayout;
use make_samples::merge::merge;
use make_samples::people::{self, Paper};
use make_samples::rows::{BankStatement, Window};
use model::proof::ProofStatus;
use model::statement::{Parsed, Statement};
use xinge::pipeline::{self, Reader};

fn read(bytes: &[u8]) -> Parsed {
    let mut documents = pipeline::extract("paper", bytes, &[], &Reader::default());
    documents.remove(0).outcome.unwrap().parsed
}

fn bank() -> BankStatement {
    let applicants = people::all().unwrap();
    let papers = applicants.iter().flat_map(|applicant| &applicant.papers);
    papers
        .filter_map(|paper| match paper {
            Paper::Bank { statement, .. } => Some(statement.clone()),
            Paper::Wallet { .. } => None,
        })
        .next()
        .unwrap()
}

/// The same account's paper over a shorter time.
fn over(statement: &BankStatement, window: Window) -> BankStatement {
    let rows = statement.rows.iter().filter(|row| window.contains(row.time.date())).cloned().collect();
    BankStatement { window, rows, ..statement.clone() }
}

fn two_months() -> (BankStatement, BankStatement) {
    let whole = bank();
    let month = |month: i8| {
        let from = date(2026, month, 1);
        over(&whole, Window { from, to: from.last_of_month() })
    };
    (month(4), month(5))
}

/// First and last page, rows, proof.
fn summary(statement: &Statement) -> (u32, u32, usize, ProofStatus) {
    let pages = statement.pages.unwrap();
    (pages.first, pages.last, statement.transactions.len(), statement.proof.status)
}

#[test]
fn two_months_in_one_file_are_two_statements() {
    let (first, second) = two_months();
    for layout in [BankLayout::CmbPdf, BankLayout::AbcPdf, BankLayout::BocPdf] {
        let (one, two) = (layout.print(&first).unwrap(), layout.print(&second).unwrap());
        let (alone_one, alone_two) = (read(&one), read(&two));
        let merged = read(&merge(&[&one, &two]).unwrap());
        let pages = alone_one.statements[0].pages.unwrap().last;
        let found: Vec<_> = merged.statements.iter().map(summary).collect();
        let expected = [&alone_one, &alone_two].map(|parsed| summary(&parsed.statements[0]));
        let moved = (expected[1].0 + pages, expected[1].1 + pages, expected[1].2, expected[1].3);
        assert_eq!(found, [expected[0], moved], "{layout:?}");
        assert!(found.iter().all(|part| part.3 == ProofStatus::Proven), "{layout:?}: {found:?}");
        let periods: Vec<_> = merged.statements.iter().map(|s| s.period.as_ref().map(|p| p.value)).collect();
        let alone = [&alone_one, &alone_two].map(|parsed| parsed.statements[0].period.as_ref().map(|p| p.value));
        assert_eq!(periods, alone, "{layout:?}");
    }
}

#[test]
fn a_row_taken_out_between_pages_is_not_hidden_by_numbering_them_anew() {
    let whole = bank();
    let half = whole.rows.len() / 2;
    let first = BankStatement { rows: whole.rows[..half].to_vec(), ..whole.clone() };
    let second = BankStatement { rows: whole.rows[half + 1..].to_vec(), ..whole.clone() };
    for layout in [BankLayout::CmbPdf, BankLayout::AbcPdf, BankLayout::BocPdf] {
        let parts = [&first, &second].map(|part| layout.print(part).unwrap());
        let read = read(&merge(&[&parts[0], &parts[1]]).unwrap());
        let proven = |statement: &Statement| statement.proof.status == ProofStatus::Proven;
        assert!(!read.statements.iter().any(proven), "{layout:?}");
    }
}

#[test]
fn papers_of_two_banks_in_one_file_are_read_each_as_its_own() {
    let (first, second) = two_months();
    let cmb = BankLayout::CmbPdf.print(&first).unwrap();
    let abc = BankLayout::AbcPdf.print(&second).unwrap();
    let merged = read(&merge(&[&cmb, &abc]).unwrap());
    let issuers: Vec<_> = merged.statements.iter().map(|s| (s.issuer.as_str(), s.proof.status)).collect();
    assert_eq!(issuers, [("cmb", ProofStatus::Proven), ("abc", ProofStatus::Proven)]);
}

#[test]
fn the_same_paper_twice_in_one_file_is_one_statement() {
    let (first, _) = two_months();
    let paper = BankLayout::CmbPdf.print(&first).unwrap();
    let merged = read(&merge(&[&paper, &paper]).unwrap());
    assert_eq!(merged.statements.len(), 1);
    assert_eq!(merged.statements[0].transactions.len(), first.rows.len());
}

#[test]
fn a_long_statement_is_not_split_by_its_pages() {
    let whole = bank();
    for layout in [BankLayout::CmbPdf, BankLayout::AbcPdf, BankLayout::BocPdf] {
        let parsed = read(&layout.print(&whole).unwrap());
        let [only] = parsed.statements.as_slice() else { panic!("{layout:?}: {} statements", parsed.statements.len()) };
        let pages = only.pages.unwrap();
        assert!(pages.first == 1 && pages.last > 1);
    }
}

#[test]
fn papers_of_facts_in_one_file_are_one_each_and_none_twice() {
    let [slip, record] = ["payslip/samples/slip", "tax/samples/record"]
        .map(|name| std::fs::read(format!("parsers/{name}.pdf")).unwrap());
    let last = read(&record).statements[0].pages.unwrap().last;
    let merged = read(&merge(&[&slip, &record, &slip]).unwrap());
    let pages: Vec<_> =
        merged.statements.iter().map(|s| (s.kind.as_str(), s.pages.map(|p| (p.first, p.last)))).collect();
    assert_eq!(pages, [("payslip", Some((1, 1))), ("income_tax", Some((2, 1 + last)))]);
}
