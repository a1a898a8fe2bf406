//! The body of the picker: the department tree on the left; on the right the members of the selected department, or what
//! a search found. Only visible rows are drawn.

use egui::{
    CornerRadius, EventFilter, Frame, Key, Label, Margin, Modifiers, Rect, RichText, ScrollArea, Sense, Stroke,
    StrokeKind, Ui, pos2, vec2,
};

use super::{
    contacts::Contacts,
    list::{LISTED, Row},
    loaded::Loaded,
    marks,
    rows::{self, HEIGHT, RowLook, row_ui, tick_box},
    state::{Did, Open},
    tree::{TreeRow, Walk},
    view::{PickerCx, no_id_note},
};
use crate::{
    directory::{DepartmentIndex, Directory, PersonIndex},
    lang::Lang,
    ui::{
        icons::Icon,
        theme::{self, size, tokens},
        widgets::{PushButton, describe, empty_state, grouped},
    },
};

/// Width of the tree, in points.
const TREE_WIDTH: f32 = 270.0;
/// Which part of a row of the list is the name's.
const NAME_SHARE: f32 = 0.3;
/// How far a level of the tree moves to the right.
const INDENT: f32 = 16.0;

/// Draws both panes in a given height.
pub fn body_ui(
    ui: &mut Ui,
    open: &mut Open,
    contacts: &mut Contacts,
    loaded: Option<&Loaded>,
    cx: &PickerCx<'_>,
    height: f32,
) {
    let Some(loaded) = loaded.filter(|loaded| !loaded.directory.is_empty()) else {
        nothing_ui(ui, contacts, cx, height);
        return;
    };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = size::M;
        pane_ui(ui, TREE_WIDTH, height, |ui| tree_ui(ui, open, contacts, loaded, cx));
        let width = ui.available_width();
        pane_ui(ui, width, height, |ui| {
            if open.is_searching() {
                found_head_ui(ui, open, loaded, cx.lang);
            } else {
                members_head_ui(ui, open, loaded, cx.lang);
            }
            list_ui(ui, open, contacts, loaded, cx);
        });
    });
}

fn pane_ui(ui: &mut Ui, width: f32, height: f32, content: impl FnOnce(&mut Ui)) {
    let t = tokens(ui.style());
    Frame::new()
        .fill(t.surface)
        .stroke(Stroke::new(1.0, t.line))
        .corner_radius(CornerRadius::same(size::RADIUS_LARGE))
        .inner_margin(Margin::same(6))
        .show(ui, |ui| {
            let inside = vec2(width - 14.0, height - 14.0);
            ui.allocate_ui_with_layout(inside, egui::Layout::top_down(egui::Align::LEFT), |ui| {
                ui.set_min_size(inside);
                ui.set_max_size(inside);
                ui.spacing_mut().item_spacing.y = 2.0;
                content(ui);
            });
        });
}

fn nothing_ui(ui: &mut Ui, contacts: &mut Contacts, cx: &PickerCx<'_>, height: f32) {
    let lang = cx.lang;
    ui.allocate_ui_with_layout(vec2(ui.available_width(), height), egui::Layout::top_down(egui::Align::Center), |ui| {
        ui.set_min_height(height);
        if contacts.is_reading_cache() || contacts.is_looking() || contacts.is_preparing() {
            let text = tr!(lang, "picker.loading_text");
            empty_state(ui, Icon::Department, &tr!(lang, "picker.loading"), &text, None);
        } else if contacts.refresh_progress().is_none() {
            let button = PushButton::new(tr!(lang, "picker.load_now")).icon(Icon::Refresh);
            let button = button.enabled(if contacts.is_connected() {
                Ok(())
            } else {
                Err(tr!(lang, "picker.off_not_connected").into_owned())
            });
            let text = tr!(lang, "picker.nobody_text");
            if empty_state(ui, Icon::Users, &tr!(lang, "picker.nobody"), &text, Some(button)) {
                contacts.refresh(cx.background);
            }
        }
    });
}

