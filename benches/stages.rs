//! How fast the stages are: `cargo bench --bench stages`. Throughput is rows a second on one core.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

use std::hint::black_box;
use std::path::Path;

use assessment::DocumentView;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::Span;
use jiff::civil::date;
use make_samples::bench_inputs;
use model::Money;
use model::declaration::Declaration;
use model::document::{Document, FileFacts};
use model::fixtures::statement;
use model::statement::Statement;
use xinge::pipeline::{self, Extracted, Policy, Reader};

const ALIPAY_ROWS: usize = 20_000;
const WECHAT_ROWS: usize = 5_000;
const UNKNOWN_ROWS: usize = 20_000;
const PAGES: usize = 200;
const ROWS_A_PAGE: usize = 40;

fn read(bytes: &[u8]) -> Document {
    reading::read(bytes, &[], &reading::Limits::default(), None).expect("the benchmark's own document is readable")
}

fn rows(document: &Document) -> usize {
    let parsed = parsers::parse(document).expect("the benchmark's own document is a statement");
    parsed.statements.iter().map(|statement| statement.transactions.len()).sum()
}

/// Reading and parsing one document, each alone and both together.
fn document(criterion: &mut Criterion, name: &str, bytes: &[u8], expected: usize) {
    let read_once = read(bytes);
    assert_eq!(rows(&read_once), expected, "{name}");
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(expected as u64));
    group.bench_function("read", |b| b.iter(|| read(black_box(bytes))));
    group.bench_function("parse", |b| b.iter(|| rows(black_box(&read_once))));
    group.bench_function("read and parse", |b| b.iter(|| rows(&read(black_box(bytes)))));
    group.finish();
}

fn documents(criterion: &mut Criterion) {
    document(criterion, "alipay csv, 20,000 rows", &bench_inputs::alipay_csv(ALIPAY_ROWS), ALIPAY_ROWS);
    let workbook = bench_inputs::wechat_xlsx(WECHAT_ROWS).expect("the workbook is drawn");
    document(criterion, "wechat xlsx, 5,000 rows", &workbook, WECHAT_ROWS);
    let pages = bench_inputs::cmb_pdf(PAGES, ROWS_A_PAGE).expect("the pages are drawn");
    document(criterion, "cmb pdf, 200 pages, 8,000 rows", &pages, PAGES * ROWS_A_PAGE);
    let unknown = adds_up_nowhere(UNKNOWN_ROWS);
    document(criterion, "unknown csv that adds up nowhere, 20,000 rows", &unknown, UNKNOWN_ROWS);
}

/// A table of a bank that nobody described whose figures follow from nothing: every way to read it is tried.
fn adds_up_nowhere(rows: usize) -> Vec<u8> {
    let mut text = String::from("日期,摘要,对方户名,方向,金额,手续费,余额,流水号\n");
    let mut state = 1_u64;
    for row in 0..rows {
        let mut figure = || {
            // Any sequence without a rule that adds up.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) % 1_000_000
        };
        let (amount, fee, balance) = (figure(), figure() % 1_000, figure());
        let day = date(2024, 1, 1).checked_add(Span::new().days((row % 700) as i64)).expect("a day");
        text += &format!(
            "{day},转账,青禾便利店,{},{}.{:02},{}.{:02},{}.{:02},{row:08}\n",
            if amount % 3 == 0 { "收" } else { "支" },
            amount / 100,
            amount % 100,
            fee / 100,
            fee % 100,
            balance / 100,
            balance % 100,
        );
    }
    text.into_bytes()
}

/// The documents of a made-up applicant, read, and what they declare.
fn applicant(name: &str) -> (Vec<Extracted>, Declaration) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
    let declared = std::fs::read(folder.join("declared.json")).expect("the applicant declares something");
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .expect("the applicant is there")
        .map(|entry| entry.expect("readable").path())
        .collect();
    paths.retain(|path| path.extension().is_none_or(|extension| extension != "json"));
    paths.sort();
    let extract = |path: &std::path::PathBuf| {
        let bytes = std::fs::read(path).expect("readable");
        pipeline::extract(&path.to_string_lossy(), &bytes, &[], &Reader::default())
    };
    let declaration = serde_json::from_slice(&declared).expect("a declaration");
    (paths.iter().flat_map(extract).collect(), declaration)
}

