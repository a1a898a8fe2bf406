//! One frame of the window on the card tab: 200 public variables, 5,000 people with values of their own, form and JSON view
//! open together. A frame is everything the processor does for it: logic, layout, shapes, triangles; no GPU.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use ding_composer::{
    compose::{
        CardDraft, Draft, PersonRef,
        card::{LastMessage, ParamRow, PrivateColumn, PrivateRow, PrivateTable, ValueKind},
    },
    lang::Lang,
    ui::{app::App, env::Env},
};
use eframe::App as _;
use egui::{Event, Key, Modifiers, MouseWheelUnit, Pos2, RawInput, Rect, TouchPhase, pos2, vec2};

use crate::harness::Report;

/// What issue 2 asks for: 8 ms of processor time a frame.
const LIMIT: Option<Duration> = Some(Duration::from_millis(8));
const FRAMES: usize = 300;

/// The draft of the figure. A public and a private value are no number, so that the next-finding key leads to them.
fn draft() -> CardDraft {
    let params = (0..200)
        .map(|index| {
            let (key, kind, value) = match index % 5 {
                _ if index == 7 => ("count".to_owned(), ValueKind::Number, "12a".to_owned()),
                0 => (format!("title{index}"), ValueKind::Text, "放假通知".to_owned()),
                1 => {
                    (format!("body{index}"), ValueKind::Markdown, "## 各位同事\n放假安排如下\n- 10 月 1 日".to_owned())
                }
                2 => (format!("amount{index}"), ValueKind::Number, "128.50".to_owned()),
                3 => (format!("done{index}"), ValueKind::Boolean, "true".to_owned()),
                _ => (format!("rows{index}"), ValueKind::Json, "[{\"name\": \"张三\", \"n\": 1}]".to_owned()),
            };
            ParamRow { key, kind, value }
        })
        .collect();
    let columns = [("title0", ValueKind::Text), ("note", ValueKind::Text), ("amount2", ValueKind::Number)];
    let columns = columns.map(|(key, kind)| PrivateColumn { key: key.to_owned(), kind }).to_vec();
    let people: Vec<PersonRef> =
        (0..5000).map(|index| PersonRef { id: format!("user{index:05}"), name: format!("员工{index}") }).collect();
    let row = |person: &PersonRef| PrivateRow {
        person: person.clone(),
        cells: vec![
            Some(format!("{}，请看放假安排", person.name)),
            Some("今年的福利请在十五日以前领取，逾期不候，谢谢配合".to_owned()),
            Some(if person.id == "user00003" { "no number" } else { "1024.00" }.to_owned()),
        ]
        .into(),
    };
    CardDraft {
        card_template_id: "bench.schema".to_owned(),
        open_conversation_id: "cidbench".to_owned(),
        robot_code: "dingbench".to_owned(),
        out_track_id: "bench".to_owned(),
        private: Arc::new(PrivateTable { columns, rows: people.iter().map(row).collect() }),
        receivers: people.into(),
        params,
        last_message: LastMessage {
            texts: ["蚂蚁分工", "螞蟻分工", "", "アリの分業", "", "", ""].map(str::to_owned)
        },
        ..CardDraft::default()
    }
}

/// A window without a window.
pub struct Headless {
    ctx: egui::Context,
    /// The program.
    pub app: App,
    frame: eframe::Frame,
    time_secs: f64,
    repaint: Duration,
}

impl Headless {
    /// A window over a folder.
    pub fn new(home: &Path) -> Self {
        let ctx = egui::Context::default();
        let env = match Env::real(Some(home.to_owned()), Some(Lang::Zh)) {
            Ok(env) => env,
            Err(error) => panic!("no folder: {error}"),
        };
        let app = App::new(&ctx, env);
        let frame = eframe::Frame::_new_kittest();
        Self { ctx, app, frame, time_secs: 0.0, repaint: Duration::ZERO }
    }

