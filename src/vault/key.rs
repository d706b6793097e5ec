//! The key of one application (or tenant), and what is done with it.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use super::VaultError;

/// What one chunk of a file holds: large enough that tags cost nothing, small enough to hold many at once.
pub const CHUNK_BYTES: usize = 64 << 10;
/// Of AES-GCM.
pub const TAG_BYTES: usize = 16;
/// Tells sealed text from any other, and this way of sealing from a later one.
const SEALED: &str = "s1.";

/// Seals and opens what is one owner's.
#[derive(Clone)]
pub struct DataKey(Arc<Inner>);

struct Inner {
    secret: Zeroizing<[u8; 32]>,
    fields: LessSafeKey,
    names: hmac::Key,
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(***)")
    }
}

/// Of one file; no two files have the same.
pub struct FileKey(LessSafeKey);

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey(***)")
    }
}

/// For `hkdf`: as many bytes as a key of AES-256.
struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

fn derive(secret: &[u8], salt: &[u8], purpose: &[&[u8]]) -> Result<Zeroizing<[u8; 32]>, VaultError> {
    let mut derived = Zeroizing::new([0_u8; 32]);
    let prk = Salt::new(HKDF_SHA256, salt).extract(secret);
    prk.expand(purpose, Length)
        .and_then(|okm| okm.fill(derived.as_mut_slice()))
        .map_err(|_| VaultError::Seal { what: "derived key" })?;
    Ok(derived)
}

pub(super) fn cipher(key: &[u8; 32]) -> Result<LessSafeKey, VaultError> {
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| VaultError::Seal { what: "key" })?;
    Ok(LessSafeKey::new(key))
}

pub(super) fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(VaultError::NoRandomness)?;
    Ok(bytes)
}

/// Nonce, ciphertext and tag. A nonce is random: one key seals some thousands of values, far from the 2^32 at which two
/// nonces might meet.
pub(super) fn seal(key: &LessSafeKey, place: &[u8], plain: &[u8], what: &'static str) -> Result<Vec<u8>, VaultError> {
    let nonce = random::<NONCE_LEN>()?;
    let mut sealed = Vec::with_capacity(NONCE_LEN.saturating_add(plain.len()).saturating_add(TAG_BYTES));
    sealed.extend_from_slice(&nonce);
    let mut body = plain.to_vec();
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place), &mut body)
        .map_err(|_| VaultError::Seal { what })?;
    sealed.append(&mut body);
    Ok(sealed)
}

pub(super) fn open(key: &LessSafeKey, place: &[u8], sealed: &[u8], what: &'static str) -> Result<Vec<u8>, VaultError> {
    let altered = || VaultError::Altered { what };
    let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>().ok_or_else(altered)?;
    let mut body = body.to_vec();
    let length = key
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(place), &mut body)
        .map_err(|_| altered())?
        .len();
    body.truncate(length);
    Ok(body)
}

impl DataKey {
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn generate() -> Result<Self, VaultError> {
        Self::from_secret(Zeroizing::new(random::<32>()?))
    }

    pub(super) fn from_secret(secret: Zeroizing<[u8; 32]>) -> Result<Self, VaultError> {
        let fields = cipher(&*derive(secret.as_slice(), b"", &[b"xinge fields"])?)?;
        let names = hmac::Key::new(hmac::HMAC_SHA256, derive(secret.as_slice(), b"", &[b"xinge names"])?.as_slice());
        Ok(Self(Arc::new(Inner { secret, fields, names })))
    }

    pub(super) fn secret(&self) -> &[u8] {
        self.0.secret.as_slice()
    }

    /// A value as text for the database. `place` is where it lies, down to its row: it opens nowhere else.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`], [`VaultError::Seal`].
    pub fn seal(&self, what: &'static str, row: &str, plain: &str) -> Result<String, VaultError> {
        let sealed = seal(&self.0.fields, format!("{what}\n{row}").as_bytes(), plain.as_bytes(), what)?;
        Ok(format!("{SEALED}{}", STANDARD_NO_PAD.encode(sealed)))
    }

    /// # Errors
    /// [`VaultError::Altered`], also for what was sealed with another key, for another place, or not at all.
    pub fn open(&self, what: &'static str, row: &str, sealed: &str) -> Result<String, VaultError> {
        let altered = || VaultError::Altered { what };
        let body = sealed.strip_prefix(SEALED).ok_or_else(altered)?;
        let body = STANDARD_NO_PAD.decode(body).map_err(|_| altered())?;
        let plain = open(&self.0.fields, format!("{what}\n{row}").as_bytes(), &body, what)?;
        String::from_utf8(plain).map_err(|_| altered())
    }

    /// What something is known by without saying what it is: a keyed digest, 64 hex digits. Whoever has not the key
    /// cannot tell whether two owners have the same file.
    #[must_use]
    pub fn name(&self, of: &str) -> String {
        hex(hmac::sign(&self.0.names, of.as_bytes()).as_ref())
    }

