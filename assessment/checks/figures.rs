//! Features as numbers.

use model::ledger::RowRef;
use rust_decimal::Decimal;

use super::View;

/// A feature's value; `None` when there is no such feature or it cannot be known.
pub fn value(view: &View<'_>, name: &str) -> Option<Decimal> {
    view.features.get(name)?.value.as_ref()?.parse().ok()
}

/// The rows it rests on.
pub fn rows<'a>(view: &View<'a>, name: &str) -> &'a [RowRef] {
    view.features.get(name).map_or(&[], |feature| &feature.rows)
}

/// As money is printed: two digits.
pub fn money(value: Decimal) -> model::Text {
    format!("{:.2}", value.round_dp(2)).into()
}
