//! Who may do what, over the API's own description: an endpoint that is added is tried as well.

use std::time::Duration;

use model::access::{Actor, Reach, Role};
use model::ids::TenantId;
use serde_json::{Value, json};
use xinge::api;
use xinge::applications::{By, default_tenant};
use xinge::auth::{Mode, Rate, Scope, may};

use crate::support::{Answer, Form, TestService, Wanted, papers};

fn asked() -> TestService {
    TestService::with(Wanted { mode: Mode::Keys, ..Default::default() })
}

impl TestService {
    fn key(&self, tenant: &str, role: Role) -> String {
        let by = By { actor: Actor { role: Role::Local, subject: "a test".to_owned() }, request: String::new() };
        let tenant = TenantId::new(tenant);
        let (_, secret) =
            self.block_on(self.service.create_key(&Reach::of(tenant), role, "a test", &by, None)).unwrap();
        secret.reveal().clone()
    }

    fn with_token(&self, token: &str, method: &str, path: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("tus-resumable", "1.0.0"),
            ("upload-length", "3"),
        ];
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        self.client.send(method, path, &headers, &body)
    }

    /// Makes an application and files one document, with this key.
    fn filled(&self, key: &str) -> (String, String) {
        let declared = json!({"declared": {"name": "林一舟", "id_number": "44010119900101123X"}});
        let made = self.with_token(key, "POST", "/v1/applications", &declared);
        assert_eq!(made.status, 201, "{made:?}");
        let application = made.json()["id"].as_str().unwrap().to_owned();
        let bearer = format!("Bearer {key}");
        let headers = [("authorization", bearer.as_str()), Form::CONTENT_TYPE];
        let form = Form::default().file("a.csv", &papers::alipay(1)).finish();
        let filed = self.client.send("POST", &format!("/v1/applications/{application}/documents"), &headers, &form);
        assert_eq!(filed.status, 202, "{filed:?}");
        let document = filed.json()["id"].as_str().unwrap().to_owned();
        (application, document)
    }
}

/// Method, path and scope of every operation that asks for somebody.
fn operations() -> Vec<(String, String, Scope)> {
    let described = serde_json::to_value(api::openapi()).unwrap();
    let mut found = Vec::new();
    for (path, methods) in described["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if let Some(scope) = operation["security"][0]["bearer"][0].as_str() {
                let scope = Scope::parse(scope).unwrap_or_else(|| panic!("{method} {path}: {scope} is no scope"));
                found.push((method.to_uppercase(), path.clone(), scope));
            }
        }
    }
    assert!(found.len() > 15, "only {} operations ask for somebody", found.len());
    found
}

/// A problem's code, where the method lets it be told.
fn code(answer: &Answer, method: &str) -> String {
    match (method, answer.status) {
        ("HEAD", 401) => "not_authenticated".to_owned(),
        ("HEAD", 403) => "not_allowed".to_owned(),
        _ => answer.code(),
    }
}

/// What says nothing about anybody.
const PUBLIC: [(&str, &str); 3] =
    [("get", "/healthz"), ("get", "/readyz"), ("options", "/v1/applications/{id}/uploads")];

#[test]
fn every_operation_declares_its_scope() {
    let described = serde_json::to_value(api::openapi()).unwrap();
    for (path, methods) in described["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let security = operation["security"].as_array().unwrap_or_else(|| panic!("{method} {path} declares none"));
            let [requirement] = security.as_slice() else {
                panic!("{method} {path}: one requirement, not {security:?}")
            };
            let is_public = requirement.as_object().unwrap().is_empty();
            assert_eq!(is_public, PUBLIC.contains(&(method.as_str(), path.as_str())), "{method} {path}");
            let scope = requirement["bearer"][0].as_str().map(Scope::parse);
            assert!(is_public || scope.flatten().is_some(), "{method} {path}: {requirement}");
        }
    }
}

