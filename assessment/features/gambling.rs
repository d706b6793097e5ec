//! G01 to G04: gambling, lottery, cash drawn through a card, and crypto.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use model::Money;
use model::dates::days_between;
use model::ledger::{Category, Entry};
use model::statement::{Flow, StatementKind};
use rust_decimal::Decimal;

use super::parameters::TERMS;
use super::view::{Basis, View, Window};
use super::{Definition, Measured, Value};

const THREE: Window = Window::Months(3);
const SIX: Window = Window::Months(6);

pub(super) const FEATURES: &[Definition] = &[
    Definition {
        name: "gambling_share_income",
        unit: "ratio",
        windows: &[SIX, THREE],
        basis: Basis::Shown,
        meaning_zh: "博彩投注与有效流入之比（不含正规彩票）",
        meaning_en: "G01: stakes over eligible inflow, licensed lottery left out",
        function: |view, window| {
            let (stakes, rows) = stakes(view, window);
            Measured::share(stakes, view.inflow(window).0, "no_inflow", rows)
        },
    },
    Definition {
        name: "stake_count",
        unit: "count",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "博彩投注笔数",
        meaning_en: "G01: stakes",
        function: |view, window| Measured::count(stakes(view, window).1),
    },
    Definition {
        name: "stake_active_days",
        unit: "days",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "有博彩投注的天数",
        meaning_en: "G01: days with a stake",
        function: |view, window| {
            let (_, rows) = stakes(view, window);
            let days: BTreeSet<Date> =
                rows.iter().filter_map(|index| view.entry(*index)?.time).map(|when| when.date).collect();
            Measured::new(Value::Count(i64::try_from(days.len()).unwrap_or(i64::MAX)), rows)
        },
    },
    Definition {
        name: "net_position",
        unit: "CNY",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "博彩净盈亏",
        meaning_en: "G01: winnings less stakes",
        function: |view, window| {
            let (stakes, mut rows) = stakes(view, window);
            let (won, won_rows) = winnings(view, window);
            rows.extend(won_rows);
            Measured::new(Value::Money(won - stakes), rows)
        },
    },
    Definition {
        name: "recovery_ratio",
        unit: "ratio",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "博彩返奖与投注之比",
        meaning_en: "G01: winnings over stakes",
        function: |view, window| {
            let (won, rows) = winnings(view, window);
            Measured::share(won, stakes(view, window).0, "no_stakes", rows)
        },
    },
    Definition {
        name: "lottery_spend",
        unit: "CNY",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "窗口内正规彩票支出合计",
        meaning_en: "G02: spent on licensed lottery in the window",
        function: |view, window| {
            let (sum, rows) = out(view, window, Category::Lottery);
            Measured::new(Value::Money(sum), rows)
        },
    },
    Definition {
        name: "card_cash_out",
        unit: "CNY",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "疑似信用卡套现金额",
        meaning_en: "G03: card purchases that came back within three days less an acquirer's fee",
        function: card_cash_out,
    },
    Definition {
        name: "crypto_share",
        unit: "ratio",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "虚拟货币相关支出占比",
        meaning_en: "G04: payments with words of crypto over outflow",
        function: |view, window| {
            let (sum, rows) = out(view, window, Category::Crypto);
            Measured::share(sum, view.outflow(window), "no_outflow", rows)
        },
    },
];

fn out(view: &View<'_>, window: Window, category: Category) -> (Decimal, Vec<usize>) {
    view.sum(window, |_, entry| (entry.category == category && entry.flow != Flow::In).then(|| entry.amount.abs()))
}

fn stakes(view: &View<'_>, window: Window) -> (Decimal, Vec<usize>) {
    out(view, window, Category::Gambling)
}

fn winnings(view: &View<'_>, window: Window) -> (Decimal, Vec<usize>) {
    view.sum(window, |_, entry| {
        (entry.category == Category::Gambling && entry.flow == Flow::In).then_some(entry.amount)
    })
}

/// Three days (catalogue, G03).
const RETURN_DAYS: i64 = 3;

/// A large card purchase, and a credit of it less a fee on an account of the applicant's own money; each credit once.
fn card_cash_out(view: &View<'_>, window: Window) -> Measured {
    let Some(period) = view.period(window) else { return Measured::missing("no_complete_month") };
    let on_card = |entry: &Entry| {
        let account = view.ledger.accounts.get(entry.account as usize);
        account.is_some_and(|account| {
            account.kind == StatementKind::CreditCard && account.currency.as_deref() == Some("CNY")
        })
    };
    if !view.ledger.accounts.iter().any(|account| account.kind == StatementKind::CreditCard) {
        return Measured::missing("no_card_statement");
    }
    let mut credits: BTreeMap<Money, Vec<(Date, usize)>> = BTreeMap::new();
    for index in view.events_between(period) {
        let Some(entry) = view.entry(index).filter(|entry| entry.flow == Flow::In) else { continue };
        let may_be = matches!(entry.category, Category::Other | Category::MerchantReceipts | Category::PersonTransfer);
        if let Some(when) = entry.time.filter(|_| may_be) {
            credits.entry(entry.amount).or_default().push((when.date, index));
        }
    }
    let mut sum = Money::ZERO;
    let mut rows = Vec::new();
    for (index, entry) in view.ledger.entries.iter().enumerate() {
        let is_purchase = on_card(entry) && entry.flow == Flow::Out && entry.status.counts();
        let amount = entry.amount.abs();
        let Some(when) = entry.time.filter(|when| is_purchase && period.contains(when.date)) else { continue };
        if amount < TERMS.cash_out_amount_min {
            continue;
        }
        let less = |fee: Decimal| Money::from_decimal((amount.to_decimal() * (Decimal::ONE - fee)).round_dp(2));
        let (Some(least), Some(most)) = (less(TERMS.cash_out_fee_max), less(TERMS.cash_out_fee_min)) else { continue };
        let fits = |(date, _): &(Date, usize)| (0..=RETURN_DAYS).contains(&days_between(when.date, *date));
        for slot in credits.range_mut(least..=most).map(|(_, slot)| slot) {
            if let Some(place) = slot.iter().position(fits) {
                let (_, credit) = slot.swap_remove(place);
                sum = sum.plus(amount);
                rows.extend([index, credit]);
                break;
            }
        }
    }
    Measured::new(Value::Money(sum.to_decimal()), rows)
}
