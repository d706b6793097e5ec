//! What a certificate says about its holder, and the times that signatures state.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::der::asn1::{GeneralizedTime, ObjectIdentifier, UtcTime};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");

/// The common name of a certificate's subject, or else its organisation.
#[must_use]
pub fn name(certificate: &Certificate) -> Option<String> {
    let subject = certificate.tbs_certificate().subject();
    [COMMON_NAME, ORGANISATION].into_iter().find_map(|wanted| {
        let entries = subject.iter();
        let mut values = entries.filter(|entry| entry.oid == wanted).map(|entry| entry.value.value());
        values.next().map(|value| String::from_utf8_lossy(value).into_owned())
    })
}

/// A time in DER as `2026-09-01T02:15:03Z`.
#[must_use]
pub fn time(der: &[u8]) -> Option<String> {
    let utc = UtcTime::from_der(der).map(|time| time.to_date_time());
    let time = utc.or_else(|_| GeneralizedTime::from_der(der).map(|time| time.to_date_time())).ok()?;
    Some(time.to_string())
}

/// A time as people and files write it, as `2026-09-01T02:15:03Z`: digits of year to second with or without marks
/// between them, then `Z`, an offset (`+08'00'`, `+0800`), or nothing, which in China is its own time.
#[must_use]
pub fn stated_time(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("D:").unwrap_or(text);
    // Year to second are fourteen digits; the marks between them are some of these.
    let mut digits = String::new();
    let mut rest = text;
    while digits.len() < 14 {
        let mut characters = rest.chars();
        match characters.next()? {
            digit if digit.is_ascii_digit() => digits.push(digit),
            '-' | '/' | ':' | ' ' | 'T' | '.' => {}
            _ => return None,
        }
        rest = characters.as_str();
    }
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<i16>().ok();
    let small = |from: usize| number(from, from + 2).and_then(|value| i8::try_from(value).ok());
    let civil = DateTime::new(number(0, 4)?, small(4)?, small(6)?, small(8)?, small(10)?, small(12)?, 0).ok()?;
    // Fractions of a second do not matter here.
    let zone = rest.strip_prefix('.').map_or(rest, |rest| rest.trim_start_matches(|one: char| one.is_ascii_digit()));
    let offset = match zone.chars().next() {
        Some('Z') => Offset::UTC,
        Some(sign @ ('+' | '-')) => {
            let digits: String = zone.chars().filter(char::is_ascii_digit).take(4).collect();
            let hours: i8 = digits.get(..2)?.parse().ok()?;
            let minutes: i32 = digits.get(2..4).unwrap_or("0").parse().ok()?;
            let seconds = (i32::from(hours) * 60 + minutes) * 60;
            Offset::from_seconds(if sign == '-' { -seconds } else { seconds }).ok()?
        }
        _ => Offset::constant(8),
    };
    let instant = offset.to_timestamp(civil).ok()?;
    Some(instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Seconds since 1970 of `2026-09-01T02:15:03Z`.
pub(super) fn unix_time(text: &str) -> Option<Duration> {
    let instant: jiff::Timestamp = text.parse().ok()?;
    u64::try_from(instant.as_second()).ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_files_write_them() {
        for (text, expected) in [
            ("D:20260901101503+08'00'", "2026-09-01T02:15:03Z"),
            ("20260901021503Z", "2026-09-01T02:15:03Z"),
            ("20260901021503.123Z", "2026-09-01T02:15:03Z"),
            ("2026-09-01 10:15:03", "2026-09-01T02:15:03Z"),
            ("2026-09-01T10:15:03+0800", "2026-09-01T02:15:03Z"),
        ] {
            assert_eq!(stated_time(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "2026-09-01", "20261301021503Z", "yesterday"] {
            assert_eq!(stated_time(text), None, "{text}");
        }
    }
}
