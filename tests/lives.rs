//! Lives drawn by seeds, of every way of earning: the features of their papers are what truly happened, to the cent (a
//! ratio to its four digits). The figures come from the events of the life (`make_samples::figures`), not from a paper.

use make_samples::figures;
use make_samples::people::drawn::{Way, life};
use model::declaration::Declaration;
use xinge::pipeline::{self, Extracted, Policy, Reader};

/// Seeds of each way; a life takes some seconds to print and read in a debug build. `LIVES=100` tries more.
fn seeds() -> std::ops::Range<u64> {
    0..std::env::var("LIVES").ok().and_then(|count| count.parse().ok()).unwrap_or(3)
}

fn documents(way: Way, seed: u64) -> Option<(Vec<Extracted>, figures::Figures)> {
    // A life that cannot be paid for is none.
    let applicant = life(way, seed).ok()?;
    let extract = |paper: &make_samples::people::Paper| {
        pipeline::extract(&paper.file_name(), &paper.print().unwrap(), &[], &Reader::default())
    };
    Some((applicant.papers.iter().flat_map(extract).collect(), figures::of(&applicant.world)))
}

#[test]
fn features_are_what_happened() {
    let as_of = "2026-09-05".parse().unwrap();
    let (mut lives, mut compared, mut wrong) = (0, 0, Vec::new());
    for way in Way::ALL {
        for seed in seeds() {
            let Some((documents, truth)) = documents(way, seed) else { continue };
            lives += 1;
            let declaration = Declaration::default();
            let assessment = pipeline::assess(&documents, &declaration, &Policy::standard().unwrap(), as_of).unwrap();
            for (name, expected) in &truth {
                let feature = &assessment.features[*name];
                let found: f64 = feature.value.as_deref().and_then(|value| value.parse().ok()).unwrap_or(f64::NAN);
                // Half a cent for rounding to one; a ratio's last digit.
                let near = if feature.unit.starts_with("CNY") { 0.005_1 } else { 0.000_051 };
                compared += 1;
                if (found - expected).abs() > near || found.is_nan() {
                    wrong.push(format!("{} {seed} {name}: {found}, truly {expected:.6}", way.word()));
                }
            }
            let label = assessment.features["pattern.sector_label_all"].value.as_deref();
            if label != Some(way.word()) {
                wrong.push(format!("{} {seed} looks {label:?}", way.word()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compared} figures of {lives} lives:\n{}", wrong.len(), wrong.join("\n"));
    assert!(lives >= 12 && compared > 300, "{lives} lives and {compared} figures are too few to show anything");
}
