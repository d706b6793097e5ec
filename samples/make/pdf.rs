//! A draw kit for text PDFs: runs of text at points, ruled lines, fonts whose widths are written down.
//!
//! Points, origin bottom left, y up, as in the file itself. The same calls give the same bytes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::DateTime;
use lopdf::{Dictionary, Document, EncryptionState, EncryptionVersion, Object, Permissions, Stream, StringFormat};

use crate::MakeError;

pub const A4: (f32, f32) = (595.0, 842.0);
pub const A4_LANDSCAPE: (f32, f32) = (842.0, 595.0);

/// A character's width in thousandths of the size.
pub type Advance = fn(char) -> u16;
/// The character that text readers find where another is seen.
pub type ReadAs = fn(char) -> char;

/// A font as an issuer's report server would refer to it.
#[derive(Debug, Clone, Copy)]
pub enum Font {
    /// STSong-Light, not embedded, encoded by a predefined map that takes UTF-16 (`UniGB-UCS2-H`,
    /// `UniGB-UTF16-H`). `advance` gives ASCII widths in thousandths of the size; all else is as wide as 中.
    /// With `read_as`, a ToUnicode map tells text readers another character than the one that is seen.
    Predefined { map: &'static str, advance: Advance, read_as: Option<ReadAs> },
    /// The standard font, which no reader needs embedded.
    Helvetica,
    /// Identity-H with its own glyph numbers, widths and a ToUnicode map: to a text reader, an embedded
    /// subset. `advance` gives a character's width in thousandths of the size.
    Subset { name: &'static str, advance: Advance },
}

impl Font {
    /// ASCII half an em, the rest one.
    pub const SONG: Self = Self::Predefined { map: "UniGB-UCS2-H", advance: half_width, read_as: None };
    /// The same by the other map.
    pub const SONG_UTF16: Self = Self::Predefined { map: "UniGB-UTF16-H", advance: half_width, read_as: None };
}

/// Where a run stands relative to its x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Center,
    Right,
}

/// A font that was added to one [`Pdf`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FontId(usize);

/// What the file says about its making.
#[derive(Debug, Clone)]
pub struct Info {
    pub title: &'static str,
    pub producer: &'static str,
    pub creator: &'static str,
    /// Both the creation and the modification date.
    pub made: DateTime,
}

struct FontUse {
    font: Font,
    /// Characters shown so far: a subset's glyph numbers in the order of first use, else the codes.
    glyphs: BTreeMap<char, u16>,
}

struct PageDraft {
    width: f32,
    height: f32,
    content: String,
}

/// A document being drawn; text goes to the page begun last.
pub struct Pdf {
    info: Info,
    fonts: Vec<FontUse>,
    pages: Vec<PageDraft>,
}

impl Pdf {
    #[must_use]
    pub fn new(info: Info) -> Self {
        Self { info, fonts: Vec::new(), pages: Vec::new() }
    }

    pub fn font(&mut self, font: Font) -> FontId {
        self.fonts.push(FontUse { font, glyphs: BTreeMap::new() });
        FontId(self.fonts.len() - 1)
    }

    pub fn page(&mut self, (width, height): (f32, f32)) {
        self.pages.push(PageDraft { width, height, content: String::new() });
    }

    /// One run on one baseline.
    pub fn text(&mut self, font: FontId, size: f32, x: f32, y: f32, text: &str) {
        self.text_at(font, [size, 0.0, 0.0, size, x, y], 1.0, text);
    }

    /// One run, by its left edge, its middle or its right edge.
    pub fn aligned(&mut self, font: FontId, size: f32, (align, x): (Align, f32), y: f32, text: &str) {
        let width = self.width(font, size, text);
        let left = match align {
            Align::Left => x,
            Align::Center => x - width / 2.0,
            Align::Right => x - width,
        };
        self.text(font, size, left, y, text);
    }

    /// One run under a text matrix `[a, b, c, d, x, y]` whose c and d hold the size, its glyphs' widths
    /// scaled by `stretch`.
    pub fn text_at(&mut self, font: FontId, matrix: [f32; 6], stretch: f32, text: &str) {
        let shown = self.encode(font, text);
        let [a, b, c, d, x, y] = matrix;
        let size = c.hypot(d);
        if text.is_empty() || size <= 0.0 {
            return;
        }
        let Some(page) = self.pages.last_mut() else {
            return;
        };
        let scale =
            if (stretch - 1.0).abs() > 1e-6 { format!("{} Tz ", number(stretch * 100.0)) } else { String::new() };
        let restore = if scale.is_empty() { "" } else { " 100 Tz" };
        let upright = [a / size, b / size, c / size, d / size].map(number).join(" ");
        // Writing to a String cannot fail.
        let _ = writeln!(
            page.content,
            "BT /F{} {} Tf {scale}{upright} {} {} Tm <{shown}> Tj{restore} ET",
            font.0,
            number(size),
            number(x),
            number(y)
        );
    }

