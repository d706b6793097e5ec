//! Small files of every kind but PDF, made in memory; and documents shown as lines of text.

use std::io::{Cursor, Write};

use model::document::{Content, Document};
use model::sheet::CellKind;
use model::source::Source;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use zip::write::SimpleFileOptions;
use zip::{AesMode, CompressionMethod, ZipWriter};

/// `1: 1t 姓名|3n 12.5` for each row: its number, then each cell's column, kind (text, number, date) and text.
pub(crate) fn rows(document: &Document) -> Vec<String> {
    let Content::Sheets(sheets) = &document.content else { panic!("a sheet was expected") };
    let mut lines = Vec::new();
    for sheet in sheets {
        for row in &sheet.rows {
            let cells = sheet.cells_of(row).iter().map(|cell| {
                let kind = match cell.kind {
                    CellKind::Text => 't',
                    CellKind::Number => 'n',
                    CellKind::DateTime => 'd',
                };
                format!("{}{kind} {}", cell.column, sheet.cell_text(cell).escape_debug())
            });
            lines.push(format!("{}: {}", row.number, cells.collect::<Vec<_>>().join("|")));
        }
    }
    lines
}

/// `truncated at 3:1` for each problem: its code, row and column.
pub(crate) fn problems(document: &Document) -> Vec<String> {
    let line = |problem: &model::Problem| match &problem.source {
        Some(Source::Cell { row, column, .. }) => format!("{} at {row}:{column}", problem.code.as_str()),
        Some(Source::Line { line, column }) => format!("{} at {line}:{column}", problem.code.as_str()),
        other => format!("{} at {other:?}", problem.code.as_str()),
    };
    document.problems.iter().map(line).collect()
}

pub(crate) enum Lock<'a> {
    Open,
    Aes(&'a str),
    Legacy(&'a str),
}

pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let files: Vec<_> = files.iter().map(|(name, content)| (*name, *content, Lock::Open)).collect();
    locked_zip(&files)
}

