//! Reads a folder of drawn pictures (with the `truth.json` of the set) and writes what was read, each word with its
//! place, for a scorer: `cargo bench --bench pictures -- FOLDER OUT.json [GROUP,...]`. Models are looked for in `models/`.
//!
//! CPU seconds are of the whole process, so that what reads beside it can be compared in one run.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use model::document::Content;
use model::source::Source;
use reading::Limits;
use serde_json::{Value, json};
use xinge::recognition;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [folder, out, groups @ ..] = arguments.as_slice() else {
        println!("skipped: pictures FOLDER OUT.json [GROUP,...]");
        return;
    };
    let groups: Vec<&str> = groups.iter().flat_map(|groups| groups.split(',')).collect();
    let folder = Path::new(folder);
    let truth = std::fs::read(folder.join("truth.json")).expect("the set's truth.json");
    let truth: Vec<Value> = serde_json::from_slice(&truth).expect("a list of pictures");
    let engine = recognition::load(Path::new("models"), NonZeroUsize::MIN).expect("models, as .ci/models fetches them");
    let mut images = serde_json::Map::new();
    for picture in &truth {
        let (id, group, file) = (text(picture, "id"), text(picture, "group"), text(picture, "file"));
        if !groups.is_empty() && !groups.contains(&group) {
            continue;
        }
        let size = [0, 1].map(|at| picture["size"][at].as_f64().expect("a size"));
        let bytes = std::fs::read(folder.join(file)).expect("the picture");
        let (began, cpu) = (Instant::now(), cpu_seconds());
        let read = reading::read(&bytes, &[], &Limits::default(), Some(&engine));
        let (seconds, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds() - cpu);
        let boxes = match &read {
            Ok(document) => boxes(&document.content, size),
            Err(error) => {
                println!("{id}: {error}");
                Vec::new()
            }
        };
        println!("{id}: {} words, {seconds:.2} s, {cpu:.2} s of CPU", boxes.len());
        images.insert(id.to_owned(), json!({ "sec": seconds, "cpu": cpu, "boxes": boxes }));
    }
    let answer = json!({ "engine": "xinge", "images": images, "rss_mb": peak_mb() });
    std::fs::write(out, answer.to_string()).expect("a file to write to");
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().expect("a text")
}

/// Each word: text, confidence, the corners of its place in pixels of the picture.
fn boxes(content: &Content, [width, height]: [f64; 2]) -> Vec<Value> {
    let Content::Pages(pages) = content else { return Vec::new() };
    let words = pages.iter().flat_map(|page| page.words.iter().map(move |word| (page, word)));
    let boxes = words.filter_map(|(page, word)| {
        let Source::Page { area, .. } = page.source(word.x0, word.top, word.x1, word.bottom) else { return None };
        let (x0, x1) = (f64::from(area.x0) * width, f64::from(area.x1) * width);
        let (y0, y1) = (f64::from(area.y0) * height, f64::from(area.y1) * height);
        Some(json!([page.word_text(word), word.confidence, [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]]))
    });
    boxes.collect()
}

/// User and system time of this process, in hundredths of a second as Linux counts them.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    // utime and stime are fields 14 and 15; the first after the name is the third.
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|peak| peak.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
