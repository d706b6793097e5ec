//! What a loan costs: equal instalments, and the annual rate that a row of payments comes to.
//!
//! Rules ask for the rate of all that the borrower pays over the principal they actually have (央行公告 2021 No. 3):
//! twelve times the monthly internal rate of return, which for a loan without fees is its nominal rate.

use model::Money;
use rust_decimal::Decimal;

/// A hundred years of instalments: beyond it a term is a slip, and powers would only grow.
const MONTHS_MAX: u32 = 1_200;

/// Halvings of the interval that holds the rate: 2^-60 of it is below the tenth digit.
const STEPS: usize = 60;

/// Each month's payment, unrounded. `None` when out of range.
fn payment(principal: Money, annual_rate: Decimal, months: u32) -> Option<Decimal> {
    if months == 0 || months > MONTHS_MAX || annual_rate.is_sign_negative() {
        return None;
    }
    principal.to_decimal().checked_div(present_value_of_one(annual_rate.checked_div(TWELVE)?, months)?)
}

const TWELVE: Decimal = Decimal::from_parts(12, 0, 0, false, 0);

/// What `months` payments of 1 are worth at the monthly rate: `(1 - (1 + m)^-n) / m`.
fn present_value_of_one(monthly_rate: Decimal, months: u32) -> Option<Decimal> {
    let growth = Decimal::ONE.checked_add(monthly_rate)?;
    let (mut sum, mut factor) = (Decimal::ZERO, Decimal::ONE);
    for _ in 0..months {
        factor = factor.checked_div(growth)?;
        sum = sum.checked_add(factor)?;
    }
    Some(sum)
}

/// Each month's payment, rounded to fen.
#[must_use]
pub fn instalment(principal: Money, annual_rate: Decimal, months: u32) -> Option<Money> {
    Money::from_decimal(payment(principal, annual_rate, months)?)
}

/// All interest over the term; the last instalment takes up what rounding left.
#[must_use]
pub fn interest(principal: Money, annual_rate: Decimal, months: u32) -> Option<Money> {
    let total = payment(principal, annual_rate, months)?.checked_mul(Decimal::from(months))?;
    Money::from_decimal(total.checked_sub(principal.to_decimal())?)
}

/// Twelve times the monthly rate at which `payments`, a month apart, are worth `principal`. `None` where they do not
/// even pay it back, or cost more than ten times it a month.
#[must_use]
pub fn annual_rate(principal: Money, payments: &[Money]) -> Option<Decimal> {
    let worth = |rate: Decimal| -> Option<Decimal> {
        let growth = Decimal::ONE.checked_add(rate)?;
        // From the last payment back: each step is worth what follows and this month's payment, a month earlier.
        payments
            .iter()
            .rev()
            .try_fold(Decimal::ZERO, |later, payment| later.checked_add(payment.to_decimal())?.checked_div(growth))
    };
    let principal = principal.to_decimal();
    let (mut low, mut high) = (Decimal::ZERO, Decimal::TEN);
    if worth(low)? < principal || worth(high)? > principal {
        return None;
    }
    for _ in 0..STEPS {
        let middle = low.checked_add(high)?.checked_div(Decimal::TWO)?;
        if worth(middle)? > principal {
            low = middle;
        } else {
            high = middle;
        }
    }
    high.checked_mul(TWELVE).map(|rate| rate.round_dp(10))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yuan(yuan: i64) -> Money {
        Money::from_fen(yuan * 100)
    }

    fn percent(rate: Decimal) -> String {
        format!("{:.2}", (rate * Decimal::ONE_HUNDRED).round_dp(2))
    }

    fn rate(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn ten_thousand_over_a_year() {
        assert_eq!(instalment(yuan(10_000), rate("0.20"), 12).unwrap().to_string(), "926.35");
        assert_eq!(interest(yuan(10_000), rate("0.20"), 12).unwrap().to_string(), "1116.14");
        assert_eq!(instalment(yuan(10_000), rate("0.24"), 12).unwrap().to_string(), "945.60");
    }

    #[test]
    fn a_monthly_fee_on_the_original_principal_costs_nearly_twice_what_it_looks_like() {
        let payments = vec![Money::from_decimal(rate("908.333333")).unwrap(); 12];
        assert_eq!(percent(annual_rate(yuan(10_000), &payments).unwrap()), "16.22");
    }

    #[test]
    fn a_coupon_of_thirty_free_days() {
        let regular = instalment(yuan(10_000), rate("0.18"), 12).unwrap();
        let mut payments = vec![regular; 12];
        payments[0] = regular.minus(yuan(150));
        assert_eq!(percent(annual_rate(yuan(10_000), &payments).unwrap()), "15.18");
    }

    #[test]
    fn equal_instalments_cost_their_nominal_rate() {
        let payments = vec![instalment(yuan(27_200), rate("0.15"), 12).unwrap(); 12];
        assert_eq!(percent(annual_rate(yuan(27_200), &payments).unwrap()), "15.00");
    }

    #[test]
    fn a_free_loan_and_impossible_ones() {
        assert_eq!(instalment(yuan(1_200), Decimal::ZERO, 12), Some(yuan(100)));
        assert_eq!(annual_rate(yuan(1_200), &[yuan(100); 12]).map(percent).as_deref(), Some("0.00"));
        assert_eq!(instalment(yuan(1_200), Decimal::ONE, 0), None);
        assert_eq!(annual_rate(yuan(1_200), &[yuan(100)]), None);
    }
}
