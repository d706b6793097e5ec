//! Payslips and wage sheets, tax records, the tax App's lists.

use model::Month;

use super::Paper;
use super::forms::{Form, capitals, months, pdf, xlsx, yuan};
use crate::MakeError;

pub const PAPERS: &[Paper] = &[
    ("payslip/samples/one-month.xlsx", || xlsx("工资条", &one_month())),
    ("payslip/samples/unknown-deduction.xlsx", || xlsx("Sheet1", &unknown_deduction())),
    ("payslip/samples/department.xlsx", || xlsx("2025年8月", &department())),
    ("payslip/samples/table.pdf", || pdf(&one_month())),
    ("payslip/samples/table-department.pdf", || pdf(&department())),
    ("payslip/samples/table-attendance.xlsx", || xlsx("工资", &attendance())),
    ("payslip/samples/slip-attendance.pdf", || pdf(&slip_with_attendance())),
    ("payslip/samples/slip-attendance.xlsx", || xlsx("工资条", &slip_with_attendance())),
    ("payslip/samples/slip.pdf", || pdf(&slip())),
    ("payslip/samples/slip.xlsx", || xlsx("工资单", &slip())),
    ("tax/samples/record.pdf", || pdf(&record(24))),
    ("tax/samples/record-short.pdf", || pdf(&record(5))),
    ("tax/samples/paid-2017.pdf", || pdf(&paid(6, 2017))),
    ("tax/samples/paid-two-pages.pdf", || pdf(&paid(26, 2016))),
    ("tax/samples/income.pdf", || pdf(&income(1))),
    ("tax/samples/income-three-payers.pdf", || pdf(&income(3))),
    ("tax/samples/income-screen.pdf", || pdf(&income_screen(6))),
    ("tax/samples/income-detail.pdf", || pdf(&detail(8))),
    ("tax/samples/income-detail-december.pdf", || pdf(&detail(12))),
];

/// Gross, pension, medical, unemployment, housing fund, tax, other deductions; in fen.
fn net(pay: [i64; 7]) -> i64 {
    let [gross, rest @ ..] = pay;
    gross - rest.iter().sum::<i64>()
}

/// A month's wages as papers of work state them, in fen: gross, pension, medical, unemployment, housing fund, tax, other
/// deductions.
#[derive(Debug, Clone, Copy)]
pub struct Wage {
    pub month: Month,
    pub pay: [i64; 7],
}

/// Brackets of the year's taxable income, in fen: from where, rate in percent, quick deduction. A life of these kits earns
/// no more than the fourth.
const BRACKETS: [(i64, i64, i64); 4] =
    [(0, 3, 0), (3_600_000, 10, 252_000), (14_400_000, 20, 1_692_000), (30_000_000, 25, 3_192_000)];
const ALLOWANCE: i64 = 500_000;

/// Wages from the first month of a year on that leave what arrived (in fen), taxed by cumulative withholding; insurance
/// and fund are taken from a fixed base.
#[must_use]
pub fn wages_leaving(year: i16, arrived: &[i64]) -> Vec<Wage> {
    let base = arrived.iter().sum::<i64>() * 5 / 4 / i64::try_from(arrived.len()).unwrap_or(1).max(1);
    let [pension, medical, unemployment, fund] = [80, 20, 5, 70].map(|share| base * share / 1_000);
    let taken = pension + medical + unemployment + fund;
    let (mut taxable, mut taxed) = (0_i64, 0_i64);
    let mut wages = Vec::new();
    for (month, net) in (1_i8..).zip(arrived) {
        let Some(month) = Month::new(year, month) else { break };
        // Tax depends on gross pay, which holds the tax: a few rounds settle it to the fen.
        let mut tax = 0;
        for _ in 0..40 {
            tax = (on(taxable + net + tax - ALLOWANCE) - taxed).max(0);
        }
        taxable += net + tax - ALLOWANCE;
        taxed += tax;
        wages.push(Wage { month, pay: [net + taken + tax, pension, medical, unemployment, fund, tax, 0] });
    }
    wages
}

