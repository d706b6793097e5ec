//! E-mails: a body that a bank wrote, and the files that came with it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use encoding_rs::{Encoding, GB18030, GBK, WINDOWS_1252};
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};
use memchr::memmem;
use model::document::{Content, Document, MediaType};

use crate::sniff::{Kind, sniff};
use crate::{Limits, ReadError, delimited, encoding, html};

/// A mail in a mail is a forwarded one. The parser nests its answer as deep as these are, and the process with it.
const MAILS_MAX: usize = 64;

/// A mail with pictures and papers has three multiparts, a forwarded thread of them some thirty.
const MULTIPARTS_MAX: usize = 256;

/// Lines that may end a part, dividers in texts included; a mail has some tens.
const DELIMITERS_MAX: usize = 20_000;

/// A part's name in ten encoded pieces is under 1 KiB. The parser takes the square of the pieces' number.
const PART_HEADER_BYTES_MAX: usize = 4 << 10;

/// Where a mail's first lines of headers are looked for.
const HEADER_BYTES: usize = 4 << 10;

/// What comes with mails and is no paper.
const NO_PAPERS: [&str; 9] = [
    "application/ics",
    "application/javascript",
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "text/calendar",
    "text/css",
    "text/vcard",
    "text/x-vcard",
];

/// One body or attachment, its transfer encoding undone.
#[derive(Debug)]
pub(crate) struct Part {
    /// What the mail calls it, without any path; unlike the others' names.
    pub name: String,
    /// A body whose mail tells its encoding is UTF-8 with a mark.
    pub content: Vec<u8>,
    pub is_body: bool,
}

/// Whether a file begins as a mail does: header lines, some of which only mails have.
pub(crate) fn is_mail(bytes: &[u8]) -> bool {
    let head = bytes.get(..HEADER_BYTES).unwrap_or(bytes);
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let is_whole = bytes.len() <= HEADER_BYTES;
    let (mut certain, mut known) = (0, 0);
    let mut lines = head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).peekable();
    // A mailbox file's separator.
    lines.next_if(|line| line.starts_with(b"From "));
    while let Some(line) = lines.next() {
        let is_last = lines.peek().is_none();
        if line.is_empty() {
            break;
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            continue;
        }
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            // The last line looked at may be cut.
            if is_last && !is_whole {
                break;
            }
            return false;
        };
        let name = line.get(..colon).unwrap_or(&[]);
        if name.is_empty() || !name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte)) {
            return false;
        }
        let is = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()));
        certain += u32::from(is(&["mime-version", "content-type", "message-id", "received", "return-path"]));
        known += u32::from(is(&["from", "to", "subject", "date", "delivered-to", "content-transfer-encoding"]));
    }
    certain >= 1 && certain + known >= 2
}

/// The mail's readable parts: its body (as HTML if there is one), then what is attached, in the mail's own order.
/// Pictures that belong to the body's looks, signatures, invitations and cards are left out.
///
/// # Errors
/// [`ReadError::Empty`] without any, [`ReadError::ResourceLimit`] for too much nesting, [`ReadError::Corrupt`].
pub(crate) fn parts(bytes: &[u8]) -> Result<Vec<Part>, ReadError> {
    check_nesting(bytes)?;
    // The parser promises not to panic; if it does, the file is at fault and not the process.
    let parsed = catch_unwind(AssertUnwindSafe(|| MessageParser::default().parse(bytes)));
    let message = match parsed {
        Ok(Some(message)) => message,
        Ok(None) | Err(_) => {
            let detail = "its parts cannot be followed".to_owned();
            return Err(ReadError::Corrupt { media_type: MediaType::Mail, detail });
        }
    };
    let parts = parts_of(&message);
    if parts.is_empty() { Err(ReadError::Empty) } else { Ok(parts) }
}

/// Reads the mail's body alone, as the page or the text that it is.
///
/// # Errors
/// Those of [`parts`] and of the body's reader; [`ReadError::Empty`] without a body.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ReadError> {
    let body = parts(bytes)?.into_iter().find(|part| part.is_body).ok_or(ReadError::Empty)?;
    let document = match sniff(&body.content) {
        Kind::Html => html::read(&body.content, limits)?,
        // Text that looks like another mail is a mail's text all the same.
        Kind::Mail | Kind::Zip => delimited::read(&body.content, limits)?,
        _ => crate::read(&body.content, &[], limits, None)?,
    };
    let media_type = match document.content {
        // What the text is in is what tells how to read it.
        Content::Text(_) => document.media_type,
        Content::Sheets(_) | Content::Pages(_) => MediaType::Mail,
    };
    Ok(Document { media_type, ..document })
}

