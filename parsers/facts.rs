//! Documents that are no list of movements: payslips, tax records, fund sheets. Facts by name, and records by month.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use model::problem::ProblemCode;
use model::proof::{Broken, Equation, Proof, ProofStatus};
use model::statement::Field;
use model::{Money, Problem, Source, Text};
use regex::Regex;

use crate::capitals::read_capital_amount;
use crate::fields::find;
use crate::layout::{FactEquation, FactKind, Layout, RecordColumn, bare_month, without_mark};
use crate::record::is_empty;
use crate::table::Table;
use crate::text::{TextLine, squash, trim};
use crate::values::{read_month, read_when};

/// The facts and records of a document.
#[derive(Debug, Default)]
pub struct Facts {
    pub fields: BTreeMap<Text, Field>,
    pub records: Vec<BTreeMap<Text, Field>>,
    /// What is printed and could not be read, by row (0: the fields, from 1: the records) and name.
    unread: HashSet<(usize, String)>,
    /// Rows with amounts in columns that the layout does not name.
    has_other_amounts: HashSet<usize>,
}

/// What follows 大写, and what follows 小写.
static IN_WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"大写[)）]?\s*[:：]?\s*(?:人民币)?\s*[ⓧⓍ⊗]?\s*([零〇壹贰叁肆伍陆柒捌玖拾佰仟万亿元圆角分整正]{2,})")
        .ok()
});
static IN_FIGURES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"小写[)）]?\s*[:：]?\s*(?:RMB|CNY)?\s*[¥￥]?\s*([\d,]+\.\d{2})").ok());

/// An amount that any paper prints in capitals (大写) and, on the same line or the only one beside it that has some, in
/// figures (小写): both by name, so that they can be compared. Figures beside capitals of their own are of those.
pub fn amount_in_words(lines: &[TextLine]) -> Vec<(Text, Field)> {
    let found = |line: &TextLine, pattern: &Option<Regex>, read: fn(&str) -> Option<Money>| {
        let text = line.joined();
        let figure = pattern.as_ref()?.captures(&text)?.get(1)?;
        let piece = line.piece_at(figure.start())?;
        let value = Text::from(read(figure.as_str())?.to_string());
        Some(Field { value, source: piece.source.clone(), confidence: piece.confidence })
    };
    let pair = lines.iter().enumerate().find_map(|(at, line)| {
        let words = found(line, &IN_WORDS, read_capital_amount)?;
        let in_figures = |line: &TextLine| found(line, &IN_FIGURES, |text| Money::read(text).ok());
        let alone = |beside: Option<usize>| {
            let line = lines.get(beside?)?;
            in_figures(line).filter(|_| found(line, &IN_WORDS, read_capital_amount).is_none())
        };
        let figures = match (in_figures(line), alone(at.checked_sub(1)), alone(at.checked_add(1))) {
            (Some(own), ..) => own,
            (None, Some(only), None) | (None, None, Some(only)) => only,
            _ => return None,
        };
        Some([(Text::from("amount_in_words"), words), (Text::from("amount_in_figures"), figures)])
    });
    pair.into_iter().flatten().collect()
}

