//! Who is calling, and what they may do.
//!
//! A caller shows a bearer token: a lender's API key, an applicant's token (one application, an hour), or a token of
//! the lender's identity provider. Without any, a service on a loopback address that nobody has made a key for serves
//! programs on this machine: that is for development, and is said in the log, on stderr and by `/readyz`.
//!
//! Two things would break the latter in silence, and are refused: listening where other machines reach it, and a web
//! page in this machine's browser that calls the service by a name of its own (DNS rebinding) or as a form of another
//! site.

mod key_set;
mod rates;
mod reviewers;
mod roles;

use std::net::SocketAddr;

use model::access::{Actor, Reach, Role};
use tracing::info;

use crate::applications::{Error, Holder, Service, default_tenant};

pub use key_set::{KeySet, KeySetError};
pub use rates::{Rate, Rates};
pub use reviewers::{Expected, Reviewer, ReviewerError, Reviewers};
pub use roles::{Scope, may, scopes};

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    #[error(
        "refusing to listen on {listen}: auth.mode is \"open\", which does not ask who is calling, so whoever reaches \
         that address could read and change every application. Listen on 127.0.0.1, or set auth.mode to \"keys\" and \
         make a key with `xinge keys create`"
    )]
    WouldBeOpen { listen: SocketAddr },
}

/// Whether a caller without a token is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Never.
    Keys,
    /// Programs on this machine are.
    Open,
    /// Programs on this machine are, until there is a key.
    OpenUntilKeys,
}

/// What the settings ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Keys,
    Open,
    Auto,
}

/// Decides who is let in at `listen`. A service with an identity provider is no service for development.
///
/// # Errors
/// [`AuthError::WouldBeOpen`] for an address that other machines reach.
pub fn mode(listen: SocketAddr, wanted: Wanted, has_provider: bool) -> Result<Mode, AuthError> {
    match (wanted, listen.ip().is_loopback()) {
        (Wanted::Open, true) => Ok(Mode::Open),
        (Wanted::Open, false) => Err(AuthError::WouldBeOpen { listen }),
        (Wanted::Auto, true) if !has_provider => Ok(Mode::OpenUntilKeys),
        (Wanted::Keys | Wanted::Auto, _) => Ok(Mode::Keys),
    }
}

/// The service's door.
#[derive(Debug)]
pub struct Door {
    pub mode: Mode,
    pub reviewers: Option<Reviewers>,
    /// For each caller with a token, and one for all that show none that counts. Programs on this machine, while it is
    /// open to them, are not counted.
    pub rates: Rates,
    /// Web pages of other sites that may call (`https://apply.example`).
    pub origins: Vec<String>,
}

/// What a request shows of who sent it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shown<'a> {
    /// What stands after `Bearer` in `Authorization`.
    pub bearer: Option<&'a str>,
    pub host: Option<&'a str>,
    pub origin: Option<&'a str>,
}

/// Whom a request is answered for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub actor: Actor,
    pub reach: Reach,
}

/// Why nobody is let in.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("nothing shows who is calling")]
    Nobody,
    #[error("the token opens nothing, or nothing any more")]
    Unknown,
    #[error("the page of another site is calling, or the service by a name of another")]
    Elsewhere,
    #[error("too many requests")]
    TooMany { retry_after_seconds: u32 },
    #[error("it could not be found out who is calling")]
    Service(#[from] Error),
}

