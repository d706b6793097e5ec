//! The only code that calls all three stages: bytes → statements, and statements → decision.

use std::collections::BTreeSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use assessment::checks::registry::Across;
use assessment::decision::PolicyError;
use assessment::{DocumentView, Input, enrichment};
use image::RgbImage;
use jiff::civil::Date;
use model::declaration::Declaration;
use model::document::{Content, Document, FileFacts, MediaType};
use model::failure::Failure;
use model::finding::{Finding, Outcome, Severity};
use model::forensics::{OddFont, TRACES_MAX, Traces, Trail};
use model::ledger::{Category, RowRef};
use model::page::Page;
use model::proof::PrintedOrder;
use model::source::Area;
use model::statement::{Statement, Transaction};
use model::{Money, Problem, Source};
use parsers::ParseError;
use reading::archive::{self, Unpacked};
use reading::forensics::fonts::{self, Column};
use reading::forensics::layer;
use reading::forensics::trust::Roots;
use reading::marks::{self, Mark};
use reading::{Kind, ReadError, Recognizer, trail, view};
use sha2::{Digest, Sha256};

pub use assessment::Assessment;
pub use assessment::checks::registry::{
    Fingerprint, Key, Kind as FingerprintKind, Person, Registry, ShortKey, Sighting,
};
pub use assessment::decision::Policy;
pub use model::extracted::{Extracted, ReadDocument};
pub use reading::Limits;

/// An engine that reads pictures, shared by whoever reads.
#[derive(Clone)]
pub struct Engine(pub Arc<dyn Recognizer>);

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Engine")
    }
}

/// How files are read: the bounds, and what reads the pictures among them.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    pub limits: Limits,
    /// `None` where no engine is set up: pictures are then refused, everything else is read.
    pub recognizer: Option<Engine>,
    /// Asked where one reading of a picture is not enough to say something against a document.
    pub second: Option<Engine>,
    /// Who is trusted to vouch for those who sign files.
    pub roots: Arc<Roots>,
}

impl Reader {
    fn read(&self, bytes: &[u8], passwords: &[&str]) -> Result<Document, Failure> {
        let recognizer = self.recognizer.as_ref().map(|engine| engine.0.as_ref());
        reading::read(bytes, passwords, &self.limits, recognizer).map_err(read_failure)
    }
}

