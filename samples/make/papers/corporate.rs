//! What the banks' sites for firms export. The names of the columns are known from empty exports; the rows are invented.

use super::Paper;
use super::account::Owner;
use super::lists::{HEAD, LIST, List, list};
use super::print::{Form, GRID, Grid, grid};
use super::table::Wrap;
use crate::MakeError;

pub const PAPERS: &[Paper] = &[
    ("abc/samples/corporate.xlsx", || {
        sheet(
            301,
            &[
                "账户明细",
                "账号: {number} 户名: {holder} 币种: 人民币 起止日期: {from_compact}-{to_compact}",
                "交易时间|收入金额|支出金额|账户余额|交易行名|对方省市|对方账号|对方户名|交易用途|摘要|会计日期",
            ],
            "{date} {clock}|{in}|{out}|{balance}|示例支行||{account}|{name}|{remark}|{text}|{compact}",
        )
    }),
    ("abc/samples/corporate-19-columns.xlsx", || {
        sheet(
            302,
            &[
                "账户明细",
                "账户号|{number}|账户名称|{holder}",
                "交易日期|交易时间戳|收入金额|支出金额|本次余额|手续费总额|交易方式|交易行名|交易类别|对方省市|对方账号|对方户名|交易说明|交易摘要|交易附言|交易凭证号|交易日志号|账簿号|账簿名称",
            ],
            "{compact}|{clock}|{in}|{out}|{balance}|0.00|{channel}|示例支行|转账||{account}|{name}||{text}|{remark}||{log}||",
        )
    }),
    ("bocom/samples/corporate.xlsx", || grid(Form::Xlsx, &BOCOM)),
    ("bocom/samples/corporate-newest-first.xls", || {
        grid(Form::Xls, &Grid { seed: 403, newest_first: true, rows: 30, ..BOCOM })
    }),
    ("boc/samples/corporate.xlsx", || grid(Form::Xlsx, &BOC)),
    ("boc/samples/corporate-newest-first.xls", || {
        grid(Form::Xls, &Grid { seed: 404, newest_first: true, rows: 30, ..BOC })
    }),
    ("cbhb/samples/corporate.xlsx", || grid(Form::Xlsx, &CBHB)),
    ("cbhb/samples/corporate-newest-first.xls", || {
        grid(Form::Xls, &Grid { seed: 405, newest_first: true, rows: 30, ..CBHB })
    }),
    ("cbhb/samples/corporate-flow.xlsx", || grid(Form::Xlsx, &CBHB_FLOW)),
    ("cbhb/samples/corporate-flow-without-times.xlsx", || {
        let before = &[
            "|明细查询下载",
            "|查询日期|{from}至{to}",
            "|账号|{number}|账户名称|{holder}",
            "|支出笔数|{out_rows}|支出发生额|{out_sum}",
            "|收入笔数|{in_rows}|收入发生额|{in_sum}",
            "|交易日期|交易流水号|凭证号|收支标识|交易金额|账户余额|对方户名|对方账号|对方行名|渠道|备注|摘要",
        ];
        let row = "|{date}|{log}||{flow:支出/收入}|{abs}|{balance}|{name}|{account}|示例银行|{channel}|{remark}|{text}";
        grid(Form::Xlsx, &Grid { seed: 406, newest_first: true, before, row, ..CBHB_FLOW })
    }),
    ("ccb/samples/corporate.xlsx", || {
        sheet(
            307,
            &[
                "中国建设银行",
                "明细查询结果",
                "明细查询结果下载 ",
                "开户机构|示例支行|币种|人民币",
                "账　号|{number}|利　率|0.05",
                "账户名称|{holder}|账户状态|正常",
                "",
                "记账日期|交易时间|凭证种类|凭证号|发生额/元||余额/元|钞汇标志|对方户名|对方账号|摘要|备注|账户明细编号-交易流水号|企业流水号|本方账号|本方账户名称|本方账户开户机构",
                "||||借方|贷方",
            ],
            "{compact}|{compact} {clock}|||{out}|{in}|{balance}|钞|{name}|{account}|{text}|{remark}|{log}||||示例支行",
        )
    }),
    ("ccb/samples/corporate-with-sums.xlsx", || {
        sheet(
            308,
            &[
                "中国建设银行",
                "明细查询结果",
                "开户机构|示例支行|币种|人民币",
                "账　号|{number}|账户名称|{holder}",
                "期初余额|{opening}|当前余额|{closing}",
                "借方发生额|{out_sum}|借方交易笔数|{out_rows}",
                "贷方发生额|{in_sum}|贷方交易笔数|{in_rows}",
                "",
                "",
                "交易时间|借方发生额/元(支取)|贷方发生额/元(收入)|余额|币种|对方户名|对方账号|对方开户机构|记账日期|摘要|备注|账户明细编号-交易流水号|企业流水号|凭证种类|凭证号|交易介质编号",
            ],
            "{compact} {clock}|{out?0.00}|{in?0.00}|{balance}|人民币元|{name}|{account}|示例银行|{compact}|{text}|{remark}|{log}||||",
        )
    }),
    ("ccb/samples/corporate-plain.xls", || {
        let paper = firm(
            309,
            &[
                "账号|账户名称|交易时间|借方发生额（支取）|贷方发生额（收入）|余额|币种|对方户名|对方账号|对方开户机构|记账日期|摘要|备注|账户明细编号-交易流水号|企业流水号|凭证种类|凭证号",
            ],
            "6222000000000000|青禾商贸有限公司|{compact} {clock}|{out?0.00}|{in?0.00}|{balance}|人民币元|{name}|{account}|示例银行|{compact}|{text}|{remark}|{log}|||",
        );
        grid(Form::Xls, &paper)
    }),
    ("ccb/samples/corporate-plain.csv", || {
        const PLAIN_NAMES: &str = "账号|账户名称|交易时间|对方户名|对方账号|摘要|借方发生额（支取）|贷方发生额（收入）|余额|币种|账户明细编号-交易流水号|备注";
        let row = "6222000000000000|青禾商贸有限公司|{compact} {clock}|{name}|{account}|{text}|{out?0.00}|{in?0.00}|{balance}|人民币元|{log}|{remark}";
        grid(Form::CsvGbk, &Grid { newest_first: true, ..firm(359, &[PLAIN_NAMES], row) })
    }),
    ("cdb/samples/corporate.xlsx", || grid(Form::Xlsx, &CDB)),
    ("cdb/samples/corporate-newest-first.xls", || {
        grid(Form::Xls, &Grid { seed: 410, newest_first: true, rows: 30, ..CDB })
    }),
    ("cib/samples/corporate.xlsx", || {
        sheet(
            311,
            &[
                "银行流水号|账号|户名|凭证代号|币种|现/转|借方金额（支出）|贷方金额（收入）|账户余额|摘要|对方账号|对方户名|对方银行|对方行号|记账日期|交易时间|用途|备注",
            ],
            "{log}|6222000000000000|青禾商贸有限公司||人民币|转|{out}|{in}|{balance}|{text}|{account}|{name}|示例银行||{date}|{date} {clock}|{remark}|",
        )
    }),
    ("cib/samples/corporate-half-width.xls", || {
        let paper = firm(
            312,
            &[
                "银行流水号|账号|户名|凭证代号|币种|现/转|借方金额(支出)|贷方金额(收入)|账户余额|摘要|对方账号|对方户名|对方银行|对方行号|记账日期|交易时间|用途|备注",
            ],
            "{log}|6222000000000000|青禾商贸有限公司||人民币|转|{out}|{in}|{balance}|{text}|{account}|{name}|示例银行||{date}|{date} {clock}|{remark}|",
        );
        grid(Form::Xls, &Grid { newest_first: true, ..paper })
    }),
    ("cmb/samples/corporate.xlsx", || grid(Form::Xlsx, &CMB)),
    ("cmb/samples/corporate-newest-first.xls", || {
        grid(Form::Xls, &Grid { seed: 413, newest_first: true, rows: 30, ..CMB })
    }),
    ("cmbc/samples/corporate.xlsx", || grid(Form::Xlsx, &CMBC)),
    ("cmbc/samples/corporate-newest-first.xls", || {
        grid(Form::Xls, &Grid { seed: 414, newest_first: true, rows: 30, ..CMBC })
    }),
    ("hxb/samples/corporate.xlsx", || grid(Form::Xlsx, &HXB)),
    ("hxb/samples/corporate-newest-first.xls", || {
        grid(Form::Xls, &Grid { seed: 415, newest_first: true, rows: 30, ..HXB })
    }),
    ("icbc/samples/corporate.xlsx", || {
        sheet(
            316,
            &[
                "[HISTORYDETAIL]",
                "凭证号|对方账号|交易时间|借贷标志|对方单位|对方行号|用途|摘要|附言|回单个性化信息|余额|转出金额|转入金额|本方账号",
            ],
            "|{account}|{date} {clock}|{flow:借/贷}|{name}||{remark}|{text}|||{balance}|{out}|{in}|6222000000000000",
        )
    }),
    ("icbc/samples/corporate-debit-credit.xlsx", || {
        sheet(
            317,
            &[
                "[HISTORYDETAIL]",
                "凭证号|本方账号|对方账号|交易时间|借/贷|借方发生额|贷方发生额|对方行号|摘要|用途|对方单位名称|余额|个性化信息",
            ],
            "|6222000000000000|{account}|{date} {clock}|{flow:借/贷}|{out?0.00}|{in?0.00}||{text}|{remark}|{name}|{balance}|",
        )
    }),
    ("icbc/samples/corporate-branch.xls", || {
        let paper = firm(
            318,
            &[
                "账号:|{number}",
                "户名:|{holder}",
                "网点号:|0200",
                "币种:|人民币",
                "日期|交易类型|对方户名|对方账号|摘要|借方发生额|贷方发生额|余额",
            ],
            "{date}|转账|{name}|{account}|{text}|{out}|{in}|{balance}",
        );
        grid(Form::Xls, &paper)
    }),
    ("pab/samples/corporate.xlsx", || grid(Form::Xlsx, &PAB)),
    ("pab/samples/corporate-2003-xml.xls", || {
        grid(Form::Xml2003, &Grid { seed: 419, newest_first: true, rows: 30, ..PAB })
    }),
    ("psbc/samples/corporate.xlsx", || grid(Form::Xlsx, &PSBC)),
    ("psbc/samples/corporate-2003-xml.xls", || {
        grid(Form::Xml2003, &Grid { seed: 420, newest_first: true, rows: 30, ..PSBC })
    }),
    ("spdb/samples/corporate.xlsx", || grid(Form::Xlsx, &SPDB)),
    ("spdb/samples/corporate-newest-first.csv", || {
        grid(Form::CsvGbk, &Grid { seed: 421, newest_first: true, rows: 30, ..SPDB })
    }),
    ("finance_company/samples/corporate.xlsx", || grid(Form::Xlsx, &FINANCE_COMPANY)),
    ("finance_company/samples/corporate-newest-first.xls", || {
        grid(Form::Xls, &Grid { seed: 422, newest_first: true, rows: 30, ..FINANCE_COMPANY })
    }),
    ("bocom/samples/corporate.pdf", || list(&BOCOM_PDF)),
    ("bocom/samples/corporate-newest-first.pdf", || {
        list(&List { seed: 431, newest_first: true, rows: 30, ..BOCOM_PDF })
    }),
    ("citic/samples/corporate.pdf", || list(&CITIC_PDF)),
    ("citic/samples/corporate-newest-first.pdf", || {
        list(&List { seed: 432, newest_first: true, rows: 30, ..CITIC_PDF })
    }),
    ("spdb/samples/corporate.pdf", || list(&SPDB_PDF)),
    ("spdb/samples/corporate-rows-hang.pdf", || list(&List { seed: 433, wrap: Wrap::Top, rows: 26, ..SPDB_PDF })),
    ("cmbc/samples/corporate.pdf", || list(&CMBC_PDF)),
    ("cmbc/samples/corporate-newest-first.pdf", || list(&List { seed: 434, newest_first: true, rows: 30, ..CMBC_PDF })),
    ("ceb/samples/corporate.pdf", || list(&CEB_PDF)),
    ("ceb/samples/corporate-newest-first.pdf", || list(&List { seed: 435, newest_first: true, rows: 30, ..CEB_PDF })),
    ("icbc/samples/corporate.pdf", || list(&ICBC_PDF)),
    ("icbc/samples/corporate-newest-first.pdf", || list(&List { seed: 436, newest_first: true, rows: 30, ..ICBC_PDF })),
    ("ccb/samples/corporate.pdf", || list(&CCB_PDF)),
    ("ccb/samples/corporate-rows-hang.pdf", || list(&List { seed: 437, wrap: Wrap::Top, rows: 26, ..CCB_PDF })),
    ("abc/samples/corporate.pdf", || list(&ABC_FIRM)),
    ("abc/samples/corporate-newest-first.pdf", || {
        list(&List {
            seed: 402,
            newest_first: true,
            names: "时间|收入|支出|余额|对方账号|对方户名|对方行|摘要",
            ..ABC_FIRM
        })
    }),
    ("cib/samples/corporate.pdf", || list(&CIB_FIRM)),
    ("cib/samples/corporate-rows-hang.pdf", || {
        list(&List {
            seed: 404,
            wrap: Wrap::Top,
            names: "交易日期|摘要|借方发生额|贷方发生额|账户余额|对方户名|对方账号|用途",
            row: "{date}|{text}|{out}|{in}|{balance}|{name}|{account}|{remark}",
            ..CIB_FIRM
        })
    }),
    ("boc/samples/corporate.pdf", || list(&BOC_FIRM)),
    ("boc/samples/corporate-three-pages.pdf", || {
        list(&List {
            seed: 406,
            rows: 30,
            names: "日期|摘要|对方户名|对方账号|借方发生额|贷方发生额|余额|流水号",
            row: "{slash}|{text}|{name}|{account}|{out?0.00}|{in?0.00}|{balance}|{log}",
            carried: "|承前页余额|||||{carried}|",
            ..BOC_FIRM
        })
    }),
];

