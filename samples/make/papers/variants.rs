//! Further forms of accounts and exports: other columns, another order of rows or columns, another kind of file.

use super::Paper;
use super::account::Owner;
use super::forms::yuan;
use super::print::{PAGES, Pages, even, pages};
use super::table::Wrap;
use crate::MakeError;
use crate::text::utf8_with_mark;

pub const PAPERS: &[Paper] = &[
    ("abc/samples/corporate.pdf", || firm_list(&ABC_FIRM)),
    ("abc/samples/corporate-newest-first.pdf", || {
        firm_list(&Printed {
            seed: 402,
            newest_first: true,
            names: "时间|收入|支出|余额|对方账号|对方户名|对方行|摘要",
            ..ABC_FIRM
        })
    }),
    ("cib/samples/corporate.pdf", || firm_list(&CIB_FIRM)),
    ("cib/samples/corporate-rows-hang.pdf", || {
        firm_list(&Printed {
            seed: 404,
            wrap: Wrap::Top,
            names: "交易日期|摘要|借方发生额|贷方发生额|账户余额|对方户名|对方账号|用途",
            row: "{date}|{text}|{out}|{in}|{balance}|{name}|{account}|{remark}",
            ..CIB_FIRM
        })
    }),
    ("boc/samples/corporate.pdf", || firm_list(&BOC_FIRM)),
    ("boc/samples/corporate-three-pages.pdf", || {
        firm_list(&Printed {
            seed: 406,
            rows: 30,
            names: "日期|摘要|对方户名|对方账号|借方发生额|贷方发生额|余额|流水号",
            row: "{slash}|{text}|{name}|{account}|{out?0.00}|{in?0.00}|{balance}|{log}",
            carried: "|承前页余额|||||{carried}|",
            ..BOC_FIRM
        })
    }),
    ("bocom/samples/mortgage.csv", || {
        Ok(mortgage(
            "日期,期数,应还本金,已还本金,已还利息,已还罚息,已还利息复利,已还罚息复利,已还本息合计,本期执行年利率(单利),还款类型,状态",
            18,
        ))
    }),
];

struct Printed {
    seed: u64,
    rows: usize,
    newest_first: bool,
    title: &'static str,
    names: &'static str,
    row: &'static str,
    before: &'static [&'static [(f32, &'static str)]],
    after: &'static [&'static str],
    carried: &'static str,
    wrap: Wrap,
    repeat_header: bool,
}

const HEAD: &[&[(f32, &str)]] =
    &[&[(24.0, "户名：{holder}"), (260.0, "账号：{number}"), (520.0, "起止日期：{from} 至 {to}")]];

const PRINTED: Printed = Printed {
    seed: 0,
    rows: 18,
    newest_first: false,
    title: "",
    names: "",
    row: "",
    before: HEAD,
    after: &[],
    carried: "",
    wrap: Wrap::Centred,
    repeat_header: true,
};

const ABC_FIRM: Printed = Printed {
    seed: 401,
    title: "中国农业银行账户明细",
    names: "交易时间|收入金额|支出金额|账户余额|对方账号|对方户名|对方开户行|摘要",
    row: "{date} {clock}|{in}|{out}|{balance}|{account}|{name}|示例支行|{text}",
    ..PRINTED
};

const CIB_FIRM: Printed = Printed {
    seed: 403,
    title: "交易明细对账单",
    names: "交易日期|银行流水号|摘要|借方金额|贷方金额|余额|对方户名|对方账号|用途",
    row: "{date}|{log}|{text}|{out}|{in}|{balance}|{name}|{account}|{remark}",
    before: &[&[
        (24.0, "兴业银行"),
        (120.0, "户名：{holder}"),
        (300.0, "活期账号：{number}"),
        (560.0, "起止日期：{from} 至 {to}"),
    ]],
    ..PRINTED
};

const BOC_FIRM: Printed = Printed {
    seed: 405,
    title: "中国银行单位人民币活期存款对账单",
    names: "交易日期|摘要|借方发生额|贷方发生额|余额|对方户名|对方账号",
    row: "{date}|{text}|{out}|{in}|{balance}|{name}|{account}",
    carried: "|承前页余额|||{carried}||",
    ..PRINTED
};

fn firm_list(paper: &Printed) -> Result<Vec<u8>, MakeError> {
    list(Owner::Firm, paper)
}

fn list(owner: Owner, paper: &Printed) -> Result<Vec<u8>, MakeError> {
    let columns = even(paper.names);
    pages(&Pages {
        owner,
        seed: paper.seed,
        rows: paper.rows,
        newest_first: paper.newest_first,
        title: paper.title,
        before: paper.before,
        columns: &columns,
        row: paper.row,
        carried: paper.carried,
        after: paper.after,
        foot: &["第{page}页/共{pages}页"],
        per_page: 12,
        wrap: paper.wrap,
        repeat_header: paper.repeat_header,
        ..PAGES
    })
}

/// Equal instalments of a loan of 600,000 yuan, a missed one paid late with its penalty; newest first.
fn mortgage(names: &str, count: i64) -> Vec<u8> {
    // 3.45 % a year on what is still owed, in fen and whole months.
    const INSTALMENT: i64 = 298_412;
    const RATE: &str = "3.45%";
    let mut owed = 60_000_000_i64;
    let mut rows = Vec::new();
    for n in 1..=count {
        let interest = owed * 345 / 120_000;
        let principal = INSTALMENT - interest;
        owed -= principal;
        let (year, month) = (2024 + (n + 5) / 12, (n + 5) % 12 + 1);
        let (day, penalty, compound, kind) =
            if n == 7 { (29, 1_023, 47, "逾期还款") } else { (20, 0, 0, "正常还款") };
        let total = principal + interest + penalty + compound;
        rows.push(format!(
            "{year}-{month:02}-{day},{n},{p},{p},{},{},{},0.00,{},{RATE},{kind},已结清",
            yuan(interest),
            yuan(penalty),
            yuan(compound),
            yuan(total),
            p = yuan(principal)
        ));
    }
    rows.reverse();
    utf8_with_mark(&format!("{names}\r\n{}\r\n", rows.join("\r\n")))
}
