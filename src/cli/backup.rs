//! `xinge backup`: a copy of the embedded store while the service runs on.
//!
//! First the database, as of one moment, then the files: whatever the database's copy names lies in the files' copy. The
//! master key is not copied: a backup that held it would protect nothing.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;

use crate::config::Config;
use crate::db;

use super::parts::{Shared, in_runtime};
use super::{CommandError, print};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    shared: Shared,
    /// Folder that is made for the copy; to restore it, start the service with it as --data, and the same master key
    to: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let config = arguments.shared.load(Vec::new())?;
    if !config.store.database.reveal().is_empty() {
        return Err(CommandError::Usage(
            "the data is on a PostgreSQL server: copy it with pg_dump, and then the folder blobs/ of store.data"
                .to_owned(),
        ));
    }
    in_runtime(&config, back_up(&config, &arguments.to))
}

async fn back_up(config: &Config, to: &Path) -> anyhow::Result<()> {
    let from = &config.store.data;
    let database = from.join("xinge.db");
    ensure!(database.is_file(), "{} holds no embedded store", from.display());
    private_folder(to).with_context(|| format!("could not make the folder {}", to.display()))?;
    let patience = Duration::from_millis(config.store.busy_timeout_ms);
    db::copy_sqlite(&database, &to.join("xinge.db"), patience).await?;
    let mut files = 0_u64;
    copy_folder(&from.join("blobs"), &to.join("blobs"), &mut files)?;
    print(&format!("copied the database and {files} files to {}\n", to.display()))
}

/// What vanishes meanwhile was finished or erased, and is not in the database's copy, or not meant to be read any more.
fn copy_folder(from: &Path, to: &Path, files: &mut u64) -> anyhow::Result<()> {
    let copying = || format!("could not copy {}", from.display());
    let entries = match fs::read_dir(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(copying)?,
    };
    private_folder(to).with_context(copying)?;
    for entry in entries {
        let entry = entry.with_context(copying)?;
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type().with_context(copying)?.is_dir() {
            copy_folder(&path, &copy, files)?;
            continue;
        }
        match fs::copy(&path, &copy).and_then(|_| File::open(&copy)?.sync_all()) {
            Ok(()) => *files = files.saturating_add(1),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("could not copy {}", path.display())),
        }
    }
    Ok(())
}

/// A folder that was not there: a copy on top of another would be of no moment at all. Its owner's only, as the store is.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}