const BOCOM: Grid = firm(
    303,
    &[
        "查询账号: {number} 户  名: {holder}",
        "交易时间|摘要|凭证种类|凭证号码|企业业务编号|发生额|币种|余额|对方账号|对方户名|借贷标志|卡号",
    ],
    "{date} {clock}|{text}|||{log}|{abs}|人民币|{balance}|{account}|{name}|{flow:借/贷}|",
);

const BOC: Grid = firm(
    304,
    &[
        "",
        "查询账号[ Inquirer account number ]|{number}",
        "总笔数[Total number ]|{rows}",
        "借方发生总笔数[ Total Number of Debited Payments ]|{out_rows}",
        "借方发生总额[ Total Debit Amount of Payments ]|{out_sum}",
        "贷方发生总笔数[ Total Number of Credited Payments ]|{in_rows}",
        "贷方发生总额[ Total Credit Amount of Payments ]|{in_sum}",
        "查询时间范围[ Time Range ]|{from_compact}-{to_compact}",
        "交易类型[ Transaction Type ]|业务类型[ Business type ]|付款人账号[ Debit Account No. ]|付款人名称[ Payer's Name ]|收款人账号[ Payee's Account Number ]|收款人名称[ Payee's Name ]|交易日期[ Transaction Date ]|交易时间[ Transaction time ]|交易货币[ Trade Currency ]|交易金额[ Trade Amount ]|交易后余额[ After-transaction balance ]|交易流水号[ Transaction reference number ]|摘要[ Reference ]|用途[ Purpose ]|交易附言[ Remark ]|备注[ Remarks ]",
    ],
    "{flow:往账/来账}|转账|{payer_account}|{payer}|{payee_account}|{payee}|{compact}|{clock}|CNY|{abs}|{balance}|{log}|{text}|{remark}||",
);

