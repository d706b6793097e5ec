//! Each rule of merging and pairing with its innocent look-alike.

use model::document::FileFacts;
use model::fixtures::statement;
use model::ledger::Grade;
use model::statement::Statement;

use super::*;

fn ledger(statements: &[&str]) -> Ledger {
    let statements: Vec<Statement> = statements.iter().map(|text| statement(text)).collect();
    of(&statements)
}

/// One document each.
fn of(statements: &[Statement]) -> Ledger {
    let facts = FileFacts::default();
    let documents: Vec<DocumentView<'_>> = statements
        .iter()
        .map(|statement| DocumentView { statements: std::slice::from_ref(statement), problems: &[], facts: &facts })
        .collect();
    crate::build_ledger(&documents)
}

/// One line an entry: account, day and time, amount, category, and how it is paired.
fn shown(ledger: &Ledger) -> Vec<String> {
    let entries = ledger.entries.iter().enumerate();
    entries
        .map(|(index, entry)| {
            let when = entry.time.map(|when| when.to_string().replace(":00+08:00", "")).unwrap_or_default();
            let pairs = [("own", entry.own_transfer), ("refund", entry.refund_of), ("same", entry.same_event)];
            let pairs: String =
                pairs.iter().filter_map(|(name, other)| Some(format!(" {name}:{}", (*other)?))).collect();
            format!("{index} @{} {when} {} {}{pairs}", entry.account, entry.amount, entry.category.as_str())
        })
        .collect()
}

fn rows(entry: &Entry) -> Vec<(u32, u32)> {
    entry.rows.iter().map(|row| (row.document, row.seq)).collect()
}

// --- accounts -------------------------------------------------------------------------------------------------------

#[test]
fn statements_of_one_account_are_one_account() {
    let ledger = ledger(&[
        "deposit_account cmb 张三 6214000000001234\nperiod 2026-01-01 2026-01-31",
        "deposit_account cmb 张三 6214********1234\nperiod 2026-02-01 2026-03-31\nproof unproven",
        "deposit_account cmb 张三 6214000000009999\nperiod 2026-01-01 2026-01-31",
        "credit_card cmb 张三 6214000000001234\nperiod 2026-01-01 2026-01-31",
    ]);
    let accounts: Vec<(Option<&str>, usize, bool, Grade)> =
        ledger.accounts.iter().map(|a| (a.tail.as_deref(), a.statements.len(), a.proven, a.grade)).collect();
    assert_eq!(
        accounts,
        [(Some("1234"), 2, false, Grade::C), (Some("9999"), 1, true, Grade::C), (Some("1234"), 1, true, Grade::C)]
    );
    let covered: Vec<String> =
        ledger.accounts[0].covered.iter().map(|period| format!("{}..{}", period.from, period.to)).collect();
    assert_eq!(covered, ["2026-01-01..2026-03-31"], "periods that touch are one");
}

#[test]
fn a_wallet_without_a_number_is_told_by_its_holder() {
    let one = ledger(&["wallet wechat 小张 _", "wallet wechat 小张 _"]);
    assert_eq!(one.accounts.len(), 1);
    // The certificate prints the real name where the export prints the nickname.
    let nickname = ledger(&["wallet wechat 小张 _", "wallet wechat 张三 wx_zhang"]);
    assert_eq!(nickname.accounts.len(), 1);
    let two = ledger(&["wallet alipay 张三 138****0000", "wallet alipay 张三 139****1111"]);
    assert_eq!(two.accounts.len(), 2);
    let currencies = ledger(&[
        "deposit_account cmb 张三 6214000000001234",
        "deposit_account cmb 张三 6214000000001234\ncurrency USD",
    ]);
    assert_eq!(currencies.accounts.len(), 2);
}

#[test]
fn a_period_ends_when_the_document_was_made() {
    let ledger = ledger(&["period 2026-01-01 2026-06-30\nissued 2026-03-10\n2026-01-05 消费 -1.00 9.00"]);
    assert_eq!(ledger.accounts[0].covered[0].to.to_string(), "2026-03-10");
}

