//! Changing the way of a card without losing anything.
//!
//! What the new way has a field for under another name is put there, where nothing stands yet (the mapping of the dossier,
//! A1.6). What it has no field for stays in the draft, is saved in the `editor` part of the file, and is named by a finding.

use serde_json::{Map, Value};

use super::{
    CardField, all_fields,
    body::{languages, written},
    field_at, has_inside, pointer_of,
};
use crate::compose::{
    CardDraft, CardVia, KeptMember, PersonRef,
    card::{ChatModel, DynamicSource, LastMessage, Space, SpaceKind},
    card_write::{CARD_DATA, PARAMS, PRIVATE},
    encode::LAST_MESSAGE,
    json::Node,
    pointer,
};

impl CardDraft {
    /// Goes another way. Every value stays; what has a counterpart there is put into it where it is empty.
    pub fn switch(&mut self, to: CardVia) {
        let from = self.via;
        if from == to {
            return;
        }
        self.via = to;
        self.move_kept(from);
        match to {
            CardVia::CreateAndDeliver => self.fill_create(from),
            CardVia::PrivateChat | CardVia::InteractiveCards if from == CardVia::CreateAndDeliver => self.fill_old(),
            _ => {}
        }
    }

    /// The draft that updates this card, sent with this id: its values, by the call that updates cards of this way.
    #[must_use]
    pub fn update_of(&self, out_track_id: &str) -> Self {
        let mut update = self.clone();
        update.switch(self.via.update());
        out_track_id.clone_into(&mut update.out_track_id);
        update
    }

    /// What the form of the old way did not know: what the new way knows goes into its fields, what belongs to variables
    /// stays, the rest waits until its way comes back.
    fn move_kept(&mut self, from: CardVia) {
        let last_message = pointer::join(PARAMS, LAST_MESSAGE);
        let shared = |member: &KeptMember| {
            let inside = |at: &str| member.parent == at || member.parent.starts_with(&format!("{at}/"));
            (inside(CARD_DATA) || inside(PRIVATE)) && member.parent != last_message
        };
        let parked = std::mem::take(&mut self.parked);
        let (back, rest): (Vec<_>, Vec<_>) = parked.into_iter().partition(|(via, _)| *via == self.via);
        self.parked = rest;
        for member in std::mem::take(&mut self.kept.0) {
            let at = member.pointer();
            let free = match field_at(self.via, &at) {
                Some(CardField::Params | CardField::Private) => false,
                Some(field) => self.slot(field).is_empty(),
                None => has_inside(self.via, &at),
            };
            let known_before = field_at(from, &at).is_some() || has_inside(from, &at);
            if free && !known_before {
                let node = Node::of(&member.value);
                if let Some(left) = self.read_member(&member.parent, &member.name, node) {
                    self.parked.push((from, KeptMember { value: left.into_value(), ..member }));
                }
            } else if shared(&member) {
                self.kept.0.push(member);
            } else {
                self.parked.push((from, member));
            }
        }
        self.kept.0.extend(back.into_iter().map(|(_, member)| member));
    }

    fn fill_create(&mut self, from: CardVia) {
        if self.create.spaces.is_empty() && !from.is_update() {
            let space = |kind, to: PersonRef| Space { kind, to };
            let conversation = PersonRef { id: self.open_conversation_id.clone(), name: String::new() };
            let there = !conversation.id.is_empty();
            match (from, self.conversation_type) {
                (CardVia::InteractiveCards, Some(0)) => {
                    let people = self.receivers.iter().cloned();
                    self.create.spaces = people.map(|person| space(SpaceKind::ImRobot, person)).collect();
                }
                (CardVia::InteractiveCards, _) if there => {
                    self.create.spaces.push(space(SpaceKind::ImGroup, conversation));
                }
                _ if there => self.create.spaces.push(space(SpaceKind::ImSingle, conversation)),
                _ => {}
            }
        }
        if self.create.callback_type.is_empty() && !self.callback_route_key.is_empty() {
            "HTTP".clone_into(&mut self.create.callback_type);
        }
        if self.pull_strategy == Some(true) && self.create.sources.is_empty() {
            // Pure pull asks anew each time the chat is opened; which source to ask only the person knows.
            self.create.sources.push(DynamicSource { strategy: "ONCE".to_owned(), ..DynamicSource::default() });
        }
        for kind in [SpaceKind::ImGroup, SpaceKind::ImRobot, SpaceKind::ImSingle] {
            if self.goes_to(kind) {
                self.fill_chat(kind);
            }
        }
        if self.goes_to(SpaceKind::ImGroup) && self.create.group.recipients.is_empty() {
            self.create.group.recipients = self.receivers.to_vec();
        }
    }

    /// Puts into the models of a kind of chat what the older calls or another kind say already, where nothing stands yet:
    /// also when a place of a new kind is added.
    pub fn fill_chat(&mut self, kind: SpaceKind) {
        let others = [SpaceKind::ImGroup, SpaceKind::ImRobot, SpaceKind::ImSingle];
        let given =
            others.into_iter().filter(|other| *other != kind && self.goes_to(*other)).map(|other| self.chat(other));
        let lines = self.last_message.only(LastMessage::MODEL_LOCALES.map(|(at, _)| at));
        let old = ChatModel {
            support_forward: self.support_forward,
            last_message: lines,
            robot_code: self.robot_code.clone(),
            at: self.at_open_ids.clone(),
            ..ChatModel::default()
        };
        let sources: Vec<ChatModel> = given.cloned().chain([old]).collect();
        let has = |field| pointer_of(CardVia::CreateAndDeliver, CardField::Chat(kind, field)).is_some();
        let (has_robot, has_at) = (has(super::ChatField::Robot), has(super::ChatField::At));
        let chat = self.chat_mut(kind);
        for source in sources {
            chat.support_forward = chat.support_forward.or(source.support_forward);
            if chat.last_message.is_empty() {
                chat.last_message = source.last_message;
            }
            if has_robot && chat.robot_code.is_empty() {
                chat.robot_code = source.robot_code;
            }
            if has_at && chat.at.is_empty() {
                chat.at = source.at;
            }
        }
    }

