//! OFD, the page format of GB/T 33190: a ZIP of XML whose text objects say where each character stands. E-statements
//! and receipts of Chinese banks come in it.

mod draw;
mod package;
pub mod picture;
mod resources;
mod signatures;

use std::collections::BTreeMap;
use std::rc::Rc;

use model::document::{Content, Document, FileFacts, MediaType};
use model::forensics::{Coverage, Signature, Traces};
use model::page::{Page, PageBuilder};
use model::problem::ProblemCode;
use model::source::Area;
use model::{Problem, Source, Text};

use crate::pdf::words::Words;
use crate::xml::{Element, Parsed};
use crate::{Limits, ReadError};
use draw::{Budget, Drawing, Matrix, numbers};
use package::{Package, corrupt, resolve};
use resources::Resources;

/// A page without a box of its own, in a document without one: A4, in millimetres.
const A4: [f32; 4] = [0.0, 0.0, 210.0, 297.0];

/// Millimetres: the largest sheet there is is a tenth of it; a larger one is damage.
const SIDE_MAX: f32 = 20_000.0;

/// Papers bound into one file.
const DOCUMENTS_MAX: usize = 100;

/// Reads the pages of all documents of the file, one after the other.
///
/// Words are in drawing order, what a template draws first. A character's edges are those that the file's steps give;
/// where it gives none, Chinese is one em wide and ASCII half. Annotations, the pictures of seals and attachments are not
/// read; signatures are verified. A
/// damaged or missing page is there with what could be read of it, and a problem says so.
///
/// # Errors
/// [`ReadError::Empty`] when nothing is drawn on any page, [`ReadError::Corrupt`] without a list of pages,
/// [`ReadError::PasswordRequired`] for an encrypted one and [`ReadError::Unsupported`] if a password was given for it
/// (it is not decrypted here), [`ReadError::TooManyPages`], [`ReadError::ResourceLimit`].
pub fn read(bytes: &[u8], passwords: &[&str], limits: &Limits) -> Result<Document, ReadError> {
    let mut package = Package::open(bytes, passwords, limits)?;
    let index = package.part("OFD.xml")?.ok_or_else(|| corrupt("its OFD.xml is missing"))?;
    let mut reader = Pages {
        package,
        words: Words::default(),
        budget: Budget { objects: limits.operators, glyphs: limits.glyphs },
        fonts: Vec::new(),
        pages: Vec::new(),
        pages_max: limits.pages,
        problems: Vec::new(),
        marks: false,
    };
    let bodies: Vec<&Element> = index.root.children("DocBody").take(DOCUMENTS_MAX + 1).collect();
    if bodies.len() > DOCUMENTS_MAX {
        return Err(ReadError::ResourceLimit { what: format!("more than {DOCUMENTS_MAX} documents in a file") });
    }
    for body in &bodies {
        let root = body.child_text("DocRoot").ok_or_else(|| corrupt("a document in it has no root"))?;
        reader.document(&resolve("OFD.xml", root))?;
    }
    if index.is_damaged {
        reader.problems.push(truncated());
    }
    if reader.pages.is_empty() && reader.problems.is_empty() {
        return Err(corrupt("no page is left of it"));
    }
    if !reader.marks && reader.problems.is_empty() {
        return Err(ReadError::Empty);
    }
    let info = bodies.first().and_then(|body| body.child("DocInfo"));
    // The pages were read within the bounds; digests that would go beyond them leave the signatures unjudged.
    let signatures =
        signatures::find(&mut reader.package, &bodies).unwrap_or_else(|_| vec![Signature::unreadable(Coverage::Part)]);
    let traces = Traces { signatures, ..Traces::default() };
    let facts = FileFacts { fonts: reader.fonts, traces, ..info.map(facts).unwrap_or_default() };
    Ok(Document {
        media_type: MediaType::Ofd,
        page_count: u32::try_from(reader.pages.len()).ok(),
        content: Content::Pages(reader.pages),
        facts,
        problems: reader.problems,
    })
}

/// What the file says about itself. The program that made it stands in `Creator`, or in a datum of the maker's own.
fn facts(info: &Element) -> FileFacts {
    let text = |name: &str| info.child_text(name).map(Text::from);
    let data = info.child("CustomDatas").map(|list| list.children("CustomData")).into_iter().flatten();
    let mut producers =
        data.filter(|datum| datum.attribute("Name").is_some_and(|name| name.eq_ignore_ascii_case("producer")));
    let producer = producers.next().map(|datum| datum.text.trim()).filter(|text| !text.is_empty());
    let creator = match (info.child_text("Creator"), info.child_text("CreatorVersion")) {
        (Some(creator), Some(version)) => Some(Text::from(format!("{creator} {version}"))),
        (creator, _) => creator.map(Text::from),
    };
    FileFacts {
        producer: producer.map(Text::from).or_else(|| creator.clone()),
        creator,
        created: text("CreationDate"),
        modified: text("ModDate"),
        ..FileFacts::default()
    }
}

fn truncated() -> Problem {
    Problem::new(
        ProblemCode::Truncated,
        "文件已损坏或不完整，内容可能有缺失",
        "the file is damaged or incomplete; parts of it may be missing",
    )
}

struct Pages<'a> {
    package: Package<'a>,
    words: Words,
    budget: Budget,
    fonts: Vec<Text>,
    pages: Vec<Page>,
    pages_max: u32,
    problems: Vec<Problem>,
    marks: bool,
}

/// What the pages of one document share.
struct Shared {
    path: String,
    area: [f32; 4],
    resources: Resources,
    /// Paths of templates by their ids.
    templates: BTreeMap<String, String>,
    parsed_templates: BTreeMap<String, Option<Rc<Parsed>>>,
}

