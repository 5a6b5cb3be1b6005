//! The standard library for machines without Go: what programs can see of it, carried along.
//!
//! `cargo xtask generate std` makes the file from the sources of a Go version. It holds the exported form of each package, for several
//! targets where they differ, and since which version of Go names are there. Packages are made from it when somebody asks.
//!
//! With a Go root its sources are read instead: bodies matter too.

mod pack;

use std::io::Read as _;
use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

use gosleuth_types::export;
use gosleuth_types::{PkgId, World};
use rustc_hash::FxHashMap;

pub use pack::{PackedPackage, Summary, pack};

use crate::bytes::Reader;

static EMBEDDED: &[u8] = include_bytes!("stdlib/std.bin");

/// The summary, as far as it is the same for all targets.
struct Contents {
    bytes: Vec<u8>,
    version: String,
    /// Hash of the sources it was made from.
    inputs: String,
    targets: Vec<(String, String)>,
    packages: FxHashMap<String, Package>,
}

struct Package {
    /// Whether programs can import it; the others are there because those lead to them.
    importable: bool,
    /// For each target where the exported package stands.
    variants: Vec<Option<Range<usize>>>,
    /// Minor version of Go that brought a name, by name; 0 is not listed.
    since: FxHashMap<String, u32>,
}

/// The summary as one target sees it.
pub struct Stdlib {
    contents: &'static Contents,
    target: usize,
    /// What has been made of it, for one world.
    loaded: Mutex<FxHashMap<String, PkgId>>,
}

impl Stdlib {
    /// The summary that is part of the program. A target that it does not have gets the most similar one.
    pub fn embedded(goos: &str, goarch: &str) -> Self {
        static CONTENTS: OnceLock<Contents> = OnceLock::new();
        let contents = CONTENTS.get_or_init(|| Contents::read(EMBEDDED).unwrap_or_else(Contents::empty));
        let score = |(os, arch): &(String, String)| {
            let same_os = os == goos;
            // Every other system is more like Linux than like Windows.
            (2 * u32::from(same_os || (os == "linux" && !contents.targets.iter().any(|(os, _)| os == goos))))
                + u32::from(arch == goarch)
        };
        let best = (0..contents.targets.len())
            .rev()
            .max_by_key(|&index| score(&contents.targets[index]));
        Self {
            contents,
            target: best.unwrap_or(0),
            loaded: Mutex::new(FxHashMap::default()),
        }
    }

    /// The Go version it was made from, `go1.27.3`.
    pub fn version(&self) -> &str {
        &self.contents.version
    }

    /// Hash of the sources it was made from.
    pub fn inputs(&self) -> &str {
        &self.contents.inputs
    }

    /// Whether programs for this target can import a path.
    pub fn has(&self, path: &str) -> bool {
        self.contents
            .packages
            .get(path)
            .is_some_and(|package| package.importable && package.variants[self.target].is_some())
    }

    /// The import paths that programs for this target can import, sorted.
    pub fn paths(&self) -> Vec<&str> {
        let mut paths: Vec<&str> = self.contents.packages.keys().map(String::as_str).collect();
        paths.retain(|path| self.has(path));
        paths.sort_unstable();
        paths
    }

    /// The minor version of Go that brought a name of a package: `Compare`, `File.Chmod` for a method or field. None for names that it
    /// does not know; 0 is Go 1.0.
    pub fn since(&self, path: &str, name: &str) -> Option<u32> {
        let package = self.contents.packages.get(path)?;
        package.since.get(name).copied()
    }

    /// A package, made from the summary in the world if it is not there yet. All calls are with the same world.
    pub fn package(&self, world: &World, path: &str) -> Option<PkgId> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        self.load(world, path, &mut loaded)
    }

    fn load(&self, world: &World, path: &str, loaded: &mut FxHashMap<String, PkgId>) -> Option<PkgId> {
        if let Some(&pkg) = loaded.get(path) {
            return Some(pkg);
        }
        let range = self.contents.packages.get(path)?.variants[self.target].clone()?;
        let bytes = &self.contents.bytes[range];
        let pkg = world.register(path, None);
        loaded.insert(path.to_owned(), pkg);
        let mut known = FxHashMap::default();
        for reference in export::references(bytes).ok()? {
            if let Some(pkg) = self.load(world, reference, loaded) {
                known.insert(reference, pkg);
            }
        }
        let types = export::decode(world, pkg, bytes, |path| known.get(path).copied()).ok()?;
        world.finish(pkg, types);
        Some(pkg)
    }
}

impl Contents {
    fn empty() -> Self {
        Self {
            bytes: Vec::new(),
            version: String::new(),
            inputs: String::new(),
            targets: vec![(String::new(), String::new())],
            packages: FxHashMap::default(),
        }
    }

    fn read(compressed: &[u8]) -> Option<Self> {
        let mut bytes = Vec::new();
        let mut decoder = flate2::read::DeflateDecoder::new(compressed);
        decoder.read_to_end(&mut bytes).ok()?;
        let mut reader = Reader::new(&bytes);
        let version = reader.text()?.to_owned();
        let inputs = reader.text()?.to_owned();
        let mut targets = Vec::new();
        for _ in 0..reader.number()? {
            targets.push((reader.text()?.to_owned(), reader.text()?.to_owned()));
        }
        let mut packages = FxHashMap::default();
        for _ in 0..reader.number()? {
            let path = reader.text()?.to_owned();
            let importable = reader.number()? != 0;
            let mut blobs = Vec::new();
            for _ in 0..reader.number()? {
                blobs.push(reader.range()?);
            }
            let mut variants = Vec::new();
            for _ in 0..targets.len() {
                variants.push(match reader.number()? {
                    0 => None,
                    number => Some(blobs.get(number as usize - 1)?.clone()),
                });
            }
            let mut since = FxHashMap::default();
            for _ in 0..reader.number()? {
                let minor = u32::try_from(reader.number()?).ok()?;
                for _ in 0..reader.number()? {
                    since.insert(reader.text()?.to_owned(), minor);
                }
            }
            packages.insert(
                path,
                Package {
                    importable,
                    variants,
                    since,
                },
            );
        }
        Some(Self {
            version,
            inputs,
            targets,
            packages,
            bytes,
        })
    }
}

#[cfg(test)]
mod tests;
