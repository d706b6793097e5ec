//! Papers of wallets and platforms beyond their usual exports: certificates, 余额宝, 京东, 美团, 云闪付.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, date};
use model::Money;

use super::Paper;
use super::table::{self, Column, Row, Table, Wrap};
use crate::MakeError;
use crate::pdf::{A4, A4_LANDSCAPE, Font, Info, Pdf};
use crate::random::Random;
use crate::text::{compact, dashed, gb18030, moment, utf8_with_mark};
use crate::xls::{self, Cell};

pub const PAPERS: &[Paper] = &[
    ("alipay/samples/certificate.pdf", || alipay_certificate(&movements(41, 30), Some("顾小满"))),
    ("alipay/samples/certificate-short.pdf", || alipay_certificate(&movements(42, 12), None)),
    ("alipay/samples/yuebao.xls", || yuebao(51, 14)),
    ("alipay/samples/yuebao-month.xls", || yuebao(52, 31)),
    ("wechat/samples/certificate.pdf", || wechat_certificate(&movements(43, 28), Wrap::Centred)),
    ("wechat/samples/certificate-rows-hang.pdf", || wechat_certificate(&movements(44, 16), Wrap::Top)),
    ("jd/samples/platform.csv", || Ok(jd(45, 24, true))),
    ("jd/samples/platform-few-columns.csv", || Ok(jd(46, 14, false))),
    ("meituan/samples/no-repayment.csv", || Ok(meituan(47, 18, false))),
    ("meituan/samples/repayment.csv", || Ok(meituan(48, 24, true))),
    ("hxsec/samples/deliveries.xls", || Ok(gb18030(&deliveries(55, 16)))),
    ("hxsec/samples/deliveries-short.xls", || Ok(gb18030(&deliveries(56, 6)))),
    ("unionpay/samples/app.csv", || Ok(unionpay(49, false))),
    ("unionpay/samples/app-account.csv", || Ok(unionpay(50, true))),
    ("unionpay/samples/app-newest-first.csv", || Ok(newest_first(&unionpay(53, false)))),
    ("unionpay/samples/app-account-newest-first.csv", || Ok(newest_first(&unionpay(54, true)))),
];

const FROM: Date = date(2026, 3, 1);
const TO: Date = date(2026, 3, 31);
const SHOPS: [&str; 7] = [
    "青禾便利店(文苑店)",
    "老码头面馆",
    "小满咖啡",
    "东篱生鲜配送供应链管理有限公司",
    "明月药房",
    "滴滴出行",
    "白塔书屋",
];
const GOODS: [&str; 6] =
    ["午餐", "订单付款", "可循环使用的保温便当盒三件套 蓝色 大号", "面包", "先乘后付", "图书 5 册"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    In,
    Out,
    Neutral,
}

