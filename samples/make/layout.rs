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

    /// False where the paper itself does not say whose it is.
    #[must_use]
    pub const fn names_holder(self) -> bool {
        matches!(self, Self::CmbPdf | Self::CcbApp | Self::CcbAppXlsx | Self::AbcPdf | Self::BocPdf)
    }

    /// False where the paper itself does not say which days it covers.
    #[must_use]
    pub const fn states_period(self) -> bool {
        !matches!(self, Self::IcbcV1 | Self::IcbcV2 | Self::CcbWeb)
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xls, Xlsx};
    use model::Money;

    use super::*;
    use crate::life::WalletKind;
    use crate::people::{Paper, everyone};
    use crate::rows::{Direction, wallet_total};

    fn statements() -> (BankStatement, WalletStatement) {
        let papers = || everyone().iter().flat_map(|applicant| &applicant.papers);
        let bank = papers().find_map(|paper| match paper {
            Paper::Bank { statement, .. } => Some(statement.clone()),
            Paper::Wallet { .. } => None,
        });
        let alipay = papers().find_map(|paper| match paper {
            Paper::Wallet { statement, wallet: WalletKind::Alipay, .. } => Some(statement.clone()),
            _ => None,
        });
        (bank.unwrap(), alipay.unwrap())
    }

    #[test]
    fn every_paper_prints_the_same_twice() {
        let (bank, wallet) = statements();
        for layout in BankLayout::ALL {
            assert!(layout.print(&bank).unwrap() == layout.print(&bank).unwrap(), "{layout:?}");
        }
        for layout in WalletLayout::ALL {
            assert!(layout.print(&wallet).unwrap() == layout.print(&wallet).unwrap(), "{layout:?}");
        }
    }

    #[test]
    fn an_empty_statement_prints_too() {
        let (mut bank, mut wallet) = statements();
        bank.rows.clear();
        wallet.rows.clear();
        for layout in BankLayout::ALL {
            assert!(!layout.print(&bank).unwrap().is_empty(), "{layout:?}");
        }
        for layout in WalletLayout::ALL {
            assert!(!layout.print(&wallet).unwrap().is_empty(), "{layout:?}");
        }
    }

    #[test]
    fn the_new_workbook_holds_numbers_and_dates_where_the_old_one_holds_text() {
        let (_, wallet) = statements();
        let read = |layout: WalletLayout, header: u32| {
            let bytes = layout.print(&wallet).unwrap();
            let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
            let range = book.worksheet_range("Sheet1").unwrap();
            assert_eq!(range.get_value((header, 0)), Some(&Data::String("交易时间".to_owned())));
            let cells: Vec<(Data, Data)> = (0..wallet.rows.len() as u32)
                .map(|n| {
                    let row = header + 1 + n;
                    let cell = |column| range.get_value((row, column)).cloned().unwrap_or(Data::Empty);
                    (cell(0), cell(5))
                })
                .collect();
            cells
        };
        let newest_first: Vec<Money> = wallet.rows.iter().rev().map(|row| row.amount).collect();
        for ((time, amount), expected) in read(WalletLayout::Wechat2025, 16).into_iter().zip(&newest_first) {
            assert!(matches!(time, Data::String(_)));
            assert_eq!(amount, Data::String(format!("¥{expected}")));
        }
        for ((time, amount), expected) in read(WalletLayout::Wechat2026, 17).into_iter().zip(&newest_first) {
            assert!(matches!(time, Data::DateTime(_)), "{time:?}");
            let Data::Float(amount) = amount else { panic!("{amount:?}") };
            assert_eq!(Money::read(&format!("{amount:.2}")).as_ref(), Ok(expected));
        }
    }

    #[test]
    fn ccbs_sheets_hold_every_row() {
        let (bank, _) = statements();
        let mut web = Xls::new(Cursor::new(BankLayout::CcbWeb.print(&bank).unwrap())).unwrap();
        let range = web.worksheet_range_at(0).unwrap().unwrap();
        let mut balance = bank.opening().unwrap();
        for (row, expected) in (6..).zip(&bank.rows) {
            let number = |column| match range.get_value((row, column)) {
                Some(Data::Float(value)) => Money::read(&format!("{value:.2}")).unwrap(),
                other => panic!("{other:?}"),
            };
            balance = balance.minus(number(3)).plus(number(4));
            assert_eq!((balance, number(5)), (expected.balance, expected.balance));
        }
        assert_eq!(range.height(), 6 + bank.rows.len() + 1);
        let mut app = Xls::new(Cursor::new(BankLayout::CcbApp.print(&bank).unwrap())).unwrap();
        let mut saved = Xlsx::new(Cursor::new(BankLayout::CcbAppXlsx.print(&bank).unwrap())).unwrap();
        let (app, saved) = (app.worksheet_range_at(0).unwrap().unwrap(), saved.worksheet_range_at(0).unwrap().unwrap());
        assert_eq!(app.height(), 4 + bank.rows.len());
        for row in 0..app.height() as u32 {
            for column in 0..9 {
                let text = |range: &calamine::Range<Data>| {
                    range.get_value((row, column)).map(ToString::to_string).unwrap_or_default()
                };
                assert_eq!(text(&app), text(&saved));
            }
        }
    }

    #[test]
    fn alipays_first_layout_and_the_webs_count_the_same_rows() {
        let (_, wallet) = statements();
        let text = |layout: WalletLayout| {
            let bytes = layout.print(&wallet).unwrap();
            encoding_rs::GB18030.decode(&bytes).0.into_owned()
        };
        let out = wallet_total(&wallet.rows, Direction::Out);
        let first = text(WalletLayout::AlipayV1);
        assert!(first.lines().nth(1).unwrap().starts_with("收/支"));
        assert!(first.contains(&format!("支出：{}笔,{}元", out.rows, out.sum)));
        let web = text(WalletLayout::AlipayWeb);
        assert!(web.contains(&format!("共{}笔记录", wallet.rows.len())));
        // The refunded part stands on the original as well, so the web's own net is nought for those.
        let refunded: Vec<&str> =
            web.lines().filter(|line| line.contains("交易关闭") && line.contains("支出")).collect();
        assert!(!refunded.is_empty());
        for line in refunded {
            let cells: Vec<&str> = line.split(',').map(str::trim).collect();
            let [amount, back] = [9, 13].map(|at| cells[at]);
            // A comma in an item would shift the rest of this simple split.
            if cells.len() == 17 {
                assert_eq!(amount, back);
            }
        }
    }
}
