//! Tables of banks that nobody described, written down as they look: a line of text is a line of the page, an ASCII
//! character one column wide and a Chinese one two. All of them show the same seven movements, so that a reading is
//! right or wrong at a glance, and none may be proven wrongly.

use model::document::{Content, Document, FileFacts, MediaType};
use model::page::{Page, PageBuilder, WordShape};
use model::proof::ProofStatus;
use model::sheet::{Cell, CellKind, Row as SheetRow, Sheet, SheetOrigin};
use model::statement::Parsed;

use crate::infer::{Effort, infer};
use crate::parse;

/// A movement: the day, what it was, the amount with its sign, and the balance after it.
struct Row {
    day: &'static str,
    clock: &'static str,
    text: &'static str,
    other: &'static str,
    amount: &'static str,
    balance: &'static str,
}

const OPENING: &str = "1,000.00";
const CLOSING: &str = "2,341.00";

const ROWS: [Row; 7] = [
    row("2024-01-03", "08:15:30", "工资", "蓝湾科技", "+5,000.00", "6,000.00"),
    row("2024-01-03", "12:30:02", "超市", "青禾便利店", "-123.45", "5,876.55"),
    row("2024-01-05", "09:00:00", "房租", "李某", "-2,500.00", "3,376.55"),
    row("2024-01-08", "19:44:10", "退款", "小满咖啡", "+30.00", "3,406.55"),
    row("2024-01-15", "10:01:59", "水费", "自来水公司", "-66.60", "3,339.95"),
    row("2024-02-02", "23:59:01", "转账", "王某", "-1,000.00", "2,339.95"),
    row("2024-02-10", "00:00:05", "利息", "本行", "+1.05", "2,341.00"),
];

const fn row(
    day: &'static str,
    clock: &'static str,
    text: &'static str,
    other: &'static str,
    amount: &'static str,
    balance: &'static str,
) -> Row {
    Row { day, clock, text, other, amount, balance }
}

impl Row {
    fn is_out(&self) -> bool {
        self.amount.starts_with('-')
    }

    /// The amount without its sign.
    fn size(&self) -> &'static str {
        &self.amount[1..]
    }

    fn minus(&self) -> &'static str {
        self.amount.trim_start_matches('+')
    }

    fn month(&self) -> u32 {
        self.day[5..7].parse().unwrap()
    }

    fn day_of_month(&self) -> u32 {
        self.day[8..].parse().unwrap()
    }

    fn either<'a>(&self, inflow: &'a str, out: &'a str) -> &'a str {
        if self.is_out() { out } else { inflow }
    }

    fn inflow(&self) -> &'static str {
        if self.is_out() { "" } else { self.size() }
    }

    fn out(&self) -> &'static str {
        if self.is_out() { self.size() } else { "" }
    }
}

fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// Texts from these columns on, one line.
fn at(cells: &[(usize, &str)]) -> String {
    let mut line = String::new();
    for (column, text) in cells {
        let gap = column.saturating_sub(width(&line));
        line.push_str(&" ".repeat(gap));
        line.push_str(text);
    }
    line
}

/// Texts that end at these columns, one line.
fn to(cells: &[(usize, &str)]) -> String {
    let places: Vec<(usize, &str)> = cells.iter().map(|(end, text)| (end - width(text), *text)).collect();
    at(&places)
}

fn each(line: impl Fn(&Row) -> String) -> String {
    ROWS.iter().map(|row| line(row) + "\n").collect()
}

const SIZE: f32 = 8.0;
const LEADING: f32 = 14.0;

/// A page for each part between lines of `====`.
fn printed(text: &str) -> Document {
    let pages: Vec<Page> = text.split("====\n").zip(1..).map(|(part, number)| page(number, part)).collect();
    Document {
        media_type: MediaType::Pdf,
        page_count: u32::try_from(pages.len()).ok(),
        content: Content::Pages(pages),
        facts: FileFacts::default(),
        problems: Vec::new(),
    }
}

fn page(number: u32, text: &str) -> Page {
    let mut page = PageBuilder::new(number, 842.0, 595.0);
    for (line, baseline) in text.lines().zip((1_u16..).map(|n| 20.0 + f32::from(n) * LEADING)) {
        let mut x = 20.0;
        for word in line.split(' ') {
            let mut edges = vec![x];
            for character in word.chars() {
                x += if character.is_ascii() { SIZE / 2.0 } else { SIZE };
                edges.push(x);
            }
            let shape = WordShape {
                top: baseline - 0.8 * SIZE,
                bottom: baseline + 0.2 * SIZE,
                baseline,
                font_size: SIZE,
                font: 0,
                upright: true,
                confidence: 1.0,
            };
            page.word(word, &edges, shape);
            x += SIZE / 2.0;
        }
    }
    page.finish()
}

