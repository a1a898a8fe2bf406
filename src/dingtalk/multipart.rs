//! The body of an upload: `multipart/form-data` with one file, its bytes shared and never shown.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};

/// One file as `multipart/form-data`. Cheap to clone.
#[derive(Clone)]
pub struct Multipart {
    boundary: String,
    content_type: String,
    head: String,
    tail: String,
    bytes: Arc<[u8]>,
    /// How many bytes of the whole body left this computer so far, for a progress bar.
    sent: Arc<AtomicU64>,
}

impl PartialEq for Multipart {
    fn eq(&self, other: &Self) -> bool {
        self.head == other.head && self.bytes == other.bytes
    }
}

impl Eq for Multipart {}

impl Multipart {
    /// A body with one file under a field's name. The boundary is made of the file's hash, so that it cannot stand inside.
    pub fn of_file(field: &str, file_name: &str, content_type: &str, bytes: Arc<[u8]>) -> Self {
        let mut boundary = String::from("ding-composer-");
        for byte in Sha256::digest(&bytes).iter().take(12) {
            boundary.extend([byte >> 4, byte & 15].into_iter().filter_map(|digit| char::from_digit(digit.into(), 16)));
        }
        // What browsers and curl do with a name: real UTF-8, and no sign that ends the line or the quotes.
        let name: String = file_name
            .chars()
            .map(|c| match c {
                '"' | '\\' => '\'',
                c if c.is_control() => '_',
                c => c,
            })
            .collect();
        let head = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
             content-type: {content_type}\r\n\r\n"
        );
        Self {
            content_type: format!("multipart/form-data; boundary={boundary}"),
            tail: format!("\r\n--{boundary}--\r\n"),
            head,
            boundary,
            bytes,
            sent: Arc::default(),
        }
    }

    /// The same body, counting what left into a counter of the caller's.
    #[must_use]
    pub fn counting(mut self, sent: Arc<AtomicU64>) -> Self {
        self.sent = sent;
        self
    }

    /// The `content-type` header.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// How many bytes the whole body has.
    pub fn length(&self) -> usize {
        self.head.len() + self.bytes.len() + self.tail.len()
    }

    /// The body.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.length());
        body.extend_from_slice(self.head.as_bytes());
        body.extend_from_slice(&self.bytes);
        body.extend_from_slice(self.tail.as_bytes());
        body
    }

    /// The body for people: the heads as they are, of the file its size only.
    pub fn shown(&self) -> String {
        format!("{}({} B){}", self.head, self.bytes.len(), self.tail).replace("\r\n", "\n")
    }

    /// Starts the count anew, for a second attempt.
    pub(crate) fn restart(&self) {
        self.sent.store(0, Ordering::Relaxed);
    }

    pub(crate) fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.sent)
    }
}

impl std::fmt::Debug for Multipart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Multipart")
            .field("boundary", &self.boundary)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_stands_between_its_heads_and_is_never_shown() {
        let body = Multipart::of_file("media", "年\"报\n.png", "image/png", Arc::from(&b"PIXELS"[..]));
        let bytes = body.to_bytes();
        assert_eq!(bytes.len(), body.length());
        let text = String::from_utf8(bytes).unwrap();
        let boundary = body.content_type().split_once("boundary=").unwrap().1;
        assert!(text.starts_with(&format!("--{boundary}\r\n")) && text.ends_with(&format!("\r\n--{boundary}--\r\n")));
        assert!(text.contains("name=\"media\"; filename=\"年'报_.png\"\r\ncontent-type: image/png\r\n\r\nPIXELS"));
        assert!(body.shown().contains("(6 B)") && !body.shown().contains("PIXELS"), "{}", body.shown());
        assert!(!format!("{body:?}").contains("PIXELS"));
    }
}
