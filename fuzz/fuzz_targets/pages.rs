//! Any words anywhere on pages (`make_samples::page_text`): the layouts and the engine without a file format around them.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = parsers::parse(&make_samples::page_text::document(text));
});
