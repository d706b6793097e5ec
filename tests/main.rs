//! The one integration binary: each further one would link the service again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod api;
mod applicants;
mod catalogue;
mod cli;
mod clients;
mod corpus;
mod db;
mod evidence;
mod features;
mod forgeries;
mod invented;
mod lives;
mod parsers;
mod pictures;
mod public;
mod retouched;
mod split;
mod support;
mod tamper;
mod tidy;
