//! Z06: the tax a record shows must be what its income is taxed at, and its income what other papers show.
//!
//! Wages are taxed on the year's sum so far (累计预扣). Where the record prints its deductions the tax is exact; where it
//! does not, nobody pays more than without any deduction, nor less than with the most there can be. The same month's
//! payslip must show the same income, and the bank about what is left of it.
//! Innocent: a bonus taxed by itself, a second job, income from before the employer changed, tax settled in spring.

use std::collections::BTreeMap;

use model::finding::{Evidence, Severity};
use model::statement::StatementKind;
use model::{Money, Month};
use rust_decimal::Decimal;

use super::employers::may_be_same;
use super::tables::{Tax, tax};
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict, subjects};
use super::wages::{self, Wage, credits, is_covered, is_pay, pay_days, payslips, taxed};
use super::{Check, View, figures};

pub const CHECK: Check = Check { code: "tax_withheld", severity: Severity::High, run };

/// Yuan: each month is rounded to the fen, and the fen add up over a year.
const ROUNDING: Decimal = Decimal::from_parts(50, 0, 0, false, 2);

/// Months whose salary must fall short of the record before the record is doubted: one may be paid elsewhere.
const SHORT_MONTHS_MIN: usize = 2;

fn run(view: &View<'_>) -> Verdict {
    let table = tax();
    let records = taxed(view);
    let mut failures = Vec::new();
    let mut tested = 0_usize;
    for (document, whole) in subjects(view)
        .filter(|subject| subject.content.kind == StatementKind::IncomeTax)
        .map(|subject| (subject.document, subject.content))
    {
        if let Some(outcome) = exact(table, document, &whole.fields) {
            tested += 1;
            failures.extend(outcome);
        }
        let of_document: Vec<&Wage> = records.iter().filter(|wage| wage.document == document).collect();
        let states_year = whole.fields.contains_key("year");
        let (count, bounded) = within_bounds(table, &of_document, states_year);
        tested += count;
        failures.extend(bounded);
    }
    let (count, differing) = against_payslips(view, &records);
    tested += count;
    failures.extend(differing);
    let (count, short) = against_bank(table, view, &records);
    tested += count;
    failures.extend(short);
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    if tested > 0 {
        return Verdict::Passes(Summary {
            evidence: records.iter().take(EVIDENCE_MAX).map(|wage| wage.evidence.clone()).collect(),
            ..Summary::new(
                format!("纳税记录的收入与税额相符（{tested} 处比对）"),
                format!("income and tax of the tax records agree ({tested} comparison(s))"),
            )
        });
    }
    if records.is_empty() {
        return Verdict::NotApplicable(Summary::new("没有列明工资收入的纳税记录", "no tax record lists wages"));
    }
    Verdict::NotRun(Summary::new(
        "纳税记录没有从一月起，且没有工资条或银行流水可比对",
        "the tax record does not start in January, and neither payslip nor bank statement can be compared",
    ))
}

/// A page with every deduction: taxable income gives the tax so far. The page's own tax is the month's or the year's.
fn exact(
    table: &Tax,
    document: u32,
    fields: &BTreeMap<model::Text, model::statement::Field>,
) -> Option<Option<Failure>> {
    let taxable = wages::money(fields, "taxable_income")?.to_decimal();
    let paid = fields.get("tax_paid")?;
    let shown = wages::money(fields, "tax_paid")?.to_decimal();
    let so_far = table.on(taxable.max(Decimal::ZERO));
    // One month's part of it lies between nothing and all.
    if shown <= so_far + ROUNDING {
        return Some(None);
    }
    Some(Some(Failure {
        severity: (paid.confidence < 1.0).then_some(Severity::Medium),
        zh: format!("累计应纳税所得额 {taxable} 元的税额最多 {} 元，却记有 {shown} 元", figures::money(so_far)),
        en: format!(
            "taxable income of {taxable} so far is taxed at {} at most, {shown} is shown",
            figures::money(so_far)
        ),
        expected: Some(format!("<= {}", figures::money(so_far)).into()),
        found: Some(figures::money(shown)),
        evidence: vec![Evidence { document, source: Some(paid.source.clone()) }],
    }))
}

