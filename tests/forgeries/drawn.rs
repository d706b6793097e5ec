//! The same forger on lives that nobody picked: every way of earning, every bank, each forgery at a place drawn by the
//! seed. What is measured is recall by kind, and what clean lives raise in vain.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jiff::ToSpan;
use jiff::civil::Date;
use make_samples::MakeError;
use make_samples::layout::{BankLayout, WalletLayout};
use make_samples::life::{Bank, interest};
use make_samples::papers::wages::{slip_of, taxes_of, wages_leaving};
use make_samples::people::drawn::{Borrowed, Way, life_at, life_borrowing};
use make_samples::people::{Applicant, Paper};
use make_samples::random::Random;
use make_samples::rows::{BankRow, BankStatement, Direction, WalletRow, WalletStatement};
use make_samples::tamper;
use model::Money;
use model::finding::{Finding, Severity};

use super::{Papers, Place, assess, failing, of, shows};

/// Lives of each way. One is drawn at each bank in turn; `FORGED=20` tries more, `FORGED_KIND=words` those kinds alone.
fn seeds() -> u64 {
    std::env::var("FORGED").ok().and_then(|count| count.parse().ok()).unwrap_or(1)
}

const BANKS: [Bank; 5] = [Bank::Abc, Bank::Cmb, Bank::Boc, Bank::Icbc, Bank::Ccb];

/// A life whose papers can be altered.
struct Life {
    bank: Bank,
    way: Way,
    seed: u64,
    applicant: Applicant,
    papers: Papers,
}

struct Kind {
    what: &'static str,
    breaks_arithmetic: bool,
    /// `None` where this life has nothing to do it to.
    make: fn(&Life, &mut Random) -> Option<(Papers, Place)>,
    /// The papers before anything was done to them, where they are others than the life's.
    before: Option<fn(&Life) -> Option<Papers>>,
}

impl Kind {
    const fn out_of(self, before: fn(&Life) -> Option<Papers>) -> Self {
        Self { before: Some(before), ..self }
    }
}

impl Life {
    fn bank(&self) -> (usize, BankLayout, &BankStatement) {
        let mut banks = self.applicant.papers.iter().enumerate().filter_map(|(at, paper)| match paper {
            Paper::Bank { layout, statement, .. } => Some((at, *layout, statement)),
            Paper::Wallet { .. } => None,
        });
        banks.next().unwrap()
    }

    /// Without the second export of the account, which would give every alteration of the first away.
    fn alone(&self) -> Papers {
        let mut papers = self.papers.clone();
        let mut at = 0;
        papers.files.retain(|_| {
            let second = matches!(self.applicant.papers[at], Paper::Bank { .. }) && at > 0;
            at += 1;
            !second
        });
        papers
    }

    /// This life with a loan in it, and nothing else done.
    fn borrowing(&self, borrowed: Borrowed) -> Option<Self> {
        let mut applicant = life_borrowing(self.bank, self.way, self.seed, borrowed).ok()?;
        applicant.declared.clone_from(&self.applicant.declared);
        let papers = of(&applicant);
        Some(Self { applicant, papers, ..*self })
    }

    /// The papers with payslips of three months and the tax App's list of this year beside them, as the wages
    /// that arrived have it, or as if so many percent of them had. The first payslip's place.
    fn with_wages(&self, percent: i64) -> Option<(Papers, usize)> {
        let statement = self.bank().2;
        let paid: Vec<&BankRow> = statement.rows.iter().filter(|row| is_salary(row)).collect();
        let employer = paid.first()?.counterparty.clone();
        let mut arrived = vec![fen(paid.first()?.amount) * percent / 100];
        // Papers begin in January, the account a month later.
        for month in 2..=8 {
            let of_month = paid.iter().filter(|row| row.time.month() == month);
            arrived.push(of_month.map(|row| fen(row.amount)).sum::<i64>() * percent / 100);
        }
        let (wages, name) = (wages_leaving(2026, &arrived), &self.applicant.holder.name);
        let mut papers = self.alone();
        let first = papers.files.len();
        // What is paid in September is not shown.
        for wage in wages.iter().rev().skip(1).take(3) {
            papers = papers.and(&format!("工资单{}.pdf", wage.month), slip_of(name, &employer, wage).ok()?);
        }
        Some((papers.and("收入纳税明细.pdf", taxes_of(name, &employer, &wages).ok()?), first))
    }

