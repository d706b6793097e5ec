//! MT940, MT942 and MT950, SWIFT's customer statements: lines that begin with a tag, `:61:` for each movement.
//!
//! opening (`:60F:`, `:60M:`) + movements = closing (`:62F:`, `:62M:`) covers every row. Field definitions are those
//! of SWIFT's category 9 handbook; what banks write differently is said where it is read.

mod details;

use jiff::civil::Date;
use model::problem::ProblemCode;
use model::statement::{AccountNumber, StatementKind, Status, Transaction};
use model::{Money, Problem, Sourced, Text, When};

use super::account::{self, Account};
use super::place::{Line, lines};
use super::{ROWS_MAX, Read, STATEMENTS_MAX, currency_code};
use details::Details;

/// A tag with its value: the rest of its line and the lines up to the next tag.
#[derive(Debug)]
struct Field<'t> {
    tag: &'t str,
    /// The first begins with the tag.
    lines: Vec<Line<'t>>,
    /// Where the value begins in the first line.
    start: usize,
}

impl<'t> Field<'t> {
    fn first(&self) -> Option<Line<'t>> {
        self.lines.first().copied()
    }

    /// The value's part on the tag's own line.
    fn head(&self) -> &'t str {
        self.first().and_then(|line| line.text.get(self.start..)).unwrap_or("").trim_end()
    }

    /// Of a byte of [`Field::head`].
    fn source(&self, offset: usize) -> model::Source {
        self.first().map_or(super::place::Place::START, |line| line.place(self.start + offset)).source()
    }

    fn more(&self) -> impl Iterator<Item = &'t str> {
        self.lines.iter().skip(1).map(|line| line.text)
    }

    fn values(&self) -> impl Iterator<Item = &'t str> {
        self.first().and_then(|line| line.text.get(self.start..)).into_iter().chain(self.more())
    }
}

/// SWIFT allows six; what stands below a field in a file that ends in something else is no part of it.
const FIELD_LINES_MAX: usize = 100;

pub fn read(text: &str) -> Read {
    let mut reader = Reader {
        statements: Vec::new(),
        problems: Vec::new(),
        bank: None,
        open: None,
        rows_left: ROWS_MAX,
        full: false,
        recognised: false,
    };
    let mut field: Option<Field<'_>> = None;
    for line in lines(text) {
        // Files keep the control characters of the transmission: STX, ETX.
        let visible = line.text.trim_start_matches(|c: char| c.is_control() || c == '\u{feff}');
        let indent = line.text.len() - visible.len();
        let block = text_block(visible);
        let (visible, indent) = block.map_or((visible, indent), |at| (visible.get(at..).unwrap_or(""), indent + at));
        if block.is_some() || is_header(visible) {
            reader.take(field.take());
            reader.header(line.text);
        }
        if is_end(visible) {
            reader.take(field.take());
            reader.end_message();
        } else if let Some((tag, length)) = tag(visible) {
            reader.take(field.take());
            field = Some(Field { tag, lines: vec![line], start: indent + length });
        } else if let Some(field) = &mut field
            && !line.text.trim().is_empty()
            && field.lines.len() < FIELD_LINES_MAX
        {
            field.lines.push(line);
        }
        if reader.full {
            break;
        }
    }
    reader.take(field);
    reader.end_message();
    // Balances or movements make it a statement; other messages share the envelope.
    reader.recognised.then_some((reader.statements, reader.problems))
}

/// Where the text block begins after the envelope's `{1:…}{2:…}{4:`.
fn text_block(line: &str) -> Option<usize> {
    let is_envelope = ["{1:", "{2:", "{3:", "{4:"].iter().any(|block| line.starts_with(block));
    is_envelope.then(|| line.find("{4:").map_or(line.len(), |at| at + "{4:".len()))
}

/// `0000 01INGBNL2AXXXX00001`, as Dutch banks begin the message in the envelope's place.
fn is_header(line: &str) -> bool {
    line.strip_prefix("0000 01").is_some_and(|rest| bic(rest).is_some())
}