impl Side {
    const fn word(self, neutral: &'static str) -> &'static str {
        match self {
            Self::In => "收入",
            Self::Out => "支出",
            Self::Neutral => neutral,
        }
    }
}

struct Movement {
    time: DateTime,
    side: Side,
    party: String,
    item: String,
    method: &'static str,
    amount: Money,
    order: String,
    merchant_order: String,
}

/// Newest first.
fn movements(seed: u64, count: usize) -> Vec<Movement> {
    let mut random = Random::new(seed);
    let mut made: Vec<Movement> = (0..count)
        .map(|index| {
            let seconds = (index * 2_600_000 / count.max(1)) as i64 + random.between(30_000, 80_000);
            let time = FROM.at(0, 0, 0, 0).checked_add(seconds.seconds()).unwrap_or(FROM.at(0, 0, 0, 0));
            let side = match index % 7 {
                2 => Side::In,
                5 => Side::Neutral,
                _ => Side::Out,
            };
            let shop = random.pick(&SHOPS).copied().unwrap_or_default();
            let goods = random.pick(&GOODS).copied().unwrap_or_default();
            let (party, item, method) = match side {
                Side::In => ("沈一诺".to_owned(), "转账".to_owned(), "余额"),
                Side::Neutral => ("示例基金管理有限公司".to_owned(), "余额宝-单次转入".to_owned(), "账户余额"),
                Side::Out => (shop.to_owned(), goods.to_owned(), "示例银行储蓄卡(0417)"),
            };
            Movement {
                time,
                side,
                party,
                item,
                method,
                amount: Money::from_fen(random.between(150, 99_999)),
                order: format!("{}2200{}", compact(time.date()), random.digits(16)),
                merchant_order: if side == Side::Out { format!("T200P{}", random.digits(19)) } else { String::new() },
            }
        })
        .collect();
    made.reverse();
    made
}

fn info(title: &'static str) -> Info {
    Info { title, producer: "iText 5.5.13", creator: "", made: date(2026, 4, 2).at(10, 20, 30, 0) }
}

fn alipay_certificate(rows: &[Movement], name: Option<&str>) -> Result<Vec<u8>, MakeError> {
    const COLUMNS: [Column; 8] = [
        Column::left("收/支", 36.0, 20.0),
        Column::left("交易对方", 66.0, 70.0),
        Column::left("商品说明", 146.0, 80.0),
        Column::left("收/付款方式", 236.0, 70.0),
        Column::left("金额", 316.0, 50.0),
        Column::left("交易订单号", 370.0, 62.0),
        Column::left("商家订单号", 440.0, 60.0),
        Column::left("交易时间", 508.0, 52.0),
    ];
    let mut pdf = Pdf::new(info("交易流水证明"));
    let font = pdf.font(Font::SONG);
    let cells: Vec<Row> = rows
        .iter()
        .map(|row| {
            let time = moment(row.time).replace(' ', "\n");
            let side = row.side.word("不计收支").to_owned();
            let amount = row.amount.to_string();
            let cells = [side, row.party.clone(), row.item.clone(), row.method.to_owned(), amount, row.order.clone()];
            Row::Cells(cells.into_iter().chain([row.merchant_order.clone(), time]).collect())
        })
        .collect();
    let table = Table {
        columns: &COLUMNS,
        page: A4,
        size: 8.0,
        leading: 10.0,
        pitch: 18.0,
        wrap: Wrap::Centred,
        top: (640.0, 790.0),
        bottom: 60.0,
        repeat_header: true,
    };
    let around = |pdf: &mut Pdf, page: usize, pages: usize| {
        pdf.text(font, 8.0, 280.0, 24.0, &format!("{}/{pages}", page + 1));
        if page > 0 {
            return;
        }
        pdf.text(font, 9.0, 36.0, 810.0, "支付宝支付科技有限公司");
        pdf.text(font, 16.0, 240.0, 770.0, "交易流水证明");
        pdf.text(font, 9.0, 36.0, 740.0, "编号:2026040200085003");
        let whose = name.unwrap_or("罗大川");
        let proves = format!("兹证明:{whose}(证件号码:990102********0413)在其支付宝账号138****0000中明细信息如下:");
        pdf.text(font, 9.0, 36.0, 720.0, &proves);
        pdf.text(font, 9.0, 36.0, 700.0, "币种：人民币 / 单位：元");
        pdf.text(font, 9.0, 36.0, 680.0, "交易时间段：2026-03-01 00:00:00 至 2026-03-31 23:59:59");
        pdf.text(font, 9.0, 36.0, 664.0, "交易类型：全部");
    };
    let y = table::draw(&mut pdf, font, &table, &cells, &around);
    pdf.text(font, 9.0, 380.0, y - 30.0, "支付宝支付科技有限公司");
    pdf.finish(None)
}

fn wechat_certificate(rows: &[Movement], wrap: Wrap) -> Result<Vec<u8>, MakeError> {
    const COLUMNS: [Column; 8] = [
        Column::left("交易单号", 30.0, 72.0),
        Column::left("交易时间", 120.0, 56.0),
        Column::left("交易类型", 195.0, 70.0),
        Column::left("收/支/其他", 280.0, 50.0),
        Column::left("交易方式", 345.0, 90.0),
        Column::right("金额(元)", 500.0, 60.0),
        Column::left("交易对方", 520.0, 130.0),
        Column::left("商户单号", 670.0, 72.0),
    ];
    let mut pdf = Pdf::new(info("微信支付交易明细证明"));
    let font = pdf.font(Font::SONG);
    let cells: Vec<Row> = rows
        .iter()
        .map(|row| {
            let order: String = row.order.chars().take(16).chain(['\n']).chain(row.order.chars().skip(16)).collect();
            let time = moment(row.time).replace(' ', "\n");
            let (kind, method) = match row.side {
                Side::In => ("转账", "/"),
                Side::Out => ("商户消费", row.method),
                Side::Neutral => ("零钱提现", "示例银行(0417)"),
            };
            let side = row.side.word("其他");
            let party = if row.side == Side::Neutral { "示例银行(0417)" } else { &row.party };
            let merchant = if row.merchant_order.is_empty() { "/" } else { &row.merchant_order };
            let cells = [&order, &time, kind, side, method, &row.amount.to_string(), party, merchant];
            Row::Cells(cells.map(str::to_owned).to_vec())
        })
        .collect();
    let table = Table {
        columns: &COLUMNS,
        page: A4_LANDSCAPE,
        size: 9.0,
        leading: 11.0,
        pitch: 18.0,
        wrap,
        top: (430.0, 550.0),
        bottom: 50.0,
        repeat_header: true,
    };
    let around = |pdf: &mut Pdf, page: usize, _: usize| {
        if page > 0 {
            return;
        }
        pdf.text(font, 16.0, 330.0, 560.0, "微信支付交易明细证明");
        pdf.text(font, 9.0, 30.0, 535.0, "编号:20260402001120038417");
        let proves =
            "兹证明：顾小满（居民身份证：990102********0413），在其微信号：xiaoman_example中的交易明细信息如下";
        pdf.text(font, 9.0, 30.0, 515.0, proves);
        pdf.text(font, 9.0, 30.0, 495.0, "币种:人民币 / 单位:元");
        pdf.text(font, 9.0, 30.0, 475.0, "交易明细对应时间段 2026-03-01 00:00:00至2026-03-31 23:59:59");
        pdf.text(font, 9.0, 30.0, 455.0, "具体交易明细");
    };
    let y = table::draw(&mut pdf, font, &table, &cells, &around);
    pdf.text(font, 9.0, 30.0, y - 20.0, "说明：");
    pdf.text(font, 9.0, 30.0, y - 34.0, "1. 本证明仅列出该微信号在上述时间段内的交易。");
    pdf.finish(None)
}

fn yuebao(seed: u64, days: i8) -> Result<Vec<u8>, MakeError> {
    let mut random = Random::new(seed);
    let mut balance = Money::from_fen(1_204_518);
    let mut rows = Vec::new();
    let mut add = |day: Date, kind: &str, amount: Money, balance: &mut Money| {
        *balance = if kind == "转出" { balance.minus(amount) } else { balance.plus(amount) };
        let texts = [format!("{} 03:12:40", dashed(day)), amount.to_string(), kind.to_owned(), balance.to_string()];
        rows.push(texts.map(Cell::Text).to_vec());
    };
    for day in 1..=days {
        let on = date(2026, 3, day);
        add(on, "收益", Money::from_fen(random.between(40, 75)), &mut balance);
        match day {
            4 | 25 => add(on, "单次转入", Money::from_fen(200_000), &mut balance),
            7 | 19 | 28 => add(on, "转出", Money::from_fen(85_000), &mut balance),
            11 => add(on, "余额自动转入", Money::from_fen(30_145), &mut balance),
            _ => {}
        }
    }
    rows.reverse();
    let mut sheet = vec![
        vec![Cell::text("余额宝收支明细查询")],
        vec![Cell::text("支付宝账户：138****0000")],
        vec![Cell::text("起始时间：2026-03-01"), Cell::Text(format!("终止时间：2026-03-{days:02}"))],
        vec![Cell::text("--------------------余额宝收支明细--------------------")],
        ["时间", "金额（元）", "类型", "余额（元）"].map(Cell::text).to_vec(),
    ];
    let last = date(2026, 3, days);
    let made = format!("导出时间：{} 09:00:00", dashed(last.tomorrow().unwrap_or(last)));
    let count = rows.len();
    sheet.extend(rows);
    for text in ["----------------------------------------", made.as_str(), "用户：顾小满"] {
        sheet.push(vec![Cell::text(text)]);
    }
    sheet.insert(sheet.len() - 2, vec![Cell::text(format!("共{count}笔记录"))]);
    xls::workbook("余额宝收支明细", &sheet, &[])
}

/// With all its columns, a product name in each file holds a comma that is not quoted.
fn jd(seed: u64, count: usize, all_columns: bool) -> Vec<u8> {
    struct Line {
        cells: [String; 11],
        side: Side,
        net: Money,
    }
    let mut random = Random::new(seed);
    let (mut lines, mut refunded_sum, mut partly) = (Vec::new(), Money::ZERO, 0);
    for index in 0..count {
        let time = FROM.at(9, 5, 0, 0).checked_add((index as i64 * 27).hours()).unwrap_or(FROM.at(9, 5, 0, 0));
        let amount = Money::from_fen(random.between(990, 59_900));
        let goods = random.pick(&GOODS).copied().unwrap_or_default();
        let order = random.digits(12);
        let mut add = |item: &str, printed: String, method: &str, status: &str, side: Side, kind: &str, net: Money| {
            let cells = [
                format!("{}\t", moment(time)),
                "京东平台商户".to_owned(),
                item.to_owned(),
                printed,
                method.to_owned(),
                status.to_owned(),
                side.word("不计收支").to_owned(),
                kind.to_owned(),
                format!("{order}\t"),
                format!("10{order}\t"),
                " ".to_owned(),
            ];
            lines.push(Line { cells, side, net });
        };
        let card = "示例银行信用卡(0417)";
        match index % 6 {
            1 => {
                let back = Money::from_fen(amount.ten_thousandths() / 100 / 3);
                let printed = format!("{amount}(已退款{back})");
                add(goods, printed, card, "交易成功", Side::Out, "食品酒饮", amount.minus(back));
                add(&format!("退款-{goods}"), back.to_string(), card, "退款成功", Side::Neutral, "食品酒饮", back);
                refunded_sum = refunded_sum.plus(back);
                partly += 1;
            }
            3 => {
                let printed = format!("{amount}(已全额退款)");
                add(goods, printed, "京东白条", "交易成功", Side::Neutral, "网购", Money::ZERO);
                add(
                    &format!("退款-{goods}"),
                    amount.to_string(),
                    "京东白条",
                    "退款成功",
                    Side::Neutral,
                    "网购",
                    amount,
                );
                refunded_sum = refunded_sum.plus(amount);
            }
            4 if all_columns => {
                add("保鲜膜 30cm,加厚型", amount.to_string(), card, "交易成功", Side::Out, "网购", amount);
            }
            5 if index == 5 => add(
                "白条还款",
                amount.to_string(),
                "示例银行储蓄卡(0417)",
                "还款成功",
                Side::Neutral,
                "白条",
                Money::ZERO,
            ),
            _ => add(goods, amount.to_string(), card, "交易成功", Side::Out, "食品酒饮", amount),
        }
    }
    lines.reverse();
    let of = |side: Side| lines.iter().filter(move |line| line.side == side);
    let spent: Money = of(Side::Out).map(|line| line.net).sum();
    let some = if partly > 0 { format!("(含{partly}笔部分退款)") } else { String::new() };
    let mut text = format!(
        "导出信息：\n京东账号名：jd_example\n申请时间：2026-04-01 11:32:42\n日期区间：{} 至 {}\n导出交易类型：全部\n导出交易场景：全部\n\
         共：{}笔记录\n收入：0笔，0.00元\n支出：{}笔{some}，{spent}元\n不计收支：{}笔，{refunded_sum}元\n\n特别提示\n\
         1.本明细仅供个人对账使用；\n2.全额退款的交易计入不计收支；\n\n",
        dashed(FROM),
        dashed(TO),
        lines.len(),
        of(Side::Out).count(),
        of(Side::Neutral).count(),
    );
    let names = [
        "交易时间",
        "商户名称",
        "交易说明",
        "金额",
        "收/付款方式",
        "交易状态",
        "收/支",
        "交易分类",
        "交易订单号",
        "商家订单号",
        "备注",
    ];
    let shown = |index: usize| all_columns || !matches!(index, 7 | 10);
    let joined = |cells: &mut dyn Iterator<Item = (usize, &str)>| {
        cells.filter(|(index, _)| shown(*index)).map(|(_, cell)| cell).collect::<Vec<_>>().join(",")
    };
    text.push_str(&joined(&mut names.iter().copied().enumerate()));
    text.push('\n');
    for line in &lines {
        text.push_str(&joined(&mut line.cells.iter().map(String::as_str).enumerate()));
        text.push_str(",\n");
    }
    utf8_with_mark(&text)
}

fn meituan(seed: u64, count: usize, repayment: bool) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut lines = Vec::new();
    let (mut spent, mut came, mut out, mut back) = (Money::ZERO, Money::ZERO, 0, 0);
    for index in 0..count {
        let time = FROM.at(11, 58, 3, 0).checked_add((index as i64 * 23).hours()).unwrap_or(FROM.at(11, 58, 3, 0));
        let paid = Money::from_fen(random.between(890, 12_900));
        let (kind, title, side, method) = match index % 9 {
            4 => ("退款", "示例蛋挞".to_owned(), Side::In, "示例银行信用卡(0417)"),
            7 if repayment => ("还款", "【美团月付】主动还款".to_owned(), Side::Out, "示例银行(0417)"),
            _ => (
                "支付",
                format!("{} 订单详情", random.pick(&SHOPS).copied().unwrap_or_default()),
                Side::Out,
                "美团月付",
            ),
        };
        match (kind, side) {
            ("还款", _) => out += 1,
            (_, Side::In) => (back, came) = (back + 1, came.plus(paid)),
            _ => (out, spent) = (out + 1, spent.plus(paid)),
        }
        let listed = if kind == "支付" { paid.plus(Money::from_fen(113)) } else { paid };
        let done = time.checked_add(12.seconds()).unwrap_or(time);
        lines.push(format!(
            "{},{},{kind},{title},{},{method},¥{listed},¥{paid},\"{}{}\t\",\"0_{}\t\",/\r\n",
            moment(time),
            moment(done),
            side.word("不计收支"),
            compact(time.date()),
            random.digits(16),
            random.digits(16),
        ));
    }
    lines.reverse();
    utf8_with_mark(&format!(
        "美团交易账单明细\r\n美团用户名：[example]\r\n起始时间：[{}] 终止时间：[{}]\r\n导出交易类型：[全部]\r\n导出时间：[2026-04-01 17:43:31]\r\n\"\"\r\n\
         共：{}笔记录\r\n支出：{out}笔 {spent}元\r\n收入：{back}笔 {came}元\r\n不计收支：0笔 0.00元\r\n\"\"\r\n特别提示：\r\n\
         1. 本明细仅供用户个人对账使用\r\n\"\"\r\n【美团交易账单明细列表】\r\n\
         交易创建时间,交易成功时间,交易类型,订单标题,收/支,支付方式,订单金额,实付金额,交易单号,商家单号,备注\r\n{}",
        dashed(FROM),
        dashed(TO),
        lines.len(),
        lines.concat()
    ))
}

