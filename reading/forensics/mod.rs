//! Traces that take more than one reader's knowledge of a file: fonts compared where the figures stand, signatures verified.

pub mod certificate;
pub mod cms_signature;
pub mod fonts;
pub mod keys;
pub mod layer;
pub mod seal_signature;
pub mod trust;

use model::forensics::{CERTIFICATES_MAX, Chain, Coverage, Integrity, Signature};

/// Bytes of one certificate that are kept.
const CERTIFICATE_BYTES_MAX: usize = 8_192;

/// What a container of a signature says and how it came out.
#[derive(Debug, Default)]
pub struct Verified {
    pub signer: Option<String>,
    /// `2026-09-01T02:15:03Z`.
    pub signed_at: Option<String>,
    pub algorithm: Option<String>,
    /// `None` where an algorithm is not known here.
    pub fits: Option<bool>,
    /// DER, the signer's first.
    pub certificates: Vec<Vec<u8>>,
}

impl Verified {
    /// As a trace of a file; its chain is for whoever knows the roots.
    #[must_use]
    pub fn into_trace(self, coverage: Coverage) -> Signature {
        let certificates = self.certificates.into_iter().filter(|der| der.len() <= CERTIFICATE_BYTES_MAX);
        Signature {
            signer: self.signer.map(Into::into),
            signed_at: self.signed_at.map(Into::into),
            algorithm: self.algorithm.map(Into::into),
            integrity: match self.fits {
                Some(true) => Integrity::Intact,
                Some(false) => Integrity::Altered,
                None => Integrity::Unknown,
            },
            coverage,
            certificates: certificates.take(CERTIFICATES_MAX).collect(),
            chain: Chain::NotJudged,
        }
    }
}

#[cfg(test)]
mod tests;
