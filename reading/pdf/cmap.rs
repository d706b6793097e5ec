//! `CMap` programs: what a character code means (`ToUnicode`) or which glyph it selects (an embedded encoding).

use super::lexer::{Lexer, Token};
use super::radicals;

/// Entries of one map. A font has at most 65,536 glyphs; four times that allows for maps written twice over.
const ENTRIES_MAX: usize = 262_144;

/// Characters that one code may stand for. The longest real ligature (﷽ spelt out) has 18.
const TEXT_CHARS_MAX: usize = 32;

/// What a range of codes maps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    /// The first code's character; the following codes count on from it.
    Char(u32),
    /// Index in [`CMap::texts`], for one code that stands for several characters.
    Text(u32),
    /// The first code's CID; the following codes count on.
    Cid(u32),
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    low: u32,
    high: u32,
    target: Target,
}

/// A range of codes of `length` bytes.
#[derive(Debug, Clone, Copy)]
struct CodeSpace {
    length: usize,
    low: u32,
    high: u32,
}

#[derive(Debug, Default)]
pub struct CMap {
    entries: Vec<Entry>,
    texts: Vec<String>,
    spaces: Vec<CodeSpace>,
}

/// What a code stands for.
#[derive(Debug, PartialEq, Eq)]
pub enum Meaning<'a> {
    Char(char),
    Text(&'a str),
}

fn code_of(bytes: &[u8]) -> Option<u32> {
    (!bytes.is_empty() && bytes.len() <= 4).then(|| bytes.iter().fold(0_u32, |code, &byte| code << 8 | u32::from(byte)))
}

impl CMap {
    /// Reads a program; what cannot be made sense of is left out.
    pub fn parse(program: &[u8]) -> Self {
        let mut map = Self::default();
        let mut lexer = Lexer::new(program);
        // Operands since the last operator: ranges in the lexer's strings, or numbers.
        let mut operands: Vec<Operand> = Vec::new();
        while let Some(token) = lexer.next() {
            if map.entries.len() >= ENTRIES_MAX {
                break;
            }
            match token {
                Token::Str { start, end } => operands.push(Operand::Bytes(start, end)),
                Token::Number(value) => operands.push(Operand::Number(value as u32)),
                Token::ArrayStart => operands.push(Operand::ArrayStart),
                Token::ArrayEnd => operands.push(Operand::ArrayEnd),
                Token::Word(word) => {
                    match word {
                        b"endcodespacerange" => map.code_spaces(&lexer, &operands),
                        b"endbfchar" => map.chars(&lexer, &operands),
                        b"endbfrange" => map.ranges(&lexer, &operands),
                        b"endcidchar" => map.cid_chars(&lexer, &operands),
                        b"endcidrange" => map.cid_ranges(&lexer, &operands),
                        _ => {}
                    }
                    operands.clear();
                    lexer.strings.clear();
                }
                Token::Name(_) | Token::Mark => {}
            }
            // A section has at most 100 lines by the standard; some writers put all 65,536 into one.
            if operands.len() > 4 * ENTRIES_MAX {
                break;
            }
        }
        // A later entry for the same code wins, so it must come last among its equals.
        map.entries.sort_by_key(|entry| entry.low);
        map
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn find(&self, code: u32) -> Option<Entry> {
        let after = self.entries.partition_point(|entry| entry.low <= code);
        // Ranges rarely overlap; where a short one lies in a long one, a step or two back finds the long one.
        self.entries.get(after.saturating_sub(8)..after)?.iter().rev().find(|entry| code <= entry.high).copied()
    }

    /// What a code stands for, in a `ToUnicode` map.
    pub fn meaning(&self, code: u32) -> Option<Meaning<'_>> {
        let entry = self.find(code)?;
        match entry.target {
            Target::Char(first) => char::from_u32(first.checked_add(code - entry.low)?).map(Meaning::Char),
            Target::Text(index) => self.texts.get(index as usize).map(|text| Meaning::Text(text)),
            Target::Cid(_) => None,
        }
    }

