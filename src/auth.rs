//! Who may call. There are no accounts and no keys yet, so the answer is: programs on this machine.
//!
//! Two things would break that in silence, and are refused: listening where other machines reach it, and a web page
//! in this machine's browser that calls the service by a name of its own (DNS rebinding) or as a form of another site.

use std::net::SocketAddr;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    #[error(
        "refusing to listen on {listen}: the API does not ask who is calling, so whoever reaches that address could \
         read and change every application. Listen on 127.0.0.1, or set server.insecure_no_auth (--insecure-no-auth) \
         if something in front of it keeps others out"
    )]
    WouldBeOpen { listen: SocketAddr },
}

/// Who is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Programs on this machine.
    ThisMachine,
    /// Whoever reaches the port: something else keeps others out.
    Everyone,
}

/// Decides who is let in at `listen`.
///
/// # Errors
/// [`AuthError::WouldBeOpen`] for an address that other machines reach, unless that is asked for in so many words.
pub fn access(listen: SocketAddr, insecure_no_auth: bool) -> Result<Access, AuthError> {
    match (insecure_no_auth, listen.ip().is_loopback()) {
        (true, _) => Ok(Access::Everyone),
        (false, true) => Ok(Access::ThisMachine),
        (false, false) => Err(AuthError::WouldBeOpen { listen }),
    }
}

impl Access {
    /// Whether a request with these headers is let in. Browsers send `Origin` with whatever could change something,
    /// and always with what comes from another site's script; other programs do not send it.
    #[must_use]
    pub fn admits(self, host: Option<&str>, origin: Option<&str>) -> bool {
        let host_is_known = match self {
            Self::ThisMachine => host.is_none_or(is_this_machine),
            Self::Everyone => true,
        };
        let same_site = origin.is_none_or(|origin| {
            let site = origin.split_once("://").map(|(_, site)| site);
            site.is_some() && site == host
        });
        host_is_known && same_site
    }
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
    fn an_open_address_needs_the_word() {
        for (listen, insecure, expected) in [
            ("127.0.0.1:8080", false, Some(Access::ThisMachine)),
            ("[::1]:8080", false, Some(Access::ThisMachine)),
            ("0.0.0.0:8080", false, None),
            ("192.168.1.2:8080", false, None),
            ("0.0.0.0:8080", true, Some(Access::Everyone)),
        ] {
            assert_eq!(access(listen.parse().unwrap(), insecure).ok(), expected, "{listen} {insecure}");
        }
    }

    #[test]
    fn other_sites_in_the_browser_are_kept_out() {
        for (host, origin, admitted) in [
            ("127.0.0.1:8080", None, true),
            ("localhost:8080", Some("http://localhost:8080"), true),
            ("[::1]:8080", None, true),
            ("rebound.example:8080", None, false),
            ("127.0.0.1:8080", Some("http://elsewhere.example"), false),
            ("127.0.0.1:8080", Some("http://127.0.0.1:3000"), false),
            ("127.0.0.1:8080", Some("null"), false),
        ] {
            assert_eq!(Access::ThisMachine.admits(Some(host), origin), admitted, "{host} {origin:?}");
        }
        assert!(Access::Everyone.admits(Some("credit.example"), Some("https://credit.example")));
    }
}
