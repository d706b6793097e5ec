//! Bytes of a text file → one string, never lossy in silence.
//!
//! The order tried: byte order mark, UTF-16 told by its zero bytes, strict UTF-8, GB18030. A mojibake
//! statement would still have the right shape, so a guess that does not fit exactly is either named as a
//! problem or refused.

use encoding_rs::{DecoderResult, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::ReadError;

/// Text with what had to be put up with.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub text: String,
    /// The encoding's name in the WHATWG's list: `UTF-8`, `gb18030`, `UTF-16LE`, `UTF-16BE`.
    pub encoding: &'static str,
    /// Byte offsets in `text` of the U+FFFD that stand for what could not be decoded, in order.
    pub replaced: Vec<usize>,
    /// The file ends in the middle of a character; the part of it that is there is left out of `text`.
    pub cut: bool,
}

/// How much of a file is looked at to tell text from binary: a statement's heading is shorter, and a
/// binary file shows itself in far less.
const LOOK_BYTES: usize = 8 << 10;

/// One undecodable byte in a thousand, and three for short files, is damage; more is another encoding.
const fn replaced_max(length: usize) -> usize {
    3 + length / 1_000
}

/// Whether the file's beginning reads as text in one of the encodings that [`decode`] knows.
pub(crate) fn looks_like_text(bytes: &[u8]) -> bool {
    let head = bytes.get(..LOOK_BYTES).unwrap_or(bytes);
    marked(bytes).is_some() || unmarked_utf16(bytes).is_some() || (!has_controls(head) && decode(head).is_ok())
}

/// # Errors
/// [`ReadError::Unsupported`] if no encoding fits.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, ReadError> {
    if let Some((encoding, mark)) = marked(bytes) {
        return transcribe(encoding, bytes.get(mark..).unwrap_or(&[]));
    }
    if let Some(encoding) = unmarked_utf16(bytes) {
        return transcribe(encoding, bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            return Ok(Decoded { text: text.to_owned(), encoding: UTF_8.name(), replaced: Vec::new(), cut: false });
        }
        Err(error) => {
            let cut_at_end = error.error_len().is_none();
            if (cut_at_end && has_wide(bytes.get(..error.valid_up_to()).unwrap_or(&[]))) || mostly_utf8(bytes) {
                return transcribe(UTF_8, bytes);
            }
        }
    }
    transcribe(GB18030, bytes)
}

/// [`decode`] for a file that says its own encoding, which is tried after a byte order mark and given up if it does
/// not fit.
///
/// # Errors
/// [`ReadError::Unsupported`] if no encoding fits.
pub(crate) fn decode_as(said: &'static Encoding, bytes: &[u8]) -> Result<Decoded, ReadError> {
    if marked(bytes).is_some() {
        return decode(bytes);
    }
    // What calls itself GBK or GB2312 may use all of its successor.
    let encoding = if said == GBK { GB18030 } else { said };
    match transcribe(encoding, bytes) {
        Ok(decoded) if decoded.replaced.is_empty() => Ok(decoded),
        attempt => decode(bytes).or(attempt),
    }
}

/// [`decode`] for the formats that Western banks write: what is neither UTF-8 nor has Chinese in it is windows-1252,
/// in which every byte is a character.
///
/// # Errors
/// [`ReadError::Unsupported`] if no encoding fits.
pub(crate) fn decode_western(bytes: &[u8]) -> Result<Decoded, ReadError> {
    match decode(bytes) {
        Ok(decoded) if decoded.encoding != GB18030.name() || is_common_chinese(bytes) => Ok(decoded),
        _ => transcribe(WINDOWS_1252, bytes),
    }
}

/// Whether the bytes are UTF-8 without fault and not ASCII alone. No text of length in another encoding is.
pub(crate) fn is_wide_utf8(bytes: &[u8]) -> bool {
    has_wide(bytes) && std::str::from_utf8(bytes).is_ok()
}

