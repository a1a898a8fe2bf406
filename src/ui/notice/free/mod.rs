//! The form of a free-form notice: kind of message, and the fields of that kind.
//!
//! * [`media`]: files that are uploaded into a field. [`lists`]: form rows and buttons. [`preview`]: how it looks.

pub mod lists;
pub mod media;
pub mod preview;

use egui::{Color32, CornerRadius, Label, Response, RichText, Sense, TextEdit, Ui, vec2};

use super::{View, form::id_field};
use crate::{
    compose::{
        NoticeDraft, Unit,
        msg::{LINES_SHOWN, MESSAGE_BYTES_MAX, MsgKind, Part, Shape},
    },
    lang::{Lang, text},
    ui::{
        action::Action,
        cx::Cx,
        theme::{size, tokens},
        widgets::{Field, Group, Meter, form::finding_line, segmented::truth_field, segmented_field},
    },
};

/// The colours of a status bar that the documents use: agreed, refused, revoked, waiting.
pub(super) const STATUS_COLOURS: [(&str, &str); 4] = [
    ("free.colour.agreed", "0xFF78C06E"),
    ("free.colour.refused", "0xFFF65E5E"),
    ("free.colour.revoked", "0xFF858E99"),
    ("free.colour.waiting", "0xFFFF9D46"),
];
/// Head colours to choose from: the documents' grey, and plain ones.
const HEAD_COLOURS: [&str; 5] = ["FFBBBBBB", "FF0089FF", "FF15BC83", "FFFF9D46", "FFF65E5E"];

/// What a kind is called.
pub fn kind_name(lang: Lang, kind: MsgKind) -> String {
    text(lang, kind.key(), &[])
}

/// The group 消息.
pub fn group_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, view: &mut View) {
    let lang = cx.lang;
    let bytes = draft.msg.wire_text(&draft.kept).len() as u64;
    let group =
        Group::new(tr!(lang, "free.group")).help(tr!(lang, "free.group_help")).force_open(cx.jumps_into("/msg"));
    group.show(ui, |ui| {
        let field = Field::new(tr!(lang, "free.kind"))
            .pointer("/msg")
            .meter(Meter::new(bytes, MESSAGE_BYTES_MAX, Unit::Bytes))
            .help(text(lang, &format!("{}_help", draft.msg.kind.key()), &[]));
        let mut kind = draft.msg.kind;
        field.show(ui, cx, |ui| {
            let choices = MsgKind::ALL.map(|kind| (kind, kind_name(lang, kind)));
            segmented_field(ui, &tr!(lang, "free.kind"), &mut kind, choices)
        });
        for finding in cx.findings_at("/msg/msgtype") {
            finding_line(ui, lang, finding);
        }
        if kind != draft.msg.kind {
            cx.send(Action::UndoStep);
            draft.msg.kind = kind;
        }
        match draft.msg.kind {
            MsgKind::Oa => oa_ui(ui, cx, draft, view),
            MsgKind::ActionCard => card_ui(ui, cx, draft, view),
            kind => {
                for part in Part::of(kind) {
                    part_ui(ui, cx, draft, view, part);
                }
            }
        }
        id_trans_ui(ui, cx, draft);
    });
}

/// Whether DingTalk puts names in place of ids.
fn id_trans_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft) {
    let lang = cx.lang;
    let label = tr!(lang, "free.id_trans");
    let field = Field::new(label.clone()).help(tr!(lang, "free.id_trans_help")).pointer("/enable_id_trans");
    let mut chosen = draft.enable_id_trans;
    field.show(ui, cx, |ui| truth_field(ui, lang, &label, &mut chosen));
    if chosen != draft.enable_id_trans {
        cx.send(Action::UndoStep);
        draft.enable_id_trans = chosen;
    }
}