fn check_nesting(bytes: &[u8]) -> Result<(), ReadError> {
    let lower = bytes.to_ascii_lowercase();
    let count = |needle: &str| memmem::find_iter(&lower, needle.as_bytes()).count();
    let mails =
        count("message/rfc822").saturating_add(count("message/global")).saturating_add(count("multipart/digest"));
    if mails > MAILS_MAX {
        return Err(ReadError::ResourceLimit { what: format!("a mail with more than {MAILS_MAX} mails in it") });
    }
    if count("multipart/") > MULTIPARTS_MAX {
        return Err(ReadError::ResourceLimit { what: format!("a mail of more than {MULTIPARTS_MAX} multiparts") });
    }
    if count("\n--") > DELIMITERS_MAX {
        return Err(ReadError::ResourceLimit { what: format!("a mail of more than {DELIMITERS_MAX} parts") });
    }
    // A text may have such a line too, but none as long.
    let headers = memmem::find_iter(&lower, b"\ncontent-").filter_map(|at| lower.get(at + 1..));
    let first = lower.trim_ascii_start();
    for header in headers.chain(first.starts_with(b"content-").then_some(first)) {
        if header_bytes(header) > PART_HEADER_BYTES_MAX {
            let what = format!("a header of a mail's part of more than {PART_HEADER_BYTES_MAX} bytes");
            return Err(ReadError::ResourceLimit { what });
        }
    }
    Ok(())
}

/// How long the header is that a text begins with, lines that begin with white space being its continuation. Not
/// looked for further than what is too long anyway.
fn header_bytes(text: &[u8]) -> usize {
    let text = text.get(..=PART_HEADER_BYTES_MAX).unwrap_or(text);
    let end = memchr::memchr_iter(b'\n', text).find(|at| !matches!(text.get(at + 1), Some(b' ' | b'\t')));
    end.unwrap_or(text.len())
}

fn parts_of(message: &Message<'_>) -> Vec<Part> {
    let is_html = |id: &&u32| matches!(part(message, **id).map(|part| &part.body), Some(PartType::Html(_)));
    let is_text = |id: &&u32| matches!(part(message, **id).map(|part| &part.body), Some(PartType::Text(_)));
    let choices: [(Vec<u32>, &str); 4] = [
        (message.html_body.iter().filter(is_html).copied().collect(), "html"),
        // One that is cut short is not counted as a body.
        (damaged_bodies(message, "html"), "html"),
        (message.text_body.iter().filter(is_text).copied().collect(), "txt"),
        (damaged_bodies(message, "plain"), "txt"),
    ];
    let (bodies, extension) = choices.into_iter().find(|(bodies, _)| !bodies.is_empty()).unwrap_or_default();
    let mut parts: Vec<Part> = Vec::new();
    for body in bodies.iter().filter_map(|id| part(message, *id)) {
        let content = in_utf8(body, content(message, body));
        // A footer that a list adds has nothing in it often enough.
        if !content.trim_ascii().is_empty() {
            let name = unique(&parts, format!("body.{extension}"));
            parts.push(Part { name, content, is_body: true });
        }
    }
    let pages: Vec<u8> = parts.iter().flat_map(|part| part.content.iter().copied()).collect();
    for (number, id) in (1_u32..).zip(&message.attachments) {
        let Some(attached) = part(message, *id).filter(|_| !bodies.contains(id)) else { continue };
        if is_looks(attached, &pages) {
            continue;
        }
        let content = content(message, attached);
        let is_readable = !matches!(sniff(&content), Kind::Other(_) | Kind::Empty);
        let is_attached = attached.content_disposition().is_some_and(|disposition| disposition.is_attachment());
        if is_readable || is_attached {
            let name = attached.attachment_name().map(plain_name).filter(|name| !name.is_empty());
            let name = unique(&parts, name.unwrap_or_else(|| format!("attachment-{number}")));
            parts.push(Part { name, content, is_body: false });
        }
    }
    parts
}

/// Text parts that the mail shows, but whose end or transfer encoding is damaged.
fn damaged_bodies(message: &Message<'_>, subtype: &str) -> Vec<u32> {
    let is_body = |part: &MessagePart<'_>| {
        let is_attached = part.content_disposition().is_some_and(|disposition| disposition.is_attachment());
        part.is_encoding_problem
            && !is_attached
            && part.content_type().is_some_and(|kind| kind.ctype() == "text" && kind.subtype() == Some(subtype))
    };
    (0..).zip(&message.parts).filter(|(_, part)| is_body(part)).map(|(id, _)| id).collect()
}

