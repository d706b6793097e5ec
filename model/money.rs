//! Exact money.
//!
//! Held as an integer of 1/10,000 of the currency unit: exact for every currency that a document here
//! prints, up to ±922 trillion, and the same integer that the database stores.

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Parts in one currency unit.
const SCALE: i64 = 10_000;
const SCALE_DIGITS: u32 = 4;

/// An exact amount of money, in whatever currency its statement says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(i64);

/// Text that is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("empty")]
    Empty,
    #[error("not an amount")]
    NotAnAmount,
    #[error("more than four decimal places")]
    TooPrecise,
    #[error("too large")]
    TooLarge,
}

impl Money {
    pub const ZERO: Self = Self(0);

    #[must_use]
    pub const fn from_ten_thousandths(value: i64) -> Self {
        Self(value)
    }

    #[must_use]
    pub const fn ten_thousandths(self) -> i64 {
        self.0
    }

    /// From fen (1/100); for literals in tests and generators.
    #[must_use]
    pub const fn from_fen(fen: i64) -> Self {
        Self(fen * 100)
    }

    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    #[must_use]
    pub const fn negated(self) -> Self {
        Self(self.0.saturating_neg())
    }

    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// Adds, stopping at the type's bound: for sums of figures already bounded by [`Money::read`].
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, SCALE_DIGITS)
    }

    /// Rounds half away from zero to 1/100. `None` when out of range.
    #[must_use]
    pub fn from_decimal(value: Decimal) -> Option<Self> {
        let rounded = value.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        let scaled = rounded.checked_mul(Decimal::from(SCALE))?;
        i64::try_from(scaled.trunc().mantissa() / 10_i128.pow(scaled.trunc().scale())).ok().map(Self)
    }

    /// Reads an amount as Chinese documents print it: thousands commas, `¥`/`￥`/`CNY`/`人民币`, an explicit sign
    /// (ASCII, full-width or U+2212), accounting parentheses, full-width digits.
    ///
    /// A comma is taken only where groups of three follow it, so `3,96` is refused rather than guessed at.
    ///
    /// # Errors
    /// [`MoneyError`] when the text is anything else.
    #[inline]
    pub fn read(text: &str) -> Result<Self, MoneyError> {
        match read_plain(text.as_bytes()) {
            Some(value) => Ok(Self(value)),
            None => read_slow(text).map(Self),
        }
    }
}

/// The common case without allocation: `[+-]digits[.digits]`, ASCII, at most 14 digits before the point.
fn read_plain(bytes: &[u8]) -> Option<i64> {
    let (negative, digits) = match bytes.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, bytes),
    };
    let mut whole: i64 = 0;
    let mut position = 0;
    while let Some(&byte) = digits.get(position) {
        if !byte.is_ascii_digit() {
            break;
        }
        whole = whole * 10 + i64::from(byte - b'0');
        position += 1;
        if position > 14 {
            return None;
        }
    }
    if position == 0 {
        return None;
    }
    let mut fraction: i64 = 0;
    let mut weight = SCALE;
    if let Some(b'.') = digits.get(position) {
        position += 1;
        let start = position;
        while let Some(&byte) = digits.get(position) {
            if !byte.is_ascii_digit() || weight == 1 {
                return None;
            }
            weight /= 10;
            fraction += i64::from(byte - b'0') * weight;
            position += 1;
        }
        if position == start {
            return None;
        }
    }
    if position != digits.len() {
        return None;
    }
    let value = whole * SCALE + fraction;
    Some(if negative { -value } else { value })
}

