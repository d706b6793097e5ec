//! Pages as they look, for those who review.

use make_samples::people;
use make_samples::tamper_pdf::Paper;
use serde_json::{Value, json};

use crate::support::{Form, TestService, papers};

/// The salaried applicant's bank statement with a salary's row made white, and the page of the row.
fn forged() -> (Vec<u8>, usize) {
    let applicants = people::all().unwrap();
    let papers = applicants.iter().filter(|one| one.folder == "salaried").flat_map(|one| &one.papers);
    let clean = papers.map(|paper| paper.print().unwrap()).find(|bytes| bytes.starts_with(b"%PDF")).unwrap();
    let mut paper = Paper::open(&clean).unwrap();
    let run = paper.holding("代发工资").unwrap();
    paper.hide_line(&run, true);
    let page = run.page_number();
    (paper.resave().unwrap(), page)
}

#[test]
fn a_page_is_drawn_with_what_is_wrong_on_it_and_the_reason_is_kept() {
    let test = TestService::new();
    let application = test.application();
    let (forged, page) = forged();
    let inner = papers::zip(&[("流水.pdf", &forged)], None);
    test.filed(&application, "流水.zip", &inner);
    test.run_jobs();
    let documents = test.found(&format!("/v1/applications/{application}/documents"));
    let document =
        documents["items"].as_array().unwrap().iter().find(|one| one["media_type"] == "application/pdf").unwrap();
    let path = format!("/v1/documents/{}/picture", document["id"].as_str().unwrap());

    let drawn = test.client.post_json(&path, &json!({"page": page, "reason": "复核涂改位置"}));
    assert_eq!((drawn.status, drawn.header("content-type")), (200, Some("image/png")), "{drawn:?}");
    let picture = image::load_from_memory(&drawn.body).unwrap().into_rgb8();
    let marked = picture.pixels().filter(|pixel| pixel.0[0] > 150 && pixel.0[1] < 130 && pixel.0[2] < 60).count();
    assert!(marked > 100, "{marked} pixels of a mark");

    let lines: Value = test.found("/v1/audit-log");
    let line = &lines["items"][0];
    assert_eq!((&line["action"], &line["reason"]), (&json!("page_viewed"), &json!("复核涂改位置")));
    assert_eq!(line["resource_id"], document["id"]);

    let without_reason = test.client.post_json(&path, &json!({"page": 1, "reason": ""}));
    assert_eq!((without_reason.status, without_reason.code().as_str()), (400, "invalid_request"));
    let beyond = test.client.post_json(&path, &json!({"page": 900, "reason": "复核涂改位置"}));
    assert_eq!((beyond.status, beyond.code().as_str()), (404, "not_found"));
}

#[test]
fn a_page_under_a_password_is_drawn_where_the_password_comes_along() {
    let test = TestService::new();
    let application = test.application();
    let (forged, page) = forged();
    let locked = Paper::open(&forged).unwrap().resave_locked("Geheim-4711").unwrap();
    let form = Form::default().file("流水.pdf", &locked).text("password", "Geheim-4711");
    let sent = test.upload(&application, form);
    assert_eq!(sent.status, 202, "{sent:?}");
    test.run_jobs();
    let documents = test.found(&format!("/v1/applications/{application}/documents"));
    let path = format!("/v1/documents/{}/picture", documents["items"][0]["id"].as_str().unwrap());

    let ask = |passwords: &[&str]| {
        test.client.post_json(&path, &json!({"page": page, "reason": "复核涂改位置", "passwords": passwords}))
    };
    for without in [ask(&[]), ask(&["Geheim-0815"])] {
        assert_eq!((without.status, without.code().as_str()), (404, "not_found"));
    }
    let drawn = ask(&["Geheim-0815", "Geheim-4711"]);
    assert_eq!((drawn.status, drawn.header("content-type")), (200, Some("image/png")), "{drawn:?}");
}
