//! The library of templates in a dialog: search, add, edit, copy, delete with a way back, and use for the draft.
//!
//! Unsaved changes stay while the dialog is closed; only saving writes them.

use std::path::Path;

use egui::{Context, Label, RichText, ScrollArea, Ui, vec2};

use super::{
    bubble,
    editor::{Edit, editor_ui, kind_filter_ui, kind_name},
    fill,
};
use crate::{
    catalogue::CONSOLE_URL,
    compose::{
        Draft, NoticeDraft,
        message::Message,
        notice::{NoticeTemplate, TemplateKind},
    },
    lang::Lang,
    store::templates::{Templates, TemplatesError},
    ui::{
        action::Action,
        cx::Cx,
        findings::Findings,
        icons::Icon,
        picker::rows::{RowLook, row_ui},
        theme::{size, tokens},
        widgets::{
            Banner, Dialog, Level, PushButton, dialog::Answer, empty_state, form::Jump, icon_button, search_field,
        },
    },
};

/// What can be asked of the library.
#[derive(Clone, Debug)]
pub enum Wish {
    /// Open it, at the template of this id.
    Open {
        /// The `template_id`; empty: at the first.
        id: String,
    },
    /// Open it at a new template with this id.
    New {
        /// The `template_id`; may be empty.
        id: String,
    },
    /// Save what is being written.
    Save,
    /// Write the current notice with a template; the app does it, the library knows no draft.
    Use {
        /// Its place.
        at: usize,
    },
    /// Take a template out.
    Remove {
        /// Its place.
        at: usize,
    },
    /// Bring back the one taken out last.
    Restore,
    /// Read the file again: another window changed it.
    Reload,
}

impl Wish {
    /// Opens the library at the template of a draft.
    pub fn open_for(draft: &NoticeDraft) -> Self {
        Self::Open { id: draft.template_id.clone() }
    }
}

/// The library's dialog.
#[derive(Default)]
pub struct Library {
    open: bool,
    query: String,
    kind: Option<TemplateKind>,
    /// Templates with unsaved changes, and the one shown.
    edits: Vec<Edit>,
    /// Which of `edits` is shown.
    shown: Option<usize>,
    /// Taken out last: its place and what it was.
    removed: Option<(usize, NoticeTemplate)>,
    problem: Option<TemplatesError>,
    focus: bool,
}

/// The widest dialog, in points.
const WIDTH: f32 = 980.0;
/// The highest one.
const HEIGHT: f32 = 720.0;
/// What the dialog's own parts take above and below the content.
const AROUND: f32 = 150.0;
/// Width of the list.
const LIST: f32 = 220.0;
/// Width of the preview.
const PREVIEW: f32 = 280.0;

impl Library {
    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Does what was asked; `true` when the library changed.
    pub fn apply(&mut self, wish: Wish, templates: &mut Templates, path: &Path) -> bool {
        match wish {
            Wish::Open { id } => {
                self.open_dialog();
                let at =
                    templates.all().iter().position(|one| one.id == id).or((!templates.all().is_empty()).then_some(0));
                if self.shown.is_none() || !id.is_empty() {
                    match at {
                        Some(at) => self.show(at, templates.all()),
                        None => self.show_new(id),
                    }
                }
                false
            }
            Wish::New { id } => {
                self.open_dialog();
                self.show_new(id);
                false
            }
            Wish::Use { .. } => false,
            Wish::Save => self.save(templates, path),
            Wish::Remove { at } => self.remove(at, templates, path),
            Wish::Restore => {
                let Some((at, template)) = self.removed.take() else { return false };
                match templates.insert(path, at, template.clone()) {
                    Ok(()) => {
                        self.moved(at, 1);
                        self.problem = None;
                        self.show(at, templates.all());
                        true
                    }
                    Err(error) => {
                        self.removed = Some((at, template));
                        self.problem = Some(error);
                        false
                    }
                }
            }
            Wish::Reload => {
                let (fresh, problem) = Templates::load(path);
                *templates = fresh;
                self.problem = problem;
                self.removed = None;
                // What is being written stays, as new templates: its place may be another one now.
                self.edits.retain(Edit::is_changed);
                for edit in &mut self.edits {
                    edit.at = templates.all().iter().position(|one| one.id == edit.id);
                }
                self.shown = None;
                true
            }
        }
    }

