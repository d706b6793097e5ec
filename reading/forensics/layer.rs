//! Pages whose text layer says something else than what is seen on them.
//!
//! A page can carry one text for programs and show another to people: a scan with its text underneath, a figure painted
//! over. The page is drawn, read as a picture, and its figures are held against the layer's. One reading of a picture may be
//! wrong, so a difference counts only where the figures as seen prove themselves (balance before + amount = balance after),
//! or where a second engine reads the same.

use std::collections::BTreeSet;

use model::forensics::{Change, TRACES_MAX, Traces};
use model::money::Money;
use model::page::{Change as Instead, Page, Word};
use model::problem::ProblemCode;
use model::source::Area;
use model::{Problem, Source};

/// A figure as the text layer has it.
#[derive(Debug, Clone, Copy)]
pub struct Figure<'a> {
    pub source: &'a Source,
    pub value: Money,
}

/// The figures of one row, or of one field, which has no balance.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    pub amount: Figure<'a>,
    pub balance: Option<Figure<'a>>,
}

/// What came of comparing.
#[derive(Debug, Default)]
pub struct Compared {
    /// Numbers of the pages whose rows were read on both, and on which no difference stays undecided.
    pub pages: BTreeSet<u32>,
    pub unlike: Vec<Change>,
    /// A scanner's own text layer with a digit misread: nobody's forgery, and the reader should know.
    pub misread: Vec<Problem>,
}

/// Of the page's area: a picture that covers as much may be what is seen in place of the text.
const PICTURE_SHARE: f32 = 0.5;

/// Differences of one file that no equation decides and that the second engine is asked about; each costs it a second.
pub const ASKED_MAX: usize = 6;

/// A layer that lies so many rows' figures beside those that are seen was put there by a row too high or too low.
const SHIFTED_MIN: usize = 3;

/// Likelihood, in nats, by which what was read must be ahead of anything else: 1 in 20.
const SURE_NATS: f32 = 3.0;

/// Confidence of a word below which it says nothing.
const SURE: f32 = 0.9;

/// Digits that poor print makes look alike.
const ALIKE: [[u8; 2]; 12] =
    [*b"08", *b"06", *b"09", *b"17", *b"38", *b"35", *b"49", *b"56", *b"68", *b"58", *b"89", *b"27"];

/// Indexes of pages whose text layer may not be what is seen, at most `pages_max`: a picture covers them, something lies
/// over their text or hides it, their fonts are mixed, or they were altered after the first saving.
#[must_use]
pub fn suspicious(pages: &[Page], traces: &Traces, pages_max: usize) -> Vec<usize> {
    let is_on = |source: &Source, number: u32| matches!(source, Source::Page { page, .. } if *page == number);
    let is_suspicious = |page: &Page| {
        let is_covered = page.image_area > PICTURE_SHARE * page.width * page.height;
        let has_traces = || {
            traces.overlays.iter().any(|overlay| is_on(&overlay.source, page.number))
                || traces.odd_fonts.iter().any(|odd| is_on(&odd.source, page.number))
                || traces.changes.iter().any(|change| is_on(&change.source, page.number))
        };
        page.reader.is_none() && !page.words.is_empty() && (is_covered || has_traces())
    };
    let found = pages.iter().enumerate().filter(|(_, page)| is_suspicious(page));
    found.map(|(at, _)| at).take(pages_max).collect()
}

/// A figure as it is seen.
#[derive(Debug, Clone, PartialEq)]
enum Seen {
    /// Not read, not surely, or not by itself.
    Unread,
    Same,
    Other {
        text: String,
        value: Option<Money>,
        place: Area,
    },
}

struct Held<'a> {
    figure: Figure<'a>,
    layer_text: String,
    seen: Seen,
}

/// As seen; `None` where it was not read.
fn seen_value(held: &Held<'_>) -> Option<Money> {
    match &held.seen {
        Seen::Unread => None,
        Seen::Same => Some(held.figure.value),
        Seen::Other { value, .. } => *value,
    }
}

fn layer_value(held: &Held<'_>) -> Option<Money> {
    Some(held.figure.value)
}

