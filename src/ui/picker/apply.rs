//! Puts what was picked into the draft it was picked for. Pure: changes the draft, nothing else.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::request::{Chosen, Picked, Purpose};
use crate::compose::{
    CardDraft, Draft, PersonRef,
    card::{AtPerson, PrivateRow, Space, SpaceKind},
    ways::slot::{Slot, SlotMut},
};

/// Everyone, in `atOpenIds`.
const AT_ALL: &str = "@ALL";

/// Puts a choice into a draft; `false` when the draft is not of the kind the choice is for (nothing is changed then).
pub fn apply(draft: &mut Draft, picked: Picked) -> bool {
    let Picked { purpose, chosen } = picked;
    match (purpose, draft) {
        (Purpose::NoticeRecipients, Draft::Notice(notice)) => {
            let Chosen { people, departments } = chosen;
            notice.users = people;
            notice.departments = departments;
        }
        (Purpose::CardReceivers, Draft::Card(card)) => card.receivers = chosen.people.into(),
        (Purpose::CardMentions, Draft::Card(card)) => mentions(&mut card.at_open_ids, chosen.people),
        (Purpose::CardField(field), Draft::Card(card)) => match card.slot_mut(field) {
            SlotMut::Ids(list) => *list = chosen.people,
            SlotMut::At(list) => mentions(list, chosen.people),
            _ => return false,
        },
        (Purpose::CardRobotSpaces, Draft::Card(card)) => robot_spaces(card, chosen.people),
        (Purpose::CardPrivateRows, Draft::Card(card)) => private_rows(card, chosen.people),
        _ => return false,
    }
    true
}

/// What is chosen in a draft for a purpose, to open the picker with.
pub fn chosen(draft: &Draft, purpose: Purpose) -> Chosen {
    match (purpose, draft) {
        (Purpose::NoticeRecipients, Draft::Notice(notice)) => {
            Chosen { people: notice.users.clone(), departments: notice.departments.clone() }
        }
        (_, Draft::Card(card)) => Chosen { people: people_of(card, purpose), departments: Vec::new() },
        _ => Chosen::default(),
    }
}

/// The people chosen in a card for a purpose.
pub fn people_of(card: &CardDraft, purpose: Purpose) -> Vec<PersonRef> {
    let mentioned = |list: &[AtPerson]| {
        let people = list.iter().filter(|at| at.id != AT_ALL && !at.id.is_empty());
        people.map(|at| PersonRef { id: at.id.clone(), name: at.name.clone() }).collect()
    };
    match purpose {
        Purpose::CardReceivers => card.receivers.to_vec(),
        Purpose::CardRobotSpaces => {
            let robots = card.create.spaces.iter().filter(|space| space.kind == SpaceKind::ImRobot);
            robots.map(|space| space.to.clone()).collect()
        }
        Purpose::CardMentions => mentioned(&card.at_open_ids),
        Purpose::CardField(field) => match card.slot(field) {
            Slot::Ids(list) => list.clone(),
            Slot::At(list) => mentioned(list),
            _ => Vec::new(),
        },
        Purpose::CardPrivateRows => card.private.rows.iter().map(|row| row.person.clone()).collect(),
        Purpose::NoticeRecipients | Purpose::Myself => Vec::new(),
    }
}

/// `@ALL` stays where it is; a name that somebody typed stays.
fn mentions(list: &mut Vec<AtPerson>, people: Vec<PersonRef>) {
    let typed: HashMap<String, String> = list.iter().map(|at| (at.id.clone(), at.name.clone())).collect();
    list.retain(|at| at.id == AT_ALL);
    for PersonRef { id, name } in people {
        let name = typed.get(&id).filter(|typed| !typed.is_empty()).cloned().unwrap_or(name);
        list.push(AtPerson { id, name });
    }
}

/// Robot chats with these people; other places stay.
fn robot_spaces(card: &mut CardDraft, people: Vec<PersonRef>) {
    card.create.spaces.retain(|space| space.kind != SpaceKind::ImRobot);
    card.create.spaces.extend(people.into_iter().map(|to| Space { kind: SpaceKind::ImRobot, to }));
    card.fill_chat(SpaceKind::ImRobot);
}

