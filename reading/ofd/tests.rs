use super::*;
use crate::test_files::zip;
use crate::{Kind, sniff};

const SPACE: &str = "xmlns:ofd=\"http://www.ofdspec.org/2016\"";

/// A document of pages of 210 by 140 mm, each with what its layer holds, and other parts.
fn file(layers: &[&str], common: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let index = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ofd:OFD {SPACE} Version=\"1.0\" DocType=\"OFD\"><ofd:DocBody><ofd:DocInfo>
        <ofd:CreationDate>2026-03-01</ofd:CreationDate><ofd:Creator>Example Reader</ofd:Creator>
        <ofd:CreatorVersion>2.1</ofd:CreatorVersion></ofd:DocInfo>
        <ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    );
    let listed: String = (0..layers.len())
        .map(|at| format!("<ofd:Page ID=\"{}\" BaseLoc=\"Pages/Page_{at}/Content.xml\"/>", at + 1))
        .collect();
    let document = format!(
        "<ofd:Document {SPACE}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 140</ofd:PhysicalBox></ofd:PageArea>
        <ofd:PublicRes>PublicRes.xml</ofd:PublicRes>{common}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>"
    );
    let fonts = format!(
        "<ofd:Res {SPACE}><ofd:Fonts><ofd:Font ID=\"3\" FontName=\"宋体\"/><ofd:Font ID=\"4\" FontName=\"黑体\"/></ofd:Fonts></ofd:Res>"
    );
    let mut files: Vec<(String, String)> = vec![
        ("OFD.xml".to_owned(), index),
        ("Doc_0/Document.xml".to_owned(), document),
        ("Doc_0/PublicRes.xml".to_owned(), fonts),
    ];
    for (at, layer) in layers.iter().enumerate() {
        files.push((format!("Doc_0/Pages/Page_{at}/Content.xml"), page(layer)));
    }
    files.extend(parts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    zip(&files)
}

fn page(layer: &str) -> String {
    format!(
        "<ofd:Page {SPACE}><ofd:Content><ofd:Layer ID=\"9\" Type=\"Body\">{layer}</ofd:Layer></ofd:Content></ofd:Page>"
    )
}

/// Text of 5 mm at (x, y) of the page.
fn text(x: f32, y: f32, attributes: &str, code: &str, text: &str) -> String {
    format!(
        "<ofd:TextObject ID=\"1\" Boundary=\"{x} {y} 100 6\" Font=\"4\" Size=\"5\" {attributes}><ofd:FillColor Value=\"0 0 0\"/>
        <ofd:TextCode X=\"0\" Y=\"5\" {code}>{text}</ofd:TextCode></ofd:TextObject>"
    )
}

fn pages(bytes: &[u8]) -> (Document, Vec<Page>) {
    assert_eq!(sniff(bytes), Kind::Ofd);
    let document = crate::read(bytes, &[], &Limits::default(), None).unwrap();
    let Content::Pages(pages) = document.content.clone() else { panic!("pages were expected") };
    (document, pages)
}

/// Each word with its left and right edge and its baseline, in millimetres rounded.
fn words(bytes: &[u8]) -> Vec<String> {
    let (_, pages) = pages(bytes);
    let millimetres = |points: f32| (points * 25.4 / 72.0 * 10.0).round() / 10.0;
    pages
        .iter()
        .flat_map(|page| {
            page.words.iter().map(|word| {
                let slant = if word.upright { "" } else { " turned" };
                let [x0, x1, y] = [word.x0, word.x1, word.baseline].map(millimetres);
                format!("{} {x0}-{x1} at {y}{slant}", page.word_text(word))
            })
        })
        .collect()
}

#[test]
fn words_stand_where_the_steps_say() {
    let layer = [
        text(10.0, 20.0, "", "DeltaX=\"5 5 5\"", "交易日期"),
        text(60.0, 20.0, "", "DeltaX=\"g 3 2.5 3 g 4 2.5\"", "1,280.005"),
        text(10.0, 30.0, "", "DeltaX=\"g 1000000000 5\"", "张三"),
        text(60.0, 30.0, "", "", "余额12"),
    ]
    .concat();
    assert_eq!(
        words(&file(&[&layer], "", &[])),
        ["交易日期 10-30 at 25", "1,280.005 60-83 at 25", "张三 10-20 at 35", "余额12 60-75 at 35"]
    );
}

