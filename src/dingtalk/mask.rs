//! Masking: a secret is replaced by value wherever it appears in anything that is kept or shown.
//!
//! A server may echo a token percent-encoded, JSON-escaped or HTML-escaped, so the search compares decoded characters
//! instead of a list of spellings. Answers are also masked by key name, because their token is not known beforehand.

use std::borrow::Cow;

use super::secret::Secret;

/// What stands where a secret was.
pub const MASK: &str = "••••";

/// Secrets shorter than this (bytes) are not searched for by value: replacing every `a` would make any text unreadable.
/// They are still masked where they stand under their own name.
const SHORTEST: usize = 4;

/// A cut-off answer may end inside a secret; from this many bytes on, such a beginning is masked too.
const TELLING_PREFIX: usize = 6;

/// Keys whose value in an answer is a secret, whatever the value is.
pub(super) const SECRET_KEYS: [&str; 12] = [
    "access_token",
    "accesstoken",
    "x-acs-dingtalk-access-token",
    "refresh_token",
    "refreshtoken",
    "appsecret",
    "app_secret",
    "suitesecret",
    "suite_secret",
    "suiteticket",
    "suite_ticket",
    "client_secret",
];

/// One of these is in each of [`SECRET_KEYS`]: an answer without them is not searched for every key.
const SECRET_WORDS: [&str; 3] = ["token", "secret", "ticket"];

/// Replaces known secrets in texts. Its `Debug` shows only how many it knows.
#[derive(Clone, Default)]
pub struct Masker(Vec<Secret>);

impl std::fmt::Debug for Masker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Masker({} secrets)", self.0.len())
    }
}

impl Masker {
    /// A masker for these secrets; blank ones are ignored, longer ones are replaced first.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut known: Vec<Secret> = Vec::new();
        for secret in secrets {
            if secret.open().len() >= SHORTEST && !secret.is_blank() && !known.contains(secret) {
                known.push(secret.clone());
            }
        }
        known.sort_by_key(|secret| std::cmp::Reverse(secret.open().len()));
        Self(known)
    }

    /// Adds a secret that became known later, such as the token in an answer.
    pub fn add(&mut self, secret: &Secret) {
        *self = Self::new(self.0.iter().chain([secret]));
    }

    /// The text with every known secret replaced by [`MASK`].
    pub fn text(&self, text: &str) -> String {
        let masked = self.0.iter().fold(Cow::Borrowed(text), |text, secret| {
            let replaced = replace_secret(&text, secret.open());
            replaced.map_or(text, Cow::Owned)
        });
        masked.into_owned()
    }

    /// The text masked by value and by key name: for answers and for the token calls' own requests.
    ///
    /// Not for other requests: a card variable may well be called `access_token`, and the request view must show it.
    pub fn with_keys(&self, text: &str) -> String {
        mask_keys(&self.text(text))
    }
}

/// The text with every spelling of `secret` replaced; `None` where a quick look shows that there is none.
fn replace_secret(text: &str, secret: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let &first = secret.as_bytes().first()?;
    let may_be_encoded = memchr::memchr3(b'%', b'\\', b'&', bytes).is_some();
    if !may_be_encoded && memchr::memmem::find(bytes, secret.as_bytes()).is_none() && !ends_inside(text, secret) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let (mut kept_from, mut at) = (0, 0);
    while at < bytes.len() {
        let byte = bytes[at];
        let candidate = byte == first || matches!(byte, b'%' | b'\\' | b'&' | b'+');
        match candidate.then(|| spelled_at(bytes, at, secret)).flatten() {
            Some(end) => {
                out.push_str(text.get(kept_from..at).unwrap_or_default());
                out.push_str(MASK);
                kept_from = end;
                at = end;
            }
            None => at += 1,
        }
    }
    out.push_str(text.get(kept_from..).unwrap_or_default());
    Some(out)
}

/// Whether the text ends with a telling beginning of the secret, spelled plainly.
fn ends_inside(text: &str, secret: &str) -> bool {
    (TELLING_PREFIX..secret.len()).any(|len| secret.get(..len).is_some_and(|prefix| text.ends_with(prefix)))
}

/// Where the secret that starts at `start` ends, in whatever mixture of spellings.
///
/// A depth-first walk over (bytes of the secret matched, place in the text) that never visits a pair twice.
fn spelled_at(text: &[u8], start: usize, secret: &str) -> Option<usize> {
    let want = secret.as_bytes();
    let mut open = vec![(0_usize, start)];
    let mut seen = std::collections::HashSet::new();
    let mut cut_off = false;
    while let Some((matched, at)) = open.pop() {
        if matched == want.len() {
            return Some(at);
        }
        if at >= text.len() {
            cut_off |= matched >= TELLING_PREFIX;
            continue;
        }
        if !seen.insert((matched, at)) {
            continue;
        }
        let rest = &text[at..];
        let byte = want[matched];
        let mut step = |secret_bytes: usize, text_bytes: usize| open.push((matched + secret_bytes, at + text_bytes));
        if let Some(len) = html_entity(rest, byte) {
            step(1, len);
        }
        if byte == b' ' && rest[0] == b'+' {
            step(1, 1);
        }
        for (prefix, len) in [(&b"%"[..], 3), (&b"%25"[..], 5)] {
            if rest.starts_with(prefix) && hex(rest.get(prefix.len()..len)) == Some(u32::from(byte)) {
                step(1, len);
            }
        }
        if let Some((secret_bytes, len)) = json_escape(rest, secret, matched) {
            step(secret_bytes, len);
        }
        if rest[0] == byte {
            step(1, 1);
        }
    }
    cut_off.then_some(text.len())
}

