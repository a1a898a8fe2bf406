//! Findings about a free-form notice: its message, its recipients, and who may send it.
//!
//! What the page says with 最长/不超过 is an error, 建议 and what is hidden on screen a warning. Where documents disagree the
//! stricter number is a warning that names both, the higher one an error. A text with `${…}` is not judged by its shape:
//! what stands there in the end is not known here.

use super::{
    BUTTON_LIST_MAX, BUTTON_TITLE_MAX, BUTTON_URL_MAX, FILE_BYTES_MAX, LINES_SHOWN, MESSAGE_BYTES_MAX, MsgKind, Part,
    ROWS_SHOWN, STATUS_BAR_PEOPLE_MAX, Shape, inside, is_msg, parts::is_duration, read::MSG,
};
use crate::compose::{
    Finding, NoticeDraft, Severity, Unit,
    check::{CheckContext, Findings, People, placeholder, unfilled},
    check_card::type_key,
    check_notice::has_unicode_escape,
    pointer,
};

/// Entries of `userid_list` by the page; the SDK and the template call say 5,000.
pub const USERS_STRICT: usize = 100;
/// Entries of `dept_id_list` by the page; the SDK and the template call say 500.
pub const DEPARTMENTS_STRICT: usize = 20;
/// Most people in one send of an internal app; a third-party app's is [`crate::compose::check_notice::PEOPLE_MAX`].
pub const PEOPLE_MAX_INTERNAL: u64 = 5000;
/// How often a day everyone may be written to.
pub const TO_ALL_DAILY: u64 = 3;

/// The message itself.
pub(in crate::compose) fn check_message(notice: &NoticeDraft, findings: &mut Findings) {
    let msg = &notice.msg;
    if let Some(whole) = notice.kept.0.iter().find(|member| is_msg(member)) {
        check_whole(whole, msg.is_empty(), findings);
        if msg.is_empty() {
            return;
        }
    }
    for part in Part::of(msg.kind).filter(|part| msg.travels(*part)) {
        check_part(notice, part, findings);
    }
    match msg.kind {
        MsgKind::Oa => check_oa(notice, findings),
        MsgKind::ActionCard if msg.several => check_buttons(notice, findings),
        MsgKind::File => check_file(notice, findings),
        _ => {}
    }
    let bytes = msg.wire_text(&notice.kept).len() as u64;
    if bytes > MESSAGE_BYTES_MAX {
        let finding = Finding::new(Severity::Error, MSG, "msg.too_large");
        findings.push(finding.limit(MESSAGE_BYTES_MAX, bytes, Unit::Bytes));
    }
    check_kept(notice, findings);
}

/// `msg` as it came, which the form could not take.
fn check_whole(member: &crate::compose::KeptMember, travels: bool, findings: &mut Findings) {
    use serde_json::Value;
    if !travels {
        findings.push(Finding::new(Severity::Warning, MSG, "notice.member_shadowed").arg("name", "msg"));
        return;
    }
    let parsed = match &member.value {
        Value::String(text) => crate::compose::json::parse(text).ok().map(|parsed| parsed.value),
        other => Some(other.clone()),
    };
    let Some(Value::Object(object)) = parsed else {
        findings.push(Finding::new(Severity::Error, MSG, "msg.not_object").arg("found_key", type_key(&member.value)));
        return;
    };
    let finding = match object.get("msgtype") {
        None => Finding::new(Severity::Error, MSG, "msg.kind_missing"),
        Some(found) => {
            let shown = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
            Finding::new(Severity::Error, "/msg/msgtype", "msg.kind_unknown").arg("found", shown)
        }
    };
    findings.push(finding);
}

