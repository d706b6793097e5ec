//! Why a file gave no statements: everything that can stop it on the way from bytes to statements.
//!
//! The stages have error types of their own; this is their common form, which can be stored. What a caller is
//! told about it (code, words, HTTP status) is `src/wire/failure.rs`.

use serde::{Deserialize, Serialize};

use crate::document::MediaType;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "failure", rename_all = "snake_case")]
pub enum Failure {
    #[error("there is no such file")]
    Missing,
    /// The operating system gave no bytes: no permission, a fault of the disk.
    #[error("the file could not be opened: {detail}")]
    Unopenable { detail: String },
    #[error("the file is empty")]
    Empty,
    /// Readable, but there is no text in it.
    #[error("the document has no text")]
    NoText,
    #[error("the file is of a kind that cannot be read: {found}")]
    Unsupported { found: String },
    #[error("a password is needed to open the {}", media_type.as_str())]
    PasswordRequired { media_type: MediaType },
    #[error("none of the passwords opens the {}", media_type.as_str())]
    WrongPassword { media_type: MediaType },
    #[error("the {} is damaged: {detail}", media_type.as_str())]
    Corrupt { media_type: MediaType, detail: String },
    /// Larger than `limit` bytes.
    #[error("too large: more than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("too many pages: {found}, at most {limit}")]
    TooManyPages { found: u32, limit: u32 },
    /// A bound on work or memory was reached: nesting, unpacked size, operators.
    #[error("more work than allowed: {what}")]
    ResourceLimit { what: String },
    #[error("not done within {seconds} s")]
    Timeout { seconds: u64 },
    /// Pictures of pages only.
    #[error("the document has pages without a text layer only")]
    NoTextLayer,
    /// A picture that was looked at and cannot be read with confidence.
    #[error("the picture cannot be read: {fault:?}")]
    UnreadablePicture { fault: PictureFault },
    /// No engine that reads pictures is set up here: the operator's business, not the borrower's.
    #[error("no engine that reads pictures is set up; `.ci/models` fetches one")]
    NoRecognizer,
    /// The engine that reads pictures failed: the operator's business too.
    #[error("the engine that reads pictures failed: {detail}")]
    Recognizer { detail: String },
    #[error("no known layout fits the document")]
    NotAStatement,
    /// Somebody who looks after jobs said that it is not to be read.
    #[error("reading the file was cancelled")]
    Cancelled,
    /// A defect of ours that this file brought out. The panic's own words may quote the document: not kept.
    #[error("the program failed while {doing} the file")]
    Panicked { doing: String },
}

/// What is wrong with a picture, by what its owner can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureFault {
    /// No text was found at all.
    NoText,
    /// The characters have too few pixels.
    TooSmall,
    /// Out of focus, or shaken.
    Blurred,
    /// Lamps or windows mirrored on the page.
    Glare,
    TooDark,
    /// The page runs out of the picture, text and all.
    CutOff,
    /// A photograph of a screen that shows the document.
    Screen,
    /// Text was found and is not read with confidence, and nothing of the above is plain.
    Unclear,
}

/// What is wrong with a picture and how to take a better one, for whoever took it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advice {
    pub zh: &'static str,
    pub en: &'static str,
    pub hint_zh: &'static str,
    pub hint_en: &'static str,
}

impl PictureFault {
    #[must_use]
    pub const fn advice(self) -> Advice {
        let (zh, en, hint_zh, hint_en) = match self {
            Self::NoText => (
                "图片里没有找到文字。",
                "No text was found in the picture.",
                "请确认提交的是流水或账单的截图、扫描件或照片。",
                "Check that it is a screenshot, scan or photograph of a statement or bill.",
            ),
            Self::TooSmall => (
                "图片太小，字迹不够清楚。",
                "The picture is too small: its characters have too few pixels.",
                "请发送原图（不要经聊天软件压缩），或靠近一些分几张拍。",
                "Send the original picture, not one that a messenger made smaller, or take several from nearer.",
            ),
            Self::Blurred => (
                "图片模糊，看不清文字。",
                "The picture is blurred.",
                "请把手机拿稳，点一下屏幕对焦后再拍，或改用扫描。",
                "Hold the telephone still, tap the screen to focus and take it again, or scan the page.",
            ),
            Self::Glare => (
                "图片反光，有一部分看不清。",
                "Light is mirrored in the picture, part of it cannot be read.",
                "请避开灯光和窗户的反射，关掉闪光灯再拍一次。",
                "Take it again without flash, away from the reflection of lamps and windows.",
            ),
            Self::TooDark => (
                "图片太暗，看不清文字。",
                "The picture is too dark.",
                "请在光线充足的地方再拍一次。",
                "Take it again in good light.",
            ),
            Self::CutOff => (
                "页面没有拍全，边上的文字被裁掉了。",
                "The page is not whole: text at the edge of the picture is cut off.",
                "请把整页拍进画面，四边都留出空白；截图请不要裁剪。",
                "Take the whole page with room on all four sides; do not crop screenshots.",
            ),
            Self::Screen => (
                "这是翻拍屏幕的照片。",
                "This is a photograph of a screen.",
                "请直接在手机上截图，或从银行、支付宝、微信导出文件提交。",
                "Take a screenshot, or export the file from the bank, Alipay or WeChat, and hand that in.",
            ),
            Self::Unclear => (
                "图片里的文字看不清，不能可靠地识别。",
                "The text in the picture is not clear enough to be read reliably.",
                "请把纸张铺平、四角拍全、光线均匀，正对着拍一次；有电子版时请提交电子版。",
                "Lay the page flat, take all of it in even light from straight above; hand in the electronic file if there is one.",
            ),
        };
        Advice { zh, en, hint_zh, hint_en }
    }
}
