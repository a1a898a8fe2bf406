//! The live drawing in the inspector: whose, where and how it is looked at, and what presses would do.

use std::{collections::HashMap, sync::Arc};

use egui::{Label, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, vec2};
use serde_json::{Map, Value};

use super::{
    library::Known,
    load::pictures_ui,
    paint::{FontMetric, Stage, shapes},
    pressed::{Asked, asked_ui, would_ui},
    studio::ground,
};
use crate::{
    compose::{
        CardDraft,
        card::{ParamRow, PrivateTable},
    },
    dingtalk::picture::is_web,
    lang::Lang,
    template::{
        draw::{
            Drawing, Node,
            build::{Scene, draw},
            paint::{Piece, pieces},
            press::press,
        },
        language::CardLang,
        of_draft::{public_pointer, values_of},
        values::{Merged, Values, merge},
    },
    ui::{
        action::Action,
        cx::Cx,
        theme::{self, size, tokens},
        widgets::{PushButton, combo::combo, segmented},
    },
};

/// Width of a phone's card and of the desktop's widest, in np. Assumptions: a screen of 375 less the chat's margins is drawn
/// whole, as the builder's own preview does.
const WIDTHS: [f32; 2] = [375.0, 600.0];
/// Scenes that are offered.
const SCENES: [&str; 5] = ["im", "topbox", "search", "WorkBench", "cooperationV2"];
/// Clients that are offered.
const CLIENTS: [&str; 3] = ["ios", "android", "pc"];
/// How many people the list offers.
const OFFERED: usize = 200;
/// Free space around the card.
const PAD: f32 = 10.0;

/// What the preview remembers about a draft.
pub struct LabView {
    desktop: bool,
    dark: Option<bool>,
    lang: Option<CardLang>,
    client: usize,
    place: Option<usize>,
    forwarded: bool,
    /// Whose card, once somebody was chosen.
    viewer: Option<Viewer>,
    /// The client's own state as presses changed it.
    pub(super) local: Map<String, Value>,
    /// What is asked for before something changes.
    pub(super) asked: Option<Asked>,
    /// What the last press would do.
    pub(super) would: Vec<(String, String)>,
    /// The variable the pointer is over in the form.
    pub hovered: Option<String>,
    pub(super) drawn: Option<Drawn>,
    /// What the form remembers.
    pub form: super::form::FormView,
    /// What the cases remember.
    pub cases: super::cases::CasesView,
}

impl Default for LabView {
    fn default() -> Self {
        Self {
            desktop: false,
            dark: None,
            lang: None,
            client: 0,
            place: None,
            forwarded: false,
            viewer: None,
            local: Map::new(),
            asked: None,
            would: Vec::new(),
            hovered: None,
            drawn: None,
            form: super::form::FormView::default(),
            cases: super::cases::CasesView::default(),
        }
    }
}

/// Through whose eyes the card is seen.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Viewer {
    /// Somebody without private values.
    Everybody,
    /// Somebody with the private values of the builder's sample.
    Sample,
    /// A person of the table.
    Person(String),
}

impl Viewer {
    /// The chosen one, as far as there still is one. At first the sample's, as in the builder, until somebody has a row.
    fn of(chosen: Option<&Self>, draft: &CardDraft, known: &Known) -> Self {
        let rows = &draft.private.rows;
        let sample = !known.export.sample.private.is_empty();
        match chosen {
            Some(Self::Person(id)) if rows.iter().any(|row| row.person.id == *id) => Self::Person(id.clone()),
            Some(Self::Sample) if sample => Self::Sample,
            None if sample && rows.is_empty() => Self::Sample,
            _ => Self::Everybody,
        }
    }

    /// The values of the card as this one gets them.
    fn merged(&self, draft: &CardDraft, known: &Known) -> Merged {
        let id = if let Self::Person(id) = self { Some(id.as_str()) } else { None };
        let mut values = values_of(draft, id);
        if *self == Self::Sample {
            values.private = Values::of_sample(&known.export).private;
        }
        merge(&known.export, &values, id)
    }
}

/// A drawing, and what it was made from.
pub(super) struct Drawn {
    known: Arc<Known>,
    params: Vec<ParamRow>,
    private: Arc<PrivateTable>,
    viewer: Viewer,
    local: Map<String, Value>,
    scene: Scene,
    pub(super) merged: Merged,
    drawing: Drawing,
    pieces: Vec<Piece>,
    /// The pictures there were.
    pictures: u64,
    /// Nodes that are otherwise than everybody else sees them.
    differs: Vec<usize>,
}