/// Holds the layer's figures against the pages as they were read. `rows` are one account's, oldest first. `confirm` is
/// asked whether another engine reads these digits at a place.
pub fn compare(
    layer: &[Page],
    seen: &[Page],
    rows: &[Row<'_>],
    confirm: &mut dyn FnMut(u32, Area, &str) -> bool,
) -> Compared {
    let seen_words: Vec<Words<'_>> = seen.iter().map(Words::of).collect();
    let numbers: Vec<u32> = seen.iter().map(|page| page.number).collect();
    let layer_words: Vec<Words<'_>> =
        layer.iter().filter(|page| numbers.contains(&page.number)).map(Words::of).collect();
    let hold = |figure: Figure<'_>| held(figure, &layer_words, &seen_words).unwrap_or(Seen::Unread);
    let text = |figure: Figure<'_>| layer_text(figure, &layer_words);
    let held: Vec<(Held<'_>, Option<Held<'_>>)> = rows
        .iter()
        .map(|row| {
            let one = |figure| Held { figure, layer_text: text(figure), seen: hold(figure) };
            (one(row.amount), row.balance.map(one))
        })
        .collect();
    let shifted = shifted(&held, &numbers);
    let mut compared = Compared { pages: pages_read(&held, &numbers), ..Compared::default() };
    compared.pages.retain(|number| !shifted.contains(number));
    for (at, (amount, balance)) in held.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| held.get(at)).and_then(|(_, balance)| balance.as_ref());
        let after = held.get(at + 1);
        for figure in [Some(amount), balance.as_ref()].into_iter().flatten() {
            let Seen::Other { text, place, .. } = &figure.seen else { continue };
            let Source::Page { page: number, .. } = figure.figure.source else { continue };
            if shifted.contains(number) {
                continue;
            }
            let is_balance = balance.as_ref().is_some_and(|balance| std::ptr::eq(balance, figure));
            let own = balance.as_ref().is_some_and(|balance| holds(before, amount, balance, seen_value));
            let next = is_balance
                && after.is_some_and(|(amount, after)| {
                    after.as_ref().is_some_and(|after| holds(Some(figure), amount, after, seen_value))
                });
            let is_proven = own || next;
            let layer_holds = balance.as_ref().is_some_and(|balance| holds(before, amount, balance, layer_value));
            let scan = layer.iter().find(|page| page.number == *number);
            let is_scan = scan.is_some_and(|page| page.image_area > PICTURE_SHARE * page.width * page.height);
            // A layer that adds up was not misread: one wrong digit breaks it.
            if is_scan && !layer_holds && is_misreading(&digits(&figure.layer_text), &digits(text)) {
                compared.misread.push(misread(figure, text, is_proven));
                continue;
            }
            if !is_proven && !confirm(*number, *place, &digits(text)) {
                // One of the two engines is wrong, or there is only one: the page neither agrees nor differs.
                compared.pages.remove(number);
                continue;
            }
            if compared.unlike.len() < TRACES_MAX {
                compared.unlike.push(Change {
                    source: figure.figure.source.clone(),
                    before: Some(figure.layer_text.as_str().into()),
                    after: Some(text.as_str().into()),
                });
            }
        }
    }
    compared.misread.truncate(TRACES_MAX);
    compared
}

/// Pages whose layer lies a row beside the picture: what is seen at a figure's place is what the layer has in the row above
/// or below, most of the times that they differ. Such a layer says nothing of what is seen.
fn shifted(held: &[(Held<'_>, Option<Held<'_>>)], numbers: &[u32]) -> Vec<u32> {
    let column = |at: usize, is_balance: bool| {
        held.get(at).and_then(|(amount, balance)| if is_balance { balance.as_ref() } else { Some(amount) })
    };
    let is_shifted = |number: &u32| {
        let (mut differing, mut beside) = (0_usize, 0_usize);
        for at in 0..held.len() {
            for is_balance in [false, true] {
                let Some(figure) = column(at, is_balance).filter(|one| on_page(one.figure.source, *number)) else {
                    continue;
                };
                let Seen::Other { text, .. } = &figure.seen else { continue };
                let neighbours = [at.checked_sub(1), at.checked_add(1)].into_iter().flatten();
                let is_neighbours = |other: &Held<'_>| digits(&other.layer_text) == digits(text);
                differing += 1;
                beside += usize::from(neighbours.filter_map(|at| column(at, is_balance)).any(is_neighbours));
            }
        }
        beside >= SHIFTED_MIN && beside * 2 > differing
    };
    numbers.iter().copied().filter(is_shifted).collect()
}

