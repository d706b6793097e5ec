//! Lives drawn by a seed, of every way of earning, for tests that compare figures with what truly happened.

use jiff::civil::{Date, Weekday, date};
use model::{Money, Month};
use serde_json::json;

use super::{
    Applicant, Habit, WINDOW, bank_paper, bill, days, interest, is_payday, sometime, spend, wallet_paper, yuan,
};
use crate::MakeError;
use crate::layout::{BankLayout, WalletLayout};
use crate::life::merchants::{CUSTOMERS, FRIENDS, PHONE, POWER};
use crate::life::{Account, Bank, Event, Funding, Income, Obligation, Party, Spending, WalletKind, World};
use crate::rows::{Holder, Window};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Salaried,
    Gig,
    Merchant,
    Farmer,
    Mixed,
}

impl Way {
    pub const ALL: [Self; 5] = [Self::Salaried, Self::Gig, Self::Merchant, Self::Farmer, Self::Mixed];

    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Salaried => "salaried",
            Self::Gig => "gig",
            Self::Merchant => "merchant",
            Self::Farmer => "farmer",
            Self::Mixed => "mixed",
        }
    }
}

const EMPLOYER: Party = Party { name: "宁波海棠机械制造有限公司", account: "571900123410902" };
const PLATFORM: Party = Party { name: "北京三快在线科技有限公司", account: "110907597010206" };
const COOPERATIVE: Party = Party { name: "临河县禾丰粮食专业合作社", account: "33050161753500000412" };
const TREASURY: Party = Party { name: "临河县财政局", account: "33050161480900000077" };
const SUPPLIER: Party = Party { name: "杭州三江果品批发行", account: "6217851400020017733" };
const LENDER: Party = Party { name: "招联消费金融有限公司", account: "110936021510801" };
const DEAR_LENDER: Party = Party { name: "上海数禾信息科技有限公司", account: "110936021510888" };
const LANDLORD: Party = Party { name: "周启明", account: "6217001540009912345" };
/// A card with its check digit, as people have.
const FRIEND: Party = Party { name: "钱一鸣", account: "6217001540009900000" };
const LOTTERY: Party = Party { name: "某市体育彩票管理中心", account: "3305016148090000123" };
const HOUSE: Party = Party { name: "某某娱乐", account: "33050161480900001111" };
const BANK: usize = 0;
const BORROWED_ON: Date = date(2026, 4, 13);

/// A loan taken up within the window, on a day and of an amount of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Borrowed {
    Nothing,
    /// Paid out by the lender that instalments go to.
    FromLender,
    /// 借呗, whose payout Alipay's bill lists too.
    ThroughWallet,
}

/// What of a life's troubles a seed has in it.
struct Traits {
    borrowed: Borrowed,
    rents: bool,
    owes: bool,
    owes_dear: bool,
    plays: bool,
    circles: bool,
    overlaps: bool,
}

/// A life of one way of earning, at ABC. The same seed gives the same life.
///
/// # Errors
/// [`MakeError::Broke`] when the seed draws a life that cannot be paid for.
pub fn life(way: Way, seed: u64) -> Result<Applicant, MakeError> {
    life_at(Bank::Abc, way, seed)
}

/// The same at any bank.
///
/// # Errors
/// As [`life`].
pub fn life_at(bank: Bank, way: Way, seed: u64) -> Result<Applicant, MakeError> {
    life_borrowing(bank, way, seed, Borrowed::Nothing)
}

