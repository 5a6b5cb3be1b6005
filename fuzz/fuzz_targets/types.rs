//! Go as one package: any bytes, or (first byte odd) any tokens, so that more of it gets past the parser. Whatever it is, checking
//! ends, in bounded memory, and what it declares and records can be shown.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match data.split_first() {
        Some((first, rest)) if first % 2 == 1 => {
            let text = format!("package p\nimport (\"unsafe\"; \"lib\")\n{}", gosleuth_fuzz::go::from_tokens(rest));
            gosleuth_fuzz::check_types(text.as_bytes());
        }
        Some((_, rest)) => gosleuth_fuzz::check_types(rest),
        None => {}
    }
});
