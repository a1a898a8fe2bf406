//! Importing lists of people: files, drops and pasted cells; rows that are wrong, names that several people have, mobile
//! numbers; cancel; saved groups.

use std::{fmt::Write as _, path::PathBuf};

use ding_composer::{
    compose::{CardDraft, Draft, Kind, NoticeDraft},
    sandbox::{Effect, Script},
};
use egui::{Key, accesskit::Role};
use egui_kittest::kittest::{Queryable as _, by};

use crate::support::Window;

fn card(window: &Window) -> &CardDraft {
    match &window.app().state.drafts.current(Kind::Card).unwrap().draft {
        Draft::Card(card) => card,
        Draft::Notice(_) => panic!("a card"),
    }
}

fn notice(window: &Window) -> &NoticeDraft {
    match &window.app().state.drafts.current(Kind::Notice).unwrap().draft {
        Draft::Notice(notice) => notice,
        Draft::Card(_) => panic!("a notice"),
    }
}

fn users(window: &Window) -> Vec<&str> {
    notice(window).users.iter().map(|person| person.id.as_str()).collect()
}

/// A window on the notice tab, without recipients.
fn on_notice() -> Window {
    let mut window = Window::open();
    window.ctrl(Key::Num2);
    window.settle();
    window.press("清空选择");
    window
}

/// Opens the import dialog of the tab shown.
fn open(window: &mut Window) {
    let button = window.harness.query_all_by_role_and_label(Role::Button, "从名单导入…").next().unwrap();
    button.scroll_to_me();
    window.harness.run_ok();
    window.harness.query_all_by_role_and_label(Role::Button, "从名单导入…").next().unwrap().click();
    window.harness.run_ok();
}

fn paste(window: &mut Window, text: &str) {
    open(window);
    window.type_into("粘贴单元格", text);
    window.press("读取粘贴的内容");
    window.settle();
}

/// Chooses in the combo of a label.
fn choose(window: &mut Window, combo: &str, choice: &str) {
    window.harness.get_by_role_and_label(Role::ComboBox, combo).click();
    window.harness.run_ok();
    window.harness.get_by_role_and_label(Role::Button, choice).click();
    window.harness.run_ok();
    window.settle();
}

/// A list file in the window's folder, chosen in the dialog by its path.
fn choose_file(window: &mut Window, name: &str, bytes: &[u8]) -> PathBuf {
    let path = window.folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    open(window);
    window.press("选择文件…");
    window.type_into("文件路径", &path.display().to_string());
    window.press("打开");
    path
}

#[test]
fn pasted_cells_become_receivers_and_private_values_after_bad_rows_were_corrected() {
    let mut window = Window::open();
    let before = card(&window).receivers.len();
    paste(
        &mut window,
        "姓名\t工号\t金额\n张三\t\t100\n李娜\t\t200\n查无此人\t\t300\n\tQH000001\t#N/A\n张三\t\t100\n\t\t500\n",
    );
    // What is wrong comes first.
    window.wait_for("有问题 3");
    assert!(window.shows("可用 1") && window.shows("重名 1") && window.shows("重复 1"), "{:?}", window.on_screen());
    assert!(window.shows("通讯录里没有姓名为“查无此人”的人"));

    // Line 4 is corrected in place, line 5 too, line 7 is not wanted.
    window.press("改正第 4 行");
    let field = window.harness.get_by_role_and_label(Role::TextInput, "第 4 行的“姓名”");
    field.focus();
    window.harness.run_ok();
    window.harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    window.harness.get_by_role_and_label(Role::TextInput, "第 4 行的“姓名”").type_text("曾敏");
    window.harness.run_ok();
    window.press("改好了");
    window.settle();
    window.press("改正第 5 行");
    window.harness.get_by_role_and_label(Role::TextInput, "第 5 行的“金额”").focus();
    window.harness.run_ok();
    window.harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    window.harness.get_by_role_and_label(Role::TextInput, "第 5 行的“金额”").type_text("400");
    window.harness.run_ok();
    window.press("改好了");
    window.settle();
    window.press("不要第 7 行");
    window.settle();
    assert!(
        window.shows("有问题 0") && window.shows("可用 3") && window.shows("不要的 1 行"),
        "{:?}",
        window.on_screen()
    );

    // Two people are called 李娜.
    window.harness.get_by_role_and_label(Role::RadioButton, "重名 1").click();
    window.harness.run_ok();
    window.harness.get_by_role_and_label(Role::ComboBox, "第 3 行是谁").click();
    window.harness.run_ok();
    window.harness.get(by().role(Role::Button).label_contains("lina02")).click();
    window.harness.run_ok();
    window.settle();
    assert!(window.shows("重名 0"), "{:?}", window.on_screen());

    window.press("导入 4 人");
    let card_now = card(&window);
    let ids: Vec<&str> = card_now.receivers.iter().skip(before).map(|person| person.id.as_str()).collect();
    assert!(
        ["zhangsan01", "lina02", "zengmin"].iter().all(|id| card_now.receivers.iter().any(|one| one.id == *id)),
        "{ids:?}"
    );
    let column = card_now.private.columns.iter().position(|column| column.key == "金额").unwrap();
    let value = |id: &str| {
        let row = card_now.private.rows.iter().find(|row| row.person.id == id).unwrap();
        row.cells[column].clone()
    };
    assert_eq!(value("zhangsan01").as_deref(), Some("100"));
    assert_eq!(value("lina02").as_deref(), Some("200"));
    assert_eq!(value("manager4220").as_deref(), Some("400"));

    // One step back takes all of it back.
    window.ctrl(Key::Z);
    assert_eq!(card(&window).receivers.len(), before);
    assert!(!card(&window).private.columns.iter().any(|column| column.key == "金额"));
}

