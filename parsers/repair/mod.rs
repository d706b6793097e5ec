//! Figures read off a picture, set right by the equations they stand in.
//!
//! A figure is changed only where every one of these holds:
//!
//! - the reader itself was in doubt of each character that changes; what was read surely is never changed;
//! - an equation holds by the change and did not before, and there are as many such equations as changes;
//! - the change is likely ([`COST_MAX`]) and beats every other way to satisfy the equations by [`MARGIN`];
//! - few figures of the statement need it ([`share_allows`]).
//!
//! Where the equations cannot decide, a problem says which strip to photograph again. Nothing is invented: a row that
//! is not there stays away, and the equation that misses it fails. A figure that was edited on paper is read surely, so
//! the equations keep contradicting it; where its reading is in doubt toward the figure that fits, that figure is what
//! the equations say was printed, and the certificate shows both.

mod chain;
mod facts;
mod sums;

pub use facts::mend_facts;

use std::collections::HashMap;

use jiff::civil::Date;
use model::problem::ProblemCode;
use model::proof::{Equation, Repair};
use model::statement::{DeclaredTotals, Flow, SectionTotals, Status, Transaction};
use model::{Money, Problem, Source, Sourced, Text, When};

use crate::proof::movement;
use crate::readings::{Figure, RowReadings, forget_unread};
use crate::record::has_sign;
use crate::spelling::Mark;
use crate::text::{TextLine, trim};

use chain::{Choice, Solved, Step};
use sums::Term;

/// What a figure's new text may cost, in nats: it must have been at least a ninetieth as likely as what was read. A clean
/// digit's look-alikes are some thousand times less likely, so an edited one is never set "right" by chance.
pub const COST_MAX: f32 = 4.5;
/// By how much, in nats, a repair must beat every other way to satisfy the equations: twenty to one.
pub const MARGIN: f32 = 3.0;
/// Rows that may need a repair whatever the number of rows: a screenshot lists about ten.
const ROWS_FREE: usize = 3;
/// Of a longer statement, one row in so many: where one figure in ten is misread, a fifth of the rows is hit, a few more
/// by chance. A picture worse than this is to be taken again.
const ROWS_SHARE: usize = 4;
/// No statement is set right at more places than a person would look at one by one.
const ROWS_MAX: usize = 60;

fn share_allows(repaired: usize, rows: usize) -> bool {
    repaired <= (rows / ROWS_SHARE).clamp(ROWS_FREE, ROWS_MAX)
}

/// Whether a row's amount may well be another than it was read.
#[must_use]
pub fn is_open(readings: &[RowReadings], seq: u32) -> bool {
    let reading = readings.iter().find(|reading| reading.seq == seq);
    reading.is_some_and(|r| !r.amount.read || r.amount.others.iter().any(|other| other.cost < COST_MAX + MARGIN))
}

/// Whether a month's printed sums say something of the rows that a list shows of it: they hold, or the rows are more than
/// they say. Rows that are less may be cut off the picture.
#[must_use]
pub fn shows_whole(section: &SectionTotals, rows: &[Transaction]) -> bool {
    let range = section.first_seq..=section.last_seq;
    let sum = |flow: Flow| -> Money {
        rows.iter().filter(|r| range.contains(&r.seq) && r.flow == flow).map(|r| r.amount.abs()).sum()
    };
    let printed = [(Flow::In, &section.totals.in_sum), (Flow::Out, &section.totals.out_sum)];
    let sums = || printed.iter().filter_map(|(flow, printed)| Some((sum(*flow), printed.as_ref()?.value)));
    // Apps differ in what they make of a refund.
    let is_plain = rows.iter().all(|row| row.status == Status::Settled && row.refunded.is_none());
    sums().all(|(shown, printed)| shown == printed) || is_plain && sums().any(|(shown, printed)| shown > printed)
}

/// A statement before its proof.
pub struct Case<'a> {
    pub transactions: &'a mut Vec<Transaction>,
    pub holes: &'a mut Vec<u32>,
    pub readings: &'a [RowReadings],
    pub opening: &'a mut Option<Sourced<Money>>,
    pub closing: &'a mut Option<Sourced<Money>>,
    pub declared: &'a mut DeclaredTotals,
    pub sections: &'a mut [SectionTotals],
    /// The lines that the figures outside the table stand on.
    pub outside: &'a [TextLine],
    /// Amounts have no sign: the balances tell the direction, afterwards.
    pub unsigned: bool,
}

