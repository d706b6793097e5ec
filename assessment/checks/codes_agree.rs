//! T08: what a matrix code on a page holds must be what the page says beside it.
//!
//! A code is printed by the issuer's program together with the number, the verification code or the amount; who edits the
//! page seldom makes a new one. Nothing is asked of anybody's server. A code that holds none of the page's facts (a bare
//! address, an advertisement) says nothing. Innocent: a code of another total than the ones known.

use model::Money;
use model::finding::Severity;
use model::forensics::MatrixCode;
use model::statement::Statement;

use super::file::{File, OnFile, each_file, quoted};
use super::verdict::{Failure, Verdict};
use super::{Check, View, place};

pub const CHECK: Check = Check { code: "codes_agree", severity: Severity::High, run };

/// Characters of a number from which it is nobody else's: serials and verification codes have 10 to 30.
const NUMBER_MIN: usize = 8;

/// Characters in which a number may differ from another of its length and still be meant for it: what is edited of a
/// number is a few digits.
const EDITED_MAX: usize = 3;

/// Names of an amount in an address's parameters.
const AMOUNTS: [&str; 9] = ["amount", "amt", "money", "total", "sum", "je", "jine", "zje", "jshj"];

fn run(view: &View<'_>) -> Verdict {
    each_file(
        view,
        ("二维码内容与页面一致", "matrix codes hold what the page says"),
        ("没有二维码含有页面上的信息", "no matrix code holds a fact of its page"),
        judge,
    )
}

fn judge(file: File<'_>) -> OnFile {
    let numbers: Vec<&str> = file.statements.iter().flat_map(numbers).collect();
    let amounts: Vec<Money> = file.statements.iter().flat_map(amounts).collect();
    let (mut agreeing, mut failures) = (0_usize, Vec::new());
    for code in &file.traces().codes {
        let payload = Payload::read(&code.payload);
        let has = |number: &&str| payload.words.iter().any(|word| word == number);
        let known = numbers.iter().any(has);
        let edited = payload.words.iter().find_map(|word| {
            let near = numbers.iter().find(|number| differs_little(word, number))?;
            (!known).then(|| (word.clone(), (*near).to_owned()))
        });
        let other_amount = payload.amount.filter(|_| !amounts.is_empty()).filter(|amount| !amounts.contains(amount));
        if let Some((word, number)) = edited {
            failures.push(failure(&file, code, &word, &number));
        } else if let Some(amount) = other_amount {
            failures.push(failure(&file, code, &amount.to_string(), "-"));
        } else if known || payload.amount.is_some_and(|amount| amounts.contains(&amount)) {
            agreeing += 1;
        }
    }
    match (failures.is_empty(), agreeing) {
        (false, _) => OnFile::Fails(failures),
        (true, 0) => OnFile::Silent,
        (true, _) => OnFile::Holds,
    }
}

fn failure(file: &File<'_>, code: &MatrixCode, held: &str, shown: &str) -> Failure {
    let number = file.number();
    let (zh, en) = code.source.as_ref().map_or_else(Default::default, |source| (place::zh(source), place::en(source)));
    let (held, shown) = (quoted(held), quoted(shown));
    Failure {
        severity: None,
        zh: format!("第 {number} 份材料{zh}的二维码内容为“{held}”，页面上是“{shown}”；请向出具机构核对"),
        en: format!("document {number} {en}: its code holds \"{held}\", the page says \"{shown}\"; ask the issuer"),
        expected: Some(held.into()),
        found: Some(shown.into()),
        evidence: match &code.source {
            Some(source) => file.evidence([source]),
            None => file.whole(),
        },
    }
}

/// What a code holds.
struct Payload {
    /// Runs of letters and digits.
    words: Vec<String>,
    /// What a parameter named for it says.
    amount: Option<Money>,
}

