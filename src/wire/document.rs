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
            statements: None,
            error: None,
            problems: Vec::new(),
        };
        match &extracted.outcome {
            Ok(read) => {
                let parsed = &read.parsed;
                let masker = Masker::of(&parsed.statements);
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
