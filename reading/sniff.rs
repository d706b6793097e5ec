//! What kind of file this is, told from its content and never from its name: `.xls` may be a workbook, a
//! ZIP, a web page or tab-separated text.

use std::io::Cursor;

use memchr::memmem;
use model::document::MediaType;
use zip::ZipArchive;

use crate::compound::{self, Compound};
use crate::{encoding, mail, structured};

/// The kinds told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Empty,
    Pdf,
    /// Text of any sort, a table or not.
    Delimited,
    /// An OLE compound file with a workbook in it, or one too damaged to say.
    Xls,
    /// An OOXML workbook; also one inside an OLE compound file, which is how it is encrypted.
    Xlsx,
    /// A workbook of Excel 2003 in XML, whatever its name; sites call them `.xls`.
    SpreadsheetXml,
    Zip,
    /// A web page, whatever its name; banks call them `.xls`.
    Html,
    /// An e-mail with its headers: a container, as a ZIP is.
    Mail,
    Ofd,
    Ofx,
    Qif,
    Mt940,
    Camt,
    Json,
    /// A picture of a page, of a format that is read.
    Picture(MediaType),
    /// A kind that is recognised and not read, in words.
    Other(&'static str),
}

/// Where a PDF's header may stand: readers have always allowed the first KiB.
const PDF_HEADER_BYTES: usize = 1 << 10;

/// How much of a text is looked at for markup; a page's preamble of comments is shorter.
const MARKUP_BYTES: usize = 4 << 10;

/// First bytes of files that are no text and no document of ours.
const SIGNATURES: [(&[u8], &str); 22] = [
    (b"GIF8", "a GIF picture"),
    (b"II+\0", "a BigTIFF picture"),
    (b"Rar!\x1A\x07", "a RAR archive"),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
    (b"\x1F\x8B", "a gzip file"),
    (b"BZh", "a bzip2 file"),
    (b"\xFD7zXZ\0", "an xz file"),
    (b"\x28\xB5\x2F\xFD", "a zstd file"),
    (b"MSCF", "a cabinet archive"),
    (b"MZ", "a Windows program"),
    (b"\x7FELF", "a Linux program"),
    (b"\xCF\xFA\xED\xFE", "a macOS program"),
    (b"\xCA\xFE\xBA\xBE", "a program"),
    (b"{\\rtf", "an RTF text"),
    (b"%!PS", "a PostScript file"),
    (b"SQLite format 3\0", "a database"),
    (b"OggS", "a sound recording"),
    (b"ID3", "a sound recording"),
    (b"fLaC", "a sound recording"),
    (b"#!AMR", "a sound recording"),
    (b"\x1A\x45\xDF\xA3", "a film"),
    (b"FLV\x01", "a film"),
];

/// First bytes of pictures that are read.
const PICTURES: [(&[u8], MediaType); 5] = [
    (b"\x89PNG\r\n\x1A\n", MediaType::Png),
    (b"\xFF\xD8\xFF", MediaType::Jpeg),
    (b"II*\0", MediaType::Tiff),
    (b"MM\0*", MediaType::Tiff),
    (b"BM", MediaType::Bmp),
];

#[must_use]
pub fn sniff(bytes: &[u8]) -> Kind {
    if bytes.is_empty() {
        return Kind::Empty;
    }
    // Containers before PDF: a stored PDF may begin within the first KiB of a ZIP.
    if [&b"PK\x03\x04"[..], b"PK\x05\x06", b"PK\x07\x08"].iter().any(|signature| bytes.starts_with(signature)) {
        return in_zip(bytes);
    }
    if compound::is_compound(bytes) {
        return in_compound(bytes);
    }
    if let Some(media_type) = picture(bytes) {
        return Kind::Picture(media_type);
    }
    if let Some(found) = signature(bytes) {
        return Kind::Other(found);
    }
    let head = bytes.get(..PDF_HEADER_BYTES).unwrap_or(bytes);
    if memmem::find(head, b"%PDF-").is_some() {
        return Kind::Pdf;
    }
    // Marks tell these, so that one in an encoding of its own, or a mail of parts in several, is told too.
    let head = ascii(bytes);
    if let Some(kind) = structured::told(&head) {
        return kind;
    }
    if mail::is_mail(bytes) {
        return Kind::Mail;
    }
    if let Some(kind) = in_markup(&head) {
        return kind;
    }
    if encoding::looks_like_text(bytes) {
        return Kind::Delimited;
    }
    Kind::Other("neither text nor a document of a known kind")
}

