//! What kind of file this is, told from its content and never from its name.

/// The kinds told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Empty,
    Pdf,
    Delimited,
    Xls,
    Xlsx,
    Zip,
    /// A kind that is recognised and not read, in words.
    Other(&'static str),
}

#[must_use]
pub fn sniff(_bytes: &[u8]) -> Kind {
    Kind::Other("not built yet")
}