/// The tree: one tab stop; arrow keys walk, Enter shows the members, Space chooses the department itself.
fn tree_ui(ui: &mut Ui, open: &mut Open, contacts: &mut Contacts, loaded: &Loaded, cx: &PickerCx<'_>) {
    let directory = &loaded.directory;
    let rect = ui.available_rect_before_wrap();
    let id = ui.make_persistent_id("department-tree");
    let pane = ui.interact(rect, id, Sense::focusable_noninteractive());
    pane.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Tree, true, tr!(cx.lang, "picker.tree")));
    describe(&pane, tr!(cx.lang, "picker.tree_keys"));
    let mut scroll = false;
    if pane.has_focus() {
        let filter = EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        let radius = CornerRadius::same(size::RADIUS);
        ui.painter().rect_stroke(rect.expand(2.0), radius, ui.visuals().selection.stroke, StrokeKind::Inside);
        scroll = tree_keys(ui, open, contacts, loaded, cx);
    }
    let rows: Vec<TreeRow> = open.tree.rows(directory, loaded.generation).to_vec();
    let selected = open.tree.place(directory);
    let mut clicked = None;
    ScrollArea::vertical().id_salt("tree").auto_shrink(false).show_viewport(ui, |ui, viewport| {
        let visible = visible_rows(ui, viewport, rows.len());
        if let Some(place) = selected.filter(|_| scroll) {
            ui.scroll_to_rect(row_rect(ui, place), None);
        }
        for place in visible {
            let row = rows[place];
            let area = row_rect(ui, place);
            ui.scope_builder(egui::UiBuilder::new().max_rect(area).id_salt(("department", row.department.0)), |ui| {
                let reach = open.facts.reach(loaded, row.department);
                if let Some(click) = tree_row_ui(ui, open, loaded, row, reach, selected == Some(place), cx.lang) {
                    clicked = Some((row.department, click));
                }
            });
        }
    });
    let Some((department, click)) = clicked else { return };
    let look = match click {
        TreeClick::Fold => open.tree.toggle(directory, department),
        TreeClick::Show => {
            open.show_department(loaded, department);
            open.focus_search = true;
            true
        }
        TreeClick::Choose => {
            open.choice.toggle_department(loaded.department_ref(department));
            open.focus_search = true;
            false
        }
    };
    if look {
        contacts.look_at(Some(department), cx.background);
    }
}

/// Follows the keys of the tree; `true` when the selected row has to be scrolled to.
fn tree_keys(ui: &Ui, open: &mut Open, contacts: &mut Contacts, loaded: &Loaded, cx: &PickerCx<'_>) -> bool {
    let directory = &loaded.directory;
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let walk = [
        (Key::ArrowUp, Walk::Up),
        (Key::ArrowDown, Walk::Down),
        (Key::ArrowRight, Walk::In),
        (Key::ArrowLeft, Walk::Out),
    ]
    .into_iter()
    .find_map(|(key, walk)| pressed(key).then_some(walk));
    let (enter, space) = (pressed(Key::Enter), pressed(Key::Space));
    if let Some(walk) = walk {
        open.tree.rows(directory, loaded.generation);
        open.query.clear();
        open.query_changed();
        let unfolded = open.tree.walk(directory, walk);
        let look = unfolded.or_else(|| open.tree.selected(directory));
        contacts.look_at(look, cx.background);
    }
    if let Some(department) = open.tree.selected(directory) {
        if space || enter && open.choice.with_departments() {
            open.choice.toggle_department(loaded.department_ref(department));
        } else if enter {
            open.show_department(loaded, department);
        }
    }
    walk.is_some()
}

/// What was clicked in a row of the tree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TreeClick {
    /// The triangle.
    Fold,
    /// The name.
    Show,
    /// The box.
    Choose,
}

