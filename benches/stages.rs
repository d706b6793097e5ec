//! How fast the stages are: `cargo bench --bench stages`. Throughput is rows a second on one core.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use make_samples::bench_inputs;
use model::declaration::Declaration;
use model::document::Document;
use xinge::pipeline::{self, Extracted, Limits, Policy};

const ALIPAY_ROWS: usize = 20_000;
const WECHAT_ROWS: usize = 5_000;
const PAGES: usize = 200;
const ROWS_A_PAGE: usize = 40;

fn read(bytes: &[u8]) -> Document {
    reading::read(bytes, &[], &Limits::default()).expect("the benchmark's own document is readable")
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
        pipeline::extract(&path.to_string_lossy(), &bytes, &[], &Limits::default())
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
    group.finish();
}

criterion_group!(benches, documents, assessment);
criterion_main!(benches);
