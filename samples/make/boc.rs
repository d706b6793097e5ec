//! 中国银行: the PDF "中国银行交易流水明细清单", landscape, newest first, totals at the head of every page.

use crate::MakeError;
use crate::pdf::{A4_LANDSCAPE, Align, Font, FontId, Info, Pdf};
use crate::rows::{BankRow, BankStatement, bank_totals};
use crate::text::{clock, compact, dashed, grouped, tail};

const PAGE_HEIGHT: f32 = 595.0;
const SIZE: f32 = 7.0;
const HEADER_SIZE: f32 = 9.0;
/// Edges of the twelve columns; the amount ends at 269 and the balance at 335.
const EDGES: [f32; 13] = [6.0, 70.0, 130.0, 190.0, 272.0, 338.0, 402.0, 474.0, 547.0, 612.0, 686.0, 760.0, 836.0];
const AMOUNT_RIGHT: f32 = 269.0;
const BALANCE_RIGHT: f32 = 335.0;
const HEADER: [&str; 12] = [
    "记账日期",
    "记账时间",
    "币别",
    "金额",
    "余额",
    "交易名称",
    "渠道",
    "网点名称",
    "附言",
    "对方账户名",
    "对方卡号/账号",
    "对方开户行",
];
/// The table box, measured from the top of the page.
const BOX_TOP: f32 = 125.0;
const BOX_BOTTOM: f32 = 420.0;
const ROW_PITCH: f32 = 18.0;
/// Wraps hang below the row's first line by this much.
const LINE_PITCH: f32 = 8.0;
const FIRST_ROW: f32 = BOX_TOP + ROW_PITCH;
/// The first line's baseline, below the row's upper edge.
const BASELINE: f32 = 11.0;
const LONG_DASH: &str = "-------------------";
const SHORT_DASH: &str = "----------";

/// The PDF, encrypted when there is a password.
///
/// # Errors
/// [`MakeError`] when the PDF writer refuses.
pub fn pdf(statement: &BankStatement, password: Option<&str>) -> Result<Vec<u8>, MakeError> {
    let mut pdf = Pdf::new(Info {
        title: "中国银行交易流水明细清单",
        producer: "iText 2.0.8 (by lowagie.com)",
        creator: "JasperReports (BOCTransDetail)",
        made: statement.printed,
    });
    let font = pdf.font(Font::SONG_UTF16);
    let newest: Vec<&BankRow> = statement.rows.iter().rev().collect();
    let mut pages: Vec<Vec<Placed>> = vec![Vec::new()];
    let mut top = FIRST_ROW;
    for row in newest {
        let cells = cells(&pdf, font, row);
        let lines = cells.iter().map(Vec::len).max().unwrap_or(1);
        // Two lines fit into the pitch; a third pushes the next row down.
        let height = ROW_PITCH.max(lines as f32 * LINE_PITCH + 2.0);
        if top + height > BOX_BOTTOM {
            pages.push(Vec::new());
            top = FIRST_ROW;
        }
        if let Some(page) = pages.last_mut() {
            page.push(Placed { top, cells });
        }
        top += height;
    }
    let count = pages.len();
    let mut counted: Vec<&BankRow> = statement.counted_rows().iter().rev().collect();
    for (index, page) in pages.iter().enumerate() {
        pdf.page(A4_LANDSCAPE);
        // On an edited paper the page's figures are those of the rows that stood there before.
        let last = index + 1 == count;
        let own = counted.len().min(if last { counted.len() } else { page.len() });
        let own: Vec<BankRow> = counted.drain(..own).cloned().collect();
        heading(&mut pdf, font, statement, &own, (index + 1, count));
        for row in page {
            draw_row(&mut pdf, font, row);
        }
        footer(&mut pdf, font, (index + 1, count));
    }
    pdf.finish(password)
}

struct Placed {
    /// The row's upper edge, from the top of the page.
    top: f32,
    cells: [Vec<String>; 12],
}

fn or_dash(text: &str, dash: &'static str) -> String {
    if text.is_empty() { dash.to_owned() } else { text.to_owned() }
}

fn cells(pdf: &Pdf, font: FontId, row: &BankRow) -> [Vec<String>; 12] {
    let texts = [
        dashed(row.time.date()),
        clock(row.time),
        "人民币".to_owned(),
        grouped(row.amount),
        grouped(row.balance),
        row.description.clone(),
        or_dash(&row.channel, SHORT_DASH),
        or_dash(&row.place, LONG_DASH),
        or_dash(&row.remark, SHORT_DASH),
        or_dash(&row.counterparty, LONG_DASH),
        or_dash(&masked(&row.counterparty_account), LONG_DASH),
        LONG_DASH.to_owned(),
    ];
    let mut index = 0;
    texts.map(|text| {
        let (left, right) = bounds(index);
        index += 1;
        pdf.wrap(font, SIZE, right - left - 0.5, &text)
    })
}

