//! Figures of a life, worked out from what happened and not from any paper: what the features of its papers must come
//! to. Only those are here that a life knows; they follow the dictionary's definitions over the papers' months.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use model::{Money, Month};

use crate::life::{Income, Obligation, Spending, World};
use crate::people::WINDOW;

/// Feature names with the value, an exact one before rounding: money in yuan, ratios as fractions.
pub type Figures = BTreeMap<&'static str, f64>;

/// The last complete months of the papers, latest first.
fn months(count: i32) -> Vec<Month> {
    (0..count).map(|back| Month::of(WINDOW.to).plus(-back)).collect()
}

fn yuan(money: Money) -> f64 {
    money.ten_thousandths() as f64 / 10_000.0
}

/// What was spent or earned on days of some months.
fn sum<'a>(items: impl Iterator<Item = (Date, Money)> + 'a, months: &[Month]) -> f64 {
    items.filter(|(on, _)| months.contains(&Month::of(*on))).map(|(_, amount)| yuan(amount)).sum()
}

/// Works them out.
#[must_use]
pub fn of(world: &World) -> Figures {
    let mut figures = Figures::new();
    let (one, three, six, seven) = (months(1), months(3), months(6), months(7));
    let earned = |income: &'static [Income]| {
        let kinds = world.earned.iter().filter(move |earned| income.contains(&earned.income));
        kinds.map(|earned| (earned.on, earned.amount))
    };
    let spent = |on: Option<Spending>| {
        let kinds = world.spent.iter().filter(move |spent| on.is_none_or(|on| spent.on == on));
        kinds.map(|spent| (spent.at.date(), spent.amount))
    };
    let owed = |kinds: &'static [Obligation]| {
        world.paid.iter().filter(move |paid| kinds.contains(&paid.obligation)).map(|paid| (paid.on, paid.amount))
    };

    // Income.
    figures.insert("income.salary_monthly_avg", sum(earned(&[Income::Salary]), &six) / 6.0);
    figures.insert("income.salary_monthly_avg_3m", sum(earned(&[Income::Salary]), &three) / 3.0);
    figures.insert("income.gig_income_avg", sum(earned(&[Income::Platform]), &six) / 6.0);
    figures.insert("income.merchant_receipts_avg", sum(earned(&[Income::Receipts]), &six) / 6.0);
    figures.insert("income.farm_income_season_all", sum(earned(&[Income::Farm]), &seven));
    let inflow = inflow(world);
    let monthly: Vec<f64> =
        six.iter().map(|month| yuan(inflow.by_month.get(month).copied().unwrap_or(Money::ZERO))).collect();
    let mean = monthly.iter().sum::<f64>() / 6.0;
    let variance = monthly.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / 6.0;
    let latest = monthly.iter().take(3).sum::<f64>() / 3.0;
    figures.insert("income.eligible_inflow_avg", mean);
    figures.insert("stability.ei_cv", variance.sqrt() / mean);
    figures.insert("stability.ei_trend_1m_3m", monthly.first().copied().unwrap_or_default() / latest);
    figures.insert("stability.worst_month_share", monthly.iter().copied().fold(f64::MAX, f64::min) / mean);
    let payers: Vec<f64> = inflow.by_payer.values().map(|sum| yuan(*sum) / (mean * 6.0)).collect();
    figures.insert("pattern.payer_hhi", payers.iter().map(|share| share * share).sum());
    figures.insert("pattern.top1_payer_share", payers.iter().copied().fold(0.0, f64::max));

    // Obligations.
    let loans: &[Obligation] = &[Obligation::BankLoan, Obligation::ConsumerLoan, Obligation::Huabei];
    let instalments = sum(owed(&[Obligation::BankLoan, Obligation::ConsumerLoan, Obligation::Huabei]), &six) / 6.0;
    let card = sum(owed(&[Obligation::CreditCard]), &six) / 6.0;
    let rent = sum(owed(&[Obligation::Rent, Obligation::ShopRent]), &six) / 6.0;
    figures.insert("obligations.loan_instalments_out", instalments);
    figures.insert("obligations.card_repay_out", card);
    figures.insert("obligations.rent_out", rent);
    // A tenth of a card's bill is its minimum.
    figures.insert("obligations.fixed_obligations", instalments + card / 10.0 + rent);
    let mut lenders: BTreeMap<&str, f64> = BTreeMap::new();
    for paid in world.paid.iter().filter(|paid| loans.contains(&paid.obligation) && six.contains(&Month::of(paid.on))) {
        *lenders.entry(paid.payee.as_str()).or_default() += yuan(paid.amount);
    }
    let all: f64 = lenders.values().sum();
    if all > 0.0 {
        figures.insert("lending.lender_concentration", lenders.values().copied().fold(0.0, f64::max) / all);
        let dear = lenders.get("上海数禾信息科技有限公司").copied().unwrap_or_default();
        figures.insert("lending.high_cost_lender_share", dear / all);
    }

    // Spending.
    let outflow = |months: &[Month]| sum(spent(None), months);
    figures.insert("behaviour.expense_to_income", outflow(&six) / (mean * 6.0));
    figures.insert("behaviour.cash_withdrawal_share", sum(spent(Some(Spending::Cash)), &six) / outflow(&six));
    figures.insert("behaviour.cash_withdrawal_share_3m", sum(spent(Some(Spending::Cash)), &three) / outflow(&three));
    let late = world.spent.iter().filter(|spent| spent.on == Spending::LateFee);
    figures
        .insert("behaviour.late_fee_count_all", late.filter(|spent| WINDOW.contains(spent.at.date())).count() as f64);
    let stakes = world.spent.iter().filter(|spent| spent.on == Spending::Gambling);
    let stakes = stakes.filter(|spent| six.contains(&Month::of(spent.at.date()))).count();
    figures.insert("gambling.stake_count", stakes as f64);
    figures.insert("gambling.gambling_share_income", sum(spent(Some(Spending::Gambling)), &six) / (mean * 6.0));
    figures.insert("gambling.lottery_spend", sum(spent(Some(Spending::Lottery)), &six));
    let receipts = sum(earned(&[Income::Receipts]), &six);
    if receipts > 0.0 {
        let margin = 1.0 - sum(spent(Some(Spending::Supplier)), &six) / receipts;
        figures.insert("income.merchant_margin_est", margin.clamp(0.0, 1.0));
    }
    figures.insert("circular.same_counterparty_both_ways", both_ways(world, &six, inflow.gross_six));
    figures.insert("circular.round_trip_value", round_trips(world, &six));

    // Balances.
    figures.insert("liquidity.avg_daily_balance", average_balance(world, &six));
    figures.insert("liquidity.avg_daily_balance_1m", average_balance(world, &one));
    figures
}

