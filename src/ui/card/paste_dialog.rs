//! The dialog that takes a pasted text, says what was recognised in it, and fills the form with it.

use std::sync::Arc;

use egui::{Label, TextEdit, Ui, ViewportCommand};

use super::{
    paste::{self, PasteInto, Sheet},
    people::AT_ALL,
    private::pasted_text,
    table::{self, Place},
};
use crate::{
    compose::{
        self, CardDraft, PersonRef,
        card::AtPerson,
        paste::{PasteError, PastedParams},
    },
    lang::Lang,
    ui::{
        action::Action,
        cx::Cx,
        theme::{self, tokens},
        widgets::{Dialog, Level, PushButton, Toast, dialog::Answer},
    },
};

/// How many lines that could not be read are named.
const NAMED: usize = 3;

/// The dialog while it is open.
pub struct PasteDialog {
    into: PasteInto,
    text: String,
    /// What was recognised in which text.
    found: Option<(String, Found)>,
    /// The clipboard was asked for.
    asked: bool,
}

#[derive(Clone, Debug)]
enum Found {
    Params {
        pasted: PastedParams,
        /// Whether the text is JSON, which tells the types.
        typed: bool,
    },
    Ids(Vec<String>),
    Mentions(Vec<(String, String)>),
    Sheet(Sheet),
    Nothing,
    /// What is wrong.
    Broken(String),
}

impl PasteDialog {
    /// A dialog that was just opened.
    pub fn new(into: PasteInto) -> Self {
        Self { into, text: String::new(), found: None, asked: false }
    }
}

fn recognise(lang: Lang, into: PasteInto, draft: &CardDraft, text: &str) -> Found {
    let found = match into {
        PasteInto::Params => {
            let typed = text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']);
            compose::paste::params(text).map(|pasted| Found::Params { pasted, typed })
        }
        PasteInto::Receivers => Ok(Found::Ids(paste::ids(text))),
        PasteInto::Mentions => Ok(Found::Mentions(paste::mentions(text))),
        PasteInto::Private => paste::sheet(draft, text).map(Found::Sheet),
    };
    match found {
        Ok(found) => found,
        Err(PasteError::Empty) => Found::Nothing,
        Err(error) => Found::Broken(error.message(lang)),
    }
}

/// Draws the dialog; `false` when it is done.
pub fn paste_ui(ui: &Ui, cx: &Cx<'_>, dialog: &mut PasteDialog, draft: &mut CardDraft) -> bool {
    let lang = cx.lang;
    let (title, help) = match dialog.into {
        PasteInto::Params => (tr!(lang, "card.paste_params_title"), tr!(lang, "card.paste_params_text")),
        PasteInto::Receivers => (tr!(lang, "card.paste_receivers_title"), tr!(lang, "card.paste_ids_text")),
        PasteInto::Mentions => (tr!(lang, "card.paste_mentions_title"), tr!(lang, "card.paste_mentions_text")),
        PasteInto::Private => (tr!(lang, "card.paste_private_title"), tr!(lang, "card.paste_private_text")),
    };
    if dialog.found.as_ref().is_none_or(|(text, _)| *text != dialog.text) {
        dialog.found = Some((dialog.text.clone(), recognise(lang, dialog.into, draft, &dialog.text)));
    }
    let summary = dialog.found.as_ref().map(|(_, found)| summary(lang, draft, found));
    let (line, usable) = summary.unwrap_or_default();
    let off = if usable { Ok(()) } else { Err(tr!(lang, "card.paste_nothing").into_owned()) };
    let accept = PushButton::primary(tr!(lang, "card.paste_accept")).enabled(off);
    let box_ =
        Dialog::new("card paste", title.clone(), tr!(lang, "common.cancel")).text(help).width(560.0).accept(accept);
    let (answer, ()) = box_.show(ui.ctx(), |ui| {
        let response = egui::ScrollArea::vertical()
            .max_height(240.0)
            .show(ui, |ui| {
                let field = TextEdit::multiline(&mut dialog.text).desired_rows(9).desired_width(f32::INFINITY);
                ui.add(field.font(egui::TextStyle::Monospace)).accessible_name(title)
            })
            .inner;
        if !dialog.asked {
            dialog.asked = true;
            response.request_focus();
            ui.ctx().send_viewport_cmd(ViewportCommand::RequestPaste);
        }
        let broken = matches!(&dialog.found, Some((_, Found::Broken(_))));
        let t = tokens(ui.style());
        let text = theme::help(ui.style(), line);
        ui.add(Label::new(if broken { text.color(t.error) } else { text }).wrap());
    });
    match answer {
        Answer::None => true,
        Answer::Cancelled => false,
        Answer::Accepted => {
            if let Some((_, found)) = dialog.found.take() {
                cx.send(Action::UndoStep);
                let text = fill(lang, draft, &found);
                let toast = Toast::new(Level::Ok, text);
                cx.toast(toast.action(tr!(lang, "command.undo"), Action::Run(crate::ui::commands::Command::Undo)));
            }
            false
        }
    }
}

