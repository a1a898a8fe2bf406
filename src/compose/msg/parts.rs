//! The table of parts: where each field of each kind stands, what it holds, how long it may be.

use super::{MsgKind, VOICE_SECONDS_END};
use crate::compose::pointer;

/// A field of a message that holds one text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
#[repr(usize)]
#[expect(missing_docs, reason = "each is named by the table below: kind and JSON path")]
pub enum Part {
    TextContent,
    ImageMedia,
    VoiceMedia,
    VoiceDuration,
    FileMedia,
    LinkUrl,
    LinkPicture,
    LinkTitle,
    LinkText,
    OaUrl,
    OaPcUrl,
    OaHeadColour,
    OaHeadText,
    OaStatusValue,
    OaStatusColour,
    OaTitle,
    OaRichNumber,
    OaRichUnit,
    OaContent,
    OaImage,
    OaFileCount,
    OaAuthor,
    MarkdownTitle,
    MarkdownText,
    CardTitle,
    CardMarkdown,
    CardSingleTitle,
    CardSingleUrl,
    CardOrientation,
}

/// What a part holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// One line of text.
    Line,
    /// Text of several lines.
    Lines,
    /// Markdown.
    Markdown,
    /// Where a click leads: http, https or dingtalk.
    Url,
    /// A media id.
    Media,
    /// A picture: a media id; an address is not documented.
    Picture,
    /// Eight hexadecimal digits, transparency first.
    Colour,
    /// `0xFF` and six hexadecimal digits.
    BarColour,
    /// Whole seconds, 1 to 59.
    Seconds,
    /// A number that is only shown.
    Count,
    /// `0` or `1`.
    Orientation,
}

/// How long a part may be, in characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Max {
    /// The most characters.
    pub characters: u64,
    /// Whether the page says 最长/不超过 (hard) or 建议 (soft).
    pub hard: bool,
}

/// A row of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spec {
    /// The kind it belongs to.
    pub kind: MsgKind,
    /// Where it stands below the kind's member.
    pub path: &'static [&'static str],
    /// What it holds.
    pub shape: Shape,
    /// Whether the page marks it as required.
    pub required: bool,
    /// How long it may be.
    pub max: Option<Max>,
    /// Locale key of its name; with `_help` behind it, of its help.
    pub key: &'static str,
}

const fn spec(kind: MsgKind, path: &'static [&'static str], shape: Shape, key: &'static str) -> Spec {
    Spec { kind, path, shape, required: false, max: None, key }
}

impl Spec {
    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn advised(mut self, characters: u64) -> Self {
        self.max = Some(Max { characters, hard: false });
        self
    }

    const fn at_most(mut self, characters: u64) -> Self {
        self.max = Some(Max { characters, hard: true });
        self
    }
}

/// In the order of [`Part`], which is the order they are written in.
const TABLE: [Spec; Part::COUNT] = {
    use MsgKind::{ActionCard, File, Image, Link, Markdown, Oa, Text, Voice};
    [
        spec(Text, &["content"], Shape::Lines, "msg.part.text_content").required().advised(500),
        spec(Image, &["media_id"], Shape::Media, "msg.part.image_media").required(),
        spec(Voice, &["media_id"], Shape::Media, "msg.part.voice_media").required(),
        spec(Voice, &["duration"], Shape::Seconds, "msg.part.voice_duration").required(),
        spec(File, &["media_id"], Shape::Media, "msg.part.file_media").required(),
        spec(Link, &["messageUrl"], Shape::Url, "msg.part.link_url").required(),
        spec(Link, &["picUrl"], Shape::Picture, "msg.part.link_picture").required(),
        spec(Link, &["title"], Shape::Line, "msg.part.link_title").required().advised(100),
        spec(Link, &["text"], Shape::Lines, "msg.part.link_text").required().advised(500),
        spec(Oa, &["message_url"], Shape::Url, "msg.part.oa_url").required(),
        spec(Oa, &["pc_message_url"], Shape::Url, "msg.part.oa_pc_url"),
        spec(Oa, &["head", "bgcolor"], Shape::Colour, "msg.part.oa_head_colour").required(),
        spec(Oa, &["head", "text"], Shape::Line, "msg.part.oa_head_text").required(),
        spec(Oa, &["status_bar", "status_value"], Shape::Line, "msg.part.oa_status_value"),
        spec(Oa, &["status_bar", "status_bg"], Shape::BarColour, "msg.part.oa_status_colour"),
        spec(Oa, &["body", "title"], Shape::Line, "msg.part.oa_title").advised(50),
        spec(Oa, &["body", "rich", "num"], Shape::Line, "msg.part.oa_rich_number"),
        spec(Oa, &["body", "rich", "unit"], Shape::Line, "msg.part.oa_rich_unit"),
        spec(Oa, &["body", "content"], Shape::Lines, "msg.part.oa_content"),
        spec(Oa, &["body", "image"], Shape::Picture, "msg.part.oa_image"),
        spec(Oa, &["body", "file_count"], Shape::Count, "msg.part.oa_file_count"),
        spec(Oa, &["body", "author"], Shape::Line, "msg.part.oa_author"),
        spec(Markdown, &["title"], Shape::Line, "msg.part.markdown_title").required(),
        spec(Markdown, &["text"], Shape::Markdown, "msg.part.markdown_text").required().at_most(5000),
        spec(ActionCard, &["title"], Shape::Line, "msg.part.card_title"),
        spec(ActionCard, &["markdown"], Shape::Markdown, "msg.part.card_markdown").required().advised(1000),
        spec(ActionCard, &["single_title"], Shape::Line, "msg.part.card_single_title").required().at_most(20),
        spec(ActionCard, &["single_url"], Shape::Url, "msg.part.card_single_url").required().at_most(500),
        spec(ActionCard, &["btn_orientation"], Shape::Orientation, "msg.part.card_orientation").required(),
    ]
};

