//! Other ways to look at a page or a sheet, for statements that no layout describes and that a plain table does not
//! explain: two tables side by side, rows of two lines, a day that heads its rows, several accounts under each other.
//!
//! A view rearranges what is there into plain tables; it leaves nothing out but lines that repeat the names or say the
//! month, and every word keeps the place where it is printed. Whether a view is right is for the equations to say.

use std::collections::BTreeSet;

use model::document::{Content, Document};
use model::page::{Page, PageBuilder, Word, WordShape};
use model::sheet::{Cell, CellKind, Row, Sheet, SheetOrigin};
use model::statement::Parsed;
use model::{Money, Source};

use crate::figures::shape_of;
use crate::headers::{COLUMNS_MAX, name_pieces};
use crate::layout::Role;
use crate::synonyms::{Synonyms, role_of};
use crate::text::{TextLine, WordLine, is_blank, page_line, sheet_line, squash, trim, word_lines};
use crate::values::{looks_like_date, read_month, read_when};

/// A document seen in another way: one part, or several that are statements by themselves.
#[derive(Debug)]
pub struct View {
    pub parts: Vec<Document>,
    /// Second lines were moved beside the first, onto pages twice as wide.
    is_doubled: bool,
}

/// Accounts under each other: a file with more is not read so.
const ACCOUNTS_MAX: usize = 64;

/// The views that a document allows. Each of them is tried with all its readings, so that there are few.
pub fn of(words: &Synonyms, document: &Document) -> Vec<View> {
    let mut views = Vec::new();
    let mut add = |content: Option<Vec<Content>>, is_doubled| {
        let part = |content| Document {
            media_type: document.media_type,
            page_count: document.page_count,
            content,
            facts: document.facts.clone(),
            problems: Vec::new(),
        };
        views.extend(content.map(|parts| View { parts: parts.into_iter().map(part).collect(), is_doubled }));
    };
    match &document.content {
        Content::Pages(pages) if pages.iter().all(|page| page.reader.is_none()) => {
            let one = |pages: Option<Vec<Page>>| pages.map(|pages| vec![Content::Pages(pages)]);
            let printed = Looked::at(words, pages);
            let plain = printed.without_repeats();
            add(one(plain.clone()), false);
            add(printed.accounts().map(|parts| parts.into_iter().map(Content::Pages).collect()), false);
            let looked = Looked::at(words, plain.as_deref().unwrap_or(pages));
            add(one(looked.side_by_side()), false);
            add(one(looked.with_days_joined()), false);
            add(one(looked.with_headed_days()), false);
            add(one(printed.with_months_days()), false);
            add(one(looked.two_lines_a_row()), true);
        }
        Content::Sheets(sheets) => {
            let each = |view: &dyn Fn(&Sheet) -> Option<Sheet>| {
                let seen: Vec<Option<Sheet>> = sheets.iter().map(view).collect();
                let changed = seen.iter().any(Option::is_some);
                let whole = seen.into_iter().zip(sheets).map(|(seen, sheet)| seen.unwrap_or_else(|| sheet.clone()));
                changed.then(|| vec![Content::Sheets(whole.collect())])
            };
            add(each(&|sheet| blanks_parted(words, sheet)), false);
            add(each(&|sheet| days_joined(words, sheet)), false);
            add(each(&|sheet| headed_days(words, sheet)), false);
            add(each(&|sheet| with_names(words, sheet)), false);
            if let [sheet] = sheets.as_slice() {
                add(
                    sheet_accounts(words, sheet)
                        .map(|parts| parts.into_iter().map(|s| Content::Sheets(vec![s])).collect()),
                    false,
                );
            }
        }
        _ => {}
    }
    views
}

impl View {
    /// Puts the places of what was read back to where it is printed.
    pub fn restore(&self, parsed: &mut Parsed) {
        if self.is_doubled {
            for_each_source(parsed, &mut |source| {
                if let Source::Page { area, .. } = source {
                    (area.x0, area.x1) = halved(area.x0, area.x1);
                }
            });
        }
    }
}

/// Edges on a page twice as wide → on the page itself; a box over both halves is as wide as the page's text can be.
fn halved(x0: f32, x1: f32) -> (f32, f32) {
    let round = |x: f32| (x * 10_000.0).round() / 10_000.0;
    match (x0 >= 0.5, x1 > 0.5) {
        (true, _) => (round(2.0 * x0 - 1.0), round(2.0 * x1 - 1.0)),
        (false, false) => (round(2.0 * x0), round(2.0 * x1)),
        (false, true) => (round(2.0 * x0), 1.0),
    }
}