impl Payload {
    fn read(text: &str) -> Self {
        let text = unescaped(text);
        let words = text.split(|one: char| !one.is_ascii_alphanumeric()).filter(|word| word.len() >= NUMBER_MIN);
        let mut parameters = text.split(['?', '&', ';', ',']).filter_map(|part| part.split_once(['=', ':']));
        let is_amount = |name: &str| AMOUNTS.iter().any(|known| name.trim().eq_ignore_ascii_case(known));
        Self {
            words: words.map(str::to_ascii_uppercase).collect(),
            amount: parameters.find(|(name, _)| is_amount(name)).and_then(|(_, value)| Money::read(value.trim()).ok()),
        }
    }
}

/// Without the `%2F` of addresses.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(16 * high + low).unwrap_or(b'?'));
                rest = after.get(2..).unwrap_or(&[]);
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Facts that are numbers of their own: serials, verification codes, record numbers.
fn numbers(statement: &Statement) -> impl Iterator<Item = &str> {
    let facts = statement.fields.values().chain(statement.records.iter().flat_map(|record| record.values()));
    facts.map(|field| field.value.as_str()).filter(|value| {
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        value.len() >= NUMBER_MIN && value.bytes().all(|byte| byte.is_ascii_alphanumeric()) && 2 * digits >= value.len()
    })
}

/// Every amount that the statement states, unsigned.
fn amounts(statement: &Statement) -> impl Iterator<Item = Money> {
    let totals = &statement.declared;
    let sums = [&totals.in_sum, &totals.out_sum, &totals.neutral_sum];
    let balances = [&statement.opening_balance, &statement.closing_balance];
    let printed = sums.into_iter().chain(balances).flatten().map(|sum| sum.value);
    let facts = statement.fields.values().chain(statement.records.iter().flat_map(|record| record.values()));
    let stated = facts.filter_map(|field| Money::read(&field.value).ok());
    printed.chain(stated).chain(statement.transactions.iter().map(|row| row.amount)).map(Money::abs)
}

/// Whether a number is another with a few characters changed.
fn differs_little(word: &str, number: &str) -> bool {
    let differing = word.bytes().zip(number.bytes()).filter(|(a, b)| !a.eq_ignore_ascii_case(b)).count();
    word.len() == number.len() && (1..=EDITED_MAX).contains(&differing) && 3 * differing < word.len()
}

#[cfg(test)]
mod tests {
    use model::forensics::Traces;
    use model::statement::StatementKind::IncomeTax;

    use super::*;
    use crate::checks::test_support::{Case, on_row, paper};

    fn case(payload: &str) -> Case {
        let code = MatrixCode { source: Some(on_row(2)), payload: payload.into() };
        let traces = Traces { codes: vec![code], ..Traces::default() };
        let facts = [("record_number", "233015180100012345"), ("tax_total", "1280.00")];
        Case::of(&[&[paper(IncomeTax, &facts)]]).traced(traces)
    }

    #[test]
    fn fails_on_an_edited_number_and_on_an_edited_amount() {
        case("https://verify.example.cn/q?no=233015180100012395")
            .expect(CHECK, &["fail high, page 1: expected 233015180100012395, found 233015180100012345"]);
        case("https://verify.example.cn/q?no=233015180100012345&amt=1180.00")
            .expect(CHECK, &["fail high, page 1: expected 1180.00, found -"]);
    }

    #[test]
    fn passes_on_the_pages_own_facts() {
        case("https://verify.example.cn/q?no=233015180100012345&amt=1280.00").expect(CHECK, &["pass"]);
        case("https%3A%2F%2Fverify.example.cn%2F233015180100012345").expect(CHECK, &["pass"]);
        // Another number of the issuer's beside it.
        case("233015180100012345,233015180100012346").expect(CHECK, &["pass"]);
    }

    #[test]
    fn not_for_a_bare_address_or_a_page_without_a_code() {
        case("https://www.example.cn/app/download").expect(CHECK, &["not_applicable"]);
        case("9988776655443322").expect(CHECK, &["not_applicable"]);
        Case::of(&[&[paper(IncomeTax, &[])]]).expect(CHECK, &["not_applicable"]);
    }
}
