use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::{Form, TestService, papers};

const PASSWORD: &str = "Geheim-4711-passwort";

#[test]
fn a_locked_file_with_its_password_is_read_before_it_is_answered_for() {
    let test = TestService::new();
    let application = test.application();
    let archive = papers::zip(&[("alipay.csv", &papers::alipay(1))], Some(PASSWORD));
    let form = Form::default().file("papers.zip", &archive).text("password", "wrong").text("password", PASSWORD);
    let answer = test.upload(&application, form);
    assert_eq!(answer.status, 202, "{answer:?}");
    let archive = answer.json();
    assert_eq!(archive["state"], "parsed", "{archive}");
    let document = archive["entries"][0]["document_id"].as_str().unwrap();
    assert_eq!(test.found(&format!("/v1/documents/{document}"))["state"], "parsed");
    // The assessment only.
    assert_eq!(test.run_jobs(), 1);
    assert_nowhere(&test.folder, PASSWORD.as_bytes());
}

#[test]
fn a_locked_file_is_kept_and_opened_later() {
    let test = TestService::new();
    let application = test.application();
    let filed = test.filed(&application, "locked.pdf", &papers::locked_pdf(PASSWORD));
    test.run_jobs();
    let path = format!("/v1/documents/{}", filed["id"].as_str().unwrap());
    assert_eq!(test.found(&path)["error"]["code"], "password_required");

    let wrong = test.client.post_json(&format!("{path}/password"), &json!({"password": "wrong"}));
    assert_eq!((wrong.status, wrong.json()["error"]["code"].as_str()), (200, Some("wrong_password")), "{wrong:?}");

    let right = test.client.post_json(&format!("{path}/password"), &json!({"passwords": ["no", PASSWORD]}));
    let code = right.json()["error"]["code"].clone();
    // It opens; what is in it is no statement.
    assert!(code == "empty" || code == "not_a_statement", "{right:?}");
    test.run_jobs();
    assert_nowhere(&test.folder, PASSWORD.as_bytes());
}

#[test]
fn a_locked_archive_is_opened_later() {
    let test = TestService::new();
    let application = test.application();
    let archive = papers::zip(&[("alipay.csv", &papers::alipay(1))], Some(PASSWORD));
    let filed = test.filed(&application, "papers.zip", &archive);
    test.run_jobs();
    let path = format!("/v1/documents/{}", filed["id"].as_str().unwrap());
    let locked = test.found(&path);
    let opened = test.client.post_json(&format!("{path}/password"), &json!({"password": PASSWORD})).json();
    assert_eq!(opened["state"], "parsed", "{locked} then {opened}");
    let document = opened["entries"][0]["document_id"].as_str().unwrap();
    assert_eq!(test.found(&format!("/v1/documents/{document}"))["state"], "parsed");
    test.run_jobs();
    let statements = test.found(&format!("/v1/applications/{application}/statements"));
    let read = statements["items"].as_array().unwrap().iter().filter(|item| item.get("statements").is_some());
    assert_eq!(read.count(), 1, "{statements}");
}

#[test]
fn uploading_a_locked_file_again_with_its_password_opens_it() {
    let test = TestService::new();
    let application = test.application();
    let archive = papers::zip(&[("alipay.csv", &papers::alipay(1))], Some(PASSWORD));
    let first = test.filed(&application, "papers.zip", &archive);
    test.run_jobs();
    let form = Form::default().file("papers.zip", &archive).text("password", PASSWORD);
    let second = test.upload(&application, form).json();
    assert_eq!(second["id"], first["id"]);
    assert_eq!(second["state"], "parsed", "{second}");
    test.run_jobs();
}

#[test]
fn the_password_may_overtake_the_job() {
    let test = TestService::new();
    let application = test.application();
    let archive = papers::zip(&[("alipay.csv", &papers::alipay(1))], Some(PASSWORD));
    let filed = test.filed(&application, "papers.zip", &archive);
    let path = format!("/v1/documents/{}", filed["id"].as_str().unwrap());
    assert_eq!(test.found(&path)["state"], "received");
    test.client.post_json(&format!("{path}/password"), &json!({"password": PASSWORD}));
    test.run_jobs();
    assert_eq!(test.found(&path)["state"], "parsed");
}

#[test]
fn a_wrong_later_password_takes_nothing_back() {
    let test = TestService::new();
    let application = test.application();
    let archive = papers::zip(&[("alipay.csv", &papers::alipay(1))], Some(PASSWORD));
    let form = Form::default().file("papers.zip", &archive).text("password", PASSWORD);
    let opened = test.upload(&application, form).json();
    let path = format!("/v1/documents/{}", opened["id"].as_str().unwrap());
    let after = test.client.post_json(&format!("{path}/password"), &json!({"password": "wrong"})).json();
    assert_eq!(after, opened);
    let document = opened["entries"][0]["document_id"].as_str().unwrap();
    assert_eq!(test.found(&format!("/v1/documents/{document}"))["state"], "parsed");
    test.run_jobs();
}

#[test]
fn passwords_are_bounded() {
    let test = TestService::new();
    let application = test.application();
    let filed = test.filed(&application, "a.csv", &papers::alipay(1));
    test.run_jobs();
    let path = format!("/v1/documents/{}/password", filed["id"].as_str().unwrap());
    for body in [json!({}), json!({"password": "x".repeat(257)}), json!({"passwords": vec!["x"; 11]})] {
        let answer = test.client.post_json(&path, &body);
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_request"), "{body}");
    }
}

/// Looks through every file of the service: database, journal, blobs.
fn assert_nowhere(folder: &Path, needle: &[u8]) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_nowhere(&path, needle);
        } else {
            let bytes = fs::read(&path).unwrap();
            let found = bytes.windows(needle.len()).any(|window| window == needle);
            assert!(!found, "the password stands in {}", path.display());
        }
    }
}
