//! The acceptance record of a template: every case drawn side by side in both themes, ticked by a person, exported as a
//! page with pictures.

use std::sync::Arc;

use egui::{Label, Modal, Rect, RichText, ScrollArea, TextEdit, Ui, pos2, vec2};

use super::{
    library::{Known, Wish},
    load::load_ui,
    paint::{FontMetric, Stage, shapes},
    pictures::addresses,
    record_page,
    sending::Wanted,
    studio::ground,
};
use crate::{
    compose::CardDraft,
    lang::Lang,
    store::write_atomically,
    template::{
        Card, Export,
        cases::{Case, Origin, Tick, fingerprint, record, write},
        draw::{
            build::{Scene, draw},
            paint::{Piece, pieces},
        },
        of_draft::values_of,
        values::merge,
    },
    ui::{
        action::Action,
        cx::Cx,
        icons::Icon,
        remote::Remote,
        theme::{self, size, tokens},
        widgets::{Dot, PushButton, Toast, status_dot},
    },
};

/// What the cases remember.
#[derive(Default)]
pub struct CasesView {
    open: bool,
    /// The record, and the template it was made for.
    record: Option<(Arc<Known>, Vec<Cell>)>,
    /// The pictures the drawings were made with.
    pictures: u64,
    /// Who ticks.
    who: String,
    /// The name of the next case made by hand.
    name: String,
    exporting: Remote<std::path::PathBuf>,
}

impl CasesView {
    /// Opens the record.
    pub const fn show(&mut self) {
        self.open = true;
    }
}

/// A case and its drawings.
struct Cell {
    case: Case,
    /// Its drawing's fingerprint with the export of now.
    hash: Option<String>,
    light: Option<Sketch>,
    dark: Option<Sketch>,
    /// With the export before, where a tick was for another drawing.
    before: Option<Sketch>,
}

/// A drawing ready to be painted, and its size in np.
struct Sketch {
    pieces: Vec<Piece>,
    size: [f32; 2],
}

/// How large the drawings of the grid are.
const ZOOM: f32 = 0.5;
const WIDTH: f32 = 375.0;
/// Width of a cell: two drawings with a gap.
const CELL: f32 = 2.0 * WIDTH * ZOOM + 12.0;
/// The height drawn of a card; the rest is cut.
const MOST: f32 = 420.0;
/// Height of a cell: head, drawings.
const HEIGHT: f32 = MOST + 64.0;
/// How many cases are drawn in one pass, so that no pass is long.
const A_PASS: usize = 2;

impl Cell {
    const fn new(case: Case) -> Self {
        Self { case, hash: None, light: None, dark: None, before: None }
    }

    /// Whether somebody ticked this very drawing.
    fn accepted(&self) -> bool {
        self.case.tick.as_ref().is_some_and(|tick| self.hash.as_ref().is_none_or(|hash| tick.hash == *hash))
    }

    /// Whether the tick was for another drawing.
    fn reopened(&self) -> bool {
        self.case.tick.is_some() && !self.accepted()
    }

    fn draw(&mut self, known: &Known, before: Option<&(Export, Card)>, metric: &FontMetric<'_>) {
        let merged = self.case.merged(&known.export);
        self.hash = Some(fingerprint(&known.card, &merged));
        self.light = Some(sketch(&known.card, &merged, false, metric));
        self.dark = Some(sketch(&known.card, &merged, true, metric));
        if self.reopened()
            && let Some((export, card)) = before
        {
            self.before = Some(sketch(card, &self.case.merged(export), false, metric));
        }
    }
}

