//! The character map of an embedded TrueType or OpenType font, turned round: which character a glyph draws.
//!
//! Needed for fonts that select glyphs by number and bring no `ToUnicode`. Layout after the OpenType
//! specification, tables `cmap` formats 4 and 12.

use std::collections::HashMap;

/// Glyphs in one font: glyph numbers have 16 bits.
const GLYPHS_MAX: usize = 65_536;

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_be_bytes)
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_be_bytes)
}

/// Glyph number → character, from the font's Unicode subtable; empty when it has none.
pub fn characters_by_glyph(font: &[u8]) -> HashMap<u16, char> {
    let mut characters = HashMap::new();
    if let Some(table) = table(font, *b"cmap") {
        for subtable in unicode_subtables(table) {
            match u16_at(subtable, 0) {
                Some(4) => _ = format_4(subtable, &mut characters),
                Some(12) => _ = format_12(subtable, &mut characters),
                _ => {}
            }
        }
    }
    characters
}

fn table(font: &[u8], tag: [u8; 4]) -> Option<&[u8]> {
    let count = usize::from(u16_at(font, 4)?);
    (0..count).find_map(|index| {
        let record = font.get(12 + index * 16..28 + index * 16)?;
        if record.get(..4)? != tag {
            return None;
        }
        let start = u32_at(record, 8)? as usize;
        let length = u32_at(record, 12)? as usize;
        font.get(start..start.checked_add(length)?.min(font.len()))
    })
}

fn unicode_subtables(cmap: &[u8]) -> impl Iterator<Item = &[u8]> {
    let count = usize::from(u16_at(cmap, 2).unwrap_or(0));
    (0..count).filter_map(move |index| {
        let record = 4 + index * 8;
        let platform = u16_at(cmap, record)?;
        let encoding = u16_at(cmap, record + 2)?;
        let unicode = platform == 0 || (platform == 3 && matches!(encoding, 1 | 10));
        unicode.then_some(())?;
        cmap.get(u32_at(cmap, record + 4)? as usize..)
    })
}

fn keep(characters: &mut HashMap<u16, char>, glyph: u16, code: u32) {
    if glyph != 0
        && let Some(character) = char::from_u32(code)
    {
        // Where several characters share a glyph, the lowest is the plain one (space before no-break space).
        characters.entry(glyph).and_modify(|known| *known = (*known).min(character)).or_insert(character);
    }
}

fn format_4(subtable: &[u8], characters: &mut HashMap<u16, char>) -> Option<()> {
    let doubled = usize::from(u16_at(subtable, 6)?);
    let mut work = 0;
    for index in 0..doubled / 2 {
        let end = u16_at(subtable, 14 + index * 2)?;
        let start = u16_at(subtable, 16 + doubled + index * 2)?;
        let delta = u16_at(subtable, 16 + doubled * 2 + index * 2)?;
        let offset_at = 16 + doubled * 3 + index * 2;
        let offset = u16_at(subtable, offset_at)?;
        for code in start..=end {
            work += 1;
            if work > GLYPHS_MAX {
                return None;
            }
            let glyph = if offset == 0 {
                code.wrapping_add(delta)
            } else {
                let at = offset_at + usize::from(offset) + usize::from(code - start) * 2;
                match u16_at(subtable, at) {
                    Some(0) | None => 0,
                    Some(glyph) => glyph.wrapping_add(delta),
                }
            };
            if code != 0xffff {
                keep(characters, glyph, u32::from(code));
            }
        }
    }
    Some(())
}

fn format_12(subtable: &[u8], characters: &mut HashMap<u16, char>) -> Option<()> {
    let groups = u32_at(subtable, 12)? as usize;
    let mut work = 0;
    for index in 0..groups.min(GLYPHS_MAX) {
        let at = 16 + index * 12;
        let (start, end, first) = (u32_at(subtable, at)?, u32_at(subtable, at + 4)?, u32_at(subtable, at + 8)?);
        for code in start..=end {
            work += 1;
            if work > GLYPHS_MAX {
                return None;
            }
            if let Ok(glyph) = u16::try_from(first.saturating_add(code - start)) {
                keep(characters, glyph, code);
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A font with nothing but a `cmap` of one subtable.
    pub(crate) fn font_with(subtable: &[u8]) -> Vec<u8> {
        let mut cmap = vec![0, 0, 0, 1, 0, 3, 0, 1, 0, 0, 0, 12];
        cmap.extend_from_slice(subtable);
        let mut font = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        font.extend_from_slice(b"cmap\0\0\0\0");
        font.extend_from_slice(&28_u32.to_be_bytes());
        font.extend_from_slice(&u32::try_from(cmap.len()).unwrap().to_be_bytes());
        font.extend_from_slice(&cmap);
        font
    }

    fn words(values: &[u16]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_be_bytes()).collect()
    }

    #[test]
    fn turns_a_segment_map_round() {
        // Two segments: U+0041..U+0043 → glyphs 5..7, and the closing one.
        let subtable = words(&[4, 32, 0, 4, 0, 0, 0, 0x43, 0xffff, 0, 0x41, 0xffff, 5_u16.wrapping_sub(0x41), 1, 0, 0]);
        let characters = characters_by_glyph(&font_with(&subtable));
        assert_eq!(characters.get(&5), Some(&'A'));
        assert_eq!(characters.get(&7), Some(&'C'));
        assert_eq!(characters.len(), 3);
    }

    #[test]
    fn turns_a_group_map_round() {
        let mut subtable = words(&[12, 0, 0, 28, 0, 0]);
        for value in [1_u32, 0x4eba, 0x4ebb, 9] {
            subtable.extend_from_slice(&value.to_be_bytes());
        }
        let characters = characters_by_glyph(&font_with(&subtable));
        assert_eq!(characters.get(&9), Some(&'人'));
    }

    #[test]
    fn damage_is_an_empty_map() {
        assert!(characters_by_glyph(b"").is_empty());
        assert!(characters_by_glyph(&font_with(&words(&[4, 9, 0, 0xfffe]))).is_empty());
        assert!(characters_by_glyph(&[0xff; 64]).is_empty());
    }
}
