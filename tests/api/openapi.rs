use std::path::Path;

use xinge::api;

/// `docs/openapi.json` is what the code says; `BLESS=1` writes it.
#[test]
fn the_description_is_the_one_in_docs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    let mut described = api::openapi().to_pretty_json().unwrap();
    described.push('\n');
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &described).unwrap();
    }
    let held = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(held == described, "docs/openapi.json differs from the code: BLESS=1 cargo test writes it");
}

#[test]
fn every_refusal_is_a_problem_and_every_operation_is_explained() {
    let described = serde_json::to_value(api::openapi()).unwrap();
    for (path, operations) in described["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path} has no summary");
            assert!(operation["tags"][0].is_string(), "{method} {path} has no tag");
            for (status, response) in operation["responses"].as_object().unwrap() {
                let is_refusal = path.starts_with("/v1/") && !status.starts_with('2');
                let is_problem = response["content"]["application/problem+json"].is_object();
                assert_eq!(is_refusal, is_problem, "{method} {path} {status}");
            }
        }
    }
}
