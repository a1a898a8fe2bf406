//! One test per bug, named for what went wrong.

// Shared with the stories; each of the two uses a part of it.
#[cfg(test)]
#[path = "stories/raw.rs"]
#[expect(dead_code, reason = "helpers of the stories")]
mod raw;
#[cfg(test)]
#[path = "stories/support.rs"]
#[expect(dead_code, reason = "helpers of the stories")]
mod support;

#[cfg(test)]
mod bugs {
    use std::{
        collections::HashSet,
        sync::{Arc, Mutex},
        time::Duration,
    };

    use ding_composer::{
        compose::{
            CardDraft, CardVia, CheckCache, CheckContext, Draft, Kind, NoticeDraft, PersonRef, Severity, check_draft,
            check_draft_with,
        },
        dingtalk::{Doubt, Fault, Secret, calls},
        store::{
            Home,
            history::{History, NewSend, SendIds, Who},
            settings::{Settings, SettingsError},
        },
        template::expr::parse::parse,
    };
    use egui::{Event, ImeEvent, Key, accesskit::Role};
    use egui_kittest::kittest::{NodeT as _, Queryable as _, by};
    use tokio_util::sync::CancellationToken;

    use super::{
        raw::{Raw, Reply, client, kept, run},
        support::Window,
    };

    fn card(window: &Window) -> &CardDraft {
        match &window.app().state.current().unwrap().draft {
            Draft::Card(card) => card,
            Draft::Notice(_) => panic!("the card tab has a card"),
        }
    }

    fn notice(window: &Window) -> &NoticeDraft {
        match &window.app().state.drafts.current(Kind::Notice).unwrap().draft {
            Draft::Notice(notice) => notice,
            Draft::Card(_) => panic!("a notice"),
        }
    }

    /// A server that keeps every connection and cuts the second request that comes on one.
    async fn closes_what_it_kept() -> Raw {
        let used = Mutex::new(HashSet::new());
        Raw::start(move |seen| {
            let body = r#"{"errcode":0,"success":true}"#;
            if used.lock().unwrap().insert(seen.connection) {
                Reply::Keep(kept(200, "application/json", body))
            } else {
                Reply::Cut
            }
        })
        .await
    }