/// Why an assessment could not be made.
#[derive(Debug, thiserror::Error)]
pub enum AssessError {
    #[error("the policy could not be applied")]
    Policy(#[from] PolicyError),
    /// A defect of ours. The panic's own words may quote a document: not kept.
    #[error("the program failed while assessing")]
    Panicked,
}

/// Reads a file and tells its statements. An archive, or a mail with attachments, gives one result an entry, named
/// `archive.zip/inner.csv`; one that cannot be opened gives one result, as a plain file does. Never empty, never a panic.
#[must_use]
pub fn extract(name: &str, bytes: &[u8], passwords: &[&str], reader: &Reader) -> Vec<Extracted> {
    let Some(kind @ (Kind::Zip | Kind::Mail)) = kind_of(bytes) else {
        return vec![extract_document(name, bytes, passwords, reader)];
    };
    let archive = |failure| Extracted {
        name: name.to_owned(),
        sha256: Some(sha256(bytes)),
        media_type: media_type(kind),
        pages: None,
        outcome: Err(failure),
    };
    let unpacked = guarded("unpacking", || archive::unpack(bytes, passwords, &reader.limits).map_err(read_failure));
    match unpacked {
        Ok(entries) if entries.is_empty() => vec![archive(Failure::Empty)],
        Ok(entries) => {
            let trail = guarded("looking at the archive", || Ok(trail::of(name, bytes))).ok().flatten();
            let files =
                entries.into_iter().map(|entry| (entry.name.clone(), extract_entry(name, entry, passwords, reader)));
            files.map(|(inner, file)| with_trail(file, inner, trail.as_ref())).collect()
        }
        Err(failure) => vec![archive(failure)],
    }
}

/// The file with how it came: by its own name in an archive or a mail.
fn with_trail(mut file: Extracted, inner: String, trail: Option<&Trail>) -> Extracted {
    if let (Ok(read), Some(trail)) = (&mut file.outcome, trail) {
        let name = inner.rsplit(['/', '\\']).next().unwrap_or_default().into();
        read.facts.traces.trail = Some(Trail { name, ..trail.clone() });
    }
    file
}

fn extract_entry(archive: &str, entry: Unpacked, passwords: &[&str], reader: &Reader) -> Extracted {
    let name = entry_name(archive, &entry.name);
    match entry.content {
        Ok(bytes) => extract_document(&name, &bytes, passwords, reader),
        Err(error) => {
            Extracted { name, sha256: None, media_type: None, pages: None, outcome: Err(read_failure(error)) }
        }
    }
}

/// A mail with nothing but its body is the file itself.
fn entry_name(archive: &str, entry: &str) -> String {
    if entry.is_empty() { archive.to_owned() } else { format!("{archive}/{entry}") }
}

fn extract_document(name: &str, bytes: &[u8], passwords: &[&str], reader: &Reader) -> Extracted {
    let mut extracted = Extracted {
        name: name.to_owned(),
        sha256: Some(sha256(bytes)),
        media_type: kind_of(bytes).and_then(media_type),
        pages: None,
        outcome: Err(Failure::NotAStatement),
    };
    let document = match guarded("reading", || reader.read(bytes, passwords)) {
        Ok(document) => document,
        Err(failure) => return Extracted { outcome: Err(failure), ..extracted },
    };
    extracted.media_type = Some(document.media_type);
    extracted.pages = document.page_count;
    extracted.outcome = guarded("parsing", || parsers::parse(&document).map_err(parse_failure)).map(|mut parsed| {
        let own = std::mem::replace(&mut parsed.problems, document.problems);
        parsed.problems.extend(own);
        let read_by = recognized_by(&document.content);
        let mut facts = FileFacts { read_by, ..document.facts };
        for signature in &mut facts.traces.signatures {
            signature.chain = reader.roots.judge(signature);
        }
        if let Content::Pages(pages) = &document.content {
            let odd = odd_fonts(pages, &facts, &parsed.statements);
            facts.traces.odd_fonts.extend(odd);
            let misread = compare_layer(bytes, passwords, reader, pages, &parsed.statements, &mut facts.traces);
            parsed.problems.extend(misread);
        }
        ReadDocument { parsed, facts }
    });
    extracted
}

/// Fonts are compared within the columns that the parser found.
fn odd_fonts(pages: &[Page], facts: &FileFacts, statements: &[Statement]) -> Vec<OddFont> {
    let columns: Vec<Column<'_>> = statements
        .iter()
        .flat_map(|statement| {
            let rows = || statement.transactions.iter().map(|row| (row, row.amount.is_positive()));
            let amounts = rows().map(|(row, is_in)| (&row.amount_source, is_in)).collect();
            let balances = rows().filter_map(|(row, is_in)| Some((row.balance_source.as_ref()?, is_in))).collect();
            [Column { figures: amounts }, Column { figures: balances }]
        })
        .collect();
    fonts::odd(pages, facts, &columns)
}

/// Holds the text layer of pages that something speaks against to what is seen on them. Gives what a scanner misread.
fn compare_layer(
    bytes: &[u8],
    passwords: &[&str],
    reader: &Reader,
    pages: &[Page],
    statements: &[Statement],
    traces: &mut Traces,
) -> Vec<Problem> {
    let Some(engine) = &reader.recognizer else { return Vec::new() };
    let wanted = layer::suspicious(pages, traces, reader.limits.layer_pages as usize);
    let seen = view::seen(bytes, passwords, pages, &wanted, &reader.limits, engine.0.as_ref());
    if seen.is_empty() {
        return Vec::new();
    }
    let mut drawn: Option<(u32, RgbImage)> = None;
    let mut asked = 0;
    let mut confirm = |page: u32, area: Area, digits: &str| {
        let Some(second) = reader.second.as_ref().filter(|_| asked < layer::ASKED_MAX) else { return false };
        asked += 1;
        if drawn.as_ref().is_none_or(|(number, _)| *number != page) {
            drawn = view::page(bytes, passwords, &reader.limits, page).map(|pixels| (page, pixels));
        }
        drawn.as_ref().is_some_and(|(_, pixels)| reads(second, pixels, area, digits))
    };
    let mut misread = Vec::new();
    let mut agreeing: BTreeSet<u32> = seen.iter().map(|page| page.number).collect();
    let mut compared_pages: BTreeSet<u32> = BTreeSet::new();
    for statement in statements {
        let rows = layer_rows(statement);
        let compared = layer::compare(pages, &seen, &rows, &mut confirm);
        let shown: BTreeSet<u32> = rows.iter().filter_map(|row| page_number(row.amount.source)).collect();
        // A page of two statements agrees where both do.
        agreeing.retain(|number| !shown.contains(number) || compared.pages.contains(number));
        compared_pages.extend(&compared.pages);
        traces.unlike_layer.extend(compared.unlike);
        misread.extend(compared.misread);
    }
    compared_pages.retain(|number| agreeing.contains(number));
    // Where there are rows, it is their pages that count.
    let of_rows = || statements.iter().flat_map(|statement| &statement.transactions);
    let with_rows: BTreeSet<u32> = of_rows().filter_map(|row| page_number(&row.amount_source)).collect();
    compared_pages.retain(|number| with_rows.is_empty() || with_rows.contains(number));
    traces.unlike_layer.truncate(TRACES_MAX);
    misread.truncate(TRACES_MAX);
    traces.pages_compared = u32::try_from(compared_pages.len()).ok();
    misread
}

const fn page_number(source: &Source) -> Option<u32> {
    match source {
        Source::Page { page, .. } => Some(*page),
        Source::Cell { .. } | Source::Line { .. } => None,
    }
}

/// Whether an engine reads these digits at a place.
fn reads(engine: &Engine, pixels: &RgbImage, area: Area, digits: &str) -> bool {
    let (width, height) = (pixels.width() as f32, pixels.height() as f32);
    // A margin of half a line: engines want white around what they read.
    let margin = (area.y1 - area.y0) * height / 2.0;
    let side = |share: f32, whole: f32, by: f32| (share * whole + by).clamp(0.0, whole) as u32;
    let (x0, x1) = (side(area.x0, width, -margin), side(area.x1, width, margin));
    let (y0, y1) = (side(area.y0, height, -margin / 2.0), side(area.y1, height, margin / 2.0));
    let crop = image::imageops::crop_imm(pixels, x0, y0, x1.saturating_sub(x0), y1.saturating_sub(y0)).to_image();
    let Ok(mut lines) = engine.0.lines(&crop) else { return false };
    lines.sort_by(|one, other| one.quad[0][0].total_cmp(&other.quad[0][0]));
    let read: String = lines.iter().flat_map(|line| line.text().chars().collect::<Vec<_>>()).collect();
    read.chars().filter(char::is_ascii_digit).eq(digits.chars())
}

/// The statement's figures, rows oldest first.
fn layer_rows(statement: &Statement) -> Vec<layer::Row<'_>> {
    let mut rows: Vec<layer::Row<'_>> = statement
        .transactions
        .iter()
        .map(|row| layer::Row {
            amount: layer::Figure { source: &row.amount_source, value: row.amount },
            balance: row
                .balance_source
                .as_ref()
                .zip(row.balance)
                .map(|(source, value)| layer::Figure { source, value }),
        })
        .collect();
    if statement.proof.order == Some(PrintedOrder::NewestFirst) {
        rows.reverse();
    }
    let fields = statement.fields.values();
    rows.extend(fields.filter_map(|field| {
        let value = Money::read(&field.value).ok().filter(|_| field.value.contains('.'))?;
        Some(layer::Row { amount: layer::Figure { source: &field.source, value }, balance: None })
    }));
    rows
}

