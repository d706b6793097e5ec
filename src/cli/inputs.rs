//! The files that the arguments name: directories walked, each file read within its bound.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use model::extracted::Extracted;
use model::failure::Failure;

use super::complain;
use crate::pipeline::{self, Reader};

/// A folder of papers is one or two levels deep; this stops a loop of mounts, not a person.
const DEPTH_MAX: usize = 32;
/// What lies beside the documents of an applicant: what they state, and what a test expects.
const NO_DOCUMENTS: [&str; 3] = ["declared.json", "expected.json", "truth.json"];

/// Every file named, in the order given; a directory's in the order of their names.
///
/// Inside a directory, hidden files, symbolic links (with a word on stderr) and [`NO_DOCUMENTS`] are left out. A
/// directory that cannot be walked, or has nothing to read in it, stays in the list itself, so that [`load`] says so.
#[must_use]
pub fn expand(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths {
        let before = files.len();
        if path.is_dir() {
            walk(path, DEPTH_MAX, &mut files);
        }
        if files.len() == before {
            files.push(path.clone());
        }
    }
    files
}

fn walk(directory: &Path, depth_left: usize, files: &mut Vec<PathBuf>) {
    let Some(depth_left) = depth_left.checked_sub(1) else {
        say("not walked, too deep", directory);
        files.push(directory.to_owned());
        return;
    };
    let listed = fs::read_dir(directory).and_then(Iterator::collect::<io::Result<Vec<fs::DirEntry>>>);
    let Ok(mut entries) = listed else {
        files.push(directory.to_owned());
        return;
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&path, depth_left, files),
            Ok(kind) if kind.is_symlink() => say("left out, a symbolic link", &path),
            Ok(_) if NO_DOCUMENTS.iter().any(|known| name == *known) => {}
            Ok(kind) if kind.is_file() => files.push(path),
            Ok(_) => say("left out, no plain file", &path),
            Err(_) => files.push(path),
        }
    }
}

fn say(words: &str, path: &Path) {
    complain(&format!("{words}: {}", path.display()));
}

/// Reads and parses one file. An archive gives one result an entry.
#[must_use]
pub fn load(path: &Path, passwords: &[&str], reader: &Reader) -> Vec<Extracted> {
    let name = path.to_string_lossy();
    match read_bounded(path, reader.limits.file_bytes) {
        Ok(bytes) => pipeline::extract(&name, &bytes, passwords, reader),
        Err(error) => {
            let failure = match error.kind() {
                io::ErrorKind::NotFound => Failure::Missing,
                // Left in the list by `expand` when there was nothing in it to read.
                io::ErrorKind::IsADirectory => {
                    Failure::Unopenable { detail: "a directory without documents".to_owned() }
                }
                _ => Failure::Unopenable { detail: error.to_string() },
            };
            vec![Extracted {
                name: name.into_owned(),
                sha256: None,
                media_type: None,
                pages: None,
                outcome: Err(failure),
            }]
        }
    }
}

/// At most one byte more than the bound, which is enough for the reader to see that it is exceeded.
fn read_bounded(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory of its own for a test, removed when dropped.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("xinge-inputs-{}-{name}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn file(&self, name: &str) -> PathBuf {
            let path = self.0.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, name).unwrap();
            path
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn directories_are_walked_in_order_without_what_is_no_document() {
        let folder = Folder::new("walk");
        let b = folder.file("b.csv");
        let a = folder.file("a/z.pdf");
        folder.file(".hidden");
        folder.file("declared.json");
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc", folder.0.join("outside")).unwrap();
        let missing = folder.0.join("missing.pdf");
        assert_eq!(expand(&[missing.clone(), folder.0.clone()]), [missing, a, b]);
    }

    #[test]
    fn a_missing_file_is_answered() {
        let answers = load(Path::new("/no/such/file.csv"), &[], &Reader::default());
        let [only] = answers.as_slice() else { panic!("one answer a file") };
        assert_eq!(only.outcome, Err(Failure::Missing));
    }

    #[test]
    fn an_empty_directory_is_answered() {
        let folder = Folder::new("empty");
        let files = expand(std::slice::from_ref(&folder.0));
        let answers: Vec<Extracted> = files.iter().flat_map(|file| load(file, &[], &Reader::default())).collect();
        let [only] = answers.as_slice() else { panic!("one answer a directory") };
        assert_eq!(only.outcome, Err(Failure::Unopenable { detail: "a directory without documents".to_owned() }));
    }

    #[test]
    fn a_file_over_its_bound_is_not_read_to_its_end() {
        let folder = Folder::new("bound");
        let file = folder.file("0123456789");
        assert_eq!(read_bounded(&file, 4).unwrap().len(), 5);
    }
}