    fn fill_old(&mut self) {
        let wanted = match self.via {
            CardVia::PrivateChat => SpaceKind::ImSingle,
            _ => SpaceKind::ImGroup,
        };
        if let Some(space) = self.create.spaces.iter().find(|space| space.kind == wanted)
            && self.open_conversation_id.is_empty()
        {
            self.open_conversation_id.clone_from(&space.to.id);
            if wanted == SpaceKind::ImGroup {
                self.conversation_type = self.conversation_type.or(Some(1));
            }
        }
        if self.via == CardVia::InteractiveCards && self.receivers.is_empty() {
            let robots = self.create.spaces.iter().filter(|space| space.kind == SpaceKind::ImRobot);
            let people: Vec<_> = robots.map(|space| space.to.clone()).collect();
            if !self.goes_to(SpaceKind::ImGroup) && !people.is_empty() {
                self.receivers = people.into();
                self.conversation_type = self.conversation_type.or(Some(0));
            } else {
                self.receivers = self.create.group.recipients.clone().into();
            }
        }
        let first = SpaceKind::ALL.into_iter().find(|kind| self.goes_to(*kind)).unwrap_or(wanted);
        let chat = self.chat(first).clone();
        self.support_forward = self.support_forward.or(chat.support_forward);
        if self.last_message.is_empty() {
            self.last_message = chat.last_message.only(0..LastMessage::LOCALES.len());
        }
        // A robot's own chat has no robotCode in the older call.
        if self.robot_code.is_empty() && self.conversation_type != Some(0) {
            self.robot_code = chat.robot_code;
        }
        if self.at_open_ids.is_empty() {
            self.at_open_ids = chat.at;
        }
        if self.pull_strategy.is_none() && !self.create.sources.is_empty() {
            self.pull_strategy = Some(true);
        }
    }

    /// What does not travel in the draft's way, for the `editor` part of its file: pointers of the fields' own ways, and
    /// what other ways' forms did not know.
    pub(in crate::compose) fn elsewhere(&self) -> Vec<(String, Value)> {
        let fields = all_fields().filter(|(_, field)| pointer_of(self.via, *field).is_none());
        let mut all: Vec<(String, Value)> = fields
            .filter_map(|(at, field)| Some((at.to_owned(), written(self.slot(field), field)?.into_value())))
            .collect();
        // Languages that the way's keys do not have.
        for (at, field) in all_fields() {
            if let super::slot::Slot::Languages(message) = self.slot(field) {
                let known: Vec<_> = languages(field).into_iter().map(|(slot, _)| slot).collect();
                let mut left = Map::new();
                for (slot, text) in message.texts.iter().enumerate().filter(|(slot, _)| !known.contains(slot)) {
                    if !text.is_empty() {
                        left.insert(slot.to_string(), text.as_str().into());
                    }
                }
                if !left.is_empty() {
                    all.push((format!("{at}#"), Value::Object(left)));
                }
            }
        }
        if !self.parked.is_empty() {
            let parked = self
                .parked
                .iter()
                .map(|(via, member)| serde_json::json!([via.name(), member.parent, member.name, member.value]));
            all.push(("parked".to_owned(), Value::Array(parked.collect())));
        }
        all
    }

    /// Takes back what [`CardDraft::elsewhere`] wrote; fields that hold something already keep it.
    pub(in crate::compose) fn take_elsewhere(&mut self, all: &[(String, Value)]) {
        for (at, value) in all {
            if let Some(at) = at.strip_suffix('#') {
                self.take_languages(at, value);
                continue;
            }
            if at == "parked" {
                let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
                if self.parked.is_empty() {
                    self.parked = list.iter().filter_map(parked).collect();
                }
                continue;
            }
            let field = all_fields().find(|(known, _)| known == at).map(|(_, field)| field);
            let Some(field) = field.filter(|field| pointer_of(self.via, *field).is_none()) else { continue };
            if self.slot(field).is_empty() {
                // What is broken in a file's editor part is ignored.
                self.take(field, Node::of(value), &mut |_, _| {});
            }
        }
    }

    fn take_languages(&mut self, at: &str, value: &Value) {
        let field = all_fields().find(|(known, _)| *known == at).map(|(_, field)| field);
        let Some(super::slot::SlotMut::Languages(message)) = field.map(|field| self.slot_mut(field)) else { return };
        for (slot, text) in value.as_object().into_iter().flatten() {
            let line = slot.parse::<usize>().ok().and_then(|slot| message.texts.get_mut(slot));
            if let (Some(line), Some(text)) = (line.filter(|line| line.is_empty()), text.as_str()) {
                text.clone_into(line);
            }
        }
    }
}

fn parked(entry: &Value) -> Option<(CardVia, KeptMember)> {
    let name = entry.get(0)?.as_str()?;
    let via = CardVia::ALL.into_iter().find(|via| via.name() == name)?;
    let text = |at: usize| entry.get(at).and_then(Value::as_str).map(str::to_owned);
    Some((via, KeptMember { parent: text(1)?, name: text(2)?, value: entry.get(3)?.clone() }))
}
