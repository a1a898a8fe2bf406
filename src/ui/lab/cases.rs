//! The acceptance record of a template: every case drawn side by side in both themes, ticked by a person, exported as a
//! page with pictures.

use std::sync::Arc;

use egui::{Checkbox, Key, Label, Modal, RichText, TextEdit, Ui, vec2};
use serde_json::{Map, Value};

use super::{
    cells::{Cell, CellWish, Earlier, Large, grid_ui, minute, tick_text},
    library::{Known, Wish},
    load::load_ui,
    pictures::addresses,
    record_page,
    sending::Wanted,
};
use crate::{
    compose::CardDraft,
    lang::Lang,
    store::write_atomically,
    template::{
        cases::{Case, Origin, record, text_hash, write},
        of_draft::values_of,
        values::merge,
    },
    ui::{
        action::Action,
        cx::Cx,
        delivery::DeliveryAction,
        icons::Icon,
        picker::IdKind,
        remote::Remote,
        theme::{self, size, tokens},
        widgets::{PushButton, Toast},
    },
};

/// What the cases remember.
#[derive(Default)]
pub struct CasesView {
    open: bool,
    /// The record, and the template it was made for.
    record: Option<Record>,
    /// The pictures the drawings were made with.
    pictures: u64,
    /// Who ticks, once that was typed.
    who: Option<String>,
    /// The name of the next case made by hand.
    name: String,
    /// The case that is seen large.
    large: Option<Large>,
    /// Its name while that is changed.
    renamed: Option<String>,
    exporting: Remote<std::path::PathBuf>,
}

/// The cases of a template.
struct Record {
    known: Arc<Known>,
    cells: Vec<Cell>,
    earlier: Earlier,
}

impl CasesView {
    /// Opens the record.
    pub const fn show(&mut self) {
        self.open = true;
    }

    /// Makes the record where there is none of this template, and its drawings again where pictures came.
    fn follow(&mut self, cx: &Cx<'_>, known: &Arc<Known>) {
        let same = |record: &Record| {
            record.known.stored.text == known.stored.text && record.known.stored.id == known.stored.id
        };
        if !self.record.as_ref().is_some_and(same) {
            let cells = record(&known.export, &known.card, &known.stored.cases).into_iter().map(Cell::new).collect();
            let earlier = Earlier { now: text_hash(&known.stored.text), ..Earlier::default() };
            self.record = Some(Record { known: Arc::clone(known), cells, earlier });
            self.large = None;
        }
        let pictures = cx.lab.pictures().generation();
        if self.pictures != pictures {
            self.pictures = pictures;
            self.large = None;
            for cell in self.record.iter_mut().flat_map(|record| &mut record.cells) {
                *cell = Cell::new(cell.case.clone());
            }
        }
    }

    /// Who ticks: as typed, else whoever ticked last, else the profile's test person.
    fn ticker(&self, cx: &Cx<'_>) -> String {
        if let Some(who) = &self.who {
            return who.clone();
        }
        let ticks = self.record.iter().flat_map(|record| &record.cells).filter_map(|cell| cell.case.tick.as_ref());
        if let Some(last) = ticks.max_by_key(|tick| tick.at_ms) {
            return last.who.clone();
        }
        let people = cx.contacts.loaded();
        let tester = people.and_then(|people| people.person_name(IdKind::UserId, cx.profile.test_user_id.trim()));
        tester.map_or_else(|| cx.profile.name.clone(), str::to_owned)
    }
}

/// What a case is called.
pub fn title(lang: Lang, origin: &Origin) -> String {
    match origin {
        Origin::Sample => tr!(lang, "lab.case_sample").into_owned(),
        Origin::Empty => tr!(lang, "lab.case_empty").into_owned(),
        Origin::Longest => tr!(lang, "lab.case_longest").into_owned(),
        Origin::Emoji => tr!(lang, "lab.case_emoji").into_owned(),
        Origin::Mixed => tr!(lang, "lab.case_mixed").into_owned(),
        Origin::Value(name, value) => format!("{name} = {value}"),
        Origin::Elements(name, count) => tr!(lang, "lab.case_elements", name = name, count = count).into_owned(),
        Origin::Hand(name) => name.clone(),
    }
}