fn bounds(column: usize) -> (f32, f32) {
    let edge = |index: usize| EDGES.get(index).copied().unwrap_or(836.0);
    (edge(column), edge(column + 1))
}

/// `6217850012345678` → `6217******5678`.
fn masked(number: &str) -> String {
    let count = number.chars().count();
    if count < 12 || number.contains('*') {
        return number.to_owned();
    }
    format!("{}******{}", number.chars().take(4).collect::<String>(), tail(number))
}

fn draw_row(pdf: &mut Pdf, font: FontId, row: &Placed) {
    let y = PAGE_HEIGHT - row.top - BASELINE;
    let single = |column: usize| row.cells.get(column).and_then(|lines| lines.first()).map_or("", String::as_str);
    // Where the branch is a filler and a remark follows, the bank writes both (and the name behind them) as
    // one string.
    let joined = single(7) == LONG_DASH && single(8) != SHORT_DASH;
    for (column, lines) in row.cells.iter().enumerate() {
        for (index, line) in lines.iter().enumerate() {
            if joined && index == 0 && (7..=9).contains(&column) {
                continue;
            }
            let x = left_edge(pdf, font, column, line);
            pdf.text(font, SIZE, x, y - index as f32 * LINE_PITCH, line);
        }
    }
    if joined {
        let pieces: Vec<(f32, &str)> =
            (7..=9).map(|column| (left_edge(pdf, font, column, single(column)), single(column))).collect();
        pdf.joined(font, SIZE, y, &pieces);
    }
}

fn left_edge(pdf: &Pdf, font: FontId, column: usize, text: &str) -> f32 {
    let width = pdf.width(font, SIZE, text);
    match column {
        3 => AMOUNT_RIGHT - width,
        4 => BALANCE_RIGHT - width,
        _ => {
            let (left, right) = bounds(column);
            f32::midpoint(left, right) - width / 2.0
        }
    }
}

fn heading(pdf: &mut Pdf, font: FontId, statement: &BankStatement, counted: &[BankRow], (page, pages): (usize, usize)) {
    let (credit, debit) = bank_totals(counted);
    pdf.aligned(font, 14.0, (Align::Center, 421.0), PAGE_HEIGHT - 42.0, "中国银行交易流水明细清单");
    let printed = statement.printed;
    let lines = [
        [
            format!("交易区间： {} 至 {}", dashed(statement.window.from), dashed(statement.window.to)),
            format!("客户姓名： {}", statement.holder.name),
            format!("打印时间： {:04}/{:02}/{:02} {}", printed.year(), printed.month(), printed.day(), clock(printed)),
            format!("页数: {page} / {pages}"),
        ],
        [
            format!("借记卡号： {}", masked(&statement.account)),
            format!("借方发生数： {}", grouped(debit.sum)),
            format!("贷方发生数： {}", grouped(credit.sum)),
            format!("行数: {}", counted.len()),
        ],
        [
            format!("账号： {}", masked(&statement.code)),
            "按收支筛选： 全部".to_owned(),
            "按币种筛选： 全部".to_owned(),
            String::new(),
        ],
    ];
    let mut y = 72.0;
    for line in &lines {
        for (x, text) in [16.0, 260.0, 480.0, 720.0].into_iter().zip(line) {
            pdf.text(font, HEADER_SIZE, x, PAGE_HEIGHT - y, text);
        }
        y += 18.0;
    }
    for ruled in [BOX_TOP, BOX_TOP + ROW_PITCH, BOX_BOTTOM] {
        pdf.line(0.5, (0.0, PAGE_HEIGHT - ruled), (842.0, PAGE_HEIGHT - ruled));
    }
    for (column, name) in HEADER.into_iter().enumerate() {
        let (left, right) = bounds(column);
        let middle = f32::midpoint(left, right);
        pdf.aligned(font, HEADER_SIZE, (Align::Center, middle), PAGE_HEIGHT - BOX_TOP - 12.5, name);
    }
}

fn footer(pdf: &mut Pdf, font: FontId, (page, pages): (usize, usize)) {
    let mut y = 440.0;
    for text in [
        "温馨提示:",
        "1.本明细清单仅供参考，如需加盖业务章的纸质明细，请前往我行网点办理。",
        "2.如对交易有疑问，请致电中国银行客户服务热线95566。",
    ] {
        pdf.text(font, SIZE, 16.0, PAGE_HEIGHT - y, text);
        y += 12.0;
    }
    let number = format!("第 {page} 页/共 {pages} 页");
    pdf.aligned(font, SIZE, (Align::Center, 421.0), 36.0, &number);
    if page == pages {
        let end = "--------------------END--------------------";
        pdf.aligned(font, SIZE, (Align::Center, 421.0), PAGE_HEIGHT - 500.0, end);
    }
}

/// `交易流水明细` and fourteen digits.
#[must_use]
pub fn pdf_file_name(statement: &BankStatement) -> String {
    let at = statement.printed;
    format!("交易流水明细{}{:02}{:02}{:02}.pdf", compact(at.date()), at.hour(), at.minute(), at.second())
}
