//! The one map from what went wrong with a file to what a caller is told: code, words, HTTP status.
//!
//! Causes stay inside: they are for the log. Codes are the contract's.

use model::document::MediaType;
use model::failure::{Failure, PictureFault};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FailureOut {
    pub code: &'static str,
    pub message_en: String,
    pub message_zh: String,
    /// What the borrower can do about it.
    pub hint_zh: &'static str,
    pub hint_en: &'static str,
    /// The HTTP status that goes with it.
    #[serde(skip)]
    pub status: u16,
}

/// One row of the map.
struct Words {
    code: &'static str,
    status: u16,
    zh: String,
    en: String,
    hint_zh: &'static str,
    hint_en: &'static str,
}

impl From<&Failure> for FailureOut {
    fn from(failure: &Failure) -> Self {
        let words = words(failure);
        Self {
            code: words.code,
            message_en: words.en,
            message_zh: words.zh,
            hint_zh: words.hint_zh,
            hint_en: words.hint_en,
            status: words.status,
        }
    }
}

const HINT_EXPORT_ZH: &str = "请在银行、支付宝或微信里重新导出流水，不要另存或转换格式，再提交一次。";
const HINT_EXPORT_EN: &str = "Export the statement again from the bank, Alipay or WeChat, do not save it in another format, and hand it in again.";
const HINT_SPLIT_ZH: &str = "请按较短的时间段分几次导出，再分别提交。";
const HINT_SPLIT_EN: &str = "Export shorter periods and hand them in one by one.";

