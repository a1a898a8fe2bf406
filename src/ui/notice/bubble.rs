//! A message drawn as its recipient reads it: a schematic bubble with title, picture, text, rows and buttons. What is
//! missing is marked. Takes parts that are filled already; knows no draft and no library.

use egui::{
    CornerRadius, FontId, Frame, Label, Margin, RichText, Sense, Stroke, TextFormat, Ui, text::LayoutJob, vec2,
};

use super::markdown::{self, Block, Line, Run};
use crate::{
    compose::{message::Message, notice::TemplateKind},
    lang::Lang,
    ui::{
        icons::Icon,
        theme::{self, Tokens, fonts, size, tokens},
    },
};

/// The widest bubble, in points: a phone's screen.
const WIDTH: f32 = 340.0;

/// How a field without a value is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unfilled {
    /// As missing: the notice lacks it.
    Missing,
    /// As a name: the template is looked at, not filled.
    Name,
}

/// A message as the client frames it: who it is from, and below it the bubble, at most `width` points wide.
pub fn message_frame(ui: &mut Ui, sender: &str, width: f32, content: impl FnOnce(&mut Ui)) {
    let t = tokens(ui.style());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.add(Icon::Notice.sized(t.accent, size::ICON).alt_text(""));
        ui.add(Label::new(RichText::new(sender).size(size::SMALL).color(t.muted)).truncate());
    });
    Frame::new()
        .fill(t.raised)
        .stroke(Stroke::new(1.0, t.line))
        .corner_radius(CornerRadius::same(size::RADIUS_LARGE))
        .inner_margin(Margin::same(12))
        .show(ui, |ui| {
            ui.set_width((ui.available_width() - 2.0).min(width));
            ui.spacing_mut().item_spacing.y = size::S;
            content(ui);
        });
}

/// Draws a filled message. `sender` is the name shown above it (the app's, where it is known).
pub fn bubble_ui(ui: &mut Ui, lang: Lang, kind: TemplateKind, message: &Message, sender: &str, unfilled: Unfilled) {
    let t = tokens(ui.style());
    message_frame(ui, sender, WIDTH, |ui| {
        if kind == TemplateKind::Form {
            // A work notice of kind Form shows the app's name in its head, whatever head the template has.
            let head = RichText::new(tr!(lang, "notice.preview_head")).size(size::SMALL).color(t.accent);
            ui.add(Label::new(head).truncate());
        }
        if !message.image.is_empty() {
            picture_ui(ui, lang, t, &message.image);
        }
        if !message.title.is_empty() {
            ui.add(Label::new(theme::medium(&message.title).size(size::HEADING)).wrap());
        }
        if kind == TemplateKind::Form {
            form_ui(ui, lang, t, message, unfilled);
        } else {
            blocks_ui(ui, &markdown::parse(&message.content), unfilled);
        }
        if message.content.trim().is_empty() && message.rows.is_empty() && message.title.is_empty() {
            ui.label(RichText::new(tr!(lang, "notice.preview_empty_body")).color(t.faint));
        }
        buttons_ui(ui, lang, kind, message, unfilled);
    });
}

fn picture_ui(ui: &mut Ui, lang: Lang, t: &Tokens, address: &str) {
    let width = ui.available_width();
    Frame::new().fill(t.hover).corner_radius(CornerRadius::same(size::RADIUS)).show(ui, |ui| {
        ui.set_width(width);
        ui.set_height(72.0);
        ui.centered_and_justified(|ui| {
            let text = RichText::new(tr!(lang, "notice.preview_picture")).size(size::SMALL).color(t.muted);
            ui.add(Label::new(text).selectable(false)).on_hover_text(address);
        });
    });
}

/// Draws Markdown blocks.
pub fn blocks_ui(ui: &mut Ui, blocks: &[Block], unfilled: Unfilled) {
    let t = tokens(ui.style());
    for block in blocks {
        match block {
            Block::Paragraph(lines) => lines_ui(ui, lines, unfilled),
            Block::Quote(lines) => {
                let bar = ui
                    .horizontal(|ui| {
                        ui.add_space(size::M);
                        ui.vertical(|ui| {
                            ui.visuals_mut().override_text_color = Some(t.muted);
                            lines_ui(ui, lines, unfilled);
                        });
                    })
                    .response
                    .rect;
                let line = egui::Rect::from_min_size(bar.min, vec2(3.0, bar.height()));
                ui.painter().rect_filled(line, CornerRadius::same(1), t.outline);
            }
            Block::Bullets(lines) => {
                for line in lines {
                    item_ui(ui, "•", line, unfilled);
                }
            }
            Block::Numbers(items) => {
                for (number, line) in items {
                    item_ui(ui, &format!("{number}."), line, unfilled);
                }
            }
        }
    }
}

fn lines_ui(ui: &mut Ui, lines: &[Line], unfilled: Unfilled) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        for line in lines {
            line_ui(ui, line, unfilled);
        }
    });
}

fn item_ui(ui: &mut Ui, mark: &str, line: &Line, unfilled: Unfilled) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.allocate_ui_with_layout(vec2(18.0, 18.0), egui::Layout::right_to_left(egui::Align::TOP), |ui| {
            ui.add(Label::new(mark).selectable(false));
        });
        ui.vertical(|ui| line_ui(ui, line, unfilled));
    });
}

