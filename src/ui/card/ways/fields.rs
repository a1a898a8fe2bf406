//! One widget per type of value: text, yes or no, number, ids, texts by name, mentions, languages, sources.

use egui::{Response, TextEdit, Ui, vec2};

use super::meter_of;
use crate::{
    compose::{
        CardDraft, PersonRef,
        card::{AtPerson, DynamicSource, LastMessage, TextPair},
        paste, pointer,
        ways::{CardField, body::languages, pointer_of, slot::SlotMut},
    },
    ui::{
        action::Action,
        card::{
            last_message::locale_name,
            people::{self, AT_ALL},
        },
        cx::Cx,
        icons::Icon,
        picker::Purpose,
        theme::size,
        widgets::{
            Chip, Field, PushButton,
            buttons::icon_button_sized,
            chips_ui, combo,
            form::{anchor, finding_line},
            segmented::truth_field,
        },
    },
};

/// A field of the draft's way, whatever its type; nothing where the way does not have it.
pub fn field_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, field: CardField, label: &str, help: &str) {
    let Some(at) = pointer_of(draft.via, field) else { return };
    let mut shown = Field::new(label).pointer(at);
    if !help.is_empty() {
        shown = shown.help(help);
    }
    if let Some(meter) = meter_of(draft, field) {
        shown = shown.meter(meter);
    }
    let mut pick = false;
    shown.show(ui, cx, |ui| match draft.slot_mut(field) {
        SlotMut::Text(text) => ui.add(TextEdit::singleline(text).desired_width(f32::INFINITY)),
        SlotMut::Truth(value) => truth_ui(ui, cx, label, value),
        SlotMut::Integer(value) => integer_ui(ui, value),
        SlotMut::Ids(list) => ids_ui(ui, cx, label, list, field.names_people().then_some(&mut pick)),
        SlotMut::Pairs(list) => pairs_ui(ui, cx, at, list),
        SlotMut::At(list) => at_ui(ui, cx, at, label, list, &mut pick),
        SlotMut::Languages(message) => languages_ui(ui, cx, at, field, message),
        SlotMut::Sources(list) => sources_ui(ui, cx, at, list),
        SlotMut::Spaces(_) | SlotMut::Variables => ui.label(""),
    });
    if pick {
        cx.send(Action::OpenPicker(Box::new(people::request(draft, Purpose::CardField(field)))));
    }
}

/// The button that opens the picker for a field.
fn pick_ui(ui: &mut Ui, cx: &Cx<'_>, label: &str) -> Response {
    let name = tr!(cx.lang, "way.pick_for", field = label);
    PushButton::new(tr!(cx.lang, "card.pick_people")).name(name).icon(Icon::Users).small().show(ui)
}

fn truth_ui(ui: &mut Ui, cx: &Cx<'_>, label: &str, value: &mut Option<bool>) -> Response {
    let mut chosen = *value;
    let response = truth_field(ui, cx.lang, label, &mut chosen);
    if response.changed() {
        cx.send(Action::UndoStep);
        *value = chosen;
    }
    response
}

fn integer_ui(ui: &mut Ui, value: &mut Option<i64>) -> Response {
    let mut text = value.map(|value| value.to_string()).unwrap_or_default();
    let response = ui.add(TextEdit::singleline(&mut text).desired_width(220.0));
    if response.changed() {
        let digits: String = text.chars().filter(char::is_ascii_digit).take(18).collect();
        *value = digits.parse().ok();
    }
    response
}

/// Ids as chips, and a line where more are typed or pasted: they are taken over by Enter or when the line is left. `pick`:
/// they are people, and a button lets one pick them.
fn ids_ui(ui: &mut Ui, cx: &Cx<'_>, label: &str, list: &mut Vec<PersonRef>, pick: Option<&mut bool>) -> Response {
    ui.vertical(|ui| {
        let chips = list.iter().map(|person| {
            if person.name.is_empty() {
                Chip::new(person.id.as_str())
            } else {
                Chip::new(person.name.as_str()).detail(person.id.as_str())
            }
        });
        if !list.is_empty()
            && let Some(index) = chips_ui(ui, cx.lang, chips.collect::<Vec<_>>().into_iter(), 60)
        {
            cx.send(Action::UndoStep);
            list.remove(index);
        }
        let id = ui.make_persistent_id("more ids");
        let mut typed: String = ui.data_mut(|data| data.get_temp(id)).unwrap_or_default();
        let edit = TextEdit::singleline(&mut typed).hint_text(tr!(cx.lang, "way.ids_hint"));
        let response = match pick {
            Some(pick) => {
                ui.horizontal(|ui| {
                    *pick = pick_ui(ui, cx, label).clicked();
                    ui.add(edit.desired_width(f32::INFINITY)).accessible_name(label)
                })
                .inner
            }
            None => ui.add(edit.desired_width(f32::INFINITY)).accessible_name(label),
        };
        if response.lost_focus() && !typed.trim().is_empty() {
            cx.send(Action::UndoStep);
            for id in paste::ids(&typed) {
                if !list.iter().any(|known| known.id == id) {
                    list.push(PersonRef { id, name: String::new() });
                }
            }
            typed.clear();
        }
        ui.data_mut(|data| data.insert_temp(id, typed));
        response
    })
    .inner
}

