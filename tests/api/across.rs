//! Two applicants of one lender, and what one is told of the other: that a paper or a device came before, and nothing else.

use serde_json::{Value, json};
use xinge::pipeline::Key;

use crate::support::{TestService, Wanted, papers};

const KEY: &[u8; 32] = b"a key of thirty-two bytes, so so";

fn remembering() -> TestService {
    TestService::with(Wanted { registry_key: Some(Key::new(KEY).unwrap()), ..Wanted::default() })
}

/// An application with one Alipay bill, assessed; its findings by check.
fn assessed(test: &TestService, new: &Value, bill: u32) -> (String, Value) {
    let made = test.client.post_json("/v1/applications", new);
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.json()["id"].as_str().unwrap().to_owned();
    test.filed(&id, "alipay.csv", &papers::alipay(bill));
    test.run_jobs();
    let findings = test.found(&format!("/v1/applications/{id}/findings"));
    (id, findings["findings"].clone())
}

fn outcome<'a>(findings: &'a Value, check: &str) -> &'a str {
    let found = findings.as_array().unwrap().iter().find(|one| one["check"] == check);
    found.and_then(|one| one["outcome"].as_str()).unwrap()
}

fn named(name: &str) -> Value {
    json!({"declared": {"name": name}})
}

#[test]
fn the_same_paper_of_two_applicants_is_told() {
    let test = remembering();
    let (first, findings) = assessed(&test, &named("林一舟"), 1);
    assert_eq!(outcome(&findings, "file_unique"), "pass");
    let (_, findings) = assessed(&test, &named("何景行"), 1);
    assert_eq!(outcome(&findings, "file_unique"), "fail");
    let failing = findings.as_array().unwrap().iter().find(|one| one["check"] == "file_unique").unwrap();
    assert_eq!((failing["severity"].as_str(), failing["found"].as_str()), (Some("critical"), Some("1")));
    // Not who it was, nor in which application.
    let told = failing.to_string();
    assert!(!told.contains("林一舟") && !told.contains(&first), "{told}");
}

#[test]
fn who_applies_again_or_hands_in_more_is_not_their_own_double() {
    let test = remembering();
    let (first, _) = assessed(&test, &named("林一舟"), 1);
    let (_, findings) = assessed(&test, &named("林一舟"), 1);
    assert_eq!(outcome(&findings, "file_unique"), "pass");
    // A further document makes the first application's assessment anew.
    test.filed(&first, "more.csv", &papers::alipay(2));
    test.run_jobs();
    let findings = test.found(&format!("/v1/applications/{first}/findings"));
    assert_eq!(outcome(&findings["findings"], "file_unique"), "pass");
}

#[test]
fn a_device_that_sends_the_papers_of_three_is_asked_about() {
    let test = remembering();
    let from = |name: &str| json!({"declared": {"name": name}, "device": "phone-77"});
    for (number, name) in (1..).zip(["林一舟", "何景行"]) {
        let (_, findings) = assessed(&test, &from(name), number);
        assert_eq!(outcome(&findings, "device_unshared"), "pass");
    }
    let (_, findings) = assessed(&test, &from("陆知夏"), 3);
    assert_eq!(outcome(&findings, "device_unshared"), "fail");
    let (_, findings) = assessed(&test, &named("沈听澜"), 4);
    assert_eq!(outcome(&findings, "device_unshared"), "not_run");
}

#[test]
fn without_a_key_nothing_is_compared_or_remembered_and_the_reason_is_told() {
    let test = TestService::new();
    let (id, _) = assessed(&test, &json!({"declared": {"name": "林一舟"}, "device": "phone-77"}), 1);
    let (_, findings) = assessed(&test, &named("何景行"), 1);
    for check in ["file_unique", "rows_unique", "template_unique", "serial_unique", "device_unshared", "payer_unshared"]
    {
        assert_eq!(outcome(&findings, check), "not_run", "{check}");
    }
    let why = findings.as_array().unwrap().iter().find(|one| one["check"] == "file_unique").unwrap();
    assert!(why["message_en"].as_str().unwrap().contains("registry.key"), "{why}");
    test.block_on(async {
        let mut tx = test.service.db.read().await.unwrap();
        let id = model::ids::ApplicationId::parse(&id).unwrap();
        let tenant = xinge::applications::default_tenant();
        assert_eq!(xinge::db::fingerprints::device(&mut tx, &tenant, &id).await.unwrap(), None);
    });
}

/// What the database keeps of it: hashes, kinds and days.
#[test]
fn nobodys_data_can_be_read_from_the_database() {
    let test = remembering();
    assessed(
        &test,
        &json!({"declared": {"name": "林一舟", "id_number": "11010519491231002X"}, "device": "phone-77"}),
        1,
    );
    let (other, _) = assessed(&test, &named("何景行"), 2);
    let seen = test.block_on(async {
        let mut tx = test.service.db.read().await.unwrap();
        let id = model::ids::ApplicationId::parse(&other).unwrap();
        let device = Key::new(KEY).unwrap().device("phone-77");
        let digest = Key::new(KEY).unwrap().device(&device);
        let mark = xinge::db::fingerprints::Mark { kind: "device", digest: &digest, context: "" };
        let tenant = xinge::applications::default_tenant();
        xinge::db::fingerprints::elsewhere(&mut tx, &tenant, &id, &[mark]).await.unwrap()
    });
    let [seen] = seen.as_slice() else { panic!("{seen:?}") };
    let is_hash = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(is_hash(&seen.digest) && is_hash(&seen.id_number) && is_hash(&seen.name), "{seen:?}");
    assert_eq!(seen.on.to_string(), "2026-09-05");
}
