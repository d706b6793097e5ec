//! `make-samples` redraws everything under `samples/`; `make-samples items OUT.pdf P1.json …` draws pdf.js
//! text items back into a PDF.

use std::path::Path;

use anyhow::{Context, bail};
use make_samples::{page_items, pdf, samples};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => redraw(),
        [command, output, pages @ ..] if command == "items" && !pages.is_empty() => {
            let pages: Vec<String> = pages
                .iter()
                .map(|path| std::fs::read_to_string(path).with_context(|| format!("could not read {path}")))
                .collect::<anyhow::Result<_>>()?;
            let bytes = page_items::draw(&pages, pdf::A4)?;
            std::fs::write(output, bytes).with_context(|| format!("could not write {output}"))
        }
        _ => bail!("usage: make-samples | make-samples items OUT.pdf P1.json P2.json …"),
    }
}

fn redraw() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the crate has no folder above it")?;
    for file in samples::files()? {
        let path = root.join(file.folder).join(&file.name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("could not create {}", folder.display()))?;
        }
        std::fs::write(&path, &file.bytes).with_context(|| format!("could not write {}", path.display()))?;
        println!("{} {}", file.bytes.len(), path.display());
    }
    Ok(())
}