impl Drawn {
    /// Whether a part is marked as one that everybody else sees otherwise.
    fn is_marked(&self, node: &Node) -> bool {
        let leaf = node.children.is_empty() && node.rect.width > 0.0;
        leaf && node.visible() && self.differs.contains(&node.serial)
    }
}

impl LabView {
    fn scene(&self, cx: &Cx<'_>, known: &Known, dark: bool) -> Scene {
        let place = self.place.and_then(|at| SCENES.get(at).copied());
        Scene {
            width: WIDTHS[usize::from(self.desktop)],
            dark,
            lang: self.lang.clone().unwrap_or_else(|| cx.lang.into()),
            env: CLIENTS.get(self.client).copied().unwrap_or("ios").to_owned(),
            biz_scene: place.unwrap_or_else(|| Scene::biz_scene_of(&known.export.kind)).to_owned(),
            // The day is enough: cards show days, and a drawing is made again only when something changed.
            now_ms: Some(cx.env.now().as_millisecond() / 60_000 * 60_000),
            forwarded: self.forwarded,
        }
    }

    /// Draws anew where something changed.
    fn follow(&mut self, ui: &Ui, cx: &Cx<'_>, draft: &CardDraft, known: &Arc<Known>) {
        let dark = self.dark.unwrap_or(ui.visuals().dark_mode);
        let scene = self.scene(cx, known, dark);
        let viewer = Viewer::of(self.viewer.as_ref(), draft, known);
        let same = self.drawn.as_ref().is_some_and(|drawn| {
            Arc::ptr_eq(&drawn.known, known)
                && drawn.params == draft.params
                && Arc::ptr_eq(&drawn.private, &draft.private)
                && drawn.viewer == viewer
                && drawn.local == self.local
                && drawn.scene == scene
                && drawn.pictures == cx.lab.pictures().generation()
        });
        if same {
            return;
        }
        let metric = FontMetric::new(ui.ctx(), cx.lab.pictures());
        let card_of = |viewer: &Viewer| {
            let mut merged = viewer.merged(draft, known);
            for map in [&known.export.sample.local, &self.local] {
                merged.local.extend(map.iter().map(|(name, value)| (name.clone(), value.clone())));
            }
            let drawing = draw(&known.card, &merged, &scene, &metric);
            (merged, drawing)
        };
        let (merged, drawing) = card_of(&viewer);
        let everybody = || card_of(&Viewer::Everybody).1;
        let differs = if viewer == Viewer::Everybody { Vec::new() } else { differing(&everybody(), &drawing) };
        let pieces = pieces(&drawing, dark, &metric);
        self.drawn = Some(Drawn {
            known: Arc::clone(known),
            params: draft.params.clone(),
            private: Arc::clone(&draft.private),
            viewer,
            local: self.local.clone(),
            scene,
            merged,
            drawing,
            pieces,
            pictures: cx.lab.pictures().generation(),
            differs,
        });
    }
}

/// What a node shows, and how often its widget came before: elements of a list share a widget.
type Seen = HashMap<(usize, usize), (String, bool, String)>;

fn seen(drawing: &Drawing, mut visit: impl FnMut((usize, usize), &Node)) {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    if let Some(root) = &drawing.root {
        root.walk(&mut |node| {
            let count = counts.entry(node.widget).or_default();
            visit((node.widget, *count), node);
            *count += 1;
        });
    }
}

fn look(node: &Node) -> (String, bool, String) {
    let style = &node.style;
    let colours = format!("{:?}{:?}{:?}{:?}", style.text_colour, style.background, style.image, style.gradient);
    (node.text.clone(), node.visible(), colours)
}

/// The numbers of the nodes that everybody else does not see like this.
fn differing(everybody: &Drawing, own: &Drawing) -> Vec<usize> {
    let mut before: Seen = HashMap::new();
    seen(everybody, |key, node| {
        before.insert(key, look(node));
    });
    let mut found = Vec::new();
    seen(own, |key, node| {
        if before.get(&key) != Some(&look(node)) {
            found.push(node.serial);
        }
    });
    found
}

/// The drawing at the top of the preview, or how to get one.
pub fn pane_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &CardDraft, view: &mut LabView) {
    match cx.lab.known(&draft.card_template_id) {
        Some(known) if known.stored.learnt => {
            ui.add(Label::new(theme::help(ui.style(), tr!(cx.lang, "lab.learnt_hint"))).wrap());
            import_ui(ui, cx, draft);
            ui.spacing_mut().item_spacing.y = size::S;
            super::cases::cases_ui(ui, cx, draft, &mut view.cases, known, None);
        }
        Some(known) => preview_ui(ui, cx, draft, view, known),
        None => {
            ui.add(Label::new(theme::help(ui.style(), tr!(cx.lang, "lab.import_hint"))).wrap());
            import_ui(ui, cx, draft);
        }
    }
    ui.add_space(size::S);
}

