//! The likeliest way to read a chain of balances: balance before + movement = balance after, row by row.
//!
//! Solved exactly by dynamic programming, the state being the balance after a row: the least cost up to each state and
//! the least cost from it on give the least cost of every value of every figure, hence by how much the best way to read
//! a figure beats every other. A link that nothing satisfies is left broken at a price, so that one place that cannot be
//! set right leaves the others as they are.

use std::collections::BTreeMap;

use model::Money;

/// A value that a figure may have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice {
    pub value: Money,
    /// Nats; 0 for what was read.
    pub cost: f32,
}

/// A row of the chain, in the order in which things happened.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// What the row may move the balance by; empty when that is unknown.
    pub movements: Vec<Choice>,
    /// The balances that may stand on it; empty when it prints none.
    pub balances: Vec<Choice>,
    /// Nothing can be said across from the row before.
    pub apart: bool,
}

/// How a row is read best.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Solved {
    /// Indexes of the choices.
    pub movement: usize,
    pub balance: usize,
    /// By how much the next best way with another value costs more.
    pub movement_margin: f32,
    pub balance_margin: f32,
    /// The row's balance follows from the one before, by its movement; `None` when that is not known.
    pub holds: Option<bool>,
}

/// A link that does not hold costs more than any three misreads together that a repair may set right: rather than assume
/// more of them than that at one place, the equation is left broken.
pub const BREAK_COST: f32 = 15.0;
/// Balances that are followed at once where none is printed; a doubtful figure has some 30 values, and two neighbours of
/// them may be open.
const STATES_MAX: usize = 1_000;

#[derive(Debug, Clone, Copy)]
struct State {
    /// The least cost of everything up to here.
    cost: f32,
    /// Of the balance itself.
    own: f32,
    balance: usize,
    /// The state before that this one is reached from, and by which movement; none after a jump.
    from: Option<(Money, usize)>,
}

type States = BTreeMap<Money, State>;

/// Solves the chain. The total cost comes with it: the order of rows with the lesser total is the right one.
#[must_use]
pub fn solve(steps: &[Step]) -> (Vec<Solved>, f32) {
    let (forward, cut) = forward(steps);
    let backward = backward(steps, &forward);
    let total = forward.last().map_or(0.0, |last| least(last).unwrap_or(f32::INFINITY));
    let path = path(steps, &forward);
    let mut solved = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        let (state, holds) = path.get(index).copied().unwrap_or((None, None));
        let before = index.checked_sub(1).and_then(|before| forward.get(before));
        let (Some(here), Some(after)) = (forward.get(index), backward.get(index)) else { break };
        let (movement, balance) = match state {
            Some((_, state)) => (state.from.map_or(0, |(_, movement)| movement), state.balance),
            None => (0, 0),
        };
        let mut of_balances = vec![f32::INFINITY; step.balances.len()];
        for (value, state) in here.iter().filter(|_| !step.balances.is_empty()) {
            if let Some(slot) = of_balances.get_mut(state.balance) {
                *slot = slot.min(state.cost + after.get(value).copied().unwrap_or(f32::INFINITY));
            }
        }
        let of_movements = movement_costs(step, before, here, after);
        let margin = |costs: &[f32], chosen: usize| {
            let others = costs.iter().enumerate().filter(|(other, _)| *other != chosen).map(|(_, cost)| *cost);
            others.fold(f32::INFINITY, f32::min).min(cut) - total
        };
        solved.push(Solved {
            movement,
            balance,
            movement_margin: margin(&of_movements, movement),
            balance_margin: margin(&of_balances, balance),
            holds,
        });
    }
    (solved, total)
}

fn least(states: &States) -> Option<f32> {
    states.values().map(|state| state.cost).min_by(f32::total_cmp)
}

/// Nothing is said of a row's balance by the one before it.
fn is_free(step: &Step, before: Option<&States>) -> bool {
    step.apart || step.movements.is_empty() || before.is_none_or(States::is_empty)
}

