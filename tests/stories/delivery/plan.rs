//! Before anything leaves: what becomes of whom.

use ding_composer::{
    compose::{Draft, NoticeVia, Via, notice::DepartmentRef},
    deliver::plan::{Doubt, Mode, Offer, Recipients, Rule},
    lang::Lang,
};

use super::{Scene, people, valued};

#[test]
fn fewest_calls_and_full_report_cut_people_differently() {
    let scene = Scene::with_people(1_300).free();
    let (draft, list) = (scene.notice("今天 18:00 停电"), people(&scene.people(1_250)));
    let sizes = |mode| {
        let plan = scene.plan(&draft, &list, mode, false);
        assert!(!plan.blocked());
        plan.calls.iter().map(|call| call.people.len()).collect::<Vec<_>>()
    };
    assert_eq!(sizes(Mode::Fewest), [1_000, 250]);
    assert_eq!(sizes(Mode::Report), [[100; 12].as_slice(), &[50]].concat());
    let plan = scene.plan(&draft, &list, Mode::Fewest, false);
    assert_eq!(plan.doubts, [Doubt::NoReport { calls: 2 }], "more than 100 people in a call are not reported");
}

#[test]
fn whoever_got_the_same_today_is_named_with_what_can_be_done() {
    let scene = Scene::new();
    let (draft, ids) = (scene.notice("同样的话"), scene.people(5));
    let first = scene.delivery(&draft, &people(&ids[..3]), Mode::Fewest);
    scene.run(&scene.sender(&draft), first);
    let plan = scene.plan(&draft, &people(&ids), Mode::Fewest, false);
    let named: Vec<_> = plan.dropped.iter().map(|one| (one.row, one.rule, one.got)).collect();
    assert_eq!(named, [(0, Rule::SameContent, 1), (1, Rule::SameContent, 1), (2, Rule::SameContent, 1)]);
    assert_eq!(Rule::SameContent.offers(), [Offer::LeaveOut, Offer::ChangeText, Offer::Wait]);
    assert_eq!((plan.in_vain(), plan.people(), plan.blocked()), (3, 5, false));
    // Midnight in China, fourteen hours on.
    assert_eq!(plan.wait_until_ms(), Some(super::MORNING_MS + 14 * 3_600_000));

    let left = scene.plan(&draft, &people(&ids), Mode::Fewest, true);
    assert_eq!((left.in_vain(), left.people()), (0, 2), "leave them out");
    let changed = scene.plan(&scene.notice("另一句话"), &people(&ids), Mode::Fewest, false);
    assert_eq!(changed.in_vain(), 0, "change the text");
    scene.time.advance(std::time::Duration::from_hours(15));
    let later = scene.plan(&draft, &people(&ids), Mode::Fewest, false);
    assert_eq!(later.in_vain(), 0, "wait until tomorrow");
}

#[test]
fn a_message_sent_alone_counts_as_well() {
    let scene = Scene::new();
    let ids = scene.people(2);
    let Draft::Notice(mut notice) = scene.notice("一句话") else { panic!() };
    let draft = Draft::Notice(notice.clone());
    notice.users = vec![ding_composer::compose::PersonRef { id: ids[0].clone(), name: String::new() }];
    let alone = Draft::Notice(notice);
    let ready =
        ding_composer::compose::check_draft(&alone, &ding_composer::compose::CheckContext::default()).ready.unwrap();
    let clock: std::sync::Arc<dyn ding_composer::dingtalk::Clock> = std::sync::Arc::new(At(super::MORNING_MS - 1_000));
    let session = scene.session();
    let sending = ding_composer::deliver::send::Sending {
        session: &session,
        history: &scene.history,
        profile: &scene.profile,
        draft: &alone,
        title: String::new(),
        clock: &clock,
    };
    let sent = scene.runtime.block_on(ding_composer::deliver::send(
        &ready,
        sending,
        &tokio_util::sync::CancellationToken::new(),
    ));
    assert!(sent.unwrap().fault.is_none());
    let plan = scene.plan(&draft, &people(&ids), Mode::Fewest, false);
    assert_eq!(plan.dropped.iter().map(|one| (one.row, one.rule)).collect::<Vec<_>>(), [(0, Rule::SameContent)]);
}

struct At(i64);

impl ding_composer::dingtalk::Clock for At {
    fn now_millis(&self) -> i64 {
        self.0
    }
}

#[test]
fn limits_of_the_day_the_month_and_the_guard_are_told_before() {
    let mut scene = Scene::new();
    scene.profile.limits.per_person_per_day = Some(2);
    scene.profile.limits.calls_per_month = Some(3);
    let ids = scene.people(4);
    for text in ["一", "二"] {
        let draft = scene.notice(text);
        let id = scene.delivery(&draft, &people(&ids[..1]), Mode::Fewest);
        scene.run(&scene.sender(&draft), id);
    }
    let draft = scene.notice("三 ${name}");
    let list = valued(&["name"], ids.iter().map(|id| (id.as_str(), vec![id.clone()])));
    let plan = scene.plan(&draft, &list, Mode::Fewest, false);
    assert_eq!(plan.dropped.iter().map(|one| (one.row, one.rule, one.got)).collect::<Vec<_>>(), [(0, Rule::PerDay, 2)]);
    let month = plan.doubts.iter().find(|doubt| matches!(doubt, Doubt::Month { left: 1, needed: 4, .. }));
    assert!(month.is_some_and(|month| month.message(Lang::Zh).contains("还能调用 1 次")), "{:?}", plan.doubts);
    assert!(plan.blocked());

    scene.profile.only_to = vec![ids[1].clone()];
    let guarded = scene.plan(&draft, &list, Mode::Fewest, false);
    assert_eq!(guarded.dropped.iter().filter(|one| one.rule == Rule::OnlyTo).count(), 3);
    assert!(guarded.blocked());
    assert_eq!(scene.plan(&draft, &list, Mode::Fewest, true).people(), 1);
}

