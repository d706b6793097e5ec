//! Words in a row, wherever the issuer puts them: some print what happened in the remark, some in the type.

use aho_corasick::AhoCorasick;
use model::statement::Transaction;
use serde::Deserialize;

/// A list of words, of which a text may hold one.
pub trait Words {
    fn is_any_in(&self, text: &str) -> bool;
}

impl<const N: usize> Words for [&str; N] {
    fn is_any_in(&self, text: &str) -> bool {
        self.iter().any(|word| text.contains(word))
    }
}

/// A table's list: dozens of words are looked for in one pass over each of the rows' texts.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct WordList(AhoCorasick);

impl TryFrom<Vec<String>> for WordList {
    type Error = String;

    fn try_from(words: Vec<String>) -> Result<Self, Self::Error> {
        if words.iter().any(String::is_empty) {
            return Err("an empty word is in every text".to_owned());
        }
        AhoCorasick::new(words).map(Self).map_err(|error| error.to_string())
    }
}

impl Words for WordList {
    fn is_any_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// Every text of the row but the other side's account.
pub fn texts(row: &Transaction) -> impl Iterator<Item = &str> {
    [&row.description, &row.printed_type, &row.remark, &row.counterparty, &row.method]
        .into_iter()
        .filter_map(|text| text.as_deref())
}

/// Whether the issuer's own words (not the other side's name) hold one of these.
pub fn says(row: &Transaction, words: &impl Words) -> bool {
    let own = [&row.description, &row.printed_type, &row.remark];
    own.into_iter().flatten().any(|text| words.is_any_in(text))
}

/// Whether any text of the row holds one of these.
pub fn mentions(row: &Transaction, words: &impl Words) -> bool {
    texts(row).any(|text| words.is_any_in(text))
}
