//! Who a delivery is for: the list of `--people`, and the members of departments.

use std::{io::Read as _, path::Path, sync::Arc};

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
    recipients::{self, Import},
};

impl Run<'_> {
    pub(super) fn read_list(&self, path: &Path) -> Result<(PeopleTable, Import), String> {
        let unreadable = |reason: String| {
            let args = [("file", path.display().to_string()), ("reason", reason)];
            text(self.lang, "cli.file_unreadable", &args)
        };
        let mut bytes = Vec::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(recipients::MAX_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|error| unreadable(error.to_string()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let import = recipients::read_for_cli(&bytes, &name).map_err(|error| unreadable(error.message(self.lang)))?;
        let columns = import.variables.iter().map(|key| PrivateColumn { key: key.clone(), ..PrivateColumn::default() });
        let rows = import.people.iter().map(|person| PrivateRow {
            person: PersonRef { id: person.userid.clone(), name: person.name.clone() },
            cells: person.values.iter().map(|cell| (!cell.is_empty()).then(|| cell.clone())).collect(),
        });
        Ok((PeopleTable { columns: columns.collect(), rows: rows.collect() }, import))
    }

    pub(super) fn note_import(&self, import: &Import, out: &mut Out<'_>) {
        const SHOWN: usize = 20;
        for bad in import.bad.iter().take(SHOWN) {
            let args = [("line", bad.line.to_string()), ("reason", bad.reason.message(self.lang))];
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
