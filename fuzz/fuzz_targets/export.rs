//! Bytes as an exported package. Whatever they are, they become a package that can be asked and exported again, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| gosleuth_fuzz::import_package(data));