fn assessment(criterion: &mut Criterion) {
    let policy = Policy::standard().expect("the shipped policy loads");
    let as_of = "2026-09-05".parse().expect("a date");
    let mut group = criterion.benchmark_group("assess");
    for name in ["salaried", "merchant"] {
        let (documents, declaration) = applicant(name);
        let rows: usize = documents
            .iter()
            .filter_map(|d| d.outcome.as_ref().ok())
            .flat_map(|read| &read.parsed.statements)
            .map(|statement| statement.transactions.len())
            .sum();
        group.throughput(Throughput::Elements(rows as u64));
        group.bench_function(name, |b| {
            b.iter(|| pipeline::assess(black_box(&documents), &declaration, &policy, as_of).expect("assessed"));
        });
    }
    let statements = twenty_documents();
    let facts = FileFacts::default();
    let views: Vec<DocumentView<'_>> = statements
        .iter()
        .map(|statement| DocumentView { statements: std::slice::from_ref(statement), problems: &[], facts: &facts })
        .collect();
    let declaration = Declaration::default();
    let (declaration, policy) = (&declaration, &policy);
    let input = assessment::Input { documents: &views, declaration, policy, feeds: &[], across: None, as_of };
    let rows: usize = statements.iter().map(|statement| statement.transactions.len()).sum();
    assert_eq!((statements.len(), rows), (20, 20_000));
    group.throughput(Throughput::Elements(rows as u64));
    group.bench_function("20 documents, 20,000 rows", |b| {
        b.iter(|| assessment::assess(black_box(&input)).expect("assessed"));
    });
    group.bench_function("20 documents, 20,000 rows, ledger alone", |b| {
        b.iter(|| assessment::build_ledger(black_box(&views)));
    });
    group.finish();
}

/// Four bank accounts in three exports each, of which every two share a third of their rows, and two wallets in four:
/// half of the wallets' rows are paid from a card and stand in its bank as well.
fn twenty_documents() -> Vec<Statement> {
    let shops = ["青禾便利店", "老码头面馆", "明月药房", "杭州地铁", "禾田生鲜超市", "小满咖啡"];
    let start = date(2025, 9, 1);
    let day = |row: usize| start.checked_add(Span::new().days((row / 6) as i64)).expect("a day of the year");
    let mut statements = Vec::new();
    for account in 0..4_usize {
        for export in 0..3_usize {
            let first = export * 667;
            let mut text = format!("deposit_account cmb 张三 621400000000{account}234\n");
            text += &format!("period {} {}\n", day(first), day(first + 999));
            for row in first..first + 1_000 {
                let (amount, from) = match row % 180 {
                    9 => (800_000, "from:示例科技有限公司".to_owned()),
                    40 => (-100_000, "from:招联消费金融有限公司".to_owned()),
                    77 => (-250_000, "from:李四".to_owned()),
                    _ if row % 2 == 0 => (-(1_000 + row as i64 % 700), format!("from:支付宝-{}", shops[row % 6])),
                    _ => (-(1_000 + row as i64 % 900), format!("from:{}", shops[row % 6])),
                };
                let words = match row % 180 {
                    9 => "代发工资",
                    40 => "还款",
                    77 => "房租",
                    _ => "快捷支付",
                };
                let (amount, balance) = (Money::from_fen(amount), Money::from_fen(9_000_000 - row as i64 * 700));
                let sign = if amount.is_negative() { "" } else { "+" };
                text += &format!("{} {words} {sign}{amount} {balance} {from} ref:R{account}{row}\n", day(row));
            }
            statements.push(statement(&text));
        }
    }
    for wallet in ["alipay", "wechat"] {
        for export in 0..4_usize {
            let first = export * 500;
            let mut text = format!("wallet {wallet} 张三 138****0000\nperiod {} {}\n", day(first), day(first + 999));
            for row in first..first + 1_000 {
                let amount = Money::from_fen(-(1_000 + row as i64 % 700));
                let method = if row % 2 == 0 { "via:招商银行(0234)" } else { "via:零钱" };
                let shop = shops[row % 6];
                text += &format!(
                    "{} 12:{:02}:00 消费 {amount} from:{shop} {method} ref:{wallet}{row}\n",
                    day(row),
                    row % 60
                );
            }
            statements.push(statement(&text));
        }
    }
    statements
}

criterion_group!(benches, documents, assessment);
criterion_main!(benches);
