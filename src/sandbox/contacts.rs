//! The directory calls: department tree, members by page, one person, the app's range, the name search.

use serde_json::{Value, json};

use super::call::Call;
use super::fault::Fault;
use super::organisation::{Department, Organisation, Person};
use super::world::World;

impl World {
    /// `POST /topapi/v2/department/listsub`: the departments directly below one.
    pub(super) fn list_departments(&self, call: &Call) -> Result<Value, Fault> {
        let id = call.oapi_params()?.number("dept_id", 400_002)?.unwrap_or(1);
        let department = self.visible_department(id)?;
        let below: Vec<Value> = department
            .children
            .iter()
            .filter_map(|id| self.organisation.department(*id))
            .map(|child| {
                json!({
                    "dept_id": child.id,
                    "name": child.name,
                    "parent_id": child.parent,
                    "create_dept_group": true,
                    "auto_add_user": true,
                })
            })
            .collect();
        Ok(json!({"result": below}))
    }

    /// `POST /topapi/v2/department/get`.
    pub(super) fn get_department(&self, call: &Call) -> Result<Value, Fault> {
        let params = call.oapi_params()?;
        params.required("dept_id")?;
        let id = params.number("dept_id", 400_002)?.unwrap_or(1);
        let department = self.visible_department(id)?;
        let managers: Vec<&str> =
            self.members(department).next().map(|person| person.userid.as_ref()).into_iter().collect();
        let order = department
            .parent
            .and_then(|parent| self.organisation.department(parent))
            .and_then(|parent| parent.children.iter().position(|child| *child == id))
            .unwrap_or(0);
        let mut result = json!({
            "dept_id": department.id,
            "name": department.name,
            "order": order,
            "member_count": department.member_count,
            "owning_member_count": self.members(department).count(),
            "dept_manager_userid_list": managers,
            "create_dept_group": true,
            "auto_add_user": true,
            "hide_dept": false,
            "outer_dept": false,
            "group_contain_sub_dept": false,
        });
        if let Some(parent) = department.parent {
            result["parent_id"] = json!(parent);
        }
        Ok(json!({"result": result}))
    }

    /// `POST /topapi/v2/user/list`: the direct members of a department, by page.
    pub(super) fn list_users(&self, call: &Call) -> Result<Value, Fault> {
        let params = call.oapi_params()?;
        for name in ["dept_id", "cursor", "size"] {
            params.required(name)?;
        }
        let number = |name| params.number(name, 40035).map(Option::unwrap_or_default);
        let (id, cursor, size) = (number("dept_id")?, number("cursor")?, number("size")?);
        if !(1..=100).contains(&size) {
            return Err(Fault::oapi(40035).at("/size"));
        }
        if cursor > 100_000 {
            return Err(Fault::oapi(40035).at("/cursor"));
        }
        if let Some(order) = params.text("order_field")
            && !matches!(order.as_str(), "entry_asc" | "entry_desc" | "modify_asc" | "modify_desc" | "custom")
        {
            return Err(Fault::oapi(40035).at("/order_field"));
        }
        let department = self.visible_department(id)?;
        let mut rest = self.members(department).skip(usize::try_from(cursor).unwrap_or(usize::MAX));
        let list: Vec<Value> =
            rest.by_ref().take(usize::try_from(size).unwrap_or(100)).map(|person| self.person_json(person)).collect();
        let more = rest.next().is_some();
        let mut result = json!({"has_more": more, "list": list});
        if more {
            result["next_cursor"] = json!(cursor + size);
        }
        Ok(json!({"result": result}))
    }

    /// `POST /topapi/v2/user/get`.
    pub(super) fn get_user(&self, call: &Call) -> Result<Value, Fault> {
        let userid = call.oapi_params()?.required("userid")?;
        let person = self.organisation.person(&userid).ok_or_else(|| Fault::oapi(33012).at("/userid"))?;
        if !self.may_see(person) {
            return Err(Fault::oapi(50002).at("/userid"));
        }
        Ok(json!({"result": self.person_json(person)}))
    }

    /// `POST /topapi/v2/user/getbymobile`: the userid of a mobile number.
    pub(super) fn get_user_by_mobile(&self, call: &Call) -> Result<Value, Fault> {
        let mobile = call.oapi_params()?.required("mobile")?;
        let unknown = || Fault::oapi(60121).at("/mobile");
        let person = self.organisation.person_of_mobile(&mobile).ok_or_else(unknown)?;
        if !self.may_see(person) {
            return Err(Fault::oapi(50002).at("/mobile"));
        }
        Ok(json!({"result": {"userid": person.userid}}))
    }

