//! The command line as another program meets it: the built binary, its stdout, its stderr, its exit status.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{AesMode, ZipWriter};

/// Two rows whose balances and printed totals agree.
const STATEMENT: &str = "\
# 招商银行交易记录,,,,,,
# 导出时间: [            2026-03-01 01:14:18],,,,,,
# 账    号: [一卡通:6214********1234   招商银行],,,,,,
# 币    种: [                         人民币],,,,,,
# 起始日期: [20260201]   终止日期: [20260228],,,,,,
# 过滤设置: 无,,,,,,
,,,,,,
交易日期,交易时间,收入,支出,余额,交易类型,交易备注
20260227,23:27:04,,88.50,1411.50,N5CP,\t财付通 - 扫二维码付款
20260215,09:45:49,1500.00,,1500.00,代发工资,\t示例科技有限公司
,,,,,,
# 收入合计: 1 笔，共 1500.00 元,,,,,,
# 支出合计: 1 笔，共 88.50 元,,,,,,
";

/// A folder of its own for a test, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("xinge-cli-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn xinge(arguments: &[&str], files: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xinge")).args(arguments).args(files).output().unwrap()
}

/// The exit status and the lines of a run that prints JSON.
fn answers(arguments: &[&str], files: &[&Path]) -> (i32, Vec<Value>) {
    let output = xinge(arguments, files);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("internal error"), "{stderr}");
    let stdout = String::from_utf8(output.stdout).unwrap();
    let lines = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (output.status.code().unwrap(), lines)
}

/// The code of the one answer, whose words are there in both languages and which fails the call.
fn refusal(passwords: &[&str], file: &Path) -> String {
    let mut arguments = vec!["parse", "--format", "json"];
    for password in passwords {
        arguments.extend(["--password", password]);
    }
    let (status, lines) = answers(&arguments, &[file]);
    assert_eq!((status, lines.len()), (1, 1), "{lines:?}");
    let error = &lines[0]["error"];
    assert!(lines[0].get("statements").is_none());
    for key in ["message_en", "message_zh", "hint_zh"] {
        assert!(error[key].as_str().is_some_and(|words| !words.is_empty()), "{key}: {error}");
    }
    error["code"].as_str().unwrap().to_owned()
}

fn zip(entries: &[(&str, &[u8])], password: Option<&str>) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = SimpleFileOptions::default();
        match password {
            Some(password) => writer.start_file(*name, options.with_aes_encryption(AesMode::Aes256, password)),
            None => writer.start_file(*name, options),
        }
        .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn every_file_is_answered_in_the_order_given() {
    let folder = Folder::new("order");
    let good = folder.file("cmb.csv", STATEMENT);
    let empty = folder.file("empty.csv", "");
    let missing = folder.0.join("missing.pdf");
    let (status, lines) = answers(&["parse", "--format", "json"], &[&missing, &good, &empty, &good]);
    assert_eq!(status, 1);
    let codes: Vec<Option<&str>> = lines.iter().map(|line| line["error"]["code"].as_str()).collect();
    assert_eq!(codes, [Some("unsupported_format"), None, Some("empty"), None]);
    assert_eq!(lines[1], lines[3]);
}

#[test]
fn a_statement_is_printed_with_its_figures_and_where_they_stand() {
    let folder = Folder::new("statement");
    let file = folder.file("cmb.csv", STATEMENT);
    let (status, lines) = answers(&["parse"], &[&file]);
    assert_eq!((status, lines.len()), (0, 1), "json is what a pipe gets");
    let document = &lines[0];
    assert_eq!(document["schema"], 1);
    assert_eq!(document["parser"]["id"], "cmb.deposit.csv");
    let statement = &document["statements"][0];
    assert_eq!(statement["account"]["tail"], "1234");
    assert_eq!(statement["proof"]["status"], "proven");
    assert_eq!(statement["declared_totals"]["in_sum"], "1500.00");
    let row = &statement["transactions"][0];
    assert_eq!(row["time"], "2026-02-27T23:27:04+08:00");
    assert_eq!((&row["amount"], &row["flow"], &row["balance"]), (&"-88.50".into(), &"out".into(), &"1411.50".into()));
    assert_eq!(row["source"]["line"], 9);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let folder = Folder::new("bytes");
    folder.file("papers/a.csv", STATEMENT);
    folder.file("papers/more/b.csv", STATEMENT);
    let papers = folder.0.join("papers");
    let first = xinge(&["parse"], &[&papers]);
    assert_eq!(String::from_utf8_lossy(&first.stdout).lines().count(), 2);
    assert_eq!(first.stdout, xinge(&["parse"], &[&papers]).stdout);
}

#[test]
fn csv_has_a_line_a_transaction() {
    let folder = Folder::new("csv");
    let file = folder.file("cmb.csv", STATEMENT);
    let output = xinge(&["parse", "--format", "csv"], &[&file]);
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[1].contains(",1,2026-02-27T23:27:04+08:00,-88.50,out,1411.50,"), "{text}");
    assert!(lines[1].ends_with(",1,false,proven,line 9 column 1"), "{text}");
}