const CBHB: Grid = firm(
    305,
    &[
        "账户明细查询下载",
        "查询日期|{from}至{to}",
        "账号|{number}",
        "账户名称|{holder}",
        "借方笔数|{out_rows}",
        "借方发生额|{out_sum}",
        "贷方笔数|{in_rows}",
        "贷方发生额|{in_sum}",
        "",
        "账务日期|交易日期|交易时间|借方发生额|贷方发生额|账户余额|对方名称|对方账号|对方行名称|摘要|附言",
    ],
    "{date}|{date}|{clock}|{out}|{in}|{balance}|{name}|{account}|示例银行|{text}|{remark}",
);

const CBHB_FLOW: Grid = firm(
    306,
    &[
        "|明细查询下载",
        "|查询日期|{from}至{to}",
        "|账号|{number}|账户名称|{holder}",
        "|支出笔数|{out_rows}|支出发生额|{out_sum}",
        "|收入笔数|{in_rows}|收入发生额|{in_sum}",
        "|交易日期|交易时间|交易流水号|凭证号|收支标识|交易金额|账户余额|对方户名|对方账号|对方行名|渠道|备注|摘要",
    ],
    "|{date}|{clock}|{log}||{flow:支出/收入}|{abs}|{balance}|{name}|{account}|示例银行|{channel}|{remark}|{text}",
);

