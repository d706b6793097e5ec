//! Text → [`Statement`], so that a test reads like the document it is about.
//!
//! ```text
//! deposit_account example_bank 张三 6222000000001234
//! period   2026-03-01 2026-03-31
//! opening  1,000.00
//! 2026-03-01           工资  +5,000.00  6,000.00  from:示例科技有限公司
//! 2026-03-02 08:30:00  消费     -12.30  5,987.70  from:示例面馆 via:快捷支付 ref:T0001
//! ```
//!
//! A row is a date, a time where the document prints one, the description (`_` for none), the amount (`+` in,
//! `-` out, `=` neutral), the balance where one is printed, then `key:value` in any order: `from` (counterparty),
//! `account`, `type`, `via` (method), `note` (remark), `ref`, `mref` (merchant's reference), `status`, `refunded` (an
//! amount), and the bare word `unchecked` for a row whose amount no equation covers. Values hold no spaces.
//!
//! Heading lines, all optional: kind with issuer, holder and account number (either may be `_`), `period`, `issued`,
//! `opening`, `closing`, `currency`, `proof` (a status; `proven` when not said) and `order` (`newest_first`; told by
//! the dates when not said). A line that is none of these panics: a fixture is part of a test.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};

use crate::dates::{Period, When};
use crate::proof::{PrintedOrder, Proof, ProofStatus};
use crate::statement::{AccountNumber, DeclaredTotals, Flow, Holder, Statement, StatementKind, Status, Transaction};
use crate::{Money, Sensitive, Source, Sourced, Text};

/// The statement that the text shows.
///
/// # Panics
/// When a line is not in the form that the module describes.
#[must_use]
pub fn statement(text: &str) -> Statement {
    let mut statement = empty();
    let mut told_order = None;
    for (index, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some((&first, rest)) = words.split_first() else { continue };
        let source = Source::Line { line: number(index + 1), column: 1 };
        match (first, rest) {
            ("period", [from, to]) => {
                let period = Period::new(date(from, line), date(to, line));
                statement.period = Some(Sourced::new(known(period, line), source));
            }
            ("issued", [day]) => statement.issued = Some(Sourced::new(When::day(date(day, line)), source)),
            ("opening", [amount]) => statement.opening_balance = Some(Sourced::new(money(amount, line), source)),
            ("closing", [amount]) => statement.closing_balance = Some(Sourced::new(money(amount, line), source)),
            ("currency", [code]) => statement.currency = Some(Text::new(code)),
            ("proof", [status]) => statement.proof.status = known(proof_status(status), line),
            ("order", ["newest_first"]) => told_order = Some(PrintedOrder::NewestFirst),
            ("order", ["oldest_first"]) => told_order = Some(PrintedOrder::OldestFirst),
            (kind, rest) if statement_kind(kind).is_some() => {
                statement.kind = known(statement_kind(kind), line);
                let part = |index: usize| rest.get(index).filter(|word| **word != "_").map(|word| Text::new(word));
                statement.issuer = known(part(0), line);
                statement.holder.name = part(1).map(|name| Sourced::new(Sensitive::new(name), source.clone()));
                statement.account = part(2).map(|number| Sourced::new(AccountNumber::new(number), source));
            }
            (day, rest) => {
                let seq = number(statement.transactions.len() + 1);
                let (transaction, checked) = row(seq, date(day, line), rest, source, line);
                if !checked {
                    statement.proof.unchecked.push(seq);
                }
                statement.transactions.push(transaction);
            }
        }
    }
    let dates: Vec<Option<When>> = statement.transactions.iter().map(|row| row.time).collect();
    let descends = dates.first() > dates.last();
    let order = if descends { PrintedOrder::NewestFirst } else { PrintedOrder::OldestFirst };
    statement.proof.order = told_order.or(Some(order));
    let rows = number(statement.transactions.len());
    (statement.proof.equations, statement.proof.holding) = (rows, rows);
    statement
}

fn empty() -> Statement {
    Statement {
        kind: StatementKind::DepositAccount,
        issuer: Text::new("example_bank"),
        pages: None,
        holder: Holder::default(),
        account: None,
        currency: Some(Text::new("CNY")),
        period: None,
        issued: None,
        opening_balance: None,
        closing_balance: None,
        declared: DeclaredTotals::default(),
        sections: Vec::new(),
        transactions: Vec::new(),
        fields: BTreeMap::new(),
        records: Vec::new(),
        proof: Proof { status: ProofStatus::Proven, ..Proof::none() },
    }
}

