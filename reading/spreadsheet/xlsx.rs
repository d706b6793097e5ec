//! XLSX: measured as the ZIP it is, then streamed with `calamine`, cell by cell.
//!
//! Cells are never asked for as a range: that allocates what the sheet's dimension claims.

use std::cell::Cell;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, DataRef, Reader, SheetType, Xlsx, XlsxError};
use memchr::memmem;
use model::document::{Content, Document, FileFacts, MediaType};
use model::problem::ProblemCode;
use model::sheet::CellKind;
use zip::ZipArchive;

use super::dates;
use super::grid::{self, Budget, Grid};
use crate::{Limits, ReadError};

/// A statement's workbook has about ten parts; one with a picture on each row has hundreds.
const PARTS_MAX: usize = 10_000;

/// A part as large as this that is also packed as tightly as [`PART_RATIO_MAX`] is a bomb; the text of an
/// honest sheet packs 10 to 20 times.
const PART_BYTES: u64 = 50 << 20;
const PART_RATIO_MAX: u64 = 100;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ReadError> {
    check_parts(bytes, limits)?;
    // What `calamine` does not foresee is a damaged file too, and not a reason to end the process.
    match catch_unwind(AssertUnwindSafe(|| read_sheets(bytes, limits))) {
        Ok(outcome) => outcome,
        Err(_) => Err(corrupt("it cannot be followed")),
    }
}

fn corrupt(detail: impl Into<String>) -> ReadError {
    ReadError::Corrupt { media_type: MediaType::Xlsx, detail: detail.into() }
}

/// Unpacks each part once, keeping nothing: sizes in headers are not to be trusted.
fn check_parts(bytes: &[u8], limits: &Limits) -> Result<(), ReadError> {
    let mut package = ZipArchive::new(Cursor::new(bytes)).map_err(|error| corrupt(error.to_string()))?;
    if package.has_duplicate_names() {
        return Err(corrupt("two parts of it have the same name"));
    }
    if package.len() > PARTS_MAX {
        return Err(ReadError::ResourceLimit { what: format!("a workbook of more than {PARTS_MAX} parts") });
    }
    let mut left = limits.unpacked_bytes;
    let mut buffer = vec![0; 64 << 10];
    for index in 0..package.len() {
        let mut part = package.by_index(index).map_err(|error| corrupt(error.to_string()))?;
        let packed = part.compressed_size().min(bytes.len() as u64);
        let name = part.name_raw().to_ascii_lowercase();
        let is_strings = name.ends_with(b"sharedstrings.xml");
        let most = left.min(part_bytes_max(&name));
        let mut strings = Vec::new();
        let mut length = 0;
        loop {
            let read = part.read(&mut buffer).map_err(|error| corrupt(error.to_string()))?;
            let Some(piece) = buffer.get(..read).filter(|piece| !piece.is_empty()) else { break };
            length += read as u64;
            if length > most || (length > PART_BYTES && length / packed.max(1) > PART_RATIO_MAX) {
                return Err(ReadError::ResourceLimit {
                    what: "a workbook that unpacks to more than allowed".to_owned(),
                });
            }
            if is_strings {
                strings.extend_from_slice(piece);
            }
        }
        left -= length;
        check_string_count(strings)?;
    }
    Ok(())
}

/// What a part may unpack to. `calamine` streams sheets but keeps the others, and each element of a few bytes
/// as a value of some hundred.
fn part_bytes_max(name: &[u8]) -> u64 {
    // A million order numbers.
    const STRINGS: u64 = 64 << 20;
    // Excel's 65,490 styles; a thousand sheets.
    const LISTS: u64 = 4 << 20;
    if name.ends_with(b"sharedstrings.xml") {
        STRINGS
    } else if [&b"styles.xml"[..], b"workbook.xml", b".rels"].iter().any(|list| name.ends_with(list)) {
        LISTS
    } else {
        u64::MAX
    }
}