/// Sets right what can be. The certificates come back; whether everything holds then is for the proof to say. Rows
/// whose amount stays open are taken out and become holes.
pub fn mend(mut case: Case<'_>, problems: &mut Vec<Problem>) -> Vec<Repair> {
    if case.readings.is_empty() && !case.has_doubtful_totals() {
        return Vec::new();
    }
    let mut work = Work::of(&case);
    work.chain();
    work.totals();
    work.dates();
    let changed_rows = work.repairs.iter().filter_map(|repair| repair.seq).collect::<std::collections::BTreeSet<_>>();
    let allowed = share_allows(changed_rows.len(), work.transactions.len());
    let mut open = std::mem::take(&mut work.open);
    let mut repairs = Vec::new();
    if allowed {
        let Work { transactions, opening, closing, declared, sections, repairs: made, .. } = work;
        *case.transactions = transactions;
        (*case.opening, *case.closing, *case.declared) = (opening, closing, declared);
        case.sections.clone_from_slice(&sections);
        repairs = made;
    } else if let Some(first) = case.transactions.first() {
        problems.push(
            Problem::new(
                ProblemCode::DoesNotAddUp,
                "图片有太多数字看不清，未作修复：请在光线均匀处平放、对焦后重拍，或上传原始电子文件",
                "too many figures of the picture are unclear, none was set right: photograph it again, flat, in even \
                 light and in focus, or hand in the original file",
            )
            .at(first.source.clone()),
        );
        open.clear();
    }
    for repair in &repairs {
        if let Some(seq) = repair.seq {
            forget_unread(problems, seq, &repair.source);
        }
    }
    problems.extend(open);
    case.take_out_held(&repairs, problems);
    repairs
}

impl Case<'_> {
    fn has_doubtful_totals(&self) -> bool {
        self.outside.iter().flat_map(|line| &line.pieces).any(|piece| !piece.marks.is_empty())
    }

    /// Rows that stand there with a likely amount only, and for which nothing decided.
    fn take_out_held(&mut self, repairs: &[Repair], problems: &mut Vec<Problem>) {
        for reading in self.readings {
            let Some(why) = &reading.held else { continue };
            let is_told = repairs.iter().any(|r| r.seq == Some(reading.seq) && r.figure == AMOUNT);
            if is_told || !self.transactions.iter().any(|row| row.seq == reading.seq) {
                continue;
            }
            self.transactions.retain(|row| row.seq != reading.seq);
            self.holes.push(reading.seq);
            problems.push(why.clone());
        }
        self.holes.sort_unstable();
    }
}

const AMOUNT: &str = "amount";
const BALANCE: &str = "balance";
const TIME: &str = "time";

/// The statement as far as it is set right.
struct Work<'a> {
    transactions: Vec<Transaction>,
    holes: Vec<u32>,
    readings: HashMap<u32, &'a RowReadings>,
    opening: Option<Sourced<Money>>,
    closing: Option<Sourced<Money>>,
    declared: DeclaredTotals,
    sections: Vec<SectionTotals>,
    outside: &'a [TextLine],
    unsigned: bool,
    /// By index: the row's amount is told by balances.
    settled: Vec<bool>,
    repairs: Vec<Repair>,
    /// What the equations could not decide.
    open: Vec<Problem>,
}

/// A change that the chain asks for.
struct Change {
    index: usize,
    figure: &'static str,
    /// Index in the readings' others; `None` where only a sign is told.
    other: usize,
    cost: f32,
    margin: f32,
}

impl<'a> Work<'a> {
    fn of(case: &Case<'a>) -> Self {
        Self {
            transactions: case.transactions.clone(),
            holes: case.holes.clone(),
            readings: case.readings.iter().map(|reading| (reading.seq, reading)).collect(),
            opening: case.opening.clone(),
            closing: case.closing.clone(),
            declared: case.declared.clone(),
            sections: case.sections.to_vec(),
            outside: case.outside,
            unsigned: case.unsigned,
            settled: vec![false; case.transactions.len()],
            repairs: Vec::new(),
            open: Vec::new(),
        }
    }

