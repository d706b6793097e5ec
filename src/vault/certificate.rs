//! The certificate of a deletion: what was destroyed, when and by whom, so that anybody can check it later without us.

use aws_lc_rs::digest::{SHA256, digest as hash};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use model::ids::{ApplicationId, TenantId};
use serde::{Deserialize, Serialize};

use super::key::hex;
use super::{DataKey, VaultError};

/// Why an application was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeletionReason {
    /// The applicant asked for it (Personal Information Protection Law, art. 47).
    Requested,
    /// The applicant took back what they had allowed.
    ConsentWithdrawn,
    /// Its time had passed.
    Retention,
    /// Something else, which the lender knows.
    Other,
}

impl DeletionReason {
    pub const ALL: [Self; 4] = [Self::Requested, Self::ConsentWithdrawn, Self::Retention, Self::Other];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::Retention => "retention",
            Self::Other => "other",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// What a certificate states. Its fields in this order, as JSON without spaces, are what is hashed and signed. It says
/// nothing about the applicant: the commitment to a key tells whether a key was that one, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeletionStatement {
    pub schema: u32,
    pub tenant: TenantId,
    /// From 1: which of the tenant's deletions this is.
    pub number: i64,
    pub application_id: ApplicationId,
    /// Milliseconds since 1970.
    pub deleted_ms: i64,
    pub reason: DeletionReason,
    pub role: String,
    /// The id of the key or the person, as in the audit log.
    pub subject: String,
    /// One-way from the destroyed key.
    pub key_commitment: String,
    /// How many documents went with it.
    pub documents: i64,
    /// Digest of the certificate before this one; 64 zeros in the first.
    pub previous: String,
}

/// A statement with what proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeletionCertificate {
    pub statement: DeletionStatement,
    /// SHA-256 of the statement, 64 hex digits.
    pub digest: String,
    /// Ed25519 over the digest's 64 characters, 128 hex digits.
    pub signature: String,
    /// The tenant's, 64 hex digits.
    pub public_key: String,
}

/// Signs a statement with the tenant's key.
///
/// # Errors
/// [`VaultError::Seal`].
pub fn certify(statement: DeletionStatement, signer: &DataKey) -> Result<DeletionCertificate, VaultError> {
    let digest = digest(&statement)?;
    Ok(DeletionCertificate {
        signature: signer.sign(digest.as_bytes())?,
        public_key: signer.public()?,
        statement,
        digest,
    })
}

fn digest(statement: &DeletionStatement) -> Result<String, VaultError> {
    let text = serde_json::to_string(statement).map_err(|_| VaultError::Seal { what: "certificate" })?;
    Ok(hex(hash(&SHA256, text.as_bytes()).as_ref()))
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    #[error("the statement is not the one that was signed")]
    Digest,
    #[error("the signature does not fit")]
    Signature,
    #[error("it was signed with another key than the one expected")]
    Signer,
    #[error("it does not follow the certificate before it")]
    Chain,
}

/// Checks certificates of one lender, in their order: each one's digest and signature, and that each names the one before
/// it. `public_key` is the lender's as it is known from elsewhere; without it the certificates must at least agree.
///
/// # Errors
/// The position from 0 of the first that is not right, and why.
pub fn verify(certificates: &[DeletionCertificate], public_key: Option<&str>) -> Result<(), (usize, CertificateError)> {
    let expected = public_key.or_else(|| certificates.first().map(|first| first.public_key.as_str()));
    let mut before: Option<&DeletionCertificate> = None;
    for (position, certificate) in certificates.iter().enumerate() {
        let wrong = |error| (position, error);
        if digest(&certificate.statement).ok().as_deref() != Some(certificate.digest.as_str()) {
            return Err(wrong(CertificateError::Digest));
        }
        if expected != Some(certificate.public_key.as_str()) {
            return Err(wrong(CertificateError::Signer));
        }
        let bytes = |text: &str| {
            let pairs = (0..text.len()).step_by(2).map(|at| text.get(at..at.saturating_add(2)));
            pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect::<Option<Vec<u8>>>()
        };
        let (key, signature) = bytes(&certificate.public_key)
            .zip(bytes(&certificate.signature))
            .ok_or_else(|| wrong(CertificateError::Signature))?;
        UnparsedPublicKey::new(&ED25519, key)
            .verify(certificate.digest.as_bytes(), &signature)
            .map_err(|_| wrong(CertificateError::Signature))?;
        if let Some(before) = before {
            let follows = certificate.statement.number == before.statement.number.saturating_add(1)
                && certificate.statement.previous == before.digest
                && certificate.statement.tenant == before.statement.tenant;
            if !follows {
                return Err(wrong(CertificateError::Chain));
            }
        }
        before = Some(certificate);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(signer: &DataKey) -> Vec<DeletionCertificate> {
        let mut chain: Vec<DeletionCertificate> = Vec::new();
        for number in 1..=3 {
            let statement = DeletionStatement {
                schema: 1,
                tenant: TenantId::new("default"),
                number,
                application_id: ApplicationId::new(&number.to_string()),
                deleted_ms: 1_788_541_200_000,
                reason: DeletionReason::Requested,
                role: "backend".to_owned(),
                subject: "key_1".to_owned(),
                key_commitment: "c".repeat(64),
                documents: 3,
                previous: chain.last().map_or_else(|| "0".repeat(64), |last| last.digest.clone()),
            };
            chain.push(certify(statement, signer).unwrap());
        }
        chain
    }

    #[test]
    fn certificates_hold_until_something_in_them_is_altered_or_left_out() {
        let (signer, other) = (DataKey::generate().unwrap(), DataKey::generate().unwrap());
        let good = chain(&signer);
        assert_eq!(verify(&good, None), Ok(()));
        assert_eq!(verify(&good, Some(&signer.public().unwrap())), Ok(()));
        assert_eq!(verify(&good, Some(&other.public().unwrap())), Err((0, CertificateError::Signer)));
        let altered = |alter: &dyn Fn(&mut Vec<DeletionCertificate>)| {
            let mut chain = good.clone();
            alter(&mut chain);
            verify(&chain, None)
        };
        assert_eq!(altered(&|chain| chain[1].statement.documents = 0), Err((1, CertificateError::Digest)));
        assert_eq!(
            altered(&|chain| {
                chain[1].statement.documents = 0;
                chain[1].digest = digest(&chain[1].statement).unwrap();
            }),
            Err((1, CertificateError::Signature))
        );
        assert_eq!(altered(&|chain| drop(chain.remove(1))), Err((1, CertificateError::Chain)));
        assert_eq!(
            altered(&|chain| chain[2] = super::tests::chain(&other).remove(2)),
            Err((2, CertificateError::Signer))
        );
        assert_eq!(altered(&|chain| chain[0].signature = "zz".to_owned()), Err((0, CertificateError::Signature)));
    }
}
