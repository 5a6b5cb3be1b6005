//! Execution traces: the input is given a header, so that it always gets past detection.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if data.starts_with(b"go 1.1") || data.starts_with(b"go 1.2") {
        gosleuth_fuzz::read_bounded(data);
        return;
    }
    // The first byte chooses the form.
    let version = match data.first().map(|byte| byte % 7) {
        Some(0) => b"go 1.22 trace\0\0\0",
        Some(1) => b"go 1.23 trace\0\0\0",
        Some(2) => b"go 1.25 trace\0\0\0",
        Some(3) => b"go 1.11 trace\0\0\0",
        Some(4) => b"go 1.19 trace\0\0\0",
        Some(5) => b"go 1.21 trace\0\0\0",
        _ => b"go 1.26 trace\0\0\0",
    };
    gosleuth_fuzz::read_bounded(&[&version[..], data.get(1..).unwrap_or_default()].concat());
});
