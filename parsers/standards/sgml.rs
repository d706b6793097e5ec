//! OFX text → [`Tree`]. One reader for both of its dialects: 1.x is SGML whose leaves mostly have no closing tag,
//! 2.x is XML, and banks write mixtures of the two.
//!
//! A tag with text right after it is a leaf. A tag without text that is never closed is an empty leaf, unless it is
//! one of the [`AGGREGATES`]: those hold others even where their closing tag is missing.

use super::place::Cursor;
use super::tree::{DEPTH_MAX, Stop, Tree};

/// The aggregates that rows and balances are found by. None of them lies in another of its own name, so that
/// one that opens again ends the one before.
const AGGREGATES: &[&str] = &[
    "OFX",
    "SIGNONMSGSRSV1",
    "SONRS",
    "STATUS",
    "FI",
    "BANKMSGSRSV1",
    "CREDITCARDMSGSRSV1",
    "INVSTMTMSGSRSV1",
    "STMTTRNRS",
    "CCSTMTTRNRS",
    "INVSTMTTRNRS",
    "STMTRS",
    "CCSTMTRS",
    "INVSTMTRS",
    "BANKACCTFROM",
    "CCACCTFROM",
    "INVACCTFROM",
    "BANKTRANLIST",
    "BANKTRANLISTP",
    "INVTRANLIST",
    "INVBANKTRAN",
    "STMTTRN",
    "STMTTRNP",
    "LEDGERBAL",
    "AVAILBAL",
];

/// The declarations are the longest, about 100 bytes; what is longer between angle brackets is somebody's memo.
const TAG_BYTES_MAX: usize = 300;

enum Tag<'t> {
    Open(&'t str),
    /// `<NAME/>`
    Empty(&'t str),
    Close(&'t str),
    /// Declarations, processing instructions, comments.
    Skipped,
    Raw(&'t str),
}

/// Reads what stands between the tags of `text`; the header lines before the first tag are no part of it.
#[must_use]
pub fn read(text: &str) -> Tree {
    let mut reader =
        Reader { tree: Tree::new(), cursor: Cursor::new(text), open: Vec::new(), leaf: None, value: String::new() };
    let mut at = 0;
    let mut chunk = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + found;
        let Some((tag, length)) = text.get(start..).and_then(tag) else {
            at = start + 1;
            continue;
        };
        reader.text(text.get(chunk..start).unwrap_or(""), chunk, true);
        let place = start;
        at = start + length;
        chunk = at;
        let room = match tag {
            Tag::Skipped => true,
            Tag::Raw(raw) => {
                reader.text(raw, start + "<![CDATA[".len(), false);
                true
            }
            Tag::Open(name) => reader.open(name, place),
            Tag::Empty(name) => {
                let room = reader.open(name, place);
                reader.close(name);
                room
            }
            Tag::Close(name) => {
                reader.close(name);
                true
            }
        };
        if !room {
            let place = reader.cursor.place(start);
            reader.tree.stopped = Some((place, Stop::Limit));
            break;
        }
    }
    if reader.tree.stopped.is_none() {
        reader.text(text.get(chunk..).unwrap_or(""), chunk, true);
    }
    reader.finish(text.len())
}

struct Reader<'t> {
    tree: Tree,
    cursor: Cursor<'t>,
    /// Indexes of the open elements, with their names.
    open: Vec<(usize, &'t str)>,
    /// The element that opened last, as long as nothing but text followed it.
    leaf: Option<usize>,
    value: String,
}

impl<'t> Reader<'t> {
    fn text(&mut self, text: &str, offset: usize, has_entities: bool) {
        let Some(leaf) = self.leaf else { return };
        let trimmed = text.trim_start();
        if trimmed.is_empty() {
            return;
        }
        if self.value.is_empty() {
            let place = self.cursor.place(offset + (text.len() - trimmed.len()));
            if let Some(element) = self.tree.get_mut(leaf) {
                element.place = place;
            }
        }
        let text = if self.value.is_empty() { trimmed } else { text };
        if has_entities {
            unescape(text, &mut self.value);
        } else {
            self.value.push_str(text);
        }
    }

    /// Whatever follows the last opened element but its text: a leaf is complete now.
    fn settle(&mut self) {
        if let Some(leaf) = self.leaf.take()
            && !self.value.is_empty()
        {
            let value = std::mem::take(&mut self.value);
            if let Some(element) = self.tree.get_mut(leaf) {
                element.text = super::joined_lines(&value);
            }
            self.tree.close(leaf, true);
            self.open.pop();
        }
    }

    /// False when the tree is full.
    fn open(&mut self, name: &'t str, offset: usize) -> bool {
        self.settle();
        if is_aggregate(name)
            && let Some(depth) = self.open.iter().position(|(_, open)| open.eq_ignore_ascii_case(name))
        {
            self.close_down_to(depth);
        }
        if self.open.len() >= DEPTH_MAX {
            return false;
        }
        let parent = self.open.last().map_or(0, |(index, _)| *index);
        let place = self.cursor.place(offset);
        let Some(index) = self.tree.open(parent, name, place) else { return false };
        self.open.push((index, name));
        self.leaf = Some(index);
        true
    }

    fn close(&mut self, name: &str) {
        if let Some((_, open)) = self.open.last()
            && self.leaf.is_some()
            && !self.value.is_empty()
            && open.eq_ignore_ascii_case(name)
        {
            self.settle();
            return;
        }
        self.settle();
        // An end tag of a leaf that its text has closed already, or of nothing, finds none.
        if let Some(depth) = self.open.iter().rposition(|(_, open)| open.eq_ignore_ascii_case(name)) {
            self.close_down_to(depth + 1);
            if let Some((index, _)) = self.open.pop() {
                self.tree.close(index, true);
            }
        }
    }

    /// Closes what is open above a depth, although no end tag says so.
    fn close_down_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            let Some((index, name)) = self.open.pop() else { break };
            if is_aggregate(name) {
                self.tree.close(index, true);
            } else {
                self.tree.close_empty(index);
            }
        }
    }

    fn finish(mut self, end: usize) -> Tree {
        let unfinished = !self.open.is_empty();
        self.settle();
        let complete = self.open.is_empty();
        while let Some((index, name)) = self.open.pop() {
            if is_aggregate(name) {
                self.tree.close(index, false);
            } else {
                self.tree.close_empty(index);
            }
        }
        if unfinished && !complete && self.tree.stopped.is_none() {
            let place = self.cursor.place(end);
            self.tree.stopped = Some((place, Stop::Broken));
        }
        self.tree
    }
}

