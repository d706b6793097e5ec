//! Measures the picture checks on a set: `cargo run --example measure_pictures -- LIST`.
//!
//! Each line of LIST is a figure, its parts parted by tabs: picture, group, what was done to the picture, the figure's left,
//! top, right and bottom in fractions, its text, and 1 where it was altered. Prints for each group and deed the pictures
//! that raise something, those where an altered figure is among it, and the figures raised in vain.

use std::collections::BTreeMap;
use std::error::Error;

use model::Source;
use model::forensics::PatchKind;
use model::source::Area;
use pixels::Figure;

#[derive(Default)]
struct Count {
    pictures: u32,
    raising: u32,
    hit: u32,
    in_vain: u32,
    screens: u32,
    kinds: BTreeMap<PatchKind, u32>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let list = std::env::args().nth(1).ok_or("a list is needed")?;
    let mut pictures: BTreeMap<(String, String, String), Vec<(Figure, bool)>> = BTreeMap::new();
    for line in std::fs::read_to_string(list)?.lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        let [file, group, deed, x0, y0, x1, y1, text, altered] = parts.as_slice() else { continue };
        let area = Area { x0: x0.parse()?, y0: y0.parse()?, x1: x1.parse()?, y1: y1.parse()? };
        let figure = Figure { page: 1, area, text: (*text).to_owned() };
        let key = ((*group).to_owned(), (*deed).to_owned(), (*file).to_owned());
        pictures.entry(key).or_default().push((figure, *altered == "1"));
    }
    let mut counts: BTreeMap<(String, String), Count> = BTreeMap::new();
    for ((group, deed, file), figures) in pictures {
        let grey = image::open(&file)?.into_luma8();
        let list: Vec<Figure> = figures.iter().map(|(figure, _)| figure.clone()).collect();
        let found = pixels::patches(&grey, &list);
        let altered = |source: &Source| {
            figures.iter().any(|(figure, altered)| {
                *altered && matches!(source, Source::Page { area, .. } if *area == figure.area)
            })
        };
        let count = counts.entry((group, deed)).or_default();
        count.pictures += 1;
        count.raising += u32::from(!found.is_empty());
        count.hit += u32::from(found.iter().any(|patch| altered(&patch.source)));
        count.in_vain += u32::try_from(found.iter().filter(|patch| !altered(&patch.source)).count())?;
        count.screens += u32::from(pixels::shows_screen(&grey));
        for patch in &found {
            *count.kinds.entry(patch.kind).or_default() += 1;
        }
    }
    println!("| group | deed | pictures | raise | hit | figures in vain | screens | kinds |");
    for ((group, deed), count) in counts {
        let Count { pictures, raising, hit, in_vain, screens, kinds } = count;
        println!("| {group} | {deed} | {pictures} | {raising} | {hit} | {in_vain} | {screens} | {kinds:?} |");
    }
    Ok(())
}
