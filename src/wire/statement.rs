//! One statement as the contract prints it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::Sourced;
use model::dates::Period;
use model::ledger::RowRef;
use model::proof::{Broken, Equation, Proof, Repair};
use model::sensitive::mask_id;
use model::statement::{DeclaredTotals, Field, Holder, SectionTotals, Statement, Transaction};
use serde::Serialize;
use utoipa::ToSchema;

use super::Categories;
use super::mask::{self, Masker};
use super::source::SourceOut;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StatementOut<'a> {
    pub kind: &'static str,
    pub issuer: &'a str,
    /// The first and the last page it stands on, from 1; not there for what has no pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<[u32; 2]>,
    pub holder: HolderOut<'a>,
    pub account: Option<AccountOut>,
    /// ISO 4217.
    pub currency: Option<&'a str>,
    pub period: Option<PeriodOut>,
    /// When the issuer made the document.
    pub issued: Option<String>,
    pub opening_balance: Option<String>,
    pub closing_balance: Option<String>,
    pub declared_totals: TotalsOut,
    /// Totals printed for a part of the rows, in practice for a page.
    pub sections: Vec<SectionOut>,
    pub transactions: Vec<TransactionOut<'a>>,
    pub fields: BTreeMap<&'a str, FieldOut<'a>>,
    pub records: Vec<BTreeMap<&'a str, FieldOut<'a>>>,
    pub proof: ProofOut<'a>,
    /// Where the figures above stand that are no transaction's: by key, `declared_totals.in_sum`.
    pub sources: BTreeMap<&'static str, SourceOut<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HolderOut<'a> {
    pub name: Option<&'a str>,
    /// First and last character.
    pub id_masked: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountOut {
    pub masked: String,
    /// The last four digits, where the document shows them.
    pub tail: Option<String>,
}

/// Both days included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PeriodOut {
    pub from: String,
    pub to: String,
}

/// Only what the document prints; sums are unsigned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TotalsOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_rows: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_sum: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_rows: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_sum: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neutral_rows: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neutral_sum: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SectionOut {
    pub first_seq: u32,
    pub last_seq: u32,
    pub declared_totals: TotalsOut,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TransactionOut<'a> {
    pub seq: u32,
    pub time: Option<String>,
    /// Signed from the holder's side; unsigned when neutral.
    pub amount: String,
    pub flow: &'static str,
    /// After this row.
    pub balance: Option<String>,
    pub counterparty: Option<Cow<'a, str>>,
    pub counterparty_account: Option<String>,
    pub description: Option<Cow<'a, str>>,
    /// The payer's words (附言, 备注).
    pub remark: Option<Cow<'a, str>>,
    /// The issuer's own class of it (交易类型, 交易分类).
    #[serde(rename = "type")]
    pub printed_type: Option<&'a str>,
    pub method: Option<Cow<'a, str>>,
    pub status: &'static str,
    pub reference: Option<&'a str>,
    pub merchant_reference: Option<&'a str>,
    pub category: Option<&'static str>,
    pub source: SourceOut<'a>,
    pub amount_source: SourceOut<'a>,
    pub balance_source: Option<SourceOut<'a>>,
    pub confidence: f32,
    pub repaired: bool,
    /// Of a repaired row: what was read before, by the figure it was read for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original: Option<BTreeMap<&'a str, &'a str>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FieldOut<'a> {
    pub value: Cow<'a, str>,
    pub source: SourceOut<'a>,
    pub confidence: f32,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProofOut<'a> {
    pub status: &'static str,
    pub equations: u32,
    pub holding: u32,
    pub broken: Vec<BrokenOut<'a>>,
    /// `seq` of the rows whose amount lies in no equation that holds: nothing may rest on them.
    pub unchecked: &'a [u32],
    /// The figures that were set right so that the equations hold, each with its certificate.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub repairs: Vec<RepairOut<'a>>,
}

