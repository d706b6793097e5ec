//! Personal accounts as the banks print and export them.

use super::Paper;
use super::account::Owner;
use super::print::{Form, GRID, Grid, PAGES, Pages, grid, pages};
use super::table::{Column, Wrap};

type Line = &'static [(f32, &'static str)];

pub const PAPERS: &[Paper] = &[
    ("abc/samples/deposit-private-customer.pdf", || pages(&ABC_PRIVATE)),
    ("bocom/samples/deposit.pdf", || pages(&BOCOM)),
    ("bocom/samples/deposit-no-page-two-header.pdf", || {
        pages(&Pages { seed: 12, rows: 30, repeat_header: false, newest_first: true, ..BOCOM })
    }),
    ("bocom/samples/card.csv", || grid(Form::Csv, &BOCOM_CARD)),
    ("bocom/samples/card.xls", || grid(Form::Xls, &Grid { seed: 14, rows: 12, ..BOCOM_CARD })),
    ("bocom/samples/card-2003-xml.xls", || grid(Form::Xml2003, &Grid { seed: 15, rows: 14, ..BOCOM_CARD })),
    ("cmb/samples/2019.pdf", || pages(&CMB_2019)),
    ("cmb/samples/bank-saved-again.csv", || grid(Form::CsvGbk, &CMB_BANK)),
    ("cmb/samples/converter-long.csv", || grid(Form::Csv, &CMB_CONVERTER)),
    ("abc/samples/converter-long.csv", || grid(Form::Csv, &ABC_CONVERTER)),
    ("boc/samples/converter-long.csv", || grid(Form::Csv, &BOC_CONVERTER)),
    ("bocom/samples/converter-long.csv", || grid(Form::Csv, &BOCOM_CONVERTER)),
    ("ccb/samples/bank-without-balance.xls", || grid(Form::Xls, &CCB_BANK)),
    ("icbc/samples/credit-gbk.csv", || grid(Form::CsvGbk, &ICBC_CARD_SHEET)),
    ("psbc/samples/deposit.pdf", || pages(&PSBC)),
    ("psbc/samples/deposit-rows-hang.pdf", || pages(&Pages { seed: 22, rows: 14, wrap: Wrap::Top, ..PSBC })),
    ("citic/samples/deposit.pdf", || pages(&CITIC)),
    ("citic/samples/deposit-newest-first.pdf", || {
        pages(&Pages { seed: 32, newest_first: true, columns: CITIC_WIDE, size: 8.0, per_page: 14, ..CITIC })
    }),
    ("spdb/samples/deposit.xls", || grid(Form::Xls, &SPDB_SHEET)),
    ("spdb/samples/deposit-with-total.xlsx", || {
        grid(Form::Xlsx, &Grid { seed: 42, after: &["合计|||{in_sum}|{out_sum}"], ..SPDB_SHEET })
    }),
    ("spdb/samples/deposit.pdf", || pages(&SPDB)),
    ("spdb/samples/deposit-rows-hang.pdf", || pages(&Pages { seed: 44, wrap: Wrap::Top, rows: 18, ..SPDB })),
    ("cib/samples/deposit.xlsx", || grid(Form::Xlsx, &CIB_SHEET)),
    ("cib/samples/deposit.pdf", || pages(&CIB)),
    ("cib/samples/deposit-without-watermark.pdf", || {
        let row = "{date} {broken_clock}|{compact}|{text}|{flow:支/收}|{abs}|{balance}|{remark}|{name}";
        pages(&Pages { seed: 53, watermark: "", rows: 14, row, ..CIB })
    }),
    ("cmbc/samples/deposit.pdf", || pages(&CMBC)),
    ("cmbc/samples/deposit-newest-first.pdf", || pages(&Pages { seed: 62, newest_first: true, rows: 15, ..CMBC })),
    ("ceb/samples/deposit.pdf", || pages(&CEB)),
    ("ceb/samples/deposit-newest-first.pdf", || pages(&Pages { seed: 72, newest_first: true, rows: 15, ..CEB })),
    ("pab/samples/deposit.pdf", || pages(&PAB)),
    ("pab/samples/deposit-newest-first.pdf", || pages(&Pages { seed: 82, newest_first: true, rows: 15, ..PAB })),
    ("cgb/samples/deposit.pdf", || pages(&CGB)),
    ("cgb/samples/deposit-broken-times.pdf", || {
        let row = "{date} {broken_clock}|人民币|{amount}|{balance}|{name}|{account}||{text}|{remark}";
        pages(&Pages { seed: 92, row, columns: CGB_NARROW, ..CGB })
    }),
    ("hxb/samples/deposit.pdf", || pages(&HXB)),
    ("hxb/samples/deposit-newest-first.pdf", || pages(&Pages { seed: 102, newest_first: true, ..HXB })),
    ("icbc/samples/deposit.pdf", || pages(&ICBC)),
    ("icbc/samples/deposit-without-counterparty.pdf", || {
        pages(&Pages {
            seed: 112,
            watermark: "",
            columns: ICBC_SHORT,
            row: "{date}\n{clock}|6222000000000000|活期|00000|人民币|钞|{text}|0000|{plus}|{balance}|{channel}",
            ..ICBC
        })
    }),
    ("icbc/samples/credit.pdf", || pages(&ICBC_CARD)),
    ("icbc/samples/credit-without-counterparty.pdf", || {
        pages(&Pages {
            seed: 122,
            columns: ICBC_CARD_SHORT,
            row: "{date}|6222********0000|{flow:借/贷}|人民币|{abs}|人民币|{abs}|{balance}|{text}|{remark}",
            ..ICBC_CARD
        })
    }),
    ("ccb/samples/deposit.pdf", || pages(&CCB)),
    ("ccb/samples/deposit-newest-first.pdf", || {
        pages(&Pages {
            seed: 132, newest_first: true, title: "中国建设银行个人活期账户交易明细", ..CCB
        })
    }),
    ("boc/samples/web.csv", || grid(Form::Unicode, &BOC_WEB)),
    ("boc/samples/web-other-order.csv", || grid(Form::Csv, &BOC_WEB_ORDER)),
    ("hsbc_hk/samples/credit.csv", || grid(Form::Csv, &HSBC_CARD)),
    ("hsbc_hk/samples/credit-pending.csv", || {
        let row = "{day_first}||{text}|{amount}\t|HKD|PENDING|{remark}|HONG KONG||{flow:DEBIT/CREDIT}";
        grid(Form::Csv, &Grid { seed: 152, rows: 8, row, ..HSBC_CARD })
    }),
    ("hsbc_hk/samples/debit-oldest-first.csv", || grid(Form::Csv, &HSBC_ACCOUNT)),
];