fn sketch(card: &Card, merged: &crate::template::values::Merged, dark: bool, metric: &FontMetric<'_>) -> Sketch {
    let scene = Scene { width: WIDTH, dark, ..Scene::default() };
    let drawing = draw(card, merged, &scene, metric);
    let size = drawing.root.as_ref().map_or([WIDTH, 24.0], |root| [root.rect.width, root.rect.height]);
    let mut pieces = pieces(&drawing, dark, metric);
    // Only the upper part is shown here.
    pieces.retain(|piece| piece.shape.bounds().y * ZOOM < MOST);
    Sketch { pieces, size }
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

/// The button below the preview, and the record over the window while it is open.
pub fn cases_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &CardDraft, view: &mut CasesView, known: &Arc<Known>) {
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
    let fresh = !view.record.as_ref().is_some_and(|(made_for, _)| {
        made_for.stored.text == known.stored.text && made_for.stored.id == known.stored.id
    });
    if fresh {
        let cells = record(&known.export, &known.card, &known.stored.cases).into_iter().map(Cell::new).collect();
        view.record = Some((Arc::clone(known), cells));
    }
    let pictures = cx.lab.pictures().generation();
    if view.pictures != pictures {
        view.pictures = pictures;
        for cell in view.record.iter_mut().flat_map(|(_, cells)| cells) {
            *cell = Cell::new(cell.case.clone());
        }
    }
    if view.who.is_empty() {
        view.who.clone_from(&cx.profile.name);
    }
    let room = ui.ctx().content_rect().size() - vec2(96.0, 96.0);
    let area = Modal::default_area(egui::Id::unique("cases")).default_size(room).accessible_name(tr!(
        lang,
        "lab.cases_of",
        name = known.stored.name
    ));
    let frame = egui::Frame::window(ui.style()).inner_margin(egui::Margin::same(20));
    let shown = Modal::new(egui::Id::unique("cases")).area(area).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(room.x);
        ui.set_min_height(room.y);
        head_ui(ui, cx, draft, view, known);
        let height = (room.y - 90.0).max(120.0);
        grid_ui(ui, cx, view, known, height);
    });
    if shown.should_close() {
        view.open = false;
    }
}

fn head_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &CardDraft, view: &mut CasesView, known: &Arc<Known>) {
    let lang = cx.lang;
    let Some((_, cells)) = &mut view.record else { return };
    let mut keep = false;
    ui.horizontal_wrapped(|ui| {
        ui.label(theme::title(tr!(lang, "lab.cases_of", name = known.stored.name)));
        let accepted = cells.iter().filter(|cell| cell.accepted()).count();
        let reopened = cells.iter().filter(|cell| cell.reopened()).count();
        ui.label(tr!(lang, "lab.cases_count", accepted = accepted, all = cells.len()));
        if reopened > 0 {
            let t = tokens(ui.style());
            ui.label(RichText::new(tr!(lang, "lab.cases_reopened", count = reopened)).color(t.warning));
        }
    });
    ui.horizontal_wrapped(|ui| {
        ui.label(tr!(lang, "lab.who_ticks"));
        ui.add(TextEdit::singleline(&mut view.who).desired_width(120.0)).accessible_name(tr!(lang, "lab.who_ticks"));
        let hint = tr!(lang, "lab.case_name");
        ui.add(TextEdit::singleline(&mut view.name).hint_text(hint.clone()).desired_width(160.0)).accessible_name(hint);
        let name = view.name.trim().to_owned();
        let off = if name.is_empty() {
            Err(tr!(lang, "lab.case_name_missing").into_owned())
        } else if cells.iter().any(|cell| cell.case.origin == Origin::Hand(name.clone())) {
            Err(tr!(lang, "lab.case_name_taken").into_owned())
        } else {
            Ok(())
        };
        if PushButton::new(tr!(lang, "lab.case_add")).icon(Icon::Plus).enabled(off).show(ui).clicked() {
            let merged = merge(&known.export, &values_of(draft, None), None);
            cells.push(Cell::new(Case {
                origin: Origin::Hand(name),
                card: merged.card,
                private: merged.private,
                tick: None,
            }));
            view.name.clear();
            keep = true;
        }
        let off = if view.exporting.is_pending() { Err(tr!(lang, "lab.exporting").into_owned()) } else { Ok(()) };
        let export = PushButton::new(tr!(lang, "lab.export_record")).icon(Icon::Save).enabled(off);
        if export.tooltip(tr!(lang, "lab.export_record_tip")).show(ui).clicked() {
            let (known, now) = (Arc::clone(known), cx.env.now());
            let cases: Vec<Case> = cells.iter().map(|cell| cell.case.clone()).collect();
            let folder = directories::UserDirs::new()
                .and_then(|dirs| dirs.document_dir().map(std::path::Path::to_path_buf))
                .filter(|folder| folder.is_dir())
                .unwrap_or_else(|| cx.env.home.root().to_path_buf());
            let pictures = cx.lab.pictures().loaded();
            cx.background.start_blocking("case-record", &mut view.exporting, move || {
                let page = record_page::page(&known, &cases, pictures, now, lang)?;
                let plain = |c: char| if c.is_alphanumeric() { c } else { '_' };
                let name: String = known.stored.name.chars().map(plain).take(60).collect();
                let path = folder.join(format!("{name}-{}.html", now.strftime("%Y%m%d-%H%M%S")));
                write_atomically(&path, page.as_bytes()).map_err(|error| error.message(lang))?;
                Ok(path)
            });
        }
        let off = if cells.is_empty() { Err(tr!(lang, "lab.no_cases").into_owned()) } else { Ok(()) };
        let send = PushButton::new(tr!(lang, "lab.send_all", count = cells.len())).icon(Icon::TestSend).enabled(off);
        if send.tooltip(tr!(lang, "lab.send_all_tip")).show(ui).clicked() {
            let cases = cells.iter().map(|cell| cell.case.clone()).collect();
            cx.send(Action::Lab(Wish::SendCases(Wanted { template_id: known.stored.id.clone(), cases })));
        }
        let drawn = |cell: &Cell| {
            cell.light.iter().chain(&cell.dark).flat_map(|sketch| addresses(&sketch.pieces)).collect::<Vec<_>>()
        };
        load_ui(ui, cx, &cells.iter().flat_map(drawn).collect());
        if PushButton::new(tr!(lang, "lab.close")).show(ui).clicked() {
            view.open = false;
        }
    });
    if keep {
        keep_record(cx, known, cells);
    }
}

