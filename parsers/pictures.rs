//! Tests on pages as a reader of pictures makes them: words with places that are a little off, and doubts.

use model::document::{Content, Document, FileFacts, MediaType};
use model::page::{Change, Page, PageBuilder, WordShape};
use model::problem::ProblemCode;
use model::proof::{Equation, ProofStatus};
use model::source::Area;
use model::statement::{Flow, Parsed, Statement, Transaction};
use model::{Problem, Source};

use crate::parse;

const SIZE: f32 = 12.0;

/// A page in the making. In a text `{3|8:2.5}` is a character read as 3 that may be 8 at a cost of 2.5, `{3|:2}` one that
/// may be none, and `{3|3.:2}` one behind which a point may have been missed.
struct Picture {
    page: PageBuilder,
    words: f32,
}

impl Picture {
    fn new(number: u32) -> Self {
        let mut page = PageBuilder::new(number, 600.0, 1_000.0);
        page.reader("test");
        Self { page, words: 0.0 }
    }

    fn width(text: &str) -> f32 {
        text.chars().map(|c| if c.is_ascii() { 6.0 } else { SIZE }).sum()
    }

    /// Text from `x` on, words parted by blanks; every word a little off its line.
    fn text(mut self, x: f32, y: f32, text: &str) -> Self {
        let mut left = x;
        for word in text.split(' ') {
            let (plain, doubts) = parse_doubts(word);
            let mut edges = vec![left];
            for character in plain.chars() {
                edges.push(edges.last().unwrap() + Self::width(&character.to_string()));
            }
            self.words += 1.0;
            let off = (self.words * 0.7).sin();
            let shape = WordShape {
                top: y + off,
                bottom: y + off + SIZE,
                baseline: y + off + SIZE * 0.8,
                font_size: SIZE,
                font: 0,
                upright: true,
                confidence: 0.97,
            };
            self.page.word(&plain, &edges, shape);
            self.page.doubts(doubts);
            left = edges.last().unwrap() + 6.0;
        }
        self
    }

    fn right(self, x: f32, y: f32, text: &str) -> Self {
        let width = text.split(' ').map(|word| Self::width(&parse_doubts(word).0) + 6.0).sum::<f32>() - 6.0;
        self.text(x - width, y, text)
    }

    fn page(self) -> Page {
        self.page.finish()
    }
}

fn parse_doubts(word: &str) -> (String, Vec<(u32, Change, f32)>) {
    let (mut plain, mut doubts) = (String::new(), Vec::new());
    let mut rest = word;
    while let Some(open) = rest.find('{') {
        plain.push_str(&rest[..open]);
        let (inside, after) = rest[open + 1..].split_once('}').unwrap();
        let (read, others) = inside.split_once('|').unwrap();
        let at = u32::try_from(plain.chars().count()).unwrap();
        for other in others.split('|') {
            let (other, cost) = other.rsplit_once(':').unwrap();
            let change = match other.strip_prefix(read).and_then(|more| more.chars().next()) {
                Some(more) => Change::Followed(more),
                None => other.chars().next().map_or(Change::Absent, Change::Replaced),
            };
            doubts.push((at, change, cost.parse().unwrap()));
        }
        plain.push_str(read);
        rest = after;
    }
    plain.push_str(rest);
    (plain, doubts)
}

fn document(pages: Vec<Page>) -> Document {
    Document {
        media_type: MediaType::Pdf,
        page_count: u32::try_from(pages.len()).ok(),
        content: Content::Pages(pages),
        facts: FileFacts::default(),
        problems: Vec::new(),
    }
}

fn read(pages: Vec<Page>) -> (Statement, Parsed) {
    let mut parsed = parse(&document(pages)).unwrap();
    (parsed.statements.remove(0), parsed)
}

/// A bank's table: date, amount, balance, counterparty, one row a line.
fn table(rows: &str) -> Page {
    let mut picture = Picture::new(1)
        .text(220.0, 20.0, "示例银行账户交易明细")
        .text(40.0, 60.0, "交易日期")
        .text(140.0, 60.0, "摘要")
        .text(250.0, 60.0, "交易金额")
        .text(370.0, 60.0, "账户余额")
        .text(460.0, 60.0, "对方户名");
    let lines = rows.lines().map(str::trim).filter(|line| !line.is_empty());
    for (line, y) in lines.zip((0..).map(|row| 90.0 + 24.0 * row as f32)) {
        let words: Vec<&str> = line.split_whitespace().collect();
        picture = picture
            .text(40.0, y, words[0])
            .text(140.0, y, "快捷支付")
            .right(310.0, y, words[1])
            .right(430.0, y, words[2])
            .text(460.0, y, "示例面馆");
    }
    picture.page()
}

