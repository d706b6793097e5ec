//! A font as far as reading needs it: how a string is cut into codes, what each code stands for, how wide it is.

use std::collections::HashMap;

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, SHIFT_JIS};
use lopdf::{Dictionary, Object, Stream};

use super::cmap::{CMap, Meaning};
use super::encodings::{self, Base};
use super::file::File;
use super::{radicals, truetype};

/// Stands for a glyph of which nobody can tell the character.
pub const UNKNOWN: char = char::REPLACEMENT_CHARACTER;

/// Widths of one font: one for each glyph, and glyph numbers have 16 bits; twice that for ranges written twice.
const WIDTHS_MAX: usize = 131_072;

/// Codes of three and four bytes that one font may use; real text uses dozens (rare surnames).
const LONG_CODES_MAX: usize = 65_536;

/// Unpacked bytes of a font's maps and programs that cost as much as a drawing operator.
const BYTES_PER_OPERATOR: usize = 4;

/// What a code stands for and how wide it is.
#[derive(Debug, Clone, Copy)]
pub struct Glyph {
    /// A character, or with the top bit set an index in [`Font::texts`].
    text: u32,
    /// In ems, along the line.
    pub width: f32,
}

const UNSET: Glyph = Glyph { text: u32::MAX, width: 0.0 };
const SEVERAL: u32 = 1 << 31;
const SPACE: u32 = 0x20;
const NOTHING: u32 = 0;

/// The text of a glyph.
#[derive(Debug, Clone, Copy)]
pub enum Drawn<'a> {
    One(char),
    Several(&'a str),
    Space,
    /// A zero-width space, a joiner, a byte order mark: it draws nothing and parts nothing.
    Nothing,
}

/// How a string is cut into codes.
#[derive(Debug)]
enum Coding {
    /// One byte each; simple fonts.
    Bytes,
    /// Two bytes each, which are the CID.
    Identity,
    /// UTF-16BE (and UCS-2, its subset), the codes being the text.
    Utf16,
    /// A national encoding, the codes being the text.
    National(&'static Encoding),
    Embedded(CMap),
}

/// Where an encoding's ASCII lies among the CIDs of its collection, which is what `W` counts in. Everything else in
/// these encodings is full width, which is the default width.
#[derive(Debug, Clone, Copy)]
struct AsciiCids {
    space: u32,
    exclamation: u32,
}

#[derive(Debug)]
pub struct Font {
    /// Index in the document's list of font names.
    pub index: u16,
    /// Lines run downwards.
    pub vertical: bool,
    /// In ems above and below the baseline.
    pub ascent: f32,
    pub descent: f32,
    /// What loading it took, in drawing operators: bytes unpacked and entries kept.
    pub cost: u32,
    coding: Coding,
    to_unicode: Option<CMap>,
    /// Glyph number → character, of the embedded font, for [`Coding::Identity`] without `to_unicode`.
    by_glyph: HashMap<u16, char>,
    cid_to_glyph: Option<Vec<u8>>,
    ascii_cids: Option<AsciiCids>,
    widths: Vec<WidthRange>,
    default_width: f32,
    /// Known one-byte codes.
    bytes: Box<[Glyph; 256]>,
    /// Known two-byte codes, by their high byte.
    pairs: Vec<Option<Box<[Glyph; 256]>>>,
    long: HashMap<u32, Glyph>,
    texts: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
struct WidthRange {
    first: u32,
    last: u32,
    /// In ems.
    width: f32,
}

fn number(object: &Object) -> Option<f32> {
    object.as_float().ok().filter(|value| value.is_finite())
}

impl Font {
    /// Reads what a font dictionary says. What is missing or wrong takes its default: a font is never an error,
    /// its glyphs are at worst [`UNKNOWN`].
    pub fn load(file: &File, dictionary: &Dictionary, index: u16, stream_bytes: u64) -> Self {
        let mut font = Self {
            index,
            vertical: false,
            ascent: 0.88,
            descent: -0.12,
            cost: 0,
            coding: Coding::Bytes,
            to_unicode: None,
            by_glyph: HashMap::new(),
            cid_to_glyph: None,
            ascii_cids: None,
            widths: Vec::new(),
            default_width: 0.0,
            bytes: Box::new([UNSET; 256]),
            pairs: Vec::new(),
            long: HashMap::new(),
            texts: Vec::new(),
        };
        if let Some(Object::Stream(stream)) = file.get(dictionary, b"ToUnicode") {
            font.to_unicode = font.unpack(file, stream, stream_bytes).map(|program| CMap::parse(&program));
        }
        if file.name(dictionary, b"Subtype") == Some(b"Type0") {
            font.load_composite(file, dictionary, stream_bytes);
        } else {
            font.load_simple(file, dictionary);
        }
        font
    }

