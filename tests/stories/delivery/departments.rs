//! A full report needs everybody by name: departments are expanded, with what is known and by asking.

use ding_composer::{
    deliver::plan,
    directory::{Department, DirectoryBuilder, Person},
    sandbox::{Effect, Script},
};
use serde_json::json;

use super::{Scene, cli::Shell};

const MEMBERS: &str = "/topapi/v2/user/list";

/// A department of some people with others below it, and how many visible people it has in all.
fn department(shell: &Shell) -> (u64, usize) {
    let organisation = shell.sandbox.organisation();
    let visible = |id: u64| {
        let mut people: Vec<u32> = organisation
            .with_below(id)
            .into_iter()
            .filter_map(|id| organisation.department(id))
            .flat_map(|one| one.members.clone())
            .filter(|at| !organisation.people()[*at as usize].hidden)
            .collect();
        people.sort_unstable();
        people.dedup();
        people.len()
    };
    let found =
        organisation.departments().iter().find(|one| one.id != 1 && !one.children.is_empty() && visible(one.id) > 5);
    let id = found.expect("a department with others below it").id;
    (id, visible(id))
}

fn write_draft(shell: &Shell, department: u64) {
    let mut draft: serde_json::Value =
        serde_json::from_slice(&std::fs::read(shell.path().join("draft.json")).unwrap()).unwrap();
    draft["body"]["dept_id_list"] = json!(department.to_string());
    std::fs::write(shell.path().join("draft.json"), draft.to_string()).unwrap();
}

const SEND: [&str; 7] = ["send", "draft.json", "--mode", "report", "--profile", "org", "--yes"];

#[test]
fn departments_are_asked_for_at_dingtalk_where_nobody_loaded_them() {
    let shell = Shell::new(200);
    let (id, people) = department(&shell);
    write_draft(&shell, id);
    let (exit, plan) = shell.json(&[&SEND[..], &["--plan"]].concat());
    assert_eq!((exit, plan["people"].as_u64()), (0, Some(people as u64)), "{plan:#}");
    assert_eq!(shell.arrived(), 0);
    let (exit, sent) = shell.json(&SEND);
    assert_eq!((exit, sent["people_count"].as_u64()), (0, Some(people as u64)), "{sent:#}");
    let mut names: Vec<&str> =
        sent["people"].as_array().unwrap().iter().filter_map(|one| one["userid"].as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), people, "everybody once");
    // Fewest calls sends to the department as such, without asking.
    let (exit, few) = shell.json(&["send", "draft.json", "--mode", "fewest", "--profile", "org", "--yes", "--plan"]);
    assert_eq!((exit, few["calls"].as_u64()), (0, Some(1)), "{few:#}");
}

#[test]
fn a_department_that_cannot_be_read_is_named_with_the_reason_and_nothing_is_sent() {
    let shell = Shell::new(200);
    let (id, _) = department(&shell);
    write_draft(&shell, id);
    shell.sandbox.script(Script::always(MEMBERS, Effect::code("88/60011")));
    let out = shell.run(&SEND);
    let (told, shown) = (String::from_utf8_lossy(&out.stderr).into_owned(), String::from_utf8_lossy(&out.stdout));
    assert_eq!(out.status.code(), Some(1), "{told}");
    assert!(told.contains("cannot be read") && told.contains(&format!("({id})")), "{told}");
    assert!(shown.contains("unknown_departments"), "{shown}");
    assert_eq!(shell.arrived(), 0);
}

#[test]
fn a_department_that_is_known_only_in_part_is_not_taken_for_whole() {
    let scene = Scene::new();
    let mut builder = DirectoryBuilder::new();
    // The server told how many there are; only one was loaded.
    builder.department(Department { id: 7, name: "研发".into(), parent: Some(1), member_count: Some(3) });
    builder.member(7, &Person { userid: "u1".into(), name: "张".into(), ..Person::default() });
    let ding_composer::compose::Draft::Notice(mut notice) = scene.notice("x") else { panic!() };
    notice.departments =
        vec![ding_composer::compose::notice::DepartmentRef { id: "7".into(), name: String::new(), people: Some(3) }];
    let draft = ding_composer::compose::Draft::Notice(notice);
    let part = plan::recipients(&draft, None, Some(&builder.snapshot()));
    assert_eq!((part.table.rows.len(), part.departments.len()), (0, 1), "two people would be lost");
    builder.members_are_complete(7);
    builder.children_are_complete(7);
    let whole = plan::recipients(&draft, None, Some(&builder.build()));
    assert_eq!((whole.table.rows.len(), whole.departments.len()), (1, 0));
}
