//! The grid of cases: each drawn in both themes, with its tick, who gave it, what became of it when it was sent, and how it
//! looked when it was ticked.
//!
//! Draws and measures; the record itself, and what is kept of it, is the business of [`cases`](super::cases).

use std::collections::BTreeMap;

use egui::{
    Checkbox, CursorIcon, Label, Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2,
};

use super::{
    cases::title,
    library::Known,
    paint::{FontMetric, Stage, shapes},
    studio::ground,
};
use crate::{
    template::{
        Card, Export,
        cases::{Case, fingerprint},
        draw::{
            build::{Scene, draw},
            paint::{Piece, pieces},
        },
        values::Merged,
    },
    ui::{
        cx::Cx,
        icons::Icon,
        theme::{size, tokens},
        widgets::{Dot, buttons::icon_button_sized},
    },
};

/// Width of a phone's card, np.
const WIDTH: f32 = 375.0;
/// A cell is at least this wide.
const CELL: f32 = 368.0;
/// Between cells, and between the two drawings of one.
const GAP: f32 = 12.0;
const BETWEEN: f32 = 8.0;
/// Inside a cell.
const PAD: f32 = 12.0;
/// The height drawn of a card in the grid; the rest is cut.
const MOST: f32 = 380.0;
/// What a cell that is not drawn yet is thought to need.
const GUESS: f32 = 140.0;
/// Name, tick, result.
const HEAD: f32 = 28.0 + 2.0 * LINE;
const LINE: f32 = 20.0;
/// How many cases are drawn in one pass, so that no pass is long.
const A_PASS: usize = 2;

/// A drawing ready to be painted, and its size in np.
pub(super) struct Sketch {
    pieces: Vec<Piece>,
    size: [f32; 2],
}

impl Sketch {
    /// A card as it looks in a theme; what is further down than `most` np is left out.
    pub(super) fn new(card: &Card, merged: &Merged, dark: bool, metric: &FontMetric<'_>, most: f32) -> Self {
        let scene = Scene { width: WIDTH, dark, ..Scene::default() };
        let drawing = draw(card, merged, &scene, metric);
        let size = drawing.root.as_ref().map_or([WIDTH, 24.0], |root| [root.rect.width, root.rect.height]);
        let mut pieces = pieces(&drawing, dark, metric);
        pieces.retain(|piece| piece.shape.bounds().y < most);
        Self { pieces, size }
    }

    /// What is painted.
    pub(super) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The height it takes when it is that wide, at most `most`.
    pub(super) fn height(&self, width: f32, most: f32) -> f32 {
        (self.size[1] * width / WIDTH + 8.0).min(most)
    }

    /// Paints it into a place on the ground of its chat.
    pub(super) fn paint(&self, ui: &Ui, cx: &Cx<'_>, place: Rect, dark: bool) {
        let painter = ui.painter().with_clip_rect(place.intersect(ui.clip_rect()));
        if !painter.clip_rect().is_positive() {
            return;
        }
        painter.rect_filled(place, 4.0, ground(dark));
        let origin = place.min + vec2(0.0, 4.0);
        let stage = Stage { origin, zoom: place.width() / WIDTH, dark, pictures: cx.lab.pictures() };
        painter.extend(shapes(ui.ctx(), &self.pieces, &stage, painter.clip_rect()));
    }
}

/// A case and its drawings.
pub(super) struct Cell {
    pub case: Case,
    /// Its drawing's fingerprint with the export of now.
    pub hash: Option<String>,
    pub light: Option<Sketch>,
    pub dark: Option<Sketch>,
    /// As it was when it was ticked, where the tick was for another drawing.
    pub before: Option<Sketch>,
}

impl Cell {
    pub const fn new(case: Case) -> Self {
        Self { case, hash: None, light: None, dark: None, before: None }
    }

    /// Whether somebody ticked this very drawing.
    pub fn accepted(&self) -> bool {
        self.case.tick.as_ref().is_some_and(|tick| self.hash.as_ref().is_none_or(|hash| tick.hash == *hash))
    }

    /// Whether the tick was for another drawing.
    pub fn reopened(&self) -> bool {
        self.case.tick.is_some() && !self.accepted()
    }

