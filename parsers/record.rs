//! One row of a table, whatever it was read from → one transaction.

use std::cell::Cell;

use jiff::civil::Date;
use model::problem::ProblemCode;
use model::sheet::CellKind;
use model::statement::{AccountNumber, Flow, Status, Transaction};
use model::{Money, Problem, Source, Text, When};

use crate::layout::{Column, DateForm, Layout, ROLE_COUNT, Role, Section, Sign, Split};
use crate::text::{squash, trim};
use crate::values::{printed_weekday, read_clock, read_currency, read_when_cell, read_when_form};

/// A row's cells by role. A role without a column is an empty text.
pub struct RowView<'a> {
    pub texts: &'a [&'a str; ROLE_COUNT],
    pub kinds: &'a [CellKind; ROLE_COUNT],
    /// Where the row stands, or one role's cell of it.
    pub place: &'a dyn Fn(Option<Role>) -> Source,
    pub confidence: f32,
    pub context: Context<'a>,
}

/// What is said of a row elsewhere on the page.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// The section that the row stands in.
    pub section: Option<&'a Section>,
    /// A day near which dates without a year lie: a bill is never about the days after it.
    pub reference: Option<Date>,
}

impl RowView<'_> {
    fn text(&self, role: Role) -> &str {
        self.texts.get(role.index()).copied().unwrap_or("")
    }

    fn kind(&self, role: Role) -> CellKind {
        self.kinds.get(role.index()).copied().unwrap_or_default()
    }
}

/// A transaction with its currency, where the row says it.
#[derive(Debug)]
pub struct Record {
    pub transaction: Transaction,
    pub currency: Option<&'static str>,
}

/// The columns of a layout by role, so that a row need not search.
pub struct Columns<'a> {
    by_role: [Option<&'a Column>; ROLE_COUNT],
    /// Index of the status word found last: neighbours mostly share it.
    last_status: Cell<usize>,
}

impl<'a> Columns<'a> {
    #[must_use]
    pub fn of(layout: &'a Layout) -> Self {
        let mut by_role = [None; ROLE_COUNT];
        for column in &layout.columns {
            if let Some(slot) = by_role.get_mut(column.role.index()) {
                *slot = Some(column);
            }
        }
        Self { by_role, last_status: Cell::new(0) }
    }

    #[must_use]
    pub fn get(&self, role: Role) -> Option<&'a Column> {
        self.by_role.get(role.index()).copied().flatten()
    }
}

