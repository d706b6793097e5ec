//! One object of the file, read where it stands.

use lopdf::{Dictionary, Object, Stream, StringFormat};

use super::lexer::{Lexer, Token, unescape_name};

/// Arrays and dictionaries in each other. Real files nest less than ten; each level costs stack.
const DEEP_MAX: usize = 64;

/// An object with its number and generation.
pub struct Indirect {
    pub number: u32,
    pub generation: u16,
    pub object: Object,
}

/// Reads `12 0 obj … endobj` at an offset. `length_of` gives the number in another object, for a stream whose
/// length is written there. `None` where there is no such thing.
pub fn indirect(data: &[u8], offset: usize, length_of: impl Fn(u32) -> Option<i64>) -> Option<Indirect> {
    let mut lexer = Lexer::at(data, offset);
    let (number, generation) = header(&mut lexer)?;
    let object = object(&mut lexer, 0)?;
    let Object::Dictionary(dictionary) = object else {
        return Some(Indirect { number, generation, object });
    };
    lexer.skip_space();
    let object = match lexer.rest().strip_prefix(b"stream") {
        Some(after) => {
            let start = data.len() - after.len() + line_end(after);
            let content = stream_bytes(data, start, &dictionary, length_of)?;
            Object::Stream(Stream::new(dictionary, content.to_vec()).with_compression(false))
        }
        None => Object::Dictionary(dictionary),
    };
    Some(Indirect { number, generation, object })
}

/// `12 0 obj`: the number and the generation.
pub fn header(lexer: &mut Lexer) -> Option<(u32, u16)> {
    lexer.skip_space();
    let number = digits(lexer)?;
    lexer.skip_space();
    let generation = digits(lexer)?;
    lexer.skip_space();
    let word = lexer.rest().strip_prefix(b"obj")?;
    lexer.go_to(lexer.position() + lexer.rest().len() - word.len());
    Some((u32::try_from(number).ok()?, u16::try_from(generation).ok()?))
}

/// The line end after `stream`, which is no part of its data.
fn line_end(after: &[u8]) -> usize {
    match after {
        [b'\r', b'\n', ..] => 2,
        [b'\n' | b'\r', ..] => 1,
        _ => 0,
    }
}

/// A stream's data by its length, and where that is wrong, up to the word `endstream`.
fn stream_bytes<'d>(
    data: &'d [u8],
    start: usize,
    dictionary: &Dictionary,
    length_of: impl Fn(u32) -> Option<i64>,
) -> Option<&'d [u8]> {
    let length = match dictionary.get(b"Length") {
        Ok(Object::Reference((number, _))) => length_of(*number),
        Ok(length) => length.as_i64().ok(),
        Err(_) => None,
    };
    if let Some(end) =
        length.and_then(|length| usize::try_from(length).ok()).and_then(|length| start.checked_add(length))
        && let Some(content) = data.get(start..end)
    {
        let mut after = Lexer::at(data, end);
        after.skip_space();
        if after.rest().starts_with(b"endstream") {
            return Some(content);
        }
    }
    let rest = data.get(start..)?;
    let end = memchr::memmem::find(rest, b"endstream")?;
    let content = rest.get(..end)?;
    Some(content.strip_suffix(b"\r\n").or_else(|| content.strip_suffix(b"\n")).unwrap_or(content))
}

/// A whole number without a sign; `None`, and no step, where there is none.
pub fn digits(lexer: &mut Lexer) -> Option<u64> {
    let mut value = 0_u64;
    let mut length = 0;
    for &byte in lexer.rest() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
        length += 1;
    }
    lexer.go_to(lexer.position() + length);
    (length > 0).then_some(value)
}

/// The object that stands next; `None` where nothing sensible does.
pub fn object(lexer: &mut Lexer, deep: usize) -> Option<Object> {
    if deep > DEEP_MAX {
        return None;
    }
    match lexer.skip_space()? {
        b'<' if lexer.rest().starts_with(b"<<") => {
            lexer.go_to(lexer.position() + 2);
            dictionary(lexer, deep).map(Object::Dictionary)
        }
        b'<' => string(lexer, StringFormat::Hexadecimal),
        b'(' => string(lexer, StringFormat::Literal),
        b'/' => match lexer.next()? {
            Token::Name(name) => Some(Object::Name(unescape_name(name).into_owned())),
            _ => None,
        },
        b'[' => {
            lexer.go_to(lexer.position() + 1);
            let mut list = Vec::new();
            while lexer.skip_space()? != b']' {
                list.push(object(lexer, deep + 1)?);
            }
            lexer.go_to(lexer.position() + 1);
            Some(Object::Array(list))
        }
        b'0'..=b'9' => reference(lexer).or_else(|| number(lexer)),
        b'+' | b'-' | b'.' => number(lexer),
        _ => match lexer.next()? {
            Token::Word(b"true") => Some(Object::Boolean(true)),
            Token::Word(b"false") => Some(Object::Boolean(false)),
            Token::Word(b"null") => Some(Object::Null),
            _ => None,
        },
    }
}