/// `-`, `-}` with the envelope's trailer, `-XXX`.
fn is_end(line: &str) -> bool {
    let line = line.trim_end_matches(|c: char| c.is_control() || c.is_whitespace());
    matches!(line, "-" | "-XXX") || line.starts_with("-}")
}

/// `:61:` → `61` and the length of the whole tag.
fn tag(line: &str) -> Option<(&str, usize)> {
    let rest = line.strip_prefix(':')?;
    let end = rest.find(':').filter(|end| (2..=3).contains(end))?;
    let name = rest.get(..end)?;
    let mut bytes = name.bytes();
    let digits = bytes.next()?.is_ascii_digit() && bytes.next()?.is_ascii_digit();
    (digits && bytes.all(|b| b.is_ascii_uppercase())).then_some((name, end + 2))
}

/// The bank's eight characters, at the start of a logical terminal's address.
fn bic(text: &str) -> Option<Text> {
    let bic = text.get(..8)?;
    let bytes = bic.as_bytes();
    let letters = bytes.iter().take(6).all(u8::is_ascii_uppercase);
    (letters && bytes.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())).then(|| Text::from(bic))
}

/// The bank in an envelope's line: the sender of a message that went out, the writer of one that is to be sent.
fn sender(header: &str) -> Option<Text> {
    let after = |mark: &str| header.find(mark).and_then(|at| header.get(at + mark.len()..));
    if let Some(rest) = after("0000 01") {
        return bic(rest);
    }
    // {2:O940, input time (4), date (6), then the sender's terminal.
    if let Some(output) = after("{2:O")
        && let Some(bank) = output.get(13..).and_then(bic)
    {
        return Some(bank);
    }
    after("{1:F01").and_then(bic)
}

struct Reader<'t> {
    statements: Vec<model::statement::Statement>,
    problems: Vec<Problem>,
    bank: Option<Text>,
    open: Option<Message<'t>>,
    rows_left: usize,
    full: bool,
    recognised: bool,
}

/// One statement while it is read.
struct Message<'t> {
    account: Account,
    /// Its closing balance was there.
    closed: bool,
    /// The movement that a following `:86:` is about.
    last: Option<LastRow<'t>>,
}

struct LastRow<'t> {
    /// False when the row is a hole.
    read: bool,
    supplementary: Vec<&'t str>,
    described: bool,
}

impl<'t> Reader<'t> {
    fn header(&mut self, line: &str) {
        self.end_message();
        self.bank = sender(line).or_else(|| self.bank.take());
    }

    fn end_message(&mut self) {
        if let Some(message) = self.open.take() {
            self.statements.push(message.account.into_statement(&mut self.problems));
        }
    }

