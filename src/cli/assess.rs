//! `xinge assess`: the whole road for one applicant, with no server.

use std::fs;
use std::io::ErrorKind;
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
use model::statement::Statement;

use super::{ALL_WELL, CommandError, INPUT_FAILED, complain, evidence, in_order, inputs, parse, parts, print, report};
use crate::config;
use crate::pipeline::{self, Beside, Key as RegistryKey, Known, Reader, Registry, Trace};
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
    /// A statement that an issuer sent directly, to compare the documents with; may be repeated
    #[arg(long = "feed", value_name = "FILE")]
    feeds: Vec<PathBuf>,
    /// What is remembered of earlier applicants, as keyed hashes: compared with, and this applicant added. The key is the
    /// setting registry.key (XINGE__REGISTRY__KEY); without one those checks are not run
    #[arg(long, value_name = "FILE.json")]
    registry: Option<PathBuf>,
    /// Tried on protected files, in the order given; may be repeated
    #[arg(long = "password", value_name = "P")]
    passwords: Vec<String>,
    /// Folder of root certificates (PEM or DER) that are trusted to vouch for those who sign files
    #[arg(long, value_name = "DIR")]
    trust: Option<PathBuf>,
    /// Write a picture of each page that a failed check points at, its places boxed and numbered, and an index of them
    #[arg(long, value_name = "DIR")]
    evidence: Option<PathBuf>,
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
    let reader = parts::reader_of_commands(arguments.trust.as_deref())?;
    let documents = documents(&arguments.files, arguments, &reader)?;
    let fed = documents_of_issuers(arguments, &reader)?;
    let memory = match &arguments.registry {
        Some(path) => Memory::open(path)?,
        None => None,
    };
    let mut failed = false;
    for document in documents.iter().chain(&fed) {
        if let Err(failure) = &document.outcome {
            failed = true;
            complain(&parse::complaint(&document.name, &FailureOut::from(failure)));
        }
    }
    let feeds: Vec<Statement> = fed
        .iter()
        .filter_map(|document| document.outcome.as_ref().ok())
        .flat_map(|read| read.parsed.statements.clone())
        .collect();
    let beside = Beside { feeds: &feeds, known: memory.as_ref().map(Memory::known) };
    let assessment = pipeline::assess_beside(&documents, &declaration, &policy, as_of, &beside)
        .context("the documents could not be assessed")?;
    for feature in &arguments.explain {
        if !assessment.features.contains_key(feature.as_str()) {
            let known: Vec<&str> = assessment.features.keys().map(|name| name.as_str()).collect();
            return Err(CommandError::Usage(format!("no feature `{feature}`; there are: {}", known.join(", "))));
        }
    }
    if let Some(folder) = &arguments.evidence {
        let files = inputs::expand(&arguments.files);
        let passwords: Vec<&str> = arguments.passwords.iter().map(String::as_str).collect();
        evidence::write(folder, &files, &passwords, &reader, &documents, &assessment.findings)?;
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
    if let Some(memory) = memory {
        let trace = pipeline::trace(&documents, &declaration, memory.known(), as_of)
            .context("the documents could not be remembered")?;
        memory.save(&trace, as_of)?;
    }
    Ok(if failed { INPUT_FAILED } else { ALL_WELL })
}

/// The file that earlier applicants are remembered in, and the key of its hashes.
struct Memory {
    path: PathBuf,
    key: RegistryKey,
    registry: Registry,
}

impl Memory {
    /// `None` without a key. A file that is not there yet remembers nobody.
    fn open(path: &Path) -> Result<Option<Self>, CommandError> {
        let wrong = |why: String| CommandError::Usage(format!("--registry {}: {why}", path.display()));
        let config = config::load(None, Vec::new()).map_err(|error| wrong(error.to_string()))?;
        let Some(key) = parts::registry_key(&config)? else { return Ok(None) };
        let registry = match fs::read(path) {
            Ok(json) => serde_json::from_slice(&json).map_err(|error| wrong(error.to_string()))?,
            Err(error) if error.kind() == ErrorKind::NotFound => Registry::default(),
            Err(error) => return Err(wrong(error.to_string())),
        };
        Ok(Some(Self { path: path.to_owned(), key, registry }))
    }

    const fn known(&self) -> Known<'_> {
        Known { key: &self.key, registry: &self.registry, device: None }
    }

    /// Written beside and put in place, so that a crash leaves the old or the new one.
    fn save(self, trace: &Trace, as_of: Date) -> anyhow::Result<()> {
        let registry = self.registry.with(&trace.fingerprints, &trace.person, as_of);
        let json = serde_json::to_vec(&registry).context("could not write the registry")?;
        let beside = self.path.with_extension("new");
        let shown = self.path.display();
        fs::write(&beside, json).with_context(|| format!("could not write the registry {shown}"))?;
        fs::rename(&beside, &self.path).with_context(|| format!("could not put the registry {shown} in place"))
    }
}

fn documents_of_issuers(arguments: &Arguments, reader: &Reader) -> Result<Vec<Extracted>, CommandError> {
    if arguments.feeds.is_empty() { Ok(Vec::new()) } else { documents(&arguments.feeds, arguments, reader) }
}

fn documents(files: &[PathBuf], arguments: &Arguments, reader: &Reader) -> Result<Vec<Extracted>, CommandError> {
    let files = inputs::expand(files);
    let passwords: Vec<&str> = arguments.passwords.iter().map(String::as_str).collect();
    let mut documents = Vec::new();
    in_order::run(
        files.len(),
        |index| files.get(index).map(|file| inputs::load(file, &passwords, reader)).unwrap_or_default(),
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