fn check_part(notice: &NoticeDraft, part: Part, findings: &mut Findings) {
    let (msg, spec) = (&notice.msg, part.spec());
    let text = msg.text(part);
    let at = part.pointer();
    let finding = |severity, code| Finding::new(severity, at.as_str(), code).arg("field_key", spec.key);
    if text.trim().is_empty() {
        // A kept member in its place has a finding of its own.
        if spec.required && !notice.kept.0.iter().any(|member| member.pointer() == at) {
            findings.push(finding(Severity::Error, "msg.empty"));
        }
        return;
    }
    if let Some(max) = spec.max {
        let characters = text.chars().count() as u64;
        if characters > max.characters {
            let (severity, code) =
                if max.hard { (Severity::Error, "msg.too_long") } else { (Severity::Warning, "msg.long") };
            findings.push(finding(severity, code).limit(max.characters, characters, Unit::Characters));
        }
    }
    if has_unicode_escape(text) {
        findings.push(Finding::new(Severity::Warning, at.as_str(), "notice.unicode_escape").arg("key", part.name()));
    }
    if placeholder(text).is_some() {
        if let Some(found) = unfilled(text, &notice.values) {
            let found: String = found.chars().take(40).collect();
            findings.push(finding(Severity::Warning, "msg.placeholder").arg("found", found));
        }
        return;
    }
    let problem = match spec.shape {
        Shape::Line | Shape::Lines | Shape::Markdown | Shape::Count => None,
        Shape::Url => url_problem(text),
        Shape::Picture if is_web(text) => Some((Severity::Info, "msg.picture_url")),
        Shape::Media | Shape::Picture => media_problem(text),
        Shape::Colour => (!is_hex(text, 8)).then_some((Severity::Error, "msg.colour")),
        Shape::BarColour => bar_colour_problem(text),
        Shape::Seconds => (!is_duration(text)).then_some((Severity::Error, "msg.duration")),
        Shape::Orientation => (!matches!(text, "0" | "1")).then_some((Severity::Error, "msg.orientation")),
    };
    if let Some((severity, code)) = problem {
        let found: String = text.chars().take(40).collect();
        findings.push(finding(severity, code).arg("found", found));
    }
}

fn check_oa(notice: &NoticeDraft, findings: &mut Findings) {
    const FORM: &str = "/msg/oa/body/form";
    let msg = &notice.msg;
    let rows = msg.rows.iter().filter(|row| !row.is_empty()).count();
    if rows > ROWS_SHOWN {
        let finding = Finding::new(Severity::Warning, FORM, "msg.rows_hidden");
        findings.push(finding.limit(ROWS_SHOWN as u64, rows as u64, Unit::Entries));
    }
    for (at, (index, row)) in msg.rows.iter().enumerate().filter(|(_, row)| !row.is_empty()).enumerate() {
        let place = pointer::element(FORM, at);
        if row.key.trim().is_empty() {
            let at = pointer::join(&place, "key");
            findings.push(Finding::new(Severity::Warning, at, "msg.row_without_key").arg("row", index + 1));
        } else if row.value.trim().is_empty() {
            let at = pointer::join(&place, "value");
            findings.push(Finding::new(Severity::Warning, at, "msg.row_without_value").arg("row", index + 1));
        }
        for (text, name) in [(&row.key, "key"), (&row.value, "value")] {
            check_placeholder(notice, text, pointer::join(&place, name), "msg.rows", findings);
        }
    }
    let body = [Part::OaTitle, Part::OaContent, Part::OaRichNumber, Part::OaImage, Part::OaAuthor];
    let kept_body = notice.kept.0.iter().any(|member| member.parent.starts_with("/msg/oa"));
    if rows == 0 && !kept_body && body.iter().all(|part| msg.text(*part).trim().is_empty()) {
        findings.push(Finding::new(Severity::Error, "/msg/oa/body", "msg.body_empty"));
    }
    let lines = msg.text(Part::OaContent).lines().filter(|line| !line.trim().is_empty()).count();
    if lines > LINES_SHOWN {
        let finding = Finding::new(Severity::Warning, Part::OaContent.pointer(), "msg.lines_hidden");
        findings.push(finding.limit(LINES_SHOWN as u64, lines as u64, Unit::Entries));
    }
    check_status_bar(notice, findings);
}

fn check_status_bar(notice: &NoticeDraft, findings: &mut Findings) {
    const BAR: &str = "/msg/oa/status_bar";
    let (value, colour) = (notice.msg.text(Part::OaStatusValue), notice.msg.text(Part::OaStatusColour));
    if value.is_empty() && colour.is_empty() {
        return;
    }
    if value.trim().is_empty() {
        let at = Part::OaStatusValue.pointer();
        findings.push(Finding::new(Severity::Warning, at, "msg.status_without_text"));
    }
    if notice.to_all_user == Some(true) || !notice.departments.is_empty() {
        findings.push(Finding::new(Severity::Error, BAR, "msg.status_bar_lists"));
    } else if notice.users.len() > STATUS_BAR_PEOPLE_MAX {
        let finding = Finding::new(Severity::Error, BAR, "msg.status_bar_people");
        findings.push(finding.limit(STATUS_BAR_PEOPLE_MAX as u64, notice.users.len() as u64, Unit::People));
    }
}

