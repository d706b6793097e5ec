//! Wages that no word calls wages: a company that pays once a month, month after month (I01).

use std::collections::BTreeMap;

use jiff::civil::Date;
use model::dates::days_between;
use model::ledger::{Category, Ledger};
use model::statement::{Flow, StatementKind};

use crate::names::{looks_like_company, normalised};

/// A month between two pay days, with weekends and holidays in between (catalogue, I01).
const CYCLE_DAYS: std::ops::RangeInclusive<i64> = 25..=35;
/// Two equal gaps happen by chance, three are a habit (catalogue, I01).
const CYCLES_MIN: usize = 3;

/// Calls the credits of a monthly paying company salary, where no rule knew them for anything.
///
/// A payer whose wages are labelled is left alone: what else it pays (expenses) is then something else. So is a
/// payer whose gaps are mostly no months: a customer who buys every week also buys a month apart now and then.
pub(crate) fn mark_salaries(ledger: &mut Ledger) {
    let mut payers: BTreeMap<String, Payer> = BTreeMap::new();
    for (index, entry) in ledger.entries.iter().enumerate() {
        let kind = ledger.accounts.get(entry.account as usize).map(|account| account.kind);
        let money_in = entry.flow == Flow::In
            && entry.status.counts()
            && entry.own_transfer.is_none()
            && entry.same_event.is_none()
            && matches!(kind, Some(StatementKind::DepositAccount | StatementKind::Wallet));
        let (true, Some(name), Some(when)) = (money_in, entry.counterparty.as_deref(), entry.time) else { continue };
        match entry.category {
            Category::Salary => payers.entry(normalised(name)).or_default().labelled = true,
            Category::Other if looks_like_company(name) => {
                payers.entry(normalised(name)).or_default().credits.push((when.date, index));
            }
            _ => {}
        }
    }
    for payer in payers.values_mut().filter(|payer| !payer.labelled) {
        payer.credits.sort_unstable();
        if !pays_monthly(&payer.credits) {
            continue;
        }
        for &(_, index) in &payer.credits {
            if let Some(entry) = ledger.entries.get_mut(index) {
                entry.category = Category::Salary;
            }
        }
    }
}

#[derive(Default)]
struct Payer {
    labelled: bool,
    credits: Vec<(Date, usize)>,
}

fn pays_monthly(credits: &[(Date, usize)]) -> bool {
    let gaps: Vec<i64> = credits
        .windows(2)
        .filter_map(|pair| match pair {
            [(before, _), (after, _)] => Some(days_between(*before, *after)),
            _ => None,
        })
        .collect();
    let cycles = gaps.iter().filter(|gap| CYCLE_DAYS.contains(gap)).count();
    cycles >= CYCLES_MIN && cycles * 3 >= gaps.len() * 2
}
