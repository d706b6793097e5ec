//! What a layout file may say, checked when it is loaded.
//!
//! A layout file describes one printed form of one issuer's document and reads like the page: how it is told from
//! others, where its heading's facts stand, what its columns are called. `docs/PARSERS.md` explains each key.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use model::statement::{Flow, StatementKind, Status};
use rust_embed::Embed;
use serde::Deserialize;

use crate::pattern::Pattern;
use crate::table::is_summary;
use crate::text::{TextLine, squash, trim};

/// What a column means. The order is that of [`Role::ALL`]; names are the keys of `[columns]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The date, or date and time.
    Time,
    /// The time of day, where it has a column of its own.
    Clock,
    Amount,
    /// A pair of columns, one of them filled.
    In,
    Out,
    Balance,
    Currency,
    /// A word that says the direction of an unsigned amount.
    Flow,
    /// Read where the word of `flow` is blank.
    FlowFallback,
    Status,
    /// The part of the amount that came back.
    RefundedAmount,
    Counterparty,
    CounterpartyAccount,
    /// Name and account in one cell; `split` says how.
    CounterpartyWithAccount,
    Description,
    Remark,
    Type,
    Method,
    Reference,
    MerchantReference,
    /// Both sides of a payment; the other one is the counterparty.
    Payer,
    PayerAccount,
    Payee,
    PayeeAccount,
    /// Added to the amount: the employer's part beside the employee's.
    AmountMore,
}

pub const ROLE_COUNT: usize = 25;

impl Role {
    pub const ALL: [Self; ROLE_COUNT] = [
        Self::Time,
        Self::Clock,
        Self::Amount,
        Self::In,
        Self::Out,
        Self::Balance,
        Self::Currency,
        Self::Flow,
        Self::FlowFallback,
        Self::Status,
        Self::RefundedAmount,
        Self::Counterparty,
        Self::CounterpartyAccount,
        Self::CounterpartyWithAccount,
        Self::Description,
        Self::Remark,
        Self::Type,
        Self::Method,
        Self::Reference,
        Self::MerchantReference,
        Self::Payer,
        Self::PayerAccount,
        Self::Payee,
        Self::PayeeAccount,
        Self::AmountMore,
    ];

