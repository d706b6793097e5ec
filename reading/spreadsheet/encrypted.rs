//! Workbooks under a password (MS-OFFCRYPTO): XLSX in its agile and its standard form, XLS under RC4 with keys made by
//! SHA-1 (CryptoAPI) or by MD5 (Excel 97), or [`obfuscated`].
//!
//! Excel opens a workbook that is only protected against changes without asking, by a password of its own; so does this.

use aes::cipher::{Block, BlockCipherDecrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::Md5;
use model::document::MediaType;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha256, Sha384, Sha512};

use super::obfuscated::{self, Obfuscation};
use crate::ReadError;
use crate::compound::{Compound, u16_at, u32_at};
use crate::xml;

/// MS-OFFCRYPTO 2.4.2.1: what Excel encrypts with where nobody chose a password.
const DEFAULT_PASSWORD: &str = "VelvetSweatshop";

/// Excel hashes 100,000 times; ten times that still takes less than a second, and a file may claim anything.
const SPINS_MAX: u32 = 1_000_000;

/// Excel's own bound for a password (255 characters) bounds the first hash too.
const PASSWORD_CHARACTERS_MAX: usize = 255;

/// The package that an encrypted XLSX holds.
///
/// # Errors
/// [`ReadError::PasswordRequired`], [`ReadError::WrongPassword`], [`ReadError::Unsupported`] for another encryption,
/// [`ReadError::Corrupt`].
pub(super) fn package(file: &Compound<'_>, passwords: &[&str]) -> Result<Vec<u8>, ReadError> {
    let media_type = MediaType::Xlsx;
    let info = file.stream("EncryptionInfo").ok_or_else(|| corrupt(media_type, "how it is encrypted is not said"))?;
    let package = file.stream("EncryptedPackage").ok_or_else(|| corrupt(media_type, "its package is not all there"))?;
    let (major, minor) = (u16_at(&info, 0).unwrap_or(0), u16_at(&info, 2).unwrap_or(0));
    let opened = match (major, minor) {
        (4, 4) => {
            let agile = Agile::read(info.get(8..).unwrap_or(&[]))?;
            with_password(passwords, |password| agile.open(password, &package))
        }
        (2..=4, 2) => {
            let standard = Standard::read(info.get(4..).unwrap_or(&[])).ok_or_else(|| unsupported(media_type))?;
            with_password(passwords, |password| standard.open(password, &package))
        }
        _ => return Err(unsupported(media_type)),
    };
    opened.ok_or_else(|| super::locked(media_type, passwords))
}

/// The workbook stream of an XLS, decrypted if it is encrypted; `None` if it is not.
///
/// # Errors
/// As [`package`].
pub(super) fn biff(stream: &[u8], passwords: &[&str]) -> Result<Option<Vec<u8>>, ReadError> {
    let Some(pass) = file_pass(stream) else { return Ok(None) };
    if let Some(obfuscation) = Obfuscation::read(pass) {
        let array = with_password(passwords, |password| obfuscation.array(password));
        let array = array.ok_or_else(|| super::locked(MediaType::Xls, passwords))?;
        return Ok(Some(restored(&array, stream)));
    }
    let rc4 = Rc4Key::read(pass).ok_or_else(|| unsupported(MediaType::Xls))?;
    let key = with_password(passwords, |password| rc4.base(password));
    let key = key.ok_or_else(|| super::locked(MediaType::Xls, passwords))?;
    Ok(Some(rc4.decrypt(&key, stream)))
}

/// The stream of an obfuscated workbook as it was.
fn restored(array: &[u8; 16], stream: &[u8]) -> Vec<u8> {
    let mut plain = stream.to_vec();
    for (kind, at, length) in records(stream).filter(|(kind, ..)| !PLAIN.contains(kind)) {
        // The place of a sheet's stream is never obfuscated.
        let from = if kind == BOUND_SHEET { 4 } else { 0 };
        obfuscated::restore(array, plain.get_mut(at..at + length).unwrap_or(&mut []), at, from);
    }
    plain
}

