//! From patterns to packages in topological order.
//!
//! Level by level: the packages that patterns name, then what those import, and so on. The directories of a level are read in parallel;
//! everything that decides about the result happens between the levels, in a fixed order.

use std::path::Path;
use std::sync::Arc;

use gosleuth_base::{Idx as _, IndexVec, ProblemKind};
use gosleuth_syntax::GoVersion;
use rustc_hash::FxHashMap;

use crate::cache::Cache;
use crate::config::Config;
use crate::modules::{Modules, Origin, normal, problem, shortened};
use crate::order::{self, Order};
use crate::package::{Assembled, Choice, RawImport, assemble};
use crate::pattern::{Job, base_directory, expand};
use crate::platform::Tags;
use crate::system::System;
use crate::workspace::{
    IgnoreReason, Import, LoadedPackage, MissingId, MissingPackage, MissingReason, Module, ModuleId, PackageId, Role,
    SkipReason, Skipped, Target, Workspace,
};
use crate::{parallel, problems};

/// Loads the packages that `patterns` name from the directory `dir` (absolute), and everything they import.
///
/// There is no failure: what is missing or wrong is in the workspace. The result depends on the files and the configuration alone, not
/// on the number of threads.
pub fn load(system: &dyn System, config: &Config, dir: &Path, patterns: &[String]) -> Workspace {
    load_with(system, config, dir, patterns, None)
}

/// Like [`load`], without reading files that are what they were in an earlier run.
pub fn load_with(
    system: &dyn System,
    config: &Config,
    dir: &Path,
    patterns: &[String],
    cache: Option<&Cache<'_>>,
) -> Workspace {
    let mut workspace = Workspace::default();
    let dir = &normal(dir);
    let base = base_directory(system, dir, patterns);
    let modules = Modules::find(system, config, &base, &mut workspace.problems);
    let expanded = expand(&modules, dir, patterns);
    workspace.problems.extend(expanded.problems);
    workspace.skipped = expanded.skipped;

    let mut loader = Loader {
        modules: &modules,
        tags: config.all_tags(),
        slots: Vec::new(),
        by_path: FxHashMap::default(),
        tests: config.tests || expanded.all,
        cache,
    };
    loader.run(expanded.jobs);
    if expanded.all {
        loader.take_all();
    }
    loader.finish(&mut workspace);
    problems::describe(&modules, &mut workspace);
    workspace
}

/// One import path.
struct Slot {
    path: String,
    /// Named by a pattern; with `explicit`, by one without `...`.
    root: bool,
    explicit: bool,
    state: State,
    /// Importing package and its import; None for what only patterns name.
    first_import: Option<(usize, usize, usize)>,
}

enum State {
    Waiting,
    Package(Box<Node>),
    Missing(MissingReason),
    /// A directory that a pattern with `...` reached in vain.
    Skipped(Skipped),
}

/// A package before packages have numbers.
struct Node {
    dir: std::path::PathBuf,
    origin: Origin,
    go_version: GoVersion,
    assembled: Assembled,
    /// Slot of each import, by role.
    targets: [Vec<Option<usize>>; 3],
}

struct Loader<'a> {
    modules: &'a Modules<'a>,
    tags: Tags,
    slots: Vec<Slot>,
    by_path: FxHashMap<String, usize>,
    /// Load the tests of roots.
    tests: bool,
    cache: Option<&'a Cache<'a>>,
}

