//! The live/test guard: a profile may name the people who alone may receive from it. Asked at the last step before the
//! socket, of the request that is about to leave, whatever came before.

use crate::{
    dingtalk::{
        call::{Body, Call},
        fault::NotSent,
    },
    store::settings::Profile,
};

/// Whether a request may leave: everybody it reaches is on the profile's list, where there is one.
///
/// # Errors
/// [`NotSent::Guarded`] names the first who is not; nobody where the request does not say whom it reaches (a department,
/// everybody, a conversation).
pub fn guard(profile: &Profile, call: &Call, people: &[impl AsRef<str>]) -> Result<(), NotSent> {
    if profile.only_to.is_empty() {
        return Ok(());
    }
    let allowed = |id: &str| profile.only_to.iter().any(|known| known == id);
    if let Some(who) = people.iter().map(AsRef::as_ref).find(|id| !allowed(id)) {
        return Err(NotSent::Guarded { who: who.to_owned() });
    }
    if people.is_empty() || reaches_more(call) {
        return Err(NotSent::Guarded { who: String::new() });
    }
    Ok(())
}

/// Whether it goes to more than people by their ids.
fn reaches_more(call: &Call) -> bool {
    match &call.body {
        Body::Form(fields) => fields.iter().any(|(name, value)| match name.as_ref() {
            "dept_id_list" => !value.is_empty(),
            "to_all_user" => value == "true",
            _ => false,
        }),
        // A conversation among the places of a card: everybody in it sees it.
        Body::Json(text) => {
            let body: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
            let places = body.get("openSpaceId").and_then(serde_json::Value::as_str).unwrap_or_default();
            let ids = places.rsplit("//").next().unwrap_or_default().split(';').filter(|place| !place.is_empty());
            ids.into_iter().any(|place| !place.to_ascii_uppercase().starts_with("IM_ROBOT."))
        }
        Body::None | Body::Multipart(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        dingtalk::calls::{NoticeForm, send_by_template},
        store::settings::ProfileKind,
    };

    #[test]
    fn only_the_people_of_the_list_receive() {
        let mut profile = Profile::new("p", ProfileKind::Internal);
        let form = |departments: &[&str]| {
            let dept_id_list = departments.iter().map(|id| (*id).to_owned()).collect();
            send_by_template(&NoticeForm { agent_id: "1".into(), dept_id_list, ..NoticeForm::default() })
        };
        let stranger = ["me", "boss"];
        assert_eq!(guard(&profile, &form(&["1"]), &stranger), Ok(()), "no list, no guard");
        profile.only_to = vec!["me".into(), "tester".into()];
        assert_eq!(guard(&profile, &form(&[]), &["me", "tester"]), Ok(()));
        assert_eq!(guard(&profile, &form(&[]), &stranger), Err(NotSent::Guarded { who: "boss".into() }));
        let nobody = NotSent::Guarded { who: String::new() };
        assert_eq!(guard(&profile, &form(&["1"]), &["me"]), Err(nobody.clone()), "a department is more than a list");
        assert_eq!(guard(&profile, &form(&[]), &[] as &[&str]), Err(nobody));
    }
}
