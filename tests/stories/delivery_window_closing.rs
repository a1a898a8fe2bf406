//! Closing the window while deliveries run or wait: it asks, lets what is on its way be answered, and keeps the rest.

use std::{sync::Arc, time::Duration};

use ding_composer::{
    sandbox::{Effect, SEND_NOTICE, Script},
    store::journal::DeliveryState,
};
use egui::{Key, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};

use crate::{
    delivery_window::{arrived, last, send, wait_for_end, window_with},
    support::Window,
};

/// A delivery of so many calls, two a second, of which some are handed over.
fn running(calls: usize) -> Window {
    let mut window = window_with(calls, 1);
    for profile in &mut window.harness.state_mut().state.settings.profiles {
        profile.limits.calls_per_second = Some(2);
    }
    send(&mut window);
    window.press(&format!("发给 {calls} 人（{calls} 次调用）"));
    window.step_until("something was handed over", |window| {
        window.app().deliveries.live.first().is_some_and(|live| live.progress().counts.handed_over > 0)
    });
    window
}

#[test]
fn closing_stops_a_delivery_whose_rest_goes_on_with_one_click_after_the_restart() {
    let mut window = running(8);
    assert!(!window.close(), "it asks first");
    window.harness.run_ok();
    assert!(window.shows("还有批次没有发完") && window.shows("8 次调用完成了"), "{:?}", window.on_screen());
    window.harness.key_press(Key::Escape);
    window.harness.run_ok();
    assert!(!window.shows("还有批次没有发完"), "Escape keeps the window");
    assert!(!window.close());
    window.harness.run_ok();
    window.press("停下并关闭");
    window.step_until("it closes by itself", |window| window.app().is_closing());
    let left = last(&window).unwrap();
    assert_eq!((left.state, left.counts.unknown, left.counts.begun), (DeliveryState::Paused, 0, 0), "{left:?}");
    assert!(left.counts.not_begun > 0 && left.counts.handed_over > 0);
    let folder = Arc::clone(&window.folder);
    drop(window);

    let mut window = Window::open_in(folder);
    window.wait_for("没有发完");
    let not_begun = left.counts.not_begun;
    window.press(&format!("继续未开始的 {not_begun} 次"));
    wait_for_end(&mut window);
    let after = last(&window).unwrap();
    assert_eq!((after.state, after.counts.handed_over), (DeliveryState::Done, 8));
    assert_eq!(arrived(&window).len() as u64, not_begun, "another sandbox: only what went on");
}

#[test]
fn who_changes_their_mind_while_it_stops_has_it_go_on() {
    let mut window = window_with(3, 1);
    window.sandbox().script(Script::once(SEND_NOTICE, Effect::Slow(Duration::from_hours(1))));
    for profile in &mut window.harness.state_mut().state.settings.profiles {
        profile.limits.calls_per_second = Some(1);
    }
    send(&mut window);
    window.press("发给 3 人（3 次调用）");
    window.step_until("a call is on its way", |window| {
        window.app().deliveries.live.first().is_some_and(|live| live.progress().counts.begun > 0)
    });
    assert!(!window.close());
    window.harness.run_ok();
    window.press("停下并关闭");
    window.wait_for("正在停下");
    window.press("不关了");
    window.sandbox().clear_scripts();
    wait_for_end(&mut window);
    let made = last(&window).unwrap();
    assert_eq!((made.state, made.counts.handed_over), (DeliveryState::Done, 3));
    assert!(window.close(), "nothing stands in the way any more");
}

