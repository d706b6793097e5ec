//! What a recognition model says of a line, step by step, as characters with their doubts.
//!
//! At each step along the line the model gives every character, and the blank between characters, a probability. Equal
//! neighbours are one character; two equal characters have a blank between them. What may have been misread is told
//! from the same probabilities: another character at the step where one was read, the blank there (the character is
//! none), a character where the blank was read (one is missing), a blank within a long character (it is two).

use model::page::Change;

/// Less likely than this against what was read, an alternative is not kept: 1 in 1,000.
pub const DOUBT_NATS_MAX: f32 = 6.9;

/// Alternatives kept for one character; the fifth is never right on the drawn sets.
const REPLACEMENTS_MAX: usize = 4;

/// The least that a probability counts for, so that its logarithm stays finite.
const PROBABILITY_MIN: f32 = 1e-6;

/// What two readings of the same line must at least say against each other for the difference not to be a toss.
const DISAGREEMENT_NATS_MIN: f32 = 0.1;

/// Lines longer than this are not compared; the comparison's table grows with the square of it.
const COMPARED_MAX: usize = 400;

#[derive(Debug, Clone, PartialEq)]
pub struct Character {
    pub character: char,
    pub confidence: f32,
    /// In nats, as [`model::page::Doubt::cost`].
    pub doubts: Vec<(Change, f32)>,
    /// Its middle along the line, 0 to 1.
    pub center: f32,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    pub characters: Vec<Character>,
}

impl Reading {
    fn confidence(&self) -> f32 {
        let sum: f32 = self.characters.iter().map(|character| character.confidence).sum();
        sum / (self.characters.len().max(1)) as f32
    }
}

/// The characters of a model's classes; class 0 is the blank.
pub struct Alphabet {
    characters: Vec<Option<char>>,
}

impl Alphabet {
    /// One character a line. The models have one class more than that, the space.
    pub fn new(lines: &str) -> Self {
        let own = lines.lines().map(|line| line.trim_end_matches('\r').chars().next());
        Self { characters: std::iter::once(None).chain(own).chain([Some(' ')]).collect() }
    }

    fn at(&self, class: usize) -> Option<char> {
        self.characters.get(class).copied().flatten()
    }

    /// `probabilities` are `classes` for each step; the line fills `share` of the steps, the rest is padding.
    pub fn decode(&self, probabilities: &[f32], classes: usize, share: f32) -> Reading {
        let steps: Vec<&[f32]> = probabilities.chunks_exact(classes.max(1)).collect();
        let best: Vec<usize> = steps.iter().map(|step| most_probable(step)).collect();
        let length = (steps.len() as f32 * share).max(1.0);
        let mut reading = Reading::default();
        // The last step of the last character's run.
        let mut end = 0;
        let mut at = 0;
        while let Some(&class) = best.get(at) {
            let run = best.get(at..).unwrap_or(&[]).iter().take_while(|other| **other == class).count();
            let span = at..at + run;
            at += run;
            if class == 0 {
                continue;
            }
            let Some(character) = self.at(class) else { continue };
            if let Some(last) = reading.characters.last_mut() {
                let gap = steps.get(end..span.start).unwrap_or(&[]);
                let beside = [Some(last.character), Some(character)];
                self.missing(gap, beside, &mut last.doubts);
            }
            let run = steps.get(span.clone()).unwrap_or(&[]);
            reading.characters.push(self.character(class, character, run, span.start as f32, length));
            end = span.end;
        }
        if let Some(last) = reading.characters.last_mut() {
            let gap = steps.get(end..(length.ceil() as usize).min(steps.len())).unwrap_or(&[]);
            let beside = [Some(last.character), None];
            self.missing(gap, beside, &mut last.doubts);
        }
        for character in &mut reading.characters {
            character.doubts.sort_by(|a, b| a.1.total_cmp(&b.1));
        }
        reading
    }