/// A sheet whose cells are parted by `|`; a blank cell is none.
fn sheet(text: &str) -> Document {
    let mut sheet = Sheet::new(SheetOrigin::Workbook { name: "Sheet1".into() });
    for (line, number) in text.lines().zip(1..) {
        let cell_start = u32::try_from(sheet.cells.len()).unwrap();
        for (cell, column) in line.split('|').zip(1..).filter(|(cell, _)| !cell.is_empty()) {
            let start = u32::try_from(sheet.text.len()).unwrap();
            sheet.text.push_str(cell);
            let end = u32::try_from(sheet.text.len()).unwrap();
            sheet.cells.push(Cell { start, end, column, kind: CellKind::Text });
        }
        let cell_end = u32::try_from(sheet.cells.len()).unwrap();
        if cell_end > cell_start {
            sheet.rows.push(SheetRow { number, cell_start, cell_end });
        }
    }
    Document {
        media_type: MediaType::Xlsx,
        page_count: None,
        content: Content::Sheets(vec![sheet]),
        facts: FileFacts::default(),
        problems: Vec::new(),
    }
}

/// What is read, a line a row: the day, the amount, the balance; before them the proof.
fn shown(document: &Document) -> Vec<String> {
    let parsed = match parse(document) {
        Ok(parsed) => parsed,
        Err(why) => return vec![why.to_string()],
    };
    let mut lines = Vec::new();
    for statement in &parsed.statements {
        lines.push(format!("{} {}", parsed.parser.id, statement.proof.status.as_str()));
        for row in &statement.transactions {
            let day = row.time.map(|when| when.date.to_string()).unwrap_or_default();
            let balance = row.balance.map(|balance| balance.to_string()).unwrap_or_default();
            lines.push(format!("{day} {} {balance}", row.amount));
        }
    }
    lines
}

fn expected(newest_first: bool, with_balance: bool) -> Vec<String> {
    let mut lines: Vec<String> = ROWS
        .iter()
        .map(|row| {
            let balance = if with_balance { row.balance.replace(',', "") } else { String::new() };
            format!("{} {} {balance}", row.day, row.minus().replace(',', ""))
        })
        .collect();
    if newest_first {
        lines.reverse();
    }
    lines.insert(0, format!("generic {}", ProofStatus::Proven.as_str()));
    lines
}

#[track_caller]
fn check(document: &Document) {
    assert_eq!(shown(document), expected(false, true));
}

const HEADING: &str = "南塘村镇银行账户明细\n户名：陈某 账号：6200000000001234 起止日期：2024-01-01至2024-02-29\n";

// ---- days ----

fn dated(name: &str, day: impl Fn(&Row) -> String) -> Document {
    let rows = each(|row| at(&[(0, &day(row)), (18, row.text), (30, row.minus()), (48, row.balance)]));
    printed(&format!("{HEADING}{}\n{rows}", at(&[(0, name), (18, "摘要"), (30, "金额"), (48, "余额")])))
}

fn parts(row: &Row) -> (&str, &str, &str) {
    (&row.day[..4], &row.day[5..7], &row.day[8..])
}

#[test]
fn a_year_of_two_digits() {
    check(&dated("交易日", |row| row.day[2..].replace('-', "/")));
    check(&dated("交易日", |row| row.day[2..].replace('-', ".")));
    check(&dated("交易日", |row| row.day[2..].replace('-', "")));
}

#[test]
fn the_day_first() {
    check(&dated("Date", |row| {
        let (year, month, day) = parts(row);
        format!("{day}/{month}/{year}")
    }));
    check(&dated("Date", |row| {
        let (year, month, day) = parts(row);
        format!("{day}-{month}-{}", &year[2..])
    }));
}

#[test]
fn the_month_by_its_english_name() {
    let name = |row: &Row| ["Jan", "Feb"][row.month() as usize - 1];
    check(&dated("Date", |row| format!("{:02} {} 2024", row.day_of_month(), name(row))));
    check(&dated("Date", |row| format!("{:02}-{}-24", row.day_of_month(), name(row).to_uppercase())));
    check(&dated("Date", |row| format!("{} {}, 2024", name(row), row.day_of_month())));
}

#[test]
fn a_day_without_its_year() {
    check(&dated("日期", |row| format!("{}月{}日", row.month(), row.day_of_month())));
    check(&dated("日期", |row| row.day[5..].to_owned()));
    check(&dated("日期", |row| row.day[5..].replace('-', "")));
}

