//! X10: amounts must be printed as the issuer prints money: whole fen, and every cell legible as one figure.
//!
//! Innocent: a currency with three decimals, and a digit that a picture does not show clearly.

use model::finding::{Evidence, Severity};
use model::problem::ProblemCode;
use model::statement::StatementKind;

use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, OnStatement, Subject, Verdict, each_statement};
use super::{Check, View};

pub const CHECK: Check = Check { code: "amounts_well_formed", severity: Severity::Medium, run };

/// Parts of a fen in [`model::Money`].
const FEN: i64 = 100;

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("金额格式", "amounts are well formed"),
        ("没有人民币流水", "no statement has amounts in yuan"),
        |subject| judge(view, subject),
    )
}

fn judge(view: &View<'_>, subject: Subject<'_>) -> OnStatement {
    let statement = subject.content;
    let in_yuan = statement.currency.as_deref().is_none_or(|code| code == "CNY");
    let is_account =
        matches!(statement.kind, StatementKind::DepositAccount | StatementKind::CreditCard | StatementKind::Wallet);
    if !in_yuan || !is_account || statement.transactions.is_empty() {
        return OnStatement::Silent;
    }
    let odd = statement.transactions.iter().find(|row| {
        let figures = [Some(row.amount), row.balance];
        figures.into_iter().flatten().any(|figure| figure.ten_thousandths() % FEN != 0)
    });
    let document = subject.document_number();
    if let Some(row) = odd {
        return OnStatement::Fails(Failure {
            severity: None,
            zh: format!("第 {document} 份材料{}：金额不足一分，银行不会这样打印", place::zh(&row.source)),
            en: format!("document {document} {}: a part of a fen, which no issuer books", place::en(&row.source)),
            expected: Some("two decimals".into()),
            found: Some(row.amount.to_string().into()),
            evidence: vec![subject.evidence(Some(&row.source))],
        });
    }
    // Problems know their document, not their statement: told once, at the first.
    let shown = usize::try_from(subject.document).ok().and_then(|index| view.documents.get(index));
    let unreadable: Vec<Evidence> = shown
        .filter(|_| subject.statement == 0)
        .map_or(&[][..], |shown| shown.problems)
        .iter()
        .filter(|problem| problem.code == ProblemCode::UnreadableCell && problem.source.is_some())
        // The parsers name the cell: dates and times are other checks' business.
        .filter(|problem| ["amount", "balance"].iter().any(|cell| problem.message_en.contains(cell)))
        .take(EVIDENCE_MAX)
        .map(|problem| subject.evidence(problem.source.as_ref()))
        .collect();
    if unreadable.is_empty() {
        return OnStatement::Holds;
    }
    OnStatement::Fails(Failure {
        severity: subject.photographed.then_some(Severity::Low),
        zh: format!("第 {document} 份材料有 {} 处数字不成金额，请提供清晰的原件", unreadable.len()),
        en: format!("document {document}: {} cell(s) hold no figure; a clear original would help", unreadable.len()),
        expected: Some("a figure".into()),
        found: Some("none".into()),
        evidence: unreadable,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, at_line, bank};
    use model::{Money, Problem};

    #[test]
    fn fails_on_a_part_of_a_fen() {
        let mut statement = bank("2026-03-01 -1.00\n2026-03-02 -1.00");
        statement.transactions[1].amount = Money::from_ten_thousandths(-12_345);
        Case::of(&[&[statement]]).expect(CHECK, &["fail medium, line 2: expected two decimals, found -1.2345"]);
    }

    #[test]
    fn fails_on_a_cell_without_a_figure() {
        let mut case = Case::of(&[&[bank("2026-03-01 -1.00")]]);
        let source = at_line((), 5).source;
        case.problems =
            vec![vec![Problem::new(ProblemCode::UnreadableCell, "金额“12.3O”", "the amount \"12.3O\"").at(source)]];
        case.expect(CHECK, &["fail medium, line 5: expected a figure, found none"]);
    }

    #[test]
    fn passes_on_whole_fen() {
        Case::of(&[&[bank("2026-03-01 -1.05 2.10")]]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_to_other_currencies() {
        let mut statement = bank("2026-03-01 -1.00");
        statement.currency = Some("KWD".into());
        statement.transactions[0].amount = Money::from_ten_thousandths(-12_340);
        Case::of(&[&[statement]]).expect(CHECK, &["not_applicable"]);
    }
}
