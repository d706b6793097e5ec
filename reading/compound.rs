//! OLE compound files (MS-CFB): the container of XLS workbooks and of encrypted XLSX ones.
//!
//! Every chain is walked at most once over the whole file, so that a ring of sectors ends and nothing is
//! allocated that the file does not hold.

const SIGNATURE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/// Sector numbers from here on are marks, not sectors.
const MARKS: u32 = 0xFFFF_FFFA;
const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
const MINI_SECTOR: usize = 64;
const ENTRY: usize = 128;

pub(crate) fn is_compound(bytes: &[u8]) -> bool {
    bytes.starts_with(SIGNATURE)
}

/// The file's directory and what is needed to follow its chains.
#[derive(Debug)]
pub(crate) struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    mini_cutoff: usize,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini_stream: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    start: u32,
    length: usize,
}

impl<'a> Compound<'a> {
    /// `None` if the file is no compound file or its directory cannot be followed.
    pub fn open(bytes: &'a [u8]) -> Option<Self> {
        if !is_compound(bytes) {
            return None;
        }
        let sector = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut file = Self {
            bytes,
            sector,
            mini_cutoff: u32_at(bytes, 56)? as usize,
            fat: Vec::new(),
            mini_fat: Vec::new(),
            mini_stream: Vec::new(),
            entries: Vec::new(),
        };
        file.fat = file.read_fat()?;
        let directory = file.chain(u32_at(bytes, 48)?, None)?;
        file.entries = directory.chunks_exact(ENTRY).filter_map(|entry| file.read_entry(entry)).collect();
        let root = file.entries.first()?;
        if u32_at(bytes, 64)? > 0 {
            file.mini_stream = file.chain(root.start, Some(root.length))?;
            file.mini_fat = numbers(&file.chain(u32_at(bytes, 60)?, None)?).collect();
        }
        Some(file)
    }

    /// Names are told apart without regard to case.
    pub fn has(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    /// The stream's bytes; `None` if there is none of this name or the file does not hold all of it.
    pub fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entry(name)?;
        if entry.length < self.mini_cutoff {
            self.mini_chain(entry)
        } else {
            self.chain(entry.start, Some(entry.length))
        }
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    fn sectors(&self) -> usize {
        self.bytes.len() / self.sector + 1
    }

    /// Some writers leave the last sector short.
    fn sector_at(&self, number: u32) -> Option<&'a [u8]> {
        let start = (number as usize).checked_add(1)?.checked_mul(self.sector)?;
        let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty())?;
        Some(rest.get(..self.sector).unwrap_or(rest))
    }

    fn read_fat(&self) -> Option<Vec<u32>> {
        let mut tables: Vec<u32> = numbers(self.bytes.get(76..512)?).collect();
        let mut next = u32_at(self.bytes, 68)?;
        for _ in 0..self.sectors() {
            if next >= MARKS {
                break;
            }
            let more: Vec<u32> = numbers(self.sector_at(next)?).collect();
            let (link, more) = more.split_last()?;
            tables.extend(more);
            next = *link;
            // The tables of the whole file are fewer than its sectors.
            if tables.len() > self.sectors() + 109 + self.sector {
                return None;
            }
        }
        let mut fat = Vec::new();
        for table in tables.into_iter().filter(|table| *table < MARKS) {
            if fat.len() >= self.sectors() {
                break;
            }
            fat.extend(numbers(self.sector_at(table)?));
        }
        Some(fat)
    }

    fn read_entry(&self, entry: &[u8]) -> Option<Entry> {
        // 0 is an unused entry; the name's length counts its closing zero.
        if *entry.get(66)? == 0 {
            return None;
        }
        let name_bytes = usize::from(u16_at(entry, 64)?).checked_sub(2)?;
        let units: Vec<u16> = entry.get(..name_bytes)?.chunks_exact(2).filter_map(|unit| u16_at(unit, 0)).collect();
        Some(Entry {
            name: String::from_utf16_lossy(&units),
            start: u32_at(entry, 116)?,
            // The upper half of the length is undefined in files of small sectors.
            length: u32_at(entry, 120)? as usize,
        })
    }

    fn chain(&self, start: u32, length: Option<usize>) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut at = start;
        for _ in 0..self.sectors() {
            if at == END_OF_CHAIN || length.is_some_and(|length| bytes.len() >= length) {
                break;
            }
            bytes.extend_from_slice(self.sector_at(at)?);
            at = *self.fat.get(at as usize)?;
        }
        shorten(bytes, length)
    }

    fn mini_chain(&self, entry: &Entry) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut at = entry.start;
        while bytes.len() < entry.length && at != END_OF_CHAIN {
            let start = (at as usize).checked_mul(MINI_SECTOR)?;
            let rest = self.mini_stream.get(start..).filter(|rest| !rest.is_empty())?;
            bytes.extend_from_slice(rest.get(..MINI_SECTOR).unwrap_or(rest));
            at = *self.mini_fat.get(at as usize)?;
        }
        shorten(bytes, Some(entry.length))
    }
}

fn shorten(mut bytes: Vec<u8>, length: Option<usize>) -> Option<Vec<u8>> {
    if let Some(length) = length {
        if bytes.len() < length {
            return None;
        }
        bytes.truncate(length);
    }
    Some(bytes)
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks::<4>().0.iter().map(|number| u32::from_le_bytes(*number))
}

pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|number| u16::from_le_bytes(*number))
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|number| u32::from_le_bytes(*number))
}
