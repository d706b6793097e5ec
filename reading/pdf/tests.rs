//! Small files, drawn here, one for each thing that real producers do.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use lopdf::encryption::crypt_filters::{Aes128CryptFilter, Aes256CryptFilter, CryptFilter};
use lopdf::{EncryptionState, EncryptionVersion, Permissions};
use model::document::{Content, Document};
use model::page::Page;
use model::problem::ProblemCode;

use crate::{Limits, ReadError};

/// Writes a file object by object, as text, so that a test shows what is in it.
struct Sample {
    objects: Vec<Vec<u8>>,
}

const HELVETICA: &str = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";

impl Sample {
    /// One page with this content; `resources` may name objects from 5 on, which are `more`.
    fn page(entries: &str, content: &str, resources: &str, more: &[&str]) -> Self {
        let mut sample = Self { objects: Vec::new() };
        sample.add("<</Type/Catalog/Pages 2 0 R>>");
        sample.add("<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]>>");
        sample.add(&format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<{resources}>>{entries}>>"));
        sample.stream("", content.as_bytes());
        for object in more {
            sample.add(object);
        }
        sample
    }

    /// One page in Helvetica.
    fn helvetica(content: &str) -> Self {
        Self::page("", content, "/Font<</F1 5 0 R>>", &[HELVETICA])
    }

    fn add(&mut self, object: &str) {
        self.objects.push(object.as_bytes().to_vec());
    }

    fn stream(&mut self, entries: &str, content: &[u8]) {
        let mut object = format!("<</Length {}{entries}>>stream\n", content.len()).into_bytes();
        object.extend_from_slice(content);
        object.extend_from_slice(b"\nendstream");
        self.objects.push(object);
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = b"%PDF-1.7\n".to_vec();
        let mut table = "0000000000 65535 f \n".to_owned();
        for (number, object) in (1..).zip(&self.objects) {
            writeln!(table, "{:010} 00000 n ", out.len()).unwrap();
            out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
            out.extend_from_slice(object);
            out.extend_from_slice(b"\nendobj\n");
        }
        let (start, size) = (out.len(), self.objects.len() + 1);
        let id = "/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]";
        out.extend_from_slice(
            format!("xref\n0 {size}\n{table}trailer<</Size {size}/Root 1 0 R{id}>>\nstartxref\n{start}\n%%EOF\n")
                .as_bytes(),
        );
        out
    }

    fn read(&self) -> Document {
        super::read(&self.bytes(), &[], &Limits::default(), None).unwrap()
    }

    fn words(&self) -> String {
        words(&self.read())
    }
}

fn pages(document: &Document) -> &[Page] {
    match &document.content {
        Content::Pages(pages) => pages,
        _ => panic!("a PDF has pages"),
    }
}

/// All words of all pages, in drawing order.
fn words(document: &Document) -> String {
    let pages = pages(document).iter();
    pages.flat_map(|page| page.words.iter().map(|word| page.word_text(word))).collect::<Vec<_>>().join(" ")
}

/// Each word with its box, in whole points.
fn places(document: &Document) -> Vec<String> {
    let pages = pages(document).iter();
    let place = |page: &Page, word: &model::page::Word| {
        let turned = if word.upright { "" } else { " turned" };
        format!("{} {:.0}-{:.0} at {:.0}{turned}", page.word_text(word), word.x0, word.x1, word.baseline)
    };
    pages.flat_map(|page| page.words.iter().map(move |word| place(page, word))).collect()
}

fn composite(encoding: &str, descendant: &str, entries: &str) -> String {
    format!(
        "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/{encoding}{entries}/DescendantFonts[<</Type/Font\
         /Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>\
         {descendant}>>]>>"
    )
}

#[test]
fn places_words_from_the_top_left_corner() {
    let document = Sample::helvetica("BT /F1 10 Tf 100 700 Td (12.50 ok) Tj 0 -20 Td (next) Tj ET").read();
    assert_eq!(places(&document), ["12.50 100-125 at 100", "ok 128-138 at 100", "next 100-119 at 120"]);
    let page = &pages(&document)[0];
    assert_eq!((page.width, page.height, page.number), (600.0, 800.0, 1));
    let edges: Vec<i32> = page.glyphs(&page.words[0]).map(|(_, left, _)| left.round() as i32).collect();
    assert_eq!(edges, [100, 106, 111, 114, 119]);
    assert_eq!(document.facts.fonts, ["Helvetica"]);
}

#[test]
fn kerning_joins_and_wide_gaps_part() {
    let sample = Sample::helvetica("BT /F1 10 Tf 100 700 Td [(12)50(34)-30(.5)] TJ 0 -20 Td [(3960)-260(704)] TJ ET");
    assert_eq!(sample.words(), "1234.5 3960 704");
    let sample = Sample::helvetica("BT /F1 10 Tf 4 Tc 100 700 Td (1234) Tj 0 Tc 150 Tz 0 -20 Td (ab) Tj ET");
    assert_eq!(places(&sample.read()), ["1234 100-134 at 100", "ab 100-117 at 120"]);
}

#[test]
fn every_way_to_show_text_moves_the_line() {
    let sample =
        Sample::helvetica("BT /F1 10 Tf 1 0 0 1 50 700 Tm 12 TL (a) Tj (b) ' 1 0 (c) \" T* (d) Tj 5 -3 TD (e) Tj ET");
    assert_eq!(
        places(&sample.read()),
        ["a 50-56 at 100", "b 50-56 at 112", "c 50-55 at 124", "d 50-56 at 136", "e 55-61 at 139"]
    );
}

#[test]
fn predefined_encodings_need_no_map() {
    for (encoding, text) in [
        ("UniGB-UCS2-H", "<4eba6c115e01003100320020003a>"),
        ("UniGB-UTF16-H", "<4eba6c115e01003100320020003a>"),
        ("GBK-EUC-H", "<c8cbc3f1b1d23132203a>"),
        ("GBKp-EUC-H", "<c8cbc3f1b1d23132203a>"),
        ("GBK2K-H", "<c8cbc3f1b1d23132203a>"),
        ("GB-EUC-H", "<c8cbc3f1b1d23132203a>"),
    ] {
        let font = composite(encoding, "/DW 1000/W[1 95 500 814 907 500 7716 7716 500]", "");
        let content = format!("BT /F1 10 Tf 100 700 Td {text} Tj ET");
        let document = Sample::page("", &content, "/Font<</F1 5 0 R>>", &[&font]).read();
        assert_eq!(places(&document), ["人民币12 100-140 at 100", ": 145-150 at 100"], "{encoding}");
    }
    let font = composite("GBK2K-H", "/DW 1000", "");
    let content = "BT /F1 10 Tf 100 700 Td <8139ee39> Tj ET";
    assert_eq!(Sample::page("", content, "/Font<</F1 5 0 R>>", &[&font]).words(), "㐀", "four bytes are one code");
}

#[test]
fn vertical_writing_runs_down() {
    let font = composite("UniGB-UCS2-V", "/DW 1000", "");
    let content = "BT /F1 10 Tf 100 700 Td [<4eba6c11>500<5e01>] TJ ET";
    let document = Sample::page("", content, "/Font<</F1 5 0 R>>", &[&font]).read();
    assert_eq!(places(&document), ["人 95-105 at 109", "民 95-105 at 119", "币 95-105 at 134"]);
}

#[test]
fn an_embedded_font_tells_its_own_characters() {
    // A TrueType file of nothing but a character map: glyph 9 is 人.
    let mut program = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    program.extend_from_slice(b"cmap\0\0\0\0\0\0\0\x1c\0\0\0\x28");
    program
        .extend_from_slice(&[0, 0, 0, 1, 0, 3, 0, 10, 0, 0, 0, 12, 0, 12, 0, 0, 0, 0, 0, 28, 0, 0, 0, 0, 0, 0, 0, 1]);
    program.extend_from_slice(&[0, 0, 0x4e, 0xba, 0, 0, 0x4e, 0xba, 0, 0, 0, 9]);
    let font = composite("Identity-H", "/DW 1000/FontDescriptor<</FontFile2 6 0 R>>/CIDToGIDMap 7 0 R", "");
    let mut sample = Sample::page("", "BT /F1 10 Tf 50 700 Td <0001> Tj ET", "/Font<</F1 5 0 R>>", &[&font]);
    sample.stream("", &program);
    sample.stream("", &[0, 0, 0, 9]);
    assert_eq!(sample.words(), "人");
}

#[test]
fn radicals_of_a_subset_font_become_characters() {
    let font = composite("Identity-H", "/DW 1000", "/ToUnicode 6 0 R");
    let mut sample = Sample::page("", "BT /F1 10 Tf 50 700 Td <000100020003> Tj ET", "/Font<</F1 5 0 R>>", &[&font]);
    sample.stream(
        "",
        b"1 beginbfchar <0001> <2f08> endbfchar 1 beginbfrange <0002> <0003> [<2ea0> <00660066>] endbfrange",
    );
    let document = sample.read();
    assert_eq!(places(&document), ["人民ff 50-80 at 100"]);
    let page = &pages(&document)[0];
    let edges: Vec<i32> = page.glyphs(&page.words[0]).map(|(_, left, _)| left.round() as i32).collect();
    assert_eq!(edges, [50, 60, 70, 75], "a ligature's characters share its width");
}

#[test]
fn a_font_that_does_not_say_its_characters_is_a_problem_and_no_guess() {
    let font = composite("Identity-H", "/DW 1000", "");
    let sample = Sample::page("", "BT /F1 10 Tf 50 700 Td <00410042> Tj ET", "/Font<</F1 5 0 R>>", &[&font]);
    let document = sample.read();
    assert_eq!(words(&document), "\u{fffd}\u{fffd}");
    assert_eq!(document.problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [ProblemCode::UnreadablePage]);
}

#[test]
fn simple_fonts_follow_differences_maps_and_widths() {
    let font = "<</Type/Font/Subtype/TrueType/BaseFont/ABCDEF+Arial/FirstChar 65/LastChar 67/Widths[500 600 700]\
                /Encoding<</BaseEncoding/WinAnsiEncoding/Differences[65/seven/yen/uni4EBA]>>>>";
    let sample = Sample::page("", "BT /F1 10 Tf 50 700 Td (ABC) Tj ET", "/Font<</F1 5 0 R>>", &[font]);
    assert_eq!(places(&sample.read()), ["7¥人 50-68 at 100"]);

    let font = "<</Type/Font/Subtype/Type3/FontMatrix[.01 0 0 .01 0 0]/FirstChar 1/Widths[50 100]/CharProcs<<>>\
                /Encoding<</Differences[1/g0/g1]>>/ToUnicode 6 0 R>>";
    let mut sample = Sample::page("", "BT /F1 10 Tf 50 700 Td <0102> Tj ET", "/Font<</F1 5 0 R>>", &[font]);
    sample.stream("", b"2 beginbfchar <01> <0038> <02> <5143> endbfchar");
    assert_eq!(places(&sample.read()), ["8元 50-65 at 100"]);
}

#[test]
fn pages_are_turned_and_cropped() {
    let sideways = "BT /F1 10 Tf 0 1 -1 0 100 50 Tm (up) Tj ET";
    let document = Sample::page("/Rotate 90", sideways, "/Font<</F1 5 0 R>>", &[HELVETICA]).read();
    assert_eq!(places(&document), ["up 50-61 at 100"]);
    assert_eq!((pages(&document)[0].width, pages(&document)[0].height), (800.0, 600.0));

    let content = "BT /F1 10 Tf 110 690 Td (in) Tj -105 0 Td (out) Tj ET";
    let document = Sample::page("/CropBox[100 100 500 700]", content, "/Font<</F1 5 0 R>>", &[HELVETICA]).read();
    assert_eq!(places(&document), ["in 10-18 at 10"]);
}

#[test]
fn a_page_printed_sideways_is_turned_and_a_watermark_is_not_upright() {
    let sideways = "BT /F1 10 Tf 0 1 -1 0 100 50 Tm (amount) Tj ET";
    let document = Sample::helvetica(sideways).read();
    assert_eq!(places(&document), ["amount 50-83 at 100"]);

    let content = "BT /F1 10 Tf 1 0 0 1 50 700 Tm (level) Tj .7 .7 -.7 .7 100 300 Tm (mark) Tj ET";
    let document = Sample::helvetica(content).read();
    assert!(pages(&document)[0].words[0].upright);
    assert!(!pages(&document)[0].words[1].upright);
}

#[test]
fn forms_are_drawn_where_they_are_placed() {
    let mut sample = Sample::page("", "q 1 0 0 1 100 0 cm /X Do Q /X Do", "/XObject<</X 6 0 R>>", &[HELVETICA]);
    let entries = "/Type/XObject/Subtype/Form/Matrix[1 0 0 1 0 50]/BBox[0 0 99 99]\
                   /Resources<</Font<</F1 5 0 R>>/XObject<</X 6 0 R>>>>";
    sample.stream(entries, b"BT /F1 10 Tf 10 600 Td (form) Tj ET /X Do");
    assert_eq!(places(&sample.read()), ["form 110-130 at 150", "form 10-30 at 150"]);
}

#[test]
fn text_drawn_twice_is_one_word_and_hidden_text_none() {
    let twice = "BT /F1 10 Tf 100 700 Td (bold) Tj .3 0 Td (bold) Tj 3 Tr 0 -20 Td (hidden) Tj ET";
    assert_eq!(Sample::helvetica(twice).words(), "bold");
    assert_eq!(Sample::helvetica("BT /F1 10 Tf 3 Tr 100 700 Td (layer) Tj ET").words(), "layer");
}

#[test]
fn lines_and_thin_boxes_are_rules() {
    let content = "100 700 m 500 700 l S 100 600 400 .5 re f 100 500 m 100 400 l 100.4 400 l 100.4 500 l f \
                   10 10 m 300 300 l S 200 200 100 50 re S 50 50 500 20 re f 0 0 m 100 100 100 0 50 50 c S";
    let page = &pages(&Sample::helvetica(content).read())[0].clone();
    let rules: Vec<_> =
        page.rules.iter().map(|rule| [rule.x0, rule.y0, rule.x1, rule.y1].map(|v| v.round() as i32)).collect();
    assert_eq!(
        rules,
        [
            [100, 100, 500, 100],
            [100, 200, 500, 200],
            [100, 300, 100, 400],
            [200, 550, 300, 550],
            [200, 600, 300, 600],
            [200, 550, 200, 600],
            [300, 550, 300, 600],
        ]
    );
}

#[test]
fn a_scan_is_a_picture_and_a_problem() {
    let mut sample = Sample::page("", "q 600 0 0 800 0 0 cm /I Do Q", "/XObject<</I 6 0 R>>", &["null"]);
    sample.stream("/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", b"\0");
    let document = sample.read();
    assert_eq!(pages(&document)[0].image_area, 480_000.0);
    assert_eq!(document.problems[0].code, ProblemCode::UnreadablePage);
    let inline = "q 60 0 0 80 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x01 EI Q BT /F1 9 Tf 9 9 Td (after) Tj ET";
    assert_eq!(Sample::helvetica(inline).words(), "after");
}

/// A file of one page, encrypted with `password` for the user.
fn encrypted(version: &str, password: &str) -> Vec<u8> {
    let mut document =
        lopdf::Document::load_mem(&Sample::helvetica("BT /F1 9 Tf 9 9 Td (secret) Tj ET").bytes()).unwrap();
    let filter: Arc<dyn CryptFilter> =
        if version == "aes128" { Arc::new(Aes128CryptFilter) } else { Arc::new(Aes256CryptFilter) };
    let crypt_filters = BTreeMap::from([(b"StdCF".to_vec(), filter)]);
    let (name, permissions) = (b"StdCF".to_vec(), Permissions::all());
    let (owner_password, user_password) = ("owner", password);
    let key = [7_u8; 32];
    let version = match version {
        "rc4" => {
            EncryptionVersion::V2 { document: &document, owner_password, user_password, key_length: 128, permissions }
        }
        "aes128" => EncryptionVersion::V4 {
            document: &document,
            encrypt_metadata: true,
            crypt_filters,
            stream_filter: name.clone(),
            string_filter: name,
            owner_password,
            user_password,
            permissions,
        },
        _ => EncryptionVersion::V5 {
            encrypt_metadata: true,
            crypt_filters,
            file_encryption_key: &key,
            stream_filter: name.clone(),
            string_filter: name,
            owner_password,
            user_password,
            permissions,
        },
    };
    let state = EncryptionState::try_from(version).unwrap();
    document.encrypt(&state).unwrap();
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

#[test]
fn passwords_open_what_they_should() {
    let limits = Limits::default();
    for version in ["rc4", "aes128", "aes256"] {
        let open = encrypted(version, "");
        let document = super::read(&open, &[], &limits, None).unwrap();
        assert_eq!(words(&document), "secret", "{version}: the empty password is tried without asking");
        assert!(document.facts.encrypted);
        let locked = encrypted(version, "123456");
        assert!(
            matches!(super::read(&locked, &[], &limits, None), Err(ReadError::PasswordRequired { .. })),
            "{version}"
        );
        assert!(
            matches!(super::read(&locked, &["no"], &limits, None), Err(ReadError::WrongPassword { .. })),
            "{version}"
        );
        assert_eq!(words(&super::read(&locked, &["no", "123456"], &limits, None).unwrap()), "secret", "{version}");
        assert_eq!(words(&super::read(&locked, &["owner"], &limits, None).unwrap()), "secret", "{version}");
    }
}

#[test]
fn objects_in_streams_are_found() {
    let mut document =
        lopdf::Document::load_mem(&Sample::helvetica("BT /F1 9 Tf 9 9 Td (packed) Tj ET").bytes()).unwrap();
    let mut bytes = Vec::new();
    document.save_modern(&mut bytes).unwrap();
    let file = super::file::File::open(&bytes, &[], &Limits::default()).unwrap();
    assert!(!file.rebuilt, "read as it stands, without repair");
    assert_eq!(words(&super::read(&bytes, &[], &Limits::default(), None).unwrap()), "packed");
}

#[test]
fn a_cut_file_is_corrupt_or_says_so() {
    let whole = Sample::helvetica("BT /F1 9 Tf 9 9 Td (text) Tj ET").bytes();
    let without_index = &whole[..whole.windows(4).position(|window| window == b"xref").unwrap()];
    let document = super::read(without_index, &[], &Limits::default(), None).unwrap();
    assert_eq!(words(&document), "text");
    assert_eq!(document.problems[0].code, ProblemCode::Truncated);
    for length in [0, 5, 9, 40, 100] {
        let error = super::read(&whole[..length], &[], &Limits::default(), None).unwrap_err();
        assert!(matches!(error, ReadError::Corrupt { .. } | ReadError::Empty), "{length}: {error:?}");
    }
}

#[test]
fn no_prefix_and_no_changed_byte_panics() {
    let whole = encrypted("rc4", "");
    let plain = Sample::helvetica("BT /F1 9 Tf 9 9 Td [(text)-200<41>] TJ ET 1 1 9 9 re f").bytes();
    let limits = Limits { operators: 10_000, glyphs: 10_000, ..Limits::default() };
    for file in [whole, plain] {
        for at in (0..file.len()).step_by(3) {
            _ = super::read(&file[..at], &["x"], &limits, None);
            for byte in [0, b'9', b'<', 0xff] {
                let mut changed = file.clone();
                changed[at] = byte;
                _ = super::read(&changed, &["x"], &limits, None);
            }
        }
    }
}

#[test]
fn bounds_hold() {
    let read = |sample: &Sample, limits: &Limits| super::read(&sample.bytes(), &[], limits, None).unwrap_err();
    let text = Sample::helvetica("BT /F1 9 Tf 9 9 Td (1234567890) Tj ET");
    let limits = Limits { glyphs: 9, ..Limits::default() };
    assert!(matches!(read(&text, &limits), ReadError::ResourceLimit { .. }));
    let limits = Limits { operators: 3, ..Limits::default() };
    assert!(matches!(read(&text, &limits), ReadError::ResourceLimit { .. }));
    let limits = Limits { stream_bytes: 10, ..Limits::default() };
    assert!(matches!(read(&text, &limits), ReadError::ResourceLimit { .. }));
    let limits = Limits { pages: 0, ..Limits::default() };
    assert!(matches!(read(&text, &limits), ReadError::TooManyPages { found: 1, limit: 0 }));
    let nested = Sample::helvetica(&"[".repeat(300_000));
    assert!(matches!(super::read(&nested.bytes(), &[], &Limits::default(), None), Err(ReadError::Empty)));

    // Each form draws the next one twelve times.
    let mut laughs = Sample::page("", "/X Do", "/XObject<</X 6 0 R>>", &[HELVETICA]);
    for number in 7..17 {
        let entries = format!("/Subtype/Form/Resources<</Font<</F1 5 0 R>>/XObject<</X {number} 0 R>>>>");
        laughs.stream(&entries, "/X Do ".repeat(12).as_bytes());
    }
    laughs.stream("/Subtype/Form/Resources<</Font<</F1 5 0 R>>>>", b"BT /F1 9 Tf (a) Tj ET");
    let limits = Limits { operators: 100_000, ..Limits::default() };
    assert!(matches!(read(&laughs, &limits), ReadError::ResourceLimit { .. }));
}

#[test]
fn a_page_tree_that_goes_round_ends() {
    let mut sample = Sample { objects: Vec::new() };
    sample.add("<</Type/Catalog/Pages 2 0 R>>");
    sample.add("<</Type/Pages/Kids[2 0 R 2 0 R 3 0 R]/Count 99999999>>");
    sample.add("<</Type/Page/MediaBox[0 0 100 100]>>");
    assert!(matches!(super::read(&sample.bytes(), &[], &Limits::default(), None), Err(ReadError::Empty)));
}

#[test]
fn a_page_that_draws_nothing_is_empty() {
    let error = super::read(&Sample::helvetica(" ").bytes(), &[], &Limits::default(), None).unwrap_err();
    assert!(matches!(error, ReadError::Empty), "{error:?}");
}

#[test]
fn damaged_content_gives_what_came_before() {
    let mut sample = Sample::page("", "", "/Font<</F1 5 0 R>>", &[HELVETICA]);
    let content =
        "BT /F1 9 Tf 9 9 Td (first) Tj 0 20 Td ".to_owned() + &"(more and more text 0123456789) Tj ".repeat(200);
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, content.as_bytes()).unwrap();
    let mut packed = packed.finish().unwrap();
    packed.truncate(packed.len() / 2);
    sample.stream("/Filter/FlateDecode", &packed);
    sample.objects.swap(3, 5);
    let document = sample.read();
    assert!(words(&document).starts_with("first"));
    assert_eq!(document.problems[0].code, ProblemCode::UnreadablePage);
}
