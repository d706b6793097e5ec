//! What a transaction is: its category, and the named lender, platform or payer behind it.
//!
//! All words are data (`tables/*.toml`); this code only finds them, each text read once.

mod cadence;
pub(crate) mod recurring;
mod rules;

use model::Text;
use model::ledger::Category;
use model::statement::{Flow, StatementKind, Transaction};

pub(crate) use cadence::mark_salaries;

use crate::names::{looks_like_person, same_person};

/// The category of one row, and the lender or platform that a table knows it by.
///
/// `kind` is the statement's, `own_names` the names that the applicant's papers print as holder: what comes from or goes
/// to one of them stays with the applicant. The row alone decides; what several rows tell together (wages by their
/// cadence, legs of one payment) is told later.
#[must_use]
pub fn category(transaction: &Transaction, kind: StatementKind, own_names: &[&str]) -> (Category, Option<Text>) {
    let counterparty = transaction.counterparty.as_deref();
    let ruled = rules::find(transaction, kind);
    let is_own = |name: &str| own_names.iter().any(|own| same_person(name, own));
    let (category, party) = ruled.unwrap_or((Category::Other, None));
    if may_be_own_transfer(category) && counterparty.is_some_and(is_own) {
        return (Category::OwnTransfer, None);
    }
    if category == Category::Other && transaction.flow == Flow::In && counterparty.is_some_and(looks_like_person) {
        return (Category::PersonTransfer, None);
    }
    (category, party)
}

/// Whether the holder's own name as counterparty outweighs the words. It does not where banks print the holder's name
/// for lack of another: a loan paid out, a card repaid, cash, interest, a fee.
const fn may_be_own_transfer(category: Category) -> bool {
    use Category::{
        CardRepayment, Cash, CourtEnforcement, CurrencyExchange, FarmSubsidy, Fee, Fine, Insurance, InsurancePayout,
        Interest, Investment, InvestmentRedemption, LateFee, LoanDisbursement, LoanRepayment, Mortgage, Pension,
        ProvidentFundWithdrawal, PublicBenefit, Refund, SocialAssistance, SocialContribution, Tax, TaxRefund,
        UnemploymentBenefit,
    };
    !matches!(
        category,
        CardRepayment
            | Cash
            | CourtEnforcement
            | CurrencyExchange
            | FarmSubsidy
            | Fee
            | Fine
            | Insurance
            | InsurancePayout
            | Interest
            | Investment
            | InvestmentRedemption
            | LateFee
            | LoanDisbursement
            | LoanRepayment
            | Mortgage
            | Pension
            | ProvidentFundWithdrawal
            | PublicBenefit
            | Refund
            | SocialAssistance
            | SocialContribution
            | Tax
            | TaxRefund
            | UnemploymentBenefit
    )
}

#[cfg(test)]
mod tests;