    /// The bank's paper with these bytes, the wallets as they are.
    fn with_bank(&self, bytes: Result<Vec<u8>, MakeError>) -> Papers {
        let (at, ..) = self.bank();
        self.alone().with(at, bytes.unwrap())
    }

    fn wallets(&self) -> Vec<(WalletLayout, &WalletStatement)> {
        let wallets = self.applicant.papers.iter().filter_map(|paper| match paper {
            Paper::Wallet { layout, statement, .. } => Some((*layout, statement)),
            Paper::Bank { .. } => None,
        });
        wallets.filter(|(_, statement)| statement.rows.len() > 4).collect()
    }

    /// The n-th wallet's paper with these bytes, and where that is.
    fn with_wallet(&self, layout: WalletLayout, bytes: Result<Vec<u8>, MakeError>) -> (Papers, usize) {
        let papers = self.alone();
        let named = |file: &(String, Vec<u8>)| {
            self.wallets().iter().any(|(one, statement)| *one == layout && file.0 == one.file_name(statement))
        };
        let at = papers.files.iter().position(named).unwrap();
        (papers.with(at, bytes.unwrap()), at)
    }
}

fn at(random: &mut Random, length: usize) -> usize {
    // Not the first or last few: a paper's ends are cut off by whoever exports it.
    usize::try_from(random.between(5, i64::try_from(length).unwrap() - 6)).unwrap()
}

fn fen(amount: Money) -> i64 {
    amount.ten_thousandths() / 100
}

fn is_salary(row: &BankRow) -> bool {
    ["代发工资", "工资", "薪"].iter().any(|word| row.description.contains(word) || row.remark.contains(word))
        && row.amount.is_positive()
}

/// What the applicant earns, by whatever way.
fn is_income(row: &BankRow) -> bool {
    row.amount >= Money::from_fen(8_000) && !["息", "退款", "提现"].iter().any(|word| row.description.contains(word))
}

fn incomes(statement: &BankStatement) -> Vec<usize> {
    (0..statement.rows.len()).filter(|&at| is_income(&statement.rows[at])).collect()
}

fn middle<T: Copy>(random: &mut Random, of: &[T]) -> Option<T> {
    random.pick(of).copied()
}

const fn arithmetic(what: &'static str, make: fn(&Life, &mut Random) -> Option<(Papers, Place)>) -> Kind {
    Kind { what, breaks_arithmetic: true, make, before: None }
}

const fn other(what: &'static str, make: fn(&Life, &mut Random) -> Option<(Papers, Place)>) -> Kind {
    Kind { what, breaks_arithmetic: false, make, before: None }
}

/// The bank's rows altered, balances left as they are.
fn edited(life: &Life, row: usize, alter: impl FnOnce(&mut BankStatement)) -> Option<(Papers, Place)> {
    let (at, layout, statement) = life.bank();
    let balance = statement.rows.get(row)?.balance;
    let mut copy = statement.clone();
    copy.counted = Some(statement.rows.clone());
    alter(&mut copy);
    Some((life.with_bank(layout.print(&copy)), Place::Row(at, balance)))
}

/// The bank's rows altered and every balance and total computed anew.
fn rechained(life: &Life, alter: impl FnOnce(&mut Vec<BankRow>) -> Option<()>) -> Option<(Papers, Place)> {
    let (at, layout, statement) = life.bank();
    let mut copy = statement.clone();
    let mut balance = copy.opening()?;
    alter(&mut copy.rows)?;
    for row in &mut copy.rows {
        balance = balance.plus(row.amount);
        row.balance = balance;
    }
    Some((life.with_bank(layout.print(&copy)), Place::Document(at)))
}