// --- overlaps -------------------------------------------------------------------------------------------------------

const COFFEES: &str = "wallet wechat 小张 _
    period 2026-03-01 2026-03-31
    2026-03-02 09:00:00 咖啡 -20.00 from:示例咖啡
    2026-03-02 09:00:00 咖啡 -20.00 from:示例咖啡";

#[test]
fn two_equal_coffees_on_a_day_stay_two() {
    let once = ledger(&[COFFEES]);
    assert_eq!(once.entries.len(), 2);
    let twice = ledger(&[COFFEES, COFFEES]);
    assert_eq!(twice.entries.len(), 2, "the second export shows the same two");
    assert_eq!(rows(&twice.entries[0]), [(0, 1), (1, 1)]);
    assert_eq!(rows(&twice.entries[1]), [(0, 2), (1, 2)]);
}

/// A list without a period, as a screenshot shows it: newest first.
fn screenshot(rows: &[&str]) -> String {
    let rows: Vec<String> = rows.iter().rev().map(|row| format!("2026-03-{row}")).collect();
    format!("wallet wechat _ _\nproof unproven\n{}", rows.join("\n"))
}

const LIST: [&str; 7] = [
    "02 09:00:00 _ -20.00 from:示例咖啡",
    "02 09:00:00 _ -20.00 from:示例咖啡",
    "03 12:10:00 _ -35.50 from:示例面馆",
    "03 18:30:00 _ -8.00 from:示例公交",
    "04 09:00:00 _ -20.00 from:示例咖啡",
    "05 08:15:00 _ +100.00 from:陈示例",
    "06 20:00:00 _ -66.00 from:示例超市",
];

#[test]
fn screenshots_that_overlap_are_one_list_in_any_order() {
    let [a, b, c] = [&LIST[..4], &LIST[2..6], &LIST[5..]].map(screenshot);
    for order in [[&a, &b, &c], [&c, &a, &b], [&b, &c, &a], [&c, &b, &a]] {
        let merged = ledger(&order.map(String::as_str));
        let amounts: Vec<String> = merged.entries.iter().map(|entry| entry.amount.to_string()).collect();
        assert_eq!(amounts, ["-20.00", "-20.00", "-35.50", "-8.00", "-20.00", "100.00", "-66.00"]);
        assert_eq!(merged.accounts.len(), 1);
        assert!(merged.pairings.iter().all(|pairing| pairing.rule == PairingRule::PlaceInList));
    }
    let twice = ledger(&[&a, &a, &b, &b]);
    assert_eq!(twice.entries.len(), 6, "the same screenshot again shows nothing more");
}

#[test]
fn rows_of_one_day_and_amount_are_not_one_for_that() {
    // The second list begins with a coffee of another minute, or of another shop, or goes on differently.
    for second in [
        ["04 09:01:00 _ -20.00 from:示例咖啡", LIST[5]],
        ["04 09:00:00 _ -20.00 from:另一家店", LIST[5]],
        ["04 _ -20.00 from:示例咖啡", LIST[5]],
    ] {
        let merged = ledger(&[&screenshot(&LIST[2..5]), &screenshot(&second)]);
        assert_eq!(merged.entries.len(), 5, "{second:?}");
    }
    // Two rides of a day at the end of one and at the beginning of the next, by day only: nobody knows whether they are two.
    let rides = ["04 _ -4.00 from:示例地铁", "04 _ -4.00 from:示例地铁"];
    let merged = ledger(&[&screenshot(&rides), &screenshot(&rides)]);
    assert_eq!(merged.entries.len(), 4);
    // Between two rows that both show, one has a row that the other has not: they are no windows of one list.
    let merged = ledger(&[&screenshot(&LIST[2..6]), &screenshot(&[LIST[2], LIST[3], LIST[5]])]);
    assert_eq!(merged.entries.len(), 7);
}

