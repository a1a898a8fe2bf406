//! The fields of `data` that a form shows: those of the template in its order, then those the template does not have.
//! Pure: changes the draft's list, draws nothing.

use crate::compose::notice::DataField;

/// One field as the form shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// Its name.
    pub key: String,
    /// Where it stands in the draft's list, if it is there.
    pub at: Option<usize>,
}

/// What the form shows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FormFields {
    /// The fields of the template, in its order.
    pub wanted: Vec<Shown>,
    /// Places in the draft's list that the template does not have (or that stand twice).
    pub extra: Vec<usize>,
}

impl FormFields {
    /// Sorts the draft's list by what a template wants.
    pub fn of(wanted: &[&str], data: &[DataField]) -> Self {
        // A name that stands twice in the list travels with its last value: that one is shown at its field.
        let place = |name: &str| data.iter().rposition(|field| field.key == name);
        let wanted: Vec<Shown> = wanted.iter().map(|name| Shown { key: (*name).to_owned(), at: place(name) }).collect();
        let extra = (0..data.len()).filter(|at| !wanted.iter().any(|shown| shown.at == Some(*at))).collect();
        Self { wanted, extra }
    }

    /// How many fields of the template have a text.
    pub fn filled(&self, data: &[DataField]) -> usize {
        let filled = |shown: &&Shown| shown.at.is_some_and(|at| !data[at].value.trim().is_empty());
        self.wanted.iter().filter(filled).count()
    }
}

/// Puts a text to a field of the template. A new one takes its place behind the field that stands before it in the
/// template, so that the JSON reads in the template's order.
pub fn set(data: &mut Vec<DataField>, wanted: &[&str], key: &str, value: String) {
    if let Some(at) = data.iter().rposition(|field| field.key == key) {
        data[at].value = value;
        return;
    }
    let before = wanted.iter().position(|name| *name == key).unwrap_or(wanted.len());
    let place = wanted[..before]
        .iter()
        .rev()
        .find_map(|name| data.iter().rposition(|field| field.key == *name))
        .map_or(0, |at| at + 1);
    data.insert(place, DataField { key: key.to_owned(), value });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(data: &[DataField]) -> Vec<&str> {
        data.iter().map(|field| field.key.as_str()).collect()
    }

    #[test]
    fn typing_in_any_order_keeps_the_order_of_the_template() {
        let wanted = ["name", "day", "place"];
        let mut data = vec![DataField { key: "old".into(), value: "x".into() }];
        set(&mut data, &wanted, "place", "三楼".into());
        set(&mut data, &wanted, "name", "张三".into());
        set(&mut data, &wanted, "day", "周五".into());
        set(&mut data, &wanted, "day", "周六".into());
        assert_eq!(keys(&data), ["name", "day", "place", "old"]);
        assert_eq!(data[1].value, "周六");
    }

    #[test]
    fn what_the_template_does_not_have_is_shown_apart() {
        let data: Vec<DataField> = ["a", "b", "a", "c"]
            .iter()
            .enumerate()
            .map(|(at, key)| DataField { key: (*key).to_owned(), value: at.to_string() })
            .collect();
        let fields = FormFields::of(&["c", "a", "d"], &data);
        let shown: Vec<_> = fields.wanted.iter().map(|shown| (shown.key.as_str(), shown.at)).collect();
        assert_eq!(shown, [("c", Some(3)), ("a", Some(2)), ("d", None)]);
        assert_eq!(fields.extra, [0, 1]);
        assert_eq!(fields.filled(&data), 2);
    }
}
