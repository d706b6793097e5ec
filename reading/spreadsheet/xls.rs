//! XLS: the records of BIFF8 and BIFF5 workbooks (MS-XLS), as far as cells go.
//!
//! Nothing is allocated by what a record claims, each record is looked at once, and each text is kept once.

use std::collections::BTreeMap;

use encoding_rs::{BIG5, Encoding, GB18030, SHIFT_JIS, WINDOWS_1252};
use model::document::{Content, Document, FileFacts, MediaType};
use model::problem::ProblemCode;
use model::sheet::CellKind;

use super::dates;
use super::grid::{self, Budget, Grid};
use crate::compound::{Compound, u16_at, u32_at};
use crate::{Limits, ReadError};

const FORMULA: u16 = 0x0006;
const EOF: u16 = 0x000A;
const DATE_MODE: u16 = 0x0022;
const CONTINUE: u16 = 0x003C;
const CODE_PAGE: u16 = 0x0042;
const BOUND_SHEET: u16 = 0x0085;
const MUL_RK: u16 = 0x00BD;
const RICH_STRING: u16 = 0x00D6;
const XF: u16 = 0x00E0;
const SST: u16 = 0x00FC;
const LABEL_SST: u16 = 0x00FD;
const NUMBER: u16 = 0x0203;
const LABEL: u16 = 0x0204;
const BOOL_ERR: u16 = 0x0205;
const STRING: u16 = 0x0207;
const RK: u16 = 0x027E;
const FORMAT: u16 = 0x041E;
const BOF: u16 = 0x0809;

pub(super) fn read(bytes: &[u8], passwords: &[&str], limits: &Limits) -> Result<Document, ReadError> {
    let file = Compound::open(bytes).ok_or_else(|| corrupt("its container cannot be read"))?;
    let stream = file.stream("Workbook").or_else(|| file.stream("Book"));
    let stream = stream.ok_or_else(|| corrupt("its workbook stream is not all there"))?;
    let stream = super::encrypted::biff(&stream, passwords)?.unwrap_or(stream);
    let workbook = Workbook::read(&stream)?;
    let mut budget = Budget::new(limits);
    // Each record of a workbook belongs to one sheet; more looks than records means sheets within sheets.
    let mut looks = stream.len() / 4 + 1;
    let mut document = Document {
        media_type: MediaType::Xls,
        page_count: None,
        content: Content::Sheets(Vec::new()),
        facts: FileFacts::default(),
        problems: Vec::new(),
    };
    let mut sheets = Vec::new();
    let mut is_any_cut = false;
    for bound in &workbook.sheets {
        let mut grid = Grid::new(&bound.name);
        let is_whole = workbook.read_sheet(bound.start, &mut grid, &mut budget, &mut looks)?;
        if !is_whole {
            let (row, column) = grid.last();
            let (zh, en) = ("工作表在此处之后无法读取", "the sheet ends early; what followed is missing");
            grid.problem(ProblemCode::Truncated, row, column, zh, en);
            is_any_cut = true;
        }
        let (sheet, problems) = grid.finish();
        sheets.push(sheet);
        document.problems.extend(problems);
    }
    if sheets.iter().all(|sheet| sheet.cells.is_empty()) {
        return Err(if is_any_cut { corrupt("its sheets end early") } else { ReadError::Empty });
    }
    document.content = Content::Sheets(sheets);
    Ok(document)
}

fn corrupt(detail: &str) -> ReadError {
    ReadError::Corrupt { media_type: MediaType::Xls, detail: detail.to_owned() }
}

/// One record with the records that continue it.
struct Record<'a> {
    kind: u16,
    data: &'a [u8],
    continued: Vec<&'a [u8]>,
}

struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Records<'a> {
    fn header(&self) -> Option<(u16, usize)> {
        Some((u16_at(self.rest, 0)?, usize::from(u16_at(self.rest, 2)?)))
    }

    /// `None` where the record is not all there.
    fn piece(&mut self) -> Option<(u16, &'a [u8])> {
        let (kind, length) = self.header()?;
        let data = self.rest.get(4..4 + length)?;
        self.rest = self.rest.get(4 + length..)?;
        Some((kind, data))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let (kind, data) = self.piece()?;
        let mut continued = Vec::new();
        while self.header().is_some_and(|(kind, _)| kind == CONTINUE) {
            continued.push(self.piece()?.1);
        }
        Some(Record { kind, data, continued })
    }
}