/// What kind of picture the first bytes say it is; nothing else of the file is looked at but whether two letters begin a text.
#[must_use]
pub fn picture(bytes: &[u8]) -> Option<MediaType> {
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some(MediaType::Webp);
    }
    let (magic, media_type) = PICTURES.into_iter().find(|(magic, _)| bytes.starts_with(magic))?;
    // Two letters may begin a text too; what follows them in a picture is no text.
    (magic.len() > 2 || !encoding::looks_like_text(bytes)).then_some(media_type)
}

fn signature(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"RIFF") {
        return match bytes.get(8..12) {
            Some(b"WAVE") => Some("a sound recording"),
            Some(b"AVI ") => Some("a film"),
            _ => None,
        };
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return match bytes.get(8..12) {
            Some(b"heic" | b"heix" | b"mif1" | b"msf1" | b"hevc") => Some("a HEIC picture"),
            Some(b"avif" | b"avis") => Some("an AVIF picture"),
            _ => Some("a film"),
        };
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return Some("a tar archive");
    }
    let (magic, found) = SIGNATURES.into_iter().find(|(magic, _)| bytes.starts_with(magic))?;
    // Two letters may begin a text too; what follows them in a picture or a program is no text.
    let certain = magic.len() > 4 || !encoding::looks_like_text(bytes);
    certain.then_some(found)
}

fn in_zip(bytes: &[u8]) -> Kind {
    let Ok(archive) = ZipArchive::new(Cursor::new(bytes)) else {
        // The directory stands at the end, so a cut file has none; its parts' names stand before each part.
        let names = |part: &&[u8]| memmem::find(bytes, part).is_some();
        return if [&b"xl/workbook"[..], b"xl/worksheets/"].iter().any(names) {
            Kind::Xlsx
        } else if names(&&b"OFD.xml"[..]) {
            Kind::Ofd
        } else {
            Kind::Zip
        };
    };
    let has = |wanted: &str| archive.file_names_raw().any(|name| part_is(name, wanted));
    let has_under = |folder: &str| archive.file_names_raw().any(|name| part_is_under(name, folder));
    let is_package = has("[Content_Types].xml");
    if has("OFD.xml") {
        Kind::Ofd
    } else if is_package && has("xl/workbook.bin") {
        Kind::Other("a binary Excel workbook (XLSB)")
    } else if is_package && has_under("xl/") {
        Kind::Xlsx
    } else if is_package && has_under("word/") {
        Kind::Other("a Word document")
    } else if is_package && has_under("ppt/") {
        Kind::Other("a PowerPoint presentation")
    } else if has("mimetype") && has("META-INF/manifest.xml") {
        Kind::Other("an OpenDocument file")
    } else if has("mimetype") && has("META-INF/container.xml") {
        Kind::Other("an electronic book")
    } else if has("AndroidManifest.xml") {
        Kind::Other("an Android program")
    } else {
        Kind::Zip
    }
}

/// Some writers use the other slash and the other case.
fn part_is(name: &[u8], wanted: &str) -> bool {
    name.len() == wanted.len() && part_is_under(name, wanted)
}

fn part_is_under(name: &[u8], folder: &str) -> bool {
    let same =
        |(byte, wanted): (&u8, u8)| if *byte == b'\\' { wanted == b'/' } else { byte.eq_ignore_ascii_case(&wanted) };
    name.len() >= folder.len() && name.iter().zip(folder.bytes()).all(same)
}

fn in_compound(bytes: &[u8]) -> Kind {
    let Some(file) = Compound::open(bytes) else {
        // Of the kinds kept in such files a statement is an XLS; reading it will say what is wrong.
        return Kind::Xls;
    };
    if file.has("EncryptedPackage") {
        Kind::Xlsx
    } else if file.has("Workbook") || file.has("Book") {
        Kind::Xls
    } else if file.has("WordDocument") {
        Kind::Other("a Word document")
    } else if file.has("PowerPoint Document") {
        Kind::Other("a PowerPoint presentation")
    } else if file.has("__properties_version1.0") {
        Kind::Other("an Outlook message")
    } else {
        Kind::Other("an OLE compound file without a workbook")
    }
}

