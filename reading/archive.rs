//! ZIP archives: each file in them, bounded.
