//! Earlier savings of a file that is still in it: a PDF may be changed by appending what changed, and what was there
//! before then stays. Cutting the file where an earlier saving ended gives that saving back.

use std::collections::{HashMap, HashSet};

use model::Text;
use model::forensics::{Change, TRACES_MAX, Traces};
use model::page::{Page, Word};

use super::file::{File, from_header};
use super::interpret::Interpreter;
use crate::Limits;

/// Savings looked for. A form that several offices filled in has five; each costs a search, no more.
const REVISIONS_MAX: usize = 200;

/// Earlier savings that are tried until one opens: the first may hold an empty form.
const TRIED_MAX: usize = 4;

/// Words of a saving that is worth comparing with: less is an empty form.
const WORDS_MIN: usize = 10;

/// Changes that are counted; with more it is another document.
const CHANGES_MAX: usize = 2_000;

/// Points between the baselines of two texts at one place: the height of a headline.
const LINE_MAX: f32 = 24.0;

/// Points that an unchanged word may move by: editors write positions with fewer digits.
const MOVED_MAX: f32 = 2.0;

/// Same words of one page that one word is compared with: a currency stands in every one of some fifty rows.
const SAME_MAX: usize = 256;

/// Where earlier savings end, the first first. The last one, which is the whole file, is not among them.
pub fn earlier_ends(data: &[u8]) -> Vec<usize> {
    let own_end = data.len() - data.iter().rev().take_while(|byte| byte.is_ascii_whitespace() || **byte == 0).count();
    let linear = linear_length(data).unwrap_or(0);
    let mut ends = Vec::new();
    for at in memchr::memmem::find_iter(data, b"%%EOF").take(REVISIONS_MAX) {
        let end = at + b"%%EOF".len();
        // A linearised file has its first page's index at its beginning, with an end mark of its own.
        if end < own_end && end >= linear && index_of(data, at).is_some_and(|index| index > 0 && index < at) {
            ends.push(end);
        }
    }
    ends
}

/// The number after the `startxref` that stands right before an end mark.
fn index_of(data: &[u8], mark: usize) -> Option<usize> {
    // `startxref`, a line end, at most ten digits, a line end; some writers leave blank lines.
    let before = data.get(mark.saturating_sub(40)..mark)?;
    let found = memchr::memmem::rfind(before, b"startxref")?;
    let digits = before.get(found + b"startxref".len()..)?;
    std::str::from_utf8(digits).ok()?.trim().parse().ok()
}

/// The whole length that a linearised file states in its first object.
fn linear_length(data: &[u8]) -> Option<usize> {
    // The standard has it in the first 1,024 bytes.
    let head = data.get(..data.len().min(1_024))?;
    let from = memchr::memmem::find(head, b"/Linearized")?;
    let length = memchr::memmem::find(head.get(from..)?, b"/L ").map(|at| from + at + 3)?;
    let digits: Vec<u8> = head.get(length..)?.iter().copied().take_while(u8::is_ascii_digit).collect();
    let length: usize = std::str::from_utf8(&digits).ok()?.parse().ok()?;
    // The few bytes after the last mark count or do not, by the writer.
    (length <= data.len()).then(|| length.saturating_sub(16))
}

/// Counts the savings and compares the pages with those of the earliest one that shows a text.
///
/// Changes to notes, form fields, data about the file and signatures draw nothing on the page, and are none.
pub fn compare(data: &[u8], passwords: &[&str], limits: &Limits, pages: &[Page], traces: &mut Traces) {
    let data = from_header(data);
    let ends = earlier_ends(data);
    traces.revisions = u32::try_from(ends.len()).unwrap_or(u32::MAX).saturating_add(1);
    let earlier = ends.iter().take(TRIED_MAX).find_map(|&end| pages_of(data.get(..end)?, passwords, limits));
    let Some(earlier) = earlier else { return };
    let mut changes = Vec::new();
    for (before, after) in paired(&earlier, pages) {
        if changes.len() > CHANGES_MAX {
            break;
        }
        match (before, after) {
            (Some(before), Some(after)) => changed(before, after, &mut changes),
            (None, Some(after)) => traces.pages_added.push(after.number),
            (Some(_), None) => traces.pages_removed = traces.pages_removed.saturating_add(1),
            (None, None) => {}
        }
    }
    traces.changes_more = u32::try_from(changes.len().saturating_sub(TRACES_MAX)).unwrap_or(u32::MAX);
    changes.truncate(TRACES_MAX);
    traces.changes = changes;
}

fn pages_of(data: &[u8], passwords: &[&str], limits: &Limits) -> Option<Vec<Page>> {
    let file = File::open_in_order(data, passwords, limits).ok()??;
    let nodes = file.pages(limits).ok()?;
    let mut interpreter = Interpreter::new(&file, limits, false);
    let mut pages = Vec::with_capacity(nodes.len());
    for (number, node) in (1..).zip(&nodes) {
        pages.push(interpreter.page(number, node, &mut Vec::new()).ok()?);
    }
    (pages.iter().map(|page| page.words.len()).sum::<usize>() >= WORDS_MIN).then_some(pages)
}

