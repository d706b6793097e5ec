//! What columns, labels and marks are called across issuers: `synonyms.toml`, for statements that no layout describes.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use model::statement::{Flow, Status};
use serde::Deserialize;

use crate::layout::{FieldName, FieldSpec, Role};

/// The table of words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Synonyms {
    pub columns: BTreeMap<Role, Vec<String>>,
    pub parts: Vec<Part>,
    pub directions: BTreeMap<Flow, Vec<String>>,
    pub brackets: BTreeMap<Flow, Vec<String>>,
    /// Words of a column that says what became of a row.
    pub statuses: BTreeMap<Status, Vec<String>>,
    /// Parts of the name of a balance before its row, which is no balance after it.
    pub balances_before: Vec<String>,
    /// Parts of the name of what is owed.
    pub owed: Vec<String>,
    /// What a row says of itself that goes one way nearly always.
    pub meanings: BTreeMap<Flow, Vec<String>>,
    /// What stands in a cell that holds nothing.
    pub nothing: Vec<String>,
    pub labels: Labels,
    pub totals: Totals,
    pub table: TableWords,
}

/// How sums stand in a sentence: patterns of a line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Two groups, the count and the sum.
    #[serde(rename = "in")]
    pub inflow: String,
    pub out: String,
    /// One group.
    pub in_sum: String,
    pub out_sum: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub role: Role,
    pub any: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labels {
    pub holder: Vec<String>,
    pub id_number: Vec<String>,
    pub account: Vec<String>,
    pub currency: Vec<String>,
    pub period: Vec<String>,
    pub issued: Vec<String>,
    pub opening_balance: Vec<String>,
    pub closing_balance: Vec<String>,
    pub in_sum: Vec<String>,
    pub out_sum: Vec<String>,
    pub in_rows: Vec<String>,
    pub out_rows: Vec<String>,
    pub rows: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableWords {
    pub ends_before: Vec<String>,
    pub skip: Vec<String>,
}

/// The table of words, or why it is refused (a test holds it to being sound).
pub fn synonyms() -> Result<&'static Synonyms, &'static str> {
    static SYNONYMS: OnceLock<Result<Synonyms, String>> = OnceLock::new();
    SYNONYMS
        .get_or_init(|| toml::from_str(include_str!("synonyms.toml")).map_err(|why| why.to_string()))
        .as_ref()
        .map_err(String::as_str)
}

/// Every name and label of the table of words.
pub fn known_words() -> Vec<String> {
    let Ok(words) = synonyms() else { return Vec::new() };
    let labels = &words.labels;
    let lists = [
        &labels.holder,
        &labels.id_number,
        &labels.account,
        &labels.currency,
        &labels.period,
        &labels.issued,
        &labels.opening_balance,
        &labels.closing_balance,
        &labels.in_sum,
        &labels.out_sum,
        &labels.in_rows,
        &labels.out_rows,
        &labels.rows,
    ];
    words.columns.values().chain(lists).flatten().cloned().collect()
}

/// What the headings of statements are usually labelled.
pub fn heading_fields() -> Vec<(FieldName, FieldSpec)> {
    synonyms().map(|words| words.labels.fields()).unwrap_or_default()
}

/// A fact that stands after any of these labels.
pub fn after(labels: &[String]) -> FieldSpec {
    FieldSpec { after: labels.to_vec(), ..FieldSpec::default() }
}

impl Labels {
    pub fn fields(&self) -> Vec<(FieldName, FieldSpec)> {
        let fields = [
            (FieldName::Holder, &self.holder),
            (FieldName::IdNumber, &self.id_number),
            (FieldName::Account, &self.account),
            (FieldName::Currency, &self.currency),
            (FieldName::Period, &self.period),
            (FieldName::Issued, &self.issued),
            (FieldName::OpeningBalance, &self.opening_balance),
            (FieldName::ClosingBalance, &self.closing_balance),
        ];
        fields.into_iter().map(|(name, labels)| (name, after(labels))).collect()
    }
}

/// A name without brackets, the English half and the unit.
pub fn core(name: &str) -> String {
    let mut text = String::new();
    let mut depth = 0_u32;
    for character in name.chars() {
        match character {
            '(' | '[' | '【' | '（' => depth += 1,
            ')' | ']' | '】' | '）' => depth = depth.saturating_sub(1),
            _ if depth == 0 => text.push(character),
            _ => {}
        }
    }
    let text = text.trim_end_matches([':', '：']).trim_end_matches("/元");
    let chinese: String = text.chars().filter(|c| !c.is_ascii_alphabetic()).collect();
    if !chinese.is_ascii() { chinese } else { text.to_owned() }
}

pub fn role_of(words: &Synonyms, name: &str) -> Option<Role> {
    let (core, whole) = (core(name), name);
    let is_same = |n: &String| n.eq_ignore_ascii_case(whole) || n.eq_ignore_ascii_case(&core);
    let is = |role: Role| words.columns.get(&role).is_some_and(|names| names.iter().any(is_same));
    let folded = core.to_ascii_lowercase();
    let has = |part: &String| folded.contains(&part.to_ascii_lowercase());
    if words.balances_before.iter().any(has) {
        return None;
    }
    // Directions in brackets go before the words they explain.
    if (core.contains('借') || core.contains('贷')) && core != whole {
        let bracket: String = whole
            .split(['(', '[', '（'])
            .nth(1)
            .unwrap_or("")
            .chars()
            .take_while(|c| !matches!(c, ')' | ']' | '）'))
            .collect();
        for (flow, role) in [(Flow::In, Role::In), (Flow::Out, Role::Out)] {
            if words.brackets.get(&flow).is_some_and(|list| list.contains(&bracket)) {
                return Some(role);
            }
        }
    }
    let order = [
        Role::Balance,
        Role::Flow,
        Role::In,
        Role::Out,
        Role::Amount,
        Role::Time,
        Role::Clock,
        Role::Currency,
        Role::Status,
        Role::CounterpartyAccount,
        Role::Counterparty,
        Role::Description,
        Role::Remark,
        Role::Method,
        Role::Reference,
    ];
    order
        .into_iter()
        .find(|role| is(*role))
        .or_else(|| words.parts.iter().find(|part| part.any.iter().any(has)).map(|part| part.role))
}

/// `交易金额/余额`: an amount and the balance after it under one name.
pub fn names_two(words: &Synonyms, name: &str) -> bool {
    let roles: Vec<Option<Role>> = name.split(['/', '／', '|', '及']).map(|part| role_of(words, part)).collect();
    matches!(roles.as_slice(), [Some(Role::Amount), Some(Role::Balance)] | [Some(Role::Balance), Some(Role::Amount)])
}

/// Each role with the names that could be it, in the order in which the synonyms prefer them.
pub fn roles_by_name(words: &Synonyms, names: &[String]) -> BTreeMap<Role, Vec<String>> {
    let mut roles: BTreeMap<Role, Vec<String>> = BTreeMap::new();
    for name in names {
        if let Some(role) = role_of(words, name) {
            roles.entry(role).or_default().push(name.clone());
        }
    }
    for (role, found) in &mut roles {
        let preference = |name: &String| {
            let core = core(name);
            let list = words.columns.get(role);
            let is_same = |n: &String| n.eq_ignore_ascii_case(name) || n.eq_ignore_ascii_case(&core);
            list.and_then(|l| l.iter().position(is_same)).unwrap_or(usize::MAX)
        };
        found.sort_by_key(preference);
    }
    roles
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    #[test]
    fn the_table_of_words_is_sound() {
        let words = synonyms().unwrap();
        let totals = [&words.totals.inflow, &words.totals.out, &words.totals.in_sum, &words.totals.out_sum];
        let patterns: Result<Vec<_>, _> = words.table.skip.iter().chain(totals).map(|p| Regex::new(p)).collect();
        assert!(patterns.is_ok());
    }

    #[test]
    fn names_are_told_by_their_core() {
        let words = synonyms().unwrap();
        for (name, role) in [
            ("交易金额(元)", Role::Amount),
            ("账户余额(元)", Role::Balance),
            ("TradingAmount交易金额", Role::Amount),
            ("借方金额(收)", Role::In),
            ("贷方金额(支)", Role::Out),
            ("借方发生额(支取)", Role::Out),
            ("贷方发生额/元(收入)", Role::In),
            ("交易后余额[After-transactionbalance]", Role::Balance),
            ("对方账户名", Role::Counterparty),
            ("对方卡/账号", Role::CounterpartyAccount),
            ("收/支", Role::Flow),
        ] {
            assert_eq!(role_of(words, name), Some(role), "{name}");
        }
        assert_eq!(role_of(words, "序号"), None);
    }
}
