//! Several exports of one account, merged row by row (Z09 looks at what does not agree).
//!
//! Two rows are the same event when the issuer's reference is the same, or else when they stand at the same place of
//! the account: same day, amount and balance, taken in order. Where a document prints neither reference nor balance,
//! the place is the day's order of equal rows, and only on days that both exports cover. Rows of *one* statement
//! never merge: two equal coffees on a day stay two.

use std::collections::HashMap;
use std::hash::Hash;

use jiff::civil::{Date, Time};
use model::Money;
use model::ledger::{Entry, Pairing, PairingKind, PairingRule, RowRef};
use model::proof::PrintedOrder;
use model::statement::{Flow, Statement, Transaction};

use super::accounts::{Group, Placed};
use super::stretches::{self, Shown, Stretch};
use super::{Categorise, Draft, pairing};
use crate::DocumentView;
use crate::names::normalised;

pub(super) fn merge<'a>(documents: &[DocumentView<'a>], groups: Vec<Group<'a>>, categorise: Categorise) -> Draft<'a> {
    let mut draft = Draft { accounts: Vec::new(), entries: Vec::new(), rows: Vec::new(), pairings: Vec::new() };
    // Whatever statement a name is printed on, what comes from it stays with the applicant.
    let mut own_names: Vec<&str> = Vec::new();
    for view in documents {
        for name in view.statements.iter().filter_map(|statement| statement.holder.name.as_ref()) {
            let name = name.value.reveal().as_str();
            if !own_names.contains(&name) {
                own_names.push(name);
            }
        }
    }
    for group in groups {
        let number = super::number(draft.accounts.len());
        let mut merger = Merger::new(number, categorise, &own_names);
        let mut statements = group.statements;
        // What is proven is read first, so that an entry is a proven row's wherever one shows it.
        statements.sort_by_key(|placed| !placed.statement.proof.status.is_proof());
        let last = statements.len().saturating_sub(1);
        for (place, placed) in statements.into_iter().enumerate() {
            merger.add(placed, place < last);
        }
        draft.pairings.append(&mut merger.pairings);
        let mut events = merger.events;
        events.sort_by_key(|event| event.place);
        for event in events {
            draft.entries.push(event.entry);
            draft.rows.push(event.row);
        }
        draft.accounts.push(group.account);
    }
    draft
}

/// What orders the entries of an account: the day; the time, where the document has no balances whose chain tells
/// better; then the statement's start and the row's place in it, oldest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    date: Option<Date>,
    time: Option<Time>,
    statement_from: Option<Date>,
    position: usize,
}

struct Event<'a> {
    entry: Entry,
    row: &'a Transaction,
    place: Place,
    /// The last day its statement shows: of two exports the later knows better what became of a payment.
    shown_until: Option<Date>,
    /// The statement that last took it, so that no two rows of one do.
    taken_by: usize,
    conflict: bool,
}

type Day = (Date, Money, Flow);

struct Merger<'a, 'n> {
    account: u32,
    categorise: Categorise,
    own_names: &'n [&'n str],
    pairings: Vec<Pairing>,
    events: Vec<Event<'a>>,
    statements: Vec<&'a Statement>,
    stretches: Vec<Stretch<'a>>,
    /// Comparisons of lists that are left.
    compared_left: usize,
    by_reference: Shelf<(&'a str, Day)>,
    by_reference_alone: HashMap<&'a str, Vec<usize>>,
    by_balance: Shelf<(Day, Money)>,
    by_description: Shelf<(Day, Option<Time>, String)>,
}