/// Whether the balance before and the amount make the balance; not where one of them was not read.
fn holds(
    before: Option<&Held<'_>>,
    amount: &Held<'_>,
    balance: &Held<'_>,
    value: impl Fn(&Held<'_>) -> Option<Money>,
) -> bool {
    let sum = before.and_then(&value).zip(value(amount)).and_then(|(before, amount)| before.checked_add(amount));
    sum.is_some() && sum == value(balance)
}

fn pages_read(held: &[(Held<'_>, Option<Held<'_>>)], numbers: &[u32]) -> BTreeSet<u32> {
    let figures = || held.iter().flat_map(|(amount, balance)| [Some(amount), balance.as_ref()].into_iter().flatten());
    let is_read = |number: &u32| {
        let of_page = figures().filter(|one| on_page(one.figure.source, *number));
        let (read, all) =
            of_page.fold((0_u32, 0_u32), |(read, all), one| (read + u32::from(one.seen != Seen::Unread), all + 1));
        // A page of which little could be read was not compared.
        all > 0 && read * 2 >= all
    };
    numbers.iter().copied().filter(is_read).collect()
}

fn on_page(source: &Source, number: u32) -> bool {
    matches!(source, Source::Page { page, .. } if *page == number)
}

/// Digits read for others that look like them, or one lost or added.
fn is_misreading(layer: &str, seen: &str) -> bool {
    let (layer, seen) = (layer.as_bytes(), seen.as_bytes());
    let are_alike = |(one, other): (&u8, &u8)| {
        one == other || ALIKE.iter().any(|[a, b]| (one, other) == (a, b) || (one, other) == (b, a))
    };
    match layer.len().abs_diff(seen.len()) {
        0 => layer.iter().zip(seen).all(are_alike),
        1 => {
            let (short, long) = if layer.len() < seen.len() { (layer, seen) } else { (seen, layer) };
            // Equal up to the digit that only one of them has, and after it.
            let same = short.iter().zip(long).take_while(|(one, other)| one == other).count();
            short.get(same..) == long.get(same + 1..)
        }
        _ => false,
    }
}

fn misread(figure: &Held<'_>, seen: &str, is_proven: bool) -> Problem {
    let layer = &figure.layer_text;
    let (zh, en) = if is_proven { ("，按余额推算图像为准", " and fits the balances") } else { ("", "") };
    Problem::new(
        ProblemCode::DoesNotAddUp,
        format!("扫描件自带的文字层为“{layer}”，图像上为“{seen}”{zh}；请提供原始电子版"),
        format!("the scan's own text layer has \"{layer}\", \"{seen}\" is seen{en}; hand in the electronic original"),
    )
    .at(figure.figure.source.clone())
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A page's words with digits, by the middle of their height.
struct Words<'a> {
    page: &'a Page,
    words: Vec<(f32, Area, &'a Word)>,
}

impl<'a> Words<'a> {
    fn of(page: &'a Page) -> Self {
        let mut words: Vec<(f32, Area, &Word)> = page
            .words
            .iter()
            .filter(|word| page.word_text(word).bytes().any(|byte| byte.is_ascii_digit()))
            .filter_map(|word| match page.source(word.x0, word.top, word.x1, word.bottom) {
                Source::Page { area, .. } => Some(((area.y0 + area.y1) / 2.0, area, word)),
                Source::Cell { .. } | Source::Line { .. } => None,
            })
            .collect();
        words.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
        Self { page, words }
    }

    /// The words whose middle lies in a place, from left to right.
    fn at(&self, place: Area) -> Vec<(Area, &'a Word)> {
        let from = self.words.partition_point(|(y, ..)| *y < place.y0);
        let below = self.words.get(from..).unwrap_or(&[]).iter().take_while(|(y, ..)| *y <= place.y1);
        let inside = below.filter(|(_, area, _)| (place.x0..=place.x1).contains(&((area.x0 + area.x1) / 2.0)));
        let mut found: Vec<(Area, &Word)> = inside.map(|(_, area, word)| (*area, *word)).collect();
        found.sort_by(|(a, _), (b, _)| a.x0.total_cmp(&b.x0));
        found
    }

    fn text(&self, words: &[(Area, &Word)]) -> String {
        words.iter().map(|(_, word)| self.page.word_text(word)).collect()
    }
}

fn page_of<'w, 'a>(source: &Source, pages: &'w [Words<'a>]) -> Option<(&'w Words<'a>, Area)> {
    let Source::Page { page, area } = source else { return None };
    pages.iter().find(|words| words.page.number == *page).map(|words| (words, *area))
}

fn layer_text(figure: Figure<'_>, pages: &[Words<'_>]) -> String {
    page_of(figure.source, pages).map(|(words, area)| words.text(&words.at(area))).unwrap_or_default()
}