#[test]
fn year_month_and_day_in_columns_of_their_own() {
    let rows = each(|row| {
        let (year, month, day) = parts(row);
        at(&[(0, year), (8, month), (14, day), (20, row.text), (30, row.minus()), (48, row.balance)])
    });
    let names = at(&[(0, "年"), (8, "月"), (14, "日"), (20, "摘要"), (30, "金额"), (48, "余额")]);
    check(&printed(&format!("{HEADING}{names}\n{rows}")));
    let rows = each(|row| {
        let (_, month, day) = parts(row);
        format!("{month}|{day}|{}|{}|{}", row.text, row.minus(), row.balance)
    });
    check(&sheet(&format!("南塘村镇银行2024年账户明细\n月|日|摘要|金额|余额\n{rows}")));
}

#[test]
fn a_day_that_is_printed_once_for_all_its_rows() {
    let mut before = "";
    let rows: String = ROWS
        .iter()
        .map(|row| {
            let day = if row.day == before { "" } else { row.day };
            before = row.day;
            at(&[(0, day), (18, row.text), (30, row.minus()), (48, row.balance)]) + "\n"
        })
        .collect();
    let names = at(&[(0, "日期"), (18, "摘要"), (30, "金额"), (48, "余额")]);
    check(&printed(&format!("{HEADING}{names}\n{rows}")));
    let mut before = "";
    let rows: String = ROWS
        .iter()
        .map(|row| {
            let day = if row.day == before { "" } else { row.day };
            before = row.day;
            format!("{day}|{}|{}|{}\n", row.text, row.minus(), row.balance)
        })
        .collect();
    check(&sheet(&format!("日期|摘要|金额|余额\n{rows}")));
}

#[test]
fn a_day_that_heads_its_rows() {
    let mut before = "";
    let rows: String = ROWS
        .iter()
        .map(|row| {
            let (year, month, day) = parts(row);
            let head = if row.day == before { String::new() } else { format!("{year}年{month}月{day}日\n") };
            before = row.day;
            head + &at(&[(0, row.clock), (18, row.text), (30, row.minus()), (48, row.balance)]) + "\n"
        })
        .collect();
    let names = at(&[(0, "时间"), (18, "摘要"), (30, "金额"), (48, "余额")]);
    check(&printed(&format!("{HEADING}{names}\n{rows}")));
    let mut before = "";
    let rows: String = ROWS
        .iter()
        .map(|row| {
            let head = if row.day == before { String::new() } else { format!("{} 星期三\n", row.day) };
            before = row.day;
            head + &format!("{}|{}|{}|{}\n", row.clock, row.text, row.minus(), row.balance)
        })
        .collect();
    check(&sheet(&format!("时间|摘要|金额|余额\n{rows}")));
}

// ---- amounts ----

fn with_amounts(names: (&str, &str), amount: impl Fn(&Row) -> String, balance: impl Fn(&Row) -> String) -> Document {
    let rows = each(|row| at(&[(0, row.day), (14, row.text), (30, &amount(row)), (54, &balance(row))]));
    printed(&format!("{HEADING}{}\n{rows}", at(&[(0, "日期"), (14, "摘要"), (30, names.0), (54, names.1)])))
}

#[test]
fn a_mark_behind_the_amount() {
    let plain = |row: &Row| row.balance.to_owned();
    check(&with_amounts(("金额", "余额"), |row| row.size().to_owned() + row.either("CR", "DR"), plain));
    check(&with_amounts(("Amount", "Balance"), |row| row.size().to_owned() + row.either(" Cr", " Dr"), plain));
    check(&with_amounts(("金额", "余额"), |row| row.size().to_owned() + row.either("", "-"), plain));
    check(&with_amounts(("金额", "余额"), |row| row.size().to_owned() + row.either("+", "-"), plain));
    check(&with_amounts(("金额", "余额"), |row| row.size().to_owned() + row.either("(收)", "(支)"), plain));
    check(&with_amounts(("金额", "余额"), |row| row.size().to_owned() + row.either("贷", "借"), plain));
}

#[test]
fn a_mark_before_the_amount() {
    let plain = |row: &Row| row.balance.to_owned();
    check(&with_amounts(("发生额", "余额"), |row| row.either("收", "支").to_owned() + row.size(), plain));
    check(&with_amounts(("发生额", "余额"), |row| row.either("存入 ", "支取 ").to_owned() + row.size(), plain));
    check(&with_amounts(("发生额", "余额"), |row| row.either("贷：", "借：").to_owned() + row.size(), plain));
    check(&with_amounts(("发生额", "余额"), |row| format!("{}人民币{}", row.either("", "-"), row.size()), plain));
    check(&with_amounts(
        ("发生额", "余额"),
        |row| format!("{}{}元", row.either("+", "-"), row.size()),
        |row| row.balance.to_owned() + "元",
    ));
}

#[test]
fn a_mark_behind_the_balance() {
    let amount = |row: &Row| row.minus().to_owned();
    check(&with_amounts(("Amount", "Balance"), amount, |row| row.balance.to_owned() + "CR"));
    check(&with_amounts(("金额", "余额"), amount, |row| "贷 ".to_owned() + row.balance));
}

