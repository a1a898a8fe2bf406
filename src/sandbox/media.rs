//! `POST /media/upload`: files are judged as documented and kept by their `media_id`, without their bytes.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::call::Call;
use super::fault::Fault;
use super::world::World;
use crate::dingtalk::media::{self, MediaProblem, MediaType};

/// A file that was uploaded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredMedia {
    /// The answer's `media_id`.
    pub media_id: String,
    /// As what it was uploaded.
    pub kind: MediaType,
    /// Its name, as sent.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// A part of a multipart body.
pub(super) struct Part<'b> {
    pub(super) name: String,
    pub(super) file_name: Option<String>,
    pub(super) bytes: &'b [u8],
}

impl World {
    /// Judges an upload and keeps its id. Whether `type` stands in the address or in the body, it is read.
    pub(super) fn upload_media(&mut self, call: &Call, now: Timestamp) -> Result<Value, Fault> {
        let parts = parts(call).ok_or_else(|| Fault::oapi(41005).at("/media"))?;
        let in_body = parts.iter().find(|part| part.name == "type").map(|part| String::from_utf8_lossy(part.bytes));
        let word = call.query("type").or(in_body).unwrap_or_default();
        let kind = MediaType::from_name(word.trim()).ok_or_else(|| Fault::oapi(40004).at("/type"))?;
        let file = parts.iter().find(|part| part.name == "media").ok_or_else(|| Fault::oapi(41005).at("/media"))?;
        let name = file.file_name.clone().ok_or_else(|| Fault::oapi(41005).at("/media"))?;
        let refused = |problem| {
            let errcode = match problem {
                MediaProblem::Empty => 44001,
                MediaProblem::TooLarge { .. } => 45001,
                MediaProblem::WrongFormat { .. } | MediaProblem::WrongName { .. } => 40005,
            };
            Fault::oapi(errcode).at("/media")
        };
        media::check(kind, &name, file.bytes).map_err(refused)?;
        let media_id = format!("@lA{}", self.fresh_letters(24));
        let stored = StoredMedia { media_id: media_id.clone(), kind, name, bytes: file.bytes.len() as u64 };
        self.media.insert(media_id.clone(), stored);
        Ok(json!({"type": kind.name(), "media_id": media_id, "created_at": now.as_millisecond()}))
    }
}

/// The parts of a multipart body; `None` when it is none, or broken.
pub(super) fn parts(call: &Call) -> Option<Vec<Part<'_>>> {
    let kind = call.header("content-type")?;
    let boundary = kind.strip_prefix("multipart/form-data")?.split("boundary=").nth(1)?;
    let boundary = boundary.split(';').next()?.trim().trim_matches('"');
    let fence = format!("--{boundary}");
    let mut rest = call.body.get(find(&call.body, fence.as_bytes())? + fence.len()..)?;
    let end = format!("\r\n{fence}");
    let mut parts = Vec::new();
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let head_end = find(part, b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(part.get(..head_end)?).into_owned();
        let body = part.get(head_end + 4..)?;
        let length = find(body, end.as_bytes())?;
        let field = |name: &str| {
            let marked = format!("{name}=\"");
            let at = head.match_indices(&marked).find(|(at, _)| head[..*at].ends_with([' ', ';']))?.0;
            head[at + marked.len()..].split('"').next().map(str::to_owned)
        };
        parts.push(Part { name: field("name")?, file_name: field("filename"), bytes: body.get(..length)? });
        rest = body.get(length + end.len()..)?;
    }
    rest.starts_with(b"--").then_some(parts)
}

/// A multipart body for people: names and sizes.
pub(super) fn shown(call: &Call) -> String {
    let Some(parts) = parts(call) else { return format!("({} B)", call.body.len()) };
    let line = |part: &Part<'_>| match &part.file_name {
        Some(file) => format!("{}: {file} ({} B)", part.name, part.bytes.len()),
        None => format!("{}: {}", part.name, String::from_utf8_lossy(part.bytes)),
    };
    parts.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dingtalk::System;

    fn call(body: &[u8]) -> Call {
        Call {
            system: System::Oapi,
            method: "POST".to_owned(),
            path: "/media/upload".to_owned(),
            query: String::new(),
            headers: vec![("content-type".to_owned(), "multipart/form-data; boundary=XX".to_owned())],
            body: body.to_vec(),
        }
    }

    #[test]
    fn the_parts_of_a_form_are_told_apart_and_a_broken_one_is_none() {
        let whole = b"--XX\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nimage\r\n--XX\r\ncontent-disposition: form-data; name=\"media\"; filename=\"a.png\"\r\n\r\nPIX\r\nELS\r\n--XX--\r\n";
        let call_ = call(whole);
        let found = parts(&call_).unwrap();
        assert_eq!((found[0].name.as_str(), found[0].bytes), ("type", &b"image"[..]));
        assert_eq!((found[1].file_name.as_deref(), found[1].bytes), (Some("a.png"), &b"PIX\r\nELS"[..]));
        assert_eq!(shown(&call_), "type: image\nmedia: a.png (8 B)");
        for cut in 0..whole.len() - 4 {
            assert!(parts(&call(&whole[..cut])).is_none(), "{cut}");
        }
    }
}
