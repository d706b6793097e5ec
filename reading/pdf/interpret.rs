//! Content streams → words, rules and the area of pictures.
//!
//! Only what places text is followed: matrices, the text state, forms, straight paths. Colours, clipping and
//! optional content are not looked at: what is drawn is read.

use std::collections::HashMap;

use lopdf::{Dictionary, Object, Stream};
use model::Problem;
use model::page::{Page, PageBuilder, Rule};
use model::problem::ProblemCode;
use model::source::{Area, Source};

use super::codes::{self, Square};
use super::file::{File, PageNode};
use super::font::{Drawn, Font};
use super::lexer::{Lexer, Token, unescape_name};
use super::matrix::{Matrix, length};
use super::overlays::{Noticed, Paint, Watch};
use super::path::Path;
use super::unpack::Unpack;
use super::words::{Line, Words, direction};
use crate::{Limits, ReadError};

/// Notes of one page that are looked at; a page under review has some dozens.
const NOTES_MAX: usize = 500;

/// Flags of a note that is not shown: hidden, or not on screens (ISO 32000-1, table 165).
const NOTE_UNSEEN: i64 = 2 | 32;

/// A page without words is a scan when pictures cover this much of it; a letterhead covers less.
const PICTURE_SHARE: f32 = 0.25;

/// Operands before an operator. A line of text has at most some thousand glyphs with a number between each.
const OPERANDS_MAX: usize = 100_000;

/// `q` inside `q`. The standard's own limit is 28; deeper ones are counted but not kept.
const STATES_MAX: usize = 256;

/// Forms in forms. Producers nest two or three.
const FORMS_DEEP_MAX: usize = 12;

/// What drawing a form costs, in operators, beyond its own: a form drawn in a form drawn in a form multiplies.
const FORM_COST: u32 = 256;

/// Unpacked bytes that cost as much as an operator.
const BYTES_PER_OPERATOR: usize = 64;

/// Ruled lines of one page; a dense table has some thousand.
const RULES_MAX: usize = 50_000;

/// Points: a filled box this thin is a line.
const RULE_THICKNESS_MAX: f32 = 3.0;

/// Points: shorter ones are dashes and parts of drawn letters.
const RULE_LENGTH_MIN: f32 = 4.0;

/// Points by which the ends of a line may differ for it to count as level.
const LEVEL_TOLERANCE: f32 = 0.5;

/// Distinct fonts of one document: ten for each page of the longest, where every page brings its own.
const FONTS_MAX: usize = 12_000;

/// Tables of 256 known codes, 2 kB each, of all fonts. A Chinese text fills some 80 for each of its fonts.
const CODE_PAGES_MAX: u32 = 20_000;

/// Pages without a box of their own are A4.
const A4: [f32; 4] = [0.0, 0.0, 595.276, 841.89];

/// Points: the standard allows 14,400; larger and empty boxes are damage.
const PAGE_SIDE_MAX: f32 = 20_000.0;

#[derive(Debug, Clone, Copy)]
struct State {
    matrix: Matrix,
    font: Option<usize>,
    size: f32,
    char_space: f32,
    word_space: f32,
    /// Horizontal scale, 1 for 100 %.
    scale: f32,
    leading: f32,
    rise: f32,
    hidden: bool,
    paint: Ink,
    /// Nothing is drawn outside of it, as far as the clipping paths are upright boxes.
    clip: [f32; 4],
    /// Some clipping path is no upright box: less is drawn than `clip` says.
    clip_is_ragged: bool,
}

/// How areas and letters are filled.
#[derive(Debug, Clone, Copy)]
struct Ink {
    white: bool,
    /// What a colour's numbers mean.
    space: ColorSpace,
    /// Neither transparent nor blended: what it covers is not seen.
    opaque: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum ColorSpace {
    /// Grey or RGB: all ones are white.
    Light,
    /// Inks: none of them is white.
    Inks,
    /// A pattern, or a palette.
    Other,
}

impl Ink {
    const BLACK: Self = Self { white: false, space: ColorSpace::Light, opaque: true };
}

#[derive(Debug, Clone, Copy)]
enum Operand<'a> {
    Number(f32),
    Name(&'a [u8]),
    Str(usize, usize),
    Other,
}

/// The resources in force, with the fonts already looked up in them.
struct Scope<'a> {
    resources: Option<&'a Dictionary>,
    fonts: Vec<(Vec<u8>, Option<usize>)>,
}

/// Reads the pages of one file, one after the other.
pub struct Interpreter<'a> {
    file: &'a File<'a>,
    limits: &'a Limits,
    operators_left: u32,
    glyphs_left: u32,
    code_pages_left: u32,
    fonts: Vec<Font>,
    /// By the address of the font's dictionary, which does not move while the file is open.
    fonts_by_dictionary: HashMap<usize, usize>,
    pub font_names: Vec<model::Text>,
    words: Words,
    page: PageBuilder,
    rules: usize,
    /// Forms being drawn, by the address of their dictionaries.
    drawing: Vec<usize>,
    /// Buffers for content, used again for every page and form.
    buffers: Vec<Vec<u8>>,
    /// Part of the page's content could not be unpacked.
    damaged: bool,
    bounds: (f32, f32),
    marks: bool,
    /// Notices what is covered or cannot be seen; `None` where nobody asks.
    watch: Option<Watch>,
    /// The page being read, from 1.
    number: u32,
    /// Pictures that may be matrix codes. At most [`SQUARES_MAX`].
    pub squares: Vec<Square<'a>>,
}