fn words(failure: &Failure) -> Words {
    match failure {
        // The contract has no code of its own for these two: what is not there is readable as no format.
        Failure::Missing => Words {
            code: "unsupported_format",
            status: 422,
            zh: "没有找到这份文件。".to_owned(),
            en: "There is no such file.".to_owned(),
            hint_zh: "请检查文件名和路径。",
            hint_en: "Check the name and the path.",
        },
        Failure::Unopenable { detail } => Words {
            code: "unsupported_format",
            status: 422,
            zh: "这份文件打不开，可能没有读取权限，或者它不是普通文件。".to_owned(),
            en: format!("The file could not be opened: {detail}."),
            hint_zh: "请检查文件的读取权限，或复制一份再试。",
            hint_en: "Check that it may be read, or try with a copy of it.",
        },
        Failure::Empty => Words {
            code: "empty",
            status: 422,
            zh: "文件是空的，没有任何内容。".to_owned(),
            en: "The file is empty.".to_owned(),
            hint_zh: "可能没有下载完整，请重新下载后再提交。",
            hint_en: "The download may not have finished: download it again and hand it in again.",
        },
        Failure::NoText => Words {
            code: "empty",
            status: 422,
            zh: "文件能打开，但里面没有文字。".to_owned(),
            en: "The file opens, but there is no text in it.".to_owned(),
            hint_zh: HINT_EXPORT_ZH,
            hint_en: HINT_EXPORT_EN,
        },
        Failure::Unsupported { found } => Words {
            code: "unsupported_format",
            status: 415,
            zh: "不支持这种文件格式。".to_owned(),
            en: format!("Files of this kind cannot be read: {found}."),
            hint_zh: "请提交机构导出的原始文件：PDF、CSV、XLS、XLSX、图片，或装有它们的 ZIP 压缩包。",
            hint_en: "Hand in the file as the issuer exported it: PDF, CSV, XLS, XLSX, a picture, or a ZIP archive of these.",
        },
        Failure::PasswordRequired { media_type } => Words {
            code: "password_required",
            status: 422,
            zh: format!("这份{}设有密码，需要密码才能打开。", kind_zh(*media_type)),
            en: format!("The {} is protected: a password is needed to open it.", kind_en(*media_type)),
            // PDFs are mostly protected with what both sides know, archives with a code made for the export.
            hint_zh: if *media_type == MediaType::Pdf {
                "请连同密码一起提交。密码通常是身份证后六位；若不是，请看机构的App、短信或邮件。"
            } else {
                "请连同密码一起提交。密码通常在机构发来的短信、邮件或服务通知里（微信支付账单的密码在“微信支付”公众号里）。"
            },
            hint_en: if *media_type == MediaType::Pdf {
                "Hand it in with its password: mostly the last six characters of the ID number, else in the issuer's app, \
                 text message or e-mail."
            } else {
                "Hand it in with its password, which the issuer sent by text message, e-mail or in its app."
            },
        },
        Failure::WrongPassword { media_type } => Words {
            code: "wrong_password",
            status: 422,
            zh: format!("密码不对，打不开这份{}。", kind_zh(*media_type)),
            en: format!("The password does not open the {}.", kind_en(*media_type)),
            hint_zh: "请核对这份文件对应的密码：每次导出的密码都不同，注意大小写和空格。",
            hint_en: "Check the password of this very file: each export has its own; mind capitals and spaces.",
        },
        Failure::Corrupt { media_type, .. } => Words {
            code: "corrupt",
            status: 422,
            zh: format!("这份{}已损坏或不完整，读不出来。", kind_zh(*media_type)),
            en: format!("The {} is damaged or incomplete and cannot be read.", kind_en(*media_type)),
            // A picture is not exported but taken, and half of one is an upload that broke off.
            hint_zh: if media_type.is_picture() {
                "请重新上传原图；仍不行就重新拍照或截图。"
            } else {
                HINT_EXPORT_ZH
            },
            hint_en: if media_type.is_picture() {
                "Upload the original picture again; if that fails too, take a new photograph or screenshot."
            } else {
                HINT_EXPORT_EN
            },
        },
        Failure::TooLarge { limit } => Words {
            code: "too_large",
            status: 413,
            zh: format!("文件太大，超过了 {} MB 的上限。", limit >> 20),
            en: format!("The file is too large: more than {} MB.", limit >> 20),
            hint_zh: HINT_SPLIT_ZH,
            hint_en: HINT_SPLIT_EN,
        },
        Failure::TooManyPages { found, limit } => Words {
            code: "too_many_pages",
            status: 413,
            zh: format!("文件有 {found} 页，超过了 {limit} 页的上限。"),
            en: format!("The file has {found} pages, more than the {limit} that are read."),
            hint_zh: HINT_SPLIT_ZH,
            hint_en: HINT_SPLIT_EN,
        },
        Failure::ResourceLimit { what } => Words {
            code: "resource_limit",
            status: 422,
            zh: "这份文件展开后太大或嵌套太深，已停止读取。".to_owned(),
            en: format!("Reading the file takes more than is allowed: {what}."),
            hint_zh: "请直接提交机构导出的原始文件，不要多层打包；内容很多时请按较短的时间段分几次导出。",
            hint_en: "Hand in the exported file itself rather than archives within archives; split long periods.",
        },
        Failure::Timeout { seconds } => Words {
            code: "timeout",
            status: 503,
            zh: format!("读取这份文件超过了 {seconds} 秒，已停止。"),
            en: format!("Reading the file was stopped after {seconds} seconds."),
            hint_zh: HINT_SPLIT_ZH,
            hint_en: HINT_SPLIT_EN,
        },
        Failure::Cancelled => Words {
            code: "timeout",
            status: 503,
            zh: "这份文件的读取已被取消。".to_owned(),
            en: "Reading the file was cancelled.".to_owned(),
            hint_zh: "如需继续，请联系工作人员重新读取。",
            hint_en: "Ask whoever runs the service to have it read again.",
        },
        Failure::NoTextLayer => Words {
            code: "unreadable_image",
            status: 422,
            zh: "这份文件只有图片（扫描件、照片或截图），无法读出其中的文字。".to_owned(),
            en: "The file holds pictures only (a scan, photo or screenshot), whose text cannot be read.".to_owned(),
            hint_zh: "请提交机构导出的电子版流水（PDF、CSV 或 Excel），不要提交扫描件、照片或截图。",
            hint_en: "Hand in the electronic statement that the issuer exports (PDF, CSV or Excel).",
        },
        Failure::UnreadablePicture { fault } => picture(*fault),
        // What is missing here is said in the log; the applicant can only send something else.
        Failure::NoRecognizer | Failure::Recognizer { .. } => Words {
            code: "unreadable_image",
            status: 422,
            zh: "这里目前不能识别图片中的文字。".to_owned(),
            en: "Text in pictures cannot be read here at present.".to_owned(),
            hint_zh: "请提交机构导出的电子版流水（PDF、CSV 或 Excel），或稍后再试。",
            hint_en: "Hand in the electronic statement that the issuer exports (PDF, CSV or Excel), or try again later.",
        },
        Failure::NotAStatement => Words {
            code: "not_a_statement",
            status: 422,
            zh: "文件能打开，但不是我们认识的流水或账单。".to_owned(),
            en: "The file opens, but it is no statement or bill of a known layout.".to_owned(),
            hint_zh: "请确认提交的是流水或账单的原始导出文件；已支持的机构和格式见 `xinge parsers`。",
            hint_en: "Check that it is a statement as exported by its issuer; `xinge parsers` lists the known layouts.",
        },
        Failure::Panicked { .. } => Words {
            code: "corrupt",
            status: 422,
            zh: "读取这份文件时程序出错，没有读出内容；文件可能不完整。".to_owned(),
            en: "The program failed on this file, so nothing was read from it; the file may be incomplete.".to_owned(),
            hint_zh: HINT_EXPORT_ZH,
            hint_en: HINT_EXPORT_EN,
        },
    }
}

