//! The file as objects: opening it, with a password where it needs one; its pages; the bytes of its streams.
//!
//! Objects are read when they are asked for: a tagged file has a dictionary for every cell, and reading them all
//! took 500 MB for 200 pages. A file whose index is not in order goes through `lopdf`, which repairs it and does
//! read everything. Decryption is `lopdf`'s either way.

use std::cell::RefCell;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use flate2::Decompress;
use lopdf::{Dictionary, EncryptionState, LoadOptions, Object, ObjectId, Stream};
use model::Text;
use model::document::{FileFacts, MediaType};

use super::index;
use super::lazy::Lazy;
use super::unpack::{Unpack, ascii85, inflate};
use crate::{Limits, ReadError};

/// References that lead to references. The standard forbids more than one; damaged files have two or three.
const REFERENCES_MAX: usize = 16;

/// Nodes of the page tree that are walked for one page: writers make trees of 4 to 32 children a node.
const NODES_PER_PAGE: usize = 16;

/// Characters kept of an entry of the information dictionary.
const FACT_CHARS_MAX: usize = 200;

/// Filters of one stream. Real ones have one or two.
const FILTERS_MAX: usize = 4;

/// A damaged file larger than this is not repaired: `lopdf` then holds every object, some 20 bytes for each of the
/// file's.
const REPAIR_BYTES_MAX: usize = 32 << 20;

pub struct File<'d> {
    store: Store<'d>,
    trailer: Dictionary,
    /// Used again for each stream: making one clears 40 kB.
    inflater: RefCell<Decompress>,
    pub encrypted: bool,
    /// Its index was damaged or missing and has been made anew from the objects found.
    pub rebuilt: bool,
}

