//! A free-form notice as its recipient reads it, schematically, as wide as a phone or a computer shows it. What the
//! documents say is hidden or may be cut is marked.

use egui::{
    Color32, CornerRadius, FontId, Frame, Label, Margin, RichText, Sense, Stroke, TextFormat, Ui, text::LayoutJob, vec2,
};

use super::{
    super::{View, bubble, markdown},
    colour_of, faint,
};
use crate::{
    compose::{
        NoticeDraft,
        msg::{LINES_SHOWN, MsgKind, NoticeMsg, Part, ROWS_SHOWN},
    },
    deliver::upload::size_text,
    ui::{
        cx::Cx,
        icons::Icon,
        theme::{self, Tokens, size, tokens},
        widgets::segmented,
    },
};

/// How wide a message is on a phone and on a computer, in points; schematic.
const WIDTHS: (f32, f32) = (300.0, 420.0);

/// The preview with the choice of its width.
pub fn preview_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &NoticeDraft, sender: &str, view: &mut View) {
    let lang = cx.lang;
    let t = tokens(ui.style());
    let choices = [(false, tr!(lang, "free.phone").into_owned()), (true, tr!(lang, "free.computer").into_owned())];
    segmented(ui, &tr!(lang, "free.width"), &mut view.wide, choices);
    let msg = &draft.msg;
    let list_line = match msg.kind {
        MsgKind::Markdown => Some(msg.text(Part::MarkdownTitle)),
        MsgKind::ActionCard => Some(msg.text(Part::CardTitle)),
        _ => None,
    };
    if let Some(line) = list_line.filter(|line| !line.is_empty()) {
        faint(ui, tr!(lang, "free.in_list", text = line));
    }
    let wide = if view.wide { WIDTHS.1 } else { WIDTHS.0 };
    bubble::message_frame(ui, sender, wide, |ui| {
        if msg.is_empty() {
            ui.label(RichText::new(tr!(lang, "free.nothing_yet")).color(t.faint));
            return;
        }
        match msg.kind {
            MsgKind::Text => limited_ui(ui, cx, msg, Part::TextContent),
            MsgKind::Image => picture_ui(ui, cx, msg, Part::ImageMedia),
            MsgKind::Voice => voice_ui(ui, cx, msg),
            MsgKind::File => file_ui(ui, cx, msg),
            MsgKind::Link => link_ui(ui, cx, msg),
            MsgKind::Oa => oa_ui(ui, cx, msg, view.wide),
            MsgKind::Markdown => markdown_ui(ui, cx, msg, Part::MarkdownText),
            MsgKind::ActionCard => {
                markdown_ui(ui, cx, msg, Part::CardMarkdown);
                buttons_ui(ui, cx, msg);
            }
        }
    });
    ui.add_space(size::S);
    faint(ui, tr!(lang, "free.preview_note"));
}

/// A text; what passes its limit is in another ink, with a word on where the limit is.
fn limited_ui(ui: &mut Ui, cx: &Cx<'_>, msg: &NoticeMsg, part: Part) {
    let t = tokens(ui.style());
    let text = msg.text(part);
    let max = part.spec().max.map_or(usize::MAX, |max| usize::try_from(max.characters).unwrap_or(usize::MAX));
    let cut = text.char_indices().nth(max).map(|(at, _)| at);
    let (inside, beyond) = text.split_at(cut.unwrap_or(text.len()));
    let format =
        |ink: Color32| TextFormat { font_id: FontId::proportional(size::TEXT), color: ink, ..TextFormat::default() };
    let mut job = LayoutJob::default();
    job.append(inside, 0.0, format(t.text));
    job.append(beyond, 0.0, format(t.warning));
    job.wrap.max_width = ui.available_width();
    ui.add(Label::new(job).wrap());
    if cut.is_some() {
        cut_note(ui, t, &tr!(cx.lang, "free.cut_here", max = max));
    }
}

