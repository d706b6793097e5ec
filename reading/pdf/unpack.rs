//! The two filters that nearly all content is packed with.

use flate2::{Decompress, FlushDecompress, Status};

/// Why a stream could not be unpacked, or not to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unpack {
    TooLarge,
    Unreadable,
}

/// Unpacks zlib data. Neither its header nor its checksum is looked at: writers get them wrong, and other readers
/// do not care.
pub fn inflate(state: &mut Decompress, packed: &[u8], out: &mut Vec<u8>, limit: usize) -> Result<bool, Unpack> {
    state.reset(false);
    let mut rest = packed.get(2..).unwrap_or(&[]);
    loop {
        if out.len() >= limit {
            return Err(Unpack::TooLarge);
        }
        // Text packs to a sixth or less; the rest comes by doubling.
        let more = rest.len().saturating_mul(6).clamp(4_096, 1 << 20).max(out.len()).min(limit - out.len());
        out.reserve(more);
        let (read, written) = (state.total_in(), state.total_out());
        let status = state.decompress_vec(rest, out, FlushDecompress::None);
        let read = usize::try_from(state.total_in() - read).unwrap_or(usize::MAX);
        rest = rest.get(read..).unwrap_or(&[]);
        match status {
            Ok(Status::StreamEnd) => return Ok(true),
            // Cut off, or damaged from here on: what came before is text all the same.
            Err(_) => return Ok(false),
            Ok(_) if read == 0 && state.total_out() == written => return Ok(false),
            Ok(_) => {}
        }
    }
}

/// Bytes written five characters for four; a group that makes no sense ends it.
pub fn ascii85(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 5 * 4 + 4);
    let mut group = 0_u32;
    let mut count = 0;
    for &character in text {
        match character {
            b'!'..=b'u' => {
                let digit = u32::from(character - b'!');
                let Some(next) = group.checked_mul(85).and_then(|group| group.checked_add(digit)) else { break };
                group = next;
                count += 1;
                if count == 5 {
                    out.extend_from_slice(&group.to_be_bytes());
                    group = 0;
                    count = 0;
                }
            }
            b'z' if count == 0 => out.extend_from_slice(&[0; 4]),
            b' ' | b'\n' | b'\r' | b'\t' | 0 | 12 => {}
            _ => break,
        }
    }
    // The last group is filled up with the highest digit and gives one byte less than it has digits.
    if count > 1 {
        let filled =
            (count..5).try_fold(group, |group, _| group.checked_mul(85).and_then(|group| group.checked_add(84)));
        if let Some(filled) = filled {
            out.extend(filled.to_be_bytes().iter().take(count - 1));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii85_ends_where_it_should() {
        assert_eq!(ascii85(b"87cUR D]j7B\nEbo80~>"), b"Hello world!");
        assert_eq!(ascii85(b"z87cUR~>"), b"\0\0\0\0Hell");
        assert_eq!(ascii85(b"87cURDZ~>"), b"Hello");
        assert_eq!(ascii85(b"uuuuu"), b"", "no number of four bytes");
    }

    #[test]
    fn inflating_stops_at_the_limit() {
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, &[b'q'; 100_000]).unwrap();
        let packed = packed.finish().unwrap();
        let mut out = Vec::new();
        let mut state = Decompress::new(false);
        assert_eq!(inflate(&mut state, &packed, &mut out, 5_000), Err(Unpack::TooLarge));
        assert!(out.capacity() <= 10_000);
        out.clear();
        assert_eq!(inflate(&mut state, &packed, &mut out, 200_000), Ok(true));
        assert_eq!(out.len(), 100_000);
        out.clear();
        assert_eq!(inflate(&mut state, &packed[..packed.len() / 2], &mut out, 200_000), Ok(false));
    }
}
