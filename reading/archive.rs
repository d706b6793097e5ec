//! ZIP archives and e-mails: each file in them, bounded. Nothing is ever written to a disk.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use encoding_rs::GB18030;
use model::document::MediaType;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::sniff::{Kind, sniff};
use crate::{Limits, ReadError, mail};

/// One file of an archive, or of an archive in it.
#[derive(Debug)]
pub struct Unpacked {
    /// The path in the archive; an archive's own name comes first (`mail.zip/2024/statement.csv`). Empty for the one
    /// file that is the whole of what was given: a mail with nothing but its body.
    pub name: String,
    pub content: Result<Vec<u8>, ReadError>,
}

/// All files of the archive and of the archives in it, flat, in the archives' own order. Folders and what
/// macOS adds (`__MACOSX/`, `.DS_Store`) are left out. A workbook (XLSX) is a file, not an archive.
///
/// A mail is an archive of its body (`body.html`, `body.txt`) and its attachments; one that has nothing but its body is
/// a file, for [`crate::read`].
///
/// Passwords are tried in order for each file. An unreadable file is an error in its place; the others are
/// still read. A password that opens no file at all is one error for the whole archive, and so is an archive
/// in the archive that cannot be opened.
///
/// Bounds are counted over all depths: files, and bytes as they come out, whatever a header says; when they
/// are used up, each file that follows is [`ReadError::ResourceLimit`].
///
/// # Errors
/// [`ReadError::Corrupt`] without a readable directory or with two files of one name,
/// [`ReadError::PasswordRequired`] or [`ReadError::WrongPassword`] if that is what every file says,
/// [`ReadError::Empty`] if there is no file, [`ReadError::TooLarge`], [`ReadError::ResourceLimit`].
pub fn unpack(bytes: &[u8], passwords: &[&str], limits: &Limits) -> Result<Vec<Unpacked>, ReadError> {
    if bytes.len() as u64 > limits.file_bytes {
        return Err(ReadError::TooLarge { limit: limits.file_bytes });
    }
    let mut left = Left { entries: limits.archive_entries, bytes: limits.unpacked_bytes };
    match sniff(bytes) {
        Kind::Mail => unpack_mail(bytes, passwords, limits, 1, &mut left),
        _ => unpack_zip(bytes, passwords, limits, 1, &mut left),
    }
}

/// What may still be unpacked.
struct Left {
    entries: u32,
    bytes: u64,
}

impl Left {
    fn entry(&mut self, limits: &Limits) -> Result<(), ReadError> {
        self.entries = self.entries.checked_sub(1).ok_or_else(|| ReadError::ResourceLimit {
            what: format!("an archive of more than {} files", limits.archive_entries),
        })?;
        Ok(())
    }
}

fn unpack_mail(
    bytes: &[u8],
    passwords: &[&str],
    limits: &Limits,
    depth: u32,
    left: &mut Left,
) -> Result<Vec<Unpacked>, ReadError> {
    let parts = mail::parts(bytes)?;
    if let [only] = parts.as_slice()
        && only.is_body
    {
        left.entry(limits)?;
        return Ok(vec![Unpacked { name: String::new(), content: Ok(bytes.to_vec()) }]);
    }
    let mut unpacked = Vec::new();
    for part in parts {
        left.entry(limits)?;
        let content = inflate(part.content.as_slice(), limits, left);
        if part.is_body {
            unpacked.push(Unpacked { name: part.name, content });
        } else {
            unpack_inner(part.name, content, passwords, limits, depth, left, &mut unpacked);
        }
    }
    Ok(unpacked)
}

/// Adds a file, or the files in it if it is an archive itself.
fn unpack_inner(
    name: String,
    content: Result<Vec<u8>, ReadError>,
    passwords: &[&str],
    limits: &Limits,
    depth: u32,
    left: &mut Left,
    unpacked: &mut Vec<Unpacked>,
) {
    let kind = content.as_ref().map_or(Kind::Empty, |content| sniff(content));
    let (Ok(bytes), Kind::Zip | Kind::Mail) = (&content, kind) else {
        unpacked.push(Unpacked { name, content });
        return;
    };
    let inner = if depth >= limits.archive_depth {
        let what = format!("archives in archives more than {} deep", limits.archive_depth);
        Err(ReadError::ResourceLimit { what })
    } else if kind == Kind::Zip {
        unpack_zip(bytes, passwords, limits, depth + 1, left)
    } else {
        unpack_mail(bytes, passwords, limits, depth + 1, left)
    };
    match inner {
        Ok(inner) => unpacked.extend(inner.into_iter().map(|file| {
            let name = if file.name.is_empty() { name.clone() } else { format!("{name}/{}", file.name) };
            Unpacked { name, content: file.content }
        })),
        Err(error) => unpacked.push(Unpacked { name, content: Err(error) }),
    }
}

