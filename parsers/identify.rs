//! Which layout a document is printed in.

use memchr::memmem;
use model::document::{Content, Document};
use model::page::Page;
use model::sheet::Sheet;

use crate::grid::{self, HeaderNames};
use crate::layout::{Identify, Layout, Medium};
use crate::list;
use crate::pages;
use crate::text::squash;

/// Titles, preambles and footings lie within this many rows of a sheet's ends.
const EDGE_ROWS: usize = 60;

/// A list stands for a table of a few columns.
const LIST_NAMES: usize = 3;

/// A layout that fits, and how well.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    pub layout: &'a Layout,
    /// Columns that the header names; 0 where the document has no table.
    pub named: usize,
    /// Texts that identified it.
    pub texts: usize,
}

impl Candidate<'_> {
    /// Whether all that the layout describes is there, not only its title.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.named > 0 || self.layout.columns.is_empty() || self.layout.records.is_some()
    }
}

/// The layout that fits best: most columns named, then most texts, then the first by id.
#[must_use]
pub fn identify<'a>(layouts: &'a [Layout], document: &Document) -> Option<Candidate<'a>> {
    let text = EdgeText::of(document);
    let names: Vec<HeaderNames<'_>> = match &document.content {
        Content::Sheets(sheets) => sheets.iter().map(HeaderNames::of).collect(),
        Content::Pages(_) | Content::Text(_) => Vec::new(),
    };
    let mut best: Option<Candidate<'a>> = None;
    for layout in layouts {
        let Some(candidate) = fits(layout, document, &names, &text) else { continue };
        let better = best.is_none_or(|b| (candidate.named, candidate.texts) > (b.named, b.texts));
        if better {
            best = Some(candidate);
        }
    }
    best
}

fn fits<'a>(
    layout: &'a Layout,
    document: &Document,
    names: &[HeaderNames<'_>],
    text: &EdgeText,
) -> Option<Candidate<'a>> {
    let header = || match (&document.content, layout.medium) {
        (Content::Pages(pages), Medium::Pages) => Some(match &layout.list {
            // As sure as a table's names, and the more the more of its items are dated as this app does.
            Some(list) => list::count_items(list, layout, pages).map(|items| items.saturating_add(LIST_NAMES)),
            None => pages::find_header(layout, pages),
        }),
        (Content::Sheets(_), Medium::Grid) => {
            Some(names.iter().filter_map(|names| grid::find_header(layout, names)).map(|h| h.named).max())
        }
        _ => None,
    };
    let texts = layout
        .identify
        .iter()
        .filter(|block| block_fits(block, document, text))
        .map(|b| (b.texts.len(), b.columns))
        .max()?;
    let named = header()?;
    match (texts, named) {
        (_, Some(named)) => Some(Candidate { layout, named, texts: texts.0 }),
        // The title alone: a statement that lists nothing. Columns alone need the columns.
        ((count, false), None) if count > 0 => Some(Candidate { layout, named: 0, texts: count }),
        _ => None,
    }
}

fn block_fits(block: &Identify, document: &Document, text: &EdgeText) -> bool {
    let producer_fits = block.producer.as_ref().is_none_or(|wanted| {
        document.facts.producer.as_ref().is_some_and(|producer| producer.contains(wanted.as_str()))
    });
    producer_fits && block.texts.iter().all(|wanted| text.has(wanted))
}

/// The text of a document's ends.
struct EdgeText {
    text: String,
    /// Its characters, where they were read off a picture: one of several may then be misread.
    picture: Option<Vec<char>>,
}

/// One character of so many may be misread on a picture: a title of a bank has about ten.
const MISREAD_SHARE: usize = 6;

impl EdgeText {
    fn of(document: &Document) -> Self {
        let text = edge_text(document);
        let is_picture =
            matches!(&document.content, Content::Pages(pages) if pages.iter().any(|page| page.reader.is_some()));
        let picture = is_picture.then(|| text.chars().collect());
        Self { text, picture }
    }

    /// Every text of every layout is looked for, so the search is the fast one.
    fn has(&self, wanted: &str) -> bool {
        memmem::find(self.text.as_bytes(), wanted.as_bytes()).is_some() || self.has_misread(wanted)
    }

    fn has_misread(&self, wanted: &str) -> bool {
        let Some(picture) = &self.picture else { return false };
        let wanted: Vec<char> = wanted.chars().collect();
        let errors = wanted.len() / MISREAD_SHARE;
        errors > 0
            && picture
                .windows(wanted.len())
                .any(|here| here.iter().zip(&wanted).filter(|(a, b)| a != b).take(errors + 1).count() <= errors)
    }
}

/// Whether a sheet by itself has the texts that tell the layout.
#[must_use]
pub fn has_title(layout: &Layout, sheet: &Sheet) -> bool {
    let mut text = String::new();
    add_sheet(sheet, &mut text);
    let fits =
        |block: &Identify| !block.texts.is_empty() && block.texts.iter().all(|wanted| text.contains(wanted.as_str()));
    layout.identify.iter().any(fits)
}

/// The squashed text of a document's first and last parts, where its title and its footing stand.
fn edge_text(document: &Document) -> String {
    let mut text = String::new();
    match &document.content {
        Content::Pages(pages) => {
            for page in pages.iter().take(2).chain(pages.iter().skip(2).next_back()) {
                add_page(page, &mut text);
            }
        }
        Content::Sheets(sheets) => sheets.iter().for_each(|sheet| add_sheet(sheet, &mut text)),
        Content::Text(_) => {}
    }
    text
}

fn add_page(page: &Page, text: &mut String) {
    for line in crate::text::word_lines(page) {
        for word in &line.words {
            text.push_str(&squash(page.word_text(word)));
        }
        text.push('\n');
    }
}

fn add_sheet(sheet: &Sheet, text: &mut String) {
    let tail = sheet.rows.len().saturating_sub(EDGE_ROWS).max(EDGE_ROWS.min(sheet.rows.len()));
    let head = sheet.rows.iter().take(EDGE_ROWS);
    for row in head.chain(sheet.rows.get(tail..).unwrap_or(&[])) {
        for cell in sheet.cells_of(row) {
            text.push_str(&squash(sheet.cell_text(cell)));
        }
        text.push('\n');
    }
}
