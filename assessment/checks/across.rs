//! From the registry's sightings to a check's verdict, for the checks across applicants (W01 to W07).

use model::finding::{Evidence, Severity};

use super::View;
use super::employers::{is_internal, of_salaries};
use super::registry::{Across, Fingerprint, Kind, Person, Place, Sighting};
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict};

/// This application's fingerprints of one kind, each with its sightings under other persons.
pub fn matches<'a>(view: &View<'a>, across: &Across<'a>, kind: Kind) -> Vec<(Fingerprint, Vec<&'a Sighting>)> {
    let person = across.person();
    let registry = across.registry;
    fingerprints(view, across, &[kind])
        .into_iter()
        .map(|one| {
            let others = registry.sightings(&one).filter(|sighting| !sighting.person.is(&person)).collect();
            (one, others)
        })
        .collect()
}

/// What of this application is compared with others', and remembered for them.
pub fn fingerprints(view: &View<'_>, across: &Across<'_>, kinds: &[Kind]) -> Vec<Fingerprint> {
    let payers: Vec<String> = if kinds.contains(&Kind::Payer) {
        of_salaries(view).into_iter().map(|payer| payer.name).filter(|name| !is_internal(name)).collect()
    } else {
        Vec::new()
    };
    across.fingerprints(view.documents, &payers, kinds)
}

pub fn not_run() -> Verdict {
    Verdict::NotRun(Summary::new(
        "没有配置历史申请的指纹库或其密钥（registry.key）",
        "no registry of earlier applicants, or no key for it (registry.key), is configured",
    ))
}

/// Where the fingerprint was taken.
pub fn evidence(view: &View<'_>, one: &Fingerprint) -> Option<Evidence> {
    let document = one.document?;
    let shown = usize::try_from(document).ok().and_then(|index| view.documents.get(index))?;
    let statement = |number: u32| usize::try_from(number).ok().and_then(|index| shown.statements.get(index));
    let source = match &one.place {
        None => None,
        Some(Place::Row { statement: number, seq }) => {
            statement(*number)?.transactions.iter().find(|row| row.seq == *seq).map(|row| row.source.clone())
        }
        Some(Place::Account { statement: number }) => {
            statement(*number)?.account.as_ref().map(|account| account.source.clone())
        }
        Some(Place::Fact { statement: number, name }) => {
            statement(*number)?.fields.get(name.as_str()).map(|field| field.source.clone())
        }
    };
    Some(Evidence { document, source })
}

/// One failure for all that is shared, or the pass and the not_applicable.
pub fn judge(
    view: &View<'_>,
    matches: &[(Fingerprint, Vec<&Sighting>)],
    severity: Option<Severity>,
    what: (&str, &str),
) -> Verdict {
    if matches.is_empty() {
        return Verdict::NotApplicable(Summary::new(
            format!("材料中没有可比对的{}", what.0),
            format!("no document has {} to compare", what.1),
        ));
    }
    let shared: Vec<&(Fingerprint, Vec<&Sighting>)> = matches.iter().filter(|(_, others)| !others.is_empty()).collect();
    let persons: std::collections::BTreeSet<&Person> =
        shared.iter().flat_map(|(_, others)| others.iter().map(|sighting| &sighting.person)).collect();
    let Some(latest) = shared.iter().flat_map(|(_, others)| others.iter().map(|sighting| sighting.on)).max() else {
        return Verdict::Passes(Summary::new(
            format!("{} 处{}没有出现在其他申请人的材料中", matches.len(), what.0),
            format!("{} of {} compared; none is known from another applicant", matches.len(), what.1),
        ));
    };
    let mut evidence: Vec<Evidence> = Vec::new();
    for one in shared.iter().filter_map(|(one, _)| self::evidence(view, one)) {
        if evidence.len() < EVIDENCE_MAX && !evidence.contains(&one) {
            evidence.push(one);
        }
    }
    Verdict::Fails(vec![Failure {
        severity,
        zh: format!(
            "{}（{} 处）曾由另外 {} 位申请人提交，最近一次 {latest}；家人共用同一账户的请说明",
            what.0,
            shared.len(),
            persons.len()
        ),
        en: format!(
            "{} ({} place(s)) came from {} other applicant(s) before, last on {latest}; a family sharing one account would explain it",
            what.1,
            shared.len(),
            persons.len()
        ),
        expected: Some("0 other applicants".into()),
        found: Some(persons.len().to_string().into()),
        evidence,
    }])
}
