//! Directions that only the balances tell: an unsigned amount is in when the balance rises by it, out when it falls.

use model::problem::ProblemCode;
use model::statement::{Flow, Transaction};
use model::{Money, Problem};

/// Gives each row its direction, in whichever printed order more balances follow from their neighbours. A row whose
/// direction stays open (the first, without an opening balance) is taken out: the numbers of such rows are returned.
pub fn from_balances(rows: &mut Vec<Transaction>, opening: Option<Money>, problems: &mut Vec<Problem>) -> Vec<u32> {
    let forward: Vec<usize> = (0..rows.len()).collect();
    let backward: Vec<usize> = (0..rows.len()).rev().collect();
    let told = |order: &[usize]| directions(rows, order, opening).iter().filter(|(_, flow)| flow.is_some()).count();
    let order = if told(&backward) > told(&forward) { backward } else { forward };
    let mut open = Vec::new();
    for (index, flow) in directions(rows, &order, opening) {
        let Some(row) = rows.get_mut(index) else { continue };
        match flow {
            Some(flow) => {
                row.flow = flow;
                row.amount = if flow == Flow::Out { row.amount.abs().negated() } else { row.amount.abs() };
            }
            None => open.push(row.seq),
        }
    }
    for row in rows.iter().filter(|row| open.contains(&row.seq)) {
        problems.push(
            Problem::new(
                ProblemCode::UnreadableRow,
                format!("第{}行：金额没有正负号，余额也不能说明收支方向", row.seq),
                format!("row {}: the amount has no sign and the balances do not tell its direction", row.seq),
            )
            .at(row.source.clone())
            .row(row.seq),
        );
    }
    rows.retain(|row| !open.contains(&row.seq));
    open
}

/// Indexes of rows in the order given, with the direction that their balance tells.
fn directions(rows: &[Transaction], order: &[usize], opening: Option<Money>) -> Vec<(usize, Option<Flow>)> {
    let mut before = opening;
    let mut told = Vec::with_capacity(order.len());
    for index in order {
        let Some(row) = rows.get(*index) else { continue };
        let amount = row.amount.abs();
        let flow = match (before, row.balance) {
            (Some(before), Some(after)) if before.plus(amount) == after => Some(Flow::In),
            (Some(before), Some(after)) if before.minus(amount) == after => Some(Flow::Out),
            // Money in cannot have left less than itself: an account that starts below zero is none.
            (None, Some(after)) if after < amount && !after.is_negative() => Some(Flow::Out),
            _ => None,
        };
        told.push((*index, flow));
        before = row.balance;
    }
    told
}
