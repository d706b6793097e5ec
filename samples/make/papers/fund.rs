//! Housing provident funds: lists of movements, the certificate, a portal's summary.

use super::Paper;
use super::forms::{Form, html, months, pdf, xlsx, yuan};

pub const PAPERS: &[Paper] = &[
    ("provident_fund/samples/beijing.xlsx", || xlsx("明细", &beijing())),
    ("provident_fund/samples/beijing.pdf", || pdf(&beijing())),
    ("provident_fund/samples/hangzhou.html", || Ok(html("杭州住房公积金管理中心", &[hangzhou()]))),
    ("provident_fund/samples/guangzhou.xlsx", || xlsx("公积金明细", &guangzhou())),
    ("provident_fund/samples/xian.pdf", || pdf(&xian())),
    ("provident_fund/samples/shanghai.html", || Ok(html("上海市公积金管理中心", &[shanghai()]))),
    ("provident_fund/samples/national.pdf", || pdf(&national())),
    ("provident_fund/samples/chengdu.pdf", || pdf(&chengdu())),
    ("provident_fund/samples/chongqing.pdf", || pdf(&chongqing())),
    ("provident_fund/samples/chongqing.html", || Ok(html("重庆市住房公积金管理中心", &[chongqing()]))),
    ("provident_fund/samples/chengdu.xlsx", || xlsx("公积金明细", &chengdu())),
    ("provident_fund/samples/nanjing.json", || Ok(nanjing().into_bytes())),
    ("provident_fund/samples/suzhou.json", || Ok(suzhou().into_bytes())),
    ("provident_fund/samples/certificate.pdf", || pdf(&certificate(1_050_000, 12, "正常"))),
    ("provident_fund/samples/certificate-sealed.pdf", || pdf(&certificate(640_000, 7, "封存"))),
    ("provident_fund/samples/summary.xlsx", || xlsx("账户信息", &summary())),
    ("provident_fund/samples/chongqing-newest-first.pdf", || pdf(&reversed(chongqing()))),
    ("provident_fund/samples/chongqing.xlsx", || xlsx("公积金明细", &chongqing())),
    ("provident_fund/samples/nanjing-one-line.json", || Ok(nanjing().replace(['\n', ' '], "").into_bytes())),
    ("provident_fund/samples/suzhou-list-inside.json", || {
        Ok(format!("{{\"code\": 0,\n \"data\": {{\"姓名\": \"许望舒\",\n \"rows\": {}}}}}\n", suzhou().trim_end())
            .into_bytes())
    }),
    ("provident_fund/samples/summary.html", || Ok(html("示例市住房公积金网上大厅", &[summary()]))),
];

/// A year: a deposit each month, interest in June, a withdrawal for rent; day, month it is for, what, fen, balance.
fn year(deposit: i64) -> Vec<(String, String, &'static str, i64, i64)> {
    let mut rows = Vec::new();
    let mut balance = 1_234_567;
    let mut add = |day: String, month: String, what, fen| {
        balance += fen;
        rows.push((day, month, what, fen, balance));
    };
    for (n, month) in months(12, "") {
        add(format!("{month}{:02}", 8 + n % 3), month.clone(), "汇缴", deposit);
        match n {
            4 => add(format!("{month}18"), "202503".to_owned(), "补缴", 20_000),
            6 => add(format!("{month}30"), String::new(), "年度结息", 18_517),
            9 => add(format!("{month}21"), String::new(), "提取", -450_000),
            _ => {}
        }
    }
    rows
}

fn dashed(day: &str) -> String {
    let part = |from: usize, to: usize| day.get(from..to).unwrap_or("");
    format!("{}-{}-{}", part(0, 4), part(4, 6), part(6, 8))
}

fn side(fen: i64) -> String {
    if fen > 0 { yuan(fen) } else { String::new() }
}

const HOLDER: &str = "姓名：顾小满|个人账号：A100200300|单位名称：青禾信息技术有限公司";

