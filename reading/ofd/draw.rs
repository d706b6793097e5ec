//! A page's objects → its words and rules.
//!
//! An object's coordinates go through its `CTM`, then stand in its `Boundary` on the page; millimetres, y down.

use model::page::{PageBuilder, Rule};

use super::resources::Resources;
use crate::ReadError;
use crate::pdf::words::{self, Line, Words};
use crate::xml::Element;

/// Points in a millimetre.
const POINTS: f32 = 72.0 / 25.4;

/// Composites in composites; real ones hold pictures and text.
const COMPOSITES_MAX: usize = 8;

/// Ruled lines of one page; a dense table has some thousand.
const RULES_MAX: usize = 50_000;

/// Points: a filled box this thin is a line.
const RULE_THICKNESS_MAX: f32 = 3.0;

/// Points: shorter ones are dashes and parts of drawn letters.
const RULE_LENGTH_MIN: f32 = 4.0;

/// Points by which the ends of a line may differ for it to count as level.
const LEVEL_TOLERANCE: f32 = 0.5;

/// Ems that a character may be wider than is thought here before the rest counts as a gap: fonts differ.
const WIDTH_TOLERANCE: f32 = 0.25;

/// What fonts for Chinese have above and below the baseline, in ems.
const ASCENT: f32 = 0.88;
const DESCENT: f32 = -0.12;

/// Maps (x, y) to (a x + c y + e, b x + d y + f).
#[derive(Debug, Clone, Copy)]
pub struct Matrix([f32; 6]);

impl Matrix {
    /// From a page's millimetres, whose box begins at (`x`, `y`), to points.
    pub fn page(x: f32, y: f32) -> Self {
        Self([POINTS, 0.0, 0.0, POINTS, -x * POINTS, -y * POINTS])
    }

    /// First `inner`, then this.
    fn after(self, inner: [f32; 6]) -> Self {
        let [a, b, c, d, ..] = inner;
        let (x, y) = (self.vector(a, b), self.vector(c, d));
        let at = self.point(inner[4], inner[5]);
        Self([x.0, x.1, y.0, y.1, at.0, at.1])
    }

    fn vector(self, x: f32, y: f32) -> (f32, f32) {
        let Self([a, b, c, d, ..]) = self;
        (a * x + c * y, b * x + d * y)
    }

    fn point(self, x: f32, y: f32) -> (f32, f32) {
        let (vx, vy) = self.vector(x, y);
        (vx + self.0[4], vy + self.0[5])
    }
}

/// Numbers separated by white space; `None` if there are not as many, or one is none.
pub fn numbers<const N: usize>(text: &str) -> Option<[f32; N]> {
    let mut numbers = [0.0; N];
    let mut read = text.split_ascii_whitespace();
    for number in &mut numbers {
        *number = read.next()?.parse().ok().filter(|number: &f32| number.is_finite())?;
    }
    Some(numbers)
}

/// What all pages together may still cost.
#[derive(Debug)]
pub struct Budget {
    pub objects: u32,
    pub glyphs: u32,
}

impl Budget {
    fn object(&mut self) -> Result<(), ReadError> {
        self.objects = self.objects.checked_sub(1).ok_or_else(|| too_much("drawing objects"))?;
        Ok(())
    }

    fn glyph(&mut self) -> Result<(), ReadError> {
        self.glyphs = self.glyphs.checked_sub(1).ok_or_else(|| too_much("glyphs"))?;
        Ok(())
    }
}

fn too_much(what: &str) -> ReadError {
    ReadError::ResourceLimit { what: what.to_owned() }
}

/// One page being drawn.
pub struct Drawing<'a> {
    pub words: &'a mut Words,
    pub page: &'a mut PageBuilder,
    pub budget: &'a mut Budget,
    pub resources: &'a Resources,
    /// Width and height in points.
    pub size: (f32, f32),
    pub rules: usize,
    /// Whether anything was drawn at all.
    pub marks: bool,
}

