//! Archives and manifests: any bytes as a tar archive; and, so that the manifest is reached, as a manifest and a part behind good
//! headers. The first byte chooses.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&pick, data)) = data.split_first() else {
        return;
    };
    match pick % 3 {
        0 => {
            gosleuth_fuzz::read_bounded(data);
        }
        1 => {
            // Headers with their checksums mended: an entry is more often met than by chance.
            let mut data = data.to_vec();
            gosleuth_fuzz::archive::mend(&mut data);
            gosleuth_fuzz::read_bounded(&data);
        }
        _ => {
            let middle = data.iter().position(|byte| *byte == 0).unwrap_or(data.len() / 2);
            let (manifest, part) = data.split_at(middle);
            gosleuth_fuzz::read_bounded(&gosleuth_fuzz::archive::capture(manifest, part));
        }
    }
});