/// A figure read off a picture that was set right because nothing else satisfies the equations it stands in.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RepairOut<'a> {
    /// `amount`, `balance`, `time`, `opening_balance`, `declared_totals.in_sum`, ….
    pub figure: &'a str,
    /// The row it stands in, when it stands in one.
    pub seq: Option<u32>,
    /// As it was read.
    pub original: &'a str,
    pub value: &'a str,
    pub source: SourceOut<'a>,
    /// The equations that hold by it.
    pub equations: Vec<RepairEquationOut>,
    /// How much less likely the new text is than what was read, by the reader's own account, in nats.
    pub cost: f32,
    /// By how many nats the next best way to satisfy the equations is less likely; null when there is none.
    pub margin: Option<f32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RepairEquationOut {
    pub equation: &'static str,
    /// The row it is about, when it is about one row.
    pub seq: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BrokenOut<'a> {
    pub equation: &'static str,
    /// The row where it fails, when it is about one row.
    pub seq: Option<u32>,
    /// What the rows give.
    pub expected: &'a str,
    /// What is printed.
    pub found: &'a str,
    pub source: Option<SourceOut<'a>>,
}

impl<'a> StatementOut<'a> {
    /// `document` and `index` say which statement this is to `categories`.
    #[must_use]
    pub fn new(
        statement: &'a Statement,
        document: u32,
        index: u32,
        masker: &Masker<'_>,
        categories: &Categories<'_>,
    ) -> Self {
        let transactions = statement
            .transactions
            .iter()
            .map(|row| {
                let place = RowRef { document, statement: index, seq: row.seq };
                TransactionOut::new(row, categories(place, statement, row).map(|c| c.as_str()), masker)
            })
            .collect();
        let fields = |map: &'a BTreeMap<model::Text, Field>| -> BTreeMap<&'a str, FieldOut<'a>> {
            map.iter().map(|(name, field)| (name.as_str(), FieldOut::new(field, masker))).collect()
        };
        Self {
            kind: statement.kind.as_str(),
            issuer: &statement.issuer,
            pages: statement.pages.map(|pages| [pages.first, pages.last]),
            holder: HolderOut::from(&statement.holder),
            account: statement
                .account
                .as_ref()
                .map(|account| AccountOut { masked: mask::account(&account.value), tail: account.value.tail() }),
            currency: statement.currency.as_deref(),
            period: statement.period.as_ref().map(|period| PeriodOut::from(period.value)),
            issued: statement.issued.as_ref().map(|when| when.value.to_string()),
            opening_balance: printed(statement.opening_balance.as_ref()),
            closing_balance: printed(statement.closing_balance.as_ref()),
            declared_totals: TotalsOut::from(&statement.declared),
            sections: statement.sections.iter().map(SectionOut::from).collect(),
            transactions,
            fields: fields(&statement.fields),
            records: statement.records.iter().map(fields).collect(),
            proof: ProofOut::from(&statement.proof),
            sources: sources(statement),
        }
    }
}

fn printed<T: std::fmt::Display>(value: Option<&Sourced<T>>) -> Option<String> {
    value.map(|sourced| sourced.value.to_string())
}

fn sources(statement: &Statement) -> BTreeMap<&'static str, SourceOut<'_>> {
    fn place<T>(value: Option<&Sourced<T>>) -> Option<SourceOut<'_>> {
        value.map(|sourced| SourceOut::from(&sourced.source))
    }
    let declared = &statement.declared;
    [
        ("account", place(statement.account.as_ref())),
        ("closing_balance", place(statement.closing_balance.as_ref())),
        ("declared_totals.in_rows", place(declared.in_rows.as_ref())),
        ("declared_totals.in_sum", place(declared.in_sum.as_ref())),
        ("declared_totals.neutral_rows", place(declared.neutral_rows.as_ref())),
        ("declared_totals.neutral_sum", place(declared.neutral_sum.as_ref())),
        ("declared_totals.out_rows", place(declared.out_rows.as_ref())),
        ("declared_totals.out_sum", place(declared.out_sum.as_ref())),
        ("declared_totals.rows", place(declared.rows.as_ref())),
        ("holder.id_masked", place(statement.holder.id_number.as_ref())),
        ("holder.name", place(statement.holder.name.as_ref())),
        ("issued", place(statement.issued.as_ref())),
        ("opening_balance", place(statement.opening_balance.as_ref())),
        ("period", place(statement.period.as_ref())),
    ]
    .into_iter()
    .filter_map(|(key, source)| source.map(|source| (key, source)))
    .collect()
}