#[test]
fn a_list_with_the_same_person_twice_sends_once_and_ids_that_cannot_be_are_left_out() {
    let scene = Scene::new();
    let mut ids = scene.people(2);
    ids.extend([ids[0].clone(), "a b".to_owned(), String::new()]);
    let plan = scene.plan(&scene.notice("x"), &people(&ids), Mode::Fewest, false);
    assert_eq!((plan.people(), plan.in_vain()), (2, 0));
    let rules: Vec<_> = plan.dropped.iter().map(|one| one.rule).collect();
    assert_eq!(rules, [Rule::Twice, Rule::BadId, Rule::BadId]);
}

#[test]
fn departments_go_as_such_in_few_calls_and_block_a_full_report_until_their_members_are_known() {
    let scene = Scene::new();
    let mut list = people(&scene.people(1));
    list.departments = vec![DepartmentRef { id: "2".into(), name: String::new(), people: Some(12) }];
    let draft = scene.notice("x");
    let few = scene.plan(&draft, &list, Mode::Fewest, false);
    assert_eq!((few.people(), few.calls.len(), few.blocked()), (13, 1, false));
    let full = scene.plan(&draft, &list, Mode::Report, false);
    assert!(full.blocked() && full.doubts.contains(&Doubt::UnknownDepartments(vec!["2".into()])));
    list.table.rows.clear();
    let only = scene.plan(&draft, &list, Mode::Fewest, false);
    assert_eq!((only.people(), only.calls.len(), only.blocked()), (12, 1, false), "{:?}", only.findings);
}

#[test]
fn a_plan_says_how_long_it_takes_with_what_the_minute_holds_already() {
    let mut scene = Scene::new();
    scene.profile.limits.people_per_minute = Some(100);
    let (draft, ids) = (scene.notice("一"), scene.people(250));
    let plan = scene.plan(&draft, &people(&ids), Mode::Fewest, false);
    assert_eq!(
        plan.calls.iter().map(|call| (call.people.len(), call.at_ms)).collect::<Vec<_>>(),
        [(100, 0), (100, 60_000), (50, 120_000)]
    );
    let first = scene.delivery(&draft, &people(&ids[..60]), Mode::Fewest);
    scene.run(&scene.sender(&draft), first);
    scene.time.advance(std::time::Duration::from_secs(20));
    let plan = scene.plan(&scene.notice("二"), &people(&ids[..100]), Mode::Fewest, false);
    assert_eq!((plan.takes_ms, plan.calls[0].at_ms), (40_000, 40_000), "the first call waits for the minute");
}

#[test]
fn an_empty_value_went_out_as_the_name_of_its_variable() {
    let scene = Scene::new();
    let ids = scene.people(3);
    let cells = ["1", "", "3"].map(|cell| vec![cell.to_owned()]);
    let list = valued(&["amount"], ids.iter().map(String::as_str).zip(cells));
    let draft = scene.notice("金额 ${amount}");
    let plan = scene.plan(&draft, &list, Mode::Fewest, false);
    assert_eq!(plan.dropped.iter().map(|one| (one.row, one.rule)).collect::<Vec<_>>(), [(1, Rule::NoValue)]);
    assert_eq!((plan.in_vain(), plan.blocked()), (1, false), "a person decides");
    assert_eq!(plan.reached(), 3, "it would get there, with a hole in it");
    assert_eq!(scene.plan(&draft, &list, Mode::Fewest, true).people(), 2);
    assert_eq!(scene.plan(&scene.notice("没有变量"), &list, Mode::Fewest, false).in_vain(), 0);
}

#[test]
fn a_free_notice_to_departments_alone_could_not_be_planned() {
    let scene = Scene::new();
    let text = serde_json::json!({ "msgtype": "text", "text": { "content": "停电" } });
    let body = serde_json::json!({ "agent_id": 1, "msg": text });
    let draft = Draft::from_body(Via::Notice(NoticeVia::Free), &body);
    let one = DepartmentRef { id: "7".into(), name: String::new(), people: None };
    let list = Recipients { departments: vec![one], ..Recipients::default() };
    let plan = scene.plan(&draft, &list, Mode::Fewest, false);
    assert!(!plan.blocked(), "{:?} {:?}", plan.doubts, plan.findings);
    assert_eq!(plan.calls.len(), 1);
}

#[test]
fn what_is_wrong_with_the_values_of_one_among_thousands_is_found_and_named() {
    let scene = Scene::with_people(700);
    let ids = scene.people(600);
    let long = "长".repeat(3_000);
    let cells = (0..600).map(|at| vec![if at == 577 { long.clone() } else { at.to_string() }]);
    let list = valued(&["note"], ids.iter().map(String::as_str).zip(cells));
    let text = serde_json::json!({ "msgtype": "text", "text": { "content": "说明 ${note}" } });
    let body = serde_json::json!({ "agent_id": 1, "msg": text });
    let draft = Draft::from_body(Via::Notice(NoticeVia::Free), &body);
    let plan = scene.plan(&draft, &list, Mode::Fewest, false);
    assert!(!plan.findings.is_empty(), "only the first contents were looked at");
    assert!(plan.found_at.iter().all(|row| *row == Some(577)), "{:?} {:?}", plan.findings, plan.found_at);
}