/// The beginning of a file in lower case, without what is not ASCII: of UTF-16 the zeros, and byte order marks.
fn ascii(bytes: &[u8]) -> Vec<u8> {
    let head = bytes.get(..MARKUP_BYTES).unwrap_or(bytes);
    head.iter().filter(|byte| **byte != 0 && byte.is_ascii()).map(u8::to_ascii_lowercase).collect()
}

fn in_markup(head: &[u8]) -> Option<Kind> {
    let text = head.trim_ascii_start();
    let holds = |needle: &str| memmem::find(text, needle.as_bytes()).is_some();
    if !text.starts_with(b"<") {
        None
    } else if holds("urn:schemas-microsoft-com:office:spreadsheet") {
        Some(Kind::SpreadsheetXml)
    } else if ["<!doctype html", "<html", "<table", "<head", "<body", "<meta", "<div", "<p>"]
        .iter()
        .any(|tag| holds(tag))
    {
        Some(Kind::Html)
    } else if text.starts_with(b"<?xml") {
        Some(Kind::Other("XML"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use encoding_rs::GB18030;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zip(names: &[&str]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            writer
                .start_file(*name, SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored))
                .unwrap();
            writer.write_all(b"%PDF-1.7").unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn tells_containers_by_their_parts() {
        assert_eq!(sniff(&zip(&["流水.pdf"])), Kind::Zip);
        assert_eq!(sniff(&zip(&[])), Kind::Zip);
        let workbook = zip(&["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"]);
        assert_eq!(sniff(&workbook), Kind::Xlsx);
        assert_eq!(sniff(&workbook[..workbook.len() - 30]), Kind::Xlsx, "a cut one too");
        assert_eq!(sniff(&zip(&["[Content_Types].xml", "XL\\workbook.xml"])), Kind::Xlsx);
        assert_eq!(sniff(&zip(&["xl/readme.txt"])), Kind::Zip);
        assert_eq!(sniff(&zip(&["[Content_Types].xml", "word/document.xml"])), Kind::Other("a Word document"));
        let pages = zip(&["OFD.xml", "Doc_0/Document.xml"]);
        assert_eq!(sniff(&pages), Kind::Ofd);
        assert_eq!(sniff(&pages[..pages.len() - 30]), Kind::Ofd, "a cut one too");
        assert_eq!(sniff(&zip(&["papers/OFD.xml"])), Kind::Zip);
    }

    #[test]
    fn tells_text_from_markup_and_binaries() {
        let (gbk, ..) = GB18030.encode("交易日期\t摘要\n2024-01-02\t消费\n");
        assert_eq!(sniff(&gbk), Kind::Delimited);
        assert_eq!(sniff("\u{FEFF}交易日期,摘要\n".as_bytes()), Kind::Delimited);
        assert_eq!(sniff(b"BM,a bank's letters\n1,2\n"), Kind::Delimited);
        assert_eq!(sniff(b"<!-- made by a bank -->\n<html><table><tr>"), Kind::Html);
        assert_eq!(sniff(b"<?xml version='1.0'?><Document/>"), Kind::Other("XML"));
        assert_eq!(sniff(b"<1>, a text\n"), Kind::Delimited);
        assert_eq!(sniff(b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0"), Kind::Picture(MediaType::Bmp));
        assert_eq!(sniff(b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR"), Kind::Picture(MediaType::Png));
        assert_eq!(sniff(b"\0\0\0\x18ftypheic\0\0"), Kind::Other("a HEIC picture"));
        assert_eq!(sniff(b"\0\x01\x02\x03\x04"), Kind::Other("neither text nor a document of a known kind"));
        assert_eq!(sniff(b""), Kind::Empty);
    }

    #[test]
    fn finds_a_pdf_header_within_the_first_kib() {
        let at = |offset: usize| [vec![b'\n'; offset], b"%PDF-1.7\n%\xE2\xE3".to_vec()].concat();
        assert_eq!(sniff(&at(0)), Kind::Pdf);
        assert_eq!(sniff(&at(1_000)), Kind::Pdf);
        assert_ne!(sniff(&at(1_024)), Kind::Pdf);
    }
}