    fn reading(&self, index: usize) -> Option<&'a RowReadings> {
        self.readings.get(&self.transactions.get(index)?.seq).copied()
    }

    // ---- the chain of balances ----

    fn chain(&mut self) {
        let has_balance = |index: usize| {
            self.transactions.get(index).is_some_and(|row| row.balance.is_some())
                || self.reading(index).is_some_and(|reading| !reading.balance.others.is_empty())
        };
        if !(0..self.transactions.len()).any(has_balance) {
            return;
        }
        let forward: Vec<usize> = (0..self.transactions.len()).collect();
        let backward: Vec<usize> = forward.iter().rev().copied().collect();
        let (ways, costs) = (self.solve(&forward), self.solve(&backward));
        // The right order is the one that the figures as read fit better.
        let (order, solved) = if costs.1 < ways.1 { (backward, costs.0) } else { (forward, ways.0) };
        let ends = self.ends();
        // The first step is the opening balance, where one is printed.
        let offset = usize::from(ends.0.is_some());
        let rows: Vec<(usize, Solved)> = order.iter().copied().zip(solved.iter().skip(offset).copied()).collect();
        self.accept(&rows, &solved);
        if let (Some(figure), Some(solved), Some(opening)) = (&ends.0, solved.first(), self.opening.clone())
            && let Some(repair) =
                end_repair("opening_balance", figure, solved, &opening, solved_next(&solved_links(&rows), 0))
        {
            self.opening = Some(Sourced::new(repair.0, opening.source));
            self.repairs.push(repair.1);
        }
        if let (Some(figure), Some(solved), Some(closing)) =
            (&ends.1, solved.get(offset + rows.len()), self.closing.clone())
            && let Some(repair) = end_repair("closing_balance", figure, solved, &closing, solved.holds == Some(true))
        {
            self.closing = Some(Sourced::new(repair.0, closing.source));
            self.repairs.push(repair.1);
        }
    }

    /// The printed balances before and after the rows.
    fn ends(&self) -> (Option<Figure<Money>>, Option<Figure<Money>>) {
        let figure = |sum: &Option<Sourced<Money>>| sum.as_ref().map(|sum| figure_of(self.outside, sum));
        (figure(&self.opening), figure(&self.closing))
    }

    fn solve(&self, order: &[usize]) -> (Vec<Solved>, f32) {
        let (opening, closing) = self.ends();
        let mut steps = Vec::with_capacity(order.len() + 2);
        if let (Some(figure), Some(own)) = (&opening, &self.opening) {
            steps.push(Step { balances: choices(Some(own.value), figure), ..Step::default() });
        }
        let mut before: Option<u32> = None;
        for index in order {
            let Some(row) = self.transactions.get(*index) else { continue };
            let hole = before.is_some_and(|before| {
                let (low, high) = (before.min(row.seq), before.max(row.seq));
                self.holes.iter().any(|hole| (low..high).contains(hole))
            });
            before = Some(row.seq);
            steps.push(Step { movements: self.movements(*index), balances: self.balances(*index), apart: hole });
        }
        if let (Some(figure), Some(own)) = (&closing, &self.closing) {
            let still = vec![Choice { value: Money::ZERO, cost: 0.0 }];
            steps.push(Step { movements: still, balances: choices(Some(own.value), figure), apart: false });
        }
        chain::solve(&steps)
    }

    /// What the row may move the balance by: as read first, then the others in their order; with both signs, in pairs,
    /// where the paper prints none.
    fn movements(&self, index: usize) -> Vec<Choice> {
        let Some(row) = self.transactions.get(index) else { return Vec::new() };
        let mut found = Vec::new();
        let mut add = |amount: Money, flow: Flow, cost: f32| {
            let Some(value) = movement(&Transaction { amount, flow, ..bare(row) }) else { return };
            found.push(Choice { value, cost });
            if self.unsigned {
                found.push(Choice { value: value.negated(), cost });
            }
        };
        let reading = self.reading(index);
        if reading.is_none_or(|reading| reading.held.is_none()) {
            add(row.amount, row.flow, 0.0);
        }
        for other in reading.map_or(&[][..], |reading| &reading.amount.others) {
            add(other.value.0, other.value.1, other.cost);
        }
        found
    }

    fn balances(&self, index: usize) -> Vec<Choice> {
        let own = self.transactions.get(index).and_then(|row| row.balance);
        match self.reading(index) {
            Some(reading) => choices(own, &reading.balance),
            None => own.map(|value| Choice { value, cost: 0.0 }).into_iter().collect(),
        }
    }

    /// Index among the others of the amount, of a movement that was chosen.
    fn other_amount(&self, index: usize, movement: usize) -> Option<usize> {
        let place = if self.unsigned { movement / 2 } else { movement };
        let held = self.reading(index).is_some_and(|reading| reading.held.is_some());
        if held { Some(place) } else { place.checked_sub(1) }
    }

    fn accept(&mut self, rows: &[(usize, Solved)], all: &[Solved]) {
        let follows = |at: usize| rows.get(at).is_some_and(|(_, solved)| solved.holds == Some(true));
        let closing_follows = all.len() > rows.len() && all.last().is_some_and(|last| last.holds == Some(true));
        let mut changes: Vec<(usize, Change)> = Vec::new();
        for (at, (index, solved)) in rows.iter().enumerate() {
            if let Some(slot) = self.settled.get_mut(*index) {
                *slot = follows(at);
            }
            let Some(reading) = self.reading(*index) else { continue };
            if let Some(other) = self.other_amount(*index, solved.movement)
                && follows(at)
                && let Some(reading_other) = reading.amount.others.get(other)
            {
                let cost = reading_other.cost;
                let margin = solved.movement_margin;
                changes.push((at, Change { index: *index, figure: AMOUNT, other, cost, margin }));
            }
            let other = if reading.balance.read { solved.balance.checked_sub(1) } else { Some(solved.balance) };
            if let Some(other) = other
                && let Some(reading_other) = reading.balance.others.get(other)
            {
                let cost = reading_other.cost;
                let margin = solved.balance_margin;
                changes.push((at, Change { index: *index, figure: BALANCE, other, cost, margin }));
            }
        }
        // The equation that a row's movement is in ends at the next balance that is printed.
        let mut link_of: Vec<usize> = (0..rows.len()).collect();
        let mut next_printed = rows.len();
        for (at, (index, _)) in rows.iter().enumerate().rev() {
            if !self.balances(*index).is_empty() {
                next_printed = at;
            }
            if let Some(slot) = link_of.get_mut(at) {
                *slot = next_printed;
            }
        }
        let link_of = |at: usize| link_of.get(at).copied().unwrap_or(rows.len());
        // Changes in neighbouring rows stand and fall together.
        let groups = changes.chunk_by(|(a, _), (b, _)| b - a <= 1);
        for group in groups {
            let (Some((first, _)), Some((last, _))) = (group.first(), group.last()) else { continue };
            // The links that a change takes part in: an amount in its own, a balance in the next one too.
            let mut links: Vec<usize> = Vec::new();
            for (at, change) in group {
                links.push(link_of(*at));
                if change.figure == BALANCE {
                    links.push(link_of(at + 1));
                }
            }
            links.sort_unstable();
            links.dedup();
            let holds = |link: usize| follows(link) || link == rows.len() && closing_follows;
            let exists = |link: usize| {
                rows.get(link).is_some_and(|(_, solved)| solved.holds.is_some())
                    || link == rows.len() && closing_follows
            };
            let holding = links.iter().filter(|link| holds(**link)).count();
            let all_hold = links.iter().all(|link| holds(*link) || !exists(*link));
            let cost: f32 = group.iter().map(|(_, change)| change.cost).sum();
            let margin = group.iter().map(|(_, change)| change.margin).fold(f32::INFINITY, f32::min);
            // What was left out of the figures' other values would have to be told from these too.
            let cut = (first.saturating_sub(1)..=last + 1)
                .filter_map(|at| self.reading(rows.get(at)?.0))
                .map(|reading| reading.amount.cut.min(reading.balance.cut))
                .fold(f32::INFINITY, f32::min);
            let likely = group.iter().all(|(_, change)| change.cost <= COST_MAX);
            let decided = margin >= MARGIN && cut - cost >= MARGIN && holding >= group.len();
            if likely && decided && all_hold {
                let equations: Vec<(Equation, Option<u32>)> = links
                    .iter()
                    .filter(|link| holds(**link))
                    .map(|link| match rows.get(*link).and_then(|(index, _)| self.transactions.get(*index)) {
                        Some(row) => (Equation::RunningBalance, Some(row.seq)),
                        None => (Equation::ClosingBalance, None),
                    })
                    .collect();
                for (at, change) in group {
                    let further = if change.figure == AMOUNT { *at } else { at + 1 };
                    let seq_of = |at: usize| {
                        rows.get(link_of(at)).and_then(|(i, _)| self.transactions.get(*i)).map(|row| row.seq)
                    };
                    let is_own = |seq: &Option<u32>| *seq == seq_of(*at) || *seq == seq_of(further);
                    let own: Vec<_> = equations.iter().filter(|(_, seq)| is_own(seq)).copied().collect();
                    self.apply(change, margin, own);
                }
            } else {
                for (_, change) in group {
                    self.leave_open(change, likely);
                    if let Some(slot) = self.settled.get_mut(change.index) {
                        *slot = false;
                    }
                }
            }
        }
    }

    fn apply(&mut self, change: &Change, margin: f32, equations: Vec<(Equation, Option<u32>)>) {
        let Some(reading) = self.reading(change.index) else { return };
        let Some(row) = self.transactions.get_mut(change.index) else { return };
        let (original, value, source) = match change.figure {
            AMOUNT => {
                let Some(other) = reading.amount.others.get(change.other) else { return };
                (row.amount, row.flow) = other.value;
                (&reading.amount.printed, other.value.0.to_string(), row.amount_source.clone())
            }
            _ => {
                let Some(other) = reading.balance.others.get(change.other) else { return };
                row.balance = Some(other.value);
                row.balance_source = Some(reading.balance_place.clone());
                (&reading.balance.printed, other.value.to_string(), reading.balance_place.clone())
            }
        };
        let original = Text::from(trim(original));
        mark_repaired(row, change.figure, original.clone());
        let seq = row.seq;
        if change.figure == AMOUNT && lacks_sign(&reading.amount, change.other) {
            self.open.push(unseen_sign(seq, &original, &value, source.clone()));
        }
        self.repairs.push(Repair {
            figure: Text::from(change.figure),
            seq: Some(seq),
            original,
            value: Text::from(value),
            source,
            equations,
            cost: rounded(change.cost),
            margin: margin.is_finite().then(|| rounded(margin)),
        });
    }

    /// Says which strip to photograph again.
    fn leave_open(&mut self, change: &Change, likely: bool) {
        let (Some(reading), Some(row)) = (self.reading(change.index), self.transactions.get(change.index)) else {
            return;
        };
        let (printed, other, name_zh, place) = match change.figure {
            AMOUNT => {
                let other = reading.amount.others.get(change.other).map(|other| other.text.as_str());
                (&reading.amount.printed, other, "金额", row.amount_source.clone())
            }
            _ => {
                let other = reading.balance.others.get(change.other).map(|other| other.text.as_str());
                (&reading.balance.printed, other, "余额", reading.balance_place.clone())
            }
        };
        // One figure may be open in several equations.
        if self.open.iter().any(|known| known.seq == Some(row.seq) && known.source.as_ref() == Some(&place)) {
            return;
        }
        let (printed, other) = (trim(printed), trim(other.unwrap_or("")));
        let (why_zh, why_en) = if likely {
            ("无法确定是哪一个", "which of them it is cannot be told")
        } else {
            ("但图上并不像，不作修复", "but it does not look like it, so nothing is set right")
        };
        self.open.push(
            Problem::new(
                ProblemCode::UnreadableCell,
                format!(
                    "第{}行：{name_zh}读作“{printed}”，推算可能是“{other}”，{why_zh}：请重拍这一条或上传原始电子文件",
                    row.seq
                ),
                format!(
                    "row {}: the {} was read as {printed:?} and may be {other:?}, {why_en}: photograph this \
                     strip again or hand in the original file",
                    row.seq, change.figure
                ),
            )
            .at(place)
            .row(row.seq),
        );
    }

    // ---- printed sums ----

    fn totals(&mut self) {
        let all: Vec<usize> = (0..self.transactions.len()).collect();
        if self.holes.is_empty() {
            self.whole(&all);
            let mut declared = std::mem::take(&mut self.declared);
            self.sums(&all, &mut declared);
            self.declared = declared;
        }
        let mut sections = std::mem::take(&mut self.sections);
        for section in &mut sections {
            let range = section.first_seq..=section.last_seq;
            if self.holes.iter().any(|hole| range.contains(hole)) {
                continue;
            }
            let inside = |index: &usize| self.transactions.get(*index).is_some_and(|row| range.contains(&row.seq));
            let rows: Vec<usize> = all.iter().copied().filter(inside).collect();
            self.sums(&rows, &mut section.totals);
        }
        self.sections = sections;
    }

    /// Opening balance + all rows = closing balance, where no row prints one.
    fn whole(&mut self, rows: &[usize]) {
        let (Some(opening), Some(closing)) = (self.opening.clone(), self.closing.clone()) else { return };
        if self.unsigned || self.transactions.iter().any(|row| row.balance.is_some()) {
            return;
        }
        let (opening_figure, closing_figure) = (figure_of(self.outside, &opening), figure_of(self.outside, &closing));
        let negated = |terms: Vec<Choice>| {
            terms.into_iter().map(|c| Choice { value: c.value.negated(), cost: c.cost }).collect::<Vec<_>>()
        };
        let ends = [
            Term { choices: choices(Some(opening.value), &opening_figure), cut: opening_figure.cut },
            Term { choices: negated(choices(Some(closing.value), &closing_figure)), cut: closing_figure.cut },
        ];
        let Some(changes) = self.solve_sum(rows, |c| c, ends.to_vec(), Equation::ClosingBalance) else { return };
        for (end, other, cost, margin) in changes {
            let (figure, place, name) = if end == 0 {
                (&opening_figure, &mut self.opening, "opening_balance")
            } else {
                (&closing_figure, &mut self.closing, "closing_balance")
            };
            if let (Some(other), Some(sum)) = (figure.others.get(other), place.as_mut()) {
                sum.value = other.value;
                let source = sum.source.clone();
                let equations = vec![(Equation::ClosingBalance, None)];
                self.repairs.push(total_repair(name, figure, other.value, source, equations, cost, margin));
            }
        }
    }

    /// The printed sums of what came in and went out.
    fn sums(&mut self, rows: &[usize], totals: &mut DeclaredTotals) {
        if self.unsigned {
            return;
        }
        for (flow, equation, name) in [
            (Flow::In, Equation::InSum, "declared_totals.in_sum"),
            (Flow::Out, Equation::OutSum, "declared_totals.out_sum"),
        ] {
            let slot = if flow == Flow::In { &mut totals.in_sum } else { &mut totals.out_sum };
            let Some(sum) = slot else { continue };
            let figure = figure_of(self.outside, sum);
            let own = choices(Some(sum.value), &figure);
            let printed = own.iter().map(|c| Choice { value: c.value.negated(), cost: c.cost }).collect();
            let end = Term { choices: printed, cut: figure.cut };
            let of_flow = |index: &&usize| self.transactions.get(**index).is_some_and(|row| row.flow == flow);
            let rows: Vec<usize> = rows.iter().filter(of_flow).copied().collect();
            let Some(changes) = self.solve_sum(&rows, Money::abs, vec![end], equation) else { continue };
            for (_, other, cost, margin) in changes {
                if let Some(other) = figure.others.get(other) {
                    sum.value = other.value;
                    let equations = vec![(equation, None)];
                    self.repairs.push(total_repair(
                        name,
                        &figure,
                        other.value,
                        sum.source.clone(),
                        equations,
                        cost,
                        margin,
                    ));
                }
            }
        }
    }

    /// Solves one sum over rows and printed figures (`ends`), and sets the rows right. What comes back is about the
    /// ends: each one's index, its other value's, cost and margin.
    fn solve_sum(
        &mut self,
        rows: &[usize],
        signed: impl Fn(Money) -> Money,
        ends: Vec<Term>,
        equation: Equation,
    ) -> Option<Vec<(usize, usize, f32, f32)>> {
        let mut terms = Vec::with_capacity(rows.len() + ends.len());
        for index in rows {
            let row = self.transactions.get(*index)?;
            let settled = self.settled.get(*index).copied().unwrap_or(false);
            let reading = self.reading(*index).filter(|_| !settled);
            let mut choices = Vec::new();
            if settled || reading.is_none_or(|reading| reading.held.is_none()) {
                choices.push(Choice { value: signed(movement(row)?), cost: 0.0 });
            }
            for other in reading.map_or(&[][..], |reading| &reading.amount.others) {
                let (amount, flow) = other.value;
                // A change that also turns the direction is beyond what one sum can tell.
                let value = movement(&Transaction { amount, flow, ..bare(row) }).filter(|_| flow == row.flow);
                let value = value.map_or(Money::from_ten_thousandths(i64::MAX / 4), &signed);
                choices.push(Choice { value, cost: other.cost });
            }
            terms.push(Term { choices, cut: reading.map_or(f32::INFINITY, |reading| reading.amount.cut) });
        }
        let rows_end = terms.len();
        terms.extend(ends);
        let held = rows.iter().any(|index| self.is_held(*index));
        let solution = sums::solve(&terms)?;
        if solution.changes.is_empty() && !held {
            return Some(Vec::new());
        }
        let of_held = rows.iter().enumerate().filter(|(_, index)| self.is_held(**index));
        let mut changes: Vec<(usize, usize)> = of_held.map(|(at, _)| (at, 0)).collect();
        for (term, choice) in &solution.changes {
            match changes.iter_mut().find(|(other, _)| other == term) {
                Some((_, slot)) => *slot = *choice,
                None => changes.push((*term, *choice)),
            }
        }
        let cost_of = |(term, choice): &(usize, usize)| -> f32 {
            terms.get(*term).and_then(|t| t.choices.get(*choice)).map_or(f32::INFINITY, |c| c.cost)
        };
        // One equation tells one figure: with two, too many pairs of digits fit.
        let decided = changes.len() == 1 && solution.margin >= MARGIN && changes.iter().all(|c| cost_of(c) <= COST_MAX);
        if !decided {
            for (term, choice) in changes.iter().filter(|(term, _)| *term < rows_end) {
                let Some(index) = rows.get(*term).copied() else { continue };
                let other = if self.is_held(index) { *choice } else { choice.saturating_sub(1) };
                let (cost, margin) = (cost_of(&(*term, *choice)), solution.margin);
                let change = Change { index, figure: AMOUNT, other, cost, margin };
                self.leave_open(&change, cost <= COST_MAX);
            }
            return Some(Vec::new());
        }
        let mut of_ends = Vec::new();
        for (term, choice) in changes {
            let cost = cost_of(&(term, choice));
            match rows.get(term).copied() {
                Some(index) => {
                    let other = if self.is_held(index) { choice } else { choice.saturating_sub(1) };
                    let change = Change { index, figure: AMOUNT, other, cost, margin: solution.margin };
                    self.apply(&change, solution.margin, vec![(equation, None)]);
                }
                None => of_ends.push((term - rows_end, choice.saturating_sub(1), cost, solution.margin)),
            }
        }
        Some(of_ends)
    }

    fn is_held(&self, index: usize) -> bool {
        let told = |seq: u32| self.repairs.iter().any(|r| r.seq == Some(seq) && r.figure == AMOUNT);
        self.reading(index).is_some_and(|reading| reading.held.is_some() && !told(reading.seq))
    }

    // ---- dates ----

    /// A date that is none, or that stands out of the order of its neighbours, where one other reading stands in it.
    fn dates(&mut self) {
        let mut steps = self.day_steps();
        for index in 0..self.transactions.len() {
            let Some(reading) = self.reading(index).filter(|reading| !reading.time.others.is_empty()) else { continue };
            let own = self.transactions.get(index).and_then(|row| row.time);
            let Some((low, high)) = self.days_around(index, steps) else { continue };
            let fits = |when: &When| (low..=high).contains(&when.date);
            if own.as_ref().is_some_and(fits) {
                continue;
            }
            let mut fitting = reading.time.others.iter().filter(|other| fits(&other.value));
            let Some(best) = fitting.next() else { continue };
            let next = fitting.next().map_or(f32::INFINITY, |other| other.cost).min(reading.time.cut);
            let margin = next - best.cost;
            if best.cost > COST_MAX || margin < MARGIN {
                continue;
            }
            let Some(row) = self.transactions.get_mut(index) else { continue };
            row.time = Some(best.value);
            let original = Text::from(trim(&reading.time.printed));
            mark_repaired(row, TIME, original.clone());
            self.repairs.push(Repair {
                figure: Text::from(TIME),
                seq: Some(row.seq),
                original,
                value: Text::from(best.value.to_string()),
                source: reading.time_place.clone(),
                equations: Vec::new(),
                cost: rounded(best.cost),
                margin: margin.is_finite().then(|| rounded(margin)),
            });
            // More than may be set right are not set right at all.
            if self.repairs.len() > ROWS_MAX {
                break;
            }
            steps = self.day_steps();
        }
    }

    /// The days that a row's day must lie between: its neighbours', which must both be there and in the order of all the
    /// others.
    fn days_around(&self, index: usize, steps: (usize, usize)) -> Option<(Date, Date)> {
        let day = |index: usize| self.transactions.get(index).and_then(|row| row.time).map(|when| when.date);
        let (before, after) = (day(index.checked_sub(1)?)?, day(index + 1)?);
        let (mut up, mut down) = steps;
        // The row's own day may be the one that is out of order.
        if let Some(own) = day(index) {
            for (a, b) in [(before, own), (own, after)] {
                up -= usize::from(a < b);
                down -= usize::from(a > b);
            }
        }
        let in_order = (up > 4 * down && before <= after) || (down > 4 * up && before >= after);
        in_order.then(|| (before.min(after), before.max(after)))
    }

    /// How many neighbours' days go up, and how many down.
    fn day_steps(&self) -> (usize, usize) {
        let days: Vec<Option<Date>> = self.transactions.iter().map(|row| row.time.map(|when| when.date)).collect();
        let pairs = || days.windows(2).filter_map(|pair| Some(((*pair.first()?)?, (*pair.last()?)?)));
        (pairs().filter(|(a, b)| a < b).count(), pairs().filter(|(a, b)| a > b).count())
    }
}

