//! What is personal lies sealed: in the database and on the disk.
//!
//! Each application has a key of its own (as has each tenant, for what is nobody's in particular), and a master key
//! wraps them all. The wrapped keys lie in the database; the master key never does. So a new master key means wrapping a
//! few bytes for each application again and rewriting no file, and destroying one wrapped key destroys everything of one
//! applicant, in every copy that has not got that key.
//!
//! All of it is AES-256-GCM, HKDF and HMAC with SHA-256 from `aws-lc-rs`. What is sealed is bound to its place, so that
//! whoever can write to the disk cannot put one applicant's papers in another's place.

mod certificate;
mod key;
mod ring;

pub use certificate::{CertificateError, DeletionCertificate, DeletionReason, DeletionStatement, certify, verify};
pub use key::{CHUNK_BYTES, DataKey, FileKey, TAG_BYTES};
pub use ring::{Ring, Source, Wrapped, add_to_file, generate_file, keep_in_file};

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("the system gives no random bytes")]
    NoRandomness(#[source] getrandom::Error),
    #[error("could not read the master key file {}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("the master key file {} can be read by others: make it its owner's only (chmod 600)", path.display())]
    Open { path: PathBuf },
    #[error("could not write the master key file {}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("could not run {program}, which unwraps the master key")]
    Command { program: String, source: std::io::Error },
    #[error("{program}, which unwraps the master key, ended with {status}")]
    CommandFailed { program: String, status: std::process::ExitStatus },
    #[error("line {line} of the master keys is none: 64 hex digits or 44 characters of Base64, 32 bytes each")]
    NotAKey { line: usize },
    #[error("no master key is given")]
    NoMaster,
    /// The data was written under a key that this process does not have.
    #[error("the key of {owner} was wrapped by the master key {master}, which is not among those given")]
    UnknownMaster { owner: String, master: String },
    #[error("the wrapped key of {owner} was altered, or is another's")]
    Wrapped { owner: String },
    #[error("the sealed {what} was altered, or lies in another's place")]
    Altered { what: &'static str },
    /// A length that the cipher does not take: a defect of ours.
    #[error("could not seal the {what}")]
    Seal { what: &'static str },
}
