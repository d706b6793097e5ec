//! City, rural and internet banks: the names of the columns are known, their places are not.

use super::Paper;
use super::print::{Form, GRID, Grid, PAGES, Pages, even, grid, pages};
use crate::MakeError;

pub const PAPERS: &[Paper] = &[
    ("webank/samples/deposit.pdf", || {
        list(
            201,
            "微众银行交易明细",
            "记账日期|对方户名|对方账号|币种|摘要|备注|交易渠道|金额|余额",
            "{date}|{name}|{account}|人民币|{text}|{remark}|{channel}|{amount}|{balance}",
            &[&[(24.0, "Account Name：{holder}"), (300.0, "Account/Card No.：6236000000000000000")]],
            &["————————————————————", "打印时间：2026-04-20 09:30:00"],
        )
    }),
    ("bosc/samples/deposit.pdf", || {
        list(
            202,
            "上海银行交易明细 Transaction Details",
            "交易日期|交易时间|币种|交易金额|期末金额|摘要|对方户名|对方账号|备注",
            "{date}|{clock}|人民币|{amount}|{balance}|{text}|{name}|{account}|{remark}",
            HEAD,
            &[],
        )
    }),
    ("tjbank/samples/deposit.pdf", || {
        list(
            203,
            "天津银行个人账户交易明细清单",
            "序号|交易日期|交易金额|余额|交易摘要|附言",
            "{n}|{date}|{amount}|{balance}|{text}|{remark}",
            HEAD,
            &[],
        )
    }),
    ("tjrcb/samples/deposit.pdf", || {
        list(
            204,
            "天津农商银行账户交易明细",
            "交易日期|交易时间|交易摘要|交易金额|当前余额|交易附言|对手户名|对手账号|交易渠道",
            "{compact}|{clock}|{text}|{plain}|{bare}|{remark}|{name}|{account}|{channel}",
            HEAD,
            &[],
        )
    }),
    ("cqbank/samples/deposit.pdf", || {
        list(
            205,
            "重庆银行账户交易明细",
            "交易日期|交易时间|币种|交易金额|活期账面余额|交易类型/摘要|对方户名|对方账号",
            "{date}|{clock}|人民币|{amount}|{balance}|{text}|{name}|{account}",
            HEAD,
            &[],
        )
    }),
    ("fdbank/samples/deposit.pdf", || {
        list(
            206,
            "富滇银行交易流水 Fudian Bank Transaction Details",
            "序号\nSerial Number|交易日期\nTrading Date|交易金额\nTrading Amount|账户余额\nAccount Balance|对方账号\nCounterparty Account|对方户名\nCounterparty Name|摘要描述\nTrading Description|备注\nRemark",
            "{n}|{date}|{amount}|{balance}|{account}|{name}|{text}|{remark}",
            HEAD,
            &[],
        )
    }),
    ("lzbank/samples/deposit.pdf", || {
        list(
            207,
            "泸州银行账户历史明细清单",
            "序号|交易时间|币种|交易金额|账户余额|对方账号|对方户名|交易类型|摘要|交易渠道",
            "{n}|{date}\n{clock}|人民币|{amount}|{balance}|{account}|{name}|转账|{text}|{channel}",
            COUNTED,
            &[],
        )
    }),
    ("hebnx/samples/deposit.pdf", || {
        list(
            208,
            "河北省农村信用社联合社账户历史明细清单",
            "序号|交易日期|交易金额|金额|对方户名|对方账号|摘要|网点|来源",
            "{n}|{date}|{amount}|{balance}|{name}|{account}|{text}|示例网点|{channel}",
            COUNTED,
            &[],
        )
    }),
    ("hebbank/samples/deposit.pdf", || {
        list(
            209,
            "账户历史交易明细清单",
            "交易日期|借贷|交易金额|账户余额|对方账户|对方户名|流水号|摘要|备注",
            "{date}|{flow:借/贷}|{abs}|{balance}|{account}|{name}|{log}|{text}|{remark}",
            HEAD,
            &[],
        )
    }),
    ("xtbank/samples/deposit.pdf", || {
        list(
            210,
            "邢台银行账户交易明细",
            "交易日期|收入/支出|交易金额（元）|余额（元）|对方户名|对方账号|摘要",
            "{date}|{flow:支出/收入}|{abs}|{balance}|{name}|{account}|{text}",
            HEAD,
            &[],
        )
    }),
    ("zybank/samples/deposit.pdf", || {
        list(
            211,
            "账户交易流水",
            "交易日期|收支状态|交易金额|账户余额|对方户名|对方账号|摘要|备注",
            "{date}|{flow:支出/收入}|{abs}|{balance}|{name}|{account}|{text}|{remark}",
            &[&[
                (24.0, "中原银行"),
                (120.0, "户名：{holder}"),
                (300.0, "账号：{number}"),
                (560.0, "起止日期：{from} 至 {to}"),
            ]],
            &[],
        )
    }),
    ("glbank/samples/deposit.pdf", || {
        list(
            212,
            "桂林银行交易明细",
            "交易日期|对方账号|对方户名|收入（元）|支出（元）|账户余额（元）|备注",
            "{date}|{account}|{name}|{in}|{out}|{balance}|{remark}",
            HEAD,
            &[],
        )
    }),
    ("rcb/samples/deposit.pdf", || {
        list(
            213,
            "示例农村商业银行交易明细",
            "序号|摘要|币别|钞汇|交易日期|交易金额|账户余额|交易地点/附言|对方账号与户名",
            "{n}|{text}|人民币|钞|{compact}|{amount}|{balance}|{remark}|{masked}/{name}",
            &[
                &[
                    (24.0, "卡号/账号：{number}"),
                    (300.0, "客户名称：{holder}"),
                    (520.0, "起止日期：{from_compact}-{to_compact}"),
                ],
                &[(24.0, "总收入：{in_sum}"), (300.0, "总支出：{out_sum}")],
            ],
            &[],
        )
    }),
    ("rcc/samples/deposit.pdf", || {
        list(
            214,
            "示例农村信用合作联社账户明细",
            "交易流水号|交易日期|交易网点|收入/支出|交易金额|实时余额|对方户名|摘要",
            "{log}|{date}|示例网点|{flow:支出/收入}|{abs}|{balance}|{name}|{text}",
            HEAD,
            &[],
        )
    }),
    ("scrcu/samples/deposit.xlsx", || {
        grid(
            Form::Xlsx,
            &Grid {
                seed: 215,
                before: &[
                    "四川农信账户交易明细",
                    "户名：{holder}\n账号：{number}\n开户行：示例支行\n币种：人民币\n单位：元\n查询时间：2026-04-20 09:30:00\n交易区间：{from}至{to}\n收入合计：{in_sum}\n支出合计：{out_sum}",
                    "交易日期|交易时间|收入/支出|收入金额|支出金额|账户余额|对方户名|对方账号|对方银行/机构|交易流水号|摘要",
                ],
                row: "{date}|{clock}|{flow:支出/收入}|{in}|{out}|{balance}|{name}|{account}|示例银行|{log}|{text}",
                ..GRID
            },
        )
    }),
    ("cqrcb/samples/deposit.xlsx", || {
        grid(
            Form::Xlsx,
            &Grid {
                seed: 216,
                before: &[
                    "序号|交易流水号|交易日期|币种|收入金额|支出金额|余额|交易账号|对方银行|对方账户名|对方账号|交易渠道|用途|备注|摘要",
                ],
                row: "{n}|{log}|{date} {clock}|人民币|{in}|{out}|{balance}|6222000000000000|示例银行|{name}|{account}|{channel}||{remark}|{text}",
                ..GRID
            },
        )
    }),
];

type Line = &'static [(f32, &'static str)];

const HEAD: &[Line] = &[&[(24.0, "户名：{holder}"), (260.0, "账号：{number}"), (520.0, "起止日期：{from} 至 {to}")]];

const COUNTED: &[Line] = &[
    &[(24.0, "客户名称：{holder}"), (260.0, "账号：{number}"), (520.0, "起止日期：{from} 至 {to}")],
    &[(24.0, "总条数：{rows}")],
];

fn list(
    seed: u64,
    title: &'static str,
    names: &'static str,
    row: &'static str,
    before: &'static [Line],
    after: &'static [&'static str],
) -> Result<Vec<u8>, MakeError> {
    let columns = even(names);
    let newest_first = seed.is_multiple_of(2);
    let foot = &["第{page}页/共{pages}页"];
    pages(&Pages { seed, newest_first, title, before, columns: &columns, row, after, foot, per_page: 14, ..PAGES })
}
