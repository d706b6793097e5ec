//! The file as objects: opening it, with a password where it needs one; its pages; the bytes of its streams.
//!
//! Objects are read when they are asked for: a tagged file has a dictionary for every cell, and reading them all
//! took 500 MB for 200 pages. A file whose index is not in order goes through `lopdf`, which repairs it and does
//! read everything. Decryption is `lopdf`'s either way.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use std::rc::Rc;

use flate2::{Decompress, FlushDecompress, Status};
use lopdf::{Dictionary, EncryptionState, LoadOptions, Object, ObjectId, Stream};
use model::Text;
use model::document::{FileFacts, MediaType};

use super::index::{self, Entry, Place};
use super::lexer::Lexer;
use super::object;
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

/// Objects that are read when first asked for.
struct Lazy<'d> {
    data: &'d [u8],
    entries: Vec<Entry>,
    /// One for each entry; `None` inside for an object that cannot be read.
    objects: Vec<OnceCell<Option<Box<Object>>>>,
    decryption: Option<EncryptionState>,
    packs: RefCell<HashMap<u32, Option<Rc<Pack>>>>,
    /// What object streams may still unpack to, all together.
    bytes_left: Cell<u64>,
}

/// An unpacked object stream: its bytes, and where in them each object starts.
struct Pack {
    bytes: Vec<u8>,
    starts: HashMap<u32, usize>,
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

impl<'d> File<'d> {
    /// Opens a file; passwords are tried in order, after the empty one.
    ///
    /// # Errors
    /// [`ReadError::PasswordRequired`], [`ReadError::WrongPassword`], [`ReadError::Corrupt`],
    /// [`ReadError::ResourceLimit`].
    pub fn open(data: &'d [u8], passwords: &[&str], limits: &Limits) -> Result<Self, ReadError> {
        // Offsets count from the header, before which mail programs leave a line or two.
        let header = memchr::memmem::find(data.get(..1024).unwrap_or(data), b"%PDF-").unwrap_or(0);
        let data = data.get(header..).unwrap_or(data);
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

    /// `None` when anything about the index or the way to the pages is out of order.
    fn open_in_order(data: &'d [u8], passwords: &[&str], limits: &Limits) -> Result<Option<Self>, ReadError> {
        let unpack = |stream: &Stream| {
            let size = usize::try_from(limits.stream_bytes).unwrap_or(usize::MAX);
            catch_unwind(AssertUnwindSafe(|| stream.decompressed_content_with_limit(size))).ok()?.ok()
        };
        let Some(index) = index::read(data, unpack) else { return Ok(None) };
        let mut objects = Vec::new();
        objects.resize_with(index.entries.len(), OnceCell::new);
        let lazy = Lazy {
            data,
            entries: index.entries,
            objects,
            decryption: None,
            packs: RefCell::default(),
            bytes_left: Cell::new(limits.unpacked_bytes),
        };
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
                // What was read so far was read as it stands in the file.
                lazy.objects.clear();
                lazy.objects.resize_with(lazy.entries.len(), OnceCell::new);
                lazy.packs.borrow_mut().clear();
                lazy.decryption = Some(state);
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
                document.authenticate_password(password).and_then(|()| document.decrypt(password)).ok()?;
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

/// Unpacks zlib data. Neither its header nor its checksum is looked at: writers get them wrong, and other readers
/// do not care.
fn inflate(state: &mut Decompress, packed: &[u8], out: &mut Vec<u8>, limit: usize) -> Result<bool, Unpack> {
    state.reset(false);
    let mut rest = packed.get(2..).unwrap_or(&[]);
    loop {
        if out.len() >= limit {
            return Err(Unpack::TooLarge);
        }
        // Text packs to a sixth or less; the rest comes by doubling.
        let more = rest.len().saturating_mul(6).clamp(4_096, 1 << 20).max(out.len()).min(limit - out.len());
        out.reserve(more);
        let (read, written) = (state.total_in(), state.total_out());
        let status = state.decompress_vec(rest, out, FlushDecompress::None);
        let read = usize::try_from(state.total_in() - read).unwrap_or(usize::MAX);
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

/// Bytes written five characters for four; a group that makes no sense ends it.
fn ascii85(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 5 * 4 + 4);
    let mut group = 0_u32;
    let mut count = 0;
    for &character in text {
        match character {
            b'!'..=b'u' => {
                let digit = u32::from(character - b'!');
                let Some(next) = group.checked_mul(85).and_then(|group| group.checked_add(digit)) else { break };
                group = next;
                count += 1;
                if count == 5 {
                    out.extend_from_slice(&group.to_be_bytes());
                    group = 0;
                    count = 0;
                }
            }
            b'z' if count == 0 => out.extend_from_slice(&[0; 4]),
            b' ' | b'\n' | b'\r' | b'\t' | 0 | 12 => {}
            _ => break,
        }
    }
    // The last group is filled up with the highest digit and gives one byte less than it has digits.
    if count > 1 {
        let filled =
            (count..5).try_fold(group, |group, _| group.checked_mul(85).and_then(|group| group.checked_add(84)));
        if let Some(filled) = filled {
            out.extend(filled.to_be_bytes().iter().take(count - 1));
        }
    }
    out
}

impl Lazy<'_> {
    fn get(&self, number: u32) -> Option<&Object> {
        let at = self.entries.binary_search_by_key(&number, |entry| entry.number).ok()?;
        let entry = self.entries.get(at)?;
        self.objects.get(at)?.get_or_init(|| self.read(*entry).map(Box::new)).as_deref()
    }

    /// Reads an object. Must ask for no other by [`Self::get`]: that one may be this one.
    fn read(&self, entry: Entry) -> Option<Object> {
        match entry.place {
            Place::Free => None,
            Place::Offset(offset) => {
                let found = object::indirect(self.data, offset as usize, |number| self.whole_number(number))?;
                (found.number == entry.number).then_some(())?;
                let mut object = found.object;
                if let Some(state) = &self.decryption {
                    let id = (found.number, found.generation);
                    // As far as it goes; a string that cannot be decrypted is no reason to lose the rest.
                    _ = catch_unwind(AssertUnwindSafe(|| lopdf::encryption::decrypt_object(state, id, &mut object)));
                }
                Some(object)
            }
            Place::Packed(container) => {
                let pack = self.pack(container)?;
                let start = *pack.starts.get(&entry.number)?;
                object::object(&mut Lexer::at(&pack.bytes, start), 0)
            }
        }
    }

    /// A number that stands as an object of its own, for stream lengths.
    fn whole_number(&self, number: u32) -> Option<i64> {
        let at = self.entries.binary_search_by_key(&number, |entry| entry.number).ok()?;
        match self.entries.get(at)?.place {
            Place::Offset(offset) => {
                let mut lexer = Lexer::at(self.data, offset as usize);
                object::header(&mut lexer)?;
                lexer.skip_space()?;
                object::digits(&mut lexer).and_then(|value| i64::try_from(value).ok())
            }
            Place::Free | Place::Packed(_) => None,
        }
    }

    fn pack(&self, container: u32) -> Option<Rc<Pack>> {
        if let Some(known) = self.packs.borrow().get(&container) {
            return known.clone();
        }
        let pack = self.unpack(container).map(Rc::new);
        self.packs.borrow_mut().insert(container, pack.clone());
        pack
    }

    fn unpack(&self, container: u32) -> Option<Pack> {
        let at = self.entries.binary_search_by_key(&container, |entry| entry.number).ok()?;
        let entry = *self.entries.get(at)?;
        // A container in a container is forbidden, and would go round in circles.
        matches!(entry.place, Place::Offset(_)).then_some(())?;
        let Some(Object::Stream(stream)) = self.read(entry) else { return None };
        let room = usize::try_from(self.bytes_left.get()).ok()?;
        let bytes = catch_unwind(AssertUnwindSafe(|| stream.decompressed_content_with_limit(room))).ok()?.ok()?;
        self.bytes_left.set(self.bytes_left.get().saturating_sub(bytes.len() as u64));
        let whole = |key: &[u8]| stream.dict.get(key).ok()?.as_i64().ok().and_then(|value| usize::try_from(value).ok());
        let first = whole(b"First")?;
        let count = whole(b"N")?;
        let mut starts = HashMap::new();
        let mut lexer = Lexer::new(&bytes);
        for _ in 0..count {
            let Some(_) = lexer.skip_space() else { break };
            let Some(number) = object::digits(&mut lexer).and_then(|number| u32::try_from(number).ok()) else { break };
            lexer.skip_space();
            let Some(offset) = object::digits(&mut lexer).and_then(|offset| usize::try_from(offset).ok()) else {
                break;
            };
            starts.entry(number).or_insert(first.saturating_add(offset));
        }
        Some(Pack { bytes, starts })
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii85_ends_where_it_should() {
        assert_eq!(ascii85(b"87cUR D]j7B\nEbo80~>"), b"Hello world!");
        assert_eq!(ascii85(b"z87cUR~>"), b"\0\0\0\0Hell");
        assert_eq!(ascii85(b"87cURDZ~>"), b"Hello");
        assert_eq!(ascii85(b"uuuuu"), b"", "no number of four bytes");
    }

    #[test]
    fn inflating_stops_at_the_limit() {
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, &[b'q'; 100_000]).unwrap();
        let packed = packed.finish().unwrap();
        let mut out = Vec::new();
        let mut state = Decompress::new(false);
        assert_eq!(inflate(&mut state, &packed, &mut out, 5_000), Err(Unpack::TooLarge));
        assert!(out.capacity() <= 10_000);
        out.clear();
        assert_eq!(inflate(&mut state, &packed, &mut out, 200_000), Ok(true));
        assert_eq!(out.len(), 100_000);
        out.clear();
        assert_eq!(inflate(&mut state, &packed[..packed.len() / 2], &mut out, 200_000), Ok(false));
    }
}
