//! X03: totals printed for a page (本页合计, 承前页, 过次页) must be those of the page's rows.
//!
//! Innocent: a page that could not be read in full.

use model::Source;
use model::finding::Severity;
use model::proof::Broken;
use model::statement::{DeclaredTotals, Statement};

use super::equations::judge;
use super::verdict::{Verdict, each_statement};
use super::{Check, View};

pub const CHECK: Check = Check { code: "page_totals", severity: Severity::High, run };

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("本页合计", "page totals"),
        ("没有打印本页合计的流水", "no statement prints totals for a page"),
        |subject| {
            let prints = subject.content.sections.iter().any(|section| !section.totals.is_empty());
            judge(subject, None, prints, |broken| is_of_a_page(subject.content, broken))
        },
    )
}

/// An equation says what is added up, not over which rows; where its printed side stands tells a page's from the whole's.
pub fn is_of_a_page(statement: &Statement, broken: &Broken) -> bool {
    let Some(source) = &broken.source else { return false };
    statement.sections.iter().any(|section| sources(&section.totals).any(|printed| printed == source))
}

fn sources(totals: &DeclaredTotals) -> impl Iterator<Item = &Source> {
    let counts = [&totals.rows, &totals.in_rows, &totals.out_rows, &totals.neutral_rows];
    let sums = [&totals.in_sum, &totals.out_sum, &totals.neutral_sum];
    let counts = counts.into_iter().flatten().map(|printed| &printed.source);
    counts.chain(sums.into_iter().flatten().map(|printed| &printed.source))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, at_line, bank, broken};
    use model::Money;
    use model::proof::Equation;
    use model::statement::SectionTotals;

    fn two_pages() -> Statement {
        let mut statement = bank("2026-03-01 +50.00\n2026-03-02 +20.00");
        let page = |first_seq, last_seq, line, fen| SectionTotals {
            first_seq,
            last_seq,
            totals: DeclaredTotals { in_sum: Some(at_line(Money::from_fen(fen), line)), ..DeclaredTotals::default() },
        };
        statement.sections = vec![page(1, 1, 50, 5000), page(2, 2, 60, 2500)];
        statement.declared.in_sum = Some(at_line(Money::from_fen(7000), 70));
        statement
    }

    #[test]
    fn fails_on_the_page_that_does_not_add_up() {
        let mut statement = two_pages();
        statement.proof = broken(&[(Equation::InSum, None, "20.00", "25.00")]);
        statement.proof.broken[0].source = Some(at_line((), 60).source);
        Case::of(&[&[statement]]).expect(CHECK, &["fail high, line 60: expected 20.00, found 25.00"]);
    }

    #[test]
    fn passes_on_a_grand_total_that_does_not_add_up() {
        let mut statement = two_pages();
        statement.proof = broken(&[(Equation::InSum, None, "70.00", "75.00")]);
        statement.proof.broken[0].source = Some(at_line((), 70).source);
        Case::of(&[&[statement]]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_without_page_totals() {
        Case::of(&[&[bank("2026-03-01 +50.00")]]).expect(CHECK, &["not_applicable"]);
    }
}
