//! Objects that are read when they are asked for.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use lopdf::{EncryptionState, Object};

use super::index::{Entry, Place};
use super::lexer::Lexer;
use super::object;

/// Objects that are read when first asked for.
pub struct Lazy<'d> {
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

impl<'d> Lazy<'d> {
    /// `entries` are in the order of their numbers; object streams may unpack to `unpacked_bytes` all together.
    pub fn new(data: &'d [u8], entries: Vec<Entry>, unpacked_bytes: u64) -> Self {
        let mut objects = Vec::new();
        objects.resize_with(entries.len(), OnceCell::new);
        let bytes_left = Cell::new(unpacked_bytes);
        Self { data, entries, objects, decryption: None, packs: RefCell::default(), bytes_left }
    }

    /// Reads everything anew, decrypted: what was read so far was read as it stands in the file.
    pub fn decrypt_with(&mut self, state: EncryptionState) {
        self.objects.clear();
        self.objects.resize_with(self.entries.len(), OnceCell::new);
        self.packs.borrow_mut().clear();
        self.decryption = Some(state);
    }

    pub fn get(&self, number: u32) -> Option<&Object> {
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
