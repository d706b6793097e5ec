//! What `xinge assess` shows of forged files: pictures of the places, and who vouches for a signer.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use make_samples::people;
use make_samples::sign::{Algorithm, Holder, Signer};
use make_samples::signed;
use make_samples::tamper_pdf::Paper;
use serde_json::Value;

/// A folder of its own for a test, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("xinge-evidence-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The salaried applicant's bank statement, a PDF.
fn statement() -> Vec<u8> {
    let applicants = people::all().unwrap();
    let papers = applicants.iter().filter(|one| one.folder == "salaried").flat_map(|one| &one.papers);
    papers.map(|paper| paper.print().unwrap()).find(|bytes| bytes.starts_with(b"%PDF")).unwrap()
}

fn assess(arguments: &[&Path]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xinge"));
    let output =
        command.args(["assess", "--as-of", "2026-09-05", "--format", "json"]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn finding<'a>(assessment: &'a Value, check: &str) -> &'a Value {
    assessment["findings"].as_array().unwrap().iter().find(|one| one["check"] == check).unwrap()
}

#[test]
fn each_page_that_a_finding_points_at_is_drawn_with_its_places() {
    let folder = Folder::new("pages");
    let mut paper = Paper::open(&statement()).unwrap();
    let run = paper.holding("代发工资").unwrap();
    let number = run.page_number();
    paper.hide_line(&run, true);
    let forged = folder.file("forged.pdf", &paper.resave().unwrap());
    let out = folder.0.join("out");
    let assessment = assess(&[&forged, Path::new("--evidence"), &out]);
    assert_eq!(finding(&assessment, "text_visible")["outcome"], "fail");

    let index: Value = serde_json::from_slice(&fs::read(out.join("index.json")).unwrap()).unwrap();
    let shown = index.as_array().unwrap();
    let page = shown.iter().find(|page| page["page"] == number && page["document"] == 0).unwrap();
    assert!(page["file"].as_str().unwrap().ends_with("forged.pdf"));
    let marks = page["marks"].as_array().unwrap();
    let mark = marks.iter().find(|mark| mark["check"] == "text_visible").unwrap();
    assert_eq!(mark["places"][0]["page"], number);
    let picture = image::open(out.join(page["picture"].as_str().unwrap())).unwrap().into_rgb8();
    // The box's line, left of the place, in the middle of its height.
    let [x0, y0, _, y1] = [0, 1, 2, 3].map(|at| mark["places"][0]["box"][at].as_f64().unwrap());
    let y = ((y0 + y1) / 2.0 * f64::from(picture.height())) as u32;
    let left = (x0 * f64::from(picture.width())) as u32;
    let is_red = |x: u32| matches!(picture.get_pixel(x, y).0, [red, green, 0..=60] if red > 150 && green < 130);
    assert!((left.saturating_sub(30)..=left).any(is_red), "a line left of {left}, {y}");
}

#[test]
fn pages_under_a_password_are_drawn_with_it() {
    let folder = Folder::new("locked");
    let mut paper = Paper::open(&statement()).unwrap();
    let run = paper.holding("代发工资").unwrap();
    paper.hide_line(&run, true);
    let forged = folder.file("locked.pdf", &paper.resave_locked("246810").unwrap());
    let out = folder.0.join("out");
    assess(&[&forged, Path::new("--password"), Path::new("246810"), Path::new("--evidence"), &out]);
    let index: Value = serde_json::from_slice(&fs::read(out.join("index.json")).unwrap()).unwrap();
    let page = index.as_array().unwrap().iter().find(|page| page["page"] == run.page_number()).unwrap();
    assert!(out.join(page["picture"].as_str().unwrap()).exists(), "{page}");
}

#[test]
fn a_signer_is_trusted_by_the_roots_of_a_folder() {
    let folder = Folder::new("trust");
    let holder = |name| Holder { name, algorithm: Algorithm::Sm2Sm3, from: "20260101000000Z", to: "20281231235959Z" };
    let root = Signer::root(holder("Example Root")).unwrap();
    let signer = root.vouch(holder("招商银行股份有限公司电子回单"), false).unwrap();
    let signed = signed::pdf(&statement(), &signer, "2026-09-01T02:15:03Z".parse().unwrap()).unwrap();
    let file = folder.file("signed.pdf", &signed);
    let (own, others) = (folder.0.join("own"), folder.0.join("others"));
    folder.file("own/root.cer", &root.certificate);
    folder.file("others/root.der", &Signer::root(holder("Another Root")).unwrap().certificate);

    let unjudged = assess(&[&file]);
    assert_eq!(finding(&unjudged, "signature_valid")["outcome"], "pass");
    assert!(finding(&unjudged, "signature_valid")["message_en"].as_str().unwrap().contains("no trusted roots"));
    let trusted = assess(&[&file, Path::new("--trust"), &own]);
    assert!(finding(&trusted, "signature_valid")["message_en"].as_str().unwrap().contains("招商银行"));
    assert_eq!(trusted["profile"]["verified"]["accounts"][0]["grade"], "A");
    let untrusted = assess(&[&file, Path::new("--trust"), &others]);
    assert_eq!(finding(&untrusted, "signature_valid")["severity"], "medium");
    assert_eq!(untrusted["profile"]["verified"]["accounts"][0]["grade"], "C");

    // A folder without certificates is a mistake, not trust in nobody.
    let empty = folder.0.join("empty");
    fs::create_dir_all(&empty).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_xinge"));
    let output = command.arg("assess").arg(&file).arg("--trust").arg(&empty).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
