//! The sandbox in the settings: which error it is to give, how slow, how broken; its organisation and its rules.

use std::time::Duration;

use egui::{DragValue, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::{Reads, SettingsAction};
use crate::{
    catalogue::{self, Entry},
    dingtalk::System,
    lang::Lang,
    sandbox::{Effect, SEND_CARD, SEND_NOTICE, Sandbox, Script},
    ui::{
        icons::Icon,
        theme::{self, size, tokens},
        widgets::{Group, PushButton, combo, fact_row, grouped, search_field, segmented},
    },
};

/// What is to go wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum What {
    #[default]
    Code,
    Slow,
    CutBefore,
    CutMid,
    Empty,
    Html,
    Huge,
    IpBan,
    Body,
}

impl What {
    const ALL: [Self; 9] = [
        Self::Code,
        Self::Slow,
        Self::CutBefore,
        Self::CutMid,
        Self::Empty,
        Self::Html,
        Self::Huge,
        Self::IpBan,
        Self::Body,
    ];
}

/// Which calls it strikes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Strikes {
    #[default]
    Card,
    Notice,
    Any,
}

/// The form that makes things go wrong.
pub struct FaultForm {
    what: What,
    strikes: Strikes,
    query: String,
    code: String,
    seconds: f32,
    status: u16,
    body: String,
    /// 0: until it is taken back.
    times: u32,
    people: usize,
}

impl Default for FaultForm {
    fn default() -> Self {
        Self {
            what: What::default(),
            strikes: Strikes::default(),
            query: String::new(),
            code: String::new(),
            seconds: 5.0,
            status: 200,
            body: "{\"hello\":1}".to_owned(),
            times: 1,
            people: 0,
        }
    }
}

impl FaultForm {
    fn effect(&self) -> Option<Effect> {
        Some(match self.what {
            What::Code if self.code.is_empty() => return None,
            What::Code => Effect::code(self.code.clone()),
            What::Slow => Effect::Slow(Duration::from_secs_f32(self.seconds.clamp(0.0, 3600.0))),
            What::CutBefore => Effect::CutBeforeAnswer,
            What::CutMid => Effect::CutMidAnswer,
            What::Empty => Effect::Empty,
            What::Html => Effect::Html,
            What::Huge => Effect::Huge,
            What::IpBan => Effect::IpBan,
            What::Body => Effect::Body {
                status: self.status,
                content_type: "application/json".to_owned(),
                bytes: self.body.clone().into_bytes(),
            },
        })
    }

    fn script(&self) -> Option<Script> {
        let endpoint = match self.strikes {
            Strikes::Card => Some(SEND_CARD.to_owned()),
            Strikes::Notice => Some(SEND_NOTICE.to_owned()),
            Strikes::Any => None,
        };
        Some(Script { endpoint, times: (self.times > 0).then_some(self.times), effect: self.effect()? })
    }
}

pub fn section_ui(ui: &mut Ui, reads: &Reads<'_>, form: &mut FaultForm) {
    let lang = reads.state.lang;
    ui.label(theme::title(tr!(lang, "settings.sandbox")));
    let text = theme::help(ui.style(), tr!(lang, "settings.sandbox_help"));
    ui.label(text);
    let Some(sandbox) = reads.sandbox.running() else {
        ui.label(tr!(lang, "settings.sandbox_not_running"));
        return;
    };
    waiting_ui(ui, reads, &sandbox);
    Group::new(tr!(lang, "settings.faults")).help(tr!(lang, "settings.faults_help")).fixed().show(ui, |ui| {
        fault_ui(ui, reads, form);
    });
    organisation_ui(ui, reads, form, &sandbox);
    rules_ui(ui, reads, &sandbox);
}

fn waiting_ui(ui: &mut Ui, reads: &Reads<'_>, sandbox: &Sandbox) {
    let lang = reads.state.lang;
    let scripts = sandbox.scripts();
    if scripts.is_empty() {
        return;
    }
    Group::new(tr!(lang, "settings.waiting_faults")).fixed().show(ui, |ui| {
        let t = tokens(ui.style());
        for (index, script) in scripts.iter().enumerate() {
            ui.push_id(("script", index), |ui| {
                ui.horizontal_wrapped(|ui| {
                    ui.label(script.effect.label(lang));
                    let place = script.endpoint.clone().unwrap_or_else(|| tr!(lang, "settings.any_call").into_owned());
                    let times = if let Some(times) = script.times {
                        tr!(lang, "settings.times_left", count = times)
                    } else {
                        tr!(lang, "settings.always")
                    };
                    ui.label(RichText::new(format!("{place} · {times}")).size(size::SMALL).color(t.muted));
                });
            });
        }
        if PushButton::new(tr!(lang, "settings.clear_faults")).icon(Icon::Close).show(ui).clicked() {
            reads.send(SettingsAction::ClearScripts);
        }
    });
}