/// The same with a loan in it.
///
/// # Errors
/// As [`life`].
pub fn life_borrowing(bank: Bank, way: Way, seed: u64, borrowed: Borrowed) -> Result<Applicant, MakeError> {
    let holder = Holder { name: "林知远".to_owned(), id_number: "990105199001010017".to_owned() };
    let (number, layout, codes) = match bank {
        Bank::Abc => ("6228480329113399", BankLayout::AbcPdf, ["34528427260903058817", "34528427260903058818"]),
        Bank::Cmb => ("6214830173423399", BankLayout::CmbPdf, ["YJ6T2Z8Q", "YJ6T2Z8R"]),
        Bank::Boc => ("6217856200013399", BankLayout::BocPdf, ["3500774400190033", "3500774400190034"]),
        Bank::Icbc => ("6222081202003399", BankLayout::IcbcV2, ["", ""]),
        Bank::Ccb => ("6217001540023399", BankLayout::CcbApp, ["", ""]),
    };
    let account = Account::new(bank, number, Money::from_fen(6_200_000));
    let mut world = World::new(&holder.name, vec![account], 7_000 + seed * 31 + way as u64);
    let mut drawn = |percent| world.random.chance(percent);
    let traits = Traits {
        borrowed,
        rents: drawn(60),
        owes: drawn(70),
        owes_dear: drawn(30),
        plays: drawn(40),
        circles: drawn(40),
        overlaps: drawn(50),
    };
    plan(&mut world, way, &traits);
    world.live(WINDOW.to)?;
    let printed = date(2026, 9, 3).at(8, 20, 41, 0);
    let paper = |window, code| bank_paper(&world, BANK, layout, &holder, window, ("", printed, code));
    let [first, second] = codes;
    let mut papers = vec![paper(WINDOW, first)?];
    if traits.overlaps {
        let later = Window { from: date(2026, 5, 12), to: WINDOW.to };
        papers.push(paper(later, second)?);
    }
    let exported = date(2026, 9, 3).at(8, 44, 10, 0);
    let layouts = [(WalletKind::Alipay, WalletLayout::AlipayV2), (WalletKind::Wechat, WalletLayout::WechatCsv)];
    for (wallet, layout) in layouts {
        papers.push(wallet_paper(&world, wallet, layout, &holder, ("lin***@mail.example", exported)));
    }
    Ok(Applicant { folder: way.word(), holder, declared: json!({}), world, papers })
}

fn plan(world: &mut World, way: Way, traits: &Traits) {
    interest(world, BANK);
    let wage = world.random.between(620_000, 1_500_000);
    let due = world.random.between(5, 24) as i8;
    let rent = yuan(world.random.between(900, 2_400));
    let instalment = Money::from_fen(world.random.between(30_000, 120_000));
    for day in days() {
        match way {
            Way::Salaried => paid(world, day, (wage, due)),
            Way::Gig => rides(world, day, (9_000, 32_000)),
            Way::Merchant => trades(world, day),
            Way::Farmer => farms(world, day),
            Way::Mixed => {
                // About as much from the one as from the other.
                paid(world, day, (330_000, due));
                rides(world, day, (8_000, 16_000));
            }
        }
        monthly(world, day, traits, (rent, instalment));
        troubles(world, day, traits);
        spend(
            world,
            day,
            &Habit {
                wallet: WalletKind::Alipay,
                fundings: &[(Funding::Card(BANK), 75), (Funding::Huabei, 25)],
                per_day: (0, 2),
                online_percent: 14,
            },
        );
        spend(
            world,
            day,
            &Habit {
                wallet: WalletKind::Wechat,
                fundings: &[(Funding::Card(BANK), 70), (Funding::Balance, 30)],
                per_day: (0, 1),
                online_percent: 8,
            },
        );
        if world.random.chance(9) {
            let at = sometime(world, day, 10, 20);
            if let Some(&friend) = world.random.pick(&FRIENDS) {
                let amount = Money::from_fen(world.random.between(1_000, 26_000));
                world.plan(at, Event::ReceiveByWechat { from: friend, amount });
                // Half of it goes back another day, to the same friend.
                let back = Money::from_fen(amount.ten_thousandths() / 200);
                let event = Event::SendByWechat {
                    funding: Funding::Card(BANK),
                    to: friend,
                    amount: back,
                    note: "聚餐AA",
                    obligation: None,
                };
                if let Ok(later) = at.checked_add(jiff::Span::new().days(9)) {
                    world.plan(later, event);
                }
            }
        }
    }
}

fn received(from: Party, amount: Money, note: &'static str, income: Income) -> Event {
    Event::ReceiveByBank { bank: BANK, from, amount, note, income }
}

fn paid(world: &mut World, day: Date, (wage, due): (i64, i8)) {
    if is_payday(day, due) {
        let amount = Money::from_fen(wage + world.random.between(-20_000, 20_000));
        let event = Event::Payroll { bank: BANK, employer: EMPLOYER, amount, note: "工资".to_owned() };
        world.plan(day.at(9, 30, 12, 0), event);
    }
}

fn rides(world: &mut World, day: Date, (least, most): (i64, i64)) {
    if world.random.chance(85) {
        let amount = Money::from_fen(world.random.between(least, most));
        world.plan(day.at(5, 12, 27, 0), received(PLATFORM, amount, "骑手配送服务费结算", Income::Platform));
    }
}

