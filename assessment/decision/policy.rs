//! A policy: a file that credit people write, checked in full before it decides anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::decision::PolicyId;
use model::declaration::Baseline;
use model::profile::Profile;
use model::{Money, Text};
use rust_decimal::Decimal;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use zen_types::decision::BaseDecisionContent;

use super::inputs;
use super::jdm::{Compiled, Known, Model, compile};
use super::reasons::{Wording, catalogue};

/// The standard policy is 20 kB; a hundred times that is no policy.
const BYTES_MAX: usize = 2_000_000;

const STANDARD: &[u8] = include_bytes!("../policies/2026-11.json");

/// Parameters that the program itself reads, besides the policy's own expressions.
const PARAMETERS_NEEDED: [&str; 3] = ["baseline_limit", "baseline_apr", "term_months"];

/// A policy: immutable data with an id and a digest.
#[derive(Debug, Clone)]
pub struct Policy(Arc<Loaded>);

#[derive(Debug)]
struct Loaded {
    id: PolicyId,
    parameters: BTreeMap<Text, Decimal>,
    model: Model,
    explains: Compiled,
    reasons: Vec<ReasonRule>,
    next_documents: Vec<NextDocumentRule>,
    baseline: Baseline,
    term_months: u32,
}

/// Why a policy cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    #[error("the policy is not readable: {detail}")]
    Unreadable { detail: String },
    #[error("the policy's node {node} is of a kind that is not allowed: {kind}")]
    NodeRefused { node: String, kind: &'static str },
    #[error("the policy is broken at node {node}, row {row}, cell {column}: {detail}")]
    BrokenCell { node: String, row: String, column: String, detail: String },
    #[error("the policy could not be evaluated at {node}: {detail}")]
    Evaluation { node: String, detail: String },
}

/// What would be otherwise if one thing were.
#[derive(Debug, Default)]
pub struct Relaxation {
    /// (input, value in terms of the walk as it was), by input.
    pub set: Vec<(Text, Compiled)>,
    /// Checks taken as holding.
    pub without: Vec<Text>,
}

impl Relaxation {
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.without.is_empty()
    }
}

/// When a reason may be given, and what would be otherwise without its cause.
#[derive(Debug)]
pub struct ReasonRule {
    pub code: Text,
    pub wording: Wording,
    pub when: Compiled,
    pub relaxation: Relaxation,
}

/// When a document would help, and what it is assumed to show.
#[derive(Debug)]
pub struct NextDocumentRule {
    pub kind: Text,
    pub when: Compiled,
    pub relaxation: Relaxation,
    pub why_zh: String,
    pub why_en: String,
}

