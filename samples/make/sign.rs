//! Keys, certificates and signatures as signed papers carry them: CMS containers in PDFs, electronic seals in OFD files.
//!
//! Everything here is made for tests: the keys are fixed, so that the same paper is signed the same way every time, and
//! nobody may trust them.

use jiff::Timestamp;
use p256::ecdsa::signature::Signer as _;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use rsa::Pkcs1v15Sign;
use rsa::pkcs8::DecodePrivateKey as _;
use sha2::{Digest as _, Sha256};
use sm3::Sm3;

use crate::MakeError;

/// A key of RSA with 2,048 bits, PKCS #8, made for these tests.
const RSA_KEY: &[u8] = include_bytes!("signing-key.der");

const SM2_IDENTITY: &str = "1234567812345678";

/// How a signer signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    RsaSha256,
    RsaPssSha256,
    P256Sha256,
    P384Sha384,
    Sm2Sm3,
}

/// Whom a certificate names and when it is valid, as `20260101000000Z`.
#[derive(Debug, Clone, Copy)]
pub struct Holder<'a> {
    pub name: &'a str,
    pub algorithm: Algorithm,
    pub from: &'a str,
    pub to: &'a str,
}

/// A signer with its certificate.
#[derive(Debug, Clone)]
pub struct Signer {
    pub algorithm: Algorithm,
    /// DER.
    pub certificate: Vec<u8>,
    /// Those of its authorities, DER.
    pub authorities: Vec<Vec<u8>>,
    name: String,
    issuer: String,
    serial: u8,
}

fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len();
    let bytes = length.to_be_bytes();
    let significant: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    let mut out = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 128 => out.push(short),
        _ => {
            out.push(0x80 | u8::try_from(significant.len()).unwrap_or(8));
            out.extend(significant);
        }
    }
    out.extend(content);
    out
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, parts)
}

fn set(parts: &[&[u8]]) -> Vec<u8> {
    // DER orders a set by its elements' bytes.
    let mut sorted = parts.to_vec();
    sorted.sort_unstable();
    tlv(0x31, &sorted)
}

fn octets(bytes: &[u8]) -> Vec<u8> {
    tlv(0x04, &[bytes])
}

fn bits(bytes: &[u8]) -> Vec<u8> {
    tlv(0x03, &[&[0], bytes])
}

fn integer(value: u8) -> Vec<u8> {
    tlv(0x02, &[&[value]])
}

fn oid(text: &str) -> Vec<u8> {
    let mut arcs = text.split('.').filter_map(|arc| arc.parse::<u64>().ok());
    let (first, second) = (arcs.next().unwrap_or(0), arcs.next().unwrap_or(0));
    let mut content = Vec::new();
    for arc in std::iter::once(first * 40 + second).chain(arcs) {
        let mut groups = vec![(arc & 0x7f) as u8];
        let mut rest = arc >> 7;
        while rest > 0 {
            groups.push(0x80 | (rest & 0x7f) as u8);
            rest >>= 7;
        }
        content.extend(groups.iter().rev());
    }
    tlv(0x06, &[&content])
}

fn named(name: &str) -> Vec<u8> {
    sequence(&[&set(&[&sequence(&[&oid("2.5.4.3"), &tlv(0x0c, &[name.as_bytes()])])])])
}

impl Algorithm {
    /// The algorithm as containers and certificates state it.
    fn identifier(self) -> Vec<u8> {
        match self {
            Self::RsaSha256 => sequence(&[&oid("1.2.840.113549.1.1.11"), &[5, 0]]),
            Self::RsaPssSha256 => {
                let sha256 = sequence(&[&oid("2.16.840.1.101.3.4.2.1"), &[5, 0]]);
                let mask = sequence(&[&oid("1.2.840.113549.1.1.8"), &sha256]);
                let parameters = sequence(&[&tlv(0xa0, &[&sha256]), &tlv(0xa1, &[&mask]), &tlv(0xa2, &[&integer(32)])]);
                sequence(&[&oid("1.2.840.113549.1.1.10"), &parameters])
            }
            Self::P256Sha256 => sequence(&[&oid("1.2.840.10045.4.3.2")]),
            Self::P384Sha384 => sequence(&[&oid("1.2.840.10045.4.3.3")]),
            Self::Sm2Sm3 => sequence(&[&oid("1.2.156.10197.1.501")]),
        }
    }