struct BoundSheet {
    name: String,
    /// Offset of the sheet's first record in the stream.
    start: usize,
}

/// What the workbook's first records say for all sheets.
struct Workbook<'a> {
    stream: &'a [u8],
    is_biff8: bool,
    /// Of text before BIFF8.
    encoding: &'static Encoding,
    is_1904: bool,
    texts: Texts,
    /// Whether the cell style of this number shows a date or a time.
    is_date_style: Vec<bool>,
    sheets: Vec<BoundSheet>,
}

impl<'a> Workbook<'a> {
    fn read(stream: &'a [u8]) -> Result<Self, ReadError> {
        let mut workbook = Self {
            stream,
            is_biff8: true,
            encoding: GB18030,
            is_1904: false,
            texts: Texts::default(),
            is_date_style: Vec::new(),
            sheets: Vec::new(),
        };
        let mut date_formats = BTreeMap::new();
        let mut style_formats = Vec::new();
        let mut is_ended = false;
        let mut records = Records { rest: stream };
        for (index, record) in records.by_ref().enumerate() {
            let data = record.data;
            match record.kind {
                BOF if index == 0 => workbook.is_biff8 = u16_at(data, 0) != Some(0x0500),
                _ if index == 0 => return Err(corrupt("its workbook stream does not begin as one")),
                CODE_PAGE => workbook.encoding = encoding_of(u16_at(data, 0).unwrap_or(0)),
                DATE_MODE => workbook.is_1904 = u16_at(data, 0) == Some(1),
                FORMAT => {
                    if let Some(number) = u16_at(data, 0) {
                        let rest = data.get(2..).unwrap_or(&[]);
                        let text = if workbook.is_biff8 { long_text(rest, &[]) } else { workbook.short_text(rest) };
                        date_formats.insert(number, text.is_some_and(|text| dates::is_date_format(&text)));
                    }
                }
                XF => style_formats.push(u16_at(data, 2).unwrap_or(0)),
                BOUND_SHEET => workbook.bind(data)?,
                SST => workbook.texts = Texts::read(data, &record.continued),
                EOF => {
                    is_ended = true;
                    break;
                }
                _ => {}
            }
        }
        if !is_ended {
            return Err(corrupt("its workbook stream ends early"));
        }
        let is_date =
            |number: &u16| date_formats.get(number).copied().unwrap_or_else(|| dates::is_date_format_number(*number));
        workbook.is_date_style = style_formats.iter().map(is_date).collect();
        Ok(workbook)
    }

    /// Charts and macros are passed over: they have no cells. Two sheets of one place are one.
    fn bind(&mut self, data: &[u8]) -> Result<(), ReadError> {
        const WORKSHEET: u8 = 0;
        let (Some(start), Some(kind)) = (u32_at(data, 0), data.get(5)) else { return Ok(()) };
        let start = start as usize;
        if *kind != WORKSHEET || self.sheets.iter().any(|sheet| sheet.start == start) {
            return Ok(());
        }
        super::check_sheet_count(self.sheets.len() + 1)?;
        let name = self.short_text(data.get(6..).unwrap_or(&[])).unwrap_or_default();
        self.sheets.push(BoundSheet { name: name.replace('\0', ""), start });
        Ok(())
    }

    /// A text after its length in one byte.
    fn short_text(&self, data: &[u8]) -> Option<String> {
        let (count, rest) = data.split_first()?;
        if self.is_biff8 { text_of(usize::from(*count), rest, &[]) } else { self.bytes_text(usize::from(*count), rest) }
    }

    /// A text after its length in two bytes.
    fn text(&self, data: &[u8], continued: &[&[u8]]) -> Option<String> {
        if self.is_biff8 {
            return long_text(data, continued);
        }
        self.bytes_text(usize::from(u16_at(data, 0)?), data.get(2..)?)
    }

    fn bytes_text(&self, count: usize, data: &[u8]) -> Option<String> {
        Some(self.encoding.decode_without_bom_handling(data.get(..count)?).0.into_owned())
    }