/// The same, and interest computed anew on the altered balances: what a forger does who knows of it.
fn reckoned(life: &Life, alter: impl FnOnce(&mut Vec<BankRow>) -> Option<()>) -> Option<(Papers, Place)> {
    let opening = life.bank().2.opening()?;
    let before = life.bank().2.rows.clone();
    rechained(life, |rows| {
        alter(rows)?;
        for at in 0..rows.len() {
            if rows[at].description.contains('息') && rows[at].amount.is_positive() {
                let on = rows[at].time.date();
                rebalance(rows, opening);
                let earned = |rows: &[BankRow]| interest::quarterly(rows, opening, on);
                rows[at].amount = rows[at].amount.plus(earned(rows)?.minus(earned(&before)?));
            }
        }
        Some(())
    })
}

fn rebalance(rows: &mut [BankRow], opening: Money) {
    let mut balance = opening;
    for row in rows {
        balance = balance.plus(row.amount);
        row.balance = balance;
    }
}

/// Who a circle goes through: name and account.
const RING: [(&str, &str); 3] =
    [("甲辰商贸有限公司", "571900887710555"), ("周启航", "6217001540009977777"), ("沈若谷", "6214830173419988")];

/// A transfer on a day, after what happened then.
fn put(rows: &mut Vec<BankRow>, day: Date, amount: i64, (name, account): (&str, &str), words: &str) {
    let place = rows.partition_point(|row| row.time.date() <= day);
    let like = &rows[place.saturating_sub(1)];
    let row = BankRow {
        time: like.time.max(day.at(11, 3, 9, 0)),
        timed: true,
        amount: Money::from_fen(amount),
        description: words.to_owned(),
        counterparty: name.to_owned(),
        counterparty_account: account.to_owned(),
        remark: String::new(),
        place: String::new(),
        ..like.clone()
    };
    rows.insert(place, row);
}

/// Days for circles to begin on, so many apart, with room for the last to come round.
fn beginnings(rows: &[BankRow], apart: i64) -> Vec<Date> {
    let (first, last) = (rows[0].time.date(), rows[rows.len() - 1].time.date());
    let days = (0..).map(|turn| first.checked_add((4 + turn * apart).days()).unwrap());
    days.take_while(|day| day.checked_add(8.days()).unwrap() < last).collect()
}

/// Less what a go-between keeps: half a percent to one and a half.
fn less_fee(random: &mut Random, amount: i64) -> i64 {
    amount - amount * random.between(5, 15) / 1_000
}

/// A loan's payout with another name and other words.
fn renamed_to_wages(life: &Life, account: Option<&str>) -> Option<(Papers, Place)> {
    let (at, layout, statement) = life.bank();
    let mut copy = statement.clone();
    let is_payout = |row: &&mut BankRow| row.amount.is_positive() && row.counterparty.contains("消费金融");
    let row = copy.rows.iter_mut().find(is_payout)?;
    row.counterparty = "杭州云杉科技有限公司".to_owned();
    row.description = "代发工资".to_owned();
    row.remark = "工资".to_owned();
    if let Some(account) = account {
        row.counterparty_account = account.to_owned();
    }
    Some((life.with_bank(layout.print(&copy)), Place::Document(at)))
}

/// A wallet's rows altered; its header too where `fixed`.
fn in_wallet(
    life: &Life,
    random: &mut Random,
    fixed: bool,
    alter: impl FnOnce(&mut Vec<WalletRow>, &mut Random) -> Option<()>,
) -> Option<(Papers, Place)> {
    let (layout, statement) = middle(random, &life.wallets())?;
    let mut copy = statement.clone();
    if !fixed {
        copy.counted = Some(statement.rows.clone());
    }
    alter(&mut copy.rows, random)?;
    let (papers, at) = life.with_wallet(layout, layout.print(&copy));
    Some((papers, Place::Document(at)))
}

