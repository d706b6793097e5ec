//! Formats by which banks' programs talk to each other: OFX, QIF, MT940, camt and JSON. Only their text is read
//! here, line breaks and all; what it says is for others.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use memchr::memmem;
use model::document::{Content, Document, FileFacts, MediaType};
use model::problem::ProblemCode;
use model::{Problem, Source};

use crate::ReadError;
use crate::encoding::{self, Decoded};
use crate::sniff::Kind;

/// Damaged places named one by one, so that a hostile file cannot have a report as long as itself.
const PROBLEMS_MAX: usize = 100;

/// How far into a file an MT940 may begin: an envelope and a bank's own lines are shorter.
const ENVELOPE_BYTES: usize = 512;

/// Which of these formats a file's beginning is in. `head` is the ASCII of it, in lower case.
///
/// Each is told by marks that must stand in their places, so that a table of text is never taken for one.
pub(crate) fn told(head: &[u8]) -> Option<Kind> {
    // Some banks' files begin with a control character or blank lines.
    let start = head.iter().position(|byte| *byte > b' ')?;
    let head = head.get(start..)?;
    let holds = |needle: &str| memmem::find(head, needle.as_bytes()).is_some();
    if head.starts_with(b"<") {
        let is_xml = head.starts_with(b"<?xml");
        return if head.starts_with(b"<?ofx")
            || head.starts_with(b"<ofx>")
            || is_xml && (holds("<?ofx") || holds("<ofx>"))
        {
            Some(Kind::Ofx)
        } else if ["2", "3", "4"].iter().any(|kind| holds(&format!("iso:20022:tech:xsd:camt.05{kind}."))) {
            Some(Kind::Camt)
        } else {
            None
        };
    }
    if head.strip_prefix(b"ofxheader").is_some_and(|rest| rest.trim_ascii_start().starts_with(b":")) {
        return Some(Kind::Ofx);
    }
    if is_qif(head) {
        return Some(Kind::Qif);
    }
    if is_mt940(head) {
        return Some(Kind::Mt940);
    }
    is_json(head).then_some(Kind::Json)
}

/// `!Type:Bank`, or lists of accounts and options before it, each on a line of its own.
fn is_qif(head: &[u8]) -> bool {
    let mut lines = lines(head);
    let is_word = |line: &[u8]| !line.iter().any(|byte| b",;\t|".contains(byte));
    let Some(first) = lines.next().filter(|line| is_word(line)) else { return false };
    let is_list = [&b"!account"[..], b"!option:", b"!clear:"].iter().any(|word| first.starts_with(word));
    first.starts_with(b"!type:") || is_list && lines.any(|line| line.starts_with(b"!type:"))
}

/// A reference, an account and an opening balance in this order, each at the beginning of a line; or the envelope of
/// such a message.
fn is_mt940(head: &[u8]) -> bool {
    if head.starts_with(b"{1:") && memmem::find(head, b"{4:").is_some() {
        return [&b":60f:"[..], b":60m:"].iter().any(|tag| memmem::find(head, tag).is_some());
    }
    let early = head.get(..ENVELOPE_BYTES).unwrap_or(head);
    if !lines(early).any(|line| line.starts_with(b":20:")) {
        return false;
    }
    let mut lines = lines(head).skip_while(|line| !line.starts_with(b":20:"));
    lines.any(|line| line.starts_with(b":25:") || line.starts_with(b":25p:"))
        && lines.any(|line| line.starts_with(b":60f:") || line.starts_with(b":60m:"))
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::trim_ascii)
}

/// An object with a name and a colon, or a list of such objects. A heading in brackets is neither.
fn is_json(head: &[u8]) -> bool {
    let object = match head {
        [b'{', ..] => head,
        [b'[', rest @ ..] => rest.trim_ascii_start(),
        _ => return false,
    };
    let Some(inner) = object.strip_prefix(b"{").map(<[u8]>::trim_ascii_start) else { return false };
    let Some(name) = inner.strip_prefix(b"\"") else { return false };
    let end = name.iter().position(|byte| *byte == b'"' || *byte < b' ');
    end.and_then(|end| name.get(end..)?.strip_prefix(b"\""))
        .is_some_and(|rest| rest.trim_ascii_start().starts_with(b":"))
}

