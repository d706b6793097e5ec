//! The table of `docs/CHECKS.md`: what is found, what is missed, what is raised in vain.

use std::fmt::Write as _;
use std::path::Path;

use super::{Met, all, awkward, drawn};

const BEGIN: &str = "<!-- forgeries: written by `BLESS=1 cargo test forgeries`, do not edit -->\n";
const END: &str = "<!-- end of forgeries -->\n";

fn text() -> String {
    let mut out = String::from(BEGIN);
    for (breaks, heading) in
        [(true, "Forgeries that break arithmetic 破坏勾稽"), (false, "Forgeries that do not 不破坏勾稽")]
    {
        let of_kind: Vec<&Met> = all().iter().filter(|met| met.forgery.breaks_arithmetic == breaks).collect();
        let found = of_kind.iter().filter(|met| !met.found_by.is_empty()).count();
        write!(out, "\n### {heading}: {found} of {} found\n\n", of_kind.len()).unwrap();
        out.push_str("| what was done | found by, high or above and at the place | also said |\n| --- | --- | --- |\n");
        for met in of_kind {
            let found = if met.found_by.is_empty() { "**missed**".to_owned() } else { codes(&met.found_by) };
            let beside: Vec<String> =
                met.beside.iter().map(|(check, severity)| format!("{check} ({})", severity.as_str())).collect();
            writeln!(out, "| {} {} | {found} | {} |", met.forgery.zh, met.forgery.en, beside.join(", ")).unwrap();
        }
    }
    let drawn = drawn::all();
    write!(
        out,
        "\n### The same on {} drawn lives 随机生成的申请人\n\nEvery way of earning, another bank each, each forgery at a place drawn by the seed; the \
         printed paper is perfect, so that nothing but its figures can tell (`FORGED=20 cargo test forgeries::drawn` tries more lives).\n\n",
        drawn.lives
    )
    .unwrap();
    out.push_str("| what was done | breaks arithmetic | found | of |\n| --- | --- | --- | --- |\n");
    for (what, breaks, found, tried) in &drawn.kinds {
        writeln!(out, "| {what} | {} | {found} | {tried} |", if *breaks { "yes" } else { "no" }).unwrap();
    }
    let awkward = awkward::all();
    let high = |raised: &[(String, model::finding::Severity)]| {
        raised.iter().any(|(_, one)| *one >= model::finding::Severity::High)
    };
    let alarms = awkward.iter().filter(|(_, raised)| high(raised)).count();
    write!(out, "\n### Clean but awkward 无辜的改动: {alarms} of {} raise something high\n\n", awkward.len()).unwrap();
    out.push_str("| what was done | said |\n| --- | --- |\n");
    for (name, raised) in awkward {
        let said: Vec<String> = raised.iter().map(|(check, one)| format!("{check} ({})", one.as_str())).collect();
        writeln!(out, "| {name} | {} |", said.join(", ")).unwrap();
    }
    out.push('\n');
    out.push_str(END);
    out
}

fn codes(checks: &[String]) -> String {
    checks.iter().map(|check| format!("`{check}`")).collect::<Vec<_>>().join(", ")
}

#[test]
fn the_page_shows_what_is_found() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/CHECKS.md");
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    let now = text();
    let (before, after) = match (page.find(BEGIN), page.find(END)) {
        (Some(begin), Some(end)) => (&page[..begin], &page[end + END.len()..]),
        _ => (page.as_str(), ""),
    };
    let expected = format!("{before}{now}{after}");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, expected).unwrap();
    } else {
        assert!(page == expected, "docs/CHECKS.md: BLESS=1 cargo test forgeries rewrites it; read the difference");
    }
}
