//! Files of strangers are read in child processes without network and files, under bounds of memory and time.
//!
//! A child is this program under another name (`xinge read-untrusted`). It is started and made ready before it is needed,
//! gives up what it does not need ([`confine`]), does one thing with one file and ends: nobody's document is in the
//! memory that reads another's. One that dies, or takes too long, is that document's failure and nobody else's.

mod child;
mod confine;
mod frames;

use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::document::MediaType;
use model::extracted::Extracted;
use model::failure::Failure;
use model::finding::Finding;
use model::{Problem, Sensitive};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tracing::warn;

use crate::pipeline::{Limits, sha256};

pub use child::{ChildError, run as run_child};
pub use confine::confine;

/// The hidden command that makes this program a child.
pub const COMMAND: &str = "read-untrusted";

/// A statement of 20,000 rows is about 15 MB; an archive may hold many.
const ANSWER_BYTES_MAX: u64 = 256 << 20;
/// What a child tells when it is ready: a few words for each mechanism that is lacking.
const READY_BYTES_MAX: u64 = 1 << 16;
/// A child that is not ready after this long will not be: a loaded machine takes a second, a debug build ten.
const READY_MAX: Duration = Duration::from_secs(60);
/// A place in the code is far shorter; nothing longer is waited for.
const COMPLAINT_BYTES_MAX: u64 = 4 << 10;
const COMPLAINT_MAX: Duration = Duration::from_secs(1);

#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error("could not start a process for reading documents")]
    Start { source: io::Error },
    #[error("a process for reading documents was not ready in time")]
    NotReady,
    #[error("what was sent to a process for reading documents could not be written")]
    Encode { source: serde_json::Error },
}

/// What a child may take, and what it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Address space.
    pub memory_bytes: u64,
    /// On the wall; of its processors as often as it reads pages side by side.
    pub seconds: u64,
    /// Folder of the models that read pictures, which it may read; `None` where there are none.
    pub models: Option<PathBuf>,
    /// Whether it may run other programs: only where pictures are read by one.
    pub may_run_programs: bool,
    /// Folder of the roots that are trusted to vouch for signers, read before a file comes; empty for none.
    pub trust: PathBuf,
    pub file_bytes: u64,
    pub pages: u32,
    pub unpacked_bytes: u64,
    pub archive_entries: u32,
    pub pages_at_once: usize,
}

impl Bounds {
    /// Those of readers with these limits, without models and programs.
    #[must_use]
    pub fn of(limits: &Limits, memory_bytes: u64, seconds: u64) -> Self {
        Self {
            memory_bytes,
            seconds,
            models: None,
            may_run_programs: false,
            trust: PathBuf::new(),
            file_bytes: limits.file_bytes,
            pages: limits.pages,
            unpacked_bytes: limits.unpacked_bytes,
            archive_entries: limits.archive_entries,
            pages_at_once: limits.pages_at_once.get(),
        }
    }

    /// The readers' bounds; those that are no setting are the readers' own.
    fn limits(&self) -> Limits {
        let pages_at_once = std::num::NonZeroUsize::new(self.pages_at_once).unwrap_or(std::num::NonZeroUsize::MIN);
        Limits {
            file_bytes: self.file_bytes,
            pages: self.pages,
            unpacked_bytes: self.unpacked_bytes,
            archive_entries: self.archive_entries,
            pages_at_once,
            ..Limits::default()
        }
    }
}

/// What a child is told before a file's bytes.
#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Request {
    /// Answered by an [`Answer`].
    Read { name: String, passwords: Vec<Sensitive<String>> },
    /// Answered by a PNG, or by nothing where there is no such page.
    Draw(Drawing),
    /// Answered by what its owner could do better about a picture.
    Look,
}

/// A page of a file, or of one in it, with what was found on it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Drawing {
    /// Of the bytes of the file whose page it is, 64 hex digits.
    pub sha256: String,
    /// From 1.
    pub page: u32,
    pub passwords: Vec<Sensitive<String>>,
    pub findings: Vec<Finding>,
    /// Which document's the findings' places are, when it is among those assessed.
    pub document: Option<u32>,
}

