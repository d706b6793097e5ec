//! Samples read whole, and thousands of damaged ones.

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use model::document::MediaType;
use model::proof::ProofStatus;
use model::statement::{Parsed, StatementKind};

use super::parse;

fn samples() -> Vec<(PathBuf, MediaType, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("standards/samples");
    let mut samples: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| {
            let media_type = match path.extension()?.to_str()? {
                "ofx" | "qfx" => MediaType::Ofx,
                "qif" => MediaType::Qif,
                "sta" | "mt940" => MediaType::Mt940,
                "xml" => MediaType::Camt,
                _ => return None,
            };
            let text = std::fs::read_to_string(&path).unwrap();
            Some((path, media_type, text))
        })
        .collect();
    samples.sort_by(|a, b| a.0.cmp(&b.0));
    samples
}

fn sample(name: &str) -> Parsed {
    let (_, media_type, text) = samples().into_iter().find(|(path, ..)| path.ends_with(name)).unwrap();
    parse(media_type, &text).unwrap()
}

/// Every amount's place holds the digits that were read there.
#[test]
fn every_amount_stands_where_its_source_says() {
    for (path, media_type, text) in samples() {
        let Some(parsed) = parse(media_type, &text) else { continue };
        let lines: Vec<super::place::Line<'_>> = super::place::lines(&text).collect();
        for row in parsed.statements.iter().flat_map(|s| &s.transactions) {
            let model::Source::Line { line, column } = row.amount_source else { panic!("{path:?}") };
            let rest: String = lines[line as usize - 1].text.chars().skip(column as usize - 1).collect();
            let printed: String = rest.chars().filter(|c| c.is_ascii_digit()).collect();
            let digits: String = row.amount.abs().to_string().split('.').next().unwrap().to_owned();
            assert!(printed.trim_start_matches('0').starts_with(digits.trim_start_matches('0')), "{path:?} {rest}");
        }
    }
}

#[test]
fn a_lone_closing_balance_proves_nothing() {
    let parsed = sample("checking.ofx");
    let [statement] = parsed.statements.as_slice() else { panic!("{parsed:?}") };
    assert_eq!(statement.transactions.len(), 3);
    assert_eq!(statement.closing_balance.as_ref().map(|b| b.value.to_string()).as_deref(), Some("100.99"));
    assert_eq!(statement.proof.status, ProofStatus::Unproven);
    assert_eq!((statement.issuer.as_str(), statement.currency.as_deref()), ("5472369148", Some("USD")));
}

#[test]
fn cards_brokers_and_several_accounts_are_told_apart() {
    let card = sample("anzcc.ofx");
    assert_eq!(card.statements[0].kind, StatementKind::CreditCard);
    let two = sample("multiple_accounts.ofx");
    let tails: Vec<_> = two.statements.iter().map(|s| s.account.as_ref().unwrap().value.tail().unwrap()).collect();
    assert_eq!(tails, ["9100", "9200"]);
    // The amounts are in USD although the account is kept in CAD.
    let broker = sample("investment_medium.ofx");
    assert_eq!(
        (broker.statements[0].kind, broker.statements[0].currency.as_deref()),
        (StatementKind::Unknown, Some("USD"))
    );
    assert_eq!(broker.statements[0].transactions.len(), 3);
    let securities = sample("tiaacref.ofx");
    assert!(securities.statements[0].transactions.is_empty());
    assert_eq!(securities.problems.len(), 1);
}

#[test]
fn an_answer_without_a_statement_says_so() {
    let refused = sample("error_message.ofx");
    assert_eq!(refused.statements[0].proof.status, ProofStatus::Unproven);
    assert!(refused.problems[0].message_en.contains("General Server Error"));
    assert!(parse(MediaType::Ofx, "OFXHEADER:100\n\n<OFX></OFX>").is_none());
}

#[test]
fn a_figure_that_is_none_leaves_a_gap() {
    let parsed = sample("decimal_error.ofx");
    assert!(parsed.statements[0].transactions.is_empty());
    assert_eq!(parsed.problems[0].seq, Some(1));
    assert_ne!(parsed.statements[0].proof.status, ProofStatus::Proven);
}

struct Random(u64);

impl Random {
    fn below(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }
}

/// One to four of: a character changed, characters removed, doubled, the end cut off. The same in each run.
fn damage(good: &str, seed: u64) -> String {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut characters: Vec<char> = good.chars().collect();
    for _ in 0..=random.below(4) {
        let at = random.below(characters.len());
        let end = (at + 1 + random.below(24)).min(characters.len());
        match random.below(6) {
            0 | 1 => {
                let odd = ['<', '>', '/', ':', '\n', '9', '-', ',', '.', '^', '?', '"', '&', '\u{0}', '元', 'é'];
                characters.iter_mut().skip(at).take(1).for_each(|c| *c = odd[random.below(odd.len())]);
            }
            2 => drop(characters.drain(at..end)),
            3 => {
                let piece = characters[at..end].to_vec();
                characters.splice(at..at, piece);
            }
            4 => characters[at..end].fill('9'),
            _ => characters.truncate(at),
        }
    }
    characters.into_iter().collect()
}

#[test]
fn damaged_files_get_an_answer() {
    const MUTATIONS: u64 = 2_000;
    let samples = samples();
    assert!(samples.len() > 10);
    for seed in 1..=MUTATIONS {
        let (path, media_type, text) = &samples[seed as usize % samples.len()];
        let damaged = damage(text, seed);
        let answer = catch_unwind(|| drop(parse(*media_type, &damaged)));
        assert!(answer.is_ok(), "{path:?} with seed {seed}");
    }
}

/// Changing the digits of one amount never leaves a proof standing.
#[test]
fn an_edited_amount_is_never_proven() {
    let mut edited = 0;
    for (path, media_type, text) in samples() {
        let Some(parsed) = parse(media_type, &text) else { continue };
        let lines: Vec<super::place::Line<'_>> = super::place::lines(&text).collect();
        for (index, statement) in parsed.statements.iter().enumerate() {
            if statement.proof.status != ProofStatus::Proven {
                continue;
            }
            for row in &statement.transactions {
                let model::Source::Line { line, column } = row.amount_source else { panic!("{path:?}") };
                let mut changed = String::new();
                for (number, line_text) in lines.iter().enumerate() {
                    let mut characters: Vec<char> = line_text.text.chars().collect();
                    if number + 1 == line as usize {
                        // One cent, one hundred, whatever the last digit stands for.
                        let amount = characters.iter_mut().skip(column as usize - 1);
                        let last = amount.take_while(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | '-'));
                        if let Some(digit) = last.filter(|c| c.is_ascii_digit()).last() {
                            *digit = if *digit == '9' { '1' } else { '9' };
                        }
                    }
                    changed.extend(characters);
                    changed.push('\n');
                }
                let after = parse(media_type, &changed).unwrap();
                assert_ne!(after.statements[index].proof.status, ProofStatus::Proven, "{path:?} row {}", row.seq);
                edited += 1;
            }
        }
    }
    assert!(edited > 20, "{edited}");
}