    fn draw(&mut self, known: &Known, earlier: &mut Earlier, metric: &FontMetric<'_>) {
        let most = MOST * WIDTH / 120.0;
        let merged = self.case.merged(&known.export);
        self.hash = Some(fingerprint(&known.card, &merged));
        self.light = Some(Sketch::new(&known.card, &merged, false, metric, most));
        self.dark = Some(Sketch::new(&known.card, &merged, true, metric, most));
        self.before = self.as_it_was(known, earlier, false, metric, most);
    }

    /// The drawing of what was ticked, with the export of then; `None` where that is the drawing of now, or unknown.
    pub fn as_it_was(
        &self,
        known: &Known,
        earlier: &mut Earlier,
        dark: bool,
        metric: &FontMetric<'_>,
        most: f32,
    ) -> Option<Sketch> {
        if !self.reopened() {
            return None;
        }
        let (tick, case) = (self.case.tick.as_ref()?, self.case.when_ticked()?);
        if tick.export == earlier.now {
            return Some(Sketch::new(&known.card, &case.merged(&known.export), dark, metric, most));
        }
        let (export, card) = earlier.of(known, &tick.export)?;
        Some(Sketch::new(card, &case.merged(export), dark, metric, most))
    }

    /// The height of its drawings when each is that wide.
    fn height(&self, width: f32) -> f32 {
        let all = [&self.light, &self.dark, &self.before];
        let high = all.into_iter().flatten().map(|sketch| sketch.height(width, MOST)).reduce(f32::max);
        high.unwrap_or(GUESS) + if self.before.is_some() { LINE } else { 0.0 }
    }
}

/// The exports that ticks were made for, read when they are first asked for.
#[derive(Default)]
pub(super) struct Earlier {
    /// The word of the export of now.
    pub now: String,
    pub read: BTreeMap<String, Option<(Export, Card)>>,
}

impl Earlier {
    fn of(&mut self, known: &Known, word: &str) -> Option<&(Export, Card)> {
        let read = || {
            // An older program did not say which export a tick was for: the one before this.
            let text = known.stored.earlier.get(word).or(known.stored.before.as_ref().filter(|_| word.is_empty()))?;
            let export = Export::read(text).ok()?;
            let card = Card::compile(&export).ok()?;
            Some((export, card))
        };
        self.read.entry(word.to_owned()).or_insert_with(read).as_ref()
    }
}

/// What a person wants of a cell.
pub(super) enum CellWish {
    /// Tick it, or take the tick away.
    Tick(bool),
    /// See it large.
    Large,
    /// Take it away.
    Remove,
}

/// The grid; what was asked of which cell. `result` says what became of a case when it was sent.
pub(super) fn grid_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    (known, cells, earlier): (&Known, &mut [Cell], &mut Earlier),
    height: f32,
    result: impl Fn(&Cell) -> Option<(Dot, String)>,
) -> Option<(usize, CellWish)> {
    let room = ui.available_width() - 14.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few columns")]
    let columns = (((room + GAP) / (CELL + GAP)) as usize).max(1);
    let cell_width = (room - GAP * (columns - 1) as f32) / columns as f32;
    let drawn_width = (cell_width - 2.0 * PAD - BETWEEN) / 2.0;
    let metric = FontMetric::new(ui.ctx(), cx.lab.pictures());
    let mut wish = None;
    let area =
        ScrollArea::vertical().id_salt("cases").max_height(height).min_scrolled_height(height).auto_shrink(false);
    let visible = area.show_viewport(ui, |ui, view| {
        let corner = ui.max_rect().min;
        // Each column grows by itself: a short card beside a long one leaves no hole.
        let mut ends = vec![0.0_f32; columns];
        let mut visible = Vec::new();
        for (index, cell) in cells.iter_mut().enumerate() {
            let column = index % columns;
            let Some(y) = ends.get_mut(column) else { continue };
            let high = HEAD + cell.height(drawn_width) + 2.0 * PAD;
            // A screen beyond what is seen is built, so that Tab finds it.
            if *y < view.bottom() + height && *y + high > view.top() - height {
                visible.push(index);
                let at = corner + vec2((cell_width + GAP) * column as f32, *y);
                let place = Rect::from_min_size(at, vec2(cell_width, high));
                let inner = UiBuilder::new().id_salt(("case", index)).max_rect(place);
                ui.scope_builder(inner, |ui| {
                    if let Some(asked) = cell_ui(ui, cx, cell, place, result(cell)) {
                        wish = Some((index, asked));
                    }
                });
            }
            *y += high + GAP;
        }
        let y = ends.into_iter().fold(0.0, f32::max);
        ui.allocate_space(vec2(room, y));
        visible
    });
    // What is seen is drawn first, then everything else: only then it is known what has to be looked at again.
    let absent = |cells: &[Cell], at: usize| cells.get(at).is_some_and(|cell| cell.hash.is_none());
    let seen: Vec<usize> = visible.inner.into_iter().filter(|at| absent(cells, *at)).collect();
    let rest: Vec<usize> = (0..cells.len()).filter(|at| absent(cells, *at) && !seen.contains(at)).collect();
    for at in seen.into_iter().chain(rest).take(A_PASS) {
        if let Some(cell) = cells.get_mut(at) {
            cell.draw(known, earlier, &metric);
        }
        ui.ctx().request_repaint();
    }
    wish
}