/// What was recognised, in one line, and whether it can be used.
fn summary(lang: Lang, draft: &CardDraft, found: &Found) -> (String, bool) {
    match found {
        Found::Broken(message) => (message.clone(), false),
        Found::Nothing => (tr!(lang, "card.paste_nothing").into_owned(), false),
        Found::Params { pasted, .. } => {
            let known = pasted.rows.iter().filter(|row| draft.params.iter().any(|old| old.key == row.key)).count();
            let (all, new) = (pasted.rows.len(), pasted.rows.len() - known);
            let mut text = tr!(lang, "card.paste_found_params", count = all, new = new, known = known).into_owned();
            if pasted.last_message.is_some() {
                text.push_str(&tr!(lang, "card.paste_found_last_message"));
            }
            (text, all > 0 || pasted.last_message.is_some())
        }
        Found::Sheet(Sheet::Ids(ids)) | Found::Ids(ids) => {
            (tr!(lang, "card.paste_found_ids", count = ids.len()).into_owned(), !ids.is_empty())
        }
        Found::Mentions(people) => {
            (tr!(lang, "card.paste_found_ids", count = people.len()).into_owned(), !people.is_empty())
        }
        Found::Sheet(Sheet::Headed(grid)) => {
            let names = grid.columns.join(tr!(lang, "card.paste_join").as_ref());
            let mut text = tr!(lang, "card.paste_found_sheet", rows = grid.rows.len(), names = names).into_owned();
            for problem in grid.problems.iter().take(NAMED) {
                text.push('\n');
                text.push_str(&problem.message(lang));
            }
            if grid.problems.len() > NAMED {
                text.push('\n');
                text.push_str(&tr!(lang, "common.and_more", count = grid.problems.len() - NAMED));
            }
            (text, !grid.rows.is_empty())
        }
        Found::Sheet(Sheet::Block(block)) => {
            let columns = block.iter().map(Vec::len).max().unwrap_or_default();
            (tr!(lang, "card.paste_found_block", rows = block.len(), columns = columns).into_owned(), true)
        }
    }
}

/// Fills the form; gives what was done, in one sentence.
fn fill(lang: Lang, draft: &mut CardDraft, found: &Found) -> String {
    match found {
        Found::Params { pasted, typed } => {
            let (added, changed) = paste::fill_params(draft, pasted, *typed);
            tr!(lang, "card.pasted_params", added = added, changed = changed).into_owned()
        }
        Found::Sheet(Sheet::Ids(ids)) => {
            let names: std::collections::HashMap<&str, &str> =
                draft.receivers.iter().map(|person| (person.id.as_str(), person.name.as_str())).collect();
            let people: Vec<PersonRef> = ids
                .iter()
                .map(|id| PersonRef {
                    id: id.clone(),
                    name: names.get(id.as_str()).map_or_else(String::new, |name| (*name).to_owned()),
                })
                .collect();
            let count = Arc::make_mut(&mut draft.private).add_people(people);
            tr!(lang, "card.added_people", count = count).into_owned()
        }
        Found::Ids(ids) => {
            let mut known: std::collections::HashSet<String> =
                draft.receivers.iter().map(|person| person.id.clone()).collect();
            let new: Vec<PersonRef> = ids
                .iter()
                .filter(|id| known.insert((*id).clone()))
                .map(|id| PersonRef { id: id.clone(), name: String::new() })
                .collect();
            let count = new.len();
            draft.receivers.extend(new);
            tr!(lang, "card.added_people", count = count).into_owned()
        }
        Found::Mentions(people) => {
            let mut count = 0;
            for (id, name) in people {
                let name = if id == AT_ALL { AT_ALL } else { name.as_str() };
                match draft.at_open_ids.iter_mut().find(|at| at.id == *id) {
                    Some(at) if !name.is_empty() => name.clone_into(&mut at.name),
                    Some(_) => {}
                    None => {
                        count += 1;
                        draft.at_open_ids.push(AtPerson { id: id.clone(), name: name.to_owned() });
                    }
                }
            }
            tr!(lang, "card.added_people", count = count).into_owned()
        }
        Found::Sheet(Sheet::Headed(grid)) => pasted_text(lang, table::merge_sheet(draft, grid)),
        Found::Sheet(Sheet::Block(block)) => {
            let place = Place { row: draft.private.rows.len(), column: None };
            pasted_text(lang, table::paste_block(draft, place, &[], block))
        }
        Found::Nothing => String::new(),
        Found::Broken(message) => message.clone(),
    }
}