/// Reads the text of a file that [`crate::sniff`] told to be in the format.
///
/// The encoding is the one that the file says (OFX's header, XML's declaration) unless its bytes say otherwise; OFX,
/// QIF, MT940 and camt that are neither UTF-8 nor Chinese are windows-1252.
///
/// # Errors
/// [`ReadError::Unsupported`] for bytes that are no text.
pub(crate) fn read(bytes: &[u8], format: MediaType) -> Result<Document, ReadError> {
    let decoded = match format {
        MediaType::Json => encoding::decode(bytes)?,
        _ => match said_encoding(bytes) {
            // Both are what programs write without looking: the bytes know better.
            Some(said) if said != UTF_8 && said != WINDOWS_1252 && !encoding::is_wide_utf8(bytes) => {
                encoding::decode_as(said, bytes)?
            }
            _ => encoding::decode_western(bytes)?,
        },
    };
    let problems = damage(&decoded);
    Ok(Document {
        media_type: format,
        page_count: None,
        facts: FileFacts { encoding: Some(decoded.encoding.into()), ..FileFacts::default() },
        content: Content::Text(decoded.text),
        problems,
    })
}

/// `CHARSET:1252`, `ENCODING:UTF-8` in an OFX header; `encoding="…"` in an XML declaration.
fn said_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    const HEAD_BYTES: usize = 1 << 10;
    let head = bytes.get(..HEAD_BYTES).unwrap_or(bytes).to_ascii_lowercase();
    let is_xml = head.trim_ascii_start().starts_with(b"<");
    let keys: &[&[u8]] = if is_xml { &[b"encoding="] } else { &[b"charset:", b"encoding:"] };
    keys.iter().find_map(|key| {
        let value = head.get(memmem::find(&head, key)? + key.len()..)?.trim_ascii_start();
        let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
        let end = value.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"-_".contains(byte))?;
        match value.get(..end)? {
            b"936" => Some(encoding_rs::GBK),
            // Windows' numbers: 1252, 1251, …
            number if number.len() == 4 && number.iter().all(u8::is_ascii_digit) => {
                Encoding::for_label(&[b"windows-", number].concat())
            }
            label => Encoding::for_label(label),
        }
    })
}

fn damage(decoded: &Decoded) -> Vec<Problem> {
    let mut problems = Vec::new();
    let (mut line, mut counted) = (1_u32, 0);
    for offset in decoded.replaced.iter().take(PROBLEMS_MAX) {
        let between = decoded.text.as_bytes().get(counted..*offset).unwrap_or(&[]);
        line = line.saturating_add(u32::try_from(memchr::memchr_iter(b'\n', between).count()).unwrap_or(u32::MAX));
        counted = *offset;
        let (zh, en) = ("文件中有无法解码的字符", "the file holds a character that cannot be decoded");
        problems.push(Problem::new(ProblemCode::UnreadableCell, zh, en).at(Source::Line { line, column: 1 }));
    }
    if decoded.cut {
        problems.push(Problem::new(
            ProblemCode::Truncated,
            "文件在一个字符中间截断，其后的内容缺失",
            "the file ends in the middle of a character; what followed is missing",
        ));
    }
    problems
}

#[cfg(test)]
mod tests {
    use encoding_rs::GB18030;

    use super::*;
    use crate::{Limits, read as read_file, sniff};

    fn text(bytes: &[u8]) -> (MediaType, String, String) {
        let document = read_file(bytes, &[], &Limits::default(), None).unwrap();
        let Content::Text(text) = document.content else { panic!("a text was expected") };
        (document.media_type, text, document.facts.encoding.unwrap().to_string())
    }