fn tree_row_ui(
    ui: &mut Ui,
    open: &Open,
    loaded: &Loaded,
    row: TreeRow,
    reach: Option<u64>,
    selected: bool,
    lang: Lang,
) -> Option<TreeClick> {
    let t = tokens(ui.style());
    let department = loaded.department(row.department)?;
    let depth = f32::from(row.depth.min(12));
    let detail = reach.map(grouped).unwrap_or_default();
    let choosable = open.choice.with_departments();
    let triangle = 20.0;
    let chosen = choosable && open.choice.has_department(&department.id.to_string());
    let look = RowLook {
        name: &department.name,
        detail: &detail,
        selected: selected && !open.is_searching(),
        indent: depth * INDENT + triangle + if choosable { 22.0 } else { -4.0 },
        name_share: 0.8,
        detail_right: true,
        ..RowLook::default()
    };
    let response = row_ui(ui, &look);
    let rect = response.rect;
    let mut click = response.clicked().then_some(TreeClick::Show);
    let left = rect.left() + 4.0 + depth * INDENT;
    if let Some(unfolded) = row.unfolded {
        let area = Rect::from_min_size(pos2(left, rect.top()), vec2(triangle, rect.height()));
        let fold = ui.interact(area, ui.scope_id().with("fold"), Sense::CLICK);
        let name = &department.name;
        let label =
            if unfolded { tr!(lang, "picker.fold", name = name) } else { tr!(lang, "picker.unfold", name = name) };
        fold.widget_info(|| egui::WidgetInfo::selected(egui::Role::DisclosureTriangle, true, unfolded, &label));
        let icon = if unfolded { Icon::ChevronDown } else { Icon::ChevronRight };
        let ink = if fold.hovered() { t.text } else { t.muted };
        icon.sized(ink, 14.0).paint_at(ui, Rect::from_center_size(area.center(), vec2(14.0, 14.0)));
        if fold.clicked() {
            click = Some(TreeClick::Fold);
        }
    }
    if choosable {
        let center = pos2(left + triangle + 10.0, rect.center().y);
        let area = Rect::from_center_size(center, vec2(22.0, rect.height()));
        let choose = ui.interact(area, ui.scope_id().with("choose"), Sense::CLICK);
        let label = tr!(lang, "picker.choose_department", name = &department.name);
        choose.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, chosen, &label));
        tick_box(ui, t, center, chosen);
        if choose.clicked() {
            click = Some(TreeClick::Choose);
        }
        choose.on_hover_text(label);
    }
    click
}

/// Above the members: which department, and the two ways to choose it: its people now, or the department itself.
fn members_head_ui(ui: &mut Ui, open: &mut Open, loaded: &Loaded, lang: Lang) {
    let directory = &loaded.directory;
    let Some(shown) = open.tree.selected(directory) else { return };
    let Some(department) = loaded.department(shown) else { return };
    let t = tokens(ui.style());
    let head = open.facts.head(loaded, shown, &open.choice, open.request.id_kind);
    let (direct, below) = (head.direct.len(), head.below);
    let count = |people: usize| grouped(people as u64);
    ui.horizontal(|ui| {
        ui.add(Label::new(theme::medium(&department.name)).truncate());
        let id = RichText::new(department.id.to_string()).monospace().size(size::SMALL).color(t.muted);
        ui.add(Label::new(id));
        let counts = if below == direct || !head.complete {
            tr!(lang, "picker.direct_members", count = count(direct))
        } else {
            tr!(lang, "picker.direct_and_below", direct = count(direct), below = count(below))
        };
        ui.add(Label::new(RichText::new(counts).size(size::SMALL).color(t.muted)).truncate());
    });
    if !open.choice.multiple() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 4.0);
        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
        let mut toggled: Option<Vec<PersonIndex>> = None;
        if direct > 0 {
            let text = if head.all_chosen {
                tr!(lang, "picker.none_of_members", count = count(direct))
            } else {
                tr!(lang, "picker.all_members", count = count(direct))
            };
            let tip = tr!(lang, "picker.all_members_tip");
            if PushButton::new(text).icon(Icon::Users).tooltip(tip).small().show(ui).clicked() {
                toggled = Some(head.direct.clone());
            }
        }
        if head.complete && below > direct {
            let text = tr!(lang, "picker.all_below", count = count(below));
            let tip = tr!(lang, "picker.all_members_tip");
            if PushButton::new(text).tooltip(tip).small().show(ui).clicked() {
                toggled = Some(loaded.people_below(shown));
            }
        }
        let mut toggle_department = false;
        if open.choice.with_departments() {
            let id = department.id.to_string();
            let text = if open.choice.has_department(&id) {
                tr!(lang, "picker.not_whole_department")
            } else {
                tr!(lang, "picker.whole_department")
            };
            let tip = tr!(lang, "picker.whole_department_tip");
            let button = PushButton::new(text).icon(Icon::Department).tooltip(tip).small();
            toggle_department = button.show(ui).clicked();
        }
        if let Some(people) = toggled {
            open.toggle_all(loaded, &people);
            open.focus_search = true;
        }
        if toggle_department {
            open.choice.toggle_department(loaded.department_ref(shown));
            open.focus_search = true;
        }
    });
}

