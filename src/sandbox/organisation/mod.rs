//! The sandbox's organisation: a made-up company of some hundred (or 100,000) people in a believable department tree.
//!
//! Deterministic: the same number of people and the same seed give the same company. Built once, on first use. Knows
//! nothing of the wire; [`super::contacts`] answers the directory calls from it.

mod names;
mod tree;

use std::collections::HashMap;

use pinyin::ToPinyinMulti as _;

use super::dice::{Dice, mix};

/// A department.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Department {
    /// `dept_id`; 1 is the company itself.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// `parent_id`; `None` for the company.
    pub parent: Option<u64>,
    /// The departments directly below, in order.
    pub children: Vec<u64>,
    /// The people who work directly here, as indices into [`Organisation::people`], in order.
    pub members: Vec<u32>,
    /// All people here and below, counted once (`member_count`), hidden ones left out.
    pub member_count: usize,
}

/// A person. Small on purpose: there can be 100,000 of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// `userid`, unique in the company, at most 64 characters.
    pub userid: Box<str>,
    /// The shown name. Not unique.
    pub name: Box<str>,
    /// Job title.
    pub title: &'static str,
    /// Outside of what the app may see: listed nowhere, and calls that name this person answer 50002.
    pub hidden: bool,
    number: u32,
    seed: u64,
    first: u32,
    second: Option<u32>,
}

impl Person {
    /// `unionid`: the same person's id towards all apps of one developer.
    pub fn unionid(&self) -> String {
        unionid(self.seed, self.number)
    }

    /// The mobile number, which no listing tells; 199 and eight digits, such as `19900000017`.
    pub fn mobile(&self) -> String {
        format!("199{:08}", self.number)
    }

    /// `job_number`, such as `QH000123`.
    pub fn job_number(&self) -> String {
        format!("QH{:06}", self.number + 1)
    }
}

/// The company.
#[derive(Clone, Debug)]
pub struct Organisation {
    seed: u64,
    people: Vec<Person>,
    departments: Vec<Department>,
    by_dept: HashMap<u64, usize>,
    /// Indices of people, sorted by userid.
    by_userid: Vec<u32>,
}

/// People whom tests and the first drafts count on: name, userid, and the department's name where they sit.
/// The first two share the sandbox's one-to-one conversation.
const CORE: &[(&str, &str, &str)] = &[
    ("陈志远", "manager4220", "总裁办"),
    ("曾敏", "zengmin", "人力资源部"),
    ("单雪", "shanxue", "行政部"),
    ("解思琪", "xiesiqi", "法务部"),
    ("仇建国", "qiujianguo", "财务部"),
    ("查文静", "zhawenjing", "市场部"),
    ("任晓东", "renxiaodong", "后端组"),
    ("欧阳静怡", "ouyangjingyi", "设计部"),
    ("司马睿", "simarui", "算法部"),
    ("李娜", "lina01", "会计组"),
    ("李娜", "lina02", "售后一组"),
    ("张三", "zhangsan01", "前端组"),
    ("赵翀", "zhaochong", "安全部"),
    ("刘喆", "01472825524039877041", "基础架构组"),
    ("Emma Wilson", "emma.wilson", "海外业务部"),
    ("佐藤健一", "sato_kenichi", "海外业务部"),
    ("陳家豪", "chenjiahao", "深圳分公司"),
    ("周慎之", "zhoushenzhi", "总裁办"),
];

/// The name in [`CORE`] that the app may not see.
const HIDDEN: &str = "zhoushenzhi";

