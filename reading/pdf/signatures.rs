//! The digital signatures of a PDF: what each covers, and whether it fits.
//!
//! A signature is about ranges of the file's bytes, in practice all but the place where it stands itself. What is
//! appended later is not covered, and is how a file is signed twice as well as how it is edited after signing.

use lopdf::{Dictionary, Object};
use model::forensics::{Coverage, Signature};

use super::file::File;
use crate::forensics::{Verified, certificate, cms_signature};

/// Fields of a form that are looked at. Application forms have some hundreds; statements one or none.
const FIELDS_MAX: usize = 2_000;

/// Signatures of one file. An agreement of many parties has ten.
const SIGNATURES_MAX: usize = 20;

/// Bytes of one container: certificates and a time stamp take 10 to 30 kB.
const CONTAINER_BYTES_MAX: usize = 1 << 20;

/// Bytes after a file's last end mark that say nothing: a line end or two.
const TAIL_BYTES_MAX: usize = 4;

/// Every signature, in the order of the form's fields.
pub fn find(file: &File<'_>, data: &[u8]) -> Vec<Signature> {
    let mut fields: Vec<&Dictionary> = Vec::new();
    let mut waiting: Vec<&Object> = match file.form_fields() {
        Some(Object::Array(list)) => list.iter().rev().collect(),
        _ => return Vec::new(),
    };
    let mut looked = 0_usize;
    while let Some(object) = waiting.pop() {
        looked += 1;
        if looked > FIELDS_MAX {
            break;
        }
        let Object::Dictionary(field) = file.resolve(object) else { continue };
        if let Some(Object::Array(kids)) = file.get(field, b"Kids") {
            waiting.extend(kids.iter().rev().take(FIELDS_MAX));
        }
        if let Some(value) = file.dictionary(field, b"V")
            && value.has(b"ByteRange")
            && fields.len() < SIGNATURES_MAX
        {
            fields.push(value);
        }
    }
    fields.into_iter().map(|value| judge(file, value, data)).collect()
}

fn judge(file: &File<'_>, value: &Dictionary, data: &[u8]) -> Signature {
    let Some(Ranges { parts, container, coverage }) = ranges(file, value, data) else {
        return Signature::unreadable(Coverage::Senseless);
    };
    let Some(mut found) = unhex(container).and_then(|container| cms_signature::verify(&container, &parts)) else {
        return Signature::unreadable(coverage);
    };
    // Newer signatures state their time beside the container (ETSI EN 319 142-1, 5.3), which is signed all the same.
    let stated = || file.get(value, b"M").and_then(|time| lopdf::decode_text_string(time).ok());
    let signed_at = found.signed_at.take().or_else(|| certificate::stated_time(&stated()?));
    Verified { signed_at, ..found }.into_trace(coverage)
}

/// What a signature says it is about.
struct Ranges<'d> {
    parts: [&'d [u8]; 2],
    /// Hexadecimal digits, padded with zeros.
    container: &'d [u8],
    coverage: Coverage,
}

/// The two parts that are signed and the container between them. `None` where the
/// ranges overlap, leave the file, or leave out anything but the container.
fn ranges<'d>(file: &File<'_>, value: &Dictionary, data: &'d [u8]) -> Option<Ranges<'d>> {
    let Some(Object::Array(list)) = file.get(value, b"ByteRange") else { return None };
    let number = |object: &Object| file.resolve(object).as_i64().ok().and_then(|value| usize::try_from(value).ok());
    let [start, before, after, length] = list.iter().map(number).collect::<Option<Vec<usize>>>()?.try_into().ok()?;
    let end = after.checked_add(length)?;
    let (first, gap, second) = (data.get(..before)?, data.get(before..after)?, data.get(after..end)?);
    // The gap is where a forger would put what is not signed: it must be one string of hexadecimal digits.
    let hex = gap.strip_prefix(b"<")?.strip_suffix(b">")?;
    if start != 0 || !hex.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let rest = data.get(end..)?;
    let is_whole = rest.len() <= TAIL_BYTES_MAX && rest.iter().all(u8::is_ascii_whitespace);
    let coverage = if is_whole { Coverage::Whole } else { Coverage::Part };
    Some(Ranges { parts: [first, second], container: hex, coverage })
}

fn unhex(hex: &[u8]) -> Option<Vec<u8>> {
    let digits = hex.get(..hex.len().min(2 * CONTAINER_BYTES_MAX))?;
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    digits.chunks_exact(2).map(|pair| Some(value(*pair.first()?)? << 4 | value(*pair.last()?)?)).collect()
}

#[cfg(test)]
mod tests {
    use model::document::Document;
    use model::forensics::Integrity;

    use super::*;
    use crate::Limits;

    /// Signed with OpenSSL's keys; the SM2 one's container has the content types of GM/T 0010.
    const RSA: &[u8] = include_bytes!("signed-rsa.pdf");
    const SM2: &[u8] = include_bytes!("signed-sm2.pdf");

    fn read(bytes: &[u8]) -> Document {
        crate::pdf::read(bytes, &[], &Limits::default(), None).unwrap()
    }

    fn signature(bytes: &[u8]) -> Signature {
        let mut signatures = read(bytes).facts.traces.signatures;
        assert_eq!(signatures.len(), 1);
        signatures.remove(0)
    }

    #[test]
    fn an_untouched_file_is_intact() {
        for (bytes, algorithm, signer) in
            [(RSA, "rsa_sha256", "Example Bank Statements"), (SM2, "sm2_sm3", "示例银行电子回单")]
        {
            let found = signature(bytes);
            assert_eq!((found.integrity, found.coverage), (Integrity::Intact, Coverage::Whole), "{algorithm}");
            assert_eq!(found.algorithm.as_deref(), Some(algorithm));
            assert_eq!(found.signer.as_deref(), Some(signer));
            assert_eq!(found.signed_at.as_deref(), Some("2026-09-01T02:15:03Z"));
        }
    }

    #[test]
    fn a_changed_figure_is_seen() {
        for bytes in [RSA, SM2] {
            let at = memchr::memmem::find(bytes, b"1,234.50").unwrap();
            let mut edited = bytes.to_vec();
            edited[at] = b'9';
            assert_eq!(signature(&edited).integrity, Integrity::Altered);
        }
    }

    #[test]
    fn a_changed_signature_is_seen() {
        for bytes in [RSA, SM2] {
            // The last byte of the container, which is the signature's own: before the padding of zeros.
            let end = memchr::memmem::find(bytes, b"00000000>").unwrap();
            let last = bytes[..end].iter().rposition(|digit| *digit != b'0').unwrap();
            let mut edited = bytes.to_vec();
            edited[last] = if bytes[last] == b'1' { b'2' } else { b'1' };
            assert_eq!(signature(&edited).integrity, Integrity::Altered);
        }
    }

    #[test]
    fn what_is_appended_is_not_covered() {
        let appended = [SM2, b"% more, and a line end\n%%EOF\n"].concat();
        // The end of the file is no end of an index any more, but the reader finds the one before.
        let found = signature(&appended);
        assert_eq!((found.integrity, found.coverage), (Integrity::Intact, Coverage::Part));
    }

    #[test]
    fn ranges_that_leave_more_out_make_no_sense() {
        let at = memchr::memmem::find(SM2, b"/ByteRange[0 ").unwrap() + b"/ByteRange[0 ".len();
        let mut edited = SM2.to_vec();
        let digits = edited[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        edited[at + digits - 1] ^= 1;
        assert_eq!(signature(&edited).coverage, Coverage::Senseless);
    }
}