fn oa_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, view: &mut View) {
    use Part::{
        OaAuthor, OaContent, OaFileCount, OaHeadColour, OaHeadText, OaImage, OaPcUrl, OaRichNumber, OaRichUnit,
        OaStatusColour, OaStatusValue, OaTitle, OaUrl,
    };
    let lang = cx.lang;
    for part in [OaUrl, OaPcUrl] {
        part_ui(ui, cx, draft, view, part);
    }
    section(ui, &tr!(lang, "free.oa_head"));
    pair_ui(ui, cx, draft, view, OaHeadText, OaHeadColour);
    section(ui, &tr!(lang, "free.oa_body"));
    for finding in cx.findings_at("/msg/oa/body") {
        finding_line(ui, lang, finding);
    }
    part_ui(ui, cx, draft, view, OaTitle);
    lists::rows_ui(ui, cx, draft, view);
    pair_ui(ui, cx, draft, view, OaRichNumber, OaRichUnit);
    part_ui(ui, cx, draft, view, OaContent);
    part_ui(ui, cx, draft, view, OaImage);
    pair_ui(ui, cx, draft, view, OaAuthor, OaFileCount);
    section(ui, &tr!(lang, "free.oa_status"));
    for finding in cx.findings_at("/msg/oa/status_bar") {
        finding_line(ui, lang, finding);
    }
    pair_ui(ui, cx, draft, view, OaStatusValue, OaStatusColour);
}

fn card_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, view: &mut View) {
    let lang = cx.lang;
    part_ui(ui, cx, draft, view, Part::CardTitle);
    part_ui(ui, cx, draft, view, Part::CardMarkdown);
    let mut several = draft.msg.several;
    let label = tr!(lang, "free.buttons_mode");
    Field::new(&*label).show(ui, cx, |ui| {
        let choices = [
            (false, tr!(lang, "free.one_button").into_owned()),
            (true, tr!(lang, "free.several_buttons").into_owned()),
        ];
        segmented_field(ui, &label, &mut several, choices)
    });
    if several != draft.msg.several {
        cx.send(Action::UndoStep);
        draft.msg.several = several;
        if several && draft.msg.text(Part::CardOrientation).is_empty() {
            "0".clone_into(draft.msg.text_mut(Part::CardOrientation));
        }
    }
    if several {
        part_ui(ui, cx, draft, view, Part::CardOrientation);
        lists::buttons_ui(ui, cx, draft, view);
    } else {
        pair_ui(ui, cx, draft, view, Part::CardSingleTitle, Part::CardSingleUrl);
    }
}

fn section(ui: &mut Ui, title: &str) {
    let t = tokens(ui.style());
    ui.add_space(size::XS);
    ui.add(Label::new(crate::ui::theme::medium(title).color(t.muted)).selectable(false));
}

/// Two short fields beside each other.
fn pair_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, view: &mut View, first: Part, second: Part) {
    ui.columns(2, |columns| {
        if let [left, right] = columns {
            part_ui(left, cx, draft, view, first);
            part_ui(right, cx, draft, view, second);
        }
    });
}

/// One field by the table of parts.
fn part_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, view: &mut View, part: Part) {
    let (lang, spec) = (cx.lang, part.spec());
    let label = text(lang, spec.key, &[]);
    let mut field = Field::new(&label).pointer(part.pointer()).help(text(lang, &format!("{}_help", spec.key), &[]));
    if spec.required {
        field = field.required();
    }
    if let Some(max) = spec.max {
        field = field.meter(Meter::characters(draft.msg.text(part), max.characters));
    } else if part == Part::OaContent {
        let lines = draft.msg.text(part).lines().filter(|line| !line.trim().is_empty()).count() as u64;
        field = field.meter(Meter::new(lines, LINES_SHOWN as u64, Unit::Entries));
    }
    match spec.shape {
        Shape::Media | Shape::Picture => media::part_ui(ui, cx, draft, &mut view.uploads, part, field),
        Shape::Orientation => {
            let mut value = draft.msg.text(part).to_owned();
            let changed = field.show(ui, cx, |ui| {
                let mut shown = usize::from(value == "1");
                let choices =
                    [(0, tr!(lang, "free.vertical").into_owned()), (1, tr!(lang, "free.horizontal").into_owned())];
                let response = segmented_field(ui, &label, &mut shown, choices);
                if response.changed() {
                    value = shown.to_string();
                }
                response
            });
            if changed.changed() {
                cx.send(Action::UndoStep);
                *draft.msg.text_mut(part) = value;
            }
        }
        Shape::Colour | Shape::BarColour => {
            field.show(ui, cx, |ui| colour_ui(ui, cx, draft, part, &label));
        }
        shape => {
            field.show(ui, cx, |ui| {
                let value = draft.msg.text_mut(part);
                let edit = match shape {
                    Shape::Markdown => TextEdit::multiline(value).desired_rows(6),
                    Shape::Lines => TextEdit::multiline(value).desired_rows(2),
                    Shape::Url | Shape::Seconds | Shape::Count => id_field(value),
                    _ => TextEdit::singleline(value),
                };
                ui.add(edit.desired_width(f32::INFINITY)).accessible_name(label.clone())
            });
        }
    }
}

