//! Tar archives around fuzzed bytes.

const BLOCK: usize = 512;

/// Writes the mark and the right checksum into every block that could be a header.
pub fn mend(data: &mut [u8]) {
    let mut at = 0;
    while at + BLOCK <= data.len() && at < 64 * BLOCK {
        let header = &mut data[at..at + BLOCK];
        header[257..263].copy_from_slice(b"ustar\0");
        seal(header);
        let size = header[124..135]
            .iter()
            .take_while(|byte| matches!(byte, b'0'..=b'7'))
            .fold(0usize, |size, byte| size.saturating_mul(8).saturating_add(usize::from(byte - b'0')));
        at = at.saturating_add(BLOCK).saturating_add(size.saturating_add(BLOCK - 1) / BLOCK * BLOCK);
    }
}

/// An archive with a manifest and one part that the manifest may name `p`.
pub fn capture(manifest: &[u8], part: &[u8]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, data) in [("manifest.json", manifest), ("p", part)] {
        let mut header = [0; BLOCK];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..136].copy_from_slice(format!("{:011o}\0", data.len()).as_bytes());
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        seal(&mut header);
        archive.extend_from_slice(&header);
        archive.extend_from_slice(data);
        archive.resize(archive.len().next_multiple_of(BLOCK), 0);
    }
    archive
}

fn seal(header: &mut [u8]) {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}
