//! I01 to I16: what comes in, from whom, and what of it is verified.

use std::collections::BTreeMap;

use jiff::civil::Date;
use model::ledger::{Category, Entry, Grade};
use model::statement::Flow;
use model::{Money, Month, Text};
use rust_decimal::Decimal;

use super::parameters::{EVIDENCE, HOLIDAYS, TERMS};
use super::view::{Basis, View, Window};
use super::{Definition, Measured, Value, statistics};
use crate::names::normalised;

const THREE: Window = Window::Months(3);
const SIX: Window = Window::Months(6);
const TWELVE: Window = Window::Months(12);

/// Two equal payments a month apart happen by chance; three are a habit.
const RENTS_MIN: usize = 3;

/// Below three pay days there is no habit to measure.
const SALARIES_MIN: usize = 3;

pub(super) const FEATURES: &[Definition] = &[
    Definition {
        name: "salary_monthly_avg",
        unit: "CNY/month",
        windows: &[SIX, THREE, TWELVE],
        basis: Basis::Shown,
        meaning_zh: "月均工资收入",
        meaning_en: "I01: salary credits per month",
        function: |view, window| category_average(view, window, &TERMS.salary),
    },
    Definition {
        name: "salary_months_hit",
        unit: "ratio",
        windows: &[SIX, TWELVE],
        basis: Basis::Shown,
        meaning_zh: "有工资入账的月份占比",
        meaning_en: "I02: share of months with a salary credit",
        function: salary_months_hit,
    },
    Definition {
        name: "salary_payday_std",
        unit: "days",
        windows: &[SIX, TWELVE],
        basis: Basis::Shown,
        meaning_zh: "发薪日波动天数（节假日顺延已还原）",
        meaning_en: "I03: standard deviation of the pay day, holidays allowed for",
        function: salary_payday_std,
    },
    Definition {
        name: "salary_amount_cv",
        unit: "ratio",
        windows: &[SIX, TWELVE],
        basis: Basis::Shown,
        meaning_zh: "主要雇主月工资的变异系数（剔除奖金）",
        meaning_en: "I04: variation of the main employer's monthly pay, bonuses left out",
        function: salary_amount_cv,
    },
    Definition {
        name: "salary_employer_id",
        unit: "name",
        windows: &[Window::All],
        basis: Basis::Shown,
        meaning_zh: "主要发薪单位",
        meaning_en: "I05: the main employer as printed",
        function: salary_employer,
    },
    Definition {
        name: "salary_employer_tenure",
        unit: "months",
        windows: &[Window::All],
        basis: Basis::Shown,
        meaning_zh: "主要发薪单位自首次发薪以来的月数",
        meaning_en: "I05: months since the main employer first paid",
        function: salary_employer_tenure,
    },
    Definition {
        name: "salary_employer_changes",
        unit: "count",
        windows: &[TWELVE],
        basis: Basis::Shown,
        meaning_zh: "近十二月主要发薪单位变更次数",
        meaning_en: "I06: changes of the main employer",
        function: salary_employer_changes,
    },
    Definition {
        name: "last_salary_recency",
        unit: "days",
        windows: &[Window::All],
        basis: Basis::Shown,
        meaning_zh: "最近一次工资距流水截止日的天数",
        meaning_en: "I07: days from the last salary to the end of the statements",
        function: last_salary_recency,
    },
    Definition {
        name: "gig_income_avg",
        unit: "CNY/month",
        windows: &[SIX, THREE],
        basis: Basis::Shown,
        meaning_zh: "月均平台劳务收入",
        meaning_en: "I08: credits from platform payers per month",
        function: |view, window| category_average(view, window, &[Category::PlatformIncome]),
    },
    Definition {
        name: "merchant_receipts_avg",
        unit: "CNY/month",
        windows: &[SIX, THREE, TWELVE],
        basis: Basis::Shown,
        meaning_zh: "月均经营收款（已扣退款）",
        meaning_en: "I09: merchant collections per month, net of refunds",
        function: |view, window| category_average(view, window, &[Category::MerchantReceipts]),
    },
    Definition {
        name: "merchant_margin_est",
        unit: "ratio",
        windows: &[SIX, TWELVE],
        basis: Basis::Shown,
        meaning_zh: "经营毛利率估计（1 − 进货支出/收款）",
        meaning_en: "I10: one less supplier debits over receipts, between 0 and 1",
        function: merchant_margin_est,
    },
    Definition {
        name: "farm_income_season",
        unit: "CNY",
        windows: &[TWELVE, Window::All],
        basis: Basis::Shown,
        meaning_zh: "窗口内农产品销售及涉农补贴收入合计",
        meaning_en: "I11: produce sold and farm subsidies in the window",
        function: farm_income_season,
    },
    Definition {
        name: "public_benefit_income",
        unit: "CNY",
        windows: &[SIX, TWELVE],
        basis: Basis::Shown,
        meaning_zh: "窗口内社保、公积金提取及补贴收入合计",
        meaning_en: "I12: pensions, benefits, subsidies and provident-fund withdrawals in the window",
        function: public_benefit_income,
    },
    Definition {
        name: "rental_income",
        unit: "CNY",
        windows: &[SIX, TWELVE],
        basis: Basis::Shown,
        meaning_zh: "窗口内租金收入合计",
        meaning_en: "I13: rent received in the window, as labelled or as a person's equal monthly payments",
        function: rental_income,
    },
    Definition {
        name: "eligible_inflow_avg",
        unit: "CNY/month",
        windows: &[SIX, THREE, TWELVE],
        basis: Basis::Shown,
        meaning_zh: "月均有效流入",
        meaning_en: "I14: eligible inflow per month",
        function: eligible_inflow_avg,
    },
    Definition {
        name: "verified_income",
        unit: "CNY/month",
        windows: &[SIX],
        basis: Basis::Proven,
        meaning_zh: "可核实月收入",
        meaning_en: "I15: median monthly inflow of each stream (a farmer's: the year's over twelve), times its grade and stability factors",
        function: verified_income,
    },
    Definition {
        name: "income_forecast_low",
        unit: "CNY/month",
        windows: &[SIX],
        basis: Basis::Proven,
        meaning_zh: "下月有效流入的保守估计（第10百分位）",
        meaning_en: "I16: tenth percentile of monthly eligible inflow (a farmer's: a month of a year with half its best month), grade E left out",
        function: income_forecast_low,
    },
];

