//! CMS signatures (RFC 5652, and GM/T 0010 with SM2 and SM3): whether one fits the bytes it is about, and whether a
//! certificate leads to a trusted root.
//!
//! Only mathematics: who signed is known once a chain leads to a root that somebody else vouches for.

use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use rsa::pkcs8::DecodePublicKey;
use rsa::{Pkcs1v15Sign, PublicKey as RsaKey};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use sm2::dsa::signature::Verifier;
use sm3::Sm3;
use x509_cert::Certificate;
use x509_cert::der::asn1::{GeneralizedTime, ObjectIdentifier, OctetString, UtcTime};
use x509_cert::der::{Any, Decode, Encode, Reader, SliceReader};
use x509_cert::ext::pkix::BasicConstraints;

/// Identity that GM/T 0009 has signers use where they have agreed on no other.
const SM2_IDENTITY: &str = "1234567812345678";

const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const RSA_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const SM2_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
    Sm3,
}

impl Hash {
    /// Of the digest's own identifier, or of the one it has together with a key's.
    #[must_use]
    pub fn named(identifier: &str) -> Option<Self> {
        Some(match identifier {
            "1.3.14.3.2.26" | "1.2.840.113549.1.1.5" => Self::Sha1,
            "2.16.840.1.101.3.4.2.1" | "1.2.840.113549.1.1.11" => Self::Sha256,
            "2.16.840.1.101.3.4.2.2" | "1.2.840.113549.1.1.12" => Self::Sha384,
            "2.16.840.1.101.3.4.2.3" | "1.2.840.113549.1.1.13" => Self::Sha512,
            "1.2.156.10197.1.401" | "1.2.156.10197.1.401.1" | "1.2.156.10197.1.501" => Self::Sm3,
            _ => return None,
        })
    }

    #[must_use]
    pub fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        fn of<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
            let mut digest = D::new();
            parts.iter().for_each(|part| digest.update(part));
            digest.finalize().to_vec()
        }
        match self {
            Self::Sha1 => of::<Sha1>(parts),
            Self::Sha256 => of::<Sha256>(parts),
            Self::Sha384 => of::<Sha384>(parts),
            Self::Sha512 => of::<Sha512>(parts),
            Self::Sm3 => of::<Sm3>(parts),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
            Self::Sm3 => "sm3",
        }
    }
}

/// What a container says and how it came out.
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

/// Verifies a container about the bytes that `parts` are together. `None` when it is no signature container.
///
/// What follows the container is padding and is not looked at.
#[must_use]
pub fn verify(container: &[u8], parts: &[&[u8]]) -> Option<Verified> {
    let mut reader = SliceReader::new(container).ok()?;
    let one = reader.tlv_bytes().ok()?;
    let info = ContentInfo::from_der(one).ok()?;
    let signed: SignedData = info.content.decode_as().ok()?;
    let signer = signed.signer_infos.0.iter().next()?;
    let mut certificates: Vec<Certificate> = signed
        .certificates
        .iter()
        .flat_map(|set| set.0.iter())
        .filter_map(|choice| match choice {
            CertificateChoices::Certificate(certificate) => Some(certificate.clone()),
            CertificateChoices::Other(_) => None,
        })
        .collect();
    let own = certificates.iter().position(|certificate| is_of(certificate, &signer.sid)).unwrap_or(0);
    if own < certificates.len() {
        certificates.swap(0, own);
    }
    let hash = Hash::named(&signer.digest_alg.oid.to_string());
    let mut verified = Verified {
        signed_at: attribute(signer, SIGNING_TIME).and_then(|value| time(&value)),
        certificates: certificates.iter().filter_map(|certificate| certificate.to_der().ok()).collect(),
        ..Verified::default()
    };
    let (Some(hash), Some(certificate)) = (hash, certificates.first()) else { return Some(verified) };
    verified.signer = name(certificate);
    let Some(key) = Key::of(certificate) else { return Some(verified) };
    verified.algorithm = Some(format!("{}_{}", key.name(), hash.name()));
    verified.fits = fits(&signed, signer, &key, hash, parts);
    Some(verified)
}

fn fits(signed: &SignedData, signer: &SignerInfo, key: &Key, hash: Hash, parts: &[&[u8]]) -> Option<bool> {
    // An old way signs a digest of the file, which is then the content itself (adbe.pkcs7.sha1).
    let inner = signed.encap_content_info.econtent.as_ref().and_then(|content| content.decode_as::<OctetString>().ok());
    if let Some(inner) = &inner
        && ![Hash::Sha1, hash].iter().any(|hash| hash.digest(parts) == inner.as_bytes())
    {
        return Some(false);
    }
    let inner = inner.as_ref().map(|inner| [inner.as_bytes()]);
    let content: &[&[u8]] = inner.as_ref().map_or(parts, |inner| inner);
    let signature = signer.signature.as_bytes();
    let Some(attributes) = &signer.signed_attrs else {
        return key.verify(hash, content, signature);
    };
    let digest = attribute(signer, MESSAGE_DIGEST)?.decode_as::<OctetString>().ok()?;
    if digest.as_bytes() != hash.digest(content) {
        return Some(false);
    }
    // What is signed is the set with its own tag, not with the one it has inside the container.
    key.verify(hash, &[&attributes.to_der().ok()?], signature)
}

