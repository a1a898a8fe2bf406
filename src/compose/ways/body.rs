//! A field's value as a member of a body, and back.

use std::borrow::Cow;

use super::{
    CardField, ChatField,
    slot::{Slot, SlotMut},
};
use crate::compose::{
    CardDraft, PersonRef,
    card::{AtPerson, DynamicSource, LastMessage, Space, SpaceKind, TextPair},
    json::{Data, Member, Node},
    tree::Tree,
};

/// What an `openSpaceId` begins with.
pub const SPACE_PREFIX: &str = "dtv1.card//";

/// `openSpaceId` of some places: `dtv1.card//IM_GROUP.cid…;IM_ROBOT.user01`.
pub fn space_id(spaces: &[Space]) -> String {
    let parts: Vec<_> = spaces.iter().map(|space| format!("{}.{}", space.kind.name(), space.to.id)).collect();
    if parts.is_empty() { String::new() } else { format!("{SPACE_PREFIX}{}", parts.join(";")) }
}

/// The places of an `openSpaceId`; `None` when a part has no known kind.
pub fn spaces_of(text: &str) -> Option<Vec<Space>> {
    let bare = |text: &str| -> Option<String> {
        let start = text.get(..SPACE_PREFIX.len())?;
        start.eq_ignore_ascii_case(SPACE_PREFIX).then(|| text.get(SPACE_PREFIX.len()..).map(str::to_owned))?
    };
    let rest = bare(text)?;
    rest.split(';')
        .map(|part| {
            // The prefix may stand before every part.
            let own = bare(part);
            let (kind, id) = own.as_deref().unwrap_or(part).split_once('.')?;
            let to = PersonRef { id: id.to_owned(), name: String::new() };
            Some(Space { kind: SpaceKind::from_name(kind)?, to })
        })
        .collect()
}

/// The languages a field's texts stand under: place in [`LastMessage::texts`] and key.
pub fn languages(field: CardField) -> Vec<(usize, &'static str)> {
    match field {
        CardField::Chat(_, ChatField::LastMessage) => LastMessage::MODEL_LOCALES.to_vec(),
        _ => LastMessage::LOCALES.into_iter().enumerate().collect(),
    }
}

fn text(text: &str) -> Tree<'_> {
    Tree::Text(Cow::Borrowed(text))
}

const fn member<'d>(name: &'d str, tree: Tree<'d>) -> (Cow<'d, str>, Tree<'d>) {
    (Cow::Borrowed(name), tree)
}

fn pairs(list: &[TextPair]) -> Tree<'_> {
    Tree::Object(list.iter().map(|pair| member(&pair.key, text(&pair.value))).collect())
}

fn source(source: &DynamicSource) -> Tree<'_> {
    let mut all = vec![member("dynamicDataSourceId", text(&source.id))];
    if !source.const_params.is_empty() {
        all.push(member("constParams", pairs(&source.const_params)));
    }
    let mut pull = Vec::new();
    if !source.strategy.is_empty() {
        pull.push(member("pullStrategy", text(&source.strategy)));
    }
    if let Some(interval) = source.interval {
        pull.push(member("interval", Tree::Value(Cow::Owned(interval.into()))));
    }
    if !source.unit.is_empty() {
        pull.push(member("timeUnit", text(&source.unit)));
    }
    if !pull.is_empty() {
        all.push(member("pullConfig", Tree::Object(pull)));
    }
    Tree::Object(all)
}

