//! What simple fonts take for granted: the named encodings, glyph names and the widths of the standard fonts.

use std::collections::HashMap;
use std::sync::LazyLock;

use encoding_rs::{MACINTOSH, WINDOWS_1252};

/// A base encoding of simple fonts (ISO 32000-1, annex D).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    Standard,
    WinAnsi,
    MacRoman,
}

impl Base {
    pub fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"StandardEncoding" => Some(Self::Standard),
            b"WinAnsiEncoding" => Some(Self::WinAnsi),
            b"MacRomanEncoding" => Some(Self::MacRoman),
            _ => None,
        }
    }

    pub fn character(self, code: u8) -> Option<char> {
        match self {
            Self::Standard => standard(code),
            Self::WinAnsi => (code >= 0x20).then(|| decode_byte(WINDOWS_1252, code)).flatten(),
            Self::MacRoman => (code >= 0x20).then(|| decode_byte(MACINTOSH, code)).flatten(),
        }
    }
}

fn decode_byte(encoding: &'static encoding_rs::Encoding, code: u8) -> Option<char> {
    let bytes = [code];
    let (text, _) = encoding.decode_without_bom_handling(&bytes);
    text.chars().next().filter(|character| !character.is_control())
}

/// Upper half of StandardEncoding, as pairs of code and character.
const STANDARD: [(u8, char); 33] = [
    (0xa1, '¡'),
    (0xa2, '¢'),
    (0xa3, '£'),
    (0xa4, '⁄'),
    (0xa5, '¥'),
    (0xa6, 'ƒ'),
    (0xa7, '§'),
    (0xa8, '¤'),
    (0xa9, '\''),
    (0xaa, '“'),
    (0xab, '«'),
    (0xac, '‹'),
    (0xad, '›'),
    (0xae, 'ﬁ'),
    (0xaf, 'ﬂ'),
    (0xb1, '–'),
    (0xb2, '†'),
    (0xb3, '‡'),
    (0xb4, '·'),
    (0xb6, '¶'),
    (0xb7, '•'),
    (0xb8, '‚'),
    (0xb9, '„'),
    (0xba, '”'),
    (0xbb, '»'),
    (0xbc, '…'),
    (0xbd, '‰'),
    (0xbf, '¿'),
    (0xd0, '—'),
    (0xe1, 'Æ'),
    (0xe9, 'Ø'),
    (0xf1, 'æ'),
    (0xfb, 'ß'),
];

fn standard(code: u8) -> Option<char> {
    match code {
        b'\'' => Some('’'),
        b'`' => Some('‘'),
        b' '..=b'~' => Some(char::from(code)),
        _ => STANDARD.iter().find(|(listed, _)| *listed == code).map(|(_, character)| *character),
    }
}

/// Glyph names other than single letters, after the Adobe Glyph List; what statements print.
const NAMES: &str = "exclam ! quotedbl \" numbersign # dollar $ percent % ampersand & quotesingle ' parenleft ( parenright ) \
asterisk * plus + comma , hyphen - minus − period . slash / zero 0 one 1 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 \
colon : semicolon ; less < equal = greater > question ? at @ bracketleft [ backslash \\ bracketright ] asciicircum ^ underscore _ \
grave ` braceleft { bar | braceright } asciitilde ~ quoteleft ‘ quoteright ’ quotedblleft “ quotedblright ” quotesinglbase ‚ \
quotedblbase „ endash – emdash — bullet • ellipsis … yen ¥ sterling £ cent ¢ Euro € currency ¤ section § copyright © registered ® \
trademark ™ degree ° plusminus ± multiply × divide ÷ periodcentered · middot · paragraph ¶ dagger † daggerdbl ‡ perthousand ‰ \
guillemotleft « guillemotright » guilsinglleft ‹ guilsinglright › exclamdown ¡ questiondown ¿ fraction ⁄ florin ƒ fi ﬁ fl ﬂ \
onequarter ¼ onehalf ½ threequarters ¾ onesuperior ¹ twosuperior ² threesuperior ³ ordfeminine ª ordmasculine º mu µ \
logicalnot ¬ brokenbar ¦ acute ´ dieresis ¨ macron ¯ cedilla ¸ caron ˇ breve ˘ ring ˚ AE Æ ae æ OE Œ oe œ Oslash Ø oslash ø \
germandbls ß Agrave À Aacute Á Acircumflex Â Atilde Ã Adieresis Ä Aring Å Ccedilla Ç Egrave È Eacute É Ecircumflex Ê Edieresis Ë \
Igrave Ì Iacute Í Icircumflex Î Idieresis Ï Ntilde Ñ Ograve Ò Oacute Ó Ocircumflex Ô Otilde Õ Odieresis Ö Ugrave Ù Uacute Ú \
Ucircumflex Û Udieresis Ü Yacute Ý agrave à aacute á acircumflex â atilde ã adieresis ä aring å ccedilla ç egrave è eacute é \
ecircumflex ê edieresis ë igrave ì iacute í icircumflex î idieresis ï ntilde ñ ograve ò oacute ó ocircumflex ô otilde õ \
odieresis ö ugrave ù uacute ú ucircumflex û udieresis ü yacute ý ydieresis ÿ dotlessi ı Scaron Š scaron š Zcaron Ž zcaron ž";

