//! Lines of a picture → a page of words, straightened, in points, with their doubts.

use image::RgbImage;
use image::imageops;
use model::failure::PictureFault;
use model::page::{Change, Mesh, Page, PageBuilder, WordShape};
use model::script::simplified;

use super::stamps::{self, Stamp};
use super::straighten::Straightener;
use super::{Glyph, Line, OcrError, Recognizer, prepare, quality};

/// A picture to be read as a page.
pub struct Picture {
    /// As its owner sees it: turned as the camera said.
    pub pixels: RgbImage,
    /// From 1.
    pub number: u32,
    /// The page's own size in points, where it has one (a PDF's). A photograph has none: it gets the one at which its
    /// text is of an ordinary size.
    pub size: Option<[f32; 2]>,
}

/// What statements are printed in. Distances in the layout engine's tables are meant for it.
const FONT_SIZE: f32 = 10.0;
/// A line's rectangle is so much higher than its font is large, in the rectangles that detection gives.
const FONT_SHARE: f32 = 0.72;
/// Of the font's size: from the middle of the characters down to where they stand.
const BASELINE: f32 = 0.36;
/// White wider than this (of the font's size) parts words: between columns there is more, between a font's widest
/// characters less.
const GAP: f32 = 0.9;
/// ... and between a figure and a character of another kind this is enough: a right-aligned column of figures ends close
/// to the next column's text, while within a text (`2024年`) they stand by a tenth or two of the size.
const MIXED_GAP: f32 = 0.45;
/// Lines whose height is about the usual stand on a baseline told from the usual height: their own is less exact.
const USUAL: std::ops::Range<f32> = 0.7..1.4;
/// A line higher than wide by this much runs downwards.
const TALL: f32 = 1.5;
/// With a mean confidence below this the page may be upside down, and is tried so.
const UPSIDE_DOWN: f32 = 0.8;
/// Lines read to tell whether a page is upside down.
const CHARACTERS_MIN: usize = 3;

/// Quarter turns clockwise by which a picture was turned to be upright.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    None,
    Right,
    Half,
    Left,
}

impl Turn {
    fn of(self, picture: &RgbImage) -> RgbImage {
        match self {
            Self::None => picture.clone(),
            Self::Right => imageops::rotate90(picture),
            Self::Half => imageops::rotate180(picture),
            Self::Left => imageops::rotate270(picture),
        }
    }

    /// A place in the turned picture as one in the picture before, in fractions.
    const fn back(self, [x, y]: [f32; 2]) -> [f32; 2] {
        match self {
            Self::None => [x, y],
            Self::Right => [y, 1.0 - x],
            Self::Half => [1.0 - x, 1.0 - y],
            Self::Left => [1.0 - y, x],
        }
    }
}

/// Reads a picture. `Ok(Err(…))` says what is wrong with one that gives no text worth having.
///
/// # Errors
/// [`OcrError`] when the engine fails.
pub fn page(picture: Picture, recognizer: &dyn Recognizer) -> Result<Result<Page, PictureFault>, OcrError> {
    let Picture { mut pixels, number, size } = picture;
    let text_height = prepare::text_height(&pixels);
    let stamps = stamps::without_stamps(&mut pixels, text_height);
    let (turn, mut lines) = upright(&pixels, recognizer)?;
    let (width, height) = match turn {
        Turn::Right | Turn::Left => (pixels.height() as f32, pixels.width() as f32),
        Turn::None | Turn::Half => (pixels.width() as f32, pixels.height() as f32),
    };
    let text = usual(lines.iter().filter(|line| !is_tall(line)).map(Line::height)).unwrap_or(0.0) * FONT_SHARE;
    if let Some(fault) = quality::fault(&pixels, &lines, text) {
        return Ok(Err(fault));
    }
    let pixels_size = pixels.dimensions();
    drop(pixels);
    let straight = Straightener::new(width, height, &lines);
    if !stamps.is_empty() {
        let sides = [pixels_size.0 as f32, pixels_size.1 as f32];
        let before = |point: [f32; 2]| {
            let [x, y] = turn.back([point[0] / width.max(1.0), point[1] / height.max(1.0)]);
            [x * sides[0], y * sides[1]]
        };
        lines.iter_mut().for_each(|line| without_letters(line, &stamps, before));
    }
    without_neighbours(&mut lines);
    in_one_script(&mut lines);
    let size = match (size, turn) {
        (Some([across, down]), Turn::Right | Turn::Left) => [down, across],
        (Some(size), _) => size,
        (None, _) => [width, height].map(|side| side * FONT_SIZE / text.max(1.0)),
    };
    let scale = [size[0] / width.max(1.0), size[1] / height.max(1.0)];
    let mut page = PageBuilder::new(number, size[0], size[1]);
    page.reader(recognizer.name());
    page.image_area(size[0] * size[1]);
    if turn != Turn::None || !straight.is_straight() {
        page.mesh(Mesh::new(|x, y| {
            let [x, y] = straight.bent([x * width, y * height]);
            turn.back([x / width.max(1.0), y / height.max(1.0)])
        }));
    }
    for line in &lines {
        add(&mut page, line, &straight, scale, text);
    }
    Ok(Ok(page.finish()))
}

