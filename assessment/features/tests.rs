//! Features against figures worked out by hand, to the cent.

use std::fmt::Write as _;

use jiff::civil::date;
use model::declaration::{Occupation, Sector};
use model::document::FileFacts;
use model::fixtures::statement;
use model::statement::Statement;

use super::*;

fn ledger(statements: &[String]) -> Ledger {
    let statements: Vec<Statement> = statements.iter().map(|text| statement(text)).collect();
    let facts = FileFacts::default();
    let documents: Vec<DocumentView<'_>> = statements
        .iter()
        .map(|statement| DocumentView { statements: std::slice::from_ref(statement), problems: &[], facts: &facts })
        .collect();
    crate::build_ledger(&documents)
}

fn streams(ledger: &Ledger, as_of: Date) -> Vec<IncomeStream> {
    compute(ledger, &[], &Declaration::default(), as_of).streams
}

const AS_OF: Date = date(2026, 7, 5);

/// With the documents, which features of card statements read, and what the applicant states.
fn figures(statements: &[String], declaration: &Declaration) -> Figures {
    let statements: Vec<Statement> = statements.iter().map(|text| statement(text)).collect();
    let facts = FileFacts::default();
    let documents: Vec<DocumentView<'_>> = statements
        .iter()
        .map(|statement| DocumentView { statements: std::slice::from_ref(statement), problems: &[], facts: &facts })
        .collect();
    compute(&crate::build_ledger(&documents), &documents, declaration, AS_OF)
}

fn features(statements: &[String]) -> Features {
    compute(&ledger(statements), &[], &Declaration::default(), AS_OF).features
}

/// The value, or the reason why there is none.
fn value<'f>(features: &'f Features, name: &str) -> &'f str {
    let feature = features.get(name).unwrap();
    assert_ne!(feature.value.is_some(), feature.reason.is_some(), "{name} has either a value or a reason");
    feature.value.as_deref().or(feature.reason.as_deref()).unwrap()
}

fn assert_values(features: &Features, expected: &[(&str, &str)]) {
    for (name, expected) in expected {
        assert_eq!(value(features, name), *expected, "{name}");
    }
}

const BANK: &str = "deposit_account cmb 张三 6214000000001234\nperiod 2026-01-01 2026-06-30\n";

/// January to June: rent on the 1st, wages on the 10th (moved before weekends), food on the 15th, an instalment on the
/// 20th, a card repaid on the 25th. The balance starts at 10,000.00 and grows by 1,900.00 a month.
fn salaried() -> String {
    let mut text = BANK.to_owned();
    let mut balance = 10_000;
    // 10 January 2026 is a Saturday; 10 May is a Sunday after a Saturday that is worked.
    for (month, payday) in [(1, 9), (2, 10), (3, 10), (4, 10), (5, 9), (6, 10)] {
        for (day, words, amount) in [
            (1, "房租 -2500.00", -2_500),
            (payday, "代发工资 +8000.00", 8_000),
            (15, "消费 -600.00", -600),
            (20, "还款 -1000.00", -1_000),
            (25, "信用卡还款 -2000.00", -2_000),
        ] {
            balance += amount;
            let from = match amount {
                8_000 => "from:示例科技有限公司",
                -600 => "from:示例超市",
                -1_000 => "from:招联消费金融有限公司",
                _ => "",
            };
            writeln!(text, "2026-{month:02}-{day:02} {words} {balance}.00 {from}").unwrap();
        }
    }
    text
}