/// The button below the preview, and the record over the window while it is open. `private` are the private values of whoever
/// looks at the preview.
pub fn cases_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    draft: &CardDraft,
    view: &mut CasesView,
    known: &Arc<Known>,
    private: Option<&Map<String, Value>>,
) {
    let lang = cx.lang;
    if PushButton::new(tr!(lang, "lab.cases")).icon(Icon::Check).tooltip(tr!(lang, "lab.cases_tip")).show(ui).clicked()
    {
        view.open = true;
    }
    view.exporting.poll();
    if let Some(reason) = view.exporting.take_failure() {
        cx.toast(Toast::error(reason));
    }
    if let Some(path) = view.exporting.take_here() {
        cx.toast(Toast::ok(tr!(lang, "lab.exported", path = path.display())));
        cx.send(Action::ShowFolder(path));
    }
    if !view.open {
        return;
    }
    view.follow(cx, known);
    let room = ui.ctx().content_rect().size() - vec2(64.0, 64.0);
    let area = Modal::default_area(egui::Id::unique("cases")).default_size(room).accessible_name(tr!(
        lang,
        "lab.cases_of",
        name = known.stored.name
    ));
    let frame = egui::Frame::window(ui.style()).inner_margin(egui::Margin::same(20));
    let shown = Modal::new(egui::Id::unique("cases")).area(area).frame(frame).show(ui.ctx(), |ui| {
        ui.set_min_size(room - vec2(42.0, 42.0));
        ui.set_max_width(room.x - 42.0);
        let bottom = ui.max_rect().top() + room.y - 42.0;
        if view.large.is_some() {
            large_ui(ui, cx, view, known, bottom);
        } else {
            head_ui(ui, cx, view, known, |name| made_by_hand(draft, known, private, name));
            let who = view.ticker(cx);
            let Some(Record { cells, earlier, .. }) = &mut view.record else { return };
            let height = (bottom - ui.cursor().top()).max(120.0);
            let sent = cx.lab.sent(&known.stored.id);
            let result = |cell: &Cell| sent.and_then(|sent| sent.result(&cell.case.origin.key(), cx.lang));
            match grid_ui(ui, cx, (known, cells, earlier), height, result) {
                Some((at, CellWish::Tick(on))) => tick(cx, known, cells, earlier, (at, on, who)),
                Some((at, CellWish::Large)) => {
                    view.large = cells.get(at).map(|cell| Large::new(ui, cx, at, cell, known, earlier));
                }
                Some((at, CellWish::Remove)) => {
                    cells.remove(at);
                    keep_record(cx, known, cells);
                }
                None => {}
            }
        }
    });
    if shown.should_close() {
        // Back from one case to all of them, and only then out.
        if view.large.take().is_none() {
            view.open = false;
        }
        view.renamed = None;
    }
}

/// The values of the form as a case: the public ones, and the private ones of whoever looks.
fn made_by_hand(draft: &CardDraft, known: &Known, private: Option<&Map<String, Value>>, name: &str) -> Case {
    let card = merge(&known.export, &values_of(draft, None), None).card;
    Case { origin: Origin::Hand(name.to_owned()), card, private: private.cloned().unwrap_or_default(), tick: None }
}

/// Whether a case by hand may have a name.
fn may_be_called(lang: Lang, cells: &[Cell], name: &str) -> Result<(), String> {
    if name.is_empty() {
        Err(tr!(lang, "lab.case_name_missing").into_owned())
    } else if cells.iter().any(|cell| cell.case.origin == Origin::Hand(name.to_owned())) {
        Err(tr!(lang, "lab.case_name_taken").into_owned())
    } else {
        Ok(())
    }
}

