//! A field of a form: label, control, limit meter, finding beside it, one line of help; and how one jumps to it.

use egui::{Color32, CornerRadius, Id, Label, Rect, Response, RichText, Stroke, StrokeKind, Ui};

use super::{describe, grouped};
use crate::{
    compose::{Finding, Limit, Severity, Unit},
    lang::Lang,
    ui::{
        cx::Cx,
        icons::Icon,
        theme::{Tokens, size, tokens},
    },
};

/// How much of a limit is used, live.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Meter {
    /// What is used.
    pub actual: u64,
    /// The most that is allowed.
    pub max: u64,
    /// What both count.
    pub unit: Unit,
}

impl Meter {
    /// A meter of bytes of a text.
    pub fn bytes(text: &str, max: u64) -> Self {
        Self { actual: text.len() as u64, max, unit: Unit::Bytes }
    }

    /// A meter of characters of a text.
    pub fn characters(text: &str, max: u64) -> Self {
        Self { actual: text.chars().count() as u64, max, unit: Unit::Characters }
    }

    /// A meter of anything counted already.
    pub const fn new(actual: u64, max: u64, unit: Unit) -> Self {
        Self { actual, max, unit }
    }

    /// `12 / 100 字节`.
    pub fn text(self, lang: Lang) -> String {
        let unit = match self.unit {
            Unit::Bytes => tr!(lang, "common.unit_bytes"),
            Unit::Characters => tr!(lang, "common.unit_characters"),
            Unit::People => tr!(lang, "common.unit_people"),
            Unit::Departments => tr!(lang, "common.unit_departments"),
            Unit::Entries => tr!(lang, "common.unit_entries"),
        };
        format!("{} / {} {unit}", grouped(self.actual), grouped(self.max))
    }

    /// Its colour: grey, amber from nine tenths on, red above the limit.
    pub const fn colour(self, t: &Tokens) -> Color32 {
        if self.actual > self.max {
            t.error
        } else if self.actual * 10 >= self.max * 9 && self.actual > 0 {
            t.warning
        } else {
            t.faint
        }
    }

    /// Shows it.
    pub fn show(self, ui: &mut Ui, lang: Lang) {
        let colour = self.colour(tokens(ui.style()));
        ui.add(Label::new(RichText::new(self.text(lang)).size(size::SMALL).color(colour)).selectable(false));
    }
}

impl From<Limit> for Meter {
    fn from(limit: Limit) -> Self {
        Self { actual: limit.actual, max: limit.max, unit: limit.unit }
    }
}

/// The colour and icon of a severity.
pub fn severity_look(ui: &Ui, severity: Severity) -> (Color32, Icon) {
    let t = tokens(ui.style());
    match severity {
        Severity::Info => (t.accent, Icon::Info),
        Severity::Warning => (t.warning, Icon::Warning),
        Severity::Error => (t.error, Icon::Error),
    }
}

/// One finding as a line: icon and sentence in its colour.
pub fn finding_line(ui: &mut Ui, lang: Lang, finding: &Finding) -> Response {
    let (ink, icon) = severity_look(ui, finding.severity);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.add(icon.sized(ink, 14.0).alt_text(""));
        ui.add(Label::new(RichText::new(finding.message(lang)).size(size::SMALL + 1.0).color(ink)).wrap())
    })
    .inner
}

/// A labelled field of a form.
///
/// `show` runs the control, names it by the label, draws the outline of its worst finding, and makes it the place that
/// one jumps to for its pointer.
#[must_use]
pub struct Field {
    label: String,
    help: Option<String>,
    pointer: Option<String>,
    required: bool,
    meter: Option<Meter>,
    findings_below: bool,
}

