//! Traces that take more than one reader's knowledge of a file: fonts compared where the figures stand.

pub mod fonts;
