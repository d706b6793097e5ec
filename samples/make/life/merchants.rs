//! Where made-up people spend. Shops are invented; networks, utilities and platforms are the real ones,
//! because that is what a statement is recognised by.

/// A place to spend, and what is bought there. Prices in fen.
#[derive(Debug, Clone, Copy)]
pub struct Merchant {
    pub name: &'static str,
    pub item: &'static str,
    /// Alipay's 交易分类.
    pub category: &'static str,
    /// As Alipay masks it.
    pub account: &'static str,
    pub low: i64,
    pub high: i64,
    /// A till or a web shop (商户消费), not a printed code (扫二维码付款).
    pub till: bool,
}

const fn shop(
    name: &'static str,
    item: &'static str,
    category: &'static str,
    account: &'static str,
    prices: (i64, i64),
    till: bool,
) -> Merchant {
    Merchant { name, item, category, account, low: prices.0, high: prices.1, till }
}

/// Food and small things near home and work.
pub const DAILY: [Merchant; 14] = [
    shop("巷口阿婆馄饨店", "堂食", "餐饮美食", "/", (900, 2600), false),
    shop("青禾便利店(文苑店)", "便利店购物", "日用百货", "qhb***@qinghe.example", (350, 4200), true),
    shop("老码头面馆", "午餐", "餐饮美食", "/", (1400, 3200), false),
    shop("美团", "美团订单-外卖", "餐饮美食", "mei***@meituan.com", (1680, 5200), true),
    shop("饿了么", "饿了么外卖订单", "餐饮美食", "e50***@alibaba-inc.com", (1590, 4800), true),
    shop("晨光包子铺", "早餐", "餐饮美食", "/", (300, 1200), false),
    shop("禾田生鲜超市", "生鲜果蔬", "日用百货", "het***@hetian.example", (1200, 9800), true),
    shop("杭州地铁", "地铁出行", "交通出行", "hzm***@hzmetro.example", (200, 700), true),
    shop("滴滴出行", "快车订单", "交通出行", "did***@didichuxing.com", (980, 4600), true),
    shop("小满咖啡", "拿铁", "餐饮美食", "xma***@xiaoman.example", (1290, 3600), true),
    shop("东篱水果行", "水果", "餐饮美食", "/", (800, 4500), false),
    shop("哈啰出行", "骑行费用", "交通出行", "hel***@hellobike.com", (150, 450), true),
    shop("明月药房", "药品", "医疗健康", "myy***@mingyue.example", (1200, 8600), true),
    shop("一鸣文具店", "文具", "文化休闲", "/", (300, 3800), false),
];

/// Bought on line and sometimes sent back.
pub const ONLINE: [Merchant; 6] = [
    shop("拾光家居旗舰店", "棉麻四件套", "家居家装", "shi***@shiguang.example", (8900, 32900), true),
    shop("行止户外专营店", "徒步背包, 35升", "运动户外", "xin***@xingzhi.example", (9900, 45900), true),
    shop("小橘猫宠物用品", "猫粮10kg", "宠物", "ju***@xiaojumao.example", (5900, 19900), true),
    shop("南山书局", "图书", "文化休闲", "nan***@nanshan.example", (2900, 12900), true),
    shop("知夏服饰旗舰店", "夏季衬衫", "服饰装扮", "zxf***@zhixia.example", (6900, 25900), true),
    shop("蓝鲸数码专营店", "数据线", "数码电器", "lan***@lanjing.example", (1900, 39900), true),
];

pub const POWER: Merchant = shop("国网浙江省电力有限公司", "电费缴纳", "生活服务", "/", (8600, 26800), true);
pub const PHONE: Merchant = shop("中国移动", "手机充值", "充值缴费", "/", (5900, 5900), true);
pub const GAS: Merchant = shop("杭州燃气集团有限公司", "燃气费", "生活服务", "/", (4200, 9800), true);
pub const BATTERY: Merchant = shop("小哈换电", "换电月卡", "交通出行", "hel***@hellobike.com", (29900, 29900), true);

/// People one shares a dinner with, and customers who pay by scanning a code.
pub const FRIENDS: [&str; 6] = ["沈一诺", "阿木", "程小满", "Luna", "老贺", "方子衿"];
pub const CUSTOMERS: [&str; 16] = [
    "静水流深",
    "大鹏",
    "Mia",
    "向阳花",
    "小徐同学",
    "山海",
    "A老葛",
    "晚风",
    "桃子",
    "Jason",
    "平安喜乐",
    "阿芳",
    "云淡",
    "陈师傅",
    "豆豆妈",
    "北方的狼",
];