fn tick(cx: &Cx<'_>, known: &Known, cells: &mut [Cell], earlier: &Earlier, (at, on, who): (usize, bool, String)) {
    let Some(cell) = cells.get_mut(at) else { return };
    let Some(hash) = cell.hash.clone() else { return };
    let tick = cell.case.ticked(hash, who, cx.env.now().as_millisecond(), earlier.now.clone());
    cell.case.tick = on.then_some(tick);
    cell.before = None;
    keep_record(cx, known, cells);
}

fn keep_record(cx: &Cx<'_>, known: &Known, cells: &[Cell]) {
    let cases: Vec<Case> = cells.iter().map(|cell| cell.case.clone()).collect();
    cx.send(Action::Lab(Wish::KeepCases(known.stored.id.clone(), write(&cases))));
}

fn head_ui(ui: &mut Ui, cx: &Cx<'_>, view: &mut CasesView, known: &Arc<Known>, make: impl Fn(&str) -> Case) {
    let lang = cx.lang;
    let t = tokens(ui.style());
    let mut who = view.ticker(cx);
    let Some(Record { cells, earlier, .. }) = &mut view.record else { return };
    let open: Vec<usize> = (0..cells.len()).filter(|at| cells.get(*at).is_some_and(|cell| !cell.accepted())).collect();
    ui.horizontal(|ui| {
        let wide = ui.available_width() - 96.0;
        ui.allocate_ui(vec2(wide, size::CONTROL), |ui| {
            ui.horizontal_centered(|ui| {
                ui.add(Label::new(theme::title(tr!(lang, "lab.cases_of", name = known.stored.name))).truncate());
                ui.label(tr!(lang, "lab.cases_count", accepted = cells.len() - open.len(), all = cells.len()));
                let reopened = cells.iter().filter(|cell| cell.reopened()).count();
                if reopened > 0 {
                    ui.label(RichText::new(tr!(lang, "lab.cases_reopened", count = reopened)).color(t.warning));
                }
            });
        });
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if PushButton::new(tr!(lang, "lab.close")).show(ui).clicked() {
                view.open = false;
            }
        });
    });
    ui.horizontal_wrapped(|ui| {
        ui.label(tr!(lang, "lab.who_ticks"));
        let field = ui.add(TextEdit::singleline(&mut who).desired_width(110.0));
        if field.accessible_name(tr!(lang, "lab.who_ticks")).changed() {
            view.who = Some(who);
        }
        let first = open.iter().find(|at| cells.get(**at).is_some_and(Cell::reopened)).or(open.first()).copied();
        let drawn = cells.iter().all(|cell| cell.hash.is_some());
        let off = match first {
            None => Err(tr!(lang, "lab.all_accepted").into_owned()),
            Some(_) if !drawn => Err(tr!(lang, "lab.being_drawn").into_owned()),
            Some(_) => Ok(()),
        };
        let one = PushButton::new(tr!(lang, "lab.one_by_one")).icon(Icon::Eye).enabled(off);
        if one.tooltip(tr!(lang, "lab.one_by_one_tip")).show(ui).clicked()
            && let Some((at, cell)) = first.and_then(|at| Some((at, cells.get(at)?)))
        {
            view.large = Some(Large::new(ui, cx, at, cell, known, earlier));
        }
        let off = if cells.is_empty() { Err(tr!(lang, "lab.no_cases").into_owned()) } else { Ok(()) };
        let send = PushButton::new(tr!(lang, "lab.send_all", count = cells.len())).icon(Icon::TestSend).enabled(off);
        if send.tooltip(tr!(lang, "lab.send_all_tip")).show(ui).clicked() {
            let cases = cells.iter().map(|cell| cell.case.clone()).collect();
            cx.send(Action::Lab(Wish::SendCases(Wanted { template_id: known.stored.id.clone(), cases })));
        }
        let off = if view.exporting.is_pending() { Err(tr!(lang, "lab.exporting").into_owned()) } else { Ok(()) };
        let export = PushButton::new(tr!(lang, "lab.export_record")).icon(Icon::Save).enabled(off);
        if export.tooltip(tr!(lang, "lab.export_record_tip")).show(ui).clicked() {
            export_record(cx, &mut view.exporting, known, cells);
        }
        let drawn = |cell: &Cell| {
            cell.light.iter().chain(&cell.dark).flat_map(|sketch| addresses(sketch.pieces())).collect::<Vec<_>>()
        };
        load_ui(ui, cx, &cells.iter().flat_map(drawn).collect());
    });
    let mut keep = false;
    ui.horizontal_wrapped(|ui| {
        let hint = tr!(lang, "lab.case_name");
        ui.add(TextEdit::singleline(&mut view.name).hint_text(hint.clone()).desired_width(160.0)).accessible_name(hint);
        let name = view.name.trim().to_owned();
        let add = PushButton::new(tr!(lang, "lab.case_add")).icon(Icon::Plus);
        if add.enabled(may_be_called(lang, cells, &name)).show(ui).clicked() {
            cells.push(Cell::new(make(&name)));
            view.name.clear();
            keep = true;
        }
        if let Some(sent) = cx.lab.sent(&known.stored.id) {
            let name = |person: &crate::compose::PersonRef| {
                if person.name.is_empty() { person.id.clone() } else { person.name.clone() }
            };
            let names = sent.people.iter().map(name).collect::<Vec<_>>().join("、");
            let text = tr!(lang, "lab.sent_last", names = names, at = minute(sent.at_ms), count = sent.cards());
            ui.label(theme::help(ui.style(), text));
            if sent.export != earlier.now {
                ui.label(RichText::new(tr!(lang, "lab.sent_older")).size(size::SMALL).color(t.warning));
            }
            if let Some(id) = sent.delivery()
                && PushButton::quiet(tr!(lang, "lab.sent_show")).small().show(ui).clicked()
            {
                view.open = false;
                cx.send(Action::Delivery(DeliveryAction::Show(id)));
            }
        }
    });
    if keep {
        keep_record(cx, known, cells);
    }
    ui.add_space(size::XS);
}

