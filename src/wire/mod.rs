//! The contract's JSON, and the conversions to it from the nouns of `model`.
//!
//! Everything here borrows what it prints and prints the same bytes for the same value: keys stand in the
//! contract's order, maps are sorted, floats are printed as short as they can be. The keys that are added to
//! the contract's are listed in docs/API.md.

pub mod application;
pub mod assessment;
pub mod csv;
pub mod deletion;
pub mod document;
pub mod event;
pub mod explained;
pub mod failure;
pub mod ledger;
pub mod mask;
pub mod parquet;
pub mod problem;
pub mod results;
pub mod source;
pub mod statement;
pub mod summary;
pub mod xlsx;

use model::ledger::{Category, RowRef};
use model::statement::{Statement, Transaction};

/// The contract's `schema`: raised on a rename or a changed meaning.
pub const SCHEMA: u32 = 1;

/// Tells a transaction's category; `None` prints null.
pub type Categories<'c> = dyn Fn(RowRef, &Statement, &Transaction) -> Option<Category> + 'c;
