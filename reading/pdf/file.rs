//! The file as objects: opening it, with a password where it needs one; its pages; the bytes of its streams.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use lopdf::xref::XrefRecovery;
use lopdf::{Dictionary, LoadOptions, Object, ObjectId, Stream};
use model::Text;
use model::document::{FileFacts, MediaType};

use crate::{Limits, ReadError};

/// References that lead to references. The standard forbids more than one; damaged files have two or three.
const REFERENCES_MAX: usize = 16;

/// Nodes of the page tree that are walked for one page: writers make trees of 4 to 32 children a node.
const NODES_PER_PAGE: usize = 16;

/// Characters kept of an entry of the information dictionary.
const FACT_CHARS_MAX: usize = 200;

/// Filters of one stream. Real ones have one or two.
const FILTERS_MAX: usize = 4;

pub struct File {
    document: lopdf::Document,
    pub encrypted: bool,
    /// Its index was damaged or missing and has been made anew from the objects found.
    pub rebuilt: bool,
}

/// A page and what it inherits from the nodes above it.
pub struct PageNode<'a> {
    pub dictionary: &'a Dictionary,
    pub resources: Option<&'a Dictionary>,
    pub media_box: Option<[f32; 4]>,
    pub crop_box: Option<[f32; 4]>,
    /// Quarter turns clockwise, 0 to 3.
    pub turns: u8,
}

/// Why a stream could not be unpacked, or not to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unpack {
    TooLarge,
    Unreadable,
}

fn corrupt(detail: impl Into<String>) -> ReadError {
    ReadError::Corrupt { media_type: MediaType::Pdf, detail: detail.into() }
}

impl File {
    /// Opens a file; passwords are tried in order, after the empty one.
    ///
    /// # Errors
    /// [`ReadError::PasswordRequired`], [`ReadError::WrongPassword`], [`ReadError::Corrupt`],
    /// [`ReadError::ResourceLimit`].
    pub fn open(bytes: &[u8], passwords: &[&str], limits: &Limits) -> Result<Self, ReadError> {
        let document = load(bytes, None, limits)?;
        if !document.trailer.has(b"Encrypt") {
            return Ok(Self::new(document));
        }
        // Still there: the empty password did not open it, and its objects have not been read.
        let Some(password) = passwords.iter().find(|password| document.authenticate_password(password).is_ok()) else {
            return Err(if passwords.is_empty() {
                ReadError::PasswordRequired { media_type: MediaType::Pdf }
            } else {
                ReadError::WrongPassword { media_type: MediaType::Pdf }
            });
        };
        load(bytes, Some(password), limits).map(Self::new)
    }

    fn new(document: lopdf::Document) -> Self {
        let encrypted = document.was_encrypted();
        let rebuilt = document.xref_recovery == Some(XrefRecovery::Reconstructed);
        Self { document, encrypted, rebuilt }
    }

    /// Follows references to the object meant; `Null` where there is none.
    pub fn resolve<'a>(&'a self, object: &'a Object) -> &'a Object {
        let mut object = object;
        for _ in 0..REFERENCES_MAX {
            let Object::Reference(id) = object else { return object };
            object = self.document.objects.get(id).unwrap_or(&Object::Null);
        }
        &Object::Null
    }

