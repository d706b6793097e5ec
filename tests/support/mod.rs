//! A whole service for a test: a temporary database and folder, a clock that stands still, a real port.

mod http;
pub mod papers;
pub mod postgres;
mod receiver;
mod service;

pub use http::{Answer, Client, Form};
pub use receiver::{Message, Receiver};
pub use service::{Apart, JOBS, TestService, Wanted};

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use xinge::vault::{self, Ring, Source};

/// The master keys of a file, made when there is none.
pub fn ring(file: &Path) -> Ring {
    vault::generate_file(file).unwrap();
    Ring::load(Source::File(file.to_owned())).unwrap()
}

/// A fresh folder below the system's temporary one.
pub fn temporary_folder(what: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("xinge-test-{what}-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