/// The engine that read the document's pictures, when it has any.
fn recognized_by(content: &Content) -> Option<model::Text> {
    match content {
        Content::Pages(pages) => pages.iter().find_map(|page| page.reader.clone()),
        Content::Sheets(_) | Content::Text(_) => None,
    }
}

/// What an assessment may compare with besides the documents themselves.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// What issuers sent directly.
    pub feeds: &'a [Statement],
    pub known: Option<Known<'a>>,
}

/// Earlier applicants, as far as the lender remembers them.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub key: &'a Key,
    pub registry: &'a Registry,
    /// What the service knows the sending device by.
    pub device: Option<&'a str>,
}

/// What one application leaves behind for others to be compared with: keyed hashes.
#[derive(Debug, Clone)]
pub struct Trace {
    pub person: Person,
    pub fingerprints: Vec<Fingerprint>,
}

/// Assesses one applicant's documents, in the order given. Those that failed stay as documents without
/// statements, so that `document` indexes are the indexes of this slice.
///
/// # Errors
/// [`AssessError`] when the policy cannot be evaluated, or a stage panics.
pub fn assess(
    documents: &[Extracted],
    declaration: &Declaration,
    policy: &Policy,
    as_of: Date,
) -> Result<Assessment, AssessError> {
    assess_beside(documents, declaration, policy, as_of, &Beside::default())
}

