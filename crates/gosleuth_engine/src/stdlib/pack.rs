//! The form of the summary. Numbers have seven bits per byte, lowest first; texts and blobs their length before them; all is deflated.

use std::collections::BTreeMap;
use std::io::Write as _;

use crate::bytes::{blob, number};

/// What goes into the summary.
#[derive(Debug, Default)]
pub struct Summary {
    /// `go1.27.3`
    pub version: String,
    /// Hash of the sources.
    pub inputs: String,
    /// Operating systems and processors.
    pub targets: Vec<(String, String)>,
    /// By import path.
    pub packages: BTreeMap<String, PackedPackage>,
}

/// A package of the summary.
#[derive(Debug, Default)]
pub struct PackedPackage {
    /// Whether programs can import it.
    pub importable: bool,
    /// The exported package, by target.
    pub exported: Vec<Option<Vec<u8>>>,
    /// The minor version of Go that brought a name.
    pub since: BTreeMap<String, u32>,
}

/// The bytes of a summary.
pub fn pack(summary: &Summary) -> Vec<u8> {
    let mut out = Vec::new();
    blob(&mut out, summary.version.as_bytes());
    blob(&mut out, summary.inputs.as_bytes());
    number(&mut out, summary.targets.len() as u64);
    for (goos, goarch) in &summary.targets {
        blob(&mut out, goos.as_bytes());
        blob(&mut out, goarch.as_bytes());
    }
    number(&mut out, summary.packages.len() as u64);
    for (path, package) in &summary.packages {
        blob(&mut out, path.as_bytes());
        number(&mut out, u64::from(package.importable));
        let mut blobs: Vec<&[u8]> = Vec::new();
        let mut variants = Vec::new();
        for target in 0..summary.targets.len() {
            let Some(Some(bytes)) = package.exported.get(target) else {
                variants.push(0);
                continue;
            };
            let place = blobs.iter().position(|known| *known == bytes.as_slice());
            variants.push(1 + place.unwrap_or(blobs.len()) as u64);
            if place.is_none() {
                blobs.push(bytes);
            }
        }
        number(&mut out, blobs.len() as u64);
        blobs.into_iter().for_each(|bytes| blob(&mut out, bytes));
        variants.into_iter().for_each(|variant| number(&mut out, variant));
        let mut by_version: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
        for (name, &minor) in &package.since {
            by_version.entry(minor).or_default().push(name);
        }
        number(&mut out, by_version.len() as u64);
        for (minor, names) in by_version {
            number(&mut out, u64::from(minor));
            number(&mut out, names.len() as u64);
            names.into_iter().for_each(|name| blob(&mut out, name.as_bytes()));
        }
    }
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    let written = encoder.write_all(&out);
    debug_assert!(written.is_ok(), "a vector takes everything");
    encoder.finish().unwrap_or_default()
}
