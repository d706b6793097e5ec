//! Being told what happens: what arrives at a receiver's socket, and what does not.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::{Message, Receiver, TestService, papers};

fn json_of(message: &Message) -> Value {
    serde_json::from_slice(&message.body).unwrap()
}

/// By the specification's own words, not by the library that signed: HMAC-SHA256 over `id.timestamp.body`.
fn is_signed_with(message: &Message, secret: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.{}.", message.header("webhook-id"), message.header("webhook-timestamp")).as_bytes());
    mac.update(&message.body);
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    message.header("webhook-signature").split(' ').any(|one| one == signature)
}

impl TestService {
    fn hook(&self, receiver: &Receiver, kinds: &[&str]) -> (String, String) {
        let asked = json!({"url": format!("http://{}/hooks?of=xinge", receiver.address), "event_types": kinds});
        let made = self.client.post_json("/v1/webhooks", &asked);
        assert_eq!(made.status, 201, "{made:?}");
        let made = made.json();
        (made["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
    }

    /// An application with a document that is read and one that cannot be.
    fn worked_on(&self) -> String {
        let application = self.application();
        self.filed(&application, "林一舟的账单.csv", &papers::alipay(1));
        self.filed(&application, "broken.pdf", b"%PDF-1.7 broken");
        self.run_jobs();
        application
    }
}

fn kinds(messages: &[Message]) -> Vec<String> {
    messages.iter().map(|message| json_of(message)["type"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_happens_is_told_signed_and_without_anything_personal() {
    let test = TestService::new();
    let receiver = Receiver::new();
    let (hook, secret) = test.hook(&receiver, &[]);
    let application = test.worked_on();
    let messages = receiver.taken();
    assert_eq!(kinds(&messages), ["document.parsed", "document.failed", "application.assessed"]);
    for message in &messages {
        assert!(is_signed_with(message, &secret), "{message:?}");
        assert!(!is_signed_with(message, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
        assert_eq!((message.path.as_str(), message.header("content-type")), ("/hooks?of=xinge", "application/json"));
        let said = json_of(message);
        assert_eq!(said["id"], message.header("webhook-id"));
        assert_eq!(said["data"]["application_id"], application);
        assert!(!String::from_utf8_lossy(&message.body).contains("林一舟"));
    }
    // What arrived is what can be asked for, once no other transaction can still add to it.
    test.advance(Duration::from_secs(16));
    let listed = test.found("/v1/events?limit=2");
    assert_eq!(listed["items"][0], json_of(&messages[0]));
    let rest = test.found(&format!("/v1/events?cursor={}", listed["next_cursor"].as_str().unwrap()));
    assert_eq!((&rest["items"][0], &rest["next_cursor"]), (&json_of(&messages[2]), &Value::Null));
    let shown = test.found(&format!("/v1/webhooks/{hook}"));
    assert!(
        shown["delivered_at"].is_string() && shown["failed_at"].is_null() && shown.get("secret").is_none(),
        "{shown}"
    );

    assert_eq!(test.client.send("DELETE", &format!("/v1/applications/{application}"), &[], b"").status, 200);
    test.run_jobs();
    assert_eq!(kinds(&receiver.taken()), ["application.deleted"]);
}

#[test]
fn only_what_was_asked_for_is_told() {
    let test = TestService::new();
    let receiver = Receiver::new();
    let (hook, _) = test.hook(&receiver, &["application.assessed", "consent.revoked"]);
    let application = test.worked_on();
    let consent = format!("/v1/applications/{application}/consents/bank");
    assert_eq!(
        test.client.send("PUT", &consent, &[("content-type", "application/json")], b"{\"version\":\"1\"}").status,
        200
    );
    assert_eq!(test.client.send("DELETE", &consent, &[], b"").status, 200);
    test.run_jobs();
    let messages = receiver.taken();
    let told = kinds(&messages);
    assert!(told.iter().all(|kind| kind == "application.assessed" || kind == "consent.revoked"), "{told:?}");
    let revoked = messages.iter().find(|message| json_of(message)["type"] == "consent.revoked").unwrap();
    assert_eq!(json_of(revoked)["data"], json!({"application_id": application, "family": "bank"}));

    let patch = |body: Value| {
        test.client.send(
            "PATCH",
            &format!("/v1/webhooks/{hook}"),
            &[("content-type", "application/json")],
            body.to_string().as_bytes(),
        )
    };
    assert_eq!(patch(json!({"enabled": false})).json()["disabled_why"], "asked");
    test.worked_on();
    assert!(receiver.taken().is_empty(), "a disabled webhook was told something");
    assert_eq!(patch(json!({"event_types": ["document.parsed"], "enabled": true})).json()["enabled"], true);
    test.worked_on();
    assert_eq!(kinds(&receiver.taken()), ["document.parsed"]);
    assert_eq!(test.client.send("DELETE", &format!("/v1/webhooks/{hook}"), &[], b"").status, 204);
    test.worked_on();
    assert!(receiver.taken().is_empty(), "a deleted webhook was told something");
}

#[test]
fn what_was_not_taken_is_told_again_with_the_same_id() {
    let test = TestService::new();
    let receiver = Receiver::new();
    let (hook, secret) = test.hook(&receiver, &["application.assessed"]);
    receiver.answer(503);
    test.worked_on();
    let first = receiver.taken().pop().unwrap();
    let shown = test.found(&format!("/v1/webhooks/{hook}"));
    assert_eq!(shown["failure"], "it answered 503");
    assert_eq!(test.run_jobs(), 0, "it was told again at once");
    test.advance(Duration::from_secs(6));
    receiver.answer(302);
    test.run_jobs();
    assert_eq!(receiver.taken().len(), 1, "a redirect is not followed");
    test.advance(Duration::from_secs(301));
    receiver.answer(200);
    test.run_jobs();
    let again = receiver.taken().pop().unwrap();
    assert_eq!((again.header("webhook-id"), &again.body), (first.header("webhook-id"), &first.body));
    assert_ne!(again.header("webhook-timestamp"), first.header("webhook-timestamp"), "each try has its own time");
    assert!(is_signed_with(&again, &secret));
    test.advance(Duration::from_secs(24 * 3600));
    assert_eq!(test.run_jobs(), 0);
}

#[test]
fn one_that_never_answers_well_ends_among_the_dead_and_can_be_put_back() {
    let test = TestService::new();
    let receiver = Receiver::new();
    test.hook(&receiver, &["application.assessed"]);
    receiver.answer(500);
    test.worked_on();
    let mut tries = receiver.taken().len();
    for _ in 0..20 {
        test.advance(Duration::from_secs(25 * 3600));
        test.run_jobs();
        tries += receiver.taken().len();
    }
    assert_eq!(tries, 10);
    let dead = test.found("/v1/jobs?state=dead");
    let job = &dead["items"][0];
    assert_eq!((&job["kind"], &job["lane"]), (&json!("deliver_event"), &json!("delivery")));
    assert!(job["error"].as_str().unwrap().ends_with("it answered 500"), "{job}");
    receiver.answer(200);
    let retry = format!("/v1/jobs/{}/retry", job["id"].as_str().unwrap());
    assert_eq!(test.client.send("POST", &retry, &[], b"").status, 200);
    test.run_jobs();
    assert_eq!(receiver.taken().len(), 1);
    assert_eq!(test.found("/v1/jobs?state=dead")["items"], json!([]));
}

#[test]
fn one_that_says_it_is_gone_is_told_nothing_more_until_it_is_enabled_and_replayed() {
    let test = TestService::new();
    let receiver = Receiver::new();
    let (hook, _) = test.hook(&receiver, &["application.assessed"]);
    receiver.answer(410);
    test.worked_on();
    test.worked_on();
    assert_eq!(receiver.taken().len(), 1);
    let path = format!("/v1/webhooks/{hook}");
    assert_eq!(test.found(&path)["disabled_why"], "gone");
    let replay = format!("{path}/replay");
    assert_eq!(test.client.post_json(&replay, &json!({})).code(), "webhook_disabled");
    receiver.answer(200);
    test.client.send("PATCH", &path, &[("content-type", "application/json")], b"{\"enabled\":true}");
    test.advance(Duration::from_secs(16));
    let answer = test.client.post_json(&replay, &json!({}));
    assert_eq!((answer.status, answer.json()), (202, json!({"queued": 2, "next_cursor": null})));
    test.run_jobs();
    let all = receiver.taken();
    assert_eq!(all.len(), 2);
    // From a cursor: what came after the first.
    let after = json!({"after": all[0].header("webhook-id")});
    assert_eq!(test.client.post_json(&replay, &after).json()["queued"], 1);
    test.run_jobs();
    assert_eq!(receiver.taken()[0].body, all[1].body);
    assert_eq!(test.client.post_json(&replay, &json!({"after": "app_1"})).code(), "invalid_request");
}

#[test]
fn while_a_secret_is_changed_both_sign() {
    let test = TestService::new();
    let receiver = Receiver::new();
    let (hook, before) = test.hook(&receiver, &["application.assessed"]);
    let rotated = test.client.send("POST", &format!("/v1/webhooks/{hook}/rotate-secret"), &[], b"").json();
    let after = rotated["secret"].as_str().unwrap();
    test.worked_on();
    let message = receiver.taken().pop().unwrap();
    assert!(is_signed_with(&message, &before) && is_signed_with(&message, after));
    test.advance(Duration::from_secs(24 * 3600 + 1));
    test.worked_on();
    let message = receiver.taken().pop().unwrap();
    assert!(!is_signed_with(&message, &before) && is_signed_with(&message, after));
}

#[test]
fn a_receiver_that_is_not_there_holds_up_nothing() {
    let test = TestService::new();
    let asked = json!({"url": "http://127.0.0.1:1/"});
    let hook = test.client.post_json("/v1/webhooks", &asked).json()["id"].as_str().unwrap().to_owned();
    let application = test.worked_on();
    assert_eq!(test.found(&format!("/v1/applications/{application}"))["state"], "assessed");
    assert_eq!(test.found(&format!("/v1/webhooks/{hook}"))["failure"], "it could not be reached");
    // Its deliveries wait for longer than the test: without it they end.
    assert_eq!(test.client.send("DELETE", &format!("/v1/webhooks/{hook}"), &[], b"").status, 204);
    test.advance(Duration::from_secs(6));
    assert_eq!(test.run_jobs(), 3);
}

#[test]
fn what_cannot_be_a_webhook_is_said() {
    let test = TestService::new();
    for (asked, words) in [
        (json!({"url": "lender.example"}), "http or https"),
        (json!({"url": "https://169.254.169.254/latest"}), "does not reach"),
        (json!({"url": "https://lender.example/", "event_types": ["everything"]}), "no event type `everything`"),
        (json!({}), "url"),
    ] {
        let answer = test.client.post_json("/v1/webhooks", &asked);
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_request"), "{asked}");
        assert!(answer.json()["message_en"].as_str().unwrap().contains(words), "{answer:?}");
    }
    for number in 0..20 {
        let asked = json!({"url": format!("https://lender.example/{number}")});
        assert_eq!(test.client.post_json("/v1/webhooks", &asked).status, 201);
    }
    let answer = test.client.post_json("/v1/webhooks", &json!({"url": "https://lender.example/20"}));
    assert_eq!((answer.status, answer.code().as_str()), (409, "too_many_webhooks"));
    assert_eq!(test.found("/v1/webhooks?limit=3")["items"].as_array().unwrap().len(), 3);
    assert_eq!(test.client.get("/v1/webhooks/hook_0").status, 404);
}

#[test]
fn where_a_webhook_is_and_its_secret_lie_sealed() {
    let test = TestService::new();
    let asked = json!({"url": "https://lender.example/?token=open-sesame"});
    let key = [("content-type", "application/json"), ("idempotency-key", "once")];
    let made = test.client.send("POST", "/v1/webhooks", &key, asked.to_string().as_bytes());
    let again = test.client.send("POST", "/v1/webhooks", &key, asked.to_string().as_bytes());
    assert_eq!((made.status, made.json()), (201, again.json()), "the same request twice makes one");
    let secret = made.json()["secret"].as_str().unwrap().to_owned();
    if test.database.is_none() {
        for name in ["xinge.db", "xinge.db-wal"] {
            let stored = std::fs::read(test.folder.join(name)).unwrap();
            let has = |text: &str| stored.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!has("open-sesame") && !has(&secret), "{name} has them in the open");
        }
    }
}