/// The buttons that import an export, or learn the variables where there is none.
fn import_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &CardDraft) {
    let lang = cx.lang;
    ui.horizontal_wrapped(|ui| {
        let command = crate::ui::commands::Command::ImportTemplate;
        let button = PushButton::new(command.label(lang)).icon(command.icon()).small();
        if button.tooltip(command.tooltip(lang)).show(ui).clicked() {
            cx.run(command);
        }
        let id = draft.card_template_id.trim();
        let off = if id.is_empty() { Err(tr!(lang, "lab.id_missing").into_owned()) } else { Ok(()) };
        let button = PushButton::new(tr!(lang, "lab.learn")).small().enabled(off);
        if button.tooltip(tr!(lang, "lab.learn_tip")).show(ui).clicked() {
            cx.send(Action::Lab(super::library::Wish::Learn(id.to_owned())));
        }
    });
}

/// The preview of a card whose template was imported.
pub fn preview_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &CardDraft, view: &mut LabView, known: &Arc<Known>) {
    let lang = cx.lang;
    ui.spacing_mut().item_spacing.y = size::S;
    ui.horizontal(|ui| {
        ui.label(theme::medium(tr!(lang, "lab.drawing")));
        ui.add(Label::new(theme::help(ui.style(), tr!(lang, "lab.schematic"))).truncate())
            .on_hover_text(tr!(lang, "lab.schematic_tip"));
    });
    switches_ui(ui, cx, view, known);
    person_ui(ui, cx, draft, view, known);
    view.follow(ui, cx, draft, known);
    canvas_ui(ui, cx, view);
    if let Some(drawn) = &view.drawn {
        pictures_ui(ui, cx, &drawn.pieces);
    }
    asked_ui(ui, lang, view);
    would_ui(ui, lang, view);
    unknown_ui(ui, lang, known);
    let private = view.drawn.as_ref().map(|drawn| &drawn.merged.private);
    super::cases::cases_ui(ui, cx, draft, &mut view.cases, known, private);
}

fn switches_ui(ui: &mut Ui, cx: &Cx<'_>, view: &mut LabView, known: &Known) {
    let lang = cx.lang;
    let word = |key: &str| crate::lang::text(lang, key, &[]);
    ui.horizontal_wrapped(|ui| {
        let widths = [(false, word("lab.phone")), (true, word("lab.desktop"))];
        segmented(ui, &word("lab.width"), &mut view.desktop, widths);
        let mut dark = view.dark.unwrap_or(ui.visuals().dark_mode);
        let themes = [(false, word("lab.light")), (true, word("lab.dark"))];
        if segmented(ui, &word("lab.theme"), &mut dark, themes) {
            view.dark = Some(dark);
        }
        let shown = view.lang.clone().unwrap_or_else(|| lang.into());
        let choice = combo("lab lang", shown.tag()).width(88.0).show_ui(ui, |ui| {
            for known in CardLang::KNOWN.into_iter().filter_map(CardLang::read) {
                let label = known.tag().to_owned();
                if ui.selectable_label(known == shown, label).clicked() {
                    view.lang = Some(known);
                }
            }
        });
        choice.response.accessible_name(word("lab.lang")).on_hover_text(word("lab.lang"));
    });
    ui.horizontal_wrapped(|ui| {
        let own = SCENES.iter().position(|scene| *scene == Scene::biz_scene_of(&known.export.kind)).unwrap_or(0);
        let mut place = view.place.unwrap_or(own);
        let shown = SCENES.get(place).copied().unwrap_or_default();
        let choice = combo("lab scene", shown).width(116.0).show_ui(ui, |ui| {
            for (at, scene) in SCENES.iter().enumerate() {
                if ui.selectable_value(&mut place, at, *scene).clicked() {
                    view.place = Some(at);
                }
            }
        });
        choice.response.accessible_name(word("lab.scene")).on_hover_text(word("lab.scene"));
        let shown = CLIENTS.get(view.client).copied().unwrap_or_default();
        let choice = combo("lab client", shown).width(80.0).show_ui(ui, |ui| {
            for (at, client) in CLIENTS.iter().enumerate() {
                ui.selectable_value(&mut view.client, at, *client);
            }
        });
        choice.response.accessible_name(word("lab.client")).on_hover_text(word("lab.client"));
        ui.checkbox(&mut view.forwarded, word("lab.forwarded"));
    });
}

