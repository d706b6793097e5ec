//! O01 to O12: what is owed month by month, and how it stands against income.
//!
//! All of them are per month. Where accounts show different months, each account's average is over the months it
//! shows (see `View::average_by_account`): understating what is owed would overstate what can be lent.

use std::collections::BTreeMap;

use model::Money;
use model::ledger::{Category, Entry};
use model::statement::{Flow, StatementKind, Status};
use rust_decimal::Decimal;

use super::parameters::TERMS;
use super::view::{Basis, View, Window};
use super::{Definition, Measured, Value, statistics};

const THREE: Window = Window::Months(3);
const SIX: Window = Window::Months(6);

pub(super) const FEATURES: &[Definition] = &[
    Definition {
        name: "loan_instalments_out",
        unit: "CNY/month",
        windows: &[SIX, THREE],
        basis: Basis::Shown,
        meaning_zh: "月均贷款还款支出",
        meaning_en: "O01: repayments to lenders per month",
        function: |view, window| measured(instalments(view, window)),
    },
    Definition {
        name: "loan_disbursed_in",
        unit: "CNY/month",
        windows: &[SIX, THREE],
        basis: Basis::Shown,
        meaning_zh: "月均贷款放款流入",
        meaning_en: "O02: loans paid out by lenders per month",
        function: |view, window| measured(disbursed(view, window)),
    },
    Definition {
        name: "net_borrowing",
        unit: "CNY/month",
        windows: &[SIX, THREE],
        basis: Basis::Shown,
        meaning_zh: "月均净借入",
        meaning_en: "O03: loans paid out less repayments, per month",
        function: net_borrowing,
    },
    Definition {
        name: "card_repay_out",
        unit: "CNY/month",
        windows: &[SIX, THREE],
        basis: Basis::Shown,
        meaning_zh: "月均信用卡还款支出",
        meaning_en: "O04: credit-card repayments per month",
        function: |view, window| measured(out(view, window, Category::CardRepayment)),
    },
    Definition {
        name: "card_min_payment_rate",
        unit: "ratio",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "信用卡账单仅还最低额的占比",
        meaning_en: "O05: share of card bills of which at most 12 % was repaid by the next, of those the card statements show",
        function: card_min_payment_rate,
    },
    Definition {
        name: "mortgage_out",
        unit: "CNY/month",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "月均房贷支出",
        meaning_en: "O06: housing-loan debits per month",
        function: |view, window| measured(out(view, window, Category::Mortgage)),
    },
    Definition {
        name: "rent_out",
        unit: "CNY/month",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "月均房租支出",
        meaning_en: "O07: rent per month",
        function: |view, window| {
            measured(view.average_by_account(window, |_, entry| left(entry).filter(|_| is_rent(entry))))
        },
    },
    Definition {
        name: "fixed_obligations",
        unit: "CNY/month",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "月固定负债支出",
        meaning_en: "O08: instalments, card minimum, mortgage, rent, insurance, tuition, child support per month",
        function: |view, window| measured(fixed(view, window)),
    },
    Definition {
        name: "dti_observed",
        unit: "ratio",
        windows: &[SIX],
        basis: Basis::Proven,
        meaning_zh: "负债收入比",
        meaning_en: "O09: fixed obligations over verified income",
        function: dti_observed,
    },
    Definition {
        name: "dti_declared_gap",
        unit: "CNY/month",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "申报月负债与固定负债支出之差",
        meaning_en: "O10: declared monthly debt less fixed obligations",
        function: dti_declared_gap,
    },
    Definition {
        name: "essential_spending",
        unit: "CNY/month",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "月基本生活支出（低位估计，不低于底线）",
        meaning_en: "part of O11: twentieth percentile of own essentials, at least the floor",
        function: |view, window| measured(essentials(view, window)),
    },
    Definition {
        name: "residual_income",
        unit: "CNY/month",
        windows: &[SIX],
        basis: Basis::Proven,
        meaning_zh: "月剩余收入",
        meaning_en: "O11: verified income less fixed obligations and essential spending",
        function: residual_income,
    },
    Definition {
        name: "instalment_bounce_rate",
        unit: "ratio",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "贷款等扣款失败次数占比",
        meaning_en: "O12: share of debits for loans, cards, mortgages and insurance that failed or were reversed the same day",
        function: instalment_bounce_rate,
    },
];

