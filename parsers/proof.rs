//! The equations a statement must satisfy: running balance, printed totals and counts.
//!
//! `proven` is said only when no equation fails and every row lies in one that holds. What an equation cannot
//! reach is listed in [`Proof::unchecked`], above all the amount of the first row of a chain whose opening balance
//! is not printed: an edit of it and of nothing else leaves every balance as it is.

use jiff::civil::Date;
use model::proof::{Broken, Equation, PrintedOrder, Proof, ProofStatus};
use model::statement::{DeclaredTotals, Flow, SectionTotals, StatementKind, Status, Transaction};
use model::{Money, Source, Sourced, Text};

use crate::layout::SumRule;

/// What a statement prints, as far as equations are about it.
#[derive(Debug, Clone, Copy)]
pub struct Claims<'a> {
    pub kind: StatementKind,
    /// In the printed order.
    pub transactions: &'a [Transaction],
    /// Printed positions of rows that could not be read; a transaction's position is its `seq`.
    pub holes: &'a [u32],
    pub opening_balance: Option<&'a Sourced<Money>>,
    pub closing_balance: Option<&'a Sourced<Money>>,
    /// What the closing balance includes and the rows may not list.
    pub unlisted: Option<Money>,
    pub declared: &'a DeclaredTotals,
    pub sections: &'a [SectionTotals],
    pub sum_rules: &'a [SumRule],
}

/// The proof, and the balances before and after that a chain that holds throughout tells.
#[derive(Debug)]
pub struct Proven {
    pub proof: Proof,
    pub opening: Option<Sourced<Money>>,
    pub closing: Option<Sourced<Money>>,
}

/// Tries every equation that the document's print allows.
#[must_use]
pub fn prove(claims: &Claims<'_>) -> Proven {
    let mut tally = Tally::new(claims.transactions.len());
    let chain = chain(claims, &mut tally);
    totals(claims.transactions, claims.holes, claims.declared, claims.sum_rules, &mut tally);
    for section in claims.sections {
        let start = claims.transactions.partition_point(|t| t.seq < section.first_seq);
        let end = claims.transactions.partition_point(|t| t.seq <= section.last_seq);
        let rows = claims.transactions.get(start..end).unwrap_or(&[]);
        let holes: Vec<u32> =
            claims.holes.iter().copied().filter(|h| (section.first_seq..=section.last_seq).contains(h)).collect();
        let mut part = Tally::new(rows.len());
        totals(rows, &holes, &section.totals, claims.sum_rules, &mut part);
        tally.absorb(part, start);
    }

    let order = chain.order.or_else(|| order_by_dates(claims.transactions));
    let unchecked: Vec<u32> =
        claims.transactions.iter().zip(&tally.checked).filter(|(_, checked)| !**checked).map(|(t, _)| t.seq).collect();
    // The first row of a chain is in an equation by its balance: its amount alone is open.
    let open_by_nature = chain.open_first.map(|index| claims.transactions.get(index).map(|t| t.seq));
    let only_first_open = match (unchecked.as_slice(), open_by_nature) {
        ([], _) => true,
        ([only], Some(first)) => first == Some(*only) && chain.plausible_opening,
        _ => false,
    };
    let status = if !tally.broken.is_empty() {
        ProofStatus::Contradicted
    } else if tally.equations == 0 {
        ProofStatus::Unproven
    } else if claims.holes.is_empty() && only_first_open {
        ProofStatus::Proven
    } else {
        ProofStatus::Consistent
    };
    tally.broken.sort_by_key(|b| b.seq.unwrap_or(u32::MAX));
    let proof = Proof {
        status,
        equations: tally.equations,
        holding: tally.holding,
        broken: tally.broken,
        unchecked,
        order,
        repairs: Vec::new(),
    };
    Proven { proof, opening: chain.opening, closing: chain.closing }
}

struct Tally {
    equations: u32,
    holding: u32,
    broken: Vec<Broken>,
    /// By index of the transaction: its amount lies in an equation that holds.
    checked: Vec<bool>,
}

impl Tally {
    fn new(rows: usize) -> Self {
        Self { equations: 0, holding: 0, broken: Vec::new(), checked: vec![false; rows] }
    }