#[test]
fn equal_rows_with_other_balances_are_other_events() {
    let first = "deposit_account cmb 张三 6214000000001234\nperiod 2026-03-01 2026-03-31
        2026-03-02 消费 -20.00 80.00
        2026-03-02 消费 -20.00 60.00";
    let second = "deposit_account cmb 张三 6214000000001234\nperiod 2026-03-01 2026-04-30
        2026-03-02 消费 -20.00 60.00
        2026-04-02 消费 -20.00 40.00";
    let merged = ledger(&[first, second]);
    assert_eq!(
        shown(&merged),
        ["0 @0 2026-03-02 -20.00 other", "1 @0 2026-03-02 -20.00 other", "2 @0 2026-04-02 -20.00 other"]
    );
    assert_eq!(rows(&merged.entries[0]), [(0, 1)]);
    assert_eq!(rows(&merged.entries[1]), [(0, 2), (1, 1)]);
}

#[test]
fn references_tell_what_is_the_same() {
    let first = "wallet alipay 张三 138****0000\nperiod 2026-03-01 2026-03-31
        2026-03-02 午餐 -20.00 from:某某面馆 ref:A1
        2026-03-02 午餐 -20.00 from:某某面馆 ref:A2";
    let second = "wallet alipay 张三 138****0000\nperiod 2026-03-02 2026-04-30
        2026-03-02 午餐 -20.00 from:某某面馆 ref:A2
        2026-03-02 午餐 -20.00 from:某某面馆 ref:A3";
    let merged = ledger(&[first, second]);
    assert_eq!(merged.entries.len(), 3);
    assert_eq!(rows(&merged.entries[1]), [(0, 2), (1, 1)]);
}

#[test]
fn masked_references_that_all_rows_share_merge_nothing() {
    let text = "wallet wechat 小张 _\nperiod 2026-03-01 2026-03-31
        2026-03-02 09:00:00 午餐 -20.00 from:某某面馆 ref:3985734
        2026-03-03 09:00:00 晚餐 -30.00 from:某某面馆 ref:3985734";
    assert_eq!(ledger(&[text]).entries.len(), 2);
    assert_eq!(ledger(&[text, text]).entries.len(), 2);
}

#[test]
fn an_altered_second_export_adds_nothing_and_proves_nothing() {
    let first = "deposit_account cmb 张三 6214000000001234\n2026-03-10 工资 +8,000.00 9,000.00 ref:S1";
    let second = "deposit_account cmb 张三 6214000000001234\n2026-03-10 工资 +18,000.00 19,000.00 ref:S1";
    let merged = ledger(&[first, second]);
    assert_eq!(shown(&merged), ["0 @0 2026-03-10 8000.00 salary"]);
    assert!(!merged.entries[0].checked);
    assert!(ledger(&[first, first]).entries[0].checked);
}

#[test]
fn a_later_export_knows_what_became_of_a_payment() {
    let row = |status: &str, to: &str| {
        format!("wallet alipay 张三 138****0000\nperiod 2026-03-01 {to}\n2026-03-02 午餐 -20.00 ref:A1 status:{status}")
    };
    let (early, late) = (row("pending", "2026-03-02"), row("settled", "2026-03-31"));
    for order in [[&early, &late], [&late, &early]] {
        let merged = ledger(&order.map(String::as_str));
        assert_eq!(merged.entries.len(), 1);
        assert_eq!(merged.entries[0].status.as_str(), "settled");
    }
}

#[test]
fn unproven_rows_are_kept_and_marked() {
    let unproven = ledger(&["proof unproven\n2026-03-10 工资 +8,000.00"]);
    assert!(!unproven.entries[0].checked);
    assert_eq!(unproven.accounts[0].grade, Grade::E);
    // The same row in a proven statement is what the entry is read from.
    let both =
        ledger(&["proof unproven\n2026-03-10 工资 +8,000.00 ref:S1", "2026-03-10 工资 +8,000.00 9,000.00 ref:S1"]);
    assert!(both.entries[0].checked);
    assert_eq!(rows(&both.entries[0]), [(1, 1), (0, 1)]);
    let first_row = ledger(&["2026-03-10 工资 +8,000.00 9,000.00 unchecked"]);
    assert!(!first_row.entries[0].checked);
}

