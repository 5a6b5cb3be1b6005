//! From packages to types, over several threads, and only where something changed.
//!
//! A unit is checked when those it imports have published what can be seen of them; its function bodies come after that. Texts and trees
//! live until the visitor has seen them. With a [`Cache`], units whose files, configuration and imports are what they were are not even
//! parsed: what was found out about them comes from there. Of imports only what others see of them counts, so that a change within a
//! function concerns its package alone. Where functions are declared is not seen by others: lines move too easily.
//!
//! Units of main modules may tell those that depend on them more than types: facts about their objects, in a form that only the visitor
//! knows; other units tell their own tests. Which of them a unit has asked for is kept with what was found out about it, so that a change of a
//! fact concerns those who asked for it and nobody else. Who is told begins when the visitor has seen the unit that tells.

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use gosleuth_base::{Idx as _, IndexVec, Problem, ProblemKind};
use gosleuth_syntax::{GoVersion, ParseOptions, ast};
use gosleuth_types::export::{self, Positions, Reach};
use gosleuth_types::{
    Caches, CheckInput, Checked, ObjRef, PackageTypes, PkgId, Query, SourceFile, World, check_package,
};
use rustc_hash::FxHashMap;

use crate::cache::{Cache, Digest, Entry, Facts, Key, KeyBuilder, hash_file};
use crate::config::Config;
use crate::schedule::{self, Job, Node};
use crate::stdlib::Stdlib;
use crate::system::System;
use crate::units::{Unit, UnitId, UnitTarget, Variant, units};
use crate::workspace::{MissingReason, PackageId, Role, Workspace};
use facts::{Telling, telling};

/// What is analysed, and how.
pub struct AnalysisOptions<'a> {
    /// The tests of the roots too.
    pub tests: bool,
    /// Threads; the result does not depend on it.
    pub threads: NonZeroUsize,
    /// Which units the visitor sees.
    pub visited: Visited,
    /// What earlier runs found out.
    pub cache: Option<&'a Cache<'a>>,
    /// Whether units of main modules have facts for those that import them.
    pub facts: bool,
    /// Whatever else the results of the visitor depend on: its settings.
    pub salt: &'a str,
}

/// Which units the visitor sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visited {
    /// The packages that were asked for, and their tests.
    Roots,
    /// What these import too.
    All,
}

/// A checked unit, while its trees are there.
pub struct TypedUnit<'a> {
    /// Which unit.
    pub unit: UnitId,
    /// Its package in the world.
    pub pkg: PkgId,
    /// Names, types and the packages it imports.
    pub world: &'a World,
    /// Its files in the order of their names.
    pub files: &'a [SourceFile<'a>],
    /// What was found out about them.
    pub checked: &'a Checked,
    /// Whether a result is asked for.
    pub wanted: bool,
    /// Whether others may ask for its facts.
    pub tells: bool,
    /// The fact about an object of another package that this one depends on, if there is one.
    pub fact: &'a (dyn Fn(ObjRef) -> Option<&'a [u8]> + 'a),
    /// The packages by the paths that exports refer to them with.
    pub resolve: &'a (dyn Fn(&str) -> Option<PkgId> + 'a),
}

impl<'a> TypedUnit<'a> {
    /// A view of its types.
    pub fn query<'q>(&self, caches: &'q Caches) -> Query<'a, 'q>
    where
        'a: 'q,
    {
        Query {
            world: self.world,
            pkg: self.pkg,
            own: &self.checked.tables,
            caches,
        }
    }
}

/// What the visitor says of a unit.
#[derive(Debug, Default)]
pub struct Seen {
    /// What is to be known of it in later runs.
    pub result: Vec<u8>,
    /// What others may ask for beyond its types: facts about objects of the package, each once, by their position in its tables.
    pub facts: Vec<(u32, Vec<u8>)>,
}

impl From<Vec<u8>> for Seen {
    fn from(result: Vec<u8>) -> Self {
        Self {
            result,
            facts: Vec::new(),
        }
    }
}

