//! Any words anywhere on pages (`model::page_text`): the layouts and the engine without a file format around them.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = parsers::parse(&model::page_text::document(text));
});
