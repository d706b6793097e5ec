//! Exact arithmetic over months and days: no floats, so the same rows give the same digits everywhere.

use model::Money;
use rust_decimal::{Decimal, RoundingStrategy};

/// Digits kept of a ratio.
pub(super) const RATIO_DIGITS: u32 = 4;

pub(super) fn rounded(value: Decimal, digits: u32) -> Decimal {
    let mut value = value.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
    value.rescale(digits);
    // Nothing is printed as -0.00.
    if value.is_zero() { value.abs() } else { value }
}

pub(super) fn total(values: &[Money]) -> Decimal {
    values.iter().map(|value| value.to_decimal()).sum()
}

pub(super) fn mean(values: &[Money]) -> Option<Decimal> {
    total(values).checked_div(Decimal::from(values.len()))
}

/// Of an even number of values, the mean of the two in the middle.
pub(super) fn median(values: &[Money]) -> Option<Decimal> {
    quantile(values, Decimal::new(5, 1))
}

/// The empirical quantile, linear between the two values it falls between (0 is the least, 1 the greatest).
pub(super) fn quantile(values: &[Money], share: Decimal) -> Option<Decimal> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let place = share * Decimal::from(sorted.len().checked_sub(1)?);
    let below = place.floor();
    let index = usize::try_from(below.mantissa()).ok()?;
    let low = sorted.get(index)?.to_decimal();
    let high = sorted.get(index + 1).map_or(low, |value| value.to_decimal());
    Some(low + (high - low) * (place - below))
}

/// Population standard deviation over mean; `None` when the mean is not above zero, or out of range.
pub(super) fn cv(values: &[Money]) -> Option<Decimal> {
    let count = i128::try_from(values.len()).ok()?;
    let parts = || values.iter().map(|value| i128::from(value.ten_thousandths()));
    let sum: i128 = parts().sum();
    if sum <= 0 {
        return None;
    }
    let spread = spread(parts(), count)?;
    // cv² = spread / sum², in 10^-10 so that the root has one digit more than is kept.
    let scaled = u128::try_from(spread).ok()?.checked_mul(10_u128.pow(10))?;
    let square = u128::try_from(sum.checked_mul(sum)?).ok()?;
    let root = scaled.checked_div(square)?.isqrt();
    Some(rounded(Decimal::from_i128_with_scale(i128::try_from(root).ok()?, 5), RATIO_DIGITS))
}

/// Population standard deviation of whole numbers.
pub(super) fn deviation(values: &[i64]) -> Option<Decimal> {
    let count = i128::try_from(values.len()).ok()?;
    let spread = spread(values.iter().map(|value| i128::from(*value)), count)?;
    let scaled = u128::try_from(spread).ok()?.checked_mul(10_u128.pow(10))?;
    let root = scaled.checked_div(u128::try_from(count.checked_mul(count)?).ok()?)?.isqrt();
    Some(rounded(Decimal::from_i128_with_scale(i128::try_from(root).ok()?, 5), RATIO_DIGITS))
}

/// n Σx² − (Σx)², which is n² times the variance.
fn spread(values: impl Iterator<Item = i128>, count: i128) -> Option<i128> {
    let (mut sum, mut squares) = (0_i128, 0_i128);
    for value in values {
        sum = sum.checked_add(value)?;
        squares = squares.checked_add(value.checked_mul(value)?)?;
    }
    squares.checked_mul(count)?.checked_sub(sum.checked_mul(sum)?)
}

/// Slope of the least-squares line through equally spaced values, over their mean; `None` without two values, or when
/// the mean is not above zero.
pub(super) fn relative_slope(values: &[Money]) -> Option<Decimal> {
    let count = Decimal::from(values.len());
    let mean = mean(values)?;
    if values.len() < 2 || mean <= Decimal::ZERO {
        return None;
    }
    let middle = (count - Decimal::ONE) / Decimal::TWO;
    let (mut above, mut below) = (Decimal::ZERO, Decimal::ZERO);
    for (index, value) in values.iter().enumerate() {
        let distance = Decimal::from(index) - middle;
        above += distance * value.to_decimal();
        below += distance * distance;
    }
    above.checked_div(below)?.checked_div(mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yuan(values: &[i64]) -> Vec<Money> {
        values.iter().map(|value| Money::from_fen(value * 100)).collect()
    }

    fn shown(value: Option<Decimal>) -> String {
        value.map(|value| rounded(value, RATIO_DIGITS).to_string()).unwrap_or_default()
    }

    #[test]
    fn the_middle_and_the_low_end() {
        assert_eq!(shown(median(&yuan(&[3, 1, 2]))), "2.0000");
        assert_eq!(shown(median(&yuan(&[4, 1, 2, 3]))), "2.5000");
        assert_eq!(shown(quantile(&yuan(&[60, 10, 20, 30, 40, 50]), Decimal::new(1, 1))), "15.0000");
        assert_eq!(shown(median(&[])), "");
    }

    #[test]
    fn how_far_values_scatter() {
        // mean 5, variance 4
        assert_eq!(shown(cv(&yuan(&[2, 4, 4, 4, 5, 5, 7, 9]))), "0.4000");
        assert_eq!(shown(cv(&yuan(&[5, 5, 5]))), "0.0000");
        assert_eq!(shown(cv(&yuan(&[0, 0]))), "");
        assert_eq!(shown(deviation(&[2, 4, 4, 4, 5, 5, 7, 9])), "2.0000");
    }

    #[test]
    fn which_way_values_go() {
        assert_eq!(shown(relative_slope(&yuan(&[10, 20, 30]))), "0.5000");
        assert_eq!(shown(relative_slope(&yuan(&[30, 20, 10]))), "-0.5000");
        assert_eq!(shown(relative_slope(&yuan(&[7]))), "");
    }
}
