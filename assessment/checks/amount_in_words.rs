//! X11: an amount in Chinese capitals (大写) must be the one in figures beside it.
//!
//! The parsers read capitals as an amount: an invoice's `total_in_words`, for which whatever figure it prints as its total
//! must be the same, and on any paper what stands behind 大写, for which it is what stands behind 小写 beside it. Innocent: a
//! document whose capitals are of another total than the ones known.

use model::Money;
use model::finding::Severity;
use model::statement::Field;

use super::place;
use super::verdict::{Failure, OnStatement, Subject, Verdict, each_statement};
use super::{Check, View};

pub const CHECK: Check = Check { code: "amount_in_words", severity: Severity::Critical, run };

/// Facts in words, and the facts in figures that they may stand for.
const IN_WORDS: [(&str, &[&str]); 2] = [
    ("total_in_words", &["total_due", "total_amount", "gross_amount", "tax_paid_total"]),
    ("amount_in_words", &["amount_in_figures"]),
];

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("大写金额与小写金额", "amounts in words and in figures"),
        ("没有大写金额", "no document prints an amount in words"),
        judge,
    )
}

fn judge(subject: Subject<'_>) -> OnStatement {
    let fields = &subject.content.fields;
    let amount = |field: &Field| field.value.parse::<Money>().ok();
    let read = |name: &str| fields.get(name).and_then(|field| Some((field, amount(field)?)));
    let pairs: Vec<_> = IN_WORDS
        .iter()
        .filter_map(|(words, figures)| read(words).zip(figures.iter().find_map(|figure| read(figure))))
        .collect();
    let differing = pairs.iter().find(|((_, words), (_, figures))| words != figures);
    let Some(&((in_words, words), (in_figures, figures))) = differing else {
        return if pairs.is_empty() { OnStatement::Silent } else { OnStatement::Holds };
    };
    let document = subject.document_number();
    let legible = in_words.confidence >= 1.0 && in_figures.confidence >= 1.0;
    OnStatement::Fails(Failure {
        severity: (!legible).then_some(Severity::Medium),
        zh: format!(
            "第 {document} 份材料{}：小写金额 {figures} 与大写金额 {words} 不同",
            place::zh(&in_figures.source)
        ),
        en: format!("document {document} {}: {figures} in figures, {words} in words", place::en(&in_figures.source)),
        expected: Some(words.to_string().into()),
        found: Some(figures.to_string().into()),
        evidence: vec![subject.evidence(Some(&in_figures.source)), subject.evidence(Some(&in_words.source))],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, paper};
    use model::statement::StatementKind::UtilityBill;

    #[test]
    fn fails_on_a_figure_that_was_raised() {
        let invoice = paper(UtilityBill, &[("total_due", "1834.50"), ("total_in_words", "834.50")]);
        Case::of(&[&[invoice]]).expect(CHECK, &["fail critical, line 1: expected 834.50, found 1834.50"]);
    }

    #[test]
    fn fails_on_any_paper_that_prints_both() {
        let receipt = paper(UtilityBill, &[("amount_in_figures", "9200.00"), ("amount_in_words", "1200.00")]);
        Case::of(&[&[receipt]]).expect(CHECK, &["fail critical, line 1: expected 1200.00, found 9200.00"]);
    }

    #[test]
    fn passes_on_the_same_amount_written_otherwise() {
        let invoice = paper(UtilityBill, &[("total_due", "834.50"), ("total_in_words", "834.5")]);
        Case::of(&[&[invoice]]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_without_words() {
        Case::of(&[&[paper(UtilityBill, &[("total_due", "834.50")])]]).expect(CHECK, &["not_applicable"]);
    }
}
