//! Delimited text: CSV, TSV and their kin.
//!
//! The decoded file is kept as one string and cells point into it; only quoted cells with doubled quotes
//! need text of their own, which is put behind the file's. Plain text that is no table is read all the same:
//! what is a statement is for others to say.

use memchr::{memchr, memchr_iter, memchr2};
use model::document::{Content, Document, FileFacts, MediaType};
use model::problem::ProblemCode;
use model::sheet::{Cell, CellKind, Row, Sheet, SheetOrigin};
use model::{Problem, Source};

use crate::encoding::{self, Decoded};
use crate::{Limits, ReadError};

/// Tried in this order; the earlier wins a tie. An ICBC row has as many tabs as commas.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// A remark with line breaks has a few; a quoted cell that runs on longer was never closed.
const QUOTED_LINES_MAX: u32 = 32;

/// The same for bytes: the longest merchant text seen is under 1 kB.
const QUOTED_BYTES_MAX: usize = 64 << 10;

/// Damaged places named one by one; the rest is told as a number, so that a hostile file cannot have a
/// report as long as itself.
const PROBLEMS_MAX: usize = 100;

/// Reads the file as one sheet. [`Row::number`] is the physical line a record starts on.
///
/// Blank lines give no row. A quoted cell is what stands between its quotes, with doubled quotes undone;
/// tabs and spaces after the closing quote (WeChat, April 2025) are passed over. A quote that is opened and
/// never closed is an [`ProblemCode::UnreadableCell`] and its line is split as if it had no quotes.
///
/// # Errors
/// [`ReadError::Empty`] for nothing but white space, [`ReadError::Unsupported`] for bytes that are no text,
/// [`ReadError::ResourceLimit`] for a line, a row count or a cell count beyond `limits`.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ReadError> {
    let decoded = encoding::decode(bytes)?;
    if decoded.text.trim_ascii().is_empty() {
        return Err(ReadError::Empty);
    }
    // Cells hold 32-bit offsets, and undoubled quotes may add at most the text once more.
    if decoded.text.len() > (u32::MAX / 2) as usize {
        return Err(ReadError::ResourceLimit { what: "text of more than 2 GiB".to_owned() });
    }
    let newline = newline_of(&decoded.text);
    let delimiter = delimiter_of(&decoded.text, newline);
    let mut table = Table {
        text: decoded.text.as_bytes(),
        delimiter,
        newline,
        limits,
        // Cells of statements are wider than this: growing would copy megabytes, and what is not used is
        // never touched.
        cells: Vec::with_capacity(decoded.text.len() / 10),
        rows: Vec::with_capacity(decoded.text.len() / 100),
        rewritten: String::new(),
        problems: Vec::new(),
    };
    table.split()?;
    let Table { cells, rows, rewritten, mut problems, .. } = table;
    let mut sheet = Sheet { cells, rows, ..Sheet::new(SheetOrigin::Delimited) };
    damage(&decoded, newline, &sheet, &mut problems);
    sheet.text = decoded.text;
    sheet.text.push_str(&rewritten);
    Ok(Document {
        media_type: MediaType::Delimited,
        page_count: None,
        content: Content::Sheets(vec![sheet]),
        facts: FileFacts { encoding: Some(decoded.encoding.into()), ..FileFacts::default() },
        problems,
    })
}

/// The old Macintosh's lone carriage return ends lines only where there is no line feed at all.
fn newline_of(text: &str) -> u8 {
    if memchr(b'\n', text.as_bytes()).is_none() && memchr(b'\r', text.as_bytes()).is_some() { b'\r' } else { b'\n' }
}

/// The delimiter that gives the most consistent wide rows: preambles and notes are narrow, and amounts hold a
/// comma only now and then.
fn delimiter_of(text: &str, newline: u8) -> u8 {
    let mut best = (0_u64, b',');
    let widths: Vec<[u32; 4]> = sample(text.as_bytes(), newline).map(delimiters_in).collect();
    for (which, delimiter) in DELIMITERS.into_iter().enumerate() {
        let mut counts: Vec<u32> =
            widths.iter().filter_map(|width| width.get(which).copied()).filter(|count| *count > 0).collect();
        counts.sort_unstable();
        for equal in counts.chunk_by(|a, b| a == b) {
            let count = u64::from(equal.first().copied().unwrap_or(0));
            let lines = equal.len() as u64;
            // A single line of one width says little: it may be a sentence.
            let score = if lines > 1 { count.saturating_mul(count).saturating_mul(lines) } else { count };
            if score > best.0 {
                best = (score, delimiter);
            }
        }
    }
    best.1
}

