//! Cell text → dates, times, counts, currencies. Money is [`model::Money::read`].

use jiff::civil::{Date, DateTime, Time, Weekday};
use model::sheet::CellKind;
use model::{Month, Period, When};

use crate::layout::DateForm;
use crate::text::{is_blank, trim};

/// Years that a personal document can be about; anything else is a misread.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2099;

/// Reads a date, with a time of day where one follows: `2024-03-30 12:05:41`, `2024/3/30 12:05`, `20240330`,
/// `20240330120541`, `2024年3月30日`, `2024 03 30`, the blank between day and time lost, brackets around it and the day of
/// the week behind it allowed. Year first, as every Chinese document prints it, or the month by its English name.
#[must_use]
pub fn read_when(text: &str) -> Option<When> {
    let text = trim(text).trim_matches(['[', ']']);
    let text = trim(text);
    read_year_first(text).or_else(|| read_named_month(text)).or_else(|| read_year_first(without_weekday(text)?))
}

fn read_year_first(text: &str) -> Option<When> {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0 };
    let (first, digits) = scan.number()?;
    let (date, mut when_time) = match digits {
        8 => (compact_date(first)?, None),
        14 => (compact_date(first / 1_000_000)?, Some(compact_time(first % 1_000_000)?)),
        4 => {
            scan.date_mark()?;
            let (month, _) = scan.number()?;
            scan.date_mark()?;
            let (mut day, digits) = scan.number()?;
            // The blank before the time of day is lost where names are compared: `2024-03-3012:05:41`.
            if digits == 4 && scan.bytes.get(scan.at) == Some(&b':') {
                day /= 100;
                scan.at -= 2;
            }
            scan.separator(DATE_MARKS);
            (date(first, month, day)?, None)
        }
        10 if scan.bytes.get(scan.at) == Some(&b':') => {
            scan.at -= 2;
            (compact_date(first / 100)?, None)
        }
        _ => return None,
    };
    scan.blanks();
    if when_time.is_none() && scan.at < scan.bytes.len() {
        let start = scan.at;
        when_time = scan.time();
        if when_time.is_none() {
            scan.at = start;
            when_time = Some(scan.dotted_time()?);
        }
    }
    (scan.at == scan.bytes.len()).then_some(When { date, time: when_time })
}

/// `2024-01-05 星期五`, `2024-01-05(周五)` without what stands behind the day.
fn without_weekday(text: &str) -> Option<&str> {
    let text = text.strip_suffix([')', '）']).unwrap_or(text);
    let text = text.strip_suffix(['一', '二', '三', '四', '五', '六', '日', '天'])?;
    let text = text.strip_suffix("星期").or_else(|| text.strip_suffix("周"))?;
    Some(trim(text.strip_suffix(['(', '（']).unwrap_or(text)))
}

