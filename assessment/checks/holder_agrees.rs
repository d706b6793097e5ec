//! Z11: name and ID number must agree over all documents and with the application.
//!
//! Masked names (张*), spaces, the dot in a name of several parts and characters a printer lacks are innocent. A
//! WeChat export names its owner by nickname, which is no name.
//! Innocent: masked names, rare characters, a nickname, the dot in a name.

use model::finding::{Evidence, Severity};
use model::statement::{Holder, StatementKind};
use model::{Source, Text};

use super::names::{Likeness, compare, is_complete};
use super::place;
use super::verdict::{Failure, Summary, Verdict};
use super::{Check, View};

pub const CHECK: Check = Check { code: "holder_agrees", severity: Severity::Critical, run };

/// Between names in `found`, where a profile reads them again.
pub const SEPARATOR: char = '、';

/// One printed form of a fact, and where it is printed; without a place, the applicant stated it.
struct Printed<'a> {
    text: &'a Text,
    place: Option<(u32, &'a Source)>,
}

fn run(view: &View<'_>) -> Verdict {
    let names = printed(view, view.declaration.name.as_ref().map(model::Sensitive::reveal), |holder| {
        holder.name.as_ref().map(|name| (name.value.reveal(), &name.source))
    });
    let id_numbers = printed(view, view.declaration.id_number.as_ref().map(model::Sensitive::reveal), |holder| {
        holder.id_number.as_ref().map(|id| (id.value.reveal(), &id.source))
    });
    let mut failures = disagreements(&names, ("户名", "the holder's name"), None, |text| text.clone());
    failures.extend(disagreements(&id_numbers, ("证件号码", "the ID number"), Some(Severity::High), |text| {
        model::sensitive::mask_id(text).into()
    }));
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    let shown: Vec<&Printed<'_>> = names.iter().chain(&id_numbers).filter(|one| one.place.is_some()).collect();
    let found = distinct(&names);
    let evidence = shown
        .iter()
        .filter_map(|one| one.place)
        .map(|(document, source)| Evidence { document, source: Some(source.clone()) });
    let compared = [&names, &id_numbers].iter().any(|list| list.len() > 1);
    let summary = |zh: &str, en: &str| Summary {
        found: found.clone(),
        evidence: evidence.clone().take(super::verdict::EVIDENCE_MAX).collect(),
        ..Summary::new(zh, en)
    };
    if shown.is_empty() && view.declaration.name.is_some() {
        return Verdict::NotRun(summary("材料上没有户名", "no document shows its holder's name"));
    }
    if !compared {
        return Verdict::NotApplicable(summary("没有可以相互比对的户名", "there are no two names to compare"));
    }
    Verdict::Passes(summary("各份材料的户名和证件号码一致", "names and ID numbers agree"))
}

fn printed<'a>(
    view: &View<'a>,
    stated: Option<&'a Text>,
    of_holder: impl Fn(&'a Holder) -> Option<(&'a Text, &'a Source)>,
) -> Vec<Printed<'a>> {
    let stated = stated.map(|text| Printed { text, place: None });
    let shown = (0_u32..)
        .zip(view.documents)
        .flat_map(|(document, shown)| shown.statements.iter().map(move |statement| (document, statement)));
    let shown = shown
        .filter(|(_, statement)| !(statement.kind == StatementKind::Wallet && statement.issuer == "wechat"))
        .filter_map(|(document, statement)| {
            of_holder(&statement.holder).map(|(text, source)| Printed { text, place: Some((document, source)) })
        });
    stated.into_iter().chain(shown).filter(|one| !one.text.trim().is_empty()).collect()
}