    /// Fills the grid; false if the sheet ends early.
    fn read_sheet(
        &self,
        start: usize,
        grid: &mut Grid,
        budget: &mut Budget,
        looks: &mut usize,
    ) -> Result<bool, ReadError> {
        let records = Records { rest: self.stream.get(start..).unwrap_or(&[]) };
        // Charts on a sheet are streams in its stream, with cells of their own.
        let mut depth = 0_u32;
        // The formula whose text the next STRING record holds.
        let mut awaiting = None;
        for record in records {
            *looks =
                looks.checked_sub(1 + record.continued.len()).ok_or_else(|| corrupt("its sheets lie in each other"))?;
            match record.kind {
                BOF => depth += 1,
                EOF if depth <= 1 => return Ok(true),
                EOF => depth -= 1,
                _ if depth != 1 => {}
                _ => self.read_record(&record, grid, budget, &mut awaiting)?,
            }
            if depth == 0 {
                return Ok(false);
            }
        }
        Ok(false)
    }

    fn read_record(
        &self,
        record: &Record<'_>,
        grid: &mut Grid,
        budget: &mut Budget,
        awaiting: &mut Option<(u32, u32)>,
    ) -> Result<(), ReadError> {
        let data = record.data;
        if record.kind == STRING {
            let (Some((row, column)), text) = (awaiting.take(), self.text(data, &record.continued)) else {
                return Ok(());
            };
            return self.put(grid, budget, row, column, text.map(|text| (CellKind::Text, text)));
        }
        if !matches!(record.kind, NUMBER | RK | MUL_RK | LABEL | LABEL_SST | RICH_STRING | BOOL_ERR | FORMULA) {
            return Ok(());
        }
        let (Some(row), Some(column)) = (u16_at(data, 0), u16_at(data, 2)) else { return Ok(()) };
        let (row, column) = (u32::from(row) + 1, u32::from(column) + 1);
        let style = u16_at(data, 4);
        match record.kind {
            MUL_RK => {
                // Six bytes a cell, and the last column's number.
                let cells = data.get(4..data.len().saturating_sub(2)).unwrap_or(&[]);
                for (column, cell) in (column..).zip(cells.chunks_exact(6)) {
                    let value = u32_at(cell, 2).map(|rk| self.number(rk_number(rk), u16_at(cell, 0)));
                    self.put(grid, budget, row, column, value)?;
                }
                Ok(())
            }
            LABEL_SST => {
                budget.cell()?;
                let text = u32_at(data, 6).and_then(|index| self.texts.get(index as usize));
                match text {
                    Some(text) => grid.push(budget, row, column, CellKind::Text, text),
                    None => self.put_unreadable(grid, row, column, "its text is not in the workbook"),
                }
            }
            FORMULA => {
                let value = data.get(6..14).and_then(|value| value.first_chunk::<8>());
                match value {
                    // A formula's value is a number unless it ends on FF FF.
                    Some([0, .., 0xFF, 0xFF]) => {
                        *awaiting = Some((row, column));
                        Ok(())
                    }
                    Some([3, .., 0xFF, 0xFF]) => Ok(()),
                    Some([kind @ 1..=2, _, value, .., 0xFF, 0xFF]) => {
                        let shown = (CellKind::Text, bool_or_error(*value, *kind == 2));
                        self.put(grid, budget, row, column, Some(shown))
                    }
                    Some(value) => {
                        self.put(grid, budget, row, column, Some(self.number(f64::from_le_bytes(*value), style)))
                    }
                    None => self.put(grid, budget, row, column, None),
                }
            }
            kind => {
                let value = match kind {
                    NUMBER => data
                        .get(6..)
                        .and_then(|rest| rest.first_chunk())
                        .map(|value| self.number(f64::from_le_bytes(*value), style)),
                    RK => u32_at(data, 6).map(|rk| self.number(rk_number(rk), style)),
                    BOOL_ERR => match data.get(6..8) {
                        Some([value, is_error]) => Some((CellKind::Text, bool_or_error(*value, *is_error != 0))),
                        _ => None,
                    },
                    _ => {
                        let text = data.get(6..).and_then(|rest| self.text(rest, &record.continued));
                        text.map(|text| (CellKind::Text, text))
                    }
                };
                self.put(grid, budget, row, column, value)
            }
        }
    }

