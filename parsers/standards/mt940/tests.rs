use model::proof::ProofStatus;
use model::statement::{Flow, Statement};

use super::*;

fn statements(text: &str) -> (Vec<Statement>, Vec<Problem>) {
    read(text).unwrap()
}

fn message(movements: &str, closing: &str) -> String {
    format!(":20:REF\n:25:10020030/1234567890\n:28C:1/1\n:60F:C231229EUR100,\n{movements}\n:62F:{closing}\n-\n")
}

fn one(movements: &str, closing: &str) -> Statement {
    let (mut statements, problems) = statements(&message(movements, closing));
    assert_eq!(problems, vec![]);
    assert_eq!(statements.len(), 1);
    statements.remove(0)
}

#[test]
fn marks_say_the_direction_and_reversals_turn_it() {
    let statement = one(
        ":61:231230C10,NTRFA//B\n:61:231230D1,5NMSCNONREF\n:61:231230RC2,NTRFNONREF\n:61:231230RD3,25NTRFNONREF\n\
         :61:231230CR4,NTRFNONREF\n:61:231230DR5,N024NONREF",
        "C231230EUR108,75",
    );
    let amounts: Vec<String> = statement.transactions.iter().map(|t| t.amount.to_string()).collect();
    assert_eq!(amounts, ["10.00", "-1.50", "-2.00", "3.25", "4.00", "-5.00"]);
    assert_eq!(statement.transactions[2].flow, Flow::Out);
    assert_eq!(statement.proof.status, ProofStatus::Proven);
    assert_eq!((statement.proof.equations, statement.proof.holding), (1, 1));
    assert!(statement.proof.unchecked.is_empty());
    let first = &statement.transactions[0];
    assert_eq!((first.reference.as_deref(), first.merchant_reference.as_deref()), (Some("B"), Some("A")));
    assert_eq!(first.amount_source, model::Source::Line { line: 5, column: 12 });
    assert_eq!(first.source, model::Source::Line { line: 5, column: 1 });
    assert_eq!(statement.account.unwrap().value.tail().as_deref(), Some("7890"));
    assert_eq!(statement.issuer, "10020030");
}

#[test]
fn one_changed_amount_is_contradicted() {
    let (statements, problems) = statements(&message(":61:231230C10,NTRFA\n:61:231230C11,NTRFA", "C231230EUR120,"));
    assert_eq!(statements[0].proof.status, ProofStatus::Contradicted);
    assert_eq!(statements[0].proof.broken[0].expected, "121.00");
    assert_eq!(problems[0].source, Some(model::Source::Line { line: 7, column: 16 }));
}

#[test]
fn a_row_that_cannot_be_read_leaves_a_gap_and_no_proof() {
    let (statements, problems) =
        statements(&message(":61:231230C1O,NTRFA\n:86:gone\n:61:231230C20,NTRFA", "C231230EUR120,"));
    assert_eq!(statements[0].transactions.iter().map(|t| t.seq).collect::<Vec<_>>(), vec![2]);
    assert_eq!(statements[0].transactions[0].description, None);
    assert_eq!(statements[0].proof.status, ProofStatus::Unproven);
    assert_eq!((problems[0].code, problems[0].seq), (ProblemCode::UnreadableRow, Some(1)));
}

#[test]
fn entry_dates_roll_over_the_year() {
    let date = |value, entry| booked_on(value, entry).map(|d| d.to_string());
    assert_eq!(date("240102", Some("1229")).as_deref(), Some("2023-12-29"));
    assert_eq!(date("231229", Some("0102")).as_deref(), Some("2024-01-02"));
    assert_eq!(date("160230", Some("0301")).as_deref(), Some("2016-03-01"));
    assert_eq!(date("160230", None), None);
    assert_eq!(date("991231", None).as_deref(), Some("1999-12-31"));
    assert_eq!(date("240131", Some("9999")), None);
}

#[test]
fn each_reference_and_each_page_is_a_statement() {
    let text = format!(
        "{{1:F01BANKDEFFAXXX0000000000}}{{2:I940RECVDEFFXXXXN}}{{4:\n{}{}",
        message(":61:231230C10,NTRFA", "C231230EUR110,").replace("62F", "62M").replace("\n-\n", "\n-}\n"),
        message(":61:231230C10,NTRFA", "C231230EUR120,").replace("60F:C231229EUR100,", "60M:C231230EUR110,"),
    );
    let (statements, _) = statements(&text);
    assert_eq!(statements.len(), 2);
    assert!(statements.iter().all(|s| s.proof.status == ProofStatus::Proven && s.issuer == "BANKDEFF"));
}

#[test]
fn the_sender_of_an_envelope_is_the_bank() {
    assert_eq!(
        sender("{1:F01MEABCNBJXXXX0000000000}{2:O9401200240131BANKDEFFAXXX00000000002401311200N}{4:").as_deref(),
        Some("BANKDEFF")
    );
    assert_eq!(sender("{1:F01BANKDEFFAXXX0000000000}{2:I940MEABCNBJXXXXN}{4:").as_deref(), Some("BANKDEFF"));
    assert_eq!(sender("0000 01INGBNL2AXXXX00001").as_deref(), Some("INGBNL2A"));
    assert_eq!(sender("940 00"), None);
}

#[test]
fn totals_of_an_interim_report_are_declared() {
    let text = ":20:R\n:25:NL02TEST0123456789\n:28C:1\n:34F:EURD0,\n:61:240131C10,NTRFA\n:61:240131EC99,NTRFB\n\
                :61:240131D3,NTRFC\n:90D:1EUR3,\n:90C:1EUR10,\n-";
    let (statements, problems) = statements(text);
    let statement = &statements[0];
    assert_eq!(statement.declared.in_sum.as_ref().map(|s| s.value), Some(Money::from_fen(1_000)));
    assert_eq!(statement.transactions[1].status, Status::Pending);
    // The printed totals leave the expected movement out: nothing checks it.
    assert_eq!(statement.proof.status, ProofStatus::Consistent);
    assert_eq!((statement.proof.holding, statement.proof.unchecked.as_slice()), (4, &[2][..]));
    assert_eq!(problems, vec![]);
}

#[test]
fn other_messages_are_no_statement() {
    for text in ["", "hello", ":20:X\n:32A:240131EUR10,\n", ":86:091\n-"] {
        assert!(read(text).is_none(), "{text}");
    }
}

#[test]
fn fragments_are_read_for_what_they_hold() {
    let (line, problems) = statements(":61:1409010902DR000000000001,62NTRF0000549855700010//025498557/000001");
    assert_eq!(problems, vec![]);
    assert_eq!((line[0].transactions[0].amount, line[0].proof.status), (Money::from_fen(-162), ProofStatus::Unproven));
    // Two openings that differ: neither is where the movements start from.
    let (openings, problems) = statements(":60F:C100318EUR380115,12\n:60F:C100318EUR0,12\n:62F:C100318EUR380115,12\n");
    assert_eq!(openings[0].proof.status, ProofStatus::Unproven);
    assert_eq!(problems[0].code, ProblemCode::DoesNotAddUp);
}

#[test]
fn a_currency_after_the_account_is_no_part_of_it() {
    for number in ["NL02TEST0123456789", "NL02TEST0123456789EUR", "NL02TEST0123456789 EUR"] {
        assert_eq!(without_currency(number), "NL02TEST0123456789");
    }
    assert_eq!(without_currency("ABC"), "ABC");
}