/// [`assess`], compared with what else is known.
///
/// # Errors
/// As [`assess`].
pub fn assess_beside(
    documents: &[Extracted],
    declaration: &Declaration,
    policy: &Policy,
    as_of: Date,
    beside: &Beside<'_>,
) -> Result<Assessment, AssessError> {
    let unknown = FileFacts::default();
    let views = views(documents, &unknown);
    let files = files(documents);
    let across = beside.known.map(|known| across(documents, declaration, &files, known));
    let input = Input { documents: &views, declaration, policy, feeds: beside.feeds, across: across.as_ref(), as_of };
    match catch_unwind(AssertUnwindSafe(|| assessment::assess(&input))) {
        Ok(outcome) => Ok(outcome?),
        Err(_) => Err(AssessError::Panicked),
    }
}

/// What is remembered of an application for others.
///
/// # Errors
/// [`AssessError::Panicked`].
pub fn trace(
    documents: &[Extracted],
    declaration: &Declaration,
    known: Known<'_>,
    as_of: Date,
) -> Result<Trace, AssessError> {
    let unknown = FileFacts::default();
    let views = views(documents, &unknown);
    let files = files(documents);
    let across = across(documents, declaration, &files, known);
    let fingerprints = catch_unwind(AssertUnwindSafe(|| assessment::fingerprints(&views, declaration, &across, as_of)));
    let fingerprints = fingerprints.map_err(|_| AssessError::Panicked)?;
    Ok(Trace { person: across.person(), fingerprints })
}

fn files(documents: &[Extracted]) -> Vec<Option<&str>> {
    documents.iter().map(|document| document.sha256.as_deref()).collect()
}

/// The applicant is who they say they are, or else whom the first paper with a whole name is about.
fn across<'a>(
    documents: &'a [Extracted],
    declaration: &'a Declaration,
    files: &'a [Option<&'a str>],
    known: Known<'a>,
) -> Across<'a> {
    let statements =
        documents.iter().filter_map(|document| document.outcome.as_ref().ok()).flat_map(|read| &read.parsed.statements);
    let names = statements.filter_map(|statement| statement.holder.name.as_ref());
    let printed = names.map(|name| name.value.reveal().as_str()).find(|name| !name.contains(['*', '＊']));
    Across {
        key: known.key,
        registry: known.registry,
        files,
        device: known.device,
        id_number: declaration.id_number.as_ref().map(|id| id.reveal().as_str()),
        name: declaration.name.as_ref().map(|name| name.reveal().as_str()).or(printed),
    }
}

fn views<'a>(documents: &'a [Extracted], unknown: &'a FileFacts) -> Vec<DocumentView<'a>> {
    documents
        .iter()
        .map(|document| match &document.outcome {
            Ok(read) => DocumentView {
                statements: &read.parsed.statements,
                problems: &read.parsed.problems,
                facts: &read.facts,
            },
            Err(_) => DocumentView { statements: &[], problems: &[], facts: unknown },
        })
        .collect()
}

/// The files that [`extract`] gives results for, by the same names and in the same order; those that cannot be opened are
/// left out.
#[must_use]
pub fn originals(name: &str, bytes: &[u8], passwords: &[&str], reader: &Reader) -> Vec<(String, Vec<u8>)> {
    if !matches!(kind_of(bytes), Some(Kind::Zip | Kind::Mail)) {
        return vec![(name.to_owned(), bytes.to_vec())];
    }
    let unpacked = guarded("unpacking", || archive::unpack(bytes, passwords, &reader.limits).map_err(read_failure));
    let files = unpacked.unwrap_or_default().into_iter();
    files.filter_map(|file| Some((entry_name(name, &file.name), file.content.ok()?))).collect()
}

/// A finding and the places on one page that it points at.
pub type Shown<'a> = (&'a Finding, Vec<&'a Source>);

/// The failed findings that point at a page of a document, with their places there.
#[must_use]
pub fn shown_on(findings: &[Finding], document: u32, page: u32) -> Vec<Shown<'_>> {
    let failed = findings.iter().filter(|finding| finding.outcome == Outcome::Fail);
    let shown = failed.map(|finding| {
        let of_document = finding.evidence.iter().filter(|evidence| evidence.document == document);
        let places = of_document.filter_map(|evidence| evidence.source.as_ref());
        (finding, places.filter(|source| matches!(source, Source::Page { page: on, .. } if *on == page)).collect())
    });
    shown.filter(|(_, places): &Shown<'_>| !places.is_empty()).collect()
}