const ROWS: &str = "
    2025-03-01 -10.00 990.00
    2025-03-02 -123.40 866.60
    2025-03-05 +2,000.00 2,866.60
    2025-03-05 -18.80 2,847.80
    2025-03-08 -700.00 2,147.80";

fn with(original: &str, read: &str) -> (Statement, Parsed) {
    assert!(ROWS.contains(original));
    self::read(vec![table(&ROWS.replacen(original, read, 1))])
}

fn row(statement: &Statement, seq: u32) -> &Transaction {
    statement.transactions.iter().find(|t| t.seq == seq).unwrap()
}

#[test]
fn a_row_whose_printed_direction_a_wrong_figure_contradicts_is_shown_and_not_left_out() {
    // The fourth amount is 18.80: nothing on the picture says so, and without its row the others would hold.
    let mut picture = Picture::new(1).text(220.0, 20.0, "示例银行账户交易明细");
    for (x, name) in [(40.0, "记账日"), (140.0, "收/支"), (250.0, "交易金额"), (370.0, "联机余额"), (460.0, "交易摘要")]
    {
        picture = picture.text(x, 60.0, name);
    }
    let rows = [
        ("2025-03-01", "支", "10.00", "990.00"),
        ("2025-03-02", "支", "123.40", "866.60"),
        ("2025-03-05", "收", "2,000.00", "2,866.60"),
        ("2025-03-05", "支", "74.80", "2,847.80"),
        ("2025-03-08", "支", "700.00", "2,147.80"),
        ("2025-03-09", "收", "52.20", "2,200.00"),
        ("2025-03-11", "支", "200.00", "2,000.00"),
        ("2025-03-12", "支", "400.00", "1,600.00"),
    ];
    for ((day, way, amount, balance), y) in rows.iter().zip((0..).map(|row| 90.0 + 24.0 * row as f32)) {
        picture = picture.text(40.0, y, day).text(140.0, y, way).right(310.0, y, amount).right(430.0, y, balance);
        picture = picture.text(460.0, y, "快捷支付");
    }
    let (statement, parsed) = read(vec![picture.page()]);
    assert_eq!((statement.transactions.len(), statement.proof.status), (8, ProofStatus::Contradicted), "{parsed:?}");
    assert!(statement.proof.broken.iter().any(|broken| broken.seq == Some(4)), "{:?}", statement.proof);
}

#[test]
fn what_needs_no_repair_is_proven() {
    let (statement, parsed) = read(vec![table(ROWS)]);
    assert_eq!(statement.transactions.len(), 5, "{parsed:?}");
    assert_eq!(statement.proof.status, ProofStatus::Proven);
    assert!(statement.proof.repairs.is_empty() && statement.transactions.iter().all(|t| t.repaired.is_none()));
    assert!(row(&statement, 1).confidence < 1.0);
}

#[test]
fn nothing_is_proven_beside_a_page_that_could_not_be_read() {
    for (page, expected) in [(2, ProofStatus::Consistent), (9, ProofStatus::Proven)] {
        let mut document = document(vec![table(ROWS)]);
        let source = Source::Page { page, area: Area { x0: 0.0, y0: 0.0, x1: 1.0, y1: 1.0 } };
        document.problems.push(Problem::new(ProblemCode::UnreadablePage, "看不清", "not clear").at(source));
        let parsed = parse(&document).unwrap();
        assert_eq!(parsed.statements[0].proof.status, expected, "page {page}");
    }
}

