//! ISO 20022 camt.052 (report), .053 (statement) and .054 (notification), versions 02 to 13.
//!
//! Amounts are unsigned and `CdtDbtInd` says the direction; `RvslInd` only says why and turns nothing round. Only
//! booked entries count: a pending one (`PDNG`, `FUTR`) is `pending`, one for information (`INFO`) moves nothing and
//! is `closed`. `OPBD` (or `PRCD`) + booked entries = `CLBD` covers every row.

use model::problem::ProblemCode;
use model::proof::Broken;
use model::statement::{AccountNumber, DeclaredTotals, StatementKind, Status, Transaction};
use model::{Money, Period, Problem, Sensitive, Sourced, Text, When};

use super::account::{self, Account, by_currency};
use super::tree::Node;
use super::{ROWS_MAX, Read, STATEMENTS_MAX, currency_code, iso_when, stopped, xml};

/// Names of a batch entry's payers are listed up to this many; a payroll has hundreds.
const NAMES_MAX: usize = 5;

/// Three of each currency that the account is kept in.
const BALANCES_MAX: usize = 100;

/// Of a batch entry's joined remittance texts. One of them is at most 140 characters.
const TEXT_BYTES_MAX: usize = 2_000;

pub fn read(text: &str) -> Read {
    let tree = xml::read(text);
    let accounts: Vec<Node<'_>> = tree.root().descendants().filter(is_account).collect();
    if accounts.is_empty() {
        return None;
    }
    let mut problems: Vec<Problem> = tree.stopped.map(stopped).into_iter().collect();
    let mut statements = Vec::new();
    let mut rows_left = ROWS_MAX;
    for node in accounts {
        if statements.len() >= STATEMENTS_MAX || rows_left == 0 {
            problems.push(super::limit_reached(node.source()));
            break;
        }
        let parts = read_account(node, &mut rows_left, &mut problems);
        statements.extend(parts.into_iter().map(|account| account.into_statement(&mut problems)));
    }
    Some((statements, problems))
}

fn is_account(node: &Node<'_>) -> bool {
    const PARENTS: [(&str, &str); 3] =
        [("Stmt", "BkToCstmrStmt"), ("Rpt", "BkToCstmrAcctRpt"), ("Ntfctn", "BkToCstmrDbtCdtNtfctn")];
    PARENTS.iter().any(|(name, parent)| node.is(name) && node.parent().is_some_and(|p| p.is(parent)))
}

/// One account, or one for each currency of its entries.
fn read_account(node: Node<'_>, rows_left: &mut usize, problems: &mut Vec<Problem>) -> Vec<Account> {
    let mut account = Account::new(kind(node), issuer(node));
    account.complete = node.closed();
    account.account = ["IBAN", "Othr"].iter().find_map(|form| {
        let id = node.at(&["Acct", "Id", form])?;
        let id = if *form == "Othr" { id.child("Id")? } else { id };
        (!id.text().is_empty()).then(|| Sourced::new(AccountNumber::new(id.text()), id.source()))
    });
    account.holder.name = node
        .at(&["Acct", "Ownr", "Nm"])
        .filter(|name| !name.text().is_empty())
        .map(|name| Sourced::new(Sensitive::new(Text::from(name.text())), name.source()));
    account.period = period(node, problems);
    account.issued = node.child("CreDtTm").and_then(|made| Some(Sourced::new(iso_when(made.text())?, made.source())));

    let mut currencies: Vec<Option<Text>> = Vec::new();
    for entry in node.all("Ntry") {
        if *rows_left == 0 {
            problems.push(super::limit_reached(entry.source()));
            account.complete = false;
            break;
        }
        *rows_left -= 1;
        match read_entry(entry, account.next_seq(), problems) {
            Ok((currency, row, broken)) => {
                account.broken.extend(broken);
                currencies.push(currency);
                account.rows.push(row);
            }
            Err(problem) => account.hole(problem, problems),
        }
    }
    let (balances, agree) = balances(node, problems);
    account.complete &= agree;
    let own = node
        .text_at(&["Acct", "Ccy"])
        .as_deref()
        .and_then(currency_code)
        .or_else(|| balances.first().and_then(|balance| balance.currency.clone()))
        .or_else(|| currencies.iter().flatten().next().cloned());
    account.declared = totals(node, problems);
    split(account, currencies, &balances, own)
}