const ABC_PRIVATE: Pages<'_> = Pages {
    seed: 1,
    rows: 20,
    title: "中国农业银行对私客户账户明细",
    size: 6.0,
    before: &[&[
        (48.0, "户名：{holder}"),
        (180.0, "账户：{number}"),
        (330.0, "币种：人民币"),
        (430.0, "起止日期：{from_compact}-{to_compact}"),
    ]],
    columns: &[
        Column::left("交易日期", 48.0, 50.0),
        Column::left("交易时间", 110.0, 50.0),
        Column::left("交易摘要", 170.0, 60.0),
        Column::left("交易金额", 240.0, 70.0),
        Column::left("本次余额", 320.0, 70.0),
        Column::left("对手信息", 400.0, 100.0),
        Column::left("日 志 号", 520.0, 60.0),
        Column::left("交易渠道", 590.0, 60.0),
        Column::left("交易附言", 660.0, 100.0),
    ],
    row: "{compact}|{clock6}|{text}|{plus}|{bare}|{name?--}|{log}|{channel}|{remark}",
    per_page: 12,
    foot: &["该交易明细因不可预测的非人控技术原因可能导致数据缺失，明细内容仅供参考。", "第{page}页，共{pages}页"],
    ..PAGES
};

const BOCOM: Pages<'_> = Pages {
    seed: 11,
    rows: 26,
    title: "交通银行个人客户交易清单 Bocom Personal Account Details",
    size: 8.0,
    before: &[
        &[
            (24.0, "部门Department：01000000000"),
            (260.0, "柜员Search Teller：EBB0000"),
            (480.0, "打印日期Printing Date：2026-04-20"),
            (660.0, "打印时间Printing Time：09:30:00"),
        ],
        &[
            (24.0, "账号/卡号Account/Card No：{number}"),
            (260.0, "户名Account Name：{holder}"),
            (480.0, "查询起日Query Starting Date：{from}"),
            (660.0, "查询止日Query Ending Date：{to}"),
        ],
        &[
            (24.0, "查询时间Query Time：2026-04-20 09:29:48"),
            (260.0, "币种Currency：人民币 CNY"),
            (480.0, "证件种类 ID Type：第二代居民身份证"),
            (660.0, "证件号码 ID Number：1***************0"),
        ],
    ],
    columns: &[
        Column::center("Serial\n序号", 54.0, 24.0),
        Column::left("Trans Date\n交易日期", 75.0, 44.0),
        Column::left("Trans Time\n交易时间", 120.0, 44.0),
        Column::left("Trading Type\n交易类型", 165.0, 52.0),
        Column::left("Dc Flg\n借贷", 220.0, 32.0),
        Column::left("Trans Amt\n交易金额", 253.0, 76.0),
        Column::left("Balance\n余额", 332.0, 76.0),
        Column::left("Receipt Account\n对方账号", 411.0, 80.0),
        Column::left("Account Name\n对方户名", 496.0, 80.0),
        Column::left("Trading Place\n交易地点", 581.0, 80.0),
        Column::left("Abstract\n摘要", 667.0, 90.0),
    ],
    row: "{n}|{date}|{clock}|{text}|{flow:借/贷} {flow:Dr/Cr}|{abs}|{balance}|{account}|{name}|{channel}|{remark}",
    per_page: 14,
    after: &[
        "* * *",
        "打印完毕",
        "借方发生额汇总 (Total amount of debit incurred): {out_sum}    贷方发生额汇总 (Total amount of credit incurred): {in_sum}",
    ],
    foot: &["第{page}/{pages}页", "支持交通银行手机银行扫码验真"],
    ..PAGES
};

