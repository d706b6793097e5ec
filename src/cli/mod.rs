//! The command line: one file a command. Results go to stdout, diagnostics to stderr.

mod assess;
mod backup;
mod evidence;
mod in_order;
mod inputs;
mod keys;
mod layout;
mod parse;
mod parsers;
mod parts;
mod report;
mod serve;
mod table;
mod worker;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::sandbox;

/// Every input was answered well.
const ALL_WELL: u8 = 0;
/// At least one input failed; its line says why.
const INPUT_FAILED: u8 = 1;
/// Clap's own status for a wrong usage, used for a wrong content of an option's file too.
const WRONG_USAGE: u8 = 2;

/// 信鸽 — a borrower proves their own credit with their own papers.
///
/// Reads bank, Alipay and WeChat statements, checks them against themselves and each other, and answers with a
/// profile, a limit and a rate. Every figure says where on the page it stands.
#[derive(Debug, Parser)]
#[command(name = "xinge", version, after_help = "Exit status: 0 all well; 1 at least one input failed; 2 wrong usage.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Parse documents: what they say, row by row, and whether it adds up
    Parse(parse::Arguments),
    /// Assess one applicant's documents: features, checks, profile, limit and rate
    Assess(assess::Arguments),
    /// List every document layout this build knows
    Parsers(parsers::Arguments),
    /// Print a document's geometry and column names without any of its data, to ask for a new layout
    Layout(layout::Arguments),
    /// Serve the API and process documents, on an embedded store
    Serve(serve::Arguments),
    /// Make, list and revoke the API keys of a service's callers
    Keys(keys::Arguments),
    /// Process documents only, for a fleet on a shared database and folder
    Worker(worker::Arguments),
    /// Copy the embedded store of a service, which may run meanwhile
    Backup(backup::Arguments),
    /// Read one document that a service hands over; started by the service
    #[command(name = sandbox::COMMAND, hide = true)]
    ReadUntrusted,
}

/// What a command could not do.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    /// The arguments, or a file that an option names, are wrong.
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    // A panic inside a stage is that document's failure; its words may quote the document, so only its place is said.
    std::panic::set_hook(Box::new(|panic| match panic.location() {
        Some(place) => complain(&format!("internal error at {place}; please report it")),
        None => complain("internal error; please report it"),
    }));
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        Command::Parse(arguments) => parse::run(&arguments),
        Command::Assess(arguments) => assess::run(&arguments),
        Command::Parsers(arguments) => parsers::run(&arguments),
        Command::Layout(arguments) => layout::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Keys(arguments) => keys::run(&arguments),
        Command::Worker(arguments) => worker::run(&arguments),
        Command::Backup(arguments) => backup::run(&arguments),
        // A parent that is gone has nobody to be told.
        Command::ReadUntrusted => sandbox::run_child(parts::reader_of_child).map(|()| ALL_WELL).or(Ok(INPUT_FAILED)),
    };
    ExitCode::from(match outcome {
        Ok(status) => status,
        // The reader of a pipe went away (`xinge parse … | head`): nobody is left to answer.
        Err(CommandError::Failed(error)) if is_broken_pipe(&error) => ALL_WELL,
        Err(CommandError::Failed(error)) => {
            complain(&format!("{error:#}"));
            INPUT_FAILED
        }
        Err(CommandError::Usage(words)) => {
            complain(&words);
            WRONG_USAGE
        }
    })
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// Writes to stdout without the panic of `print!` when the reader went away.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// A line on stderr, without the panic of `eprintln!` when its reader went away, and with nothing in it that steers a
/// terminal: names of files come from strangers.
fn complain(words: &str) {
    let line = format!("xinge: {}\n", table::clean(words));
    let _ = io::stderr().lock().write_all(line.as_bytes());
}

fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    Table,
    Json,
}