#[test]
fn a_wrong_encoding_is_corrected_by_hand() {
    let mut window = on_notice();
    // Garbage has characters that no font has; a person sees boxes for them.
    window.harness.ctx.set_missing_glyph_policy(egui::epaint::text::MissingGlyphPolicy::Tofu);
    let (bytes, _, _) = encoding_rs::GB18030.encode("userid,姓名,说明\nzhangsan01,张三,请于周五前确认\n");
    choose_file(&mut window, "六月.csv", &bytes);
    window.wait_for("导入 1 人");
    assert!(window.shows("请于周五前确认") && window.shows("六月.csv"), "{:?}", window.on_screen());
    // The person tries another one, sees garbage, and comes back.
    choose(&mut window, "编码", "Big5");
    assert!(!window.shows("请于周五前确认"));
    choose(&mut window, "编码", "GB18030 (GBK)");
    assert!(window.shows("请于周五前确认"));
    // Everything in one column by the wrong separator; nobody can be used then.
    choose(&mut window, "分隔符", "分号 ;");
    assert!(window.shows("有问题"), "{:?}", window.on_screen());
    choose(&mut window, "分隔符", "逗号 ,");
    window.press("导入 1 人");
    assert_eq!(users(&window), ["zhangsan01"]);
    assert_eq!(notice(&window).users[0].name, "张三");
}

#[test]
fn the_values_of_a_notice_stay_with_its_draft_and_are_not_sent_to_everybody_alike() {
    let mut window = on_notice();
    paste(&mut window, "userid,place\nzhangsan01,三楼\nlina01,四楼\n");
    window.press("导入 2 人");
    assert_eq!(users(&window), ["zhangsan01", "lina01"]);
    let values = &notice(&window).values;
    assert_eq!(values.columns[0].key, "place");
    assert_eq!(values.rows[1].cells.to_vec(), [Some("四楼".to_owned())]);
    assert!(window.shows("每人的变量：2 人，place"), "{:?}", window.on_screen());
    window.ctrl(Key::Enter);
    window.step_until("the plan is made", |window| !window.app().is_busy());
    window.harness.run_ok();
    assert!(window.shows("发送计划") && window.shows("2 次调用"), "each has a call: {:?}", window.on_screen());
    window.press("取消");
    // They are there in the next run.
    window.settle();
    assert!(window.close());
    let folder = std::sync::Arc::clone(&window.folder);
    drop(window);
    let mut window = Window::open_in(folder);
    window.ctrl(Key::Num2);
    window.settle();
    assert_eq!(notice(&window).values.rows.len(), 2);
    window.press("清除每人的变量");
    assert!(notice(&window).values.columns.is_empty());
}

#[test]
fn a_long_reading_can_be_cancelled_and_bad_files_say_what_is_wrong() {
    let mut window = on_notice();
    let mut text = String::from("userid,a,b,c,d,e\n");
    for at in 0..400_000 {
        writeln!(text, "user{at},1,2,3,4,5").unwrap();
    }
    choose_file(&mut window, "all.csv", text.as_bytes());
    window.wait_for("正在读取 all.csv");
    let cancel = |window: &Window| {
        let buttons: Vec<_> = window.harness.query_all_by_role_and_label(Role::Button, "取消").collect();
        // The bar stands above the dialog's own button.
        let first = buttons.iter().min_by(|one, other| one.rect().top().total_cmp(&other.rect().top())).unwrap();
        first.click();
    };
    cancel(&window);
    window.harness.run_ok();
    window.wait_for("已取消");
    assert!(users(&window).is_empty());

    // A workbook with a password, and a web page that calls itself one.
    for (name, bytes, says) in [
        ("页.xls", &b"<html><table><tr><td>u1</td></tr></table></html>"[..], "网页表格"),
        ("坏.xlsx", &b"PK\x03\x04 but not really"[..], "已损坏"),
        ("空.csv", &b"\n\n"[..], "没有内容"),
    ] {
        if window.shows("换一份名单") {
            window.press("换一份名单");
        }
        let path = window.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        window.press("选择文件…");
        window.type_into("文件路径", &path.display().to_string());
        window.press("打开");
        window.wait_for(says);
    }
}

