//! What both kinds of table give: records in the printed order, and what could not be read.

use model::statement::{SectionTotals, Transaction};
use model::{Problem, Source, Sourced, Text};

use crate::fields::{Summary, read_summary};
use crate::layout::{Layout, Section};
use crate::readings::RowReadings;
use crate::record::Record;
use crate::text::{TextLine, squash};

#[derive(Debug, Default)]
pub struct Table {
    /// The header was found.
    pub found: bool,
    pub transactions: Vec<Transaction>,
    /// What is in doubt of them, by `seq`, where they were read off a picture.
    pub readings: Vec<RowReadings>,
    /// The currency each of them names.
    pub currencies: Vec<Option<&'static str>>,
    /// Positions (`seq`) of rows that could not be read.
    pub holes: Vec<u32>,
    pub problems: Vec<Problem>,
    /// Lines outside the table, in reading order.
    pub outside: Vec<TextLine>,
    /// Sums and balances that one row or line says of the rows of a currency.
    pub summaries: Vec<Summary>,
    /// Cards that the lines opening a section name, each with the number of the first row after it.
    pub cards: Vec<(u32, Sourced<Text>)>,
    /// Rows of a table of facts.
    pub facts: Vec<FactRow>,
    /// The row that adds them up.
    pub fact_totals: Option<FactRow>,
    /// Totals that each page prints about itself.
    pub sections: Vec<SectionTotals>,
    /// The first row of those that may be about more rows than are shown: they prove where they hold, and where they do
    /// not they say nothing.
    pub open_sections: Vec<u32>,
}

/// A row of a table of facts: the text, place and confidence of each of its layout's columns, in their order.
#[derive(Debug)]
pub struct FactRow {
    pub cells: Vec<(String, Source, f32)>,
    /// Columns that the layout does not name hold amounts too.
    pub has_other_amounts: bool,
    /// What the line above its table says of it.
    pub lead: Option<(String, Source)>,
}

/// Whether what stands where a row has its date says that the row adds others up or carries a balance over a page.
#[must_use]
pub fn is_summary(text: &str) -> bool {
    let text = squash(text);
    let starts = [
        "合计",
        "小计",
        "总计",
        "累计",
        "本页",
        "本月合计",
        "承前页",
        "过次页",
        "接下页",
        "转下页",
        "上页余额",
        "期初余额",
        "期末余额",
        "Total",
    ];
    starts.iter().any(|word| text.starts_with(word))
        || text.ends_with("合计")
        || text.ends_with("小计")
        || text.ends_with("总计")
}

/// Whether a text says that its row is what was there before or after the others, and no movement.
#[must_use]
pub fn is_carried(text: &str) -> bool {
    let text = squash(text);
    let lower = text.to_ascii_lowercase();
    let starts = [
        "承前",
        "承上",
        "过次页",
        "上期结转",
        "上年结转",
        "上期余额",
        "期初余额",
        "期末余额",
        "期初结余",
        "期末结余",
        "结转下",
    ];
    let english =
        ["balanceb", "balancec", "broughtforward", "carriedforward", "openingbalance", "closingbalance", "b/f", "c/f"];
    starts.iter().any(|word| text.starts_with(word)) || english.iter().any(|word| lower.starts_with(word))
}

/// A bill has a section or two for each of a few cards and currencies; one with more is read as one card's.
const CARDS_MAX: usize = 64;

/// `人民币交易明细（卡号：0000）`: the card that a section's line names.
fn card_of(line: &TextLine) -> Option<Sourced<Text>> {
    let piece = ["卡号末四位", "卡号后四位", "卡号"].iter().find_map(|label| line.after(label))?;
    let is_part = |c: &char| c.is_ascii_digit() || *c == '*';
    let number: String = squash(&piece.text).chars().take_while(is_part).collect();
    // The last four digits at least; with fewer it is no card.
    (number.len() >= 4).then(|| Sourced::new(Text::from(number), piece.source))
}

impl Table {
    /// Reads what the lines outside from `start` on say of a section's rows, and which section they open.
    pub fn sum_up<'a>(&mut self, layout: &'a Layout, start: usize, section: &mut Option<&'a Section>) {
        if layout.sections.is_empty() && layout.totals.lines.is_empty() {
            return;
        }
        for line in self.outside.get(start..).unwrap_or(&[]) {
            if let Some(opened) = layout.section_of(&line.joined()) {
                *section = Some(opened);
                let next = self.next_seq();
                self.cards.extend(card_of(line).map(|card| (next, card)));
            }
            let currency = section.and_then(|s| s.currency);
            let card = self.cards.last().map(|(_, card)| card.value.clone());
            let read = read_summary(&layout.totals, line, currency, &mut self.problems);
            self.summaries.extend(read.map(|summary| Summary { card, ..summary }));
        }
    }

    /// The sections' cards, where they name several: the number of the first row after each, and the card.
    #[must_use]
    pub fn several_cards(&self) -> &[(u32, Sourced<Text>)] {
        let differ = self.cards.windows(2).any(|pair| matches!(pair, [a, b] if a.1.value != b.1.value));
        if differ && self.cards.len() <= CARDS_MAX { &self.cards } else { &[] }
    }

    /// The number of the next row.
    #[must_use]
    pub fn next_seq(&self) -> u32 {
        u32::try_from(self.transactions.len() + self.holes.len() + 1).unwrap_or(u32::MAX)
    }

    pub fn push(&mut self, outcome: Result<Record, Problem>, seq: u32) {
        match outcome {
            Ok(record) => {
                self.transactions.push(record.transaction);
                self.currencies.push(record.currency);
            }
            Err(problem) => {
                self.holes.push(seq);
                self.problems.push(problem);
            }
        }
    }
}
