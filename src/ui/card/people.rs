//! The group of the receivers, and the people mentioned with @.

use std::{
    collections::HashSet,
    sync::{Arc, Weak},
};

use egui::{Label, RichText, TextEdit, Ui, vec2};

use super::paste::PasteInto;
use crate::{
    compose::{
        CardDraft, PersonRef, Severity, Unit,
        card::{AtPerson, PrivateTable},
        pointer,
    },
    ui::{
        action::Action,
        commands::Command,
        cx::Cx,
        icons::Icon,
        picker::{IdKind, PickerRequest, Purpose, apply},
        theme::{self, size, tokens},
        widgets::{
            Chip, Field, Group, Meter, PushButton, buttons::icon_button_sized, chips_ui, form::finding_line, grouped,
            segmented_field,
        },
    },
};

/// JSON pointer of the receivers.
pub const RECEIVERS: &str = "/receiverUserIdList";
/// JSON pointer of the people mentioned.
pub const MENTIONS: &str = "/atOpenIds";
/// Everyone, as id and as name.
pub const AT_ALL: &str = "@ALL";
/// How many chips are drawn; the rest is a number, and the picker shows all.
const CHIPS: usize = 60;
/// Most receivers the sibling page allows in a single chat.
const RECEIVERS_MAX: u64 = 20;

/// What the group remembers.
#[derive(Default)]
pub struct ReceiversView {
    /// How many people of the per-person table are no receivers, and of which lists this was counted.
    left_out: Option<(Weak<Vec<PersonRef>>, Weak<PrivateTable>, usize)>,
}

impl ReceiversView {
    /// Counts thousands of people once, not in every pass.
    fn left_out(&mut self, draft: &CardDraft) -> usize {
        match &self.left_out {
            Some((receivers, table, count))
                if draft.receivers.is(receivers) && std::ptr::eq(table.as_ptr(), Arc::as_ptr(&draft.private)) =>
            {
                *count
            }
            _ => {
                let count = left_out(draft).count();
                self.left_out = Some((draft.receivers.mark(), Arc::downgrade(&draft.private), count));
                count
            }
        }
    }
}

/// People of the per-person table who are no receivers.
fn left_out(draft: &CardDraft) -> impl Iterator<Item = &PersonRef> {
    let known: HashSet<&str> = draft.receivers.iter().map(|person| person.id.as_str()).collect();
    let people = draft.private.rows.iter().map(|row| &row.person);
    people.filter(move |person| !person.id.is_empty() && !known.contains(person.id.as_str()))
}

/// The group of the receivers.
pub fn receivers_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    draft: &mut CardDraft,
    view: &mut ReceiversView,
    paste: &mut Option<PasteInto>,
) {
    let lang = cx.lang;
    let count = draft.receivers.len();
    let badge = match count {
        0 => String::new(),
        1 => tr!(lang, "send.one_person").into_owned(),
        _ => tr!(lang, "card.people_count", count = grouped(count as u64)).into_owned(),
    };
    let jumped = cx.jumps_into(RECEIVERS) || cx.jumps_into("/userIdType");
    Group::new(tr!(lang, "card.receivers")).badge(badge).force_open(jumped).show(ui, |ui| {
        let mut field =
            Field::new(tr!(lang, "card.receiver_list")).help(tr!(lang, "card.receiver_list_help")).pointer(RECEIVERS);
        if count > 0 {
            field = field.meter(Meter::new(count as u64, RECEIVERS_MAX, Unit::People));
        }
        field.show(ui, cx, |ui| {
            if count > 0 {
                let wrong = |index: usize| {
                    let at = pointer::element(RECEIVERS, index);
                    cx.findings_at(&at).any(|finding| finding.severity == Severity::Error)
                };
                let chips = draft.receivers.iter().enumerate().map(|(index, person)| {
                    if person.name.is_empty() {
                        Chip::new(person.id.as_str()).wrong(wrong(index))
                    } else {
                        Chip::new(person.name.as_str()).detail(person.id.as_str()).wrong(wrong(index))
                    }
                });
                if let Some(index) = chips_ui(ui, lang, chips, CHIPS) {
                    cx.send(Action::UndoStep);
                    draft.receivers.remove(index);
                }
            }
            ui.horizontal_wrapped(|ui| {
                let pick = PushButton::new(tr!(lang, "card.pick_people")).name(tr!(lang, "card.pick_receivers"));
                let pick = pick.icon(Icon::Users).show(ui);
                if pick.clicked() {
                    cx.send(Action::OpenPicker(Box::new(request(draft, Purpose::CardReceivers))));
                }
                let list = PushButton::new(tr!(lang, "import.from_list")).icon(Icon::FolderOpen);
                if list.tooltip(tr!(lang, "import.from_list_tip")).show(ui).clicked() {
                    cx.run(Command::ImportList);
                }
                let by_id = PushButton::new(tr!(lang, "card.paste_ids")).name(tr!(lang, "card.paste_receivers_title"));
                if by_id.icon(Icon::Paste).show(ui).clicked() {
                    *paste = Some(PasteInto::Receivers);
                }
                if count > 0 && !draft.private.rows.is_empty() {
                    from_private_ui(ui, cx, draft, view.left_out(draft));
                }
                let clear = PushButton::quiet(tr!(lang, "common.clear")).name(tr!(lang, "card.clear_receivers"));
                if count > 0 && clear.show(ui).clicked() {
                    cx.send(Action::UndoStep);
                    draft.receivers.clear();
                }
                pick
            })
            .inner
        });
        // Findings of single receivers, which have no field of their own.
        for finding in cx.findings_below(RECEIVERS).filter(|finding| finding.pointer != RECEIVERS).take(3) {
            finding_line(ui, lang, finding);
        }
        user_id_type_ui(ui, cx, draft);
    });
}