fn is_aggregate(name: &str) -> bool {
    AGGREGATES.iter().any(|aggregate| aggregate.eq_ignore_ascii_case(name))
}

/// The tag at the start of a text and its length; `None` when the `<` is only a character.
fn tag(text: &str) -> Option<(Tag<'_>, usize)> {
    // What is never ended reaches to the end of the text, so that no text is searched twice.
    if text.starts_with("<!--") {
        return Some((Tag::Skipped, text.find("-->").map_or(text.len(), |at| at + "-->".len())));
    }
    if let Some(rest) = text.strip_prefix("<![CDATA[") {
        let (raw, end) = rest.split_once("]]>").map_or((rest, 0), |(raw, _)| (raw, "]]>".len()));
        return Some((Tag::Raw(raw), "<![CDATA[".len() + raw.len() + end));
    }
    let bytes = text.as_bytes();
    let end = 1 + bytes.iter().skip(1).take(TAG_BYTES_MAX).position(|b| matches!(b, b'<' | b'>'))?;
    let inside = text.get(1..end).filter(|_| bytes.get(end) == Some(&b'>'))?;
    if inside.starts_with('?') {
        return Some((Tag::Skipped, end + 1));
    }
    if let Some(declared) = inside.strip_prefix('!') {
        return declared.starts_with(|c: char| c.is_ascii_alphabetic()).then_some((Tag::Skipped, end + 1));
    }
    let (closing, inside) = inside.strip_prefix('/').map_or((false, inside), |rest| (true, rest));
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let name_end = inside.find(|c| !is_name(c)).unwrap_or(inside.len());
    let (name, rest) = inside.split_at(name_end);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic())
        || !(rest.trim().is_empty() || rest == "/" || rest.starts_with(char::is_whitespace) && rest.contains('='))
    {
        return None;
    }
    let tag = match (closing, rest.ends_with('/')) {
        (true, _) => Tag::Close(name),
        (false, true) => Tag::Empty(name),
        (false, false) => Tag::Open(name),
    };
    Some((tag, end + 1))
}