impl Loader<'_> {
    /// Loads the jobs and what they import.
    fn run(&mut self, jobs: Vec<Job>) {
        let mut level: Vec<(usize, Job)> = Vec::new();
        for job in jobs {
            let slot = match self.by_path.get(&job.path) {
                Some(&slot) => slot,
                None => {
                    let slot = self.add(&job.path);
                    self.slots[slot].root = true;
                    slot
                }
            };
            self.slots[slot].explicit |= job.explicit;
            if level.last().is_none_or(|(last, _)| slot > *last) {
                level.push((slot, job));
            }
        }
        self.load_levels(level);
    }

    /// Makes a root of everything that is loaded.
    fn take_all(&mut self) {
        self.tests = self.modules.config.tests;
        for slot in &mut self.slots {
            slot.root = true;
        }
        let all: Vec<usize> = (0..self.slots.len()).collect();
        let level = self.imports_of(&all);
        self.load_levels(level);
    }

    fn load_levels(&mut self, mut level: Vec<(usize, Job)>) {
        while !level.is_empty() {
            let states = parallel::map(self.modules.config.threads, &level, |(slot, job)| {
                self.load_one(&self.slots[*slot], job)
            });
            for ((slot, _), state) in level.iter().zip(states) {
                self.slots[*slot].state = state;
            }
            let loaded: Vec<usize> = level.iter().map(|(slot, _)| *slot).collect();
            level = self.imports_of(&loaded);
        }
    }

    fn add(&mut self, path: &str) -> usize {
        let slot = self.slots.len();
        self.slots.push(Slot {
            path: path.to_owned(),
            root: false,
            explicit: false,
            state: State::Waiting,
            first_import: None,
        });
        self.by_path.insert(path.to_owned(), slot);
        slot
    }

    fn load_one(&self, slot: &Slot, job: &Job) -> State {
        let found;
        let place = match &job.place {
            Some(place) => place,
            None => match self.modules.place(&job.path) {
                Ok(place) => {
                    found = place;
                    &found
                }
                Err(reason) => return State::Missing(reason),
            },
        };
        let go_version = self.modules.go_version(&place.origin);
        let system = self.modules.system;
        let files = (place.dir.as_path(), place.entries.as_slice());
        let mut assembled = assemble(system, &self.tags, files, go_version, job.choice, self.cache);
        // Programs among what the commands of Go bring along are not commands of Go.
        if slot.root && job.path.starts_with("cmd/vendor/") && assembled.name == "main" {
            return State::Skipped(Skipped {
                dir: place.dir.clone(),
                reason: SkipReason::Vendor,
            });
        }
        let compiled = assembled.files.iter().any(|file| file.role == Role::Compiled);
        if assembled.files.is_empty() || !(compiled || slot.root) {
            if !slot.root || slot.explicit {
                return State::Missing(MissingReason::NoFiles(place.dir.clone()));
            }
            let files = assembled
                .ignored
                .drain(..)
                .map(|ignored| (ignored.name, ignored.reason.to_string()));
            return State::Skipped(Skipped {
                dir: place.dir.clone(),
                reason: SkipReason::NoFiles(files.collect()),
            });
        }
        State::Package(Box::new(Node {
            dir: place.dir.clone(),
            origin: place.origin.clone(),
            go_version,
            assembled,
            targets: Default::default(),
        }))
    }

    /// Fills in the targets of packages just loaded; what is not known yet is the next level.
    fn imports_of(&mut self, loaded: &[usize]) -> Vec<(usize, Job)> {
        let mut level = Vec::new();
        for &importer in loaded {
            let State::Package(node) = &self.slots[importer].state else {
                continue;
            };
            let standard = node.origin == Origin::Standard;
            let tests = self.slots[importer].root && self.tests;
            let wanted: [Vec<Option<String>>; 3] = [Role::Compiled, Role::Test, Role::XTest].map(|role| {
                let imports = node.assembled.imports[role as usize].iter();
                let loads = role == Role::Compiled || tests;
                imports
                    .map(|import| {
                        let path = (loads && import.path != "C").then_some(import.path.as_str())?;
                        Some(self.modules.canonical(&self.slots[importer].path, standard, path))
                    })
                    .collect()
            });
            let mut targets: [Vec<Option<usize>>; 3] = Default::default();
            for (role, paths) in wanted.into_iter().enumerate() {
                for (index, path) in paths.into_iter().enumerate() {
                    let target = path.map(|path| match self.by_path.get(&path) {
                        Some(&slot) => slot,
                        None => {
                            let slot = self.add(&path);
                            level.push((
                                slot,
                                Job {
                                    path,
                                    place: None,
                                    choice: Choice::Constrained,
                                    explicit: false,
                                },
                            ));
                            slot
                        }
                    });
                    if let Some(slot) = target {
                        self.slots[slot].first_import.get_or_insert((importer, role, index));
                    }
                    targets[role].push(target);
                }
            }
            if let State::Package(node) = &mut self.slots[importer].state {
                node.targets = targets;
            }
        }
        level
    }

    /// Gives everything its number.
    fn finish(self, workspace: &mut Workspace) {
        let roots: Vec<usize> = (0..self.slots.len()).filter(|&slot| self.slots[slot].root).collect();
        let graph: Vec<Vec<usize>> = self.slots.iter().map(|slot| edges(slot, &self.slots)).collect();
        let paths: Vec<&str> = self.slots.iter().map(|slot| slot.path.as_str()).collect();
        let Order {
            sorted,
            depths,
            circles,
        } = order::topological(&graph, &paths);
        let packages: Vec<usize> = sorted
            .into_iter()
            .filter(|&slot| matches!(self.slots[slot].state, State::Package(_)))
            .collect();
        let mut missing: Vec<usize> = (0..self.slots.len())
            .filter(|&slot| matches!(self.slots[slot].state, State::Missing(_)))
            .collect();
        missing.sort_by_key(|&slot| paths[slot]);

        let mut targets = vec![Target::NotLoaded; self.slots.len()];
        for (number, &slot) in packages.iter().enumerate() {
            targets[slot] = Target::Package(PackageId::from_usize(number));
        }
        for (number, &slot) in missing.iter().enumerate() {
            targets[slot] = Target::Missing(MissingId::from_usize(number));
        }
        for circle in &circles {
            workspace.problems.extend(self.circle(circle, Role::Compiled));
        }
        for &root in &roots {
            let State::Package(node) = &self.slots[root].state else {
                continue;
            };
            let tests: Vec<usize> = node.targets[Role::Test as usize].iter().flatten().copied().collect();
            // Only deeper ones lead back.
            let passes = |slot: usize| slot == root || depths[slot] > depths[root];
            let circle = order::way_back(&graph, &paths, root, &tests, passes);
            let problem = circle.and_then(|circle| self.circle(&circle, Role::Test));
            workspace.problems.extend(problem);
        }
        for &slot in &missing {
            workspace.missing.push(self.missing(slot));
        }
        let ids = self.module_ids(&packages, workspace);
        let mut slots: Vec<Option<Slot>> = self.slots.into_iter().map(Some).collect();
        for &slot in &packages {
            let Some(Slot {
                path,
                state: State::Package(node),
                ..
            }) = slots[slot].take()
            else {
                continue;
            };
            for (file, line, message) in &node.assembled.errors {
                let at = node.dir.join(file);
                workspace
                    .problems
                    .push(problem(ProblemKind::Partial, &at, Some(*line), message.clone()));
            }
            let package = node.into_package(path, depths[slot], &targets, &ids);
            for ignored in &package.ignored {
                if let IgnoreReason::OtherPackage(_) | IgnoreReason::Unreadable(_) | IgnoreReason::CgoTest =
                    ignored.reason
                {
                    let at = package.dir.join(&ignored.name);
                    let message = format!("left out: {}", ignored.reason);
                    workspace
                        .problems
                        .push(problem(ProblemKind::Partial, &at, None, message));
                }
            }
            workspace.packages.push(package);
        }
        for slot in slots.into_iter().flatten() {
            if let State::Skipped(skipped) = slot.state {
                workspace.skipped.push(skipped);
            }
        }
        workspace.skipped.sort();
        workspace.skipped.dedup();
        workspace.roots = roots
            .iter()
            .filter_map(|&slot| match targets[slot] {
                Target::Package(id) => Some(id),
                _ => None,
            })
            .collect();
        workspace.roots.sort_unstable();
        workspace.roots.dedup();
    }

    fn missing(&self, slot: usize) -> MissingPackage {
        let State::Missing(reason) = &self.slots[slot].state else {
            unreachable!("only missing packages are asked for");
        };
        let imported_at = self.slots[slot].first_import.and_then(|(importer, role, index)| {
            let State::Package(node) = &self.slots[importer].state else {
                return None;
            };
            let import = node.assembled.imports[role].get(index)?;
            Some((node.dir.join(&import.file), import.line))
        });
        MissingPackage {
            path: self.slots[slot].path.clone(),
            reason: reason.clone(),
            imported_at,
        }
    }

    /// A sentence about packages that import each other; the first one does so in files of a role.
    fn circle(&self, circle: &[usize], role: Role) -> Option<gosleuth_base::Problem> {
        let (&first, &second) = (circle.first()?, circle.get(1).or(circle.first())?);
        let State::Package(node) = &self.slots[first].state else {
            return None;
        };
        let role_index = role as usize;
        let index = node.targets[role_index]
            .iter()
            .position(|target| *target == Some(second))?;
        let import = &node.assembled.imports[role_index][index];
        let chain: Vec<&str> = circle.iter().map(|&slot| self.slots[slot].path.as_str()).collect();
        let message = format!(
            "import cycle{}: {} imports {}",
            if role == Role::Test { " in tests" } else { "" },
            shortened(&chain, " imports "),
            self.slots[first].path
        );
        Some(problem(
            ProblemKind::Partial,
            &node.dir.join(&import.file),
            Some(import.line),
            message,
        ))
    }

    /// Numbers the modules of the packages: main modules first, then by path and version.
    fn module_ids(&self, packages: &[usize], workspace: &mut Workspace) -> ModuleList {
        let mut list = ModuleList::default();
        for main in &self.modules.mains {
            list.mains.push(workspace.modules.push(Module {
                path: main.path.clone(),
                version: None,
                dir: main.dir.clone(),
                go_version: main.file.go,
                replaced_by: None,
            }));
        }
        let mut modules: Vec<&Arc<Module>> = packages
            .iter()
            .filter_map(|&slot| match &self.slots[slot].state {
                State::Package(node) => match &node.origin {
                    Origin::Module(module) => Some(module),
                    Origin::Standard | Origin::Main(_) | Origin::Loose => None,
                },
                _ => None,
            })
            .collect();
        modules.sort_by(|a, b| (&a.path, &a.version).cmp(&(&b.path, &b.version)));
        modules.dedup();
        for module in modules {
            let id = workspace.modules.push(Module::clone(module));
            list.others.insert(module.path.clone(), id);
        }
        list
    }
}