/// Tax on a year's taxable income so far.
fn on(taxable: i64) -> i64 {
    let bracket = BRACKETS.iter().rev().find(|(from, ..)| taxable > *from);
    bracket.map_or(0, |(_, rate, quick)| taxable * rate / 100 - quick)
}

/// One month's payslip.
///
/// # Errors
/// [`MakeError`] when the PDF writer refuses.
pub fn slip_of(name: &str, employer: &str, wage: &Wage) -> Result<Vec<u8>, MakeError> {
    let [gross, pension, medical, unemployment, fund, tax, other] = wage.pay.map(yuan);
    let before = [
        format!("公司名称：{employer}|员工编号：0117|姓名：{name}"),
        format!("部门：生产一部|工资月份：{}", wage.month),
        format!("应发工资：{gross}|养老保险：{pension}|医疗保险：{medical}"),
        format!("失业保险：{unemployment}|住房公积金：{fund}|个人所得税：{tax}"),
        format!("其他扣款：{other}|实发工资：{}", yuan(net(wage.pay))),
    ];
    pdf(&Form { title: "工资单".to_owned(), before: before.to_vec(), ..Form::default() })
}

/// The tax App's list of the same wages.
///
/// # Errors
/// [`MakeError`] when the PDF writer refuses.
pub fn taxes_of(name: &str, employer: &str, wages: &[Wage]) -> Result<Vec<u8>, MakeError> {
    let sum = |at: usize| wages.iter().filter_map(|wage| wage.pay.get(at)).sum::<i64>();
    let line = |wage: &Wage| {
        let [gross, .., tax, _] = wage.pay.map(yuan);
        format!("工资薪金|{employer}|{}|{gross}|{tax}", wage.month)
    };
    let year = wages.first().map_or(0, |wage| wage.month.first_day().year());
    pdf(&Form {
        names: "所得项目|扣缴义务人|税款所属期|收入|已申报税额",
        rows: wages.iter().map(line).collect(),
        after: vec!["温馨提示：数据仅供参考，以税务机关记录为准。".to_owned()],
        ..Form::new(
            "收入纳税明细",
            &[
                &format!("纳税人姓名：{name}|身份证件号码：9901**********0017|纳税年度：{year}"),
                &format!("收入合计：{}元|已申报税额合计：{}元", yuan(sum(0)), yuan(sum(5))),
            ],
        )
    })
}

fn one_month() -> Form {
    let pay = [1_186_000, 84_000, 21_000, 5_250, 126_000, 13_492, 0];
    let [gross, pension, medical, unemployment, fund, tax, other] = pay.map(yuan);
    let (base, post, performance, overtime) = (yuan(620_000), yuan(180_000), yuan(350_000), yuan(36_000));
    Form {
        names: "工号|姓名|部门|基本工资|岗位工资|绩效奖金|加班补贴|应发工资|养老保险(个人)|医疗保险(个人)|失业保险(个人)|公积金(个人)|本月应交个税|其他扣款|实发工资",
        rows: vec![format!(
            "QH0217|顾小满|研发部|{base}|{post}|{performance}|{overtime}|{gross}|{pension}|{medical}|{unemployment}|{fund}|{tax}|{other}|{}",
            yuan(net(pay))
        )],
        after: vec!["制表：人力资源部|发放日期：2025-09-10".to_owned()],
        ..Form::new("青禾信息技术有限公司 2025年08月份工资表", &["单位名称：青禾信息技术有限公司"])
    }
}

/// A deduction that only this company has, and wages that add up with it.
fn unknown_deduction() -> Form {
    let pay = [760_000, 60_800, 15_200, 3_800, 53_200, 0, 0];
    let [gross, pension, medical, unemployment, fund, tax, _] = pay.map(yuan);
    let meals = 32_000;
    Form {
        names: "部门|员工类型|工号|姓名|应发工资|公积金|医疗保险|失业金|养老金|餐费|计税工资|所得税|实际发放数",
        rows: vec![format!(
            "门店|正式|1042|林知夏|{gross}|{fund}|{medical}|{unemployment}|{pension}|{}|{}|{tax}|{}",
            yuan(meals),
            yuan(627_000),
            yuan(net(pay) - meals)
        )],
        ..Form::new("2025年7月工资", &[])
    }
}