/// Each payer's year from January (or from the first month of a record that is of the whole year) on.
fn within_bounds(table: &Tax, records: &[&Wage], states_year: bool) -> (usize, Vec<Failure>) {
    let mut years: BTreeMap<(i16, Option<&str>), Vec<&Wage>> = BTreeMap::new();
    for wage in records {
        years.entry((wage.month.first_day().year(), wage.payer.as_deref())).or_default().push(wage);
    }
    let (mut tested, mut failures) = (0_usize, Vec::new());
    for ((year, _), mut months) in years {
        months.sort_by_key(|wage| wage.month);
        let january = Month::new(year, 1);
        let begins = months.first().map(|wage| wage.month);
        if year < table.from_year || !(states_year || begins == january) {
            continue;
        }
        let (mut income, mut paid) = (Decimal::ZERO, Decimal::ZERO);
        for (count, wage) in (1_i64..).zip(&months) {
            let Some((gross, tax)) = wage.gross.zip(wage.tax) else { break };
            income += gross.to_decimal();
            paid += tax.to_decimal();
            let months_so_far = Decimal::from(count);
            // Nothing deducted but the allowance: the most that can have been withheld.
            let most = table.on((income - table.allowance * months_so_far).max(Decimal::ZERO));
            // Everything deducted, and a year's allowance at once, as those with little income last year get.
            let year_allowance = table.allowance * Decimal::from(12);
            let deducted = income * table.insurance_share_max + table.additional_max * months_so_far + year_allowance;
            let least = table.on((income - deducted).max(Decimal::ZERO));
            tested += 1;
            if paid > most + ROUNDING || paid + ROUNDING < least {
                failures.push(bound_failure(wage, income, paid, (least, most)));
                break;
            }
        }
    }
    (tested, failures)
}

fn bound_failure(wage: &Wage, income: Decimal, paid: Decimal, (least, most): (Decimal, Decimal)) -> Failure {
    let document = wage.document.saturating_add(1);
    let (least, most, month) = (figures::money(least), figures::money(most), wage.month);
    Failure {
        severity: (!wage.legible).then_some(Severity::Medium),
        zh: format!(
            "第 {document} 份材料：截至 {month} 累计收入 {income} 元，累计预扣税额应在 {least} 至 {most} 元之间，却为 {paid} 元：\
             收入或税额可能被改过；年终奖单独计税除外"
        ),
        en: format!(
            "document {document}: on {income} earned by {month}, tax withheld must lie between {least} and {most}; {paid} is \
             shown: income or tax may have been changed, unless a bonus was taxed by itself"
        ),
        expected: Some(format!("{least}..{most}").into()),
        found: Some(figures::money(paid)),
        evidence: vec![wage.evidence.clone()],
    }
}

/// The same month by the same employer, on a payslip and in the record.
fn against_payslips(view: &View<'_>, records: &[Wage]) -> (usize, Vec<Failure>) {
    let slips = payslips(view);
    let same_payer = |one: &Wage, other: &Wage| {
        one.payer.as_deref().zip(other.payer.as_deref()).is_none_or(|(one, other)| may_be_same(one, other))
    };
    let (mut tested, mut failures) = (0_usize, Vec::new());
    for slip in &slips {
        let Some(gross) = slip.gross else { continue };
        // Pay of one month may be declared in the next.
        let near =
            |wage: &&Wage| (wage.month == slip.month || wage.month == slip.month.plus(1)) && same_payer(slip, wage);
        let declared: Vec<&Wage> = records.iter().filter(near).collect();
        let Some(nearest) = declared
            .iter()
            .filter_map(|wage| Some((wage, wage.gross?)))
            .min_by_key(|(_, income)| income.minus(gross).abs())
        else {
            continue;
        };
        tested += 1;
        let (record, income) = nearest;
        // Deductions before tax and payments in kind move it a little.
        if income.minus(gross).abs() <= Money::from_fen(gross.ten_thousandths() / 100 / 20) {
            continue;
        }
        let document = record.document.saturating_add(1);
        let month = slip.month;
        failures.push(Failure {
            severity: (!slip.legible || !record.legible).then_some(Severity::Medium),
            zh: format!("{month} 工资条应发 {gross} 元，第 {document} 份材料的纳税记录为 {income} 元"),
            en: format!("the payslip of {month} shows {gross} gross, the tax record in document {document} {income}"),
            expected: Some(income.to_string().into()),
            found: Some(gross.to_string().into()),
            evidence: vec![slip.evidence.clone(), record.evidence.clone()],
        });
    }
    (tested, failures)
}

