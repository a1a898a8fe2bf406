//! One template of the library while it is being written: its parts, what is wrong with it, and the form.

use egui::{Label, TextEdit, Ui};

use super::form::id_field;
use crate::{
    compose::{
        Finding, Severity, Unit,
        message::{self, Message},
        notice::{NoticeTemplate, TemplateKind},
        pointer, template,
    },
    lang::Lang,
    ui::{
        cx::Cx,
        icons::Icon,
        theme,
        widgets::{
            Field, Meter, PushButton, combo,
            form::{anchor, finding_line},
            icon_button, segmented,
        },
    },
};

/// The kinds, in the order they are offered.
pub const KINDS: [TemplateKind; 3] = [TemplateKind::Markdown, TemplateKind::ActionCard, TemplateKind::Form];

/// What a kind is called.
pub fn kind_name(lang: Lang, kind: TemplateKind) -> String {
    match kind {
        TemplateKind::Markdown => tr!(lang, "notice.kind_markdown"),
        TemplateKind::ActionCard => tr!(lang, "notice.kind_action_card"),
        TemplateKind::Form => tr!(lang, "notice.kind_form"),
    }
    .into_owned()
}

/// A template being written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// Where it stands in the library; `None` for a new one.
    pub at: Option<usize>,
    /// As it is in the library.
    original: Option<NoticeTemplate>,
    /// What the person calls it.
    pub name: String,
    /// `template_id`.
    pub id: String,
    /// Its kind. Parts that another kind has stay until it is saved.
    pub kind: TemplateKind,
    /// Its parts.
    pub message: Message,
}

impl Edit {
    /// A template of the library.
    pub fn of(at: usize, template: &NoticeTemplate) -> Self {
        Self { at: Some(at), original: Some(template.clone()), ..Self::filled_from(template) }
    }

    /// A new one with an id.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::filled_from(&NoticeTemplate::default()) }
    }

    /// A new one that begins as a copy, without the id: the console gives a cloned template another one.
    pub fn copy_of(template: &NoticeTemplate, name: String) -> Self {
        Self { name, id: String::new(), ..Self::filled_from(template) }
    }

    fn filled_from(template: &NoticeTemplate) -> Self {
        Self {
            at: None,
            original: None,
            name: template.name.clone(),
            id: template.id.clone(),
            kind: template.kind,
            message: Message::of(template.kind, &template.body),
        }
    }

    /// The template as it would be saved.
    pub fn template(&self) -> NoticeTemplate {
        NoticeTemplate {
            name: self.name.trim().to_owned(),
            id: self.id.trim().to_owned(),
            kind: self.kind,
            body: self.message.to_body(self.kind),
        }
    }

    /// Whether it differs from what the library has.
    pub fn is_changed(&self) -> bool {
        let before = match (&self.original, self.at) {
            (Some(original), Some(at)) => Self::of(at, original),
            _ => Self::new(""),
        };
        (&self.name, &self.id, self.kind, &self.message) != (&before.name, &before.id, before.kind, &before.message)
    }

    /// What is wrong or doubtful with it. Pointers: `/name`, `/id`, `/fields`, and those of [`message::check`].
    pub fn findings(&self, library: &[NoticeTemplate]) -> Vec<Finding> {
        let mut findings = Vec::new();
        let name = self.name.trim();
        if name.is_empty() {
            findings.push(Finding::new(Severity::Error, "/name", "notice.library_name_empty"));
        } else if library.iter().enumerate().any(|(at, other)| Some(at) != self.at && other.name == name) {
            findings.push(Finding::new(Severity::Error, "/name", "notice.library_name_taken").arg("name", name));
        }
        let id = self.id.trim();
        if id.is_empty() {
            findings.push(Finding::new(Severity::Error, "/id", "notice.library_id_empty"));
        } else if id.contains(char::is_whitespace) {
            findings.push(Finding::new(Severity::Warning, "/id", "notice.template_space"));
        }
        let body = self.message.to_body(self.kind);
        let fields = template::fields(&body);
        for field in &fields {
            if !template::follows_name_rule(field) {
                let finding = Finding::new(Severity::Warning, "/fields", "notice.library_variable");
                findings.push(finding.arg("key", field));
            }
        }
        if fields.len() > 5 {
            let finding = Finding::new(Severity::Info, "/fields", "notice.fields_many");
            findings.push(finding.limit(5, fields.len() as u64, Unit::Entries));
        }
        findings.extend(message::check(self.kind, &self.message));
        findings
    }
}