/// Square pictures that are remembered: a seal or a logo on every page is one of them each time.
const SQUARES_MAX: usize = 400;

/// Of a colour's numbers: a paper white has them all at least this near to white.
const WHITE_TOLERANCE: f32 = 0.03;

fn address(dictionary: &Dictionary) -> usize {
    std::ptr::from_ref(dictionary) as usize
}

/// An operator's bytes as one number, so that they are compared at once.
const fn key(operator: &[u8]) -> u32 {
    match operator {
        [a] => *a as u32,
        [a, b] => (*a as u32) << 8 | *b as u32,
        [a, b, c] => (*a as u32) << 16 | (*b as u32) << 8 | *c as u32,
        _ => 0,
    }
}

macro_rules! keys {
    ($($name:ident = $text:literal;)*) => { $(const $name: u32 = key($text);)* };
}

keys! {
    SAVE = b"q"; RESTORE = b"Q"; CONCAT = b"cm"; DO = b"Do"; INLINE_DATA = b"ID";
    BEGIN_TEXT = b"BT"; END_TEXT = b"ET"; FONT = b"Tf"; MOVE = b"Td"; MOVE_LEADING = b"TD"; TEXT_MATRIX = b"Tm"; NEXT_LINE = b"T*";
    SHOW = b"Tj"; SHOW_ADJUSTED = b"TJ"; SHOW_LINE = b"'"; SHOW_SPACED = b"\"";
    CHAR_SPACE = b"Tc"; WORD_SPACE = b"Tw"; SCALE = b"Tz"; LEADING = b"TL"; RISE = b"Ts"; RENDER = b"Tr"; STATE = b"gs";
    RECTANGLE = b"re"; MOVE_TO = b"m"; LINE_TO = b"l"; CURVE = b"c"; CURVE_V = b"v"; CURVE_Y = b"y"; CLOSE = b"h";
    STROKE = b"S"; CLOSE_STROKE = b"s"; FILL = b"f"; FILL_OLD = b"F"; FILL_EVEN = b"f*";
    CLIP = b"W"; CLIP_EVEN = b"W*"; GREY = b"g"; RGB = b"rg"; INKS = b"k"; SPACE = b"cs"; COLOR = b"sc"; COLOR_NAMED = b"scn";
    BOTH = b"B"; BOTH_EVEN = b"B*"; CLOSE_BOTH = b"b"; CLOSE_BOTH_EVEN = b"b*"; NO_PAINT = b"n";
}

impl<'a> Interpreter<'a> {
    /// `watched`: whether to notice what is covered or cannot be seen, see [`Self::traces`].
    pub fn new(file: &'a File<'a>, limits: &'a Limits, watched: bool) -> Self {
        Self {
            file,
            limits,
            operators_left: limits.operators,
            glyphs_left: limits.glyphs,
            code_pages_left: CODE_PAGES_MAX,
            fonts: Vec::new(),
            fonts_by_dictionary: HashMap::new(),
            font_names: Vec::new(),
            words: Words::default(),
            page: PageBuilder::default(),
            rules: 0,
            drawing: Vec::new(),
            buffers: Vec::new(),
            damaged: false,
            bounds: (0.0, 0.0),
            marks: false,
            watch: watched.then(Watch::default),
            number: 0,
            squares: Vec::new(),
        }
    }

    /// What was noticed on the pages read so far, and is then forgotten.
    pub fn traces(&mut self) -> Noticed {
        self.watch.as_mut().map(Watch::take).unwrap_or_default()
    }

    /// Reads one page.
    ///
    /// A page that is printed sideways altogether is turned, so that it can be read; places are then those of the
    /// turned page.
    ///
    /// # Errors
    /// [`ReadError::ResourceLimit`] when it takes more than is left of the document's bounds.
    pub fn page(&mut self, number: u32, node: &PageNode<'a>, problems: &mut Vec<Problem>) -> Result<Page, ReadError> {
        self.draw(number, node, node.turns)?;
        if let Some(direction @ 1..=3) = self.sideways() {
            self.draw(number, node, (node.turns + 4 - direction) % 4)?;
        }
        let mut page = std::mem::take(&mut self.page);
        self.words.finish_page(&mut page);
        let page = page.finish();
        if let Some(watch) = &mut self.watch {
            watch.page(&page, &self.words);
        }
        self.judge(&page, problems);
        Ok(page)
    }

    /// The direction, as quarter turns clockwise, that nearly all of the page's text runs in.
    fn sideways(&self) -> Option<u8> {
        let all = self.words.glyphs();
        let found = self.words.directions.iter().take(4).position(|&count| count > 0 && count >= all - all / 10);
        found.and_then(|direction| u8::try_from(direction).ok())
    }

