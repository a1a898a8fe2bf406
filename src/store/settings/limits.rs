//! `[profile.limits]`: how much a profile's app may send. Only what a person set; the documented defaults are
//! `deliver::limits`, which knows the kind of app and of message.

/// The limits that stand in `settings.toml`; `None`: the documented default.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub struct Limits {
    /// `calls_per_second`: calls of one address in any second.
    pub calls_per_second: Option<u32>,
    /// `calls_per_month`: calls of the organisation in a calendar month.
    pub calls_per_month: Option<u32>,
    /// `people_per_minute`: people reached in any minute.
    pub people_per_minute: Option<u32>,
    /// `people_per_call`: people in one call. Never more than the call itself takes.
    pub people_per_call: Option<u32>,
    /// `per_person_per_day`: messages to one person in a day.
    pub per_person_per_day: Option<u32>,
    /// `same_content_per_day`: messages with the same content to one person in a day.
    pub same_content_per_day: Option<u32>,
}

/// Where a limit lives.
pub type LimitField = fn(&mut Limits) -> &mut Option<u32>;

impl Limits {
    /// The keys of `[profile.limits]` with where they live; the one list for reading, writing and showing.
    pub const KEYS: [(&'static str, LimitField); 6] = [
        ("calls_per_second", |limits| &mut limits.calls_per_second),
        ("calls_per_month", |limits| &mut limits.calls_per_month),
        ("people_per_minute", |limits| &mut limits.people_per_minute),
        ("people_per_call", |limits| &mut limits.people_per_call),
        ("per_person_per_day", |limits| &mut limits.per_person_per_day),
        ("same_content_per_day", |limits| &mut limits.same_content_per_day),
    ];

    /// Accepted values.
    pub const RANGE: std::ops::RangeInclusive<u32> = 1..=u32::MAX;
}
