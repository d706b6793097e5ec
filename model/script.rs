//! Traditional characters and their simplified forms.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Pairs as OpenCC's character table has them (Apache-2.0), those whose simplified form GB 2312 holds and whose traditional
/// form it does not; and four that GB 2312 holds for the sake of names. Where one simplified form stands for several
/// traditional ones, each is listed.
const PAIRS: &str = include_str!("traditional.txt");

/// The simplified form of a character; itself where it has none.
#[must_use]
pub fn simplified(character: char) -> char {
    static FORMS: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
        let pair = |text: &str| {
            let mut characters = text.chars();
            characters.next().zip(characters.next())
        };
        PAIRS.split_whitespace().filter_map(pair).collect()
    });
    // Most of what is asked about is a figure or a Latin letter.
    if character.is_ascii() { character } else { FORMS.get(&character).copied().unwrap_or(character) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traditional_forms_become_simplified_and_nothing_else_changes() {
        let text: String = "張偉 餘額 沈陽騰飛醫藥 1,234.56 沈阳腾飞".chars().map(simplified).collect();
        assert_eq!(text, "张伟 余额 沈阳腾飞医药 1,234.56 沈阳腾飞");
        assert!(PAIRS.split_whitespace().all(|pair| pair.chars().count() == 2));
    }
}
