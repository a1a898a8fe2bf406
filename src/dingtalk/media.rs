//! Media files for `/media/upload`: which types there are, what each may hold, how large it may be, judged by the bytes
//! before anything leaves.
//!
//! Source: the page 上传媒体文件 (upload-media-files): image 20 MB jpg gif png bmp; voice 2 MB amr mp3 wav; video 20 MB mp4;
//! file 20 MB doc docx xls xlsx ppt pptx zip pdf rar. The global error table (40006) still says image 1 MB and file 10 MB,
//! and the page 消息通知类型 that a file message refers to at most 10 MB: those are for warnings, not for refusing.

/// `type` of an upload.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum MediaType {
    /// 图片.
    Image,
    /// 语音.
    Voice,
    /// 视频.
    Video,
    /// 普通文件.
    File,
}

/// What a file is, by its bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Format {
    Jpeg,
    Gif,
    Png,
    Bmp,
    Amr,
    Mp3,
    Wav,
    Mp4,
    Pdf,
    /// A zip archive; also docx, xlsx and pptx.
    Zip,
    Rar,
    /// doc, xls, ppt.
    Ole,
}

/// Why a file cannot be uploaded as a type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MediaProblem {
    /// No bytes.
    Empty,
    /// More bytes than the type takes.
    TooLarge {
        /// The most, in bytes.
        max: u64,
        /// Its size, in bytes.
        actual: u64,
    },
    /// Its bytes are of a kind that the type does not take.
    WrongFormat {
        /// What it is, where that is known.
        found: Option<Format>,
    },
    /// Its name's ending is none that the type takes, or not that of its bytes.
    WrongName {
        /// The ending, without the dot.
        ending: String,
    },
}

impl MediaType {
    /// Every type.
    pub const ALL: [Self; 4] = [Self::Image, Self::Voice, Self::Video, Self::File];

    /// The word in `type`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::File => "file",
        }
    }

    /// The type of a word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The largest file, in bytes.
    pub const fn max_bytes(self) -> u64 {
        match self {
            Self::Voice => 2 * 1024 * 1024,
            Self::Image | Self::Video | Self::File => 20 * 1024 * 1024,
        }
    }

    /// The endings of file names it takes.
    pub const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Image => &["jpg", "jpeg", "gif", "png", "bmp"],
            Self::Voice => &["amr", "mp3", "wav"],
            Self::Video => &["mp4"],
            Self::File => &["doc", "docx", "xls", "xlsx", "ppt", "pptx", "zip", "pdf", "rar"],
        }
    }

    /// The type that takes files of a name, if one does.
    pub fn of_name(file_name: &str) -> Option<Self> {
        let ending = ending(file_name);
        Self::ALL.into_iter().find(|kind| kind.endings().contains(&ending.as_str()))
    }
}