fn cut_note(ui: &mut Ui, t: &Tokens, text: &str) {
    ui.add(Label::new(RichText::new(text).size(size::SMALL).color(t.warning)).wrap());
}

fn picture_ui(ui: &mut Ui, cx: &Cx<'_>, msg: &NoticeMsg, part: Part) {
    let t = tokens(ui.style());
    let id = msg.text(part);
    let width = ui.available_width();
    // 3:2, as the documents recommend.
    Frame::new().fill(t.hover).corner_radius(CornerRadius::same(size::RADIUS)).show(ui, |ui| {
        ui.set_width(width);
        ui.set_height(width * 2.0 / 3.0);
        ui.centered_and_justified(|ui| {
            let name = msg.media_note(id).map_or_else(
                || tr!(cx.lang, "notice.preview_picture").into_owned(),
                |note| format!("{} · {}", note.name, size_text(note.bytes)),
            );
            let text = RichText::new(name).size(size::SMALL).color(t.muted);
            ui.add(Label::new(text).selectable(false).wrap()).on_hover_text(id);
        });
    });
}

fn voice_ui(ui: &mut Ui, cx: &Cx<'_>, msg: &NoticeMsg) {
    let t = tokens(ui.style());
    ui.horizontal(|ui| {
        ui.add(Icon::Play.sized(t.accent, 20.0).alt_text(""));
        let (rect, _) = ui.allocate_exact_size(vec2((ui.available_width() - 60.0).max(40.0), 4.0), Sense::hover());
        ui.painter().rect_filled(rect, CornerRadius::same(2), t.outline);
        let seconds = msg.text(Part::VoiceDuration);
        ui.label(RichText::new(tr!(cx.lang, "free.seconds", count = seconds)).color(t.muted));
    });
}

fn file_ui(ui: &mut Ui, cx: &Cx<'_>, msg: &NoticeMsg) {
    let t = tokens(ui.style());
    let id = msg.text(Part::FileMedia);
    ui.horizontal(|ui| {
        ui.add(Icon::Template.sized(t.accent, 28.0).alt_text(""));
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            if let Some(note) = msg.media_note(id) {
                ui.add(Label::new(theme::medium(&note.name)).wrap());
                ui.label(RichText::new(size_text(note.bytes)).size(size::SMALL).color(t.muted));
            } else {
                ui.label(tr!(cx.lang, "free.some_file"));
                ui.add(Label::new(RichText::new(id).monospace().size(size::SMALL).color(t.muted)).truncate());
            }
        });
    });
}

fn link_ui(ui: &mut Ui, cx: &Cx<'_>, msg: &NoticeMsg) {
    let t = tokens(ui.style());
    let response = ui
        .vertical(|ui| {
            limited_title(ui, cx, msg, Part::LinkTitle);
            ui.horizontal_top(|ui| {
                let width = ui.available_width() - 72.0;
                ui.vertical(|ui| {
                    ui.set_width(width);
                    limited_ui(ui, cx, msg, Part::LinkText);
                });
                let (rect, picture) = ui.allocate_exact_size(vec2(60.0, 60.0), Sense::hover());
                ui.painter().rect_filled(rect, CornerRadius::same(size::RADIUS), t.hover);
                picture.on_hover_text(msg.text(Part::LinkPicture));
            });
        })
        .response;
    response.on_hover_text(msg.text(Part::LinkUrl));
}

fn limited_title(ui: &mut Ui, cx: &Cx<'_>, msg: &NoticeMsg, part: Part) {
    let title = msg.text(part);
    if title.is_empty() {
        return;
    }
    ui.add(Label::new(theme::medium(title).size(size::HEADING)).wrap());
    if let Some(max) = part.spec().max
        && title.chars().count() as u64 > max.characters
    {
        cut_note(ui, tokens(ui.style()), &tr!(cx.lang, "free.cut_here", max = max.characters));
    }
}

