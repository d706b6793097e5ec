//! Words in a row, wherever the issuer puts them: some print what happened in the remark, some in the type.

use model::statement::Transaction;

/// Every text of the row but the other side's account.
pub fn texts(row: &Transaction) -> impl Iterator<Item = &str> {
    [&row.description, &row.printed_type, &row.remark, &row.counterparty, &row.method]
        .into_iter()
        .filter_map(|text| text.as_deref())
}

/// Whether the issuer's own words (not the other side's name) hold one of these.
pub fn says(row: &Transaction, words: &[impl AsRef<str>]) -> bool {
    let own = [&row.description, &row.printed_type, &row.remark];
    own.into_iter().flatten().any(|text| words.iter().any(|word| text.contains(word.as_ref())))
}

/// Whether any text of the row holds one of these.
pub fn mentions(row: &Transaction, words: &[impl AsRef<str>]) -> bool {
    texts(row).any(|text| words.iter().any(|word| text.contains(word.as_ref())))
}