#[test]
fn mobile_numbers_are_looked_up_when_the_person_says_so() {
    let mut window = on_notice();
    let numbers = "手机号\n19900000011\n19900000000\n13800138000\n123\n";
    paste(&mut window, numbers);
    window.wait_for("有 3 个手机号要向钉钉查询");
    assert!(window.shows("可用 0") && window.shows("有问题 4"), "{:?}", window.on_screen());
    let path = "/topapi/v2/user/getbymobile";
    window.sandbox().script(Script::once(path, Effect::code("88/60011")));
    window.press("查询手机号");
    window.settle();
    assert!(window.shows("手机号查询停下了"), "{:?}", window.on_screen());
    window.press("查询手机号");
    window.settle();
    assert!(window.shows("通讯录里没有手机号为“13800138000”的人"), "{:?}", window.on_screen());
    window.press("导入 2 人");
    assert_eq!(users(&window), ["zhangsan01", "manager4220"]);
}

#[test]
fn a_group_is_saved_used_and_taken_out_again() {
    let mut window = on_notice();
    paste(&mut window, "userid\nzhangsan01\nlina01\nzengmin\n");
    window.press("导入 3 人");
    window.press("选择人员和部门");
    window.press("名单");
    window.type_into("名单的名字", "六月名单");
    window.press("保存为名单");
    window.wait_for("已保存 3 人");
    window.wait_for("六月名单");
    window.press("去掉名单“六月名单”里的");
    window.wait_for("现在选了 0 人");
    window.press("加入名单“六月名单”");
    window.wait_for("现在选了 3 人");
    window.press("给名单“六月名单”改名");
    window.type_into("给名单“六月名单”改名", "新");
    window.press("改名");
    window.step_until("it is renamed", |window| window.shows("六月名单新") || window.shows("新六月名单"));
    let file = std::fs::read_to_string(window.folder.path().join("groups.toml")).unwrap();
    assert!(file.contains("zengmin") && file.contains('新'), "{file}");
}

#[test]
fn a_workbook_dropped_on_the_window_shows_its_sheets_and_saves_its_bad_rows() {
    let mut window = Window::open();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("说明").unwrap();
    sheet.write(0, 0, "请填写第二张表").unwrap();
    let sheet = book.add_worksheet().set_name("名单").unwrap();
    for (row, (userid, amount)) in (0_u32..).zip([("userid", "金额"), ("zhangsan01", "12"), ("not a userid", "3")]) {
        sheet.write(row, 0, userid).unwrap();
        sheet.write(row, 1, amount).unwrap();
    }
    let path = window.folder.path().join("补贴.xlsx");
    std::fs::write(&path, book.save_to_buffer().unwrap()).unwrap();
    window.drop_file(&path);
    window.settle();
    assert!(window.shows("补贴.xlsx") && window.shows("XLSX"), "{:?}", window.on_screen());
    choose(&mut window, "工作表", "名单");
    window.wait_for("有问题 1");
    assert!(window.shows("“not a userid”不像 userid"));
    window.press("保存坏行…");
    let saved = window.folder.path().join("坏.csv");
    let field = window.harness.get_by_role_and_label(Role::TextInput, "文件路径");
    field.focus();
    window.harness.run_ok();
    window.harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    window.harness.get_by_role_and_label(Role::TextInput, "文件路径").type_text(&saved.display().to_string());
    window.harness.run_ok();
    window.press("保存");
    window.step_until("it is written", |_| saved.exists());
    let text = std::fs::read_to_string(&saved).unwrap();
    assert!(text.starts_with("\u{feff}userid,金额,行号,原因\r\nnot a userid,3,3,"), "{text}");
    // The note that it was saved may lie over the button for a moment.
    window.harness.get_by_role_and_label(Role::Button, "导入 1 人").click_accesskit();
    window.harness.run_ok();
    assert!(card(&window).receivers.iter().any(|person| person.id == "zhangsan01"));
}
