//! One file as the contract prints it: a line of `xinge parse --format json`.

use model::extracted::Extracted;
use serde::Serialize;
use utoipa::ToSchema;

use super::failure::FailureOut;
use super::mask::Masker;
use super::problem::ProblemOut;
use super::statement::StatementOut;
use super::{Categories, SCHEMA};

/// Either `statements` or `error` is there.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DocumentOut<'a> {
    pub schema: u32,
    pub file: &'a str,
    pub sha256: Option<&'a str>,
    pub media_type: Option<&'static str>,
    pub pages: Option<u32>,
    pub parser: Option<ParserOut<'a>>,
    /// What read the text off its pictures: the engine and its models.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reader: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statements: Option<Vec<StatementOut<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<FailureOut>,
    pub problems: Vec<ProblemOut<'a>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ParserOut<'a> {
    pub id: &'a str,
    pub version: u32,
}

impl<'a> DocumentOut<'a> {
    /// `index` is the document's place among the applicant's, from 0; it is handed to `categories`.
    #[must_use]
    pub fn new(extracted: &'a Extracted, index: u32, categories: &Categories<'_>) -> Self {
        let mut out = Self {
            schema: SCHEMA,
            file: &extracted.name,
            sha256: extracted.sha256.as_deref(),
            media_type: extracted.media_type.map(|media_type| media_type.as_str()),
            pages: extracted.pages,
            parser: None,
            reader: None,
            statements: None,
            error: None,
            problems: Vec::new(),
        };
        match &extracted.outcome {
            Ok(read) => {
                let parsed = &read.parsed;
                let masker = Masker::of(&parsed.statements);
                out.reader = read.facts.read_by.as_deref();
                let statements = (0..).zip(&parsed.statements);
                out.parser = Some(ParserOut { id: &parsed.parser.id, version: parsed.parser.version });
                out.statements =
                    Some(statements.map(|(at, one)| StatementOut::new(one, index, at, &masker, categories)).collect());
                out.problems = parsed.problems.iter().map(|problem| ProblemOut::new(problem, &masker)).collect();
            }
            Err(failure) => out.error = Some(FailureOut::from(failure)),
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::document::{FileFacts, MediaType};
    use model::extracted::ReadDocument;
    use model::failure::Failure;
    use model::fixtures::statement;
    use model::ledger::Category;
    use model::problem::{Problem, ProblemCode};
    use model::source::{Area, Source};
    use model::statement::{Parsed, ParserId, Statement};
    use model::{Sensitive, Sourced};

    fn read(name: &str, statements: Vec<Statement>, problems: Vec<Problem>) -> Extracted {
        let parser = ParserId { id: "example_bank.deposit.pdf".into(), version: 3 };
        let parsed = Parsed { parser, statements, problems };
        Extracted {
            name: name.to_owned(),
            sha256: Some("ab".repeat(32)),
            media_type: Some(MediaType::Pdf),
            pages: Some(3),
            outcome: Ok(ReadDocument { parsed, facts: FileFacts::default() }),
        }
    }

    fn json(extracted: &Extracted) -> String {
        serde_json::to_string(&DocumentOut::new(extracted, 0, &|_, _, _| Some(Category::Food))).unwrap()
    }

    #[test]
    fn a_line_is_as_the_contract_shows_it() {
        let mut one = statement(
            "deposit_account example_bank 张三 6214000011111234
             period 2025-01-01 2025-06-30
             opening 100.00
             2025-01-02 08:15:00 快捷支付 -12.30 87.70 from:示例面馆 account:6222021234565678 via:零钱 ref:20250001",
        );
        let place = Source::Page { page: 1, area: Area { x0: 0.08, y0: 0.21, x1: 0.95, y1: 0.23 } };
        one.currency = Some("CNY".into());
        one.holder.name = Some(Sourced::new(Sensitive::new("张三".into()), place.clone()));
        one.holder.id_number = Some(Sourced::new(Sensitive::new("44010119900101123X".into()), place.clone()));
        one.account.as_mut().unwrap().source = place.clone();
        one.period.as_mut().unwrap().source = place.clone();
        one.opening_balance.as_mut().unwrap().source = place.clone();
        one.declared.in_rows = Some(Sourced::new(0, place.clone()));
        let row = &mut one.transactions[0];
        row.source = place.clone();
        row.amount_source = place.clone();
        row.balance_source = Some(place);
        let problem = Problem::new(ProblemCode::UnreadableRow, "第2行", "row 2").row(2);
        let place = r#"{"page":1,"box":[0.08,0.21,0.95,0.23]}"#;
        let expected = [
            r#"{"schema":1,"file":"cmb.pdf","sha256":""#,
            &"ab".repeat(32),
            r#"","media_type":"application/pdf","pages":3,"#,
            r#""parser":{"id":"example_bank.deposit.pdf","version":3},"statements":[{"#,
            r#""kind":"deposit_account","issuer":"example_bank","#,
            r#""holder":{"name":"张三","id_masked":"4****************X"},"#,
            r#""account":{"masked":"6214 **** **** 1234","tail":"1234"},"currency":"CNY","#,
            r#""period":{"from":"2025-01-01","to":"2025-06-30"},"issued":null,"#,
            r#""opening_balance":"100.00","closing_balance":null,"declared_totals":{"in_rows":0},"sections":[],"#,
            r#""transactions":[{"seq":1,"time":"2025-01-02T08:15:00+08:00","amount":"-12.30","flow":"out","#,
            r#""balance":"87.70","counterparty":"示例面馆","counterparty_account":"…5678","description":"快捷支付","#,
            r#""remark":null,"type":null,"method":"零钱","status":"settled","reference":"20250001","#,
            r#""merchant_reference":null,"category":"food","source":PLACE,"amount_source":PLACE,"#,
            r#""balance_source":PLACE,"confidence":1.0,"repaired":false}],"fields":{},"records":[],"#,
            r#""proof":{"status":"proven","equations":1,"holding":1,"broken":[],"unchecked":[]},"#,
            r#""sources":{"account":PLACE,"declared_totals.in_rows":PLACE,"holder.id_masked":PLACE,"#,
            r#""holder.name":PLACE,"opening_balance":PLACE,"period":PLACE}}],"#,
            r#""problems":[{"code":"unreadable_row","seq":2,"message_zh":"第2行","message_en":"row 2","source":null}]}"#,
        ];
        assert_eq!(json(&read("cmb.pdf", vec![one], vec![problem])), expected.concat().replace("PLACE", place));
    }

    #[test]
    fn a_failed_file_has_an_error_in_place_of_statements() {
        let mut failed = read("a.pdf", Vec::new(), Vec::new());
        failed.outcome = Err(Failure::PasswordRequired { media_type: MediaType::Pdf });
        let value: serde_json::Value = serde_json::from_str(&json(&failed)).unwrap();
        assert_eq!(value["error"]["code"], "password_required");
        assert!(value.get("statements").is_none());
        assert_eq!(value["problems"], serde_json::json!([]));
    }

    #[test]
    fn an_account_that_the_statement_names_is_masked_wherever_it_is_quoted() {
        let one = statement(
            "deposit_account example_bank 张三 0200001234567890123
             2025-01-02 转自0200001234567890123 +1.00 2.00 ref:0200001234567890123",
        );
        let problem = Problem::new(ProblemCode::StrayText, "“0200001234567890123”", "`0200001234567890123`");
        let text = json(&read("a.pdf", vec![one], vec![problem]));
        assert_eq!(text.matches("0200001234567890123").count(), 1, "the reference alone stays: {text}");
    }
}