/// Numbers of modules.
#[derive(Default)]
struct ModuleList {
    mains: Vec<ModuleId>,
    others: FxHashMap<String, ModuleId>,
}

impl ModuleList {
    fn of(&self, origin: &Origin) -> Option<ModuleId> {
        match origin {
            Origin::Standard | Origin::Loose => None,
            Origin::Main(index) => self.mains.get(*index).copied(),
            Origin::Module(module) => self.others.get(&module.path).copied(),
        }
    }
}

/// The packages a package imports, tests left out.
fn edges(slot: &Slot, slots: &[Slot]) -> Vec<usize> {
    match &slot.state {
        State::Package(node) => {
            let targets = node.targets[0].iter().flatten().copied();
            targets
                .filter(|&target| matches!(slots[target].state, State::Package(_)))
                .collect()
        }
        _ => Vec::new(),
    }
}

impl Node {
    fn into_package(self, path: String, depth: u32, targets: &[Target], modules: &ModuleList) -> LoadedPackage {
        let importer = path.clone();
        let standard = self.origin == Origin::Standard;
        let resolve = |imports: Vec<RawImport>, slots: Vec<Option<usize>>| -> Vec<Import> {
            let with_slots = imports
                .into_iter()
                .zip(slots.into_iter().chain(std::iter::repeat(None)));
            with_slots
                .map(|(import, slot)| Import {
                    target: match slot {
                        Some(slot) => targets[slot],
                        None if import.path == "C" => Target::C,
                        None => Target::NotLoaded,
                    },
                    forbidden: !may_import(&importer, standard, &import.path),
                    path: import.path,
                    file: import.file,
                    line: import.line,
                })
                .collect()
        };
        let Assembled {
            name,
            files,
            ignored,
            other_files,
            imports: [imports, test_imports, xtest_imports],
            errors: _,
        } = self.assembled;
        let [slots, test_slots, xtest_slots] = self.targets;
        LoadedPackage {
            name,
            dir: self.dir,
            module: modules.of(&self.origin),
            standard,
            go_version: self.go_version,
            files,
            ignored,
            other_files,
            imports: resolve(imports, slots),
            test_imports: resolve(test_imports, test_slots),
            xtest_imports: resolve(xtest_imports, xtest_slots),
            depth,
            import_path: path,
        }
    }
}