    fn digest_identifier(self) -> Vec<u8> {
        sequence(&[&match self {
            Self::RsaSha256 | Self::RsaPssSha256 | Self::P256Sha256 => oid("2.16.840.1.101.3.4.2.1"),
            Self::P384Sha384 => oid("2.16.840.1.101.3.4.2.2"),
            Self::Sm2Sm3 => oid("1.2.156.10197.1.401"),
        }])
    }

    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::RsaSha256 | Self::RsaPssSha256 | Self::P256Sha256 => Sha256::digest(bytes).to_vec(),
            Self::P384Sha384 => sha2::Sha384::digest(bytes).to_vec(),
            Self::Sm2Sm3 => Sm3::digest(bytes).to_vec(),
        }
    }

    fn public_key(self) -> Result<Vec<u8>, MakeError> {
        let curve =
            |curve: &str, point: &[u8]| sequence(&[&sequence(&[&oid("1.2.840.10045.2.1"), &oid(curve)]), &bits(point)]);
        Ok(match self {
            Self::RsaSha256 | Self::RsaPssSha256 => {
                use rsa::pkcs8::EncodePublicKey as _;
                let public = rsa_key()?.to_public_key();
                public.to_public_key_der().map_err(|_| MakeError::Key)?.as_bytes().to_vec()
            }
            Self::P256Sha256 => curve("1.2.840.10045.3.1.7", &p256_key()?.verifying_key().to_sec1_bytes()),
            Self::P384Sha384 => curve("1.3.132.0.34", &p384_key()?.verifying_key().to_sec1_bytes()),
            Self::Sm2Sm3 => curve("1.2.156.10197.1.301", &sm2_key()?.verifying_key().as_affine().to_sec1_bytes()),
        })
    }

    fn sign(self, bytes: &[u8]) -> Result<Vec<u8>, MakeError> {
        Ok(match self {
            Self::RsaSha256 => {
                rsa_key()?.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(bytes)).map_err(|_| MakeError::Key)?
            }
            // Its salt is random, and so is the signature: no test may look at its bytes.
            Self::RsaPssSha256 => rsa_key()?.pss_sign::<Sha256>(bytes).map_err(|_| MakeError::Key)?,
            Self::P256Sha256 => {
                let signature: p256::ecdsa::Signature = p256_key()?.sign(bytes);
                signature.to_der().to_bytes().to_vec()
            }
            Self::P384Sha384 => {
                let signature: p384::ecdsa::Signature = p384_key()?.sign(bytes);
                signature.to_der().to_bytes().to_vec()
            }
            Self::Sm2Sm3 => {
                let signature: sm2::dsa::Signature = sm2_key()?.sign(bytes);
                signature.to_der().as_bytes().to_vec()
            }
        })
    }
}

fn rsa_key() -> Result<rsa::PrivateKey, MakeError> {
    rsa::PrivateKey::from_pkcs8_der(RSA_KEY).map_err(|_| MakeError::Key)
}

fn p256_key() -> Result<p256::ecdsa::SigningKey, MakeError> {
    p256::ecdsa::SigningKey::from_slice(&[17; 32]).map_err(|_| MakeError::Key)
}

fn p384_key() -> Result<p384::ecdsa::SigningKey, MakeError> {
    p384::ecdsa::SigningKey::from_slice(&[19; 48]).map_err(|_| MakeError::Key)
}

fn sm2_key() -> Result<sm2::dsa::SigningKey, MakeError> {
    sm2::dsa::SigningKey::from_slice(SM2_IDENTITY, &[23; 32]).map_err(|_| MakeError::Key)
}

impl Signer {
    /// A root that signs itself.
    ///
    /// # Errors
    /// [`MakeError::Key`].
    pub fn root(holder: Holder<'_>) -> Result<Self, MakeError> {
        let certificate = certificate(holder, 1, holder.name, holder.algorithm, true)?;
        let name = holder.name.to_owned();
        let issuer = name.clone();
        Ok(Self { algorithm: holder.algorithm, certificate, authorities: Vec::new(), name, issuer, serial: 1 })
    }

    /// One whose certificate this signer vouches for: `is_authority` if it may vouch for others in turn.
    ///
    /// # Errors
    /// [`MakeError::Key`].
    pub fn vouch(&self, holder: Holder<'_>, is_authority: bool) -> Result<Self, MakeError> {
        let serial = self.serial + 1;
        let certificate = certificate(holder, serial, &self.name, self.algorithm, is_authority)?;
        let mut authorities = vec![self.certificate.clone()];
        authorities.extend(self.authorities.iter().cloned());
        let (name, issuer) = (holder.name.to_owned(), self.name.clone());
        Ok(Self { algorithm: holder.algorithm, certificate, authorities, name, issuer, serial })
    }

