//! A layout's pattern, compiled when it is first matched.
//!
//! All layouts together hold some thousand patterns, a document needs those of one layout, and compiling them all takes
//! four times as long as reading a statement. What a process that reads one document needs is compiled in it.

use std::ops::Deref;
use std::sync::OnceLock;

use regex::Regex;
use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{Ast, GroupKind, Visitor, visit};

/// Derefs to the compiled pattern.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    groups: Vec<Option<String>>,
    compiled: OnceLock<Regex>,
}

impl Pattern {
    /// # Errors
    /// What is wrong with the pattern, in the parser's words.
    pub fn new(text: &str) -> Result<Self, String> {
        let ast = Parser::new().parse(text).map_err(|why| why.to_string())?;
        let groups = visit(&ast, Groups::default()).map_err(|why| why.to_string())?;
        // Every layout that is shipped is loaded by this crate's tests.
        if cfg!(test) {
            Regex::new(text).map_err(|why| why.to_string())?;
        }
        Ok(Self { text: text.to_owned(), groups, compiled: OnceLock::new() })
    }

    /// How many groups it has; the whole match is none of them.
    #[must_use]
    pub fn groups_len(&self) -> usize {
        self.groups.len()
    }

    /// The names of the groups that have one.
    pub fn group_names(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().filter_map(Option::as_deref)
    }
}

impl From<Regex> for Pattern {
    fn from(compiled: Regex) -> Self {
        let groups = compiled.capture_names().skip(1).map(|name| name.map(str::to_owned)).collect();
        Self { text: compiled.as_str().to_owned(), groups, compiled: OnceLock::from(compiled) }
    }
}

impl Deref for Pattern {
    type Target = Regex;

    fn deref(&self) -> &Regex {
        self.compiled.get_or_init(|| match Regex::new(&self.text) {
            Ok(compiled) => compiled,
            // Its syntax was held to be right when it was loaded: a defect of a layout that no test has seen.
            Err(why) => panic!("a layout's pattern cannot be compiled: {why}"),
        })
    }
}

#[derive(Default)]
struct Groups(Vec<Option<String>>);

impl Visitor for Groups {
    type Output = Vec<Option<String>>;
    type Err = std::convert::Infallible;

    fn finish(self) -> Result<Self::Output, Self::Err> {
        Ok(self.0)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Self::Err> {
        if let Ast::Group(group) = ast {
            match &group.kind {
                GroupKind::CaptureIndex(_) => self.0.push(None),
                GroupKind::CaptureName { name, .. } => self.0.push(Some(name.name.clone())),
                GroupKind::NonCapturing(_) => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_known_before_anything_is_compiled() {
        let pattern = Pattern::new(r"(?<in>\d+)(?:a(b))?").unwrap();
        assert_eq!((pattern.groups_len(), pattern.group_names().collect::<Vec<_>>()), (2, vec!["in"]));
        assert!(pattern.compiled.get().is_none());
        assert!(pattern.is_match("12ab"));
        assert_eq!(pattern.captures_len(), 3);
        assert!(Pattern::new("(").is_err());
    }
}