/// Reads a row.
///
/// # Errors
/// The problem, when the row's amount or its direction cannot be told: it is then no transaction.
pub fn read_record(
    columns: &Columns<'_>,
    view: &RowView<'_>,
    seq: u32,
    problems: &mut Vec<Problem>,
) -> Result<Record, Problem> {
    let Amount { money: amount, flow, role: amount_role, currency: amount_currency, refunded } =
        read_amount(columns, view).map_err(|why| why.at((view.place)(None)).row(seq))?;
    let mut complain = |code, role, zh: String, en: String| {
        problems.push(Problem::new(code, zh, en).at((view.place)(Some(role))).row(seq));
    };

    let time = read_time(columns, view).unwrap_or_else(|text| {
        complain(
            ProblemCode::UnreadableCell,
            Role::Time,
            format!("第{seq}行：日期“{text}”无法识别"),
            format!("row {seq}: the date {text:?} could not be read"),
        );
        None
    });
    let weekday = printed_weekday(view.text(Role::Time));
    if let (Some(when), Some(weekday)) = (time, weekday)
        && when.date.weekday() != weekday
    {
        let (printed, date) = (trim(view.text(Role::Time)), when.date);
        complain(
            ProblemCode::DoesNotAddUp,
            Role::Time,
            format!("第{seq}行：印出的星期与日期不符（{printed}）"),
            format!("row {seq}: the printed weekday is not that of {date} ({printed:?})"),
        );
    }
    let clock = trim(view.text(Role::Clock));
    // A column that may hold the date or the time of day holds the date where it is the only one.
    let is_date = clock == trim(view.text(Role::Time));
    if !clock.is_empty() && !is_date && time.is_some_and(|when| when.time.is_none()) {
        complain(
            ProblemCode::UnreadableCell,
            Role::Clock,
            format!("第{seq}行：时间“{clock}”无法识别"),
            format!("row {seq}: the time of day {clock:?} could not be read"),
        );
    }
    let balance_text = trim(view.text(Role::Balance));
    let mut balance = None;
    if !is_empty(columns.get(Role::Balance), balance_text) {
        match read_balance(columns.get(Role::Balance), balance_text) {
            Ok(money) => balance = Some(money),
            Err(_) => complain(
                ProblemCode::UnreadableCell,
                Role::Balance,
                format!("第{seq}行：余额“{balance_text}”无法识别"),
                format!("row {seq}: the balance {balance_text:?} could not be read"),
            ),
        }
    }
    let currency_text = trim(view.text(Role::Currency));
    let currency =
        if is_empty(columns.get(Role::Currency), currency_text) { None } else { read_currency(currency_text) };
    if currency.is_none() && !is_empty(columns.get(Role::Currency), currency_text) {
        complain(
            ProblemCode::UnknownWord,
            Role::Currency,
            format!("第{seq}行：币种“{currency_text}”未知"),
            format!("row {seq}: the currency {currency_text:?} is not known"),
        );
    }
    let section = view.context.section;
    let status = match read_status(columns, view, flow) {
        Ok(status) => status,
        Err(word) => {
            complain(
                ProblemCode::UnknownWord,
                Role::Status,
                format!("第{seq}行：交易状态“{word}”未知，暂不计入"),
                format!("row {seq}: the status {word:?} is not known; the row is not counted"),
            );
            Status::Pending
        }
    };
    let (status, refunded) = with_refund(columns, view, status, amount, refunded).unwrap_or_else(|text| {
        complain(
            ProblemCode::UnreadableCell,
            Role::RefundedAmount,
            format!("第{seq}行：退款金额“{text}”无法识别"),
            format!("row {seq}: the refunded amount {text:?} could not be read"),
        );
        (status, None)
    });

    let optional = |role| -> Option<Text> {
        let text = trim(view.text(role));
        if is_empty(columns.get(role), text) {
            return None;
        }
        let width = columns.get(role).and_then(|column| column.digits).unwrap_or(0);
        let lacks_zeros = text.len() < width && text.bytes().all(|b| b.is_ascii_digit());
        Some(if lacks_zeros { Text::from(format!("{text:0>width$}")) } else { Text::from(text) })
    };
    let mut counterparty = optional(Role::Counterparty);
    let mut counterparty_account = optional(Role::CounterpartyAccount).map(AccountNumber::new);
    let (other, other_account) = match flow {
        Flow::In => (Role::Payer, Role::PayerAccount),
        Flow::Out | Flow::Neutral => (Role::Payee, Role::PayeeAccount),
    };
    counterparty = counterparty.or_else(|| optional(other));
    counterparty_account = counterparty_account.or_else(|| optional(other_account).map(AccountNumber::new));
    if let Some(column) = columns.get(Role::CounterpartyWithAccount)
        && let Some(split) = column.split
        && let text = trim(view.text(Role::CounterpartyWithAccount))
        && !is_empty(Some(column), text)
    {
        let (name, account) = part(text, split);
        counterparty = (!is_empty(Some(column), name)).then(|| Text::from(name));
        counterparty_account = (!is_empty(Some(column), account)).then(|| AccountNumber::new(account));
    }

    for role in [Role::CounterpartyAccount, Role::Reference, Role::MerchantReference] {
        let text = trim(view.text(role));
        if is_scientific(text) {
            complain(
                ProblemCode::UnreadableCell,
                role,
                format!("第{seq}行：编号“{text}”被表格软件改成了科学计数法，后面的数字已丢失"),
                format!("row {seq}: the number {text:?} was rewritten by a spreadsheet; its last digits are lost"),
            );
        }
    }

    let transaction = Transaction {
        seq,
        time,
        amount,
        flow,
        balance,
        counterparty,
        counterparty_account,
        description: optional(Role::Description),
        remark: optional(Role::Remark),
        printed_type: optional(Role::Type),
        method: optional(Role::Method),
        status,
        refunded,
        reference: optional(Role::Reference),
        merchant_reference: optional(Role::MerchantReference),
        source: (view.place)(None),
        amount_source: (view.place)(Some(amount_role)),
        balance_source: balance.map(|_| (view.place)(Some(Role::Balance))),
        confidence: view.confidence,
        repaired: None,
    };
    let currency = currency.or(amount_currency).or(section.and_then(|s| s.currency));
    Ok(Record { transaction, currency })
}

/// `8.15E+14`: a long number that Excel took for a quantity and saved as one.
fn is_scientific(text: &str) -> bool {
    let mark = memchr::memchr2(b'E', b'e', text.as_bytes());
    let parts = mark.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?)));
    parts.is_some_and(|(digits, power)| {
        let figures = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        digits.contains('.') && figures(digits) && power.strip_prefix('+').is_some_and(figures)
    })
}