fn for_each_source(parsed: &mut Parsed, change: &mut impl FnMut(&mut Source)) {
    for problem in &mut parsed.problems {
        problem.source.iter_mut().for_each(&mut *change);
    }
    for statement in &mut parsed.statements {
        statement.holder.name.iter_mut().for_each(|name| change(&mut name.source));
        statement.holder.id_number.iter_mut().for_each(|number| change(&mut number.source));
        statement.account.iter_mut().for_each(|account| change(&mut account.source));
        statement.period.iter_mut().for_each(|period| change(&mut period.source));
        statement.issued.iter_mut().for_each(|issued| change(&mut issued.source));
        let balances = statement.opening_balance.iter_mut().chain(&mut statement.closing_balance);
        balances.for_each(|balance| change(&mut balance.source));
        let sections = statement.sections.iter_mut().map(|section| &mut section.totals);
        for totals in sections.chain([&mut statement.declared]) {
            let counts = [&mut totals.rows, &mut totals.in_rows, &mut totals.out_rows, &mut totals.neutral_rows];
            counts.into_iter().flatten().for_each(|count| change(&mut count.source));
            let sums = [&mut totals.in_sum, &mut totals.out_sum, &mut totals.neutral_sum];
            sums.into_iter().flatten().for_each(|sum| change(&mut sum.source));
        }
        for row in &mut statement.transactions {
            change(&mut row.source);
            change(&mut row.amount_source);
            row.balance_source.iter_mut().for_each(&mut *change);
        }
        for broken in &mut statement.proof.broken {
            broken.source.iter_mut().for_each(&mut *change);
        }
    }
}

// ---- what lines are ----

/// Whether a line is the names of a table: no figures, and at least two of the names known, a day or money among them.
fn is_names<'a>(words: &Synonyms, names: impl Iterator<Item = &'a str> + Clone) -> bool {
    if names.clone().count() < 3 || names.clone().any(|name| name.chars().any(|c| c.is_ascii_digit())) {
        return false;
    }
    let roles: BTreeSet<Role> = names.filter_map(|name| role_of(words, name)).collect();
    let tells = [Role::Time, Role::Clock, Role::Amount, Role::In, Role::Out, Role::Balance];
    roles.len() >= 2 && roles.iter().any(|role| tells.contains(role))
}

fn is_money(text: &str) -> bool {
    text.contains('.') && Money::read(text).is_ok()
}

/// A line that says a month or a day and nothing more, marks around it allowed.
fn bare(text: &str) -> String {
    let is_mark =
        |c: char| matches!(c, '-' | '—' | '=' | '*' | '【' | '】' | '[' | ']' | ':' | '：' | '·' | '■' | '●' | '◆');
    trim(trim(text).trim_matches(is_mark)).to_owned()
}

fn is_month_line(text: &str) -> bool {
    let text = bare(text);
    let text = text.strip_suffix('份').unwrap_or(&text);
    read_when(text).is_none() && read_month(text).is_some()
}

/// `2024-01`
fn month_of_line(text: &str) -> Option<String> {
    let text = bare(text);
    read_month(text.strip_suffix('份').unwrap_or(&text)).map(|month| month.to_string())
}

fn day_of_line(text: &str) -> Option<String> {
    let text = bare(text);
    let labels = ["日期：", "日期:", "交易日期：", "交易日期:"];
    let text = trim(labels.iter().find_map(|label| text.strip_prefix(label)).unwrap_or(&text));
    // `2024-01-03 星期三 共2笔`
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let says_little = rest.chars().count() <= 12 && !rest.contains(['.', ':']);
    let read = read_when(text).or_else(|| read_when(&bare(first)).filter(|_| says_little));
    let day = read.filter(|when| when.time.is_none()).map(|when| when.date.to_string());
    // `3月2日`: the year is in the heading.
    day.or_else(|| {
        let first = bare(first);
        let parts = first.strip_suffix('日').and_then(|day| day.split_once('月'));
        let is_number = |part: &str| matches!(part.len(), 1 | 2) && part.bytes().all(|b| b.is_ascii_digit());
        (says_little && parts.is_some_and(|(month, day)| is_number(month) && is_number(day))).then_some(first)
    })
}

fn has_day(words: impl IntoIterator<Item = impl AsRef<str>>) -> bool {
    words.into_iter().any(|word| looks_like_date(word.as_ref()) || read_when(word.as_ref()).is_some())
}

