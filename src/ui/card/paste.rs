//! What a pasted text fills, beyond what [`crate::compose::paste`] reads: people with names, a block of cells without
//! headings, and variables put into rows that are there already. Pure.

use std::collections::HashSet;

use crate::compose::{
    CardDraft,
    paste::{self, Grid, PasteError, PastedParams},
};

/// What a pasted text is to fill.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum PasteInto {
    /// Public variables.
    Params,
    /// Receivers.
    Receivers,
    /// People mentioned with @.
    Mentions,
    /// The per-person table: ids, or a grid with a line of headings.
    Private,
}

/// Puts pasted variables into the form: known keys get the new value, others are added behind. Gives how many were added
/// and how many changed. A value pasted as text keeps the type of the row that is there (`typed` says that the text was
/// JSON, which tells the types itself).
pub fn fill_params(draft: &mut CardDraft, pasted: &PastedParams, typed: bool) -> (usize, usize) {
    draft.params.retain(|row| !(row.key.is_empty() && row.value.is_empty()));
    let (mut added, mut changed) = (0, 0);
    for row in &pasted.rows {
        if let Some(known) = draft.params.iter_mut().find(|known| known.key == row.key) {
            let text = !row.kind.in_full_json() && !known.kind.in_full_json();
            let kind = if typed && !text { row.kind } else { known.kind };
            changed += usize::from(known.value != row.value || known.kind != kind);
            known.kind = kind;
            known.value.clone_from(&row.value);
        } else {
            added += 1;
            draft.params.push(row.clone());
        }
    }
    if let Some(message) = &pasted.last_message {
        draft.last_message = message.clone();
    }
    (added, changed)
}

/// What is pasted into the per-person table.
#[derive(Clone, Debug, PartialEq)]
pub enum Sheet {
    /// Ids only.
    Ids(Vec<String>),
    /// A sheet whose first line names the columns.
    Headed(Grid),
    /// Cells without headings: ids first, then values in the order of the columns.
    Block(Vec<Vec<String>>),
}

/// Names that the first cell of a line of headings usually has.
const ID_HEADINGS: [&str; 10] =
    ["userid", "user_id", "unionid", "union_id", "id", "工号", "员工id", "用户id", "人员", "人员id"];

/// Tells what a text for the per-person table is.
///
/// # Errors
/// [`PasteError`] for a sheet that cannot be read.
pub fn sheet(draft: &CardDraft, text: &str) -> Result<Sheet, PasteError> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let Some(first) = lines.first() else { return Err(PasteError::Empty) };
    let by_comma = lines.len() > 1 && lines.iter().all(|line| line.contains([',', '，', ';']));
    if !text.contains('\t') && !by_comma {
        return Ok(Sheet::Ids(ids(text)));
    }
    let heading: Vec<String> =
        first.split(['\t', ',', '，', ';']).map(|cell| cell.trim().trim_matches('"').to_lowercase()).collect();
    let known = |name: &String| {
        draft
            .private
            .columns
            .iter()
            .map(|column| &column.key)
            .chain(draft.params.iter().map(|row| &row.key))
            .any(|key| !key.is_empty() && key.to_lowercase() == *name)
    };
    let named =
        heading.first().is_some_and(|cell| ID_HEADINGS.contains(&cell.as_str())) || heading.iter().skip(1).any(known);
    // Without anything that looks like a heading, cells can only go into columns that are there.
    if named || by_comma || draft.private.columns.len() + 1 < heading.len() {
        paste::private_grid(text).map(Sheet::Headed)
    } else {
        Ok(Sheet::Block(block(text)))
    }
}

/// Ids in a pasted text, each once.
pub fn ids(text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    paste::ids(text).into_iter().filter(|id| seen.insert(id.clone())).collect()
}

/// Ids with names for @: lines `id name`, `id=name`, `id：name`; an id alone gets no name.
pub fn mentions(text: &str) -> Vec<(String, String)> {
    let mut seen = HashSet::new();
    text.split(['\n', ',', '，', ';', '；'])
        .filter_map(|line| {
            let line = line.trim();
            let (id, name) = line.split_once(['=', ':', '：', '\t', ' ']).unwrap_or((line, ""));
            let (id, name) = (id.trim().trim_matches('"'), name.trim().trim_matches('"'));
            (!id.is_empty() && seen.insert(id.to_owned())).then(|| (id.to_owned(), name.to_owned()))
        })
        .collect()
}

