use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::json;

use super::*;

/// Keys made for these tests; they sign nothing else.
const OURS: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgYjaS188XezY6JgRw
y2yGq027vQzjS3UefgYhUy4IClShRANCAAQR7A7E9m2rT8lvVZfWdSwEt5CymHZH
764TBbPe0aM7Xcxm9G8vGUFut8k5R5BMyMB/fFMmEbaVMFFtoVJBS0Ub
-----END PRIVATE KEY-----
";
const ANOTHER: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgxPWXly43gCPjtfyi
5jFaS1tKJWee9/iiFgTbLrppR/uhRANCAAQFMXdKpycGp+qXEDMz/fQhhNi38JIS
6Spc7luTX6QromUWaCFHYfPYGkoe6R5HeCxO8MCsiTQb2JgjQT+H8H7y
-----END PRIVATE KEY-----
";
const NOW_MS: i64 = 1_788_541_200_000;
const NOW: i64 = NOW_MS / 1_000;

fn expected() -> Expected {
    Expected {
        issuer: "https://login.example".to_owned(),
        audience: "xinge".to_owned(),
        roles_claim: "roles".to_owned(),
        tenant_claim: "tenant".to_owned(),
    }
}

fn key_set(pem: &str, kid: &str) -> Vec<u8> {
    let key = EncodingKey::from_ec_pem(pem.as_bytes()).unwrap();
    let mut jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap();
    jwk.common.key_id = Some(kid.to_owned());
    serde_json::to_vec(&json!({"keys": [jwk]})).unwrap()
}

fn reviewers() -> Reviewers {
    let reviewers = Reviewers::new(expected());
    reviewers.replace_keys(&key_set(OURS, "k1")).unwrap();
    reviewers
}

fn token(pem: &str, kid: Option<&str>, claims: &Value) -> String {
    let mut header = Header::new(Algorithm::ES256);
    header.kid = kid.map(str::to_owned);
    encode(&header, claims, &EncodingKey::from_ec_pem(pem.as_bytes()).unwrap()).unwrap()
}

fn claims() -> Value {
    json!({"iss": "https://login.example", "aud": "xinge", "sub": "u-7", "exp": NOW + 600, "roles": ["staff", "senior"]})
}

fn changed(key: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[key] = value;
    claims
}

#[test]
fn a_token_of_the_provider_says_who_it_is() {
    let reviewer = reviewers().identify(&token(OURS, Some("k1"), &claims()), NOW_MS).unwrap();
    assert_eq!(reviewer, Reviewer { subject: "u-7".to_owned(), role: Role::Senior, tenant: None });
    let of_tenant = changed("tenant", json!("acme"));
    let reviewer = reviewers().identify(&token(OURS, None, &of_tenant), NOW_MS).unwrap();
    assert_eq!(reviewer.tenant, Some(TenantId::new("acme")));
    let one_role = changed("roles", json!("auditor"));
    assert_eq!(reviewers().identify(&token(OURS, None, &one_role), NOW_MS).unwrap().role, Role::Auditor);
}

#[test]
fn what_does_not_fit_counts_for_nothing() {
    for (key, value) in [
        ("iss", json!("https://login.other")),
        ("aud", json!("another service")),
        ("sub", json!("")),
        ("exp", json!(NOW - 61)),
        ("exp", json!("soon")),
        ("nbf", json!(NOW + 61)),
        ("roles", json!(["staff"])),
        // Those have keys and tokens of ours; a provider cannot make one.
        ("roles", json!(["applicant", "backend", "local"])),
        ("tenant", json!("a b")),
        ("tenant", json!(7)),
    ] {
        let claims = changed(key, value.clone());
        assert!(reviewers().identify(&token(OURS, Some("k1"), &claims), NOW_MS).is_err(), "{key} {value}");
    }
    for key in ["iss", "aud", "sub", "exp", "roles"] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(key);
        assert!(reviewers().identify(&token(OURS, Some("k1"), &claims), NOW_MS).is_err(), "without {key}");
    }
}

#[test]
fn clocks_may_differ_by_a_minute() {
    let just_over = changed("exp", json!(NOW - 59));
    assert!(reviewers().identify(&token(OURS, Some("k1"), &just_over), NOW_MS).is_ok());
}

#[test]
fn only_a_key_of_the_set_signs() {
    let reviewers = reviewers();
    assert!(reviewers.identify(&token(ANOTHER, Some("k1"), &claims()), NOW_MS).is_err());
    assert!(matches!(reviewers.identify(&token(OURS, Some("k2"), &claims()), NOW_MS), Err(ReviewerError::UnknownKey)));
    // Signed with what everybody can read, and not signed at all.
    let shared = encode(&Header::new(Algorithm::HS256), &claims(), &EncodingKey::from_secret(&key_set(OURS, "k1")));
    assert!(matches!(reviewers.identify(&shared.unwrap(), NOW_MS), Err(ReviewerError::UnknownKey)));
    let good = token(OURS, Some("k1"), &claims());
    let (head, _) = good.rsplit_once('.').unwrap();
    assert!(reviewers.identify(&format!("{head}."), NOW_MS).is_err());
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", head.split_once('.').unwrap().1);
    assert!(reviewers.identify(&unsigned, NOW_MS).is_err());
    assert!(matches!(reviewers.identify(&"x".repeat(20_000), NOW_MS), Err(ReviewerError::TooLong)));
}

#[test]
fn keys_are_exchanged_and_bad_sets_refused() {
    let reviewers = reviewers();
    reviewers.replace_keys(&key_set(ANOTHER, "k2")).unwrap();
    assert!(reviewers.identify(&token(ANOTHER, Some("k2"), &claims()), NOW_MS).is_ok());
    assert!(reviewers.identify(&token(OURS, Some("k1"), &claims()), NOW_MS).is_err());
    assert!(matches!(reviewers.replace_keys(b"<html>"), Err(ReviewerError::KeySet { .. })));
    let shared = br#"{"keys":[{"kty":"oct","k":"c2VjcmV0","alg":"HS256"}]}"#;
    assert!(matches!(reviewers.replace_keys(shared), Err(ReviewerError::NoKeys)));
    assert!(reviewers.identify(&token(ANOTHER, Some("k2"), &claims()), NOW_MS).is_ok(), "the last good ones stay");
}