/// The day of the week that stands behind a date: `2024-01-05 星期五`.
#[must_use]
pub fn printed_weekday(text: &str) -> Option<Weekday> {
    without_weekday(trim(text))?;
    let last = text.chars().rev().find(|c| !is_blank(*c) && !matches!(c, ')' | '）' | ']'))?;
    Some(match last {
        '一' => Weekday::Monday,
        '二' => Weekday::Tuesday,
        '三' => Weekday::Wednesday,
        '四' => Weekday::Thursday,
        '五' => Weekday::Friday,
        '六' => Weekday::Saturday,
        '日' | '天' => Weekday::Sunday,
        _ => return None,
    })
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// `05 Jan 2024`, `05-JAN-24`, `January 5, 2024`, with a time of day where one follows.
#[must_use]
pub fn read_named_month(text: &str) -> Option<When> {
    let is_mark = |c: char| matches!(c, ' ' | '-' | '/' | '.' | ',' | '\'');
    let start = text.find(|c: char| c.is_ascii_alphabetic())?;
    let name: String = text.get(start..)?.chars().take_while(char::is_ascii_alphabetic).collect();
    let (before, after) = (text.get(..start)?, text.get(start + name.len()..)?);
    let wanted = name.to_ascii_lowercase();
    // `Sept` has four letters, every other short form three.
    let is_month = |month: &&str| wanted.len() >= 3 && month.starts_with(wanted.as_str());
    let month = MONTHS.iter().position(is_month).and_then(|at| u64::try_from(at + 1).ok())?;
    let before = before.trim_end_matches(is_mark);
    let mut scan = Scan { bytes: after.trim_start_matches(is_mark).as_bytes(), at: 0 };
    let (day, year) = if before.is_empty() {
        let (day, _) = scan.number()?;
        while scan.bytes.get(scan.at).is_some_and(|b| is_mark(char::from(*b))) {
            scan.at += 1;
        }
        (day, scan.number()?)
    } else {
        (before.parse().ok()?, scan.number()?)
    };
    let date = date(full_year(year)?, month, day)?;
    Some(When { date, time: scan.rest_is_time()? })
}

/// A year as a number and how many digits it has: two are of this century.
fn full_year((year, digits): (u64, usize)) -> Option<u64> {
    match digits {
        2 => Some(2000 + year),
        4 => Some(year),
        _ => None,
    }
}

/// A date cell of a sheet: also Excel's serial where the file lost the cell's style.
#[must_use]
pub fn read_when_cell(text: &str, kind: CellKind) -> Option<When> {
    let read = read_when(text);
    match kind {
        CellKind::Number if read.is_none() => serial(trim(text)),
        // A date without a time is styled the same as midnight.
        CellKind::DateTime => read.map(|when| match when.time {
            Some(time) if time == Time::midnight() => When::day(when.date),
            _ => when,
        }),
        _ => read,
    }
}

/// Days from 1899-12-30, the fraction rounded to the second.
fn serial(text: &str) -> Option<When> {
    let value: f64 = text.parse().ok()?;
    if !(20_000.0..80_000.0).contains(&value) {
        return None;
    }
    let seconds = (value * 86_400.0).round() as i64;
    let start = DateTime::constant(1899, 12, 30, 0, 0, 0, 0);
    let moment = start.checked_add(jiff::SignedDuration::from_secs(seconds)).ok()?;
    Some(if moment.time() == Time::midnight() { When::day(moment.date()) } else { When::at(moment) })
}

/// A date whose parts stand in another order, or without its year: then the latest such day up to `reference`.
#[must_use]
pub fn read_when_form(text: &str, form: DateForm, reference: Option<Date>) -> Option<When> {
    let full = || read_when(text);
    let mut scan = Scan { bytes: trim(text).as_bytes(), at: 0 };
    let (first, digits) = scan.number()?;
    let read = match (form, digits) {
        (DateForm::YearFirst, _) => return full(),
        (DateForm::ShortYear, 6) => date(2000 + first / 10_000, first / 100 % 100, first % 100)?,
        (DateForm::ShortYear | DateForm::DayFirst | DateForm::MonthFirst, 1 | 2) => {
            scan.separator(DATE_MARKS)?;
            let second = scan.number()?;
            scan.separator(DATE_MARKS)?;
            let third = scan.number()?;
            scan.separator(&['日']);
            match form {
                DateForm::ShortYear => date(full_year((first, digits))?, second.0, third.0)?,
                DateForm::DayFirst => date(full_year(third)?, second.0, first)?,
                _ => date(full_year(third)?, first, second.0)?,
            }
        }
        (DateForm::MonthDay, 3 | 4) if scan.at == scan.bytes.len() => {
            without_year(first / 100, first % 100, reference?)?
        }
        (DateForm::MonthDay, 1 | 2) => {
            scan.date_mark()?;
            let (day, _) = scan.number()?;
            scan.separator(&['日']);
            without_year(first, day, reference?)?
        }
        // The same bill prints some dates in full.
        _ => return full(),
    };
    Some(When { date: read, time: scan.rest_is_time()? })
}

fn without_year(month: u64, day: u64, reference: Date) -> Option<Date> {
    let year = u64::try_from(reference.year()).ok()?;
    // 29 February exists in some years only.
    (0..=4).find_map(|back| date(year.checked_sub(back)?, month, day).filter(|d| *d <= reference))
}

/// `2024-01`, `202401`, `2024年1月`, or the month of a date.
#[must_use]
pub fn read_month(text: &str) -> Option<Month> {
    if let Some(when) = read_when(text) {
        return Some(when.month());
    }
    let mut scan = Scan { bytes: trim(text).as_bytes(), at: 0 };
    let (first, digits) = scan.number()?;
    let month = match digits {
        6 => date(first / 100, first % 100, 1)?,
        4 => {
            scan.separator(DATE_MARKS)?;
            let (month, _) = scan.number()?;
            scan.separator(&['月']);
            date(first, month, 1)?
        }
        _ => return None,
    };
    (scan.at == scan.bytes.len()).then(|| Month::of(month))
}

/// `12:05:41`, `12:05`, `120541`.
#[must_use]
pub fn read_clock(text: &str) -> Option<Time> {
    let mut scan = Scan { bytes: trim(text).as_bytes(), at: 0 };
    let time = scan.time()?;
    (scan.at == scan.bytes.len()).then_some(time)
}

/// Two dates with anything but digits between them.
#[must_use]
pub fn read_period(from: &str, to: &str) -> Option<Period> {
    Period::new(read_when(from)?.date, read_when(to)?.date)
}

/// `2024-01-01 至 2024-12-31`, `20240101-20241231`, `2024-01-01 00:00:00 — 2024-03-31 23:59:59`.
#[must_use]
pub fn read_period_text(text: &str) -> Option<Period> {
    let is_date_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '/' | '.' | ':' | ' ' | '年' | '月' | '日');
    // An explicit mark between the dates, else the middle of the text.
    for mark in ["至", "到", "—", "–", "~", "～", "--", " - "] {
        if let Some((from, to)) = text.split_once(mark) {
            let clean = |part: &str| trim(part.trim_matches(|c: char| !c.is_ascii_digit() && c != '日')).to_owned();
            if let Some(period) = read_period(&clean(from), &clean(to)) {
                return Some(period);
            }
        }
    }
    let text = trim(text);
    if !text.chars().all(is_date_part) {
        return None;
    }
    text.match_indices('-').find_map(|(at, _)| read_period(text.get(..at)?, text.get(at + 1..)?))
}

