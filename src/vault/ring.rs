//! The master keys: where they come from, and what they wrap.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::aead::LessSafeKey;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::VaultError;
use super::key::{DataKey, cipher, hex, open, random, seal};

/// Of a master key's digest: enough to tell some keys apart, and nothing of the key.
const ID_BYTES: usize = 8;

/// Where the master keys come from. Each is a line (or stands between commas): 32 bytes as 64 hex digits or Base64; what
/// begins with `#` is a comment. The first wraps; all of them unwrap.
#[derive(Clone)]
pub enum Source {
    /// From the configuration or the environment.
    Text(Zeroizing<String>),
    File(PathBuf),
    /// A program that is given the file on its standard input and prints the keys: a KMS's decrypt command.
    Command {
        program: String,
        arguments: Vec<String>,
        file: PathBuf,
    },
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Text(***)"),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Command { program, .. } => f.debug_tuple("Command").field(program).finish(),
        }
    }
}

impl Source {
    fn read(&self) -> Result<Vec<Master>, VaultError> {
        let text = match self {
            Self::Text(text) => text.clone(),
            Self::File(path) => {
                check_private(path)?;
                read(path)?
            }
            Self::Command { program, arguments, file } => run(program, arguments, &read(file)?)?,
        };
        let masters = parse(&text)?;
        if masters.is_empty() { Err(VaultError::NoMaster) } else { Ok(masters) }
    }
}

fn read(path: &Path) -> Result<Zeroizing<String>, VaultError> {
    let text = std::fs::read_to_string(path).map_err(|source| VaultError::File { path: path.to_owned(), source })?;
    Ok(Zeroizing::new(text))
}

fn run(program: &str, arguments: &[String], input: &str) -> Result<Zeroizing<String>, VaultError> {
    let running = |source| VaultError::Command { program: program.to_owned(), source };
    let mut child =
        Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(running)?;
    if let Some(mut stdin) = child.stdin.take() {
        match stdin.write_all(input.as_bytes()) {
            // It may know the key without being told anything.
            Err(source) if source.kind() != std::io::ErrorKind::BrokenPipe => return Err(running(source)),
            _ => {}
        }
    }
    let output = child.wait_with_output().map_err(running)?;
    if !output.status.success() {
        return Err(VaultError::CommandFailed { program: program.to_owned(), status: output.status });
    }
    let text = String::from_utf8(output.stdout).map_err(|_| VaultError::NotAKey { line: 1 })?;
    Ok(Zeroizing::new(text))
}

#[cfg(unix)]
fn check_private(path: &Path) -> Result<(), VaultError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(path).map_err(|source| VaultError::File { path: path.to_owned(), source })?;
    // The group may read it: that is how secrets are mounted for a user of their own.
    if metadata.permissions().mode() & 0o007 == 0 { Ok(()) } else { Err(VaultError::Open { path: path.to_owned() }) }
}

#[cfg(not(unix))]
fn check_private(_path: &Path) -> Result<(), VaultError> {
    Ok(())
}

struct Master {
    id: String,
    key: LessSafeKey,
}

fn parse(text: &str) -> Result<Vec<Master>, VaultError> {
    let mut masters = Vec::new();
    for (line, word) in (1..).zip(text.split(['\n', ','])) {
        let word = word.trim();
        if word.is_empty() || word.starts_with('#') {
            continue;
        }
        let secret = secret(word).ok_or(VaultError::NotAKey { line })?;
        masters.push(Master { id: id(&secret), key: cipher(&secret)? });
    }
    Ok(masters)
}

fn secret(word: &str) -> Option<Zeroizing<[u8; 32]>> {
    let bytes = if word.len() == 64 {
        let pairs = word.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
        pairs.map(|pair| pair.and_then(|pair| u8::from_str_radix(pair, 16).ok())).collect::<Option<Vec<u8>>>()?
    } else {
        STANDARD.decode(word).ok()?
    };
    Some(Zeroizing::new(Zeroizing::new(bytes).as_slice().try_into().ok()?))
}

fn id(secret: &[u8; 32]) -> String {
    let mut named = Zeroizing::new(b"xinge master key ".to_vec());
    named.extend_from_slice(secret);
    hex(digest(&SHA256, &named).as_ref().get(..ID_BYTES).unwrap_or_default())
}

/// A key as it lies in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    /// Base64.
    pub key: String,
    /// Which master key wrapped it.
    pub master: String,
}

/// The master keys that this process has.
#[derive(Clone)]
pub struct Ring(Arc<Held>);

struct Held {
    source: Source,
    masters: RwLock<Vec<Master>>,
}