/// Of the Chinese characters of a simplified page, at most one in so many was read as a traditional one.
const TRADITIONAL_SHARE: usize = 20;

/// On a page in simplified characters, one read as the traditional form of what it may also be is simplified: 騰 and 腾 look
/// alike to the engine, and no issuer prints one 騰 among them.
fn in_one_script(lines: &mut [Line]) {
    let is_chinese = |character: char| ('\u{4e00}'..='\u{9fff}').contains(&character);
    let characters = || lines.iter().flat_map(|line| &line.glyphs).map(|glyph| glyph.character);
    let chinese = characters().filter(|character| is_chinese(*character)).count();
    let traditional = characters().filter(|character| simplified(*character) != *character).count();
    if traditional * TRADITIONAL_SHARE > chinese {
        return;
    }
    for glyph in lines.iter_mut().flat_map(|line| &mut line.glyphs) {
        let other = simplified(glyph.character);
        let doubt = glyph.doubts.iter_mut().find(|(change, _)| *change == Change::Replaced(other));
        if let Some((change, _)) = doubt.filter(|_| other != glyph.character) {
            *change = Change::Replaced(glyph.character);
            glyph.character = other;
        }
    }
}

/// Takes the letters of stamps out of a line: they are no text of the page, and next to a figure they spoil it. `before`
/// gives a place of the upright picture on the one that the stamps were found on.
fn without_letters(line: &mut Line, stamps: &[Stamp], before: impl Fn([f32; 2]) -> [f32; 2]) {
    let [a, b, c, d] = line.quad;
    let between = |one: [f32; 2], other: [f32; 2], share: f32| {
        [one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share]
    };
    let is_letter = |glyph: &Glyph| {
        // Stamps print few figures, and pages print theirs under stamps: none is lost. Nor is a bracket, which a piece of a
        // stamp's edge is read as: it may be half of a minus, and an amount that cannot be read is better than a wrong one.
        if !glyph.character.is_alphabetic() {
            return false;
        }
        let edge = |share: f32| (between(a, b, share), between(d, c, share));
        let ((left_top, left_bottom), (right_top, right_bottom)) = (edge(glyph.left), edge(glyph.right));
        // The rectangle is higher than the characters in it.
        let margin = (1.0 - FONT_SHARE) / 2.0;
        let corners = [(left_top, left_bottom), (right_top, right_bottom)]
            .into_iter()
            .flat_map(|(top, bottom)| [margin, 1.0 - margin].map(|share| before(between(top, bottom, share))));
        let start = ([f32::MAX; 2], [f32::MIN; 2]);
        let (low, high) = corners
            .fold(start, |(low, high), [x, y]| ([low[0].min(x), low[1].min(y)], [high[0].max(x), high[1].max(y)]));
        stamps.iter().any(|stamp| stamp.prints(low, high))
    };
    line.glyphs.retain(|glyph| !is_letter(glyph));
}

/// Drops the character at a line's end that is parted from the rest and stands among another line's: the rectangle reached
/// over that line's last character, and a part of it was read again. Where it is a parted end of the other line too, nobody
/// knows whose it is, and both keep it.
fn without_neighbours(lines: &mut [Line]) {
    let bodies: Vec<Option<Body>> = lines.iter().map(body).collect();
    for (at, line) in lines.iter_mut().enumerate() {
        let Some(own) = bodies.get(at).copied().flatten() else { continue };
        let is_read_twice = |place: usize| {
            let Some(glyph) = line.glyphs.get(place) else { return false };
            let middle = along(line, f32::midpoint(glyph.left, glyph.right));
            (0..).zip(&bodies).any(|(other, body)| other != at && body.is_some_and(|body| body.holds(middle)))
        };
        let (first, last) = (own.parted_first.filter(|at| is_read_twice(*at)), own.parted_last);
        if let Some(last) = last.filter(|at| is_read_twice(*at)) {
            line.glyphs.truncate(last);
        }
        if let Some(first) = first {
            line.glyphs.drain(..=first);
        }
    }
}

