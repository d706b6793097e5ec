//! The pages of a TIFF: fax machines and office scanners put a whole document into one.

/// Pages of one file. A borrower's scan has under a hundred; a loop of directories has no end.
const PAGES_MAX: usize = 1_000;

/// Where the directory of each page begins (TIFF 6.0, section 2); empty for what is no classic TIFF.
pub fn pages(bytes: &[u8]) -> Vec<u32> {
    let Some(order) = Order::of(bytes) else { return Vec::new() };
    let mut found: Vec<u32> = Vec::new();
    let mut next = order.long(bytes, 4);
    while let Some(offset) = next.filter(|offset| *offset != 0) {
        // A directory that was there already: the file goes in a circle.
        if found.len() >= PAGES_MAX || found.contains(&offset) {
            break;
        }
        let Ok(at) = usize::try_from(offset) else { break };
        let Some(entries) = order.short(bytes, at) else { break };
        found.push(offset);
        next = at.checked_add(2 + 12 * usize::from(entries)).and_then(|at| order.long(bytes, at));
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

    /// A TIFF of grey pages, each of one level, 16 pixels wide and 8 high.
    pub fn grey_pages(levels: &[u8]) -> Vec<u8> {
        let mut bytes = b"II*\0\0\0\0\0".to_vec();
        let mut link = 4;
        for level in levels {
            let data = bytes.len() as u32;
            bytes.extend([*level; 128]);
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
        assert_eq!(found.len(), 3);
        for (directory, level) in found.iter().zip([10, 20, 30]) {
            let page = image::load_from_memory(&beginning_with(&bytes, *directory)).unwrap().into_luma8();
            assert_eq!((page.dimensions(), page.get_pixel(3, 3).0), ((16, 8), [level]));
        }
    }

    #[test]
    fn what_goes_in_a_circle_ends_and_what_is_cut_gives_what_it_can() {
        let mut bytes = grey_pages(&[10, 20]);
        let first = pages(&bytes)[0];
        let end = bytes.len() - 4;
        bytes[end..].copy_from_slice(&first.to_le_bytes());
        assert_eq!(pages(&bytes).len(), 2);
        for length in 0..bytes.len() {
            assert!(pages(&bytes[..length]).len() <= 2);
        }
        assert!(pages(b"BM").is_empty());
    }
}
