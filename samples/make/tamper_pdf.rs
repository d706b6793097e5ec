//! PDFs that somebody worked on after the issuer made them: edited, painted over, saved by another program; and those
//! that were only kept, printed, turned or noted on, which are no forgeries.
//!
//! Works on files drawn by [`crate::pdf`], whose content is one run of text a line. A run is named by its text, and a
//! figure of a row by its text and that of another figure of the row.

use std::fmt::Write as _;

use lopdf::{Dictionary, Document, EncryptionState, EncryptionVersion, Object, ObjectId, Permissions, Stream};

use crate::MakeError;

/// One run of text in a page's content.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// From 0.
    page: usize,
    /// Line of the content, from 0.
    line: usize,
    font: String,
    size: f32,
    x: f32,
    /// From the page's lower edge.
    y: f32,
    text: String,
}

impl Run {
    /// From 1.
    #[must_use]
    pub const fn page_number(&self) -> usize {
        self.page + 1
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A file taken apart as far as changing it needs.
pub struct Paper {
    bytes: Vec<u8>,
    file: Document,
    pages: Vec<ObjectId>,
    /// Content of each page by lines.
    contents: Vec<(ObjectId, Vec<String>)>,
}

impl Paper {
    /// # Errors
    /// [`MakeError::Pdf`] for what is no PDF of this kit.
    pub fn open(bytes: &[u8]) -> Result<Self, MakeError> {
        let file = Document::load_mem(bytes).map_err(MakeError::Pdf)?;
        let pages: Vec<ObjectId> = file.get_pages().into_values().collect();
        let mut contents = Vec::new();
        for page in &pages {
            let dictionary = file.get_dictionary(*page).map_err(MakeError::Pdf)?;
            let id = dictionary.get(b"Contents").and_then(Object::as_reference).map_err(MakeError::Pdf)?;
            let content = file.get_page_content(*page);
            let content = String::from_utf8_lossy(&content).lines().map(str::to_owned).collect();
            contents.push((id, content));
        }
        Ok(Self { bytes: bytes.to_vec(), file, pages, contents })
    }

    /// The run with this text that stands beside another one, on the same baseline.
    ///
    /// # Errors
    /// [`MakeError::NoRun`].
    pub fn beside(&self, text: &str, other: &str) -> Result<Run, MakeError> {
        let level = |run: &&Run| self.runs().any(|one| one.text == other && one.page == run.page && one.y == run.y);
        let found = self.runs().filter(|run| run.text == text).find(|run| level(&run));
        found.ok_or_else(|| MakeError::NoRun { text: text.to_owned() })
    }

    /// The first run that holds this text.
    ///
    /// # Errors
    /// [`MakeError::NoRun`].
    pub fn holding(&self, text: &str) -> Result<Run, MakeError> {
        self.runs().find(|run| run.text.contains(text)).ok_or_else(|| MakeError::NoRun { text: text.to_owned() })
    }

    fn runs(&self) -> impl Iterator<Item = Run> + '_ {
        self.contents.iter().enumerate().flat_map(|(page, (_, lines))| {
            lines.iter().enumerate().filter_map(move |(line, content)| run(page, line, content))
        })
    }

    /// The run with part of its text changed, nothing else: what a careful editor writes.
    pub fn retype(&mut self, run: &Run, from: &str, to: &str) {
        let text = run.text.replace(from, to);
        self.replace(run, &drawn(&run.font, run.size, run.x, run.y, &hexadecimal(&text)));
    }

    /// The run in the standard font: what an editor writes that lacks the issuer's.
    pub fn retype_in_helvetica(&mut self, run: &Run, to: &str) -> Result<(), MakeError> {
        let font = self.helvetica()?;
        let codes = to.bytes().fold(String::new(), |mut codes, byte| {
            let _ = write!(codes, "{byte:02x}");
            codes
        });
        self.replace(run, &drawn(&font, run.size, run.x, run.y, &codes));
        Ok(())
    }

    /// The run a little lower: placed by eye.
    pub fn shift(&mut self, run: &Run, by: f32) {
        self.replace(run, &drawn(&run.font, run.size, run.x, run.y - by, &hexadecimal(&run.text)));
    }

    /// The run squeezed to so many percent of its width, flush on the right as before.
    pub fn squeeze(&mut self, run: &Run, percent: f32) {
        let width = run.size * 0.5 * run.text.len() as f32;
        let x = run.x + width * (1.0 - percent / 100.0);
        let squeezed = drawn(&run.font, run.size, x, run.y, &hexadecimal(&run.text));
        self.replace(run, &format!("q {} Q", squeezed.replacen("BT", &format!("BT {percent} Tz"), 1)));
    }

    /// The run taken out of its place and drawn at the page's end, at the same place of the page.
    pub fn redraw_last(&mut self, run: &Run) {
        let again = drawn(&run.font, run.size, run.x, run.y, &hexadecimal(&run.text));
        self.replace(run, "");
        self.append_content(run.page, &[again]);
    }

    /// A white box over the run and another text on it.
    pub fn paint_over(&mut self, run: &Run, to: &str) {
        let width = run.size * 0.5 * run.text.len().max(to.len()) as f32;
        let (x, y, height) = (run.x - 1.0, run.y - 0.25 * run.size, 1.2 * run.size);
        let cover = format!("q 1 1 1 rg {x} {y} {} {height} re f Q", width + 2.0);
        self.append_content(run.page, &[cover, drawn(&run.font, run.size, run.x, run.y, &hexadecimal(to))]);
    }

    /// The same with a picture of white paper for the box.
    ///
    /// # Errors
    /// [`MakeError::Pdf`].
    pub fn paste_over(&mut self, run: &Run, to: &str) -> Result<(), MakeError> {
        let mut picture = Dictionary::new();
        for (key, value) in [
            ("Type", Object::Name(b"XObject".to_vec())),
            ("Subtype", Object::Name(b"Image".to_vec())),
            ("Width", 1.into()),
            ("Height", 1.into()),
            ("ColorSpace", Object::Name(b"DeviceGray".to_vec())),
            ("BitsPerComponent", 8.into()),
        ] {
            picture.set(key, value);
        }
        let picture = self.file.add_object(Stream::new(picture, vec![0xff]));
        self.add_resource(b"XObject", "Im9", Object::Reference(picture))?;
        let width = run.size * 0.5 * run.text.len().max(to.len()) as f32 + 2.0;
        let (x, y, height) = (run.x - 1.0, run.y - 0.25 * run.size, 1.2 * run.size);
        let cover = format!("q {width} 0 0 {height} {x} {y} cm /Im9 Do Q");
        self.append_content(run.page, &[cover, drawn(&run.font, run.size, run.x, run.y, &hexadecimal(to))]);
        Ok(())
    }

    /// Each page as a scanner with text recognition leaves it: the picture of it, and its text on top without a mark. The
    /// pictures are JPEGs in the order of the pages, each with its width and height in pixels.
    ///
    /// # Errors
    /// [`MakeError::Pdf`].
    pub fn under_pictures(&mut self, pictures: &[(Vec<u8>, u32, u32)]) -> Result<(), MakeError> {
        for (page, (jpeg, width, height)) in pictures.iter().enumerate() {
            let mut picture = Dictionary::new();
            for (key, value) in [
                ("Type", Object::Name(b"XObject".to_vec())),
                ("Subtype", Object::Name(b"Image".to_vec())),
                ("Width", i64::from(*width).into()),
                ("Height", i64::from(*height).into()),
                ("ColorSpace", Object::Name(b"DeviceRGB".to_vec())),
                ("BitsPerComponent", 8.into()),
                ("Filter", Object::Name(b"DCTDecode".to_vec())),
            ] {
                picture.set(key, value);
            }
            let picture = self.file.add_object(Stream::new(picture, jpeg.clone()).with_compression(false));
            let name = format!("Scan{page}");
            self.add_resource(b"XObject", &name, Object::Reference(picture))?;
            // The samples are printed on A4, upright or across.
            let (across, down) = if width > height { (842, 595) } else { (595, 842) };
            if let Some((_, lines)) = self.contents.get_mut(page) {
                lines.splice(0..0, [format!("q {across} 0 0 {down} 0 0 cm /{name} Do Q"), "3 Tr".to_owned()]);
            }
        }
        Ok(())
    }

    /// A matrix code in the lower left margin of the first page, as issuers print one with their numbers.
    ///
    /// # Errors
    /// [`MakeError::TooLarge`] for more than a code holds, [`MakeError::Pdf`].
    pub fn add_code(&mut self, payload: &str) -> Result<(), MakeError> {
        let too_large = || MakeError::TooLarge { what: "a matrix code" };
        let code = qrcode::QrCode::new(payload.as_bytes()).map_err(|_| too_large())?;
        let side = i64::try_from(code.width()).map_err(|_| too_large())?;
        let pixels = code.to_colors().into_iter().map(|module| module.select(0_u8, 255)).collect();
        let mut picture = Dictionary::new();
        for (key, value) in [
            ("Type", Object::Name(b"XObject".to_vec())),
            ("Subtype", Object::Name(b"Image".to_vec())),
            ("Width", side.into()),
            ("Height", side.into()),
            ("ColorSpace", Object::Name(b"DeviceGray".to_vec())),
            ("BitsPerComponent", 8.into()),
        ] {
            picture.set(key, value);
        }
        let picture = self.file.add_object(Stream::new(picture, pixels));
        self.add_resource(b"XObject", "Im8", Object::Reference(picture))?;
        self.append_content(0, &["q 24 0 0 24 3 3 cm /Im8 Do Q".to_owned()]);
        Ok(())
    }

    /// A text box of an editor's notes over the run, white or without a ground.
    ///
    /// # Errors
    /// [`MakeError::Pdf`].
    pub fn note_over(&mut self, run: &Run, to: &str, white: bool) -> Result<(), MakeError> {
        let width = run.size * 0.5 * run.text.len().max(to.len()) as f32;
        let (x, y) = (run.x - 1.0, run.y - 0.25 * run.size);
        let mut note = Dictionary::new();
        for (key, value) in [
            ("Type", Object::Name(b"Annot".to_vec())),
            ("Subtype", Object::Name(b"FreeText".to_vec())),
            ("Rect", [x, y, x + width + 2.0, y + 1.2 * run.size].map(Object::Real).to_vec().into()),
            ("Contents", lopdf::text_string(to)),
            ("DA", Object::string_literal("0 g /Helv 9 Tf")),
        ] {
            note.set(key, value);
        }
        if white {
            note.set("C", [1.0, 1.0, 1.0].map(Object::Real).to_vec());
        }
        let note = self.file.add_object(note);
        let page = self.pages.get(run.page).copied().unwrap_or_default();
        let page = self.file.get_object_mut(page).and_then(Object::as_dict_mut).map_err(MakeError::Pdf)?;
        page.set("Annots", vec![Object::Reference(note)]);
        Ok(())
    }

    /// Another text written right over the run.
    pub fn write_over(&mut self, run: &Run, to: &str) {
        self.append_content(run.page, &[drawn(&run.font, run.size, run.x, run.y, &hexadecimal(to))]);
    }

    /// Every run on the baseline of this one, made invisible: white, or drawn without a mark.
    pub fn hide_line(&mut self, run: &Run, white: bool) {
        let level: Vec<Run> = self.runs().filter(|one| one.page == run.page && one.y == run.y).collect();
        for one in level {
            let drawn = drawn(&one.font, one.size, one.x, one.y, &hexadecimal(&one.text));
            let hidden = if white { format!("1 g {drawn} 0 g") } else { format!("3 Tr {drawn} 0 Tr") };
            self.replace(&one, &hidden);
        }
    }

    /// Hidden words in the lower margin, as some issuers leave to trace a copy.
    pub fn trace_mark(&mut self, text: &str) {
        let mark = format!("3 Tr {} 0 Tr", drawn("F0", 6.0, 40.0, 12.0, &hexadecimal(text)));
        self.append_content(0, &[mark]);
    }

    /// Large pale words across every page, drawn before the text or after it.
    pub fn watermark(&mut self, text: &str, on_top: bool) {
        let codes = hexadecimal(text);
        let mark = format!("q 0.9 g BT /F0 40 Tf 0.7 0.7 -0.7 0.7 120 250 Tm <{codes}> Tj ET Q");
        for (_, lines) in &mut self.contents {
            let at = if on_top { lines.len() } else { 0 };
            lines.insert(at, mark.clone());
        }
    }

    /// Every amount drawn twice, a hair apart: bold.
    pub fn embolden(&mut self) {
        for (_, lines) in &mut self.contents {
            *lines = lines
                .iter()
                .flat_map(|line| match run(0, 0, line) {
                    Some(run) => {
                        let again = drawn(&run.font, run.size, run.x + 0.2, run.y, &hexadecimal(&run.text));
                        vec![line.clone(), again]
                    }
                    None => vec![line.clone()],
                })
                .collect();
        }
    }

    /// Grey stripes under every other line of the table, as spreadsheets print them.
    pub fn stripe(&mut self) {
        for (_, lines) in &mut self.contents {
            let stripes: Vec<String> =
                (0..40).step_by(2).map(|row| format!("q 0.95 g 30 {} 535 14 re f Q", 100 + 15 * row)).collect();
            lines.splice(0..0, stripes);
        }
    }

    /// Quarter turns clockwise of every page.
    ///
    /// # Errors
    /// [`MakeError::Pdf`].
    pub fn turn(&mut self, quarters: i64) -> Result<(), MakeError> {
        self.each_page(|page| page.set("Rotate", 90 * quarters))
    }

    /// The outer margin cut off.
    ///
    /// # Errors
    /// [`MakeError::Pdf`].
    pub fn trim(&mut self) -> Result<(), MakeError> {
        self.each_page(|page| page.set("CropBox", vec![15.into(), 15.into(), 580.into(), 827.into()]))
    }

    fn each_page(&mut self, change: impl Fn(&mut Dictionary)) -> Result<(), MakeError> {
        for page in &self.pages {
            change(self.file.get_object_mut(*page).and_then(Object::as_dict_mut).map_err(MakeError::Pdf)?);
        }
        Ok(())
    }

    /// What the file says about its making.
    ///
    /// # Errors
    /// [`MakeError::Pdf`].
    pub fn say(&mut self, entries: &[(&str, &str)]) -> Result<(), MakeError> {
        let id = self.file.trailer.get(b"Info").and_then(Object::as_reference).map_err(MakeError::Pdf)?;
        let info = self.file.get_object_mut(id).and_then(Object::as_dict_mut).map_err(MakeError::Pdf)?;
        for (key, value) in entries {
            info.set(*key, lopdf::text_string(value));
        }
        Ok(())
    }

    /// Nothing said about its making.
    pub fn strip(&mut self) {
        self.file.trailer.remove(b"Info");
    }

    /// The whole file written anew.
    ///
    /// # Errors
    /// [`MakeError::Pdf`], [`MakeError::PdfBytes`].
    pub fn resave(mut self) -> Result<Vec<u8>, MakeError> {
        self.settle()?;
        let mut bytes = Vec::new();
        self.file.save_to(&mut bytes).map_err(MakeError::PdfBytes)?;
        Ok(bytes)
    }

    /// The same with its objects packed, as programs have done since PDF 1.5.
    ///
    /// # Errors
    /// [`MakeError::Pdf`], [`MakeError::PdfBytes`].
    pub fn resave_packed(mut self) -> Result<Vec<u8>, MakeError> {
        self.settle()?;
        self.file.version = "1.5".to_owned();
        let mut bytes = Vec::new();
        self.file.save_modern(&mut bytes).map_err(MakeError::PdfBytes)?;
        Ok(bytes)
    }

    /// The same under a password.
    ///
    /// # Errors
    /// [`MakeError::Pdf`], [`MakeError::PdfBytes`].
    pub fn resave_locked(mut self, password: &str) -> Result<Vec<u8>, MakeError> {
        self.settle()?;
        let state = EncryptionState::try_from(EncryptionVersion::V2 {
            document: &self.file,
            owner_password: password,
            user_password: password,
            key_length: 128,
            permissions: Permissions::all(),
        })
        .map_err(MakeError::Pdf)?;
        self.file.encrypt(&state).map_err(MakeError::Pdf)?;
        let mut bytes = Vec::new();
        self.file.save_to(&mut bytes).map_err(MakeError::PdfBytes)?;
        Ok(bytes)
    }

    /// The pages of another file behind these.
    ///
    /// # Errors
    /// [`MakeError::Pdf`], [`MakeError::PdfBytes`].
    pub fn merge(mut self, mut other: Self) -> Result<Vec<u8>, MakeError> {
        self.settle()?;
        other.settle()?;
        other.file.renumber_objects_with(self.file.max_id + 1);
        let kids: Vec<ObjectId> = other.file.get_pages().into_values().collect();
        self.file.objects.extend(std::mem::take(&mut other.file.objects));
        self.file.max_id = other.file.max_id;
        let root = self.file.catalog().and_then(|root| root.get(b"Pages")).and_then(Object::as_reference);
        let root = root.map_err(MakeError::Pdf)?;
        for kid in &kids {
            let page = self.file.get_object_mut(*kid).and_then(Object::as_dict_mut).map_err(MakeError::Pdf)?;
            page.set("Parent", Object::Reference(root));
        }
        let count = i64::try_from(self.pages.len() + kids.len()).map_err(|_| MakeError::TooLarge { what: "pages" })?;
        let tree = self.file.get_object_mut(root).and_then(Object::as_dict_mut).map_err(MakeError::Pdf)?;
        tree.set("Count", count);
        if let Ok(Object::Array(list)) = tree.get_mut(b"Kids") {
            list.extend(kids.into_iter().map(Object::Reference));
        }
        let mut bytes = Vec::new();
        self.file.save_to(&mut bytes).map_err(MakeError::PdfBytes)?;
        Ok(bytes)
    }

    /// The changes to the text appended to the file as it was, which is how editors save by default.
    #[must_use]
    pub fn append(self) -> Vec<u8> {
        let changed: Vec<(u32, Vec<u8>)> = self
            .contents
            .iter()
            .zip(&self.pages)
            .filter_map(|((id, lines), page)| {
                let now = lines.join("\n").into_bytes();
                let before = self.file.get_page_content(*page);
                let same = String::from_utf8_lossy(&before).lines().eq(lines.iter().map(String::as_str));
                let mut body = format!("<</Length {}>>\nstream\n", now.len()).into_bytes();
                body.extend_from_slice(&now);
                body.extend_from_slice(b"\nendstream");
                (!same).then_some((id.0, body))
            })
            .collect();
        appended(&self.bytes, &self.file, &changed)
    }

    /// A note appended to the first page: a comment with a box of its own.
    ///
    /// # Errors
    /// [`MakeError::Pdf`].
    pub fn annotate(self, words: &str) -> Result<Vec<u8>, MakeError> {
        let Some(&page) = self.pages.first() else { return Ok(self.bytes) };
        let note = self.file.max_id + 1;
        let entry = |key: &[u8]| {
            let page = self.file.get_dictionary(page).map_err(MakeError::Pdf)?;
            page.get(key).and_then(Object::as_reference).map_err(MakeError::Pdf)
        };
        let (tree, resources, contents) = (entry(b"Parent")?, entry(b"Resources")?, entry(b"Contents")?);
        let page_body = format!(
            "<</Type/Page/Parent {} 0 R/MediaBox[0 0 595 842]/Resources {} 0 R/Contents {} 0 R/Annots[{note} 0 R]>>",
            tree.0, resources.0, contents.0
        );
        let note_body = format!("<</Type/Annot/Subtype/Text/Rect[300 700 320 720]/Contents({words})>>");
        let changed = [(page.0, page_body.into_bytes()), (note, note_body.into_bytes())];
        Ok(appended(&self.bytes, &self.file, &changed))
    }

    fn replace(&mut self, run: &Run, by: &str) {
        if let Some(line) = self.contents.get_mut(run.page).and_then(|(_, lines)| lines.get_mut(run.line)) {
            by.clone_into(line);
        }
    }

    fn append_content(&mut self, page: usize, more: &[String]) {
        if let Some((_, lines)) = self.contents.get_mut(page) {
            lines.extend_from_slice(more);
        }
    }

    fn helvetica(&mut self) -> Result<String, MakeError> {
        let mut font = Dictionary::new();
        for (key, value) in
            [("Type", "Font"), ("Subtype", "Type1"), ("BaseFont", "Helvetica"), ("Encoding", "WinAnsiEncoding")]
        {
            font.set(key, Object::Name(value.as_bytes().to_vec()));
        }
        let font = self.file.add_object(font);
        self.add_resource(b"Font", "F9", Object::Reference(font))?;
        Ok("F9".to_owned())
    }

    /// Pages of this kit share one dictionary of resources.
    fn add_resource(&mut self, kind: &[u8], name: &str, value: Object) -> Result<(), MakeError> {
        let Some(page) = self.pages.first() else { return Ok(()) };
        let own = self.file.get_dictionary(*page).and_then(|page| page.get(b"Resources")).map_err(MakeError::Pdf)?;
        let resources = match own.as_reference() {
            Ok(shared) => self.file.get_object_mut(shared).and_then(Object::as_dict_mut),
            Err(_) => self
                .file
                .get_object_mut(*page)
                .and_then(Object::as_dict_mut)
                .and_then(|page| page.get_mut(b"Resources"))
                .and_then(Object::as_dict_mut),
        };
        let resources = resources.map_err(MakeError::Pdf)?;
        if !resources.has(kind) {
            resources.set(kind, Dictionary::new());
        }
        resources.get_mut(kind).and_then(Object::as_dict_mut).map_err(MakeError::Pdf)?.set(name, value);
        Ok(())
    }

    fn settle(&mut self) -> Result<(), MakeError> {
        for (id, lines) in &self.contents {
            let mut content = Stream::new(Dictionary::new(), lines.join("\n").into_bytes());
            content.compress().map_err(MakeError::Pdf)?;
            self.file.set_object(*id, content);
        }
        Ok(())
    }
}

/// The file with these objects appended, and an index of them.
fn appended(bytes: &[u8], file: &Document, changed: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    if !out.ends_with(b"\n") {
        out.push(b'\n');
    }
    let mut table = String::new();
    for (number, body) in changed {
        let _ = writeln!(table, "{number} 1\n{:010} 00000 n ", out.len());
        out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        out.extend_from_slice(body);
        out.extend_from_slice(b"\nendobj\n");
    }
    let size = changed.iter().map(|(number, _)| number + 1).chain([file.max_id + 1]).max().unwrap_or(1);
    let reference = |key: &[u8]| file.trailer.get(key).and_then(Object::as_reference).map_or(0, |id| id.0);
    let (start, previous) = (out.len(), file.xref_start);
    let info = if file.trailer.has(b"Info") { format!("/Info {} 0 R", reference(b"Info")) } else { String::new() };
    out.extend_from_slice(
        format!(
            "xref\n{table}trailer\n<</Size {size}/Root {} 0 R{info}/Prev {previous}>>\nstartxref\n{start}\n%%EOF\n",
            reference(b"Root")
        )
        .as_bytes(),
    );
    out
}

/// `BT /F0 8.25 Tf 1 0 0 1 36 705 Tm <4e2d> Tj ET`, whose codes are UTF-16.
fn run(page: usize, line: usize, content: &str) -> Option<Run> {
    let words: Vec<&str> = content.split_whitespace().collect();
    let ["BT", font, size, "Tf", "1", "0", "0", "1", x, y, "Tm", codes, "Tj", "ET"] = words.as_slice() else {
        return None;
    };
    let codes = codes.strip_prefix('<')?.strip_suffix('>')?;
    let units: Option<Vec<u16>> =
        (0..codes.len() / 4).map(|at| u16::from_str_radix(codes.get(4 * at..4 * at + 4)?, 16).ok()).collect();
    Some(Run {
        page,
        line,
        font: font.strip_prefix('/')?.to_owned(),
        size: size.parse().ok()?,
        x: x.parse().ok()?,
        y: y.parse().ok()?,
        text: String::from_utf16(&units?).ok()?,
    })
}

fn drawn(font: &str, size: f32, x: f32, y: f32, codes: &str) -> String {
    format!("BT /{font} {size} Tf 1 0 0 1 {x} {y} Tm <{codes}> Tj ET")
}

fn hexadecimal(text: &str) -> String {
    text.encode_utf16().fold(String::new(), |mut codes, unit| {
        let _ = write!(codes, "{unit:04x}");
        codes
    })
}
