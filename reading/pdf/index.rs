//! The cross-reference data: where each object stands.
//!
//! Read strictly. Whatever is not as the standard has it is left to `lopdf`, which repairs.

use std::collections::HashSet;

use lopdf::{Dictionary, Object};

use super::lexer::Lexer;
use super::object;

/// Objects of one file. A tagged statement of 200 pages has 200,000; more than this costs more memory than the
/// file is worth.
const ENTRIES_MAX: usize = 4_000_000;

/// Sections, one for each time the file was changed.
const SECTIONS_MAX: usize = 1_000;

/// `startxref` stands in the last lines; readers have long looked this far back for it.
const TAIL_BYTES: usize = 2_048;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Free,
    Offset(u32),
    /// In the object stream with this number.
    Packed(u32),
}

#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub number: u32,
    pub place: Place,
}

/// Entries by object number, each number once, and the newest trailer.
pub struct Index {
    pub entries: Vec<Entry>,
    pub trailer: Dictionary,
}

/// `unpack` decodes a cross-reference stream.
pub fn read(data: &[u8], unpack: impl Fn(&lopdf::Stream) -> Option<Vec<u8>>) -> Option<Index> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut trailer: Option<Dictionary> = None;
    let mut seen = HashSet::new();
    let mut waiting = vec![start(data)?];
    while let Some(offset) = waiting.pop() {
        // A chain that comes back to itself ends there.
        if !seen.insert(offset) {
            continue;
        }
        if seen.len() > SECTIONS_MAX {
            return None;
        }
        let mut lexer = Lexer::at(data, offset);
        lexer.skip_space()?;
        let mut own = Vec::new();
        let section = if lexer.rest().starts_with(b"xref") {
            lexer.go_to(lexer.position() + 4);
            table(&mut lexer, &mut own)?
        } else {
            stream(data, offset, &mut own, &unpack)?
        };
        let offset_of = |key: &[u8]| -> Option<Option<usize>> {
            match section.get(key) {
                Ok(Object::Integer(offset)) => usize::try_from(*offset).ok().filter(|at| *at < data.len()).map(Some),
                Ok(_) => None,
                Err(_) => Some(None),
            }
        };
        // The table of a hybrid file calls free what its stream then places.
        if let Some(offset) = offset_of(b"XRefStm")? {
            stream(data, offset, &mut entries, &unpack)?;
        }
        (entries.len() + own.len() <= ENTRIES_MAX).then_some(())?;
        entries.append(&mut own);
        waiting.extend(offset_of(b"Prev")?);
        trailer.get_or_insert(section);
    }
    // Stable: of several entries for one number the first is the newest.
    entries.sort_by_key(|entry| entry.number);
    entries.dedup_by_key(|entry| entry.number);
    entries.iter().all(|entry| stands(data, entry)).then_some(())?;
    Some(Index { entries, trailer: trailer? })
}

/// Whether the object stands where the entry says.
fn stands(data: &[u8], entry: &Entry) -> bool {
    match entry.place {
        Place::Offset(offset) => {
            let mut lexer = Lexer::at(data, offset as usize);
            lexer.skip_space();
            object::digits(&mut lexer) == Some(u64::from(entry.number))
        }
        Place::Free | Place::Packed(_) => true,
    }
}

fn start(data: &[u8]) -> Option<usize> {
    let tail_start = data.len().saturating_sub(TAIL_BYTES);
    let tail = data.get(tail_start..)?;
    let found = memchr::memmem::rfind(tail, b"startxref")?;
    let mut lexer = Lexer::at(data, tail_start + found + b"startxref".len());
    lexer.skip_space()?;
    usize::try_from(object::digits(&mut lexer)?).ok().filter(|offset| *offset < data.len())
}

/// A classic table with its trailer, the lexer standing after `xref`.
fn table(lexer: &mut Lexer, entries: &mut Vec<Entry>) -> Option<Dictionary> {
    while lexer.skip_space()?.is_ascii_digit() {
        let first = u32::try_from(object::digits(lexer)?).ok()?;
        lexer.skip_space()?;
        let count = u32::try_from(object::digits(lexer)?).ok()?;
        let last = first.checked_add(count)?;
        for number in first..last {
            lexer.skip_space()?;
            let offset = object::digits(lexer)?;
            lexer.skip_space()?;
            object::digits(lexer)?;
            let place = match lexer.skip_space()? {
                b'n' => Place::Offset(u32::try_from(offset).ok()?),
                b'f' => Place::Free,
                _ => return None,
            };
            lexer.go_to(lexer.position() + 1);
            push(entries, number, place)?;
        }
    }
    let after = lexer.rest().strip_prefix(b"trailer")?;
    lexer.go_to(lexer.position() + lexer.rest().len() - after.len());
    match object::object(lexer, 0)? {
        Object::Dictionary(trailer) => Some(trailer),
        _ => None,
    }
}

