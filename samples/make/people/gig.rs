//! A courier: paid by the day by one platform and by the week by another, a loan taken out in the period.

use jiff::civil::{Date, Weekday, date};
use model::{Money, Month};
use serde_json::json;

use super::{Applicant, Habit, bank_paper, bill, days, interest, sometime, spend, wallet_paper, yuan};
use crate::MakeError;
use crate::layout::{BankLayout, WalletLayout};
use crate::life::merchants::{BATTERY, FRIENDS, PHONE};
use crate::life::{Account, Bank, Event, Funding, Income, Obligation, Party, WalletKind, World};
use crate::rows::Holder;

const PLATFORM: Party = Party { name: "北京三快在线科技有限公司", account: "110907597010206" };
const FREIGHT: Party = Party { name: "深圳依时货拉拉科技有限公司", account: "755930042310901" };
const FAMILY: Party = Party { name: "罗小梅", account: "6228481236600047711" };
const CARD: usize = 0;

pub fn applicant() -> Result<Applicant, MakeError> {
    let holder = Holder { name: "罗大川".to_owned(), id_number: "99010219881105041X".to_owned() };
    let account = Account::new(Bank::Abc, "6228480329113344", Money::from_fen(623_518));
    let mut world = World::new(&holder.name, vec![account], 20_260_902);
    plan(&mut world);
    world.live(super::WINDOW.to)?;
    let papers = vec![
        bank_paper(
            &world,
            CARD,
            BankLayout::AbcPdf,
            &holder,
            super::WINDOW,
            ("", date(2026, 9, 3).at(8, 20, 41, 0), "34528427260903058817"),
        )?,
        wallet_paper(
            &world,
            WalletKind::Alipay,
            WalletLayout::AlipayV2,
            &holder,
            ("luo***@mail.example", date(2026, 9, 3).at(8, 44, 10, 0)),
        ),
        wallet_paper(
            &world,
            WalletKind::Wechat,
            WalletLayout::WechatCsv,
            &holder,
            ("大川跑单", date(2026, 9, 3).at(8, 52, 37, 0)),
        ),
    ];
    let declared = json!({
        "name": holder.name, "id_number": holder.id_number, "monthly_income": "6500", "occupation": "gig",
        "monthly_debt": "1200", "requested_limit": "20000", "baseline": {"limit": "3000", "apr": "0.216"}
    });
    Ok(Applicant { folder: "gig", holder, declared, world, papers })
}

/// Nobody rides over the Spring Festival of 2026.
fn rests(world: &mut World, day: Date) -> bool {
    (date(2026, 2, 14)..=date(2026, 2, 20)).contains(&day) || world.random.chance(11)
}

fn plan(world: &mut World) {
    interest(world, CARD);
    for day in days() {
        if !rests(world, day) {
            // Paid the morning after.
            let amount = Money::from_fen(world.random.between(13_800, 31_500));
            let event = Event::ReceiveByBank {
                bank: CARD,
                from: PLATFORM,
                amount,
                note: "美团骑手配送服务费结算",
                income: Income::Platform,
            };
            if let Ok(next) = day.tomorrow() {
                world.plan(next.at(5, 12, 27, 0), event);
            }
        }
        if day >= date(2026, 5, 1) && day.weekday() == Weekday::Tuesday {
            let amount = Money::from_fen(world.random.between(26_000, 52_000));
            let event = Event::ReceiveByBank {
                bank: CARD,
                from: FREIGHT,
                amount,
                note: "货拉拉司机运费提现",
                income: Income::Platform,
            };
            world.plan(day.at(11, 3, 19, 0), event);
        }
        monthly(world, day);
        spend(
            world,
            day,
            &Habit {
                wallet: WalletKind::Alipay,
                fundings: &[(Funding::Card(CARD), 80), (Funding::Huabei, 20)],
                per_day: (0, 2),
                online_percent: 8,
            },
        );
        spend(
            world,
            day,
            &Habit {
                wallet: WalletKind::Wechat,
                fundings: &[(Funding::Card(CARD), 70), (Funding::Balance, 30)],
                per_day: (0, 3),
                online_percent: 4,
            },
        );
        if world.random.chance(12) {
            let at = sometime(world, day, 11, 20);
            if let Some(&from) = world.random.pick(&FRIENDS) {
                let amount = Money::from_fen(world.random.between(500, 9_900));
                world.plan(at, Event::ReceiveByWechat { from, amount });
            }
        }
    }
    // A loan to be paid out is not income, however much it looks like it.
    world.plan(date(2026, 4, 16).at(14, 22, 8, 0), Event::PayOutJiebei { bank: CARD, amount: yuan(5_000) });
    let hospital = Event::SendByBank {
        bank: CARD,
        to: Party { name: "某县人民医院", account: "51050186360000" },
        amount: yuan(4_600),
        note: "住院押金",
        obligation: None,
    };
    world.plan(date(2026, 4, 16).at(15, 40, 0, 0), hospital);
}

fn monthly(world: &mut World, day: Date) {
    match day.day() {
        2 => {
            let event = Event::SendByWechat {
                funding: Funding::Card(CARD),
                to: "房东李姐",
                amount: yuan(1_300),
                note: "房租",
                obligation: Some(Obligation::Rent),
            };
            world.plan(day.at(19, 20, 6, 0), event);
        }
        4 => bill(world, day.at(9, 7, 55, 0), WalletKind::Alipay, CARD, PHONE),
        6 => bill(world, day.at(7, 31, 18, 0), WalletKind::Alipay, CARD, BATTERY),
        9 => {
            let month = Month::of(day).plus(-1);
            world.plan(day.at(6, 0, 9, 0), Event::RepayHuabei { bank: CARD, month });
        }
        16 => {
            let family =
                Event::SendByBank { bank: CARD, to: FAMILY, amount: yuan(2_000), note: "家用", obligation: None };
            world.plan(day.at(20, 48, 33, 0), family);
        }
        20 => {
            let amount = Money::from_fen(if day >= date(2026, 5, 1) { 104_216 } else { 58_940 });
            world.plan(day.at(10, 1, 14, 0), Event::RepayJiebei { bank: CARD, amount });
        }
        27 => {
            let keep = yuan(50);
            world.plan(day.at(22, 5, 0, 0), Event::Withdraw { wallet: WalletKind::Wechat, bank: CARD, keep });
        }
        28 => world.plan(day.at(17, 30, 2, 0), Event::Cash { bank: CARD, amount: yuan(300) }),
        _ => {}
    }
}
