//! Thousands of damaged files of each kind: whatever comes, an answer and no panic.
//!
//! The damage is the same in each run: a failure names the file that brought it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use encoding_rs::GB18030;

use crate::test_files::{Lock, locked_zip, xls, xlsx, xlsx_of, zip};
use crate::{Limits, archive, read, sniff};

const MUTATIONS: u64 = 2_000;

struct Random(u64);

impl Random {
    fn below(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }
}

/// One to four of: a byte changed, bytes removed, bytes doubled, a number set to an extreme, the end cut off.
fn damage(good: &[u8], seed: u64) -> Vec<u8> {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut bytes = good.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        let end = (at + 1 + random.below(16)).min(bytes.len());
        match random.below(6) {
            0 | 1 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = random.below(256) as u8),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            4 => {
                let extreme = [0xFF, 0x00, 0x7F, 0x80][random.below(4)];
                bytes[at..end.min(at + 4)].fill(extreme);
            }
            _ => bytes.truncate(at),
        }
    }
    bytes
}

fn survives(kind: &str, good: &[u8]) {
    survives_times(MUTATIONS, kind, good);
}

fn survives_times(mutations: u64, kind: &str, good: &[u8]) {
    // Small bounds, so that what gets through them is seen in the time of the test.
    let limits = Limits { unpacked_bytes: 8 << 20, rows: 10_000, cells: 100_000, ..Limits::default() };
    for seed in 1..=mutations {
        let bytes = damage(good, seed);
        let answer = catch_unwind(AssertUnwindSafe(|| {
            let _ = (
                sniff(&bytes),
                read(&bytes, &["111111", "246813"], &limits, None),
                archive::unpack(&bytes, &["111111"], &limits),
            );
        }));
        assert!(answer.is_ok(), "{kind}, damaged by {seed}");
    }
}