/// Reads the facts of the heading and the table of facts.
pub fn read_facts(layout: &Layout, table: &Table, problems: &mut Vec<Problem>) -> Facts {
    let mut facts = Facts::default();
    for fact in &layout.facts {
        let Some(found) = find(&fact.spec, &table.outside) else { continue };
        facts.field(&fact.name, fact.value, &(found.first, found.source, found.confidence), problems);
    }
    let Some(records) = &layout.records else {
        if has_unread_amounts(&facts, &table.outside) {
            facts.has_other_amounts.insert(0);
        }
        return facts;
    };
    let year = facts.fields.get("year").map(|field| field.value.to_string());
    if let Some(block) = records.block.as_ref().filter(|_| table.facts.is_empty()) {
        read_blocks(layout, &records.columns, block, &table.outside, &mut facts, problems);
    }
    let mut above: BTreeMap<&str, &Cell> = BTreeMap::new();
    let only_row = records.one_row_is_facts && table.facts.len() == 1;
    for (row, number) in table.facts.iter().zip(1..) {
        let row_number = if only_row { 0 } else { number };
        if row.has_other_amounts {
            facts.has_other_amounts.insert(row_number);
        }
        let mut record = BTreeMap::new();
        for (column, cell) in records.columns.iter().zip(&row.cells) {
            if only_row {
                facts.field(&column.name, column.value, cell, problems);
                continue;
            }
            let is_blank = is_empty(None, trim(&cell.0));
            if column.carries_down && !is_blank {
                above.insert(column.name.as_str(), cell);
            }
            let carried = above.get(column.name.as_str()).filter(|_| is_blank);
            let cell = carried.copied().unwrap_or(cell);
            let dated = with_year(column, cell, year.as_deref());
            match read_fact(&column.name, column.value, dated.as_ref().unwrap_or(cell), problems) {
                Reading::Nothing => {}
                Reading::Unread => drop(facts.unread.insert((row_number, column.name.clone()))),
                Reading::Read(field) => drop(record.insert(Text::from(column.name.as_str()), field)),
            }
        }
        let is_marked = |(column, (text, ..)): &(&RecordColumn, &Cell)| {
            column.value == FactKind::Month && without_mark(text) != trim(text)
        };
        if let Some((_, (_, source, confidence))) = records.columns.iter().zip(&row.cells).find(is_marked) {
            let field = Field { value: Text::from("*"), source: source.clone(), confidence: *confidence };
            record.entry(Text::from("mark")).or_insert(field);
        }
        if let (Some((name, _)), Some((lead, source))) = (&records.lead, &row.lead) {
            let field = Field { value: Text::from(lead.as_str()), source: source.clone(), confidence: 1.0 };
            record.entry(Text::from(name.as_str())).or_insert(field);
        }
        if !only_row {
            facts.records.push(record);
        }
    }
    for (column, cell) in records.columns.iter().zip(table.fact_totals.iter().flat_map(|row| &row.cells)) {
        if column.value.is_figure() {
            facts.field(&format!("{}{TOTAL}", column.name), column.value, cell, problems);
        }
    }
    facts
}

/// Records as blocks of labels and values, each begun by a line of its own.
fn read_blocks(
    layout: &Layout,
    columns: &[RecordColumn],
    block: &Regex,
    lines: &[TextLine],
    facts: &mut Facts,
    problems: &mut Vec<Problem>,
) {
    let named = |piece: &str| {
        columns.iter().find_map(|column| {
            let headers = &layout.column(column.slot)?.headers;
            let value = headers.iter().find_map(|header| piece.strip_prefix(header.as_str()))?;
            // The rest of a longer word is no value.
            let value = if value.is_empty() { value } else { value.strip_prefix([':', '：'])? };
            Some((column, trim(value).to_owned()))
        })
    };
    for line in lines {
        let joined = line.joined();
        let mut found: Vec<(&RecordColumn, Cell)> = Vec::new();
        if let (Some(groups), Some(first)) = (block.captures(&joined), line.pieces.first()) {
            facts.records.push(BTreeMap::new());
            for column in columns {
                if let Some(group) = groups.name(&column.name) {
                    found.push((column, (group.as_str().to_owned(), first.source.clone(), 1.0)));
                }
            }
        }
        let mut pieces = line.pieces.iter().peekable();
        while let Some(piece) = pieces.next() {
            let Some((column, value)) = named(&squash(&piece.text)) else { continue };
            match pieces.peek() {
                Some(next) if value.is_empty() => found.push((column, (next.text.clone(), next.source.clone(), 1.0))),
                _ => found.push((column, (value, piece.source.clone(), 1.0))),
            }
        }
        let number = facts.records.len();
        let Some(record) = facts.records.last_mut() else { continue };
        for (column, cell) in found {
            let name = Text::from(column.name.as_str());
            if record.contains_key(&name) {
                continue;
            }
            match read_fact(&column.name, column.value, &cell, problems) {
                Reading::Nothing => {}
                Reading::Unread => drop(facts.unread.insert((number, column.name.clone()))),
                Reading::Read(field) => drop(record.insert(name, field)),
            }
        }
    }
}