    /// Which glyph a code selects, in an encoding.
    pub fn cid(&self, code: u32) -> Option<u32> {
        let entry = self.find(code)?;
        match entry.target {
            Target::Cid(first) => first.checked_add(code - entry.low),
            Target::Char(_) | Target::Text(_) => None,
        }
    }

    /// The first code of a string and its length in bytes, by the code spaces; two bytes where none fits.
    pub fn next_code(&self, bytes: &[u8]) -> (u32, usize) {
        let mut code = 0_u32;
        for (index, &byte) in bytes.iter().take(4).enumerate() {
            code = code << 8 | u32::from(byte);
            let length = index + 1;
            if self.spaces.iter().any(|space| space.length == length && within(code, space, length)) {
                return (code, length);
            }
        }
        match bytes {
            [high, low, ..] => (u32::from(*high) << 8 | u32::from(*low), 2),
            [only] => (u32::from(*only), 1),
            [] => (0, 1),
        }
    }

    fn push(&mut self, low: u32, high: u32, target: Target) {
        // A `ToUnicode` range of more than 65,536 codes cannot be meant; cut, so that a hostile one costs nothing.
        let high = high.min(low.saturating_add(0xffff));
        if low <= high && self.entries.len() < ENTRIES_MAX {
            self.entries.push(Entry { low, high, target });
        }
    }

    fn code_spaces(&mut self, lexer: &Lexer, operands: &[Operand]) {
        for pair in operands.chunks_exact(2) {
            if let [Operand::Bytes(a, b), Operand::Bytes(c, d)] = *pair
                && let (Some(low), Some(high)) = (code_of(lexer.string(a, b)), code_of(lexer.string(c, d)))
                && self.spaces.len() < 256
            {
                self.spaces.push(CodeSpace { length: b - a, low, high });
            }
        }
    }

    fn chars(&mut self, lexer: &Lexer, operands: &[Operand]) {
        for pair in operands.chunks_exact(2) {
            if let [Operand::Bytes(a, b), Operand::Bytes(c, d)] = *pair
                && let Some(code) = code_of(lexer.string(a, b))
                && let Some(target) = self.text_target(lexer.string(c, d))
            {
                self.push(code, code, target);
            }
        }
    }

    fn ranges(&mut self, lexer: &Lexer, operands: &[Operand]) {
        let mut rest = operands;
        while let [Operand::Bytes(a, b), Operand::Bytes(c, d), tail @ ..] = rest {
            rest = tail;
            let codes = code_of(lexer.string(*a, *b)).zip(code_of(lexer.string(*c, *d)));
            match rest {
                [Operand::Bytes(from, to), tail @ ..] => {
                    rest = tail;
                    if let Some((low, high)) = codes
                        && let Some(target) = self.text_target(lexer.string(*from, *to))
                    {
                        self.push(low, high, target);
                    }
                }
                [Operand::ArrayStart, tail @ ..] => {
                    rest = tail;
                    let mut code = codes.map(|(low, _)| low);
                    while let [Operand::Bytes(from, to), tail @ ..] = rest {
                        rest = tail;
                        if let Some(this) = code
                            && let Some(target) = self.text_target(lexer.string(*from, *to))
                        {
                            self.push(this, this, target);
                        }
                        code = code.and_then(|this| this.checked_add(1));
                    }
                    if let [Operand::ArrayEnd, tail @ ..] = rest {
                        rest = tail;
                    }
                }
                _ => return,
            }
        }
    }

    fn cid_chars(&mut self, lexer: &Lexer, operands: &[Operand]) {
        for pair in operands.chunks_exact(2) {
            if let [Operand::Bytes(a, b), Operand::Number(cid)] = *pair
                && let Some(code) = code_of(lexer.string(a, b))
            {
                self.push(code, code, Target::Cid(cid));
            }
        }
    }

    fn cid_ranges(&mut self, lexer: &Lexer, operands: &[Operand]) {
        for triple in operands.chunks_exact(3) {
            if let [Operand::Bytes(a, b), Operand::Bytes(c, d), Operand::Number(cid)] = *triple
                && let (Some(low), Some(high)) = (code_of(lexer.string(a, b)), code_of(lexer.string(c, d)))
            {
                self.push(low, high, Target::Cid(cid));
            }
        }
    }

