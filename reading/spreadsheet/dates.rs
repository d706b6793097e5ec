//! Excel's dates: a number of days, and a style that says it is one.

use jiff::ToSpan;
use jiff::civil::{Date, date};

/// Day 0, so that day 61 is 1 March 1900.
const EPOCH: Date = date(1899, 12, 30);

/// Days 1 to 59 stand one day later: Excel has a 29 February 1900 (day 60) that never was.
const BEFORE_FALSE_LEAP_DAY: f64 = 60.0;

/// The 1904 system starts this many days later (old Macintosh workbooks).
const DAYS_1904: f64 = 1_462.0;

/// Excel knows no day after 31 December 9999.
const SERIAL_MAX: f64 = 2_958_466.0;

const SECONDS_A_DAY: i64 = 86_400;

/// `YYYY-MM-DD hh:mm:ss` of a day number, rounded to the second; `None` outside of Excel's calendar.
pub(super) fn date_time(serial: f64, is_1904: bool) -> Option<String> {
    let serial = if is_1904 { serial + DAYS_1904 } else { serial };
    if !(0.0..SERIAL_MAX).contains(&serial) {
        return None;
    }
    let corrected = if serial < BEFORE_FALSE_LEAP_DAY { serial + 1.0 } else { serial };
    // At most 2.6e11: exact.
    let seconds = (corrected * SECONDS_A_DAY as f64).round() as i64;
    let day = EPOCH.checked_add((seconds / SECONDS_A_DAY).days()).ok()?;
    let second = seconds % SECONDS_A_DAY;
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    Some(format!("{day} {hour:02}:{minute:02}:{second:02}"))
}

/// `YYYY-MM-DD hh:mm:ss` of a cell that holds its date as ISO 8601 text.
pub(super) fn iso_date_time(text: &str) -> Option<String> {
    let text = text.trim_end_matches('Z');
    let time: jiff::civil::DateTime = text.parse().ok()?;
    let time = time.round(jiff::Unit::Second).ok()?;
    Some(format!("{} {:02}:{:02}:{:02}", time.date(), time.hour(), time.minute(), time.second()))
}

/// Whether one of Excel's own number formats shows a date or a time (ECMA-376 part 1, 18.8.30, with the
/// numbers that East Asian locales add).
pub(super) const fn is_date_format_number(number: u16) -> bool {
    matches!(number, 14..=22 | 27..=36 | 45..=47 | 50..=58)
}

/// Whether a number format shows a date or a time: a letter of one stands outside of quotes, escapes and
/// brackets in its first section. `[h]` is an elapsed time.
pub(super) fn is_date_format(format: &str) -> bool {
    let mut letters = format.chars();
    let mut bracket: Option<String> = None;
    while let Some(letter) = letters.next() {
        if let Some(inside) = &mut bracket {
            if letter == ']' {
                let elapsed =
                    !inside.is_empty() && inside.chars().all(|c| matches!(c.to_ascii_lowercase(), 'h' | 'm' | 's'));
                if elapsed {
                    return true;
                }
                bracket = None;
            } else {
                inside.push(letter);
            }
            continue;
        }
        match letter {
            '"' => {
                letters.by_ref().find(|c| *c == '"');
            }
            // The letter after these is shown, left out, or repeated.
            '\\' | '_' | '*' => {
                letters.next();
            }
            '[' => bracket = Some(String::new()),
            ';' => return false,
            'd' | 'm' | 'y' | 'h' | 's' | 'D' | 'M' | 'Y' | 'H' | 'S' => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(serial: f64) -> String {
        date_time(serial, false).unwrap()
    }

    #[test]
    fn rounds_to_the_nearest_second() {
        assert_eq!(at(46_289.486_78), "2026-09-24 11:40:58");
        assert_eq!(at(46_289.999_999), "2026-09-25 00:00:00");
        assert_eq!(at(45_292.0), "2024-01-01 00:00:00");
        assert_eq!(at(2_958_465.999), "9999-12-31 23:58:34");
    }

    #[test]
    fn keeps_to_excels_calendar() {
        assert_eq!(at(1.0), "1900-01-01 00:00:00");
        assert_eq!(at(59.0), "1900-02-28 00:00:00");
        assert_eq!(at(61.0), "1900-03-01 00:00:00");
        assert_eq!(at(0.786_793_981_48), "1899-12-31 18:52:59");
        assert_eq!(date_time(44_000.0, true).unwrap(), "2024-06-19 00:00:00");
        for outside in [-0.5, 2_958_466.0, f64::NAN, f64::INFINITY] {
            assert_eq!(date_time(outside, false), None);
        }
    }

    #[test]
    fn reads_iso_text() {
        assert_eq!(iso_date_time("2026-03-01T08:09:10.600").unwrap(), "2026-03-01 08:09:11");
        assert_eq!(iso_date_time("2026-03-01").unwrap(), "2026-03-01 00:00:00");
        assert_eq!(iso_date_time("1 March"), None);
    }

    #[test]
    fn tells_date_formats() {
        for format in ["yyyy-mm-dd hh:mm:ss", "yyyy\"年\"m\"月\"d\"日\"", "[h]:mm:ss", "[$-804]yyyy/m/d", "hh:mm;@"]
        {
            assert!(is_date_format(format), "{format}");
        }
        for format in
            ["General", "¥#,##0.00", "[$¥-804]#,##0.00", "[Red]0.00", "0.00\"days\"", "\\d0", "0;d", "_d0.00", "@"]
        {
            assert!(!is_date_format(format), "{format}");
        }
    }
}
