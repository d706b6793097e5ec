//! Names of employers as different papers print them, and whether two can be the same firm.

use model::Source;
use model::finding::Evidence;
use model::ledger::Category;
use model::statement::StatementKind;

use super::tables::employers;
use super::verdict::subjects;
use super::{View, place};

/// Shorter names share their characters by chance.
const SHORTEST: usize = 2;

/// An employer's name and where it stands.
#[derive(Debug, Clone)]
pub struct Named {
    pub name: String,
    pub evidence: Evidence,
}

/// The firms that papers of work (payslips, tax, fund, insurance) name, each once a document.
pub fn of_papers(view: &View<'_>) -> Vec<Named> {
    let mut named: Vec<Named> = Vec::new();
    for subject in subjects(view) {
        let names: &[&str] = match subject.content.kind {
            StatementKind::Payslip | StatementKind::SocialInsurance => &["employer"],
            StatementKind::IncomeTax => &["payer"],
            StatementKind::ProvidentFund => &["employer"],
            _ => continue,
        };
        let places = std::iter::once(&subject.content.fields).chain(&subject.content.records);
        for (name, source) in places
            .flat_map(|fields| names.iter().filter_map(|name| fields.get(*name)))
            .map(|field| (field.value.as_str(), &field.source))
        {
            add(&mut named, subject.document, name, source);
        }
    }
    named
}

/// The firms that pay salaries into the accounts shown, each once.
pub fn of_salaries(view: &View<'_>) -> Vec<Named> {
    let mut named: Vec<Named> = Vec::new();
    for entry in view.ledger.entries.iter().filter(|entry| entry.category == Category::Salary) {
        let Some((name, row)) = entry.counterparty.as_deref().zip(entry.rows.first()) else { continue };
        let Some(shown) = place::transaction(view, *row) else { continue };
        add(&mut named, row.document, name, &shown.source);
    }
    named
}

fn add(named: &mut Vec<Named>, document: u32, name: &str, source: &Source) {
    let name = name.trim();
    if core(name).chars().count() < SHORTEST || named.iter().any(|one| one.name == name) {
        return;
    }
    named.push(Named { name: name.to_owned(), evidence: Evidence { document, source: Some(source.clone()) } });
}

/// Whether the two may be one employer: the same name but for its form and place, one a part of the other, a group's
/// members, or an agency that employs for others.
pub fn may_be_same(one: &str, other: &str) -> bool {
    let table = employers();
    let is_agency = |name: &str| table.dispatch.iter().any(|word| name.contains(word.as_str()));
    if is_agency(one) || is_agency(other) {
        return true;
    }
    let in_group = |name: &str, group: &[String]| group.iter().any(|word| name.contains(word.as_str()));
    if table.group.iter().any(|group| in_group(one, group) && in_group(other, group)) {
        return true;
    }
    let (one, other) = (core(one), core(other));
    if one.chars().count() < SHORTEST || other.chars().count() < SHORTEST {
        return true;
    }
    // A masked or cut name stands for what it begins with.
    one.contains(&other) || other.contains(&one)
}

/// Whether the name is a firm's and not a bank's internal account.
pub fn is_internal(name: &str) -> bool {
    ["代发", "待清算", "过渡", "应付", "银行", "财付通", "支付宝"].iter().any(|word| name.contains(word))
}

/// The name without what every firm has: form, province, brackets, spaces, masks.
fn core(name: &str) -> String {
    let mut core: String =
        name.chars().filter(|c| !c.is_whitespace() && !"()（）【】[]*＊·,，.。-".contains(*c)).collect();
    let table = employers();
    for word in table.forms.iter().chain(&table.places) {
        core = core.replace(word.as_str(), "");
    }
    // `广东省…` and `广东…` are one place, before the name or in brackets after it.
    for place in &table.places {
        core = core.replace(place.trim_end_matches(['省', '市']), "");
    }
    core
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_firms_apart_and_not_their_forms() {
        for (one, other, same) in [
            ("北京青禾信息技术有限公司", "青禾信息技术（北京）有限公司", true),
            ("北京市青禾信息技术有限公司", "北京青禾信息技术有限公司", true),
            ("青禾信息技术有限公司", "青禾信息技术有限公司上海分公司", true),
            ("青禾信息技术有限公司", "蓝湾食品加工厂", false),
            ("青禾信息技术有限公司", "某某人力资源服务有限公司", true),
            ("浙江淘宝网络有限公司", "阿里巴巴（中国）有限公司", true),
            ("青禾信息技*", "青禾信息技术有限公司", true),
        ] {
            assert_eq!(may_be_same(one, other), same, "{one} / {other}");
        }
    }
}
