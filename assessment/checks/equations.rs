//! From a statement's proof to a check's verdict. The parsers have done the sums; here a broken equation becomes a
//! failure with its place, and nothing is added up again.

use model::finding::Severity;
use model::proof::{Broken, Equation};

use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, OnStatement, Subject};

/// What an equation is about, as a reader would say it.
fn named(equation: Equation) -> (&'static str, &'static str) {
    match equation.as_str() {
        "running_balance" => ("逐笔余额", "the running balance"),
        "closing_balance" => ("期末余额", "the closing balance"),
        "row_count" => ("交易笔数", "the number of rows"),
        "in_count" => ("收入笔数", "the number of rows in"),
        "out_count" => ("支出笔数", "the number of rows out"),
        "neutral_count" => ("不计收支笔数", "the number of neutral rows"),
        "in_sum" => ("收入合计", "the total in"),
        "out_sum" => ("支出合计", "the total out"),
        "neutral_sum" => ("不计收支合计", "the total of neutral rows"),
        _ => ("单据所列合计", "a printed total"),
    }
}

/// Fails when one of the statement's broken equations `belongs` to the check; holds or is silent otherwise,
/// by whether the statement `prints` what the check is about.
pub fn judge(
    subject: Subject<'_>,
    severity: Option<Severity>,
    prints: bool,
    belongs: impl Fn(&Broken) -> bool,
) -> OnStatement {
    let mut broken = subject.content.proof.broken.iter().filter(|broken| belongs(broken));
    let Some(first) = broken.next() else {
        return if prints { OnStatement::Holds } else { OnStatement::Silent };
    };
    let further: Vec<&Broken> = broken.collect();
    let (zh_named, en_named) = named(first.equation);
    let document = subject.document_number();
    let (zh_where, en_where) = location(subject, first);
    let (zh_more, en_more) = match further.len() {
        0 => (String::new(), String::new()),
        more => (format!("；另有 {more} 处"), format!("; {more} more place(s)")),
    };
    let evidence = std::iter::once(first)
        .chain(further)
        .take(EVIDENCE_MAX)
        .map(|broken| subject.evidence(broken.source.as_ref().or_else(|| row_source(subject, broken))))
        .collect();
    OnStatement::Fails(Failure {
        severity,
        zh: format!(
            "第 {document} 份材料{zh_where}：{zh_named}不符，按逐笔计算为 {}，单据印为 {}{zh_more}",
            first.expected, first.found
        ),
        en: format!(
            "document {document}{en_where}: {en_named} does not follow, the rows give {}, the document prints {}{en_more}",
            first.expected, first.found
        ),
        expected: Some(first.expected.clone()),
        found: Some(first.found.clone()),
        evidence,
    })
}

fn row_source<'a>(subject: Subject<'a>, broken: &Broken) -> Option<&'a model::Source> {
    let seq = broken.seq?;
    subject.content.transactions.iter().find(|row| row.seq == seq).map(|row| &row.source)
}

fn location(subject: Subject<'_>, broken: &Broken) -> (String, String) {
    let source = broken.source.as_ref().or_else(|| row_source(subject, broken));
    let (mut zh, mut en) = match source {
        Some(source) => (place::zh(source), format!(" {}", place::en(source))),
        None => (String::new(), String::new()),
    };
    if let Some(seq) = broken.seq {
        zh.push_str(&format!("（第 {seq} 笔）"));
        en.push_str(&format!(" (transaction {seq})"));
    }
    (zh, en)
}