/// Rows of two texts with a button to take each away, and one to add another.
fn rows_ui<T: Default>(
    ui: &mut Ui,
    cx: &Cx<'_>,
    at: &str,
    list: &mut Vec<T>,
    parts: impl Fn(&mut T) -> (&mut String, &mut String),
    hints: (&str, &str),
) -> Response {
    let lang = cx.lang;
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = size::XS;
        let mut removed = None;
        for (index, row) in list.iter_mut().enumerate() {
            let (first, second) = parts(row);
            let place = pointer::join(at, first);
            ui.push_id(("row", index), |ui| {
                ui.horizontal(|ui| {
                    let width = (ui.available_width() - 32.0 - 2.0 * size::S) / 2.0;
                    let named = |hint: &str| format!("{hint} {}", index + 1);
                    let edit = TextEdit::singleline(first).hint_text(hints.0).desired_width(width);
                    let key = ui.add(edit).accessible_name(named(hints.0));
                    anchor(ui, cx, &place, &key);
                    let edit = TextEdit::singleline(second).hint_text(hints.1).desired_width(width);
                    ui.add(edit).accessible_name(named(hints.1));
                    let name = tr!(lang, "common.remove_named", name = first.as_str());
                    if icon_button_sized(ui, Icon::Trash, name, 24.0, true).clicked() {
                        removed = Some(index);
                    }
                });
                for finding in cx.findings_at(&place) {
                    finding_line(ui, lang, finding);
                }
            });
        }
        if let Some(index) = removed {
            cx.send(Action::UndoStep);
            list.remove(index);
        }
        let add = PushButton::quiet(tr!(lang, "way.add_row")).icon(Icon::Plus).small().show(ui);
        if add.clicked() {
            cx.send(Action::UndoStep);
            list.push(T::default());
        }
        add
    })
    .inner
}

fn pairs_ui(ui: &mut Ui, cx: &Cx<'_>, at: &str, list: &mut Vec<TextPair>) -> Response {
    let hints = (tr!(cx.lang, "way.pair_key"), tr!(cx.lang, "way.pair_value"));
    rows_ui(ui, cx, at, list, |pair| (&mut pair.key, &mut pair.value), (&hints.0, &hints.1))
}

/// People mentioned: picked, typed, or everyone.
fn at_ui(ui: &mut Ui, cx: &Cx<'_>, at: &str, label: &str, list: &mut Vec<AtPerson>, pick: &mut bool) -> Response {
    let lang = cx.lang;
    ui.vertical(|ui| {
        let hints = (tr!(lang, "card.mention_id"), tr!(lang, "card.mention_name"));
        let rows = rows_ui(ui, cx, at, list, |person| (&mut person.id, &mut person.name), (&hints.0, &hints.1));
        ui.horizontal_wrapped(|ui| {
            *pick = pick_ui(ui, cx, label).clicked();
            let there = list.iter().any(|person| person.id == AT_ALL);
            let off = if there { Err(tr!(lang, "card.mention_all_there").into_owned()) } else { Ok(()) };
            if PushButton::new(tr!(lang, "card.mention_all")).small().enabled(off).show(ui).clicked() {
                cx.send(Action::UndoStep);
                list.push(AtPerson { id: AT_ALL.to_owned(), name: AT_ALL.to_owned() });
            }
        });
        rows
    })
    .inner
}

