//! Radical and compatibility code points → the characters people type.
//!
//! Subset fonts often map a common character to the radical that looks the same, so that 人民币 arrives as ⼈⺠币.
//! One character always becomes one character, so that the edges of a word stay right. Full-width letters and
//! digits are not touched: whether they matter is the reader's business.

use unicode_normalization::char::decompose_compatible;

/// CJK Radicals Supplement and the few Kangxi radicals whose NFKC form is not what is typed in China.
/// After Unicode's `EquivalentUnifiedIdeograph`, where Unicode has no decomposition. The radical, a blank, what is typed.
const RADICALS: &str = include_str!("radicals.txt");

/// The character as people type it.
pub fn typed(character: char) -> char {
    match character {
        '\u{2e80}'..='\u{2fdf}' => listed(character).unwrap_or_else(|| decomposed(character)),
        '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}' => decomposed(character),
        _ => character,
    }
}

fn listed(character: char) -> Option<char> {
    let mut pairs = RADICALS.lines().filter_map(|line| line.split_once(' '));
    let (_, plain) = pairs.find(|(radical, _)| radical.starts_with(character))?;
    plain.chars().next()
}

/// The decomposition, when it is one character.
fn decomposed(character: char) -> char {
    let mut first = None;
    let mut count = 0;
    decompose_compatible(character, |part| {
        first = first.or(Some(part));
        count += 1;
    });
    match first {
        Some(plain) if count == 1 => plain,
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radicals_become_what_people_type() {
        let printed = "⼈⺠币⽇⼾⾏⽌⼦⽔⾦⼿⾔⽹⽀⼀⼼⾮⼆⻓⻔⻋⻅⻆⻉⻚⻛⻜⻢⻥⻦⻬⻰⻩⻘⻝⻄⺟⻣⻤⻨⻮";
        let typed: String = printed.chars().map(typed).collect();
        assert_eq!(typed, "人民币日户行止子水金手言网支一心非二长门车见角贝页风飞马鱼鸟齐龙黄青食西母骨鬼麦齿");
    }

    #[test]
    fn the_table_is_pairs_of_a_radical_and_a_plain_character() {
        let is_radical = |c: char| ('\u{2e80}'..='\u{2fdf}').contains(&c);
        for line in RADICALS.lines() {
            let characters: Vec<char> = line.chars().collect();
            let [radical, ' ', plain] = characters[..] else { panic!("{line:?}") };
            assert!(is_radical(radical) && !is_radical(plain), "{line:?}");
        }
    }

    #[test]
    fn everything_else_stays() {
        assert_eq!("１２Ａ￥①ﬁ金".chars().map(typed).collect::<String>(), "１２Ａ￥①ﬁ金");
        assert_eq!(typed('\u{f90a}'), '金', "a compatibility ideograph is the ideograph");
    }
}
