//! T09: a picture's own file must not tell of an editor, and the preview in it must be the picture's own.
//!
//! Programs that edit pictures sign what they save, and some leave the preview of what the picture was before. Most
//! pictures say nothing about themselves: messengers take it out. Places where one was taken are not looked at. Innocent:
//! a crop or a correction of light in an editor.

use std::sync::LazyLock;

use model::finding::Severity;
use serde::Deserialize;

use super::file::{File, OnFile, each_file, quoted};
use super::producer_known::holds;
use super::verdict::{Failure, Verdict};
use super::{Check, View};

pub const CHECK: Check = Check { code: "picture_unedited", severity: Severity::Medium, run };

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Programs {
    editors: Vec<String>,
}

/// The table is part of the program: a faulty one is our own bug, and every test of this check fails on it.
#[allow(clippy::expect_used)]
static PROGRAMS: LazyLock<Programs> =
    LazyLock::new(|| toml::from_str(include_str!("../tables/pictures.toml")).expect("pictures.toml"));

fn run(view: &View<'_>) -> Verdict {
    each_file(
        view,
        ("图片文件信息正常", "pictures tell of no editing"),
        ("没有图片材料", "no document is a picture"),
        judge,
    )
}

fn judge(file: File<'_>) -> OnFile {
    let Some(picture) = file.traces().picture.as_ref().filter(|_| !file.statements.is_empty()) else {
        return OnFile::Silent;
    };
    let mut failures = Vec::new();
    if let Some(correlation) = &picture.preview_differs {
        let words = ("内嵌的缩略图与图片不符", "keeps the preview of another picture");
        failures.push(failure(&file, Severity::Critical, words, correlation));
    }
    if let Some(software) = &picture.software
        && PROGRAMS.editors.iter().any(|editor| holds(software, editor))
    {
        let words = ("由修图软件保存过", "was saved by a program that edits pictures");
        failures.push(failure(&file, Severity::Medium, words, software));
    }
    if let Some((width, height)) = picture.stated_size {
        let same =
            |a: u32, b: u32| (a, b) == (picture.width, picture.height) || (b, a) == (picture.width, picture.height);
        if !same(width, height) && failures.is_empty() {
            let words = (
                "的尺寸与相机记录不符（裁剪或缩放过）",
                "is not of the size that its camera noted (cropped or scaled)",
            );
            failures.push(failure(&file, Severity::Low, words, &format!("{}x{}", picture.width, picture.height)));
        }
    }
    if failures.is_empty() { OnFile::Holds } else { OnFile::Fails(failures) }
}

fn failure(file: &File<'_>, severity: Severity, (zh, en): (&str, &str), found: &str) -> Failure {
    let (number, found) = (file.number(), quoted(found));
    Failure {
        severity: Some(severity),
        zh: format!("第 {number} 份材料{zh}：{found}；请提供原图或官方导出的文件"),
        en: format!("document {number} {en}: {found}; ask for the original, or the file as the issuer exports it"),
        expected: None,
        found: Some(found.into()),
        evidence: file.whole(),
    }
}

#[cfg(test)]
mod tests {
    use model::forensics::{Picture, Traces};

    use super::*;
    use crate::checks::test_support::{Case, bank_on_page};

    fn case(picture: Picture) -> Case {
        let traces = Traces { picture: Some(Picture { width: 1080, height: 2400, ..picture }), ..Traces::default() };
        Case::of(&[&[bank_on_page("2026-03-01 +1.00")]]).traced(traces)
    }

    #[test]
    fn fails_on_an_editor_and_worse_on_a_preview_of_another_picture() {
        let software = Some("Adobe Photoshop 25.0 (Windows)".into());
        case(Picture { software, ..Picture::default() })
            .expect(CHECK, &["fail medium, : expected -, found Adobe Photoshop 25.0 (Windows)"]);
        let preview_differs = Some("0.31".into());
        case(Picture { preview_differs, ..Picture::default() })
            .expect(CHECK, &["fail critical, : expected -, found 0.31"]);
        case(Picture { stated_size: Some((4032, 3024)), ..Picture::default() })
            .expect(CHECK, &["fail low, : expected -, found 1080x2400"]);
    }

    #[test]
    fn passes_on_a_telephones_own_picture_and_on_one_without_words() {
        let (camera, software) = (Some("Example Phone 9".into()), Some("HarmonyOS 5.0 Gallery".into()));
        case(Picture { camera, software, stated_size: Some((2400, 1080)), ..Picture::default() })
            .expect(CHECK, &["pass"]);
        case(Picture::default()).expect(CHECK, &["pass"]);
    }

    #[test]
    fn not_for_a_file_that_is_no_picture() {
        Case::of(&[&[bank_on_page("2026-03-01 +1.00")]]).expect(CHECK, &["not_applicable"]);
    }
}
