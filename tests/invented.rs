//! Statements of banks that nobody described: each seed draws another table, and inference reads it.

use std::ops::Range;

use make_samples::invented::{self, Invented};
use model::proof::ProofStatus;
use model::statement::Statement;
use xinge::pipeline::{self, Reader};

/// Enough to see every pair of choices; `INVENTED_SEEDS=300..1000` tries others.
const SEEDS: Range<u64> = 0..100;

fn seeds() -> Range<u64> {
    let Ok(range) = std::env::var("INVENTED_SEEDS") else { return SEEDS };
    let (from, to) = range.split_once("..").unwrap();
    from.parse().unwrap()..to.parse().unwrap()
}

fn read(drawn: &Invented) -> Result<(String, Vec<Statement>), String> {
    let mut documents = pipeline::extract("paper", &drawn.bytes, &[], &Reader::default());
    let parsed = documents.remove(0).outcome.map_err(|why| format!("{why:?}"))?.parsed;
    Ok((parsed.parser.id.to_string(), parsed.statements))
}

/// How a reading differs from the page: whether a figure of it is wrong, and where; nothing when each row has its day,
/// its amount and its balance.
fn difference(drawn: &Invented, statement: &Statement) -> Option<(bool, String)> {
    if statement.transactions.len() != drawn.rows.len() {
        return Some((true, format!("{} rows of {}", statement.transactions.len(), drawn.rows.len())));
    }
    statement.transactions.iter().zip(&drawn.rows).find_map(|(read, row)| {
        let is_wrong = read.amount != row.amount
            || read.balance.is_some_and(|balance| balance != row.balance)
            || read.time.is_some_and(|when| when.date != row.time.date());
        let is_less = read.balance.is_none() || read.time.is_none();
        (is_wrong || is_less).then(|| {
            let printed = format!("{} {} {}", row.time, row.amount, row.balance);
            (is_wrong, format!("row {}: {:?} {} {:?} is {printed}", read.seq, read.time, read.amount, read.balance))
        })
    })
}

#[test]
fn a_bank_that_nobody_described_is_read_and_proven() {
    let mut unproven = Vec::new();
    let seeds = seeds();
    for seed in seeds.clone() {
        let drawn = invented::draw(seed).unwrap();
        let failure = match read(&drawn) {
            Err(why) => Some(why),
            Ok((id, statements)) => match statements.as_slice() {
                [statement] => {
                    let difference = difference(&drawn, statement);
                    let status = statement.proof.status;
                    // Whatever else, a wrong figure is never proven.
                    assert!(
                        status != ProofStatus::Proven || difference.as_ref().is_none_or(|(is_wrong, _)| !is_wrong),
                        "seed {seed} is proven and wrong: {difference:?} {}",
                        drawn.choices
                    );
                    (id != "generic" || status != ProofStatus::Proven || difference.is_some())
                        .then(|| format!("{id} {status:?} {difference:?}"))
                }
                other => Some(format!("{} statements", other.len())),
            },
        };
        unproven.extend(failure.map(|why| format!("seed {seed}: {why}\n    {}", drawn.choices)));
    }
    assert!(unproven.is_empty(), "{} of {seeds:?} not proven:\n{}", unproven.len(), unproven.join("\n"));
}