fn trades(world: &mut World, day: Date) {
    for _ in 0..world.random.between(4, 9) {
        let at = sometime(world, day, 8, 20);
        let amount = Money::from_fen(world.random.between(1_200, 16_000));
        if let Some(&from) = world.random.pick(&CUSTOMERS) {
            world.plan(at, Event::Receipt { from, amount });
        }
    }
    if day.weekday() == Weekday::Thursday {
        let amount = yuan(world.random.between(300, 1_100));
        let event = Event::SpendByBank { bank: BANK, to: SUPPLIER, amount, note: "货款", on: Spending::Supplier };
        world.plan(day.at(6, 30, 51, 0), event);
    }
    if day.weekday() == Weekday::Friday || day == day.last_of_month() {
        world.plan(day.at(22, 20, 0, 0), Event::Withdraw { wallet: WalletKind::Wechat, bank: BANK, keep: yuan(200) });
    }
}

fn farms(world: &mut World, day: Date) {
    let harvest = (date(2026, 5, 20)..=date(2026, 7, 5)).contains(&day) && day.weekday() == Weekday::Tuesday;
    if harvest {
        let amount = Money::from_fen(world.random.between(400_000, 1_300_000));
        world.plan(day.at(15, 21, 40, 0), received(COOPERATIVE, amount, "小麦款", Income::Farm));
    }
    if day == date(2026, 4, 15) {
        let amount = Money::from_fen(world.random.between(80_000, 200_000));
        world.plan(day.at(10, 0, 2, 0), received(TREASURY, amount, "耕地地力保护补贴", Income::Farm));
    }
}

fn monthly(world: &mut World, day: Date, traits: &Traits, (rent, instalment): (Money, Money)) {
    let owed = |lender, amount| Event::RepayLoan { bank: BANK, lender, amount, obligation: Obligation::ConsumerLoan };
    match day.day() {
        2 if traits.rents => {
            let note = "房租";
            let obligation = Some(Obligation::Rent);
            let event = Event::SendByBank { bank: BANK, to: LANDLORD, amount: rent, note, obligation };
            world.plan(day.at(19, 20, 6, 0), event);
        }
        4 => bill(world, day.at(9, 7, 55, 0), WalletKind::Alipay, BANK, PHONE),
        9 => {
            let month = Month::of(day).plus(-1);
            world.plan(day.at(6, 0, 9, 0), Event::RepayHuabei { bank: BANK, month });
        }
        11 if traits.rents => bill(world, day.at(13, 33, 5, 0), WalletKind::Wechat, BANK, POWER),
        15 if traits.owes || traits.borrowed == Borrowed::FromLender && day > BORROWED_ON => {
            world.plan(day.at(7, 0, 3, 0), owed(LENDER, instalment))
        }
        17 if traits.owes_dear => world.plan(day.at(7, 0, 4, 0), owed(DEAR_LENDER, Money::from_fen(43_211))),
        25 => {
            let amount = Money::from_fen(world.random.between(60_000, 150_000));
            world.plan(day.at(21, 14, 50, 0), Event::RepayCard { bank: BANK, issuer: "示例银行", amount });
        }
        28 => {
            let amount = yuan(world.random.between(1, 6) * 100);
            world.plan(day.at(17, 30, 2, 0), Event::Cash { bank: BANK, amount });
        }
        _ => {}
    }
}

fn troubles(world: &mut World, day: Date, traits: &Traits) {
    if day == BORROWED_ON {
        match traits.borrowed {
            Borrowed::Nothing => {}
            Borrowed::FromLender => {
                world.plan(day.at(10, 41, 20, 0), received(LENDER, yuan(24_000), "贷款发放", Income::Loan));
            }
            Borrowed::ThroughWallet => {
                world.plan(day.at(10, 41, 20, 0), Event::PayOutJiebei { bank: BANK, amount: yuan(24_000) });
            }
        }
    }
    let mut pays = |at: i8, to, whole: i64, note, on| {
        let amount = yuan(whole);
        world.plan(day.at(at, 11, 8, 0), Event::SpendByBank { bank: BANK, to, amount, note, on });
    };
    if traits.plays && day.day() % 6 == 1 {
        pays(12, LOTTERY, 20, "体育彩票", Spending::Lottery);
        pays(13, HOUSE, 137, "投注", Spending::Gambling);
    }
    if traits.owes_dear && day.day() == 18 {
        pays(14, DEAR_LENDER, 12, "逾期费", Spending::LateFee);
    }
    if traits.circles && day.day() == 6 {
        // The same money comes and goes, to look like income.
        let amount = yuan(8_000);
        world.plan(day.at(10, 2, 3, 0), received(FRIEND, amount, "往来", Income::Person));
        let back = yuan(7_950);
        if let Ok(later) = day.at(16, 44, 8, 0).checked_add(jiff::Span::new().days(2)) {
            let on = Spending::Person;
            world.plan(later, Event::SpendByBank { bank: BANK, to: FRIEND, amount: back, note: "往来", on });
        }
    }
}
