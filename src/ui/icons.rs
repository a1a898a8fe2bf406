//! The icons: white SVG drawings of 20 × 20, tinted where they are shown.

use egui::{Color32, Image, ImageSource, Vec2};

use super::theme::size;

/// The program's own icon, 256 × 256.
pub const APP_PNG: &[u8] = include_bytes!("../../assets/icons/app.png");

macro_rules! icons {
    ($($(#[$doc:meta])* $name:ident = $file:literal),+ $(,)?) => {
        /// An icon of `assets/icons`.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
        pub enum Icon {
            $($(#[$doc])* $name,)+
        }

        impl Icon {
            /// All icons.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            fn source(self) -> ImageSource<'static> {
                match self {
                    $(Self::$name => egui::include_image!(concat!("../../assets/icons/", $file, ".svg")),)+
                }
            }
        }
    };
}

icons! {
    /// Send.
    Send = "send",
    /// Send to myself.
    TestSend = "test-send",
    /// Add.
    Plus = "plus",
    /// Take away one.
    Minus = "minus",
    /// Delete.
    Trash = "trash",
    /// Move up.
    Up = "up",
    /// Move down.
    Down = "down",
    /// Copy.
    Copy = "copy",
    /// Fetch again.
    Refresh = "refresh",
    /// Search.
    Search = "search",
    /// A person.
    User = "user",
    /// People.
    Users = "users",
    /// A department.
    Department = "department",
    /// Interactive card.
    Card = "card",
    /// Work notice.
    Notice = "notice",
    /// History.
    History = "history",
    /// Settings.
    Settings = "settings",
    /// Warning.
    Warning = "warning",
    /// Error.
    Error = "error",
    /// Information.
    Info = "info",
    /// Done, right.
    Check = "check",
    /// Time.
    Clock = "clock",
    /// Preview.
    Eye = "eye",
    /// JSON, requests.
    Code = "code",
    /// Open a file.
    FolderOpen = "folder-open",
    /// Save.
    Save = "save",
    /// Close.
    Close = "close",
    /// Folded.
    ChevronRight = "chevron-right",
    /// Unfolded.
    ChevronDown = "chevron-down",
    /// An address.
    Link = "link",
    /// A key.
    Key = "key",
    /// Language.
    Globe = "globe",
    /// Light.
    Sun = "sun",
    /// Dark.
    Moon = "moon",
    /// Undo.
    Undo = "undo",
    /// Redo.
    Redo = "redo",
    /// Upload a file.
    Upload = "upload",
    /// Paste.
    Paste = "paste",
    /// Kept secret.
    Lock = "lock",
    /// A real organisation.
    Cloud = "cloud",
    /// Run.
    Play = "play",
    /// Grip for dragging.
    Drag = "drag",
    /// A template.
    Template = "template",
    /// Opens elsewhere.
    External = "external",
}

impl Icon {
    /// The icon as an image of the ordinary size, in white: buttons tint it as their text.
    pub fn image(self) -> Image<'static> {
        Image::new(self.source()).fit_to_exact_size(Vec2::splat(size::ICON)).show_loading_spinner(false)
    }

    /// The icon in a colour.
    pub fn tinted(self, colour: Color32) -> Image<'static> {
        self.image().tint(colour)
    }

    /// The icon in a colour and size.
    pub fn sized(self, colour: Color32, points: f32) -> Image<'static> {
        self.tinted(colour).fit_to_exact_size(Vec2::splat(points))
    }
}