    fn load_composite(&mut self, file: &File, dictionary: &Dictionary, stream_bytes: u64) {
        match file.get(dictionary, b"Encoding") {
            Some(Object::Name(name)) => self.predefined(name),
            Some(Object::Stream(stream)) => {
                self.vertical = stream.dict.get(b"WMode").is_ok_and(|mode| matches!(mode, Object::Integer(1)));
                self.coding = match self.unpack(file, stream, stream_bytes) {
                    Some(program) => Coding::Embedded(CMap::parse(&program)),
                    None => Coding::Identity,
                };
            }
            _ => self.coding = Coding::Identity,
        }
        self.pairs.resize_with(256, || None);
        self.default_width = 1.0;
        let Some(descendant) = file
            .get(dictionary, b"DescendantFonts")
            .and_then(|list| list.as_array().ok())
            .and_then(|list| list.first())
            .and_then(|first| file.resolve(first).as_dict().ok())
        else {
            return;
        };
        if let Some(width) = file.get(descendant, b"DW").and_then(number) {
            self.default_width = width / 1000.0;
        }
        if let Some(Object::Array(list)) = file.get(descendant, b"W") {
            self.widths = cid_widths(file, list);
            self.charge(self.widths.len());
        }
        let descriptor = file.dictionary(descendant, b"FontDescriptor");
        self.metrics(file, descriptor);
        let readable = self.to_unicode.as_ref().is_some_and(|map| !map.is_empty());
        if !readable && matches!(self.coding, Coding::Identity | Coding::Embedded(_)) {
            self.load_glyph_characters(file, descendant, descriptor, stream_bytes);
        }
    }

    /// The embedded TrueType font's own character map, the last source for fonts that select glyphs by number.
    fn load_glyph_characters(
        &mut self,
        file: &File,
        descendant: &Dictionary,
        descriptor: Option<&Dictionary>,
        stream_bytes: u64,
    ) {
        let Some(Object::Stream(program)) = descriptor.and_then(|descriptor| file.get(descriptor, b"FontFile2")) else {
            return;
        };
        if let Some(bytes) = self.unpack(file, program, stream_bytes) {
            self.by_glyph = truetype::characters_by_glyph(&bytes);
            self.charge(self.by_glyph.len());
        }
        if let Some(Object::Stream(map)) = file.get(descendant, b"CIDToGIDMap") {
            self.cid_to_glyph = self.unpack(file, map, stream_bytes);
        }
    }

    fn unpack(&mut self, file: &File, stream: &Stream, stream_bytes: u64) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let unpacked = file.unpack(stream, &mut bytes, stream_bytes);
        self.charge(bytes.len() / BYTES_PER_OPERATOR);
        unpacked.is_ok().then_some(bytes)
    }

    fn charge(&mut self, work: usize) {
        self.cost = self.cost.saturating_add(u32::try_from(work).unwrap_or(u32::MAX));
    }

    /// A predefined `CMap` by its name (ISO 32000-1, table 118).
    fn predefined(&mut self, name: &[u8]) {
        let name = std::str::from_utf8(name).unwrap_or("");
        self.vertical = name.ends_with("-V");
        let proportional = AsciiCids { space: 1, exclamation: 2 };
        let (coding, ascii) = if name.starts_with("Identity") {
            (Coding::Identity, None)
        } else if name.starts_with("Uni") && (name.contains("UCS2") || name.contains("UTF16")) {
            let half = AsciiCids { space: 231, exclamation: 232 };
            (Coding::Utf16, Some(if name.contains("-HW-") { half } else { proportional }))
        } else if name.starts_with("GBKp-EUC") || name.starts_with("GBpc-EUC") {
            (Coding::National(GB18030), Some(proportional))
        } else if name.starts_with("GB") {
            (Coding::National(GB18030), Some(AsciiCids { space: 7716, exclamation: 814 }))
        } else if name.starts_with("ETen-B5") || name.starts_with("HKscs-B5") {
            (Coding::National(BIG5), Some(AsciiCids { space: 13648, exclamation: 13649 }))
        } else if name.contains("B5") {
            (Coding::National(BIG5), Some(proportional))
        } else if name.starts_with("90ms-RKSJ") {
            (Coding::National(SHIFT_JIS), Some(AsciiCids { space: 231, exclamation: 232 }))
        } else if name.contains("RKSJ") {
            (Coding::National(SHIFT_JIS), Some(proportional))
        } else if name.starts_with("KSC") {
            (Coding::National(EUC_KR), Some(proportional))
        } else if name == "EUC-H" || name == "EUC-V" {
            (Coding::National(EUC_JP), Some(AsciiCids { space: 231, exclamation: 232 }))
        } else {
            (Coding::Identity, None)
        };
        self.coding = coding;
        self.ascii_cids = ascii;
    }