    /// Several pieces on one baseline, shown by one operator as if they were one string; each piece still
    /// begins at its x. Some report servers write neighbouring cells that way.
    pub fn joined(&mut self, font: FontId, size: f32, y: f32, pieces: &[(f32, &str)]) {
        let Some(&(start, _)) = pieces.first() else {
            return;
        };
        let mut shown = String::new();
        let mut pen = start;
        for &(x, text) in pieces {
            let kern = (pen - x) * 1000.0 / size;
            if kern.abs() > 1e-3 {
                let _ = write!(shown, "{}", number(kern));
            }
            let _ = write!(shown, "<{}>", self.encode(font, text));
            pen = x + self.width(font, size, text);
        }
        let Some(page) = self.pages.last_mut() else {
            return;
        };
        let _ = writeln!(
            page.content,
            "BT /F{} {} Tf 1 0 0 1 {} {} Tm [{shown}] TJ ET",
            font.0,
            number(size),
            number(start),
            number(y)
        );
    }

    /// A ruled line.
    pub fn line(&mut self, width: f32, from: (f32, f32), to: (f32, f32)) {
        if let Some(page) = self.pages.last_mut() {
            let _ = writeln!(
                page.content,
                "{} w {} {} m {} {} l S",
                number(width),
                number(from.0),
                number(from.1),
                number(to.0),
                number(to.1)
            );
        }
    }

    /// A run's width in points.
    #[must_use]
    pub fn width(&self, font: FontId, size: f32, text: &str) -> f32 {
        let Some(used) = self.fonts.get(font.0) else {
            return 0.0;
        };
        text.chars().map(|c| f32::from(advance(used.font, c))).sum::<f32>() * size / 1000.0
    }

