//! The picker's dialog: search field, what is known of the directory, chips, tree and list, meters; and its keys.

use std::path::Path;

use egui::{Context, Key, Label, Modifiers, RichText, ScrollArea, Ui, vec2};
use jiff::Timestamp;

use super::{
    Picker,
    contacts::Contacts,
    groups::GroupsCx,
    list::Step,
    loaded::Loaded,
    meters, panes,
    paste::Paste,
    paste_view,
    request::{IdKind, Picked, PickerRequest, Purpose},
    state::{Did, Open},
    status,
};
use crate::{
    compose::{
        PersonRef,
        notice::DepartmentRef,
        ways::{CardField, ChatField},
    },
    lang::Lang,
    ui::{
        action::{Action, Actions},
        background::Background,
        icons::Icon,
        theme::{size, tokens},
        widgets::{
            Chip, Dialog, Level, PushButton, Toast, at_end, chips_ui, dialog::Answer, grouped, search_field, split_line,
        },
    },
};

/// What the picker needs while it is drawn.
#[derive(Clone, Copy)]
pub struct PickerCx<'a> {
    /// The language of the interface.
    pub lang: Lang,
    /// Wishes.
    pub actions: &'a Actions,
    /// For loading.
    pub background: &'a Background,
    /// The time.
    pub now: Timestamp,
    /// The file of saved groups.
    pub groups: &'a Path,
}

/// The widest dialog, in points.
const WIDTH: f32 = 920.0;
/// The highest one.
const HEIGHT: f32 = 700.0;
/// What the dialog's own parts take above and below the content.
const AROUND: f32 = 150.0;
/// The highest strip of chips.
const CHIPS_HEIGHT: f32 = 66.0;
/// How many chips are drawn; the rest is counted.
const CHIPS_SHOWN: usize = 120;

impl Picker {
    /// Draws it when it is open.
    pub fn show(&mut self, ctx: &Context, contacts: &mut Contacts, cx: &PickerCx<'_>) {
        let Some(open) = &mut self.open else { return };
        let loaded = contacts.loaded().cloned();
        if let Some(loaded) = &loaded {
            open.refresh_list(loaded);
        }
        contacts.look_at(loaded.as_ref().and_then(|loaded| open.tree.selected(&loaded.directory)), cx.background);
        // Esc empties the search first; egui takes the keyboard from the field before anybody sees the key.
        if open.is_searching()
            && open.paste.is_none()
            && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
        {
            open.query.clear();
            open.query_changed();
            open.focus_search = true;
        }
        let accept_key = ctx.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter));
        let lang = cx.lang;
        let screen = ctx.content_rect();
        let width = WIDTH.min(screen.width() - 64.0);
        let height = (HEIGHT.min(screen.height() - 32.0) - AROUND).max(240.0);
        let done = PushButton::primary(tr!(lang, "picker.done"))
            .shortcut(ctx.format_shortcut(&egui::KeyboardShortcut::new(Modifiers::COMMAND, Key::Enter)));
        let (answer, ()) = Dialog::new("picker", title(lang, &open.request), tr!(lang, "common.cancel"))
            .width(width)
            .accept(done)
            .show(ctx, |ui| {
                ui.allocate_ui_with_layout(vec2(width, height), egui::Layout::top_down(egui::Align::LEFT), |ui| {
                    ui.set_min_size(vec2(width, height));
                    content_ui(ui, open, contacts, loaded.as_deref(), cx, height);
                });
            });
        if accept_key || answer == Answer::Accepted {
            self.accept(contacts, cx);
        } else if answer == Answer::Cancelled {
            self.cancel(contacts, cx);
        }
    }

    fn accept(&mut self, contacts: &mut Contacts, cx: &PickerCx<'_>) {
        contacts.look_away();
        let Some(mut open) = self.open.take() else { return };
        // Ids still in the field are meant as well.
        if open.paste.is_some() {
            open.take_paste();
        }
        let mut chosen = open.choice.chosen();
        if let Some(loaded) = contacts.loaded() {
            loaded.complete(open.request.id_kind, &mut chosen);
        }
        let picked = Picked { purpose: open.request.purpose, chosen };
        cx.actions.send(Action::Picked(open.draft, Box::new(picked)));
    }

    /// Nothing that took work is lost: the note has a button that opens the picker again as it was.
    fn cancel(&mut self, contacts: &mut Contacts, cx: &PickerCx<'_>) {
        contacts.look_away();
        let Some(open) = self.open.take() else { return };
        if open.choice.changed() {
            let request = PickerRequest { chosen: open.choice.chosen(), ..open.request };
            let toast = Toast::new(Level::Info, tr!(cx.lang, "picker.given_up"));
            let toast = toast.action(tr!(cx.lang, "picker.go_on"), Action::OpenPicker(Box::new(request)));
            cx.actions.send(Action::Toast(Box::new(toast)));
        }
    }
}