#[test]
fn nobody_is_answered_without_a_token_that_counts() {
    let test = asked();
    test.key("default", Role::Backend);
    for (method, path, _) in operations() {
        let path = path.replace("{id}", "app_1").replace("{family}", "bank");
        let nobody = test.client.send(&method, &path, &[], b"");
        assert_eq!((nobody.status, code(&nobody, &method)), (401, "not_authenticated".to_owned()), "{method} {path}");
        assert_eq!(nobody.header("www-authenticate"), Some("Bearer"));
        for token in ["", "xgk_0000", "xgt_0000", "eyJhbGciOiJub25lIn0.e30."] {
            let unknown = test.with_token(token, &method, &path, &Value::Null);
            assert_eq!(
                (unknown.status, code(&unknown, &method)),
                (401, "not_authenticated".to_owned()),
                "{method} {path} {token}"
            );
        }
    }
    assert_eq!(test.client.get("/healthz").status, 200);
    assert_eq!(test.client.get("/v1/nothing").status, 404);
}

#[test]
fn a_role_without_the_scope_is_refused_everywhere() {
    let test = asked();
    for role in Role::ALL.into_iter().filter(|role| !matches!(role, Role::Applicant | Role::Local)) {
        let key = test.key("default", role);
        for (method, path, scope) in operations() {
            let path = path
                .replace("/applications/{id}", "/applications/app_1")
                .replace("{id}", "doc_1")
                .replace("{family}", "bank");
            let answer = test.with_token(&key, &method, &path, &Value::Null);
            let is_refused = answer.status == 403 && code(&answer, &method) == "not_allowed";
            assert_eq!(is_refused, !may(role, scope), "{role:?} {method} {path}: {answer:?}");
        }
    }
}

#[test]
fn another_tenant_s_data_is_not_there() {
    let test = asked();
    let (own, other) = (test.key("acme", Role::Backend), test.key("umbrella", Role::Backend));
    let (application, document) = test.filled(&own);
    test.run_jobs();
    let keys = [Role::Backend, Role::Reviewer, Role::Auditor, Role::Admin].map(|role| test.key("umbrella", role));
    let mut tried = 0;
    for (method, path, scope) in operations().into_iter().filter(|(_, path, _)| path.contains("{id}")) {
        let id = if path.starts_with("/v1/applications/") { &application } else { &document };
        let is_known = path.starts_with("/v1/applications/") || path.starts_with("/v1/documents/");
        let path = path.replace("{id}", id).replace("{family}", "bank");
        let body = match path.rsplit('/').next().unwrap() {
            "password" => json!({"password": "x"}),
            "reveal" => json!({"reason": "to see whether it is there"}),
            "bank" => json!({"version": "1"}),
            "picture" => json!({"page": 1, "reason": "to see whether it is there"}),
            _ => json!({}),
        };
        for (role, key) in [Role::Backend, Role::Reviewer, Role::Auditor, Role::Admin].into_iter().zip(&keys) {
            if may(role, scope) && is_known {
                let answer = test.with_token(key, &method, &path, &body);
                assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{role:?} {method} {path}");
                tried += 1;
            }
        }
        // It is there for those whose it is.
        // A stream of events has no end to wait for.
        if method == "GET" && may(Role::Backend, scope) && is_known && !path.ends_with("/events") {
            assert_eq!(test.with_token(&own, &method, &path, &Value::Null).status, 200, "{path}");
        }
    }
    assert!(tried > 15, "{tried}");
    assert_eq!(test.with_token(&other, "GET", "/v1/applications", &Value::Null).json()["items"], json!([]));
    assert_eq!(test.with_token(&own, "GET", "/v1/applications", &Value::Null).json()["items"][0]["id"], *application);
    let audit = test.key("umbrella", Role::Auditor);
    let lines = test.with_token(&audit, "GET", "/v1/audit-log", &Value::Null).json();
    assert!(!lines.to_string().contains(&application), "{lines}");
}