fn read_slow(text: &str) -> Result<i64, MoneyError> {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            c if c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}') => {}
            '０'..='９' => plain.push(char::from(b'0' + (character as u32 - '０' as u32) as u8)),
            '．' => plain.push('.'),
            '，' => plain.push(','),
            '－' | '\u{2212}' => plain.push('-'),
            '＋' => plain.push('+'),
            '（' => plain.push('('),
            '）' => plain.push(')'),
            '￥' => plain.push('¥'),
            other => plain.push(other),
        }
    }
    if plain.is_empty() {
        return Err(MoneyError::Empty);
    }
    let mut rest = plain.as_str();
    let mut negative = false;
    if let Some(inner) = rest.strip_prefix('(').and_then(|r| r.strip_suffix(')')) {
        negative = true;
        rest = inner;
    }
    // A sign may stand before or after the currency mark, once.
    let mut signed = negative;
    for _ in 0..2 {
        if !signed && let Some(after) = rest.strip_prefix(['-', '+']) {
            negative = rest.starts_with('-');
            signed = true;
            rest = after;
        }
        rest = ["¥", "CNY", "RMB", "人民币"].iter().find_map(|mark| rest.strip_prefix(mark)).unwrap_or(rest);
    }
    let rest = ["元", "CNY", "RMB"].iter().find_map(|mark| rest.strip_suffix(mark)).unwrap_or(rest);
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(w, f)| (w, Some(f)));
    let whole_digits = ungroup(whole).ok_or(MoneyError::NotAnAmount)?;
    if fraction.is_some_and(|f| f.is_empty() || !f.bytes().all(|b| b.is_ascii_digit())) {
        return Err(MoneyError::NotAnAmount);
    }
    let fraction = fraction.unwrap_or("");
    let significant = fraction.trim_end_matches('0');
    if significant.len() > SCALE_DIGITS as usize {
        return Err(MoneyError::TooPrecise);
    }
    let whole: i64 = whole_digits.parse().map_err(|_| MoneyError::TooLarge)?;
    let mut value = whole.checked_mul(SCALE).ok_or(MoneyError::TooLarge)?;
    let mut weight = SCALE;
    for digit in significant.bytes() {
        weight /= 10;
        value = value.checked_add(i64::from(digit - b'0') * weight).ok_or(MoneyError::TooLarge)?;
    }
    Ok(if negative { -value } else { value })
}

/// `1,234,567` or `1234567` → its digits; `None` when commas do not stand before groups of three.
fn ungroup(whole: &str) -> Option<String> {
    let mut groups = whole.split(',');
    let first = groups.next()?;
    if first.is_empty() || !first.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut digits = first.to_owned();
    let mut grouped = false;
    for group in groups {
        if group.len() != 3 || !group.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        grouped = true;
        digits.push_str(group);
    }
    (!grouped || first.len() <= 3).then_some(digits)
}

impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::read(text)
    }
}

/// Two decimals, more only where they are not zero: `1234.50`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let (whole, part) = (magnitude / SCALE as u64, magnitude % SCALE as u64);
        let sign = if self.0 < 0 { "-" } else { "" };
        if part % 100 == 0 {
            write!(f, "{sign}{whole}.{:02}", part / 100)
        } else {
            let digits = format!("{part:04}");
            write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
        }
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Self::plus)
    }
}

impl<'a> Sum<&'a Money> for Money {
    fn sum<I: Iterator<Item = &'a Self>>(iter: I) -> Self {
        iter.copied().sum()
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::read(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_amounts_as_documents_print_them() {
        for (text, shown) in [
            ("1234.5", "1234.50"),
            ("1,234,567.89", "1234567.89"),
            ("¥28.16", "28.16"),
            ("￥-3.00", "-3.00"),
            ("-¥3.00", "-3.00"),
            ("CNY 12", "12.00"),
            ("-人民币1,234.56元", "-1234.56"),
            ("(1,234.56)", "-1234.56"),
            ("１２．５０", "12.50"),
            ("+1000.00", "1000.00"),
            ("－8.22", "-8.22"),
            ("27元", "27.00"),
            ("27.50 CNY", "27.50"),
            ("0.0", "0.00"),
            ("0.1234", "0.1234"),
            ("-0.5", "-0.50"),
        ] {
            assert_eq!(Money::read(text).map(|m| m.to_string()), Ok(shown.to_owned()), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_amount() {
        for text in [
            "",
            " ",
            "-",
            "xx,yyyy.zz",
            "1,28O.00",
            "3960 704.x",
            "1,23.00",
            "1234,567.00",
            ".5",
            "5.",
            "--5",
            "1.23456",
            "9999999999999999999",
        ] {
            assert!(Money::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn decimal_round_trip_is_exact() {
        let money = Money::from_fen(123_456_789);
        assert_eq!(Money::from_decimal(money.to_decimal()), Some(money));
        assert_eq!(Money::from_decimal("0.005".parse().unwrap()), Some(Money::from_fen(1)));
    }
}
