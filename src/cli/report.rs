//! What `assess` shows a credit reviewer: documents and proof, figures, findings, decision.
//!
//! Codes and names stand as in the JSON, so that both can be compared; the words are Chinese with the English
//! beside them where a message has both.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use assessment::Assessment;
use assessment::features;
use jiff::civil::Date;
use model::extracted::Extracted;
use model::finding::{Finding, Outcome};
use rust_decimal::Decimal;

use super::table::{self, Sums, align_right, clean, clip, plain};
use crate::wire::assessment::{DecisionOut, FindingOut, ProfileOut};
use crate::wire::explained::{ExplainedOut, Words};
use crate::wire::failure::FailureOut;
use crate::wire::mask::{self, Masker};
use crate::wire::source::SourceOut;

/// Of one finding: the rest is counted, and the JSON has all.
const EVIDENCE_SHOWN: usize = 3;
/// Of a name or a message in a table, in terminal columns.
const WORDS_WIDTH: usize = 40;
/// Of a feature that is a name: figures are shorter.
const VALUE_WIDTH: usize = 24;

#[must_use]
pub fn text(documents: &[Extracted], assessment: &Assessment, as_of: Date, explain: &[String]) -> String {
    let mut text = format!("信鸽信用自证报告  Credit self-attestation report    评估日 as of {as_of}\n");
    shown_documents(documents, &mut text);
    shown_features(assessment, &mut text);
    shown_findings(documents, &assessment.findings, &mut text);
    shown_profile(assessment, &mut text);
    shown_decision(assessment, &mut text);
    for name in explain {
        if let Some(out) = explained(documents, assessment, name) {
            shown_explanation(assessment, name, &out, &mut text);
        }
    }
    text
}

fn heading(words: &str, text: &mut String) {
    let _ = write!(text, "\n━━ {words}\n\n");
}

fn shown_documents(documents: &[Extracted], text: &mut String) {
    heading("材料与勾稽 Documents and proof", text);
    let mut rows = plain(["#", "FILE", "ISSUER", "HOLDER", "ACCOUNT", "PERIOD", "ROWS", "IN", "OUT", "PROOF"]);
    align_right(&mut rows, &[6, 7, 8]);
    let mut notes = String::new();
    for (index, document) in documents.iter().enumerate() {
        let number = index.to_string();
        let file = clip(file_name(&document.name), WORDS_WIDTH);
        let read = match &document.outcome {
            Ok(read) => read,
            Err(failure) => {
                let failure = FailureOut::from(failure);
                rows.add_row([&number, &file, failure.code]);
                let _ = writeln!(notes, "[{index}] ✗ {}{}", clean(&failure.message_zh), failure.hint_zh);
                continue;
            }
        };
        for statement in &read.parsed.statements {
            let sums = Sums::of(statement);
            let name = statement.holder.name.as_ref().map(|name| clean(name.value.reveal())).unwrap_or_default();
            let account = statement.account.as_ref().map(|account| clean(&mask::account(&account.value)));
            let period = statement.period.as_ref().map(|period| format!("{} … {}", period.value.from, period.value.to));
            rows.add_row([
                number.clone(),
                file.clone(),
                format!("{} {}", statement.issuer, statement.kind.as_str()),
                name,
                account.unwrap_or_default(),
                period.unwrap_or_default(),
                statement.transactions.len().to_string(),
                sums.in_sum.to_string(),
                sums.out_sum.to_string(),
                statement.proof.status.as_str().to_owned(),
            ]);
            let _ = writeln!(
                notes,
                "[{index}] {}: {}",
                statement.proof.status.as_str(),
                table::proof_words(&statement.proof)
            );
            for line in table::broken_lines(&statement.proof) {
                let _ = writeln!(notes, "    ✗ {line}");
            }
        }
        let problems = &read.parsed.problems;
        if let Some(first) = problems.first() {
            let place =
                first.source.as_ref().map(|source| format!(" ({})", clean(&SourceOut::from(source).to_string())));
            let _ = writeln!(
                notes,
                "[{index}] ! {} 处未读出或不符 problems, first: {}{}",
                problems.len(),
                clean(&Masker::of(&read.parsed.statements).text(&first.message_zh)),
                place.unwrap_or_default()
            );
        }
    }
    let _ = write!(text, "{}\n\n{notes}", rows.trim_fmt());
}

