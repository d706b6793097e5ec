//! Invented accounts for the layouts' samples: a few weeks of movements whose balances are right.

use jiff::civil::{Date, DateTime, date};
use jiff::{Span, ToSpan};
use model::Money;

use crate::random::Random;
use crate::rows::BankRow;

/// What an account is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    Person,
    Firm,
}

/// What a movement says of itself, and between which whole yuan it lies.
struct Event {
    is_in: bool,
    weight: usize,
    yuan: (i64, i64),
    description: &'static str,
    channel: &'static str,
    counterparty: &'static str,
    remark: &'static str,
}

const fn event(
    is_in: bool,
    weight: usize,
    yuan: (i64, i64),
    [description, channel, counterparty, remark]: [&'static str; 4],
) -> Event {
    Event { is_in, weight, yuan, description, channel, counterparty, remark }
}

const PERSONS: &[Event] = &[
    event(true, 1, (6_200, 9_800), ["代发工资", "批量业务", "青禾信息技术有限公司", "三月工资"]),
    event(true, 2, (100, 2_000), ["转账汇入", "手机银行", "陈晓青", "还饭钱"]),
    event(true, 1, (20, 90), ["退款", "网上支付", "财付通支付科技有限公司", "退款-云间生活馆"]),
    event(true, 1, (0, 9), ["结息", "批处理", "", ""]),
    event(false, 6, (3, 160), ["网上支付", "快捷支付", "财付通支付科技有限公司", "微信支付-云间咖啡"]),
    event(
        false,
        5,
        (8, 320),
        ["消费", "快捷支付", "支付宝（中国）网络技术有限公司", "支付宝-青禾超市（城南第二分店）"],
    ),
    event(false, 2, (50, 900), ["转账汇出", "手机银行", "林知夏", "房租"]),
    event(false, 1, (300, 1_500), ["还款", "手机银行", "信用卡还款专户", ""]),
    event(false, 1, (2, 3), ["短信费", "批处理", "", ""]),
];

const FIRMS: &[Event] = &[
    event(true, 5, (1_200, 68_000), ["货款", "网银", "云间百货有限责任公司", "三月货款"]),
    event(true, 2, (200, 5_000), ["收单清算", "系统", "银联商务清算款", "日清算"]),
    event(true, 1, (1, 60), ["结息", "系统", "", ""]),
    event(false, 4, (300, 20_000), ["采购款", "网银", "蓝湾食品加工厂", "采购原料"]),
    event(false, 2, (3_000, 9_000), ["工资", "网银", "代发工资专户", "三月工资"]),
    event(false, 1, (80, 900), ["税款", "税库银", "国家金库示例支库", "实时扣税"]),
    event(false, 1, (5, 50), ["手续费", "系统", "", ""]),
];

/// The firm whose accounts they are.
pub const FIRM: &str = "青禾商贸有限公司";

/// An account over a period, rows in the order they happened.
#[derive(Debug, Clone)]
pub struct Account {
    pub holder: &'static str,
    pub number: String,
    pub from: Date,
    pub to: Date,
    pub opening: Money,
    pub rows: Vec<BankRow>,
}

impl Account {
    /// `count` movements from 1 March 2026 on; the same seed gives the same ones.
    #[must_use]
    pub fn new(owner: Owner, seed: u64, count: usize) -> Self {
        let mut random = Random::new(seed);
        let events = if owner == Owner::Firm { FIRMS } else { PERSONS };
        let choices: Vec<&Event> = events.iter().flat_map(|event| std::iter::repeat_n(event, event.weight)).collect();
        let opening = Money::from_fen(random.between(200_000, 900_000));
        let mut balance = opening;
        let mut at = date(2026, 3, 1).at(8, 12, 5, 0);
        let mut rows = Vec::with_capacity(count);
        while rows.len() < count {
            at = later(at, random.between(35, 1_500).minutes().seconds(random.between(0, 59)));
            let Some(event) = random.pick(&choices).copied() else { break };
            let amount = Money::from_fen(random.between(event.yuan.0 * 100 + 1, event.yuan.1 * 100));
            let signed = if event.is_in { amount } else { amount.negated() };
            if balance.plus(signed).is_negative() {
                continue;
            }
            balance = balance.plus(signed);
            let account =
                if event.counterparty.is_empty() { String::new() } else { format!("6217{}", random.digits(12)) };
            rows.push(BankRow {
                time: at,
                timed: true,
                amount: signed,
                balance,
                description: event.description.to_owned(),
                channel: event.channel.to_owned(),
                place: event.channel.to_owned(),
                remark: event.remark.to_owned(),
                counterparty: event.counterparty.to_owned(),
                counterparty_account: account,
                log_number: random.digits(9),
            });
        }
        let holder = if owner == Owner::Firm { FIRM } else { "沈若川" };
        let number = format!("6222{}", random.digits(if owner == Owner::Firm { 11 } else { 12 }));
        Self { holder, number, from: date(2026, 3, 1), to: at.date(), opening, rows }
    }

    #[must_use]
    pub fn closing(&self) -> Money {
        self.rows.last().map_or(self.opening, |row| row.balance)
    }
}

/// The calendar does not end within a sample.
fn later(at: DateTime, span: Span) -> DateTime {
    at.checked_add(span).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balances_follow_from_the_amounts() {
        for owner in [Owner::Person, Owner::Firm] {
            let account = Account::new(owner, 7, 30);
            let mut balance = account.opening;
            for row in &account.rows {
                balance = balance.plus(row.amount);
                assert_eq!(balance, row.balance);
            }
            assert_eq!((account.rows.len(), balance), (30, account.closing()));
        }
    }
}
