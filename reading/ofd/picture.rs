//! A page as it would look, for people who look at evidence: what was read of it, set on white at its places.
//!
//! The page is written as a PDF and drawn as one. Figures and Latin letters are set in the standard font, narrowed to the
//! width they have in the file; of Chinese, for which no font comes along, a frame shows where each character stands. Pictures
//! and seals are left out.

use std::fmt::Write as _;

use image::RgbImage;
use lopdf::{Dictionary, Document, Object, Stream};
use model::page::{Page, Word};

use crate::pdf::render;

/// Points: the lines of frames and tables.
const LINE: f32 = 0.5;

/// Of its width on the page that a frame takes: characters stand apart.
const FRAME_SHARE: f32 = 0.8;

/// The narrowest that the standard font is set: beyond it nobody could read it.
const NARROWEST: f32 = 0.4;

/// `None` for a page of no size.
pub fn draw(page: &Page) -> Option<RgbImage> {
    render::view(&as_pdf(page)?, &[], 1)
}

fn as_pdf(page: &Page) -> Option<Vec<u8>> {
    let mut file = Document::with_version("1.5");
    let font = file.add_object(dictionary([
        ("Type", name("Font")),
        ("Subtype", name("Type1")),
        ("BaseFont", name("Helvetica")),
        ("Encoding", name("WinAnsiEncoding")),
    ]));
    let fonts = dictionary([("F0", Object::Reference(font))]);
    let content = file.add_object(Stream::new(Dictionary::new(), content(page).into_bytes()));
    let pages = file.new_object_id();
    let only = file.add_object(dictionary([
        ("Type", name("Page")),
        ("Parent", Object::Reference(pages)),
        ("MediaBox", Object::Array([0.0, 0.0, page.width, page.height].map(Object::Real).to_vec())),
        ("Resources", Object::Dictionary(dictionary([("Font", Object::Dictionary(fonts))]))),
        ("Contents", Object::Reference(content)),
    ]));
    let kids = Object::Array(vec![Object::Reference(only)]);
    file.objects.insert(
        pages,
        Object::Dictionary(dictionary([("Type", name("Pages")), ("Kids", kids), ("Count", Object::Integer(1))])),
    );
    let catalog = file.add_object(dictionary([("Type", name("Catalog")), ("Pages", Object::Reference(pages))]));
    file.trailer.set("Root", Object::Reference(catalog));
    let mut bytes = Vec::new();
    file.save_to(&mut bytes).ok()?;
    Some(bytes)
}

fn name(name: &str) -> Object {
    Object::Name(name.as_bytes().to_vec())
}

fn dictionary<const N: usize>(entries: [(&str, Object); N]) -> Dictionary {
    let mut dictionary = Dictionary::new();
    for (key, value) in entries {
        dictionary.set(key, value);
    }
    dictionary
}

fn content(page: &Page) -> String {
    let mut content = format!("{LINE} w 0.3 G\n");
    for rule in &page.rules {
        let (y0, y1) = (page.height - rule.y0, page.height - rule.y1);
        let _ = writeln!(content, "{} {y0} m {} {y1} l S", rule.x0, rule.x1);
    }
    content.push_str("0.6 G 0 g\n");
    for word in page.words.iter().filter(|word| word.upright) {
        for (character, left, right) in page.glyphs(word) {
            glyph(&mut content, page, word, (character, left, right));
        }
    }
    content
}

fn glyph(content: &mut String, page: &Page, word: &Word, (character, left, right): (char, f32, f32)) {
    let (size, width, y) = (word.font_size, right - left, page.height - word.baseline);
    if character.is_ascii_graphic() {
        let own = advance(character) * size;
        let narrowed = if own > 0.0 { (width / own).clamp(NARROWEST, 1.0) } else { 1.0 };
        let x = left + (width - own * narrowed) / 2.0;
        let code = u32::from(character);
        let _ = writeln!(content, "BT /F0 {size} Tf {narrowed} 0 0 1 {x} {y} Tm <{code:02x}> Tj ET");
    } else if !character.is_whitespace() {
        let side = width.min(size) * FRAME_SHARE;
        let (x, low) = (left + (width - side) / 2.0, y - 0.1 * size + (size - side) / 2.0);
        let _ = writeln!(content, "{x} {low} {side} {side} re S");
    }
}

/// About how wide Helvetica's glyphs are, in ems.
const fn advance(character: char) -> f32 {
    match character {
        '.' | ',' | ':' | ';' | '/' | '!' | '\'' | 'i' | 'j' | 'l' | '|' | 'I' => 0.28,
        '-' | '(' | ')' | '[' | ']' | '*' | 'f' | 't' | 'r' => 0.35,
        'm' | 'M' | 'W' | 'w' | '%' | '@' => 0.9,
        'A'..='Z' | '+' | '=' | '<' | '>' => 0.7,
        _ => 0.556,
    }
}