/// The account that a line names.
fn account_of(words: &Synonyms, line: &TextLine) -> Option<String> {
    let piece = words.labels.account.iter().find_map(|label| line.after(label))?;
    let number: String = piece.text.chars().filter(|c| c.is_ascii_digit() || *c == '*').collect();
    // The last four digits at least.
    (number.len() >= 4).then_some(number)
}

// ---- pages ----

/// Pages with their lines.
struct Looked<'a> {
    words: &'a Synonyms,
    pages: &'a [Page],
    lines: Vec<Vec<WordLine>>,
}

impl<'a> Looked<'a> {
    fn at(words: &'a Synonyms, pages: &'a [Page]) -> Self {
        Self { words, pages, lines: pages.iter().map(word_lines).collect() }
    }

    fn lines(&self) -> impl Iterator<Item = (&'a Page, &Vec<WordLine>)> {
        self.pages.iter().zip(&self.lines)
    }

    fn is_names(&self, page: &Page, line: &WordLine) -> bool {
        is_names(self.words, name_pieces(page, line).iter().map(String::as_str))
    }

    /// Its text without blanks.
    fn text(page: &Page, line: &WordLine) -> String {
        line.words.iter().map(|word| page.word_text(word)).collect()
    }

    fn texts<'p>(page: &'p Page, line: &'p WordLine) -> impl Iterator<Item = &'p str> + Clone {
        line.words.iter().map(|word| page.word_text(word))
    }

    /// Each page anew, from the words that `of` gives for each of its lines.
    fn made(&self, of: impl Fn(&Page, usize, &WordLine, &mut PageBuilder)) -> Vec<Page> {
        let make = |(page, lines): (&Page, &Vec<WordLine>)| {
            let mut made = PageBuilder::new(page.number, page.width, page.height);
            for (at, line) in lines.iter().enumerate() {
                of(page, at, line, &mut made);
            }
            page.rules.iter().for_each(|rule| made.rule(*rule));
            made.finish()
        };
        self.lines().map(make).collect()
    }

    /// Without names that stand again on one page and lines that say a month.
    fn without_repeats(&self) -> Option<Vec<Page>> {
        let dropped_of = |(page, lines): (&Page, &Vec<WordLine>)| {
            let mut seen: BTreeSet<String> = BTreeSet::new();
            let is_dropped = |line: &WordLine| {
                let text = Self::text(page, line);
                // Nearly every line has figures, and is neither.
                let has_digits = text.bytes().any(|b| b.is_ascii_digit());
                is_month_line(&text) || !has_digits && !seen.insert(text) && self.is_names(page, line)
            };
            lines.iter().map(is_dropped).collect()
        };
        let dropped: Vec<Vec<bool>> = self.lines().map(dropped_of).collect();
        if !dropped.iter().flatten().any(|dropped| *dropped) {
            return None;
        }
        let kept = self.pages.iter().zip(&self.lines).zip(&dropped).map(|((page, lines), dropped)| {
            let mut made = PageBuilder::new(page.number, page.width, page.height);
            for (line, _) in lines.iter().zip(dropped).filter(|(_, dropped)| !**dropped) {
                line.words.iter().for_each(|word| copy(page, word, &mut made));
            }
            page.rules.iter().for_each(|rule| made.rule(*rule));
            made.finish()
        });
        Some(kept.collect())
    }

    /// Names that stand twice on one line, each half over a table of its own: the left one first, then the right one.
    fn side_by_side(&self) -> Option<Vec<Page>> {
        let split = self.lines().find_map(|(page, lines)| {
            let at = lines.iter().position(|line| {
                let names = name_pieces(page, line);
                let (left, right) = names.split_at(names.len() / 2);
                left == right && is_names(self.words, left.iter().map(String::as_str))
            })?;
            Some((lines.get(at)?.baseline, self.gap(page, lines, at)?))
        });
        let (names_baseline, split) = split?;
        let half = |page: &Page, lines: &[WordLine], is_right: bool| {
            let mut made = PageBuilder::new(page.number, page.width, page.height);
            for line in lines {
                // What stands over the names is about both.
                let is_heading =
                    page.number == self.pages.first().map_or(1, |p| p.number) && line.baseline < names_baseline - 0.5;
                for word in &line.words {
                    let right = (word.x0 + word.x1) / 2.0 > split;
                    if if is_heading { !is_right } else { right == is_right } {
                        copy(page, word, &mut made);
                    }
                }
            }
            made.finish()
        };
        Some(self.lines().flat_map(|(page, lines)| [half(page, lines, false), half(page, lines, true)]).collect())
    }

