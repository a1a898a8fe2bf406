//! One frame of the window on the notice tab: the largest OA notice that the call takes, its form and its preview open, to
//! the longest lists of the page. A frame is everything the processor does for it; no GPU.

use std::path::Path;

use ding_composer::{
    compose::{
        Draft, NoticeDraft, NoticeVia, PersonRef,
        msg::{FormRow, MESSAGE_BYTES_MAX, MsgKind, Part},
        notice::DepartmentRef,
    },
    ui::state::{InspectorTab, Tab},
};
use egui::{Event, Key, pos2};

use crate::{
    card::{Headless, key},
    harness::Report,
};

/// Every field filled, the whole as large as it may be; the address is wrong, so that the next-finding key leads to it.
fn draft() -> NoticeDraft {
    let mut notice = NoticeDraft { via: NoticeVia::Free, agent_id: "123456".to_owned(), ..NoticeDraft::default() };
    notice.msg.kind = MsgKind::Oa;
    for (part, text) in [
        (Part::OaUrl, "example.com/notice"),
        (Part::OaPcUrl, "https://example.com/notice?pc=1"),
        (Part::OaHeadColour, "FF0089FF"),
        (Part::OaHeadText, "信息技术部"),
        (Part::OaTitle, "季度资产盘点：请在本周内确认名下设备与配件的数量和状态"),
        (Part::OaRichNumber, "1,024"),
        (Part::OaRichUnit, "件"),
        (Part::OaImage, "@lADOADmaWMzazQKA"),
        (Part::OaFileCount, "12"),
        (Part::OaAuthor, "资产管理组"),
    ] {
        text.clone_into(notice.msg.text_mut(part));
    }
    let row = |number: usize| FormRow {
        key: format!("项目 {number}："),
        value: "笔记本电脑、显示器、扩展坞".to_owned(),
    };
    notice.msg.rows = (1..=12).map(row).collect();
    let most = usize::try_from(MESSAGE_BYTES_MAX).unwrap_or(usize::MAX);
    let left = most - notice.msg.wire_text(&notice.kept).len() - 20;
    *notice.msg.text_mut(Part::OaContent) = "盘点".repeat(left / 6);
    notice.users =
        (0..100).map(|index| PersonRef { id: format!("user{index:03}"), name: format!("员工{index}") }).collect();
    notice.departments = (2..22)
        .map(|index| DepartmentRef { id: index.to_string(), name: format!("部门{index}"), people: Some(30) })
        .collect();
    notice
}

/// The figures.
pub fn frames(report: &Report, home: &Path) {
    let mut window = Headless::new(home);
    window.settle();
    window.app.state.tab = Tab::Notice;
    window.app.state.inspector = InspectorTab::Preview;
    window.app.state.inspector_open = true;
    match window.app.state.current_mut().map(|open| &mut open.draft) {
        Some(Draft::Notice(notice)) => *notice = draft(),
        _ => panic!("the notice tab has a notice"),
    }
    window.settle();
    window.figure(report, "notice: pointer moves", |index| {
        vec![Event::PointerMoved(pos2(300.0 + (index % 200) as f32, 250.0))]
    });
    window.step(vec![Event::PointerMoved(pos2(640.0, 2.0))]);
    window.go_to_first_error("/msg/oa/message_url");
    window.figure(report, "notice: typing in an OA notice, preview open", |index| {
        if index % 20 == 19 { key(Key::Backspace) } else { vec![Event::Text("1".to_owned())] }
    });
    match window.app.state.current_mut().map(|open| &open.draft) {
        Some(Draft::Notice(notice)) => {
            assert_ne!(notice.msg.text(Part::OaUrl), "example.com/notice", "the keys reached the field");
        }
        _ => panic!("the notice tab has a notice"),
    }
}