/// What the bank shows of the same payer must be about what is left of the recorded income.
fn against_bank(table: &Tax, view: &View<'_>, records: &[Wage]) -> (usize, Vec<Failure>) {
    let (mut tested, mut short): (usize, Vec<(&Wage, Money)>) = (0, Vec::new());
    for wage in records {
        let days = pay_days(wage.month);
        if !is_covered(view, days) {
            continue;
        }
        let Some((gross, tax)) = wage.gross.zip(wage.tax) else { continue };
        let best =
            credits(view, days).filter(|entry| is_pay(entry, wage.payer.as_deref())).map(|entry| entry.amount).max();
        let Some(best) = best else { continue };
        tested += 1;
        let left = gross.to_decimal() * (Decimal::ONE - table.insurance_share_max - table.deductions_share_max)
            - tax.to_decimal();
        if best.to_decimal() < left {
            short.push((wage, best));
        }
    }
    if short.len() < SHORT_MONTHS_MIN || short.len() * 2 < tested {
        return (tested, Vec::new());
    }
    let Some((first, best)) = short.first() else { return (tested, Vec::new()) };
    let (document, count) = (first.document.saturating_add(1), short.len());
    let gross = first.gross.unwrap_or(Money::ZERO);
    let failure = Failure {
        severity: (!first.legible).then_some(Severity::Medium),
        zh: format!(
            "第 {document} 份材料：纳税记录 {} 收入 {gross} 元，同一单位入账的工资最多 {best} 元，共 {count} 个月相差过大",
            first.month
        ),
        en: format!(
            "document {document}: the tax record shows {gross} for {}, the same employer's salary is {best} at most; {count} month(s)",
            first.month
        ),
        expected: Some(best.to_string().into()),
        found: Some(gross.to_string().into()),
        evidence: short.iter().take(EVIDENCE_MAX).map(|(wage, _)| wage.evidence.clone()).collect(),
    };
    (tested, vec![failure])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank, paper, records};
    use model::statement::StatementKind::{IncomeTax, Payslip};

    /// 12,000.00 a month with 2,100.00 deducted: 98.00 → 147.00 a month at 3 %.
    fn year(income: &str, tax: &str) -> model::statement::Statement {
        let month =
            |month: &'static str| [("month", month), ("income_item", "工资薪金"), ("payer", "青禾信息技术有限公司")];
        let row = |at: &'static str| {
            let mut row: Vec<(&str, &str)> = month(at).to_vec();
            row.extend([("income", income), ("tax_paid", tax)]);
            row
        };
        let rows = [row("2026-01"), row("2026-02"), row("2026-03")];
        let rows: Vec<&[(&str, &str)]> = rows.iter().map(Vec::as_slice).collect();
        records(IncomeTax, &rows)
    }

    #[test]
    fn fails_on_more_tax_than_the_income_can_bear() {
        Case::of(&[&[year("12000.00", "900.00")]])
            .expect(CHECK, &["fail high, line 1: expected 0.00..210.00, found 900.00"]);
    }

    #[test]
    fn fails_on_an_income_raised_over_its_old_tax() {
        Case::of(&[&[year("120000.00", "147.00")]])
            .expect(CHECK, &["fail high, line 1: expected 630.00..8980.00, found 147.00"]);
    }

    #[test]
    fn fails_on_a_payslip_above_the_record() {
        let slip = paper(
            Payslip,
            &[
                ("month", "2026-02"),
                ("employer", "青禾信息技术有限公司"),
                ("gross_pay", "18000.00"),
                ("net_pay", "15000.00"),
            ],
        );
        Case::of(&[&[year("12000.00", "147.00")], &[slip]])
            .expect(CHECK, &["fail high, document 2 line 4: expected 12000.00, found 18000.00"]);
    }

    #[test]
    fn fails_on_a_record_far_above_the_salary() {
        let mut statement = bank("2026-01-01 +1.00\n2026-02-10 +4000.00\n2026-03-10 +4000.00\n2026-05-02 -1.00");
        for row in &mut statement.transactions[1..3] {
            row.counterparty = Some("青禾信息技术有限公司".into());
        }
        Case::of(&[&[year("12000.00", "147.00")], &[statement]])
            .merged()
            .expect(CHECK, &["fail high, line 1: expected 4000.00, found 12000.00"]);
    }

    #[test]
    fn passes_on_deductions_that_people_have_and_on_none() {
        Case::of(&[&[year("12000.00", "147.00")]]).expect(CHECK, &["pass"]);
        Case::of(&[&[year("12000.00", "0.00")]]).expect(CHECK, &["pass"]);
        Case::of(&[&[year("12000.00", "210.00")]]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn passes_on_a_page_whose_deductions_give_its_tax_and_fails_above_it() {
        let page =
            |paid| paper(IncomeTax, &[("taxable_income", "40000.00"), ("tax_paid", paid), ("income_item", "工资薪金")]);
        Case::of(&[&[page("1480.00")]]).expect(CHECK, &["pass"]);
        Case::of(&[&[page("2480.00")]]).expect(CHECK, &["fail high, line 2: expected <= 1480.00, found 2480.00"]);
    }

    #[test]
    fn does_not_run_from_the_middle_of_a_year_and_does_not_apply_without_wages() {
        let mut cut = year("12000.00", "900.00");
        cut.records.remove(0);
        Case::of(&[&[cut]]).expect(CHECK, &["not_run"]);
        Case::of(&[&[bank("2026-03-01 +1.00")]]).expect(CHECK, &["not_applicable"]);
    }
}