fn unpack_zip(
    bytes: &[u8],
    passwords: &[&str],
    limits: &Limits,
    depth: u32,
    left: &mut Left,
) -> Result<Vec<Unpacked>, ReadError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(error.to_string()))?;
    // The directory is kept by name: of two files of one name only one would be seen.
    if archive.has_duplicate_names() {
        return Err(damaged("two files in it have the same name"));
    }
    let mut unpacked = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index).map_err(unreadable)?;
        if entry.is_dir() {
            continue;
        }
        let name = name_of(entry.name_raw(), || entry.name().ok().map(Cow::into_owned));
        if is_clutter(&name) {
            continue;
        }
        left.entry(limits)?;
        if let Some(why) = climbs(&name) {
            unpacked.push(Unpacked { name, content: Err(damaged(why)) });
            continue;
        }
        let content = read_entry(&mut archive, index, passwords, limits, left);
        unpack_inner(name, content, passwords, limits, depth, left, &mut unpacked);
    }
    if unpacked.is_empty() {
        return Err(ReadError::Empty);
    }
    let all = |is: fn(&ReadError) -> bool| unpacked.iter().all(|file| file.content.as_ref().is_err_and(is));
    if all(|error| matches!(error, ReadError::PasswordRequired { .. })) {
        return Err(ReadError::PasswordRequired { media_type: MediaType::Zip });
    }
    if all(|error| matches!(error, ReadError::WrongPassword { .. })) {
        return Err(ReadError::WrongPassword { media_type: MediaType::Zip });
    }
    Ok(unpacked)
}

fn read_entry(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    index: usize,
    passwords: &[&str],
    limits: &Limits,
    left: &mut Left,
) -> Result<Vec<u8>, ReadError> {
    let data = archive.by_index_data(index).map_err(unreadable)?;
    let (encrypted, symlink) = (data.encrypted(), data.is_symlink());
    if symlink {
        return Err(damaged("it is a link to another file"));
    }
    if !encrypted {
        let entry = archive.by_index(index).map_err(unreadable)?;
        return inflate(entry, limits, left);
    }
    if passwords.is_empty() {
        return Err(ReadError::PasswordRequired { media_type: MediaType::Zip });
    }
    let is_authenticated = archive.get_aes_verification_key_and_salt(index).is_ok_and(|aes| aes.is_some());
    let mut outcome = ReadError::WrongPassword { media_type: MediaType::Zip };
    for password in passwords {
        let entry = match archive.by_index_decrypt(index, password.as_bytes()) {
            Ok(entry) => entry,
            Err(ZipError::InvalidPassword) => continue,
            Err(error) => return Err(unreadable(error)),
        };
        match inflate(entry, limits, left) {
            // The legacy cipher lets one wrong password in 256 through, and the checksum does not fit then.
            // AES lets one in 65,536 through: there it is the file that is damaged.
            Err(error @ ReadError::Corrupt { .. }) if is_authenticated => outcome = error,
            Err(ReadError::Corrupt { .. }) => {}
            content => return content,
        }
    }
    Err(outcome)
}

/// Reads no more than is left, whatever the header says the size is.
fn inflate(entry: impl Read, limits: &Limits, left: &mut Left) -> Result<Vec<u8>, ReadError> {
    let most = limits.file_bytes.min(left.bytes);
    let mut content = Vec::new();
    let outcome = entry.take(most.saturating_add(1)).read_to_end(&mut content);
    let length = content.len() as u64;
    if length > limits.file_bytes {
        left.bytes = left.bytes.saturating_sub(length);
        return Err(ReadError::TooLarge { limit: limits.file_bytes });
    }
    if length > left.bytes {
        left.bytes = 0;
        let what = format!("the archive unpacks to more than {} bytes", limits.unpacked_bytes);
        return Err(ReadError::ResourceLimit { what });
    }
    // Failed attempts count too: they cost the same.
    left.bytes -= length;
    outcome.map_err(|error| damaged(error.to_string()))?;
    Ok(content)
}

fn damaged(detail: impl Into<String>) -> ReadError {
    ReadError::Corrupt { media_type: MediaType::Zip, detail: detail.into() }
}

fn unreadable(error: ZipError) -> ReadError {
    match error {
        ZipError::UnsupportedArchive(what) => {
            ReadError::Unsupported { found: format!("a ZIP entry of another kind ({what})") }
        }
        ZipError::CompressionMethodNotSupported(method) => {
            ReadError::Unsupported { found: format!("a ZIP entry compressed by method {method}") }
        }
        error => damaged(error.to_string()),
    }
}