    fn holds(&mut self) {
        self.equations += 1;
        self.holding += 1;
    }

    fn breaks(
        &mut self,
        equation: Equation,
        seq: Option<u32>,
        expected: impl ToString,
        found: impl ToString,
        source: Option<Source>,
    ) {
        self.equations += 1;
        let (expected, found) = (Text::from(expected.to_string()), Text::from(found.to_string()));
        self.broken.push(Broken { equation, seq, expected, found, source });
    }

    fn check(&mut self, index: usize) {
        if let Some(slot) = self.checked.get_mut(index) {
            *slot = true;
        }
    }

    fn absorb(&mut self, part: Self, start: usize) {
        self.equations += part.equations;
        self.holding += part.holding;
        self.broken.extend(part.broken);
        for (offset, checked) in part.checked.into_iter().enumerate() {
            if checked {
                self.check(start + offset);
            }
        }
    }
}

// ---- running balance ----

struct Chain {
    order: Option<PrintedOrder>,
    opening: Option<Sourced<Money>>,
    closing: Option<Sourced<Money>>,
    /// Index of the row whose amount no balance before it checks.
    open_first: Option<usize>,
    /// False when the first row's amount would make a deposit account start below zero.
    plausible_opening: bool,
}

impl Chain {
    const fn none() -> Self {
        Self { order: None, opening: None, closing: None, open_first: None, plausible_opening: true }
    }
}

/// The signed movement of a row's balance; a neutral row's amount has no sign, so it moves by an unknown amount.
#[must_use]
pub fn movement(transaction: &Transaction) -> Option<Money> {
    match (transaction.flow, transaction.status) {
        (_, Status::Closed | Status::Failed) => Some(Money::ZERO),
        (Flow::Neutral, _) => transaction.amount.is_zero().then_some(Money::ZERO),
        _ => Some(transaction.amount),
    }
}

/// A run of rows of one day, in the order in which they happened, as indexes of transactions.
struct Day<'a> {
    rows: &'a [usize],
}

fn chain(claims: &Claims<'_>, tally: &mut Tally) -> Chain {
    let rows = claims.transactions;
    if rows.iter().all(|t| t.balance.is_none()) {
        whole(claims, tally);
        return Chain::none();
    }
    let forward: Vec<usize> = (0..rows.len()).collect();
    let backward: Vec<usize> = (0..rows.len()).rev().collect();
    let (forward_breaks, backward_breaks) = (break_count(claims, &forward), break_count(claims, &backward));
    let by_dates = order_by_dates(rows);
    // The dates tell better than the balances where a day is printed out of order; the balances decide where the
    // dates do not, or where they chain without a break the other way.
    let newest_first = match by_dates {
        Some(PrintedOrder::OldestFirst) => backward_breaks == 0 && forward_breaks > 0,
        Some(PrintedOrder::NewestFirst) => !(forward_breaks == 0 && backward_breaks > 0),
        None => backward_breaks < forward_breaks,
    };
    let order = if newest_first { &backward } else { &forward };
    let told = forward_breaks != backward_breaks || by_dates.is_some();
    let mut walk = Walk {
        claims,
        tally,
        before: claims.opening_balance.map(|b| b.value),
        pending: Vec::new(),
        last: None,
        links: 0,
    };
    for day in days(rows, order) {
        walk.day(&day);
    }
    let (links, last, pending) = (walk.links, walk.last, walk.pending.is_empty());

    let mut result = Chain::none();
    result.order = told.then_some(if newest_first { PrintedOrder::NewestFirst } else { PrintedOrder::OldestFirst });
    let first = order.iter().copied().find(|i| rows.get(*i).is_some_and(|t| t.balance.is_some()));
    let starts_with_balance = first == order.first().copied();
    if claims.opening_balance.is_none() && links > 0 && starts_with_balance {
        result.open_first = first;
    }
    let intact = links > 0 && !tally.broken.iter().any(|b| b.equation == Equation::RunningBalance);
    if let Some(first) = first.and_then(|i| rows.get(i))
        && starts_with_balance
        && let (Some(balance), Some(moved)) = (first.balance, movement(first))
        && claims.opening_balance.is_none()
        && let Some(opening) = balance.checked_sub(moved)
    {
        let reordered = last.is_some_and(|l: Last| l.first_day_reordered);
        if intact && !reordered {
            result.opening = first.balance_source.clone().map(|source| Sourced::new(opening, source));
        }
        result.plausible_opening =
            claims.kind != StatementKind::DepositAccount || !opening.is_negative() || balance.is_negative();
    }
    if let Some(last) = last {
        if let Some(closing) = claims.closing_balance {
            if closing.value == last.balance && pending {
                tally.holds();
            } else if pending {
                tally.breaks(Equation::ClosingBalance, None, last.balance, closing.value, Some(closing.source.clone()));
            }
        } else if intact
            && pending
            && let Some(source) = rows.get(last.index).and_then(|t| t.balance_source.clone())
        {
            result.closing = Some(Sourced::new(last.balance, source));
        }
    }
    result
}

