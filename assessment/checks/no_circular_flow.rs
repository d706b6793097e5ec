//! C02: money must not go round between few parties to look like income (刷流水).
//!
//! Three shapes, terms in `circles.toml`: a party is paid back what it pays within two days, again and again; what one
//! party pays is passed on within the week in the same amount, less a go-between's fee, more often than once a month and
//! between few; or it is passed on so in two pieces, or comes in two. Wages are among what may be passed on: they come once
//! a month, so that nobody's spouse is a circle. Own transfers, loans, refunds, cards and investments come and go by their
//! nature. Innocent: friends who share bills (small amounts), a supplier that takes goods back (a small part), a
//! household's money between spouses.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::civil::Date;
use model::dates::days_between;
use model::finding::Severity;
use model::ledger::Entry;
use model::statement::Flow;
use model::{Money, When};
use rust_decimal::Decimal;

use super::place;
use super::tables::{Circles, circles};
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict};
use super::{Check, View};
use crate::names::normalised;

pub const CHECK: Check = Check { code: "no_circular_flow", severity: Severity::High, run };

/// A payment that may be part of a circle.
#[derive(Clone, Copy)]
struct Payment<'a> {
    entry: &'a Entry,
    when: When,
    party: usize,
}

/// Payments of one week that two pieces are looked for among, and payments that are passed over for them; more are a shop's.
const PIECES_AMONG_MAX: usize = 24;
const NEAR_MAX: usize = 200;

/// Money that came and went, or went and came.
#[derive(Clone, Copy)]
struct Turn {
    first: usize,
    second: usize,
    amount: Money,
}

/// What went round between some parties.
#[derive(Default)]
struct Circle {
    parties: BTreeSet<usize>,
    turns: Vec<Turn>,
}

fn run(view: &View<'_>) -> Verdict {
    let terms = circles();
    let (payments, names) = payments(view, terms);
    if !payments.iter().any(|one| one.entry.flow == Flow::In) || !payments.iter().any(|one| one.entry.flow == Flow::Out)
    {
        return Verdict::NotApplicable(Summary::new(
            "没有可能构成循环的往来",
            "nothing comes and goes that could be a circle",
        ));
    }
    let mut failures = Vec::new();
    let mut circling: BTreeSet<usize> = BTreeSet::new();
    for circle in returned(&payments, names.len(), terms) {
        circling.extend(&circle.parties);
        failures.push(failure(view, &payments, &names, &circle, true));
    }
    for find in [whole, in_pieces] {
        let circles = passed_on(&payments, terms, &circling, find);
        for circle in circles {
            circling.extend(&circle.parties);
            failures.push(failure(view, &payments, &names, &circle, false));
        }
    }
    if failures.is_empty() {
        return Verdict::Passes(Summary::new(
            "没有同一笔资金来回流转的迹象",
            "no money goes round between the same few parties",
        ));
    }
    Verdict::Fails(failures)
}

/// Payments of some size that could come back, in the order of time, each with its party's number; and the parties.
fn payments<'a>(view: &View<'a>, terms: &Circles) -> (Vec<Payment<'a>>, Vec<String>) {
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut payments: Vec<Payment<'a>> = Vec::new();
    for entry in &view.ledger.entries {
        let moves = entry.status.counts()
            && entry.flow != Flow::Neutral
            && entry.own_transfer.is_none()
            && entry.same_event.is_none()
            && entry.refund_of.is_none()
            && !terms.not.contains(&entry.category)
            && entry.amount.abs().to_decimal() >= terms.amount_min;
        let (true, Some(when)) = (moves, entry.time) else { continue };
        let name = entry.party.as_deref().or(entry.counterparty.as_deref()).map(normalised);
        let Some(name) = name.filter(|name| !name.is_empty()) else { continue };
        let next = numbers.len();
        let party = *numbers.entry(name).or_insert(next);
        payments.push(Payment { entry, when, party });
    }
    payments.sort_by_key(|one| one.when);
    let mut names = vec![String::new(); numbers.len()];
    for (name, number) in numbers {
        if let Some(place) = names.get_mut(number) {
            *place = name;
        }
    }
    (payments, names)
}

/// Sums of what came and what went, by party.
fn sums(payments: &[Payment<'_>], among: impl Fn(&Payment<'_>) -> bool) -> BTreeMap<usize, (Money, Money)> {
    let mut sums: BTreeMap<usize, (Money, Money)> = BTreeMap::new();
    for one in payments.iter().filter(|one| among(one)) {
        let (came, went) = sums.entry(one.party).or_default();
        let sum = if one.entry.flow == Flow::In { came } else { went };
        *sum = sum.plus(one.entry.amount.abs());
    }
    sums
}