impl Drawing<'_> {
    /// Draws what a page's `Content` holds: layers, blocks and the objects in them.
    pub fn content(&mut self, content: &Element, matrix: Matrix, composites: usize) -> Result<(), ReadError> {
        for object in &content.children {
            self.budget.object()?;
            if object.attribute("Visible").is_some_and(|visible| visible == "false") {
                continue;
            }
            match object.name.as_str() {
                "Layer" | "PageBlock" | "Content" => self.content(object, matrix, composites)?,
                "TextObject" => self.text_object(object, placed(object, matrix))?,
                "PathObject" => self.path_object(object, placed(object, matrix))?,
                "ImageObject" => self.image_object(object, matrix),
                "CompositeObject" if composites < COMPOSITES_MAX => {
                    let unit = object.attribute("ResourceID").and_then(|id| self.resources.composite(id));
                    if let Some(unit) = unit {
                        self.content(unit, placed(object, matrix), composites + 1)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn text_object(&mut self, object: &Element, matrix: Matrix) -> Result<(), ReadError> {
        let number = |name: &str| object.attribute(name).and_then(|value| value.trim().parse::<f32>().ok());
        let Some(size) = number("Size").filter(|size| size.is_finite() && *size > 0.0) else { return Ok(()) };
        let scale = number("HScale").filter(|scale| scale.is_finite() && *scale > 0.0).unwrap_or(1.0);
        let turn = |name: &str| number(name).map_or(0, |degrees| (degrees.rem_euclid(360.0) / 90.0).round() as u32 % 4);
        let (glyph_turn, reading_turn) = (turn("CharDirection"), turn("ReadDirection"));
        let run = matrix.vector(1.0, 0.0);
        let stretch = run.0.hypot(run.1);
        let rise = matrix.vector(0.0, 1.0);
        let font_size = size * rise.0.hypot(rise.1);
        let em = size * scale * stretch;
        if !(em.is_finite() && em > 0.0 && font_size.is_finite() && font_size > 0.0) {
            return Ok(());
        }
        let along = turned((run.0 / stretch, run.1 / stretch), glyph_turn);
        let line = Line {
            origin: (0.0, 0.0),
            along,
            direction: words::direction(along),
            em,
            font_size,
            font: object.attribute("Font").map_or(0, |id| self.resources.font(id)),
            ascent: ASCENT,
            descent: DESCENT,
            hidden: is_hidden(object),
            // Colours are not followed here.
            white: false,
        };
        let mut pen = (0.0, 0.0);
        for code in object.children("TextCode") {
            self.budget.object()?;
            let start = |name: &str, before: f32| {
                let given = code.attribute(name).and_then(|value| value.trim().parse().ok());
                given.filter(|value: &f32| value.is_finite()).unwrap_or(before)
            };
            pen = (start("X", pen.0), start("Y", pen.1));
            let mut steps_down = Deltas::of(code.attribute("DeltaY")).take(code.text.len());
            let is_level = glyph_turn == 0 && reading_turn == 0 && steps_down.all(|step| step == 0.0);
            self.marks = true;
            self.words.start_operator();
            self.text_code(code, pen, is_level, reading_turn, (size, size * scale), matrix, line)?;
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "what is the same for all characters, taken apart once")]
    fn text_code(
        &mut self,
        code: &Element,
        start: (f32, f32),
        is_level: bool,
        reading_turn: u32,
        (height, width): (f32, f32),
        matrix: Matrix,
        mut line: Line,
    ) -> Result<(), ReadError> {
        let stretch = line.em / width;
        let mut steps_x = Deltas::of(code.attribute("DeltaX"));
        let mut steps_y = Deltas::of(code.attribute("DeltaY"));
        // White space at its ends is the writer's, not the page's.
        let text = if code.text.starts_with(['\n', '\r']) { code.text.trim() } else { code.text.as_str() };
        let (mut x, mut y) = start;
        line.origin = matrix.point(x, y);
        for character in text.chars() {
            self.budget.glyph()?;
            let thought = width_of(character);
            let unsaid = if character.is_ascii() { 0.5 } else { thought };
            let given = steps_x.next();
            let (step_x, step_y) = match (given, steps_y.next(), reading_turn) {
                (None, None, 0) => (unsaid * width, 0.0),
                (None, None, 1) => (0.0, height),
                (None, None, 2) => (-unsaid * width, 0.0),
                (None, None, _) => (0.0, -height),
                (step_x, step_y, _) => (step_x.unwrap_or(0.0), step_y.unwrap_or(0.0)),
            };
            if character.is_whitespace() {
                self.words.space();
            } else if !character.is_control() {
                // A step a little wider than the character is thought to be says how wide it is.
                let step =
                    given.map(|step| step / width).filter(|step| *step > 0.0 && *step <= thought + WIDTH_TOLERANCE);
                let advance = step.filter(|_| is_level).unwrap_or(thought);
                if is_level {
                    self.words.glyph(&line, character, (x - start.0) * stretch, advance * line.em);
                } else {
                    line.origin = matrix.point(x, y);
                    self.words.start_operator();
                    self.words.glyph(&line, character, 0.0, advance * line.em);
                }
            }
            (x, y) = (x + step_x, y + step_y);
        }
        Ok(())
    }

    fn path_object(&mut self, object: &Element, matrix: Matrix) -> Result<(), ReadError> {
        self.marks = true;
        let Some(data) = object.child("AbbreviatedData") else { return Ok(()) };
        let is = |name: &str, default: bool| object.attribute(name).map_or(default, |value| value.trim() == "true");
        let (is_stroked, is_filled) = (is("Stroke", true), is("Fill", false));
        let mut outline = Outline::default();
        let mut tokens = data.text.split_ascii_whitespace();
        while let Some(token) = tokens.next() {
            self.budget.object()?;
            let mut next = || tokens.next().and_then(|token| token.parse::<f32>().ok());
            let mut pair = || Some(matrix.point(next()?, next()?));
            match token {
                "S" | "M" => {
                    self.outline(&outline, is_filled);
                    outline = Outline::default();
                    outline.points.extend(pair());
                }
                "L" => {
                    let (from, to) = (outline.points.last().copied(), pair());
                    if let (true, Some(from), Some(to)) = (is_stroked, from, to) {
                        self.rule(from, to);
                    }
                    outline.points.extend(to);
                }
                "C" => {
                    if let (true, Some(from), Some(to)) = (is_stroked, outline.points.last(), outline.points.first()) {
                        self.rule(*from, *to);
                    }
                }
                // Curves bound no table; the numbers after the letters are passed over one by one.
                "Q" | "B" | "A" => outline.is_curved = true,
                _ => {}
            }
        }
        self.outline(&outline, is_filled);
        Ok(())
    }

    /// A filled box that is thin is a rule.
    fn outline(&mut self, outline: &Outline, is_filled: bool) {
        if !is_filled || outline.is_curved || !(4..=5).contains(&outline.points.len()) {
            return;
        }
        let bounds = |pick: fn(&(f32, f32)) -> f32| {
            let values = outline.points.iter().map(pick);
            (values.clone().fold(f32::INFINITY, f32::min), values.fold(f32::NEG_INFINITY, f32::max))
        };
        let ((x0, x1), (y0, y1)) = (bounds(|point| point.0), bounds(|point| point.1));
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
        let x = |value: f32| value.clamp(0.0, self.size.0);
        let y = |value: f32| value.clamp(0.0, self.size.1);
        let rule =
            Rule { x0: x(from.0.min(to.0)), y0: y(from.1.min(to.1)), x1: x(from.0.max(to.0)), y1: y(from.1.max(to.1)) };
        // One that lies outside the page has been pressed flat against its edge.
        let seen = (rule.x1 - rule.x0).max(rule.y1 - rule.y0) >= RULE_LENGTH_MIN;
        if (level || plumb) && seen && self.rules < RULES_MAX {
            self.rules += 1;
            self.page.rule(rule);
        }
    }

    fn image_object(&mut self, object: &Element, matrix: Matrix) {
        self.marks = true;
        let Some([x, y, width, height]) = object.attribute("Boundary").and_then(numbers) else { return };
        let (from, to) = (matrix.point(x, y), matrix.point(x + width, y + height));
        let within = |value: f32, most: f32| value.clamp(0.0, most);
        let width = within(to.0.max(from.0), self.size.0) - within(to.0.min(from.0), self.size.0);
        let height = within(to.1.max(from.1), self.size.1) - within(to.1.min(from.1), self.size.1);
        let area = width * height;
        if area.is_finite() {
            self.page.image_area(area);
        }
    }
}

#[derive(Default)]
struct Outline {
    points: Vec<(f32, f32)>,
    is_curved: bool,
}

/// An object's own coordinates → the page's points.
fn placed(object: &Element, matrix: Matrix) -> Matrix {
    let [x, y] = object.attribute("Boundary").and_then(numbers).unwrap_or([0.0; 2]);
    let matrix = matrix.after([1.0, 0.0, 0.0, 1.0, x, y]);
    match object.attribute("CTM").and_then(numbers) {
        Some(own) => matrix.after(own),
        None => matrix,
    }
}

/// Drawn without a mark: neither filled nor stroked, or wholly transparent.
fn is_hidden(object: &Element) -> bool {
    let is = |name: &str, default: bool| object.attribute(name).map_or(default, |value| value.trim() == "true");
    let is_clear = |element: &Element| element.attribute("Alpha").is_some_and(|alpha| alpha.trim() == "0");
    !(is("Fill", true) || is("Stroke", false)) || is_clear(object) || object.child("FillColor").is_some_and(is_clear)
}

/// A vector turned clockwise, as it looks with y down, by quarters.
const fn turned((x, y): (f32, f32), quarters: u32) -> (f32, f32) {
    match quarters {
        0 => (x, y),
        1 => (-y, x),
        2 => (-x, -y),
        _ => (y, -x),
    }
}

/// The steps between characters: numbers, and `g n d` for `d` n times. Read one by one, however many `n` says.
struct Deltas<'a> {
    tokens: std::str::SplitAsciiWhitespace<'a>,
    repeated: (u32, f32),
}

impl<'a> Deltas<'a> {
    fn of(text: Option<&'a str>) -> Self {
        Self { tokens: text.unwrap_or("").split_ascii_whitespace(), repeated: (0, 0.0) }
    }
}

impl Iterator for Deltas<'_> {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        loop {
            if let (left @ 1.., step) = self.repeated {
                self.repeated.0 = left - 1;
                return Some(step);
            }
            let number = |text: &str| text.parse::<f32>().ok().filter(|number| number.is_finite());
            match self.tokens.next()? {
                "g" => self.repeated = (self.tokens.next()?.parse().ok()?, number(self.tokens.next()?)?),
                step => return number(step),
            }
        }
    }
}

/// How wide a character is thought to be, in ems. Chinese, and what is set as wide as Chinese, is one em. Of ASCII the
/// wide letters are as in common fonts and all others half, as digits are.
fn width_of(character: char) -> f32 {
    match character {
        'W' | 'M' | '@' | '%' | 'm' | 'w' => 0.9,
        'A'..='H' | 'K' | 'N'..='V' | 'X'..='Z' | '&' | '+' | '<'..='>' | '~' => 0.7,
        '\0'..='\u{7F}' => 0.5,
        '\u{80}'..='\u{200F}' => 0.6,
        _ => 1.0,
    }
}