#[test]
fn a_gap_or_a_space_ends_a_word_and_neighbours_join() {
    let layer = [
        text(10.0, 20.0, "", "DeltaX=\"5 20 5\"", "借方余额"),
        text(10.0, 30.0, "", "DeltaX=\"2.5 2.5\"", "1 2"),
        text(10.0, 40.0, "", "", "1"),
        text(12.5, 40.0, "", "", "2"),
        text(10.0, 50.0, "", "DeltaX=\"4.5 4.5\"", "WMW"),
    ]
    .concat();
    let expected = [
        "借方 10-20 at 25",
        "余额 35-45 at 25",
        "1 10-12.5 at 35",
        "2 15-17.5 at 35",
        "12 10-15 at 45",
        "WMW 10-23.5 at 55",
    ];
    assert_eq!(words(&file(&[&layer], "", &[])), expected);
}

#[test]
fn matrices_scale_and_turn() {
    let layer = [
        text(10.0, 20.0, "CTM=\"2 0 0 2 0 0\"", "DeltaX=\"5\"", "放大"),
        text(10.0, 60.0, "CTM=\"0.7071 0.7071 -0.7071 0.7071 0 0\"", "DeltaX=\"5\"", "水印"),
        text(100.0, 20.0, "ReadDirection=\"90\"", "DeltaY=\"g 2 6\"", "竖排字"),
        text(150.0, 20.0, "HScale=\"0.5\"", "DeltaX=\"2.5\"", "扁字"),
    ]
    .concat();
    let expected = [
        "放大 10-30 at 30",
        "水印 6.5-13.5 at 63.5 turned",
        "竖 100-105 at 25",
        "排 100-105 at 31",
        "字 100-105 at 37",
        "扁字 150-155 at 25",
    ];
    assert_eq!(words(&file(&[&layer], "", &[])), expected);
}

#[test]
fn invisible_text_counts_only_alone() {
    let hidden = text(10.0, 20.0, "Alpha=\"0\"", "", "隐");
    assert_eq!(words(&file(&[&hidden], "", &[])), ["隐 10-15 at 25"]);
    let both = [hidden, text(10.0, 30.0, "", "", "显"), text(10.0, 40.0, "Visible=\"false\"", "", "无")].concat();
    assert_eq!(words(&file(&[&both], "", &[])), ["显 10-15 at 35"]);
}

#[test]
fn rules_are_level_or_plumb_lines_and_thin_boxes() {
    let path = |boundary: &str, attributes: &str, data: &str| {
        format!(
            "<ofd:PathObject ID=\"1\" Boundary=\"{boundary}\" {attributes}><ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>"
        )
    };
    let layer = [
        path("10 20 100 1", "", "M 0 0 L 100 0"),
        path("10 20 1 50", "CTM=\"1 0 0 1 0.5 0\"", "M 0 0 L 0 50"),
        path("10 80 100 0.5", "Stroke=\"false\" Fill=\"true\"", "M 0 0 L 100 0 L 100 0.5 L 0 0.5 C"),
        path("10 90 20 20", "", "S 0 0 L 20 0 L 20 20 L 0 20 C"),
        path("10 90 20 20", "", "M 0 0 L 20 20 M 0 0 B 1 1 2 2 20 0"),
        path("10 90 20 20", "Stroke=\"false\"", "M 0 0 L 20 0"),
    ]
    .concat();
    let (_, pages) = pages(&file(&[&layer], "", &[]));
    let millimetres = |points: f32| (points * 25.4 / 72.0 * 100.0).round() / 100.0;
    let rules: Vec<[f32; 4]> =
        pages[0].rules.iter().map(|rule| [rule.x0, rule.y0, rule.x1, rule.y1].map(millimetres)).collect();
    let expected = [
        [10.0, 20.0, 110.0, 20.0],
        [10.5, 20.0, 10.5, 70.0],
        [10.0, 80.25, 110.0, 80.25],
        [10.0, 90.0, 30.0, 90.0],
        [30.0, 90.0, 30.0, 110.0],
        [10.0, 110.0, 30.0, 110.0],
        [10.0, 90.0, 10.0, 110.0],
    ];
    assert_eq!(rules, expected);
}

