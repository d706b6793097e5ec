//! An employee: one payroll, a rented flat, a card, an instalment loan, two wallets.

use jiff::civil::{Weekday, date};
use model::Month;
use serde_json::json;

use super::{
    Applicant, Habit, bank_paper, bill, days, interest, is_payday, is_weekend, sometime, spend, wallet_paper, yuan,
};
use crate::MakeError;
use crate::layout::{BankLayout, WalletLayout};
use crate::life::merchants::{FRIENDS, GAS, ONLINE, PHONE, POWER};
use crate::life::{Account, Bank, Event, Funding, Obligation, Party, WalletKind, World};
use crate::rows::Holder;
use model::Money;

const EMPLOYER: Party = Party { name: "杭州青梧信息技术有限公司", account: "571900123410901" };
const FUND: Party = Party { name: "杭州住房公积金管理中心", account: "1202021109900045" };
const LANDLORD: Party = Party { name: "周启明", account: "6217001540009912345" };
const LENDER: Party = Party { name: "示例消费金融股份有限公司", account: "110936021510801" };
const CARD: usize = 0;

pub fn applicant() -> Result<Applicant, MakeError> {
    let holder = Holder { name: "陆知夏".to_owned(), id_number: "990101199403120026".to_owned() };
    let account = Account::new(Bank::Cmb, "6214830173425678", Money::from_fen(2_345_678));
    let mut world = World::new(&holder.name, vec![account], 20_260_901);
    plan(&mut world);
    world.live(super::WINDOW.to)?;
    let papers = vec![
        bank_paper(
            &world,
            CARD,
            BankLayout::CmbPdf,
            &holder,
            super::WINDOW,
            ("杭州文苑支行", date(2026, 9, 1).at(10, 15, 3, 0), "KQ7M2XW9"),
        )?,
        wallet_paper(
            &world,
            WalletKind::Alipay,
            WalletLayout::AlipayV2,
            &holder,
            ("138****0127", date(2026, 9, 2).at(9, 12, 52, 0)),
        ),
        wallet_paper(
            &world,
            WalletKind::Wechat,
            WalletLayout::Wechat2026,
            &holder,
            ("知夏", date(2026, 9, 2).at(9, 31, 8, 0)),
        ),
    ];
    let declared = json!({
        "name": holder.name, "id_number": holder.id_number, "monthly_income": "13000", "employer": EMPLOYER.name,
        "occupation": "salaried", "monthly_debt": "2300", "requested_limit": "60000",
        "baseline": {"limit": "8000", "apr": "0.18"}
    });
    Ok(Applicant { folder: "salaried", holder, declared, world, papers })
}

fn plan(world: &mut World) {
    interest(world, CARD);
    for day in days() {
        monthly(world, day);
        spend(
            world,
            day,
            &Habit {
                wallet: WalletKind::Alipay,
                fundings: &[(Funding::Card(CARD), 70), (Funding::Huabei, 30)],
                per_day: (0, 3),
                online_percent: 12,
            },
        );
        spend(
            world,
            day,
            &Habit {
                wallet: WalletKind::Wechat,
                fundings: &[(Funding::Card(CARD), 75), (Funding::Balance, 25)],
                per_day: (0, 2),
                online_percent: 6,
            },
        );
        let cents = world.random.between(31, 58);
        world.plan(day.at(4, 12, 0, 0), Event::Yield { amount: Money::from_fen(cents) });
        if day.weekday() == Weekday::Saturday {
            weekend(world, day);
        }
        if world.random.chance(2) {
            let at = sometime(world, day, 20, 22);
            if let Some(&merchant) = world.random.pick(&ONLINE) {
                let amount = Money::from_fen(world.random.between(merchant.low, merchant.high));
                world.plan(at, Event::Abandoned { merchant, amount });
            }
        }
    }
}

fn monthly(world: &mut World, day: jiff::civil::Date) {
    let month = day.month();
    if is_payday(day, 10) {
        // Net pay: the base rose in April; overtime and cumulative tax move it a little.
        let base = if day >= date(2026, 4, 1) { 1_312_050 } else { 1_248_030 };
        let amount = Money::from_fen(base + world.random.between(-9_900, 14_500));
        let earlier = Month::of(day).plus(-1).first_day().month();
        world.plan(
            day.at(9, 30, 12, 0),
            Event::Payroll { bank: CARD, employer: EMPLOYER, amount, note: format!("{earlier}月工资") },
        );
    }
    if day.day() == 18 && !is_weekend(day) || day.day() == 20 && day.weekday() == Weekday::Monday {
        let note = Event::ProvidentFund { bank: CARD, office: FUND, amount: yuan(1_500) };
        world.plan(day.at(8, 2, 45, 0), note);
    }
    match day.day() {
        1 => {
            let rent = Event::SendByBank {
                bank: CARD,
                to: LANDLORD,
                amount: yuan(3_200),
                note: "房租",
                obligation: Some(Obligation::Rent),
            };
            world.plan(day.at(20, 5, 31, 0), rent);
        }
        3 => bill(world, day.at(12, 40, 9, 0), WalletKind::Alipay, CARD, PHONE),
        9 => {
            let month = Month::of(day).plus(-1);
            world.plan(day.at(6, 0, 21, 0), Event::RepayHuabei { bank: CARD, month });
        }
        12 if month % 2 == 0 => bill(world, day.at(19, 11, 2, 0), WalletKind::Alipay, CARD, GAS),
        14 => bill(world, day.at(19, 25, 44, 0), WalletKind::Alipay, CARD, POWER),
        15 => {
            let loan = Event::RepayLoan {
                bank: CARD,
                lender: LENDER,
                amount: Money::from_fen(85_630),
                obligation: Obligation::ConsumerLoan,
            };
            world.plan(day.at(7, 0, 3, 0), loan);
        }
        25 => {
            let amount = Money::from_fen(world.random.between(98_000, 156_000));
            world.plan(day.at(21, 14, 50, 0), Event::RepayCard { bank: CARD, issuer: "示例银行", amount });
        }
        _ => {}
    }
}

/// A shared dinner: paid for one week, paid back the next.
fn weekend(world: &mut World, day: jiff::civil::Date) {
    let Some(&friend) = world.random.pick(&FRIENDS) else {
        return;
    };
    let amount = Money::from_fen(world.random.between(3_500, 16_800));
    let at = sometime(world, day, 18, 21);
    if world.random.chance(50) {
        world.plan(at, Event::ReceiveByWechat { from: friend, amount });
    } else {
        let event =
            Event::SendByWechat {
                funding: Funding::Card(CARD), to: friend, amount, note: "聚餐AA", obligation: None
            };
        world.plan(at, event);
    }
}
