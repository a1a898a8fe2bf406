//! Reads the text of `settings.toml` by hand, so that every mistake can name its line, profile and key.

use std::path::Path;

use toml_edit::{DocumentMut, ImDocument, Item, Table, Value};

use super::{
    Limits, Profile, ProfileColour, ProfileKind, Theme,
    problem::{Problem, ProblemKind},
    secrets,
};
use crate::{dingtalk::host::BaseUrl, lang::Lang};

/// What stood in a settings file.
pub(super) struct Parsed {
    pub language: Option<Lang>,
    pub theme: Option<Theme>,
    pub text_scale: Option<f32>,
    pub current_profile: Option<String>,
    /// In the file's order.
    pub profiles: Vec<ParsedProfile>,
    pub problems: Vec<Problem>,
    /// The file's structure, comments and unknown keys, without the values of secret keys.
    pub document: DocumentMut,
    /// Whether a secret stands in the file.
    pub has_secrets: bool,
}

/// One `[[profile]]`.
pub(super) struct ParsedProfile {
    pub profile: Profile,
    /// Whether something in it keeps it from being used.
    pub refused: bool,
    /// Names of its keys that hold secrets.
    pub secret_keys: Vec<String>,
}

/// Why a text is no settings file: where, and the parser's words.
pub(super) struct SyntaxError {
    pub line: Option<usize>,
    pub reason: String,
}

struct Reader<'a> {
    file: &'a Path,
    text: &'a str,
    profile: Option<String>,
    problems: Vec<Problem>,
}

