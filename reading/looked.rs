//! What the pixels of pages show beside their text: patched figures, paper used twice, a photographed screen, codes.

use image::GrayImage;
use model::failure::PictureFault;
use model::forensics::{MatrixCode, Patch, SamePaper, TRACES_MAX, Traces};
use model::page::{Page, Word};
use model::problem::ProblemCode;
use model::source::Area;
use model::{Problem, Source};
use pixels::quality;
use pixels::{Figure, Grain};

/// Pages whose paper is compared: a statement handed in as pictures has under ten.
const PAPERS_MAX: usize = 24;

/// What was seen on one page.
pub struct Looked {
    page: u32,
    patches: Vec<Patch>,
    faults: Vec<PictureFault>,
    grain: Option<Grain>,
    codes: Vec<MatrixCode>,
}

/// Looks at a page's picture, upright as it was read.
pub fn look(pixels: &GrayImage, page: &Page) -> Looked {
    let number = page.number;
    let figures: Vec<Figure> = page.words.iter().filter_map(|word| figure(page, word)).collect();
    Looked {
        page: number,
        patches: pixels::patches(pixels, &figures),
        faults: quality::faults(pixels),
        grain: Grain::of(pixels),
        codes: pixels::codes::find(pixels, |area| Source::Page { page: number, area }),
    }
}

/// What could be better about the pictures, in the order of their pages.
pub fn poor(looked: &[Looked]) -> Vec<Problem> {
    looked.iter().flat_map(|page| page.faults.iter().map(|fault| problem(*fault, page.page))).collect()
}

/// A fault of a page's picture as its owner is told.
pub fn problem(fault: PictureFault, page: u32) -> Problem {
    let advice = fault.advice();
    let whole = Area { x0: 0.0, y0: 0.0, x1: 1.0, y1: 1.0 };
    Problem::new(
        ProblemCode::PoorPicture,
        format!("{}{}", advice.zh, advice.hint_zh),
        format!("{} {}", advice.en, advice.hint_en),
    )
    .at(Source::Page { page, area: whole })
}

/// Why a picture could not be read, where its pixels say more than the attempt did. That its edge is cut is no reason.
pub fn why(attempt: PictureFault, pixels: &GrayImage) -> PictureFault {
    match attempt {
        PictureFault::Unclear | PictureFault::NoText => {
            quality::faults(pixels).into_iter().find(|fault| *fault != PictureFault::CutOff).unwrap_or(attempt)
        }
        plain => plain,
    }
}

/// Adds what was seen on a document's pages, which come in their order.
pub fn into_traces(looked: Vec<Looked>, traces: &mut Traces) {
    if looked.is_empty() {
        return;
    }
    traces.pictures_looked_at = u32::try_from(looked.len()).ok();
    // Each page with the one before and with the first: who has one sheet of paper uses it throughout.
    let papers: Vec<(u32, &Grain)> =
        looked.iter().filter_map(|page| Some((page.page, page.grain.as_ref()?))).take(PAPERS_MAX).collect();
    for (place, (second, grain)) in papers.iter().enumerate().skip(1) {
        let before = [place.checked_sub(1), Some(0)].into_iter().flatten().filter_map(|at| papers.get(at));
        let same = before.filter_map(|(first, other)| Some((*first, pixels::same_grain(other, grain)?))).next();
        if let Some((first, correlation)) = same {
            let correlation = format!("{correlation:.2}").into();
            traces.same_paper.push(SamePaper { first, second: *second, correlation });
        }
    }
    for page in looked {
        traces.screens.extend(page.faults.contains(&PictureFault::Screen).then_some(page.page));
        traces.patches.extend(page.patches);
        traces.codes.extend(page.codes);
    }
    traces.patches.truncate(TRACES_MAX);
    traces.codes.truncate(TRACES_MAX);
}

/// A word that is an amount of money: digits with two decimals, and nothing but signs and separators besides.
fn figure(page: &Page, word: &Word) -> Option<Figure> {
    let text = page.word_text(word);
    let (whole, cents) = text.rsplit_once('.')?;
    let is_amount = cents.len() == 2
        && cents.bytes().all(|byte| byte.is_ascii_digit())
        && whole.chars().any(|one| one.is_ascii_digit())
        && whole.chars().all(|one| one.is_ascii_digit() || matches!(one, ',' | '+' | '-' | '¥' | '￥'));
    let Source::Page { page: number, area } = page.source(word.x0, word.top, word.x1, word.bottom) else { return None };
    is_amount.then(|| Figure { page: number, area, text: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use model::page::{PageBuilder, WordShape};

    use super::*;

    /// Noise that is the same for the same seed.
    fn paper(seed: u32) -> GrayImage {
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
        GrayImage::from_fn(640, 480, |_, _| {
            let mut sum = 0;
            for _ in 0..4 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                sum += state >> 30;
            }
            Luma([(200 + sum) as u8])
        })
    }

    fn page(number: u32, words: &[&str]) -> Page {
        let mut page = PageBuilder::new(number, 640.0, 480.0);
        for (line, text) in (1_u16..).zip(words) {
            let top = 20.0 * f32::from(line);
            let edges: Vec<f32> = (0..=text.chars().count()).map(|at| 100.0 + 8.0 * at as f32).collect();
            let shape = WordShape {
                top,
                bottom: top + 12.0,
                baseline: top + 10.0,
                font_size: 10.0,
                font: 0,
                upright: true,
                confidence: 0.99,
            };
            page.word(text, &edges, shape);
        }
        page.finish()
    }

    #[test]
    fn amounts_are_what_is_looked_at() {
        let page = page(1, &["1,280.00", "-12.30", "+¥5.00", "2026.09", "12:30", "工资.00", "88"]);
        let found: Vec<String> =
            page.words.iter().filter_map(|word| figure(&page, word)).map(|figure| figure.text).collect();
        assert_eq!(found, ["1,280.00", "-12.30", "+¥5.00", "2026.09"]);
    }

    #[test]
    fn pages_on_one_paper_are_told_from_pages_on_their_own() {
        let seen = |seeds: &[u32]| {
            let looked = (1_u32..).zip(seeds).map(|(number, seed)| look(&paper(*seed), &page(number, &[]))).collect();
            let mut traces = Traces::default();
            into_traces(looked, &mut traces);
            assert_eq!(traces.pictures_looked_at, u32::try_from(seeds.len()).ok());
            traces.same_paper.iter().map(|pair| (pair.first, pair.second)).collect::<Vec<_>>()
        };
        assert_eq!(seen(&[1, 2, 3]), []);
        assert_eq!(seen(&[1, 1, 3, 1]), [(1, 2), (1, 4)]);
    }
}