/// The rule about `internal`: only packages below the directory that holds it may import what is in it.
fn may_import(importer: &str, importer_is_standard: bool, path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let Some(at) = parts.iter().rposition(|part| *part == "internal") else {
        return true;
    };
    let parent = parts[..at].join("/");
    let bare = !parts[0].contains('.');
    match parent.as_str() {
        // `internal/x` is the standard library's own.
        "" => importer_is_standard,
        _ if importer == "command-line-arguments" => true,
        // Copies that the standard library brings along are below `vendor/`.
        _ if importer_is_standard && !bare => true,
        parent => importer == parent || importer.strip_prefix(parent).is_some_and(|rest| rest.starts_with('/')),
    }
}

/// Every module of the build with its version, main modules first, as `go list -m all` prints them. The whole graph of requirements is
/// read for it.
pub fn build_list(system: &dyn System, config: &Config, dir: &Path) -> IndexVec<ModuleId, Module> {
    let mut workspace = Workspace::default();
    let modules = Modules::find(system, config, &normal(dir), &mut workspace.problems);
    let mut list = IndexVec::new();
    for main in &modules.mains {
        list.push(Module {
            path: main.path.clone(),
            version: None,
            dir: main.dir.clone(),
            go_version: main.file.go,
            replaced_by: None,
        });
    }
    for module in modules.build_list() {
        list.push(module);
    }
    list
}

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;
