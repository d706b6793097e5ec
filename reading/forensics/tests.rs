//! Signatures of every kind that is known here, made with keys of these tests.

use make_samples::sign::{Algorithm, Holder, SealForm, Signer};
use make_samples::signed;
use model::forensics::{Chain, Coverage, Integrity, Signature};

use super::trust::{RootError, Roots};
use crate::Limits;
use crate::test_files::zip;

const UNSIGNED: &[u8] = include_bytes!("../pdf/signed-rsa.pdf");
const AT: &str = "2026-09-01T02:15:03Z";

fn holder(name: &str, algorithm: Algorithm) -> Holder<'_> {
    Holder { name, algorithm, from: "20260101000000Z", to: "20281231235959Z" }
}

fn root(algorithm: Algorithm) -> Signer {
    Signer::root(holder("Example Root", algorithm)).unwrap()
}

fn roots(signer: &Signer) -> Roots {
    let mut roots = Roots::default();
    roots.add(&signer.certificate).unwrap();
    roots
}

fn of_pdf(bytes: &[u8]) -> Signature {
    let mut signatures = crate::read(bytes, &[], &Limits::default(), None).unwrap().facts.traces.signatures;
    assert_eq!(signatures.len(), 1);
    signatures.remove(0)
}

fn ofd_parts() -> Vec<(&'static str, Vec<u8>)> {
    const SPACE: &str = "xmlns:ofd=\"http://www.ofdspec.org/2016\"";
    let text = |text: String| text.into_bytes();
    vec![
        (
            "OFD.xml",
            text(format!(
                "<ofd:OFD {SPACE}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
            )),
        ),
        (
            "Doc_0/Document.xml",
            text(format!(
                "<ofd:Document {SPACE}><ofd:Annotations>Annots/Annotations.xml</ofd:Annotations><ofd:Pages><ofd:Page ID=\"1\" BaseLoc=\"Pages/Page_0/Content.xml\"/></ofd:Pages></ofd:Document>"
            )),
        ),
        (
            "Doc_0/Pages/Page_0/Content.xml",
            text(format!(
                "<ofd:Page {SPACE}><ofd:Content><ofd:Layer ID=\"9\"><ofd:TextObject ID=\"1\" Boundary=\"10 20 100 6\" Font=\"4\" Size=\"5\"><ofd:TextCode X=\"0\" Y=\"5\">1,280.00</ofd:TextCode></ofd:TextObject></ofd:Layer></ofd:Content></ofd:Page>"
            )),
        ),
    ]
}

/// The signed file, some of its parts changed or added on the way.
fn sealed(signer: &Signer, form: SealForm, change: impl Fn(&mut Vec<(String, Vec<u8>)>)) -> Signature {
    let parts = ofd_parts();
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let mut signed = signed::ofd(&parts, signer, form, AT.parse().unwrap()).unwrap();
    change(&mut signed);
    let files: Vec<(&str, &[u8])> = signed.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    of_pdf(&zip(&files))
}

fn replace(parts: &mut [(String, Vec<u8>)], part: &str, from: &str, to: &str) {
    let (_, bytes) = parts.iter_mut().find(|(name, _)| name == part).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.contains(from), "{text}");
    *bytes = text.replace(from, to).into_bytes();
}

#[test]
fn each_algorithm_of_a_pdf_is_verified_and_an_edit_seen() {
    for (algorithm, name) in [
        (Algorithm::RsaSha256, "rsa_sha256"),
        (Algorithm::RsaPssSha256, "rsa_pss_sha256"),
        (Algorithm::P256Sha256, "ecdsa_p256_sha256"),
        (Algorithm::P384Sha384, "ecdsa_p384_sha384"),
        (Algorithm::Sm2Sm3, "sm2_sm3"),
    ] {
        let root = root(algorithm);
        let middle = root.vouch(holder("Example Authority", algorithm), true).unwrap();
        let signer = middle.vouch(holder("示例银行电子回单", algorithm), false).unwrap();
        let signed = signed::pdf(UNSIGNED, &signer, AT.parse().unwrap()).unwrap();
        let found = of_pdf(&signed);
        assert_eq!((found.integrity, found.coverage), (Integrity::Intact, Coverage::Whole), "{name}");
        assert_eq!(found.algorithm.as_deref(), Some(name));
        assert_eq!(found.signer.as_deref(), Some("示例银行电子回单"));
        assert_eq!(found.signed_at.as_deref(), Some(AT));
        assert_eq!(roots(&root).judge(&found), Chain::Trusted("Example Root".into()), "{name}");

        let at = memchr::memmem::find(&signed, b"1,234.50").unwrap();
        let mut edited = signed;
        edited[at] = b'9';
        assert_eq!(of_pdf(&edited).integrity, Integrity::Altered, "{name}");
    }
}

