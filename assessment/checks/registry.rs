//! What a lender remembers of earlier applicants: keyed hashes, from which nobody's data can be read.
//!
//! A fingerprint is an HMAC-SHA256 under the lender's key, of something that two people's papers cannot share by chance:
//! a file's digest, twenty rows in a row, a document's serial. Without the key nobody can even test a guess. Beside it
//! stand an equally keyed hash of the person and the day.

use std::collections::{BTreeMap, BTreeSet};

use hmac::{Hmac, KeyInit, Mac};
use jiff::civil::Date;
use model::statement::{Statement, StatementKind, Transaction};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::DocumentView;
use crate::names::normalised;

/// Rows that two accounts cannot share by chance (catalogue W02).
pub const ROWS_OF_WINDOW: usize = 20;

/// Windows kept of one statement: ten years of daily use have fewer rows.
const WINDOWS_MAX: usize = 50_000;

/// Facts that a document is numbered or verified by.
const SERIALS: [&str; 6] =
    ["record_number", "serial_number", "verification_code", "invoice_number", "certificate_number", "voucher"];

/// Shorter serials may be shared by chance.
const SERIAL_CHARACTERS_MIN: usize = 8;

/// A telephone has eleven digits; a shorter address is a village's.
const CONTACT_CHARACTERS_MIN: usize = 8;

/// A lender's secret. At least as long as the hash, or guesses could be tried.
#[derive(Clone)]
pub struct Key(Vec<u8>);

/// The key is shorter than 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a registry's key has at least {KEY_BYTES_MIN} bytes")]
pub struct ShortKey;

const KEY_BYTES_MIN: usize = 32;

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(***)")
    }
}

impl Key {
    /// # Errors
    /// [`ShortKey`] below 32 bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, ShortKey> {
        if bytes.len() < KEY_BYTES_MIN { Err(ShortKey) } else { Ok(Self(bytes.to_vec())) }
    }

    /// The keyed hash that a device is remembered by.
    #[must_use]
    pub fn device(&self, device: &str) -> String {
        self.digest(&["device", device])
    }

    /// The keyed hash of parts, each with its length before it, so that no two lists of parts run together.
    fn digest(&self, parts: &[&str]) -> String {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        for part in parts {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// W01: a file's bytes.
    File,
    /// W02: twenty consecutive rows of an account.
    Rows,
    /// W03: producer and embedded fonts of a file.
    Template,
    /// W04: a document's own number.
    Serial,
    /// W05: the device that sent it.
    Device,
    /// W06: who pays the salary.
    Payer,
    /// W07: a telephone or an address that papers are addressed to.
    Contact,
}

impl Kind {
    pub const ALL: [Self; 7] =
        [Self::File, Self::Rows, Self::Template, Self::Serial, Self::Device, Self::Payer, Self::Contact];

    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Rows => "rows",
            Self::Template => "template",
            Self::Serial => "serial",
            Self::Device => "device",
            Self::Payer => "payer",
            Self::Contact => "contact",
        }
    }

    /// `None` for what is no kind.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Keyed hashes that an applicant is known again by; each empty where it is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Person {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id_number: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

impl Person {
    /// By the ID number where both are known by one, else by the name; who is known by neither is nobody else.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        if !self.id_number.is_empty() && !other.id_number.is_empty() {
            return self.id_number == other.id_number;
        }
        !self.name.is_empty() && self.name == other.name
    }
}

/// One application, as others may know it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sighting {
    pub person: Person,
    pub on: Date,
    /// Keyed hash of what must differ for the match to mean something: the issuer of a template.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub context: String,
}

/// One fingerprint of this application, and where what it is of stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    pub kind: Kind,
    pub digest: String,
    pub context: String,
    pub document: Option<u32>,
    /// Of the row or fact, within its statement.
    pub place: Option<Place>,
}

/// Where a fingerprint was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Row {
        statement: u32,
        seq: u32,
    },
    Fact {
        statement: u32,
        name: String,
    },
    /// The number that the paper is about.
    Account {
        statement: u32,
    },
}

