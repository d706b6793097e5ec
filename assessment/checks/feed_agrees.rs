//! Z16: what comes from an issuer directly must be what the document showed.
//!
//! A feed (open banking, an issuer's API) is given to the assessment beside the documents; without one the check is not
//! run. Rows are compared by day, amount and balance over the days that both cover.
//! Innocent: a row of the last day that was booked after the export.

use std::collections::BTreeMap;

use jiff::civil::Date;
use model::finding::Severity;
use model::statement::{Statement, Transaction};
use model::{Money, Period};

use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, Subject, Summary, Verdict, subjects};
use super::{Check, View};

pub const CHECK: Check = Check { code: "feed_agrees", severity: Severity::Critical, run };

fn run(view: &View<'_>) -> Verdict {
    if view.feeds.is_empty() {
        return Verdict::NotRun(Summary::new("没有机构直连数据", "there is no direct feed to compare with"));
    }
    let (mut compared, mut failures) = (0_usize, Vec::new());
    for feed in view.feeds {
        for subject in subjects(view).filter(|subject| is_same_account(subject.content, feed)) {
            let Some(outcome) = compare(subject, feed) else { continue };
            compared += 1;
            failures.extend(outcome);
        }
    }
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    if compared == 0 {
        return Verdict::NotApplicable(Summary::new(
            "直连数据与材料不是同一账户或同一期间",
            "no feed is of an account and time that a document shows",
        ));
    }
    Verdict::Passes(Summary::new(
        format!("{compared} 份材料与机构直连数据一致"),
        format!("{compared} document(s) agree with the issuer's feed"),
    ))
}

fn is_same_account(one: &Statement, feed: &Statement) -> bool {
    let tail = |statement: &Statement| statement.account.as_ref().and_then(|printed| printed.value.tail());
    one.kind == feed.kind && one.issuer == feed.issuer && tail(one).is_some() && tail(one) == tail(feed)
}

/// The printed period, or else from the first row to the last.
fn days(statement: &Statement) -> Option<Period> {
    if let Some(period) = &statement.period {
        return Some(period.value);
    }
    let dates = || statement.transactions.iter().filter_map(|row| Some(row.time?.date));
    Period::new(dates().min()?, dates().max()?)
}

type Key = (Date, Money, Option<Money>);

/// `None` where no whole day is shown by both.
fn compare(subject: Subject<'_>, feed: &Statement) -> Option<Option<Failure>> {
    let both = days(subject.content)?.overlap(days(feed)?)?;
    let inner = Period::new(both.from.tomorrow().ok()?, both.to.yesterday().ok()?)?;
    let key = |row: &Transaction| -> Option<Key> {
        let date = row.time?.date;
        (inner.contains(date) && row.status.counts()).then_some((date, row.amount, row.balance))
    };
    let mut left: BTreeMap<Key, usize> = BTreeMap::new();
    for key in feed.transactions.iter().filter_map(key) {
        *left.entry(key).or_default() += 1;
    }
    let mut only_here: Vec<&Transaction> = Vec::new();
    for row in &subject.content.transactions {
        let Some(key) = key(row) else { continue };
        match left.get_mut(&key).filter(|count| **count > 0) {
            Some(count) => *count -= 1,
            None => only_here.push(row),
        }
    }
    let only_there = left.iter().find(|(_, count)| **count > 0).map(|(key, _)| key);
    if only_here.is_empty() && only_there.is_none() {
        return Some(None);
    }
    let document = subject.document_number();
    let found = only_here.first().map(|row| place::dated(row.time, row.amount));
    let expected = only_there.map(|(date, amount, _)| format!("{date} {amount}"));
    Some(Some(Failure {
        severity: None,
        zh: format!("第 {document} 份材料与机构直连数据不一致：材料独有 {} 笔", only_here.len()),
        en: format!(
            "document {document} differs from the issuer's feed: {} row(s) only in the document",
            only_here.len()
        ),
        expected: expected.map(Into::into),
        found: found.map(Into::into),
        evidence: match only_here.as_slice() {
            [] => vec![subject.evidence(subject.content.account.as_ref().map(|printed| &printed.source))],
            rows => rows.iter().take(EVIDENCE_MAX).map(|row| subject.evidence(Some(&row.source))).collect(),
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, at_line, bank};
    use model::statement::AccountNumber;

    fn account(rows: &str) -> Statement {
        let mut statement = bank(rows);
        statement.account = Some(at_line(AccountNumber::new("6214 **** **** 1234"), 1));
        statement
    }

    const FEED: &str = "2026-03-01 -1.00 9.00\n2026-03-02 +5.00 14.00\n2026-03-03 -1.00 13.00";

    #[test]
    fn fails_on_the_row_that_the_issuer_does_not_have() {
        let edited = account("2026-03-01 -1.00 9.00\n2026-03-02 +5000.00 5009.00\n2026-03-03 -1.00 5008.00");
        Case::of(&[&[edited]])
            .with_feed(account(FEED))
            .expect(CHECK, &["fail critical, line 2: expected 2026-03-02 5.00, found 2026-03-02 5000.00"]);
    }

    #[test]
    fn passes_on_an_export_made_before_the_last_day_ended() {
        let shown = account("2026-03-01 -1.00 9.00\n2026-03-02 +5.00 14.00\n2026-03-03 -0.40 13.60");
        Case::of(&[&[shown]]).with_feed(account(FEED)).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_run_without_a_feed_and_does_not_apply_to_another_account() {
        Case::of(&[&[account(FEED)]]).expect(CHECK, &["not_run"]);
        Case::of(&[&[bank(FEED)]]).with_feed(account(FEED)).expect(CHECK, &["not_applicable"]);
    }
}
