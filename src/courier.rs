//! Carries messages to lenders' addresses: signed by the Standard Webhooks scheme, over a client that goes where it may.
//!
//! Of an answer the status alone is looked at: what a stranger's machine says is neither kept nor shown.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect;
use reqwest::{Client, Url};
use standardwebhooks::Webhook as Signer;

/// An address longer than this is none that a program makes.
const URL_BYTES_MAX: usize = 2_048;
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// Why an address cannot be one that is told something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    #[error("it is no URL of http or https with a host")]
    NotAUrl,
    #[error("it is not https")]
    NotHttps,
    #[error("it is an address that may not be reached")]
    OutOfReach,
}

/// Why a message did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    #[error("it answered {0}")]
    Answered(u16),
    #[error("it did not answer in time")]
    TimedOut,
    #[error("it could not be reached")]
    NotReached,
    #[error("nobody that is trusted here vouches for its certificate")]
    Untrusted,
    #[error("it may not be reached")]
    OutOfReach,
    #[error("the message could not be signed")]
    Unsigned,
    #[error("the client that would carry it could not be made")]
    NoClient,
}

/// A message to one address.
#[derive(Debug)]
pub struct Message<'a> {
    pub url: &'a str,
    /// The same for every try, so that the receiver knows a repeated one.
    pub id: &'a str,
    /// Seconds since 1970: of this try.
    pub sent_at: i64,
    /// Each signs it: the one of now and, for a while, the one before.
    pub secrets: &'a [&'a str],
    pub body: String,
}

/// What carries messages. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Courier {
    may_go_inside: bool,
    timeout: Duration,
    client: Arc<OnceLock<Option<Client>>>,
}

impl Courier {
    /// `may_go_inside`: to the house's own network, and over plain http.
    #[must_use]
    pub fn new(may_go_inside: bool, timeout: Duration) -> Self {
        Self { may_go_inside, timeout, client: Arc::default() }
    }

    /// An address as it is kept.
    ///
    /// # Errors
    /// [`BadAddress`].
    pub fn address(&self, text: &str) -> Result<String, BadAddress> {
        let mut url = if text.len() <= URL_BYTES_MAX { Url::parse(text).ok() } else { None }
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or(BadAddress::NotAUrl)?;
        if url.scheme() == "http" && !self.may_go_inside {
            return Err(BadAddress::NotHttps);
        }
        if !self.may_reach(&url) {
            return Err(BadAddress::OutOfReach);
        }
        url.set_fragment(None);
        Ok(url.into())
    }

    /// Whether the host may be reached, as far as it is a number; names are looked up when something is sent.
    fn may_reach(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let number = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        number.map_or(true, |address| may_reach(address, self.may_go_inside))
    }

    /// Sends a message once.
    ///
    /// # Errors
    /// [`Undelivered`]: it did not arrive, or the receiver did not take it.
    pub async fn send(&self, message: Message<'_>) -> Result<(), Undelivered> {
        let url = Url::parse(message.url).map_err(|_| Undelivered::OutOfReach)?;
        if !self.may_reach(&url) || (url.scheme() != "https" && !self.may_go_inside) {
            return Err(Undelivered::OutOfReach);
        }
        let mut signatures = Vec::with_capacity(message.secrets.len());
        for secret in message.secrets {
            let signer = Signer::new(secret).map_err(|_| Undelivered::Unsigned)?;
            let signed = signer.sign(message.id, message.sent_at, message.body.as_bytes());
            signatures.push(signed.map_err(|_| Undelivered::Unsigned)?);
        }
        let client = self.client().ok_or(Undelivered::NoClient)?;
        let sent = client
            .post(url)
            .header("content-type", "application/json")
            .header(standardwebhooks::HEADER_WEBHOOK_ID, message.id)
            .header(standardwebhooks::HEADER_WEBHOOK_TIMESTAMP, message.sent_at)
            .header(standardwebhooks::HEADER_WEBHOOK_SIGNATURE, signatures.join(" "))
            .body(message.body)
            .send()
            .await;
        match sent {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(Undelivered::Answered(answer.status().as_u16())),
            Err(error) if error.is_timeout() => Err(Undelivered::TimedOut),
            Err(error) if is_untrusted(&error) => Err(Undelivered::Untrusted),
            Err(_) => Err(Undelivered::NotReached),
        }
    }