const KINDS: &[Kind] = &[
    arithmetic("an amount edited", |life, random| {
        let row = at(random, life.bank().2.rows.len());
        let more = Money::from_fen(random.between(1, 900_000));
        edited(life, row, |copy| copy.rows[row].amount = copy.rows[row].amount.plus(more))
    }),
    arithmetic("two digits of an amount swapped", |life, random| {
        let rows = &life.bank().2.rows;
        let differs = |at: &usize| {
            let fen = fen(rows[*at].amount.abs());
            fen > 1_000 && (fen / 100) % 10 != (fen / 1_000) % 10
        };
        let able: Vec<usize> = (5..rows.len() - 5).filter(differs).collect();
        let row = middle(random, &able)?;
        edited(life, row, |copy| {
            let old = fen(copy.rows[row].amount);
            let (low, high) = ((old / 100) % 10, (old / 1_000) % 10);
            copy.rows[row].amount = Money::from_fen(old + (low - high) * 1_000 + (high - low) * 100);
        })
    }),
    arithmetic("spending turned into income", |life, random| {
        let rows = &life.bank().2.rows;
        let able: Vec<usize> = (5..rows.len() - 5).filter(|at| rows[*at].amount.is_negative()).collect();
        let row = middle(random, &able)?;
        edited(life, row, |copy| copy.rows[row].amount = copy.rows[row].amount.abs())
    }),
    arithmetic("a balance edited", |life, random| {
        let row = at(random, life.bank().2.rows.len());
        let (at, layout, statement) = life.bank();
        let mut copy = statement.clone();
        copy.rows[row].balance = copy.rows[row].balance.plus(Money::from_fen(random.between(100, 5_000_000)));
        let balance = copy.rows[row].balance;
        Some((life.with_bank(layout.print(&copy)), Place::Row(at, balance)))
    }),
    arithmetic("a row taken out", |life, random| {
        let row = at(random, life.bank().2.rows.len());
        edited(life, row + 1, |copy| drop(copy.rows.remove(row)))
    }),
    arithmetic("a run of rows taken out", |life, random| {
        let rows = life.bank().2.rows.len();
        let from = at(random, rows - 12);
        edited(life, from + 9, |copy| drop(copy.rows.drain(from..from + 9)))
    }),
    arithmetic("a row printed twice", |life, random| {
        let row = at(random, life.bank().2.rows.len());
        edited(life, row, |copy| copy.rows.insert(row, copy.rows[row].clone()))
    }),
    arithmetic("an income put in", |life, random| {
        let row = at(random, life.bank().2.rows.len());
        let (doc, layout, statement) = life.bank();
        let mut copy = statement.clone();
        let like = middle(random, &incomes(statement))?;
        let mut more = statement.rows[like].clone();
        more.time = statement.rows[row].time;
        more.balance = statement.rows[row].balance.plus(more.amount);
        let balance = more.balance;
        copy.rows.insert(row + 1, more);
        Some((life.with_bank(layout.print(&copy)), Place::Row(doc, balance)))
    }),
    arithmetic("rows of another life spliced in", |life, random| {
        let (at, layout, statement) = life.bank();
        let other = life_at(life.applicant.world.accounts[0].bank, Way::Salaried, 900 + random.next() % 50).ok()?;
        let Paper::Bank { statement: theirs, .. } = other.papers.first()? else { return None };
        let cut = statement.rows.len() / 2;
        let spliced = tamper::splice(statement, theirs, cut, |s| layout.print(s));
        Some((life.with_bank(spliced), Place::Row(at, statement.rows[cut - 1].balance)))
    }),
    arithmetic("a wallet's amount edited", |life, random| {
        in_wallet(life, random, false, |rows, random| {
            let row = at(random, rows.len().max(12)).min(rows.len() - 1);
            rows[row].amount = rows[row].amount.plus(Money::from_fen(random.between(5_000, 500_000)));
            Some(())
        })
    }),
    arithmetic("an income put into a wallet", |life, random| {
        in_wallet(life, random, false, |rows, random| {
            let like = rows.iter().position(|row| row.direction == Direction::In)?;
            let mut more = rows[like].clone();
            more.amount = Money::from_fen(random.between(100_000, 900_000));
            more.order = random.digits(28);
            rows.insert(like, more);
            Some(())
        })
    }),
    other("an income raised, rechained", |life, random| {
        let row = middle(random, &incomes(life.bank().2))?;
        let more = Money::from_fen(random.between(100_000, 900_000));
        rechained(life, |rows| {
            rows[row].amount = rows[row].amount.plus(more);
            Some(())
        })
    }),
    other("every income raised by a third, rechained", |life, _| {
        rechained(life, |rows| {
            for row in rows.iter_mut().filter(|row| is_income(row)) {
                row.amount = Money::from_fen(fen(row.amount) * 133 / 100);
            }
            Some(())
        })
    }),
    other("a salary put in each month, rechained", |life, random| {
        let wage = random.between(500_000, 1_200_000);
        rechained(life, |rows| {
            let mut month = None;
            let mut at = 0;
            while at < rows.len() {
                let row = rows[at].clone();
                if row.time.day() >= 10 && month != Some(row.time.month()) {
                    month = Some(row.time.month());
                    let more = BankRow {
                        amount: Money::from_fen(wage),
                        description: "代发工资".to_owned(),
                        counterparty: "杭州云杉科技有限公司".to_owned(),
                        counterparty_account: "571900123410999".to_owned(),
                        remark: "工资".to_owned(),
                        ..row
                    };
                    rows.insert(at + 1, more);
                }
                at += 1;
            }
            Some(())
        })
    }),
    other("incomes doubled row by row, rechained", |life, _| {
        rechained(life, |rows| {
            let doubled: Vec<BankRow> = rows
                .iter()
                .flat_map(|row| {
                    if is_salary(row) || is_income(row) { vec![row.clone(), row.clone()] } else { vec![row.clone()] }
                })
                .collect();
            *rows = doubled;
            Some(())
        })
    }),
    other("loan instalments taken out, rechained", |life, _| {
        rechained(life, |rows| {
            let before = rows.len();
            rows.retain(|row| !["金融", "信息科技", "小额贷款"].iter().any(|word| row.counterparty.contains(word)));
            (rows.len() < before).then_some(())
        })
    }),
    other("gambling taken out, rechained", |life, _| {
        rechained(life, |rows| {
            let before = rows.len();
            rows.retain(|row| !row.counterparty.contains("娱乐"));
            (rows.len() < before).then_some(())
        })
    }),
    other("a constant added to every balance", |life, random| {
        let (at, layout, statement) = life.bank();
        let more = Money::from_fen(random.between(2_000_000, 30_000_000));
        let mut copy = statement.clone();
        for row in &mut copy.rows {
            row.balance = row.balance.plus(more);
        }
        Some((life.with_bank(layout.print(&copy)), Place::Document(at)))
    }),
    other("an income's date moved to another month, alone", |life, random| {
        let row = middle(random, &incomes(life.bank().2))?;
        edited(life, row, |copy| {
            let time = copy.rows[row].time;
            let moved = if time.month() > 5 { time.checked_sub(2.months()) } else { time.checked_add(2.months()) };
            copy.rows[row].time = moved.unwrap();
        })
        .map(|(papers, _)| (papers, Place::Document(0)))
    }),
    other("an income moved to another month, rechained", |life, random| {
        let row = middle(random, &incomes(life.bank().2))?;
        rechained(life, |rows| {
            let mut moved = rows.remove(row);
            let time = moved.time;
            let to = if time.month() > 5 { time.checked_sub(2.months()) } else { time.checked_add(2.months()) };
            moved.time = to.unwrap();
            let place = rows.partition_point(|one| one.time <= moved.time);
            rows.insert(place, moved);
            Some(())
        })
    }),
    other("a friend renamed to an employer", |life, _| {
        let (at, layout, statement) = life.bank();
        let mut copy = statement.clone();
        let from =
            copy.rows.iter().find(|row| row.amount.is_positive() && row.counterparty == "钱一鸣")?.counterparty.clone();
        for row in copy.rows.iter_mut().filter(|row| row.amount.is_positive() && row.counterparty == from) {
            row.counterparty = "杭州云杉科技有限公司".to_owned();
            row.remark = row.remark.replace("往来", "工资");
        }
        Some((life.with_bank(layout.print(&copy)), Place::Document(at)))
    }),
    other("another holder's name", |life, _| {
        let (at, layout, statement) = life.bank();
        if !layout.names_holder() {
            return None;
        }
        let forged = tamper::rename_holder(statement, "何景行", |s| layout.print(s));
        Some((life.with_bank(forged), Place::Document(at)))
    }),
    other("circular flow by one party", |life, random| {
        let (at, layout, statement) = life.bank();
        let amount = Money::from_fen(random.between(500_000, 2_500_000));
        let times = usize::try_from(random.between(6, 24)).unwrap();
        let through = ("杭州盛远商贸有限公司", "571900887710203");
        let forged = tamper::circle(statement, amount, times, through, |s| layout.print(s));
        Some((life.with_bank(forged), Place::Document(at)))
    }),
    other("circular flow through two parties, a day apart", |life, random| {
        let amount = random.between(600_000, 1_800_000);
        let (came, went) = (("甲辰商贸有限公司", "571900887710555"), ("周启航", "6217001540009977777"));
        rechained(life, |rows| {
            let mut last = None;
            let mut out: Vec<BankRow> = Vec::new();
            let (mut turn, mut owed): (i64, Option<i64>) = (0, None);
            for row in rows.iter() {
                out.push(row.clone());
                let day = row.time.date();
                if last == Some(day) {
                    continue;
                }
                last = Some(day);
                turn += 1;
                let more = |amount: i64, (name, account): (&str, &str), description: &str| BankRow {
                    amount: Money::from_fen(amount),
                    description: description.to_owned(),
                    counterparty: name.to_owned(),
                    counterparty_account: account.to_owned(),
                    remark: String::new(),
                    ..row.clone()
                };
                if let Some(amount) = owed.take() {
                    out.push(more(-amount, went, "转账汇款"));
                } else if turn % 5 == 0 {
                    let this = amount + turn * 1_700;
                    out.push(more(this, came, "汇入汇款"));
                    owed = Some(this);
                }
            }
            *rows = out;
            Some(())
        })
    }),
    other("a wallet's card payment edited, header fixed", |life, random| {
        in_wallet(life, random, true, |rows, random| {
            let able: Vec<usize> = (0..rows.len())
                .filter(|at| rows[*at].method.contains("储蓄卡") && rows[*at].direction == Direction::Out)
                .collect();
            let row = middle(random, &able)?;
            rows[row].amount = rows[row].amount.plus(Money::from_fen(random.between(5_000, 200_000)));
            Some(())
        })
    }),
    other("a wallet's card payments taken out, header fixed", |life, random| {
        // It is the bank's rows that have no payment then.
        let bank = life.bank().0;
        in_wallet(life, random, true, |rows, _| {
            let mut count = 0;
            rows.retain(|row| {
                count += 1;
                !row.method.contains("储蓄卡") || count % 3 != 0
            });
            Some(())
        })
        .map(|(papers, _)| (papers, Place::Document(bank)))
    }),
    other("the same account exported twice, one of them edited and rechained", |life, random| {
        let (at, ..) = life.bank();
        let row = middle(random, &incomes(life.bank().2))?;
        let more = Money::from_fen(random.between(100_000, 900_000));
        let (papers, place) = rechained(life, |rows| {
            rows[row].amount = rows[row].amount.plus(more);
            Some(())
        })?;
        let genuine = life.papers.files[at].1.clone();
        let extension = life.papers.files[at].0.rsplit('.').next()?.to_owned();
        Some((papers.and(&format!("again.{extension}"), genuine), place))
    }),
    other("circular flow among three parties, days apart and less a fee, interest reckoned", |life, random| {
        reckoned(life, |rows| {
            for (turn, day) in (0..).zip(beginnings(rows, 9)) {
                let amount = random.between(600_000, 1_800_000);
                let later = day.checked_add(random.between(2, 5).days()).ok()?;
                put(rows, day, amount, RING[turn % 3], "汇入汇款");
                put(rows, later, -less_fee(random, amount), RING[(turn + 1) % 3], "转账汇款");
            }
            Some(())
        })
    }),
    other("circular flow that leaves in two pieces, interest reckoned", |life, random| {
        reckoned(life, |rows| {
            for day in beginnings(rows, 11) {
                let amount = random.between(900_000, 2_400_000);
                let first = amount * random.between(45, 65) / 100;
                let (next, last) = (day.tomorrow().ok()?, day.checked_add(3.days()).ok()?);
                put(rows, day, amount, RING[0], "汇入汇款");
                put(rows, next, -first, RING[1], "转账汇款");
                put(rows, last, first - less_fee(random, amount), RING[2], "转账汇款");
            }
            Some(())
        })
    }),
    other("wages that go back to the owner within the week, interest reckoned", |life, random| {
        reckoned(life, |rows| {
            for day in beginnings(rows, 14) {
                let amount = random.between(500_000, 900_000);
                put(rows, day, amount, ("杭州云杉科技有限公司", "571900123410999"), "代发工资");
                put(rows, day.checked_add(4.days()).ok()?, -less_fee(random, amount), RING[2], "转账汇款");
            }
            Some(())
        })
    }),
    other("a lender's payout renamed to wages, its account left", |life, _| {
        renamed_to_wages(&life.borrowing(Borrowed::FromLender)?, None)
    })
    .out_of(|life| Some(life.borrowing(Borrowed::FromLender)?.alone())),
    other("a wallet loan's payout renamed to wages", |life, _| {
        renamed_to_wages(&life.borrowing(Borrowed::ThroughWallet)?, Some("571900123410999"))
    })
    .out_of(|life| Some(life.borrowing(Borrowed::ThroughWallet)?.alone())),
    other("payslips and tax record raised by half, both as one", |life, _| {
        life.with_wages(150).map(|(papers, slip)| (papers, Place::Document(slip)))
    })
    .out_of(|life| life.with_wages(100).map(|(papers, _)| papers)),
    other("a wallet's income copied to other days, header fixed", |life, random| {
        in_wallet(life, random, true, |rows, random| {
            let like = rows.iter().position(|row| row.direction == Direction::In && !row.status.contains("退"))?;
            let copied = rows[like].clone();
            for days in [17, 34, 51] {
                let time = copied.time.checked_add(jiff::Span::new().days(days)).ok()?;
                let place = rows.partition_point(|row| row.time <= time);
                let kept = copied.order.len() - 4;
                let order = format!("{}{}", &copied.order[..kept], random.digits(4));
                let amount = copied.amount.plus(Money::from_fen(random.between(100_000, 500_000)));
                rows.insert(place, WalletRow { time, amount, order, ..copied.clone() });
            }
            Some(())
        })
    }),
];

