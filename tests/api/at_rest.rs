//! What lies on the disk and in the database tells nothing about anybody without the master key.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use xinge::db::Pools;

use crate::support::{Answer, Form, TestService, Wanted, papers, ring};

/// What the applicant's papers and declaration say, as text that a search would find.
const PERSONAL: [&str; 9] = [
    "林一舟",
    "110101199003070011",
    "示例公司",
    "示例餐厅",
    "2026080122001",
    "exa***@example.com",
    "138****0001",
    "私人流水",
    // Of the papers as they were sent: GBK, as Alipay writes them.
    "\u{fffd}gbk",
];

fn needles() -> Vec<Vec<u8>> {
    // 林一舟 in GBK.
    let gbk = vec![0xC1, 0xD6, 0xD2, 0xBB, 0xD6, 0xDB];
    PERSONAL.iter().map(|text| if text.ends_with("gbk") { gbk.clone() } else { text.as_bytes().to_vec() }).collect()
}

fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Every row of every table, as text.
async fn dump(url: &str) -> String {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let tables: Vec<String> =
        sqlx::query_scalar("select table_name::text from information_schema.tables where table_schema = 'public'")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    let mut rows = Vec::new();
    for table in &tables {
        let sql = AssertSqlSafe(format!("select t::text from {table} t"));
        rows.extend(sqlx::query_scalar::<_, String>(sql).fetch_all(&mut connection).await.unwrap());
    }
    assert!(tables.len() > 10 && rows.iter().any(|row| row.contains("app_")), "nothing was dumped");
    rows.join("\n")
}

/// One applicant's whole road, an archive and an upload that is not finished included.
fn full_run(test: &TestService) -> String {
    let declared = json!({"declared": {"name": "林一舟", "id_number": "110101199003070011", "employer": "示例公司"}});
    let headers = [("content-type", "application/json"), ("idempotency-key", "once")];
    let made = test.client.send("POST", "/v1/applications", &headers, declared.to_string().as_bytes());
    let application = made.json()["id"].as_str().unwrap().to_owned();
    test.filed(&application, "林一舟私人流水.csv", &papers::alipay(1));
    let archive = papers::zip(&[("林一舟.csv", &papers::alipay(2))], None);
    test.filed(&application, "私人流水.zip", &archive);
    let rest = papers::alipay(3);
    let metadata = format!("filename {}", STANDARD.encode("私人流水.csv"));
    let announced = test.client.send(
        "POST",
        &format!("/v1/applications/{application}/uploads"),
        &[
            ("tus-resumable", "1.0.0"),
            ("upload-length", &(rest.len() + 1).to_string()),
            ("upload-metadata", &metadata),
            ("content-type", "application/offset+octet-stream"),
        ],
        &rest,
    );
    assert_eq!(announced.status, 201, "{announced:?}");
    test.run_jobs();
    let statements = test.found(&format!("/v1/applications/{application}/statements"));
    assert!(statements.to_string().contains("示例餐厅"), "{statements}");
    assert_eq!(test.client.get(&format!("/v1/applications/{application}/decision")).status, 200);
    application
}

#[test]
fn nothing_personal_can_be_found_in_the_data_folder_or_in_the_database() {
    let test = TestService::new();
    full_run(&test);
    let mut paths = Vec::new();
    files(&test.folder, &mut paths);
    assert!(paths.len() >= 4, "{paths:?}");
    let mut contents: Vec<(String, Vec<u8>)> =
        paths.iter().map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect();
    if let Some(database) = &test.database {
        contents.push(("the database".to_owned(), test.block_on(dump(&database.url)).into_bytes()));
    }
    for (name, content) in &contents {
        for needle in needles() {
            let is_there = content.windows(needle.len()).any(|window| window == needle);
            assert!(!is_there, "{} lies in {name}", String::from_utf8_lossy(&needle));
            assert!(!name.contains(&*String::from_utf8_lossy(&needle)));
        }
    }
}

