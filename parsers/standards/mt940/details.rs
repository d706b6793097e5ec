//! `:86:`, information to the account owner: free text by SWIFT's rule, and in practice one of three forms.
//!
//! German and Polish banks number subfields (`166?00GUTSCHRIFT?20EREF+…?32KARL`, DFÜ-Abkommen Anlage 3), Dutch ones
//! name them (`/TRTP/SEPA OVERBOEKING/IBAN/…/NAME/…/REMI/…`), the others write sentences.

use model::Text;

use crate::standards::squeezed;

#[derive(Debug, Default, PartialEq)]
pub struct Details {
    pub printed_type: Option<Text>,
    pub counterparty: Option<Text>,
    pub account: Option<Text>,
    pub description: Option<Text>,
    /// The payer's end-to-end reference.
    pub reference: Option<Text>,
}

/// A line of field 86 holds 65 characters: a full one was broken where it had to be, in the middle of a word.
const LINE_CHARACTERS: usize = 65;

/// Some banks count the tag in front of the first line.
const TAG_CHARACTERS: usize = 4;

/// A numbered subfield of the purpose holds 27 characters; a full one goes on in the next.
const SUBFIELD_CHARACTERS: usize = 27;

impl Details {
    pub fn read<'t>(lines: impl Iterator<Item = &'t str>) -> Self {
        let lines: Vec<&str> = lines.map(|line| line.trim_matches(['\r', '\n'])).collect();
        let text = unbroken(&lines);
        if let Some((separator, at)) = numbered(&text) {
            return Self::of_numbered(text.get(at..).unwrap_or(""), separator);
        }
        if is_named(&text) { Self::of_named(&text) } else { Self { description: squeezed(&text), ..Self::default() } }
    }

    fn of_numbered(text: &str, separator: char) -> Self {
        let mut purpose = Pieces::default();
        let mut further = Pieces::default();
        let mut name = Pieces::default();
        let mut details = Self::default();
        let mut iban = None;
        for (number, value) in subfields(text, separator) {
            match number {
                0 => details.printed_type = squeezed(value),
                20..=29 => purpose.add(value),
                // They go on where the first ten are full; some banks write other things there.
                60..=63 if purpose.count >= 10 => purpose.add(value),
                60..=63 => further.add(value),
                31 => details.account = squeezed(value),
                32 | 33 => name.add(value),
                38 => iban = squeezed(value),
                _ => {}
            }
        }
        details.account = details.account.or(iban);
        details.counterparty = squeezed(&name.text);
        let coded = Coded::read(&purpose.text);
        details.reference = coded.get("EREF+").filter(|r| *r != "NOTPROVIDED").and_then(squeezed);
        let words = coded.get("SVWZ+").filter(|text| !text.is_empty()).unwrap_or(&purpose.text);
        details.description = squeezed(&format!("{words} {}", further.text));
        details
    }

    fn of_named(text: &str) -> Self {
        let mut details = Self::default();
        for (key, value) in named_fields(text) {
            match key {
                "TRTP" | "TRCD" => details.printed_type = details.printed_type.or_else(|| squeezed(value)),
                "NAME" => details.counterparty = details.counterparty.or_else(|| squeezed(value)),
                "IBAN" | "ACCW" => details.account = details.account.or_else(|| squeezed(value)),
                "EREF" => details.reference = squeezed(value).filter(|r| r != "NOTPROVIDED"),
                // Account, BIC, name, city.
                "CNTP" => {
                    let mut parts = value.split('/');
                    details.account = details.account.or_else(|| parts.next().and_then(squeezed));
                    details.counterparty = details.counterparty.or_else(|| parts.nth(1).and_then(squeezed));
                }
                "REMI" => {
                    let value = value.strip_prefix("USTD/").unwrap_or(value);
                    details.description = squeezed(value.trim_matches('/'));
                }
                _ => {}
            }
        }
        if details.description.is_none() && details.counterparty.is_none() {
            details.description = squeezed(text);
        }
        details
    }
}

