//! The department tree of the sandbox's company: names, nesting, how many of the people work where, and their titles.

use crate::sandbox::dice::mix;

/// The company's name; it says what it is.
pub(super) const COMPANY: &str = "青禾科技（演练）";

/// One line of the tree: depth below the company, name, share of the people (0: nobody works there), titles.
struct Line(u8, &'static str, u16, Titles);

#[derive(Clone, Copy)]
enum Titles {
    Board,
    Research,
    Product,
    Market,
    Sales,
    Overseas,
    Service,
    Finance,
    Human,
    Office,
    Law,
}

impl Titles {
    const fn list(self) -> &'static [&'static str] {
        match self {
            Self::Board => &["董事长", "总裁助理", "副总裁", "战略经理", "秘书"],
            Self::Research => &["研发总监", "工程师", "高级工程师", "资深工程师", "测试工程师", "架构师", "实习生"],
            Self::Product => &["产品总监", "产品经理", "高级产品经理", "交互设计师", "视觉设计师", "用户研究员"],
            Self::Market => &["市场总监", "品牌经理", "增长经理", "文案策划", "活动专员"],
            Self::Sales => &["销售总监", "大客户经理", "销售经理", "销售代表", "渠道经理"],
            Self::Overseas => &["海外业务总监", "Account Manager", "Solutions Engineer", "営業", "海外运营"],
            Self::Service => &["客服总监", "客服主管", "售前顾问", "客服专员", "实施工程师"],
            Self::Finance => &["财务总监", "会计", "高级会计", "出纳", "预算分析师"],
            Self::Human => &["人力资源总监", "招聘经理", "HRBP", "薪酬专员", "人事专员"],
            Self::Office => &["行政经理", "行政专员", "前台", "采购专员", "司机"],
            Self::Law => &["法务总监", "法务经理", "法务专员"],
        }
    }
}

use Titles::{Board, Finance, Human, Law, Market, Office, Overseas, Product, Research, Sales, Service};

const TREE: &[Line] = &[
    Line(1, "总裁办", 5, Board),
    Line(1, "研发中心", 5, Research),
    Line(2, "平台部", 4, Research),
    Line(3, "基础架构组", 10, Research),
    Line(3, "中间件组", 8, Research),
    Line(3, "数据库组", 6, Research),
    Line(2, "业务研发部", 4, Research),
    Line(3, "前端组", 12, Research),
    Line(3, "后端组", 18, Research),
    Line(3, "移动端组", 10, Research),
    Line(2, "测试部", 14, Research),
    Line(2, "安全部", 6, Research),
    Line(2, "算法部", 11, Research),
    Line(1, "产品中心", 3, Product),
    Line(2, "企业产品部", 10, Product),
    Line(2, "设计部", 9, Product),
    Line(1, "市场部", 4, Market),
    Line(2, "品牌组", 6, Market),
    Line(2, "增长组", 7, Market),
    Line(1, "销售中心", 3, Sales),
    Line(2, "华东大区", 3, Sales),
    Line(3, "上海分公司", 14, Sales),
    Line(3, "杭州分公司", 16, Sales),
    Line(3, "南京办事处", 8, Sales),
    Line(2, "华南大区", 3, Sales),
    Line(3, "广州分公司", 12, Sales),
    Line(3, "深圳分公司", 15, Sales),
    Line(2, "华北大区", 3, Sales),
    Line(3, "北京分公司", 15, Sales),
    Line(3, "天津办事处", 5, Sales),
    Line(2, "西南大区", 2, Sales),
    Line(3, "成都分公司", 10, Sales),
    Line(3, "重庆办事处（筹备）", 0, Sales),
    Line(2, "海外业务部", 9, Overseas),
    Line(1, "客户服务部", 4, Service),
    Line(2, "售前支持组", 9, Service),
    Line(2, "售后一组", 14, Service),
    Line(2, "售后二组", 13, Service),
    Line(1, "财务部", 3, Finance),
    Line(2, "会计组", 7, Finance),
    Line(2, "资金组", 5, Finance),
    Line(1, "人力资源部", 3, Human),
    Line(2, "招聘组", 6, Human),
    Line(2, "薪酬组", 4, Human),
    Line(2, "培训组（筹备）", 0, Human),
    Line(1, "行政部", 7, Office),
    Line(1, "法务部", 4, Law),
    Line(1, "创新实验室（筹备）", 0, Research),
];

