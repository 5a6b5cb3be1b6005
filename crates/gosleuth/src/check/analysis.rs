//! From loaded packages to findings: the engine checks the types of each package, the rules look at it while its trees are there, and what
//! they find is kept with it in the cache.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};

use gosleuth_base::{Finding, GoroutineStart, Location, Problem, ProblemKind};
use gosleuth_engine::units::{Unit as EngineUnit, Variant, units};
use gosleuth_engine::{AnalysisOptions, Cache, Config, OsSystem, Role, Seen, TypedUnit, Visited, Workspace, analyse};
use gosleuth_ir::{CodeIndex, Package, Unit, UnitFile, build_package, resolve_calls};
use gosleuth_report::CheckStats;
use gosleuth_rules::{Models, PackageInput, RuleFile, check_package, checklist, linked, read_fact, write_facts};
use gosleuth_types::{Caches, ObjRef};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use super::{Checked, Settings};

/// What is checked, and how.
pub(crate) struct Input<'a> {
    pub(crate) config: &'a Config,
    pub(crate) workspace: &'a Workspace,
    /// The working directory.
    pub(crate) directory: &'a Path,
    pub(crate) tests: bool,
    /// What earlier runs found out.
    pub(crate) cache: Option<&'a Cache<'a>>,
    pub(crate) settings: &'a Settings,
    /// Whether the places of the packages are wanted too.
    pub(crate) code: bool,
    /// Whether the places that start goroutines are wanted, instead of findings.
    pub(crate) checklist: bool,
}

/// What is kept of a unit. Paths are absolute.
#[derive(Default, Serialize, Deserialize)]
struct UnitResult {
    findings: Vec<Finding>,
    files: usize,
    lines: usize,
    /// The rules did not come to an end.
    failed: bool,
    /// The places of the package, if they are wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<CodeIndex>,
    /// The places that start goroutines, if they are wanted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    starts: Vec<GoroutineStart>,
}

/// What of a file the types do not know.
#[derive(Clone, Copy)]
pub(crate) struct FileFacts {
    go_minor: u32,
    is_test: bool,
}

/// Checks the packages of a workspace. `progress` hears the name of each package that is done.
pub(crate) fn run(input: &Input<'_>, problems: Vec<Problem>, progress: mpsc::Sender<String>) -> Checked {
    let workspace = input.workspace;
    let units = units(workspace, input.tests);
    let facts = facts_of(workspace);
    let name = |unit: &TypedUnit<'_>| unit_name(workspace, &units[unit.unit]);
    let progress = Mutex::new(progress);
    let told = Told::default();
    let visit = |unit: &TypedUnit<'_>| {
        let name = name(unit);
        let work = AssertUnwindSafe(|| check(input, unit, &name, &facts, &told));
        let failed = |_| {
            let result = UnitResult {
                failed: true,
                ..UnitResult::default()
            };
            (result, Vec::new())
        };
        let (result, facts) = std::panic::catch_unwind(work).unwrap_or_else(failed);
        if let Ok(progress) = progress.lock() {
            let _ = progress.send(name);
        }
        Seen {
            result: serde_json::to_vec(&result).unwrap_or_default(),
            facts,
        }
    };
    let salt = match (input.code, input.checklist) {
        (true, _) => format!("{} code", input.settings.salt),
        (_, true) => format!("{} checklist", input.settings.salt),
        _ => input.settings.salt.clone(),
    };
    let threads = std::thread::available_parallelism().unwrap_or(std::num::NonZeroUsize::MIN);
    let options = AnalysisOptions {
        tests: input.tests,
        threads,
        visited: Visited::Roots,
        cache: input.cache,
        facts: true,
        salt: &salt,
    };
    let analysis = analyse(&OsSystem, input.config, workspace, &options, &visit);

    let mut checked = Checked {
        findings: Vec::new(),
        problems,
        stats: CheckStats {
            rules: input.settings.selection.codes().len(),
            ..CheckStats::default()
        },
        code: Vec::new(),
        starts: Vec::new(),
    };
    let mut packages = FxHashSet::default();
    for (unit, bytes) in analysis.units.iter().zip(analysis.results.iter()) {
        if bytes.is_empty() {
            continue;
        }
        let package = &workspace.packages[unit.package];
        let result: UnitResult = serde_json::from_slice(bytes).unwrap_or_default();
        if result.failed {
            checked.problems.push(Problem {
                kind: ProblemKind::Partial,
                input: package.import_path.clone(),
                line: None,
                message: "the rules could not look at this package: an internal error, please report it".to_owned(),
            });
            continue;
        }
        if result.files > 0 {
            packages.insert(unit.package);
        }
        checked.stats.files += result.files;
        checked.stats.lines += result.lines;
        checked.findings.extend(result.findings);
        checked.code.extend(result.code);
        checked.starts.extend(result.starts);
    }
    checked.stats.packages = packages.len();
    checked.problems.extend(workspace.problems.iter().cloned());
    // What is wrong with code that nobody works on here is not of interest.
    let own = analysis
        .problems
        .into_iter()
        .filter(|problem| facts.contains_key(&problem.input));
    checked.problems.extend(own);
    finish(input, &mut checked);
    checked
}

