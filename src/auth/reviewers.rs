//! Reviewers: people who sign in at the lender's identity provider and come with its token (JWT).
//!
//! A token counts when a key of the provider's published set signed it with an algorithm of that key's own kind, for
//! this audience, by this issuer, and its time has not passed. A shared secret in the set is no key: whoever reads the
//! set could sign with it.

use std::sync::{Arc, PoisonError, RwLock};

use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use model::access::Role;
use model::ids::TenantId;
use serde_json::{Map, Value};

/// Clocks of two machines differ by seconds.
const LEEWAY_SECONDS: i64 = 60;
/// An RSA signature and a dozen claims are under 3 kB.
const TOKEN_BYTES_MAX: usize = 16 << 10;

/// What the lender's provider is asked to put into its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    pub issuer: String,
    pub audience: String,
    /// The claim with the roles: a name or a list of names, of which the first known one counts.
    pub roles_claim: String,
    /// The claim with the tenant. A token without it is of the default tenant.
    pub tenant_claim: String,
}

/// Who a token says somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewer {
    pub subject: String,
    pub role: Role,
    /// `None` when the token does not say.
    pub tenant: Option<TenantId>,
}

#[derive(Debug, thiserror::Error)]
pub enum ReviewerError {
    #[error("the key set is not valid JSON Web Keys")]
    KeySet { source: serde_json::Error },
    #[error("the key set has no key that a token could be signed with")]
    NoKeys,
    #[error("the token is not valid")]
    Token { source: jsonwebtoken::errors::Error },
    #[error("no key of the set is the token's")]
    UnknownKey,
    #[error("the token's claim `{claim}` is missing, or says nothing that is known")]
    Claim { claim: String },
    #[error("the token's time has passed, or has not come")]
    Time,
    #[error("the token is too long")]
    TooLong,
}

/// The provider's keys, exchanged while the service runs.
#[derive(Debug)]
pub struct Reviewers {
    expected: Expected,
    keys: RwLock<Arc<JwkSet>>,
}

impl Reviewers {
    /// Whose keys are not known yet: no token counts until they come.
    #[must_use]
    pub fn new(expected: Expected) -> Self {
        Self { expected, keys: RwLock::new(Arc::new(JwkSet { keys: Vec::new() })) }
    }

    /// Takes the provider's newest key set.
    ///
    /// # Errors
    /// [`ReviewerError::KeySet`], [`ReviewerError::NoKeys`]: the keys from before stay.
    pub fn replace_keys(&self, key_set_json: &[u8]) -> Result<(), ReviewerError> {
        let keys = Arc::new(read_keys(key_set_json)?);
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// Who a token says somebody is, at `now_ms` (milliseconds since 1970).
    ///
    /// # Errors
    /// [`ReviewerError`]: why the token counts for nothing.
    pub fn identify(&self, token: &str, now_ms: i64) -> Result<Reviewer, ReviewerError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(ReviewerError::TooLong);
        }
        let header = decode_header(token).map_err(|source| ReviewerError::Token { source })?;
        let keys = Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner));
        let fits = |key: &&Jwk| algorithms(key).contains(&header.alg);
        let key = match &header.kid {
            Some(kid) => keys.find(kid).filter(fits),
            // A provider with one key need not name it.
            None => keys.keys.iter().find(fits),
        };
        let key = key.ok_or(ReviewerError::UnknownKey)?;
        let decoding = DecodingKey::from_jwk(key).map_err(|source| ReviewerError::Token { source })?;
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[&self.expected.issuer]);
        validation.set_audience(&[&self.expected.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Compared below, with the service's clock.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let claims = decode::<Map<String, Value>>(token, &decoding, &validation)
            .map_err(|source| ReviewerError::Token { source })?
            .claims;
        self.read_claims(&claims, now_ms.div_euclid(1_000))
    }

    fn read_claims(&self, claims: &Map<String, Value>, now_seconds: i64) -> Result<Reviewer, ReviewerError> {
        let missing = |claim: &str| ReviewerError::Claim { claim: claim.to_owned() };
        let seconds = |claim: &str| claims.get(claim).and_then(Value::as_f64);
        // Times are far below 2^52, where every second is a number of its own.
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 have 31 bits")]
        let (now, leeway) = (now_seconds as f64, LEEWAY_SECONDS as f64);
        let expires = seconds("exp").ok_or_else(|| missing("exp"))?;
        let has_come = seconds("nbf").is_none_or(|from| from <= now + leeway);
        // Written so that a time that is no number counts as passed.
        if !(now < expires + leeway && has_come) {
            return Err(ReviewerError::Time);
        }
        let subject = claims.get("sub").and_then(Value::as_str).filter(|text| !text.is_empty());
        let roles = claims.get(&self.expected.roles_claim);
        let role = match roles {
            Some(Value::String(one)) => staff_role(one),
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).find_map(staff_role),
            _ => None,
        };
        let tenant = match claims.get(&self.expected.tenant_claim) {
            None => None,
            Some(said) => {
                let tenant = said.as_str().and_then(|text| TenantId::parse(&format!("{}_{text}", TenantId::PREFIX)));
                Some(tenant.ok_or_else(|| missing(&self.expected.tenant_claim))?)
            }
        };
        Ok(Reviewer {
            subject: subject.ok_or_else(|| missing("sub"))?.chars().take(200).collect(),
            role: role.ok_or_else(|| missing(&self.expected.roles_claim))?,
            tenant,
        })
    }
}

/// The roles of people who work for the lender; the others have keys and tokens of ours.
fn staff_role(text: &str) -> Option<Role> {
    Role::parse(text)
        .filter(|role| matches!(role, Role::Reviewer | Role::Senior | Role::Risk | Role::Auditor | Role::Admin))
}

fn read_keys(json: &[u8]) -> Result<JwkSet, ReviewerError> {
    let mut set: JwkSet = serde_json::from_slice(json).map_err(|source| ReviewerError::KeySet { source })?;
    set.keys.retain(|key| !algorithms(key).is_empty());
    if set.keys.is_empty() { Err(ReviewerError::NoKeys) } else { Ok(set) }
}

/// What a key may have signed with: the one it names, or those of its kind.
fn algorithms(key: &Jwk) -> Vec<Algorithm> {
    let of_kind: &[Algorithm] = match &key.algorithm {
        AlgorithmParameters::RSA(_) => &[
            Algorithm::RS256,
            Algorithm::RS384,
            Algorithm::RS512,
            Algorithm::PS256,
            Algorithm::PS384,
            Algorithm::PS512,
        ],
        AlgorithmParameters::EllipticCurve(_) => &[Algorithm::ES256, Algorithm::ES384],
        AlgorithmParameters::OctetKeyPair(_) => &[Algorithm::EdDSA],
        _ => &[],
    };
    match key.common.key_algorithm {
        None => of_kind.to_vec(),
        Some(named) => {
            let named: Option<Algorithm> = named.to_string().parse().ok();
            of_kind.iter().copied().filter(|algorithm| Some(*algorithm) == named).collect()
        }
    }
}

#[cfg(test)]
mod tests;
