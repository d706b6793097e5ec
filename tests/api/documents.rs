use serde_json::Value;

use crate::support::{Form, TestService, papers};

fn documents(test: &TestService, application: &str) -> Vec<Value> {
    test.found(&format!("/v1/applications/{application}/documents"))["items"].as_array().unwrap().clone()
}

#[test]
fn a_statement_is_received_then_parsed() {
    let test = TestService::new();
    let application = test.application();
    let filed = test.filed(&application, "支付宝交易明细.csv", &papers::alipay(1));
    assert_eq!(filed["state"], "received");
    assert_eq!(filed["filename"], "支付宝交易明细.csv");
    assert_eq!(test.found(&format!("/v1/applications/{application}"))["state"], "processing");
    let path = format!("/v1/documents/{}", filed["id"].as_str().unwrap());
    let unread = test.found(&format!("{path}/statements"));
    assert_eq!((&unread["state"], unread.get("statements")), (&Value::from("received"), None));

    test.run_jobs();
    let parsed = test.found(&path);
    assert_eq!(parsed["state"], "parsed", "{parsed}");
    assert_eq!(parsed["media_type"], "text/csv");
    assert_eq!(parsed["parser"]["id"], "alipay.app.csv");
    let read = test.found(&format!("{path}/statements"));
    let statement = &read["statements"][0];
    assert_eq!(statement["holder"]["name"], "林一舟");
    assert_eq!(statement["transactions"].as_array().unwrap().len(), 3);
    let of_application = test.found(&format!("/v1/applications/{application}/statements"));
    assert_eq!(of_application["items"][0], read);
}

#[test]
fn the_file_may_be_the_body_itself() {
    let test = TestService::new();
    let application = test.application();
    let path = format!("/v1/applications/{application}/documents?filename=%E6%B5%81%E6%B0%B4.csv");
    let answer = test.client.send("POST", &path, &[("content-type", "text/csv")], &papers::alipay(1));
    assert_eq!(answer.status, 202, "{answer:?}");
    assert_eq!(answer.json()["filename"], "流水.csv");
    let path = format!("/v1/applications/{application}/documents");
    let answer = test.client.send("POST", &path, &[("x-filename", "%E6%B5%81%E6%B0%B42.csv")], &papers::alipay(2));
    assert_eq!(answer.json()["filename"], "流水2.csv");
    test.run_jobs();
}

#[test]
fn bad_files_fail_with_the_contract_s_codes() {
    let test = TestService::new();
    let application = test.application();
    for (name, bytes, code) in [
        ("empty.pdf", b"".as_slice(), "empty"),
        ("picture.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00".as_slice(), "corrupt"),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog".as_slice(), "corrupt"),
        ("cut.zip", b"PK\x03\x04\x14\x00\x00\x00".as_slice(), "corrupt"),
        ("poem.txt", "床前明月光，疑是地上霜。\n".as_bytes(), "not_a_statement"),
    ] {
        let filed = test.filed(&application, name, bytes);
        test.run_jobs();
        let document = test.found(&format!("/v1/documents/{}", filed["id"].as_str().unwrap()));
        assert_eq!(document["state"], "failed", "{name}: {document}");
        assert_eq!(document["error"]["code"], code, "{name}: {document}");
        assert!(document["error"]["message_zh"].is_string());
    }
}

#[test]
fn the_same_bytes_twice_are_one_document() {
    let test = TestService::new();
    let application = test.application();
    let first = test.filed(&application, "a.csv", &papers::alipay(1));
    let second = test.filed(&application, "b.csv", &papers::alipay(1));
    assert_eq!(first["id"], second["id"]);
    // Parse and assess.
    assert_eq!(test.run_jobs(), 2);
    let third = test.filed(&application, "c.csv", &papers::alipay(1));
    assert_eq!((&third["id"], &third["state"]), (&first["id"], &Value::from("parsed")));
    assert_eq!(test.run_jobs(), 0);
    assert_eq!(documents(&test, &application).len(), 1);

    // Another applicant's is another's.
    let other = test.filed(&test.application(), "a.csv", &papers::alipay(1));
    assert_ne!(other["id"], first["id"]);
    test.run_jobs();
}

