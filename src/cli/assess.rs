//! `xinge assess`: the whole road for one applicant, with no server.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::Context;
use assessment::decision::Policy;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use model::declaration::Declaration;
use model::extracted::Extracted;

use super::{ALL_WELL, CommandError, INPUT_FAILED, complain, in_order, inputs, parse, print, report};
use crate::pipeline;
use crate::wire::assessment::{Assessed, AssessmentOut, ledger_categories};
use crate::wire::failure::FailureOut;

#[derive(Debug, Args)]
pub struct Arguments {
    /// One applicant's statements; a directory or a .zip is walked
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What the applicant states: name, id_number, monthly_income, employer, occupation, sector, monthly_debt,
    /// requested_limit, baseline; every key optional
    #[arg(long, value_name = "FILE.json")]
    declared: Option<PathBuf>,
    /// The credit policy to decide by, instead of the one that ships with this build
    #[arg(long, value_name = "FILE.json")]
    policy: Option<PathBuf>,
    /// The day to assess for; today in China when not given
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
    /// Tried on protected files, in the order given; may be repeated
    #[arg(long = "password", value_name = "P")]
    passwords: Vec<String>,
    #[arg(long, value_enum, default_value = "report")]
    format: Format,
    /// Show what a feature is and the rows it rests on, after the report or under `explained`; may be repeated
    #[arg(long, value_name = "FEATURE")]
    explain: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a reader
    Report,
    /// One object for a program
    Json,
}

pub fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let declaration = match &arguments.declared {
        Some(path) => declaration(path)?,
        None => Declaration::default(),
    };
    let policy = policy(arguments.policy.as_deref())?;
    let as_of = arguments.as_of.unwrap_or_else(today);
    let documents = documents(arguments)?;
    let mut failed = false;
    for document in &documents {
        if let Err(failure) = &document.outcome {
            failed = true;
            complain(&parse::complaint(&document.name, &FailureOut::from(failure)));
        }
    }
    let assessment =
        pipeline::assess(&documents, &declaration, &policy, as_of).context("the documents could not be assessed")?;
    for feature in &arguments.explain {
        if !assessment.features.contains_key(feature.as_str()) {
            let known: Vec<&str> = assessment.features.keys().map(|name| name.as_str()).collect();
            return Err(CommandError::Usage(format!("no feature `{feature}`; there are: {}", known.join(", "))));
        }
    }
    let text = match arguments.format {
        Format::Json => {
            let assessed = Assessed {
                ledger: &assessment.ledger,
                features: &assessment.features,
                findings: &assessment.findings,
                profile: &assessment.profile,
                decision: &assessment.decision,
            };
            let categories = ledger_categories(&assessment.ledger);
            let mut out = AssessmentOut::new(&documents, assessed, as_of, &categories);
            for name in &arguments.explain {
                out.explained.extend(report::explained(&documents, &assessment, name).map(|out| (name.as_str(), out)));
            }
            let mut text = serde_json::to_string(&out).context("could not print the assessment")?;
            text.push('\n');
            text
        }
        Format::Report => report::text(&documents, &assessment, as_of, &arguments.explain),
    };
    print(&text)?;
    Ok(if failed { INPUT_FAILED } else { ALL_WELL })
}

fn documents(arguments: &Arguments) -> Result<Vec<Extracted>, CommandError> {
    let files = inputs::expand(&arguments.files);
    let passwords: Vec<&str> = arguments.passwords.iter().map(String::as_str).collect();
    let reader = super::parts::reader_of_commands()?;
    let mut documents = Vec::new();
    in_order::run(
        files.len(),
        |index| files.get(index).map(|file| inputs::load(file, &passwords, &reader)).unwrap_or_default(),
        |extracted| {
            documents.extend(extracted);
            ControlFlow::Continue(())
        },
    )
    .context("could not start reading")?;
    Ok(documents)
}

/// A wrong file here is a wrong usage: the applicant's documents have not been looked at.
fn declaration(path: &Path) -> Result<Declaration, CommandError> {
    let wrong = |why: String| CommandError::Usage(format!("--declared {}: {why}", path.display()));
    let json = fs::read(path).map_err(|error| wrong(error.to_string()))?;
    // Files written on Windows often start with a byte order mark, which JSON does not allow.
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&json);
    serde_json::from_slice(json).map_err(|error| wrong(error.to_string()))
}

fn policy(path: Option<&Path>) -> Result<Policy, CommandError> {
    let Some(path) = path else {
        return Ok(Policy::standard().context("the policy of this build is faulty")?);
    };
    let wrong = |why: String| CommandError::Usage(format!("--policy {}: {why}", path.display()));
    let json = fs::read(path).map_err(|error| wrong(error.to_string()))?;
    Policy::load(&json).map_err(|error| wrong(error.to_string()))
}

/// The only clock an assessment knows, and only when no day is given: documents are dated in China's time.
fn today() -> Date {
    Offset::constant(8).to_datetime(Timestamp::now()).date()
}
