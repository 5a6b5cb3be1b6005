//! Any bytes as Go tokens: they cover the text, and each of them stands for itself.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| gosleuth_fuzz::go::check_tokens(data));