/// Where a line's characters stand, those at its ends apart that are parted from the rest.
#[derive(Debug, Clone, Copy)]
struct Body {
    start: [f32; 2],
    end: [f32; 2],
    /// How far beside it a place is still on the line.
    reach: f32,
    /// Places of the parted ones among the line's glyphs.
    parted_first: Option<usize>,
    parted_last: Option<usize>,
}

impl Body {
    fn holds(&self, [x, y]: [f32; 2]) -> bool {
        let (run, rise) = (self.end[0] - self.start[0], self.end[1] - self.start[1]);
        let length = run.hypot(rise).max(1.0);
        let forward = ((x - self.start[0]) * run + (y - self.start[1]) * rise) / length;
        let aside = ((y - self.start[1]) * run - (x - self.start[0]) * rise) / length;
        (0.0..=length).contains(&forward) && aside.abs() < self.reach
    }
}

/// `None` for a line without characters.
fn body(line: &Line) -> Option<Body> {
    let gap = MIXED_GAP * line.height() * FONT_SHARE / line.width().max(1.0);
    let written: Vec<(usize, &Glyph)> =
        (0..).zip(&line.glyphs).filter(|(_, glyph)| !glyph.character.is_whitespace()).collect();
    let parted_first = match written.as_slice() {
        [(at, first), (_, next), ..] if next.left - first.right > gap => Some(*at),
        _ => None,
    };
    let parted_last = match written.as_slice() {
        [.., (_, before), (at, last)] if last.left - before.right > gap => Some(*at),
        _ => None,
    };
    let kept = |(at, _): &&(usize, &Glyph)| Some(*at) != parted_first && Some(*at) != parted_last;
    // A line of two that are parted has no body but the two.
    let first = written.iter().find(kept).or_else(|| written.first())?;
    let last = written.iter().rfind(kept).or_else(|| written.last())?;
    Some(Body {
        start: along(line, first.1.left),
        end: along(line, last.1.right),
        reach: 0.5 * FONT_SHARE * line.height(),
        parted_first,
        parted_last,
    })
}

/// A place in the middle of a line.
fn along(line: &Line, share: f32) -> [f32; 2] {
    let [a, b, c, d] = line.quad;
    let (start, end) = ([a[0] + d[0], a[1] + d[1]], [b[0] + c[0], b[1] + c[1]]);
    [0, 1].map(|axis: usize| {
        let at = |point: [f32; 2]| point.get(axis).copied().unwrap_or(0.0) / 2.0;
        at(start) + (at(end) - at(start)) * share
    })
}

/// Turns the picture until its text stands upright; its lines then.
fn upright(pixels: &RgbImage, recognizer: &dyn Recognizer) -> Result<(Turn, Vec<Line>), OcrError> {
    let lines = recognizer.lines(pixels)?;
    // By their rectangles and not by what was read in them: text on its side is read as a character or two.
    let length = |is_longer: fn(&Line) -> bool| lines.iter().filter(|line| is_longer(line)).map(longer).sum::<f32>();
    let (tall, wide) = (length(is_tall), length(is_wide));
    let turns: &[Turn] = if tall > wide {
        &[Turn::Right, Turn::Left]
    } else if wide > 0.0 && confidence(&lines) < UPSIDE_DOWN {
        &[Turn::Half]
    } else {
        &[]
    };
    let mut best = (Turn::None, lines);
    for turn in turns {
        let lines = recognizer.lines(&turn.of(pixels))?;
        if confidence(&lines) > confidence(&best.1) {
            best = (*turn, lines);
        }
    }
    Ok(best)
}

fn is_tall(line: &Line) -> bool {
    line.height() > TALL * line.width()
}

fn is_wide(line: &Line) -> bool {
    line.width() > TALL * line.height()
}

fn longer(line: &Line) -> f32 {
    line.width().max(line.height())
}

/// Mean over the characters of lines long enough to say something.
fn confidence(lines: &[Line]) -> f32 {
    let glyphs = || lines.iter().filter(|line| line.glyphs.len() >= CHARACTERS_MIN).flat_map(|line| &line.glyphs);
    glyphs().map(|glyph| glyph.confidence).sum::<f32>() / (glyphs().count().max(1)) as f32
}