fn split(mut account: Account, currencies: Vec<Option<Text>>, balances: &[Balance], own: Option<Text>) -> Vec<Account> {
    let rows = currencies.into_iter().zip(std::mem::take(&mut account.rows)).collect();
    let mut parts = by_currency(rows, own.as_ref());
    // A currency may have balances and no movement.
    for balance in balances.iter().filter(|balance| balance.currency.is_some()) {
        if !parts.iter().any(|(currency, _)| *currency == balance.currency) {
            parts.push((balance.currency.clone(), Vec::new()));
        }
    }
    let alone = parts.len() == 1;
    let mut accounts = Vec::with_capacity(parts.len());
    for (currency, rows) in parts {
        let of = |codes: &[&str]| {
            let find = |code: &&str| balances.iter().find(|b| b.code == *code && b.currency == currency);
            codes.iter().find_map(find).map(|balance| balance.amount.clone())
        };
        let (opening, closing) = (of(&["OPBD", "PRCD"]), of(&["CLBD"]));
        let mut part = account.part(currency, rows);
        (part.opening, part.closing) = (opening, closing);
        let is_of =
            |broken: &Broken| broken.seq.is_some_and(|seq| part.rows.binary_search_by_key(&seq, |r| r.seq).is_ok());
        let broken = account.broken.iter().filter(|broken| is_of(broken)).cloned().collect();
        part.broken = broken;
        // The summary adds all currencies up.
        if alone {
            part.declared = std::mem::take(&mut account.declared);
            part.holes = std::mem::take(&mut account.holes);
            part.complete = account.complete;
        }
        accounts.push(part);
    }
    accounts
}

fn kind(node: Node<'_>) -> StatementKind {
    match node.text_at(&["Acct", "Tp", "Cd"]).as_deref() {
        // Money that comes into a loan account is a repayment.
        Some("LOAN") => StatementKind::Unknown,
        Some("CARD" | "CCRD") => StatementKind::CreditCard,
        _ => StatementKind::DepositAccount,
    }
}

fn issuer(node: Node<'_>) -> Option<Text> {
    let bank = node.at(&["Acct", "Svcr", "FinInstnId"])?;
    [&["BICFI"][..], &["BIC"], &["ClrSysMmbId", "MmbId"], &["Othr", "Id"], &["Nm"]]
        .iter()
        .find_map(|path| bank.text_at(path))
}

fn period(node: Node<'_>, problems: &mut Vec<Problem>) -> Option<Sourced<Period>> {
    let printed = node.child("FrToDt")?;
    let end = |time, day| printed.child(time).or_else(|| printed.child(day));
    let (from, to) = (end("FrDtTm", "FrDt")?, end("ToDtTm", "ToDt")?);
    let days = iso_when(from.text()).zip(iso_when(to.text()));
    let period = days.and_then(|(from, to)| Period::new(from.date, to.date));
    if period.is_none() {
        let text = format!("{} - {}", from.text(), to.text());
        problems.push(super::unreadable_field("FrToDt", &text, from.source()));
    }
    period.map(|period| Sourced::new(period, from.source()))
}

struct Balance {
    code: Text,
    currency: Option<Text>,
    amount: Sourced<Money>,
}

/// False beside them when two that should be one differ.
fn balances(node: Node<'_>, problems: &mut Vec<Problem>) -> (Vec<Balance>, bool) {
    let mut balances: Vec<Balance> = Vec::new();
    let mut agree = true;
    for printed in node.all("Bal") {
        let Some(code) = printed.text_at(&["Tp", "CdOrPrtry", "Cd"]) else { continue };
        // Interim, available and expected balances are in no equation here.
        if !matches!(code.as_str(), "OPBD" | "PRCD" | "CLBD") {
            continue;
        }
        if balances.len() >= BALANCES_MAX {
            problems.push(super::limit_reached(printed.source()));
            break;
        }
        let Some(figure) = printed.child("Amt") else { continue };
        let Some(amount) = signed(printed, figure) else {
            problems.push(super::unreadable_field(&code, figure.text(), figure.source()));
            continue;
        };
        let currency = figure.currency().and_then(currency_code);
        let known = balances.iter().find(|b| b.code == code && b.currency == currency);
        if let Some(known) = known {
            if known.amount.value != amount {
                agree = false;
                problems.push(second_balance(&code, figure));
            }
            continue;
        }
        balances.push(Balance { code, currency, amount: Sourced::new(amount, figure.source()) });
    }
    (balances, agree)
}

fn second_balance(code: &str, figure: Node<'_>) -> Problem {
    let text = figure.text();
    Problem::new(
        ProblemCode::DoesNotAddUp,
        format!("同一对账单印有两个不同的{code}余额，“{text}”未采用"),
        format!("the statement prints two different {code} balances; {text:?} is left out"),
    )
    .at(figure.source())
}

/// The amount of an element with the sign that its `CdtDbtInd` gives; `None` when either cannot be read.
fn signed(around: Node<'_>, figure: Node<'_>) -> Option<Money> {
    let amount = read_amount(figure.text())?;
    match around.child("CdtDbtInd")?.text() {
        "CRDT" => Some(amount),
        "DBIT" => Some(amount.negated()),
        _ => None,
    }
}

