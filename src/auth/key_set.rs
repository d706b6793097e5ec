//! Where the identity provider's public keys are: a file, an address, or what the provider's own description names
//! (OpenID Connect Discovery 1.0, section 4).

use std::path::PathBuf;
use std::time::Duration;

use reqwest::{Client, redirect};
use serde::Deserialize;

/// A set of a few keys has a few kB.
const BYTES_MAX: usize = 1 << 20;
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub enum KeySetError {
    #[error("could not read the key set {}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("could not fetch {url}")]
    Fetch { url: String, source: reqwest::Error },
    #[error("{url} answers with more than a key set has")]
    TooLong { url: String },
    #[error("{url} is no description of an OpenID provider")]
    Description { url: String, source: serde_json::Error },
    #[error("the provider calls itself {said}, and the settings call it {expected}")]
    OtherIssuer { said: String, expected: String },
    #[error("{url} is neither https nor on this machine: whoever sits between could exchange the keys")]
    NotHttps { url: String },
}

/// Where the keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySet {
    File(PathBuf),
    Address(String),
    /// As the provider of this name describes itself.
    Provider(String),
}

#[derive(Debug, Deserialize)]
struct Description {
    issuer: String,
    jwks_uri: String,
}

impl KeySet {
    /// `place` as it is set: a path, an address, or nothing for what the issuer says itself.
    #[must_use]
    pub fn of(place: &str, issuer: &str) -> Self {
        match place {
            "" => Self::Provider(issuer.to_owned()),
            place if place.starts_with("https://") || place.starts_with("http://") => Self::Address(place.to_owned()),
            place => Self::File(place.into()),
        }
    }

    /// The set as it is now, in JSON.
    ///
    /// # Errors
    /// [`KeySetError`].
    pub async fn read(&self) -> Result<Vec<u8>, KeySetError> {
        match self {
            Self::File(path) => {
                tokio::fs::read(path).await.map_err(|source| KeySetError::File { path: path.clone(), source })
            }
            Self::Address(url) => fetch(url).await,
            Self::Provider(issuer) => {
                let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
                let said = fetch(&url).await?;
                let Description { issuer: said, jwks_uri } =
                    serde_json::from_slice(&said).map_err(|source| KeySetError::Description { url, source })?;
                // By the specification: another's description must not pass for this one's.
                if said != *issuer {
                    return Err(KeySetError::OtherIssuer { said, expected: issuer.clone() });
                }
                fetch(&jwks_uri).await
            }
        }
    }
}

async fn fetch(url: &str) -> Result<Vec<u8>, KeySetError> {
    if !is_safe(url) {
        return Err(KeySetError::NotHttps { url: url.to_owned() });
    }
    let failed = |source| KeySetError::Fetch { url: url.to_owned(), source };
    let client = Client::builder().timeout(PATIENCE).redirect(redirect::Policy::none()).no_proxy().build();
    let mut answer =
        client.map_err(failed)?.get(url).send().await.and_then(|a| a.error_for_status()).map_err(failed)?;
    let mut bytes = Vec::new();
    while let Some(some) = answer.chunk().await.map_err(failed)? {
        bytes.extend_from_slice(&some);
        if bytes.len() > BYTES_MAX {
            return Err(KeySetError::TooLong { url: url.to_owned() });
        }
    }
    Ok(bytes)
}

fn is_safe(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else { return false };
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let is_here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    url.scheme() == "https" || (url.scheme() == "http" && is_here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_fetched_over_tls_or_from_this_machine() {
        for (url, expected) in [
            ("https://login.example/keys", true),
            ("http://127.0.0.1:9/keys", true),
            ("http://[::1]:9/keys", true),
            ("http://localhost/keys", true),
            ("http://login.example/keys", false),
            ("http://127.0.0.1.login.example/keys", false),
            ("ftp://localhost/keys", false),
            ("keys", false),
        ] {
            assert_eq!(is_safe(url), expected, "{url}");
        }
        assert_eq!(KeySet::of("", "https://a"), KeySet::Provider("https://a".to_owned()));
        assert_eq!(KeySet::of("/etc/keys.json", "https://a"), KeySet::File("/etc/keys.json".into()));
    }
}
