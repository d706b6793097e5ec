//! A fruit shop: customers scan a code, the balance goes to one bank, suppliers and the loan are paid from
//! another.

use jiff::civil::{Date, Weekday, date};
use model::Money;
use serde_json::json;

use super::{Applicant, Habit, bank_paper, bill, days, interest, sometime, spend, wallet_paper, yuan};
use crate::MakeError;
use crate::layout::{BankLayout, WalletLayout};
use crate::life::merchants::{CUSTOMERS, PHONE, POWER};
use crate::life::{Account, Bank, Event, Funding, Obligation, Party, WalletKind, World};
use crate::rows::Holder;

const SUPPLIERS: [Party; 3] = [
    Party { name: "杭州三江果品批发行", account: "6217851400020017733" },
    Party { name: "赵铁柱", account: "6222021202044417709" },
    Party { name: "勾庄水果市场鲜丰档", account: "1202050409900312288" },
];
const LANDLORD: Party = Party { name: "杭州拱宸物业管理有限公司", account: "355871204410" };
const LENDER: Party = Party { name: "个人经营贷款", account: "3541774400981" };
const BOC: usize = 0;
const ICBC: usize = 1;

pub fn applicant() -> Result<Applicant, MakeError> {
    let holder = Holder { name: "何巧云".to_owned(), id_number: "990103198502280568".to_owned() };
    let accounts = vec![
        Account::new(Bank::Boc, "6217856200019021", Money::from_fen(1_865_240)),
        Account::new(Bank::Icbc, "6222081202007744", Money::from_fen(318_066)),
    ];
    let mut world = World::new(&holder.name, accounts, 20_260_903);
    plan(&mut world);
    world.live(super::WINDOW.to)?;
    let papers = vec![
        bank_paper(
            &world,
            BOC,
            BankLayout::BocPdf,
            &holder,
            super::WINDOW,
            ("", date(2026, 9, 4).at(16, 2, 30, 0), "3500774400190011"),
        )?,
        bank_paper(
            &world,
            ICBC,
            BankLayout::IcbcV2,
            &holder,
            super::WINDOW,
            ("", date(2026, 9, 4).at(16, 20, 11, 0), ""),
        )?,
        wallet_paper(
            &world,
            WalletKind::Wechat,
            WalletLayout::Wechat2025,
            &holder,
            ("巧云鲜果", date(2026, 9, 4).at(16, 31, 55, 0)),
        ),
    ];
    let declared = json!({
        "name": holder.name, "id_number": holder.id_number, "monthly_income": "16000", "occupation": "merchant",
        "monthly_debt": "2400", "requested_limit": "80000", "baseline": {"limit": "10000", "apr": "0.198"}
    });
    Ok(Applicant { folder: "merchant", holder, declared, world, papers })
}

/// The shop closes over the Spring Festival of 2026.
fn open(day: Date) -> bool {
    !(date(2026, 2, 16)..=date(2026, 2, 19)).contains(&day)
}

fn plan(world: &mut World) {
    interest(world, BOC);
    interest(world, ICBC);
    for day in days() {
        if open(day) {
            customers(world, day);
        }
        match day.weekday() {
            Weekday::Tuesday | Weekday::Friday => {
                let keep = yuan(200);
                world.plan(day.at(21, 45, 0, 0), Event::Withdraw { wallet: WalletKind::Wechat, bank: ICBC, keep });
            }
            Weekday::Wednesday => {
                world.plan(day.at(9, 10, 22, 0), Event::Move { from: ICBC, to: BOC, keep: yuan(1_500) });
            }
            Weekday::Thursday if open(day) => supplier(world, day),
            _ => {}
        }
        // The books are closed by the month, so both its ends are swept as well.
        if day.day() == 1 || day == day.last_of_month() {
            let keep = yuan(100);
            world.plan(day.at(22, 20, 0, 0), Event::Withdraw { wallet: WalletKind::Wechat, bank: ICBC, keep });
        }
        monthly(world, day);
        spend(
            world,
            day,
            &Habit {
                wallet: WalletKind::Wechat,
                fundings: &[(Funding::Card(BOC), 65), (Funding::Balance, 35)],
                per_day: (0, 2),
                online_percent: 10,
            },
        );
    }
}

/// More of them at weekends, more to eat in summer.
fn customers(world: &mut World, day: Date) {
    let busy = if super::is_weekend(day) { 4 } else { 0 } + if day.month() >= 6 { 2 } else { 0 };
    for _ in 0..world.random.between(8 + busy, 12 + busy) {
        let at = sometime(world, day, 8, 21);
        let amount = Money::from_fen(world.random.between(900, 9_600));
        if let Some(&from) = world.random.pick(&CUSTOMERS) {
            world.plan(at, Event::Receipt { from, amount });
        }
    }
}

fn supplier(world: &mut World, day: Date) {
    let Some(&to) = world.random.pick(&SUPPLIERS) else {
        return;
    };
    let amount = yuan(world.random.between(920, 1_680));
    let event = Event::SendByBank { bank: BOC, to, amount, note: "货款", obligation: None };
    world.plan(day.at(6, 30, 51, 0), event);
}

fn monthly(world: &mut World, day: Date) {
    match day.day() {
        5 => {
            let rent = Event::SendByBank {
                bank: BOC,
                to: LANDLORD,
                amount: yuan(4_500),
                note: "店铺租金",
                obligation: Some(Obligation::ShopRent),
            };
            world.plan(day.at(10, 9, 40, 0), rent);
        }
        8 => bill(world, day.at(13, 2, 27, 0), WalletKind::Wechat, BOC, PHONE),
        11 => bill(world, day.at(13, 33, 5, 0), WalletKind::Wechat, BOC, POWER),
        21 => {
            let loan = Event::RepayLoan {
                bank: BOC,
                lender: LENDER,
                amount: Money::from_fen(234_567),
                obligation: Obligation::BankLoan,
            };
            world.plan(day.at(7, 0, 15, 0), loan);
        }
        26 => world.plan(day.at(16, 40, 18, 0), Event::Cash { bank: BOC, amount: yuan(500) }),
        _ => {}
    }
}
