//! Saved groups of people inside the picker: use one (add it, keep only it, take it out), save what is chosen, rename,
//! delete. Files are read and written on a thread of their own.

use std::{collections::HashSet, path::Path};

use egui::{Label, Popup, PopupCloseBehavior, RichText, ScrollArea, TextEdit, Ui};

use super::{
    choice::Choice,
    loaded::Loaded,
    request::{Chosen, IdKind},
};
use crate::{
    compose::PersonRef,
    lang::Lang,
    recipients::group::{Combine, Group, combine},
    store::groups::{self, GroupsError},
    ui::{
        background::{Background, Broken},
        icons::Icon,
        remote::Remote,
        theme::{self, tokens},
        widgets::{PushButton, buttons::icon_button_sized, grouped, split_line},
    },
};

/// Width of the menu.
const WIDTH: f32 = 420.0;

/// The groups while the picker is open.
#[derive(Default)]
pub struct Groups {
    list: Remote<Vec<Group>, Broken<GroupsError>>,
    asked: bool,
    /// The name under which the choice is saved.
    name: String,
    /// A group that gets another name: its name and what is typed.
    renaming: Option<(String, String)>,
    /// A group that is to be deleted, if the person says so once more.
    deleting: Option<String>,
    /// What went wrong last.
    trouble: Option<String>,
    /// What was done last.
    said: Option<String>,
}

/// What was pressed.
enum Did {
    Use(usize, Combine),
    Rename(String, String),
    Delete(String),
    Save,
}

/// What the menu works with.
pub struct GroupsCx<'a> {
    /// The language of the interface.
    pub lang: Lang,
    /// For files.
    pub background: &'a Background,
    /// `groups.toml`.
    pub path: &'a Path,
    /// The organisation, to tell userids from unionids.
    pub loaded: Option<&'a Loaded>,
    /// Which ids the choice has. Groups keep userids.
    pub kind: IdKind,
}

impl Groups {
    /// The button 名单 and its menu.
    pub fn menu_ui(&mut self, ui: &mut Ui, cx: &GroupsCx<'_>, choice: &mut Choice) {
        let lang = cx.lang;
        self.poll(lang);
        let button = PushButton::new(tr!(lang, "list.groups.menu")).icon(Icon::Template);
        let button = button.tooltip(tr!(lang, "list.groups.menu_tip")).show(ui);
        // Not `Popup::menu`: its style takes the frames of fields and buttons away.
        let popup = Popup::from_toggle_button_response(&button).gap(4.0);
        let shown = popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
            ui.set_width(WIDTH);
            self.content_ui(ui, cx, choice)
        });
        if let Some(shown) = shown {
            if !self.asked {
                self.asked = true;
                let path = cx.path.to_owned();
                let work = move || groups::load(&path).map_err(Broken::Error);
                cx.background.start_blocking("groups", &mut self.list, work);
            }
            if let Some(did) = shown.inner {
                self.act(cx, choice, did);
            }
        } else {
            // Another window may have changed them when the menu opens again.
            self.asked = false;
            self.deleting = None;
            self.renaming = None;
            self.said = None;
        }
    }

    fn poll(&mut self, lang: Lang) {
        if self.list.poll()
            && let Some(failure) = self.list.take_failure()
        {
            self.said = None;
            self.trouble = Some(failure.message(lang, GroupsError::message));
        }
    }

    fn content_ui(&mut self, ui: &mut Ui, cx: &GroupsCx<'_>, choice: &Choice) -> Option<Did> {
        let lang = cx.lang;
        let t = tokens(ui.style());
        let mut did = None;
        let Self { list, name, renaming, deleting, .. } = self;
        let groups = list.value().map(Vec::as_slice).unwrap_or_default();
        if groups.is_empty() {
            let text = if list.is_pending() { tr!(lang, "list.groups.reading") } else { tr!(lang, "list.groups.none") };
            ui.add(Label::new(theme::help(ui.style(), text)).wrap());
        }
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for (at, group) in groups.iter().enumerate() {
                ui.push_id(("group", at), |ui| {
                    did = group_ui(ui, lang, at, group, renaming, deleting).or(did.take());
                });
            }
        });
        ui.separator();
        let count = choice.people().len();
        ui.add(Label::new(theme::medium(tr!(lang, "list.groups.save_title", count = grouped(count as u64)))));
        ui.horizontal(|ui| {
            let field = TextEdit::singleline(name).desired_width(250.0).hint_text(tr!(lang, "list.groups.name"));
            ui.add(field).accessible_name(tr!(lang, "list.groups.name"));
            let there = groups.iter().any(|group| group.name == name.trim());
            let text = if there { tr!(lang, "list.groups.replace") } else { tr!(lang, "list.groups.save") };
            let off = if count == 0 {
                Err(tr!(lang, "list.groups.off_nobody").into_owned())
            } else if name.trim().is_empty() {
                Err(tr!(lang, "list.groups.off_no_name").into_owned())
            } else {
                Ok(())
            };
            if PushButton::new(text).enabled(off).show(ui).clicked() {
                did = Some(Did::Save);
            }
        });
        if choice.departments().len() > 0 {
            ui.add(Label::new(theme::help(ui.style(), tr!(lang, "list.groups.no_departments"))).wrap());
        }
        if let Some(said) = &self.said {
            ui.add(Label::new(RichText::new(said).color(t.ok)).wrap());
        }
        if let Some(trouble) = &self.trouble {
            ui.add(Label::new(RichText::new(trouble).color(t.error)).wrap());
        }
        did
    }

    fn act(&mut self, cx: &GroupsCx<'_>, choice: &mut Choice, did: Did) {
        self.trouble = None;
        self.said = None;
        let path = cx.path.to_owned();
        match did {
            Did::Use(at, how) => {
                let Some(group) = self.list.value().and_then(|groups| groups.get(at)) else { return };
                let (people, lost) = convert(&group.people, IdKind::UserId, cx.kind, cx.loaded);
                let now: Vec<PersonRef> = choice.people().cloned().collect();
                let chosen = Chosen { people: combine(&now, &people, how), ..choice.chosen() };
                let after = chosen.people.len();
                choice.replace(chosen);
                let after = grouped(after as u64);
                self.said = Some(if lost > 0 {
                    tr!(cx.lang, "list.groups.used_lost", count = after, lost = lost).into_owned()
                } else {
                    tr!(cx.lang, "list.groups.used", count = after).into_owned()
                });
            }
            Did::Rename(name, new) => {
                self.renaming = None;
                self.change(cx, move || groups::rename(&path, &name, &new));
            }
            Did::Delete(name) => {
                self.deleting = None;
                self.change(cx, move || groups::delete(&path, &name).map(|(left, _, _)| left));
            }
            Did::Save => {
                let now: Vec<PersonRef> = choice.people().cloned().collect();
                let (people, lost) = convert(&now, cx.kind, IdKind::UserId, cx.loaded);
                let group = Group { name: self.name.trim().to_owned(), people };
                let there = self.list.value().is_some_and(|all| all.iter().any(|one| one.name == group.name));
                let count = grouped(group.people.len() as u64);
                self.said = Some(if lost > 0 {
                    tr!(cx.lang, "list.groups.saved_lost", count = count, lost = lost).into_owned()
                } else {
                    tr!(cx.lang, "list.groups.saved", count = count).into_owned()
                });
                self.name.clear();
                self.change(cx, move || groups::save(&path, group, there));
            }
        }
    }

    fn change(&mut self, cx: &GroupsCx<'_>, work: impl FnOnce() -> Result<Vec<Group>, GroupsError> + Send + 'static) {
        cx.background.start_blocking("groups", &mut self.list, move || work().map_err(Broken::Error));
    }
}