/// Each printed form that differs from the reference: what was stated, or else the first form that is all legible.
fn disagreements(
    printed: &[Printed<'_>],
    what: (&str, &str),
    severity: Option<Severity>,
    shown: impl Fn(&Text) -> Text,
) -> Vec<Failure> {
    let stated = printed.iter().find(|one| one.place.is_none());
    let Some(reference) = stated.or_else(|| printed.iter().find(|one| is_complete(one.text))).or(printed.first())
    else {
        return Vec::new();
    };
    let differing = printed.iter().filter(|one| compare(reference.text, one.text) == Likeness::Different);
    differing
        .filter_map(|one| {
            let (document, source) = one.place?;
            let number = document.saturating_add(1);
            let (zh_against, en_against) = match reference.place {
                None => ("申请人申报的".to_owned(), "what the applicant stated".to_owned()),
                Some((other, _)) => {
                    let other = other.saturating_add(1);
                    (format!("第 {other} 份材料的"), format!("document {other}"))
                }
            };
            let mut evidence = vec![Evidence { document, source: Some(source.clone()) }];
            evidence
                .extend(reference.place.map(|(document, source)| Evidence { document, source: Some(source.clone()) }));
            Some(Failure {
                severity,
                zh: format!("第 {number} 份材料{}：{}与{zh_against}不一致", place::zh(source), what.0),
                en: format!("document {number} {}: {} differs from {en_against}", place::en(source), what.1),
                expected: Some(shown(reference.text)),
                found: Some(shown(one.text)),
                evidence,
            })
        })
        .collect()
}

/// The names documents show, each once, in document order.
fn distinct(names: &[Printed<'_>]) -> Option<Text> {
    let mut seen: Vec<&str> = Vec::new();
    for one in names.iter().filter(|one| one.place.is_some()) {
        let name = one.text.trim();
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    (!seen.is_empty()).then(|| seen.join(&SEPARATOR.to_string()).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, held_by, wallet};
    use model::Sensitive;

    #[test]
    fn fails_on_the_document_of_someone_else() {
        let documents = [held_by("林小满"), held_by("林小满"), held_by("陈大海")];
        let documents: Vec<&[_]> = documents.iter().map(std::slice::from_ref).collect();
        Case::of(&documents).expect(CHECK, &["fail critical, document 3 line 80: expected 林小满, found 陈大海"]);
    }

    #[test]
    fn fails_against_what_the_applicant_stated() {
        let case = Case::of(&[&[held_by("林*")]]).declared(|declared| {
            declared.name = Some(Sensitive::new("陈大海".into()));
        });
        case.expect(CHECK, &["fail critical, line 80: expected 陈大海, found 林*"]);
    }

    #[test]
    fn an_id_number_that_differs_is_high_and_shown_masked() {
        let mut statement = held_by("林小满");
        statement.holder.id_number =
            Some(crate::checks::test_support::at_line(Sensitive::new("440101********123X".into()), 81));
        let case = Case::of(&[&[statement]]).declared(|declared| {
            declared.id_number = Some(Sensitive::new("440101199001011231".into()));
        });
        case.expect(CHECK, &["fail high, line 81: expected 4****************1, found 4****************X"]);
    }

    #[test]
    fn passes_on_masked_spaced_and_dotted_forms_of_one_name() {
        let case = Case::of(&[&[held_by("阿依古丽·买买提")], &[held_by("阿依古丽 买买提")], &[held_by("阿**")]]);
        case.expect(CHECK, &["pass"]);
    }

    #[test]
    fn passes_on_a_wechat_nickname() {
        let mut statement = wallet("wechat", "2026-03-01 -5.00");
        statement.holder = held_by("夏天的风").holder;
        Case::of(&[&[held_by("林小满")], &[held_by("林小满")], &[statement]]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_to_a_single_name_and_does_not_run_without_any() {
        Case::of(&[&[held_by("林小满")]]).expect(CHECK, &["not_applicable"]);
        let case = Case::of(&[&[wallet("wechat", "2026-03-01 -5.00")]]).declared(|declared| {
            declared.name = Some(Sensitive::new("林小满".into()));
        });
        case.expect(CHECK, &["not_run"]);
    }
}
