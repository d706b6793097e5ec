//! City, rural and internet banks: the names of the columns are known, their places are not.

use super::Paper;
use super::lists::{LIST, Line, List, list};
use super::print::{Form, GRID, Grid, grid};
use super::table::Wrap;

pub const PAPERS: &[Paper] = &[
    ("webank/samples/deposit.pdf", || list(&WEBANK)),
    ("webank/samples/deposit-rows-hang.pdf", || {
        list(&List { seed: 241, wrap: Wrap::Top, newest_first: true, rows: 20, ..WEBANK })
    }),
    ("bosc/samples/deposit.pdf", || list(&BOSC)),
    ("bosc/samples/deposit-without-times.pdf", || {
        list(&List {
            seed: 242,
            names: "交易日期|摘要|交易金额|期末金额|对方户名|对方账号|备注",
            row: "{compact}|{text}|{amount}|{balance}|{name}|{account}|{remark}",
            newest_first: true,
            repeat_header: false,
            ..BOSC
        })
    }),
    ("tjbank/samples/deposit.pdf", || list(&TJBANK)),
    ("tjbank/samples/deposit-three-pages.pdf", || {
        list(&List { seed: 243, rows: 40, newest_first: true, repeat_header: false, ..TJBANK })
    }),
    ("tjrcb/samples/deposit.pdf", || list(&TJRCB)),
    ("tjrcb/samples/deposit-oldest-first.pdf", || {
        list(&List {
            seed: 244,
            newest_first: false,
            row: "{date}|{clock6}|{text}|{amount}|{balance}|{remark}|{name}|{account}|{channel}",
            wrap: Wrap::Top,
            ..TJRCB
        })
    }),
    ("cqbank/samples/deposit.pdf", || list(&CQBANK)),
    ("cqbank/samples/deposit-without-times.pdf", || {
        list(&List {
            seed: 245,
            newest_first: true,
            names: "序号|交易日期|币种|交易金额|活期账面余额|对方户名|对方账号|交易类型/摘要",
            row: "{n}|{date}|人民币|{amount}|{balance}|{name}|{account}|{text}",
            ..CQBANK
        })
    }),
    ("fdbank/samples/deposit.pdf", || list(&FDBANK)),
    ("fdbank/samples/deposit-with-times.pdf", || {
        list(&List {
            seed: 246,
            newest_first: false,
            names: "序号\nSerial Number|交易日期\nTrading Date|交易时间\nTrading Time|交易金额\nTrading Amount|账户余额\nAccount Balance|对方账号\nCounterparty Account|对方户名\nCounterparty Name|摘要描述\nTrading Description|备注\nRemark",
            row: "{n}|{date}|{clock}|{amount}|{balance}|{account}|{name}|{text}|{remark}",
            ..FDBANK
        })
    }),
    ("lzbank/samples/deposit.pdf", || list(&LZBANK)),
    ("lzbank/samples/deposit-dollars.pdf", || {
        list(&List {
            seed: 247,
            newest_first: true,
            row: "{n}|{date} {clock}|美元|{amount}|{balance}|{account}|{name}|转账|{text}|{channel}",
            ..LZBANK
        })
    }),
    ("hebnx/samples/deposit.pdf", || list(&HEBNX)),
    ("hebnx/samples/deposit-rows-hang.pdf", || {
        list(&List { seed: 248, newest_first: false, wrap: Wrap::Top, rows: 32, ..HEBNX })
    }),
    ("hebbank/samples/deposit.pdf", || list(&HEBBANK)),
    ("hebbank/samples/deposit-newest-first.pdf", || {
        list(&List {
            seed: 249,
            newest_first: true,
            rows: 32,
            row: "{date}|{flow:借方/贷方}|{abs}|{balance}|{account}|{name}|{log}|{text}|{remark}",
            ..HEBBANK
        })
    }),
    ("xtbank/samples/deposit.pdf", || list(&XTBANK)),
    ("xtbank/samples/deposit-with-times.pdf", || {
        list(&List {
            seed: 250,
            newest_first: false,
            names: "交易日期|交易时间|收入/支出|交易金额（元）|余额（元）|对方户名|对方账号|摘要",
            row: "{date}|{clock}|{flow:支出/收入}|{abs}|{balance}|{name}|{account}|{text}",
            ..XTBANK
        })
    }),
    ("zybank/samples/deposit.pdf", || list(&ZYBANK)),
    ("zybank/samples/deposit-with-times.pdf", || {
        list(&List {
            seed: 251,
            newest_first: true,
            names: "交易日期|交易时间|摘要|收支状态|交易金额|账户余额|对方户名|对方账号",
            row: "{compact}|{clock}|{text}|{flow:支/收}|{abs}|{balance}|{name}|{account}",
            ..ZYBANK
        })
    }),
    ("glbank/samples/deposit.pdf", || list(&GLBANK)),
    ("glbank/samples/deposit-zero-filled.pdf", || {
        list(&List {
            seed: 252,
            newest_first: false,
            row: "{date}|{account}|{name}|{in?0.00}|{out?0.00}|{balance}|{remark}",
            ..GLBANK
        })
    }),
    ("rcb/samples/deposit.pdf", || list(&RCB)),
    ("rcb/samples/deposit-newest-first.pdf", || {
        list(&List {
            seed: 253, title: "示例农商银行账户明细", newest_first: true, rows: 36, wrap: Wrap::Top, ..RCB
        })
    }),
    ("rcc/samples/deposit.pdf", || list(&RCC)),
    ("rcc/samples/deposit-oldest-first.pdf", || {
        list(&List { seed: 254, newest_first: false, repeat_header: false, ..RCC })
    }),
    ("scrcu/samples/deposit.xlsx", || grid(Form::Xlsx, &SCRCU)),
    ("scrcu/samples/deposit-newest-first.xls", || {
        grid(Form::Xls, &Grid { seed: 275, newest_first: true, rows: 28, ..SCRCU })
    }),
    ("cqrcb/samples/deposit.xlsx", || grid(Form::Xlsx, &CQRCB)),
    ("cqrcb/samples/deposit-newest-first.xls", || {
        grid(Form::Xls, &Grid { seed: 276, newest_first: true, rows: 28, ..CQRCB })
    }),
];