#[test]
fn the_table_says_what_was_proven() {
    let folder = Folder::new("table");
    let file = folder.file("cmb.csv", STATEMENT);
    let output = xinge(&["parse", "--format", "table"], &[&file]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("2 rows: 1 in 1500.00, 1 out 88.50"), "{text}");
    assert!(text.contains("proof: proven"), "{text}");
}

#[test]
fn bad_input_gets_its_code_and_words() {
    let folder = Folder::new("bad");
    let workbook = zip(&[("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>")], None);
    let cases: [(&str, Vec<u8>, &str); 7] = [
        ("empty.csv", Vec::new(), "empty"),
        ("truncated.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Cat".to_vec(), "corrupt"),
        ("truncated.xlsx", workbook.get(..workbook.len() / 2).unwrap().to_vec(), "corrupt"),
        ("notes.txt", b"a letter to nobody,\nin two lines\n".to_vec(), "not_a_statement"),
        ("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "corrupt"),
        ("line.csv", vec![b'1'; 10 << 20], "resource_limit"),
        ("up.zip", zip(&[("../up.csv", STATEMENT.as_bytes())], None), "corrupt"),
    ];
    for (name, bytes, code) in cases {
        assert_eq!(refusal(&[], &folder.file(name, bytes)), code, "{name}");
    }
    assert!(!folder.0.parent().unwrap().join("up.csv").exists());
}

#[test]
fn a_protected_archive_opens_with_its_password_alone() {
    let folder = Folder::new("password");
    let file = folder.file("bill.zip", zip(&[("cmb.csv", STATEMENT.as_bytes())], Some("270126")));
    assert_eq!(refusal(&[], &file), "password_required");
    assert_eq!(refusal(&["000000"], &file), "wrong_password");
    let (status, lines) = answers(&["parse", "--password", "000000", "--password", "270126"], &[&file]);
    assert_eq!(status, 0);
    assert!(lines[0]["file"].as_str().unwrap().ends_with("bill.zip/cmb.csv"), "{lines:?}");
}

#[test]
fn archives_are_walked_no_deeper_than_their_bound() {
    let folder = Folder::new("depth");
    let first = zip(&[("cmb.csv", STATEMENT.as_bytes())], None);
    let second = zip(&[("first.zip", &first)], None);
    let (status, lines) = answers(&["parse"], &[&folder.file("second.zip", &second)]);
    assert_eq!((status, lines.len()), (0, 1), "{lines:?}");
    let third = zip(&[("second.zip", &second)], None);
    assert_eq!(refusal(&[], &folder.file("third.zip", third)), "resource_limit");
}

#[test]
fn an_archive_that_unpacks_beyond_its_bound_is_refused() {
    let folder = Folder::new("bomb");
    let zeros = vec![b'0'; 101 << 20];
    let bomb = zip(&[("a.csv", &zeros), ("b.csv", &zeros), ("c.csv", &zeros)], None);
    assert!(bomb.len() < 1 << 20);
    let (status, lines) = answers(&["parse"], &[&folder.file("bomb.zip", bomb)]);
    assert_eq!(status, 1);
    let codes: Vec<&str> = lines.iter().filter_map(|line| line["error"]["code"].as_str()).collect();
    assert!(codes.contains(&"resource_limit"), "{codes:?}");
}

#[test]
fn wrong_usage_is_told_apart_from_wrong_input() {
    let folder = Folder::new("usage");
    let file = folder.file("cmb.csv", STATEMENT);
    let declared = folder.file("declared.json", r#"{"name": "张三", "montly_income": "9000"}"#);
    let policy = folder.file("policy.json", "{}");
    let declared = declared.to_str().unwrap();
    let policy = policy.to_str().unwrap();
    for (arguments, word) in [
        (vec!["parse", "--format", "xml"], "--format"),
        (vec!["assess", "--as-of", "2026-02-30"], "--as-of"),
        (vec!["assess", "--declared", declared], "montly_income"),
        (vec!["assess", "--policy", policy], "--policy"),
        (vec!["assess", "--as-of", "2026-03-05", "--explain", "income.luck"], "income.luck"),
        (vec!["approve"], "approve"),
    ] {
        let output = xinge(&arguments, &[&file]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(word), "{arguments:?}: {stderr}");
    }
    assert_eq!(xinge(&["parse"], &[]).status.code(), Some(2));
}

#[test]
fn an_assessment_has_the_contracts_parts() {
    let folder = Folder::new("assess");
    let file = folder.file("cmb.csv", STATEMENT);
    let missing = folder.0.join("missing.pdf");
    let declared = folder.file(
        "declared.json",
        r#"{"name": "张三", "id_number": "44010119900101123X", "monthly_income": "9000",
            "baseline": {"limit": "8000", "apr": "0.18"}}"#,
    );
    let declared = declared.to_str().unwrap();
    let arguments = ["assess", "--declared", declared, "--as-of", "2026-03-05", "--format", "json"];
    let (status, lines) = answers(&arguments, &[&missing, &file]);
    assert_eq!((status, lines.len()), (1, 1));
    let keys: Vec<&String> = lines[0].as_object().unwrap().keys().collect();
    for key in ["schema", "as_of", "documents", "features", "findings", "profile", "decision"] {
        assert!(keys.iter().any(|found| *found == key), "{keys:?}");
    }
    assert_eq!(lines[0]["profile"]["declared"]["id_masked"], "4****************X");
    assert!(!lines[0].to_string().contains("44010119900101123X"));
    assert_eq!(lines[0]["decision"]["baseline"], serde_json::json!({"limit": "8000.00", "apr": "0.1800"}));
    assert_eq!(lines[0]["decision"]["offers"], serde_json::json!([]));
    let text = xinge(&arguments[..5], &[&file]).stdout;
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("结论 Decision") && text.contains("proven"), "{text}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Folder::new("pipe");
    for index in 0..200 {
        folder.file(&format!("{index:03}.csv"), STATEMENT);
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_xinge"))
        .arg("parse")
        .arg(&folder.0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn nobody_has_to_read_the_diagnostics() {
    let folder = Folder::new("stderr");
    let missing: Vec<PathBuf> = (0..50).map(|index| folder.0.join(format!("{index}.csv"))).collect();
    let mut child = Command::new(env!("CARGO_BIN_EXE_xinge"))
        .arg("parse")
        .args(&missing)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), missing.len());
}

#[test]
fn every_layout_is_listed() {
    let (status, lines) = answers(&["parsers", "--format", "json"], &[]);
    assert_eq!(status, 0);
    assert!(lines.iter().any(|line| line["id"] == "cmb.deposit.pdf" && line["version"].is_number()), "{lines:?}");
}

/// One finding of an assessment, by its check.
fn finding<'a>(assessed: &'a Value, check: &str) -> &'a Value {
    assessed["findings"].as_array().unwrap().iter().find(|one| one["check"] == check).unwrap()
}

