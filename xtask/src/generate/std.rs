//! The summary of the standard library that gosleuth carries with it: what programs can reach of every package, for each target, and since
//! when. Made from the sources of a Go version by gosleuth's own front end.
//!
//! It is no file of `cargo xtask generate` alone because it needs Go: `cargo xtask generate std` writes it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use gosleuth_engine::{PackedPackage, Stdlib, Summary, pack};
use gosleuth_types::export::{Positions, Reach, encode};
use gosleuth_types::{ObjKind, PkgId, World};

use crate::checking::{Checking, Sources};
use crate::conformance::say;
use crate::go::{self, Selection, Unit};
use crate::repository;

/// The Go version whose standard library it is.
const VERSION: &str = "1.27.3";

/// What has packages of its own. Others get the most similar one.
const TARGETS: &[(&str, &str)] = &[
    ("linux", "amd64"),
    ("linux", "arm64"),
    ("darwin", "amd64"),
    ("darwin", "arm64"),
    ("windows", "amd64"),
    ("windows", "arm64"),
];

const FILE: &str = "crates/gosleuth_engine/src/stdlib/std.bin";

/// Writes the summary.
pub(crate) fn write() -> Result<()> {
    let units = units()?;
    let mut summary = Summary {
        version: format!("go{VERSION}"),
        inputs: inputs(&units)?,
        targets: TARGETS
            .iter()
            .map(|(os, arch)| ((*os).to_owned(), (*arch).to_owned()))
            .collect(),
        packages: BTreeMap::new(),
    };
    for (place, units) in units.iter().enumerate() {
        add_target(&mut summary, place, units)?;
    }
    let bytes = pack(&summary);
    std::fs::write(repository::root().join(FILE), &bytes)?;
    say(format!(
        "{FILE}: {} packages, {} bytes",
        summary.packages.len(),
        bytes.len()
    ));
    Ok(())
}

/// Fails if the summary was made from other sources. Without the Go version nothing can be said.
pub(crate) fn check() -> Result<()> {
    let Ok(units) = units() else {
        say(format!("Go {VERSION} is not here: {FILE} is not checked"));
        return Ok(());
    };
    let stdlib = Stdlib::embedded("linux", "amd64");
    if inputs(&units)? != stdlib.inputs() {
        bail!("out of date, run `cargo xtask generate std`: {FILE}");
    }
    Ok(())
}

fn units() -> Result<Vec<Vec<Unit>>> {
    let list = |&target| {
        go::list(&Selection {
            patterns: &["std"],
            go: Some(VERSION),
            target: Some(target),
            ..Selection::default()
        })
    };
    TARGETS.iter().map(list).collect()
}

/// Hash of the names and contents of all sources.
fn inputs(units: &[Vec<Unit>]) -> Result<String> {
    let mut files = BTreeMap::new();
    for unit in units.iter().flatten() {
        for file in &unit.files {
            files.insert(format!("{}/{file}", unit.path), unit.dir.join(file));
        }
    }
    let mut hasher = blake3::Hasher::new();
    for (name, path) in files {
        let text = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        hasher.update(format!("{name} {}\n", text.len()).as_bytes());
        hasher.update(&text);
    }
    Ok(hasher.finalize().to_hex()[..32].to_owned())
}

fn add_target(summary: &mut Summary, place: usize, units: &[Unit]) -> Result<()> {
    let mut checking = Checking::default();
    let mut importable = Vec::new();
    for unit in units {
        let pkg = checking.register(&unit.path);
        let sources = Sources::read(unit)?;
        checking.check(unit, pkg, &sources.files());
        if !unit.path.split('/').any(|part| part == "internal" || part == "vendor") {
            importable.push(pkg);
        }
    }
    let world = &checking.world;
    let since = Since::read(&go::root(None)?.join("api"))?;
    let reach = Reach::of_exported(world, &importable);
    // A package that exports nothing can be imported too.
    let mut packages = reach.packages();
    packages.extend(importable.iter().filter(|pkg| !reach.packages().contains(pkg)));
    for pkg in packages {
        let entry: &mut PackedPackage = summary.packages.entry(world.path(pkg).to_owned()).or_default();
        entry.exported.resize(TARGETS.len(), None);
        entry.exported[place] = Some(encode(world, pkg, &reach, Positions::Drop));
        if importable.contains(&pkg) {
            entry.importable = true;
            since.add(world, pkg, &mut entry.since)?;
        }
    }
    Ok(())
}

/// Since which minor version names are there, by package, from the lists of API that come with Go.
struct Since {
    packages: BTreeMap<String, BTreeMap<String, u32>>,
    /// The newest version that has a list.
    newest: u32,
}