fn held(figure: Figure<'_>, layer: &[Words<'_>], seen: &[Words<'_>]) -> Option<Seen> {
    let (words, area) = page_of(figure.source, seen)?;
    let own = digits(&layer_text(figure, layer));
    let found = words.at(area);
    let is_sure = found.iter().all(|(_, word)| {
        word.confidence >= SURE
            && words.page.doubts(word).all(|(at, doubt)| {
                // A comma that may be a point changes no digit.
                let character = words.page.word_text(word).chars().nth(at);
                let instead = match doubt.change {
                    Instead::Replaced(other) | Instead::Followed(other) => Some(other),
                    Instead::Absent => None,
                };
                let is_of_digit = [character, instead].into_iter().flatten().any(|one| one.is_ascii_digit());
                !is_of_digit || doubt.cost >= SURE_NATS
            })
    });
    let text = words.text(&found);
    let read = digits(&text);
    if own.is_empty() || read.is_empty() {
        return None;
    }
    if own == read {
        return Some(Seen::Same);
    }
    let place = found.iter().map(|(place, _)| *place).reduce(Area::union)?;
    // Two columns read as one: the layer has another figure where this one reaches to.
    let (layer, _) = page_of(figure.source, layer)?;
    let is_alone = layer.at(Area { y0: area.y0, y1: area.y1, ..place }).iter().all(|(other, _)| {
        let middle = (other.x0 + other.x1) / 2.0;
        (area.x0..=area.x1).contains(&middle)
    });
    (is_sure && is_alone).then(|| Seen::Other { value: value(&text, figure.value), text, place })
}

/// What was read as money. Where no sign is seen it is the layer's: then signs are a matter of columns.
fn value(text: &str, like: Money) -> Option<Money> {
    let plain: String = text.chars().filter(|one| one.is_ascii_digit() || matches!(one, '.' | ',')).collect();
    let read = Money::read(&plain).ok()?.abs();
    let is_negative = match text.chars().next() {
        Some('-' | '−' | '－') => true,
        Some('+' | '＋') => false,
        _ => like.is_negative(),
    };
    Some(if is_negative { read.negated() } else { read })
}

#[cfg(test)]
mod tests {
    use model::page::{PageBuilder, WordShape};

    use super::*;