const CDB: Grid = firm(
    310,
    &[
        "存款账号：[ {number} ]  起止日期： {from} 至 {to}",
        "交易时间|交易参考号|摘要|付款账号|付款户名|付款方开户行号|付款方开户行名|收款账号|收款户名|收款方开户行号|收款方开户行名|收入/支出标志|发生额（元）|交易后余额（元）",
    ],
    "{date} {clock}|{log}|{text}|{payer_account}|{payer}|||{payee_account}|{payee}|||{flow:支出/收入}|{abs}|{balance}",
);

const CMB: Grid = firm(
    313,
    &[
        "标题|账户交易明细|公司名称|{holder}|银行码|CMB",
        "接口版本|1.0|文件类型|明细|银行账号|{number}",
        "账户币种|人民币|生成日期|20260420|经办人|示例",
        "累计借金额|{out_sum}|累计借总笔数|{out_rows}|累计贷金额|{in_sum}",
        "累计贷总笔数|{in_rows}|对账单初期余额|{opening}|对账单余额|{closing}",
        "开户行地区|示例|查询开始日期|{from_compact}|查询结束日期|{to_compact}",
        "记录条数|{rows}",
        "",
        "交易日|交易时间|起息日|交易类型|借方金额|贷方金额|余额|用途|流水号|流程实例号|业务名称|业务参考号|业务摘要|其它摘要|收(付)方分行名|收(付)方名称|收(付)方账号",
    ],
    "{compact}|{clock}|{compact}|转账|{out}|{in}|{balance}|{remark}|{log}||||{text}|||{name}|{account}",
);

