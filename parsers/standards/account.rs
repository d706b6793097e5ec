//! What a file says of one account → a proven [`Statement`].

use std::collections::BTreeMap;

use model::problem::ProblemCode;
use model::proof::{Broken, Equation, Proof, ProofStatus};
use model::statement::{
    AccountNumber, DeclaredTotals, Field, Flow, Holder, Statement, StatementKind, Status, Transaction,
};
use model::{Money, Period, Problem, Source, Sourced, Text, When};

use crate::layout::SumRule;
use crate::proof::{Claims, prove};

/// Figures before they are proven.
#[derive(Debug)]
pub struct Account {
    pub kind: StatementKind,
    pub issuer: Text,
    pub holder: Holder,
    pub account: Option<Sourced<AccountNumber>>,
    pub currency: Option<Text>,
    pub period: Option<Sourced<Period>>,
    pub issued: Option<Sourced<When>>,
    pub opening: Option<Sourced<Money>>,
    pub closing: Option<Sourced<Money>>,
    pub declared: DeclaredTotals,
    pub rows: Vec<Transaction>,
    /// Positions of rows that could not be read.
    pub holes: Vec<u32>,
    pub fields: BTreeMap<Text, Field>,
    /// Equations of the format itself that fail: a batch or a split record that does not add up.
    pub broken: Vec<Broken>,
    /// False when the file ended, or gave an error, in the place of the account's rows.
    pub complete: bool,
}

impl Account {
    #[must_use]
    pub fn new(kind: StatementKind, issuer: Option<Text>) -> Self {
        Self {
            kind,
            issuer: issuer.unwrap_or(Text::const_new("unknown")),
            holder: Holder::default(),
            account: None,
            currency: None,
            period: None,
            issued: None,
            opening: None,
            closing: None,
            declared: DeclaredTotals::default(),
            rows: Vec::new(),
            holes: Vec::new(),
            fields: BTreeMap::new(),
            broken: Vec::new(),
            complete: true,
        }
    }

    /// Another account of the same heading, for rows of one of its currencies. Rows that could not be read may be
    /// of any currency, so that none of the parts is known to be complete then.
    #[must_use]
    pub fn part(&self, currency: Option<Text>, rows: Vec<Transaction>) -> Self {
        Self {
            holder: self.holder.clone(),
            account: self.account.clone(),
            currency,
            period: self.period.clone(),
            issued: self.issued.clone(),
            rows,
            complete: self.complete && self.holes.is_empty(),
            ..Self::new(self.kind, Some(self.issuer.clone()))
        }
    }

    /// The number of the next row, read or not.
    #[must_use]
    pub fn next_seq(&self) -> u32 {
        let last = self.rows.last().map_or(0, |row| row.seq);
        last.max(self.holes.last().copied().unwrap_or(0)).saturating_add(1)
    }

    /// Notes that the next row is there and could not be read.
    pub fn hole(&mut self, problem: Problem, problems: &mut Vec<Problem>) {
        let seq = self.next_seq();
        self.holes.push(seq);
        problems.push(problem.row(seq));
    }

    /// Tries the equations, and says in the problems which totals and balances do not fit the rows.
    #[must_use]
    pub fn into_statement(mut self, problems: &mut Vec<Problem>) -> Statement {
        if !self.complete {
            // Rows after the end would have changed every sum.
            let next = self.next_seq();
            self.holes.push(next);
        }
        let mut proof = self.proof();
        if !self.broken.is_empty() {
            proof.equations = proof.equations.saturating_add(u32::try_from(self.broken.len()).unwrap_or(u32::MAX));
            proof.broken.append(&mut self.broken);
            proof.broken.sort_by_key(|broken| broken.seq.unwrap_or(u32::MAX));
            proof.status = ProofStatus::Contradicted;
        }
        if self.complete && self.rows.is_empty() && self.holes.is_empty() && proof.status == ProofStatus::Unproven {
            // The contract's word for a statement that was read in full and lists nothing.
            proof.status = ProofStatus::Consistent;
        }
        problems.extend(proof.broken.iter().filter(|b| b.seq.is_none()).map(does_not_add_up));
        Statement {
            kind: self.kind,
            issuer: self.issuer,
            pages: None,
            holder: self.holder,
            account: self.account,
            currency: self.currency,
            period: self.period,
            issued: self.issued,
            opening_balance: self.opening,
            closing_balance: self.closing,
            declared: self.declared,
            sections: Vec::new(),
            transactions: self.rows,
            fields: self.fields,
            records: Vec::new(),
            proof,
        }
    }