struct Inflow {
    by_month: BTreeMap<Month, Money>,
    /// Of the last six months.
    by_payer: BTreeMap<String, Money>,
    /// Of the last six months, before persons are netted.
    gross_six: f64,
}

/// Eligible inflow: what was earned, and of what persons sent the part that is more than what went back to them, the
/// oldest set off first.
fn inflow(world: &World) -> Inflow {
    let mut sent: BTreeMap<&str, Money> = BTreeMap::new();
    for spent in world.spent.iter().filter(|spent| spent.on == Spending::Person && WINDOW.contains(spent.at.date())) {
        let sum = sent.entry(spent.payee.as_str()).or_default();
        *sum = sum.plus(spent.amount);
    }
    let six = months(6);
    let mut found = Inflow { by_month: BTreeMap::new(), by_payer: BTreeMap::new(), gross_six: 0.0 };
    for earned in world.earned.iter().filter(|earned| WINDOW.contains(earned.on)) {
        let mut amount = match earned.income {
            Income::Loan | Income::Interest | Income::ProvidentFund => continue,
            _ => earned.amount,
        };
        let month = Month::of(earned.on);
        if six.contains(&month) {
            found.gross_six += yuan(amount);
        }
        if earned.income == Income::Person
            && let Some(back) = sent.get_mut(earned.payer.as_str())
        {
            let set_off = amount.min(*back);
            *back = back.minus(set_off);
            amount = amount.minus(set_off);
        }
        let sum = found.by_month.entry(month).or_default();
        *sum = sum.plus(amount);
        if six.contains(&month) {
            let sum = found.by_payer.entry(earned.payer.clone()).or_default();
            *sum = sum.plus(amount);
        }
    }
    found
}

fn both_ways(world: &World, months: &[Month], gross: f64) -> f64 {
    let mut persons: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    let inside = |on: Date| months.contains(&Month::of(on));
    for earned in world.earned.iter().filter(|earned| earned.income == Income::Person && inside(earned.on)) {
        persons.entry(earned.payer.as_str()).or_default().0 += yuan(earned.amount);
    }
    for spent in world.spent.iter().filter(|spent| spent.on == Spending::Person && inside(spent.at.date())) {
        persons.entry(spent.payee.as_str()).or_default().1 += yuan(spent.amount);
    }
    persons.values().map(|(came, went)| came.min(*went)).sum::<f64>() / gross
}

/// The drawn lives' circles: 8,000 in and 7,950 back two days later. A friend's half is no round trip.
fn round_trips(world: &World, months: &[Month]) -> f64 {
    let back = world.spent.iter().filter(|spent| spent.on == Spending::Person && spent.payee == "钱一鸣");
    back.filter(|spent| months.contains(&Month::of(spent.at.date()))).map(|spent| yuan(spent.amount)).sum()
}

/// The mean over days of what stood on all accounts at their ends.
fn average_balance(world: &World, months: &[Month]) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for month in months {
        let mut day = month.first_day();
        while day <= month.last_day() {
            let end: DateTime = day.at(23, 59, 59, 0);
            for account in &world.accounts {
                let last = account.rows.iter().rev().find(|row| row.time <= end);
                sum += yuan(last.map_or(account.initial, |row| row.balance));
            }
            count += 1.0;
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
    }
    sum / count
}