/// Lines from the whole of the text: all of a short one, else from places spread evenly over it. Forty
/// thousand lines are no surer about their width than a few hundred.
fn sample(text: &[u8], newline: u8) -> impl Iterator<Item = &[u8]> {
    const WHOLE_BYTES: usize = 64 << 10;
    const PLACES: usize = 64;
    const LINES_AT_A_PLACE: usize = 8;
    // Wider than any table seen, so that one endless line costs no more than others.
    const LINE_BYTES: usize = 8 << 10;
    let (places, lines) = if text.len() <= WHOLE_BYTES { (1, usize::MAX) } else { (PLACES, LINES_AT_A_PLACE) };
    (0..places).flat_map(move |place| {
        let at = text.len() / places * place;
        let from = text.get(at..).unwrap_or(&[]);
        // The line a place falls into is passed over, but for the first.
        let skipped = if place == 0 { 0 } else { memchr(newline, from).map_or(from.len(), |end| end + 1) };
        from.get(skipped..)
            .unwrap_or(&[])
            .split(move |byte| *byte == newline)
            .take(lines)
            .map(|line| line.get(..LINE_BYTES).unwrap_or(line))
    })
}

fn delimiters_in(line: &[u8]) -> [u32; 4] {
    let mut counts = [0; 4];
    let mut quoted = false;
    for byte in line {
        if *byte == b'"' {
            quoted = !quoted;
        } else if !quoted {
            for (count, delimiter) in counts.iter_mut().zip(DELIMITERS) {
                *count += u32::from(*byte == delimiter);
            }
        }
    }
    counts
}

struct Table<'a> {
    text: &'a [u8],
    delimiter: u8,
    newline: u8,
    limits: &'a Limits,
    cells: Vec<Cell>,
    rows: Vec<Row>,
    /// Cells whose text is not a piece of the file's; their offsets count from the end of `text`.
    rewritten: String,
    problems: Vec<Problem>,
}

/// A record with quoted cells was read up to here.
struct Record {
    /// Where the next record starts.
    next: usize,
    /// Line breaks inside quoted cells.
    breaks: u32,
}