fn with_password<T>(passwords: &[&str], open: impl Fn(&str) -> Option<T>) -> Option<T> {
    let tried = passwords.iter().filter(|password| password.chars().count() <= PASSWORD_CHARACTERS_MAX);
    tried.copied().chain([DEFAULT_PASSWORD]).find_map(open)
}

fn corrupt(media_type: MediaType, detail: &str) -> ReadError {
    ReadError::Corrupt { media_type, detail: detail.to_owned() }
}

fn unsupported(media_type: MediaType) -> ReadError {
    let found = format!("an {} encrypted in a way that is not known here", media_type.as_str());
    ReadError::Unsupported { found }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[derive(Debug, Clone, Copy)]
enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "MD5" => Self::Md5,
            "SHA1" | "SHA-1" => Self::Sha1,
            "SHA256" | "SHA-256" => Self::Sha256,
            "SHA384" | "SHA-384" => Self::Sha384,
            "SHA512" | "SHA-512" => Self::Sha512,
            _ => return None,
        })
    }

    fn of(self, parts: [&[u8]; 2]) -> Vec<u8> {
        fn digest<D: Digest>([first, second]: [&[u8]; 2]) -> Vec<u8> {
            D::new().chain_update(first).chain_update(second).finalize().to_vec()
        }
        match self {
            Self::Md5 => digest::<Md5>(parts),
            Self::Sha1 => digest::<Sha1>(parts),
            Self::Sha256 => digest::<Sha256>(parts),
            Self::Sha384 => digest::<Sha384>(parts),
            Self::Sha512 => digest::<Sha512>(parts),
        }
    }

    /// Hashed again and again, each time after its number.
    fn spun(self, salt: &[u8], password: &str, spins: u32) -> Vec<u8> {
        let mut hash = self.of([salt, &utf16(password)]);
        for spin in 0..spins {
            hash = self.of([&spin.to_le_bytes(), &hash]);
        }
        hash
    }
}

/// Decrypts whole blocks of AES in place, chained where there is a vector. `None` for a key of another length.
fn aes(key: &[u8], vector: Option<[u8; 16]>, data: &mut [u8]) -> Option<()> {
    fn blocks<C: BlockCipherDecrypt + KeyInit>(key: &[u8], vector: Option<[u8; 16]>, data: &mut [u8]) -> Option<()>
    where
        for<'a> &'a mut Block<C>: TryFrom<&'a mut [u8]>,
    {
        let cipher = C::new_from_slice(key).ok()?;
        let mut before = vector;
        for block in data.chunks_exact_mut(16) {
            let encrypted: [u8; 16] = (&*block).try_into().ok()?;
            cipher.decrypt_block((&mut *block).try_into().ok()?);
            if let Some(before) = &mut before {
                block.iter_mut().zip(*before).for_each(|(byte, mask)| *byte ^= mask);
                *before = encrypted;
            }
        }
        Some(())
    }
    match key.len() {
        16 => blocks::<Aes128>(key, vector, data),
        24 => blocks::<Aes192>(key, vector, data),
        32 => blocks::<Aes256>(key, vector, data),
        _ => None,
    }
}

/// A package's length in plain, then its blocks.
fn parts(package: &[u8]) -> Option<(usize, &[u8])> {
    let length = usize::try_from(u64::from_le_bytes(*package.first_chunk()?)).ok()?;
    let blocks = package.get(8..)?;
    (length <= blocks.len()).then_some((length, blocks))
}

/// Cut or filled up to a length, as MS-OFFCRYPTO 2.3.4.11 fills keys and vectors.
fn sized(mut bytes: Vec<u8>, length: usize) -> Vec<u8> {
    bytes.resize(length, 0x36);
    bytes
}

/// A cipher as `keyData` and `encryptedKey` say it.
struct Scheme {
    hash: Hash,
    hash_bytes: usize,
    key_bytes: usize,
    salt: Vec<u8>,
}

