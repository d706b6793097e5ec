//! `truth.json`: what the generator knows about its own papers, counted from rows and events alone.
//!
//! Per document `in`, `out` and `neutral` are rows and sums by the printed direction, whatever the row's
//! status: the sums of the issuer's own totals. A refund therefore stands in `neutral` at Alipay and in `in`
//! at WeChat. `holder` and `period` are null where the paper does not print them. Per applicant, `earned_income`
//! is salary, platform pay, merchant receipts and farm sales; `eligible_income` adds the provident fund's
//! payments and what friends sent. Neither has loans, interest, own transfers or refunds in it, and what was
//! sent back to friends is not taken off.

use std::collections::BTreeMap;

use model::{Money, Month};
use serde_json::{Value, json};

use crate::layout::BankLayout;
use crate::life::{Income, LegKind, WalletKind, World};
use crate::people::{Applicant, Paper, WINDOW};
use crate::rows::{BankStatement, Direction, Total, WalletStatement, Window, bank_totals, wallet_total};
use crate::text::{dashed, tail};

/// The whole file as a value.
#[must_use]
pub fn of(applicant: &Applicant) -> Value {
    let documents: Vec<Value> = applicant.papers.iter().map(document).collect();
    json!({
        "holder": applicant.holder.name,
        "as_of": "2026-09-05",
        "documents": documents,
        "months": months(&applicant.world),
        "salaries": salaries(&applicant.world),
        "obligations": obligations(&applicant.world),
        "pairs": pairs(applicant),
        "own_transfers": own_transfers(applicant),
    })
}

fn document(paper: &Paper) -> Value {
    let mut value = match paper {
        Paper::Bank { statement, layout, .. } => bank(statement, *layout),
        Paper::Wallet { statement, wallet, .. } => wallet_document(statement, *wallet),
    };
    if let Some(entries) = value.as_object_mut() {
        entries.insert("file".to_owned(), paper.file_name().into());
    }
    value
}

fn total(total: Total) -> Value {
    json!({"rows": total.rows, "sum": total.sum.to_string()})
}

fn period(window: Window) -> Value {
    json!({"from": dashed(window.from), "to": dashed(window.to)})
}

fn bank(statement: &BankStatement, layout: BankLayout) -> Value {
    let (credit, debit) = bank_totals(&statement.rows);
    json!({
        "kind": "deposit_account",
        "holder": layout.names_holder().then_some(statement.holder.name.as_str()),
        "account_tail": tail(&statement.account),
        "period": layout.states_period().then(|| period(statement.window)),
        "rows": statement.rows.len(),
        "in": total(credit),
        "out": total(debit),
        "opening": statement.opening().map(|money| money.to_string()),
        "closing": statement.closing().map(|money| money.to_string()),
    })
}

fn wallet_document(statement: &WalletStatement, wallet: WalletKind) -> Value {
    // WeChat prints a nickname and no name.
    let holder = match wallet {
        WalletKind::Alipay => Some(statement.holder.name.as_str()),
        WalletKind::Wechat => None,
    };
    json!({
        "kind": "wallet",
        "holder": holder,
        "period": period(statement.window),
        "rows": statement.rows.len(),
        "in": total(wallet_total(&statement.rows, Direction::In)),
        "out": total(wallet_total(&statement.rows, Direction::Out)),
        "neutral": total(wallet_total(&statement.rows, Direction::Neutral)),
        "closed_rows": statement.rows.iter().filter(|row| row.status == "交易关闭").count(),
    })
}

fn sums_by_month(world: &World, income: Income) -> BTreeMap<String, Money> {
    let mut months = BTreeMap::new();
    let mut month = Month::of(WINDOW.from);
    while month <= Month::of(WINDOW.to) {
        months.insert(month.to_string(), Money::ZERO);
        month = month.plus(1);
    }
    for earned in world.earned.iter().filter(|earned| earned.income == income) {
        if let Some(sum) = months.get_mut(&Month::of(earned.on).to_string()) {
            *sum = sum.plus(earned.amount);
        }
    }
    months
}