    fn open_dialog(&mut self) {
        self.open = true;
        self.focus = true;
        self.problem = None;
        self.query.clear();
        self.kind = None;
    }

    /// Shows a template of the library, with its unsaved changes if there are some.
    fn show(&mut self, at: usize, all: &[NoticeTemplate]) {
        self.forget_unchanged();
        self.shown = self.edits.iter().position(|edit| edit.at == Some(at)).or_else(|| {
            self.edits.push(Edit::of(at, all.get(at)?));
            Some(self.edits.len() - 1)
        });
    }

    fn show_new(&mut self, id: String) {
        self.forget_unchanged();
        let waiting = self.edits.iter().position(|edit| edit.at.is_none() && (id.is_empty() || edit.id == id));
        self.shown = Some(waiting.unwrap_or_else(|| {
            self.edits.push(Edit::new(id));
            self.edits.len() - 1
        }));
    }

    fn show_copy(&mut self, edit: Edit) {
        self.forget_unchanged();
        self.edits.push(edit);
        self.shown = Some(self.edits.len() - 1);
    }

    fn forget_unchanged(&mut self) {
        self.edits.retain(Edit::is_changed);
        self.shown = None;
    }

    fn save(&mut self, templates: &mut Templates, path: &Path) -> bool {
        let Some(edit) = self.shown.and_then(|shown| self.edits.get(shown)) else { return false };
        let (at, template) = (edit.at, edit.template());
        match templates.put(path, at, template) {
            Ok(()) => {
                let at = at.unwrap_or(templates.all().len().saturating_sub(1));
                if let Some(shown) = self.shown {
                    self.edits.remove(shown);
                }
                self.problem = None;
                self.show(at, templates.all());
                true
            }
            Err(error) => {
                self.problem = Some(error);
                false
            }
        }
    }

    fn remove(&mut self, at: usize, templates: &mut Templates, path: &Path) -> bool {
        let Some(template) = templates.all().get(at).cloned() else { return false };
        match templates.remove(path, at) {
            Ok(()) => {
                self.edits.retain(|edit| edit.at != Some(at));
                self.moved(at, -1);
                self.removed = Some((at, template));
                self.problem = None;
                self.shown = None;
                if !templates.all().is_empty() {
                    self.show(at.min(templates.all().len() - 1), templates.all());
                }
                true
            }
            Err(error) => {
                self.problem = Some(error);
                false
            }
        }
    }

    /// Templates from a place on moved by one.
    fn moved(&mut self, from: usize, by: isize) {
        for edit in &mut self.edits {
            if let Some(at) = edit.at.filter(|at| *at >= from) {
                edit.at = at.checked_add_signed(by);
            }
        }
    }

    /// Draws it when it is open. `draft` is the notice that a template can be used for.
    pub fn dialog_ui(&mut self, ctx: &Context, cx: &Cx<'_>, draft: Option<&Draft>) {
        if !self.open {
            return;
        }
        let lang = cx.lang;
        let screen = ctx.content_rect();
        let width = WIDTH.min(screen.width() - 64.0);
        let height = (HEIGHT.min(screen.height() - 32.0) - AROUND).max(240.0);
        let dialog = Dialog::new("library", tr!(lang, "notice.library"), tr!(lang, "common.close")).width(width);
        let (answer, ()) = dialog.show(ctx, |ui| {
            ui.allocate_ui_with_layout(vec2(width, height), egui::Layout::top_down(egui::Align::LEFT), |ui| {
                ui.set_min_size(vec2(width, height));
                ui.spacing_mut().item_spacing.y = size::S;
                self.content_ui(ui, cx, draft, height);
            });
        });
        if answer != Answer::None {
            self.open = false;
        }
    }