fn is_share(part: Money, whole: Money, share: Decimal) -> bool {
    part.is_positive() && part.to_decimal() >= share * whole.to_decimal()
}

/// Parties that are paid back what they pay, or pay back what they are paid: first in, first out, in whatever pieces.
fn returned(payments: &[Payment<'_>], parties: usize, terms: &Circles) -> Vec<Circle> {
    let mut by_party: Vec<Vec<usize>> = vec![Vec::new(); parties];
    for (index, one) in payments.iter().enumerate() {
        if let Some(own) = by_party.get_mut(one.party) {
            own.push(index);
        }
    }
    let sums = sums(payments, |_| true);
    let mut circles = Vec::new();
    for (party, own) in by_party.iter().enumerate() {
        let Some(&(came, went)) = sums.get(&party).filter(|(came, went)| came.is_positive() && went.is_positive())
        else {
            continue;
        };
        let mut turns: Vec<Turn> = Vec::new();
        let mut open: VecDeque<(usize, Money)> = VecDeque::new();
        for &index in own {
            let Some(one) = payments.get(index) else { continue };
            let mut left = one.entry.amount.abs();
            while let Some((first, amount)) = open.front_mut() {
                let Some(waiting) = payments.get(*first) else { break };
                if days_between(waiting.when.date, one.when.date) > terms.days_max {
                    open.pop_front();
                    continue;
                }
                if waiting.entry.flow == one.entry.flow || !left.is_positive() {
                    break;
                }
                let part = left.min(*amount);
                turns.push(Turn { first: *first, second: index, amount: part });
                left = left.minus(part);
                *amount = amount.minus(part);
                if amount.is_zero() {
                    open.pop_front();
                }
            }
            if left.is_positive() {
                open.push_back((index, left));
            }
        }
        let value: Money = turns.iter().map(|turn| turn.amount).sum();
        let whole = is_share(value, came, terms.share_min) && is_share(value, went, terms.share_min);
        if whole && days_of(payments, &turns) >= terms.days_min {
            circles.push(Circle { parties: BTreeSet::from([party]), turns });
        }
    }
    circles
}

/// On how many days money came that then went round.
fn days_of(payments: &[Payment<'_>], turns: &[Turn]) -> usize {
    let days: BTreeSet<Date> =
        turns.iter().filter_map(|turn| payments.get(turn.second)).map(|one| one.when.date).collect();
    days.len()
}

/// Pairs payments that may be passed on, given by number in the order of time, with what they were passed on as.
type Find = fn(&[Payment<'_>], &[usize], &Circles) -> Vec<Turn>;

/// In the same amount: the oldest that waits is taken first.
fn whole(payments: &[Payment<'_>], among: &[usize], terms: &Circles) -> Vec<Turn> {
    let mut waiting: BTreeMap<Money, VecDeque<usize>> = BTreeMap::new();
    let mut turns: Vec<Turn> = Vec::new();
    for &index in among {
        let Some(one) = payments.get(index) else { continue };
        let amount = one.entry.amount.abs();
        if one.entry.flow == Flow::In {
            waiting.entry(amount).or_default().push_back(index);
            continue;
        }
        if let Some(first) = take(&mut waiting, payments, amount, one.when.date, terms) {
            turns.push(Turn { first, second: index, amount });
        }
    }
    turns
}

/// One that came and left in two pieces, or came in two and left as one.
fn in_pieces(payments: &[Payment<'_>], among: &[usize], terms: &Circles) -> Vec<Turn> {
    let mut used: BTreeSet<usize> = BTreeSet::new();
    let mut turns: Vec<Turn> = Vec::new();
    for (place, &index) in among.iter().enumerate() {
        let Some(one) = payments.get(index) else { continue };
        let came = one.entry.flow == Flow::In;
        if used.contains(&index) {
            continue;
        }
        let near = |other: &&usize| {
            payments
                .get(**other)
                .is_some_and(|other| days_between(one.when.date, other.when.date).abs() <= terms.passed_on_days_max)
        };
        let is_open = |other: &&usize| {
            let goes_the_other_way = payments.get(**other).is_some_and(|other| (other.entry.flow == Flow::In) != came);
            goes_the_other_way && !used.contains(*other)
        };
        // What came is spent later; what is spent came before.
        let (later, earlier) = (among.get(place..).unwrap_or_default(), among.get(..place).unwrap_or_default());
        let others: Vec<usize> = if came {
            later.iter().take(NEAR_MAX).take_while(near).filter(is_open).take(PIECES_AMONG_MAX).copied().collect()
        } else {
            let earlier = earlier.iter().rev().take(NEAR_MAX);
            earlier.take_while(near).filter(is_open).take(PIECES_AMONG_MAX).copied().collect()
        };
        let Some((piece, rest)) = two_of(payments, &others, (one.entry.amount.abs(), came), terms) else { continue };
        used.extend([index, piece, rest]);
        for part in [piece, rest] {
            let amount = payments.get(part).map(|part| part.entry.amount.abs()).unwrap_or_default();
            let (first, second) = if came { (index, part) } else { (part, index) };
            turns.push(Turn { first, second, amount });
        }
    }
    turns
}

/// Two payments that make up an amount but for the fee; nothing where several two do, for then it is chance.
fn two_of(
    payments: &[Payment<'_>],
    among: &[usize],
    (amount, came): (Money, bool),
    terms: &Circles,
) -> Option<(usize, usize)> {
    let kept = Decimal::ONE - terms.loss_max;
    let (least, most) = if came {
        (Money::from_decimal(amount.to_decimal() * kept)?, amount)
    } else {
        (amount, Money::from_decimal(amount.to_decimal().checked_div(kept)?)?)
    };
    let mut found = None;
    for (place, &piece) in among.iter().enumerate() {
        for &rest in among.get(place.saturating_add(1)..).unwrap_or_default() {
            let (Some(one), Some(other)) = (payments.get(piece), payments.get(rest)) else { continue };
            let sum = one.entry.amount.abs().plus(other.entry.amount.abs());
            if sum < least || sum > most {
                continue;
            }
            if found.is_some() {
                return None;
            }
            found = Some((piece, rest));
        }
    }
    found
}

/// Money that is passed on; parties that do so with each other are one circle.
fn passed_on(payments: &[Payment<'_>], terms: &Circles, known: &BTreeSet<usize>, find: Find) -> Vec<Circle> {
    let may = |one: &Payment<'_>| terms.passed_on.contains(&one.entry.category) && !known.contains(&one.party);
    let among: Vec<usize> = (0..payments.len()).filter(|index| payments.get(*index).is_some_and(may)).collect();
    let turns = find(payments, &among, terms);
    let sums = sums(payments, may);
    let mut circles = joined(payments, turns);
    circles.retain(|circle| {
        let value: Money = circle.turns.iter().map(|turn| turn.amount).sum();
        let of = |side: fn(&(Money, Money)) -> Money| -> Money {
            circle.parties.iter().filter_map(|party| sums.get(party)).map(side).sum()
        };
        let (came, went) = (of(|sums| sums.0), of(|sums| sums.1));
        relays(&circle.turns) >= terms.relays_min
            && circle.parties.len() <= terms.parties_max
            && is_share(value, came, terms.share_min)
            && is_share(value, went, terms.share_min)
            && is_more_than_monthly(payments, &circle.turns, terms)
    });
    circles
}

/// The oldest waiting payment of about this amount that is not too old; what is too old is dropped as it is met.
fn take(
    waiting: &mut BTreeMap<Money, VecDeque<usize>>,
    payments: &[Payment<'_>],
    amount: Money,
    today: Date,
    terms: &Circles,
) -> Option<usize> {
    // What comes in is the amount that goes on and what the go-between keeps, or a little less where others' coins mix.
    let most = Money::from_decimal(amount.to_decimal() * (Decimal::ONE + terms.loss_max))?;
    let least = Money::from_decimal(amount.to_decimal() * (Decimal::ONE - terms.loss_max))?;
    let mut found = None;
    let mut emptied = Vec::new();
    for (key, queue) in waiting.range_mut(least..=most) {
        let too_old = |index: &usize| {
            payments.get(*index).is_none_or(|one| days_between(one.when.date, today) > terms.passed_on_days_max)
        };
        while queue.front().is_some_and(too_old) {
            queue.pop_front();
        }
        if found.is_none() {
            found = queue.pop_front();
        }
        if queue.is_empty() {
            emptied.push(*key);
        }
    }
    for key in emptied {
        waiting.remove(&key);
    }
    found
}

/// Turns whose parties are linked, together.
fn joined(payments: &[Payment<'_>], turns: Vec<Turn>) -> Vec<Circle> {
    let mut leader: BTreeMap<usize, usize> = BTreeMap::new();
    let party = |index: usize| payments.get(index).map(|one| one.party);
    for turn in &turns {
        let (Some(one), Some(other)) = (party(turn.first), party(turn.second)) else { continue };
        let (one, other) = (lead(&mut leader, one), lead(&mut leader, other));
        leader.insert(one.max(other), one.min(other));
    }
    let mut circles: BTreeMap<usize, Circle> = BTreeMap::new();
    for turn in turns {
        let (Some(one), Some(other)) = (party(turn.first), party(turn.second)) else { continue };
        let circle = circles.entry(lead(&mut leader, one)).or_default();
        circle.parties.extend([one, other]);
        circle.turns.push(turn);
    }
    circles.into_values().collect()
}

/// The party that stands for all it is linked with; the way there is made short as it is walked.
fn lead(leader: &mut BTreeMap<usize, usize>, party: usize) -> usize {
    let mut at = party;
    while let Some(&next) = leader.get(&at).filter(|next| **next != at) {
        let after = leader.get(&next).copied().unwrap_or(next);
        leader.insert(at, after);
        at = after;
    }
    at
}

/// How often money was passed on; what left in two pieces did so once.
fn relays(turns: &[Turn]) -> usize {
    let of = |side: fn(&Turn) -> usize| turns.iter().map(side).collect::<BTreeSet<_>>().len();
    of(|turn| turn.first).min(of(|turn| turn.second))
}

fn is_more_than_monthly(payments: &[Payment<'_>], turns: &[Turn], terms: &Circles) -> bool {
    let days = || turns.iter().filter_map(|turn| payments.get(turn.second)).map(|one| one.when.date);
    let (Some(first), Some(last)) = (days().min(), days().max()) else { return false };
    let months = Decimal::from(days_between(first, last).saturating_add(1)) / Decimal::from(30);
    Decimal::from(relays(turns)) >= terms.relays_a_month_min * months
}

fn failure(view: &View<'_>, payments: &[Payment<'_>], names: &[String], circle: &Circle, back: bool) -> Failure {
    let value: Money = circle.turns.iter().map(|turn| turn.amount).sum();
    let credits = payments.iter().filter(|one| one.entry.flow == Flow::In).map(|one| one.entry.amount).sum();
    let matters = is_share(value, credits, circles().inflow_share_min);
    let rows: BTreeSet<usize> = circle.turns.iter().flat_map(|turn| [turn.first, turn.second]).collect();
    let rows = rows.into_iter().filter_map(|index| payments.get(index));
    let evidence = rows.take(EVIDENCE_MAX).filter_map(|one| place::evidence(view, one.entry)).collect();
    let named: Vec<&str> = circle.parties.iter().filter_map(|party| names.get(*party)).map(String::as_str).collect();
    let (named, count) = (named.join("、"), if back { circle.turns.len() } else { relays(&circle.turns) });
    let days = if back { circles().days_max } else { circles().passed_on_days_max };
    let (zh, en) = if back {
        (
            format!(
                "与 {named} 的往来 {count} 次、共 {value} 元在 {days} 日内原路返回，不应视为收入；共同生活的家人请说明"
            ),
            format!(
                "{value} came from {named} and went back within {days} days, or the reverse, {count} time(s): no income; a household's own money would explain it"
            ),
        )
    } else {
        (
            format!(
                "{count} 笔资金共 {value} 元收到后 {days} 日内原额（或扣少量手续费后）转出（{named}），不应视为收入；代收代付请说明"
            ),
            format!(
                "{count} amount(s) of {value} in all were passed on within {days} days between {named}: no income; collecting for somebody else would explain it"
            ),
        )
    };
    Failure {
        severity: (!matters).then_some(Severity::Medium),
        zh,
        en,
        expected: Some("0.00".into()),
        found: Some(value.to_string().into()),
        evidence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank};
    use model::ledger::Category;

    /// `date amount party` a line.
    fn case(rows: &str) -> Case {
        let lines: Vec<Vec<&str>> = rows.lines().map(|line| line.split_whitespace().collect()).collect();
        let text: String = lines.iter().map(|line| format!("{} {}\n", line[0], line[1])).collect();
        let mut statement = bank(&text);
        for (row, line) in statement.transactions.iter_mut().zip(&lines) {
            row.counterparty = Some(line[2].into());
        }
        Case::of(&[&[statement]]).merged()
    }

    fn again(days: std::ops::Range<u32>, rows: &str) -> String {
        days.flat_map(|month| rows.lines().map(move |row| format!("2026-{month:02}-{row}\n"))).collect()
    }

    const WAGES: &str = "2026-06-10 +9000.00 青禾科技有限公司\n";

    #[test]
    fn fails_on_a_party_that_is_paid_back_what_it_pays() {
        case(&(again(1..6, "05T10:00 +20000.00 盛远商贸有限公司\n05T15:00 -20000.00 盛远商贸有限公司") + WAGES))
            .expect(CHECK, &["fail high, line 1: expected 0.00, found 100000.00"]);
    }

    #[test]
    fn fails_on_it_in_pieces_and_with_money_sent_first() {
        case(&(again(1..5, "05 -20000.00 何景行\n06 +12000.00 何景行\n07 +8000.00 何景行") + WAGES))
            .expect(CHECK, &["fail high, line 1: expected 0.00, found 80000.00"]);
    }

    #[test]
    fn fails_on_money_passed_on_between_few() {
        let rows = "05 +10000.00 甲商贸行\n06 -9900.00 乙商贸行\n15 +12000.00 乙商贸行\n16 -12000.00 丙商贸行";
        case(&(again(1..5, rows) + WAGES)).expect(CHECK, &["fail high, line 1: expected 0.00, found 87600.00"]);
    }

    #[test]
    fn fails_on_money_passed_on_days_later_less_a_fee() {
        let rows = "02 +10000.00 甲商贸行\n06 -9880.00 乙商贸行\n12 +14300.00 乙商贸行\n18 -14200.00 丙商贸行";
        case(&(again(1..5, rows) + WAGES)).expect(CHECK, &["fail high, line 1: expected 0.00, found 96320.00"]);
    }

    #[test]
    fn fails_on_money_passed_on_in_two_pieces() {
        let rows = "02 +20000.00 甲商贸行\n03 -12000.00 何景行\n05 -7800.00 沈若谷\n15 +7000.00 何景行\n16 +9000.00 沈若谷\n18 -15900.00 甲商贸行";
        case(&(again(1..5, rows) + WAGES)).expect(CHECK, &["fail high, line 1: expected 0.00, found 143200.00"]);
    }

    #[test]
    fn fails_on_wages_that_go_back_more_often_than_wages_come() {
        let rows = "02 +8000.00 青禾科技有限公司\n06 -7950.00 何景行\n16 +8300.00 青禾科技有限公司\n19 -8250.00 何景行";
        case(&again(1..5, rows))
            .categorised("青禾", Category::Salary)
            .expect(CHECK, &["fail high, line 1: expected 0.00, found 64800.00"]);
        let monthly = again(1..8, "10 +8000.00 青禾科技有限公司\n12 -7950.00 何景行");
        case(&monthly).categorised("青禾", Category::Salary).expect(CHECK, &["pass"]);
    }

    #[test]
    fn passes_on_purchases_that_happen_to_make_up_what_came() {
        let rows = "02 +9000.00 父亲\n04 -3000.00 房东甲\n05 -3500.00 驾校乙\n06 -6000.00 家政丙\n07 -5500.00 补习丁";
        case(&(again(1..8, rows) + WAGES)).expect(CHECK, &["pass"]);
    }

    #[test]
    fn says_less_where_it_hardly_changes_the_picture() {
        let rows = "05 +1000.00 何景行\n06 -1000.00 何景行\n10 +20000.00 青禾科技有限公司";
        case(&again(1..6, rows)).expect(CHECK, &["fail medium, line 1: expected 0.00, found 5000.00"]);
    }

    #[test]
    fn passes_on_friends_who_share_bills() {
        case(
            &(again(
                1..6,
                "03 -180.00 何景行\n04 +90.00 何景行\n20 +260.00 何景行\n21 -260.00 何景行\n22 -600.00 房东甲",
            ) + WAGES),
        )
        .expect(CHECK, &["pass"]);
    }

    #[test]
    fn passes_on_a_supplier_that_takes_goods_back() {
        case(&(again(1..6, "03 -20000.00 批发市场甲\n05 +1500.00 批发市场甲\n08 +9000.00 食堂乙\n") + WAGES))
            .expect(CHECK, &["pass"]);
    }

    #[test]
    fn passes_on_a_loan_between_friends_and_on_rent_that_somebody_sends() {
        case(&(again(1..3, "05 +5000.00 何景行\n06 -5000.00 何景行") + WAGES)).expect(CHECK, &["pass"]);
        case(&(again(1..8, "05 +3000.00 父亲\n05 -3000.00 房东甲") + WAGES)).expect(CHECK, &["pass"]);
    }

    #[test]
    fn passes_on_lenders_and_own_accounts() {
        for (word, category) in [("甲", Category::LoanDisbursement), ("甲", Category::OwnTransfer)] {
            let rows = again(1..6, "05 +20000.00 甲\n06 -20000.00 甲\n07 -600.00 房东");
            case(&(rows + WAGES)).categorised(word, category).expect(CHECK, &["pass"]);
        }
    }

    #[test]
    fn does_not_apply_where_nothing_goes() {
        case(WAGES).expect(CHECK, &["not_applicable"]);
    }
}