#[test]
fn brackets_for_what_went_out() {
    let amount = |row: &Row| if row.is_out() { format!("({})", row.size()) } else { row.size().to_owned() };
    check(&with_amounts(("金额", "余额"), amount, |row| row.balance.to_owned()));
}

#[test]
fn amount_and_balance_in_one_cell() {
    let rows = each(|row| at(&[(0, row.day), (14, row.text), (30, &format!("{}/{}", row.minus(), row.balance))]));
    let names = at(&[(0, "日期"), (14, "摘要"), (30, "交易金额/余额")]);
    check(&printed(&format!("{HEADING}{names}\n{rows}")));
    let rows = each(|row| format!("{}|{}|{} / {}", row.day, row.text, row.amount, row.balance));
    check(&sheet(&format!("日期|摘要|金额 / 结余\n{rows}")));
}

#[test]
fn other_points_and_commas() {
    let quoted = |text: &str| text.replace(',', "'");
    check(&with_amounts(("金额", "余额"), |row| quoted(row.minus()), |row| quoted(row.balance)));
    let comma = |text: &str| text.replace(',', "_").replace('.', ",").replace('_', ".");
    check(&with_amounts(("金额", "余额"), |row| comma(row.minus()), |row| comma(row.balance)));
    // 1,2345.67
    let rows = "2024-01-03        工资        2,0000.00         2,1000.00\n2024-01-05        房租        -1,2345.67        8654.33\n";
    let names = at(&[(0, "日期"), (18, "摘要"), (30, "金额"), (48, "余额")]);
    let wanted = ["generic proven", "2024-01-03 20000.00 21000.00", "2024-01-05 -12345.67 8654.33"];
    assert_eq!(shown(&printed(&format!("{HEADING}{names}\n{rows}"))), wanted);
}

#[test]
fn what_went_out_is_negative_in_its_own_column() {
    let rows = each(|row| {
        let out = if row.is_out() { row.amount } else { "" };
        format!("{}|{}|{}|{out}|{}", row.day, row.text, row.inflow(), row.balance)
    });
    check(&sheet(&format!("日期|摘要|收入|支出|余额\n{rows}")));
    let rows = each(|row| {
        at(&[
            (0, row.day),
            (14, row.text),
            (30, row.inflow()),
            (44, if row.is_out() { row.amount } else { "" }),
            (58, row.balance),
        ])
    });
    let names = at(&[(0, "日期"), (14, "摘要"), (30, "转入"), (44, "转出"), (58, "余额")]);
    check(&printed(&format!("{HEADING}{names}\n{rows}")));
}

#[test]
fn a_reversal_in_red() {
    let mut rows = each(|row| format!("{}|{}|{}|{}|{}", row.day, row.text, row.inflow(), row.out(), row.balance));
    rows.push_str("2024-02-11|冲正||-66.60|2,407.60\n");
    let mut wanted = expected(false, true);
    wanted.push("2024-02-11 66.60 2407.60".to_owned());
    assert_eq!(shown(&sheet(&format!("日期|摘要|收入|支出|余额\n{rows}"))), wanted);
}

// ---- rows and tables ----

#[test]
fn a_row_on_two_lines() {
    let rows = each(|row| {
        at(&[(0, row.day), (14, row.text), (40, row.minus())])
            + "\n"
            + &at(&[(0, row.clock), (14, row.other), (40, row.balance)])
    });
    let names = at(&[(0, "交易日期"), (14, "摘要"), (40, "交易金额")])
        + "\n"
        + &at(&[(0, "时间"), (14, "对方户名"), (40, "账户余额")]);
    check(&printed(&format!("{HEADING}{names}\n{rows}")));
}

#[test]
fn two_tables_side_by_side() {
    let names = [(0, "日期"), (14, "摘要"), (24, "金额"), (40, "余额")];
    let cells = |row: &'static Row, from: usize| {
        [(from, row.day), (from + 14, row.text), (from + 24, row.minus()), (from + 40, row.balance)]
    };
    let both = |left: &[(usize, &str)], right: &[(usize, &str)]| at(&[left, right].concat()) + "\n";
    let right_names = names.map(|(column, name)| (column + 60, name));
    let mut text = HEADING.to_owned() + &both(&names, &right_names);
    let (left, right) = ROWS.split_at(4);
    for (line, row) in left.iter().enumerate() {
        match right.get(line) {
            Some(beside) => text += &both(&cells(row, 0), &cells(beside, 60)),
            None => text += &both(&cells(row, 0), &[]),
        }
    }
    check(&printed(&text));
}

