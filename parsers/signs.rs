//! Directions that only other rows tell: an unsigned amount is in when the balance rises by it, out when it falls; on a
//! card's list the repayments say which sign is money in.

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

/// Turns all rows of a card's list around where its repayments and refunds are negative. Where it has none, or they
/// disagree, `-` stays money out and a problem says that nothing confirms it.
pub fn by_repayment(rows: &mut [Transaction], problems: &mut Vec<Problem>) {
    const WORDS: [&str; 4] = ["还款", "退款", "退货", "返现"];
    let pays_back = |row: &&Transaction| {
        let says = |text: &str| WORDS.iter().any(|word| text.contains(word));
        // What repays something else in instalments is spending: 分期还款.
        row.description.as_deref().is_some_and(|text| says(text) && !text.contains("分期"))
    };
    let told: Vec<bool> = rows.iter().filter(pays_back).map(|row| row.amount.is_negative()).collect();
    match told.split_first() {
        Some((false, rest)) if rest.iter().all(|negative| !negative) => {}
        Some((true, rest)) if rest.iter().all(|negative| *negative) => {
            for row in rows.iter_mut().filter(|row| row.flow != Flow::Neutral) {
                row.amount = row.amount.negated();
                row.flow = if row.amount.is_negative() { Flow::Out } else { Flow::In };
            }
        }
        _ => {
            let Some(first) = rows.first() else { return };
            let problem = Problem::new(
                ProblemCode::UnreadableField,
                "没有还款或退款能说明金额的正负号，按负数为支出读取，请核对",
                "no repayment or refund tells what the amounts' sign means; negative was read as spending, please check",
            );
            problems.push(problem.at(first.amount_source.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use model::fixtures::statement;

    use super::*;

    fn signs(lines: &str) -> (Vec<String>, usize) {
        let mut rows = statement(lines).transactions;
        let mut problems = Vec::new();
        by_repayment(&mut rows, &mut problems);
        (rows.iter().map(|row| format!("{:?} {}", row.flow, row.amount)).collect(), problems.len())
    }

    #[test]
    fn repayments_tell_what_the_sign_means() {
        let printed = "2026-03-01 超市 -12.30\n2026-03-02 信用卡还款 +500.00\n2026-03-03 分期还款 -100.00";
        assert_eq!(signs(printed), (vec!["Out -12.30".to_owned(), "In 500.00".into(), "Out -100.00".into()], 0));
        let other_way = "2026-03-01 超市 +12.30\n2026-03-02 信用卡还款 -500.00\n2026-03-03 退货 -3.00";
        assert_eq!(signs(other_way), (vec!["Out -12.30".to_owned(), "In 500.00".into(), "In 3.00".into()], 0));
    }

    #[test]
    fn a_sign_that_nothing_confirms_is_a_problem() {
        assert_eq!(signs("2026-03-01 超市 -12.30").1, 1);
        assert_eq!(signs("2026-03-01 还款 -12.30\n2026-03-02 退款 +1.00").1, 1);
    }
}
