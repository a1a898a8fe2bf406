//! The dialog: where the list comes from, how it was read, what its columns mean, what came of it.

use std::sync::Arc;

use egui::{Context, Label, ScrollArea, TextEdit, Ui, ViewportCommand, vec2};

use super::{Imported, Importer, Open, Part, lists};
use crate::{
    lang::Lang,
    recipients::{
        ColumnUse, Encoding, Keep, Key, ListError, Mapping, Reading, Separator, Source, mapping::letters, saved,
    },
    ui::{
        action::{Action, Actions},
        background::Background,
        icons::Icon,
        link::Link,
        picker::Contacts,
        theme::{self, size, tokens},
        widgets::{Banner, Dialog, Level, PushButton, Toast, combo, dialog::Answer, grouped, progress_ui, segmented},
    },
};

/// What the dialog needs while it is drawn.
pub struct ImportCx<'a> {
    /// The language of the interface.
    pub lang: Lang,
    /// Wishes.
    pub actions: &'a Actions,
    /// For reading.
    pub background: &'a Background,
    /// The people of the organisation.
    pub contacts: &'a Contacts,
    /// The connection, for looking mobile numbers up.
    pub link: &'a Link,
    /// Calls a second, for looking mobile numbers up; `None` on the sandbox.
    pub calls_per_second: Option<u32>,
}

/// The widest dialog, in points.
const WIDTH: f32 = 920.0;
/// The highest one.
const HEIGHT: f32 = 720.0;
/// What the dialog's own parts take above and below the content.
const AROUND: f32 = 150.0;
/// Width of a column's box.
const COLUMN: f32 = 156.0;
/// How many rows show what is in a column.
const SAMPLES: usize = 3;
/// How many of the first rows are offered as the header.
const HEADERS: usize = 8;

impl Importer {
    /// Draws it when it is open.
    pub fn show(&mut self, ctx: &Context, cx: &ImportCx<'_>) {
        let Some(open) = &mut self.open else { return };
        let lang = cx.lang;
        let screen = ctx.content_rect();
        let width = WIDTH.min(screen.width() - 64.0);
        let height = (HEIGHT.min(screen.height() - 32.0) - AROUND).max(240.0);
        let people = open.import.as_ref().map_or(0, |import| import.people.len());
        let accept = if open.list.is_some() {
            PushButton::primary(tr!(lang, "import.accept", count = grouped(people as u64)))
        } else {
            PushButton::primary(tr!(lang, "import.accept_none"))
        };
        let accept = accept.enabled(open.may_accept(lang));
        let (answer, ()) = Dialog::new("import", tr!(lang, "import.title"), tr!(lang, "common.cancel"))
            .width(width)
            .accept(accept)
            .show(ctx, |ui| {
                ui.allocate_ui_with_layout(vec2(width, height), egui::Layout::top_down(egui::Align::LEFT), |ui| {
                    ui.set_min_size(vec2(width, height));
                    ui.spacing_mut().item_spacing.y = size::S;
                    open.content_ui(ui, cx);
                });
            });
        match answer {
            Answer::None => {}
            Answer::Cancelled => self.close(),
            Answer::Accepted => {
                if let Some(import) = open.import.clone() {
                    let imported = Imported { import, replace: open.replace };
                    cx.actions.send(Action::Imported(open.target.draft.clone(), Box::new(imported)));
                }
                self.close();
            }
        }
    }
}

impl Open {
    fn may_accept(&self, lang: Lang) -> Result<(), String> {
        if self.list.is_none() {
            return Err(tr!(lang, "import.off_no_list").into_owned());
        }
        if self.judging.is_pending() || self.reading.is_pending() || self.stale {
            return Err(tr!(lang, "import.off_busy").into_owned());
        }
        if self.import.as_ref().is_none_or(|import| import.people.is_empty()) {
            return Err(tr!(lang, "import.off_nobody").into_owned());
        }
        Ok(())
    }