fn part<'a, 'x>(message: &'a Message<'x>, id: u32) -> Option<&'a MessagePart<'x>> {
    message.parts.get(id as usize)
}

/// Whether a part belongs to the body's looks, or is no paper at all.
fn is_looks(part: &MessagePart<'_>, pages: &[u8]) -> bool {
    let shown_in_page = part.content_id().is_some_and(|id| {
        let id = id.trim_start_matches('<').trim_end_matches('>');
        !id.is_empty() && memmem::find(pages, format!("cid:{id}").as_bytes()).is_some()
    });
    let kind = part.content_type().map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("")));
    // In a page saved with its looks everything has the address that it came from (RFC 2557).
    let saved_with_page =
        part.content_location().is_some() && part.content_type().is_some_and(|kind| kind.ctype() == "image");
    shown_in_page || saved_with_page || kind.is_some_and(|kind| NO_PAPERS.contains(&kind.to_ascii_lowercase().as_str()))
}

/// A part's bytes, their transfer encoding undone. A damaged one gives what can be told.
fn content(message: &Message<'_>, part: &MessagePart<'_>) -> Vec<u8> {
    let raw = message.raw_message.get(part.offset_body as usize..part.offset_end as usize).unwrap_or(&[]);
    match part.content_transfer_encoding().map(str::to_ascii_lowercase).as_deref() {
        Some("base64") => base64(raw),
        Some("quoted-printable") => quoted_printable_decode(raw).unwrap_or_else(|| raw.to_vec()),
        _ => raw.to_vec(),
    }
}

