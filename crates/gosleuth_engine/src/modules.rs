//! Which modules there are, and which directory an import path means.
//!
//! The rules are those of <https://go.dev/ref/mod>: `go.work` or `go.mod` name the main modules and what they need, minimal version
//! selection chooses versions, `replace` and `vendor` say where the files are. Nothing is fetched and no `go.sum` is looked at. Where
//! two modules have the same package, the longer module path wins, while the go command refuses.

mod graph;
mod replace;
mod vendor;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use gosleuth_base::{Problem, ProblemKind};
use gosleuth_syntax::gomod::{self, GoMod};
use gosleuth_syntax::{GoVersion, LineError, gowork};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::config::{self, Config, ModMode};
use crate::system::{Entry, FileKind, System};
use crate::version::{escape, is_version};
use crate::workspace::{MissingReason, Module};
use replace::Replacements;
use vendor::Vendor;

/// A module that is being worked on.
#[derive(Debug)]
pub(crate) struct MainModule {
    /// Module path; empty for a directory without `go.mod`.
    pub(crate) path: String,
    pub(crate) dir: PathBuf,
    pub(crate) file: GoMod,
}

/// The modules of a load.
pub(crate) struct Modules<'a> {
    pub(crate) system: &'a dyn System,
    pub(crate) config: &'a Config,
    /// `GOROOT/src`
    pub(crate) goroot_src: Option<PathBuf>,
    /// The same without symbolic links.
    goroot_real: Option<PathBuf>,
    pub(crate) mains: Vec<MainModule>,
    /// The main module is Go itself: all packages are those of the Go root.
    pub(crate) inside_go: bool,
    vendor: Option<Vendor>,
    replacements: Replacements,
    excluded: FxHashSet<gomod::ModuleVersion>,
    /// What the one main module requires, if that is known to be enough for everything it imports (`go 1.17` or later).
    roots: Option<FxHashMap<String, String>>,
    /// The version of every module, from the whole graph of requirements. Made when something needs it.
    selected: OnceLock<FxHashMap<String, String>>,
    located: Mutex<FxHashMap<(String, String), Located>>,
}

/// Where a module is, or why it is nowhere.
type Located = Result<Arc<Module>, MissingReason>;

/// Where a package is.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) dir: PathBuf,
    pub(crate) entries: Vec<Entry>,
    pub(crate) origin: Origin,
}

/// What a package belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Go itself.
    Standard,
    /// The main module with this index.
    Main(usize),
    /// A dependency.
    Module(Arc<Module>),
    /// No module: files named one by one.
    Loose,
}

/// Names of problems about files.
pub(crate) fn problem(kind: ProblemKind, path: &Path, line: Option<u32>, message: impl Into<String>) -> Problem {
    Problem {
        kind,
        input: path.display().to_string(),
        line: line.map(u64::from),
        message: message.into(),
    }
}

impl<'a> Modules<'a> {
    /// Finds the modules for a build in `dir`.
    pub(crate) fn find(system: &'a dyn System, config: &'a Config, dir: &Path, problems: &mut Vec<Problem>) -> Self {
        let goroot_src = config.goroot.as_ref().map(|root| root.join("src"));
        let goroot_real = goroot_src.as_deref().and_then(|src| system.canonicalize(src).ok());
        let mut modules = Self {
            system,
            config,
            goroot_src,
            goroot_real,
            mains: Vec::new(),
            inside_go: false,
            vendor: None,
            replacements: Replacements::default(),
            excluded: FxHashSet::default(),
            roots: None,
            selected: OnceLock::new(),
            located: Mutex::default(),
        };
        let nearest = config::find_up(system, dir, "go.mod");
        let goroot_module = nearest
            .as_deref()
            .and_then(Path::parent)
            .filter(|dir| modules.is_go_tree(dir));
        if goroot_module.is_some() {
            modules.inside_go = true;
            return modules;
        }
        let work = config.go_work(system, dir);
        let mut workspace_go = None;
        let mut work_dir = None;
        if let Some(path) = work {
            match config::read_small(system, &path) {
                Ok(text) => {
                    let work = gowork::parse(&text);
                    let below = path.parent().unwrap_or(dir).to_owned();
                    modules.read_work(&path, &below, work, &mut workspace_go, problems);
                    work_dir = Some(below);
                }
                Err(error) => {
                    let message = format!("cannot be read: {error}; GOWORK=off does without");
                    problems.push(problem(ProblemKind::Partial, &path, None, message));
                }
            }
        }
        // A module that its go.work does not use stands alone.
        let own = nearest.as_deref().and_then(Path::parent);
        if let (Some(work_dir), Some(own), Some(path)) = (&work_dir, own, &nearest)
            && !modules.mains.iter().any(|main| main.dir == own)
            && own.starts_with(work_dir)
        {
            let message = format!(
                "{} does not use this module; it is loaded alone",
                work_dir.join("go.work").display()
            );
            problems.push(problem(ProblemKind::Note, path, None, message));
            modules.mains.clear();
        }
        let workspace = !modules.mains.is_empty();
        if !workspace {
            modules.replacements = Replacements::default();
            match nearest {
                Some(path) => modules.read_main(&path, problems),
                None => modules.mains.push(MainModule {
                    path: String::new(),
                    dir: dir.to_owned(),
                    file: GoMod::default(),
                }),
            }
        }
        modules.settle(workspace, problems);
        modules.choose_vendor(workspace.then_some(work_dir).flatten(), workspace_go, problems);
        modules
    }