    fn message(&mut self) -> &mut Message<'t> {
        let bank = self.bank.clone();
        self.open.get_or_insert_with(|| Message {
            account: Account::new(StatementKind::DepositAccount, bank),
            closed: false,
            last: None,
        })
    }

    fn take(&mut self, field: Option<Field<'t>>) {
        let Some(field) = field.filter(|_| !self.full) else { return };
        let starts = match field.tag {
            "20" => true,
            // Some banks write one reference and then account after account.
            "25" | "25P" | "60F" | "60M" => self.open.as_ref().is_some_and(|m| m.closed),
            _ => false,
        };
        if starts {
            self.end_message();
        }
        if self.statements.len() >= STATEMENTS_MAX || self.rows_left == 0 {
            self.full = true;
            self.problems.push(super::limit_reached(field.source(0)));
            if let Some(message) = &mut self.open {
                message.account.complete = false;
            }
            return;
        }
        match field.tag {
            "25" | "25P" => self.account(&field),
            "60F" | "60M" | "62F" | "62M" => self.balance(&field),
            "61" => self.movement(&field),
            "86" => self.details(&field),
            "90C" | "90D" => self.total(&field),
            // Reference, statement number, available balances, floor limits: no figures of the account's rows.
            _ => drop(self.message()),
        }
    }

    /// `BLZ/account`, `BIC/account`, or the account or IBAN alone.
    fn account(&mut self, field: &Field<'t>) {
        let value = field.head();
        let (bank, number) = value.rsplit_once('/').map_or((None, value), |(bank, number)| (Some(bank), number));
        let offset = value.len() - number.len();
        let number = without_currency(number.trim());
        let source = field.source(offset);
        let bank = bank.map(str::trim).filter(|b| !b.is_empty()).map(Text::from);
        let of_envelope = self.bank.clone();
        let account = &mut self.message().account;
        if !number.is_empty() {
            account.account = Some(Sourced::new(AccountNumber::new(number), source));
        }
        if let Some(bank) = bank.filter(|_| of_envelope.is_none()) {
            account.issuer = bank;
        }
    }

    fn balance(&mut self, field: &Field<'t>) {
        self.recognised = true;
        let read = read_balance(field.head());
        let is_opening = field.tag.starts_with("60");
        let message = self.message();
        message.last = None;
        message.closed |= !is_opening;
        let Some((currency, amount, offset)) = read else {
            let name = if is_opening { "opening balance" } else { "closing balance" };
            self.problems.push(super::unreadable_field(name, field.head(), field.source(0)));
            return;
        };
        let sourced = Sourced::new(amount, field.source(offset));
        let account = &mut message.account;
        let slot = if is_opening { &mut account.opening } else { &mut account.closing };
        let differs = slot.as_ref().is_some_and(|known| known.value != amount);
        if differs || account.currency.as_ref().is_some_and(|c| *c != currency) {
            // Which of them the movements start from or lead to is not known.
            account.complete = false;
            self.problems.push(second_balance(field));
            return;
        }
        slot.get_or_insert(sourced);
        account.currency = Some(currency);
    }

    fn movement(&mut self, field: &Field<'t>) {
        self.recognised = true;
        self.rows_left = self.rows_left.saturating_sub(1);
        let movement = read_movement(field);
        let mut problems = Vec::new();
        let message = self.message();
        let seq = message.account.next_seq();
        let mut last = LastRow { read: false, supplementary: field.more().collect(), described: false };
        match movement {
            Ok(movement) => {
                last.read = true;
                message.account.rows.push(row(field, seq, movement, &mut problems));
                if let Some(row) = message.account.rows.last_mut() {
                    row.description = joined(field.more());
                }
            }
            Err(problem) => message.account.hole(problem, &mut problems),
        }
        message.last = Some(last);
        self.problems.append(&mut problems);
    }

    fn details(&mut self, field: &Field<'t>) {
        let Some(message) = &mut self.open else {
            self.message();
            return;
        };
        // After the closing balance it is about the statement; after a row that could not be read, about that row.
        let Some(last) = message.last.as_mut().filter(|last| last.read && !last.described) else { return };
        last.described = true;
        let supplementary = joined(last.supplementary.iter().copied());
        let Some(row) = message.account.rows.last_mut() else { return };
        let details = Details::read(field.values());
        row.counterparty = details.counterparty;
        row.counterparty_account = details.account.map(AccountNumber::new);
        row.printed_type = details.printed_type.or_else(|| row.printed_type.take());
        row.merchant_reference = row.merchant_reference.take().or(details.reference);
        match details.description {
            Some(description) => {
                row.description = Some(description);
                row.remark = supplementary;
            }
            None => row.description = supplementary,
        }
    }

    /// `:90C:` number, currency and sum of the credits of an MT942; `:90D:` of the debits.
    fn total(&mut self, field: &Field<'t>) {
        let head = field.head();
        let digits = head.bytes().take_while(u8::is_ascii_digit).count();
        let count: Option<u32> = head.get(..digits).and_then(|n| n.parse().ok());
        let sum = head.get(digits + 3..).and_then(read_amount);
        let is_credit = field.tag == "90C";
        let (count_source, sum_source) = (field.source(0), field.source(digits.saturating_add(3)));
        let declared = &mut self.message().account.declared;
        let (Some(count), Some(sum)) = (count, sum) else {
            self.problems.push(super::unreadable_field("total", head, field.source(0)));
            return;
        };
        let (rows, amount) = if is_credit {
            (&mut declared.in_rows, &mut declared.in_sum)
        } else {
            (&mut declared.out_rows, &mut declared.out_sum)
        };
        *rows = Some(Sourced::new(count, count_source));
        *amount = Some(Sourced::new(sum, sum_source));
    }
}