/// `xs:decimal` without a sign.
fn read_amount(text: &str) -> Option<Money> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let text = text.strip_suffix('.').unwrap_or(text);
    if plain { Money::read(text).ok() } else { None }
}

/// `TxsSummry`: counts and sums of the credits and the debits.
fn totals(node: Node<'_>, problems: &mut Vec<Problem>) -> DeclaredTotals {
    let Some(summary) = node.child("TxsSummry") else { return DeclaredTotals::default() };
    let mut count = |of: &str| -> Option<Sourced<u32>> {
        let printed = summary.at(&[of, "NbOfNtries"])?;
        let read = printed.text().parse().ok();
        if read.is_none() {
            problems.push(super::unreadable_field("NbOfNtries", printed.text(), printed.source()));
        }
        Some(Sourced::new(read?, printed.source()))
    };
    let (rows, in_rows, out_rows) = (count("TtlNtries"), count("TtlCdtNtries"), count("TtlDbtNtries"));
    let mut sum = |of: &str| -> Option<Sourced<Money>> {
        let printed = summary.at(&[of, "Sum"])?;
        let read = read_amount(printed.text());
        if read.is_none() {
            problems.push(super::unreadable_field("Sum", printed.text(), printed.source()));
        }
        Some(Sourced::new(read?, printed.source()))
    };
    let (in_sum, out_sum) = (sum("TtlCdtNtries"), sum("TtlDbtNtries"));
    DeclaredTotals { rows, in_rows, in_sum, out_rows, out_sum, ..DeclaredTotals::default() }
}

/// An entry with its currency, and its batch where that does not add up to it.
type Row = (Option<Text>, Transaction, Option<Broken>);

fn read_entry(entry: Node<'_>, seq: u32, problems: &mut Vec<Problem>) -> Result<Row, Problem> {
    let Some(figure) = entry.child("Amt").filter(|_| entry.closed()) else {
        return Err(super::unreadable_amount("").at(entry.source()));
    };
    let Some(amount) = signed(entry, figure) else {
        let direction = entry.text_at(&["CdtDbtInd"]).unwrap_or_default();
        return Err(super::unreadable_amount(&format!("{} {direction}", figure.text())).at(figure.source()));
    };
    let mut row = account::row(seq, amount, figure.source(), entry.source());
    // Nothing flows in by an amount of nothing that is said to go out.
    if entry.text_at(&["CdtDbtInd"]).as_deref() == Some("DBIT") {
        row.flow = model::statement::Flow::Out;
    }
    row.status = status(entry, seq, problems);
    row.time = time(entry, seq, problems);
    row.reference = entry.text_at(&["AcctSvcrRef"]).or_else(|| entry.text_at(&["NtryRef"]));
    row.printed_type = bank_code(entry);
    let details: Vec<Node<'_>> = entry.all("NtryDtls").flat_map(|group| group.all("TxDtls")).collect();
    describe(&mut row, entry, &details);
    let broken = check_batch(&row, figure, &details, problems);
    Ok((figure.currency().and_then(currency_code), row, broken))
}

/// Text up to version 07, `Cd` or `Prtry` from 08 on.
fn status(entry: Node<'_>, seq: u32, problems: &mut Vec<Problem>) -> Status {
    let printed = entry.child("Sts");
    let code = printed.and_then(|status| ["Cd", "Prtry"].iter().find_map(|name| status.child(name)).or(Some(status)));
    let word = code.map_or("", Node::text);
    match word {
        "BOOK" => Status::Settled,
        "PDNG" | "FUTR" => Status::Pending,
        "INFO" => Status::Closed,
        _ => {
            problems.push(
                Problem::new(
                    ProblemCode::UnknownWord,
                    format!("第{seq}行：交易状态“{word}”未知，暂不计入"),
                    format!("row {seq}: the status {word:?} is not known; the row is not counted"),
                )
                .at(code.unwrap_or(entry).source())
                .row(seq),
            );
            Status::Pending
        }
    }
}

/// When it was booked; the value date where no booking date is printed.
fn time(entry: Node<'_>, seq: u32, problems: &mut Vec<Problem>) -> Option<When> {
    let printed = ["BookgDt", "ValDt"].iter().find_map(|name| {
        let date = entry.child(name)?;
        date.child("DtTm").or_else(|| date.child("Dt"))
    });
    let when = printed.and_then(|date| iso_when(date.text()));
    if when.is_none() {
        let place = printed.unwrap_or(entry);
        problems.push(super::unreadable_date(seq, printed.map_or("", Node::text), place.source()));
    }
    when
}

