//! The limits of one notice as live meters: people it reaches, length of the two lists.

use egui::{Align, Color32, FontSelection, Label, RichText, Ui, text::LayoutJob};

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
    let t = tokens(ui.style());
    let (text, colour) = match reach {
        People { least, most: Some(most) } if least == most => {
            let meter = Meter::new(most, most_people, Unit::People);
            (meter.text(lang), meter.colour(t))
        }
        People { least, most } => {
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
            (text.into_owned(), colour)
        }
    };
    named(ui, &tr!(lang, "picker.meter_people"), &text, colour);
    let lists = [("userid_list", people, USERS_MAX), ("dept_id_list", departments, DEPARTMENTS_MAX)];
    for (name, actual, max) in lists {
        let meter = Meter::new(actual, max as u64, Unit::Entries);
        named(ui, name, &meter.text(lang), meter.colour(t));
    }
}

/// One text, so that a row that is too narrow goes on in the next line instead of growing beyond its group.
fn named(ui: &mut Ui, name: &str, text: &str, colour: Color32) {
    let muted = tokens(ui.style()).muted;
    let mut job = LayoutJob::default();
    for (part, colour) in [(format!("{name}  "), muted), (text.to_owned(), colour)] {
        let part = RichText::new(part).size(size::SMALL).color(colour);
        part.append_to(&mut job, ui.style(), FontSelection::Default, Align::Center);
    }
    ui.add(Label::new(job).extend().selectable(false));
}
