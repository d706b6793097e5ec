//! docs/FEATURES.md lists every feature as the code has them. `BLESS=1 cargo test features` writes it anew.

use std::fmt::Write as _;
use std::path::Path;

use assessment::features::{FEATURES, REASONS};

fn written() -> String {
    let mut text = String::from(
        "# Features\n\nGenerated from the tables in `assessment/features/`; a test keeps it equal. Names are `group.name`; the first window has \
         the plain name, each other one is appended (`income.salary_monthly_avg_3m`). The source is the number in the dictionary of \
         cash-flow features that the policy is written against.\n\n\
         Windows: `6m` is six complete calendar months up to the latest that the papers show whole, `m0` that month (`m1` the one \
         before), `90d` days up to the last that is shown, `quarter` the latest period of interest, `all` whatever is shown. Units: `CNY` \
         is yuan with two digits, ratios have four, a flag is `true` or `false`. Each comes with its coverage, the grade of the papers \
         it rests on, and its rows; a figure that cannot be known is null with a reason.\n",
    );
    for (family, definitions) in FEATURES {
        let _ = write!(
            text,
            "\n## {family}\n\n| name | unit | windows | meaning | 含义 | source |\n| --- | --- | --- | --- | --- | --- |\n"
        );
        for definition in definitions {
            let windows: Vec<String> = definition.windows().collect();
            let meaning = definition.meaning_en.split_once(": ").map_or(definition.meaning_en, |(_, meaning)| meaning);
            let _ = writeln!(
                text,
                "| `{family}.{}` | {} | {} | {meaning} | {} | {} |",
                definition.name,
                definition.unit,
                windows.join(" "),
                definition.meaning_zh,
                definition.source()
            );
        }
    }
    text.push_str("\n## Why a figure is null\n\n| reason | says | 说明 |\n| --- | --- | --- |\n");
    for (word, zh, en) in REASONS {
        let _ = writeln!(text, "| `{word}` | {en} | {zh} |");
    }
    text
}

#[test]
fn the_list_of_features_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/FEATURES.md");
    let text = written();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let held = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(held == text, "docs/FEATURES.md differs from the code: run BLESS=1 cargo test features");
}