fn usual(values: impl Iterator<Item = f32>) -> Option<f32> {
    let mut values: Vec<f32> = values.collect();
    let half = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    Some(*values.select_nth_unstable_by(half, f32::total_cmp).1)
}

fn add(page: &mut PageBuilder, line: &Line, straight: &Straightener, scale: [f32; 2], usual_font: f32) {
    let [a, b, c, d] = line.quad;
    let half = |one: [f32; 2], other: [f32; 2]| [f32::midpoint(one[0], other[0]), f32::midpoint(one[1], other[1])];
    let (start, end) = (half(a, d), half(b, c));
    let place = |share: f32| {
        let point = [start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share];
        let [x, y] = straight.flat(point);
        [x * scale[0], y * scale[1]]
    };
    let own_font = line.height() * FONT_SHARE;
    let font = if USUAL.contains(&(own_font / usual_font.max(1.0))) { usual_font } else { own_font };
    let unit = font / line.width().max(1.0);
    let mut word: Vec<&Glyph> = Vec::new();
    let mut flush = |word: &mut Vec<&Glyph>| {
        let text: String = word.iter().map(|glyph| glyph.character).collect();
        let (Some(first), Some(last)) = (word.first(), word.last()) else { return };
        let middle = place(f32::midpoint(first.left, last.right))[1];
        let mut edges: Vec<f32> = word.iter().map(|glyph| place(glyph.left)[0]).collect();
        edges.push(place(last.right)[0]);
        let size = font * scale[1];
        let confidence = word.iter().map(|glyph| glyph.confidence).fold(1.0, f32::min);
        let shape = WordShape {
            top: middle - size / 2.0,
            bottom: middle + size / 2.0,
            baseline: middle + BASELINE * size,
            font_size: size,
            font: 0,
            upright: !is_tall(line) || word.len() < CHARACTERS_MIN,
            confidence,
        };
        page.word(&text, &edges, shape);
        let doubts = (0_u32..)
            .zip(word.iter())
            .flat_map(|(at, glyph)| glyph.doubts.iter().map(move |(change, cost)| (at, *change, *cost)));
        page.doubts(doubts.collect::<Vec<_>>());
        word.clear();
    };
    for glyph in &line.glyphs {
        let apart = word.last().is_some_and(|before| {
            let is_mixed = before.character.is_ascii_digit() != glyph.character.is_ascii_digit()
                && (!before.character.is_ascii() || !glyph.character.is_ascii());
            glyph.left - before.right > if is_mixed { MIXED_GAP } else { GAP } * unit
        });
        if apart || glyph.character.is_whitespace() {
            flush(&mut word);
        }
        if !glyph.character.is_whitespace() {
            word.push(glyph);
        }
    }
    flush(&mut word);
}

#[cfg(test)]
mod tests {
    use image::Rgb;
    use model::source::Source;

    use super::*;

    /// Reads every picture as the same lines, or as others when it is of another shape.
    struct Fixed {
        wide: Vec<Line>,
        tall: Vec<Line>,
    }

    impl Recognizer for Fixed {
        fn name(&self) -> &'static str {
            "fixed"
        }

