//! 农业银行: the PDF "中国农业银行账户活期交易明细清单".
//!
//! Its font maps common characters to Kangxi radicals, so a text reader sees `⼈⺠币` for 人民币. On later
//! pages the table header is drawn last, and the closing sentence is drawn twice.

use crate::MakeError;
use crate::pdf::{A4, Align, Font, FontId, Info, Pdf};
use crate::rows::{BankRow, BankStatement};
use crate::text::{compact, signed};

const SIZE: f32 = 5.4015;
const META_SIZE: f32 = 8.4;
const TITLE_SIZE: f32 = 9.6;
/// Left edges: date, time, type, amount, balance, counterparty, log number, channel, remark.
const COLUMNS: [f32; 9] = [47.7, 93.9, 135.3, 176.7, 218.2, 259.6, 317.2, 358.6, 400.6];
const HEADER: [&str; 9] =
    ["交易日期", "交易时间", "交易摘要", "交易金额", "本次余额", "对手信息", "日 志 号", "交易渠道", "交易附言"];
const COUNTERPARTY_WIDTH: f32 = 57.0;
const REMARK_WIDTH: f32 = 147.0;
/// Upper edge of the first row: under the header of page 1, and on later pages.
const FIRST_TOP: f32 = 712.67;
const LATER_TOP: f32 = 791.89;
const FIRST_HEADER: f32 = 721.67;
const LATER_HEADER: f32 = 802.7;
const ROW_HEIGHT: f32 = 15.6;
/// A row of two lines; each further line adds its pitch.
const WRAPPED_HEIGHT: f32 = 18.0;
const LINE_PITCH: f32 = 8.4;
const FLOOR: f32 = 40.0;
const CLOSING: &str = "该交易明细因不可预测的非人控技术原因可能导致数据缺失，明细内容仅供参考。";

/// How the radicals come about; text readers find the same characters either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typeface {
    /// A font that every viewer with Chinese support can show, its ToUnicode map speaking of radicals.
    Readable,
    /// A subset by glyph numbers, as the bank's own files refer to theirs, but without the glyphs: viewers
    /// may show boxes.
    Subset,
}

/// The PDF, oldest row first.
///
/// # Errors
/// [`MakeError`] when the PDF writer refuses.
pub fn pdf(statement: &BankStatement, typeface: Typeface) -> Result<Vec<u8>, MakeError> {
    let mut pdf = Pdf::new(Info {
        title: "中国农业银行账户活期交易明细清单",
        producer: "iText 2.1.7 by 1T3XT",
        creator: "Apache POI",
        made: statement.printed,
    });
    let font = pdf.font(match typeface {
        Typeface::Readable => Font::Predefined { map: "UniGB-UCS2-H", advance, read_as: Some(radical) },
        Typeface::Subset => Font::Subset { name: "QWERTY+SourceHanSansCN-Regular", advance },
    });
    let print = Print { font, typeface };
    let mut pages: Vec<Vec<Placed>> = vec![Vec::new()];
    let mut top = FIRST_TOP;
    for row in &statement.rows {
        let cells = cells(&pdf, print, row);
        let lines = cells.iter().map(Vec::len).max().unwrap_or(1);
        let height = if lines <= 1 { ROW_HEIGHT } else { WRAPPED_HEIGHT + lines.saturating_sub(2) as f32 * LINE_PITCH };
        if top - height < FLOOR {
            pages.push(Vec::new());
            top = LATER_TOP;
        }
        if let Some(page) = pages.last_mut() {
            page.push(Placed { center: top - height / 2.0, cells });
        }
        top -= height;
    }
    // The closing sentence needs its own room under the last row.
    if top < FLOOR + 30.0 {
        pages.push(Vec::new());
        top = LATER_TOP;
    }
    let count = pages.len();
    for (index, page) in pages.iter().enumerate() {
        pdf.page(A4);
        if index + 1 == count {
            for x in [46.5, 46.2] {
                pdf.text(print.font, TITLE_SIZE, x, top - 17.4, &print.text(CLOSING));
            }
        }
        if index == 0 {
            title_block(&mut pdf, print, statement);
            table_header(&mut pdf, print, FIRST_HEADER);
        }
        for row in page {
            draw_row(&mut pdf, print, row);
        }
        if index > 0 {
            table_header(&mut pdf, print, LATER_HEADER);
        }
        let number = print.text(&format!("第{}页，共{count}页", index + 1));
        pdf.aligned(print.font, META_SIZE, (Align::Center, 297.5), 24.0, &number);
    }
    pdf.finish(None)
}

/// The font, and what must be put into it.
#[derive(Clone, Copy)]
struct Print {
    font: FontId,
    typeface: Typeface,
}