    fn draw(&mut self, number: u32, node: &PageNode<'a>, turns: u8) -> Result<(), ReadError> {
        let (base, width, height) = placement(node, turns, self.user_unit(node));
        self.page = PageBuilder::new(number, width, height);
        self.number = number;
        // A page may be drawn again, turned.
        self.squares.retain(|square| square.page != number);
        self.words.start_page(width, height);
        if let Some(watch) = &mut self.watch {
            watch.start_page();
        }
        self.rules = 0;
        self.bounds = (width, height);
        self.damaged = false;
        self.marks = false;
        let mut content = self.buffers.pop().unwrap_or_default();
        content.clear();
        let unpacked = self.content(node, &mut content);
        let result = unpacked.and_then(|()| {
            self.spend(u32::try_from(content.len() / BYTES_PER_OPERATOR).unwrap_or(u32::MAX))?;
            let state = State {
                matrix: base,
                font: None,
                size: 0.0,
                char_space: 0.0,
                word_space: 0.0,
                scale: 1.0,
                leading: 0.0,
                rise: 0.0,
                hidden: false,
                paint: Ink::BLACK,
                clip: [0.0, 0.0, width, height],
                clip_is_ragged: false,
            };
            self.run(&content, node.resources, state)
        });
        self.buffers.push(content);
        self.notes(node, base);
        result
    }

    /// Notes with a ground of their own (a text box, a filled shape, a blackening) lie over all that is drawn; what is under
    /// one is read and not seen. Marks, links, fields and stamps have none.
    fn notes(&mut self, node: &PageNode<'a>, base: Matrix) {
        let Some(Object::Array(notes)) = self.file.get(node.dictionary, b"Annots") else { return };
        for note in notes.iter().take(NOTES_MAX) {
            let Object::Dictionary(note) = self.file.resolve(note) else { continue };
            let ground: &[u8] = match self.file.name(note, b"Subtype") {
                Some(b"FreeText") => b"C",
                Some(b"Square" | b"Circle" | b"Polygon" | b"Redact") => b"IC",
                _ => continue,
            };
            let is_filled = matches!(self.file.get(note, ground), Some(Object::Array(color)) if !color.is_empty());
            let flags = self.file.get(note, b"F").and_then(|flags| flags.as_i64().ok()).unwrap_or(0);
            let opacity = self.file.get(note, b"CA").and_then(|share| share.as_float().ok()).unwrap_or(1.0);
            if !is_filled || flags & NOTE_UNSEEN != 0 || opacity < 1.0 {
                continue;
            }
            let Some([x0, y0, x1, y1]) = self.file.numbers(note, b"Rect") else { continue };
            let ((left, top), (right, bottom)) = (base.apply(x0, y0), base.apply(x1, y1));
            let bounds = [left.min(right), top.min(bottom), left.max(right), top.max(bottom)];
            if let Some(watch) = &mut self.watch {
                let begun = self.words.begun();
                watch.paint(Paint { bounds, begun, is_picture: false, white: true, covers: true });
            }
        }
    }

    /// Whether the last page drew anything at all.
    pub fn drew_anything(&self) -> bool {
        self.marks
    }

    /// Whether the last page has no text that can be told: it is a picture, or its fonts do not say their characters.
    pub fn is_picture(&self, page: &Page) -> bool {
        let glyphs = self.words.glyphs();
        let is_unknown = glyphs > 0 && self.words.unknown * 2 > glyphs;
        let is_covered = page.words.is_empty() && page.image_area > PICTURE_SHARE * page.width * page.height;
        !self.damaged && (is_unknown || is_covered)
    }

    fn judge(&self, page: &Page, problems: &mut Vec<Problem>) {
        let whole = || Source::Page { page: page.number, area: Area { x0: 0.0, y0: 0.0, x1: 1.0, y1: 1.0 } };
        let number = page.number;
        if self.damaged {
            problems.push(
                Problem::new(
                    ProblemCode::UnreadablePage,
                    format!("第 {number} 页有一部分内容已损坏，无法读取"),
                    format!("part of page {number} is damaged and could not be read"),
                )
                .at(whole()),
            );
        } else if self.words.unknown * 2 > self.words.glyphs() {
            problems.push(
                Problem::new(
                    ProblemCode::UnreadablePage,
                    format!("第 {number} 页的字体没有文字编码，无法读取其中的文字"),
                    format!("the fonts of page {number} do not say which characters they draw"),
                )
                .at(whole()),
            );
        } else if page.words.is_empty() && page.image_area > PICTURE_SHARE * page.width * page.height {
            problems.push(
                Problem::new(
                    ProblemCode::UnreadablePage,
                    format!("第 {number} 页是图片，没有文字层"),
                    format!("page {number} is a picture without a text layer"),
                )
                .at(whole()),
            );
        }
    }

    fn user_unit(&self, node: &PageNode<'a>) -> f32 {
        let unit = self.file.get(node.dictionary, b"UserUnit").and_then(|unit| unit.as_float().ok());
        unit.filter(|unit| (0.1..=100.0).contains(unit)).unwrap_or(1.0)
    }

    fn spend(&mut self, operators: u32) -> Result<(), ReadError> {
        match self.operators_left.checked_sub(operators) {
            Some(left) => {
                self.operators_left = left;
                Ok(())
            }
            None => Err(ReadError::ResourceLimit { what: "drawing operators".to_owned() }),
        }
    }