#[test]
fn two_lenders_cannot_be_told_to_have_the_same_file() {
    let test = TestService::new();
    let names = |test: &TestService| {
        let mut paths = Vec::new();
        files(&test.folder.join("blobs/files"), &mut paths);
        paths.into_iter().map(|path| path.file_name().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (one, two) = (test.application(), test.application());
    let sha256 = |filed: serde_json::Value| filed["sha256"].as_str().unwrap().to_owned();
    let shown = sha256(test.filed(&one, "a.csv", &papers::alipay(1)));
    assert_eq!(sha256(test.filed(&one, "b.csv", &papers::alipay(1))), shown);
    assert_eq!(names(&test).len(), 1, "the same bytes twice in one application are one file");
    assert_eq!(sha256(test.filed(&two, "a.csv", &papers::alipay(1))), shown);
    let names = names(&test);
    assert_eq!(names.len(), 2);
    assert!(names[0] != names[1] && names.iter().all(|name| name.to_string_lossy() != shown), "{names:?}");
    test.run_jobs();
}

/// Runs a statement against the service's database, past the service.
fn tamper(test: &TestService, sql: &str) {
    test.block_on(async {
        match &test.service.db.pools {
            Pools::Lite { writer, .. } => {
                sqlx::query(AssertSqlSafe(sql.to_owned())).execute(writer).await.unwrap();
            }
            Pools::Pg(pool) => {
                sqlx::query(AssertSqlSafe(sql.to_owned())).execute(pool).await.unwrap();
            }
        }
    });
}

#[test]
fn what_was_swapped_in_the_database_is_an_error_and_no_answer() {
    let test = TestService::new();
    let (one, two) = (test.application(), test.application());
    let get = |id: &str| test.client.get(&format!("/v1/applications/{id}"));
    tamper(
        &test,
        &format!(
            "update applications set declaration_json = (select declaration_json from applications where id = '{two}') where id = '{one}'"
        ),
    );
    let answer: Answer = get(&one);
    assert_eq!((answer.status, answer.code().as_str()), (500, "internal"));
    assert_eq!(get(&two).status, 200);
    tamper(
        &test,
        &format!(
            "update data_keys set wrapped = (select wrapped from data_keys where owner = '{one}') where owner = '{two}'"
        ),
    );
    assert_eq!(get(&two).status, 500);
}

fn xinge(test: &TestService, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xinge"));
    command.args(arguments).env("XINGE__STORE__DATA", &test.folder).env("XINGE__LOG__FILTER", "error");
    if let Some(database) = &test.database {
        command.env("XINGE__STORE__DATABASE", &database.url);
    }
    command
}

#[test]
fn a_service_without_the_master_key_does_not_start() {
    let test = TestService::new();
    test.application();
    let other = "02".repeat(32);
    let output = xinge(&test, &["worker"]).env("XINGE__KEYS__MASTER", other).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("which is not among those given"), "{said}");
}

/// As many keys as take a rotation longer than the first kills.
const KEYS: usize = 700;
const KILLS: u64 = 6;

#[test]
fn a_killed_rotation_loses_no_key_and_is_finished_by_the_next() {
    let test = TestService::with(Wanted::default());
    let first = full_run(&test);
    for _ in 0..KEYS {
        test.application();
    }
    let before = ring(&test.folder.join("master.key")).ids();
    let files_before = {
        let mut paths = Vec::new();
        files(&test.folder.join("blobs/files"), &mut paths);
        paths.into_iter().map(|path| std::fs::read(path).unwrap()).collect::<Vec<_>>()
    };
    for kill in 0..KILLS {
        let mut rotation = xinge(&test, &["keys", "rotate-master"]);
        let mut rotation = rotation.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(20 + kill * 25));
        rotation.kill().unwrap();
        rotation.wait().unwrap();
        // The service runs on, with keys wrapped by either.
        assert_eq!(test.client.get(&format!("/v1/applications/{first}")).status, 200);
    }
    let output = xinge(&test, &["keys", "rotate-master"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = xinge(&test, &["keys", "rotate-master", "--finish"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let after = ring(&test.folder.join("master.key")).ids();
    assert!(after.len() == 1 && after != before, "{before:?} {after:?}");
    let mut cursor = String::new();
    let mut seen = 0;
    loop {
        let page = test.found(&format!("/v1/applications?limit=200{cursor}"));
        seen += page["items"].as_array().unwrap().len();
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, KEYS + 1);
    let answer = test.upload(&first, Form::default().file("a.csv", &papers::alipay(9)));
    assert_eq!(answer.status, 202, "{answer:?}");
    test.run_jobs();
    let mut paths = Vec::new();
    files(&test.folder.join("blobs/files"), &mut paths);
    let files_after: Vec<_> = paths.into_iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert!(files_before.iter().all(|file| files_after.contains(file)), "a file was written anew");
}
