//! The widget tree of a template as it is written: names, attributes, children. It knows no widget.
//!
//! Only the five entities of XML and character numbers are read; a document type, the place where entity bombs are
//! declared, is refused before anything of it is expanded.

use std::borrow::Cow;

use quick_xml::{
    Reader,
    escape::unescape,
    events::{BytesStart, Event},
};

use super::{ExportError, Ignored, MAX_ATTRIBUTES, MAX_WIDGET_DEPTH, MAX_WIDGETS, ignore};
use crate::compose::json::Place;

/// One widget as written.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Element {
    /// The widget's name: `LinearLayout`.
    pub tag: String,
    /// Attributes in the order of the text, entities decoded. A name that stands twice keeps its first value.
    pub attributes: Vec<(String, String)>,
    /// The widgets inside.
    pub children: Vec<Element>,
}

impl Element {
    /// An attribute's text.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// Reads the widget tree. What is not understood (text between widgets, a second root, unknown entities) is listed in
/// `ignored`.
///
/// # Errors
/// [`ExportError::Xml`] where the text is no XML, [`ExportError::Doctype`], [`ExportError::TooDeep`] over
/// [`MAX_WIDGET_DEPTH`], [`ExportError::TooMany`] over [`MAX_WIDGETS`].
pub fn read(text: &str, ignored: &mut Vec<Ignored>) -> Result<Option<Element>, ExportError> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    let mut count = 0_usize;
    loop {
        let before = at(reader.buffer_position());
        let event = reader.read_event().map_err(|error| {
            let place = Place::of(text, at(reader.error_position()));
            ExportError::Xml { place, reason: error.to_string() }
        })?;
        match event {
            Event::Start(start) => {
                count += 1;
                limits(count, open.len() + 1)?;
                open.push(element(&start, text, before, ignored)?);
            }
            Event::Empty(start) => {
                count += 1;
                limits(count, open.len() + 1)?;
                let element = element(&start, text, before, ignored)?;
                close(element, &mut open, &mut root, || place_text(text, before), ignored);
            }
            Event::End(_) => {
                // The reader has compared the names: a wrong or surplus end is its error.
                if let Some(element) = open.pop() {
                    close(element, &mut open, &mut root, || place_text(text, before), ignored);
                }
            }
            Event::Text(found) => {
                let found = String::from_utf8_lossy(&found);
                if !found.trim().is_empty() {
                    ignore(ignored, || place_text(text, before), format!("text: {}", found.trim()));
                }
            }
            Event::CData(_) | Event::GeneralRef(_) => ignore(ignored, || place_text(text, before), "text"),
            Event::PI(_) => ignore(ignored, || place_text(text, before), "processing instruction"),
            Event::DocType(_) => return Err(ExportError::Doctype { place: Place::of(text, before) }),
            Event::Comment(_) | Event::Decl(_) => {}
            Event::Eof => break,
        }
    }
    if let Some(unclosed) = open.last() {
        let reason = format!("<{}> is not closed", unclosed.tag);
        return Err(ExportError::Xml { place: Place::of(text, text.len()), reason });
    }
    Ok(root)
}

