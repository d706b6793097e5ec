//! Personal data that must not be printed by accident.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A value whose `Debug` and `Display` say only that it is there. Call [`Sensitive::reveal`] to read it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<T> fmt::Display for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// `6222021234561234` → `6222 **** **** 1234`; short numbers show the last four only, shorter ones nothing;
/// of an e-mail address the first character and the domain.
#[must_use]
pub fn mask_account(number: &str) -> String {
    if let Some((user, domain)) = number.split_once('@') {
        return format!("{}***@{domain}", user.chars().next().map(String::from).unwrap_or_default());
    }
    let characters: Vec<char> = number.chars().filter(|c| !c.is_whitespace()).collect();
    let tail = |n: usize| characters.iter().skip(characters.len().saturating_sub(n)).collect::<String>();
    match characters.len() {
        0..=4 => "****".to_owned(),
        5..=11 => format!("**** {}", tail(4)),
        _ => format!("{} **** **** {}", characters.iter().take(4).collect::<String>(), tail(4)),
    }
}

/// The last four digits, as people name a card; `None` when the document masks them.
#[must_use]
pub fn account_tail(number: &str) -> Option<String> {
    let characters: Vec<char> = number.chars().filter(|c| !c.is_whitespace()).collect();
    let tail = characters.get(characters.len().checked_sub(4)?..)?;
    tail.iter().all(char::is_ascii_digit).then(|| tail.iter().collect())
}

/// `林一舟` → `林**`: enough for whoever knows the name.
#[must_use]
pub fn mask_name(name: &str) -> String {
    name.chars().enumerate().map(|(index, c)| if index == 0 { c } else { '*' }).collect()
}

/// First and last character only.
#[must_use]
pub fn mask_id(number: &str) -> String {
    let count = number.chars().count();
    number.chars().enumerate().map(|(i, c)| if i == 0 || i + 1 == count { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_keep_only_what_the_contract_shows() {
        assert_eq!(mask_account("6222021234561234"), "6222 **** **** 1234");
        assert_eq!(mask_account("6222****0000"), "6222 **** **** 0000");
        assert_eq!(mask_account("1234"), "****");
        assert_eq!(mask_account("someone@example.com"), "s***@example.com");
        assert_eq!(mask_id("44010119900101123X"), "4****************X");
        assert_eq!(account_tail("6222****0000").as_deref(), Some("0000"));
        assert_eq!(account_tail("6214********xxxx"), None);
        assert_eq!(format!("{:?} {}", Sensitive::new("张三"), Sensitive::new(1)), "*** ***");
    }
}