fn title(lang: Lang, request: &PickerRequest) -> String {
    match request.purpose {
        Purpose::CardReceivers | Purpose::CardField(CardField::Receivers) => tr!(lang, "picker.title_receivers"),
        Purpose::CardRobotSpaces => tr!(lang, "picker.title_spaces"),
        Purpose::CardField(CardField::TopUsers) => tr!(lang, "picker.title_top"),
        Purpose::CardField(CardField::Chat(_, ChatField::Recipients)) => tr!(lang, "picker.title_seen_by"),
        Purpose::CardMentions | Purpose::CardField(_) => tr!(lang, "picker.title_mentions"),
        Purpose::CardPrivateRows => tr!(lang, "picker.title_private"),
        Purpose::NoticeRecipients => tr!(lang, "picker.title_notice"),
        Purpose::Myself => tr!(lang, "picker.title_myself"),
    }
    .into_owned()
}

fn content_ui(
    ui: &mut Ui,
    open: &mut Open,
    contacts: &mut Contacts,
    loaded: Option<&Loaded>,
    cx: &PickerCx<'_>,
    height: f32,
) {
    let top = ui.cursor().top();
    ui.spacing_mut().item_spacing.y = size::S;
    let did = if open.paste.is_some() {
        paste_view::head_ui(ui, open, cx.lang);
        None
    } else {
        search_ui(ui, open, contacts, loaded, cx)
    };
    status::strip_ui(ui, open, contacts, loaded, cx);
    chips_strip_ui(ui, open, loaded, cx.lang);
    // What is left, less the line of meters.
    let left = (height - (ui.cursor().top() - top) - 26.0).max(120.0);
    if open.paste.is_some() {
        paste_view::body_ui(ui, open, contacts, loaded, cx, left);
    } else {
        panes::body_ui(ui, open, contacts, loaded, cx, left);
    }
    meters_ui(ui, open, loaded, cx.lang);
    if open.reach(loaded).most.is_none() {
        contacts.need_everything(cx.background);
    }
    if did == Some(Did::NoId) {
        no_id_note(cx);
    }
}

/// Says why a person cannot be chosen.
pub fn no_id_note(cx: &PickerCx<'_>) {
    let toast = Toast::new(Level::Warning, tr!(cx.lang, "picker.no_unionid"));
    cx.actions.send(Action::Toast(Box::new(toast)));
}

