//! Typed, prefixed, sortable ids, so that one kind cannot be passed for another.
//! The random part is an argument: this crate has no randomness of its own.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            /// `unique` is a fresh time-ordered value, in practice a UUIDv7 as 32 hex digits.
            #[must_use]
            pub fn new(unique: &str) -> Self {
                Self(format!("{}_{unique}", Self::PREFIX))
            }

            /// `None` unless the text has this kind's prefix and only letters and digits after it.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let rest = text.strip_prefix(Self::PREFIX)?.strip_prefix('_')?;
                let plausible = (1..=64).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric());
                plausible.then(|| Self(text.to_owned()))
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// One applicant's request with its documents.
    ApplicationId = "app";
    /// One file as it was understood, within an application.
    DocumentId = "doc";
    /// One statement found in a document.
    StatementId = "stm";
    /// One unit of background work.
    JobId = "job";
    /// One decision.
    DecisionId = "dec";
    /// A lender, whose data no other lender sees.
    TenantId = "ten";
    /// A lender's API key, or an applicant's token: what names it, never what it opens with.
    AccessKeyId = "key";
    AccessTokenId = "tok";
    /// What an applicant allowed.
    ConsentId = "con";
    /// A file that comes in pieces.
    UploadId = "upl";
    /// One line of the audit log.
    AuditId = "aud";
    /// An address of a lender that is told what happens.
    WebhookId = "hook";
    /// One thing that happened.
    EventId = "evt";
}