/// Lines as one text: a full line goes on at once, a shorter one after a line break.
fn unbroken(lines: &[&str]) -> String {
    let mut text = String::new();
    let mut full = true;
    let mut full_at = LINE_CHARACTERS - TAG_CHARACTERS;
    for line in lines {
        if !full {
            text.push('\n');
        }
        text.push_str(line);
        full = line.chars().count() >= full_at;
        full_at = LINE_CHARACTERS;
    }
    text
}

/// The separator and where the subfields begin: after three digits (the transaction code) or at once, two digits
/// after the first separator and the separator again later.
fn numbered(text: &str) -> Option<(char, usize)> {
    let trimmed = text.trim_start();
    let blanks = text.len() - trimmed.len();
    let code = trimmed.bytes().take_while(u8::is_ascii_digit).count();
    let separators: &[char] = match code {
        3 => &['?', '<', '>', '^', '~', '|'],
        0 => &['?'],
        _ => return None,
    };
    let rest = trimmed.get(code..)?;
    let separator = rest.chars().next().filter(|c| separators.contains(c))?;
    let digits = rest.get(1..3)?;
    digits.bytes().all(|b| b.is_ascii_digit()).then_some((separator, blanks + code))
}

/// `?20text?21text` → (20, text), (21, text). A separator without two digits after it is text.
fn subfields(text: &str, separator: char) -> Vec<(u8, &str)> {
    let starts: Vec<(usize, u8)> = text
        .match_indices(separator)
        .filter_map(|(at, _)| {
            let digits = text.get(at + 1..at + 3)?;
            let number = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())??;
            Some((at, number))
        })
        .collect();
    let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
    starts
        .iter()
        .zip(ends)
        .filter_map(|((start, number), end)| Some((*number, text.get(start + 3..end)?.trim_matches('\n'))))
        .collect()
}

#[derive(Default)]
struct Pieces {
    text: String,
    full: bool,
    count: usize,
}

impl Pieces {
    fn add(&mut self, piece: &str) {
        if !self.text.is_empty() && !self.full {
            self.text.push(' ');
        }
        self.text.push_str(piece);
        self.count += 1;
        self.full = piece.chars().count() >= SUBFIELD_CHARACTERS;
    }
}

/// The SEPA codes within a purpose: `EREF+123 SVWZ+Rent for May`.
struct Coded<'t> {
    parts: Vec<(&'static str, &'t str)>,
}

const CODES: [&str; 10] = ["EREF+", "KREF+", "MREF+", "CRED+", "DEBT+", "SVWZ+", "ABWA+", "ABWE+", "IBAN+", "BIC+"];

impl<'t> Coded<'t> {
    fn read(text: &'t str) -> Self {
        let mut starts: Vec<(usize, &'static str)> =
            CODES.iter().flat_map(|code| text.match_indices(code).map(|(at, _)| (at, *code))).collect();
        starts.sort_unstable();
        let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
        let parts = starts
            .iter()
            .zip(ends)
            .filter_map(|((start, code), end)| Some((*code, text.get(start + code.len()..end)?.trim())))
            .collect();
        Self { parts }
    }

    fn get(&self, code: &str) -> Option<&'t str> {
        self.parts.iter().find(|(name, _)| *name == code).map(|(_, text)| *text)
    }
}

/// Field names that Dutch banks use between slashes.
const NAMES: [&str; 27] = [
    "TRTP", "TRCD", "IBAN", "BIC", "NAME", "REMI", "EREF", "MARF", "CSID", "PREF", "RTRN", "ORDP", "BENM", "CNTP",
    "ISDT", "ADDR", "PURP", "ULTC", "ULTD", "ULTB", "SVCL", "CPDT", "ACCW", "INIT", "ID", "KREF", "CREF",
];

fn is_named(text: &str) -> bool {
    let text = text.trim_start();
    text.strip_prefix('/')
        .is_some_and(|rest| NAMES.iter().any(|n| rest.strip_prefix(n).is_some_and(|r| r.starts_with('/'))))
}