impl Scheme {
    fn read(element: &xml::Element) -> Option<Self> {
        let is = |name, wanted| element.attribute(name) == Some(wanted);
        if !is("cipherAlgorithm", "AES") || !is("cipherChaining", "ChainingModeCBC") || !is("blockSize", "16") {
            return None;
        }
        let number = |name| element.attribute(name)?.parse::<usize>().ok();
        Some(Self {
            hash: Hash::named(element.attribute("hashAlgorithm")?)?,
            hash_bytes: number("hashSize")?,
            key_bytes: number("keyBits")? / 8,
            salt: BASE64.decode(element.attribute("saltValue")?).ok()?,
        })
    }

    fn vector(&self, block: Option<u32>) -> Option<[u8; 16]> {
        let bytes = match block {
            Some(block) => self.hash.of([&self.salt, &block.to_le_bytes()]),
            None => self.salt.clone(),
        };
        sized(bytes, 16).try_into().ok()
    }
}

/// MS-OFFCRYPTO 2.3.4.10 and on: Excel 2010 and later.
struct Agile {
    package: Scheme,
    password: Scheme,
    spins: u32,
    verifier: Vec<u8>,
    verifier_hash: Vec<u8>,
    key: Vec<u8>,
}

impl Agile {
    fn read(descriptor: &[u8]) -> Result<Self, ReadError> {
        let text = std::str::from_utf8(descriptor).map_err(|_| unsupported(MediaType::Xlsx))?;
        let root = xml::parse(text)?.root;
        let agile = Self::of(&root).ok_or_else(|| unsupported(MediaType::Xlsx))?;
        if agile.spins > SPINS_MAX {
            let what = format!("a password to be hashed more than {SPINS_MAX} times");
            return Err(ReadError::ResourceLimit { what });
        }
        Ok(agile)
    }

    fn of(root: &xml::Element) -> Option<Self> {
        let encryptors = root.child("keyEncryptors")?.children("keyEncryptor");
        let password = encryptors.into_iter().find_map(|one| one.child("encryptedKey"))?;
        let bytes = |name| BASE64.decode(password.attribute(name)?).ok();
        Some(Self {
            package: Scheme::read(root.child("keyData")?)?,
            password: Scheme::read(password)?,
            spins: password.attribute("spinCount")?.parse().ok()?,
            verifier: bytes("encryptedVerifierHashInput")?,
            verifier_hash: bytes("encryptedVerifierHashValue")?,
            key: bytes("encryptedKeyValue")?,
        })
    }

    /// `None` for another password, or a package that is not whole.
    fn open(&self, password: &str, package: &[u8]) -> Option<Vec<u8>> {
        let scheme = &self.password;
        let spun = scheme.hash.spun(&scheme.salt, password, self.spins);
        let unwrap = |wrapped: &[u8], purpose: [u8; 8]| {
            let key = sized(scheme.hash.of([&spun, &purpose]), scheme.key_bytes);
            let mut plain = wrapped.to_vec();
            aes(&key, scheme.vector(None), &mut plain)?;
            Some(plain)
        };
        let verifier = unwrap(&self.verifier, [0xFE, 0xA7, 0xD2, 0x76, 0x3B, 0x4B, 0x9E, 0x79])?;
        let hash = unwrap(&self.verifier_hash, [0xD7, 0xAA, 0x0F, 0x6D, 0x30, 0x61, 0x34, 0x4E])?;
        let expected = scheme.hash.of([verifier.get(..scheme.salt.len())?, &[]]);
        if hash.get(..scheme.hash_bytes)? != expected.get(..scheme.hash_bytes)? {
            return None;
        }
        let key = unwrap(&self.key, [0x14, 0x6E, 0x0B, 0xE7, 0xAB, 0xAC, 0xD0, 0xD6])?;
        let key = key.get(..self.package.key_bytes)?;
        let (length, blocks) = parts(package)?;
        let mut plain = blocks.to_vec();
        for (segment, number) in plain.chunks_mut(4096).zip(0_u32..) {
            aes(key, self.package.vector(Some(number)), segment)?;
        }
        plain.truncate(length);
        Some(plain)
    }
}