/// The entries up to `>>`, the lexer standing after `<<`.
fn dictionary(lexer: &mut Lexer, deep: usize) -> Option<Dictionary> {
    let mut dictionary = Dictionary::new();
    loop {
        match lexer.skip_space()? {
            b'>' => {
                lexer.rest().starts_with(b">>").then_some(())?;
                lexer.go_to(lexer.position() + 2);
                return Some(dictionary);
            }
            b'/' => {
                let Some(Token::Name(key)) = lexer.next() else { return None };
                let value = object(lexer, deep + 1)?;
                dictionary.set(unescape_name(key).into_owned(), value);
            }
            _ => return None,
        }
    }
}

fn string(lexer: &mut Lexer, format: StringFormat) -> Option<Object> {
    lexer.strings.clear();
    match lexer.next()? {
        Token::Str { .. } => Some(Object::String(std::mem::take(&mut lexer.strings), format)),
        _ => None,
    }
}

/// `12 0 R`; no step where it is something else.
fn reference(lexer: &mut Lexer) -> Option<Object> {
    let start = lexer.position();
    let found = (|| {
        let number = u32::try_from(digits(lexer)?).ok()?;
        lexer.skip_space()?;
        let generation = u16::try_from(digits(lexer)?).ok()?;
        let ends = lexer.skip_space()? == b'R' && lexer.rest().get(1).is_none_or(|byte| !byte.is_ascii_alphanumeric());
        ends.then_some(Object::Reference((number, generation)))
    })();
    let end = if found.is_some() { lexer.position() + 1 } else { start };
    lexer.go_to(end);
    found
}

fn number(lexer: &mut Lexer) -> Option<Object> {
    let before = lexer.rest();
    let Some(Token::Number(value)) = lexer.next() else { return None };
    // Offsets and lengths are larger than an f32 can hold exactly.
    let text = before.get(..before.len() - lexer.rest().len())?;
    let whole = std::str::from_utf8(text).ok().and_then(|text| text.parse::<i64>().ok());
    Some(whole.map_or(Object::Real(value), Object::Integer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Object> {
        object(&mut Lexer::new(text.as_bytes()), 0)
    }

    #[test]
    fn reads_each_kind() {
        assert_eq!(read("12 0 R"), Some(Object::Reference((12, 0))));
        assert_eq!(read("12 0 Rx"), Some(Object::Integer(12)));
        assert_eq!(read("-7"), Some(Object::Integer(-7)));
        assert_eq!(read("99999999999"), Some(Object::Integer(99_999_999_999)));
        assert_eq!(read("0.5"), Some(Object::Real(0.5)));
        assert_eq!(read("/A#20B"), Some(Object::Name(b"A B".to_vec())));
        assert_eq!(read("null"), Some(Object::Null));
        assert_eq!(read("[1 2 0 R (a) <41> true]").and_then(|list| list.as_array().ok().map(Vec::len)), Some(5),);
        let nested = read("<</A<</B[1 2]>>/C(x)>>").unwrap();
        let inner = nested.as_dict().unwrap().get(b"A").unwrap().as_dict().unwrap();
        assert_eq!(inner.get(b"B").unwrap().as_array().unwrap().len(), 2);
    }

    #[test]
    fn damage_and_depth_are_nothing() {
        for text in ["", "<<", "[1 2", "<</A>>", "<<1 2>>", "}", "endobj"] {
            assert!(read(text).is_none(), "{text}");
        }
        assert!(read(&"[".repeat(100_000)).is_none());
        assert!(read(&"<</A".repeat(100_000)).is_none());
    }

    #[test]
    fn a_stream_ends_by_its_length_or_its_word() {
        let read = |text: &str, length| match indirect(text.as_bytes(), 0, |_| length).unwrap().object {
            Object::Stream(stream) => String::from_utf8(stream.content).unwrap(),
            other => panic!("{other:?}"),
        };
        assert_eq!(read("3 0 obj<</Length 4>>stream\nabcd\nendstream endobj", None), "abcd");
        assert_eq!(read("3 0 obj<</Length 9 0 R>>stream\r\nabcd\nendstream", Some(4)), "abcd");
        assert_eq!(read("3 0 obj<</Length 99>>stream\nabcd\nendstream", None), "abcd");
        assert_eq!(read("3 0 obj<<>>stream\nabcd\r\nendstream", None), "abcd");
        assert!(indirect(b"3 0 obj<</Length 9>>stream\nabcd", 0, |_| None).is_none());
    }
}
