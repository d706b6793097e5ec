//! Text as exports write it: GB18030 bytes, padded cells, grouped amounts.

use std::collections::HashMap;

use encoding_rs::GB18030;
use jiff::civil::{Date, DateTime};
use model::Money;

/// GB18030, which holds every Unicode character.
///
/// The encoder searches its table from the start for each character, so each is looked up once and kept.
#[must_use]
pub fn gb18030(text: &str) -> Vec<u8> {
    let mut known: HashMap<char, Vec<u8>> = HashMap::new();
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        if let Ok(byte) = u8::try_from(character)
            && byte.is_ascii()
        {
            bytes.push(byte);
        } else {
            let encode = || GB18030.encode(character.encode_utf8(&mut [0; 4])).0.into_owned();
            bytes.extend_from_slice(known.entry(character).or_insert_with(encode));
        }
    }
    bytes
}

/// UTF-8 behind a byte order mark.
#[must_use]
pub fn utf8_with_mark(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}").into_bytes()
}

/// Spaces up to `bytes` as GBK counts them (two for each character beyond ASCII): banks pad by bytes, so
/// Chinese cells get fewer spaces.
#[must_use]
pub fn padded(text: &str, bytes: usize) -> String {
    let taken: usize = text.chars().map(|character| if character.is_ascii() { 1 } else { 2 }).sum();
    format!("{text}{}", " ".repeat(bytes.saturating_sub(taken)))
}

/// `1234567.80` → `1,234,567.80`.
#[must_use]
pub fn grouped(money: Money) -> String {
    let plain = money.abs().to_string();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, "00"));
    let mut digits = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            digits.push(',');
        }
        digits.push(digit);
    }
    let sign = if money.is_negative() { "-" } else { "" };
    format!("{sign}{digits}.{fraction}")
}

/// `+12.30`, `-4.00`, `+0.00`.
#[must_use]
pub fn signed(money: Money) -> String {
    if money.is_negative() { money.to_string() } else { format!("+{money}") }
}

/// `2026-02-01 08:15:00`.
#[must_use]
pub fn moment(at: DateTime) -> String {
    format!("{} {}", dashed(at.date()), clock(at))
}

/// `2026-02-01`.
#[must_use]
pub fn dashed(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

/// `20260201`.
#[must_use]
pub fn compact(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

/// `08:15:00`.
#[must_use]
pub fn clock(at: DateTime) -> String {
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

/// `6214830112345678` → `6214********5678`: all but the first and last four, each by one star.
#[must_use]
pub fn starred(number: &str) -> String {
    let count = number.chars().count();
    number.chars().enumerate().map(|(i, c)| if i >= 4 && i + 4 < count { '*' } else { c }).collect()
}

/// The last four characters of an account number.
#[must_use]
pub fn tail(number: &str) -> String {
    let count = number.chars().count();
    number.chars().skip(count.saturating_sub(4)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_in_threes() {
        for (fen, shown) in [(5, "0.05"), (-123_456, "-1,234.56"), (100_000, "1,000.00"), (123_456_789, "1,234,567.89")]
        {
            assert_eq!(grouped(Money::from_fen(fen)), shown);
        }
        assert_eq!(signed(Money::ZERO), "+0.00");
    }

    #[test]
    fn the_encoding_is_what_the_encoder_says() {
        let text = "收/支,交易对方 ¥1.00 — 㐂𠮷 Ａ";
        assert_eq!(gb18030(text), GB18030.encode(text).0.into_owned());
    }

    #[test]
    fn padding_counts_bytes_as_the_bank_does() {
        assert_eq!(padded("消费", 20).len(), "消费".len() + 16);
        assert_eq!(starred("6214830112345678"), "6214********5678");
        assert_eq!(tail("6214830112345678"), "5678");
    }
}