/// An encryption header and its verifier, as XLSX's standard form and XLS's CryptoAPI share them.
struct Standard {
    algorithm: u32,
    key_bytes: usize,
    salt: [u8; 16],
    verifier: [u8; 16],
    verifier_hash: Vec<u8>,
}

impl Standard {
    /// From the flags on that come before the header.
    fn read(bytes: &[u8]) -> Option<Self> {
        let header_bytes = u32_at(bytes, 4)? as usize;
        let header = bytes.get(8..)?.get(..header_bytes)?;
        let verifier = bytes.get(8..)?.get(header_bytes..)?;
        let key_bits = match u32_at(header, 16)? {
            // A key length of nothing is 40 bits of RC4.
            0 => 40,
            bits => bits,
        };
        if u32_at(verifier, 0)? != 16 {
            return None;
        }
        Some(Self {
            algorithm: u32_at(header, 8)?,
            key_bytes: key_bits as usize / 8,
            salt: *verifier.get(4..)?.first_chunk()?,
            verifier: *verifier.get(20..)?.first_chunk()?,
            verifier_hash: verifier.get(40..)?.iter().copied().take(32).collect(),
        })
    }

    /// MS-OFFCRYPTO 2.3.4.7: Excel 2007. `None` for another password, or a package that is not whole.
    fn open(&self, password: &str, package: &[u8]) -> Option<Vec<u8>> {
        const SPINS: u32 = 50_000;
        let spun = Hash::Sha1.spun(&self.salt, password, SPINS);
        let last = Hash::Sha1.of([&spun, &0_u32.to_le_bytes()]);
        let derived = |mask: u8| {
            let mut pad = [mask; 64];
            pad.iter_mut().zip(&last).for_each(|(byte, hash)| *byte ^= hash);
            Hash::Sha1.of([&pad, &[]])
        };
        let key = [derived(0x36), derived(0x5C)].concat();
        let key = key.get(..self.key_bytes)?;
        let mut verifier = self.verifier;
        let mut hash = self.verifier_hash.clone();
        aes(key, None, &mut verifier)?;
        aes(key, None, &mut hash)?;
        if hash.get(..20)? != Hash::Sha1.of([&verifier, &[]]) {
            return None;
        }
        let (length, blocks) = parts(package)?;
        let mut plain = blocks.to_vec();
        aes(key, None, &mut plain)?;
        plain.truncate(length);
        Some(plain)
    }
}

const FILE_PASS: u16 = 0x002F;
const BOUND_SHEET: u16 = 0x0085;
/// Records that are never encrypted (MS-XLS 2.2.10): BOF, FilePass, UsrExcl, FileLock, InterfaceHdr, RRDInfo, RRDHead.
const PLAIN: [u16; 7] = [0x0809, FILE_PASS, 0x0194, 0x0195, 0x00E1, 0x0196, 0x0138];
/// The key changes every so many bytes of the stream.
const BLOCK: usize = 1024;

/// Kind, place of the data, length of each record.
fn records(stream: &[u8]) -> impl Iterator<Item = (u16, usize, usize)> {
    let mut at = 0_usize;
    std::iter::from_fn(move || {
        let (kind, length) = (u16_at(stream, at)?, usize::from(u16_at(stream, at + 2)?));
        let data = at + 4;
        at = data + length;
        (at <= stream.len()).then_some((kind, data, length))
    })
}

fn file_pass(stream: &[u8]) -> Option<&[u8]> {
    // It stands among the first records, before the first that says anything.
    const RECORDS_SEARCHED: usize = 20;
    let (_, at, length) = records(stream).take(RECORDS_SEARCHED).find(|(kind, ..)| *kind == FILE_PASS)?;
    stream.get(at..at + length)
}

/// How an XLS makes its keys.
enum Rc4Key {
    /// Excel 97: keys of 40 bits, by MD5.
    Md5 {
        salt: [u8; 16],
        verifier: [u8; 16],
        verifier_hash: [u8; 16],
    },
    CryptoApi(Standard),
}