#[derive(Deserialize)]
struct File {
    id: Text,
    parameters: BTreeMap<Text, Parameter>,
    reasons: ReasonsFile,
    next_documents: Vec<NextDocumentFile>,
    #[serde(flatten)]
    content: BaseDecisionContent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameter {
    /// Text, as a JSON number would pass through a float.
    value: Text,
    /// What it is, and where it comes from.
    #[allow(dead_code, reason = "for people; required so that no number stands without its reason")]
    why: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonsFile {
    /// Whether this outcome asks for reasons at all.
    when: Text,
    rules: Vec<ReasonFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonFile {
    code: Text,
    when: Text,
    #[serde(default)]
    set: BTreeMap<Text, Text>,
    #[serde(default)]
    without: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NextDocumentFile {
    kind: Text,
    when: Text,
    set: BTreeMap<Text, Text>,
    why_zh: String,
    why_en: String,
}

impl Policy {
    /// The policy that ships with this build.
    ///
    /// # Errors
    /// None that the tests let pass; see [`Policy::load`].
    pub fn standard() -> Result<Self, PolicyError> {
        Self::load(STANDARD)
    }

    /// A policy file: JDM with `id`, `parameters`, `reasons` and `next_documents` beside its nodes.
    ///
    /// # Errors
    /// Whatever is wrong with it, with node, row and cell; nothing is left to be found while deciding that can be
    /// found here.
    pub fn load(json: &[u8]) -> Result<Self, PolicyError> {
        let unreadable = |detail: String| PolicyError::Unreadable { detail };
        if json.len() > BYTES_MAX {
            return Err(unreadable(format!("larger than {BYTES_MAX} bytes")));
        }
        let file: File = serde_json::from_slice(json).map_err(|why| unreadable(why.to_string()))?;
        let mut parameters = BTreeMap::new();
        for (name, parameter) in &file.parameters {
            let value = parameter.value.parse::<Decimal>();
            let value = value.map_err(|why| unreadable(format!("parameter {name}: {why}")))?;
            parameters.insert(name.clone(), value);
        }
        let needed = |name: &str| {
            parameters.get(name).copied().ok_or_else(|| unreadable(format!("parameter {name} is missing")))
        };
        for name in PARAMETERS_NEEDED {
            needed(name)?;
        }
        let baseline_limit = Money::from_decimal(needed("baseline_limit")?);
        let baseline = Baseline {
            limit: baseline_limit.ok_or_else(|| unreadable("parameter baseline_limit is out of range".to_owned()))?,
            apr: needed("baseline_apr")?,
        };
        let term_months =
            u32::try_from(needed("term_months")?).map_err(|why| unreadable(format!("parameter term_months: {why}")))?;

        let known_inputs = inputs::known(parameters.keys().map(Text::as_str));
        let (model, known) = Model::load(&file.content, &known_inputs)?;
        for result in ["outcome", "limit", "apr", "offered_limit"] {
            if !known.paths.contains(result) {
                return Err(unreadable(format!("no node gives `{result}`")));
            }
        }
        let rule = |place: &str, row: usize, column: &str, text: &str| {
            compile(text, &known).map_err(|detail| PolicyError::BrokenCell {
                node: place.to_owned(),
                row: row.to_string(),
                column: column.to_owned(),
                detail,
            })
        };
        let relaxation = |place: &str, row: usize, set: &BTreeMap<Text, Text>, without: Vec<Text>| {
            let mut compiled = Vec::with_capacity(set.len());
            for (path, text) in set {
                settable(path, &known_inputs).map_err(|detail| PolicyError::BrokenCell {
                    node: place.to_owned(),
                    row: row.to_string(),
                    column: path.to_string(),
                    detail,
                })?;
                compiled.push((path.clone(), rule(place, row, path, text)?));
            }
            Ok::<Relaxation, PolicyError>(Relaxation { set: compiled, without })
        };
        let mut texts = catalogue()?;
        let explains = rule("reasons", 0, "when", &file.reasons.when)?;
        let mut reasons = Vec::with_capacity(file.reasons.rules.len());
        for (row, reason) in (1_usize..).zip(file.reasons.rules) {
            // Taken out, so that a code given twice is found as well.
            let text = texts.remove(&reason.code);
            let text = text.ok_or_else(|| unreadable(format!("no reason {}, or given twice", reason.code)))?;
            let wording = text.compile(&known).map_err(|why| unreadable(format!("reason {}: {why}", reason.code)))?;
            reasons.push(ReasonRule {
                when: rule("reasons", row, "when", &reason.when)?,
                relaxation: relaxation("reasons", row, &reason.set, reason.without)?,
                code: reason.code,
                wording,
            });
        }
        let mut next_documents = Vec::with_capacity(file.next_documents.len());
        for (row, document) in (1_usize..).zip(file.next_documents) {
            next_documents.push(NextDocumentRule {
                when: rule("next_documents", row, "when", &document.when)?,
                relaxation: relaxation("next_documents", row, &document.set, Vec::new())?,
                kind: document.kind,
                why_zh: document.why_zh,
                why_en: document.why_en,
            });
        }
        let sha256: String = Sha256::digest(json).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self(Arc::new(Loaded {
            id: PolicyId { id: file.id, sha256: sha256.into() },
            model,
            explains,
            reasons,
            next_documents,
            baseline,
            term_months,
            parameters,
        })))
    }

    /// The policy's own name, and the digest of the file's bytes.
    #[must_use]
    pub fn id(&self) -> &PolicyId {
        &self.0.id
    }

    pub(super) fn model(&self) -> &Model {
        &self.0.model
    }

    pub(super) fn explains(&self) -> &Compiled {
        &self.0.explains
    }

    pub(super) fn reasons(&self) -> &[ReasonRule] {
        &self.0.reasons
    }

    pub(super) fn next_documents(&self) -> &[NextDocumentRule] {
        &self.0.next_documents
    }

    pub(super) fn parameters(&self) -> impl Iterator<Item = (&str, Decimal)> {
        self.0.parameters.iter().map(|(name, value)| (name.as_str(), *value))
    }

    pub(super) fn term_months(&self) -> u32 {
        self.0.term_months
    }

    /// What stands without any papers: as declared, or else what the policy gives everyone.
    pub(super) fn baseline(&self, profile: &Profile) -> Baseline {
        profile.declared.baseline.clone().unwrap_or_else(|| self.0.baseline.clone())
    }
}

/// A counterfactual may change what the applicant's papers say, and the policy's own bounds.
fn settable(path: &str, known_inputs: &Known) -> Result<(), String> {
    let computed = path.starts_with("findings.") || path.starts_with("baseline.");
    if computed || !(known_inputs.paths.contains(path) || path.starts_with("features.")) {
        return Err("no input that could be otherwise".to_owned());
    }
    Ok(())
}