    pub fn get<'a>(&'a self, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
        match dictionary.get(key).map(|object| self.resolve(object)) {
            Ok(Object::Null) | Err(_) => None,
            Ok(object) => Some(object),
        }
    }

    pub fn name<'a>(&'a self, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a [u8]> {
        self.get(dictionary, key).and_then(|object| object.as_name().ok())
    }

    pub fn dictionary<'a>(&'a self, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
        self.get(dictionary, key).and_then(|object| object.as_dict().ok())
    }

    /// `[x0, y0, x1, y1]` with the smaller corner first.
    fn rectangle(&self, dictionary: &Dictionary, key: &[u8]) -> Option<[f32; 4]> {
        let numbers = self.numbers::<4>(dictionary, key)?;
        let [a, b, c, d] = numbers;
        Some([a.min(c), b.min(d), a.max(c), b.max(d)])
    }

    pub fn numbers<const N: usize>(&self, dictionary: &Dictionary, key: &[u8]) -> Option<[f32; N]> {
        let list = self.get(dictionary, key)?.as_array().ok()?;
        let mut numbers = [0.0; N];
        for (slot, object) in numbers.iter_mut().zip(list) {
            *slot = self.resolve(object).as_float().ok().filter(|value| value.is_finite())?;
        }
        (list.len() >= N).then_some(numbers)
    }

    /// The pages in reading order.
    ///
    /// # Errors
    /// [`ReadError::TooManyPages`]; [`ReadError::Corrupt`] when there is no page tree.
    pub fn pages(&self, limits: &Limits) -> Result<Vec<PageNode<'_>>, ReadError> {
        let trailer = &self.document.trailer;
        let Some(catalog) = self.dictionary(trailer, b"Root") else {
            return Err(corrupt("no catalog"));
        };
        let Some(root) = self.dictionary(catalog, b"Pages") else {
            return Err(corrupt("no page tree"));
        };
        let pages_max = limits.pages as usize;
        let nodes_max = pages_max.saturating_mul(NODES_PER_PAGE);
        let mut pages = Vec::new();
        let mut nodes: HashSet<ObjectId> = HashSet::new();
        let top = PageNode { dictionary: root, resources: None, media_box: None, crop_box: None, turns: 0 };
        let mut waiting = vec![self.inherit(&top, root)];
        let mut walked = 0_usize;
        while let Some(node) = waiting.pop() {
            walked += 1;
            if walked > nodes_max {
                return Err(ReadError::ResourceLimit { what: "nodes in the page tree".to_owned() });
            }
            let Some(Object::Array(kids)) = self.get(node.dictionary, b"Kids") else {
                if pages.len() >= pages_max {
                    let counted = self.get(root, b"Count").and_then(|count| count.as_i64().ok());
                    let found = counted.and_then(|count| u32::try_from(count).ok()).unwrap_or(0);
                    let found = found.max(limits.pages.saturating_add(1));
                    return Err(ReadError::TooManyPages { found, limit: limits.pages });
                }
                pages.push(node);
                continue;
            };
            // Last first, so that the first is taken next.
            for kid in kids.iter().take(nodes_max).rev() {
                if let Object::Dictionary(dictionary) = self.resolve(kid) {
                    // A node with children of its own is met once; a page may be shown twice.
                    let again = dictionary.has(b"Kids") && kid.as_reference().is_ok_and(|id| !nodes.insert(id));
                    if !again {
                        waiting.push(self.inherit(&node, dictionary));
                    }
                }
            }
        }
        Ok(pages)
    }

    /// How many pages the tree says it has.
    pub fn page_count_printed(&self) -> Option<u32> {
        let catalog = self.dictionary(&self.document.trailer, b"Root")?;
        let root = self.dictionary(catalog, b"Pages")?;
        self.get(root, b"Count")?.as_i64().ok().and_then(|count| u32::try_from(count).ok())
    }

    fn inherit<'a>(&'a self, above: &PageNode<'a>, dictionary: &'a Dictionary) -> PageNode<'a> {
        let turned = self.get(dictionary, b"Rotate").and_then(|angle| angle.as_float().ok());
        PageNode {
            dictionary,
            resources: self.dictionary(dictionary, b"Resources").or(above.resources),
            media_box: self.rectangle(dictionary, b"MediaBox").or(above.media_box),
            crop_box: self.rectangle(dictionary, b"CropBox").or(above.crop_box),
            turns: turned.map_or(above.turns, |angle| ((angle / 90.0).round() as i64).rem_euclid(4) as u8),
        }
    }

    /// Appends a stream's decoded bytes to `out`, which may hold `limit` bytes in all.
    ///
    /// A stream that breaks off gives what came before and `Ok(false)`.
    ///
    /// # Errors
    /// [`Unpack`]; `out` may then hold part of it.
    pub fn unpack(&self, stream: &Stream, out: &mut Vec<u8>, limit: u64) -> Result<bool, Unpack> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let filters: Vec<&[u8]> = match self.get(&stream.dict, b"Filter") {
            None => Vec::new(),
            Some(Object::Name(name)) => vec![name.as_slice()],
            Some(Object::Array(names)) => {
                names.iter().filter_map(|name| self.resolve(name).as_name().ok()).take(FILTERS_MAX + 1).collect()
            }
            Some(_) => return Err(Unpack::Unreadable),
        };
        let plain_flate = matches!(filters.as_slice(), [b"FlateDecode" | b"Fl"])
            && self.get(&stream.dict, b"DecodeParms").is_none_or(|parameters| match self.first(parameters) {
                Object::Dictionary(parameters) => {
                    self.get(parameters, b"Predictor").is_none_or(|predictor| matches!(predictor, Object::Integer(1)))
                }
                _ => true,
            });
        if filters.is_empty() {
            if out.len().saturating_add(stream.content.len()) > limit {
                return Err(Unpack::TooLarge);
            }
            out.extend_from_slice(&stream.content);
            return Ok(true);
        }
        if plain_flate {
            return inflate(&stream.content, out, limit);
        }
        if filters.len() > FILTERS_MAX {
            return Err(Unpack::Unreadable);
        }
        let room = limit.saturating_sub(out.len());
        match catch_unwind(AssertUnwindSafe(|| stream.decompressed_content_with_limit(room))) {
            Ok(Ok(bytes)) => {
                out.extend_from_slice(&bytes);
                Ok(true)
            }
            Ok(Err(lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. }))) => {
                Err(Unpack::TooLarge)
            }
            Ok(Err(_)) | Err(_) => Err(Unpack::Unreadable),
        }
    }

    fn first<'a>(&'a self, object: &'a Object) -> &'a Object {
        match object {
            Object::Array(list) => list.first().map_or(&Object::Null, |first| self.resolve(first)),
            other => other,
        }
    }

    /// What the information dictionary says.
    pub fn facts(&self) -> FileFacts {
        let information = self.dictionary(&self.document.trailer, b"Info");
        let fact = |key: &[u8]| -> Option<Text> {
            let object = self.get(information?, key)?;
            let text = lopdf::decode_text_string(object).ok()?;
            let text: Text = text.trim().chars().take(FACT_CHARS_MAX).collect();
            (!text.is_empty()).then_some(text)
        };
        FileFacts {
            producer: fact(b"Producer"),
            creator: fact(b"Creator"),
            created: fact(b"CreationDate"),
            modified: fact(b"ModDate"),
            encrypted: self.encrypted,
            ..FileFacts::default()
        }
    }
}

