//! Z07: the housing fund's monthly deposit must be that of a wage like the one claimed.
//!
//! A deposit is base × rate, the personal rate 5 to 12 %, the base at most three local average wages. A base above the
//! wage that other papers show contradicts one of them; a base below it is common among small firms and says nothing.
//! Innocent: a base of last year, with bonuses; a city whose ceiling moved.

use model::finding::{Evidence, Severity};
use model::statement::{Field, Flow, StatementKind};
use rust_decimal::Decimal;

use super::tables::fund;
use super::verdict::{Failure, Summary, Verdict, subjects};
use super::wages::{money, typical};
use super::{Check, View, figures};

pub const CHECK: Check = Check { code: "fund_base_plausible", severity: Severity::Medium, run };

/// What a paper says of the base: at least this much.
struct Base {
    least: Decimal,
    evidence: Evidence,
    document: u32,
}

fn run(view: &View<'_>) -> Verdict {
    let table = fund();
    let mut failures = Vec::new();
    let mut bases = Vec::new();
    for subject in subjects(view).filter(|subject| subject.content.kind == StatementKind::ProvidentFund) {
        let statement = subject.content;
        let evidence = |field: &Field| Evidence { document: subject.document, source: Some(field.source.clone()) };
        if let Some((field, rate)) =
            statement.fields.get("personal_rate").and_then(|field| Some((field, share(&field.value)?)))
            && (rate < table.rate_min || rate > table.rate_max)
        {
            let allowed = format!("{}..{}", table.rate_min, table.rate_max);
            failures.push(Failure {
                severity: None,
                zh: format!("第 {} 份材料：公积金个人缴存比例 {rate} 不在 5% 至 12% 之间", subject.document_number()),
                en: format!(
                    "document {}: the fund's personal rate {rate} is not between 5 % and 12 %",
                    subject.document_number()
                ),
                expected: Some(allowed.into()),
                found: Some(rate.to_string().into()),
                evidence: vec![evidence(field)],
            });
        }
        if let Some((base, field)) = money(&statement.fields, "base").zip(statement.fields.get("base")) {
            bases.push(Base { least: base.to_decimal(), evidence: evidence(field), document: subject.document });
            continue;
        }
        // 汇缴 is both parts at once; at the highest rate on both sides it means the lowest base.
        let deposits = statement.transactions.iter().filter(|row| {
            row.flow == Flow::In && row.description.as_deref().is_some_and(|words| words.contains("汇缴"))
        });
        if let Some(row) = deposits.max_by_key(|row| row.amount) {
            bases.push(Base {
                least: row.amount.to_decimal() / (table.rate_max + table.rate_max),
                evidence: subject.evidence(Some(&row.source)),
                document: subject.document,
            });
        }
    }
    let wage = typical(view).map(|(wage, _)| wage);
    for base in &bases {
        let bound = wage.map_or(table.base_max, |wage| (wage * table.base_over_wage_max).min(table.base_max));
        if base.least <= bound {
            continue;
        }
        let (least, bound) = (figures::money(base.least), figures::money(bound));
        failures.push(Failure {
            severity: None,
            zh: format!(
                "第 {} 份材料：公积金缴存基数至少 {least} 元，与其他材料所示工资不符（不应高于 {bound} 元）",
                base.document + 1
            ),
            en: format!(
                "document {}: the fund's base is at least {least}, more than the wage shown elsewhere bears ({bound})",
                base.document + 1
            ),
            expected: Some(format!("<= {bound}").into()),
            found: Some(least),
            evidence: vec![base.evidence.clone()],
        });
    }
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    if bases.is_empty() {
        return Verdict::NotApplicable(Summary::new("没有公积金缴存材料", "there is no paper of the housing fund"));
    }
    if wage.is_none() {
        return Verdict::NotRun(Summary::new(
            "没有可与公积金基数比对的工资",
            "no wage is shown to compare the fund's base with",
        ));
    }
    let evidence = bases.into_iter().map(|base| base.evidence).collect();
    Verdict::Passes(Summary {
        evidence, ..Summary::new("公积金缴存基数与工资相称", "the fund's base suits the wage")
    })
}

/// `12%`, `12` and `0.12` alike, as a share.
fn share(text: &str) -> Option<Decimal> {
    let value: Decimal = text.trim().trim_end_matches('%').trim().parse().ok()?;
    Some(if value >= Decimal::ONE { value / Decimal::ONE_HUNDRED } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank, paper};
    use model::statement::StatementKind::ProvidentFund;

    fn case(base: &str, rate: &str) -> Case {
        Case::of(&[&[paper(ProvidentFund, &[("base", base), ("personal_rate", rate)])]])
            .feature("income.salary_monthly_avg", Some("8000.00"))
    }

    #[test]
    fn fails_on_a_base_above_the_wage_and_on_a_rate_that_no_fund_has() {
        case("20000.00", "12%").expect(CHECK, &["fail medium, line 1: expected <= 12000.00, found 20000.00"]);
        case("8000.00", "20%").expect(CHECK, &["fail medium, line 2: expected 0.05..0.12, found 0.20"]);
    }

    #[test]
    fn reads_a_base_off_the_deposits() {
        let mut fund = bank("2026-03-09 +6000.00");
        fund.kind = ProvidentFund;
        fund.transactions[0].description = Some("汇缴".into());
        Case::of(&[&[fund]])
            .feature("income.salary_monthly_avg", Some("8000.00"))
            .expect(CHECK, &["fail medium, line 1: expected <= 12000.00, found 25000.00"]);
    }

    #[test]
    fn passes_on_an_employer_that_pays_on_less() {
        case("3000.00", "0.05").expect(CHECK, &["pass"]);
        case("11000.00", "12").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_run_without_a_wage_and_does_not_apply_without_a_paper() {
        Case::of(&[&[paper(ProvidentFund, &[("base", "8000.00")])]]).expect(CHECK, &["not_run"]);
        Case::of(&[]).expect(CHECK, &["not_applicable"]);
    }
}
