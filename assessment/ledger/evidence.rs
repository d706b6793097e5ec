//! Grade A: what its issuer signed. Grade B: two issuers that show the same events support each other (catalogue, 4.0).

use std::collections::HashMap;
use std::sync::LazyLock;

use model::Period;
use model::document::FileFacts;
use model::forensics::{Chain, Coverage, Integrity};
use model::ledger::Grade;
use model::statement::StatementKind;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{Draft, legs, number};
use crate::names;

#[derive(Deserialize)]
struct Table {
    corroboration: Corroboration,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Corroboration {
    rows_min: u32,
    share_min: Decimal,
}

/// The table is part of the program: a faulty one is our own bug, and every test of this stage fails on it.
static TERMS: LazyLock<Corroboration> =
    LazyLock::new(|| match toml::from_str(include_str!("../tables/evidence.toml")) {
        Ok(Table { corroboration }) => corroboration,
        Err(fault) => panic!("tables/evidence.toml: {fault}"),
    });

/// Whether a file is signed as a whole by the issuer of a statement in it: the signature fits, a trusted root vouches for
/// its signer, and the signer's certificate names the issuer. Roots vouch for customers as well, who may sign anything.
pub(super) fn is_signed_by_issuer(facts: &FileFacts, issuer: &str) -> bool {
    facts.traces.signatures.iter().any(|signature| {
        let names =
            |signer: &str| names::issuer_named(signer) == Some(issuer) || names::channel(signer) == Some(issuer);
        signature.integrity == Integrity::Intact
            && signature.coverage == Coverage::Whole
            && matches!(signature.chain, Chain::Trusted(_))
            && signature.signer.as_deref().is_some_and(names)
    })
}

#[derive(Default)]
struct Count {
    expected: u32,
    matched: u32,
}

/// Raises proven accounts that show each other's events to grade B.
///
/// Expected is a wallet row that names the tail of a card whose account both documents show on that day; matched is
/// one that a bank row was found for. Both accounts must be proven text on their own: two forgeries agree easily.
pub(super) fn corroborate(draft: &mut Draft<'_>) {
    let mut counts: HashMap<(u32, u32), Count> = HashMap::new();
    let mut matched = vec![false; draft.entries.len()];
    for entry in &draft.entries {
        for other in [entry.same_event, entry.own_transfer].into_iter().flatten() {
            if let Some(flag) = matched.get_mut(other as usize) {
                *flag = true;
            }
        }
    }
    for (index, (entry, row)) in draft.entries.iter().zip(&draft.rows).enumerate() {
        let (StatementKind::Wallet, Some(when), true) = (draft.kind(entry), entry.time, entry.status.counts()) else {
            continue;
        };
        let Some(tail) = legs::card_of(entry, row).and_then(|card| card.tail) else { continue };
        let shows = |account: u32| {
            let covered = draft.accounts.get(account as usize).map_or(&[][..], |account| &account.covered);
            covered.iter().any(|period: &Period| period.contains(when.date))
        };
        let card = draft.accounts.iter().position(|account| {
            account.kind != StatementKind::Wallet && account.tail.as_deref() == Some(tail.as_str())
        });
        let Some(card) = card.map(number).filter(|card| shows(*card) && shows(entry.account)) else { continue };
        let count = counts.entry((entry.account, card)).or_default();
        count.expected += 1;
        count.matched += u32::from(matched.get(index) == Some(&true));
    }
    let mut supported: Vec<u32> = Vec::new();
    for ((wallet, card), count) in counts {
        let grade = |account: u32| draft.accounts.get(account as usize).map(|account| account.grade);
        let enough = count.matched >= TERMS.rows_min
            && Decimal::from(count.matched) >= TERMS.share_min * Decimal::from(count.expected);
        let carries = |account: u32| matches!(grade(account), Some(Grade::A | Grade::C));
        if enough && carries(wallet) && carries(card) {
            supported.extend([wallet, card]);
        }
    }
    for account in supported {
        if let Some(account) = draft.accounts.get_mut(account as usize) {
            account.grade = account.grade.min(Grade::B);
        }
    }
}
