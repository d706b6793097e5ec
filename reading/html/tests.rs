use encoding_rs::GB18030;

use super::*;
use crate::test_files::rows;
use crate::{Kind, sniff};

/// `text` or `table 1`, then each row.
fn shown(page: &str) -> Vec<String> {
    show(page.as_bytes())
}

fn show(page: &[u8]) -> Vec<String> {
    let document = read(page, &Limits::default()).unwrap();
    let Content::Sheets(sheets) = document.content.clone() else { panic!("sheets were expected") };
    sheets
        .into_iter()
        .flat_map(|sheet| {
            let SheetOrigin::Workbook { name } = sheet.origin.clone() else { panic!("a name was expected") };
            let one = Document { content: Content::Sheets(vec![sheet]), ..document.clone() };
            std::iter::once(name.to_string()).chain(rows(&one).into_iter().map(|row| row.replace("t ", " ")))
        })
        .collect()
}

#[test]
fn a_table_is_a_grid_and_what_is_around_it_is_text() {
    let page = "<html><head><title>对账单</title><style>td{}</style></head><body><p>尊敬的 <b>张三</b>：<br>您好
        <table border=1><caption>明细</caption><tr><th>日期<th>金额<tr><td>2024-01-02<td>  1,280.00
        元&nbsp;<tr><td><br>&nbsp;<td>x</table>合计 1 &amp; 2</body></html>";
    assert_eq!(
        shown(page),
        [
            "text",
            "1: 1 对账单",
            "2: 1 尊敬的 张三：",
            "3: 1 您好",
            "4: 1 明细",
            "5: 1 合计 1 & 2",
            "table 1",
            "1: 1 日期|2 金额",
            "2: 1 2024-01-02|2 1,280.00 元",
            "3: 2 x"
        ]
    );
}

#[test]
fn spans_keep_columns_in_line() {
    let page = "<table><tr><td rowspan=2>a<td colspan=2>b<td>c<tr><td>d<td>e<td>f<tr><td colspan=1000000>g
        <tr><td>h<td>i<td rowspan=0>j<td>k<tr><td>l<td>m<td>n</table>";
    assert_eq!(
        shown(page),
        ["table 1", "1: 1 a|2 b|4 c", "2: 2 d|3 e|4 f", "3: 1 g", "4: 1 h|2 i|3 j|4 k", "5: 1 l|2 m|4 n"]
    );
}

#[test]
fn hidden_cells_and_text_are_left_out() {
    let page = "<div style='display: NONE'>secret</div><table><tr><td>a<td style='display:none'>x<td>b
        <tr hidden><td>y<td>z<tr><td>c<td>d</table><script>document.write('<td>')</script>";
    assert_eq!(shown(page), ["table 1", "1: 1 a|2 b", "2: 1 c|2 d"]);
}

/// A frame of one column; each row of the list a table in a table, each cell a table again (CMB's mail).
#[test]
fn a_row_that_is_a_table_of_tables_is_one_row() {
    let cell =
        |text: &str| format!("<td><table><tbody><tr><td><div><font>{text}</font></div></td></tr></tbody></table></td>");
    let line = |cells: &[&str]| {
        let cells: String = cells.iter().map(|text| cell(text)).collect();
        format!(
            "<tr><td><span id=fixBand15><table><tr><td><table><tr>{cells}</tr></table></td></tr></table></span></td></tr>"
        )
    };
    let head = line(&["", "交易日", "记账日", "交易摘要", "人民币金额"]);
    let rows: String =
        [line(&["", "", "0305", "掌上生活还款", "¥ -517.50"]), line(&["", "0416", "0418", "某商户", "¥ 52.77"])]
            .concat();
    let page = format!(
        "<html><body><table><tr><td>招商银行信用卡电子账单</td></tr>
        <tr><td><table><tr><td>账单日</td><td>2024/04/20</td></tr></table></td></tr>
        <tr><td><table>{head}</table></td></tr>
        <tr><td><span id=loopBand2><table><tbody>{rows}</tbody></table></span></td></tr>
        <tr><td>谢谢</td></tr></table></body></html>"
    );
    assert_eq!(
        shown(&page),
        [
            "text",
            "1: 1 招商银行信用卡电子账单",
            "2: 1 账单日|2 2024/04/20",
            "3: 1 谢谢",
            "table 1",
            "1: 2 交易日|3 记账日|4 交易摘要|5 人民币金额",
            "2: 3 0305|4 掌上生活还款|5 ¥ -517.50",
            "3: 2 0416|3 0418|4 某商户|5 ¥ 52.77"
        ]
    );
}