fn cell_ui(ui: &mut Ui, cx: &Cx<'_>, cell: &Cell, place: Rect, result: Option<(Dot, String)>) -> Option<CellWish> {
    let (lang, t) = (cx.lang, tokens(ui.style()));
    let mut wish = None;
    let edge = if cell.reopened() {
        t.warning
    } else if cell.accepted() {
        t.ok
    } else {
        t.line
    };
    ui.painter().rect(place, 6.0, t.raised, Stroke::new(1.0, edge), StrokeKind::Inside);
    let inside = UiBuilder::new().max_rect(place.shrink(PAD));
    ui.scope_builder(inside, |ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 2.0);
        ui.spacing_mut().interact_size.y = LINE;
        let name = title(lang, &cell.case.origin);
        ui.horizontal(|ui| {
            ui.set_height(24.0);
            let mut ticked = cell.accepted();
            let mark = ui.add_enabled(cell.hash.is_some(), Checkbox::without_text(&mut ticked)).accessible_name(&name);
            if mark.gained_focus() {
                mark.scroll_to_me(None);
            }
            let mut toggled = mark.on_hover_text(tr!(lang, "lab.tick_tip")).changed();
            let buttons = 28.0 * if cell.case.origin.is_by_hand() { 2.0 } else { 1.0 };
            let wide = (ui.available_width() - buttons).max(40.0);
            ui.allocate_ui(vec2(wide, 24.0), |ui| {
                let label = Label::new(crate::ui::theme::medium(&name)).truncate().sense(Sense::click());
                if ui.add(label).on_hover_text(&name).clicked() && cell.hash.is_some() {
                    ticked = !ticked;
                    toggled = true;
                }
            });
            if toggled {
                wish = Some(CellWish::Tick(ticked));
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let text = tr!(lang, "lab.case_large", name = name);
                if icon_button_sized(ui, Icon::Eye, text, 24.0, cell.hash.is_some()).clicked() {
                    wish = Some(CellWish::Large);
                }
                let text = tr!(lang, "lab.case_remove", name = name);
                if cell.case.origin.is_by_hand() && icon_button_sized(ui, Icon::Trash, text, 24.0, true).clicked() {
                    wish = Some(CellWish::Remove);
                }
            });
        });
        let (text, colour) = tick_text(ui, cx, cell);
        ui.add(Label::new(RichText::new(&text).size(size::SMALL).color(colour)).truncate()).on_hover_text(&text);
        if let Some((dot, text)) = result {
            ui.horizontal(|ui| {
                ui.set_max_width(place.width() - 2.0 * PAD);
                let (at, _) = ui.allocate_exact_size(vec2(8.0, 8.0), Sense::hover());
                ui.painter().circle_filled(at.center(), 4.0, dot.colour(ui));
                ui.add(Label::new(RichText::new(&text).size(size::SMALL)).truncate()).on_hover_text(&text);
            });
        }
    });
    let Some(light) = &cell.light else { return wish };
    let (right, dark) = match &cell.before {
        // Where the drawing changed, before stands in the place of the dark one.
        Some(before) => (Some(before), false),
        None => (cell.dark.as_ref(), true),
    };
    let mut top = place.top() + PAD + HEAD;
    let wide = (place.width() - 2.0 * PAD - BETWEEN) / 2.0;
    let columns = [place.left() + PAD, place.left() + PAD + wide + BETWEEN];
    if cell.before.is_some() {
        for (x, key) in columns.into_iter().zip(["lab.now", "lab.before"]) {
            let (at, text) = (pos2(x, top + 2.0), crate::lang::text(lang, key, &[]));
            ui.painter().text(at, egui::Align2::LEFT_TOP, text, egui::FontId::proportional(size::SMALL), t.muted);
        }
        top += LINE;
    }
    let mut both = Rect::NOTHING;
    for (x, sketch, dark) in [(columns[0], Some(light), false), (columns[1], right, dark)] {
        let Some(sketch) = sketch else { continue };
        let spot = Rect::from_min_size(pos2(x, top), vec2(wide, sketch.height(wide, MOST)));
        sketch.paint(ui, cx, spot, dark);
        both = both.union(spot);
    }
    let pressed = ui.interact(both, ui.scope_id().with("large"), Sense::CLICK);
    if pressed.hovered() {
        ui.painter().rect_stroke(both, 4.0, Stroke::new(1.0, t.accent), StrokeKind::Outside);
    }
    if pressed.on_hover_cursor(CursorIcon::ZoomIn).clicked() {
        wish = Some(CellWish::Large);
    }
    wish
}