/// Rows without balances between two printed ones: a card's bill says what was owed before and what is owed now.
fn whole(claims: &Claims<'_>, tally: &mut Tally) {
    let (Some(opening), Some(closing)) = (claims.opening_balance, claims.closing_balance) else { return };
    let moved: Option<Vec<Money>> = claims.transactions.iter().map(movement).collect();
    let Some(moved) = moved.filter(|_| claims.holes.is_empty()) else { return };
    let expected = opening.value.plus(moved.iter().sum());
    let with_unlisted = claims.unlisted.map(|unlisted| expected.plus(unlisted));
    if closing.value == expected || Some(closing.value) == with_unlisted {
        tally.holds();
        (0..claims.transactions.len()).for_each(|index| tally.check(index));
    } else {
        tally.breaks(Equation::ClosingBalance, None, expected, closing.value, Some(closing.source.clone()));
    }
}

/// How many neighbours do not chain, walking in this order.
fn break_count(claims: &Claims<'_>, order: &[usize]) -> usize {
    let mut before: Option<Money> = None;
    let mut breaks = 0;
    for row in order.iter().filter_map(|i| claims.transactions.get(*i)) {
        if let (Some(before), Some(moved), Some(after)) = (before, movement(row), row.balance)
            && before.checked_add(moved) != Some(after)
        {
            breaks += 1;
        }
        before = row.balance;
    }
    breaks
}

fn days<'a>(rows: &[Transaction], order: &'a [usize]) -> Vec<Day<'a>> {
    let date = |index: usize| rows.get(index).and_then(|t| t.time).map(|w| w.date);
    order.chunk_by(|a, b| same_day(date(*a), date(*b))).map(|rows| Day { rows }).collect()
}

fn same_day(a: Option<Date>, b: Option<Date>) -> bool {
    a == b && a.is_some()
}

#[derive(Clone, Copy)]
struct Last {
    index: usize,
    balance: Money,
    first_day_reordered: bool,
}

struct Walk<'a, 'b> {
    claims: &'a Claims<'b>,
    tally: &'a mut Tally,
    /// The balance before the next row, where it is known.
    before: Option<Money>,
    /// Rows since then whose balance is not printed.
    pending: Vec<usize>,
    last: Option<Last>,
    links: u32,
}

impl Walk<'_, '_> {
    fn row(&self, index: usize) -> Option<&Transaction> {
        self.claims.transactions.get(index)
    }

    /// A row that could not be read stands between the two, so nothing can be said across.
    fn hole_between(&self, a: usize, b: usize) -> bool {
        let (Some(a), Some(b)) = (self.row(a), self.row(b)) else { return true };
        let (low, high) = (a.seq.min(b.seq), a.seq.max(b.seq));
        let next = self.claims.holes.partition_point(|h| *h <= low);
        self.claims.holes.get(next).is_some_and(|h| *h < high)
    }

    fn day(&mut self, day: &Day<'_>) {
        if self.holds_in_order(day.rows) {
            self.in_order(day.rows);
        } else if let Some(end) = self.some_order(day.rows) {
            self.reordered(day.rows, end);
        } else {
            self.in_order(day.rows);
        }
    }

