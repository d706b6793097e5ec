//! How files came: the archive or the mail they lay in, and whether a mail is still the one that its sender's server signed
//! (DKIM, RFC 6376).
//!
//! The digest of the body stands in the signature, so that a change of the body is told from the mail alone. The key that
//! vouches for the digest is in the network and is not asked for.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::MessageParser;
use memchr::memmem;
use model::forensics::{Integrity, MailSeal, Trail};
use zip::ZipArchive;

use crate::forensics::keys::Hash;
use crate::sniff::{Kind, sniff};

/// Servers that signed one mail: the sender's, its mailer's, and those of lists that it passed.
const SEALS_MAX: usize = 8;

/// Bytes of headers that are looked at: a mail that passed ten servers has 10 to 20 kB.
const HEADERS_MAX: usize = 256 << 10;

/// The trail of what lies in an archive or a mail of this file name; `None` for a file that is neither. Names of the files
/// in it are for the caller to add.
#[must_use]
pub fn of(file_name: &str, bytes: &[u8]) -> Option<Trail> {
    let archive = file_name.rsplit(['/', '\\']).next().map(Into::into);
    match sniff(bytes) {
        Kind::Zip => Some(Trail { archive, locked: is_locked(bytes), ..Trail::default() }),
        Kind::Mail => Some(Trail {
            archive,
            from_domain: from_domain(bytes).map(Into::into),
            seals: seals(bytes),
            ..Trail::default()
        }),
        _ => None,
    }
}

fn is_locked(bytes: &[u8]) -> bool {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return false };
    (0..archive.len()).any(|index| archive.by_index_raw(index).is_ok_and(|entry| entry.encrypted()))
}

fn from_domain(bytes: &[u8]) -> Option<String> {
    // Only the headers are handed over: a body may nest as deep as its writer likes.
    let (headers, _) = parted(bytes)?;
    let headers = [headers, b"\r\n\r\n"].concat();
    let parsed = catch_unwind(AssertUnwindSafe(|| MessageParser::default().parse(&headers))).ok()??;
    let address = parsed.from()?.first()?.address()?.to_owned();
    address.rsplit_once('@').map(|(_, domain)| domain.trim().to_ascii_lowercase())
}

/// Headers and body; `None` without the blank line between them.
fn parted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let head = bytes.get(..bytes.len().min(HEADERS_MAX))?;
    let found = [&b"\r\n\r\n"[..], b"\n\n"].into_iter().filter_map(|gap| Some((memmem::find(head, gap)?, gap.len())));
    let (at, length) = found.min_by_key(|(at, _)| *at)?;
    Some((bytes.get(..at)?, bytes.get(at + length..)?))
}

fn seals(bytes: &[u8]) -> Vec<MailSeal> {
    let Some((headers, body)) = parted(bytes) else { return Vec::new() };
    let headers = String::from_utf8_lossy(headers);
    let mut signed: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in headers.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some(last) = signed.last_mut().filter(|_| is_open) {
                last.push_str(line);
            }
            continue;
        }
        let value = line.split_once(':').filter(|(name, _)| name.trim().eq_ignore_ascii_case("DKIM-Signature"));
        is_open = value.is_some() && signed.len() < SEALS_MAX;
        if let (Some((_, value)), true) = (value, is_open) {
            signed.push(value.to_owned());
        }
    }
    signed.iter().filter_map(|value| seal(value, body)).collect()
}

fn seal(value: &str, body: &[u8]) -> Option<MailSeal> {
    let tag = |name: &str| {
        let mut tags = value.split(';').filter_map(|part| part.split_once('='));
        tags.find(|(key, _)| key.trim() == name)
            .map(|(_, value)| value.chars().filter(|one| !one.is_whitespace()).collect::<String>())
    };
    let domain = tag("d")?.to_ascii_lowercase();
    let hash = match tag("a")?.rsplit_once('-').map(|(_, hash)| hash.to_owned()).as_deref() {
        Some("sha256") => Some(Hash::Sha256),
        Some("sha1") => Some(Hash::Sha1),
        _ => None,
    };
    let is_relaxed = tag("c").is_some_and(|ways| ways.split_once('/').is_some_and(|(_, body)| body == "relaxed"));
    let canonical = canonical(body, is_relaxed);
    let signed_bytes = tag("l").map(|length| length.parse::<usize>().unwrap_or(usize::MAX));
    let stated = tag("bh").and_then(|digits| STANDARD.decode(digits).ok());
    let integrity = match (hash, stated, signed_bytes) {
        // A signature over the beginning says nothing of what follows.
        (_, _, Some(length)) if length < canonical.len() => Integrity::Unknown,
        (Some(hash), Some(stated), _) if hash.digest(&[&canonical]) == stated => Integrity::Intact,
        (Some(_), Some(_), _) => Integrity::Altered,
        _ => Integrity::Unknown,
    };
    Some(MailSeal { domain: domain.into(), body: integrity })
}

