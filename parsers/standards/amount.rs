//! Amounts of formats that leave the decimal mark to the bank: `1.234,56`, `1,234.56`, `12,5`.

use model::Money;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalMark {
    Dot,
    Comma,
}

/// What one amount tells: `1,5` can only be a comma, `1,500` can be either.
fn told_by(text: &str) -> Option<DecimalMark> {
    let digits_after = |at: usize| text.get(at + 1..).unwrap_or("").bytes().filter(u8::is_ascii_digit).count();
    let of = |mark: char| if mark == ',' { DecimalMark::Comma } else { DecimalMark::Dot };
    let grouping = |mark: char| if mark == ',' { DecimalMark::Dot } else { DecimalMark::Comma };
    let last = text.rfind([',', '.'])?;
    let mark = if text.get(last..).is_some_and(|t| t.starts_with(',')) { ',' } else { '.' };
    let other = if mark == ',' { '.' } else { ',' };
    if text.contains(other) {
        return Some(of(mark));
    }
    if text.matches(mark).count() > 1 {
        return Some(grouping(mark));
    }
    // Nothing groups a lone zero.
    let whole = text.get(..last).unwrap_or("").trim_start_matches(['-', '+', '(']);
    (digits_after(last) != 3 || matches!(whole, "" | "0")).then(|| of(mark))
}

/// The decimal mark of a file, told over all its amounts; `None` when none of them tells or when they disagree.
#[must_use]
pub fn decimal_mark<'a>(amounts: impl Iterator<Item = &'a str>) -> Option<DecimalMark> {
    let mut told = amounts.filter_map(told_by);
    let first = told.next()?;
    told.all(|mark| mark == first).then_some(first)
}

/// Reads a signed amount. An amount that can be read in two ways is read as the file's others are.
#[must_use]
pub fn read_amount(text: &str, file: Option<DecimalMark>) -> Option<Money> {
    let text = crate::text::trim(text);
    if !text.contains([',', '.']) {
        return Money::read(text).ok();
    }
    let swapped: String = match told_by(text).or(file)? {
        DecimalMark::Dot => text.to_owned(),
        DecimalMark::Comma => text
            .chars()
            .map(|c| match c {
                ',' => '.',
                '.' => ',',
                other => other,
            })
            .collect(),
    };
    // `380115,` and `,50` lack the digits that are zero.
    let (sign, digits) = match swapped.strip_prefix(['-', '+']) {
        Some(rest) => (swapped.get(..1).unwrap_or(""), rest),
        None => ("", swapped.as_str()),
    };
    let zero = if digits.starts_with('.') { "0" } else { "" };
    let digits = digits.strip_suffix('.').filter(|whole| !whole.is_empty()).unwrap_or(digits);
    Money::read(&format!("{sign}{zero}{digits}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, file: Option<DecimalMark>) -> Option<String> {
        read_amount(text, file).map(|m| m.to_string())
    }

    #[test]
    fn the_mark_is_told_by_the_amount_or_by_the_file() {
        for (text, expected) in [
            ("-12.30", "-12.30"),
            ("+12,30", "12.30"),
            ("1.234,56", "1234.56"),
            ("1,234.56", "1234.56"),
            ("1,234,567", "1234567.00"),
            ("12,", "12.00"),
            ("-.50", "-0.50"),
            ("0,125", "0.125"),
            ("111", "111.00"),
        ] {
            assert_eq!(read(text, None).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(read("1,234", None), None);
        assert_eq!(read("1,234", Some(DecimalMark::Dot)).as_deref(), Some("1234.00"));
        assert_eq!(read("1,234", Some(DecimalMark::Comma)).as_deref(), Some("1.234"));
        for wrong in ["$120", "1.2.3,4", "", ",", ".", "-", "1,23.4", "1e5"] {
            assert_eq!(read(wrong, Some(DecimalMark::Dot)), None, "{wrong}");
        }
    }

    #[test]
    fn amounts_that_disagree_tell_nothing() {
        assert_eq!(decimal_mark(["1,234", "5.20"].into_iter()), Some(DecimalMark::Dot));
        assert_eq!(decimal_mark(["1,234", "5"].into_iter()), None);
        assert_eq!(decimal_mark(["1,20", "5.20"].into_iter()), None);
    }
}