/// Draws one line: its text in one piece (so that it can be selected and read aloud), with the addresses of its links
/// in the tooltip.
fn line_ui(ui: &mut Ui, line: &Line, unfilled: Unfilled) {
    let t = tokens(ui.style());
    let ink = ui.visuals().override_text_color.unwrap_or(t.text);
    let mut job = LayoutJob::default();
    for run in line {
        job.append(&run.text, 0.0, format(run, t, ink, unfilled));
    }
    if job.text.is_empty() {
        return;
    }
    job.wrap.max_width = ui.available_width();
    let response = ui.add(Label::new(job).wrap());
    let mut addresses: Vec<&str> = line.iter().filter_map(|run| run.link.as_deref()).collect();
    addresses.dedup();
    if !addresses.is_empty() {
        response.on_hover_text(shown_address(&addresses.join("\n")));
    }
}

fn format(run: &Run, t: &Tokens, ink: egui::Color32, unfilled: Unfilled) -> TextFormat {
    let family = if run.bold { fonts::medium() } else { egui::FontFamily::Proportional };
    let mut format = TextFormat { font_id: FontId::new(size::TEXT, family), color: ink, ..TextFormat::default() };
    format.italics = run.italic;
    if run.link.is_some() {
        format.color = t.accent;
    }
    if run.missing {
        let (ink, soft) = match unfilled {
            Unfilled::Missing => (t.error, t.error_soft),
            Unfilled::Name => (t.accent, t.accent_soft),
        };
        format.color = ink;
        format.background = soft;
        if unfilled == Unfilled::Missing {
            format.underline = Stroke::new(1.0, ink);
        }
    }
    format
}

/// An address for a tooltip: a missing field in it shows its name.
fn shown_address(address: &str) -> String {
    address.replace(super::fill::MISSING_START, "${").replace(super::fill::MISSING_END, "}")
}

fn form_ui(ui: &mut Ui, lang: Lang, t: &Tokens, message: &Message, unfilled: Unfilled) {
    if !message.content.trim().is_empty() {
        // Shown cut after three lines by DingTalk.
        for line in message.content.lines().filter(|line| !line.trim().is_empty()).take(3) {
            line_ui(ui, &plain(line), unfilled);
        }
        if message.content.lines().filter(|line| !line.trim().is_empty()).count() > 3 {
            ui.label(RichText::new(tr!(lang, "notice.preview_cut_lines")).size(size::SMALL).color(t.warning));
        }
    }
    for (index, (name, value)) in message.rows.iter().enumerate().take(6) {
        ui.push_id(("row", index), |ui| {
            ui.horizontal_top(|ui| {
                ui.allocate_ui_with_layout(vec2(96.0, 18.0), egui::Layout::left_to_right(egui::Align::TOP), |ui| {
                    ui.set_min_width(96.0);
                    ui.visuals_mut().override_text_color = Some(t.muted);
                    ui.vertical(|ui| line_ui(ui, &plain(name), unfilled));
                });
                ui.vertical(|ui| line_ui(ui, &plain(value), unfilled));
            });
        });
    }
    if message.rows.len() > 6 {
        ui.label(RichText::new(tr!(lang, "notice.preview_cut_rows")).size(size::SMALL).color(t.warning));
    }
}

/// A line without markup, in which missing fields are still marked.
fn plain(text: &str) -> Line {
    let mut line = Line::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(super::fill::MISSING_START) {
        let Some((name, after)) = after.split_once(super::fill::MISSING_END) else { break };
        if !before.is_empty() {
            line.push(Run { text: before.to_owned(), ..Run::default() });
        }
        line.push(Run { text: name.to_owned(), missing: true, ..Run::default() });
        rest = after;
    }
    if !rest.is_empty() {
        line.push(Run { text: rest.to_owned(), ..Run::default() });
    }
    line
}

fn buttons_ui(ui: &mut Ui, lang: Lang, kind: TemplateKind, message: &Message, unfilled: Unfilled) {
    let t = tokens(ui.style());
    if message.links.is_empty() {
        return;
    }
    if kind == TemplateKind::Form {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
        ui.painter().rect_filled(rect, CornerRadius::ZERO, t.line);
        let addresses: Vec<String> =
            message.links.iter().map(|(text, address)| format!("{text}: {}", shown_address(address))).collect();
        let text = RichText::new(tr!(lang, "notice.preview_details")).size(size::SMALL).color(t.accent);
        ui.add(Label::new(text).selectable(false)).on_hover_text(addresses.join("\n"));
        return;
    }
    for (index, (text, address)) in message.links.iter().enumerate() {
        ui.push_id(("button", index), |ui| {
            let mut job = LayoutJob::default();
            for run in &plain(text) {
                job.append(&run.text, 0.0, format(run, t, t.accent, unfilled));
            }
            let name = job.text.clone();
            let width = ui.available_width();
            // It looks like the recipient's button and does nothing here.
            let response = Frame::new()
                .fill(t.surface)
                .stroke(Stroke::new(1.0, t.outline))
                .corner_radius(CornerRadius::same(size::RADIUS))
                .show(ui, |ui| {
                    ui.set_width(width - 2.0);
                    ui.set_height(size::CONTROL);
                    ui.centered_and_justified(|ui| ui.add(Label::new(job).truncate().selectable(false)));
                })
                .response;
            let response = ui.interact(response.rect, ui.scope_id().with("address"), Sense::hover());
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &name));
            response.on_hover_text(shown_address(address));
        });
    }
}