const BOCOM_CARD: Grid = Grid {
    seed: 13,
    newest_first: true,
    before: &[
        "交通银行银行卡交易明细查询表||||||||||",
        "银行卡号：{number} 姓名：{holder}|||||本次查询时间段：{from_slash} 至 {to_slash}      总收入：{in_sum}元  总支出：{out_sum}元|||||",
        "记账日期|交易时间|交易地点|交易方式|支出金额|收入金额|余额|对方户名|对方账户|对方开户行|摘要",
    ],
    row: "{date}|{date} {clock}|{channel}|{text}|{out?--}|{in?--}|{balance}|{name}|{account}||{remark}",
    ..GRID
};

/// As it was printed until 2020: the currency in words, a number of the list, up to three lines for the other side.
const CMB_2019: Pages<'_> = Pages {
    seed: 161,
    rows: 30,
    title: "招商银行交易流水",
    size: 8.0,
    before: &[
        &[(240.0, "Transaction Statement of China Merchants Bank")],
        &[(300.0, "{from} -- {to}")],
        &[(28.3, "户    名：{holder}"), (420.0, "账号：{number}")],
        &[(28.3, "账户类型：ALL/全币种"), (420.0, "开 户 行：示例支行")],
        &[(28.3, "申请时间：2020-01-02 10:15:03"), (420.0, "电子流水号：20200102101503")],
    ],
    columns: &[
        Column::left("记账日期\nDate", 28.3, 60.0),
        Column::left("货币\nCurrency", 110.0, 50.0),
        Column::right("交易金额\nTransation Amount", 260.0, 80.0),
        Column::right("联机余额\nBalance", 360.0, 80.0),
        Column::left("交易摘要\nTransaction Type", 390.0, 90.0),
        Column::left("对手信息\nCounter Party", 520.0, 84.0),
    ],
    row: "{date}|人民币|{amount}|{balance}|{text}|{name} {account}",
    per_page: 12,
    foot: &["{page}/{pages}"],
    ..PAGES
};

const CMB_BANK: Grid = Grid {
    seed: 162,
    newest_first: true,
    before: &[
        "# 招商银行交易记录",
        "# 导出时间: [            2026-04-20 09:30:00]",
        "# 账    号: [一卡通:{starred}   招商银行]",
        "# 币    种: [                         人民币]",
        "# 起始日期: [{from_compact}]   终止日期: [{to_compact}]",
        "# 过滤设置: 无",
        "",
        "交易日期|交易时间|收入|支出|余额|交易类型|交易备注",
    ],
    row: "{compact}|{clock}|{in}|{out}|{balance}|\t{text}|\t{remark}",
    after: &["", "# 收入合计: {in_rows} 笔，共 {in_sum} 元", "# 支出合计: {out_rows} 笔，共 {out_sum} 元"],
    ..GRID
};

const CMB_CONVERTER: Grid = Grid {
    seed: 163,
    before: &["记账日期|货币|交易金额|联机余额|交易摘要|对手信息|客户摘要"],
    row: "{date}|CNY|{amount}|{balance}|{text}|{name} {account}|{remark}",
    ..GRID
};

const ABC_CONVERTER: Grid = Grid {
    seed: 164,
    before: &["交易日期|交易时间|交易摘要|交易金额|本次余额|对手信息|日 志 号|交易渠道|交易附言"],
    row: "{compact}|{clock6}|{text}|{plain}|{bare}|{name?--}|{log}|{channel}|{remark}",
    ..GRID
};

const BOC_CONVERTER: Grid = Grid {
    seed: 165,
    newest_first: true,
    before: &[
        "中国银行交易流水明细单",
        "记账日期|记账时间|币别|金额|余额|交易名称|渠道|网点名称|附言|对方账户名|对方卡号/账号|对方开户行|借记卡号",
    ],
    row: "{date}|{clock}|人民币|{amount}|{balance}|{text}|{channel}|-------------------|{remark?----------}|{name}|{account}|-------------------|6217******0000",
    ..GRID
};