#[test]
fn a_doubtful_digit_is_set_right_and_certified() {
    let (statement, _) = with("-123.40", "-1{7|2:1.5|1:2.5}3.40");
    assert_eq!(statement.proof.status, ProofStatus::Repaired);
    assert_eq!(row(&statement, 2).amount.to_string(), "-123.40");
    assert_eq!(row(&statement, 2).repaired.as_deref(), Some(&[("amount".into(), "-173.40".into())][..]));
    let [repair] = statement.proof.repairs.as_slice() else { panic!("{:?}", statement.proof) };
    assert_eq!(
        (repair.figure.as_str(), repair.original.as_str(), repair.value.as_str()),
        ("amount", "-173.40", "-123.40")
    );
    assert_eq!(repair.equations, [(Equation::RunningBalance, Some(2))]);
    assert_eq!(repair.source, row(&statement, 2).amount_source);
    assert!((repair.cost - 1.5).abs() < 0.01 && repair.margin.is_none_or(|margin| margin > 3.0));
}

#[test]
fn a_balance_is_held_by_both_its_neighbours() {
    let (statement, _) = with("2,866.60", "2,8{8|6:2}6.60");
    assert_eq!(statement.proof.status, ProofStatus::Repaired);
    assert_eq!(row(&statement, 3).balance.unwrap().to_string(), "2866.60");
    let [repair] = statement.proof.repairs.as_slice() else { panic!("{:?}", statement.proof) };
    assert_eq!(repair.equations, [(Equation::RunningBalance, Some(3)), (Equation::RunningBalance, Some(4))]);
}

#[test]
fn lost_and_added_characters_letters_and_points_are_set_right() {
    for (original, read) in [
        ("-123.40", "-1{3|:2}23.40"),
        ("-123.40", "-1{3|23:2}.40"),
        ("+2,000.00", "+2,O00.0o"),
        ("2,866.60", "286660"),
        ("2,866.60", "国2,866.60用"),
        ("866.60", "B66.60"),
    ] {
        // A character in front of the one that was missed is the one that doubts it.
        let read = if read == "-1{3|23:2}.40" { "-{1|12:2}3.40" } else { read };
        let (statement, parsed) = with(original, read);
        assert_eq!(
            statement.proof.status,
            ProofStatus::Repaired,
            "{read}: {:?} {:?}",
            statement.proof,
            parsed.problems
        );
        assert_eq!(statement.transactions.len(), 5);
        assert_eq!(statement.proof.repairs.len(), 1, "{read}");
        assert!(parsed.problems.is_empty(), "{read}: {:?}", parsed.problems);
    }
}

#[test]
fn a_point_for_a_comma_changes_no_digit() {
    let rows = ROWS.replace("+2,000.00 2,866.60", "+2.000.00 2.866.60").replace("2,847.80", "2.847,80");
    let (statement, parsed) = read(vec![table(&rows)]);
    assert_eq!(statement.proof.status, ProofStatus::Proven, "{:?} {:?}", statement.proof, parsed.problems);
    assert_eq!(row(&statement, 3).amount.to_string(), "2000.00");
    assert!(statement.proof.repairs.is_empty());
}

#[test]
fn a_lost_sign_is_told_by_the_balances() {
    // Each figure is printed with its sign: one without has lost it, and is no income.
    for seq in [2, 3, 4] {
        let mut lines: Vec<String> = ROWS.trim().lines().map(str::to_owned).collect();
        lines.push("2025-03-09 +1.20 2,149.00".to_owned());
        lines[seq - 1] = lines[seq - 1].replace(" -", " ").replace(" +", " ");
        let (statement, parsed) = read(vec![table(&lines.join("\n"))]);
        assert_eq!(statement.transactions.len(), 6, "{seq}: {:?} {:?}", statement.proof, parsed.problems);
        assert_eq!(statement.proof.status, ProofStatus::Repaired, "{seq}: {:?}", statement.proof);
        assert_eq!(row(&statement, seq as u32).flow, if seq == 3 { Flow::In } else { Flow::Out });
        // Lost in the picture or wiped off: who looks at it is told.
        let told = |problem: &&Problem| problem.seq == Some(seq as u32) && problem.message_zh.contains("正负号");
        assert_eq!(parsed.problems.iter().filter(told).count(), 1, "{seq}: {:?}", parsed.problems);
    }
}

#[test]
fn several_places_are_set_right_each_by_itself() {
    let rows = ROWS.replacen("-123.40", "-1{7|2:1.5}3.40", 1).replacen("-700.00", "-{1|7:3}00.00", 1);
    let (statement, _) = read(vec![table(&rows)]);
    assert_eq!(statement.proof.status, ProofStatus::Repaired);
    assert_eq!(statement.proof.repairs.len(), 2);
}