fn what_label(what: What, lang: Lang) -> String {
    match what {
        What::Code => tr!(lang, "settings.fault_code"),
        What::Slow => tr!(lang, "settings.fault_slow"),
        What::CutBefore => tr!(lang, "sandbox.effect.cut_before_answer"),
        What::CutMid => tr!(lang, "sandbox.effect.cut_mid_answer"),
        What::Empty => tr!(lang, "sandbox.effect.empty"),
        What::Html => tr!(lang, "sandbox.effect.html"),
        What::Huge => tr!(lang, "sandbox.effect.huge"),
        What::IpBan => tr!(lang, "sandbox.effect.ip_ban"),
        What::Body => tr!(lang, "settings.fault_body"),
    }
    .into_owned()
}

fn fault_ui(ui: &mut Ui, reads: &Reads<'_>, form: &mut FaultForm) {
    let lang = reads.state.lang;
    let label = ui.label(tr!(lang, "settings.fault_what"));
    combo("what", what_label(form.what, lang))
        .width(320.0)
        .show_ui(ui, |ui| {
            for what in What::ALL {
                ui.selectable_value(&mut form.what, what, what_label(what, lang));
            }
        })
        .response
        .labelled_by(label.id);
    match form.what {
        What::Code => codes_ui(ui, lang, form),
        What::Slow => {
            ui.horizontal(|ui| {
                let label = ui.label(tr!(lang, "settings.fault_seconds"));
                ui.add(DragValue::new(&mut form.seconds).range(0.1..=600.0).speed(0.1)).labelled_by(label.id);
            });
        }
        What::Body => {
            ui.horizontal(|ui| {
                let label = ui.label(tr!(lang, "settings.fault_status"));
                ui.add(DragValue::new(&mut form.status).range(100..=599)).labelled_by(label.id);
            });
            let label = ui.label(tr!(lang, "settings.fault_bytes"));
            let field = TextEdit::multiline(&mut form.body).code_editor().desired_rows(3).desired_width(f32::INFINITY);
            ui.add(field).labelled_by(label.id);
        }
        _ => {}
    }
    let choices = [
        (Strikes::Card, tr!(lang, "command.show_card").into_owned()),
        (Strikes::Notice, tr!(lang, "command.show_notice").into_owned()),
        (Strikes::Any, tr!(lang, "settings.any_call").into_owned()),
    ];
    ui.horizontal(|ui| {
        ui.label(tr!(lang, "settings.fault_strikes"));
        segmented(ui, &tr!(lang, "settings.fault_strikes"), &mut form.strikes, choices);
    });
    ui.horizontal(|ui| {
        let label = ui.label(tr!(lang, "settings.fault_times"));
        ui.add(DragValue::new(&mut form.times).range(0..=1000)).labelled_by(label.id);
        let text = theme::help(ui.style(), tr!(lang, "settings.fault_times_help"));
        ui.label(text);
    });
    let off = if form.effect().is_some() { Ok(()) } else { Err(tr!(lang, "settings.choose_code").into_owned()) };
    let button = PushButton::primary(tr!(lang, "settings.add_fault")).icon(Icon::Play).enabled(off);
    if button.show(ui).clicked()
        && let Some(script) = form.script()
    {
        reads.send(SettingsAction::Script(Box::new(script)));
    }
}

/// The code of an entry as the sandbox takes it.
fn code_of(entry: &Entry) -> String {
    entry.sub_code.as_ref().map_or_else(|| entry.code.clone(), |sub| format!("{}/{sub}", entry.code))
}