    /// Breaks a cell's text into lines no wider than `width`: between Chinese characters anywhere, inside a
    /// run of letters and digits only where it is wider than the cell alone. A space at a break is dropped.
    #[must_use]
    pub fn wrap(&self, font: FontId, size: f32, width: f32, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in words(text) {
            if self.width(font, size, &format!("{line}{}", word.trim_end())) <= width {
                line.push_str(&word);
                continue;
            }
            if !line.trim().is_empty() {
                lines.push(line.trim().to_owned());
            }
            line.clear();
            for character in word.trim_start().chars() {
                if !line.is_empty() && self.width(font, size, &format!("{line}{character}")) > width {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(character);
            }
        }
        if !line.trim().is_empty() {
            lines.push(line.trim().to_owned());
        }
        lines
    }

    /// Hexadecimal codes of `text` in the font's own encoding.
    fn encode(&mut self, font: FontId, text: &str) -> String {
        let mut codes = String::new();
        let Some(used) = self.fonts.get_mut(font.0) else {
            return codes;
        };
        match used.font {
            Font::Predefined { read_as, .. } => {
                for character in text.chars() {
                    let mut units = [0; 2];
                    let units = character.encode_utf16(&mut units);
                    for unit in units.iter() {
                        let _ = write!(codes, "{unit:04x}");
                    }
                    if let (Some(_), [code]) = (read_as, units) {
                        used.glyphs.insert(character, *code);
                    }
                }
            }
            Font::Helvetica => {
                for character in text.chars() {
                    let _ = write!(codes, "{:02x}", u8::try_from(character).unwrap_or(b'?'));
                }
            }
            Font::Subset { .. } => {
                for character in text.chars() {
                    // Glyph 0 is "not defined" in every font. 65,535 distinct characters cannot be drawn here.
                    let next = u16::try_from(used.glyphs.len() + 1).unwrap_or(u16::MAX);
                    let glyph = *used.glyphs.entry(character).or_insert(next);
                    let _ = write!(codes, "{glyph:04x}");
                }
            }
        }
        codes
    }

    /// The file's bytes; with a password, RC4 of 128 bits, which is what banks' report servers still use and
    /// which needs no random number.
    ///
    /// # Errors
    /// [`MakeError::Pdf`] or [`MakeError::PdfBytes`] when the writer refuses.
    pub fn finish(self, password: Option<&str>) -> Result<Vec<u8>, MakeError> {
        let mut file = Document::with_version("1.4");
        let mut fonts = Dictionary::new();
        for (index, used) in self.fonts.iter().enumerate() {
            let id = add_font(&mut file, used)?;
            fonts.set(format!("F{index}"), id);
        }
        let resources = file.add_object(dictionary([("Font", Object::Dictionary(fonts))]));
        let tree = file.new_object_id();
        let mut kids = Vec::new();
        let mut digest = Fnv::new();
        for page in self.pages {
            digest.feed(page.content.as_bytes());
            let mut content = Stream::new(Dictionary::new(), page.content.into_bytes());
            content.compress().map_err(MakeError::Pdf)?;
            let content = file.add_object(content);
            let page = file.add_object(dictionary([
                ("Type", name("Page")),
                ("Parent", Object::Reference(tree)),
                ("MediaBox", vec![0.into(), 0.into(), page.width.into(), page.height.into()].into()),
                ("Resources", Object::Reference(resources)),
                ("Contents", Object::Reference(content)),
            ]));
            kids.push(Object::Reference(page));
        }
        let count = i64::try_from(kids.len()).map_err(|_| MakeError::TooLarge { what: "a list of pages" })?;
        file.set_object(tree, dictionary([("Type", name("Pages")), ("Count", count.into()), ("Kids", kids.into())]));
        let catalog = file.add_object(dictionary([("Type", name("Catalog")), ("Pages", Object::Reference(tree))]));
        let made = pdf_date(self.info.made);
        let info = file.add_object(dictionary([
            ("Title", lopdf::text_string(self.info.title)),
            ("Producer", lopdf::text_string(self.info.producer)),
            ("Creator", lopdf::text_string(self.info.creator)),
            ("CreationDate", Object::string_literal(made.clone())),
            ("ModDate", Object::string_literal(made.clone())),
        ]));
        digest.feed(made.as_bytes());
        let id = Object::String(digest.sixteen_bytes(), StringFormat::Hexadecimal);
        file.trailer.set("Root", Object::Reference(catalog));
        file.trailer.set("Info", Object::Reference(info));
        file.trailer.set("ID", vec![id.clone(), id]);
        if let Some(password) = password {
            let state = EncryptionState::try_from(EncryptionVersion::V2 {
                document: &file,
                owner_password: password,
                user_password: password,
                key_length: 128,
                permissions: Permissions::all(),
            })
            .map_err(MakeError::Pdf)?;
            file.encrypt(&state).map_err(MakeError::Pdf)?;
            settle_padding(&mut file)?;
        }
        let mut bytes = Vec::new();
        file.save_to(&mut bytes).map_err(MakeError::PdfBytes)?;
        Ok(bytes)
    }
}

/// The last 16 bytes of an encrypted file's `U` entry are padding that no reader looks at; the writer fills
/// them at random, which would make every drawing another file.
fn settle_padding(file: &mut Document) -> Result<(), MakeError> {
    let id = file.trailer.get(b"Encrypt").and_then(Object::as_reference).map_err(MakeError::Pdf)?;
    let entries = file.get_object_mut(id).and_then(Object::as_dict_mut).map_err(MakeError::Pdf)?;
    if let Ok(Object::String(check, _)) = entries.get_mut(b"U")
        && let Some(padding) = check.get_mut(16..)
    {
        padding.fill(0);
    }
    Ok(())
}

/// Units that a line is not broken inside: single Chinese characters, runs of ASCII without spaces; spaces
/// stay with what they follow.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    for character in text.chars() {
        let joins = character.is_ascii_alphanumeric() || matches!(character, '*' | '.' | ':' | '/');
        match words.last_mut() {
            Some(last) if (joins && open) || character == ' ' => last.push(character),
            _ => words.push(character.to_string()),
        }
        open = joins;
    }
    words
}

fn advance(font: Font, character: char) -> u16 {
    match font {
        Font::Predefined { advance, .. } => advance(if character.is_ascii() { character } else { '中' }),
        Font::Helvetica => {
            let index = usize::try_from(u32::from(character).saturating_sub(32)).unwrap_or(usize::MAX);
            HELVETICA.get(index).copied().unwrap_or(556)
        }
        Font::Subset { advance, .. } => advance(character),
    }
}