/// The month of a year that the heading says.
fn with_year(column: &RecordColumn, (text, source, confidence): &Cell, year: Option<&str>) -> Option<Cell> {
    let month = bare_month(trim(text)).filter(|_| column.year_in_heading)?;
    Some((format!("{}-{month:02}", year?), source.clone(), *confidence))
}

/// Whether a page of labels and figures has figures that no fact was read from.
fn has_unread_amounts(facts: &Facts, lines: &[TextLine]) -> bool {
    let is_amount = |word: &str| {
        let figure = word.rsplit([':', '：']).next().unwrap_or(word);
        figure.contains('.') && Money::read(figure).is_ok_and(|money| !money.is_zero())
    };
    lines.iter().flat_map(|line| &line.pieces).any(|piece| {
        let figures = piece.text.split_whitespace().filter(|word| is_amount(word)).count();
        figures > facts.fields.values().filter(|field| field.source == piece.source).count()
    })
}

/// Ends the name of a fact that adds a column of the records up.
const TOTAL: &str = "_total";

/// The printed text of a fact, where it stands, and how surely it was read.
type Cell = (String, Source, f32);

impl Facts {
    fn field(&mut self, name: &str, kind: FactKind, cell: &Cell, problems: &mut Vec<Problem>) {
        match read_fact(name, kind, cell, problems) {
            Reading::Nothing => {}
            Reading::Unread => drop(self.unread.insert((0, name.to_owned()))),
            Reading::Read(field) => drop(self.fields.insert(Text::from(name), field)),
        }
    }

    /// The fields, then each record, with their numbers.
    fn rows(&self) -> impl Iterator<Item = (usize, &BTreeMap<Text, Field>)> {
        std::iter::once(&self.fields).chain(&self.records).enumerate()
    }
}

enum Reading {
    Nothing,
    Unread,
    Read(Field),
}

fn read_fact(name: &str, kind: FactKind, (text, source, confidence): &Cell, problems: &mut Vec<Problem>) -> Reading {
    let text = trim(text);
    if is_empty(None, text) {
        return Reading::Nothing;
    }
    let value = match kind {
        FactKind::Text => Some(Text::from(text)),
        FactKind::Amount => Money::read(text).ok().map(|money| Text::from(money.to_string())),
        FactKind::Fen => text.parse().ok().map(|fen| Text::from(Money::from_fen(fen).to_string())),
        FactKind::Date => read_when(text).map(|when| Text::from(when.date.to_string())),
        FactKind::Month => read_month(without_mark(text)).map(|month| Text::from(month.to_string())),
        FactKind::Rate => read_rate(text).map(Text::from),
        FactKind::CapitalAmount => read_capital_amount(text).map(|money| Text::from(money.to_string())),
    };
    if value.is_none() {
        problems.push(
            Problem::new(
                ProblemCode::UnreadableField,
                format!("{name}印为“{text}”，无法识别"),
                format!("{name} is printed as {text:?} and could not be read"),
            )
            .at(source.clone()),
        );
    }
    match value {
        Some(value) => Reading::Read(Field { value, source: source.clone(), confidence: *confidence }),
        None => Reading::Unread,
    }
}

/// `12%` → `0.12`, `0.12` as it is; exact.
fn read_rate(text: &str) -> Option<String> {
    let (figure, percent) = match text.strip_suffix(['%', '％']) {
        Some(figure) => (trim(figure), true),
        None => (text, false),
    };
    let money = Money::read(figure).ok()?;
    if !percent {
        return Some(money.to_string());
    }
    let (scaled, rest) = (money.ten_thousandths() / 100, money.ten_thousandths() % 100);
    (rest == 0).then(|| Money::from_ten_thousandths(scaled).to_string())
}