    /// `GET /auth/scopes`: what the app may see.
    pub(super) fn scopes(&self) -> Value {
        json!({
            "auth_user_field": ["name", "avatar", "jobnumber", "title", "department"],
            "condition_field": [],
            "auth_org_scopes": {
                "authed_user": [],
                "authed_dept": self.rules.authed_departments.clone().unwrap_or_else(|| vec![1]),
            },
        })
    }

    /// `POST api /v1.0/contact/users/search`: ids by name, pinyin or initials.
    pub(super) fn search_users(&self, call: &Call) -> Result<Value, Fault> {
        let body = call.api_object("parameter.error")?;
        let invalid = |name: &str| Fault::api("parameter.error").at(format!("/{name}"));
        let number = |name: &str| body.get(name).and_then(Value::as_u64).ok_or_else(|| invalid(name));
        let query = body
            .get("queryWord")
            .and_then(Value::as_str)
            .filter(|word| !word.trim().is_empty())
            .ok_or_else(|| invalid("queryWord"))?;
        let (offset, size) = (number("offset")?, number("size")?);
        if size == 0 || size > 100 {
            return Err(invalid("size"));
        }
        let exact = match body.get("fullMatchField") {
            None | Some(Value::Null) => false,
            Some(value) if value.as_u64() == Some(1) => true,
            Some(_) => return Err(invalid("fullMatchField")),
        };
        let found: Vec<&Person> = self
            .organisation
            .people()
            .iter()
            .filter(|person| self.may_see(person) && Organisation::answers_to(person, query, exact))
            .collect();
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(found.len());
        let to = found.len().min(from.saturating_add(usize::try_from(size).unwrap_or(100)));
        let list: Vec<&str> = found[from..to].iter().map(|person| person.userid.as_ref()).collect();
        Ok(json!({"hasMore": to < found.len(), "totalCount": found.len(), "list": list}))
    }

    /// The department, when it exists (60003) and the app may see it (50004).
    pub(super) fn visible_department(&self, id: u64) -> Result<&Department, Fault> {
        let department = self.organisation.department(id).ok_or_else(|| Fault::oapi(60003).at("/dept_id"))?;
        if self.in_range(id) { Ok(department) } else { Err(Fault::oapi(50004).at("/dept_id")) }
    }

    /// Whether a department stands in the app's range.
    pub(super) fn in_range(&self, id: u64) -> bool {
        let Some(authed) = &self.rules.authed_departments else { return true };
        let mut at = self.organisation.department(id);
        while let Some(department) = at {
            if authed.contains(&department.id) {
                return true;
            }
            at = department.parent.and_then(|parent| self.organisation.department(parent));
        }
        false
    }

    /// Whether the app may see a person.
    pub(super) fn may_see(&self, person: &Person) -> bool {
        let in_range = || self.organisation.departments_of(person).into_iter().any(|id| self.in_range(id));
        !person.hidden && (self.rules.authed_departments.is_none() || in_range())
    }

    /// The people who work directly in a department and may be seen.
    pub(super) fn members<'w>(&'w self, department: &'w Department) -> impl Iterator<Item = &'w Person> {
        department
            .members
            .iter()
            .filter_map(|at| self.organisation.people().get(*at as usize))
            .filter(|person| !person.hidden)
    }

    fn person_json(&self, person: &Person) -> Value {
        let departments = self.organisation.departments_of(person);
        let order: Vec<Value> =
            departments.iter().map(|id| json!({"dept_id": id, "order": 176_293_572_403_822_012_u64})).collect();
        let leads = |id: &u64| {
            self.organisation.department(*id).and_then(|department| self.members(department).next()) == Some(person)
        };
        let leader = departments.iter().any(leads);
        let boss = self.organisation.people().first() == Some(person);
        // No mobile and no email: they need permissions of their own.
        json!({
            "userid": person.userid,
            "unionid": person.unionid(),
            "name": person.name,
            "avatar": "",
            "title": person.title,
            "job_number": person.job_number(),
            "dept_id_list": departments,
            "dept_order": 176_293_572_403_822_012_u64,
            "dept_order_list": order,
            "active": true,
            "admin": boss,
            "boss": boss,
            "leader": leader,
            "hide_mobile": false,
            "senior": false,
            "exclusive_account": false,
            "real_authed": true,
        })
    }
}