/// [`NAMES`] by name: some files name ten thousand glyphs.
static NAMED: LazyLock<HashMap<&str, char>> = LazyLock::new(|| {
    let mut named = HashMap::from([("space", ' '), ("nbspace", ' ')]);
    let mut words = NAMES.split(' ');
    while let (Some(name), Some(text)) = (words.next(), words.next()) {
        named.extend(text.chars().next().map(|character| (name, character)));
    }
    named
});

/// The character a glyph name stands for: the list, `uni4EBA`, `u20BB7`, and any of these before a dot suffix.
/// `None` for names that say nothing (`g12`, `cid34`).
pub fn character_named(name: &[u8]) -> Option<char> {
    let name = std::str::from_utf8(name).ok()?;
    let name = name.split('.').next()?;
    let mut characters = name.chars();
    if let (Some(only), None) = (characters.next(), characters.next()) {
        return only.is_ascii_alphanumeric().then_some(only);
    }
    if let Some(character) = NAMED.get(name) {
        return Some(*character);
    }
    let hex = name.strip_prefix("uni").or_else(|| name.strip_prefix('u'))?;
    let plausible = (4..=6).contains(&hex.len()) && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    plausible.then(|| u32::from_str_radix(hex, 16).ok().and_then(char::from_u32)).flatten()
}

type AsciiWidths = [u16; 95];

const HELVETICA: AsciiWidths = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];
const HELVETICA_BOLD: AsciiWidths = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611,
    556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389,
    280, 389, 584,
];
const TIMES: AsciiWidths = [
    250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500,
    500, 500, 500, 278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611, 889,
    722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611, 333, 278, 333, 469, 500, 333, 444, 500, 444, 500,
    444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480,
    200, 480, 541,
];
const TIMES_BOLD: AsciiWidths = [
    250, 333, 555, 500, 500, 1000, 833, 278, 333, 333, 500, 570, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500,
    500, 500, 500, 333, 333, 570, 570, 570, 500, 930, 722, 667, 722, 722, 667, 611, 778, 778, 389, 500, 778, 667, 944,
    722, 778, 611, 778, 722, 556, 667, 722, 722, 1000, 722, 722, 667, 333, 278, 333, 581, 500, 333, 500, 556, 444, 556,
    444, 333, 500, 556, 278, 333, 556, 278, 833, 556, 500, 556, 556, 444, 389, 333, 556, 500, 722, 500, 500, 444, 394,
    220, 394, 520,
];

/// Width in thousandths of an em in a standard font or a metric twin of one (Arial, Times New Roman, Courier New),
/// for printable ASCII; `None` for other fonts and characters. After Adobe's font metrics files.
pub fn standard_width(base_font: &str, character: char) -> Option<f32> {
    // A subset's tag stands before the name: `ABCDEF+Arial`.
    let name = base_font.rsplit('+').next().unwrap_or(base_font);
    let bold = name.contains("Bold");
    let table = if name.starts_with("Courier") {
        return Some(600.0);
    } else if name.starts_with("Helvetica") || name.starts_with("Arial") {
        if bold { &HELVETICA_BOLD } else { &HELVETICA }
    } else if name.starts_with("Times") {
        if bold { &TIMES_BOLD } else { &TIMES }
    } else {
        return None;
    };
    let index = u32::from(character).checked_sub(0x20)? as usize;
    table.get(index).map(|&width| f32::from(width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_characters() {
        for (name, character) in [
            ("A", 'A'),
            ("space", ' '),
            ("exclam", '!'),
            ("seven", '7'),
            ("comma", ','),
            ("hyphen", '-'),
            ("yen", '¥'),
            ("zcaron", 'ž'),
            ("uni4EBA", '人'),
            ("u20BB7", '𠮷'),
            ("seven.lf", '7'),
        ] {
            assert_eq!(character_named(name.as_bytes()), Some(character), "{name}");
        }
        for name in ["g12", "cid34", "uniXXXX", "", ".notdef", "u12"] {
            assert_eq!(character_named(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn base_encodings_differ_where_they_should() {
        assert_eq!(Base::WinAnsi.character(0x80), Some('€'));
        assert_eq!(Base::MacRoman.character(0xb4), Some('¥'));
        assert_eq!(Base::Standard.character(0xa5), Some('¥'));
        assert_eq!(Base::Standard.character(b'\''), Some('’'));
        assert_eq!(Base::WinAnsi.character(0x05), None);
    }

    #[test]
    fn digits_have_their_standard_widths() {
        assert_eq!(standard_width("Helvetica", '7'), Some(556.0));
        assert_eq!(standard_width("ABCDEF+ArialMT", '.'), Some(278.0));
        assert_eq!(standard_width("TimesNewRomanPS-BoldMT", '7'), Some(500.0));
        assert_eq!(standard_width("Courier-Bold", 'i'), Some(600.0));
        assert_eq!(standard_width("Helvetica", '~'), Some(584.0));
        assert_eq!(standard_width("SimSun", '7'), None);
    }
}