/// A whole number, thousands commas allowed.
#[must_use]
pub fn read_count(text: &str) -> Option<u32> {
    let digits: String = trim(text).chars().filter(|c| *c != ',').collect();
    (!digits.is_empty() && digits.len() <= 9 && digits.bytes().all(|b| b.is_ascii_digit()))
        .then(|| digits.parse().ok())?
}

/// Whether a cell looks like a date at all, also one that is none (`2024-13-45`): it then marks a row.
#[must_use]
pub fn looks_like_date(text: &str) -> bool {
    let text = trim(text);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let separators = text.chars().filter(|c| matches!(c, '-' | '/' | '.' | '年' | '月')).count();
    let plain =
        text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '/' | '.' | ':' | ' ' | '年' | '月' | '日'));
    plain
        && (digits == 8 && separators == 0
            // A time of day behind the day, with or without a blank between them.
            || matches!(digits, 12 | 14) && separators == 0 && read_when(text).is_some()
            || digits >= 6 && separators >= 2
            || (digits >= 5 && separators >= 1 && text.len() <= 10 && !text.contains('.')))
}

/// `2024-03-30` or `2024-03-30 12:05:41` by its shape alone: [`looks_like_date`] of the usual case, fast.
#[must_use]
pub fn is_date_shaped(text: &str) -> bool {
    const SHAPE: &[u8; 19] = b"dddd-dd-dd dd:dd:dd";
    let bytes = trim(text).as_bytes();
    let fits = |(byte, shape): (&u8, &u8)| if *shape == b'd' { byte.is_ascii_digit() } else { byte == shape };
    matches!(bytes.len(), 10 | 19) && bytes.iter().zip(SHAPE).all(fits)
}

/// A date that lacks its year or has it last: `03/05`, `0305`, `05/03/2024`, a time of day behind it allowed.
#[must_use]
pub fn looks_like_short_date(text: &str) -> bool {
    let text = trim(text);
    let day = text.split_once(' ').filter(|(_, clock)| read_clock(clock).is_some()).map(|(day, _)| day);
    let text = day.unwrap_or(text);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let marks = text.chars().filter(|c| matches!(c, '/' | '-' | '.' | '月' | '日')).count();
    (3..=8).contains(&digits)
        && marks <= 2
        && digits + marks == text.chars().count()
        && (marks > 0 || matches!(digits, 4 | 6))
}

const DATE_MARKS: &[char] = &['-', '/', '.', '年', '月', '日'];

