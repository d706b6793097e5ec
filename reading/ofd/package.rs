//! The ZIP around an OFD document: its parts by their paths.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use model::document::MediaType;
use zip::ZipArchive;

use crate::xml::{self, Parsed};
use crate::{Limits, ReadError, encoding};

/// A document of a thousand pages has some two thousand parts, pictures included.
const PARTS_MAX: usize = 10_000;

pub struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Parts by their paths as [`plain`] makes them.
    places: HashMap<String, usize>,
    bytes_left: u64,
    part_bytes: u64,
    has_passwords: bool,
}

impl<'a> Package<'a> {
    pub fn open(bytes: &'a [u8], passwords: &[&str], limits: &Limits) -> Result<Self, ReadError> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| corrupt(error.to_string()))?;
        // The directory is kept by name: of two parts of one name only one would be seen.
        if archive.has_duplicate_names() {
            return Err(corrupt("two parts of it have the same name"));
        }
        if archive.len() > PARTS_MAX {
            return Err(ReadError::ResourceLimit { what: format!("an OFD document of more than {PARTS_MAX} parts") });
        }
        let named = (0..archive.len()).filter_map(|index| match archive.name_for_index(index) {
            Some(Ok(name)) => Some((plain(&name), index)),
            _ => None,
        });
        let places = named.collect();
        let package = Self {
            archive,
            places,
            bytes_left: limits.unpacked_bytes,
            part_bytes: limits.stream_bytes,
            has_passwords: !passwords.is_empty(),
        };
        // GM/T 0099 leaves the names and seals the parts.
        if package.find("Encryptions.xml").is_some() || package.find("Decryptseed.dat").is_some() {
            return Err(package.locked());
        }
        Ok(package)
    }

    fn locked(&self) -> ReadError {
        if self.has_passwords {
            let found = "an encrypted OFD document; save it without a password, or export it again";
            return ReadError::Unsupported { found: found.to_owned() };
        }
        ReadError::PasswordRequired { media_type: MediaType::Ofd }
    }

    /// A part's place in the archive. Some writers use the other slash, another case or a slash in front.
    fn find(&self, path: &str) -> Option<usize> {
        self.archive.index_for_name(path).or_else(|| self.places.get(&plain(path)).copied())
    }

    /// The paths of all parts, as they are written.
    pub fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.archive.file_names_raw().map(|name| String::from_utf8_lossy(name).into_owned())
    }

    /// A part's bytes; `None` if there is none of that path, or it is damaged.
    pub fn bytes(&mut self, path: &str) -> Result<Option<Vec<u8>>, ReadError> {
        self.bytes_up_to(path, self.part_bytes)
    }

    /// The same; `None` also for a part of more than `most` bytes.
    pub fn bytes_up_to(&mut self, path: &str, most: u64) -> Result<Option<Vec<u8>>, ReadError> {
        let part = self.unpack(path)?.filter(|(bytes, is_damaged)| !is_damaged && bytes.len() as u64 <= most);
        Ok(part.map(|(bytes, _)| bytes))
    }

    /// Parses a part; `None` if there is none of that path.
    pub fn part(&mut self, path: &str) -> Result<Option<Parsed>, ReadError> {
        let Some((bytes, is_damaged)) = self.unpack(path)? else { return Ok(None) };
        let Ok(decoded) = encoding::decode(&bytes) else { return Ok(None) };
        let mut parsed = xml::parse(&decoded.text)?;
        parsed.is_damaged |= is_damaged || decoded.cut || !decoded.replaced.is_empty();
        Ok(Some(parsed))
    }

    /// A part's bytes and whether it is damaged.
    fn unpack(&mut self, path: &str) -> Result<Option<(Vec<u8>, bool)>, ReadError> {
        let Some(index) = self.find(path) else { return Ok(None) };
        let is_locked = self.archive.by_index_raw(index).is_ok_and(|part| part.encrypted());
        if is_locked {
            return Err(self.locked());
        }
        let Ok(part) = self.archive.by_index(index) else { return Ok(None) };
        let most = self.part_bytes.min(self.bytes_left);
        let mut bytes = Vec::new();
        let outcome = part.take(most.saturating_add(1)).read_to_end(&mut bytes);
        let length = bytes.len() as u64;
        if length > most {
            let what = "an OFD document that unpacks to more than allowed".to_owned();
            return Err(ReadError::ResourceLimit { what });
        }
        self.bytes_left -= length;
        Ok(Some((bytes, outcome.is_err())))
    }
}

/// A path as parts are looked for: some writers use another case, the other slash or one in front.
pub fn plain(path: &str) -> String {
    path.replace('\\', "/").trim_start_matches('/').to_ascii_lowercase()
}

pub fn corrupt(detail: impl Into<String>) -> ReadError {
    ReadError::Corrupt { media_type: MediaType::Ofd, detail: detail.into() }
}

/// The path of what a part at `from` calls `to`: absolute with a slash in front, else beside it.
pub fn resolve(from: &str, to: &str) -> String {
    let to = to.trim().replace('\\', "/");
    let mut path: Vec<&str> = Vec::new();
    if !to.starts_with('/') {
        path.extend(from.split('/'));
        path.pop();
    }
    for step in to.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.retain(|step| !step.is_empty());
    path.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_beside_the_part_or_absolute() {
        assert_eq!(resolve("OFD.xml", "Doc_0/Document.xml"), "Doc_0/Document.xml");
        assert_eq!(resolve("Doc_0/Document.xml", "Pages/Page_0/Content.xml"), "Doc_0/Pages/Page_0/Content.xml");
        assert_eq!(resolve("Doc_0/Document.xml", "/Doc_0/PublicRes.xml"), "Doc_0/PublicRes.xml");
        assert_eq!(resolve("Doc_0/Pages/Page_0/Content.xml", "..\\.././PublicRes.xml"), "Doc_0/PublicRes.xml");
        assert_eq!(resolve("a", "../../../b"), "b");
    }
}
