//! Findings about a work notice.
//!
//! The page's limits are errors (5,000 userIds, 500 departments, 1,000 people in one send). People of departments are
//! counted where the directory knows them: exactly if it knows the members, otherwise between the largest part and the
//! sum of all; only what is certain is an error.

use std::collections::HashSet;

use super::{
    Finding, NoticeVia, Severity, Unit,
    check::{CheckContext, Findings, IdProblem, id_problem, unfilled},
    check_card::{is_token, type_key},
    check_params::check_object_text,
    message::{self, Message},
    msg,
    notice::{NoticeDraft, NoticeTemplate},
    notice_body::DATA,
    pointer,
    template::{fields, fill_text, follows_name_rule},
};

/// Longest `userid_list`.
pub const USERS_MAX: usize = 5000;
/// Longest `dept_id_list`.
pub const DEPARTMENTS_MAX: usize = 500;
/// Most people in one send (third-party enterprise apps; only those may make this call).
pub const PEOPLE_MAX: u64 = 1000;
/// Longest userid of the directory, in characters.
const USER_ID_MAX: usize = 64;
/// Fields of a template the console recommends at most.
const FIELDS_RECOMMENDED: usize = 5;

/// Checks a notice. `template` is the one of the person's library it is written with.
pub fn check_notice(
    notice: &NoticeDraft,
    template: Option<&NoticeTemplate>,
    context: &CheckContext<'_>,
) -> Vec<Finding> {
    let mut findings = Findings::default();
    check_agent(notice, &mut findings);
    if notice.via == NoticeVia::Template {
        check_template_id(notice, context, &mut findings);
    }
    check_users(notice, &mut findings);
    check_departments(notice, &mut findings);
    match notice.via {
        NoticeVia::Template => {
            check_people(notice, context, &mut findings);
            check_data(notice, &mut findings);
            if let Some(template) = template {
                check_template(notice, template, &mut findings);
            }
        }
        NoticeVia::Free => {
            msg::check::check_recipients(notice, context, people(notice, context), &mut findings);
            msg::check::check_message(notice, &mut findings);
        }
    }
    check_kept(notice, &mut findings);
    findings.finish("", "notice.more")
}

fn check_agent(notice: &NoticeDraft, findings: &mut Findings) {
    let agent = notice.agent_id.as_str();
    if agent.trim().is_empty() {
        findings.push(Finding::new(Severity::Error, "/agent_id", "notice.agent_empty"));
    } else if !agent.bytes().all(|b| b.is_ascii_digit()) {
        findings.push(Finding::new(Severity::Error, "/agent_id", "notice.agent_not_digits").arg("found", agent));
    }
}

fn check_template_id(notice: &NoticeDraft, context: &CheckContext<'_>, findings: &mut Findings) {
    let template = notice.template_id.as_str();
    if template.trim().is_empty() {
        findings.push(Finding::new(Severity::Error, "/template_id", "notice.template_empty"));
    } else if template.contains(|c: char| c.is_whitespace() || c.is_control()) {
        findings.push(Finding::new(Severity::Warning, "/template_id", "notice.template_space"));
    }
    if context.third_party == Some(false) {
        findings.push(Finding::new(Severity::Warning, "", "notice.internal_app"));
    }
}

fn check_users(notice: &NoticeDraft, findings: &mut Findings) {
    const LIST: &str = "/userid_list";
    let count = notice.users.len();
    if count > USERS_MAX {
        findings.push(Finding::new(Severity::Error, LIST, "notice.users_too_many").limit(
            USERS_MAX as u64,
            count as u64,
            Unit::Entries,
        ));
    }
    let mut seen = HashSet::with_capacity(count);
    for (index, person) in notice.users.iter().enumerate() {
        let at = || pointer::element(LIST, index);
        let id = person.id.as_str();
        match id_problem(id) {
            None => {}
            Some(IdProblem::Empty) => findings.push(Finding::new(Severity::Error, at(), "notice.user_empty")),
            Some(_) => findings.push(Finding::new(Severity::Error, at(), "notice.user_bad").arg("id", id)),
        }
        if id.len() > USER_ID_MAX {
            let length = id.chars().count();
            if length > USER_ID_MAX {
                findings.push(Finding::new(Severity::Warning, at(), "notice.user_long").limit(
                    USER_ID_MAX as u64,
                    length as u64,
                    Unit::Characters,
                ));
            }
        }
        if !id.is_empty() && !seen.insert(id) {
            findings.push(Finding::new(Severity::Warning, at(), "notice.user_duplicate").arg("id", id));
        }
    }
}