/// The search field, which keeps the keyboard, and its keys.
fn search_ui(
    ui: &mut Ui,
    open: &mut Open,
    contacts: &mut Contacts,
    loaded: Option<&Loaded>,
    cx: &PickerCx<'_>,
) -> Option<Did> {
    let lang = cx.lang;
    let has_keyboard = open.search_id.is_some_and(|id| ui.memory(|memory| memory.has_focus(id)));
    let mut did = None;
    if has_keyboard {
        let keys = Keys::take(ui, open);
        if let Some(step) = keys.step {
            open.step(step);
        }
        if keys.undo {
            open.choice.undo();
        }
        if keys.toggle
            && let Some(loaded) = loaded
        {
            did = open.activate(loaded, open.cursor.at);
            open.focus_search = true;
        }
    }
    let mut to_paste = false;
    ui.horizontal(|ui| {
        let paste = PushButton::new(tr!(lang, "picker.paste_ids")).icon(Icon::Paste);
        let Open { query, request, groups, choice, .. } = &mut *open;
        let name = if request.departments { tr!(lang, "picker.search_all") } else { tr!(lang, "picker.search_people") };
        let begin = |ui: &mut Ui| {
            let width = ui.available_width();
            search_field(ui, lang, query, &name, width)
        };
        let (response, ()) = split_line(ui, "search", begin, |ui| {
            if request.multiple {
                let kind = request.id_kind;
                let cx = GroupsCx { lang, background: cx.background, path: cx.groups, loaded, kind };
                groups.menu_ui(ui, &cx, choice);
            }
            to_paste = paste.show(ui).clicked();
        });
        open.search_id = Some(response.id);
        if open.focus_search {
            response.request_focus();
            open.focus_search = false;
        }
        if response.changed() {
            open.query_changed();
            if open.is_searching() {
                contacts.need_everything(cx.background);
            }
        }
    });
    if to_paste {
        open.paste = Some(Paste::default());
        open.focus_search = true;
    }
    if let Some(loaded) = loaded {
        open.refresh_list(loaded);
        if let Some(Did::Opened(department)) = did {
            contacts.look_at(Some(department), cx.background);
        }
    }
    did
}

/// The keys that move through the list while the search field has the keyboard.
#[derive(Default)]
struct Keys {
    step: Option<Step>,
    toggle: bool,
    undo: bool,
}

impl Keys {
    fn take(ui: &Ui, open: &Open) -> Self {
        let moved = open.cursor.moved || open.query.is_empty();
        ui.input_mut(|input| {
            let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
            let step = [
                (Key::ArrowUp, Step::Up),
                (Key::ArrowDown, Step::Down),
                (Key::PageUp, Step::PageUp),
                (Key::PageDown, Step::PageDown),
            ]
            .into_iter()
            .find_map(|(key, step)| pressed(key).then_some(step));
            let enter = pressed(Key::Enter);
            // A blank can be part of a name; Space ticks only after a key moved the cursor, or when nothing is typed.
            let space = moved && pressed(Key::Space);
            if space {
                input.events.retain(|event| !matches!(event, egui::Event::Text(text) if text == " "));
            }
            let undo = open.query.is_empty() && input.consume_key(Modifiers::COMMAND, Key::Z);
            Self { step, toggle: enter || space, undo }
        })
    }
}

/// What is chosen, each with a button that takes it away.
fn chips_strip_ui(ui: &mut Ui, open: &mut Open, loaded: Option<&Loaded>, lang: Lang) {
    if open.choice.is_empty() {
        let t = tokens(ui.style());
        let text = if open.paste.is_some() {
            tr!(lang, "picker.nothing_chosen_short")
        } else {
            tr!(lang, "picker.nothing_chosen")
        };
        let text = RichText::new(text).size(size::SMALL + 1.0).color(t.faint);
        ui.horizontal(|ui| {
            ui.add(Label::new(text).selectable(false));
            undo_ui(ui, open, lang);
        });
        return;
    }
    let kind = open.id_kind();
    let departments = open.choice.departments().len();
    let chips: Vec<Chip> = open
        .choice
        .departments()
        .take(CHIPS_SHOWN)
        .map(|department| department_chip(lang, department, loaded))
        .chain(open.choice.people().take(CHIPS_SHOWN).map(|person| person_chip(person, kind, loaded)))
        .collect();
    let total = departments + open.choice.people().len();
    let mut removed = None;
    let mut cleared = false;
    ui.horizontal_top(|ui| {
        let width = ui.available_width() - 150.0;
        ui.allocate_ui_with_layout(vec2(width, 26.0), egui::Layout::top_down(egui::Align::LEFT), |ui| {
            ui.set_width(width);
            let area = ScrollArea::vertical().id_salt("chips").max_height(CHIPS_HEIGHT);
            area.auto_shrink([false, true]).show(ui, |ui| {
                removed = chips_ui(ui, lang, Counted { chips: chips.into_iter(), total }, CHIPS_SHOWN);
            });
        });
        at_end(ui, "choice", |ui| {
            undo_ui(ui, open, lang);
            cleared = PushButton::quiet(tr!(lang, "picker.clear_choice")).small().show(ui).clicked();
        });
    });
    if let Some(index) = removed {
        match index.checked_sub(departments.min(CHIPS_SHOWN)) {
            Some(index) => open.choice.remove_person_at(index),
            None => open.choice.remove_department_at(index),
        }
    }
    if cleared {
        open.choice.clear();
    }
}

