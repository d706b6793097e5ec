//! Certificates of deletions, as others see them: what was signed, field by field.

use serde::Serialize;
use utoipa::ToSchema;

use crate::vault::DeletionCertificate;

/// What is left of an application that was deleted
///
/// `digest` is the SHA-256 of `statement` as it stands here, its keys in this order and without spaces; `signature` is
/// Ed25519 over the digest's 64 characters. `xinge keys verify-deletions` checks certificates without the service.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeletionOut<'a> {
    statement: DeletionStatementOut<'a>,
    digest: &'a str,
    signature: &'a str,
    public_key: &'a str,
}

#[derive(Debug, Serialize, ToSchema)]
struct DeletionStatementOut<'a> {
    schema: u32,
    tenant: &'a str,
    /// From 1: which of the lender's deletions this is.
    number: i64,
    application_id: &'a str,
    /// Milliseconds since 1970.
    deleted_ms: i64,
    /// `requested`, `consent_withdrawn`, `retention` or `other`.
    reason: &'a str,
    /// Who did it.
    role: &'a str,
    subject: &'a str,
    /// One-way from the key that was destroyed.
    key_commitment: &'a str,
    /// How many documents went with it.
    documents: i64,
    /// Digest of the certificate before this one; 64 zeros in the first.
    previous: &'a str,
}

impl<'a> From<&'a DeletionCertificate> for DeletionOut<'a> {
    fn from(certificate: &'a DeletionCertificate) -> Self {
        let statement = &certificate.statement;
        Self {
            statement: DeletionStatementOut {
                schema: statement.schema,
                tenant: statement.tenant.as_str(),
                number: statement.number,
                application_id: statement.application_id.as_str(),
                deleted_ms: statement.deleted_ms,
                reason: statement.reason.as_str(),
                role: &statement.role,
                subject: &statement.subject,
                key_commitment: &statement.key_commitment,
                documents: statement.documents,
                previous: &statement.previous,
            },
            digest: &certificate.digest,
            signature: &certificate.signature,
            public_key: &certificate.public_key,
        }
    }
}

#[cfg(test)]
mod tests {
    use model::ids::{ApplicationId, TenantId};

    use crate::vault::{DeletionReason, DeletionStatement};

    use super::*;

    /// What is shown must be what was signed, letter by letter: others compute the digest from it.
    #[test]
    fn what_is_shown_is_what_was_signed() {
        let certificate = DeletionCertificate {
            statement: DeletionStatement {
                schema: 1,
                tenant: TenantId::new("default"),
                number: 7,
                application_id: ApplicationId::new("1"),
                deleted_ms: 1_788_541_200_000,
                reason: DeletionReason::ConsentWithdrawn,
                role: "backend".to_owned(),
                subject: "key_1".to_owned(),
                key_commitment: "c".repeat(64),
                documents: 3,
                previous: "0".repeat(64),
            },
            digest: "d".repeat(64),
            signature: "s".repeat(128),
            public_key: "p".repeat(64),
        };
        let shown = serde_json::to_string(&DeletionOut::from(&certificate)).unwrap();
        assert_eq!(shown, serde_json::to_string(&certificate).unwrap());
    }
}