    /// A pending row is in no balance, and printed counts and sums mostly leave it out: it stays unchecked then. Some
    /// banks count it.
    fn proof(&self) -> Proof {
        let pending: Vec<u32> =
            self.rows.iter().filter(|row| row.status == Status::Pending).map(|row| row.seq).collect();
        if pending.is_empty() {
            return self.prove(&self.rows);
        }
        let booked: Vec<Transaction> = self.rows.iter().filter(|row| row.status != Status::Pending).cloned().collect();
        let mut proof = self.prove(&booked);
        if proof.status == ProofStatus::Contradicted {
            let all = self.prove(&self.rows);
            if all.status != ProofStatus::Contradicted {
                return all;
            }
        }
        proof.unchecked.extend(pending);
        proof.unchecked.sort_unstable();
        if proof.status == ProofStatus::Proven {
            proof.status = ProofStatus::Consistent;
        }
        proof
    }

    fn prove(&self, rows: &[Transaction]) -> Proof {
        let claims = Claims {
            kind: self.kind,
            transactions: rows,
            holes: &self.holes,
            opening_balance: self.opening.as_ref(),
            closing_balance: self.closing.as_ref(),
            unlisted: None,
            declared: &self.declared,
            sections: &[],
            sum_rules: &[SumRule::CountedOnly, SumRule::All],
        };
        prove(&claims).proof
    }
}

/// The parts of a row do not add up to it.
#[must_use]
pub fn parts_differ(row: &Transaction, sum: &str, source: Source) -> Broken {
    let equation = if row.flow == Flow::Out { Equation::OutSum } else { Equation::InSum };
    let found = Text::from(row.amount.to_string());
    Broken { equation, seq: Some(row.seq), expected: Text::from(sum), found, source: Some(source) }
}

fn does_not_add_up(broken: &Broken) -> Problem {
    let problem = Problem::new(
        ProblemCode::DoesNotAddUp,
        format!("单据印的{}是{}，按明细算是{}", crate::equation_zh(broken.equation), broken.found, broken.expected),
        format!(
            "the document prints {} as {}, its rows give {}",
            broken.equation.as_str(),
            broken.found,
            broken.expected
        ),
    );
    match &broken.source {
        Some(source) => problem.at(source.clone()),
        None => problem,
    }
}

/// A row with its amount; everything else is still to be filled in.
#[must_use]
pub fn row(seq: u32, amount: Money, amount_source: Source, source: Source) -> Transaction {
    Transaction {
        seq,
        time: None,
        amount,
        flow: if amount.is_negative() { Flow::Out } else { Flow::In },
        balance: None,
        counterparty: None,
        counterparty_account: None,
        description: None,
        remark: None,
        printed_type: None,
        method: None,
        status: Status::Settled,
        refunded: None,
        reference: None,
        merchant_reference: None,
        source,
        amount_source,
        balance_source: None,
        confidence: 1.0,
        repaired: None,
    }
}

/// Rows by their currency, in the order of first appearance; those that name none are in the account's own.
#[must_use]
pub fn by_currency(
    rows: Vec<(Option<Text>, Transaction)>,
    own: Option<&Text>,
) -> Vec<(Option<Text>, Vec<Transaction>)> {
    let mut parts: Vec<(Option<Text>, Vec<Transaction>)> = Vec::new();
    let mut index: BTreeMap<Option<Text>, usize> = BTreeMap::new();
    for (named, row) in rows {
        let currency = named.or_else(|| own.cloned());
        let at = *index.entry(currency.clone()).or_insert(parts.len());
        match parts.get_mut(at) {
            Some((_, rows)) => rows.push(row),
            None => parts.push((currency, vec![row])),
        }
    }
    if parts.is_empty() {
        parts.push((own.cloned(), Vec::new()));
    }
    parts
}