    fn load_simple(&mut self, file: &File, dictionary: &Dictionary) {
        let descriptor = file.dictionary(dictionary, b"FontDescriptor");
        self.metrics(file, descriptor);
        let base_font = file.name(dictionary, b"BaseFont").map(String::from_utf8_lossy).unwrap_or_default();
        let type3 = file.name(dictionary, b"Subtype") == Some(b"Type3");
        let true_type = file.name(dictionary, b"Subtype") == Some(b"TrueType");
        // Widths are thousandths of an em, but for Type 3 the font's own matrix says what they are.
        let scale = match file.get(dictionary, b"FontMatrix").and_then(|matrix| matrix.as_array().ok()) {
            Some(matrix) if type3 => matrix.first().map(|first| file.resolve(first)).and_then(number).unwrap_or(0.001),
            _ => 0.001,
        };
        let missing = descriptor.and_then(|descriptor| file.get(descriptor, b"MissingWidth")).and_then(number);
        let first = file.get(dictionary, b"FirstChar").and_then(|value| value.as_i64().ok()).unwrap_or(0);
        let widths = file.get(dictionary, b"Widths").and_then(|list| list.as_array().ok());

        let mut characters = [None::<char>; 256];
        let embedded = descriptor.is_some_and(|descriptor| {
            [b"FontFile".as_slice(), b"FontFile2", b"FontFile3"].iter().any(|key| descriptor.has(key))
        });
        let flags =
            descriptor.and_then(|descriptor| file.get(descriptor, b"Flags")).and_then(|flags| flags.as_i64().ok());
        // Bit 3 of the flags: the font has its own encoding, which a subset uses as it likes.
        let own_encoding = type3 || (embedded && flags.is_some_and(|flags| flags & 4 != 0));
        let implied = if true_type { Base::WinAnsi } else { Base::Standard };
        let mut base = (!own_encoding).then_some(implied);
        let encoding = file.get(dictionary, b"Encoding");
        match encoding {
            Some(Object::Name(name)) => base = Base::named(name).or(base),
            Some(Object::Dictionary(encoding)) => {
                base = file.name(encoding, b"BaseEncoding").and_then(Base::named).or(base);
            }
            _ => {}
        }
        if let Some(base) = base {
            for (code, slot) in (0..=255_u8).zip(characters.iter_mut()) {
                *slot = base.character(code);
            }
        }
        if let Some(Object::Dictionary(encoding)) = encoding
            && let Some(Object::Array(differences)) = file.get(encoding, b"Differences")
        {
            let mut code = 0_usize;
            // A list naming every code is 257 entries; twenty times that is no longer a list of differences.
            for entry in differences.iter().take(5_000) {
                match file.resolve(entry) {
                    Object::Name(name) => {
                        if let Some(slot) = characters.get_mut(code) {
                            *slot = encodings::character_named(name);
                        }
                        code += 1;
                    }
                    other => code = other.as_i64().ok().and_then(|at| usize::try_from(at).ok()).unwrap_or(256),
                }
            }
        }
        for (code, character) in (0..=255_u8).zip(characters) {
            let listed = i64::from(code)
                .checked_sub(first)
                .and_then(|at| usize::try_from(at).ok())
                .and_then(|at| widths?.get(at))
                .and_then(|width| number(file.resolve(width)));
            let width = listed
                .or_else(|| character.and_then(|character| encodings::standard_width(&base_font, character)))
                .or(missing)
                .unwrap_or(if widths.is_some() { 0.0 } else { 500.0 });
            let text = self.mapped(u32::from(code)).unwrap_or_else(|| text_of(character.unwrap_or(UNKNOWN)));
            if let Some(slot) = self.bytes.get_mut(usize::from(code)) {
                *slot = Glyph { text, width: width * scale };
            }
        }
    }