impl Table<'_> {
    fn split(&mut self) -> Result<(), ReadError> {
        let mut at = 0;
        let mut line = 1_u32;
        // Files without quotes are looked through for them once, not once a line.
        let mut quote = self.find(b'"', 0);
        let mut unclosed = 0;
        while at < self.text.len() {
            let end = self.find(self.newline, at);
            if end - at > self.limits.line_bytes as usize {
                return Err(self.too_much(format!("line {line} is longer than {} bytes", self.limits.line_bytes)));
            }
            if quote < at {
                quote = self.find(b'"', at);
            }
            let first_cell = self.cells.len();
            let mut next = end + 1;
            let mut breaks = 0;
            if quote >= end {
                self.split_plain(at, end);
            } else {
                match self.split_quoted(at) {
                    Some(record) if record.next - at > QUOTED_BYTES_MAX + self.limits.line_bytes as usize => {
                        return Err(self.too_much(format!("the record on line {line} is longer than allowed")));
                    }
                    Some(record) => Record { next, breaks } = record,
                    None => {
                        self.cells.truncate(first_cell);
                        self.split_plain(at, end);
                        unclosed += 1;
                        if unclosed <= PROBLEMS_MAX {
                            self.problems.push(unclosed_quote(line));
                        }
                    }
                }
            }
            if self.cells.len() > first_cell {
                self.rows.push(Row { number: line, cell_start: first_cell as u32, cell_end: self.cells.len() as u32 });
            }
            if self.rows.len() > self.limits.rows as usize {
                return Err(self.too_much(format!("more than {} rows", self.limits.rows)));
            }
            if self.cells.len() > self.limits.cells as usize {
                return Err(self.too_much(format!("more than {} cells", self.limits.cells)));
            }
            at = next;
            line = line.saturating_add(1).saturating_add(breaks);
        }
        if unclosed > PROBLEMS_MAX {
            self.problems.push(and_more(unclosed - PROBLEMS_MAX));
        }
        Ok(())
    }

    /// Where `byte` next stands, or the end of the text.
    fn find(&self, byte: u8, from: usize) -> usize {
        let rest = self.text.get(from..).unwrap_or(&[]);
        memchr(byte, rest).map_or(self.text.len(), |offset| from + offset)
    }

    fn too_much(&self, what: String) -> ReadError {
        ReadError::ResourceLimit { what }
    }

    fn push(&mut self, start: usize, end: usize, column: u32) {
        // The text is shorter than 2 GiB (see `read`).
        self.cells.push(Cell { start: start as u32, end: end as u32, column, kind: CellKind::Text });
    }

    /// One line without regard to quotes. A blank one gives no cell.
    fn split_plain(&mut self, start: usize, end: usize) {
        let Some(line) = self.text.get(start..end) else { return };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.first().is_none_or(u8::is_ascii_whitespace) && line.trim_ascii().is_empty() {
            return;
        }
        let mut from = start;
        let mut column = 1;
        for offset in memchr_iter(self.delimiter, line) {
            self.push(from, start + offset, column);
            from = start + offset + 1;
            column += 1;
        }
        self.push(from, start + line.len(), column);
    }

    /// One record with quoted cells; `None` if one of them is never closed (cells may have been pushed).
    fn split_quoted(&mut self, start: usize) -> Option<Record> {
        let text = self.text;
        let mut at = start;
        let mut column = 1;
        let mut breaks = 0;
        loop {
            // `="0012"`: so that Excel keeps the digits as they are.
            let open = if text.get(at..at + 2) == Some(b"=\"") { at + 1 } else { at };
            let end = if text.get(open) == Some(&b'"') {
                let quoted = self.quoted_cell(open, QUOTED_LINES_MAX.checked_sub(breaks)?)?;
                breaks += quoted.breaks;
                if quoted.doubled {
                    self.push_undoubled(open + 1, quoted.close, column)?;
                } else {
                    self.push(open + 1, quoted.close, column);
                }
                quoted.end
            } else {
                let rest = text.get(at..)?;
                let end = memchr2(self.delimiter, self.newline, rest).map_or(text.len(), |offset| at + offset);
                let last = text.get(end) != Some(&self.delimiter);
                let stripped = last && end > at && text.get(end - 1) == Some(&b'\r');
                self.push(at, if stripped { end - 1 } else { end }, column);
                end
            };
            if text.get(end) != Some(&self.delimiter) {
                return Some(Record { next: end + 1, breaks });
            }
            at = end + 1;
            column += 1;
        }
    }

    /// The cell whose opening quote stands at `open`.
    fn quoted_cell(&self, open: usize, breaks_max: u32) -> Option<Quoted> {
        let text = self.text;
        let mut doubled = false;
        let mut breaks = 0_u32;
        let mut at = open + 1;
        loop {
            let rest = text.get(at..(open + QUOTED_BYTES_MAX).min(text.len()))?;
            let inside = rest.get(..memchr(b'"', rest)?)?;
            breaks += memchr_iter(self.newline, inside).count() as u32;
            if breaks > breaks_max {
                return None;
            }
            let quote = at + inside.len();
            if text.get(quote + 1) == Some(&b'"') {
                doubled = true;
                at = quote + 2;
                continue;
            }
            if let Some(end) = self.end_after(quote) {
                return Some(Quoted { close: quote, end, doubled, breaks });
            }
            // A quote that opens a cell on a later line shows that ours was never closed. Elsewhere it is an
            // unescaped quote of the text: 5" screen.
            let before = text.get(quote - 1).copied();
            if breaks > 0 && (before == Some(self.delimiter) || before == Some(self.newline)) {
                return None;
            }
            at = quote + 1;
        }
    }

    /// The end of the cell (a delimiter, a line break or the end of the text) if nothing but blanks stands
    /// between it and the quote.
    fn end_after(&self, quote: usize) -> Option<usize> {
        let mut end = quote + 1;
        loop {
            match self.text.get(end) {
                None => return Some(end),
                Some(byte) if *byte == self.delimiter || *byte == self.newline => return Some(end),
                Some(b' ' | b'\t') => end += 1,
                Some(b'\r') if matches!(self.text.get(end + 1), None | Some(b'\n')) => end += 1,
                Some(_) => return None,
            }
        }
    }

    fn push_undoubled(&mut self, start: usize, end: usize, column: u32) -> Option<()> {
        // The quotes are ASCII, so what stands between them is whole characters.
        let cell = std::str::from_utf8(self.text.get(start..end)?).ok()?;
        let from = self.text.len() + self.rewritten.len();
        self.rewritten.push_str(&cell.replace("\"\"", "\""));
        self.push(from, self.text.len() + self.rewritten.len(), column);
        Some(())
    }
}