/// Reads the text of a settings file.
pub(super) fn parse(file: &Path, text: &str) -> Result<Parsed, SyntaxError> {
    let document = ImDocument::parse(text).map_err(|error| SyntaxError {
        line: error.span().map(|span| line_of(text, span.start)),
        // The parser's full text quotes the line, which may hold a secret.
        reason: error.message().to_owned(),
    })?;
    let mut reader = Reader { file, text, profile: None, problems: Vec::new() };
    let mut parsed = Parsed {
        language: None,
        theme: None,
        text_scale: None,
        current_profile: None,
        profiles: Vec::new(),
        problems: Vec::new(),
        document: DocumentMut::new(),
        has_secrets: false,
    };
    let root = document.as_table();
    let mut secret_keys = Vec::new();
    for (key, item) in root {
        match key {
            "language" => parsed.language = reader.word(root, key, item, "zh | en", Lang::from_code),
            "theme" => parsed.theme = reader.word(root, key, item, "system | light | dark", Theme::from_name),
            "text_scale" => parsed.text_scale = reader.text_scale(root, key, item),
            "current_profile" => {
                parsed.current_profile = reader.word(root, key, item, "\"…\"", |name| Some(name.to_owned()));
            }
            "profile" => {
                let Item::ArrayOfTables(tables) = item else {
                    return Err(SyntaxError {
                        line: reader.line(root, key),
                        reason: "profile: [[profile]] expected".to_owned(),
                    });
                };
                for (number, table) in tables.iter().enumerate() {
                    let mut profile = reader.profile(number, table);
                    let name = profile.profile.name.clone();
                    if parsed.profiles.iter().any(|other| !name.is_empty() && other.profile.name == name) {
                        reader.problem(table, Some("name"), ProblemKind::DuplicateName);
                        profile.refused = true;
                    }
                    parsed.profiles.push(profile);
                    reader.profile = None;
                }
            }
            _ if secrets::looks_secret(key) => {
                reader.problem(root, Some(key), ProblemKind::Secret);
                secret_keys.push(key.to_owned());
            }
            _ => reader.problem(root, Some(key), ProblemKind::UnknownKey),
        }
    }
    parsed.has_secrets = !secret_keys.is_empty() || parsed.profiles.iter().any(|one| !one.secret_keys.is_empty());
    parsed.problems = reader.problems;
    parsed.document = document.into_mut();
    for key in &secret_keys {
        parsed.document.remove(key);
    }
    if let Some(tables) = parsed.document.get_mut("profile").and_then(Item::as_array_of_tables_mut) {
        for (table, profile) in tables.iter_mut().zip(&parsed.profiles) {
            for key in &profile.secret_keys {
                table.remove(key);
            }
        }
    }
    Ok(parsed)
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

impl Reader<'_> {
    fn line(&self, table: &Table, key: &str) -> Option<usize> {
        let span = table.key(key).and_then(toml_edit::Key::span)?;
        Some(line_of(self.text, span.start))
    }

    fn problem(&mut self, table: &Table, key: Option<&str>, kind: ProblemKind) {
        let line = key
            .and_then(|key| self.line(table, key))
            .or_else(|| table.span().map(|span| line_of(self.text, span.start)));
        let problem = Problem {
            file: self.file.to_owned(),
            line,
            profile: self.profile.clone(),
            key: key.map(str::to_owned),
            kind,
        };
        self.problems.push(problem);
    }

    fn not_accepted(&mut self, table: &Table, key: &str, expected: impl Into<String>) {
        self.problem(table, Some(key), ProblemKind::NotAccepted { expected: expected.into() });
    }

    /// A text that `read` accepts; else a problem.
    fn word<T>(
        &mut self,
        table: &Table,
        key: &str,
        item: &Item,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = item.as_str().and_then(read);
        if value.is_none() {
            self.not_accepted(table, key, expected);
        }
        value
    }

    fn text_scale(&mut self, table: &Table, key: &str, item: &Item) -> Option<f32> {
        let range = super::Settings::TEXT_SCALES;
        #[expect(clippy::cast_possible_truncation, reason = "a factor near 1 loses nothing that could be seen")]
        let scale = item.as_float().or_else(|| item.as_integer().map(|whole| whole as f64)).map(|scale| scale as f32);
        let scale = scale.filter(|scale| range.contains(scale));
        if scale.is_none() {
            self.not_accepted(table, key, format!("{} – {}", range.start(), range.end()));
        }
        scale
    }

    fn whole(&mut self, table: &Table, key: &str, item: &Item, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        let number = item.as_integer().and_then(|whole| u32::try_from(whole).ok()).filter(|one| range.contains(one));
        if number.is_none() {
            self.not_accepted(table, key, format!("{} – {}", range.start(), range.end()));
        }
        number
    }

    /// A list of ids; numbers are read as their digits.
    fn ids(&mut self, table: &Table, key: &str, item: &Item) -> Vec<String> {
        let id = |value: &Value| match value {
            Value::String(text) if !text.value().trim().is_empty() => Some(text.value().trim().to_owned()),
            Value::Integer(number) => Some(number.value().to_string()),
            _ => None,
        };
        let ids = item.as_array().and_then(|list| list.iter().map(id).collect::<Option<Vec<_>>>());
        if ids.is_none() {
            self.not_accepted(table, key, "[\"userid\", …]");
        }
        ids.unwrap_or_default()
    }

    fn limits(&mut self, table: &Table, key: &str, item: &Item) -> Limits {
        let mut limits = Limits::default();
        let Some(inner) = item.as_table() else {
            self.not_accepted(table, key, "[profile.limits]");
            return limits;
        };
        for (key, item) in inner {
            match Limits::KEYS.iter().find(|(name, _)| *name == key) {
                Some((_, field)) => *field(&mut limits) = self.whole(inner, key, item, Limits::RANGE),
                None => self.problem(inner, Some(key), ProblemKind::UnknownKey),
            }
        }
        limits
    }

    fn address(&mut self, table: &Table, key: &str, item: &Item, kind: ProfileKind) -> Option<BaseUrl> {
        let Some(text) = item.as_str() else {
            self.not_accepted(table, key, "\"https://…\"");
            return None;
        };
        match BaseUrl::parse(text) {
            Ok(url) if kind == ProfileKind::Sandbox && !url.is_loopback() => {
                self.problem(table, Some(key), ProblemKind::SandboxElsewhere);
                None
            }
            Ok(url) => Some(url),
            Err(error) => {
                self.problem(table, Some(key), ProblemKind::Address(error));
                None
            }
        }
    }

    fn kind(&mut self, table: &Table) -> Option<ProfileKind> {
        let Some(item) = table.get("kind") else {
            self.problem(table, Some("kind"), ProblemKind::Missing);
            return None;
        };
        let word = item.as_str().unwrap_or_default();
        let kind = ProfileKind::from_name(word);
        if kind.is_none() {
            if word.to_lowercase().contains("personal") || word.contains("个人") {
                self.problem(table, Some("kind"), ProblemKind::PersonalApp);
            } else {
                self.not_accepted(table, "kind", ProfileKind::ALL.map(ProfileKind::name).join(" | "));
            }
        }
        kind
    }

    fn profile(&mut self, number: usize, table: &Table) -> ParsedProfile {
        let name = table.get("name").and_then(Item::as_str).map(str::trim).unwrap_or_default().to_owned();
        self.profile = Some(if name.is_empty() { (number + 1).to_string() } else { name.clone() });
        let before = self.problems.len();
        if name.is_empty() {
            if table.contains_key("name") {
                self.not_accepted(table, "name", "\"…\"");
            } else {
                self.problem(table, Some("name"), ProblemKind::Missing);
            }
        } else if name.chars().count() > Profile::LONGEST_NAME {
            self.not_accepted(table, "name", format!("1 – {}", Profile::LONGEST_NAME));
        }
        let kind = self.kind(table);
        let mut profile = Profile::new(name, kind.unwrap_or_default());
        let mut secret_keys = Vec::new();
        for (key, item) in table {
            if let Some((_, field)) = Profile::TEXTS.iter().find(|(name, _)| *name == key) {
                match item.as_value() {
                    Some(Value::String(text)) => text.value().trim().clone_into(field(&mut profile)),
                    Some(Value::Integer(number)) => *field(&mut profile) = number.value().to_string(),
                    _ => self.not_accepted(table, key, "\"…\""),
                }
                continue;
            }
            match key {
                "name" | "kind" => {}
                "api" => profile.api = self.address(table, key, item, profile.kind),
                "oapi" => profile.oapi = self.address(table, key, item, profile.kind),
                "confirm_above" => {
                    profile.confirm_above =
                        self.whole(table, key, item, 0..=u32::MAX).unwrap_or(Profile::CONFIRM_ABOVE);
                    profile.confirm_set = true;
                }
                "stop_after_errors" => {
                    profile.stop_after_errors =
                        self.whole(table, key, item, 0..=u32::MAX).unwrap_or(Profile::STOP_AFTER_ERRORS);
                }
                "only_to" => profile.only_to = self.ids(table, key, item),
                "limits" => profile.limits = self.limits(table, key, item),
                "timeout_seconds" => {
                    profile.timeout_seconds =
                        self.whole(table, key, item, Profile::TIMEOUTS).unwrap_or(Profile::TIMEOUT_SECONDS);
                }
                "colour" => {
                    let accepted = ProfileColour::ALL.map(ProfileColour::name).join(" | ");
                    profile.colour = self.word(table, key, item, &accepted, ProfileColour::from_name);
                }
                _ if secrets::looks_secret(key) => {
                    self.problem(table, Some(key), ProblemKind::Secret);
                    secret_keys.push(key.to_owned());
                }
                _ => self.problem(table, Some(key), ProblemKind::UnknownKey),
            }
        }
        let refused = self.problems.get(before..).is_some_and(|new| new.iter().any(Problem::is_error));
        ParsedProfile { profile, refused, secret_keys }
    }
}
