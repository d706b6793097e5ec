//! Bounds on what a stranger's file may cost, each next to its reason.

use std::num::NonZeroUsize;

/// Every bound is inclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// A ten-year statement with pictures is under 20 MB; a phone's scan of 60 pages under 100 MB.
    pub file_bytes: u64,
    /// A year of daily card use prints about 120 pages; ten times that is an attack or a mistake.
    pub pages: u32,
    /// What one archive may unpack to, all entries and all depths together; also one workbook's parts, and the
    /// text its cells show.
    pub unpacked_bytes: u64,
    /// Statements come one to a few in an archive.
    pub archive_entries: u32,
    /// An archive in an archive happens (a mail's attachment zipped again); a third level does not.
    pub archive_depth: u32,
    /// Rows of all sheets together.
    pub rows: u32,
    /// Cells of all sheets together.
    pub cells: u32,
    /// One line of a text file. Real ones stay under 4 kB.
    pub line_bytes: u32,
    /// Glyphs drawn on all pages together.
    pub glyphs: u32,
    /// Decoded bytes of one content stream or font file.
    pub stream_bytes: u64,
    /// Content-stream operators of all pages together.
    pub operators: u32,
    /// Pixels of one picture. Telephones photograph with up to 50 million; a PNG of a few kilobytes can say a billion.
    pub picture_pixels: u64,
    /// Pages read off pictures at the same time: each takes about 300 MB while it is read.
    pub pages_at_once: NonZeroUsize,
    /// Pages of one document that are read off pictures: at some seconds each, an hour of a core.
    pub picture_pages: u32,
    /// Pages of one document whose text layer is held against what is seen, where something speaks against it: a borrower's
    /// scan has under ten pages, and each takes seconds.
    pub layer_pages: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 100 << 20,
            pages: 1_200,
            unpacked_bytes: 300 << 20,
            archive_entries: 1_000,
            archive_depth: 2,
            rows: 2_000_000,
            cells: 30_000_000,
            line_bytes: 1 << 20,
            glyphs: 20_000_000,
            stream_bytes: 64 << 20,
            operators: 50_000_000,
            picture_pixels: 64_000_000,
            pages_at_once: NonZeroUsize::MIN.saturating_add(1),
            picture_pages: 300,
            layer_pages: 12,
        }
    }
}
