//! The forgeries, one entry each.

use jiff::ToSpan;
use jiff::civil::date;
use make_samples::layout::{BankLayout, WalletLayout};
use make_samples::rows::{BankRow, BankStatement, Window};
use make_samples::tamper_pdf::{Paper, Run};
use make_samples::text::grouped;
use make_samples::{MakeError, tamper};
use model::Money;

use super::{Forged, Forgery, Papers, Place, bank, banks, clean, wallet};

const fn arithmetic(zh: &'static str, en: &'static str, check: &'static str, make: fn() -> Forged) -> Forgery {
    Forgery { zh, en, breaks_arithmetic: true, check, make }
}

const fn other(zh: &'static str, en: &'static str, check: &'static str, make: fn() -> Forged) -> Forgery {
    Forgery { zh, en, breaks_arithmetic: false, check, make }
}

pub const FORGERIES: &[Forgery] = &[
    // --- what a paper says about itself no longer adds up ---
    arithmetic("改一笔金额（招行）", "an amount edited, CMB", "running_balance", || edit("salaried", 1_000)),
    arithmetic("改一笔金额（农行）", "an amount edited, ABC", "running_balance", || edit("gig", 1_000)),
    arithmetic("改一笔金额（中行）", "an amount edited, BOC", "running_balance", || edit("merchant", 1_000)),
    arithmetic("改一笔金额（建行）", "an amount edited, CCB", "running_balance", || edit("farmer", 1_000)),
    arithmetic("改一笔金额（工行表格）", "an amount edited, ICBC sheet", "running_balance", || {
        let (at, statement) = (1, banks("merchant")[1]);
        let row = statement.rows.len() / 3;
        let amount = statement.rows[row].amount.plus(Money::from_fen(70_000));
        let forged = tamper::edit_amount(statement, row, amount, |s| BankLayout::IcbcV2.print(s)).unwrap();
        Forged::new(clean("merchant").with(at, forged), Place::Row(at, statement.rows[row].balance))
    }),
    arithmetic("收入首位加 1", "a digit put before a salary", "running_balance", || {
        let (at, layout, statement) = bank("salaried");
        let row = salaries(statement)[2];
        let raised = statement.rows[row].amount.plus(Money::from_fen(10_000_000));
        of_row(at, row, statement, tamper::edit_amount(statement, row, raised, |s| layout.print(s)))
    }),
    arithmetic("改一笔余额", "a balance edited", "running_balance", || {
        let (at, layout, statement) = bank("salaried");
        let row = 60;
        let mut edited = statement.clone();
        edited.rows[row].balance = edited.rows[row].balance.plus(Money::from_fen(500_000));
        let balance = edited.rows[row].balance;
        Forged::new(clean("salaried").with(at, layout.print(&edited).unwrap()), Place::Row(at, balance))
    }),
    arithmetic("改金额并改本行余额", "an amount and its own balance edited", "running_balance", || {
        let (at, layout, statement) = bank("salaried");
        let row = salaries(statement)[3];
        let more = Money::from_fen(400_000);
        let mut edited = statement.clone();
        edited.rows[row].amount = edited.rows[row].amount.plus(more);
        edited.rows[row].balance = edited.rows[row].balance.plus(more);
        let balance = edited.rows[row].balance;
        Forged::new(clean("salaried").with(at, layout.print(&edited).unwrap()), Place::Row(at, balance))
    }),
    arithmetic("删除一行", "a row taken out", "running_balance", || {
        let (at, layout, statement) = bank("salaried");
        let row = 77;
        of_row(at, row + 1, statement, tamper::drop_row(statement, row, |s| layout.print(s)))
    }),
    arithmetic("删除还款行", "loan instalments taken out", "running_balance", || {
        let (at, layout, statement) = bank("salaried");
        let row = statement.rows.iter().position(|row| row.counterparty.contains("消费金融")).unwrap();
        of_row(at, row + 1, statement, tamper::drop_row(statement, row, |s| layout.print(s)))
    }),
    arithmetic("插入工资行", "a salary row put in", "running_balance", || {
        let (at, layout, statement) = bank("salaried");
        let row = salaries(statement)[1];
        let mut edited = statement.clone();
        let mut again = edited.rows[row].clone();
        again.balance = again.balance.plus(again.amount);
        let balance = again.balance;
        edited.rows.insert(row + 1, again);
        Forged::new(clean("salaried").with(at, layout.print(&edited).unwrap()), Place::Row(at, balance))
    }),
    arithmetic("重复一行", "a row printed twice", "running_balance", || {
        let (at, layout, statement) = bank("salaried");
        let row = salaries(statement)[2];
        of_row(at, row, statement, tamper::duplicate_row(statement, row, |s| layout.print(s)))
    }),
    arithmetic("拼接另一账户的流水", "another account's rows spliced in", "running_balance", || {
        let (at, layout, statement) = bank("salaried");
        let (_, _, other) = bank("gig");
        let cut = statement.rows.len() / 2;
        let spliced = tamper::splice(statement, other, cut, |s| layout.print(s));
        Forged::new(clean("salaried").with(at, spliced.unwrap()), Place::Row(at, statement.rows[cut - 1].balance))
    }),
    arithmetic("抽去中间一页", "a page in the middle taken out", "running_balance", || {
        let (at, layout, statement) = bank("salaried");
        let (from, to) = (100, 125);
        let mut edited = statement.clone();
        edited.rows.drain(from..to);
        let balance = statement.rows[to].balance;
        Forged::new(clean("salaried").with(at, layout.print(&edited).unwrap()), Place::Row(at, balance))
    }),
    arithmetic("只改账单期间", "the printed period edited", "dates_in_period", || {
        let (at, layout, statement) = bank("salaried");
        let window = Window { from: date(2026, 3, 1), to: date(2026, 8, 31) };
        Forged::new(
            clean("salaried").with(at, tamper::edit_period(statement, window, |s| layout.print(s)).unwrap()),
            Place::Document(at),
        )
    }),
    arithmetic(
        "合计未随金额改动（招行表格）",
        "totals not edited with an amount, CMB sheet",
        "declared_totals",
        || {
            let (at, _, statement) = bank("salaried");
            let row = salaries(statement)[2];
            let raised = statement.rows[row].amount.plus(Money::from_fen(300_000));
            let print = |s: &BankStatement| BankLayout::CmbCsv.print(s);
            let forged = tamper::edit_and_rechain(statement, row, raised, print).unwrap();
            let papers = clean("salaried").with_file(at, "CMB_20260201_20260831.csv", forged);
            Forged::new(papers, Place::Document(at))
        },
    ),
    arithmetic("支付宝账单改一笔金额", "an amount edited in an Alipay bill", "declared_totals", || {
        let (at, layout, statement) = wallet("salaried", |layout| layout == WalletLayout::AlipayV2);
        let row = statement.rows.len() / 2;
        let amount = statement.rows[row].amount.plus(Money::from_fen(88_800));
        let forged = tamper::edit_wallet_amount(statement, row, amount, |s| layout.print(s));
        Forged::new(clean("salaried").with(at, forged.unwrap()), Place::Document(at))
    }),
    arithmetic("微信账单改一笔金额", "an amount edited in a WeChat bill", "declared_totals", || {
        let (at, layout, statement) = wallet("merchant", |_| true);
        let row = statement.rows.len() / 2;
        let amount = statement.rows[row].amount.plus(Money::from_fen(888_800));
        let forged = tamper::edit_wallet_amount(statement, row, amount, |s| layout.print(s));
        Forged::new(clean("merchant").with(at, forged.unwrap()), Place::Document(at))
    }),
    arithmetic("工资条改实发数", "a payslip's net pay raised", "", || {
        let mut paper = sample_pdf("payslip/samples/slip.pdf");
        let run = paper.holding("实发工资").unwrap();
        let last = run.text().rfind("760").unwrap();
        assert!(last > 0);
        paper.retype(&run, "760", "960");
        alone(paper.resave().unwrap(), "payslip/samples/slip.pdf")
    }),
    arithmetic("纳税记录改一月税额", "a month's tax raised on a tax record", "", || {
        let mut paper = sample_pdf("tax/samples/record-short.pdf");
        let run = paper.holding("9,058.00").or_else(|_| paper.holding("90.58")).unwrap();
        paper.retype(&run, "90.58", "990.58");
        alone(paper.resave().unwrap(), "tax/samples/record-short.pdf")
    }),
    // --- it adds up, and is false ---
    other(
        "改金额并重算全部余额",
        "an amount edited and every later balance computed anew",
        "interest_amount",
        || {
            let (at, layout, statement) = bank("salaried");
            let row = salaries(statement)[1];
            let raised = statement.rows[row].amount.plus(Money::from_fen(500_000));
            let forged = tamper::edit_and_rechain(statement, row, raised, |s| layout.print(s));
            Forged::new(clean("salaried").with(at, forged.unwrap()), Place::Document(at))
        },
    ),
    other("每月工资抬高三成并重算", "every salary raised by a third, rechained", "interest_amount", || {
        let (at, layout, statement) = bank("salaried");
        let forged = tamper::scale_and_rechain(statement, is_salary, 130, |s| layout.print(s));
        Forged::new(clean("salaried").with(at, forged.unwrap()), Place::Document(at))
    }),
    other("插入工资行并重算", "salary rows put in, rechained", "interest_amount", || {
        let (at, layout, statement) = bank("salaried");
        let inserted: Vec<(usize, BankRow)> = salaries(statement)
            .into_iter()
            .map(|row| {
                let mut again = statement.rows[row].clone();
                again.time = again.time.checked_add(1.minute()).unwrap();
                again.amount = Money::from_fen(620_000);
                (row, again)
            })
            .collect();
        let forged = tamper::insert_and_rechain(statement, &inserted, |s| layout.print(s));
        Forged::new(clean("salaried").with(at, forged.unwrap()), Place::Document(at))
    }),
    other("删除全部还款行并重算", "every loan instalment taken out, rechained", "interest_amount", || {
        let (at, layout, statement) = bank("salaried");
        let forged =
            tamper::drop_and_rechain(statement, |row| row.counterparty.contains("消费金融"), |s| layout.print(s));
        Forged::new(clean("salaried").with(at, forged.unwrap()), Place::Document(at))
    }),
    other("改结息金额并重算", "an interest posting raised, rechained", "interest_amount", || {
        let (at, layout, statement) = bank("salaried");
        let row = statement.rows.iter().rposition(|row| row.description.contains("结息")).unwrap();
        let raised = statement.rows[row].amount.plus(Money::from_fen(4_000));
        let forged = tamper::edit_and_rechain(statement, row, raised, |s| layout.print(s));
        Forged::new(clean("salaried").with(at, forged.unwrap()), Place::Document(at))
    }),
    other("抬高期初余额并重算", "the opening balance raised, rechained", "interest_amount", || {
        let (at, layout, statement) = bank("salaried");
        let mut edited = statement.clone();
        for row in &mut edited.rows {
            row.balance = row.balance.plus(Money::from_fen(8_000_000));
        }
        Forged::new(clean("salaried").with(at, layout.print(&edited).unwrap()), Place::Document(at))
    }),
    other("换户名", "another holder's name", "holder_agrees", || {
        let (at, layout, statement) = bank("salaried");
        let forged = tamper::rename_holder(statement, "何景行", |s| layout.print(s));
        Forged::new(clean("salaried").with(at, forged.unwrap()), Place::Document(at))
    }),
    other(
        "两份重叠导出，其一改过并重算",
        "two exports that overlap, one edited and rechained",
        "overlapping_exports_agree",
        || {
            let (at, layout, statement) = bank("salaried");
            let row = salaries(statement)[4];
            let raised = statement.rows[row].amount.plus(Money::from_fen(500_000));
            let forged = tamper::edit_and_rechain(statement, row, raised, |s| layout.print(s)).unwrap();
            let papers = clean("salaried");
            let genuine = papers.files[at].1.clone();
            Forged::new(papers.with(at, forged).and("earlier.pdf", genuine), Place::Document(at))
        },
    ),
    other("刷流水：当日转入转出", "circular flow: in and out again within the hour", "", || {
        let (at, layout, statement) = bank("salaried");
        let through = ("杭州盛远商贸有限公司", "571900887710203");
        let forged = tamper::circle(statement, Money::from_fen(2_000_000), 24, through, |s| layout.print(s));
        Forged::new(clean("salaried").with(at, forged.unwrap()), Place::Document(at))
    }),
    other("PDF 增量保存改金额", "an amount edited, saved incrementally", "earlier_revision_agrees", || {
        in_pdf(|paper, run| {
            paper.retype(run, &run_text(run), &raised(run));
            Saved::Appended
        })
    }),
    other(
        "PDF 增量保存改对方户名",
        "a payer renamed to a company, saved incrementally",
        "earlier_revision_agrees",
        || {
            let mut paper = salaried_pdf();
            let run = paper.holding("青梧信息").unwrap();
            paper.retype(&run, "青梧信息", "恒远集团");
            page_of(&run, paper.append())
        },
    ),
    other("PDF 增量保存改户名", "the holder renamed, saved incrementally", "earlier_revision_agrees", || {
        let mut paper = salaried_pdf();
        let run = paper.holding("陆知夏").unwrap();
        paper.retype(&run, "陆知夏", "陆知秋");
        page_of(&run, paper.append())
    }),
    other("白块盖住金额再写", "a white box over an amount and another on it", "text_visible", || {
        in_pdf(|paper, run| {
            paper.paint_over(run, &raised(run));
            Saved::Anew
        })
    }),
    other("白图片盖住金额再写", "a white picture over an amount and another on it", "text_visible", || {
        in_pdf(|paper, run| {
            paper.paste_over(run, &raised(run)).unwrap();
            Saved::Anew
        })
    }),
    other("在金额上再写一个金额", "another amount written over one", "text_visible", || {
        in_pdf(|paper, run| {
            paper.write_over(run, &raised(run));
            Saved::Anew
        })
    }),
    other("白块盖住并增量保存", "a white box over an amount, saved incrementally", "text_visible", || {
        in_pdf(|paper, run| {
            paper.paint_over(run, &raised(run));
            Saved::Appended
        })
    }),
    other("换字体改金额", "an amount retyped in another font", "figures_in_one_font", || {
        in_pdf(|paper, run| {
            paper.retype_in_helvetica(run, &raised(run)).unwrap();
            Saved::Anew
        })
    }),
    other("换字体重打同一金额", "the same amount retyped in another font", "figures_in_one_font", || {
        in_pdf(|paper, run| {
            paper.retype_in_helvetica(run, &run_text(run)).unwrap();
            Saved::Anew
        })
    }),
    other("用文本框批注盖住金额", "an editor's text box over an amount", "text_visible", || {
        in_pdf(|paper, run| {
            paper.note_over(run, &raised(run), true).unwrap();
            Saved::Anew
        })
    }),
    other("同字体重打金额，低了 0.4 磅", "the same amount set 0.4 pt lower", "figures_in_one_font", || {
        in_pdf(|paper, run| {
            paper.shift(run, 0.4);
            Saved::Anew
        })
    }),
    other("金额压窄到 94%", "an amount squeezed to 94 %", "figures_in_one_font", || {
        in_pdf(|paper, run| {
            paper.squeeze(run, 94.0);
            Saved::Anew
        })
    }),
    other(
        "金额移到页面内容最后重画",
        "an amount drawn anew at the page's end",
        "figures_in_one_font",
        || {
            in_pdf(|paper, run| {
                paper.redraw_last(run);
                Saved::Anew
            })
        },
    ),
    other("把一行改成白字", "a row made white", "text_visible", || {
        in_pdf(|paper, run| {
            paper.hide_line(run, true);
            Saved::Anew
        })
    }),
    other("把一行设为不显示", "a row drawn without a mark", "text_visible", || {
        let mut paper = salaried_pdf();
        let run = an_amount(&paper);
        paper.hide_line(&run, false);
        page_of(&run, paper.resave().unwrap())
    }),
    other("编辑软件另存并改金额", "an amount edited and saved by an editor", "producer_known", || {
        in_pdf(|paper, run| {
            paper.retype(run, &run_text(run), &raised(run));
            paper.say(&[("Producer", "Adobe Acrobat Pro DC 20.6"), ("ModDate", "D:20260903101010+08'00'")]).unwrap();
            Saved::Anew
        })
    }),
    other("改制作日期", "its date of making edited", "file_dates_agree", || {
        let mut paper = salaried_pdf();
        paper.say(&[("CreationDate", "D:20260301090000+08'00'"), ("ModDate", "D:20260301090000+08'00'")]).unwrap();
        let (at, ..) = bank("salaried");
        Forged::new(clean("salaried").with(at, paper.resave().unwrap()), Place::Document(at))
    }),
];