impl fmt::Debug for Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ring").field(&self.0.source).finish()
    }
}

impl Ring {
    /// # Errors
    /// Whatever keeps the keys from being read: [`VaultError`].
    pub fn load(source: Source) -> Result<Self, VaultError> {
        let masters = RwLock::new(source.read()?);
        Ok(Self(Arc::new(Held { source, masters })))
    }

    /// Reads the keys anew: somebody may have put a new one in.
    ///
    /// # Errors
    /// As [`Self::load`]; the keys stay those that they were.
    pub fn reload(&self) -> Result<(), VaultError> {
        let masters = self.0.source.read()?;
        *self.0.masters.write().unwrap_or_else(PoisonError::into_inner) = masters;
        Ok(())
    }

    /// Which key wraps; the others, which only unwrap.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        let masters = self.0.masters.read().unwrap_or_else(PoisonError::into_inner);
        masters.iter().map(|master| master.id.clone()).collect()
    }

    /// Wraps a key for its owner. A file is looked at again each time, so that a service that runs on wraps with the
    /// new key from the moment it is there.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn wrap(&self, owner: &str, key: &DataKey) -> Result<Wrapped, VaultError> {
        if matches!(self.0.source, Source::File(_)) {
            self.reload()?;
        }
        let masters = self.0.masters.read().unwrap_or_else(PoisonError::into_inner);
        let master = masters.first().ok_or(VaultError::NoMaster)?;
        let sealed = seal(&master.key, owner.as_bytes(), key.secret(), "key")?;
        Ok(Wrapped { key: STANDARD.encode(sealed), master: master.id.clone() })
    }

    /// # Errors
    /// [`VaultError::UnknownMaster`], [`VaultError::Wrapped`].
    pub fn unwrap(&self, owner: &str, wrapped: &Wrapped) -> Result<DataKey, VaultError> {
        if !self.knows(&wrapped.master) {
            self.reload()?;
        }
        let masters = self.0.masters.read().unwrap_or_else(PoisonError::into_inner);
        let master = masters.iter().find(|master| master.id == wrapped.master);
        let master = master
            .ok_or_else(|| VaultError::UnknownMaster { owner: owner.to_owned(), master: wrapped.master.clone() })?;
        let altered = || VaultError::Wrapped { owner: owner.to_owned() };
        let sealed = STANDARD.decode(&wrapped.key).map_err(|_| altered())?;
        let secret = open(&master.key, owner.as_bytes(), &sealed, "key").map_err(|_| altered())?;
        let secret: [u8; 32] = Zeroizing::new(secret).as_slice().try_into().map_err(|_| altered())?;
        DataKey::from_secret(Zeroizing::new(secret))
    }

    fn knows(&self, id: &str) -> bool {
        let masters = self.0.masters.read().unwrap_or_else(PoisonError::into_inner);
        masters.iter().any(|master| master.id == id)
    }
}

/// Makes a key file, its owner's only, unless there is one. True when it made it.
///
/// # Errors
/// [`VaultError::NoRandomness`], [`VaultError::Write`].
pub fn generate_file(path: &Path) -> Result<bool, VaultError> {
    if path.exists() {
        return Ok(false);
    }
    let mut text = Zeroizing::new(hex(&random::<32>()?));
    text.push('\n');
    put(path, &text, false)
}

/// Puts a new key before the others of a key file.
///
/// # Errors
/// [`VaultError::File`], [`VaultError::NoRandomness`], [`VaultError::Write`].
pub fn add_to_file(path: &Path) -> Result<(), VaultError> {
    let before = read(path)?;
    let mut text = Zeroizing::new(hex(&random::<32>()?));
    text.push('\n');
    text.push_str(&before);
    put(path, &text, true).map(drop)
}

/// Leaves in a key file the first key and those in `used`.
///
/// # Errors
/// [`VaultError::File`], [`VaultError::NotAKey`], [`VaultError::Write`].
pub fn keep_in_file(path: &Path, used: &[String]) -> Result<usize, VaultError> {
    let before = read(path)?;
    let mut kept = Zeroizing::new(String::new());
    let (mut found, mut left) = (0_usize, 0_usize);
    for (line, word) in (1..).zip(before.split(['\n', ','])) {
        let word = word.trim();
        if word.is_empty() || word.starts_with('#') {
            continue;
        }
        let id = id(&*secret(word).ok_or(VaultError::NotAKey { line })?);
        if found == 0 || used.contains(&id) {
            kept.push_str(word);
            kept.push('\n');
        } else {
            left = left.saturating_add(1);
        }
        found = found.saturating_add(1);
    }
    if left > 0 {
        put(path, &kept, true)?;
    }
    Ok(left)
}