#[test]
fn tenants_do_not_use_up_each_other_s_idempotency_keys() {
    let test = asked();
    let ids = ["acme", "umbrella"].map(|tenant| {
        let bearer = format!("Bearer {}", test.key(tenant, Role::Backend));
        let headers =
            [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", "k-1")];
        let made = test.client.send("POST", "/v1/applications", &headers, b"{}");
        assert_eq!(made.status, 201, "{made:?}");
        made.json()["id"].clone()
    });
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn an_applicant_reaches_one_application_for_an_hour() {
    let test = asked();
    let key = test.key("acme", Role::Backend);
    let (application, document) = test.filled(&key);
    let (other, other_document) = test.filled(&key);
    test.run_jobs();
    let path = format!("/v1/applications/{application}/tokens");
    let made = test.with_token(&key, "POST", &path, &json!({}));
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.json()["expires_at"], "2026-09-05T02:00:00.000+08:00");
    let token = made.json()["token"].as_str().unwrap().to_owned();
    let get = |path: &str| test.with_token(&token, "GET", path, &Value::Null);

    for path in ["", "/documents", "/statements", "/decision"] {
        assert_eq!(get(&format!("/v1/applications/{application}{path}")).status, 200, "{path}");
        assert_eq!(get(&format!("/v1/applications/{other}{path}")).status, 404, "{path}");
    }
    // What is not to be learnt from: how somebody was looked at.
    for path in ["/findings", "/features", "/profile"] {
        assert_eq!(get(&format!("/v1/applications/{application}{path}")).status, 403, "{path}");
    }
    assert_eq!(get(&format!("/v1/applications/{application}/decision")).json()["trace"], json!([]));
    assert_eq!(get(&format!("/v1/documents/{document}")).status, 200);
    assert_eq!(get(&format!("/v1/documents/{other_document}")).status, 404);
    let listed = get("/v1/applications").json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(test.with_token(&token, "POST", &path, &json!({})).status, 403, "a token makes no token");

    test.advance(Duration::from_secs(3_601));
    assert_eq!(get(&format!("/v1/applications/{application}")).status, 401);
    assert_eq!(test.block_on(test.service.forget_expired_tokens()).unwrap(), 1);
    for seconds in [json!(59), json!(86_401)] {
        let refused = test.with_token(&key, "POST", &path, &json!({"expires_in_seconds": seconds}));
        assert_eq!((refused.status, refused.code().as_str()), (400, "invalid_request"));
    }
}

#[test]
fn keys_are_made_shown_once_and_revoked() {
    let test = asked();
    let admin = test.key("acme", Role::Admin);
    let made = test.with_token(&admin, "POST", "/v1/api-keys", &json!({"name": "进件系统"}));
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    let secret = made["secret"].as_str().unwrap();
    assert_eq!((&made["role"], secret.len()), (&json!("backend"), 4 + 64));
    assert_eq!(test.with_token(secret, "GET", "/v1/applications", &Value::Null).status, 200);

    let listed = test.with_token(&admin, "GET", "/v1/api-keys", &Value::Null).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains(secret), "{listed}");

    let path = format!("/v1/api-keys/{}", made["id"].as_str().unwrap());
    let other = test.key("umbrella", Role::Admin);
    assert_eq!(test.with_token(&other, "DELETE", &path, &Value::Null).status, 404);
    assert_eq!(test.with_token(&admin, "DELETE", &path, &Value::Null).status, 204);
    assert_eq!(test.with_token(&admin, "DELETE", &path, &Value::Null).status, 404);
    assert_eq!(test.with_token(secret, "GET", "/v1/applications", &Value::Null).status, 401);

    for body in [json!({"name": " "}), json!({"name": "x", "role": "local"}), json!({"name": "x", "role": "root"})] {
        assert_eq!(test.with_token(&admin, "POST", "/v1/api-keys", &body).status, 400, "{body}");
    }
}