fn push(entries: &mut Vec<Entry>, number: u32, place: Place) -> Option<()> {
    (entries.len() < ENTRIES_MAX).then(|| entries.push(Entry { number, place }))
}

/// A cross-reference stream, whose dictionary is the trailer.
fn stream(
    data: &[u8],
    offset: usize,
    entries: &mut Vec<Entry>,
    unpack: impl Fn(&lopdf::Stream) -> Option<Vec<u8>>,
) -> Option<Dictionary> {
    let Object::Stream(stream) = object::indirect(data, offset, |_| None)?.object else {
        return None;
    };
    stream.dict.has_type(b"XRef").then_some(())?;
    let whole = |object: &Object| object.as_i64().ok().and_then(|value| u32::try_from(value).ok());
    let list =
        |key: &[u8]| -> Option<Vec<u32>> { stream.dict.get(key).ok()?.as_array().ok()?.iter().map(whole).collect() };
    let [kind_bytes, place_bytes, third_bytes] = list(b"W")?.try_into().ok()?;
    // Numbers of more than eight bytes cannot be meant.
    let width = [kind_bytes, place_bytes, third_bytes]
        .iter()
        .all(|bytes| *bytes <= 8)
        .then_some(())
        .map(|()| (kind_bytes + place_bytes + third_bytes) as usize)?;
    (width > 0).then_some(())?;
    let size = whole(stream.dict.get(b"Size").ok()?)?;
    let ranges = list(b"Index").unwrap_or_else(|| vec![0, size]);
    let rows = unpack(&stream)?;
    let mut rows = rows.chunks_exact(width);
    for range in ranges.chunks_exact(2) {
        let [first, count] = *range else { return None };
        for number in first..first.checked_add(count)? {
            let Some(row) = rows.next() else { return Some(stream.dict) };
            let (kind, rest) = row.split_at_checked(kind_bytes as usize)?;
            let (place, _) = rest.split_at_checked(place_bytes as usize)?;
            let value = |bytes: &[u8]| bytes.iter().fold(0_u64, |value, &byte| value << 8 | u64::from(byte));
            // Without a kind every object stands by itself.
            let kind = if kind.is_empty() { 1 } else { value(kind) };
            let place = match kind {
                0 => Place::Free,
                1 => Place::Offset(u32::try_from(value(place)).ok()?),
                2 => Place::Packed(u32::try_from(value(place)).ok()?),
                _ => continue,
            };
            push(entries, number, place)?;
        }
    }
    Some(stream.dict)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(data: &str) -> Option<Index> {
        read(data.as_bytes(), |stream| Some(stream.content.clone()))
    }

    #[test]
    fn the_newest_section_wins() {
        let old =
            "1 0 obj 1 endobj\nxref\n0 2\n0000000000 65535 f \n0000000000 00000 n \ntrailer<</Size 2/Root 1 0 R>>\n";
        let moved = old.len();
        let new = format!(
            "{old}1 0 obj 2 endobj\nxref\n1 1\n{moved:010} 00000 n \ntrailer<</Size 2/Prev 17>>\nstartxref\n{}\n%%EOF",
            moved + 17
        );
        let index = index(&new).unwrap();
        assert_eq!(index.entries.len(), 2);
        assert_eq!(index.entries[1].place, Place::Offset(u32::try_from(moved).unwrap()));
        assert!(!index.trailer.has(b"Root"), "the newest trailer is the one that counts");
    }

    #[test]
    fn an_entry_that_points_elsewhere_is_for_repair() {
        let table = "xref\n0 2\n0000000000 65535 f \n0000000003 00000 n \ntrailer<</Size 2>>\nstartxref\n17\n%%EOF";
        assert!(index(&format!("1 0 obj 1 endobj\n{table}")).is_none());
    }

    #[test]
    fn reads_a_stream() {
        let object = "7 0 obj<</Type/XRef/W[1 2 1]/Index[3 1 7 1]/Size 8/Length 8>>stream\n\u{2}\0\u{7}\0\u{1}\0\0\0\nendstream endobj";
        let index = index(&format!("{object}\nstartxref\n0\n%%EOF")).unwrap();
        assert_eq!(
            index.entries.iter().map(|entry| (entry.number, entry.place)).collect::<Vec<_>>(),
            [(3, Place::Packed(7)), (7, Place::Offset(0))]
        );
    }

    #[test]
    fn damage_is_nothing() {
        for text in ["", "startxref", "startxref\n99", "xref\nstartxref\n0", "xref\n0 9\nstartxref\n0\n"] {
            assert!(index(text).is_none(), "{text}");
        }
    }
}
