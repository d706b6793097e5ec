//! 支付宝: the app's CSV of today (v2) and of 2021 to 2023 (v1), and the web's until about 2023.

use std::collections::BTreeMap;

use model::Money;

use crate::rows::{Direction, Total, WalletRow, WalletStatement, wallet_total};
use crate::text::{gb18030, moment, padded};

const RULE: &str = "------------------------------------------------------------------------------------";
const TITLE: &str = "------------------------支付宝（中国）网络技术有限公司  电子客户回单------------------------";

/// v1 calls neutral rows 其他 and has its own slip of the pen in note 4.
const NOTES_V1: [&str; 2] = ["4.本回单如经任务涂改、编造，均立即失去效力；", "其他类"];
const NOTES_V2: [&str; 2] = ["4.本回单如经任何涂改、编造，均立即失去效力；", "不计收支类"];

fn notes(lines: &mut Vec<String>, [fourth, class]: [&str; 2]) {
    lines.extend(
        [
            "特别提示：",
            "1.本回单内容可表明支付宝受理了相应支付交易申请，因系统原因或通讯故障等偶发因素导致本回单与实际交易结果不符时，以实际交易情况为准；",
            "2.请勿将本回单作为收款方发货的凭据使用，请查证账户实际到账情况后再进行发货操作；",
            "3.支付宝快捷支付等非余额支付方式可能既产生支付宝交易也同步产生银行交易，因此请勿使用本回单进行重复记账；",
            fourth,
        ]
        .map(str::to_owned),
    );
    lines.push(format!("5.部分账单如：充值提现、账户转存或者个人设置收支等不计入为收入或者支出，记为{class}；"));
    lines.extend(
        [
            "6.因统计逻辑不同，明细金额直接累加后，可能会和下方统计金额不一致，请以实际交易金额为准；",
            "7.禁止将本回单用于非法用途；",
            "8.本明细仅展示当前账单中的交易，不包括已删除的记录；",
            "9.本明细仅供个人对账使用。",
        ]
        .map(str::to_owned),
    );
}

/// `支付宝交易明细(20260201-20260831).csv`: GB18030, CRLF, newest first, header on line 25.
#[must_use]
pub fn app_v2(statement: &WalletStatement) -> Vec<u8> {
    let rows = statement.counted_rows();
    let mut lines = vec![
        RULE.to_owned(),
        "导出信息：".to_owned(),
        format!("姓名：{}", statement.holder.name),
        format!("支付宝账户：{}", statement.account),
        format!(
            "起始时间：[{} 00:00:00]    终止时间：[{} 23:59:59]",
            crate::text::dashed(statement.window.from),
            crate::text::dashed(statement.window.to)
        ),
        "导出交易类型：[全部]".to_owned(),
        format!("导出时间：[{}]", moment(statement.exported)),
        format!("共{}笔记录", rows.len()),
    ];
    for (word, direction) in [("收入", Direction::In), ("支出", Direction::Out), ("不计收支", Direction::Neutral)]
    {
        let total = wallet_total(rows, direction);
        lines.push(format!("{word}：{}笔 {}元", total.rows, total.sum));
    }
    lines.push(String::new());
    notes(&mut lines, NOTES_V2);
    lines.push(String::new());
    lines.push(TITLE.to_owned());
    lines.push(
        "交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,交易订单号,商家订单号,备注,"
            .to_owned(),
    );
    for row in statement.rows.iter().rev() {
        let cells = [
            moment(row.time),
            row.kind.clone(),
            row.counterparty.clone(),
            row.counterparty_account.clone(),
            row.item.clone(),
            word(row.direction, "不计收支").to_owned(),
            row.amount.to_string(),
            row.method.clone(),
            row.status.clone(),
            format!("{}\t", row.order),
            format!("{}\t", row.merchant_order),
            row.remark.clone(),
        ];
        lines.push(format!("{},", cells.map(|cell| quoted(&cell)).join(",")));
    }
    gb18030(&finished(lines, "\r\n"))
}

/// The layout of 2021-06 to 2023-01: title and header first, cells padded, totals in a footer, the time last.
#[must_use]
pub fn app_v1(statement: &WalletStatement) -> Vec<u8> {
    const WIDTHS: [usize; 11] = [20, 20, 20, 20, 20, 20, 20, 20, 0, 0, 20];
    let line = |cells: [String; 11]| {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(WIDTHS) {
            line.push_str(&quoted(&padded(cell, width)));
            line.push(',');
        }
        line
    };
    let mut lines = vec![TITLE.to_owned()];
    lines.push(line(
        [
            "收/支",
            "交易对方",
            "对方账号",
            "商品说明",
            "收/付款方式",
            "金额",
            "交易状态",
            "交易分类",
            "交易订单号     ",
            "商家订单号           ",
            "交易时间",
        ]
        .map(str::to_owned),
    ));
    for row in statement.rows.iter().rev() {
        lines.push(line([
            word(row.direction, "其他").to_owned(),
            row.counterparty.clone(),
            row.counterparty_account.clone(),
            row.item.clone(),
            row.method.clone(),
            row.amount.to_string(),
            row.status.clone(),
            row.kind.clone(),
            format!("{}\t", row.order),
            format!("{}\t", row.merchant_order),
            moment(row.time),
        ]));
    }
    let rows = statement.counted_rows();
    lines.push(RULE.to_owned());
    lines.extend([
        "导出信息：".to_owned(),
        format!("姓名：{}", statement.holder.name),
        format!("支付宝账户：{}", statement.account),
        format!(
            "起始时间：[{} 00:00:00]    终止时间：[{} 23:59:59]",
            crate::text::dashed(statement.window.from),
            crate::text::dashed(statement.window.to)
        ),
        format!("导出时间：[{}]", moment(statement.exported)),
        format!("共{}笔记录", rows.len()),
    ]);
    for (word, direction) in [("收入", Direction::In), ("支出", Direction::Out), ("其他", Direction::Neutral)] {
        let total = wallet_total(rows, direction);
        lines.push(format!("{word}：{}笔,{}元", total.rows, total.sum));
    }
    lines.push(String::new());
    notes(&mut lines, NOTES_V1);
    gb18030(&finished(lines, "\n"))
}