    fn content_ui(&mut self, ui: &mut Ui, cx: &ImportCx<'_>) {
        let lang = cx.lang;
        self.source_ui(ui, cx);
        if let Some(trouble) = &self.trouble
            && !self.reading.is_pending()
        {
            let level = if *trouble == ListError::Cancelled { Level::Warning } else { Level::Error };
            Banner::new(level, trouble.message(lang)).show(ui);
        }
        let busy = self.reading.is_pending() || self.judging.is_pending();
        if self.reading.is_pending() || self.list.is_some() && busy {
            let progress = self.job.progress();
            let what = if self.reading.is_pending() {
                tr!(lang, "import.reading", name = self.name)
            } else {
                tr!(lang, "import.judging")
            };
            let total = (progress.total > 0).then_some(progress.total);
            if progress_ui(ui, lang, &what, progress.done, total, true) {
                self.cancel_work();
            }
        }
        let Some(list) = self.list.clone() else {
            if !self.reading.is_pending() {
                self.choose_ui(ui, cx);
            }
            return;
        };
        self.columns_ui(ui, lang, &list);
        self.mobiles_ui(ui, cx);
        self.result_ui(ui, cx, &list);
    }

    /// Where the list comes from, and how it was read.
    fn source_ui(&mut self, ui: &mut Ui, cx: &ImportCx<'_>) {
        let lang = cx.lang;
        if self.bytes.is_none() {
            return;
        }
        let mut again = false;
        ui.horizontal_wrapped(|ui| {
            let name = if self.name.is_empty() { tr!(lang, "import.pasted").into_owned() } else { self.name.clone() };
            ui.add(Label::new(theme::medium(name)).truncate());
            if let Some(list) = &self.list {
                let rows = grouped(list.table.len() as u64);
                let mut text = tr!(lang, "import.rows", rows = rows, columns = list.table.width()).into_owned();
                if let Source::Workbook { format, .. } = &list.source {
                    text = format!("{} · {text}", format.name());
                }
                ui.label(theme::help(ui.style(), text));
            }
            if PushButton::quiet(tr!(lang, "import.other_list")).icon(Icon::FolderOpen).small().show(ui).clicked() {
                self.name.clear();
                self.start_over();
            }
        });
        let source = self.list.as_ref().map(|list| list.source.clone());
        let is_text = match &source {
            Some(Source::Workbook { .. }) => false,
            Some(Source::Text { .. }) => true,
            // Bytes that could not be read as text in one encoding may be in another.
            None => {
                matches!(self.trouble, Some(ListError::NotAList | ListError::Empty | ListError::TooManyColumns { .. }))
            }
        };
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = size::S;
            if is_text {
                let found = match &source {
                    Some(Source::Text { encoding, .. }) => *encoding,
                    _ => self.options.encoding.unwrap_or_default(),
                };
                let mut encoding = found;
                let shown = match &source {
                    Some(Source::Text { bom: true, .. }) => format!("{} BOM", found.name()),
                    _ => found.name().to_owned(),
                };
                labelled_combo(ui, &tr!(lang, "import.encoding"), shown, 128.0, |ui| {
                    for one in Encoding::ALL {
                        ui.selectable_value(&mut encoding, one, one.name());
                    }
                });
                if encoding != found {
                    self.options.encoding = Some(encoding);
                    again = true;
                }
                if let Some(Source::Text { separator: found, .. }) = &source {
                    let mut separator = *found;
                    let name = |one: Separator| crate::lang::text(lang, one.key(), &[]);
                    labelled_combo(ui, &tr!(lang, "import.separator"), name(separator), 100.0, |ui| {
                        for one in Separator::ALL {
                            ui.selectable_value(&mut separator, one, name(one));
                        }
                    });
                    if separator != *found {
                        self.options.separator = Some(separator);
                        again = true;
                    }
                }
            }
            if let Some(Source::Workbook { sheets, sheet, .. }) = &source
                && sheets.len() > 1
            {
                let mut chosen = *sheet;
                let name = |at: usize| sheets.get(at).cloned().unwrap_or_default();
                labelled_combo(ui, &tr!(lang, "import.sheet"), name(chosen), 140.0, |ui| {
                    for at in 0..sheets.len() {
                        ui.selectable_value(&mut chosen, at, name(at));
                    }
                });
                if chosen != *sheet {
                    self.options.sheet = Some(chosen);
                    again = true;
                }
            }
            if let Some(list) = self.list.clone() {
                self.header_ui(ui, lang, &list);
                self.keep_ui(ui, lang);
            }
        });
        if let Some(Source::Text { certain: false, .. }) = source
            && self.options.encoding.is_none()
        {
            Banner::new(Level::Warning, tr!(lang, "import.encoding_doubtful")).show(ui);
        }
        if again {
            self.read(None, cx.background);
        }
    }

    fn header_ui(&mut self, ui: &mut Ui, lang: Lang, list: &Reading) {
        let title = |line: Option<u32>| match line {
            Some(line) => tr!(lang, "import.header_line", line = line).into_owned(),
            None => tr!(lang, "import.no_header").into_owned(),
        };
        let mut header = self.mapping.header;
        labelled_combo(ui, &tr!(lang, "import.header"), title(header), 112.0, |ui| {
            ui.selectable_value(&mut header, None, title(None));
            for row in list.table.rows().take(HEADERS) {
                let cells: Vec<&str> = row.cells().take(4).collect();
                let text = format!("{} · {}", title(Some(row.line())), cells.join(" | "));
                let short: String = text.chars().take(48).collect();
                ui.selectable_value(&mut header, Some(row.line()), short);
            }
        });
        if header != self.mapping.header {
            let keep = self.mapping.keep;
            self.mapping = Mapping { keep, ..Mapping::with_header(&list.table, header) };
            self.edits = crate::recipients::Edits::default();
            self.stale = true;
        }
    }

    fn keep_ui(&mut self, ui: &mut Ui, lang: Lang) {
        if self.import.as_ref().is_none_or(|import| import.duplicates.is_empty()) {
            return;
        }
        let title = |keep: Keep| match keep {
            Keep::First => tr!(lang, "import.keep_first").into_owned(),
            Keep::Last => tr!(lang, "import.keep_last").into_owned(),
        };
        let before = self.mapping.keep;
        labelled_combo(ui, &tr!(lang, "import.keep"), title(before), 112.0, |ui| {
            for one in [Keep::First, Keep::Last] {
                ui.selectable_value(&mut self.mapping.keep, one, title(one));
            }
        });
        self.stale |= before != self.mapping.keep;
    }

    /// No list yet: a file, a drop, or pasted cells.
    fn choose_ui(&mut self, ui: &mut Ui, cx: &ImportCx<'_>) {
        let lang = cx.lang;
        ui.add(Label::new(tr!(lang, "import.choose_help")).wrap());
        if PushButton::new(tr!(lang, "import.choose_file")).icon(Icon::FolderOpen).show(ui).clicked() {
            cx.actions.send(Action::ChooseList);
        }
        ui.add_space(size::S);
        ui.add(Label::new(theme::medium(tr!(lang, "import.paste_title"))).selectable(false));
        let height = (ui.available_height() - 44.0).max(80.0);
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            // As many lines as there is room for.
            let line = ui.text_style_height(&egui::TextStyle::Monospace);
            let lines =
                std::iter::successors(Some(line), |sum| Some(sum + line)).take_while(|sum| *sum < height - 24.0);
            let field = TextEdit::multiline(&mut self.paste)
                .desired_rows(lines.count().max(4))
                .desired_width(f32::INFINITY)
                .font(egui::TextStyle::Monospace)
                .hint_text(tr!(lang, "import.paste_hint"));
            let response = ui.add(field).accessible_name(tr!(lang, "import.paste_title"));
            if !self.asked {
                self.asked = true;
                response.request_focus();
                ui.ctx().send_viewport_cmd(ViewportCommand::RequestPaste);
            }
        });
        let off =
            if self.paste.trim().is_empty() { Err(tr!(lang, "import.off_no_paste").into_owned()) } else { Ok(()) };
        let read = PushButton::new(tr!(lang, "import.read_pasted")).icon(Icon::Paste).enabled(off);
        if read.show(ui).clicked() {
            self.read_pasted(cx.background);
        }
    }

    /// What each column means, with the first values in it.
    fn columns_ui(&mut self, ui: &mut Ui, lang: Lang, list: &Reading) {
        let mut changed = false;
        let mapping = &mut self.mapping;
        ScrollArea::horizontal().id_salt("import columns").show(ui, |ui| {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = size::S;
                for at in 0..mapping.columns.len().min(60) {
                    let title = mapping.title(&list.table, at);
                    let title = if title.is_empty() { letters(at) } else { title };
                    let samples = list
                        .table
                        .rows()
                        .filter(|row| mapping.header.is_none_or(|header| row.line() > header))
                        .take(SAMPLES)
                        .map(|row| row.get(at).to_owned());
                    let samples: Vec<String> = samples.collect();
                    let taken: Vec<Key> = mapping.columns.iter().filter_map(|column| column.key).collect();
                    if let Some(column) = mapping.columns.get_mut(at) {
                        changed |= column_ui(ui, lang, at, &title, &samples, column, &taken);
                    }
                }
            });
        });
        self.stale |= changed;
    }

    /// Numbers that have to be asked about, and the asking.
    fn mobiles_ui(&mut self, ui: &mut Ui, cx: &ImportCx<'_>) {
        let lang = cx.lang;
        if self.mobiles.is_asking() {
            let (done, total) = self.mobiles.progress();
            if progress_ui(ui, lang, &tr!(lang, "import.mobiles_asking"), done, Some(total), true) {
                self.mobiles.cancel();
            }
            return;
        }
        let open = self.mobiles.open().len();
        if open == 0 {
            return;
        }
        let mut banner =
            Banner::new(Level::Info, tr!(lang, "import.mobiles_open", count = grouped(open as u64)).into_owned());
        if let Some(why) = &self.mobiles.stopped {
            banner = Banner::new(Level::Warning, tr!(lang, "import.mobiles_stopped", why = why).into_owned());
        }
        let session = cx.link.session().cloned();
        let off = if session.is_some() { Ok(()) } else { Err(tr!(lang, "send.off_connecting").into_owned()) };
        let button = PushButton::new(tr!(lang, "import.mobiles_ask")).enabled(off);
        if banner.button(button).show(ui).is_some()
            && let Some(session) = session
        {
            let people = cx.contacts.loaded().cloned();
            self.mobiles.ask(session, cx.calls_per_second, people, lang, cx.background);
        }
    }

    /// What came of it: the counts, and the rows of the chosen one.
    fn result_ui(&mut self, ui: &mut Ui, cx: &ImportCx<'_>, list: &Arc<Reading>) {
        let lang = cx.lang;
        let Some(import) = self.import.clone() else {
            if !self.judging.is_pending()
                && !self.stale
                && PushButton::new(tr!(lang, "import.judge_again")).icon(Icon::Refresh).show(ui).clicked()
            {
                self.trouble = None;
                self.stale = true;
            }
            return;
        };
        let count = |count: usize| grouped(count as u64);
        let mut part = self.part;
        ui.horizontal_wrapped(|ui| {
            let mut choices = vec![
                (Part::People, tr!(lang, "import.part_people", count = count(import.people.len())).into_owned()),
                (Part::Bad, tr!(lang, "import.part_bad", count = count(import.bad.len())).into_owned()),
                (
                    Part::Ambiguous,
                    tr!(lang, "import.part_ambiguous", count = count(import.ambiguous.len())).into_owned(),
                ),
                (
                    Part::Duplicates,
                    tr!(lang, "import.part_duplicates", count = count(import.duplicates.len())).into_owned(),
                ),
            ];
            if !import.doubts.is_empty() {
                let text = tr!(lang, "import.part_doubts", count = count(import.doubts.len()));
                choices.push((Part::Doubts, text.into_owned()));
            }
            if segmented(ui, &tr!(lang, "import.parts"), &mut part, choices) {
                self.part = part;
                self.part_chosen = true;
                self.editing = None;
            }
            if !import.bad.is_empty() {
                let save = PushButton::quiet(tr!(lang, "import.save_bad")).icon(Icon::Save).small();
                if save.tooltip(tr!(lang, "import.save_bad_tip")).show(ui).clicked() {
                    self.save_bad(cx, list, &import.bad);
                }
            }
        });
        let mut left = Vec::new();
        if import.left_out > 0 {
            left.push(tr!(lang, "import.left_out", count = count(import.left_out)).into_owned());
        }
        if import.empty_rows > 0 {
            left.push(tr!(lang, "import.empty_rows", count = count(import.empty_rows)).into_owned());
        }
        if !left.is_empty() {
            ui.horizontal(|ui| {
                ui.label(theme::help(ui.style(), left.join(" · ")));
                if import.left_out > 0 && PushButton::quiet(tr!(lang, "import.bring_back")).small().show(ui).clicked() {
                    self.edits.left_out.clear();
                    self.stale = true;
                }
            });
        }
        let footer = if self.target.people > 0 { 40.0 } else { 0.0 };
        let height = (ui.available_height() - footer).max(96.0);
        ui.allocate_ui(vec2(ui.available_width(), height), |ui| {
            ui.set_min_height(height);
            lists::part_ui(ui, cx, self, &import, list);
        });
        if self.target.people > 0 {
            let choices = [
                (false, tr!(lang, "import.add", count = count(self.target.people)).into_owned()),
                (true, tr!(lang, "import.replace", count = count(self.target.people)).into_owned()),
            ];
            segmented(ui, &tr!(lang, "import.add_or_replace"), &mut self.replace, choices);
        }
    }

    fn save_bad(&self, cx: &ImportCx<'_>, list: &Reading, bad: &[crate::recipients::BadRow]) {
        let lang = cx.lang;
        match saved::bad_rows(&list.table, &self.mapping, bad, lang) {
            Ok(bytes) => {
                let stem = self.name.rsplit_once('.').map_or(self.name.as_str(), |(stem, _)| stem);
                let name = tr!(lang, "import.saved_name", name = stem).into_owned();
                cx.actions.send(Action::SaveTable { name, bytes });
            }
            Err(error) => cx.actions.send(Action::Toast(Box::new(Toast::error(error.message(lang))))),
        }
    }
}

