//! `xinge parse`: documents in, what they say out.

use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum};
use model::extracted::Extracted;

use super::{ALL_WELL, CommandError, INPUT_FAILED, complain, in_order, inputs, print, stdout_is_terminal, table};
use crate::pipeline;
use crate::wire::csv;
use crate::wire::document::DocumentOut;
use crate::wire::failure::FailureOut;

#[derive(Debug, Args)]
pub struct Arguments {
    /// Statements as their issuers export them; a directory or a .zip is walked
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Tried on protected files, in the order given; may be repeated
    #[arg(long = "password", value_name = "P")]
    passwords: Vec<String>,
    /// A table and a summary on a terminal, else json
    #[arg(long, value_enum)]
    format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A summary of each statement and its first rows
    Table,
    /// One object a file, one a line
    Json,
    /// One line a transaction
    Csv,
}

/// What is printed for one input, and whether it failed.
struct Answer {
    text: String,
    complaints: Vec<String>,
    failed: bool,
}

pub fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let format = arguments.format.unwrap_or(if stdout_is_terminal() { Format::Table } else { Format::Json });
    let files = inputs::expand(&arguments.files);
    let passwords: Vec<&str> = arguments.passwords.iter().map(String::as_str).collect();
    let reader = super::parts::reader_of_commands(None)?;
    if format == Format::Csv {
        print(csv::HEADER)?;
    }
    let work = |index: usize| {
        let documents = files.get(index).map(|file| inputs::load(file, &passwords, &reader)).unwrap_or_default();
        answer(&documents, format)
    };
    let mut failed = false;
    let mut written = Ok(());
    in_order::run(files.len(), work, |answer| {
        match answer.and_then(|answer| {
            failed |= answer.failed;
            answer.complaints.iter().for_each(|words| complain(words));
            print(&answer.text)
        }) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                written = Err(error);
                ControlFlow::Break(())
            }
        }
    })
    .context("could not start reading")?;
    written?;
    Ok(if failed { INPUT_FAILED } else { ALL_WELL })
}

fn answer(documents: &[Extracted], format: Format) -> anyhow::Result<Answer> {
    let mut text = String::new();
    let mut complaints = Vec::new();
    let mut failed = false;
    for document in documents {
        if let Err(failure) = &document.outcome {
            failed = true;
            // The table says it in its place.
            if format != Format::Table {
                complaints.push(complaint(&document.name, &FailureOut::from(failure)));
            }
        }
        let out = DocumentOut::new(document, 0, &pipeline::category);
        match format {
            Format::Json => {
                text.push_str(&serde_json::to_string(&out)?);
                text.push('\n');
            }
            Format::Csv => csv::rows(&out, &mut text),
            Format::Table => table::document(document, &out, &mut text),
        }
    }
    Ok(Answer { text, complaints, failed })
}

/// What stderr says of a file that could not be read.
pub fn complaint(name: &str, failure: &FailureOut) -> String {
    format!("{name}: {}: {} {}", failure.code, failure.message_en, failure.hint_en)
}
