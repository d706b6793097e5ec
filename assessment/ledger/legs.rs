//! Z01, Z02: a wallet's row that a bank card paid for, or that moved money to or from one, and the bank's row of it.
//!
//! A wallet names the card (`招商银行储蓄卡(1234)`); the bank names the wallet (财付通, 支付宝). The amounts are equal —
//! less the fee where a withdrawal says one — and the bank books at once or the day after.

use model::ledger::{Category, Entry, PairingKind, PairingRule};
use model::statement::{Flow, StatementKind, Transaction};
use model::{Money, When};

use super::pool::{Pool, Window};
use super::{Draft, is_unpaired, magnitude, number, texts};
use crate::names::{channel, issuer_named, normalised};

/// Clocks differ by minutes, and a bank may book a day later (catalogue, Z01: -5 to +1440 minutes, T+1).
const WINDOW: Window = Window { minutes: (-5, 1_440), days: (0, 1) };
/// Tried first, so that a payment takes its own row and not yesterday's of the same amount.
const AT_ONCE: Window = Window { minutes: (-5, 10), days: (0, 0) };
/// Where nothing but the minutes tells. Days do not: the range of days is empty.
const SAME_MINUTES: Window = Window { minutes: (-5, 5), days: (1, 0) };

/// How a bank's row shows that it belongs to a wallet's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// It names the wallet.
    Channel,
    /// It names no channel, but the same merchant.
    Merchant,
    /// It names neither, but stands at the same minutes.
    Minutes,
}

/// What the bank's side of a wallet row must look like.
struct Leg {
    wallet_entry: u32,
    when: When,
    flow: Flow,
    amount: Money,
    /// The bank accounts it may stand on.
    accounts: Vec<u32>,
    is_own_move: bool,
    /// By the sign: the wallet's issuer, or the merchant.
    wallet: String,
    merchant: Option<String>,
}

/// A card as a wallet names it.
pub(super) struct Card {
    pub(super) tail: Option<String>,
    issuer: Option<&'static str>,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    account: u32,
    flow: Flow,
    amount: Money,
    named: String,
}

pub(super) fn pair(draft: &mut Draft<'_>) {
    let mut legs = legs(draft);
    legs.sort_by_key(|leg| (leg.when, leg.wallet_entry));
    let steps =
        [(Sign::Channel, AT_ONCE), (Sign::Channel, WINDOW), (Sign::Merchant, WINDOW), (Sign::Minutes, SAME_MINUTES)];
    for (sign, window) in steps {
        legs = join(draft, legs, sign, window);
    }
}

/// Pairs what it can, and returns the legs that are left.
fn join(draft: &mut Draft<'_>, legs: Vec<Leg>, sign: Sign, window: Window) -> Vec<Leg> {
    let mut pool = Pool::new(bank_rows(draft, sign));
    let mut left = Vec::new();
    for leg in legs {
        let named = match sign {
            Sign::Channel => Some(leg.wallet.clone()),
            Sign::Merchant => leg.merchant.clone(),
            Sign::Minutes => Some(String::new()),
        };
        let found = named.and_then(|named| {
            let mut key = Key { account: 0, flow: leg.flow, amount: leg.amount, named };
            leg.accounts.iter().find_map(|&account| {
                key.account = account;
                let is_free = |index: u32| draft.entries.get(index as usize).is_some_and(is_unpaired);
                pool.take(&key, leg.when, window, is_free)
            })
        });
        match found {
            Some(bank_entry) => connect(draft, &leg, bank_entry, sign),
            None => left.push(leg),
        }
    }
    left
}

fn connect(draft: &mut Draft<'_>, leg: &Leg, bank_entry: u32, sign: Sign) {
    let kind = if leg.is_own_move { PairingKind::OwnTransfer } else { PairingKind::SameEvent };
    let rule = match sign {
        Sign::Channel => PairingRule::NamesWallet,
        Sign::Merchant => PairingRule::NamesMerchant,
        Sign::Minutes => PairingRule::SameMinutes,
    };
    draft.note(kind, rule, leg.wallet_entry, bank_entry);
    let entries = &mut draft.entries;
    let Some(wallet) = entries.get_mut(leg.wallet_entry as usize) else { return };
    let (category, party) = (wallet.category, wallet.party.clone());
    if leg.is_own_move {
        wallet.own_transfer = Some(bank_entry);
    }
    let Some(bank) = entries.get_mut(bank_entry as usize) else { return };
    (bank.category, bank.party) = (category, party);
    if leg.is_own_move {
        bank.own_transfer = Some(leg.wallet_entry);
    } else {
        bank.same_event = Some(leg.wallet_entry);
    }
}

/// The bank accounts' rows that may be a wallet's other side, by what shows it.
fn bank_rows(draft: &Draft<'_>, sign: Sign) -> Vec<(Key, When, u32)> {
    let entries = draft.entries.iter().zip(&draft.rows).enumerate();
    entries
        .filter_map(|(index, (entry, row))| {
            // Wallets pay in yuan.
            let is_bank = matches!(draft.kind(entry), StatementKind::DepositAccount | StatementKind::CreditCard)
                && draft.currency(entry.account) == Some("CNY");
            let when = entry.time.filter(|_| is_bank && is_unpaired(entry) && !entry.amount.is_zero())?;
            let named = match (sign, texts(row).find_map(channel)) {
                (Sign::Channel, Some(wallet)) => wallet.to_owned(),
                (Sign::Merchant, None) => entry.counterparty.as_deref().map(normalised)?,
                (Sign::Minutes, None) => String::new(),
                _ => return None,
            };
            let key = Key { account: entry.account, flow: entry.flow, amount: magnitude(entry), named };
            Some((key, when, number(index)))
        })
        .collect()
}