pub(crate) fn locked_zip(files: &[(&str, &[u8], Lock<'_>)]) -> Vec<u8> {
    use zip::unstable::write::FileOptionsExt;
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content, lock) in files {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        match lock {
            Lock::Open => writer.start_file(*name, options),
            Lock::Aes(password) => writer.start_file(*name, options.with_aes_encryption(AesMode::Aes256, password)),
            Lock::Legacy(password) => {
                writer.start_file(*name, options.with_deprecated_encryption(password.as_bytes()).unwrap())
            }
        }
        .unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A workbook as Excel's own kin write it: dates, numbers, formulas, a hidden second sheet, a gap.
pub(crate) fn xlsx() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let time = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let day = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    let money = Format::new().set_num_format("¥#,##0.00");
    let sheet = workbook.add_worksheet();
    sheet.set_name("流水").unwrap();
    sheet.write(2, 1, "交易时间").unwrap();
    sheet.write(2, 2, "金额(元)").unwrap();
    sheet
        .write_with_format(4, 1, ExcelDateTime::from_ymd(2026, 9, 24).unwrap().and_hms(11, 40, 58).unwrap(), &time)
        .unwrap();
    sheet.write_with_format(4, 2, 2176.91, &money).unwrap();
    sheet.write_with_format(4, 3, ExcelDateTime::from_ymd(2026, 9, 24).unwrap(), &day).unwrap();
    sheet.write(4, 4, true).unwrap();
    sheet.write_formula(4, 5, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
    sheet.write_formula(4, 6, Formula::new("=C5*2").set_result("4353.82")).unwrap();
    sheet.write(4, 7, " 4200000001\t").unwrap();
    let hidden = workbook.add_worksheet();
    hidden.set_name("Column1").unwrap();
    hidden.set_hidden(true);
    hidden.write(0, 0, 67).unwrap();
    workbook.save_to_buffer().unwrap()
}

/// A package around one sheet's XML, and a table of texts if there is one.
pub(crate) fn xlsx_of(sheet: &str, strings: Option<&str>) -> Vec<u8> {
    xlsx_with(&[("流水", "worksheets/sheet1.xml")], &[("xl/worksheets/sheet1.xml", sheet.as_bytes())], strings)
}

/// A package of named sheets that each point at a part, the parts, and a table of texts.
pub(crate) fn xlsx_with(sheets: &[(&str, &str)], parts: &[(&str, &[u8])], strings: Option<&str>) -> Vec<u8> {
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let mut listed = String::new();
    let mut related = String::new();
    for (index, (name, target)) in sheets.iter().enumerate() {
        listed += &format!("<sheet name=\"{name}\" sheetId=\"{}\" r:id=\"r{index}\"/>", index + 1);
        related += &format!("<Relationship Id=\"r{index}\" Type=\"{OFFICE}/worksheet\" Target=\"{target}\"/>");
    }
    let rels = format!(
        "<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"r\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let workbook = format!("<workbook xmlns:r=\"{OFFICE}\"><sheets>{listed}</sheets></workbook>");
    let related = format!("<Relationships xmlns=\"{PACKAGE}\">{related}</Relationships>");
    let mut files: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", rels.as_bytes()),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", related.as_bytes()),
    ];
    files.extend_from_slice(parts);
    if let Some(strings) = strings {
        files.push(("xl/sharedStrings.xml", strings.as_bytes()));
    }
    zip(&files)
}

/// A compound file of 512-byte sectors with one stream, kept in mini sectors if it is short.
pub(crate) fn compound(name: &str, stream: &[u8]) -> Vec<u8> {
    const FREE: u32 = 0xFFFF_FFFF;
    const END: u32 = 0xFFFF_FFFE;
    const TABLE: u32 = 0xFFFF_FFFD;
    let is_mini = stream.len() < 4096;
    // Sectors: 0 the table of sectors, 1 the directory, 2 the table of mini sectors, 3… the stream.
    let count = stream.len().div_ceil(512) as u32;
    assert!(count <= 125, "one table holds 128 sectors");
    let chain = |first: u32, count: u32| {
        (first..first + count).map(move |at| if at + 1 == first + count { END } else { at + 1 })
    };
    let table: Vec<u32> =
        [TABLE, END, END].into_iter().chain(chain(3, count)).chain(std::iter::repeat(FREE)).take(128).collect();
    let minis = chain(0, stream.len().div_ceil(64) as u32);
    let mini_table: Vec<u32> = minis.take(128).chain(std::iter::repeat(FREE)).take(128).collect();
    let entry = |name: &str, kind: u8, start: u32, length: usize| {
        let mut entry = [0_u8; 128];
        let units: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        entry[..units.len()].copy_from_slice(&units);
        entry[64..66].copy_from_slice(&(units.len() as u16).to_le_bytes());
        entry[66] = kind;
        entry[116..120].copy_from_slice(&start.to_le_bytes());
        entry[120..124].copy_from_slice(&(length as u32).to_le_bytes());
        entry
    };
    let root = if is_mini { entry("Root Entry", 5, 3, stream.len()) } else { entry("Root Entry", 5, END, 0) };
    let mut file = vec![0_u8; 512];
    file[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    file[26..34].copy_from_slice(&[3, 0, 0xFE, 0xFF, 9, 0, 6, 0]);
    let header = [(44, 1), (48, 1), (56, 4096), (60, 2), (64, u32::from(is_mini)), (68, END), (72, 0), (76, 0)];
    for (at, value) in header {
        file[at..at + 4].copy_from_slice(&u32::to_le_bytes(value));
    }
    file[80..512].fill(0xFF);
    file.extend(table.iter().flat_map(|number| number.to_le_bytes()));
    file.extend([root, entry(name, 2, if is_mini { 0 } else { 3 }, stream.len()), [0; 128], [0; 128]].concat());
    file.extend(mini_table.iter().flat_map(|number| number.to_le_bytes()));
    file.extend_from_slice(stream);
    file.resize(file.len().next_multiple_of(512), 0);
    file
}

/// One record of an XLS stream.
pub(crate) fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

/// An XLS stream: what comes first in it for the whole workbook, then one sheet's records.
pub(crate) fn xls_stream(version: u16, name: &[u8], globals: &[Vec<u8>], sheet: &[Vec<u8>]) -> Vec<u8> {
    let begin = |kind: u16| record(0x0809, &[version.to_le_bytes(), kind.to_le_bytes(), [0; 2], [0; 2]].concat());
    let end = || record(0x000A, &[]);
    let before = [begin(5), globals.concat()].concat();
    let start = (before.len() + 4 + 6 + name.len() + 4) as u32;
    let bound = record(0x0085, &[&start.to_le_bytes()[..], &[0, 0], name].concat());
    [before, bound, end(), begin(0x10), sheet.concat(), end()].concat()
}

/// Row, column, style: how most records of cells begin. All from 0.
pub(crate) fn place(row: u16, column: u16, style: u16) -> Vec<u8> {
    [row.to_le_bytes(), column.to_le_bytes(), style.to_le_bytes()].concat()
}

/// A sheet name or a table of texts in BIFF8: length in `size` bytes, flags, UTF-16.
pub(crate) fn wide(size: usize, text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let count = (units.len() as u32).to_le_bytes();
    [&count[..size], &[1], &units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>()].concat()
}

/// A BIFF8 workbook with each kind of cell.
pub(crate) fn xls() -> Vec<u8> {
    let globals = [
        record(0x041E, &[&164_u16.to_le_bytes()[..], &wide(2, "yyyy-mm-dd hh:mm:ss")].concat()),
        record(0x00E0, &[0, 0, 0, 0]),
        record(0x00E0, &[0, 0, 164, 0]),
        record(0x00FC, &[&[2, 0, 0, 0, 2, 0, 0, 0][..], &wide(2, "记账日  "), &wide(2, "中***公司")].concat()),
    ];
    let formula =
        |column: u16, value: [u8; 8]| record(0x0006, &[place(4, column, 0), value.to_vec(), vec![0; 6]].concat());
    let sheet = [
        record(0x0200, &[0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0, 0, 0]),
        record(0x00FD, &[place(2, 0, 0), vec![0; 4]].concat()),
        record(0x0204, &[place(2, 1, 0), wide(2, "支出")].concat()),
        record(0x0203, &[place(4, 0, 1), 46_289.486_78_f64.to_le_bytes().to_vec()].concat()),
        // 67 as a whole number, 21.79 as a hundredfold one.
        record(
            0x00BD,
            &[
                &[4, 0, 1, 0, 0, 0][..],
                &(67_u32 << 2 | 2).to_le_bytes(),
                &[0, 0],
                &(2179_u32 << 2 | 3).to_le_bytes(),
                &[2, 0],
            ]
            .concat(),
        ),
        record(0x00FD, &[place(4, 3, 0), vec![1, 0, 0, 0]].concat()),
        formula(4, 2176.91_f64.to_le_bytes()),
        formula(5, [0, 0, 0, 0, 0, 0, 0xFF, 0xFF]),
        record(0x0207, &wide(2, "支付宝-示例")),
        formula(6, [1, 0, 1, 0, 0, 0, 0xFF, 0xFF]),
        formula(7, [2, 0, 7, 0, 0, 0, 0xFF, 0xFF]),
        formula(8, [3, 0, 0, 0, 0, 0, 0xFF, 0xFF]),
        record(0x0205, &[place(4, 9, 0), vec![0x2A, 1]].concat()),
    ];
    compound("Workbook", &xls_stream(0x0600, &wide(1, "交易明细"), &globals, &sheet))
}