#[test]
fn a_salaried_persons_half_year() {
    let ledger = ledger(&[salaried()]);
    let declaration = Declaration { monthly_debt: Some(Money::from_fen(150_000)), ..Declaration::default() };
    let features = compute(&ledger, &[], &declaration, AS_OF).features;
    assert_values(
        &features,
        &[
            ("income.salary_monthly_avg", "8000.00"),
            ("income.salary_monthly_avg_3m", "8000.00"),
            ("income.salary_monthly_avg_12m", "coverage_below_threshold"),
            ("income.salary_months_hit", "1.0000"),
            ("income.salary_payday_std", "0.0000"),
            ("income.salary_amount_cv", "0.0000"),
            ("income.salary_employer_id", "示例科技有限公司"),
            ("income.salary_employer_tenure", "5"),
            ("income.last_salary_recency", "20"),
            ("income.gig_income_avg", "0.00"),
            ("income.eligible_inflow_avg", "8000.00"),
            // 8,000 × 0.85 (one issuer) × 1.00 (steady)
            ("income.verified_income", "6800.00"),
            ("income.income_forecast_low", "8000.00"),
            ("stability.ei_cv", "0.0000"),
            ("stability.ei_trend_1m_3m", "1.0000"),
            ("stability.ei_slope", "0.0000"),
            ("stability.zero_income_months", "coverage_below_threshold"),
            ("stability.worst_month_share", "1.0000"),
            ("stability.account_age_seen", "175"),
            // from the 2nd to the 9th of February
            ("stability.longest_gap", "8"),
            // 30 of 181 days
            ("stability.active_days_share", "0.1657"),
            ("obligations.loan_instalments_out", "1000.00"),
            ("obligations.loan_disbursed_in", "0.00"),
            ("obligations.net_borrowing", "-1000.00"),
            ("obligations.card_repay_out", "2000.00"),
            ("obligations.mortgage_out", "0.00"),
            ("obligations.rent_out", "2500.00"),
            // 1,000 + a tenth of 2,000 + 2,500
            ("obligations.fixed_obligations", "3700.00"),
            ("obligations.dti_observed", "0.5441"),
            ("obligations.dti_declared_gap", "-2200.00"),
            // own essentials are 600 a month, below the floor
            ("obligations.essential_spending", "1000.00"),
            ("obligations.residual_income", "2100.00"),
            // June: 9 × 17,000 + 5 × 25,000 + 5 × 24,400 + 5 × 23,400 + 6 × 21,400 over 30
            ("liquidity.avg_daily_balance_1m", "21513.33"),
            ("liquidity.avg_daily_balance_3m", "19700.00"),
            ("liquidity.min_balance", "13200.00"),
            ("liquidity.low_balance_days", "0"),
            ("liquidity.negative_or_overdraft_days", "0"),
            // 19,700 over 18,300 / 91
            ("liquidity.days_of_cover", "97.9617"),
            // (8,000 − 2,500 − 600 − 2,000) / 8,000
            ("liquidity.savings_rate", "0.3625"),
        ],
    );
    let salary = &features["income.salary_monthly_avg"];
    assert_eq!((salary.window.as_str(), salary.unit.as_str(), salary.coverage.as_str()), ("6m", "CNY/month", "1.0000"));
    assert_eq!(salary.grade, Grade::C);
    assert_eq!(salary.rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [2, 7, 12, 17, 22, 27]);
    assert_eq!(features["income.salary_monthly_avg_3m"].window, "3m");
    assert_eq!(features["obligations.dti_declared_gap"].rows.len(), 18);
    assert_eq!(monthly_inflow(&ledger, AS_OF)[0], (Month::new(2026, 6).unwrap(), Money::from_fen(800_000)));
}

/// Platform settlements of these yuan, in the middle of January to June.
fn gig(amounts: [u32; 6]) -> String {
    let rows = amounts.iter().zip(1..).map(|(amount, month)| {
        format!("2026-{month:02}-15 配送费结算 +{amount}.00 {amount}.00 from:北京三快在线科技有限公司\n")
    });
    BANK.to_owned() + &rows.collect::<String>()
}

#[test]
fn an_unsteady_income_counts_for_less() {
    let statements = [gig([4_000, 5_000, 6_000, 3_000, 4_500, 5_500])];
    let features = features(&statements);
    assert_values(
        &features,
        &[
            ("income.gig_income_avg", "4666.67"),
            ("income.gig_income_avg_3m", "4333.33"),
            ("income.eligible_inflow_avg", "4666.67"),
            // the median 4,750 × 0.85 × 0.95 is 3,835.625
            ("income.verified_income", "3835.63"),
            // half way between the two lowest months
            ("income.income_forecast_low", "3500.00"),
            ("stability.ei_cv", "0.2113"),
            ("stability.ei_trend_1m_3m", "1.2692"),
            ("stability.ei_slope", "0.0184"),
            ("stability.worst_month_share", "0.6429"),
            ("income.salary_monthly_avg", "0.00"),
            ("income.salary_payday_std", "too_few_salaries"),
            ("income.last_salary_recency", "no_salary"),
        ],
    );
    let streams = streams(&ledger(&statements), AS_OF);
    assert_eq!(streams.len(), 1);
    assert_eq!(streams[0].payer.as_deref(), Some("美团"));
    assert_eq!((streams[0].months_seen, streams[0].grade), (6, Grade::C));
    assert_eq!(streams[0].monthly_median, Money::from_fen(475_000));
    assert_eq!(streams[0].counted, Money::from_fen(383_563));
}

