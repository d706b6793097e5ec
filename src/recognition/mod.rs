//! What reads pictures here: PP-OCR where its models lie, else Tesseract where it is installed, else nothing.
//!
//! Models are loaded when the first picture comes: most inputs have none, and loading takes half a second.

mod cache;
mod tesseract;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use image::RgbImage;
use reading::ocr::ppocr::{Models, PpOcr, Runtime};
use reading::ocr::{Line, OcrError};
use reading::{Limits, Recognizer};
use tracing::{info, warn};

use crate::pipeline::{Engine, Reader, sha256};
use cache::Cached;
use tesseract::Tesseract;

/// Names and digests of the files that `.ci/models` fetches.
const DIGESTS: &str = include_str!("models.sha256");

const DETECTION: &str = "detection.tiny.onnx";
const RECOGNITION: &str = "recognition.tiny.onnx";
const CHARACTERS: &str = "characters.tiny.txt";
const SECOND: &str = "recognition.small.onnx";
const SECOND_CHARACTERS: &str = "characters.small.txt";
const RUNTIME: &str = "libonnxruntime.so";

/// The reader with the bounds given and the engine that is found. `models` is the folder named in the settings, empty
/// to look for it; `pages_at_once` is how many pages are read side by side.
#[must_use]
pub fn reader(limits: Limits, models: &Path, pages_at_once: NonZeroUsize) -> Reader {
    let limits = Limits { pages_at_once, ..limits };
    let folder = folder(models);
    let found = Tesseract::find();
    // Where it reads the pictures itself, it is no second opinion.
    let second = found.clone().filter(|_| folder.is_some());
    let engine: Option<Arc<dyn Recognizer>> = match (folder, found) {
        (Some(folder), fallback) => {
            Some(Arc::new(Cached::new(Late { folder, pages_at_once, fallback, loaded: OnceLock::new() })))
        }
        (None, Some(tesseract)) => {
            info!("pictures are read by Tesseract: no models found; `.ci/models` fetches better ones");
            Some(Arc::new(Cached::new(tesseract)))
        }
        (None, None) => {
            warn!(
                "pictures are not read: no models (`.ci/models` fetches them) and no Tesseract (Debian: tesseract-ocr tesseract-ocr-chi-sim)"
            );
            None
        }
    };
    let second = second.map(|tesseract| Engine(Arc::new(tesseract)));
    Reader { limits, recognizer: engine.map(Engine), second, ..Reader::default() }
}

/// The reader of a process that may run no other programs: the models of a folder, or its pictures fail.
#[must_use]
pub fn reader_with_models(limits: Limits, folder: &Path) -> Reader {
    let late = Late {
        folder: folder.to_owned(),
        pages_at_once: limits.pages_at_once,
        fallback: None,
        loaded: OnceLock::new(),
    };
    Reader { limits, recognizer: Some(Engine(Arc::new(Cached::new(late)))), ..Reader::default() }
}

/// The reader of a process that has no models, and was told that Tesseract is there.
#[must_use]
pub fn reader_with_tesseract(limits: Limits) -> Reader {
    Reader { limits, recognizer: Some(Engine(Arc::new(Tesseract))), ..Reader::default() }
}

/// Whether Tesseract is installed here, with the languages that are needed.
#[must_use]
pub fn has_tesseract() -> bool {
    Tesseract::find().is_some()
}

/// Where the models lie: the folder named in the settings, or the one that is found when it is empty. `None` where
/// pictures are read by a program, or not at all.
#[must_use]
pub fn folder(models: &Path) -> Option<PathBuf> {
    if models.as_os_str().is_empty() { find_models() } else { Some(models.to_owned()) }
}

/// `models/` in the working directory, beside the program, or above it: `target/release/xinge` lies in its checkout.
fn find_models() -> Option<PathBuf> {
    let program = std::env::current_exe().ok();
    let beside = program.iter().flat_map(|program| program.ancestors().skip(1).take(4));
    let folders = std::iter::once(Path::new("")).chain(beside).map(|folder| folder.join("models"));
    folders.into_iter().find(|folder| folder.join(DETECTION).is_file())
}