    /// The middle of the widest white between the halves of a line of names, over all lines below it.
    fn gap(&self, page: &Page, lines: &[WordLine], at: usize) -> Option<f32> {
        let names = &lines.get(at)?.words;
        let middle = names.len() / 2;
        let (from, to) = (names.get(middle.checked_sub(1)?)?.x0, names.get(middle)?.x1);
        let mut edges: Vec<(f32, f32)> = lines
            .iter()
            .skip(at)
            .flat_map(|line| line.words.iter().map(|word| (word.x0, word.x1)))
            .filter(|(x0, x1)| *x1 > from && *x0 < to)
            .collect();
        edges.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut best: Option<(f32, f32)> = None;
        let mut right = from.max(0.0);
        for (x0, x1) in edges {
            if x0 > right && best.is_none_or(|(width, _)| x0 - right > width) {
                best = Some((x0 - right, (x0 + right) / 2.0));
            }
            right = right.max(x1);
        }
        best.filter(|(width, _)| *width > 0.0 && *width < page.width).map(|(_, middle)| middle)
    }

    /// 年, 月 and 日 over columns of their own, as one name over one column.
    fn with_days_joined(&self) -> Option<Vec<Page>> {
        let joined = |page: &Page, line: &WordLine| {
            let texts: Vec<&str> = Self::texts(page, line).collect();
            let year = texts.windows(3).position(|three| three == ["年", "月", "日"]).map(|at| (at, 3));
            let found = year.or_else(|| texts.windows(2).position(|two| two == ["月", "日"]).map(|at| (at, 2)))?;
            (texts.len() >= 4).then_some(found)
        };
        if !self.lines().any(|(page, lines)| lines.iter().any(|line| joined(page, line).is_some())) {
            return None;
        }
        Some(self.made(|page, _, line, made| {
            let Some((at, count)) = joined(page, line) else {
                line.words.iter().for_each(|word| copy(page, word, made));
                return;
            };
            let names = line.words.get(at..at + count).unwrap_or(&[]);
            let mut edges: Vec<f32> = names.iter().map(|word| word.x0).collect();
            edges.extend(names.last().map(|word| word.x1));
            let text: String = names.iter().map(|word| page.word_text(word)).collect();
            if let Some(first) = names.first() {
                made.word(&text, &edges, shape_of(first));
            }
            let others = line.words.iter().enumerate().filter(|(i, _)| !(at..at + count).contains(i));
            others.for_each(|(_, word)| copy(page, word, made));
        }))
    }

    /// A day on a line of its own, given to each row below it.
    fn with_headed_days(&self) -> Option<Vec<Page>> {
        let day = |page: &Page, line: &WordLine| {
            let text: Vec<&str> = Self::texts(page, line).collect();
            // Nearly every line is longer.
            if text.len() <= 3 { day_of_line(&text.join(" ")) } else { None }
        };
        let headings =
            self.lines().flat_map(|(page, lines)| lines.iter().filter(move |line| day(page, line).is_some())).count();
        let dated = self.lines().flat_map(|(page, lines)| {
            lines.iter().filter(move |line| {
                line.words.len() > 3 && has_day(Self::texts(page, line)) && Self::texts(page, line).any(is_money)
            })
        });
        if headings == 0 || dated.count() > 0 {
            return None;
        }
        let of_row = |current: &Option<String>, _: &Page, _: &WordLine| current.clone();
        Some(self.with_days(&day, &of_row))
    }

    /// `3日` under `2024年1月`, as whole days.
    fn with_months_days(&self) -> Option<Vec<Page>> {
        let month = |page: &Page, line: &WordLine| {
            let text = Self::text(page, line);
            if is_month_line(&text) { month_of_line(&text) } else { None }
        };
        let day_of = |page: &Page, line: &WordLine| {
            let first = Self::texts(page, line).next()?;
            let digits = first.strip_suffix('日').or_else(|| first.strip_suffix('号')).unwrap_or(first);
            digits.parse::<u8>().ok().filter(|day| (1..=31).contains(day) && digits.len() <= 2)
        };
        let has_month = self.lines().any(|(page, lines)| lines.iter().any(|line| month(page, line).is_some()));
        let is_row = |page: &Page, line: &WordLine| Self::texts(page, line).any(is_money);
        let mut rows = self.lines().flat_map(|(page, lines)| {
            lines.iter().filter(move |line| is_row(page, line)).map(move |line| (page, line))
        });
        if !has_month || !rows.all(|(page, line)| day_of(page, line).is_some()) {
            return None;
        }
        let of_row = |current: &Option<String>, page: &Page, line: &WordLine| {
            Some(format!("{}-{:02}", current.as_ref()?, day_of(page, line)?))
        };
        Some(self.with_days(&month, &of_row))
    }