#[test]
fn what_comes_every_other_month_or_less_is_no_verified_income() {
    let features = features(&[gig([0, 5_000, 0, 3_000, 0, 0])]);
    assert_values(&features, &[("income.verified_income", "0.00"), ("income.eligible_inflow_avg", "1333.33")]);
}

#[test]
fn rows_that_nothing_proves_never_add_to_verified_income() {
    let unproven = format!("proof unproven\n{}", salaried());
    let unproven = features(&[unproven]);
    assert_values(
        &unproven,
        &[
            ("income.verified_income", "coverage_below_threshold"),
            ("income.income_forecast_low", "coverage_below_threshold"),
            ("obligations.dti_observed", "coverage_below_threshold"),
            ("income.salary_monthly_avg", "8000.00"),
        ],
    );
    assert_eq!(unproven["income.salary_monthly_avg"].grade, Grade::E);
    assert_eq!(unproven["income.gig_income_avg"].grade, Grade::E, "nothing was seen, on a paper that proves nothing");

    // One unchecked wage: five months of six, and a swing (cv 0.4472) for the missing one: 8,000 × 0.85 × 0.85.
    let unchecked = salaried().replacen("from:示例科技有限公司", "from:示例科技有限公司 unchecked", 1);
    let unchecked = features(&[unchecked]);
    assert_values(&unchecked, &[("income.verified_income", "5780.00"), ("income.salary_monthly_avg", "8000.00")]);
    assert_eq!(unchecked["income.verified_income"].grade, Grade::C);
    assert_eq!(unchecked["income.salary_monthly_avg"].grade, Grade::E);
}

#[test]
fn windows_are_complete_months_up_to_the_latest_that_is_shown() {
    let latest =
        |statements: &[String], as_of| monthly_inflow(&ledger(statements), as_of).first().map(|(m, _)| m.to_string());
    let bank = |period: &str| salaried().replace("2026-01-01 2026-06-30", period);
    assert_eq!(latest(&[bank("2026-01-01 2026-06-30")], AS_OF).as_deref(), Some("2026-06"));
    assert_eq!(latest(&[bank("2026-01-01 2026-06-15")], AS_OF).as_deref(), Some("2026-05"));
    assert_eq!(latest(&[bank("2026-01-01 2026-06-30")], date(2026, 5, 20)).as_deref(), Some("2026-04"));
    assert_eq!(latest(&[bank("2026-01-05 2026-01-20")], AS_OF), None);
    let wallet = |period: &str| format!("wallet wechat 小张 _\nperiod {period}\n");
    // A wallet that ends earlier would make the last month look bad; a scrap of one takes nothing away.
    let cut_short = [bank("2026-01-01 2026-06-30"), wallet("2026-01-01 2026-06-20")];
    assert_eq!(latest(&cut_short, AS_OF).as_deref(), Some("2026-05"));
    // Quiet days at the end of a document that prints no period are no gap.
    let quiet = [bank("2026-01-01 2026-06-30"), wallet("2026-01-03 2026-06-28")];
    assert_eq!(latest(&quiet, AS_OF).as_deref(), Some("2026-06"));
    let scrap = [bank("2026-01-01 2026-06-30"), wallet("2026-06-10 2026-06-20")];
    assert_eq!(latest(&scrap, AS_OF).as_deref(), Some("2026-06"));
}

#[test]
fn a_window_that_is_not_covered_has_no_figure() {
    let four_months = features(&[salaried().replace("2026-01-01 2026-06-30", "2026-03-01 2026-06-30")]);
    assert_values(
        &four_months,
        &[
            ("income.salary_monthly_avg", "coverage_below_threshold"),
            ("income.salary_monthly_avg_3m", "8000.00"),
            ("liquidity.avg_daily_balance", "coverage_below_threshold"),
        ],
    );
    assert_eq!(four_months["income.salary_monthly_avg"].coverage, "0.6740", "122 of 181 days");
    // Five of six months are enough, and averages are over the five.
    let five_months = features(&[salaried().replace("2026-01-01 2026-06-30", "2026-02-01 2026-06-30")]);
    assert_values(&five_months, &[("income.salary_monthly_avg", "8000.00"), ("income.salary_months_hit", "1.0000")]);
    let nothing = features(&[]);
    assert_values(
        &nothing,
        &[("income.salary_monthly_avg", "no_complete_month"), ("stability.account_age_seen", "no_transactions")],
    );
    let wallet_only = features(&["wallet wechat 小张 _\nperiod 2026-01-01 2026-06-30".to_owned()]);
    assert_values(
        &wallet_only,
        &[
            ("liquidity.avg_daily_balance", "no_balances"),
            ("income.salary_monthly_avg", "0.00"),
            ("stability.ei_cv", "no_inflow"),
            ("obligations.dti_observed", "no_verified_income"),
            ("obligations.dti_declared_gap", "not_declared"),
        ],
    );
}

