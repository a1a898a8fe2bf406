//! JSON pointers (RFC 6901) as findings use them.
//!
//! Where the API wants JSON text inside a string (`sys_full_json_obj`, `sys_lastMessageI18n`, `data`, and the
//! comma-joined lists of a notice), a pointer goes on into that text: `/data/name`, `/userid_list/3`. The part up to
//! the string is an ordinary pointer into the body.

use std::borrow::Cow;

/// The pointer of a member or element of the thing at `parent`.
pub fn join(parent: &str, name: &str) -> String {
    let mut pointer = String::with_capacity(parent.len() + name.len() + 1);
    pointer.push_str(parent);
    pointer.push('/');
    for c in name.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
    pointer
}

/// The pointer of the element `index` of the list at `parent`.
pub fn element(parent: &str, index: usize) -> String {
    format!("{parent}/{index}")
}

/// The names a pointer goes through; empty for the body itself. Text that is no pointer is taken as its first name.
pub fn names(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let rest = pointer.strip_prefix('/');
    let empty = rest.is_none() && pointer.is_empty();
    rest.unwrap_or(pointer).split('/').filter(move |_| !empty).map(|name| {
        if name.contains('~') { Cow::Owned(name.replace("~1", "/").replace("~0", "~")) } else { Cow::Borrowed(name) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_slash_and_tilde_come_back() {
        let pointer = join(&join("/cardData", "a/b~c"), "");
        assert_eq!(pointer, "/cardData/a~1b~0c/");
        assert_eq!(names(&pointer).collect::<Vec<_>>(), ["cardData", "a/b~c", ""]);
        assert_eq!(names("").count(), 0, "the body itself");
        assert_eq!(names("/").collect::<Vec<_>>(), [""]);
        assert_eq!(names(&join("", "~1")).collect::<Vec<_>>(), ["~1"]);
    }
}