#[test]
fn the_names_stand_again_over_each_month() {
    let names = at(&[(0, "日期"), (18, "摘要"), (30, "金额"), (48, "余额")]);
    let mut text = HEADING.to_owned();
    let mut month = 0;
    for row in &ROWS {
        if row.month() != month {
            month = row.month();
            text += &format!("2024年{month}月\n{names}\n");
        }
        text += &(at(&[(0, row.day), (18, row.text), (30, row.minus()), (48, row.balance)]) + "\n");
    }
    check(&printed(&text));
    let mut text = String::new();
    let mut month = 0;
    for row in &ROWS {
        if row.month() != month {
            month = row.month();
            text += &format!("2024年{month}月\n日期|摘要|金额|余额\n");
        }
        text += &format!("{}|{}|{}|{}\n", row.day, row.text, row.minus(), row.balance);
    }
    check(&sheet(&text));
}

#[test]
fn sums_of_each_day_and_month_between_the_rows() {
    let names = at(&[(0, "日期"), (18, "摘要"), (30, "收入"), (44, "支出"), (58, "余额")]);
    let mut text = format!("{HEADING}{names}\n");
    for row in &ROWS {
        text += &(at(&[(0, row.day), (18, row.text), (30, row.inflow()), (44, row.out()), (58, row.balance)]) + "\n");
        if row.day == "2024-01-15" {
            text += &(at(&[(0, "本月小计"), (30, "5,030.00"), (44, "2,690.05"), (58, "3,339.95")]) + "\n");
        }
    }
    text += &at(&[(0, "合计"), (30, "5,031.05"), (44, "3,690.05")]);
    check(&printed(&text));
}

#[test]
fn dated_rows_for_what_was_there_before_and_after() {
    let rows = each(|row| at(&[(0, row.day), (18, row.text), (34, row.minus()), (48, row.balance)]));
    let names = at(&[(0, "日期"), (18, "摘要"), (34, "金额"), (48, "余额")]);
    let first = at(&[(0, "2024-01-01"), (18, "上期结转"), (48, OPENING)]);
    let last = at(&[(0, "2024-02-29"), (18, "期末余额"), (48, CLOSING)]);
    check(&printed(&format!("{HEADING}{names}\n{first}\n{rows}{last}\n")));
    let rows = each(|row| format!("{}|{}|{}|{}", row.day, row.text, row.minus(), row.balance));
    check(&sheet(&format!(
        "Date|Description|Amount|Balance\n2024-01-01|Balance brought forward||{OPENING}\n{rows}2024-02-29|Closing balance||{CLOSING}\n"
    )));
}

#[test]
fn sums_over_the_table_and_no_balances() {
    let rows = each(|row| at(&[(0, row.day), (18, row.text), (30, row.either("收", "支")), (40, row.size())]));
    let names = at(&[(0, "日期"), (18, "摘要"), (30, "收支"), (40, "金额")]);
    for sums in [
        "收入合计：5,031.05元 支出合计：3,690.05元",
        "收入3笔，合计5,031.05元；支出4笔，合计3,690.05元",
        "收入（3笔）：5,031.05 支出（4笔）：3,690.05",
        "总收入 5,031.05 总支出 3,690.05",
        "共计收入人民币5,031.05元，共计支出人民币3,690.05元",
    ] {
        assert_eq!(shown(&printed(&format!("{HEADING}{sums}\n{names}\n{rows}"))), expected(false, false), "{sums}");
    }
}

#[test]
fn rows_that_failed_move_nothing() {
    let mut rows = String::new();
    for row in &ROWS {
        rows += &format!("{}|{}|{}|{}|成功\n", row.day, row.text, row.minus(), row.balance);
        if row.text == "房租" {
            rows += "2024-01-06|转账|-800.00|3,376.55|失败\n";
        }
    }
    let mut wanted = expected(false, true);
    wanted.insert(4, "2024-01-06 -800.00 3376.55".to_owned());
    assert_eq!(shown(&sheet(&format!("日期|摘要|金额|余额|交易状态\n{rows}"))), wanted);
}

/// A sheet too large to be tried whole, the newest row first, with what its heading says of all of it.
fn large(names: &str, line: impl Fn(&str, i64, i64, usize) -> String) -> Document {
    let money = |fen: i64| format!("{}{}.{:02}", if fen < 0 { "-" } else { "" }, fen.abs() / 100, fen.abs() % 100);
    let (mut balance, mut inflow, mut out) = (5_000_000_i64, 0_i64, 0_i64);
    let mut lines = Vec::new();
    for row in 0..2_500_usize {
        let fen = i64::try_from(row * 7_919 % 90_000).unwrap() + 1;
        let amount = if row % 3 == 0 { fen } else { -fen / 3 - 1 };
        balance += amount;
        if amount > 0 {
            inflow += amount
        } else {
            out -= amount
        }
        let day = format!("2024-{:02}-{:02}", 1 + row / 250, 1 + row % 250 / 10);
        lines.push(line(&day, amount, balance, row));
    }
    lines.reverse();
    let heading = format!(
        "期初余额：50000.00|期末余额：{}\n收入合计：{}|支出合计：{}",
        money(balance),
        money(inflow),
        money(out)
    );
    sheet(&format!("{heading}\n{names}\n{}\n", lines.join("\n")))
}