    fn character(&self, class: usize, character: char, run: &[&[f32]], start: f32, length: f32) -> Character {
        let own = |step: &[f32]| probability(step, class);
        let peak = run.iter().copied().max_by(|a, b| own(a).total_cmp(&own(b))).unwrap_or(&[]);
        let confidence = own(peak);
        let weight: f32 = run.iter().map(|step| own(step)).sum();
        let weighted: f32 = run.iter().enumerate().map(|(at, step)| (at as f32 + 0.5) * own(step)).sum();
        let center = (start + weighted / weight.max(PROBABILITY_MIN)) / length;
        let mut doubts = Vec::new();
        let mut others: Vec<(f32, char)> = Vec::new();
        let least = confidence * (-DOUBT_NATS_MAX).exp();
        for (other, value) in peak.iter().enumerate() {
            if *value > least && other != class && other != 0 {
                others.extend(self.at(other).map(|other| (*value, other)));
            }
        }
        others.sort_by(|a, b| b.0.total_cmp(&a.0));
        let replaced = others.into_iter().take(REPLACEMENTS_MAX);
        doubts.extend(replaced.map(|(value, other)| (Change::Replaced(other), nats(confidence, value))));
        // For it to be none, every step of its run is the blank.
        let absent: f32 = run.iter().map(|step| nats(own(step), probability(step, 0))).sum();
        doubts.push((Change::Absent, absent));
        // For it to be two, a step within its run is the blank.
        if let [_, within @ .., _] = run {
            let split = within.iter().map(|step| nats(own(step), probability(step, 0))).fold(f32::INFINITY, f32::min);
            doubts.push((Change::Followed(character), split));
        }
        doubts.retain(|(_, cost)| *cost < DOUBT_NATS_MAX);
        Character { character, confidence, doubts, center: center.clamp(0.0, 1.0) }
    }

    /// What may stand in a gap between two characters. One of the same kind as its neighbour needs a blank between
    /// the two, so it cannot be at that end of the gap.
    fn missing(&self, gap: &[&[f32]], beside: [Option<char>; 2], doubts: &mut Vec<(Change, f32)>) {
        let last = gap.len().saturating_sub(1);
        let mut found: Vec<(char, f32)> = Vec::new();
        for (at, step) in gap.iter().enumerate() {
            let blank = probability(step, 0);
            let least = blank * (-DOUBT_NATS_MAX).exp();
            for (class, value) in step.iter().enumerate().skip(1) {
                if *value <= least {
                    continue;
                }
                let Some(character) = self.at(class) else { continue };
                let [before, after] = beside;
                if (at == 0 && before == Some(character)) || (at == last && after == Some(character)) {
                    continue;
                }
                let cost = nats(blank, *value);
                match found.iter_mut().find(|(known, _)| *known == character) {
                    Some((_, known)) => *known = known.min(cost),
                    None => found.push((character, cost)),
                }
            }
        }
        found.sort_by(|a, b| a.1.total_cmp(&b.1));
        for (character, cost) in found.into_iter().take(REPLACEMENTS_MAX) {
            let change = Change::Followed(character);
            match doubts.iter_mut().find(|(known, _)| *known == change) {
                Some((_, known)) => *known = known.min(cost),
                None => doubts.push((change, cost)),
            }
        }
    }
}

fn most_probable(step: &[f32]) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (class, value) in step.iter().enumerate() {
        if *value > best.1 {
            best = (class, *value);
        }
    }
    best.0
}

fn probability(step: &[f32], class: usize) -> f32 {
    step.get(class).copied().unwrap_or(0.0)
}

/// How much less likely `other` is than `read`; 0 when it is not.
fn nats(read: f32, other: f32) -> f32 {
    (read.max(PROBABILITY_MIN).ln() - other.max(PROBABILITY_MIN).ln()).max(0.0)
}

