//! Credit-card bills: one made-up month of a card, printed as each bank prints it.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use model::Money;

use super::Paper;
use super::mail::{self, Encoding};
use super::print::workbook;
use super::table::{self, Column, Row, Table, Wrap};
use crate::MakeError;
use crate::pdf::{A4, Font, Info, Pdf};
use crate::random::Random;
use crate::text::{compact, dashed, gb18030, grouped, utf8_with_mark};
use crate::xls;

pub const PAPERS: &[Paper] = &[
    ("cmb/samples/credit.pdf", || cmb_pdf(&bill(7, 34), "")),
    ("cmb/samples/credit-supplement.pdf", || cmb_pdf(&bill(71, 13), "（补）")),
    ("cmb/samples/credit-mail.eml", || Ok(cmb_mail(&bill(8, 15), Encoding::Utf8Base64))),
    ("cmb/samples/credit-mail-gbk.eml", || Ok(cmb_mail(&bill(81, 12), Encoding::GbkBase64Unnamed))),
    ("cmb/samples/credit-app.json", || Ok(cmb_json(&bill(82, 14), true).into_bytes())),
    ("cmb/samples/credit-app-bill-beside.json", || Ok(cmb_json(&bill(83, 9), false).into_bytes())),
    ("boc/samples/credit.pdf", || boc_pdf([&bill(9, 22), &bill(91, 5)], "2026-02", false)),
    ("boc/samples/credit-supplementary.pdf", || boc_pdf([&bill(10, 40), &bill(101, 4)], "", false)),
    ("boc/samples/credit-two-cards.pdf", || boc_pdf([&bill(14, 12), &bill(141, 9)], "2026-02", true)),
    ("boc/samples/credit-mail.html", || Ok(boc_page(&bill(11, 14)).into_bytes())),
    ("boc/samples/credit-mail.eml", || {
        let page = boc_page(&bill(112, 21));
        Ok(mail::message(
            "中国银行信用卡电子帐单",
            "boczhangdan@bankofchina.example",
            &page,
            Encoding::Utf8Base64,
            false,
        ))
    }),
    ("bocom/samples/credit-mail.html", || Ok(bocom_page(&bill(12, 18), false).into_bytes())),
    ("bocom/samples/credit-mail-2019.eml", || {
        let page = bocom_page(&bill(13, 12), true);
        Ok(mail::message("交通银行信用卡电子账单", "pccc@bocomcc.example", &page, Encoding::Utf8Base64, false))
    }),
    ("bocom/samples/credit.csv", || Ok(bocom_csv(&bill(14, 16)))),
    ("bocom/samples/credit-long.csv", || Ok(bocom_csv(&bill(141, 44)))),
    ("icbc/samples/credit-mail.eml", || {
        let page = icbc_page(&bill(15, 17));
        Ok(mail::message("中国工商银行客户对账单", "webmaster@icbc.example", &page, Encoding::Utf8Quoted, false))
    }),
    ("icbc/samples/credit-mail-saved.html", || Ok(icbc_page(&bill(151, 12)).into_bytes())),
    ("ccb/samples/credit-mail.eml", || {
        let page = ccb_page(&bill(16, 15), false);
        Ok(mail::message("中国建设银行信用卡电子账单", "service@vip.ccb.example", &page, Encoding::Utf8Base64, false))
    }),
    ("ccb/samples/credit-mail-brackets.html", || Ok(ccb_page(&bill(17, 12), true).into_bytes())),
    ("ccb/samples/credit.pdf", || ccb_pdf(&bill(18, 40), false)),
    ("ccb/samples/credit-legacy.pdf", || ccb_pdf(&bill(19, 16), true)),
    ("ccb/samples/credit-list.pdf", || ccb_list(&bill(24, 36), true)),
    ("ccb/samples/credit-list-spending-positive.pdf", || ccb_list(&bill(25, 12), false)),
    ("abc/samples/credit-mail.eml", || {
        let page = abc_page(&bill(20, 14));
        Ok(mail::message(
            "中国农业银行金穗信用卡电子对账单",
            "e-statement@creditcard.abchina.example",
            &page,
            Encoding::GbkBase64Unnamed,
            false,
        ))
    }),
    ("abc/samples/credit-mail-saved.html", || Ok(gb18030(&abc_page(&bill(201, 18))))),
    ("cmbc/samples/credit-mail.eml", || {
        let page = cmbc_page(&bill(21, 13));
        Ok(mail::message(
            "民生信用卡电子对账单",
            "master@creditcard.cmbc.example",
            &page,
            Encoding::GbkBase64Unnamed,
            true,
        ))
    }),
    ("cmbc/samples/credit-mail-saved.html", || Ok(cmbc_page(&bill(211, 20)).into_bytes())),
    ("cmbc/samples/credit.csv", || Ok(cmbc_csv(&bill(22, 15), false))),
    ("cmbc/samples/credit-abroad.csv", || Ok(cmbc_csv(&bill(221, 10), true))),
    ("citic/samples/credit.xls", || citic_xls(&bill(23, 20))),
    ("citic/samples/credit-two-currencies.xlsx", || citic_xlsx(&bill(231, 12), &bill(232, 6))),
    ("cgb/samples/credit.csv", || Ok(utf8_with_mark(&cgb_csv(&bill(24, 16))))),
    ("cgb/samples/credit-gbk.csv", || Ok(gb18030(&cgb_csv(&bill(241, 28))))),
];