/// A row that moves what `row` moves, without its texts.
fn bare(row: &Transaction) -> Transaction {
    let place = Source::Line { line: 1, column: 1 };
    Transaction {
        seq: row.seq,
        time: None,
        amount: row.amount,
        flow: row.flow,
        balance: None,
        counterparty: None,
        counterparty_account: None,
        description: None,
        remark: None,
        printed_type: None,
        method: None,
        status: match row.status {
            Status::Closed => Status::Closed,
            Status::Failed => Status::Failed,
            _ => Status::Settled,
        },
        refunded: None,
        reference: None,
        merchant_reference: None,
        source: place.clone(),
        amount_source: place,
        balance_source: None,
        confidence: 1.0,
        repaired: None,
    }
}

fn mark_repaired(row: &mut Transaction, figure: &str, original: Text) {
    let mut read = row.repaired.take().map_or_else(Vec::new, <[_]>::into_vec);
    read.push((Text::from(figure), original));
    row.repaired = Some(read.into_boxed_slice());
}

/// Whether nothing at all was seen where the other value has a sign: not a sign misread, but none.
fn lacks_sign(amount: &Figure<(Money, Flow)>, other: usize) -> bool {
    let other = amount.others.get(other).map_or("", |other| other.text.as_str());
    trim(&amount.printed).starts_with(|c: char| c.is_ascii_digit()) && has_sign(other)
}