/// A page of a file as it looks, as PNG, with boxes around what findings point at; each has the number of its finding, from
/// 1 in the order given. `None` where the page cannot be drawn: a file without pages, one that none of the passwords opens.
#[must_use]
pub fn marked_page(
    bytes: &[u8],
    passwords: &[&str],
    reader: &Reader,
    page: u32,
    shown: &[Shown<'_>],
) -> Option<Vec<u8>> {
    let marks: Vec<Mark> = (1..)
        .zip(shown)
        .flat_map(|(number, (finding, places))| {
            let color = color(finding.severity);
            places.iter().filter_map(move |source| match source {
                Source::Page { area, .. } => Some(Mark { area: *area, number, color }),
                Source::Cell { .. } | Source::Line { .. } => None,
            })
        })
        .collect();
    let drawn = catch_unwind(AssertUnwindSafe(|| {
        let mut pixels = reading::view::page(bytes, passwords, &reader.limits, page)?;
        marks::draw(&mut pixels, &marks);
        let mut png = Vec::new();
        pixels.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).ok()?;
        Some(png)
    }));
    drawn.ok().flatten()
}

/// [`marked_page`] of the file with this digest: the one given, or one in it. `document` is its number among those that the
/// findings are about.
#[must_use]
pub fn drawn(
    bytes: &[u8],
    passwords: &[&str],
    wanted_sha256: &str,
    page: u32,
    findings: &[Finding],
    document: Option<u32>,
    reader: &Reader,
) -> Option<Vec<u8>> {
    let files = originals("", bytes, passwords, reader);
    let (_, bytes) = files.iter().find(|(_, bytes)| sha256(bytes) == wanted_sha256)?;
    let shown = document.map(|document| shown_on(findings, document, page)).unwrap_or_default();
    marked_page(bytes, passwords, reader, page, &shown)
}

/// The worse, the redder.
const fn color(severity: Severity) -> [u8; 3] {
    match severity {
        Severity::Critical => [176, 0, 32],
        Severity::High => [214, 69, 0],
        Severity::Medium => [178, 120, 0],
        Severity::Low | Severity::Info => [20, 90, 170],
    }
}

/// A file's geometry and vocabulary without its data (`xinge layout`), by name as [`extract`] names what it finds.
#[must_use]
pub fn shapes(name: &str, bytes: &[u8], passwords: &[&str], reader: &Reader) -> Vec<(String, Result<String, Failure>)> {
    let shape = |bytes: &[u8]| {
        let document = guarded("reading", || reader.read(bytes, passwords))?;
        guarded("describing", || Ok(parsers::shape(&document)))
    };
    if !matches!(kind_of(bytes), Some(Kind::Zip | Kind::Mail)) {
        return vec![(name.to_owned(), shape(bytes))];
    }
    match guarded("unpacking", || archive::unpack(bytes, passwords, &reader.limits).map_err(read_failure)) {
        Ok(entries) => entries
            .into_iter()
            .map(|entry| {
                let shape = entry.content.map_err(read_failure).and_then(|bytes| shape(&bytes));
                (format!("{name}/{}", entry.name), shape)
            })
            .collect(),
        Err(failure) => vec![(name.to_owned(), Err(failure))],
    }
}

/// What a row's own words say it is; an assessment's ledger knows more (`wire::assessment::ledger_categories`).
#[must_use]
pub fn category(_: RowRef, statement: &Statement, row: &Transaction) -> Option<Category> {
    let holder = statement.holder.name.as_ref().map(|name| name.value.reveal().as_str());
    Some(enrichment::category(row, statement.kind, holder.as_slice()).0)
}

/// Runs a stage on one document; a panic in it is that document's failure and nobody else's.
fn guarded<T>(doing: &str, stage: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    // The stages are pure: whatever a panic leaves half done is dropped with the closure.
    catch_unwind(AssertUnwindSafe(stage)).unwrap_or_else(|_| Err(Failure::Panicked { doing: doing.to_owned() }))
}

/// What the owner of a picture could do better, told before it is read; empty for any other file.
#[must_use]
pub fn poor_picture(bytes: &[u8], limits: &Limits) -> Vec<Problem> {
    catch_unwind(|| reading::image::poor(bytes, limits)).unwrap_or_default()
}