    /// A column more, with the day that `of_row` makes of a row and the heading that `heading` found over it last.
    fn with_days(&self, day: &dyn Fn(&Page, &WordLine) -> Option<String>, of_row: &DayOfRow<'_>) -> Vec<Page> {
        let (mut current, mut pages) = (None, Vec::new());
        for (page, lines) in self.lines() {
            let mut made = PageBuilder::new(page.number, page.width, page.height);
            for line in lines {
                if let Some(day) = day(page, line) {
                    current = Some(day);
                    continue;
                }
                let Some(first) = line.words.first() else { continue };
                let is_row = Self::texts(page, line).any(is_money);
                let text = match of_row(&current, page, line) {
                    Some(day) if is_row => Some(day),
                    _ if self.is_names(page, line) => Some(NAME_OF_DAY.to_owned()),
                    _ => None,
                };
                // Left of everything: no column of the page is there.
                text.iter().for_each(|text| add(text, -(DAY_WIDTH + 2.0) * first.font_size, first, &mut made));
                line.words.iter().for_each(|word| copy(page, word, &mut made));
            }
            pages.push(made.finish());
        }
        pages
    }

    /// Rows of two lines under names of two lines, as rows of one: the second line is put beside the first, on a page
    /// twice as wide.
    fn two_lines_a_row(&self) -> Option<Vec<Page>> {
        let is_row =
            |page: &Page, line: &WordLine| has_day(Self::texts(page, line)) && Self::texts(page, line).count() >= 2;
        let follows = |first: &WordLine, second: &WordLine| {
            let size = first.words.iter().map(|word| word.font_size).fold(0.0_f32, f32::max);
            second.baseline - first.baseline <= TWO_LINES_LEADING * size
        };
        let is_second_names = |page: &Page, line: &WordLine| {
            let names = name_pieces(page, line);
            names.len() >= 2 && names.iter().all(|name| !name.chars().any(|c| c.is_ascii_digit()))
        };
        let mut found = (0_usize, 0_usize, false);
        let mut moved: Vec<BTreeSet<usize>> = Vec::new();
        for (page, lines) in self.lines() {
            let mut second = BTreeSet::new();
            for (at, pair) in lines.windows(2).enumerate() {
                let [first, below] = pair else { continue };
                if !follows(first, below) || second.contains(&at) {
                    continue;
                }
                if self.is_names(page, first) && is_second_names(page, below) {
                    found.2 = true;
                    second.insert(at + 1);
                } else if is_row(page, first) {
                    found.0 += 1;
                    if !is_row(page, below) && found.2 {
                        found.1 += 1;
                        second.insert(at + 1);
                    }
                }
            }
            moved.push(second);
        }
        // Nearly every row has both of its lines.
        let (rows, with_second, has_names) = found;
        if !has_names || rows == 0 || with_second * 10 < rows * 8 {
            return None;
        }
        let pages = self.pages.iter().zip(&self.lines).zip(&moved).map(|((page, lines), moved)| {
            let mut made = PageBuilder::new(page.number, 2.0 * page.width, page.height);
            for (at, line) in lines.iter().enumerate() {
                let first = at.checked_sub(1).and_then(|before| lines.get(before)).filter(|_| moved.contains(&at));
                for word in &line.words {
                    match first {
                        Some(first) => shift(page, word, page.width, first.baseline, &mut made),
                        None => copy(page, word, &mut made),
                    }
                }
            }
            made.finish()
        });
        Some(pages.collect())
    }

    /// Tables under headings that name other accounts, each with the lines that stand over the first of them.
    fn accounts(&self) -> Option<Vec<Vec<Page>>> {
        // Where each account's lines begin: page and line.
        let mut starts: Vec<((usize, usize), String)> = Vec::new();
        for (index, (page, lines)) in self.lines().enumerate() {
            for (at, line) in lines.iter().enumerate() {
                let text = page_line(page, line);
                if text.is_movement() {
                    continue;
                }
                if let Some(account) = account_of(self.words, &text)
                    && starts.last().is_none_or(|(_, before)| *before != account)
                {
                    starts.push(((index, at), account));
                }
            }
        }
        if !(2..=ACCOUNTS_MAX).contains(&starts.len()) {
            return None;
        }
        let first = starts.first().map(|(place, _)| *place)?;
        let ends = starts.iter().skip(1).map(|(place, _)| *place).chain([(usize::MAX, 0)]);
        let parts = starts.iter().zip(ends).map(|((start, _), end)| {
            let pages = self.lines().enumerate().map(|(index, (page, lines))| {
                let mut made = PageBuilder::new(page.number, page.width, page.height);
                for (at, line) in lines.iter().enumerate() {
                    let here = (index, at);
                    if here < first || *start <= here && here < end {
                        line.words.iter().for_each(|word| copy(page, word, &mut made));
                    }
                }
                made.finish()
            });
            pages.filter(|page| !page.words.is_empty()).collect()
        });
        Some(parts.collect())
    }
}

