//! Social insurance: the sheets of provinces and the tables of city portals.

use super::Paper;
use super::forms::{Form, html, months, pdf, xlsx, yuan};

pub const PAPERS: &[Paper] = &[
    ("social_insurance/samples/henan.pdf", || pdf(&henan(2025))),
    ("social_insurance/samples/henan-moved-in.pdf", || pdf(&henan(2024))),
    ("social_insurance/samples/shenzhen.pdf", || pdf(&shenzhen(&[]))),
    ("social_insurance/samples/shenzhen-gaps.pdf", || pdf(&shenzhen(&[(2024, 3), (2024, 4), (2025, 11)]))),
    ("social_insurance/samples/beijing.html", || Ok(html("北京市社会保险网上服务平台", &beijing()))),
    ("social_insurance/samples/beijing-medical.html", || Ok(beijing_medical().into_bytes())),
    ("social_insurance/samples/shanghai.html", || Ok(html("上海市社会保险个人权益查询", &[shanghai()]))),
    ("social_insurance/samples/guangzhou.html", || Ok(html("广州市社会保险缴费历史", &[guangzhou()]))),
    ("social_insurance/samples/shenzhen-portal.html", || Ok(html("深圳市社会保险缴费明细", &shenzhen_portal()))),
    ("social_insurance/samples/hangzhou.xlsx", || xlsx("参保明细", &hangzhou())),
    ("social_insurance/samples/hangzhou.html", || Ok(html("杭州市社会保险个人参保信息", &[hangzhou()]))),
    ("social_insurance/samples/nanjing.xlsx", || xlsx("缴费明细", &titled("南京市社会保险缴费明细", nanjing()))),
    ("social_insurance/samples/chengdu.xlsx", || xlsx("缴费明细", &titled("成都市社会保险缴费明细", chengdu()))),
    ("social_insurance/samples/shanghai.xlsx", || xlsx("缴费明细", &titled("上海市社会保险缴费明细", shanghai()))),
    ("social_insurance/samples/guangzhou-short.html", || Ok(html("广州市社会保险缴费历史", &[guangzhou_short()]))),
    ("social_insurance/samples/shenzhen-portal-four.html", || {
        Ok(html("深圳市社会保险缴费明细", &shenzhen_portal_four()))
    }),
    ("social_insurance/samples/nanjing.html", || Ok(html("南京市社会保险缴费明细", &[nanjing()]))),
    ("social_insurance/samples/chengdu.html", || Ok(html("成都市社会保险缴费明细", &[chengdu()]))),
];

/// A sheet has no page around it that says whose it is.
fn titled(title: &str, form: Form) -> Form {
    Form { title: title.to_owned(), ..form }
}

const BASE: i64 = 820_000;

fn share(base: i64, per_mille: i64) -> String {
    yuan(base * per_mille / 1000)
}

/// Of 2024 the first months were moved in from elsewhere.
fn henan(year: i64) -> Form {
    let (before, own, interest) = (4_512_366, 787_200, 180_494);
    let rows = (1..=12).map(|month| {
        let base = yuan(if month < 7 { BASE - 45_000 } else { BASE });
        match month {
            1 | 2 if year == 2024 => format!("{month:02}|{base}|○|{base}|○|{base}|-"),
            3 => format!("{month:02}|{base}|△|{base}|△|{base}|△"),
            11 | 12 => format!("{month:02}|-|-|-|-|-|-"),
            _ => format!("{month:02}|{base}|●|{base}|●|{base}|●"),
        }
    });
    Form {
        groups: "|基本养老保险||失业保险||工伤保险|",
        names: "月份|缴费基数|缴费情况|缴费基数|缴费情况|缴费基数|缴费情况",
        rows: rows.collect(),
        after: vec![
            "说明：1.“●”表示已经实缴，“△”表示欠费，“○”表示外地转入，“-”表示未制定计划。".to_owned(),
            format!("数据统计截止至：{year}.11.05 09:12:33|打印时间：{year}-11-05"),
        ],
        ..Form::new(
            &format!("河南省社会保险个人权益记录单（{year}）"),
            &[
                "表单验证号码 f3a9c2d1e4b5|单位：元",
                "证件类型 居民身份证|证件号码 110101199001010031|社会保障号码 110101199001010031",
                "姓名 顾小满|单位名称 云间百货有限责任公司|参加工作时间 2014-07-01",
                "账户情况",
                "险种|截止上年末累计存储额|本年账户记入本金|本年账户记入利息|账户月数|累计储存额",
                &format!(
                    "基本养老保险|{}|{}|{}|128|{}",
                    yuan(before),
                    yuan(own),
                    yuan(interest),
                    yuan(before + own + interest)
                ),
                "参保缴费情况",
            ],
        )
    }
}

