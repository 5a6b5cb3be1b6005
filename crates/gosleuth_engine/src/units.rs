//! What is compiled together: packages, and their tests as the go command builds them.
//!
//! A package with tests is more than one unit of type checking:
//!
//! - [`Variant::Plain`]: the compiled files. This is what other packages import.
//! - [`Variant::WithTests`]: the compiled files and the tests in the package. `go list` calls it `p [p.test]`.
//! - [`Variant::External`]: the external tests, package `p_test`. They import the package with its tests, if it has such.
//! - [`Variant::Rebuilt`]: a package between the external tests and the package under test. Because the external tests see `p` with its
//!   tests, so must everything they import that imports `p`: otherwise there would be two types for each type of `p`.
//!
//! A checker goes through the units in order; every import leads to a unit before it, to a missing package, or to C.

use gosleuth_base::{Idx as _, IndexVec};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::order::topological;
use crate::workspace::{Import, LoadedPackage, MissingId, PackageId, Role, Target, Workspace};

gosleuth_base::new_index! {
    /// A unit of type checking.
    pub struct UnitId;
}

/// Files that are checked together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Whose files.
    pub package: PackageId,
    /// Which of them, and what their imports mean.
    pub variant: Variant,
    /// Imports by path, each once.
    pub imports: Vec<UnitImport>,
}

/// Which files of a package, and what their imports mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variant {
    /// The compiled files.
    Plain,
    /// The compiled files and the tests in the package.
    WithTests,
    /// The compiled files, for the external tests of another package.
    Rebuilt {
        /// The package under test.
        for_test: PackageId,
    },
    /// The external tests.
    External,
}

impl Variant {
    /// Whether files with this part are in the unit.
    pub fn has(self, role: Role) -> bool {
        match self {
            Self::Plain | Self::Rebuilt { .. } => role == Role::Compiled,
            Self::WithTests => role != Role::XTest,
            Self::External => role == Role::XTest,
        }
    }
}

/// An import of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitImport {
    /// The path as it is written.
    pub path: String,
    /// What it leads to.
    pub target: UnitTarget,
}

/// What an import of a unit leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitTarget {
    /// A unit; one that comes before, except in a circle of imports.
    Unit(UnitId),
    /// A package that was not found.
    Missing(MissingId),
    /// `import "C"`.
    C,
}

/// The units of a workspace in topological order, dependencies first. With `tests`, those of the roots too, if they are loaded.
pub fn units(workspace: &Workspace, tests: bool) -> IndexVec<UnitId, Unit> {
    let mut plan = Plan {
        workspace,
        keys: Vec::new(),
        by_key: FxHashMap::default(),
    };
    for (id, package) in workspace.packages.iter_enumerated() {
        if package.files_of(Role::Compiled).next().is_some() {
            plan.add((id, Variant::Plain));
        }
    }
    let mut rebuilt: FxHashMap<PackageId, FxHashSet<PackageId>> = FxHashMap::default();
    for &root in workspace.roots.iter().filter(|_| tests) {
        let package = &workspace.packages[root];
        if has_own_variant(package) {
            plan.add((root, Variant::WithTests));
        }
        if package.files_of(Role::XTest).next().is_some() {
            plan.add((root, Variant::External));
            let between = if has_own_variant(package) {
                between(workspace, root)
            } else {
                FxHashSet::default()
            };
            let mut sorted: Vec<PackageId> = between.iter().copied().collect();
            sorted.sort_unstable();
            for other in sorted {
                plan.add((other, Variant::Rebuilt { for_test: root }));
            }
            rebuilt.insert(root, between);
        }
    }
    plan.finish(&rebuilt)
}

/// Whether a test sees another package than importers do. Nothing imports a program but its own tests.
fn has_own_variant(package: &LoadedPackage) -> bool {
    let tests = package.files.iter().any(|file| file.role != Role::Compiled);
    tests && (package.name == "main" || package.files_of(Role::Test).next().is_some())
}

/// The packages that the external tests of a package reach and that reach the package.
fn between(workspace: &Workspace, tested: PackageId) -> FxHashSet<PackageId> {
    let least = workspace.packages[tested].depth;
    let mut found: FxHashSet<PackageId> = FxHashSet::default();
    // Whoever imports the package is deeper than it, or in a circle with it.
    let mut seen: FxHashMap<PackageId, bool> = FxHashMap::from_iter([(tested, true)]);
    let starts = packages(&workspace.packages[tested].xtest_imports);
    let mut stack: Vec<(PackageId, bool)> = starts.map(|id| (id, false)).collect();
    while let Some((id, done)) = stack.pop() {
        let package = &workspace.packages[id];
        if done {
            let reaches = packages(&package.imports).any(|import| seen.get(&import) == Some(&true));
            seen.insert(id, reaches);
            if reaches {
                found.insert(id);
            }
            continue;
        }
        if package.depth < least || seen.contains_key(&id) {
            continue;
        }
        seen.insert(id, false);
        stack.push((id, true));
        stack.extend(packages(&package.imports).map(|import| (import, false)));
    }
    found
}

