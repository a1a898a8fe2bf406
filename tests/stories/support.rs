//! The whole window without a display: opened over a folder of the test's own, driven by label, stepped until something
//! has happened.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ding_composer::{
    compose::{Draft, PersonRef},
    sandbox::Sandbox,
    store::vault::Vault,
    ui::{
        app::App,
        env::Env,
        state::Tab,
        testing::{self, TestClock},
    },
};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _, by},
};

/// How long a step may take in all before a test gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// A window over a folder that goes with the test.
pub struct Window {
    /// The window itself.
    pub harness: Harness<'static, App>,
    /// The folder; give it to [`Window::open_in`] to open the window again.
    pub folder: Arc<tempfile::TempDir>,
    /// The window's clock.
    pub clock: Arc<TestClock>,
}

/// A file as the desktop drops it.
#[derive(Debug)]
struct OnDisk(std::path::PathBuf);

impl egui::DroppedFile for OnDisk {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

impl Window {
    /// On the notice tab, its notice to so many people of the sandbox, so many in a call.
    #[must_use]
    pub fn with_notice_to(mut self, people: usize, in_a_call: u32) -> Self {
        let organisation = self.sandbox().organisation();
        let users = organisation.people().iter().filter(|one| !one.hidden).take(people);
        let users: Vec<_> =
            users.map(|one| PersonRef { id: one.userid.to_string(), name: one.name.to_string() }).collect();
        assert_eq!(users.len(), people);
        let state = &mut self.harness.state_mut().state;
        state.tab = Tab::Notice;
        for profile in &mut state.settings.profiles {
            profile.limits.people_per_call = Some(in_a_call);
        }
        let Draft::Notice(notice) = &mut state.current_mut().unwrap().draft else { panic!("the first notice") };
        notice.users = users;
        self.settle();
        self
    }

    /// Opens the window over a fresh folder and waits until it stands still: sandbox connected, first drafts there.
    pub fn open() -> Self {
        Self::open_in(Arc::new(tempfile::tempdir().unwrap()))
    }

    /// Opens it over a folder that was used before.
    pub fn open_in(folder: Arc<tempfile::TempDir>) -> Self {
        Self::open_with(folder, |_| {})
    }

    /// Opens it with another vault in the keyring's place.
    pub fn open_with_vault(vault: Arc<dyn Vault>) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::open_with(folder, |env| {
            env.vault = Arc::new(ding_composer::store::vault::ChosenVault::new(vault));
        })
    }

    /// Opens it with changed surroundings.
    pub fn open_with(folder: Arc<tempfile::TempDir>, change: impl FnOnce(&mut Env)) -> Self {
        Self::open_sized(folder, [1280.0, 800.0], change)
    }

    /// Opens it in a size.
    pub fn open_sized(folder: Arc<tempfile::TempDir>, size: [f32; 2], change: impl FnOnce(&mut Env)) -> Self {
        let clock = TestClock::now();
        let mut env = testing::env(folder.path(), Arc::clone(&clock) as Arc<_>).unwrap();
        change(&mut env);
        let harness = Harness::builder()
            .with_size(size)
            .with_theme(egui::Theme::Light)
            .with_max_steps(40)
            .build_eframe(|cc| App::new(&cc.egui_ctx, env));
        let mut window = Self { harness, folder, clock };
        window.settle();
        window
    }

    /// The app.
    pub fn app(&self) -> &App {
        self.harness.state()
    }

    /// The running sandbox.
    pub fn sandbox(&self) -> Arc<Sandbox> {
        Arc::clone(self.app().state.link.sandbox().expect("the sandbox is connected"))
    }

    /// Steps until nothing of the shell is on its way any more.
    pub fn settle(&mut self) {
        self.step_until("the window stands still", |window| !window.app().is_busy());
        self.harness.run_ok();
    }

    /// Steps until a predicate holds; what is on screen is told when it never does.
    pub fn step_until(&mut self, what: &str, mut predicate: impl FnMut(&Self) -> bool) {
        let began = Instant::now();
        loop {
            self.harness.step();
            if predicate(self) {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "waited in vain until {what}. On screen: {:#?}", self.on_screen());
            std::thread::sleep(Duration::from_millis(4));
        }
    }

    /// Steps until a label (or a part of one) is there.
    pub fn wait_for(&mut self, label: &str) {
        self.step_until(&format!("“{label}” is shown"), |window| window.shows(label));
    }

    /// Whether a label that contains this text is on screen.
    pub fn shows(&self, text: &str) -> bool {
        self.harness.query_all(by().label_contains(text)).next().is_some()
            || self.harness.query_all(by().value(text)).next().is_some()
    }

