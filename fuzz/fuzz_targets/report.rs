//! The whole way: evidence, case, every output format, redacted and not. JSON has to be JSON.
#![no_main]

use gosleuth_case::CaseOptions;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let set = gosleuth_fuzz::read_bounded(data);
    let case = gosleuth_case::build(&set, &CaseOptions::default());
    gosleuth_fuzz::write_all(&set, &case);
});