impl<'a, 'n> Merger<'a, 'n> {
    fn new(account: u32, categorise: Categorise, own_names: &'n [&'n str]) -> Self {
        Self {
            account,
            categorise,
            own_names,
            pairings: Vec::new(),
            events: Vec::new(),
            statements: Vec::new(),
            stretches: Vec::new(),
            compared_left: stretches::COMPARED_MAX,
            by_reference: Shelf::new(),
            by_reference_alone: HashMap::new(),
            by_balance: Shelf::new(),
            by_description: Shelf::new(),
        }
    }

    /// `others_follow`: whether a further statement will look for these rows. Most accounts have one.
    fn add(&mut self, placed: Placed<'a>, others_follow: bool) {
        let statement = placed.statement;
        // 0 stands for "taken by none".
        let stamp = self.statements.len() + 1;
        let known = self.events.len();
        let references = if known == 0 { HashMap::new() } else { reference_counts(statement) };
        let has_balances = statement.transactions.iter().any(|row| row.balance.is_some());
        let unchecked: std::collections::HashSet<u32> = statement.proof.unchecked.iter().copied().collect();
        let days = || statement.transactions.iter().filter_map(|row| row.time).map(|when| when.date);
        let statement_from = statement.period.as_ref().map(|period| period.value.from).or_else(|| days().min());
        let shown_until = statement.period.as_ref().map(|period| period.value.to).or_else(|| days().max());
        let (mut date, mut time) = (None, None);
        let rows: Vec<&'a Transaction> = oldest_first(statement).collect();
        let is_stretch = stretches::is_stretch(statement);
        let shown: Vec<Shown<'a>> = if is_stretch { rows.iter().copied().map(Shown::of).collect() } else { Vec::new() };
        let laid = stretches::events(&self.stretches, &shown, &mut self.compared_left);
        let mut stretch = Stretch { rows: shown, events: Vec::new() };
        for (position, row) in rows.into_iter().enumerate() {
            let row_ref = RowRef { document: placed.document, statement: placed.number, seq: row.seq };
            let checked = statement.proof.status.is_proof() && !unchecked.contains(&row.seq);
            let in_order = laid.get(position).copied().flatten().filter(|index| self.is_free(*index, stamp));
            let found = in_order.map(|index| (index, PairingRule::PlaceInList));
            if let Some((index, rule)) = found.or_else(|| self.find(row, statement, stamp, known, &references)) {
                self.join(index, row, (row_ref, rule), checked, shown_until, stamp);
                stretch.events.push(index);
                continue;
            }
            stretch.events.push(self.events.len());
            // A row without a readable date stands where the row before it stands.
            if let Some(when) = row.time {
                if date != Some(when.date) {
                    time = None;
                }
                date = Some(when.date);
                time = when.time.or(time);
            }
            let place = Place { date, time: time.filter(|_| !has_balances), statement_from, position };
            let entry = self.entry(row, row_ref, statement, checked);
            self.events.push(Event { entry, row, place, shown_until, taken_by: 0, conflict: false });
        }
        if others_follow {
            self.shelve(known);
            if is_stretch {
                self.stretches.push(stretch);
            }
        }
        self.statements.push(statement);
    }

    fn is_free(&self, index: usize, stamp: usize) -> bool {
        self.events.get(index).is_some_and(|event| event.taken_by != stamp)
    }

    fn find(
        &mut self,
        row: &'a Transaction,
        statement: &Statement,
        stamp: usize,
        known: usize,
        references: &HashMap<&str, u32>,
    ) -> Option<(usize, PairingRule)> {
        if known == 0 {
            return None;
        }
        let events = &self.events;
        let free = |index: usize| events.get(index).is_some_and(|event| event.taken_by != stamp);
        let reference = printed(row.reference.as_deref());
        let date = row.time.map(|when| when.date);
        if let (Some(reference), Some(date)) = (reference, date) {
            let key = (reference, (date, row.amount, row.flow));
            if let Some(index) = self.by_reference.take(&key, stamp, free) {
                return Some((index, PairingRule::Reference));
            }
        }
        // The same number for something else: one of the two is wrong, and both together would count twice.
        if let Some(reference) = reference.filter(|reference| references.get(reference) == Some(&1))
            && let Some([index]) = self.by_reference_alone.get(reference).map(Vec::as_slice)
            && free(*index)
        {
            return Some((*index, PairingRule::Reference));
        }
        let day = (date?, row.amount, row.flow);
        if let Some(balance) = row.balance
            && let Some(index) = self.by_balance.take(&(day, balance), stamp, free)
        {
            return Some((index, PairingRule::Balance));
        }
        let statements = &self.statements;
        let covered_before = statements.iter().any(|earlier| covers(earlier, day.0)) && covers(statement, day.0);
        let unlike = |index: usize| {
            let other = events.get(index).and_then(|event| printed(event.row.reference.as_deref()));
            matches!((reference, other), (Some(a), Some(b)) if a != b)
        };
        // Two printed balances that differ have said already that these are two rows.
        let balances_differ =
            |index: usize| row.balance.is_some() && events.get(index).is_some_and(|event| event.row.balance.is_some());
        let same_place = |index: usize| free(index) && !unlike(index) && !balances_differ(index);
        let key = (day, row.time.and_then(|when| when.time), described(row));
        let index = if covered_before { self.by_description.take(&key, stamp, same_place) } else { None };
        Some((index?, PairingRule::PlaceInDay))
    }

    fn join(
        &mut self,
        index: usize,
        row: &'a Transaction,
        (row_ref, rule): (RowRef, PairingRule),
        checked: bool,
        shown_until: Option<Date>,
        stamp: usize,
    ) {
        let Some(event) = self.events.get_mut(index) else { return };
        event.taken_by = stamp;
        if let Some(&first) = event.entry.rows.first() {
            let (first, second) = ((first, event.entry.time), (row_ref, row.time));
            self.pairings.push(pairing(PairingKind::SameRow, rule, first, second));
        }
        event.entry.rows.push(row_ref);
        if event.entry.amount != row.amount || event.entry.flow != row.flow {
            event.conflict = true;
        }
        event.entry.checked = (event.entry.checked || checked) && !event.conflict;
        if shown_until > event.shown_until {
            event.shown_until = shown_until;
            event.entry.status = row.status;
            event.entry.refunded = row.refunded;
        }
        let entry = &mut event.entry;
        entry.balance = entry.balance.or(row.balance);
        entry.counterparty = entry.counterparty.take().or_else(|| row.counterparty.clone());
        entry.description = entry.description.take().or_else(|| row.description.clone());
        entry.remark = entry.remark.take().or_else(|| row.remark.clone());
    }

    fn entry(&self, row: &Transaction, row_ref: RowRef, statement: &Statement, checked: bool) -> Entry {
        let (category, party) = (self.categorise)(row, statement.kind, self.own_names);
        Entry {
            account: self.account,
            rows: vec![row_ref],
            time: row.time,
            amount: row.amount,
            flow: row.flow,
            balance: row.balance,
            status: row.status,
            counterparty: row.counterparty.clone(),
            description: row.description.clone(),
            remark: row.remark.clone(),
            method: row.method.clone(),
            category,
            party,
            own_transfer: None,
            refunded: row.refunded,
            refund_of: None,
            same_event: None,
            checked,
        }
    }

    /// Puts the events from `known` on where the next statement's rows look for them.
    fn shelve(&mut self, known: usize) {
        for (index, event) in self.events.iter().enumerate().skip(known) {
            let row = event.row;
            if let Some(reference) = printed(row.reference.as_deref()) {
                self.by_reference_alone.entry(reference).or_default().push(index);
            }
            let Some(when) = row.time else { continue };
            let day = (when.date, row.amount, row.flow);
            if let Some(reference) = printed(row.reference.as_deref()) {
                self.by_reference.put((reference, day), index);
            }
            if let Some(balance) = row.balance {
                self.by_balance.put((day, balance), index);
            }
            self.by_description.put((day, when.time, described(row)), index);
        }
    }
}