    /// The page's content streams, one after the other as if they were one.
    fn content(&mut self, node: &PageNode<'a>, out: &mut Vec<u8>) -> Result<(), ReadError> {
        match self.file.get(node.dictionary, b"Contents") {
            Some(Object::Stream(stream)) => self.unpack(stream, out),
            Some(Object::Array(parts)) => {
                for part in parts {
                    self.spend(1)?;
                    match self.file.resolve(part) {
                        Object::Stream(stream) => {
                            self.unpack(stream, out)?;
                            // A token does not go on in the next stream.
                            out.push(b'\n');
                        }
                        _ => self.damaged = true,
                    }
                }
                Ok(())
            }
            Some(_) => {
                self.damaged = true;
                Ok(())
            }
            None => {
                // A page may have no content; one that names a stream that is not there has lost it.
                self.damaged |= node.dictionary.has(b"Contents");
                Ok(())
            }
        }
    }

    fn unpack(&mut self, stream: &Stream, out: &mut Vec<u8>) -> Result<(), ReadError> {
        match self.file.unpack(stream, out, self.limits.stream_bytes) {
            Ok(whole) => {
                self.damaged |= !whole;
                Ok(())
            }
            Err(Unpack::Unreadable) => {
                self.damaged = true;
                Ok(())
            }
            Err(Unpack::TooLarge) => {
                Err(ReadError::ResourceLimit { what: "unpacked size of a content stream".to_owned() })
            }
        }
    }

    fn run(&mut self, content: &[u8], resources: Option<&'a Dictionary>, start: State) -> Result<(), ReadError> {
        let mut scope = Scope { resources, fonts: Vec::new() };
        let mut lexer = Lexer::new(content);
        let mut operands: Vec<Operand> = Vec::new();
        let mut state = start;
        let mut states: Vec<State> = Vec::new();
        let mut states_beyond = 0_usize;
        let mut text = Matrix::IDENTITY;
        let mut line = Matrix::IDENTITY;
        let mut path = Path::default();
        let mut clips = false;
        while let Some(token) = lexer.next() {
            let operator = match token {
                Token::Number(value) => {
                    push(&mut operands, Operand::Number(value))?;
                    continue;
                }
                Token::Name(name) => {
                    push(&mut operands, Operand::Name(name))?;
                    continue;
                }
                Token::Str { start, end } => {
                    push(&mut operands, Operand::Str(start, end))?;
                    continue;
                }
                Token::ArrayStart | Token::ArrayEnd => continue,
                Token::Mark => {
                    push(&mut operands, Operand::Other)?;
                    continue;
                }
                Token::Word(word) => key(word),
            };
            self.spend(1)?;
            match operator {
                SAVE => {
                    if states.len() < STATES_MAX {
                        states.push(state);
                    } else {
                        states_beyond += 1;
                    }
                }
                RESTORE => {
                    if states_beyond > 0 {
                        states_beyond -= 1;
                    } else if let Some(saved) = states.pop() {
                        state = saved;
                    }
                }
                CONCAT => {
                    if let Some(numbers) = numbers(&operands) {
                        state.matrix = Matrix::new(numbers).then(state.matrix);
                    }
                }
                BEGIN_TEXT => {
                    text = Matrix::IDENTITY;
                    line = Matrix::IDENTITY;
                }
                FONT => {
                    if let [.., Operand::Name(name), Operand::Number(size)] = *operands {
                        state.font = self.font(&mut scope, name)?;
                        state.size = size;
                    }
                }
                TEXT_MATRIX => {
                    if let Some(numbers) = numbers(&operands) {
                        line = Matrix::new(numbers);
                        text = line;
                    }
                }
                MOVE | MOVE_LEADING => {
                    if let Some([x, y]) = numbers(&operands) {
                        if operator == MOVE_LEADING {
                            state.leading = -y;
                        }
                        line = line.translated(x, y);
                        text = line;
                    }
                }
                NEXT_LINE => {
                    line = line.translated(0.0, -state.leading);
                    text = line;
                }
                SHOW | SHOW_ADJUSTED => self.show(&state, &mut text, &operands, &lexer)?,
                SHOW_LINE | SHOW_SPACED => {
                    if operator == SHOW_SPACED
                        && let [.., Operand::Number(word), Operand::Number(char), Operand::Str(..)] = *operands
                    {
                        state.word_space = word;
                        state.char_space = char;
                    }
                    line = line.translated(0.0, -state.leading);
                    text = line;
                    if let [.., last @ Operand::Str(..)] = *operands {
                        self.show(&state, &mut text, &[last], &lexer)?;
                    }
                }
                CHAR_SPACE => set(&operands, &mut state.char_space),
                WORD_SPACE => set(&operands, &mut state.word_space),
                LEADING => set(&operands, &mut state.leading),
                RISE => set(&operands, &mut state.rise),
                SCALE => {
                    if let Some([percent]) = numbers(&operands) {
                        state.scale = percent / 100.0;
                    }
                }
                RENDER => {
                    if let Some([mode]) = numbers(&operands) {
                        // 3 draws nothing; 7 only adds to the clipping path.
                        state.hidden = mode == 3.0 || mode == 7.0;
                    }
                }
                GREY | RGB | INKS | COLOR | COLOR_NAMED => fill_color(operator, &operands, &mut state.paint),
                SPACE => {
                    if let [.., Operand::Name(name)] = *operands {
                        let space = self.color_space(&scope, name);
                        state.paint = Ink { white: false, space, ..state.paint };
                    }
                }
                CLIP | CLIP_EVEN => clips = true,
                STATE => {
                    if let [.., Operand::Name(name)] = *operands {
                        self.external_state(&scope, name, &mut state)?;
                    }
                }
                DO => {
                    if let [.., Operand::Name(name)] = *operands {
                        self.external_object(&scope, name, &state)?;
                    }
                }
                INLINE_DATA => {
                    lexer.skip_inline_image();
                    // A mask, more often than not.
                    self.picture(&state, false);
                }
                RECTANGLE => {
                    if let Some([x, y, width, height]) = numbers(&operands) {
                        path.rectangle(state.matrix, x, y, width, height);
                    }
                }
                MOVE_TO => {
                    if let Some([x, y]) = numbers(&operands) {
                        path.move_to(state.matrix.apply(x, y));
                    }
                }
                LINE_TO => {
                    if let Some([x, y]) = numbers(&operands) {
                        path.line_to(state.matrix.apply(x, y));
                    }
                }
                CURVE | CURVE_V | CURVE_Y => {
                    if let Some([x, y]) = numbers(&operands) {
                        path.curve_to(state.matrix.apply(x, y));
                    }
                }
                CLOSE => path.close(),
                STROKE | CLOSE_STROKE | BOTH | BOTH_EVEN | CLOSE_BOTH | CLOSE_BOTH_EVEN => {
                    if matches!(operator, CLOSE_STROKE | CLOSE_BOTH | CLOSE_BOTH_EVEN) {
                        path.close();
                    }
                    self.stroke(&path);
                    if !matches!(operator, STROKE | CLOSE_STROKE) {
                        self.paint(&state, &path);
                    }
                    finish(&mut path, &mut clips, &mut state);
                }
                FILL | FILL_OLD | FILL_EVEN => {
                    self.fill(&path);
                    self.paint(&state, &path);
                    finish(&mut path, &mut clips, &mut state);
                }
                NO_PAINT => finish(&mut path, &mut clips, &mut state),
                END_TEXT => {}
                _ => {}
            }
            operands.clear();
            lexer.strings.clear();
        }
        Ok(())
    }