fn keep_record(cx: &Cx<'_>, known: &Known, cells: &[Cell]) {
    let cases: Vec<Case> = cells.iter().map(|cell| cell.case.clone()).collect();
    cx.send(Action::Lab(Wish::KeepCases(known.stored.id.clone(), write(&cases))));
}

fn grid_ui(ui: &mut Ui, cx: &Cx<'_>, view: &mut CasesView, known: &Arc<Known>, height: f32) {
    let who = view.who.trim().to_owned();
    let Some((_, cells)) = &mut view.record else { return };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few columns")]
    let columns = ((ui.available_width() / (CELL + size::L)) as usize).max(1);
    let rows = cells.len().div_ceil(columns);
    let metric = FontMetric::new(ui.ctx(), cx.lab.pictures());
    let mut before: Option<Option<(Export, Card)>> = None;
    let (mut left, mut changed, mut remove) = (A_PASS, false, None);
    ScrollArea::vertical().max_height(height).min_scrolled_height(height).auto_shrink(false).show_rows(
        ui,
        HEIGHT,
        rows,
        |ui, shown| {
            for row in shown {
                ui.horizontal_top(|ui| {
                    for index in row * columns..((row + 1) * columns).min(cells.len()) {
                        let Some(cell) = cells.get_mut(index) else { continue };
                        if cell.hash.is_none() && left > 0 {
                            left -= 1;
                            let before = before.get_or_insert_with(|| {
                                let export = Export::read(known.stored.before.as_deref()?).ok()?;
                                let card = Card::compile(&export).ok()?;
                                Some((export, card))
                            });
                            cell.draw(known, before.as_ref(), &metric);
                        }
                        let sent = cx.lab.sent(&known.stored.id);
                        let result = sent.and_then(|sent| sent.result(&cell.case.origin.key(), cx.lang));
                        ui.push_id(index, |ui| match cell_ui(ui, cx, cell, &who, result) {
                            Some(CellWish::Keep) => changed = true,
                            Some(CellWish::Remove) => remove = Some(index),
                            None => {}
                        });
                    }
                });
            }
        },
    );
    if let Some(index) = remove {
        cells.remove(index);
        changed = true;
    }
    if left < A_PASS {
        ui.ctx().request_repaint();
    }
    if changed {
        keep_record(cx, known, cells);
    }
}

