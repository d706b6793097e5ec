//! Named figures over the ledger.
use crate::DocumentView;
use jiff::civil::Date;
use model::{declaration::Declaration, feature::Features, ledger::Ledger};
#[must_use]
pub fn compute(
    _ledger: &Ledger,
    _documents: &[DocumentView<'_>],
    _declaration: &Declaration,
    _as_of: Date,
) -> Features {
    Features::new()
}
