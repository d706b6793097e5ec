//! Nobody's edit may stay `proven`. Each paper of the first issuers is drawn from a life, one row of it is altered
//! before it is printed, and the result must say so — or say that the altered amount is one it cannot check.

use make_samples::layout::{BankLayout, WalletLayout};
use make_samples::people::{self, Paper};
use make_samples::rows::{BankStatement, WalletStatement};
use make_samples::tamper;
use model::Money;
use model::statement::Statement;
use xinge::pipeline::{self, Reader};

/// Enough for several days with several rows, wraps and a page break of the landscape papers.
const ROWS: usize = 40;

fn read(bytes: &[u8]) -> Statement {
    let mut documents = pipeline::extract("paper", bytes, &[], &Reader::default());
    let mut parsed = documents.remove(0).outcome.unwrap().parsed;
    assert_eq!(parsed.statements.len(), 1);
    parsed.statements.remove(0)
}

fn bank() -> BankStatement {
    let applicants = people::all().unwrap();
    let papers = applicants.iter().flat_map(|applicant| &applicant.papers);
    let mut statement = papers
        .filter_map(|paper| match paper {
            Paper::Bank { statement, .. } => Some(statement.clone()),
            Paper::Wallet { .. } => None,
        })
        .next()
        .unwrap();
    statement.rows.truncate(ROWS);
    statement
}

fn wallet() -> WalletStatement {
    let applicants = people::all().unwrap();
    let papers = applicants.iter().flat_map(|applicant| &applicant.papers);
    let mut statement = papers
        .filter_map(|paper| match paper {
            Paper::Wallet { statement, .. } => Some(statement.clone()),
            Paper::Bank { .. } => None,
        })
        .next()
        .unwrap();
    statement.rows.truncate(ROWS);
    statement
}

fn more(amount: Money) -> Money {
    let ten = Money::from_fen(1_000);
    if amount.is_negative() { amount.minus(ten) } else { amount.plus(ten) }
}

#[test]
fn a_bank_paper_is_proven_until_an_amount_is_edited() {
    let statement = bank();
    for layout in BankLayout::ALL {
        let clean = read(&layout.print(&statement).unwrap());
        assert!(clean.proof.status.is_proof(), "{layout:?}: {:?}", clean.proof);
        for row in 0..statement.rows.len() {
            let amount = more(statement.rows[row].amount);
            let edited = read(&tamper::edit_amount(&statement, row, amount, |s| layout.print(s)).unwrap());
            let proof = &edited.proof;
            if !proof.status.is_proof() {
                continue;
            }
            // Only the amount that nothing printed can check, and then it is named.
            let altered = edited.transactions.iter().find(|t| t.amount == amount).unwrap();
            assert_eq!(proof.unchecked, vec![altered.seq], "{layout:?}, row {row}");
            assert_eq!(row, 0, "{layout:?}");
        }
    }
}

#[test]
fn a_bank_paper_with_a_row_taken_out_is_not_proven() {
    let statement = bank();
    for layout in BankLayout::ALL {
        // Without printed totals, nothing tells that a paper could begin earlier or end later.
        for row in 1..statement.rows.len() - 1 {
            let cut = read(&tamper::drop_row(&statement, row, |s| layout.print(s)).unwrap());
            assert!(!cut.proof.status.is_proof() || statement.rows[row].amount.is_zero(), "{layout:?}, row {row}");
        }
    }
}

#[test]
fn a_day_in_another_order_is_innocent() {
    let statement = bank();
    for layout in BankLayout::ALL {
        let Some(bytes) = tamper::swap_rows_of_a_day(&statement, |s| layout.print(s)) else { continue };
        let swapped = read(&bytes.unwrap());
        assert!(swapped.proof.status.is_proof(), "{layout:?}: {:?}", swapped.proof.broken);
    }
}

#[test]
fn a_wallet_bill_is_proven_until_a_row_is_edited_or_taken_out() {
    let statement = wallet();
    for layout in [
        WalletLayout::AlipayV1,
        WalletLayout::AlipayV2,
        WalletLayout::WechatCsv,
        WalletLayout::Wechat2025,
        WalletLayout::Wechat2026,
    ] {
        let clean = read(&layout.print(&statement).unwrap());
        assert!(clean.proof.status.is_proof(), "{layout:?}: {:?}", clean.proof);
        for row in (0..statement.rows.len()).step_by(3) {
            let amount = more(statement.rows[row].amount);
            let edited = read(&tamper::edit_wallet_amount(&statement, row, amount, |s| layout.print(s)).unwrap());
            assert!(!edited.proof.status.is_proof(), "{layout:?}, amount of row {row}");
            let cut = read(&tamper::drop_wallet_row(&statement, row, |s| layout.print(s)).unwrap());
            assert!(!cut.proof.status.is_proof(), "{layout:?}, row {row} taken out");
        }
    }
}

/// A comma that nobody quoted moves cells; the row is put together again or said to be unread, never misread.
#[test]
fn unquoted_commas_lose_no_row() {
    let mut statement = wallet();
    for row in &mut statement.rows {
        row.item = format!("{},加料", row.item);
    }
    for layout in [WalletLayout::AlipayV1, WalletLayout::AlipayV2, WalletLayout::AlipayWeb] {
        let whole = read(&layout.print(&statement).unwrap());
        let bare = read(&tamper::without_quotes(&layout.print(&statement).unwrap()));
        let rows = |s: &Statement| s.transactions.iter().map(|t| (t.amount, t.description.clone())).collect::<Vec<_>>();
        assert_eq!(rows(&bare), rows(&whole), "{layout:?}");
    }
}

/// Xorshift: the same mutations on every run.
fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// No byte anywhere makes the stages panic.
#[test]
fn damaged_papers_are_answered() {
    let (bank, wallet) = (bank(), wallet());
    let mut papers: Vec<Vec<u8>> = BankLayout::ALL.iter().map(|layout| layout.print(&bank).unwrap()).collect();
    papers
        .extend([WalletLayout::AlipayV2, WalletLayout::Wechat2026].iter().map(|layout| layout.print(&wallet).unwrap()));
    let mut state = 0x2026_1124_u64;
    for paper in papers {
        for _ in 0..40 {
            let mut damaged = paper.clone();
            for _ in 0..=next(&mut state) % 4 {
                let at = usize::try_from(next(&mut state)).unwrap() % damaged.len();
                damaged[at] = u8::try_from(next(&mut state) & 0xff).unwrap();
            }
            if next(&mut state).is_multiple_of(4) {
                damaged.truncate(usize::try_from(next(&mut state)).unwrap() % damaged.len());
            }
            for document in pipeline::extract("paper", &damaged, &[], &Reader::default()) {
                let panicked = matches!(&document.outcome, Err(model::failure::Failure::Panicked { .. }));
                assert!(!panicked, "{document:?}");
            }
        }
    }
}