/// Pages that are the same page before and after. Where pages were put in or taken out, those with the same text are
/// found again, and the others go by their order.
fn paired<'a>(before: &'a [Page], after: &'a [Page]) -> Vec<(Option<&'a Page>, Option<&'a Page>)> {
    if before.len() == after.len() {
        return before.iter().map(Some).zip(after.iter().map(Some)).collect();
    }
    let mut by_text: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, page) in before.iter().enumerate().rev() {
        by_text.entry(page.text.as_str()).or_default().push(index);
    }
    let found: Vec<Option<usize>> =
        after.iter().map(|page| by_text.get_mut(page.text.as_str()).and_then(Vec::pop)).collect();
    let taken: HashSet<usize> = found.iter().flatten().copied().collect();
    let mut rest = before.iter().enumerate().filter(|(index, _)| !taken.contains(index)).map(|(_, page)| page);
    let mut pairs = Vec::new();
    for (page, same) in after.iter().zip(&found) {
        if same.is_none() {
            pairs.push((rest.next(), Some(page)));
        }
    }
    pairs.extend(rest.map(|page| (Some(page), None)));
    pairs
}

/// Appends what stands on one of a page's two states and not on the other.
fn changed(before: &Page, after: &Page, changes: &mut Vec<Change>) {
    let gone = lines(&missing(before, after));
    let new = lines(&missing(after, before));
    let mut used = vec![false; new.len()];
    for old in &gone {
        let from = new.partition_point(|line| line.baseline < old.baseline - LINE_MAX);
        let near = new.iter().enumerate().skip(from).take_while(|(_, line)| line.baseline <= old.baseline + LINE_MAX);
        let mut free = near.filter(|(index, _)| used.get(*index) == Some(&false));
        let partner = free.find(|(_, line)| old.meets(line));
        let Some((index, line)) = partner else {
            changes.push(old.change(before, Some(&old.text), None));
            continue;
        };
        if let Some(slot) = used.get_mut(index) {
            *slot = true;
        }
        // An editor cuts text into other pieces than the issuer did.
        if squeezed(&old.text) != squeezed(&line.text) {
            changes.push(line.change(after, Some(&old.text), Some(&line.text)));
        }
    }
    for (line, used) in new.iter().zip(used) {
        if !used {
            changes.push(line.change(after, None, Some(&line.text)));
        }
    }
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

/// The words of a page that do not stand at the same place on another.
fn missing<'a>(page: &'a Page, other: &'a Page) -> Vec<(&'a Word, &'a str)> {
    let mut there: HashMap<&str, Vec<&Word>> = HashMap::new();
    for word in &other.words {
        there.entry(other.word_text(word)).or_default().push(word);
    }
    let stands = |word: &Word, text: &str| {
        there.get(text).is_some_and(|same| {
            same.iter().take(SAME_MAX).any(|other| {
                (other.x0 - word.x0).abs() <= MOVED_MAX && (other.baseline - word.baseline).abs() <= MOVED_MAX
            })
        })
    };
    let words = page.words.iter().map(|word| (word, page.word_text(word)));
    words.filter(|(word, text)| !stands(word, text)).collect()
}

/// Neighbouring words of one line.
struct Line {
    text: String,
    x0: f32,
    top: f32,
    x1: f32,
    bottom: f32,
    baseline: f32,
}

/// Ems between two words that are still one figure or one phrase.
const NEAR: f32 = 1.0;

fn lines(words: &[(&Word, &str)]) -> Vec<Line> {
    let mut words: Vec<&(&Word, &str)> = words.iter().collect();
    words.sort_by(|(a, _), (b, _)| a.baseline.total_cmp(&b.baseline).then(a.x0.total_cmp(&b.x0)));
    let mut lines: Vec<Line> = Vec::new();
    for (word, text) in words {
        if let Some(line) = lines.last_mut()
            && (word.baseline - line.baseline).abs() <= MOVED_MAX
            && word.x0 >= line.x0
            && word.x0 - line.x1 <= NEAR * word.font_size
        {
            line.text.push(' ');
            line.text.push_str(text);
            line.x1 = line.x1.max(word.x1);
            line.top = line.top.min(word.top);
            line.bottom = line.bottom.max(word.bottom);
            continue;
        }
        lines.push(Line {
            text: (*text).to_owned(),
            x0: word.x0,
            top: word.top,
            x1: word.x1,
            bottom: word.bottom,
            baseline: word.baseline,
        });
    }
    lines
}

impl Line {
    fn meets(&self, other: &Self) -> bool {
        let height = (self.bottom - self.top).max(other.bottom - other.top);
        (self.baseline - other.baseline).abs() <= height / 2.0 && self.x0 <= other.x1 && other.x0 <= self.x1
    }

    fn change(&self, page: &Page, before: Option<&str>, after: Option<&str>) -> Change {
        // What is kept of a phrase: enough to tell it by.
        let short = |text: &str| -> Text { text.chars().take(80).collect() };
        Change {
            source: page.source(self.x0, self.top, self.x1, self.bottom),
            before: before.map(short),
            after: after.map(short),
        }
    }
}