/// What a child tells when it is ready.
#[derive(Debug, Serialize, Deserialize)]
struct Ready {
    /// What holds it less than it should.
    missing: Vec<String>,
}

/// What a child read.
#[derive(Debug, Serialize, Deserialize)]
pub struct Answer {
    /// Of the file itself, which may be an archive.
    pub media_type: Option<MediaType>,
    pub files: Vec<Extracted>,
}

/// What became of children since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that wait for a file now.
    pub waiting: usize,
    pub started: u64,
    /// Those that died with a file in their hands, or were stopped for their time.
    pub lost: u64,
}

/// Children that wait, and how more are made.
#[derive(Debug)]
pub struct Sandbox {
    program: PathBuf,
    bounds: Bounds,
    /// Kept ready.
    children: usize,
    waiting: Mutex<Vec<Waiting>>,
    missing: Vec<String>,
    /// Told when one was taken.
    taken: Arc<Notify>,
    started: AtomicU64,
    lost: AtomicU64,
}

#[derive(Debug)]
struct Waiting {
    child: Child,
    to: ChildStdin,
    from: ChildStdout,
    /// The beginning of what it wrote to stderr, once it has ended.
    complaints: JoinHandle<Vec<u8>>,
    missing: Vec<String>,
}

impl Waiting {
    /// What it started goes with it, also when it is gone itself.
    #[cfg(unix)]
    fn kill_group(group: Option<u32>) {
        if let Some(group) = group.and_then(|id| i32::try_from(id).ok()) {
            let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(group), nix::sys::signal::Signal::SIGKILL);
        }
    }

    #[cfg(not(unix))]
    fn kill_group(_group: Option<u32>) {}
}

impl Drop for Waiting {
    fn drop(&mut self) {
        Self::kill_group(self.child.id());
    }
}

impl Sandbox {
    /// Starts a first child, and learns from it what this machine holds it with.
    ///
    /// # Errors
    /// [`SandboxError`].
    pub async fn start(program: PathBuf, bounds: Bounds, children: usize) -> Result<Arc<Self>, SandboxError> {
        let mut sandbox = Self {
            program,
            bounds,
            children: children.max(1),
            waiting: Mutex::default(),
            missing: Vec::new(),
            taken: Arc::default(),
            started: AtomicU64::new(0),
            lost: AtomicU64::new(0),
        };
        let first = sandbox.spawn().await?;
        sandbox.missing.clone_from(&first.missing);
        sandbox.waiting.get_mut().unwrap_or_else(PoisonError::into_inner).push(first);
        let sandbox = Arc::new(sandbox);
        keep_ready(&sandbox);
        Ok(sandbox)
    }