/// A statement opens with what the bill before came to; what is repaid in it is repaid of that bill.
fn card_min_payment_rate(view: &View<'_>, window: Window) -> Measured {
    let Some(period) = view.period(window) else { return Measured::missing("no_complete_month") };
    let mut repaid: BTreeMap<(u32, u32), (Decimal, Vec<usize>)> = BTreeMap::new();
    for (index, entry) in view.ledger.entries.iter().enumerate() {
        let kind = view.ledger.accounts.get(entry.account as usize).map(|account| account.kind);
        let is_repayment = entry.category == Category::CardRepayment && entry.flow == Flow::In && entry.status.counts();
        if kind != Some(StatementKind::CreditCard) || !is_repayment {
            continue;
        }
        for row in &entry.rows {
            let of_bill = repaid.entry((row.document, row.statement)).or_default();
            of_bill.0 += entry.amount.to_decimal();
            of_bill.1.push(index);
        }
    }
    let (mut bills, mut minimal, mut rows) = (0_u32, 0_u32, Vec::new());
    for (document, shown) in (0_u32..).zip(view.documents) {
        for (number, statement) in (0_u32..).zip(shown.statements) {
            let dates = || statement.transactions.iter().filter_map(|row| row.time).map(|when| when.date);
            let ends = statement.period.as_ref().map(|period| period.value.to).or_else(|| dates().max());
            let is_inside = ends.is_some_and(|ends| period.contains(ends));
            let owed = statement.opening_balance.as_ref().map(|balance| balance.value.abs().to_decimal());
            let Some(owed) = owed.filter(|owed| is_inside && *owed > Decimal::ZERO) else { continue };
            if statement.kind != StatementKind::CreditCard {
                continue;
            }
            bills += 1;
            let (paid, of_bill) = repaid.remove(&(document, number)).unwrap_or_default();
            minimal += u32::from(paid <= owed * TERMS.card_minimum_paid_share);
            rows.extend(of_bill);
        }
    }
    Measured::share(Decimal::from(minimal), Decimal::from(bills), "no_card_statement", rows)
}

fn instalment_bounce_rate(view: &View<'_>, window: Window) -> Measured {
    let said = |entry: &Entry| {
        let texts = [&entry.description, &entry.remark];
        let mut words = texts.into_iter().flatten();
        words.any(|text| TERMS.failed_debit_words.iter().any(|word| text.contains(word.as_str())))
    };
    // A reversal names the debit's other side, gives the same amount back, and comes the same day.
    let mut returned: BTreeMap<(Option<u32>, Money, Option<jiff::civil::Date>), u32> = BTreeMap::new();
    let rows = view.rows_in(window);
    for &index in &rows {
        let Some(entry) = view.entry(index).filter(|entry| entry.flow == Flow::In && entry.status.counts()) else {
            continue;
        };
        if entry.category == Category::Refund {
            let key = (view.party(index), entry.amount.abs(), entry.time.map(|when| when.date));
            *returned.entry(key).or_default() += 1;
        }
    }
    let (mut attempts, mut failed) = (0_u32, Vec::new());
    for index in rows {
        let Some(entry) = view.entry(index) else { continue };
        let is_debit = TERMS.failed_debit_categories.contains(&entry.category) && entry.flow != Flow::In;
        let says_failed = said(entry);
        if !(is_debit || says_failed) || entry.same_event.is_some() {
            continue;
        }
        attempts += 1;
        let key = (view.party(index), entry.amount.abs(), entry.time.map(|when| when.date));
        let reversed = returned.get_mut(&key).filter(|left| **left > 0);
        if entry.status == Status::Failed || says_failed {
            failed.push(index);
        } else if let Some(left) = reversed {
            *left -= 1;
            failed.push(index);
        }
    }
    Measured::share(Decimal::from(failed.len()), Decimal::from(attempts), "no_instalments", failed)
}

