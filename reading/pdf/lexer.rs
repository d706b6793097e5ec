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

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | 0x0c | 0)
}

const fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

const fn ends_token(byte: u8) -> bool {
    is_space(byte) || is_delimiter(byte)
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
        Self { data, position: 0, strings: Vec::new() }
    }

    pub fn string(&self, start: usize, end: usize) -> &[u8] {
        self.strings.get(start..end).unwrap_or(&[])
    }

    fn peek(&self) -> Option<u8> {
        self.data.get(self.position).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.data.get(self.position..).unwrap_or(&[])
    }

    fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                let line = self.rest();
                self.position += memchr::memchr2(b'\n', b'\r', line).unwrap_or(line.len());
            } else if is_space(byte) {
                self.position += 1;
            } else {
                return;
            }
        }
    }

    /// `None` at the end of the input.
    pub fn next(&mut self) -> Option<Token<'a>> {
        self.skip_space();
        let first = self.peek()?;
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
    fn run(&mut self) -> &'a [u8] {
        let rest = self.rest();
        let length = rest.iter().position(|&byte| ends_token(byte)).unwrap_or(rest.len());
        self.position += length;
        rest.get(..length).unwrap_or(&[])
    }

    /// Producers write `--5`, `1.2.3`, `5-3` and `9Tf`; like other readers this takes the first sign and one point,
    /// drops digits after a second one, and lets a letter start the next token.
    fn number(&mut self) -> Token<'a> {
        /// Powers of ten up to what the digits below can need.
        const SCALE: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
        let mut mantissa: u64 = 0;
        let mut decimals: Option<usize> = None;
        let mut negative = false;
        let mut digits = 0;
        let mut ended = false;
        let mut length = 0;
        for &byte in self.rest() {
            match byte {
                b'0'..=b'9' if ended => {}
                b'0'..=b'9' => {
                    // Fifteen digits are more than an f32 can hold; the rest of the decimals is dropped, and the
                    // rest of a whole number makes it a huge one either way.
                    if digits < 15 || decimals.is_none() {
                        mantissa = mantissa.saturating_mul(10).saturating_add(u64::from(byte - b'0'));
                        digits += 1;
                        if let Some(count) = &mut decimals {
                            *count += 1;
                        }
                    }
                }
                b'.' if decimals.is_none() => decimals = Some(0),
                b'-' if length == 0 => negative = true,
                b'-' | b'+' if digits == 0 => {}
                b'-' | b'+' | b'.' => ended = true,
                _ => break,
            }
            length += 1;
        }
        self.position += length;
        let scale = SCALE.get(decimals.unwrap_or(0)).copied().unwrap_or(1e15);
        let value = mantissa as f64 / scale;
        Token::Number(if negative { -value } else { value } as f32)
    }

    fn literal_string(&mut self) -> Token<'a> {
        self.position += 1;
        let start = self.strings.len();
        let mut depth = 0_u32;
        loop {
            let rest = self.rest();
            let plain = rest.iter().position(|byte| matches!(byte, b'(' | b')' | b'\\' | b'\r')).unwrap_or(rest.len());
            self.strings.extend_from_slice(rest.get(..plain).unwrap_or(&[]));
            self.position += plain;
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
                _ => self.escape(),
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
        let mut length = 0;
        for &byte in self.rest() {
            length += 1;
            if let Some(digit) = hex_digit(byte) {
                match high.take() {
                    Some(first) => self.strings.push(first << 4 | digit),
                    None => high = Some(digit),
                }
            } else if byte == b'>' {
                break;
            }
        }
        self.position += length;
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
