//! X18: an ID number printed in full must be one: a date of birth of the calendar and the check character (GB 11643).
//!
//! A wrong check character alone is medium: an employer's clerk types such numbers, and banks carry some from before they
//! were checked. It is critical where another paper or the applicant gives the number otherwise: then one was changed.
//! A province that the table does not know is a note only: an operator's table may lack it. What an applicant typed is
//! medium, as it may be a slip. Innocent: masked numbers, passports and permits of residents of Hong Kong, Macao and
//! Taiwan, which have other forms.

use jiff::civil::Date;
use model::finding::{Evidence, Severity};
use model::sensitive::mask_id;
use model::{Source, Text};

use super::numbers::id_check_digit;
use super::place;
use super::tables::regions;
use super::verdict::{Failure, Summary, Verdict, subjects};
use super::{Check, View};

pub const CHECK: Check = Check { code: "id_number_valid", severity: Severity::Critical, run };

#[derive(Debug, PartialEq, Eq)]
enum Fault {
    CheckCharacter(char),
    Birth,
    Province,
}

struct Printed<'a> {
    number: &'a str,
    /// `None` for what the applicant stated.
    place: Option<(u32, &'a Source)>,
    legible: bool,
}

fn run(view: &View<'_>) -> Verdict {
    let stated =
        view.declaration.id_number.as_ref().map(|id| Printed { number: id.reveal(), place: None, legible: true });
    let shown = subjects(view).filter_map(|subject| {
        let id = subject.content.holder.id_number.as_ref()?;
        Some(Printed {
            number: id.value.reveal(),
            place: Some((subject.document, &id.source)),
            legible: !subject.photographed,
        })
    });
    let whole: Vec<(Printed<'_>, String)> = stated
        .into_iter()
        .chain(shown)
        .map(|printed| (printed.number.trim().to_ascii_uppercase(), printed))
        .filter(|(number, _)| is_whole(number))
        .map(|(number, printed)| (printed, number))
        .collect();
    let differ = whole.iter().any(|(_, number)| whole.first().is_some_and(|(_, first)| first != number));
    let mut failures = Vec::new();
    let mut holding = 0_usize;
    for (printed, number) in &whole {
        match fault(number, view.as_of) {
            None => holding += 1,
            Some(fault) => failures.push(failure(printed, number, &fault, differ)),
        }
    }
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    if holding > 0 {
        return Verdict::Passes(Summary::new(
            format!("{holding} 处完整的身份证号码校验无误"),
            format!("{holding} whole ID number(s) are valid"),
        ));
    }
    Verdict::NotApplicable(Summary::new("没有完整的身份证号码", "no ID number is printed in full"))
}

/// 18 characters, digits but for the last, which may be X.
fn is_whole(number: &str) -> bool {
    let mut characters = number.chars();
    let last = characters.next_back();
    number.len() == 18
        && characters.all(|c| c.is_ascii_digit())
        && last.is_some_and(|last| last.is_ascii_digit() || last == 'X')
}

fn fault(number: &str, as_of: Date) -> Option<Fault> {
    let expected = id_check_digit(number.get(..17)?)?;
    if !number.ends_with(expected) {
        return Some(Fault::CheckCharacter(expected));
    }
    let part = |range: std::ops::Range<usize>| number.get(range)?.parse::<i16>().ok();
    let born = part(6..10)
        .zip(part(10..12))
        .zip(part(12..14))
        .and_then(|((year, month), day)| Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok());
    if born.is_none_or(|born| born >= as_of || born.year() < 1900) {
        return Some(Fault::Birth);
    }
    let province = number.get(..2)?;
    (!regions().province.iter().any(|known| known == province)).then_some(Fault::Province)
}

fn failure(printed: &Printed<'_>, number: &str, fault: &Fault, differ: bool) -> Failure {
    let severity = match fault {
        Fault::Province => Severity::Low,
        _ if printed.place.is_none() || !printed.legible => Severity::Medium,
        Fault::CheckCharacter(_) if !differ => Severity::Medium,
        _ => Severity::Critical,
    };
    let (zh_where, en_where) = match printed.place {
        None => ("申请人申报".to_owned(), "as stated by the applicant".to_owned()),
        Some((document, source)) => {
            let number = document.saturating_add(1);
            (format!("第 {number} 份材料{}", place::zh(source)), format!("document {number} {}", place::en(source)))
        }
    };
    let (zh, en, expected): (_, _, Text) = match fault {
        Fault::CheckCharacter(expected) => {
            ("身份证号码的校验位不符", "the ID number's check character is wrong", expected.to_string().into())
        }
        Fault::Birth => {
            ("身份证号码中的出生日期不存在", "the ID number has no possible date of birth", "a date of birth".into())
        }
        Fault::Province => ("身份证号码的地区代码未知", "the ID number's region is not known", "a known region".into()),
    };
    Failure {
        severity: Some(severity),
        zh: format!("{zh_where}：{zh}，请核对证件"),
        en: format!("{en_where}: {en}; compare with the ID card"),
        expected: Some(expected),
        found: Some(mask_id(number).into()),
        evidence: printed
            .place
            .map(|(document, source)| Evidence { document, source: Some(source.clone()) })
            .into_iter()
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, at_line, bank};
    use model::Sensitive;

    fn printed(number: &str) -> Case {
        let mut statement = bank("2026-03-01 -1.00");
        statement.holder.id_number = Some(at_line(Sensitive::new(number.into()), 2));
        Case::of(&[&[statement]])
    }

    #[test]
    fn fails_on_an_altered_digit_the_more_where_the_number_is_known_otherwise() {
        printed("110105194912310021").expect(CHECK, &["fail medium, line 2: expected X, found 1****************1"]);
        printed("110105194912310021")
            .declared(|declaration| declaration.id_number = Some(Sensitive::new("11010519491231002X".into())))
            .expect(CHECK, &["fail critical, line 2: expected X, found 1****************1"]);
    }

    #[test]
    fn fails_on_a_birth_that_is_no_date_and_notes_an_unknown_region() {
        let with_check = |first: &str| format!("{first}{}", id_check_digit(first).unwrap());
        let thirteenth = with_check("11010519491331002");
        printed(&thirteenth).expect(
            CHECK,
            &[&format!("fail critical, line 2: expected a date of birth, found {}", mask_id(&thirteenth))],
        );
        let nowhere = with_check("99010519491231002");
        printed(&nowhere)
            .expect(CHECK, &[&format!("fail low, line 2: expected a known region, found {}", mask_id(&nowhere))]);
    }

    #[test]
    fn takes_what_was_typed_for_a_slip() {
        Case::of(&[])
            .declared(|declaration| declaration.id_number = Some(Sensitive::new("110105194912310021".into())))
            .expect(CHECK, &["fail medium: expected X, found 1****************1"]);
    }

    #[test]
    fn passes_on_the_standards_example_in_either_case() {
        printed("11010519491231002X").expect(CHECK, &["pass"]);
        printed("11010519491231002x").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_to_masked_and_other_numbers() {
        printed("1****************X").expect(CHECK, &["not_applicable"]);
        printed("H12345678").expect(CHECK, &["not_applicable"]);
    }
}