fn department() -> Form {
    let staff = [
        ("1001", "顾小满", [1_186_000, 84_000, 21_000, 5_250, 126_000, 13_492, 0]),
        ("1002", "林知夏", [760_000, 60_800, 15_200, 3_800, 53_200, 1_410, 5_000]),
        ("1003", "陈晓青", [910_000, 72_800, 18_200, 4_550, 63_700, 4_522, 0]),
        ("1004", "许望舒", [540_000, 43_200, 10_800, 2_700, 37_800, 0, 12_050]),
    ];
    let line = |number: &str, name: &str, pay: [i64; 7]| {
        let figures: Vec<String> = pay.iter().copied().map(yuan).collect();
        format!("{number}|{name}|{}|{}", figures.join("|"), yuan(net(pay)))
    };
    let mut sums = [0; 7];
    for (_, _, pay) in &staff {
        sums.iter_mut().zip(pay).for_each(|(sum, figure)| *sum += figure);
    }
    let mut rows: Vec<String> = staff.iter().map(|(number, name, pay)| line(number, name, *pay)).collect();
    rows.push(line("合计", "", sums));
    Form {
        names: "工号|姓名|应发合计|养老保险|医疗保险|失业保险|住房公积金|个人所得税|其他扣除|实发金额",
        rows,
        after: vec!["审核：|制表：".to_owned()],
        ..Form::new("示例科技有限公司2025年8月工资表", &[])
    }
}

fn slip() -> Form {
    let pay = [930_000, 74_400, 18_600, 4_650, 65_100, 5_117, 2_000];
    let [gross, pension, medical, unemployment, fund, tax, other] = pay.map(yuan);
    let before = [
        "公司名称：蓝湾食品加工厂|员工编号：0031|姓名：许望舒".to_owned(),
        "部门：生产二部|工资月份：2025-06|发放日期：2025-07-15".to_owned(),
        format!("基本工资：{}|绩效工资：{}|加班费：{}", yuan(500_000), yuan(310_000), yuan(120_000)),
        format!("应发工资：{gross}|养老保险：{pension}|医疗保险：{medical}"),
        format!("失业保险：{unemployment}|住房公积金：{fund}|个人所得税：{tax}"),
        format!("其他扣款：{other}|实发工资：{}", yuan(net(pay))),
    ];
    Form { title: "工资单".to_owned(), before: before.to_vec(), ..Form::default() }
}

/// With days present, sick pay, and what was paid later for an earlier month.
fn slip_with_attendance() -> Form {
    let pay = [712_000, 56_960, 14_240, 3_560, 49_840, 842, 0];
    let [gross, pension, medical, unemployment, fund, tax, other] = pay.map(yuan);
    let (base, post, performance, sick, back) = (400_000, 120_000, 150_000, 42_000, 20_000);
    let before = [
        "工号：0088|姓名：林知夏|部门：仓储部".to_owned(),
        "发薪单位：云间百货有限责任公司|工资月份：2025年11月|工资卡号：6217********0088".to_owned(),
        format!("应出勤：22|实际出勤：19|病假工资：{}", yuan(sick)),
        format!("基本工资：{}|岗位工资：{}|绩效奖金：{}", yuan(base), yuan(post), yuan(performance)),
        format!("应发工资：{gross}|补发：{}|其他扣除项：{other}", yuan(back)),
        format!("养老保险(个人)：{pension}|医疗保险(个人)：{medical}|失业保险(个人)：{unemployment}"),
        format!("公积金(个人)：{fund}|本月应交个税：{tax}|实发工资：{}", yuan(net(pay) + back)),
    ];
    Form { title: "员工工资条".to_owned(), before: before.to_vec(), ..Form::default() }
}