#[test]
fn a_large_table_is_proven_by_all_of_it() {
    let money = |fen: i64| format!("{}{}.{:02}", if fen < 0 { "-" } else { "" }, fen.abs() / 100, fen.abs() % 100);
    let with_marks = |day: &str, amount: i64, balance: i64, row: usize| {
        format!(
            "{day}|转账|某店|{}|{}|{}|{row:08}",
            if amount > 0 { "贷" } else { "借" },
            money(amount.abs()),
            money(balance)
        )
    };
    let unsaid = |day: &str, amount: i64, balance: i64, row: usize| {
        format!("{day}|转账|某店|手机|{}|{}|{row:08}", money(amount.abs()), money(balance))
    };
    for document in [
        large("日期|摘要|对方|借贷|金额|余额|流水号", with_marks),
        large("日期|摘要|对方|渠道|金额|余额|流水号", unsaid),
        large("何日|何事|何人|何处|几何|余下|编号", unsaid),
    ] {
        let parsed = parse(&document).unwrap();
        let statement = &parsed.statements[0];
        let out = statement.transactions.iter().filter(|row| row.amount.is_negative()).count();
        let found = (statement.proof.status, statement.transactions.len(), out, statement.proof.unchecked.len());
        assert_eq!(found, (ProofStatus::Proven, 2_500, 1_666, 0));
    }
}

#[test]
fn columns_without_names() {
    let rows = each(|row| format!("{}|{}|{}|{}|{}", row.day, row.clock, row.text, row.minus(), row.balance));
    check(&sheet(&rows));
}

#[test]
fn merged_names_over_two_rows_and_a_title_over_all() {
    let rows =
        each(|row| format!("{}|{}|{}|{}|{}|{}", row.day, row.text, row.inflow(), row.out(), row.balance, row.other));
    check(&sheet(&format!("账户交易明细表\n日期|摘要|发生额||余额|对方\n||收|付||\n{rows}")));
    check(&sheet(&format!("账户交易明细表\n交易信息||金额信息|||对方信息\n日期|摘要|贷方|借方|余额|户名\n{rows}")));
}

#[test]
fn two_accounts_one_under_the_other() {
    let names = at(&[(0, "日期"), (18, "摘要"), (30, "金额"), (48, "余额")]);
    let table = each(|row| at(&[(0, row.day), (18, row.text), (30, row.minus()), (48, row.balance)]));
    let second = "2024-01-09        转入        500.00            700.00\n2024-01-19        转出        -200.00           500.00\n";
    let text = format!(
        "南塘村镇银行账户明细\n账号：6200000000001234\n{names}\n{table}\n账号：6200000000005678\n{names}\n{second}"
    );
    let mut wanted = expected(false, true);
    wanted.extend(["generic proven", "2024-01-09 500.00 700.00", "2024-01-19 -200.00 500.00"].map(str::to_owned));
    assert_eq!(shown(&printed(&text)), wanted);
    let table = each(|row| format!("{}|{}|{}|{}", row.day, row.text, row.minus(), row.balance));
    let second = "2024-01-09|转入|500.00|700.00\n2024-01-19|转出|-200.00|500.00\n";
    let text = format!(
        "账号：6200000000001234\n日期|摘要|金额|余额\n{table}账号：6200000000005678\n日期|摘要|金额|余额\n{second}"
    );
    assert_eq!(shown(&sheet(&text)), wanted);
}

#[test]
fn words_that_no_table_knows() {
    let rows = each(|row| {
        to(&[(10, row.day), (24, row.other), (36, row.either("进", "出")), (52, row.size()), (68, row.balance)])
    });
    let names = to(&[(10, "发生于"), (24, "与谁"), (36, "去来"), (52, "多少"), (68, "剩下")]);
    check(&printed(&format!("{HEADING}{names}\n{rows}")));
}

#[test]
fn marks_that_no_table_knows() {
    let rows =
        each(|row| format!("{}|{}|{}|{}|{}", row.day, row.text, row.either("增", "减"), row.size(), row.balance));
    check(&sheet(&format!("日期|摘要|变动|数额|余额\n{rows}")));
}

/// Nothing tells whether 甲 is in: only 乙 is checked, and the two words may not be opposites.
fn two_ways() -> Document {
    let rows = "2024-01-03|甲|500.00|700.00\n2024-01-04|乙|100.00|600.00\n2024-01-05|乙|50.00|550.00\n2024-01-06|乙|20.00|530.00\n";
    sheet(&format!("日期|类别|数额|余额\n{rows}"))
}