const CMBC: Grid = firm(
    314,
    &[
        "账户名称:|{holder}|账号:|{number}",
        "开户机构:|示例支行|币种:|人民币",
        "起始日期:|{from}|截至日期:|{to}",
        "借贷标志:|全部|排序方式:|升序",
        "借方累计笔数|{out_rows}|借方累计发生额|{out_sum}",
        "贷方累计笔数|{in_rows}|贷方累计发生额|{in_sum}",
        "交易时间|交易流水号|借方发生额|贷方发生额|账户余额|凭证号|客户附言|对方账号|对方账号名称|对方开户行",
    ],
    "{date} {clock}|{log}|{out}|{in}|{balance}||{remark}|{account}|{name}|示例银行",
);

const HXB: Grid = firm(
    315,
    &[
        "账户明细下载文件",
        "账号|{number}|户名|{holder}",
        "币种|人民币",
        "查询日期|{from}至{to}",
        "交易方向|全部",
        "收入总金额|{in_sum}|收入总笔数|{in_rows}",
        "支出总金额|{out_sum}|支出总笔数|{out_rows}",
        "序号|交易日期|交易时间|支出金额|收入金额|余额|对方账号|对方户名|对方行名|核心流水号|交易描述|摘要|凭证号码|明细标注|记账日期",
    ],
    "{n}|{date}|{clock}|{out}|{in}|{balance}|{account}|{name}|示例银行|{log}|{remark}|{text}|||{date}",
);

