//! A free-form work notice's `msg`: what is typed for every kind of message, of which one travels.
//!
//! Source of names and limits: the pages 消息通知类型 (message-types-and-data-format) and 发送工作通知
//! (asynchronous-sending-of-enterprise-session-messages) of DingTalk's documentation. 建议 (recommended) is a soft limit,
//! 最长/不超过 (at most) a hard one.
//!
//! Every field of every kind is a [`Part`]: one table says where it stands in the JSON, what it holds and how long it may
//! be. Reading, writing, checking, meters and notes all go by that table. What is typed for a kind stays when another kind
//! is chosen; only the chosen one's is written into the body.

pub mod check;
mod notes;
mod parts;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub use parts::{Max, Part, Shape, Spec};

pub(super) use notes::inside;
pub(super) use write::is_msg;

/// Most bytes of `msg`, as JSON text in UTF-8 (documented: 最长不超过2048个字节).
pub const MESSAGE_BYTES_MAX: u64 = 2048;
/// Rows of an OA form that are shown; the others are hidden.
pub const ROWS_SHOWN: usize = 6;
/// Lines of an OA content that are shown.
pub const LINES_SHOWN: usize = 3;
/// Most characters of a button's text.
pub const BUTTON_TITLE_MAX: u64 = 20;
/// Most characters of a button's address.
pub const BUTTON_URL_MAX: u64 = 700;
/// Most characters of `btn_json_list` as JSON text.
pub const BUTTON_LIST_MAX: u64 = 1000;
/// A voice message is shorter than this, in seconds.
pub const VOICE_SECONDS_END: u64 = 60;
/// Most people of an OA message with a status bar.
pub const STATUS_BAR_PEOPLE_MAX: usize = 5;
/// The largest file that a file message may refer to, in bytes (the upload itself takes 20 MB).
pub const FILE_BYTES_MAX: u64 = 10 * 1024 * 1024;

/// Kinds of message.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default, PartialOrd, Ord)]
pub enum MsgKind {
    /// 文本.
    #[default]
    Text,
    /// 图片.
    Image,
    /// 语音.
    Voice,
    /// 文件.
    File,
    /// 链接.
    Link,
    /// OA.
    Oa,
    /// Markdown.
    Markdown,
    /// 卡片 with one button or several.
    ActionCard,
}

impl MsgKind {
    /// All kinds, in the order of the page.
    pub const ALL: [Self; 8] =
        [Self::Text, Self::Image, Self::Voice, Self::File, Self::Link, Self::Oa, Self::Markdown, Self::ActionCard];

    /// The word in `msgtype`, and the name of the member that holds the kind's fields.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Image => "image",
            Self::Voice => "voice",
            Self::File => "file",
            Self::Link => "link",
            Self::Oa => "oa",
            Self::Markdown => "markdown",
            Self::ActionCard => "action_card",
        }
    }

    /// The kind of a `msgtype`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Locale key of its name for a person.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Text => "msg.kind.text",
            Self::Image => "msg.kind.image",
            Self::Voice => "msg.kind.voice",
            Self::File => "msg.kind.file",
            Self::Link => "msg.kind.link",
            Self::Oa => "msg.kind.oa",
            Self::Markdown => "msg.kind.markdown",
            Self::ActionCard => "msg.kind.action_card",
        }
    }
}

/// A row of an OA message's form.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FormRow {
    /// `key`: shown on the left.
    pub key: String,
    /// `value`: shown on the right.
    pub value: String,
}

/// A button of an action card with several.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CardButton {
    /// `title`.
    pub title: String,
    /// `action_url`.
    pub url: String,
}

/// What is known of a media file that was uploaded here. It never travels.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MediaNote {
    /// The `media_id` the upload answered.
    pub id: String,
    /// The file's name.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// The message of a free-form notice: what is typed for every kind, and which one travels.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct NoticeMsg {
    /// The kind that travels.
    pub kind: MsgKind,
    /// Whether `msg` came as JSON text; it is written back the same way. On the wire it is JSON text either way.
    pub as_text: bool,
    /// Whether an action card has several buttons (`btn_json_list`) instead of one (`single_title`).
    pub several: bool,
    /// `oa.body.form`.
    pub rows: Vec<FormRow>,
    /// `action_card.btn_json_list`.
    pub buttons: Vec<CardButton>,
    /// Files that were uploaded here.
    pub media: Vec<MediaNote>,
    texts: [String; Part::COUNT],
}

