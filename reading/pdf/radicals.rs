//! Radical and compatibility code points → the characters people type.
//!
//! Subset fonts often map a common character to the radical that looks the same, so that 人民币 arrives as ⼈⺠币.
//! One character always becomes one character, so that the edges of a word stay right. Full-width letters and
//! digits are not touched: whether they matter is the reader's business.

use unicode_normalization::char::decompose_compatible;

/// CJK Radicals Supplement and the few Kangxi radicals whose NFKC form is not what is typed in China.
/// After Unicode's `EquivalentUnifiedIdeograph`, where Unicode has no decomposition.
const RADICALS: &str = "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺒巳⺓幺⺔彑⺕彐⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民\
⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪疋⺫目⺬示⺭礻⺮竹⺯糹⺰纟⺱罓⺲罒⺳网⺶羊⺷羋⺸羊⺹耂⺺肀⺻聿⺼肉⺽臼⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见\
⻆角⻇角⻈讠⻉贝⻊足⻋车⻌辶⻍辶⻎辶⻏阝⻐钅⻑長⻒镸⻓长⻔门⻕阝⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞飠⻟飠⻠饣⻡首⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦\
⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟⼾户⾭青";

/// The character as people type it.
pub fn typed(character: char) -> char {
    match character {
        '\u{2e80}'..='\u{2fdf}' => listed(character).unwrap_or_else(|| decomposed(character)),
        '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}' => decomposed(character),
        _ => character,
    }
}

fn listed(character: char) -> Option<char> {
    let mut pairs = RADICALS.chars();
    while let (Some(radical), Some(plain)) = (pairs.next(), pairs.next()) {
        if radical == character {
            return Some(plain);
        }
    }
    None
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
        let characters: Vec<char> = RADICALS.chars().collect();
        assert_eq!(characters.len() % 2, 0);
        for pair in characters.chunks(2) {
            assert!(('\u{2e80}'..='\u{2fdf}').contains(&pair[0]), "{}", pair[0]);
            assert!(!('\u{2e80}'..='\u{2fdf}').contains(&pair[1]), "{}", pair[1]);
        }
    }

    #[test]
    fn everything_else_stays() {
        assert_eq!("１２Ａ￥①ﬁ金".chars().map(typed).collect::<String>(), "１２Ａ￥①ﬁ金");
        assert_eq!(typed('\u{f90a}'), '金', "a compatibility ideograph is the ideograph");
    }
}