/// Months in which nothing was paid are left out.
fn shenzhen(gaps: &[(i64, i64)]) -> Form {
    let mut rows = Vec::new();
    // Employer's and own parts: pension, medical, maternity, injury, unemployment.
    let rates = [140, 80, 60, 20, 5, 2, 7, 3];
    let mut sums = [0; 8];
    for (year, month) in (2024..=2025).flat_map(|year| (1..=12).map(move |month| (year, month))) {
        if gaps.contains(&(year, month)) {
            continue;
        }
        let base = if year == 2024 { BASE - 60_000 } else { BASE };
        let parts = rates.map(|rate| base * rate / 1000);
        sums.iter_mut().zip(&parts).for_each(|(sum, part)| *sum += part);
        let [pension, pension_own, medical, medical_own, maternity, injury, unemployment, unemployment_own] =
            parts.map(yuan);
        let base = yuan(base);
        let mark = if (year, month) == (2024, 5) { "*" } else { "" };
        rows.push(format!(
            "{mark}{year}|{month:02}|712345|{base}|{pension}|{pension_own}|1|{base}|{medical}|{medical_own}|1|{base}|{maternity}|{base}|{injury}|{base}|{unemployment}|{unemployment_own}"
        ));
    }
    let [pension, pension_own, medical, medical_own, maternity, injury, unemployment, unemployment_own] =
        sums.map(yuan);
    rows.push(format!(
        "合计||||{pension}|{pension_own}|||{medical}|{medical_own}|||{maternity}||{injury}||{unemployment}|{unemployment_own}"
    ));
    Form {
        groups: "||||养老保险|||医疗保险||||生育保险||工伤保险||失业保险|",
        names: "缴费年|月|单位编号|基数|单位交|个人交|险种|基数|单位交|个人交|险种|基数|单位交|基数|单位交|基数|单位交|个人交",
        rows,
        after: vec!["备注：1.带“*”标识为补缴，空行为断缴。|2.本证明验真码有效期三个月。".to_owned()],
        foot: "页码：{page}",
        ..Form::new(
            "深圳市社会保险历年参保缴费明细表（个人）",
            &["姓名：陈晓青|社保电脑号：600123456|身份证号码：110101199001010031"],
        )
    }
}

fn beijing() -> Vec<Form> {
    let table = |title: &str, names, row: &dyn Fn(&str) -> String| Form {
        names,
        rows: months(8, "-").map(|(_, month)| row(&month)).collect(),
        ..Form::new(title, &[])
    };
    vec![
        table(
            "养老保险缴费信息",
            "缴费年月|缴费类型|缴费基数|单位缴费|个人缴费|单位名称|备注",
            &|month| {
                format!(
                    "{month}|正常缴纳|{}|{}|{}|青禾信息技术有限公司|",
                    yuan(BASE),
                    share(BASE, 160),
                    share(BASE, 80)
                )
            },
        ),
        table("失业保险缴费信息", "缴费年月|缴费基数|单位缴费|个人缴费", &|month| {
            format!("{month}|{}|{}|{}", yuan(BASE), share(BASE, 5), share(BASE, 5))
        }),
        table("工伤保险缴费信息", "缴费年月|缴费基数|单位缴费", &|month| {
            format!("{month}|{}|{}", yuan(BASE), share(BASE, 2))
        }),
    ]
}

/// A month's cell is merged over its rows, so that the later ones have a cell less.
fn beijing_medical() -> String {
    let mut rows = String::new();
    for (_, month) in months(5, "-") {
        let cells = |kind: &str, base: i64| {
            format!(
                "<td>{kind}</td><td>{}</td><td>{}</td><td>{}</td><td>云间百货有限责任公司</td><td></td>",
                yuan(base),
                share(base, 98),
                share(base, 20)
            )
        };
        rows.push_str(&format!("<tr><td rowspan=\"2\">{month}</td>{}</tr>\n", cells("正常缴费", BASE)));
        rows.push_str(&format!("<tr>{}</tr>\n", cells("补缴", 60_000)));
    }
    let names = "缴费年月|缴费类型|缴费基数|单位缴费|个人缴费|单位名称|备注".replace('|', "</th><th>");
    format!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>北京市社会保险网上服务平台</title></head>\n<body>\n<h1>北京市社会保险网上服务平台</h1>\n<h2>医疗保险缴费信息</h2>\n<table>\n<tr><th>{names}</th></tr>\n{rows}</table>\n</body></html>\n"
    )
}

/// Without the employer's name and the status.
fn guangzhou_short() -> Form {
    let span = |from: &str, until: &str, months: i64, base: i64| {
        format!("440100|{from}|{until}|{months}|{}|{}|{}", share(base * months, 5), share(base * months, 2), yuan(base))
    };
    Form {
        names: "单位编号|起始年月|截止年月|月数|单位|个人|基数",
        rows: vec![span("202501", "202506", 6, BASE - 70_000), span("202507", "202507", 1, BASE)],
        ..Form::new("失业保险缴费历史明细", &[])
    }
}