    fn is_go_tree(&self, dir: &Path) -> bool {
        let trees = self.goroot_src.iter().chain(&self.goroot_real);
        let cmd = |src: &PathBuf| dir == src.join("cmd");
        trees.into_iter().any(|src| dir == src || cmd(src))
    }

    fn read_work(
        &mut self,
        path: &Path,
        dir: &Path,
        work: gowork::GoWork,
        go: &mut Option<GoVersion>,
        problems: &mut Vec<Problem>,
    ) {
        report(path, &work.errors, problems);
        *go = work.go;
        self.replacements.add(&work.replace, dir);
        for (used, line) in &work.uses {
            let main = normal(&dir.join(used));
            if self.system.is_file(&main.join("go.mod")) {
                if self.mains.iter().all(|other| other.dir != main) {
                    self.read_main(&main.join("go.mod"), problems);
                }
            } else {
                let message = format!("{used} has no go.mod");
                problems.push(problem(ProblemKind::Partial, path, Some(*line), message));
            }
        }
    }

    fn read_main(&mut self, path: &Path, problems: &mut Vec<Problem>) {
        let text_of = self
            .config
            .modfile
            .as_deref()
            .filter(|_| self.mains.is_empty())
            .unwrap_or(path);
        let file = match config::read_small(self.system, text_of) {
            Ok(text) => gomod::parse(&text),
            Err(error) => {
                problems.push(problem(
                    ProblemKind::Partial,
                    text_of,
                    None,
                    format!("cannot be read: {error}"),
                ));
                GoMod::default()
            }
        };
        report(text_of, &file.errors, problems);
        if file.module.is_none() {
            problems.push(problem(ProblemKind::Partial, text_of, None, "there is no module line"));
        }
        for require in file
            .require
            .iter()
            .filter(|require| !is_version(&require.module.version))
        {
            let module = &require.module;
            let message = format!(
                "{} is no version of {}; `go mod tidy` finds the one that is meant",
                module.version, module.path
            );
            problems.push(problem(ProblemKind::Partial, text_of, Some(require.line), message));
        }
        let dir = path.parent().unwrap_or(path).to_owned();
        self.mains.push(MainModule {
            path: file.module.clone().unwrap_or_default(),
            dir,
            file,
        });
    }

    /// Takes what the main modules say together.
    fn settle(&mut self, workspace: bool, problems: &mut Vec<Problem>) {
        for main in &self.mains {
            self.replacements.add(&main.file.replace, &main.dir);
            self.excluded.extend(main.file.exclude.iter().cloned());
        }
        if let Some(main) = self.mains.first() {
            let file = main.dir.join("go.mod");
            for message in self.replacements.circles() {
                problems.push(problem(ProblemKind::Note, &file, None, message));
            }
        }
        if let ([main], false) = (self.mains.as_slice(), workspace)
            && graph::prunes(main.file.go)
        {
            let mut roots = FxHashMap::default();
            for module in graph::requirements(&main.file, &self.excluded) {
                graph::raise(&mut roots, module);
            }
            self.roots = Some(roots);
        }
    }