#[test]
fn a_secret_is_nowhere_in_the_database() {
    let test = asked();
    let key = test.key("default", Role::Backend);
    test.block_on(test.service.db.close());
    for entry in std::fs::read_dir(&test.folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(key.len()).any(|window| window == key.as_bytes()), "{}", path.display());
        }
    }
    // The queue can no longer be asked when this ends.
    std::mem::forget(test);
}

#[test]
fn numbers_in_full_are_given_for_a_reason_that_is_kept() {
    let test = asked();
    let (application, document) = test.filled(&test.key("acme", Role::Backend));
    test.run_jobs();
    let reviewer = test.key("acme", Role::Reviewer);
    let path = format!("/v1/applications/{application}/reveal");
    for reason in ["", "abc", &"长".repeat(501)] {
        let refused = test.with_token(&reviewer, "POST", &path, &json!({"reason": reason}));
        assert_eq!((refused.status, refused.code().as_str()), (400, "invalid_request"), "{reason}");
    }
    let revealed = test.with_token(&reviewer, "POST", &path, &json!({"reason": "电话核实本人身份"}));
    assert_eq!(revealed.status, 200, "{revealed:?}");
    let revealed = revealed.json();
    assert_eq!(revealed["id_number"], "44010119900101123X");
    assert_eq!(revealed["statements"][0]["document_id"], *document);
    assert_eq!(revealed["statements"][0]["account"], "138****0001");

    let auditor = test.key("acme", Role::Auditor);
    let path = format!("/v1/audit-log?resource={application}");
    let lines = test.with_token(&auditor, "GET", &path, &Value::Null).json();
    let lines = lines["items"].as_array().unwrap();
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((&line["action"], &line["role"]), (&json!("reveal"), &json!("reviewer")));
    assert_eq!(line["reason"], "电话核实本人身份");
    assert!(line["subject"].as_str().unwrap().starts_with("key_"));
    assert!(line["request_id"].as_str().unwrap().starts_with("req_"));
    // Nothing that is revealed stands in the log itself.
    assert!(!line.to_string().contains("44010119900101123X"));
}

#[test]
fn a_loopback_service_is_open_until_there_is_a_key() {
    let test = TestService::new();
    assert_eq!(test.client.get("/v1/applications").status, 200);
    let key = test.client.post_json("/v1/api-keys", &json!({"name": "first", "role": "admin"}));
    assert_eq!(key.status, 201, "{key:?}");
    assert_eq!(test.client.get("/v1/applications").status, 401);
    let key = key.json();
    let (id, secret) = (key["id"].as_str().unwrap(), key["secret"].as_str().unwrap());
    assert_eq!(test.with_token(secret, "DELETE", &format!("/v1/api-keys/{id}"), &Value::Null).status, 204);
    assert_eq!(test.client.get("/v1/applications").status, 200);
}

#[test]
fn who_asks_too_often_is_told_to_wait() {
    let rate = Rate { per_second: 1, burst: 3 };
    let test = TestService::with(Wanted { mode: Mode::Keys, rate, ..Default::default() });
    let (key, other) = (test.key("default", Role::Backend), test.key("default", Role::Backend));
    let get = |key: &str| test.with_token(key, "GET", "/v1/applications", &Value::Null);
    for _ in 0..3 {
        assert_eq!(get(&key).status, 200);
    }
    let refused = get(&key);
    assert_eq!((refused.status, refused.code().as_str()), (429, "too_many_requests"));
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(get(&other).status, 200, "others are not held up");
    test.advance(Duration::from_secs(1));
    assert_eq!(get(&key).status, 200);
}

