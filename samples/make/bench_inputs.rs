//! Large statements for measuring, exact like the small ones.

use jiff::ToSpan;
use jiff::civil::{DateTime, date};
use model::Money;

use crate::MakeError;
use crate::alipay;
use crate::cmb::{self, Spacing};
use crate::random::Random;
use crate::rows::{BankRow, BankStatement, Direction, Holder, WalletRow, WalletStatement, Window};
use crate::text::compact;
use crate::wechat;

const WINDOW: Window = Window { from: date(2026, 1, 1), to: date(2026, 12, 31) };
const SHOPS: [&str; 8] = [
    "青禾便利店(文苑店)",
    "老码头面馆",
    "美团",
    "滴滴出行",
    "小满咖啡",
    "东篱水果行",
    "明月药房",
    "国网浙江省电力有限公司",
];

fn holder() -> Holder {
    Holder { name: "测试人".to_owned(), id_number: String::new() }
}

/// The `index`th of `count` moments spread over the year.
fn moment(index: usize, count: usize) -> DateTime {
    let second = i64::try_from(index.saturating_mul(31_000_000) / count.max(1)).unwrap_or(0);
    let start = WINDOW.from.at(7, 0, 0, 0);
    start.checked_add(second.seconds()).unwrap_or(start)
}

fn wallet(rows: usize, kinds: [&str; 2], methods: [&str; 2], statuses: [&str; 2]) -> WalletStatement {
    let mut random = Random::new(rows as u64);
    let rows = (0..rows)
        .map(|index| {
            let time = moment(index, rows);
            let incoming = random.chance(10);
            let shop = random.pick(&SHOPS).copied().unwrap_or("美团");
            let side = usize::from(incoming);
            let chosen = |pair: [&'static str; 2]| pair.get(side).copied().unwrap_or_default().to_owned();
            let [kinds, methods, statuses] = [kinds, methods, statuses].map(|pair| pair.map(str::to_owned));
            let take = |pair: [String; 2]| pair.into_iter().nth(side).unwrap_or_default();
            WalletRow {
                time,
                kind: take(kinds),
                counterparty: if incoming { "沈一诺".to_owned() } else { shop.to_owned() },
                counterparty_account: "/".to_owned(),
                item: chosen(["订单付款", "转账"]),
                direction: if incoming { Direction::In } else { Direction::Out },
                amount: Money::from_fen(random.between(100, 99_999)),
                method: take(methods),
                status: take(statuses),
                order: format!("{}2200{}", compact(time.date()), random.digits(16)),
                merchant_order: if incoming { String::new() } else { random.code(20) },
                remark: String::new(),
            }
        })
        .collect();
    WalletStatement {
        holder: holder(),
        account: "138****0000".to_owned(),
        window: WINDOW,
        exported: date(2027, 1, 1).at(9, 0, 0, 0),
        rows,
        counted: None,
    }
}

/// An Alipay app CSV (v2).
#[must_use]
pub fn alipay_csv(rows: usize) -> Vec<u8> {
    let statement = wallet(rows, ["餐饮美食", "转账红包"], ["招商银行储蓄卡(5678)", "余额"], ["交易成功", "交易成功"]);
    alipay::app_v2(&statement)
}

/// A WeChat workbook of 2026.
///
/// # Errors
/// [`MakeError::Workbook`] beyond what a sheet holds.
pub fn wechat_xlsx(rows: usize) -> Result<Vec<u8>, MakeError> {
    let statement = wallet(rows, ["商户消费", "转账"], ["招商银行储蓄卡(5678)", "/"], ["支付成功", "已存入零钱"]);
    wechat::workbook_2026(&statement)
}

/// A CMB deposit PDF of exactly `pages` × `rows_per_page` rows; 200 × 40 is the measured one.
///
/// # Errors
/// [`MakeError`] when the PDF writer refuses.
pub fn cmb_pdf(pages: usize, rows_per_page: usize) -> Result<Vec<u8>, MakeError> {
    let count = pages.saturating_mul(rows_per_page);
    let mut random = Random::new(count as u64);
    let mut balance = Money::from_fen(5_000_000);
    let rows = (0..count)
        .map(|index| {
            let debit = random.between(100, 99_999);
            // Money comes in when the next purchase could not be paid.
            let incoming = random.chance(8) || balance < Money::from_fen(debit);
            let amount = Money::from_fen(if incoming { random.between(100_000, 999_999) } else { -debit });
            balance = balance.plus(amount);
            let shop = random.pick(&SHOPS).copied().unwrap_or("美团");
            BankRow {
                time: moment(index, count),
                timed: true,
                amount,
                balance,
                description: if incoming { "汇入汇款" } else { "快捷支付" }.to_owned(),
                channel: String::new(),
                place: String::new(),
                remark: if incoming { "转账" } else { "财付通" }.to_owned(),
                counterparty: if incoming { "沈一诺" } else { shop }.to_owned(),
                counterparty_account: String::new(),
                log_number: String::new(),
            }
        })
        .collect();
    let statement = BankStatement {
        holder: holder(),
        account: "6214830100005678".to_owned(),
        branch: "示例支行".to_owned(),
        window: WINDOW,
        printed: date(2027, 1, 1).at(9, 0, 0, 0),
        code: "ABCD1234".to_owned(),
        rows,
        counted: None,
    };
    cmb::pdf(&statement, Spacing::Even { rows_per_page })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_benchmark_pdf_has_the_pages_asked_for() {
        let file = lopdf::Document::load_mem(&cmb_pdf(3, 40).unwrap()).unwrap();
        assert_eq!(file.get_pages().len(), 3);
        let text = encoding_rs::GB18030.decode(&alipay_csv(50)).0.into_owned();
        assert!(text.contains("共50笔记录"));
        assert_eq!(text.lines().count(), 25 + 50);
    }
}
