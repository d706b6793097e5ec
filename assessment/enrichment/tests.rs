//! Each rule with its innocent look-alike.

use model::fixtures::statement;

use super::*;

/// `row` is a row of a fixture without date; what it is on a statement of that kind, and whose.
fn told(heading: &str, row: &str) -> (&'static str, Option<Text>) {
    let statement = statement(&format!("{heading}\n2026-03-01 {row}"));
    let holder = statement.holder.name.as_ref().map(|name| name.value.reveal().as_str());
    let own_names: Vec<&str> = holder.into_iter().collect();
    let (category, party) = category(&statement.transactions[0], statement.kind, &own_names);
    (category.as_str(), party)
}

fn bank(row: &str) -> &'static str {
    told("deposit_account example_bank 张三 6222000000001234", row).0
}

fn wallet(row: &str) -> &'static str {
    told("wallet alipay 张三 138****0000", row).0
}

#[test]
fn wages_are_called_so_by_the_bank_or_by_a_company() {
    assert_eq!(bank("代发工资 +8,000.00 from:示例科技有限公司"), "salary");
    assert_eq!(bank("工资 +8,000.00"), "salary");
    assert_eq!(bank("转存 +8,000.00 from:示例科技有限公司 note:三月工资"), "salary");
    assert_eq!(bank("代发 +8,000.00 from:示例基金管理有限公司"), "salary", "an employer may be a fund company");
    assert_eq!(bank("代发工资 +8,000.00 from:北京三快在线科技有限公司"), "salary", "a platform has employees");
    // A friend can write anything into a remark.
    assert_eq!(bank("转存 +8,000.00 from:李四 note:工资"), "person_transfer");
    assert_eq!(bank("工资 +8,000.00 from:李四"), "person_transfer");
    assert_eq!(wallet("工资 +8,000.00 from:李四 type:转账红包"), "person_transfer");
    assert_eq!(bank("工资 +8,000.00 from:张三"), "own_transfer", "nobody pays wages to himself");
    assert_eq!(bank("抽奖奖金 +50.00 from:示例商场有限公司"), "other");
    assert_eq!(bank("工资 -8,000.00 from:李四"), "wages_paid", "an employer's own account pays them");
}

#[test]
fn a_loan_paid_out_is_no_income_and_its_service_is_a_debt() {
    assert_eq!(wallet("借呗放款至银行卡 =5,000.00 type:信用借还"), "loan_disbursement");
    assert_eq!(wallet("花呗主动还款-2026年02月账单 =500.00 via:示例银行(1234)"), "loan_repayment");
    assert_eq!(bank("放款 +5,000.00 from:招联消费金融有限公司"), "loan_disbursement");
    assert_eq!(bank("扣款 -500.00 from:马上消费金融股份有限公司"), "loan_repayment");
    assert_eq!(bank("转存 +5,000.00 from:某某小额贷款有限公司"), "loan_disbursement");
    assert_eq!(bank("转存 +5,000.00 from:李四 note:借款"), "loan_disbursement");
    let (category, party) = told("deposit_account cmb", "微粒贷还款 -500.00 from:财付通");
    assert_eq!((category, party.as_deref()), ("loan_repayment", Some("微粒贷")));
    // Paying with a credit product is no repayment, and a lender pays wages and gives refunds too.
    assert_eq!(wallet("午餐 -16.50 from:某某面馆 via:花呗"), "food");
    assert_eq!(wallet("花呗分期购手机 -1,999.00 from:某某数码旗舰店 via:花呗"), "shopping");
    assert_eq!(bank("代发工资 +8,000.00 from:招联消费金融有限公司"), "salary");
    assert_eq!(bank("退款 +5.00 from:招联消费金融有限公司"), "refund");
    assert_eq!(bank("转存 +500.00 from:李四 note:还借款"), "person_transfer");
}

#[test]
fn cards_and_mortgages_are_their_own() {
    assert_eq!(bank("信用卡还款 -3,000.00"), "card_repayment");
    assert_eq!(told("credit_card cmb", "还款 +3,000.00").0, "card_repayment");
    assert_eq!(bank("转支 -4,200.00 from:北京住房公积金管理中心"), "mortgage");
    assert_eq!(bank("代发住房公积金 +1,200.00 from:北京住房公积金管理中心"), "provident_fund_withdrawal");
    assert_eq!(bank("个人住房贷款扣款 -4,200.00"), "mortgage");
    assert_eq!(bank("正常还款 -1,200.00"), "loan_repayment");
}

