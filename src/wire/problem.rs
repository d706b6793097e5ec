//! A part of a document that could not be read.

use std::borrow::Cow;

use model::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use super::mask::Masker;
use super::source::SourceOut;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProblemOut<'a> {
    pub code: &'static str,
    /// The printed row it is about, when it is about one.
    pub seq: Option<u32>,
    pub message_zh: Cow<'a, str>,
    pub message_en: Cow<'a, str>,
    pub source: Option<SourceOut<'a>>,
}

impl<'a> ProblemOut<'a> {
    /// A problem may quote the cell it could not read, hence the masking.
    #[must_use]
    pub fn new(problem: &'a Problem, masker: &Masker<'_>) -> Self {
        Self {
            code: problem.code.as_str(),
            seq: problem.seq,
            message_zh: masker.text(&problem.message_zh),
            message_en: masker.text(&problem.message_en),
            source: problem.source.as_ref().map(SourceOut::from),
        }
    }
}
