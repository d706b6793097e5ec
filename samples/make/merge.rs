//! Several PDFs as one, page after page, as people merge the papers of two months before they hand them in.

use lopdf::{Dictionary, Document, Object};

use crate::MakeError;

/// The pages of all files in one.
///
/// # Errors
/// [`MakeError`] when a file is no PDF, or the writer refuses.
pub fn merge(files: &[&[u8]]) -> Result<Vec<u8>, MakeError> {
    let mut whole = Document::with_version("1.5");
    let tree = whole.new_object_id();
    let mut kids = Vec::new();
    for bytes in files {
        let mut file = Document::load_mem(bytes).map_err(MakeError::Pdf)?;
        file.renumber_objects_with(whole.max_id + 1);
        whole.max_id = file.max_id;
        for (_, id) in file.get_pages() {
            // What pages inherit is written into each before its tree goes.
            let mut page = file.get_dictionary(id).map_err(MakeError::Pdf)?.clone();
            page.set("Parent", Object::Reference(tree));
            file.objects.insert(id, Object::Dictionary(page));
            kids.push(Object::Reference(id));
        }
        whole.objects.append(&mut file.objects);
    }
    let count = i64::try_from(kids.len()).map_err(|_| MakeError::TooLarge { what: "a list of pages" })?;
    let mut pages = Dictionary::new();
    pages.set("Type", Object::Name(b"Pages".to_vec()));
    pages.set("Count", count);
    pages.set("Kids", kids);
    whole.objects.insert(tree, Object::Dictionary(pages));
    let mut catalog = Dictionary::new();
    catalog.set("Type", Object::Name(b"Catalog".to_vec()));
    catalog.set("Pages", Object::Reference(tree));
    let catalog = whole.add_object(catalog);
    whole.trailer.set("Root", Object::Reference(catalog));
    whole.prune_objects();
    let mut bytes = Vec::new();
    whole.save_to(&mut bytes).map_err(MakeError::PdfBytes)?;
    Ok(bytes)
}