fn export_record(cx: &Cx<'_>, exporting: &mut Remote<std::path::PathBuf>, known: &Arc<Known>, cells: &[Cell]) {
    let (lang, known, now) = (cx.lang, Arc::clone(known), cx.env.now());
    let cases: Vec<Case> = cells.iter().map(|cell| cell.case.clone()).collect();
    let folder = directories::UserDirs::new()
        .and_then(|dirs| dirs.document_dir().map(std::path::Path::to_path_buf))
        .filter(|folder| folder.is_dir())
        .unwrap_or_else(|| cx.env.home.root().to_path_buf());
    let pictures = cx.lab.pictures().loaded();
    cx.background.start_blocking("case-record", exporting, move || {
        let page = record_page::page(&known, &cases, pictures, now, lang)?;
        let plain = |c: char| if c.is_alphanumeric() { c } else { '_' };
        let name: String = known.stored.name.chars().map(plain).take(60).collect();
        let path = folder.join(format!("{name}-{}.html", now.strftime("%Y%m%d-%H%M%S")));
        write_atomically(&path, page.as_bytes()).map_err(|error| error.message(lang))?;
        Ok(path)
    });
}

/// One case, as large as it is on a phone.
fn large_ui(ui: &mut Ui, cx: &Cx<'_>, view: &mut CasesView, known: &Arc<Known>, bottom: f32) {
    let lang = cx.lang;
    let who = view.ticker(cx);
    let (Some(large), Some(Record { cells, earlier, .. })) = (&view.large, &mut view.record) else { return };
    let (at, all) = (large.at, cells.len());
    let Some(cell) = cells.get(at) else {
        view.large = None;
        return;
    };
    let name = title(lang, &cell.case.origin);
    let by_hand = cell.case.origin.is_by_hand();
    let (text, colour) = tick_text(ui, cx, cell);
    let mut ticked = cell.accepted();
    // Where to go: to another case, or back to all.
    let mut go: Option<Option<usize>> = None;
    let (mut toggled, mut use_it, mut called) = (false, false, None);
    ui.horizontal(|ui| {
        if PushButton::new(tr!(lang, "lab.back_to_all")).shortcut("Esc").show(ui).clicked() {
            go = Some(None);
        }
        let typing = ui.ctx().text_edit_focused();
        let key = |key: Key| !typing && ui.input(|input| input.key_pressed(key));
        let (left, right) = (key(Key::ArrowLeft), key(Key::ArrowRight));
        let end = |there: bool| if there { Ok(()) } else { Err(tr!(lang, "lab.no_more").into_owned()) };
        let back = PushButton::new(tr!(lang, "lab.case_previous")).shortcut("←").enabled(end(at > 0));
        if back.show(ui).clicked() || (left && at > 0) {
            go = Some(at.checked_sub(1));
        }
        let on = PushButton::new(tr!(lang, "lab.case_next")).shortcut("→").enabled(end(at + 1 < all));
        if on.show(ui).clicked() || (right && at + 1 < all) {
            go = Some(Some(at + 1));
        }
        let place = format!("{} / {all}", at + 1);
        ui.label(theme::help(ui.style(), place));
        ui.add(Label::new(theme::title(&name)).truncate()).on_hover_text(&name);
    });
    ui.horizontal_wrapped(|ui| {
        toggled = ui.add(Checkbox::new(&mut ticked, tr!(lang, "lab.looks_right"))).changed();
        if !ticked && PushButton::primary(tr!(lang, "lab.right_and_on")).icon(Icon::Check).show(ui).clicked() {
            (ticked, toggled) = (true, true);
            let open = |index: &usize| cells.get(*index).is_some_and(|cell| !cell.accepted());
            go = Some((at + 1..all).chain(0..at).find(open));
        }
        let fill = PushButton::new(tr!(lang, "lab.use_case")).icon(Icon::Paste);
        use_it = fill.tooltip(tr!(lang, "lab.use_case_tip")).show(ui).clicked();
        ui.label(RichText::new(text).size(size::SMALL).color(colour));
    });
    if by_hand {
        ui.horizontal_wrapped(|ui| {
            let typed = view.renamed.get_or_insert_with(|| name.clone());
            let hint = tr!(lang, "lab.case_name");
            let field = ui.add(TextEdit::singleline(typed).hint_text(hint.clone()).desired_width(200.0));
            let field = field.accessible_name(hint);
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let wanted = typed.trim().to_owned();
            if wanted == name {
                return;
            }
            let may = may_be_called(lang, cells, &wanted);
            let button = PushButton::new(tr!(lang, "lab.case_rename")).enabled(may.clone());
            if button.show(ui).clicked() || (entered && may.is_ok()) {
                called = Some(wanted);
            } else if let Err(reason) = may {
                ui.label(RichText::new(reason).size(size::SMALL).color(tokens(ui.style()).warning));
            }
        });
    }
    ui.add_space(size::XS);
    large.show(ui, cx, (bottom - ui.cursor().top()).max(120.0));
    if use_it && let Some(cell) = cells.get(at) {
        cx.send(Action::Lab(Wish::UseCase(known.stored.id.clone(), Box::new(cell.case.clone()))));
        view.open = false;
    }
    if let (Some(called), Some(cell)) = (called, cells.get_mut(at)) {
        let from = cell.case.origin.key();
        cell.case.origin = Origin::Hand(called);
        let to = cell.case.origin.key();
        view.renamed = None;
        cx.send(Action::Lab(Wish::CaseRenamed { template: known.stored.id.clone(), from, to }));
        keep_record(cx, known, cells);
    }
    if toggled {
        tick(cx, known, cells, earlier, (at, ticked, who));
    }
    let target = go.unwrap_or(Some(at));
    if go.is_some() || toggled {
        view.renamed = None;
        view.large = target.and_then(|at| Some(Large::new(ui, cx, at, cells.get(at)?, known, earlier)));
    }
}
