//! Check digits of numbers that people and firms go by.

/// Luhn: every second digit from the right doubled, digits summed, a multiple of ten.
pub fn luhn_holds(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .zip([false, true].into_iter().cycle())
        .map(|(byte, doubled)| {
            let digit = u32::from(byte.wrapping_sub(b'0'));
            match (doubled, digit) {
                (false, digit) => digit,
                (true, 0..=4) => digit * 2,
                (true, digit) => (digit * 2).saturating_sub(9),
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// ISO 7064 MOD 11-2 over the first 17 digits gives the 18th character of an ID number (GB 11643).
pub fn id_check_digit(first_17: &str) -> Option<char> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: &str = "10X98765432";
    let digits: Option<Vec<u32>> = first_17.chars().map(|c| c.to_digit(10)).collect();
    let digits = digits.filter(|digits| digits.len() == WEIGHTS.len())?;
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    CHECK.chars().nth(usize::try_from(sum % 11).ok()?)
}

/// The letters of a 统一社会信用代码 in the order of their values (GB 32100); I, O, S, V and Z are never used.
const CODE_LETTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Whether the text has the form of such a code.
pub fn is_company_code(text: &str) -> bool {
    text.len() == 18 && text.chars().all(|c| CODE_LETTERS.contains(c)) && text.chars().any(|c| c.is_ascii_uppercase())
}

/// Whether the 18th character follows from the first 17 by modulus 31.
pub fn company_code_holds(code: &str) -> bool {
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let values: Option<Vec<usize>> = code.chars().map(|c| CODE_LETTERS.find(c)).collect();
    let Some((last, first)) = values.as_deref().and_then(<[usize]>::split_last) else { return false };
    let sum: usize = first.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    first.len() == WEIGHTS.len() && (31 - sum % 31) % 31 == *last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_those_of_the_standards() {
        // The card schemes' published test numbers.
        assert!(luhn_holds("4111111111111111") && luhn_holds("6011000990139424"));
        assert!(!luhn_holds("4111111111111112"));
        // The example of GB 11643.
        assert_eq!(id_check_digit("11010519491231002"), Some('X'));
        assert_eq!(id_check_digit("1101051949123100"), None);
        // The State Administration's own published code.
        assert!(company_code_holds("91350100M000100Y43"));
        assert!(!company_code_holds("91350100M000100Y44"));
        assert!(is_company_code("91350100M000100Y43") && !is_company_code("110105194912310028"));
    }
}