/// The last part of a path: the report's lines are long enough.
fn file_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn shown_features(assessment: &Assessment, text: &mut String) {
    heading("指标 Features", text);
    let mut rows = plain(["FEATURE", "VALUE", "UNIT", "WINDOW", "COVERAGE", "GRADE", "ROWS", "含义 MEANING"]);
    align_right(&mut rows, &[1, 4, 6]);
    let mut unknown: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, feature) in &assessment.features {
        let Some(value) = &feature.value else {
            unknown.entry(feature.reason.as_deref().unwrap_or("")).or_default().push(name);
            continue;
        };
        rows.add_row([
            name.as_str(),
            &clip(value, VALUE_WIDTH),
            &feature.unit,
            &feature.window,
            &percent(&feature.coverage),
            &format!("{:?}", feature.grade),
            &feature.rows.len().to_string(),
            features::definition(name, feature).map_or("", |definition| definition.meaning_zh),
        ]);
    }
    let _ = writeln!(text, "{}\n", rows.trim_fmt());
    for (reason, names) in unknown {
        let words = features::reason(reason).map_or(reason.to_owned(), |(zh, en)| format!("{zh} / {en}"));
        let _ = writeln!(text, "无法得出 cannot be known, {words}: {}", names.join(", "));
    }
    text.push_str("--explain FEATURE 列出指标所依据的流水行 lists the rows a figure rests on\n");
}

/// `0.9800` → `98%`, cut rather than rounded, so that 100% means all.
fn percent(share: &str) -> String {
    share
        .parse::<Decimal>()
        .map_or_else(|_| share.to_owned(), |share| format!("{}%", (share * Decimal::ONE_HUNDRED).trunc().normalize()))
}

fn shown_findings(documents: &[Extracted], findings: &[Finding], text: &mut String) {
    heading("核验 Findings", text);
    let mut fails: Vec<&Finding> = findings.iter().filter(|finding| finding.outcome == Outcome::Fail).collect();
    // Stable: findings of one severity stay in the order of the checks.
    fails.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    if fails.is_empty() {
        text.push_str("没有不符 nothing fails\n");
    }
    for finding in fails {
        let out = FindingOut::from(finding);
        let _ = writeln!(text, "✗ {} [{}] {}", out.check, out.severity, clean(&out.message_zh));
        let _ = writeln!(text, "    {}", clean(&out.message_en));
        if let (Some(expected), Some(found)) = (&out.expected, &out.found) {
            let _ = writeln!(text, "    应为 expected {}，实为 found {}", clean(expected), clean(found));
        }
        for evidence in out.evidence.iter().take(EVIDENCE_SHOWN) {
            let name = documents.get(evidence.document as usize).map_or("?", |document| file_name(&document.name));
            let place = evidence.source.as_ref().map(|source| format!(", {source}")).unwrap_or_default();
            let _ = writeln!(text, "    见 at [{}] {}{}", evidence.document, clip(name, WORDS_WIDTH), clean(&place));
        }
        if let Some(more @ 1..) = out.evidence.len().checked_sub(EVIDENCE_SHOWN) {
            let _ = writeln!(text, "    另有 and {more} more");
        }
    }
    for (outcome, mark, words) in [
        (Outcome::NotRun, "?", "未能核验 not run"),
        (Outcome::Pass, "✓", "通过 pass"),
        (Outcome::NotApplicable, "·", "不适用 not applicable"),
    ] {
        let checks: Vec<&Finding> = findings.iter().filter(|finding| finding.outcome == outcome).collect();
        if checks.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{mark} {words}:");
        for finding in checks {
            let out = FindingOut::from(finding);
            let _ = writeln!(text, "    {}  {}", out.check, clean(&out.message_zh));
        }
    }
}