impl Organisation {
    /// Makes a company of so many people (at least 2, at most 1,000,000).
    pub fn generate(people: usize, seed: u64) -> Self {
        let wanted = people.clamp(2, 1_000_000);
        let plans = tree::plan(wanted);
        let mut departments: Vec<Department> = plans
            .iter()
            .enumerate()
            .map(|(index, plan)| Department {
                id: tree::dept_id(index),
                name: plan.name.clone(),
                parent: plan.parent.map(tree::dept_id),
                children: Vec::new(),
                members: Vec::with_capacity(plan.seats),
                member_count: 0,
            })
            .collect();
        for (index, plan) in plans.iter().enumerate() {
            if let Some(parent) = plan.parent {
                let id = departments[index].id;
                departments[parent].children.push(id);
            }
        }

        let mut staff = Staff { seed, people: Vec::with_capacity(wanted), spelled: HashMap::new() };
        let mut seats: Vec<usize> = plans.iter().map(|plan| plan.seats).collect();
        for (name, userid, place) in CORE.iter().take(wanted) {
            let home = plans.iter().position(|plan| plan.name == *place && plan.seats > 0);
            // In a very small company the place may have no seat: then the first department with a free one.
            let home =
                home.filter(|at| seats[*at] > 0).or_else(|| seats.iter().position(|free| *free > 0)).unwrap_or(0);
            seats[home] = seats[home].saturating_sub(1);
            let title = match departments[home].members.len() {
                0 => plans[home].head,
                later => plans[home].titles[later % plans[home].titles.len()],
            };
            departments[home].members.push(staff.core(name, userid, title, home));
        }
        let mut dice = Dice::new(seed ^ 0x5EED);
        for (home, plan) in plans.iter().enumerate() {
            for _ in 0..seats[home] {
                // The first title of a list belongs to one person.
                let title = if departments[home].members.is_empty() {
                    plan.head
                } else {
                    plan.titles[1 + dice.below(plan.titles.len() - 1)]
                };
                let name = if plan.overseas && dice.below(3) > 0 {
                    names::foreign(&mut dice)
                } else {
                    names::chinese(&mut dice)
                };
                departments[home].members.push(staff.generated(&name, title, home, &mut dice));
            }
        }
        // Every fortieth person also has a place in another department.
        let open: Vec<usize> = (1..plans.len()).filter(|at| plans[*at].seats > 0).collect();
        let mut people = staff.people;
        for at in (7..people.len()).step_by(40) {
            let also = open[dice.below(open.len())];
            if u32::try_from(also).ok() != Some(people[at].first) {
                people[at].second = u32::try_from(also).ok();
                departments[also].members.extend(u32::try_from(at));
            }
        }
        count_members(&mut departments, &plans, &people);
        let by_dept = departments.iter().enumerate().map(|(index, department)| (department.id, index)).collect();
        let mut by_userid: Vec<u32> = (0..people.len()).filter_map(|at| u32::try_from(at).ok()).collect();
        by_userid.sort_unstable_by(|a, b| people[*a as usize].userid.cmp(&people[*b as usize].userid));
        Self { seed, people, departments, by_dept, by_userid }
    }

    /// All people, hidden ones too.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// All departments; the first is the company, parents come before children.
    pub fn departments(&self) -> &[Department] {
        &self.departments
    }

    /// The department of a `dept_id`.
    pub fn department(&self, id: u64) -> Option<&Department> {
        self.by_dept.get(&id).map(|at| &self.departments[*at])
    }

    /// The first department of this name.
    pub fn department_named(&self, name: &str) -> Option<&Department> {
        self.departments.iter().find(|department| department.name == name)
    }

    /// The person of a `userid`.
    pub fn person(&self, userid: &str) -> Option<&Person> {
        let found = self.by_userid.binary_search_by(|at| self.people[*at as usize].userid.as_ref().cmp(userid)).ok()?;
        self.people.get(self.by_userid[found] as usize)
    }

    /// The person of a mobile number.
    pub fn person_of_mobile(&self, mobile: &str) -> Option<&Person> {
        let number: u32 = mobile.strip_prefix("199").filter(|rest| rest.len() == 8)?.parse().ok()?;
        self.people.get(number as usize).filter(|person| person.number == number)
    }

    /// The person of a `unionid`.
    pub fn person_of_union(&self, union: &str) -> Option<&Person> {
        // The person's number stands at the end of a unionid; the whole text is compared again.
        let tail = union.len().checked_sub(6).and_then(|at| union.get(at..))?;
        let number = usize::from_str_radix(tail.get(..5)?, 36).ok()?;
        self.people.get(number).filter(|person| person.unionid() == union)
    }

    /// The `dept_id`s a person works in, the main one first.
    pub fn departments_of(&self, person: &Person) -> Vec<u64> {
        std::iter::once(person.first).chain(person.second).map(|at| self.departments[at as usize].id).collect()
    }