fn unionpay(seed: u64, with_account: bool) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut balance = Money::from_fen(352_077);
    let mut text = if with_account {
        "交易日期,交易时间,交易类型,对方账号,交易金额,余额,备注\n".to_owned()
    } else {
        "交易日期,交易时间,交易类型,交易金额,账户余额,交易对方,交易备注\n".to_owned()
    };
    for index in 0..15_i64 {
        let day = FROM.checked_add((index * 2).days()).unwrap_or(FROM);
        let amount = Money::from_fen(random.between(500, 20_000));
        let (kind, is_in, party) = match index % 5 {
            1 => ("转入", true, "沈一诺"),
            3 => ("退款", true, "白塔书屋"),
            4 => ("转出", false, "罗小梅"),
            _ => ("消费", false, "老码头面馆"),
        };
        balance = if is_in { balance.plus(amount) } else { balance.minus(amount) };
        let clock = format!("{:02}:{:02}:09", random.between(8, 21), random.between(0, 59));
        let day = dashed(day);
        text.push_str(&if with_account {
            format!("{day},{clock},{kind},6217****{},{amount},{balance},{party}\n", random.digits(4))
        } else {
            format!("{day},{clock},{kind},{amount},{balance},{party},\n")
        });
    }
    text.into_bytes()
}