impl Forged {
    fn new(papers: Papers, place: Place) -> Self {
        let before = clean(papers.folder);
        Self { papers, before, place }
    }
}

/// The bank paper with one amount edited, every balance left.
fn edit(folder: &'static str, more: i64) -> Forged {
    let (at, layout, statement) = bank(folder);
    let row = statement.rows.len() / 2;
    let amount = statement.rows[row].amount.plus(Money::from_fen(more));
    let forged = tamper::edit_amount(statement, row, amount, |s| layout.print(s));
    let balance = statement.rows[row].balance;
    Forged::new(clean(folder).with(at, forged.unwrap()), Place::Row(at, balance))
}

fn of_row(at: usize, row: usize, statement: &BankStatement, forged: Result<Vec<u8>, MakeError>) -> Forged {
    Forged::new(clean("salaried").with(at, forged.unwrap()), Place::Row(at, statement.rows[row].balance))
}

fn is_salary(row: &BankRow) -> bool {
    row.description.contains("代发工资")
}

fn salaries(statement: &BankStatement) -> Vec<usize> {
    (0..statement.rows.len()).filter(|&at| is_salary(&statement.rows[at])).collect()
}

/// Where changes to the PDF go.
enum Saved {
    Anew,
    Appended,
}

fn salaried_pdf() -> Paper {
    let (_, layout, statement) = bank("salaried");
    Paper::open(&layout.print(statement).unwrap()).unwrap()
}