const PAB: Grid = firm(
    319,
    &["", "交易日期|账号|借|贷|账户余额|对方账户|对方账户名称|交易流水号|单位结算卡号|摘要|用途"],
    "{date}|6222000000000000|{out}|{in}|{balance}|{account}|{name}|{log}||{text}|{remark}",
);

const PSBC: Grid = firm(
    320,
    &[
        "中国邮政储蓄银行账户交易明细",
        "账号|{number}||户名|{holder}",
        "收入总金额|{in_sum}||支出总金额|{out_sum}",
        "收入总笔数|{in_rows}||支出总笔数|{out_rows}",
        "交易日期|交易时间|支出金额|收入金额|余额|对方账号|对方户名|对方行名|用途|附言|摘要|交易流水号",
    ],
    "{date}|{clock}|{out}|{in}|{balance}|{account}|{name}|示例银行|{remark}||{text}|{log}",
);

const SPDB: Grid = firm(
    321,
    &[
        "账号|{number}",
        "账户名称|{holder}",
        "总笔数|{rows}",
        "借记总额|{out_sum}|贷记总额|{in_sum}",
        "交易日期|交易时间|账务日|凭证号|借方金额|贷方金额|余额|对方账号|对方户名|对方行名|交易流水号|摘要|备注",
    ],
    "{compact}|{clock}|{compact}||{out}|{in}|{balance}|{account}|{name}|示例银行|{log}|{text}|{remark}",
);

const FINANCE_COMPANY: Grid = firm(
    322,
    &[
        "客户对账单",
        "",
        "开户机构|示例集团财务有限公司",
        "账户号|{number}|户名|{holder}|币种|人民币",
        "",
        "日期|摘要|订单编号|支付请求号|交易编号|对方账户号|对方账户名称|单据号|起息日|付款金额|收款金额|余额",
    ],
    "{date}|{text}|||{log}|{account}|{name}||{date}|{out}|{in}|{balance}",
);

const BOCOM_PDF: List = List {
    seed: 331,
    title: "交通银行单位账户明细对账单",
    names: "序号|会计日期|交易日期|交易名称|凭证号|借方发生额|贷方发生额|余额|对方账号|对方户名|摘要|流水",
    row: "{n}|{date}|{date}|{text}||{out}|{in}|{balance}|{account}|{name}|{remark}|{log}",
    before: HEAD,
    ..FIRM_LIST
};

const CITIC_PDF: List = List {
    seed: 332,
    title: "账户交易明细",
    names: "日期|柜员交易号|摘要|对方账号|对方户名|动账资金分簿|借方发生额|贷方发生额|余额",
    row: "{date}|{log}|{text}|{account}|{name}||{out}|{in}|{balance}",
    before: HEAD,
    ..FIRM_LIST
};