/// 失业 and 工伤 beside the others, with fewer columns.
fn shenzhen_portal_four() -> Vec<Form> {
    let lost = months(6, "")
        .map(|(_, month)| format!("712345|{month}|{}|{}|{}|已到帐", yuan(BASE), share(BASE, 3), share(BASE, 7)));
    let injury = months(6, "").map(|(_, month)| format!("712345|{month}|{}|{}|已到帐", yuan(BASE), share(BASE, 2)));
    vec![
        Form {
            names: "单位编号|年月|基数|个人|单位|备注", rows: lost.collect(), ..Form::new("失业保险缴费明细", &[])
        },
        Form {
            names: "单位编号|年月|基数|单位|备注", rows: injury.collect(), ..Form::new("工伤保险缴费明细", &[])
        },
    ]
}

fn shanghai() -> Form {
    let rows = months(12, "")
        .map(|(_, month)| format!("{month}|{}|{}|{}|{}", yuan(BASE), share(BASE, 80), share(BASE, 20), share(BASE, 5)));
    Form {
        names: "年月|缴费基数|养老个人|医疗个人|失业个人",
        rows: rows.collect(),
        ..Form::new("城镇职工缴费情况", &["姓名：顾小满|养老本息总额：98765.43元|个人部分：65432.10元"])
    }
}

fn guangzhou() -> Form {
    let span = |from: &str, until: &str, months: i64, base: i64| {
        format!(
            "440100|{from}|{until}|{months}|{}|{}|{}|示例科技有限公司|正常",
            share(base * months, 150),
            share(base * months, 80),
            yuan(base)
        )
    };
    Form {
        names: "单位编号|起始年月|截止年月|月数|单位|个人|基数|单位名称|状态",
        rows: vec![
            span("202407", "202412", 6, BASE - 70_000),
            span("202501", "202506", 6, BASE - 70_000),
            span("202507", "202510", 4, BASE),
        ],
        ..Form::new("养老保险缴费历史明细", &[])
    }
}

fn shenzhen_portal() -> Vec<Form> {
    let pension = months(9, "").map(|(_, month)| {
        format!("712345|{month}|{}|{}|{}|正常|0|已到帐", yuan(BASE), share(BASE, 80), share(BASE, 140))
    });
    let medical = months(9, "").map(|(_, month)| {
        format!("712345|{month}|{}|{}|{}|住院医保|0|已到帐", yuan(BASE), share(BASE, 20), share(BASE, 60))
    });
    let form = |title: &str, rows: Vec<String>| Form {
        names: "单位编号|年月|基数|个人|单位|类型|滞纳金|备注",
        rows,
        ..Form::new(title, &[])
    };
    vec![form("养老保险缴费明细", pension.collect()), form("医疗保险缴费明细", medical.collect())]
}

fn hangzhou() -> Form {
    let mut rows = Vec::new();
    for (_, month) in months(6, "") {
        for (insurance, per_mille) in [("企业养老", 80), ("基本医疗", 20), ("失业保险", 5)] {
            rows.push(format!(
                "{month}|{insurance}|{}|{}|0.00|云间百货有限责任公司|已缴",
                yuan(BASE),
                share(BASE, per_mille)
            ));
        }
    }
    Form {
        names: "年月|险种|基数|个人|其他|单位名称|状态",
        rows,
        ..Form::new("杭州市社会保险个人参保缴费明细", &["姓名：林知夏"])
    }
}

fn nanjing() -> Form {
    let rows = months(10, "/").map(|(_, month)| {
        let [pension, own, medical, medical_own, lost, lost_own, injury, maternity] =
            [160, 80, 80, 20, 5, 5, 2, 8].map(|rate| share(BASE, rate));
        format!("{month}|正常|{}|{pension}|{own}|{medical}|{medical_own}|{lost}|{lost_own}|{injury}|{maternity}|蓝湾食品加工厂", yuan(BASE))
    });
    Form {
        names: "年月|类型|基数|单位养老|个人养老|单位医疗|个人医疗|单位失业|个人失业|工伤|生育|单位",
        rows: rows.collect(),
        ..Form::new("缴费明细", &[])
    }
}

fn chengdu() -> Form {
    let rows = months(7, "").map(|(n, month)| {
        format!(
            "{n}|{month}|许望舒服饰店|¥{}|¥{}|¥{}|正常缴费记录|{month}",
            yuan(BASE),
            share(BASE, 160),
            share(BASE, 80)
        )
    });
    Form {
        names: "序号|缴费年月|单位|基数|单位缴|个人缴|缴费类型|到账年月",
        rows: rows.collect(),
        ..Form::new("养老保险缴费明细", &[])
    }
}