const COUNTED: &[Line] = &[
    &[(24.0, "客户名称：{holder}"), (260.0, "账号：{number}"), (520.0, "起止日期：{from} 至 {to}")],
    &[(24.0, "总条数：{rows}")],
];

const CITY: List = List { per_page: 14, ..LIST };

const WEBANK: List = List {
    seed: 201,
    newest_first: false,
    title: "微众银行交易明细",
    names: "记账日期|对方户名|对方账号|币种|摘要|备注|交易渠道|金额|余额",
    row: "{date}|{name}|{account}|人民币|{text}|{remark}|{channel}|{amount}|{balance}",
    before: &[&[(24.0, "Account Name：{holder}"), (300.0, "Account/Card No.：6236000000000000000")]],
    after: &["————————————————————", "打印时间：2026-04-20 09:30:00"],
    ..CITY
};

const BOSC: List = List {
    seed: 202,
    newest_first: true,
    title: "上海银行交易明细 Transaction Details",
    names: "交易日期|交易时间|币种|交易金额|期末金额|摘要|对方户名|对方账号|备注",
    row: "{date}|{clock}|人民币|{amount}|{balance}|{text}|{name}|{account}|{remark}",
    ..CITY
};

const TJBANK: List = List {
    seed: 203,
    newest_first: false,
    title: "天津银行个人账户交易明细清单",
    names: "序号|交易日期|交易金额|余额|交易摘要|附言",
    row: "{n}|{date}|{amount}|{balance}|{text}|{remark}",
    ..CITY
};

const TJRCB: List = List {
    seed: 204,
    newest_first: true,
    title: "天津农商银行账户交易明细",
    names: "交易日期|交易时间|交易摘要|交易金额|当前余额|交易附言|对手户名|对手账号|交易渠道",
    row: "{compact}|{clock}|{text}|{plain}|{bare}|{remark}|{name}|{account}|{channel}",
    ..CITY
};

const CQBANK: List = List {
    seed: 205,
    newest_first: false,
    title: "重庆银行账户交易明细",
    names: "交易日期|交易时间|币种|交易金额|活期账面余额|交易类型/摘要|对方户名|对方账号",
    row: "{date}|{clock}|人民币|{amount}|{balance}|{text}|{name}|{account}",
    ..CITY
};

const FDBANK: List = List {
    seed: 206,
    newest_first: true,
    title: "富滇银行交易流水 Fudian Bank Transaction Details",
    names: "序号\nSerial Number|交易日期\nTrading Date|交易金额\nTrading Amount|账户余额\nAccount Balance|对方账号\nCounterparty Account|对方户名\nCounterparty Name|摘要描述\nTrading Description|备注\nRemark",
    row: "{n}|{date}|{amount}|{balance}|{account}|{name}|{text}|{remark}",
    ..CITY
};

