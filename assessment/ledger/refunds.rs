//! Refunds, each with the purchase it gives back.
//!
//! Alipay numbers a refund after its purchase (`<original>_<suffix>`). WeChat marks the purchase 已退款 and lists the
//! refund from the same merchant. Banks print neither: there the same merchant gives the same amount back.

use std::collections::HashMap;

use jiff::civil::Date;
use model::Money;
use model::dates::days_between;
use model::ledger::{Category, PairingKind, PairingRule};
use model::statement::{Flow, Status};

use super::{Draft, magnitude, number};
use crate::names::normalised;

/// Longer than any shop's return period: a later credit of the same amount is something else.
const DAYS_MAX: i64 = 180;

pub(super) fn pair(draft: &mut Draft<'_>) {
    by_reference(draft);
    by_merchant(draft);
}

fn by_reference(draft: &mut Draft<'_>) {
    let mut purchases: HashMap<(u32, &str), u32> = HashMap::new();
    for (index, (entry, row)) in draft.entries.iter().zip(&draft.rows).enumerate() {
        if let Some(reference) = row.reference.as_deref().filter(|_| entry.category != Category::Refund) {
            purchases.insert((entry.account, reference), number(index));
        }
    }
    let entries = draft.entries.iter().zip(&draft.rows).enumerate();
    let pairs: Vec<(u32, u32)> = entries
        .filter(|(_, (entry, _))| entry.category == Category::Refund && entry.flow != Flow::Out)
        .filter_map(|(index, (entry, row))| {
            let (original, _) = row.reference.as_deref()?.rsplit_once('_')?;
            let purchase = *purchases.get(&(entry.account, original))?;
            let bought = draft.entries.get(purchase as usize)?;
            (magnitude(entry) <= magnitude(bought)).then_some((number(index), purchase))
        })
        .collect();
    for (refund, purchase) in pairs {
        connect(draft, refund, purchase, PairingRule::OrderNumber);
    }
}

/// Purchases in the order of time, the latest on top: a refund takes the latest that fits.
#[derive(Default)]
struct Stack {
    purchases: Vec<(Date, u32)>,
}

#[derive(PartialEq, Eq, Hash)]
enum Key {
    /// A purchase given back in full, or a bank's, whose rows say nothing about it.
    Whole { account: u32, merchant: String, amount: Money, marked: bool },
    /// A purchase of which the wallet says that part was given back.
    Part { account: u32, merchant: String },
}

fn by_merchant(draft: &mut Draft<'_>) {
    let mut stacks: HashMap<Key, Stack> = HashMap::new();
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for (index, (entry, row)) in draft.entries.iter().zip(&draft.rows).enumerate() {
        let (Some(when), None) = (entry.time, entry.refund_of) else { continue };
        let account = entry.account;
        let merchant = entry.counterparty.as_deref().map(normalised);
        let index = number(index);
        if entry.flow == Flow::Out && entry.category != Category::Refund {
            let Some(merchant) = merchant else { continue };
            let key = match entry.status {
                Status::PartlyRefunded => Key::Part { account, merchant },
                status => {
                    let marked = status == Status::Refunded;
                    Key::Whole { account, merchant, amount: magnitude(entry), marked }
                }
            };
            stacks.entry(key).or_default().purchases.push((when.date, index));
        } else if entry.flow == Flow::In && entry.category == Category::Refund {
            // WeChat names the merchant in the type: `某某商店-退款`.
            let typed = row.printed_type.as_deref().and_then(|text| text.strip_suffix("-退款")).map(normalised);
            let names = [merchant, typed].into_iter().flatten();
            let found = names.into_iter().find_map(|merchant| {
                let whole =
                    |marked| Key::Whole { account, merchant: merchant.clone(), amount: magnitude(entry), marked };
                let keys = [whole(true), Key::Part { account, merchant: merchant.clone() }, whole(false)];
                keys.iter().find_map(|key| take(stacks.get_mut(key)?, when.date))
            });
            pairs.extend(found.map(|purchase| (index, purchase)));
        }
    }
    for (refund, purchase) in pairs {
        connect(draft, refund, purchase, PairingRule::SameMerchant);
    }
}

fn take(stack: &mut Stack, refunded: Date) -> Option<u32> {
    let (bought, purchase) = stack.purchases.pop()?;
    if days_between(bought, refunded) > DAYS_MAX {
        // What lies below is older still.
        stack.purchases.clear();
        return None;
    }
    Some(purchase)
}

fn connect(draft: &mut Draft<'_>, refund: u32, purchase: u32, rule: PairingRule) {
    draft.note(PairingKind::Refund, rule, purchase, refund);
    for (index, other) in [(refund, purchase), (purchase, refund)] {
        if let Some(entry) = draft.entries.get_mut(index as usize) {
            entry.refund_of = Some(other);
        }
    }
}
