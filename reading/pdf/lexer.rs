//! Tokens of a content stream or a `CMap` program, without an allocation for each.

/// One token. Strings are decoded into [`Lexer::strings`]; everything else borrows from the input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Token<'a> {
    Number(f32),
    /// Without the slash; `#xx` escapes are left as they are, see [`unescape_name`].
    Name(&'a [u8]),
    /// A range in [`Lexer::strings`].
    Str {
        start: usize,
        end: usize,
    },
    ArrayStart,
    ArrayEnd,
    /// `<<`, `>>`, `{`, `}`: no operator that is read here takes one.
    Mark,
    Word(&'a [u8]),
}

pub struct Lexer<'a> {
    data: &'a [u8],
    position: usize,
    pub strings: Vec<u8>,
}

const REGULAR: u8 = 0;
const SPACE: u8 = 1;
const DELIMITER: u8 = 2;

/// What each byte is between tokens.
static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [REGULAR; 256];
    let mut byte = 0_u8;
    loop {
        let class = match byte {
            b' ' | b'\n' | b'\r' | b'\t' | 0x0c | 0 => SPACE,
            b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%' => DELIMITER,
            _ => REGULAR,
        };
        if let Some(slot) = classes.split_at_mut(byte as usize).1.first_mut() {
            *slot = class;
        }
        if byte == u8::MAX {
            return classes;
        }
        byte += 1;
    }
}

/// Negative powers of ten, up to the digits that [`Lexer::next`] takes for a plain number.
const TENTHS: [f64; 16] =
    [1e0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15];

#[inline]
fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(REGULAR)
}

fn is_space(byte: u8) -> bool {
    class(byte) == SPACE
}

const fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

