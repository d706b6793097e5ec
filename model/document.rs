//! A file as it was understood: what it is, what it says about itself, and its content.

use serde::{Deserialize, Serialize};

use crate::forensics::Traces;
use crate::page::Page;
use crate::sheet::Sheet;
use crate::{Problem, Text};

/// What kind of file this is, told from its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaType {
    Pdf,
    Delimited,
    Xls,
    Xlsx,
    Zip,
    Html,
    /// An e-mail with its parts.
    Mail,
    Ofd,
    Ofx,
    Qif,
    Mt940,
    /// ISO 20022 camt.052, .053 or .054.
    Camt,
    Json,
    Png,
    Jpeg,
    Webp,
    Tiff,
    Bmp,
}

impl MediaType {
    /// A picture of a page: a photograph, a scan, a screenshot.
    #[must_use]
    pub const fn is_picture(self) -> bool {
        matches!(self, Self::Png | Self::Jpeg | Self::Webp | Self::Tiff | Self::Bmp)
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Delimited => "text/csv",
            Self::Xls => "application/vnd.ms-excel",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Zip => "application/zip",
            Self::Html => "text/html",
            Self::Mail => "message/rfc822",
            Self::Ofd => "application/ofd",
            Self::Ofx => "application/x-ofx",
            Self::Qif => "application/x-qif",
            Self::Mt940 => "application/x-mt940",
            Self::Camt => "application/xml",
            Self::Json => "application/json",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Tiff => "image/tiff",
            Self::Bmp => "image/bmp",
        }
    }
}

/// What the parsers read. Delimited text is one [`Sheet`], so that they see one kind of grid.
#[derive(Debug, Clone)]
pub enum Content {
    Pages(Vec<Page>),
    Sheets(Vec<Sheet>),
    /// An interchange format (OFX, MT940, camt, JSON): its whole text, decoded.
    Text(String),
}

/// What the file says about itself, for identification and forensics. Never trusted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FileFacts {
    pub producer: Option<Text>,
    pub creator: Option<Text>,
    pub created: Option<Text>,
    pub modified: Option<Text>,
    /// How the text was encoded, for delimited text: `UTF-8`, `gb18030`, …
    pub encoding: Option<Text>,
    pub encrypted: bool,
    /// What read the text off the pages that are pictures: the engine and its models.
    #[serde(default)]
    pub read_by: Option<Text>,
    /// Font names in the order that [`crate::page::Word::font`] counts them.
    pub fonts: Vec<Text>,
    /// What shows how it was made and altered. What was stored before there were any has none.
    #[serde(default)]
    pub traces: Traces,
}

/// One readable file. An archive is several of these.
#[derive(Debug, Clone)]
pub struct Document {
    pub media_type: MediaType,
    /// Printed pages; `None` for what has none (a table of text, a workbook).
    pub page_count: Option<u32>,
    pub content: Content,
    pub facts: FileFacts,
    /// Parts that could not be read; the rest is there.
    pub problems: Vec<Problem>,
}