/// Adds everyone of the per-person table who is no receiver yet.
fn from_private_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, new: usize) {
    if new == 0 {
        return;
    }
    let button = PushButton::quiet(tr!(cx.lang, "card.add_from_private", count = new));
    if button.tooltip(tr!(cx.lang, "card.add_from_private_tip")).show(ui).clicked() {
        cx.send(Action::UndoStep);
        let people: Vec<PersonRef> = left_out(draft).cloned().collect();
        draft.receivers.extend(people);
    }
}

/// Which kind of id people are named by.
pub fn user_id_type_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft) {
    let lang = cx.lang;
    let label = tr!(lang, "card.user_id_type");
    Field::new(label.clone()).help(tr!(lang, "card.user_id_type_help")).pointer("/userIdType").show(ui, cx, |ui| {
        let mut kind = draft.user_id_type;
        let mut choices = vec![
            (None, tr!(lang, "card.user_id_type_default").into_owned()),
            (Some(1), "1 · userId".to_owned()),
            (Some(2), "2 · unionId".to_owned()),
        ];
        if let Some(other) = kind.filter(|kind| !matches!(kind, 1 | 2)) {
            choices.push((Some(other), other.to_string()));
        }
        let response = segmented_field(ui, &label, &mut kind, choices);
        if response.changed() {
            cx.send(Action::UndoStep);
            draft.user_id_type = kind;
        }
        response
    });
}

/// What the picker is asked for, with the people chosen already.
pub fn request(draft: &CardDraft, purpose: Purpose) -> PickerRequest {
    let people = apply::people_of(draft, purpose);
    PickerRequest::people(purpose).id_kind(IdKind::of_user_id_type(draft.user_id_type)).chosen_people(people)
}

/// The people mentioned with @: an id and the name that is shown.
pub fn mentions_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, paste: &mut Option<PasteInto>) {
    let lang = cx.lang;
    let t = tokens(ui.style());
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = size::XS;
        ui.add(Label::new(tr!(lang, "card.mentions")).selectable(false));
        let mut removed = None;
        for (index, at) in draft.at_open_ids.iter_mut().enumerate().take(200) {
            let pointer = pointer::join(MENTIONS, &at.id);
            ui.push_id(("mention", index), |ui| {
                ui.horizontal(|ui| {
                    let number = index + 1;
                    if at.id == AT_ALL && at.name == AT_ALL {
                        ui.allocate_ui(vec2(ui.available_width() - 32.0, size::CONTROL), |ui| {
                            ui.label(tr!(lang, "card.mention_all"));
                            ui.label(RichText::new(AT_ALL).size(size::SMALL).color(t.muted));
                        });
                    } else {
                        let width = (ui.available_width() - 32.0 - 2.0 * size::S) / 2.0;
                        let id = TextEdit::singleline(&mut at.id)
                            .hint_text(tr!(lang, "card.mention_id"))
                            .desired_width(width);
                        let id = ui.add(id).accessible_name(tr!(lang, "card.mention_id_of", number = number));
                        crate::ui::widgets::form::anchor(ui, cx, &pointer, &id);
                        let name = TextEdit::singleline(&mut at.name)
                            .hint_text(tr!(lang, "card.mention_name"))
                            .desired_width(width);
                        ui.add(name).accessible_name(tr!(lang, "card.mention_name_of", number = number));
                    }
                    let name =
                        tr!(lang, "common.remove_named", name = if at.name.is_empty() { &at.id } else { &at.name });
                    if icon_button_sized(ui, Icon::Trash, name, 24.0, true).clicked() {
                        removed = Some(index);
                    }
                });
                for finding in cx.findings_at(&pointer) {
                    finding_line(ui, lang, finding);
                }
            });
        }
        if let Some(index) = removed {
            cx.send(Action::UndoStep);
            draft.at_open_ids.remove(index);
        }
        let buttons = ui.horizontal_wrapped(|ui| {
            let pick = PushButton::new(tr!(lang, "card.pick_people")).name(tr!(lang, "card.pick_mentions"));
            let pick = pick.icon(Icon::Users).show(ui);
            if pick.clicked() {
                cx.send(Action::OpenPicker(Box::new(request(draft, Purpose::CardMentions))));
            }
            let everyone = draft.at_open_ids.iter().any(|at| at.id == AT_ALL);
            let off = if everyone { Err(tr!(lang, "card.mention_all_there").into_owned()) } else { Ok(()) };
            if PushButton::new(tr!(lang, "card.mention_all")).enabled(off).show(ui).clicked() {
                cx.send(Action::UndoStep);
                draft.at_open_ids.push(AtPerson { id: AT_ALL.to_owned(), name: AT_ALL.to_owned() });
            }
            let by_id = PushButton::new(tr!(lang, "card.paste_ids")).name(tr!(lang, "card.paste_mentions_title"));
            if by_id.icon(Icon::Paste).show(ui).clicked() {
                *paste = Some(PasteInto::Mentions);
            }
            pick
        });
        cx.jump.offer(MENTIONS, buttons.inner.rect, buttons.inner.id);
        ui.add(Label::new(theme::help(ui.style(), tr!(lang, "card.mentions_help"))).wrap());
    });
}
