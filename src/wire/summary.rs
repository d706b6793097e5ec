//! A statement in a line, in words that whoever handed it in understands.

use model::proof::ProofStatus;
use model::statement::StatementKind;
use model::summary::StatementSummary;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SummaryOut<'a> {
    pub kind: &'static str,
    pub issuer: &'a str,
    /// `林**`
    pub holder_masked: Option<&'a str>,
    pub account_masked: Option<&'a str>,
    /// `2026-02`, …
    pub months: Vec<&'a str>,
    pub rows: u32,
    /// As in `proof.status`.
    pub proof: &'static str,
    pub message_zh: String,
    pub message_en: String,
}

impl<'a> From<&'a StatementSummary> for SummaryOut<'a> {
    fn from(summary: &'a StatementSummary) -> Self {
        Self {
            kind: summary.kind.as_str(),
            issuer: &summary.issuer,
            holder_masked: summary.holder_masked.as_deref(),
            account_masked: summary.account_masked.as_deref(),
            months: summary.months.iter().map(String::as_str).collect(),
            rows: summary.rows,
            proof: summary.proof.as_str(),
            message_zh: in_chinese(summary),
            message_en: in_english(summary),
        }
    }
}

fn in_chinese(summary: &StatementSummary) -> String {
    let mut parts = vec![kind_zh(summary.kind).to_owned()];
    parts.extend(months(summary, " 至 "));
    parts.extend(summary.holder_masked.as_ref().map(|name| format!("户名 {name}")));
    if summary.rows > 0 {
        parts.push(format!("{} 笔", summary.rows));
    }
    let proof = match summary.proof {
        ProofStatus::Proven => "每一笔都已核对",
        ProofStatus::Repaired => "已核对，个别模糊数字按账目关系还原",
        ProofStatus::Consistent => "能核对的部分相符",
        ProofStatus::Unproven => "单据上没有可供核对的余额或合计",
        ProofStatus::Contradicted => "金额与余额或合计对不上，请重新导出完整的原始文件再提交",
    };
    parts.push(proof.to_owned());
    parts.join("，")
}

fn in_english(summary: &StatementSummary) -> String {
    let mut parts = vec![summary.kind.as_str().replace('_', " ")];
    parts.extend(months(summary, " to "));
    parts.extend(summary.holder_masked.as_ref().map(|name| format!("in the name of {name}")));
    if summary.rows > 0 {
        parts.push(format!("{} rows", summary.rows));
    }
    let proof = match summary.proof {
        ProofStatus::Proven => "every row checked",
        ProofStatus::Repaired => "checked, with blurred digits set right by the sums",
        ProofStatus::Consistent => "what can be checked holds",
        ProofStatus::Unproven => "it prints nothing to check against",
        ProofStatus::Contradicted => "it does not add up: export the whole original again and hand it in",
    };
    parts.push(proof.to_owned());
    parts.join(", ")
}

fn months(summary: &StatementSummary, to: &str) -> Option<String> {
    let (first, last) = (summary.months.first()?, summary.months.last()?);
    Some(if first == last { first.clone() } else { format!("{first}{to}{last}") })
}

const fn kind_zh(kind: StatementKind) -> &'static str {
    match kind {
        StatementKind::Wallet => "支付账户账单",
        StatementKind::DepositAccount => "银行账户流水",
        StatementKind::CreditCard => "信用卡账单",
        StatementKind::Payslip => "工资单",
        StatementKind::IncomeTax => "个税记录",
        StatementKind::ProvidentFund => "公积金记录",
        StatementKind::SocialInsurance => "社保记录",
        StatementKind::UtilityBill => "水电燃气账单",
        StatementKind::TelecomBill => "通信账单",
        StatementKind::PlatformBill => "平台账单",
        StatementKind::Unknown => "未能归类的流水",
    }
}