const BOCOM_CONVERTER: Grid = Grid {
    seed: 166,
    before: &["序号|交易日期|交易时间|交易类型|借贷|交易金额|余额|对方账号|对方户名|交易地点|摘要"],
    row: "{n}|{date}|{clock}|{text}|{flow:借/贷} {flow:Dr/Cr}|{abs}|{balance}|{account}|{name}|{channel}|{remark}",
    ..GRID
};

/// Time and balance can be left out of the export.
const CCB_BANK: Grid = Grid {
    seed: 167,
    before: &[
        "China Construction Bank",
        "开户机构：|示例支行",
        "币　　种：|人民币",
        "账　　号：|{starred}",
        "",
        "记账日  |交易日期  |支出  |收入  |币种  |摘要  |对方账号  |对方户名  |交易地点  ",
    ],
    row: "{compact}|{compact}|{out?0.0}|{in?0.0}|人民币|{text}|{masked}|{name}|{remark}",
    after: &["以上数据仅供参考|具体内容请以柜台为准"],
    ..GRID
};

const ICBC_CARD_SHEET: Grid = Grid {
    seed: 168,
    newest_first: true,
    before: &[
        "明细查询文件下载",
        "",
        "卡号: 6222****0000|卡别名: ",
        "",
        "子账户类别: ",
        "",
        "交易日期|记账日期|摘要|交易场所|交易国家或地区简称|交易金额(收入)|交易金额(支出)|交易币种|记账金额(收入)|记账金额(支出)|记账币种|余额|对方户名",
    ],
    row: "{date}     \t|{date}     \t|{text}     \t|{remark}     \t|CHN  \t|{in?-}\t|{out?-}\t|人民币\t|{in?-}\t|{out?-}\t|人民币\t|{balance}\t|{name}     \t|",
    after: &[" ", "合计金额|||||{in_sum}|{out_sum}||{in_sum}|{out_sum}|||"],
    ..GRID
};

const PSBC: Pages<'_> = Pages {
    seed: 21,
    title: "中国邮政储蓄银行借记账户历史明细",
    before: &[&[
        (24.0, "卡号/账号：{number}"),
        (200.0, "开户行名称：示例市分行营业部"),
        (400.0, "户名：{holder}"),
        (520.0, "起止日期：2026年03月01日-2026年03月31日"),
    ]],
    columns: &[
        Column::left("交易时间", 24.0, 50.0),
        Column::left("子账号", 80.0, 36.0),
        Column::left("储种", 120.0, 30.0),
        Column::left("币种", 155.0, 30.0),
        Column::left("钞汇", 190.0, 24.0),
        Column::right("交易金额", 275.0, 56.0),
        Column::right("余额", 340.0, 60.0),
        Column::left("对方户名", 352.0, 96.0),
        Column::left("对方账号", 456.0, 80.0),
        Column::left("摘要", 545.0, 60.0),
        Column::left("交易渠道", 615.0, 60.0),
        Column::left("外部系统流水", 685.0, 80.0),
    ],
    row: "{date}\n{clock}|0001|活期|人民币|钞|{amount}|{balance}|{name}|{account}|{text}|{channel}|{log}",
    foot: &["温馨提示：明细因系统原因可能导致数据缺失，请以柜台查询为准。", "第{page}页/共{pages}页"],
    ..PAGES
};

const CITIC: Pages<'_> = Pages {
    seed: 31,
    title: "账户交易明细 Transaction details",
    before: &[
        &[(24.0, "户名：{holder}"), (260.0, "证件类型：身份证"), (480.0, "证件号码：1***************0")],
        &[(24.0, "账号：{number}"), (260.0, "时间段：{from_compact}-{to_compact}"), (480.0, "开立日期：2019-05-06")],
        &[(24.0, "查询最低限额：0.00"), (260.0, "币种：人民币"), (480.0, "验证码：ABCD1234")],
    ],
    columns: &[
        Column::left("交易日期", 24.0, 60.0),
        Column::right("收入金额", 190.0, 90.0),
        Column::right("支出金额", 290.0, 90.0),
        Column::right("账户余额", 390.0, 90.0),
        Column::left("交易摘要", 410.0, 90.0),
        Column::left("对方账号", 510.0, 100.0),
        Column::left("对方户名", 640.0, 90.0),
    ],
    row: "{compact}|{in_rmb}|{out_rmb}|RMB {balance}|{text}|{account}|{name}",
    foot: &["第{page}页 共{pages}页"],
    ..PAGES
};