/// What came out.
pub struct Analysis {
    /// The units in topological order.
    pub units: IndexVec<UnitId, Unit>,
    /// What the visitor said of each, now or in an earlier run; empty for units that it does not see.
    pub results: IndexVec<UnitId, Vec<u8>>,
    /// What is wrong with the files, in the order of files and lines.
    pub problems: Vec<Problem>,
    /// Units that were checked; the others were known.
    pub checked: usize,
    /// Names, types and packages; with a cache, those that were needed.
    pub world: World,
}

/// Larger files are not read.
const MAX_FILE: u64 = 256 << 20;

/// What a unit visitor does: sees a unit, and returns what is to be known of it in later runs. With a cache, that may depend on the files
/// of the unit, on what others see of the packages it imports, and on the facts it asks for; not on where things stand in those, or on their
/// function bodies.
pub type Visitor<'v> = &'v (dyn Fn(&TypedUnit<'_>) -> Seen + Sync);

/// Checks the units of a workspace and shows them to the visitor, in no particular order.
pub fn analyse(
    system: &dyn System,
    config: &Config,
    workspace: &Workspace,
    options: &AnalysisOptions<'_>,
    visit: Visitor<'_>,
) -> Analysis {
    let run = Run::new(system, config, workspace, options, visit);
    let own = |id: &UnitId| run.slots[id.index()].same_as.is_none();
    let jobs: Vec<UnitId> = run.units.iter_enumerated().map(|(id, _)| id).filter(own).collect();
    let nodes: Vec<Node> = jobs.iter().map(|&unit| run.node(unit, &jobs)).collect();
    let part = Part { run: &run, jobs: &jobs };
    schedule::run(&part, &nodes, options.threads);
    run.finish()
}

/// What is known of a unit.
#[derive(Default)]
struct Slot {
    /// Its package; that of another unit where both are the same.
    pkg: Option<PkgId>,
    /// The unit that stands for it.
    same_as: Option<UnitId>,
    /// From the cache.
    entry: OnceLock<Entry>,
    /// Hash of what others see of it; not there in a circle of imports.
    digest: OnceLock<Key>,
    /// What the visitor tells others, if it saw the unit in this run.
    facts: OnceLock<Facts>,
    /// Set when its types are made from the entry.
    restored: OnceLock<()>,
    /// Hash of its files, if that is what its entry is kept by.
    contents: OnceLock<Key>,
    outcome: OnceLock<Outcome>,
}

/// What this run found out about a unit.
struct Outcome {
    result: Vec<u8>,
    problems: Vec<Problem>,
}

struct Run<'a> {
    system: &'a dyn System,
    workspace: &'a Workspace,
    options: &'a AnalysisOptions<'a>,
    visit: Visitor<'a>,
    world: World,
    units: IndexVec<UnitId, Unit>,
    slots: Vec<Slot>,
    /// By unit those that it needs: its imports, and the package it extends.
    needs: Vec<Vec<UnitId>>,
    /// Packages by the paths that exported packages refer to them with.
    by_path: FxHashMap<String, PkgId>,
    /// The unit that makes a package.
    unit_of: FxHashMap<PkgId, UnitId>,
    word_size: u8,
    stdlib: OnceLock<Stdlib>,
    target: (&'a str, &'a str),
    wanted: Vec<bool>,
    telling: Vec<Telling>,
    written: AtomicBool,
}

impl<'a> Run<'a> {
    fn new(
        system: &'a dyn System,
        config: &'a Config,
        workspace: &'a Workspace,
        options: &'a AnalysisOptions<'a>,
        visit: Visitor<'a>,
    ) -> Self {
        let units = units(workspace, options.tests);
        let world = World::new();
        let plain: FxHashMap<_, _> = units
            .iter_enumerated()
            .filter(|(_, unit)| unit.variant == Variant::Plain)
            .map(|(id, unit)| (unit.package, id))
            .collect();
        let mut slots: Vec<Slot> = (0..units.len()).map(|_| Slot::default()).collect();
        let mut by_path = FxHashMap::default();
        let mut unit_of = FxHashMap::default();
        // Dependencies come first, and the package before its tests.
        for (id, unit) in units.iter_enumerated() {
            let package = &workspace.packages[unit.package];
            let path = &package.import_path;
            let base = plain.get(&unit.package).copied();
            let has_tests = package.files_of(Role::Test).next().is_some();
            // Tests in a package extend it instead of being it once more, so that nobody between has to be checked again.
            let same_as = match unit.variant {
                Variant::Rebuilt { .. } => base,
                Variant::WithTests if !has_tests => base,
                _ => None,
            };
            let pkg = match (unit.variant, same_as.or(base)) {
                (_, Some(same)) if same_as.is_some() => slots[same.index()].pkg,
                (Variant::WithTests, Some(base)) => Some(world.register(path, slots[base.index()].pkg)),
                (Variant::External, _) => Some(world.register(&format!("{path}_test"), None)),
                _ => Some(world.register(path, None)),
            };
            if let Some(pkg) = pkg
                && unit.variant != Variant::External
            {
                by_path.insert(export::path(&world, pkg).into_owned(), pkg);
            }
            if let (Some(pkg), None) = (pkg, same_as) {
                unit_of.insert(pkg, id);
            }
            slots[id.index()] = Slot {
                pkg,
                same_as,
                ..Slot::default()
            };
        }
        let needs = units
            .iter_enumerated()
            .map(|(id, unit)| needs(id, unit, &units, &slots, &plain))
            .collect();
        let wanted = units
            .iter()
            .map(|unit| options.visited == Visited::All || workspace.roots.binary_search(&unit.package).is_ok())
            .collect();
        let telling = telling(workspace, options, &units);
        Self {
            system,
            workspace,
            options,
            visit,
            world,
            units,
            slots,
            needs,
            by_path,
            unit_of,
            word_size: word_size(&config.goarch),
            stdlib: OnceLock::new(),
            target: (&config.goos, &config.goarch),
            wanted,
            telling,
            written: AtomicBool::new(false),
        }
    }

    /// The files of a unit, beyond those of the package it extends.
    fn paths(&self, id: UnitId) -> Vec<(PathBuf, GoVersion)> {
        let unit = &self.units[id];
        let package = &self.workspace.packages[unit.package];
        let role = match unit.variant {
            Variant::Plain | Variant::Rebuilt { .. } => Role::Compiled,
            Variant::WithTests => Role::Test,
            Variant::External => Role::XTest,
        };
        package
            .files_of(role)
            .map(|file| (package.dir.join(&file.name), file.go_version))
            .collect()
    }

    /// The unit that stands for a unit.
    fn resolve(&self, id: UnitId) -> UnitId {
        self.slots[id.index()].same_as.unwrap_or(id)
    }

    /// The standard library where there is no Go root. Made when something needs it.
    fn stdlib(&self) -> &Stdlib {
        self.stdlib
            .get_or_init(|| Stdlib::embedded(self.target.0, self.target.1))
    }

    /// What the files of a unit hold; none if one cannot be read.
    fn contents(&self, cache: &Cache<'_>, id: UnitId) -> Option<Key> {
        let mut key = KeyBuilder::default();
        for (path, _) in self.paths(id) {
            key.text(&path.to_string_lossy());
            key.key(cache.files.contents(self.system, &path, MAX_FILE)?);
        }
        Some(key.finish())
    }

    /// The key of a unit with these contents; those it imports are published. None in a circle of imports.
    fn key(&self, cache: &Cache<'_>, id: UnitId, contents: Key) -> Option<Key> {
        let mut key = cache.key();
        let unit = &self.units[id];
        let package = &self.workspace.packages[unit.package];
        key.key(contents);
        key.text(self.options.salt);
        key.text(self.target.0);
        key.text(self.target.1);
        key.text(&package.import_path);
        key.text(&format!(
            "{:?} {:?} {}",
            unit.variant,
            package.go_version,
            self.wanted[id.index()]
        ));
        for file in &package.files {
            key.text(&format!("{} {:?} {}", file.name, file.go_version, file.cgo));
        }
        for import in &unit.imports {
            key.text(&import.path);
            match import.target {
                UnitTarget::Unit(target) => key.key(self.digest(self.resolve(target))?),
                UnitTarget::Missing(missing) => {
                    let reason = &self.workspace.missing[missing].reason;
                    key.text(if *reason == MissingReason::NoGoRoot {
                        self.stdlib().version()
                    } else {
                        ""
                    });
                }
                UnitTarget::C => key.text("C"),
            }
        }
        for &need in &self.needs[id.index()] {
            key.key(self.digest(need)?);
            key.text(if self.tells(need, id) { "tells" } else { "" });
        }
        key.text(&format!("{:?}", self.telling[id.index()]));
        Some(key.finish())
    }

    fn digest(&self, id: UnitId) -> Option<Key> {
        self.slots[id.index()].digest.get().copied()
    }

    /// Exports a unit that is finished in the world, with the hash of what others see of it. None in a circle of imports.
    fn export(&self, id: UnitId, pkg: PkgId) -> Option<(Vec<u8>, Key)> {
        let reach = Reach::of_package(&self.world, pkg);
        let (types, mentions) = export::encode_with_mentions(&self.world, pkg, &reach, Positions::Drop);
        let mut digest = KeyBuilder::default();
        digest.bytes(&types);
        // What it leads to there is part of what is seen of it; what only its functions use is not.
        for mentioned in mentions {
            match self.unit_of.get(&mentioned) {
                Some(&unit) if unit == id => {}
                Some(&unit) => digest.key(self.digest(unit)?),
                None if mentioned == PkgId::universe() || mentioned == PkgId::unsafe_() => {}
                // Of the standard library that gosleuth carries.
                None => digest.text(self.stdlib().version()),
            }
        }
        Some((types, digest.finish()))
    }

    fn node(&self, id: UnitId, jobs: &[UnitId]) -> Node {
        let place = |unit: UnitId| jobs.binary_search(&unit).ok().map(|place| place as u32);
        Node {
            needs: self.needs[id.index()].iter().copied().filter_map(place).collect(),
            after: self.told_as_tests(id).filter_map(place).collect(),
            weight: 10 * self.paths(id).len() as u64,
        }
    }

    /// The packages behind the import paths of a unit.
    fn imports(&self, unit: &Unit) -> FxHashMap<String, PkgId> {
        let mut imports = FxHashMap::default();
        for import in &unit.imports {
            let pkg = match import.target {
                UnitTarget::Unit(target) => self.slots[target.index()].pkg,
                UnitTarget::Missing(missing) => match self.workspace.missing[missing].reason {
                    MissingReason::NoGoRoot => self.stdlib().package(&self.world, &import.path),
                    _ => None,
                },
                UnitTarget::C => None,
            };
            if import.path == "unsafe" {
                imports.insert(import.path.clone(), PkgId::unsafe_());
            } else if let Some(pkg) = pkg {
                imports.insert(import.path.clone(), pkg);
            }
        }
        imports
    }

    /// Makes the types of a unit if it is known from the cache, and of all it needs. Others were made when they were checked.
    fn ensure(&self, id: UnitId) {
        let slot = &self.slots[id.index()];
        let (Some(entry), Some(pkg)) = (slot.entry.get(), slot.pkg) else {
            return;
        };
        // What has an entry is in no circle, so that nobody waits for himself.
        slot.restored.get_or_init(|| {
            self.needs[id.index()].iter().for_each(|&need| self.ensure(need));
            match export::decode(&self.world, pkg, &entry.types, |path| self.resolve_path(path)) {
                Ok(types) => self.world.finish(pkg, types),
                // It is as good as not there.
                Err(_) => self.check(id, pkg, &self.read(id), &|| {}),
            }
        });
    }

    /// A package by the path that exports refer to it with.
    fn resolve_path(&self, path: &str) -> Option<PkgId> {
        let known = self.by_path.get(path).copied();
        known.or_else(|| self.stdlib().package(&self.world, path))
    }

    fn check(&self, id: UnitId, pkg: PkgId, prepared: &Sources, publish: &dyn Fn()) {
        let slot = &self.slots[id.index()];
        self.needs[id.index()].iter().for_each(|&need| self.ensure(need));
        let files: Vec<SourceFile<'_>> = prepared
            .files
            .iter()
            .map(|file| SourceFile {
                path: &file.path,
                text: &file.text,
                tree: &file.tree,
            })
            .collect();
        let input = CheckInput {
            pkg,
            files: files.clone(),
            imports: self.imports(&self.units[id]),
            word_size: self.word_size,
        };
        let mut exported = None;
        let telling = self.telling[id.index()];
        let tells = telling != Telling::Nobody;
        let checked = check_package(&self.world, input, |types: PackageTypes| {
            self.world.finish(pkg, types);
            if self.options.cache.is_some() {
                exported = self.export(id, pkg);
                if let Some((_, digest)) = exported {
                    // One from an entry that could not be used is the same.
                    let _ = slot.digest.set(digest);
                }
            }
            if telling != Telling::All {
                publish();
            }
        });
        let mut problems = prepared.problems.clone();
        for error in &checked.errors {
            if let Some(file) = files.get(error.file) {
                problems.push(problem(file, error.span, &error.message));
            }
        }
        let wanted = self.wanted[id.index()];
        let asked: RefCell<FxHashMap<ObjRef, Option<Digest>>> = RefCell::default();
        let seen = if wanted || tells {
            (self.visit)(&TypedUnit {
                unit: id,
                pkg,
                world: &self.world,
                files: &files,
                checked: &checked,
                wanted,
                tells,
                resolve: &|path| self.resolve_path(path),
                fact: &|obj| {
                    self.unit_of.get(&obj.pkg).filter(|&&unit| self.tells(unit, id))?;
                    let fact = self.fact(obj);
                    asked.borrow_mut().insert(obj, fact.map(|fact| fact.digest));
                    fact.map(|fact| fact.bytes.as_slice())
                },
            })
        } else {
            Seen::default()
        };
        let result = if wanted { seen.result } else { Vec::new() };
        let facts = if tells {
            Facts::new(seen.facts)
        } else {
            Facts::default()
        };
        if let (Some(cache), Some((types, digest))) = (self.options.cache, exported)
            && let Some(contents) = prepared.contents
            && let Some(key) = self.key(cache, id, contents)
        {
            let entry = Entry {
                types,
                digest,
                facts: facts.clone(),
                asked: self.asked(asked.into_inner()),
                problems: problems.clone(),
                result: result.clone(),
            };
            cache.store.put(key, &entry.encode());
            self.written.store(true, Ordering::Relaxed);
            let _ = slot.contents.set(contents);
        }
        // A unit has one outcome, and those that import it wait for the facts.
        let _ = slot.facts.set(facts);
        let _ = self.slots[id.index()].outcome.set(Outcome { result, problems });
    }

    fn finish(self) -> Analysis {
        if let Some(cache) = self.options.cache {
            let contents = self.slots.iter().filter_map(|slot| slot.contents.get().copied());
            cache.finish(contents.collect(), self.written.load(Ordering::Relaxed));
        }
        let mut results = IndexVec::new();
        let mut problems = Vec::new();
        let mut checked = 0;
        let same: Vec<Option<UnitId>> = self.slots.iter().map(|slot| slot.same_as).collect();
        let mut found: Vec<Vec<u8>> = Vec::new();
        for slot in self.slots {
            let (result, more) = match (slot.outcome.into_inner(), slot.entry.into_inner()) {
                (Some(outcome), _) => {
                    checked += 1;
                    (outcome.result, outcome.problems)
                }
                (None, Some(entry)) => (entry.result, entry.problems),
                (None, None) => Default::default(),
            };
            problems.extend(more);
            found.push(result);
        }
        for place in 0..found.len() {
            // What stands for another unit was seen there.
            results.push(if same[place].is_some() {
                Vec::new()
            } else {
                std::mem::take(&mut found[place])
            });
        }
        problems.sort();
        problems.dedup();
        Analysis {
            units: self.units,
            results,
            problems,
            checked,
            world: self.world,
        }
    }
}

/// The units that a unit needs, sorted.
fn needs(
    id: UnitId,
    unit: &Unit,
    units: &IndexVec<UnitId, Unit>,
    slots: &[Slot],
    plain: &FxHashMap<PackageId, UnitId>,
) -> Vec<UnitId> {
    let resolve = |target: UnitId| slots[target.index()].same_as.unwrap_or(target);
    let mut needs: Vec<UnitId> = unit
        .imports
        .iter()
        .filter_map(|import| match import.target {
            UnitTarget::Unit(target) if target.index() < units.len() => Some(resolve(target)),
            _ => None,
        })
        .collect();
    if unit.variant == Variant::WithTests {
        needs.extend(plain.get(&unit.package));
    }
    needs.sort_unstable();
    needs.dedup();
    needs.retain(|&need| need != id);
    needs
}

/// 4 or 8 bytes.
fn word_size(goarch: &str) -> u8 {
    match goarch {
        "386" | "amd64p32" | "arm" | "armbe" | "mips" | "mipsle" | "mips64p32" | "mips64p32le" | "ppc" | "riscv"
        | "s390" | "sparc" => 4,
        _ => 8,
    }
}

fn problem(file: &SourceFile<'_>, span: ast::Span, message: &str) -> Problem {
    Problem {
        kind: ProblemKind::Partial,
        input: file.path.to_owned(),
        line: Some(u64::from(file.tree.line_column(span.start).0)),
        message: message.to_owned(),
    }
}

/// A file that was read.
struct Parsed {
    path: String,
    text: Vec<u8>,
    tree: ast::File,
}

/// What a unit is made of.
#[derive(Default)]
struct Sources {
    files: Vec<Parsed>,
    problems: Vec<Problem>,
    /// Hash of the files as they were read, if there is a cache and all could be read.
    contents: Option<Key>,
}

/// What can be done for a unit before those it imports.
enum Prepared {
    /// It was read: no earlier run knew it.
    Read(Sources),
    /// An earlier run knew these contents; with what it imports now, is to be seen.
    Known(Key),
}

/// The units of this run.
struct Part<'r, 'a> {
    run: &'r Run<'a>,
    jobs: &'r [UnitId],
}

impl Job for Part<'_, '_> {
    type Prepared = Prepared;

    fn prepare(&self, node: usize) -> Prepared {
        let id = self.jobs[node];
        if let Some(cache) = self.run.options.cache
            && cache.files.knows_units()
            && let Some(contents) = self.run.contents(cache, id)
            && cache.files.knows_unit(contents)
        {
            return Prepared::Known(contents);
        }
        Prepared::Read(self.run.read(id))
    }

    fn run(&self, node: usize, prepared: Prepared, publish: &dyn Fn()) {
        let (run, id) = (self.run, self.jobs[node]);
        let slot = &run.slots[id.index()];
        let Some(pkg) = slot.pkg else { return };
        let (contents, sources) = match prepared {
            Prepared::Read(sources) => (sources.contents, Some(sources)),
            Prepared::Known(contents) => (Some(contents), None),
        };
        if let (Some(cache), Some(contents)) = (run.options.cache, contents)
            && let Some(key) = run.key(cache, id, contents)
            && let Some(entry) = cache.store.get(key).and_then(|bytes| Entry::decode(&bytes))
            && run.is_answered(&entry)
        {
            // Each is set once, by the one run of the unit.
            let _ = slot.digest.set(entry.digest);
            let _ = slot.contents.set(contents);
            let _ = slot.entry.set(entry);
            return;
        }
        run.check(id, pkg, &sources.unwrap_or_else(|| run.read(id)), publish);
    }
}

impl Run<'_> {
    /// Reads and parses the files of a unit.
    fn read(&self, id: UnitId) -> Sources {
        let mut sources = Sources::default();
        let mut contents = self.options.cache.map(|_| KeyBuilder::default());
        for (path, version) in self.paths(id) {
            let name = path.to_string_lossy().into_owned();
            match self.system.read(&path, MAX_FILE) {
                Ok(text) => {
                    if let (Some(cache), Some(key)) = (self.options.cache, &mut contents) {
                        let hash = hash_file(&text);
                        key.text(&name);
                        key.key(hash);
                        cache.files.set_contents(&path, hash);
                    }
                    let tree = gosleuth_syntax::parse(&text, ParseOptions::of_version(version));
                    let file = Parsed { path: name, text, tree };
                    let source = SourceFile {
                        path: &file.path,
                        text: &file.text,
                        tree: &file.tree,
                    };
                    let errors = file.tree.errors.iter();
                    sources
                        .problems
                        .extend(errors.map(|error| problem(&source, error.span, &error.message)));
                    sources.files.push(file);
                }
                Err(error) => {
                    contents = None;
                    sources.problems.push(Problem {
                        kind: ProblemKind::Unreadable,
                        input: name,
                        line: None,
                        message: error.to_string(),
                    });
                }
            }
        }
        sources.contents = contents.map(|key| key.finish());
        sources
    }
}

mod facts;
#[cfg(test)]
mod facts_tests;
#[cfg(test)]
mod tests;