/// `NL02TEST0123456789 EUR`, `NL02TEST0123456789EUR`: some banks write the currency after the number.
fn without_currency(number: &str) -> &str {
    let Some((before, currency)) = number.len().checked_sub(3).and_then(|at| number.split_at_checked(at)) else {
        return number;
    };
    let is_currency =
        currency.bytes().all(|b| b.is_ascii_uppercase()) && before.ends_with(|c: char| c.is_ascii_digit() || c == ' ');
    if is_currency { before.trim_end() } else { number }
}

fn second_balance(field: &Field<'_>) -> Problem {
    let text = super::clipped(field.head());
    Problem::new(
        ProblemCode::DoesNotAddUp,
        format!("同一对账单印有两个不同的余额，“{text}”未采用"),
        format!("the statement prints two different balances; {text:?} is left out"),
    )
    .at(field.source(0))
}

/// `C|D YYMMDD CCY amount` → currency, signed amount, and where the amount begins.
fn read_balance(text: &str) -> Option<(Text, Money, usize)> {
    /// Mark, date and currency.
    const AMOUNT_AT: usize = 1 + 6 + 3;
    let is_debit = match text.get(..1)? {
        "C" => false,
        "D" => true,
        _ => return None,
    };
    let date = text.get(1..7)?;
    if !date.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let currency = currency_code(text.get(7..AMOUNT_AT)?)?;
    let amount = read_amount(text.get(AMOUNT_AT..)?)?;
    Some((currency, if is_debit { amount.negated() } else { amount }, AMOUNT_AT))
}

/// Unsigned digits with a comma, which some banks write as a point. An amount without either is cut or damaged.
fn read_amount(text: &str) -> Option<Money> {
    /// `15d`: fifteen characters; padded with zeros by some.
    const CHARACTERS_MAX: usize = 18;
    let text = text.trim_end();
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b',' | b'.'));
    if !plain || text.len() > CHARACTERS_MAX || text.matches([',', '.']).count() != 1 {
        return None;
    }
    let text = text.replace(',', ".");
    let text = text.strip_suffix('.').unwrap_or(&text);
    Money::read(text).ok()
}

/// A `:61:` line taken apart.
struct Movement<'t> {
    /// `None` when it is no day of the calendar.
    date: Option<Date>,
    printed_date: &'t str,
    /// Signed.
    amount: Money,
    /// Bytes from the start of the value.
    amount_at: usize,
    is_expected: bool,
    kind: Option<&'t str>,
    customer_reference: Option<&'t str>,
    bank_reference: Option<&'t str>,
}

