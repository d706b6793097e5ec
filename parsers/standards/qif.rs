//! QIF, Quicken's old export: records of lines, each named by its first letter and ended by `^`.
//!
//! The format has no currency, no account number and no balance, so that nothing in it can be proven. Whether a date
//! is `day/month` or `month/day` is told by the whole file, where one date in it can be read in one way only.

use jiff::civil::Date;
use model::problem::ProblemCode;
use model::proof::Broken;
use model::statement::{Field, StatementKind, Transaction};
use model::{Money, Problem, Sourced, Text, When};

use super::account::{self, Account};
use super::amount::{DecimalMark, decimal_mark, read_amount};
use super::place::{Line, lines};
use super::{ROWS_MAX, Read, STATEMENTS_MAX};

/// A record has about seven lines.
const LINES_MAX: usize = 10 * ROWS_MAX;

/// The payee of the record that Quicken starts an account with: a balance, no movement.
const OPENING_BALANCE: &str = "opening balance";

#[derive(Debug, Clone, Copy)]
enum Section {
    Rows(StatementKind),
    /// Trades: some of them move cash, and the format does not say which way.
    Investments,
    Account,
    /// Categories, classes, prices, templates.
    Lists,
}

/// A record: its lines up to the `^`.
#[derive(Debug)]
struct Record<'t> {
    lines: Vec<Line<'t>>,
    complete: bool,
}

impl<'t> Record<'t> {
    /// The value of the first line with this letter.
    fn value(&self, letter: char) -> Option<(&'t str, Line<'t>)> {
        let line = self.lines.iter().find(|line| line.text.starts_with(letter))?;
        Some((line.text.get(letter.len_utf8()..)?.trim(), *line))
    }

    fn text(&self, letter: char) -> Option<Text> {
        super::squeezed(self.value(letter)?.0)
    }

    fn place(&self) -> model::Source {
        self.lines.first().map_or(super::place::Place::START, |line| line.place(0)).source()
    }
}