impl Field {
    /// A field with its label (no colon).
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), help: None, pointer: None, required: false, meter: None, findings_below: true }
    }

    /// One line that says what it is for.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The JSON pointer into the draft's body that its findings carry.
    pub fn pointer(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// Marks it as required.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// A live limit meter beside the label.
    pub fn meter(mut self, meter: Meter) -> Self {
        self.meter = Some(meter);
        self
    }

    /// Leaves the sentences of the findings to the caller (a table shows them beside its cells). Default: shown.
    pub fn findings_below(mut self, shown: bool) -> Self {
        self.findings_below = shown;
        self
    }

    /// Shows it. The control's response is what gets the focus on a jump.
    pub fn show(self, ui: &mut Ui, cx: &Cx<'_>, control: impl FnOnce(&mut Ui) -> Response) -> Response {
        let Self { label, help, pointer, required, meter, findings_below } = self;
        let t = tokens(ui.style());
        let salt = pointer.clone().unwrap_or_else(|| label.clone());
        ui.push_id(("field", salt), |ui| {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = size::XS;
                let label_id = ui
                    .horizontal(|ui| {
                        ui.spacing_mut().interact_size.y = 20.0;
                        ui.spacing_mut().item_spacing.x = size::XS;
                        let shown = ui.add(Label::new(&label).selectable(false));
                        if required {
                            let star = ui.add(Label::new(RichText::new("*").color(t.error)).selectable(false));
                            star.on_hover_text(tr!(cx.lang, "common.required"));
                        }
                        if let Some(meter) = meter {
                            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                                meter.show(ui, cx.lang);
                            });
                        }
                        shown.id
                    })
                    .inner;
                let response = ui.label_inputs_by(label_id, control);
                // A hint would be the field's name otherwise: the label is the better one. Set, not added: a field that
                // was labelled just now would be called 名称 名称.
                // A button and a choice of several keep their own names.
                response.ctx.accesskit_node_builder(response.id, |node| {
                    use egui::accesskit::Role;
                    if !matches!(node.role(), Role::Button | Role::RadioButton) {
                        node.clear_label();
                        node.set_labelled_by(vec![label_id.accesskit_id()]);
                    }
                });
                let findings: Vec<&Finding> =
                    pointer.as_deref().map(|pointer| cx.findings_at(pointer).collect()).unwrap_or_default();
                if let Some(worst) = findings.iter().max_by_key(|finding| finding.severity) {
                    outline(ui, response.rect, worst.severity);
                    describe(&response, worst.message(cx.lang));
                }
                if findings_below {
                    for finding in &findings {
                        finding_line(ui, cx.lang, finding);
                    }
                }
                if let Some(help) = help {
                    let text = crate::ui::theme::help(ui.style(), help);
                    ui.add(Label::new(text).wrap());
                }
                if let Some(pointer) = &pointer {
                    cx.jump.offer(pointer, response.rect, response.id);
                }
                response
            })
            .inner
        })
        .inner
    }
}

/// Draws the outline of a severity around a control (information has none).
pub fn outline(ui: &Ui, rect: Rect, severity: Severity) {
    if severity == Severity::Info {
        return;
    }
    let (ink, _) = severity_look(ui, severity);
    ui.painter().rect_stroke(rect, CornerRadius::same(size::RADIUS), Stroke::new(1.0, ink), StrokeKind::Inside);
}

/// Marks a control that has no label of its own (a table's cell): outline, description, and a place to jump to.
pub fn anchor(ui: &Ui, cx: &Cx<'_>, pointer: &str, response: &Response) {
    if let Some(worst) = cx.findings_at(pointer).max_by_key(|finding| finding.severity) {
        outline(ui, response.rect, worst.severity);
        describe(response, worst.message(cx.lang));
    }
    cx.jump.offer(pointer, response.rect, response.id);
}

/// A form: it scrolls, keeps a readable width, and lands the jumps to its fields. `salt` tells drafts apart, so that
/// each keeps its own place.
pub fn form_scroll<R>(ui: &mut Ui, cx: &Cx<'_>, salt: impl egui::AsIdSalt, content: impl FnOnce(&mut Ui) -> R) -> R {
    egui::ScrollArea::vertical()
        .id_salt(salt)
        .auto_shrink(false)
        .show(ui, |ui| {
            let width = ui.available_width().min(size::FORM_MAX);
            let result = ui
                .vertical(|ui| {
                    ui.set_max_width(width);
                    ui.spacing_mut().item_spacing.y = size::M;
                    let result = content(ui);
                    ui.add_space(size::L);
                    result
                })
                .inner;
            cx.jump.land(ui);
            result
        })
        .inner
}

