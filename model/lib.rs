//! The nouns of the pipeline, in pipeline order; no logic beyond their invariants, no I/O, no clock.
//!
//! Their serde form is the *storage* form (what the service keeps in its own database). What other
//! programs see is the contract's JSON, which lives in the service's `wire` module only.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

pub mod dates;
pub mod ids;
pub mod money;
pub mod script;
pub mod sensitive;
pub mod source;

pub mod document;
pub mod extracted;
pub mod failure;
pub mod forensics;
pub mod page;
pub mod problem;
pub mod proof;
pub mod sheet;
pub mod statement;

pub mod decision;
pub mod declaration;
pub mod feature;
pub mod finding;
pub mod ledger;
pub mod profile;

pub mod access;
pub mod application;
pub mod consent;
pub mod event;
pub mod job;
pub mod summary;

pub mod fixtures;
pub mod page_text;

pub use compact_str::CompactString as Text;
pub use dates::{Month, Period, When};
pub use money::Money;
pub use problem::Problem;
pub use sensitive::Sensitive;
pub use source::{Source, Sourced};
