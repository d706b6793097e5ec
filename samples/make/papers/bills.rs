//! Phone, electricity, water and gas bills, and a utility's invoice.

use super::Paper;
use super::forms::{Form, capitals, html, pdf, yuan};

pub const PAPERS: &[Paper] = &[
    ("telecom/samples/mobile.pdf", || pdf(&mobile())),
    ("telecom/samples/mobile.html", || Ok(html("中国移动 话费账单", &[mobile()]))),
    ("telecom/samples/mobile-short-names.pdf", || pdf(&mobile_short())),
    ("telecom/samples/mobile-short-names.html", || Ok(html("中国移动 话费账单", &[mobile_short()]))),
    ("telecom/samples/unicom-two-fees.pdf", || pdf(&unicom_short())),
    ("telecom/samples/unicom-two-fees.html", || Ok(html("中国联通 账单查询", &[unicom_short()]))),
    ("telecom/samples/telecom-no-credit.pdf", || pdf(&telecom_short())),
    ("telecom/samples/telecom-no-credit.html", || Ok(html("中国电信 账单查询", &[telecom_short()]))),
    ("telecom/samples/unicom.pdf", || pdf(&unicom())),
    ("telecom/samples/unicom.html", || Ok(html("中国联通 账单查询", &[unicom()]))),
    ("telecom/samples/telecom.pdf", || pdf(&telecom())),
    ("telecom/samples/telecom.html", || Ok(html("中国电信 账单查询", &[telecom()]))),
    ("telecom/samples/telecom.json", || Ok(telecom_json(&[7_900, 0, 1_500, -300]).into_bytes())),
    ("telecom/samples/telecom-one-line.json", || {
        Ok(telecom_json(&[12_900, 145]).replace(['\n', ' '], "").into_bytes())
    }),
    ("utility/samples/electricity.pdf", || pdf(&electricity())),
    ("utility/samples/electricity.html", || Ok(html("电费账单", &[electricity()]))),
    ("utility/samples/electricity-three-tiers.pdf", || pdf(&electricity_summer())),
    ("utility/samples/electricity-three-tiers.html", || Ok(html("电费账单", &[electricity_summer()]))),
    ("utility/samples/water-overdue.pdf", || pdf(&water_overdue())),
    ("utility/samples/water-overdue.html", || Ok(html("水费账单", &[water_overdue()]))),
    ("utility/samples/gas-tiers.pdf", || pdf(&gas_winter())),
    ("utility/samples/gas-tiers.html", || Ok(html("天然气账单", &[gas_winter()]))),
    ("utility/samples/water.pdf", || pdf(&water())),
    ("utility/samples/water.html", || Ok(html("水费账单", &[water()]))),
    ("utility/samples/gas.pdf", || pdf(&gas())),
    ("utility/samples/gas.html", || Ok(html("天然气账单", &[gas()]))),
    ("utility/samples/invoice.pdf", || pdf(&invoice("*供电*电费|千瓦时|356|0.4996", 17_784, 2_312))),
    ("utility/samples/invoice-water.pdf", || pdf(&invoice("*水冰雪*自来水费|立方米|16|2.2331", 3_573, 107))),
];

/// A line for each fee, then the total that they and what is let off make.
fn fees(lines: &[(&str, i64)], credits: (&str, i64), total: &str) -> Vec<String> {
    let sum: i64 = lines.iter().map(|(_, fen)| fen).sum();
    let mut text: Vec<String> = lines.iter().map(|(label, fen)| format!("{label}|{}", yuan(*fen))).collect();
    text.push(format!("{}|{}", credits.0, yuan(credits.1)));
    text.push(format!("{total}|{}", yuan(sum - credits.1)));
    text
}

fn bill(title: &str, heading: &[&str], fees: Vec<String>) -> Form {
    let mut form = Form::new(title, heading);
    form.before.extend(fees);
    form
}

