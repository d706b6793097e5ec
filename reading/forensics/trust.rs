//! Roots that the operator vouches for, and whether a signer's certificate leads to one of them.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;
use model::Text;
use model::forensics::{Chain, Signature};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::BasicConstraints;

use super::certificate;
use super::keys::{Key, Scheme};
use super::seal_signature::elements;

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END: &[u8] = b"-----END CERTIFICATE-----";

/// Certificates that are trusted as they stand.
#[derive(Debug, Clone, Default)]
pub struct Roots(Vec<Link>);

/// A certificate with its own bytes: written out anew it may come out otherwise than it was signed.
#[derive(Debug, Clone)]
struct Link {
    der: Vec<u8>,
    certificate: Certificate,
}

impl Link {
    fn read(der: &[u8]) -> Option<Self> {
        Certificate::from_der(der).ok().map(|certificate| Self { der: der.to_vec(), certificate })
    }

    fn is_valid(&self, at: Duration) -> bool {
        let validity = self.certificate.tbs_certificate().validity();
        validity.not_before.to_unix_duration() <= at && at <= validity.not_after.to_unix_duration()
    }

    /// Whether it may vouch for others: a bank's customer has one as well.
    fn is_authority(&self) -> bool {
        let found = self.certificate.tbs_certificate().get_extension::<BasicConstraints>();
        found.is_ok_and(|found| found.is_some_and(|(_, constraints)| constraints.ca))
    }

    /// Whether it is signed by the key of another, which it names as its issuer.
    fn is_issued_by(&self, issuer: &Self) -> bool {
        let own = self.certificate.tbs_certificate();
        if issuer.certificate.tbs_certificate().subject() != own.issuer() {
            return false;
        }
        let signed = elements(&self.der).and_then(|whole| elements(whole.first()?.content));
        let signed = signed.and_then(|parts| parts.first().map(|part| part.whole));
        let scheme = Scheme::of(self.certificate.signature_algorithm(), None);
        let (Some(scheme), Some(key), Some(signed)) = (scheme, Key::of(&issuer.certificate), signed) else {
            return false;
        };
        key.verify(scheme, &[signed], self.certificate.signature().raw_bytes()) == Some(true)
    }
}

/// Why a file of roots could not be used.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    #[error("it holds no certificate in PEM or DER")]
    None,
    #[error("certificate {number} in it is damaged")]
    Damaged { number: usize },
}

impl Roots {
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds what a file holds: one certificate in DER, or any number in PEM.
    ///
    /// # Errors
    /// [`RootError`]; nothing is added then.
    pub fn add(&mut self, file: &[u8]) -> Result<(), RootError> {
        if let Some(one) = Link::read(file) {
            self.0.push(one);
            return Ok(());
        }
        let mut found = Vec::new();
        for (number, at) in (1..).zip(memmem::find_iter(file, BEGIN)) {
            let damaged = || RootError::Damaged { number };
            let rest = file.get(at + BEGIN.len()..).unwrap_or(&[]);
            let end = memmem::find(rest, END).ok_or_else(damaged)?;
            let digits: Vec<u8> = rest.iter().take(end).copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
            let der = STANDARD.decode(digits).map_err(|_| damaged())?;
            found.push(Link::read(&der).ok_or_else(damaged)?);
        }
        if found.is_empty() {
            return Err(RootError::None);
        }
        self.0.append(&mut found);
        Ok(())
    }

    /// Whether a signature's certificates lead to one of the roots, each valid when the signature was made.
    #[must_use]
    pub fn judge(&self, signature: &Signature) -> Chain {
        if self.is_empty() {
            return Chain::NotJudged;
        }
        let signed_at = signature.signed_at.as_ref().and_then(|time| certificate::unix_time(time));
        match self.lead(&signature.certificates, signed_at) {
            Some((root, true)) => Chain::Trusted(Text::from(root)),
            Some((root, false)) => Chain::OutOfDate(Text::from(root)),
            None => Chain::Untrusted,
        }
    }

    /// The name of the root that certificates lead to, and whether all of them were valid at a time. `certificates` are
    /// DER, the signer's first; those of the chain may stand in any order behind it.
    fn lead(&self, certificates: &[Vec<u8>], at: Option<Duration>) -> Option<(String, bool)> {
        let chain: Vec<Link> = certificates.iter().filter_map(|der| Link::read(der)).collect();
        let mut link = chain.first()?;
        let valid = |link: &Link| at.is_some_and(|at| link.is_valid(at));
        let mut all_valid = valid(link);
        // A chain of n certificates has at most n steps; one that goes round ends there.
        for _ in 0..=chain.len() {
            if let Some(root) = self.0.iter().find(|root| root.der == link.der || link.is_issued_by(root)) {
                let name = certificate::name(&root.certificate).unwrap_or_default();
                return Some((name, all_valid && valid(root)));
            }
            let next = |other: &&Link| other.der != link.der && other.is_authority() && link.is_issued_by(other);
            link = chain.iter().find(next)?;
            all_valid &= valid(link);
        }
        None
    }
}