    fn metrics(&mut self, file: &File, descriptor: Option<&Dictionary>) {
        let Some(descriptor) = descriptor else { return };
        // Descriptors are often wrong (0, or font units of another size); only what can be true is taken.
        if let Some(ascent) = file.get(descriptor, b"Ascent").and_then(number).map(|value| value / 1000.0)
            && (0.5..=1.3).contains(&ascent)
        {
            self.ascent = ascent;
        }
        if let Some(descent) = file.get(descriptor, b"Descent").and_then(number).map(|value| -value.abs() / 1000.0)
            && (-0.5..=-0.05).contains(&descent)
        {
            self.descent = descent;
        }
    }

    /// The first code of a string and how many bytes it takes, at least one.
    #[inline]
    pub fn next_code(&self, bytes: &[u8]) -> (u32, usize) {
        let (first, second) = match bytes {
            [first, second, ..] => (*first, *second),
            [only] => return (u32::from(*only), 1),
            [] => return (0, 1),
        };
        let pair = u32::from(first) << 8 | u32::from(second);
        match &self.coding {
            Coding::Bytes => (u32::from(first), 1),
            Coding::Identity => (pair, 2),
            Coding::Utf16 => match bytes {
                [0xd8..=0xdb, _, third, fourth, ..] => (pair << 16 | u32::from(*third) << 8 | u32::from(*fourth), 4),
                _ => (pair, 2),
            },
            Coding::National(encoding) => {
                let length = national_length(encoding, first, second);
                let code = bytes.iter().take(length).fold(0, |code, &byte| code << 8 | u32::from(byte));
                (code, length.min(bytes.len()))
            }
            Coding::Embedded(map) => map.next_code(bytes),
        }
    }

    /// What a code of `length` bytes stands for. `pages_left` is how many more pages of two-byte codes may be made, of all
    /// fonts together; without any left it only takes longer.
    #[inline]
    pub fn glyph(&mut self, code: u32, length: usize, pages_left: &mut u32) -> Glyph {
        let known = match length {
            1 => self.bytes.get(code as usize),
            2 => self
                .pairs
                .get(code as usize >> 8)
                .and_then(|page| page.as_deref())
                .and_then(|page| page.get(code as usize & 0xff)),
            _ => self.long.get(&code),
        };
        match known {
            Some(glyph) if glyph.text != UNSET.text => *glyph,
            _ => self.learn(code, length, pages_left),
        }
    }

    #[inline]
    pub fn text(&self, glyph: Glyph) -> Drawn<'_> {
        match glyph.text {
            SPACE => Drawn::Space,
            NOTHING => Drawn::Nothing,
            several if several & SEVERAL != 0 => match self.texts.get((several & !SEVERAL) as usize) {
                Some(text) => Drawn::Several(text),
                None => Drawn::One(UNKNOWN),
            },
            one => Drawn::One(char::from_u32(one).unwrap_or(UNKNOWN)),
        }
    }

    #[cold]
    fn learn(&mut self, code: u32, length: usize, pages_left: &mut u32) -> Glyph {
        let cid = self.cid(code, length);
        let width = cid.map_or(self.default_width, |cid| self.cid_width(cid));
        let text = self.mapped(code).unwrap_or_else(|| text_of(self.character(code, length, cid)));
        let glyph = Glyph { text, width };
        match length {
            1 => {
                if let Some(slot) = self.bytes.get_mut(code as usize) {
                    *slot = glyph;
                }
            }
            2 => {
                if let Some(page) = self.pairs.get_mut(code as usize >> 8) {
                    if page.is_none() && *pages_left > 0 {
                        *pages_left -= 1;
                        *page = Some(Box::new([UNSET; 256]));
                    }
                    if let Some(slot) = page.as_mut().and_then(|page| page.get_mut(code as usize & 0xff)) {
                        *slot = glyph;
                    }
                }
            }
            _ if self.long.len() < LONG_CODES_MAX => _ = self.long.insert(code, glyph),
            _ => {}
        }
        glyph
    }

    /// By the font's `ToUnicode` map.
    fn mapped(&mut self, code: u32) -> Option<u32> {
        match self.to_unicode.as_ref()?.meaning(code)? {
            Meaning::Char(character) => Some(text_of(character)),
            Meaning::Text(text) => {
                let index = u32::try_from(self.texts.len()).ok()?;
                self.texts.push(text.to_owned());
                Some(SEVERAL | index)
            }
        }
    }

