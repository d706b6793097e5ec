//! A page's elements and text, arranged as browsers arrange them, within bounds.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, ExpandedName, LocalName, ParseOpts, QualName, ns, parse_document};

use crate::ReadError;

/// A year of card rows, each cell a table of its own as mails have them, is 200,000; a table of 20,000 rows is 400,000.
pub const NODES_MAX: usize = 1_000_000;

/// Where browsers stop too; mails nest their tables some thirty deep.
pub const DEPTH_MAX: usize = 512;

/// How much is parsed before the bounds are looked at again.
const CHUNK_BYTES: usize = 1 << 10;

#[derive(Debug)]
pub enum Data {
    Text(String),
    Element {
        name: Rc<QualName>,
        colspan: u32,
        rowspan: u32,
        /// The page says so itself; what a style sheet hides is not known here.
        hidden: bool,
    },
    /// The page itself, and what has no text.
    Other,
}

#[derive(Debug)]
pub struct Node {
    pub data: Data,
    pub children: Vec<usize>,
    parent: Option<usize>,
    /// How deep it stood when it was put in its place.
    depth: usize,
}

impl Node {
    /// The element's name in lower case; empty for what is none.
    pub fn tag(&self) -> &str {
        match &self.data {
            Data::Element { name, .. } => &name.local,
            Data::Text(_) | Data::Other => "",
        }
    }
}

#[derive(Debug)]
pub struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    pub const ROOT: usize = 0;

    /// Parses what [`super::clean::clean`] made.
    ///
    /// # Errors
    /// [`ReadError::ResourceLimit`] for too many nodes, or too deep a nesting.
    pub fn parse(page: &str, nodes_max: usize) -> Result<Self, ReadError> {
        // Without scripts, so that nothing is taken for one.
        let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
        let mut parser = parse_document(Sink::new(), ParseOpts { tree_builder, ..ParseOpts::default() });
        let mut rest = page;
        while !rest.is_empty() {
            let (chunk, following) = rest.split_at(rest.floor_char_boundary(CHUNK_BYTES.min(rest.len())));
            parser.process(StrTendril::from(chunk));
            parser.tokenizer.sink.sink.check(nodes_max)?;
            rest = following;
        }
        let tree = parser.finish();
        tree.check(nodes_max)?;
        Ok(Self { nodes: tree.nodes.into_inner() })
    }

    pub fn node(&self, id: usize) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// The children that are there, in order.
    pub fn children(&self, id: usize) -> impl Iterator<Item = (usize, &Node)> {
        let children = self.node(id).map_or(&[][..], |node| &node.children);
        children.iter().filter_map(|&child| Some((child, self.node(child)?)))
    }
}

#[derive(Clone)]
struct Handle {
    id: usize,
    name: Rc<QualName>,
}

struct Sink {
    nodes: RefCell<Vec<Node>>,
    nameless: Rc<QualName>,
    deepest: Cell<usize>,
}

impl Sink {
    fn new() -> Self {
        let root = Node { data: Data::Other, children: Vec::new(), parent: None, depth: 0 };
        let nameless = Rc::new(QualName::new(None, ns!(), LocalName::from("")));
        Self { nodes: RefCell::new(vec![root]), nameless, deepest: Cell::new(0) }
    }

    fn check(&self, nodes_max: usize) -> Result<(), ReadError> {
        let too_much = |what: String| Err(ReadError::ResourceLimit { what });
        if self.nodes.borrow().len() > nodes_max {
            return too_much(format!("a page of more than {nodes_max} elements"));
        }
        if self.deepest.get() > DEPTH_MAX {
            return too_much(format!("a page whose elements lie more than {DEPTH_MAX} deep"));
        }
        Ok(())
    }

    fn create(&self, data: Data) -> Handle {
        let name = match &data {
            Data::Element { name, .. } => Rc::clone(name),
            Data::Text(_) | Data::Other => Rc::clone(&self.nameless),
        };
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(Node { data, children: Vec::new(), parent: None, depth: 0 });
        Handle { id: nodes.len() - 1, name }
    }

