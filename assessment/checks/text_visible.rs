//! T05: what is in the file must be seen on the page, and nothing may lie over a figure.
//!
//! Bold by drawing twice, pictures with transparent ground, watermarks and the text layer of a scan are no overlays; the
//! reader leaves them out, and what repeats all over the page is left out here.

use std::collections::HashMap;

use model::finding::Severity;
use model::forensics::{Overlay, OverlayKind};

use super::file::{File, OnFile, each_file, has_digit, is_money, or_nothing};
use super::verdict::{Failure, Verdict};
use super::{Check, View, place};

pub const CHECK: Check = Check { code: "text_visible", severity: Severity::Critical, run };

/// The same words over or under other words so often are a watermark.
const WATERMARK_MIN: usize = 3;

fn run(view: &View<'_>) -> Verdict {
    each_file(
        view,
        ("页面文字没有被遮盖或隐藏", "no text is covered or hidden"),
        ("没有带文字层的页面文件", "no file has pages with a text layer"),
        judge,
    )
}

fn judge(file: File<'_>) -> OnFile {
    let traces = file.traces();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for overlay in &traces.overlays {
        for text in [Some(&overlay.covered), overlay.shown.as_ref()].into_iter().flatten() {
            *uses.entry(text.as_str()).or_default() += 1;
        }
    }
    let is_watermark = |overlay: &Overlay| {
        let often = |text: &str| uses.get(text).is_some_and(|count| *count >= WATERMARK_MIN);
        overlay.kind == OverlayKind::TextOverText
            && (often(&overlay.covered) || overlay.shown.as_ref().is_some_and(|text| often(text)))
    };
    let overlays = traces.overlays.iter().filter(|overlay| !is_watermark(overlay));
    let weighed: Vec<(Severity, &Overlay)> = overlays.map(|overlay| (weigh(&file, overlay), overlay)).collect();
    let Some(&worst) = weighed.iter().map(|(severity, _)| severity).max() else {
        return if traces.revisions > 0 { OnFile::Holds } else { OnFile::Silent };
    };
    let mut shown: Vec<&Overlay> =
        weighed.iter().filter(|(one, _)| *one == worst).map(|(_, overlay)| *overlay).collect();
    // What was replaced tells most.
    shown.sort_by_key(|overlay| overlay.shown.is_none());
    let failure = shown.first().map(|first| covered(&file, worst, first, &shown));
    OnFile::Fails(failure.into_iter().collect())
}

fn weigh(file: &File<'_>, overlay: &Overlay) -> Severity {
    let figures = has_digit(&overlay.covered) || overlay.shown.as_ref().is_some_and(|text| has_digit(text));
    let at = file.figure_at(&overlay.source);
    let replaced = matches!(overlay.kind, OverlayKind::TextOverText) || overlay.shown.is_some();
    // A row whose amount is written over cannot be read, so that nothing is known to stand there.
    if overlay.shown.as_ref().is_some_and(|shown| is_money(shown)) && is_money(&overlay.covered) {
        return Severity::Critical;
    }
    match (overlay.kind, at.is_some(), figures) {
        (_, true, true) => Severity::Critical,
        // Another name, another counterparty.
        (_, true, false) if replaced => Severity::High,
        (OverlayKind::BoxOverText | OverlayKind::PictureOverText, false, true) if replaced => Severity::High,
        (OverlayKind::Hidden | OverlayKind::White, false, _) => Severity::Low,
        _ => Severity::Medium,
    }
}

fn covered(file: &File<'_>, severity: Severity, first: &Overlay, all: &[&Overlay]) -> Failure {
    let number = file.number();
    let (zh, en) = match first.kind {
        OverlayKind::BoxOverText => ("有文字被色块盖住", "text is covered by a filled box"),
        OverlayKind::PictureOverText => ("有文字被图片盖住", "text is covered by a picture"),
        OverlayKind::TextOverText => ("同一位置有两段不同的文字", "two different texts stand at one place"),
        OverlayKind::Hidden => ("有不显示的文字", "text is there that is not shown"),
        OverlayKind::White => ("有白底白字", "text is written white on white"),
    };
    let (under, over) = (or_nothing(Some(&first.covered)), or_nothing(first.shown.as_ref()));
    Failure {
        severity: Some(severity),
        zh: format!(
            "第 {number} 份材料{}{zh}：底下是“{under}”，看到的是“{over}”，共 {} 处",
            place::zh(&first.source),
            all.len()
        ),
        en: format!(
            "document {number} {}: {en}: \"{under}\" below, \"{over}\" seen; {} place(s)",
            place::en(&first.source),
            all.len()
        ),
        expected: Some(under),
        found: Some(over),
        evidence: file.evidence(all.iter().map(|overlay| &overlay.source)),
    }
}

#[cfg(test)]
mod tests {
    use model::forensics::Traces;

    use super::*;
    use crate::checks::test_support::{Case, bank_on_page, on_row};

    fn traces(overlays: &[(OverlayKind, u32, &str, Option<&str>)]) -> Traces {
        let overlay = |(kind, row, covered, shown): &(OverlayKind, u32, &str, Option<&str>)| Overlay {
            kind: *kind,
            source: on_row(*row),
            covered: (*covered).into(),
            shown: shown.map(Into::into),
        };
        Traces { revisions: 1, overlays: overlays.iter().map(overlay).collect(), ..Traces::default() }
    }

    fn case() -> Case {
        Case::of(&[&[bank_on_page("2026-03-01 +800.00 900.00\n2026-03-02 +9.00 909.00")]])
    }

    #[test]
    fn fails_on_a_figure_painted_over() {
        let case = case().traced(traces(&[(OverlayKind::BoxOverText, 2, "9.00", Some("9,009.00"))]));
        case.expect(CHECK, &["fail critical, page 1: expected 9.00, found 9,009.00"]);
    }

    #[test]
    fn passes_on_a_watermark_of_words_and_on_clean_pages() {
        let mark = |row| (OverlayKind::TextOverText, row, "20260301", Some("800.00"));
        case().traced(traces(&[mark(1), mark(2), mark(3)])).expect(CHECK, &["pass"]);
        case().traced(traces(&[])).expect(CHECK, &["pass"]);
    }

    #[test]
    fn hidden_words_beside_the_table_are_a_note() {
        let case = case().traced(traces(&[(OverlayKind::Hidden, 40, "trace 12", None)]));
        case.expect(CHECK, &["fail low, page 1: expected trace 12, found -"]);
    }

    #[test]
    fn not_for_a_sheet() {
        case().expect(CHECK, &["not_applicable"]);
    }
}