enum Part<'t> {
    Header(Section, Line<'t>),
    Record(Record<'t>),
}

pub fn read(text: &str) -> Read {
    let text = text.trim_start_matches('\u{feff}');
    let (parts, cut) = parts(text)?;
    let records = || parts.iter().filter_map(|part| if let Part::Record(record) = part { Some(record) } else { None });
    let amounts = records().filter_map(|r| r.value('T').or_else(|| r.value('U'))).map(|(text, _)| text);
    let mark = decimal_mark(amounts);
    let order = DateOrder::told_by(records().filter_map(|r| r.value('D')).map(|(text, _)| text));

    let mut problems: Vec<Problem> = cut.map(|line| super::limit_reached(line.place(0).source())).into_iter().collect();
    let mut accounts: Vec<Account> = Vec::new();
    let mut section = Section::Lists;
    let mut named: Option<Field> = None;
    let mut file = File { mark, order, undecided: None, rows_left: ROWS_MAX };
    let mut trades: Option<(u32, model::Source)> = None;
    for part in &parts {
        match part {
            Part::Header(next, line) => {
                section = *next;
                let kind = match section {
                    Section::Rows(kind) => kind,
                    Section::Investments => StatementKind::Unknown,
                    Section::Account | Section::Lists => continue,
                };
                if accounts.len() >= STATEMENTS_MAX {
                    problems.push(super::limit_reached(line.place(0).source()));
                    break;
                }
                let mut account = Account::new(kind, None);
                account.fields.extend(named.take().map(|name| (Text::const_new("account_name"), name)));
                accounts.push(account);
            }
            Part::Record(record) => match section {
                Section::Rows(_) => {
                    let Some(account) = accounts.last_mut() else { continue };
                    if file.rows_left == 0 {
                        problems.push(super::limit_reached(record.place()));
                        account.complete = false;
                        break;
                    }
                    file.rows_left -= 1;
                    file.record(record, account, &mut problems);
                }
                Section::Investments => {
                    let first = record.place();
                    trades = Some(trades.map_or((1, first), |(count, first)| (count.saturating_add(1), first)));
                }
                Section::Account => named = record.value('N').and_then(account_name),
                Section::Lists => {}
            },
        }
    }
    if let Some(account) = accounts.last_mut() {
        account.complete &= cut.is_none();
    } else {
        return None;
    }
    if let Some((count, source)) = file.undecided {
        problems.push(undecided(count).at(source));
    }
    if let Some((count, source)) = trades {
        problems.push(
            Problem::new(
                ProblemCode::StrayText,
                format!("有{count}笔证券交易不是资金流水，未列出"),
                format!("movements of securities ({count}) are no rows of money and are not listed"),
            )
            .at(source),
        );
    }
    let statements = accounts.into_iter().map(|account| account.into_statement(&mut problems)).collect();
    Some((statements, problems))
}

/// Headers and records, and the line where reading was given up; `None` when the text does not start as QIF does.
fn parts(text: &str) -> Option<(Vec<Part<'_>>, Option<Line<'_>>)> {
    let mut parts = Vec::new();
    let mut open: Vec<Line<'_>> = Vec::new();
    let ends_with_its_line = text.ends_with(['\n', '\r']);
    let mut cut = None;
    for (count, line) in lines(text).enumerate() {
        if count >= LINES_MAX {
            cut = Some(line);
            open.clear();
            break;
        }
        if let Some(header) = line.text.strip_prefix('!') {
            if !open.is_empty() {
                parts.push(Part::Record(Record { lines: std::mem::take(&mut open), complete: false }));
            }
            if let Some(section) = section(header) {
                parts.push(Part::Header(section, line));
            }
        } else if line.text.starts_with('^') {
            if open.is_empty() {
                continue;
            }
            parts.push(Part::Record(Record { lines: std::mem::take(&mut open), complete: true }));
        } else if !line.text.trim().is_empty() {
            if parts.is_empty() {
                return None;
            }
            open.push(line);
        }
    }
    if !open.is_empty() {
        // The last `^` is often left out; a line without its end may be cut.
        parts.push(Part::Record(Record { lines: open, complete: ends_with_its_line }));
    }
    (!parts.is_empty()).then_some((parts, cut))
}

/// `None` for the switches, which change nothing here.
fn section(header: &str) -> Option<Section> {
    let header = header.trim().to_ascii_lowercase();
    if header == "account" {
        return Some(Section::Account);
    }
    let Some(name) = header.strip_prefix("type:") else {
        return (!header.starts_with("option:") && !header.starts_with("clear:")).then_some(Section::Lists);
    };
    Some(match name.trim() {
        "bank" => Section::Rows(StatementKind::DepositAccount),
        "ccard" => Section::Rows(StatementKind::CreditCard),
        // Money in hand, and what is owned or owed otherwise: kept by the person alone.
        "cash" | "oth a" | "oth l" => Section::Rows(StatementKind::Unknown),
        "invst" => Section::Investments,
        _ => Section::Lists,
    })
}

fn account_name((name, line): (&str, Line<'_>)) -> Option<Field> {
    Some(Field { value: super::squeezed(name)?, source: line.place(1).source(), confidence: 1.0 })
}

struct File {
    mark: Option<DecimalMark>,
    order: Option<DateOrder>,
    /// Dates that could be read in two ways: how many, and where the first is.
    undecided: Option<(u32, model::Source)>,
    rows_left: usize,
}

impl File {
    fn record(&mut self, record: &Record<'_>, account: &mut Account, problems: &mut Vec<Problem>) {
        let Some((text, line)) = record.value('T').or_else(|| record.value('U')) else {
            return account.hole(super::unreadable_amount("").at(record.place()), problems);
        };
        let indent = line.text.get(1..).map_or(0, |rest| rest.len() - rest.trim_start().len());
        let amount_source = line.place(1 + indent).source();
        let amount = read_amount(text, self.mark).filter(|_| record.complete && count(record, 'T') <= 1);
        let Some(amount) = amount else {
            return account.hole(super::unreadable_amount(text).at(amount_source), problems);
        };
        let payee = record.text('P');
        if payee.as_deref().is_some_and(|p| p.eq_ignore_ascii_case(OPENING_BALANCE)) && account.opening.is_none() {
            account.opening = Some(Sourced::new(amount, amount_source));
            return;
        }
        let seq = account.next_seq();
        let mut row = account::row(seq, amount, amount_source, record.place());
        row.time = self.date(record, seq, problems);
        row.counterparty = payee;
        row.description = record.text('M');
        row.printed_type = record.text('L');
        row.merchant_reference = record.text('N');
        account.broken.extend(self.check_splits(record, &row, problems));
        account.rows.push(row);
    }

    fn date(&mut self, record: &Record<'_>, seq: u32, problems: &mut Vec<Problem>) -> Option<When> {
        let (text, line) = record.value('D').unwrap_or(("", *record.lines.first()?));
        let source = line.place(1).source();
        let Some(parts) = DateParts::read(text) else {
            problems.push(super::unreadable_date(seq, text, source));
            return None;
        };
        match parts.date(self.order) {
            Ok(date) => Some(When::day(date)),
            Err(NoDate::Undecided) => {
                let first =
                    self.undecided.take().map_or((1, source), |(count, first)| (count.saturating_add(1), first));
                self.undecided = Some(first);
                None
            }
            Err(NoDate::NoSuchDay) => {
                problems.push(super::unreadable_date(seq, text, source));
                None
            }
        }
    }

    /// The parts of a split record must add up to it.
    fn check_splits(&self, record: &Record<'_>, row: &Transaction, problems: &mut Vec<Problem>) -> Option<Broken> {
        let parts: Vec<&Line<'_>> = record.lines.iter().filter(|line| line.text.starts_with('$')).collect();
        let first = parts.first()?;
        let sum = parts.iter().try_fold(Money::ZERO, |sum, line| {
            sum.checked_add(read_amount(line.text.get(1..).unwrap_or(""), self.mark)?)
        });
        if sum == Some(row.amount) {
            return None;
        }
        let found = sum.map_or_else(|| "?".to_owned(), |sum| sum.to_string());
        problems.push(
            Problem::new(
                ProblemCode::DoesNotAddUp,
                format!("第{}行：拆分合计{found}与金额{}不符", row.seq, row.amount),
                format!("row {}: its parts add up to {found}, its amount is {}", row.seq, row.amount),
            )
            .at(first.place(1).source())
            .row(row.seq),
        );
        Some(account::parts_differ(row, &found, first.place(1).source()))
    }
}

fn count(record: &Record<'_>, letter: char) -> usize {
    record.lines.iter().filter(|line| line.text.starts_with(letter)).count()
}

fn undecided(count: u32) -> Problem {
    Problem::new(
        ProblemCode::UnreadableCell,
        format!("有{count}个日期无法区分日和月（如 3/4），未采用"),
        format!("{count} dates can be read as day/month or as month/day; they are left out"),
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DateOrder {
    DayMonth,
    MonthDay,
}

impl DateOrder {
    /// `None` when no date can be read in one way only, or when two of them disagree.
    fn told_by<'t>(dates: impl Iterator<Item = &'t str>) -> Option<Self> {
        let mut told = dates.filter_map(|text| match DateParts::read(text)? {
            DateParts::TwoWays { first: 13.., second: ..=12, .. } => Some(Self::DayMonth),
            DateParts::TwoWays { first: ..=12, second: 13.., .. } => Some(Self::MonthDay),
            _ => None,
        });
        let first = told.next()?;
        told.all(|order| order == first).then_some(first)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DateParts {
    /// `2024-01-31`
    YearFirst {
        year: i16,
        month: i8,
        day: i8,
    },
    TwoWays {
        first: i8,
        second: i8,
        year: i16,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NoDate {
    Undecided,
    NoSuchDay,
}

impl DateParts {
    /// `1/31/2024`, `1/31'24`, `1/31' 4`, `31.01.2024`, `2024-01-31`, `01-31-24`.
    fn read(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(['/', '-', '.', '\'']).map(str::trim).collect();
        let [a, b, c] = parts.as_slice() else { return None };
        let number = |part: &str, digits_max: usize| {
            let plain = !part.is_empty() && part.len() <= digits_max && part.bytes().all(|b| b.is_ascii_digit());
            if plain { part.parse::<i16>().ok() } else { None }
        };
        let small = |part: &str| number(part, 2).and_then(|n| i8::try_from(n).ok());
        if a.len() == 4 {
            return Some(Self::YearFirst { year: number(a, 4)?, month: small(b)?, day: small(c)? });
        }
        let year = number(c, 4)?;
        let year = match c.len() {
            4 => year,
            // Quicken wrote its first files in the eighties.
            1 | 2 if year < 80 => year + 2000,
            1 | 2 => year + 1900,
            _ => return None,
        };
        Some(Self::TwoWays { first: small(a)?, second: small(b)?, year })
    }

    fn date(self, order: Option<DateOrder>) -> Result<Date, NoDate> {
        match (self, order) {
            (Self::YearFirst { year, month, day }, _) => day_of(year, month, day),
            (Self::TwoWays { first, second, year }, Some(DateOrder::DayMonth)) => day_of(year, second, first),
            (Self::TwoWays { first, second, year }, Some(DateOrder::MonthDay)) => day_of(year, first, second),
            (Self::TwoWays { first, second, year }, None) if first == second => day_of(year, first, second),
            (Self::TwoWays { .. }, None) => Err(NoDate::Undecided),
        }
    }
}

fn day_of(year: i16, month: i8, day: i8) -> Result<Date, NoDate> {
    if !(1980..=2099).contains(&year) {
        return Err(NoDate::NoSuchDay);
    }
    Date::new(year, month, day).map_err(|_| NoDate::NoSuchDay)
}

#[cfg(test)]
mod tests {
    use model::proof::ProofStatus;

    use super::*;

    fn dates(text: &str) -> Vec<String> {
        let (statements, _) = read(text).unwrap();
        let rows = &statements[0].transactions;
        rows.iter().map(|r| r.time.map_or("-".to_owned(), |t| t.to_string())).collect()
    }

    #[test]
    fn one_date_tells_the_order_of_all() {
        let file = |dates: &[&str]| {
            let records: String = dates.iter().map(|d| format!("D{d}\nT-1.00\n^\n")).collect();
            format!("!Type:Bank\n{records}")
        };
        assert_eq!(dates(&file(&["3/4/2024", "1/31/2024"])), ["2024-03-04", "2024-01-31"]);
        assert_eq!(dates(&file(&["3/4'24", "31.1.2024"])), ["2024-04-03", "2024-01-31"]);
        assert_eq!(dates(&file(&["2024-04-03", "3/ 4' 4"])), ["2024-04-03", "-"]);
        // Nothing tells: only a date that is the same both ways is read.
        assert_eq!(dates(&file(&["3/4/2024", "5/5/2024"])), ["-", "2024-05-05"]);
        // Two dates that disagree tell nothing.
        assert_eq!(dates(&file(&["1/31/2024", "31/1/2024", "3/4/2024"])), ["-", "-", "-"]);
    }

    #[test]
    fn a_file_is_accounts_with_rows_and_nothing_to_prove_them() {
        let text = "!Account\nNHousehold\nTBank\n^\n!Type:Bank\nD01/31/2024\nT1,000.00\nPOpening Balance\nL[Household]\n^\n\
                    D02/01/2024\nT-1,280.50\nN319\nPExample  Shop\nMbooks\nLLeisure\nSLeisure\n$-1,200.00\nSFood\n$-80.00\n^\n\
                    D02/02/2024\nT12O.00\n^\n!Type:CCard\nD02/03/2024\nU-5.00\n";
        let (statements, problems) = read(text).unwrap();
        let [bank, card] = statements.as_slice() else { panic!("{statements:?}") };
        assert_eq!(bank.fields["account_name"].value, "Household");
        assert_eq!(bank.opening_balance.as_ref().map(|b| b.value), Some(Money::from_fen(100_000)));
        let [row] = bank.transactions.as_slice() else { panic!("{bank:?}") };
        assert_eq!(
            (row.seq, row.amount, row.counterparty.as_deref()),
            (1, Money::from_fen(-128_050), Some("Example Shop"))
        );
        assert_eq!(row.amount_source, model::Source::Line { line: 12, column: 2 });
        assert_eq!(bank.proof.status, ProofStatus::Contradicted);
        assert_eq!((bank.proof.broken[0].seq, bank.proof.broken[0].expected.as_str()), (Some(1), "-1280.00"));
        assert_eq!(card.proof.status, ProofStatus::Unproven);
        assert_eq!((card.kind, card.transactions.len()), (StatementKind::CreditCard, 1));
        let codes: Vec<_> = problems.iter().map(|p| (p.code, p.seq)).collect();
        assert_eq!(codes, vec![(ProblemCode::DoesNotAddUp, Some(1)), (ProblemCode::UnreadableRow, Some(2))]);
        assert_eq!(bank.currency, None);
    }

    #[test]
    fn other_text_is_no_qif() {
        assert!(read("date,amount\n").is_none());
        assert!(read("!Type:Cat\nNFood\n^\n").is_none());
        assert!(read("").is_none());
    }
}
