//! The likeliest way to read the terms of one sum.
//!
//! One equation over many figures says less than a chain of balances: a digit set right in one of them fits as well as
//! the same digit in another. So few changes are tried, all of them, and what does not beat every other is left alone.

use std::collections::BTreeMap;

use model::Money;

use super::chain::Choice;

/// A figure with its sign: the terms of an equation add up to nothing.
#[derive(Debug, Clone, Default)]
pub struct Term {
    /// What was read first, if it could be read; never empty.
    pub choices: Vec<Choice>,
    pub cut: f32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// Of each term that is not its first choice: its index and the choice's.
    pub changes: Vec<(usize, usize)>,
    pub cost: f32,
    /// By how much the next best way costs more.
    pub margin: f32,
}

/// Changes tried at once. A sum in which three figures are wrong says nothing about any of them; three are tried so that
/// two are told apart from them.
const CHANGES_MAX: usize = 3;
/// Other values looked at over all terms: all threes of 200 are tried by 20,000 look-ups.
const ALTERNATIVES_MAX: usize = 200;

#[derive(Debug, Clone, Copy)]
struct Alternative {
    term: usize,
    choice: usize,
    delta: Money,
    cost: f32,
}

/// The cheapest way in which the terms add up to nothing. `None` when there is none.
#[must_use]
pub fn solve(terms: &[Term]) -> Option<Solution> {
    let base: Vec<Choice> = terms.iter().map(|term| term.choices.first().copied()).collect::<Option<_>>()?;
    let sum = base.iter().try_fold(Money::ZERO, |sum, choice| sum.checked_add(choice.value))?;
    let base_cost: f32 = base.iter().map(|choice| choice.cost).sum();
    let mut alternatives = Vec::new();
    for (term, (choices, first)) in terms.iter().zip(&base).enumerate() {
        for (choice, other) in choices.choices.iter().enumerate().skip(1) {
            let delta = other.value.checked_sub(first.value)?;
            alternatives.push(Alternative { term, choice, delta, cost: other.cost - first.cost });
        }
    }
    alternatives.sort_by(|a, b| a.cost.total_cmp(&b.cost).then((a.term, a.choice).cmp(&(b.term, b.choice))));
    let mut floor = terms.iter().map(|term| term.cut).fold(f32::INFINITY, f32::min);
    if let Some(dropped) = alternatives.get(ALTERNATIVES_MAX) {
        floor = floor.min(base_cost + dropped.cost);
        alternatives.truncate(ALTERNATIVES_MAX);
    }
    let mut by_delta: BTreeMap<Money, Vec<usize>> = BTreeMap::new();
    for (index, alternative) in alternatives.iter().enumerate() {
        by_delta.entry(alternative.delta).or_default().push(index);
    }
    // The cheapest first: the two best are all that is wanted.
    let mut found: Vec<(f32, Vec<usize>)> = Vec::new();
    let mut add = |chosen: &[usize]| {
        let cost: f32 = base_cost + chosen.iter().filter_map(|i| alternatives.get(*i)).map(|a| a.cost).sum::<f32>();
        found.push((cost, chosen.to_vec()));
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        found.truncate(2);
    };
    if sum.is_zero() {
        add(&[]);
    }
    let wanted = sum.negated();
    // Each set once: its last member is the one looked up.
    let closing = |rest: Money, after: Option<usize>, taken: &[usize]| -> Vec<usize> {
        let candidates = by_delta.get(&rest).map_or(&[][..], Vec::as_slice);
        let from = after.map_or(0, |after| candidates.partition_point(|index| *index <= after));
        let free = |index: &&usize| {
            let term = |i: usize| alternatives.get(i).map(|a| a.term);
            taken.iter().all(|other| term(*other) != term(**index))
        };
        candidates.get(from..).unwrap_or(&[]).iter().filter(free).copied().take(2).collect()
    };
    for last in closing(wanted, None, &[]) {
        add(&[last]);
    }
    for (first, a) in alternatives.iter().enumerate() {
        let Some(rest) = wanted.checked_sub(a.delta) else { continue };
        for last in closing(rest, Some(first), &[first]) {
            add(&[first, last]);
        }
        if CHANGES_MAX < 3 {
            continue;
        }
        for (second, b) in alternatives.iter().enumerate().skip(first + 1).filter(|(_, b)| b.term != a.term) {
            let Some(rest) = rest.checked_sub(b.delta) else { continue };
            for last in closing(rest, Some(second), &[first, second]) {
                add(&[first, second, last]);
            }
        }
    }
    let (cost, chosen) = found.first()?.clone();
    let next = found.get(1).map_or(f32::INFINITY, |(cost, _)| *cost).min(floor.max(cost));
    let changes = chosen.iter().filter_map(|i| alternatives.get(*i)).map(|a| (a.term, a.choice)).collect();
    Some(Solution { changes, cost, margin: next - cost })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `12|13:2`: a term of each word.
    fn solution(text: &str) -> Option<Solution> {
        let choice = |part: &str| {
            let (value, cost) = part.split_once(':').unwrap_or((part, "0"));
            Choice { value: value.parse().unwrap(), cost: cost.parse().unwrap() }
        };
        let term = |word: &str| Term { choices: word.split('|').map(choice).collect(), cut: f32::INFINITY };
        solve(&text.split_whitespace().map(term).collect::<Vec<_>>())
    }

    #[test]
    fn the_only_change_that_fits_is_found() {
        let found = solution("10 20|28:2|26:1 30|37:4 -68").unwrap();
        assert_eq!((found.changes, found.cost), (vec![(1, 1)], 2.0));
        assert_eq!(found.margin, f32::INFINITY);
        assert_eq!(solution("10 20|28:2 30 -69"), None);
        assert_eq!(solution("10 20|28:2 30 -60").unwrap().changes, []);
    }

    #[test]
    fn the_same_digit_in_two_terms_is_no_decision() {
        let found = solution("10|18:2 20|28:2.5 -38").unwrap();
        assert_eq!((found.changes, found.margin), (vec![(0, 1)], 0.5));
    }

    #[test]
    fn two_changes_are_found_and_told_from_three() {
        let found = solution("10|18:1 20|27:1 30|38:3 40|41:2 -115").unwrap();
        assert_eq!(found.changes, [(0, 1), (1, 1)]);
        assert_eq!(found.margin, 2.0, "the second and the third fit too");
        let found = solution("10|11:1 20|22:1 30|33:1 40|46:3.5 -106").unwrap();
        assert_eq!((found.changes.len(), found.margin), (3, 0.5));
    }
}