fn beijing() -> Form {
    let rows = year(252_000).into_iter().map(|(day, month, what, fen, balance)| {
        let kind = if matches!(what, "汇缴" | "提取") { what } else { "其他" };
        format!("{day}|{month}|{kind}|{}|{}|{}", side(fen), side(-fen), yuan(balance))
    });
    Form {
        names: "到账日期|汇缴年月|业务类型|增加额|减少额|余额",
        rows: rows.collect(),
        ..Form::new("北京住房公积金个人账户明细", &[HOLDER])
    }
}

fn hangzhou() -> Form {
    let rows = year(180_000).into_iter().rev().zip(1..).map(|((day, month, what, fen, balance), n)| {
        format!("{n}|{}|{what}{month}|{}|{}|{}", dashed(&day), side(fen), side(-fen), yuan(balance))
    });
    Form {
        names: "序号|日期|摘要|收入|支出|余额",
        rows: rows.collect(),
        ..Form::new("住房公积金个人明细查询", &[HOLDER])
    }
}

fn guangzhou() -> Form {
    let rows = year(96_000).into_iter().map(|(day, month, what, fen, balance)| {
        format!("{}|{}|{}|{}|{what}{month}", dashed(&day), yuan(fen.max(0)), yuan((-fen).max(0)), yuan(balance))
    });
    Form {
        names: "日期|增加|减少|余额|摘要",
        rows: rows.collect(),
        ..Form::new("广州住房公积金缴存明细", &["职工姓名：林知夏|公积金账号：200300400"])
    }
}

fn xian() -> Form {
    let all = year(88_000);
    let (added, taken) = all.iter().fold((0, 0), |(a, t), row| (a + row.3.max(0), t + (-row.3).max(0)));
    let mut rows: Vec<String> = all
        .into_iter()
        .map(|(day, month, what, fen, _)| format!("{}|{what}{month}|{}|{}", dashed(&day), side(-fen), side(fen)))
        .collect();
    rows.push(format!("合计||{}|{}", yuan(taken), yuan(added)));
    Form {
        names: "日期|摘要|支出|收入",
        rows,
        ..Form::new("西安住房公积金个人明细账", &["姓名：许望舒|个人账号：029000123"])
    }
}

fn shanghai() -> Form {
    let rows = year(134_400).into_iter().map(|(day, month, what, fen, _)| {
        let said = match what {
            "汇缴" | "补缴" => {
                format!("{what}{}年{}月公积金", month.get(..4).unwrap_or(""), month.get(4..).unwrap_or(""))
            }
            "提取" => "支取".to_owned(),
            other => other.to_owned(),
        };
        let why = if fen < 0 { "租房" } else { "" };
        format!("{}|青禾信息技术有限公司|{}|{said}|{why}", dashed(&day), yuan(fen.abs()))
    });
    Form {
        names: "日期|单位名称|金额|业务描述|业务原因",
        rows: rows.collect(),
        ..Form::new("个人公积金账户明细", &["姓名：顾小满|公积金账号：310000123"])
    }
}

fn national() -> Form {
    let rows = year(210_000).into_iter().map(|(day, month, what, fen, balance)| {
        format!("{}|{what}|{month}|{}|{}", dashed(&day), yuan(fen.abs()), yuan(balance))
    });
    Form {
        names: "日期|业务类型|汇缴年月|发生额|余额",
        rows: rows.collect(),
        foot: "第 {page} 页/共 {pages} 页",
        ..Form::new(
            "个人住房公积金明细（全国住房公积金小程序）",
            &[HOLDER, "查询区间：2025-01-01至2025-12-31|打印时间：2026-01-05 10:11:12"],
        )
    }
}

fn chengdu() -> Form {
    let rows = year(60_000)
        .into_iter()
        .zip(1..)
        .map(|((day, month, what, fen, _), n)| format!("{n}|蓝湾食品加工厂|{day}|{what}{month}|{}", yuan(fen.abs())));
    Form {
        names: "序号|单位名称|日期|摘要|金额",
        rows: rows.collect(),
        ..Form::new("成都住房公积金个人缴存明细", &["姓名：许望舒|个人账号：028000456"])
    }
}