/// Archivers in China write names in the system's encoding without saying so; macOS writes UTF-8 without
/// saying so. The standard's own default, CP437, is the last resort.
fn name_of(raw: &[u8], by_standard: impl FnOnce() -> Option<String>) -> String {
    if let Ok(name) = std::str::from_utf8(raw) {
        return name.to_owned();
    }
    let gb18030 = GB18030.decode_without_bom_handling_and_without_replacement(raw).map(Cow::into_owned);
    gb18030.or_else(by_standard).unwrap_or_else(|| String::from_utf8_lossy(raw).into_owned())
}

fn is_clutter(name: &str) -> bool {
    let mut parts = name.split(['/', '\\']);
    parts.next() == Some("__MACOSX") || name.rsplit(['/', '\\']).next() == Some(".DS_Store")
}

/// Why a path leads out of the archive. Nothing is written to it, yet such a name is no accident, and
/// others downstream may use it as a path.
fn climbs(name: &str) -> Option<&'static str> {
    let mut parts = name.split(['/', '\\']);
    let drive = matches!(name.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    if name.contains('\0') {
        Some("its name holds a zero byte")
    } else if name.starts_with(['/', '\\']) || drive {
        Some("its path is absolute")
    } else if parts.any(|part| part == "..") {
        Some("its path leads out of the archive (..)")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_files::{Lock, locked_zip, xlsx, zip};

    /// `name: content` or `name: error`, for each file.
    fn show(bytes: &[u8], passwords: &[&str], limits: &Limits) -> Vec<String> {
        match unpack(bytes, passwords, limits) {
            Ok(files) => files
                .into_iter()
                .map(|file| match file.content {
                    Ok(content) => format!("{}: {}", file.name, String::from_utf8_lossy(&content)),
                    Err(error) => format!("{}: {error}", file.name),
                })
                .collect(),
            Err(error) => vec![error.to_string()],
        }
    }

    fn shown(bytes: &[u8], passwords: &[&str]) -> Vec<String> {
        show(bytes, passwords, &Limits::default())
    }

    #[test]
    fn lists_the_files_of_archives_in_archives() {
        let inner = zip(&[("2024/明细.csv", b"a,b"), ("empty.txt", b"")]);
        let outer =
            zip(&[("mail.zip", &inner), ("__MACOSX/._x", b"x"), ("d/.DS_Store", b"x"), ("d/", b""), ("x.txt", b"x")]);
        assert_eq!(shown(&outer, &[]), ["mail.zip/2024/明细.csv: a,b", "mail.zip/empty.txt: ", "x.txt: x"]);
        assert_eq!(shown(&zip(&[]), &[]), ["the file is empty"]);
    }

    #[test]
    fn a_third_archive_down_is_not_opened() {
        let third = zip(&[("a.csv", b"a")]);
        let second = zip(&[("third.zip", &third), ("b.csv", b"b")]);
        let first = zip(&[("second.zip", &second), ("c.csv", b"c")]);
        let expected = [
            "second.zip/third.zip: more work than allowed: archives in archives more than 2 deep",
            "second.zip/b.csv: b",
            "c.csv: c",
        ];
        assert_eq!(shown(&first, &[]), expected);
    }

    #[test]
    fn a_workbook_is_a_file_and_not_an_archive() {
        let workbook = xlsx();
        let files = unpack(&zip(&[("微信.xlsx", &workbook)]), &[], &Limits::default()).unwrap();
        assert_eq!(files[0].content.as_ref().unwrap(), &workbook);
    }

    #[test]
    fn tries_each_password_for_each_file() {
        let file = locked_zip(&[
            ("aes.csv", b"one", Lock::Aes("111111")),
            ("old.csv", b"two", Lock::Legacy("222222")),
            ("open.csv", b"three", Lock::Open),
        ]);
        assert_eq!(shown(&file, &["000000", "222222", "111111"]), ["aes.csv: one", "old.csv: two", "open.csv: three"]);
        let required = "a password is needed to open the application/zip";
        let wrong = "none of the passwords opens the application/zip";
        assert_eq!(
            shown(&file, &[]),
            [format!("aes.csv: {required}"), format!("old.csv: {required}"), "open.csv: three".to_owned()]
        );
        assert_eq!(
            shown(&file, &["111111"]),
            ["aes.csv: one".to_owned(), format!("old.csv: {wrong}"), "open.csv: three".to_owned()]
        );

        let all = locked_zip(&[("a.csv", b"one", Lock::Aes("111111")), ("b.csv", b"two", Lock::Legacy("111111"))]);
        assert_eq!(shown(&all, &[]), [required]);
        // The legacy cipher cannot be sure about each wrong password; none of many may pass.
        let many: Vec<String> = (0..1_000).map(|number| format!("{number:06}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(shown(&locked_zip(&[("b.csv", b"two two two", Lock::Legacy("x"))]), &many), [wrong]);
        // One line for a locked archive in an archive.
        assert_eq!(
            shown(&zip(&[("in.zip", &all), ("c.csv", b"c")]), &[]),
            [format!("in.zip: {required}"), "c.csv: c".to_owned()]
        );
    }

    #[test]
    fn reads_names_without_a_flag_as_the_system_wrote_them() {
        let named = |name: &[u8]| {
            let mut file = zip(&[("????????.csv", b"x")]);
            let places: Vec<usize> = memchr::memmem::find_iter(&file, b"????????").collect();
            for at in places {
                file[at..at + 8].copy_from_slice(name);
            }
            shown(&file, &[])
        };
        let (gbk, ..) = GB18030.encode("支付宝账");
        assert_eq!(named(&gbk), ["支付宝账.csv: x"]);
        assert_eq!(named("微信ab".as_bytes()), ["微信ab.csv: x"]);
        assert_eq!(named(b"caf\x82 \xFF\xFF\xFF"), ["café \u{a0}\u{a0}\u{a0}.csv: x"]);
    }

    #[test]
    fn a_path_that_climbs_is_refused_and_the_others_are_read() {
        let names = ["../a.csv", "d/../../a.csv", "..\\a.csv", "/a.csv", "\\a.csv", "C:/a.csv", "a\0.csv"];
        for name in names {
            let placeholder = "x".repeat(name.len());
            let mut file = zip(&[(&placeholder, b"x"), ("ok.csv", b"ok")]);
            let places: Vec<usize> = memchr::memmem::find_iter(&file, placeholder.as_bytes()).collect();
            for at in places {
                file[at..at + name.len()].copy_from_slice(name.as_bytes());
            }
            let lines = shown(&file, &[]);
            assert!(lines[0].contains("is damaged: its "), "{lines:?}");
            assert_eq!(lines[1], "ok.csv: ok");
        }
        assert_eq!(shown(&zip(&[("a..b.csv", b"x")]), &[]), ["a..b.csv: x"]);
    }

    #[test]
    fn bytes_are_counted_as_they_come_out_over_all_depths() {
        let limits = Limits { unpacked_bytes: 2_000, ..Limits::default() };
        let part = vec![b'x'; 900];
        let inner = zip(&[("b", &part), ("c", &part)]);
        let lines = show(&zip(&[("a", &part), ("in.zip", &inner), ("d", b"d")]), &[], &limits);
        let full = "more work than allowed: the archive unpacks to more than 2000 bytes";
        assert_eq!(lines[1..], [format!("in.zip/b: {full}"), format!("in.zip/c: {full}"), format!("d: {full}")]);

        // A header that claims less changes nothing.
        let mut lying = zip(&[("a", &vec![b'x'; 5_000])]);
        let places: Vec<usize> = memchr::memmem::find_iter(&lying, &5_000_u32.to_le_bytes()).collect();
        for at in places {
            lying[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
        }
        let lines = show(&lying, &[], &limits);
        assert!(lines[0].starts_with("a: more work") || lines[0].contains("is damaged"), "{lines:?}");
    }

    #[test]
    fn files_are_counted_and_each_is_bounded() {
        let limits = Limits { archive_entries: 2, file_bytes: 1_000, ..Limits::default() };
        assert_eq!(show(&zip(&[("a", b"a"), ("b", b"b")]), &[], &limits), ["a: a", "b: b"]);
        assert_eq!(
            show(&zip(&[("a", b"a"), ("b", b"b"), ("c", b"c")]), &[], &limits),
            ["more work than allowed: an archive of more than 2 files"]
        );
        assert_eq!(show(&zip(&[("a", &[b'a'; 1_001])]), &[], &limits), ["a: too large: more than 1000 bytes"]);
    }

    #[test]
    fn damage_is_told_in_its_place() {
        let mut file = zip(&[("a.csv", b"aaaaaaaaaa,bbbbbbbbbb"), ("b.csv", b"ok")]);
        let at = memchr::memmem::find(&file, b"a.csv").unwrap() + 5;
        file[at..at + 6].fill(0xFF);
        let lines = shown(&file, &[]);
        assert!(lines[0].starts_with("a.csv: the application/zip is damaged"), "{lines:?}");
        assert_eq!(lines[1], "b.csv: ok");
        assert!(shown(&file[..file.len() - 30], &[])[0].contains("is damaged"));
    }
}