/// The states after each row, and the least cost of any that was left out.
fn forward(steps: &[Step]) -> (Vec<States>, f32) {
    let mut all: Vec<States> = Vec::with_capacity(steps.len());
    let mut cut = f32::INFINITY;
    // The cost of the way here while no balance is known.
    let mut carried = 0.0;
    for step in steps {
        let before = all.last();
        let free = is_free(step, before);
        if let Some(cost) = before.and_then(least) {
            carried = cost;
        }
        let jump = carried + if free { 0.0 } else { BREAK_COST };
        let mut here = States::new();
        if step.balances.is_empty() {
            if !free {
                for (from, state) in before.into_iter().flatten() {
                    for (movement, choice) in step.movements.iter().enumerate() {
                        let Some(value) = from.checked_add(choice.value) else { continue };
                        let cost = state.cost + choice.cost;
                        let reached = State { cost, own: 0.0, balance: 0, from: Some((*from, movement)) };
                        let slot = here.entry(value).or_insert(reached);
                        if cost < slot.cost {
                            *slot = reached;
                        }
                    }
                }
                cut = cut.min(keep_cheapest(&mut here));
            }
        } else {
            for (balance, choice) in step.balances.iter().enumerate() {
                let mut best = State { cost: jump + choice.cost, own: choice.cost, balance, from: None };
                if !free {
                    for (movement, moved) in step.movements.iter().enumerate() {
                        let Some(from) = choice.value.checked_sub(moved.value) else { continue };
                        let Some(state) = before.and_then(|before| before.get(&from)) else { continue };
                        let cost = state.cost + moved.cost + choice.cost;
                        if cost < best.cost {
                            best = State { cost, from: Some((from, movement)), ..best };
                        }
                    }
                }
                let slot = here.entry(choice.value).or_insert(best);
                if best.cost < slot.cost {
                    *slot = best;
                }
            }
        }
        all.push(here);
    }
    (all, cut)
}

/// Drops the dearest states beyond the bound; the cost of the cheapest one dropped.
fn keep_cheapest(states: &mut States) -> f32 {
    if states.len() <= STATES_MAX {
        return f32::INFINITY;
    }
    let mut costs: Vec<f32> = states.values().map(|state| state.cost).collect();
    costs.sort_by(f32::total_cmp);
    let limit = costs.get(STATES_MAX).copied().unwrap_or(f32::INFINITY);
    states.retain(|_, state| state.cost < limit);
    limit
}

/// The least cost of everything after each state.
fn backward(steps: &[Step], forward: &[States]) -> Vec<BTreeMap<Money, f32>> {
    let mut all: Vec<BTreeMap<Money, f32>> = vec![BTreeMap::new(); steps.len()];
    // Of everything from the row after on, whatever the balance before it.
    let mut open = 0.0_f32;
    for index in (0..steps.len()).rev() {
        let Some(here) = forward.get(index) else { continue };
        let next = steps.get(index + 1).zip(forward.get(index + 1)).zip(all.get(index + 1));
        let mut costs = BTreeMap::new();
        for value in here.keys() {
            let cost = match next {
                None => 0.0,
                Some(((step, states), after)) => {
                    let free = is_free(step, Some(here));
                    let mut best = if free {
                        open
                    } else if step.balances.is_empty() {
                        f32::INFINITY
                    } else {
                        BREAK_COST + open
                    };
                    if !free {
                        for choice in &step.movements {
                            let Some(reached) = value.checked_add(choice.value) else { continue };
                            let (Some(state), Some(rest)) = (states.get(&reached), after.get(&reached)) else {
                                continue;
                            };
                            best = best.min(choice.cost + state.own + rest);
                        }
                    }
                    best
                }
            };
            costs.insert(*value, cost);
        }
        if !here.is_empty() {
            let own = |value: &Money| here.get(value).map_or(0.0, |state| state.own);
            open = costs.iter().map(|(value, cost)| cost + own(value)).fold(f32::INFINITY, f32::min);
        }
        if let Some(slot) = all.get_mut(index) {
            *slot = costs;
        }
    }
    all
}

/// A row's state on the cheapest way, and whether it follows from the one before.
type Passed = (Option<(Money, State)>, Option<bool>);

/// The cheapest way through, told from its end.
fn path(steps: &[Step], forward: &[States]) -> Vec<Passed> {
    let mut path = vec![(None, None); forward.len()];
    let mut wanted: Option<Money> = None;
    let mut next_holds = None;
    for (index, states) in forward.iter().enumerate().rev() {
        let cheapest = || states.iter().min_by(|a, b| a.1.cost.total_cmp(&b.1.cost)).map(|(value, _)| *value);
        let Some(value) = wanted.or_else(cheapest) else { continue };
        let Some(state) = states.get(&value).copied() else { continue };
        wanted = state.from.map(|(from, _)| from);
        let before = index.checked_sub(1).and_then(|before| forward.get(before));
        let free = steps.get(index).is_none_or(|step| is_free(step, before));
        let holds = match state.from {
            Some(_) => Some(true),
            None if free => None,
            None => Some(false),
        };
        // Where no balance is printed, the next one that is tells.
        let is_printed = steps.get(index).is_some_and(|step| !step.balances.is_empty());
        let holds = if is_printed { holds } else { holds.and(next_holds) };
        next_holds = if wanted.is_some() { holds } else { None };
        if let Some(slot) = path.get_mut(index) {
            *slot = (Some((value, state)), holds);
        }
    }
    path
}