#[test]
fn templates_and_composites_are_drawn_on_each_page() {
    let common = "<ofd:TemplatePage ID=\"2\" BaseLoc=\"Tpls/Tpl_0/Content.xml\"/><ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>";
    let units = format!(
        "<ofd:Res {SPACE}><ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID=\"7\" Width=\"9\" Height=\"9\"><ofd:Content>{}</ofd:Content>
        </ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits></ofd:Res>",
        text(0.0, 0.0, "", "", "章")
    );
    let with_template = |body: &str| {
        page(body).replace("<ofd:Content>", "<ofd:Template TemplateID=\"2\" ZOrder=\"Background\"/><ofd:Content>")
    };
    let parts = [
        ("Doc_0/Tpls/Tpl_0/Content.xml", page(&text(10.0, 10.0, "", "", "抬头"))),
        ("Doc_0/DocumentRes.xml", units),
        ("Doc_0/Pages/A/Content.xml", with_template(&text(10.0, 20.0, "", "", "甲"))),
        (
            "Doc_0/Pages/B/Content.xml",
            with_template("<ofd:CompositeObject ID=\"1\" Boundary=\"50 50 9 9\" ResourceID=\"7\"/>"),
        ),
    ];
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let mut file = file(&[], common, &parts);
    // Two pages of other names, one given with a slash in front.
    file = with_part(&file, "Doc_0/Document.xml", |text| {
        text.replace("<ofd:Pages>", "<ofd:Pages><ofd:Page ID=\"1\" BaseLoc=\"Pages/A/Content.xml\"/><ofd:Page ID=\"2\" BaseLoc=\"/doc_0/Pages/B/Content.xml\"/>")
    });
    assert_eq!(words(&file), ["抬头 10-20 at 15", "甲 10-15 at 25", "抬头 10-20 at 15", "章 50-55 at 55"]);
}

/// The file again with one part changed.
fn with_part(file: &[u8], name: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    use std::io::Read;
    let mut archive = ::zip::ZipArchive::new(std::io::Cursor::new(file)).unwrap();
    let parts: Vec<(String, Vec<u8>)> = (0..archive.len())
        .map(|index| {
            let mut part = archive.by_index(index).unwrap();
            let mut text = String::new();
            part.read_to_string(&mut text).unwrap();
            let part_name = part.name().unwrap().into_owned();
            let text = if part_name == name { change(text) } else { text };
            (part_name, text.into_bytes())
        })
        .collect();
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, text)| (name.as_str(), text.as_slice())).collect();
    zip(&parts)
}

#[test]
fn facts_say_what_made_it_and_fonts_are_named() {
    let file = file(&[&text(10.0, 10.0, "", "", "甲")], "", &[]);
    let (document, pages) = pages(&file);
    assert_eq!(document.media_type, MediaType::Ofd);
    assert_eq!(document.page_count, Some(1));
    assert_eq!(document.facts.producer.as_deref(), Some("Example Reader 2.1"));
    assert_eq!(document.facts.created.as_deref(), Some("2026-03-01"));
    assert_eq!(document.facts.fonts, [Text::from("宋体"), Text::from("黑体")]);
    assert_eq!(pages[0].words[0].font, 1);
    assert!((pages[0].width - 595.276).abs() < 0.01 && (pages[0].height - 396.85).abs() < 0.01);
    let custom = with_part(&file, "OFD.xml", |text| {
        text.replace("</ofd:DocInfo>", "<ofd:CustomDatas><ofd:CustomData Name=\"Producer\">Example Bank</ofd:CustomData></ofd:CustomDatas></ofd:DocInfo>")
    });
    assert_eq!(
        crate::read(&custom, &[], &Limits::default(), None).unwrap().facts.producer.as_deref(),
        Some("Example Bank")
    );
}

fn problems(document: &Document) -> Vec<&'static str> {
    document.problems.iter().map(|problem| problem.code.as_str()).collect()
}

#[test]
fn what_is_damaged_is_told_and_the_rest_is_there() {
    let whole = file(&[&text(10.0, 10.0, "", "", "甲"), &text(10.0, 10.0, "", "", "乙")], "", &[]);
    let cut = with_part(&whole, "Doc_0/Pages/Page_0/Content.xml", |text| text[..text.len() - 30].to_owned());
    assert_eq!(words(&cut), ["甲 10-15 at 15", "乙 10-15 at 15"]);
    assert_eq!(problems(&pages(&cut).0), ["unreadable_page"]);
    let missing = with_part(&whole, "Doc_0/Document.xml", |text| text.replace("Page_1/", "Page_7/"));
    assert_eq!(problems(&pages(&missing).0), ["unreadable_page"]);
    assert_eq!(pages(&missing).1.len(), 2);
    let picture = "<ofd:ImageObject ID=\"1\" Boundary=\"0 0 210 140\" ResourceID=\"5\"/>";
    assert_eq!(problems(&pages(&file(&[picture], "", &[])).0), ["unreadable_page"]);
}