/// Cells of a pasted block: columns separated by tabs, rows by line breaks; a cell in double quotes may hold both (as
/// spreadsheets copy them).
pub fn block(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut chars = text.chars().peekable();
    let (mut quoted, mut fresh) = (false, true);
    while let Some(c) = chars.next() {
        let Some(cell) = rows.last_mut().and_then(|row| row.last_mut()) else { break };
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            c if quoted => cell.push(c),
            '"' if fresh => {
                quoted = true;
                fresh = false;
            }
            '\t' => {
                if let Some(row) = rows.last_mut() {
                    row.push(String::new());
                }
                fresh = true;
            }
            '\r' => {}
            '\n' => {
                rows.push(vec![String::new()]);
                fresh = true;
            }
            c => {
                cell.push(c);
                fresh = false;
            }
        }
    }
    // A copied grid ends with a line break.
    if rows.len() > 1 && rows.last().is_some_and(|row| matches!(row.as_slice(), [only] if only.is_empty())) {
        rows.pop();
    }
    rows
}

/// Whether a pasted text is a block of cells rather than the text of one.
pub fn is_block(text: &str) -> bool {
    let text = text.trim_end_matches(['\r', '\n']);
    !text.starts_with('"') && text.contains(['\t', '\n'])
        || text.starts_with('"') && block(text).iter().map(Vec::len).sum::<usize>() > 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::card::{ParamRow, ValueKind};

    fn row(key: &str, kind: ValueKind, value: &str) -> ParamRow {
        ParamRow { key: key.to_owned(), kind, value: value.to_owned() }
    }

    #[test]
    fn known_keys_are_overwritten_and_keep_their_type_unless_the_text_says_one() {
        let mut draft = CardDraft {
            params: vec![
                row("", ValueKind::Text, ""),
                row("a", ValueKind::Number, "1"),
                row("m", ValueKind::Markdown, "x"),
            ],
            ..CardDraft::default()
        };
        assert_eq!(fill_params(&mut draft, &paste::params("a=2\nb=3").unwrap(), false), (1, 1));
        assert_eq!(draft.params[0], row("a", ValueKind::Number, "2"));
        assert_eq!(fill_params(&mut draft, &paste::params(r#"{"a":"2","m":"y"}"#).unwrap(), true), (0, 2));
        assert_eq!(draft.params[0], row("a", ValueKind::Text, "2"));
        assert_eq!(draft.params[1], row("m", ValueKind::Markdown, "y"));
    }

    #[test]
    fn each_id_comes_once_and_mentions_bring_names() {
        assert_eq!(ids("[\"u1\", 'u2']；u3、u1\nu4"), ["u1", "u2", "u3", "u4"]);
        assert_eq!(
            mentions("u1=张三\nu2 李四\nu3"),
            [
                ("u1".to_owned(), "张三".to_owned()),
                ("u2".to_owned(), "李四".to_owned()),
                ("u3".to_owned(), String::new())
            ]
        );
    }

    #[test]
    fn a_block_keeps_quoted_line_breaks() {
        assert_eq!(block("a\tb\r\n\"x\ny\t\"\"z\"\"\"\t\n"), [["a", "b"], ["x\ny\t\"z\"", ""]]);
        assert_eq!(block("a"), [["a"]]);
        assert!(is_block("a\tb") && is_block("a\nb") && is_block("\"a\"\t1"));
        assert!(!is_block("a\n") && !is_block("\"a\nb\""));
    }

    #[test]
    fn a_text_for_the_table_is_told_apart() {
        let mut draft = CardDraft::default();
        let what = |draft: &CardDraft, text: &str| match sheet(draft, text) {
            Ok(Sheet::Ids(ids)) => format!("ids {}", ids.len()),
            Ok(Sheet::Headed(grid)) => format!("headed {:?}", grid.columns),
            Ok(Sheet::Block(block)) => format!("block {}", block.len()),
            Err(error) => format!("{error:?}"),
        };
        assert_eq!(what(&draft, "u1, u2, u3"), "ids 3");
        assert_eq!(what(&draft, "u1\nu2"), "ids 2");
        assert_eq!(what(&draft, "userId\tname\nu1\t张三"), "headed [\"name\"]");
        assert_eq!(what(&draft, "userId,name\nu1,张三"), "headed [\"name\"]");
        draft.private = std::sync::Arc::default();
        std::sync::Arc::make_mut(&mut draft.private).add_column("name", ValueKind::Text);
        assert_eq!(what(&draft, "u1\t张三\nu2\t李四"), "block 2");
        assert_eq!(what(&draft, "谁\tname\nu2\t李四"), "headed [\"name\"]");
        assert_eq!(what(&draft, " \n"), "Empty");
    }
}
