//! The palette (Ctrl+K): every command, found by a few letters.

use egui::{Align2, Area, Button, Frame, Id, Key, Margin, Modifiers, Order, RichText, ScrollArea, Stroke, Ui, vec2};
use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};

use super::{
    action::{Action, Actions},
    commands::Command,
    icons::Icon,
    state::{DraftId, State},
    theme::{size, tokens},
    widgets::{row_look, search_field},
};
use crate::lang::Lang;

/// The palette's own state.
#[derive(Default)]
pub struct Palette {
    open: bool,
    query: String,
    selected: usize,
}

impl Palette {
    /// Opens it, empty.
    pub fn open(&mut self) {
        *self = Self { open: true, ..Self::default() };
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.open
    }
}

/// Something that can be picked.
enum Entry {
    Command(Command),
    Draft(DraftId),
}

struct Row {
    entry: Entry,
    icon: Icon,
    label: String,
    shortcut: Option<String>,
    off: Option<String>,
}

/// Draws it when it is open.
pub fn palette_ui(ui: &Ui, palette: &mut Palette, state: &State, actions: &Actions) {
    if !palette.open {
        return;
    }
    let ctx = ui.ctx();
    let lang = state.lang;
    let t = tokens(ui.style());
    let rows = found(ctx, state, &palette.query);
    palette.selected = palette.selected.min(rows.len().saturating_sub(1));
    let (up, down, enter, escape) = ctx.input_mut(|input| {
        (
            input.consume_key(Modifiers::NONE, Key::ArrowUp),
            input.consume_key(Modifiers::NONE, Key::ArrowDown),
            input.consume_key(Modifiers::NONE, Key::Enter),
            input.consume_key(Modifiers::NONE, Key::Escape) || input.consume_shortcut(&Command::Palette.shortcuts()[0]),
        )
    });
    if down && palette.selected + 1 < rows.len() {
        palette.selected += 1;
    }
    if up {
        palette.selected = palette.selected.saturating_sub(1);
    }
    let mut picked = enter.then_some(palette.selected);
    let frame = Frame::new()
        .fill(t.surface)
        .stroke(Stroke::new(1.0, t.line))
        .corner_radius(size::RADIUS_LARGE + 2)
        .shadow(ui.visuals().window_shadow)
        .inner_margin(Margin::same(12));
    let area = Area::new(Id::unique("palette"))
        .order(Order::Foreground)
        .anchor(Align2::CENTER_TOP, vec2(0.0, 72.0))
        .accessible_name(Command::Palette.label(lang))
        .role(egui::accesskit::Role::Dialog)
        .show(ctx, |ui| {
            frame.show(ui, |ui| {
                ui.set_width(520.0);
                let query = search_field(ui, lang, &mut palette.query, &tr!(lang, "shell.palette_hint"), f32::INFINITY);
                if !query.has_focus() {
                    query.request_focus();
                }
                if query.changed() {
                    palette.selected = 0;
                }
                if rows.is_empty() {
                    ui.label(RichText::new(tr!(lang, "common.nothing_found")).color(t.muted));
                }
                ScrollArea::vertical().max_height(360.0).auto_shrink([false, true]).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    for (index, row) in rows.iter().enumerate() {
                        let chosen = index == palette.selected;
                        let response = row_ui(ui, row, chosen);
                        if chosen && (up || down) {
                            response.scroll_to_me(None);
                        }
                        if response.clicked() {
                            picked = Some(index);
                        }
                    }
                });
            });
        });
    if let Some(row) = picked.and_then(|index| rows.get(index)) {
        match &row.entry {
            Entry::Command(command) => actions.send(Action::Run(*command)),
            Entry::Draft(id) => actions.send(Action::SelectDraft(id.clone())),
        }
        palette.open = false;
    }
    if escape || area.response.clicked_elsewhere() {
        palette.open = false;
    }
}

fn row_ui(ui: &mut Ui, row: &Row, chosen: bool) -> egui::Response {
    let t = tokens(ui.style());
    ui.scope(|ui| {
        row_look(ui, chosen);
        let ink = if row.off.is_some() { t.faint } else { t.text };
        let mut button = Button::new((
            row.icon.tinted(if row.off.is_some() { t.faint } else { t.muted }).alt_text(""),
            RichText::new(&row.label).color(ink),
        ));
        let right = row.off.clone().or_else(|| row.shortcut.clone()).unwrap_or_default();
        button = button.right_text(RichText::new(right).size(size::SMALL).color(t.muted)).truncate();
        ui.add(button.min_size(vec2(ui.available_width(), size::CONTROL))).accessible_name(row.label.clone())
    })
    .inner
}

/// What fits the query, best first; everything for an empty one. A command that is off stays findable, last, with its
/// reason.
fn found(ctx: &egui::Context, state: &State, query: &str) -> Vec<Row> {
    let lang = state.lang;
    let mut rows: Vec<(Row, String)> = Command::ALL
        .into_iter()
        .filter(|command| *command != Command::Palette)
        .map(|command| {
            // The other language's name finds it too: English shortcuts of thought in a Chinese window.
            let other = if lang == Lang::Zh { Lang::En } else { Lang::Zh };
            let words = format!("{} {} {}", command.label(lang), command.label(other), command.tooltip(lang));
            let row = Row {
                entry: Entry::Command(command),
                icon: command.icon(),
                label: command.label(lang),
                shortcut: command.shortcut_text(ctx),
                off: command.enabled(state).err(),
            };
            (row, words)
        })
        .collect();
    rows.sort_by_key(|(row, _)| row.off.is_some());
    if query.trim().is_empty() {
        return rows.into_iter().map(|(row, _)| row).collect();
    }
    rows.extend(state.drafts.all().iter().map(|open| {
        let label = open.title(lang);
        let icon = super::commands::Command::show(super::state::Tab::of(open.draft.kind())).icon();
        let row = Row { entry: Entry::Draft(open.id.clone()), icon, label: label.clone(), shortcut: None, off: None };
        (row, label)
    }));
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(query, CaseMatching::Ignore, Normalization::Smart);
    let mut buffer = Vec::new();
    let mut scored: Vec<(bool, std::cmp::Reverse<u32>, Row)> = rows
        .into_iter()
        .filter_map(|(row, words)| {
            let score = pattern.score(Utf32Str::new(&words, &mut buffer), &mut matcher)?;
            Some((row.off.is_some(), std::cmp::Reverse(score), row))
        })
        .collect();
    scored.sort_by_key(|(off, score, _)| (*off, *score));
    scored.into_iter().map(|(_, _, row)| row).collect()
}
