//! What a transaction is: its category, and the named lender, platform or payer behind it.
//!
//! All words are data (`tables/*.toml`); this code only finds them, each text read once.

mod cadence;
mod names;
mod rules;

use model::Text;
use model::ledger::Category;
use model::statement::{Flow, StatementKind, Transaction};

pub(crate) use cadence::mark_salaries;
pub(crate) use names::{channel, issuer_named, normalised, same_person};

/// The category of one row, and the lender or platform that a table knows it by.
///
/// `kind` is the statement's, `holder` the name printed on it: what comes from or goes to that name stays with the
/// applicant. The row alone decides; what several rows tell together (wages by their cadence, legs of one payment)
/// is the ledger's.
#[must_use]
pub fn category(transaction: &Transaction, kind: StatementKind, holder: Option<&str>) -> (Category, Option<Text>) {
    let counterparty = transaction.counterparty.as_deref();
    let ruled = rules::find(transaction, kind);
    let is_own = |name: &str| holder.is_some_and(|holder| same_person(name, holder));
    let (category, party) = ruled.unwrap_or((Category::Other, None));
    if may_be_own_transfer(category) && counterparty.is_some_and(is_own) {
        return (Category::OwnTransfer, None);
    }
    if category == Category::Other && transaction.flow == Flow::In && counterparty.is_some_and(names::looks_like_person)
    {
        return (Category::PersonTransfer, None);
    }
    (category, party)
}

/// Whether the holder's own name as counterparty outweighs the words. It does not where banks print the holder's name
/// for lack of another: a loan paid out, a card repaid, cash, interest, a fee.
pub(crate) const fn may_be_own_transfer(category: Category) -> bool {
    use Category::{
        CardRepayment, Cash, Fee, Insurance, Interest, Investment, LoanDisbursement, LoanRepayment, Mortgage,
        PublicBenefit, Refund, Tax,
    };
    !matches!(
        category,
        CardRepayment
            | Cash
            | Fee
            | Insurance
            | Interest
            | Investment
            | LoanDisbursement
            | LoanRepayment
            | Mortgage
            | PublicBenefit
            | Refund
            | Tax
    )
}

#[cfg(test)]
mod tests;