impl Part {
    /// How many there are.
    pub const COUNT: usize = 29;

    /// All of them, in the order they are written in.
    pub const ALL: [Self; Self::COUNT] = [
        Self::TextContent,
        Self::ImageMedia,
        Self::VoiceMedia,
        Self::VoiceDuration,
        Self::FileMedia,
        Self::LinkUrl,
        Self::LinkPicture,
        Self::LinkTitle,
        Self::LinkText,
        Self::OaUrl,
        Self::OaPcUrl,
        Self::OaHeadColour,
        Self::OaHeadText,
        Self::OaStatusValue,
        Self::OaStatusColour,
        Self::OaTitle,
        Self::OaRichNumber,
        Self::OaRichUnit,
        Self::OaContent,
        Self::OaImage,
        Self::OaFileCount,
        Self::OaAuthor,
        Self::MarkdownTitle,
        Self::MarkdownText,
        Self::CardTitle,
        Self::CardMarkdown,
        Self::CardSingleTitle,
        Self::CardSingleUrl,
        Self::CardOrientation,
    ];

    /// Its row of the table.
    pub const fn spec(self) -> &'static Spec {
        &TABLE[self as usize]
    }

    /// The parts of a kind, in order.
    pub fn of(kind: MsgKind) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |part| part.spec().kind == kind)
    }

    /// The part at a path below a kind's member.
    pub fn at(kind: MsgKind, path: &[&str]) -> Option<Self> {
        Self::of(kind).find(|part| part.spec().path == path)
    }

    /// Its JSON pointer in the body: `/msg/oa/body/title`.
    pub fn pointer(self) -> String {
        let spec = self.spec();
        spec.path.iter().fold(format!("/msg/{}", spec.kind.name()), |at, name| pointer::join(&at, name))
    }

    /// A stable name for notes and tests: `oa.body.title`.
    pub fn name(self) -> String {
        let spec = self.spec();
        format!("{}.{}", spec.kind.name(), spec.path.join("."))
    }

    /// The part of a [`Part::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }
}

/// Whether a text is a duration that a voice message may have.
pub(super) fn is_duration(text: &str) -> bool {
    text.parse::<u64>().is_ok_and(|seconds| (1..VOICE_SECONDS_END).contains(&seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_parts_and_no_two_share_a_place() {
        let mut names: Vec<String> = Part::ALL.iter().map(|part| part.name()).collect();
        for (index, part) in Part::ALL.into_iter().enumerate() {
            assert_eq!(part as usize, index);
            assert_eq!(Part::at(part.spec().kind, part.spec().path), Some(part));
            assert_eq!(Part::from_name(&part.name()), Some(part));
        }
        assert_eq!(Part::OaRichUnit.pointer(), "/msg/oa/body/rich/unit");
        assert_eq!(Part::LinkUrl.name(), "link.messageUrl");
        assert_eq!(Part::CardOrientation.name(), "action_card.btn_orientation");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), Part::COUNT);
    }
}