/// `calamine` makes room for as many texts as the table of texts claims to hold; a claim beyond what its
/// bytes could hold (`<si/>` is the shortest) would end the process for want of memory.
fn check_string_count(mut part: Vec<u8>) -> Result<(), ReadError> {
    const CLAIM: &[u8] = b"uniqueCount";
    const SHORTEST: usize = 5;
    // In UTF-16, too.
    part.retain(|byte| *byte != 0);
    let most = part.len() / SHORTEST;
    for found in memmem::find_iter(&part, CLAIM) {
        let after = part.get(found + CLAIM.len()..).unwrap_or(&[]);
        let digits = after.iter().skip_while(|byte| !byte.is_ascii_digit() && **byte != b'>');
        let claim = digits
            .take_while(|byte| byte.is_ascii_digit())
            .fold(0_usize, |claim, digit| claim.saturating_mul(10).saturating_add(usize::from(digit - b'0')));
        if claim > most {
            return Err(corrupt("it claims more texts than it holds"));
        }
    }
    Ok(())
}

fn read_sheets(bytes: &[u8], limits: &Limits) -> Result<Document, ReadError> {
    let mut workbook: Xlsx<_> = Xlsx::new(Metered::new(bytes)).map_err(|error| corrupt(error.to_string()))?;
    let sheets = workbook.sheets_metadata().to_vec();
    super::check_sheet_count(sheets.len())?;
    let mut document = Document {
        media_type: MediaType::Xlsx,
        page_count: None,
        content: Content::Sheets(Vec::new()),
        facts: facts(&mut workbook),
        problems: Vec::new(),
    };
    let is_1904 = workbook.has_1904_epoch();
    let mut budget = Budget::new(limits);
    let mut read = Vec::new();
    let mut failure = None;
    for (index, sheet) in sheets.iter().enumerate().filter(|(_, sheet)| sheet.typ == SheetType::WorkSheet) {
        // Sheets are asked for by name, so the second of one name could not be seen.
        if sheets.iter().take(index).any(|before| before.name == sheet.name) {
            return Err(corrupt("two sheets of it have the same name"));
        }
        let mut grid = Grid::new(&sheet.name);
        if let Some(error) = read_sheet(&mut workbook, is_1904, &mut grid, &mut budget)? {
            let (row, column) = grid.last();
            let en = format!("the sheet cannot be read beyond this place: {error}");
            grid.problem(ProblemCode::Truncated, row, column, "工作表在此处之后无法读取", &en);
            failure = Some(error);
        }
        let (sheet, problems) = grid.finish();
        document.problems.extend(problems);
        read.push(sheet);
    }
    if read.iter().all(|sheet| sheet.cells.is_empty()) {
        return Err(failure.map_or(ReadError::Empty, corrupt));
    }
    document.content = Content::Sheets(read);
    Ok(document)
}

/// Fills the grid; gives the reason where the sheet cannot be followed to its end.
fn read_sheet(
    workbook: &mut Xlsx<Metered<'_>>,
    is_1904: bool,
    grid: &mut Grid,
    budget: &mut Budget,
) -> Result<Option<String>, ReadError> {
    let name = grid.name().to_owned();
    let mut cells = match workbook.worksheet_cells_reader(&name) {
        Ok(cells) => cells,
        // A chart or a dialogue has no cells.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(None),
        Err(error) => return Ok(Some(error.to_string())),
    };
    loop {
        let cell = match cells.next_cell() {
            Ok(Some(cell)) => cell,
            Ok(None) => return Ok(None),
            Err(error) => {
                let ends = matches!(
                    error,
                    XlsxError::Xml(_)
                        | XlsxError::XmlEof(_)
                        | XlsxError::XmlAttr(_)
                        | XlsxError::Io(_)
                        | XlsxError::Zip(_)
                );
                if ends || grid.problems.len() >= grid::PROBLEMS_MAX {
                    return Ok(Some(error.to_string()));
                }
                // Which cell it is the error does not say: the one after the last that was read.
                let (row, column) = grid.last();
                grid.unreadable(row, column, &format!("the cell after this one, {error}"));
                continue;
            }
        };
        budget.cell()?;
        let (row, column) = cell.get_position();
        let (row, column) = (row.saturating_add(1), column.saturating_add(1));
        match cell.get_value() {
            DataRef::Empty => {}
            DataRef::SharedString(text) => grid.push(budget, row, column, CellKind::Text, text)?,
            DataRef::String(text) => grid.push(budget, row, column, CellKind::Text, text)?,
            value => {
                let (kind, text) = shown(value, is_1904);
                grid.push(budget, row, column, kind, &text)?;
            }
        }
    }
}

