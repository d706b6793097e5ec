//! Statements of banks that do not exist: every seed gives another table — its words, the order of its columns, how it
//! says which way money went, how it writes days, where it breaks lines and pages. What banks do in general is drawn
//! from, and no parser's table of words.

use jiff::civil::{Date, date};
use model::Money;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use crate::MakeError;
use crate::papers::account::{Account, Owner};
use crate::pdf::{A4, A4_LANDSCAPE, Align, Font, Info, Pdf};
use crate::random::Random;
use crate::rows::BankRow;
use crate::text::{clock, compact, dashed, gb18030, grouped, utf8_with_mark};

/// A drawn statement and what stands in it.
#[derive(Debug, Clone)]
pub struct Invented {
    pub bytes: Vec<u8>,
    /// What was chosen, for a message about a seed that is not read.
    pub choices: String,
    /// In the printed order.
    pub rows: Vec<BankRow>,
    pub opening: Money,
    pub number: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Medium {
    Portrait,
    Landscape,
    Xlsx,
    Csv,
}

/// How a row says which way the money went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// `-12.00`, `12.00`
    Minus,
    /// `-12.00`, `+12.00`
    Signs,
    /// Unsigned, with a column of marks: the words for out and in.
    Marks(&'static str, &'static str),
    /// Two columns; what the other one shows.
    Columns(&'static str),
    /// Unsigned; only the balances tell.
    Unsaid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Days {
    Dashed,
    Slashed,
    Compact,
    Dotted,
    Chinese,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clocks {
    None,
    /// In the day's cell.
    Same,
    /// In the day's cell, on its second line.
    Under,
    /// In a column of its own, with or without colons.
    Own(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Serial,
    Day,
    Clock,
    Currency,
    Mark,
    Amount,
    In,
    Out,
    Balance,
    Name,
    Account,
    Text,
    Remark,
    Channel,
    Log,
}

#[derive(Debug, Clone)]
struct Column {
    what: What,
    name: &'static str,
}

struct Style {
    medium: Medium,
    direction: Direction,
    days: Days,
    clocks: Clocks,
    newest_first: bool,
    commas: bool,
    bilingual: bool,
    ruled: bool,
    header_once: bool,
    top: bool,
    carried: bool,
    page_sums: bool,
    totals: bool,
    opening_row: bool,
    size: f32,
    columns: Vec<Column>,
}

fn one<T: Copy>(random: &mut Random, choices: &[T], or: T) -> T {
    random.pick(choices).copied().unwrap_or(or)
}

const BANKS: &[&str] = &[
    "云岭农村商业银行",
    "青禾村镇银行股份有限公司",
    "蓝湾银行",
    "示例城市商业银行",
    "南塘县农村信用合作联社",
    "白鹭民营银行",
];
const TITLES: &[&str] = &[
    "个人账户交易明细",
    "活期账户历史交易明细清单",
    "客户账户对账单",
    "账户流水",
    "存款分户账明细",
    "交易流水查询结果",
];

fn style(random: &mut Random) -> Style {
    let medium =
        one(random, &[Medium::Portrait, Medium::Landscape, Medium::Landscape, Medium::Xlsx, Medium::Csv], Medium::Csv);
    let on_paper = matches!(medium, Medium::Portrait | Medium::Landscape);
    let direction = match random.between(0, 9) {
        0 | 1 => Direction::Minus,
        2 => Direction::Signs,
        3 => Direction::Marks("借", "贷"),
        4 => Direction::Marks("支出", "收入"),
        5 => one(random, &[("付", "收"), ("Dr", "Cr"), ("D", "C"), ("转出", "转入"), ("支取", "存入")], ("付", "收"))
            .into(),
        6 | 7 => Direction::Columns(one(random, &["", "0.00", "-", "--"], "")),
        8 => Direction::Columns(""),
        _ => Direction::Unsaid,
    };
    let clocks = match random.between(0, 4) {
        0 => Clocks::None,
        1 => Clocks::Same,
        2 if on_paper => Clocks::Under,
        2 => Clocks::Same,
        3 => Clocks::Own(true),
        _ => Clocks::Own(false),
    };
    let word = |random: &mut Random, names: &[&'static str]| one(random, names, "");
    let mut columns = Vec::new();
    let mut add = |what, name| columns.push(Column { what, name });
    let pair = one(
        random,
        &[
            ("收入金额", "支出金额"),
            ("贷方发生额", "借方发生额"),
            ("存入", "支取"),
            ("转入金额", "转出金额"),
            ("进账", "出账"),
            ("贷方", "借方"),
            ("收方金额", "付方金额"),
        ],
        ("", ""),
    );
    add(What::Day, word(random, &["交易日期", "记账日期", "日期", "入账日", "业务日期", "动账日期", "发生日期"]));
    if matches!(clocks, Clocks::Own(_)) {
        add(What::Clock, word(random, &["交易时间", "时间", "入账时刻"]));
    }
    match direction {
        Direction::Columns(_) => {
            let swapped = random.chance(50);
            let (first, second) = if swapped {
                ((What::Out, pair.1), (What::In, pair.0))
            } else {
                ((What::In, pair.0), (What::Out, pair.1))
            };
            add(first.0, first.1);
            add(second.0, second.1);
        }
        _ => {
            if let Direction::Marks(..) = direction {
                add(What::Mark, word(random, &["借贷标志", "收/支", "收付标志", "借贷", "方向", "资金方向"]));
            }
            add(What::Amount, word(random, &["交易金额", "发生额", "金额", "交易额(元)", "发生金额", "动账金额"]));
        }
    }
    add(What::Balance, word(random, &["余额", "账户余额", "交易后余额", "结余", "账面余额", "本次余额(元)"]));
    let balance_at_end = columns.len();
    let mut more = Vec::new();
    for (what, names, percent) in [
        (What::Name, &["对方户名", "对方名称", "交易对手", "对方单位", "收付款人", "往来方"][..], 75),
        (What::Account, &["对方账号", "对方卡号", "对手账号", "对方账户"][..], 55),
        (What::Text, &["摘要", "交易摘要", "业务类型", "交易种类", "用途"][..], 90),
        (What::Remark, &["附言", "备注", "客户附言"][..], 40),
        (What::Channel, &["渠道", "交易渠道", "网点", "交易机构"][..], 30),
        (What::Log, &["流水号", "交易流水号", "柜员流水"][..], 30),
        (What::Currency, &["币种", "币别"][..], 30),
    ] {
        if random.chance(percent) {
            more.push(Column { what, name: word(random, names) });
        }
    }
    // Days first as everywhere; what describes the row before, between or after the figures.
    for column in more {
        let low = 1;
        let high = i64::try_from(columns.len()).unwrap_or(1);
        let at = if random.chance(50) { high } else { random.between(low, high) };
        columns.insert(usize::try_from(at).unwrap_or(1).min(columns.len()), column);
    }
    // Few banks print the balance before the amount; these do.
    if random.chance(15) && balance_at_end > 2 {
        let at = columns.iter().position(|c| c.what == What::Balance).unwrap_or(0);
        let balance = columns.remove(at);
        columns.insert(1, balance);
    }
    if random.chance(35) {
        columns.insert(0, Column { what: What::Serial, name: word(random, &["序号", "编号", "No."]) });
    }
    // A narrow page holds fewer columns.
    let most = match medium {
        Medium::Portrait => 8,
        _ => 12,
    };
    while columns.len() > most {
        let spare = |c: &Column| {
            matches!(c.what, What::Log | What::Channel | What::Remark | What::Account | What::Currency | What::Name)
        };
        let Some(at) = columns.iter().rposition(spare) else { break };
        columns.remove(at);
    }
    Style {
        medium,
        direction,
        days: one(random, &[Days::Dashed, Days::Slashed, Days::Compact, Days::Dotted, Days::Chinese], Days::Dashed),
        clocks,
        newest_first: random.chance(40),
        commas: random.chance(60),
        bilingual: on_paper && random.chance(20),
        ruled: random.chance(50),
        header_once: random.chance(25),
        top: random.chance(40),
        carried: on_paper && random.chance(20),
        page_sums: on_paper && random.chance(15),
        totals: random.chance(40),
        opening_row: random.chance(15),
        size: one(random, &[6.0, 6.5, 7.0, 7.5], 7.0),
        columns,
    }
}

impl From<(&'static str, &'static str)> for Direction {
    fn from((out, inflow): (&'static str, &'static str)) -> Self {
        Self::Marks(out, inflow)
    }
}

impl Style {
    fn day(&self, day: Date) -> String {
        match self.days {
            Days::Dashed => dashed(day),
            Days::Slashed => dashed(day).replace('-', "/"),
            Days::Compact => compact(day),
            Days::Dotted => dashed(day).replace('-', "."),
            Days::Chinese => format!("{}年{:02}月{:02}日", day.year(), day.month(), day.day()),
        }
    }

    fn money(&self, money: Money) -> String {
        if self.commas { grouped(money) } else { money.to_string() }
    }

    fn cell(&self, what: What, n: usize, row: &BankRow) -> String {
        let size = self.money(row.amount.abs());
        let is_out = row.amount.is_negative();
        match what {
            What::Serial => n.to_string(),
            What::Day => {
                let day = self.day(row.time.date());
                match self.clocks {
                    Clocks::Same => format!("{day} {}", clock(row.time)),
                    Clocks::Under => format!("{day}\n{}", clock(row.time)),
                    _ => day,
                }
            }
            What::Clock if self.clocks == Clocks::Own(false) => clock(row.time).replace(':', ""),
            What::Clock => clock(row.time),
            What::Currency => "人民币".to_owned(),
            What::Mark => match self.direction {
                Direction::Marks(out, inflow) => if is_out { out } else { inflow }.to_owned(),
                _ => String::new(),
            },
            What::Amount => match self.direction {
                Direction::Minus if is_out => format!("-{size}"),
                Direction::Signs => format!("{}{size}", if is_out { '-' } else { '+' }),
                _ => size,
            },
            What::In | What::Out if (what == What::Out) == is_out => size,
            What::In | What::Out => match self.direction {
                Direction::Columns(none) => none.to_owned(),
                _ => String::new(),
            },
            What::Balance => self.money(row.balance),
            What::Name => row.counterparty.clone(),
            What::Account => row.counterparty_account.clone(),
            What::Text => row.description.clone(),
            What::Remark => row.remark.clone(),
            What::Channel => row.channel.clone(),
            What::Log => row.log_number.clone(),
        }
    }

    fn opening_cells(&self, opening: Money) -> Vec<String> {
        let mut cells: Vec<String> = vec![String::new(); self.columns.len()];
        if let Some(first) = cells.first_mut() {
            *first = "期初余额".to_owned();
        }
        for (cell, column) in cells.iter_mut().zip(&self.columns) {
            if column.what == What::Balance {
                *cell = self.money(opening);
            }
        }
        cells
    }
}

/// Draws the statement of one seed.
///
/// # Errors
/// [`MakeError`] when a file format's writer refuses.
pub fn draw(seed: u64) -> Result<Invented, MakeError> {
    let mut random = Random::new(seed ^ 0x5EED);
    let style = style(&mut random);
    let count = usize::try_from(random.between(14, 60)).unwrap_or(20);
    let account = Account::new(Owner::Person, seed.wrapping_add(77), count);
    let bank = one(&mut random, BANKS, "示例银行");
    let title = one(&mut random, TITLES, "交易明细");
    let mut rows = account.rows.clone();
    if style.newest_first {
        rows.reverse();
    }
    let labels = if random.chance(50) {
        ("户名", "账号", "起止日期")
    } else {
        ("客户姓名", "卡号/账号", "查询期间")
    };
    let mut heading = vec![
        format!("{}：{}", labels.0, account.holder),
        format!("{}：{}", labels.1, account.number),
        format!("{}：{} 至 {}", labels.2, dashed(account.from), dashed(account.to)),
    ];
    // Without signs and marks the first row's direction is told by what was there before, or by nothing.
    if style.direction == Direction::Unsaid {
        heading.push(format!("期初余额：{}", style.money(account.opening)));
    }
    let mut after = Vec::new();
    if style.totals {
        let sum = |out: bool| rows.iter().filter(|r| r.amount.is_negative() == out).map(|r| r.amount.abs()).sum();
        let (inflow, out): (Money, Money) = (sum(false), sum(true));
        after.push(format!("收入合计：{}  支出合计：{}", grouped(inflow), grouped(out)));
    }
    after.push("温馨提示：本明细仅供参考，以银行记录为准。".to_owned());
    let bytes = match style.medium {
        Medium::Portrait | Medium::Landscape => on_paper(&style, &account, &rows, (bank, title), &heading, &after)?,
        Medium::Xlsx | Medium::Csv => in_grid(&style, &account, &rows, (bank, title), &heading, &after)?,
    };
    let names: Vec<&str> = style.columns.iter().map(|c| c.name).collect();
    let choices = format!(
        "{:?} {:?} {:?} {:?} newest_first={} commas={} bilingual={} ruled={} header_once={} top={} carried={} page_sums={} totals={} opening_row={} rows={} [{}]",
        style.medium,
        style.direction,
        style.days,
        style.clocks,
        style.newest_first,
        style.commas,
        style.bilingual,
        style.ruled,
        style.header_once,
        style.top,
        style.carried,
        style.page_sums,
        style.totals,
        style.opening_row,
        rows.len(),
        names.join("|"),
    );
    Ok(Invented { bytes, choices, rows, opening: account.opening, number: account.number })
}

fn in_grid(
    style: &Style,
    account: &Account,
    rows: &[BankRow],
    (bank, title): (&str, &str),
    heading: &[String],
    after: &[String],
) -> Result<Vec<u8>, MakeError> {
    let mut lines: Vec<Vec<String>> = vec![vec![format!("{bank}{title}")]];
    lines.push(heading.to_vec());
    lines.push(style.columns.iter().map(|c| c.name.to_owned()).collect());
    if style.opening_row && !style.newest_first {
        lines.push(style.opening_cells(account.opening));
    }
    for (n, row) in (1_usize..).zip(rows) {
        lines.push(style.columns.iter().map(|c| style.cell(c.what, n, row)).collect());
    }
    lines.extend(after.iter().map(|line| vec![line.clone()]));
    if style.medium == Medium::Csv {
        let quoted = |cell: &String| if cell.contains([',', '"', '\n']) { format!("\"{cell}\"") } else { cell.clone() };
        let text: String =
            lines.iter().map(|line| line.iter().map(quoted).collect::<Vec<_>>().join(",") + "\r\n").collect();
        return Ok(if style.ruled { gb18030(&text) } else { utf8_with_mark(&text) });
    }
    let write = || -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
        let mut book = Workbook::new();
        let made = ExcelDateTime::from_ymd(2026, 4, 20)?.and_hms(9, 0, 0)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&made));
        let sheet = book.add_worksheet();
        for (line, row) in lines.iter().zip(0_u32..) {
            for (cell, column) in line.iter().zip(0_u16..).filter(|(cell, _)| !cell.is_empty()) {
                // Half of the banks write figures as numbers.
                match cell.replace(',', "").parse::<f64>() {
                    Ok(number) if style.ruled && cell.contains('.') && !cell.starts_with('+') => {
                        sheet.write_number(row, column, number)?;
                    }
                    _ => {
                        sheet.write_string(row, column, cell)?;
                    }
                }
            }
        }
        book.save_to_buffer()
    };
    write().map_err(MakeError::Workbook)
}

const MARGIN: f32 = 28.0;

fn english(what: What) -> &'static str {
    match what {
        What::Serial => "No.",
        What::Day => "Date",
        What::Clock => "Time",
        What::Currency => "Currency",
        What::Mark => "Dr/Cr",
        What::Amount => "Amount",
        What::In => "Credit",
        What::Out => "Debit",
        What::Balance => "Balance",
        What::Name => "Counterparty",
        What::Account => "Account No.",
        What::Text => "Summary",
        What::Remark => "Remark",
        What::Channel => "Channel",
        What::Log => "Serial No.",
    }
}

/// What a column's cells need, in ems.
fn weight(what: What) -> f32 {
    match what {
        What::Serial => 2.4,
        What::Currency | What::Mark => 3.6,
        What::Clock => 5.2,
        What::Day => 7.5,
        What::Amount | What::In | What::Out | What::Balance => 7.0,
        What::Text | What::Channel => 5.5,
        What::Remark | What::Name => 9.0,
        What::Account => 9.5,
        What::Log => 6.5,
    }
}

fn on_paper(
    style: &Style,
    account: &Account,
    rows: &[BankRow],
    (bank, title): (&str, &str),
    heading: &[String],
    after: &[String],
) -> Result<Vec<u8>, MakeError> {
    let (width, height) = if style.medium == Medium::Portrait { A4 } else { A4_LANDSCAPE };
    let mut pdf =
        Pdf::new(Info { title: "", producer: "OpenPDF 1.3.30", creator: "", made: date(2026, 4, 20).at(9, 30, 0, 0) });
    let font = pdf.font(Font::SONG);
    let size = style.size;
    let weights: f32 = style.columns.iter().map(|c| weight(c.what)).sum();
    let em = (width - 2.0 * MARGIN) / weights;
    let leading = size + 1.8;
    let mut lefts = Vec::with_capacity(style.columns.len() + 1);
    let mut x = MARGIN;
    for column in &style.columns {
        lefts.push(x);
        x += weight(column.what) * em;
    }
    lefts.push(x);
    let place = |index: usize, what: What| {
        let left = lefts.get(index).copied().unwrap_or(MARGIN);
        let right = lefts.get(index + 1).copied().unwrap_or(width - MARGIN);
        match what {
            What::Amount | What::In | What::Out | What::Balance => (Align::Right, right - 3.0, right - left - 6.0),
            What::Mark | What::Serial | What::Currency => (Align::Center, (left + right) / 2.0, right - left - 4.0),
            _ => (Align::Left, left + 3.0, right - left - 6.0),
        }
    };
    let laid: Vec<Vec<Vec<String>>> = (1_usize..)
        .zip(rows)
        .map(|(n, row)| {
            let cells = style.columns.iter().enumerate().map(|(index, column)| {
                let (_, _, room) = place(index, column.what);
                let text = style.cell(column.what, n, row);
                text.split('\n').flat_map(|line| pdf.wrap(font, size, room, line)).collect()
            });
            cells.collect()
        })
        .collect();
    let top = height - 96.0;
    let head = leading * if style.bilingual { 2.2 } else { 1.2 };
    let foot = 46.0;
    // Rows by page, then the pages: each says how many there are.
    let mut pages: Vec<Vec<usize>> = vec![Vec::new()];
    let mut y = top - head;
    if style.opening_row && !style.newest_first {
        y -= leading + 6.0;
    }
    for (index, cells) in laid.iter().enumerate() {
        let lines = cells.iter().map(Vec::len).max().unwrap_or(1).max(1);
        let row_height = lines as f32 * leading + 6.0;
        if y - row_height < foot + 2.0 * leading {
            pages.push(Vec::new());
            y = top - if style.header_once { 0.0 } else { head };
            if style.carried {
                y -= leading + 6.0;
            }
        }
        if let Some(page) = pages.last_mut() {
            page.push(index);
        }
        y -= row_height;
    }
    let count = pages.len();
    for (index, page) in pages.iter().enumerate() {
        pdf.page((width, height));
        pdf.aligned(font, 13.0, (Align::Center, width / 2.0), height - 40.0, &format!("{bank}{title}"));
        let step = (width - 2.0 * MARGIN) / heading.len().max(1) as f32;
        for (text, at) in heading.iter().zip(0_u16..) {
            pdf.text(font, size + 0.5, MARGIN + f32::from(at) * step, height - 66.0, text);
        }
        pdf.aligned(font, size, (Align::Center, width / 2.0), 24.0, &format!("第{}页 共{count}页", index + 1));
        let mut y = top;
        let rule = |pdf: &mut Pdf, y: f32| {
            if style.ruled {
                pdf.line(0.5, (MARGIN, y), (width - MARGIN, y));
            }
        };
        rule(&mut pdf, y + 4.0);
        if index == 0 || !style.header_once {
            for (at, column) in style.columns.iter().enumerate() {
                let (align, x, _) = place(at, column.what);
                pdf.aligned(font, size, (align, x), y - size, column.name);
                if style.bilingual {
                    pdf.aligned(font, size - 1.5, (align, x), y - size - leading, english(column.what));
                }
            }
            y -= head;
            rule(&mut pdf, y + 2.0);
        }
        let single = |pdf: &mut Pdf, y: f32, label: &str, balance: Option<Money>| {
            let x = lefts.first().copied().unwrap_or(MARGIN) + 3.0;
            pdf.text(font, size, x, y - size, label);
            for (at, column) in style.columns.iter().enumerate().filter(|(_, c)| c.what == What::Balance) {
                let (align, x, _) = place(at, column.what);
                if let Some(balance) = balance {
                    pdf.aligned(font, size, (align, x), y - size, &style.money(balance));
                }
            }
        };
        if index == 0 && style.opening_row && !style.newest_first {
            single(&mut pdf, y, "期初余额", Some(account.opening));
            y -= leading + 6.0;
        }
        if index > 0 && style.carried {
            let before = page.first().and_then(|first| first.checked_sub(1)).and_then(|i| rows.get(i));
            single(&mut pdf, y, "承前页", before.map(|row| row.balance));
            y -= leading + 6.0;
        }
        let mut last = None;
        for row in page {
            let Some(cells) = laid.get(*row) else { continue };
            let lines = cells.iter().map(Vec::len).max().unwrap_or(1).max(1);
            let row_height = lines as f32 * leading + 6.0;
            for (at, (column, cell)) in style.columns.iter().zip(cells).enumerate() {
                let (align, x, _) = place(at, column.what);
                let spare = if style.top { 0.0 } else { (lines - cell.len().max(1)) as f32 * leading / 2.0 };
                for (text, line) in cell.iter().zip(0_u16..) {
                    pdf.aligned(font, size, (align, x), y - size - spare - f32::from(line) * leading, text);
                }
            }
            y -= row_height;
            rule(&mut pdf, y + 4.0);
            last = rows.get(*row);
        }
        if style.ruled {
            for x in &lefts {
                pdf.line(0.5, (*x, top + 4.0), (*x, y + 4.0));
            }
        }
        if style.carried && index + 1 < count {
            single(&mut pdf, y, "过次页", last.map(|row| row.balance));
            y -= leading + 6.0;
        }
        if style.page_sums {
            pdf.text(font, size, MARGIN + 3.0, y - size, &format!("本页小计 {} 笔", page.len()));
            y -= leading + 6.0;
        }
        if index + 1 == count {
            for (text, at) in after.iter().zip(1_u16..) {
                pdf.text(font, size, MARGIN, y - f32::from(at) * (leading + 4.0), text);
            }
        }
    }
    pdf.finish(None)
}