impl Pages<'_> {
    fn document(&mut self, path: &str) -> Result<(), ReadError> {
        let document = self.package.part(path)?.ok_or_else(|| corrupt("its list of pages is missing"))?;
        if document.is_damaged {
            self.problems.push(truncated());
        }
        let mut shared = Shared {
            path: path.to_owned(),
            area: A4,
            resources: Resources::default(),
            templates: BTreeMap::new(),
            parsed_templates: BTreeMap::new(),
        };
        if let Some(common) = document.root.child("CommonData") {
            shared.area = common.child("PageArea").and_then(area).unwrap_or(A4);
            for part in resources::listed(common, path) {
                shared.resources.read(&mut self.package, &part, &mut self.fonts)?;
            }
            let named = common.children("TemplatePage");
            shared.templates = named
                .filter_map(|page| Some((page.attribute("ID")?.to_owned(), resolve(path, page.attribute("BaseLoc")?))))
                .collect();
        }
        let pages: Vec<&Element> =
            document.root.child("Pages").map_or_else(Vec::new, |list| list.children("Page").collect());
        let count = pages.len().saturating_add(self.pages.len());
        if count > self.pages_max as usize {
            let found = u32::try_from(count).unwrap_or(u32::MAX);
            return Err(ReadError::TooManyPages { found, limit: self.pages_max });
        }
        for page in pages {
            let part = match page.attribute("BaseLoc") {
                Some(location) => self.package.part(&resolve(path, location))?,
                None => None,
            };
            let location = page.attribute("BaseLoc").map(|location| resolve(path, location)).unwrap_or_default();
            self.page(part.as_ref(), &location, &mut shared)?;
        }
        Ok(())
    }

    fn page(&mut self, part: Option<&Parsed>, path: &str, shared: &mut Shared) -> Result<(), ReadError> {
        let number = u32::try_from(self.pages.len()).unwrap_or(u32::MAX).saturating_add(1);
        let [x, y, width, height] = part.and_then(|part| part.root.child("Area")).and_then(area).unwrap_or(shared.area);
        let points = |side: f32| side * 72.0 / 25.4;
        let size = (points(width), points(height));
        let mut page = PageBuilder::new(number, size.0, size.1);
        self.words.start_page(size.0, size.1);
        let mut is_damaged = part.is_none_or(|part| part.is_damaged);
        let mut templates = Vec::new();
        if let Some(part) = part {
            for resources in resources::listed(&part.root, path).collect::<Vec<_>>() {
                shared.resources.read(&mut self.package, &resources, &mut self.fonts)?;
            }
            for template in part.root.children("Template") {
                match template.attribute("TemplateID").map(|id| self.template(id, shared)).transpose()?.flatten() {
                    Some(template) => templates.push(template),
                    None => is_damaged = true,
                }
            }
        }
        let mut drawing = Drawing {
            words: &mut self.words,
            page: &mut page,
            budget: &mut self.budget,
            resources: &shared.resources,
            size,
            rules: 0,
            marks: false,
        };
        for drawn in templates.iter().map(AsRef::as_ref).chain(part) {
            is_damaged |= drawn.is_damaged;
            if let Some(content) = drawn.root.child("Content") {
                drawing.content(content, Matrix::page(x, y), 0)?;
            }
        }
        self.marks |= drawing.marks;
        self.words.finish_page(&mut page);
        let page = page.finish();
        self.judge(&page, is_damaged);
        self.pages.push(page);
        Ok(())
    }

    /// A template, read once; `None` if there is none of that id.
    fn template(&mut self, id: &str, shared: &mut Shared) -> Result<Option<Rc<Parsed>>, ReadError> {
        if let Some(parsed) = shared.parsed_templates.get(id) {
            return Ok(parsed.clone());
        }
        let parsed = match shared.templates.get(id) {
            Some(path) => self.package.part(path)?.map(Rc::new),
            None => None,
        };
        if let Some(parsed) = &parsed {
            let path = shared.templates.get(id).map_or(shared.path.as_str(), String::as_str);
            for resources in resources::listed(&parsed.root, path).collect::<Vec<_>>() {
                shared.resources.read(&mut self.package, &resources, &mut self.fonts)?;
            }
        }
        shared.parsed_templates.insert(id.to_owned(), parsed.clone());
        Ok(parsed)
    }

    fn judge(&mut self, page: &Page, is_damaged: bool) {
        let number = page.number;
        let (zh, en) = if is_damaged {
            (
                format!("第 {number} 页有一部分内容已损坏，无法读取"),
                format!("part of page {number} is damaged and could not be read"),
            )
        } else if page.words.is_empty() && page.image_area > 0.25 * page.width * page.height {
            (format!("第 {number} 页是图片，没有文字层"), format!("page {number} is a picture without a text layer"))
        } else {
            return;
        };
        let whole = Source::Page { page: number, area: Area { x0: 0.0, y0: 0.0, x1: 1.0, y1: 1.0 } };
        self.problems.push(Problem::new(ProblemCode::UnreadablePage, zh, en).at(whole));
    }
}

/// A page's sheet: left, top, width, height in millimetres.
fn area(element: &Element) -> Option<[f32; 4]> {
    let area: [f32; 4] = numbers(element.child_text("PhysicalBox")?)?;
    let is_side = |side: f32| side > 0.0 && side <= SIDE_MAX;
    (is_side(area[2]) && is_side(area[3])).then_some(area)
}

#[cfg(test)]
mod tests;
