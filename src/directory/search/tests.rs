use proptest::prelude::*;

use super::*;
use crate::directory::{Department, DirectoryBuilder, Person};

fn directory(people: &[(&str, &str, &str)]) -> Directory {
    let mut builder = DirectoryBuilder::new();
    builder.department(Department { id: 1, name: "总公司".into(), parent: None, member_count: None });
    builder.department(Department { id: 30, name: "华东销售一部".into(), parent: Some(1), member_count: None });
    for (name, userid, job_number) in people {
        let person = Person {
            name: (*name).into(),
            userid: (*userid).into(),
            job_number: (*job_number).into(),
            ..Person::default()
        };
        builder.member(30, &person);
    }
    builder.build()
}

const PEOPLE: &[(&str, &str, &str)] = &[
    ("张三丰", "zhang88", "A-17"),
    ("张三", "0147252488", "100"),
    ("章珊", "user3", "1001"),
    ("赵四", "ZhaoS", "J4"),
    ("曾单解", "p1", ""),
    ("Tom Smith", "tom", ""),
    ("ｆｕｌｌ宽", "wide", ""),
    ("吕略", "lv", ""),
    ("王大张三", "w1", ""),
    ("陈 小明", "c1", ""),
    ("上海·李", "s1", ""),
];

fn found(typed: &str) -> Vec<(&'static str, MatchKind)> {
    let directory = directory(PEOPLE);
    let found = SearchIndex::build(&directory).search(typed, 100);
    assert_eq!(found.people.len(), found.people_total);
    found.people.iter().map(|hit| (PEOPLE[hit.what.0 as usize].0, hit.kind)).collect()
}

fn names(typed: &str) -> Vec<&'static str> {
    found(typed).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn people_are_found_by_everything_one_would_type() {
    use MatchKind::{Id, Initials, JobNumber, Mixed, Name, Pinyin};
    assert_eq!(found("张三"), [("张三", Name), ("张三丰", Name), ("王大张三", Name)]);
    assert_eq!(names("zhangsan"), ["张三", "张三丰", "王大张三"]);
    assert_eq!(names("zhang san"), ["张三", "张三丰", "王大张三"]);
    assert_eq!(names("ZHANG'SAN"), ["张三", "张三丰", "王大张三"]);
    assert_eq!(
        found("zs"),
        [
            ("张三", Initials),
            ("章珊", Initials),
            ("赵四", Initials),
            ("张三丰", Initials),
            ("曾单解", Initials),
            ("王大张三", Initials)
        ]
    );
    assert_eq!(found("zsan")[0], ("张三", Mixed));
    assert_eq!(names("zhangs"), ["张三", "章珊", "张三丰", "王大张三"]);
    assert_eq!(found("zengshanxie"), [("曾单解", Pinyin)]);
    assert_eq!(names("cengdanjie"), ["曾单解"]);
    assert_eq!(names("zsx"), ["曾单解"]);
    assert_eq!(names("lvlve"), ["吕略"]);
    assert_eq!(names("lüe"), ["吕略"]);
    assert_eq!(names("smith"), ["Tom Smith"]);
    assert_eq!(found("tom")[0], ("Tom Smith", Id), "the whole userid before the beginning of a name");
    assert_eq!(names("ts"), ["Tom Smith"]);
    assert_eq!(names("ｔｏｍ　ｓｍｉｔｈ"), ["Tom Smith"]);
    assert_eq!(names("full"), ["ｆｕｌｌ宽"]);
    assert_eq!(found("2524"), [("张三", Id)]);
    assert_eq!(found("zhaos")[0], ("赵四", Id));
    assert_eq!(found("100"), [("张三", JobNumber), ("章珊", JobNumber)]);
    assert_eq!(names("a-17"), ["张三丰"]);
    assert_eq!(names("陈小明"), ["陈 小明"]);
    assert_eq!(names("陈 小明"), ["陈 小明"]);
    assert_eq!(names("chenxm"), ["陈 小明"]);
    assert_eq!(found("张san"), [("张三", Mixed), ("张三丰", Mixed), ("王大张三", Mixed)]);
    assert_eq!(names("zhang三"), ["张三", "张三丰", "王大张三"]);
    assert_eq!(names("shanghaili"), ["上海·李"]);
}

#[test]
fn nothing_is_found_for_nothing() {
    for typed in ["", "  ", "\n", "没有这个人", "qqqq", "zhangsanfengzi"] {
        assert!(names(typed).is_empty(), "{typed}");
    }
    assert_eq!(SearchIndex::default().search("zs", 5), Found::default());
}

