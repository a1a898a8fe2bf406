//! 先发给我: the draft goes to chosen test people first, with the values of a chosen recipient.

use std::sync::Arc;

use egui::{RichText, Ui};
use serde_json::Value;

use super::DeliveryAction;
use crate::{
    compose::{
        Draft, PersonRef,
        card::{PrivateRow, PrivateTable},
        personal::PeopleTable,
    },
    lang::Lang,
    ui::{
        action::{Action, Actions},
        icons::Icon,
        picker::{IdKind, PickerRequest, Purpose},
        theme::{size, tokens},
        widgets::{Chip, Dialog, PushButton, chips_ui, combo, dialog::Answer},
    },
};

/// The member of a draft file's `editor` that holds the test people: `[["userid", "name"], …]`.
pub const MEMBER: &str = "trial";

/// Test people as [`MEMBER`] holds them.
pub fn to_json(people: &[PersonRef]) -> Value {
    people.iter().map(|person| serde_json::json!([person.id, person.name])).collect()
}

/// Reads what [`to_json`] wrote; what is something else is left out.
pub fn from_json(value: &Value) -> Vec<PersonRef> {
    let person = |value: &Value| {
        let id = value.get(0)?.as_str()?.to_owned();
        let name = value.get(1).and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(PersonRef { id, name })
    };
    value.as_array().map(|all| all.iter().filter_map(person).collect()).unwrap_or_default()
}

/// The draft and list that go to the test people, with the values of one recipient (a row of the list, or a place among
/// the draft's own recipients).
pub fn order(
    draft: &Draft,
    list: Option<&PeopleTable>,
    testers: &[PersonRef],
    as_row: Option<usize>,
) -> (Draft, Arc<PeopleTable>) {
    let mut draft = draft.clone();
    let cells = list.and_then(|list| list.rows.get(as_row?)).map(|row| row.cells.clone()).unwrap_or_default();
    let columns = list.map(|list| list.columns.clone()).unwrap_or_default();
    let rows =
        testers.iter().map(|person| PrivateRow { person: person.clone(), cells: cells.clone() }).collect::<Vec<_>>();
    if let Draft::Card(card) = &mut draft {
        // Private values of the chosen recipient become the testers'.
        let chosen = match list {
            Some(list) => as_row.and_then(|row| list.rows.get(row)).map(|row| row.person.id.clone()),
            None => as_row.and_then(|row| card.receivers.get(row)).map(|person| person.id.clone()),
        };
        let own = chosen.and_then(|id| card.private.rows.iter().find(|row| row.person.id == id).cloned());
        let rows = own.map_or_else(Vec::new, |own| {
            testers.iter().map(|person| PrivateRow { person: person.clone(), cells: own.cells.clone() }).collect()
        });
        let columns = if rows.is_empty() { Vec::new() } else { card.private.columns.clone() };
        card.private = Arc::new(PrivateTable { columns, rows });
    }
    (draft, Arc::new(PeopleTable { columns, rows }))
}

/// What the dialog remembers.
#[derive(Default)]
pub struct Trial {
    /// Whether it is open.
    pub open: bool,
    /// Whose values are used.
    pub as_row: Option<usize>,
}

/// What the dialog shows.
pub struct Reads<'a> {
    /// The language.
    pub lang: Lang,
    /// The test people kept with the draft.
    pub testers: &'a [PersonRef],
    /// The recipients whose values can be used.
    pub recipients: &'a dyn Fn(usize) -> Option<&'a PersonRef>,
    /// How many recipients there are.
    pub count: usize,
    /// Which id travels.
    pub id_kind: IdKind,
    /// For which organisation; `None`: the sandbox.
    pub organisation: Option<&'a str>,
    /// Why it cannot be sent now.
    pub off: Result<(), String>,
    /// Wishes.
    pub actions: &'a Actions,
}