/// Rows of people who are still chosen keep their cells and their order; new people come behind them.
fn private_rows(card: &mut CardDraft, people: Vec<PersonRef>) {
    let table = Arc::make_mut(&mut card.private);
    let wanted: HashSet<&str> = people.iter().map(|person| person.id.as_str()).collect();
    table.rows.retain(|row| wanted.contains(row.person.id.as_str()));
    let there: HashSet<String> = table.rows.iter().map(|row| row.person.id.clone()).collect();
    let columns = table.columns.len();
    for person in people {
        if !there.contains(&person.id) {
            table.rows.push(PrivateRow { person, cells: vec![None; columns].into() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{
        NoticeDraft,
        card::{PrivateColumn, PrivateTable},
        notice::DepartmentRef,
        ways::{CardField, ChatField},
    };

    fn person(id: &str, name: &str) -> PersonRef {
        PersonRef { id: id.to_owned(), name: name.to_owned() }
    }

    fn pick(purpose: Purpose, people: Vec<PersonRef>) -> Picked {
        Picked { purpose, chosen: Chosen { people, departments: Vec::new() } }
    }

    #[test]
    fn recipients_of_a_notice_are_replaced_by_the_choice() {
        let mut draft = Draft::Notice(NoticeDraft { users: vec![person("old", "")], ..NoticeDraft::default() });
        let departments = vec![DepartmentRef { id: "100".into(), name: "市场部".into(), people: Some(3) }];
        let chosen_now = Chosen { people: vec![person("new", "新人")], departments };
        assert!(apply(&mut draft, Picked { purpose: Purpose::NoticeRecipients, chosen: chosen_now.clone() }));
        assert_eq!(chosen(&draft, Purpose::NoticeRecipients), chosen_now);
        assert!(!apply(&mut draft, pick(Purpose::CardReceivers, vec![])), "a notice has no card receivers");
        assert_eq!(chosen(&draft, Purpose::NoticeRecipients), chosen_now);
    }

    #[test]
    fn mentioning_people_keeps_everyone_and_typed_names() {
        let at = |id: &str, name: &str| AtPerson { id: id.to_owned(), name: name.to_owned() };
        let at_open_ids = vec![at("a", "小张"), at(AT_ALL, AT_ALL), at("gone", "x")];
        let mut draft = Draft::Card(CardDraft { at_open_ids, ..CardDraft::default() });
        assert_eq!(chosen(&draft, Purpose::CardMentions).people.len(), 2);
        apply(&mut draft, pick(Purpose::CardMentions, vec![person("a", "张三"), person("b", "李四")]));
        let Draft::Card(card) = draft else { panic!("a card") };
        assert_eq!(card.at_open_ids, [at(AT_ALL, AT_ALL), at("a", "小张"), at("b", "李四")]);
    }

    #[test]
    fn people_of_a_places_model_are_picked_like_receivers() {
        let mut draft = Draft::Card(CardDraft::default());
        let seen_by = CardField::Chat(SpaceKind::ImGroup, ChatField::Recipients);
        let at = CardField::Chat(SpaceKind::ImSingle, ChatField::At);
        for field in [seen_by, at, CardField::TopUsers, CardField::CardAt] {
            assert!(field.names_people());
            assert!(apply(&mut draft, pick(Purpose::CardField(field), vec![person("a", "甲"), person("b", "乙")])));
            assert_eq!(chosen(&draft, Purpose::CardField(field)).people.len(), 2, "{field:?}");
        }
        assert!(!apply(&mut draft, pick(Purpose::CardField(CardField::OutTrack), vec![person("a", "甲")])), "no list");
        let Draft::Card(card) = draft else { panic!("a card") };
        assert_eq!(card.create.group.recipients, [person("a", "甲"), person("b", "乙")]);
        assert_eq!(card.create.single.at[0], AtPerson { id: "a".into(), name: "甲".into() });
        assert_eq!(card.create.top_users.len(), 2);
    }

    #[test]
    fn private_rows_of_people_who_stay_keep_their_cells() {
        let table = PrivateTable {
            columns: vec![PrivateColumn { key: "name".into(), ..PrivateColumn::default() }],
            rows: vec![
                PrivateRow { person: person("a", "甲"), cells: vec![Some("值".into())].into() },
                PrivateRow { person: person("b", "乙"), cells: vec![None].into() },
            ],
        };
        let mut draft = Draft::Card(CardDraft { private: Arc::new(table), ..CardDraft::default() });
        apply(&mut draft, pick(Purpose::CardPrivateRows, vec![person("c", "丙"), person("a", "甲")]));
        let Draft::Card(card) = draft else { panic!("a card") };
        let rows: Vec<(&str, &[Option<String>])> =
            card.private.rows.iter().map(|row| (row.person.id.as_str(), row.cells.as_slice())).collect();
        assert_eq!(rows, [("a", &[Some("值".to_owned())][..]), ("c", &[None][..])]);
    }
}