fn mobile() -> Form {
    let lines = [
        ("套餐及固定费用", 5_900),
        ("套餐外语音通信费", 345),
        ("套餐外上网费", 1_000),
        ("套餐外短彩信费", 20),
        ("增值业务费", 600),
        ("代收费", 500),
        ("其他费用", 0),
    ];
    bill(
        "中国移动通信客户账单",
        &[
            "客户名称：顾小满|手机号码：138****0000|客户星级：四星",
            "账期：2025年08月|套餐名称：示例畅享套餐59元|出账日期：2025-09-02",
        ],
        fees(&lines, ("优惠及减免", 1_000), "费用合计"),
    )
}

fn unicom() -> Form {
    let lines = [("月固定费", 3_900), ("套餐外费用", 210), ("增值业务费", 500), ("代收业务费", 0)];
    bill(
        "中国联通电信业务账单",
        &["客户名称：林知夏|手机号码：186****0000", "账期：202508|套餐名称：示例冰神卡"],
        fees(&lines, ("优惠减免", 500), "实际应缴"),
    )
}

fn telecom() -> Form {
    let lines = [("套餐月基本费", 7_900), ("语音通话费", 0), ("手机上网费", 1_500), ("信息服务费", 300)];
    bill(
        "中国电信客户账单",
        &["客户名称：陈晓青|用户号码：189****0000", "账期：2025年08月|套餐名称：示例十全套餐"],
        fees(&lines, ("优惠费用", 300), "费用合计"),
    )
}

/// The short names of the same fees.
fn mobile_short() -> Form {
    let lines = [
        ("套餐及固定费", 12_800),
        ("套餐外语音费", 0),
        ("套餐外上网费", 2_450),
        ("套餐外短彩信费", 10),
        ("自有增值业务费用", 0),
        ("代收费业务费用", 1_500),
        ("其他费用", 300),
    ];
    bill(
        "中国移动通信客户账单",
        &[
            "客户名称：林知夏|号码：138****0000|星级：五星",
            "计费周期：20251201-20251231|账期：202512|套餐名称：示例全球通128元",
        ],
        fees(&lines, ("优惠减免", 0), "本期费用合计"),
    )
}

fn unicom_short() -> Form {
    bill(
        "中国联通电信业务账单",
        &["客户名称：陈晓青|手机号码：186****0000", "账期：2026年01月|套餐名称：示例大王卡"],
        fees(&[("月固定费", 1_900), ("套餐外费用", 0)], ("账户优惠", 0), "实际应缴"),
    )
}

fn telecom_short() -> Form {
    bill(
        "中国电信客户账单",
        &["客户名称：许望舒|用户号码：189****0000", "账期：202601|套餐名称：示例无忧卡"],
        fees(&[("套餐月基本费", 500), ("语音通话费", 1_240), ("短信彩信费", 30)], ("优惠费用", 0), "费用合计"),
    )
}

fn electricity_summer() -> Form {
    let tiers = [14_326, 11_060, 9_412];
    let charge: i64 = tiers.iter().sum();
    let [first, second, third] = tiers.map(yuan);
    Form {
        title: "国网示例市电力公司 电费账单".to_owned(),
        before: vec![
            "户号：3100067890|户名：陈晓青|用电地址：示例市云间路21号101室".to_owned(),
            "账期：202507|上期示数：8410|本期示数：8966|本期电量：556千瓦时".to_owned(),
            format!("第一档 260千瓦时 {first}"),
            format!("第二档 184千瓦时 {second}"),
            format!("第三档 112千瓦时 {third}"),
            format!("电费：{}元|违约金：0.00元|应缴金额：{}元|缴费状态：欠费", yuan(charge), yuan(charge)),
        ],
        ..Form::default()
    }
}

fn water_overdue() -> Form {
    Form {
        title: "示例市自来水有限公司 水费账单".to_owned(),
        before: vec![
            "户号：80067890|户名：许望舒|用水地址：示例市蓝湾路6号".to_owned(),
            "账期：202511|上期示数：301|本期示数：325".to_owned(),
            format!("用水量：24|水费金额：{}|污水处理费：{}", yuan(5_520), yuan(4_080)),
            format!("违约金：{}|应缴金额：{}|缴费状态：欠费", yuan(245), yuan(9_845)),
        ],
        ..Form::default()
    }
}