/// Fingerprints of earlier applications.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    seen: BTreeMap<Kind, BTreeMap<String, BTreeSet<Sighting>>>,
}

impl Registry {
    /// Where the same thing was seen before, the applicant's own earlier applications among them.
    pub fn sightings<'a>(&'a self, fingerprint: &Fingerprint) -> impl Iterator<Item = &'a Sighting> + use<'a> {
        let seen = self.seen.get(&fingerprint.kind).and_then(|kind| kind.get(&fingerprint.digest));
        seen.into_iter().flatten()
    }

    /// Remembers one sighting.
    pub fn insert(&mut self, kind: Kind, digest: String, sighting: Sighting) {
        self.seen.entry(kind).or_default().entry(digest).or_default().insert(sighting);
    }

    /// The registry with this application remembered.
    #[must_use]
    pub fn with(mut self, fingerprints: &[Fingerprint], person: &Person, on: Date) -> Self {
        for one in fingerprints {
            let sighting = Sighting { person: person.clone(), on, context: one.context.clone() };
            self.insert(one.kind, one.digest.clone(), sighting);
        }
        self
    }
}

/// What an assessment may compare with.
#[derive(Debug, Clone, Copy)]
pub struct Across<'a> {
    pub key: &'a Key,
    pub registry: &'a Registry,
    /// SHA-256 of each document's file, in the documents' order, where known.
    pub files: &'a [Option<&'a str>],
    /// What the service knows the sending device by.
    pub device: Option<&'a str>,
    /// The applicant's ID number and name, as far as they are known; where neither is, every earlier applicant is
    /// somebody else.
    pub id_number: Option<&'a str>,
    pub name: Option<&'a str>,
}

impl Across<'_> {
    /// What the registry knows this applicant by.
    #[must_use]
    pub fn person(&self) -> Person {
        let hashed = |what: &str, text: String| {
            if text.is_empty() { String::new() } else { self.key.digest(&[what, &text]) }
        };
        Person {
            id_number: hashed("id", self.id_number.map(|id| id.trim().to_uppercase()).unwrap_or_default()),
            name: hashed("name", self.name.map(normalised).unwrap_or_default()),
        }
    }

    /// What is remembered of this application, of these kinds.
    #[must_use]
    pub fn fingerprints(&self, documents: &[DocumentView<'_>], payers: &[String], kinds: &[Kind]) -> Vec<Fingerprint> {
        let key = self.key;
        let wanted = |kind: Kind| kinds.contains(&kind);
        let mut all = Vec::new();
        for (number, shown) in (0_u32..).zip(documents) {
            let file = usize::try_from(number).ok().and_then(|index| self.files.get(index).copied().flatten());
            let of_file =
                |kind, digest, context| Fingerprint { kind, digest, context, document: Some(number), place: None };
            all.extend(
                file.filter(|_| wanted(Kind::File))
                    .map(|file| of_file(Kind::File, key.digest(&["file", file]), String::new())),
            );
            if let Some(template) = template(shown).filter(|_| wanted(Kind::Template)) {
                let issuer = shown.statements.first().map_or("", |statement| statement.issuer.as_str());
                all.push(of_file(
                    Kind::Template,
                    key.digest(&["template", &template]),
                    key.digest(&["issuer", issuer]),
                ));
            }
            for (statement, content) in (0_u32..).zip(shown.statements) {
                all.extend(wanted(Kind::Rows).then(|| windows(key, content)).into_iter().flatten().map(
                    |(digest, seq)| Fingerprint {
                        kind: Kind::Rows,
                        digest,
                        context: String::new(),
                        document: Some(number),
                        place: Some(Place::Row { statement, seq }),
                    },
                ));
                all.extend(serials(content).filter(|_| wanted(Kind::Serial)).map(|(name, value)| Fingerprint {
                    kind: Kind::Serial,
                    digest: key.digest(&["serial", &content.issuer, name, value]),
                    context: String::new(),
                    document: Some(number),
                    place: Some(Place::Fact { statement, name: name.to_owned() }),
                }));
            }
        }
        if wanted(Kind::Contact) {
            all.extend(contacts(key, documents));
        }
        let bare = |kind, digest| Fingerprint { kind, digest, context: String::new(), document: None, place: None };
        all.extend(
            self.device
                .filter(|_| wanted(Kind::Device))
                .map(|device| bare(Kind::Device, key.digest(&["device", device]))),
        );
        all.extend(
            payers.iter().filter(|_| wanted(Kind::Payer)).map(|payer| bare(Kind::Payer, key.digest(&["payer", payer]))),
        );
        all
    }
}

