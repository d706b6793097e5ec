//! Whole applicants: each folder of `samples/` gives what its `expected.json` says, byte for byte and twice, and agrees
//! with its `truth.json`, which the generator wrote from the life it played and not from any parser.
//! `BLESS=1 cargo test applicants` rewrites the expected files.

use std::path::{Path, PathBuf};

use model::Money;
use model::declaration::Declaration;
use serde_json::{Map, Value};
use xinge::pipeline::{self, Extracted, Policy, Reader};
use xinge::wire::assessment::{Assessed, AssessmentOut, ledger_categories};

fn applicants() -> Vec<PathBuf> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(samples).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.join("declared.json").exists());
    folders.sort();
    folders
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The documents in the order of their names, as `xinge assess FOLDER` reads them.
fn documents(folder: &Path) -> Vec<Extracted> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_none_or(|extension| extension != "json"));
    paths.sort();
    let extract = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        pipeline::extract(&name, &std::fs::read(path).unwrap(), &[], &Reader::default())
    };
    paths.iter().flat_map(extract).collect()
}

/// What `xinge assess --format json` says, the rows of the documents left out: the golden files of the layouts hold those.
fn assess(folder: &Path, documents: &[Extracted]) -> Value {
    let declaration: Declaration = serde_json::from_value(json(&folder.join("declared.json"))).unwrap();
    let as_of = json(&folder.join("truth.json"))["as_of"].as_str().unwrap().parse().unwrap();
    let assessment = pipeline::assess(documents, &declaration, &Policy::standard().unwrap(), as_of).unwrap();
    let assessed = Assessed {
        ledger: &assessment.ledger,
        features: &assessment.features,
        findings: &assessment.findings,
        profile: &assessment.profile,
        decision: &assessment.decision,
    };
    let categories = ledger_categories(&assessment.ledger);
    let mut out = serde_json::to_value(AssessmentOut::new(documents, assessed, as_of, &categories)).unwrap();
    for document in out["documents"].as_array_mut().unwrap() {
        for statement in document["statements"].as_array_mut().unwrap() {
            let rows = statement["transactions"].as_array().unwrap().len();
            statement["transactions"] = Value::from(rows);
        }
    }
    // How many pairs each rule made; the pairs themselves would be longer than the papers.
    let mut pairings = std::collections::BTreeMap::<String, u64>::new();
    for pairing in out["ledger"]["pairings"].as_array().unwrap() {
        let [kind, rule] = ["kind", "rule"].map(|key| pairing[key].as_str().unwrap());
        *pairings.entry(format!("{kind} by {rule}")).or_default() += 1;
    }
    out["ledger"]["pairings"] = serde_json::to_value(pairings).unwrap();
    for recurring in out["ledger"]["recurring"].as_array_mut().unwrap() {
        let rows = recurring["rows"].as_array().unwrap().len();
        recurring["rows"] = Value::from(rows);
    }
    for feature in out["features"].as_object_mut().unwrap().values_mut() {
        let rows = feature["rows"].as_array().unwrap().len();
        feature["rows"] = Value::from(rows);
    }
    out
}

#[test]
fn each_gives_what_is_expected_and_the_same_bytes_again() {
    let bless = std::env::var_os("BLESS").is_some();
    let applicants = applicants();
    assert!(applicants.len() >= 3);
    let mut wrong = Vec::new();
    for folder in applicants {
        let printed = || format!("{}\n", serde_json::to_string_pretty(&assess(&folder, &documents(&folder))).unwrap());
        let first = printed();
        assert_eq!(first, printed(), "{} does not repeat", folder.display());
        let expected = folder.join("expected.json");
        if bless {
            std::fs::write(&expected, &first).unwrap();
        } else if std::fs::read_to_string(&expected).ok().as_deref() != Some(first.as_str()) {
            wrong.push(folder);
        }
    }
    assert!(wrong.is_empty(), "not as expected (BLESS=1 rewrites, then read the diff): {wrong:#?}");
}

fn money(value: &Value) -> Money {
    value.as_str().unwrap().parse().unwrap()
}

/// Each document's rows, sums, balances, holder and period are those of the life behind it, and are proven.
#[test]
fn every_document_says_what_was_put_into_it() {
    for folder in applicants() {
        let truth = json(&folder.join("truth.json"));
        let read = documents(&folder);
        for expected in truth["documents"].as_array().unwrap() {
            let file = expected["file"].as_str().unwrap();
            let document = read.iter().find(|document| document.name == file).unwrap_or_else(|| panic!("{file}"));
            let parsed = &document.outcome.as_ref().unwrap_or_else(|failure| panic!("{file}: {failure:?}")).parsed;
            let [statement] = parsed.statements.as_slice() else { panic!("{file}: one statement was expected") };
            assert!(statement.proof.status.is_proof(), "{file}: {:?}", statement.proof);
            assert_eq!(statement.transactions.len() as u64, expected["rows"].as_u64().unwrap(), "{file}");
            for (flow, key) in [(model::statement::Flow::In, "in"), (model::statement::Flow::Out, "out")] {
                // A row of nothing (interest tax, printed as +0.00) is neither.
                let rows = statement.transactions.iter().filter(|t| t.flow == flow && !t.amount.is_zero());
                let sum: Money = rows.clone().map(|t| t.amount.abs()).sum();
                assert_eq!(sum, money(&expected[key]["sum"]), "{file}: {key}");
                assert_eq!(rows.count() as u64, expected[key]["rows"].as_u64().unwrap(), "{file}: {key}");
            }
            for (key, balance) in [("opening", &statement.opening_balance), ("closing", &statement.closing_balance)] {
                if let Some(told) = expected[key].as_str() {
                    assert_eq!(balance.as_ref().map(|b| b.value.to_string()).as_deref(), Some(told), "{file}: {key}");
                }
            }
            if let Some(holder) = expected["holder"].as_str() {
                let name = statement.holder.name.as_ref().map(|name| name.value.reveal().as_str());
                assert_eq!(name, Some(holder), "{file}");
            }
            if let Some(from) = expected["period"]["from"].as_str() {
                let period = statement.period.as_ref().map(|p| p.value.from.to_string());
                assert_eq!(period.as_deref(), Some(from), "{file}");
            }
        }
    }
}

/// The mean of the last six months of the truth, to the fen.
fn six_month_mean(months: &Map<String, Value>, key: &str) -> Money {
    let mut names: Vec<&String> = months.keys().collect();
    names.sort();
    let sum: Money = names.iter().rev().take(6).map(|month| money(&months[*month][key])).sum();
    Money::from_decimal(sum.to_decimal() / rust_decimal::Decimal::from(6)).unwrap()
}

/// Income is that of the life behind the papers, whichever papers show it.
#[test]
fn income_is_what_was_earned() {
    for folder in applicants() {
        let truth = json(&folder.join("truth.json"));
        let months = truth["months"].as_object().unwrap();
        let out = assess(&folder, &documents(&folder));
        for (feature, key) in [
            ("income.salary_monthly_avg", "salary"),
            ("income.gig_income_avg", "platform"),
            ("income.merchant_receipts_avg", "merchant_receipts"),
        ] {
            let expected = six_month_mean(months, key);
            let found = out["features"][feature]["value"].as_str();
            assert_eq!(found, Some(expected.to_string().as_str()), "{}: {feature}", folder.display());
        }
    }
}