impl Rc4Key {
    /// `None` for what is not known.
    fn read(pass: &[u8]) -> Option<Self> {
        const RC4: u32 = 0x6801;
        if u16_at(pass, 0)? != 1 {
            return None;
        }
        match (u16_at(pass, 2)?, u16_at(pass, 4)?) {
            (1, 1) => Some(Self::Md5 {
                salt: *pass.get(6..)?.first_chunk()?,
                verifier: *pass.get(22..)?.first_chunk()?,
                verifier_hash: *pass.get(38..)?.first_chunk()?,
            }),
            (2..=4, 2) => Standard::read(pass.get(6..)?).filter(|one| one.algorithm == RC4).map(Self::CryptoApi),
            _ => None,
        }
    }

    /// What the keys are made from, if the password is the right one.
    fn base(&self, password: &str) -> Option<Vec<u8>> {
        let (base, verifier, hash) = match self {
            Self::Md5 { salt, verifier, verifier_hash } => {
                let first = Hash::Md5.of([&utf16(password), &[]]);
                let repeated = [first.get(..5)?, salt].concat().repeat(16);
                let base = Hash::Md5.of([&repeated, &[]]).get(..5)?.to_vec();
                (base, verifier, verifier_hash.to_vec())
            }
            Self::CryptoApi(standard) => {
                let base = Hash::Sha1.of([&standard.salt, &utf16(password)]);
                (base, &standard.verifier, standard.verifier_hash.get(..20)?.to_vec())
            }
        };
        let mut plain = [&verifier[..], &hash].concat();
        Rc4::new(&self.block_key(&base, 0)).apply(&mut plain);
        let (verifier, hash) = plain.split_at_checked(16)?;
        let kind = if matches!(self, Self::Md5 { .. }) { Hash::Md5 } else { Hash::Sha1 };
        (kind.of([verifier, &[]]) == hash).then_some(base)
    }

    fn block_key(&self, base: &[u8], block: u32) -> Vec<u8> {
        match self {
            Self::Md5 { .. } => Hash::Md5.of([base, &block.to_le_bytes()]),
            Self::CryptoApi(standard) => {
                let mut key = Hash::Sha1.of([base, &block.to_le_bytes()]);
                key.truncate(standard.key_bytes);
                if standard.key_bytes == 5 {
                    key.resize(16, 0);
                }
                key
            }
        }
    }

    /// The stream with the data of its records in plain; their kinds and lengths always are.
    fn decrypt(&self, base: &[u8], stream: &[u8]) -> Vec<u8> {
        let mut plain = stream.to_vec();
        for (block, number) in plain.chunks_mut(BLOCK).zip(0_u32..) {
            Rc4::new(&self.block_key(base, number)).apply(block);
        }
        let mut restore = |from: usize, to: usize| {
            if let (Some(plain), Some(stream)) = (plain.get_mut(from..to), stream.get(from..to)) {
                plain.copy_from_slice(stream);
            }
        };
        let mut end = 0;
        for (kind, data, length) in records(stream) {
            let open = match kind {
                _ if PLAIN.contains(&kind) => length,
                // The place of a sheet's stream.
                BOUND_SHEET => length.min(4),
                _ => 0,
            };
            restore(data - 4, data + open);
            end = data + length;
        }
        restore(end, stream.len());
        plain
    }
}

/// RC4, which XLS files use and nothing new should.
struct Rc4 {
    state: [u8; 256],
    i: u8,
    j: u8,
}

impl Rc4 {
    fn new(key: &[u8]) -> Self {
        let mut state: [u8; 256] = std::array::from_fn(|at| u8::try_from(at).unwrap_or(0));
        let mut j = 0_u8;
        for (i, byte) in (0..=255_u8).zip(key.iter().cycle()) {
            j = j.wrapping_add(at(&state, i)).wrapping_add(*byte);
            state.swap(usize::from(i), usize::from(j));
        }
        Self { state, i: 0, j: 0 }
    }