/// ASCII half an em, everything else one: what SimSun and its kin do.
#[must_use]
pub fn half_width(character: char) -> u16 {
    if character.is_ascii() { 500 } else { 1000 }
}

fn add_font(file: &mut Document, used: &FontUse) -> Result<lopdf::ObjectId, MakeError> {
    Ok(match used.font {
        Font::Predefined { map, advance, read_as } => add_predefined(file, used, (map, advance, read_as))?,
        Font::Helvetica => {
            let widths: Vec<Object> = HELVETICA.iter().map(|&width| width.into()).collect();
            file.add_object(dictionary([
                ("Type", name("Font")),
                ("Subtype", name("Type1")),
                ("BaseFont", name("Helvetica")),
                ("Encoding", name("WinAnsiEncoding")),
                ("FirstChar", 32.into()),
                ("LastChar", 126.into()),
                ("Widths", widths.into()),
            ]))
        }
        Font::Subset { name: base, advance } => add_subset(file, used, base, advance)?,
    })
}

fn add_predefined(
    file: &mut Document,
    used: &FontUse,
    (map, advance, read_as): (&str, Advance, Option<ReadAs>),
) -> Result<lopdf::ObjectId, MakeError> {
    let descriptor = file.add_object(dictionary([
        ("Type", name("FontDescriptor")),
        ("FontName", name("STSong-Light")),
        ("Flags", 6.into()),
        ("FontBBox", vec![(-25).into(), (-254).into(), 1000.into(), 880.into()].into()),
        ("ItalicAngle", 0.into()),
        ("Ascent", 880.into()),
        ("Descent", (-120).into()),
        ("CapHeight", 880.into()),
        ("StemV", 93.into()),
    ]));
    // Both maps send ASCII to the glyphs 1 to 95 of Adobe-GB1.
    let ascii: Vec<Object> = (' '..='~').map(|character| advance(character).into()).collect();
    let descendant = file.add_object(dictionary([
        ("Type", name("Font")),
        ("Subtype", name("CIDFontType0")),
        ("BaseFont", name("STSong-Light")),
        ("CIDSystemInfo", system_info("GB1", 4)),
        ("FontDescriptor", Object::Reference(descriptor)),
        ("DW", advance('中').into()),
        ("W", vec![1.into(), ascii.into()].into()),
    ]));
    let mut font = dictionary([
        ("Type", name("Font")),
        ("Subtype", name("Type0")),
        ("BaseFont", name(&format!("STSong-Light-{map}"))),
        ("Encoding", name(map)),
        ("DescendantFonts", vec![Object::Reference(descendant)].into()),
    ]);
    if let Some(read_as) = read_as {
        let shown: Vec<(u16, char)> = used.glyphs.iter().map(|(&seen, &code)| (code, read_as(seen))).collect();
        let mut map = Stream::new(Dictionary::new(), to_unicode(&shown).into_bytes());
        map.compress().map_err(MakeError::Pdf)?;
        font.set("ToUnicode", file.add_object(map));
    }
    Ok(file.add_object(font))
}

fn add_subset(file: &mut Document, used: &FontUse, base: &str, advance: Advance) -> Result<lopdf::ObjectId, MakeError> {
    let mut by_glyph: Vec<(u16, char)> = used.glyphs.iter().map(|(&character, &glyph)| (glyph, character)).collect();
    by_glyph.sort_unstable();
    let widths: Vec<Object> = by_glyph.iter().map(|&(_, character)| advance(character).into()).collect();
    let mut map = Stream::new(Dictionary::new(), to_unicode(&by_glyph).into_bytes());
    map.compress().map_err(MakeError::Pdf)?;
    let map = file.add_object(map);
    let descriptor = file.add_object(dictionary([
        ("Type", name("FontDescriptor")),
        ("FontName", name(base)),
        ("Flags", 4.into()),
        ("FontBBox", vec![0.into(), (-141).into(), 1000.into(), 859.into()].into()),
        ("ItalicAngle", 0.into()),
        ("Ascent", 859.into()),
        ("Descent", (-141).into()),
        ("CapHeight", 683.into()),
        ("StemV", 80.into()),
    ]));
    let descendant = file.add_object(dictionary([
        ("Type", name("Font")),
        ("Subtype", name("CIDFontType2")),
        ("BaseFont", name(base)),
        ("CIDSystemInfo", system_info("Identity", 0)),
        ("FontDescriptor", Object::Reference(descriptor)),
        ("DW", 1000.into()),
        ("W", vec![1.into(), widths.into()].into()),
        ("CIDToGIDMap", name("Identity")),
    ]));
    Ok(file.add_object(dictionary([
        ("Type", name("Font")),
        ("Subtype", name("Type0")),
        ("BaseFont", name(base)),
        ("Encoding", name("Identity-H")),
        ("DescendantFonts", vec![Object::Reference(descendant)].into()),
        ("ToUnicode", Object::Reference(map)),
    ])))
}