/// `/NAME/text/REMI/text` → (NAME, text), (REMI, text).
fn named_fields(text: &str) -> Vec<(&str, &str)> {
    let mut fields: Vec<(&str, usize, usize)> = Vec::new();
    let slashes: Vec<usize> = text.match_indices('/').map(|(at, _)| at).collect();
    for pair in slashes.windows(2) {
        let [start, end] = pair else { continue };
        if let Some(name) = text.get(start + 1..*end).filter(|name| NAMES.contains(name)) {
            fields.push((name, *start, end + 1));
        }
    }
    let ends: Vec<usize> = fields.iter().skip(1).map(|(_, start, _)| *start).chain([text.len()]).collect();
    fields
        .iter()
        .zip(ends)
        .filter_map(|((name, _, from), end)| {
            // The slash before the next name may also be the one that ends this name: `/ORDP//NAME/`.
            let value = if *from <= end { text.get(*from..end)? } else { "" };
            Some((*name, value.trim_matches('/').trim()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Details {
        Details::read(text.lines())
    }

    #[test]
    fn numbered_subfields() {
        let details = read(
            "166?00GUTSCHRIFT?100399?20EREF+TFNR 0300300004?21SVWZ+Strukturier\nter Verwend?22ungszweck 30030004 DE\
             ?30DRESDEFF508?31DE03508800500\n194791600?32Quentin Quast",
        );
        assert_eq!(details.printed_type.as_deref(), Some("GUTSCHRIFT"));
        assert_eq!(details.counterparty.as_deref(), Some("Quentin Quast"));
        assert_eq!(details.account.as_deref(), Some("DE03508800500194791600"));
        assert_eq!(details.reference.as_deref(), Some("TFNR 0300300004"));
        assert_eq!(details.description.as_deref(), Some("Strukturierter Verwendungszweck 30030004 DE"));
        let short = read("051?00UEBERWEISUNG?20Gehalt\nOktober?21Firma\nMustermann");
        assert_eq!(short.description.as_deref(), Some("Gehalt Oktober Firma Mustermann"));
        let further = read("105?20EREF+A1?60000 BIC: X?61ABWA: Y");
        assert_eq!(further.reference.as_deref(), Some("A1"));
        assert_eq!(further.description.as_deref(), Some("EREF+A1 000 BIC: X ABWA: Y"));
        let plain = read("008?00DAUERAUFTRAG?20Miete November?32MUELLER?34339");
        assert_eq!(plain.description.as_deref(), Some("Miete November"));
    }

    #[test]
    fn named_subfields() {
        let details = read(
            "/TRTP/SEPA OVERBOEKING/IBAN/NL02TEST0123456789/BIC/TESTNL2A/NAME/Voorbeeld BV/REMI/Factuur 12/3/EREF/NOTPROVIDED",
        );
        assert_eq!(details.printed_type.as_deref(), Some("SEPA OVERBOEKING"));
        assert_eq!(details.counterparty.as_deref(), Some("Voorbeeld BV"));
        assert_eq!(details.account.as_deref(), Some("NL02TEST0123456789"));
        assert_eq!(details.description.as_deref(), Some("Factuur 12/3"));
        assert_eq!(details.reference, None);
        let ing = read("/EREF/E1//CNTP/NL02TEST0123456789/TESTNL2A/Voorbeeld BV///REMI/USTD//Salaris mei/");
        assert_eq!(ing.account.as_deref(), Some("NL02TEST0123456789"));
        assert_eq!(ing.counterparty.as_deref(), Some("Voorbeeld BV"));
        assert_eq!(ing.description.as_deref(), Some("Salaris mei"));
        let rabo = read("/ORDP//NAME/Voorbeeld BV/ADDR/Straat 1/REMI/Huur");
        assert_eq!((rabo.counterparty.as_deref(), rabo.description.as_deref()), (Some("Voorbeeld BV"), Some("Huur")));
    }

    #[test]
    fn sentences_stay_sentences() {
        let full = "x".repeat(65);
        let details = read(&format!("{full}\nyz\nnext line"));
        assert_eq!(details.description, Some(Text::from(format!("{full}yz next line"))));
        assert_eq!(read("").description, None);
        assert_eq!(read("999PN5477SCHECK-NR. 1").description.as_deref(), Some("999PN5477SCHECK-NR. 1"));
    }
}
