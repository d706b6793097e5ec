//! Any bytes: told what they are, read, and parsed by whatever layout fits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reading::{Limits, archive};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    let passwords = ["123456"];
    for entry in archive::unpack(bytes, &passwords, &limits).unwrap_or_default() {
        let Ok(bytes) = entry.content else { continue };
        parse(&bytes, &passwords, &limits);
    }
    parse(bytes, &passwords, &limits);
});

fn parse(bytes: &[u8], passwords: &[&str], limits: &Limits) {
    if let Ok(document) = reading::read(bytes, passwords, limits, None) {
        let _ = parsers::parse(&document);
        let _ = parsers::shape(&document);
    }
}