    /// Made when it is first needed: it reads the system's certificates, and most services never send anything.
    fn client(&self) -> Option<&Client> {
        let make = || {
            Client::builder()
                .user_agent(concat!("xinge/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(CONNECT_MAX)
                .timeout(self.timeout)
                // Where it leads is not what was registered and looked at.
                .redirect(redirect::Policy::none())
                .no_proxy()
                .referer(false)
                .dns_resolver(Arc::new(Lookup { may_go_inside: self.may_go_inside }))
                .build()
                .ok()
        };
        self.client.get_or_init(make).as_ref()
    }
}

/// Whether the connection failed at the certificate. Its operator is told the difference, which is in words alone.
fn is_untrusted(error: &reqwest::Error) -> bool {
    let first: Option<&dyn Error> = error.source();
    std::iter::successors(first, |error: &&dyn Error| Error::source(*error))
        .any(|error| error.to_string().contains("certificate"))
}

/// Looks names up, and knows only the addresses that may be reached.
#[derive(Debug)]
struct Lookup {
    may_go_inside: bool,
}

impl Resolve for Lookup {
    fn resolve(&self, name: Name) -> Resolving {
        let may_go_inside = self.may_go_inside;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let kept: Vec<SocketAddr> = found.filter(|address| may_reach(address.ip(), may_go_inside)).collect();
            if kept.is_empty() {
                return Err("no address that may be reached".into());
            }
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

/// Whether an address may be reached. Link-local ones never: a cloud's own keys are told there.
fn may_reach(address: IpAddr, may_go_inside: bool) -> bool {
    match address {
        IpAddr::V4(address) => may_reach_v4(address, may_go_inside),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => may_reach_v4(mapped, may_go_inside),
            None => may_reach_v6(address, may_go_inside),
        },
    }
}

fn may_reach_v4(address: Ipv4Addr, may_go_inside: bool) -> bool {
    let [first, second, third, _] = address.octets();
    // IANA's special-purpose registry: this network, shared with the provider (RFC 6598), protocols, benchmarks, reserved.
    let is_special = first == 0
        || (first, second, third) == (192, 0, 0)
        || (first == 198 && second & 0xfe == 18)
        || first >= 240
        || address.is_documentation();
    let is_inside = address.is_private() || address.is_loopback() || (first == 100 && second & 0xc0 == 64);
    !(is_special || address.is_link_local() || address.is_multicast()) && (may_go_inside || !is_inside)
}

fn may_reach_v6(address: Ipv6Addr, may_go_inside: bool) -> bool {
    let [first, second, ..] = address.segments();
    let is_inside = address.is_loopback() || address.is_unique_local();
    // Documentation; 6to4 and NAT64 would lead to a v4 address by another name.
    let is_special = (first, second) == (0x2001, 0xdb8) || first == 0x2002 || (first, second) == (0x64, 0xff9b);
    !(is_special || address.is_unspecified() || address.is_unicast_link_local() || address.is_multicast())
        && (may_go_inside || !is_inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_and_outside_unless_the_inside_is_allowed() {
        let (outside, inside) =
            (Courier::new(false, Duration::from_secs(1)), Courier::new(true, Duration::from_secs(1)));
        let cases = [
            ("https://lender.example/hooks?a=1#x", Ok("https://lender.example/hooks?a=1"), true),
            ("http://lender.example/", Err(BadAddress::NotHttps), true),
            ("https://10.1.2.3/", Err(BadAddress::OutOfReach), true),
            ("https://127.1/", Err(BadAddress::OutOfReach), true),
            ("https://[::1]/", Err(BadAddress::OutOfReach), true),
            ("https://[::ffff:192.168.0.1]/", Err(BadAddress::OutOfReach), true),
            ("https://[fd00::1]/", Err(BadAddress::OutOfReach), true),
            ("https://100.64.0.1/", Err(BadAddress::OutOfReach), true),
            ("https://169.254.169.254/latest", Err(BadAddress::OutOfReach), false),
            ("https://2852039166/", Err(BadAddress::OutOfReach), false),
            ("https://0.0.0.0/", Err(BadAddress::OutOfReach), false),
            ("https://[fe80::1]/", Err(BadAddress::OutOfReach), false),
            ("https://[64:ff9b::a9fe:a9fe]/", Err(BadAddress::OutOfReach), false),
            ("https://224.0.0.1/", Err(BadAddress::OutOfReach), false),
            ("https://", Err(BadAddress::NotAUrl), false),
            ("ftp://lender.example/", Err(BadAddress::NotAUrl), false),
            ("lender.example", Err(BadAddress::NotAUrl), false),
        ];
        for (text, expected, is_fine_inside) in cases {
            assert_eq!(outside.address(text).as_deref(), expected.as_deref(), "{text}");
            assert_eq!(inside.address(text).is_ok(), is_fine_inside, "{text}");
        }
        let long = format!("https://lender.example/{}", "a".repeat(URL_BYTES_MAX));
        assert_eq!(outside.address(&long), Err(BadAddress::NotAUrl));
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_followed() {
        let lookup = Lookup { may_go_inside: false };
        assert!(lookup.resolve("localhost".parse().unwrap()).await.is_err());
        let lookup = Lookup { may_go_inside: true };
        assert!(lookup.resolve("localhost".parse().unwrap()).await.unwrap().all(|address| address.ip().is_loopback()));
    }
}