/// Cells stand in the middle, so that neighbouring amounts come close.
const CITIC_WIDE: &[Column] = &[
    Column::center("交易日期", 54.0, 60.0),
    Column::center("收入金额", 150.0, 90.0),
    Column::center("支出金额", 255.0, 90.0),
    Column::center("账户余额", 360.0, 90.0),
    Column::center("交易摘要", 460.0, 90.0),
    Column::center("对方账号", 570.0, 100.0),
    Column::center("对方户名", 690.0, 90.0),
];

const SPDB_SHEET: Grid = Grid {
    seed: 41,
    before: &[
        "账号|{number}|账户类型|借记卡|日期范围|{from_compact}-{to_compact}",
        "顺序号|交易日期|交易类型|存入金额|取出金额|余额|交易对手名称|交易对手账号|附言",
    ],
    row: "{n}|{slash}  {clock}|{text}|{in}|{out}|{balance}|{name}|{account}|{remark}",
    ..GRID
};

const SPDB: Pages<'_> = Pages {
    seed: 43,
    title: "上海浦东发展银行个人客户交易流水专用回单",
    before: &[
        &[(220.0, "Transaction Statement of Shanghai Pudong Development Bank")],
        &[(24.0, "户名: {holder}"), (200.0, "账号: {number}"), (480.0, "起止日期: {from_compact}-{to_compact}")],
        &[(24.0, "币种: 人民币"), (200.0, "钞汇标志: 钞"), (480.0, "交易类型: 全部")],
    ],
    columns: &[
        Column::left("交易日期\nDate", 24.0, 50.0),
        Column::left("交易时间\nTime", 84.0, 40.0),
        Column::left("交易账号\nAccount", 140.0, 50.0),
        Column::left("交易名称\nName", 210.0, 60.0),
        Column::right("交易金额\nAmount", 355.0, 70.0),
        Column::right("账户余额\nBalance", 440.0, 70.0),
        Column::left("对手姓名\nCounterparty Name", 460.0, 90.0),
        Column::left("对手账号\nCounterparty Account", 570.0, 90.0),
        Column::left("交易摘要\nAbstract", 690.0, 80.0),
    ],
    row: "{compact}|{clock6}|6222000000000000|{text}|{amount}|{balance}|{name}|{account}|{remark}",
    per_page: 14,
    foot: &["第{page}页 共{pages}页"],
    ..PAGES
};

const CIB_SHEET: Grid = Grid {
    seed: 51,
    before: &[
        "兴业银行交易明细",
        "",
        "账户别名|",
        "账户户名|{holder}",
        "账户账号|{number}",
        "卡内账户|001 活期储蓄存款 人民币",
        "起始日期|{from}",
        "截止日期|{to}",
        "下载日期|2026-04-20 09:30:00",
        "",
        "交易时间|记账日|支出|收入|账户余额|摘要|对方户名|对方银行|对方账号|用途|交易渠道|备注",
    ],
    row: "{date} {clock}|{date}|{out}|{in}|{balance}|{text}|{name}|示例银行|{account}||{channel}|{remark}",
    after: &["说明|交易明细涉及您的个人隐私，请妥善处理。"],
    ..GRID
};

const CIB: Pages<'_> = Pages {
    seed: 52,
    title: "兴业银行交易流水 Industrial Bank Transaction Details",
    before: &[
        &[(24.0, "{from}-{to}"), (260.0, "账户类型：活期储蓄"), (520.0, "打印日期：2026-04-20 09:30:00")],
        &[(24.0, "户 名：{holder}"), (260.0, "账号：{number}"), (520.0, "币 种：人民币")],
    ],
    columns: &[
        Column::left("交易时间\nTransaction Time", 24.0, 46.0),
        Column::left("记账日期", 110.0, 50.0),
        Column::left("交易类型/摘要", 180.0, 90.0),
        Column::center("收支", 295.0, 30.0),
        Column::right("交易金额", 390.0, 70.0),
        Column::right("账户余额", 480.0, 70.0),
        Column::left("交易用途", 500.0, 110.0),
        Column::left("对方账户/对方银行", 630.0, 150.0),
    ],
    row: "{date} {clock}|{compact}|{text}|{flow:支/收}|{abs}|{balance}|{remark}|{name}",
    per_page: 14,
    foot: &["第{page}页/共{pages}页"],
    watermark: "仅供办理业务使用",
    ..PAGES
};