/// PP-OCR, loaded when it is first needed.
struct Late {
    folder: PathBuf,
    pages_at_once: NonZeroUsize,
    fallback: Option<Tesseract>,
    loaded: OnceLock<Result<Box<dyn Recognizer>, String>>,
}

impl Late {
    fn engine(&self) -> Result<&dyn Recognizer, OcrError> {
        let loaded = self.loaded.get_or_init(|| match (load(&self.folder, self.pages_at_once), &self.fallback) {
            (Ok(engine), _) => Ok(Box::new(engine)),
            (Err(error), Some(tesseract)) => {
                warn!("pictures are read by Tesseract: {:#}", anyhow::Error::new(error));
                Ok(Box::new(tesseract.clone()))
            }
            (Err(error), None) => Err(format!("{:#}", anyhow::Error::new(error))),
        });
        match loaded {
            Ok(engine) => Ok(engine.as_ref()),
            Err(detail) => Err(OcrError::Model { model: "PP-OCR", detail: detail.clone() }),
        }
    }
}

impl Recognizer for Late {
    fn name(&self) -> &str {
        self.engine().map_or("none", |engine| engine.name())
    }

    fn lines(&self, picture: &RgbImage) -> Result<Vec<Line>, OcrError> {
        self.engine()?.lines(picture)
    }
}

/// Why the models of a folder could not be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("could not read the model {}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("the model {} is not the one that this version was measured with; `.ci/models` fetches it", path.display())]
    Digest { path: PathBuf },
    #[error("could not load the models of {}", folder.display())]
    Engine { folder: PathBuf, source: OcrError },
}

/// Loads PP-OCR from a folder as `.ci/models` fills it, every file's digest checked.
///
/// # Errors
/// [`LoadError`]
pub fn load(folder: &Path, pages_at_once: NonZeroUsize) -> Result<PpOcr, LoadError> {
    let runtime = folder.join(RUNTIME);
    checked(&runtime)?;
    let text = |name: &str| checked(&folder.join(name)).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let (detection, recognition) = (checked(&folder.join(DETECTION))?, checked(&folder.join(RECOGNITION))?);
    let (characters, second_characters) = (text(CHARACTERS)?, text(SECOND_CHARACTERS)?);
    let second = checked(&folder.join(SECOND))?;
    let fault = |source| LoadError::Engine { folder: folder.to_owned(), source };
    let runtime = Runtime::load(&runtime).map_err(fault)?;
    let models = Models {
        detection: &detection,
        recognition: &recognition,
        characters: &characters,
        second: Some((&second, &second_characters)),
    };
    PpOcr::new(&runtime, models, pages_at_once).map_err(fault)
}

fn checked(path: &Path) -> Result<Vec<u8>, LoadError> {
    let bytes = std::fs::read(path).map_err(|source| LoadError::Read { path: path.to_owned(), source })?;
    let name = path.file_name().unwrap_or_default();
    let pinned = DIGESTS.lines().filter_map(|line| line.split_once("  ")).find(|(_, file)| name == *file);
    match pinned {
        Some((digest, _)) if digest == sha256(&bytes) => Ok(bytes),
        _ => Err(LoadError::Digest { path: path.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_changed_is_not_loaded() {
        let folder = std::env::temp_dir().join(format!("xinge-models-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(RUNTIME), b"another").unwrap();
        let error = load(&folder, NonZeroUsize::MIN).map(|_| ()).unwrap_err();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(matches!(error, LoadError::Digest { .. }), "{error}");
    }

    #[test]
    fn every_file_that_is_loaded_is_pinned() {
        for name in [DETECTION, RECOGNITION, CHARACTERS, SECOND, SECOND_CHARACTERS, RUNTIME] {
            assert!(DIGESTS.lines().any(|line| line.ends_with(&format!("  {name}")) && line.len() > 66), "{name}");
        }
    }
}