#[test]
fn platforms_pay_those_who_work_on_them() {
    let (category, party) = told("deposit_account cmb", "配送费结算 +3,200.00 from:北京三快在线科技有限公司");
    assert_eq!((category, party.as_deref()), ("platform_income", Some("美团")));
    assert_eq!(bank("货拉拉运费 +900.00 from:深圳依时货拉拉科技有限公司"), "platform_income");
    assert_eq!(wallet("外卖订单 -28.00 from:美团"), "food");
    assert_eq!(wallet("退款-外卖订单 +28.00 from:美团"), "refund");
    assert_eq!(bank("美团生意贷放款 +20,000.00 from:重庆美团三快小额贷款有限公司"), "loan_disbursement");
}

#[test]
fn a_shop_takes_payments_through_codes_and_acquirers() {
    assert_eq!(wallet("收款方备注:二维码收款 +23.00 from:用户甲 type:二维码收款"), "merchant_receipts");
    assert_eq!(bank("商户结算 +1,923.00 from:财付通支付科技有限公司"), "merchant_receipts");
    assert_eq!(bank("转存 +1,923.00 from:拉卡拉支付股份有限公司"), "merchant_receipts");
    assert_eq!(bank("货款 +9,000.00 from:示例商贸有限公司"), "merchant_receipts");
    assert_eq!(bank("转存 +9,000.00 from:李四 note:货款"), "person_transfer");
    assert_eq!(wallet("收款方备注:二维码收款 -12.00 from:某餐厅 type:扫二维码付款"), "food");
}

#[test]
fn own_money_moves_without_being_earned() {
    assert_eq!(wallet("提现-快速提现 =500.00 via:示例银行(1234)"), "own_transfer");
    assert_eq!(wallet("_ =100.10 type:零钱提现 via:示例银行(1234)"), "own_transfer");
    assert_eq!(bank("零钱提现 +100.00 from:财付通支付科技有限公司"), "own_transfer");
    assert_eq!(bank("转账 +2,000.00 from:张三"), "own_transfer");
    assert_eq!(bank("转账 +2,000.00 from:李三"), "person_transfer");
    assert_eq!(wallet("余额宝-2026.03.01-收益发放 =0.42 via:余额宝"), "interest");
    assert_eq!(wallet("示例基金-买入 =1,000.00 via:示例银行(1234)"), "investment");
    assert_eq!(bank("话费充值 -50.00 from:中国移动"), "telecom");
}

#[test]
fn the_rest_of_life_has_its_words() {
    for (row, category) in [
        ("结息 +2.70 note:个人活期结息", "interest"),
        ("利息税 +0.00", "tax"),
        ("房租 -2,500.00 from:李四", "rent"),
        ("房租 +2,500.00 from:李四", "rental_income"),
        ("充电宝租金 -3.00", "other"),
        ("保费 -300.00 from:某某人寿保险股份有限公司", "insurance"),
        ("电费 -120.00", "utilities"),
        ("短信费 -2.00", "fee"),
        ("ATM取款 -1,000.00", "cash"),
        ("现金存入 +1,000.00", "cash"),
        ("体育彩票 -20.00", "lottery"),
        ("养老金 +3,100.00 from:示例市社保中心", "pension"),
        ("学费 -4,000.00 from:示例市第一中学", "education"),
        ("消费 -80.00 from:某某大药房", "medical"),
        ("地铁 -4.00", "transport"),
        ("消费 -9.00 from:随机", "other"),
    ] {
        assert_eq!(bank(row), category, "{row}");
    }
}

#[test]
fn what_warns_a_lender_has_its_words_and_its_look_alikes() {
    for (row, category) in [
        ("司法扣划 -3,000.00", "court_enforcement"),
        ("消费 -260.00 from:示例司法考试中心 note:司法考试报名费", "other"),
        ("快捷支付 -1,980.00 from:某某法务咨询有限公司 note:停息挂账服务费", "credit_repair"),
        ("转支 -800.00 note:债务优化", "debt_collection"),
        ("招联逾期违约金 -18.00 from:招联消费金融有限公司", "late_fee"),
        ("提前还款 -500.00 from:招联消费金融有限公司", "loan_repayment"),
        ("转账 -1,000.00 note:买USDT", "crypto"),
        ("数字人民币 -10.00 note:虚拟币兑换", "other"),
        ("投注 -100.00", "gambling"),
        ("罚款 -200.00 from:某市公安局交通警察支队", "fine"),
    ] {
        assert_eq!(bank(row), category, "{row}");
    }
}