struct Quoted {
    /// The closing quote.
    close: usize,
    /// What ends the cell: the delimiter, the line break, or the end of the text.
    end: usize,
    doubled: bool,
    breaks: u32,
}

fn unclosed_quote(line: u32) -> Problem {
    Problem::new(
        ProblemCode::UnreadableCell,
        "引号没有成对，此行按无引号的文本读取",
        "a quotation mark is opened and not closed; the line was read as if it had none",
    )
    .at(Source::Line { line, column: 1 })
}

fn and_more(count: usize) -> Problem {
    Problem::new(
        ProblemCode::UnreadableCell,
        format!("另有 {count} 处同样的问题"),
        format!("{count} more places of the same kind"),
    )
}

/// Problems of the decoding, each at its cell.
fn damage(decoded: &Decoded, newline: u8, sheet: &Sheet, problems: &mut Vec<Problem>) {
    let text = decoded.text.as_bytes();
    let (mut line, mut counted) = (1_u32, 0);
    for offset in decoded.replaced.iter().take(PROBLEMS_MAX) {
        let between = text.get(counted..*offset).unwrap_or(&[]);
        line = line.saturating_add(memchr_iter(newline, between).count() as u32);
        counted = *offset;
        let problem = Problem::new(
            ProblemCode::UnreadableCell,
            "文件中有无法解码的字符",
            "the file holds a character that cannot be decoded",
        );
        problems.push(problem.at(cell_at(sheet, line, *offset)));
    }
    if decoded.replaced.len() > PROBLEMS_MAX {
        problems.push(and_more(decoded.replaced.len() - PROBLEMS_MAX));
    }
    if decoded.cut {
        let problem = Problem::new(
            ProblemCode::Truncated,
            "文件在一个字符中间截断，其后的内容缺失",
            "the file ends in the middle of a character; what followed is missing",
        );
        let line = (memchr_iter(newline, text).count() as u32).saturating_add(1);
        problems.push(problem.at(cell_at(sheet, line, text.len())));
    }
}

