use proptest::prelude::*;

use super::*;
use crate::directory::PersonIndex;

pub(crate) fn person(userid: &str, name: &str, departments: &[i64]) -> Person {
    Person {
        userid: userid.into(),
        unionid: format!("un-{userid}"),
        name: name.into(),
        title: "工程师".into(),
        job_number: format!("J{userid}"),
        departments: departments.to_vec(),
        active: true,
    }
}

fn department(id: i64, name: &str, parent: Option<i64>) -> Department {
    Department { id, name: name.into(), parent, member_count: None }
}

fn names(directory: &Directory, department: i64) -> Vec<&str> {
    let index = directory.by_department_id(department).unwrap();
    directory.members(index).iter().map(|one| directory.person(one).name).collect()
}

fn organisation() -> DirectoryBuilder {
    let mut builder = DirectoryBuilder::new();
    builder.department(department(1, "总公司", None));
    builder.department(department(2, "研发", Some(1)));
    builder.department(department(3, "平台", Some(2)));
    builder.department(department(4, "销售", Some(1)));
    for id in 1..=4 {
        builder.children_are_complete(id);
        builder.members_are_complete(id);
    }
    builder.member(2, &person("u1", "张三", &[2]));
    builder.member(3, &person("u2", "李四", &[3, 4]));
    builder.member(4, &person("u2", "李四", &[3, 4]));
    builder.member(4, &person("u3", "王五", &[4]));
    builder
}

#[test]
fn the_tree_and_its_people_are_read_level_by_level() {
    let directory = organisation().build();
    assert!(directory.is_complete());
    let root = directory.roots().next().unwrap();
    let below: Vec<_> = directory.children(root).map(|one| directory.department(one).unwrap().name.as_str()).collect();
    assert_eq!(below, ["研发", "销售"]);
    assert_eq!(names(&directory, 4), ["李四", "王五"]);
    let li = directory.by_userid("u2").unwrap();
    let homes: Vec<_> = directory.departments_of(li).map(|one| directory.path(one)).collect();
    assert_eq!(homes, ["总公司 / 研发 / 平台", "总公司 / 销售"]);
    assert_eq!(directory.count_below(root), (3, true), "who is in two departments counts once");
    assert_eq!(directory.reach(root), Some(3));
    let sales = directory.by_department_id(4).unwrap();
    assert_eq!(directory.members(sales).page(1, 10).collect::<Vec<_>>(), [directory.by_userid("u3").unwrap()]);
    assert_eq!(directory.person(li).job_number, "Ju2");
    assert_eq!(directory.by_userid("nobody"), None);
    assert_eq!(directory.person(PersonIndex(99)).name, "");
}

#[test]
fn people_of_a_department_not_listed_yet_are_known_from_their_own_lists() {
    let mut builder = DirectoryBuilder::new();
    builder.department(department(1, "总公司", None));
    builder.department(department(2, "研发", Some(1)));
    builder.member(1, &person("u1", "张三", &[1, 2, 77]));
    let directory = builder.snapshot();
    assert_eq!(names(&directory, 2), ["张三"]);
    assert_eq!(directory.reach(directory.by_department_id(2).unwrap()), None, "not sure yet");
    builder.members_are_complete(2);
    assert!(names(&builder.build(), 2).is_empty(), "the department's own complete list counts");
}

#[test]
fn departments_in_a_circle_or_without_parent_are_still_shown_once() {
    let mut builder = DirectoryBuilder::new();
    for (id, parent) in [(5, Some(6)), (6, Some(7)), (7, Some(5)), (8, Some(8)), (9, Some(404)), (10, Some(9))] {
        builder.department(department(id, &id.to_string(), parent));
    }
    let directory = builder.build();
    let tops: Vec<_> = directory.roots().map(|one| directory.path(one)).collect();
    assert_eq!(tops, ["8", "9", "5"]);
    let mut all: Vec<_> = directory.roots().flat_map(|root| directory.below(root)).collect();
    all.sort_unstable();
    assert_eq!(all, directory.departments().collect::<Vec<_>>());
}

#[test]
fn a_cancelled_refresh_keeps_what_it_brought_and_what_was_there() {
    let old = organisation().build();
    let mut fresh = DirectoryBuilder::new();
    fresh.department(department(1, "总公司", None));
    fresh.department(department(2, "研发中心", Some(1)));
    // 销售 (4) is gone: the root's list is complete without it. 研发's members were listed, its children were not.
    fresh.children_are_complete(1);
    fresh.members_are_complete(2);
    fresh.member(2, &person("u9", "赵六", &[2]));
    let merged = old.overlaid_by(&fresh.build());
    assert_eq!(names(&merged, 2), ["赵六"]);
    assert_eq!(names(&merged, 3), ["李四"], "not listed again, so it stays");
    assert_eq!(merged.by_department_id(4), None);
    assert_eq!(merged.by_userid("u1"), None, "gone from the only department");
    assert_eq!(merged.by_userid("u3"), None);
    assert_eq!(merged.department(merged.by_department_id(2).unwrap()).unwrap().name, "研发中心");
    assert!(merged.is_complete());
    assert_eq!(Directory::default().overlaid_by(&old), old);
    assert_eq!(old.overlaid_by(&organisation().build()), old);
}

proptest! {
    #[test]
    fn any_organisation_is_a_tree_in_which_everyone_is_found(
        departments in prop::collection::vec((0..12_i64, prop::option::of(0..14_i64)), 0..20),
        members in prop::collection::vec((0..14_i64, "[a-c]{0,2}", prop::collection::vec(0..14_i64, 0..3)), 0..30),
    ) {
        let mut builder = DirectoryBuilder::new();
        for (id, parent) in &departments {
            builder.department(department(*id, "x", *parent));
        }
        for (id, userid, claims) in &members {
            builder.member(*id, &person(userid, "n", claims));
        }
        let directory = builder.build();
        let mut all: Vec<_> = directory.roots().flat_map(|root| directory.below(root)).collect();
        all.sort_unstable();
        prop_assert_eq!(all, directory.departments().collect::<Vec<_>>());
        for index in directory.people() {
            prop_assert_eq!(directory.by_userid(directory.person(index).userid), Some(index));
            for home in directory.departments_of(index) {
                prop_assert!(directory.members(home).iter().any(|one| one == index));
            }
        }
        for index in directory.departments() {
            prop_assert!(!directory.path(index).is_empty());
        }
        let again = directory.overlaid_by(&directory);
        prop_assert_eq!(again.department_count(), directory.department_count());
    }
}
