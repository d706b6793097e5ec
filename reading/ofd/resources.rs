//! What a document's pages share: fonts, by their ids, and drawings used more than once.

use std::collections::BTreeMap;

use model::Text;

use super::package::{Package, resolve};
use crate::ReadError;
use crate::xml::Element;

/// A statement has two to six fonts.
const FONTS_MAX: usize = 10_000;

#[derive(Debug, Default)]
pub struct Resources {
    /// Index in the document's list of font names, by id.
    fonts: BTreeMap<String, u16>,
    composites: BTreeMap<String, Element>,
}

impl Resources {
    /// Reads one part of resources. Font names are added to `names`, which all documents of a file share.
    pub fn read(&mut self, package: &mut Package<'_>, path: &str, names: &mut Vec<Text>) -> Result<(), ReadError> {
        let Some(part) = package.part(path)? else { return Ok(()) };
        let lists = part.root.children;
        for list in lists {
            match list.name.as_str() {
                "Fonts" => self.read_fonts(&list, names)?,
                "CompositeGraphicUnits" => {
                    let units =
                        list.children.into_iter().filter_map(|unit| Some((unit.attribute("ID")?.to_owned(), unit)));
                    self.composites.extend(units);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn read_fonts(&mut self, list: &Element, names: &mut Vec<Text>) -> Result<(), ReadError> {
        for font in list.children("Font") {
            let (Some(id), index) = (font.attribute("ID"), names.len()) else { continue };
            let Some(index) = u16::try_from(index).ok().filter(|_| index < FONTS_MAX) else {
                return Err(ReadError::ResourceLimit { what: format!("more than {FONTS_MAX} fonts") });
            };
            let name = font.attribute("FontName").or_else(|| font.attribute("FamilyName")).unwrap_or("");
            names.push(name.into());
            self.fonts.insert(id.to_owned(), index);
        }
        Ok(())
    }

    /// The font's index; the first for one that is not listed.
    pub fn font(&self, id: &str) -> u16 {
        self.fonts.get(id.trim()).copied().unwrap_or(0)
    }

    pub fn composite(&self, id: &str) -> Option<&Element> {
        self.composites.get(id.trim())
    }
}

/// The parts of resources that an element of a part at `from` names.
pub fn listed<'a>(element: &'a Element, from: &'a str) -> impl Iterator<Item = String> + 'a {
    let named =
        element.children.iter().filter(|child| matches!(child.name.as_str(), "PublicRes" | "DocumentRes" | "PageRes"));
    named.map(move |child| resolve(from, &child.text))
}