#[test]
fn a_paper_of_two_applicants_is_told_from_the_registry_and_no_name_stands_in_it() {
    let folder = Folder::new("registry");
    let paper = folder.file("cmb.csv", STATEMENT);
    let registry = folder.0.join("registry.json");
    let assess = |name: &str, key: Option<&str>| {
        let declared = folder.file("declared.json", format!("{{\"name\": \"{name}\"}}"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_xinge"));
        command.args(["assess", "--format", "json", "--as-of", "2026-03-05", "--declared"]).arg(declared);
        command.arg("--registry").arg(&registry).arg(&paper);
        if let Some(key) = key {
            command.env("XINGE__REGISTRY__KEY", key);
        }
        command.output().unwrap()
    };
    let file_unique = |output: &Output| {
        let assessed: Value = serde_json::from_slice(&output.stdout).unwrap();
        finding(&assessed, "file_unique")["outcome"].as_str().unwrap().to_owned()
    };
    assert_eq!(file_unique(&assess("林一舟", None)), "not_run");
    assert!(!registry.exists());
    let key = Some("a key of thirty-two bytes, so so");
    assert_eq!(file_unique(&assess("林一舟", key)), "pass");
    assert_eq!(file_unique(&assess("林一舟", key)), "pass");
    assert_eq!(file_unique(&assess("何景行", key)), "fail");
    let kept = fs::read_to_string(&registry).unwrap();
    for private in ["林一舟", "何景行", "示例科技", "1500.00", "6214"] {
        assert!(!kept.contains(private), "{private}");
    }
    let short = assess("林一舟", Some("short"));
    assert_eq!(short.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&short.stderr).contains("registry.key must be empty or at least 32 bytes long"));
}

#[test]
fn what_the_issuer_sent_is_compared_with_the_paper() {
    let folder = Folder::new("feed");
    let paper = folder.file("cmb.csv", STATEMENT);
    let other = STATEMENT.replace("88.50,1411.50", "88.00,1412.00").replace("共 88.50", "共 88.00");
    for (sent, outcome) in [(STATEMENT, "pass"), (other.as_str(), "fail")] {
        let feed = folder.file("feed.csv", sent);
        let output = Command::new(env!("CARGO_BIN_EXE_xinge"))
            .args(["assess", "--format", "json", "--as-of", "2026-03-05", "--feed"])
            .args([&feed, &paper])
            .output()
            .unwrap();
        let assessed: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(finding(&assessed, "feed_agrees")["outcome"], outcome);
        // It is no document of the applicant's.
        assert_eq!(assessed["documents"].as_array().unwrap().len(), 1);
    }
}