    fn put(
        &self,
        grid: &mut Grid,
        budget: &mut Budget,
        row: u32,
        column: u32,
        value: Option<(CellKind, String)>,
    ) -> Result<(), ReadError> {
        budget.cell()?;
        match value {
            Some((kind, text)) => grid.push(budget, row, column, kind, &text),
            None => self.put_unreadable(grid, row, column, "its record is too short"),
        }
    }

    fn put_unreadable(&self, grid: &mut Grid, row: u32, column: u32, why: &str) -> Result<(), ReadError> {
        if grid.problems.len() >= grid::PROBLEMS_MAX {
            return Err(corrupt("too many of its cells cannot be read"));
        }
        grid.unreadable(row, column, why);
        Ok(())
    }

    fn number(&self, value: f64, style: Option<u16>) -> (CellKind, String) {
        let is_date = style.and_then(|style| self.is_date_style.get(usize::from(style))).copied().unwrap_or(false);
        match is_date.then(|| dates::date_time(value, self.is_1904)).flatten() {
            Some(text) => (CellKind::DateTime, text),
            None => (CellKind::Number, grid::number(value)),
        }
    }
}

/// Code pages of workbooks before BIFF8 (1200, UTF-16, is BIFF8's).
const fn encoding_of(code_page: u16) -> &'static Encoding {
    match code_page {
        932 => SHIFT_JIS,
        950 => BIG5,
        1252 | 32769 | 367 => WINDOWS_1252,
        _ => GB18030,
    }
}

/// MS-XLS 2.5.122 `RkNumber`: a shortened number, perhaps a hundredfold.
fn rk_number(rk: u32) -> f64 {
    let value =
        if rk & 2 != 0 { f64::from((rk as i32) >> 2) } else { f64::from_bits(u64::from(rk & 0xFFFF_FFFC) << 32) };
    if rk & 1 != 0 { value / 100.0 } else { value }
}

/// MS-XLS 2.5.10 `Bes`.
fn bool_or_error(value: u8, is_error: bool) -> String {
    if !is_error {
        return grid::boolean(value != 0).to_owned();
    }
    let error = match value {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        _ => "#N/A",
    };
    error.to_owned()
}

fn long_text(data: &[u8], continued: &[&[u8]]) -> Option<String> {
    text_of(usize::from(u16_at(data, 0)?), data.get(2..)?, continued)
}

/// A text of `count` characters whose flags come first.
fn text_of(count: usize, data: &[u8], continued: &[&[u8]]) -> Option<String> {
    let mut pieces = Pieces { piece: data, continued };
    let mut units = Vec::new();
    let flags = pieces.byte()?;
    pieces.characters(count, flags, &mut units)?;
    Some(String::from_utf16_lossy(&units))
}

/// The workbook's table of texts, each kept once.
#[derive(Default)]
struct Texts {
    all: String,
    ends: Vec<usize>,
}

impl Texts {
    /// Reads as many as are whole. How many there should be is not looked at: cells say which they need.
    fn read(data: &[u8], continued: &[&[u8]]) -> Self {
        let mut texts = Self::default();
        let mut pieces = Pieces { piece: data.get(8..).unwrap_or(&[]), continued };
        let mut units = Vec::new();
        while pieces.text(&mut units).is_some() {
            texts
                .all
                .extend(char::decode_utf16(units.iter().copied()).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
            texts.ends.push(texts.all.len());
        }
        texts
    }

    fn get(&self, index: usize) -> Option<&str> {
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.all.get(start..*self.ends.get(index)?)
    }
}

/// A record's data and its continuations, read as one.
struct Pieces<'a, 'b> {
    piece: &'a [u8],
    continued: &'b [&'a [u8]],
}

impl Pieces<'_, '_> {
    fn advance(&mut self) -> Option<()> {
        let (next, rest) = self.continued.split_first()?;
        (self.piece, self.continued) = (next, rest);
        Some(())
    }

    fn peek(&mut self) -> Option<u8> {
        while self.piece.is_empty() {
            self.advance()?;
        }
        self.piece.first().copied()
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.piece = self.piece.get(1..)?;
        Some(byte)
    }

    fn number(&mut self, bytes: u32) -> Option<usize> {
        let mut number = 0;
        for index in 0..bytes {
            number |= usize::from(self.byte()?) << (8 * index);
        }
        Some(number)
    }

    fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > 0 {
            self.peek()?;
            let step = count.min(self.piece.len());
            self.piece = self.piece.get(step..)?;
            count -= step;
        }
        Some(())
    }

    /// MS-XLS 2.5.293 `XLUnicodeRichExtendedString`; its runs of fonts and its phonetics are passed over.
    fn text(&mut self, units: &mut Vec<u16>) -> Option<()> {
        const EXTENDED: u8 = 4;
        const RICH: u8 = 8;
        let count = self.number(2)?;
        let flags = self.byte()?;
        let runs = if flags & RICH != 0 { self.number(2)? } else { 0 };
        let extension = if flags & EXTENDED != 0 { self.number(4)? } else { 0 };
        units.clear();
        self.characters(count, flags, units)?;
        self.skip(runs * 4)?;
        self.skip(extension)
    }

    /// Characters of one byte or of two, as the flags say. Each continuation begins with flags of its own.
    fn characters(&mut self, count: usize, flags: u8, units: &mut Vec<u16>) -> Option<()> {
        const WIDE: u8 = 1;
        let mut is_wide = flags & WIDE != 0;
        let mut left = count;
        loop {
            if is_wide {
                let (pairs, rest) = self.piece.as_chunks::<2>();
                let taken = left.min(pairs.len());
                units.extend(pairs.iter().take(taken).map(|pair| u16::from_le_bytes(*pair)));
                self.piece = if taken < pairs.len() { self.piece.get(taken * 2..)? } else { rest };
                left -= taken;
            } else {
                let taken = left.min(self.piece.len());
                units.extend(self.piece.iter().take(taken).map(|byte| u16::from(*byte)));
                self.piece = self.piece.get(taken..)?;
                left -= taken;
            }
            if left == 0 {
                return Some(());
            }
            self.advance()?;
            let (flags, rest) = self.piece.split_first()?;
            is_wide = flags & WIDE != 0;
            self.piece = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_files::{compound, place, problems, record, rows, wide, xls, xls_stream};

    fn document(file: &[u8]) -> Document {
        read(file, &[], &Limits::default()).unwrap()
    }

    fn error(file: &[u8], passwords: &[&str]) -> String {
        read(file, passwords, &Limits::default()).unwrap_err().to_string()
    }

    fn biff8(globals: &[Vec<u8>], sheet: &[Vec<u8>]) -> Vec<u8> {
        compound("Workbook", &xls_stream(0x0600, &wide(1, "S"), globals, sheet))
    }

    #[test]
    fn reads_each_kind_of_cell() {
        let read = document(&xls());
        let expected = [
            "3: 1t 记账日  |2t 支出",
            "5: 1d 2026-09-24 11:40:58|2n 67|3n 21.79|4t 中***公司|5n 2176.91|6t 支付宝-示例|7t TRUE|8t #DIV/0!|10t #N/A",
        ];
        assert_eq!(rows(&read), expected);
        assert!(read.problems.is_empty());
        let Content::Sheets(sheets) = &read.content else { unreachable!() };
        assert_eq!(sheets[0].origin, model::sheet::SheetOrigin::Workbook { name: "交易明细".into() });
    }

    #[test]
    fn reads_streams_of_any_length() {
        // A short one lies in mini sectors, a long one in sectors of its own.
        for count in [1_u16, 1_000] {
            let cells: Vec<_> =
                (0..count).map(|row| record(RK, &[place(row, 0, 0), vec![2, 0, 0, 0]].concat())).collect();
            assert_eq!(rows(&document(&biff8(&[], &cells))).len(), usize::from(count));
        }
    }

    #[test]
    fn a_text_may_go_on_in_the_next_record_in_another_width() {
        let table = record(SST, &[&[1, 0, 0, 0, 1, 0, 0, 0][..], &[6, 0, 0], b"ab"].concat());
        let wide_part = record(
            CONTINUE,
            &[&[1][..], &"收入".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat(),
        );
        let narrow_part = record(CONTINUE, &[&[0][..], b"\xE9z"].concat());
        let cell = record(LABEL_SST, &[place(0, 0, 0), vec![0; 4]].concat());
        assert_eq!(rows(&document(&biff8(&[table, wide_part, narrow_part], &[cell]))), ["1: 1t ab收入éz"]);
    }

    #[test]
    fn passes_over_fonts_and_phonetics_of_a_text() {
        let rich = [&[2, 0, 0x0C, 1, 0, 3, 0, 0, 0][..], b"ab", &[9; 4], &[8; 3]].concat();
        let table = record(SST, &[&[2, 0, 0, 0, 2, 0, 0, 0][..], &rich, &wide(2, "后")].concat());
        let cell = |row: u16, index: u8| record(LABEL_SST, &[place(row, 0, 0), vec![index, 0, 0, 0]].concat());
        let read = document(&biff8(&[table], &[cell(0, 0), cell(1, 1), cell(2, 2)]));
        assert_eq!(rows(&read), ["1: 1t ab", "2: 1t 后"]);
        assert_eq!(problems(&read), ["unreadable_cell at 3:1"]);
    }

    #[test]
    fn reads_biff5_in_the_systems_encoding() {
        let (text, ..) = GB18030.encode("消费");
        let label = record(LABEL, &[place(0, 1, 0), vec![text.len() as u8, 0], text.to_vec()].concat());
        let stream = xls_stream(0x0500, b"\x01S", &[record(CODE_PAGE, &936_u16.to_le_bytes())], &[label]);
        assert_eq!(rows(&document(&compound("Book", &stream))), ["1: 2t 消费"]);
    }

    #[test]
    fn counts_days_from_1904_where_the_workbook_does() {
        let globals = [record(DATE_MODE, &[1, 0]), record(XF, &[0, 0, 14, 0])];
        let cell = record(NUMBER, &[place(0, 0, 0), 44_000_f64.to_le_bytes().to_vec()].concat());
        assert_eq!(rows(&document(&biff8(&globals, &[cell]))), ["1: 1d 2024-06-19 00:00:00"]);
    }

    #[test]
    fn cells_of_a_chart_on_the_sheet_are_not_the_sheets() {
        let cell = |row: u16| record(RK, &[place(row, 0, 0), vec![6, 0, 0, 0]].concat());
        let chart = [record(BOF, &[0, 6, 0x20, 0]), cell(7), record(EOF, &[])].concat();
        assert_eq!(rows(&document(&biff8(&[], &[cell(0), chart, cell(1)]))), ["1: 1n 1", "2: 1n 1"]);
    }

    #[test]
    fn a_sheet_that_ends_early_says_where() {
        let cell = |row: u16| record(RK, &[place(row, 2, 0), vec![6, 0, 0, 0]].concat());
        let stream = xls_stream(0x0600, &wide(1, "S"), &[], &[cell(0), cell(1)]);
        let cut = &stream[..stream.len() - 4];
        let read = document(&compound("Workbook", cut));
        assert_eq!((rows(&read).len(), problems(&read)), (2, vec!["truncated at 2:3".to_owned()]));
        assert!(error(&compound("Workbook", &stream[..stream.len() - 36]), &[]).contains("end early"));
    }

    #[test]
    fn a_cut_file_or_a_ring_of_sectors_is_damaged() {
        let cells: Vec<_> = (0..1_000).map(|row| record(RK, &[place(row, 0, 0), vec![6, 0, 0, 0]].concat())).collect();
        let mut file = biff8(&[], &cells);
        assert!(error(&file[..file.len() / 2], &[]).contains("damaged"));
        // The directory's chain leads back to itself.
        file[512 + 4..512 + 8].copy_from_slice(&1_u32.to_le_bytes());
        assert_eq!(rows(&document(&file)).len(), 1_000, "a ring is walked once");
        // So does the stream's; what it then holds is not what it should.
        file[512 + 4 * 5..512 + 4 * 6].copy_from_slice(&5_u32.to_le_bytes());
        let outcome = read(&file, &[], &Limits::default());
        assert!(outcome.map_or(true, |read| !read.problems.is_empty()));
    }

    #[test]
    fn one_text_in_many_cells_is_bounded() {
        let table = record(SST, &[&[1, 0, 0, 0, 1, 0, 0, 0][..], &wide(2, &"长".repeat(1_000))].concat());
        let cells: Vec<_> = (0..100).map(|row| record(LABEL_SST, &[place(row, 0, 0), vec![0; 4]].concat())).collect();
        let limits = Limits { unpacked_bytes: 100_000, ..Limits::default() };
        assert!(matches!(read(&biff8(&[table], &cells), &[], &limits), Err(ReadError::ResourceLimit { .. })));
    }
}