    /// Clicks the one control of this label and lets the window react.
    pub fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.harness.run_ok();
    }

    /// Clicks the button of this label, where a text has it too.
    pub fn press(&mut self, label: &str) {
        let role = egui::accesskit::Role::Button;
        self.harness.get_by_role_and_label(role, label).scroll_to_me();
        self.harness.run_ok();
        self.harness.get_by_role_and_label(role, label).click();
        self.harness.run_ok();
    }

    /// Chooses the way that a draft goes.
    pub fn choose_way(&mut self, way: &str) {
        let combo = egui::accesskit::Role::ComboBox;
        self.harness.get_by_role_and_label(combo, "发送方式").scroll_to_me();
        self.harness.run_ok();
        self.harness.get_by_role_and_label(combo, "发送方式").click();
        self.harness.run_ok();
        self.harness.get_by_role_and_label(egui::accesskit::Role::Button, way).click();
        self.harness.run_ok();
    }

    /// Puts the keyboard on the field of this label and types.
    pub fn type_into(&mut self, label: &str, text: &str) {
        let field = self.harness.get(by().label(label).predicate(|node| is_field(node.role())));
        field.focus();
        self.harness.run_ok();
        self.harness.get(by().label(label).predicate(|node| is_field(node.role()))).type_text(text);
        self.harness.run_ok();
    }

    /// Puts another text into the field of this label.
    pub fn replace(&mut self, label: &str, text: &str) {
        let field = || by().label(label).predicate(|node| is_field(node.role()));
        self.harness.get(field()).scroll_to_me();
        self.harness.get(field()).focus();
        self.harness.run_ok();
        self.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        self.harness.run_ok();
        if text.is_empty() { self.key(egui::Key::Delete) } else { self.type_text(text) }
    }

    /// Types where the keyboard is.
    pub fn type_text(&mut self, text: &str) {
        self.harness.event(egui::Event::Text(text.to_owned()));
        self.harness.run_ok();
    }

    /// Pastes where the keyboard is.
    pub fn paste(&mut self, text: &str) {
        self.harness.event(egui::Event::Paste(text.to_owned()));
        self.harness.run_ok();
    }

    /// Writes with an input method where the keyboard is: `typed` grows letter by letter, then `chosen` takes its place.
    pub fn compose(&mut self, typed: &str, chosen: &str) {
        let preedit = |text: &str| {
            let text = text.to_owned();
            egui::Event::Ime(egui::ImeEvent::Preedit { text, active_range_chars: None })
        };
        for (at, letter) in typed.char_indices() {
            self.harness.event(preedit(&typed[..at + letter.len_utf8()]));
            self.harness.run_ok();
        }
        // As X11 and Wayland have it: the composition is emptied, then the word comes.
        self.harness.event(preedit(""));
        self.harness.event(egui::Event::Ime(egui::ImeEvent::Commit(chosen.to_owned())));
        self.harness.run_ok();
    }

    /// Presses a key.
    pub fn key(&mut self, key: egui::Key) {
        self.harness.key_press(key);
        self.harness.run_ok();
    }

    /// Drops a file of the disk on the window.
    pub fn drop_file(&mut self, path: &std::path::Path) {
        self.harness.input_mut().dropped_files.push(Arc::new(OnDisk(path.to_path_buf())));
        self.harness.step();
    }

    /// What has the keyboard, by its label.
    pub fn focused(&self) -> String {
        let node = self.harness.query_all(by()).find(|node| node.accesskit_node().is_focused());
        node.and_then(|node| node.accesskit_node().label()).unwrap_or_default()
    }

    /// Scrolls to what has this label.
    pub fn scroll_to(&mut self, label: &str) {
        self.harness.get_by_label(label).scroll_to_me();
        self.harness.run_ok();
    }

    /// Unfolds the group of this title, if it is folded.
    pub fn unfold(&mut self, title: &str) {
        let group = by().role(egui::accesskit::Role::DisclosureTriangle).label(title);
        let group = self.harness.get(group);
        if group.accesskit_node().toggled() != Some(egui::accesskit::Toggled::True) {
            group.scroll_to_me();
            self.harness.run_ok();
            self.harness.get_by_role_and_label(egui::accesskit::Role::DisclosureTriangle, title).click();
            self.harness.run_ok();
        }
    }

    /// Presses a key with Ctrl (Command on a Mac).
    pub fn ctrl(&mut self, key: egui::Key) {
        self.harness.key_press_modifiers(egui::Modifiers::COMMAND, key);
        self.harness.run_ok();
    }

    /// Asks the window to close, as its title bar's button does; whether it agreed.
    pub fn close(&mut self) -> bool {
        let viewport = self.harness.input_mut().viewports.get_mut(&egui::ViewportId::ROOT).unwrap();
        viewport.events.push(egui::ViewportEvent::Close);
        self.harness.step();
        let commands = &self.harness.output().viewport_output[&egui::ViewportId::ROOT].commands;
        !commands.contains(&egui::ViewportCommand::CancelClose)
    }

    /// Every label on screen, for the message of a test that fails.
    pub fn on_screen(&self) -> Vec<String> {
        self.harness
            .query_all(by().predicate(|_| true))
            .filter_map(|node| node.accesskit_node().label().or_else(|| node.accesskit_node().value()))
            .filter(|label| !label.is_empty())
            .collect()
    }
}

fn is_field(role: egui::accesskit::Role) -> bool {
    use egui::accesskit::Role;
    matches!(role, Role::TextInput | Role::MultilineTextInput | Role::PasswordInput | Role::SpinButton | Role::ComboBox)
}