#[test]
fn eligible_inflow_is_what_was_earned() {
    for (row, eligible) in [
        ("代发工资 +600.00 from:示例科技有限公司", "100.00"),
        ("现金存入 +600.00", "100.00"),
        ("转存 +600.00 from:示例商贸有限公司", "100.00"),
        ("转账 +600.00 from:李四", "100.00"),
        ("转账 +600.00 from:张三", "0.00"),
        ("零钱提现 +600.00 from:财付通支付科技有限公司", "0.00"),
        ("放款 +600.00 from:招联消费金融有限公司", "0.00"),
        ("转存 +600.00 from:李四 note:借款", "0.00"),
        ("退款 +600.00 from:示例商店", "0.00"),
        ("养老金 +600.00 from:示例市社保中心", "100.00"),
        ("公积金提取 +600.00 from:示例市住房公积金管理中心", "0.00"),
        ("结息 +600.00", "0.00"),
        ("基金赎回 +600.00", "0.00"),
        ("理赔款 +600.00 from:某某人寿保险股份有限公司", "0.00"),
        ("体育彩票 +600.00", "0.00"),
        ("退税 +600.00 from:国家税务总局", "0.00"),
        ("代发工资 +600.00 from:示例科技有限公司 status:failed", "0.00"),
        ("代发工资 =600.00 from:示例科技有限公司", "0.00"),
    ] {
        let features = features(&[format!("{BANK}2026-05-10 {row}")]);
        assert_eq!(value(&features, "income.eligible_inflow_avg"), eligible, "{row}");
    }
    let foreign = features(&[
        format!("{BANK}2026-05-10 工资 +600.00\ncurrency USD"),
        "wallet wechat 小张 _\nperiod 2026-01-01 2026-06-30".to_owned(),
    ]);
    assert_eq!(value(&foreign, "income.eligible_inflow_avg"), "0.00", "no rate is known here");
}

#[test]
fn provident_fund_withdrawals_are_a_benefit_and_no_income() {
    let features =
        features(&[format!("{BANK}2026-05-10 代发住房公积金 +1,500.00 2,000.00 from:示例市住房公积金管理中心")]);
    assert_values(
        &features,
        &[
            ("income.public_benefit_income", "1500.00"),
            ("income.eligible_inflow_avg", "0.00"),
            ("income.verified_income", "0.00"),
        ],
    );
}

#[test]
fn money_to_and_from_a_person_is_netted() {
    let rows = "2026-02-10 转账 +900.00 1000.00 from:李四\n2026-04-10 转账 -600.00 400.00 from:李四
        2026-05-10 转账 -300.00 100.00 from:王五";
    let features = features(&[format!("{BANK}{rows}")]);
    // 900 − 600 from one person; what went to another is consumption.
    assert_values(&features, &[("income.eligible_inflow_avg", "50.00"), ("liquidity.savings_rate", "0.0000")]);
    assert_eq!(value(&features, "income.verified_income"), "0.00", "what persons send is never verified");
}

#[test]
fn a_shops_receipts_are_one_stream_net_of_what_it_gives_back() {
    let mut text = "wallet wechat 小店 _\nperiod 2026-01-01 2026-06-30\n".to_owned();
    for month in 1..=6 {
        for (day, customer) in [(3, "甲某"), (9, "乙某")] {
            writeln!(text, "2026-{month:02}-{day:02} 10:00:00 _ +500.00 type:二维码收款 from:{customer}").unwrap();
        }
        writeln!(text, "2026-{month:02}-10 10:00:00 _ -100.00 type:二维码收款-退款 from:乙某").unwrap();
    }
    let features = features(std::slice::from_ref(&text));
    assert_values(
        &features,
        &[
            ("income.merchant_receipts_avg", "900.00"),
            ("income.eligible_inflow_avg", "900.00"),
            ("income.verified_income", "765.00"),
            ("liquidity.savings_rate", "1.0000"),
        ],
    );
    assert_eq!(streams(&ledger(&[text]), AS_OF).len(), 1);
}

