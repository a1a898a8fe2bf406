//! Members the form does not know: how they get back to where they stood.

use std::{borrow::Cow, collections::HashMap};

use serde_json::Value;

use super::{
    Kept, KeptMember, pointer,
    tree::{Members, Tree},
};

impl Kept {
    /// Keeps a member.
    pub fn keep(&mut self, parent: &str, name: &str, value: Value) {
        self.0.push(KeptMember { parent: parent.to_owned(), name: name.to_owned(), value });
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Drops the kept members at a pointer (all of that name); returns how many there were.
    pub fn drop_at(&mut self, at: &str) -> usize {
        let before = self.0.len();
        self.0.retain(|member| member.pointer() != at);
        before - self.0.len()
    }

    /// Drops the last of the kept members at a pointer; `false` when there is none.
    pub fn drop_last_at(&mut self, at: &str) -> bool {
        let last = self.0.iter().rposition(|member| member.pointer() == at);
        last.map(|last| self.0.remove(last)).is_some()
    }

    /// Drops everything kept inside the object at a pointer; returns how many members there were.
    pub fn drop_inside(&mut self, at: &str) -> usize {
        let before = self.0.len();
        self.0.retain(|member| !is_inside(&member.parent, at));
        before - self.0.len()
    }

    /// Moves what is kept inside the object at `from` to the one at `to`: a person of the table got another id.
    pub fn move_inside(&mut self, from: &str, to: &str) {
        for member in &mut self.0 {
            if is_inside(&member.parent, from) {
                let rest = member.parent.split_off(from.len());
                member.parent = format!("{to}{rest}");
            }
        }
    }
}

impl KeptMember {
    /// JSON pointer of the member itself.
    pub fn pointer(&self) -> String {
        pointer::join(&self.parent, &self.name)
    }
}

/// Whether the form has rows for the members of an object, so that two of one name can be told (each is an error finding).
pub(super) fn has_rows(parent: &str) -> bool {
    let names: Vec<_> = pointer::names(parent).collect();
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    matches!(
        names.as_slice(),
        ["cardData", "cardParamMap" | "cardMediaIdParamMap"]
            | ["privateData" | "atOpenIds" | "data"]
            | ["privateData", _, "cardParamMap"]
            | [_, "atUserIds" | "extension"]
    )
}

fn is_inside(parent: &str, at: &str) -> bool {
    parent.strip_prefix(at).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Kept members by the object they stand in, handed out once while a body is put together.
pub(super) struct KeptIndex<'k> {
    by_parent: HashMap<&'k str, Vec<&'k KeptMember>>,
    /// Parents in the order of their first member, so that the result does not depend on hashing.
    order: Vec<&'k str>,
}

impl<'k> KeptIndex<'k> {
    /// An index of the members that pass the filter.
    pub fn new(kept: &'k Kept, filter: impl Fn(&KeptMember) -> bool) -> Self {
        let mut index = Self { by_parent: HashMap::new(), order: Vec::new() };
        for member in kept.0.iter().filter(|member| filter(member)) {
            let parent = member.parent.as_str();
            index.by_parent.entry(parent).or_insert_with(|| {
                index.order.push(parent);
                Vec::new()
            });
            if let Some(members) = index.by_parent.get_mut(parent) {
                members.push(member);
            }
        }
        index
    }

    pub fn is_empty(&self) -> bool {
        self.by_parent.is_empty()
    }

    /// The members kept at a parent; a second call gives none.
    pub fn take(&mut self, parent: &str) -> Vec<&'k KeptMember> {
        self.by_parent.remove(parent).unwrap_or_default()
    }

    /// Adds what is kept at `parent` to the members the form made. The form's members win, but for empty ones,
    /// which are only there because the API wants them; where the form has rows, both stand there.
    pub fn complete(&mut self, parent: &str, members: &mut Members<'k>) {
        for kept in self.take(parent) {
            place(members, has_rows(parent), &kept.name, &kept.value);
        }
    }

    /// Adds everything that is left where it stood: first inside objects, then beside them, so that reading and writing
    /// again changes no order.
    pub fn complete_all(&mut self, body: &mut Members<'k>) {
        let beside = self.take("");
        for (parent, members) in self.rest() {
            for member in members {
                insert(body, parent, &member.name, &member.value);
            }
        }
        for member in beside {
            place(body, false, &member.name, &member.value);
        }
    }

    /// The parents that nobody asked for, in the order they came.
    pub fn rest(&mut self) -> Vec<(&'k str, Vec<&'k KeptMember>)> {
        let order = std::mem::take(&mut self.order);
        order.into_iter().filter_map(|parent| Some((parent, self.by_parent.remove(parent)?))).collect()
    }
}

/// Puts a member into the object at `parent`, making the objects on the way; where something else is in the way it is
/// put beside it, so that it is not lost.
pub(super) fn insert<'k>(body: &mut Members<'k>, parent: &'k str, name: &'k str, value: &'k Value) {
    let mut members = body;
    for step in pointer::names(parent) {
        let at = match members.iter().position(|(name, _)| *name == step) {
            Some(at) if matches!(members.get(at), Some((_, Tree::Object(_)))) => at,
            Some(_) => break,
            None => {
                members.push((step, Tree::Object(Vec::new())));
                members.len() - 1
            }
        };
        // Checked above; the loop cannot go on with anything but an object.
        let Some((_, Tree::Object(inner))) = members.get_mut(at) else { return };
        members = inner;
    }
    place(members, has_rows(parent), name, value);
}

/// Adds a kept member to those the form made.
fn place<'k>(members: &mut Members<'k>, rows: bool, name: &'k str, value: &'k Value) {
    let tree = Tree::Value(Cow::Borrowed(value));
    match members.iter_mut().find(|(known, _)| known == name) {
        Some((_, filler)) if filler.is_filler() && !rows => *filler = tree,
        Some(_) if !rows => {}
        _ => members.push((Cow::Borrowed(name), tree)),
    }
}