/// 账单日: the last day of the period.
const CLOSED: Date = date(2026, 2, 20);
const BEGUN: Date = date(2026, 1, 21);
const CARD: &str = "4821";
const MERCHANTS: [&str; 9] = [
    "财付通-青禾便利店",
    "支付宝-老码头面馆",
    "美团支付-小满咖啡文苑路店",
    "京东支付-网银在线",
    "明月药房",
    "财付通-滴滴出行",
    "示例公共交通卡",
    "支付宝-东篱生鲜配送供应链管理有限公司文一路门店",
    "抖音支付-白塔书屋",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Repayment,
    Refund,
    Purchase,
    Instalment,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Repayment, Self::Refund, Self::Purchase, Self::Instalment];

    const fn word(self) -> &'static str {
        match self {
            Self::Repayment => "还款",
            Self::Refund => "退款",
            Self::Purchase => "消费",
            Self::Instalment => "分期",
        }
    }
}

#[derive(Debug, Clone)]
struct CardRow {
    kind: Kind,
    made: Date,
    posted: Date,
    text: String,
    /// Positive is spent.
    amount: Money,
}

impl CardRow {
    fn is_credit(&self) -> bool {
        self.amount.is_negative()
    }

    /// `1,234.56`, without its sign.
    fn figure(&self) -> String {
        grouped(self.amount.abs())
    }
}

struct Bill {
    rows: Vec<CardRow>,
    /// Owed before the period and at its end.
    before: Money,
    after: Money,
}

impl Bill {
    fn sum(&self, credits: bool) -> Money {
        self.rows.iter().filter(|row| row.is_credit() == credits).map(|row| row.amount).sum()
    }
}

/// A month of purchases, a repayment of what was owed, a refund and an instalment; oldest first.
fn bill(seed: u64, count: usize) -> Bill {
    let mut random = Random::new(seed);
    let before = Money::from_fen(random.between(80_000, 400_000));
    let mut rows = Vec::new();
    for index in 0..count.saturating_sub(3) {
        let day = (index * 28 / count.max(1)) as i64;
        let made = BEGUN.checked_add(day.days()).unwrap_or(BEGUN);
        let posted = made.tomorrow().unwrap_or(made);
        let text = random.pick(&MERCHANTS).copied().unwrap_or("明月药房").to_owned();
        rows.push(CardRow {
            kind: Kind::Purchase,
            made,
            posted,
            text,
            amount: Money::from_fen(random.between(300, 129_900)),
        });
    }
    let refund = Money::from_fen(random.between(1_000, 20_000)).negated();
    for (kind, day, text, amount) in [
        (Kind::Repayment, date(2026, 2, 6), "掌上生活还款", before.negated()),
        (Kind::Refund, date(2026, 2, 9), "京东支付-网银在线", refund),
        (Kind::Instalment, date(2026, 2, 18), "消费分期-手机商城 03/12", Money::from_fen(49_991)),
    ] {
        let made = if kind == Kind::Instalment { date(2025, 11, 18) } else { day };
        rows.push(CardRow { kind, made, posted: day, text: text.to_owned(), amount });
    }
    rows.sort_by_key(|row| row.posted);
    let after = before.plus(rows.iter().map(|row| row.amount).sum());
    Bill { rows, before, after }
}

fn signed(amount: Money) -> String {
    grouped(amount)
}

fn month_day(day: Date, mark: &str) -> String {
    format!("{:02}{mark}{:02}", day.month(), day.day())
}

fn slashed(day: Date) -> String {
    dashed(day).replace('-', "/")
}

fn info(title: &'static str) -> Info {
    Info { title, producer: "iText 2.1.7 by 1T3XT", creator: "", made: date(2026, 2, 21).at(6, 10, 0, 0) }
}

// ---- 招商银行 ----