fn oa_ui(ui: &mut Ui, cx: &Cx<'_>, msg: &NoticeMsg, wide: bool) {
    let (lang, t) = (cx.lang, tokens(ui.style()));
    // The head: DingTalk shows the app's name whatever was typed; the colour is the text's.
    let ink = colour_of(msg.text(Part::OaHeadColour)).unwrap_or(t.muted);
    ui.horizontal(|ui| {
        let (bar, _) = ui.allocate_exact_size(vec2(4.0, 16.0), Sense::hover());
        ui.painter().rect_filled(bar, CornerRadius::same(2), ink);
        let head = RichText::new(tr!(lang, "notice.preview_head")).size(size::SMALL).color(t.muted);
        ui.add(Label::new(head).truncate()).on_hover_text(msg.text(Part::OaHeadText));
    });
    limited_title(ui, cx, msg, Part::OaTitle);
    let rows: Vec<_> = msg.rows.iter().filter(|row| !row.is_empty()).collect();
    let key_width = if wide { 120.0 } else { 84.0 };
    for (index, row) in rows.iter().take(ROWS_SHOWN).enumerate() {
        ui.push_id(("row", index), |ui| {
            ui.horizontal_top(|ui| {
                ui.allocate_ui_with_layout(vec2(key_width, 18.0), egui::Layout::top_down(egui::Align::LEFT), |ui| {
                    ui.set_width(key_width);
                    ui.add(Label::new(RichText::new(&row.key).color(t.muted)).wrap());
                });
                ui.vertical(|ui| ui.add(Label::new(&row.value).wrap()));
            });
        });
    }
    if rows.len() > ROWS_SHOWN {
        cut_note(ui, t, &tr!(lang, "free.rows_cut", count = rows.len() - ROWS_SHOWN));
    }
    let (number, unit) = (msg.text(Part::OaRichNumber), msg.text(Part::OaRichUnit));
    if !number.is_empty() || !unit.is_empty() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.label(theme::medium(number).size(size::TITLE + 4.0));
            ui.label(RichText::new(unit).color(t.muted));
        });
    }
    let lines: Vec<&str> = msg.text(Part::OaContent).lines().filter(|line| !line.trim().is_empty()).collect();
    for line in lines.iter().take(LINES_SHOWN) {
        ui.add(Label::new(*line).wrap());
    }
    if lines.len() > LINES_SHOWN {
        cut_note(ui, t, &tr!(lang, "free.lines_cut", count = lines.len() - LINES_SHOWN));
    }
    if !msg.text(Part::OaImage).is_empty() {
        picture_ui(ui, cx, msg, Part::OaImage);
    }
    let (files, author) = (msg.text(Part::OaFileCount), msg.text(Part::OaAuthor));
    if !files.is_empty() || !author.is_empty() {
        ui.horizontal(|ui| {
            if !files.is_empty() {
                let text = tr!(lang, "free.files", count = files);
                ui.label(RichText::new(text).size(size::SMALL).color(t.muted));
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.add(Label::new(RichText::new(author).size(size::SMALL).color(t.muted)).truncate());
            });
        });
    }
    let status = msg.text(Part::OaStatusValue);
    if !status.is_empty() {
        let fill = colour_of(msg.text(Part::OaStatusColour)).unwrap_or(Color32::BLACK);
        Frame::new().fill(fill).corner_radius(CornerRadius::same(4)).inner_margin(Margin::symmetric(8, 3)).show(
            ui,
            |ui| {
                ui.add(Label::new(RichText::new(status).size(size::SMALL).color(on(fill))).truncate());
            },
        );
    }
}

/// Black or white, whichever is read better on a colour.
fn on(fill: Color32) -> Color32 {
    let light = f32::from(fill.r()) * 0.299 + f32::from(fill.g()) * 0.587 + f32::from(fill.b()) * 0.114;
    if light > 160.0 { Color32::BLACK } else { Color32::WHITE }
}