/// Every catalogued code, found by any part of its number, name or text.
fn codes_ui(ui: &mut Ui, lang: Lang, form: &mut FaultForm) {
    let t = tokens(ui.style());
    search_field(ui, lang, &mut form.query, &tr!(lang, "settings.search_codes"), 320.0);
    let query = form.query.trim().to_lowercase();
    let fits = |entry: &&Entry| {
        query.is_empty() && entry.relevant
            || !query.is_empty()
                && [&entry.code, &entry.official, &entry.zh.what]
                    .into_iter()
                    .chain(&entry.sub_code)
                    .chain(entry.en.as_ref().map(|words| &words.what))
                    .any(|text| text.to_lowercase().contains(&query))
    };
    let found: Vec<&Entry> = catalogue::all().iter().filter(fits).collect();
    if found.is_empty() {
        ui.label(RichText::new(tr!(lang, "common.nothing_found")).color(t.muted));
        return;
    }
    let row = 28.0;
    egui::Frame::new().stroke(egui::Stroke::new(1.0, t.line)).corner_radius(size::RADIUS).inner_margin(4).show(
        ui,
        |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ScrollArea::vertical().id_salt("codes").max_height(196.0).auto_shrink([false, true]).show_rows(
                ui,
                row,
                found.len(),
                |ui, rows| {
                    for entry in &found[rows] {
                        let code = code_of(entry);
                        let what = entry.words(lang).unwrap_or(&entry.zh).what.clone();
                        let system = if entry.system == System::Api { "api" } else { "oapi" };
                        ui.push_id((system, &code), |ui| {
                            let text = RichText::new(format!("{code}  ")).monospace();
                            let detail = RichText::new(format!("{system} · {what}")).size(size::SMALL).color(t.muted);
                            let button = egui::Button::selectable(form.code == code, (text, detail))
                                .truncate()
                                .min_size(vec2(ui.available_width(), row));
                            if ui.add(button).accessible_name(code.clone()).clicked() {
                                form.code.clone_from(&code);
                            }
                        });
                    }
                },
            );
        },
    );
}

fn organisation_ui(ui: &mut Ui, reads: &Reads<'_>, form: &mut FaultForm, sandbox: &Sandbox) {
    let lang = reads.state.lang;
    Group::new(tr!(lang, "settings.organisation_group")).fixed().show(ui, |ui| {
        let organisation = sandbox.organisation();
        let count = organisation.people().len();
        if form.people == 0 {
            form.people = count;
        }
        let people = grouped(count as u64);
        fact_row(ui, &tr!(lang, "settings.people"), people);
        fact_row(ui, &tr!(lang, "settings.departments"), grouped(organisation.departments().len() as u64));
        ui.horizontal(|ui| {
            let choices = [320, 5_000, 100_000].map(|people| (people, grouped(people as u64)));
            segmented(ui, &tr!(lang, "settings.people"), &mut form.people, choices);
            let off = if form.people == count { Err(tr!(lang, "settings.same_size").into_owned()) } else { Ok(()) };
            let button = PushButton::new(tr!(lang, "settings.restart_sandbox")).icon(Icon::Refresh).enabled(off);
            if button.show(ui).clicked() {
                reads.send(SettingsAction::RestartSandbox(form.people));
            }
        });
        let text = theme::help(ui.style(), tr!(lang, "settings.restart_help"));
        ui.label(text);
    });
}

fn rules_ui(ui: &mut Ui, reads: &Reads<'_>, sandbox: &Sandbox) {
    let lang = reads.state.lang;
    Group::new(tr!(lang, "settings.rules")).fixed().show(ui, |ui| {
        let mut rules = sandbox.rules();
        let before = rules.clone();
        ui.checkbox(&mut rules.closed_card_api, tr!(lang, "settings.rule_closed"));
        ui.checkbox(&mut rules.no_card_instance_write, tr!(lang, "settings.rule_no_card_write"));
        ui.checkbox(&mut rules.third_party_notices_only, tr!(lang, "settings.rule_third_party"));
        ui.checkbox(&mut rules.tokens_apart, tr!(lang, "settings.rule_tokens_apart"));
        if rules != before {
            reads.send(SettingsAction::SetRules(Box::new(rules)));
        }
        if PushButton::new(tr!(lang, "settings.expire_tokens")).icon(Icon::Clock).show(ui).clicked() {
            reads.send(SettingsAction::ExpireTokens);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_needs_a_code_and_names_its_call() {
        let mut form = FaultForm::default();
        assert_eq!(form.script(), None);
        form.code = "88/40014".to_owned();
        form.strikes = Strikes::Notice;
        form.times = 0;
        let script = form.script().unwrap();
        assert_eq!(script.endpoint.as_deref(), Some(SEND_NOTICE));
        assert_eq!(script.times, None, "until it is taken back");
        assert_eq!(script.effect, Effect::code("88/40014"));
    }

    #[test]
    fn every_catalogued_code_can_be_asked_for() {
        for entry in catalogue::all() {
            assert!(!code_of(entry).is_empty());
        }
    }
}
