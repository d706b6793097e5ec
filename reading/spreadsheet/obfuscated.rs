//! Old workbooks under a password: bytes turned and combined with an array made from it (MS-OFFCRYPTO 2.3.7, method 1).
//!
//! It hides nothing from anyone who wants to see, and Excel has not written it for long; what people kept may still have
//! it.

use crate::compound::u16_at;

/// MS-OFFCRYPTO 2.3.7.2: the longest password of the method.
const PASSWORD_BYTES_MAX: usize = 15;

/// What a workbook says of its password.
pub struct Obfuscation {
    key: u16,
    verifier: u16,
}

impl Obfuscation {
    /// From the body of a FilePass record.
    pub fn read(pass: &[u8]) -> Option<Self> {
        (u16_at(pass, 0)? == 0).then_some(())?;
        Some(Self { key: u16_at(pass, 2)?, verifier: u16_at(pass, 4)? })
    }

    /// The array, if the password is the right one.
    pub fn array(&self, password: &str) -> Option<[u8; 16]> {
        // Two bytes of each character, of which one counts.
        let byte = |unit: u16| {
            let [low, high] = unit.to_le_bytes();
            if low == 0 { high } else { low }
        };
        let bytes: Vec<u8> = password.encode_utf16().map(byte).collect();
        let fits = (1..=PASSWORD_BYTES_MAX).contains(&bytes.len());
        let key = key(&bytes).filter(|key| fits && *key == self.key && verifier(&bytes) == self.verifier)?;
        Some(array(&bytes, key))
    }
}

/// Gives a record's data back; `at` is where it stands in the stream and `from` where it begins to be obfuscated.
pub fn restore(array: &[u8; 16], data: &mut [u8], at: usize, from: usize) {
    let start = at + data.len();
    for (index, byte) in data.iter_mut().enumerate().skip(from) {
        // `% 16` of an array of 16.
        let with = array.get((start + index) % 16).copied().unwrap_or(0);
        *byte = (*byte ^ with).rotate_right(5);
    }
}

/// 2.3.7.1
fn verifier(password: &[u8]) -> u16 {
    let length = u8::try_from(password.len()).unwrap_or(u8::MAX);
    let bytes = password.iter().rev().copied().chain([length]);
    let turned = |value: u16| (value >> 14) & 1 | (value << 1) & 0x7FFF;
    bytes.fold(0, |value, byte| turned(value) ^ u16::from(byte)) ^ 0xCE4B
}

/// 2.3.7.2
fn key(password: &[u8]) -> Option<u16> {
    let mut key = *INITIAL.get(password.len().checked_sub(1)?)?;
    let mut matrix = MATRIX.iter().rev();
    for byte in password.iter().rev() {
        for bit in (0..7).rev() {
            let element = matrix.next()?;
            if byte >> bit & 1 == 1 {
                key ^= element;
            }
        }
    }
    Some(key)
}

/// 2.3.7.2: the password, then the padding, each byte with the key's low byte at even places and its high one at odd.
fn array(password: &[u8], key: u16) -> [u8; 16] {
    let mut padded = password.iter().chain(&PADDING);
    let [low, high] = key.to_le_bytes();
    std::array::from_fn(|at| {
        let byte = padded.next().copied().unwrap_or(0);
        (byte ^ if at % 2 == 0 { low } else { high }).rotate_right(1)
    })
}

const PADDING: [u8; 15] = [0xBB, 0xFF, 0xFF, 0xBA, 0xFF, 0xFF, 0xB9, 0x80, 0x00, 0xBE, 0x0F, 0x00, 0xBF, 0x0F, 0x00];

/// By the length of the password.
const INITIAL: [u16; PASSWORD_BYTES_MAX] = [
    0xE1F0, 0x1D0F, 0xCC9C, 0x84C0, 0x110C, 0x0E10, 0xF1CE, 0x313E, 0x1872, 0xE139, 0xD40F, 0x84F9, 0x280C, 0xA96A,
    0x4EC3,
];

/// Seven for each byte of the password, the last byte's at the end.
const MATRIX: [u16; 105] = [
    0xAEFC, 0x4DD9, 0x9BB2, 0x2745, 0x4E8A, 0x9D14, 0x2A09, 0x7B61, 0xF6C2, 0xFDA5, 0xEB6B, 0xC6F7, 0x9DCF, 0x2BBF,
    0x4563, 0x8AC6, 0x05AD, 0x0B5A, 0x16B4, 0x2D68, 0x5AD0, 0x0375, 0x06EA, 0x0DD4, 0x1BA8, 0x3750, 0x6EA0, 0xDD40,
    0xD849, 0xA0B3, 0x5147, 0xA28E, 0x553D, 0xAA7A, 0x44D5, 0x6F45, 0xDE8A, 0xAD35, 0x4A4B, 0x9496, 0x390D, 0x721A,
    0xEB23, 0xC667, 0x9CEF, 0x29FF, 0x53FE, 0xA7FC, 0x5FD9, 0x47D3, 0x8FA6, 0x0F6D, 0x1EDA, 0x3DB4, 0x7B68, 0xF6D0,
    0xB861, 0x60E3, 0xC1C6, 0x93AD, 0x377B, 0x6EF6, 0xDDEC, 0x45A0, 0x8B40, 0x06A1, 0x0D42, 0x1A84, 0x3508, 0x6A10,
    0xAA51, 0x4483, 0x8906, 0x022D, 0x045A, 0x08B4, 0x1168, 0x76B4, 0xED68, 0xCAF1, 0x85C3, 0x1BA7, 0x374E, 0x6E9C,
    0x3730, 0x6E60, 0xDCC0, 0xA9A1, 0x4363, 0x86C6, 0x1DAD, 0x3331, 0x6662, 0xCCC4, 0x89A9, 0x0373, 0x06E6, 0x0DCC,
    0x1021, 0x2042, 0x4084, 0x8108, 0x1231, 0x2462, 0x48C4,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_gives_its_key_its_verifier_and_its_array() {
        // What Excel writes for its own default, MS-OFFCRYPTO 2.4.2.1.
        let default = b"VelvetSweatshop";
        assert_eq!((key(default), verifier(default)), (Some(0xB359), 0x9A0A));
        assert_eq!((key(b"246813"), verifier(b"246813")), (Some(0x78D4), 0xC629));
        let expected = [0x73, 0x26, 0x71, 0x20, 0xF2, 0xA5, 0xB7, 0xC3, 0x95, 0x61, 0x95, 0xC3, 0xB6, 0x7C, 0x6A, 0x63];
        assert_eq!(array(b"246813", 0x78D4), expected);
    }

    #[test]
    fn any_other_password_is_refused() {
        let of = |key: u16, verifier: u16| Obfuscation { key, verifier };
        assert!(of(0x78D4, 0xC629).array("246813").is_some());
        for password in ["", "246814", "2468130", "1234567890123456"] {
            assert!(of(0x78D4, 0xC629).array(password).is_none(), "{password}");
        }
        assert!(of(0x78D4, 0xC628).array("246813").is_none());
    }

    #[test]
    fn data_is_given_back_by_its_place() {
        let array = array(b"246813", 0x78D4);
        let plain = *b"0123456789abcdefghij";
        let mut data = plain;
        for (index, byte) in data.iter_mut().enumerate().skip(4) {
            *byte = byte.rotate_left(5) ^ array[(100 + 20 + index) % 16];
        }
        restore(&array, &mut data, 100, 4);
        assert_eq!(data, plain);
    }
}
