use serde_json::{Value, json};

use crate::support::{Form, TestService, Wanted, papers};

fn families(test: &TestService, application: &str) -> Vec<(String, bool)> {
    let list = test.found(&format!("/v1/applications/{application}/consents"));
    let items = list["items"].as_array().unwrap().iter();
    items.map(|one| (one["family"].as_str().unwrap().to_owned(), one["revoked_at"].is_null())).collect()
}

#[test]
fn consents_come_with_the_application_and_have_versions() {
    let test = TestService::new();
    let consents = json!([{"family": "bank", "version": "2026-01"}, {"family": "wallet", "version": "2026-01"}]);
    let made = test.client.post_json("/v1/applications", &json!({"consents": consents}));
    assert_eq!(made.status, 201, "{made:?}");
    let application = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(families(&test, &application), [("bank".to_owned(), true), ("wallet".to_owned(), true)]);

    let path = format!("/v1/applications/{application}/consents/bank");
    let put = |version: &str| {
        let body = json!({"version": version}).to_string();
        test.client.send("PUT", &path, &[("content-type", "application/json")], body.as_bytes())
    };
    assert_eq!(put("2026-01").json()["items"].as_array().unwrap().len(), 2, "the same again changes nothing");
    let newer = put("2026-02").json();
    assert_eq!(newer["items"].as_array().unwrap().len(), 3);
    assert!(newer["items"][0]["revoked_at"].is_string() && newer["items"][2]["revoked_at"].is_null(), "{newer}");

    for consents in [
        json!([{"family": "bank", "version": "1"}, {"family": "bank", "version": "2"}]),
        json!([{"family": "everything", "version": "1"}]),
        json!([{"family": "bank", "version": " "}]),
    ] {
        let refused = test.client.post_json("/v1/applications", &json!({"consents": consents}));
        assert_eq!((refused.status, refused.code().as_str()), (400, "invalid_request"), "{consents}");
    }
    assert_eq!(put("").status, 400);
}

#[test]
fn what_is_taken_back_is_left_out_of_the_assessment() {
    let test = TestService::new();
    let application = test.application();
    let wallet = test.filed(&application, "a.csv", &papers::alipay(1));
    test.run_jobs();
    let assessed = || test.found(&format!("/v1/applications/{application}/findings"))["documents"].clone();
    assert_eq!(assessed(), json!([wallet["id"]]));

    let path = format!("/v1/applications/{application}/consents/wallet");
    let json_body = [("content-type", "application/json")];
    test.client.send("PUT", &path, &json_body, br#"{"version":"1"}"#);
    test.run_jobs();
    assert_eq!(assessed(), json!([wallet["id"]]));

    assert_eq!(test.client.send("DELETE", &path, &[], b"").status, 200);
    assert_eq!(test.found(&format!("/v1/applications/{application}"))["state"], "processing");
    test.run_jobs();
    assert_eq!(assessed(), json!([]));

    test.client.send("PUT", &path, &json_body, br#"{"version":"2"}"#);
    test.run_jobs();
    assert_eq!(assessed(), json!([wallet["id"]]));
    let lines = test.found("/v1/audit-log");
    let actions: Vec<&Value> = lines["items"].as_array().unwrap().iter().map(|line| &line["action"]).collect();
    assert_eq!(actions, ["consent_granted", "consent_revoked", "consent_granted"]);
}

#[test]
fn a_service_that_asks_for_consents_takes_no_file_without_one() {
    let test = TestService::with(Wanted { consents_required: true, ..Default::default() });
    let application = test.application();
    let refused = test.upload(&application, Form::default().file("a.csv", &papers::alipay(1)));
    assert_eq!((refused.status, refused.code().as_str()), (409, "consent_required"));
    let path = format!("/v1/applications/{application}/consents/bank");
    test.client.send("PUT", &path, &[("content-type", "application/json")], br#"{"version":"1"}"#);
    test.filed(&application, "a.csv", &papers::alipay(1));
    test.run_jobs();
    // It turned out to be of a family that nobody allowed.
    assert_eq!(test.found(&format!("/v1/applications/{application}/findings"))["documents"], json!([]));
}
