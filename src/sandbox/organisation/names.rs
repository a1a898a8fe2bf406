//! Names and their spelling for the sandbox's organisation.
//!
//! Only data and pure functions of a seed. Made to be hard on a directory search: surnames with a reading of their own
//! (曾 zēng, 单 shàn, 解 xiè, 仇 qiú, 查 zhā, 任 rén), two-character surnames, rare characters, namesakes, foreign names.

use pinyin::ToPinyin as _;

use crate::sandbox::dice::Dice;

/// Surnames with their share in 1,000 of the population, roughly as in the census; the polyphones are a little more
/// frequent than in life, so that a few of each turn up among 300 people.
const SURNAMES: &[(&str, u16)] = &[
    ("王", 72),
    ("李", 72),
    ("张", 68),
    ("刘", 54),
    ("陈", 45),
    ("杨", 31),
    ("黄", 22),
    ("赵", 22),
    ("周", 20),
    ("吴", 20),
    ("徐", 17),
    ("孙", 15),
    ("朱", 13),
    ("马", 13),
    ("胡", 13),
    ("郭", 12),
    ("林", 12),
    ("何", 12),
    ("高", 11),
    ("梁", 10),
    ("郑", 10),
    ("罗", 10),
    ("宋", 8),
    ("谢", 8),
    ("唐", 7),
    ("韩", 7),
    ("曹", 6),
    ("许", 6),
    ("邓", 6),
    ("萧", 5),
    ("冯", 6),
    ("程", 6),
    ("蔡", 6),
    ("彭", 5),
    ("潘", 5),
    ("袁", 5),
    ("于", 5),
    ("董", 5),
    ("余", 5),
    ("苏", 5),
    ("叶", 5),
    ("吕", 5),
    ("魏", 5),
    ("蒋", 5),
    ("田", 4),
    ("杜", 4),
    ("丁", 4),
    ("沈", 4),
    ("姜", 4),
    ("范", 4),
    ("江", 4),
    ("傅", 4),
    ("钟", 4),
    ("卢", 4),
    ("汪", 4),
    ("戴", 4),
    ("崔", 4),
    ("陆", 4),
    ("廖", 4),
    ("姚", 4),
    ("方", 4),
    ("金", 4),
    ("邱", 4),
    ("夏", 4),
    ("谭", 4),
    ("石", 3),
    ("贾", 3),
    ("邹", 3),
    ("熊", 3),
    ("孟", 3),
    ("秦", 3),
    ("阎", 3),
    ("白", 3),
    ("侯", 3),
    ("龙", 3),
    ("段", 3),
    ("雷", 3),
    ("钱", 3),
    ("汤", 3),
    ("尹", 3),
    ("曾", 8),
    ("任", 7),
    ("单", 5),
    ("解", 5),
    ("仇", 4),
    ("查", 4),
    ("朴", 3),
    ("区", 2),
    ("盖", 2),
    ("翟", 2),
    ("缪", 2),
    ("乐", 2),
    ("欧阳", 6),
    ("司马", 3),
    ("上官", 3),
    ("诸葛", 2),
    ("夏侯", 1),
    ("尉迟", 1),
    ("万俟", 1),
];

/// Readings that hold for the surname and not for the character elsewhere.
const SURNAME_READINGS: &[(&str, &str)] = &[
    ("曾", "zeng"),
    ("任", "ren"),
    ("单", "shan"),
    ("解", "xie"),
    ("仇", "qiu"),
    ("查", "zha"),
    ("朴", "piao"),
    ("区", "ou"),
    ("盖", "ge"),
    ("翟", "zhai"),
    ("缪", "miao"),
    ("乐", "yue"),
    ("尉迟", "yuchi"),
    ("万俟", "moqi"),
];

const GIVEN: &[&str] = &[
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "霞", "平",
    "刚", "鹏", "宇", "浩", "凯", "健", "俊", "帆", "雪", "倩", "琳", "晶", "洁", "颖", "佳", "欢", "玲", "婷", "慧",
    "秀英", "桂英", "建国", "建华", "志强", "志远", "晓东", "晓明", "海燕", "文静", "思远", "子轩", "浩然", "欣怡",
    "梓涵", "雨桐", "诗涵", "宇航", "一鸣", "嘉怡", "俊杰", "天宇", "子墨", "佳琪", "明哲", "春梅", "国栋", "丽娟",
    "红梅", "立新", "永强", "玉兰", "晓红", "志明", "海波", "小燕", "婉婷", "若曦", "乐天", "长青", "重阳", "行之",
];

