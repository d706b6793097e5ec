//! `make-samples` redraws everything under `samples/`; `make-samples items OUT.pdf P1.json …` draws pdf.js
//! text items back into a PDF; `make-samples papers` draws the layouts' own samples; `make-samples invented SEED FILE` a
//! statement of a bank that does not exist; `make-samples life WAY SEED FOLDER` the papers of a drawn life, with what
//! happened in it; `make-samples bench FOLDER` writes the statements that benchmarks read.

use std::path::Path;

use anyhow::{Context, bail};
use make_samples::people::drawn::{self, Way};
use make_samples::{bench_inputs, figures, invented, page_items, papers, pdf, samples};

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
        [command] if command == "papers" => draw_papers(),
        [command, seed, output] if command == "invented" => {
            let drawn = invented::draw(seed.parse().with_context(|| format!("{seed} is no number"))?)?;
            println!("{}", drawn.choices);
            std::fs::write(output, drawn.bytes).with_context(|| format!("could not write {output}"))
        }
        [command, way, seed, folder] if command == "life" => {
            let way =
                Way::ALL.into_iter().find(|one| one.word() == way).with_context(|| format!("no life is {way}"))?;
            write_life(way, seed.parse().with_context(|| format!("{seed} is no number"))?, Path::new(folder))
        }
        [command, folder] if command == "bench" => write_bench_inputs(Path::new(folder)),
        _ => bail!(
            "usage: make-samples | make-samples items OUT.pdf P1.json P2.json … | make-samples papers | make-samples invented SEED FILE | make-samples life WAY SEED FOLDER | make-samples bench FOLDER"
        ),
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

fn draw_papers() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../parsers");
    for (path, draw) in papers::PAPERS.iter().copied().flatten() {
        let to = root.join(path);
        if papers::is_salted(path) && to.exists() {
            continue;
        }
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("could not create {}", folder.display()))?;
        }
        let bytes = draw().with_context(|| format!("could not draw {path}"))?;
        std::fs::write(&to, &bytes).with_context(|| format!("could not write {}", to.display()))?;
        println!("{} {}", bytes.len(), path);
    }
    Ok(())
}

/// The papers, what was spent (`spent.csv`), and what the features must come to (`figures.csv`).
fn write_life(way: Way, seed: u64, folder: &Path) -> anyhow::Result<()> {
    let applicant = drawn::life(way, seed)?;
    std::fs::create_dir_all(folder).with_context(|| format!("could not create {}", folder.display()))?;
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).with_context(|| format!("could not write {}", path.display()))
    };
    for paper in &applicant.papers {
        write(&paper.file_name(), &paper.print()?)?;
    }
    let spent = applicant.world.spent.iter().map(|spent| format!("{},{:?},{}\n", spent.at, spent.on, spent.amount));
    write("spent.csv", spent.collect::<String>().as_bytes())?;
    let figures = figures::of(&applicant.world).into_iter().map(|(name, value)| format!("{name},{value}\n"));
    write("figures.csv", figures.collect::<String>().as_bytes())
}

fn write_bench_inputs(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("could not create {}", folder.display()))?;
    for (name, bytes) in [
        ("alipay-20000.csv", bench_inputs::alipay_csv(20_000)),
        ("wechat-5000.xlsx", bench_inputs::wechat_xlsx(5_000)?),
        ("cmb-200-pages.pdf", bench_inputs::cmb_pdf(200, 40)?),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, &bytes).with_context(|| format!("could not write {}", path.display()))?;
        println!("{} {}", bytes.len(), path.display());
    }
    Ok(())
}
