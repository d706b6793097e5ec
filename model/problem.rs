//! A part of a document that could not be read, or does not fit what it says about itself.

use serde::{Deserialize, Serialize};

use crate::Source;

/// A published vocabulary; codes are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// A row of the table could not be read, so it is not among the transactions.
    UnreadableRow,
    /// A row is there, but one of its figures could not be read and is null.
    UnreadableCell,
    /// A value of the heading (period, totals, …) is printed but could not be read.
    UnreadableField,
    /// A word the layout does not know (a new status or direction): the row is listed and not counted.
    UnknownWord,
    /// Text inside the table that belongs to no row.
    StrayText,
    /// What the document prints about itself (count, sum, period) does not match its rows.
    DoesNotAddUp,
    /// A page without readable text.
    UnreadablePage,
    /// A picture could be taken better: blurred, cut, in glare. What was read of it is there, and may be wrong.
    PoorPicture,
    /// The file ends early; what came before is there.
    Truncated,
    /// A bound of the program was reached; what came before is there.
    LimitReached,
}

impl ProblemCode {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnreadableRow => "unreadable_row",
            Self::UnreadableCell => "unreadable_cell",
            Self::UnreadableField => "unreadable_field",
            Self::UnknownWord => "unknown_word",
            Self::StrayText => "stray_text",
            Self::DoesNotAddUp => "does_not_add_up",
            Self::UnreadablePage => "unreadable_page",
            Self::PoorPicture => "poor_picture",
            Self::Truncated => "truncated",
            Self::LimitReached => "limit_reached",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    pub code: ProblemCode,
    /// Printed row number the problem is about, as in [`crate::statement::Transaction::seq`].
    pub seq: Option<u32>,
    pub message_zh: String,
    pub message_en: String,
    pub source: Option<Source>,
}

impl Problem {
    #[must_use]
    pub fn new(code: ProblemCode, message_zh: impl Into<String>, message_en: impl Into<String>) -> Self {
        Self { code, seq: None, message_zh: message_zh.into(), message_en: message_en.into(), source: None }
    }

    #[must_use]
    pub fn at(mut self, source: Source) -> Self {
        self.source = Some(source);
        self
    }

    #[must_use]
    pub const fn row(mut self, seq: u32) -> Self {
        self.seq = Some(seq);
        self
    }
}