/// The way from a finding to its field.
///
/// A jump has a target pointer; while the form is drawn every field offers itself, and the one whose pointer is the
/// longest beginning of the target gets the focus and is scrolled to, when the form has been drawn.
#[derive(Default)]
pub struct Jump {
    target: Option<String>,
    best: std::cell::Cell<Option<(usize, Rect, Id)>>,
    passes: u8,
    /// Where it landed last, and how often in a row at the same place.
    landed: std::cell::Cell<Option<(usize, Rect, u8)>>,
}

/// How many passes a jump may take: a group that was folded has to open first.
const JUMP_PASSES: u8 = 30;
/// How often in a row it lands at the same place before it is done: what unfolds beside the field moves it while it opens,
/// and a table draws the cell only when the table itself was brought into view.
const JUMP_LANDINGS: u8 = 2;

impl Jump {
    /// Jumps to a pointer in the next passes.
    pub fn to(&mut self, pointer: impl Into<String>) {
        *self = Self { target: Some(pointer.into()), ..Self::default() };
    }

    /// The pointer being jumped to, for lists that have to scroll to a row before it is drawn.
    pub fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// Whether the target is `prefix` or lies below it.
    pub fn is_into(&self, prefix: &str) -> bool {
        self.target.as_deref().is_some_and(|target| below(target, prefix))
    }

    /// Offers a control for a pointer; called by every field while it is drawn.
    pub fn offer(&self, pointer: &str, rect: Rect, id: Id) {
        let Some(target) = self.target.as_deref() else { return };
        if below(target, pointer) && self.best.get().is_none_or(|(length, ..)| pointer.len() >= length) {
            self.best.set(Some((pointer.len(), rect, id)));
        }
    }

    /// Ends a jump inside the scroll area of the form: scrolls and gives the focus.
    pub fn land(&self, ui: &Ui) {
        if let Some((length, rect, id)) = self.best.take() {
            // At once: while it glides there, the place would be another one in every pass.
            let at_once = egui::style::ScrollAnimation::none();
            ui.scroll_to_rect_animation(rect.expand(size::XL), Some(egui::Align::Center), at_once);
            ui.memory_mut(|memory| memory.request_focus(id));
            let same = |(before, place, _): &(usize, Rect, u8)| {
                *before == length && (place.min - rect.min).length() < 1.0 && (place.max - rect.max).length() < 1.0
            };
            let times = self.landed.get().filter(same).map_or(1, |(_, _, times)| times + 1);
            self.landed.set(Some((length, rect, times)));
        }
    }

    /// Counts a pass; the target is forgotten when it was reached or cannot be. Called once a pass by the app.
    pub fn step(&mut self, ctx: &egui::Context) {
        if self.target.is_none() {
            return;
        }
        self.passes += 1;
        let times = self.landed.get().map_or(0, |(_, _, times)| times);
        if times >= JUMP_LANDINGS || self.passes > JUMP_PASSES {
            *self = Self::default();
        } else {
            ctx.request_repaint();
        }
    }
}

/// Whether `pointer` is `prefix` or below it.
pub fn below(pointer: &str, prefix: &str) -> bool {
    pointer.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_below_its_parents_only() {
        assert!(below("/cardData/cardParamMap/title", "/cardData"));
        assert!(below("/cardData", "/cardData"));
        assert!(below("/cardData", ""));
        assert!(!below("/cardDataX", "/cardData"));
        assert!(!below("/cardData", "/cardData/cardParamMap"));
    }

    #[test]
    fn a_jump_lands_on_the_nearest_field() {
        let mut jump = Jump::default();
        jump.to("/cardData/cardParamMap/title");
        let (near, far) = (Id::unique("near"), Id::unique("far"));
        jump.offer("/cardData/cardParamMap", Rect::NOTHING, near);
        jump.offer("/cardData", Rect::NOTHING, far);
        jump.offer("/robotCode", Rect::NOTHING, far);
        assert_eq!(jump.best.get().map(|(_, _, id)| id), Some(near));
        assert!(jump.is_into("/cardData") && !jump.is_into("/robotCode"));
    }

    #[test]
    fn a_meter_counts_what_the_limit_counts() {
        assert_eq!(Meter::bytes("蚂蚁", 100).actual, 6);
        assert_eq!(Meter::characters("蚂蚁", 100).actual, 2);
        assert_eq!(Meter::new(1200, 5000, Unit::People).text(Lang::Zh), "1,200 / 5,000 人");
    }
}