    #[test]
    fn tells_each_format_by_its_marks() {
        let cases: [(&str, Kind); 14] = [
            ("OFXHEADER:100\r\nDATA:OFXSGML\r\n\r\n<OFX>", Kind::Ofx),
            ("\n\n OFXHEADER: 100 DATA:OFXSGML <OFX>", Kind::Ofx),
            ("\r\n<ofx><SIGNONMSGSRSV1>", Kind::Ofx),
            ("<?xml version=\"1.0\"?>\n<?OFX OFXHEADER=\"200\"?><OFX>", Kind::Ofx),
            ("<?xml version='1.0'?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\">", Kind::Camt),
            ("<n:Document xmlns:n='urn:iso:std:iso:20022:tech:xsd:camt.054.001.08'>", Kind::Camt),
            ("!Type:Bank\nD1/31/2024\nT-1.00\n^\n", Kind::Qif),
            ("!Account\nNChecking\n^\n!Type:CCard\n", Kind::Qif),
            (":20:REF\r\n:25:123\r\n:28C:1/1\r\n:60F:C240101EUR1,\r\n", Kind::Mt940),
            ("\u{1}\n:20:REF\n:25:PL1\n:60M:C240101PLN0,40\n", Kind::Mt940),
            ("0000 01INGB\n940 00\n:20:REF\n:25:1\n:60F:C240101EUR1,\n", Kind::Mt940),
            ("{1:F01BANK}{2:O940}{4:\n:20:A\n:25:1\n:60F:C240101EUR1,\n-}", Kind::Mt940),
            ("{ \"data\" : {}}", Kind::Json),
            ("[\n  {\"amount\": 1}]", Kind::Json),
        ];
        for (text, kind) in cases {
            assert_eq!(sniff(text.as_bytes()), kind, "{text}");
        }
    }

    #[test]
    fn tables_of_text_are_tables_of_text() {
        for text in [
            "[交易明细],2024\n日期,金额\n",
            "{账户},1\n",
            "!Type:Bank,Date,Amount\n1,2,3\n",
            ":20:,:25:,:60F:\n1,2,3\n",
            ":20:REF\n1,2\n",
            "[1,2],3\n",
            "OFXHEADER,DATA\n1,2\n",
            "{\"a\",1\n",
        ] {
            assert_eq!(sniff(text.as_bytes()), Kind::Delimited, "{text}");
        }
        assert_eq!(sniff(b"<?xml version='1.0'?><Document/>"), Kind::Other("XML"));
    }

    #[test]
    fn text_is_kept_as_it_is() {
        let file = ":20:REF\r\n:25:1\r\n:60F:C240101EUR1,\r\n:86:a\r\n b \r\n";
        assert_eq!(text(file.as_bytes()), (MediaType::Mt940, file.to_owned(), "UTF-8".to_owned()));
        assert_eq!(text(b"\xEF\xBB\xBF{\"a\": 1}\n").1, "{\"a\": 1}\n");
    }

    #[test]
    fn the_bytes_know_better_than_the_header() {
        let ofx = |charset: &str, name: &[u8]| {
            let head = format!("OFXHEADER:100\nENCODING:USASCII\nCHARSET:{charset}\n\n<OFX><NAME>");
            let (_, text, encoding) = text(&[head.as_bytes(), name].concat());
            (text.rsplit('>').next().unwrap().to_owned(), encoding)
        };
        let pair = |name: &str, encoding: &str| (name.to_owned(), encoding.to_owned());
        assert_eq!(ofx("1252", b"Caf\xE9 \x80"), pair("Café €", "windows-1252"));
        assert_eq!(ofx("ISO-8859-1", b"Caf\xE9"), pair("Café", "windows-1252"));
        assert_eq!(ofx("1252", "Café".as_bytes()), pair("Café", "UTF-8"));
        assert_eq!(ofx("UTF-8", b"Caf\xE9"), pair("Café", "windows-1252"));
        assert_eq!(ofx("1252", &GB18030.encode("某某商户").0), pair("某某商户", "gb18030"));
        assert_eq!(ofx("936", &GB18030.encode("某某商户").0), pair("某某商户", "gb18030"));
        assert_eq!(ofx("1251", b"\xCF\xF0\xE8"), pair("При", "windows-1251"));
        let xml = b"<?xml version=\"1.0\" encoding=\"iso-8859-15\"?><OFX><NAME>\xA4</NAME></OFX>";
        assert!(text(xml).1.contains('€'));
    }

    #[test]
    fn western_banks_write_western_letters() {
        let (_, text, encoding) = text(b"!Type:Bank\nD1/31/2024\nPM\xFCller & S\xF6hne\n^\n");
        assert!(text.contains("Müller & Söhne"));
        assert_eq!(encoding, "windows-1252");
    }

    /// Entities are text here; nothing is expanded.
    #[test]
    fn entities_stay_as_they_are() {
        let bomb = "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><OFX>&b;</OFX>";
        assert_eq!(text(bomb.as_bytes()).1, bomb);
    }
}
