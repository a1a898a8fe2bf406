//! `msg` of a body as a message.
//!
//! What changes on the way and means the same: the order of members; empty texts and objects are left out; a number where
//! the page has a text of digits becomes that text. What the form does not know, or finds mistyped, is kept with its place.

use std::collections::HashSet;

use super::{CardButton, FormRow, MsgKind, NoticeMsg, Part};
use crate::compose::{
    Kept,
    json::{self, Data, Member, Node},
    pointer,
};

/// Where the message stands.
pub(in crate::compose) const MSG: &str = "/msg";

impl NoticeMsg {
    /// Takes a message: a JSON object, or JSON text of one.
    ///
    /// # Errors
    /// The node as it came, when it is neither or has no known `msgtype`: nothing is read then.
    pub(in crate::compose) fn read(&mut self, node: Node, kept: &mut Kept) -> Result<(), Node> {
        if let Data::Text(text) = &node.data {
            return match json::parse_node(text) {
                Ok(inner @ Node { data: Data::Object(_), .. }) => match self.read_object(inner, kept) {
                    Ok(()) => {
                        self.as_text = true;
                        Ok(())
                    }
                    Err(_) => Err(node),
                },
                _ => Err(node),
            };
        }
        self.read_object(node, kept)
    }

    fn read_object(&mut self, node: Node, kept: &mut Kept) -> Result<(), Node> {
        let Data::Object(members) = &node.data else { return Err(node) };
        let kind = members.iter().find(|member| member.name == "msgtype").and_then(|member| match &member.node.data {
            Data::Text(name) => MsgKind::from_name(name),
            _ => None,
        });
        let Some(kind) = kind else { return Err(node) };
        self.kind = kind;
        let Data::Object(members) = node.data else { return Ok(()) };
        let mut seen = HashSet::new();
        for Member { name, node, .. } in members {
            if !seen.insert(name.clone()) {
                kept.keep(MSG, &name, node.into_value());
                continue;
            }
            match (name.as_str(), MsgKind::from_name(&name), node.data) {
                ("msgtype", ..) => {}
                (_, Some(kind), Data::Object(members)) => {
                    self.read_members(kind, &mut Vec::new(), members, kept);
                }
                (_, _, data) => kept.keep(MSG, &name, Node { data, ..node }.into_value()),
            }
        }
        Ok(())
    }

    fn read_members(&mut self, kind: MsgKind, path: &mut Vec<String>, members: Vec<Member>, kept: &mut Kept) {
        let mut seen = HashSet::new();
        for Member { name, node, .. } in members {
            path.push(name.clone());
            let left = if seen.insert(name.clone()) { self.read_member(kind, path, node, kept) } else { Some(node) };
            path.pop();
            if let Some(node) = left {
                let parent = path.iter().fold(pointer::join(MSG, kind.name()), |at, name| pointer::join(&at, name));
                kept.keep(&parent, &name, node.into_value());
            }
        }
    }

    fn read_member(&mut self, kind: MsgKind, path: &mut Vec<String>, node: Node, kept: &mut Kept) -> Option<Node> {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        if let Some(part) = Part::at(kind, &names) {
            return match node.data {
                Data::Text(text) | Data::Number(text) => {
                    *self.text_mut(part) = text;
                    None
                }
                data => Some(Node { data, ..node }),
            };
        }
        let is_object = Part::of(kind).any(|part| part.spec().path.starts_with(&names));
        match (kind, names.as_slice(), node.data) {
            (MsgKind::Oa, ["body", "form"], data) => match pairs(&data, "key", "value") {
                Some(rows) => {
                    self.rows = rows.into_iter().map(|(key, value)| FormRow { key, value }).collect();
                    None
                }
                None => Some(Node { data, ..node }),
            },
            (MsgKind::ActionCard, ["btn_json_list"], data) => {
                self.several = true;
                match pairs(&data, "title", "action_url") {
                    Some(buttons) => {
                        self.buttons = buttons.into_iter().map(|(title, url)| CardButton { title, url }).collect();
                        None
                    }
                    None => Some(Node { data, ..node }),
                }
            }
            (_, _, Data::Object(members)) if is_object => {
                self.read_members(kind, path, members, kept);
                None
            }
            (_, _, data) => Some(Node { data, ..node }),
        }
    }
}

/// A list of objects that have nothing but two texts; `None` when one of them is anything else.
fn pairs(data: &Data, first: &str, second: &str) -> Option<Vec<(String, String)>> {
    let Data::List(items) = data else { return None };
    items
        .iter()
        .map(|item| {
            let Data::Object(members) = &item.data else { return None };
            let mut pair = (None, None);
            for Member { name, node, .. } in members {
                let (Data::Text(text) | Data::Number(text)) = &node.data else { return None };
                let slot = match name.as_str() {
                    name if name == first => &mut pair.0,
                    name if name == second => &mut pair.1,
                    _ => return None,
                };
                if slot.replace(text.clone()).is_some() {
                    return None;
                }
            }
            Some((pair.0.unwrap_or_default(), pair.1.unwrap_or_default()))
        })
        .collect()
}