fn date(year: u64, month: u64, day: u64) -> Option<Date> {
    let year = i16::try_from(year).ok().filter(|y| YEARS.contains(y))?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn compact_date(value: u64) -> Option<Date> {
    date(value / 10_000, value / 100 % 100, value % 100)
}

fn compact_time(value: u64) -> Option<Time> {
    time(value / 10_000, value / 100 % 100, value % 100)
}

fn time(hour: u64, minute: u64, second: u64) -> Option<Time> {
    Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, 0).ok()
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    /// A run of up to 14 digits and how many there were.
    fn number(&mut self) -> Option<(u64, usize)> {
        let start = self.at;
        let mut value = 0_u64;
        while let Some(digit) = self.bytes.get(self.at).filter(|b| b.is_ascii_digit()) {
            if self.at - start == 14 {
                return None;
            }
            value = value * 10 + u64::from(digit - b'0');
            self.at += 1;
        }
        (self.at > start).then_some((value, self.at - start))
    }

    fn separator(&mut self, marks: &[char]) -> Option<()> {
        let rest = self.bytes.get(self.at..)?;
        for mark in marks {
            let mut buffer = [0; 4];
            let encoded = mark.encode_utf8(&mut buffer).as_bytes();
            if rest.starts_with(encoded) {
                self.at += encoded.len();
                return Some(());
            }
        }
        None
    }

    /// `08.15.30.123456`, the rest: as a database writes a moment.
    fn dotted_time(&mut self) -> Option<Time> {
        let rest = std::str::from_utf8(self.bytes.get(self.at..)?).ok()?;
        let mut parts = rest.split('.');
        let mut part = || parts.next().filter(|part| part.len() == 2)?.parse::<u64>().ok();
        let read = time(part()?, part()?, part()?);
        self.at = self.bytes.len();
        read.filter(|_| rest.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
    }

    /// What stands between year, month and day; a blank where each has a column of its own.
    fn date_mark(&mut self) -> Option<()> {
        self.separator(DATE_MARKS).or_else(|| self.separator(&[' ']))
    }

    /// The time of day that the rest is, or that there is no rest; none where it is anything else.
    fn rest_is_time(&mut self) -> Option<Option<Time>> {
        self.blanks();
        if self.at == self.bytes.len() {
            return Some(None);
        }
        let time = self.time()?;
        (self.at == self.bytes.len()).then_some(Some(time))
    }

    fn blanks(&mut self) {
        while self.bytes.get(self.at).is_some_and(|b| matches!(b, b' ' | b'\t' | b'T' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn time(&mut self) -> Option<Time> {
        let (first, digits) = self.number()?;
        if digits == 6 {
            return compact_time(first);
        }
        if digits > 2 {
            return None;
        }
        self.separator(&[':', '：', '时'])?;
        let (minute, _) = self.number()?;
        let mut second = 0;
        if self.separator(&[':', '：', '分']).is_some() && self.at < self.bytes.len() {
            second = self.number()?.0;
            self.separator(&['秒']);
            // Fractions of a second say nothing here.
            if self.separator(&['.']).is_some() {
                self.number()?;
            }
        }
        time(first, minute, second)
    }
}

/// ISO 4217 code of a currency as documents name it; `None` for a word that is none.
#[must_use]
pub fn read_currency(text: &str) -> Option<&'static str> {
    let text = trim(text);
    CURRENCIES.iter().find(|(name, _)| *name == text).map(|(_, code)| *code)
}

/// A currency named at the start of a label (`人民币合计`).
#[must_use]
pub fn currency_prefix(text: &str) -> Option<&'static str> {
    CURRENCIES
        .iter()
        .filter(|(name, _)| text.starts_with(name))
        .max_by_key(|(name, _)| name.len())
        .map(|(_, code)| *code)
}

const CURRENCIES: &[(&str, &str)] = &[
    ("人民币", "CNY"),
    ("人民币元", "CNY"),
    ("人民币(CNY)", "CNY"),
    ("CNY", "CNY"),
    ("RMB", "CNY"),
    ("元", "CNY"),
    ("156", "CNY"),
    ("美元", "USD"),
    ("USD", "USD"),
    ("欧元", "EUR"),
    ("EUR", "EUR"),
    ("港币", "HKD"),
    ("港元", "HKD"),
    ("HKD", "HKD"),
    ("英镑", "GBP"),
    ("GBP", "GBP"),
    ("日元", "JPY"),
    ("JPY", "JPY"),
    ("澳元", "AUD"),
    ("澳大利亚元", "AUD"),
    ("AUD", "AUD"),
    ("加元", "CAD"),
    ("加拿大元", "CAD"),
    ("CAD", "CAD"),
    ("新加坡元", "SGD"),
    ("SGD", "SGD"),
    ("瑞士法郎", "CHF"),
    ("CHF", "CHF"),
    ("澳门元", "MOP"),
    ("MOP", "MOP"),
    ("新西兰元", "NZD"),
    ("NZD", "NZD"),
    ("泰铢", "THB"),
    ("THB", "THB"),
    ("韩元", "KRW"),
    ("韩国元", "KRW"),
    ("KRW", "KRW"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        read_when(text).map(|w| w.to_string())
    }

    #[test]
    fn a_day_of_the_week_is_told_from_a_day_of_the_month() {
        for (text, expected) in [
            ("2024-03-30 星期六", Some(Weekday::Saturday)),
            ("2024年3月31日（周日）", Some(Weekday::Sunday)),
            ("2024-04-01 周三 ", Some(Weekday::Wednesday)),
            ("2024年3月30日", None),
            ("2024-03-30", None),
            ("二〇二四年三月一日", None),
        ] {
            assert_eq!(printed_weekday(text), expected, "{text}");
        }
    }

    #[test]
    fn reads_dates_as_documents_print_them() {
        for (text, expected) in [
            ("2024-03-30 12:05:41 ", "2024-03-30T12:05:41+08:00"),
            ("2024/3/30 12:05", "2024-03-30T12:05:00+08:00"),
            ("20240330", "2024-03-30"),
            ("20240330120541", "2024-03-30T12:05:41+08:00"),
            ("2024年3月30日", "2024-03-30"),
            ("[2024-01-01 00:00:00]", "2024-01-01T00:00:00+08:00"),
            ("2024.03.30", "2024-03-30"),
            ("2024-03-30T12:05:41", "2024-03-30T12:05:41+08:00"),
            ("2024 03 30", "2024-03-30"),
            ("2024-03-30-12.05.41.123456", "2024-03-30T12:05:41+08:00"),
            ("2024-03-30 星期六", "2024-03-30"),
            ("2024年3月30日（周六）", "2024-03-30"),
            ("30 Mar 2024", "2024-03-30"),
            ("30-MAR-24", "2024-03-30"),
            ("March 5, 2024 08:15", "2024-03-05T08:15:00+08:00"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn dates_without_a_year_are_of_the_bill() {
        let read = |text, form| read_when_form(text, form, Some(Date::constant(2025, 1, 20))).map(|w| w.to_string());
        assert_eq!(read("01/05", DateForm::MonthDay).as_deref(), Some("2025-01-05"));
        assert_eq!(read("12/28", DateForm::MonthDay).as_deref(), Some("2024-12-28"));
        assert_eq!(read("0228", DateForm::MonthDay).as_deref(), Some("2024-02-28"));
        assert_eq!(read("240305", DateForm::ShortYear).as_deref(), Some("2024-03-05"));
        assert_eq!(read("05/03/2024", DateForm::DayFirst).as_deref(), Some("2024-03-05"));
        assert_eq!(read("05-03-24", DateForm::DayFirst).as_deref(), Some("2024-03-05"));
        assert_eq!(read("03/05/2024 08:15", DateForm::MonthFirst).as_deref(), Some("2024-03-05T08:15:00+08:00"));
        assert_eq!(read("24/3/5", DateForm::ShortYear).as_deref(), Some("2024-03-05"));
        assert_eq!(read("13/40", DateForm::MonthDay), None);
        assert_eq!(read_when_form("01/05", DateForm::MonthDay, None), None);
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in [
            "",
            "0250-21",
            "2024-02-30",
            "10222102",
            "2024-01-01x",
            "12:05:41",
            "1,234.56",
            "2024-13-01",
            "20240330 77:57:11",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn reads_periods_in_every_form() {
        for text in [
            "2024-01-01 至 2024-12-31",
            "20240101-20241231",
            "2024-01-01 00:00:00 — 2024-12-31 23:59:59",
            "2024-01-01 -- 2024-12-31",
            "2024-01-01-2024-12-31",
            "2024年01月01日至2024年12月31日",
        ] {
            let period = read_period_text(text).map(|p| format!("{} {}", p.from, p.to));
            assert_eq!(period.as_deref(), Some("2024-01-01 2024-12-31"), "{text}");
        }
        assert_eq!(read_period_text("10222102-40201134"), None);
    }

    #[test]
    fn a_serial_is_a_time_to_the_second() {
        let when = read_when_cell("46289.48678", CellKind::Number).map(|w| w.to_string());
        assert_eq!(when.as_deref(), Some("2026-09-24T11:40:58+08:00"));
        assert_eq!(read_when_cell("20250101", CellKind::Number).map(|w| w.to_string()).as_deref(), Some("2025-01-01"));
    }

    #[test]
    fn a_row_is_marked_also_by_an_impossible_date() {
        for text in ["2024-02-15", "20240201", "0250-21", "2024-13-45", "10222102"] {
            assert!(looks_like_date(text), "{text}");
        }
        for text in ["2024-02-15", "2024-13-45", "2024-02-15 77:57:11 "] {
            assert!(is_date_shaped(text) && looks_like_date(text), "{text}");
        }
        for text in ["12:05:41", "053026", "1,234.56", "-8.22", "CNY", "1.5", "1234.56"] {
            assert!(!looks_like_date(text) && !is_date_shaped(text), "{text}");
        }
    }
}
