//! Files made to do harm, through the running service with its readers apart: each is answered with its code, within its
//! time, and the service goes on.

use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::Value;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::support::{Apart, Form, TestService, Wanted, papers};

/// A debug build on a machine with other work; a release build takes a tenth.
const EACH_MAX: Duration = Duration::from_secs(60);

/// A PDF of these objects, numbered from 1; the first is the catalog.
fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    for (number, object) in (1..).zip(objects) {
        offsets.push(file.len());
        writeln!(file, "{number} 0 obj").unwrap();
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let xref = file.len();
    write!(file, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).unwrap();
    for offset in offsets {
        writeln!(file, "{offset:010} 00000 n ").unwrap();
    }
    writeln!(file, "trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{xref}\n%%EOF", objects.len() + 1).unwrap();
    file
}

/// A PDF of one page that draws this.
fn page(stream: &[u8], filter: &str) -> Vec<u8> {
    let mut content = format!("<</Length {}{filter}>>\nstream\n", stream.len()).into_bytes();
    content.extend_from_slice(stream);
    content.extend_from_slice(b"\nendstream");
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1<</Type/Font\
                /Subtype/Type1/BaseFont/Helvetica>>>>>>>>";
    pdf(&[
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        page.as_bytes().to_vec(),
        content,
    ])
}

fn deflated(byte: u8, count: u64) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    std::io::copy(&mut std::io::Read::take(std::io::repeat(byte), count), &mut encoder).unwrap();
    encoder.finish().unwrap()
}

/// An archive in which one file unpacks to this many zeros.
fn bomb(name: &str, bytes: u64) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(name, SimpleFileOptions::default()).unwrap();
    std::io::copy(&mut std::io::Read::take(std::io::repeat(0), bytes), &mut writer).unwrap();
    writer.finish().unwrap().into_inner()
}

fn nested_zip(levels: u32) -> Vec<u8> {
    (0..levels).fold(papers::alipay(3), |inner, level| {
        papers::zip(&[(if level == 0 { "a.csv" } else { "a.zip" }, &inner)], None)
    })
}

