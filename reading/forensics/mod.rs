//! Traces that take more than one reader's knowledge of a file: fonts compared where the figures stand, signatures verified.

pub mod cms_signature;
pub mod fonts;