fn average(sums: &[Money]) -> Option<Value> {
    statistics::mean(sums).map(Value::Money)
}

fn category_average(view: &View<'_>, window: Window, categories: &[Category]) -> Measured {
    let (sums, rows) = view.monthly(window, |index, entry| {
        let inflow = view.counts(index).inflow;
        (categories.contains(&entry.category) && inflow.is_positive()).then_some(inflow)
    });
    Measured::maybe(average(&sums), "no_complete_month", rows)
}

fn eligible_inflow_avg(view: &View<'_>, window: Window) -> Measured {
    let (sums, rows) = view.monthly_inflow(window);
    Measured::maybe(average(&sums), "no_complete_month", rows)
}

fn public_benefit_income(view: &View<'_>, window: Window) -> Measured {
    let (sums, rows) = view.monthly(window, |_, entry| {
        (TERMS.benefits.contains(&entry.category) && entry.flow == Flow::In).then_some(entry.amount)
    });
    Measured::new(Value::Money(statistics::total(&sums)), rows)
}

fn verified_income(view: &View<'_>, _: Window) -> Measured {
    let streams = view.streams();
    let counting = || streams.iter().filter(|stream| stream.income.grade != Grade::E);
    let counted: Decimal = counting().map(|stream| stream.income.counted.to_decimal()).sum();
    Measured::new(Value::Money(counted), counting().flat_map(|stream| stream.rows.clone()).collect())
}

fn income_forecast_low(view: &View<'_>, window: Window) -> Measured {
    let (sums, rows) = view.monthly(window, |index, entry| {
        let inflow = view.counts(index).inflow;
        (inflow.is_positive() && view.grade(entry) != Grade::E).then_some(inflow)
    });
    let low = if view.is_seasonal() { low_year(&sums) } else { statistics::quantile(&sums, Decimal::new(1, 1)) };
    Measured::maybe(low.map(Value::Money), "no_complete_month", rows)
}

/// A month of a bad year: the year's shown months, the best of them cut to a share, over twelve.
fn low_year(months: &[Money]) -> Option<Decimal> {
    let best = months.iter().max()?.to_decimal();
    let lost = best * (Decimal::ONE - EVIDENCE.seasonal.best_month_share);
    (statistics::total(months) - lost).checked_div(Decimal::from(12))
}