#[test]
fn a_chain_ends_at_a_root_of_the_list_or_nowhere() {
    let sm2 = Algorithm::Sm2Sm3;
    let root = root(sm2);
    let signer = root.vouch(holder("示例银行", sm2), false).unwrap();
    let found = of_pdf(&signed::pdf(UNSIGNED, &signer, AT.parse().unwrap()).unwrap());
    assert_eq!(Roots::default().judge(&found), Chain::NotJudged);
    let other = Signer::root(holder("Another Root", sm2)).unwrap();
    assert_eq!(roots(&other).judge(&found), Chain::Untrusted);
    // The same name with another key.
    let false_root = Signer::root(holder("Example Root", Algorithm::P256Sha256)).unwrap();
    assert_eq!(roots(&false_root).judge(&found), Chain::Untrusted);
    // A certificate that is pinned itself.
    assert_eq!(roots(&signer).judge(&found), Chain::Trusted("示例银行".into()));
}

#[test]
fn a_customer_of_an_authority_vouches_for_nobody() {
    let sm2 = Algorithm::Sm2Sm3;
    let root = root(sm2);
    let customer = root.vouch(holder("张三", sm2), false).unwrap();
    let forger = customer.vouch(holder("示例银行", sm2), false).unwrap();
    let found = of_pdf(&signed::pdf(UNSIGNED, &forger, AT.parse().unwrap()).unwrap());
    assert_eq!(found.integrity, Integrity::Intact);
    assert_eq!(roots(&root).judge(&found), Chain::Untrusted);
}

#[test]
fn a_certificate_counts_for_the_time_it_was_valid() {
    let sm2 = Algorithm::Sm2Sm3;
    let root = root(sm2);
    let short = Holder { to: "20260630000000Z", ..holder("示例银行", sm2) };
    let signer = root.vouch(short, false).unwrap();
    let signed = |at: &str| of_pdf(&signed::pdf(UNSIGNED, &signer, at.parse().unwrap()).unwrap());
    assert_eq!(roots(&root).judge(&signed("2026-03-01T00:00:00Z")), Chain::Trusted("Example Root".into()));
    assert_eq!(roots(&root).judge(&signed(AT)), Chain::OutOfDate("Example Root".into()));
}

#[test]
fn both_forms_of_a_seal_are_verified() {
    let root = root(Algorithm::Sm2Sm3);
    let signer = root.vouch(holder("示例银行电子印章", Algorithm::Sm2Sm3), false).unwrap();
    for form in [SealForm::Gm0031, SealForm::Gb38540] {
        let found = sealed(&signer, form, |_| {});
        assert_eq!((found.integrity, found.coverage), (Integrity::Intact, Coverage::Whole), "{form:?}");
        assert_eq!(found.algorithm.as_deref(), Some("sm2_sm3"));
        assert_eq!(found.signer.as_deref(), Some("示例银行电子印章"));
        assert_eq!(found.signed_at.as_deref(), Some(AT));
        assert_eq!(roots(&root).judge(&found), Chain::Trusted("Example Root".into()));

        let page = "Doc_0/Pages/Page_0/Content.xml";
        let edited = sealed(&signer, form, |parts| replace(parts, page, "1,280.00", "9,280.00"));
        assert_eq!(edited.integrity, Integrity::Altered, "{form:?}");
        // With the digest in the list made to fit, the list is what was altered.
        let description = "Doc_0/Signs/Sign_0/Signature.xml";
        let relisted = sealed(&signer, form, |parts| replace(parts, description, "example", "exemple"));
        assert_eq!(relisted.integrity, Integrity::Altered, "{form:?}");
    }
}

#[test]
fn what_a_seal_leaves_out_is_said() {
    let signer = root(Algorithm::Sm2Sm3);
    let added = |name: &'static str| {
        sealed(&signer, SealForm::Gb38540, move |parts| parts.push((name.to_owned(), b"<a/>".to_vec())))
    };
    assert_eq!(added("Doc_0/Pages/Page_1/Content.xml").coverage, Coverage::Part);
    assert_eq!(added("Doc_0/Annots/Annotations.xml").coverage, Coverage::Whole, "a note may be added");
    let gone = sealed(&signer, SealForm::Gb38540, |parts| parts.retain(|(name, _)| !name.ends_with("SignedValue.dat")));
    assert_eq!((gone.integrity, gone.coverage), (Integrity::Unknown, Coverage::Part));
}

#[test]
fn roots_come_in_der_and_in_pem() {
    use base64::Engine;
    let root = root(Algorithm::P256Sha256);
    let digits = base64::engine::general_purpose::STANDARD.encode(&root.certificate);
    let (first, second) = digits.split_at(64);
    let pem =
        format!("subject=Example Root\n-----BEGIN CERTIFICATE-----\n{first}\n{second}\n-----END CERTIFICATE-----\n");
    let mut roots = Roots::default();
    roots.add(pem.as_bytes()).unwrap();
    let found = of_pdf(&signed::pdf(UNSIGNED, &root, AT.parse().unwrap()).unwrap());
    assert_eq!(roots.judge(&found), Chain::Trusted("Example Root".into()));
    assert!(matches!(roots.add(b"nothing"), Err(RootError::None)));
    assert!(matches!(roots.add(pem.replace("MII", "???").as_bytes()), Err(RootError::Damaged { number: 1 })));
}
