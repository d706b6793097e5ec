//! The service around the pipeline, in reading order: the stages called, the contract's JSON, the commands.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

pub mod config;
pub mod courier;
pub mod metrics;
pub mod pipeline;
pub mod recognition;
pub mod sandbox;

pub mod vault;

pub mod blobs;
pub mod db;
pub mod wire;

pub mod applications;
pub mod auth;
pub mod telemetry;

pub mod api;
pub mod jobs;

pub mod cli;
