//! T07: a digital signature must fit what it covers, and cover the whole file.
//!
//! Most statements have none, which says nothing. One that fits says that the file is as its signer made it; who that is,
//! only a list of trusted roots can say, and without one the chain is not judged: the check then passes and says so. What
//! is signed by its issuer and all of it covered is evidence of grade A (`ledger::evidence`).

use model::finding::Severity;
use model::forensics::{Chain, Coverage, Integrity, Signature};

use super::file::{File, OnFile, each_file, quoted};
use super::verdict::{Failure, Summary, Verdict};
use super::{Check, View};

pub const CHECK: Check = Check { code: "signature_valid", severity: Severity::Critical, run };

fn run(view: &View<'_>) -> Verdict {
    let verdict = each_file(
        view,
        ("数字签名有效", "digital signatures are valid"),
        ("没有带数字签名的文件", "no file carries a digital signature"),
        judge,
    );
    match verdict {
        Verdict::Passes(summary) => {
            let (zh, en) = signers(view);
            Verdict::Passes(Summary { zh: summary.zh + &zh, en: summary.en + &en, ..summary })
        }
        other => other,
    }
}

fn judge(file: File<'_>) -> OnFile {
    let signatures = &file.traces().signatures;
    if signatures.is_empty() {
        return OnFile::Silent;
    }
    let mut failures: Vec<Failure> = signatures.iter().filter_map(|signature| fault(&file, signature)).collect();
    // Each further signature is appended, so that only the last can cover the whole file.
    let covered = signatures.iter().any(|signature| signature.coverage == Coverage::Whole);
    if failures.is_empty() && !covered {
        let words = ("的数字签名没有覆盖整个文件：签名之后又有追加", "was added to after it was signed");
        failures.push(failure(&file, Severity::Medium, words, signatures.last()));
    }
    if !failures.is_empty() {
        return OnFile::Fails(failures);
    }
    let number = file.number();
    if signatures.iter().any(|signature| signature.integrity == Integrity::Unknown) {
        return OnFile::Unjudged(
            format!("第 {number} 份材料的数字签名采用无法核验的算法或格式"),
            format!("document {number}: its digital signature is of a kind that cannot be verified here"),
        );
    }
    OnFile::Holds
}

/// What passing says about who signed.
fn signers(view: &View<'_>) -> (String, String) {
    let signatures = || view.documents.iter().flat_map(|shown| &shown.facts.traces.signatures);
    let trusted: Vec<String> = signatures()
        .filter(|signature| matches!(signature.chain, Chain::Trusted(_)))
        .filter_map(|signature| signature.signer.as_deref().map(quoted))
        .collect();
    if trusted.is_empty() {
        return (
            "；没有配置受信任的根证书，未核验签名者身份".to_owned(),
            "; no trusted roots are configured, so who signed was not verified".to_owned(),
        );
    }
    let names = trusted.join(", ");
    (format!("；签名者可信：{names}"), format!("; signed by whom a trusted root vouches for: {names}"))
}

fn fault(file: &File<'_>, signature: &Signature) -> Option<Failure> {
    let (severity, words) = match (signature.integrity, signature.coverage, &signature.chain) {
        (Integrity::Altered, ..) => (Severity::Critical, ("在签名之后被改动过", "was altered after it was signed")),
        (_, Coverage::Senseless, _) => {
            (Severity::High, ("的数字签名所称的范围不合理", "has a signature whose ranges make no sense"))
        }
        (Integrity::Intact, _, Chain::Untrusted) => (
            Severity::Medium,
            ("的签名证书不在受信任名单内", "is signed by a certificate that leads to no trusted root"),
        ),
        (Integrity::Intact, _, Chain::OutOfDate(_)) => (
            Severity::Medium,
            (
                "的签名证书在签名时不在有效期内，或签名没有写明时间",
                "is signed by a certificate that was not valid at the time of signing, or the signature states no time",
            ),
        ),
        _ => return None,
    };
    Some(failure(file, severity, words, Some(signature)))
}

fn failure(file: &File<'_>, severity: Severity, (zh, en): (&str, &str), signature: Option<&Signature>) -> Failure {
    let number = file.number();
    let signer = signature.and_then(|one| one.signer.as_ref()).map_or_else(|| "?".to_owned(), |name| quoted(name));
    Failure {
        severity: Some(severity),
        zh: format!("第 {number} 份材料{zh}（签名者：{signer}）"),
        en: format!("document {number} {en} (signer: {signer})"),
        expected: None,
        found: signature.and_then(|one| one.algorithm.clone()),
        evidence: file.whole(),
    }
}

#[cfg(test)]
mod tests {
    use model::forensics::Traces;

    use super::*;
    use crate::checks::test_support::{Case, bank};

    fn case(signatures: &[(Integrity, Coverage, Chain)]) -> Case {
        let signature = |(integrity, coverage, chain): &(Integrity, Coverage, Chain)| Signature {
            signer: Some("示例银行".into()),
            algorithm: Some("sm2_sm3".into()),
            integrity: *integrity,
            chain: chain.clone(),
            ..Signature::unreadable(*coverage)
        };
        let traces = Traces { signatures: signatures.iter().map(signature).collect(), ..Traces::default() };
        Case::of(&[&[bank("2026-03-01 +1.00")]]).traced(traces)
    }

    #[test]
    fn fails_on_an_altered_file() {
        let case = case(&[(Integrity::Altered, Coverage::Whole, Chain::NotJudged)]);
        case.expect(CHECK, &["fail critical, : expected -, found sm2_sm3"]);
    }

    #[test]
    fn passes_on_two_signatures_of_which_the_last_covers_all() {
        let first = (Integrity::Intact, Coverage::Part, Chain::NotJudged);
        case(&[first.clone(), (Integrity::Intact, Coverage::Whole, Chain::Trusted("Root".into()))])
            .expect(CHECK, &["pass"]);
        case(&[first]).expect(CHECK, &["fail medium, : expected -, found sm2_sm3"]);
    }

    #[test]
    fn a_signer_that_nobody_vouches_for_is_said() {
        for chain in [Chain::Untrusted, Chain::OutOfDate("Root".into())] {
            let case = case(&[(Integrity::Intact, Coverage::Whole, chain)]);
            case.expect(CHECK, &["fail medium, : expected -, found sm2_sm3"]);
        }
    }

    #[test]
    fn what_cannot_be_verified_is_not_passed() {
        case(&[(Integrity::Unknown, Coverage::Whole, Chain::NotJudged)]).expect(CHECK, &["not_run"]);
        case(&[]).expect(CHECK, &["not_applicable"]);
    }
}