fn check_buttons(notice: &NoticeDraft, findings: &mut Findings) {
    const LIST: &str = "/msg/action_card/btn_json_list";
    if notice.kept.0.iter().any(|member| member.pointer() == LIST) {
        return;
    }
    let buttons: Vec<_> = notice.msg.buttons.iter().enumerate().filter(|(_, button)| !button.is_empty()).collect();
    match buttons.len() {
        0 => findings.push(Finding::new(Severity::Error, LIST, "msg.buttons_none")),
        1 => findings.push(Finding::new(Severity::Warning, LIST, "msg.buttons_one")),
        _ => {}
    }
    for (at, (index, button)) in buttons.iter().enumerate() {
        let place = pointer::element(LIST, at);
        let row = index + 1;
        for (name, text, max, key) in [
            ("title", &button.title, BUTTON_TITLE_MAX, "msg.part.button_title"),
            ("action_url", &button.url, BUTTON_URL_MAX, "msg.part.button_url"),
        ] {
            let at = pointer::join(&place, name);
            let finding =
                |severity, code| Finding::new(severity, at.as_str(), code).arg("row", row).arg("field_key", key);
            let characters = text.chars().count() as u64;
            if text.trim().is_empty() {
                findings.push(finding(Severity::Error, "msg.empty"));
            } else if characters > max {
                findings.push(finding(Severity::Error, "msg.too_long").limit(max, characters, Unit::Characters));
            }
            if placeholder(text).is_some() {
                check_placeholder(notice, text, at.clone(), key, findings);
            } else if name == "action_url"
                && !text.trim().is_empty()
                && let Some((severity, code)) = url_problem(text)
            {
                findings.push(finding(severity, code).arg("found", text.chars().take(40).collect::<String>()));
            }
        }
    }
    let list = notice.msg.button_list_text().chars().count() as u64;
    if list > BUTTON_LIST_MAX {
        let finding = Finding::new(Severity::Error, LIST, "msg.button_list_long");
        findings.push(finding.limit(BUTTON_LIST_MAX, list, Unit::Characters));
    }
}

fn check_file(notice: &NoticeDraft, findings: &mut Findings) {
    let id = notice.msg.text(Part::FileMedia);
    if let Some(note) = notice.msg.media_note(id).filter(|note| note.bytes > FILE_BYTES_MAX) {
        let finding = Finding::new(Severity::Warning, Part::FileMedia.pointer(), "msg.file_large");
        findings.push(finding.arg("name", &note.name).limit(FILE_BYTES_MAX, note.bytes, Unit::Bytes));
    }
}

fn check_placeholder(notice: &NoticeDraft, text: &str, at: String, key: &str, findings: &mut Findings) {
    if let Some(found) = unfilled(text, &notice.values) {
        let found: String = found.chars().take(40).collect();
        let finding = Finding::new(Severity::Warning, at, "msg.placeholder").arg("field_key", key);
        findings.push(finding.arg("found", found));
    }
}

/// Members inside the message that the form does not know.
fn check_kept(notice: &NoticeDraft, findings: &mut Findings) {
    for member in notice.kept.0.iter().filter(|member| inside(member) && notice.msg.carries(member)) {
        let at = member.pointer();
        let known = Part::ALL.into_iter().find(|part| part.pointer() == at);
        let severity = if known.is_some() { Severity::Error } else { Severity::Warning };
        let finding = match (known, at.as_str()) {
            (Some(part), _) if !notice.msg.text(part).is_empty() => {
                Finding::new(Severity::Warning, &at, "notice.member_shadowed").arg("name", &member.name)
            }
            (Some(_), _) => Finding::new(severity, &at, "notice.member_mistyped")
                .arg("name", &member.name)
                .arg("expected_key", "json_type.text")
                .arg("found_key", type_key(&member.value)),
            (None, "/msg/oa/body/form" | "/msg/action_card/btn_json_list") => {
                Finding::new(severity, &at, "msg.list_kept").arg("name", &member.name)
            }
            (None, _) => Finding::new(severity, &at, "notice.member_unknown").arg("name", &member.name),
        };
        findings.push(finding);
    }
}

