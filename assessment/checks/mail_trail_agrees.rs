//! T13: what comes in its issuer's mail or archive must be as it was sent.
//!
//! The server that sends a mail signs a digest of its body, attachments and all (DKIM, RFC 6376). Whether the body is the one
//! whose digest stands there is told from the mail alone; whether the digest is the server's takes its key, which only the
//! network has and which is not asked for here. So a body that fits is no proof, and one that does not is said. An archive
//! under a password with the issuer's own names in it is a good sign and no more. Innocent: a mail that a list or a company's
//! gateway added a line to.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use model::finding::Severity;
use model::forensics::{Integrity, Trail};
use serde::Deserialize;

use super::file::{File, OnFile, each_file, quoted};
use super::verdict::{Failure, Verdict};
use super::{Check, View};

pub const CHECK: Check = Check { code: "mail_trail_agrees", severity: Severity::Medium, run };

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Senders {
    domains: BTreeMap<String, Vec<String>>,
    archives: BTreeMap<String, Vec<String>>,
}

/// The table is part of the program: a faulty one is our own bug, and every test of this check fails on it.
#[allow(clippy::expect_used)]
static SENDERS: LazyLock<Senders> =
    LazyLock::new(|| toml::from_str(include_str!("../tables/mails.toml")).expect("mails.toml"));

fn run(view: &View<'_>) -> Verdict {
    each_file(
        view,
        (
            "邮件正文与签名摘要一致（签名公钥需联网查询，未核验），或压缩包的命名与出具机构一致",
            "mails are the ones whose digest was signed (the key was not asked for), archives are named as their issuer names them",
        ),
        ("没有随出具机构邮件或加密压缩包而来的文件", "no file came in its issuer's mail or locked archive"),
        judge,
    )
}

fn judge(file: File<'_>) -> OnFile {
    let Some(trail) = file.traces().trail.as_ref().filter(|_| !file.statements.is_empty()) else {
        return OnFile::Silent;
    };
    let is = |wanted: Integrity| trail.seals.iter().filter(move |seal| seal.body == wanted);
    // Each server on the way may sign, and one that changes the mail breaks those before it.
    if let (Some(broken), None) = (is(Integrity::Altered).next(), is(Integrity::Intact).next()) {
        let (number, domain) = (file.number(), quoted(&broken.domain));
        return OnFile::Fails(vec![Failure {
            severity: None,
            zh: format!("第 {number} 份材料所在的邮件与其签名（{domain}）不符：寄出之后有改动；请转发原始邮件"),
            en: format!(
                "document {number} came in a mail that is not the one signed by {domain}: forward the mail as it arrived"
            ),
            expected: None,
            found: Some(domain.into()),
            evidence: file.whole(),
        }]);
    }
    let is_issuers = |issuer: &str| {
        let domains = SENDERS.domains.get(issuer).map_or(&[][..], Vec::as_slice);
        let from = trail.from_domain.as_deref().is_some_and(|from| belongs(from, domains));
        let sealed = is(Integrity::Intact).any(|seal| belongs(&seal.domain, domains));
        (from && sealed) || is_named(trail, issuer)
    };
    if file.statements.iter().any(|statement| is_issuers(&statement.issuer)) { OnFile::Holds } else { OnFile::Silent }
}

/// Whether a domain is one of these, or lies under one.
fn belongs(domain: &str, known: &[String]) -> bool {
    let domain = domain.to_ascii_lowercase();
    known
        .iter()
        .any(|known| domain.strip_suffix(known.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// Whether both names of a locked archive begin as the issuer's do.
fn is_named(trail: &Trail, issuer: &str) -> bool {
    let names = SENDERS.archives.get(issuer).map_or(&[][..], Vec::as_slice);
    let begins = |name: &str| names.iter().any(|known| name.starts_with(known.as_str()));
    trail.locked && trail.archive.as_deref().is_some_and(begins) && begins(&trail.name)
}

#[cfg(test)]
mod tests {
    use model::forensics::{MailSeal, Traces};

    use super::*;
    use crate::checks::test_support::{Case, bank, wallet};

    fn mailed(from: &str, seals: &[(&str, Integrity)]) -> Case {
        let seal = |(domain, body): &(&str, Integrity)| MailSeal { domain: (*domain).into(), body: *body };
        let seals = seals.iter().map(seal).collect();
        let trail = Trail { from_domain: Some(from.into()), seals, name: "对账单.pdf".into(), ..Trail::default() };
        Case::of(&[&[bank("2026-03-01 +1.00")]]).traced(Traces { trail: Some(trail), ..Traces::default() })
    }

    fn packed(archive: &str, name: &str, locked: bool) -> Case {
        let trail = Trail { archive: Some(archive.into()), locked, name: name.into(), ..Trail::default() };
        Case::of(&[&[wallet("wechat", "2026-03-01 +1.00")]]).traced(Traces { trail: Some(trail), ..Traces::default() })
    }

    #[test]
    fn fails_on_a_body_that_is_not_the_signed_one() {
        mailed("cmbchina.com", &[("cmbchina.com", Integrity::Altered)])
            .expect(CHECK, &["fail medium, : expected -, found cmbchina.com"]);
    }

    #[test]
    fn passes_on_the_issuers_mail_and_on_its_locked_archive() {
        mailed("message.cmbchina.com", &[("cmbchina.com", Integrity::Intact)]).expect(CHECK, &["pass"]);
        // A list broke the sender's and signed anew.
        let relayed = [("cmbchina.com", Integrity::Altered), ("list.example.com", Integrity::Intact)];
        mailed("cmbchina.com", &relayed).expect(CHECK, &["not_applicable"]);
        packed("微信支付账单(20250101-20250331).zip", "微信支付账单(20250101-20250331).csv", true)
            .expect(CHECK, &["pass"]);
    }

    #[test]
    fn not_for_others_mails_renamed_archives_and_plain_files() {
        mailed("cmbchina.com.example.net", &[("example.net", Integrity::Intact)]).expect(CHECK, &["not_applicable"]);
        packed("流水.zip", "微信支付账单(20250101-20250331).csv", true).expect(CHECK, &["not_applicable"]);
        packed("微信支付账单(1).zip", "微信支付账单(1).csv", false).expect(CHECK, &["not_applicable"]);
        Case::of(&[&[bank("2026-03-01 +1.00")]]).expect(CHECK, &["not_applicable"]);
    }
}