#[test]
fn an_upload_with_the_same_key_is_done_once() {
    let test = TestService::new();
    let application = test.application();
    let path = format!("/v1/applications/{application}/documents");
    let send = |bytes: &[u8]| {
        let form = Form::default().file("a.csv", bytes).finish();
        test.client.send("POST", &path, &[Form::CONTENT_TYPE, ("idempotency-key", "k")], &form)
    };
    let first = send(&papers::alipay(1));
    assert_eq!(first.body, send(&papers::alipay(1)).body);
    let other = send(&papers::alipay(2));
    assert_eq!((other.status, other.code().as_str()), (422, "idempotency_key_reused"));
    assert_eq!(documents(&test, &application).len(), 1);
    test.run_jobs();
}

#[test]
fn each_file_of_an_archive_is_a_document() {
    let test = TestService::new();
    let application = test.application();
    let known = test.filed(&application, "known.csv", &papers::alipay(1));
    let archive = papers::zip(
        &[
            ("八月/alipay.csv", &papers::alipay(2)),
            ("again.csv", &papers::alipay(1)),
            ("poem.txt", "床前明月光\n".as_bytes()),
        ],
        None,
    );
    let filed = test.filed(&application, "papers.zip", &archive);
    test.run_jobs();
    let archive = test.found(&format!("/v1/documents/{}", filed["id"].as_str().unwrap()));
    assert_eq!((&archive["state"], &archive["media_type"]), (&"parsed".into(), &"application/zip".into()), "{archive}");
    let entries = archive["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 3, "{archive}");
    let entry = |name: &str| {
        let found = entries.iter().find(|entry| entry["name"].as_str().unwrap().ends_with(name)).unwrap();
        test.found(&format!("/v1/documents/{}", found["document_id"].as_str().unwrap()))
    };
    assert_eq!(entry("again.csv")["id"], known["id"]);
    assert_eq!(entry("alipay.csv")["state"], "parsed");
    assert_eq!(entry("alipay.csv")["parent_id"], archive["id"]);
    assert_eq!(entry("poem.txt")["error"]["code"], "not_a_statement");
    assert_eq!(documents(&test, &application).len(), 4);
    let findings = test.found(&format!("/v1/applications/{application}/findings"));
    // The archive itself is nothing that is assessed.
    assert_eq!(findings["documents"].as_array().unwrap().len(), 3);
}

#[test]
fn documents_are_listed_in_pages_in_the_order_in_which_they_came() {
    let test = TestService::new();
    let application = test.application();
    let filed: Vec<Value> =
        (0..3).map(|n| test.filed(&application, "a.csv", &papers::alipay(n))["id"].clone()).collect();
    let first = test.found(&format!("/v1/applications/{application}/documents?limit=2"));
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = test.found(&format!("/v1/applications/{application}/documents?limit=2&cursor={cursor}"));
    assert!(second["next_cursor"].is_null());
    let listed: Vec<Value> = [first, second]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap().clone())
        .map(|item| item["id"].clone())
        .collect();
    assert_eq!(listed, filed);
    test.run_jobs();
}

#[test]
fn an_application_takes_only_so_many_documents() {
    let test = TestService::with(crate::support::Wanted { documents_max: 1, ..Default::default() });
    let application = test.application();
    test.filed(&application, "a.csv", &papers::alipay(1));
    let answer = test.upload(&application, Form::default().file("b.csv", &papers::alipay(2)));
    assert_eq!((answer.status, answer.code().as_str()), (409, "too_many_documents"));
    // One that is there already is no further one.
    test.filed(&application, "a.csv", &papers::alipay(1));
    test.run_jobs();
}

#[test]
fn a_poor_picture_is_told_in_the_answer_to_its_upload() {
    let test = TestService::new();
    let application = test.application();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures");
    let sharp = std::fs::read(root.join("screenshot.jpg")).unwrap();
    assert_eq!(test.filed(&application, "截图.jpg", &sharp)["problems"], serde_json::json!([]));
    let whole = image::load_from_memory(&sharp).unwrap();
    let cut = whole.crop_imm(0, 0, whole.width() * 9 / 10, whole.height());
    let mut bytes = std::io::Cursor::new(Vec::new());
    cut.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let filed = test.filed(&application, "裁过.png", &bytes.into_inner());
    assert_eq!(filed["state"], "received");
    let [problem] = filed["problems"].as_array().unwrap().as_slice() else { panic!("{filed}") };
    assert_eq!(problem["code"], "poor_picture");
    assert!(problem["message_zh"].as_str().unwrap().contains("裁"), "{problem}");
    test.run_jobs();
}