    /// A container (RFC 5652) about bytes that are not in it, made at a time.
    ///
    /// # Errors
    /// [`MakeError::Key`].
    pub fn cms(&self, content: &[u8], at: Timestamp) -> Result<Vec<u8>, MakeError> {
        let algorithm = self.algorithm;
        let attribute = |identifier: &str, value: &[u8]| sequence(&[&oid(identifier), &set(&[value])]);
        let time = tlv(0x17, &[at.strftime("%y%m%d%H%M%SZ").to_string().as_bytes()]);
        let attributes = [
            attribute("1.2.840.113549.1.9.3", &oid("1.2.840.113549.1.7.1")),
            attribute("1.2.840.113549.1.9.4", &octets(&algorithm.digest(content))),
            attribute("1.2.840.113549.1.9.5", &time),
        ];
        let attributes: Vec<&[u8]> = attributes.iter().map(Vec::as_slice).collect();
        let signed = set(&attributes);
        let value = octets(&algorithm.sign(&signed)?);
        let mut implicit = signed;
        if let Some(tag) = implicit.first_mut() {
            *tag = 0xa0;
        }
        let id = sequence(&[&named(&self.issuer), &integer(self.serial)]);
        let signer =
            sequence(&[&integer(1), &id, &algorithm.digest_identifier(), &implicit, &algorithm.identifier(), &value]);
        let mut certificates = self.certificate.clone();
        certificates.extend(self.authorities.concat());
        let signed = sequence(&[
            &integer(1),
            &tlv(0x31, &[&algorithm.digest_identifier()]),
            &sequence(&[&oid("1.2.840.113549.1.7.1")]),
            &tlv(0xa0, &[&certificates]),
            &tlv(0x31, &[&signer]),
        ]);
        Ok(sequence(&[&oid("1.2.840.113549.1.7.2"), &tlv(0xa0, &[&signed])]))
    }

    /// An electronic seal's signature about a description.
    ///
    /// # Errors
    /// [`MakeError::Key`].
    pub fn seal(&self, form: SealForm, description: &[u8], at: Timestamp) -> Result<Vec<u8>, MakeError> {
        let algorithm = match self.algorithm {
            Algorithm::Sm2Sm3 => oid("1.2.156.10197.1.501"),
            _ => return Err(MakeError::Key),
        };
        let header = sequence(&[&tlv(0x16, &[b"ES"]), &integer(4), &tlv(0x16, &[b"example"])]);
        let seal = sequence(&[&sequence(&[&header, &tlv(0x16, &[b"seal-1"])]), &octets(&self.certificate)]);
        let time = tlv(0x18, &[at.strftime("%Y%m%d%H%M%SZ").to_string().as_bytes()]);
        let hash = bits(&Sm3::digest(description));
        let property = tlv(0x16, &[b"/Doc_0/Signs/Sign_0/Signature.xml"]);
        Ok(match form {
            SealForm::Gb38540 => {
                let signed = sequence(&[&integer(4), &seal, &time, &hash, &property]);
                let value = bits(&self.algorithm.sign(&signed)?);
                sequence(&[&signed, &octets(&self.certificate), &algorithm, &value])
            }
            SealForm::Gm0031 => {
                let (time, certificate) = (bits(&time), octets(&self.certificate));
                let signed = sequence(&[&integer(1), &seal, &time, &hash, &property, &certificate, &algorithm]);
                let value = bits(&self.algorithm.sign(&signed)?);
                sequence(&[&signed, &value])
            }
        })
    }
}

/// The two forms of an electronic seal's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealForm {
    /// GM/T 0031-2014.
    Gm0031,
    /// GB/T 38540-2020.
    Gb38540,
}

fn certificate(
    holder: Holder<'_>,
    serial: u8,
    issuer: &str,
    signed_with: Algorithm,
    is_authority: bool,
) -> Result<Vec<u8>, MakeError> {
    let validity = sequence(&[&tlv(0x18, &[holder.from.as_bytes()]), &tlv(0x18, &[holder.to.as_bytes()])]);
    let constraints = if is_authority { sequence(&[&tlv(0x01, &[&[0xff]])]) } else { sequence(&[]) };
    let extension = sequence(&[&oid("2.5.29.19"), &octets(&constraints)]);
    let own = sequence(&[
        &tlv(0xa0, &[&integer(2)]),
        &integer(serial),
        &signed_with.identifier(),
        &named(issuer),
        &validity,
        &named(holder.name),
        &holder.algorithm.public_key()?,
        &tlv(0xa3, &[&sequence(&[&extension])]),
    ]);
    let value = bits(&signed_with.sign(&own)?);
    Ok(sequence(&[&own, &signed_with.identifier(), &value]))
}