impl Print {
    /// A subset's glyphs are named by what they read as.
    fn text(self, text: &str) -> String {
        match self.typeface {
            Typeface::Readable => text.to_owned(),
            Typeface::Subset => text.chars().map(radical).collect(),
        }
    }
}

struct Placed {
    center: f32,
    cells: [Vec<String>; 9],
}

fn cells(pdf: &Pdf, print: Print, row: &BankRow) -> [Vec<String>; 9] {
    let one = |text: &str| vec![print.text(text)];
    let other = match (row.counterparty.as_str(), row.counterparty_account.as_str()) {
        ("", "") => "--",
        ("", account) => account,
        (name, _) => name,
    };
    let time = row.time;
    let clock = format!("{:02}{:02}{:02}", time.hour(), time.minute(), time.second());
    [
        one(&compact(time.date())),
        if row.timed { one(&clock) } else { Vec::new() },
        one(&row.description),
        one(&signed(row.amount)),
        one(&row.balance.to_string()),
        pdf.wrap(print.font, SIZE, COUNTERPARTY_WIDTH, &print.text(other)),
        one(&row.log_number),
        one(&row.channel),
        pdf.wrap(print.font, SIZE, REMARK_WIDTH, &print.text(&row.remark)),
    ]
}

fn draw_row(pdf: &mut Pdf, print: Print, row: &Placed) {
    for (x, lines) in COLUMNS.into_iter().zip(&row.cells) {
        let first = row.center + lines.len().saturating_sub(1) as f32 * LINE_PITCH / 2.0;
        for (index, line) in lines.iter().enumerate() {
            pdf.text(print.font, SIZE, x, first - index as f32 * LINE_PITCH, line);
        }
    }
}

fn table_header(pdf: &mut Pdf, print: Print, y: f32) {
    for (x, name) in COLUMNS.into_iter().zip(HEADER) {
        pdf.text(print.font, SIZE, x, y, &print.text(name));
    }
}

fn title_block(pdf: &mut Pdf, print: Print, statement: &BankStatement) {
    pdf.text(print.font, TITLE_SIZE, 220.6, 784.09, &print.text("中国农业银行账户活期交易明细清单"));
    let left = [
        (770.89, format!("户名：{}", statement.holder.name)),
        (756.48, "币种：人民币".to_owned()),
        (742.08, format!("起止日期：{}-{}", compact(statement.window.from), compact(statement.window.to))),
    ];
    let right = [
        (770.89, format!("账户：{}", statement.account)),
        (756.48, "钞汇标识：本币".to_owned()),
        (742.08, format!("电子流水号：{}", statement.code)),
    ];
    for (y, text) in &left {
        pdf.text(print.font, META_SIZE, 46.5, *y, &print.text(text));
    }
    for (y, text) in &right {
        pdf.aligned(print.font, META_SIZE, (Align::Right, 548.2), *y, &print.text(text));
    }
}

/// Thousandths of an em, measured on the bank's pages.
fn advance(character: char) -> u16 {
    match character {
        '0'..='9' => 538,
        '+' => 647,
        '-' => 410,
        '.' | ',' | ':' => 250,
        ' ' => 257,
        'A'..='Z' => 630,
        'a'..='z' => 540,
        _ if character.is_ascii() => 540,
        _ => 998,
    }
}

/// The characters that the bank's font maps to radicals, and the radicals.
const RADICALS: [(char, char); 28] = [
    ('行', '⾏'),
    ('户', '⼾'),
    ('人', '⼈'),
    ('民', '⺠'),
    ('止', '⽌'),
    ('日', '⽇'),
    ('子', '⼦'),
    ('水', '⽔'),
    ('金', '⾦'),
    ('手', '⼿'),
    ('言', '⾔'),
    ('网', '⽹'),
    ('支', '⽀'),
    ('一', '⼀'),
    ('心', '⼼'),
    ('非', '⾮'),
    ('二', '⼆'),
    ('长', '⻓'),
    ('门', '⻔'),
    ('车', '⻋'),
    ('见', '⻅'),
    ('页', '⻚'),
    ('风', '⻛'),
    ('马', '⻢'),
    ('鱼', '⻥'),
    ('青', '⻘'),
    ('食', '⻝'),
    ('西', '⻄'),
];

fn radical(character: char) -> char {
    RADICALS.iter().find(|(plain, _)| *plain == character).map_or(character, |(_, radical)| *radical)
}

/// `中国农业银行账户活期交易明细清单20260903.pdf`.
#[must_use]
pub fn pdf_file_name(statement: &BankStatement) -> String {
    format!("中国农业银行账户活期交易明细清单{}.pdf", compact(statement.printed.date()))
}
