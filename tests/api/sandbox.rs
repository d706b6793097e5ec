//! Files read in processes apart: the same answers, and what goes wrong there is one document's failure.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::Sensitive;
use model::failure::Failure;
use serde_json::json;
use xinge::pipeline::{self, Limits};
use xinge::recognition;
use xinge::sandbox::{Bounds, Sandbox};

use crate::support::{Apart, Form, TestService, Wanted, papers, temporary_folder};

fn bounds() -> Bounds {
    Apart::new().bounds
}

fn apart(apart: Apart) -> TestService {
    TestService::with(Wanted { apart: Some(apart), ..Default::default() })
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn a_document_read_apart_is_read_as_it_is_here() {
    let read = |test: &TestService| {
        let application = test.application();
        test.filed(&application, "a.csv", &papers::alipay(1));
        let archive = papers::zip(&[("b.csv", &papers::alipay(2))], Some("geheim"));
        let form = Form::default().file("b.zip", &archive).text("password", "geheim");
        assert_eq!(test.upload(&application, form).status, 202);
        test.filed(&application, "poem.txt", "床前明月光\n".as_bytes());
        test.run_jobs();
        let mut statements = test.found(&format!("/v1/applications/{application}/statements"));
        for item in statements["items"].as_array_mut().unwrap() {
            item["document_id"] = json!("");
        }
        statements
    };
    let test = apart(Apart::new());
    let health = test.found("/readyz")["sandbox"].clone();
    assert!(health["state"] == "held" || !health["missing"].as_array().unwrap().is_empty(), "{health}");
    assert_eq!(read(&test), read(&TestService::new()));
}

fn models() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    if recognition::load(&folder, NonZeroUsize::MIN).is_ok() {
        return Some(folder);
    }
    eprintln!("not tried: the models that read pictures are not here; `.ci/models` fetches them");
    None
}

fn picture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(name)).unwrap()
}

#[test]
fn pictures_and_scans_are_read_apart_as_they_are_here() {
    let Some(models) = models() else { return };
    let bounds = Bounds { models: Some(models.clone()), seconds: 300, ..bounds() };
    let reader =
        recognition::reader_with_models(Limits { pages_at_once: NonZeroUsize::MIN, ..Limits::default() }, &models);
    let files = [
        ("alipay.jpg", picture("screens/alipay.jpg"), None),
        ("scan.pdf", picture("scan.pdf"), None),
        ("photo.zip", papers::zip(&[("bank.png", &picture("screens/bank.png"))], Some("geheim")), Some("geheim")),
    ];
    runtime().block_on(async {
        let sandbox = Sandbox::start(env!("CARGO_BIN_EXE_xinge").into(), bounds, 1).await.unwrap();
        assert_eq!(sandbox.missing(), Vec::<String>::new());
        for (name, bytes, password) in files {
            let began = Instant::now();
            let passwords = password.map(|password| Sensitive::new(password.to_owned())).into_iter().collect();
            let answer = sandbox.read(name, &bytes, passwords).await;
            eprintln!("{name} apart: {:?}", began.elapsed());
            let here = pipeline::extract(name, &bytes, &password.into_iter().collect::<Vec<_>>(), &reader);
            assert!(here.iter().all(|file| file.outcome.is_ok()), "{name}: {here:?}");
            assert_eq!(answer.files, here, "{name}");
        }
    });
}

#[test]
fn tesseract_is_run_by_a_process_that_is_confined_itself() {
    if !recognition::has_tesseract() {
        eprintln!("not tried: Tesseract with chi_sim is not installed here");
        return;
    }
    let bounds = Bounds { may_run_programs: true, seconds: 300, ..bounds() };
    runtime().block_on(async {
        let sandbox = Sandbox::start(env!("CARGO_BIN_EXE_xinge").into(), bounds, 1).await.unwrap();
        assert_eq!(sandbox.missing(), Vec::<String>::new());
        let answer = sandbox.read("bank.png", &picture("screens/bank.png"), Vec::new()).await;
        let [only] = answer.files.as_slice() else { panic!("{answer:?}") };
        match &only.outcome {
            Ok(read) => assert_eq!(read.facts.read_by.as_deref(), Some("tesseract chi_sim+eng")),
            // It reads less well: that no layout was found, or a figure not, is its own business.
            Err(failure) => assert!(
                matches!(failure, Failure::NotAStatement | Failure::UnreadablePicture { .. }),
                "it did not run: {failure:?}"
            ),
        }
    });
}

