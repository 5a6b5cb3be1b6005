//! What finds packages: `go.mod`, `go.work`, build constraints, headers of Go files, and whole machines with such files. The first byte
//! picks.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&pick, rest)) = data.split_first() else { return };
    match pick % 5 {
        0 => gosleuth_fuzz::modules::go_mod(rest),
        1 => gosleuth_fuzz::modules::go_work(rest),
        2 => gosleuth_fuzz::modules::constraint(rest),
        3 => gosleuth_fuzz::modules::header(rest),
        _ => gosleuth_fuzz::modules::machine(rest),
    }
});
