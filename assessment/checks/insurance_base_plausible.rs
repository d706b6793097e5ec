//! Z08: the base of social insurance must lie between the lowest floor and the highest ceiling, and suit the wage.
//!
//! Innocent: an employer that pays on the floor; a base of last year's average, with bonuses.

use model::finding::{Evidence, Severity};
use model::statement::StatementKind;
use rust_decimal::Decimal;

use super::tables::social;
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict, subjects};
use super::wages::{money, typical};
use super::{Check, View, figures};

pub const CHECK: Check = Check { code: "insurance_base_plausible", severity: Severity::Medium, run };

const BASES: [&str; 2] = ["base", "pension_base"];

fn run(view: &View<'_>) -> Verdict {
    let table = social();
    let wage = typical(view).map(|(wage, _)| wage);
    let most =
        wage.map_or(table.base_max, |wage| (wage * table.base_over_wage_max).max(table.base_min).min(table.base_max));
    let mut looked_at = 0_usize;
    let mut failures = Vec::new();
    for subject in subjects(view).filter(|subject| subject.content.kind == StatementKind::SocialInsurance) {
        let all = std::iter::once(&subject.content.fields).chain(&subject.content.records);
        let bases: Vec<(Decimal, Evidence)> = all
            .filter_map(|fields| {
                let name = BASES.iter().find(|name| fields.contains_key(**name))?;
                let source = fields.get(*name)?.source.clone();
                let base = money(fields, name).filter(|base| base.is_positive())?.to_decimal();
                Some((base, Evidence { document: subject.document, source: Some(source) }))
            })
            .collect();
        looked_at += bases.len();
        let odd: Vec<&(Decimal, Evidence)> =
            bases.iter().filter(|(base, _)| *base < table.base_min || *base > most).collect();
        let Some((base, _)) = odd.first() else { continue };
        let (base, document) = (figures::money(*base), subject.document_number());
        let (least, most) = (figures::money(table.base_min), figures::money(most));
        failures.push(Failure {
            severity: None,
            zh: format!(
                "第 {document} 份材料：社保缴费基数 {base} 元不在 {least} 至 {most} 元之间，共 {} 处",
                odd.len()
            ),
            en: format!(
                "document {document}: a social insurance base of {base} is not between {least} and {most}; {} place(s)",
                odd.len()
            ),
            expected: Some(format!("{least}..{most}").into()),
            found: Some(base),
            evidence: odd.iter().take(EVIDENCE_MAX).map(|(_, evidence)| evidence.clone()).collect(),
        });
    }
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    match (looked_at, wage) {
        (0, _) => Verdict::NotApplicable(Summary::new(
            "没有列明缴费基数的社保材料",
            "no social insurance paper prints a base",
        )),
        (_, None) => {
            Verdict::NotRun(Summary::new("没有可与社保基数比对的工资", "no wage is shown to compare the base with"))
        }
        (count, Some(_)) => Verdict::Passes(Summary::new(
            format!("{count} 处社保缴费基数与工资相称"),
            format!("{count} social insurance base(s) suit the wage"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, records};
    use model::statement::StatementKind::SocialInsurance;

    fn case(base: &str) -> Case {
        Case::of(&[&[records(SocialInsurance, &[&[("month", "2026-03"), ("base", base)]])]])
            .feature("income.salary_monthly_avg", Some("8000.00"))
    }

    #[test]
    fn fails_above_the_wage_and_below_every_floor() {
        case("24000.00").expect(CHECK, &["fail medium, line 1: expected 2000.00..12000.00, found 24000.00"]);
        case("500.00").expect(CHECK, &["fail medium, line 1: expected 2000.00..12000.00, found 500.00"]);
    }

    #[test]
    fn passes_on_the_floor_and_on_last_years_average() {
        case("3800.00").expect(CHECK, &["pass"]);
        case("9500.00").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_run_without_a_wage_and_does_not_apply_without_a_base() {
        Case::of(&[&[records(SocialInsurance, &[&[("base", "8000.00")]])]]).expect(CHECK, &["not_run"]);
        Case::of(&[&[records(SocialInsurance, &[&[("month", "2026-03")]])]]).expect(CHECK, &["not_applicable"]);
    }
}