/// Two readings of one line as one: for each character the mean of what the two say for and against it. Where they
/// differ, the less likely of the two stays as a doubt.
pub fn agree(first: Reading, second: Reading) -> Reading {
    // The one that is surer of itself gives the characters that only one of them has.
    let (base, other) = if second.confidence() >= first.confidence() { (second, first) } else { (first, second) };
    if base.characters.len() > COMPARED_MAX || other.characters.len() > COMPARED_MAX {
        return base;
    }
    let mut agreed = Reading::default();
    for step in align(&base.characters, &other.characters) {
        match step {
            Step::Both(own, their) if own.character == their.character => agreed.characters.push(pooled(own, their)),
            Step::Both(own, their) => {
                let against = cost(own, Change::Replaced(their.character));
                let favor = cost(their, Change::Replaced(own.character));
                let (kept, left, sure) =
                    if against >= favor { (own, their, against - favor) } else { (their, own, favor - against) };
                agreed.characters.push(doubted(kept, Change::Replaced(left.character), sure / 2.0, own.center));
            }
            Step::Own(own) => {
                let against = cost(own, Change::Absent);
                agreed.characters.push(doubted(
                    own,
                    Change::Absent,
                    (against - DOUBT_NATS_MAX / 2.0) / 2.0,
                    own.center,
                ));
            }
            Step::Their(their) => {
                if let Some(last) = agreed.characters.last_mut() {
                    let favor = cost(their, Change::Absent);
                    let sure = ((DOUBT_NATS_MAX - favor) / 2.0).max(DISAGREEMENT_NATS_MIN);
                    last.doubts.push((Change::Followed(their.character), sure));
                }
            }
        }
    }
    for character in &mut agreed.characters {
        character.doubts.retain(|(_, cost)| *cost < DOUBT_NATS_MAX);
        character.doubts.sort_by(|a, b| a.1.total_cmp(&b.1));
    }
    agreed
}

fn cost(character: &Character, change: Change) -> f32 {
    let known = character.doubts.iter().find(|(other, _)| *other == change);
    known.map_or(DOUBT_NATS_MAX, |(_, cost)| *cost)
}

fn pooled(own: &Character, their: &Character) -> Character {
    let mut doubts: Vec<(Change, f32)> = Vec::new();
    for (change, _) in own.doubts.iter().chain(&their.doubts) {
        if !doubts.iter().any(|(known, _)| known == change) {
            doubts.push((*change, f32::midpoint(cost(own, *change), cost(their, *change))));
        }
    }
    Character { confidence: f32::midpoint(own.confidence, their.confidence), doubts, ..own.clone() }
}

fn doubted(kept: &Character, change: Change, sure: f32, center: f32) -> Character {
    let sure = sure.max(DISAGREEMENT_NATS_MIN);
    let mut doubts = kept.doubts.clone();
    doubts.retain(|(known, _)| *known != change);
    doubts.push((change, sure));
    // Two to choose from, `sure` nats apart.
    let confidence = kept.confidence.min(1.0 / (1.0 + (-sure).exp()));
    Character { character: kept.character, confidence, doubts, center }
}

