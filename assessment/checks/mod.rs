//! One file per check; what must hold, and how it came out.
use crate::DocumentView;
use jiff::civil::Date;
use model::{declaration::Declaration, feature::Features, finding::Finding, ledger::Ledger};
/// What a check may look at.
#[derive(Debug)]
pub struct View<'a> {
    pub documents: &'a [DocumentView<'a>],
    pub ledger: &'a Ledger,
    pub features: &'a Features,
    pub declaration: &'a Declaration,
    pub as_of: Date,
}
#[must_use]
pub fn run(_view: &View<'_>) -> Vec<Finding> {
    Vec::new()
}
