use serde_json::json;

use crate::support::TestService;

#[test]
fn an_application_is_made_and_found_again() {
    let test = TestService::new();
    let declared = json!({"name": "林一舟", "id_number": "44010119900101123X", "monthly_income": "9000",
        "baseline": {"limit": "8000", "apr": "0.18"}});
    let made = test.client.post_json("/v1/applications", &json!({"declared": declared, "as_of": "2026-09-05"}));
    assert_eq!(made.status, 201, "{made:?}");
    let application = made.json();
    assert_eq!(made.header("location").unwrap(), format!("/v1/applications/{}", application["id"].as_str().unwrap()));
    assert_eq!(made.header("cache-control"), Some("no-store"));
    assert_eq!(application["state"], "open");
    assert_eq!(application["as_of"], "2026-09-05");
    assert_eq!(application["created_at"], "2026-09-05T01:00:00.000+08:00");
    assert_eq!(application["declared"]["monthly_income"], "9000.00");
    assert_eq!(application["declared"]["id_masked"], "4****************X");

    let path = made.header("location").unwrap();
    assert_eq!(test.found(path), application);
}

#[test]
fn a_declaration_with_an_unknown_key_is_refused_by_name() {
    let test = TestService::new();
    let answer = test.client.post_json("/v1/applications", &json!({"declared": {"montly_income": "9000"}}));
    assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_request"));
    assert!(answer.json()["message_en"].as_str().unwrap().contains("montly_income"));
}

#[test]
fn a_list_is_given_in_pages_newest_first() {
    let test = TestService::new();
    let mut made: Vec<String> = (0..5).map(|_| test.application()).collect();
    made.reverse();
    let mut seen = Vec::new();
    let mut path = "/v1/applications?limit=2".to_owned();
    loop {
        let page = test.found(&path);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/applications?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, made);

    for query in ["limit=0", "limit=201", "limit=x", "cursor=doc_1", "cursr=app_1"] {
        let answer = test.client.get(&format!("/v1/applications?{query}"));
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_request"), "{query}");
    }
}

#[test]
fn the_same_request_with_the_same_key_is_done_once() {
    let test = TestService::new();
    let send = |body: &str| {
        let headers = [("content-type", "application/json"), ("idempotency-key", "k-1")];
        test.client.send("POST", "/v1/applications", &headers, body.as_bytes())
    };
    let first = send(r#"{"declared":{"employer":"甲"}}"#);
    let second = send(r#"{"declared":{"employer":"甲"}}"#);
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(first.body, second.body);
    let other = send(r#"{"declared":{"employer":"乙"}}"#);
    assert_eq!((other.status, other.code().as_str()), (422, "idempotency_key_reused"));
    assert_eq!(test.found("/v1/applications")["items"].as_array().unwrap().len(), 1);
}

#[test]
fn requests_with_one_key_at_the_same_time_are_done_once() {
    let test = TestService::new();
    let client = test.client;
    let bodies: Vec<Vec<u8>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(move || {
                    let headers = [("content-type", "application/json"), ("idempotency-key", "k-2")];
                    let answer = client.send("POST", "/v1/applications", &headers, b"{}");
                    assert_eq!(answer.status, 201, "{answer:?}");
                    answer.body
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(test.found("/v1/applications")["items"].as_array().unwrap().len(), 1);
}

#[test]
fn old_keys_are_forgotten() {
    let test = TestService::new();
    let headers = [("content-type", "application/json"), ("idempotency-key", "k-3")];
    test.client.send("POST", "/v1/applications", &headers, b"{}");
    test.advance(std::time::Duration::from_secs(8 * 24 * 3600));
    assert_eq!(test.block_on(test.service.forget_old_keys()).unwrap(), 1);
    test.client.send("POST", "/v1/applications", &headers, b"{}");
    assert_eq!(test.found("/v1/applications")["items"].as_array().unwrap().len(), 2);
}