#[test]
fn pages_of_named_sites_may_call() {
    let origins = vec!["https://apply.example".to_owned()];
    let test = TestService::with(Wanted { mode: Mode::Keys, origins, ..Default::default() });
    let key = test.key("default", Role::Backend);
    let ask = |origin: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization,content-type"),
        ];
        test.client.send("OPTIONS", "/v1/applications", &headers, b"")
    };
    let allowed = ask("https://apply.example");
    assert_eq!(allowed.status, 204, "{allowed:?}");
    assert_eq!(allowed.header("access-control-allow-origin"), Some("https://apply.example"));
    assert_eq!(allowed.header("access-control-allow-headers"), Some("authorization,content-type"));
    assert_eq!(ask("https://elsewhere.example").header("access-control-allow-origin"), None);
    let bearer = format!("Bearer {key}");
    let headers = [("origin", "https://apply.example"), ("authorization", bearer.as_str())];
    let answer = test.client.send("GET", "/v1/applications", &headers, b"");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://apply.example"));
}

#[test]
fn browsers_are_told_to_be_careful() {
    let test = TestService::new();
    for (path, sources) in [("/v1/applications", "default-src 'none'"), ("/docs/", "default-src 'self'")] {
        let answer = test.client.get(path);
        assert!(answer.header("content-security-policy").unwrap().starts_with(sources), "{path}");
        for (name, value) in
            [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("referrer-policy", "no-referrer")]
        {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
    }
}

#[test]
fn the_first_key_comes_from_the_command_line() {
    let folder = crate::support::temporary_folder("keys");
    let xinge = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_xinge"));
        command.arg("keys").arg("--data").arg(&folder).args(arguments).output().unwrap()
    };
    let made = xinge(&["create", "进件系统", "--role", "admin"]);
    assert!(made.status.success(), "{made:?}");
    let secret = String::from_utf8(made.stdout).unwrap();
    assert!(secret.starts_with("xgk_") && secret.trim().len() == 68, "{secret}");
    let listed = String::from_utf8(xinge(&["list"]).stdout).unwrap();
    assert!(listed.contains("进件系统") && listed.contains(default_tenant().as_str()), "{listed}");
    let id = listed.split_whitespace().next().unwrap();
    assert!(xinge(&["revoke", id]).status.success());
    assert!(!xinge(&["revoke", id]).status.success(), "once");
    assert!(!xinge(&["create", "x", "--role", "local"]).status.success());
    std::fs::remove_dir_all(folder).unwrap();
}

/// A request that was answered and whose answer was lost is sent again: there is one key, and its secret is not lost.
#[test]
fn the_same_request_again_makes_no_second_key_or_token() {
    let test = asked();
    let admin = test.key("default", Role::Admin);
    let again = |bearer: &str, path: &str, once: &str, body: &Value| {
        let bearer = format!("Bearer {bearer}");
        let headers =
            [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", once)];
        test.client.send("POST", path, &headers, body.to_string().as_bytes())
    };
    let asked = json!({"name": "the back end"});
    let made = again(&admin, "/v1/api-keys", "k1", &asked);
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(again(&admin, "/v1/api-keys", "k1", &asked).json(), made.json());
    assert_ne!(again(&admin, "/v1/api-keys", "k2", &asked).json()["secret"], made.json()["secret"]);
    assert_eq!(again(&admin, "/v1/api-keys", "k1", &json!({"name": "another"})).code(), "idempotency_key_reused");

    let key = made.json()["secret"].as_str().unwrap().to_owned();
    let (application, _) = test.filled(&key);
    let path = format!("/v1/applications/{application}/tokens");
    let made = again(&key, &path, "t1", &json!({}));
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(again(&key, &path, "t1", &json!({})).json(), made.json());
    assert_ne!(again(&key, &path, "t2", &json!({})).json()["token"], made.json()["token"]);
    let token = made.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(test.with_token(&token, "GET", &format!("/v1/applications/{application}"), &Value::Null).status, 200);
    // Once it is forgotten the request is not done anew.
    test.advance(Duration::from_secs(3_601));
    test.block_on(test.service.forget_expired_tokens()).unwrap();
    assert_eq!(again(&key, &path, "t1", &json!({})).code(), "idempotency_key_reused");
    test.run_jobs();
}
