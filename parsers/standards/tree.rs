//! Named elements with their texts and places: what OFX and camt files are made of.

use model::{Source, Text};

use super::place::Place;

/// A ten-year statement of daily use has some 40,000 entries of 30 elements.
pub const ELEMENTS_MAX: usize = 2_000_000;
/// camt nests 12 deep, OFX 10.
pub const DEPTH_MAX: usize = 64;

/// Why reading ended before the text did, or what is missing at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Not well-formed from here on, or elements are still open at the end.
    Broken,
    /// [`ELEMENTS_MAX`] or [`DEPTH_MAX`].
    Limit,
}

#[derive(Debug)]
pub struct Element {
    pub name: Text,
    /// Trimmed, entities resolved.
    pub text: Text,
    /// Of the text, or of the tag where there is no text.
    pub place: Place,
    /// The `Ccy` attribute.
    pub currency: Text,
    /// False when the file ended before the element did.
    pub closed: bool,
    parent: usize,
    /// Index of the first element after it that is not inside it.
    end: usize,
}

/// Elements in the order in which they open. The first is a root without a name around all others.
#[derive(Debug)]
pub struct Tree {
    elements: Vec<Element>,
    pub stopped: Option<(Place, Stop)>,
}

impl Tree {
    #[must_use]
    pub fn new() -> Self {
        let root = Element {
            name: Text::default(),
            text: Text::default(),
            place: Place::START,
            currency: Text::default(),
            closed: true,
            parent: 0,
            end: 1,
        };
        Self { elements: vec![root], stopped: None }
    }

    #[must_use]
    pub const fn root(&self) -> Node<'_> {
        Node { tree: self, index: 0 }
    }

    /// Adds an open element; `None` when the tree is full.
    pub fn open(&mut self, parent: usize, name: &str, place: Place) -> Option<usize> {
        let index = self.elements.len();
        if index >= ELEMENTS_MAX {
            return None;
        }
        self.elements.push(Element {
            name: Text::from(name),
            text: Text::default(),
            place,
            currency: Text::default(),
            closed: false,
            parent,
            end: index,
        });
        Some(index)
    }

    pub fn get_mut(&mut self, index: usize) -> Option<&mut Element> {
        self.elements.get_mut(index)
    }

    /// Everything added since it opened lies inside it.
    pub fn close(&mut self, index: usize, complete: bool) {
        let end = self.elements.len();
        if let Some(element) = self.elements.get_mut(index) {
            element.closed = complete;
            element.end = end;
        }
    }

    /// Closes an element that turned out to have no content: what seemed to lie in it belongs to its parent.
    pub fn close_empty(&mut self, index: usize) {
        let Some(parent) = self.elements.get(index).map(|e| e.parent) else { return };
        for element in self.elements.iter_mut().skip(index + 1).filter(|e| e.parent == index) {
            element.parent = parent;
        }
        if let Some(element) = self.elements.get_mut(index) {
            element.closed = true;
            element.end = index + 1;
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    tree: &'a Tree,
    index: usize,
}

/// Of one tree: the same element.
impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl<'a> Node<'a> {
    fn element(self) -> Option<&'a Element> {
        self.tree.elements.get(self.index)
    }

    /// Compared without case: OFX files write either.
    #[must_use]
    pub fn is(self, name: &str) -> bool {
        self.element().is_some_and(|e| e.name.eq_ignore_ascii_case(name))
    }

    #[must_use]
    pub fn name(self) -> &'a str {
        self.element().map_or("", |e| e.name.as_str())
    }

    /// Empty where the element has only elements in it, or nothing.
    #[must_use]
    pub fn text(self) -> &'a str {
        self.element().map_or("", |e| e.text.as_str())
    }

    #[must_use]
    pub fn currency(self) -> Option<&'a str> {
        self.element().map(|e| e.currency.as_str()).filter(|c| !c.is_empty())
    }

    #[must_use]
    pub fn source(self) -> Source {
        self.element().map_or(Place::START, |e| e.place).source()
    }

    #[must_use]
    pub fn closed(self) -> bool {
        self.element().is_some_and(|e| e.closed)
    }

    /// `None` for the root.
    #[must_use]
    pub fn parent(self) -> Option<Node<'a>> {
        let element = self.element().filter(|_| self.index > 0)?;
        Some(Node { tree: self.tree, index: element.parent })
    }

    /// Everything inside, in the order of the file.
    pub fn descendants(self) -> impl Iterator<Item = Node<'a>> {
        let end = if self.index == 0 { self.tree.elements.len() } else { self.element().map_or(0, |e| e.end) };
        (self.index + 1..end).map(move |index| Node { tree: self.tree, index })
    }

    pub fn children(self) -> impl Iterator<Item = Node<'a>> {
        let end = if self.index == 0 { self.tree.elements.len() } else { self.element().map_or(0, |e| e.end) };
        let mut next = self.index + 1;
        std::iter::from_fn(move || {
            while next < end {
                let node = Node { tree: self.tree, index: next };
                let element = node.element()?;
                next = element.end.max(next + 1);
                if element.parent == self.index {
                    return Some(node);
                }
            }
            None
        })
    }

    pub fn all(self, name: &'static str) -> impl Iterator<Item = Node<'a>> {
        self.children().filter(move |child| child.is(name))
    }

    #[must_use]
    pub fn child(self, name: &str) -> Option<Node<'a>> {
        self.children().find(|child| child.is(name))
    }

    /// The element at the end of a path of names; of several of a name the first that leads there.
    #[must_use]
    pub fn at(self, path: &[&str]) -> Option<Node<'a>> {
        let Some((first, rest)) = path.split_first() else { return Some(self) };
        self.children().filter(|child| child.is(first)).find_map(|child| child.at(rest))
    }

    /// The text at the end of a path, where there is any.
    #[must_use]
    pub fn text_at(self, path: &[&str]) -> Option<Text> {
        self.at(path).map(Node::text).filter(|text| !text.is_empty()).map(Text::from)
    }
}
