//! What the words of a header row mean, in Chinese and English.

use super::Key;

/// Names of columns that tell a person, folded. Several may stand for one key; the first is DingTalk's own.
const NAMES: [(Key, &[&str]); 6] = [
    (
        Key::UserId,
        &[
            "userid",
            "useridlist",
            "用户id",
            "员工userid",
            "员工id",
            "用戶id",
            "員工id",
            "钉钉userid",
            "钉钉id",
            "staffid",
            "employeeuserid",
            "dingtalkuserid",
            "dingtalkid",
        ],
    ),
    (Key::UnionId, &["unionid", "员工unionid", "dingtalkunionid"]),
    (
        Key::Mobile,
        &[
            "mobile",
            "手机号",
            "手机",
            "手机号码",
            "电话",
            "电话号码",
            "联系电话",
            "移动电话",
            "手機號",
            "手機",
            "手機號碼",
            "電話",
            "mobilephone",
            "mobilenumber",
            "phone",
            "phonenumber",
            "cellphone",
            "cell",
            "tel",
            "携帯電話",
            "携帯番号",
        ],
    ),
    (
        Key::JobNumber,
        &[
            "jobnumber",
            "工号",
            "员工工号",
            "员工编号",
            "工號",
            "員工編號",
            "员工号",
            "职工号",
            "人员编号",
            "jobno",
            "employeenumber",
            "employeeno",
            "employeeid",
            "staffnumber",
            "staffno",
            "empno",
            "社員番号",
        ],
    ),
    (
        Key::Name,
        &[
            "name",
            "姓名",
            "名字",
            "员工姓名",
            "真实姓名",
            "员工",
            "員工姓名",
            "收件人",
            "接收人",
            "fullname",
            "employeename",
            "realname",
            "displayname",
            "氏名",
        ],
    ),
    (
        Key::Department,
        &[
            "department",
            "部门",
            "所属部门",
            "部門",
            "所屬部門",
            "组织",
            "dept",
            "departmentname",
            "deptname",
            "team",
            "部署",
        ],
    ),
];

/// How the words of a header are compared: without blanks and signs, in lower case, without what stands in brackets.
fn fold(header: &str) -> String {
    let mut depth = 0_u32;
    let mut folded = String::new();
    for c in header.chars() {
        match c {
            '(' | '（' | '[' | '【' => depth += 1,
            ')' | '）' | ']' | '】' => depth = depth.saturating_sub(1),
            c if depth > 0 || !c.is_alphanumeric() => {}
            c => folded.extend(c.to_lowercase()),
        }
    }
    folded
}

/// The key that a header names.
pub(super) fn key_of(header: &str) -> Option<Key> {
    let folded = fold(header);
    NAMES.iter().find(|(_, names)| names.contains(&folded.as_str())).map(|(key, _)| *key)
}

/// How many known headers stand in the first lines of a text: a sign that it was decoded rightly.
pub(super) fn known_words(text: &str) -> usize {
    let cells = text.lines().take(10).flat_map(|line| line.split([',', ';', '\t', '|']));
    cells.take(200).filter(|cell| !cell.is_ascii() && key_of(cell.trim_matches('"')).is_some()).count()
}

/// Whether a text has the shape of a mobile number; with it, the number without blanks and the Chinese country code.
pub(super) fn mobile(text: &str) -> Option<String> {
    let bare: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{a0}')).collect();
    let inland = bare.strip_prefix("+86").or_else(|| bare.strip_prefix("0086")).unwrap_or(&bare);
    let digits = |text: &str, range: std::ops::RangeInclusive<usize>| {
        range.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if let Some(abroad) = inland.strip_prefix('+') {
        return digits(abroad, 6..=15).then(|| inland.to_owned());
    }
    let long = inland.strip_prefix("86").filter(|rest| rest.len() == 11);
    let number = long.unwrap_or(inland);
    (digits(number, 11..=11) && number.starts_with('1')).then(|| number.to_owned())
}

/// Whether a text has the shape of a userid: 1 to 64 characters without blanks, commas and the like.
pub(super) fn is_userid(text: &str) -> bool {
    (1..=64).contains(&text.chars().count())
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@' | '$' | '+' | '=' | '/' | ':'))
}

/// Whether a number was saved as `1.23457E+16`, so that its last digits are gone.
pub(super) fn digits_lost(text: &str) -> bool {
    let Some((number, exponent)) = text.split_once(['E', 'e']) else { return false };
    let Some(exponent) = exponent.strip_prefix('+') else { return false };
    let shape = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    shape(exponent) && number.starts_with(|c: char| c.is_ascii_digit()) && number.split('.').all(shape)
}

/// Whether a text is an error value of a spreadsheet.
pub(super) fn is_error_value(text: &str) -> bool {
    matches!(
        text,
        "#N/A"
            | "#REF!"
            | "#VALUE!"
            | "#DIV/0!"
            | "#NAME?"
            | "#NUM!"
            | "#NULL!"
            | "#SPILL!"
            | "#CALC!"
            | "#GETTING_DATA"
    ) || text.strip_prefix("Err:").is_some_and(|code| code.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_known_in_both_languages_whatever_stands_around_them() {
        for (header, key) in [
            ("userid", Key::UserId),
            ("User ID", Key::UserId),
            ("员工UserID（必填）", Key::UserId),
            ("姓名*", Key::Name),
            (" 手机号码 ", Key::Mobile),
            ("Job_Number", Key::JobNumber),
            ("所属部门", Key::Department),
            ("unionId", Key::UnionId),
        ] {
            assert_eq!(key_of(header), Some(key), "{header}");
        }
        assert_eq!(key_of("金额"), None);
    }

    #[test]
    fn mobiles_are_taken_as_people_write_them() {
        for text in ["13800138000", "+86 138-0013-8000", "8613800138000", "0086 13800138000"] {
            assert_eq!(mobile(text).as_deref(), Some("13800138000"), "{text}");
        }
        assert_eq!(mobile("+852 6123 4567").as_deref(), Some("+85261234567"));
        for text in ["1380013800", "23800138000", "A3800138000", "", "+"] {
            assert_eq!(mobile(text), None, "{text}");
        }
        assert!(digits_lost("1.23457E+16") && digits_lost("1E+10") && !digits_lost("1E5") && !digits_lost("user1e+x"));
    }
}