/// Tries the layout's equations, and the sums that the table prints below itself. Proven when they hold and every
/// amount of every row stands in one.
#[must_use]
pub fn prove_facts(layout: &Layout, facts: &Facts) -> Proof {
    let mut prover = Prover { facts, proof: Proof::none(), covered: HashSet::new() };
    for equation in &layout.equations {
        if !equation.times.is_empty() {
            for (_, row) in facts.rows() {
                prover.product(equation, row);
            }
        } else if equation.over_records {
            prover.over_records(equation);
        } else {
            for (number, row) in facts.rows() {
                prover.within(equation, number, row);
            }
        }
    }
    let amounts = layout.records.iter().flat_map(|r| &r.columns).filter(|c| c.value.is_figure());
    for column in amounts {
        prover.over_records(&FactEquation {
            total: format!("{}{TOTAL}", column.name),
            plus: vec![column.name.clone()],
            minus: Vec::new(),
            over_records: true,
            open: false,
            times: Vec::new(),
        });
    }
    let Prover { mut proof, covered, .. } = prover;
    let is_amount = |name: &str| {
        let named = name.strip_suffix(TOTAL).unwrap_or(name);
        layout.facts.iter().any(|f| f.name == name && f.value.is_amount())
            || layout
                .records
                .iter()
                .flat_map(|r| &r.columns)
                .any(|c| (c.name == name || c.name == named) && c.value.is_amount())
    };
    let every_amount_covered = facts.rows().all(|(number, row)| {
        row.keys().filter(|name| is_amount(name)).all(|name| covered.contains(&(number, name.to_string())))
    });
    let all_read = !facts.unread.iter().any(|(_, name)| is_amount(name));
    proof.status = match (proof.broken.is_empty(), proof.equations > 0, every_amount_covered && all_read) {
        (false, ..) => ProofStatus::Contradicted,
        (true, false, _) => ProofStatus::Unproven,
        (true, true, true) => ProofStatus::Proven,
        (true, true, false) => ProofStatus::Consistent,
    };
    proof
}

struct Prover<'a> {
    facts: &'a Facts,
    proof: Proof,
    /// Row and name of what stands in an equation that holds.
    covered: HashSet<(usize, String)>,
}

fn amount(row: &BTreeMap<Text, Field>, name: &str) -> Option<Money> {
    row.get(name).and_then(|field| Money::read(&field.value).ok())
}

fn term_sum(equation: &FactEquation, row: &BTreeMap<Text, Field>) -> Option<Money> {
    let plus = equation.plus.iter().filter_map(|name| amount(row, name));
    let minus = equation.minus.iter().filter_map(|name| amount(row, name)).map(Money::negated);
    plus.chain(minus).try_fold(Money::ZERO, Money::checked_add)
}