enum Step<'a> {
    Both(&'a Character, &'a Character),
    Own(&'a Character),
    Their(&'a Character),
}

/// The shortest way from one line to the other.
fn align<'a>(own: &'a [Character], their: &'a [Character]) -> Vec<Step<'a>> {
    let columns = their.len() + 1;
    let mut costs = vec![0_u32; (own.len() + 1) * columns];
    let at = |costs: &[u32], i: usize, j: usize| costs.get(i * columns + j).copied().unwrap_or(u32::MAX / 2);
    for i in 0..=own.len() {
        for j in 0..=their.len() {
            let both = match (i.checked_sub(1), j.checked_sub(1)) {
                (Some(a), Some(b)) => {
                    let same = own.get(a).map(|c| c.character) == their.get(b).map(|c| c.character);
                    at(&costs, a, b) + u32::from(!same)
                }
                (None, None) => 0,
                _ => u32::MAX,
            };
            let only_own = i.checked_sub(1).map_or(u32::MAX, |a| at(&costs, a, j) + 1);
            let only_their = j.checked_sub(1).map_or(u32::MAX, |b| at(&costs, i, b) + 1);
            if let Some(cell) = costs.get_mut(i * columns + j) {
                *cell = both.min(only_own).min(only_their);
            }
        }
    }
    let (mut i, mut j) = (own.len(), their.len());
    let mut steps = Vec::with_capacity(i.max(j));
    while i > 0 || j > 0 {
        let here = at(&costs, i, j);
        let pair = i.checked_sub(1).zip(j.checked_sub(1));
        if let Some((a, b)) = pair
            && let (Some(a_character), Some(b_character)) = (own.get(a), their.get(b))
            && here == at(&costs, a, b) + u32::from(a_character.character != b_character.character)
        {
            steps.push(Step::Both(a_character, b_character));
            (i, j) = (a, b);
        } else if let Some(a) = i.checked_sub(1)
            && here == at(&costs, a, j) + 1
        {
            steps.extend(own.get(a).map(Step::Own));
            i = a;
        } else if let Some(b) = j.checked_sub(1) {
            steps.extend(their.get(b).map(Step::Their));
            j = b;
        } else {
            break;
        }
    }
    steps.reverse();
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Classes: the blank, 1, 7, 8, space.
    fn decode(steps: &[[f32; 5]]) -> Reading {
        Alphabet::new("1\n7\n8\n").decode(&steps.concat(), 5, 1.0)
    }

    fn text(reading: &Reading) -> String {
        reading.characters.iter().map(|character| character.character).collect()
    }

    #[test]
    fn equal_neighbours_are_one_character_and_a_blank_parts_two() {
        let one = [0.0, 1.0, 0.0, 0.0, 0.0];
        let blank = [1.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(text(&decode(&[blank, one, one, blank])), "1");
        assert_eq!(text(&decode(&[one, blank, one])), "11");
        let reading = decode(&[blank, one, one, blank]);
        assert!((reading.characters[0].center - 0.5).abs() < 1e-6);
        assert!(reading.characters[0].doubts.is_empty(), "{reading:?}");
    }

    #[test]
    fn every_kind_of_misreading_is_a_doubt() {
        // 1, perhaps 7; then a blank where perhaps an 8 stands; then an 8 that is perhaps none.
        let reading = decode(&[[0.0, 0.8, 0.2, 0.0, 0.0], [0.9, 0.0, 0.0, 0.1, 0.0], [0.3, 0.0, 0.0, 0.7, 0.0]]);
        assert_eq!(text(&reading), "18");
        let cost = |at: usize, change| super::cost(&reading.characters[at], change);
        assert!((cost(0, Change::Replaced('7')) - (0.8_f32 / 0.2).ln()).abs() < 1e-4);
        assert_eq!(cost(0, Change::Followed('8')), DOUBT_NATS_MAX, "it would be the same character as the next");
        assert!((cost(1, Change::Absent) - (0.7_f32 / 0.3).ln()).abs() < 1e-4);
        let wide = decode(&[[0.0, 1.0, 0.0, 0.0, 0.0], [0.4, 0.6, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0, 0.0]]);
        assert_eq!(text(&wide), "1");
        let split = super::cost(&wide.characters[0], Change::Followed('1'));
        assert!((split - (0.6_f32 / 0.4).ln()).abs() < 1e-4, "{split}");
        let gap = decode(&[[0.0, 1.0, 0.0, 0.0, 0.0], [0.9, 0.0, 0.1, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 0.0]]);
        let missing = super::cost(&gap.characters[0], Change::Followed('7'));
        assert!((missing - (0.9_f32 / 0.1).ln()).abs() < 1e-4, "{missing}");
    }

    fn reading(text: &str, confidence: f32) -> Reading {
        let characters = text.chars().zip(0_u8..).map(|(character, at)| Character {
            character,
            confidence,
            doubts: Vec::new(),
            center: f32::from(at) / 10.0,
        });
        Reading { characters: characters.collect() }
    }

    #[test]
    fn where_two_readings_differ_the_other_stays_as_a_doubt() {
        let agreed = agree(reading("12.80", 0.9), reading("12.30", 0.95));
        assert_eq!(text(&agreed), "12.30");
        assert!(cost(&agreed.characters[3], Change::Replaced('8')) <= DISAGREEMENT_NATS_MIN);
        assert!(agreed.characters[3].confidence < 0.6);
        assert!(agreed.characters[0].doubts.is_empty());
        let shorter = agree(reading("100", 0.9), reading("10", 0.95));
        assert_eq!(text(&shorter), "10");
        assert!(shorter.characters.iter().any(|c| cost(c, Change::Followed('0')) < DOUBT_NATS_MAX));
        let longer = agree(reading("100", 0.95), reading("10", 0.9));
        assert_eq!(text(&longer), "100");
        assert!(longer.characters.iter().any(|c| cost(c, Change::Absent) < DOUBT_NATS_MAX));
    }

    #[test]
    fn a_doubt_that_only_one_reading_has_is_halved() {
        let mut doubtful = reading("7", 0.6);
        doubtful.characters[0].doubts.push((Change::Replaced('1'), 0.5));
        let agreed = agree(doubtful, reading("7", 0.99));
        assert!((cost(&agreed.characters[0], Change::Replaced('1')) - (0.5 + DOUBT_NATS_MAX) / 2.0).abs() < 1e-4);
    }
}