/// Markdown of a message: unlike a template's it has headings and pictures.
fn markdown_ui(ui: &mut Ui, cx: &Cx<'_>, msg: &NoticeMsg, part: Part) {
    let t = tokens(ui.style());
    let text = msg.text(part);
    let mut plain = String::new();
    let flush = |ui: &mut Ui, plain: &mut String| {
        if !plain.trim().is_empty() {
            bubble::blocks_ui(ui, &markdown::parse(plain), bubble::Unfilled::Name);
        }
        plain.clear();
    };
    for line in text.lines() {
        let trimmed = line.trim();
        let level = trimmed.bytes().take_while(|byte| *byte == b'#').count();
        if (1..=6).contains(&level) && trimmed[level..].starts_with(' ') {
            flush(ui, &mut plain);
            let points = [22.0, 20.0, 18.0, 16.0, 15.0, 14.0].get(level - 1).copied().unwrap_or(size::TEXT);
            ui.add(Label::new(theme::medium(trimmed[level..].trim()).size(points)).wrap());
        } else if let Some((_, rest)) = trimmed.strip_prefix("![").and_then(|rest| rest.split_once("](")) {
            flush(ui, &mut plain);
            let (rect, picture) = ui.allocate_exact_size(vec2(ui.available_width(), 72.0), Sense::hover());
            ui.painter().rect_filled(rect, CornerRadius::same(size::RADIUS), t.hover);
            let name = tr!(cx.lang, "notice.preview_picture");
            let font = FontId::proportional(size::SMALL);
            ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, name, font, t.muted);
            picture.on_hover_text(rest.trim_end_matches(')'));
        } else {
            plain.push_str(line);
            plain.push('\n');
        }
    }
    flush(ui, &mut plain);
    if let Some(max) = part.spec().max
        && text.chars().count() as u64 > max.characters
    {
        cut_note(ui, t, &tr!(cx.lang, "free.cut_here", max = max.characters));
    }
}

fn buttons_ui(ui: &mut Ui, cx: &Cx<'_>, msg: &NoticeMsg) {
    let buttons: Vec<(&str, &str)> = if msg.several {
        let typed = msg.buttons.iter().filter(|button| !button.is_empty());
        typed.map(|button| (button.title.as_str(), button.url.as_str())).collect()
    } else {
        vec![(msg.text(Part::CardSingleTitle), msg.text(Part::CardSingleUrl))]
    };
    let beside = msg.several && msg.text(Part::CardOrientation) == "1";
    if beside && buttons.len() > 1 {
        let gap = ui.spacing().item_spacing.x;
        let width = (ui.available_width() - gap * (buttons.len() as f32 - 1.0)) / buttons.len() as f32;
        ui.horizontal(|ui| {
            for (title, url) in &buttons {
                button_ui(ui, cx, title, url, width);
            }
        });
    } else {
        for (title, url) in &buttons {
            let width = ui.available_width();
            button_ui(ui, cx, title, url, width);
        }
    }
}

/// It looks like the recipient's button and does nothing here.
fn button_ui(ui: &mut Ui, cx: &Cx<'_>, title: &str, url: &str, width: f32) {
    let t = tokens(ui.style());
    let shown = if title.is_empty() { tr!(cx.lang, "free.no_title").into_owned() } else { title.to_owned() };
    let (rect, response) = ui.allocate_exact_size(vec2(width, size::CONTROL), Sense::hover());
    ui.painter().rect(
        rect,
        CornerRadius::same(size::RADIUS),
        t.surface,
        Stroke::new(1.0, t.outline),
        egui::StrokeKind::Inside,
    );
    let ink = if title.is_empty() { t.faint } else { t.accent };
    let text = egui::WidgetText::from(RichText::new(&shown).color(ink));
    let galley = text.into_galley(ui, Some(egui::TextWrapMode::Truncate), width - 12.0, egui::TextStyle::Body);
    let at = rect.center() - galley.size() / 2.0;
    ui.painter().galley(at, galley, ink);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &shown));
    response.on_hover_text(url);
}