const SPDB_PDF: List = List {
    seed: 333,
    title: "上海浦东发展银行电子对账单",
    names: "日期|流水|借方|贷方|余额|对方行|对方户名|摘要|备注",
    row: "{date}|{log}|{out}|{in}|{balance}|示例银行|{name}|{text}|{remark}",
    before: &[
        &[(24.0, "客户名称 Customer Name：{holder}"), (420.0, "账号 Account Number：{number}")],
        &[(24.0, "账单统计日期 Start Time & End Time：{from_slash} - {to_slash}"), (420.0, "Page {page} of {pages}")],
    ],
    ..FIRM_LIST
};

const CMBC_PDF: List = List {
    seed: 334,
    title: "中国民生银行单位账户对账单",
    names: "时间|摘要|凭证类型|凭证号|借方|贷方|余额|流水|对方|对方行",
    row: "{date}\n{clock}|{text}|||{out}|{in}|{balance}|{log}|{name}|示例银行",
    before: HEAD,
    ..FIRM_LIST
};

const CEB_PDF: List = List {
    seed: 335,
    title: "中国光大银行对公账户对账单",
    names: "序号|交易日期时间|借/贷|交易金额|账户余额|对方账号|对方名称|摘要",
    row: "{n}|{date} {clock}|{flow:借/贷}|{abs}|{balance}|{account}|{name}|{text}",
    before: &[
        &[(24.0, "户名：{holder}"), (260.0, "账号：{number}"), (520.0, "起止日期：{from} 至 {to}")],
        &[
            (24.0, "借方发生额：{out_sum}"),
            (220.0, "借方笔数：{out_rows}"),
            (420.0, "贷方发生额：{in_sum}"),
            (620.0, "贷方笔数：{in_rows}"),
        ],
    ],
    ..FIRM_LIST
};

const ICBC_PDF: List = List {
    seed: 336,
    title: "中国工商银行账户明细清单",
    names: "对方账号|日期|时间|借贷标志|对方单位|行号|用途|摘要|附言|余额|金额|记账日",
    row: "{account}|{date}|{clock}|{flow:借/贷}|{name}||{remark}|{text}||{balance}|{abs}|{date}",
    before: &[&[(24.0, "本方账号：{number}"), (260.0, "户名：{holder}"), (520.0, "起止日期：{from} 至 {to}")]],
    ..FIRM_LIST
};

const CCB_PDF: List = List {
    seed: 337,
    title: "中国建设银行账户明细信息",
    names: "账号|交易时间|借方|贷方|余额|币种|对方户名|对方账号|对方开户机构|记账日期|摘要|流水号",
    row: "6222000000000000|{date}\n{clock}|{out}|{in}|{balance}|人民币|{name}|{account}|示例银行|{compact}|{text}|{log}",
    before: &[],
    ..FIRM_LIST
};

const ABC_FIRM: List = List {
    seed: 401,
    title: "中国农业银行账户明细",
    names: "交易时间|收入金额|支出金额|账户余额|对方账号|对方户名|对方开户行|摘要",
    row: "{date} {clock}|{in}|{out}|{balance}|{account}|{name}|示例支行|{text}",
    ..FIRM_LIST
};

const CIB_FIRM: List = List {
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
    ..FIRM_LIST
};

const BOC_FIRM: List = List {
    seed: 405,
    title: "中国银行单位人民币活期存款对账单",
    names: "交易日期|摘要|借方发生额|贷方发生额|余额|对方户名|对方账号",
    row: "{date}|{text}|{out}|{in}|{balance}|{name}|{account}",
    carried: "|承前页余额|||{carried}||",
    ..FIRM_LIST
};

const FIRM_LIST: List = List { owner: Owner::Firm, rows: 18, ..LIST };

const fn firm(seed: u64, before: &'static [&'static str], row: &'static str) -> Grid {
    Grid { owner: Owner::Firm, seed, before, row, rows: 14, ..GRID }
}

fn sheet(seed: u64, before: &'static [&'static str], row: &'static str) -> Result<Vec<u8>, MakeError> {
    grid(Form::Xlsx, &firm(seed, before, row))
}
