//! The limits of one notice as live meters: people it reaches, length of the two lists.

use egui::{Label, RichText, Ui};

use super::{loaded::Loaded, request::Chosen};
use crate::{
    compose::{
        CheckContext, Known, NothingKnown, NoticeDraft, Unit,
        check_notice::{DEPARTMENTS_MAX, PEOPLE_MAX, People, USERS_MAX, people},
    },
    lang::Lang,
    ui::{
        checking,
        theme::{size, tokens},
        widgets::{Meter, grouped},
    },
};

/// What the directory tells a check.
struct FromDirectory<'l>(&'l Loaded);

impl Known for FromDirectory<'_> {
    fn people_reached(&self, users: &[&str], departments: &[&str]) -> Option<u64> {
        checking::People::reached(self.0, users, departments)
    }

    fn department_people(&self, department: &str) -> Option<u64> {
        checking::People::in_department(self.0, department)
    }
}

/// How many people a notice reaches, as far as the directory knows.
pub fn reach_of(notice: &NoticeDraft, loaded: Option<&Loaded>) -> People {
    match loaded.map(FromDirectory) {
        Some(known) => people(notice, &CheckContext { known: &known, ..CheckContext::default() }),
        None => people(notice, &CheckContext { known: &NothingKnown, ..CheckContext::default() }),
    }
}

/// The same for a choice.
pub fn reach(chosen: &Chosen, loaded: Option<&Loaded>) -> People {
    let notice =
        NoticeDraft { users: chosen.people.clone(), departments: chosen.departments.clone(), ..NoticeDraft::default() };
    reach_of(&notice, loaded)
}

/// Shows the three meters in a row. A limit that is far away stays small; the one that is passed is red.
pub fn meters_ui(ui: &mut Ui, lang: Lang, people: u64, departments: u64, reach: People) {
    meters_of_ui(ui, lang, people, departments, reach, PEOPLE_MAX);
}

/// The same with another limit of people in one send.
pub fn meters_of_ui(ui: &mut Ui, lang: Lang, people: u64, departments: u64, reach: People, most_people: u64) {
    named(ui, &tr!(lang, "picker.meter_people"), |ui| match reach {
        People { least, most: Some(most) } if least == most => {
            Meter::new(most, most_people, Unit::People).show(ui, lang);
        }
        People { least, most } => {
            let t = tokens(ui.style());
            let colour = if least > most_people {
                t.error
            } else if most.is_none_or(|most| most > most_people) {
                t.warning
            } else {
                t.faint
            };
            let max = grouped(most_people);
            let text = if let Some(most) = most {
                tr!(lang, "picker.meter_between", least = grouped(least), most = grouped(most), max = max)
            } else {
                tr!(lang, "picker.meter_at_least", least = grouped(least), max = max)
            };
            ui.add(Label::new(RichText::new(text).size(size::SMALL).color(colour)).selectable(false));
        }
    });
    named(ui, "userid_list", |ui| Meter::new(people, USERS_MAX as u64, Unit::Entries).show(ui, lang));
    named(ui, "dept_id_list", |ui| Meter::new(departments, DEPARTMENTS_MAX as u64, Unit::Entries).show(ui, lang));
}

fn named(ui: &mut Ui, name: &str, meter: impl FnOnce(&mut Ui)) {
    let t = tokens(ui.style());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.spacing_mut().interact_size.y = 18.0;
        ui.add(Label::new(RichText::new(name).size(size::SMALL).color(t.muted)).selectable(false));
        meter(ui);
    });
}