/// The web's "支付宝交易记录明细查询": 16 padded columns, refunds with a blank direction and the refunded
/// part on the original row as well.
#[must_use]
pub fn web(statement: &WalletStatement) -> Vec<u8> {
    let mut lines = vec![
        "支付宝交易记录明细查询".to_owned(),
        format!("账号:[{}]", statement.account),
        format!(
            "起始日期:[{} 00:00:00]    终止日期:[{} 00:00:00]",
            crate::text::dashed(statement.window.from),
            crate::text::dashed(statement.window.to)
        ),
        "---------------------------------交易记录明细列表------------------------------------".to_owned(),
        "交易号                  ,商家订单号               ,交易创建时间              ,付款时间                ,\
         最近修改时间              ,交易来源地     ,类型              ,交易对方            ,商品名称                ,\
         金额（元）   ,收/支     ,交易状态    ,服务费（元）   ,成功退款（元）  ,备注                  ,资金状态     ,"
            .to_owned(),
    ];
    // What came back, by the order it belongs to.
    let mut refunded: BTreeMap<&str, Money> = BTreeMap::new();
    for refund in statement.rows.iter().filter(|row| is_refund(row)) {
        if let Some((original, _)) = refund.order.split_once('_') {
            let sum = refunded.entry(original).or_insert(Money::ZERO);
            *sum = sum.plus(refund.amount);
        }
    }
    for row in statement.rows.iter().rev() {
        lines.push(web_row(row, refunded.get(row.order.as_str()).copied().unwrap_or(Money::ZERO)));
    }
    lines.push(RULE.to_owned());
    let rows = statement.counted_rows();
    lines.push(format!("共{}笔记录", rows.len()));
    // Counted by 资金状态, where a refund has been received like any income.
    let (mut received, mut spent) = (Total::default(), Total::default());
    for row in rows {
        if is_refund(row) || row.direction == Direction::In {
            received.add(row.amount);
        } else if row.direction == Direction::Out {
            spent.add(row.amount);
        }
    }
    let none = Total::default();
    for (word, total) in [("已收入", received), ("待收入", none), ("已支出", spent), ("待支出", none)] {
        lines.push(format!("{word}:{}笔,{}元", total.rows, unpadded(&total.sum.to_string())));
    }
    lines.push(format!("导出时间:[{}]    用户:{}", moment(statement.exported), statement.holder.name));
    gb18030(&finished(lines, "\r\n"))
}

fn web_row(row: &WalletRow, refunded: Money) -> String {
    let (direction, funds) = match row.direction {
        _ if is_refund(row) => ("", "已收入"),
        Direction::In => ("收入", "已收入"),
        Direction::Out => ("支出", "已支出"),
        Direction::Neutral if row.status == "交易关闭" => ("", ""),
        Direction::Neutral => ("", "资金转移"),
    };
    let time = format!("{} ", moment(row.time));
    let cells = [
        format!("{}\t", row.order),
        format!("{}\t", row.merchant_order),
        time.clone(),
        time.clone(),
        time,
        "其他（包括阿里巴巴和外部商家）".to_owned(),
        padded("即时到账交易", 20),
        padded(&row.counterparty, 20),
        padded(&row.item, 20),
        padded(&row.amount.to_string(), 8),
        padded(direction, 10),
        padded(&row.status, 12),
        padded("0.00", 8),
        padded(&refunded.to_string(), 8),
        padded(&row.remark, 20),
        padded(funds, 12),
    ];
    format!("{},", cells.map(|cell| quoted(&cell)).join(","))
}

/// The web's footer drops zeros at the end, but not of nothing: `27`, `27.5`, `0.00`.
fn unpadded(amount: &str) -> &str {
    if amount == "0.00" { amount } else { amount.trim_end_matches('0').trim_end_matches('.') }
}

fn is_refund(row: &WalletRow) -> bool {
    row.status == "退款成功"
}

const fn word(direction: Direction, neutral: &'static str) -> &'static str {
    match direction {
        Direction::In => "收入",
        Direction::Out => "支出",
        Direction::Neutral => neutral,
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

fn finished(lines: Vec<String>, end: &str) -> String {
    let mut text = lines.join(end);
    text.push_str(end);
    text
}
