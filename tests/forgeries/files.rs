//! Forgeries of what a file carries besides its rows: signatures and matrix codes.

use jiff::Timestamp;
use make_samples::sign::{Algorithm, Holder, Signer};
use make_samples::signed;
use make_samples::tamper_pdf::Paper;

use super::list::{alone, page_of, sample, sample_pdf};
use super::{Forged, Forgery, Papers, Place, bank, clean};

const fn other(zh: &'static str, en: &'static str, check: &'static str, make: fn() -> Forged) -> Forgery {
    Forgery { zh, en, breaks_arithmetic: false, check, make }
}

const TAX_RECORD: &str = "tax/samples/record.pdf";

pub const FORGERIES: &[Forgery] = &[
    other("签名后改动文件内容", "a signed file edited within what was signed", "signature_valid", || {
        let (at, ..) = bank("salaried");
        let mut signed = signed_paper();
        let title = find(&signed, b"/Producer");
        // The first letter of the program's name.
        let letter = title + signed[title..].iter().position(|byte| *byte == b'(').unwrap() + 1;
        signed[letter] ^= 1;
        Forged { papers: clean("salaried").with(at, signed), before: signed_papers(), place: Place::Document(at) }
    }),
    other(
        "签名后增量保存改户名",
        "a signed file edited by appending to it",
        "earlier_revision_agrees",
        || {
            let mut paper = Paper::open(&signed_paper()).unwrap();
            let run = paper.holding("陆知夏").unwrap();
            paper.retype(&run, "陆知夏", "陆知秋");
            page_of(&run, paper.append())
        },
    ),
    other("改编号未换二维码", "a number edited, its matrix code left", "codes_agree", || {
        let (mut paper, number) = coded();
        let run = paper.holding(&number).unwrap();
        paper.retype(&run, &number, &edited(&number));
        alone(paper.resave().unwrap(), TAX_RECORD)
    }),
];

/// The salaried applicant's statement, signed as a whole.
pub fn signed_paper() -> Vec<u8> {
    let (_, layout, statement) = bank("salaried");
    let holder = Holder {
        name: "招商银行股份有限公司",
        algorithm: Algorithm::Sm2Sm3,
        from: "20260101000000Z",
        to: "20281231235959Z",
    };
    let at: Timestamp = "2026-09-01T02:15:03Z".parse().unwrap();
    signed::pdf(&layout.print(statement).unwrap(), &Signer::root(holder).unwrap(), at).unwrap()
}

fn signed_papers() -> Papers {
    let (at, ..) = bank("salaried");
    clean("salaried").with(at, signed_paper())
}

/// A tax record with its number in a code, and the number.
fn coded() -> (Paper, String) {
    let mut paper = sample_pdf(TAX_RECORD);
    let number = record_number();
    paper.add_code(&format!("https://verify.example.cn/q?no={number}")).unwrap();
    (paper, number)
}

/// The tax record with a code that agrees with it.
pub fn coded_paper() -> Vec<u8> {
    coded().0.resave().unwrap()
}

fn record_number() -> String {
    let read = super::extract("paper.pdf", &sample(TAX_RECORD));
    let statement = &read[0].outcome.as_ref().unwrap().parsed.statements[0];
    statement.fields["record_number"].value.to_string()
}

/// The number with its last digit but two raised.
fn edited(number: &str) -> String {
    let at = number.len() - 3;
    let digit = number.as_bytes()[at] - b'0';
    format!("{}{}{}", &number[..at], (digit + 4) % 10, &number[at + 1..])
}

fn find(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).position(|window| window == wanted).unwrap()
}

#[test]
fn a_signed_paper_and_a_code_that_agrees_raise_nothing() {
    let (at, ..) = bank("salaried");
    let unsigned = super::baseline(&clean("salaried"));
    assert_eq!(super::baseline(&clean("salaried").with(at, signed_paper())), unsigned);
    let alone = |bytes| Papers { files: vec![("paper.pdf".to_owned(), bytes)], ..clean("salaried") };
    assert_eq!(super::baseline(&alone(coded_paper())), super::baseline(&alone(sample(TAX_RECORD))));
}
