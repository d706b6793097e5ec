//! X17: a card number printed in full must have the check digit of cards, and belong to the bank that printed it.
//!
//! Only numbers of 16 to 19 digits whose first six and whose length are a known card's are looked at (`bins.toml`).
//! One sign alone is medium, against the catalogue's S3: a passbook's number may stand under a card's heading. Both
//! together are high. Innocent: a masked number, an account that is no card.

use model::finding::Severity;
use model::sensitive::mask_account;
use model::statement::StatementKind;

use super::numbers::luhn_holds;
use super::place;
use super::tables::{bank_of_card, bins};
use super::verdict::{Failure, OnStatement, Subject, Verdict, each_statement};
use super::{Check, View};

pub const CHECK: Check = Check { code: "card_number_valid", severity: Severity::Medium, run };

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("卡号校验", "card numbers are valid"),
        ("没有完整打印的银行卡号", "no statement prints a whole card number"),
        judge,
    )
}

fn judge(subject: Subject<'_>) -> OnStatement {
    let statement = subject.content;
    let is_bank = matches!(statement.kind, StatementKind::DepositAccount | StatementKind::CreditCard);
    let Some(printed) = statement.account.as_ref().filter(|_| is_bank) else { return OnStatement::Silent };
    let digits: String = printed.value.reveal().chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let Some(bin) = bank_of_card(&digits).filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit())) else {
        return OnStatement::Silent;
    };
    let of_another =
        bins().bin.iter().any(|one| one.issuer == statement.issuer.as_str()) && bin.issuer != statement.issuer.as_str();
    let wrong_digit = !luhn_holds(&digits);
    if !of_another && !wrong_digit {
        return OnStatement::Holds;
    }
    let (zh, en) = match (wrong_digit, of_another) {
        (true, false) => ("卡号校验位不符", "the card number's check digit is wrong"),
        (false, _) => ("卡号属于另一家银行", "the card number is another bank's"),
        (true, true) => {
            ("卡号校验位不符，且属于另一家银行", "the card number is another bank's and its check digit is wrong")
        }
    };
    let document = subject.document_number();
    OnStatement::Fails(Failure {
        severity: (wrong_digit && of_another && !subject.photographed).then_some(Severity::High),
        zh: format!("第 {document} 份材料{}：{zh}；若为账号而非卡号，请说明", place::zh(&printed.source)),
        en: format!(
            "document {document} {}: {en}, unless it is an account that is no card",
            place::en(&printed.source)
        ),
        expected: Some(statement.issuer.clone()),
        found: Some(format!("{} {}", bin.issuer, mask_account(&digits)).into()),
        evidence: vec![subject.evidence(Some(&printed.source))],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, at_line, bank};
    use model::statement::AccountNumber;

    fn numbered(number: &str) -> Case {
        let mut statement = bank("2026-03-01 -1.00");
        statement.account = Some(at_line(AccountNumber::new(number), 3));
        Case::of(&[&[statement]])
    }

    #[test]
    fn fails_on_a_digit_that_does_not_check() {
        numbered("6214830178425678")
            .expect(CHECK, &["fail medium, line 3: expected cmb, found cmb 6214 **** **** 5678"]);
    }

    #[test]
    fn fails_worse_on_another_banks_card_that_does_not_check() {
        numbered("6228480402564890011")
            .expect(CHECK, &["fail high, line 3: expected cmb, found abc 6228 **** **** 0011"]);
    }

    #[test]
    fn passes_on_a_card_of_the_bank() {
        numbered("6214830173425678").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_to_masked_numbers_and_accounts_that_are_no_cards() {
        for number in ["6214 **** **** 5678", "755912345678901", "1202020209901234567"] {
            numbered(number).expect(CHECK, &["not_applicable"]);
        }
    }
}