fn colour_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, part: Part, label: &str) -> Response {
    let lang = cx.lang;
    let mut chosen = None;
    let response = ui
        .horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(6.0, size::XS);
            let shown = colour_of(draft.msg.text(part));
            let (rect, _) = ui.allocate_exact_size(vec2(20.0, 20.0), Sense::hover());
            let t = tokens(ui.style());
            ui.painter().rect(
                rect,
                CornerRadius::same(4),
                shown.unwrap_or(Color32::TRANSPARENT),
                egui::Stroke::new(1.0, t.outline),
                egui::StrokeKind::Inside,
            );
            let swatches: Vec<(String, &str)> = if part == Part::OaStatusColour {
                STATUS_COLOURS.iter().map(|(key, colour)| (text(lang, key, &[]), *colour)).collect()
            } else {
                HEAD_COLOURS.iter().map(|colour| ((*colour).to_owned(), *colour)).collect()
            };
            // The margins of the field are beyond its width. Where even the shortest field leaves no room, swatches wrap.
            let width = (ui.available_width() - swatches.len() as f32 * 24.0 - 34.0).clamp(84.0, 140.0);
            let edit = id_field(draft.msg.text_mut(part)).desired_width(width);
            let response = ui.add(edit).accessible_name(label.to_owned());
            for (name, colour) in swatches {
                let (rect, swatch) = ui.allocate_exact_size(vec2(18.0, 18.0), Sense::click());
                let fill = colour_of(colour).unwrap_or(Color32::GRAY);
                ui.painter().rect_filled(rect, CornerRadius::same(9), fill);
                if swatch.hovered() || swatch.has_focus() {
                    ui.painter().circle_stroke(rect.center(), 10.0, egui::Stroke::new(1.5, t.accent));
                }
                let name = tr!(lang, "free.use_colour", colour = name).into_owned();
                swatch.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
                if swatch.on_hover_text(name).clicked() {
                    chosen = Some(colour);
                }
            }
            response
        })
        .inner;
    if let Some(colour) = chosen {
        cx.send(Action::UndoStep);
        colour.clone_into(draft.msg.text_mut(part));
    }
    response
}

/// The colour of `FFBBBBBB` or `0xFFBBBBBB`; transparency is left out.
#[expect(clippy::disallowed_methods, reason = "it is the message's colour, not one of the program's")]
pub(super) fn colour_of(text: &str) -> Option<Color32> {
    let digits = text.trim().trim_start_matches("0x").trim_start_matches("0X");
    if digits.len() != 8 {
        return None;
    }
    let number = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = number.to_be_bytes();
    Some(Color32::from_rgb(red, green, blue))
}

/// A small note in faint ink.
pub(super) fn faint(ui: &mut Ui, text: impl Into<String>) {
    let t = tokens(ui.style());
    ui.add(Label::new(RichText::new(text).size(size::SMALL).color(t.faint)).wrap());
}