/// The cell that holds a byte of the file; the line's first where none does.
fn cell_at(sheet: &Sheet, line: u32, offset: usize) -> Source {
    let after = sheet.rows.partition_point(|row| row.number <= line);
    let row = after.checked_sub(1).and_then(|index| sheet.rows.get(index));
    let cells = row.map_or(&[][..], |row| sheet.cells_of(row));
    let cell = cells.iter().find(|cell| (cell.start as usize..=cell.end as usize).contains(&offset));
    Source::Line {
        line: if cell.is_some() { row.map_or(line, |row| row.number) } else { line },
        column: cell.map_or(1, |cell| cell.column),
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::GB18030;

    use super::*;

    fn document(text: &[u8]) -> Document {
        read(text, &Limits::default()).unwrap()
    }

    fn sheet(document: &Document) -> &Sheet {
        match &document.content {
            Content::Sheets(sheets) => &sheets[0],
            _ => panic!("a text file has no pages"),
        }
    }

    /// `line: cell|cell` for each row, line breaks and tabs shown.
    fn show(document: &Document) -> Vec<String> {
        let sheet = sheet(document);
        let cells = |row| {
            let texts: Vec<String> =
                sheet.cells_of(row).iter().map(|cell| format!("{}", sheet.cell_text(cell).escape_debug())).collect();
            format!("{}: {}", row.number, texts.join("|"))
        };
        sheet.rows.iter().map(cells).collect()
    }

    fn problems(document: &Document) -> Vec<String> {
        let line = |problem: &Problem| match &problem.source {
            Some(Source::Line { line, column }) => format!("{} {line}:{column}", problem.code.as_str()),
            other => format!("{} {other:?}", problem.code.as_str()),
        };
        document.problems.iter().map(line).collect()
    }

    #[test]
    fn keeps_cells_as_they_stand_and_counts_lines() {
        let document = document("流水\r\n\r\n \r\n日期 ,金额,\r\n2024-01-02 , 1.00\t,\r\n".as_bytes());
        assert_eq!(show(&document), ["1: 流水", "4: 日期 |金额|", r"5: 2024-01-02 | 1.00\t|"]);
        assert!(document.problems.is_empty());
    }

    #[test]
    fn reads_quoted_cells() {
        let text = "时间,商品,备注\n1,\"午餐,\n加\"\"蛋\"\"\",\"/\"\n2,\"x\t\"\t\t,\"\"\n3,5\" 屏,\"6\" 屏\"\n";
        let rows = [r"1: 时间|商品|备注", r#"2: 1|午餐,\n加\"蛋\"|/"#, r"4: 2|x\t|", r#"5: 3|5\" 屏|6\" 屏"#];
        assert_eq!(show(&document(text.as_bytes())), rows);
    }

    #[test]
    fn digits_that_excel_is_to_keep_are_read_as_they_are() {
        let text = "=\"20240105\"\t=\"0012\"\t=\"\"\n=\"a\tb\"\t\"c\"\td=\"e\"\n";
        assert_eq!(show(&document(text.as_bytes())), [r"1: 20240105|0012|", r#"2: a\tb|c|d=\"e\""#]);
    }

    #[test]
    fn a_quote_never_closed_swallows_one_line_at_most() {
        let text = "a,b,c\n1,\"x,2\n3,\"y\",4\n5,z,6\n";
        let read = document(text.as_bytes());
        assert_eq!(show(&read), ["1: a|b|c", r#"2: 1|\"x|2"#, "3: 3|y|4", "4: 5|z|6"]);
        assert_eq!(problems(&read), ["unreadable_cell 2:1"]);

        let long = format!("a,b\n1,\"x\n{}", "2,y\n".repeat(40));
        let read = document(long.as_bytes());
        assert_eq!(read.problems.len(), 1);
        assert_eq!(sheet(&read).rows.len(), 42);
    }

    #[test]
    fn tells_the_delimiter_from_the_wide_rows() {
        let tabs = "账户明细\n说明,第一,第二,第三\n日期\t金额\t余额\n1月1日\t1,234.56\t9,999.00\n1月2日\t5.00\t2.00\n";
        assert_eq!(show(&document(tabs.as_bytes()))[3], "4: 1月1日|1,234.56|9,999.00");
        let icbc = "2024-10-05     \t,\"消费 \t\",钞 \t,\n2024-10-06     \t,\"消费 \t\",钞 \t,\n";
        assert_eq!(show(&document(icbc.as_bytes()))[0], r"1: 2024-10-05     \t|消费 \t|钞 \t|");
        assert_eq!(show(&document(b"a;b\n1;2,5\n3;4,5\n"))[1], "2: 1|2,5");
        assert_eq!(show(&document(b"a|b\n1|2\n"))[1], "2: 1|2");
        let one_row = format!("{}a,b,c,d\n1,2,3,4\n", "note\tnote\n".repeat(8));
        assert_eq!(show(&document(one_row.as_bytes()))[8], "9: a|b|c|d");
    }

    #[test]
    fn tells_the_delimiter_of_a_long_file_from_places_all_over_it() {
        let long = format!("{}{}", "only a note, or two\n".repeat(3_000), "a\tb\tc\td\n".repeat(9_000));
        assert_eq!(show(&document(long.as_bytes()))[3_000], "3001: a|b|c|d");
    }

    #[test]
    fn reads_old_line_ends_and_no_last_one() {
        assert_eq!(show(&document(b"a,b\r1,2")), ["1: a|b", "2: 1|2"]);
        assert_eq!(show(&document(b"a,\"b\"\r\n1,\"2\"\r\n")), ["1: a|b", "2: 1|2"]);
        assert_eq!(show(&document(b"a,\"b\n1,2")), [r#"1: a|\"b"#, "2: 1|2"]);
    }

    #[test]
    fn says_where_text_is_damaged_or_cut() {
        let good = "交易时间,交易对方\n2024-01-02,某某商店\n2024-01-03,另一商店\n".repeat(4);
        let (bytes, ..) = GB18030.encode(&good);
        let mut bytes = bytes.into_owned();
        bytes.truncate(bytes.len() - 2);
        let cut = document(&bytes);
        assert_eq!(problems(&cut), ["truncated 12:2"]);
        let mut utf8 = good.into_bytes();
        let at = utf8.len() - 5;
        utf8[at] = 0xFF;
        let damaged = document(&utf8);
        assert!(problems(&damaged).iter().all(|problem| problem == "unreadable_cell 12:2"), "{:?}", problems(&damaged));
        assert!(!damaged.problems.is_empty());
    }

    #[test]
    fn bounds_lines_rows_and_cells() {
        let limits = Limits { line_bytes: 100, rows: 3, cells: 8, ..Limits::default() };
        let outcome = |text: &str| match read(text.as_bytes(), &limits) {
            Ok(_) => "read".to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(outcome(&"x".repeat(100)), "read");
        assert_eq!(outcome(&"x".repeat(101)), "more work than allowed: line 1 is longer than 100 bytes");
        assert_eq!(
            outcome(&format!("a\n\"{}\"", "x".repeat(101))),
            "more work than allowed: line 2 is longer than 100 bytes"
        );
        assert_eq!(outcome("a\na\na\n"), "read");
        assert_eq!(outcome("a\na\na\na\n"), "more work than allowed: more than 3 rows");
        assert_eq!(outcome("a,b,c,d,e,f,g,h,i\n"), "more work than allowed: more than 8 cells");
        assert_eq!(outcome(" \r\n\t"), "the file is empty");
    }

    /// What it reads must be what the `csv` crate's parser reads, wherever the text is well formed.
    #[test]
    fn reads_well_formed_text_as_csv_core_does() {
        let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
        for _ in 0..2_000 {
            let text = well_formed(&mut seed);
            let read = document(text.as_bytes());
            let sheet = sheet(&read);
            let ours: Vec<Vec<&str>> = sheet
                .rows
                .iter()
                .map(|row| sheet.cells_of(row).iter().map(|cell| sheet.cell_text(cell)).collect())
                .collect();
            assert_eq!(ours, by_csv_core(text.as_bytes()), "{text:?}");
            assert!(read.problems.is_empty(), "{text:?}");
        }
    }

    /// Three columns, so that the delimiter is beyond doubt.
    fn well_formed(seed: &mut u64) -> String {
        const PIECES: [&str; 8] = ["a", "\"\"", ",", "\n", "收入", " ", "1.00", "\t"];
        let mut random = |below: u64| {
            *seed ^= *seed << 13;
            *seed ^= *seed >> 7;
            *seed ^= *seed << 17;
            *seed % below
        };
        let mut text = String::from("x,y,z\nx,y,z\nx,y,z\n");
        for _ in 0..=random(5) {
            for column in 0..3 {
                text.push_str(if column > 0 { "," } else { "r" });
                if column > 0 && random(2) == 0 {
                    text.push('"');
                    for _ in 0..random(5) {
                        text.push_str(PIECES[random(8) as usize]);
                    }
                    text.push('"');
                } else {
                    text.push_str(["", "b", "2.00", "/"][random(4) as usize]);
                }
            }
            text.push_str(["\n", "\r\n"][random(2) as usize]);
        }
        text
    }

    fn by_csv_core(text: &[u8]) -> Vec<Vec<String>> {
        let mut reader = csv_core::Reader::new();
        let (mut rows, mut row, mut cell, mut rest) = (Vec::new(), Vec::new(), Vec::new(), text);
        loop {
            let mut out = [0; 64];
            let (result, read, written) = reader.read_field(rest, &mut out);
            rest = &rest[read..];
            cell.extend_from_slice(&out[..written]);
            match result {
                csv_core::ReadFieldResult::Field { record_end } => {
                    row.push(String::from_utf8(std::mem::take(&mut cell)).unwrap());
                    if record_end {
                        rows.push(std::mem::take(&mut row));
                    }
                }
                csv_core::ReadFieldResult::End => return rows,
                _ => {}
            }
        }
    }
}
