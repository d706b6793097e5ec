//! Draws made-up statements as their issuers print them, and the made-up lives behind them.
//!
//! Three layers: `pdf`, `xls`, `text` and `archive` write file formats; one module an issuer prints a list
//! of rows as that issuer does; [`life`] plays a person's months as events, from which the rows of every
//! account follow, so that the papers of one applicant agree with each other. Knows no parser: what it
//! says about its own papers ([`truth`]) comes from the events and rows alone.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

pub mod archive;
pub mod merge;
pub mod page_items;
pub mod pdf;
pub mod random;
pub mod text;
pub mod xls;

pub mod rows;

pub mod abc;
pub mod alipay;
pub mod boc;
pub mod ccb;
pub mod cmb;
pub mod icbc;
pub mod wechat;

pub mod layout;

pub mod figures;
pub mod life;
pub mod people;
pub mod samples;
pub mod truth;

pub mod bench_inputs;
pub mod invented;
pub mod papers;
pub mod sign;
pub mod signed;
pub mod tamper;
pub mod tamper_pdf;

/// Why a document could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    #[error("could not assemble a PDF")]
    Pdf(#[source] lopdf::Error),
    #[error("could not write out a PDF")]
    PdfBytes(#[source] std::io::Error),
    #[error("no run of text shows {text}")]
    NoRun { text: String },
    #[error("could not assemble a workbook")]
    Workbook(#[source] rust_xlsxwriter::XlsxError),
    #[error("could not pack {name}")]
    Archive {
        name: String,
        #[source]
        source: zip::result::ZipError,
    },
    #[error("could not pack {name}")]
    ArchiveBytes {
        name: String,
        #[source]
        source: std::io::Error,
    },
    #[error("a key of these tests cannot be used for this")]
    Key,
    #[error("{what} is too large for its file format")]
    TooLarge { what: &'static str },
    #[error("a page's text items are not as pdf.js lists them")]
    PageItems(#[source] serde_json::Error),
    #[error("a page's text items are not a list")]
    NoItemList,
    #[error("{account} cannot pay {amount} on {on}: it holds {balance}")]
    Broke { account: String, amount: model::Money, on: jiff::civil::DateTime, balance: model::Money },
    #[error("there is no account {index}")]
    NoAccount { index: usize },
    #[error("the calendar ends before {what}")]
    Calendar {
        what: &'static str,
        #[source]
        source: jiff::Error,
    },
}