#[test]
fn a_first_row_that_two_readings_give_other_ways_is_not_proven() {
    let lines = shown(&two_ways());
    assert!(!lines[0].ends_with("proven"), "{lines:?}");
}

#[test]
fn what_was_not_tried_any_more_proves_nothing() {
    let rows =
        each(|row| format!("{}|{}|{}|{}|{}", row.day, row.text, row.either("增", "减"), row.size(), row.balance));
    let plain = sheet(&format!("日期|摘要|变动|数额|余额\n{rows}"));
    let amounts: Vec<String> = ROWS.iter().map(|row| row.minus().replace(',', "")).collect();
    let mut proven = Vec::new();
    for cells in (0..4_000).step_by(151) {
        let read = |document: &Document| infer(document, &mut Effort { cells });
        let is_proven = |parsed: &Parsed| parsed.statements.iter().all(|s| s.proof.status == ProofStatus::Proven);
        assert!(!read(&two_ways()).is_some_and(|parsed| is_proven(&parsed)), "{cells} cells");
        if let Some(parsed) = read(&plain).filter(is_proven) {
            let found: Vec<String> = parsed.statements[0].transactions.iter().map(|t| t.amount.to_string()).collect();
            assert_eq!(found, amounts, "{cells} cells");
            proven.push(cells);
        }
    }
    assert!(proven.first().is_some_and(|least| *least > 40), "as if it cost nothing: {proven:?}");
    assert_eq!(proven.last(), Some(&3_926), "what is left untried is told in vain");
}

#[test]
fn a_file_of_many_parts_shares_one_effort() {
    // Each page begins a statement of another account, and none of them adds up.
    let pages = (0..120_u32).map(|number| {
        let lines: String = (0..30_u32)
            .map(|row| {
                let figure = |salt: u32| (number * 7_919 + row * 104_729 + salt * 1_299_709) % 900_000;
                let money = |salt: u32| format!("{}.{:02}", figure(salt) / 100, figure(salt) % 100);
                let day = format!("2024-01-{:02}", 1 + row % 28);
                at(&[(0, &day), (18, &money(1)), (34, &money(2)), (50, &money(3)), (66, &money(4))]) + "\n"
            })
            .collect();
        page(number + 1, &format!("账号：62000000000{number:05}\n日期 甲 乙 丙 丁\n{lines}"))
    });
    let document = Document { content: Content::Pages(pages.collect()), ..printed("") };
    let mut effort = Effort::default();
    let all = effort.cells;
    let read = infer(&document, &mut effort);
    assert!(read.is_none_or(|parsed| parsed.statements.iter().all(|s| s.proof.status != ProofStatus::Proven)));
    let spent = all - effort.cells;
    assert!(spent < all / 2, "{spent} cells for a file of 120 small parts");
    let lines = shown(&document);
    assert!(!lines.iter().any(|line| line.ends_with("proven") && !line.ends_with("unproven")), "{:?}", lines.first());
}

#[test]
fn the_newest_day_first_and_the_day_last() {
    let rows: String = ROWS
        .iter()
        .rev()
        .map(|row| {
            at(&[(0, row.balance), (14, row.size()), (26, row.either("存", "取")), (32, row.text), (46, row.day)])
                + "\n"
        })
        .collect();
    let names = at(&[(0, "结余"), (14, "数额"), (26, "存取"), (32, "事由"), (46, "入账日期")]);
    assert_eq!(shown(&printed(&format!("{HEADING}{names}\n{rows}"))), expected(true, true));
}

#[test]
fn balances_before_and_after_each_row() {
    let mut before = OPENING;
    let rows: String = ROWS
        .iter()
        .map(|row| {
            let line = format!("{}|{}|{before}|{}|{}\n", row.day, row.text, row.minus(), row.balance);
            before = row.balance;
            line
        })
        .collect();
    check(&sheet(&format!("日期|摘要|交易前余额|金额|交易后余额\n{rows}")));
}

#[test]
fn a_text_file_whose_columns_are_parted_by_blanks() {
    let rows = each(|row| {
        at(&[(0, row.day), (14, row.text), (24, row.other), (40, row.inflow()), (54, row.out()), (68, row.balance)])
    });
    let names = at(&[(0, "交易日期"), (14, "摘要"), (24, "对方户名"), (40, "收入"), (54, "支出"), (68, "余额")]);
    check(&sheet(&format!("南塘村镇银行账户明细\n户名：陈某\n{names}\n{}\n{rows}", "-".repeat(78))));
}

