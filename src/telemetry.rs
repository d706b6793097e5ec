//! Logs: what was done and how it came out, with ids; never a name, an account number, a file's name or its text.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("log.filter is no filter")]
    Filter { source: ParseError },
    #[error("logging was begun before")]
    Begun,
}

/// Begins to log to stderr, for the whole process.
///
/// # Errors
/// [`TelemetryError::Filter`] when `filter` cannot be understood, [`TelemetryError::Begun`] the second time.
pub fn begin(filter: &str, as_json: bool) -> Result<(), TelemetryError> {
    // sqlx logs statements at debug, and slow ones at warn: with their text, never their values.
    let filter = EnvFilter::try_new(filter).map_err(|source| TelemetryError::Filter { source })?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let begun = if as_json {
        logs.json().flatten_event(true).try_init()
    } else {
        logs.with_ansi(io::stderr().is_terminal()).try_init()
    };
    begun.map_err(|_| TelemetryError::Begun)
}