/// Debits to suppliers over receipts, as far as it is between nothing and all.
fn merchant_margin_est(view: &View<'_>, window: Window) -> Measured {
    let (receipts, _) = view.sum(window, |index, entry| {
        (entry.category == Category::MerchantReceipts && entry.flow == Flow::In).then(|| view.counts(index).inflow)
    });
    let (supplied, rows) = view.sum(window, |_, entry| {
        (entry.category == Category::Supplier && entry.flow == Flow::Out).then(|| entry.amount.abs())
    });
    let share = if receipts > Decimal::ZERO { supplied.checked_div(receipts) } else { None };
    let margin = share.map(|share| (Decimal::ONE - share).clamp(Decimal::ZERO, Decimal::ONE));
    Measured::maybe(margin.map(Value::Ratio), "no_receipts", rows)
}

fn farm_income_season(view: &View<'_>, window: Window) -> Measured {
    let (sum, rows) = view.sum(window, |_, entry| {
        (TERMS.farm.contains(&entry.category) && entry.flow == Flow::In).then(|| entry.amount.abs())
    });
    Measured::new(Value::Money(sum), rows)
}

/// What says it is rent; and what a person pays month by month, always the same, and never gets back.
fn rental_income(view: &View<'_>, window: Window) -> Measured {
    let (mut sum, mut rows) = view.sum(window, |_, entry| {
        (entry.category == Category::RentalIncome && entry.flow == Flow::In).then(|| entry.amount.abs())
    });
    let mut tenants: BTreeMap<u32, (Vec<usize>, bool)> = BTreeMap::new();
    for index in view.events_in(window) {
        let (Some(entry), Some(party)) = (view.entry(index), view.party(index)) else { continue };
        if entry.category == Category::PersonTransfer {
            let tenant = tenants.entry(party).or_default();
            if entry.flow == Flow::In { tenant.0.push(index) } else { tenant.1 = true }
        }
    }
    for (credits, paid_back) in tenants.into_values() {
        let entries: Vec<&Entry> = credits.iter().filter_map(|index| view.entry(*index)).collect();
        let equal = entries.windows(2).all(|pair| matches!(pair, [a, b] if a.amount == b.amount));
        let mut days: Vec<Date> = entries.iter().filter_map(|entry| entry.time).map(|when| when.date).collect();
        days.sort_unstable();
        let monthly = days
            .windows(2)
            .all(|pair| matches!(pair, [a, b] if (25..=35).contains(&model::dates::days_between(*a, *b))));
        if !paid_back && equal && monthly && credits.len() >= RENTS_MIN {
            sum += entries.iter().map(|entry| entry.amount.to_decimal()).sum::<Decimal>();
            rows.extend(credits);
        }
    }
    Measured::new(Value::Money(sum), rows)
}

/// A salary credit of a window, with its payer.
struct Salary<'a> {
    index: usize,
    date: Date,
    amount: Money,
    payer: String,
    entry: &'a Entry,
}

fn salaries<'a>(view: &View<'a>, events: impl IntoIterator<Item = usize>) -> Vec<Salary<'a>> {
    let salary = |index: usize| {
        let entry = view.entry(index)?;
        let date = entry.time?.date;
        let is_salary = TERMS.salary.contains(&entry.category) && entry.flow == Flow::In && date <= view.as_of;
        is_salary.then(|| {
            let payer = entry.counterparty.as_deref().map(normalised).unwrap_or_default();
            Salary { index, date, amount: entry.amount, payer, entry }
        })
    };
    events.into_iter().filter_map(salary).collect()
}

/// Every salary that the documents show, also in months that they show in part.
fn all_salaries<'a>(view: &View<'a>) -> Vec<Salary<'a>> {
    let mut salaries = salaries(view, view.all_events());
    salaries.sort_by_key(|salary| (salary.date, salary.index));
    salaries
}

/// The payer of most of it; of equal ones the first by name.
fn main_payer(salaries: &[Salary<'_>]) -> Option<String> {
    let mut sums: BTreeMap<&str, Money> = BTreeMap::new();
    for salary in salaries {
        let sum = sums.entry(&salary.payer).or_default();
        *sum = sum.plus(salary.amount);
    }
    let largest = sums.values().max().copied()?;
    sums.into_iter().find(|(_, sum)| *sum == largest).map(|(payer, _)| payer.to_owned())
}

fn rows(salaries: &[Salary<'_>]) -> Vec<usize> {
    salaries.iter().map(|salary| salary.index).collect()
}

fn of_main_employer<'a>(view: &View<'a>, window: Window) -> Vec<Salary<'a>> {
    let mut salaries = salaries(view, view.events(window));
    let main = main_payer(&salaries);
    salaries.retain(|salary| Some(&salary.payer) == main.as_ref());
    salaries
}

