//! Repayments of a loan.

use super::Paper;
use super::forms::yuan;
use crate::text::{gb18030, utf8_with_mark};

pub const PAPERS: &[Paper] = &[
    ("bocom/samples/mortgage.csv", || Ok(utf8_with_mark(&mortgage(18, true)))),
    ("bocom/samples/mortgage-oldest-first.csv", || Ok(gb18030(&mortgage(6, false)))),
];

const NAMES: &str = "日期,期数,应还本金,已还本金,已还利息,已还罚息,已还利息复利,已还罚息复利,已还本息合计,本期执行年利率(单利),还款类型,状态";

/// Equal instalments of a loan of 600,000 yuan, the seventh paid late with its penalty.
fn mortgage(count: i64, newest_first: bool) -> String {
    // 3.45 % a year on what is still owed, in fen and whole months.
    const INSTALMENT: i64 = 298_412;
    const RATE: &str = "3.45%";
    let mut owed = 60_000_000_i64;
    let mut rows = Vec::new();
    for n in 1..=count {
        let interest = owed * 345 / 120_000;
        let principal = INSTALMENT - interest;
        owed -= principal;
        let (year, month) = (2024 + (n + 5) / 12, (n + 5) % 12 + 1);
        let (day, penalty, compound, kind) =
            if n == 7 { (29, 1_023, 47, "逾期还款") } else { (20, 0, 0, "正常还款") };
        let total = principal + interest + penalty + compound;
        rows.push(format!(
            "{year}-{month:02}-{day},{n},{p},{p},{},{},{},0.00,{},{RATE},{kind},已结清",
            yuan(interest),
            yuan(penalty),
            yuan(compound),
            yuan(total),
            p = yuan(principal)
        ));
    }
    if newest_first {
        rows.reverse();
    }
    format!("{NAMES}\r\n{}\r\n", rows.join("\r\n"))
}