#[test]
fn other_ways_to_say_nothing_or_a_currency() {
    let or_none = |text: &'static str| if text.is_empty() { "无" } else { text };
    let rows = each(|row| {
        format!("{}|{}|{}|{}|{}", row.day, row.text, or_none(row.inflow()), or_none(row.out()), row.balance)
    });
    check(&sheet(&format!("日期|摘要|收入|支出|余额\n{rows}")));
    let rows = each(|row| format!("{}|{}|{} CNY|{}CNY", row.day, row.text, row.minus(), row.balance));
    check(&sheet(&format!("日期|摘要|金额|余额\n{rows}")));
}

#[test]
fn english_names_however_they_are_spelled() {
    let rows = each(|row| format!("{}|{}|{}|{}|{}", row.day, row.text, row.inflow(), row.out(), row.balance));
    check(&sheet(&format!("DATE|DESCRIPTION|PAID IN|PAID OUT|BALANCE\n{rows}")));
    check(&sheet(&format!("transaction date|details|money in|money out|running balance\n{rows}")));
}

#[test]
fn a_moment_as_a_database_writes_it() {
    let rows = each(|row| {
        let moment = format!("{}-{}.123456", row.day, row.clock.replace(':', "."));
        format!("{moment}|{}|{}|{}", row.text, row.minus(), row.balance)
    });
    check(&sheet(&format!("交易时间|摘要|金额|余额\n{rows}")));
}

#[test]
fn days_under_their_month() {
    let names = at(&[(0, "日期"), (18, "摘要"), (30, "金额"), (48, "余额")]);
    let mut text = format!("{HEADING}{names}\n");
    let mut month = 0;
    for row in &ROWS {
        if row.month() != month {
            month = row.month();
            text += &format!("2024年{month}月\n");
        }
        let day = format!("{}日", row.day_of_month());
        text += &(at(&[(0, &day), (18, row.text), (30, row.minus()), (48, row.balance)]) + "\n");
    }
    check(&printed(&text));
}

#[test]
fn a_day_with_a_count_heads_its_rows() {
    let mut before = "";
    let rows: String = ROWS
        .iter()
        .map(|row| {
            let head = if row.day == before { String::new() } else { format!("{} 星期三 共1笔\n", row.day) };
            before = row.day;
            head + &at(&[(0, row.clock), (18, row.text), (30, row.minus()), (48, row.balance)]) + "\n"
        })
        .collect();
    let names = at(&[(0, "时间"), (18, "摘要"), (30, "金额"), (48, "余额")]);
    check(&printed(&format!("{HEADING}{names}\n{rows}")));
}

#[test]
fn what_is_owed_grows_with_spending() {
    // A card's bill: the same rows with every sign turned, and what is owed in place of the balance.
    let turned = |text: &str| match text.strip_prefix('-') {
        Some(rest) => rest.to_owned(),
        None => format!("-{text}"),
    };
    let mut owed = 700_000_i64;
    let rows: String = ROWS
        .iter()
        .map(|row| {
            owed -= row.minus().replace([',', '.'], "").parse::<i64>().unwrap();
            let owed = format!("{}.{:02}", owed / 100, owed % 100);
            format!("{}|{}|{}|{owed}\n", row.day, row.text, turned(row.minus()))
        })
        .collect();
    let lines = shown(&sheet(&format!("日期|摘要|金额|欠款余额\n{rows}")));
    let amounts: Vec<&str> = lines.iter().skip(1).filter_map(|line| line.split(' ').nth(1)).collect();
    let wanted: Vec<String> = ROWS.iter().map(|row| row.minus().replace(',', "")).collect();
    assert_eq!((lines[0].as_str(), amounts), ("generic proven", wanted.iter().map(String::as_str).collect()));
}

// ---- what must not be proven ----

#[test]
fn balances_before_their_rows_do_not_turn_the_signs() {
    let mut before = OPENING;
    let rows: String = ROWS
        .iter()
        .map(|row| {
            let line = format!("{}|{}|{}|{before}\n", row.day, row.text, row.minus());
            before = row.balance;
            line
        })
        .collect();
    for name in ["余额", "交易前余额", "剩余"] {
        let lines = shown(&sheet(&format!("日期|摘要|金额|{name}\n{rows}")));
        assert!(!lines[0].ends_with("proven") || lines[1].contains(" 5000.00"), "{name}: {lines:?}");
    }
}

#[test]
fn a_figure_that_is_wrong_is_never_proven() {
    let rows = each(|row| {
        let amount = if row.text == "房租" { "-2,400.00" } else { row.minus() };
        at(&[(0, row.day), (18, row.text), (30, amount), (48, row.balance)])
    });
    let names = at(&[(0, "日期"), (18, "摘要"), (30, "金额"), (48, "余额")]);
    let lines = shown(&printed(&format!("{HEADING}{names}\n{rows}")));
    assert!(!lines[0].ends_with("proven"), "{lines:?}");
}
