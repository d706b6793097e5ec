//! The pages of a TIFF: fax machines and office scanners put a whole document into one.

use std::collections::BTreeSet;

/// Pages of one file. A borrower's scan has under a hundred; a loop of directories has no end.
const PAGES_MAX: usize = 1_000;

/// The pages of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pages {
    /// Where the directory of each begins; empty for what is no classic TIFF.
    pub directories: Vec<u32>,
    /// The file ends before its last page does.
    pub is_cut: bool,
}

/// TIFF 6.0, section 8: what kind of picture a directory has.
const NEW_SUBFILE_TYPE: u16 = 254;
/// A smaller copy of another page, or a mask for one: neither is a page of its own.
const NO_PAGE: u16 = 0b101;

/// Finds the pages (TIFF 6.0, section 2).
pub fn pages(bytes: &[u8]) -> Pages {
    let Some(order) = Order::of(bytes) else { return Pages::default() };
    let mut found = Pages::default();
    let mut seen: BTreeSet<u32> = BTreeSet::new();
    let mut next = order.long(bytes, 4);
    loop {
        let Some(offset) = next else {
            found.is_cut = true;
            break;
        };
        // A directory that was there already: the file goes in a circle.
        if offset == 0 || seen.len() >= PAGES_MAX || !seen.insert(offset) {
            break;
        }
        let at = offset as usize;
        let Some(entries) = order.short(bytes, at) else {
            found.is_cut = true;
            break;
        };
        let entry = |number: usize| at + 2 + 12 * number;
        let kinds = (0..usize::from(entries)).map(entry).filter(|at| order.short(bytes, *at) == Some(NEW_SUBFILE_TYPE));
        // A short or a long; the bits that matter stand in its lower half.
        let kind = kinds.filter_map(|at| order.low_half(bytes, at)).next().unwrap_or(0);
        if kind & NO_PAGE == 0 {
            found.directories.push(offset);
        }
        next = order.long(bytes, entry(usize::from(entries)));
    }
    found
}

/// The file with the page of this directory as its first, which is the one that decoders read.
pub fn beginning_with(bytes: &[u8], directory: u32) -> Vec<u8> {
    let mut turned = bytes.to_vec();
    if let (Some(order), Some(slot)) = (Order::of(bytes), turned.get_mut(4..8)) {
        slot.copy_from_slice(&match order {
            Order::Little => directory.to_le_bytes(),
            Order::Big => directory.to_be_bytes(),
        });
    }
    turned
}

#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes.get(..4)? {
            [b'I', b'I', 42, 0] => Some(Self::Little),
            [b'M', b'M', 0, 42] => Some(Self::Big),
            _ => None,
        }
    }

    fn short(self, bytes: &[u8], at: usize) -> Option<u16> {
        let raw = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(raw),
            Self::Big => u16::from_be_bytes(raw),
        })
    }

    /// The lower half of an entry's value.
    fn low_half(self, bytes: &[u8], entry: usize) -> Option<u16> {
        const LONG: u16 = 4;
        let value = entry + 8;
        match (self, self.short(bytes, entry + 2)?) {
            (Self::Big, LONG) => self.short(bytes, value + 2),
            _ => self.short(bytes, value),
        }
    }

    fn long(self, bytes: &[u8], at: usize) -> Option<u32> {
        let raw = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(raw),
            Self::Big => u32::from_be_bytes(raw),
        })
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A TIFF of pages of 16 by 8 pixels, each with a left half of its level beside white.
    pub fn grey_pages(levels: &[u8]) -> Vec<u8> {
        let mut bytes = b"II*\0\0\0\0\0".to_vec();
        let mut link = 4;
        for level in levels {
            let data = bytes.len() as u32;
            bytes.extend((0..8).flat_map(|_| [[*level; 8], [255; 8]].concat()));
            let directory = bytes.len() as u32;
            bytes[link..link + 4].copy_from_slice(&directory.to_le_bytes());
            let entries: [(u16, u16, u32); 9] = [
                (256, 3, 16),
                (257, 3, 8),
                (258, 3, 8),
                (259, 3, 1),
                (262, 3, 1),
                (273, 4, data),
                (277, 3, 1),
                (278, 3, 8),
                (279, 4, 128),
            ];
            bytes.extend((entries.len() as u16).to_le_bytes());
            for (tag, kind, value) in entries {
                bytes.extend(tag.to_le_bytes());
                bytes.extend(kind.to_le_bytes());
                bytes.extend(1_u32.to_le_bytes());
                bytes.extend(value.to_le_bytes());
            }
            link = bytes.len();
            bytes.extend(0_u32.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn every_page_can_be_the_first() {
        let bytes = grey_pages(&[10, 20, 30]);
        let found = pages(&bytes);
        assert_eq!((found.directories.len(), found.is_cut), (3, false));
        for (directory, level) in found.directories.iter().zip([10, 20, 30]) {
            let page = image::load_from_memory(&beginning_with(&bytes, *directory)).unwrap().into_luma8();
            assert_eq!((page.dimensions(), page.get_pixel(3, 3).0), ((16, 8), [level]));
        }
    }

    #[test]
    fn what_goes_in_a_circle_ends_and_what_is_cut_is_told() {
        let mut bytes = grey_pages(&[10, 20]);
        let whole = bytes.clone();
        let first = pages(&bytes).directories[0];
        let end = bytes.len() - 4;
        bytes[end..].copy_from_slice(&first.to_le_bytes());
        assert_eq!(pages(&bytes).directories.len(), 2);
        for length in 4..whole.len() {
            let found = pages(&whole[..length]);
            assert!(found.directories.len() <= 2 && found.is_cut, "{length}: {found:?}");
        }
        assert_eq!(pages(b"BM"), Pages::default());
    }

    #[test]
    fn a_smaller_copy_of_a_page_is_no_page() {
        let mut bytes = grey_pages(&[10, 20]);
        let second = pages(&bytes).directories[1] as usize;
        // Its first entry says what it is instead of how wide it is.
        bytes[second + 2..second + 4].copy_from_slice(&NEW_SUBFILE_TYPE.to_le_bytes());
        bytes[second + 10..second + 12].copy_from_slice(&1_u16.to_le_bytes());
        assert_eq!(pages(&bytes).directories.len(), 1);
    }
}