/// A combo with its label before it, which names it.
fn labelled_combo(ui: &mut Ui, label: &str, shown: String, width: f32, content: impl FnOnce(&mut Ui)) {
    let label = ui.add(Label::new(label).selectable(false)).id;
    combo(label.with("combo"), shown).width(width).truncate().show_ui(ui, content).response.labelled_by(label);
}

/// A column: its title and first values, whom it tells, which variable it fills. `true` when that was changed.
fn column_ui(
    ui: &mut Ui,
    lang: Lang,
    at: usize,
    title: &str,
    samples: &[String],
    column: &mut ColumnUse,
    taken: &[Key],
) -> bool {
    let t = tokens(ui.style());
    let before = column.clone();
    let used = column.key.is_some() || column.variable.is_some();
    egui::Frame::new()
        .fill(if used { t.raised } else { t.surface })
        .stroke(egui::Stroke::new(1.0, t.line))
        .corner_radius(size::RADIUS)
        .inner_margin(size::S)
        .show(ui, |ui| {
            ui.set_width(COLUMN);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = size::XS;
                ui.add(Label::new(theme::medium(title)).truncate());
                for at in 0..SAMPLES {
                    let sample = samples.get(at).map_or("", String::as_str);
                    let first = sample.lines().next().unwrap_or_default();
                    ui.add(Label::new(theme::help(ui.style(), if first.is_empty() { " " } else { first })).truncate());
                }
                let name = |key: Option<Key>| match key {
                    Some(key) => crate::lang::text(lang, key.key(), &[]),
                    None => tr!(lang, "import.no_key").into_owned(),
                };
                combo(("import key", at), name(column.key))
                    .width(COLUMN)
                    .truncate()
                    .show_ui(ui, |ui| {
                        ui.selectable_value(&mut column.key, None, name(None));
                        for key in Key::ALL {
                            if !taken.contains(&key) || column.key == Some(key) {
                                ui.selectable_value(&mut column.key, Some(key), name(Some(key)));
                            }
                        }
                    })
                    .response
                    .accessible_name(tr!(lang, "import.key_of", column = title));
                let mut variable = column.variable.clone().unwrap_or_default();
                let field = TextEdit::singleline(&mut variable)
                    .desired_width(COLUMN)
                    .hint_text(tr!(lang, "import.variable_hint"));
                ui.add(field).accessible_name(tr!(lang, "import.variable_of", column = title));
                let trimmed = variable.trim();
                if trimmed != column.variable.as_deref().unwrap_or_default() {
                    column.variable = (!trimmed.is_empty()).then(|| trimmed.to_owned());
                }
            });
        });
    *column != before
}