/// A field's value as JSON; `None` when there is nothing to say.
pub(in crate::compose) fn written(slot: Slot<'_>, field: CardField) -> Option<Tree<'_>> {
    if slot.is_empty() {
        return None;
    }
    Some(match slot {
        Slot::Text(value) => text(value),
        Slot::Truth(value) => Tree::Value(Cow::Owned((*value)?.into())),
        Slot::Integer(value) => Tree::Value(Cow::Owned((*value)?.into())),
        Slot::Ids(list) => Tree::List(list.iter().map(|person| text(&person.id)).collect()),
        Slot::At(list) => Tree::Object(list.iter().map(|person| member(&person.id, text(&person.name))).collect()),
        Slot::Pairs(list) => pairs(list),
        Slot::Languages(message) => {
            let lines = languages(field).into_iter().filter_map(|(slot, key)| {
                message.texts.get(slot).filter(|line| !line.is_empty()).map(|line| member(key, text(line)))
            });
            Tree::Object(lines.collect())
        }
        Slot::Spaces(spaces) => Tree::Text(Cow::Owned(space_id(spaces))),
        Slot::Sources(sources) => Tree::List(sources.iter().map(source).collect()),
        Slot::Variables => return None,
    })
}

fn text_pairs(members: Vec<Member>) -> Option<Vec<TextPair>> {
    let pair = |member: Member| match member.node.data {
        Data::Text(value) => Some(TextPair { key: member.name, value }),
        _ => None,
    };
    members.into_iter().map(pair).collect()
}

/// A source, when it is exactly one of the page's shape.
fn read_source(node: &Node) -> Option<DynamicSource> {
    let Data::Object(members) = &node.data else { return None };
    let mut source = DynamicSource::default();
    for member in members {
        match (member.name.as_str(), &member.node.data) {
            ("dynamicDataSourceId", Data::Text(id)) => source.id.clone_from(id),
            ("constParams", Data::Object(params)) if !params.is_empty() => {
                source.const_params = text_pairs(params.clone())?;
            }
            ("pullConfig", Data::Object(config)) if !config.is_empty() => {
                for part in config {
                    match (part.name.as_str(), &part.node.data) {
                        ("pullStrategy", Data::Text(text)) if !text.is_empty() => source.strategy.clone_from(text),
                        ("timeUnit", Data::Text(text)) if !text.is_empty() => source.unit.clone_from(text),
                        ("interval", Data::Number(number)) => source.interval = Some(whole(number)?),
                        _ => return None,
                    }
                }
            }
            _ => return None,
        }
    }
    members.iter().any(|member| member.name == "dynamicDataSourceId").then_some(source)
}

/// A whole number that is written again as it stood.
fn whole(number: &str) -> Option<i64> {
    number.parse::<i64>().ok().filter(|value| value.to_string() == number)
}

impl CardDraft {
    /// Takes a member of a body into a field; gives it back when it has another type. Members of an object that have
    /// another type than the rest are given to `keep`, with their name.
    pub(in crate::compose) fn take(
        &mut self,
        field: CardField,
        node: Node,
        keep: &mut dyn FnMut(&str, Node),
    ) -> Option<Node> {
        let Node { start, end, data } = node;
        let back = |data| Some(Node { start, end, data });
        match (self.slot_mut(field), data) {
            (SlotMut::Text(slot), Data::Text(text)) => *slot = text,
            (SlotMut::Truth(slot), Data::Bool(truth)) => *slot = Some(truth),
            (SlotMut::Integer(slot), Data::Number(number)) => match whole(&number) {
                Some(value) => *slot = Some(value),
                None => return back(Data::Number(number)),
            },
            (SlotMut::Ids(slot), Data::List(items)) if items.iter().all(|item| matches!(item.data, Data::Text(_))) => {
                let ids = items.into_iter().filter_map(|item| match item.data {
                    Data::Text(id) => Some(PersonRef { id, name: String::new() }),
                    _ => None,
                });
                *slot = ids.collect();
            }
            (SlotMut::At(slot), Data::Object(members)) => {
                for Member { name: id, node, .. } in members {
                    match node.data {
                        Data::Text(name) => slot.push(AtPerson { id, name }),
                        data => keep(&id, Node { data, ..node }),
                    }
                }
            }
            (SlotMut::Pairs(slot), Data::Object(members)) => {
                for Member { name: key, node, .. } in members {
                    match node.data {
                        Data::Text(value) => slot.push(TextPair { key, value }),
                        data => keep(&key, Node { data, ..node }),
                    }
                }
            }
            (SlotMut::Languages(slot), Data::Object(members)) => {
                let known = languages(field);
                for Member { name, node, .. } in members {
                    let place = known.iter().find(|(_, key)| *key == name).map(|(at, _)| *at);
                    match (place.and_then(|at| slot.texts.get_mut(at)), node.data) {
                        (Some(line), Data::Text(text)) if line.is_empty() => *line = text,
                        (_, data) => keep(&name, Node { data, ..node }),
                    }
                }
            }
            (SlotMut::Spaces(slot), Data::Text(text)) => {
                if text.is_empty() {
                    return None;
                }
                match spaces_of(&text) {
                    Some(spaces) => *slot = spaces,
                    None => return back(Data::Text(text)),
                }
            }
            (SlotMut::Sources(slot), Data::List(items)) => {
                let read: Option<Vec<_>> = items.iter().map(read_source).collect();
                match read {
                    Some(sources) => *slot = sources,
                    None => return back(Data::List(items)),
                }
            }
            (_, data) => return back(data),
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_space_id_comes_apart_and_together() {
        let spaces = spaces_of("dtv1.card//im_group.cidA==;IM_ROBOT.manager.1;dtv1.card//one_box.cidB").unwrap();
        let kinds: Vec<_> = spaces.iter().map(|space| (space.kind, space.to.id.as_str())).collect();
        assert_eq!(
            kinds,
            [(SpaceKind::ImGroup, "cidA=="), (SpaceKind::ImRobot, "manager.1"), (SpaceKind::OneBox, "cidB")]
        );
        assert_eq!(space_id(&spaces), "dtv1.card//IM_GROUP.cidA==;IM_ROBOT.manager.1;ONE_BOX.cidB");
        for odd in ["", "cidA", "dtv1.card//IM_CHAT.x", "dtv1.card//IM_GROUP", "dtv1.card//IM_GROUP.a;", "钉钉钉钉"]
        {
            assert_eq!(spaces_of(odd), None, "{odd}");
        }
    }
}