impl Format {
    /// What a file is, by its first bytes.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let starts = |magic: &[u8]| bytes.starts_with(magic);
        let at = |from: usize, magic: &[u8]| bytes.get(from..from + magic.len()) == Some(magic);
        Some(if starts(b"\xff\xd8\xff") {
            Self::Jpeg
        } else if starts(b"GIF87a") || starts(b"GIF89a") {
            Self::Gif
        } else if starts(b"\x89PNG\r\n\x1a\n") {
            Self::Png
        } else if starts(b"#!AMR") {
            Self::Amr
        } else if starts(b"RIFF") && at(8, b"WAVE") {
            Self::Wav
        } else if at(4, b"ftyp") {
            Self::Mp4
        } else if starts(b"%PDF-") {
            Self::Pdf
        } else if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") {
            Self::Zip
        } else if starts(b"Rar!\x1a\x07") {
            Self::Rar
        } else if starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
            Self::Ole
        } else if starts(b"ID3") || is_mp3_frame(bytes) {
            Self::Mp3
        } else if starts(b"BM") && is_bmp(bytes) {
            Self::Bmp
        } else {
            return None;
        })
    }

    /// A word for it, the same in both languages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Gif => "GIF",
            Self::Png => "PNG",
            Self::Bmp => "BMP",
            Self::Amr => "AMR",
            Self::Mp3 => "MP3",
            Self::Wav => "WAV",
            Self::Mp4 => "MP4",
            Self::Pdf => "PDF",
            Self::Zip => "ZIP",
            Self::Rar => "RAR",
            Self::Ole => "Office 97–2003",
        }
    }

    /// The type it can be uploaded as.
    pub const fn media_type(self) -> MediaType {
        match self {
            Self::Jpeg | Self::Gif | Self::Png | Self::Bmp => MediaType::Image,
            Self::Amr | Self::Mp3 | Self::Wav => MediaType::Voice,
            Self::Mp4 => MediaType::Video,
            Self::Pdf | Self::Zip | Self::Rar | Self::Ole => MediaType::File,
        }
    }

    /// The `content-type` of a file of this format with this name.
    pub fn content_type(self, file_name: &str) -> &'static str {
        match (self, ending(file_name).as_str()) {
            (Self::Jpeg, _) => "image/jpeg",
            (Self::Gif, _) => "image/gif",
            (Self::Png, _) => "image/png",
            (Self::Bmp, _) => "image/bmp",
            (Self::Amr, _) => "audio/amr",
            (Self::Mp3, _) => "audio/mpeg",
            (Self::Wav, _) => "audio/wav",
            (Self::Mp4, _) => "video/mp4",
            (Self::Pdf, _) => "application/pdf",
            (Self::Rar, _) => "application/vnd.rar",
            (Self::Zip, "docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            (Self::Zip, "xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            (Self::Zip, "pptx") => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            (Self::Zip, _) => "application/zip",
            (Self::Ole, "xls") => "application/vnd.ms-excel",
            (Self::Ole, "ppt") => "application/vnd.ms-powerpoint",
            (Self::Ole, _) => "application/msword",
        }
    }

    /// Whether a file of this format may have this ending.
    fn fits(self, ending: &str) -> bool {
        match self {
            Self::Pdf => ending == "pdf",
            Self::Zip => matches!(ending, "zip" | "docx" | "xlsx" | "pptx"),
            Self::Rar => ending == "rar",
            // An old program's file may carry the new ending; DingTalk shows both.
            Self::Ole => matches!(ending, "doc" | "xls" | "ppt" | "docx" | "xlsx" | "pptx"),
            _ => true,
        }
    }
}

/// Judges a file before it is uploaded as a type.
///
/// # Errors
/// [`MediaProblem`] says what the type does not take.
pub fn check(kind: MediaType, file_name: &str, bytes: &[u8]) -> Result<Format, MediaProblem> {
    if bytes.is_empty() {
        return Err(MediaProblem::Empty);
    }
    let actual = bytes.len() as u64;
    if actual > kind.max_bytes() {
        return Err(MediaProblem::TooLarge { max: kind.max_bytes(), actual });
    }
    let found = Format::of(bytes);
    let Some(format) = found.filter(|format| format.media_type() == kind) else {
        return Err(MediaProblem::WrongFormat { found });
    };
    let ending = ending(file_name);
    if !kind.endings().contains(&ending.as_str()) || !format.fits(&ending) {
        return Err(MediaProblem::WrongName { ending });
    }
    Ok(format)
}

/// The ending of a name in lower case, without the dot; empty when it has none.
pub fn ending(file_name: &str) -> String {
    file_name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default()
}

