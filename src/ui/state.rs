//! What the program shows: which tab, which draft, language, theme. Read by the screens, changed by the app only.

pub use super::drafts::{DraftId, Drafts, OpenDraft};
use super::theme::ThemeChoice;
use crate::{compose::Kind, lang::Lang};

/// The tabs, in their order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum Tab {
    /// 互动卡片.
    #[default]
    Card,
    /// 工作通知.
    Notice,
    /// 发送记录.
    History,
    /// 设置.
    Settings,
}

impl Tab {
    /// All tabs.
    pub const ALL: [Self; 4] = [Self::Card, Self::Notice, Self::History, Self::Settings];

    /// What is written on the tab, if something is.
    pub const fn kind(self) -> Option<Kind> {
        match self {
            Self::Card => Some(Kind::Card),
            Self::Notice => Some(Kind::Notice),
            Self::History | Self::Settings => None,
        }
    }

    /// The tab that a kind of draft is written on.
    pub const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Card => Self::Card,
            Kind::Notice => Self::Notice,
        }
    }
}

/// The parts of the inspector, in their order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum InspectorTab {
    /// 预览: what a recipient gets.
    #[default]
    Preview,
    /// 检查: the findings.
    Checks,
    /// 请求: the exact request, masked.
    Request,
    /// 结果: what happened.
    Outcome,
}

impl InspectorTab {
    /// All parts.
    pub const ALL: [Self; 4] = [Self::Preview, Self::Checks, Self::Request, Self::Outcome];
}

/// What the program shows.
pub struct State {
    /// The language of the interface.
    pub lang: Lang,
    /// The theme a person chose.
    pub theme: ThemeChoice,
    /// The text size, as a factor.
    pub zoom: f32,
    /// The tab shown.
    pub tab: Tab,
    /// The part of the inspector shown.
    pub inspector: InspectorTab,
    /// Whether the list of drafts is unfolded.
    pub drafts_open: bool,
    /// Whether the inspector is unfolded.
    pub inspector_open: bool,
    /// Everything being written.
    pub drafts: Drafts,
    /// Whether a text field has the keyboard: undo belongs to it then.
    pub text_focused: bool,
}

impl State {
    /// A state without drafts.
    pub fn new(lang: Lang) -> Self {
        Self {
            lang,
            theme: ThemeChoice::System,
            zoom: 1.0,
            tab: Tab::Card,
            inspector: InspectorTab::Preview,
            drafts_open: true,
            inspector_open: true,
            drafts: Drafts::default(),
            text_focused: false,
        }
    }

    /// The draft being written on the tab shown.
    pub fn current(&self) -> Option<&OpenDraft> {
        self.tab.kind().and_then(|kind| self.drafts.current(kind))
    }

    /// The same, to change.
    pub fn current_mut(&mut self) -> Option<&mut OpenDraft> {
        self.tab.kind().and_then(|kind| self.drafts.current_mut(kind))
    }
}
