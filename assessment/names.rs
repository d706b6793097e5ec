//! What a counterparty's name looks like, and which wallet or bank a text names: one place for every stage that compares
//! names.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    company: Vec<String>,
    channels: BTreeMap<String, Vec<String>>,
    banks: BTreeMap<String, Vec<String>>,
}

struct Names {
    company: AhoCorasick,
    channels: Labelled,
    banks: Labelled,
}

/// Words, each standing for a label.
struct Labelled {
    words: AhoCorasick,
    labels: Vec<String>,
}

impl Labelled {
    fn new(table: &BTreeMap<String, Vec<String>>) -> Result<Self, String> {
        let pairs = || table.iter().flat_map(|(label, words)| words.iter().map(move |word| (label, word)));
        Ok(Self { words: matcher(pairs().map(|(_, word)| word))?, labels: pairs().map(|(l, _)| l.clone()).collect() })
    }

    fn find(&self, text: &str) -> Option<&str> {
        let found = self.words.find(text)?;
        self.labels.get(found.pattern().as_usize()).map(String::as_str)
    }
}

fn matcher<'a>(words: impl Iterator<Item = &'a String>) -> Result<AhoCorasick, String> {
    let words: Vec<&String> = words.collect();
    if words.iter().any(|word| word.is_empty()) {
        return Err("an empty word".to_owned());
    }
    AhoCorasickBuilder::new().ascii_case_insensitive(true).build(words).map_err(|error| error.to_string())
}

fn load(text: &str) -> Result<Names, String> {
    let table: Table = toml::from_str(text).map_err(|error| error.to_string())?;
    Ok(Names {
        company: matcher(table.company.iter())?,
        channels: Labelled::new(&table.channels)?,
        banks: Labelled::new(&table.banks)?,
    })
}

/// The table is part of the program: a faulty one is our own bug, and every test of this stage fails on it.
static NAMES: LazyLock<Names> = LazyLock::new(|| match load(include_str!("tables/names.toml")) {
    Ok(names) => names,
    Err(fault) => panic!("tables/names.toml: {fault}"),
});

#[must_use]
pub(crate) fn looks_like_company(name: &str) -> bool {
    NAMES.company.is_match(name)
}

/// Two to four Chinese characters (more with the `·` of a transcribed name), some of them perhaps masked, and no
/// company's word. Short shop names look the same: being taken for a person never makes anything count as income.
#[must_use]
pub(crate) fn looks_like_person(name: &str) -> bool {
    let mut han = 0;
    let mut masked = 0;
    let mut dotted = false;
    for character in name.chars() {
        match character {
            '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3134f}' => han += 1,
            '*' | '＊' => masked += 1,
            '·' | '•' | '．' | '・' => dotted = true,
            _ => return false,
        }
    }
    let length_max = if dotted { 20 } else { 4 };
    han >= 1 && (2..=length_max).contains(&(han + masked)) && !looks_like_company(name)
}

/// The wallet or payment service that a bank's row was paid through, by the issuer of its statements: `财付通` →
/// `wechat`.
pub(crate) fn channel(text: &str) -> Option<&'static str> {
    let names: &'static Names = &NAMES;
    names.channels.find(text)
}

/// The issuer whose bank the text names: `招商银行储蓄卡(1234)` → `cmb`.
pub(crate) fn issuer_named(text: &str) -> Option<&'static str> {
    let names: &'static Names = &NAMES;
    names.banks.find(text)
}

/// Whether an issuer of statements is a mainland bank that a wallet pays from.
pub(crate) fn is_domestic_bank(issuer: &str) -> bool {
    NAMES.banks.labels.iter().any(|label| label == issuer)
}

/// A name for comparing: no spaces, full-width brackets and letters made plain, and without the account number that
/// some banks print after it.
#[must_use]
pub(crate) fn normalised(name: &str) -> String {
    let plain = name.chars().filter(|c| !c.is_whitespace()).map(|c| match c {
        '•' | '・' | '．' => '·',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        other => other,
    });
    let mut text = String::with_capacity(name.len());
    text.extend(plain);
    let without_number = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == '*').len();
    // A run of six digits or more is an account number; a shop may well be called "7-11" or "第2店 88".
    if without_number > 0 && text.len() - without_number >= 6 {
        text.truncate(without_number);
    }
    text
}

/// Whether two printed names are the same person's. A masked name fits too many people to count as anyone's.
#[must_use]
pub(crate) fn same_person(name: &str, holder: &str) -> bool {
    if name == holder {
        return holder.chars().nth(1).is_some() && !holder.contains(['*', '＊']);
    }
    // Names that differ in their first character are not worth folding: the common case, and thousands of rows.
    if name.trim_start().chars().next() != holder.trim_start().chars().next() {
        return false;
    }
    let holder = normalised(holder);
    holder.chars().nth(1).is_some() && !holder.contains(['*', '＊']) && normalised(name) == holder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persons_and_companies_are_told_apart() {
        for name in ["张三", "欧阳小红", "*三", "张**", "阿卜杜拉·买买提"] {
            assert!(looks_like_person(name), "{name}");
        }
        for name in ["示例科技有限公司", "某某面馆", "示例市第一中学", "ABC", "138****0000", "三", "张三李四王五"]
        {
            assert!(!looks_like_person(name), "{name}");
        }
        assert!(looks_like_company("示例科技有限公司"));
        assert!(!looks_like_company("张三"));
    }

    #[test]
    fn one_person_is_found_under_the_ways_banks_print_a_name() {
        assert!(same_person("张三", "张三"));
        assert!(same_person("张三 6222000000001234", "张三"));
        assert!(same_person("阿卜杜拉•买买提", "阿卜杜拉·买买提"));
        assert!(!same_person("张三丰", "张三"));
        assert!(!same_person("张*", "张三"));
        assert!(!same_person("张*", "张*"));
    }

    #[test]
    fn channels_and_banks_are_found_by_their_words() {
        assert_eq!(channel("财付通-微信支付"), Some("wechat"));
        assert_eq!(channel("支付宝-示例面馆"), Some("alipay"));
        assert_eq!(channel("示例面馆"), None);
        assert_eq!(issuer_named("招商银行储蓄卡(1234)"), Some("cmb"));
        assert_eq!(issuer_named("示例银行(1234)"), None);
    }
}
