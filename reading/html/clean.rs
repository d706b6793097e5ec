//! A page's text and the few tags and attributes that matter here, without scripts, styles and comments.
//!
//! The parser behind this compares every attribute of a tag with every other, and every open formatting element
//! with every other. After this each tag has at most three attributes, so neither can be made slow.

use std::fmt::Write;

use memchr::{memchr, memmem};

/// Elements whose content is not what a reader sees.
const UNSEEN: [&str; 10] =
    ["script", "style", "noscript", "template", "iframe", "noembed", "noframes", "textarea", "select", "object"];

/// The longest name of an element is `blockquote`; prefixed ones (`o:p`) are shorter.
const NAME_BYTES_MAX: usize = 16;

/// The page again: text as it stands, tags with `colspan`, `rowspan` and `hidden` only.
///
/// What is not closed before the end (a comment, a script, a tag) is left out, as browsers do.
pub fn clean(page: &str) -> String {
    let mut cleaned = String::with_capacity(page.len() / 2);
    let mut rest = page;
    while let Some(at) = memchr(b'<', rest.as_bytes()) {
        let (text, markup) = rest.split_at(at);
        cleaned.push_str(text);
        let inner = markup.get(1..).unwrap_or("");
        rest = match inner.as_bytes().first() {
            Some(b'!') if inner.starts_with("!--") => after(inner.get(1..).unwrap_or(""), "-->"),
            Some(b'!' | b'?') => after(inner, ">"),
            Some(b'/') => end_tag(inner.get(1..).unwrap_or(""), &mut cleaned),
            Some(letter) if letter.is_ascii_alphabetic() => start_tag(inner, &mut cleaned),
            _ => {
                cleaned.push_str("&lt;");
                inner
            }
        };
    }
    cleaned.push_str(rest);
    cleaned
}

/// What follows `end`, or nothing.
fn after<'a>(text: &'a str, end: &str) -> &'a str {
    memmem::find(text.as_bytes(), end.as_bytes()).and_then(|at| text.get(at + end.len()..)).unwrap_or("")
}

fn end_tag<'a>(text: &'a str, cleaned: &mut String) -> &'a str {
    let Some(at) = memchr(b'>', text.as_bytes()) else { return "" };
    let (name, _) = name(text);
    if !name.is_empty() {
        let _ = write!(cleaned, "</{name}>");
    }
    text.get(at + 1..).unwrap_or("")
}

/// An element's name in lower case, and the rest of the tag.
fn name(text: &str) -> (String, &str) {
    let length = text.bytes().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'));
    let (name, rest) = text.split_at(length.unwrap_or(text.len()));
    let plain = name.chars().filter(|character| character.is_ascii_alphanumeric() || matches!(character, ':' | '-'));
    (plain.take(NAME_BYTES_MAX).map(|character| character.to_ascii_lowercase()).collect(), rest)
}

fn start_tag<'a>(text: &'a str, cleaned: &mut String) -> &'a str {
    let (name, mut rest) = name(text);
    let mut kept = Kept::default();
    loop {
        rest = rest.trim_start_matches(|character: char| character.is_ascii_whitespace() || character == '/');
        if let Some(content) = rest.strip_prefix('>') {
            rest = content;
            break;
        }
        if rest.is_empty() {
            return "";
        }
        let (attribute, value, following) = attribute(rest);
        kept.take(attribute, value);
        rest = following;
    }
    if UNSEEN.contains(&name.as_str()) {
        return past_element(rest, &name);
    }
    let _ = write!(cleaned, "<{name}");
    kept.write(cleaned);
    cleaned.push('>');
    if name == "title" {
        // Markup is plain text in a title.
        let end = find_end_tag(rest, "title");
        let (title, following) = rest.split_at(end.unwrap_or(rest.len()));
        cleaned.push_str(&title.replace('<', "&lt;"));
        return following;
    }
    rest
}

