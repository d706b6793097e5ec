//! Papers with a digital signature on them.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use lopdf::{Dictionary, Document, Object, StringFormat};
use sm3::{Digest as _, Sm3};

use crate::MakeError;
use crate::sign::{SealForm, Signer};

/// Bytes kept free for a container.
const CONTAINER_BYTES: usize = 6_000;

/// Stands in a file until the ranges are known; wider than any of them.
const PLACEHOLDER: i64 = 1_000_000_000;

/// The PDF saved anew with a signature over the whole of it.
///
/// # Errors
/// [`MakeError::Pdf`] for what is no PDF, [`MakeError::Key`], [`MakeError::TooLarge`] for more certificates than fit.
pub fn pdf(bytes: &[u8], signer: &Signer, at: Timestamp) -> Result<Vec<u8>, MakeError> {
    let mut file = Document::load_mem(bytes).map_err(MakeError::Pdf)?;
    let mut value = Dictionary::new();
    value.set("Type", Object::Name(b"Sig".to_vec()));
    value.set("Filter", Object::Name(b"Adobe.PPKLite".to_vec()));
    value.set("SubFilter", Object::Name(b"adbe.pkcs7.detached".to_vec()));
    value.set("ByteRange", vec![0.into(), PLACEHOLDER.into(), PLACEHOLDER.into(), PLACEHOLDER.into()]);
    value.set("Contents", Object::String(vec![0; CONTAINER_BYTES], StringFormat::Hexadecimal));
    let value = file.add_object(value);
    let mut field = Dictionary::new();
    field.set("FT", Object::Name(b"Sig".to_vec()));
    field.set("T", Object::string_literal("Signature1"));
    field.set("V", value);
    let field = file.add_object(field);
    let mut form = Dictionary::new();
    form.set("Fields", vec![field.into()]);
    form.set("SigFlags", 3);
    file.catalog_mut().map_err(MakeError::Pdf)?.set("AcroForm", form);
    let mut bytes = Vec::new();
    file.save_to(&mut bytes).map_err(MakeError::PdfBytes)?;

    let zeros = "0".repeat(2 * CONTAINER_BYTES);
    let lost = || MakeError::TooLarge { what: "a signature" };
    let find = |bytes: &[u8], wanted: &[u8]| bytes.windows(wanted.len()).position(|window| window == wanted);
    let open = find(&bytes, format!("<{zeros}>").as_bytes()).ok_or_else(lost)?;
    let close = open + zeros.len() + 2;
    let places = format!("{PLACEHOLDER} {PLACEHOLDER} {PLACEHOLDER}");
    let at_ranges = find(&bytes, places.as_bytes()).ok_or_else(lost)?;
    let ranges = format!("{open} {close} {}", bytes.len() - close);
    let ranges = format!("{ranges:<width$}", width = places.len());
    bytes.splice(at_ranges..at_ranges + places.len(), ranges.into_bytes());
    let content = [bytes.get(..open).unwrap_or(&[]), bytes.get(close..).unwrap_or(&[])].concat();
    let container = signer.cms(&content, at)?;
    if container.len() > CONTAINER_BYTES {
        return Err(lost());
    }
    let mut digits = container.iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    });
    digits.push_str(zeros.get(digits.len()..).unwrap_or(""));
    bytes.splice(open + 1..close - 1, digits.into_bytes());
    Ok(bytes)
}

/// The parts of an OFD file with a seal's signature over all of them, to be packed. `OFD.xml` must be the first.
///
/// # Errors
/// [`MakeError::Key`].
pub fn ofd(
    parts: &[(&str, &[u8])],
    signer: &Signer,
    form: SealForm,
    at: Timestamp,
) -> Result<Vec<(String, Vec<u8>)>, MakeError> {
    const SPACE: &str = "xmlns:ofd=\"http://www.ofdspec.org/2016\"";
    let mut signed: Vec<(String, Vec<u8>)> =
        parts.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
    if let Some((_, index)) = signed.first_mut() {
        let text = String::from_utf8_lossy(index)
            .replace("</ofd:DocRoot>", "</ofd:DocRoot><ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>");
        *index = text.into_bytes();
    }
    let references = signed.iter().fold(String::new(), |mut references, (name, bytes)| {
        let digest = STANDARD.encode(Sm3::digest(bytes));
        let _ = write!(
            references,
            "<ofd:Reference FileRef=\"/{name}\"><ofd:CheckValue>{digest}</ofd:CheckValue></ofd:Reference>"
        );
        references
    });
    let description = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ofd:Signature {SPACE}><ofd:SignedInfo>\
        <ofd:Provider ProviderName=\"example\" Company=\"example\" Version=\"1.0\"/>\
        <ofd:SignatureMethod>1.2.156.10197.1.501</ofd:SignatureMethod>\
        <ofd:SignatureDateTime>{}</ofd:SignatureDateTime>\
        <ofd:References CheckMethod=\"1.2.156.10197.1.401\">{references}</ofd:References></ofd:SignedInfo>\
        <ofd:SignedValue>/Doc_0/Signs/Sign_0/SignedValue.dat</ofd:SignedValue></ofd:Signature>",
        at.strftime("%Y%m%d%H%M%SZ")
    );
    let list = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ofd:Signatures {SPACE}><ofd:MaxSignId>1</ofd:MaxSignId>\
        <ofd:Signature ID=\"1\" Type=\"Seal\" BaseLoc=\"Sign_0/Signature.xml\"/></ofd:Signatures>"
    );
    let value = signer.seal(form, description.as_bytes(), at)?;
    signed.push(("Doc_0/Signs/Signatures.xml".to_owned(), list.into_bytes()));
    signed.push(("Doc_0/Signs/Sign_0/Signature.xml".to_owned(), description.into_bytes()));
    signed.push(("Doc_0/Signs/Sign_0/SignedValue.dat".to_owned(), value));
    Ok(signed)
}