    /// A department and everything below it, the department itself first.
    pub fn with_below(&self, id: u64) -> Vec<u64> {
        let mut found = Vec::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if let Some(department) = self.department(id) {
                found.push(id);
                open.extend(department.children.iter().rev());
            }
        }
        found
    }

    /// The names from the company down to a department, joined by `/`, the company left out.
    pub fn path_of(&self, id: u64) -> String {
        let mut names = Vec::new();
        let mut at = self.department(id);
        while let Some(department) = at {
            let Some(parent) = department.parent else { break };
            names.push(department.name.as_str());
            at = self.department(parent);
        }
        names.reverse();
        names.join("/")
    }

    /// Whether a name answers to a query as the name search does: part of the name, or its pinyin or initials from the
    /// start of the name, or the userid exactly. Case does not matter.
    pub(super) fn answers_to(person: &Person, query: &str, exact: bool) -> bool {
        if exact {
            return person.name.as_ref() == query;
        }
        let query = query.trim().to_lowercase();
        if query.is_empty() {
            return false;
        }
        if person.name.to_lowercase().contains(&query) || person.userid.as_ref() == query {
            return true;
        }
        let letters: String = query.chars().filter(char::is_ascii_alphanumeric).collect();
        if letters.len() != query.len() || person.name.is_ascii() {
            return false;
        }
        if let Some((surname, reading)) = names::surname_reading(&person.name) {
            let rest: Vec<char> = person.name[surname.len()..].chars().collect();
            for head in [reading, &reading[..1]] {
                if head.starts_with(&letters) || letters.strip_prefix(head).is_some_and(|tail| spells(&rest, tail)) {
                    return true;
                }
            }
        }
        spells(&person.name.chars().collect::<Vec<_>>(), &letters)
    }

    /// The seed it was made from.
    pub const fn seed(&self) -> u64 {
        self.seed
    }
}

/// Whether `letters` spell the beginning of `chars` by full readings or initials, the last reading possibly cut short.
fn spells(chars: &[char], letters: &str) -> bool {
    if letters.is_empty() {
        return true;
    }
    let Some((head, rest)) = chars.split_first() else { return false };
    let Some(readings) = head.to_pinyin_multi() else {
        let mut small = head.to_lowercase().to_string();
        small.retain(|c| c.is_ascii_alphanumeric());
        return letters.strip_prefix(small.as_str()).is_some_and(|tail| spells(rest, tail));
    };
    readings.into_iter().any(|reading| {
        let plain = reading.plain();
        plain.starts_with(letters)
            || letters.strip_prefix(plain).is_some_and(|tail| spells(rest, tail))
            || plain.get(..1).and_then(|first| letters.strip_prefix(first)).is_some_and(|tail| spells(rest, tail))
    })
}

fn count_members(departments: &mut [Department], plans: &[tree::Plan], people: &[Person]) {
    // Children come after parents: one walk from the end adds everything up. Someone with two places below the same
    // department is counted there once.
    let mut counts: Vec<usize> = departments
        .iter()
        .map(|department| department.members.iter().filter(|at| !people[**at as usize].hidden).count())
        .collect();
    for at in (1..plans.len()).rev() {
        if let Some(parent) = plans[at].parent {
            counts[parent] += counts[at];
        }
    }
    let above = |mut at: usize| {
        let mut path = vec![at];
        while let Some(parent) = plans[at].parent {
            path.push(parent);
            at = parent;
        }
        path
    };
    for person in people.iter().filter(|person| !person.hidden) {
        if let Some(second) = person.second {
            let first = above(person.first as usize);
            for shared in above(second as usize).into_iter().filter(|at| first.contains(at)) {
                counts[shared] -= 1;
            }
        }
    }
    for (department, count) in departments.iter_mut().zip(counts) {
        department.member_count = count;
    }
}

struct Staff {
    seed: u64,
    people: Vec<Person>,
    spelled: HashMap<String, u32>,
}

impl Staff {
    fn push(&mut self, name: &str, userid: String, title: &'static str, home: usize) -> u32 {
        let number = u32::try_from(self.people.len()).unwrap_or(u32::MAX);
        self.people.push(Person {
            hidden: userid == HIDDEN,
            userid: userid.into_boxed_str(),
            name: name.into(),
            title,
            number,
            seed: self.seed,
            first: u32::try_from(home).unwrap_or(0),
            second: None,
        });
        number
    }