fn many_entries(count: u32) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..count {
        writer.start_file(format!("{number}.csv"), SimpleFileOptions::default()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A workbook's parts, by their names.
fn xlsx(sheet: &str, shared: &str) -> Vec<u8> {
    let types = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;
    let root = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let book = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let links = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
    papers::zip(
        &[
            ("[Content_Types].xml", types.as_bytes()),
            ("_rels/.rels", root.as_bytes()),
            ("xl/workbook.xml", book.as_bytes()),
            ("xl/_rels/workbook.xml.rels", links.as_bytes()),
            ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
            ("xl/sharedStrings.xml", shared.as_bytes()),
        ],
        None,
    )
}

const SPREADSHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// Ten entities, each ten of the one before: a billion of the first.
fn laughs() -> String {
    let entities: String =
        (1..10).map(|n| format!("<!ENTITY e{n} \"{}\">", format!("&e{};", n - 1).repeat(10))).collect();
    format!("<!DOCTYPE x [<!ENTITY e0 \"lol\">{entities}]>")
}

/// A PNG whose header says this size, with nothing drawn.
fn png(width: u32, height: u32) -> Vec<u8> {
    let chunk = |name: &[u8; 4], data: &[u8]| {
        let mut body = name.to_vec();
        body.extend_from_slice(data);
        let mut crc = flate2::Crc::new();
        crc.update(&body);
        let mut chunk = u32::try_from(data.len()).unwrap().to_be_bytes().to_vec();
        chunk.extend_from_slice(&body);
        chunk.extend_from_slice(&crc.sum().to_be_bytes());
        chunk
    };
    let mut header = width.to_be_bytes().to_vec();
    header.extend_from_slice(&height.to_be_bytes());
    header.extend_from_slice(&[8, 2, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    file.extend(chunk(b"IHDR", &header));
    file.extend(chunk(b"IDAT", &deflated(0, 1_000)));
    file.extend(chunk(b"IEND", b""));
    file
}

/// An old workbook's container whose chain of sectors leads to itself.
fn ole_loop() -> Vec<u8> {
    let mut file = vec![0_u8; 512 * 4];
    file[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    file[24..34].copy_from_slice(&[0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0]);
    file[44] = 1;
    file[56..58].copy_from_slice(&[0, 0x10]);
    file[60..64].fill(0xfe);
    file[68..72].fill(0xfe);
    file[76..512].fill(0xff);
    file[76..80].fill(0);
    // Sector 0 is the table of sectors: each is followed by itself.
    for (sector, entry) in (0_u32..).zip(file[512..1024].chunks_exact_mut(4)) {
        entry.copy_from_slice(&sector.to_le_bytes());
    }
    file[48..52].copy_from_slice(&1_u32.to_le_bytes());
    file
}

fn mail_in_mail(levels: usize) -> Vec<u8> {
    let mut mail = String::from("From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\n");
    for level in 0..levels {
        mail.push_str(&format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"));
    }
    mail.push_str("Content-Type: text/plain\r\n\r\nx\r\n");
    mail.into_bytes()
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// A file of another kind that is a PDF from its second kilobyte on.
fn polyglot(head: &[u8]) -> Vec<u8> {
    let mut file = head.to_vec();
    file.resize(1_500, b' ');
    file.extend(page(b"BT /F1 12 Tf 10 10 Td (hello) Tj ET", ""));
    file
}

/// Name, bytes, and the codes that are right: the document's, or that of a file in it.
fn files() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let text_page = page(b"BT /F1 12 Tf 10 10 Td (hello) Tj ET", "");
    let xlsx_head = format!("<?xml version=\"1.0\"?>{}<worksheet xmlns=\"{SPREADSHEET}\"><sheetData>", laughs());
    let plain = format!("<?xml version=\"1.0\"?><worksheet xmlns=\"{SPREADSHEET}\"><sheetData/></worksheet>");
    let shared = format!("<?xml version=\"1.0\"?><sst xmlns=\"{SPREADSHEET}\"/>");
    vec![
        // Nothing, or nothing that is a document.
        ("spaces.txt", vec![b' '; 100_000], "empty"),
        ("noise.bin", noise(200_000), "unsupported_format"),
        ("zeros.pdf", vec![0; 200_000], "unsupported_format"),
        ("program.pdf", [b"\x7fELF\x02\x01\x01".as_slice(), &noise(9_000)].concat(), "unsupported_format"),
        ("picture.gif", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;".to_vec(), "unsupported_format"),
        ("archive.7z", b"7z\xbc\xaf\x27\x1c\x00\x04".repeat(20), "unsupported_format"),
        ("poem.csv", "床前明月光\n疑是地上霜\n".as_bytes().to_vec(), "not_a_statement"),
        // PDFs.
        ("head.pdf", b"%PDF-1.7\n".to_vec(), "corrupt"),
        ("half.pdf", text_page[..text_page.len() / 2].to_vec(), "empty"),
        ("locked.pdf", papers::locked_pdf("geheim"), "password_required"),
        ("hello.pdf", text_page.clone(), "not_a_statement"),
        ("no-pages.pdf", pdf(&[b"<</Type/Catalog>>".to_vec()]), "corrupt"),
        (
            "page-tree-loop.pdf",
            pdf(&[b"<</Type/Catalog/Pages 2 0 R>>".to_vec(), b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>".to_vec()]),
            "empty",
        ),
        ("nested-objects.pdf", pdf(&[[vec![b'['; 200_000], vec![b']'; 200_000]].concat()]), "corrupt"),
        ("inflates.pdf", page(&deflated(b' ', 1 << 30), "/Filter/FlateDecode"), "resource_limit"),
        ("operators.pdf", page(&b"q ".repeat(3_000_000), ""), "empty"),
        (
            "many-pages.pdf",
            pdf(&[
                b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
                format!("<</Type/Pages/Kids[{}]/Count 1300>>", "3 0 R ".repeat(1_300)).into_bytes(),
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>".to_vec(),
            ]),
            "too_many_pages",
        ),
        // Archives.
        ("bomb.zip", bomb("a.csv", 400 << 20), "too_large"),
        ("nested.zip", nested_zip(6), "resource_limit"),
        ("many.zip", many_entries(3_000), "resource_limit"),
        ("half.zip", { let zip = nested_zip(1); zip[..zip.len() / 2].to_vec() }, "corrupt"),
        ("locked.zip", papers::zip(&[("a.csv", &papers::alipay(1))], Some("geheim")), "password_required"),
        ("nothing.zip", papers::zip(&[], None), "empty"),
        ("outside.zip", papers::zip(&[("../../../etc/passwd", b"root,x,0,0\n")], None), "corrupt"),
        // Workbooks.
        ("bomb.xlsx", bomb("xl/workbook.xml", 400 << 20), "too_large"),
        (
            "laughs.xlsx",
            xlsx(&format!("{xlsx_head}<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>&e9;</t></is></c></row></sheetData></worksheet>"), &shared),
            "corrupt",
        ),
        ("empty.xlsx", xlsx(&plain, &shared), "empty"),
        ("loop.xls", ole_loop(), "corrupt"),
        // Pictures.
        ("huge.png", png(60_000, 60_000), "resource_limit"),
        ("cut.png", png(200, 200), "corrupt"),
        ("cut.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00".to_vec(), "corrupt"),
        // Text that nests, or has no end.
        ("nested.html", [b"<html><body>".as_slice(), &b"<div>".repeat(400_000)].concat(), "resource_limit"),
        ("nested.json", vec![b'['; 500_000], "not_a_statement"),
        ("nested.xml", [b"<?xml version=\"1.0\"?>".as_slice(), &b"<a>".repeat(400_000)].concat(), "unsupported_format"),
        ("laughs.xml", format!("<?xml version=\"1.0\"?>{}<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt>&e9;</BkToCstmrStmt></Document>", laughs()).into_bytes(), "not_a_statement"),
        ("one-line.csv", b"a,".repeat(1_000_000), "resource_limit"),
        ("nested.eml", mail_in_mail(2_000), "resource_limit"),
        // Of two kinds at once.
        ("zip-and.pdf", [nested_zip(1), text_page.clone()].concat(), "none"),
        ("script-and.pdf", polyglot(b"<html><script>alert(1)</script>"), "not_a_statement"),
        ("picture-and.pdf", polyglot(b"GIF89a"), "not_a_statement"),
    ]
}

/// The code a file was answered with: the document's, or those of the files in it.
fn codes(test: &TestService, document: &Value) -> Vec<String> {
    let entries = document["entries"].as_array().cloned().unwrap_or_default();
    if entries.is_empty() {
        return vec![document["error"]["code"].as_str().unwrap_or("none").to_owned()];
    }
    let inner = entries.iter().map(|entry| entry["document_id"].as_str().unwrap());
    inner.flat_map(|id| codes(test, &test.found(&format!("/v1/documents/{id}")))).collect()
}

#[test]
fn every_hostile_file_is_answered_with_its_code() {
    let bounds = xinge::sandbox::Bounds { seconds: EACH_MAX.as_secs(), ..Apart::new().bounds };
    let test = TestService::with(Wanted { apart: Some(Apart { bounds, ..Apart::new() }), ..Default::default() });
    let mut wrong = Vec::new();
    for (name, bytes, expected) in files() {
        let application = test.application();
        let began = Instant::now();
        let filed = test.filed(&application, name, &bytes);
        test.run_jobs();
        let took = began.elapsed();
        let document = test.found(&format!("/v1/documents/{}", filed["id"].as_str().unwrap()));
        let mut codes = codes(&test, &document);
        codes.dedup();
        if codes != [expected] || took > EACH_MAX {
            wrong.push(format!("{name}: expected {expected}, found {codes:?} after {took:?}: {}", document["error"]));
        }
        let error = &document["error"];
        assert!(
            error.is_null() || error["hint_zh"].as_str().is_some_and(|hint| !hint.is_empty()),
            "{name}: {document}"
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // After all that it reads as before.
    let application = test.application();
    let filed = test.filed(&application, "a.csv", &papers::alipay(1));
    test.run_jobs();
    assert_eq!(test.found(&format!("/v1/documents/{}", filed["id"].as_str().unwrap()))["state"], "parsed");
}

#[test]
fn what_is_refused_at_the_door_has_its_code_too() {
    let limits = xinge::pipeline::Limits { file_bytes: 1 << 20, ..Default::default() };
    let bounds = xinge::sandbox::Bounds { file_bytes: 1 << 20, ..Apart::new().bounds };
    let test =
        TestService::with(Wanted { limits, apart: Some(Apart { bounds, ..Apart::new() }), ..Default::default() });
    let application = test.application();
    let large = test.upload(&application, Form::default().file("large.csv", &vec![b'a'; (1 << 20) + 1]));
    assert_eq!((large.status, large.code().as_str()), (413, "too_large"));
    let locked = Form::default().file("locked.pdf", &papers::locked_pdf("geheim")).text("password", "wrong");
    let locked = test.upload(&application, locked);
    assert_eq!(locked.json()["error"]["code"], "wrong_password", "{locked:?}");
    let empty = test.upload(&application, Form::default().file("empty.csv", b""));
    let code = if empty.status == 202 {
        test.run_jobs();
        test.found(&format!("/v1/documents/{}", empty.json()["id"].as_str().unwrap()))["error"]["code"].clone()
    } else {
        empty.code().into()
    };
    assert_eq!(code, "empty");
    test.run_jobs();
}
