//! Y03: what a row is called must be one of its issuer's words.
//!
//! Judged only for issuers whose vocabulary is known (`vocabulary.toml`) and where it knows nearly every row of the
//! statement: one strange word among hundreds of known ones was typed by somebody. Innocent: a new product.

use model::finding::Severity;
use model::statement::{Flow, StatementKind, Transaction};

use super::place;
use super::tables::vocabulary;
use super::verdict::{EVIDENCE_MAX, Failure, OnStatement, Subject, Verdict, each_statement};
use super::words::Words;
use super::{Check, View};

pub const CHECK: Check = Check { code: "wording_known", severity: Severity::Medium, run };

/// Rows that the vocabulary must know before it can judge one, in percent; and how many there must be.
const KNOWN_MIN_PERCENT: usize = 97;
const ROWS_MIN: usize = 40;

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("摘要用语", "wording is the issuer's"),
        ("没有已知摘要用语的机构的流水", "no statement is of an issuer whose vocabulary is known well enough"),
        judge,
    )
}

fn judge(subject: Subject<'_>) -> OnStatement {
    let statement = subject.content;
    let issuer = vocabulary().issuer.iter().find(|one| one.name == statement.issuer.as_str());
    let Some(issuer) = issuer.filter(|_| statement.kind == StatementKind::DepositAccount) else {
        return OnStatement::Silent;
    };
    let worded: Vec<(&Transaction, &str)> = statement
        .transactions
        .iter()
        .filter_map(|row| Some((row, row.description.as_deref().filter(|words| !words.trim().is_empty())?)))
        .collect();
    let is_known = |words: &str| issuer.words.is_any_in(words) || vocabulary().common.is_any_in(words);
    let unknown: Vec<&(&Transaction, &str)> = worded.iter().filter(|(_, words)| !is_known(words)).collect();
    if worded.len() < ROWS_MIN || (worded.len() - unknown.len()) * 100 < worded.len() * KNOWN_MIN_PERCENT {
        return OnStatement::Silent;
    }
    let Some((row, words)) = unknown.first() else { return OnStatement::Holds };
    let document = subject.document_number();
    // Money in under a word that nobody knows is what is worth typing.
    let pays_in = unknown.iter().any(|(row, _)| row.flow == Flow::In);
    OnStatement::Fails(Failure {
        severity: (!pays_in || subject.photographed).then_some(Severity::Low),
        zh: format!(
            "第 {document} 份材料{}：摘要“{words}”不是该机构常用的，其余 {} 笔都是；新产品除外",
            place::zh(&row.source),
            worded.len() - unknown.len()
        ),
        en: format!(
            "document {document} {}: {words} is not among the issuer's words, the other {} rows' are; a new product would explain it",
            place::en(&row.source),
            worded.len() - unknown.len()
        ),
        expected: Some("a known description".into()),
        found: Some((*words).into()),
        evidence: unknown.iter().take(EVIDENCE_MAX).map(|(row, _)| subject.evidence(Some(&row.source))).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank};

    fn case(issuer: &str, odd: usize) -> Case {
        let rows: String = (0..50).map(|_| "2026-03-01 +1.00\n").collect();
        let mut statement = bank(&rows);
        statement.issuer = issuer.into();
        for (index, row) in statement.transactions.iter_mut().enumerate() {
            row.description = Some(if index < odd { "月度酬金".into() } else { "消费".into() });
        }
        Case::of(&[&[statement]])
    }

    #[test]
    fn fails_on_one_strange_word() {
        case("icbc", 1).expect(CHECK, &["fail medium, line 1: expected a known description, found 月度酬金"]);
    }

    #[test]
    fn passes_on_the_issuers_words() {
        case("icbc", 0).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_to_unknown_issuers_and_where_the_list_knows_too_little() {
        case("xtbank", 1).expect(CHECK, &["not_applicable"]);
        case("icbc", 10).expect(CHECK, &["not_applicable"]);
    }
}