/// The day of a row's line, from the heading found over it last.
type DayOfRow<'a> = dyn Fn(&Option<String>, &Page, &WordLine) -> Option<String> + 'a;

/// How a column is called that a view adds.
const NAME_OF_DAY: &str = "记账日期";
/// Its width, in sizes of the font.
const DAY_WIDTH: f32 = 6.0;
/// The second line of a row follows the first as closely as lines of one cell do.
const TWO_LINES_LEADING: f32 = 2.2;

fn copy(page: &Page, word: &Word, made: &mut PageBuilder) {
    shift(page, word, 0.0, word.baseline, made);
}

fn shift(page: &Page, word: &Word, by: f32, baseline: f32, made: &mut PageBuilder) {
    let mut edges: Vec<f32> = page.glyphs(word).map(|(_, x0, _)| x0 + by).collect();
    edges.push(page.glyphs(word).last().map_or(word.x1, |(_, _, x1)| x1) + by);
    made.word(page.word_text(word), &edges, WordShape { baseline, ..shape_of(word) });
}

/// A word of our own on the line of another.
fn add(text: &str, x0: f32, beside: &Word, made: &mut PageBuilder) {
    let count = text.chars().count();
    let step = DAY_WIDTH * beside.font_size / count.max(1) as f32;
    let edges: Vec<f32> = (0..=count).map(|at| x0 + at as f32 * step).collect();
    made.word(text, &edges, shape_of(beside));
}

// ---- sheets ----

fn names_row(words: &Synonyms, sheet: &Sheet) -> Option<usize> {
    sheet.rows.iter().take(HEADER_ROWS).position(|row| is_names_row(words, sheet, row))
}

/// A header stands near the top.
const HEADER_ROWS: usize = 80;

fn is_names_row(words: &Synonyms, sheet: &Sheet, row: &Row) -> bool {
    let names: Vec<String> = texts(sheet, row).map(|text| squash(text).into_owned()).collect();
    is_names(words, names.iter().map(String::as_str))
}

/// A row's texts that are not blank.
fn texts<'a>(sheet: &'a Sheet, row: &Row) -> impl Iterator<Item = &'a str> {
    sheet.cells_of(row).iter().map(|cell| trim(sheet.cell_text(cell))).filter(|text| !text.is_empty())
}

/// Builds a sheet row by row, keeping the rows' numbers.
struct Made {
    sheet: Sheet,
    /// The first column that no row has.
    free: u32,
}

impl Made {
    fn of(sheet: &Sheet) -> Self {
        let free = sheet.cells.iter().map(|cell| cell.column).max().unwrap_or(0) + 1;
        let made = Sheet { lead: sheet.lead.clone(), text: sheet.text.clone(), ..Sheet::new(sheet.origin.clone()) };
        Self { sheet: made, free }
    }

    /// A row as it is, with a text of ours behind it.
    fn row(&mut self, from: &Sheet, row: &Row, more: Option<&str>) {
        let start = self.sheet.cells.len();
        let cells = row.cell_start as usize..row.cell_end as usize;
        self.sheet.cells.extend(from.cells.get(cells.clone()).unwrap_or(&[]).iter().copied());
        if !from.places.is_empty() {
            self.sheet.places.extend(from.places.get(cells).unwrap_or(&[]).iter().copied());
        }
        if let Some(more) = more {
            self.cell(self.free, more);
        }
        self.end(row.number, start);
    }

    fn cell(&mut self, column: u32, text: &str) {
        let start = self.sheet.text.len();
        self.sheet.text.push_str(text);
        if let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(self.sheet.text.len())) {
            self.sheet.cells.push(Cell { start, end, column, kind: CellKind::Text });
            if !self.sheet.places.is_empty() {
                self.sheet.places.push((1, 1));
            }
        }
    }

    fn end(&mut self, number: u32, start: usize) {
        if let (Ok(cell_start), Ok(cell_end)) = (u32::try_from(start), u32::try_from(self.sheet.cells.len())) {
            self.sheet.rows.push(Row { number, cell_start, cell_end });
        }
    }
}