fn group_ui(
    ui: &mut Ui,
    lang: Lang,
    at: usize,
    group: &Group,
    renaming: &mut Option<(String, String)>,
    deleting: &mut Option<String>,
) -> Option<Did> {
    let mut did = None;
    if let Some((_, new)) = renaming.as_mut().filter(|(name, _)| *name == group.name) {
        let mut given_up = false;
        ui.horizontal(|ui| {
            let response = ui.add(TextEdit::singleline(new).desired_width(230.0));
            let response = response.accessible_name(tr!(lang, "list.groups.rename_of", name = group.name));
            let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let done = PushButton::new(tr!(lang, "list.groups.rename_done")).small().show(ui).clicked();
            if (entered || done) && !new.trim().is_empty() {
                did = Some(Did::Rename(group.name.clone(), new.clone()));
            }
            given_up = PushButton::quiet(tr!(lang, "common.cancel")).small().show(ui).clicked();
        });
        if given_up {
            *renaming = None;
        }
        return did;
    }
    let begin = |ui: &mut Ui| {
        ui.add(Label::new(theme::medium(group.name.as_str())).truncate());
        let count = tr!(lang, "list.groups.people", count = grouped(group.people.len() as u64));
        ui.add(Label::new(theme::help(ui.style(), count)).truncate());
    };
    let end = |ui: &mut Ui| {
        if deleting.as_ref() == Some(&group.name) {
            if PushButton::danger(tr!(lang, "list.groups.delete")).small().show(ui).clicked() {
                did = Some(Did::Delete(group.name.clone()));
            }
            if PushButton::quiet(tr!(lang, "list.groups.keep")).small().show(ui).clicked() {
                *deleting = None;
            }
        } else {
            for how in [Combine::Or, Combine::And, Combine::Without] {
                let (text, name) = match how {
                    Combine::Or => (tr!(lang, "list.groups.or"), tr!(lang, "list.groups.or_of", name = group.name)),
                    Combine::And => (tr!(lang, "list.groups.and"), tr!(lang, "list.groups.and_of", name = group.name)),
                    Combine::Without => {
                        (tr!(lang, "list.groups.without"), tr!(lang, "list.groups.without_of", name = group.name))
                    }
                };
                if PushButton::new(text).name(name).small().show(ui).clicked() {
                    did = Some(Did::Use(at, how));
                }
            }
            let name = tr!(lang, "list.groups.rename_of", name = group.name);
            if PushButton::quiet(tr!(lang, "list.groups.rename_done")).name(name).small().show(ui).clicked() {
                *renaming = Some((group.name.clone(), group.name.clone()));
            }
            let name = tr!(lang, "list.groups.delete_of", name = group.name);
            if icon_button_sized(ui, Icon::Trash, name, 24.0, true).clicked() {
                *deleting = Some(group.name.clone());
            }
        }
    };
    ui.horizontal(|ui| {
        ui.set_min_height(28.0);
        split_line(ui, ("group", at), begin, end);
    });
    did
}

/// People with ids of another kind; gives how many have none.
fn convert(people: &[PersonRef], from: IdKind, to: IdKind, loaded: Option<&Loaded>) -> (Vec<PersonRef>, usize) {
    if from == to {
        return (people.to_vec(), 0);
    }
    let mut seen = HashSet::new();
    let found: Vec<PersonRef> = people
        .iter()
        .filter_map(|person| {
            let loaded = loaded?;
            let found = loaded.person_ref(to, loaded.person_by_id(from, &person.id)?);
            (!found.id.is_empty() && seen.insert(found.id.clone())).then_some(found)
        })
        .collect();
    let lost = people.len() - found.len();
    (found, lost)
}