#[test]
fn two_tables_of_one_id_stay_two_with_their_headings() {
    let table = |rows: &str| {
        format!(
            "<table id='table3'><tr><td>交易日期<td>交易说明<td>入账币种/金额<tr><td colspan=3>主卡 卡号末四位 0000{rows}</table>"
        )
    };
    let page = format!(
        "<table width=700><tr><td><p>以下是您的还款明细</p>{}<p>以下是您的消费明细</p>{}</td></tr></table>",
        table("<tr><td>2024/01/02<td>还款<td>CNY 12.00"),
        table("<tr><td>2024/01/03<td>消费 某店<td>CNY 3.00")
    );
    assert_eq!(
        shown(&page),
        [
            "text",
            "1: 1 以下是您的还款明细",
            "2: 1 以下是您的消费明细",
            "table 1",
            "1: 1 交易日期|2 交易说明|3 入账币种/金额",
            "2: 1 主卡 卡号末四位 0000",
            "3: 1 2024/01/02|2 还款|3 CNY 12.00",
            "table 2",
            "1: 1 交易日期|2 交易说明|3 入账币种/金额",
            "2: 1 主卡 卡号末四位 0000",
            "3: 1 2024/01/03|2 消费 某店|3 CNY 3.00"
        ]
    );
}

/// Which card, which side of the account: often only the lines above say so.
#[test]
fn a_table_knows_the_lines_above_it() {
    let table = "<table><tr><td>a<td>b<tr><td>c<td>d</table>";
    let document =
        read(format!("<p>还款明细</p>{table}{table}<p>消费<p>明细</p>{table}").as_bytes(), &Limits::default());
    let Content::Sheets(sheets) = document.unwrap().content else { panic!("sheets were expected") };
    assert_eq!(sheets.iter().map(|sheet| sheet.lead.as_str()).collect::<Vec<_>>(), ["", "还款明细", "", "消费\n明细"]);
}

#[test]
fn lines_between_rows_that_are_tables_are_rows() {
    let row = |a: &str, b: &str| format!("<tr><td><table><tr><td>{a}<td>{b}</table>");
    let page = format!(
        "<table><tr><td>明细{}<tr><td>【消费】{}{}<tr><td>完</table>",
        row("日期", "金额"),
        row("01/02", "1.00"),
        row("01/03", "2.00")
    );
    assert_eq!(
        shown(&page),
        [
            "text",
            "1: 1 明细",
            "2: 1 完",
            "table 1",
            "1: 1 日期|2 金额",
            "2: 1 【消费】",
            "3: 1 01/02|2 1.00",
            "4: 1 01/03|2 2.00"
        ]
    );
}

#[test]
fn a_cell_of_several_columns_widens_its_column() {
    let inner = "<table><tr><td>CNY<td>12.00</table>";
    let page = format!("<table><tr><td>日期<td>金额<td>余额<tr><td>01/02<td>{inner}<td>88.00</table>");
    assert_eq!(shown(&page), ["table 1", "1: 1 日期|2 金额|4 余额", "2: 1 01/02|2 CNY|3 12.00|4 88.00"]);
}