impl<'a> From<&'a Holder> for HolderOut<'a> {
    fn from(holder: &'a Holder) -> Self {
        Self {
            name: holder.name.as_ref().map(|name| name.value.reveal().as_str()),
            id_masked: holder.id_number.as_ref().map(|id| mask_id(id.value.reveal())),
        }
    }
}

impl From<Period> for PeriodOut {
    fn from(period: Period) -> Self {
        Self { from: period.from.to_string(), to: period.to.to_string() }
    }
}

impl From<&DeclaredTotals> for TotalsOut {
    fn from(totals: &DeclaredTotals) -> Self {
        let count = |value: &Option<Sourced<u32>>| value.as_ref().map(|sourced| sourced.value);
        Self {
            rows: count(&totals.rows),
            in_rows: count(&totals.in_rows),
            in_sum: printed(totals.in_sum.as_ref()),
            out_rows: count(&totals.out_rows),
            out_sum: printed(totals.out_sum.as_ref()),
            neutral_rows: count(&totals.neutral_rows),
            neutral_sum: printed(totals.neutral_sum.as_ref()),
        }
    }
}

impl From<&SectionTotals> for SectionOut {
    fn from(section: &SectionTotals) -> Self {
        Self {
            first_seq: section.first_seq,
            last_seq: section.last_seq,
            declared_totals: TotalsOut::from(&section.totals),
        }
    }
}

impl<'a> TransactionOut<'a> {
    #[must_use]
    pub fn new(row: &'a Transaction, category: Option<&'static str>, masker: &Masker<'_>) -> Self {
        let text = |value: &'a Option<model::Text>| value.as_ref().map(|text| masker.text(text));
        Self {
            seq: row.seq,
            time: row.time.map(|when| when.to_string()),
            amount: row.amount.to_string(),
            flow: row.flow.as_str(),
            balance: row.balance.map(|balance| balance.to_string()),
            counterparty: text(&row.counterparty),
            counterparty_account: row.counterparty_account.as_ref().map(mask::counterparty_account),
            description: text(&row.description),
            remark: text(&row.remark),
            printed_type: row.printed_type.as_deref(),
            method: text(&row.method),
            status: row.status.as_str(),
            reference: row.reference.as_deref(),
            merchant_reference: row.merchant_reference.as_deref(),
            category,
            source: SourceOut::from(&row.source),
            amount_source: SourceOut::from(&row.amount_source),
            balance_source: row.balance_source.as_ref().map(SourceOut::from),
            confidence: row.confidence,
            repaired: row.repaired.is_some(),
            original: row
                .repaired
                .as_deref()
                .map(|read| read.iter().map(|(figure, text)| (figure.as_str(), text.as_str())).collect()),
        }
    }
}

impl<'a> FieldOut<'a> {
    fn new(field: &'a Field, masker: &Masker<'_>) -> Self {
        Self { value: masker.text(&field.value), source: SourceOut::from(&field.source), confidence: field.confidence }
    }
}

impl<'a> From<&'a Proof> for ProofOut<'a> {
    fn from(proof: &'a Proof) -> Self {
        Self {
            status: proof.status.as_str(),
            equations: proof.equations,
            holding: proof.holding,
            broken: proof.broken.iter().map(BrokenOut::from).collect(),
            unchecked: &proof.unchecked,
            repairs: proof.repairs.iter().map(RepairOut::from).collect(),
        }
    }
}

impl<'a> From<&'a Repair> for RepairOut<'a> {
    fn from(repair: &'a Repair) -> Self {
        let equation =
            |(equation, seq): &(Equation, Option<u32>)| RepairEquationOut { equation: equation.as_str(), seq: *seq };
        Self {
            figure: &repair.figure,
            seq: repair.seq,
            original: &repair.original,
            value: &repair.value,
            source: SourceOut::from(&repair.source),
            equations: repair.equations.iter().map(equation).collect(),
            cost: repair.cost,
            margin: repair.margin,
        }
    }
}

impl<'a> From<&'a Broken> for BrokenOut<'a> {
    fn from(broken: &'a Broken) -> Self {
        Self {
            equation: broken.equation.as_str(),
            seq: broken.seq,
            expected: &broken.expected,
            found: &broken.found,
            source: broken.source.as_ref().map(SourceOut::from),
        }
    }
}
