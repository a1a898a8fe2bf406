//! A message as `msg` of a body: the chosen kind's fields only, in the order of the page.

use std::borrow::Cow;

use super::{MsgKind, NoticeMsg, Part, read::MSG};
use crate::compose::{
    Kept, KeptMember,
    kept::insert,
    tree::{Members, Tree, compact_value},
};

impl NoticeMsg {
    /// The value of `msg` with what is kept for it; `None` when only something kept stands in its place.
    pub(in crate::compose) fn tree<'d>(&'d self, kept: &'d Kept) -> Option<Tree<'d>> {
        let object = self.object(kept)?;
        Some(if self.as_text { Tree::Text(object.compact().into()) } else { object })
    }

    /// The JSON text of `msg` as it travels: compact, real UTF-8.
    pub fn wire_text(&self, kept: &Kept) -> String {
        match self.object(kept) {
            Some(object) => object.compact(),
            None => kept.0.iter().find(|member| is_msg(member)).map_or_else(String::new, |member| {
                member.value.as_str().map_or_else(|| compact_value(&member.value), str::to_owned)
            }),
        }
    }

    /// Whether a kept member goes out with the message as things are chosen now.
    pub(in crate::compose) fn carries(&self, member: &KeptMember) -> bool {
        member.parent == MSG || {
            let own = format!("{MSG}/{}", self.kind.name());
            member.parent.strip_prefix(&own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
    }

    fn object<'d>(&'d self, kept: &'d Kept) -> Option<Tree<'d>> {
        if self.is_empty() && kept.0.iter().any(is_msg) {
            return None;
        }
        let mut inside: Members<'d> = Vec::new();
        for part in Part::of(self.kind) {
            if part == Part::OaRichNumber {
                // Between title and rich, as on the page.
                self.push_rows(&mut inside);
            }
            let text = self.text(part);
            if !text.is_empty() && self.travels(part) {
                put(&mut inside, part.spec().path, Tree::Text(text.into()));
            }
        }
        if self.kind == MsgKind::ActionCard && self.several {
            let buttons: Vec<Tree<'d>> = self
                .buttons
                .iter()
                .filter(|button| !button.is_empty())
                .map(|button| pair(("title", &button.title), ("action_url", &button.url)))
                .collect();
            if !buttons.is_empty() {
                inside.push(("btn_json_list".into(), Tree::List(buttons)));
            }
        }
        let mut members: Members<'d> = vec![("msgtype".into(), Tree::Text(self.kind.name().into()))];
        if !inside.is_empty() {
            members.push((self.kind.name().into(), Tree::Object(inside)));
        }
        for member in kept.0.iter().filter(|member| self.carries(member)) {
            let parent = member.parent.strip_prefix(MSG).unwrap_or_default();
            insert(&mut members, parent, &member.name, &member.value);
        }
        Some(Tree::Object(members))
    }

    fn push_rows<'d>(&'d self, inside: &mut Members<'d>) {
        let rows: Vec<Tree<'d>> = self
            .rows
            .iter()
            .filter(|row| !row.is_empty())
            .map(|row| pair(("key", &row.key), ("value", &row.value)))
            .collect();
        if !rows.is_empty() {
            put(inside, &["body", "form"], Tree::List(rows));
        }
    }

    /// `btn_json_list` as JSON text: what its limit counts.
    pub fn button_list_text(&self) -> String {
        let buttons = self.buttons.iter().filter(|button| !button.is_empty());
        let list = buttons.map(|button| pair(("title", &button.title), ("action_url", &button.url))).collect();
        Tree::List(list).compact()
    }
}

/// Whether a kept member is the whole message, which the form could not take.
pub(in crate::compose) fn is_msg(member: &KeptMember) -> bool {
    member.parent.is_empty() && member.name == "msg"
}

fn pair<'d>(first: (&'static str, &'d str), second: (&'static str, &'d str)) -> Tree<'d> {
    let members = [first, second].into_iter().filter(|(_, text)| !text.is_empty());
    Tree::Object(members.map(|(name, text)| (name.into(), Tree::Text(Cow::Borrowed(text)))).collect())
}

fn put<'d>(members: &mut Members<'d>, path: &[&'static str], value: Tree<'d>) {
    let Some((name, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        members.push(((*name).into(), value));
        return;
    }
    let at = members.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
        members.push(((*name).into(), Tree::Object(Vec::new())));
        members.len() - 1
    });
    if let Some((_, Tree::Object(inner))) = members.get_mut(at) {
        put(inner, rest, value);
    }
}
