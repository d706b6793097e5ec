use model::proof::ProofStatus;
use model::statement::Statement;

use super::*;

fn file(inside: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt>\
         <Acct><Id><IBAN>NL02TEST0123456789</IBAN></Id><Ccy>EUR</Ccy></Acct>{inside}</Stmt></BkToCstmrStmt></Document>"
    )
}

fn balance(code: &str, amount: &str) -> String {
    balance_in("EUR", code, amount)
}

fn balance_in(currency: &str, code: &str, amount: &str) -> String {
    let (direction, amount) = amount.strip_prefix('-').map_or(("CRDT", amount), |a| ("DBIT", a));
    format!(
        "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"{currency}\">{amount}</Amt>\
         <CdtDbtInd>{direction}</CdtDbtInd></Bal>"
    )
}

fn entry(amount: &str, direction: &str, rest: &str) -> String {
    format!("<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>{rest}</Ntry>")
}

const BOOKED: &str = "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-04-10</Dt></BookgDt>";

fn statements(inside: &str) -> (Vec<Statement>, Vec<Problem>) {
    read(&file(inside)).unwrap()
}

#[test]
fn booked_entries_lead_from_opening_to_closing() {
    let inside = [
        balance("OPBD", "-10.00"),
        balance("CLBD", "85.00"),
        entry("100.00", "CRDT", BOOKED),
        entry("5", "DBIT", BOOKED),
        entry("7.00", "CRDT", "<Sts>INFO</Sts><ValDt><Dt>2026-04-11</Dt></ValDt>"),
    ];
    let (statements, problems) = statements(&inside.concat());
    let [statement] = statements.as_slice() else { panic!("{statements:?}") };
    assert_eq!(problems, vec![]);
    assert_eq!(statement.proof.status, ProofStatus::Proven);
    assert_eq!(statement.transactions[1].amount, Money::from_fen(-500));
    assert_eq!(statement.transactions[2].status, Status::Closed);
    assert_eq!(statement.opening_balance.as_ref().map(|b| b.value), Some(Money::from_fen(-1_000)));
    let edited = file(&inside.concat()).replace(">100.00<", ">101.00<");
    assert_eq!(read(&edited).unwrap().0[0].proof.status, ProofStatus::Contradicted);
}

#[test]
fn a_pending_entry_stays_outside_the_equation() {
    let pending = entry("9.00", "DBIT", "<Sts>PDNG</Sts><BookgDt><Dt>2026-04-10</Dt></BookgDt>");
    let inside = [balance("PRCD", "1.00"), balance("CLBD", "2.00"), entry("1.00", "CRDT", BOOKED), pending].concat();
    let (statements, problems) = statements(&inside);
    assert_eq!(problems, vec![]);
    let proof = &statements[0].proof;
    assert_eq!((proof.status, proof.unchecked.as_slice()), (ProofStatus::Consistent, &[2][..]));
}

#[test]
fn a_reversal_is_not_turned_again_and_keeps_its_parties() {
    let parties = "<RvslInd>true</RvslInd><NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>Holder</Nm></Pty></Dbtr>\
                   <Cdtr><Pty><Nm>Example Shop</Nm></Pty></Cdtr><CdtrAcct><Id><IBAN>NL04TEST0000000004</IBAN></Id></CdtrAcct>\
                   </RltdPties></TxDtls></NtryDtls>";
    let (statements, _) = statements(&entry("3.00", "CRDT", &format!("{BOOKED}{parties}")));
    let row = &statements[0].transactions[0];
    assert_eq!(row.amount, Money::from_fen(300));
    assert_eq!(row.counterparty.as_deref(), Some("Example Shop"));
    assert_eq!(row.counterparty_account.as_ref().and_then(AccountNumber::tail).as_deref(), Some("0004"));
}

#[test]
fn a_batch_is_one_row_whose_parts_add_up() {
    let part = |amount: &str, name: &str| {
        format!(
            "<TxDtls><Amt Ccy=\"EUR\">{amount}</Amt><RltdPties><Dbtr><Nm>{name}</Nm></Dbtr></RltdPties>\
             <RmtInf><Ustrd>rent</Ustrd></RmtInf></TxDtls>"
        )
    };
    let batch = |a: &str, b: &str| {
        let parts = [part(a, "Person A"), part(b, "Person B")].concat();
        entry("30.00", "CRDT", &format!("{BOOKED}<NtryDtls>{parts}</NtryDtls>"))
    };
    let (read, problems) = statements(&batch("10.00", "20.00"));
    assert_eq!(problems, vec![]);
    let [row] = read[0].transactions.as_slice() else { panic!("{read:?}") };
    assert_eq!(row.counterparty.as_deref(), Some("Person A; Person B"));
    assert_eq!(row.description.as_deref(), Some("rent"));
    let (edited, problems) = statements(&batch("10.00", "21.00"));
    assert_eq!(edited[0].proof.status, ProofStatus::Contradicted);
    assert_eq!((problems[0].code, problems[0].seq), (ProblemCode::DoesNotAddUp, Some(1)));
}

#[test]
fn the_summary_proves_where_balances_are_missing() {
    let summary = |sum: &str| {
        format!(
            "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries><TtlCdtNtries><NbOfNtries>1</NbOfNtries>\
             <Sum>{sum}</Sum></TtlCdtNtries><TtlDbtNtries><NbOfNtries>1</NbOfNtries><Sum>2.50</Sum></TtlDbtNtries></TxsSummry>"
        )
    };
    let rows = [entry("4.00", "CRDT", BOOKED), entry("2.50", "DBIT", BOOKED)].concat();
    let status = |sum| statements(&format!("{}{rows}", summary(sum))).0[0].proof.status;
    assert_eq!(status("4.00"), ProofStatus::Proven);
    assert_eq!(status("4.01"), ProofStatus::Contradicted);
}

#[test]
fn currencies_of_one_account_are_statements_of_their_own() {
    let dollars = entry("8.00", "CRDT", BOOKED).replace("EUR", "USD");
    let inside = [
        balance("OPBD", "1.00"),
        balance("CLBD", "2.00"),
        balance_in("USD", "OPBD", "0"),
        balance_in("USD", "CLBD", "8.00"),
        entry("1.00", "CRDT", BOOKED),
        dollars,
    ];
    let (statements, problems) = statements(&inside.concat());
    assert_eq!(problems, vec![]);
    let seen: Vec<_> =
        statements.iter().map(|s| (s.currency.as_deref(), s.proof.status, s.transactions.len())).collect();
    assert_eq!(seen, vec![(Some("EUR"), ProofStatus::Proven, 1), (Some("USD"), ProofStatus::Proven, 1)]);
}

#[test]
fn a_cut_file_proves_nothing() {
    let whole = file(&[balance("OPBD", "1.00"), balance("CLBD", "2.00"), entry("1.00", "CRDT", BOOKED)].concat());
    assert_eq!(read(&whole).unwrap().0[0].proof.status, ProofStatus::Proven);
    let (statements, problems) = read(whole.split("</Stmt>").next().unwrap()).unwrap();
    assert_eq!(statements[0].proof.status, ProofStatus::Unproven);
    assert_eq!(problems[0].code, ProblemCode::Truncated);
    let (statements, _) = read(whole.split("</Ntry>").next().unwrap()).unwrap();
    assert!(statements[0].transactions.is_empty());
}

#[test]
fn other_xml_is_no_statement() {
    for text in ["", "<a/>", "<Document><CstmrCdtTrfInitn/></Document>", "<Stmt><Ntry/></Stmt>"] {
        assert!(read(text).is_none(), "{text}");
    }
}