#[test]
fn closing_names_a_plan_that_waits_and_the_next_window_has_it() {
    let (mut window, label) = waiting();
    assert!(!window.close());
    window.harness.run_ok();
    assert!(window.shows("还有计划在等时间") && window.shows(&format!("：{label}")), "{:?}", window.on_screen());
    window.harness.key_press(Key::Tab);
    window.harness.run_ok();
    let keep = window.harness.get_by_role_and_label(Role::Button, "不关了");
    assert!(keep.is_focused(), "Tab begins in the dialog, at its first button");
    window.press("不关了");
    assert!(!window.close());
    window.harness.run_ok();
    window.press("关闭窗口");
    window.step_until("it closes", |window| window.app().is_closing());
    let sent = arrived(&window).len();
    assert_eq!(sent, 2, "nothing more left");
    let folder = Arc::clone(&window.folder);
    drop(window);

    // The next window waits on, with its numbers; who does not want to wait is told who would not get it.
    let mut window = Window::open_in(Arc::clone(&folder));
    window.wait_for("3 人 · 2 次调用");
    let title = last(&window).unwrap().new.title;
    window.press(&format!("现在就发 {title}"));
    window.wait_for("今天已经发过相同内容");
    window.wait_for("到时间了，但有人不会收到");
    assert!(arrived(&window).is_empty());
    assert_eq!(last(&window).unwrap().state, DeliveryState::Waiting);
    window.press(&format!("仍然发送 {title}"));
    wait_for_end(&mut window);
    let made = last(&window).unwrap();
    assert_eq!((made.state, made.counts.handed_over), (DeliveryState::Done, 2), "{made:?}");
}

/// A plan for three people that waits for midnight in China, written down; and the label of the button that did it.
fn waiting() -> (Window, String) {
    let mut window = window_with(3, 2);
    send(&mut window);
    window.press("发给 3 人（2 次调用）");
    wait_for_end(&mut window);
    let mut window = window.with_notice_to(3, 2);
    send(&mut window);
    let shown = window.on_screen();
    assert!(shown.iter().any(|text| text == "0 人") && shown.iter().any(|text| text == "3 人"), "{shown:?}");
    // The moment is told in this computer's zone.
    let wait = window.harness.get(by().role(Role::Button).label_contains("再发"));
    let label = wait.accesskit_node().label().unwrap();
    window.press(&label);
    window.wait_for("不发了");
    window.settle();
    (window, label)
}

#[test]
fn a_plan_that_waits_begins_by_itself_when_its_moment_comes() {
    let (mut window, _) = waiting();
    let due_ms = last(&window).unwrap().new.due_ms.unwrap();
    let ahead = (due_ms - window.app().env().clock.now_millis()) / 1000;
    window.clock.advance(ahead - 5);
    window.settle();
    assert_eq!(last(&window).unwrap().state, DeliveryState::Waiting);
    // The sandbox's day goes by its own clock, and so do its tokens.
    window.sandbox().set_clock_skew(jiff::SignedDuration::from_secs(ahead + 10));
    window.clock.advance(10);
    window.step_until("it has begun and ended", |window| last(window).unwrap().state == DeliveryState::Done);
    wait_for_end(&mut window);
    assert_eq!(arrived(&window).len(), 4, "the same content may go out on the next day");
}

#[test]
fn a_moment_that_was_missed_is_a_persons_decision() {
    let (window, _) = waiting();
    let due_ms = last(&window).unwrap().new.due_ms.unwrap();
    let late = (due_ms - window.app().env().clock.now_millis()) / 1000 + 3600;
    let folder = Arc::clone(&window.folder);
    drop(window);
    let clock = Arc::new(std::sync::Mutex::new(None));
    let kept = Arc::clone(&clock);
    let mut window = Window::open_with(folder, move |env| {
        let moved = ding_composer::ui::testing::TestClock::now();
        moved.advance(late);
        *kept.lock().unwrap() = Some(Arc::clone(&moved));
        env.clock = moved;
    });
    window.wait_for("错过了");
    assert_eq!(last(&window).unwrap().state, DeliveryState::Waiting, "nothing goes out by itself");
    window.sandbox().set_clock_skew(jiff::SignedDuration::from_secs(late));
    let title = last(&window).unwrap().new.title;
    window.press(&format!("现在就发 {title}"));
    window.step_until("it has ended", |window| last(window).unwrap().state == DeliveryState::Done);
    wait_for_end(&mut window);
    assert_eq!(arrived(&window).len(), 2);
}

#[test]
fn a_plan_that_waits_is_given_up() {
    let (mut window, _) = waiting();
    let title = last(&window).unwrap().new.title;
    window.press(&format!("不发了 {title}"));
    window.step_until("it is given up", |window| last(window).unwrap().state == DeliveryState::Cancelled);
    window.settle();
    assert!(!window.shows("等到"), "{:?}", window.on_screen());
    assert!(window.close(), "nothing waits any more");
}