/// `PAYM/0001/0005`, or the bank's own code.
fn bank_code(entry: Node<'_>) -> Option<Text> {
    let code = entry.child("BkTxCd")?;
    if let Some(domain) = code.child("Domn") {
        let parts: Vec<Text> = [&["Cd"][..], &["Fmly", "Cd"], &["Fmly", "SubFmlyCd"]]
            .iter()
            .filter_map(|path| domain.text_at(path))
            .collect();
        if !parts.is_empty() {
            return Some(Text::from(parts.join("/")));
        }
    }
    code.text_at(&["Prtry", "Cd"])
}

/// Parties, texts and references of the entry's transactions, of a batch all together.
fn describe(row: &mut Transaction, entry: Node<'_>, details: &[Node<'_>]) {
    // Of a reversed payment the parties stay who they were: the holder of a credited one was its debtor.
    let reversed = matches!(entry.text_at(&["RvslInd"]).as_deref(), Some("true" | "1"));
    let comes_from_debtor = (row.flow == model::statement::Flow::In) != reversed;
    let (name, account) = if comes_from_debtor { ("Dbtr", "DbtrAcct") } else { ("Cdtr", "CdtrAcct") };
    let names = details.iter().filter_map(|one| {
        let parties = one.child("RltdPties")?;
        parties.text_at(&[name, "Nm"]).or_else(|| parties.text_at(&[name, "Pty", "Nm"]))
    });
    row.counterparty = distinct(names, NAMES_MAX);
    if let [one] = details {
        row.counterparty_account = one
            .text_at(&["RltdPties", account, "Id", "IBAN"])
            .or_else(|| one.text_at(&["RltdPties", account, "Id", "Othr", "Id"]))
            .map(AccountNumber::new);
        row.merchant_reference = one.text_at(&["Refs", "EndToEndId"]).filter(|id| id != "NOTPROVIDED");
    }
    let remittance = details.iter().flat_map(|one| {
        let texts = one.all("RmtInf").flat_map(|info| info.all("Ustrd"));
        texts.filter_map(|text| super::squeezed(text.text()))
    });
    let remittance = distinct(remittance, usize::MAX);
    let issuers_words = entry
        .text_at(&["AddtlNtryInf"])
        .or_else(|| details.iter().find_map(|one| one.text_at(&["AddtlTxInf"])))
        .as_deref()
        .and_then(super::squeezed);
    match issuers_words {
        Some(words) => {
            row.description = Some(words);
            row.remark = remittance;
        }
        None => row.description = remittance,
    }
}

/// Each text once, up to [`TEXT_BYTES_MAX`] in all; what is left out is shown by an ellipsis.
fn distinct(texts: impl Iterator<Item = Text>, count_max: usize) -> Option<Text> {
    let mut seen: Vec<Text> = Vec::new();
    let mut joined = Text::default();
    for text in texts {
        if seen.contains(&text) {
            continue;
        }
        if seen.len() >= count_max || joined.len().saturating_add(text.len()) > TEXT_BYTES_MAX && !joined.is_empty() {
            joined.push('…');
            break;
        }
        if !joined.is_empty() {
            joined.push_str("; ");
        }
        joined.push_str(&text);
        seen.push(text);
    }
    (!joined.is_empty()).then_some(joined)
}

/// The transactions of a batch must add up to its entry, where each says its amount in the entry's currency.
fn check_batch(
    row: &Transaction,
    figure: Node<'_>,
    details: &[Node<'_>],
    problems: &mut Vec<Problem>,
) -> Option<Broken> {
    if details.len() < 2 {
        return None;
    }
    let amount = |one: &Node<'_>| -> Option<Money> {
        let printed = one.child("Amt").or_else(|| one.at(&["AmtDtls", "TxAmt", "Amt"]))?;
        let same = printed.currency() == figure.currency();
        let amount = read_amount(printed.text()).filter(|_| same)?;
        // Without a direction of its own it goes the entry's way.
        let is_out = match one.child("CdtDbtInd").map(Node::text) {
            Some("DBIT") => true,
            Some("CRDT") => false,
            _ => row.flow == model::statement::Flow::Out,
        };
        Some(if is_out { amount.negated() } else { amount })
    };
    let amounts = details.iter().map(amount).collect::<Option<Vec<Money>>>()?;
    let sum: Money = amounts.into_iter().sum();
    if sum == row.amount {
        return None;
    }
    problems.push(
        Problem::new(
            ProblemCode::DoesNotAddUp,
            format!("第{}行：批次明细合计{sum}与入账金额{}不符", row.seq, row.amount),
            format!("row {}: the transactions of the batch add up to {sum}, the entry is {}", row.seq, row.amount),
        )
        .at(figure.source())
        .row(row.seq),
    );
    Some(account::parts_differ(row, &sum.to_string(), figure.source()))
}

#[cfg(test)]
mod tests;