fn attribute(signer: &SignerInfo, identifier: ObjectIdentifier) -> Option<Any> {
    let attributes = signer.signed_attrs.as_ref()?;
    attributes.iter().find(|attribute| attribute.oid == identifier)?.values.iter().next().cloned()
}

fn time(value: &Any) -> Option<String> {
    let utc = value.decode_as::<UtcTime>().map(|time| time.to_date_time());
    let time = utc.or_else(|_| value.decode_as::<GeneralizedTime>().map(|time| time.to_date_time())).ok()?;
    Some(time.to_string())
}

fn is_of(certificate: &Certificate, signer: &SignerIdentifier) -> bool {
    let own = certificate.tbs_certificate();
    match signer {
        SignerIdentifier::IssuerAndSerialNumber(id) => {
            own.issuer() == &id.issuer && own.serial_number() == &id.serial_number
        }
        SignerIdentifier::SubjectKeyIdentifier(_) => false,
    }
}

/// The common name of a certificate's subject, or else its organisation.
fn name(certificate: &Certificate) -> Option<String> {
    let subject = certificate.tbs_certificate().subject();
    [COMMON_NAME, ORGANISATION].into_iter().find_map(|wanted| {
        let entries = subject.iter();
        let mut values = entries.filter(|entry| entry.oid == wanted).map(|entry| entry.value.value());
        values.next().map(|value| String::from_utf8_lossy(value).into_owned())
    })
}

enum Key {
    Rsa(RsaKey),
    Sm2(Box<sm2::dsa::VerifyingKey>),
}

impl Key {
    fn of(certificate: &Certificate) -> Option<Self> {
        let info = certificate.tbs_certificate().subject_public_key_info();
        if info.algorithm.oid == RSA_KEY {
            let der = info.to_der().ok()?;
            return RsaKey::from_public_key_der(&der).ok().map(Self::Rsa);
        }
        let curve: ObjectIdentifier = info.algorithm.parameters.as_ref()?.decode_as().ok()?;
        if curve != SM2_CURVE {
            return None;
        }
        let point = info.subject_public_key.raw_bytes();
        sm2::dsa::VerifyingKey::from_sec1_bytes(SM2_IDENTITY, point).ok().map(|key| Self::Sm2(Box::new(key)))
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "rsa",
            Self::Sm2(_) => "sm2",
        }
    }

    /// `None` where key and digest do not go together.
    fn verify(&self, hash: Hash, parts: &[&[u8]], signature: &[u8]) -> Option<bool> {
        match self {
            Self::Rsa(key) => {
                let scheme = match hash {
                    Hash::Sha1 => Pkcs1v15Sign::new::<Sha1>(),
                    Hash::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                    Hash::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                    Hash::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
                    Hash::Sm3 => return None,
                };
                Some(key.verify(scheme, &hash.digest(parts), signature).is_ok())
            }
            Self::Sm2(key) => {
                if hash != Hash::Sm3 {
                    return None;
                }
                let signature = sm2::dsa::Signature::from_der(signature).ok();
                Some(signature.is_some_and(|signature| key.verify(&parts.concat(), &signature).is_ok()))
            }
        }
    }
}

/// The name of the trusted root that a signer's certificates lead to. `certificates` are DER, the signer's first; those
/// of the chain may stand in any order behind it.
#[must_use]
pub fn root_of(certificates: &[Vec<u8>], roots: &[Vec<u8>]) -> Option<String> {
    let parsed = |list: &[Vec<u8>]| -> Vec<Certificate> {
        list.iter().filter_map(|der| Certificate::from_der(der).ok()).collect()
    };
    let (chain, roots) = (parsed(certificates), parsed(roots));
    let mut at = chain.first()?;
    // A chain of n certificates has at most n steps; one that goes round ends there.
    for _ in 0..=chain.len() {
        if let Some(root) = roots.iter().find(|root| *root == at || issued(root, at)) {
            return name(root);
        }
        at = chain.iter().find(|other| *other != at && is_authority(other) && issued(other, at))?;
    }
    None
}

/// Whether a certificate may vouch for others: a bank's customer has one as well.
fn is_authority(certificate: &Certificate) -> bool {
    let found = certificate.tbs_certificate().get_extension::<BasicConstraints>();
    found.is_ok_and(|found| found.is_some_and(|(_, constraints)| constraints.ca))
}

/// Whether one certificate is signed by the key of another, which it names as its issuer.
fn issued(issuer: &Certificate, certificate: &Certificate) -> bool {
    let own = certificate.tbs_certificate();
    if issuer.tbs_certificate().subject() != own.issuer() {
        return false;
    }
    let hash = Hash::named(&certificate.signature_algorithm().oid.to_string());
    let (Some(hash), Some(key), Ok(signed)) = (hash, Key::of(issuer), own.to_der()) else { return false };
    key.verify(hash, &[&signed], certificate.signature().raw_bytes()) == Some(true)
}