impl<'a> Lexer<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Self::at(data, 0)
    }

    pub fn at(data: &'a [u8], position: usize) -> Self {
        Self { data, position: position.min(data.len()), strings: Vec::new() }
    }

    pub fn position(&self) -> usize {
        self.position
    }

    pub fn go_to(&mut self, position: usize) {
        self.position = position.min(self.data.len());
    }

    pub fn string(&self, start: usize, end: usize) -> &[u8] {
        self.strings.get(start..end).unwrap_or(&[])
    }

    pub fn peek(&self) -> Option<u8> {
        self.data.get(self.position).copied()
    }

    pub fn rest(&self) -> &'a [u8] {
        self.data.get(self.position..).unwrap_or(&[])
    }

    /// Steps over white space and comments; the byte that comes then.
    #[inline]
    pub fn skip_space(&mut self) -> Option<u8> {
        loop {
            let byte = self.peek()?;
            if byte == b'%' {
                let line = self.rest();
                self.position += memchr::memchr2(b'\n', b'\r', line).unwrap_or(line.len());
            } else if is_space(byte) {
                self.position += 1;
            } else {
                return Some(byte);
            }
        }
    }

    /// `None` at the end of the input.
    #[inline]
    pub fn next(&mut self) -> Option<Token<'a>> {
        let first = self.skip_space()?;
        Some(match first {
            b'0'..=b'9' | b'+' | b'-' | b'.' => self.number(),
            b'/' => {
                self.position += 1;
                Token::Name(self.run())
            }
            b'(' => self.literal_string(),
            b'<' if self.data.get(self.position + 1) == Some(&b'<') => self.mark(2),
            b'<' => self.hex_string(),
            b'>' if self.data.get(self.position + 1) == Some(&b'>') => self.mark(2),
            b'[' => {
                self.position += 1;
                Token::ArrayStart
            }
            b']' => {
                self.position += 1;
                Token::ArrayEnd
            }
            b'{' | b'}' | b')' | b'>' => self.mark(1),
            _ => Token::Word(self.run()),
        })
    }

    fn mark(&mut self, length: usize) -> Token<'a> {
        self.position += length;
        Token::Mark
    }

    /// The bytes up to the next white space or delimiter.
    #[inline]
    fn run(&mut self) -> &'a [u8] {
        let rest = self.rest();
        let length = rest.iter().position(|&byte| class(byte) != REGULAR).unwrap_or(rest.len());
        self.position += length;
        rest.get(..length).unwrap_or(&[])
    }

    #[inline]
    fn number(&mut self) -> Token<'a> {
        let rest = self.rest();
        let (negative, digits) = match rest {
            [b'-', digits @ ..] => (true, digits),
            _ => (false, rest),
        };
        // Nearly all numbers: some digits, one point, then white space or a delimiter. Fifteen digits are exact in
        // a double, and the error of the tenth is far below what an f32 keeps.
        let mut mantissa = 0_u64;
        let mut point = None;
        for (length, &byte) in digits.iter().take(16).enumerate() {
            let digit = byte.wrapping_sub(b'0');
            if digit <= 9 {
                mantissa = mantissa * 10 + u64::from(digit);
            } else if byte == b'.' && point.is_none() {
                point = Some(length);
            } else if class(byte) != REGULAR && length > 0 {
                self.position += length + usize::from(negative);
                let decimals = point.map_or(0, |point| length - point - 1);
                let value = (mantissa as f64 * TENTHS.get(decimals).copied().unwrap_or(0.0)) as f32;
                return Token::Number(if negative { -value } else { value });
            } else {
                break;
            }
        }
        self.odd_number()
    }

    /// Producers write `--5`, `1.2.3`, `5-3` and `9Tf`; like other readers this takes the first sign and one point,
    /// drops digits after a second one, and lets a letter start the next token.
    #[cold]
    fn odd_number(&mut self) -> Token<'a> {
        let mut mantissa = 0.0_f64;
        let mut scale = 0.0_f64;
        let mut negative = false;
        let mut digits = 0;
        let mut ended = false;
        let mut length = 0;
        for &byte in self.rest() {
            match byte {
                b'0'..=b'9' if ended => {}
                // More digits than a double can hold change nothing but its size.
                b'0'..=b'9' if digits < 300 => {
                    mantissa = mantissa * 10.0 + f64::from(byte - b'0');
                    scale *= 10.0;
                    digits += 1;
                }
                b'0'..=b'9' => {}
                b'.' if scale == 0.0 => scale = 1.0,
                b'-' if length == 0 => negative = true,
                b'-' | b'+' if digits == 0 => {}
                b'-' | b'+' | b'.' => ended = true,
                _ => break,
            }
            length += 1;
        }
        self.position += length;
        let value = if scale > 1.0 { mantissa / scale } else { mantissa };
        Token::Number(if negative { -value } else { value } as f32)
    }

    fn literal_string(&mut self) -> Token<'a> {
        self.position += 1;
        let start = self.strings.len();
        let mut depth = 0_u32;
        loop {
            while let Some(byte) = self.peek()
                && !matches!(byte, b'(' | b')' | b'\\' | b'\r')
            {
                self.strings.push(byte);
                self.position += 1;
            }
            let Some(byte) = self.peek() else { break };
            self.position += 1;
            match byte {
                b'(' => {
                    depth += 1;
                    self.strings.push(byte);
                }
                b')' if depth == 0 => break,
                b')' => {
                    depth -= 1;
                    self.strings.push(byte);
                }
                b'\r' => {
                    // Any end of line inside a string reads as one line feed.
                    if self.peek() == Some(b'\n') {
                        self.position += 1;
                    }
                    self.strings.push(b'\n');
                }
                _ => {
                    // `\000`: writers of UTF-16 escape every other byte.
                    if let Some([a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7']) =
                        self.data.get(self.position..self.position + 3)
                    {
                        self.strings.push((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'));
                        self.position += 3;
                    } else {
                        self.escape();
                    }
                }
            }
        }
        Token::Str { start, end: self.strings.len() }
    }

    /// What follows a backslash.
    fn escape(&mut self) {
        let Some(byte) = self.peek() else { return };
        self.position += 1;
        let plain = match byte {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else { break };
                    value = value * 8 + u32::from(digit - b'0');
                    self.position += 1;
                }
                (value & 0xff) as u8
            }
            b'\n' => return,
            b'\r' => {
                if self.peek() == Some(b'\n') {
                    self.position += 1;
                }
                return;
            }
            other => other,
        };
        self.strings.push(plain);
    }

    fn hex_string(&mut self) -> Token<'a> {
        self.position += 1;
        let start = self.strings.len();
        let mut high: Option<u8> = None;
        while let Some(byte) = self.peek() {
            self.position += 1;
            if let Some(digit) = hex_digit(byte) {
                match high.take() {
                    Some(first) => self.strings.push(first << 4 | digit),
                    None => high = Some(digit),
                }
            } else if byte == b'>' {
                break;
            }
        }
        if let Some(first) = high {
            self.strings.push(first << 4);
        }
        Token::Str { start, end: self.strings.len() }
    }

    /// Steps over the data of an inline image, the lexer standing right after `ID`.
    ///
    /// Its length is not written anywhere before PDF 2.0, so the end is the first `EI` that stands alone and is
    /// followed by what looks like content rather than by samples.
    pub fn skip_inline_image(&mut self) {
        let rest = self.rest();
        for found in memchr::memmem::find_iter(rest, b"EI") {
            let before = found.checked_sub(1).and_then(|at| rest.get(at)).is_none_or(|&byte| is_space(byte));
            let after = rest.get(found + 2..).unwrap_or(&[]);
            let alone = before && after.first().is_none_or(|&byte| is_space(byte));
            let looks_like_content =
                after.iter().take(12).all(|&byte| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t'));
            if alone && looks_like_content {
                self.position += found + 2;
                return;
            }
        }
        self.position = self.data.len();
    }
}