/// Name and value of the attribute that `text` begins with, and what follows it. `text` is not empty and begins with
/// neither white space, `/` nor `>`.
fn attribute(text: &str) -> (&str, &str, &str) {
    // A name may begin with `=`, and every call must take something.
    let first = text.chars().next().map_or(0, char::len_utf8);
    let ends = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | b'=');
    let length = text.bytes().skip(first).position(ends).map_or(text.len(), |at| at + first);
    let (name, rest) = text.split_at(length);
    let Some(value) = rest.trim_ascii_start().strip_prefix('=') else { return (name, "", rest) };
    let value = value.trim_ascii_start();
    for quote in ['"', '\''] {
        if let Some(quoted) = value.strip_prefix(quote) {
            return match quoted.split_once(quote) {
                Some((value, rest)) => (name, value, rest),
                None => (name, quoted, ""),
            };
        }
    }
    let length = value.bytes().position(|byte| byte.is_ascii_whitespace() || byte == b'>').unwrap_or(value.len());
    let (value, rest) = value.split_at(length);
    (name, value, rest)
}

/// The attributes that say where a cell stands and whether anybody sees it.
#[derive(Default)]
struct Kept {
    colspan: Option<u32>,
    rowspan: Option<u32>,
    hidden: bool,
}

impl Kept {
    /// Of two attributes of one name the first counts.
    fn take(&mut self, name: &str, value: &str) {
        if name.eq_ignore_ascii_case("colspan") {
            self.colspan = self.colspan.or_else(|| leading_number(value));
        } else if name.eq_ignore_ascii_case("rowspan") {
            self.rowspan = self.rowspan.or_else(|| leading_number(value));
        } else if name.eq_ignore_ascii_case("hidden") {
            self.hidden = true;
        } else if name.eq_ignore_ascii_case("style") {
            let style: String =
                value.chars().filter(|character| !character.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
            self.hidden |=
                ["display:none", "visibility:hidden", "mso-hide:all"].iter().any(|rule| style.contains(rule));
        }
    }

    fn write(&self, cleaned: &mut String) {
        if let Some(columns) = self.colspan {
            let _ = write!(cleaned, " colspan={columns}");
        }
        if let Some(rows) = self.rowspan {
            let _ = write!(cleaned, " rowspan={rows}");
        }
        if self.hidden {
            cleaned.push_str(" hidden");
        }
    }
}

/// As browsers read it: what follows the digits is passed over. Too large a number is the largest.
fn leading_number(value: &str) -> Option<u32> {
    let value = value.trim_ascii_start();
    let length = value.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(value.len());
    let digits = value.get(..length).filter(|digits| !digits.is_empty())?;
    Some(digits.parse().unwrap_or(u32::MAX))
}

/// What follows the end tag of the element just opened.
fn past_element<'a>(text: &'a str, name: &str) -> &'a str {
    find_end_tag(text, name).and_then(|at| text.get(at..)).map_or("", |tag| after(tag, ">"))
}

/// Where the next `</name` stands.
fn find_end_tag(text: &str, name: &str) -> Option<usize> {
    memmem::find_iter(text.as_bytes(), b"</").find(|at| {
        let tag = text.as_bytes().get(at + 2..).unwrap_or(&[]);
        let same = tag.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()));
        same && tag.get(name.len()).is_none_or(|byte| !byte.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_text_and_the_attributes_that_matter() {
        let page = "<!DOCTYPE html><TD align=center colSpan='2' rowspan=3px bgcolor=\"#FFF>\" STYLE = 'color:red;display : none'>a &amp; b</TD >";
        assert_eq!(clean(page), "<td colspan=2 rowspan=3 hidden>a &amp; b</td>");
        assert_eq!(clean("<input hidden/><br/>1 < 2 <3"), "<input hidden><br>1 &lt; 2 &lt;3");
        assert_eq!(clean("<td colspan=99999999999 colspan=2>"), "<td colspan=4294967295>");
    }

    #[test]
    fn leaves_out_what_is_not_seen() {
        assert_eq!(clean("a<script>if (a<b) { \"</p>\" }</SCRIPT >b<style>td > a {}</style>c"), "abc");
        assert_eq!(clean("a<!-- <td> --><!--[if mso]>x<![endif]-->b<?xml version='1.0'?><![endif]>c"), "abc");
        assert_eq!(clean("<title>a<b</title>x"), "<title>a&lt;b</title>x");
    }

    #[test]
    fn what_is_not_closed_ends_the_page() {
        for open in ["<!-- x", "<script>x", "<td colspan=\"2", "<td a b c", "</td"] {
            assert_eq!(clean(&format!("seen{open}")), "seen", "{open}");
        }
    }
}