#[test]
fn delimited() {
    let text =
        "流水\r\n\r\n时间,对方,金额\r\n2024-01-02,\"午餐,\n加\"\"蛋\"\"\",1.00\t\r\n2024-01-03,\"x\"\t\t,2.00\r\n";
    survives("UTF-8", text.as_bytes());
    survives("GB18030", &GB18030.encode(text).0);
    survives("UTF-16", &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
}

#[test]
fn workbooks_under_a_password() {
    survives("XLS, SHA-1", include_bytes!("../parsers/bocom/samples/card.pw-246813.xls"));
    survives("XLS, MD5", include_bytes!("../parsers/bocom/samples/card-1997.pw-246813.xls"));
    // Each attempt derives a key, which is slow on purpose.
    survives_times(MUTATIONS / 100, "XLSX", include_bytes!("../parsers/ccb/samples/hqmx.pw-246813.xlsx"));
}

#[test]
fn workbooks_in_xml() {
    let cells = "<Cell ss:Index=\"2\"><Data ss:Type=\"Number\">-12.5</Data></Cell><Cell ss:MergeAcross=\"1\"><Data>午餐</Data></Cell>";
    let rows = format!("<Row ss:Index=\"3\">{cells}</Row><Row ss:Span=\"2\"/>").repeat(3);
    let file = format!(
        "<?xml version=\"1.0\"?><Workbook xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet><Table>{rows}</Table></Worksheet></Workbook>"
    );
    survives("XML workbook", file.as_bytes());
}

#[test]
fn workbooks() {
    survives("XLS", &xls());
}

#[test]
fn packages() {
    survives("XLSX", &xlsx());
}

/// Damage to the packed bytes of a part seldom gets past its checksum, so the part itself is damaged too.
#[test]
fn sheets_of_packages() {
    let limits = Limits { unpacked_bytes: 8 << 20, rows: 10_000, cells: 100_000, ..Limits::default() };
    let sheet = r#"<worksheet><dimension ref="A1:C3"/><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>46289.5</v></c></row><row r="3"><c r="A3" t="inlineStr"><is><t>x</t></is></c><c t="b"><v>1</v></c></row></sheetData></worksheet>"#;
    let strings = r#"<sst count="2" uniqueCount="2"><si><t>a</t></si><si><r><t>b</t></r></si></sst>"#;
    for seed in 1..=MUTATIONS {
        let [sheet, strings] =
            [sheet, strings].map(|part| String::from_utf8_lossy(&damage(part.as_bytes(), seed)).into_owned());
        let file = xlsx_of(&sheet, Some(&strings));
        let answer = catch_unwind(AssertUnwindSafe(|| drop(read(&file, &[], &limits, None))));
        assert!(answer.is_ok(), "a sheet damaged by {seed}");
    }
}

#[test]
fn pages() {
    let page = "<html><head><meta charset=gbk><title>账单</title></head><body><table><tr><td rowspan=2>a<td colspan=3>b</tr>\
        <tr><td><table><tr><td>c<td>d</table><td style='display:none'>e</table><p>f &amp; g<br><b>h<script>x</script></body></html>";
    survives("HTML", &GB18030.encode(page).0);
}

#[test]
fn mails() {
    let mail = "From: a@example.com\r\nSubject: =?gbk?B?1cvWpw==?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b1\r\n\r\n\
        --b1\r\nContent-Type: multipart/alternative; boundary=\"b2\"\r\n\r\n--b2\r\nContent-Type: text/html; charset=gbk\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>=D5=CB=B5=A5=\r\n</p>\r\n--b2--\r\n--b1\r\n\
        Content-Type: message/rfc822\r\n\r\nFrom: b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b1\r\nContent-Type: text/csv; name*0=a; name*1*=utf-8''b.csv\r\n\
        Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\nYSxiCjEsMgo=\r\n--b1--\r\n";
    survives("mail", mail.as_bytes());
}

#[test]
fn interchange_texts() {
    survives(
        "OFX",
        b"OFXHEADER:100\r\nENCODING:USASCII\r\nCHARSET:1252\r\n\r\n<OFX><NAME>Caf\xE9\r\n<TRNAMT>-1.00</OFX>",
    );
    survives("QIF", b"!Type:Bank\nD1/31/2024\nT-1.00\nPM\xFCller\n^\n");
    survives(
        "MT940",
        b"{1:F01BANK}{4:\r\n:20:A\r\n:25:1\r\n:60F:C240101EUR1,\r\n:61:2401010101D1,NTRF//x\r\n:62F:C240101EUR0,\r\n-}",
    );
    survives("camt", b"<?xml version='1.0' encoding='iso-8859-1'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'><A>\xE9</A></Document>");
    survives("JSON", "{\"data\": {\"detail\": [{\"amount\": \"1.00\", \"名\": null}]}}".as_bytes());
}

/// The parts themselves, as damage to their packed bytes seldom gets past a checksum.
#[test]
fn parts_of_ofd_documents() {
    let limits = Limits { unpacked_bytes: 8 << 20, ..Limits::default() };
    let index = "<o:OFD xmlns:o='x'><o:DocBody><o:DocInfo><o:Creator>a</o:Creator></o:DocInfo><o:DocRoot>D/D.xml</o:DocRoot></o:DocBody></o:OFD>";
    let document = "<o:Document><o:CommonData><o:PageArea><o:PhysicalBox>0 0 210 297</o:PhysicalBox></o:PageArea><o:PublicRes>R.xml</o:PublicRes>\
        <o:TemplatePage ID='2' BaseLoc='T.xml'/></o:CommonData><o:Pages><o:Page ID='1' BaseLoc='P.xml'/></o:Pages></o:Document>";
    let fonts = "<o:Res><o:Fonts><o:Font ID='3' FontName='a'/></o:Fonts></o:Res>";
    let page = "<o:Page><o:Template TemplateID='2'/><o:Content><o:Layer><o:TextObject Boundary='10 20 50 6' CTM='1 0 0 1 0 0' Font='3' Size='5' HScale='1'>\
        <o:TextCode X='0' Y='5' DeltaX='g 2 5 1' DeltaY='0 0'>&#20013;ab c</o:TextCode></o:TextObject><o:PathObject Boundary='0 0 9 9'>\
        <o:AbbreviatedData>M 0 0 L 9 0 B 1 1 2 2 3 3 C</o:AbbreviatedData></o:PathObject></o:Layer></o:Content></o:Page>";
    let whole = zip(&[
        ("OFD.xml", index.as_bytes()),
        ("D/D.xml", document.as_bytes()),
        ("D/R.xml", fonts.as_bytes()),
        ("D/T.xml", page.as_bytes()),
        ("D/P.xml", page.as_bytes()),
    ]);
    survives("OFD", &whole);
    for seed in 1..=MUTATIONS {
        let [index, document, fonts, page, template] =
            [(index, 1), (document, 2), (fonts, 3), (page, 4), (page, 5)].map(|(part, kind)| {
                if seed % 5 + 1 == kind { damage(part.as_bytes(), seed) } else { part.as_bytes().to_vec() }
            });
        let file = zip(&[
            ("OFD.xml", &index),
            ("D/D.xml", &document),
            ("D/R.xml", &fonts),
            ("D/T.xml", &template),
            ("D/P.xml", &page),
        ]);
        let answer = catch_unwind(AssertUnwindSafe(|| drop(read(&file, &[], &limits, None))));
        assert!(answer.is_ok(), "an OFD document damaged by {seed}");
    }
}

#[test]
fn archives() {
    let inner = zip(&[("明细.csv", b"a,b\n1,2\n")]);
    survives("ZIP", &locked_zip(&[("in.zip", &inner[..], Lock::Open), ("old.csv", b"two", Lock::Legacy("111111"))]));
    // Each attempt derives a key, which is slow on purpose.
    survives_times(MUTATIONS / 20, "AES ZIP", &locked_zip(&[("aes.csv", b"one", Lock::Aes("111111"))]));
}