fn shown_profile(assessment: &Assessment, text: &mut String) {
    heading("画像 Profile", text);
    let profile = ProfileOut::from(&assessment.profile);
    let mut facts = plain(["FACT", "DECLARED", "VERIFIED", ""]);
    for fact in &profile.corroboration {
        let words = match fact.corroboration {
            "corroborated" => "相符 corroborated",
            "contradicted" => "不符 contradicted",
            "not_shown" => "材料未显示 not shown",
            _ => "未声明 not declared",
        };
        let shown = |value: Option<&str>| value.map_or("—".to_owned(), |value| clip(value, WORDS_WIDTH));
        facts.add_row([
            fact.fact.to_owned(),
            shown(fact.declared.as_deref()),
            shown(fact.verified.as_deref()),
            words.to_owned(),
        ]);
    }
    let _ = writeln!(text, "{}\n", facts.trim_fmt());
    let amount = |value: &Option<String>| value.clone().unwrap_or_else(|| "—".to_owned());
    let verified = &profile.verified;
    let _ = writeln!(
        text,
        "核实月收入 verified monthly income {} (低位 low {}, 等级 grade {})",
        amount(&verified.monthly_income),
        amount(&verified.monthly_income_low),
        verified.income_grade
    );
    let _ = writeln!(
        text,
        "固定负债 fixed obligations {} / 月; 基本支出 essential spending {} / 月",
        amount(&profile.obligations.fixed),
        amount(&profile.obligations.essential_spending)
    );
    if verified.streams.is_empty() {
        return;
    }
    let mut streams = plain(["INCOME STREAM", "PAYER", "MONTHLY MEDIAN", "MONTHS", "GRADE", "COUNTED"]);
    align_right(&mut streams, &[2, 3, 5]);
    for stream in &verified.streams {
        streams.add_row([
            stream.category.to_owned(),
            clip(stream.payer.as_deref().unwrap_or("—"), WORDS_WIDTH),
            stream.monthly_median.clone(),
            stream.months_seen.to_string(),
            stream.grade.clone(),
            stream.counted.clone(),
        ]);
    }
    let _ = writeln!(text, "\n{}", streams.trim_fmt());
}

fn shown_decision(assessment: &Assessment, text: &mut String) {
    heading("结论 Decision", text);
    let decision = DecisionOut::from(&assessment.decision);
    let outcome = match decision.outcome {
        "approve" => "通过 approve",
        "refer" => "转人工 refer",
        "decline" => "拒绝 decline",
        _ => "补件 need_documents",
    };
    let _ = writeln!(
        text,
        "{outcome}    额度 limit {}    年化利率 APR {}",
        decision.limit,
        rate_percent(assessment.decision.apr)
    );
    let _ = writeln!(
        text,
        "现有 baseline: limit {}, APR {}",
        decision.baseline.limit,
        rate_percent(assessment.decision.baseline.apr)
    );
    if !decision.reasons.is_empty() {
        text.push_str("\n原因 Reasons\n");
    }
    for reason in &decision.reasons {
        let _ = writeln!(text, "  {}  {}", reason.code, clean(reason.message_zh));
        let _ = writeln!(text, "       {}", clean(reason.message_en));
        if !reason.features.is_empty() {
            let _ = writeln!(text, "       {}", reason.features.join(", "));
        }
    }
    if !decision.next_documents.is_empty() {
        text.push_str("\n可补充的材料 Documents that would help\n");
    }
    for (next, model) in decision.next_documents.iter().zip(&assessment.decision.next_documents) {
        let _ = write!(text, "  {}", next.kind);
        if let Some(limit) = &next.limit_up_to {
            let _ = write!(text, "  额度可至 limit up to {limit}");
        }
        if let Some(apr) = model.apr_down_to {
            let _ = write!(text, "  利率可至 APR down to {}", rate_percent(apr));
        }
        let _ = writeln!(text, "\n       {}\n       {}", clean(next.why_zh), clean(next.why_en));
    }
    let digest: String = decision.policy.sha256.chars().take(12).collect();
    let _ = writeln!(text, "\n授信策略 policy {} (sha256 {digest}…)", decision.policy.id);
}

