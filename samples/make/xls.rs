//! A minimal writer of BIFF8 workbooks (`.xls`): one sheet of text and number cells in an OLE container.
//!
//! Records as in Microsoft's [MS-XLS], the container as in [MS-CFB]. Banks' exports use no more than this.

use std::collections::BTreeMap;

use crate::MakeError;

#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Blank,
    Text(String),
    Number(f64),
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// Rows and columns from 0, both ends included.
#[derive(Debug, Clone, Copy)]
pub struct Merge {
    pub row: u16,
    pub first_column: u16,
    pub last_column: u16,
}

/// The bytes of a workbook with one sheet.
///
/// # Errors
/// [`MakeError::TooLarge`] beyond 65,536 rows, 256 columns or what the container's first table addresses.
pub fn workbook(sheet_name: &str, rows: &[Vec<Cell>], merges: &[Merge]) -> Result<Vec<u8>, MakeError> {
    let sheet = sheet(rows, merges)?;
    let mut strings = Strings::default();
    for cell in rows.iter().flatten() {
        if let Cell::Text(text) = cell {
            strings.add(text);
        }
    }
    let sheet = sheet.with_strings(&strings)?;

    let mut stream = Vec::new();
    record(&mut stream, BOF, &bof(GLOBALS))?;
    record(&mut stream, CODEPAGE, &1200_u16.to_le_bytes())?;
    record(&mut stream, FONT, &font()?)?;
    for _ in 0..16 {
        record(&mut stream, XF, &xf())?;
    }
    // The sheet's record holds where its part of the stream begins, known only when all before is written.
    let mut tail = Vec::new();
    strings.write(&mut tail)?;
    record(&mut tail, EOF, &[])?;
    let mut bound = Vec::new();
    let name = unicode(sheet_name, 1)?;
    let offset = stream.len() + 4 + 6 + name.len() + tail.len();
    bound.extend_from_slice(&u32::try_from(offset).map_err(|_| too_large())?.to_le_bytes());
    bound.extend_from_slice(&[0, 0]);
    bound.extend_from_slice(&name);
    record(&mut stream, BOUNDSHEET, &bound)?;
    stream.extend_from_slice(&tail);
    stream.extend_from_slice(&sheet);
    container(stream)
}

const BOF: u16 = 0x0809;
const EOF: u16 = 0x000A;
const CODEPAGE: u16 = 0x0042;
const FONT: u16 = 0x0031;
const XF: u16 = 0x00E0;
const BOUNDSHEET: u16 = 0x0085;
const SST: u16 = 0x00FC;
const CONTINUE: u16 = 0x003C;
const DIMENSIONS: u16 = 0x0200;
const LABELSST: u16 = 0x00FD;
const NUMBER: u16 = 0x0203;
const MERGEDCELLS: u16 = 0x00E5;
const GLOBALS: u16 = 0x0005;
const WORKSHEET: u16 = 0x0010;
/// The longest record body that BIFF8 allows; longer ones go on in CONTINUE records.
const BODY_MAX: usize = 8224;
/// The first cell format after the fifteen style ones.
const CELL_FORMAT: u16 = 15;

fn too_large() -> MakeError {
    MakeError::TooLarge { what: "a worksheet" }
}

fn record(stream: &mut Vec<u8>, kind: u16, body: &[u8]) -> Result<(), MakeError> {
    let length = u16::try_from(body.len()).ok().filter(|&n| usize::from(n) <= BODY_MAX).ok_or_else(too_large)?;
    stream.extend_from_slice(&kind.to_le_bytes());
    stream.extend_from_slice(&length.to_le_bytes());
    stream.extend_from_slice(body);
    Ok(())
}

fn bof(kind: u16) -> Vec<u8> {
    let mut body = Vec::new();
    // BIFF8, a build of Excel 97, the lowest version that can read the file.
    for value in [0x0600, kind, 0x0DBB, 0x07CC, 0, 0, 6, 0] {
        body.extend_from_slice(&value.to_le_bytes());
    }
    body
}

fn font() -> Result<Vec<u8>, MakeError> {
    let mut body = Vec::new();
    // 11 points in twentieths, no style, default colour, weight 400.
    for value in [220_u16, 0, 0x7FFF, 400, 0] {
        body.extend_from_slice(&value.to_le_bytes());
    }
    body.extend_from_slice(&[0, 0, 134, 0]); // no underline, family unknown, GB2312, reserved
    body.extend_from_slice(&unicode("宋体", 1)?);
    Ok(body)
}

