//! W05: one device must not send the papers of many persons.
//!
//! Three persons within thirty days are asked about, three within a day are strong. Innocent: a shop that helps its
//! customers, a family with one phone.

use std::collections::BTreeSet;

use model::dates::days_between;
use model::finding::Severity;

use super::across::{matches, not_run};
use super::registry::Kind;
use super::verdict::{Failure, Summary, Verdict};
use super::{Check, View};

pub const CHECK: Check = Check { code: "device_unshared", severity: Severity::Medium, run };

/// Persons, this applicant among them, and the days they come within (catalogue W05).
const PERSONS_MAX: usize = 3;
const DAYS: i64 = 30;
const DAYS_OF_A_BURST: i64 = 1;

fn run(view: &View<'_>) -> Verdict {
    let Some(across) = view.across else { return not_run() };
    if across.device.is_none() {
        return Verdict::NotRun(Summary::new("不知道提交材料的设备", "the sending device is not known"));
    }
    let found = matches(view, across, Kind::Device);
    let within = |days: i64| -> usize {
        let near = found
            .iter()
            .flat_map(|(_, others)| others)
            .filter(|sighting| (0..=days).contains(&days_between(sighting.on, view.as_of)));
        near.map(|sighting| &sighting.person).collect::<BTreeSet<_>>().len() + 1
    };
    let (burst, month) = (within(DAYS_OF_A_BURST), within(DAYS));
    if month < PERSONS_MAX {
        return Verdict::Passes(Summary::new(
            "同一设备没有集中提交多人材料",
            "the device has not sent many persons' papers",
        ));
    }
    Verdict::Fails(vec![Failure {
        severity: (burst >= PERSONS_MAX).then_some(Severity::High),
        zh: format!("同一设备 {DAYS} 天内提交了 {month} 人的材料；门店协助或家人共用请说明"),
        en: format!(
            "one device sent the papers of {month} persons within {DAYS} days; a shop's help or a family's phone would explain it"
        ),
        expected: Some(format!("< {PERSONS_MAX}").into()),
        found: Some(month.to_string().into()),
        evidence: Vec::new(),
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, remembering_device};

    #[test]
    fn fails_on_three_persons_and_worse_on_a_burst() {
        Case::of(&[])
            .across(remembering_device(&[("甲", "2026-06-10"), ("乙", "2026-06-20")]), "本人", &[])
            .expect(CHECK, &["fail medium: expected < 3, found 3"]);
        Case::of(&[])
            .across(remembering_device(&[("甲", "2026-06-30"), ("乙", "2026-06-29")]), "本人", &[])
            .expect(CHECK, &["fail high: expected < 3, found 3"]);
    }

    #[test]
    fn passes_on_a_couple_and_on_long_ago() {
        Case::of(&[]).across(remembering_device(&[("甲", "2026-06-20")]), "本人", &[]).expect(CHECK, &["pass"]);
        Case::of(&[])
            .across(remembering_device(&[("甲", "2026-01-10"), ("乙", "2026-01-20")]), "本人", &[])
            .expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_run_without_a_registry_or_a_device() {
        Case::of(&[]).expect(CHECK, &["not_run"]);
        let mut case = Case::of(&[]).across(remembering_device(&[]), "本人", &[]);
        case.device = None;
        case.expect(CHECK, &["not_run"]);
    }
}