/// Who gets it, and whether this app may send it.
pub(in crate::compose) fn check_recipients(
    notice: &NoticeDraft,
    context: &CheckContext<'_>,
    people: People,
    findings: &mut Findings,
) {
    if context.third_party == Some(true) {
        findings.push(Finding::new(Severity::Warning, "", "msg.third_party"));
    }
    let named = !(notice.users.is_empty() && notice.departments.is_empty());
    if notice.to_all_user == Some(true) {
        if context.third_party == Some(true) {
            findings.push(Finding::new(Severity::Error, "/to_all_user", "msg.to_all_third_party"));
        }
        if named {
            findings.push(Finding::new(Severity::Warning, "/to_all_user", "msg.to_all_with_lists"));
        }
        let finding = Finding::new(Severity::Info, "/to_all_user", "msg.to_all_daily");
        findings.push(finding.arg("count", TO_ALL_DAILY));
        return;
    }
    if !named {
        let kept = |name: &str| matches!(name, "userid_list" | "dept_id_list" | "to_all_user");
        if !notice.kept.0.iter().any(|member| member.parent.is_empty() && kept(&member.name)) {
            findings.push(Finding::new(Severity::Error, "/userid_list", "msg.no_receiver"));
        }
        return;
    }
    for (list, count, strict, code, unit) in [
        ("/userid_list", notice.users.len(), USERS_STRICT, "msg.users_disagree", Unit::People),
        ("/dept_id_list", notice.departments.len(), DEPARTMENTS_STRICT, "msg.departments_disagree", Unit::Departments),
    ] {
        if count > strict {
            findings.push(Finding::new(Severity::Warning, list, code).limit(strict as u64, count as u64, unit));
        }
    }
    let most =
        if context.third_party == Some(true) { crate::compose::check_notice::PEOPLE_MAX } else { PEOPLE_MAX_INTERNAL };
    if people.least > most {
        let at = if notice.users.is_empty() { "/dept_id_list" } else { "/userid_list" };
        let finding = Finding::new(Severity::Error, at, "msg.people_too_many");
        findings.push(finding.limit(most, people.least, Unit::People));
    } else if let Some(count) = people.most
        && count > most
    {
        let finding = Finding::new(Severity::Warning, "/dept_id_list", "msg.people_maybe_too_many");
        findings.push(finding.limit(most, count, Unit::People));
    } else if people.most.is_none() {
        findings.push(Finding::new(Severity::Info, "/dept_id_list", "notice.people_unknown"));
    }
}

fn is_web(text: &str) -> bool {
    let lower = text.trim_start().to_ascii_lowercase();
    lower.starts_with("http://") || lower.starts_with("https://")
}

/// What is wrong with an address: no scheme at all, or one that DingTalk does not open.
fn url_problem(text: &str) -> Option<(Severity, &'static str)> {
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Some((Severity::Error, "msg.url_space"));
    }
    match text.split_once("://") {
        Some((scheme, rest)) if !scheme.is_empty() && !rest.is_empty() => {
            let known = ["http", "https", "dingtalk", "eapp"].iter().any(|one| scheme.eq_ignore_ascii_case(one));
            (!known).then_some((Severity::Warning, "msg.url_scheme"))
        }
        _ => Some((Severity::Error, "msg.url")),
    }
}

/// What is wrong with a media id. Ids of the pages and of real answers begin with `@`, `$` or `@#`.
fn media_problem(text: &str) -> Option<(Severity, &'static str)> {
    if is_web(text) {
        return Some((Severity::Error, "msg.media_url"));
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | ',' | '，' | '\\')) {
        return Some((Severity::Error, "msg.media_characters"));
    }
    (!text.starts_with(['@', '$', '#'])).then_some((Severity::Warning, "msg.media_shape"))
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn bar_colour_problem(text: &str) -> Option<(Severity, &'static str)> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    match digits {
        Some(digits) if is_hex(digits, 8) => None,
        None if is_hex(text, 8) => Some((Severity::Warning, "msg.bar_colour_plain")),
        _ => Some((Severity::Error, "msg.bar_colour")),
    }
}