    /// A page of rows `amount balance`, a row each 20 points; `scan` is covered by a picture.
    fn page(rows: &[[&str; 2]], is_seen: bool) -> Page {
        let mut page = PageBuilder::new(1, 600.0, 400.0);
        if is_seen {
            page.reader("test");
        }
        page.image_area(600.0 * 400.0);
        for (line, row) in (1_u16..).zip(rows) {
            let top = 20.0 * f32::from(line);
            for (text, right) in row.iter().zip([200.0, 400.0]) {
                let left = right - 6.0 * text.len() as f32;
                let edges: Vec<f32> = (0..=text.len()).map(|at| left + 6.0 * at as f32).collect();
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
        }
        page.finish()
    }

    const CLEAN: [[&str; 2]; 4] =
        [["100.00", "1,100.00"], ["-40.00", "1,060.00"], ["1,280.00", "2,340.00"], ["-30.00", "2,310.00"]];

    /// What is told: `layer > seen` of each difference, and how many misreadings.
    fn told(layer: &[[&str; 2]], seen: &[[&str; 2]], second: Option<&str>) -> (Vec<String>, usize) {
        let (layer, seen) = (page(layer, false), page(seen, true));
        let sources: Vec<(Source, Money)> = layer
            .words
            .iter()
            .map(|word| {
                let value = Money::read(layer.word_text(word)).unwrap();
                (layer.source(word.x0, word.top, word.x1, word.bottom), value)
            })
            .collect();
        let figures: Vec<Figure<'_>> = sources.iter().map(|(source, value)| Figure { source, value: *value }).collect();
        let rows: Vec<Row<'_>> =
            figures.chunks(2).map(|pair| Row { amount: pair[0], balance: Some(pair[1]) }).collect();
        let mut confirm = |_, _, digits: &str| second == Some(digits);
        let compared = compare(std::slice::from_ref(&layer), std::slice::from_ref(&seen), &rows, &mut confirm);
        let is_decided = !compared.unlike.is_empty() || !compared.misread.is_empty() || same(&layer, &seen);
        assert_eq!(compared.pages.contains(&1), is_decided);
        let text = |text: &Option<model::Text>| text.clone().unwrap_or_default();
        let unlike = compared.unlike.iter().map(|change| format!("{} > {}", text(&change.before), text(&change.after)));
        (unlike.collect(), compared.misread.len())
    }

    fn same(layer: &Page, seen: &Page) -> bool {
        layer.words.iter().zip(&seen.words).all(|(one, other)| layer.word_text(one) == seen.word_text(other))
    }

    fn with(at: usize, row: [&'static str; 2]) -> [[&'static str; 2]; 4] {
        let mut rows = CLEAN;
        rows[at] = row;
        rows
    }

    #[test]
    fn a_layer_that_says_what_is_seen_is_no_difference() {
        assert_eq!(told(&CLEAN, &CLEAN, None), (Vec::new(), 0));
    }

    #[test]
    fn a_layer_with_other_figures_that_prove_themselves_is_unlike_what_is_seen() {
        let edited = [CLEAN[0], CLEAN[1], ["9,280.00", "10,340.00"], ["-30.00", "10,310.00"]];
        let expected = ["9,280.00 > 1,280.00", "10,340.00 > 2,340.00", "10,310.00 > 2,310.00"];
        assert_eq!(told(&edited, &CLEAN, None), (expected.map(str::to_owned).to_vec(), 0));
        // An amount alone, by a digit that nothing looks like.
        let edited = with(2, ["4,280.00", "2,340.00"]);
        assert_eq!(told(&edited, &CLEAN, None), (vec!["4,280.00 > 1,280.00".to_owned()], 0));
    }

    #[test]
    fn a_picture_with_another_figure_needs_a_second_engine() {
        let edited = with(2, ["9,280.00", "2,340.00"]);
        assert_eq!(told(&CLEAN, &edited, None), (Vec::new(), 0), "one engine may be wrong");
        assert_eq!(told(&CLEAN, &edited, Some("928000")), (vec!["1,280.00 > 9,280.00".to_owned()], 0));
    }

    #[test]
    fn a_scanners_own_misreading_is_told_and_is_no_forgery() {
        // Look-alikes, one or twice; a digit lost; and in the first row, whose figures no balance before them proves.
        for (at, misread) in [
            (2, ["1,230.00", "2,340.00"]),
            (2, ["1,288.88", "2,340.00"]),
            (2, ["280.00", "2,340.00"]),
            (0, ["180.00", "1,100.00"]),
        ] {
            let misread = with(at, misread);
            assert_eq!(told(&misread, &CLEAN, Some("128000")).1, 1, "{misread:?}");
            assert_eq!(told(&misread, &CLEAN, Some("10000")).0, Vec::<String>::new(), "{misread:?}");
        }
    }

    #[test]
    fn a_layer_that_lies_a_row_beside_the_picture_is_not_compared() {
        let rows = [
            ["100.00", "1,100.00"],
            ["-40.00", "1,060.00"],
            ["1,280.00", "2,340.00"],
            ["-30.00", "2,310.00"],
            ["-71.00", "2,239.00"],
        ];
        let (layer, seen) = (&rows[..4], &rows[1..]);
        assert_eq!(told(layer, seen, None), (Vec::new(), 0));
    }

    #[test]
    fn pages_that_a_picture_covers_are_suspicious_and_plain_ones_are_not() {
        let mut plain = page(&CLEAN, false);
        plain.image_area = 0.0;
        let pages = [plain.clone(), page(&CLEAN, false), page(&CLEAN, true)];
        assert_eq!(suspicious(&pages, &Traces::default(), 4), [1]);
        assert_eq!(suspicious(&pages, &Traces::default(), 0), [0; 0]);
    }
}
