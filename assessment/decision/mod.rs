//! Limit, rate, reasons: the policy walked over the profile.
use jiff::civil::Date;
use model::{decision::Decision, feature::Features, finding::Finding, profile::Profile};
/// A policy: immutable data with an id and a digest.
#[derive(Debug, Clone)]
pub struct Policy {}
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    #[error("the policy is not readable: {detail}")]
    Unreadable { detail: String },
    #[error("the policy could not be evaluated at {node}: {detail}")]
    Evaluation { node: String, detail: String },
}
impl Policy {
    /// The policy that ships with this build.
    pub fn standard() -> Result<Self, PolicyError> {
        Ok(Self {})
    }
    /// A policy file.
    pub fn load(_json: &[u8]) -> Result<Self, PolicyError> {
        Ok(Self {})
    }
}
pub fn decide(
    _profile: &Profile,
    _features: &Features,
    _findings: &[Finding],
    _policy: &Policy,
    _as_of: Date,
) -> Result<Decision, PolicyError> {
    Err(PolicyError::Unreadable { detail: "not built yet".to_owned() })
}
