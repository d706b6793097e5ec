//! V04: the accounts that the applicant moves money to and from must be among those shown.
//!
//! Own-name transfers without a second leg lead to accounts that are not shown; the share of money that goes there is
//! what may be hidden. Innocent: a savings account, a joint account, one just opened.

use model::Money;
use model::finding::Severity;
use model::ledger::{Category, Entry};
use model::statement::{Flow, StatementKind};

use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict};
use super::{Check, View};

pub const CHECK: Check = Check { code: "accounts_disclosed", severity: Severity::Medium, run };

/// Fewer moves, or a smaller share of the money that leaves, is a note only.
const MOVES_MIN: usize = 3;
const SHARE_MIN_PERCENT: i64 = 20;

fn run(view: &View<'_>) -> Verdict {
    let ledger = view.ledger;
    let is_bank = |entry: &Entry| {
        let account = usize::try_from(entry.account).ok().and_then(|index| ledger.accounts.get(index));
        account.is_some_and(|account| account.kind == StatementKind::DepositAccount)
    };
    let shown = |tail: &str| ledger.accounts.iter().any(|account| account.tail.as_deref() == Some(tail));
    let moved =
        ledger.entries.iter().filter(|entry| is_bank(entry) && entry.flow == Flow::Out && entry.status.counts());
    let (mut total, mut paired, mut unpaired): (Money, usize, Vec<&Entry>) = (Money::ZERO, 0, Vec::new());
    for entry in moved {
        total = total.plus(entry.amount.abs());
        if entry.category != Category::OwnTransfer {
            continue;
        }
        let row = entry.rows.first().and_then(|row| place::transaction(view, *row));
        let tail = row.and_then(|row| row.counterparty_account.as_ref()).and_then(|number| number.tail());
        if entry.own_transfer.is_some() || entry.same_event.is_some() || tail.as_deref().is_some_and(shown) {
            paired += 1;
        } else if tail.is_some() {
            // Without the other side's number it may be the applicant's wallet, which the ledger pairs otherwise.
            unpaired.push(entry);
        }
    }
    let Some(first) = unpaired.first() else {
        return if paired > 0 {
            Verdict::Passes(Summary::new("本人互转的账户都有流水", "own transfers lead to accounts that are shown"))
        } else {
            Verdict::NotApplicable(Summary::new("没有本人互转", "there is no own transfer"))
        };
    };
    let hidden: Money = unpaired.iter().map(|entry| entry.amount.abs()).sum();
    let percent = hidden.ten_thousandths().saturating_mul(100) / total.ten_thousandths().max(1);
    let much = unpaired.len() >= MOVES_MIN && percent >= SHARE_MIN_PERCENT;
    Verdict::Fails(vec![Failure {
        severity: (!much).then_some(Severity::Low),
        zh: format!(
            "{} 笔共 {hidden} 元转到本人其他账户（占支出 {percent}%，首笔 {}），没有该账户流水；请补充",
            unpaired.len(),
            place::in_short(first)
        ),
        en: format!(
            "{} transfer(s) of {hidden} ({percent}% of what left, first {}) went to own accounts of which there is no statement",
            unpaired.len(),
            place::in_short(first)
        ),
        expected: Some("statements of every own account".into()),
        found: Some(format!("{percent}%").into()),
        evidence: unpaired.iter().take(EVIDENCE_MAX).filter_map(|entry| place::evidence(view, entry)).collect(),
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank};
    use model::statement::AccountNumber;

    fn case(moves: usize, tail: &str) -> Case {
        let rows: String = (0..moves).map(|_| "2026-03-02 -100.00\n").collect();
        let mut statement = bank(&format!("2026-03-01 -100.00\n{rows}"));
        for row in statement.transactions.iter_mut().skip(1) {
            row.description = Some("本人转账".into());
            row.counterparty_account = Some(AccountNumber::new(format!("6222 **** **** {tail}")));
        }
        let mut case = Case::of(&[&[statement]]).merged().categorised("本人转账", Category::OwnTransfer);
        case.ledger.accounts[0].tail = Some("1234".into());
        case
    }

    #[test]
    fn fails_on_an_account_that_is_not_shown() {
        case(3, "9999").expect(CHECK, &["fail medium, line 2: expected statements of every own account, found 75%"]);
        case(1, "9999").expect(CHECK, &["fail low, line 2: expected statements of every own account, found 50%"]);
    }

    #[test]
    fn passes_on_an_account_that_is() {
        case(3, "1234").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_without_own_transfers() {
        case(0, "9999").expect(CHECK, &["not_applicable"]);
    }
}