    /// The key of one file; `salt` is the file's own and lies in it.
    ///
    /// # Errors
    /// [`VaultError::Seal`].
    pub fn file(&self, salt: &[u8], purpose: &str) -> Result<FileKey, VaultError> {
        Ok(FileKey(cipher(&*derive(self.secret(), salt, &[b"xinge file ", purpose.as_bytes()])?)?))
    }

    /// Tells this key from any other and nothing else of it: what a certificate names as destroyed.
    ///
    /// # Errors
    /// [`VaultError::Seal`].
    pub fn commitment(&self) -> Result<String, VaultError> {
        Ok(hex(derive(self.secret(), b"", &[b"xinge commitment"])?.as_slice()))
    }

    /// Signs with the Ed25519 key that goes with this one.
    ///
    /// # Errors
    /// [`VaultError::Seal`].
    pub fn sign(&self, message: &[u8]) -> Result<String, VaultError> {
        let pair = self.signer()?;
        let signature = pair.try_sign(message).map_err(|_| VaultError::Seal { what: "signature" })?;
        Ok(hex(signature.as_ref()))
    }

    /// The public half of what [`Self::sign`] signs with, 64 hex digits.
    ///
    /// # Errors
    /// [`VaultError::Seal`].
    pub fn public(&self) -> Result<String, VaultError> {
        Ok(hex(self.signer()?.public_key().as_ref()))
    }

    fn signer(&self) -> Result<Ed25519KeyPair, VaultError> {
        let seed = derive(self.secret(), b"", &[b"xinge signatures"])?;
        Ed25519KeyPair::from_seed_unchecked(seed.as_slice()).map_err(|_| VaultError::Seal { what: "signing key" })
    }
}

impl FileKey {
    /// Seals a chunk in place and puts its tag behind it. The chunk's number and whether it is the last are its nonce, so
    /// that chunks cannot be moved, repeated or left out.
    ///
    /// # Errors
    /// [`VaultError::Seal`].
    pub fn seal_chunk(&self, number: u64, is_last: bool, chunk: &mut Vec<u8>) -> Result<(), VaultError> {
        self.0
            .seal_in_place_append_tag(chunk_nonce(number, is_last), Aad::empty(), chunk)
            .map_err(|_| VaultError::Seal { what: "file" })
    }

    /// The chunk's bytes, opened in place.
    ///
    /// # Errors
    /// [`VaultError::Altered`].
    pub fn open_chunk<'c>(&self, number: u64, is_last: bool, chunk: &'c mut [u8]) -> Result<&'c [u8], VaultError> {
        match self.0.open_in_place(chunk_nonce(number, is_last), Aad::empty(), chunk) {
            Ok(plain) => Ok(plain),
            Err(_) => Err(VaultError::Altered { what: "file" }),
        }
    }

    /// A piece that stands at `offset`, under a nonce of its own: a piece that was lost is written again with other bytes.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`], [`VaultError::Seal`].
    pub fn seal_piece(&self, offset: u64, piece: &[u8]) -> Result<Vec<u8>, VaultError> {
        seal(&self.0, &offset.to_be_bytes(), piece, "piece")
    }

    /// # Errors
    /// [`VaultError::Altered`].
    pub fn open_piece(&self, offset: u64, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        open(&self.0, &offset.to_be_bytes(), sealed, "piece")
    }
}

fn chunk_nonce(number: u64, is_last: bool) -> Nonce {
    let [a, b, c, d, e, f, g, h] = number.to_be_bytes();
    Nonce::assume_unique_for_key([0, 0, 0, u8::from(is_last), a, b, c, d, e, f, g, h])
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_place_only() {
        let key = DataKey::generate().unwrap();
        let sealed = key.seal("declaration", "app_1", "林一舟").unwrap();
        assert_eq!(key.open("declaration", "app_1", &sealed).unwrap(), "林一舟");
        assert_ne!(key.seal("declaration", "app_1", "林一舟").unwrap(), sealed, "the same twice can be told");
        let mut flipped = sealed.clone().into_bytes();
        let last = flipped.len() - 3;
        flipped[last] = if flipped[last] == b'A' { b'B' } else { b'A' };
        let flipped = String::from_utf8(flipped).unwrap();
        let other = DataKey::generate().unwrap();
        for opened in [
            key.open("declaration", "app_2", &sealed),
            key.open("statement", "app_1", &sealed),
            key.open("declaration", "app_1", &flipped),
            key.open("declaration", "app_1", "林一舟"),
            key.open("declaration", "app_1", "s1."),
            other.open("declaration", "app_1", &sealed),
        ] {
            assert!(matches!(opened, Err(VaultError::Altered { .. })), "{opened:?}");
        }
    }

    #[test]
    fn names_and_signatures_are_the_keys_own() {
        let (key, other) = (DataKey::generate().unwrap(), DataKey::generate().unwrap());
        assert_eq!(key.name("abc"), key.name("abc"));
        assert_ne!(key.name("abc"), other.name("abc"));
        assert_ne!(key.commitment().unwrap(), other.commitment().unwrap());
        assert_ne!(key.public().unwrap(), other.public().unwrap());
        assert!(!format!("{key:?}").contains(&hex(key.secret())));
    }
}