    /// What holds children less than it should on this machine, for whoever runs it; empty when everything does.
    #[must_use]
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts {
            waiting: self.waiting.lock().unwrap_or_else(PoisonError::into_inner).len(),
            started: self.started.load(Ordering::Relaxed),
            lost: self.lost.load(Ordering::Relaxed),
        }
    }

    /// Reads a file. Never an error of this process: what goes wrong is the file's failure.
    pub async fn read(self: &Arc<Self>, name: &str, bytes: &[u8], passwords: Vec<Sensitive<String>>) -> Answer {
        let request = Request::Read { name: name.to_owned(), passwords };
        let files_max = usize::try_from(self.bounds.archive_entries).unwrap_or(usize::MAX).max(1);
        let outcome = match self.ask(&request, bytes).await {
            // A large answer takes a second: not on a thread that answers others.
            Ok(answer) => tokio::task::spawn_blocking(move || serde_json::from_slice::<Answer>(&answer).ok())
                .await
                .ok()
                .flatten()
                // A child that a file has taken over may say anything.
                .filter(|answer| (1..=files_max).contains(&answer.files.len()))
                .ok_or_else(defect),
            Err(failure) => Err(failure),
        };
        outcome.unwrap_or_else(|failure| {
            let failed = Extracted {
                name: name.to_owned(),
                sha256: Some(sha256(bytes)),
                media_type: None,
                pages: None,
                outcome: Err(failure),
            };
            Answer { media_type: None, files: vec![failed] }
        })
    }

    /// A page as PNG. `None` where it cannot be drawn.
    pub async fn draw(self: &Arc<Self>, bytes: &[u8], drawing: Drawing) -> Option<Vec<u8>> {
        let png = self.ask(&Request::Draw(drawing), bytes).await.ok()?;
        (!png.is_empty()).then_some(png)
    }

    /// What could be better about a picture; nothing where the look fails: reading it says why.
    pub async fn look(self: &Arc<Self>, bytes: &[u8]) -> Vec<Problem> {
        let answer = self.ask(&Request::Look, bytes).await.unwrap_or_default();
        serde_json::from_slice(&answer).unwrap_or_default()
    }

    async fn ask(&self, request: &Request, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let outcome = match self.take().await {
            Ok(child) => self.converse(child, request, bytes).await,
            Err(error) => {
                warn!(error = format!("{:#}", anyhow::Error::new(error)), "no process to read a document with");
                Err(defect())
            }
        };
        if outcome.is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        outcome
    }

    /// One that waits, or else a new one.
    async fn take(&self) -> Result<Waiting, SandboxError> {
        loop {
            let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
            self.taken.notify_one();
            let Some(mut waiting) = waiting else { return self.spawn().await };
            // What brought another down while it waited is no fault of the file that comes now.
            if matches!(waiting.child.try_wait(), Ok(None)) {
                return Ok(waiting);
            }
        }
    }

    async fn converse(&self, mut waiting: Waiting, request: &Request, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let head = serde_json::to_vec(request).map_err(|_| defect())?;
        let conversation = async {
            // A child that dies meanwhile is told by what it answers, which is nothing.
            let sent = async {
                frames::send(&mut waiting.to, &head).await?;
                frames::send(&mut waiting.to, bytes).await
            };
            let _ = sent.await;
            frames::receive(&mut waiting.from, ANSWER_BYTES_MAX).await
        };
        match tokio::time::timeout(Duration::from_secs(self.bounds.seconds), conversation).await {
            // It ends by itself; dropped, it is killed and reaped all the same.
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                warn!("a process that read a document answered more than any document has");
                Err(Failure::ResourceLimit { what: "output".to_owned() })
            }
            Ok(Err(_)) => {
                let place = complaint(&mut waiting.complaints).await;
                let group = waiting.child.id();
                let died = tokio::time::timeout(COMPLAINT_MAX, waiting.child.wait()).await;
                if self.bounds.may_run_programs {
                    Waiting::kill_group(group);
                }
                let failure = died.ok().and_then(Result::ok).map_or_else(defect, |status| self.failure(status));
                warn!(%failure, place, "a process that read a document died");
                Err(failure)
            }
            Err(_) => {
                warn!("a process that read a document was stopped for its time");
                Err(Failure::Timeout { seconds: self.bounds.seconds })
            }
        }
    }

    #[cfg(unix)]
    fn failure(&self, status: ExitStatus) -> Failure {
        use nix::sys::signal::Signal;
        use std::os::unix::process::ExitStatusExt;
        match status.signal().and_then(|signal| Signal::try_from(signal).ok()) {
            Some(Signal::SIGXCPU) => Failure::Timeout { seconds: self.bounds.seconds },
            // What Rust does when memory or stack is not to be had, and the kernel when the machine has none.
            Some(Signal::SIGABRT | Signal::SIGSEGV | Signal::SIGBUS | Signal::SIGKILL) => {
                Failure::ResourceLimit { what: "memory".to_owned() }
            }
            _ => defect(),
        }
    }

    #[cfg(not(unix))]
    fn failure(&self, _status: ExitStatus) -> Failure {
        defect()
    }

    async fn spawn(&self) -> Result<Waiting, SandboxError> {
        let mut command = Command::new(&self.program);
        command
            .arg(COMMAND)
            // Nothing of this process's environment is a reader's business: it holds the database's password.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Not this process's own, which is the log: a stranger's file may get it to say anything, at any length.
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn().map_err(|source| SandboxError::Start { source })?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(to), Some(from), Some(complaints)) = pipes else { return Err(SandboxError::NotReady) };
        let complaints = tokio::spawn(beginning(complaints));
        let mut waiting = Waiting { child, to, from, complaints, missing: Vec::new() };
        let bounds = serde_json::to_vec(&self.bounds).map_err(|source| SandboxError::Encode { source })?;
        let greeting = async {
            // One that is ready and gone before it has heard everything is found out when it is taken.
            let sent = frames::send(&mut waiting.to, &bounds).await;
            frames::receive(&mut waiting.from, READY_BYTES_MAX).await.map_err(|error| sent.err().unwrap_or(error))
        };
        let ready = tokio::time::timeout(READY_MAX, greeting).await.map_err(|_| SandboxError::NotReady)?;
        let ready = ready.map_err(|source| SandboxError::Start { source })?;
        let ready: Ready = serde_json::from_slice(&ready).map_err(|source| SandboxError::Encode { source })?;
        waiting.missing = ready.missing;
        self.started.fetch_add(1, Ordering::Relaxed);
        Ok(waiting)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Whoever keeps children ready finds that nobody asks for them any more.
        self.taken.notify_one();
    }
}

