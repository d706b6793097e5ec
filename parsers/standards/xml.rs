//! XML text → [`Tree`], by quick-xml. Namespaces are dropped: a camt file's elements are told by their local names.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::place::Cursor;
use super::tree::{DEPTH_MAX, Stop, Tree};

/// Reads as far as the text is well-formed. Entities of a document's own are not expanded.
#[must_use]
pub fn read(text: &str) -> Tree {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = Reader::from_str(text);
    // Names with a bare `&` are seen in files that programs wrote by hand.
    reader.config_mut().allow_dangling_amp = true;
    let mut tree = Tree::new();
    let mut cursor = Cursor::new(text);
    let mut open: Vec<usize> = Vec::new();
    let mut value = String::new();
    loop {
        let offset = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = reader.read_event();
        let (started, empty) = match event {
            Ok(Event::Start(tag)) => (Some(tag), false),
            Ok(Event::Empty(tag)) => (Some(tag), true),
            Ok(Event::End(_)) => {
                if let Some(index) = open.pop() {
                    let finished = value.trim();
                    if let Some(element) = tree.get_mut(index)
                        && !finished.is_empty()
                    {
                        element.text = super::joined_lines(finished);
                    }
                    tree.close(index, true);
                }
                value.clear();
                continue;
            }
            Ok(Event::Text(piece)) => {
                add(&piece.into_inner(), offset, &mut value, &mut tree, &open, &mut cursor);
                continue;
            }
            Ok(Event::CData(piece)) => {
                add(&piece.into_inner(), offset + "<![CDATA[".len(), &mut value, &mut tree, &open, &mut cursor);
                continue;
            }
            Ok(Event::GeneralRef(entity)) => {
                let character = entity.resolve_char_ref().ok().flatten().filter(|c| !c.is_control());
                let name = entity.into_inner();
                let resolved = match (character, resolve_predefined_entity(&name)) {
                    (Some(character), _) => String::from(character),
                    (None, Some(known)) => known.to_owned(),
                    (None, None) => format!("&{name};"),
                };
                add(&resolved, offset, &mut value, &mut tree, &open, &mut cursor);
                continue;
            }
            Ok(Event::Eof) if open.is_empty() => break,
            Ok(Event::Eof) | Err(_) => {
                tree.stopped = Some((cursor.place(offset), Stop::Broken));
                break;
            }
            Ok(_) => continue,
        };
        let Some(tag) = started else { continue };
        value.clear();
        let parent = open.last().copied().unwrap_or(0);
        let place = cursor.place(offset);
        let opened = if open.len() < DEPTH_MAX { tree.open(parent, tag.local_name().as_ref(), place) } else { None };
        let Some(index) = opened else {
            tree.stopped = Some((place, Stop::Limit));
            break;
        };
        if let (Some(currency), Some(element)) = (currency(&tag), tree.get_mut(index)) {
            element.currency = currency;
        }
        if empty {
            tree.close(index, true);
        } else {
            open.push(index);
        }
    }
    for index in open.into_iter().rev() {
        tree.close(index, false);
    }
    tree
}

/// Adds a piece of text to the element that is open; its first visible character is the element's place.
fn add(piece: &str, offset: usize, value: &mut String, tree: &mut Tree, open: &[usize], cursor: &mut Cursor<'_>) {
    let trimmed = piece.trim_start();
    if value.is_empty() {
        if trimmed.is_empty() {
            return;
        }
        let place = cursor.place(offset + (piece.len() - trimmed.len()));
        if let Some(element) = open.last().and_then(|index| tree.get_mut(*index)) {
            element.place = place;
        }
        value.push_str(trimmed);
    } else {
        value.push_str(piece);
    }
}

fn currency(tag: &BytesStart<'_>) -> Option<model::Text> {
    let attribute = tag.try_get_attribute("Ccy").ok()??;
    Some(model::Text::from(attribute.value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_prefix_and_values_keep_their_place() {
        let tree =
            read("<?xml version=\"1.0\"?>\n<n:A xmlns:n=\"x\">\n <n:Amt Ccy=\"EUR\"> 1&#50;&amp;&x;</n:Amt></n:A>");
        let node = tree.root().at(&["A", "Amt"]).unwrap();
        assert_eq!((node.text(), node.currency()), ("12&&x;", Some("EUR")));
        assert_eq!(node.source(), model::Source::Line { line: 3, column: 20 });
        assert_eq!(tree.stopped, None);
    }

    #[test]
    fn a_cut_file_keeps_what_came_before() {
        let tree = read("<A><B>1</B><C>2");
        assert!(matches!(tree.stopped, Some((_, Stop::Broken))));
        let a = tree.root().child("A").unwrap();
        assert_eq!((a.text_at(&["B"]).as_deref(), a.closed()), (Some("1"), false));
        assert!(!a.child("C").unwrap().closed());
    }

    #[test]
    fn nesting_without_end_is_refused() {
        let tree = read(&"<A>".repeat(100_000));
        assert!(matches!(tree.stopped, Some((_, Stop::Limit))));
    }
}