fn months(world: &World) -> Value {
    let kinds = [
        ("salary", Income::Salary),
        ("platform", Income::Platform),
        ("merchant_receipts", Income::Receipts),
        ("farm", Income::Farm),
        ("provident_fund", Income::ProvidentFund),
        ("from_persons", Income::Person),
        ("loans", Income::Loan),
        ("interest", Income::Interest),
    ];
    let mut months: BTreeMap<String, BTreeMap<&str, String>> = BTreeMap::new();
    let (mut earned, mut eligible): (BTreeMap<String, Money>, BTreeMap<String, Money>) = Default::default();
    for (name, income) in kinds {
        for (month, sum) in sums_by_month(world, income) {
            let add = |sums: &mut BTreeMap<String, Money>| {
                let entry = sums.entry(month.clone()).or_insert(Money::ZERO);
                *entry = entry.plus(sum);
            };
            match income {
                Income::Salary | Income::Platform | Income::Receipts | Income::Farm => {
                    add(&mut earned);
                    add(&mut eligible);
                }
                Income::ProvidentFund | Income::Person => add(&mut eligible),
                Income::Loan | Income::Interest => {}
            }
            months.entry(month).or_default().insert(name, sum.to_string());
        }
    }
    for (name, sums) in [("earned_income", earned), ("eligible_income", eligible)] {
        for (month, sum) in sums {
            months.entry(month).or_default().insert(name, sum.to_string());
        }
    }
    json!(months)
}

fn salaries(world: &World) -> Value {
    world
        .earned
        .iter()
        .filter(|earned| earned.income == Income::Salary && WINDOW.contains(earned.on))
        .map(|earned| json!({"date": dashed(earned.on), "payer": earned.payer, "amount": earned.amount.to_string()}))
        .collect()
}

fn obligations(world: &World) -> Value {
    let mut groups: BTreeMap<(&str, &str), Vec<Value>> = BTreeMap::new();
    for paid in world.paid.iter().filter(|paid| WINDOW.contains(paid.on)) {
        let payment = json!({"date": dashed(paid.on), "amount": paid.amount.to_string()});
        groups.entry((paid.obligation.word(), &paid.payee)).or_default().push(payment);
    }
    groups
        .into_iter()
        .map(|((kind, payee), payments)| json!({"kind": kind, "payee": payee, "payments": payments}))
        .collect()
}

/// Movements that stand in two of the papers handed in.
fn pairs(applicant: &Applicant) -> Value {
    let bank_given = |index: usize| {
        applicant.papers.iter().any(|paper| matches!(paper, Paper::Bank { account, .. } if *account == index))
    };
    let wallet_given =
        |kind| applicant.papers.iter().any(|paper| matches!(paper, Paper::Wallet { wallet, .. } if *wallet == kind));
    let mut counts: BTreeMap<&str, Total> = BTreeMap::new();
    for leg in &applicant.world.legs {
        let printed = WINDOW.contains(leg.wallet_time.date()) && WINDOW.contains(leg.bank_time.date());
        if printed && bank_given(leg.bank) && wallet_given(leg.wallet) {
            let name = match leg.kind {
                LegKind::QuickPay => "quick_pay",
                LegKind::QuickRefund => "quick_refund",
                LegKind::Withdrawal => "withdrawal",
                LegKind::Repayment => "repayment",
                LegKind::LoanPayout => "loan_payout",
            };
            counts.entry(name).or_default().add(leg.amount);
        }
    }
    json!(counts.into_iter().map(|(name, counted)| (name.to_owned(), total(counted))).collect::<BTreeMap<_, _>>())
}

/// Transfers between two own bank accounts, by the receiving row.
fn own_transfers(applicant: &Applicant) -> Value {
    let mut received = Total::default();
    for paper in &applicant.papers {
        if let Paper::Bank { statement, .. } = paper {
            // Nobody here hands in two papers of an account that receives own transfers, so none counts twice.
            let own = statement.rows.iter().filter(|row| row.counterparty == applicant.holder.name);
            own.filter(|row| row.amount.is_positive()).for_each(|row| received.add(row.amount));
        }
    }
    total(received)
}
