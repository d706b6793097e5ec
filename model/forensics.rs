//! What a file shows about how it was made and what was done to it since. Observations, not judgements: whether they
//! matter is for the checks, which know where the figures stand.

use serde::{Deserialize, Serialize};

use crate::{Source, Text};

/// Traces in one file. Empty where its format keeps none, or where nothing was noticed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Traces {
    /// How often a PDF was saved by appending to it, its first saving included; 0 for other formats.
    pub revisions: u32,
    /// What an earlier saving of the file showed in other words. At most [`TRACES_MAX`].
    pub changes: Vec<Change>,
    /// Changes beyond those listed.
    pub changes_more: u32,
    /// Pages that the earlier saving did not have.
    pub pages_added: Vec<u32>,
    /// How many pages it had that are gone.
    pub pages_removed: u32,
    /// Text that is there and not seen, or that lies over other text. At most [`TRACES_MAX`].
    pub overlays: Vec<Overlay>,
    /// Figures set in another font than their column. At most [`TRACES_MAX`].
    pub odd_fonts: Vec<OddFont>,
    pub signatures: Vec<Signature>,
    /// Matrix codes found in the file's pictures.
    pub codes: Vec<MatrixCode>,
    /// Of a photo or a screenshot handed in as such.
    pub picture: Option<Picture>,
    /// Pages that are pictures and whose pixels were looked at; `None` where nobody looked.
    pub pictures_looked_at: Option<u32>,
    /// Figures on such pages that do not look like the others. At most [`TRACES_MAX`].
    pub patches: Vec<Patch>,
    /// Such pages with the pattern of a photographed screen.
    pub screens: Vec<u32>,
    /// Pairs of such pages that have the same paper, noise and all. At most [`TRACES_MAX`].
    pub same_paper: Vec<SamePaper>,
    /// How the file came, where it came in a mail or an archive.
    pub trail: Option<Trail>,
    /// Pages whose text layer was compared with what is seen on them; `None` where nobody looked.
    pub pages_compared: Option<u32>,
    /// Where a page shows other digits than its text layer has.
    pub unlike_layer: Vec<Change>,
}

/// Traces of one kind that are kept. A reader looks at a handful; a file edited throughout would give thousands.
pub const TRACES_MAX: usize = 200;

/// Words at one place that are not what they were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub source: Source,
    /// `None` where nothing stood.
    pub before: Option<Text>,
    /// `None` where nothing stands any more.
    pub after: Option<Text>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverlayKind {
    /// An opaque box painted over text.
    BoxOverText,
    /// An opaque picture placed over text.
    PictureOverText,
    /// Two different texts at one place.
    TextOverText,
    /// Drawn without a mark (render mode 3) on a page whose other text is seen.
    Hidden,
    /// White on white.
    White,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Overlay {
    pub kind: OverlayKind,
    pub source: Source,
    /// The text that is not seen.
    pub covered: Text,
    /// The text that is seen in its place.
    pub shown: Option<Text>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OddFont {
    pub source: Source,
    pub text: Text,
    /// As the file names it, with its subset's prefix.
    pub font: Text,
    /// That of the column's other figures.
    pub usual: Text,
}

/// A digital signature, as far as the file alone can tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signature {
    /// Who the certificate names: its common name, or else its organisation.
    pub signer: Option<Text>,
    /// As written in it, `YYYY-MM-DDThh:mm:ssZ`; the signer's own clock.
    pub signed_at: Option<Text>,
    /// `rsa_sha256`, `rsa_pss_sha256`, `ecdsa_p256_sha256`, `sm2_sm3`, …
    pub algorithm: Option<Text>,
    pub integrity: Integrity,
    pub coverage: Coverage,
    /// Certificates in it, DER, the signer's first. At most [`CERTIFICATES_MAX`].
    pub certificates: Vec<Vec<u8>>,
    pub chain: Chain,
}

/// Certificates kept of one signature: a signer's, its authority's, the root's, and one for a cross certificate.
pub const CERTIFICATES_MAX: usize = 6;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Integrity {
    /// Digest and signature fit what they cover.
    Intact,
    /// What it covers is not what was signed.
    Altered,
    /// It cannot be judged: an algorithm that is not known here, or a container that makes no sense.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    Whole,
    /// Something was appended after it, or it leaves parts out.
    Part,
    /// The ranges it states make no sense.
    Senseless,
}

/// Whether a signer's certificate leads to a root on the trust list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chain {
    /// No trust list was given.
    #[default]
    NotJudged,
    /// It leads to the root of this name, and every certificate on the way was valid when the signature was made.
    Trusted(Text),
    /// It leads to the root of this name, but was not valid at the time that the signature states, or it states none.
    OutOfDate(Text),
    Untrusted,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatrixCode {
    pub source: Option<Source>,
    pub payload: Text,
}

/// What a photo's or a screenshot's own file says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    /// Make and model of a camera.
    pub camera: Option<Text>,
    /// A program that says it wrote the file.
    pub software: Option<Text>,
    /// A mark of a program that makes pictures up.
    pub generator: Option<Text>,
    /// Width and height that a camera noted.
    pub stated_size: Option<(u32, u32)>,
    /// At which the common JPEG library would write its tables, 1 to 100; `None` for a camera's own, and for other formats.
    pub quality: Option<u8>,
    pub taken: Option<Text>,
    pub modified: Option<Text>,
    /// The preview kept in the file shows another picture: their correlation, where it is low.
    pub preview_differs: Option<Text>,
}

/// Two pages whose blank paper carries the same noise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SamePaper {
    pub first: u32,
    pub second: u32,
    /// Of the noise, 0 to 1.
    pub correlation: Text,
}

/// How a file came: the mail or the archive it lay in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Trail {
    /// The archive's file name, without its folder.
    pub archive: Option<Text>,
    /// Whether it lay there under a password.
    pub locked: bool,
    /// The file's own name in it.
    pub name: Text,
    /// Domain of the address that a mail says it is from.
    pub from_domain: Option<Text>,
    /// Signatures of servers that the mail passed (DKIM, RFC 6376).
    pub seals: Vec<MailSeal>,
}

/// One server's signature on a mail, as far as it can be judged without asking for the server's key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MailSeal {
    /// Who signed.
    pub domain: Text,
    /// Whether the mail's body is the one whose digest was signed.
    pub body: Integrity,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatchKind {
    /// The same pixels twice, noise and all.
    Copied,
    /// Without the noise that its surroundings have.
    Smooth,
    /// Drawn unlike every other print of the same character.
    Redrawn,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Patch {
    pub kind: PatchKind,
    pub source: Source,
    /// How far it stands out, in the measure's own unit.
    pub strength: Text,
}

impl Signature {
    /// One that cannot be read further than that it is there.
    #[must_use]
    pub const fn unreadable(coverage: Coverage) -> Self {
        Self {
            signer: None,
            signed_at: None,
            algorithm: None,
            integrity: Integrity::Unknown,
            coverage,
            certificates: Vec::new(),
            chain: Chain::NotJudged,
        }
    }
}