/// Whether a cell says nothing: blank, a slash, a run of dashes, `（空）`, or what the layout names.
#[must_use]
pub fn is_empty(column: Option<&Column>, text: &str) -> bool {
    match text.as_bytes().first() {
        None => true,
        Some(b'/') => text.len() == 1,
        Some(b'-') => text.bytes().all(|b| b == b'-'),
        Some(b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z') => column.is_some_and(|c| c.empty.iter().any(|e| e == text)),
        _ => {
            matches!(text, "（空）" | "(空)" | "—" | "——" | "－")
                || column.is_some_and(|c| c.empty.iter().any(|e| e == text))
        }
    }
}

/// A row's amount, signed, and what its cell says beside it.
pub struct Amount {
    pub money: Money,
    pub flow: Flow,
    role: Role,
    currency: Option<&'static str>,
    refunded: Option<Money>,
}

/// The parts of an amount cell.
struct Printed {
    money: Money,
    currency: Option<&'static str>,
    flow: Option<Flow>,
    refunded: Option<Money>,
}

fn read_printed(column: Option<&Column>, text: &str) -> Result<Printed, Problem> {
    let read = |text: &str| Money::read(text).map_err(|_| unreadable_amount(text));
    let Some((column, pattern)) = column.and_then(|c| Some((c, c.pattern.as_ref()?))) else {
        return Ok(Printed { money: read(text)?, currency: None, flow: None, refunded: None });
    };
    let parts = pattern.captures(text).ok_or_else(|| unreadable_amount(text))?;
    let part = |name| parts.name(name).map(|m| trim(m.as_str()));
    let money = read(part("amount").unwrap_or(""))?;
    let flow = match part("flow") {
        Some(word) => Some(flow_word(column, word).ok_or_else(|| unknown_flow(word))?),
        None => None,
    };
    let refunded = match part("refunded") {
        Some(refunded) => Some(read(refunded)?),
        None => part("refunded_all").map(|_| money),
    };
    let currency = match part("currency") {
        Some(word) => Some(read_currency(word).ok_or_else(|| unreadable_amount(text))?),
        None => None,
    };
    Ok(Printed { money, currency, flow, refunded })
}

/// A balance with a mark beside it is the bank's view: what it owes the holder is 贷, and 借 is overdrawn. What the holder
/// owes is below zero.
fn read_balance(column: Option<&Column>, text: &str) -> Result<Money, Problem> {
    let printed = read_printed(column, text)?;
    let is_owed = column.is_some_and(|column| column.signed == Sign::Inverted);
    Ok(if (printed.flow == Some(Flow::Out)) != is_owed { printed.money.negated() } else { printed.money })
}

/// An exact word, or the longest of those that end in `*` and begin it.
fn flow_word(column: &Column, text: &str) -> Option<Flow> {
    let words = &column.flow_words;
    let exact = words.iter().find(|(word, _)| word == text);
    let found =
        exact.or_else(|| words.iter().find(|(word, _)| word.strip_suffix('*').is_some_and(|w| text.starts_with(w))));
    found.map(|(_, flow)| *flow)
}

/// Reads a row's amount and its direction.
///
/// # Errors
/// The problem, without its place.
pub fn read_amount(columns: &Columns<'_>, view: &RowView<'_>) -> Result<Amount, Problem> {
    if let Some(column) = columns.get(Role::Amount) {
        let text = trim(view.text(Role::Amount));
        let more = trim(view.text(Role::AmountMore));
        let more_column = columns.get(Role::AmountMore);
        let Printed { money: printed, currency, flow, refunded } = match more_column {
            None => read_printed(Some(column), text)?,
            Some(_) if is_empty(more_column, more) => read_printed(Some(column), text)?,
            Some(_) if is_empty(Some(column), text) => read_printed(more_column, more)?,
            Some(_) => {
                let (own, more) = (read_printed(Some(column), text)?, read_printed(more_column, more)?);
                let sum = own.money.checked_add(more.money).ok_or_else(|| unreadable_amount(text))?;
                Printed { money: sum, ..own }
            }
        };
        let make = |money, flow| Amount { money, flow, role: Role::Amount, currency, refunded };
        let by_sign = |money: Money| make(money, if money.is_negative() { Flow::Out } else { Flow::In });
        match column.signed {
            // A mark beside the figure says more than its sign.
            _ if flow.is_some() => {}
            _ if column.always_signed && !printed.is_zero() && !has_sign(text) => return Err(lost_sign(text)),
            Sign::Account | Sign::ByRepayment => return Ok(by_sign(printed)),
            Sign::Inverted => return Ok(by_sign(printed.negated())),
            Sign::FromBalance if printed.is_negative() => return Err(unreadable_amount(text)),
            Sign::FromBalance => return Ok(make(printed, Flow::In)),
            Sign::None => {}
        }
        let flow = match (flow, view.context.section.and_then(|s| s.flow)) {
            (Some(flow), _) => flow,
            (None, Some(flow)) if columns.get(Role::Flow).is_none() => flow,
            _ => read_flow(columns, view)?,
        };
        return Ok(match flow {
            Flow::Neutral if printed.is_negative() => return Err(unreadable_amount(text)),
            Flow::Neutral => make(printed, flow),
            // A negative figure under a direction is a reversal: money that goes the other way.
            Flow::In => by_sign(printed),
            // Nothing, under a direction, has that direction.
            Flow::Out if printed.is_zero() => make(printed, flow),
            Flow::Out => by_sign(printed.negated()),
        });
    }
    let read = |role| -> Result<Option<Printed>, Problem> {
        let text = trim(view.text(role));
        if is_empty(columns.get(role), text) {
            return Ok(None);
        }
        read_printed(columns.get(role), text).map(Some)
    };
    let signed = |printed: Printed, role| {
        // As above: a negative figure in one of the two columns goes the other way, but where the column of what went
        // out writes the sign as well.
        let has_sign = role == Role::Out && columns.get(Role::Out).is_some_and(|column| column.signed == Sign::Account);
        let inward = ((role == Role::In) != printed.money.is_negative()) != has_sign;
        let (flow, money) =
            if inward { (Flow::In, printed.money.abs()) } else { (Flow::Out, printed.money.abs().negated()) };
        Amount { money, flow, role, currency: printed.currency, refunded: printed.refunded }
    };
    match (read(Role::In)?, read(Role::Out)?) {
        (Some(inflow), None) => Ok(signed(inflow, Role::In)),
        (None, Some(out)) => Ok(signed(out, Role::Out)),
        (Some(inflow), Some(out)) if out.money.is_zero() => Ok(signed(inflow, Role::In)),
        (Some(inflow), Some(out)) if inflow.money.is_zero() => Ok(signed(out, Role::Out)),
        (Some(inflow), Some(out)) => Err(Problem::new(
            ProblemCode::UnreadableRow,
            format!("收入“{}”与支出“{}”同时有数，无法判断方向", inflow.money, out.money),
            format!("both columns are filled, in {} and out {}: the direction cannot be told", inflow.money, out.money),
        )),
        (None, None) => Err(unreadable_amount("")),
    }
}

/// Whether a figure begins with its sign.
pub fn has_sign(text: &str) -> bool {
    trim(text).starts_with(['+', '-', '−', '－', '＋'])
}

fn lost_sign(text: &str) -> Problem {
    Problem::new(
        ProblemCode::UnreadableRow,
        format!("金额“{text}”的正负号看不清"),
        format!("the sign of the amount {text:?} could not be read"),
    )
}

fn unreadable_amount(text: &str) -> Problem {
    Problem::new(
        ProblemCode::UnreadableRow,
        format!("金额“{text}”无法识别"),
        format!("the amount {text:?} could not be read"),
    )
}

/// Reads the direction that a column of its own says.
///
/// # Errors
/// The problem, without its place, for a word that is no direction.
pub fn read_flow(columns: &Columns<'_>, view: &RowView<'_>) -> Result<Flow, Problem> {
    let lookup = |role: Role, text: &str| flow_word(columns.get(role)?, text);
    let text = trim(view.text(Role::Flow));
    if let Some(flow) = lookup(Role::Flow, text).or_else(|| lookup(Role::Flow, &squash(text))) {
        return Ok(flow);
    }
    if text.is_empty()
        && let Some(flow) = lookup(Role::FlowFallback, trim(view.text(Role::FlowFallback)))
    {
        return Ok(flow);
    }
    Err(unknown_flow(text))
}

fn unknown_flow(text: &str) -> Problem {
    Problem::new(
        ProblemCode::UnreadableRow,
        format!("收支方向“{text}”未知"),
        format!("the direction {text:?} is not known"),
    )
}

/// `Err` holds the word that nobody knows.
fn read_status(columns: &Columns<'_>, view: &RowView<'_>, flow: Flow) -> Result<Status, String> {
    let Some(column) = columns.get(Role::Status) else { return Ok(Status::Settled) };
    let text = trim(view.text(Role::Status));
    let fits = |word: &&crate::layout::StatusWord| {
        if word.is_prefix { text.starts_with(word.word.as_str()) } else { text == word.word }
    };
    if let Some(word) = column.status_words.get(columns.last_status.get()).filter(fits).filter(|w| !w.is_prefix) {
        return Ok(word.status(flow));
    }
    match column.status_words.iter().position(|word| fits(&word)) {
        Some(index) => {
            columns.last_status.set(index);
            column.status_words.get(index).map(|word| word.status(flow)).ok_or_else(|| text.to_owned())
        }
        None if column.status_words.is_empty() => Ok(Status::Settled),
        None => Err(text.to_owned()),
    }
}

/// A printed refunded amount makes a settled row refunded, wholly or in part. `refunded` is what the amount's own
/// cell says of it.
fn with_refund(
    columns: &Columns<'_>,
    view: &RowView<'_>,
    status: Status,
    amount: Money,
    refunded: Option<Money>,
) -> Result<(Status, Option<Money>), String> {
    let text = trim(view.text(Role::RefundedAmount));
    let refunded = match refunded {
        None if is_empty(columns.get(Role::RefundedAmount), text) => return Ok((status, None)),
        None => Money::read(text).map_err(|_| text.to_owned())?,
        Some(refunded) => refunded,
    };
    let status = match status {
        _ if refunded.is_zero() => return Ok((status, None)),
        Status::Settled | Status::Refunded | Status::PartlyRefunded | Status::Closed if refunded == amount.abs() => {
            Status::Refunded
        }
        Status::Settled | Status::PartlyRefunded => Status::PartlyRefunded,
        other => other,
    };
    Ok((status, Some(refunded)))
}

/// Reads a row's day and time.
///
/// # Errors
/// The text that is no date.
pub fn read_time(columns: &Columns<'_>, view: &RowView<'_>) -> Result<Option<When>, String> {
    let text = view.text(Role::Time);
    let column = columns.get(Role::Time);
    let form = column.map_or(DateForm::YearFirst, |c| c.form);
    let read = match form {
        DateForm::YearFirst => read_when_cell(text, view.kind(Role::Time)),
        other => read_when_form(text, other, view.context.reference),
    };
    let Some(mut when) = read else {
        // A bill leaves the date of some rows out.
        return if is_empty(column, trim(text)) { Ok(None) } else { Err(trim(text).to_owned()) };
    };
    let clock = trim(view.text(Role::Clock));
    if when.time.is_none() && !clock.is_empty() {
        // A workbook keeps a time of day as a date of 1899 or 1900 with that time.
        let of_day = clock.rsplit(' ').next().unwrap_or(clock);
        when.time = read_clock(of_day);
    }
    Ok(Some(when))
}

/// A cell with a name and an account.
fn part(text: &str, split: Split) -> (&str, &str) {
    match split {
        Split::NameThenAccount => {
            let is_account = |c: char| c.is_ascii_digit() || c == '*';
            let start = text.char_indices().rev().take_while(|(_, c)| is_account(*c)).last().map(|(at, _)| at);
            match start {
                Some(at) if text.len() - at >= 6 => (trim(text.get(..at).unwrap_or("")), text.get(at..).unwrap_or("")),
                _ => (text, ""),
            }
        }
        Split::AccountSlashName => match text.split_once('/') {
            Some((account, name)) => (trim(name), trim(account)),
            None => (text, ""),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_an_account_in_one_cell_are_parted() {
        let part = |text| super::part(text, Split::NameThenAccount);
        assert_eq!(part("某某 6222000000000000"), ("某某", "6222000000000000"));
        assert_eq!(part("某某6222000000000000"), ("某某", "6222000000000000"));
        assert_eq!(part("某某 6222****0000"), ("某某", "6222****0000"));
        assert_eq!(part("某商店2024"), ("某商店2024", ""));
        assert_eq!(part("6222000000000000"), ("", "6222000000000000"));
        assert_eq!(super::part("Z2088******0010/***咖啡", Split::AccountSlashName), ("***咖啡", "Z2088******0010"));
    }

    #[test]
    fn numbers_that_a_spreadsheet_rewrote_are_told() {
        assert!(is_scientific("8.15E+14") && is_scientific("2.02E+27"));
        for text in ["8.15", "6222E", "E+14", "20240101E2", "1E+5", "B1.2E+3x"] {
            assert!(!is_scientific(text), "{text}");
        }
    }

    #[test]
    fn fillers_are_empty_cells() {
        for text in ["", "/", "-", "-------------------", "（空）"] {
            assert!(is_empty(None, text), "{text}");
        }
        assert!(!is_empty(None, "-1"));
        assert!(!is_empty(None, "/午餐"));
    }
}