fn shown(value: &DataRef<'_>, is_1904: bool) -> (CellKind, String) {
    match value {
        DataRef::Float(number) => (CellKind::Number, grid::number(*number)),
        DataRef::Int(number) => (CellKind::Number, number.to_string()),
        DataRef::DateTime(moment) => match dates::date_time(moment.as_f64(), is_1904) {
            Some(text) => (CellKind::DateTime, text),
            None => (CellKind::Number, grid::number(moment.as_f64())),
        },
        DataRef::DateTimeIso(text) => match dates::iso_date_time(text) {
            Some(text) => (CellKind::DateTime, text),
            None => (CellKind::Text, text.clone()),
        },
        DataRef::Bool(value) => (CellKind::Text, grid::boolean(*value).to_owned()),
        other => (CellKind::Text, Data::from(other.clone()).to_string()),
    }
}

/// What the workbook says about itself; a workbook that says nothing, or says it badly, is no less readable.
fn facts(workbook: &mut Xlsx<Metered<'_>>) -> FileFacts {
    let Ok(properties) = workbook.workbook_properties() else { return FileFacts::default() };
    FileFacts {
        producer: properties.application.map(Into::into),
        creator: properties.creator.map(Into::into),
        created: properties.created.map(Into::into),
        modified: properties.modified.map(Into::into),
        ..FileFacts::default()
    }
}

/// The file's bytes, with an end to how often they may be read: many sheets may name one part, and each part
/// was measured once.
struct Metered<'a> {
    bytes: Cursor<&'a [u8]>,
    left: Cell<u64>,
}

impl<'a> Metered<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        // Each part is read once, and the directory is looked for in the last 64 KiB, which small files are
        // shorter than.
        let left = bytes.len() as u64 * 3 + (256 << 10);
        Self { bytes: Cursor::new(bytes), left: Cell::new(left) }
    }
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        let left = self.left.get().checked_sub(read as u64);
        self.left.set(left.ok_or_else(|| io::Error::other("its parts are read more often than they are there"))?);
        Ok(read)
    }
}