#[test]
fn what_was_read_surely_is_never_changed() {
    // An edited amount, an edited balance, an edited last row: no doubt, no repair.
    for (original, edited) in [("-123.40", "-173.40"), ("2,866.60", "2,886.60"), ("2,147.80", "2,747.80")] {
        let (statement, _) = with(original, edited);
        assert_eq!(statement.proof.status, ProofStatus::Contradicted, "{edited}");
        assert!(statement.proof.repairs.is_empty());
    }
}

#[test]
fn an_edited_digit_with_a_faint_likeness_to_the_old_one_is_not_set_right() {
    let (statement, parsed) = with("-123.40", "-1{7|2:6.5}3.40");
    assert_eq!(statement.proof.status, ProofStatus::Contradicted);
    assert!(statement.proof.repairs.is_empty());
    assert_eq!(row(&statement, 2).amount.to_string(), "-173.40");
    assert!(parsed.problems.iter().any(|p| p.seq == Some(2) && p.message_zh.contains("重拍")), "{:?}", parsed.problems);
}

#[test]
fn two_ways_that_are_nearly_as_likely_are_left_open() {
    // The amount 20 higher or the balance 20 lower, and the last row tells nothing more.
    let (statement, parsed) = with("-700.00 2,147.80", "-7{2|0:2}0.00 2,1{4|2:2.4}7.80");
    assert_ne!(statement.proof.status, ProofStatus::Repaired, "{:?}", statement.proof);
    assert!(statement.proof.repairs.is_empty());
    assert!(parsed.problems.iter().any(|p| p.seq == Some(5)), "{:?}", parsed.problems);
}

#[test]
fn a_row_that_is_not_there_is_not_made_up() {
    let rows = ROWS.replacen("2025-03-05 -18.80 2,847.80", "", 1).replacen("-700.00", "-7{0|1:3}0.00", 1);
    let (statement, _) = read(vec![table(&rows)]);
    assert_eq!((statement.transactions.len(), statement.proof.status), (4, ProofStatus::Contradicted));
    assert!(statement.proof.repairs.is_empty());
}

#[test]
fn too_many_repairs_are_no_repair() {
    let mut rows = ROWS.to_owned();
    for (original, read) in [
        ("+2,000.00", "+{7|2:1},000.00"),
        ("-123.40", "-1{7|2:1}3.40"),
        ("-18.80", "-{7|1:1}8.80"),
        ("-700.00", "-{1|7:1}00.00"),
    ] {
        rows = rows.replacen(original, read, 1);
    }
    let (statement, parsed) = read(vec![table(&rows)]);
    assert_eq!(statement.proof.status, ProofStatus::Contradicted);
    assert!(statement.proof.repairs.is_empty());
    assert!(parsed.problems.iter().any(|p| p.message_zh.contains("重拍")), "{:?}", parsed.problems);
}

#[test]
fn an_amount_that_nothing_decides_is_no_row() {
    let (statement, parsed) = with("-700.00 2,147.80", "-7O0.00 2,1{4|1:1}x7.80");
    assert_eq!(statement.transactions.len(), 4);
    assert!(parsed.problems.iter().any(|p| p.code == ProblemCode::UnreadableRow && p.seq == Some(5)));
    assert!(!statement.proof.status.is_proof());
}

#[test]
fn a_date_is_set_right_by_its_neighbours() {
    let (statement, _) = with("2025-03-02 -123.40", "2025-0{8|3:1.5}-02 -123.40");
    assert_eq!(row(&statement, 2).time.unwrap().to_string(), "2025-03-02");
    assert_eq!(statement.proof.status, ProofStatus::Repaired);
    let (statement, parsed) = with("2025-03-02 -123.40", "2025-0302 -123.40");
    assert_eq!(row(&statement, 2).time.unwrap().to_string(), "2025-03-02", "{:?}", parsed.problems);
    assert_eq!(statement.proof.status, ProofStatus::Proven, "no digit was changed");
}

#[test]
fn a_header_with_a_misread_character_is_found() {
    let page = table(ROWS);
    let mut misread = page.clone();
    misread.text = page.text.replacen("账户余额", "账户佘额", 1).replacen("交易金额", "交易全额", 1);
    let (statement, _) = read(vec![misread]);
    assert_eq!(statement.transactions.len(), 5);
    assert_eq!(statement.proof.status, ProofStatus::Proven);
}