#[test]
fn a_payment_seen_on_wallet_and_card_counts_once() {
    let mut wallet = "wallet alipay 张三 138****0000\nperiod 2026-01-01 2026-06-30\n".to_owned();
    let mut bank = BANK.to_owned();
    for month in 1..=6 {
        writeln!(wallet, "2026-{month:02}-08 09:00:00 花呗主动还款-账单 =300.00 via:招商银行(1234)").unwrap();
        writeln!(wallet, "2026-{month:02}-09 12:00:00 午餐 -60.00 from:某某面馆 via:招商银行(1234)").unwrap();
        writeln!(wallet, "2026-{month:02}-10 12:00:00 衣服 -90.00 from:某某旗舰店 via:花呗").unwrap();
        writeln!(bank, "2026-{month:02}-08 09:00:02 快捷支付 -300.00 900.00 from:支付宝-花呗").unwrap();
        writeln!(bank, "2026-{month:02}-09 12:00:02 快捷支付 -60.00 840.00 from:支付宝-某某面馆").unwrap();
        writeln!(bank, "2026-{month:02}-12 代发工资 +360.00 1200.00 from:示例科技有限公司").unwrap();
    }
    let features = features(&[wallet, bank]);
    assert_values(
        &features,
        &[
            ("obligations.loan_instalments_out", "300.00"),
            // Lunch and clothes: what the credit product paid for, not its repayment.
            ("liquidity.savings_rate", "0.5833"),
            // 360 × 0.95: the two issuers support each other
            ("income.verified_income", "342.00"),
        ],
    );
    assert_eq!(features["income.verified_income"].grade, Grade::B);
}

#[test]
fn a_bill_paid_from_an_account_shown_for_half_the_window_is_not_halved() {
    let other = "deposit_account icbc 张三 6222000000005678\nperiod 2026-04-01 2026-06-30
        2026-04-05 个人住房贷款扣款 -3,000.00 9,000.00
        2026-05-05 个人住房贷款扣款 -3,000.00 6,000.00
        2026-06-05 个人住房贷款扣款 -3,000.00 3,000.00";
    assert_eq!(value(&features(&[salaried(), other.to_owned()]), "obligations.mortgage_out"), "3000.00");
}

#[test]
fn a_refund_takes_back_what_was_spent() {
    let wallet = |rows: &str| {
        format!(
            "wallet alipay 张三 138****0000\nperiod 2026-01-01 2026-06-30\n2026-05-12 10:00:00 转存 +1,000.00 from:示例商贸有限公司\n{rows}"
        )
    };
    for (rows, savings_rate) in [
        ("2026-05-13 10:00:00 衣服 -500.00 from:某某旗舰店 ref:A1", "0.5000"),
        (
            "2026-05-13 10:00:00 衣服 -500.00 from:某某旗舰店 ref:A1\n2026-05-14 退款-衣服 =200.00 from:某某旗舰店 ref:A1_9",
            "0.7000",
        ),
        // Closed after a full refund: neither counts, so both together are nothing.
        (
            "2026-05-13 10:00:00 衣服 -500.00 from:某某旗舰店 ref:A1 status:closed\n2026-05-14 退款-衣服 =500.00 from:某某旗舰店 ref:A1_9",
            "1.0000",
        ),
        // Part of it, as the purchase alone says; and as both say.
        ("2026-05-13 10:00:00 衣服 -500.00 from:某某旗舰店 ref:A1 status:partly_refunded refunded:200.00", "0.7000"),
        (
            "2026-05-13 10:00:00 衣服 -500.00 from:某某旗舰店 ref:A1 status:partly_refunded refunded:200.00
             2026-05-14 退款-衣服 =200.00 from:某某旗舰店 ref:A1_9",
            "0.7000",
        ),
        // Marked refunded by a document that lists no refund.
        ("2026-05-13 10:00:00 衣服 -500.00 from:某某旗舰店 ref:A1 status:refunded", "1.0000"),
    ] {
        assert_eq!(value(&features(&[wallet(rows)]), "liquidity.savings_rate"), savings_rate, "{rows}");
    }
}

#[test]
fn balances_of_accounts_add_up_and_are_not_carried_over_gaps() {
    let account = |number: &str, rows: &str| format!("deposit_account cmb 张三 {number}\n{rows}");
    let first = account("6214000000001234", "period 2026-06-01 2026-06-30\n2026-06-11 消费 -100.00 900.00");
    let second = account("6214000000005678", "period 2026-06-01 2026-06-30\n2026-06-16 消费 -50.00 -50.00");
    // 10 × 1,000 + 20 × 900, and 15 × 0 + 15 × −50
    let both = features(&[first.clone(), second]);
    assert_values(&both, &[("liquidity.avg_daily_balance_1m", "908.33"), ("liquidity.low_balance_days_1m", "0")]);
    assert_eq!(value(&features(std::slice::from_ref(&first)), "liquidity.avg_daily_balance_1m"), "933.33");
    // A second export of the same account, with nothing in between: April's balance says nothing about May.
    let gap = account("6214000000001234", "period 2026-04-01 2026-04-30\n2026-04-11 消费 -100.00 900.00");
    let gap = features(&[first, gap]);
    assert_eq!(gap["liquidity.avg_daily_balance_3m"].coverage, "0.6593", "60 of 91 days");
}

