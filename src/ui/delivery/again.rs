//! A new draft for some of a delivery's people.

use std::{collections::HashSet, sync::Arc};

use crate::{
    compose::{Draft, DraftFile, PersonRef},
    store::journal::PersonRow,
};

/// Makes a draft go to these people only. Their values stay.
pub fn narrow(kept: &mut DraftFile, people: &[PersonRow]) {
    let wanted: HashSet<&str> = people.iter().map(|one| one.userid.as_str()).collect();
    let everyone = people.iter().map(|one| PersonRef { id: one.userid.clone(), name: one.name.clone() });
    match &mut kept.draft {
        Draft::Card(card) => {
            card.receivers = everyone.collect::<Vec<_>>().into();
            let private = Arc::make_mut(&mut card.private);
            private.rows.retain(|row| wanted.contains(row.person.id.as_str()));
        }
        Draft::Notice(notice) => {
            notice.users = everyone.collect();
            notice.departments.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        compose::{NoticeDraft, notice::DepartmentRef},
        store::journal::Rung,
    };

    #[test]
    fn only_the_chosen_people_are_left_and_no_department() {
        let mut notice = NoticeDraft::default();
        notice.departments.push(DepartmentRef { id: "1".into(), ..DepartmentRef::default() });
        let mut kept = DraftFile::new(Draft::Notice(notice));
        let person =
            PersonRow { call: 1, userid: "u7".into(), name: "七".into(), rung: Rung::Failed, code: String::new() };
        narrow(&mut kept, &[person]);
        let Draft::Notice(notice) = kept.draft else { panic!() };
        assert!(notice.departments.is_empty());
        assert_eq!(notice.users, [PersonRef { id: "u7".into(), name: "七".into() }]);
    }
}