    fn font(&mut self, scope: &mut Scope<'a>, name: &[u8]) -> Result<Option<usize>, ReadError> {
        if let Some((_, font)) = scope.fonts.iter().find(|(known, _)| known == name) {
            return Ok(*font);
        }
        let dictionary = scope
            .resources
            .and_then(|resources| self.file.dictionary(resources, b"Font"))
            .and_then(|fonts| self.file.dictionary(fonts, &unescape_name(name)));
        let font = dictionary.map(|dictionary| self.load_font(dictionary)).transpose()?;
        scope.fonts.push((name.to_vec(), font));
        Ok(font)
    }

    fn load_font(&mut self, dictionary: &'a Dictionary) -> Result<usize, ReadError> {
        let key = address(dictionary);
        if let Some(known) = self.fonts_by_dictionary.get(&key) {
            return Ok(*known);
        }
        if self.fonts.len() >= FONTS_MAX {
            return Err(ReadError::ResourceLimit { what: "fonts".to_owned() });
        }
        let name = self.file.name(dictionary, b"BaseFont").map(String::from_utf8_lossy).unwrap_or_default();
        let index = match self.font_names.iter().position(|known| *known == name) {
            Some(known) => known,
            None => {
                self.font_names.push(name.into());
                self.font_names.len() - 1
            }
        };
        let font =
            Font::load(self.file, dictionary, u16::try_from(index).unwrap_or(u16::MAX), self.limits.stream_bytes);
        self.spend(font.cost)?;
        self.fonts.push(font);
        let at = self.fonts.len() - 1;
        self.fonts_by_dictionary.insert(key, at);
        Ok(at)
    }