fn to_unicode(by_glyph: &[(u16, char)]) -> String {
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
         /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
         /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n",
    );
    // The format allows a hundred lines in a block.
    for block in by_glyph.chunks(100) {
        let _ = writeln!(map, "{} beginbfchar", block.len());
        for (glyph, character) in block {
            let mut units = [0; 2];
            let text: String = character.encode_utf16(&mut units).iter().map(|unit| format!("{unit:04x}")).collect();
            let _ = writeln!(map, "<{glyph:04x}> <{text}>");
        }
        map.push_str("endbfchar\n");
    }
    map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    map
}

fn system_info(ordering: &str, supplement: i64) -> Object {
    Object::Dictionary(dictionary([
        ("Registry", Object::string_literal("Adobe")),
        ("Ordering", Object::string_literal(ordering)),
        ("Supplement", supplement.into()),
    ]))
}

fn dictionary<const N: usize>(entries: [(&str, Object); N]) -> Dictionary {
    let mut dictionary = Dictionary::new();
    for (key, value) in entries {
        dictionary.set(key, value);
    }
    dictionary
}

fn name(text: &str) -> Object {
    Object::Name(text.as_bytes().to_vec())
}

/// Three decimals, shorter where they are zeros.
fn number(value: f32) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn pdf_date(at: DateTime) -> String {
    format!(
        "D:{:04}{:02}{:02}{:02}{:02}{:02}+08'00'",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// FNV-1a over the pages: the file identifier must differ between files, not withstand an attacker.
struct Fnv(u64);

impl Fnv {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn sixteen_bytes(mut self) -> Vec<u8> {
        let mut bytes = self.0.to_be_bytes().to_vec();
        self.feed(b"second half");
        bytes.extend_from_slice(&self.0.to_be_bytes());
        bytes
    }
}

/// Adobe's widths of Helvetica, from the space to the tilde.
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn pdf() -> Pdf {
        Pdf::new(Info { title: "示例", producer: "p", creator: "c", made: date(2026, 9, 1).at(10, 0, 0, 0) })
    }

    #[test]
    fn wraps_as_the_bank_does() {
        let mut pdf = pdf();
        let font = pdf.font(Font::SONG);
        for (text, lines) in [
            ("老招 6034306864942510239", &["老招 6034306864942510239"][..]),
            ("肯特瑞小金库网银平台 808360101111", &["肯特瑞小金库网银平台", "808360101111"]),
            (
                "太平洋健康保险股份有限公司 756366006177402201018",
                &["太平洋健康保险股份有限公", "司 756366006177402201018"],
            ),
            ("", &[]),
        ] {
            assert_eq!(pdf.wrap(font, 8.25, 100.0, text), lines);
        }
        assert_eq!(pdf.wrap(font, 8.25, 79.0, "网银在线-肯特瑞小金库网银平台"), ["网银在线-肯特瑞小金", "库网银平台"]);
    }

    #[test]
    fn the_same_drawing_gives_the_same_bytes_and_a_password_locks_it() {
        let draw = |password| {
            let mut pdf = pdf();
            let fonts = [
                Font::SONG,
                Font::SONG_UTF16,
                Font::Helvetica,
                Font::Subset { name: "ABCDEF+Song", advance: half_width },
            ];
            let fonts = fonts.map(|font| pdf.font(font));
            pdf.page(A4);
            for (index, font) in fonts.into_iter().enumerate() {
                pdf.text(font, 10.0, 50.0, 700.0 - 20.0 * index as f32, "Total 12");
            }
            pdf.finish(password).unwrap()
        };
        assert!(draw(None) == draw(None), "not the same bytes");
        assert!(draw(Some("123456")) == draw(Some("123456")), "not the same bytes under a password");
        assert!(Document::load_mem(&draw(None)).is_ok_and(|file| !file.is_encrypted()));
        let locked = Document::load_mem(&draw(Some("123456")));
        assert!(locked.is_err() || locked.is_ok_and(|file| file.is_encrypted()));
    }
}
