//! The rules of `tables/categories.toml`, `lenders.toml` and `platforms.toml`, and finding the one that fits a row.
//!
//! Every word of every rule is in one automaton, so a row costs one pass over its texts, whatever the number of rules.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use model::Text;
use model::ledger::Category;
use model::statement::{Flow, StatementKind, Transaction};
use serde::Deserialize;

use crate::names::{looks_like_company, looks_like_person};

/// Where words may stand, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Field {
    Description,
    Type,
    Remark,
    Counterparty,
    Method,
}

impl Field {
    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Description, type, remark and counterparty. A method is left out: paying *with* a credit product is not repaying it.
const ORDINARY_FIELDS: u8 = 0b1111;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Payer {
    Company,
    Person,
    NotCompany,
    NotPerson,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleRow {
    category: Category,
    priority: i32,
    flow: Vec<Flow>,
    #[serde(default)]
    kinds: Vec<StatementKind>,
    #[serde(default)]
    fields: Vec<Field>,
    words: Vec<String>,
    #[serde(default)]
    with: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    payer: Option<Payer>,
    #[serde(default)]
    party: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryTable {
    rule: Vec<RuleRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LenderTable {
    words: LenderWords,
    lender: Vec<Lender>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LenderWords {
    repaid: Vec<String>,
    disbursed: Vec<String>,
    neither: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lender {
    name: String,
    words: Vec<String>,
    #[serde(default)]
    also_pays: bool,
    /// Read by the features (M05).
    #[serde(default)]
    #[allow(dead_code, reason = "the table's form is checked here in full, and the tag is read elsewhere")]
    high_cost: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlatformTable {
    words: PlatformWords,
    platform: Vec<Platform>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlatformWords {
    neither: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Platform {
    name: String,
    words: Vec<String>,
}

/// Named lenders stand above the general words for lending (88), below a card's or a mortgage's own.
const LENDER_PRIORITY: i32 = 90;
/// Below wages: a platform has employees too.
const PLATFORM_PRIORITY: i32 = 68;

struct Rule {
    category: Category,
    party: Option<Text>,
    flows: Vec<Flow>,
    kinds: Vec<StatementKind>,
    payer: Option<Payer>,
    needs_with: bool,
}

/// What finding a word means for a rule.
#[derive(Clone, Copy)]
enum Role {
    Word { fields: u8 },
    With,
    Unless,
}

/// In the order in which they are tried.
struct Rules {
    automaton: AhoCorasick,
    /// For each pattern of the automaton, the rules it matters to.
    uses: Vec<Vec<(u32, Role)>>,
    rules: Vec<Rule>,
}

#[derive(Debug, thiserror::Error)]
enum TableError {
    #[error("the table {table} is not in its form")]
    Form { table: &'static str, source: Box<toml::de::Error> },
    #[error("a rule for {category} has {what}")]
    Rule { category: &'static str, what: &'static str },
    #[error("the words cannot be searched for")]
    Automaton(#[source] Box<aho_corasick::BuildError>),
}

fn read<T: serde::de::DeserializeOwned>(table: &'static str, text: &str) -> Result<T, TableError> {
    toml::from_str(text).map_err(|source| TableError::Form { table, source: Box::new(source) })
}

fn load(categories: &str, lenders: &str, platforms: &str) -> Result<Rules, TableError> {
    let mut rows = read::<CategoryTable>("categories.toml", categories)?.rule;
    let lenders: LenderTable = read("lenders.toml", lenders)?;
    for lender in &lenders.lender {
        rows.extend(lender_rules(lender, &lenders.words));
    }
    let platforms: PlatformTable = read("platforms.toml", platforms)?;
    for platform in &platforms.platform {
        rows.push(RuleRow {
            category: Category::PlatformIncome,
            priority: PLATFORM_PRIORITY,
            flow: vec![Flow::In],
            kinds: vec![StatementKind::DepositAccount, StatementKind::Wallet],
            fields: Vec::new(),
            words: platform.words.clone(),
            with: Vec::new(),
            unless: platforms.words.neither.clone(),
            payer: None,
            party: Some(Text::new(&platform.name)),
        });
    }
    // Stable: of equal priorities the one that stands first wins.
    rows.sort_by_key(|row| std::cmp::Reverse(row.priority));
    compile(rows)
}

fn lender_rules(lender: &Lender, words: &LenderWords) -> [RuleRow; 4] {
    let rule = |category, flow: Flow, with: &[String]| RuleRow {
        category,
        priority: LENDER_PRIORITY,
        flow: vec![flow],
        kinds: Vec::new(),
        fields: Vec::new(),
        words: lender.words.clone(),
        with: with.to_vec(),
        unless: words.neither.clone(),
        payer: None,
        party: Some(Text::new(&lender.name)),
    };
    let repaid: &[String] = if lender.also_pays { &words.repaid } else { &[] };
    let disbursed: &[String] = if lender.also_pays { &words.disbursed } else { &[] };
    [
        rule(Category::LoanDisbursement, Flow::In, disbursed),
        rule(Category::LoanRepayment, Flow::Out, repaid),
        // A neutral row has no direction of its own, so only a word tells which it is.
        rule(Category::LoanRepayment, Flow::Neutral, &words.repaid),
        rule(Category::LoanDisbursement, Flow::Neutral, &words.disbursed),
    ]
}

fn compile(rows: Vec<RuleRow>) -> Result<Rules, TableError> {
    let mut patterns: Vec<String> = Vec::new();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut uses: Vec<Vec<(u32, Role)>> = Vec::new();
    let mut rules = Vec::with_capacity(rows.len());
    for (index, row) in rows.into_iter().enumerate() {
        let fault = |what| TableError::Rule { category: row.category.as_str(), what };
        if row.words.is_empty() || row.flow.is_empty() {
            return Err(fault("no words or no flow"));
        }
        let number = u32::try_from(index).map_err(|_| fault("too many rules before it"))?;
        let fields = row.fields.iter().fold(0, |bits, field| bits | field.bit());
        let fields = if fields == 0 { ORDINARY_FIELDS } else { fields };
        let groups = [(&row.words, Role::Word { fields }), (&row.with, Role::With), (&row.unless, Role::Unless)];
        for (words, role) in groups {
            for word in words {
                if word.is_empty() {
                    return Err(fault("an empty word"));
                }
                let pattern = *numbers.entry(word.to_lowercase()).or_insert_with(|| {
                    patterns.push(word.to_lowercase());
                    uses.push(Vec::new());
                    patterns.len() - 1
                });
                if let Some(uses) = uses.get_mut(pattern) {
                    uses.push((number, role));
                }
            }
        }
        rules.push(Rule {
            category: row.category,
            party: row.party,
            flows: row.flow,
            kinds: row.kinds,
            payer: row.payer,
            needs_with: !row.with.is_empty(),
        });
    }
    let automaton = AhoCorasickBuilder::new()
        .match_kind(MatchKind::Standard)
        .ascii_case_insensitive(true)
        .build(&patterns)
        .map_err(|source| TableError::Automaton(Box::new(source)))?;
    Ok(Rules { automaton, uses, rules })
}

/// The tables are part of the program: a faulty one is our own bug, and every test of this stage fails on it.
static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let rules = load(
        include_str!("../tables/categories.toml"),
        include_str!("../tables/lenders.toml"),
        include_str!("../tables/platforms.toml"),
    );
    match rules {
        Ok(rules) => rules,
        Err(fault) => panic!("{fault}: {:?}", std::error::Error::source(&fault).map(ToString::to_string)),
    }
});

/// The category and party of the rule that fits best; `None` when none does.
pub(super) fn find(transaction: &Transaction, kind: StatementKind) -> Option<(Category, Option<Text>)> {
    let rules: &Rules = &RULES;
    let texts = [
        (Field::Description, transaction.description.as_deref()),
        (Field::Type, transaction.printed_type.as_deref()),
        (Field::Remark, transaction.remark.as_deref()),
        (Field::Counterparty, transaction.counterparty.as_deref()),
        (Field::Method, transaction.method.as_deref()),
    ];
    // Rules in question, by number: a row rarely touches more than a handful.
    let mut fitting: Vec<u32> = Vec::new();
    let mut supported: Vec<u32> = Vec::new();
    let mut barred: Vec<u32> = Vec::new();
    for (field, text) in texts {
        let Some(text) = text else { continue };
        for found in rules.automaton.find_overlapping_iter(text) {
            for &(rule, role) in rules.uses.get(found.pattern().as_usize()).into_iter().flatten() {
                match role {
                    Role::Word { fields } if fields & field.bit() != 0 => fitting.push(rule),
                    Role::Word { .. } => {}
                    Role::With if field != Field::Method => supported.push(rule),
                    Role::Unless if field != Field::Method => barred.push(rule),
                    Role::With | Role::Unless => {}
                }
            }
        }
    }
    fitting.sort_unstable();
    fitting.dedup();
    let counterparty = transaction.counterparty.as_deref();
    let best = fitting.into_iter().find_map(|number| {
        let rule = rules.rules.get(number as usize)?;
        let fits = rule.flows.contains(&transaction.flow)
            && (rule.kinds.is_empty() || rule.kinds.contains(&kind))
            && (!rule.needs_with || supported.contains(&number))
            && !barred.contains(&number)
            && rule.payer.is_none_or(|payer| looks_like(payer, counterparty));
        fits.then_some(rule)
    })?;
    Some((best.category, best.party.clone()))
}

fn looks_like(payer: Payer, name: Option<&str>) -> bool {
    match payer {
        Payer::Company => name.is_some_and(looks_like_company),
        Payer::Person => name.is_some_and(looks_like_person),
        Payer::NotCompany => !name.is_some_and(looks_like_company),
        Payer::NotPerson => !name.is_some_and(looks_like_person),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_this_build_load() {
        assert!(RULES.rules.len() > 100);
    }

    #[test]
    fn a_faulty_table_is_refused() {
        let lenders = "lender = []\n[words]\nrepaid = []\ndisbursed = []\nneither = []";
        let platforms = "platform = []\n[words]\nneither = []";
        let refused = |categories: &str| load(categories, lenders, platforms).is_err();
        assert!(!refused("[[rule]]\ncategory = \"fee\"\npriority = 1\nflow = [\"out\"]\nwords = [\"年费\"]"));
        assert!(refused("[[rule]]\ncategory = \"fees\"\npriority = 1\nflow = [\"out\"]\nwords = [\"年费\"]"));
        assert!(refused("[[rule]]\ncategory = \"fee\"\npriority = 1\nflow = [\"out\"]\nwords = [\"\"]"));
        assert!(refused("[[rule]]\ncategory = \"fee\"\npriority = 1\nflow = [\"out\"]\nwords = []"));
        assert!(refused("[[rule]]\ncategory = \"fee\"\nprio = 1\nflow = [\"out\"]\nwords = [\"年费\"]"));
    }
}