impl Door {
    /// Who is calling.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn identify(&self, service: &Service, shown: Shown<'_>) -> Result<Caller, Refusal> {
        let now_ms = service.clock.now_ms();
        let Some(bearer) = shown.bearer else {
            if self.is_open(service).await? {
                return if is_local(shown.host, shown.origin, &self.origins) {
                    Ok(local())
                } else {
                    Err(Refusal::Elsewhere)
                };
            }
            self.count("", now_ms)?;
            return Err(Refusal::Nobody);
        };
        let caller = match self.caller_of(service, bearer, now_ms).await? {
            Some(caller) => caller,
            None => {
                self.count("", now_ms)?;
                return Err(Refusal::Unknown);
            }
        };
        self.count(&caller.actor.subject, now_ms)?;
        Ok(caller)
    }

    /// Whether programs on this machine are let in without a token.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn is_open(&self, service: &Service) -> Result<bool, Error> {
        Ok(match self.mode {
            Mode::Keys => false,
            Mode::Open => true,
            Mode::OpenUntilKeys => !service.has_keys().await?,
        })
    }

    async fn caller_of(&self, service: &Service, bearer: &str, now_ms: i64) -> Result<Option<Caller>, Refusal> {
        if let Some(holder) = service.holder_of(bearer).await? {
            return Ok(Some(match holder {
                Holder::Key(key) => Caller {
                    actor: Actor { role: key.role, subject: key.id.to_string() },
                    reach: Reach::of(key.tenant),
                },
                Holder::Token(token) => Caller {
                    actor: Actor { role: Role::Applicant, subject: token.id.to_string() },
                    reach: Reach { tenant: token.tenant, application: Some(token.application) },
                },
            }));
        }
        let Some(reviewers) = &self.reviewers else { return Ok(None) };
        match reviewers.identify(bearer, now_ms) {
            Ok(reviewer) => Ok(Some(Caller {
                actor: Actor { role: reviewer.role, subject: reviewer.subject },
                reach: Reach::of(reviewer.tenant.unwrap_or_else(default_tenant)),
            })),
            Err(error) => {
                // Why, for whoever sets the provider up; the token itself is never logged.
                info!(error = format!("{:#}", anyhow::Error::new(error)), "a token counts for nothing");
                Ok(None)
            }
        }
    }

    fn count(&self, caller: &str, now_ms: i64) -> Result<(), Refusal> {
        self.rates.take(caller, now_ms).map_err(|retry_after_seconds| Refusal::TooMany { retry_after_seconds })
    }
}

fn local() -> Caller {
    Caller {
        actor: Actor { role: Role::Local, subject: "this machine".to_owned() },
        reach: Reach::of(default_tenant()),
    }
}

/// Whether a request without a token comes from a program on this machine. Browsers send `Origin` with whatever could
/// change something, and always with what comes from another site's script; other programs do not send it.
fn is_local(host: Option<&str>, origin: Option<&str>, origins: &[String]) -> bool {
    let same_site = origin.is_none_or(|origin| {
        let site = origin.split_once("://").map(|(_, site)| site);
        (site.is_some() && site == host) || origins.iter().any(|allowed| allowed == origin)
    });
    host.is_none_or(is_this_machine) && same_site
}

fn is_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_service_listens_on_this_machine_only() {
        for (listen, wanted, has_provider, expected) in [
            ("127.0.0.1:8080", Wanted::Auto, false, Some(Mode::OpenUntilKeys)),
            ("[::1]:8080", Wanted::Auto, false, Some(Mode::OpenUntilKeys)),
            ("127.0.0.1:8080", Wanted::Auto, true, Some(Mode::Keys)),
            ("0.0.0.0:8080", Wanted::Auto, false, Some(Mode::Keys)),
            ("192.168.1.2:8080", Wanted::Open, false, None),
            ("127.0.0.1:8080", Wanted::Open, true, Some(Mode::Open)),
            ("127.0.0.1:8080", Wanted::Keys, false, Some(Mode::Keys)),
        ] {
            assert_eq!(mode(listen.parse().unwrap(), wanted, has_provider).ok(), expected, "{listen} {wanted:?}");
        }
    }

    #[test]
    fn other_sites_in_the_browser_are_kept_out() {
        let allowed = ["https://desk.example".to_owned()];
        for (host, origin, admitted) in [
            ("127.0.0.1:8080", None, true),
            ("localhost:8080", Some("http://localhost:8080"), true),
            ("[::1]:8080", None, true),
            ("rebound.example:8080", None, false),
            ("127.0.0.1:8080", Some("http://elsewhere.example"), false),
            ("127.0.0.1:8080", Some("http://127.0.0.1:3000"), false),
            ("127.0.0.1:8080", Some("https://desk.example"), true),
            ("127.0.0.1:8080", Some("null"), false),
        ] {
            assert_eq!(is_local(Some(host), origin, &allowed), admitted, "{host} {origin:?}");
        }
    }
}
