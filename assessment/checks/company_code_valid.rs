//! X19: a firm's 统一社会信用代码 must have its check character (GB 32100, modulus 31).
//!
//! Looked for in every fact of every paper, also inside a longer text (`统一社会信用代码：9131…`). Innocent: older organisation codes and
//! business licence numbers, which are shorter.

use model::finding::Severity;
use model::statement::{Field, Statement};

use super::numbers::{company_code_holds, is_company_code};
use super::place;
use super::verdict::{Failure, OnStatement, Subject, Verdict, each_statement};
use super::{Check, View};

pub const CHECK: Check = Check { code: "company_code_valid", severity: Severity::High, run };

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("统一社会信用代码校验", "company codes are valid"),
        ("没有统一社会信用代码", "no document prints a company code"),
        judge,
    )
}

fn fields(statement: &Statement) -> impl Iterator<Item = &Field> {
    statement.fields.values().chain(statement.records.iter().flat_map(std::collections::BTreeMap::values))
}

/// The codes in a fact's text.
fn codes_in(field: &Field) -> impl Iterator<Item = &str> {
    field.value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| is_company_code(part))
}

fn judge(subject: Subject<'_>) -> OnStatement {
    let mut codes = fields(subject.content).flat_map(|field| codes_in(field).map(move |code| (field, code))).peekable();
    if codes.peek().is_none() {
        return OnStatement::Silent;
    }
    let Some((wrong, code)) = codes.find(|(_, code)| !company_code_holds(code)) else { return OnStatement::Holds };
    let document = subject.document_number();
    OnStatement::Fails(Failure {
        severity: (wrong.confidence < 1.0).then_some(Severity::Medium),
        zh: format!("第 {document} 份材料{}：统一社会信用代码的校验位不符", place::zh(&wrong.source)),
        en: format!("document {document} {}: the company code's check character is wrong", place::en(&wrong.source)),
        expected: Some("a valid code".into()),
        found: Some(code.into()),
        evidence: vec![subject.evidence(Some(&wrong.source))],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, paper};
    use model::statement::StatementKind::Payslip;

    #[test]
    fn fails_on_an_altered_code() {
        let slip = paper(Payslip, &[("employer_code", "91350100M000100Y44")]);
        Case::of(&[&[slip]]).expect(CHECK, &["fail high, line 1: expected a valid code, found 91350100M000100Y44"]);
    }

    #[test]
    fn passes_on_a_valid_code() {
        let slip = paper(Payslip, &[("employer_code", "91350100M000100Y43")]);
        Case::of(&[&[slip]]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_to_shorter_codes_and_id_numbers() {
        let slip = paper(Payslip, &[("employer_code", "350100100001234"), ("id", "110105194912310028")]);
        Case::of(&[&[slip]]).expect(CHECK, &["not_applicable"]);
    }
}
