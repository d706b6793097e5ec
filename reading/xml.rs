//! One part's XML as a tree of elements, within bounds. Names are without their prefix.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::ReadError;

/// A page of a statement has some five thousand elements.
const ELEMENTS_MAX: usize = 1_000_000;

/// Layers, blocks and composites lie some ten deep; the tree is walked by functions that call themselves.
const DEPTH_MAX: usize = 64;

#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    /// The text directly in it, entities resolved but for those that the file defines itself.
    pub text: String,
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of a child, without the white space around it; `None` for none.
    pub fn child_text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }
}

/// A part's root element, and whether the part is damaged: what comes before the damage is there.
#[derive(Debug)]
pub struct Parsed {
    pub root: Element,
    pub is_damaged: bool,
}

/// Parses a part. Without any element the root has no name.
///
/// # Errors
/// [`ReadError::ResourceLimit`] for too many elements or too deep a nesting.
pub fn parse(text: &str) -> Result<Parsed, ReadError> {
    let mut reader = Reader::from_str(text);
    // The innermost is the last.
    let mut open: Vec<Element> = vec![Element::default()];
    let mut elements = 0_usize;
    let mut is_damaged = false;
    loop {
        let Ok(event) = reader.read_event() else {
            is_damaged = true;
            break;
        };
        match event {
            Event::Start(start) => {
                elements += 1;
                if open.len() > DEPTH_MAX {
                    return Err(too_much(format!("XML elements more than {DEPTH_MAX} deep")));
                }
                open.push(element(&start));
            }
            Event::Empty(start) => {
                elements += 1;
                if let Some(parent) = open.last_mut() {
                    parent.children.push(element(&start));
                }
            }
            Event::End(_) => close(&mut open),
            Event::Text(text) => write(&mut open, &text.xml10_content()),
            Event::CData(text) => write(&mut open, &text.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = match reference.resolve_char_ref() {
                    Ok(Some(character)) => Some(character),
                    _ => predefined(&reference),
                };
                match character {
                    Some(character) => write(&mut open, character.encode_utf8(&mut [0; 4])),
                    // What a file defines itself is not expanded: a few lines of it can stand for gigabytes.
                    None => write(&mut open, &format!("&{};", &*reference)),
                }
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
        if elements > ELEMENTS_MAX {
            return Err(too_much(format!("more than {ELEMENTS_MAX} XML elements in a part")));
        }
    }
    is_damaged |= open.len() > 1;
    while open.len() > 1 {
        close(&mut open);
    }
    let root = open.pop().and_then(|mut outside| outside.children.pop()).unwrap_or_default();
    Ok(Parsed { root, is_damaged })
}

fn too_much(what: String) -> ReadError {
    ReadError::ResourceLimit { what }
}

fn element(start: &BytesStart<'_>) -> Element {
    // Names given twice are not looked for: that takes the square of their number.
    let mut attributes = start.attributes();
    let attributes = attributes.with_checks(false).filter_map(Result::ok).map(|attribute| {
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        let value = value.map_or_else(|_| attribute.value.to_string(), |value| value.into_owned());
        (attribute.key.local_name().as_ref().to_owned(), value)
    });
    let attributes = attributes.collect();
    Element { name: start.local_name().as_ref().to_owned(), attributes, ..Element::default() }
}

fn close(open: &mut Vec<Element>) {
    if open.len() > 1
        && let Some(element) = open.pop()
        && let Some(parent) = open.last_mut()
    {
        parent.children.push(element);
    }
}

fn write(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn predefined(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_elements_attributes_and_text() {
        let parsed = parse(
            "<?xml version='1.0'?><o:A xmlns:o='x' ID='1' V='&lt;&#20013;'>a<B/>&amp;<![CDATA[<c>]]><o:C>d</o:C></o:A>",
        )
        .unwrap();
        let root = parsed.root;
        assert!(!parsed.is_damaged);
        assert_eq!((root.name.as_str(), root.text.as_str()), ("A", "a&<c>"));
        assert_eq!((root.attribute("ID"), root.attribute("V")), (Some("1"), Some("<中")));
        assert_eq!((root.child_text("C"), root.child_text("B")), (Some("d"), None));
    }

    #[test]
    fn what_comes_before_damage_is_there() {
        let parsed = parse("<A><B>x</B><C><D>y").unwrap();
        assert!(parsed.is_damaged);
        assert_eq!(parsed.root.child_text("B"), Some("x"));
        assert_eq!(parsed.root.child("C").unwrap().child_text("D"), Some("y"));
        assert!(parse("<A></B>").unwrap().is_damaged);
        assert_eq!(parse("no XML").unwrap().root.name, "");
    }

    #[test]
    fn entities_of_the_file_are_not_expanded() {
        let bomb = "<!DOCTYPE A [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\"><!ENTITY c SYSTEM \"file:///etc/passwd\">]><A B='&b;'>&b;&c;</A>";
        let root = parse(bomb).unwrap().root;
        assert_eq!((root.text.as_str(), root.attribute("B")), ("&b;&c;", Some("&b;")));
    }

    #[test]
    fn bounds_elements_and_nesting() {
        assert!(parse(&"<A>".repeat(100_000)).unwrap_err().to_string().contains("64 deep"));
        assert!(parse(&format!("<A>{}", "<b/>".repeat(1_000_001))).unwrap_err().to_string().contains("1000000 XML"));
    }
}