/// Purchases, sales and transfers at a broker, every cell written so that Excel keeps its digits.
fn deliveries(seed: u64, count: i64) -> String {
    let mut random = Random::new(seed);
    let mut balance = Money::from_fen(5_000_000);
    let names = "交收日期\t成交时间\t业务名称\t证券代码\t证券名称\t成交价格\t成交数量\t剩余数量\t成交金额\t总费用\t清算金额\t资金本次余额";
    let mut text = format!("{names}\r\n");
    for index in 0..count {
        let day = FROM.checked_add((index * 2).days()).unwrap_or(FROM);
        let value = Money::from_fen(random.between(20_000, 900_000));
        let (kind, code, name, fee, is_in) = match index % 4 {
            0 => ("证券买入", "600000", "示例股份", 500, false),
            1 => ("证券卖出", "600000", "示例股份", 612, true),
            2 => ("银行转证券", "", "", 0, true),
            _ => ("证券转银行", "", "", 0, false),
        };
        let fee = Money::from_fen(fee);
        let settled = if is_in { value.minus(fee) } else { value.plus(fee).negated() };
        balance = balance.plus(settled);
        let clock = format!("{:02}:{:02}:{:02}", random.between(9, 14), random.between(0, 59), random.between(0, 59));
        let cells = [
            compact(day),
            clock,
            kind.to_owned(),
            code.to_owned(),
            name.to_owned(),
            "9.870".to_owned(),
            "100".to_owned(),
            "0".to_owned(),
            value.to_string(),
            fee.to_string(),
            settled.to_string(),
            balance.to_string(),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| format!("=\"{cell}\"")).collect();
        text.push_str(&(cells.join("\t") + "\r\n"));
    }
    text
}

/// The rows below the names the other way round.
fn newest_first(file: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(file);
    let (names, rows) = text.split_once('\n').unwrap_or((&text, ""));
    let rows: Vec<&str> = rows.lines().rev().collect();
    format!("{names}\n{}\n", rows.join("\n")).into_bytes()
}
