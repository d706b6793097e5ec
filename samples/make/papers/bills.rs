//! Phone, electricity, water and gas bills, and a utility's invoice.

use super::Paper;
use super::forms::{Form, capitals, html, pdf, yuan};

pub const PAPERS: &[Paper] = &[
    ("telecom/samples/mobile.pdf", || pdf(&mobile())),
    ("telecom/samples/mobile.html", || Ok(html("中国移动 话费账单", &[mobile()]))),
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
    ("utility/samples/water.pdf", || pdf(&water())),
    ("utility/samples/water.html", || Ok(html("水费账单", &[water()]))),
    ("utility/samples/gas.pdf", || pdf(&gas())),
    ("utility/samples/gas.html", || Ok(html("天然气账单", &[gas()]))),
    ("utility/samples/invoice.pdf", || pdf(&invoice())),
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

fn invoice() -> Form {
    let (amount, tax) = (17_784, 2_312);
    Form {
        title: "电子发票（普通发票）".to_owned(),
        before: vec![
            "发票号码：25310000000012345678|开票日期：2025年08月15日".to_owned(),
            "名称：顾小满|销售方：国网示例市电力公司".to_owned(),
            "项目名称|单位|数量|单价".to_owned(),
            "*供电*电费|千瓦时|356|0.4996".to_owned(),
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