    #[test]
    fn a_read_failed_when_the_server_had_just_closed_the_kept_connection() {
        run(async {
            let raw = closes_what_it_kept().await;
            let (client, token, never) = (client(), Secret::new("token"), CancellationToken::new());
            let mut connections: Vec<usize>;
            // A connection is kept a moment after its answer was read: a call made before that opens another one.
            let cut = loop {
                client.call(&raw.hosts(), Some(&token), &calls::user_get("a"), &never).await.unwrap();
                connections = raw.seen().iter().map(|seen| seen.connection).collect();
                let used_before = |at: &usize| connections[..*at].contains(&connections[*at]);
                if let Some(at) = (0..connections.len()).find(used_before) {
                    break at;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            };
            assert_eq!(connections.len(), cut + 2, "made once more");
            assert!(!connections[..=cut].contains(&connections[cut + 1]), "on a connection of its own");
        });
    }

    #[test]
    fn a_send_must_not_be_made_again_when_its_connection_is_cut() {
        run(async {
            let raw = closes_what_it_kept().await;
            let (client, token, never) = (client(), Secret::new("token"), CancellationToken::new());
            client.call(&raw.hosts(), Some(&token), &calls::user_get("a"), &never).await.unwrap();
            let send = calls::send_private_chat_card("{}".to_owned());
            client.call(&raw.hosts(), Some(&token), &send, &never).await.unwrap();
            assert_eq!(raw.seen()[1].connection, 1, "a send takes no connection of a read");
            let cut = Raw::always(Reply::Cut).await;
            let failure = client.call(&cut.hosts(), Some(&token), &send, &never).await.unwrap_err();
            assert!(matches!(failure.fault, Fault::Unknown(Doubt::Cut { .. })), "{failure:?}");
            assert_eq!(cut.seen().len(), 1);
        });
    }

    #[test]
    fn an_event_of_several_expressions_was_refused_as_no_expression() {
        let mut budget = 100;
        let parsed = parse("@dtCopyRichText{@data{data.cardData.content}} , @dtUtStat{'a'}", &mut budget).unwrap();
        let mut names = Vec::new();
        parsed.calls(&mut |_, name, _| names.push(name.to_owned()));
        assert_eq!(names, ["dtCopyRichText", "data", "dtUtStat"]);
    }

    #[test]
    fn the_second_row_of_a_person_lost_what_fits_no_cell() {
        let text =
            r#"{"privateData": {"u1": {"cardParamMap": {"a": "1"}}, "u1": {"cardParamMap": {"b": 2}, "x": [3]}}}"#;
        let draft = Draft::from_text(Kind::Card, text).unwrap();
        let shown = draft.to_pretty_text();
        let plain: String = shown.split_whitespace().collect();
        assert!(plain.contains(r#""b":2"#) && plain.contains(r#""x":[3]"#), "{shown}");
    }

    #[test]
    fn a_card_to_nobody_was_an_error_although_the_page_calls_both_fields_optional() {
        let card = CardDraft { card_template_id: "t".into(), out_track_id: "o".into(), ..CardDraft::default() };
        let checked = check_draft(&Draft::Card(card), &CheckContext::default());
        assert!(checked.ready.is_some(), "{:?}", checked.first_error());
        assert!(checked.findings.iter().any(|finding| finding.code == "card.no_addressee"));
    }

    #[test]
    fn a_notice_was_taken_for_an_earlier_use_of_an_empty_out_track_id() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(Some(folder.path().to_owned())).unwrap();
        let history = History::open(&home).unwrap();
        let send = NewSend {
            at_unix_ms: 1,
            profile: "p".into(),
            profile_kind: "sandbox".into(),
            kind: Kind::Notice,
            title: "t".into(),
            who: Who::default(),
            ids: SendIds::default(),
            request: String::new(),
            draft_body: "{}".into(),
            content_hash: "h".into(),
        };
        history.begin(&send).unwrap();
        assert_eq!(history.earlier_use("p", "").unwrap(), None);
    }

    #[test]
    fn settings_that_could_neither_be_read_nor_set_aside_were_written_over_without_a_word() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        std::fs::create_dir(&path).unwrap();
        let mut loaded = Settings::load(&path);
        assert_eq!(loaded.settings.save(&path).unwrap_err(), SettingsError::LeftAlone(path.clone()));
        assert!(path.is_dir());
    }

    #[test]
    fn a_relative_home_moved_with_the_working_folder() {
        let home = Home::open(Some("target/test-relative-home".into())).unwrap();
        let root = home.root().to_owned();
        assert!(root.is_absolute(), "{}", root.display());
        drop(home);
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn the_first_card_was_of_a_template_that_another_sandbox_did_not_know() {
        let window = Window::open();
        let id = card(&window).card_template_id.clone();
        let other = Window::open();
        assert!(other.sandbox().card_template_ids().contains(&id), "so its file could not be sent elsewhere");
    }

    #[test]
    fn the_tree_stayed_empty_when_no_more_calls_followed() {
        let mut window = Window::open();
        window.ctrl(Key::Num2);
        window.press("选择人员和部门");
        window.wait_for("市场部");
    }

    #[test]
    fn a_known_id_was_called_unknown_because_not_everybody_was_loaded_yet() {
        let mut window = Window::open();
        window.ctrl(Key::Num2);
        window.press("清空选择");
        window.press("粘贴 ID");
        // Nothing of the directory was read before this.
        window.type_into("userId 列表", "zhangsan01");
        window.wait_for("通讯录里有 1 个");
        assert!(!window.shows("不在通讯录里"), "{:#?}", window.on_screen());
    }

    #[test]
    fn a_choice_that_was_given_up_could_not_be_taken_up_again() {
        let mut window = Window::open();
        window.ctrl(Key::Num2);
        window.press("清空选择");
        window.press("选择人员和部门");
        window.wait_for("青禾科技（演练）");
        let search = || by().role(Role::TextInput).label("搜索姓名、拼音、首字母、userId、工号或部门");
        window.harness.get(search()).focus();
        window.harness.run_ok();
        window.type_text("zhangsan01");
        window.settle();
        window.key(Key::Enter);
        window.press("取消");
        window.press("继续选择");
        // Nothing is changed any more: the choice is the one that was given up.
        window.ctrl(Key::Enter);
        assert_eq!(notice(&window).users.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["zhangsan01"]);
    }

    #[test]
    fn a_field_was_called_by_its_hint_or_twice_by_its_label() {
        let mut window = Window::open();
        for label in ["卡片模板 ID", "单聊会话 ID", "机器人编码"] {
            assert!(window.harness.query_by_role_and_label(Role::TextInput, label).is_some(), "{label}");
        }
        window.ctrl(Key::Num2);
        for label in ["模板 ID", "应用 AgentId"] {
            assert!(window.harness.query_by_role_and_label(Role::TextInput, label).is_some(), "{label}");
        }
        window.press("管理模板库");
        assert!(window.harness.query_by_role_and_label(Role::TextInput, "名称").is_some(), "{:#?}", window.on_screen());
    }

    #[test]
    fn the_choice_that_holds_was_called_by_the_field_and_lost_its_own_name() {
        let mut window = Window::open();
        window.unfold("接收人");
        window.scroll_to("2 · unionId");
        window.harness.get_by_role_and_label(Role::RadioButton, "2 · unionId").click();
        window.harness.run_ok();
        assert_eq!(card(&window).user_id_type, Some(2));
        let choice = window.harness.get_by_role_and_label(Role::RadioButton, "2 · unionId");
        assert_eq!(choice.accesskit_node().toggled(), Some(egui::accesskit::Toggled::True));
        assert!(window.harness.query_by_role_and_label(Role::RadioGroup, "ID 类型").is_some());
    }

    #[test]
    fn a_jump_to_a_cell_out_of_view_gave_the_keyboard_to_nothing() {
        let mut window = Window::open();
        let mut draft = card(&window).clone();
        let person = |n: usize| PersonRef { id: format!("u{n:04}"), name: format!("员工{n}") };
        let table = Arc::make_mut(&mut draft.private);
        table.add_people((0..500).map(person));
        table.add_column("spent", ding_composer::compose::ValueKind::Number);
        let column = table.columns.len() - 1;
        let row = table.rows.iter().position(|row| row.person.id == "u0400").unwrap();
        table.set(row, column, Some("不是数字".to_owned()));
        window.harness.state_mut().state.current_mut().unwrap().draft = Draft::Card(draft);
        window.settle();
        window.step_until("it is checked", |window| {
            let open = window.app().state.current().unwrap();
            open.findings.all().iter().any(|finding| finding.severity == Severity::Error)
        });
        window.key(Key::F8);
        window.settle();
        assert_eq!(window.focused(), "员工400 的 spent");
    }

    #[test]
    fn the_next_finding_key_skipped_one_when_the_last_was_put_right() {
        let mut window = Window::open();
        window.replace("卡片模板 ID", "");
        window.replace("卡片的业务 ID", "");
        window.settle();
        window.key(Key::F8);
        window.settle();
        assert_eq!(window.focused(), "卡片模板 ID");
        window.type_text("t.schema");
        window.settle();
        window.key(Key::F8);
        window.settle();
        assert_eq!(window.focused(), "卡片的业务 ID");
    }

    #[test]
    fn a_button_in_a_field_was_called_by_the_field_and_lost_its_own_name() {
        let mut window = Window::open();
        window.unfold("接收人");
        assert!(window.harness.query_by_role_and_label(Role::Button, "选接收人").is_some());
        assert!(window.harness.query_by_role_and_label(Role::Button, "接收人列表").is_none());
    }

    #[test]
    fn a_composed_word_over_a_selection_took_two_steps_to_take_back() {
        let mut window = Window::open();
        window.click("JSON");
        let before = card(&window).clone();
        window.type_into("在 JSON 里查找", &before.card_template_id);
        window.key(Key::Enter);
        window.harness.get_by_role_and_label(Role::MultilineTextInput, "JSON 正文").focus();
        window.harness.run_ok();
        window.compose("mo", "模");
        assert_eq!(card(&window).card_template_id, "模");
        window.ctrl(Key::Z);
        assert_eq!(card(&window).card_template_id, before.card_template_id);
        // Given up, it leaves what was selected.
        window.compose("mo", "");
        assert_eq!(*card(&window), before);
    }

    #[test]
    fn a_finding_about_all_variables_together_was_said_nowhere_in_the_form() {
        let mut window = Window::open();
        let mut draft = card(&window).clone();
        draft.params[0].value = "长".repeat(40_000);
        window.harness.state_mut().state.current_mut().unwrap().draft = Draft::Card(draft);
        window.settle();
        assert!(window.shows("合计最多 102400 字节"), "{:#?}", window.on_screen());
    }

    #[test]
    fn shift_delete_emptied_the_cell_and_left_the_row() {
        let mut window = Window::open();
        window.unfold("每人变量");
        window.scroll_to("粘贴到每人变量");
        let people = card(&window).private.rows.len();
        let second = card(&window).private.rows[1].person.name.clone();
        window.harness.get(by().role(Role::RowHeader).label(&second)).scroll_to_me();
        window.harness.run_ok();
        window.harness.get(by().role(Role::RowHeader).label(&second)).click();
        window.harness.run_ok();
        window.harness.key_press_modifiers(egui::Modifiers::SHIFT, Key::Delete);
        window.harness.run_ok();
        assert_eq!(card(&window).private.rows.len(), people - 1);
        assert!(card(&window).private.rows.iter().all(|row| row.person.name != second));
    }

    #[test]
    fn the_letters_of_a_word_that_was_chosen_slowly_came_back_with_undo() {
        let mut window = Window::open();
        let pause = |window: &mut Window| (0..8).for_each(|_| window.harness.step());
        window.replace("title 的值", "你好");
        pause(&mut window);
        for text in ["s", "shi", "shijie"] {
            let preedit = ImeEvent::Preedit { text: text.to_owned(), active_range_chars: None };
            window.harness.event(Event::Ime(preedit));
            pause(&mut window);
        }
        window.compose("", "世界");
        pause(&mut window);
        assert_eq!(card(&window).params[0].value, "你好世界");
        for _ in 0..4 {
            window.ctrl(Key::Z);
            assert!(!card(&window).params[0].value.contains('s'), "{}", card(&window).params[0].value);
        }
    }

    #[test]
    fn a_choice_made_with_the_keyboard_left_its_list_open() {
        let mut window = Window::open();
        window.harness.get_by_role_and_label(Role::ComboBox, "发送方式").focus();
        window.harness.run_ok();
        window.key(Key::Enter);
        let choice = "群聊或机器人（旧接口）";
        assert!(window.shows(choice), "the list is open");
        for _ in 0..20 {
            if window.focused() == choice {
                break;
            }
            window.key(Key::Tab);
        }
        window.key(Key::Enter);
        assert_eq!(card(&window).via, CardVia::InteractiveCards);
        assert!(!window.shows("更新卡片（旧接口）"), "the list is closed");
        assert_eq!(window.focused(), "发送方式", "and the keyboard is where it was");
    }

    #[test]
    fn a_check_kept_a_table_shared_so_that_the_next_key_copied_it() {
        let mut card = CardDraft { receivers: vec![PersonRef::default()].into(), ..CardDraft::default() };
        Arc::make_mut(&mut card.private).add_people([PersonRef::default()]);
        let mut cache = CheckCache::default();
        let draft = Draft::Card(card);
        check_draft_with(&draft, &CheckContext::default(), &mut cache);
        let Draft::Card(mut card) = draft else { panic!("a card") };
        let (rows, receivers) = (card.private.rows.as_ptr(), card.receivers.as_ptr());
        Arc::make_mut(&mut card.private).rows[0].person.id = "u1".to_owned();
        card.receivers[0].id = "u1".to_owned();
        assert_eq!((card.private.rows.as_ptr(), card.receivers.as_ptr()), (rows, receivers));
    }

    fn deliver(window: &mut Window, button: &str) {
        window.ctrl(Key::Enter);
        window.settle();
        window.press(button);
    }

    fn ended(window: &mut Window) {
        window.step_until("it has ended", |window| window.app().deliveries.live.is_empty() && !window.app().is_busy());
    }

    #[test]
    fn a_profile_changed_while_it_sent_could_not_send_more_until_that_had_ended() {
        let mut window = Window::open().with_notice_to(6, 1);
        window.harness.state_mut().state.settings.profiles[0].limits.calls_per_second = Some(1);
        window.settle();
        deliver(&mut window, "发给 6 人（6 次调用）");
        window.step_until("it runs", |window| {
            window.app().deliveries.live.first().is_some_and(|live| live.progress().counts.handed_over > 0)
        });
        let profile = &mut window.harness.state_mut().state.settings.profiles[0];
        profile.stop_after_errors += 1;
        profile.limits.people_per_call = Some(3);
        let Draft::Notice(notice) = &mut window.harness.state_mut().state.current_mut().unwrap().draft else {
            panic!()
        };
        notice.data[0].value = "改过的内容".to_owned();
        window.settle();
        deliver(&mut window, "发给 6 人（2 次调用）");
        window.step_until("both run", |window| window.app().deliveries.live.len() == 2);
        ended(&mut window);
        let journal = window.app().state.journal.value().unwrap();
        let made = journal.deliveries(0, 5).unwrap();
        let handed_over: Vec<u64> = made.iter().map(|one| one.counts.handed_over).collect();
        assert_eq!(handed_over, [2, 6], "{made:#?}");
        let fullest = window.sandbox().fullest().calls_per_second;
        assert_eq!(fullest.get(ding_composer::sandbox::SEND_NOTICE), Some(&1), "they share the windows: {fullest:?}");
    }

    #[test]
    fn the_send_bar_said_one_call_where_the_plan_made_two() {
        let mut window = Window::open().with_notice_to(3, 2);
        window.harness.run_ok();
        assert!(window.shows("3 人 · 2 次调用"), "{:?}", window.on_screen());
        window.harness.state_mut().state.settings.profiles[0].limits.people_per_call = Some(3);
        window.settle();
        assert!(window.shows("3 人 · 1 次调用"), "{:?}", window.on_screen());
    }

    #[test]
    fn the_history_said_that_nothing_was_sent_although_there_were_deliveries() {
        let mut window = Window::open().with_notice_to(3, 2);
        deliver(&mut window, "发给 3 人（2 次调用）");
        ended(&mut window);
        let folder = Arc::clone(&window.folder);
        assert!(window.close());
        drop(window);
        let mut window = Window::open_in(folder);
        window.ctrl(Key::Num3);
        window.wait_for("2 / 2");
        window.harness.get_by_role_and_label(Role::RadioButton, "单次").click();
        window.wait_for("还没有单次发送");
        assert!(!window.shows("还没有发送记录"));
        window.press("看批次");
        window.wait_for("2 / 2");
    }
}
