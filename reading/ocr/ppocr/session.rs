//! Models in ONNX Runtime.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError, TryLockError};

use ort::environment::Environment;
use ort::ep;
use ort::session::builder::GraphOptimizationLevel;
use ort::session::{RunOptions, Session};
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
    options: RunOptions,
}

/// How a model is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// So many copies, each on the thread that runs it, with the memory of its last run: for small runs, many a page.
    Copies(NonZeroUsize),
    /// One copy on so many threads, whose memory goes back after each run: for one large run a page. Pages wait for each
    /// other, so that its memory is needed once however many of them are read side by side.
    Shared(NonZeroUsize),
}

/// What a model answered.
pub struct Output<'a> {
    model: &'static str,
    shape: Vec<usize>,
    pub values: &'a [f32],
}

impl Output<'_> {
    /// # Errors
    /// [`OcrError::Run`] when the answer is of another rank.
    pub fn dimensions<const N: usize>(&self) -> Result<[usize; N], OcrError> {
        <[usize; N]>::try_from(self.shape.as_slice())
            .map_err(|_| OcrError::Run { model: self.model, detail: format!("an answer of shape {:?}", self.shape) })
    }
}

impl Sessions {
    pub fn open(runtime: &Runtime, model: &'static str, bytes: &[u8], held: Held) -> Result<Self, OcrError> {
        let fault = |detail: String| OcrError::Model { model, detail };
        let (copies, threads) = match held {
            Held::Copies(copies) => (copies.get(), NonZeroUsize::MIN),
            Held::Shared(threads) => (1, threads),
        };
        let sessions = (0..copies).map(|_| session(&runtime.0, bytes, threads).map(Mutex::new));
        let sessions = sessions.collect::<Result<_, _>>().map_err(fault)?;
        let mut options = RunOptions::new().map_err(|error| fault(error.to_string()))?;
        if matches!(held, Held::Shared(_)) {
            options.set(SHRINK, "cpu:0").map_err(|error| fault(error.to_string()))?;
        }
        Ok(Self { model, sessions, options })
    }

    /// How many runs go side by side.
    pub fn copies(&self) -> usize {
        self.sessions.len()
    }

    /// Runs the model on whichever copy is free. What it is shown is written by `fill` when it is its turn, over zeros, so
    /// that nobody who waits holds memory for it; its answer is looked at by `take` where it lies.
    pub fn run<T>(
        &self,
        shape: [usize; 4],
        fill: impl FnOnce(&mut [f32]),
        take: impl FnOnce(&Output<'_>) -> Result<T, OcrError>,
    ) -> Result<T, OcrError> {
        let fault = |detail: String| OcrError::Run { model: self.model, detail };
        let free = self.sessions.iter().find_map(|session| match session.try_lock() {
            Ok(session) => Some(session),
            Err(TryLockError::Poisoned(session)) => Some(session.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        });
        let first = || self.sessions.first().map(|session| session.lock().unwrap_or_else(PoisonError::into_inner));
        let mut session = free.or_else(first).ok_or_else(|| fault("it is not loaded".to_owned()))?;
        let mut input = vec![0.0_f32; shape.iter().product()];
        fill(&mut input);
        let tensor = TensorRef::from_array_view((shape, input.as_slice())).map_err(|error| fault(error.to_string()))?;
        let outputs =
            session.run_with_options(ort::inputs![tensor], &self.options).map_err(|error| fault(error.to_string()))?;
        let (_, answer) = outputs.iter().next().ok_or_else(|| fault("no answer".to_owned()))?;
        let (shape, values) = answer.try_extract_tensor::<f32>().map_err(|error| fault(error.to_string()))?;
        let shape = shape.iter().map(|side| usize::try_from(*side).unwrap_or(0)).collect();
        take(&Output { model: self.model, shape, values })
    }
}

/// ONNX Runtime's name for giving memory back that no part of a run holds any more.
const SHRINK: &str = "memory.enable_memory_arena_shrinkage";

fn session(environment: &Environment, bytes: &[u8], threads: NonZeroUsize) -> Result<Session, String> {
    // Without an arena each layer's memory is new, and clearing it takes the kernel a third of the time.
    let cpu = ep::CPU::default().with_arena_allocator(true).build();
    Session::builder(environment)
        .map_err(|error| error.to_string())?
        .with_optimization_level(GraphOptimizationLevel::Level3)
        .map_err(|error| error.to_string())?
        .with_intra_threads(threads.get())
        .map_err(|error| error.to_string())?
        .with_inter_threads(1)
        .map_err(|error| error.to_string())?
        // A thread that waits for work leaves its core to who has some.
        .with_intra_op_spinning(false)
        .map_err(|error| error.to_string())?
        // Every line has a width of its own, so that no plan for one shape fits the next.
        .with_memory_pattern(false)
        .map_err(|error| error.to_string())?
        .with_execution_providers([cpu])
        .map_err(|error| error.to_string())?
        .commit_from_memory(bytes)
        .map_err(|error| error.to_string())
}
