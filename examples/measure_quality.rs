//! Measures what is said of pictures before they are read: `cargo run --example measure_quality -- LIST`.
//!
//! Each line of LIST is a picture and, after a tab, what was done to it. Prints for each deed how many pictures there are
//! and which faults were told of how many; and the slowest look.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};

use reading::{Limits, image};

fn main() -> Result<(), Box<dyn Error>> {
    let list = std::env::args().nth(1).ok_or("a list is needed")?;
    let mut counts: BTreeMap<String, (u32, BTreeMap<String, u32>)> = BTreeMap::new();
    let mut slowest = (Duration::ZERO, String::new());
    for line in std::fs::read_to_string(list)?.lines() {
        let Some((file, deed)) = line.split_once('\t') else { continue };
        let bytes = std::fs::read(file)?;
        let start = Instant::now();
        let told = image::poor(&bytes, &Limits::default());
        let took = start.elapsed();
        if took > slowest.0 {
            slowest = (took, file.to_owned());
        }
        let (pictures, faults) = counts.entry(deed.to_owned()).or_default();
        *pictures += 1;
        for problem in told {
            let words = problem.message_en.split('.').next().unwrap_or_default().to_owned();
            *faults.entry(words).or_default() += 1;
        }
    }
    println!("| deed | pictures | told |");
    for (deed, (pictures, faults)) in counts {
        println!("| {deed} | {pictures} | {faults:?} |");
    }
    println!("slowest: {:?} {}", slowest.0, slowest.1);
    Ok(())
}