#[test]
fn entries_stand_in_the_order_in_which_they_happened() {
    let newest_first = ledger(&["2026-03-03 丙 -1.00 97.00\n2026-03-02 乙 -1.00 98.00\n2026-03-02 甲 -1.00 99.00"]);
    let words: Vec<_> = newest_first.entries.iter().map(|entry| entry.description.as_deref().unwrap()).collect();
    assert_eq!(words, ["甲", "乙", "丙"]);
}

// --- a wallet and the card behind it --------------------------------------------------------------------------------

const BANK: &str = "deposit_account cmb 张三 6214000000001234\nperiod 2026-03-01 2026-03-31\n";
const WALLET: &str = "wallet wechat 小张 _\nperiod 2026-03-01 2026-03-31\n";

fn wallet_and_bank(wallet: &str, bank: &str) -> Vec<String> {
    let (wallet, bank) = (format!("{WALLET}{wallet}"), format!("{BANK}{bank}"));
    shown(&ledger(&[&wallet, &bank]))
}

#[test]
fn a_payment_by_card_is_one_event_and_the_wallet_knows_the_merchant() {
    assert_eq!(
        wallet_and_bank(
            "2026-03-02 12:05:41 午餐 -16.50 from:某某面馆 via:招商银行(1234)",
            "2026-03-02 12:05:45 快捷支付 -16.50 100.00 from:财付通-微信支付"
        ),
        ["0 @0 2026-03-02T12:05:41+08:00 -16.50 food", "1 @1 2026-03-02T12:05:45+08:00 -16.50 food same:0"]
    );
    // Booked the day after, without a time.
    let next_day = wallet_and_bank(
        "2026-03-02 23:58:00 夜宵 -16.50 from:某某烧烤 via:招商银行(1234)",
        "2026-03-03 快捷支付 -16.50 100.00 from:财付通-微信支付",
    );
    assert!(next_day[1].ends_with("same:0"), "{next_day:?}");
}

#[test]
fn a_payment_is_not_joined_to_what_only_resembles_it() {
    let bank = "2026-03-02 12:05:45 快捷支付 -16.50 100.00 from:财付通-微信支付";
    for wallet in [
        // another card, the wallet's own balance, another amount, two days before, money in
        "2026-03-02 12:05:41 午餐 -16.50 from:某某面馆 via:招商银行(9999)",
        "2026-03-02 12:05:41 午餐 -16.50 from:某某面馆 via:零钱",
        "2026-03-02 12:05:41 午餐 -16.51 from:某某面馆 via:招商银行(1234)",
        "2026-02-28 12:05:41 午餐 -16.50 from:某某面馆 via:招商银行(1234)",
        "2026-03-02 12:05:41 午餐 +16.50 from:某某面馆 via:招商银行(1234)",
        "2026-03-02 12:05:41 午餐 -16.50 from:某某面馆 via:招商银行(1234) status:closed",
    ] {
        let shown = wallet_and_bank(wallet, bank);
        assert!(!shown.iter().any(|line| line.contains("same")), "{wallet}: {shown:?}");
    }
    // The bank says the other wallet.
    let other = wallet_and_bank(
        "2026-03-02 12:05:41 午餐 -16.50 from:某某面馆 via:招商银行(1234)",
        "2026-03-02 12:05:45 快捷支付 -16.50 100.00 from:支付宝-某某面馆",
    );
    assert!(!other[1].contains("same"), "{other:?}");
}

#[test]
fn equal_payments_pair_one_to_one_in_their_order() {
    let shown = wallet_and_bank(
        "2026-03-02 08:00:00 地铁 -4.00 via:招商银行(1234)\n2026-03-02 18:00:00 地铁 -4.00 via:招商银行(1234)
         2026-03-03 08:00:00 地铁 -4.00 via:招商银行(1234)",
        "2026-03-02 18:00:03 财付通 -4.00 96.00\n2026-03-03 08:00:03 财付通 -4.00 92.00",
    );
    let same: Vec<&str> = shown.iter().filter_map(|line| line.split("same:").nth(1)).collect();
    assert_eq!(same, ["1", "2"], "the first has no row at the bank: {shown:?}");
}