const CMBC: Pages<'_> = Pages {
    seed: 61,
    title: "中国民生银行个人账户对账单",
    before: &[
        &[
            (24.0, "客户姓名:{holder}"),
            (180.0, "客户账号:{number}"),
            (360.0, "产品名称:活期储蓄"),
            (520.0, "币种:人民币"),
            (660.0, "钞汇标志:钞"),
        ],
        &[
            (24.0, "开户机构:示例支行"),
            (180.0, "账户账号:{number}"),
            (360.0, "起止日期:{from_slash}-{to_slash}"),
            (620.0, "证件号码:1***************0"),
        ],
        &[(24.0, "打印时间:2026-04-20 09:30:00")],
    ],
    columns: &[
        Column::left("凭证类型", 22.0, 28.0),
        Column::left("凭证号码", 56.0, 36.0),
        Column::left("交易时间", 97.0, 74.0),
        Column::left("摘要", 173.0, 120.0),
        Column::right("交易金额", 380.0, 70.0),
        Column::right("账户余额", 446.0, 60.0),
        Column::left("现转标志", 450.0, 28.0),
        Column::left("交易渠道", 486.0, 44.0),
        Column::left("交易机构", 533.0, 32.0),
        Column::left("对方户名/账号", 570.0, 120.0),
        Column::left("对方行名", 700.0, 90.0),
    ],
    row: "卡|621700000000|{slash} {clock}|{text}|{amount}|{balance}|转|{channel}|0101|{name} {account}|示例银行",
    per_page: 14,
    after: &[
        "____________________________________________________________________________________________",
        "交易总额 收入 {in_sum} 支出 {out_sum}",
    ],
    foot: &["第{page}页/共{pages}页"],
    ..PAGES
};

const CEB: Pages<'_> = Pages {
    seed: 71,
    title: "中国光大银行账户明细查询清单",
    before: &[
        &[(240.0, "Transaction Statement of China Everbright Bank")],
        &[(24.0, "客户姓名：{holder}")],
        &[(24.0, "发卡/折机构：示例支行"), (260.0, "客户账号：{number}")],
        &[
            (24.0, "下载日期：20260420 09:30:00"),
            (260.0, "对账日期：{from_compact}-{to_compact}"),
            (560.0, "币种：人民币"),
            (660.0, "钞汇：钞"),
        ],
    ],
    columns: &[
        Column::left("交易日期\nTrans Date", 24.0, 60.0),
        Column::right("支出金额\nTrans Amt Dr", 190.0, 80.0),
        Column::right("存入金额\nTrans Amt Cr", 300.0, 80.0),
        Column::right("账户余额\nAccount Balance", 410.0, 80.0),
        Column::left("对手信息\nCounterparty", 430.0, 140.0),
        Column::left("摘要\nAbstract", 600.0, 120.0),
    ],
    row: "{date}|{out}|{in}|{balance}|{name} {account}|{text}",
    foot: &["第{page}页 共{pages}页"],
    ..PAGES
};

const PAB: Pages<'_> = Pages {
    seed: 81,
    title: "平安银行个人账户交易明细清单",
    before: &[
        &[(180.0, "Transaction Details List of Personal Account of Pingan Bank")],
        &[(24.0, "JYLS20260420000000001"), (180.0, "2026-04-20 09:30:00")],
        &[(24.0, "{holder}"), (180.0, "{number}"), (360.0, "活期储蓄")],
        &[(24.0, "RMB"), (180.0, "示例支行"), (360.0, "平安银行示例分行")],
        &[(24.0, "{from_compact}-{to_compact}"), (180.0, "全部")],
    ],
    columns: &[
        Column::left("序号\nNo.", 24.0, 24.0),
        Column::left("交易日期\nDate", 60.0, 60.0),
        Column::right("交易金额\nAmount", 200.0, 80.0),
        Column::right("余额\nBalance", 300.0, 80.0),
        Column::left("交易地点\nPlace", 320.0, 80.0),
        Column::left("摘要\nAbstract", 420.0, 80.0),
        Column::left("备注\nRemarks", 510.0, 100.0),
        Column::left("交易对手信息\nCounterparty Information", 630.0, 150.0),
    ],
    row: "{n}|{date}|{plain}|{bare}|{channel}|{text}|{remark}|{name} {account}",
    foot: &["PAB/20260420", "当前第{page}页"],
    ..PAGES
};

const CGB: Pages<'_> = Pages {
    seed: 91,
    rows: 20,
    title: "广发银行个人账户交易流水证明",
    before: &[&[(24.0, "账号: {number}"), (260.0, "户名: {holder}"), (480.0, "起止日期: {from} 至 {to}")]],
    columns: &[
        Column::left("交易时间", 24.0, 80.0),
        Column::left("币种", 112.0, 30.0),
        Column::right("交易金额", 215.0, 70.0),
        Column::right("账户余额", 300.0, 70.0),
        Column::left("对方姓名", 320.0, 90.0),
        Column::left("对方账号", 425.0, 90.0),
        Column::left("商户名称", 530.0, 60.0),
        Column::left("摘要", 600.0, 70.0),
        Column::left("附言", 690.0, 100.0),
    ],
    row: "{date} {clock}|人民币|{amount}|{balance}|{name}|{account}||{text}|{remark}",
    foot: &["广发银行股份有限公司", "第{page}页/共{pages}页"],
    ..PAGES
};