/// Above what a search found: how much.
fn found_head_ui(ui: &mut Ui, open: &Open, loaded: &Loaded, lang: Lang) {
    let t = tokens(ui.style());
    let (people, departments) =
        open.found().map_or((0, 0), |found| (found.people_total as u64, found.departments_total as u64));
    ui.horizontal_wrapped(|ui| {
        let text = tr!(lang, "picker.found", people = grouped(people), departments = grouped(departments));
        ui.add(Label::new(RichText::new(text).size(size::SMALL + 1.0).color(t.muted)));
        if people > LISTED as u64 {
            let text = tr!(lang, "picker.found_first", count = LISTED);
            ui.add(Label::new(RichText::new(text).size(size::SMALL).color(t.faint)));
        }
        if !loaded.directory.is_complete() {
            let text = tr!(lang, "picker.found_in_part", count = grouped(loaded.directory.people_count() as u64));
            ui.add(Label::new(RichText::new(text).size(size::SMALL).color(t.warning)));
        }
    });
}

fn list_ui(ui: &mut Ui, open: &mut Open, contacts: &mut Contacts, loaded: &Loaded, cx: &PickerCx<'_>) {
    if open.rows().is_empty() {
        nothing_listed_ui(ui, open, contacts, loaded, cx);
        return;
    }
    let count = open.rows().len();
    let mut clicked = None;
    let area = ScrollArea::vertical().id_salt(("list", open.is_searching())).auto_shrink(false);
    area.show_viewport(ui, |ui, viewport| {
        let visible = visible_rows(ui, viewport, count);
        if std::mem::take(&mut open.cursor.scroll) {
            ui.scroll_to_rect(row_rect(ui, open.cursor.at), None);
        }
        for place in visible {
            let row = open.rows()[place];
            let area = row_rect(ui, place);
            ui.scope_builder(egui::UiBuilder::new().max_rect(area).id_salt(row_salt(row)), |ui| {
                let reach = match row {
                    Row::Department(department) => open.facts.reach(loaded, department),
                    _ => None,
                };
                let response = list_row_ui(ui, open, loaded, row, reach, place, cx.lang);
                if place == open.cursor.at
                    && let Some(search) = open.search_id
                {
                    // A screen reader follows the cursor although the keyboard stays in the search field.
                    let row = response.id.accesskit_id();
                    ui.ctx().accesskit_node_builder(search, |node| node.set_active_descendant(row));
                }
                if response.clicked() {
                    clicked = Some(place);
                }
            });
        }
    });
    if let Some(place) = clicked {
        open.focus_search = true;
        match open.activate(loaded, place) {
            Some(Did::Opened(department)) => contacts.look_at(Some(department), cx.background),
            Some(Did::NoId) => no_id_note(cx),
            _ => {}
        }
    }
}

fn row_salt(row: Row) -> (u8, u32) {
    match row {
        Row::Department(one) => (0, one.0),
        Row::MoreDepartments => (1, 0),
        Row::Person(one) => (2, one.0),
    }
}

fn list_row_ui(
    ui: &mut Ui,
    open: &Open,
    loaded: &Loaded,
    row: Row,
    reach: Option<u64>,
    place: usize,
    lang: Lang,
) -> egui::Response {
    let cursor = place == open.cursor.at && (open.cursor.moved || open.is_searching());
    let query = open.query.as_str();
    match row {
        Row::MoreDepartments => {
            let total = open.found().map_or(0, |found| found.departments.len());
            let name = tr!(lang, "picker.more_departments", count = total);
            let look = RowLook { name: &name, cursor, name_share: 1.0, indent: 24.0, ..RowLook::default() };
            row_ui(ui, &look)
        }
        Row::Department(department) => {
            let Some(found) = loaded.department(department) else { return ui.label("") };
            let id = found.id.to_string();
            let directory = &loaded.directory;
            let people = reach.map(|people| tr!(lang, "picker.people_count", count = grouped(people)).into_owned());
            let people = people.unwrap_or_default();
            let above = directory.parent(department).map(|above| directory.path(above)).unwrap_or_default();
            let detail = [people, above].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
            let choosable = open.choice.with_departments();
            row_ui(
                ui,
                &RowLook {
                    ticked: choosable.then(|| open.choice.has_department(&id)),
                    icon: Some(Icon::Department),
                    name: &found.name,
                    name_mark: marks::in_name(&found.name, query),
                    id: &id,
                    id_mark: marks::in_text(&id, query),
                    detail: &detail,
                    cursor,
                    name_share: NAME_SHARE,
                    ..RowLook::default()
                },
            )
        }
        Row::Person(person) => person_row_ui(ui, open, loaded, person, cursor, lang),
    }
}