/// Paths as they are shown, and the order of the report.
fn finish(input: &Input<'_>, checked: &mut Checked) {
    let shown = |path: &mut String| {
        if let Ok(relative) = Path::new(path.as_str()).strip_prefix(input.directory) {
            *path = relative.to_string_lossy().into_owned();
        }
    };
    for finding in &mut checked.findings {
        let place = |location: &mut Location| shown(&mut location.file);
        place(&mut finding.location);
        finding
            .related
            .iter_mut()
            .for_each(|related| place(&mut related.location));
        finding.schedule.iter_mut().for_each(|step| place(&mut step.location));
        if let Some(fix) = &mut finding.fix {
            fix.edits.iter_mut().for_each(|edit| shown(&mut edit.file));
        }
    }
    checked
        .starts
        .iter_mut()
        .for_each(|start| shown(&mut start.location.file));
    checked
        .starts
        .sort_by(|a, b| (&a.location.file, a.location.line).cmp(&(&b.location.file, b.location.line)));
    checked.findings.retain(|finding| !input.settings.is_ignored(finding));
    checked.findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    checked
        .problems
        .iter_mut()
        .for_each(|problem| shown(&mut problem.input));
    checked.problems.sort();
    checked.problems.dedup();
}

/// What the types do not know of the files that are checked, by path.
pub(crate) fn facts_of(workspace: &Workspace) -> FxHashMap<String, FileFacts> {
    let mut facts = FxHashMap::default();
    for package in workspace.roots.iter().map(|&root| &workspace.packages[root]) {
        for file in &package.files {
            let path = package.dir.join(&file.name).to_string_lossy().into_owned();
            let known = FileFacts {
                go_minor: u32::from(file.go_version.minor),
                is_test: file.role != Role::Compiled,
            };
            facts.insert(path, known);
        }
    }
    facts
}

/// The import path of a unit, as symbols have it.
pub(crate) fn unit_name(workspace: &Workspace, unit: &EngineUnit) -> String {
    let path = &workspace.packages[unit.package].import_path;
    match unit.variant {
        Variant::External => format!("{path}_test"),
        _ => path.clone(),
    }
}

/// The rules over one unit, and what it tells others.
fn check(
    input: &Input<'_>,
    unit: &TypedUnit<'_>,
    path: &str,
    facts: &FxHashMap<String, FileFacts>,
    told: &Told,
) -> (UnitResult, Vec<(u32, Vec<u8>)>) {
    let settings = input.settings;
    let look = |package: &PackageInput<'_>| UnitResult {
        findings: match input.checklist {
            true => Vec::new(),
            false => check_package(package, &settings.selection),
        },
        starts: match input.checklist {
            true => checklist(package),
            false => Vec::new(),
        },
        files: package.files.len(),
        lines: package.files.iter().map(|file| file.tree.lines.len()).sum(),
        failed: false,
        code: input.code.then(|| code_index(package)),
    };
    let (result, tells) = with_package(
        unit,
        path,
        facts,
        (&settings.models, settings.budget.percent()),
        told,
        look,
    );
    (result.unwrap_or_default(), tells)
}

