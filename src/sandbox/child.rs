//! The child: it makes itself ready, lets go of what it does not need, does one thing with one file and ends.

use std::io;

use model::Sensitive;

use super::{Answer, Bounds, Ready, Request, confine, frames};
use crate::pipeline::{self, Reader};

/// A name and passwords, or the findings of an application of a hundred documents.
const HEAD_BYTES_MAX: u64 = 64 << 20;

/// What the child could not do; its parent sees that nothing came.
#[derive(Debug, thiserror::Error)]
pub enum ChildError {
    #[error("the other end went away")]
    Wire(#[from] io::Error),
    #[error("a message could not be understood")]
    Message(#[from] serde_json::Error),
    #[error("what reads documents could not be set up")]
    Reader(#[source] anyhow::Error),
}

/// Speaks with the parent over stdin and stdout until the one thing is done. `reader` makes what reads files from the
/// bounds that the parent gives.
///
/// # Errors
/// [`ChildError`], also when the parent ends before it has a document.
pub fn run(reader: impl FnOnce(&Bounds, pipeline::Limits) -> anyhow::Result<Reader>) -> Result<(), ChildError> {
    let (mut from, mut to) = (io::stdin().lock(), io::stdout().lock());
    let bounds: Bounds = serde_json::from_slice(&frames::read(&mut from, HEAD_BYTES_MAX)?)?;
    let reader = reader(&bounds, bounds.limits()).map_err(ChildError::Reader)?;
    // While files can still be opened and nothing of a stranger's is here: the layouts.
    drop(pipeline::extract("", b"a,b\n1,2\n", &[], &reader));
    let missing = confine(&bounds);
    frames::write(&mut to, &serde_json::to_vec(&Ready { missing })?)?;

    let request: Request = serde_json::from_slice(&frames::read(&mut from, HEAD_BYTES_MAX)?)?;
    let bytes = frames::read(&mut from, bounds.file_bytes.saturating_add(1))?;
    let answer = match request {
        Request::Read { name, passwords } => {
            let passwords = revealed(&passwords);
            let answer = Answer {
                media_type: pipeline::media_type_of(&bytes),
                files: pipeline::extract(&name, &bytes, &passwords, &reader),
            };
            serde_json::to_vec(&answer)?
        }
        Request::Look => serde_json::to_vec(&pipeline::poor_picture(&bytes, &reader.limits))?,
        Request::Draw(drawing) => {
            let super::Drawing { sha256, page, passwords, findings, document } = drawing;
            let passwords = revealed(&passwords);
            pipeline::drawn(&bytes, &passwords, &sha256, page, &findings, document, &reader).unwrap_or_default()
        }
    };
    Ok(frames::write(&mut to, &answer)?)
}

fn revealed(passwords: &[Sensitive<String>]) -> Vec<&str> {
    passwords.iter().map(|password| password.reveal().as_str()).collect()
}