#[test]
fn a_picture_is_read_and_its_page_drawn_through_the_service() {
    let Some(models) = models() else { return };
    let test = apart(Apart { bounds: Bounds { models: Some(models), seconds: 300, ..bounds() }, ..Apart::new() });
    let application = test.application();
    let filed = test.filed(&application, "alipay.jpg", &picture("screens/alipay.jpg"));
    test.run_jobs();
    let path = format!("/v1/documents/{}", filed["id"].as_str().unwrap());
    let read = test.found(&path);
    assert_eq!(read["state"], "parsed", "{read}");
    let drawn = test.client.post_json(&format!("{path}/picture"), &json!({"page": 1, "reason": "review"}));
    assert_eq!((drawn.status, drawn.header("content-type")), (200, Some("image/png")), "{:?}", drawn.headers);
    assert!(drawn.body.starts_with(b"\x89PNG"));
    let beyond = test.client.post_json(&format!("{path}/picture"), &json!({"page": 9, "reason": "review"}));
    assert_eq!(beyond.status, 404, "{beyond:?}");
}

/// A program that does as the script says. `READY` in it is a child's greeting.
fn acting(folder: &Path, name: &str, script: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    // Its length in eight bytes, then itself.
    let script = script.replace("READY", r#"printf '\016\0\0\0\0\0\0\0{"missing":[]}'"#);
    std::fs::write(&path, format!("#!/bin/sh\nPATH=/bin:/usr/bin\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path
}

#[test]
fn one_that_dies_is_that_document_s_failure() {
    let folder = temporary_folder("acting");
    let runtime = runtime();
    let memory = || Failure::ResourceLimit { what: "memory".to_owned() };
    let defect = || Failure::Panicked { doing: "reading".to_owned() };
    for (name, script, expected) in [
        // What Rust does when memory is not to be had.
        ("aborts", "sleep 0.3; kill -ABRT $$", memory()),
        // What the kernel does when the machine has none.
        ("is-killed", "sleep 0.3; kill -KILL $$", memory()),
        ("ends", "sleep 0.3; exit 3", defect()),
        ("babbles", r"printf '\003\0\0\0\0\0\0\0abc'; sleep 5", defect()),
        // More than any answer has; what follows is not waited for.
        (
            "boasts",
            r"printf '\377\377\377\377\377\377\377\177'; sleep 5",
            Failure::ResourceLimit { what: "output".to_owned() },
        ),
        ("complains", "while :; do echo 6222021234567890 >&2; done", Failure::Timeout { seconds: 1 }),
        ("sleeps", "exec sleep 60", Failure::Timeout { seconds: 1 }),
        ("turns", "while :; do :; done", Failure::Timeout { seconds: 1 }),
    ] {
        let program = acting(&folder, name, &format!("READY\n{script}"));
        let (outcome, lost) = runtime.block_on(async {
            let sandbox = Sandbox::start(program, Bounds { seconds: 1, ..bounds() }, 1).await.unwrap();
            (sandbox.read("a.csv", b"a,b\n", Vec::new()).await, sandbox.counts().lost)
        });
        let [only] = outcome.files.as_slice() else { panic!("{outcome:?}") };
        assert_eq!((only.name.as_str(), &only.outcome), ("a.csv", &Err(expected)), "{name}");
        assert_eq!(lost, u64::from(name != "babbles"), "{name}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_document_whose_process_is_killed_fails_alone() {
    let folder = temporary_folder("killed");
    let real = env!("CARGO_BIN_EXE_xinge");
    // The first is killed with a document in its hands (more than its bounds is written to it); those after it are the
    // real ones.
    let first = folder.join("first");
    let script = format!(
        "if mkdir {} 2>/dev/null; then READY; head -c 700 >/dev/null; kill -KILL $$; fi\nexec {real} \"$@\"",
        first.display()
    );
    let program = acting(&folder, "reader", &script);
    let test = apart(Apart { program, children: 1, ..Apart::new() });
    let application = test.application();
    let filed = [1, 2, 3].map(|n| test.filed(&application, &format!("{n}.csv"), &papers::alipay(n)));
    test.run_jobs();
    let read = filed.map(|filed| test.found(&format!("/v1/documents/{}", filed["id"].as_str().unwrap())));
    let codes = read.each_ref().map(|document| document["error"]["code"].as_str().unwrap_or("none"));
    assert_eq!(codes.iter().filter(|code| **code == "resource_limit").count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == "none").count(), 2, "{codes:?}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn one_that_died_while_it_waited_costs_no_document() {
    let folder = temporary_folder("died");
    let real = env!("CARGO_BIN_EXE_xinge");
    let first = folder.join("first");
    let script = format!("if mkdir {} 2>/dev/null; then READY; exit; fi\nexec {real} \"$@\"", first.display());
    let program = acting(&folder, "reader", &script);
    let answer = runtime().block_on(async {
        let sandbox = Sandbox::start(program, bounds(), 1).await.unwrap();
        // Until it is gone.
        tokio::time::sleep(Duration::from_millis(500)).await;
        sandbox.read("a.csv", &papers::alipay(1), Vec::new()).await
    });
    assert!(answer.files[0].outcome.is_ok(), "{answer:?}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn memory_is_bounded() {
    // More cells than fit, fewer than the readers' own bound.
    let wide = "1,2,3,4,5,6,7,8\n".repeat(1_500_000);
    let answer = runtime().block_on(async {
        let bounds = Bounds { memory_bytes: 512 << 20, ..bounds() };
        let sandbox = Sandbox::start(env!("CARGO_BIN_EXE_xinge").into(), bounds, 1).await.unwrap();
        sandbox.read("wide.csv", wide.as_bytes(), Vec::new()).await
    });
    assert_eq!(answer.files[0].outcome, Err(Failure::ResourceLimit { what: "memory".to_owned() }));
}

#[test]
fn not_more_are_made_ready_than_were_asked_for() {
    runtime().block_on(async {
        let sandbox = Sandbox::start(env!("CARGO_BIN_EXE_xinge").into(), bounds(), 2).await.unwrap();
        let readers: Vec<_> = (0..6)
            .map(|_| {
                let sandbox = Arc::clone(&sandbox);
                tokio::spawn(async move { sandbox.read("empty.csv", b"", Vec::new()).await })
            })
            .collect();
        for reader in readers {
            reader.await.unwrap();
            assert!(sandbox.counts().waiting <= 2);
        }
        // Six files, those that wait, and the one that may be on its way.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let counts = sandbox.counts();
        assert!(counts.waiting <= 2 && counts.started <= 9 && counts.lost == 0, "{counts:?}");
    });
}

/// What reading apart costs beside the reading: a person waits for it.
#[test]
fn a_process_that_waits_costs_little() {
    const ROUNDS: u32 = 20;
    runtime().block_on(async {
        let sandbox = Sandbox::start(env!("CARGO_BIN_EXE_xinge").into(), bounds(), 2).await.unwrap();
        let mut took = Vec::new();
        for _ in 0..ROUNDS {
            // Until all wait again: what a burst costs is another question.
            while sandbox.counts().waiting < 2 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let began = Instant::now();
            let answer = sandbox.read("empty.csv", b"", Vec::new()).await;
            took.push(began.elapsed());
            assert!(answer.files[0].outcome.is_err());
        }
        took.sort();
        let median = took[took.len() / 2];
        eprintln!("sandbox overhead per document, median of {ROUNDS}: {median:?}");
        // Ten milliseconds are the bar on an idle machine; a loaded one may take a few times as long.
        assert!(median < Duration::from_millis(50), "{took:?}");
    });
}