#[test]
fn encodings_are_those_of_the_page() {
    let page = "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=gb2312\"><p>账单周期</p>";
    let (gb, ..) = GB18030.encode(page);
    assert_eq!(sniff(&gb), Kind::Html);
    assert_eq!(show(&gb), ["text", "1: 1 账单周期"]);
    // Saved as UTF-8 since; no word of its encoding; a wrong word.
    assert_eq!(shown(page), ["text", "1: 1 账单周期"]);
    assert_eq!(show(&GB18030.encode("<p>账单周期</p>").0), ["text", "1: 1 账单周期"]);
    assert_eq!(show(&GB18030.encode("<meta charset=\"utf-8\"><p>账单周期</p>").0), ["text", "1: 1 账单周期"]);
    assert_eq!(show(b"<meta charset=iso-8859-1><p>caf\xE9</p>"), ["text", "1: 1 caf\u{e9}"]);
    let wide: Vec<u8> = "\u{FEFF}<html><p>账单周期</p>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(sniff(&wide), Kind::Html);
    assert_eq!(show(&wide), ["text", "1: 1 账单周期"]);
}

#[test]
fn preformatted_text_keeps_its_lines() {
    assert_eq!(shown("<pre>a  b\nc</pre>d"), ["text", "1: 1 a b", "2: 1 c", "3: 1 d"]);
}

#[test]
fn a_page_without_text_is_empty() {
    for page in ["<html></html>", "<script>x</script>", "<table><tr><td>&nbsp;</table>", "<!--"] {
        assert!(matches!(read(page.as_bytes(), &Limits::default()), Err(ReadError::Empty)), "{page}");
    }
}

#[test]
fn damage_is_told_in_its_place() {
    let mut page = "<p>尊敬的客户您好欢迎使用电子账单，以下是您本期的全部交易明细，请您核对</p><table><tr><td>日期<td>金额<tr><td>一月<td>二月</table>".as_bytes().to_vec();
    let at = memmem::find(&page, "二".as_bytes()).unwrap();
    page[at] = 0xFF;
    let document = read(&page, &Limits::default()).unwrap();
    assert_eq!(crate::test_files::problems(&document), ["unreadable_cell at 2:2"]);
}

fn refusal(page: &str, limits: &Limits) -> String {
    read(page.as_bytes(), limits).unwrap_err().to_string()
}

#[test]
fn hostile_pages_are_bounded() {
    let limits = Limits { cells: 100_000, rows: 10_000, ..Limits::default() };
    assert!(refusal(&"<div>".repeat(20_000), &limits).contains("512 deep"));
    assert!(refusal(&"<table><tr><td>".repeat(20_000), &limits).contains("512 deep"));
    assert!(refusal(&"<p>x".repeat(11_000), &limits).contains("more rows"));
    assert!(refusal(&format!("<table>{}</table>", "<tr><td>a<td>b".repeat(11_000)), &limits).contains("rows"));
    let wide = format!("<table><tr>{}</table>", "<td colspan=1000>x".repeat(100));
    assert!(refusal(&wide, &limits).contains("16384 columns"));
    let reaching = format!("<table>{}</table>", "<tr><td rowspan=60000>x<td>y".repeat(2_000));
    assert!(refusal(&reaching, &limits).contains("columns") || refusal(&reaching, &limits).contains("cells"));
}

/// What a parser takes time for that grows with the square of the page.
#[test]
fn hostile_pages_take_no_longer_than_others() {
    let attributes: String = (0..200_000).map(|number| format!(" a{number}=1")).collect();
    assert_eq!(shown(&format!("<p{attributes}>x")), ["text", "1: 1 x"]);
    let formats: String = (0..20_000).map(|number| format!("<font size={number}><p>x</p>")).collect();
    let _ = read(formats.as_bytes(), &Limits::default());
    let stray = format!("<table>{}", "<b>x</b>".repeat(100_000));
    assert_eq!(shown(&stray).len(), 2);
    let _ = read("<a><p>".repeat(50_000).as_bytes(), &Limits::default());
}