impl NoticeMsg {
    /// The text of a part; empty when nothing was typed.
    pub fn text(&self, part: Part) -> &str {
        self.texts.get(part as usize).map(String::as_str).unwrap_or_default()
    }

    /// The text of a part, to change.
    pub fn text_mut(&mut self, part: Part) -> &mut String {
        // A part is an index into the array by construction.
        &mut self.texts[part as usize]
    }

    /// Whether a part is written into the body as things are chosen now (if it is not empty).
    pub fn travels(&self, part: Part) -> bool {
        part.spec().kind == self.kind
            && match part {
                Part::CardSingleTitle | Part::CardSingleUrl => !self.several,
                Part::CardOrientation => self.several,
                _ => true,
            }
    }

    /// Whether nothing is typed for the chosen kind.
    pub fn is_empty(&self) -> bool {
        let rows = self.kind == MsgKind::Oa && self.rows.iter().any(|row| !row.is_empty());
        let buttons =
            self.kind == MsgKind::ActionCard && self.several && self.buttons.iter().any(|button| !button.is_empty());
        !rows && !buttons && Part::of(self.kind).all(|part| !self.travels(part) || self.text(part).is_empty())
    }

    /// Whether nothing was typed for any kind.
    pub fn is_untouched(&self) -> bool {
        self.texts.iter().all(String::is_empty)
            && self.rows.iter().all(FormRow::is_empty)
            && self.buttons.iter().all(CardButton::is_empty)
            && self.kind == MsgKind::default()
    }

    /// The same message with every text of every kind passed through a function: how a person's own values get into it.
    /// Ids of media files and the two switches (orientation, duration) stay as they are.
    #[must_use]
    pub fn map(&self, mut fill: impl FnMut(&str) -> String) -> Self {
        let mut mapped = self.clone();
        for part in Part::ALL {
            if matches!(part.spec().shape, Shape::Line | Shape::Lines | Shape::Markdown | Shape::Url | Shape::Picture) {
                let text = mapped.text_mut(part);
                if !text.is_empty() {
                    *text = fill(text);
                }
            }
        }
        for row in &mut mapped.rows {
            row.key = fill(&row.key);
            row.value = fill(&row.value);
        }
        for button in &mut mapped.buttons {
            button.title = fill(&button.title);
            button.url = fill(&button.url);
        }
        mapped
    }

    /// What is known of a media file.
    pub fn media_note(&self, id: &str) -> Option<&MediaNote> {
        self.media.iter().rev().find(|note| note.id == id && !id.is_empty())
    }

    /// Remembers a file that was uploaded here.
    pub fn remember_media(&mut self, note: MediaNote) {
        self.media.retain(|known| known.id != note.id);
        self.media.push(note);
    }

    /// One line that tells this message from others: the first text a reader sees.
    pub fn headline(&self) -> Option<&str> {
        let parts: &[Part] = match self.kind {
            MsgKind::Text => &[Part::TextContent],
            MsgKind::Image | MsgKind::Voice | MsgKind::File => &[],
            MsgKind::Link => &[Part::LinkTitle, Part::LinkText],
            MsgKind::Oa => &[Part::OaTitle, Part::OaContent, Part::OaHeadText],
            MsgKind::Markdown => &[Part::MarkdownTitle, Part::MarkdownText],
            MsgKind::ActionCard => &[Part::CardTitle, Part::CardMarkdown],
        };
        let media = match self.kind {
            MsgKind::Image => Some(Part::ImageMedia),
            MsgKind::Voice => Some(Part::VoiceMedia),
            MsgKind::File => Some(Part::FileMedia),
            _ => None,
        };
        let typed = parts.iter().map(|part| self.text(*part)).find(|text| !text.trim().is_empty());
        typed.or_else(|| {
            let id = self.text(media?);
            Some(self.media_note(id).map_or(id, |note| note.name.as_str())).filter(|text| !text.is_empty())
        })
    }
}

impl FormRow {
    /// Whether nothing is typed in it; such a row does not travel.
    pub fn is_empty(&self) -> bool {
        self.key.is_empty() && self.value.is_empty()
    }
}

impl CardButton {
    /// Whether nothing is typed in it; such a button does not travel.
    pub fn is_empty(&self) -> bool {
        self.title.is_empty() && self.url.is_empty()
    }
}
