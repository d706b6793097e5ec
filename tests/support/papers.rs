//! Small papers for tests; invented names.

use std::io::{Cursor, Write};

use jiff::civil::date;
use make_samples::pdf::{Info, Pdf};
use make_samples::rows::{Direction, Holder, WalletRow, WalletStatement, Window};
use model::Money;
use zip::write::{SimpleFileOptions, ZipWriter};

/// An Alipay bill of three rows; `number` makes it another one.
pub fn alipay(number: u32) -> Vec<u8> {
    let rows = [
        (Direction::In, 500_000 + i64::from(number), "示例公司", "工资"),
        (Direction::Out, 1_230, "示例餐厅", "午餐"),
        (Direction::Out, 45_600, "示例超市", "日用品"),
    ];
    let rows = rows.iter().enumerate().map(|(index, (direction, fen, counterparty, item))| WalletRow {
        time: date(2026, 8, 1 + i8::try_from(index).unwrap()).at(12, 0, 0, 0),
        kind: if *direction == Direction::In { "收入" } else { "餐饮美食" }.to_owned(),
        counterparty: (*counterparty).to_owned(),
        counterparty_account: "exa***@example.com".to_owned(),
        item: (*item).to_owned(),
        direction: *direction,
        amount: Money::from_fen(*fen),
        method: "账户余额".to_owned(),
        status: "交易成功".to_owned(),
        order: format!("2026080122001{number:08}{index:04}"),
        merchant_order: String::new(),
        remark: String::new(),
    });
    make_samples::alipay::app_v2(&WalletStatement {
        holder: Holder { name: "林一舟".to_owned(), id_number: String::new() },
        account: "138****0001".to_owned(),
        window: Window { from: date(2026, 8, 1), to: date(2026, 8, 31) },
        exported: date(2026, 9, 1).at(9, 0, 0, 0),
        rows: rows.rev().collect(),
        counted: None,
    })
}

/// A ZIP archive of these files, the whole under one password when there is one.
pub fn zip(files: &[(&str, &[u8])], password: Option<&str>) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = SimpleFileOptions::default();
        match password {
            Some(password) => {
                writer.start_file(*name, options.with_aes_encryption(zip::AesMode::Aes256, password)).unwrap();
            }
            None => writer.start_file(*name, options).unwrap(),
        }
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A PDF that opens with a password, and is no statement.
pub fn locked_pdf(password: &str) -> Vec<u8> {
    let mut pdf =
        Pdf::new(Info { title: "", producer: "a test", creator: "a test", made: date(2026, 9, 1).at(9, 0, 0, 0) });
    pdf.page((595.0, 842.0));
    pdf.finish(Some(password)).unwrap()
}