#[test]
fn what_comes_in_has_its_words_and_its_look_alikes() {
    for (row, category) in [
        ("小麦款 +14,203.50 from:某县禾丰粮食专业合作社", "farm_sale"),
        ("转存 +760.00 from:李四 note:菜款", "farm_sale"),
        ("转账 -760.00 from:李四 note:菜款", "person_transfer"),
        ("转存 +900.00 from:某县农村信用合作社", "other"),
        ("耕地地力保护补贴 +1,386.40 from:某县财政局", "farm_subsidy"),
        ("年终奖 +20,000.00 from:示例科技有限公司", "bonus"),
        ("差旅费报销 +1,260.00 from:示例科技有限公司", "reimbursement"),
        ("失业保险金 +1,600.00 from:某市社保中心", "unemployment_benefit"),
        ("低保 +600.00 from:某县民政局", "social_assistance"),
        ("理赔款 +600.00 from:某某人寿保险股份有限公司", "insurance_payout"),
        ("个税退税 +312.00 from:国家金库某市支库", "tax_refund"),
        ("基金赎回 +1,000.00", "investment_redemption"),
        ("结汇 +7,000.00", "currency_exchange"),
    ] {
        assert_eq!(bank(row), category, "{row}");
    }
}

#[test]
fn what_goes_out_is_told_finely() {
    for (row, category) in [
        ("消费 -86.00 from:某某生鲜超市", "groceries"),
        ("消费 -32.00 from:某某面馆", "food"),
        ("加油 -300.00 from:中国石化", "fuel"),
        ("停车费 -10.00", "vehicle"),
        ("消费 -680.00 from:某某酒店", "travel"),
        ("消费 -30.00 from:某某游戏", "games"),
        ("打赏 -66.00", "live_tips"),
        ("连续包月 -15.00 from:某某视频会员", "subscription"),
        ("保教费 -1,800.00 from:某某幼儿园", "childcare"),
        ("抚养费 -1,500.00 from:李四", "child_support"),
        ("社保缴费 -1,100.00", "social_contribution"),
        ("货款 -1,500.00 from:李四", "supplier"),
        ("种子化肥 -2,640.00 from:某县丰茂农资经营部", "farm_input"),
        ("店铺租金 -4,500.00 from:某某物业管理有限公司", "shop_rent"),
        ("购汇 -7,100.00", "currency_exchange"),
        ("捐款 -50.00 from:某某慈善基金会", "charity"),
    ] {
        assert_eq!(bank(row), category, "{row}");
    }
    assert_eq!(wallet("红包 -66.00 from:小李 type:微信红包"), "red_packet");
    // What is sent to a person is sent to a person, whatever is written beside it; a shop is paid.
    assert_eq!(wallet("转账备注:聚餐AA -88.00 from:小李 type:转账"), "person_transfer");
    assert_eq!(wallet("转账备注:房租 -1,300.00 from:房东李姐 type:转账"), "rent");
    assert_eq!(wallet("聚餐 -88.00 from:某某饭店 type:商户消费"), "food");
    assert_eq!(wallet("亲属卡交易 -26.00 from:某某面馆 type:亲属卡交易"), "family_card");
}

#[test]
fn what_recurs_is_told_with_its_cadence_and_its_next_day() {
    let text = "deposit_account example_bank 张三 6222000000001234
        2026-01-01 房租 -2,500.00 from:李四
        2026-02-01 房租 -2,500.00 from:李四
        2026-03-02 房租 -2,600.00 from:李四
        2026-01-05 结算 +310.00 from:北京三快在线科技有限公司
        2026-01-12 结算 +290.00 from:北京三快在线科技有限公司
        2026-01-19 结算 +350.00 from:北京三快在线科技有限公司
        2026-01-03 消费 -30.00 from:某某面馆
        2026-01-04 消费 -30.00 from:某某面馆
        2026-02-20 消费 -30.00 from:某某面馆
        2026-01-31 转账 -500.00 from:张三
        2026-02-28 转账 -500.00 from:张三
        2026-03-31 转账 -500.00 from:张三";
    let statements = [statement(text)];
    let facts = model::document::FileFacts::default();
    let document = crate::DocumentView { statements: &statements, problems: &[], facts: &facts };
    let recurring: Vec<String> = crate::build_ledger(&[document])
        .recurring
        .iter()
        .map(|one| {
            let (party, cadence) = (one.party.as_deref().unwrap_or("—"), one.cadence.as_str());
            let (least, most) = (one.amount_min, one.amount_max);
            format!("{} {party} {cadence} next {} {least}…{most}", one.category.as_str(), one.next)
        })
        .collect();
    assert_eq!(
        recurring,
        [
            "platform_income 美团 weekly next 2026-01-26 290.00…350.00",
            "rent 李四 monthly next 2026-04-02 2500.00…2600.00",
        ]
    );
}