#[test]
fn a_day_closes_where_its_rows_lead_whatever_order_they_are_printed_in() {
    let rows = "period 2026-06-01 2026-06-30\n2026-06-01 消费 -100.00 900.00
        2026-06-02 消费 -200.00 600.00\n2026-06-02 消费 -100.00 800.00";
    // The second day closes at 600: 900 − 300. Mean: (900 + 29 × 600) / 30
    assert_eq!(value(&features(&[rows.to_owned()]), "liquidity.avg_daily_balance_1m"), "610.00");
}

#[test]
fn every_feature_is_listed_once_and_says_what_it_means() {
    let features = features(&[salaried()]);
    let listed: usize = FEATURES.iter().flat_map(|(_, family)| family.iter()).map(|f| f.windows.len()).sum();
    assert_eq!(features.len(), listed, "no name stands for two figures");
    for (_, family) in FEATURES {
        for feature in family {
            assert!(!feature.meaning_zh.is_empty() && !feature.meaning_en.is_empty() && !feature.unit.is_empty());
        }
    }
}

#[test]
fn the_same_papers_give_the_same_figures() {
    let papers = || [salaried(), gig([1, 2, 3, 4, 5, 6])];
    assert_eq!(features(&papers()), features(&papers()));
}

/// The catalogue's dictionary, by group: every number has a feature, and no feature a number of its own making.
#[test]
fn the_dictionary_is_complete() {
    let groups = [
        ("income", 'I', 16),
        ("stability", 'S', 10),
        ("obligations", 'O', 12),
        ("liquidity", 'L', 11),
        ("behaviour", 'B', 14),
        ("lending", 'M', 6),
        ("gambling", 'G', 4),
        ("circular", 'C', 6),
        ("pattern", 'N', 5),
    ];
    assert_eq!(groups.iter().map(|(.., count)| count).sum::<usize>(), 84);
    for ((family, definitions), (group, letter, count)) in FEATURES.iter().zip(groups) {
        assert_eq!(*family, group);
        let expected: std::collections::BTreeSet<String> =
            (1..=count).map(|number| format!("{letter}{number:02}")).collect();
        let listed: std::collections::BTreeSet<String> =
            definitions.iter().map(|definition| definition.source().to_owned()).collect();
        assert_eq!(listed, expected, "{family}");
    }
}

#[test]
fn why_a_figure_cannot_be_known_is_said_in_words() {
    let mut seen = std::collections::BTreeSet::new();
    for papers in [vec![], vec![salaried()], vec![BANK.to_owned()], vec![gig([1, 2, 3, 0, 5, 6])]] {
        for feature in features(&papers).into_values() {
            seen.extend(feature.reason);
        }
    }
    for word in &seen {
        assert!(reason(word).is_some(), "{word} is not in REASONS");
    }
    assert!(seen.len() > 12, "{seen:?}");
}

#[test]
fn borrowing_in_many_places() {
    let features = features(&[format!(
        "{BANK}2026-03-02 10:00:00 放款 +5,000.00 from:招联消费金融有限公司
        2026-03-03 09:00:00 还款 -2,000.00 from:马上消费金融股份有限公司
        2026-03-05 10:00:00 放款 +1,000.00 from:上海数禾信息科技有限公司
        2026-03-10 09:00:00 还款 -1,000.00 from:招联消费金融有限公司
        2026-06-20 10:00:00 放款 +300.00 from:重庆度小满小额贷款有限公司"
    )]);
    assert_values(
        &features,
        &[
            ("lending.lenders_distinct_180d", "4"),
            ("lending.lenders_distinct", "1"),
            ("lending.lenders_distinct_365d", "coverage_below_threshold"),
            ("lending.new_lenders", "1"),
            ("lending.new_lenders_30d", "1"),
            // 2,000 of 3,000 within 48 hours of a loan; what is repaid a week later is not
            ("lending.borrow_to_repay_share", "0.6667"),
            ("lending.disbursement_chain", "2"),
            ("lending.high_cost_lender_share", "0.6667"),
            ("lending.lender_concentration", "0.6667"),
        ],
    );
    // Everybody is new to a paper that begins with the window.
    let short = "deposit_account cmb 张三 6214000000001234\nperiod 2026-06-01 2026-06-30
        2026-06-20 放款 +300.00 from:重庆度小满小额贷款有限公司";
    assert_eq!(value(&self::features(&[short.to_owned()]), "lending.new_lenders_30d"), "no_earlier_history");
}