#[test]
fn where_the_bank_names_no_wallet_the_merchant_or_the_minute_tells() {
    let wallet = "2026-03-02 12:05:41 午餐 -16.50 from:某某面馆 via:招商银行(1234)";
    let merchant = wallet_and_bank(wallet, "2026-03-03 消费 -16.50 100.00 from:某某面馆");
    assert!(merchant[1].ends_with("same:0"), "{merchant:?}");
    let minute = wallet_and_bank(wallet, "2026-03-02 12:06:00 无卡支付 -16.50 100.00");
    assert!(minute[1].ends_with("same:0"), "{minute:?}");
    let neither = wallet_and_bank(wallet, "2026-03-02 消费 -16.50 100.00 from:某某书店");
    assert!(!neither[1].contains("same"), "{neither:?}");
}

#[test]
fn withdrawals_and_top_ups_are_own_transfers() {
    let shown = wallet_and_bank(
        "2026-03-01 08:00:00 _ =100.10 type:零钱提现 from:招商银行(1234) via:招商银行(1234) note:服务费¥0.10
         2026-03-05 08:00:00 _ =300.00 type:零钱充值 from:招商银行(1234) via:招商银行(1234)",
        "2026-03-01 09:10:00 转入 +100.00 100.00 from:财付通支付科技有限公司
         2026-03-05 08:00:09 快捷支付 -300.00 0.00 from:财付通",
    );
    assert_eq!(
        shown,
        [
            "0 @0 2026-03-01T08:00 100.10 own_transfer own:2",
            "1 @0 2026-03-05T08:00 300.00 own_transfer own:3",
            "2 @1 2026-03-01T09:10 100.00 own_transfer own:0",
            "3 @1 2026-03-05T08:00:09+08:00 -300.00 own_transfer own:1",
        ]
    );
    // Somebody else's money through the same channel stays what it is.
    let received = wallet_and_bank(
        "2026-03-01 08:00:00 _ =100.10 type:零钱提现 via:招商银行(1234) note:服务费¥0.10",
        "2026-03-01 09:10:00 商户结算 +100.10 100.10 from:财付通支付科技有限公司",
    );
    assert!(received[1].ends_with("merchant_receipts"), "{received:?}");
}

#[test]
fn a_loan_paid_out_to_the_card_counts_once_and_as_a_loan() {
    let wallet = "wallet alipay 张三 138****0000\n2026-03-01 08:00:00 借呗放款至银行卡 =5,000.00 via:招商银行(1234)";
    let bank = format!("{BANK}2026-03-01 08:00:20 转入 +5,000.00 5,000.00 from:支付宝(中国)网络技术有限公司");
    assert_eq!(
        shown(&ledger(&[wallet, &bank])),
        [
            "0 @0 2026-03-01T08:00 5000.00 loan_disbursement",
            "1 @1 2026-03-01T08:00:20+08:00 5000.00 loan_disbursement same:0"
        ]
    );
}

#[test]
fn accounts_that_show_the_same_events_support_each_other() {
    let row = |day: u32| format!("2026-03-{day:02} 12:00:00 午餐 -16.50 from:某某面馆 via:招商银行(1234)\n");
    let leg = |day: u32| format!("2026-03-{day:02} 12:00:03 财付通 -16.50 100.00\n");
    let wallet: String = WALLET.to_owned() + &(1..=4).map(row).collect::<String>();
    let grades = |bank: String| -> Vec<Grade> {
        ledger(&[&wallet, &bank]).accounts.iter().map(|account| account.grade).collect()
    };
    let all = BANK.to_owned() + &(1..=4).map(leg).collect::<String>();
    assert_eq!(grades(all.clone()), [Grade::B, Grade::B]);
    assert_eq!(grades(all + "proof unproven"), [Grade::C, Grade::E], "an unproven paper supports nothing");
    let half = BANK.to_owned() + &(1..=2).map(leg).collect::<String>();
    assert_eq!(grades(half), [Grade::C, Grade::C]);
}