/// Who ticked it and when, or that nobody did.
pub(super) fn tick_text(ui: &Ui, cx: &Cx<'_>, cell: &Cell) -> (String, egui::Color32) {
    let (lang, t) = (cx.lang, tokens(ui.style()));
    match &cell.case.tick {
        Some(tick) if cell.reopened() => (tr!(lang, "lab.tick_changed", who = tick.who).into_owned(), t.warning),
        Some(tick) => (tr!(lang, "lab.tick_by", who = tick.who, at = minute(tick.at_ms)).into_owned(), t.muted),
        None => (tr!(lang, "lab.tick_none").into_owned(), t.muted),
    }
}

/// A moment to the minute, as the machine's zone has it.
pub(super) fn minute(at_ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default();
    at.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// The four drawings of a case seen large: now in both themes, and as it was ticked.
pub(super) struct Large {
    /// Which case.
    pub at: usize,
    /// Now, light and dark; before, light and dark.
    sketches: [Option<Sketch>; 4],
}

impl Large {
    /// Draws a case.
    pub fn new(ui: &Ui, cx: &Cx<'_>, at: usize, cell: &Cell, known: &Known, earlier: &mut Earlier) -> Self {
        let metric = FontMetric::new(ui.ctx(), cx.lab.pictures());
        let merged = cell.case.merged(&known.export);
        let now = |dark: bool| Some(Sketch::new(&known.card, &merged, dark, &metric, f32::INFINITY));
        let mut was = |dark: bool| cell.as_it_was(known, earlier, dark, &metric, f32::INFINITY);
        Self { at, sketches: [now(false), now(true), was(false), was(true)] }
    }

    /// The drawings, with what each is.
    pub fn show(&self, ui: &mut Ui, cx: &Cx<'_>, height: f32) {
        let wide = ((ui.available_width() - 14.0 - GAP) / 2.0).min(WIDTH);
        let area = ScrollArea::vertical().id_salt(("large", self.at)).max_height(height).min_scrolled_height(height);
        area.auto_shrink(false).show(ui, |ui| {
            let keys = ["lab.now", "lab.before"];
            for (pair, key) in self.sketches.chunks(2).zip(keys) {
                let high = pair.iter().flatten().map(|sketch| sketch.height(wide, f32::INFINITY)).reduce(f32::max);
                let Some(high) = high else { continue };
                if self.sketches.iter().all(Option::is_some) {
                    ui.label(crate::ui::theme::medium(crate::lang::text(cx.lang, key, &[])));
                }
                let (place, _) = ui.allocate_exact_size(vec2(2.0 * wide + GAP, high), Sense::hover());
                for (at, sketch) in pair.iter().enumerate() {
                    let Some(sketch) = sketch else { continue };
                    let corner = place.min + vec2((wide + GAP) * at as f32, 0.0);
                    let size = vec2(wide, sketch.height(wide, f32::INFINITY));
                    sketch.paint(ui, cx, Rect::from_min_size(corner, size), at == 1);
                }
                ui.add_space(GAP);
            }
        });
    }
}
