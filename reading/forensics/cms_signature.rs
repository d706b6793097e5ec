//! CMS signatures (RFC 5652, and GM/T 0010 with SM2 and SM3), time stamps (RFC 3161) among them: whether one fits the
//! bytes it is about.
//!
//! Only mathematics: who signed is known once a chain leads to a root that somebody else vouches for.

use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use x509_cert::Certificate;
use x509_cert::der::asn1::{ObjectIdentifier, OctetString};
use x509_cert::der::{Any, Decode, Encode, Reader, SliceReader};
use x509_cert::ext::pkix::SubjectKeyIdentifier;

use super::keys::{Hash, Key, Scheme};
use super::seal_signature::elements;
use super::{Verified, certificate};

const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
const TIME_STAMP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

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
    let mut certificates = certificates(one);
    let own = certificates.iter().position(|(certificate, _)| is_of(certificate, &signer.sid));
    if let Some(own) = own {
        certificates.swap(0, own);
    }
    let mut verified = Verified {
        signed_at: attribute(signer, SIGNING_TIME).and_then(|value| certificate::time(&value.to_der().ok()?)),
        ..Verified::default()
    };
    // Without the signer's own certificate nothing can be said, and another's would say that the file was altered.
    let (Some(_), Some((certificate, _))) = (own, certificates.first()) else { return Some(verified) };
    verified.certificates = certificates.iter().map(|(_, der)| der.clone()).collect();
    verified.signer = certificate::name(certificate);
    let digest = Hash::named(&signer.digest_alg.oid.to_string());
    let scheme = Scheme::of(&signer.signature_algorithm, digest);
    let (Some(digest), Some(scheme), Some(key)) = (digest, scheme, Key::of(certificate)) else {
        return Some(verified);
    };
    verified.algorithm = Some(scheme.name(&key));
    verified.fits = fits(&signed, signer, &key, (digest, scheme), parts);
    Some(verified)
}

/// The certificates of a container with their own bytes: written out anew they may come out otherwise than signed.
fn certificates(container: &[u8]) -> Vec<(Certificate, Vec<u8>)> {
    const CERTIFICATES: u8 = 0xa0;
    let signed = || elements(elements(elements(container)?.first()?.content)?.get(1)?.content);
    let parts = signed().and_then(|signed| elements(signed.first()?.content)).unwrap_or_default();
    let set = parts.iter().find(|part| part.tag == CERTIFICATES).and_then(|set| elements(set.content));
    let listed = set.unwrap_or_default();
    listed
        .iter()
        .filter_map(|one| Certificate::from_der(one.whole).ok().map(|read| (read, one.whole.to_vec())))
        .collect()
}

fn fits(
    signed: &SignedData,
    signer: &SignerInfo,
    key: &Key,
    (digest, scheme): (Hash, Scheme),
    parts: &[&[u8]],
) -> Option<bool> {
    let inner = &signed.encap_content_info;
    let inner_bytes = inner.econtent.as_ref().and_then(|content| content.decode_as::<OctetString>().ok());
    if let Some(bytes) = &inner_bytes {
        let is_about = if inner.econtent_type == TIME_STAMP {
            stamped(bytes.as_bytes(), parts)?
        } else {
            // An old way signs a digest of the file, which is then the content itself (adbe.pkcs7.sha1).
            let digests = [Hash::Sha1, digest].map(|hash| hash.digest(parts));
            digests.iter().any(|digest| digest == bytes.as_bytes()) || parts.concat() == bytes.as_bytes()
        };
        if !is_about {
            return Some(false);
        }
    }
    let inner_bytes = inner_bytes.as_ref().map(|inner| [inner.as_bytes()]);
    let content: &[&[u8]] = inner_bytes.as_ref().map_or(parts, |inner| inner);
    let signature = signer.signature.as_bytes();
    let Some(attributes) = &signer.signed_attrs else {
        return key.verify(scheme, content, signature);
    };
    let stated = attribute(signer, MESSAGE_DIGEST)?.decode_as::<OctetString>().ok()?;
    if stated.as_bytes() != digest.digest(content) {
        return Some(false);
    }
    // What is signed is the set with its own tag, not with the one it has inside the container.
    key.verify(scheme, &[&attributes.to_der().ok()?], signature)
}

/// Whether a time stamp's content (RFC 3161, `TSTInfo`: version, policy, imprint, …) is about the parts. `None` where its
/// digest is not known here.
fn stamped(content: &[u8], parts: &[&[u8]]) -> Option<bool> {
    let [whole] = elements(content)?.try_into().ok()?;
    let imprint = elements(elements(whole.content)?.get(2)?.content)?;
    let [algorithm, digest] = imprint.try_into().ok()?;
    let identifier: ObjectIdentifier = ObjectIdentifier::from_der(elements(algorithm.content)?.first()?.whole).ok()?;
    Some(Hash::named(&identifier.to_string())?.digest(parts) == digest.content)
}

fn attribute(signer: &SignerInfo, identifier: ObjectIdentifier) -> Option<Any> {
    let attributes = signer.signed_attrs.as_ref()?;
    attributes.iter().find(|attribute| attribute.oid == identifier)?.values.iter().next().cloned()
}

fn is_of(certificate: &Certificate, signer: &SignerIdentifier) -> bool {
    let own = certificate.tbs_certificate();
    match signer {
        SignerIdentifier::IssuerAndSerialNumber(id) => {
            own.issuer() == &id.issuer && own.serial_number() == &id.serial_number
        }
        SignerIdentifier::SubjectKeyIdentifier(id) => {
            let found = own.get_extension::<SubjectKeyIdentifier>();
            found.is_ok_and(|found| found.is_some_and(|(_, own)| own == *id))
        }
    }
}