/// How long a WAV file plays, in whole seconds rounded up; `None` when its head cannot be read.
pub fn wav_seconds(bytes: &[u8]) -> Option<u64> {
    if Format::of(bytes) != Some(Format::Wav) {
        return None;
    }
    let number =
        |at: usize| -> Option<u64> { Some(u64::from(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))) };
    let (mut at, mut rate) = (12_usize, None);
    while let Some(name) = bytes.get(at..at + 4) {
        let length = number(at + 4)?;
        match name {
            b"fmt " => rate = number(at + 16),
            b"data" => return rate.filter(|rate| *rate > 0).map(|rate| length.div_ceil(rate)),
            _ => {}
        }
        at = at.checked_add(8)?.checked_add(usize::try_from(length + length % 2).ok()?)?;
    }
    None
}

/// An MPEG audio frame's head: sync bits, a layer, a bitrate and a sample rate that exist.
fn is_mp3_frame(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, second, third, ..]
        if second & 0xe0 == 0xe0 && second & 0x06 != 0 && third & 0xf0 != 0xf0 && third & 0x0c != 0x0c)
}

/// "BM" may begin any text: the head's size has to be one that exists.
fn is_bmp(bytes: &[u8]) -> bool {
    bytes.get(14..18).is_some_and(|size| matches!(size, [12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n....";

    #[test]
    fn a_file_is_judged_by_its_bytes_and_then_by_its_name() {
        assert_eq!(check(MediaType::Image, "a.png", PNG), Ok(Format::Png));
        assert_eq!(check(MediaType::Image, "a.JPG", PNG), Ok(Format::Png), "an image's ending need not be its own");
        assert_eq!(check(MediaType::Image, "a.png", b""), Err(MediaProblem::Empty));
        let text = check(MediaType::Image, "a.png", b"hello");
        assert_eq!(text, Err(MediaProblem::WrongFormat { found: None }));
        let as_voice = check(MediaType::Voice, "a.mp3", PNG);
        assert_eq!(as_voice, Err(MediaProblem::WrongFormat { found: Some(Format::Png) }));
        let zip = b"PK\x03\x04....";
        assert_eq!(check(MediaType::File, "a.docx", zip), Ok(Format::Zip));
        assert_eq!(check(MediaType::File, "a.pdf", zip), Err(MediaProblem::WrongName { ending: "pdf".into() }));
        assert_eq!(check(MediaType::File, "a.jar", zip), Err(MediaProblem::WrongName { ending: "jar".into() }));
        let mut large = PNG.to_vec();
        large.resize(20 * 1024 * 1024 + 1, 0);
        let max = MediaType::Image.max_bytes();
        assert_eq!(check(MediaType::Image, "a.png", &large), Err(MediaProblem::TooLarge { max, actual: max + 1 }));
    }

    #[test]
    fn formats_are_known_by_their_first_bytes() {
        let known: [(&[u8], Format); 10] = [
            (b"\xff\xd8\xff\xe0", Format::Jpeg),
            (b"GIF89a", Format::Gif),
            (b"#!AMR\n", Format::Amr),
            (b"\xff\xfb\x90\x00", Format::Mp3),
            (b"ID3\x04", Format::Mp3),
            (b"RIFF....WAVE", Format::Wav),
            (b"....ftypisom", Format::Mp4),
            (b"%PDF-1.7", Format::Pdf),
            (b"Rar!\x1a\x07\x01", Format::Rar),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Format::Ole),
        ];
        for (bytes, format) in known {
            assert_eq!(Format::of(bytes), Some(format), "{}", format.name());
        }
        assert_eq!(Format::of(b"BMW is no bitmap....."), None);
    }

    #[test]
    fn the_length_of_a_wav_is_in_its_head() {
        let mut wav = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
        wav.extend(8000_u32.to_le_bytes());
        wav.extend(16_000_u32.to_le_bytes());
        wav.extend(b"\x02\0\x10\0data");
        wav.extend(40_000_u32.to_le_bytes());
        assert_eq!(wav_seconds(&wav), Some(3));
        assert_eq!(wav_seconds(PNG), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_judged(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..64)) {
            for kind in MediaType::ALL {
                check(kind, "a.wav", &bytes).ok();
            }
            wav_seconds(&bytes);
        }
    }
}