fn check_departments(notice: &NoticeDraft, findings: &mut Findings) {
    const LIST: &str = "/dept_id_list";
    let count = notice.departments.len();
    if count > DEPARTMENTS_MAX {
        findings.push(Finding::new(Severity::Error, LIST, "notice.departments_too_many").limit(
            DEPARTMENTS_MAX as u64,
            count as u64,
            Unit::Departments,
        ));
    }
    let mut seen = HashSet::new();
    for (index, department) in notice.departments.iter().enumerate() {
        let at = || pointer::element(LIST, index);
        let id = department.id.as_str();
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_digit()) {
            findings.push(Finding::new(Severity::Error, at(), "notice.department_not_digits").arg("id", id));
        } else if id == "1" {
            findings.push(Finding::new(Severity::Warning, at(), "notice.department_root"));
        }
        if !seen.insert(id) {
            findings.push(Finding::new(Severity::Warning, at(), "notice.department_duplicate").arg("id", id));
        }
    }
}

/// How many people a notice reaches, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct People {
    /// At least so many.
    pub least: u64,
    /// At most so many; `None` when a department's size is not known.
    pub most: Option<u64>,
}

/// Counts the people of a notice: for the send bar and for the limit of one send.
pub fn people(notice: &NoticeDraft, context: &CheckContext<'_>) -> People {
    let users: HashSet<&str> =
        notice.users.iter().map(|person| person.id.as_str()).filter(|id| !id.is_empty()).collect();
    let users_count = users.len() as u64;
    if notice.departments.is_empty() {
        return People { least: users_count, most: Some(users_count) };
    }
    let mut seen = HashSet::new();
    let departments: Vec<_> =
        notice.departments.iter().filter(|department| seen.insert(department.id.as_str())).collect();
    let user_ids: Vec<&str> = notice.users.iter().map(|person| person.id.as_str()).collect();
    let department_ids: Vec<&str> = departments.iter().map(|department| department.id.as_str()).collect();
    if let Some(exact) = context.known.people_reached(&user_ids, &department_ids) {
        return People { least: exact, most: Some(exact) };
    }
    let counts = departments
        .iter()
        .map(|department| department.people.or_else(|| context.known.department_people(&department.id)));
    let mut people = People { least: users_count, most: Some(users_count) };
    for count in counts {
        people.least = people.least.max(count.unwrap_or_default());
        people.most = people.most.zip(count).map(|(most, count)| most.saturating_add(count));
    }
    people
}

fn check_people(notice: &NoticeDraft, context: &CheckContext<'_>, findings: &mut Findings) {
    if notice.users.is_empty() && notice.departments.is_empty() {
        // Lists of another type are kept and have a finding of their own.
        let kept = notice.kept.0.iter().any(|member| matches!(member.name.as_str(), "userid_list" | "dept_id_list"));
        if !kept {
            findings.push(Finding::new(Severity::Error, "/userid_list", "notice.no_receiver"));
        }
        return;
    }
    let people = people(notice, context);
    let at = if notice.users.is_empty() { "/dept_id_list" } else { "/userid_list" };
    if people.least > PEOPLE_MAX {
        findings.push(Finding::new(Severity::Error, at, "notice.people_too_many").limit(
            PEOPLE_MAX,
            people.least,
            Unit::People,
        ));
    } else if let Some(most) = people.most
        && most > PEOPLE_MAX
    {
        findings.push(Finding::new(Severity::Warning, "/dept_id_list", "notice.people_maybe_too_many").limit(
            PEOPLE_MAX,
            most,
            Unit::People,
        ));
    } else if people.most.is_none() {
        findings.push(Finding::new(Severity::Info, "/dept_id_list", "notice.people_unknown"));
    }
}

fn check_data(notice: &NoticeDraft, findings: &mut Findings) {
    let mut seen = HashSet::new();
    for (index, field) in notice.data.iter().enumerate() {
        if field.key.is_empty() && field.value.is_empty() {
            continue;
        }
        let at = pointer::join(DATA, &field.key);
        let key = field.key.as_str();
        if key.trim().is_empty() {
            findings.push(Finding::new(Severity::Error, &at, "notice.field_name_empty").arg("row", index + 1));
        } else if !follows_name_rule(key) {
            findings.push(Finding::new(Severity::Warning, &at, "notice.field_name").arg("key", key));
        }
        if !seen.insert(key) {
            findings.push(Finding::new(Severity::Error, &at, "notice.field_duplicate").arg("key", key));
        }
        if has_unicode_escape(&field.value) || has_unicode_escape(key) {
            findings.push(Finding::new(Severity::Warning, &at, "notice.unicode_escape").arg("key", key));
        }
        if let Some(found) = unfilled(&field.value, &notice.values) {
            let found: String = found.chars().take(40).collect();
            findings
                .push(Finding::new(Severity::Warning, &at, "notice.placeholder").arg("key", key).arg("found", found));
        }
    }
}

/// Whether a text has a literal `\uXXXX`: somebody pasted escaped text, and people would read the escapes.
pub(super) fn has_unicode_escape(text: &str) -> bool {
    text.match_indices("\\u")
        .any(|(at, _)| text.get(at + 2..at + 6).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit())))
}

