//! Any bytes: every text form, log wrapping, detection.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    gosleuth_fuzz::read_bounded(data);
});
