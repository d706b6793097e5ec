use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;
use xinge::pipeline::Limits;

use crate::support::{Form, TestService, Wanted};

#[test]
fn what_is_not_there_is_said_in_both_languages() {
    let test = TestService::new();
    for path in [
        "/v1/applications/app_0",
        "/v1/applications/doc_0",
        "/v1/applications/app_0/documents",
        "/v1/applications/app_0/statements",
        "/v1/applications/app_0/decision",
        "/v1/documents/doc_0",
        "/v1/documents/doc_0/statements",
        "/v1/documents/%ff",
        "/v1/nothing",
        "/nothing",
    ] {
        let answer = test.client.get(path);
        assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{path}");
    }
    let answer = test.client.send("DELETE", "/v1/applications", &[], b"");
    assert_eq!((answer.status, answer.code().as_str()), (405, "method_not_allowed"));
}

#[test]
fn a_file_beyond_the_bound_is_refused_and_leaves_nothing() {
    let limits = Limits { file_bytes: 1_000, ..Limits::default() };
    let test = TestService::with(Wanted { limits, ..Default::default() });
    let application = test.application();
    let answer = test.upload(&application, Form::default().file("a.csv", &[b'a'; 1_001]));
    assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"));
    // Told from its length; read to its end all the same, or the client would see no answer.
    let answer = test.upload(&application, Form::default().file("a.csv", &vec![b'a'; 20_000_000]));
    assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"));
    let path = "/v1/applications/app_0/documents";
    let answer = test.client.send("POST", path, &[], &vec![b'a'; 20_000_000]);
    assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"));
    assert!(test.found(&format!("/v1/applications/{application}/documents"))["items"].as_array().unwrap().is_empty());
    assert_eq!(std::fs::read_dir(test.folder.join("blobs/unfinished")).unwrap().count(), 0);
    test.filed(&application, "a.csv", &[b'a'; 1_000]);
    test.run_jobs();
}

#[test]
fn a_declaration_beyond_the_bound_is_refused() {
    let test = TestService::new();
    let answer = test.client.post_json("/v1/applications", &json!({"declared": {"employer": "x".repeat(100_000)}}));
    assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"));
}

#[test]
fn bodies_of_other_kinds_are_refused() {
    let test = TestService::new();
    let application = test.application();
    let uploads = format!("/v1/applications/{application}/documents");
    for (path, kind) in [
        (uploads.as_str(), "application/json"),
        (uploads.as_str(), "application/x-www-form-urlencoded"),
        ("/v1/applications", "text/plain"),
    ] {
        let answer = test.client.send("POST", path, &[("content-type", kind)], b"{}");
        assert_eq!((answer.status, answer.code().as_str()), (415, "unsupported_media_type"), "{path} {kind}");
    }
}

#[test]
fn forms_that_are_not_an_upload_are_refused() {
    let test = TestService::new();
    let application = test.application();
    for form in [
        Form::default(),
        Form::default().text("password", "x"),
        Form::default().file("a", b"a").file("b", b"b"),
        Form::default().file("a", b"a").text("note", "x"),
    ] {
        let answer = test.upload(&application, form);
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_request"));
    }
    let path = format!("/v1/applications/{application}/documents");
    let answer = test.client.send("POST", &path, &[Form::CONTENT_TYPE], b"--between-the-parts-of");
    assert_eq!((answer.status, answer.code().as_str()), (400, "incomplete_body"));
}

#[test]
fn pages_of_other_sites_are_kept_out() {
    let test = TestService::new();
    for headers in
        [[("host", "rebound.example"), ("accept", "*/*")], [("origin", "http://elsewhere.example"), ("accept", "*/*")]]
    {
        let answer = test.client.send("GET", "/v1/applications", &headers, b"");
        assert_eq!((answer.status, answer.code().as_str()), (403, "not_admitted"), "{headers:?}");
    }
}

#[test]
fn an_upload_that_stalls_is_given_up() {
    let test = TestService::new();
    let application = test.application();
    let mut stream = TcpStream::connect(test.client.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let head = format!(
        "POST /v1/applications/{application}/documents?filename=a.csv HTTP/1.1\r\nhost: {}\r\n\
         content-length: 1000\r\n\r\nthe first bytes",
        test.client.address
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut bytes = [0_u8; 400];
    let length = stream.read(&mut bytes).unwrap();
    let answer = String::from_utf8_lossy(&bytes[..length]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(std::fs::read_dir(test.folder.join("blobs/unfinished")).unwrap().count(), 0);
}

#[test]
fn every_answer_carries_a_request_id() {
    let test = TestService::new();
    assert!(test.client.get("/healthz").header("x-request-id").unwrap().starts_with("req_"));
    let given = test.client.send("GET", "/nothing", &[("x-request-id", "proxy-7.a_b")], b"");
    assert_eq!(given.header("x-request-id"), Some("proxy-7.a_b"));
    let odd = test.client.send("GET", "/healthz", &[("x-request-id", "a b")], b"");
    assert!(odd.header("x-request-id").unwrap().starts_with("req_"));
}

#[test]
fn health_is_told() {
    let test = TestService::new();
    assert_eq!(test.found("/healthz"), json!({"status": "ok"}));
    assert_eq!(test.found("/readyz"), json!({"status": "ok", "sandbox": {"state": "off", "missing": []}}));
    let unfinished = test.folder.join("blobs/unfinished");
    std::fs::rename(&unfinished, test.folder.join("gone")).unwrap();
    let lacking = test.client.get("/readyz");
    assert_eq!((lacking.status, &lacking.json()["status"]), (503, &json!("files cannot be written")));
    std::fs::rename(test.folder.join("gone"), &unfinished).unwrap();
    assert_eq!(test.client.get("/readyz").status, 200);
    test.block_on(test.service.db.close());
    assert_eq!(test.client.get("/readyz").status, 503);
    assert_eq!(test.client.get("/healthz").status, 200);
    let failed = test.client.get("/v1/applications");
    assert_eq!((failed.status, failed.code().as_str()), (500, "internal"));
    // The queue can no longer be asked when this ends.
    std::mem::forget(test);
}

#[test]
fn too_many_at_once_are_told_to_come_back() {
    let test = TestService::with(Wanted { concurrent_requests_max: 1, ..Default::default() });
    let application = test.application();
    // One that stays: its body has not ended.
    let mut stays = TcpStream::connect(test.client.address).unwrap();
    let head = format!(
        "POST /v1/applications/{application}/documents HTTP/1.1\r\nhost: {}\r\ncontent-length: 9\r\n\r\nx",
        test.client.address
    );
    stays.write_all(head.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let answer = test.client.get("/healthz");
    assert_eq!((answer.status, answer.code().as_str()), (503, "busy"));
    drop(stays);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(test.client.get("/healthz").status, 200);
}

#[test]
fn the_description_and_its_page_need_no_other_host() {
    let test = TestService::new();
    let page = test.client.get("/docs/");
    assert_eq!(page.status, 200);
    for path in ["/docs/", "/docs/index.css", "/docs/swagger-initializer.js"] {
        let body = String::from_utf8_lossy(&test.client.get(path).body).into_owned();
        assert!(!body.contains("https://") && !body.contains("http://"), "{path}: {body}");
    }
    assert_eq!(test.found("/openapi.json")["openapi"], "3.1.0");
}
