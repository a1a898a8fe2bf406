//! The limits of a profile: what is set, what the documents say, who alone may receive, when a delivery stops.

use egui::{DragValue, Grid, Label, RichText, TextEdit, Ui};

use super::editor::{Editor, labelled, number_row, text_row};
use crate::{
    compose::Kind,
    deliver::limits::{Allowed, allowances},
    lang::Lang,
    store::settings::{Limits, Profile},
    ui::{
        delivery::plan_dialog::{limit_label, source},
        theme::{size, tokens},
        widgets::{Group, grouped},
    },
};

/// The highest number of errors in a row that can be set.
const MOST_ERRORS: u32 = 1_000;

/// The group.
pub fn group_ui(ui: &mut Ui, lang: Lang, editor: &mut Editor) {
    let help = tr!(lang, "settings.limits_help");
    Group::new(tr!(lang, "settings.group_limits")).help(help).fixed().show(ui, |ui| {
        table_ui(ui, lang, &mut editor.profile);
        let (label, help) = (tr!(lang, "settings.stop_after"), tr!(lang, "settings.stop_after_help"));
        number_row(ui, &label, &help, &mut editor.profile.stop_after_errors, 0..=MOST_ERRORS);
        only_to_ui(ui, lang, editor);
        let (label, help) = (tr!(lang, "settings.test_user"), tr!(lang, "settings.test_user_help"));
        text_row(ui, &label, &help, &mut editor.profile.test_user_id);
    });
}

fn table_ui(ui: &mut Ui, lang: Lang, profile: &mut Profile) {
    let t = tokens(ui.style());
    // What the documents say does not depend on what is set: it is asked of a profile without own limits.
    let mut bare = profile.clone();
    bare.limits = Limits::default();
    let of = |kind: Kind| allowances(&bare, kind.into()).all();
    let documented: Vec<(&str, Allowed, Allowed)> = of(Kind::Notice)
        .into_iter()
        .zip(of(Kind::Card))
        .map(|((key, notice), (_, card))| (key, notice, card))
        .collect();
    Grid::new("limits").num_columns(3).min_row_height(size::CONTROL).spacing([size::L, size::XS]).show(ui, |ui| {
        for (key, notice, card) in documented {
            let Some((_, field)) = Limits::KEYS.iter().find(|(known, _)| *known == key) else { continue };
            let name = limit_label(key, lang);
            let own = field(&mut profile.limits);
            let mut set = own.is_some();
            let label = ui.label(&name);
            ui.horizontal(|ui| {
                let default = notice.value.or(card.value).unwrap_or(100);
                let check = ui.checkbox(&mut set, tr!(lang, "settings.limit_own"));
                let check = check.accessible_name(format!("{} {name}", tr!(lang, "settings.limit_own")));
                if check.changed() {
                    *own = set.then_some(default);
                }
                if let Some(value) = own {
                    ui.add(DragValue::new(value).range(Limits::RANGE)).labelled_by(label.id);
                } else {
                    let shown = match (notice.value, card.value) {
                        (Some(notice), Some(card)) if notice != card => {
                            format!("{} / {}", grouped(notice.into()), grouped(card.into()))
                        }
                        (Some(value), _) | (None, Some(value)) => grouped(value.into()),
                        (None, None) => tr!(lang, "limits.none").into_owned(),
                    };
                    ui.label(RichText::new(shown).color(t.muted));
                }
            });
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                let named = |name, value| tr!(lang, "common.named_value", name = name, value = value).into_owned();
                let mut line = |text: String| {
                    ui.add(Label::new(RichText::new(text).size(size::SMALL).color(t.muted)).wrap());
                };
                if notice.said == card.said {
                    line(source(notice, lang));
                } else {
                    line(named(tr!(lang, "limits.notices"), source(notice, lang)));
                    line(named(tr!(lang, "limits.cards"), source(card, lang)));
                }
            });
            ui.end_row();
        }
    });
}

fn only_to_ui(ui: &mut Ui, lang: Lang, editor: &mut Editor) {
    let (label, help) = (tr!(lang, "settings.only_to"), tr!(lang, "settings.only_to_help"));
    let text = &mut editor.only_to;
    let changed = labelled(ui, &label, &help, |ui| {
        ui.add(TextEdit::multiline(text).desired_rows(3).desired_width(f32::INFINITY))
    })
    .changed();
    if changed {
        editor.profile.only_to = ids_of(&editor.only_to);
    }
}

/// The ids of a typed list: one a line, or with commas between them; each once.
pub fn ids_of(text: &str) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let parts = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | ';' | '；' | '、'));
    for id in parts.filter(|id| !id.is_empty()) {
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_typed_a_line_each_or_with_commas() {
        assert_eq!(ids_of("a\nb， c\n\na;d"), ["a", "b", "c", "d"]);
        assert!(ids_of(" \n").is_empty());
    }
}