/// Writes a key file whole or not at all. False when there was one and it was not to be replaced.
fn put(path: &Path, text: &str, may_replace: bool) -> Result<bool, VaultError> {
    let writing = |source| VaultError::Write { path: path.to_owned(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(writing)?;
    let beside = path.with_extension(format!("new-{}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside).map_err(writing)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(writing)?;
    let done = if may_replace {
        std::fs::rename(&beside, path).map(|()| true)
    } else {
        // Fails where somebody was quicker: theirs is the key then.
        let linked = std::fs::hard_link(&beside, path);
        std::fs::remove_file(&beside).map_err(writing)?;
        match linked {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
            other => other.map(|()| true),
        }
    };
    #[cfg(unix)]
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(writing)?;
    done.map_err(writing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(text: &str) -> Result<Ring, VaultError> {
        Ring::load(Source::Text(Zeroizing::new(text.to_owned())))
    }

    fn hexed(byte: &str) -> String {
        byte.repeat(32)
    }

    #[test]
    fn a_key_is_unwrapped_by_whoever_has_the_master_and_for_its_owner_only() {
        let old = ring(&hexed("01")).unwrap();
        let key = DataKey::generate().unwrap();
        let wrapped = old.wrap("app_1", &key).unwrap();
        let both = ring(&format!("# new\n{}\n{}", hexed("02"), hexed("01"))).unwrap();
        assert_eq!(both.unwrap("app_1", &wrapped).unwrap().secret(), key.secret());
        assert_ne!(both.wrap("app_1", &key).unwrap().master, wrapped.master);
        assert!(matches!(both.unwrap("app_2", &wrapped), Err(VaultError::Wrapped { .. })));
        let other = ring(&hexed("02")).unwrap();
        assert!(matches!(other.unwrap("app_1", &wrapped), Err(VaultError::UnknownMaster { .. })));
        let altered = Wrapped { key: STANDARD.encode([0; 60]), ..wrapped };
        assert!(matches!(old.unwrap("app_1", &altered), Err(VaultError::Wrapped { .. })));
    }

    #[test]
    fn keys_are_read_in_both_ways_and_nothing_else_is_taken() {
        let base64 = STANDARD.encode([1_u8; 32]);
        assert_eq!(ring(&base64).unwrap().ids(), ring(&hexed("01")).unwrap().ids());
        assert!(matches!(ring("# none\n\n"), Err(VaultError::NoMaster)));
        for bad in ["secret", &hexed("0g"), &STANDARD.encode([1_u8; 31])] {
            assert!(matches!(ring(bad), Err(VaultError::NotAKey { line: 1 })), "{bad}");
        }
    }

    #[test]
    fn a_key_file_is_made_once_grows_by_a_new_key_and_forgets_those_unused() {
        let folder = std::env::temp_dir().join(format!("xinge-ring-{}", std::process::id()));
        let path = folder.join("master.key");
        assert!(generate_file(&path).unwrap());
        assert!(!generate_file(&path).unwrap());
        let ring = Ring::load(Source::File(path.clone())).unwrap();
        let [first] = ring.ids().try_into().unwrap();
        add_to_file(&path).unwrap();
        let key = DataKey::generate().unwrap();
        // Without being told: it looks at the file before it wraps.
        assert_ne!(ring.wrap("app_1", &key).unwrap().master, first);
        assert_eq!(ring.ids().get(1), Some(&first));
        assert_eq!(keep_in_file(&path, std::slice::from_ref(&first)).unwrap(), 0);
        assert_eq!(keep_in_file(&path, &[]).unwrap(), 1);
        ring.reload().unwrap();
        assert_eq!(ring.ids().len(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            assert!(matches!(ring.reload(), Err(VaultError::Open { .. })));
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_program_unwraps_what_the_file_holds() {
        let file = std::env::temp_dir().join(format!("xinge-kms-{}", std::process::id()));
        std::fs::write(&file, hexed("01").replace('1', "x")).unwrap();
        let of = |script: &str| Source::Command {
            program: "sh".to_owned(),
            arguments: vec!["-c".to_owned(), script.to_owned()],
            file: file.clone(),
        };
        assert_eq!(Ring::load(of("tr x 1")).unwrap().ids(), ring(&hexed("01")).unwrap().ids());
        assert!(matches!(Ring::load(of("exit 3")), Err(VaultError::CommandFailed { .. })));
        std::fs::remove_file(file).unwrap();
    }
}