    fn cid(&self, code: u32, length: usize) -> Option<u32> {
        match &self.coding {
            Coding::Bytes => None,
            Coding::Identity => Some(code),
            Coding::Embedded(map) => map.cid(code),
            Coding::Utf16 | Coding::National(_) => {
                let ascii = self.ascii_cids?;
                let one = length == 1 || matches!(self.coding, Coding::Utf16);
                match code {
                    0x20 if one => Some(ascii.space),
                    0x21..=0x7e if one => Some(ascii.exclamation + code - 0x21),
                    _ => None,
                }
            }
        }
    }

    fn cid_width(&self, cid: u32) -> f32 {
        let after = self.widths.partition_point(|range| range.first <= cid);
        match after.checked_sub(1).and_then(|at| self.widths.get(at)) {
            Some(range) if cid <= range.last => range.width,
            _ => self.default_width,
        }
    }

    /// By the encoding itself or the embedded font.
    fn character(&self, code: u32, length: usize, cid: Option<u32>) -> char {
        match &self.coding {
            Coding::Utf16 => {
                let units = [(code >> 16) as u16, code as u16];
                let units = if length == 4 { units.as_slice() } else { units.get(1..).unwrap_or(&[]) };
                char::decode_utf16(units.iter().copied()).next().and_then(Result::ok).unwrap_or(UNKNOWN)
            }
            Coding::National(encoding) => {
                let bytes = code.to_be_bytes();
                let bytes = bytes.get(4_usize.saturating_sub(length)..).unwrap_or(&[]);
                let (text, _) = encoding.decode_without_bom_handling(bytes);
                let mut characters = text.chars();
                match (characters.next(), characters.next()) {
                    (Some(only), None) => only,
                    _ => UNKNOWN,
                }
            }
            Coding::Identity | Coding::Embedded(_) => cid.and_then(|cid| self.glyph_character(cid)).unwrap_or(UNKNOWN),
            Coding::Bytes => UNKNOWN,
        }
    }

    fn glyph_character(&self, cid: u32) -> Option<char> {
        let glyph = match &self.cid_to_glyph {
            Some(map) => {
                let at = cid as usize * 2;
                u16::from_be_bytes(map.get(at..at + 2)?.try_into().ok()?)
            }
            None => u16::try_from(cid).ok()?,
        };
        self.by_glyph.get(&glyph).copied()
    }
}

fn text_of(character: char) -> u32 {
    match character {
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => NOTHING,
        _ if character <= ' ' || character.is_whitespace() => SPACE,
        _ => u32::from(radicals::typed(character)),
    }
}

fn national_length(encoding: &'static Encoding, first: u8, second: u8) -> usize {
    if encoding == SHIFT_JIS {
        if matches!(first, 0x81..=0x9f | 0xe0..=0xfc) { 2 } else { 1 }
    } else if encoding == EUC_JP {
        match first {
            0x8f => 3,
            0x8e | 0xa1..=0xfe => 2,
            _ => 1,
        }
    } else if first < 0x81 || first == 0xff {
        1
    } else if encoding == GB18030 && second.is_ascii_digit() {
        4
    } else {
        2
    }
}

/// A `W` array: `c [w1 w2 …]` and `first last w`.
fn cid_widths(file: &File, list: &[Object]) -> Vec<WidthRange> {
    let whole = |object: &Object| number(file.resolve(object)).filter(|value| *value >= 0.0).map(|value| value as u32);
    let mut widths = Vec::new();
    let mut rest = list;
    while let [first, second, tail @ ..] = rest {
        let Some(first) = whole(first) else { break };
        if let Object::Array(each) = file.resolve(second) {
            for (cid, width) in (first..).zip(each.iter().take(65_536)) {
                if let Some(width) = number(file.resolve(width)) {
                    widths.push(WidthRange { first: cid, last: cid, width: width / 1000.0 });
                }
            }
            rest = tail;
        } else {
            let [width, tail @ ..] = tail else { break };
            if let (Some(last), Some(width)) = (whole(second), number(file.resolve(width))) {
                widths.push(WidthRange { first, last, width: width / 1000.0 });
            }
            rest = tail;
        }
        if widths.len() > WIDTHS_MAX {
            break;
        }
    }
    widths.sort_by_key(|range| range.first);
    widths
}