    fn core(&mut self, name: &str, userid: &str, title: &'static str, home: usize) -> u32 {
        self.push(name, userid.to_owned(), title, home)
    }

    fn generated(&mut self, name: &str, title: &'static str, home: usize, dice: &mut Dice) -> u32 {
        let number = self.people.len();
        // DingTalk makes digits when the administrator chooses none; many companies choose spelled names.
        let userid = if number % 10 < 6 {
            let tail = dice.roll() % 10_000_000_000;
            match number % 3 {
                0 => format!("{}{:06}{tail:010}", 10 + number % 7, number),
                1 => format!("0{:06}{:09}", number, tail % 1_000_000_000),
                _ => format!("{:06}{tail:010}", 500_000 + number),
            }
        } else {
            let spelled = names::letters(name);
            let spelled = if spelled.is_empty() { "user".to_owned() } else { spelled };
            // From 11 on, so that no spelled userid meets one of the core people's.
            let count = self.spelled.entry(spelled.clone()).or_insert(10);
            *count += 1;
            format!("{spelled}{count:02}")
        };
        self.push(name, userid, title, home)
    }
}

/// A unionid: 18 letters that only the seed explains, the person's number in base 36, and the usual ending.
fn unionid(seed: u64, number: u32) -> String {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut text = String::with_capacity(24);
    for half in 0..2_u64 {
        let mut bits = mix(seed ^ mix(u64::from(number) * 2 + half));
        for _ in 0..9 {
            text.push(char::from(LETTERS[usize::try_from(bits % 62).unwrap_or(0)]));
            bits /= 62;
        }
    }
    let mut tail = [0_u8; 5];
    let mut rest = number;
    for slot in tail.iter_mut().rev() {
        *slot = b"0123456789abcdefghijklmnopqrstuvwxyz"[(rest % 36) as usize];
        rest /= 36;
    }
    text.extend(tail.iter().copied().map(char::from));
    text.push('E');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_back_to_their_person() {
        let company = Organisation::generate(5_000, 1);
        assert_eq!(company.people().len(), 5_000);
        for person in company.people() {
            assert_eq!(company.person(&person.userid), Some(person));
            assert_eq!(company.person_of_union(&person.unionid()), Some(person));
            assert!(!person.userid.contains([',', ' ']), "{}", person.userid);
        }
        assert!(company.person_of_union("关关关").is_none());
        assert!(company.person("nobody").is_none());
    }

    #[test]
    fn the_company_counts_everyone_once_but_the_hidden_person() {
        for people in [2, 40, 320, 3_000] {
            let company = Organisation::generate(people, 3);
            let visible = company.people().iter().filter(|person| !person.hidden).count();
            assert_eq!(company.departments()[0].member_count, visible);
        }
    }

    #[test]
    fn the_default_company_has_what_a_directory_search_finds_hard() {
        let company = Organisation::generate(320, 0);
        let has = |test: &dyn Fn(&Person) -> bool| company.people().iter().any(test);
        assert!(has(&|person| person.name.starts_with('曾')));
        assert!(has(&|person| person.name.starts_with("欧阳")));
        assert!(has(&|person| person.second.is_some()));
        assert!(has(&|person| person.hidden));
        assert!(company.people().iter().filter(|person| person.name.as_ref() == "李娜").count() >= 2);
        assert!(company.departments().iter().any(|department| department.member_count == 0));
        assert_eq!(company.path_of(company.department_named("前端组").unwrap().id), "研发中心/业务研发部/前端组");
    }

    #[test]
    fn names_answer_to_pinyin_initials_and_parts() {
        let company = Organisation::generate(320, 0);
        let zeng = company.person("zengmin").unwrap();
        for query in ["曾", "敏", "zengmin", "zengm", "zm", "zmin", "ZENG"] {
            assert!(Organisation::answers_to(zeng, query, false), "{query}");
        }
        for query in ["min", "李", "", "曾m"] {
            assert!(!Organisation::answers_to(zeng, query, false), "{query}");
        }
        let emma = company.person("emma.wilson").unwrap();
        assert!(Organisation::answers_to(emma, "wilson", false));
        let moqi = Person { name: "万俟一鸣".into(), ..emma.clone() };
        assert!(Organisation::answers_to(&moqi, "moqiyi", false));
    }
}