/// The number in some ASCII hex digits.
fn hex(digits: Option<&[u8]>) -> Option<u32> {
    let text = std::str::from_utf8(digits?).ok()?;
    if !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(text, 16).ok()
}

/// A JSON escape (once or twice escaped) of the next character of the secret: bytes of the secret, bytes of the text.
fn json_escape(rest: &[u8], secret: &str, matched: usize) -> Option<(usize, usize)> {
    let slashes = rest.iter().take_while(|b| **b == b'\\').count();
    if slashes == 0 {
        return None;
    }
    let wanted = secret.get(matched..)?.chars().next()?;
    let after = rest.get(slashes..)?;
    match after.first()? {
        b'u' => {
            let high = hex(after.get(1..5))?;
            if let Some(found) = char::from_u32(high) {
                return (found == wanted).then(|| (wanted.len_utf8(), slashes + 5));
            }
            let low = after.get(5..).filter(|tail| tail.starts_with(b"\\u")).and_then(|tail| hex(tail.get(2..6)))?;
            let found = char::decode_utf16([u16::try_from(high).ok()?, u16::try_from(low).ok()?]).next()?.ok()?;
            (found == wanted).then(|| (wanted.len_utf8(), slashes + 11))
        }
        byte if wanted != '\\' && char::from(*byte) == wanted && wanted.is_ascii() => Some((1, slashes + 1)),
        // A backslash of the secret, escaped once (`\\`) or twice (`\\\\`).
        _ if wanted == '\\' && slashes >= 2 => Some((1, if slashes >= 4 { 4 } else { 2 })),
        _ => None,
    }
}

/// The length of an HTML entity at the start of `rest` that means `byte`.
fn html_entity(rest: &[u8], byte: u8) -> Option<usize> {
    if rest.first() != Some(&b'&') {
        return None;
    }
    let end = rest.iter().take(10).position(|b| *b == b';')?;
    let name = std::str::from_utf8(rest.get(1..end)?).ok()?;
    let meant = match name {
        "amp" => u32::from(b'&'),
        "lt" => u32::from(b'<'),
        "gt" => u32::from(b'>'),
        "quot" => u32::from(b'"'),
        "apos" => u32::from(b'\''),
        _ => match name.strip_prefix('#')? {
            number if number.starts_with(['x', 'X']) => hex(number.as_bytes().get(1..))?,
            number => number.parse().ok()?,
        },
    };
    (meant == u32::from(byte)).then_some(end + 1)
}

/// Replaces the values of [`SECRET_KEYS`]: `"access_token":"…"`, `\"accessToken\":\"…\"`, `access_token=…`.
fn mask_keys(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    if !SECRET_WORDS.iter().any(|word| memchr::memmem::find(lower.as_bytes(), word.as_bytes()).is_some()) {
        return text.to_owned();
    }
    let mut cuts: Vec<(usize, usize)> = SECRET_KEYS
        .iter()
        .flat_map(|key| lower.match_indices(key).map(|(at, _)| at + key.len()))
        .filter_map(|after| secret_value(text, after))
        .collect();
    if cuts.is_empty() {
        return text.to_owned();
    }
    cuts.sort_unstable();
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end) in cuts {
        if start < from {
            continue;
        }
        out.push_str(text.get(from..start).unwrap_or_default());
        out.push_str(MASK);
        from = end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// The range of the value that belongs to a key ending at `after`; `None` when no value follows.
fn secret_value(text: &str, after: usize) -> Option<(usize, usize)> {
    let rest = text.get(after..)?;
    let unquoted = rest.trim_start_matches('\\').trim_start_matches(['"', '\'']);
    let key_was_quoted = unquoted.len() < rest.len();
    let spaced = unquoted.trim_start();
    let value = match spaced.chars().next()? {
        '=' => spaced.get(1..)?,
        ':' if key_was_quoted => spaced.get(1..)?,
        _ => return None,
    };
    let value = value.trim_start().trim_start_matches('\\').trim_start_matches(['"', '\'']);
    let start = text.len() - value.len();
    let len = value
        .find(|c: char| matches!(c, '"' | '\'' | '\\' | '&' | '<' | '>' | ',' | '}' | ']') || c.is_whitespace())
        .unwrap_or(value.len());
    let found = value.get(..len)?;
    (!found.is_empty() && found != "null").then_some((start, start + len))
}