    fn choose_vendor(&mut self, work_dir: Option<PathBuf>, work_go: Option<GoVersion>, problems: &mut Vec<Problem>) {
        let (dir, go, lowest) = match (&work_dir, self.mains.first()) {
            (Some(dir), _) => (dir, work_go, 22),
            (None, Some(main)) => (&main.dir, main.file.go, 14),
            (None, None) => return,
        };
        let wanted = match self.config.mod_mode {
            ModMode::Cache => return,
            ModMode::Vendor => true,
            ModMode::Auto => go.is_some_and(|go| go >= GoVersion::language(lowest)),
        };
        if !wanted {
            return;
        }
        let dir = dir.join("vendor");
        let list = dir.join("modules.txt");
        match config::read_small(self.system, &list) {
            Ok(text) => {
                let vendor = Vendor::parse(&text, &dir);
                let fits = vendor.of_workspace == work_dir.is_some();
                if fits || self.config.mod_mode == ModMode::Vendor {
                    if let (None, Some(main)) = (&work_dir, self.mains.first())
                        && let Some(message) = vendor.contradiction(&main.file)
                    {
                        problems.push(problem(ProblemKind::Note, &list, None, message));
                    }
                    self.vendor = Some(vendor);
                }
            }
            Err(_) if self.config.mod_mode == ModMode::Auto => {}
            Err(error) => {
                let message = format!("cannot be read: {error}; `go mod vendor` writes it");
                problems.push(problem(ProblemKind::Partial, &list, None, message));
            }
        }
    }

    /// The import path that a package means by `path`: the standard library has copies of other modules of its own.
    pub(crate) fn canonical(&self, importer: &str, importer_is_standard: bool, path: &str) -> String {
        let bare = |path: &str| !path.split('/').next().is_some_and(|first| first.contains('.'));
        if !importer_is_standard || bare(path) {
            return path.to_owned();
        }
        let Some(src) = &self.goroot_src else {
            return path.to_owned();
        };
        let cmd = importer.starts_with("cmd/") || importer == "cmd";
        let copies = [
            cmd.then(|| format!("cmd/vendor/{path}")),
            Some(format!("vendor/{path}")),
        ];
        let found = copies
            .into_iter()
            .flatten()
            .find(|copy| is_path(path) && self.system.is_dir(&src.join(copy)));
        found.unwrap_or_else(|| path.to_owned())
    }

    /// The directory of a package.
    pub(crate) fn place(&self, path: &str) -> Result<Place, MissingReason> {
        if !is_path(path) {
            return Err(MissingReason::NotAPath);
        }
        let bare = !path.split('/').next().is_some_and(|first| first.contains('.'));
        if bare
            && let Some(src) = &self.goroot_src
            && let Some(place) = self.go_dir(src.join(path), Origin::Standard)
        {
            return Ok(place);
        }
        let mut reason = None;
        if let Some(place) = self.place_in_modules(path, &mut reason) {
            return Ok(place);
        }
        let reason = reason.unwrap_or(match self.vendor {
            _ if self.inside_go && !bare => MissingReason::NotVendored,
            _ if bare && self.goroot_src.is_none() => MissingReason::NoGoRoot,
            _ if bare => MissingReason::NotStandard,
            Some(_) => MissingReason::NotVendored,
            None => MissingReason::NotRequired,
        });
        Err(reason)
    }

    fn place_in_modules(&self, path: &str, reason: &mut Option<MissingReason>) -> Option<Place> {
        for prefix in prefixes(path) {
            let Some(index) = self
                .mains
                .iter()
                .position(|main| !main.path.is_empty() && main.path == prefix)
            else {
                continue;
            };
            let main = &self.mains[index];
            let dir = below(&main.dir, prefix, path);
            if self.in_one_module(&main.dir, &dir)
                && let Some(place) = self.go_dir(dir, Origin::Main(index))
            {
                return Some(place);
            }
            reason.get_or_insert_with(|| MissingReason::NotInModule(main.path.clone()));
        }
        if let Some(vendor) = &self.vendor {
            let module = vendor.module_of(path)?;
            return self.go_dir(vendor.dir.join(path), Origin::Module(module));
        }
        // What the main module requires is enough where it is complete. Only if it is not, the whole graph is read.
        let found = match &self.roots {
            Some(roots) => self.place_among(path, roots),
            None => Ok(None),
        };
        let found = match found {
            Ok(None) => self.place_among(path, self.selected()),
            found => found,
        };
        found.unwrap_or_else(|why| {
            *reason = Some(why);
            None
        })
    }

