//! A farmer: little comes in until the harvests of May to August, a subsidy in April, seed and fertiliser
//! before. Hands in two exports of one account that overlap.

use jiff::civil::{Date, Weekday, date};
use model::Money;
use serde_json::json;

use super::{Applicant, Habit, WINDOW, bank_paper, bill, days, interest, sometime, spend, wallet_paper, yuan};
use crate::MakeError;
use crate::layout::{BankLayout, WalletLayout};
use crate::life::merchants::{FRIENDS, PHONE};
use crate::life::{Account, Bank, Event, Funding, Income, Obligation, Party, WalletKind, World};
use crate::rows::{Holder, Window};

const COOPERATIVE: Party = Party { name: "临河县禾丰粮食专业合作社", account: "33050161753500000412" };
const GREENGROCER: Party = Party { name: "吴建军", account: "6217001540008830216" };
const TREASURY: Party = Party { name: "临河县财政局惠民补贴资金户", account: "33050161480900000077" };
const SEED_SHOP: Party = Party { name: "临河县丰茂农资经营部", account: "33050161753500000988" };
const LENDER: Party = Party { name: "农户小额贷款", account: "33050161000044120077" };
const CARD: usize = 0;

/// What was sold when: wheat in June, rape in May, peppers in August.
const HARVESTS: [(Date, i64, &str); 6] = [
    (date(2026, 5, 26), 642_000, "油菜籽款"),
    (date(2026, 6, 9), 1_420_350, "小麦款"),
    (date(2026, 6, 17), 1_186_080, "小麦款"),
    (date(2026, 7, 23), 384_600, "早稻款"),
    (date(2026, 8, 11), 431_250, "辣椒款"),
    (date(2026, 8, 25), 406_720, "辣椒款"),
];

pub fn applicant() -> Result<Applicant, MakeError> {
    let holder = Holder { name: "田守禾".to_owned(), id_number: "990104197609190310".to_owned() };
    let account = Account::new(Bank::Ccb, "6217001540021165", Money::from_fen(1_840_000));
    let mut world = World::new(&holder.name, vec![account], 20_260_904);
    plan(&mut world);
    world.live(WINDOW.to)?;
    let summer = Window { from: date(2026, 6, 1), to: WINDOW.to };
    let papers = vec![
        bank_paper(
            &world,
            CARD,
            BankLayout::CcbWeb,
            &holder,
            WINDOW,
            ("临河县支行", date(2026, 9, 1).at(19, 2, 8, 0), ""),
        )?,
        bank_paper(&world, CARD, BankLayout::CcbApp, &holder, summer, ("", date(2026, 9, 2).at(7, 45, 33, 0), ""))?,
        wallet_paper(
            &world,
            WalletKind::Wechat,
            WalletLayout::Wechat2026,
            &holder,
            ("守禾", date(2026, 9, 2).at(8, 1, 20, 0)),
        ),
    ];
    let declared = json!({
        "name": holder.name, "id_number": holder.id_number, "monthly_income": "6500", "occupation": "farmer",
        "monthly_debt": "620", "requested_limit": "30000", "baseline": {"limit": "5000", "apr": "0.204"}
    });
    Ok(Applicant { folder: "farmer", holder, declared, world, papers })
}

fn plan(world: &mut World) {
    interest(world, CARD);
    let sold = |from, fen, note| {
        let amount = Money::from_fen(fen);
        Event::ReceiveByBank { bank: CARD, from, amount, note, income: Income::Farm }
    };
    for (day, fen, note) in HARVESTS {
        world.plan(day.at(15, 21, 40, 0), sold(COOPERATIVE, fen, note));
    }
    world.plan(date(2026, 4, 15).at(10, 0, 2, 0), sold(TREASURY, 138_640, "耕地地力保护补贴"));
    for (day, whole) in [(date(2026, 2, 24), 1_860), (date(2026, 3, 17), 2_640), (date(2026, 4, 8), 975)] {
        let event =
            Event::SendByBank {
                bank: CARD, to: SEED_SHOP, amount: yuan(whole), note: "种子化肥", obligation: None
            };
        world.plan(day.at(9, 14, 26, 0), event);
    }
    for day in days() {
        // Vegetables go to town on market days once they grow.
        if day >= date(2026, 5, 1) && day.weekday() == Weekday::Wednesday {
            let fen = world.random.between(38_000, 112_000);
            world.plan(day.at(11, 30, 17, 0), sold(GREENGROCER, fen, "菜款"));
        }
        monthly(world, day);
        spend(
            world,
            day,
            &Habit {
                wallet: WalletKind::Wechat,
                fundings: &[(Funding::Card(CARD), 65), (Funding::Balance, 35)],
                per_day: (0, 2),
                online_percent: 6,
            },
        );
        if world.random.chance(8) {
            let at = sometime(world, day, 9, 20);
            if let Some(&from) = world.random.pick(&FRIENDS) {
                let amount = Money::from_fen(world.random.between(1_000, 20_000));
                world.plan(at, Event::ReceiveByWechat { from, amount });
            }
        }
    }
}

fn monthly(world: &mut World, day: Date) {
    match day.day() {
        7 => bill(world, day.at(8, 20, 30, 0), WalletKind::Wechat, CARD, PHONE),
        20 => {
            let loan = Event::RepayLoan {
                bank: CARD,
                lender: LENDER,
                amount: Money::from_fen(61_250),
                obligation: Obligation::BankLoan,
            };
            world.plan(day.at(6, 30, 11, 0), loan);
        }
        24 => world.plan(day.at(10, 12, 48, 0), Event::Cash { bank: CARD, amount: yuan(600) }),
        _ => {}
    }
}