/// What is wrong with a picture, and how to take a better one.
fn picture(fault: PictureFault) -> Words {
    let advice = fault.advice();
    Words {
        code: "unreadable_image",
        status: 422,
        zh: advice.zh.to_owned(),
        en: advice.en.to_owned(),
        hint_zh: advice.hint_zh,
        hint_en: advice.hint_en,
    }
}

const fn kind_zh(media_type: MediaType) -> &'static str {
    match media_type {
        MediaType::Pdf => " PDF ",
        MediaType::Delimited => "文本文件",
        MediaType::Xls | MediaType::Xlsx => " Excel 文件",
        MediaType::Zip => "压缩包",
        MediaType::Html => "网页文件",
        MediaType::Mail => "邮件",
        MediaType::Ofd => " OFD 文件",
        MediaType::Png | MediaType::Jpeg | MediaType::Webp | MediaType::Tiff | MediaType::Bmp => "图片",
        MediaType::Ofx | MediaType::Qif | MediaType::Mt940 | MediaType::Camt | MediaType::Json => "数据文件",
    }
}

const fn kind_en(media_type: MediaType) -> &'static str {
    match media_type {
        MediaType::Pdf => "PDF",
        MediaType::Delimited => "text file",
        MediaType::Xls | MediaType::Xlsx => "Excel file",
        MediaType::Zip => "archive",
        MediaType::Html => "web page",
        MediaType::Mail => "e-mail",
        MediaType::Ofd => "OFD file",
        MediaType::Png | MediaType::Jpeg | MediaType::Webp | MediaType::Tiff | MediaType::Bmp => "picture",
        MediaType::Ofx | MediaType::Qif | MediaType::Mt940 | MediaType::Camt | MediaType::Json => "data file",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contract, "`error` in place of `statements`".
    const CODES: [&str; 11] = [
        "password_required",
        "wrong_password",
        "unsupported_format",
        "not_a_statement",
        "corrupt",
        "empty",
        "too_large",
        "too_many_pages",
        "unreadable_image",
        "timeout",
        "resource_limit",
    ];

    #[test]
    fn every_code_of_the_contract_is_said_and_no_other() {
        let media_type = MediaType::Pdf;
        let failures = [
            Failure::Missing,
            Failure::Unopenable { detail: "permission denied".to_owned() },
            Failure::Empty,
            Failure::NoText,
            Failure::Unsupported { found: "a GIF picture".to_owned() },
            Failure::PasswordRequired { media_type },
            Failure::WrongPassword { media_type },
            Failure::Corrupt { media_type, detail: "no trailer".to_owned() },
            Failure::TooLarge { limit: 100 << 20 },
            Failure::TooManyPages { found: 1_201, limit: 1_200 },
            Failure::ResourceLimit { what: "unpacked size".to_owned() },
            Failure::Timeout { seconds: 60 },
            Failure::NoTextLayer,
            Failure::UnreadablePicture { fault: PictureFault::Blurred },
            Failure::NoRecognizer,
            Failure::Recognizer { detail: "out of memory".to_owned() },
            Failure::NotAStatement,
            Failure::Panicked { doing: "parsing".to_owned() },
        ];
        let mut said: Vec<&str> = failures.iter().map(|failure| FailureOut::from(failure).code).collect();
        said.sort_unstable();
        said.dedup();
        let mut codes = CODES;
        codes.sort_unstable();
        assert_eq!(said, codes);
    }

    #[test]
    fn causes_stay_inside() {
        let failure = Failure::Corrupt { media_type: MediaType::Pdf, detail: "offset 17".to_owned() };
        let json = serde_json::to_string(&FailureOut::from(&failure)).unwrap();
        assert!(json.starts_with(r#"{"code":"corrupt","message_en":"#), "{json}");
        assert!(!json.contains("offset 17") && !json.contains("status"), "{json}");
    }
}