// --- own transfers and card repayments ------------------------------------------------------------------------------

#[test]
fn a_transfer_between_own_accounts_counts_on_neither() {
    let first =
        "deposit_account cmb 张三 6214000000001234\n2026-03-02 转账 -500.00 100.00 from:张三 account:6222000000005678";
    let second = "deposit_account icbc 张三 6222000000005678\n2026-03-03 转入 +500.00 600.00";
    assert_eq!(
        shown(&ledger(&[first, second])),
        ["0 @0 2026-03-02 -500.00 own_transfer own:1", "1 @1 2026-03-03 500.00 own_transfer own:0"]
    );
    let by_number =
        "deposit_account cmb 张三 6214000000001234\n2026-03-02 转账 -500.00 100.00 account:6222000000005678";
    assert!(shown(&ledger(&[by_number, second]))[1].ends_with("own:0"));
    // Without the other leg the name alone tells.
    assert_eq!(shown(&ledger(&[first])), ["0 @0 2026-03-02 -500.00 own_transfer"]);
}

#[test]
fn equal_amounts_alone_are_no_transfer() {
    let out = "deposit_account cmb 张三 6214000000001234\n2026-03-02 转账 -500.00 100.00 ";
    let back = "deposit_account icbc 张三 6222000000005678\n2026-03-02 转入 +500.00 600.00 ";
    for (to, from) in
        [("from:李四", "from:王五"), ("from:李四", ""), ("", "from:王五"), ("", ""), ("from:张三", "from:王五")]
    {
        let ledger = ledger(&[&format!("{out}{to}"), &format!("{back}{from}")]);
        assert!(ledger.entries.iter().all(|entry| entry.own_transfer.is_none()), "{to} {from}");
    }
}

#[test]
fn a_card_repayment_meets_its_card() {
    let bank = "deposit_account cmb 张三 6214000000001234\n2026-03-06 信用卡还款 -3,000.00 100.00";
    let card = "credit_card icbc 张三 6250000000004321\n2026-03-09 还款 +3,000.00";
    assert_eq!(
        shown(&ledger(&[bank, card])),
        ["0 @0 2026-03-06 -3000.00 card_repayment own:1", "1 @1 2026-03-09 3000.00 card_repayment own:0"]
    );
    let another = "credit_card icbc 张三 6250000000004321\n2026-03-09 还款 +3,000.01";
    assert!(ledger(&[bank, another]).entries.iter().all(|entry| entry.own_transfer.is_none()));
}

// --- refunds --------------------------------------------------------------------------------------------------------

