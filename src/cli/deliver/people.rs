//! Who a delivery is for: the list of `--people`, and the members of departments.

use std::{path::Path, sync::Arc};

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::super::{Exit, Out, Run};
use crate::{
    catalogue,
    compose::{
        Draft, PersonRef,
        card::{PrivateColumn, PrivateRow},
        personal::PeopleTable,
    },
    deliver::{
        connect::Connection,
        plan::{self, Recipients},
    },
    directory::{
        Directory,
        fetch::{self, Below, End, SessionSource, SourceError, TokioTimer},
    },
    lang::text,
    recipients::{self, Encoding, Import, ListError, Source},
    store::open_named,
};

impl Run<'_> {
    /// The people of a list with their values, what became of its rows, and how it was read.
    pub(super) fn read_list(&self, path: &Path) -> Result<(PeopleTable, Import, Source), String> {
        let lang = self.lang;
        let unreadable = |error: &ListError| {
            let args = [("file", path.display().to_string()), ("reason", error.message(lang))];
            text(lang, "cli.file_unreadable", &args)
        };
        let (file, told) = open_named(path).map_err(|error| error.message(lang))?;
        let bytes = recipients::take_bytes(file, Some(told)).map_err(|error| unreadable(&error))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (import, source) = recipients::read_for_cli(&bytes, &name).map_err(|error| unreadable(&error))?;
        let columns = import.variables.iter().map(|key| PrivateColumn { key: key.clone(), ..PrivateColumn::default() });
        let rows = import.people.iter().map(|person| PrivateRow {
            person: PersonRef { id: person.userid.clone(), name: person.name.clone() },
            cells: person.values.iter().map(|cell| (!cell.is_empty()).then(|| cell.clone())).collect(),
        });
        Ok((PeopleTable { columns: columns.collect(), rows: rows.collect() }, import, source))
    }

    /// How a list was read, where that is not plain from its name.
    pub(super) fn note_source(&self, path: &Path, source: &Source, out: &mut Out<'_>) {
        let lang = self.lang;
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        match source {
            Source::Text { encoding, certain, separator, .. } => {
                let named_as_text = matches!(ending.as_str(), "csv" | "tsv" | "txt" | "");
                if *encoding == Encoding::Utf8 && *certain && named_as_text {
                    return;
                }
                let args = [("encoding", encoding.name().to_owned()), ("separator", text(lang, separator.key(), &[]))];
                let key = if *certain { "delivery.cli.read_text" } else { "delivery.cli.read_text_doubtful" };
                out.note(&text(lang, key, &args));
            }
            Source::Workbook { format, sheets, sheet } => {
                let named_so = ending == format.name().to_ascii_lowercase() || ending == "xlsm";
                if sheets.len() > 1 || !named_so {
                    let name = sheets.get(*sheet).cloned().unwrap_or_default();
                    let args = [("format", format.name().to_owned()), ("sheet", name)];
                    out.note(&text(lang, "delivery.cli.read_sheet", &args));
                }
            }
        }
    }

    /// What of a list cannot be used or stands in it twice, whole, for `--json`.
    pub(super) fn import_json(&self, import: &Import) -> serde_json::Value {
        let bad = import.bad.iter().map(|bad| {
            json!({ "line": bad.line, "reason": bad.reason.message(self.lang), "text": bad.text(), "cells": bad.cells })
        });
        let again = import.duplicates.iter().map(|again| {
            json!({ "line": again.line, "userid": again.userid, "kept_line": again.kept_line,
                    "same_values": again.same_values })
        });
        json!({
            "people": import.people.len(),
            "bad": bad.collect::<Vec<_>>(),
            "duplicates": again.collect::<Vec<_>>(),
            "doubts": import.doubts.iter().map(|doubt| doubt.message(self.lang)).collect::<Vec<_>>(),
            "empty_rows": import.empty_rows,
        })
    }

    pub(super) fn note_import(&self, import: &Import, out: &mut Out<'_>) {
        const SHOWN: usize = 20;
        for bad in import.bad.iter().take(SHOWN) {
            let found: String = bad.text().chars().take(80).collect();
            let args = [("line", bad.line.to_string()), ("reason", bad.reason.message(self.lang)), ("text", found)];
            out.note(&text(self.lang, "delivery.cli.bad_row", &args));
        }
        if import.bad.len() > SHOWN {
            out.note(&text(self.lang, "delivery.cli.bad_rows", &[("count", import.bad.len().to_string())]));
        }
        for doubt in import.doubts.iter().take(SHOWN) {
            out.note(&doubt.message(self.lang));
        }
        for again in import.duplicates.iter().take(SHOWN) {
            let key = if again.same_values { "delivery.cli.again" } else { "delivery.cli.again_other" };
            let args = [
                ("line", again.line.to_string()),
                ("userid", again.userid.clone()),
                ("kept", again.kept_line.to_string()),
            ];
            out.note(&text(self.lang, key, &args));
        }
        if !import.duplicates.is_empty() {
            out.note(&text(self.lang, "delivery.cli.duplicates", &[("count", import.duplicates.len().to_string())]));
        }
    }

    /// The recipients with the members of their departments, asked for at DingTalk: a full report needs everybody by name.
    /// What cannot be read is said; its departments stay as they are, and the plan says that they block.
    pub(super) fn expand(
        &self,
        connection: &Connection,
        draft: &Draft,
        known: Option<&Directory>,
        recipients: Recipients,
        out: &mut Out<'_>,
    ) -> Result<Recipients, Exit> {
        let ids: Vec<i64> = recipients.departments.iter().filter_map(|one| one.id.trim().parse().ok()).collect();
        if ids.is_empty() {
            return Ok(recipients);
        }
        let runtime = self.usable(self.runtime(), out)?;
        let cancel = CancellationToken::new();
        let source = Arc::new(Below::new(SessionSource::new(connection.session.clone(), cancel.clone()), ids));
        let options = fetch::Options {
            calls_per_second: connection.sandbox.is_none().then_some(20),
            ..fetch::Options::default()
        };
        let watch = fetch::Watch::default();
        let loaded = runtime.block_on(fetch::load(source, Arc::new(TokioTimer::default()), options, watch, cancel));
        let context = catalogue::Context::of(connection.session.credentials());
        let why = |error: &SourceError| match error {
            SourceError::Call(failure) => catalogue::explain(failure, &context, self.lang).what,
            SourceError::Malformed { error, .. } => error.to_string(),
        };
        for trouble in &loaded.troubles {
            let id = trouble.department.map(|id| id.to_string()).unwrap_or_default();
            let name = if trouble.name.is_empty() { id } else { format!("{} ({id})", trouble.name) };
            let args = [("department", name), ("reason", why(&trouble.error))];
            out.note(&text(self.lang, "delivery.cli.department", &args));
        }
        if let End::Stopped(error) = &loaded.end {
            out.note(&text(self.lang, "delivery.cli.departments", &[("reason", why(error))]));
        }
        let directory = match known {
            Some(known) => known.overlaid_by(&loaded.directory),
            None => loaded.directory,
        };
        Ok(plan::recipients(draft, None, Some(&directory)))
    }
}