/// A department larger than this is divided into numbered groups, as real ones are.
const DIVIDE_ABOVE: usize = 90;
/// How many people such a group has at most.
const GROUP: usize = 60;

/// Up to so many people every department has its plain share.
const ORDINARY: usize = 2_000;
/// Above that, the departments with at least this share take everyone else.
const GROWS_FROM: u16 = 8;

/// A department to be staffed.
pub(super) struct Plan {
    pub(super) name: String,
    /// Index of the department above; `None` for the company itself.
    pub(super) parent: Option<usize>,
    /// How many people have their place here.
    pub(super) seats: usize,
    /// The title of the first one, who leads the others.
    pub(super) head: &'static str,
    pub(super) titles: &'static [&'static str],
    pub(super) overseas: bool,
}

/// What the first one of a department is called: a director below the company, a manager or group leader further down.
fn head(depth: u8, name: &str, titles: &[&'static str]) -> &'static str {
    match name {
        _ if depth == 1 => titles[0],
        _ if name.ends_with("大区") => "大区总经理",
        _ if name.ends_with("分公司") || name.ends_with("办事处") => "总经理",
        _ if name.ends_with('组') => "组长",
        _ => "部门经理",
    }
}

/// The whole tree for so many people. Index 0 is the company; parents come before children; the seats add up to `people`.
pub(super) fn plan(people: usize) -> Vec<Plan> {
    let mut plans = vec![Plan {
        name: COMPANY.to_owned(),
        parent: None,
        seats: 0,
        head: "董事长",
        titles: Titles::Board.list(),
        overseas: false,
    }];
    // A company that grows does so in its large working groups, not in its staff offices.
    let base = people.min(ORDINARY);
    let growth = |line: &Line| if line.2 >= GROWS_FROM { usize::from(line.2) } else { 0 };
    let growths: usize = TREE.iter().map(growth).sum();
    let shares: usize = TREE.iter().map(|line| usize::from(line.2)).sum();
    let mut path = vec![0_usize];
    let (mut passed, mut grown, mut given) = (0_usize, 0_usize, 0_usize);
    for line @ Line(depth, name, share, titles) in TREE {
        path.truncate(usize::from(*depth));
        let parent = path.last().copied().unwrap_or(0);
        // Rounding the running total, not each line, makes the sum exact.
        passed += usize::from(*share);
        grown += growth(line);
        let upto = base * passed / shares + (people - base) * grown / growths;
        let seats = upto - given;
        given = upto;
        let own = plans.len();
        path.push(own);
        let plan = |name: String, depth, parent, seats| Plan {
            head: head(depth, &name, titles.list()),
            name,
            parent: Some(parent),
            seats,
            titles: titles.list(),
            overseas: matches!(titles, Overseas),
        };
        if seats > DIVIDE_ABOVE {
            let groups = seats.div_ceil(GROUP);
            let lead = seats.min(6);
            plans.push(plan((*name).to_owned(), *depth, parent, lead));
            let rest = seats - lead;
            for group in 0..groups {
                let share = rest * (group + 1) / groups - rest * group / groups;
                plans.push(plan(format!("{name}第 {} 小组", group + 1), *depth + 1, own, share));
            }
        } else {
            plans.push(plan((*name).to_owned(), *depth, parent, seats));
        }
    }
    plans
}

/// The `dept_id` of a department by its index: 1 for the company, nine digits in no visible order for the others.
pub(super) fn dept_id(index: usize) -> u64 {
    match index {
        0 => 1,
        // 10,007 is odd, so the product stays distinct below the modulus' order of magnitude; the offset keeps nine digits.
        _ => 400_000_000 + (index as u64) * 10_007 + mix(index as u64) % 10_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_person_has_a_seat_at_any_size() {
        for people in [2, 40, 320, 5_000, 100_000] {
            let plans = plan(people);
            assert_eq!(plans.iter().map(|plan| plan.seats).sum::<usize>(), people);
            assert!(plans.iter().enumerate().all(|(index, plan)| plan.parent.is_none_or(|parent| parent < index)));
            assert!(plans.iter().any(|plan| plan.seats == 0), "some departments are empty");
        }
    }

    #[test]
    fn department_ids_differ() {
        let mut ids: Vec<u64> = (0..5_000).map(dept_id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 5_000);
    }
}
