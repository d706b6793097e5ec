//! What is raised in vain on papers that nobody forged: every sample of every layout, each alone. `SURVEY=dir` adds the
//! files of a folder, and shows what was said.

use std::path::{Path, PathBuf};

use model::declaration::Declaration;
use model::finding::{Outcome, Severity};
use xinge::pipeline::{self, Policy, Reader};

/// Papers whose publisher put other figures or days in place of their own, or cut rows, and samples that show a fault on
/// purpose: what is raised on them is right. One that raises nothing any more is to be taken out.
const ALTERED: &[&str] = &[
    "abc/samples/2024.pdf",
    "abc/samples/converter.csv",
    "alipay/samples/app-2021.csv",
    "alipay/samples/app-2023.csv",
    "boc/samples/credit-2025-supplementary.pdf",
    "boc/samples/credit-2025.pdf",
    "bocom/samples/converter.csv",
    "ccb/samples/bank.xls",
    "cib/samples/mock.xlsx",
    // Its made-up day of issue is six years before its rows.
    "cmb/samples/2019.pdf",
    "cmb/samples/2024.pdf",
    "cmb/samples/bank.csv",
    "cmb/samples/converter.csv",
    "hsbc_hk/samples/debit.csv",
    "icbc/samples/credit.csv",
    "icbc/samples/debit-v1.csv",
    "standards/samples/betterplace-sepa_snippet.sta",
    // A day that does not exist.
    "standards/samples/invented-bank.qif",
    // A total that its entries do not make up.
    "standards/samples/invented-camt.054.001.04.xml",
    "standards/samples/jejik-ing.sta",
    "standards/samples/jejik-postfinance.sta",
    "standards/samples/self-provided-details_60-63.sta",
    "standards/samples/self-provided-whitespace.sta",
    "wechat/samples/2019.csv",
    "wechat/samples/2020.csv",
    "wechat/samples/2026.xlsx",
];

/// Below this share of papers may raise a finding of severity high or above (in percent).
const ALARMS_MAX_PERCENT: usize = 1;

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            files(&path, into);
        } else if !name.ends_with(".expected.json") && !name.ends_with(".toml") && !name.ends_with(".md") {
            into.push(path);
        }
    }
}

#[test]
fn samples_of_layouts_raise_nothing_high() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("parsers");
    let mut paths = Vec::new();
    for issuer in std::fs::read_dir(root).unwrap().filter_map(|entry| Some(entry.ok()?.path())) {
        files(&issuer.join("samples"), &mut paths);
    }
    let extra = std::env::var_os("SURVEY").map(PathBuf::from);
    if let Some(folder) = extra.as_deref() {
        files(folder, &mut paths);
    }
    paths.sort();
    let (mut read, mut alarms, mut unaltered) = (0, Vec::new(), Vec::new());
    for path in &paths {
        let bytes = std::fs::read(path).unwrap();
        let documents = pipeline::extract(&path.to_string_lossy(), &bytes, &["246810", "123456"], &Reader::default());
        if documents.iter().all(|one| one.outcome.is_err()) {
            continue;
        }
        read += 1;
        // Samples are of many years; the day of assessment is after them all.
        let as_of = "2026-12-31".parse().unwrap();
        let assessment =
            pipeline::assess(&documents, &Declaration::default(), &Policy::standard().unwrap(), as_of).unwrap();
        let failing = assessment.findings.iter().filter(|one| one.outcome == Outcome::Fail);
        let high: Vec<String> = failing
            .filter(|one| one.severity >= Severity::High)
            .map(|one| format!("{} {:?} {}", one.check, one.severity, one.message_en))
            .collect();
        let altered = ALTERED.iter().find(|one| path.to_string_lossy().ends_with(**one));
        if let Some(known) = altered {
            unaltered.extend(high.is_empty().then_some(*known));
        } else if !high.is_empty() {
            alarms.push(format!("{}: {}", path.display(), high.join("; ")));
        }
    }
    assert!(unaltered.is_empty(), "these raise nothing: {unaltered:#?}");
    if extra.is_some() {
        eprintln!("{} of {read} papers raise something high:\n{}", alarms.len(), alarms.join("\n"));
    }
    assert!(read > 200, "{read} papers are too few to show anything");
    assert!(alarms.len() * 100 <= ALARMS_MAX_PERCENT * read, "{} of {read}", alarms.len());
}
