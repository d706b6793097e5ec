//! Small papers for the layouts' own samples, one module a family: `make-samples papers` writes them beside their
//! layouts, `parsers/<issuer>/samples/…`.

pub mod account;
pub mod banks;
pub mod bills;
pub mod cards;
pub mod corporate;
pub mod first;
pub mod forms;
pub mod fund;
pub mod inferred;
pub mod lists;
pub mod loans;
pub mod mail;
pub mod print;
pub mod regional;
pub mod social;
pub mod table;

pub mod wages;
pub mod wallets;

use crate::MakeError;

/// A path under `parsers/`, and how to draw what stands there.
pub type Paper = (&'static str, fn() -> Result<Vec<u8>, MakeError>);

/// Every family's papers.
pub const PAPERS: &[&[Paper]] = &[
    first::PAPERS,
    banks::PAPERS,
    regional::PAPERS,
    corporate::PAPERS,
    cards::PAPERS,
    wallets::PAPERS,
    wages::PAPERS,
    fund::PAPERS,
    social::PAPERS,
    bills::PAPERS,
    inferred::PAPERS,
    loans::PAPERS,
];

/// Whether each drawing differs from the last: an encrypted archive's salt is random.
#[must_use]
pub fn is_salted(path: &str) -> bool {
    path.contains(".pw-")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_repository_holds_what_is_drawn() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../parsers");
        for (path, draw) in PAPERS.iter().copied().flatten() {
            let held = std::fs::read(root.join(path)).unwrap_or_default();
            let same = if is_salted(path) { !held.is_empty() } else { held == draw().unwrap() };
            assert!(same, "{path} differs: run `cargo run -p make-samples papers`");
        }
    }
}