enum CellWish {
    Keep,
    Remove,
}

fn cell_ui(ui: &mut Ui, cx: &Cx<'_>, cell: &mut Cell, who: &str, result: Option<(Dot, String)>) -> Option<CellWish> {
    let (lang, t) = (cx.lang, tokens(ui.style()));
    let mut wish = None;
    ui.allocate_ui(vec2(CELL, HEIGHT), |ui| {
        ui.vertical(|ui| {
            ui.set_min_size(vec2(CELL, HEIGHT));
            ui.set_max_width(CELL);
            let name = title(lang, &cell.case.origin);
            ui.horizontal(|ui| {
                let mut ticked = cell.accepted();
                let tick =
                    ui.add_enabled(cell.hash.is_some() && !who.is_empty(), egui::Checkbox::new(&mut ticked, &name));
                if tick.on_hover_text(tr!(lang, "lab.tick_tip")).changed() {
                    let at_ms = cx.env.now().as_millisecond();
                    let hash = cell.hash.clone().unwrap_or_default();
                    cell.case.tick = ticked.then(|| Tick { hash, who: who.to_owned(), at_ms });
                    cell.before = None;
                    wish = Some(CellWish::Keep);
                }
                if matches!(cell.case.origin, Origin::Hand(_)) {
                    let remove = tr!(lang, "lab.case_remove", name = name);
                    let button = crate::ui::widgets::buttons::icon_button_sized(ui, Icon::Trash, remove, 22.0, true);
                    if button.clicked() {
                        wish = Some(CellWish::Remove);
                    }
                }
            });
            let line = match &cell.case.tick {
                Some(tick) if cell.reopened() => tr!(lang, "lab.tick_changed", who = tick.who).into_owned(),
                Some(tick) => {
                    let at = jiff::Timestamp::from_millisecond(tick.at_ms).unwrap_or_default();
                    let at = at.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string();
                    tr!(lang, "lab.tick_by", who = tick.who, at = at).into_owned()
                }
                None => tr!(lang, "lab.tick_none").into_owned(),
            };
            let colour = if cell.reopened() { t.warning } else { t.muted };
            ui.horizontal(|ui| {
                if let Some((dot, text)) = result {
                    status_dot(ui, dot, text);
                }
                ui.add(Label::new(RichText::new(line).size(size::SMALL).color(colour)).truncate());
            });
            let (area, _) = ui.allocate_exact_size(vec2(CELL, MOST), egui::Sense::hover());
            // Where the drawing changed, before stands in the place of the dark one.
            let right = cell
                .before
                .as_ref()
                .map(|before| (before, false))
                .or_else(|| cell.dark.as_ref().map(|dark| (dark, true)));
            let left = cell.light.as_ref().map(|light| (light, false));
            for (at, sketch) in [(0.0, left), (WIDTH * ZOOM + 12.0, right)] {
                let Some((sketch, dark)) = sketch else { continue };
                let corner = pos2(area.left() + at, area.top());
                let high = (sketch.size[1] * ZOOM + 8.0).min(MOST);
                let place = Rect::from_min_size(corner, vec2(WIDTH * ZOOM, high));
                let painter = ui.painter().with_clip_rect(place.intersect(ui.clip_rect()));
                if !painter.clip_rect().is_positive() {
                    continue;
                }
                painter.rect_filled(place, 4.0, ground(dark));
                let stage = Stage { origin: corner + vec2(0.0, 4.0), zoom: ZOOM, dark, pictures: cx.lab.pictures() };
                painter.extend(shapes(ui.ctx(), &sketch.pieces, &stage, painter.clip_rect()));
            }
        });
    });
    wish
}
