//! `xinge parsers`: every layout this build knows.

use anyhow::Context;
use clap::Args;
use serde::Serialize;

use super::{ALL_WELL, CommandError, ListFormat, print, stdout_is_terminal, table};

#[derive(Debug, Args)]
pub struct Arguments {
    /// A table on a terminal, else json
    #[arg(long, value_enum)]
    format: Option<ListFormat>,
}

/// A line of the list, in both forms.
#[derive(Debug, Serialize)]
struct Line {
    id: String,
    version: u32,
    kind: &'static str,
    title: String,
    media: Vec<&'static str>,
}

pub fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let lines: Vec<Line> = parsers::layouts()
        .into_iter()
        .map(|layout| Line {
            id: layout.id,
            version: layout.version,
            kind: layout.kind,
            title: layout.title,
            media: layout.media,
        })
        .collect();
    let default = if stdout_is_terminal() { ListFormat::Table } else { ListFormat::Json };
    let text = match arguments.format.unwrap_or(default) {
        ListFormat::Json => {
            let mut text = String::new();
            for line in &lines {
                text.push_str(&serde_json::to_string(line).context("could not print a layout")?);
                text.push('\n');
            }
            text
        }
        ListFormat::Table => {
            let mut rows = table::plain(["LAYOUT", "VERSION", "KIND", "FILES", "DOCUMENT"]);
            for line in lines {
                let version = line.version.to_string();
                rows.add_row([line.id, version, line.kind.to_owned(), line.media.join(" "), line.title]);
            }
            format!("{}\n", rows.trim_fmt())
        }
    };
    print(&text)?;
    Ok(ALL_WELL)
}