/// What a bill is addressed to: the telephone of a telephone bill, the address of a utility's.
fn contacts(key: &Key, documents: &[DocumentView<'_>]) -> Vec<Fingerprint> {
    let statements = (0_u32..).zip(documents).flat_map(|(document, shown)| {
        (0_u32..).zip(shown.statements).map(move |(statement, content)| (document, statement, content))
    });
    let contact = |(document, statement, content): (u32, u32, &Statement)| {
        let (text, place) = match content.kind {
            StatementKind::TelecomBill => {
                (content.account.as_ref()?.value.reveal().to_string(), Place::Account { statement })
            }
            StatementKind::UtilityBill => {
                let name = "address".to_owned();
                (content.fields.get("address")?.value.to_string(), Place::Fact { statement, name })
            }
            _ => return None,
        };
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        // A masked number is many people's.
        let is_whole = text.chars().count() >= CONTACT_CHARACTERS_MIN && !text.contains('*');
        let digest = key.digest(&["contact", content.kind.as_str(), &text]);
        let context = String::new();
        is_whole.then_some(Fingerprint {
            kind: Kind::Contact,
            digest,
            context,
            document: Some(document),
            place: Some(place),
        })
    };
    statements.filter_map(contact).collect()
}

/// Producer and the tagged subsets of embedded fonts: a subset's six letters are drawn at random, so files that share
/// them were made from one another. `None` where the file has none.
fn template(shown: &DocumentView<'_>) -> Option<String> {
    let mut tagged: Vec<&str> = shown
        .facts
        .fonts
        .iter()
        .map(model::Text::as_str)
        .filter(|font| font.split_once('+').is_some_and(|(tag, _)| tag.len() == 6 && !is_regular(tag)))
        .collect();
    if tagged.is_empty() {
        return None;
    }
    tagged.sort_unstable();
    let facts = [shown.facts.producer.as_deref(), shown.facts.creator.as_deref()];
    Some(format!("{facts:?}{tagged:?}"))
}

/// Some producers count their tags (`AAAAAA`, `BAAAAA`, …) instead of drawing them: those are everybody's.
fn is_regular(tag: &str) -> bool {
    let letters: BTreeSet<u8> = tag.bytes().collect();
    letters.len() <= 2
}

fn serials(statement: &Statement) -> impl Iterator<Item = (&'static str, &str)> {
    SERIALS.iter().filter_map(|name| {
        let value = statement.fields.get(*name)?.value.trim();
        (value.chars().count() >= SERIAL_CHARACTERS_MIN).then_some((*name, value))
    })
}

/// A digest for each run of [`ROWS_OF_WINDOW`] rows with a balance or a reference, with the last row's number.
fn windows<'a>(key: &'a Key, statement: &'a Statement) -> impl Iterator<Item = (String, u32)> + use<'a> {
    let is_account =
        matches!(statement.kind, StatementKind::DepositAccount | StatementKind::CreditCard | StatementKind::Wallet);
    let identity = |row: &Transaction| -> Option<String> {
        let what = match (row.balance, row.reference.as_deref()) {
            (Some(balance), _) => balance.to_string(),
            (None, Some(reference)) => reference.to_owned(),
            (None, None) => return None,
        };
        Some(format!("{} {} {what}\n", row.time?.date, row.amount))
    };
    let rows: Vec<(String, u32)> = statement
        .transactions
        .iter()
        .filter(|_| is_account)
        .filter_map(|row| Some((identity(row)?, row.seq)))
        .collect();
    let count = rows.len().saturating_sub(ROWS_OF_WINDOW - 1).min(WINDOWS_MAX);
    (0..count).filter_map(move |start| {
        let window = rows.get(start..start + ROWS_OF_WINDOW)?;
        let text: String = window.iter().map(|(row, _)| row.as_str()).collect();
        Some((key.digest(&["rows", &text]), window.last()?.1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{bank, day};
    use model::document::FileFacts;

    fn key(byte: u8) -> Key {
        Key::new(&[byte; 32]).unwrap()
    }

    fn many_rows() -> Statement {
        bank(&(1..=25).map(|day| format!("2026-03-{day:02} -1.00 {}.00\n", 1000 - day)).collect::<String>())
    }

    fn remembered(key: &Key) -> (Registry, Vec<Fingerprint>) {
        let statement = many_rows();
        let facts = FileFacts::default();
        let view = DocumentView { statements: std::slice::from_ref(&statement), problems: &[], facts: &facts };
        let across = Across {
            key,
            registry: &Registry::default(),
            files: &[Some("ab12")],
            device: Some("phone-1"),
            id_number: Some("11010519491231002X"),
            name: Some("林小满"),
        };
        let fingerprints = across.fingerprints(&[view], &["青禾信息技术有限公司".to_owned()], &Kind::ALL);
        (Registry::default().with(&fingerprints, &across.person(), day("2026-03-31")), fingerprints)
    }

    #[test]
    fn nobodys_data_can_be_read_from_it() {
        let (registry, _) = remembered(&key(7));
        let text = serde_json::to_string(&registry).unwrap();
        for private in ["110105", "002X", "林小满", "青禾", "phone-1", "ab12", "-1.00", "999.00"] {
            assert!(!text.contains(private), "{private}");
        }
        // Hashes and days, and nothing else.
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let is_hash = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        for sightings in value["seen"].as_object().unwrap().values().flat_map(|kind| kind.as_object().unwrap()) {
            assert!(is_hash(sightings.0));
            for sighting in sightings.1.as_array().unwrap() {
                assert!(sighting["person"].as_object().unwrap().values().all(|one| is_hash(one.as_str().unwrap())));
                assert_eq!(sighting.as_object().unwrap().len(), 2);
            }
        }
        assert_eq!(format!("{:?}", key(7)), "Key(***)");
    }

    #[test]
    fn another_key_finds_nothing() {
        let (registry, mine) = remembered(&key(7));
        let (_, theirs) = remembered(&key(8));
        assert!(mine.iter().all(|one| registry.sightings(one).count() == 1));
        assert!(theirs.iter().all(|one| registry.sightings(one).count() == 0));
        assert_eq!(Key::new(b"short").unwrap_err(), ShortKey);
    }

    #[test]
    fn the_hash_is_hmac_sha256() {
        // RFC 4231, test case 1, in the form without lengths: the parts here carry them, so the known answer is computed
        // over the same bytes.
        let mut mac = Hmac::<Sha256>::new_from_slice(&[0x0b; 32]).unwrap();
        mac.update(&8_u64.to_be_bytes());
        mac.update(b"Hi There");
        let expected: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(key(0x0b).digest(&["Hi There"]), expected);
        assert_ne!(key(1).digest(&["ab", "c"]), key(1).digest(&["a", "bc"]));
    }

    #[test]
    fn a_person_is_not_their_own_double() {
        let (registry, fingerprints) = remembered(&key(7));
        let seen_as = |id_number: Option<&str>, name: Option<&str>| {
            let across = Across { key: &key(7), registry: &registry, files: &[], device: None, id_number, name };
            let own = across.person();
            fingerprints.iter().all(|one| registry.sightings(one).all(|sighting| sighting.person.is(&own)))
        };
        assert!(seen_as(Some("11010519491231002x"), None));
        // Who stated no ID number is known by the name; another's ID number is another person, whatever the name.
        assert!(seen_as(None, Some("林小满")));
        assert!(!seen_as(Some("110105199001010017"), Some("林小满")));
        assert!(!seen_as(None, Some("何景行")));
        assert!(!seen_as(None, None));
    }
}