fn xf() -> Vec<u8> {
    let mut body = vec![0; 20];
    if let Some(flags) = body.get_mut(4..6) {
        flags.copy_from_slice(&0xFFF5_u16.to_le_bytes());
    }
    body
}

/// A string behind its count of UTF-16 units, the count in `count_bytes` bytes.
fn unicode(text: &str, count_bytes: usize) -> Result<Vec<u8>, MakeError> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let count = u16::try_from(units.len()).map_err(|_| too_large())?.to_le_bytes();
    if count_bytes == 1 && units.len() > 255 {
        return Err(too_large());
    }
    let mut bytes: Vec<u8> = count.iter().take(count_bytes).copied().collect();
    bytes.push(1); // two bytes a character
    bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    Ok(bytes)
}

#[derive(Default)]
struct Strings {
    index: BTreeMap<String, u32>,
    order: Vec<String>,
    uses: u32,
}

impl Strings {
    fn add(&mut self, text: &str) {
        self.uses += 1;
        if !self.index.contains_key(text) {
            self.index.insert(text.to_owned(), u32::try_from(self.order.len()).unwrap_or(u32::MAX));
            self.order.push(text.to_owned());
        }
    }

    /// Every CONTINUE begins with a whole string, so that none needs to be cut.
    fn write(&self, stream: &mut Vec<u8>) -> Result<(), MakeError> {
        let mut body = Vec::new();
        body.extend_from_slice(&self.uses.to_le_bytes());
        body.extend_from_slice(&u32::try_from(self.order.len()).map_err(|_| too_large())?.to_le_bytes());
        let mut kind = SST;
        for text in &self.order {
            let bytes = unicode(text, 2)?;
            if body.len() + bytes.len() > BODY_MAX {
                record(stream, kind, &body)?;
                kind = CONTINUE;
                body.clear();
            }
            body.extend_from_slice(&bytes);
        }
        record(stream, kind, &body)
    }
}

/// A sheet's cells, waiting for the numbers of their strings.
struct Sheet<'a> {
    rows: &'a [Vec<Cell>],
    merges: &'a [Merge],
    row_count: u32,
    column_count: u16,
}

fn sheet<'a>(rows: &'a [Vec<Cell>], merges: &'a [Merge]) -> Result<Sheet<'a>, MakeError> {
    let row_count = u32::try_from(rows.len()).ok().filter(|&n| n <= 65_536).ok_or_else(too_large)?;
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let column_count = u16::try_from(columns).ok().filter(|&n| n <= 256).ok_or_else(too_large)?;
    Ok(Sheet { rows, merges, row_count, column_count })
}

impl Sheet<'_> {
    fn with_strings(&self, strings: &Strings) -> Result<Vec<u8>, MakeError> {
        let mut stream = Vec::new();
        record(&mut stream, BOF, &bof(WORKSHEET))?;
        let mut dimensions = Vec::new();
        dimensions.extend_from_slice(&0_u32.to_le_bytes());
        dimensions.extend_from_slice(&self.row_count.to_le_bytes());
        for value in [0, self.column_count, 0] {
            dimensions.extend_from_slice(&value.to_le_bytes());
        }
        record(&mut stream, DIMENSIONS, &dimensions)?;
        for (row, cells) in (0_u16..).zip(self.rows) {
            for (column, cell) in (0_u16..).zip(cells) {
                let mut body = Vec::new();
                for value in [row, column, CELL_FORMAT] {
                    body.extend_from_slice(&value.to_le_bytes());
                }
                match cell {
                    Cell::Blank => {}
                    Cell::Text(text) => {
                        body.extend_from_slice(&strings.index.get(text).copied().unwrap_or(0).to_le_bytes());
                        record(&mut stream, LABELSST, &body)?;
                    }
                    Cell::Number(value) => {
                        body.extend_from_slice(&value.to_le_bytes());
                        record(&mut stream, NUMBER, &body)?;
                    }
                }
            }
        }
        if !self.merges.is_empty() {
            let mut body = u16::try_from(self.merges.len()).map_err(|_| too_large())?.to_le_bytes().to_vec();
            for merge in self.merges {
                for value in [merge.row, merge.row, merge.first_column, merge.last_column] {
                    body.extend_from_slice(&value.to_le_bytes());
                }
            }
            record(&mut stream, MERGEDCELLS, &body)?;
        }
        record(&mut stream, EOF, &[])?;
        Ok(stream)
    }
}