    fn show(&mut self, state: &State, text: &mut Matrix, operands: &[Operand], lexer: &Lexer) -> Result<(), ReadError> {
        let Some(font) = state.font.and_then(|at| self.fonts.get_mut(at)) else {
            return Ok(());
        };
        self.words.start_operator();
        self.marks = true;
        // From text space, scaled by the font size, to the page.
        let matrix = text.then(state.matrix);
        let along_length = length(matrix.a, matrix.b);
        let em = state.size.abs() * state.scale.abs() * along_length;
        let font_size = state.size.abs() * length(matrix.c, matrix.d);
        let drawable = em.is_finite() && font_size.is_finite() && em > 0.0 && font_size > 0.0;
        let sign = if (state.size * state.scale).is_sign_negative() { -1.0 } else { 1.0 };
        let along = (sign * matrix.a / along_length, sign * matrix.b / along_length);
        let mut line = Line {
            origin: matrix.apply(0.0, state.rise),
            along,
            direction: direction(along),
            em,
            font_size,
            font: font.index,
            ascent: font.ascent,
            descent: font.descent,
            hidden: state.hidden,
            white: state.paint.white && state.paint.opaque,
        };
        let size = state.size * state.scale;
        // Points along the line for one of unscaled text space.
        let stretch = sign * along_length;
        let vertical = font.vertical;
        // How far the pen has moved, in unscaled text space: right, or down in vertical writing.
        let mut moved = 0.0_f32;
        for operand in operands {
            let (start, end) = match *operand {
                Operand::Number(adjustment) => {
                    moved += adjustment / 1000.0 * if vertical { state.size } else { -size };
                    continue;
                }
                Operand::Str(start, end) => (start, end),
                _ => continue,
            };
            let mut rest = lexer.string(start, end);
            while !rest.is_empty() {
                let (code, length) = font.next_code(rest);
                rest = rest.get(length..).unwrap_or(&[]);
                let glyph = font.glyph(code, length, &mut self.code_pages_left);
                let space = state.char_space + if length == 1 && code == 0x20 { state.word_space } else { 0.0 };
                if self.glyphs_left == 0 {
                    return Err(ReadError::ResourceLimit { what: "glyphs".to_owned() });
                }
                self.glyphs_left -= 1;
                if vertical {
                    if drawable {
                        // The pen stands at the top middle of the glyph; one em down is the usual advance.
                        let x = -glyph.width / 2.0 * size;
                        line.origin = matrix.apply(x, -moved - line.ascent * state.size + state.rise);
                        draw(&mut self.words, &line, font.text(glyph), 0.0, glyph.width * em);
                        self.words.space();
                    }
                    moved += state.size - space;
                } else {
                    if drawable {
                        draw(&mut self.words, &line, font.text(glyph), moved * stretch, glyph.width * em);
                    }
                    moved += glyph.width * size + space * state.scale;
                }
            }
        }
        *text = if vertical { text.translated(0.0, -moved) } else { text.translated(moved, 0.0) };
        Ok(())
    }

    /// A font may be set by a graphics state dictionary too; transparency always is.
    fn external_state(&mut self, scope: &Scope<'a>, name: &[u8], state: &mut State) -> Result<(), ReadError> {
        let file = self.file;
        let Some(dictionary) = scope
            .resources
            .and_then(|resources| file.dictionary(resources, b"ExtGState"))
            .and_then(|states| file.dictionary(states, &unescape_name(name)))
        else {
            return Ok(());
        };
        if self.watch.is_some() {
            let clear = |object: &Object| object.as_float().is_ok_and(|alpha| alpha < 0.99);
            let blends =
                |object: &Object| !matches!(object, Object::Name(mode) if mode == b"Normal" || mode == b"Compatible");
            let masks = |object: &Object| matches!(object, Object::Dictionary(_));
            let each = [
                file.get(dictionary, b"ca").map(clear),
                file.get(dictionary, b"BM").map(blends),
                file.get(dictionary, b"SMask").map(masks),
            ];
            if each.iter().any(Option::is_some) {
                state.paint.opaque = !each.contains(&Some(true));
            }
        }
        let Some(Object::Array(font)) = file.get(dictionary, b"Font") else { return Ok(()) };
        if let [font, size] = font.as_slice()
            && let Object::Dictionary(dictionary) = file.resolve(font)
            && let Ok(size) = file.resolve(size).as_float()
        {
            state.font = Some(self.load_font(dictionary)?);
            state.size = size;
        }
        Ok(())
    }

    fn external_object(&mut self, scope: &Scope<'a>, name: &[u8], state: &State) -> Result<(), ReadError> {
        let file = self.file;
        let Some(Object::Stream(stream)) = scope
            .resources
            .and_then(|resources| file.dictionary(resources, b"XObject"))
            .and_then(|objects| file.get(objects, &unescape_name(name)))
        else {
            return Ok(());
        };
        match file.name(&stream.dict, b"Subtype") {
            Some(b"Image") => {
                let masked = [b"SMask".as_slice(), b"Mask", b"ImageMask"];
                let is_whole =
                    masked.iter().all(|key| matches!(file.get(&stream.dict, key), None | Some(Object::Boolean(false))));
                let area = self.picture(state, is_whole);
                if self.watch.is_some() && self.squares.len() < SQUARES_MAX && codes::is_square(file, &stream.dict) {
                    self.squares.push(Square { page: self.number, area, stream });
                }
            }
            Some(b"Form") => self.form(scope, stream, state)?,
            _ => {}
        }
        Ok(())
    }

    fn form(&mut self, scope: &Scope<'a>, stream: &'a Stream, state: &State) -> Result<(), ReadError> {
        self.spend(FORM_COST)?;
        let this = address(&stream.dict);
        if self.drawing.len() >= FORMS_DEEP_MAX || self.drawing.contains(&this) {
            return Ok(());
        }
        let mut content = self.buffers.pop().unwrap_or_default();
        content.clear();
        let result = self.unpack(stream, &mut content).and_then(|()| {
            self.spend(u32::try_from(content.len() / BYTES_PER_OPERATOR).unwrap_or(u32::MAX))?;
            let own = self.file.numbers::<6>(&stream.dict, b"Matrix").map_or(Matrix::IDENTITY, Matrix::new);
            // Forms written before PDF 1.2 use the page's resources.
            let resources = self.file.dictionary(&stream.dict, b"Resources").or(scope.resources);
            self.drawing.push(this);
            let result = self.run(&content, resources, State { matrix: own.then(state.matrix), ..*state });
            self.drawing.pop();
            result
        });
        self.buffers.push(content);
        result
    }

