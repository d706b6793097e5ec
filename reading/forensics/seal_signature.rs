//! Electronic seals as OFD files carry them: `SES_Signature` of GM/T 0031-2014 and of GB/T 38540-2020, which hold the
//! same things in two orders.
//!
//! ```text
//! GM/T 0031   { { version, seal, time, dataHash, property, cert, algorithm }, signature }
//! GB/T 38540  { { version, seal, time, dataHash, property, … }, cert, algorithm, signature, … }
//! ```
//!
//! What is signed is the inner sequence; `dataHash` is the digest of the signature's description (`Signature.xml`), which
//! lists the digests of the files it protects. The picture of the seal, and its maker's own signature on it, are not
//! looked at: a picture can be copied, and who signed is told by the signer's certificate.

use x509_cert::Certificate;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode, Encode, Header, Reader, SliceReader};

use super::keys::{Hash, Key, Scheme};
use super::{Verified, certificate};

const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;

/// Elements of one sequence. A seal's longest has seven.
const ELEMENTS_MAX: usize = 64;

/// One element of a DER sequence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    pub tag: u8,
    /// With its tag and length.
    pub whole: &'a [u8],
    pub content: &'a [u8],
}

/// The elements that stand one after the other; `None` where they are no DER.
pub(super) fn elements(der: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut reader = SliceReader::new(der).ok()?;
    let mut found = Vec::new();
    while !reader.is_finished() {
        if found.len() == ELEMENTS_MAX {
            return None;
        }
        let whole = reader.tlv_bytes().ok()?;
        let header = Header::decode(&mut SliceReader::new(whole).ok()?).ok()?;
        let header_bytes = usize::try_from(u32::from(header.encoded_len().ok()?)).ok()?;
        found.push(Element { tag: *whole.first()?, whole, content: whole.get(header_bytes..)? });
    }
    Some(found)
}

impl<'a> Element<'a> {
    /// The bytes of a bit string, which are whole ones here.
    fn bits(&self) -> Option<&'a [u8]> {
        let (unused, bytes) = self.content.split_first()?;
        (self.tag == BIT_STRING && *unused == 0).then_some(bytes)
    }
}

/// Verifies a seal's signature about the description that it signs. `None` when it is no seal's signature.
#[must_use]
pub fn verify(seal: &[u8], description: &[u8]) -> Option<Verified> {
    let mut reader = SliceReader::new(seal).ok()?;
    // Padding may follow.
    let [outer] = elements(reader.tlv_bytes().ok()?)?.try_into().ok()?;
    let outer = elements(outer.content)?;
    let signed = *outer.first()?;
    let inner = elements(signed.content)?;
    let [_, _, time, data_hash, _, ..] = inner.as_slice() else { return None };
    let (certificate, algorithm, signature) = match outer.as_slice() {
        [_, certificate, algorithm, signature, ..] if certificate.tag == OCTET_STRING => {
            (*certificate, *algorithm, *signature)
        }
        [_, signature] => (*inner.get(5)?, *inner.get(6)?, *signature),
        _ => return None,
    };
    let (data_hash, signature) = (data_hash.bits()?, signature.bits()?);
    let algorithm: ObjectIdentifier = ObjectIdentifier::from_der(algorithm.whole).ok()?;
    let mut verified = Verified {
        // The older form holds it in a bit string, where a time stamp may stand too.
        signed_at: certificate::time(time.whole).or_else(|| certificate::time(time.bits()?)),
        certificates: vec![certificate.content.to_vec()],
        ..Verified::default()
    };
    let Ok(certificate) = Certificate::from_der(certificate.content) else { return Some(verified) };
    verified.signer = certificate::name(&certificate);
    let (Some(scheme), Some(key)) = (Scheme::named(&algorithm.to_string()), Key::of(&certificate)) else {
        return Some(verified);
    };
    verified.algorithm = Some(scheme.name(&key));
    // The digest's own algorithm is not stated: it is the signature's, or SM3 beside RSA.
    let is_about = [scheme.hash, Hash::Sm3].iter().any(|hash| hash.digest(&[description]) == data_hash);
    verified.fits = if is_about { key.verify(scheme, &[signed.whole], signature) } else { Some(false) };
    Some(verified)
}