/// A column set with attendance; two people.
fn attendance() -> Form {
    let line = |number: &str, name: &str, parts: [i64; 5], pay: [i64; 7]| {
        let [base, post, performance, overtime, sick] = parts.map(yuan);
        let [gross, pension, medical, unemployment, fund, tax, other] = pay.map(yuan);
        format!(
            "{number}|生产二部|{name}|22|20|{base}|{post}|{performance}|{overtime}|{sick}|{other}|{gross}|{pension}|{medical}|{unemployment}|{fund}|{tax}|{}|6217********{number}",
            yuan(net(pay))
        )
    };
    Form {
        names: "工号|部门|姓名|应出勤|实际出勤|基本工资|岗位工资|绩效奖金|加班补贴|病假工资|其他扣除项|应发工资|养老保险(个人)|医疗保险(个人)|失业保险(个人)|公积金(个人)|本月应交个税|实发工资|工资卡号",
        rows: vec![
            line(
                "2001",
                "许望舒",
                [380_000, 90_000, 110_000, 26_000, 18_000],
                [624_000, 49_920, 12_480, 3_120, 43_680, 0, 3_000],
            ),
            line("2002", "陈晓青", [420_000, 90_000, 130_000, 0, 0], [640_000, 51_200, 12_800, 3_200, 44_800, 840, 0]),
        ],
        ..Form::new("蓝湾食品加工厂2025年9月工资表", &["单位名称：蓝湾食品加工厂"])
    }
}

/// Withheld tax of a year or two of months, refunded once.
fn record(rows: i64) -> Form {
    let taxes: Vec<i64> = (1..=rows).map(|n| if n == 14 { -12_040 } else { 8_345 + n * 713 }).collect();
    let line = |(tax, n): (&i64, i64)| {
        let (year, month) = (2024 + (n - 1) / 12, (n - 1) % 12 + 1);
        let (item, note) =
            if *tax < 0 { ("综合所得年度汇算", "退税") } else { ("工资、薪金所得", "") };
        format!(
            "{year}-{month:02}-15|{}|{year}-{month:02}-16|{item}|{year}-{month:02}|国家税务总局示例市高新技术产业开发区税务局|{note}",
            yuan(*tax)
        )
    };
    let names = "申报日期|实缴（退）金额|入（退）库日期|所得项目|税款所属期|入库税务机关|备注";
    Form {
        names,
        rows: taxes.iter().zip(1..).map(line).collect(),
        after: vec![
            format!("金额合计|{}", capitals(taxes.iter().sum())),
            "说明：1.本记录涉及纳税人敏感信息，请妥善保存。".to_owned(),
            "开具机关（盖章）：国家税务总局示例市税务局|开具时间：2026年03月02日".to_owned(),
        ],
        foot: "当前第{page}页，共{pages}页",
        ..Form::new(
            "中华人民共和国个人所得税纳税记录",
            &[
                "（原《税收完税证明》）|No. 310000260302001|查询验证码：3KD7 92MX 51QA",
                "记录期间：2024年01月-2025年12月|纳税人名称：顾小满|纳税人识别号：110101199001010031",
                "身份证件类型：居民身份证|身份证件号码：110101199001010031|金额单位：元",
            ],
        )
    }
}

/// So many months from January of a year on.
fn paid(count: i64, year: i64) -> Form {
    let taxes: Vec<i64> = (1..=count).map(|n| 10_455 + n * 1_201).collect();
    let line = |(tax, n): (&i64, i64)| {
        let at = |n: i64| (year + (n - 1) / 12, (n - 1) % 12 + 1);
        let ((year, month), (next_year, next)) = (at(n), at(n + 1));
        format!(
            "33101700{n:04}|个人所得税|工资薪金所得|{year}-{month:02}-01至{year}-{month:02}-28|{next_year}-{next:02}-12|{}",
            yuan(*tax)
        )
    };
    Form {
        names: "原凭证号|税种|品目名称|税款所属时期|入（退）库日期|实缴（退）金额",
        rows: taxes.iter().zip(1..).map(line).collect(),
        after: vec![format!("金额合计|{}", capitals(taxes.iter().sum()))],
        ..Form::new(
            "中华人民共和国税收完税证明",
            &[
                "No. 233015180100012345|填发日期：2018年01月09日|税务机关：示例市地方税务局",
                "纳税人识别号：110101199001010031|纳税人名称：顾小满",
            ],
        )
    }
}