/// A salary's amount in the CMB paper.
fn an_amount(paper: &Paper) -> Run {
    let (_, _, statement) = bank("salaried");
    let row = &statement.rows[salaries(statement)[3]];
    paper.beside(&grouped(row.amount), &grouped(row.balance)).unwrap()
}

fn run_text(run: &Run) -> String {
    run.text().to_owned()
}

/// The same figure with a higher first digit.
fn raised(run: &Run) -> String {
    format!("9{}", &run.text()[1..])
}

fn in_pdf(change: fn(&mut Paper, &Run) -> Saved) -> Forged {
    let mut paper = salaried_pdf();
    let run = an_amount(&paper);
    let bytes = match change(&mut paper, &run) {
        Saved::Anew => paper.resave().unwrap(),
        Saved::Appended => paper.append(),
    };
    page_of(&run, bytes)
}

pub fn page_of(run: &Run, bytes: Vec<u8>) -> Forged {
    let (at, ..) = bank("salaried");
    let page = u32::try_from(run.page_number()).unwrap();
    Forged::new(clean("salaried").with(at, bytes), Place::Page(at, page))
}

pub fn sample(path: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("parsers").join(path)).unwrap()
}

pub fn sample_pdf(path: &str) -> Paper {
    Paper::open(&sample(path)).unwrap()
}

/// A paper of nobody's among the applicants, compared with its own clean state.
pub fn alone(bytes: Vec<u8>, path: &str) -> Forged {
    let only = |bytes| Papers { files: vec![("paper.pdf".to_owned(), bytes)], ..clean("salaried") };
    Forged { papers: only(bytes), before: only(sample(path)), place: Place::Document(0) }
}
