//! The digital signatures of an OFD file (GB/T 33190, chapter 18): each lists digests of the parts it protects, and its
//! value signs that list.

use std::collections::{BTreeMap, HashSet};

use model::forensics::{Coverage, Signature};

use super::package::{Package, plain, resolve};
use crate::ReadError;
use crate::forensics::keys::Hash;
use crate::forensics::{Verified, certificate, cms_signature, seal_signature};
use crate::xml::{self, Element};

/// Signatures of one file. An agreement of many parties has ten.
const SIGNATURES_MAX: usize = 20;

/// Bytes of one signature's value: a picture of the seal and certificates, 20 to 200 kB.
const VALUE_BYTES_MAX: u64 = 4 << 20;

/// Every signature of the file's documents, in their order.
///
/// A signature covers the whole file when it protects every part that may draw on a page: all but the list of documents,
/// the signatures themselves, and what may be added to a paper later (notes, attachments, tags).
///
/// # Errors
/// [`ReadError::ResourceLimit`] for XML beyond what a reader takes.
pub fn find(package: &mut Package<'_>, bodies: &[&Element]) -> Result<Vec<Signature>, ReadError> {
    let mut found = Vec::new();
    let mut digests = Digests::default();
    for body in bodies {
        let Some(list) = body.child_text("Signatures") else { continue };
        let list = resolve("OFD.xml", list);
        let Some(parsed) = package.part(&list)? else {
            found.push(Signature::unreadable(Coverage::Part));
            continue;
        };
        let drawn = drawn_parts(package, body, folder(&list))?;
        for entry in parsed.root.children("Signature") {
            if found.len() == SIGNATURES_MAX {
                return Ok(found);
            }
            found.push(match entry.attribute("BaseLoc") {
                Some(location) => judge(package, &resolve(&list, location), &drawn, &mut digests)?,
                None => Signature::unreadable(Coverage::Part),
            });
        }
    }
    Ok(found)
}

fn judge(
    package: &mut Package<'_>,
    path: &str,
    drawn: &[String],
    digests: &mut Digests,
) -> Result<Signature, ReadError> {
    let unreadable = || Signature::unreadable(Coverage::Part);
    let Some(description) = package.bytes(path)? else { return Ok(unreadable()) };
    let Ok(text) = std::str::from_utf8(&description) else { return Ok(unreadable()) };
    let parsed = xml::parse(text)?;
    let Some(info) = parsed.root.child("SignedInfo") else { return Ok(unreadable()) };
    let value = parsed.root.child_text("SignedValue").map(|value| resolve(path, value));
    let value = match value {
        Some(value) => package.bytes_up_to(&value, VALUE_BYTES_MAX)?,
        None => None,
    };
    let container = value.and_then(|value| {
        seal_signature::verify(&value, &description).or_else(|| cms_signature::verify(&value, &[&description]))
    });
    let Some(verified) = container else { return Ok(unreadable()) };
    let references = info.child("References");
    let kept = match references {
        Some(references) => digests.agree(package, path, references)?,
        None => None,
    };
    let listed: HashSet<String> = references
        .iter()
        .flat_map(|list| list.children("Reference"))
        .filter_map(|one| one.attribute("FileRef"))
        .map(|file| plain(&resolve(path, file)))
        .collect();
    let covers = !listed.is_empty() && drawn.iter().all(|part| listed.contains(part));
    let stated = || info.child_text("SignatureDateTime").and_then(certificate::stated_time);
    let fits = match (verified.fits, kept) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    };
    let signed_at = verified.signed_at.clone().or_else(stated);
    Ok(Verified { signed_at, fits, ..verified }.into_trace(if covers { Coverage::Whole } else { Coverage::Part }))
}

/// Digests of parts, each taken once.
#[derive(Default)]
struct Digests(BTreeMap<(String, Hash), Option<Vec<u8>>>);

impl Digests {
    /// Whether the parts listed are what was signed. `None` where the digest is not known here, or there is none.
    fn agree(
        &mut self,
        package: &mut Package<'_>,
        path: &str,
        references: &Element,
    ) -> Result<Option<bool>, ReadError> {
        let Some(hash) = references.attribute("CheckMethod").and_then(method) else { return Ok(None) };
        let mut checked = false;
        for reference in references.children("Reference") {
            let (Some(file), Some(stated)) = (reference.attribute("FileRef"), reference.child_text("CheckValue"))
            else {
                return Ok(None);
            };
            let part = resolve(path, file);
            let key = (part.clone(), hash);
            let own = match self.0.get(&key) {
                Some(own) => own.clone(),
                None => {
                    let own = package.bytes(&part)?.map(|bytes| hash.digest(&[&bytes]));
                    self.0.insert(key, own.clone());
                    own
                }
            };
            // A part that was protected and is gone was altered too.
            if own != decoded(stated) {
                return Ok(Some(false));
            }
            checked = true;
        }
        Ok(checked.then_some(true))
    }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    let digits: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    base64::engine::general_purpose::STANDARD.decode(digits).ok()
}

/// A digest by its identifier, or by its name as some writers state it.
fn method(stated: &str) -> Option<Hash> {
    let stated = stated.trim();
    let name: String = stated.chars().filter(char::is_ascii_alphanumeric).collect();
    match name.to_ascii_lowercase().as_str() {
        "sm3" => Some(Hash::Sm3),
        "sha1" => Some(Hash::Sha1),
        "sha256" => Some(Hash::Sha256),
        "sha384" => Some(Hash::Sha384),
        "sha512" => Some(Hash::Sha512),
        _ => Hash::named(stated),
    }
}

/// The parts that may draw on a page of a document.
fn drawn_parts(package: &mut Package<'_>, body: &Element, signs: &str) -> Result<Vec<String>, ReadError> {
    let Some(root) = body.child_text("DocRoot").map(|root| resolve("OFD.xml", root)) else { return Ok(Vec::new()) };
    let mut others: Vec<String> = vec![plain(signs)];
    if let Some(document) = package.part(&root)? {
        for name in ["Annotations", "Attachments", "CustomTags", "Extensions"] {
            if let Some(list) = document.root.child_text(name).map(|list| resolve(&root, list)) {
                // A list of its own folder has its parts beside it; one beside the document has not.
                let beside = folder(&list);
                others.push(plain(if beside == folder(&root) { &list } else { beside }));
            }
        }
    }
    let document = plain(folder(&root));
    let is_under = |part: &str, of: &str| {
        part.strip_prefix(of).is_some_and(|rest| of.is_empty() || rest.is_empty() || rest.starts_with('/'))
    };
    let parts = package.names().map(|name| plain(&name));
    Ok(parts
        .filter(|part| {
            part != "ofd.xml"
                && !part.ends_with('/')
                && is_under(part, &document)
                && !others.iter().any(|other| !other.is_empty() && is_under(part, other))
        })
        .collect())
}

/// The path of the folder that a part lies in; empty for the archive's own.
fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