/// Whether the file begins as a picture does; the rest of it is not looked at.
#[must_use]
pub fn begins_as_picture(bytes: &[u8]) -> bool {
    reading::sniff::picture(bytes).is_some()
}

/// What kind of file this is, told from its content; `None` when it is none that can be read.
#[must_use]
pub fn media_type_of(bytes: &[u8]) -> Option<MediaType> {
    kind_of(bytes).and_then(media_type)
}

fn kind_of(bytes: &[u8]) -> Option<Kind> {
    catch_unwind(|| reading::sniff(bytes)).ok()
}

const fn media_type(kind: Kind) -> Option<MediaType> {
    match kind {
        Kind::Pdf => Some(MediaType::Pdf),
        Kind::Delimited => Some(MediaType::Delimited),
        Kind::Xls | Kind::SpreadsheetXml => Some(MediaType::Xls),
        Kind::Xlsx => Some(MediaType::Xlsx),
        Kind::Zip => Some(MediaType::Zip),
        Kind::Html => Some(MediaType::Html),
        Kind::Mail => Some(MediaType::Mail),
        Kind::Ofd => Some(MediaType::Ofd),
        Kind::Ofx => Some(MediaType::Ofx),
        Kind::Qif => Some(MediaType::Qif),
        Kind::Mt940 => Some(MediaType::Mt940),
        Kind::Camt => Some(MediaType::Camt),
        Kind::Json => Some(MediaType::Json),
        Kind::Picture(media_type) => Some(media_type),
        Kind::Empty | Kind::Other(_) => None,
    }
}

/// The digest of a file's bytes as 64 hex digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read_failure(error: ReadError) -> Failure {
    match error {
        ReadError::Empty => Failure::Empty,
        ReadError::Unsupported { found } => Failure::Unsupported { found },
        ReadError::PasswordRequired { media_type } => Failure::PasswordRequired { media_type },
        ReadError::WrongPassword { media_type } => Failure::WrongPassword { media_type },
        ReadError::Corrupt { media_type, detail } => Failure::Corrupt { media_type, detail },
        ReadError::TooLarge { limit } => Failure::TooLarge { limit },
        ReadError::TooManyPages { found, limit } => Failure::TooManyPages { found, limit },
        ReadError::ResourceLimit { what } => Failure::ResourceLimit { what },
        ReadError::UnreadablePicture { fault } => Failure::UnreadablePicture { fault },
        ReadError::NoRecognizer => Failure::NoRecognizer,
        ReadError::Recognizer { source } => Failure::Recognizer { detail: source.to_string() },
    }
}

fn parse_failure(error: ParseError) -> Failure {
    match error {
        ParseError::Empty => Failure::NoText,
        ParseError::NoTextLayer => Failure::NoTextLayer,
        ParseError::NotAStatement => Failure::NotAStatement,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_statement_keeps_its_name_digest_and_kind() {
        let answers = extract("notes.csv", b"one,two\n1,2\n", &[], &Reader::default());
        let [only] = answers.as_slice() else { panic!("one answer a file") };
        assert_eq!(only.name, "notes.csv");
        assert_eq!(only.sha256, Some(sha256(b"one,two\n1,2\n")));
        assert_eq!(only.media_type, Some(MediaType::Delimited));
        assert_eq!(only.outcome, Err(Failure::NotAStatement));
    }

    #[test]
    fn a_digest_is_the_one_everybody_computes() {
        // FIPS 180-2, the empty message.
        assert_eq!(sha256(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn a_panic_in_a_stage_is_that_documents_failure() {
        let outcome: Result<(), Failure> = guarded("parsing", || panic!("a defect"));
        assert_eq!(outcome, Err(Failure::Panicked { doing: "parsing".to_owned() }));
    }

    #[test]
    fn an_empty_file_is_answered() {
        let answers = extract("empty.csv", b"", &[], &Reader::default());
        assert_eq!(answers.iter().map(|answer| &answer.outcome).collect::<Vec<_>>(), [&Err(Failure::Empty)]);
    }

    #[test]
    fn what_was_extracted_can_be_stored() {
        for answer in extract("notes.csv", b"one,two\n1,2\n", &[], &Reader::default()) {
            let stored = serde_json::to_string(&answer).unwrap();
            assert_eq!(serde_json::from_str::<Extracted>(&stored).unwrap(), answer);
        }
    }
}