/// A kind's lives: how many were tried, and of which it was not found, with what was said.
#[derive(Default)]
struct Tally {
    tried: usize,
    missed: Vec<String>,
}

/// A failure, and what it found: some lives have one of their own before anything is done to them.
type Said = (String, Severity, Option<String>);

fn said(finding: &Finding) -> Said {
    (finding.check.to_string(), finding.severity, finding.found.as_ref().map(ToString::to_string))
}

fn lives() -> Vec<(String, Life, u64)> {
    let mut lives = Vec::new();
    for seed in 0..seeds() {
        for (number, way) in (0_u64..).zip(Way::ALL) {
            let bank = BANKS[usize::try_from((seed + number) % 5).unwrap()];
            // A life that cannot be paid for is none.
            let Ok(mut applicant) = life_at(bank, way, 100 + seed) else { continue };
            applicant.declared = serde_json::json!({"name": applicant.holder.name});
            let papers = of(&applicant);
            let life = Life { bank, way, seed: 100 + seed, applicant, papers };
            lives.push((format!("{} {seed} {bank:?}", way.word()), life, seed));
        }
    }
    lives
}

/// `FORGED_KEEP=dir` keeps the papers of what is not found, to be looked at.
fn keep(what: &str, papers: &Papers) {
    let Some(folder) = std::env::var_os("FORGED_KEEP") else { return };
    let folder = std::path::Path::new(&folder).join(what);
    std::fs::create_dir_all(&folder).unwrap();
    for (name, bytes) in &papers.files {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}

/// What came of them all.
pub struct Drawn {
    /// The kind's name, whether it breaks arithmetic, found, tried.
    pub kinds: Vec<(&'static str, bool, usize, usize)>,
    pub lives: usize,
    /// Clean lives that raise something high, with what.
    alarms: Vec<String>,
    missed: String,
}

/// Made once: the table and the tests both need it.
pub fn all() -> &'static Drawn {
    static ALL: OnceLock<Drawn> = OnceLock::new();
    ALL.get_or_init(try_all)
}

fn try_all() -> Drawn {
    let mut tallies: BTreeMap<usize, Tally> = BTreeMap::new();
    let mut alarms = Vec::new();
    let wanted = std::env::var("FORGED_KIND").unwrap_or_default();
    let lives = lives();
    for (name, life, seed) in &lives {
        let failures = |papers: &Papers| -> Vec<Said> { failing(&assess(papers)).map(said).collect() };
        let alone = failures(&life.alone());
        // Some lives truly move the same money in circles.
        let circles =
            life.bank().2.rows.iter().any(|row| format!("{} {}", row.remark, row.description).contains("往来"));
        let known = |check: &str| circles && check == "no_circular_flow";
        let clean = failures(&life.papers).into_iter();
        let high = clean.filter(|(check, severity, _)| *severity >= Severity::High && !known(check));
        alarms.extend(high.map(|one| format!("{name}: {one:?}")));
        for (number, kind) in KINDS.iter().enumerate().filter(|(_, kind)| kind.what.contains(&wanted)) {
            let mut random = Random::new(seed * 1_000 + u64::try_from(number).unwrap());
            let Some((papers, place)) = (kind.make)(life, &mut random) else { continue };
            let before = kind.before.map(|before| failures(&before(life).unwrap()));
            let before = before.as_ref().unwrap_or(&alone);
            let high = before.iter().filter(|(check, severity, _)| *severity >= Severity::High && !known(check));
            alarms.extend(high.map(|one| format!("{name}, before {}: {one:?}", kind.what)));
            let assessed = assess(&papers);
            let tally = tallies.entry(number).or_default();
            tally.tried += 1;
            let new = || failing(&assessed).filter(|one| !before.contains(&said(one)));
            let shown = |one: &Finding| one.evidence.iter().any(|shown| shows(shown, place, &assessed.documents));
            if !new().any(|one| one.severity >= Severity::High && shown(one)) {
                keep(&format!("{}, {name}", kind.what), &papers);
                let beside: Vec<String> = new().map(|one| format!("{} {:?}", one.check, one.severity)).collect();
                tally.missed.push(format!("{name}: {}", beside.join(", ")));
            }
        }
    }
    let of = |(number, tally): (&usize, &Tally)| {
        let kind = &KINDS[*number];
        (kind.what, kind.breaks_arithmetic, tally.tried - tally.missed.len(), tally.tried)
    };
    let missed = tallies
        .iter()
        .flat_map(|(number, tally)| tally.missed.iter().map(|one| format!("{}: {one}\n", KINDS[*number].what)));
    Drawn { kinds: tallies.iter().map(of).collect(), lives: lives.len(), alarms, missed: missed.collect() }
}

#[test]
fn forgeries_of_drawn_lives_are_found_and_clean_ones_raise_nothing() {
    let drawn = all();
    if std::env::var_os("FORGED").is_some() {
        for (what, _, found, tried) in &drawn.kinds {
            eprintln!("{found}/{tried} {what}");
        }
        eprintln!("{}", drawn.missed);
    }
    assert!(drawn.alarms.is_empty(), "{:#?}", drawn.alarms);
    for (breaks, least) in [(true, 95), (false, 80)] {
        let of_side = || drawn.kinds.iter().filter(|kind| kind.1 == breaks);
        let (found, tried) = (of_side().map(|kind| kind.2).sum::<usize>(), of_side().map(|kind| kind.3).sum::<usize>());
        assert!(found * 100 >= least * tried, "{found} of {tried}\n{}", drawn.missed);
    }
}