/// What is no digit is passed over, and the end may be missing.
fn base64(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in text {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ => continue,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            // The low eight bits of what has come so far.
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

/// A body in UTF-8 with a mark, if the mail tells its encoding and that fits; else as it is, for its reader to tell.
fn in_utf8(part: &MessagePart<'_>, content: Vec<u8>) -> Vec<u8> {
    let label = part.content_type().and_then(|kind| kind.attribute("charset")).unwrap_or("");
    let Some(said) = Encoding::for_label(label.trim().as_bytes()) else { return content };
    let said = if said == GBK { GB18030 } else { said };
    // Mailers write `us-ascii` and `iso-8859-1` without looking.
    let is_default = said == WINDOWS_1252 && encoding::is_common_chinese(&content);
    if is_default || encoding::is_wide_utf8(&content) {
        return content;
    }
    match said.decode_without_bom_handling_and_without_replacement(&content) {
        Some(text) if !text.is_ascii() => ["\u{FEFF}", text.trim_start_matches('\u{FEFF}')].concat().into_bytes(),
        _ => content,
    }
}

/// The last part of a path, without what no file's name has.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or("");
    let last: String = last.chars().filter(|character| !character.is_control()).collect();
    last.trim().trim_start_matches('.').to_owned()
}

/// The name, or with a number before it if another part has it.
fn unique(parts: &[Part], name: String) -> String {
    let is_free = |name: &str| parts.iter().all(|part| part.name != name);
    if is_free(&name) {
        return name;
    }
    format!("{}-{name}", parts.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive;
    use crate::test_files::{rows, zip};

    const HEADERS: &str =
        "From: bank@example.com\r\nTo: a@example.com\r\nSubject: =?gbk?B?1cvWpw==?=\r\nMIME-Version: 1.0\r\n";

    fn mail(kind: &str, parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut bytes = format!("{HEADERS}Content-Type: multipart/{kind}; boundary=\"b-{kind}\"\r\n\r\n").into_bytes();
        for (headers, content) in parts {
            bytes.extend_from_slice(format!("--b-{kind}\r\n{headers}\r\n\r\n").as_bytes());
            bytes.extend_from_slice(content);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(format!("--b-{kind}--\r\n").as_bytes());
        bytes
    }

    fn encoded(bytes: &[u8]) -> Vec<u8> {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        bytes
            .chunks(3)
            .flat_map(|chunk| {
                let bits = (0..3).fold(0_u32, |bits, at| bits << 8 | u32::from(*chunk.get(at).unwrap_or(&0)));
                (0..4).map(
                    move |at| {
                        if at <= chunk.len() { DIGITS[(bits >> (18 - 6 * at)) as usize & 63] } else { b'=' }
                    },
                )
            })
            .collect()
    }

    /// `name: text` for each entry.
    fn listed(bytes: &[u8]) -> Vec<String> {
        assert_eq!(sniff(bytes), Kind::Mail);
        match archive::unpack(bytes, &[], &Limits::default()) {
            Ok(files) => files
                .into_iter()
                .map(|file| match file.content {
                    Ok(content) => format!("{}: {}", file.name, String::from_utf8_lossy(&content)),
                    Err(error) => format!("{}: {error}", file.name),
                })
                .collect(),
            Err(error) => vec![error.to_string()],
        }
    }

    fn body(bytes: &[u8]) -> Vec<String> {
        let document = crate::read(bytes, &[], &Limits::default(), None).unwrap();
        assert_eq!(document.media_type, MediaType::Mail);
        rows(&document)
    }

    #[test]
    fn tells_mails_by_their_headers() {
        let yes = [
            format!("{HEADERS}\r\nx"),
            "From a@b Mon Jan 1\nReceived: from x\n\tby y\nSubject: z\n\nx".to_owned(),
            "Content-Type: text/html\nSubject: x\n\n<html>".to_owned(),
        ];
        for text in yes {
            assert_eq!(sniff(text.as_bytes()), Kind::Mail, "{text}");
        }
        let no = ["From: 2024-01-01\nTo: 2024-06-30\n日期,金额\n", "Date: x\nSubject: y\n\n", "户名: 张三\n", "a,b\n"];
        for text in no {
            assert_eq!(sniff(text.as_bytes()), Kind::Delimited, "{text}");
        }
    }

    #[test]
    fn a_mail_with_a_body_alone_is_one_document() {
        let (gbk, ..) = GB18030.encode("<table><tr><td>交易日<td>金额<tr><td>0102<td>1.00</table>");
        let head = |charset: &str| {
            format!("{HEADERS}Content-Type: text/html{charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n")
        };
        for charset in ["; charset=gb2312", "; charset=\"\"", "", "; charset=us-ascii", "; charset=utf-8"] {
            let file = [head(charset).into_bytes(), encoded(&gbk)].concat();
            assert_eq!(body(&file), ["1: 1t 交易日|2t 金额", "2: 1t 0102|2t 1.00"], "{charset}");
            let files = archive::unpack(&file, &[], &Limits::default()).unwrap();
            assert_eq!((files[0].name.as_str(), files[0].content.as_ref().unwrap()), ("", &file));
        }
    }

    /// One level deeper than usual, in GBK (CMBC's mail); the text beside it and the pictures in it do not count.
    #[test]
    fn the_page_is_found_in_nested_parts() {
        let page = "<html><img src=\"cid:logo@bank\"><p>=C1=B9</p></html>".replace('\n', "");
        let alternative = mail(
            "alternative",
            &[
                ("Content-Type: text/plain; charset=gbk", b"text"),
                (
                    "Content-Type: text/html; charset=gbk\r\nContent-Transfer-Encoding: quoted-printable",
                    page.replace("=\"", "=3D\"").as_bytes(),
                ),
            ],
        );
        let inner = String::from_utf8(alternative).unwrap().replace(HEADERS, "");
        let (inner_head, inner_body) = inner.split_once("\r\n\r\n").unwrap();
        let file = mail(
            "related",
            &[
                (inner_head, inner_body.as_bytes()),
                ("Content-Type: image/png\r\nContent-ID: <logo@bank>", b"\x89PNG\r\n\x1A\n"),
            ],
        );
        assert_eq!(body(&file), ["1: 1t 凉"]);
        assert_eq!(archive::unpack(&file, &[], &Limits::default()).unwrap().len(), 1);
    }

    /// A page saved with its looks (MHTML).
    #[test]
    fn a_web_archive_is_its_page() {
        let file = mail(
            "related",
            &[
                ("Content-Type: text/html\r\nContent-Location: https://example.com/bill", b"<p>page</p>"),
                ("Content-Type: text/css\r\nContent-Location: https://example.com/a.css", b"p { color: red }"),
                ("Content-Type: image/png\r\nContent-Location: https://example.com/a.png", b"\x89PNG\r\n\x1A\n"),
            ],
        );
        assert_eq!(body(&file), ["1: 1t page"]);
        assert_eq!(archive::unpack(&file, &[], &Limits::default()).unwrap().len(), 1);
    }

    #[test]
    fn a_body_of_text_is_read_as_text() {
        let file = format!("{HEADERS}Content-Type: text/plain; charset=utf-8\r\n\r\n日期,金额\r\n0102,1.00\r\n");
        assert_eq!(body(file.as_bytes()), ["1: 1t 日期|2t 金额", "2: 1t 0102|2t 1.00"]);
    }

    #[test]
    fn attachments_are_entries_beside_the_body() {
        let archive = zip(&[("流水.csv", b"a,b")]);
        let file = mail(
            "mixed",
            &[
                ("Content-Type: text/html", b"<p>hello</p>"),
                (
                    "Content-Type: text/csv\r\nContent-Disposition: attachment; filename*=utf-8''%E6%98%8E%E7%BB%86.csv",
                    b"c,d",
                ),
                ("Content-Type: text/csv; name=\"../x/..\\a.csv\"", b"e,f"),
                ("Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64", &encoded(&archive)),
                (
                    "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=a.csv",
                    b"\x00\x01\x02",
                ),
                ("Content-Type: text/calendar\r\nContent-Disposition: attachment; filename=a.ics", b"BEGIN:VCALENDAR"),
                ("Content-Type: image/gif", b"GIF89a\x01\x00\x01\x00"),
            ],
        );
        let expected =
            ["body.html: <p>hello</p>", "明细.csv: c,d", "a.csv: e,f", "a.zip/流水.csv: a,b", "5-a.csv: \0\u{1}\u{2}"];
        assert_eq!(listed(&file), expected);
        assert_eq!(
            archive::unpack(&zip(&[("m.eml", &file)]), &[], &Limits::default()).unwrap()[3]
                .content
                .as_ref()
                .unwrap_err()
                .to_string(),
            "more work than allowed: archives in archives more than 2 deep"
        );
    }

    #[test]
    fn a_forwarded_mail_is_a_mail_in_a_mail() {
        let inner = format!("{HEADERS}Content-Type: text/html\r\n\r\n<p>inner</p>");
        let file = mail(
            "mixed",
            &[
                ("Content-Type: text/plain", b"see below"),
                ("Content-Type: message/rfc822; name=bill.eml", inner.as_bytes()),
            ],
        );
        let lines = listed(&file);
        assert_eq!(lines[0], "body.txt: see below");
        assert!(
            lines[1].starts_with("bill.eml: From: bank@example.com") && lines[1].ends_with("<p>inner</p>"),
            "{lines:?}"
        );
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn a_mail_cut_short_gives_what_is_there() {
        let file = mail(
            "mixed",
            &[("Content-Type: text/html\r\nContent-Transfer-Encoding: base64", &encoded(b"<p>one two three</p>"))],
        );
        let at = memmem::find(&file, b"\r\n--b-mixed--").unwrap();
        assert_eq!(body(&file[..at]), ["1: 1t one two three"]);
        assert_eq!(body(&file[..at - 9]), ["1: 1t one two thr"]);
    }

    #[test]
    fn hostile_mails_are_bounded() {
        let part: (&str, &[u8]) = ("Content-Type: text/csv; name=a.csv", b"a,b");
        assert_eq!(
            listed(&mail("mixed", &vec![part; 10_000])),
            ["more work than allowed: an archive of more than 1000 files"]
        );
        let nested = format!("{HEADERS}{}", "Content-Type: message/rfc822\r\n\r\n".repeat(100_000));
        assert_eq!(listed(nested.as_bytes()), ["more work than allowed: a mail with more than 64 mails in it"]);
        let deep: String =
            (0..10_000).map(|at| format!("Content-Type: multipart/mixed; boundary=b{at}\r\n\r\n--b{at}\r\n")).collect();
        assert_eq!(
            listed(format!("{HEADERS}{deep}").as_bytes()),
            ["more work than allowed: a mail of more than 256 multiparts"]
        );
        assert_eq!(listed(HEADERS.as_bytes()), ["the file is empty"]);
        let text = format!("{HEADERS}Content-Type: text/plain\r\n\r\n{}", "--\r\n".repeat(20_001));
        assert_eq!(listed(text.as_bytes()), ["more work than allowed: a mail of more than 20000 parts"]);
        let pieces: String = (0..1_000_000).map(|at| format!(";\r\n n*{at}*=a")).collect();
        let file = format!("{HEADERS}Content-Type: text/html{pieces}\r\n\r\n<p>x");
        assert_eq!(
            listed(file.as_bytes()),
            ["more work than allowed: a header of a mail's part of more than 4096 bytes"]
        );
        let file = format!("Content-Type: text/html{pieces}\r\nSubject: x\r\n\r\n<p>x");
        assert!(parts(file.as_bytes()).unwrap_err().to_string().contains("more than 4096 bytes"));
        let large = b"YWFh".repeat(1_000);
        let file =
            mail("mixed", &[("Content-Type: text/csv; name=a.csv\r\nContent-Transfer-Encoding: base64", &large)]);
        let limits = Limits { unpacked_bytes: 1_000, ..Limits::default() };
        let error = archive::unpack(&file, &[], &limits).unwrap()[0].content.as_ref().unwrap_err().to_string();
        assert_eq!(error, "more work than allowed: the archive unpacks to more than 1000 bytes");
    }
}