#[test]
fn what_cannot_be_read_is_refused() {
    let refused = |file: &[u8]| crate::read(file, &[], &Limits::default(), None).unwrap_err().to_string();
    assert_eq!(refused(&file(&[""], "", &[])), "the file is empty");
    assert_eq!(refused(&zip(&[("OFD.xml", b"<ofd:OFD/>")])), "the application/ofd is damaged: no page is left of it");
    let sealed = file(&[""], "", &[("Encryptions.xml", "<x/>")]);
    assert_eq!(refused(&sealed), "a password is needed to open the application/ofd");
    assert!(matches!(crate::read(&sealed, &["1"], &Limits::default(), None), Err(ReadError::Unsupported { .. })));
}

#[test]
fn hostile_documents_are_bounded() {
    let refused = |file: &[u8], limits: &Limits| crate::read(file, &[], limits, None).unwrap_err().to_string();
    let limits = Limits::default();
    let one = file(&[&text(10.0, 10.0, "", "", "甲")], "", &[]);
    // One page listed often; a template with much in it drawn on each.
    let repeated = |times: usize, file: &[u8]| {
        with_part(file, "Doc_0/Document.xml", |text| {
            text.replace(
                "<ofd:Pages>",
                &format!("<ofd:Pages>{}", "<ofd:Page ID=\"1\" BaseLoc=\"Pages/Page_0/Content.xml\"/>".repeat(times)),
            )
        })
    };
    assert_eq!(refused(&repeated(1_200, &one), &limits), "too many pages: 1201, at most 1200");
    let small = Limits { operators: 10_000, glyphs: 1_000, unpacked_bytes: 100_000, ..Limits::default() };
    assert!(refused(&repeated(1_000, &one), &small).contains("unpacks to more"));
    let full = file(&[&text(10.0, 10.0, "", "", &"甲".repeat(1_001))], "", &[]);
    assert_eq!(refused(&full, &small), "more work than allowed: glyphs");
    let paths = "<ofd:PathObject Boundary=\"0 0 9 9\"><ofd:AbbreviatedData>".to_owned()
        + &"M 0 0 L 9 9 ".repeat(6_000)
        + "</ofd:AbbreviatedData></ofd:PathObject>";
    assert_eq!(refused(&file(&[&paths], "", &[]), &small), "more work than allowed: drawing objects");
    // A composite that holds itself.
    let units = format!(
        "<ofd:Res {SPACE}><ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID=\"7\"><ofd:Content>{}</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits></ofd:Res>",
        "<ofd:CompositeObject ResourceID=\"7\"/>".repeat(10)
    );
    let common = "<ofd:DocumentRes>R.xml</ofd:DocumentRes>";
    let circle = file(&["<ofd:CompositeObject ResourceID=\"7\"/>"], common, &[("Doc_0/R.xml", &units)]);
    assert_eq!(refused(&circle, &small), "more work than allowed: drawing objects");
    let mut huge = text(10.0, 10.0, "", "DeltaX=\"1e38 NaN inf\"", "甲乙丙丁");
    huge += "<ofd:TextObject Boundary=\"1e38 -1e38 1 1\" CTM=\"1e38 1e38 1e38 1e38 1e38 1e38\" Size=\"1e38\"><ofd:TextCode X=\"1e38\" Y=\"0\">x</ofd:TextCode></ofd:TextObject>";
    assert_eq!(words(&file(&[&huge], "", &[])), ["甲 10-15 at 15"]);
}

#[test]
fn a_page_is_drawn_with_its_figures_at_their_places() {
    let layer =
        text(20.0, 30.0, "", "DeltaX=\"g 7 2.5\"", "1,312.00") + &text(20.0, 60.0, "", "DeltaX=\"g 1 5\"", "工资");
    let bytes = file(&[&layer], "", &[]);
    let drawn = crate::view::page(&bytes, &[], &Limits::default(), 1).unwrap();
    let (width, height) = drawn.dimensions();
    // The page is 210 by 140 mm; the places in fractions of it.
    let dark = |x0: f32, y0: f32, x1: f32, y1: f32| {
        let at = |share: f32, side: u32| (share * side as f32) as u32;
        let rows = at(y0 / 140.0, height)..at(y1 / 140.0, height);
        rows.flat_map(|y| (at(x0 / 210.0, width)..at(x1 / 210.0, width)).map(move |x| (x, y)))
            .filter(|(x, y)| drawn.get_pixel(*x, *y).0[0] < 200)
            .count()
    };
    assert!(dark(20.0, 30.0, 40.0, 36.0) > 100, "the figure");
    assert!(dark(20.0, 60.0, 30.0, 66.0) > 20, "frames for Chinese");
    assert_eq!(dark(100.0, 80.0, 200.0, 130.0), 0, "paper");
    assert!(crate::view::page(&bytes, &[], &Limits::default(), 2).is_none());
}