/// A thin line is lost in a small picture, and as easily wiped off: who looks at the row is told.
fn unseen_sign(seq: u32, printed: &str, value: &str, place: Source) -> Problem {
    Problem::new(
        ProblemCode::DoesNotAddUp,
        format!("第{seq}行：金额“{printed}”前没有看到正负号，按余额应为“{value}”：请核对原件的这一条，或上传原始电子文件"),
        format!(
            "row {seq}: no sign was seen before the amount {printed:?}, which is {value:?} by the balances: look at this \
             strip of the original, or hand in the original file"
        ),
    )
    .at(place)
    .row(seq)
}

/// Whether the link after the opening balance holds.
fn solved_next(links: &[Option<bool>], index: usize) -> bool {
    links.get(index).copied().flatten() == Some(true)
}

fn solved_links(rows: &[(usize, Solved)]) -> Vec<Option<bool>> {
    rows.iter().map(|(_, solved)| solved.holds).collect()
}

/// Costs are printed with two decimals: the reader's own are no more exact.
fn rounded(cost: f32) -> f32 {
    (cost * 100.0).round() / 100.0
}

/// As read first, where it could be read; then the others.
fn choices(own: Option<Money>, figure: &Figure<Money>) -> Vec<Choice> {
    let own = own.filter(|_| figure.read).map(|value| Choice { value, cost: 0.0 });
    own.into_iter().chain(figure.others.iter().map(|o| Choice { value: o.value, cost: o.cost })).collect()
}

