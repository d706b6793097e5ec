use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::support::{Form, TestService, papers};

/// Reads a stream of events: their names with their data.
struct Events(BufReader<TcpStream>);

impl Events {
    fn of(test: &TestService, application: &str) -> Self {
        let mut stream = TcpStream::connect(test.client.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let head = format!(
            "GET /v1/applications/{application}/events HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            test.client.address
        );
        stream.write_all(head.as_bytes()).unwrap();
        Self(BufReader::new(stream))
    }

    fn next(&mut self) -> (String, Value) {
        let mut name = String::new();
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the stream ended");
            if let Some(event) = line.strip_prefix("event: ") {
                event.trim().clone_into(&mut name);
            } else if let Some(data) = line.strip_prefix("data: ") {
                return (name, serde_json::from_str(data).unwrap());
            }
        }
    }
}

#[test]
fn who_watches_is_told_the_states_and_their_changes() {
    let test = TestService::new();
    let application = test.application();
    let mut events = Events::of(&test, &application);
    let (name, told) = events.next();
    assert_eq!((name.as_str(), &told["state"]), ("application", &Value::from("open")));

    let filed = test.filed(&application, "a.csv", &papers::alipay(1));
    let (name, told) = events.next();
    assert_eq!((name.as_str(), &told["state"], &told["id"]), ("document", &"received".into(), &filed["id"]));
    assert_eq!(events.next().1["state"], "processing");

    test.run_jobs();
    let (name, told) = events.next();
    assert_eq!((name.as_str(), &told["state"]), ("document", &Value::from("parsed")));
    assert_eq!(told["summary"][0]["holder_masked"], "林**");
    loop {
        let (name, told) = events.next();
        assert_eq!(name, "application");
        if told["state"] == "assessed" {
            break;
        }
    }
    // Whoever comes back is told all again.
    let mut again = Events::of(&test, &application);
    assert_eq!(again.next().1["state"], "parsed");
    assert_eq!(again.next().1["state"], "assessed");
    // The service stops, and does not wait for those who watch.
    test.service.stop();
    let mut rest = String::new();
    while again.0.read_line(&mut rest).unwrap() > 0 {}
}

#[test]
fn nobody_watches_what_is_not_there() {
    let test = TestService::new();
    let answer = test.client.get("/v1/applications/app_0/events");
    assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"));
}

#[test]
fn an_answer_that_is_waited_for_says_what_the_document_is() {
    let test = TestService::new();
    let application = test.application();
    let path = format!("/v1/applications/{application}/documents");
    let form = Form::default().file("a.csv", &papers::alipay(1)).finish();
    let (client, headers) = (test.client, [Form::CONTENT_TYPE, ("prefer", "wait=10")]);
    let answer = std::thread::scope(|scope| {
        let upload = scope.spawn(|| client.send("POST", &path, &headers, &form));
        while test.run_jobs() == 0 {
            std::thread::sleep(Duration::from_millis(20));
        }
        upload.join().unwrap()
    });
    test.run_jobs();
    assert_eq!(answer.status, 202, "{answer:?}");
    let document = answer.json();
    assert_eq!(document["state"], "parsed");
    let summary = &document["summary"][0];
    assert_eq!((&summary["kind"], &summary["issuer"]), (&"wallet".into(), &"alipay".into()));
    assert_eq!((&summary["months"], &summary["rows"]), (&serde_json::json!(["2026-08"]), &3.into()));
    let told = summary["message_zh"].as_str().unwrap();
    assert!(told.starts_with("支付账户账单，2026-08，户名 林**，3 笔，"), "{told}");
    assert!(!document.to_string().contains("林一舟"), "{document}");
}

#[test]
fn who_does_not_want_to_wait_long_is_answered() {
    let test = TestService::new();
    let application = test.application();
    let path = format!("/v1/applications/{application}/documents");
    let form = Form::default().file("a.csv", &papers::alipay(1)).finish();
    let answer = test.client.send("POST", &path, &[Form::CONTENT_TYPE, ("prefer", "wait=1")], &form);
    assert_eq!((answer.status, &answer.json()["state"]), (202, &Value::from("received")));
    test.run_jobs();
}