    /// Whether the day's rows chain exactly as they stand.
    fn holds_in_order(&self, rows: &[usize]) -> bool {
        let mut before = self.before;
        let mut moved = Money::ZERO;
        for pending in &self.pending {
            let Some(step) = self.row(*pending).and_then(movement) else { return true };
            moved = moved.plus(step);
        }
        for index in rows {
            let Some(row) = self.row(*index) else { return true };
            let Some(step) = movement(row) else {
                before = None;
                continue;
            };
            moved = moved.plus(step);
            if let Some(after) = row.balance {
                if before.is_some_and(|before| before.checked_add(moved) != Some(after)) {
                    return false;
                }
                before = Some(after);
                moved = Money::ZERO;
            }
        }
        true
    }

    fn in_order(&mut self, rows: &[usize]) {
        for index in rows.iter().copied() {
            let previous = self.pending.last().copied().or(self.last.map(|l| l.index));
            if previous.is_some_and(|previous| self.hole_between(previous, index)) {
                self.before = None;
                self.pending.clear();
            }
            let Some(row) = self.row(index) else { continue };
            let (balance, seq, source) = (row.balance, row.seq, row.balance_source.clone());
            self.pending.push(index);
            let Some(after) = balance else { continue };
            if let Some(before) = self.before {
                let steps: Option<Vec<Money>> = self.pending.iter().map(|i| self.row(*i).and_then(movement)).collect();
                if let Some(steps) = steps {
                    let expected = before.plus(steps.iter().sum());
                    if expected == after {
                        self.tally.holds();
                        self.links += 1;
                        for index in &self.pending {
                            self.tally.check(*index);
                        }
                    } else {
                        self.tally.breaks(Equation::RunningBalance, Some(seq), expected, after, source);
                    }
                }
            }
            self.step_to(index, after, false);
        }
    }

    fn step_to(&mut self, index: usize, after: Money, reordered: bool) {
        let first_day_reordered = match self.last {
            None => reordered,
            Some(last) => last.first_day_reordered,
        };
        self.before = Some(after);
        self.pending.clear();
        self.last = Some(Last { index, balance: after, first_day_reordered });
    }

    /// Some issuers print a day's rows in an order that is not the one in which they happened. Each row is then a
    /// step from `balance - amount` to `balance`; the day holds when its steps form one path that uses each once,
    /// starting at the day's opening balance. Returns the balance at the path's end.
    fn some_order(&self, rows: &[usize]) -> Option<Money> {
        if rows.len() < 2 || !self.pending.is_empty() {
            return None;
        }
        let previous = self.last.map(|l| l.index);
        let around = previous.into_iter().chain(rows.iter().copied()).collect::<Vec<_>>();
        if around.windows(2).any(|pair| matches!(pair, [a, b] if self.hole_between(*a, *b))) {
            return None;
        }
        let mut steps = Vec::with_capacity(rows.len());
        for index in rows {
            let row = self.row(*index)?;
            let after = row.balance?;
            steps.push((after.checked_sub(movement(row)?)?, after));
        }
        path_end(&steps, self.before)
    }

    fn reordered(&mut self, rows: &[usize], end: Money) {
        let opening_known = self.before.is_some();
        for index in rows {
            self.tally.check(*index);
        }
        // As many links as rows when the day's opening is known, one less when it is taken from the path itself.
        for _ in 0..rows.len().saturating_sub(usize::from(!opening_known)) {
            self.tally.holds();
            self.links += 1;
        }
        let at =
            rows.iter().copied().find(|i| self.row(*i).and_then(|t| t.balance) == Some(end)).or(rows.last().copied());
        if let Some(index) = at {
            self.step_to(index, end, true);
            // The next row's neighbour in print is the day's last row.
            if let (Some(last), Some(index)) = (&mut self.last, rows.last()) {
                last.index = *index;
            }
        }
    }
}

