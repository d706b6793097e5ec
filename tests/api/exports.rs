//! Transactions as files for a spreadsheet.

use std::fs::File;
use std::io::{Cursor, Read};
use std::process::Command;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use xinge::db::queue::Crew;

use crate::support::{TestService, papers};

fn entry(workbook: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook.to_vec())).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn the_service_and_the_command_line_write_the_same_lines() {
    let test = TestService::new();
    let application = test.application();
    let path = format!("/v1/applications/{application}/transactions");
    assert_eq!(String::from_utf8(test.client.get(&path).body).unwrap().lines().count(), 1, "the heading alone");
    test.filed(&application, "a.csv", &papers::alipay(1));
    test.filed(&application, "not-a-statement.csv", b"a,b\n1,2\n");
    // Before it is assessed a row's own words tell its category, as on the command line.
    let lease = test.block_on(test.service.claim_job(Crew::Readers, 15_000)).unwrap().unwrap();
    let model::job::Job::ParseDocument { document } = &lease.job else { panic!("{lease:?}") };
    test.block_on(test.service.read_document(document, &lease)).unwrap();
    let exported = test.client.get(&path);
    assert_eq!(exported.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(exported.header("content-disposition"), Some("attachment; filename=\"transactions.csv\""));

    let file = test.folder.join("a.csv");
    std::fs::write(&file, papers::alipay(1)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_xinge"));
    let printed = command.args(["parse", "--format", "csv", "a.csv"]).current_dir(&test.folder).output().unwrap();
    assert_eq!(String::from_utf8(exported.body).unwrap(), String::from_utf8(printed.stdout).unwrap());
    test.run_jobs();
    assert_eq!(String::from_utf8(test.client.get(&path).body).unwrap().lines().count(), 4);
}

#[test]
fn a_workbook_has_numbers_for_money_and_text_for_words() {
    let test = TestService::new();
    let application = test.application();
    test.filed(&application, "a.csv", &papers::alipay(1));
    test.run_jobs();
    let path = format!("/v1/applications/{application}/transactions?format=xlsx");
    let workbook = test.client.get(&path);
    assert_eq!(workbook.status, 200);
    let sheet = entry(&workbook.body, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("<v>-12.3</v>") && !sheet.contains("<f>"), "{sheet}");
    let words = entry(&workbook.body, "xl/sharedStrings.xml");
    assert!(words.contains("示例餐厅") && words.contains("counterparty"), "{words}");
    assert_eq!(test.client.get(&path).body, workbook.body, "the same twice is another file");
    let other = test.client.get(&format!("/v1/applications/{application}/transactions?format=pdf"));
    assert_eq!(other.code(), "invalid_request");
    assert_eq!(test.client.get("/v1/applications/app_0/transactions").status, 404);
}

#[test]
fn a_parquet_file_has_the_lines_of_the_csv_with_exact_money() {
    let test = TestService::new();
    let application = test.application();
    let path = format!("/v1/applications/{application}/transactions");
    let empty = test.client.get(&format!("{path}?format=parquet"));
    assert_eq!(empty.status, 200, "{empty:?}");
    test.filed(&application, "a.csv", &papers::alipay(1));
    test.run_jobs();
    let exported = test.client.get(&format!("{path}?format=parquet"));
    assert_eq!(exported.header("content-type"), Some("application/vnd.apache.parquet"));
    assert_eq!(
        test.client.get(&format!("{path}?format=parquet")).body,
        exported.body,
        "the same twice is another file"
    );

    let file = test.folder.join("a.parquet");
    std::fs::write(&file, &exported.body).unwrap();
    let reader = SerializedFileReader::new(File::open(&file).unwrap()).unwrap();
    let csv = String::from_utf8(test.client.get(&path).body).unwrap();
    let mut lines = csv.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = |name: &str| names.iter().position(|one| *one == name).unwrap();
    let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3);
    for (row, line) in rows.iter().zip(lines) {
        let cells: Vec<&str> = line.split(',').collect();
        for name in ["file", "issuer", "kind", "flow", "counterparty", "status", "proof"] {
            assert_eq!(row.get_string(at(name)).unwrap(), cells[at(name)], "{name}");
        }
        let amount = row.get_decimal(at("amount")).unwrap();
        let counted = i64::from_be_bytes(amount.data().try_into().unwrap());
        let printed: f64 = cells[at("amount")].parse().unwrap();
        assert_eq!((counted, amount.scale()), ((printed * 10_000.0).round() as i64, 4));
    }
}
