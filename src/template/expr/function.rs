//! The functions of the expressions, by name.

macro_rules! functions {
    ($($variant:ident $name:literal $doc:literal,)*) => {
        /// A function this program knows.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
        pub enum Function {
            $(#[doc = $doc] $variant,)*
        }

        impl Function {
            /// Every function.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The function of that name.
            pub fn of(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// The name as expressions write it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

functions! {
    ToStr "toStr" "A value as text.",
    ToLong "toLong" "The whole part of a number; 0 for what is none.",
    ToDouble "toDouble" "A number with a fraction; 0 for what is none.",
    Data "data" "What a path of the data root leads to.",
    Triple "triple" "Condition, then, else.",
    DarkMode "dtDarkModeAdapter" "Light, dark.",
    Language "dti18NAdapter" "zh_CN, zh_TW, en_US, ja_JP, vi_VN, th_TH, id_ID.",
    MapAppend "dtMapAppend" "A map (or null) with members added: key, value, key, value.",
    ArrayAppend "dtArrayAppend" "A list (or null) with elements added.",
    ArrayJoin "dtArrayJoin" "The elements as one text, with a separator.",
    ArrayIterator "dtArrayIterator" "A list with a method applied to every element.",
    ArrayGet "array_get" "An element by its index.",
    DictGet "dict_get" "A member by its name.",
    IndexOf "index_of" "The place of an element in a list, null if it is not there.",
    IndexOfValue "index_of_value" "The place of a value in a list, compared as text; null if it is not there.",
    FilterList "dtFilterList" "A list without an element (desktop).",
    ListFilter "dtListFilter" "A list without an element (phone).",
    Concat "concat" "The arguments as one text.",
    Substr "substr" "Text, start, length.",
    Len "len" "Characters, elements or members; null for null.",
    Equal "equal" "Whether both read the same.",
    Greater "greater" "Whether the first number is greater.",
    Less "less" "Whether the first number is less.",
    Not "not" "The other truth.",
    And "and" "Whether all are true.",
    Or "or" "Whether one is true.",
    Add "add" "The sum.",
    Sub "sub" "The difference.",
    Mul "mul" "The product.",
    Div "div" "The quotient; of whole numbers a whole one.",
    Mod "mod" "The remainder.",
    Floor "floor" "The greatest whole number not above.",
    Const "const" "Its argument, as it is.",
    Subdata "subdata" "A field of the current list element, or the element.",
    ParentSubdata "parentSubdata" "A field of the element of the list around the current one.",
    SubdataIndex "subdataIndex" "The index of the current list element, from 0.",
    DesignToken "dtDesignTokenParser" "A design token's value, or the fallback.",
    ParserAvailable "dtParserAvailable" "Whether the client knows a function.",
    WidgetAvailable "dtWidgetAvailable" "Whether the client knows a widget.",
    VersionAtLeast "dtVersionEqualOrNewerThan" "Whether the client is at least of a version.",
    LinearGradient "linearGradient" "Direction and colours.",
    TimeFormat "dtTimeFormat" "A moment in a format.",
    ServerTime "dtServerTimeStamp" "The moment, in milliseconds.",
    SendOutData "dtSendOutData" "An event's action: draws nothing.",
    ConditionalHandler "dtConditionalHandler" "An event's choice: draws nothing.",
    EventProp "dxEventProp" "A property of the running event: null outside of one.",
    EventHandler "dxEventHandler" "A named handler: draws nothing.",
    OpenLink "dtOpenLink" "Opens an address: draws nothing.",
    UtStat "dtUtStat" "Counts a use: draws nothing.",
    PreviewImage "dtPreviewImage" "Opens a picture: draws nothing.",
    CopyRichText "dtCopyRichText" "Copies rich text: draws nothing.",
    Confirm "dtConfirm" "Asks before an action: draws nothing.",
}
