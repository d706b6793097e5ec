//! OFX and QFX, 1.x and 2.x: bank, card and investment statements (OFX 2.3, chapters 11 and 13).
//!
//! Times are the local ones that the file prints; a zone after them changes nothing. `LEDGERBAL` is the only balance
//! the format has, so that no equation reaches the rows and a statement stays unproven.

use model::problem::ProblemCode;
use model::statement::{AccountNumber, StatementKind, Status, Transaction};
use model::{Period, Problem, Sourced, Text, When};

use super::account::{self, Account, by_currency};
use super::amount::{DecimalMark, decimal_mark, read_amount};
use super::tree::{Node, Tree};
use super::{ROWS_MAX, Read, STATEMENTS_MAX, currency_code, day_at_midnight, sgml, stopped};
use crate::values::read_when;

pub fn read(text: &str) -> Read {
    let tree = sgml::read(text);
    let answers: Vec<(Node<'_>, StatementKind)> = tree.root().descendants().filter_map(of_statement).collect();
    if answers.is_empty() {
        return None;
    }
    let mut problems: Vec<Problem> = tree.stopped.map(stopped).into_iter().collect();
    let mark = decimal_mark(tree.root().descendants().filter(|n| n.is("TRNAMT") || n.is("BALAMT")).map(Node::text));
    let mut file = File { institution: institution(&tree), issued: issued(&tree), mark, rows_left: ROWS_MAX };
    let mut statements = Vec::new();
    for (node, kind) in answers {
        if statements.len() >= STATEMENTS_MAX || file.rows_left == 0 {
            problems.push(super::limit_reached(node.source()));
            break;
        }
        let accounts = if is_response(node) {
            // Only an answer that holds no statement is of interest here; the others are found by what they hold.
            vec![refused(&file, node, kind, &mut problems)]
        } else {
            file.accounts(node, kind, &mut problems)
        };
        statements.extend(accounts.into_iter().map(|account| account.into_statement(&mut problems)));
    }
    Some((statements, problems))
}

/// A statement, or an answer to a request for one that has none in it.
fn of_statement(node: Node<'_>) -> Option<(Node<'_>, StatementKind)> {
    let (_, kind) = *STATEMENTS.iter().chain(RESPONSES).find(|(name, _)| node.is(name))?;
    let is_answered = is_response(node) && node.descendants().any(is_statement);
    // A line of credit is neither: what comes in is borrowed.
    let is_credit_line =
        node.text_at(&["BANKACCTFROM", "ACCTTYPE"]).is_some_and(|t| t.eq_ignore_ascii_case("CREDITLINE"));
    let kind = if is_credit_line { StatementKind::Unknown } else { kind };
    (!is_answered).then_some((node, kind))
}

const STATEMENTS: &[(&str, StatementKind)] = &[
    ("STMTRS", StatementKind::DepositAccount),
    ("CCSTMTRS", StatementKind::CreditCard),
    // A broker's account: its cash rows are bank-like, its kind has no word here.
    ("INVSTMTRS", StatementKind::Unknown),
];

const RESPONSES: &[(&str, StatementKind)] = &[
    ("STMTTRNRS", StatementKind::DepositAccount),
    ("CCSTMTTRNRS", StatementKind::CreditCard),
    ("INVSTMTTRNRS", StatementKind::Unknown),
];

fn is_statement(node: Node<'_>) -> bool {
    STATEMENTS.iter().any(|(name, _)| node.is(name))
}

fn is_response(node: Node<'_>) -> bool {
    RESPONSES.iter().any(|(name, _)| node.is(name))
}

/// The innermost statement that a row lies in: where an end tag is missing, one statement seems to hold the next.
fn statement_of(row: Node<'_>) -> Option<Node<'_>> {
    let mut around = row.parent();
    while let Some(node) = around {
        if is_statement(node) {
            return Some(node);
        }
        around = node.parent();
    }
    None
}

/// `ORG` of the institution that answered the whole request.
fn institution(tree: &Tree) -> Option<Text> {
    tree.root().descendants().find(|n| n.is("FI"))?.text_at(&["ORG"])
}

/// The bank answered with an error: no rows, and nothing may be concluded from there being none.
fn refused(file: &File, node: Node<'_>, kind: StatementKind, problems: &mut Vec<Problem>) -> Account {
    let said = |name| node.text_at(&["STATUS", name]).unwrap_or_default();
    let (code, message) = (said("CODE"), said("MESSAGE"));
    problems.push(
        Problem::new(
            ProblemCode::UnreadableField,
            format!("银行没有返回对账单（错误{code}：{message}），请重新下载"),
            format!("the bank sent no statement (error {code}: {message}); download it again"),
        )
        .at(node.source()),
    );
    let mut account = Account::new(kind, file.institution.clone());
    account.complete = false;
    account
}

struct File {
    institution: Option<Text>,
    issued: Option<Sourced<When>>,
    mark: Option<DecimalMark>,
    rows_left: usize,
}

impl File {
    /// One account, or one for each currency that its rows are in.
    fn accounts(&mut self, node: Node<'_>, kind: StatementKind, problems: &mut Vec<Problem>) -> Vec<Account> {
        let from = ["BANKACCTFROM", "CCACCTFROM", "INVACCTFROM"].iter().find_map(|name| node.child(name));
        let bank = from.and_then(|from| from.text_at(&["BANKID"]).or_else(|| from.text_at(&["BROKERID"])));
        let mut account = Account::new(kind, bank.or_else(|| self.institution.clone()));
        account.account = from
            .and_then(|from| from.child("ACCTID"))
            .filter(|id| !id.text().is_empty())
            .map(|id| Sourced::new(AccountNumber::new(id.text()), id.source()));
        account.complete = node.closed();
        let own = node.text_at(&["CURDEF"]).as_deref().and_then(currency_code);
        let lists = ["BANKTRANLIST", "BANKTRANLISTP", "INVTRANLIST"];
        if let Some(list) = lists.iter().find_map(|name| node.child(name)) {
            account.period = period(list, problems);
        }
        account.issued = self.issued.clone();
        if let Some(balance) = node.at(&["LEDGERBAL", "BALAMT"]).filter(|b| !b.text().is_empty()) {
            match read_amount(balance.text(), self.mark) {
                Some(amount) => account.closing = Some(Sourced::new(amount, balance.source())),
                None => problems.push(super::unreadable_field("LEDGERBAL", balance.text(), balance.source())),
            }
        }
        let mut currencies = Vec::new();
        for inner in node.descendants() {
            let is_row = inner.is("STMTTRN") || inner.is("STMTTRNP");
            if !(is_row || inner.is("TRNAMT")) || statement_of(inner) != Some(node) {
                continue;
            }
            if is_row {
                if self.rows_left == 0 {
                    problems.push(super::limit_reached(inner.source()));
                    account.complete = false;
                    break;
                }
                self.rows_left -= 1;
                match self.row(inner, account.next_seq(), problems) {
                    Ok(row) => {
                        currencies.push(row_currency(inner));
                        account.rows.push(row);
                    }
                    Err(problem) => account.hole(problem, problems),
                }
            } else if !inner.parent().is_some_and(|p| p.is("STMTTRN") || p.is("STMTTRNP")) {
                // The row around it lost its tag.
                account.hole(super::unreadable_amount(inner.text()).at(inner.source()), problems);
            }
        }
        if let Some(list) = node.child("INVTRANLIST") {
            // Some of them move cash that no row shows.
            account.complete &= !tell_of_securities(list, problems);
        }
        split(account, currencies, own)
    }

    fn row(&self, node: Node<'_>, seq: u32, problems: &mut Vec<Problem>) -> Result<Transaction, Problem> {
        let mut amounts = node.all("TRNAMT");
        let (printed, again) = (amounts.next(), amounts.next());
        let Some(printed) = printed.filter(|_| again.is_none() && node.closed()) else {
            let text = printed.map_or("", Node::text);
            return Err(super::unreadable_amount(text).at(node.source()));
        };
        let Some(amount) = read_amount(printed.text(), self.mark) else {
            return Err(super::unreadable_amount(printed.text()).at(printed.source()));
        };
        let mut row = account::row(seq, amount, printed.source(), node.source());
        match node.child("DTPOSTED").or_else(|| node.child("DTTRAN")) {
            Some(posted) => match ofx_when(posted.text()) {
                Some(when) => row.time = Some(when),
                None => problems.push(super::unreadable_date(seq, posted.text(), posted.source())),
            },
            None => problems.push(super::unreadable_date(seq, "", node.source())),
        }
        row.printed_type = node.text_at(&["TRNTYPE"]);
        row.counterparty = node
            .text_at(&["NAME"])
            .or_else(|| node.text_at(&["PAYEE", "NAME"]))
            .or_else(|| node.text_at(&["EXTDNAME"]))
            .as_deref()
            .and_then(super::squeezed);
        row.counterparty_account = node
            .text_at(&["BANKACCTTO", "ACCTID"])
            .or_else(|| node.text_at(&["CCACCTTO", "ACCTID"]))
            .map(AccountNumber::new);
        row.description = node.text_at(&["MEMO"]).as_deref().and_then(super::squeezed);
        row.reference = node.text_at(&["FITID"]);
        // `0` is what programs write for no cheque.
        row.merchant_reference =
            node.text_at(&["CHECKNUM"]).filter(|number| number != "0").or_else(|| node.text_at(&["REFNUM"]));
        row.status = if node.is("STMTTRNP") { Status::Pending } else { self.status(&row, node, seq, problems) };
        Ok(row)
    }

    /// A row that takes back an earlier one, or whose type and sign say opposite things, is listed and not counted.
    fn status(&self, row: &Transaction, node: Node<'_>, seq: u32, problems: &mut Vec<Problem>) -> Status {
        let correction = node.child("CORRECTACTION").filter(|c| !c.text().is_empty());
        let is_debit = row.printed_type.as_deref().is_some_and(|t| t.eq_ignore_ascii_case("DEBIT"));
        let odd = match correction {
            Some(correction) => Some((correction.text(), correction.source())),
            // A bank that writes amounts without their sign would turn all spending into income.
            None if is_debit && row.amount.is_positive() => Some(("DEBIT +", row.amount_source.clone())),
            None => None,
        };
        let Some((word, source)) = odd else { return Status::Settled };
        problems.push(
            Problem::new(
                ProblemCode::UnknownWord,
                format!("第{seq}行：“{word}”含义不明，暂不计入"),
                format!("row {seq}: {word:?} is not clear; the row is not counted"),
            )
            .at(source)
            .row(seq),
        );
        Status::Pending
    }
}

/// `CURRENCY` says that the row's amount is in that currency; `ORIGCURRENCY` only what it was converted from.
fn row_currency(node: Node<'_>) -> Option<Text> {
    currency_code(&node.text_at(&["CURRENCY", "CURSYM"])?)
}

/// Rows of a foreign currency are a statement of their own; the balance is in the account's currency.
fn split(mut account: Account, currencies: Vec<Option<Text>>, own: Option<Text>) -> Vec<Account> {
    let rows = currencies.into_iter().zip(std::mem::take(&mut account.rows)).collect();
    let parts = by_currency(rows, own.as_ref());
    let alone = parts.len() == 1;
    let mut accounts = Vec::with_capacity(parts.len());
    for (currency, rows) in parts {
        let closing = account.closing.clone().filter(|_| own.is_none() || currency == own);
        let mut part = account.part(currency, rows);
        part.closing = closing;
        if alone {
            part.holes = std::mem::take(&mut account.holes);
            part.complete = account.complete;
        }
        accounts.push(part);
    }
    accounts
}

/// Trades and transfers of securities are no rows of money; whether there are any, which is said once.
fn tell_of_securities(list: Node<'_>, problems: &mut Vec<Problem>) -> bool {
    let is_other = |n: &Node<'_>| !["DTSTART", "DTEND", "INVBANKTRAN"].iter().any(|name| n.is(name));
    let mut others = list.children().filter(is_other);
    let Some(first) = others.next() else { return false };
    let count = others.count().saturating_add(1);
    problems.push(
        Problem::new(
            ProblemCode::StrayText,
            format!("有{count}笔证券交易（如{}）不是资金流水，未列出", first.name()),
            format!(
                "movements of securities ({count}, such as {}) are no rows of money and are not listed",
                first.name()
            ),
        )
        .at(first.source()),
    );
    true
}

fn period(list: Node<'_>, problems: &mut Vec<Problem>) -> Option<Sourced<Period>> {
    let (from, to) = (list.child("DTSTART")?, list.child("DTEND")?);
    if from.text().is_empty() || to.text().is_empty() {
        return None;
    }
    let period = ofx_when(from.text()).zip(ofx_when(to.text())).and_then(|(a, b)| Period::new(a.date, b.date));
    if period.is_none() {
        let text = format!("{} - {}", from.text(), to.text());
        problems.push(super::unreadable_field("DTSTART - DTEND", &text, from.source()));
    }
    period.map(|period| Sourced::new(period, from.source()))
}

fn issued(tree: &Tree) -> Option<Sourced<When>> {
    let server = tree.root().descendants().find(|n| n.is("DTSERVER"))?;
    ofx_when(server.text()).map(|when| Sourced::new(when, server.source()))
}

/// `YYYYMMDD[HHMM[SS[.XXX]]][[±h[:tz]]]`. Some banks write `:014` for the thousandths.
fn ofx_when(text: &str) -> Option<When> {
    let text = text.trim();
    let text = text.split('[').next().unwrap_or(text).trim_end();
    let digits_end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, fraction) = text.split_at(digits_end);
    let plain_fraction = fraction.is_empty()
        || fraction.strip_prefix(['.', ':']).is_some_and(|f| !f.is_empty() && f.bytes().all(|b| b.is_ascii_digit()));
    if !plain_fraction {
        return None;
    }
    let when = match digits.len() {
        8 | 14 => read_when(digits)?,
        12 => read_when(&format!("{digits}00"))?,
        _ => return None,
    };
    Some(day_at_midnight(when))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_the_printed_ones() {
        let printed = |text| ofx_when(text).map(|w| w.to_string());
        assert_eq!(printed("20240131120000.000[-5:EST]").as_deref(), Some("2024-01-31T12:00:00+08:00"));
        assert_eq!(printed("20240131").as_deref(), Some("2024-01-31"));
        assert_eq!(printed("20240131000000").as_deref(), Some("2024-01-31"));
        assert_eq!(printed("202401311530").as_deref(), Some("2024-01-31T15:30:00+08:00"));
        assert_eq!(printed("20180804093914:014").as_deref(), Some("2018-08-04T09:39:14+08:00"));
        for wrong in ["201120000000", "20240231", "2024013", "20240131x", ""] {
            assert_eq!(printed(wrong), None, "{wrong}");
        }
    }
}