fn undo_ui(ui: &mut Ui, open: &mut Open, lang: Lang) {
    if open.choice.has_undo() && PushButton::quiet(tr!(lang, "command.undo")).small().show(ui).clicked() {
        open.choice.undo();
    }
}

/// Chips of which not all were made, with the number of all.
struct Counted<I> {
    chips: I,
    total: usize,
}

impl<I: Iterator<Item = Chip>> Iterator for Counted<I> {
    type Item = Chip;

    fn next(&mut self) -> Option<Chip> {
        let next = self.chips.next();
        self.total = self.total.saturating_sub(usize::from(next.is_some()));
        next
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.total, Some(self.total))
    }
}

impl<I: Iterator<Item = Chip>> ExactSizeIterator for Counted<I> {}

/// The chip of a person: the name where it is known, an id that nobody has in the error colour.
pub fn person_chip(person: &PersonRef, kind: IdKind, loaded: Option<&Loaded>) -> Chip {
    let known = loaded.and_then(|loaded| loaded.person_name(kind, &person.id));
    let wrong = known.is_none() && loaded.is_some_and(|loaded| loaded.directory.is_complete());
    let name = if person.name.is_empty() { known.unwrap_or_default() } else { person.name.as_str() };
    if name.is_empty() { Chip::new(&person.id).wrong(wrong) } else { Chip::new(name).detail(&person.id).wrong(wrong) }
}

/// The chip of a department, with how many people it reaches.
pub fn department_chip(lang: Lang, department: &DepartmentRef, loaded: Option<&Loaded>) -> Chip {
    let found = loaded.and_then(|loaded| Some(loaded.department_ref(loaded.department_by_id(&department.id)?)));
    let known = found.as_ref();
    let name = [Some(department.name.as_str()), known.map(|known| known.name.as_str()), Some(department.id.as_str())];
    let name = name.into_iter().flatten().find(|name| !name.is_empty()).unwrap_or_default();
    let detail = match department.people.or(known.and_then(|known| known.people)) {
        Some(people) => tr!(lang, "picker.people_count", count = grouped(people)).into_owned(),
        None => tr!(lang, "picker.people_unknown").into_owned(),
    };
    let wrong = found.is_none() && loaded.is_some_and(|loaded| loaded.directory.is_complete());
    Chip::new(tr!(lang, "picker.department_chip", name = name)).detail(detail).wrong(wrong)
}

/// Live limits of what is chosen.
fn meters_ui(ui: &mut Ui, open: &mut Open, loaded: Option<&Loaded>, lang: Lang) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = size::L;
        let people = open.choice.people().len() as u64;
        if open.request.purpose == Purpose::NoticeRecipients {
            let departments = open.choice.departments().len() as u64;
            let reach = open.reach(loaded);
            meters::meters_ui(ui, lang, people, departments, reach);
        } else if open.choice.multiple() {
            let t = tokens(ui.style());
            let text = tr!(lang, "picker.chosen_people", count = grouped(people));
            ui.add(Label::new(RichText::new(text).size(size::SMALL).color(t.muted)).selectable(false));
        }
    });
}