/// A body as its digest is taken (RFC 6376, 3.4.3 and 3.4.4). Files that a program saved with other line ends are
/// taken as they were sent.
fn canonical(body: &[u8], is_relaxed: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 2);
    let mut blank_lines = 0_usize;
    let mut lines: Vec<&[u8]> = body.split(|byte| *byte == b'\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    for line in lines {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut kept = Vec::with_capacity(line.len());
        if is_relaxed {
            let mut was_white = false;
            for byte in line {
                let is_white = matches!(byte, b' ' | b'\t');
                if !is_white {
                    if was_white {
                        kept.push(b' ');
                    }
                    kept.push(*byte);
                }
                was_white = is_white;
            }
        } else {
            kept.extend_from_slice(line);
        }
        // Blank lines at the end do not count.
        if kept.is_empty() {
            blank_lines += 1;
            continue;
        }
        for _ in 0..std::mem::take(&mut blank_lines) {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(&kept);
        out.extend_from_slice(b"\r\n");
    }
    if out.is_empty() && !is_relaxed {
        out.extend_from_slice(b"\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_files::{Lock, locked_zip, zip};

    /// A mail as `d=` signed it, its body's digest computed by `openssl dgst -sha256 -binary | base64` over the canonical
    /// body `您好 您的对账单\r\n\r\nRegards\r\n`.
    fn mail(body: &str, canonicalization: &str, extra: &str) -> Vec<u8> {
        let digest = STANDARD.encode(Hash::Sha256.digest(&["您好 您的对账单\r\n\r\nRegards\r\n".as_bytes()]));
        format!(
            "Received: by mx.example.net\r\nDKIM-Signature: v=1; a=rsa-sha256; c={canonicalization}; d=Bank.example;\r\n s=mail; h=from:to; {extra}bh={digest};\r\n b=abcd\r\nFrom: \"示例银行\" <bill@bank.example>\r\nTo: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}"
        )
        .into_bytes()
    }

    fn judged(bytes: &[u8]) -> Vec<(String, Integrity)> {
        let trail = of("a/b/对账单.eml", bytes).unwrap();
        assert_eq!(trail.archive.as_deref(), Some("对账单.eml"));
        assert_eq!(trail.from_domain.as_deref(), Some("bank.example"));
        trail.seals.into_iter().map(|seal| (seal.domain.to_string(), seal.body)).collect()
    }

    #[test]
    fn a_body_is_the_signed_one_or_not() {
        let exact = "您好 您的对账单\r\n\r\nRegards\r\n";
        let spaced = "您好 \t您的对账单  \r\n\r\nRegards\r\n\r\n\r\n";
        let one = |body: &str, way: &str, extra: &str| judged(&mail(body, way, extra));
        let is = |integrity| vec![("bank.example".to_owned(), integrity)];
        assert_eq!(one(exact, "simple/simple", ""), is(Integrity::Intact));
        assert_eq!(one(exact, "relaxed", ""), is(Integrity::Intact), "the body's way is simple where it is not named");
        assert_eq!(one(spaced, "relaxed/relaxed", ""), is(Integrity::Intact));
        assert_eq!(one(spaced, "relaxed/simple", ""), is(Integrity::Altered));
        assert_eq!(one(&exact.replace("您的", "他的"), "relaxed/relaxed", ""), is(Integrity::Altered));
        assert_eq!(one(&format!("{exact}P.S.\r\n"), "simple/simple", "l=34; "), is(Integrity::Unknown));
        // Saved with other line ends.
        let unix = String::from_utf8(mail(exact, "simple/simple", "")).unwrap().replace("\r\n", "\n");
        assert_eq!(judged(unix.as_bytes()), is(Integrity::Intact));
    }

    #[test]
    fn a_locked_archive_is_told() {
        let open = of("x.zip", &zip(&[("a.csv", b"a")])).unwrap();
        assert!(!open.locked);
        let locked = of("x.zip", &locked_zip(&[("a.csv", b"a", Lock::Aes("111111"))])).unwrap();
        assert!(locked.locked);
        assert_eq!(of("x.csv", b"a,b\n1,2\n"), None);
    }
}