impl Since {
    fn read(directory: &Path) -> Result<Self> {
        let mut since = Self {
            packages: BTreeMap::new(),
            newest: 0,
        };
        for entry in std::fs::read_dir(directory).with_context(|| format!("reading {}", directory.display()))? {
            let path = entry?.path();
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            let minor = match name.strip_prefix("go1") {
                Some("") => 0,
                Some(rest) => rest.trim_start_matches('.').parse()?,
                None => continue,
            };
            since.newest = since.newest.max(minor);
            for line in std::fs::read_to_string(&path)?.lines() {
                if let Some((package, symbol)) = api_line(line) {
                    let names = since.packages.entry(package.to_owned()).or_default();
                    let known = names.entry(symbol).or_insert(minor);
                    *known = minor.min(*known);
                }
            }
        }
        ensure!(since.newest > 20, "{} has no lists of API", directory.display());
        Ok(since)
    }

    /// The names of a package; those that no list has came after the newest one.
    fn add(&self, world: &World, pkg: PkgId, names: &mut BTreeMap<String, u32>) -> Result<()> {
        let listed = self.packages.get(world.path(pkg));
        let minor = VERSION
            .split('.')
            .nth(1)
            .context("a version has a minor part")?
            .parse()?;
        for name in exported_names(world, pkg) {
            let since = listed.and_then(|names| names.get(&name).copied());
            names.insert(name, since.unwrap_or(minor));
        }
        // Fields and promoted methods.
        for (name, &since) in listed.into_iter().flatten() {
            if name.contains('.') {
                names.entry(name.clone()).or_insert(since);
            }
        }
        Ok(())
    }
}

/// Exported names of a package, and those of the methods of its types.
fn exported_names(world: &World, pkg: PkgId) -> Vec<String> {
    let tables = &world.package(pkg).tables;
    let mut names = Vec::new();
    for (name, &index) in &tables.scope {
        if name.is_exported() {
            names.push(world.text(*name).to_owned());
            if let ObjKind::Type { alias: false, .. } = tables.objects[index as usize].kind
                && let Some(info) = tables.nameds.iter().find(|info| info.obj.index == index)
            {
                let methods = info.methods.iter().filter(|(method, _)| method.is_exported());
                names.extend(methods.map(|(method, _)| format!("{}.{}", world.text(*name), world.text(*method))));
            }
        }
    }
    names
}

/// Package and name of a line such as `pkg os, method (*File) Chmod(FileMode) error #1`: `os` and `File.Chmod`.
fn api_line(line: &str) -> Option<(&str, String)> {
    let (package, rest) = line.strip_prefix("pkg ")?.split_once(", ")?;
    let package = package.split(' ').next()?;
    let (kind, rest) = rest.split_once(' ')?;
    let name = |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let symbol = match kind {
        "method" => {
            let (receiver, method) = rest.strip_prefix('(')?.split_once(") ")?;
            format!("{}.{}", name(receiver.trim_start_matches('*')), name(method))
        }
        "type" => match rest.split_once(", ") {
            Some((head, member)) if head.ends_with(" struct") || head.ends_with(" interface") => {
                let member = member.strip_prefix("embedded ").map_or(member, |embedded| {
                    let embedded = embedded.trim_start_matches('*');
                    embedded.rsplit('.').next().unwrap_or(embedded)
                });
                format!("{}.{}", name(head), name(member))
            }
            _ => name(rest),
        },
        "func" | "var" | "const" => name(rest),
        _ => return None,
    };
    Some((package, symbol))
}

#[cfg(test)]
mod tests {
    use super::api_line;

    #[test]
    fn lines_of_api_name_their_symbol() {
        let symbol = |line| api_line(line).map(|(package, symbol)| format!("{package} {symbol}"));
        let cases = [
            ("pkg os, method (*File) Chmod(FileMode) error", "os File.Chmod"),
            (
                "pkg sync/atomic, method (*Pointer[$0]) Load() *$0 #47657",
                "sync/atomic Pointer.Load",
            ),
            ("pkg cmp, func Compare[$0 Ordered]($0, $0) int #59488", "cmp Compare"),
            ("pkg syscall (windows-amd64), const X ideal-int", "syscall X"),
            (
                "pkg crypto/tls, type QUICEvent struct, Data []uint8 #44886",
                "crypto/tls QUICEvent.Data",
            ),
            (
                "pkg bufio, type ReadWriter struct, embedded *Reader",
                "bufio ReadWriter.Reader",
            ),
            ("pkg io, type Reader interface { Read }", "io Reader"),
        ];
        for (line, expected) in cases {
            assert_eq!(symbol(line).as_deref(), Some(expected));
        }
        assert_eq!(symbol("# comment"), None);
    }
}