type Amount = (Decimal, Vec<usize>);

fn measured((amount, rows): Amount) -> Measured {
    Measured::new(Value::Money(amount), rows)
}

/// What left, also by a wallet's neutral row.
fn left(entry: &Entry) -> Option<Money> {
    (entry.flow != Flow::In).then(|| entry.amount.abs())
}

fn out(view: &View<'_>, window: Window, category: Category) -> Amount {
    view.average_by_account(window, |_, entry| left(entry).filter(|_| entry.category == category))
}

/// A shop's rent is owed like a flat's.
const fn is_rent(entry: &Entry) -> bool {
    matches!(entry.category, Category::Rent | Category::ShopRent)
}

fn instalments(view: &View<'_>, window: Window) -> Amount {
    out(view, window, Category::LoanRepayment)
}

fn disbursed(view: &View<'_>, window: Window) -> Amount {
    view.average_by_account(window, |_, entry| {
        let is_loan = entry.category == Category::LoanDisbursement && entry.flow != Flow::Out;
        is_loan.then(|| entry.amount.abs())
    })
}

fn net_borrowing(view: &View<'_>, window: Window) -> Measured {
    let (disbursed, mut rows) = disbursed(view, window);
    let (repaid, repaid_rows) = instalments(view, window);
    rows.extend(repaid_rows);
    measured((disbursed - repaid, rows))
}

fn fixed(view: &View<'_>, window: Window) -> Amount {
    let is_owed = |entry: &Entry| {
        matches!(entry.category, Category::LoanRepayment | Category::Mortgage)
            || is_rent(entry)
            || TERMS.obligations.contains(&entry.category)
    };
    // A premium listed as neutral is paid all the same; what an insurer pays comes in.
    let (owed, mut rows) = view.average_by_account(window, |_, entry| left(entry).filter(|_| is_owed(entry)));
    // A repayment of a card's whole bill is no obligation: its minimum is (O04).
    let (repaid, card_rows) = out(view, window, Category::CardRepayment);
    rows.extend(card_rows);
    (owed + repaid * TERMS.card_minimum_share, rows)
}

fn verified(view: &View<'_>) -> Amount {
    let streams = view.streams();
    let counted = streams.iter().map(|stream| stream.income.counted.to_decimal()).sum();
    let counting = streams.iter().filter(|stream| stream.income.counted.is_positive());
    (counted, counting.flat_map(|stream| stream.rows.iter().copied()).collect())
}

fn dti_observed(view: &View<'_>, window: Window) -> Measured {
    let (income, income_rows) = verified(view);
    let (owed, mut rows) = fixed(view, window);
    rows.extend(income_rows);
    Measured::maybe(owed.checked_div(income).map(Value::Ratio), "no_verified_income", rows)
}

fn dti_declared_gap(view: &View<'_>, window: Window) -> Measured {
    let Some(declared) = view.declared_debt else { return Measured::missing("not_declared") };
    let (owed, rows) = fixed(view, window);
    measured((declared.to_decimal() - owed, rows))
}

fn essentials(view: &View<'_>, window: Window) -> Amount {
    let essential = |entry: &Entry| entry.flow == Flow::Out && TERMS.essentials.contains(&entry.category);
    // However it was paid: bread bought on credit is bread. Only what was given back does not count.
    let (sums, rows) =
        view.monthly(window, |_, entry| (essential(entry) && entry.refund_of.is_none()).then(|| entry.amount.abs()));
    let own = statistics::quantile(&sums, Decimal::new(2, 1)).unwrap_or_default();
    (own.max(TERMS.essential_floor.to_decimal()), rows)
}

fn residual_income(view: &View<'_>, window: Window) -> Measured {
    let (income, mut rows) = verified(view);
    let (owed, owed_rows) = fixed(view, window);
    let (essentials, essential_rows) = essentials(view, window);
    rows.extend(owed_rows);
    rows.extend(essential_rows);
    measured((income - owed - essentials, rows))
}