/// The dialog, while it is open.
pub fn trial_ui(ctx: &egui::Context, reads: &Reads<'_>, trial: &mut Trial) {
    let lang = reads.lang;
    if !trial.open {
        return;
    }
    let send = |action: DeliveryAction| reads.actions.send(Action::Delivery(action));
    let people = reads.testers.len();
    let off = if people == 0 { Err(tr!(lang, "trial.nobody").into_owned()) } else { reads.off.clone() };
    let label = tr!(lang, "trial.send", count = people);
    let accept = if reads.organisation.is_some() { PushButton::danger(label) } else { PushButton::primary(label) };
    let text = if let Some(organisation) = reads.organisation {
        tr!(lang, "trial.text_live", organisation = organisation)
    } else {
        tr!(lang, "trial.text")
    };
    let dialog = Dialog::new("trial", tr!(lang, "trial.title"), tr!(lang, "common.cancel"));
    let (answer, ()) = dialog.text(text).accept(accept.icon(Icon::TestSend).enabled(off)).show(ctx, |ui| {
        let chips = reads.testers.iter().map(|person| {
            if person.name.is_empty() { Chip::new(&person.id) } else { Chip::new(&person.name).detail(&person.id) }
        });
        if let Some(index) = chips_ui(ui, lang, chips, 12) {
            let mut left = reads.testers.to_vec();
            left.remove(index);
            send(DeliveryAction::TrialPeople(left));
        }
        if PushButton::new(tr!(lang, "trial.pick")).icon(Icon::Users).small().show(ui).clicked() {
            let request = PickerRequest::people(Purpose::Myself).id_kind(reads.id_kind);
            reads.actions.send(Action::OpenPicker(Box::new(request.chosen_people(reads.testers.to_vec()))));
        }
        values_ui(ui, reads, trial);
    });
    match answer {
        Answer::None => {}
        Answer::Accepted => {
            trial.open = false;
            send(DeliveryAction::SendTrial(trial.as_row));
        }
        Answer::Cancelled => trial.open = false,
    }
}

fn values_ui(ui: &mut Ui, reads: &Reads<'_>, trial: &mut Trial) {
    let lang = reads.lang;
    if reads.count == 0 {
        return;
    }
    let t = tokens(ui.style());
    let name = |row: Option<usize>| match row.and_then(reads.recipients) {
        Some(person) if person.name.is_empty() => person.id.clone(),
        Some(person) => format!("{} {}", person.name, person.id),
        None => tr!(lang, "trial.own_values").into_owned(),
    };
    ui.horizontal(|ui| {
        let label = ui.label(RichText::new(tr!(lang, "trial.values_of")).color(t.text));
        let chooser = combo("values_of", name(trial.as_row)).width(220.0).show_ui(ui, |ui| {
            egui::ScrollArea::vertical().max_height(220.0).show_rows(ui, size::CONTROL, reads.count + 1, |ui, rows| {
                for row in rows {
                    let choice = row.checked_sub(1);
                    ui.selectable_value(&mut trial.as_row, choice, name(choice));
                }
            });
        });
        chooser.response.labelled_by(label.id);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{CardDraft, card::ValueKind};

    fn person(id: &str) -> PersonRef {
        PersonRef { id: id.into(), name: format!("名{id}") }
    }

    #[test]
    fn testers_get_the_values_of_the_chosen_recipient_and_nobody_else_is_reached() {
        let mut private = PrivateTable::default();
        private.add_column("amount", ValueKind::Text);
        private.add_people([person("u1"), person("u2")]);
        private.set(1, 0, Some("42".into()));
        let card = CardDraft {
            receivers: vec![person("u1"), person("u2")].into(),
            private: Arc::new(private),
            ..CardDraft::default()
        };
        let (draft, list) = order(&Draft::Card(card.clone()), None, &[person("me")], Some(1));
        assert_eq!(list.rows.len(), 1);
        assert_eq!(list.rows[0].person.id, "me");
        let Draft::Card(sent) = draft else { panic!() };
        assert_eq!(sent.private.rows.len(), 1);
        assert_eq!(
            (sent.private.rows[0].person.id.as_str(), sent.private.rows[0].cells[0].as_deref()),
            ("me", Some("42"))
        );
        let (draft, _) = order(&Draft::Card(card), None, &[person("me")], None);
        let Draft::Card(sent) = draft else { panic!() };
        assert!(sent.private.rows.is_empty(), "the draft's own values only");
    }

    #[test]
    fn test_people_are_kept_and_what_is_broken_is_left_out() {
        let people = vec![person("a"), PersonRef { id: "b".into(), name: String::new() }];
        assert_eq!(from_json(&to_json(&people)), people);
        assert_eq!(from_json(&serde_json::json!([["a", "n"], 5, {}])).len(), 1);
        assert!(from_json(&serde_json::json!("x")).is_empty());
    }
}
