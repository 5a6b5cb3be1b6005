//! The form of the summary. Numbers have seven bits per byte, lowest first; texts and blobs their length before them; all is deflated.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::ops::Range;

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
    number(&mut out, summary.targets.len());
    for (goos, goarch) in &summary.targets {
        blob(&mut out, goos.as_bytes());
        blob(&mut out, goarch.as_bytes());
    }
    number(&mut out, summary.packages.len());
    for (path, package) in &summary.packages {
        blob(&mut out, path.as_bytes());
        number(&mut out, usize::from(package.importable));
        let mut blobs: Vec<&[u8]> = Vec::new();
        let mut variants = Vec::new();
        for target in 0..summary.targets.len() {
            let Some(Some(bytes)) = package.exported.get(target) else {
                variants.push(0);
                continue;
            };
            let place = blobs.iter().position(|known| *known == bytes.as_slice());
            variants.push(1 + place.unwrap_or(blobs.len()));
            if place.is_none() {
                blobs.push(bytes);
            }
        }
        number(&mut out, blobs.len());
        blobs.into_iter().for_each(|bytes| blob(&mut out, bytes));
        variants.into_iter().for_each(|variant| number(&mut out, variant));
        let mut by_version: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
        for (name, &minor) in &package.since {
            by_version.entry(minor).or_default().push(name);
        }
        number(&mut out, by_version.len());
        for (minor, names) in by_version {
            number(&mut out, minor as usize);
            number(&mut out, names.len());
            names.into_iter().for_each(|name| blob(&mut out, name.as_bytes()));
        }
    }
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    let written = encoder.write_all(&out);
    debug_assert!(written.is_ok(), "a vector takes everything");
    encoder.finish().unwrap_or_default()
}

fn number(out: &mut Vec<u8>, number: usize) {
    let mut rest = number as u64;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

fn blob(out: &mut Vec<u8>, bytes: &[u8]) {
    number(out, bytes.len());
    out.extend_from_slice(bytes);
}

/// Reads what [`pack`] wrote.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    place: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, place: 0 }
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..63).step_by(7) {
            let byte = *self.bytes.get(self.place)?;
            self.place += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    pub(super) fn range(&mut self) -> Option<Range<usize>> {
        let length = usize::try_from(self.number()?).ok()?;
        let end = self.place.checked_add(length).filter(|&end| end <= self.bytes.len())?;
        let range = self.place..end;
        self.place = end;
        Some(range)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        let range = self.range()?;
        std::str::from_utf8(&self.bytes[range]).ok()
    }
}