/// Files as lowering takes them.
fn lowered_files<'a>(files: &[RuleFile<'a>]) -> Vec<UnitFile<'a>> {
    let one = |file: &RuleFile<'a>| UnitFile {
        tree: file.tree,
        info: file.info,
        go_minor: file.go_minor,
    };
    files.iter().map(one).collect()
}

/// The places of a package, as the runtime names them.
fn code_index(package: &PackageInput<'_>) -> CodeIndex {
    let files = lowered_files(package.files);
    let names: Vec<&str> = package.files.iter().map(|file| file.path).collect();
    let is_program = package
        .files
        .iter()
        .any(|file| file.tree.package.is_some_and(|name| file.tree.name(name) == "main"));
    let path = if is_program { "main" } else { package.path };
    let unit = Unit {
        query: package.query,
        files: &files,
    };
    CodeIndex::new(&unit, package.ir, path, &names)
}

/// Lowers a unit and shows it to a function if a result is asked for; with what the unit tells others. `models` come with the budget of exploring.
pub(crate) fn with_package<R>(
    unit: &TypedUnit<'_>,
    path: &str,
    facts: &FxHashMap<String, FileFacts>,
    (models, budget): (&Models, u32),
    told: &Told,
    look: impl FnOnce(&PackageInput<'_>) -> R,
) -> (Option<R>, Vec<(u32, Vec<u8>)>) {
    let caches = Caches::default();
    let query = unit.query(&caches);
    let files: Vec<RuleFile<'_>> = unit
        .files
        .iter()
        .zip(&unit.checked.files)
        .map(|(source, info)| {
            let facts = facts.get(source.path);
            RuleFile {
                path: source.path,
                text: source.text,
                tree: source.tree,
                info,
                go_minor: facts.map_or(0, |facts| facts.go_minor),
                is_test: facts.is_some_and(|facts| facts.is_test),
            }
        })
        .collect();
    let lowered = lowered_files(&files);
    let mut ir = build_package(&Unit { query, files: &lowered });
    let tells = match unit.tells {
        true => write_facts(query, &ir, models),
        false => Vec::new(),
    };
    if !unit.wanted {
        return (None, tells);
    }
    let linked = linked(query, &ir, &|obj| told.function(unit, obj));
    resolve_calls(query, &mut ir, &linked, is_program(&files));
    let result = look(&PackageInput {
        query,
        files: &files,
        ir: &ir,
        linked: &linked,
        path,
        models,
        budget,
    });
    (Some(result), tells)
}

/// Whether the package of some files is a program, which nobody imports.
fn is_program(files: &[RuleFile<'_>]) -> bool {
    files
        .first()
        .is_some_and(|file| file.tree.package.is_some_and(|name| file.tree.name(name) == "main"))
}

/// The functions that packages tell others, read once in a run.
#[derive(Default)]
pub(crate) struct Told {
    functions: Mutex<FxHashMap<ObjRef, Option<Arc<Package>>>>,
}

impl Told {
    fn function(&self, unit: &TypedUnit<'_>, obj: ObjRef) -> Option<Arc<Package>> {
        // Asked even if it was read before: what a unit asks for is kept with its result.
        let fact = (unit.fact)(obj)?;
        if let Some(known) = self.functions.lock().ok()?.get(&obj) {
            return known.clone();
        }
        let read = read_fact(unit.world, obj.pkg, fact, |path| (unit.resolve)(path));
        self.functions.lock().ok()?.insert(obj, read.clone());
        read
    }
}