#[test]
fn stakes_and_lottery_are_kept_apart() {
    let features = features(&[format!(
        "{BANK}2026-05-01 代发工资 +1,000.00 from:示例科技有限公司
        2026-05-02 投注 -100.00 from:某某娱乐
        2026-05-03 投注 -100.00 from:某某娱乐
        2026-05-04 投注返奖 +50.00 from:某某娱乐
        2026-05-05 体育彩票 -20.00
        2026-05-06 转账 -500.00 from:李四 note:买USDT"
    )]);
    assert_values(
        &features,
        &[
            ("gambling.gambling_share_income", "0.2000"),
            ("gambling.stake_count", "2"),
            ("gambling.stake_active_days", "2"),
            ("gambling.net_position", "-150.00"),
            ("gambling.recovery_ratio", "0.2500"),
            ("gambling.lottery_spend", "20.00"),
            // 500 of 720
            ("gambling.crypto_share", "0.6944"),
            ("gambling.card_cash_out", "no_card_statement"),
        ],
    );
}

#[test]
fn money_that_comes_back_is_a_circle_and_a_shared_dinner_is_none() {
    let circle = |back: &str| {
        features(&[format!(
            "{BANK}2026-05-10 10:00:00 转账 +8,000.00 8,000.00 from:李四
            2026-05-10 18:00:00 转账 -{back} from:李四
            2026-05-20 10:00:00 代发工资 +1,000.00 from:示例科技有限公司"
        )])
    };
    assert_values(
        &circle("7,900.00 100.00"),
        &[
            ("circular.fast_in_out_share", "1.0000"),
            ("circular.round_trip_value", "7900.00"),
            // 7,900 of 9,000
            ("circular.same_counterparty_both_ways", "0.8778"),
            ("circular.amount_template_repeat", "0.0000"),
            // 9,000 over the 1,100 that are income
            ("circular.gross_to_net_inflation", "8.1818"),
        ],
    );
    assert_values(
        &circle("3,000.00 5,000.00"),
        &[("circular.fast_in_out_share", "0.0000"), ("circular.round_trip_value", "0.00")],
    );
    // Within two in a hundred, and not beyond.
    assert_eq!(value(&circle("7,840.00 160.00"), "circular.round_trip_value"), "7840.00");
    assert_eq!(value(&circle("7,839.99 160.01"), "circular.round_trip_value"), "0.00");
}

#[test]
fn what_a_lender_would_want_to_be_told() {
    let features = features(&[format!(
        "{BANK}2026-05-01 10:00:00 转账 -1.00 from:王五
        2026-05-01 10:05:00 转账 -5,000.00 from:王五
        2026-05-02 23:30:00 滞纳金 -18.00
        2026-05-03 12:00:00 司法扣划 -300.00
        2026-05-04 12:00:00 转支 -80.00 note:债务优化
        2026-05-05 12:00:00 保费 -300.00 from:某某人寿保险股份有限公司
        2026-05-06 12:00:00 扣款失败 -500.00 from:招联消费金融有限公司 status:failed
        2026-05-07 12:00:00 还款 -500.00 from:招联消费金融有限公司
        2026-05-08 12:00:00 ATM取款 -1,000.00"
    )]);
    assert_values(
        &features,
        &[
            ("behaviour.one_yuan_tests", "1"),
            // one of eight that count
            ("behaviour.night_txn_share", "0.1250"),
            ("behaviour.late_fee_count_all", "1"),
            ("behaviour.legal_enforcement_all", "1"),
            ("behaviour.debt_collector_contact_all", "1"),
            ("behaviour.insurance_paid_all", "300.00"),
            ("behaviour.insurance_paid_any_all", "true"),
            ("behaviour.round_amount_share", "0.2500"),
            // 1,000 of 7,199
            ("behaviour.cash_withdrawal_share", "0.1389"),
            // the premium, the failed debit and the one that went through
            ("obligations.instalment_bounce_rate", "0.3333"),
        ],
    );
}