    /// UTF-16BE text as a target; `None` for none and for U+0000, which writers use for "nothing".
    fn text_target(&mut self, utf16: &[u8]) -> Option<Target> {
        let text = text_of_utf16(utf16)?;
        let mut characters = text.chars();
        let first = characters.next()?;
        if characters.next().is_none() {
            return Some(Target::Char(u32::from(first)));
        }
        let index = u32::try_from(self.texts.len()).ok()?;
        self.texts.push(text.chars().map(radicals::typed).collect());
        Some(Target::Text(index))
    }
}

fn within(code: u32, space: &CodeSpace, length: usize) -> bool {
    // Code spaces are rectangles: each byte has its own range (ISO 32000-1, 9.7.6.2).
    (0..length).all(|index| {
        let byte = |value: u32| value >> (8 * index) & 0xff;
        (byte(space.low)..=byte(space.high)).contains(&byte(code))
    })
}

fn text_of_utf16(bytes: &[u8]) -> Option<String> {
    // One byte is written by some producers for a code below 256.
    if let [only] = bytes {
        return (*only != 0).then(|| char::from(*only).to_string());
    }
    let units = bytes.chunks_exact(2).map(|pair| match *pair {
        [high, low] => u16::from_be_bytes([high, low]),
        _ => 0,
    });
    let text: String = char::decode_utf16(units).take(TEXT_CHARS_MAX).map_while(Result::ok).collect();
    let nothing = text.chars().all(|character| character == '\0');
    (!nothing).then_some(text)
}

#[derive(Debug, Clone, Copy)]
enum Operand {
    Bytes(usize, usize),
    Number(u32),
    ArrayStart,
    ArrayEnd,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(map: &CMap, code: u32) -> String {
        match map.meaning(code) {
            Some(Meaning::Char(character)) => character.to_string(),
            Some(Meaning::Text(text)) => text.to_owned(),
            None => "-".to_owned(),
        }
    }

    #[test]
    fn reads_characters_ranges_and_arrays() {
        let map = CMap::parse(
            b"1 begincodespacerange <0000> <ffff> endcodespacerange
              2 beginbfchar <0001> <4EBA> <0002> <00660069> endbfchar
              2 beginbfrange <0010> <0019> <0030> <0020> <0021> [<6C11> <D842DFB7>] endbfrange",
        );
        assert_eq!(text(&map, 1), "人");
        assert_eq!(text(&map, 2), "fi");
        assert_eq!(text(&map, 0x13), "3");
        assert_eq!(text(&map, 0x20), "民");
        assert_eq!(text(&map, 0x21), "𠮷");
        assert_eq!(text(&map, 0x22), "-");
    }

    #[test]
    fn a_code_that_maps_to_nothing_is_unknown() {
        let map = CMap::parse(b"1 beginbfchar <03> <0000> endbfchar 1 beginbfrange <05> <04> <0041> endbfrange");
        assert_eq!(text(&map, 3), "-");
        assert_eq!(text(&map, 4), "-");
    }

    #[test]
    fn codes_are_cut_by_their_code_spaces() {
        let map = CMap::parse(
            b"2 begincodespacerange <00> <80> <8140> <fefe> endcodespacerange
              1 begincidrange <20> <7e> 1 endcidrange 1 begincidchar <8140> 900 endcidchar",
        );
        assert_eq!(map.next_code(b"A\x81\x40"), (0x41, 1));
        assert_eq!(map.next_code(b"\x81\x40A"), (0x8140, 2));
        assert_eq!(map.cid(0x41), Some(34));
        assert_eq!(map.cid(0x8140), Some(900));
    }

    #[test]
    fn a_range_over_all_codes_costs_nothing() {
        let map =
            CMap::parse(b"1 beginbfrange <00000000> <ffffffff> <0000> endbfrange 1 beginbfrange <00> <ff> <0041>");
        assert!(map.entries.len() <= 1);
    }
}
