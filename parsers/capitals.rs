//! Amounts in Chinese capitals (大写), as invoices, certificates and receipts print them beside the figures.

use model::Money;

use crate::text::is_blank;

const DIGITS: [[char; 3]; 10] = [
    ['零', '〇', '○'],
    ['壹', '一', '壱'],
    ['贰', '二', '貳'],
    ['叁', '三', '參'],
    ['肆', '四', '肆'],
    ['伍', '五', '伍'],
    ['陆', '六', '陸'],
    ['柒', '七', '柒'],
    ['捌', '八', '捌'],
    ['玖', '九', '玖'],
];

/// Words before an amount that belong to it.
const PREFIXES: [&str; 6] = ["人民币", "(大写)", "（大写）", "大写", ":", "："];

/// No document of a person reaches a billion (10⁸ × 10⁴) yuan; the bound keeps the sums within `i64`.
const YUAN_MAX: i64 = 1_000_000_000_000;

/// `人民币壹仟贰佰叁拾肆元伍角陆分` → 1234.56; `整` or `正` may end it, `圆` stands for `元`, `零` fills gaps.
/// `None` when any character is no part of such an amount or the units do not descend: nothing is guessed.
#[must_use]
pub fn read_capital_amount(text: &str) -> Option<Money> {
    let plain: String = text.chars().filter(|c| !is_blank(*c)).collect();
    let mut rest = plain.as_str();
    while let Some(shorter) = PREFIXES.iter().find_map(|prefix| rest.strip_prefix(prefix)) {
        rest = shorter;
    }
    let (negative, rest) = match rest.strip_prefix(['负', '-']) {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let rest = rest.strip_suffix(['整', '正']).unwrap_or(rest);
    let (yuan, small) = match rest.find(['元', '圆']) {
        Some(at) => {
            let after = rest.get(at..)?.chars().next()?.len_utf8();
            (read_whole(rest.get(..at)?)?, rest.get(at + after..)?)
        }
        None => (0, rest),
    };
    if rest.is_empty() {
        return None;
    }
    let fen = yuan.checked_mul(100)?.checked_add(read_fraction(small)?)?;
    Some(Money::from_fen(if negative { -fen } else { fen }))
}

fn digit(character: char) -> Option<i64> {
    DIGITS.iter().position(|forms| forms.contains(&character)).and_then(|at| i64::try_from(at).ok())
}

/// The whole yuan: sections of four digits, closed by 万 and 亿.
fn read_whole(text: &str) -> Option<i64> {
    let (mut total, mut section, mut pending) = (0_i64, 0_i64, None);
    let (mut last_unit, mut last_section) = (i64::MAX, i64::MAX);
    for character in text.chars() {
        if let Some(value) = digit(character) {
            match pending {
                None | Some(0) => pending = Some(value),
                Some(_) => return None,
            }
            continue;
        }
        match character {
            '拾' | '十' | '佰' | '百' | '仟' | '千' => {
                let unit = match character {
                    '拾' | '十' => 10,
                    '佰' | '百' => 100,
                    _ => 1000,
                };
                // `拾贰元` leaves out the one.
                let value = match pending.take() {
                    None if unit == 10 && section == 0 => 1,
                    Some(value) if value > 0 => value,
                    _ => return None,
                };
                if unit >= last_unit {
                    return None;
                }
                last_unit = unit;
                section += value * unit;
            }
            '万' | '萬' | '亿' | '億' => {
                let unit = if matches!(character, '万' | '萬') { 10_000 } else { 100_000_000 };
                section += pending.take().unwrap_or(0);
                if unit >= last_section || section == 0 && total == 0 {
                    return None;
                }
                total = total.checked_add(section.checked_mul(unit)?)?;
                (section, last_unit, last_section) = (0, i64::MAX, unit);
            }
            _ => return None,
        }
    }
    let whole = total.checked_add(section + pending.unwrap_or(0))?;
    (!text.is_empty() && whole < YUAN_MAX).then_some(whole)
}

/// What follows the yuan: `伍角陆分`, `零陆分`, nothing.
fn read_fraction(text: &str) -> Option<i64> {
    let (mut fen, mut pending, mut last_unit) = (0, None, i64::MAX);
    for character in text.chars() {
        match (character, digit(character)) {
            (_, Some(value)) if pending.is_none() || pending == Some(0) => pending = Some(value),
            ('角' | '分', None) => {
                let unit = if character == '角' { 10 } else { 1 };
                if unit >= last_unit {
                    return None;
                }
                last_unit = unit;
                fen += pending.take()? * unit;
            }
            _ => return None,
        }
    }
    matches!(pending, None | Some(0)).then_some(fen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        read_capital_amount(text).map(|money| money.to_string())
    }

    #[test]
    fn reads_amounts_as_certificates_print_them() {
        for (text, expected) in [
            ("人民币壹仟贰佰叁拾肆元伍角陆分", "1234.56"),
            ("壹仟贰佰元整", "1200.00"),
            ("壹仟零叁元零伍分", "1003.05"),
            ("拾贰圆正", "12.00"),
            ("人民币（大写）：叁万零伍拾元整", "30050.00"),
            ("贰拾万元整", "200000.00"),
            ("壹亿零贰万叁仟元柒角", "100023000.70"),
            ("伍角", "0.50"),
            ("零元整", "0.00"),
            ("负叁拾元伍角", "-30.50"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_such_amount() {
        for text in
            ["", "整", "元", "壹贰元", "拾佰元", "壹佰贰仟元", "壹元伍", "壹元伍分陆角", "1234元", "壹万万元", "人民币"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    /// Writes an amount the way certificates do, to read it back.
    fn written(fen: i64) -> String {
        let mut text = String::new();
        let (yuan, small) = (fen / 100, fen % 100);
        let sections = [(yuan / 10_000, "万"), (yuan % 10_000, "")];
        for (section, name) in sections {
            let mut gap = !text.is_empty() && section < 1000 && section > 0;
            for (unit, word) in [(1000, "仟"), (100, "佰"), (10, "拾"), (1, "")] {
                let value = section / unit % 10;
                if value == 0 {
                    gap = gap || !text.is_empty() && section % unit > 0;
                    continue;
                }
                if gap {
                    text.push('零');
                }
                gap = false;
                text.push(DIGITS[usize::try_from(value).unwrap()][0]);
                text.push_str(word);
            }
            if section > 0 {
                text.push_str(name);
            }
        }
        if yuan > 0 {
            text.push('元');
        }
        match (small / 10, small % 10) {
            (0, 0) => text.push_str(if yuan > 0 { "整" } else { "零元整" }),
            (jiao, fen) => {
                if jiao > 0 {
                    text.push(DIGITS[usize::try_from(jiao).unwrap()][0]);
                    text.push('角');
                } else if yuan > 0 {
                    text.push('零');
                }
                if fen > 0 {
                    text.push(DIGITS[usize::try_from(fen).unwrap()][0]);
                    text.push('分');
                }
            }
        }
        text
    }

    #[test]
    fn every_amount_reads_back() {
        for step in 0..20_000_i64 {
            let fen = step * 4_987 % 9_999_999_999;
            let text = written(fen);
            assert_eq!(read_capital_amount(&text), Some(Money::from_fen(fen)), "{text}");
        }
    }
}