/// Whether wide bytes come in pairs as GB 2312 has them, both from 0xA1 on. A Western letter with an accent mostly
/// stands between plain ones.
pub(crate) fn is_common_chinese(bytes: &[u8]) -> bool {
    let (mut paired, mut alone) = (0_usize, 0_usize);
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| !byte.is_ascii()) {
        rest = rest.get(at..).unwrap_or(&[]);
        match rest {
            [0xA1..=0xF7, 0xA1..=0xFE, following @ ..] => {
                paired += 1;
                rest = following;
            }
            [_, following @ ..] => {
                alone += 1;
                rest = following;
            }
            [] => break,
        }
    }
    // Rare characters outside GB 2312 occur in names.
    paired > alone * 4
}

fn marked(bytes: &[u8]) -> Option<(&'static Encoding, usize)> {
    Encoding::for_bom(bytes)
}

/// UTF-16 without a mark: in a statement digits and delimiters abound, and each leaves a zero byte on the
/// same side of its pair.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..LOOK_BYTES).unwrap_or(bytes);
    let (mut even, mut odd) = (0_usize, 0_usize);
    for (index, byte) in head.iter().enumerate() {
        if *byte == 0 {
            if index % 2 == 0 { even += 1 } else { odd += 1 }
        }
    }
    let pairs = head.len() / 2;
    // A fifth of all characters being ASCII is fewer than any table has; binary files have zeros on both sides.
    let enough = |count: usize| count * 5 >= pairs && count > 0;
    let encoding = match (even, odd) {
        (0, odd) if enough(odd) => UTF_16LE,
        (even, 0) if enough(even) => UTF_16BE,
        _ => return None,
    };
    let whole = head.get(..pairs * 2).unwrap_or(head);
    let text = encoding.decode_without_bom_handling_and_without_replacement(whole)?;
    (!text.bytes().any(is_control)).then_some(encoding)
}

const fn is_control(byte: u8) -> bool {
    // Tab, line feed, vertical tab, form feed, carriage return and DOS's end of file occur in exports.
    byte < 0x20 && !matches!(byte, 0x09..=0x0D | 0x1A)
}

fn has_controls(bytes: &[u8]) -> bool {
    bytes.iter().copied().any(is_control)
}

fn has_wide(bytes: &[u8]) -> bool {
    !bytes.is_ascii()
}

/// UTF-8 with a few damaged places. GB18030 text read as UTF-8 fails at nearly every character, so ten good
/// wide characters for each failure are proof enough.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut wide, mut failures) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        wide += chunk.valid().bytes().filter(|byte| *byte >= 0xC0).count();
        failures += usize::from(!chunk.invalid().is_empty());
        if failures > replaced_max(bytes.len()) {
            return false;
        }
    }
    wide >= failures * 10
}