/// The time's seconds come to stand on a line of their own.
const CGB_NARROW: &[Column] = &[
    Column::left("交易时间", 24.0, 68.0),
    Column::left("币种", 100.0, 30.0),
    Column::right("交易金额", 215.0, 70.0),
    Column::right("交易后余额", 300.0, 70.0),
    Column::left("对方姓名", 320.0, 90.0),
    Column::left("对方账号", 425.0, 90.0),
    Column::left("商户名称", 530.0, 60.0),
    Column::left("摘要", 600.0, 70.0),
    Column::left("附言", 690.0, 100.0),
];

const HXB: Pages<'_> = Pages {
    seed: 101,
    title: "华夏银行个人账户交易流水",
    before: &[
        &[(220.0, "Huaxia Bank Personal Transaction Statement")],
        &[(24.0, "查询起止日期：{from_compact}至{to_compact}"), (260.0, "户名：{holder}"), (480.0, "明细范围：全部")],
        &[(24.0, "账号：{number}"), (260.0, "卡号：{number}"), (480.0, "流水编码：HX20260420")],
        &[(24.0, "交易类型：全部"), (260.0, "币种：人民币"), (480.0, "金额区间：全部")],
        &[(24.0, "收入合计金额：{in_sum}"), (260.0, "支出合计金额：{out_sum}"), (480.0, "交易合计笔数：{rows}")],
        &[(24.0, "查询时间：2026-04-20 09:30:00")],
    ],
    columns: &[
        Column::left("记账日期", 30.0, 60.0),
        Column::left("摘要", 100.0, 60.0),
        Column::right("交易金额", 240.0, 70.0),
        Column::right("余额", 310.0, 66.0),
        Column::left("交易机构", 325.0, 60.0),
        Column::left("对方姓名", 400.0, 90.0),
        Column::left("对方卡/账号", 500.0, 90.0),
        Column::left("对方开户行", 610.0, 80.0),
        Column::left("附言", 710.0, 90.0),
    ],
    row: "{date}|{text}|{amount}|{balance}|示例支行|{name}|{account}|示例银行|{remark}",
    per_page: 14,
    foot: &["总{pages}页 第{page}页"],
    ..PAGES
};

const ICBC_HEAD: &[Line] = &[&[
    (24.0, "卡号 6222000000000000"),
    (180.0, "户名：{holder}"),
    (320.0, "起止日期：{from} — {to}"),
    (620.0, "请扫描二维码 识别明细真伪"),
]];

const ICBC_FOOT: &[&str] = &[
    "本页支出算术合计：{page_out}    本页收入算术合计：{page_in}    本页交易笔数：{page_rows}",
    "下单时间：2026-04-20 09:30:00    第{page}页/共{pages}页",
];

const ICBC: Pages<'_> = Pages {
    seed: 111,
    title: "中国工商银行借记账户历史明细（电子版）",
    size: 6.5,
    before: ICBC_HEAD,
    columns: &[
        Column::center("交易日期", 48.0, 60.0),
        Column::center("帐号", 130.0, 80.0),
        Column::center("储种", 190.0, 24.0),
        Column::center("序号", 225.0, 24.0),
        Column::center("币种", 260.0, 30.0),
        Column::center("钞汇", 295.0, 24.0),
        Column::center("摘要", 335.0, 40.0),
        Column::center("地区", 380.0, 24.0),
        Column::right("收入/支出金额", 460.0, 60.0),
        Column::right("余额", 530.0, 60.0),
        Column::center("对方户名", 590.0, 90.0),
        Column::center("对方帐号", 690.0, 80.0),
        Column::center("渠道", 775.0, 50.0),
    ],
    row: "{date}\n{clock}|6222000000000000|活期|00000|人民币|钞|{text}|0000|{plus}|{balance}|{name?（空）}|{masked?（空）}|{channel}",
    foot: ICBC_FOOT,
    watermark: "仅用于贷款申请",
    ..PAGES
};

const ICBC_SHORT: &[Column] = &[
    Column::center("交易日期", 48.0, 60.0),
    Column::center("帐号", 140.0, 90.0),
    Column::center("储种", 210.0, 24.0),
    Column::center("序号", 255.0, 24.0),
    Column::center("币种", 300.0, 30.0),
    Column::center("钞汇", 345.0, 24.0),
    Column::center("摘要", 400.0, 60.0),
    Column::center("地区", 460.0, 24.0),
    Column::right("收入/支出金额", 570.0, 60.0),
    Column::right("余额", 660.0, 60.0),
    Column::center("渠道", 740.0, 60.0),
];