fn check_template(notice: &NoticeDraft, template: &NoticeTemplate, findings: &mut Findings) {
    let wanted = fields(&template.body);
    // A list that gives everybody in it a value leaves nothing to be filled in.
    let by_person = |name: &str| {
        let column = notice.values.columns.iter().position(|column| column.key == name);
        let filled = |at: usize| notice.values.rows.iter().all(|row| row.cells.get(at).is_some_and(Option::is_some));
        column.is_some_and(|at| !notice.values.rows.is_empty() && filled(at))
    };
    for name in &wanted {
        if by_person(name) {
            continue;
        }
        let at = pointer::join(DATA, name);
        match notice.data.iter().find(|field| field.key == *name) {
            None => {
                let kept = notice.kept.0.iter().any(|member| member.parent == DATA && member.name == *name);
                if !kept {
                    findings.push(Finding::new(Severity::Warning, at, "notice.field_missing").arg("key", name));
                }
            }
            Some(field) if field.value.trim().is_empty() => {
                findings.push(Finding::new(Severity::Warning, at, "notice.field_empty").arg("key", name));
            }
            Some(_) => {}
        }
    }
    for field in &notice.data {
        if !field.key.is_empty() && !wanted.contains(&field.key.as_str()) {
            findings.push(
                Finding::new(Severity::Warning, pointer::join(DATA, &field.key), "notice.field_unknown")
                    .arg("key", &field.key)
                    .arg("template", &template.name),
            );
        }
    }
    if wanted.len() > FIELDS_RECOMMENDED {
        findings.push(Finding::new(Severity::Info, DATA, "notice.fields_many").limit(
            FIELDS_RECOMMENDED as u64,
            wanted.len() as u64,
            Unit::Entries,
        ));
    }
    let filled = Message::of(template.kind, &template.body).map(|text| fill_text(text, &notice.data));
    for finding in message::check(template.kind, &filled) {
        findings.push(Finding { pointer: DATA.to_owned(), ..finding });
    }
}

fn check_kept(notice: &NoticeDraft, findings: &mut Findings) {
    let mut seen = HashSet::new();
    let free = notice.via == NoticeVia::Free;
    for member in &notice.kept.0 {
        // The message names its own; what the way does not carry is at rest.
        if msg::inside(member) || free && (member.parent == DATA || msg::is_msg(member)) {
            continue;
        }
        let at = member.pointer();
        let name = member.name.as_str();
        let form_has_it = match (member.parent.as_str(), name) {
            ("", "agent_id") => !notice.agent_id.is_empty(),
            ("", "template_id") => !notice.template_id.is_empty(),
            ("", "userid_list") => !notice.users.is_empty(),
            ("", "dept_id_list") => !notice.departments.is_empty(),
            ("", "data") => !notice.data.is_empty(),
            ("", "to_all_user") => free && notice.to_all_user.is_some(),
            ("", "enable_id_trans") => free && notice.enable_id_trans.is_some(),
            (DATA, key) => notice.data.iter().any(|field| field.key == key),
            _ => false,
        };
        if !seen.insert((member.parent.as_str(), name)) || form_has_it && member.parent == DATA {
            findings.push(Finding::new(Severity::Error, &at, "notice.member_twice").arg("name", name));
        } else if form_has_it {
            findings.push(Finding::new(Severity::Warning, &at, "notice.member_shadowed").arg("name", name));
        } else if member.parent == DATA {
            findings.push(
                Finding::new(Severity::Error, &at, "notice.field_not_text")
                    .arg("key", name)
                    .arg("found_key", type_key(&member.value)),
            );
        } else if is_token(name) {
            findings.push(Finding::new(Severity::Error, &at, "notice.token_in_body").arg("name", name));
        } else if let (true, "template_id" | "data") | (false, "msg" | "to_all_user" | "enable_id_trans") = (free, name)
        {
            findings.push(Finding::new(Severity::Warning, &at, "notice.member_other_api").arg("name", name));
        } else if let ("data", serde_json::Value::String(text)) = (name, &member.value) {
            check_object_text(text, DATA, "notice.data_not_object", findings);
        } else if let "agent_id" | "template_id" | "userid_list" | "dept_id_list" | "data" | "to_all_user"
        | "enable_id_trans" = name
        {
            let expected = match name {
                "agent_id" => "json_type.integer",
                "data" => "json_type.json_text",
                "to_all_user" | "enable_id_trans" => "json_type.boolean",
                "userid_list" | "dept_id_list" => "json_type.comma_text",
                _ => "json_type.text",
            };
            findings.push(
                Finding::new(Severity::Error, &at, "notice.member_mistyped")
                    .arg("name", name)
                    .arg("expected_key", expected)
                    .arg("found_key", type_key(&member.value)),
            );
        } else {
            findings.push(Finding::new(Severity::Warning, &at, "notice.member_unknown").arg("name", name));
        }
    }
}