/// A name with its `#xx` escapes resolved, for the rare one that has any.
pub fn unescape_name(name: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    if memchr::memchr(b'#', name).is_none() {
        return std::borrow::Cow::Borrowed(name);
    }
    let mut plain = Vec::with_capacity(name.len());
    let mut rest = name;
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'#', [high, low, after @ ..]) if hex_digit(*high).is_some() && hex_digit(*low).is_some() => {
                plain.push(hex_digit(*high).unwrap_or(0) << 4 | hex_digit(*low).unwrap_or(0));
                rest = after;
            }
            _ => {
                plain.push(*first);
                rest = tail;
            }
        }
    }
    std::borrow::Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &[u8]) -> String {
        let mut lexer = Lexer::new(text);
        let mut out = Vec::new();
        while let Some(token) = lexer.next() {
            out.push(match token {
                Token::Number(value) => format!("{value}"),
                Token::Name(name) => format!("/{}", String::from_utf8_lossy(name)),
                Token::Str { start, end } => format!("({})", String::from_utf8_lossy(lexer.string(start, end))),
                Token::ArrayStart => "[".to_owned(),
                Token::ArrayEnd => "]".to_owned(),
                Token::Mark => "mark".to_owned(),
                Token::Word(word) => String::from_utf8_lossy(word).into_owned(),
            });
        }
        out.join(" ")
    }

    #[test]
    fn reads_what_producers_write() {
        assert_eq!(tokens(b"1 0 0 -1.5 .25 +7 Tm"), "1 0 0 -1.5 0.25 7 Tm");
        assert_eq!(tokens(b"/F1 9Tf"), "/F1 9 Tf");
        assert_eq!(tokens(b"[(a)-250<4142>]TJ % note\nET"), "[ (a) -250 (AB) ] TJ ET");
        assert_eq!(tokens(b"--5 1.2.3 5-3 -"), "-5 1.2 5 -0");
        assert_eq!(tokens(b"/Span<</MCID 0>>BDC"), "/Span mark /MCID 0 mark BDC");
    }

    #[test]
    fn strings_are_unescaped() {
        assert_eq!(tokens(br"(a\(b\)(c)\\ \101\60\n)Tj"), "(a(b)(c)\\ A0\n) Tj");
        assert_eq!(tokens(b"(a\\\r\nb\r\nc)"), "(ab\nc)");
        assert_eq!(tokens(b"<4 1 4>"), "(A@)");
        assert_eq!(tokens(b"(never closed"), "(never closed)");
    }

    #[test]
    fn steps_over_the_samples_of_an_inline_image() {
        let mut lexer = Lexer::new(b" \x01EI\x02 EI\xff\xfe\x00 EI Q");
        lexer.skip_inline_image();
        assert_eq!(lexer.next(), Some(Token::Word(b"Q")));
    }

    #[test]
    fn names_are_unescaped() {
        assert_eq!(unescape_name(b"F#311").as_ref(), b"F11");
        assert_eq!(unescape_name(b"F#").as_ref(), b"F#");
    }
}