#[test]
fn departments_are_found_the_same_way() {
    let directory = directory(PEOPLE);
    let index = SearchIndex::build(&directory);
    for typed in ["华东", "hdxs", "huadong", "销售", "xiaoshouyibu", "30", "hdxsyb"] {
        let found = index.search(typed, 10);
        assert_eq!(found.departments_total, 1, "{typed}");
        assert_eq!(directory.department(found.departments[0].what).unwrap().id, 30);
    }
}

#[test]
fn only_the_best_are_given_and_all_are_counted() {
    let people: Vec<_> = (0..1000).map(|number| (format!("李{number}"), format!("u{number}"))).collect();
    let people: Vec<_> = people.iter().map(|(name, userid)| (name.as_str(), userid.as_str(), "")).collect();
    let directory = directory(&people);
    let index = SearchIndex::build(&directory);
    let found = index.search("li", 7);
    assert_eq!((found.people.len(), found.people_total), (7, 1000));
    let shown: Vec<_> = found.people.iter().map(|hit| directory.person(hit.what).name).collect();
    assert_eq!(shown, ["李0", "李1", "李2", "李3", "李4", "李5", "李6"]);
    assert_eq!(index.search("李", 0).people_total, 1000);
    assert_eq!(directory.person(index.search("u999", 3).people[0].what).userid, "u999");
}

#[test]
fn every_kind_and_place_has_its_rank() {
    use MatchKind::{Id, Initials, JobNumber, Mixed, Name, Pinyin};
    for kind in [Name, Id, JobNumber, Pinyin, Initials, Mixed] {
        for place in [Place::Exact, Place::Start, Place::Inside] {
            assert_ne!(rank(kind, place), NOT_FOUND, "{kind:?} {place:?}");
        }
    }
}

proptest! {
    /// The quick search finds what a plain one would.
    #[test]
    fn a_piece_of_a_name_or_id_is_always_found(
        names in prop::collection::vec("[张三李王a-zA-Z0-9 \n曾单\u{0}𠀀é]{0,6}", 1..12),
        pick in any::<prop::sample::Index>(), from in 0..6_usize, length in 1..6_usize,
    ) {
        let people: Vec<_> = names.iter().enumerate().map(|(at, name)| (name.as_str(), format!("U-{at}x"))).collect();
        let people: Vec<_> = people.iter().map(|(name, id)| (*name, id.as_str(), "")).collect();
        let directory = directory(&people);
        let index = SearchIndex::build(&directory);
        let wanted = pick.index(names.len());
        let folded = fold_name(&names[wanted]);
        let piece: String = folded.chars().skip(from).take(length).collect();
        if !piece.trim().is_empty() && !piece.contains("  ") {
            let found = index.search(&piece, 100);
            let at = directory.by_userid(&format!("U-{wanted}x")).unwrap();
            prop_assert!(found.people.iter().any(|hit| hit.what == at), "{:?} in {:?}", piece, names[wanted]);
        }
        let found = index.search(&format!("u-{wanted}X"), 100);
        prop_assert!(found.people.iter().any(|hit| hit.kind == MatchKind::Id));
    }

    /// Any way of spelling each syllable, in any of its readings, finds the name.
    #[test]
    fn any_spelling_of_a_name_finds_it(
        chars in prop::collection::vec(prop::sample::select("张三李曾单解吕赵欧阳重庆长行任".chars().collect::<Vec<_>>()), 1..5),
        reading in prop::collection::vec(0..5_usize, 5), short in prop::collection::vec(any::<bool>(), 5),
    ) {
        let name: String = chars.iter().collect();
        let mut spelled = String::new();
        let mut own = Vec::new();
        for (at, c) in chars.iter().enumerate() {
            super::super::pinyin::readings(*c, &mut own);
            let one = &own[reading[at] % own.len()];
            spelled.push_str(if short[at] { &one[..1] } else { one });
        }
        let directory = directory(&[("王小二", "a", ""), (&name, "b", "")]);
        let found = SearchIndex::build(&directory).search(&spelled, 10);
        prop_assert!(found.people.iter().any(|hit| directory.person(hit.what).userid == "b"), "{} {}", name, spelled);
    }

    #[test]
    fn nothing_typed_panics(typed in "\\PC{0,80}") {
        let directory = directory(PEOPLE);
        let found = SearchIndex::build(&directory).search(&typed, 5);
        prop_assert!(found.people.len() <= 5 && found.people_total <= PEOPLE.len());
    }
}