fn salary_months_hit(view: &View<'_>, window: Window) -> Measured {
    let months = view.months(window);
    let salaries = salaries(view, view.events(window));
    let hit = months.iter().filter(|month| salaries.iter().any(|salary| Month::of(salary.date) == **month)).count();
    let share = Decimal::from(hit).checked_div(Decimal::from(months.len())).map(Value::Ratio);
    Measured::maybe(share, "no_complete_month", rows(&salaries))
}

/// Pay days move to the working day before a holiday. So the nominal day is looked for that explains the pay days
/// best (the least sum of distances, the earliest of equal ones), and their distances from it are measured.
fn salary_payday_std(view: &View<'_>, window: Window) -> Measured {
    let salaries = of_main_employer(view, window);
    // The wage of a month is its largest payment.
    let mut wages: BTreeMap<Month, &Salary<'_>> = BTreeMap::new();
    for salary in &salaries {
        let wage = wages.entry(Month::of(salary.date)).or_insert(salary);
        if salary.amount > wage.amount {
            *wage = salary;
        }
    }
    if wages.len() < SALARIES_MIN {
        return Measured::missing("too_few_salaries");
    }
    let distances = |nominal: i8| -> Vec<i64> {
        wages
            .iter()
            .map(|(month, wage)| {
                let days = i64::from(nominal.min(month.last_day().day())) - 1;
                let due = month.first_day().checked_add(jiff::Span::new().days(days)).unwrap_or(wage.date);
                model::dates::days_between(HOLIDAYS.working_day_until(due), wage.date)
            })
            .collect()
    };
    let best = (1..=31).map(distances).min_by_key(|distances| distances.iter().map(|d| d.abs()).sum::<i64>());
    let spread = best.and_then(|distances| statistics::deviation(&distances)).map(Value::Ratio);
    Measured::maybe(spread, "out_of_range", wages.values().map(|wage| wage.index).collect())
}

fn salary_amount_cv(view: &View<'_>, window: Window) -> Measured {
    let mut salaries = of_main_employer(view, window);
    salaries.retain(|salary| salary.entry.category != Category::Bonus);
    let mut months: BTreeMap<Month, Money> = BTreeMap::new();
    for salary in &salaries {
        let sum = months.entry(Month::of(salary.date)).or_default();
        *sum = sum.plus(salary.amount);
    }
    if months.len() < SALARIES_MIN {
        return Measured::missing("too_few_salaries");
    }
    let amounts: Vec<Money> = months.into_values().collect();
    Measured::maybe(statistics::cv(&amounts).map(Value::Ratio), "out_of_range", rows(&salaries))
}

fn salary_employer(view: &View<'_>, _: Window) -> Measured {
    let mut salaries = all_salaries(view);
    let main = main_payer(&salaries).filter(|name| !name.is_empty());
    salaries.retain(|salary| Some(&salary.payer) == main.as_ref());
    let printed = salaries.last().and_then(|salary| salary.entry.counterparty.clone());
    Measured::maybe(printed.map(|name| Value::Name(Text::from(normalised(&name)))), "no_salary", rows(&salaries))
}

fn salary_employer_tenure(view: &View<'_>, window: Window) -> Measured {
    let mut salaries = all_salaries(view);
    let main = main_payer(&salaries).filter(|name| !name.is_empty());
    salaries.retain(|salary| Some(&salary.payer) == main.as_ref());
    let (Some(first), Some(end)) = (salaries.first(), view.period(window).map(|period| period.to)) else {
        return Measured::missing("no_salary");
    };
    let months = first.date.until((jiff::Unit::Month, end)).map_or(0, |span| span.get_months());
    Measured::new(Value::Count(i64::from(months)), vec![first.index])
}

/// Months whose main payer is another than that of the month with salary before.
fn salary_employer_changes(view: &View<'_>, window: Window) -> Measured {
    let months = view.months(window);
    let payers: Vec<String> =
        months.iter().filter_map(|month| main_payer(&salaries(view, view.events_of(*month).iter().copied()))).collect();
    let changes = payers.windows(2).filter(|pair| pair.first() != pair.last()).count();
    let rows = rows(&salaries(view, view.events(window)));
    Measured::new(Value::Count(i64::try_from(changes).unwrap_or(i64::MAX)), rows)
}

fn last_salary_recency(view: &View<'_>, window: Window) -> Measured {
    let salaries = all_salaries(view);
    let (Some(last), Some(end)) = (salaries.last(), view.period(window).map(|period| period.to)) else {
        return Measured::missing("no_salary");
    };
    Measured::new(Value::Count(model::dates::days_between(last.date, end).max(0)), vec![last.index])
}