    /// One frame; gives the time it took.
    pub fn step(&mut self, events: Vec<Event>) -> Duration {
        self.time_secs += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(1280.0, 800.0))),
            time: Some(self.time_secs),
            focused: true,
            events,
            ..RawInput::default()
        };
        let begun = Instant::now();
        let output = self.ctx.run_ui(input, |ui| {
            self.app.logic(ui.ctx(), &mut self.frame);
            self.app.ui(ui, &mut self.frame);
        });
        let triangles = self.ctx.tessellate(output.shapes.clone(), output.pixels_per_point);
        std::hint::black_box(triangles);
        let took = begun.elapsed();
        self.repaint = output.viewport_output.values().map(|one| one.repaint_delay).min().unwrap_or(Duration::MAX);
        output.drop_without_applying_deltas();
        took
    }

    /// Frames until nothing is on its way any more.
    pub fn settle(&mut self) {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(20) {
            self.time_secs += 0.2;
            self.step(Vec::new());
            if !self.app.is_busy() && self.repaint > Duration::from_millis(300) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The card being written.
    pub fn card(&mut self) -> &mut CardDraft {
        match self.app.state.current_mut().map(|open| &mut open.draft) {
            Some(Draft::Card(card)) => card,
            _ => panic!("the card tab has a card"),
        }
    }

    /// Waits until the first error is this one, and goes there: a text field has the keyboard then.
    pub fn go_to_first_error(&mut self, pointer: &str) {
        let first = |window: &Self| {
            let open = window.app.state.current()?;
            open.findings.first_error().map(|finding| finding.pointer.starts_with(pointer))
        };
        let begun = Instant::now();
        self.settle();
        while first(self) != Some(true) {
            assert!(begun.elapsed() < Duration::from_secs(30), "{pointer} never was the first error");
            self.settle();
        }
        self.ctx.memory_mut(|memory| {
            if let Some(focused) = memory.focused() {
                memory.surrender_focus(focused);
            }
        });
        self.step(key(Key::F8));
        while !self.ctx.text_edit_focused() {
            assert!(begun.elapsed() < Duration::from_mins(1), "the jump to {pointer} never landed");
            self.step(Vec::new());
        }
        self.settle();
    }

    /// Measures frames with these events.
    pub fn figure(&mut self, report: &Report, name: &str, mut events: impl FnMut(usize) -> Vec<Event>) {
        let mut samples: Vec<Duration> = (0..FRAMES).map(|index| self.step(events(index))).collect();
        report.samples(name, LIMIT, &mut samples);
    }
}

/// A key pressed and let go.
pub fn key(key: Key) -> Vec<Event> {
    let event = |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers: Modifiers::NONE };
    vec![event(true), event(false)]
}

/// The wheel turned at a place.
pub fn wheel(at: Pos2, lines: f32) -> Vec<Event> {
    vec![
        Event::PointerMoved(at),
        Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: vec2(0.0, lines),
            phase: TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: Modifiers::NONE,
        },
    ]
}

/// The figures.
pub fn frames(report: &Report, home: &Path) {
    let mut window = Headless::new(home);
    window.settle();
    *window.card() = draft();
    if let Some(open) = window.app.state.current_mut() {
        open.card_view.show_json_beside();
    }
    window.settle();

    let still = pos2(640.0, 2.0);
    window.figure(report, "card: pointer moves", |index| {
        vec![Event::PointerMoved(pos2(300.0 + (index % 200) as f32, 250.0))]
    });
    window.figure(report, "card: the form scrolls", |index| {
        wheel(pos2(500.0, 250.0), if index < FRAMES / 2 { -40.0 } else { 40.0 })
    });
    window.figure(report, "card: the JSON scrolls", |index| {
        wheel(pos2(500.0, 650.0), if index < FRAMES / 2 { -400.0 } else { 400.0 })
    });

    window.step(vec![Event::PointerMoved(still)]);
    window.go_to_first_error("/cardData");
    let before = window.card().params[7].value.clone();
    window.figure(report, "card: typing in a parameter", |index| {
        if index % 20 == 19 { key(Key::Backspace) } else { vec![Event::Text("1".to_owned())] }
    });
    assert_ne!(window.card().params[7].value, before, "the keys reached the field");
    "1".clone_into(&mut window.card().params[7].value);

    window.go_to_first_error("/privateData");
    let before = Arc::clone(&window.card().private);
    window.figure(report, "card: typing in a private cell", |index| {
        if index % 20 == 19 { key(Key::Backspace) } else { vec![Event::Text("1".to_owned())] }
    });
    assert_ne!(window.card().private.rows[3].cells[2], before.rows[3].cells[2], "the keys reached the cell");
    drop(before);
    window.step(key(Key::Escape));
    window.step(key(Key::Escape));
    window.settle();
    let mut idle = [window.repaint];
    report.samples("card: idle, next repaint in", None, &mut idle);
}
