//! `xinge layout`: what a document looks like, without anything that it says of a person.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::table::clean;
use super::{ALL_WELL, CommandError, INPUT_FAILED, print};
use crate::pipeline;
use crate::wire::failure::FailureOut;

#[derive(Debug, Args)]
pub struct Arguments {
    /// A statement that no layout reads, or reads badly
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Tried on a protected file, in the order given; may be repeated
    #[arg(long = "password", value_name = "P")]
    passwords: Vec<String>,
}

pub fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let passwords: Vec<&str> = arguments.passwords.iter().map(String::as_str).collect();
    let bytes =
        std::fs::read(&arguments.file).with_context(|| format!("could not read {}", arguments.file.display()))?;
    // A file's name may name a person: it is not part of what is passed on.
    let mut status = ALL_WELL;
    let reader = super::parts::reader_of_commands(None)?;
    for (number, (_, shape)) in (1..).zip(pipeline::shapes("", &bytes, &passwords, &reader)) {
        match shape {
            Ok(text) => {
                let lines: Vec<String> = text.lines().map(clean).collect();
                print(&format!("document {number}\n{}\n\n", lines.join("\n")))?;
            }
            Err(failure) => {
                let out = FailureOut::from(&failure);
                eprintln!("xinge: document {number}: {} {}", out.message_en, out.message_zh);
                status = INPUT_FAILED;
            }
        }
    }
    Ok(status)
}