fn oldest_first(statement: &Statement) -> Box<dyn Iterator<Item = &Transaction> + '_> {
    let rows = statement.transactions.iter();
    let newest_first = match statement.proof.order {
        Some(order) => order == PrintedOrder::NewestFirst,
        None => {
            let date = |row: Option<&Transaction>| row.and_then(|row| row.time);
            let (first, last) = (date(statement.transactions.first()), date(statement.transactions.last()));
            // Apps list the newest first, on a screen of one day without its times as well.
            let is_screen =
                || statement.period.is_none() && statement.transactions.iter().any(|row| row.confidence < 1.0);
            first > last || first == last && is_screen()
        }
    };
    if newest_first { Box::new(rows.rev()) } else { Box::new(rows) }
}

fn covers(statement: &Statement, date: Date) -> bool {
    statement.period.as_ref().is_some_and(|period| period.value.contains(date))
}

/// A reference that is one: issuers print `/` or `-` for none.
pub(super) fn printed(reference: Option<&str>) -> Option<&str> {
    reference.filter(|reference| reference.chars().any(char::is_alphanumeric))
}

fn reference_counts(statement: &Statement) -> HashMap<&str, u32> {
    let mut counts = HashMap::new();
    for reference in statement.transactions.iter().filter_map(|row| printed(row.reference.as_deref())) {
        *counts.entry(reference).or_insert(0) += 1;
    }
    counts
}

fn described(row: &Transaction) -> String {
    row.counterparty.as_deref().map(normalised).unwrap_or_default()
}

/// Entries by key, handed out in order and once a statement: a cursor instead of a search, so that a file of equal
/// rows costs no more than any other.
struct Shelf<K> {
    slots: HashMap<K, Slot>,
}

#[derive(Default)]
struct Slot {
    entries: Vec<usize>,
    next: usize,
    stamp: usize,
}

impl<K: Eq + Hash> Shelf<K> {
    fn new() -> Self {
        Self { slots: HashMap::new() }
    }

    fn put(&mut self, key: K, index: usize) {
        self.slots.entry(key).or_default().entries.push(index);
    }

    fn take(&mut self, key: &K, stamp: usize, mut fits: impl FnMut(usize) -> bool) -> Option<usize> {
        let slot = self.slots.get_mut(key)?;
        if slot.stamp != stamp {
            (slot.stamp, slot.next) = (stamp, 0);
        }
        while let Some(&index) = slot.entries.get(slot.next) {
            slot.next += 1;
            if fits(index) {
                return Some(index);
            }
        }
        None
    }
}