fn packages(imports: &[Import]) -> impl Iterator<Item = PackageId> {
    imports.iter().filter_map(|import| match import.target {
        Target::Package(id) => Some(id),
        Target::Missing(_) | Target::C | Target::NotLoaded => None,
    })
}

type Key = (PackageId, Variant);

struct Plan<'a> {
    workspace: &'a Workspace,
    keys: Vec<Key>,
    by_key: FxHashMap<Key, usize>,
}

impl Plan<'_> {
    fn add(&mut self, key: Key) {
        let number = self.keys.len();
        self.by_key.entry(key).or_insert_with(|| {
            self.keys.push(key);
            number
        });
    }

    fn finish(self, rebuilt: &FxHashMap<PackageId, FxHashSet<PackageId>>) -> IndexVec<UnitId, Unit> {
        let imports: Vec<Vec<(&str, Found)>> = self.keys.iter().map(|&key| self.imports(key, rebuilt)).collect();
        let edges: Vec<Vec<usize>> = imports
            .iter()
            .map(|imports| {
                let units = imports.iter().filter_map(|(_, found)| match found {
                    Found::Unit(number) => Some(*number),
                    Found::Other(_) => None,
                });
                units.collect()
            })
            .collect();
        let names: Vec<String> = self
            .keys
            .iter()
            .map(|&(package, variant)| name(self.workspace, package, variant))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let order = topological(&edges, &names);
        let mut ids = vec![UnitId::from_usize(0); self.keys.len()];
        for (number, &unit) in order.sorted.iter().enumerate() {
            ids[unit] = UnitId::from_usize(number);
        }
        let mut units = IndexVec::new();
        for unit in order.sorted {
            let (package, variant) = self.keys[unit];
            let imports = imports[unit].iter().map(|&(path, found)| UnitImport {
                path: path.to_owned(),
                target: match found {
                    Found::Unit(number) => UnitTarget::Unit(ids[number]),
                    Found::Other(target) => target,
                },
            });
            units.push(Unit {
                package,
                variant,
                imports: imports.collect(),
            });
        }
        units
    }

    fn imports(&self, (id, variant): Key, rebuilt: &FxHashMap<PackageId, FxHashSet<PackageId>>) -> Vec<(&str, Found)> {
        let package = &self.workspace.packages[id];
        let lists: &[&[Import]] = match variant {
            Variant::Plain | Variant::Rebuilt { .. } => &[&package.imports],
            Variant::WithTests => &[&package.imports, &package.test_imports],
            Variant::External => &[&package.xtest_imports],
        };
        let mut found: Vec<(&str, Found)> = Vec::new();
        for import in lists.iter().copied().flatten() {
            let target = match import.target {
                Target::Missing(missing) => Found::Other(UnitTarget::Missing(missing)),
                Target::C => Found::Other(UnitTarget::C),
                Target::NotLoaded => continue,
                Target::Package(target) => {
                    let tested = match variant {
                        Variant::External => Some(id),
                        Variant::Rebuilt { for_test } => Some(for_test),
                        Variant::Plain | Variant::WithTests => None,
                    };
                    let between =
                        |tested: PackageId| rebuilt.get(&tested).is_some_and(|between| between.contains(&target));
                    let wanted = match tested {
                        Some(tested) if tested == target => Variant::WithTests,
                        Some(tested) if between(tested) => Variant::Rebuilt { for_test: tested },
                        _ => Variant::Plain,
                    };
                    let number = self
                        .by_key
                        .get(&(target, wanted))
                        .or_else(|| self.by_key.get(&(target, Variant::Plain)));
                    let Some(&number) = number else { continue };
                    Found::Unit(number)
                }
            };
            found.push((&import.path, target));
        }
        found.sort_by_key(|(path, _)| *path);
        found.dedup_by_key(|(path, _)| *path);
        found
    }
}

/// A target while units have no ids yet.
#[derive(Clone, Copy)]
enum Found {
    Unit(usize),
    Other(UnitTarget),
}

/// The name of a unit as `go list -test` writes it: `p`, `p [p.test]`, `p_test [p.test]`, `q [p.test]`.
pub fn name(workspace: &Workspace, package: PackageId, variant: Variant) -> String {
    let path = &workspace.packages[package].import_path;
    match variant {
        Variant::Plain => path.clone(),
        Variant::WithTests => format!("{path} [{path}.test]"),
        Variant::External => format!("{path}_test [{path}.test]"),
        Variant::Rebuilt { for_test } => format!("{path} [{}.test]", workspace.packages[for_test].import_path),
    }
}