fn end_repair(
    name: &'static str,
    figure: &Figure<Money>,
    solved: &Solved,
    sum: &Sourced<Money>,
    holds: bool,
) -> Option<(Money, Repair)> {
    let other = figure.others.get(solved.balance.checked_sub(1)?)?;
    let decided = holds && solved.balance_margin >= MARGIN && figure.cut - other.cost >= MARGIN;
    if !decided || other.cost > COST_MAX {
        return None;
    }
    let equation = if name == "closing_balance" { Equation::ClosingBalance } else { Equation::RunningBalance };
    let equations = vec![(equation, None)];
    let (cost, margin) = (other.cost, solved.balance_margin);
    Some((other.value, total_repair(name, figure, other.value, sum.source.clone(), equations, cost, margin)))
}

fn total_repair(
    name: &str,
    figure: &Figure<Money>,
    value: Money,
    source: Source,
    equations: Vec<(Equation, Option<u32>)>,
    cost: f32,
    margin: f32,
) -> Repair {
    Repair {
        figure: Text::from(name),
        seq: None,
        original: Text::from(trim(&figure.printed)),
        value: Text::from(value.to_string()),
        source,
        equations,
        cost: rounded(cost),
        margin: margin.is_finite().then(|| rounded(margin)),
    }
}

/// What a printed sum or balance of the heading may be instead: its digits are found on its line again.
fn figure_of(lines: &[TextLine], sum: &Sourced<Money>) -> Figure<Money> {
    let pieces = lines.iter().flat_map(|line| &line.pieces).filter(|piece| piece.source == sum.source);
    for piece in pieces.filter(|piece| !piece.marks.is_empty()) {
        for (start, text) in figures_in(&piece.text) {
            if Money::read(text).is_ok_and(|money| money.abs() == sum.value.abs()) {
                let inside = |mark: &&Mark| (start..start + text.len()).contains(&mark.at);
                let marks: Vec<Mark> =
                    piece.marks.iter().filter(inside).map(|mark| Mark { at: mark.at - start, ..*mark }).collect();
                return Figure::sum(text, sum.value, &marks);
            }
        }
    }
    Figure { printed: sum.value.to_string(), read: true, others: Vec::new(), cut: f32::INFINITY }
}

/// Runs of digits with their separators and sign.
fn figures_in(text: &str) -> Vec<(usize, &str)> {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+');
    let mut found = Vec::new();
    let mut start = None;
    for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
        match (is_part(character), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                let run = text.get(from..at).unwrap_or("");
                let run = run.trim_end_matches(['.', ',', '-', '+']);
                found.push((from, run));
                start = None;
            }
            _ => {}
        }
    }
    found
}