fn row(seq: u32, day: Date, words: &[&str], source: Source, line: &str) -> (Transaction, bool) {
    let mut words = words.iter().copied().peekable();
    let time: Option<Time> = words.peek().and_then(|word| word.parse().ok());
    if time.is_some() {
        words.next();
    }
    let description = known(words.next(), line);
    let printed = known(words.next(), line);
    let (flow, amount) = match printed.split_at_checked(1) {
        Some(("+", _)) => (Flow::In, money(printed, line)),
        Some(("-", _)) => (Flow::Out, money(printed, line)),
        Some(("=", amount)) => (Flow::Neutral, money(amount, line)),
        _ => panic!("an amount starts with +, - or =: {line}"),
    };
    let balance = words.peek().and_then(|word| Money::read(word).ok());
    if balance.is_some() {
        words.next();
    }
    let mut transaction = Transaction {
        seq,
        time: Some(When { date: day, time }),
        amount,
        flow,
        balance,
        counterparty: None,
        counterparty_account: None,
        description: (description != "_").then(|| Text::new(description)),
        remark: None,
        printed_type: None,
        method: None,
        status: Status::Settled,
        reference: None,
        merchant_reference: None,
        refunded: None,
        source: source.clone(),
        amount_source: source.clone(),
        balance_source: balance.map(|_| source),
        confidence: 1.0,
        repaired: None,
    };
    let mut checked = true;
    for word in words {
        match word.split_once(':') {
            Some(("from", value)) => transaction.counterparty = Some(Text::new(value)),
            Some(("account", value)) => transaction.counterparty_account = Some(AccountNumber::new(value)),
            Some(("type", value)) => transaction.printed_type = Some(Text::new(value)),
            Some(("via", value)) => transaction.method = Some(Text::new(value)),
            Some(("note", value)) => transaction.remark = Some(Text::new(value)),
            Some(("ref", value)) => transaction.reference = Some(Text::new(value)),
            Some(("mref", value)) => transaction.merchant_reference = Some(Text::new(value)),
            Some(("refunded", value)) => transaction.refunded = Some(money(value, line)),
            Some(("status", value)) => transaction.status = known(status(value), line),
            None if word == "unchecked" => checked = false,
            _ => panic!("`{word}` is no part of a row: {line}"),
        }
    }
    (transaction, checked)
}

fn statement_kind(word: &str) -> Option<StatementKind> {
    use StatementKind::{
        CreditCard, DepositAccount, IncomeTax, Payslip, PlatformBill, ProvidentFund, SocialInsurance, TelecomBill,
        Unknown, UtilityBill, Wallet,
    };
    [
        Wallet,
        DepositAccount,
        CreditCard,
        Payslip,
        IncomeTax,
        ProvidentFund,
        SocialInsurance,
        UtilityBill,
        TelecomBill,
        PlatformBill,
        Unknown,
    ]
    .into_iter()
    .find(|kind| kind.as_str() == word)
}

fn proof_status(word: &str) -> Option<ProofStatus> {
    use ProofStatus::{Consistent, Contradicted, Proven, Repaired, Unproven};
    [Proven, Repaired, Consistent, Unproven, Contradicted].into_iter().find(|status| status.as_str() == word)
}

fn status(word: &str) -> Option<Status> {
    use Status::{Closed, Failed, PartlyRefunded, Pending, Refunded, Settled};
    [Settled, Refunded, PartlyRefunded, Closed, Pending, Failed].into_iter().find(|status| status.as_str() == word)
}

fn date(word: &str, line: &str) -> Date {
    known(word.parse().ok(), line)
}

fn money(word: &str, line: &str) -> Money {
    known(Money::read(word).ok(), line)
}

fn known<T>(value: Option<T>, line: &str) -> T {
    match value {
        Some(value) => value,
        None => panic!("not a line of a statement: {line}"),
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_reads_as_it_is_written() {
        let statement = statement(
            "
            wallet alipay 张三 138****0000
            period   2026-03-01 2026-03-31
            2026-03-02 08:30:00  午餐  -12.30  from:示例面馆 via:示例银行(1234) ref:A1 status:refunded unchecked
            2026-03-01           _    =500.00  type:提现
            ",
        );
        assert_eq!(statement.kind, StatementKind::Wallet);
        assert_eq!(statement.account.unwrap().value.tail().as_deref(), Some("0000"));
        assert_eq!(statement.proof.unchecked, [1]);
        assert_eq!(statement.proof.order, Some(PrintedOrder::NewestFirst));
        let [lunch, withdrawal] = statement.transactions.as_slice() else { panic!("two rows") };
        assert_eq!((lunch.amount, lunch.flow, lunch.balance), (Money::from_fen(-1_230), Flow::Out, None));
        assert_eq!(lunch.status, Status::Refunded);
        assert_eq!(lunch.time.unwrap().to_string(), "2026-03-02T08:30:00+08:00");
        assert_eq!((withdrawal.amount, withdrawal.flow), (Money::from_fen(50_000), Flow::Neutral));
        assert_eq!(withdrawal.description, None);
    }

    #[test]
    fn a_balance_follows_its_amount() {
        let statement = statement("opening 1,000.00\n2026-03-01 工资 +5,000.00 6,000.00");
        assert_eq!(statement.opening_balance.unwrap().value, Money::from_fen(100_000));
        assert_eq!(statement.transactions.first().unwrap().balance, Some(Money::from_fen(600_000)));
    }
}