    fn content_ui(&mut self, ui: &mut Ui, cx: &Cx<'_>, draft: Option<&Draft>, height: f32) {
        let lang = cx.lang;
        let top = ui.cursor().top();
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let t = tokens(ui.style());
            let text = RichText::new(tr!(lang, "notice.library_text")).size(size::SMALL + 1.0).color(t.muted);
            ui.add(Label::new(text).wrap());
            let console = PushButton::quiet(tr!(lang, "notice.open_console")).icon(Icon::External).small();
            if console.tooltip(CONSOLE_URL).show(ui).clicked() {
                ui.open_url(egui::OpenUrl::new_tab(CONSOLE_URL));
            }
        });
        self.notes_ui(ui, cx);
        let left = (height - (ui.cursor().top() - top)).max(160.0);
        let room = ui.available_width() - LIST - 2.0 * size::L;
        let preview = PREVIEW.min(room * 0.44);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = size::L;
            column_ui(ui, LIST, left, |ui| self.list_ui(ui, cx));
            let Some(shown) = self.shown else {
                column_ui(ui, room, left, |ui| {
                    let button = PushButton::new(tr!(lang, "notice.new_template")).icon(Icon::Plus);
                    let text = tr!(lang, "notice.library_empty");
                    if empty_state(ui, Icon::Template, &tr!(lang, "notice.library_none"), &text, Some(button)) {
                        cx.send(Action::Library(Wish::New { id: String::new() }));
                    }
                });
                return;
            };
            column_ui(ui, room - preview, left, |ui| self.form_ui(ui, cx, shown, draft, left));
            column_ui(ui, preview, left, |ui| {
                let Some(edit) = self.edits.get(shown) else { return };
                let t = tokens(ui.style());
                let text = RichText::new(tr!(lang, "notice.library_preview")).size(size::SMALL).color(t.muted);
                ui.add(Label::new(text).selectable(false));
                let message = Message::of(edit.kind, &edit.template().body).map(|text| fill::fill(text, &[], |_| None));
                let sender = tr!(lang, "notice.preview_sender");
                bubble::bubble_ui(ui, lang, edit.kind, &message, &sender, bubble::Unfilled::Name);
            });
        });
    }

    fn notes_ui(&mut self, ui: &mut Ui, cx: &Cx<'_>) {
        let lang = cx.lang;
        if let Some(problem) = &self.problem {
            let mut banner = Banner::new(Level::Error, problem.message(lang));
            if matches!(problem, TemplatesError::ChangedOutside(_)) {
                banner = banner.button(PushButton::new(tr!(lang, "notice.read_again")).icon(Icon::Refresh));
            }
            if banner.show(ui).is_some() {
                cx.send(Action::Library(Wish::Reload));
            }
        }
        if let Some((_, removed)) = &self.removed {
            let text = tr!(lang, "notice.template_removed", name = &removed.name);
            let undo = PushButton::new(tr!(lang, "command.undo")).icon(Icon::Undo);
            if Banner::new(Level::Info, text).button(undo).show(ui).is_some() {
                cx.send(Action::Library(Wish::Restore));
            }
        }
    }

    fn list_ui(&mut self, ui: &mut Ui, cx: &Cx<'_>) {
        let lang = cx.lang;
        let width = ui.available_width();
        let response = search_field(ui, lang, &mut self.query, &tr!(lang, "notice.search_templates"), width);
        if std::mem::take(&mut self.focus) {
            response.request_focus();
        }
        ui.horizontal(|ui| {
            kind_filter_ui(ui, lang, &mut self.kind);
            let new = PushButton::new(tr!(lang, "notice.new_template")).icon(Icon::Plus);
            if new.show(ui).clicked() {
                cx.send(Action::Library(Wish::New { id: String::new() }));
            }
        });
        let all = cx.templates.all();
        let found: Vec<usize> = found(all, &self.query, self.kind);
        let shown_at = self.shown.and_then(|shown| self.edits.get(shown)).map(|edit| edit.at);
        let mut open = None;
        ScrollArea::vertical().id_salt("templates").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            for (index, edit) in self.edits.iter().enumerate().filter(|(_, edit)| edit.at.is_none()) {
                ui.push_id(("new", index), |ui| {
                    let name = if edit.name.trim().is_empty() {
                        tr!(lang, "notice.untitled_template").into_owned()
                    } else {
                        edit.name.clone()
                    };
                    let detail = tr!(lang, "notice.unsaved");
                    let selected = self.shown == Some(index);
                    if template_row_ui(ui, &name, &detail, selected).clicked() {
                        open = Some(Err(index));
                    }
                });
            }
            for at in &found {
                let template = &all[*at];
                ui.push_id(("template", *at), |ui| {
                    let unsaved = self.edits.iter().any(|edit| edit.at == Some(*at) && edit.is_changed());
                    let kind = kind_name(lang, template.kind);
                    let detail = if unsaved { tr!(lang, "notice.unsaved").into_owned() } else { kind };
                    let response = template_row_ui(ui, &template.name, &detail, shown_at == Some(Some(*at)));
                    if response.on_hover_text(&template.id).clicked() {
                        open = Some(Ok(*at));
                    }
                });
            }
            if found.is_empty() && !all.is_empty() {
                ui.label(RichText::new(tr!(lang, "common.nothing_found")).color(tokens(ui.style()).muted));
            }
        });
        match open {
            Some(Ok(at)) => self.show(at, all),
            Some(Err(index)) => self.shown = Some(index),
            None => {}
        }
    }

    fn form_ui(&mut self, ui: &mut Ui, cx: &Cx<'_>, shown: usize, draft: Option<&Draft>, height: f32) {
        let lang = cx.lang;
        let all = cx.templates.all();
        let Some(edit) = self.edits.get_mut(shown) else { return };
        let findings = Findings::new(edit.findings(all));
        let jump = Jump::default();
        let inner = Cx { findings: &findings, jump: &jump, ..*cx };
        ScrollArea::vertical()
            .id_salt(("template-form", edit.at))
            .max_height(height - size::CONTROL - size::M)
            .auto_shrink(false)
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = size::M;
                ui.set_width(ui.available_width() - size::M);
                ui.push_id(("template", edit.at), |ui| editor_ui(ui, &inner, edit));
            });
        let (changed, at) = (edit.is_changed(), edit.at);
        let first_error = findings.first_error().map(|finding| finding.message(lang));
        let name = edit.name.clone();
        ui.horizontal(|ui| {
            let off = match first_error {
                Some(error) => Err(error),
                None if !changed => Err(tr!(lang, "notice.nothing_to_save").into_owned()),
                None => Ok(()),
            };
            let save = PushButton::primary(tr!(lang, "notice.save_template")).icon(Icon::Save).enabled(off);
            if save.show(ui).clicked() {
                cx.send(Action::Library(Wish::Save));
            }
            if let Some(at) = at {
                let notice = matches!(draft, Some(Draft::Notice(_)));
                let off = match (notice, changed) {
                    (false, _) => Err(tr!(lang, "notice.off_no_notice").into_owned()),
                    (true, true) => Err(tr!(lang, "notice.off_unsaved").into_owned()),
                    (true, false) => Ok(()),
                };
                if PushButton::new(tr!(lang, "notice.use_template")).enabled(off).show(ui).clicked() {
                    cx.send(Action::Library(Wish::Use { at }));
                    self.open = false;
                }
                if icon_button(ui, Icon::Copy, tr!(lang, "notice.copy_template")).clicked()
                    && let Some(template) = all.get(at)
                {
                    let name = free_name(lang, &template.name, all);
                    self.show_copy(Edit::copy_of(template, name));
                    return;
                }
                if icon_button(ui, Icon::Trash, tr!(lang, "notice.delete_named", name = name)).clicked() {
                    cx.send(Action::Library(Wish::Remove { at }));
                }
            } else if PushButton::quiet(tr!(lang, "notice.discard_template")).icon(Icon::Trash).show(ui).clicked() {
                self.edits.remove(shown);
                self.shown = None;
                if !all.is_empty() {
                    self.show(0, all);
                }
            }
        });
    }
}