#[test]
fn a_card_of_which_the_minimum_is_paid() {
    let card = |repaid: &str| {
        let text = format!(
            "credit_card cmb 张三 5100000000004321\nperiod 2026-05-01 2026-05-31\nopening -1,000.00
            2026-05-10 还款 +{repaid}"
        );
        let figures = figures(&[salaried(), text], &Declaration::default());
        value(&figures.features, "obligations.card_min_payment_rate").to_owned()
    };
    assert_eq!(card("120.00"), "1.0000");
    assert_eq!(card("120.01"), "0.0000");
}

#[test]
fn a_salaried_persons_month_in_other_figures() {
    let features = features(&[salaried()]);
    assert_values(
        &features,
        &[
            // 17,000 on the 5th, then 25,000, 24,400, 23,400, 21,400 and 21,400
            ("liquidity.eod_on_5", "17000.00"),
            ("liquidity.eod_on_5_10_15_20_25_30", "22100.00"),
            ("liquidity.eod_net_of_loans", "22100.00"),
            // 600 of food in the week after 8,000
            ("behaviour.salary_spend_7d", "0.0750"),
            ("behaviour.salary_spend_7d_cash", "0.0000"),
            ("stability.primary_account_score", "1.0000"),
            ("pattern.payer_hhi", "1.0000"),
            ("pattern.sector_label_all", "salaried"),
            ("pattern.sector_label", "coverage_below_threshold"),
        ],
    );
    assert_eq!(features["liquidity.eod_on_5"].window, "m0");
}

#[test]
fn interest_tells_the_balance_it_was_paid_on() {
    let features = features(&[format!("{BANK}2026-06-21 结息 +10.22 500.00")]);
    // 10.22 × 360 over 92 days at 0.05 %
    assert_eq!(value(&features, "liquidity.interest_implied_adb"), "79982.61");
    assert_eq!(features["liquidity.interest_implied_adb"].window, "quarter");
}

#[test]
fn a_person_who_pays_the_same_every_month_is_a_tenant_unless_paid_back() {
    let rows: String = (1..=6).map(|month| format!("2026-{month:02}-01 转账 +1,500.00 from:赵六\n")).collect();
    assert_eq!(value(&features(&[format!("{BANK}{rows}")]), "income.rental_income"), "9000.00");
    let back = format!("{BANK}{rows}2026-06-20 转账 -100.00 from:赵六");
    assert_eq!(value(&features(&[back]), "income.rental_income"), "0.00");
}

/// Seed in February, wheat in May and June, vegetables sold to a neighbour.
fn farmer() -> String {
    format!(
        "{BANK}2026-02-10 种子化肥 -500.00 from:某县丰茂农资经营部
        2026-05-26 小麦款 +30,000.00 from:某县禾丰粮食专业合作社
        2026-06-09 小麦款 +20,000.00 from:某县禾丰粮食专业合作社
        2026-06-17 转存 +6,000.00 from:李四 note:菜款"
    )
}

#[test]
fn a_farmer_is_looked_at_over_a_year() {
    let Figures { features, streams, sector } = figures(&[farmer()], &Declaration::default());
    assert_eq!((sector.inferred, sector.used, sector.corrected), (Some(Sector::Farmer), Some(Sector::Farmer), false));
    assert_values(
        &features,
        &[
            // 50,000 / 12 × 0.85 × 0.85, and 6,000 / 12 × 0.85 × 0.85 × 0.50 for what a person paid
            ("income.verified_income", "3191.05"),
            // (56,000 less half of May) / 12
            ("income.income_forecast_low", "3416.67"),
            ("income.farm_income_season_all", "56000.00"),
        ],
    );
    assert_eq!(features["income.verified_income"].window, "12m");
    assert_eq!(streams.len(), 2);
}

#[test]
fn the_applicant_may_correct_the_sector_and_a_claim_only_breaks_a_tie() {
    let corrected = Declaration { sector: Some(Sector::Salaried), ..Declaration::default() };
    let Figures { features, sector, .. } = figures(&[farmer()], &corrected);
    assert_eq!((sector.inferred, sector.used, sector.corrected), (Some(Sector::Farmer), Some(Sector::Salaried), true));
    assert_eq!(value(&features, "income.verified_income"), "0.00", "half a year has no median month");
    let claimed = Declaration { occupation: Some(Occupation::Farmer), ..Declaration::default() };
    assert_eq!(figures(&[salaried()], &claimed).sector.used, Some(Sector::Salaried));
}

#[test]
fn goods_bought_are_taken_off_a_shops_margin() {
    let text =
        format!("{BANK}2026-05-10 商户结算 +1,000.00 from:拉卡拉支付股份有限公司\n2026-05-11 货款 -400.00 from:李四");
    assert_eq!(value(&features(&[text]), "income.merchant_margin_est"), "0.6000");
}
