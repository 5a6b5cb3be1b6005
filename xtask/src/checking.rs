//! Packages of Go code through gosleuth's front end, one after the other.

use std::path::Path;

use anyhow::{Context as _, Result};
use gosleuth_syntax::{ParseOptions, ast};
use gosleuth_types::export::{self, Positions, Reach};
use gosleuth_types::{CheckInput, Checked, PkgId, SourceFile, World, check_package};
use rustc_hash::FxHashMap;

use crate::go::{Unit, Variant};

/// The packages checked so far.
#[derive(Default)]
pub(crate) struct Checking {
    pub(crate) world: World,
    by_path: FxHashMap<String, PkgId>,
}

impl Checking {
    /// Adds a package that is to be checked.
    pub(crate) fn register(&mut self, path: &str) -> PkgId {
        let pkg = self.world.register(path, None);
        self.by_path.insert(path.to_owned(), pkg);
        pkg
    }

    /// Adds a unit that is to be checked; tests in a package extend it. None if there is nothing to check beyond what others have.
    pub(crate) fn register_unit(&mut self, unit: &Unit) -> Option<PkgId> {
        let base = self.package(&unit.path);
        let pkg = match (unit.variant, base) {
            (Variant::Rebuilt, Some(base)) => Err(base),
            (Variant::WithTests, Some(base)) if unit.files.iter().all(|file| unit.extends.contains(file)) => Err(base),
            (Variant::WithTests, base) => Ok(self.world.register(&unit.path, base)),
            _ => Ok(self.world.register(&unit.path, None)),
        };
        self.by_path
            .insert(unit.import_path.clone(), pkg.unwrap_or_else(|base| base));
        pkg.ok()
    }

    /// Adds a package that was made in another way.
    pub(crate) fn know(&mut self, path: &str, pkg: PkgId) {
        self.by_path.insert(path.to_owned(), pkg);
    }

    /// A registered package.
    pub(crate) fn package(&self, path: &str) -> Option<PkgId> {
        self.by_path.get(path).copied()
    }

    /// Checks a package; those it imports come before it.
    pub(crate) fn check(&self, unit: &Unit, pkg: PkgId, files: &[SourceFile<'_>]) -> Checked {
        let mut imports = FxHashMap::default();
        for file in files {
            for &spec in &file.tree.imports {
                let Some(path) = import_path(file, spec) else { continue };
                let target = unit.import_map.get(&path).unwrap_or(&path);
                if target == "unsafe" {
                    imports.insert(path, PkgId::unsafe_());
                } else if let Some(pkg) = self.package(target) {
                    imports.insert(path, pkg);
                }
            }
        }
        let input = CheckInput {
            pkg,
            files: files.to_vec(),
            imports,
            word_size: 8,
        };
        check_package(&self.world, input, |types| self.world.finish(pkg, types))
    }
}

fn import_path(file: &SourceFile<'_>, spec: ast::SpecId) -> Option<String> {
    let ast::SpecKind::Import { path, .. } = file.tree.specs[spec].kind else {
        return None;
    };
    let literal = std::str::from_utf8(file.tree.exprs[path].span.of(file.text)).ok()?;
    Some(literal.trim_matches(['"', '`']).to_owned())
}

/// The texts and trees of a package.
pub(crate) struct Sources {
    files: Vec<(String, Vec<u8>, ast::File)>,
}

impl Sources {
    /// Reads and parses the files of a package.
    pub(crate) fn read(unit: &Unit) -> Result<Self> {
        let mut files = Vec::new();
        for name in unit.files.iter().filter(|name| !unit.extends.contains(name)) {
            let path = unit.dir.join(name);
            let text = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            let tree = gosleuth_syntax::parse(&text, ParseOptions::default());
            files.push((path.to_string_lossy().into_owned(), text, tree));
        }
        Ok(Self { files })
    }

    /// They, as the checker wants them.
    pub(crate) fn files(&self) -> Vec<SourceFile<'_>> {
        self.files
            .iter()
            .map(|(path, text, tree)| SourceFile { path, text, tree })
            .collect()
    }
}

/// A file as an exported package that knows nothing of what it imports.
pub(crate) fn export_alone(path: &Path) -> Result<Vec<u8>> {
    let unit = Unit {
        path: "p".to_owned(),
        import_path: "p".to_owned(),
        dir: path.parent().unwrap_or(Path::new("")).to_owned(),
        files: path
            .file_name()
            .into_iter()
            .map(|name| name.to_string_lossy().into_owned())
            .collect(),
        ..Unit::default()
    };
    let mut checking = Checking::default();
    let pkg = checking.register("p");
    checking.check(&unit, pkg, &Sources::read(&unit)?.files());
    let reach = Reach::of_package(&checking.world, pkg);
    Ok(export::encode(&checking.world, pkg, &reach, Positions::Keep))
}