#[test]
fn alipay_numbers_a_refund_after_its_purchase() {
    let ledger = ledger(&["wallet alipay 张三 138****0000
        2026-03-01 退款-一卡通充值 =50.00 from:一卡通 ref:2026030188_202603 mref:D12
        2026-03-01 一卡通充值 -50.00 from:一卡通 ref:2026030188 mref:D12
        2026-03-01 一卡通充值 -50.00 from:一卡通 ref:2026030199 mref:D13
        order newest_first"]);
    assert_eq!(
        shown(&ledger),
        [
            "0 @0 2026-03-01 -50.00 transport",
            "1 @0 2026-03-01 -50.00 transport refund:2",
            "2 @0 2026-03-01 50.00 refund refund:1"
        ]
    );
}

#[test]
fn wechat_marks_the_purchase_that_was_refunded() {
    let ledger = ledger(&["wallet wechat 小张 _
        2026-03-01 10:00:00 机票 -742.00 from:同程旅行 via:零钱 status:refunded
        2026-03-02 10:00:00 机票 -742.00 from:同程旅行 via:零钱
        2026-03-03 10:00:00 袜子 -10.00 from:某某商店 via:零钱 status:partly_refunded
        2026-03-04 10:00:00 _ +742.00 from:同程旅行 type:同程旅行-退款
        2026-03-05 10:00:00 _ +0.11 from:某某商店 type:某某商店-退款"]);
    let refunds: Vec<Option<u32>> = ledger.entries.iter().map(|entry| entry.refund_of).collect();
    assert_eq!(refunds, [Some(3), None, Some(4), Some(0), Some(2)]);
}

#[test]
fn a_bank_refund_takes_the_latest_purchase_of_its_amount() {
    let ledger = ledger(&["2026-03-01 消费 -80.00 920.00 from:某某商店
        2026-03-02 消费 -80.00 840.00 from:某某商店
        2026-03-03 消费 -80.00 760.00 from:某某书店
        2026-03-04 退款 +80.00 840.00 from:某某商店
        2026-03-05 退款 +79.00 919.00 from:某某商店"]);
    let refunds: Vec<Option<u32>> = ledger.entries.iter().map(|entry| entry.refund_of).collect();
    assert_eq!(refunds, [None, Some(3), None, Some(1), None]);
}

// --- wages by cadence -----------------------------------------------------------------------------------------------

#[test]
fn a_company_that_pays_every_month_pays_wages() {
    let monthly = |payer: &str, days: [&str; 4]| {
        let rows: String = days.iter().map(|day| format!("{day} 转存 +8,000.00 9,000.00 from:{payer}\n")).collect();
        let ledger = ledger(&[&rows]);
        ledger.entries.iter().map(|entry| entry.category.as_str()).collect::<Vec<_>>()
    };
    let days = ["2026-01-10", "2026-02-10", "2026-03-10", "2026-04-10"];
    assert_eq!(monthly("示例科技有限公司", days), ["salary"; 4]);
    // A person, or a company that pays when there is something to pay.
    assert_eq!(monthly("李四", days), ["person_transfer"; 4]);
    let irregular = ["2026-01-10", "2026-02-10", "2026-02-20", "2026-04-10"];
    assert_eq!(monthly("示例科技有限公司", irregular), ["other"; 4]);
}

// --- size -----------------------------------------------------------------------------------------------------------

/// Twenty thousand equal rows on each side are the worst case for pairing: with a search for each it would be four
/// hundred million comparisons, minutes in a debug build.
#[test]
fn equal_rows_by_the_thousand_take_no_longer_than_others() {
    let mut wallet = statement(&format!("{WALLET}2026-03-02 12:00:00 地铁 -4.00 via:招商银行(1234)"));
    let mut bank = statement(&format!("{BANK}2026-03-02 12:00:01 财付通 -4.00 96.00"));
    for statement in [&mut wallet, &mut bank] {
        let row = statement.transactions[0].clone();
        statement.transactions = (1..=20_000).map(|seq| Transaction { seq, ..row.clone() }).collect();
    }
    let started = std::time::Instant::now();
    let ledger = of(&[wallet.clone(), bank, wallet]);
    assert_eq!(ledger.entries.len(), 40_000);
    assert_eq!(ledger.entries.iter().filter(|entry| entry.same_event.is_some()).count(), 20_000);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

// --- what shows a pairing, and currencies ---------------------------------------------------------------------------

/// One line a pairing: kind, rule, the two rows, and how far apart they are.
fn pairings(ledger: &Ledger) -> Vec<String> {
    let place = |row: RowRef| format!("{}:{}", row.document, row.seq);
    let line = |pairing: &Pairing| {
        let apart = pairing.seconds.map_or_else(|| format!("{:?}d", pairing.days), |seconds| format!("{seconds}s"));
        let (kind, rule) = (pairing.kind.as_str(), pairing.rule.as_str());
        format!("{kind} by {rule}: {} {} {apart}", place(pairing.first), place(pairing.second))
    };
    ledger.pairings.iter().map(line).collect()
}

#[test]
fn every_pairing_says_which_rows_and_why() {
    let bank = "deposit_account cmb 张三 6214000000001234\nperiod 2026-03-01 2026-03-31
        2026-03-02 12:00:03 快捷支付 -16.50 983.50 from:支付宝-某某面馆
        2026-03-03 转账 -500.00 483.50 from:张三
        2026-03-04 衣服 -80.00 403.50 from:某某旗舰店
        2026-03-09 退款 +80.00 483.50 from:某某旗舰店";
    let wallet = "wallet alipay 张三 138****0000\nperiod 2026-03-01 2026-03-31
        2026-03-02 12:00:00 午餐 -16.50 from:某某面馆 via:招商银行(1234)";
    let other = "deposit_account icbc 张三 6222000000005678\nperiod 2026-03-01 2026-03-31
        2026-03-04 转账 +500.00 1,500.00 from:张三";
    assert_eq!(
        pairings(&ledger(&[bank, wallet, other, bank])),
        [
            "same_row by balance: 0:1 3:1 0s",
            "same_row by balance: 0:2 3:2 Some(0)d",
            "same_row by balance: 0:3 3:3 Some(0)d",
            "same_row by balance: 0:4 3:4 Some(0)d",
            "same_event by names_wallet: 1:1 0:1 3s",
            "own_transfer by names_owner: 0:2 2:1 Some(1)d",
            "refund by same_merchant: 0:3 0:4 Some(5)d",
        ]
    );
}

#[test]
fn a_currency_nobody_prints_is_yuan_only_where_the_issuer_or_the_language_says_so() {
    let told = |text: &str| {
        let mut statement = statement(text);
        statement.currency = None;
        let ledger = of(&[statement]);
        (ledger.accounts[0].currency.as_deref().map(str::to_owned), ledger.accounts[0].currency_assumed)
    };
    let row = "\n2026-03-02 PAYMENT -16.50 983.50";
    assert_eq!(told(&format!("deposit_account cmb Zhang 6214000000001234{row}")), (Some("CNY".to_owned()), true));
    assert_eq!(told("deposit_account unknown _ 1234\n2026-03-02 工资 +16.50 983.50"), (Some("CNY".to_owned()), true));
    assert_eq!(told(&format!("deposit_account unknown Zhang 6214000000001234{row}")), (None, false));
}

#[test]
fn a_sum_does_not_move_between_currencies() {
    let yuan = "deposit_account cmb 张三 6214000000001234\n2026-03-03 转账 -500.00 483.50 from:张三";
    let dollars =
        "deposit_account icbc 张三 6222000000005678\ncurrency USD\n2026-03-03 转账 +500.00 1,500.00 from:张三";
    let apart = ledger(&[yuan, dollars]);
    assert!(apart.pairings.is_empty() && apart.entries.iter().all(|entry| entry.own_transfer.is_none()));
    let together = ledger(&[yuan, &dollars.replace("USD", "CNY")]);
    assert_eq!(together.entries[0].own_transfer, Some(1));
}

#[test]
fn what_its_issuer_signed_is_of_grade_a_and_what_somebody_else_signed_is_not() {
    use model::forensics::{Chain, Coverage, Integrity, Signature, Traces};
    let statements =
        [statement("deposit_account cmb 张三 6214000000001234\nperiod 2026-01-01 2026-01-31\n2026-01-05 _ +5.00 5.00")];
    let grade = |signer: &str, coverage: Coverage, chain: Chain| {
        let signature = Signature {
            signer: Some(signer.into()),
            integrity: Integrity::Intact,
            chain,
            ..Signature::unreadable(coverage)
        };
        let facts =
            FileFacts { traces: Traces { signatures: vec![signature], ..Traces::default() }, ..FileFacts::default() };
        let document = DocumentView { statements: &statements, problems: &[], facts: &facts };
        crate::build_ledger(&[document]).accounts[0].grade
    };
    let trusted = || Chain::Trusted("Example Root".into());
    assert_eq!(grade("招商银行股份有限公司电子回单", Coverage::Whole, trusted()), Grade::A);
    assert_eq!(grade("招商银行股份有限公司电子回单", Coverage::Part, trusted()), Grade::C);
    assert_eq!(grade("招商银行股份有限公司电子回单", Coverage::Whole, Chain::Untrusted), Grade::C);
    assert_eq!(grade("李四", Coverage::Whole, trusted()), Grade::C, "a root vouches for its customers too");
}