/// Rows that are one cell each, their texts in columns parted by blanks: a column is a stretch of places, an ASCII
/// character one wide and a Chinese one two, that a blank place parts from the next in every row of the table.
fn blanks_parted(words: &Synonyms, sheet: &Sheet) -> Option<Sheet> {
    // Commas of its figures may have been taken for what parts its cells: a row is all of its line.
    let line = |row: &Row| match sheet.cells_of(row) {
        [only] => Some(sheet.cell_text(only)),
        [first, .., last] if sheet.origin == SheetOrigin::Delimited => {
            sheet.text.get(first.start as usize..last.end as usize)
        }
        _ => None,
    };
    let is_names = |row: &Row| {
        let names: Vec<String> = line(row)
            .unwrap_or("")
            .split("  ")
            .map(|name| squash(name).into_owned())
            .filter(|name| !name.is_empty())
            .collect();
        is_names(words, names.iter().map(String::as_str))
    };
    let header = sheet.rows.iter().take(HEADER_ROWS).position(is_names)?;
    // Lines of the table: with as much as a row has, and no rule under the names.
    let is_rule = |text: &str| !text.chars().any(char::is_alphanumeric);
    let table = || {
        let below = sheet.rows.iter().skip(header).filter_map(line).filter(|text| !is_rule(text));
        below.filter(|text| text.contains("  "))
    };
    let width = table().map(|text| text.chars().map(width_of).sum::<usize>()).max()?.min(LINE_WIDTH_MAX);
    let mut ink = vec![false; width + 1];
    for text in table() {
        for (at, character) in placed(text) {
            let place = ink.get_mut(at..at + width_of(character)).unwrap_or(&mut []);
            if !is_blank(character) {
                place.fill(true);
            }
        }
    }
    // Where each column begins.
    let starts: Vec<usize> = (0..ink.len())
        .filter(|at| ink.get(*at) == Some(&true) && (*at == 0 || ink.get(at - 1) == Some(&false)))
        .collect();
    if !(3..=COLUMNS_MAX).contains(&starts.len()) {
        return None;
    }
    let mut made = Made::of(sheet);
    for (index, row) in sheet.rows.iter().enumerate() {
        let Some(text) = line(row).filter(|text| index >= header && text.contains("  ") && !is_rule(text)) else {
            made.row(sheet, row, None);
            continue;
        };
        let mut cells = vec![String::new(); starts.len()];
        for (at, character) in placed(text) {
            let column = starts.partition_point(|start| *start <= at).saturating_sub(1);
            if let Some(cell) = cells.get_mut(column) {
                cell.push(character);
            }
        }
        let first = made.sheet.cells.len();
        for (cell, column) in cells.iter().zip(1..).filter(|(cell, _)| !trim(cell).is_empty()) {
            made.cell(column, trim(cell));
        }
        made.end(row.number, first);
    }
    Some(made.sheet)
}

/// Wider lines are no table.
const LINE_WIDTH_MAX: usize = 1_000;

const fn width_of(character: char) -> usize {
    if character.is_ascii() { 1 } else { 2 }
}

/// Characters with the place they begin at.
fn placed(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    text.chars().scan(0, |at, character| {
        let here = *at;
        *at += width_of(character);
        Some((here, character))
    })
}

/// 年, 月 and 日 in columns of their own, as one day in a column more.
fn days_joined(words: &Synonyms, sheet: &Sheet) -> Option<Sheet> {
    let header =
        names_row(words, sheet).or_else(|| {
            sheet.rows.iter().take(HEADER_ROWS).position(|row| {
                texts(sheet, row).any(|text| text == "月") && texts(sheet, row).any(|text| text == "日")
            })
        })?;
    let column = |name: &str| {
        let row = sheet.rows.get(header)?;
        sheet.cells_of(row).iter().find(|cell| trim(sheet.cell_text(cell)) == name).map(|cell| cell.column)
    };
    let (year, month, day) = (column("年"), column("月")?, column("日")?);
    let mut made = Made::of(sheet);
    for (at, row) in sheet.rows.iter().enumerate() {
        let text =
            |column: u32| sheet.cells_of(row).iter().find(|c| c.column == column).map(|c| trim(sheet.cell_text(c)));
        let is_number = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let parts = [year.map(&text), Some(text(month)), Some(text(day))];
        let parts: Option<Vec<&str>> = parts.into_iter().flatten().map(|part| part.filter(is_number)).collect();
        let joined = parts.map(|parts| parts.join("-"));
        let more = if at == header { Some(NAME_OF_DAY) } else { joined.as_deref() };
        made.row(sheet, row, more);
    }
    Some(made.sheet)
}