/// Resolves the entities that OFX files use; anything else after an `&` is text, as banks write it.
fn unescape(text: &str, into: &mut String) {
    /// `&#1114111;` is the longest.
    const ENTITY_BYTES_MAX: usize = 10;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        into.push_str(before);
        let end = after.bytes().take(ENTITY_BYTES_MAX).position(|b| b == b';');
        let resolved = end.and_then(|end| {
            let name = after.get(..end)?;
            let character = match name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                "nbsp" => ' ',
                _ => {
                    let number = name.strip_prefix('#')?;
                    let code = match number.strip_prefix(['x', 'X']) {
                        Some(hex) => u32::from_str_radix(hex, 16),
                        None => number.parse(),
                    };
                    char::from_u32(code.ok()?).filter(|c| !c.is_control())?
                }
            };
            Some((character, after.get(end + 1..)?))
        });
        match resolved {
            Some((character, tail)) => {
                into.push(character);
                rest = tail;
            }
            None => {
                into.push('&');
                rest = after;
            }
        }
    }
    into.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(tree: &Tree, path: &[&str]) -> Option<String> {
        tree.root().text_at(path).map(|t| t.to_string())
    }

    #[test]
    fn leaves_may_be_closed_or_not_and_written_in_lower_case() {
        for source in [
            "<STMTTRN><TRNAMT>-1<NAME>A &amp; B & C<MEMO></STMTTRN>",
            "<STMTTRN><TRNAMT>-1</TRNAMT><NAME>A &amp; B & C</NAME><MEMO/></STMTTRN>",
            "<stmttrn>\n<trnamt>-1\n<name><![CDATA[A & B & C]]></name>\n<memo>\n</stmttrn>",
            "<STMTTRN><MEMO><TRNAMT>-1<NAME>A & B & C</STMTTRN>",
        ] {
            let tree = read(source);
            assert_eq!(text(&tree, &["STMTTRN", "TRNAMT"]).as_deref(), Some("-1"), "{source}");
            assert_eq!(text(&tree, &["STMTTRN", "NAME"]).as_deref(), Some("A & B & C"), "{source}");
            assert_eq!(text(&tree, &["STMTTRN", "MEMO"]), None, "{source}");
            assert_eq!(tree.stopped, None, "{source}");
        }
    }

    #[test]
    fn an_angle_bracket_in_a_memo_is_text() {
        let tree = read("<MEMO>3 < 4 and <b c!> it <NAME>x");
        assert_eq!(text(&tree, &["MEMO"]).as_deref(), Some("3 < 4 and <b c!> it"));
    }

    #[test]
    fn a_value_knows_its_line_and_column() {
        let tree = read("HEADER:1\n\n\t<STMTTRN>\r\n  <TRNAMT> -1.00\r\n</STMTTRN>");
        let node = tree.root().at(&["STMTTRN", "TRNAMT"]).unwrap();
        assert_eq!(node.source(), model::Source::Line { line: 4, column: 12 });
    }

    #[test]
    fn an_aggregate_that_opens_again_ends_the_one_before() {
        let tree = read("<BANKTRANLIST><STMTTRN><TRNAMT>1<STMTTRN><TRNAMT>2</BANKTRANLIST>");
        let list = tree.root().child("BANKTRANLIST").unwrap();
        let amounts: Vec<_> = list.all("STMTTRN").filter_map(|row| row.text_at(&["TRNAMT"])).collect();
        assert_eq!(amounts, vec!["1", "2"]);
        assert!(list.closed());
    }

    #[test]
    fn what_is_open_at_the_end_is_not_complete() {
        let tree = read("<OFX><STMTTRN><TRNAMT>-12");
        assert!(matches!(tree.stopped, Some((_, Stop::Broken))));
        assert!(!tree.root().at(&["OFX", "STMTTRN"]).unwrap().closed());
    }
}