/// A year of wages from so many payers, one of them a bonus.
fn income(payers: usize) -> Form {
    let mut rows = Vec::new();
    let (mut income, mut tax) = (0, 0);
    let mut add = |item: &str, payer: &str, month: &str, earned: i64, paid: i64| {
        rows.push(format!("{item}|{payer}|{month}|{}|{}", yuan(earned), yuan(paid)));
        income += earned;
        tax += paid;
    };
    for payer in ["青禾信息技术有限公司", "蓝湾食品加工厂", "示例科技有限公司"].iter().take(payers)
    {
        for (n, month) in months(12, "-") {
            add("工资薪金", payer, &month, 1_180_000 + n * 1_500, 9_000 + n * 830);
        }
    }
    add("劳务报酬", "云间百货有限责任公司", "2025-05", 300_000, 44_000);
    add("全年一次性奖金", "青禾信息技术有限公司", "2025-12", 2_400_000, 72_000);
    Form {
        names: "所得项目|扣缴义务人|税款所属期|收入|已申报税额",
        rows,
        after: vec!["温馨提示：数据仅供参考，以税务机关记录为准。".to_owned()],
        ..Form::new(
            "收入纳税明细",
            &[
                "纳税人姓名：顾小满|身份证件号码：1101**********0011|纳税年度：2025",
                &format!("收入合计：{}元|已申报税额合计：{}元", yuan(income), yuan(tax)),
            ],
        )
    }
}

/// The App's screen: a block for each item.
fn income_screen(count: i64) -> Form {
    let (mut blocks, mut earned, mut paid) = (Vec::new(), 0, 0);
    let mut add = |item: &str, kind: &str, payer: &str, month: &str, income: i64, tax: i64| {
        blocks.push(format!("{item}|{month}"));
        blocks.push(format!("所得项目小类：{kind}|扣缴义务人：{payer}"));
        blocks.push(format!("收入：{}元|已申报税额：{}元", yuan(income), yuan(tax)));
        earned += income;
        paid += tax;
    };
    for (n, month) in months(count, "-") {
        add("工资薪金", "正常工资薪金", "蓝湾食品加工厂", &month, 820_000 + n * 1_100, 3_000 + n * 210);
    }
    add("劳务报酬", "一般劳务报酬所得", "云间百货有限责任公司", "2025-04", 150_000, 14_000);
    let mut before = vec!["纳税人姓名：许望舒|纳税年度：2025".to_owned()];
    before.push(format!("收入合计：{}元|已申报税额合计：{}元", yuan(earned), yuan(paid)));
    before.extend(blocks);
    Form { title: "收入纳税明细".to_owned(), before, ..Form::default() }
}

/// The year up to a month.
fn detail(month: i64) -> Form {
    let [income, allowance, pension, medical, unemployment, fund, special] =
        [1_180_000, 500_000, 84_000, 21_000, 5_250, 126_000, 150_000].map(|each| each * month);
    let insurance = pension + medical + unemployment + fund;
    let before = [
        format!("所得项目小类：正常工资薪金|扣缴义务人名称：青禾信息技术有限公司|税款所属期：2025-{month:02}"),
        format!("本期收入：{}元|累计收入：{}元|累计减除费用：{}元", yuan(1_180_000), yuan(income), yuan(allowance)),
        format!(
            "累计专项扣除：{}元|基本养老保险：{}元|基本医疗保险：{}元",
            yuan(insurance),
            yuan(pension),
            yuan(medical)
        ),
        format!(
            "失业保险：{}元|住房公积金：{}元|累计专项附加扣除：{}元",
            yuan(unemployment),
            yuan(fund),
            yuan(special)
        ),
        format!(
            "应纳税所得额：{}元|已缴税额：{}元",
            yuan(income - allowance - insurance - special),
            yuan((income - allowance - insurance - special) * 3 / 100)
        ),
    ];
    Form { title: "收入纳税明细详情".to_owned(), before: before.to_vec(), ..Form::default() }
}