impl Prover<'_> {
    /// A row's total from the row's own terms.
    fn within(&mut self, equation: &FactEquation, number: usize, row: &BTreeMap<Text, Field>) {
        let mut terms = equation.plus.iter().chain(&equation.minus);
        let unread = terms.any(|name| self.facts.unread.contains(&(number, name.clone())));
        let has_terms = equation.plus.iter().any(|name| amount(row, name).is_some());
        let Some(expected) = term_sum(equation, row).filter(|_| has_terms && !unread) else { return };
        let may_have_more = equation.open && self.facts.has_other_amounts.contains(&number);
        if self.check(&equation.total, row, expected, may_have_more) {
            let names = std::iter::once(&equation.total).chain(&equation.plus).chain(&equation.minus);
            self.covered.extend(names.map(|name| (number, name.clone())));
        }
    }

    /// A product is off by less than a yuan, as some round to the fen and some to the yuan: it can contradict, and
    /// proves nothing by itself.
    fn product(&mut self, equation: &FactEquation, row: &BTreeMap<Text, Field>) {
        let factors: Option<Vec<Money>> = equation.times.iter().map(|name| amount(row, name)).collect();
        let product = factors.and_then(|factors| {
            let scale = i128::from(Money::from_fen(100).ten_thousandths());
            let product = factors.iter().try_fold(scale, |product, factor| {
                Some(product.checked_mul(i128::from(factor.ten_thousandths()))? / scale)
            })?;
            i64::try_from(product).ok().map(Money::from_ten_thousandths)
        });
        let (Some(expected), Some(found)) = (product, amount(row, &equation.total)) else { return };
        let close = expected.checked_sub(found).is_some_and(|off| off.abs() < Money::from_fen(100));
        self.check(&equation.total, row, if close { found } else { expected }, false);
    }

    /// A fact from the terms of all the records.
    fn over_records(&mut self, equation: &FactEquation) {
        let terms = || equation.plus.iter().chain(&equation.minus);
        let records = &self.facts.records;
        let unread = terms().any(|name| self.facts.unread.iter().any(|(row, unread)| *row > 0 && unread == name));
        let has_terms = records.iter().any(|row| equation.plus.iter().any(|name| amount(row, name).is_some()));
        if !has_terms || unread {
            return;
        }
        let sums = records.iter().map(|row| term_sum(equation, row));
        let Some(expected) = sums.into_iter().try_fold(Money::ZERO, |sum, term| sum.checked_add(term?)) else { return };
        if self.check(&equation.total, &self.facts.fields, expected, false) {
            self.covered.insert((0, equation.total.clone()));
            for number in 1..=records.len() {
                self.covered.extend(terms().map(|name| (number, name.clone())));
            }
        }
    }

    /// Whether the total is printed as it should be.
    fn check(&mut self, total: &str, row: &BTreeMap<Text, Field>, expected: Money, may_have_more: bool) -> bool {
        let (Some(found), Some(field)) = (amount(row, total), row.get(total)) else { return false };
        let holds = expected == found;
        if !holds && may_have_more {
            return false;
        }
        self.proof.equations += 1;
        if holds {
            self.proof.holding += 1;
        } else {
            self.proof.broken.push(Broken {
                equation: Equation::FactSum,
                seq: None,
                expected: Text::from(expected.to_string()),
                found: Text::from(found.to_string()),
                source: Some(field.source.clone()),
            });
        }
        holds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::document::{Content, Document, FileFacts, MediaType};
    use model::sheet::{Cell, CellKind, Row, Sheet, SheetOrigin};
    use model::statement::Statement;

    const PAYSLIP: &str = r#"
        kind = "payslip"
        version = 1
        title = "示例"
        [[identify]]
        columns = true
        [records]
        totals = "^合计"
        columns.name = { header = "姓名" }
        columns.gross_pay = { header = "应发工资", as = "amount" }
        columns.pension = { header = "养老#1", as = "amount", optional = true }
        columns.net_pay = { header = "实发工资", as = "amount" }
        [[equations]]
        total = "net_pay"
        plus = ["gross_pay"]
        minus = ["pension"]
        open = true
    "#;

    /// Rows of cells parted by blanks, `_` for none.
    fn sheet(text: &str) -> Sheet {
        let mut sheet = Sheet::new(SheetOrigin::Workbook { name: "Sheet1".into() });
        for (number, line) in (1..).zip(text.lines().map(str::trim).filter(|l| !l.is_empty())) {
            let cell_start = u32::try_from(sheet.cells.len()).unwrap();
            for (column, cell) in (1..).zip(line.split_whitespace()).filter(|(_, cell)| *cell != "_") {
                let start = u32::try_from(sheet.text.len()).unwrap();
                sheet.text.push_str(cell);
                let end = u32::try_from(sheet.text.len()).unwrap();
                sheet.cells.push(Cell { start, end, column, kind: CellKind::Text });
            }
            let cell_end = u32::try_from(sheet.cells.len()).unwrap();
            sheet.rows.push(Row { number, cell_start, cell_end });
        }
        sheet
    }

    fn read(layout: &str, text: &str) -> Statement {
        let layout = Layout::load("example/payslip.xlsx.toml", layout).unwrap();
        let document = Document {
            media_type: MediaType::Xlsx,
            page_count: None,
            content: Content::Sheets(vec![sheet(text)]),
            facts: FileFacts::default(),
            problems: Vec::new(),
        };
        crate::read_as(&layout, &document).statements.pop().unwrap()
    }

    const TWO: &str = "
        姓名 应发工资 养老 实发工资
        甲 8000 640 7360
        乙 9000 _ 9000
        合计 17000 640 16360";

    #[test]
    fn each_row_and_the_row_of_sums_must_add_up() {
        let statement = read(PAYSLIP, TWO);
        assert_eq!(statement.records.len(), 2);
        assert_eq!((statement.proof.status, statement.proof.equations), (ProofStatus::Proven, 5));
        assert_eq!(statement.fields["gross_pay_total"].value, "17000.00");
        for (edited, original) in [("7300", "7360"), ("9100", "9000"), ("17001", "17000")] {
            let statement = read(PAYSLIP, &TWO.replacen(original, edited, 1));
            assert_eq!(statement.proof.status, ProofStatus::Contradicted, "{edited}");
        }
    }

    #[test]
    fn an_amount_in_capitals_is_kept_beside_its_figures() {
        let with = |line: &str| read(PAYSLIP, &format!("{TWO}\n{line}"));
        let both = with("实发合计(大写):壹万陆仟叁佰陆拾元整 (小写):¥16,360.00");
        let shown = |name: &str| both.fields.get(name).map(|field| field.value.to_string());
        assert_eq!(shown("amount_in_words").as_deref(), Some("16360.00"));
        assert_eq!(shown("amount_in_figures").as_deref(), Some("16360.00"));
        // Of two amounts each has its own.
        let two = with("押金(小写):¥500.00\n实发合计(大写):壹万陆仟叁佰陆拾元整 (小写):¥16,360.00");
        assert_eq!(two.fields.get("amount_in_figures").map(|field| field.value.as_str()), Some("16360.00"));
        let between = with("押金(小写):¥500.00\n实发合计(大写):壹万陆仟叁佰陆拾元整\n(小写):¥16,360.00");
        assert!(!between.fields.contains_key("amount_in_figures"), "nobody knows which is meant");
        // Figures alone, or words alone, can be compared with nothing.
        for line in ["实发合计(小写):¥16,360.00", "实发合计(大写):壹万陆仟叁佰陆拾元整 见附件"]
        {
            assert!(!with(line).fields.contains_key("amount_in_words"), "{line}");
        }
    }

    #[test]
    fn an_amount_that_cannot_be_read_leaves_no_proof_and_no_blame() {
        let statement = read(PAYSLIP, &TWO.replace("甲 8000 640", "甲 8000 6A0"));
        assert_eq!(statement.proof.status, ProofStatus::Consistent);
        assert!(statement.proof.broken.is_empty());
    }

    #[test]
    fn a_row_without_its_total_is_not_covered_by_the_others() {
        let statement = read(PAYSLIP, "姓名 应发工资 养老 实发工资\n甲 8000 640 7360\n乙 9000 _ _");
        assert_eq!(statement.proof.status, ProofStatus::Consistent);
    }

    #[test]
    fn a_deduction_that_nobody_knows_is_no_contradiction() {
        let unknown = "姓名 应发工资 养老 餐费扣款 实发工资\n甲 8000 640 100 7260";
        let statement = read(PAYSLIP, unknown);
        assert_eq!((statement.proof.status, statement.proof.equations), (ProofStatus::Unproven, 0));
        assert_eq!(read(PAYSLIP, &unknown.replace("100", "0")).proof.status, ProofStatus::Contradicted);
    }

    #[test]
    fn columns_of_one_name_are_told_by_their_place_and_a_year_finds_its_month() {
        let layout = r#"
            kind = "social_insurance"
            version = 1
            title = "示例"
            [[identify]]
            columns = true
            [records]
            columns.month = { header = "年", as = "month", month_in = "月" }
            columns.pension_base = { header = "基数#1", as = "amount" }
            columns.medical_base = { header = "基数#2", as = "amount" }
        "#;
        let statement = read(layout, "年 月 基数 基数\n2025 1 8000 7000\n*2025 02 8000 7100");
        let shown = |name: &str| statement.records.iter().map(|r| r[name].value.to_string()).collect::<Vec<_>>();
        assert_eq!(shown("month"), ["2025-01", "2025-02"]);
        assert_eq!(statement.records.iter().filter(|r| r.contains_key("mark")).count(), 1);
        assert_eq!(shown("pension_base"), ["8000.00", "8000.00"]);
        assert_eq!(shown("medical_base"), ["7000.00", "7100.00"]);
    }

    #[test]
    fn rates_are_exact() {
        assert_eq!(read_rate("12%").as_deref(), Some("0.12"));
        assert_eq!(read_rate("0.05").as_deref(), Some("0.05"));
        assert_eq!(read_rate("7.5%").as_deref(), Some("0.075"));
    }
}