/// Value date, entry date, mark, funds letter, amount, type, references (field 61's subfields 1 to 8).
fn read_movement<'t>(field: &Field<'t>) -> Result<Movement<'t>, Problem> {
    let text = field.head();
    let unreadable = || super::unreadable_amount(text).at(field.source(0));
    let value_date = digits(text, 0, 6).ok_or_else(unreadable)?;
    let mut at = 6;
    let entry_date = digits(text, at, 4);
    at += entry_date.map_or(0, str::len);
    let rest = text.get(at..).ok_or_else(unreadable)?;
    // Reversals before their plain marks: the R of `RC` comes first, that of `DR…` is the currency's last letter.
    const MARKS: [(&str, bool, bool); 6] = [
        ("RC", false, false),
        ("RD", true, false),
        // MT942: expected, not booked.
        ("EC", true, true),
        ("ED", false, true),
        ("C", true, false),
        ("D", false, false),
    ];
    let &(mark, is_in, is_expected) = MARKS.iter().find(|(mark, ..)| rest.starts_with(mark)).ok_or_else(unreadable)?;
    at += mark.len();
    // The funds letter is the currency's third; a blank in its place is seen at Australian banks.
    at += text.get(at..).map_or(0, |rest| usize::from(rest.starts_with(|c: char| c.is_ascii_uppercase() || c == ' ')));
    let rest = text.get(at..).ok_or_else(unreadable)?;
    let length = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, ',' | '.')).unwrap_or(rest.len());
    let amount = rest.get(..length).and_then(read_amount).ok_or_else(unreadable)?;
    let amount_at = at;
    let rest = rest.get(length..).unwrap_or("");
    // S, N or F and three letters or digits; what else follows the amount may be a part of it.
    let kind = rest
        .get(..4)
        .filter(|kind| kind.starts_with(['S', 'N', 'F']) && kind.bytes().all(|b| b.is_ascii_alphanumeric()));
    if kind.is_none() && !rest.is_empty() {
        return Err(unreadable());
    }
    let references = rest.get(kind.map_or(0, str::len)..).unwrap_or("");
    let (customer, bank) =
        references.split_once("//").map_or((references, None), |(customer, bank)| (customer, Some(bank)));
    Ok(Movement {
        date: booked_on(value_date, entry_date),
        printed_date: text.get(..6 + entry_date.map_or(0, str::len)).unwrap_or(""),
        amount: if is_in { amount } else { amount.negated() },
        amount_at,
        is_expected,
        kind,
        customer_reference: known_reference(customer),
        bank_reference: bank.and_then(known_reference),
    })
}

fn digits(text: &str, start: usize, length: usize) -> Option<&str> {
    text.get(start..start + length).filter(|part| part.bytes().all(|b| b.is_ascii_digit()))
}

/// `NONREF` says that there is none, `KREF+` that it stands in the details.
fn known_reference(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty() && !text.starts_with("NONREF") && !text.ends_with('+')).then_some(text)
}

/// The entry date, whose year is that of the value date or its neighbour; the value date where there is none. A
/// value date may be the 30th of February: banks that count 30 days a month write it.
fn booked_on(value_date: &str, entry_date: Option<&str>) -> Option<Date> {
    let pair = |text: &str, at: usize| text.get(at..at + 2).and_then(|two| two.parse::<i8>().ok());
    let (year, month, day) = (pair(value_date, 0)?, pair(value_date, 2)?, pair(value_date, 4)?);
    // SWIFT's own rule: up to 79 is this century.
    let year = i16::from(year) + if year < 80 { 2000 } else { 1900 };
    let Some(entry_date) = entry_date else { return Date::new(year, month, day).ok() };
    let (entry_month, entry_day) = (pair(entry_date, 0)?, pair(entry_date, 2)?);
    let year = match entry_month - month {
        7.. => year - 1,
        ..=-7 => year + 1,
        _ => year,
    };
    Date::new(year, entry_month, entry_day).ok()
}

fn row(field: &Field<'_>, seq: u32, movement: Movement<'_>, problems: &mut Vec<Problem>) -> Transaction {
    let mut row = account::row(seq, movement.amount, field.source(movement.amount_at), line_source(field));
    row.time = movement.date.map(When::day);
    if movement.date.is_none() {
        problems.push(super::unreadable_date(seq, movement.printed_date, field.source(0)));
    }
    row.printed_type = movement.kind.map(Text::from);
    row.reference = movement.bank_reference.map(Text::from);
    row.merchant_reference = movement.customer_reference.map(Text::from);
    if movement.is_expected {
        row.status = Status::Pending;
    }
    row
}

/// Where the tag begins.
fn line_source(field: &Field<'_>) -> model::Source {
    let tag_length = field.tag.len() + 2;
    field.first().map_or(super::place::Place::START, |line| line.place(field.start.saturating_sub(tag_length))).source()
}

fn joined<'t>(lines: impl Iterator<Item = &'t str>) -> Option<Text> {
    super::squeezed(&lines.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests;