/// The least total cost of each movement of a row.
fn movement_costs(step: &Step, before: Option<&States>, here: &States, after: &BTreeMap<Money, f32>) -> Vec<f32> {
    let mut costs = vec![f32::INFINITY; step.movements.len()];
    if is_free(step, before) {
        return costs;
    }
    let Some(before) = before else { return costs };
    for (movement, choice) in step.movements.iter().enumerate() {
        let mut best = f32::INFINITY;
        for (from, state) in before {
            let Some(reached) = from.checked_add(choice.value) else { continue };
            let (Some(next), Some(rest)) = (here.get(&reached), after.get(&reached)) else { continue };
            best = best.min(state.cost + choice.cost + next.own + rest);
        }
        if let Some(slot) = costs.get_mut(movement) {
            *slot = best;
        }
    }
    // Where the link is left broken the movement is as it was read.
    let rest = here.iter().map(|(value, state)| state.own + after.get(value).copied().unwrap_or(f32::INFINITY));
    let broken = least(before).unwrap_or(0.0) + BREAK_COST + rest.fold(f32::INFINITY, f32::min);
    if let Some(as_read) = costs.first_mut()
        && !step.balances.is_empty()
    {
        *as_read = as_read.min(broken);
    }
    costs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `movement|other:cost balance|other:cost`, in yuan.
    fn steps(text: &str) -> Vec<Step> {
        let choices = |word: &str| {
            let choice = |(index, part): (usize, &str)| {
                let (value, cost) = part.split_once(':').unwrap_or((part, "0"));
                assert!(index == 0 || cost != "0");
                Choice { value: value.parse().unwrap(), cost: cost.parse().unwrap() }
            };
            if word == "_" { Vec::new() } else { word.split('|').enumerate().map(choice).collect() }
        };
        let step = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            Step { movements: choices(words[0]), balances: choices(words[1]), apart: words.contains(&"apart") }
        };
        text.lines().filter(|line| !line.trim().is_empty()).map(step).collect()
    }

    fn chosen(text: &str) -> Vec<(String, String)> {
        let steps = steps(text);
        let (solved, _) = solve(&steps);
        let shown = |choices: &[Choice], at: usize| choices.get(at).map_or("_".into(), |c| c.value.to_string());
        steps
            .iter()
            .zip(&solved)
            .map(|(s, r)| (shown(&s.movements, r.movement), shown(&s.balances, r.balance)))
            .collect()
    }

    #[test]
    fn a_balance_is_set_right_by_both_its_neighbours() {
        let text = "100 100\n 10 170|110:3\n 5 115";
        assert_eq!(chosen(text)[1], ("10.00".into(), "110.00".into()));
        let (solved, total) = solve(&steps(text));
        assert!((total - 3.0).abs() < 1e-4);
        assert!(solved[1].balance_margin > 20.0, "two links break otherwise: {:?}", solved[1]);
        assert_eq!(solved.iter().map(|s| s.holds).collect::<Vec<_>>(), [None, Some(true), Some(true)]);
    }

    #[test]
    fn the_cheaper_of_two_ways_wins_by_what_it_is_cheaper() {
        let (solved, _) = solve(&steps("0 100|130:4\n 40|10:2 110\n 1 111"));
        assert_eq!((solved[0].balance, solved[1].movement), (0, 1));
        // The other way, a balance of 130 and a movement of -20, is none.
        assert!(solved[1].movement_margin > 10.0);
        let (solved, _) = solve(&steps("0 100|70:3\n 40|10:2 110\n 1 111"));
        assert!((solved[1].movement_margin - 1.0).abs() < 1e-4, "{:?}", solved[1]);
        assert!((solved[0].balance_margin - 1.0).abs() < 1e-4);
    }

    #[test]
    fn what_is_beyond_doubt_stays_and_the_link_stays_broken() {
        let text = "0 100\n 10 170\n 5 175|178:3";
        assert_eq!(chosen(text)[2], ("5.00".into(), "175.00".into()));
        let (solved, total) = solve(&steps(text));
        assert_eq!(solved.iter().map(|s| s.holds).collect::<Vec<_>>(), [None, Some(false), Some(true)]);
        assert!((total - BREAK_COST).abs() < 1e-4);
    }

    #[test]
    fn rows_without_a_balance_are_stepped_over() {
        assert_eq!(chosen("0 100\n 10|70:1 _\n 5 175")[1].0, "70.00");
        assert_eq!(chosen("0 _\n 10|70:1 _\n 5 175")[1].0, "10.00", "nothing is known before");
    }

    #[test]
    fn nothing_is_said_across_a_row_that_was_not_read() {
        let (solved, total) = solve(&steps("0 100\n 10|70:1 170 apart\n 5 175"));
        assert_eq!(total, 0.0);
        assert_eq!(solved[1].movement, 0);
        assert_eq!(solved[1].holds, None);
    }

    #[test]
    fn a_chain_is_solved_in_linear_time() {
        let mut text = String::from("0 0\n");
        for row in 1..5_000 {
            text.push_str(&format!("1|7:2|4:3 {row}|{}:2\n", row + 6));
        }
        let (solved, total) = solve(&steps(&text));
        assert_eq!((solved.len(), total), (5_000, 0.0));
    }
}
