//! What each bank writes on a row, by what happened. Taken from the banks' own papers where one was seen.

use super::{Bank, WalletKind};
use crate::random::Random;

/// What happened, as far as a bank words it differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Payroll,
    ProvidentFund,
    QuickPay(WalletKind),
    QuickRefund(WalletKind),
    /// A wallet's balance coming in.
    WalletPayout(WalletKind),
    TransferIn,
    TransferOut,
    LoanPayment,
    LoanPayout,
    Interest,
    InterestTax,
    Cash,
}

/// The other side and the words that came with it.
#[derive(Debug, Clone, Default)]
pub struct Other<'a> {
    /// A merchant behind a quick payment, else the party itself.
    pub name: &'a str,
    pub account: &'a str,
    pub note: &'a str,
}

/// The text cells of a row.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    pub description: String,
    pub channel: String,
    pub place: String,
    pub remark: String,
    pub counterparty: String,
    pub counterparty_account: String,
}

/// What a bank calls a wallet's payments.
const fn gateway(wallet: WalletKind) -> &'static str {
    match wallet {
        WalletKind::Alipay => "支付宝",
        WalletKind::Wechat => "财付通",
    }
}

/// The company behind a wallet.
#[must_use]
pub const fn company(wallet: WalletKind) -> &'static str {
    match wallet {
        WalletKind::Alipay => "支付宝（中国）网络技术有限公司",
        WalletKind::Wechat => "财付通支付科技有限公司",
    }
}

const fn description(bank: Bank, kind: Kind) -> &'static str {
    use Kind::{
        Cash, Interest, InterestTax, LoanPayment, LoanPayout, Payroll, ProvidentFund, QuickPay, QuickRefund,
        TransferIn, TransferOut, WalletPayout,
    };
    match (bank, kind) {
        (Bank::Icbc, Payroll) => "工资",
        (_, Payroll) => "代发工资",
        (Bank::Cmb, ProvidentFund) => "代发住房公积金",
        (Bank::Abc, ProvidentFund | WalletPayout(_) | TransferIn | LoanPayout) => "转存",
        (_, ProvidentFund) => "公积金",
        (Bank::Cmb, QuickPay(_)) => "快捷支付",
        (Bank::Boc, QuickPay(_)) => "网上快捷支付",
        (Bank::Abc, QuickPay(WalletKind::Alipay)) => "支付宝",
        (Bank::Abc, QuickPay(WalletKind::Wechat)) => "财付通",
        (_, QuickPay(_)) => "消费",
        (Bank::Cmb, QuickRefund(_)) => "快捷退款",
        (Bank::Boc, QuickRefund(_)) => "网上快捷退款",
        (_, QuickRefund(_)) => "退款",
        (Bank::Boc, WalletPayout(_)) => "网上快捷提现",
        (Bank::Icbc, WalletPayout(_) | TransferIn | LoanPayout) => "他行汇入",
        (Bank::Ccb, WalletPayout(_) | TransferIn | LoanPayout) => "转账存入",
        (Bank::Cmb, WalletPayout(_) | TransferIn | LoanPayout) => "汇入汇款",
        (Bank::Boc, TransferIn | LoanPayout) => "跨行来账",
        (Bank::Cmb, TransferOut) => "转账汇款",
        (Bank::Abc, TransferOut) => "转支",
        (Bank::Boc, TransferOut) => "跨行转账",
        (Bank::Icbc, TransferOut) => "跨行汇款",
        (Bank::Ccb, TransferOut) => "转账支取",
        (Bank::Abc, LoanPayment) => "正常还款",
        (Bank::Cmb, LoanPayment) => "贷款扣款",
        (_, LoanPayment) => "贷款还款",
        (Bank::Cmb, Interest) => "账户结息",
        (Bank::Icbc, Interest) => "利息",
        (Bank::Ccb, Interest) => "利息存入",
        (_, Interest) => "结息",
        (_, InterestTax) => "利息税",
        (Bank::Abc, Cash) => "现支",
        (Bank::Icbc, Cash) => "取款",
        (_, Cash) => "ATM取款",
    }
}

const fn channel(bank: Bank, kind: Kind) -> &'static str {
    match (bank, kind) {
        (Bank::Abc, Kind::QuickPay(_) | Kind::QuickRefund(_)) => "电子商务",
        (Bank::Abc, Kind::WalletPayout(_) | Kind::TransferIn | Kind::LoanPayout) => "超级网银",
        (Bank::Abc, Kind::TransferOut) => "掌上银行",
        (Bank::Boc, Kind::QuickPay(_) | Kind::QuickRefund(_) | Kind::WalletPayout(_)) => "银企对接",
        (Bank::Boc, Kind::TransferIn | Kind::TransferOut | Kind::LoanPayout) => "手机银行",
        (Bank::Boc, Kind::Cash) | (Bank::Abc, Kind::Cash) => "ATM",
        (Bank::Boc, _) => "其他",
        _ => "",
    }
}

/// The words on one row.
pub fn texts(bank: Bank, kind: Kind, other: &Other<'_>, random: &mut Random) -> Texts {
    let mut texts = Texts {
        description: description(bank, kind).to_owned(),
        channel: channel(bank, kind).to_owned(),
        counterparty: other.name.to_owned(),
        counterparty_account: other.account.to_owned(),
        remark: other.note.to_owned(),
        ..Texts::default()
    };
    match kind {
        Kind::QuickPay(wallet) | Kind::QuickRefund(wallet) => quick_pay(bank, wallet, other, random, &mut texts),
        Kind::WalletPayout(wallet) => {
            texts.counterparty = company(wallet).to_owned();
            texts.remark = match wallet {
                WalletKind::Alipay => "支付宝提现".to_owned(),
                WalletKind::Wechat => "微信零钱提现".to_owned(),
            };
        }
        Kind::Interest if bank == Bank::Abc => texts.remark = "个人活期结息".to_owned(),
        Kind::Cash if bank == Bank::Boc => texts.place = "中国银行自助设备".to_owned(),
        Kind::TransferOut | Kind::TransferIn if bank == Bank::Icbc => texts.place = "手机银行".to_owned(),
        _ => {}
    }
    texts
}

/// A quick payment's row names the gateway and the merchant, each bank in its own columns.
fn quick_pay(bank: Bank, wallet: WalletKind, other: &Other<'_>, random: &mut Random, texts: &mut Texts) {
    let gate = gateway(wallet);
    let both = format!("{gate}-{}", other.name);
    match bank {
        Bank::Cmb => texts.remark = both,
        Bank::Abc => {
            let product = if wallet == WalletKind::Wechat { "微信支付" } else { "支付宝" };
            texts.counterparty = format!("{product}{}", other.name);
            texts.counterparty_account = String::new();
            texts.remark = format!("UA{}{product}-{}", random.digits(16), other.name);
        }
        Bank::Boc => {
            texts.counterparty.clone_from(&both);
            texts.counterparty_account = format!("Z200******{}N", random.digits(3));
            texts.remark = both;
        }
        Bank::Icbc => {
            texts.place = other.name.to_owned();
            texts.remark = gate.to_owned();
            texts.counterparty = company(wallet).to_owned();
            texts.counterparty_account = format!("2088****{}", random.digits(4));
        }
        Bank::Ccb => {
            texts.place = both;
            texts.counterparty = company(wallet).to_owned();
            texts.counterparty_account = format!("2088000*****{}", random.digits(4));
        }
    }
}