#[test]
fn a_name_of_two_lines_around_the_first_row_is_no_part_of_the_heading() {
    let mut picture = Picture::new(1)
        .text(220.0, 20.0, "示例银行账户交易明细")
        .text(40.0, 60.0, "交易日期")
        .text(250.0, 60.0, "交易金额")
        .text(370.0, 60.0, "账户余额")
        .text(460.0, 60.0, "对方户名");
    let lines = ROWS.lines().map(str::trim).filter(|line| !line.is_empty());
    for (line, y) in lines.zip((0..).map(|row| 96.0 + 30.0 * row as f32)) {
        let words: Vec<&str> = line.split_whitespace().collect();
        picture = picture
            .text(40.0, y, words[0])
            .right(310.0, y, words[1])
            .right(430.0, y, words[2])
            .text(460.0, y - 6.5, "示例餐饮管理")
            .text(460.0, y + 6.5, "有限公司");
    }
    let (statement, parsed) = read(vec![picture.page()]);
    assert_eq!(statement.proof.status, ProofStatus::Proven, "{:?}", parsed.problems);
    for row in &statement.transactions {
        assert_eq!(row.counterparty.as_deref(), Some("示例餐饮管理有限公司"), "row {}", row.seq);
    }
}

/// A bank's table with a column that says the direction: date, direction, amount, balance.
fn directed(rows: &str) -> (Statement, Parsed) {
    let mut picture = Picture::new(1)
        .text(220.0, 20.0, "示例银行账户交易明细")
        .text(40.0, 60.0, "交易日期")
        .text(140.0, 60.0, "收/支")
        .text(250.0, 60.0, "交易金额")
        .text(370.0, 60.0, "账户余额");
    for (line, y) in rows.lines().zip((0..).map(|row| 90.0 + 24.0 * row as f32)) {
        let words: Vec<&str> = line.split_whitespace().collect();
        picture = picture
            .text(40.0, y, words[0])
            .text(145.0, y, words[1])
            .right(310.0, y, words[2])
            .right(430.0, y, words[3]);
    }
    read(vec![picture.page()])
}

const DIRECTED: &str = "2025-03-01 支 10.00 990.00
2025-03-02 支 123.40 866.60
2025-03-05 收 2,000.00 2,866.60
2025-03-05 支 18.80 2,847.80
2025-03-08 支 700.00 2,147.80
2025-03-09 收 1.20 2,149.00";

#[test]
fn a_misread_direction_is_what_its_doubts_or_the_balances_say() {
    assert_eq!(directed(DIRECTED).0.proof.status, ProofStatus::Proven);
    for (read, status) in [("{文|支:2}", ProofStatus::Proven), ("攴", ProofStatus::Repaired)] {
        for seq in [2_u32, 5] {
            let mut lines: Vec<String> = DIRECTED.lines().map(str::to_owned).collect();
            lines[seq as usize - 1] = lines[seq as usize - 1].replace("支", read);
            let (statement, parsed) = directed(&lines.join("\n"));
            assert_eq!(statement.transactions.len(), 6, "{read}: {:?}", parsed.problems);
            assert_eq!(statement.proof.status, status, "{read} {seq}: {:?}", statement.proof);
            assert!(row(&statement, seq).amount.is_negative() && row(&statement, seq).flow == Flow::Out);
        }
    }
}

#[test]
fn a_direction_that_nothing_tells_is_no_row() {
    // The first row of a chain without an opening balance fits both ways.
    let (statement, parsed) = directed(&DIRECTED.replacen("支", "攴", 1));
    assert_eq!(statement.transactions.len(), 5, "{:?}", statement.proof);
    assert!(parsed.problems.iter().any(|p| p.code == ProblemCode::UnreadableRow && p.seq == Some(1)));
    assert!(!statement.proof.status.is_proof());
}

#[test]
fn a_skewed_page_has_the_same_lines() {
    let mut page = table(ROWS);
    for word in &mut page.words {
        let shift = word.x0 * 0.02;
        (word.top, word.bottom, word.baseline) = (word.top + shift, word.bottom + shift, word.baseline + shift);
    }
    let (statement, _) = read(vec![page]);
    assert_eq!((statement.transactions.len(), statement.proof.status), (5, ProofStatus::Proven));
}

// ---- lists of apps ----