enum Store<'d> {
    Lazy(Box<Lazy<'d>>),
    Repaired(Box<lopdf::Document>),
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

fn corrupt(detail: impl Into<String>) -> ReadError {
    ReadError::Corrupt { media_type: MediaType::Pdf, detail: detail.into() }
}

impl<'d> File<'d> {
    /// Opens a file; passwords are tried in order, after the empty one.
    ///
    /// # Errors
    /// [`ReadError::PasswordRequired`], [`ReadError::WrongPassword`], [`ReadError::Corrupt`],
    /// [`ReadError::ResourceLimit`].
    pub fn open(data: &'d [u8], passwords: &[&str], limits: &Limits) -> Result<Self, ReadError> {
        let data = from_header(data);
        if let Some(file) = Self::open_in_order(data, passwords, limits)? {
            return Ok(file);
        }
        if data.len() > REPAIR_BYTES_MAX {
            return Err(corrupt("its index is damaged and it is too large to be repaired"));
        }
        let document = repair(data, None, limits)?;
        if !document.trailer.has(b"Encrypt") {
            return Ok(Self::repaired(document));
        }
        // Still there: the empty password did not open it, and its objects have not been read.
        let fits = |password: &&&str| {
            catch_unwind(AssertUnwindSafe(|| document.authenticate_password(password))).is_ok_and(|found| found.is_ok())
        };
        match passwords.iter().find(fits) {
            Some(password) => repair(data, Some(password), limits).map(Self::repaired),
            None => Err(locked(passwords)),
        }
    }

    fn repaired(document: lopdf::Document) -> Self {
        let encrypted = document.was_encrypted();
        let trailer = document.trailer.clone();
        Self { store: Store::Repaired(Box::new(document)), trailer, inflater: inflater(), encrypted, rebuilt: true }
    }

    /// As [`Self::open`] for a file that is whole; `None` when anything about the index or the way to the pages is out of order.
    pub fn open_in_order(data: &'d [u8], passwords: &[&str], limits: &Limits) -> Result<Option<Self>, ReadError> {
        let unpack = |stream: &Stream| {
            let size = usize::try_from(limits.stream_bytes).unwrap_or(usize::MAX);
            catch_unwind(AssertUnwindSafe(|| stream.decompressed_content_with_limit(size))).ok()?.ok()
        };
        let Some(index) = index::read(data, unpack) else { return Ok(None) };
        let lazy = Lazy::new(data, index.entries, limits.unpacked_bytes);
        let mut file = Self {
            store: Store::Lazy(Box::new(lazy)),
            trailer: index.trailer,
            inflater: inflater(),
            encrypted: false,
            rebuilt: false,
        };
        if file.trailer.has(b"Encrypt") {
            let Some(state) = file.decryption(passwords)? else { return Ok(None) };
            file.encrypted = true;
            if let Store::Lazy(lazy) = &mut file.store {
                lazy.decrypt_with(state);
            }
        }
        let leads_to_pages = file
            .dictionary(&file.trailer, b"Root")
            .and_then(|catalog| file.dictionary(catalog, b"Pages"))
            .is_some_and(|root| matches!(file.get(root, b"Kids"), Some(Object::Array(_))));
        Ok(leads_to_pages.then_some(file))
    }

    /// The keys of an encrypted file; `None` when what it says about its encryption makes no sense.
    fn decryption(&self, passwords: &[&str]) -> Result<Option<EncryptionState>, ReadError> {
        let Some(dictionary) = self.dictionary(&self.trailer, b"Encrypt") else { return Ok(None) };
        // A document of the encryption dictionary alone is all that checking a password takes.
        let id = match self.trailer.get(b"Encrypt") {
            Ok(Object::Reference(id)) => *id,
            _ => (1, 0),
        };
        let mut document = lopdf::Document::new();
        document.objects.insert(id, Object::Dictionary(dictionary.clone()));
        document.trailer.set("Encrypt", Object::Reference(id));
        if let Some(identifier) = self.get(&self.trailer, b"ID") {
            document.trailer.set("ID", identifier.clone());
        }
        let opened = [""].iter().chain(passwords).find_map(|password| {
            let mut document = document.clone();
            catch_unwind(AssertUnwindSafe(|| {
                // Checks the password too; checking it before would hash it again, some milliseconds each time.
                document.decrypt(password).ok()?;
                document.encryption_state.take()
            }))
            .ok()?
        });
        opened.map(Some).ok_or_else(|| locked(passwords))
    }

    /// Follows references to the object meant; `Null` where there is none.
    pub fn resolve<'a>(&'a self, object: &'a Object) -> &'a Object {
        let mut object = object;
        for _ in 0..REFERENCES_MAX {
            let Object::Reference(id) = object else { return object };
            let found = match &self.store {
                Store::Lazy(lazy) => lazy.get(id.0),
                Store::Repaired(document) => document.objects.get(id),
            };
            object = found.unwrap_or(&Object::Null);
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
        let Some(catalog) = self.dictionary(&self.trailer, b"Root") else {
            return Err(corrupt("no catalog"));
        };
        let Some(root) = self.dictionary(catalog, b"Pages") else {
            return Err(corrupt("no page tree"));
        };
        let pages_max = limits.pages as usize;
        let nodes_max = pages_max.saturating_add(1).saturating_mul(NODES_PER_PAGE);
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
        let catalog = self.dictionary(&self.trailer, b"Root")?;
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
        if filters.is_empty() {
            if out.len().saturating_add(stream.content.len()) > limit {
                return Err(Unpack::TooLarge);
            }
            out.extend_from_slice(&stream.content);
            return Ok(true);
        }
        // What nearly all content is packed with goes straight into `out`; the library takes the rest.
        let predicted = self.get(&stream.dict, b"DecodeParms").is_some_and(|parameters| {
            let mut each = match parameters {
                Object::Array(list) => list.as_slice(),
                one => std::slice::from_ref(one),
            }
            .iter();
            each.any(
                |one| matches!(self.resolve(one), Object::Dictionary(one) if self.get(one, b"Predictor").is_some()),
            )
        });
        match filters.as_slice() {
            [b"FlateDecode" | b"Fl"] if !predicted => {
                return inflate(&mut self.inflater.borrow_mut(), &stream.content, out, limit);
            }
            [b"ASCII85Decode" | b"A85", b"FlateDecode" | b"Fl"] if !predicted => {
                let packed = ascii85(&stream.content);
                return inflate(&mut self.inflater.borrow_mut(), &packed, out, limit);
            }
            _ => {}
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

    /// The fields of the document's form, where signatures stand too.
    pub fn form_fields(&self) -> Option<&Object> {
        let catalog = self.dictionary(&self.trailer, b"Root")?;
        self.get(self.dictionary(catalog, b"AcroForm")?, b"Fields")
    }

    /// What the information dictionary says.
    pub fn facts(&self) -> FileFacts {
        let information = self.dictionary(&self.trailer, b"Info");
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

/// Offsets count from the header, before which mail programs leave a line or two.
pub fn from_header(data: &[u8]) -> &[u8] {
    let header = memchr::memmem::find(data.get(..1024).unwrap_or(data), b"%PDF-").unwrap_or(0);
    data.get(header..).unwrap_or(data)
}

fn inflater() -> RefCell<Decompress> {
    RefCell::new(Decompress::new(false))
}

fn locked(passwords: &[&str]) -> ReadError {
    if passwords.is_empty() {
        ReadError::PasswordRequired { media_type: MediaType::Pdf }
    } else {
        ReadError::WrongPassword { media_type: MediaType::Pdf }
    }
}

fn repair(bytes: &[u8], password: Option<&str>, limits: &Limits) -> Result<lopdf::Document, ReadError> {
    let options = LoadOptions {
        password: password.map(ToOwned::to_owned),
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
