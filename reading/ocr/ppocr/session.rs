//! Models in ONNX Runtime, on one thread each: pages are read side by side, not one on all cores.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError, TryLockError};

use ort::environment::Environment;
use ort::ep;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::TensorRef;

use crate::OcrError;

/// ONNX Runtime, which a process can load once.
#[derive(Clone)]
pub struct Runtime(Environment);

static LOADED: OnceLock<Result<(PathBuf, Environment), String>> = OnceLock::new();

impl Runtime {
    /// Loads the shared library. A second call gives the one that is loaded.
    ///
    /// # Errors
    /// [`OcrError::Runtime`] when it is not there, is no ONNX Runtime, or another one is loaded already.
    pub fn load(library: &Path) -> Result<Self, OcrError> {
        let fault = |detail: String| OcrError::Runtime { library: library.display().to_string(), detail };
        let loaded = LOADED.get_or_init(|| {
            let builder = ort::init_from(library).map_err(|error| error.to_string())?;
            let environment = builder.with_telemetry(false).build().map_err(|error| error.to_string())?;
            Ok((library.to_owned(), environment))
        });
        match loaded {
            Ok((path, environment)) if path == library => Ok(Self(environment.clone())),
            Ok((path, _)) => Err(fault(format!("{} is loaded already", path.display()))),
            Err(detail) => Err(fault(detail.clone())),
        }
    }
}

/// Several copies of one model, for as many threads.
pub struct Sessions {
    model: &'static str,
    sessions: Vec<Mutex<Session>>,
}

/// What a model answered.
pub struct Output {
    model: &'static str,
    shape: Vec<usize>,
    pub values: Vec<f32>,
}

impl Output {
    /// # Errors
    /// [`OcrError::Run`] when the answer is of another rank.
    pub fn dimensions<const N: usize>(&self) -> Result<[usize; N], OcrError> {
        <[usize; N]>::try_from(self.shape.as_slice())
            .map_err(|_| OcrError::Run { model: self.model, detail: format!("an answer of shape {:?}", self.shape) })
    }
}

impl Sessions {
    pub fn open(runtime: &Runtime, model: &'static str, bytes: &[u8], count: NonZeroUsize) -> Result<Self, OcrError> {
        let sessions = (0..count.get()).map(|_| session(&runtime.0, bytes).map(Mutex::new));
        let sessions = sessions.collect::<Result<_, _>>().map_err(|detail| OcrError::Model { model, detail })?;
        Ok(Self { model, sessions })
    }

    /// Runs the model on whichever copy is free.
    pub fn run(&self, shape: [usize; 4], input: &[f32]) -> Result<Output, OcrError> {
        let fault = |detail: String| OcrError::Run { model: self.model, detail };
        let free = self.sessions.iter().find_map(|session| match session.try_lock() {
            Ok(session) => Some(session),
            Err(TryLockError::Poisoned(session)) => Some(session.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        });
        let first = || self.sessions.first().map(|session| session.lock().unwrap_or_else(PoisonError::into_inner));
        let mut session = free.or_else(first).ok_or_else(|| fault("it is not loaded".to_owned()))?;
        let tensor = TensorRef::from_array_view((shape, input)).map_err(|error| fault(error.to_string()))?;
        let outputs = session.run(ort::inputs![tensor]).map_err(|error| fault(error.to_string()))?;
        let (_, answer) = outputs.iter().next().ok_or_else(|| fault("no answer".to_owned()))?;
        let (shape, values) = answer.try_extract_tensor::<f32>().map_err(|error| fault(error.to_string()))?;
        let shape = shape.iter().map(|side| usize::try_from(*side).unwrap_or(0)).collect();
        Ok(Output { model: self.model, shape, values: values.to_vec() })
    }
}

fn session(environment: &Environment, bytes: &[u8]) -> Result<Session, String> {
    let fault = |error: ort::Error| error.to_string();
    let cpu = ep::CPU::default()
        // The arena keeps the largest page's memory for good.
        .with_arena_allocator(false)
        .build();
    Session::builder(environment)
        .map_err(fault)?
        .with_optimization_level(GraphOptimizationLevel::Level3)
        .map_err(|error| error.to_string())?
        .with_intra_threads(1)
        .map_err(|error| error.to_string())?
        .with_inter_threads(1)
        .map_err(|error| error.to_string())?
        .with_execution_providers([cpu])
        .map_err(|error| error.to_string())?
        .commit_from_memory(bytes)
        .map_err(fault)
}
