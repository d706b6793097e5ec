//! Draws a page's text items, as pdf.js lists them, back into a PDF at the same coordinates.
//!
//! Published samples of bank PDFs come as such lists: `str`, `width`, `transform` = `[a, b, c, d, x, y]` with
//! the origin at the bottom left. The characters stay as they are (a bank's Kangxi radicals too), and each
//! run is stretched so that it is exactly as wide as its item.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use serde_json::Value;

use crate::MakeError;
use crate::pdf::{Font, FontId, Info, Pdf, half_width};

/// One document from one item list a page, each the text of a JSON file: a list, or an object whose `items`
/// is the list. Items of white space only are pdf.js's own invention and are left out.
///
/// # Errors
/// [`MakeError::PageItems`] or [`MakeError::NoItemList`] for text that is no such list.
pub fn draw(pages: &[String], page_size: (f32, f32)) -> Result<Vec<u8>, MakeError> {
    let mut pdf = Pdf::new(Info {
        title: "",
        producer: "make-samples",
        creator: "make-samples",
        made: DateTime::constant(2026, 9, 1, 0, 0, 0, 0),
    });
    let mut fonts: BTreeMap<String, FontId> = BTreeMap::new();
    for page in pages {
        let list: Value = serde_json::from_str(page).map_err(MakeError::PageItems)?;
        let items = list.as_array().or_else(|| list.get("items")?.as_array()).ok_or(MakeError::NoItemList)?;
        pdf.page(page_size);
        for item in items {
            let Some((text, width, matrix)) = read_item(item) else {
                continue;
            };
            let name = item.get("fontName").and_then(Value::as_str).unwrap_or("");
            let font = *fonts
                .entry(name.to_owned())
                .or_insert_with(|| pdf.font(Font::Subset { name: "ITEMS+Song", advance: half_width }));
            let natural = pdf.width(font, matrix[2].hypot(matrix[3]), text);
            let stretch = if natural > 0.0 && width > 0.0 { width / natural } else { 1.0 };
            pdf.text_at(font, matrix, stretch, text);
        }
    }
    pdf.finish(None)
}

/// Text, width in points and matrix of an item that draws something.
fn read_item(item: &Value) -> Option<(&str, f32, [f32; 6])> {
    let text = item.get("str")?.as_str()?;
    if text.trim().is_empty() {
        return None;
    }
    let number = |value: &Value| value.as_f64().map(|number| number as f32);
    let width = number(item.get("width")?)?;
    let mut matrix = [0.0; 6];
    let given = item.get("transform")?.as_array()?;
    for (slot, value) in matrix.iter_mut().zip(given) {
        *slot = number(value)?;
    }
    (given.len() == 6).then_some((text, width, matrix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::A4;

    #[test]
    fn refuses_what_is_no_item_list() {
        assert!(matches!(draw(&["{}".to_owned()], A4), Err(MakeError::NoItemList)));
        assert!(matches!(draw(&["[".to_owned()], A4), Err(MakeError::PageItems(_))));
    }

    #[test]
    fn draws_every_item_with_ink() {
        let page = r#"[{"str":"⼾名：老农","width":41.9,"transform":[8.4,0,0,8.4,46.5,770.9],"fontName":"f1"},
                       {"str":" ","width":9.0,"transform":[8.4,0,0,8.4,90,770.9],"fontName":"f1"}]"#;
        let bytes = draw(&[page.to_owned()], A4).unwrap();
        let file = lopdf::Document::load_mem(&bytes).unwrap();
        let content = file.get_page_content(file.page_iter().next().unwrap());
        assert_eq!(String::from_utf8_lossy(&content).matches(" Tj").count(), 1);
    }
}
