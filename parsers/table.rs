//! What both kinds of table give: records in the printed order, and what could not be read.

use model::Problem;
use model::statement::{DeclaredTotals, SectionTotals, Transaction};

use crate::record::Record;
use crate::text::TextLine;

#[derive(Debug, Default)]
pub struct Table {
    /// The header was found.
    pub found: bool,
    pub transactions: Vec<Transaction>,
    /// The currency each of them names.
    pub currencies: Vec<Option<&'static str>>,
    /// Positions (`seq`) of rows that could not be read.
    pub holes: Vec<u32>,
    pub problems: Vec<Problem>,
    /// Lines outside the table, in reading order.
    pub outside: Vec<TextLine>,
    /// Sums that stand in a row of the table itself, by the currency the row names.
    pub total_rows: Vec<(Option<&'static str>, DeclaredTotals)>,
    /// Totals that each page prints about itself.
    pub sections: Vec<SectionTotals>,
}

impl Table {
    /// The number of the next row.
    #[must_use]
    pub fn next_seq(&self) -> u32 {
        u32::try_from(self.transactions.len() + self.holes.len() + 1).unwrap_or(u32::MAX)
    }

    pub fn push(&mut self, outcome: Result<Record, Problem>, seq: u32) {
        match outcome {
            Ok(record) => {
                self.transactions.push(record.transaction);
                self.currencies.push(record.currency);
            }
            Err(problem) => {
                self.holes.push(seq);
                self.problems.push(problem);
            }
        }
    }
}