fn languages_ui(ui: &mut Ui, cx: &Cx<'_>, at: &str, field: CardField, message: &mut LastMessage) -> Response {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = size::XS;
        let mut first = None;
        for (slot, key) in languages(field) {
            let Some(text) = message.texts.get_mut(slot) else { continue };
            let line = ui
                .horizontal(|ui| {
                    ui.allocate_ui_with_layout(
                        vec2(112.0, size::CONTROL),
                        egui::Layout::left_to_right(egui::Align::Center),
                        |ui| {
                            ui.set_min_width(112.0);
                            let locale = key.get(..2).map(str::to_lowercase).unwrap_or_default();
                            let name = locale_name(cx.lang, &format!("{locale}{}", key.get(2..).unwrap_or_default()));
                            ui.add(egui::Label::new(name).truncate().selectable(false));
                        },
                    );
                    ui.add(TextEdit::singleline(text).desired_width(f32::INFINITY)).accessible_name(key)
                })
                .inner;
            anchor(ui, cx, &pointer::join(at, key), &line);
            first.get_or_insert(line);
        }
        let filled = message.texts.iter().find(|text| !text.trim().is_empty()).cloned();
        if let Some(text) = filled
            && languages(field).iter().any(|(slot, _)| message.texts.get(*slot).is_some_and(String::is_empty))
            && PushButton::quiet(tr!(cx.lang, "card.last_message_copy")).small().show(ui).clicked()
        {
            cx.send(Action::UndoStep);
            for (slot, _) in languages(field) {
                if let Some(line) = message.texts.get_mut(slot).filter(|line| line.is_empty()) {
                    line.clone_from(&text);
                }
            }
        }
        first.unwrap_or_else(|| ui.label(""))
    })
    .inner
}

fn sources_ui(ui: &mut Ui, cx: &Cx<'_>, at: &str, list: &mut Vec<DynamicSource>) -> Response {
    let lang = cx.lang;
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = size::XS;
        let mut removed = None;
        for (index, source) in list.iter_mut().enumerate() {
            let place = pointer::element(at, index);
            ui.push_id(("source", index), |ui| {
                ui.horizontal(|ui| {
                    let edit =
                        TextEdit::singleline(&mut source.id).hint_text("dynamicDataSourceId").desired_width(200.0);
                    let id = ui.add(edit).accessible_name(format!("dynamicDataSourceId {}", index + 1));
                    anchor(ui, cx, &place, &id);
                    let shown = if source.strategy.is_empty() { "pullStrategy" } else { &source.strategy };
                    let choice = combo(("strategy", index), shown.to_owned()).width(110.0).show_ui(ui, |ui| {
                        for strategy in ["NONE", "ONCE", "INTERVAL"] {
                            ui.selectable_value(&mut source.strategy, strategy.to_owned(), strategy);
                        }
                    });
                    choice.response.accessible_name("pullStrategy");
                    if source.strategy == "INTERVAL" {
                        let mut text = source.interval.map(|value| value.to_string()).unwrap_or_default();
                        let interval = ui.add(TextEdit::singleline(&mut text).desired_width(56.0));
                        if interval.accessible_name("interval").changed() {
                            source.interval = text.trim().parse().ok();
                        }
                        let unit = if source.unit.is_empty() { "timeUnit" } else { &source.unit };
                        let choice = combo(("unit", index), unit.to_owned()).width(100.0).show_ui(ui, |ui| {
                            for unit in ["SECONDS", "MINUTES", "HOURS", "DAYS"] {
                                ui.selectable_value(&mut source.unit, unit.to_owned(), unit);
                            }
                        });
                        choice.response.accessible_name("timeUnit");
                    }
                    let name = tr!(lang, "common.remove_named", name = source.id.as_str());
                    if icon_button_sized(ui, Icon::Trash, name, 24.0, true).clicked() {
                        removed = Some(index);
                    }
                });
                for finding in cx.findings_at(&place) {
                    finding_line(ui, lang, finding);
                }
                ui.indent("params", |ui| pairs_ui(ui, cx, &place, &mut source.const_params));
            });
        }
        if let Some(index) = removed {
            cx.send(Action::UndoStep);
            list.remove(index);
        }
        let add = PushButton::quiet(tr!(lang, "way.add_source")).icon(Icon::Plus).small().show(ui);
        if add.clicked() {
            cx.send(Action::UndoStep);
            list.push(DynamicSource { strategy: "ONCE".to_owned(), ..DynamicSource::default() });
        }
        add
    })
    .inner
}
