//! Z05: a payslip's net pay must have arrived in the bank, from the same employer.
//!
//! Looked for from the month worked to the end of the next. Pay may come in two parts. A salary of the same months with
//! another amount contradicts the slip; no credit at all is strong only where all those days are covered.
//! Innocent: a salary paid into an account that is not shown, part of it paid in kind or by another firm.

use model::Money;
use model::finding::Severity;
use model::ledger::Entry;

use super::place;
use super::verdict::{Failure, Summary, Verdict};
use super::wages::{Wage, credits, is_covered, is_pay, pay_days, payslips};
use super::{Check, View};

pub const CHECK: Check = Check { code: "payslip_paid", severity: Severity::Critical, run };

/// Rounding between slip and bank.
const TOLERANCE: Money = Money::from_fen(1);

fn run(view: &View<'_>) -> Verdict {
    let slips = payslips(view);
    if slips.is_empty() {
        return Verdict::NotApplicable(Summary::new("没有工资条", "there is no payslip"));
    }
    let mut failures = Vec::new();
    let mut paid = Vec::new();
    for slip in &slips {
        let Some(net) = slip.net.filter(|net| net.is_positive()) else { continue };
        let days = pay_days(slip.month);
        let found: Vec<&Entry> = credits(view, days).collect();
        if arrived(&found, slip, net) {
            paid.push(slip.evidence.clone());
            continue;
        }
        if !is_covered(view, days) {
            continue;
        }
        let salaries: Vec<&Entry> =
            found.iter().copied().filter(|entry| is_pay(entry, slip.payer.as_deref())).collect();
        failures.push(failure(view, slip, net, &salaries));
    }
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    if paid.is_empty() {
        return Verdict::NotRun(Summary::new(
            "银行流水没有覆盖工资条的发薪期间",
            "no bank statement covers the days on which the payslips were paid",
        ));
    }
    let count = paid.len();
    Verdict::Passes(Summary {
        evidence: paid,
        ..Summary::new(format!("{count} 张工资条的实发工资已到账"), format!("net pay of {count} payslip(s) arrived"))
    })
}

fn arrived(found: &[&Entry], slip: &Wage, net: Money) -> bool {
    let near = |amount: Money| amount.minus(net).abs() <= TOLERANCE;
    if found.iter().any(|entry| near(entry.amount)) {
        return true;
    }
    // Two parts of one pay: base and performance on different days.
    let parts: Vec<Money> =
        found.iter().filter(|entry| is_pay(entry, slip.payer.as_deref())).map(|entry| entry.amount).collect();
    parts.iter().enumerate().any(|(index, one)| parts.iter().skip(index + 1).any(|other| near(one.plus(*other))))
}

fn failure(view: &View<'_>, slip: &Wage, net: Money, salaries: &[&Entry]) -> Failure {
    let document = slip.document.saturating_add(1);
    let month = slip.month;
    let nearest = salaries.iter().min_by_key(|entry| entry.amount.minus(net).abs());
    let severity = match (nearest, slip.legible) {
        (_, false) => Severity::Medium,
        (Some(_), true) => Severity::Critical,
        // Nothing from this employer: it may pay into an account that is not shown.
        (None, true) => Severity::Medium,
    };
    let mut evidence = vec![slip.evidence.clone()];
    evidence.extend(nearest.and_then(|entry| place::evidence(view, entry)));
    let (zh, en) = match nearest {
        Some(entry) => (
            format!("银行流水中最接近的工资为 {}", place::in_short(entry)),
            format!("the nearest salary in the bank is {}", place::in_short(entry)),
        ),
        None => (
            "银行流水中没有这家单位的工资；若发到其他账户，请补充流水".to_owned(),
            "the bank shows no salary of this employer; if it pays into another account, its statement would help"
                .to_owned(),
        ),
    };
    Failure {
        severity: Some(severity),
        zh: format!("第 {document} 份材料：{month} 工资条实发 {net} 元没有到账，{zh}"),
        en: format!("document {document}: net pay {net} of {month} did not arrive; {en}"),
        expected: Some(net.to_string().into()),
        found: nearest.map(|entry| entry.amount.to_string().into()),
        evidence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank, paper};
    use model::ledger::Category;
    use model::statement::StatementKind::Payslip;

    const BANK: &str = "
        2026-02-01  +1.00
        2026-03-10  +8000.00
        2026-04-10  +8000.00
        2026-05-02  -1.00
    ";

    fn case(net: &str) -> Case {
        let mut statement = bank(BANK);
        for row in &mut statement.transactions[1..3] {
            row.description = Some("代发工资".into());
            row.counterparty = Some("青禾信息技术有限公司".into());
        }
        let slip = paper(Payslip, &[("month", "2026-03"), ("employer", "青禾信息技术有限公司"), ("net_pay", net)]);
        Case::of(&[&[statement], &[slip]]).merged().categorised("代发工资", Category::Salary)
    }

    #[test]
    fn fails_on_a_slip_that_was_raised() {
        case("12000.00").expect(CHECK, &["fail critical, document 2 line 3: expected 12000.00, found 8000.00"]);
    }

    #[test]
    fn asks_for_another_account_where_the_employer_never_paid() {
        let mut case = case("12000.00");
        case.ledger.entries.retain(|entry| entry.category != Category::Salary);
        case.expect(CHECK, &["fail medium, document 2 line 3: expected 12000.00, found -"]);
    }

    #[test]
    fn passes_on_pay_in_two_parts_and_off_by_a_fen() {
        case("16000.00").expect(CHECK, &["pass"]);
        case("7999.99").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_run_where_the_bank_is_not_covered_and_does_not_apply_without_slips() {
        let mut uncovered = case("12000.00");
        uncovered.ledger.accounts[0].covered.clear();
        uncovered.expect(CHECK, &["not_run"]);
        Case::of(&[&[bank(BANK)]]).merged().expect(CHECK, &["not_applicable"]);
    }
}