fn person_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &CardDraft, view: &mut LabView, known: &Known) {
    let lang = cx.lang;
    let sample = !known.export.sample.private.is_empty();
    if draft.private.rows.is_empty() && !sample {
        return;
    }
    let name = |person: &crate::compose::PersonRef| {
        if person.name.is_empty() { person.id.clone() } else { person.name.clone() }
    };
    let word = |viewer: &Viewer| match viewer {
        Viewer::Everybody => tr!(lang, "lab.everybody").into_owned(),
        Viewer::Sample => tr!(lang, "lab.sample_person").into_owned(),
        Viewer::Person(id) => draft
            .private
            .rows
            .iter()
            .find(|row| row.person.id == *id)
            .map_or_else(|| id.clone(), |row| name(&row.person)),
    };
    let mut viewer = Viewer::of(view.viewer.as_ref(), draft, known);
    ui.horizontal_wrapped(|ui| {
        ui.label(tr!(lang, "lab.who"));
        let before = viewer.clone();
        let choice = combo("lab person", word(&viewer)).width(150.0).show_ui(ui, |ui| {
            let rows = draft.private.rows.iter().take(OFFERED).map(|row| Viewer::Person(row.person.id.clone()));
            let all = [Viewer::Everybody].into_iter().chain(sample.then_some(Viewer::Sample)).chain(rows);
            for one in all {
                let text = word(&one);
                ui.selectable_value(&mut viewer, one, text);
            }
        });
        choice.response.accessible_name(tr!(lang, "lab.who"));
        if viewer != before {
            view.viewer = Some(viewer.clone());
        }
        if let Some(drawn) = view.drawn.as_ref().filter(|_| viewer != Viewer::Everybody) {
            let mut marked = 0;
            if let Some(root) = &drawn.drawing.root {
                root.walk(&mut |node| marked += usize::from(drawn.is_marked(node)));
            }
            ui.label(theme::help(ui.style(), tr!(lang, "lab.differs", count = marked)));
        }
    });
}

/// The deepest node at a point, and the nearest one around it that answers to presses.
fn hit(node: &Node, point: Pos2) -> Option<(&Node, Option<&Node>)> {
    if !node.visible() {
        return None;
    }
    let rect = super::paint::rect(node.rect, Pos2::ZERO);
    let inside = node.children.iter().rev().find_map(|child| hit(child, point));
    let tap = (node.taps && node.style.enabled).then_some(node);
    match inside {
        Some((deepest, taps)) => Some((deepest, taps.or(tap))),
        None if rect.contains(point) => Some((node, tap)),
        None => None,
    }
}

/// The variables that feed a node, those it shows as text first.
fn fed_by(known: &Known, widget: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut uses: Vec<_> = known.card.uses.iter().filter(|used| used.widget == widget && !used.field).collect();
    uses.sort_by_key(|used| used.purpose != crate::template::card::Purpose::Text);
    let roots = ["data.cardData.", "data.cardPrivateData."];
    for used in uses {
        let Some(rest) = roots.iter().find_map(|root| used.path.strip_prefix(root)) else { continue };
        let name = rest.split(['.', '[']).next().unwrap_or_default();
        if known.export.variable(name).is_some() && !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
    }
    found
}

/// The variables of a node or, where it has none of its own (a list's field), of the nearest node around it.
fn variables_at(known: &Known, root: &Node, serial: usize) -> Vec<String> {
    fn walk<'n>(node: &'n Node, serial: usize, path: &mut Vec<&'n Node>) -> bool {
        path.push(node);
        if node.serial == serial || node.children.iter().any(|child| walk(child, serial, path)) {
            return true;
        }
        path.pop();
        false
    }
    let mut path = Vec::new();
    walk(root, serial, &mut path);
    path.iter().rev().map(|node| fed_by(known, node.widget)).find(|found| !found.is_empty()).unwrap_or_default()
}

