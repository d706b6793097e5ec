//! A month of the applicants' papers, for layouts that none of them hands in whole.

use jiff::civil::date;

use super::Paper;
use crate::people::{self, Paper as Held};
use crate::rows::{BankStatement, Holder, WalletStatement, Window};
use crate::{MakeError, alipay, archive, boc, ccb, icbc, wechat};

pub const PAPERS: &[Paper] = &[
    ("alipay/samples/web-2022.csv", || Ok(alipay::web(&wallet(Wallet::Alipay)?))),
    ("alipay/samples/web-short.txt", || {
        let mut short = wallet(Wallet::Alipay)?;
        short.rows.truncate(7);
        Ok(alipay::web(&short))
    }),
    ("alipay/samples/app.pw-246813.zip", || {
        let csv = alipay::app_v2(&wallet(Wallet::Alipay)?);
        archive::zip("支付宝交易明细(20260301-20260331).csv", &csv, Some("246813"))
    }),
    ("boc/samples/deposit.pdf", || boc::pdf(&bank("merchant")?, None)),
    ("boc/samples/deposit-rows-hang.pdf", || boc::pdf(&bank("salaried")?, None)),
    ("ccb/samples/hqmx.xls", || ccb::app_xls(&bank("farmer")?)),
    ("ccb/samples/hqmx-saved-again.xlsx", || ccb::app_xlsx(&bank("gig")?)),
    ("icbc/samples/debit-v2.csv", || Ok(icbc::csv(&bank("merchant")?, icbc::Version::V2, icbc::Encoding::Gbk))),
    ("wechat/samples/2025.xlsx", || wechat::workbook_2025(&wallet(Wallet::Wechat)?)),
    ("wechat/samples/2026-serial-dates.xlsx", || wechat::workbook_2026(&wallet(Wallet::Wechat)?)),
];

enum Wallet {
    Alipay,
    Wechat,
}

const MARCH: Window = Window { from: date(2026, 3, 1), to: date(2026, 3, 31) };
/// A page and a bit.
const ROWS_MAX: usize = 36;

fn papers(folder: &str) -> Result<Vec<Held>, MakeError> {
    Ok(people::all()?.into_iter().find(|one| one.folder == folder).map(|one| one.papers).unwrap_or_default())
}

/// The first bank account an applicant hands in, for a month.
fn bank(folder: &str) -> Result<BankStatement, MakeError> {
    let held = papers(folder)?.into_iter().find_map(|paper| match paper {
        Held::Bank { statement, .. } => Some(statement),
        Held::Wallet { .. } => None,
    });
    let mut statement = held.ok_or(MakeError::NoAccount { index: 0 })?;
    statement.window = MARCH;
    statement.rows.retain(|row| MARCH.contains(row.time.date()));
    statement.rows.truncate(ROWS_MAX);
    statement.holder = holder();
    Ok(statement)
}

fn wallet(kind: Wallet) -> Result<WalletStatement, MakeError> {
    let held = papers("salaried")?.into_iter().find_map(|paper| match (paper, &kind) {
        (Held::Wallet { statement, wallet: crate::life::WalletKind::Alipay, .. }, Wallet::Alipay) => Some(statement),
        (Held::Wallet { statement, wallet: crate::life::WalletKind::Wechat, .. }, Wallet::Wechat) => Some(statement),
        _ => None,
    });
    let mut statement = held.ok_or(MakeError::NoAccount { index: 0 })?;
    statement.window = MARCH;
    statement.rows.retain(|row| MARCH.contains(row.time.date()));
    statement.rows.truncate(ROWS_MAX);
    statement.holder = holder();
    Ok(statement)
}

fn holder() -> Holder {
    Holder { name: "顾小满".to_owned(), id_number: String::new() }
}
