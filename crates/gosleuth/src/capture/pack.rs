//! One file of a capture: tar, compressed with zstd, the manifest first.
//!
//! Every few MiB are a zstd frame of their own. That bounds memory, costs nothing (the encoder's window is smaller), and a damaged
//! frame does not take the others with it. `tar --zstd -xf` unpacks it.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::store::{MANIFEST, Store, file_of};

/// Bytes of a frame before compression.
const FRAME: usize = 4 << 20;
/// A block of tar.
const BLOCK: usize = 512;
/// Longest name that fits a header.
const MAX_NAME: usize = 100;

/// Packs what the store has. Gives the sizes before and after.
pub(crate) fn pack(store: &Store, path: &Path) -> Result<(u64, u64)> {
    let wrong = || format!("cannot write {}", path.display());
    let coming = path.with_extension("case.coming");
    let file = File::create(&coming).with_context(wrong)?;
    let mut archive = Archive {
        frames: Frames {
            out: BufWriter::new(file),
            pending: Vec::with_capacity(FRAME),
            before: 0,
            after: 0,
        },
    };
    let manifest = fs::read(store.directory().join(MANIFEST)).with_context(wrong)?;
    archive
        .add(MANIFEST, manifest.len() as u64, &mut manifest.as_slice())
        .with_context(wrong)?;
    for part in &store.manifest.parts {
        let Some(from) = file_of(store.directory(), part) else {
            continue;
        };
        let Ok(mut file) = File::open(&from) else { continue };
        let size = file.metadata().with_context(wrong)?.len();
        archive.add(&part.name, size, &mut file).with_context(wrong)?;
    }
    let sizes = archive.finish().with_context(wrong)?;
    fs::rename(&coming, path).with_context(wrong)?;
    Ok(sizes)
}

struct Archive<W> {
    frames: Frames<W>,
}

impl<W: Write> Archive<W> {
    fn add(&mut self, name: &str, size: u64, bytes: &mut dyn Read) -> Result<()> {
        self.frames.write_all(&header(name, size)?)?;
        let copied = std::io::copy(&mut bytes.take(size), &mut self.frames)?;
        ensure!(copied == size, "{name} has changed while it was packed");
        let padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
        self.frames
            .write_all(&[0; BLOCK][..usize::try_from(padding).unwrap_or(0)])?;
        Ok(())
    }

    fn finish(mut self) -> Result<(u64, u64)> {
        self.frames.write_all(&[0; 2 * BLOCK])?;
        self.frames.flush_frame()?;
        self.frames.out.flush()?;
        Ok((self.frames.before, self.frames.after))
    }
}

/// A ustar header.
fn header(name: &str, size: u64) -> Result<[u8; BLOCK]> {
    ensure!(name.len() <= MAX_NAME, "the name {name} is too long for an archive");
    ensure!(size < 1 << 33, "{name} is too large for an archive");
    let mut header = [0; BLOCK];
    let mut put = |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000644");
    put(108, "0000000");
    put(116, "0000000");
    put(124, &format!("{size:011o}"));
    // Times are in the manifest; without them here the same capture gives the same archive.
    put(136, "00000000000");
    put(148, "        ");
    put(156, "0");
    put(257, "ustar\x0000");
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Ok(header)
}

/// Cuts a stream into zstd frames.
struct Frames<W> {
    out: W,
    pending: Vec<u8>,
    before: u64,
    after: u64,
}

impl<W: Write> Frames<W> {
    fn flush_frame(&mut self) -> std::io::Result<()> {
        if !self.pending.is_empty() {
            let frame = compress_to_vec(self.pending.as_slice(), CompressionLevel::Fastest);
            self.before += self.pending.len() as u64;
            self.after += frame.len() as u64;
            self.out.write_all(&frame)?;
            self.pending.clear();
        }
        Ok(())
    }
}

impl<W: Write> Write for Frames<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let room = FRAME - self.pending.len();
        let count = room.min(bytes.len());
        self.pending.extend_from_slice(&bytes[..count]);
        if self.pending.len() == FRAME {
            self.flush_frame()?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