fn chongqing() -> Form {
    let rows = year(114_000).into_iter().map(|(day, month, what, fen, balance)| {
        let said = match (what, month.get(..4), month.get(4..)) {
            ("汇缴" | "补缴", Some(year), Some(month)) => format!("{what}[{year}-{month}]"),
            _ => what.to_owned(),
        };
        // A withdrawal and the interest are the employee's alone.
        let (own, firm) = if said.contains('[') { (fen / 2, fen - fen / 2) } else { (fen, 0) };
        format!("{}|{said}|{}|{}|{}", dashed(&day), yuan(own.abs()), yuan(firm), yuan(balance))
    });
    Form {
        names: "日期|摘要|个人|单位|余额",
        rows: rows.collect(),
        ..Form::new("重庆市个人住房公积金明细", &["姓名：陈晓青|个人账号：023000789"])
    }
}

fn reversed(form: Form) -> Form {
    Form { rows: form.rows.into_iter().rev().collect(), ..form }
}

/// As the site's program gets it, one object a line.
fn nanjing() -> String {
    let row = |(day, month, what, fen, _): (String, String, &str, i64, i64)| {
        let month: Option<(&str, u8)> = month.split_at_checked(4).and_then(|(y, m)| Some((y, m.parse().ok()?)));
        let reason = match (what, month) {
            ("汇缴" | "补缴", Some((year, month))) => format!("{what}[{year}-{month}]"),
            ("提取", _) => "还贷".to_owned(),
            _ => what.to_owned(),
        };
        format!(
            "    {{\"transdate\": \"{}\", \"unitaccname\": \"青禾信息技术有限公司\", \"reason\": \"{reason}\", \"basenum\": \"{}\"}}",
            dashed(&day),
            yuan(fen.abs())
        )
    };
    let rows: Vec<String> = year(168_000).into_iter().map(row).collect();
    format!(
        "{{\n  \"recode\": \"000000\",\n  \"data\": {{\n  \"accnum\": \"025000123\", \"accname\": \"顾小满\",\n  \"list\": [\n{}\n  ]}}\n}}\n",
        rows.join(",\n")
    )
}

/// On one line, figures as numbers.
fn suzhou() -> String {
    let row = |(day, month, what, fen, _): (String, String, &str, i64, i64)| {
        let month = month.split_at_checked(4).map(|(year, month)| format!("{year}-{month}")).unwrap_or_default();
        format!(
            "{{\"acdate\":\"{}\",\"savemonth\":\"{month}\",\"busidetailtype\":\"{what}\",\"amt\":{}}}",
            dashed(&day),
            yuan(fen.abs())
        )
    };
    let rows: Vec<String> = year(92_000).into_iter().rev().map(row).collect();
    format!("[{}]\n", rows.join(","))
}

fn certificate(base: i64, percent: i64, status: &str) -> Form {
    let each = base * percent / 100;
    Form {
        title: "住房公积金缴存证明".to_owned(),
        before: vec![
            "姓名：顾小满|证件号码：110101199001010031|个人账号：A100200300".to_owned(),
            format!("单位名称：青禾信息技术有限公司|开户日期：2019-07-15|缴存状态：{status}"),
            format!("缴存基数：{}元|单位缴存比例：{percent}%|个人缴存比例：{percent}%", yuan(base)),
            format!("单位月缴存额：{}元|个人月缴存额：{}元|月缴存额：{}元", yuan(each), yuan(each), yuan(2 * each)),
            format!("账户余额：{}元|缴至年月：2025-12|出具日期：2026-01-05", yuan(3_456_712)),
        ],
        ..Form::default()
    }
}

fn summary() -> Form {
    Form::new(
        "公积金账户信息",
        &[
            "姓名|林知夏|公积金账号|200300400",
            "单位名称|云间百货有限责任公司|账户状态|正常",
            "缴存基数|6400.00|月缴存额|896.00",
            "单位缴存比例|7%|个人缴存比例|7%",
            "账户余额|15230.18|缴至年月|202512",
            "开户日期|2021-03-09|所属管理部|示例管理部",
        ],
    )
}
