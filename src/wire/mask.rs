//! What of a number may leave the program: account numbers masked, ID numbers first and last character.
//!
//! Free text (counterparty, description, remark, messages that quote a cell) can hold such numbers too. There a
//! run of digits is masked when it is an account number for certain or to all appearance:
//! - it is the full number of an account that the same statement names, its own or a counterparty's;
//! - it has 16 to 19 digits, starts as bank cards issued in China do, and its check digit (Luhn) is right;
//! - it is a resident ID number: 18 characters, a date of birth, and the check character of GB 11643.
//!
//! Everything else (order numbers, serial numbers, phone numbers, dates) stays as printed: a reviewer compares
//! them with the page. `reference` and `merchant_reference` are never touched.

use std::borrow::Cow;
use std::collections::HashSet;

use model::sensitive::{mask_account, mask_id};
use model::statement::{AccountNumber, Statement};

/// Shorter runs are amounts, dates, branch numbers; the shortest account numbers in use have ten digits.
const ACCOUNT_DIGITS_MIN: usize = 10;
/// Bank cards, ISO/IEC 7812: UnionPay's have 16 to 19 digits.
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 16..=19;

/// An account as the contract shows it: `6222 **** **** 1234`; a wallet's e-mail login is `a***@example.com`.
#[must_use]
pub fn account(number: &AccountNumber) -> String {
    let printed = number.reveal().trim();
    mask_email(printed).unwrap_or_else(|| number.masked())
}

/// A counterparty's account: `…1234`, or what of an e-mail login may be shown; `…` when the document hides its end.
#[must_use]
pub fn counterparty_account(number: &AccountNumber) -> String {
    let printed = number.reveal().trim();
    mask_email(printed).unwrap_or_else(|| format!("…{}", number.tail().unwrap_or_default()))
}

fn mask_email(printed: &str) -> Option<String> {
    let (local, domain) = printed.split_once('@')?;
    let first: String = local.chars().take(1).collect();
    Some(format!("{first}***@{domain}"))
}

/// Masks numbers inside text, knowing the full account numbers that a statement prints.
#[derive(Debug, Default)]
pub struct Masker<'a> {
    known: HashSet<&'a str>,
}

impl<'a> Masker<'a> {
    #[must_use]
    pub fn of(statements: &'a [Statement]) -> Self {
        let mut known = HashSet::new();
        for statement in statements {
            let own = statement.account.as_ref().map(|account| &account.value);
            let others = statement.transactions.iter().filter_map(|row| row.counterparty_account.as_ref());
            for number in own.into_iter().chain(others) {
                let number = number.reveal().trim();
                if number.len() >= ACCOUNT_DIGITS_MIN && number.bytes().all(|byte| byte.is_ascii_digit()) {
                    known.insert(number);
                }
            }
        }
        Self { known }
    }

    #[must_use]
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let bytes = text.as_bytes();
        let mut out = String::new();
        let mut copied = 0;
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if !byte.is_ascii_digit() {
                at += 1;
                continue;
            }
            let plain = digits_end(bytes, at);
            let grouped = grouped_end(bytes, at);
            // An ID number may end in X, which is no digit.
            let with_x = plain + usize::from(matches!(bytes.get(plain), Some(b'X' | b'x')));
            let masked = [grouped, with_x, plain].into_iter().find_map(|end| {
                let run = text.get(at..end)?;
                self.mask(run).map(|masked| (end, masked))
            });
            match masked {
                Some((end, masked)) => {
                    out.push_str(text.get(copied..at).unwrap_or_default());
                    out.push_str(&masked);
                    copied = end;
                    at = end;
                }
                None => at = plain,
            }
        }
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(text.get(copied..).unwrap_or_default());
        Cow::Owned(out)
    }

    /// The masked form of a run of digits when it is a number that must be masked.
    fn mask(&self, run: &str) -> Option<String> {
        if run.len() < ACCOUNT_DIGITS_MIN {
            return None;
        }
        if is_resident_id(run) {
            return Some(mask_id(run));
        }
        let digits: String = run.chars().filter(char::is_ascii_digit).collect();
        (self.known.contains(digits.as_str()) || is_card(&digits)).then(|| mask_account(&digits))
    }
}