    /// Puts a node or text among the children of `parent`, before the child `before` or as the last.
    fn insert(&self, parent: usize, before: Option<usize>, child: NodeOrText<Handle>) {
        let at = self.place(parent, before);
        let text = match child {
            NodeOrText::AppendNode(node) => {
                self.detach(node.id);
                // Taking it out may have moved what it is put before.
                return self.attach(parent, self.place(parent, before), node.id);
            }
            NodeOrText::AppendText(text) => text,
        };
        let mut nodes = self.nodes.borrow_mut();
        let neighbour = at.checked_sub(1).and_then(|at| nodes.get(parent)?.children.get(at).copied());
        if let Some(Node { data: Data::Text(written), .. }) = neighbour.and_then(|id| nodes.get_mut(id)) {
            written.push_str(&text);
            return;
        }
        drop(nodes);
        let node = self.create(Data::Text(text.to_string()));
        self.attach(parent, at, node.id);
    }

    fn place(&self, parent: usize, before: Option<usize>) -> usize {
        let nodes = self.nodes.borrow();
        let Some(parent) = nodes.get(parent) else { return 0 };
        // From the end, where a page grows.
        let found = before.and_then(|before| parent.children.iter().rposition(|&child| child == before));
        found.unwrap_or(parent.children.len())
    }

    fn attach(&self, parent: usize, at: usize, child: usize) {
        let mut nodes = self.nodes.borrow_mut();
        let Some(above) = nodes.get_mut(parent) else { return };
        let depth = above.depth + 1;
        above.children.insert(at.min(above.children.len()), child);
        if let Some(node) = nodes.get_mut(child) {
            (node.parent, node.depth) = (Some(parent), depth);
        }
        self.deepest.set(self.deepest.get().max(depth));
    }

    fn detach(&self, child: usize) {
        let mut nodes = self.nodes.borrow_mut();
        let Some(parent) = nodes.get_mut(child).and_then(|node| node.parent.take()) else { return };
        if let Some(parent) = nodes.get_mut(parent)
            && let Some(at) = parent.children.iter().rposition(|&other| other == child)
        {
            parent.children.remove(at);
        }
    }
}

impl TreeSink for Sink {
    type Handle = Handle;
    type Output = Self;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Self {
        self
    }

    fn parse_error(&self, _message: std::borrow::Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        Handle { id: Tree::ROOT, name: Rc::clone(&self.nameless) }
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        target.name.expanded()
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _flags: ElementFlags) -> Handle {
        let number = |wanted: &str| {
            let attribute = attributes.iter().find(|attribute| &*attribute.name.local == wanted)?;
            attribute.value.parse().ok()
        };
        let hidden = attributes.iter().any(|attribute| &*attribute.name.local == "hidden");
        let (colspan, rowspan) = (number("colspan").unwrap_or(1), number("rowspan").unwrap_or(1));
        self.create(Data::Element { name: Rc::new(name), colspan, rowspan, hidden })
    }

    fn create_comment(&self, _text: StrTendril) -> Handle {
        self.create(Data::Other)
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> Handle {
        self.create(Data::Other)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.insert(parent.id, None, child);
    }

    fn append_based_on_parent_node(&self, element: &Handle, previous: &Handle, child: NodeOrText<Handle>) {
        let has_parent = self.nodes.borrow().get(element.id).is_some_and(|node| node.parent.is_some());
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _name: StrTendril, _public_id: StrTendril, _system_id: StrTendril) {}

    fn get_template_contents(&self, target: &Handle) -> Handle {
        target.clone()
    }

    fn same_node(&self, one: &Handle, other: &Handle) -> bool {
        one.id == other.id
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Handle, node: NodeOrText<Handle>) {
        let parent = self.nodes.borrow().get(sibling.id).and_then(|node| node.parent);
        if let Some(parent) = parent {
            self.insert(parent, Some(sibling.id), node);
        }
    }

    fn add_attrs_if_missing(&self, _target: &Handle, _attributes: Vec<Attribute>) {}

    fn remove_from_parent(&self, target: &Handle) {
        self.detach(target.id);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        let children = match self.nodes.borrow_mut().get_mut(node.id) {
            Some(node) => std::mem::take(&mut node.children),
            None => return,
        };
        for child in children {
            self.attach(new_parent.id, usize::MAX, child);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_bounded() {
        assert!(Tree::parse(&"<br>".repeat(5_000), 10_000).is_ok());
        let error = Tree::parse(&"<br>".repeat(50_000), 10_000).unwrap_err();
        assert_eq!(error.to_string(), "more work than allowed: a page of more than 10000 elements");
    }
}
