//! 工商银行: the web's `hisdetail*.csv` of debit cards, before (v1) and since 2024-09 (v2).

use model::Money;

use crate::rows::{BankRow, BankStatement, bank_totals};
use crate::text::{dashed, gb18030, grouped, padded};

/// The bank's own encoding, or that of a file saved again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Gbk,
    Utf8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// 13 columns.
    V1,
    /// 15: adds 交易详情 and 对方账户.
    V2,
}

/// Newest first, every cell padded and closed by a TAB, income and expense sums in the last line.
#[must_use]
pub fn csv(statement: &BankStatement, version: Version, encoding: Encoding) -> Vec<u8> {
    let number = &statement.account;
    let shown: String = number.chars().take(4).collect();
    let mut text = format!(
        "明细查询文件下载\n\n卡号: {shown}****{},\"卡别名: \"\n\n子账户序号: 00000,子账户类别: 活期,\"子账户别名: \"\n\n",
        crate::text::tail(number)
    );
    text.push_str(match version {
        Version::V1 => "交易日期,摘要,交易场所,交易国家或地区简称,钞/汇,交易金额(收入),交易金额(支出),交易币种,记账金额(收入),记账金额(支出),记账币种,余额,对方户名\n",
        Version::V2 => "交易日期,摘要,交易详情,交易场所,交易国家或地区简称,钞/汇,交易金额(收入),交易金额(支出),交易币种,记账金额(收入),记账金额(支出),记账币种,余额,对方户名,对方账户\n",
    });
    for row in statement.rows.iter().rev() {
        text.push_str(&line(row, version));
        text.push('\n');
    }
    let (credit, debit) = bank_totals(statement.counted_rows());
    let empty = if version == Version::V2 { 9 } else { 8 };
    text.push_str(&format!(
        " \n人民币合计{}\"{}\t\",\"{}\t\",\n",
        ",".repeat(empty),
        padded(&grouped(credit.sum), 18),
        padded(&grouped(debit.sum), 18)
    ));
    match encoding {
        Encoding::Gbk => gb18030(&text),
        Encoding::Utf8 => text.into_bytes(),
    }
}

fn line(row: &BankRow, version: Version) -> String {
    let plain = |text: &str, bytes| format!("{}\t,", padded(text, bytes));
    let quoted = |text: &str, bytes| format!("\"{}\t\",", padded(text, bytes));
    let amount = |money: Money| if money.is_positive() { grouped(money) } else { String::new() };
    let mut line = plain(&dashed(row.time.date()), 15);
    line.push_str(&quoted(&row.description, 20));
    if version == Version::V2 {
        line.push_str(&quoted(&row.remark, 60));
    }
    line.push_str(&quoted(&row.place, 60));
    line.push_str(&quoted("CHN", 20));
    line.push_str(&plain("钞", 10));
    line.push_str(&quoted("-", 20));
    line.push_str(&quoted("-", 20));
    line.push_str(&plain("-", 15));
    let credit = if row.amount.is_zero() { "0.00".to_owned() } else { amount(row.amount) };
    line.push_str(&quoted(&credit, 20));
    line.push_str(&quoted(&amount(row.amount.negated()), 20));
    line.push_str(&plain("人民币", 15));
    line.push_str(&quoted(&grouped(row.balance), 20));
    line.push_str(&quoted(&row.counterparty, 80));
    if version == Version::V2 {
        line.push_str(&quoted(&row.counterparty_account, 40));
    }
    line
}