/// `0.1500` → `15.00%`.
fn rate_percent(apr: Decimal) -> String {
    let mut percent = apr * Decimal::ONE_HUNDRED;
    percent.rescale(2);
    format!("{percent}%")
}

/// A feature with its meaning and its rows; `None` when there is none of that name.
pub fn explained<'a>(documents: &'a [Extracted], assessment: &'a Assessment, name: &str) -> Option<ExplainedOut<'a>> {
    let feature = assessment.features.get(name)?;
    let definition = features::definition(name, feature)?;
    let words = Words {
        meaning_zh: definition.meaning_zh,
        meaning_en: definition.meaning_en,
        reason: feature.reason.as_deref().and_then(features::reason),
    };
    Some(ExplainedOut::new(feature, words, documents, &assessment.ledger))
}

fn shown_explanation(assessment: &Assessment, name: &str, out: &ExplainedOut<'_>, text: &mut String) {
    let feature = &out.feature;
    heading(&format!("{name} = {} {}", feature.value.unwrap_or("—"), feature.unit), text);
    let _ = writeln!(text, "{}\n{}", out.meaning_zh, out.meaning_en);
    if let (Some(zh), Some(en)) = (out.reason_zh, out.reason_en) {
        let _ = writeln!(text, "无法得出 cannot be known: {zh} / {en}");
    }
    let coverage = feature.coverage.map(|share| percent(&share.to_string())).unwrap_or_default();
    let _ = writeln!(
        text,
        "窗口 window {}    覆盖度 coverage {coverage}    证据等级 grade {} ({})",
        feature.window,
        feature.grade,
        grade_words(&feature.grade)
    );
    if name == "income.verified_income" {
        shown_streams(assessment, text);
    }
    if out.rests_on.is_empty() {
        text.push_str("没有流水行 no rows\n");
        return;
    }
    let mut rows = plain(["#", "FILE", "SEQ", "TIME", "AMOUNT", "CATEGORY", "COUNTERPARTY", "DESCRIPTION", "PLACE"]);
    align_right(&mut rows, &[2, 4]);
    for row in &out.rests_on {
        let words = |value: &Option<std::borrow::Cow<'_, str>>| clip(value.as_deref().unwrap_or(""), WORDS_WIDTH);
        rows.add_row([
            row.document.to_string(),
            clip(file_name(row.file), WORDS_WIDTH),
            row.seq.to_string(),
            row.time.clone().unwrap_or_default(),
            row.amount.clone(),
            row.category.unwrap_or("").to_owned(),
            words(&row.counterparty),
            words(&row.description),
            clean(&row.source.to_string()),
        ]);
    }
    let _ = writeln!(text, "{}", rows.trim_fmt());
}

/// How verified income comes about: it is the sum of what its streams count.
fn shown_streams(assessment: &Assessment, text: &mut String) {
    let mut rows = plain(["来源 STREAM", "付款方 PAYER", "月 MONTH", "MEASURE", "GRADE", "计入 COUNTED"]);
    align_right(&mut rows, &[2, 5]);
    for stream in &ProfileOut::from(&assessment.profile).verified.streams {
        rows.add_row([
            stream.category.to_owned(),
            clip(stream.payer.as_deref().unwrap_or("—"), WORDS_WIDTH),
            stream.monthly_median.clone(),
            stream.measure.to_owned(),
            stream.grade.clone(),
            stream.counted.clone(),
        ]);
    }
    let _ = writeln!(text, "{}\n", rows.trim_fmt());
}

/// What a grade of evidence stands for.
fn grade_words(grade: &str) -> &'static str {
    match grade {
        "A" => "机构签名文件 signed by its issuer",
        "B" => "两家机构材料互相印证 proven, and borne out by a second issuer",
        "C" => "单一机构文件已验证 proven, one issuer",
        "D" => "修复后验证或照片 proven after repair, or a photo",
        _ => "未能验证 not proven",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_cut_and_rates_have_two_digits() {
        assert_eq!(percent("0.9989"), "99%");
        assert_eq!(percent("1"), "100%");
        assert_eq!(rate_percent(Decimal::new(1535, 4)), "15.35%");
    }
}