fn person_row_ui(
    ui: &mut Ui,
    open: &Open,
    loaded: &Loaded,
    person: PersonIndex,
    cursor: bool,
    lang: Lang,
) -> egui::Response {
    let directory = &loaded.directory;
    let kind = open.id_kind();
    let view = directory.person(person);
    let query = open.query.as_str();
    let chosen = open.choice.has_person(&loaded.person_ref(kind, person).id);
    let mut parts: Vec<String> = Vec::new();
    if let Some(department) =
        loaded.covered_by(person, |id| open.choice.has_department(id)).filter(|_| open.choice.with_departments())
    {
        parts.push(tr!(lang, "picker.in_chosen", name = department).into_owned());
    }
    if !view.active {
        parts.push(tr!(lang, "picker.not_active").into_owned());
    }
    if !view.title.is_empty() {
        parts.push(view.title.to_owned());
    }
    if open.is_searching() {
        let home = directory.departments_of(person).next();
        parts.extend(home.map(|home| short_path(directory, home)));
    }
    let in_name = marks::in_name(view.name, query);
    let id_mark = if in_name.is_some() { None } else { marks::in_text(view.userid, query) };
    if in_name.is_none() && id_mark.is_none() && !query.trim().is_empty() && !view.job_number.is_empty() {
        parts.insert(0, view.job_number.to_owned());
    }
    let detail = parts.join(" · ");
    row_ui(
        ui,
        &RowLook {
            ticked: Some(chosen),
            name: view.name,
            name_mark: in_name,
            id: view.userid,
            id_mark,
            detail: &detail,
            cursor,
            name_share: NAME_SHARE,
            ..RowLook::default()
        },
    )
}

/// A department and the one above it: enough to tell two people of one name apart.
fn short_path(directory: &Directory, department: DepartmentIndex) -> String {
    let name = |one| directory.department(one).map_or("", |found| found.name.as_str());
    match directory.parent(department) {
        Some(above) if directory.parent(above).is_some() => format!("{} / {}", name(above), name(department)),
        _ => name(department).to_owned(),
    }
}

fn nothing_listed_ui(ui: &mut Ui, open: &Open, contacts: &mut Contacts, loaded: &Loaded, cx: &PickerCx<'_>) {
    let lang = cx.lang;
    if open.is_searching() {
        let text = if loaded.directory.is_complete() {
            tr!(lang, "picker.not_found_text")
        } else {
            tr!(lang, "picker.not_found_in_part")
        };
        let button = (!loaded.directory.is_complete() && contacts.refresh_progress().is_none())
            .then(|| PushButton::new(tr!(lang, "picker.load_all")).icon(Icon::Refresh));
        if empty_state(ui, Icon::Search, &tr!(lang, "common.nothing_found"), &text, button) {
            contacts.refresh(cx.background);
        }
        return;
    }
    let Some(shown) = open.tree.selected(&loaded.directory) else { return };
    let members_known = loaded.directory.coverage(shown).members;
    let id = loaded.department(shown).map_or(0, |one| one.id);
    let (title, text) = if members_known {
        (tr!(lang, "picker.no_members"), tr!(lang, "picker.no_members_text"))
    } else if contacts.is_on_its_way(id) {
        (tr!(lang, "picker.loading_members"), tr!(lang, "picker.loading_text"))
    } else {
        (tr!(lang, "picker.members_unknown"), tr!(lang, "picker.members_unknown_text"))
    };
    empty_state(ui, Icon::Users, &title, &text, None);
}

fn visible_rows(ui: &mut Ui, viewport: Rect, count: usize) -> std::ops::Range<usize> {
    ui.set_height(HEIGHT * count as f32);
    let first = (viewport.min.y / HEIGHT).floor().max(0.0);
    let last = (viewport.max.y / HEIGHT).ceil().max(0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and counts of rows")]
    let (first, last) = (first as usize, last as usize);
    first.min(count)..last.min(count)
}

fn row_rect(ui: &Ui, place: usize) -> Rect {
    let top = ui.max_rect().top() + rows::HEIGHT * place as f32;
    Rect::from_min_size(pos2(ui.max_rect().left(), top), vec2(ui.available_width(), HEIGHT))
}