const ICBC_CARD: Pages<'_> = Pages {
    seed: 121,
    title: "中国工商银行信用卡历史明细（电子版）",
    size: 6.5,
    before: &[&[(24.0, "卡号: 6222********0000"), (220.0, "户名：{holder}"), (420.0, "起止日期：{from} — {to}")]],
    columns: &[
        Column::center("\n入账日期", 48.0, 60.0),
        Column::center("\n交易卡号", 130.0, 80.0),
        Column::center("收\n\n支", 190.0, 24.0),
        Column::center("\n交易币种", 235.0, 34.0),
        Column::right("\n交易金额", 320.0, 60.0),
        Column::center("\n入账币种", 350.0, 34.0),
        Column::right("\n入账金额", 430.0, 60.0),
        Column::right("\n账户余额", 500.0, 60.0),
        Column::center("\n对方户名", 560.0, 80.0),
        Column::center("\n对方账号", 645.0, 80.0),
        Column::center("\n摘要", 710.0, 40.0),
        Column::center("\n交易场所", 780.0, 80.0),
    ],
    row: "{date}|6222********0000|{flow:借/贷}|人民币|{abs}|人民币|{abs}|{balance}|{name}|{masked}|{text}|{remark}",
    foot: ICBC_FOOT,
    ..PAGES
};

const ICBC_CARD_SHORT: &[Column] = &[
    Column::center("入账日期", 48.0, 60.0),
    Column::center("交易卡号", 140.0, 90.0),
    Column::center("收支", 210.0, 24.0),
    Column::center("交易币种", 265.0, 40.0),
    Column::right("交易金额", 370.0, 70.0),
    Column::center("入账币种", 410.0, 40.0),
    Column::right("入账金额", 510.0, 70.0),
    Column::right("账户余额", 600.0, 70.0),
    Column::center("摘要", 660.0, 60.0),
    Column::center("交易场所", 750.0, 100.0),
];

const CCB: Pages<'_> = Pages {
    seed: 131,
    title: "中国建设银行个人活期账户全部交易明细",
    before: &[&[
        (24.0, "卡号/账号:{number}"),
        (190.0, "客户名称:{holder}"),
        (340.0, "币别:人民币"),
        (440.0, "钞汇:钞"),
        (540.0, "起止日期:{from_compact}-{to_compact}"),
    ]],
    columns: &[
        Column::center("序号", 40.0, 24.0),
        Column::center("摘要", 100.0, 50.0),
        Column::center("交易日期", 180.0, 60.0),
        Column::right("交易金额", 310.0, 80.0),
        Column::right("账户余额", 410.0, 80.0),
        Column::center("交易地点/附言", 500.0, 110.0),
        Column::center("对方账号与户名", 680.0, 150.0),
    ],
    row: "{n}|{text}|{compact}|{amount}|{balance}|{remark}|{masked}/{name}",
    per_page: 15,
    foot: &["生成时间：2026-04-20 09:30:00", "温馨提示：以上数据仅供参考，具体内容请以柜台为准。"],
    ..PAGES
};

const BOC_WEB: Grid = Grid {
    seed: 141,
    newest_first: true,
    before: &["交易日期|业务摘要|对方账户名称|对方账户账号|币种|钞/汇|收入金额|支出金额|余额|交易渠道/场所|附言"],
    row: "{slash}|{text}|{name}|{account}|人民币|钞|{in}|{out}|{balance}|{channel}|{remark}",
    ..GRID
};

const BOC_WEB_ORDER: Grid = Grid {
    seed: 142,
    before: &["交易日期|交易时间|业务摘要|币种|收入金额|支出金额|余额|附言|对方账户名称|对方账户账号"],
    row: "{date}|{clock}|{text}|人民币|{in}|{out}|{balance}|{remark}|{name}|{account}",
    ..GRID
};

const HSBC_ACCOUNT: Grid = Grid {
    seed: 153,
    before: &["Date|Description|Billing amount|Billing currency|Balance|Balance currency"],
    row: "{day_first}|{text}|{amount}\t\t|HKD|{balance}\t\t|HKD",
    ..GRID
};

const HSBC_CARD: Grid = Grid {
    owner: Owner::Person,
    seed: 151,
    newest_first: true,
    before: &[
        "Transaction date|Post date|Description|Billing amount|Billing currency|Transaction status|Merchant name|Country / region|Area / district|Credit / Debit",
    ],
    row: "{day_first}|{day_first}|{text}|{amount}\t\t|HKD|POSTED|{remark}|HONG KONG||{flow:DEBIT/CREDIT}",
    ..GRID
};
