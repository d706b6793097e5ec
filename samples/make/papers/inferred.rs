//! Statements of banks without a layout: of most the title is known, of some the columns, of none the places.

use super::Paper;
use super::account::Owner;
use super::lists::{HEAD, LIST, List, list};
use super::table::Wrap;

pub const PAPERS: &[Paper] = &[
    ("generic/samples/ningbo.pdf", || {
        list(&List {
            seed: 501,
            title: "宁波银行交易流水",
            names: "交易日期|交易类型|收入金额|支出金额|账户余额|对方户名|对方账号|附言",
            row: "{date}|{text}|{in}|{out}|{balance}|{name}|{account}|{remark}",
            ..LIST
        })
    }),
    ("generic/samples/shengjing.pdf", || {
        list(&List {
            seed: 502,
            newest_first: true,
            title: "盛京银行交易流水 Transaction Statement of Shengjing Bank",
            names: "序号|记账日期|摘要|交易金额|联机余额|对手名称|对手账号",
            row: "{n}|{compact}|{text}|{amount}|{balance}|{name}|{account}",
            ..LIST
        })
    }),
    ("generic/samples/jiujiang.pdf", || {
        list(&List {
            seed: 503,
            title: "九江银行交易流水",
            names: "交易时间|借贷标志|发生额|余额|对方名称|用途",
            row: "{date} {clock}|{flow:借/贷}|{abs}|{balance}|{name}|{remark}",
            wrap: Wrap::Top,
            repeat_header: false,
            ..LIST
        })
    }),
    ("generic/samples/foshan.pdf", || {
        list(&List {
            seed: 504,
            newest_first: true,
            title: "佛山农村商业银行账户明细",
            names: "日期|摘要|存入|支取|结余|对方户名",
            row: "{slash}|{text}|{in?0.00}|{out?0.00}|{balance}|{name}",
            ..LIST
        })
    }),
    ("generic/samples/ledger-query.pdf", || {
        list(&List {
            seed: 505,
            title: "明细账查询",
            names: "交易日期|支出金额|收入金额|账户余额|交易名称|对方账号|对方户名",
            row: "{date}|{out}|{in}|{balance}|{text}|{account}|{name}",
            ..LIST
        })
    }),
    ("generic/samples/firm-huishang.pdf", || {
        list(&List {
            seed: 506,
            title: "徽商银行账户交易明细",
            names: "交易时间|收入金额|支出金额|账户余额|对方账号|对方户名|对方开户行|用途|流水号|附言|摘要",
            row: "{date}\n{clock}|{in}|{out}|{balance}|{account}|{name}|示例支行|{remark}|{log}||{text}",
            ..FIRM
        })
    }),
    ("generic/samples/firm-changsha.pdf", || {
        list(&List {
            seed: 507,
            title: "长沙银行单位账户明细对账单",
            names: "交易日期|交易金额|账户余额|摘要/备注|编号",
            row: "{date}|{amount}|{balance}|{text}|{log}",
            before: &[
                &[(24.0, "户名：{holder}"), (260.0, "账号：{number}"), (520.0, "起止日期：{from} 至 {to}")],
                &[(24.0, "账单期初余额：{opening}"), (260.0, "账单期末余额：{closing}")],
            ],
            ..FIRM
        })
    }),
    ("generic/samples/firm-chengdu-rural.pdf", || {
        list(&List {
            seed: 508,
            newest_first: true,
            title: "成都农商银行客户明细",
            names: "交易日期|摘要|借方金额|贷方金额|余额|对方户名",
            row: "{date}|{text}|{out}|{in}|{balance}|{name}",
            ..FIRM
        })
    }),
    // What the brackets say goes before the words: 借方 is money in here.
    ("generic/samples/firm-mybank.pdf", || {
        list(&List {
            seed: 509,
            title: "网商银行企业账户交易明细",
            names: "交易时间|借方金额（收）|贷方金额（支）|余额|对方户名|对方账号|摘要",
            row: "{date} {clock}|{in}|{out}|{balance}|{name}|{account}|{text}",
            ..FIRM
        })
    }),
    ("generic/samples/firm-bazhou.pdf", || {
        list(&List {
            seed: 510,
            title: "霸州舜丰村镇银行账户明细",
            names: "日期|汇出金额|汇入金额|余额|摘要|用途",
            row: "{date}|{out}|{in}|{balance}|{text}|{remark}",
            wrap: Wrap::Top,
            ..FIRM
        })
    }),
    ("generic/samples/firm-guilin.pdf", || {
        list(&List {
            seed: 511,
            title: "桂林银行企业账户明细",
            names: "交易日期|对方户名|收入|支出|余额|备注",
            row: "{date}|{name}|{in}|{out}|{balance}|{text}",
            ..FIRM
        })
    }),
    ("generic/samples/firm-shanghai.pdf", || {
        list(&List {
            seed: 512,
            title: "上海银行账户明细对账单",
            names: "日期|凭证号|摘要|借方|贷方|余额",
            row: "{date}||{text}|{out}|{in}|{balance}",
            carried: "||承前页|||{carried}",
            rows: 26,
            ..FIRM
        })
    }),
    ("generic/samples/firm-nanjing.pdf", || {
        list(&List {
            seed: 513,
            newest_first: true,
            title: "南京银行对公账户交易明细",
            names: "序号|交易时间|借贷|发生额|账户余额|对方名称|对方账号|附言",
            row: "{n}|{date} {clock}|{flow:借/贷}|{abs}|{balance}|{name}|{account}|{remark}",
            ..FIRM
        })
    }),
];

const FIRM: List = List { owner: Owner::Firm, rows: 18, before: HEAD, ..LIST };