fn digits_end(bytes: &[u8], from: usize) -> usize {
    bytes.iter().skip(from).position(|byte| !byte.is_ascii_digit()).map_or(bytes.len(), |count| from + count)
}

/// The end of `6222 0212 3456 1234`: groups of four, and a last one that may differ.
fn grouped_end(bytes: &[u8], from: usize) -> usize {
    let mut start = from;
    loop {
        let end = digits_end(bytes, start);
        let separated = end - start == 4
            && bytes.get(end) == Some(&b' ')
            && bytes.get(end + 1).is_some_and(|byte| byte.is_ascii_digit());
        if !separated {
            return end;
        }
        start = end + 1;
    }
}

fn is_card(digits: &str) -> bool {
    // 4, 5 and 62 are the schemes' own; 60 and 9 are the older issuers' (9558…).
    let issued = digits.starts_with(['4', '5', '6', '9']);
    issued && CARD_DIGITS.contains(&digits.len()) && luhn_holds(digits)
}

fn luhn_holds(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, byte)| {
            let digit = u32::from(byte - b'0');
            let weighted = if index % 2 == 1 { digit * 2 } else { digit };
            weighted / 10 + weighted % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

/// GB 11643-1999: region (6), date of birth (8), sequence (3), check character.
fn is_resident_id(run: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let (Some(body), Some(last)) = (run.get(..17), run.get(17..)) else {
        return false;
    };
    if run.len() != 18 || !body.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let number = |range| body.get(range).and_then(|part: &str| part.parse::<u32>().ok()).unwrap_or(0);
    let born = (1900..2100).contains(&number(6..10)) && (1..=12).contains(&number(10..12));
    let day = (1..=31).contains(&number(12..14));
    let sum: u32 = body.bytes().zip(WEIGHTS).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    let check = CHECK.get((sum % 11) as usize);
    born && day && last.chars().next().map(|c| c.to_ascii_uppercase()).as_ref() == check
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        Masker::default().text(text).into_owned()
    }

    #[test]
    fn card_numbers_in_text_are_masked() {
        assert_eq!(masked("转账至4111111111111111张三"), "转账至4111 **** **** 1111张三");
        assert_eq!(masked("4111 1111 1111 1111"), "4111 **** **** 1111");
    }

    #[test]
    fn resident_ids_in_text_keep_their_first_and_last_character() {
        assert_eq!(masked("证件11010519491231002X号"), "证件1****************X号");
    }

    #[test]
    fn references_and_phones_stay() {
        for text in [
            "商户单号20250102220014123456789012345678",
            "4111111111111112",
            "13800001234",
            "20250102 12:00:00",
            "订单4200002134202501021234567890",
            "",
        ] {
            assert!(matches!(Masker::default().text(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn numbers_of_the_statements_own_accounts_are_masked_whatever_their_form() {
        let masker = Masker { known: HashSet::from(["0200001234567"]) };
        assert_eq!(masker.text("自0200001234567转入"), "自0200 **** **** 4567转入");
        assert_eq!(masker.text("单号0200001234568"), "单号0200001234568");
    }

    #[test]
    fn accounts_show_their_tail_only() {
        assert_eq!(counterparty_account(&AccountNumber::new("6222021234561234")), "…1234");
        assert_eq!(counterparty_account(&AccountNumber::new("6214********xxxx")), "…");
        assert_eq!(counterparty_account(&AccountNumber::new("zhang@example.com")), "z***@example.com");
        assert_eq!(account(&AccountNumber::new("6222021234561234")), "6222 **** **** 1234");
    }
}
