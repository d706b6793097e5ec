//! X11: an amount in Chinese capitals (大写) must be the one in figures beside it.
//!
//! The parsers read capitals as an amount (`total_in_words`); whatever figure the document prints as its total must be
//! the same. Innocent: a document whose capitals are of another total than the ones known.

use model::Money;
use model::finding::Severity;
use model::statement::Field;

use super::place;
use super::verdict::{Failure, OnStatement, Subject, Verdict, each_statement};
use super::{Check, View};

pub const CHECK: Check = Check { code: "amount_in_words", severity: Severity::Critical, run };

const IN_WORDS: &str = "total_in_words";

/// Facts that a total in words may stand for.
const TOTALS: [&str; 4] = ["total_due", "total_amount", "gross_amount", "tax_paid_total"];

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
    let words = fields.get(IN_WORDS).and_then(|field| Some((field, amount(field)?)));
    let figures = TOTALS.iter().find_map(|name| fields.get(*name)).and_then(|field| Some((field, amount(field)?)));
    let Some(((in_words, words), (in_figures, figures))) = words.zip(figures) else { return OnStatement::Silent };
    if words == figures {
        return OnStatement::Holds;
    }
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
    fn passes_on_the_same_amount_written_otherwise() {
        let invoice = paper(UtilityBill, &[("total_due", "834.50"), ("total_in_words", "834.5")]);
        Case::of(&[&[invoice]]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_without_words() {
        Case::of(&[&[paper(UtilityBill, &[("total_due", "834.50")])]]).expect(CHECK, &["not_applicable"]);
    }
}