/// Decodes piece by piece, noting each place that does not decode.
fn transcribe(encoding: &'static Encoding, bytes: &[u8]) -> Result<Decoded, ReadError> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut decoded = Decoded { text: String::new(), encoding: encoding.name(), replaced: Vec::new(), cut: false };
    let mut rest = bytes;
    loop {
        // Twice the input is room for GB18030 (two bytes to three) and UTF-16; the loop asks again if not.
        decoded.text.reserve(rest.len() + rest.len() / 2 + 16);
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut decoded.text, true);
        rest = rest.get(read..).unwrap_or(&[]);
        match result {
            DecoderResult::InputEmpty => break,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) if rest.is_empty() => {
                decoded.cut = true;
                break;
            }
            DecoderResult::Malformed(..) => {
                if decoded.replaced.len() >= replaced_max(bytes.len()) {
                    return Err(ReadError::Unsupported {
                        found: "text in an encoding that is neither UTF-8, UTF-16 nor GB18030".to_owned(),
                    });
                }
                decoded.replaced.push(decoded.text.len());
                decoded.text.push('\u{FFFD}');
            }
        }
    }
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Decoded {
        decode(bytes).unwrap()
    }

    #[test]
    fn reads_gb18030() {
        let text = "交易时间,交易分类\r\n2024-03-30 12:05:41,餐饮美食,¥16.50\t,“某某”面馆—（示例）\r\n";
        let (bytes, _, lossy) = GB18030.encode(text);
        assert!(!lossy);
        let decoded = read(&bytes);
        assert_eq!((decoded.text.as_str(), decoded.encoding), (text, "gb18030"));
    }

    #[test]
    fn reads_four_byte_characters() {
        let (bytes, ..) = GB18030.encode("姓名：㛃𠮷,1\n");
        assert_eq!(read(&bytes).text, "姓名：㛃𠮷,1\n");
    }

    #[test]
    fn reads_utf8_with_and_without_a_mark() {
        assert_eq!(read("\u{FEFF}微信,1".as_bytes()).text, "微信,1");
        assert_eq!(read("微信,1".as_bytes()).text, "微信,1");
        assert_eq!(read(b"plain,1").encoding, "UTF-8");
    }

    #[test]
    fn reads_utf16_with_and_without_a_mark() {
        let text = "交易日期\t摘要\r\n2024-01-02\t消费\r\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!((read(&little).text.as_str(), read(&little).encoding), (text, "UTF-16LE"));
        assert_eq!((read(&big).text.as_str(), read(&big).encoding), (text, "UTF-16BE"));
        let marked = [&[0xFF, 0xFE][..], &little].concat();
        assert_eq!(read(&marked).text, text);
    }

    #[test]
    fn a_file_cut_inside_a_character_says_so() {
        let utf8 = "收入：1笔 88.00元".as_bytes();
        let cut = read(&utf8[..utf8.len() - 1]);
        assert_eq!((cut.text.as_str(), cut.cut, cut.encoding), ("收入：1笔 88.00", true, "UTF-8"));
        let (gb, ..) = GB18030.encode("收入：1笔 88.00元");
        let cut = read(&gb[..gb.len() - 1]);
        assert_eq!((cut.text.as_str(), cut.cut, cut.encoding), ("收入：1笔 88.00", true, "gb18030"));
    }

    #[test]
    fn a_damaged_utf8_file_is_not_taken_for_gb18030() {
        let mut bytes = "起始时间：某年某月某日,终止时间：某年某月某日\n".repeat(3).into_bytes();
        bytes[4] = 0xFF;
        let decoded = read(&bytes);
        assert_eq!(decoded.encoding, "UTF-8");
        assert!(!decoded.replaced.is_empty());
        assert!(decoded.replaced.iter().all(|at| decoded.text[*at..].starts_with('\u{FFFD}')));
    }

    #[test]
    fn what_a_file_says_counts_when_it_fits() {
        let (gb, ..) = GB18030.encode("招商银行");
        assert_eq!(decode_as(GBK, &gb).unwrap().text, "招商银行");
        assert_eq!(decode_as(UTF_8, &gb).unwrap().text, "招商银行");
        assert_eq!(decode_as(WINDOWS_1252, b"caf\xE9").unwrap().text, "café");
        assert_eq!(decode_as(GBK, "\u{FEFF}招商".as_bytes()).unwrap().text, "招商");
    }

    #[test]
    fn western_text_is_told_from_chinese() {
        assert_eq!(decode_western(b"M\xFCller Stra\xDFe, \xC4rzte").unwrap().text, "Müller Straße, Ärzte");
        assert_eq!(decode_western("Müller".as_bytes()).unwrap().text, "Müller");
        let (gb, ..) = GB18030.encode("对方户名 某某有限公司");
        assert_eq!(decode_western(&gb).unwrap().text, "对方户名 某某有限公司");
        assert_eq!(decode_western(b"plain").unwrap().encoding, "UTF-8");
    }

    #[test]
    fn refuses_what_is_no_text() {
        let noise: Vec<u8> = (0..4096_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8 | 0x80).collect();
        assert!(matches!(decode(&noise), Err(ReadError::Unsupported { .. })));
        assert!(!looks_like_text(b"\x00\x01\x02\x03binary"));
        assert!(looks_like_text("户名,卡号".as_bytes()));
    }
}