fn defect() -> Failure {
    Failure::Panicked { doing: "reading".to_owned() }
}

/// Makes children ready in the background, one after another, whenever fewer wait than should.
fn keep_ready(sandbox: &Arc<Sandbox>) {
    let (weak, taken) = (Arc::downgrade(sandbox), Arc::clone(&sandbox.taken));
    tokio::spawn(async move {
        loop {
            while let Some(sandbox) = weak.upgrade()
                && sandbox.counts().waiting < sandbox.children
            {
                match sandbox.spawn().await {
                    Ok(child) => sandbox.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(child),
                    Err(error) => {
                        // The next document tries again.
                        warn!(error = format!("{:#}", anyhow::Error::new(error)), "could not make a process ready");
                        break;
                    }
                }
            }
            if weak.strong_count() == 0 {
                return;
            }
            taken.notified().await;
        }
    });
}

/// Where in the code a child's panic was, when that is what it complained of. Anything else may be a stranger's words.
async fn complaint(said: &mut JoinHandle<Vec<u8>>) -> Option<String> {
    let said = tokio::time::timeout(COMPLAINT_MAX, said).await.ok()?.ok()?;
    String::from_utf8_lossy(&said).lines().find_map(place)
}

/// The beginning of what a child writes. The rest is read too, and thrown away: a full pipe would stop it.
async fn beginning(mut from: ChildStderr) -> Vec<u8> {
    let mut said = Vec::new();
    let _ = (&mut from).take(COMPLAINT_BYTES_MAX).read_to_end(&mut said).await;
    let _ = tokio::io::copy(&mut from, &mut tokio::io::sink()).await;
    said
}

/// `src/pipeline.rs:12:3` of the line that a panic writes.
fn place(line: &str) -> Option<String> {
    let place = line.strip_prefix("xinge: internal error at ")?.split(';').next()?;
    let (file, position) = place.split_once(".rs:")?;
    let is_path = file.len() <= 200 && file.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_-.".contains(&b));
    let is_position = position.len() <= 16 && position.bytes().all(|b| b.is_ascii_digit() || b == b':');
    (is_path && is_position).then(|| place.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_a_child_complains_only_a_place_in_the_code_is_repeated() {
        let place_of = |line: &str| place(line);
        let panic = "xinge: internal error at parsers/rows.rs:12:3; please report it";
        assert_eq!(place_of(panic).as_deref(), Some("parsers/rows.rs:12:3"));
        for said in [
            "林一舟",
            "xinge: internal error at 6222021234567890; please report it",
            "xinge: internal error at 林.rs:1:1",
        ] {
            assert_eq!(place_of(said), None, "{said}");
        }
    }
}