const LZBANK: List = List {
    seed: 207,
    newest_first: false,
    title: "泸州银行账户历史明细清单",
    names: "序号|交易时间|币种|交易金额|账户余额|对方账号|对方户名|交易类型|摘要|交易渠道",
    row: "{n}|{date}\n{clock}|人民币|{amount}|{balance}|{account}|{name}|转账|{text}|{channel}",
    before: COUNTED,
    ..CITY
};

const HEBNX: List = List {
    seed: 208,
    newest_first: true,
    title: "河北省农村信用社联合社账户历史明细清单",
    names: "序号|交易日期|交易金额|金额|对方户名|对方账号|摘要|网点|来源",
    row: "{n}|{date}|{amount}|{balance}|{name}|{account}|{text}|示例网点|{channel}",
    before: COUNTED,
    ..CITY
};

const HEBBANK: List = List {
    seed: 209,
    newest_first: false,
    title: "账户历史交易明细清单",
    names: "交易日期|借贷|交易金额|账户余额|对方账户|对方户名|流水号|摘要|备注",
    row: "{date}|{flow:借/贷}|{abs}|{balance}|{account}|{name}|{log}|{text}|{remark}",
    ..CITY
};

const XTBANK: List = List {
    seed: 210,
    newest_first: true,
    title: "邢台银行账户交易明细",
    names: "交易日期|收入/支出|交易金额（元）|余额（元）|对方户名|对方账号|摘要",
    row: "{date}|{flow:支出/收入}|{abs}|{balance}|{name}|{account}|{text}",
    ..CITY
};

const ZYBANK: List = List {
    seed: 211,
    newest_first: false,
    title: "账户交易流水",
    names: "交易日期|收支状态|交易金额|账户余额|对方户名|对方账号|摘要|备注",
    row: "{date}|{flow:支出/收入}|{abs}|{balance}|{name}|{account}|{text}|{remark}",
    before: &[&[
        (24.0, "中原银行"),
        (120.0, "户名：{holder}"),
        (300.0, "账号：{number}"),
        (560.0, "起止日期：{from} 至 {to}"),
    ]],
    ..CITY
};

const GLBANK: List = List {
    seed: 212,
    newest_first: true,
    title: "桂林银行交易明细",
    names: "交易日期|对方账号|对方户名|收入（元）|支出（元）|账户余额（元）|备注",
    row: "{date}|{account}|{name}|{in}|{out}|{balance}|{remark}",
    ..CITY
};

const RCB: List = List {
    seed: 213,
    newest_first: false,
    title: "示例农村商业银行交易明细",
    names: "序号|摘要|币别|钞汇|交易日期|交易金额|账户余额|交易地点/附言|对方账号与户名",
    row: "{n}|{text}|人民币|钞|{compact}|{amount}|{balance}|{remark}|{masked}/{name}",
    before: &[
        &[
            (24.0, "卡号/账号：{number}"),
            (300.0, "客户名称：{holder}"),
            (520.0, "起止日期：{from_compact}-{to_compact}"),
        ],
        &[(24.0, "总收入：{in_sum}"), (300.0, "总支出：{out_sum}")],
    ],
    ..CITY
};

const RCC: List = List {
    seed: 214,
    newest_first: true,
    title: "示例农村信用合作联社账户明细",
    names: "交易流水号|交易日期|交易网点|收入/支出|交易金额|实时余额|对方户名|摘要",
    row: "{log}|{date}|示例网点|{flow:支出/收入}|{abs}|{balance}|{name}|{text}",
    ..CITY
};

const SCRCU: Grid = Grid {
    seed: 215,
    before: &[
        "四川农信账户交易明细",
        "户名：{holder}\n账号：{number}\n开户行：示例支行\n币种：人民币\n单位：元\n查询时间：2026-04-20 09:30:00\n交易区间：{from}至{to}\n收入合计：{in_sum}\n支出合计：{out_sum}",
        "交易日期|交易时间|收入/支出|收入金额|支出金额|账户余额|对方户名|对方账号|对方银行/机构|交易流水号|摘要",
    ],
    row: "{date}|{clock}|{flow:支出/收入}|{in}|{out}|{balance}|{name}|{account}|示例银行|{log}|{text}",
    ..GRID
};

const CQRCB: Grid = Grid {
    seed: 216,
    before: &[
        "序号|交易流水号|交易日期|币种|收入金额|支出金额|余额|交易账号|对方银行|对方账户名|对方账号|交易渠道|用途|备注|摘要",
    ],
    row: "{n}|{log}|{date} {clock}|人民币|{in}|{out}|{balance}|6222000000000000|示例银行|{name}|{account}|{channel}||{remark}|{text}",
    ..GRID
};
