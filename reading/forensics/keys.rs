//! Digests, public keys and how a signature is computed with them: RSA (PKCS #1 and PSS), ECDSA on P-256 and P-384, and
//! SM2 with SM3.

use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::pkcs1::RsaPssParams;
use rsa::pkcs8::DecodePublicKey;
use rsa::{Pkcs1v15Sign, Pss, PublicKey as RsaKey};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use sm2::dsa::signature::Verifier;
use sm3::Sm3;
use x509_cert::Certificate;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Any, Encode};
use x509_cert::spki::AlgorithmIdentifierOwned;

/// Identity that GM/T 0009 has signers use where they have agreed on no other.
const SM2_IDENTITY: &str = "1234567812345678";

const RSA_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const SM2_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301");
const P256_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
            "1.3.14.3.2.26" | "1.2.840.113549.1.1.5" | "1.2.840.10045.4.1" => Self::Sha1,
            "2.16.840.1.101.3.4.2.1" | "1.2.840.113549.1.1.11" | "1.2.840.10045.4.3.2" => Self::Sha256,
            "2.16.840.1.101.3.4.2.2" | "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => Self::Sha384,
            "2.16.840.1.101.3.4.2.3" | "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => Self::Sha512,
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

/// How a signature's value is computed from what is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scheme {
    pub hash: Hash,
    /// Bytes of salt, where the signature is RSA's with PSS.
    salt: Option<usize>,
}

impl Scheme {
    /// The scheme of an algorithm. One that names the key alone goes with the digest that is stated beside it.
    #[must_use]
    pub fn of(algorithm: &AlgorithmIdentifierOwned, beside: Option<Hash>) -> Option<Self> {
        if algorithm.oid != RSA_PSS {
            let hash = Hash::named(&algorithm.oid.to_string()).or(beside)?;
            return Some(Self { hash, salt: None });
        }
        // Without parameters the scheme's own defaults hold (RFC 8017, A.2.3): SHA-1 and 20 bytes of salt.
        let Some(parameters) = algorithm.parameters.as_ref() else {
            return Some(Self { hash: Hash::Sha1, salt: Some(20) });
        };
        let parameters: RsaPssParams<Any> = parameters.decode_as().ok()?;
        let hash = Hash::named(&parameters.hash.oid.to_string())?;
        // Another digest for the mask than for the message is allowed, and never seen.
        let mask = parameters.mask_gen.parameters.as_ref().and_then(|mask| Hash::named(&mask.oid.to_string()));
        (mask == Some(hash)).then_some(Self { hash, salt: Some(usize::from(parameters.salt_len)) })
    }

    /// The scheme that one identifier stands for, as electronic seals state it.
    #[must_use]
    pub fn named(identifier: &str) -> Option<Self> {
        Some(Self { hash: Hash::named(identifier)?, salt: None })
    }

    /// `rsa_sha256`, `rsa_pss_sha256`, `ecdsa_p256_sha256`, `sm2_sm3`.
    #[must_use]
    pub fn name(&self, key: &Key) -> String {
        let pss = if self.salt.is_some() { "_pss" } else { "" };
        format!("{}{pss}_{}", key.name(), self.hash.name())
    }
}

/// A public key of a kind that is known here.
pub enum Key {
    Rsa(RsaKey),
    Sm2(Box<sm2::dsa::VerifyingKey>),
    P256(Box<p256::ecdsa::VerifyingKey>),
    P384(Box<p384::ecdsa::VerifyingKey>),
}

impl Key {
    #[must_use]
    pub fn of(certificate: &Certificate) -> Option<Self> {
        let info = certificate.tbs_certificate().subject_public_key_info();
        if info.algorithm.oid == RSA_KEY {
            let der = info.to_der().ok()?;
            return RsaKey::from_public_key_der(&der).ok().map(Self::Rsa);
        }
        let curve: ObjectIdentifier = info.algorithm.parameters.as_ref()?.decode_as().ok()?;
        let point = info.subject_public_key.raw_bytes();
        match curve {
            SM2_CURVE => {
                let key = sm2::dsa::VerifyingKey::from_sec1_bytes(SM2_IDENTITY, point).ok()?;
                Some(Self::Sm2(Box::new(key)))
            }
            P256_CURVE => Some(Self::P256(Box::new(p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?))),
            P384_CURVE => Some(Self::P384(Box::new(p384::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?))),
            _ => None,
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "rsa",
            Self::Sm2(_) => "sm2",
            Self::P256(_) => "ecdsa_p256",
            Self::P384(_) => "ecdsa_p384",
        }
    }

    /// Whether a signature is this key's about the bytes that `parts` are together. `None` where key and scheme do not
    /// go together.
    #[must_use]
    pub fn verify(&self, scheme: Scheme, parts: &[&[u8]], signature: &[u8]) -> Option<bool> {
        let Scheme { hash, salt } = scheme;
        if salt.is_some() && !matches!(self, Self::Rsa(_)) {
            return None;
        }
        match self {
            Self::Rsa(key) => {
                let digest = hash.digest(parts);
                let outcome = match (hash, salt) {
                    (Hash::Sm3, _) => return None,
                    (Hash::Sha1, None) => key.verify(Pkcs1v15Sign::new::<Sha1>(), &digest, signature),
                    (Hash::Sha256, None) => key.verify(Pkcs1v15Sign::new::<Sha256>(), &digest, signature),
                    (Hash::Sha384, None) => key.verify(Pkcs1v15Sign::new::<Sha384>(), &digest, signature),
                    (Hash::Sha512, None) => key.verify(Pkcs1v15Sign::new::<Sha512>(), &digest, signature),
                    (Hash::Sha1, Some(salt)) => key.verify(Pss::<Sha1>::new_with_salt(salt), &digest, signature),
                    (Hash::Sha256, Some(salt)) => key.verify(Pss::<Sha256>::new_with_salt(salt), &digest, signature),
                    (Hash::Sha384, Some(salt)) => key.verify(Pss::<Sha384>::new_with_salt(salt), &digest, signature),
                    (Hash::Sha512, Some(salt)) => key.verify(Pss::<Sha512>::new_with_salt(salt), &digest, signature),
                };
                Some(outcome.is_ok())
            }
            Self::Sm2(key) => {
                if hash != Hash::Sm3 {
                    return None;
                }
                // Some signers leave out the sequence around the two numbers.
                let signature = sm2::dsa::Signature::from_der(signature)
                    .or_else(|_| sm2::dsa::Signature::from_slice(signature))
                    .ok();
                Some(signature.is_some_and(|signature| key.verify(&parts.concat(), &signature).is_ok()))
            }
            Self::P256(key) => {
                let signature = p256::ecdsa::Signature::from_der(signature).ok();
                let digest = hash.digest(parts);
                Some(signature.is_some_and(|signature| key.verify_prehash(&digest, &signature).is_ok()))
            }
            Self::P384(key) => {
                let signature = p384::ecdsa::Signature::from_der(signature).ok();
                let digest = hash.digest(parts);
                Some(signature.is_some_and(|signature| key.verify_prehash(&digest, &signature).is_ok()))
            }
        }
    }
}