/// The end of a path that uses every step once, starting at `start` (or wherever one can start).
fn path_end(steps: &[(Money, Money)], start: Option<Money>) -> Option<Money> {
    use std::collections::BTreeMap;
    // Leaving minus arriving, and a union-find over balances for connectedness.
    let mut surplus: BTreeMap<Money, i64> = BTreeMap::new();
    let mut nodes: Vec<Money> = steps.iter().flat_map(|(a, b)| [*a, *b]).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let mut parent: Vec<usize> = (0..nodes.len()).collect();
    fn root(parent: &mut [usize], mut node: usize) -> usize {
        while let Some(&above) = parent.get(node) {
            if above == node {
                break;
            }
            let grand = parent.get(above).copied().unwrap_or(above);
            if let Some(slot) = parent.get_mut(node) {
                *slot = grand;
            }
            node = grand;
        }
        node
    }
    for (from, to) in steps {
        *surplus.entry(*from).or_default() += 1;
        *surplus.entry(*to).or_default() -= 1;
        let (Ok(a), Ok(b)) = (nodes.binary_search(from), nodes.binary_search(to)) else { return None };
        let (a, b) = (root(&mut parent, a), root(&mut parent, b));
        if let Some(slot) = parent.get_mut(a) {
            *slot = b;
        }
    }
    let first_root = root(&mut parent, 0);
    if (1..nodes.len()).any(|node| root(&mut parent, node) != first_root) {
        return None;
    }
    let uneven: Vec<(Money, i64)> = surplus.into_iter().filter(|(_, s)| *s != 0).collect();
    match uneven.as_slice() {
        // A round trip: it ends where it starts.
        [] => start.filter(|s| nodes.binary_search(s).is_ok()),
        [(a, sa), (b, sb)] => {
            let (from, to) = match (sa, sb) {
                (1, -1) => (*a, *b),
                (-1, 1) => (*b, *a),
                _ => return None,
            };
            start.is_none_or(|s| s == from).then_some(to)
        }
        _ => None,
    }
}

/// Ascending or descending dates, where they are not all equal and nearly all neighbours agree.
#[must_use]
pub fn order_by_dates(rows: &[Transaction]) -> Option<PrintedOrder> {
    let (mut up, mut down) = (0_usize, 0_usize);
    let mut before: Option<Date> = None;
    for date in rows.iter().filter_map(|t| t.time).map(|w| w.date) {
        match before {
            Some(b) if b < date => up += 1,
            Some(b) if b > date => down += 1,
            _ => {}
        }
        before = Some(date);
    }
    if up > 4 * down {
        Some(PrintedOrder::OldestFirst)
    } else if down > 4 * up {
        Some(PrintedOrder::NewestFirst)
    } else {
        None
    }
}

// ---- printed totals ----

fn totals(rows: &[Transaction], holes: &[u32], declared: &DeclaredTotals, rules: &[SumRule], tally: &mut Tally) {
    let printed_rows = rows.len() + holes.len();
    if let Some(found) = &declared.rows {
        count(Equation::RowCount, printed_rows, found, tally);
    }
    // With a row unread, its direction and its amount are unknown: nothing below can be tried.
    if !holes.is_empty() {
        return;
    }
    let before = tally.broken.len();
    for (flow, equation, found) in [
        (Flow::In, Equation::InCount, &declared.in_rows),
        (Flow::Out, Equation::OutCount, &declared.out_rows),
        (Flow::Neutral, Equation::NeutralCount, &declared.neutral_rows),
    ] {
        if let Some(found) = found {
            count(equation, rows.iter().filter(|t| t.flow == flow).count(), found, tally);
        }
    }
    let counts_hold = tally.broken.len() == before;
    for (flow, equation, found) in [
        (Flow::In, Equation::InSum, &declared.in_sum),
        (Flow::Out, Equation::OutSum, &declared.out_sum),
        (Flow::Neutral, Equation::NeutralSum, &declared.neutral_sum),
    ] {
        if let Some(found) = found {
            sum(flow, equation, rows, found, if counts_hold { rules } else { &[SumRule::All] }, tally);
        }
    }
}

fn count(equation: Equation, rows: usize, found: &Sourced<u32>, tally: &mut Tally) {
    if u32::try_from(rows) == Ok(found.value) {
        tally.holds();
    } else {
        tally.breaks(equation, None, rows, found.value, Some(found.source.clone()));
    }
}

