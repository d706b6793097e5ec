//! The parts of an assessment as the API serves them one by one, each saying what it is of.

use std::collections::BTreeMap;

use jiff::civil::Date;
use model::decision::Decision;
use model::feature::Features;
use model::finding::Finding;
use model::ids::{ApplicationId, DecisionId, DocumentId};
use model::profile::Profile;
use serde::Serialize;
use utoipa::ToSchema;

use super::assessment::{self, DecisionOut, FeatureOut, FindingOut, ProfileOut};

/// What a result is of.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Of<'a> {
    pub application_id: &'a str,
    /// The assessment that made it: `dec_…`.
    pub decision_id: &'a str,
    /// The application's revision that it takes into account.
    pub revision: i64,
    /// The day it was made for.
    pub as_of: String,
    /// The documents that `document` numbers of rows and evidence stand for, from 0.
    pub documents: Vec<&'a str>,
}

impl<'a> Of<'a> {
    #[must_use]
    pub fn new(
        application: &'a ApplicationId,
        decision: &'a DecisionId,
        revision: i64,
        as_of: Date,
        documents: &'a [DocumentId],
    ) -> Self {
        Self {
            application_id: application.as_str(),
            decision_id: decision.as_str(),
            revision,
            as_of: as_of.to_string(),
            documents: documents.iter().map(DocumentId::as_str).collect(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FeaturesOf<'a> {
    #[serde(flatten)]
    pub of: Of<'a>,
    pub features: BTreeMap<&'a str, FeatureOut<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FindingsOf<'a> {
    #[serde(flatten)]
    pub of: Of<'a>,
    pub findings: Vec<FindingOut<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProfileOf<'a> {
    #[serde(flatten)]
    pub of: Of<'a>,
    #[serde(flatten)]
    pub profile: ProfileOut<'a>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DecisionOf<'a> {
    #[serde(flatten)]
    pub of: Of<'a>,
    #[serde(flatten)]
    pub decision: DecisionOut<'a>,
}

impl<'a> FeaturesOf<'a> {
    #[must_use]
    pub fn new(of: Of<'a>, features: &'a Features) -> Self {
        Self { of, features: assessment::features(features) }
    }
}

impl<'a> FindingsOf<'a> {
    #[must_use]
    pub fn new(of: Of<'a>, findings: &'a [Finding]) -> Self {
        Self { of, findings: assessment::findings(findings) }
    }
}

impl<'a> ProfileOf<'a> {
    #[must_use]
    pub fn new(of: Of<'a>, profile: &'a Profile) -> Self {
        Self { of, profile: ProfileOut::from(profile) }
    }
}

impl<'a> DecisionOf<'a> {
    #[must_use]
    pub fn new(of: Of<'a>, decision: &'a Decision) -> Self {
        Self { of, decision: DecisionOut::from(decision) }
    }
}
