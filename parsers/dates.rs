//! The order in which a column writes year, month and day, told from all of its cells together.

use jiff::civil::{Date, date};
use model::Period;
use model::sheet::CellKind;

use crate::layout::DateForm;
use crate::values::{read_when_cell, read_when_form};

/// How a column's days are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    pub form: DateForm,
    /// No other order reads as well: `03/05/2024` alone is of March as well as of May.
    pub is_sure: bool,
}

/// What one order makes of the cells.
struct Attempt {
    form: DateForm,
    days: Vec<Date>,
    in_period: usize,
    in_order: usize,
}

/// Orders by how usual they are.
const FORMS: [DateForm; 5] =
    [DateForm::YearFirst, DateForm::ShortYear, DateForm::DayFirst, DateForm::MonthFirst, DateForm::MonthDay];

/// A bill's year is not in the cells: any with a 29 February does to see whether they are days.
const LEAP_YEAR_END: Date = date(2024, 12, 31);

/// Tells the order, or none where the cells are no days. `period` is what the heading says the rows are about;
/// `is_named`: the column is called a date, so that bare digits (`240105`, `0105`) are days too.
#[must_use]
pub fn form_of(texts: &[&str], period: Option<Period>, is_named: bool) -> Option<Form> {
    let attempts = FORMS.iter().filter_map(|form| attempt(*form, texts, period, is_named));
    let mut attempts: Vec<Attempt> = attempts.collect();
    // The first of those that read most.
    attempts.sort_by_key(|a| std::cmp::Reverse((a.days.len(), a.in_period, a.in_order, -span(&a.days))));
    let best = attempts.first()?;
    let rivals = attempts.iter().skip(1).filter(|other| {
        let as_good =
            (other.days.len(), other.in_period, other.in_order) == (best.days.len(), best.in_period, best.in_order);
        // A statement's rows lie close together; a wrong order scatters them.
        as_good && other.days != best.days && span(&other.days) < 3 * span(&best.days).max(1)
    });
    let is_sure = best.form == DateForm::YearFirst || rivals.count() == 0;
    Some(Form { form: best.form, is_sure })
}

fn attempt(form: DateForm, texts: &[&str], period: Option<Period>, is_named: bool) -> Option<Attempt> {
    let read = |text: &&str| match form {
        DateForm::YearFirst => read_when_cell(text, CellKind::Text),
        _ if !is_named && text.trim().bytes().all(|b| b.is_ascii_digit()) => None,
        other => read_when_form(text, other, Some(LEAP_YEAR_END)),
    };
    let days: Vec<Date> = texts.iter().filter_map(read).map(|when| when.date).collect();
    if days.is_empty() || days.len() * 10 < texts.len() * 8 {
        return None;
    }
    let in_period = match period {
        Some(period) if form != DateForm::MonthDay => {
            days.iter().filter(|day| period.from <= **day && **day <= period.to).count()
        }
        _ => days.len(),
    };
    let steps = |test: fn(&[Date]) -> bool| days.windows(2).filter(|pair| test(pair)).count();
    let up = steps(|pair| matches!(pair, [a, b] if a <= b));
    let down = steps(|pair| matches!(pair, [a, b] if a >= b));
    Some(Attempt { form, in_period, in_order: up.max(down), days })
}

/// Days between the first and the last.
fn span(days: &[Date]) -> i32 {
    let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) else { return 0 };
    last.since(*first).map_or(i32::MAX, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(texts: &[&str]) -> Option<(DateForm, bool)> {
        form_of(texts, None, true).map(|told| (told.form, told.is_sure))
    }

    #[test]
    fn the_order_is_told_by_all_cells_together() {
        assert_eq!(told(&["2024-01-05", "2024-01-06"]), Some((DateForm::YearFirst, true)));
        assert_eq!(told(&["24/01/05", "24/01/28"]), Some((DateForm::ShortYear, true)));
        assert_eq!(told(&["05/01/2024", "28/01/2024"]), Some((DateForm::DayFirst, true)));
        assert_eq!(told(&["01/05/2024", "01/28/2024"]), Some((DateForm::MonthFirst, true)));
        assert_eq!(told(&["1月5日", "2月8日"]), Some((DateForm::MonthDay, true)));
        assert_eq!(told(&["0105", "0208"]), Some((DateForm::MonthDay, true)));
        assert_eq!(told(&["5 Jan 2024", "28 Jan 2024"]), Some((DateForm::YearFirst, true)));
        assert_eq!(told(&["工资", "房租"]), None);
        assert_eq!(form_of(&["240105", "240128"], None, false), None);
    }

    #[test]
    fn days_that_two_orders_read_alike_are_not_sure() {
        assert_eq!(told(&["03/05/2024", "04/05/2024"]).map(|told| told.1), Some(true));
        assert_eq!(told(&["03/05/2024", "05/07/2024"]).map(|told| told.1), Some(false));
        let period = Period::new(date(2024, 3, 1), date(2024, 3, 31));
        assert_eq!(
            form_of(&["03/03/2024", "05/03/2024"], period, true),
            Some(Form { form: DateForm::DayFirst, is_sure: true })
        );
    }
}