const FIRST: &[&str] = &[
    "思", "子", "雨", "晓", "文", "嘉", "志", "建", "国", "海", "明", "俊", "天", "佳", "欣", "梦", "一", "书", "景",
    "承", "宏", "立", "永", "春", "秋", "玉", "雅", "若", "婉", "静", "泽", "睿", "亦", "知", "清", "云", "锦", "向",
];

const SECOND: &[&str] = &[
    "远", "涵", "轩", "怡", "彤", "阳", "宁", "鹏", "辉", "杰", "华", "琪", "瑶", "颖", "雯", "博", "豪", "峰", "凡",
    "鸣", "航", "骏", "岚", "萱", "薇", "晨", "昊", "然", "哲", "毅", "楠", "莹", "雪", "珊", "朗", "之", "衡", "行",
];

/// Characters that few fonts' first subset and few people's keyboards have.
const RARE: &[&str] = &["喆", "翀", "龑", "珺", "堃", "犇", "淼", "燚", "甦", "昇", "玥", "璟", "煊", "彧", "勍", "祎"];

const FOREIGN: &[&str] = &[
    "Emma Wilson",
    "佐藤健一",
    "James O'Brien",
    "田中さくら",
    "Priya Nair",
    "Lucas Müller",
    "鈴木美咲",
    "Sofia García",
    "Daniel Kim",
    "山本大輔",
    "Olivia Chen",
    "Noah Tan",
];

/// A name as people have them, for person number `n` (foreign ones are handed out by department, not here).
pub(super) fn chinese(dice: &mut Dice) -> String {
    let surname = surname(dice);
    let mut name = String::with_capacity(12);
    name.push_str(surname);
    match dice.below(100) {
        0..=44 => name.push_str(dice.pick(GIVEN)),
        45..=96 => {
            name.push_str(dice.pick(FIRST));
            name.push_str(dice.pick(SECOND));
        }
        _ => {
            if dice.below(2) == 0 {
                name.push_str(dice.pick(FIRST));
            }
            name.push_str(dice.pick(RARE));
        }
    }
    name
}

/// A name from elsewhere, for the overseas department.
pub(super) fn foreign(dice: &mut Dice) -> String {
    dice.pick(FOREIGN).to_owned()
}

fn surname(dice: &mut Dice) -> &'static str {
    let total: usize = SURNAMES.iter().map(|(_, share)| usize::from(*share)).sum();
    let mut at = dice.below(total);
    for (surname, share) in SURNAMES {
        let share = usize::from(*share);
        if at < share {
            return surname;
        }
        at -= share;
    }
    "王"
}

/// The name in plain letters as a userid would spell it: `曾敏` → `zengmin`, `Emma Wilson` → `emmawilson`.
pub(super) fn letters(name: &str) -> String {
    let mut out = String::with_capacity(16);
    let mut rest = name;
    if let Some((surname, reading)) = SURNAME_READINGS.iter().find(|(surname, _)| name.starts_with(surname)) {
        out.push_str(reading);
        rest = &name[surname.len()..];
    }
    for c in rest.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if let Some(reading) = c.to_pinyin() {
            // ü is written v in a userid.
            out.extend(reading.plain().chars().map(|c| if c == 'ü' { 'v' } else { c }));
        }
    }
    out
}

/// The reading of a surname that differs from the usual one of its characters, with the surname itself.
pub(super) fn surname_reading(name: &str) -> Option<(&'static str, &'static str)> {
    SURNAME_READINGS.iter().find(|(surname, _)| name.starts_with(surname)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surnames_keep_their_own_reading() {
        assert_eq!(letters("曾敏"), "zengmin");
        assert_eq!(letters("单雪"), "shanxue");
        assert_eq!(letters("万俟一鸣"), "moqiyiming");
        assert_eq!(letters("吕洋"), "lvyang");
        assert_eq!(letters("James O'Brien"), "jamesobrien");
    }

    #[test]
    fn the_same_seed_gives_the_same_names() {
        let names = |seed| {
            let mut dice = Dice::new(seed);
            (0..50).map(|_| chinese(&mut dice)).collect::<Vec<_>>()
        };
        assert_eq!(names(7), names(7));
        assert_ne!(names(7), names(8));
    }
}