/// Items `title|time|amount` under each other, as WeChat shows them.
fn wechat(number: u32, heading: &[&str], items: &[&str]) -> Page {
    let mut picture = Picture::new(number).text(40.0, 10.0, "9:41").text(280.0, 40.0, "账单");
    let mut y = 80.0;
    for line in heading {
        picture = picture.text(30.0, y, line);
        y += 22.0;
    }
    y += 20.0;
    for item in items {
        let parts: Vec<&str> = item.split('|').collect();
        // The picture at the left holds a letter of the name.
        picture = picture
            .text(32.0, y + 16.0, "美")
            .text(80.0, y, parts[0])
            .right(570.0, y + 2.0, &parts[2..].join("|"))
            .text(80.0, y + 24.0, parts[1]);
        y += 70.0;
    }
    picture.page()
}

const HEADING: [&str; 2] = ["2025年1月", "支出¥42.30 收入¥100.00"];
const ITEMS: [&str; 4] = [
    "示例面馆|1月15日 12:30|-12.30",
    "转账-来自陈示例|1月14日 09:05|+100.00",
    "零钱提现|1月3日 08:00|500.00",
    "示例超市|12月30日 18:20|-30.00",
];

#[test]
fn an_apps_list_is_read_item_by_item() {
    let (statement, parsed) = read(vec![wechat(1, &HEADING, &ITEMS)]);
    assert_eq!(parsed.parser.id, "wechat.app.image");
    let shown: Vec<String> = statement
        .transactions
        .iter()
        .map(|t| {
            let name = t.counterparty.as_deref().unwrap_or("_");
            format!("{name} {} {} {}", t.time.map_or("_".into(), |w| w.to_string()), t.amount, t.flow.as_str())
        })
        .collect();
    assert_eq!(
        shown,
        [
            "示例面馆 2025-01-15T12:30:00+08:00 -12.30 out",
            "转账-来自陈示例 2025-01-14T09:05:00+08:00 100.00 in",
            "零钱提现 2025-01-03T08:00:00+08:00 500.00 neutral",
            "示例超市 2024-12-30T18:20:00+08:00 -30.00 out",
        ]
    );
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    assert_eq!(statement.proof.holding, 2, "what came in and what went out: {:?}", statement.proof);
}

#[test]
fn a_months_sums_set_an_amount_right() {
    let mut items = ITEMS;
    items[0] = "示例面馆|1月15日 12:30|-1{7|2:2}.30";
    let (statement, _) = read(vec![wechat(1, &HEADING, &items)]);
    assert_eq!(row(&statement, 1).amount.to_string(), "-12.30");
    assert_eq!(statement.proof.repairs.len(), 1);
    assert_eq!(statement.proof.repairs[0].equations, [(Equation::OutSum, None)]);
}

#[test]
fn a_list_that_is_cut_contradicts_nothing_and_one_that_shows_too_much_does() {
    let (statement, _) = read(vec![wechat(1, &HEADING, &ITEMS[..3])]);
    assert_eq!((statement.transactions.len(), statement.proof.status), (3, ProofStatus::Unproven));
    let mut items = ITEMS;
    items[0] = "示例面馆|1月15日 12:30|-92.30";
    let (statement, _) = read(vec![wechat(1, &HEADING, &items)]);
    assert_eq!(statement.proof.status, ProofStatus::Contradicted);
}