fn column_ui(ui: &mut Ui, width: f32, height: f32, content: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(vec2(width, height), egui::Layout::top_down(egui::Align::LEFT), |ui| {
        ui.set_min_size(vec2(width, height));
        ui.set_max_width(width);
        content(ui);
    });
}

fn template_row_ui(ui: &mut Ui, name: &str, detail: &str, selected: bool) -> egui::Response {
    row_ui(ui, &RowLook { name, detail, selected, name_share: 0.62, detail_right: true, ..RowLook::default() })
}

/// The places of the templates whose name, id or text holds every word of a query.
fn found(all: &[NoticeTemplate], query: &str, kind: Option<TemplateKind>) -> Vec<usize> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let fits = |template: &NoticeTemplate| {
        let text = format!("{}\n{}\n{}", template.name, template.id, template.body).to_lowercase();
        kind.is_none_or(|kind| kind == template.kind) && words.iter().all(|word| text.contains(word.as_str()))
    };
    (0..all.len()).filter(|at| fits(&all[*at])).collect()
}

/// A name for a copy that no template has.
fn free_name(lang: Lang, name: &str, all: &[NoticeTemplate]) -> String {
    let copy = tr!(lang, "notice.copy_of", name = name).into_owned();
    if all.iter().all(|one| one.name != copy) {
        return copy;
    }
    let numbered = (2_u32..).map(|number| format!("{copy} {number}"));
    numbered.into_iter().find(|name| all.iter().all(|one| one.name != *name)).unwrap_or(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(name: &str, kind: TemplateKind) -> NoticeTemplate {
        NoticeTemplate { name: name.into(), id: format!("id-{name}"), kind, body: format!("${{who}} {name}") }
    }

    struct Scene {
        folder: tempfile::TempDir,
        templates: Templates,
        library: Library,
    }

    impl Scene {
        fn new(names: &[&str]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("templates.toml");
            let mut templates = Templates::default();
            for name in names {
                templates.put(&path, None, template(name, TemplateKind::Markdown)).unwrap();
            }
            Self { folder, templates, library: Library::default() }
        }

        fn wish(&mut self, wish: Wish) -> bool {
            let path = self.folder.path().join("templates.toml");
            self.library.apply(wish, &mut self.templates, &path)
        }

        fn shown(&mut self) -> &mut Edit {
            let shown = self.library.shown.unwrap();
            &mut self.library.edits[shown]
        }

        fn names(&self) -> Vec<&str> {
            self.templates.all().iter().map(|one| one.name.as_str()).collect()
        }
    }

    #[test]
    fn a_deleted_template_comes_back_to_its_place() {
        let mut scene = Scene::new(&["甲", "乙", "丙"]);
        scene.wish(Wish::Open { id: "id-乙".into() });
        assert_eq!(scene.shown().name, "乙");
        assert!(scene.wish(Wish::Remove { at: 1 }));
        assert_eq!(scene.names(), ["甲", "丙"]);
        assert_eq!(scene.shown().name, "丙", "the next one is shown");
        assert!(scene.wish(Wish::Restore));
        assert_eq!(scene.names(), ["甲", "乙", "丙"]);
        assert_eq!(scene.shown().name, "乙");
        assert!(!scene.wish(Wish::Restore), "once");
    }

    #[test]
    fn unsaved_changes_stay_with_their_template_while_others_are_shown_and_removed() {
        let mut scene = Scene::new(&["甲", "乙", "丙"]);
        scene.wish(Wish::Open { id: "id-丙".into() });
        scene.shown().message.content = "改过".into();
        scene.wish(Wish::Open { id: "id-甲".into() });
        assert_eq!(scene.library.edits.len(), 2);
        scene.wish(Wish::Remove { at: 0 });
        scene.wish(Wish::Open { id: "id-丙".into() });
        assert_eq!((scene.shown().at, scene.shown().message.content.as_str()), (Some(1), "改过"));
        assert!(scene.wish(Wish::Save));
        assert_eq!(scene.templates.all()[1].body, "改过");
        assert!(scene.library.edits.iter().all(|edit| !edit.is_changed()));
    }

    #[test]
    fn a_new_template_is_saved_at_the_end_and_a_failure_keeps_it() {
        let mut scene = Scene::new(&["甲"]);
        scene.wish(Wish::New { id: "id-x".into() });
        scene.shown().name = "甲".into();
        assert!(!scene.wish(Wish::Save));
        assert_eq!(scene.library.problem, Some(TemplatesError::NameTaken("甲".into())));
        scene.shown().name = "新".into();
        assert!(scene.wish(Wish::Save));
        assert_eq!(scene.names(), ["甲", "新"]);
        assert!(scene.library.problem.is_none());
    }

    #[test]
    fn templates_are_found_by_name_id_text_and_kind() {
        let all = [template("放假通知", TemplateKind::Markdown), template("审批", TemplateKind::ActionCard)];
        assert_eq!(found(&all, "", None), [0, 1]);
        assert_eq!(found(&all, "ID-审", None), [1]);
        assert_eq!(found(&all, "who 放假", None), [0]);
        assert_eq!(found(&all, "", Some(TemplateKind::ActionCard)), [1]);
        assert_eq!(free_name(Lang::Zh, "审批", &all), "审批 副本");
    }
}