impl Seek for Metered<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_files::{problems, rows, xlsx, xlsx_of, xlsx_with};

    fn document(file: &[u8]) -> Document {
        read(file, &Limits::default()).unwrap()
    }

    fn error(file: &[u8]) -> String {
        read(file, &Limits::default()).unwrap_err().to_string()
    }

    fn sheet(data: &str) -> String {
        format!("<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData>{data}</sheetData></worksheet>")
    }

    #[test]
    fn reads_every_sheet_with_numbers_as_in_the_sheet() {
        let read = document(&xlsx());
        let expected = [
            "3: 2t 交易时间|3t 金额(元)",
            r"5: 2d 2026-09-24 11:40:58|3n 2176.91|4d 2026-09-24 00:00:00|5t TRUE|6t #DIV/0!|7n 4353.82|8t  4200000001\t",
            "1: 1n 67",
        ];
        assert_eq!(rows(&read), expected);
        assert_eq!(read.facts.producer.as_deref(), Some("Microsoft Excel"));
        assert!(read.problems.is_empty());
    }

    #[test]
    fn a_dimension_of_the_whole_sheet_costs_nothing() {
        let cells = r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
        assert_eq!(rows(&document(&xlsx_of(&sheet(cells), None))), ["1048576: 16384n 1"]);
    }

    #[test]
    fn reads_each_way_to_write_a_cell() {
        let cells = r#"<row r="2"><c r="B2" t="inlineStr"><is><t xml:space="preserve">支出 </t></is></c>
            <c r="C2" t="str"><f>A1</f><v>a&amp;b</v></c><c r="D2" t="d"><v>2026-03-01T08:09:10</v></c>
            <c r="E2" t="b"><v>0</v></c><c r="F2" t="e"><v>#N/A</v></c><c r="G2"><v>1.1E+3</v></c><c r="H2"/></row>
            <row><c><v>5</v></c><c t="s"><v>1</v></c></row>"#;
        let read = document(&xlsx_of(
            &sheet(cells),
            Some("<sst><si><t>x</t></si><si><r><t>微</t></r><r><t>信</t></r></si></sst>"),
        ));
        let expected = ["2: 2t 支出 |3t a&b|4d 2026-03-01 08:09:10|5t FALSE|6t #N/A|7n 1100", "3: 1n 5|2t 微信"];
        assert_eq!(rows(&read), expected);
    }

    #[test]
    fn a_bad_cell_is_a_problem_and_the_others_are_read() {
        let cells = r#"<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="s"><v>9</v></c><c r="C1"><v>3</v></c></row>"#;
        let read = document(&xlsx_of(&sheet(cells), Some("<sst></sst>")));
        assert_eq!(
            (rows(&read), problems(&read)),
            (vec!["1: 1n 1|3n 3".to_owned()], vec!["unreadable_cell at 1:1".to_owned()])
        );
    }

    #[test]
    fn a_sheet_that_ends_early_says_where() {
        let cut = r#"<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c>"#;
        let read = document(&xlsx_of(cut, None));
        assert_eq!((rows(&read).len(), problems(&read)), (2, vec!["truncated at 2:1".to_owned()]));
        assert!(error(&xlsx_of("<worksheet><sheetData><row><c><v>1", None)).contains("damaged"));
    }

    #[test]
    fn a_cut_package_is_damaged_and_one_without_cells_is_empty() {
        let file = xlsx();
        assert!(error(&file[..file.len() - 40]).contains("damaged"));
        assert!(error(&file[..file.len() / 2]).contains("damaged"));
        assert_eq!(error(&xlsx_of(&sheet(""), None)), "the file is empty");
    }

    #[test]
    fn a_claim_of_more_texts_than_there_are_is_refused() {
        for claim in ["uniqueCount=\"99999999999999\"", "uniqueCount = '1000'"] {
            let strings = format!("<sst {claim}><si><t>x</t></si></sst>");
            assert!(error(&xlsx_of(&sheet(""), Some(&strings))).contains("more texts than it holds"), "{claim}");
        }
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused() {
        let zeros = vec![b' '; (PART_BYTES + 1) as usize];
        let bomb = xlsx_with(&[("S", "worksheets/sheet1.xml")], &[("xl/media/image1.png", &zeros)], None);
        assert!(bomb.len() < 100_000);
        assert!(matches!(read(&bomb, &Limits::default()), Err(ReadError::ResourceLimit { .. })));
        let limits = Limits { unpacked_bytes: 1_000, ..Limits::default() };
        assert!(matches!(read(&xlsx(), &limits), Err(ReadError::ResourceLimit { .. })));
        let styles = format!("<styleSheet><cellXfs>{}</cellXfs></styleSheet>", "<xf/>".repeat(900_000));
        let many = xlsx_with(&[("S", "worksheets/sheet1.xml")], &[("xl/styles.xml", styles.as_bytes())], None);
        assert!(matches!(read(&many, &Limits::default()), Err(ReadError::ResourceLimit { .. })));
    }

    #[test]
    fn many_sheets_of_one_part_are_not_all_read() {
        // Long numbers do not pack well, so that a part is worth its bytes.
        let mut state = 7_u64;
        let mut digits = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state
        };
        let cells: String = (0..8_000).map(|_| format!("<row><c><v>{}</v></c></row>", digits())).collect();
        let names: Vec<String> = (0..100).map(|number| format!("S{number}")).collect();
        let sheets: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "worksheets/sheet1.xml")).collect();
        let file = xlsx_with(&sheets, &[("xl/worksheets/sheet1.xml", sheet(&cells).as_bytes())], None);
        let read = document(&file);
        assert!(rows(&read).len() < 8_000 * 12, "{}", rows(&read).len());
        assert!(problems(&read).iter().all(|problem| problem.starts_with("truncated")));
        assert!(!read.problems.is_empty());
    }
}
