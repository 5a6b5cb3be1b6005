//! Protobuf profiles: the input is given the first bytes of a profile, so that it always gets past detection.
#![no_main]

use libfuzzer_sys::fuzz_target;

/// `sample_type { type: 1 unit: 2 }`, as Go writes it first.
const HEAD: &[u8] = &[0x0a, 0x04, 0x08, 0x01, 0x10, 0x02];

fuzz_target!(|data: &[u8]| {
    if data.starts_with(&HEAD[..1]) {
        gosleuth_fuzz::read_bounded(data);
    } else {
        gosleuth_fuzz::read_bounded(&[HEAD, data].concat());
    }
});
