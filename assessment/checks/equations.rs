//! From a statement's proof to a check's verdict. The parsers have done the sums; here a broken equation becomes a
//! failure with its place, and nothing is added up again.

use model::finding::Severity;
use model::proof::Broken;

use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, OnStatement, Subject};

/// What the equations of one check are about, in both languages: `逐笔余额`, `running balance`.
pub struct Named {
    pub zh: &'static str,
    pub en: &'static str,
}

/// Fails when one of the statement's broken equations `belongs` to the check; holds or is silent otherwise,
/// by whether the statement `prints` what the check is about.
pub fn judge(
    subject: Subject<'_>,
    named: &Named,
    severity: Option<Severity>,
    prints: bool,
    belongs: impl Fn(&Broken) -> bool,
) -> OnStatement {
    let mut broken = subject.content.proof.broken.iter().filter(|broken| belongs(broken));
    let Some(first) = broken.next() else {
        return if prints { OnStatement::Holds } else { OnStatement::Silent };
    };
    let further: Vec<&Broken> = broken.collect();
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
            "第 {document} 份材料{zh_where}：{}不符，按逐笔计算为 {}，单据印为 {}{zh_more}",
            named.zh, first.expected, first.found
        ),
        en: format!(
            "document {document}{en_where}: {} does not follow, the rows give {}, the document prints {}{en_more}",
            named.en, first.expected, first.found
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
