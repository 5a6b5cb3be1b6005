//! Go as one file: any bytes, or (first byte odd) any tokens, so that more of it gets past the first error. Whatever it is, the tree keeps
//! what it promises, in bounded memory.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match data.split_first() {
        Some((first, rest)) if first % 2 == 1 => {
            let text = format!("package p\n{}", gosleuth_fuzz::go::from_tokens(rest));
            gosleuth_fuzz::bounded(text.len(), || gosleuth_fuzz::go::check_tree(text.as_bytes()));
        }
        Some((_, rest)) => gosleuth_fuzz::bounded(rest.len(), || gosleuth_fuzz::go::check_tree(rest)),
        None => {}
    }
});