    pub const fn index(self) -> usize {
        self as usize
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LayoutFile {
    kind: StatementKind,
    version: u32,
    title: String,
    /// Of the rows, where the document does not say.
    currency: Option<String>,
    identify: Vec<IdentifyFile>,
    #[serde(default)]
    fields: BTreeMap<FieldName, FieldFile>,
    #[serde(default)]
    totals: TotalsFile,
    #[serde(default)]
    page_totals: TotalsFile,
    #[serde(default)]
    table: TableFile,
    #[serde(default)]
    sections: Vec<SectionFile>,
    #[serde(default)]
    columns: BTreeMap<Role, ColumnFile>,
    #[serde(default)]
    facts: BTreeMap<String, FactFile>,
    records: Option<RecordsFile>,
    #[serde(default)]
    equations: Vec<EquationFile>,
    list: Option<ListFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListFile {
    time: Vec<String>,
    month: Option<String>,
    in_sum: Option<String>,
    out_sum: Option<String>,
    texts: Vec<Role>,
    #[serde(default)]
    marked: BTreeMap<Role, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SectionFile {
    line: String,
    flow: Option<Flow>,
    currency: Option<String>,
    /// A table of its own follows, with its names: nothing between the line and the names is a row.
    #[serde(default)]
    heads_table: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FactFile {
    after: Option<OneOrMany>,
    pattern: Option<OneOrMany>,
    #[serde(rename = "as", default)]
    value: FactKind,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordsFile {
    /// A table of one row states facts rather than a record.
    #[serde(default)]
    one_row_is_facts: bool,
    /// A pattern of the first text of the row that adds the others up.
    totals: Option<String>,
    /// What the line above a table, or its sheet's name, says of all its rows.
    lead: Option<LeadFile>,
    /// A pattern of the line that begins a record, where each is a block of labels and values; its named groups are
    /// columns.
    block: Option<String>,
    columns: BTreeMap<String, RecordColumnFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordColumnFile {
    header: OneOrMany,
    #[serde(default)]
    optional: bool,
    #[serde(rename = "as", default)]
    value: FactKind,
    /// A month's column that holds the year alone: the column of its month.
    month_in: Option<String>,
    /// A blank cell is merged with the one above it.
    #[serde(default)]
    carries_down: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct EquationFile {
    total: String,
    #[serde(default)]
    plus: Vec<String>,
    #[serde(default)]
    minus: Vec<String>,
    /// The total is a fact, the terms are summed over the records.
    #[serde(default)]
    over_records: bool,
    /// Columns that the layout does not name may hold further terms.
    #[serde(default)]
    open: bool,
    /// Factors, in place of `plus` and `minus`.
    #[serde(default)]
    times: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LeadFile {
    name: String,
    pattern: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentifyFile {
    #[serde(default)]
    text: Option<OneOrMany>,
    producer: Option<String>,
    /// The names of the columns are enough. For exports without a title.
    #[serde(default)]
    columns: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldFile {
    after: Option<OneOrMany>,
    pattern: Option<OneOrMany>,
    /// A balance that is printed as what is owed, so that positive is below zero.
    #[serde(default)]
    owed: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct TotalsFile {
    rows: Option<FieldFile>,
    in_rows: Option<FieldFile>,
    in_sum: Option<FieldFile>,
    out_rows: Option<FieldFile>,
    out_sum: Option<FieldFile>,
    /// Patterns with two groups, the count and the sum.
    #[serde(rename = "in")]
    inflow: Option<String>,
    out: Option<String>,
    neutral: Option<String>,
    /// A row of the table, told by its first cell, with the sums in the columns `in` and `out`.
    row: Option<String>,
    /// Patterns of lines outside the table that sum up one currency's rows, in named groups.
    lines: Vec<String>,
    /// How the issuer adds up, most usual first; each is tried.
    sums: Option<Vec<SumRule>>,
}

/// Which rows an issuer's printed sums and counts are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SumRule {
    /// Every row of the direction.
    All,
    /// Closed and failed rows are counted but not summed.
    CountedOnly,
    /// Each row less what the row itself says came back.
    NetOfRefunds,
    /// Only rows that are refunds.
    RefundsOnly,
    /// Rows whose type is a repayment (还款) are counted but not summed.
    WithoutRepayments,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct TableFile {
    ends_before: Vec<String>,
    skip: Vec<String>,
    wraps: Option<Wraps>,
    header_also: Vec<String>,
    /// Text much larger than the table's own is not the table's.
    watermark: bool,
}

/// Where the lines of a cell that takes several stand against the row's other cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wraps {
    #[default]
    Centred,
    Top,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnFile {
    header: OneOrMany,
    #[serde(default)]
    optional: bool,
    /// The amount carries its own sign: `true`, `"inverted"` where spending is positive, `"by_repayment"` where the
    /// repayments tell which.
    #[serde(default)]
    signed: SignFile,
    /// Parts of an amount cell: groups `amount`, `currency`, `flow`, `refunded`, `refunded_all`.
    pattern: Option<String>,
    /// How a date is written that is not year, month, day.
    #[serde(default)]
    form: DateForm,
    /// Texts that mean an empty cell, beside `/`, dashes and `（空）`.
    #[serde(default)]
    empty: Vec<String>,
    #[serde(default)]
    words: BTreeMap<String, WordFile>,
    split: Option<Split>,
    /// A number of so many digits: a workbook that keeps it as a number has lost its leading zeros.
    digits: Option<usize>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum SignFile {
    Plain(bool),
    Named(String),
}

impl Default for SignFile {
    fn default() -> Self {
        Self::Plain(false)
    }
}

/// What the sign of a printed amount means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sign {
    /// Amounts are unsigned; something else tells the direction.
    #[default]
    None,
    /// `-` is money out.
    Account,
    /// `-` is money in: a card bill's spending is positive.
    Inverted,
    /// `-` is money out, or in: on a card's list the rows that are repayments and refunds tell.
    ByRepayment,
    /// Amounts are unsigned and nothing but the balances tells the direction.
    FromBalance,
}

/// The order of a date's parts. Where the year is missing it is the bill's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateForm {
    #[default]
    YearFirst,
    /// `03/05`, `0305`
    MonthDay,
    /// `240305`, `24/03/05`
    ShortYear,
    /// `05/03/2024`, `05-03-24`
    DayFirst,
    /// `03/05/2024`
    MonthFirst,
}

/// How a cell with a name and an account is parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// `某某 6222000000000000`, with or without the blank.
    NameThenAccount,
    /// `6222****0000/某某`
    AccountSlashName,
}

/// `in`, or by direction: `{ out = "refunded", neutral = "closed" }`.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum WordFile {
    Always(String),
    ByFlow(BTreeMap<Flow, Status>),
}

/// A fact of the heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldName {
    Holder,
    IdNumber,
    Account,
    Currency,
    Period,
    Issued,
    /// The day a bill is made up to; tells the year of dates that have none.
    StatementDate,
    OpeningBalance,
    ClosingBalance,
}

/// How the text of a fact is written down in the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    #[default]
    Text,
    Amount,
    /// A whole number of fen: `12900` is 129.00.
    Fen,
    Date,
    Month,
    /// A share: `12%` is 0.12.
    Rate,
    /// An amount in Chinese capitals: `壹仟贰佰元整` is 1200.00.
    CapitalAmount,
}

impl FactKind {
    /// An amount in figures.
    #[must_use]
    pub const fn is_figure(self) -> bool {
        matches!(self, Self::Amount | Self::Fen)
    }

    #[must_use]
    pub const fn is_amount(self) -> bool {
        matches!(self, Self::Amount | Self::Fen | Self::CapitalAmount)
    }
}

/// Where a fact stands: after a label, or in the first group (for a period: the first two) of a pattern over the
/// line's text.
#[derive(Debug, Clone, Default)]
pub struct FieldSpec {
    pub after: Vec<String>,
    /// `after` names whole labels: among the many labels of a page of facts, one often ends or begins another.
    pub whole_label: bool,
    pub patterns: Vec<Pattern>,
    /// A balance is printed as what is owed.
    pub owed: bool,
}

#[derive(Debug, Clone, Default)]
pub struct TotalsSpec {
    pub rows: Option<FieldSpec>,
    pub in_rows: Option<FieldSpec>,
    pub in_sum: Option<FieldSpec>,
    pub out_rows: Option<FieldSpec>,
    pub out_sum: Option<FieldSpec>,
    pub inflow: Option<Pattern>,
    pub out: Option<Pattern>,
    pub neutral: Option<Pattern>,
    pub row: Option<Pattern>,
    pub lines: Vec<Pattern>,
    pub sums: Vec<SumRule>,
}

/// A line between the rows that says something of all the rows after it.
#[derive(Debug, Clone)]
pub struct Section {
    pub line: Pattern,
    pub flow: Option<Flow>,
    pub currency: Option<&'static str>,
    pub heads_table: bool,
}

/// A fact of a document that is no list of movements.
#[derive(Debug, Clone)]
pub struct Fact {
    pub name: String,
    pub spec: FieldSpec,
    pub value: FactKind,
}

/// A table of facts, in most documents one row a month.
#[derive(Debug, Clone)]
pub struct Records {
    pub one_row_is_facts: bool,
    /// The first text, squashed, of the row that adds the others up: each of its amounts is the fact `<name>_total`.
    pub totals: Option<Pattern>,
    /// A field of each record, in the first group of a pattern over the line above the table or the sheet's name.
    pub lead: Option<(String, Pattern)>,
    /// The line that begins a record, where there is no table and each record is a block of labels and values.
    pub block: Option<Pattern>,
    /// In the order of their names.
    pub columns: Vec<RecordColumn>,
}

impl RecordColumn {
    /// Its text in a row: `2019` and `1` of a year's and a month's column are `2019-1`.
    #[must_use]
    pub fn text<'a>(&self, cell: impl Fn(Role) -> &'a str) -> String {
        let own = trim(cell(self.slot));
        match self.month_slot.map(|slot| trim(cell(slot))) {
            Some(month) if !own.is_empty() && !month.is_empty() => format!("{own}-{month}"),
            _ => own.to_owned(),
        }
    }

    /// Whether its cell says a month, or the year of one whose month stands beside it.
    #[must_use]
    pub fn looks_like_month(&self, text: &str) -> bool {
        let text = trim(without_mark(text));
        let is_year = text.len() == 4 && text.parse::<u16>().is_ok_and(|year| (1990..2100).contains(&year));
        crate::values::read_month(text).is_some()
            || self.month_slot.is_some() && is_year
            || self.year_in_heading && bare_month(text).is_some()
    }
}

/// `1月`, `01`.
#[must_use]
pub fn bare_month(text: &str) -> Option<u8> {
    let digits = trim(text.strip_suffix('月').unwrap_or(text));
    (digits.len() <= 2).then(|| digits.parse::<u8>().ok())?.filter(|month| (1..=12).contains(month))
}

/// `*2019-01`: the mark of a month that was paid later.
#[must_use]
pub fn without_mark(text: &str) -> &str {
    trim(text).trim_start_matches(['*', '＊'])
}

#[derive(Debug, Clone)]
pub struct RecordColumn {
    pub name: String,
    pub value: FactKind,
    /// The place of its cell in a row.
    pub slot: Role,
    /// It holds a year; the place of the column with the month.
    pub month_slot: Option<Role>,
    /// A month may be printed without its year, which the heading's fact `year` says.
    pub year_in_heading: bool,
    /// A blank cell is merged with the one above it.
    pub carries_down: bool,
}

/// `total = sum of plus - sum of minus`, over amounts of the facts or of each record.
#[derive(Debug, Clone)]
pub struct FactEquation {
    pub total: String,
    pub plus: Vec<String>,
    pub minus: Vec<String>,
    pub over_records: bool,
    /// Where a row also has amounts in columns that the layout does not name, they may be further terms: that it
    /// does not hold then says nothing.
    pub open: bool,
    /// `total` is the product of these, rounded as the issuer rounds.
    pub times: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Identify {
    /// Squashed; all must be there.
    pub texts: Vec<String>,
    pub producer: Option<String>,
    pub columns: bool,
}

#[derive(Debug, Clone)]
pub struct Column {
    pub role: Role,
    /// Squashed names, any of which heads the column.
    pub headers: Vec<String>,
    pub optional: bool,
    pub signed: Sign,
    /// Every figure is printed with its sign, `+` or `-`: on a picture one without has lost it.
    pub always_signed: bool,
    pub pattern: Option<Pattern>,
    pub form: DateForm,
    pub empty: Vec<String>,
    pub flow_words: Vec<(String, Flow)>,
    pub status_words: Vec<StatusWord>,
    pub split: Option<Split>,
    /// Fewer digits are filled up with zeros.
    pub digits: Option<usize>,
}

impl Column {
    /// A name of a column, and which of the columns of that name it is: `基数#2` heads the second `基数`.
    #[must_use]
    pub fn name_and_place(header: &str) -> (&str, Option<usize>) {
        match header.rsplit_once('#') {
            Some((name, place)) => match place.parse::<usize>() {
                Ok(place) if place > 0 => (name, Some(place)),
                _ => (header, None),
            },
            None => (header, None),
        }
    }

    /// Whether another column is headed by the same name.
    #[must_use]
    pub fn shares_name(&self, other: &Self) -> bool {
        self.headers.iter().any(|header| other.headers.contains(header))
    }

    /// A column that is only told by its name.
    #[must_use]
    pub const fn plain(role: Role, headers: Vec<String>) -> Self {
        Self {
            role,
            headers,
            optional: false,
            signed: Sign::None,
            always_signed: false,
            pattern: None,
            form: DateForm::YearFirst,
            empty: Vec::new(),
            flow_words: Vec::new(),
            status_words: Vec::new(),
            split: None,
            digits: None,
        }
    }
}

#[derive(Debug, Clone)]
pub struct StatusWord {
    /// Without its trailing `*`.
    pub word: String,
    pub is_prefix: bool,
    pub by_flow: [Status; 3],
}

impl StatusWord {
    #[must_use]
    pub const fn status(&self, flow: Flow) -> Status {
        let [inflow, out, neutral] = self.by_flow;
        match flow {
            Flow::In => inflow,
            Flow::Out => out,
            Flow::Neutral => neutral,
        }
    }
}

/// The files a layout is printed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// Delimited text or a workbook; people re-save one as the other.
    Grid,
    Pages,
}

/// A layout file, checked.
#[derive(Debug, Clone)]
pub struct Layout {
    pub id: String,
    pub issuer: String,
    pub version: u32,
    pub title: String,
    pub kind: StatementKind,
    /// Of the rows, where the document does not say.
    pub currency: Option<&'static str>,
    pub medium: Medium,
    pub identify: Vec<Identify>,
    pub fields: BTreeMap<FieldName, FieldSpec>,
    pub totals: TotalsSpec,
    pub page_totals: TotalsSpec,
    /// Squashed beginnings of the lines that end the table.
    pub ends_before: Vec<String>,
    pub skip: Vec<Pattern>,
    pub wraps: Wraps,
    /// Squashed words of a heading's second line.
    pub header_also: Vec<String>,
    pub watermark: bool,
    /// What stands below a page's last row is its footing, whatever it says.
    pub open_footing: bool,
    pub sections: Vec<Section>,
    /// In the order of their roles; for a document of records, of their slots.
    pub columns: Vec<Column>,
    pub facts: Vec<Fact>,
    pub records: Option<Records>,
    pub equations: Vec<FactEquation>,
    /// How an app's list is told apart into its items; `columns` say what the parts of an item mean.
    pub list: Option<List>,
}

/// A list of items on the screenshots of an app.
#[derive(Debug, Clone)]
pub struct List {
    /// Of an item's time; groups `year` (where it is printed), `month`, `day`, `clock`.
    pub time: Vec<Pattern>,
    /// Of the line that begins a month; groups `year`, `month`.
    pub month: Option<Pattern>,
    /// Of that line or the next: what came in and went out in it, in the first group.
    pub in_sum: Option<Pattern>,
    pub out_sum: Option<Pattern>,
    /// What the item's other texts are, from top to bottom.
    pub texts: Vec<Role>,
    /// Texts of an item that say what they are; the first group, where there is one, is the value.
    pub marked: Vec<(Role, Pattern)>,
}

impl Layout {
    #[must_use]
    pub fn column(&self, role: Role) -> Option<&Column> {
        self.columns.iter().find(|c| c.role == role)
    }

    /// Whether a line inside the table is noise. A line with a day and an amount is a row, whatever a pattern says,
    /// unless it carries a balance over a page.
    #[must_use]
    pub fn skips(&self, line: &TextLine, joined: &str) -> bool {
        let carries = || line.pieces.first().is_some_and(|first| is_summary(&first.text));
        self.skip.iter().any(|pattern| pattern.is_match(joined)) && (carries() || !line.is_movement())
    }

    /// Whether a line gives a printed total by its label: `收入合计：1,985.06`. Such a line is no row, wherever it stands.
    #[must_use]
    pub fn is_total(&self, line: &TextLine) -> bool {
        let Some(first) = line.pieces.first().filter(|piece| piece.text.contains([':', '：'])) else { return false };
        let first = squash(&first.text);
        let totals = &self.totals;
        let specs = [&totals.rows, &totals.in_rows, &totals.in_sum, &totals.out_rows, &totals.out_sum];
        let labels = specs.into_iter().flatten().flat_map(|spec| &spec.after);
        let is_label = |label: &String| first.strip_prefix(&*squash(label)).is_some_and(|rest| rest.starts_with(':'));
        labels.into_iter().any(is_label) && !line.is_movement()
    }

    /// The section that a line opens.
    #[must_use]
    pub fn section_of(&self, line: &str) -> Option<&Section> {
        if self.sections.is_empty() {
            return None;
        }
        let squashed = squash(line);
        self.sections.iter().find(|section| section.line.is_match(&squashed))
    }

    /// The same layout for a part of a document: what the whole says about itself does not count.
    #[must_use]
    pub fn without_totals(&self) -> Self {
        let mut part = self.clone();
        part.totals = TotalsSpec { sums: part.totals.sums, ..TotalsSpec::default() };
        part.fields.retain(|name, _| !matches!(name, FieldName::OpeningBalance | FieldName::ClosingBalance));
        part
    }

    /// Whether dates need to be counted back from a day that the heading says.
    #[must_use]
    pub fn needs_reference(&self) -> bool {
        self.columns.iter().any(|c| c.form == DateForm::MonthDay)
    }
}

/// Why a layout file is refused.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    #[error("{path}: not `<issuer>/<kind>.<pdf|image|csv|xls|xlsx|json>.toml`")]
    Name { path: String },
    #[error("{path}: {source}")]
    Toml {
        path: String,
        #[source]
        source: Box<toml::de::Error>,
    },
    #[error("{path}: pattern {pattern:?} of {place}: {detail}")]
    Pattern { path: String, place: &'static str, pattern: String, detail: String },
    #[error("{path}: {detail}")]
    Contradiction { path: String, detail: String },
}

impl Layout {
    /// Reads and checks one layout file. `path` is relative to this folder: `cmb/deposit.pdf.toml`.
    ///
    /// # Errors
    /// [`LayoutError`] names the file and what is wrong with it.
    pub fn load(path: &str, text: &str) -> Result<Self, LayoutError> {
        let bad_name = || LayoutError::Name { path: path.to_owned() };
        let (issuer, file_name) = path.split_once('/').ok_or_else(bad_name)?;
        let stem = file_name.strip_suffix(".toml").ok_or_else(bad_name)?;
        let (_, file_type) = stem.rsplit_once('.').ok_or_else(bad_name)?;
        let medium = match file_type {
            // An image's file is for what only screens show; a picture of a paper is read as the paper.
            "pdf" | "image" => Medium::Pages,
            "csv" | "xls" | "xlsx" | "json" => Medium::Grid,
            _ => return Err(bad_name()),
        };
        let file: LayoutFile = toml::from_str(text)
            .map_err(|source| LayoutError::Toml { path: path.to_owned(), source: Box::new(source) })?;
        let check = Checker { path };
        let fields = file
            .fields
            .into_iter()
            .map(|(name, field)| Ok((name, check.field(field)?)))
            .collect::<Result<BTreeMap<_, _>, LayoutError>>()?;
        let mut columns =
            file.columns.into_iter().map(|(role, column)| check.column(role, column)).collect::<Result<Vec<_>, _>>()?;
        let records = file.records.map(|records| check.records(records, &file.facts, &mut columns)).transpose()?;
        let layout = Self {
            id: format!("{issuer}.{stem}"),
            issuer: issuer.to_owned(),
            version: file.version,
            title: file.title,
            kind: file.kind,
            currency: check.currency(file.currency)?,
            medium,
            identify: file
                .identify
                .into_iter()
                .map(|i| Identify {
                    texts: i
                        .text
                        .map(OneOrMany::into_vec)
                        .unwrap_or_default()
                        .iter()
                        .map(|t| squash(t).into_owned())
                        .collect(),
                    producer: i.producer,
                    columns: i.columns,
                })
                .collect(),
            fields,
            totals: check.totals(file.totals)?,
            page_totals: check.totals(file.page_totals)?,
            ends_before: file.table.ends_before.iter().map(|t| squash(t).into_owned()).collect(),
            skip: file.table.skip.iter().map(|p| check.pattern("table.skip", p)).collect::<Result<_, _>>()?,
            wraps: file.table.wraps.unwrap_or_default(),
            header_also: file.table.header_also.iter().map(|t| squash(t).into_owned()).collect(),
            watermark: file.table.watermark,
            open_footing: false,
            sections: file.sections.into_iter().map(|section| check.section(section)).collect::<Result<_, _>>()?,
            columns,
            facts: file.facts.into_iter().map(|(name, fact)| check.fact(name, fact)).collect::<Result<_, _>>()?,
            records,
            equations: file
                .equations
                .into_iter()
                .map(|e| FactEquation {
                    total: e.total,
                    plus: e.plus,
                    minus: e.minus,
                    over_records: e.over_records,
                    open: e.open,
                    times: e.times,
                })
                .collect(),
            list: file.list.map(|list| check.list(list)).transpose()?,
        };
        check.whole(&layout)?;
        Ok(layout)
    }
}

/// What a line of totals can say.
const SUMMARY_GROUPS: [&str; 9] =
    ["currency", "opening", "opening_owed", "closing", "closing_owed", "in", "out", "unlisted_owed", "rows"];

struct Checker<'a> {
    path: &'a str,
}

impl Checker<'_> {
    fn wrong(&self, detail: impl Into<String>) -> LayoutError {
        LayoutError::Contradiction { path: self.path.to_owned(), detail: detail.into() }
    }

    fn pattern(&self, place: &'static str, pattern: &str) -> Result<Pattern, LayoutError> {
        Pattern::new(pattern).map_err(|detail| LayoutError::Pattern {
            path: self.path.to_owned(),
            place,
            pattern: pattern.to_owned(),
            detail,
        })
    }

    fn field(&self, field: FieldFile) -> Result<FieldSpec, LayoutError> {
        let after = field.after.map(OneOrMany::into_vec).unwrap_or_default();
        let patterns = field.pattern.map(OneOrMany::into_vec).unwrap_or_default();
        if after.is_empty() && patterns.is_empty() {
            return Err(self.wrong("a field needs `after` or `pattern`"));
        }
        let patterns = patterns.iter().map(|p| self.pattern("a field", p)).collect::<Result<Vec<_>, _>>()?;
        if patterns.iter().any(|p| p.groups_len() < 1) {
            return Err(self.wrong("a field's pattern needs a group"));
        }
        Ok(FieldSpec { after, whole_label: false, patterns, owed: field.owed })
    }

    fn list(&self, file: ListFile) -> Result<List, LayoutError> {
        let one = |pattern: &String| self.pattern("list", pattern);
        if file.time.is_empty() || file.texts.is_empty() {
            return Err(self.wrong("a list needs `time` and `texts`"));
        }
        Ok(List {
            time: file.time.iter().map(one).collect::<Result<_, _>>()?,
            month: file.month.as_ref().map(one).transpose()?,
            in_sum: file.in_sum.as_ref().map(one).transpose()?,
            out_sum: file.out_sum.as_ref().map(one).transpose()?,
            texts: file.texts,
            marked: file.marked.iter().map(|(role, p)| Ok((*role, one(p)?))).collect::<Result<_, LayoutError>>()?,
        })
    }

    fn currency(&self, word: Option<String>) -> Result<Option<&'static str>, LayoutError> {
        let read = |word: String| {
            crate::values::read_currency(&word).ok_or_else(|| self.wrong(format!("{word:?} is no currency")))
        };
        word.map(read).transpose()
    }

    fn section(&self, file: SectionFile) -> Result<Section, LayoutError> {
        let currency = self.currency(file.currency)?;
        Ok(Section {
            line: self.pattern("sections.line", &file.line)?,
            flow: file.flow,
            currency,
            heads_table: file.heads_table,
        })
    }

    fn fact(&self, name: String, file: FactFile) -> Result<Fact, LayoutError> {
        let spec = FieldSpec {
            whole_label: true,
            ..self.field(FieldFile { after: file.after, pattern: file.pattern, owed: false })?
        };
        Ok(Fact { name, spec, value: file.value })
    }

    /// A record's columns take the places of a row: the first month or date that of the date (it marks the row), the
    /// first amount that of the amount, the others what is left.
    fn records(
        &self,
        file: RecordsFile,
        facts: &BTreeMap<String, FactFile>,
        columns: &mut Vec<Column>,
    ) -> Result<Records, LayoutError> {
        if !columns.is_empty() {
            return Err(self.wrong("a document lists movements or records, not both"));
        }
        let mut free = Role::ALL.iter().rev().copied().filter(|r| !matches!(r, Role::Time | Role::Amount));
        let (mut time, mut amount) = (Some(Role::Time), Some(Role::Amount));
        let totals = file.totals.map(|p| self.pattern("records.totals", &p)).transpose()?;
        let lead = match file.lead {
            Some(lead) => Some((lead.name, self.pattern("records.lead", &lead.pattern)?)),
            None => None,
        };
        if lead.as_ref().is_some_and(|(_, pattern)| pattern.groups_len() < 1) {
            return Err(self.wrong("the pattern of a lead needs a group"));
        }
        let block = file.block.map(|p| self.pattern("records.block", &p)).transpose()?;
        let unknown = block.iter().flat_map(Pattern::group_names).find(|name| !file.columns.contains_key(*name));
        if let Some(name) = unknown {
            return Err(self.wrong(format!("a group of the block is no column: {name}")));
        }
        let mut records = Records { one_row_is_facts: file.one_row_is_facts, totals, lead, block, columns: Vec::new() };
        let mut months = Vec::new();
        for (name, column) in file.columns {
            let slot = match column.value {
                FactKind::Date | FactKind::Month if !column.optional && time.is_some() => time.take(),
                FactKind::Amount | FactKind::Fen if !column.optional && amount.is_some() => amount.take(),
                _ => free.next(),
            };
            let slot = slot.ok_or_else(|| self.wrong("a record has too many columns"))?;
            let headers: Vec<String> =
                column.header.into_vec().iter().map(|h| squash(h).into_owned()).filter(|h| !h.is_empty()).collect();
            if headers.is_empty() {
                return Err(self.wrong(format!("the record's column {name} has no name")));
            }
            columns.push(Column { optional: column.optional, ..Column::plain(slot, headers) });
            if let Some(header) = column.month_in {
                let month_slot = free.next().ok_or_else(|| self.wrong("a record has too many columns"))?;
                months.push(Column::plain(month_slot, vec![squash(&header).into_owned()]));
                records.columns.push(RecordColumn {
                    name,
                    value: column.value,
                    slot,
                    month_slot: Some(month_slot),
                    year_in_heading: false,
                    carries_down: column.carries_down,
                });
                continue;
            }
            let year_in_heading = column.value == FactKind::Month && facts.contains_key("year");
            records.columns.push(RecordColumn {
                name,
                value: column.value,
                slot,
                month_slot: None,
                year_in_heading,
                carries_down: column.carries_down,
            });
        }
        columns.append(&mut months);
        columns.sort_by_key(|c| c.role);
        Ok(records)
    }

    fn totals(&self, totals: TotalsFile) -> Result<TotalsSpec, LayoutError> {
        let field = |f: Option<FieldFile>| f.map(|f| self.field(f)).transpose();
        let pair = |place, pattern: Option<String>| -> Result<Option<Pattern>, LayoutError> {
            let Some(pattern) = pattern else { return Ok(None) };
            let compiled = self.pattern(place, &pattern)?;
            if compiled.groups_len() != 2 {
                return Err(self.wrong(format!("{place} needs two groups, the count and the sum")));
            }
            Ok(Some(compiled))
        };
        Ok(TotalsSpec {
            rows: field(totals.rows)?,
            in_rows: field(totals.in_rows)?,
            in_sum: field(totals.in_sum)?,
            out_rows: field(totals.out_rows)?,
            out_sum: field(totals.out_sum)?,
            inflow: pair("totals.in", totals.inflow)?,
            out: pair("totals.out", totals.out)?,
            neutral: pair("totals.neutral", totals.neutral)?,
            row: totals.row.map(|p| self.pattern("totals.row", &p)).transpose()?,
            lines: totals.lines.iter().map(|p| self.summary_line(p)).collect::<Result<_, _>>()?,
            sums: totals.sums.unwrap_or_else(|| vec![SumRule::All]),
        })
    }

    fn summary_line(&self, pattern: &str) -> Result<Pattern, LayoutError> {
        let compiled = self.pattern("totals.lines", pattern)?;
        if let Some(name) = compiled.group_names().find(|name| !SUMMARY_GROUPS.contains(name)) {
            return Err(self.wrong(format!("a line of totals knows no group {name:?}")));
        }
        if compiled.group_names().all(|name| name == "currency") {
            return Err(self.wrong("a line of totals needs groups"));
        }
        Ok(compiled)
    }

    fn column(&self, role: Role, file: ColumnFile) -> Result<Column, LayoutError> {
        let headers: Vec<String> = file.header.into_vec().iter().map(|h| squash(h).into_owned()).collect();
        if headers.iter().any(String::is_empty) || headers.is_empty() {
            return Err(self.wrong(format!("column {role:?} has no name")));
        }
        let mut flow_words = Vec::new();
        let mut status_words = Vec::new();
        for (word, meaning) in file.words {
            match (role, meaning) {
                (Role::Flow | Role::FlowFallback | Role::Amount, WordFile::Always(flow)) => {
                    flow_words.push((word, self.flow(&flow)?));
                }
                (Role::Status, WordFile::Always(status)) => {
                    let status = self.status(&status)?;
                    status_words.push(status_word(&word, [status; 3]));
                }
                (Role::Status, WordFile::ByFlow(by_flow)) => {
                    let of = |flow| by_flow.get(&flow).copied().unwrap_or(Status::Settled);
                    status_words.push(status_word(&word, [of(Flow::In), of(Flow::Out), of(Flow::Neutral)]));
                }
                _ => return Err(self.wrong(format!("column {role:?} takes no such words"))),
            }
        }
        // The longest prefix is the most particular.
        status_words.sort_by_key(|w| (w.is_prefix, std::cmp::Reverse(w.word.len())));
        if (role == Role::CounterpartyWithAccount) != file.split.is_some() {
            return Err(self.wrong("`split` belongs to counterparty_with_account, which needs it"));
        }
        let signed = match &file.signed {
            SignFile::Plain(false) => Sign::None,
            SignFile::Plain(true) => Sign::Account,
            SignFile::Named(word) if word == "inverted" => Sign::Inverted,
            SignFile::Named(word) if word == "by_repayment" => Sign::ByRepayment,
            SignFile::Named(word) => {
                return Err(self.wrong(format!("{word:?} is no sign: true, \"inverted\", \"by_repayment\"")));
            }
        };
        let pattern = file.pattern.as_ref().map(|p| self.pattern("an amount", p)).transpose()?;
        if pattern.as_ref().is_some_and(|p| p.group_names().all(|name| name != "amount")) {
            return Err(self.wrong("an amount's pattern needs a group `amount`"));
        }
        // The longest word is the most particular.
        flow_words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        Ok(Column {
            always_signed: false,
            role,
            headers,
            optional: file.optional,
            signed,
            pattern,
            form: file.form,
            empty: file.empty,
            flow_words,
            status_words,
            split: file.split,
            digits: file.digits,
        })
    }

    fn flow(&self, word: &str) -> Result<Flow, LayoutError> {
        match word {
            "in" => Ok(Flow::In),
            "out" => Ok(Flow::Out),
            "neutral" => Ok(Flow::Neutral),
            _ => Err(self.wrong(format!("{word:?} is no direction: in, out, neutral"))),
        }
    }

    fn status(&self, word: &str) -> Result<Status, LayoutError> {
        Ok(match word {
            "settled" => Status::Settled,
            "refunded" => Status::Refunded,
            "partly_refunded" => Status::PartlyRefunded,
            "closed" => Status::Closed,
            "pending" => Status::Pending,
            "failed" => Status::Failed,
            _ => return Err(self.wrong(format!("{word:?} is no status"))),
        })
    }

    fn whole(&self, layout: &Layout) -> Result<(), LayoutError> {
        let has = |role| layout.column(role).is_some();
        if layout.identify.is_empty()
            || layout.identify.iter().any(|i| i.texts.is_empty() && i.producer.is_none() && !i.columns)
        {
            return Err(self.wrong("an `identify` block says nothing"));
        }
        if layout.records.is_some() || layout.columns.is_empty() && !layout.facts.is_empty() {
            return Ok(());
        }
        if !has(Role::Time) {
            return Err(self.wrong("there is no column `time`"));
        }
        let pair = has(Role::In) && has(Role::Out);
        let amount = layout.column(Role::Amount);
        let ways = [
            pair,
            amount.is_some_and(|c| c.signed != Sign::None),
            has(Role::Flow),
            layout.sections.iter().any(|s| s.flow.is_some()),
            amount.is_some_and(|c| !c.flow_words.is_empty()),
        ];
        if pair == amount.is_some() || ways.iter().filter(|way| **way).count() != 1 {
            return Err(self.wrong(
                "the direction must come from one of: `in` and `out`, a `signed` amount, `flow`, sections, the amount's words",
            ));
        }
        if layout
            .columns
            .iter()
            .any(|c| c.optional && matches!(c.role, Role::Time | Role::Amount | Role::In | Role::Out | Role::Flow))
        {
            return Err(self.wrong("the date, the amount and its direction cannot be optional"));
        }
        if has(Role::AmountMore) && !has(Role::Amount) {
            return Err(self.wrong("`amount_more` is added to `amount`"));
        }
        if layout.column(Role::Flow).is_some_and(|c| c.flow_words.is_empty()) {
            return Err(self.wrong("`flow` needs its words"));
        }
        Ok(())
    }
}

fn status_word(word: &str, by_flow: [Status; 3]) -> StatusWord {
    let prefix = word.strip_suffix('*');
    StatusWord { word: prefix.unwrap_or(word).to_owned(), is_prefix: prefix.is_some(), by_flow }
}

/// The layout files: embedded in release builds, read from disk in debug builds, so that a new one needs no compile.
#[derive(Embed)]
#[folder = "."]
#[include = "*/*.toml"]
struct Files;

/// Every layout, in the order of their ids, and what was refused (a test holds that to nothing).
#[derive(Debug)]
pub struct Library {
    pub layouts: Vec<Layout>,
    pub faults: Vec<LayoutError>,
}

/// The layouts of this build, loaded once.
pub fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let mut library = Library { layouts: Vec::new(), faults: Vec::new() };
        let is_layout = |path: &&str| path.ends_with(".toml") && path.matches('/').count() == 1;
        let paths: Vec<_> = Files::iter().collect();
        for path in paths.iter().map(AsRef::as_ref).filter(is_layout) {
            let Some(file) = Files::get(path) else { continue };
            match Layout::load(path, &String::from_utf8_lossy(&file.data)) {
                Ok(layout) => library.layouts.push(layout),
                Err(fault) => library.faults.push(fault),
            }
        }
        library.layouts.sort_by(|a, b| a.id.cmp(&b.id));
        library
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_file_is_sound() {
        let library = library();
        assert!(library.faults.is_empty(), "{:#?}", library.faults);
        assert!(library.layouts.len() >= 10);
    }

    #[test]
    fn a_layout_that_leaves_the_direction_open_is_refused() {
        let text = r#"
            kind = "deposit_account"
            version = 1
            title = "示例"
            [[identify]]
            text = "示例"
            [columns]
            time = { header = "日期" }
            amount = { header = "金额" }
        "#;
        let refused = Layout::load("example/deposit.csv.toml", text).unwrap_err().to_string();
        assert!(refused.contains("direction"), "{refused}");
        assert!(Layout::load("example/deposit.csv.toml", &text.replace("\"金额\"", "\"金额\", signed = true")).is_ok());
    }
}
