//! A feature with all that a stranger needs to follow it: what it is, and the rows it rests on with their places.

use std::borrow::Cow;

use model::extracted::Extracted;
use model::feature::Feature;
use model::ledger::{Ledger, RowRef};
use model::statement::Transaction;
use serde::Serialize;
use utoipa::ToSchema;

use super::assessment::FeatureOut;
use super::mask::Masker;
use super::source::SourceOut;

/// What is said of a feature, in words that the assessment has.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    pub meaning_zh: &'a str,
    pub meaning_en: &'a str,
    /// Why there is no value.
    pub reason: Option<(&'a str, &'a str)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExplainedOut<'a> {
    #[serde(flatten)]
    pub feature: FeatureOut<'a>,
    pub meaning_zh: &'a str,
    pub meaning_en: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_zh: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_en: Option<&'a str>,
    /// Those of `rows`, in their order.
    pub rests_on: Vec<ExplainedRowOut<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExplainedRowOut<'a> {
    pub document: u32,
    pub statement: u32,
    pub seq: u32,
    pub file: &'a str,
    pub time: Option<String>,
    pub amount: String,
    pub flow: &'static str,
    pub category: Option<&'static str>,
    pub counterparty: Option<Cow<'a, str>>,
    pub description: Option<Cow<'a, str>>,
    pub source: SourceOut<'a>,
}

impl<'a> ExplainedOut<'a> {
    #[must_use]
    pub fn new(feature: &'a Feature, words: Words<'a>, documents: &'a [Extracted], ledger: &Ledger) -> Self {
        let by_row: std::collections::HashMap<RowRef, &'static str> = ledger
            .entries
            .iter()
            .flat_map(|entry| entry.rows.iter().map(|row| (*row, entry.category.as_str())))
            .collect();
        let row = |place: &RowRef| {
            let (file, row) = find(documents, *place)?;
            let words = |text: &'a Option<model::Text>| text.as_ref().map(|text| Masker::default().text(text));
            Some(ExplainedRowOut {
                document: place.document,
                statement: place.statement,
                seq: place.seq,
                file,
                time: row.time.map(|when| when.to_string()),
                amount: row.amount.to_string(),
                flow: row.flow.as_str(),
                category: by_row.get(place).copied(),
                counterparty: words(&row.counterparty),
                description: words(&row.description),
                source: SourceOut::from(&row.source),
            })
        };
        Self {
            feature: FeatureOut::from(feature),
            meaning_zh: words.meaning_zh,
            meaning_en: words.meaning_en,
            reason_zh: words.reason.map(|(zh, _)| zh),
            reason_en: words.reason.map(|(_, en)| en),
            rests_on: feature.rows.iter().filter_map(row).collect(),
        }
    }
}

/// A row by its place, and the name of its file.
fn find(documents: &[Extracted], place: RowRef) -> Option<(&str, &Transaction)> {
    let document = documents.get(place.document as usize)?;
    let statements = &document.outcome.as_ref().ok()?.parsed.statements;
    let rows = &statements.get(place.statement as usize)?.transactions;
    // Printed numbers may have gaps, but the row is rarely far from where its number says.
    let guess = (place.seq as usize).saturating_sub(1);
    let row =
        rows.get(guess).filter(|row| row.seq == place.seq).or_else(|| rows.iter().find(|row| row.seq == place.seq))?;
    Some((&document.name, row))
}