        fn lines(&self, picture: &RgbImage) -> Result<Vec<Line>, OcrError> {
            Ok(if picture.width() >= picture.height() { self.wide.clone() } else { self.tall.clone() })
        }
    }

    fn line(text: &str, x: f32, y: f32) -> Line {
        let count = text.chars().count() as f32;
        let glyphs = text.chars().zip(0_u8..).map(|(character, at)| Glyph {
            character,
            left: f32::from(at) / count,
            right: (f32::from(at) + 0.9) / count,
            confidence: 0.98,
            doubts: if character == '8' { vec![(Change::Replaced('3'), 2.0)] } else { Vec::new() },
        });
        let (width, height) = (count * 20.0, 40.0);
        let quad = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]];
        Line { quad, glyphs: glyphs.collect() }
    }

    fn read(width: u32, height: u32, recognizer: &Fixed) -> Page {
        let pixels = RgbImage::from_pixel(width, height, Rgb([255; 3]));
        page(Picture { pixels, number: 1, size: None }, recognizer).unwrap().unwrap()
    }

    #[test]
    fn a_line_is_parted_at_white_space_and_its_doubts_follow() {
        let recognizer = Fixed { wide: vec![line("余额 1,280.00", 100.0, 50.0)], tall: Vec::new() };
        let page = read(1_000, 400, &recognizer);
        let words: Vec<&str> = page.words.iter().map(|word| page.word_text(word)).collect();
        assert_eq!(words, ["余额", "1,280.00"]);
        let doubts: Vec<_> = page.doubts(&page.words[1]).map(|(at, doubt)| (at, doubt.change)).collect();
        assert_eq!(doubts, [(3, Change::Replaced('3'))]);
        assert_eq!(page.reader.as_deref(), Some("fixed"));
        assert!((page.words[0].font_size - FONT_SIZE).abs() < 0.01);
    }

    #[test]
    fn a_page_that_lies_on_its_side_is_turned_and_its_sources_are_not() {
        let mut tall = line("示例银行", 100.0, 300.0);
        tall.quad = [[100.0, 300.0], [140.0, 300.0], [140.0, 500.0], [100.0, 500.0]];
        tall.glyphs.iter_mut().for_each(|glyph| glyph.confidence = 0.3);
        // Turned right, what stood at the left lies at the top.
        let recognizer = Fixed { wide: vec![line("示例银行", 0.0, 100.0)], tall: vec![tall] };
        let page = read(400, 1_000, &recognizer);
        assert_eq!(page.word_text(&page.words[0]), "示例银行");
        let word = page.words[0];
        let Source::Page { area, .. } = page.source(word.x0, word.top, word.x1, word.bottom) else { panic!() };
        assert!(area.y1 > 0.99 && area.y0 > 0.8 && area.x0 > 0.2 && area.x1 < 0.4, "{area:?}");
    }

    #[test]
    fn a_neighbours_last_character_is_read_once() {
        // Of 20 points a character: the balance from 100 to 300, and half of its last digit before the next column's text.
        let balance = line("118,010.26", 100.0, 50.0);
        let mut text = line("6  保险", 285.0, 50.0);
        (text.glyphs[0].left, text.glyphs[0].right) = (0.05, 0.15);
        let own = line("7  保险", 400.0, 50.0);
        let recognizer = Fixed { wide: vec![balance, text, own], tall: Vec::new() };
        let page = read(1_000, 400, &recognizer);
        let words: Vec<&str> = page.words.iter().map(|word| page.word_text(word)).collect();
        assert_eq!(words, ["118,010.26", "保险", "7", "保险"]);
    }

    #[test]
    fn a_character_at_the_parted_ends_of_two_lines_stays_in_both() {
        // The `1` of `1 234.00`, widely set, is the last of the line before it as well: dropping both would lose a digit.
        let mut before = line("保险  1", 100.0, 50.0);
        (before.glyphs[4].left, before.glyphs[4].right) = (0.9, 1.0);
        let mut figure = line("1  234.00", 185.0, 50.0);
        (figure.glyphs[0].left, figure.glyphs[0].right) = (0.0, 0.05);
        let recognizer = Fixed { wide: vec![before, figure], tall: Vec::new() };
        let page = read(1_000, 400, &recognizer);
        let text: String = page.words.iter().map(|word| page.word_text(word)).collect();
        assert_eq!(text.matches('1').count(), 2, "{text}");
    }

    #[test]
    fn a_simplified_page_has_no_traditional_character_that_may_be_simplified() {
        let doubted = |text: &str| {
            let mut read = line(text, 100.0, 50.0);
            read.glyphs[0].doubts = vec![(Change::Replaced('腾'), 2.0)];
            read
        };
        let text = |lines: Vec<Line>| {
            let page = read(2_000, 400, &Fixed { wide: lines, tall: Vec::new() });
            page.words.iter().map(|word| page.word_text(word).to_owned()).collect::<String>()
        };
        let simplified = "沈阳市青禾区人民路三号示例银行股份有限公司";
        let read = text(vec![doubted("騰飞医药"), line(simplified, 100.0, 150.0)]);
        assert!(read.starts_with("腾飞医药"), "{read}");
        let sure = text(vec![line("騰飞医药", 100.0, 50.0), line(simplified, 100.0, 150.0)]);
        assert!(sure.starts_with("騰飞医药"), "nothing says that it is another: {sure}");
        let traditional =
            text(vec![doubted("騰飛醫藥"), line("瀋陽市青禾區人民路三號示例銀行股份有限公司", 100.0, 150.0)]);
        assert!(traditional.starts_with("騰飛醫藥"), "{traditional}");
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let recognizer = Fixed { wide: Vec::new(), tall: Vec::new() };
        let pixels = RgbImage::from_pixel(50, 40, Rgb([255; 3]));
        let fault = page(Picture { pixels, number: 1, size: None }, &recognizer).unwrap().unwrap_err();
        assert_eq!(fault, PictureFault::NoText);
    }
}