fn gas_winter() -> Form {
    let (first, second) = (27_000, 9_130);
    Form {
        title: "示例燃气集团 天然气账单".to_owned(),
        before: vec![
            "户号：60067890|户名：顾小满|用气地址：示例市青禾路8弄3号502室".to_owned(),
            "账期：202601|上期示数：1102|本期示数：1216|用气量：114".to_owned(),
            format!("第一档 90立方米 {}", yuan(first)),
            format!("第二档 24立方米 {}", yuan(second)),
            format!("气费金额：{}|违约金：0.00|应缴金额：{}", yuan(first + second), yuan(first + second)),
            "缴费日期：2026-02-03|缴费状态：已缴".to_owned(),
        ],
        ..Form::default()
    }
}

/// Amounts in fen.
fn telecom_json(charges: &[i64]) -> String {
    let items = ["套餐月基本费", "语音通话费", "手机上网费", "优惠费用"];
    let rows: Vec<String> = items
        .iter()
        .zip(charges)
        .map(|(item, fen)| format!("    {{\"chargeTypeName\": \"{item}\", \"charge\": \"{fen}\"}}"))
        .collect();
    format!(
        "{{\n  \"billingCycle\": \"202508\",\n  \"custName\": \"陈晓青\",\n  \"accNbr\": \"189****0000\",\n  \"sumCharge\": \"{}\",\n  \"items\": [\n{}\n  ]\n}}\n",
        charges.iter().sum::<i64>(),
        rows.join(",\n")
    )
}

fn electricity() -> Form {
    Form {
        title: "国网示例市电力公司 电费账单".to_owned(),
        before: vec![
            "户号：3100012345|户名：顾小满|用电地址：示例市青禾路8弄3号502室".to_owned(),
            "电费年月：202508|抄表周期：2025-07-05至2025-08-04|缴费状态：已缴".to_owned(),
            "上期示数：12045|本期示数：12401|本期电量：356千瓦时".to_owned(),
            format!("第一档 260千瓦时 {}", yuan(14_326)),
            format!("第二档 96千瓦时 {}", yuan(5_770)),
            format!("电费：{}元|违约金：{}元|应缴金额：{}元", yuan(20_096), yuan(120), yuan(20_216)),
            "缴费日期：2025-08-12".to_owned(),
        ],
        ..Form::default()
    }
}

fn water() -> Form {
    Form {
        title: "示例市自来水有限公司 水费账单".to_owned(),
        before: vec![
            "用户编号：80012345|户名：顾小满|用水地址：示例市青禾路8弄3号502室".to_owned(),
            "账单月份：2025-08|上期示数：512|本期示数：528".to_owned(),
            format!("用水量：16|水费金额：{}|污水处理费：{}", yuan(3_680), yuan(2_720)),
            format!("违约金：{}|应缴金额：{}|缴费状态：未缴", yuan(0), yuan(6_400)),
        ],
        ..Form::default()
    }
}

fn gas() -> Form {
    Form {
        title: "示例燃气集团 天然气账单".to_owned(),
        before: vec![
            "用户编号：60012345|户名：林知夏|用气地址：示例市云间路21号".to_owned(),
            "账单月份：2025-07|上期示数：1024|本期示数：1041".to_owned(),
            format!("用气量：17|气费金额：{}|违约金：{}|应缴金额：{}", yuan(5_100), yuan(51), yuan(5_151)),
        ],
        ..Form::default()
    }
}

fn invoice(line: &str, amount: i64, tax: i64) -> Form {
    Form {
        title: "电子发票（普通发票）".to_owned(),
        before: vec![
            "发票号码：25310000000012345678|开票日期：2025年08月15日".to_owned(),
            "名称：顾小满|销售方：国网示例市电力公司".to_owned(),
            "项目名称|单位|数量|单价".to_owned(),
            line.to_owned(),
            format!("合 计|¥{}|¥{}", yuan(amount), yuan(tax)),
            format!(
                "价税合计（大写）|{}|（小写）¥{}",
                capitals(amount + tax).trim_start_matches("人民币"),
                yuan(amount + tax)
            ),
        ],
        ..Form::default()
    }
}
