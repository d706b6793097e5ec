//! Every paper that can be drawn, by name: what to print, and what the issuer would call the file.

use crate::rows::{BankStatement, WalletStatement};
use crate::text::compact;
use crate::{MakeError, abc, alipay, boc, ccb, cmb, icbc, wechat};

/// A deposit account's papers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BankLayout {
    CmbPdf,
    CmbCsv,
    IcbcV1,
    IcbcV2,
    CcbWeb,
    CcbApp,
    CcbAppXlsx,
    AbcPdf,
    BocPdf,
}

/// A wallet's papers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalletLayout {
    AlipayV2,
    AlipayV1,
    AlipayWeb,
    WechatCsv,
    Wechat2025,
    Wechat2026,
}

impl BankLayout {
    pub const ALL: [Self; 9] = [
        Self::CmbPdf,
        Self::CmbCsv,
        Self::IcbcV1,
        Self::IcbcV2,
        Self::CcbWeb,
        Self::CcbApp,
        Self::CcbAppXlsx,
        Self::AbcPdf,
        Self::BocPdf,
    ];

    /// The file's bytes, as the issuer's own download has them (ICBC in GBK, BOC without a password).
    ///
    /// # Errors
    /// [`MakeError`] when a writer refuses.
    pub fn print(self, statement: &BankStatement) -> Result<Vec<u8>, MakeError> {
        match self {
            Self::CmbPdf => cmb::pdf(statement, cmb::Spacing::Printed),
            Self::CmbCsv => Ok(cmb::csv(statement)),
            Self::IcbcV1 => Ok(icbc::csv(statement, icbc::Version::V1, icbc::Encoding::Gbk)),
            Self::IcbcV2 => Ok(icbc::csv(statement, icbc::Version::V2, icbc::Encoding::Gbk)),
            Self::CcbWeb => ccb::web_xls(statement),
            Self::CcbApp => ccb::app_xls(statement),
            Self::CcbAppXlsx => ccb::app_xlsx(statement),
            Self::AbcPdf => abc::pdf(statement, abc::Typeface::Readable),
            Self::BocPdf => boc::pdf(statement, None),
        }
    }

    /// The name under which the issuer sends it.
    #[must_use]
    pub fn file_name(self, statement: &BankStatement) -> String {
        let at = statement.printed;
        let stamp = format!("{}{:02}{:02}{:02}", compact(at.date()), at.hour(), at.minute(), at.second());
        match self {
            Self::CmbPdf => cmb::pdf_file_name(statement),
            Self::CmbCsv => format!(
                "CMB_{}_{}_{}.csv",
                crate::text::tail(&statement.account),
                compact(statement.window.from),
                compact(statement.window.to)
            ),
            Self::IcbcV1 | Self::IcbcV2 => format!("hisdetail{stamp}.csv"),
            Self::CcbWeb => ccb::web_file_name(statement),
            Self::CcbApp => format!("hqmx_{stamp}.xls"),
            Self::CcbAppXlsx => format!("hqmx_{stamp}.xlsx"),
            Self::AbcPdf => abc::pdf_file_name(statement),
            Self::BocPdf => boc::pdf_file_name(statement),
        }
    }
}

impl WalletLayout {
    pub const ALL: [Self; 6] =
        [Self::AlipayV2, Self::AlipayV1, Self::AlipayWeb, Self::WechatCsv, Self::Wechat2025, Self::Wechat2026];

    /// The file's bytes, out of the ZIP that the wallet mails it in.
    ///
    /// # Errors
    /// [`MakeError`] when a writer refuses.
    pub fn print(self, statement: &WalletStatement) -> Result<Vec<u8>, MakeError> {
        match self {
            Self::AlipayV2 => Ok(alipay::app_v2(statement)),
            Self::AlipayV1 => Ok(alipay::app_v1(statement)),
            Self::AlipayWeb => Ok(alipay::web(statement)),
            Self::WechatCsv => Ok(wechat::csv(statement)),
            Self::Wechat2025 => wechat::workbook_2025(statement),
            Self::Wechat2026 => wechat::workbook_2026(statement),
        }
    }

    /// The name under which the wallet sends it.
    #[must_use]
    pub fn file_name(self, statement: &WalletStatement) -> String {
        let (from, to) = (compact(statement.window.from), compact(statement.window.to));
        match self {
            Self::AlipayV2 => format!("支付宝交易明细({from}-{to}).csv"),
            Self::AlipayV1 | Self::AlipayWeb => format!("alipay_record_{}.csv", compact(statement.exported.date())),
            Self::WechatCsv => format!("微信支付账单({from}-{to}).csv"),
            Self::Wechat2025 | Self::Wechat2026 => {
                format!("微信支付账单流水文件({from}-{to})——【解压密码可在微信支付公众号查看】.xlsx")
            }
        }
    }
}