    fn apply(&mut self, data: &mut [u8]) {
        for byte in data {
            self.i = self.i.wrapping_add(1);
            self.j = self.j.wrapping_add(at(&self.state, self.i));
            self.state.swap(usize::from(self.i), usize::from(self.j));
            *byte ^= at(&self.state, at(&self.state, self.i).wrapping_add(at(&self.state, self.j)));
        }
    }
}

fn at(state: &[u8; 256], index: u8) -> u8 {
    state.get(usize::from(index)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_files::{compound, record, rows, wide, xls_stream};
    use crate::{Kind, Limits, read, sniff};

    /// The same rows twice; keys made by SHA-1 and by MD5. Made by another program, as are the XLSX ones.
    const XLS: [&[u8]; 2] = [
        include_bytes!("../../parsers/bocom/samples/card.pw-246813.xls"),
        include_bytes!("../../parsers/bocom/samples/card-1997.pw-246813.xls"),
    ];
    const XLSX: [&[u8]; 2] = [
        include_bytes!("../../parsers/ccb/samples/hqmx.pw-246813.xlsx"),
        include_bytes!("../../parsers/spdb/samples/deposit-2007.pw-246813.xlsx"),
    ];

    fn error(file: &[u8], passwords: &[&str]) -> ReadError {
        read(file, passwords, &Limits::default(), None).unwrap_err()
    }

    #[test]
    fn the_right_password_opens() {
        let plain = include_bytes!("../../parsers/bocom/samples/card.xls");
        let expected = rows(&read(plain, &[], &Limits::default(), None).unwrap());
        for file in XLS {
            assert_eq!(sniff(file), Kind::Xls);
            assert_eq!(rows(&read(file, &["000000", "246813"], &Limits::default(), None).unwrap()), expected);
        }
        for file in XLSX {
            assert_eq!(sniff(file), Kind::Xlsx);
            assert!(rows(&read(file, &["246813"], &Limits::default(), None).unwrap()).len() > 10);
        }
    }

    #[test]
    fn any_other_is_wrong_and_none_is_asked_for() {
        for file in XLS.into_iter().chain(XLSX) {
            assert!(matches!(error(file, &[]), ReadError::PasswordRequired { .. }));
            assert!(matches!(error(file, &["", "246814"]), ReadError::WrongPassword { .. }));
        }
    }

    #[test]
    fn what_is_encrypted_otherwise_is_said() {
        let pass = record(FILE_PASS, &[2, 0, 1, 2, 3, 4]);
        let file = compound("Workbook", &xls_stream(0x0600, &wide(1, "S"), &[pass], &[]));
        assert!(matches!(error(&file, &["1"]), ReadError::Unsupported { .. }));
        assert!(matches!(error(&compound("EncryptedPackage", &[7; 100]), &["1"]), ReadError::Corrupt { .. }));
    }

    #[test]
    fn the_hashing_that_a_file_asks_for_is_bounded() {
        let scheme = "saltSize='16' blockSize='16' keyBits='256' hashSize='64' cipherAlgorithm='AES' cipherChaining='ChainingModeCBC' hashAlgorithm='SHA512' saltValue='AAAA'";
        let file = |spins: &str| {
            format!(
                "<encryption><keyData {scheme}/><keyEncryptors><keyEncryptor><p:encryptedKey spinCount='{spins}' {scheme} encryptedVerifierHashInput='AAAA' encryptedVerifierHashValue='AAAA' encryptedKeyValue='AAAA'/></keyEncryptor></keyEncryptors></encryption>"
            )
        };
        assert!(Agile::read(file("100000").as_bytes()).is_ok());
        assert!(matches!(Agile::read(file("4000000000").as_bytes()), Err(ReadError::ResourceLimit { .. })));
        assert!(matches!(Agile::read(b"<encryption/>"), Err(ReadError::Unsupported { .. })));
    }

    #[test]
    fn rc4_gives_the_known_bytes() {
        let mut data = *b"Plaintext";
        Rc4::new(b"Key").apply(&mut data);
        assert_eq!(data, [0xBB, 0xF3, 0x16, 0xE8, 0xD9, 0x40, 0xAF, 0x0A, 0xD3]);
    }
}
