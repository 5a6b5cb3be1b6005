//! What `gosleuth check` does with packages, settings and files.

pub(crate) mod analysis;
pub(crate) mod baseline;
pub(crate) mod changes;
pub(crate) mod fixes;
mod glob;
mod settings;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use gosleuth_base::{Finding, GoroutineStart, Problem};
use gosleuth_engine::{Cache, Config, DiskStore, OsSystem, base_directory, cache_directory, load_with, normal};
use gosleuth_ir::CodeIndex;
use gosleuth_report::CheckStats;

use crate::Io;
use crate::args::{BuildArgs, CheckArgs};
use crate::commands::list::overrides;

pub(crate) use settings::Settings;

/// What a run of the rules gave.
pub(crate) struct Checked {
    /// Sorted; paths relative to the working directory where they are below.
    pub(crate) findings: Vec<Finding>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) stats: CheckStats,
    /// The places of the packages, if they were wanted.
    pub(crate) code: Vec<CodeIndex>,
    /// The places that start goroutines, if they were wanted.
    pub(crate) starts: Vec<GoroutineStart>,
}

/// This build of the program: another one may find something else. `build.rs` makes it.
const BUILD: &str = env!("GOSLEUTH_BUILD");

/// Runs quieter than this show no progress.
const PROGRESS_AFTER: Duration = Duration::from_secs(2);

/// What is to be checked.
pub(crate) struct Scope<'a> {
    pub(crate) directory: &'a Path,
    pub(crate) patterns: &'a [String],
    pub(crate) build: &'a BuildArgs,
    pub(crate) tests: bool,
    pub(crate) cache: bool,
    pub(crate) quiet: bool,
    /// Whether the places of the packages are wanted too.
    pub(crate) code: bool,
    /// Whether the places that start goroutines are wanted, instead of findings.
    pub(crate) checklist: bool,
}

impl<'a> Scope<'a> {
    /// What the arguments of `check` say.
    pub(crate) fn new(args: &'a CheckArgs, directory: &'a Path) -> Self {
        Self {
            directory,
            patterns: &args.patterns,
            build: &args.build,
            tests: !args.no_tests && !args.output.checklist,
            cache: !args.no_cache,
            quiet: args.output.quiet,
            code: false,
            checklist: args.output.checklist,
        }
    }
}

/// Loads the packages and runs the rules over them.
pub(crate) fn run(scope: &Scope<'_>, settings: &Settings, io: &mut Io<'_>) -> Result<Checked> {
    let directory = normal(scope.directory);
    let base = base_directory(&OsSystem, &directory, scope.patterns);
    let (config, problems) = Config::detect(&OsSystem, &base, &overrides(scope.build, scope.tests));
    let shows_progress = io.width.is_some() && !scope.quiet;
    let this = scope;
    let stderr = &mut *io.stderr;
    std::thread::scope(|scope| {
        let (progress, steps) = mpsc::channel();
        let work = || {
            let store = cache_directory(&OsSystem).filter(|_| this.cache).map(DiskStore::new);
            let cache = store
                .as_ref()
                .map(|store| Cache::new(store, BUILD, &config, &directory, this.patterns));
            let workspace = load_with(&OsSystem, &config, &directory, this.patterns, cache.as_ref());
            let input = analysis::Input {
                config: &config,
                workspace: &workspace,
                directory: &directory,
                tests: this.tests,
                cache: cache.as_ref(),
                settings,
                code: this.code,
                checklist: this.checklist,
            };
            // Nobody listens any more when the run has ended.
            analysis::run(&input, problems, progress)
        };
        let worker = std::thread::Builder::new()
            .name("check".to_owned())
            .spawn_scoped(scope, work)
            .context("cannot start a thread")?;
        let (mut done, mut last) = (0, Instant::now());
        for name in steps {
            done += 1;
            if shows_progress && last.elapsed() > PROGRESS_AFTER {
                last = Instant::now();
                let _ = writeln!(stderr, "gosleuth: {done} packages checked, last {name}");
            }
        }
        Ok(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// The texts of the files that findings are in or would change, by path as findings name them.
pub(crate) fn sources(findings: &[Finding], directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut sources = BTreeMap::new();
    let files = findings.iter().flat_map(|finding| {
        let related = finding.related.iter().map(|related| &related.location.file);
        let edits = finding
            .fix
            .iter()
            .flat_map(|fix| fix.edits.iter().map(|edit| &edit.file));
        let steps = finding.schedule.iter().map(|step| &step.location.file);
        std::iter::once(&finding.location.file)
            .chain(related)
            .chain(edits)
            .chain(steps)
    });
    for file in files {
        if !sources.contains_key(file)
            && let Ok(text) = std::fs::read(directory.join(file))
        {
            sources.insert(file.clone(), text);
        }
    }
    sources
}
