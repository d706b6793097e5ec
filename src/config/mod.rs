//! Typed settings: `defaults.toml` ← file ← environment ← flags. The only code that reads the environment.
//!
//! `defaults.toml` is the schema as well: a key it does not have is refused wherever it is set, and a value must be
//! of the kind that its default is. Credit policy is not config: a decision names the one it was made under.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use model::Sensitive;
use serde::Deserialize;
use toml::{Table, Value};

/// The commented defaults, as `xinge serve` starts from them.
pub const DEFAULTS: &str = include_str!("defaults.toml");

const ENVIRONMENT_PREFIX: &str = "XINGE__";

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub auth: Auth,
    pub store: Store,
    pub keys: Keys,
    pub retention: Retention,
    pub jobs: Jobs,
    pub limits: Limits,
    pub ocr: Ocr,
    pub sandbox: Sandbox,
    pub consents: Consents,
    pub registry: Registry,
    pub signatures: Signatures,
    pub webhooks: Webhooks,
    pub metrics: Metrics,
    pub traces: Traces,
    pub log: Log,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// Masked when printed. Empty for none.
    pub key: Sensitive<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub listen: SocketAddr,
    pub cors_origins: Vec<String>,
    pub request_timeout_seconds: u64,
    pub upload_timeout_seconds: u64,
    pub body_idle_seconds: u64,
    pub concurrent_requests_max: u32,
    pub shutdown_grace_seconds: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    pub mode: AuthMode,
    pub issuer: String,
    pub audience: String,
    pub jwks: String,
    pub roles_claim: String,
    pub tenant_claim: String,
    pub requests_per_second: u32,
    pub requests_burst: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMode {
    Keys,
    Open,
    Auto,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    pub data: PathBuf,
    /// Masked when printed: a URL carries the password.
    pub database: Sensitive<String>,
    pub connections_max: u32,
    pub busy_timeout_ms: u64,
    pub synchronous: Synchronous,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Synchronous {
    Full,
    Normal,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// Masked when printed. Empty for none.
    pub master: Sensitive<String>,
    pub file: PathBuf,
    pub command: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    pub not_approved_days: u32,
    pub approved_days: u32,
    pub fingerprints_days: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    pub workers: u32,
    pub lease_seconds: u64,
    pub attempts_max: u32,
    pub poll_ms: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub file_bytes: u64,
    pub pages: u32,
    pub unpacked_bytes: u64,
    pub archive_entries: u32,
    pub documents_per_application: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ocr {
    pub models: PathBuf,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sandbox {
    pub mode: SandboxMode,
    pub memory_mb: u64,
    pub seconds: u64,
    pub children: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SandboxMode {
    Auto,
    Required,
    Off,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consents {
    pub required: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signatures {
    pub trust: PathBuf,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    pub inside: bool,
    pub timeout_seconds: u64,
    pub deliverers: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// Address and port, or empty.
    pub listen: String,
}

impl Metrics {
    /// Where they are told; `None` for nowhere.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.listen.parse().ok()
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traces {
    /// An http or https URL, or empty.
    pub endpoint: String,
    pub percent: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub filter: String,
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Text,
    Json,
}

/// Where a value came from, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Defaults,
    File(PathBuf),
    Environment(String),
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Defaults => f.write_str("the defaults"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => write!(f, "the environment variable {name}"),
            Self::Flag(name) => write!(f, "{name}"),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("could not read the configuration file {}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{origin} is not valid TOML")]
    Syntax { origin: Origin, source: Box<toml::de::Error> },
    #[error("{origin} sets {key}, which is no setting; `xinge serve --print-defaults` lists them")]
    UnknownKey { origin: Origin, key: String },
    #[error("{origin} sets {key} to a value of kind {found}, it must be of kind {wanted}")]
    WrongKind { origin: Origin, key: String, found: &'static str, wanted: &'static str },
    #[error("a setting has a value that it cannot have")]
    Value { source: Box<toml::de::Error> },
    #[error("{key} must be {must}")]
    OutOfRange { key: &'static str, must: &'static str },
}

/// What a flag sets: its name, the key it stands for, the value.
pub type Flag = (&'static str, &'static str, Value);

/// Merges the four layers and checks the result.
///
/// # Errors
/// [`ConfigError`]: an unreadable file, an unknown key, a value of the wrong kind or out of its range.
pub fn load(file: Option<PathBuf>, flags: Vec<Flag>) -> Result<Config, ConfigError> {
    let environment = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok()?;
        name.starts_with(ENVIRONMENT_PREFIX).then(|| (name, value.to_string_lossy().into_owned()))
    });
    merge(file, environment.collect(), flags)
}

fn merge(
    file: Option<PathBuf>,
    mut environment: Vec<(String, String)>,
    flags: Vec<Flag>,
) -> Result<Config, ConfigError> {
    let mut table = read_table(DEFAULTS, &Origin::Defaults)?;
    if let Some(path) = file {
        let text = std::fs::read_to_string(&path).map_err(|source| ConfigError::File { path: path.clone(), source })?;
        let origin = Origin::File(path);
        for (section, keys) in read_table(&text, &origin)? {
            let Value::Table(keys) = keys else {
                return Err(ConfigError::UnknownKey { origin, key: section });
            };
            for (key, value) in keys {
                set(&mut table, &origin, &section, &key, value)?;
            }
        }
    }
    environment.sort();
    for (name, text) in environment {
        let path = name.strip_prefix(ENVIRONMENT_PREFIX).unwrap_or_default().to_lowercase();
        let origin = Origin::Environment(name);
        let Some((section, key)) = path.split_once("__") else {
            return Err(ConfigError::UnknownKey { origin, key: path });
        };
        let value = match table.get(section).and_then(|s| s.get(key)) {
            Some(Value::String(_)) => Value::String(text),
            // A number or a truth value is written in the environment as it is in TOML.
            _ => text.parse::<Value>().unwrap_or(Value::String(text)),
        };
        set(&mut table, &origin, section, key, value)?;
    }
    for (flag, path, value) in flags {
        let (section, key) = path.split_once('.').unwrap_or((path, ""));
        set(&mut table, &Origin::Flag(flag), section, key, value)?;
    }
    let config: Config = table.try_into().map_err(|source| ConfigError::Value { source: Box::new(source) })?;
    config.check()?;
    Ok(config)
}

fn read_table(text: &str, origin: &Origin) -> Result<Table, ConfigError> {
    text.parse().map_err(|source| ConfigError::Syntax { origin: origin.clone(), source: Box::new(source) })
}

fn set(table: &mut Table, origin: &Origin, section: &str, key: &str, value: Value) -> Result<(), ConfigError> {
    let Some(slot) = table.get_mut(section).and_then(|keys| keys.get_mut(key)) else {
        return Err(ConfigError::UnknownKey { origin: origin.clone(), key: format!("{section}.{key}") });
    };
    if !slot.same_type(&value) {
        return Err(ConfigError::WrongKind {
            origin: origin.clone(),
            key: format!("{section}.{key}"),
            found: value.type_str(),
            wanted: slot.type_str(),
        });
    }
    *slot = value;
    Ok(())
}

impl Config {
    fn check(&self) -> Result<(), ConfigError> {
        let auth = &self.auth;
        let rules = [
            (self.server.request_timeout_seconds > 0, "server.request_timeout_seconds", "at least 1"),
            (self.server.upload_timeout_seconds > 0, "server.upload_timeout_seconds", "at least 1"),
            (self.server.body_idle_seconds > 0, "server.body_idle_seconds", "at least 1"),
            (self.server.concurrent_requests_max > 0, "server.concurrent_requests_max", "at least 1"),
            (self.server.cors_origins.iter().all(|text| is_origin(text)), "server.cors_origins", "like https://host"),
            (auth.jwks.is_empty() || !auth.issuer.is_empty(), "auth.issuer", "set together with auth.jwks"),
            (auth.issuer.is_empty() || !auth.audience.is_empty(), "auth.audience", "set together with auth.issuer"),
            ((1..=100_000).contains(&auth.requests_per_second), "auth.requests_per_second", "from 1 to 100000"),
            ((1..=100_000).contains(&auth.requests_burst), "auth.requests_burst", "from 1 to 100000"),
            ((1..=1000).contains(&self.store.connections_max), "store.connections_max", "from 1 to 1000"),
            ((1..=3600).contains(&self.jobs.lease_seconds), "jobs.lease_seconds", "from 1 to 3600"),
            ((1..=100).contains(&self.jobs.attempts_max), "jobs.attempts_max", "from 1 to 100"),
            ((10..=60_000).contains(&self.jobs.poll_ms), "jobs.poll_ms", "from 10 to 60000"),
            (
                self.keys.master.reveal().is_empty() || self.keys.file.as_os_str().is_empty(),
                "keys.master",
                "empty when keys.file is set",
            ),
            (
                self.keys.command.is_empty() || !self.keys.file.as_os_str().is_empty(),
                "keys.file",
                "set together with keys.command",
            ),
            ((256..=65_536).contains(&self.sandbox.memory_mb), "sandbox.memory_mb", "from 256 to 65536"),
            ((1..=3_600).contains(&self.sandbox.seconds), "sandbox.seconds", "from 1 to 3600"),
            (self.sandbox.children <= 64, "sandbox.children", "at most 64"),
            ((1..=60).contains(&self.webhooks.timeout_seconds), "webhooks.timeout_seconds", "from 1 to 60"),
            ((1..=256).contains(&self.webhooks.deliverers), "webhooks.deliverers", "from 1 to 256"),
            (
                self.metrics.listen.is_empty() || self.metrics.address().is_some(),
                "metrics.listen",
                "empty or an address and a port, such as 127.0.0.1:9464",
            ),
            (
                self.traces.endpoint.is_empty() || is_http(&self.traces.endpoint),
                "traces.endpoint",
                "empty or a URL, such as http://127.0.0.1:4318/v1/traces",
            ),
            (self.traces.percent <= 100, "traces.percent", "at most 100"),
            (self.limits.file_bytes > 0, "limits.file_bytes", "at least 1"),
            (is_database(self.store.database.reveal()), "store.database", "empty or a postgres:// URL"),
            (is_registry_key(self.registry.key.reveal()), "registry.key", "empty or at least 32 bytes long"),
        ];
        match rules.iter().find(|(holds, ..)| !holds) {
            Some(&(_, key, must)) => Err(ConfigError::OutOfRange { key, must }),
            None => Ok(()),
        }
    }
}

/// A scheme and a host, with no path: what browsers send as `Origin`.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'))
}

fn is_http(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

/// At least as long as the hash, or keys could be tried out.
const fn is_registry_key(key: &str) -> bool {
    key.is_empty() || key.len() >= 32
}

fn is_database(url: &str) -> bool {
    url.is_empty() || url.starts_with("postgres://") || url.starts_with("postgresql://")
}

impl Server {
    #[must_use]
    pub const fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_seconds)
    }

    #[must_use]
    pub const fn upload_timeout(&self) -> Duration {
        Duration::from_secs(self.upload_timeout_seconds)
    }

    #[must_use]
    pub const fn body_idle(&self) -> Duration {
        Duration::from_secs(self.body_idle_seconds)
    }

    #[must_use]
    pub const fn shutdown_grace(&self) -> Duration {
        Duration::from_secs(self.shutdown_grace_seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_environment(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        merge(None, pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(), Vec::new())
    }

    /// No field has a serde default, so a field without its line in `defaults.toml` fails here.
    #[test]
    fn every_field_has_a_default_line_with_its_comment() {
        let config = with_environment(&[]).unwrap();
        assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
        let lines: Vec<&str> = DEFAULTS.lines().collect();
        for pair in lines.windows(2) {
            let is_key = pair[1].contains(" = ") && !pair[1].starts_with('#');
            assert!(!is_key || pair[0].starts_with('#'), "no comment above: {}", pair[1]);
        }
    }

    #[test]
    fn later_layers_win() {
        let folder = std::env::temp_dir().join(format!("xinge-config-{}", std::process::id()));
        std::fs::write(&folder, "[server]\nlisten = \"127.0.0.1:1\"\n[jobs]\nworkers = 3\nattempts_max = 7\n").unwrap();
        let config = merge(
            Some(folder.clone()),
            vec![("XINGE__JOBS__WORKERS".to_owned(), "4".to_owned())],
            vec![("--listen", "server.listen", Value::String("127.0.0.1:2".to_owned()))],
        )
        .unwrap();
        std::fs::remove_file(folder).unwrap();
        assert_eq!((config.jobs.attempts_max, config.jobs.workers), (7, 4));
        assert_eq!(config.server.listen.port(), 2);
    }

    #[test]
    fn unknown_keys_and_wrong_values_are_refused_by_name() {
        for (name, value, message) in [
            ("XINGE__SERVER__LISTN", "x", "the environment variable XINGE__SERVER__LISTN sets server.listn"),
            ("XINGE__NOWHERE", "x", "sets nowhere, which is no setting"),
            ("XINGE__JOBS__WORKERS", "many", "sets jobs.workers to a value of kind string, it must be of kind integer"),
            ("XINGE__JOBS__LEASE_SECONDS", "0", "jobs.lease_seconds must be from 1 to 3600"),
            ("XINGE__STORE__DATABASE", "mysql://x", "store.database must be empty or a postgres:// URL"),
        ] {
            let error = with_environment(&[(name, value)]).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn the_database_password_is_not_printed() {
        let config = with_environment(&[("XINGE__STORE__DATABASE", "postgres://u:secret@h/d")]).unwrap();
        assert!(!format!("{config:?}").contains("secret"));
    }
}