fn sum(
    flow: Flow,
    equation: Equation,
    rows: &[Transaction],
    found: &Sourced<Money>,
    rules: &[SumRule],
    tally: &mut Tally,
) {
    let included = |rule: SumRule, row: &Transaction| match rule {
        SumRule::All => true,
        SumRule::CountedOnly => row.status.counts(),
        SumRule::NetOfRefunds => true,
        SumRule::RefundsOnly => row.status == Status::Refunded && row.refunded.is_none(),
        SumRule::WithoutRepayments => row.printed_type.as_ref().is_none_or(|t| !t.contains("还款")),
    };
    let counted = |rule: SumRule, row: &Transaction| match (rule, row.refunded) {
        (SumRule::NetOfRefunds, Some(refunded)) => row.amount.abs().minus(refunded),
        _ => row.amount.abs(),
    };
    let total =
        |rule| rows.iter().filter(|t| t.flow == flow && included(rule, t)).map(|t| counted(rule, t)).sum::<Money>();
    match rules.iter().copied().find(|rule| total(*rule) == found.value) {
        Some(rule) => {
            tally.holds();
            for (index, row) in rows.iter().enumerate() {
                // A row that the sum leaves out is not checked by it, unless it is nothing.
                if row.flow == flow && (included(rule, row) || row.amount.is_zero()) {
                    tally.check(index);
                }
            }
        }
        None => {
            let expected = total(rules.first().copied().unwrap_or(SumRule::All));
            tally.breaks(equation, None, expected, found.value, Some(found.source.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::When;

    /// `date amount balance` a line, `-` for no balance.
    fn rows(text: &str) -> Vec<Transaction> {
        let lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
        lines
            .enumerate()
            .map(|(index, line)| {
                let parts: Vec<&str> = line.split_whitespace().collect();
                let amount = Money::read(parts[1]).unwrap();
                let source = Source::Line { line: u32::try_from(index).unwrap() + 1, column: 1 };
                Transaction {
                    seq: u32::try_from(index).unwrap() + 1,
                    time: Some(When::day(parts[0].parse().unwrap())),
                    amount,
                    flow: if amount.is_negative() { Flow::Out } else { Flow::In },
                    balance: Money::read(parts[2]).ok(),
                    counterparty: None,
                    counterparty_account: None,
                    description: None,
                    remark: None,
                    printed_type: None,
                    method: None,
                    status: Status::Settled,
                    reference: None,
                    merchant_reference: None,
                    refunded: None,
                    source: source.clone(),
                    amount_source: source.clone(),
                    balance_source: Some(source),
                    confidence: 1.0,
                    repaired: None,
                }
            })
            .collect()
    }

    fn proof_with(text: &str, opening: Option<&str>, declared: &DeclaredTotals, holes: &[u32]) -> Proven {
        let rows = rows(text);
        let rows: Vec<Transaction> = rows.into_iter().filter(|r| !holes.contains(&r.seq)).collect();
        let opening = opening.map(|o| sourced(Money::read(o).unwrap()));
        prove(&Claims {
            kind: StatementKind::DepositAccount,
            transactions: &rows,
            holes,
            opening_balance: opening.as_ref(),
            closing_balance: None,
            unlisted: None,
            declared,
            sections: &[],
            sum_rules: &[SumRule::All, SumRule::CountedOnly],
        })
    }

    fn sourced<T>(value: T) -> Sourced<T> {
        Sourced::new(value, Source::Line { line: 1, column: 1 })
    }

    fn proof(text: &str) -> Proof {
        proof_with(text, None, &DeclaredTotals::default(), &[]).proof
    }

    fn broken(proof: &Proof) -> Vec<(Option<u32>, String, String)> {
        proof.broken.iter().map(|b| (b.seq, b.expected.to_string(), b.found.to_string())).collect()
    }

    const CHAIN: &str = "
        2026-03-01 +5000.00 6000.00
        2026-03-02 -2500.00 3500.00
        2026-03-03 -100.00  3400.00";

    #[test]
    fn a_bill_is_proven_by_what_was_owed_before_and_after() {
        let rows = rows("2026-03-01 -300.00 -\n2026-03-05 +120.00 -");
        let proof = |closing: i64, unlisted: Option<i64>| {
            prove(&Claims {
                kind: StatementKind::CreditCard,
                transactions: &rows,
                holes: &[],
                opening_balance: Some(&sourced(Money::from_fen(-12_000))),
                closing_balance: Some(&sourced(Money::from_fen(closing))),
                unlisted: unlisted.map(Money::from_fen),
                declared: &DeclaredTotals::default(),
                sections: &[],
                sum_rules: &[SumRule::All],
            })
            .proof
        };
        assert_eq!(proof(-30_000, None).status, ProofStatus::Proven);
        assert_eq!(proof(-30_050, Some(-50)).status, ProofStatus::Proven);
        // Interest that the rows list as well.
        assert_eq!(proof(-30_000, Some(-50)).status, ProofStatus::Proven);
        assert_eq!(proof(-30_001, Some(-50)).status, ProofStatus::Contradicted);
    }

    #[test]
    fn a_chain_proves_but_its_first_amount_stays_open() {
        let proven = proof_with(CHAIN, None, &DeclaredTotals::default(), &[]);
        assert_eq!(proven.proof.status, ProofStatus::Proven);
        assert_eq!((proven.proof.equations, proven.proof.holding), (2, 2));
        assert_eq!(proven.proof.unchecked, vec![1]);
        assert_eq!(proven.proof.order, Some(PrintedOrder::OldestFirst));
        assert_eq!(proven.opening.map(|o| o.value), Some(Money::from_fen(100_000)));
        assert_eq!(proven.closing.map(|o| o.value), Some(Money::from_fen(340_000)));
        let with_opening = proof_with(CHAIN, Some("1000.00"), &DeclaredTotals::default(), &[]).proof;
        assert_eq!((with_opening.status, with_opening.unchecked.len()), (ProofStatus::Proven, 0));
    }

    #[test]
    fn newest_first_is_proven_too() {
        let proof = proof("2026-03-03 -100.00 3400.00\n2026-03-02 -2500.00 3500.00\n2026-03-01 +5000.00 6000.00");
        assert_eq!((proof.status, proof.order), (ProofStatus::Proven, Some(PrintedOrder::NewestFirst)));
        assert_eq!(proof.unchecked, vec![3]);
    }

    #[test]
    fn fails_on_the_row_after_the_edit() {
        let proof = proof("2026-03-01 +5000.00 6000.00\n2026-03-02 -2600.00 3500.00\n2026-03-03 -100.00 3400.00");
        assert_eq!(proof.status, ProofStatus::Contradicted);
        assert_eq!(broken(&proof), vec![(Some(2), "3400.00".into(), "3500.00".into())]);
    }

    #[test]
    fn an_edited_balance_breaks_before_and_after() {
        let proof = proof(
            "2026-03-01 +5000.00 6000.00\n2026-03-02 -2500.00 3600.00\n2026-03-03 -100.00 3400.00\n2026-03-04 -1 3399",
        );
        assert_eq!(broken(&proof).iter().map(|b| b.0).collect::<Vec<_>>(), vec![Some(2), Some(3)]);
    }

    #[test]
    fn a_day_printed_out_of_order_still_holds() {
        let text = "
            2026-03-01 +5000.00 6000.00
            2026-03-02 -100.00  3400.00
            2026-03-02 -2500.00 3500.00
            2026-03-03 -1.00    3399.00";
        let proven = proof(text);
        assert_eq!((proven.status, proven.equations, proven.holding), (ProofStatus::Proven, 3, 3));
        // … but not when an amount of that day is edited.
        assert_eq!(proof(&text.replace("-2500.00", "-2400.00")).status, ProofStatus::Contradicted);
        // … nor when rows of two days are swapped.
        let swapped = "2026-03-01 +5000 6000\n2026-03-03 -1 3499\n2026-03-02 -2500 3500\n2026-03-04 -9 3490";
        assert_eq!(proof(swapped).status, ProofStatus::Contradicted);
    }

    #[test]
    fn a_removed_row_breaks_the_chain_where_it_stood() {
        let proof = proof("2026-03-01 +5000.00 6000.00\n2026-03-03 -100.00 3400.00\n2026-03-04 -1 3399");
        assert_eq!(broken(&proof), vec![(Some(2), "5900.00".into(), "3400.00".into())]);
    }

    #[test]
    fn blank_balances_are_bridged() {
        let proof = proof("2026-03-01 +5000.00 6000.00\n2026-03-02 -2500.00 -\n2026-03-03 -100.00 3400.00");
        assert_eq!((proof.status, proof.equations), (ProofStatus::Proven, 1));
        assert_eq!(proof.unchecked, vec![1]);
    }

    #[test]
    fn an_unread_row_leaves_a_hole_and_no_proof() {
        let proof = proof_with(CHAIN, Some("1000.00"), &DeclaredTotals::default(), &[2]).proof;
        assert_eq!((proof.status, proof.equations), (ProofStatus::Consistent, 1));
        assert_eq!(proof.unchecked, vec![3]);
        let declared = DeclaredTotals {
            rows: Some(sourced(3)),
            in_sum: Some(sourced(Money::from_fen(1))),
            ..DeclaredTotals::default()
        };
        let proof = proof_with(CHAIN, None, &declared, &[2]).proof;
        assert_eq!((proof.status, proof.equations), (ProofStatus::Consistent, 1));
    }

    #[test]
    fn totals_prove_without_balances() {
        let text = "2026-03-01 +5000.00 -\n2026-03-02 -2500.00 -";
        let declared = |in_sum, out_sum| DeclaredTotals {
            rows: Some(sourced(2)),
            in_sum: Some(sourced(Money::from_fen(in_sum))),
            out_sum: Some(sourced(Money::from_fen(out_sum))),
            ..DeclaredTotals::default()
        };
        assert_eq!(proof_with(text, None, &declared(500_000, 250_000), &[]).proof.status, ProofStatus::Proven);
        assert_eq!(proof_with(text, None, &declared(500_000, 250_001), &[]).proof.status, ProofStatus::Contradicted);
        let only_count = DeclaredTotals { rows: Some(sourced(2)), ..DeclaredTotals::default() };
        assert_eq!(proof_with(text, None, &only_count, &[]).proof.status, ProofStatus::Consistent);
        assert_eq!(proof(text).status, ProofStatus::Unproven);
    }

    #[test]
    fn a_first_row_that_cannot_be_is_not_proven() {
        let proof = proof("2026-03-01 +50000.00 6000.00\n2026-03-02 -2500.00 3500.00");
        assert_eq!(proof.status, ProofStatus::Consistent);
    }

    #[test]
    fn nothing_happened_is_proven_where_it_is_printed() {
        let declared = DeclaredTotals { rows: Some(sourced(0)), ..DeclaredTotals::default() };
        assert_eq!(proof_with("", None, &declared, &[]).proof.status, ProofStatus::Proven);
    }

    #[test]
    fn every_single_edit_of_a_long_chain_is_seen() {
        let mut balance = 1_000_000_i64;
        let mut amounts = Vec::new();
        for step in 0..60_i64 {
            let amount = if step % 5 == 0 { 40_000 + step } else { -(1_000 + 137 * step) };
            balance += amount;
            amounts.push((step, amount, balance));
        }
        let print = |edited: Option<usize>| {
            let line = |(index, (step, amount, balance)): (usize, &(i64, i64, i64))| {
                let amount = if edited == Some(index) { amount + 10 } else { *amount };
                format!("2026-03-{:02} {} {}\n", step / 3 + 1, Money::from_fen(amount), Money::from_fen(*balance))
            };
            amounts.iter().enumerate().map(line).collect::<String>()
        };
        assert_eq!(proof(&print(None)).status, ProofStatus::Proven);
        for edited in 1..amounts.len() {
            assert_eq!(proof(&print(Some(edited))).status, ProofStatus::Contradicted, "row {edited}");
        }
        assert_eq!(proof(&print(Some(0))).unchecked, vec![1]);
    }
}