fn at(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

fn place_text(text: &str, offset: usize) -> String {
    let place = Place::of(text, offset);
    format!("widgetInfo {}:{}", place.line, place.column)
}

fn limits(count: usize, depth: usize) -> Result<(), ExportError> {
    if depth > MAX_WIDGET_DEPTH {
        return Err(ExportError::TooDeep { part: "widgetInfo", max: MAX_WIDGET_DEPTH });
    }
    if count > MAX_WIDGETS {
        return Err(ExportError::TooMany { part: "widgetInfo", max: MAX_WIDGETS });
    }
    Ok(())
}

fn close(
    element: Element,
    open: &mut [Element],
    root: &mut Option<Element>,
    place: impl FnOnce() -> String,
    ignored: &mut Vec<Ignored>,
) {
    match (open.last_mut(), &root) {
        (Some(parent), _) => parent.children.push(element),
        (None, None) => *root = Some(element),
        (None, Some(_)) => ignore(ignored, place, format!("second root <{}>", element.tag)),
    }
}

fn element(
    start: &BytesStart<'_>,
    text: &str,
    offset: usize,
    ignored: &mut Vec<Ignored>,
) -> Result<Element, ExportError> {
    let tag = String::from_utf8_lossy(start.name().as_ref()).into_owned();
    let mut attributes: Vec<(String, String)> = Vec::new();
    // The library's own check for doubles compares every pair; the cap below bounds ours.
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute
            .map_err(|error| ExportError::Xml { place: Place::of(text, offset), reason: error.to_string() })?;
        let name = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
        if attributes.len() >= MAX_ATTRIBUTES {
            ignore(ignored, || place_text(text, offset), format!("<{tag}>: more than {MAX_ATTRIBUTES} attributes"));
            break;
        }
        if attributes.iter().any(|(known, _)| *known == name) {
            ignore(ignored, || place_text(text, offset), format!("<{tag}>: {name} stands twice"));
            continue;
        }
        let raw = String::from_utf8_lossy(&attribute.value);
        let value = match unescape(&raw) {
            Ok(Cow::Borrowed(_)) => raw.into_owned(),
            Ok(Cow::Owned(value)) => value,
            Err(error) => {
                ignore(ignored, || place_text(text, offset), format!("<{tag}> {name}: {error}"));
                raw.into_owned()
            }
        };
        attributes.push((name, value));
    }
    Ok(Element { tag, attributes, children: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> (Option<Element>, Vec<Ignored>) {
        let mut ignored = Vec::new();
        (read(text, &mut ignored).unwrap(), ignored)
    }

    #[test]
    fn attributes_are_decoded_and_children_stand_in_order() {
        let (root, ignored) = tree("<A x='@f{&#039;a&#039;,&quot;b&quot;}'>\n <B/><C y=\"1\"></C><!-- no --></A>");
        let root = root.unwrap();
        assert_eq!(root.attribute("x"), Some("@f{'a',\"b\"}"));
        assert_eq!(root.children.iter().map(|child| child.tag.as_str()).collect::<Vec<_>>(), ["B", "C"]);
        assert_eq!(ignored, []);
    }

    #[test]
    fn odd_parts_are_named_and_do_not_fail_the_file() {
        let (root, ignored) = tree("<A x='1' x='2'>hello<B t='&unknown;'/></A><D/>");
        assert_eq!(root.unwrap().children[0].attribute("t"), Some("&unknown;"));
        let what: Vec<_> = ignored.iter().map(|part| part.what.as_str()).collect();
        assert_eq!(what[0], "<A>: x stands twice");
        assert_eq!(what[1], "text: hello");
        assert!(what[2].starts_with("<B> t: "), "{what:?}");
        assert_eq!(what[3], "second root <D>");
    }

    #[test]
    fn entity_bombs_deep_nests_and_broken_ends_have_names() {
        let mut ignored = Vec::new();
        let bomb = "<!DOCTYPE a [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]><A t='&b;'/>";
        assert!(matches!(read(bomb, &mut ignored), Err(ExportError::Doctype { .. })));
        let deep = "<A>".repeat(100_000);
        assert!(matches!(read(&deep, &mut ignored), Err(ExportError::TooDeep { .. })));
        let many = format!("<A>{}</A>", "<B/>".repeat(MAX_WIDGETS));
        assert!(matches!(read(&many, &mut ignored), Err(ExportError::TooMany { .. })));
        for broken in ["<A>", "<A></B>", "</A>", "<A x=>", "<A x='1'", "<A", "<A><B></A></B>"] {
            assert!(matches!(read(broken, &mut ignored), Err(ExportError::Xml { .. })), "{broken}");
        }
        assert_eq!(read("", &mut ignored), Ok(None));
    }
}