/// The form of a template. `cx.findings` are those of [`Edit::findings`].
pub fn editor_ui(ui: &mut Ui, cx: &Cx<'_>, edit: &mut Edit) {
    let lang = cx.lang;
    Field::new(tr!(lang, "notice.template_name"))
        .help(tr!(lang, "notice.template_name_help"))
        .pointer("/name")
        .required()
        .show(ui, cx, |ui| ui.add(TextEdit::singleline(&mut edit.name).desired_width(f32::INFINITY)));
    Field::new(tr!(lang, "notice.template_id_label"))
        .help(tr!(lang, "notice.template_id_help"))
        .pointer("/id")
        .required()
        .show(ui, cx, |ui| ui.add(id_field(&mut edit.id).desired_width(f32::INFINITY)));
    Field::new(tr!(lang, "notice.kind")).show(ui, cx, |ui| {
        let choices = KINDS.map(|kind| (kind, kind_name(lang, kind)));
        ui.scope(|ui| segmented(ui, &tr!(lang, "notice.kind"), &mut edit.kind, choices)).response
    });
    let title_max = match edit.kind {
        TemplateKind::Markdown => None,
        TemplateKind::ActionCard => Some(message::ACTION_CARD_TITLE_MAX),
        TemplateKind::Form => Some(message::FORM_TITLE_RECOMMENDED),
    };
    let mut title = Field::new(tr!(lang, "notice.message_title")).pointer("/title");
    if let Some(max) = title_max {
        title = title.meter(Meter::characters(&edit.message.title, max));
    }
    title
        .help(tr!(lang, "notice.message_title_help"))
        .show(ui, cx, |ui| ui.add(TextEdit::singleline(&mut edit.message.title).desired_width(f32::INFINITY)));
    content_ui(ui, cx, edit);
    match edit.kind {
        TemplateKind::Markdown => {}
        TemplateKind::ActionCard => links_ui(ui, cx, edit, &tr!(lang, "notice.buttons"), "notice.add_button"),
        TemplateKind::Form => {
            rows_ui(ui, cx, edit);
            links_ui(ui, cx, edit, &tr!(lang, "notice.form_links"), "notice.add_link");
        }
    }
    Field::new(tr!(lang, "notice.picture")).help(tr!(lang, "notice.picture_help")).pointer("/image").show(
        ui,
        cx,
        |ui| ui.add(id_field(&mut edit.message.image).desired_width(f32::INFINITY)),
    );
}

fn content_ui(ui: &mut Ui, cx: &Cx<'_>, edit: &mut Edit) {
    let lang = cx.lang;
    let (meter, help) = if edit.kind == TemplateKind::Form {
        let lines = edit.message.content.lines().filter(|line| !line.trim().is_empty()).count() as u64;
        (Meter::new(lines, message::FORM_LINES_MAX, Unit::Entries), tr!(lang, "notice.content_help_form"))
    } else {
        let meter = Meter::characters(&edit.message.content, message::CONTENT_RECOMMENDED);
        (meter, tr!(lang, "notice.content_help"))
    };
    let response = Field::new(tr!(lang, "notice.message_content")).pointer("/content").meter(meter).help(help).show(
        ui,
        cx,
        |ui| {
            let edit = TextEdit::multiline(&mut edit.message.content).desired_rows(6).desired_width(f32::INFINITY);
            let name = tr!(lang, "notice.message_content");
            ui.add(edit.hint_text(tr!(lang, "notice.content_hint"))).accessible_name(name)
        },
    );
    let body = edit.message.to_body(edit.kind);
    let names = template::fields(&body);
    if !names.is_empty() {
        let text = tr!(lang, "notice.fields_found", names = names.join(", "));
        ui.add(Label::new(theme::help(ui.style(), text)).wrap());
    }
    for finding in cx.findings_at("/fields") {
        finding_line(ui, lang, finding);
    }
    cx.jump.offer("/fields", response.rect, response.id);
}

fn rows_ui(ui: &mut Ui, cx: &Cx<'_>, edit: &mut Edit) {
    let lang = cx.lang;
    let rows = &mut edit.message.rows;
    let meter = Meter::new(rows.len() as u64, message::FORM_ROWS_MAX, Unit::Entries);
    let mut removed = None;
    let field = Field::new(tr!(lang, "notice.form_rows")).pointer("/rows").meter(meter);
    field.help(tr!(lang, "notice.form_rows_help")).show(ui, cx, |ui| {
        ui.vertical(|ui| {
            for (index, (name, value)) in rows.iter_mut().enumerate() {
                ui.push_id(("row", index), |ui| {
                    pair_ui(
                        ui,
                        cx,
                        index,
                        (name, &tr!(lang, "notice.row_name")),
                        (value, &tr!(lang, "notice.row_value")),
                    )
                    .then(|| removed = Some(index));
                });
            }
            if PushButton::new(tr!(lang, "notice.add_row")).icon(Icon::Plus).small().show(ui).clicked() {
                rows.push((String::new(), String::new()));
            }
        })
        .response
    });
    if let Some(index) = removed {
        edit.message.rows.remove(index);
    }
}