fn inflate(packed: &[u8], out: &mut Vec<u8>, limit: usize) -> Result<bool, Unpack> {
    use flate2::{Decompress, FlushDecompress, Status};
    let mut state = Decompress::new(true);
    let mut rest = packed;
    loop {
        if out.len() >= limit {
            return Err(Unpack::TooLarge);
        }
        // Text packs to a sixth or less; the rest comes by doubling.
        let more = rest.len().saturating_mul(6).clamp(4_096, 1 << 20).max(out.len()).min(limit - out.len());
        out.reserve(more);
        let (read, written) = (state.total_in(), state.total_out());
        let status = state.decompress_vec(rest, out, FlushDecompress::None);
        let read = (state.total_in() - read) as usize;
        rest = rest.get(read..).unwrap_or(&[]);
        match status {
            Ok(Status::StreamEnd) => return Ok(true),
            // Cut off, or damaged from here on: what came before is text all the same.
            Err(_) => return Ok(false),
            Ok(_) if read == 0 && state.total_out() == written => return Ok(false),
            Ok(_) => {}
        }
    }
}

/// Dropped while loading: the structure tree of a tagged file has a dictionary for every cell, which came to
/// 500 MB for 200 pages, and says nothing about where text stands.
fn without_structure(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    if let Object::Dictionary(dictionary) = object {
        let element = dictionary.get(b"S").is_ok_and(|kind| kind.as_name().is_ok())
            && dictionary.get(b"P").is_ok_and(|parent| parent.as_reference().is_ok())
            && !dictionary.has(b"Subtype");
        if element || dictionary.has_type(b"StructElem") {
            return None;
        }
    }
    // The library keeps `object` itself when it is not from an object stream, where no streams lie.
    Some((id, if matches!(object, Object::Stream(_)) { Object::Null } else { object.clone() }))
}

fn load(bytes: &[u8], password: Option<&str>, limits: &Limits) -> Result<lopdf::Document, ReadError> {
    let options = LoadOptions {
        password: password.map(ToOwned::to_owned),
        filter: Some(without_structure),
        max_decompressed_size: usize::try_from(limits.stream_bytes).ok(),
        ..LoadOptions::default()
    };
    // The library is careful, but it has had panics on damaged files; a file must not end the program.
    let loaded = catch_unwind(AssertUnwindSafe(|| lopdf::Document::load_mem_with_options(bytes, options)));
    let detail = match loaded {
        Ok(Ok(document)) => return Ok(document),
        Ok(Err(lopdf::Error::InvalidPassword)) => return Err(ReadError::WrongPassword { media_type: MediaType::Pdf }),
        Ok(Err(lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. }))) => {
            return Err(ReadError::ResourceLimit { what: "unpacked size of an object stream".to_owned() });
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => "its objects make no sense".to_owned(),
    };
    Err(corrupt(detail))
}