    /// A picture fills the unit square of its matrix; what lies on the page counts. `is_whole`: no part of it is
    /// transparent.
    /// Gives where it stands, in fractions of the page.
    fn picture(&mut self, state: &State, is_whole: bool) -> Area {
        self.marks = true;
        let corners = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)].map(|(x, y)| state.matrix.apply(x, y));
        let span = |values: [f32; 4], bound: f32| {
            let low = values.iter().copied().fold(f32::INFINITY, f32::min).clamp(0.0, bound);
            let high = values.iter().copied().fold(f32::NEG_INFINITY, f32::max).clamp(0.0, bound);
            (low, high.max(low))
        };
        let (x0, x1) = span(corners.map(|(x, _)| x), self.bounds.0);
        let (y0, y1) = span(corners.map(|(_, y)| y), self.bounds.1);
        self.page.image_area((x1 - x0) * (y1 - y0));
        let turned = state.matrix.b * state.matrix.c != 0.0 && state.matrix.a * state.matrix.d != 0.0;
        self.lay(state, [x0, y0, x1, y1], true, is_whole && !turned);
        let share = |value: f32, whole: f32| if whole > 0.0 { value / whole } else { 0.0 };
        let (width, height) = self.bounds;
        Area { x0: share(x0, width), y0: share(y0, height), x1: share(x1, width), y1: share(y1, height) }
    }

    /// Areas that a path fills.
    fn paint(&mut self, state: &State, path: &Path) {
        if self.watch.is_some() && !path.is_drawing {
            for bounds in path.upright_boxes() {
                self.lay(state, bounds, false, true);
            }
        }
    }

    fn lay(&mut self, state: &State, bounds: [f32; 4], is_picture: bool, is_whole: bool) {
        if let Some(watch) = &mut self.watch {
            let bounds = within(bounds, state.clip);
            let covers = is_whole && state.paint.opaque && !state.clip_is_ragged;
            let white = state.paint.white && !is_picture;
            watch.paint(Paint { bounds, begun: self.words.begun(), is_picture, white, covers });
        }
    }

    fn color_space(&self, scope: &Scope<'a>, name: &[u8]) -> ColorSpace {
        let family = match name {
            b"DeviceGray" | b"DeviceRGB" | b"DeviceCMYK" | b"Pattern" | b"G" | b"RGB" | b"CMYK" => name,
            _ => {
                let found = scope
                    .resources
                    .and_then(|resources| self.file.dictionary(resources, b"ColorSpace"))
                    .and_then(|spaces| self.file.get(spaces, &unescape_name(name)));
                match found {
                    Some(Object::Name(name)) => name,
                    Some(Object::Array(parts)) => match parts.first().map(|first| self.file.resolve(first)) {
                        Some(Object::Name(name)) => name,
                        _ => b"".as_slice(),
                    },
                    _ => b"".as_slice(),
                }
            }
        };
        match family {
            b"DeviceGray" | b"DeviceRGB" | b"G" | b"RGB" | b"CalGray" | b"CalRGB" | b"ICCBased" => ColorSpace::Light,
            b"DeviceCMYK" | b"CMYK" | b"Separation" | b"DeviceN" => ColorSpace::Inks,
            _ => ColorSpace::Other,
        }
    }

    fn stroke(&mut self, path: &Path) {
        self.marks |= !path.pieces.is_empty() || !path.boxes.is_empty();
        if path.is_drawing {
            return;
        }
        for &(from, to) in &path.pieces {
            self.rule(from, to);
        }
        for &[x0, y0, x1, y1] in &path.boxes {
            if x1 - x0 <= RULE_THICKNESS_MAX || y1 - y0 <= RULE_THICKNESS_MAX {
                self.thin_box([x0, y0, x1, y1]);
            } else {
                self.rule((x0, y0), (x1, y0));
                self.rule((x0, y1), (x1, y1));
                self.rule((x0, y0), (x0, y1));
                self.rule((x1, y0), (x1, y1));
            }
        }
    }

    fn fill(&mut self, path: &Path) {
        self.marks |= !path.pieces.is_empty() || !path.boxes.is_empty();
        if path.is_drawing {
            return;
        }
        for &bounds in &path.boxes {
            self.thin_box(bounds);
        }
        // A thin box may be drawn by its four sides.
        for outline in path.outlines() {
            self.thin_box(outline);
        }
    }

    fn thin_box(&mut self, [x0, y0, x1, y1]: [f32; 4]) {
        let (width, height) = (x1 - x0, y1 - y0);
        if height <= RULE_THICKNESS_MAX && width > height {
            let middle = f32::midpoint(y0, y1);
            self.rule((x0, middle), (x1, middle));
        } else if width <= RULE_THICKNESS_MAX && height > width {
            let middle = f32::midpoint(x0, x1);
            self.rule((middle, y0), (middle, y1));
        }
    }

    fn rule(&mut self, from: (f32, f32), to: (f32, f32)) {
        let (width, height) = ((to.0 - from.0).abs(), (to.1 - from.1).abs());
        let level = height <= LEVEL_TOLERANCE && width >= RULE_LENGTH_MIN;
        let plumb = width <= LEVEL_TOLERANCE && height >= RULE_LENGTH_MIN;
        let x = |value: f32| value.clamp(0.0, self.bounds.0);
        let y = |value: f32| value.clamp(0.0, self.bounds.1);
        let rule =
            Rule { x0: x(from.0.min(to.0)), y0: y(from.1.min(to.1)), x1: x(from.0.max(to.0)), y1: y(from.1.max(to.1)) };
        // One that lies outside the page has been pressed flat against its edge.
        let seen = (rule.x1 - rule.x0).max(rule.y1 - rule.y0) >= RULE_LENGTH_MIN;
        if (level || plumb) && seen && self.rules < RULES_MAX {
            self.rules += 1;
            self.page.rule(rule);
        }
    }
}