#[test]
fn screenshots_that_overlap_are_one_list() {
    let first = wechat(1, &HEADING, &ITEMS[..3]);
    let second = wechat(2, &[], &ITEMS[1..]);
    let (statement, parsed) = read(vec![first, second]);
    assert_eq!(statement.transactions.len(), 4, "{:?}", statement.transactions);
    let pages: Vec<u32> = statement
        .transactions
        .iter()
        .map(|t| match &t.source {
            model::Source::Page { page, .. } => *page,
            _ => 0,
        })
        .collect();
    assert_eq!(pages, [1, 1, 1, 2]);
    assert_eq!(statement.transactions.iter().map(|t| t.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(statement.proof.holding, 2, "the sums are about both pictures: {:?}", parsed.problems);
    assert_eq!(row(&statement, 4).time.unwrap().to_string(), "2024-12-30T18:20:00+08:00");
}

/// Items of a bank's app: summary and amount, counterparty and balance, time.
fn bank(items: &str) -> Page {
    let mut picture = Picture::new(1).text(260.0, 30.0, "交易明细").text(30.0, 70.0, "2025年3月");
    for (item, y) in items.lines().filter(|l| !l.trim().is_empty()).zip((0..).map(|i| 120.0 + 90.0 * i as f32)) {
        let parts: Vec<&str> = item.trim().split(';').collect();
        picture = picture
            .text(30.0, y, parts[0])
            .right(570.0, y + 2.0, parts[1])
            .text(30.0, y + 26.0, "示例贸易有限公司")
            .right(570.0, y + 28.0, &format!("余额 {}", parts[2]))
            .text(30.0, y + 50.0, parts[3]);
    }
    picture.page()
}

#[test]
fn a_banks_list_is_proven_by_its_balances() {
    let items = "
        消费;-18.80;2,847.80;2025-03-05 12:00:01
        代发工资;+2,000.00;2,866.60;2025-03-05 09:00:00
        快捷支付;-123.40;866.60;2025-03-02 18:11:09
        消费;-10.00;990.00;2025-03-01 08:00:00";
    let (statement, parsed) = read(vec![bank(items)]);
    assert_eq!(parsed.parser.id, "bank.app.image");
    assert_eq!((statement.transactions.len(), statement.proof.status), (4, ProofStatus::Proven), "{parsed:?}");
    assert_eq!(row(&statement, 1).counterparty.as_deref(), Some("示例贸易有限公司"));
    assert_eq!(row(&statement, 1).description.as_deref(), Some("消费"));
    let (statement, _) = read(vec![bank(&items.replacen("2,866.60", "2,8{8|6:2}6.60", 1))]);
    assert_eq!(statement.proof.status, ProofStatus::Repaired);
    let (statement, _) = read(vec![bank(&items.replacen("2,866.60", "2,886.60", 1))]);
    assert_eq!(statement.proof.status, ProofStatus::Contradicted);
}

// ---- facts ----

fn payslip(gross: &str, net: &str) -> Page {
    Picture::new(1)
        .text(240.0, 20.0, "工资条")
        .text(40.0, 60.0, "姓名：周示例")
        .text(40.0, 90.0, "应发工资")
        .text(140.0, 90.0, gross)
        .text(320.0, 90.0, "养老保险")
        .text(420.0, 90.0, "640.00")
        .text(40.0, 120.0, "个人所得税")
        .text(140.0, 120.0, "35.20")
        .text(320.0, 120.0, "实发工资")
        .text(420.0, 120.0, net)
        .page()
}

#[test]
fn a_payslips_sum_sets_its_net_pay_right() {
    let (statement, _) = read(vec![payslip("8,000.00", "7,324.80")]);
    assert_eq!(statement.proof.status, ProofStatus::Proven, "{:?}", statement.fields);
    assert!(statement.fields["net_pay"].confidence < 1.0);
    let (statement, _) = read(vec![payslip("8,000.00", "7,{8|3:2}24.80")]);
    assert_eq!(statement.proof.status, ProofStatus::Repaired);
    assert_eq!(statement.fields["net_pay"].value, "7324.80");
    assert_eq!(statement.proof.repairs[0].figure, "net_pay");
    let (statement, _) = read(vec![payslip("9,000.00", "7,{8|3:2}24.80")]);
    assert_eq!(statement.proof.status, ProofStatus::Contradicted);
}

#[test]
fn an_amount_that_no_balance_reaches_is_not_proven_while_it_is_in_doubt() {
    let (statement, _) = with("-10.00 990.00", "-{7|1:2}0.00 990.00");
    assert_eq!((statement.proof.status, statement.proof.unchecked.as_slice()), (ProofStatus::Consistent, &[1][..]));
}

#[test]
fn a_page_whose_header_cannot_be_read_is_not_left_out_in_silence() {
    let first = table(ROWS);
    let mut unread = first.clone();
    for name in ["交易日期", "交易金额", "账户余额", "对方户名", "摘要"] {
        unread.text = unread.text.replacen(name, &"口".repeat(name.chars().count()), 1);
    }
    unread.number = 1;
    let mut second = first;
    second.number = 2;
    let (statement, parsed) = read(vec![unread, second]);
    assert!(!statement.proof.status.is_proof(), "{:?}", statement.proof);
    assert_eq!(parsed.problems.iter().filter(|p| p.code == ProblemCode::UnreadableRow).count(), 5);
}