fn canvas_ui(ui: &mut Ui, cx: &Cx<'_>, view: &mut LabView) {
    let Some(drawn) = &view.drawn else { return };
    let Some(root) = &drawn.drawing.root else {
        ui.add(Label::new(theme::help(ui.style(), tr!(cx.lang, "lab.nothing_drawn"))).wrap());
        return;
    };
    let t = tokens(ui.style());
    let width = root.rect.x + root.rect.width;
    let zoom = ((ui.available_width() - 2.0 * PAD) / width.max(1.0)).clamp(0.2, 1.0);
    let height = (root.rect.y + root.rect.height) * zoom + 2.0 * PAD;
    let (area, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let texts: Vec<&str> = drawn
        .pieces
        .iter()
        .filter_map(|piece| match &piece.shape {
            crate::template::draw::paint::Shape::Text { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let name = format!("{}: {}", tr!(cx.lang, "lab.drawing"), texts.join(" "));
    let response = response.accessible_name(name);
    let painter = ui.painter().with_clip_rect(area.intersect(ui.clip_rect()));
    painter.rect_filled(area, size::RADIUS, ground(drawn.scene.dark));
    let origin = area.min + vec2((area.width() - width * zoom) / 2.0, PAD);
    let stage = Stage { origin, zoom, dark: drawn.scene.dark, pictures: cx.lab.pictures() };
    painter.extend(shapes(ui.ctx(), &drawn.pieces, &stage, painter.clip_rect()));
    let place = |node: &Node| {
        let rect = super::paint::rect(node.rect, Pos2::ZERO);
        Rect::from_min_size(origin + rect.min.to_vec2() * zoom, rect.size() * zoom)
    };
    let outline = |node: &Node, stroke: Stroke| {
        painter.rect_stroke(place(node), 3.0, stroke, StrokeKind::Outside);
    };
    root.walk(&mut |node| {
        if drawn.is_marked(node) {
            outline(node, Stroke::new(1.5, t.warning));
        }
        if let Some(name) = &view.hovered
            && node.visible()
            && fed_by(&drawn.known, node.widget).iter().any(|fed| fed == name)
        {
            outline(node, Stroke::new(2.0, t.accent));
        }
    });
    // Parts that answer to presses are buttons of their own for the keyboard and for those who do not see the drawing.
    let mut pressed = None;
    root.walk(&mut |node| {
        if node.taps && node.style.enabled && node.visible() && node.rect.width > 0.0 {
            let mut name = Vec::new();
            node.walk(&mut |inner| {
                if inner.visible() && !inner.text.is_empty() && !inner.text.starts_with("::") {
                    name.push(inner.text.as_str());
                }
            });
            let label = tr!(cx.lang, "lab.press", name = name.join(" "));
            let part = ui.interact(place(node), response.id.with(node.serial), Sense::click());
            part.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, label.as_ref()));
            if part.hovered() || part.has_focus() {
                outline(node, Stroke::new(1.0, t.accent));
            }
            if part.clicked() {
                pressed = Some(node.serial);
            }
            if part.secondary_clicked() {
                jump(cx, drawn, variables_at(&drawn.known, root, node.serial));
            }
            part.on_hover_text(tr!(cx.lang, "lab.press_tip"));
        }
    });
    let hover = response.hover_pos().map(|pos| ((pos - origin) / zoom).to_pos2());
    if let Some((deepest, None)) = hover.and_then(|point| hit(root, point)) {
        let variables = variables_at(&drawn.known, root, deepest.serial);
        if response.clicked() {
            jump(cx, drawn, variables.clone());
        }
        let mut said = Vec::new();
        if let Some(source) = &deepest.style.image {
            said.push(if is_web(source) {
                tr!(cx.lang, "picture.web", source = source)
            } else {
                tr!(cx.lang, "picture.media", source = source)
            });
        }
        if !variables.is_empty() {
            outline(deepest, Stroke::new(1.0, t.accent));
            said.push(tr!(cx.lang, "lab.fed_by", names = variables.join("、")));
        }
        if !said.is_empty() {
            response.on_hover_text_at_pointer(said.join("\n"));
        }
    }
    if let Some(serial) = pressed {
        let effects = press(&drawn.known.card, &drawn.merged, &drawn.scene, &drawn.drawing, serial);
        view.take(effects);
    }
}

fn jump(cx: &Cx<'_>, drawn: &Drawn, variables: Vec<String>) {
    if let Some(name) = variables.into_iter().next() {
        let kind = drawn.params.iter().find(|row| row.key == name).map(|row| row.kind).unwrap_or_default();
        cx.send(Action::Jump(public_pointer(&name, kind)));
    }
}

fn unknown_ui(ui: &mut Ui, lang: Lang, known: &Known) {
    let names: Vec<&str> =
        known.card.unknown_widgets.keys().chain(known.card.unknown_functions.keys()).map(String::as_str).collect();
    if !names.is_empty() {
        ui.add(Label::new(theme::help(ui.style(), tr!(lang, "lab.unknown", names = names.join("、")))).wrap());
    }
}