/// A path is at its end: it may have been one to clip by.
fn finish(path: &mut Path, clips: &mut bool, state: &mut State) {
    if std::mem::take(clips) {
        let mut boxes = path.upright_boxes();
        match (boxes.next(), boxes.next()) {
            (Some(only), None) if !path.is_drawing => state.clip = within(only, state.clip),
            _ => state.clip_is_ragged = true,
        }
    }
    path.clear();
}

/// The part of a box that lies in another; empty where there is none.
fn within(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    let (x0, y0) = (a[0].max(b[0]), a[1].max(b[1]));
    [x0, y0, a[2].min(b[2]).max(x0), a[3].min(b[3]).max(y0)]
}

fn fill_color(operator: u32, operands: &[Operand], ink: &mut Ink) {
    let mut numbers = operands.iter().rev().map_while(|operand| match operand {
        Operand::Number(value) => Some(*value),
        _ => None,
    });
    let space = match operator {
        GREY | RGB => ColorSpace::Light,
        INKS => ColorSpace::Inks,
        // An ICC profile of four channels is one of inks.
        _ if ink.space == ColorSpace::Light && operands.len() == 4 => ColorSpace::Inks,
        _ => ink.space,
    };
    ink.white = match space {
        ColorSpace::Light => !operands.is_empty() && numbers.all(|value| value >= 1.0 - WHITE_TOLERANCE),
        ColorSpace::Inks => !operands.is_empty() && numbers.all(|value| value <= WHITE_TOLERANCE),
        ColorSpace::Other => false,
    };
    if !matches!(operator, COLOR | COLOR_NAMED) {
        ink.space = space;
    }
}

#[inline]
fn draw(words: &mut Words, line: &Line, text: Drawn<'_>, at: f32, advance: f32) {
    match text {
        Drawn::One(character) => words.glyph(line, character, at, advance),
        Drawn::Space => words.space(),
        Drawn::Nothing => {}
        Drawn::Several(text) => {
            // Characters of a ligature share its width.
            let share = advance / text.chars().count().max(1) as f32;
            let mut at = at;
            for character in text.chars() {
                if character.is_whitespace() {
                    words.space();
                } else {
                    words.glyph(line, character, at, share);
                }
                at += share;
            }
        }
    }
}

fn push<'c>(operands: &mut Vec<Operand<'c>>, operand: Operand<'c>) -> Result<(), ReadError> {
    if operands.len() >= OPERANDS_MAX {
        return Err(ReadError::ResourceLimit { what: "operands of one drawing operator".to_owned() });
    }
    operands.push(operand);
    Ok(())
}

/// The last `N` operands, when they are numbers.
fn numbers<const N: usize>(operands: &[Operand]) -> Option<[f32; N]> {
    let last: &[Operand; N] = operands.last_chunk()?;
    let mut numbers = [0.0; N];
    for (slot, operand) in numbers.iter_mut().zip(last) {
        let Operand::Number(value) = operand else { return None };
        *slot = *value;
    }
    Some(numbers)
}

fn set(operands: &[Operand], value: &mut f32) {
    if let Some([number]) = numbers(operands) {
        *value = number;
    }
}

/// From the page's user space to points from the top left corner of the turned page, and its size.
fn placement(node: &PageNode, turns: u8, unit: f32) -> (Matrix, f32, f32) {
    let usable = |[x0, y0, x1, y1]: &[f32; 4]| {
        let (width, height) = (x1 - x0, y1 - y0);
        width > 1.0 && height > 1.0 && width <= PAGE_SIDE_MAX && height <= PAGE_SIDE_MAX
    };
    let media = node.media_box.filter(usable).unwrap_or(A4);
    let crop = node
        .crop_box
        .map(|crop| [crop[0].max(media[0]), crop[1].max(media[1]), crop[2].min(media[2]), crop[3].min(media[3])])
        .filter(usable)
        .unwrap_or(media);
    let [x0, y0, x1, y1] = crop;
    let (width, height) = (x1 - x0, y1 - y0);
    let matrix = match turns {
        1 => Matrix::new([0.0, 1.0, 1.0, 0.0, -y0, -x0]),
        2 => Matrix::new([-1.0, 0.0, 0.0, 1.0, x1, -y0]),
        3 => Matrix::new([0.0, -1.0, -1.0, 0.0, y1, x1]),
        _ => Matrix::new([1.0, 0.0, 0.0, -1.0, -x0, y1]),
    };
    let (width, height) = if turns % 2 == 1 { (height, width) } else { (width, height) };
    let scaled = Matrix { a: unit, d: unit, ..Matrix::IDENTITY };
    (matrix.then(scaled), width * unit, height * unit)
}
