//! Whether two printed names, or two printed ID numbers, can be the same one.

use model::script::simplified;

/// Longer text is no name; the comparison below is quadratic.
const CHARACTERS_MAX: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Character(char),
    /// One character that could not be printed or read: 生僻字 come out as `?` or a box.
    Unreadable,
    /// A masked part. Issuers print a fixed number of stars, so their count says nothing.
    Masked,
}

/// How two printed forms stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// As far as both are legible they are the same.
    Same,
    Different,
    /// One is in Chinese and one in Latin letters, or nothing is legible.
    Incomparable,
}

/// Spaces, dots between parts of a name, width, case and traditional forms do not count; stars and boxes stand for what they hide.
pub fn compare(one: &str, other: &str) -> Likeness {
    let (one, other) = (signs(one), signs(other));
    let legible = |signs: &[Sign]| signs.iter().any(|sign| matches!(sign, Sign::Character(_)));
    if !legible(&one) || !legible(&other) || one.len() > CHARACTERS_MAX || other.len() > CHARACTERS_MAX {
        return Likeness::Incomparable;
    }
    if is_latin(&one) != is_latin(&other) {
        return Likeness::Incomparable;
    }
    if unify(&one, &other) { Likeness::Same } else { Likeness::Different }
}

/// Whether every character of it is legible.
pub fn is_complete(name: &str) -> bool {
    let signs = signs(name);
    !signs.is_empty() && signs.iter().all(|sign| matches!(sign, Sign::Character(_)))
}

/// Whether the name looks like a person's: two to four Chinese characters, longer with the dot of a transcribed name, and
/// no word of a firm.
pub fn is_persons(name: &str) -> bool {
    let name = name.trim();
    let han = name.chars().filter(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3134f}' | '*')).count();
    let dots = name.chars().filter(|c| matches!(c, '·' | '•' | '・')).count();
    let only = han + dots == name.chars().count();
    let length = if dots > 0 { 3..=20 } else { 2..=4 };
    only && length.contains(&han) && !super::tables::company_words().iter().any(|word| name.contains(word.as_str()))
}

fn signs(name: &str) -> Vec<Sign> {
    let mut signs = Vec::new();
    for character in name.chars() {
        let sign = match character {
            c if c.is_whitespace() => continue,
            '·' | '•' | '・' | '‧' | '∙' | '.' | '．' | '。' | '-' | '\u{200b}'..='\u{200d}' | '\u{feff}' => {
                continue;
            }
            '*' | '＊' | '×' | '●' => Sign::Masked,
            '?' | '？' | '□' | '■' | '〓' | '\u{fffd}' | '\u{e000}'..='\u{f8ff}' => Sign::Unreadable,
            // Full-width forms stand 0xfee0 above their ASCII twins.
            '！'..='～' => {
                Sign::Character(char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character).to_ascii_uppercase())
            }
            other => Sign::Character(simplified(other).to_ascii_uppercase()),
        };
        if sign != Sign::Masked || signs.last() != Some(&Sign::Masked) {
            signs.push(sign);
        }
    }
    signs
}

fn is_latin(signs: &[Sign]) -> bool {
    signs.iter().all(|sign| match sign {
        Sign::Character(character) => character.is_ascii(),
        Sign::Unreadable | Sign::Masked => true,
    })
}

/// Whether some name fits both; a masked part stands for one character or more.
///
/// Filled from the ends backwards, so that a name full of stars costs no more than any other.
fn unify(one: &[Sign], other: &[Sign]) -> bool {
    let width = other.len();
    // `below[j]`: whether what follows the present sign of `one` fits `other` from `j` on.
    let mut below = vec![false; width + 1];
    if let Some(end) = below.last_mut() {
        *end = true;
    }
    for first in one.iter().rev() {
        let mut row = vec![false; width + 1];
        for (j, second) in other.iter().enumerate().rev() {
            let at = |row: &[bool], j: usize| row.get(j).copied().unwrap_or(false);
            let both = at(&below, j + 1);
            let fits = match (first, second) {
                (Sign::Masked, Sign::Masked) => both || at(&row, j + 1) || at(&below, j),
                (Sign::Masked, _) => both || at(&row, j + 1),
                (_, Sign::Masked) => both || at(&below, j),
                (Sign::Unreadable, _) | (_, Sign::Unreadable) => both,
                (Sign::Character(first), Sign::Character(second)) => first == second && both,
            };
            if let Some(cell) = row.get_mut(j) {
                *cell = fits;
            }
        }
        below = row;
    }
    below.first().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_names_apart_as_far_as_they_are_printed() {
        for (one, other, likeness) in [
            ("林小满", "林小满", Likeness::Same),
            ("林 小 满", "林小满", Likeness::Same),
            ("阿依古丽·买买提", "阿依古丽•买买提", Likeness::Same),
            ("阿依古丽.买买提", "阿依古丽买买提", Likeness::Same),
            ("張偉國", "张伟国", Likeness::Same),
            ("陳*", "陈小满", Likeness::Same),
            ("張偉國", "张伟军", Likeness::Different),
            ("林*", "林小满", Likeness::Same),
            ("林**", "林满", Likeness::Same),
            ("*小满", "林小满", Likeness::Same),
            ("林*满", "林**", Likeness::Same),
            ("林小□", "林小䶮", Likeness::Same),
            ("LIN XIAOMAN", "Lin Xiaoman", Likeness::Same),
            ("ＬＩＮ", "lin", Likeness::Same),
            ("林小满", "林大满", Likeness::Different),
            ("林*", "陈小满", Likeness::Different),
            ("林小", "林小满", Likeness::Different),
            ("LIN XIAOMAN", "林小满", Likeness::Incomparable),
            ("***", "林小满", Likeness::Incomparable),
            ("4****************X", "44010119900101123x", Likeness::Same),
            ("4****************X", "440101199001011231", Likeness::Different),
        ] {
            assert_eq!(compare(one, other), likeness, "{one} / {other}");
            assert_eq!(compare(other, one), likeness, "{other} / {one}");
        }
    }
}