    /// The directory of a package in the modules with these versions. An error is a module that may have it and is not here.
    fn place_among(&self, path: &str, versions: &FxHashMap<String, String>) -> Result<Option<Place>, MissingReason> {
        let mut not_here = None;
        for prefix in prefixes(path) {
            let Some(version) = versions.get(prefix) else { continue };
            match self.locate(prefix, version) {
                Ok(module) => {
                    let dir = below(&module.dir, prefix, path);
                    // The module cache holds no module inside another one.
                    let whole = self.replaced_by_directory(prefix, version);
                    if (!whole || self.in_one_module(&module.dir, &dir))
                        && let Some(place) = self.go_dir(dir, Origin::Module(module))
                    {
                        return Ok(Some(place));
                    }
                }
                Err(why) => not_here = not_here.or(Some(why)),
            }
        }
        not_here.map_or(Ok(None), Err)
    }

    fn replaced_by_directory(&self, path: &str, version: &str) -> bool {
        let replacement = self.replacements.of(path, version);
        replacement.is_some_and(|replacement| replacement.directory().is_some())
    }

    /// Whether no directory on the way down from a module to `dir` starts another one.
    fn in_one_module(&self, module: &Path, dir: &Path) -> bool {
        dir.ancestors()
            .take_while(|above| *above != module && above.starts_with(module))
            .all(|above| !self.system.is_file(&above.join("go.mod")))
    }

    /// The directory, if it holds Go files, whether or not they belong to this build.
    fn go_dir(&self, dir: PathBuf, origin: Origin) -> Option<Place> {
        let entries = self.system.read_dir(&dir).ok()?;
        has_go_files(self.system, &dir, &entries).then_some(Place { dir, entries, origin })
    }

    /// Where the files of a module are.
    pub(crate) fn locate(&self, path: &str, version: &str) -> Located {
        let key = (path.to_owned(), version.to_owned());
        if let Some(known) = self.located.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        let located = self.locate_anew(path, version);
        let mut all = self.located.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(key).or_insert(located).clone()
    }

    fn locate_anew(&self, path: &str, version: &str) -> Located {
        let replacement = self.replacements.of(path, version);
        let module = |dir: PathBuf| {
            Arc::new(Module {
                path: path.to_owned(),
                version: Some(version.to_owned()),
                go_version: self.summary(path, version).go,
                replaced_by: replacement.map(|replacement| replacement.text()),
                dir,
            })
        };
        if let Some(dir) = replacement.and_then(|replacement| replacement.directory()) {
            return match self.system.is_dir(&dir) {
                true => Ok(module(dir)),
                false => Err(MissingReason::ReplacementMissing {
                    module: path.to_owned(),
                    dir,
                }),
            };
        }
        let (path, version) = replacement
            .and_then(|replacement| replacement.module())
            .unwrap_or((path, version));
        let missing = || MissingReason::NotDownloaded {
            module: path.to_owned(),
            version: version.to_owned(),
        };
        let (Some(cache), Some(escaped), Some(escaped_version)) =
            (&self.config.gomodcache, escape(path), escape(version))
        else {
            return Err(missing());
        };
        let dir = cache.join(format!("{escaped}@{escaped_version}"));
        if self.system.is_dir(&dir) {
            Ok(module(dir))
        } else {
            Err(missing())
        }
    }

    /// The import path of a directory and what it belongs to; None outside of all modules.
    pub(crate) fn import_path(&self, dir: &Path) -> Option<(String, Origin)> {
        let real = self.system.canonicalize(dir).ok();
        let forms = || std::iter::once(dir).chain(real.as_deref());
        for (dir, src) in forms().flat_map(|dir| {
            self.goroot_src
                .iter()
                .chain(&self.goroot_real)
                .map(move |src| (dir, src))
        }) {
            if let Ok(rest) = dir.strip_prefix(src) {
                return Some((slashed(rest), Origin::Standard));
            }
        }
        for dir in forms() {
            let mains = self
                .mains
                .iter()
                .enumerate()
                .filter(|(_, main)| dir.starts_with(&main.dir));
            let nearest = mains.max_by_key(|(_, main)| main.dir.components().count());
            let Some((index, main)) = nearest else { continue };
            if !self.in_one_module(&main.dir, dir) {
                return None;
            }
            let rest = slashed(dir.strip_prefix(&main.dir).unwrap_or(Path::new("")));
            let path = match (main.path.as_str(), rest.as_str()) {
                ("", _) => format!("_{}", slashed(dir)),
                (module, "") => module.to_owned(),
                (module, rest) => format!("{module}/{rest}"),
            };
            return Some((path, Origin::Main(index)));
        }
        let cached = self
            .config
            .gomodcache
            .as_deref()
            .is_some_and(|cache| dir.starts_with(cache));
        let dependencies = if cached { self.dependencies() } else { Vec::new() };
        let module = dependencies.into_iter().find(|module| dir.starts_with(&module.dir))?;
        let rest = slashed(dir.strip_prefix(&module.dir).ok()?);
        let path = if rest.is_empty() {
            module.path.clone()
        } else {
            format!("{}/{rest}", module.path)
        };
        Some((path, Origin::Module(module)))
    }

