//! Compressed input: any bytes behind the magic numbers of gzip and zstd.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    gosleuth_fuzz::read_bounded(data);
    gosleuth_fuzz::read_bounded(&[b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", data].concat());
    gosleuth_fuzz::read_bounded(&[b"\x28\xb5\x2f\xfd", data].concat());
});