const SECTOR: usize = 512;
/// Streams below this would have to go to the container's second, finer store; padding avoids it.
const STREAM_MIN: usize = 4096;
const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
const FREE: u32 = 0xFFFF_FFFF;
const TABLE: u32 = 0xFFFF_FFFD;
/// Table sectors that the header itself can list.
const TABLES_MAX: usize = 109;

/// Header, allocation table, directory, then the workbook stream.
fn container(mut stream: Vec<u8>) -> Result<Vec<u8>, MakeError> {
    stream.resize(stream.len().max(STREAM_MIN).next_multiple_of(SECTOR), 0);
    let data = stream.len() / SECTOR;
    let per_table = SECTOR / 4;
    let mut tables = 1;
    while tables * per_table < tables + 1 + data {
        tables += 1;
    }
    if tables > TABLES_MAX {
        return Err(too_large());
    }
    let sector = |index: usize| u32::try_from(index).map_err(|_| too_large());
    let directory = sector(tables)?;
    let first = sector(tables + 1)?;
    let length = sector(stream.len())?;

    let mut file = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    file.extend_from_slice(&[0; 16]);
    for value in [0x003E_u16, 3, 0xFFFE, 9, 6, 0, 0, 0] {
        file.extend_from_slice(&value.to_le_bytes());
    }
    for value in [0, sector(tables)?, directory, 0, 4096, END_OF_CHAIN, 0, END_OF_CHAIN, 0] {
        file.extend_from_slice(&value.to_le_bytes());
    }
    for index in 0..TABLES_MAX {
        let entry = if index < tables { sector(index)? } else { FREE };
        file.extend_from_slice(&entry.to_le_bytes());
    }

    let mut entries = vec![TABLE; tables];
    entries.push(END_OF_CHAIN);
    for index in 1..data {
        entries.push(sector(tables + 1 + index)?);
    }
    entries.push(END_OF_CHAIN);
    entries.resize(tables * per_table, FREE);
    file.extend(entries.iter().flat_map(|entry| entry.to_le_bytes()));

    file.extend_from_slice(&directory_entry("Root Entry", 5, 1, END_OF_CHAIN, 0));
    file.extend_from_slice(&directory_entry("Workbook", 2, FREE, first, length));
    file.extend_from_slice(&directory_entry("", 0, FREE, 0, 0));
    file.extend_from_slice(&directory_entry("", 0, FREE, 0, 0));
    file.extend_from_slice(&stream);
    Ok(file)
}

fn directory_entry(name: &str, kind: u8, child: u32, first: u32, length: u32) -> Vec<u8> {
    let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let name_length = if name.is_empty() { 0 } else { units.len() + 2 };
    let mut entry = units;
    entry.resize(64, 0);
    entry.extend_from_slice(&(name_length as u16).to_le_bytes());
    entry.extend_from_slice(&[kind, 1]); // a black node of the name tree
    for value in [FREE, FREE, child] {
        entry.extend_from_slice(&value.to_le_bytes());
    }
    entry.extend_from_slice(&[0; 16 + 4 + 8 + 8]); // class, flags, both times
    entry.extend_from_slice(&first.to_le_bytes());
    entry.extend_from_slice(&length.to_le_bytes());
    entry.extend_from_slice(&[0; 4]);
    entry
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xls};
    use std::io::Cursor;

    #[test]
    fn another_reader_finds_every_cell() {
        let rows: Vec<Vec<Cell>> = (0..3000)
            .map(|n| vec![Cell::text(format!("第{n}行 示***公司")), Cell::Blank, Cell::Number(f64::from(n) / 100.0)])
            .collect();
        let bytes = workbook("交易明细", &rows, &[Merge { row: 2999, first_column: 0, last_column: 1 }]).unwrap();
        let mut book = Xls::new(Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range("交易明细").unwrap();
        assert_eq!(range.height(), 3000);
        for n in 0..3000_u32 {
            assert_eq!(range.get_value((n, 0)), Some(&Data::String(format!("第{n}行 示***公司"))));
            assert_eq!(range.get_value((n, 2)), Some(&Data::Float(f64::from(n) / 100.0)));
        }
    }

    #[test]
    fn a_small_sheet_is_read_too() {
        let bytes = workbook("Sheet1", &[vec![Cell::text("China Construction Bank")]], &[]).unwrap();
        let mut book = Xls::new(Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range("Sheet1").unwrap();
        assert_eq!(range.get_value((0, 0)), Some(&Data::String("China Construction Bank".to_owned())));
    }
}