    /// Every module of the build that is not a main module and is here, by path.
    pub(crate) fn dependencies(&self) -> Vec<Arc<Module>> {
        if let Some(vendor) = &self.vendor {
            return vendor.modules.clone();
        }
        let mut selected: Vec<(&String, &String)> = self.selected().iter().collect();
        selected.sort();
        selected
            .iter()
            .filter_map(|(path, version)| self.locate(path, version).ok())
            .collect()
    }

    /// Every module of the build that is not a main module, by path, whether or not it is here.
    pub(crate) fn build_list(&self) -> Vec<Module> {
        if let Some(vendor) = &self.vendor {
            return vendor.modules.iter().map(|module| Module::clone(module)).collect();
        }
        let mut selected: Vec<(&String, &String)> = self.selected().iter().collect();
        selected.sort();
        let module = |(path, version): (&String, &String)| match self.locate(path, version) {
            Ok(module) => Module::clone(&module),
            Err(_) => Module {
                path: path.clone(),
                version: Some(version.clone()),
                dir: PathBuf::new(),
                go_version: None,
                replaced_by: self
                    .replacements
                    .of(path, version)
                    .map(|replacement| replacement.text()),
            },
        };
        selected.into_iter().map(module).collect()
    }

    /// The directory with copies of other modules, if they come from there.
    pub(crate) fn vendor_dir(&self) -> Option<&Path> {
        self.vendor.as_ref().map(|vendor| vendor.dir.as_path())
    }

    /// The language version of the packages of a place that state none.
    pub(crate) fn go_version(&self, origin: &Origin) -> GoVersion {
        let stated = match origin {
            Origin::Standard | Origin::Loose => Some(self.config.go_version),
            Origin::Main(index) if self.mains[*index].path.is_empty() => Some(self.config.go_version),
            Origin::Main(index) => self.mains[*index].file.go,
            Origin::Module(module) => module.go_version,
        };
        stated.map_or(GoVersion::UNSTATED, GoVersion::of_language)
    }
}

/// Whether a directory holds a regular file with the ending `.go`.
pub(crate) fn has_go_files(system: &dyn System, dir: &Path, entries: &[Entry]) -> bool {
    entries.iter().any(|entry| {
        entry.name.ends_with(".go")
            && match entry.kind {
                FileKind::File => true,
                FileKind::Symlink => system.is_file(&dir.join(&entry.name)),
                FileKind::Directory | FileKind::Other => false,
            }
    })
}

/// Longer paths are none of a file system, and would be looked up once for each of their parts.
const MAX_PATH: usize = 4096;

/// Whether the text can be an import path of a module: relative, without empty, `.` and `..` parts.
fn is_path(path: &str) -> bool {
    path.len() <= MAX_PATH
        && !path.contains(['\\', '\0', ':'])
        && path
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
}

/// The paths of modules that can have a package, longest first.
fn prefixes(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |prefix| prefix.rsplit_once('/').map(|(above, _)| above))
}

/// The directory of package `path` in the module `prefix` at `dir`.
fn below(dir: &Path, prefix: &str, path: &str) -> PathBuf {
    match path[prefix.len()..].strip_prefix('/') {
        Some(rest) => dir.join(rest),
        None => dir.to_owned(),
    }
}

/// A path with `/` between its parts.
pub(crate) fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        text.into_owned()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    }
}

/// Links of a chain that are named; more than this nobody reads.
const MAX_NAMED: usize = 20;

/// A chain with `between` between its links.
pub(crate) fn shortened(chain: &[&str], between: &str) -> String {
    match chain.get(..MAX_NAMED) {
        Some(first) if chain.len() > MAX_NAMED => {
            let rest = chain.len() - MAX_NAMED;
            format!("{}{between}… ({rest} more)", first.join(between))
        }
        _ => chain.join(between),
    }
}

/// The path without `.` and `..`, by its text alone.
pub fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

/// Errors of a file as problems.
fn report(path: &Path, errors: &[LineError], problems: &mut Vec<Problem>) {
    for error in errors {
        problems.push(problem(
            ProblemKind::Partial,
            path,
            Some(error.line),
            error.message.clone(),
        ));
    }
}
