//! T02: what an earlier saving of the file shows must be what it shows now.
//!
//! A PDF may be changed by appending to it, and what was there before can then be recovered. Notes, form fields, data
//! about the file and signatures are appended too and draw nothing on the page: they are no change.

use model::finding::Severity;
use model::forensics::Change;

use super::file::{Figure, File, OnFile, each_file, has_digit, or_nothing};
use super::verdict::{Failure, Verdict};
use super::{Check, View, place};

pub const CHECK: Check = Check { code: "earlier_revision_agrees", severity: Severity::Critical, run };

fn run(view: &View<'_>) -> Verdict {
    each_file(
        view,
        ("文件历次保存的内容一致", "earlier savings of the file show the same"),
        ("没有保留保存记录的文件", "no file keeps its earlier savings"),
        judge,
    )
}

fn judge(file: File<'_>) -> OnFile {
    let traces = file.traces();
    let (changes, more) = (&traces.changes, traces.changes_more);
    if changes.is_empty() && traces.pages_added.is_empty() && traces.pages_removed == 0 {
        return if traces.revisions > 0 { OnFile::Holds } else { OnFile::Silent };
    }
    let weighed: Vec<(Severity, &Change)> = changes.iter().map(|change| (weigh(&file, change), change)).collect();
    let mut failures = Vec::new();
    if let Some(&worst) = weighed.iter().map(|(severity, _)| severity).max() {
        let mut shown: Vec<&Change> =
            weighed.iter().filter(|(one, _)| *one == worst).map(|(_, change)| *change).collect();
        shown.sort_by_key(|change| change.before.is_none());
        failures.extend(shown.first().map(|first| changed(&file, worst, first, &shown, more)));
    }
    if !traces.pages_added.is_empty() || traces.pages_removed > 0 {
        failures.push(pages(&file));
    }
    OnFile::Fails(failures)
}

/// An edited figure or date is what a genuine file cannot have. What was only added may be the issuer's page number or
/// stamp, unless it stands in the table.
fn weigh(file: &File<'_>, change: &Change) -> Severity {
    let figures = [&change.before, &change.after].into_iter().flatten().any(|text| has_digit(text));
    match (file.figure_at(&change.source), change.before.is_some(), figures) {
        (Some(_), true, true) | (Some(Figure::Money | Figure::Row), false, true) | (Some(Figure::Head), ..) => {
            Severity::Critical
        }
        (Some(_), ..) | (None, true, true) => Severity::High,
        (None, true, false) => Severity::Medium,
        (None, false, _) => Severity::Low,
    }
}

fn changed(file: &File<'_>, severity: Severity, first: &Change, shown: &[&Change], more: u32) -> Failure {
    let number = file.number();
    let (before, after) = (or_nothing(first.before.as_ref()), or_nothing(first.after.as_ref()));
    let count = shown.len() + usize::try_from(more).unwrap_or(usize::MAX);
    Failure {
        severity: Some(severity),
        zh: format!(
            "第 {number} 份材料保存后又被改过：{}原为“{before}”，现为“{after}”，共 {count} 处",
            place::zh(&first.source)
        ),
        en: format!(
            "document {number} was changed after it was first saved: {} had \"{before}\", now \"{after}\"; {count} place(s)",
            place::en(&first.source)
        ),
        expected: Some(before),
        found: Some(after),
        evidence: file.evidence(shown.iter().map(|change| &change.source)),
    }
}

fn pages(file: &File<'_>) -> Failure {
    let (number, traces) = (file.number(), file.traces());
    let (added, removed) = (traces.pages_added.len(), traces.pages_removed);
    Failure {
        severity: Some(Severity::Medium),
        zh: format!("第 {number} 份材料首次保存之后加入了 {added} 页，删去了 {removed} 页"),
        en: format!("document {number}: {added} page(s) were added and {removed} removed after it was first saved"),
        expected: None,
        found: None,
        evidence: file.whole(),
    }
}

#[cfg(test)]
mod tests {
    use model::Source;
    use model::forensics::Traces;

    use super::*;
    use crate::checks::test_support::{Case, bank_on_page, on_row};

    fn edited(source: Source, before: Option<&str>, after: Option<&str>) -> Traces {
        let change = Change { source, before: before.map(Into::into), after: after.map(Into::into) };
        Traces { revisions: 2, changes: vec![change], ..Traces::default() }
    }

    #[test]
    fn fails_where_an_amount_was_another() {
        let case = Case::of(&[&[bank_on_page("2026-03-01 +800.00 900.00\n2026-03-02 +9.00 909.00")]]);
        let traces = edited(on_row(2), Some("300.00"), Some("800.00"));
        case.traced(traces).expect(CHECK, &["fail critical, page 1: expected 300.00, found 800.00"]);
    }

    #[test]
    fn a_row_written_in_afterwards_is_an_edit_too() {
        let case = Case::of(&[&[bank_on_page("2026-03-01 +800.00 900.00")]]);
        case.traced(edited(on_row(1), None, Some("800.00")))
            .expect(CHECK, &["fail critical, page 1: expected -, found 800.00"]);
    }

    #[test]
    fn passes_on_notes_and_signatures_and_makes_little_of_a_stamp() {
        let case = Case::of(&[&[bank_on_page("2026-03-01 +800.00 900.00")]]);
        case.traced(Traces { revisions: 3, ..Traces::default() }).expect(CHECK, &["pass"]);
        let case = Case::of(&[&[bank_on_page("2026-03-01 +800.00 900.00")]]);
        case.traced(edited(on_row(30), None, Some("1/1"))).expect(CHECK, &["fail low, page 1: expected -, found 1/1"]);
    }

    #[test]
    fn a_spreadsheet_has_no_savings() {
        Case::of(&[&[bank_on_page("2026-03-01 +1.00")]]).expect(CHECK, &["not_applicable"]);
    }
}
