//! The service around the pipeline, in reading order: the stages called, the contract's JSON, the commands.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

pub mod cli;
pub mod pipeline;
pub mod wire;
