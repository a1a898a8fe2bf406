//! The findings of a draft, ordered for the screen: by place for the fields, by severity for the list.

use crate::compose::{Finding, Severity};

/// Findings with an index by pointer: a form asks for them once a field and frame.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    list: Vec<Finding>,
    by_pointer: Vec<u32>,
}

impl Findings {
    /// Orders findings: errors first, otherwise as they came.
    pub fn new(mut list: Vec<Finding>) -> Self {
        list.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let mut by_pointer: Vec<u32> = (0..u32::try_from(list.len()).unwrap_or(u32::MAX)).collect();
        by_pointer.sort_by(|a, b| list[*a as usize].pointer.cmp(&list[*b as usize].pointer));
        Self { list, by_pointer }
    }

    /// All of them, errors first.
    pub fn all(&self) -> &[Finding] {
        &self.list
    }

    /// How many there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|finding| finding.severity == severity).count()
    }

    /// The first error, which keeps 发送 off.
    pub fn first_error(&self) -> Option<&Finding> {
        self.list.first().filter(|finding| finding.severity == Severity::Error)
    }

    /// Those of exactly this pointer.
    pub fn at<'a>(&'a self, pointer: &str) -> impl Iterator<Item = &'a Finding> + use<'a> {
        self.picked(self.first_not_before(pointer), self.first_after(pointer))
    }

    /// Those of this pointer and of everything below it.
    pub fn below<'a>(&'a self, pointer: &str) -> impl Iterator<Item = &'a Finding> + use<'a> {
        // '0' is the character after '/': between them stands exactly what is below the pointer.
        let start = self.first_not_before(&format!("{pointer}/"));
        let end = self.first_not_before(&format!("{pointer}0"));
        self.at(pointer).chain(self.picked(start, end))
    }

    fn pointer(&self, index: u32) -> &str {
        &self.list[index as usize].pointer
    }

    fn first_not_before(&self, pointer: &str) -> usize {
        self.by_pointer.partition_point(|index| self.pointer(*index) < pointer)
    }

    fn first_after(&self, pointer: &str) -> usize {
        self.by_pointer.partition_point(|index| self.pointer(*index) <= pointer)
    }

    fn picked(&self, start: usize, end: usize) -> impl Iterator<Item = &Finding> {
        self.by_pointer[start..end.max(start)].iter().map(|index| &self.list[*index as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_found_by_place_and_listed_errors_first() {
        let findings = Findings::new(vec![
            Finding::new(Severity::Warning, "/cardData/cardParamMap/title", "a"),
            Finding::new(Severity::Error, "/cardData", "b"),
            Finding::new(Severity::Info, "/cardData-x", "c"),
            Finding::new(Severity::Error, "/cardTemplateId", "d"),
            Finding::new(Severity::Error, "/cardData", "e"),
        ]);
        let codes = |found: Vec<&Finding>| found.iter().map(|finding| finding.code).collect::<Vec<_>>().join("");
        assert_eq!(codes(findings.all().iter().collect()), "bdeac");
        assert_eq!(codes(findings.at("/cardData").collect()), "be");
        assert_eq!(codes(findings.below("/cardData").collect()), "bea");
        assert_eq!(codes(findings.below("").collect()).len(), 5);
        assert_eq!(codes(findings.at("/robotCode").collect()), "");
        assert_eq!(findings.first_error().map(|finding| finding.code), Some("b"));
    }
}