fn legs(draft: &Draft<'_>) -> Vec<Leg> {
    let entries = draft.entries.iter().zip(&draft.rows).enumerate();
    entries
        .filter_map(|(index, (entry, row))| {
            let is_wallet = draft.kind(entry) == StatementKind::Wallet;
            let when = entry.time.filter(|_| is_wallet && is_unpaired(entry) && !entry.amount.is_zero())?;
            let flow = bank_flow(entry, row)?;
            let card = card_of(entry, row)?;
            let is_own_move = entry.category == Category::OwnTransfer;
            let fee = row.remark.as_deref().and_then(fee).filter(|_| is_own_move && flow == Flow::In);
            let wallet = draft.accounts.get(entry.account as usize)?.issuer.to_string();
            Some(Leg {
                wallet_entry: number(index),
                when,
                flow,
                amount: magnitude(entry).minus(fee.unwrap_or(Money::ZERO)),
                accounts: accounts_of(draft, &card, is_own_move),
                is_own_move,
                wallet,
                merchant: entry.counterparty.as_deref().map(normalised),
            })
        })
        .collect()
}

/// Which way the money went at the bank. A neutral row has no direction: what it is tells.
fn bank_flow(entry: &Entry, row: &Transaction) -> Option<Flow> {
    if entry.flow != Flow::Neutral {
        return Some(entry.flow);
    }
    let says = |words: &[&str]| {
        let texts = [row.printed_type.as_deref(), row.description.as_deref()];
        texts.into_iter().flatten().any(|text| words.iter().any(|word| text.contains(word)))
    };
    match entry.category {
        Category::LoanDisbursement | Category::Refund | Category::InvestmentRedemption => Some(Flow::In),
        Category::OwnTransfer if says(&["提现", "转出"]) => Some(Flow::In),
        Category::OwnTransfer if says(&["充值", "转入"]) => Some(Flow::Out),
        Category::OwnTransfer | Category::Interest => None,
        Category::Investment if says(&["卖出", "赎回", "转出"]) => Some(Flow::In),
        _ => Some(Flow::Out),
    }
}

/// The card a wallet's row names: as what paid, or — where own money moves — as where it went.
pub(super) fn card_of(entry: &Entry, row: &Transaction) -> Option<Card> {
    let moved = entry.flow == Flow::Neutral || entry.category == Category::OwnTransfer;
    let elsewhere = [&row.counterparty, &row.printed_type, &row.description].into_iter().filter(|_| moved);
    std::iter::once(&row.method).chain(elsewhere).filter_map(|text| text.as_deref()).find_map(card_in)
}

/// `招商银行储蓄卡(1234)`, `示例银行信用卡(0000)&红包`, `转入零钱通-来自工商银行(9876)`, `工商银行`.
fn card_in(text: &str) -> Option<Card> {
    let is_bank = ["银行", "信用社", "农商", "储蓄卡", "信用卡", "借记卡"].iter().any(|word| text.contains(word));
    is_bank.then(|| Card { tail: tail_in(text), issuer: issuer_named(text) })
}

/// Four digits in brackets, or after 尾号.
fn tail_in(text: &str) -> Option<String> {
    text.split(['(', '（', '号']).skip(1).find_map(|after| {
        let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
        (digits.len() == 4).then_some(digits)
    })
}

/// The accounts a card may be: the one with its number; else the only one of its bank that does not show a number.
/// Own money may go to a bank that the wallet does not name well enough: then any of the applicant's accounts.
fn accounts_of(draft: &Draft<'_>, card: &Card, is_own_move: bool) -> Vec<u32> {
    let banks =
        || {
            draft.accounts.iter().enumerate().filter(|(_, account)| {
                matches!(account.kind, StatementKind::DepositAccount | StatementKind::CreditCard)
            })
        };
    let numbers = |indexes: Vec<usize>| indexes.into_iter().map(number).collect();
    if let Some(tail) = &card.tail {
        let with_tail: Vec<usize> =
            banks().filter(|(_, account)| account.tail.as_deref() == Some(tail)).map(|(index, _)| index).collect();
        if !with_tail.is_empty() {
            return numbers(with_tail);
        }
    }
    let may_be = |tail: Option<&str>| tail.is_none() || card.tail.is_none();
    let of_bank: Vec<usize> = banks()
        .filter(|(_, account)| card.issuer == Some(account.issuer.as_str()) && may_be(account.tail.as_deref()))
        .map(|(index, _)| index)
        .collect();
    match (of_bank.len(), card.issuer) {
        (1, _) => numbers(of_bank),
        (0, None) if is_own_move && card.tail.is_none() => numbers(banks().map(|(index, _)| index).collect()),
        _ => Vec::new(),
    }
}

/// `服务费¥0.10`: a withdrawal's amount has it in, the bank's row has not.
fn fee(remark: &str) -> Option<Money> {
    let (_, after) = remark.split_once("服务费")?;
    let digits: String = after
        .chars()
        .skip_while(|c| matches!(c, '¥' | '￥' | ':' | '：' | ' '))
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    Money::read(&digits).ok()
}