/// A day in a row of its own, given to each row below it.
fn headed_days(words: &Synonyms, sheet: &Sheet) -> Option<Sheet> {
    let header = names_row(words, sheet)?;
    let day = |row: &Row| {
        let mut texts = texts(sheet, row);
        let first = texts.next()?;
        if texts.next().is_some() { None } else { day_of_line(first) }
    };
    let below = || sheet.rows.iter().skip(header + 1);
    let is_dated =
        |row: &Row| texts(sheet, row).count() > 2 && has_day(texts(sheet, row)) && texts(sheet, row).any(is_money);
    if !sheet.rows.iter().any(|row| day(row).is_some()) || below().any(is_dated) {
        return None;
    }
    let mut made = Made::of(sheet);
    let mut current = None;
    for (at, row) in sheet.rows.iter().enumerate() {
        if let Some(day) = day(row) {
            current = Some(day);
            continue;
        }
        let more = if at == header {
            Some(NAME_OF_DAY)
        } else {
            current.as_deref().filter(|_| texts(sheet, row).any(is_money))
        };
        made.row(sheet, row, more);
    }
    Some(made.sheet)
}

/// A table whose first row is a movement: names are put over it that say nothing.
fn with_names(words: &Synonyms, sheet: &Sheet) -> Option<Sheet> {
    if names_row(words, sheet).is_some() {
        return None;
    }
    let is_row = |row: &Row| has_day(texts(sheet, row)) && texts(sheet, row).any(is_money);
    let first = sheet.rows.iter().take(HEADER_ROWS).position(is_row)?;
    let columns = sheet
        .rows
        .iter()
        .skip(first)
        .take(HEADER_ROWS)
        .flat_map(|row| sheet.cells_of(row))
        .map(|cell| cell.column)
        .max()?;
    let mut made = Made::of(sheet);
    for (at, row) in sheet.rows.iter().enumerate() {
        if at == first {
            let start = made.sheet.cells.len();
            // More columns than a statement has are no statement.
            for column in 1..=columns.min(64) {
                made.cell(column, &format!("第{}列", COUNTED.chars().nth(column as usize).unwrap_or('其')));
            }
            made.end(row.number, start);
        }
        made.row(sheet, row, None);
    }
    Some(made.sheet)
}

/// Names of columns hold no digits.
const COUNTED: &str = "零一二三四五六七八九十甲乙丙丁戊己庚辛壬癸";

/// Tables under rows that name other accounts, each with the rows that stand over the first of them.
fn sheet_accounts(words: &Synonyms, sheet: &Sheet) -> Option<Vec<Sheet>> {
    let mut starts: Vec<(usize, String)> = Vec::new();
    for (at, row) in sheet.rows.iter().enumerate() {
        // A row of a table has more cells than a heading's line with one account.
        if is_names_row(words, sheet, row) || texts(sheet, row).any(is_money) {
            continue;
        }
        if let Some(account) = account_of(words, &sheet_line(sheet, row))
            && starts.last().is_none_or(|(_, before)| *before != account)
        {
            starts.push((at, account));
        }
    }
    if !(2..=ACCOUNTS_MAX).contains(&starts.len()) {
        return None;
    }
    let first = starts.first().map(|(at, _)| *at)?;
    let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([usize::MAX]);
    let parts = starts.iter().zip(ends).map(|((start, _), end)| {
        let mut made = Made::of(sheet);
        for (at, row) in sheet.rows.iter().enumerate() {
            if at < first || *start <= at && at < end {
                made.row(sheet, row, None);
            }
        }
        made.sheet
    });
    Some(parts.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_say_a_day_or_a_month() {
        for (text, day) in [
            ("2024年1月5日", Some("2024-01-05")),
            ("—— 2024-01-05 ——", Some("2024-01-05")),
            ("【2024-01-05】 星期五", Some("2024-01-05")),
            ("2024-01-03 星期三 共1笔", Some("2024-01-03")),
            ("日期：2024-01-05", Some("2024-01-05")),
            ("2024-01-05 12.00", None),
            ("2024-01-05 至 2024-01-31 交易明细查询结果如下", None),
            ("2024年1月", None),
            ("3月2日", Some("3月2日")),
            ("3月2日 共2笔", Some("3月2日")),
        ] {
            assert_eq!(day_of_line(text).as_deref(), day, "{text}");
        }
        assert_eq!(month_of_line("== 2024年1月份 ==").as_deref(), Some("2024-01"));
        assert!(is_month_line("2024年1月") && !is_month_line("2024年1月5日") && !is_month_line("1月"));
    }
}