fn links_ui(ui: &mut Ui, cx: &Cx<'_>, edit: &mut Edit, label: &str, add: &str) {
    let lang = cx.lang;
    let links = &mut edit.message.links;
    let mut removed = None;
    Field::new(label).pointer("/links").help(tr!(lang, "notice.links_help")).show(ui, cx, |ui| {
        ui.vertical(|ui| {
            for (index, (text, address)) in links.iter_mut().enumerate() {
                ui.push_id(("link", index), |ui| {
                    let at = pointer::element("/links", index);
                    let texts = (tr!(lang, "notice.link_text"), tr!(lang, "notice.link_address"));
                    if pair_ui(ui, cx, index, (text, &texts.0), (address, &texts.1)) {
                        removed = Some(index);
                    }
                    for finding in cx.findings_below(&at) {
                        finding_line(ui, lang, finding);
                    }
                });
            }
            let text = crate::lang::text(lang, add, &[]);
            if PushButton::new(text).icon(Icon::Plus).small().show(ui).clicked() {
                links.push((String::new(), String::new()));
            }
        })
        .response
    });
    if let Some(index) = removed {
        edit.message.links.remove(index);
    }
}

/// Two fields in a line with a button that removes both; `true` when it was pressed.
fn pair_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    index: usize,
    (first, first_name): (&mut String, &str),
    (second, second_name): (&mut String, &str),
) -> bool {
    let number = index + 1;
    let mut removed = false;
    ui.horizontal(|ui| {
        let width = ui.available_width() - 40.0;
        let one = TextEdit::singleline(first).desired_width(width * 0.36).hint_text(first_name);
        let one = ui.add(one).accessible_name(format!("{first_name} {number}"));
        let two = TextEdit::singleline(second).desired_width(width * 0.64 - 8.0).hint_text(second_name);
        ui.add(two).accessible_name(format!("{second_name} {number}"));
        anchor(ui, cx, &pointer::element("/links", index), &one);
        removed = icon_button(ui, Icon::Close, tr!(cx.lang, "notice.remove_row", row = number)).clicked();
    });
    removed
}

/// A combo of kinds for a filter; `None` is all.
pub fn kind_filter_ui(ui: &mut Ui, lang: Lang, kind: &mut Option<TemplateKind>) {
    let shown = kind.map_or_else(|| tr!(lang, "notice.all_kinds").into_owned(), |kind| kind_name(lang, kind));
    let response = combo("kind-filter", shown).width(96.0).show_ui(ui, |ui| {
        ui.selectable_value(kind, None, tr!(lang, "notice.all_kinds"));
        for one in KINDS {
            ui.selectable_value(kind, Some(one), kind_name(lang, one));
        }
    });
    response.response.accessible_name(tr!(lang, "notice.kind_filter"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(name: &str) -> NoticeTemplate {
        NoticeTemplate {
            name: name.into(),
            id: format!("id-{name}"),
            kind: TemplateKind::ActionCard,
            body: "# 标题\n${who} 您好\n[去看](https://a.b)".into(),
        }
    }

    fn codes(edit: &Edit, library: &[NoticeTemplate]) -> Vec<&'static str> {
        edit.findings(library).iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn opening_a_template_changes_nothing_and_typing_does() {
        let mut edit = Edit::of(0, &template("甲"));
        assert!(!edit.is_changed());
        assert_eq!(edit.template(), template("甲"));
        edit.message.content.push('。');
        assert!(edit.is_changed());
        assert!(!Edit::new("").is_changed());
        let copy = Edit::copy_of(&template("甲"), "甲 2".into());
        assert!(copy.is_changed() && copy.id.is_empty());
    }

    #[test]
    fn what_keeps_it_from_being_saved_is_named() {
        let library = [template("甲"), template("乙")];
        let mut edit = Edit::of(0, &library[0]);
        assert_eq!(codes(&edit, &library), [""; 0]);
        edit.name = "乙".into();
        edit.id = " ".into();
        assert_eq!(codes(&edit, &library), ["notice.library_name_taken", "notice.library_id_empty"]);
        edit.name = String::new();
        edit.id = "a b".into();
        edit.message.content = "${1x} ${a} ${b} ${c} ${d} ${e}".into();
        assert_eq!(
            codes(&edit, &library),
            ["notice.library_name_empty", "notice.template_space", "notice.library_variable", "notice.fields_many"]
        );
    }

    #[test]
    fn parts_of_another_kind_stay_until_it_is_saved() {
        let mut edit = Edit::of(0, &template("甲"));
        edit.kind = TemplateKind::Markdown;
        assert!(!edit.template().body.contains("去看"));
        edit.kind = TemplateKind::ActionCard;
        assert_eq!(edit.template(), template("甲"));
    }
}