/// The bill's equation: names over figures.
fn cmb_equation(bill: &Bill) -> [(&'static str, String); 6] {
    let repaid: Money = bill.rows.iter().filter(|row| row.kind == Kind::Repayment).map(|row| row.amount).sum();
    let refunded: Money = bill.rows.iter().filter(|row| row.kind == Kind::Refund).map(|row| row.amount).sum();
    [
        ("本期还款总额", grouped(bill.after)),
        ("上期账单金额", grouped(bill.before)),
        ("上期还款金额", grouped(repaid.abs())),
        ("本期账单金额", grouped(bill.sum(false))),
        ("本期调整金额", grouped(refunded.abs())),
        ("循环利息", "0.00".to_owned()),
    ]
}

fn cmb_pdf(bill: &Bill, suffix: &str) -> Result<Vec<u8>, MakeError> {
    const COLUMNS: [Column; 6] = [
        Column::left("交易日\nTrans Date", 43.0, 46.0),
        Column::left("记账日\nPost Date", 92.0, 46.0),
        Column::left("交易摘要\nDescription", 140.0, 210.0),
        Column::right("人民币金额\nRMB Amount", 409.0, 70.0),
        Column::right("卡号末四位\nCard Number", 495.0, 60.0),
        Column::right("交易地金额\nOriginal Tran Amount", 582.0, 80.0),
    ];
    let mut pdf = Pdf::new(info("招商银行信用卡对账单"));
    let font = pdf.font(Font::SONG);
    let mut rows = Vec::new();
    for kind in Kind::ALL {
        rows.push(Row::Line(43.0, kind.word().to_owned()));
        for row in bill.rows.iter().filter(|row| row.kind == kind) {
            let made = if kind == Kind::Repayment { String::new() } else { month_day(row.made, "/") };
            let card = if kind == Kind::Repayment { "" } else { CARD };
            // Long descriptions are cut by the bank.
            let text: String = row.text.chars().take(20).collect();
            let abroad = if kind == Kind::Purchase { "(CN)" } else { "" };
            rows.push(Row::Cells(vec![
                made,
                month_day(row.posted, "/"),
                text,
                signed(row.amount),
                card.to_owned(),
                format!("{}{abroad}", signed(row.amount)),
            ]));
        }
    }
    let table = Table {
        columns: &COLUMNS,
        page: A4,
        size: 8.0,
        leading: 9.6,
        pitch: 12.75,
        wrap: Wrap::Centred,
        top: (470.0, 770.0),
        bottom: 80.0,
        repeat_header: false,
    };
    let heading = |pdf: &mut Pdf, page: usize, pages: usize| {
        pdf.text(font, 7.0, 285.0, 30.0, &format!("{}/{pages}", page + 1));
        if page > 0 {
            return;
        }
        let title = format!("招商银行信用卡对账单（个人消费卡账户 2026年02月）{suffix}");
        pdf.text(font, 14.0, 130.0, 790.0, &title);
        pdf.text(font, 10.0, 220.0, 770.0, "CMB Credit Card Statement (2026.02)");
        for (index, (name, value)) in [
            ("账单日 Statement Date", "2026年02月20日".to_owned()),
            ("到期还款日 Payment Due Date", "2026年03月10日".to_owned()),
            ("信用额度 Credit Limit", "¥ 50,000.00".to_owned()),
            ("本期还款总额 Current Balance", format!("¥ {}", grouped(bill.after))),
            ("本期最低还款额 Minimum Payment", "¥ 312.00".to_owned()),
        ]
        .into_iter()
        .enumerate()
        {
            let y = 700.0 - index as f32 * 20.0;
            pdf.text(font, 9.0, 60.0, y, name);
            pdf.text(font, 9.0, 320.0, y, &value);
        }
        pdf.text(font, 10.0, 43.0, 510.0, "本期账务明细 Transaction Details");
        pdf.text(font, 9.0, 43.0, 492.0, "人民币账户 RMB A/C");
    };
    let mut y = table::draw(&mut pdf, font, &table, &rows, &heading) - 24.0;
    let equation = cmb_equation(bill);
    let marks = ["=", "-", "+", "-", "+", ""];
    for (index, ((name, figure), mark)) in equation.iter().zip(marks).enumerate() {
        let x = 43.0 + index as f32 * 90.0;
        pdf.text(font, 8.0, x, y, name);
        pdf.text(font, 8.0, x + 70.0, y, mark);
        pdf.text(font, 8.0, x, y - 14.0, &format!("¥ {figure}"));
    }
    y -= 40.0;
    pdf.text(font, 8.0, 280.0, y, "[END]");
    pdf.finish(None)
}

fn cmb_mail(bill: &Bill, encoding: Encoding) -> Vec<u8> {
    let mut rows = vec![mail::band(
        "fixBand30",
        &["", "交易日", "记账日", "交易摘要", "人民币金额", "卡号末四位", "交易地点", "交易地金额"],
    )];
    for row in &bill.rows {
        let made = if row.kind == Kind::Repayment { String::new() } else { month_day(row.made, "") };
        let amount = format!("¥ {}", signed(row.amount));
        let (place, abroad) = if row.kind == Kind::Purchase { ("CN", signed(row.amount)) } else { ("", String::new()) };
        let cells = ["", &made, &month_day(row.posted, ""), &row.text, &amount, CARD, place, &abroad];
        rows.push(mail::band("fixBand15", &cells));
    }
    let equation = cmb_equation(bill);
    let names: Vec<&str> = equation.iter().map(|(name, _)| *name).collect();
    let figures: Vec<String> = equation.iter().map(|(_, figure)| format!("¥ {figure}")).collect();
    let figures: Vec<&str> = figures.iter().map(String::as_str).collect();
    let body = format!(
        "<p>招商银行信用卡电子账单</p>{}{}<p>本期账务明细 Transaction Details</p><div id=\"fixBand29\"><div id=\"loopBand2\">{}</div></div>{}<p>★ 温馨提示：请按时还款。</p>",
        mail::table(&[mail::row(&["账单周期", &format!("{}-{}", slashed(BEGUN), slashed(CLOSED))])]),
        mail::table(&[mail::row(&["本期应还金额", &format!("¥ {}", grouped(bill.after))])]),
        mail::table(&rows),
        mail::table(&[mail::row(&names), mail::row(&figures)]),
    );
    let page = mail::page("招商银行信用卡电子账单", &mail::framed(&body));
    mail::message("招商银行信用卡电子账单", "ccsvc@message.cmbchina.example", &page, encoding, false)
}

/// What is said of the whole bill stands among the data, or beside it.
fn cmb_json(bill: &Bill, inside: bool) -> String {
    let rows: Vec<serde_json::Value> = bill
        .rows
        .iter()
        .map(|row| {
            serde_json::json!({
                "billDate": if row.kind == Kind::Repayment { String::new() } else { month_day(row.made, "") },
                "postingDate": month_day(row.posted, ""),
                "transactionAmount": row.amount.to_string(),
                "amount": row.amount.to_string(),
                "description": row.text,
                "cardNo": CARD,
                "transactionType": row.kind.word(),
            })
        })
        .collect();
    let info = serde_json::json!({
        "amount": bill.after.to_string(), "billCycleStart": slashed(BEGUN), "billCycleEnd": slashed(CLOSED),
        "repaymentDate": "2026/03/10", "minPayment": "312.00"
    });
    let whole = if inside {
        serde_json::json!({ "code": "1000", "data": { "detail": rows, "rmbBillInfo": info } })
    } else {
        serde_json::json!({ "code": "1000", "data": { "detail": rows }, "rmbBillInfo": info })
    };
    format!("{whole:#}\n")
}

// ---- 中国银行 ----

const BOC_HEADER: [&str; 6] = ["交易日", "银行记账日", "卡号后四位", "交易描述", "存入", "支出"];

fn boc_cells(row: &CardRow, card: &str, full_dates: bool) -> Vec<String> {
    let day = |day| if full_dates { dashed(day) } else { month_day(day, "/") };
    let (credit, debit) = if row.is_credit() { (row.figure(), String::new()) } else { (String::new(), row.figure()) };
    let made = if row.kind == Kind::Instalment { row.posted } else { row.made };
    vec![day(made), day(row.posted), card.to_owned(), format!("{}CHN", row.text), credit, debit]
}

/// 上期, 支出, 存入, 本期.
fn boc_summary(bill: &Bill) -> [String; 4] {
    [
        format!("欠款{}", grouped(bill.before)),
        grouped(bill.sum(false)),
        grouped(bill.sum(true).abs()),
        format!("欠款{}", grouped(bill.after)),
    ]
}

/// The last digits of a holder's other card.
const OTHER_CARD: &str = "7350";

/// With a month in its title, dates in full; without, a supplementary card's bill, dates without their year. The second
/// table is the dollars', or with `two_cards` another card's.
fn boc_pdf([yuan, second]: [&Bill; 2], month: &str, two_cards: bool) -> Result<Vec<u8>, MakeError> {
    const COLUMNS: [Column; 6] = [
        Column::left("交易日\nTransaction Date", 42.0, 70.0),
        Column::left("银行记账日\nPosting Date", 135.0, 70.0),
        Column::center("Last Four\nDigits", 252.0, 40.0),
        Column::center("交易描述\nDescription", 344.0, 92.0),
        Column::center("存入\nDeposit", 440.0, 60.0),
        Column::center("支出\nExpenditure", 533.0, 60.0),
    ];
    let mut pdf = Pdf::new(info("中国银行信用卡账单"));
    let font = pdf.font(Font::SONG);
    let full_dates = !month.is_empty();
    let foot = |pdf: &mut Pdf, page: usize| pdf.text(font, 9.0, 272.0, 5.0, &format!("第 {page} 页/共 3 页"));
    // What stands over each currency's table, from `y` down.
    let over = |pdf: &mut Pdf, y: f32, title: &str, bill: &Bill| {
        pdf.text(font, 10.0, 18.0, y, title);
        for (index, name) in
            ["上期存款/欠款余额", "本期支出金额", "本期存入金额", "本期存款/欠款余额", "最低还款额"].iter().enumerate()
        {
            pdf.text(font, 9.0, 40.0 + index as f32 * 112.0, y - 24.0, name);
        }
        for (index, figure) in boc_summary(bill).iter().chain([&"31.20".to_owned()]).enumerate() {
            pdf.text(font, 9.0, 52.0 + index as f32 * 112.0, y - 44.0, figure);
        }
        pdf.text(font, 9.0, 231.0, y - 76.0, "卡号后四位");
    };
    let table = |top: f32| Table {
        columns: &COLUMNS,
        page: A4,
        size: 9.0,
        leading: 12.5,
        pitch: 16.0,
        wrap: Wrap::Centred,
        top: (top, 800.0),
        bottom: 40.0,
        repeat_header: false,
    };
    let cells = |bill: &Bill, card: &str| -> Vec<Row> {
        bill.rows.iter().map(|row| Row::Cells(boc_cells(row, card, full_dates))).collect()
    };
    let of = |card: &str| if two_cards { format!("（卡号：{card}）") } else { String::new() };
    let other = if two_cards { OTHER_CARD } else { CARD };
    let currency = if two_cards { "人民币账户交易明细/RMB" } else { "美元账户交易明细/USD" };
    pdf.page(A4);
    let (title, english) = if full_dates {
        (format!("中国银行信用卡账单({month})"), "BOC Credit Card Billing Statement(2026-02)")
    } else {
        ("中国银行信用卡账单".to_owned(), "BOC Credit Supplementary Card Billing Statement(2026-02)")
    };
    pdf.text(font, 16.0, 182.0, 790.0, &title);
    pdf.text(font, 12.0, 120.0, 770.0, english);
    pdf.text(font, 9.0, 18.0, 740.0, "客户姓名/Customer Name");
    pdf.text(font, 9.0, 522.0, 740.0, "顾小满");
    pdf.text(font, 9.0, 68.0, 700.0, "到期还款日");
    pdf.text(font, 9.0, 216.0, 700.0, "账单日");
    pdf.text(font, 9.0, 68.0, 688.0, "Payment Due Date");
    pdf.text(font, 9.0, 200.0, 688.0, "Statement Closing Date");
    pdf.text(font, 9.0, 65.0, 670.0, "2026-03-12");
    pdf.text(font, 9.0, 205.0, 670.0, "2026-02-20");
    pdf.text(font, 9.0, 336.0, 670.0, &format!("欠款 RMB {}", grouped(yuan.after)));
    let title = format!("人民币账户交易明细/RMB Transaction Detailed List{}", of(CARD));
    over(&mut pdf, 630.0, &title, yuan);
    let y = table::draw_below(&mut pdf, font, &table(540.0), &cells(yuan, CARD), &|pdf, page, _| foot(pdf, page + 1));
    // The second table begins where the first ends, on the same page.
    over(&mut pdf, y - 30.0, &format!("{currency} Transaction Detailed List{}", of(other)), second);
    let end = table::draw_below(&mut pdf, font, &table(y - 120.0), &cells(second, other), &|_, _, _| ());
    pdf.text(font, 10.0, 18.0, end - 24.0, "积分奖励计划/Loyalty Plan");
    pdf.finish(None)
}

fn boc_page(bill: &Bill) -> String {
    let mut rows = vec![mail::row(&BOC_HEADER)];
    for row in &bill.rows {
        let cells = boc_cells(row, CARD, true);
        rows.push(mail::row(&cells.iter().map(String::as_str).collect::<Vec<_>>()));
    }
    let summary = boc_summary(bill);
    let summary: Vec<&str> = summary.iter().map(String::as_str).collect();
    let body = format!(
        "<h2>中国银行电子帐单</h2>{}<p>人民币账户交易明细/RMB Transaction Detailed List</p>{}<div class=\"bill_card_detail\">{}</div><p>积分奖励计划</p>",
        mail::table(&[mail::row(&["到期还款日", "账单日"]), mail::row(&["2026-03-12", "2026-02-20"])]),
        mail::table(&[
            mail::row(&["上期存款/欠款余额", "本期支出金额", "本期存入金额", "本期存款/欠款余额"]),
            mail::row(&summary)
        ]),
        mail::table(&rows),
    );
    mail::page("中国银行电子帐单", &mail::framed(&body))
}

// ---- 交通银行 ----

/// With `old`, days without their year and a column for the card.
fn bocom_page(bill: &Bill, old: bool) -> String {
    let day = |day| if old { month_day(day, "/") } else { slashed(day) };
    let part = |credits: bool| {
        let mut rows = vec![if old {
            mail::row(&["交易日期", "记账日期", "卡末四位", "交易说明", "交易币种/金额", "入账币种/金额"])
        } else {
            mail::row(&["交易日期", "记账日期", "交易说明", "交易币种/金额", "入账币种/金额"])
        }];
        if !old {
            rows.push("<tr><td colspan=\"5\">人民币账户明细</td></tr>".to_owned());
            rows.push(format!("<tr><td colspan=\"5\">主卡 卡号末四位 {CARD}</td></tr>"));
        }
        for row in bill.rows.iter().filter(|row| row.is_credit() == credits) {
            let amount = format!("CNY {}", row.figure());
            let (made, posted) =
                (day(if row.kind == Kind::Instalment { row.posted } else { row.made }), day(row.posted));
            let mut cells = vec![made.as_str(), &posted];
            if old {
                cells.push(CARD);
            }
            cells.extend([row.text.as_str(), &amount, &amount]);
            rows.push(mail::row(&cells));
        }
        mail::table(&rows).replace("<table", "<table id=\"table3\"")
    };
    let body = format!(
        "<p>尊敬的顾女士：</p>{}<p>以下是您的还款、退货及费用返还明细</p>{}<p>以下是您的消费、取现及其他费用明细</p>{}<p>温馨提示：请按时还款。</p>",
        mail::table(&[
            mail::row(&[&format!("账单周期： {}-{}", slashed(BEGUN), slashed(CLOSED)), "到期还款日", "2026/03/15"]),
            mail::row(&["本期应还款额", &grouped(bill.after), "最低还款额", "312.00"]),
        ]),
        part(true),
        part(false),
    );
    mail::page("交通银行信用卡电子账单", &mail::framed(&body))
}

fn bocom_csv(bill: &Bill) -> Vec<u8> {
    let mut text = "\"交易日期\",\"记账日期\",\"卡末四位\",\"交易说明\",\"交易金额\",\"入账金额\"\n".to_owned();
    for row in bill.rows.iter().rev() {
        let prefix = match row.kind {
            Kind::Repayment => "信用卡还款",
            Kind::Refund => "退货",
            Kind::Purchase => "消费",
            Kind::Instalment => "分期付款",
        };
        let (made, posted, figure) = (slashed(row.made), slashed(row.posted), row.amount.abs());
        text.push_str(&format!(
            "\"{made}\",\"{posted}\",\"{CARD}\",\"{prefix} {}\",\"CNY {figure}\",\"CNY {figure}\"\n",
            row.text
        ));
    }
    text.into_bytes()
}

// ---- 工商银行 ----

fn icbc_page(bill: &Bill) -> String {
    let mut rows = vec![
        mail::row(&["卡号后四位", "交易日", "记账日", "交易类型", "商户名称/城市", "交易金额/币种", "记账金额/币种"]),
        mail::row(&["---主卡明细---", "", "", "", "", "", ""]),
    ];
    for row in &bill.rows {
        let side = if row.is_credit() { "存入" } else { "支出" };
        let (made, posted) = (dashed(row.made), dashed(row.posted));
        let plain = format!("{}/RMB", row.figure());
        let posted_amount = format!("{}/RMB({side})", row.figure());
        rows.push(mail::row(&[CARD, &made, &posted, row.kind.word(), &row.text, &plain, &posted_amount]));
    }
    let body = format!(
        "<p>中国工商银行客户对账单</p>{}{}<p>温馨提示：请按时还款。</p>",
        mail::table(&[
            mail::row(&["尊敬的顾小满女士：", "对账单生成日2026年2月20日"]),
            mail::row(&["账单周期2026年1月21日—2026年2月20日", "贷记卡到期还款日2026年3月17日"])
        ]),
        mail::framed(&mail::table(&rows)),
    );
    mail::page("中国工商银行客户对账单", &mail::framed(&body))
}

// ---- 建设银行 ----

fn ccb_page(bill: &Bill, brackets: bool) -> String {
    let before = format!("CNY {}", grouped(bill.before));
    let mut rows = vec![
        mail::row(&["上期账单余额(Previous Balance)", "", "", "", "", "", "", &before]),
        "<tr><td>交易日</td><td>银行记账日</td><td>卡号后四位</td><td>交易描述</td><td colspan=\"2\">交易币/金额</td><td colspan=\"2\">结算币/金额</td></tr>".to_owned(),
        mail::row(&["T-Date", "P-Date", "Card No.", "Description", "Tran Curr/Amt", "", "Sett Curr/Amt", ""]),
        mail::row(&["[人民币账户] RMB Account", "", "", "", "", "", "", ""]),
    ];
    for row in &bill.rows {
        let figure = match (row.is_credit(), brackets) {
            (true, true) => format!("({})", row.figure()),
            _ => signed(row.amount),
        };
        let (made, posted) = (dashed(row.made), dashed(row.posted));
        rows.push(mail::row(&[&made, &posted, CARD, &row.text, "CNY", &figure, "CNY", &figure]));
    }
    rows.push(mail::row(&["*** 结束 The End ***", "", "", "", "", "", "", ""]));
    let body = format!(
        "<p>中国建设银行信用卡电子账单</p>{}{}",
        mail::table(&[
            mail::row(&["本期账单日", "2026-02-20", "到期还款日", "2026-03-11"]),
            mail::row(&[
                "本期账单余额(New Balance)",
                &format!("CNY {}", grouped(bill.after)),
                "最低还款额",
                "CNY 312.00"
            ]),
        ]),
        mail::table(&rows),
    );
    mail::page("中国建设银行信用卡", &mail::framed(&body))
}

fn ccb_pdf(bill: &Bill, legacy: bool) -> Result<Vec<u8>, MakeError> {
    const NEW: [Column; 6] = [
        Column::left("交易日\nT-Date", 40.0, 60.0),
        Column::left("银行记账日\nP-Date", 105.0, 60.0),
        Column::left("卡号后四位\nCard No.", 170.0, 50.0),
        Column::left("交易描述\nDescription", 235.0, 160.0),
        Column::right("交易币/金额\nTran Curr/Amt", 480.0, 80.0),
        Column::right("结算币/金额\nSett Curr/Amt", 565.0, 80.0),
    ];
    const LEGACY: [Column; 6] = [
        Column::left("交易日", 40.0, 60.0),
        Column::left("记账日", 95.0, 60.0),
        Column::left("卡号后四位", 150.0, 50.0),
        Column::right("交易币种/金额", 300.0, 80.0),
        Column::right("结算币种/金额", 400.0, 80.0),
        Column::left("交易描述", 420.0, 150.0),
    ];
    let mut pdf = Pdf::new(info("中国建设银行信用卡对账单"));
    let font = pdf.font(Font::SONG);
    let rows: Vec<Row> = bill
        .rows
        .iter()
        .map(|row| {
            let amount = signed(row.amount);
            Row::Cells(if legacy {
                let amount = format!("CNY/{amount}");
                vec![compact(row.made), compact(row.posted), CARD.to_owned(), amount.clone(), amount, row.text.clone()]
            } else {
                let amount = format!("CNY {amount}");
                vec![dashed(row.made), dashed(row.posted), CARD.to_owned(), row.text.clone(), amount.clone(), amount]
            })
        })
        .collect();
    let columns: &[Column] = if legacy { &LEGACY } else { &NEW };
    let table = Table {
        columns,
        page: A4,
        size: 8.0,
        leading: 9.6,
        pitch: 15.0,
        wrap: Wrap::Centred,
        top: (620.0, 740.0),
        bottom: 90.0,
        repeat_header: true,
    };
    let around = |pdf: &mut Pdf, page: usize, pages: usize| {
        pdf.text(font, 8.0, 270.0, 30.0, &format!("第{}页/共{pages}页", page + 1));
        if page > 0 {
            pdf.text(font, 8.0, 40.0, 760.0, "承前页");
        } else {
            pdf.text(font, 14.0, 190.0, 800.0, "中国建设银行信用卡对账单");
            pdf.text(font, 9.0, 40.0, 760.0, "客户姓名：顾小满");
            pdf.text(font, 9.0, 300.0, 760.0, "本期账单日：2026-02-20");
            pdf.text(font, 9.0, 40.0, 740.0, "本期账单余额(New Balance)");
            pdf.text(font, 9.0, 300.0, 740.0, &format!("CNY {}", grouped(bill.after)));
            pdf.text(font, 9.0, 40.0, 700.0, "【交易明细】");
            pdf.text(font, 9.0, 40.0, 660.0, "上期账单余额(Previous Balance)");
            pdf.text(font, 9.0, 480.0, 660.0, &format!("CNY {}", grouped(bill.before)));
        }
        if page + 1 < pages {
            pdf.text(font, 8.0, 40.0, 70.0, "接下页");
        }
    };
    let y = table::draw(&mut pdf, font, &table, &rows, &around);
    pdf.text(font, 8.0, 230.0, y - 20.0, "*** 结束 The End ***");
    pdf.finish(None)
}

/// The app's list, `xykmx_….pdf`; no published page says which sign spending has.
fn ccb_list(bill: &Bill, spending_is_negative: bool) -> Result<Vec<u8>, MakeError> {
    const COLUMNS: [Column; 6] = [
        Column::center("序号\nNo.", 52.0, 24.0),
        Column::left("交易日\nTrans Date", 76.0, 60.0),
        Column::left("记账日\nPost Date", 146.0, 60.0),
        Column::left("卡号\nCard No.", 216.0, 70.0),
        Column::left("描述\nDescription", 300.0, 130.0),
        Column::right("金额\nAmount", 560.0, 100.0),
    ];
    let mut pdf = Pdf::new(info("信用卡交易明细"));
    let font = pdf.font(Font::SONG);
    let cells = |(row, n): (&CardRow, usize)| {
        let amount = if spending_is_negative { row.amount.negated() } else { row.amount };
        let card = format!("6259********{CARD}");
        let amount = format!("人民币 元/{}", signed(amount));
        Row::Cells(vec![n.to_string(), compact(row.made), compact(row.posted), card, row.text.clone(), amount])
    };
    let rows: Vec<Row> = bill.rows.iter().rev().zip(1..).map(cells).collect();
    let table = Table {
        columns: &COLUMNS,
        page: A4,
        size: 8.0,
        leading: 9.6,
        pitch: 18.0,
        wrap: Wrap::Centred,
        top: (700.0, 770.0),
        bottom: 60.0,
        repeat_header: true,
    };
    table::draw(&mut pdf, font, &table, &rows, &|pdf, page, pages| {
        pdf.text(font, 8.0, 270.0, 30.0, &format!("第{}页/共{pages}页", page + 1));
        if page == 0 {
            pdf.text(font, 14.0, 120.0, 800.0, "中国建设银行信用卡交易明细 Credit Card Transaction Details");
            pdf.text(font, 9.0, 40.0, 760.0, "客户姓名：顾小满");
            pdf.text(font, 9.0, 300.0, 760.0, "起止日期：20260121-20260220");
            pdf.text(font, 9.0, 40.0, 740.0, "生成时间：2026-03-01 09:30:00");
        }
    });
    pdf.finish(None)
}

// ---- 农业银行, 民生银行, 中信银行, 广发银行 ----

fn abc_page(bill: &Bill) -> String {
    let mut rows = vec![
        mail::band(
            "fixBand9",
            &["交易日", "入账日期", "卡号末四位", "交易摘要", "交易地点", "交易金额/币种", "入账金额/币种"],
        ),
        mail::band(
            "fixBand9",
            &["Trans Date", "Post Date", "Card Number", "Description", "Tran Location", "Tran Amt", "Sett Amt"],
        ),
    ];
    for row in &bill.rows {
        let short = |day| compact(day).chars().skip(2).collect::<String>();
        let amount = format!("{}/CNY", signed(row.amount.negated()));
        let (made, posted) = (short(row.made), short(row.posted));
        let text = row.text.replacen('-', ",", 1);
        rows.push(mail::band("fixBand10", &[&made, &posted, CARD, &text, "CHN", &amount, &amount]));
    }
    let body = format!(
        "<p>中国农业银行金穗信用卡电子对账单</p>{}<div id=\"loopBand1\">{}</div><p>温馨提示：请按时还款。</p>",
        mail::table(&[mail::row(&["账单周期", &format!("{}-{}", slashed(BEGUN), slashed(CLOSED))])]),
        mail::table(&rows),
    );
    mail::page("金穗信用卡", &mail::framed(&body))
}

fn cmbc_page(bill: &Bill) -> String {
    let mut rows = vec![mail::band("fixBand28", &["交易日", "记账日", "交易摘要", "交易金额", "卡号末四位"])];
    for row in &bill.rows {
        let (made, posted) = (month_day(row.made, "/"), month_day(row.posted, "/"));
        rows.push(mail::band("loopBand3", &[&made, &posted, &row.text, &signed(row.amount), CARD]));
    }
    let body = format!(
        "<p>民生信用卡电子对账单</p>{}<p><span id=\"fixBand29\">人民币 RMB</span></p>{}<p>温馨提示：请按时还款。</p>",
        mail::table(&[mail::row(&["账单日", "2026/02/20", "本期最后还款日", "2026/03/12"])]),
        mail::table(&rows),
    );
    mail::page("民生信用卡", &mail::framed(&body))
}

/// Abroad, a description ends in the country, the amount and its currency.
fn cmbc_csv(bill: &Bill, abroad: bool) -> Vec<u8> {
    let mut text = "交易日,记账日,卡号末四位,授权码,摘要,金额\n".to_owned();
    for (number, row) in bill.rows.iter().enumerate() {
        let (made, posted) = (month_day(row.made, ""), compact(row.posted));
        let place = if abroad && number % 3 == 0 { " US12.34 USD" } else { "" };
        let code = 310_000 + number * 37;
        text.push_str(&format!("{made},{posted},{CARD},{code:06},{}{place},{}\n", row.text, row.amount));
    }
    text.into_bytes()
}

fn citic_xls(bill: &Bill) -> Result<Vec<u8>, MakeError> {
    use xls::Cell;
    let mut rows = vec![
        vec![Cell::text("本期账单明细(人民币)")],
        ["交易日期", "入账日期", "交易描述", "卡末四位", "交易币种", "结算币种", "交易金额", "结算金额"]
            .map(Cell::text)
            .to_vec(),
    ];
    for row in bill.rows.iter().rev() {
        let figure = row.amount.to_string();
        rows.push(vec![
            Cell::text(dashed(row.made)),
            Cell::text(dashed(row.posted)),
            Cell::text(row.text.replace('-', "－")),
            Cell::Number(821.0),
            Cell::text("人民币"),
            Cell::text("人民币"),
            Cell::text(figure.as_str()),
            Cell::text(figure.as_str()),
        ]);
    }
    rows.push(vec![Cell::Blank]);
    xls::workbook("本期账单明细(人民币)", &rows, &[xls::Merge { row: 0, first_column: 0, last_column: 7 }])
}

/// Saved again, a sheet for each currency; a blank row among the data.
fn citic_xlsx(yuan: &Bill, dollars: &Bill) -> Result<Vec<u8>, MakeError> {
    let lines = |title: &str, bill: &Bill, currency: &str| {
        let names = "交易日期|入账日期|交易描述|卡末四位|交易币种|结算币种|交易金额|结算金额";
        let mut lines = vec![title.to_owned(), names.to_owned()];
        for row in bill.rows.iter().rev() {
            let (text, amount) = (row.text.replace('-', "－"), row.amount);
            let (made, posted) = (dashed(row.made), dashed(row.posted));
            lines.push(format!("{made}|{posted}|{text}|{CARD}|{currency}|{currency}|{amount}|{amount}"));
        }
        lines.insert(lines.len() / 2, String::new());
        lines.iter().map(|line| line.split('|').map(str::to_owned).collect()).collect::<Vec<Vec<String>>>()
    };
    let (yuan_title, dollar_title) = ("本期账单明细(人民币)", "本期账单明细(美元)");
    workbook(&[(yuan_title, lines(yuan_title, yuan, "人民币")), (dollar_title, lines(dollar_title, dollars, "美元"))])
}

fn cgb_csv(bill: &Bill) -> String {
    let mut text = "交易日期,入账日期,交易摘要,交易金额,交易货币,入账金额,入账货币\n".to_owned();
    for row in &bill.rows {
        let (made, posted, amount) = (slashed(row.made), slashed(row.posted), row.amount);
        text.push_str(&format!(
            "{made},{posted},（{}）{},{amount},人民币,{amount},人民币\n",
            row.kind.word(),
            row.text
        ));
    }
    text
}
