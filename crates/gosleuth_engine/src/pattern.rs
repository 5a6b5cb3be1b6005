//! Package patterns: `./...`, `std`, `net/http`, `example.com/...`, file names. As `go help packages` has them.

use std::path::{Path, PathBuf};

use gosleuth_base::{Problem, ProblemKind};

use crate::config::find_up;
use crate::modules::{Modules, Origin, Place, has_go_files, normal};
use crate::package::Choice;
use crate::parallel;
use crate::system::{Entry, FileKind, System};
use crate::workspace::{SkipReason, Skipped};

/// Directories within each other that a pattern goes down.
const MAX_DEPTH: usize = 128;

/// A package to load.
pub(crate) struct Job {
    /// Import path.
    pub(crate) path: String,
    /// Where it is, if that is known already.
    pub(crate) place: Option<Place>,
    pub(crate) choice: Choice,
    /// Named by a pattern without `...`: if it gives nothing, that is worth a word.
    pub(crate) explicit: bool,
}

/// What patterns name.
#[derive(Default)]
pub(crate) struct Expanded {
    pub(crate) jobs: Vec<Job>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) problems: Vec<Problem>,
    /// Everything that the jobs import, tests included, is named too.
    pub(crate) all: bool,
}

/// The directory whose modules count: that of the first pattern that is a path, if it leads into another module, else `dir`.
pub fn base_directory(system: &dyn System, dir: &Path, patterns: &[String]) -> PathBuf {
    let local = patterns
        .iter()
        .find(|pattern| is_local(pattern) || is_file_name(pattern));
    let Some(pattern) = local else { return dir.to_owned() };
    let mut start = normal(&dir.join(before_wildcard(pattern)));
    if !system.is_dir(&start) {
        start.pop();
    }
    if find_up(system, &start, "go.mod") == find_up(system, dir, "go.mod") {
        dir.to_owned()
    } else {
        start
    }
}

/// Finds what the patterns name; without patterns, the package in `dir`.
pub(crate) fn expand(modules: &Modules<'_>, dir: &Path, patterns: &[String]) -> Expanded {
    let mut expanded = Expanded::default();
    let here = [".".to_owned()];
    let patterns = if patterns.is_empty() { &here } else { patterns };
    let files: Vec<&String> = patterns.iter().filter(|pattern| is_file_name(pattern)).collect();
    if !files.is_empty() {
        named_files(modules, dir, &files, &mut expanded);
    }
    for pattern in patterns.iter().filter(|pattern| !is_file_name(pattern)) {
        let before = expanded.jobs.len();
        if is_local(pattern) {
            directories(modules, dir, pattern, &mut expanded);
        } else {
            import_paths(modules, pattern, &mut expanded);
        }
        if expanded.jobs.len() == before && expanded.problems.iter().all(|problem| problem.input != *pattern) {
            let hint = nothing(modules, &expanded.skipped);
            expanded.problems.push(remark(
                ProblemKind::Unreadable,
                pattern,
                format!("matches no packages{hint}"),
            ));
        }
    }
    expanded
}

fn remark(kind: ProblemKind, pattern: &str, message: String) -> Problem {
    Problem {
        kind,
        input: pattern.to_owned(),
        line: None,
        message,
    }
}

/// Why there may be nothing.
fn nothing(modules: &Modules<'_>, skipped: &[Skipped]) -> String {
    let others = skipped.iter().find(|skipped| skipped.reason == SkipReason::OtherModule);
    match (
        others,
        modules.mains.iter().any(|main| !main.path.is_empty()) || modules.inside_go,
    ) {
        (Some(other), _) => format!("; {} is a module of its own", other.dir.display()),
        (None, false) => "; there is no go.mod here or above".to_owned(),
        (None, true) => String::new(),
    }
}

fn is_file_name(pattern: &str) -> bool {
    pattern.ends_with(".go") && !pattern.contains("...")
}

/// Whether a pattern is a path of the file system, not an import path.
fn is_local(pattern: &str) -> bool {
    let first = pattern.split(['/', std::path::MAIN_SEPARATOR]).next();
    matches!(first, Some("." | "..")) || Path::new(pattern).is_absolute()
}

/// The part of a pattern before the path element with the first `...`.
fn before_wildcard(pattern: &str) -> &str {
    match pattern.find("...") {
        None => pattern,
        Some(at) => pattern[..at]
            .rfind(['/', std::path::MAIN_SEPARATOR])
            .map_or("", |slash| &pattern[..=slash]),
    }
}

/// Files named one by one are one package.
fn named_files(modules: &Modules<'_>, dir: &Path, names: &[&String], expanded: &mut Expanded) {
    let mut entries = Vec::new();
    let mut directory: Option<PathBuf> = None;
    for name in names {
        let path = normal(&dir.join(name));
        let (Some(parent), Some(base)) = (path.parent(), path.file_name().and_then(|base| base.to_str())) else {
            continue;
        };
        if !modules.system.is_file(&path) {
            expanded.problems.push(remark(
                ProblemKind::Unreadable,
                name,
                "there is no such file".to_owned(),
            ));
            continue;
        }
        if directory.get_or_insert_with(|| parent.to_owned()) != parent {
            let message = "files named one by one have to be in one directory".to_owned();
            expanded.problems.push(remark(ProblemKind::Unreadable, name, message));
            continue;
        }
        entries.push(Entry {
            name: base.to_owned(),
            kind: FileKind::File,
        });
    }
    entries.sort();
    entries.dedup();
    let Some(directory) = directory else { return };
    expanded.jobs.push(Job {
        path: "command-line-arguments".to_owned(),
        place: Some(Place {
            dir: directory,
            entries,
            origin: Origin::Loose,
        }),
        choice: Choice::All,
        explicit: true,
    });
}

/// A pattern that is a path of the file system.
fn directories(modules: &Modules<'_>, dir: &Path, pattern: &str, expanded: &mut Expanded) {
    let start = normal(&dir.join(before_wildcard(pattern)));
    if !modules.system.is_dir(&start) {
        expanded.problems.push(remark(
            ProblemKind::Unreadable,
            pattern,
            "there is no such directory".to_owned(),
        ));
        return;
    }
    let wildcard = pattern.contains("...");
    let before = expanded.jobs.len();
    let Some((path, origin)) = modules.import_path(&start) else {
        if wildcard {
            // The directory of a go.work is rarely a module; its modules are meant.
            let below = modules
                .mains
                .iter()
                .enumerate()
                .filter(|(_, main)| main.dir.starts_with(&start));
            let matcher = Matcher::new(&normal(&dir.join(pattern)).to_string_lossy());
            for (index, main) in below {
                let root = Root::main(index, main.path.clone(), main.dir.clone());
                walk(
                    modules,
                    root,
                    &|dir, _| matcher.matches(&dir.to_string_lossy()),
                    expanded,
                );
            }
        }
        if expanded.jobs.len() == before {
            let owner = find_up(modules.system, &start, "go.mod");
            let message = match owner {
                Some(file) => format!("belongs to another module, that of {}", file.display()),
                None => "belongs to no module".to_owned(),
            };
            expanded
                .problems
                .push(remark(ProblemKind::Unreadable, pattern, message));
        }
        return;
    };
    if !wildcard {
        let entries = modules.system.read_dir(&start).unwrap_or_default();
        if !has_go_files(modules.system, &start, &entries) {
            let message = format!("there are no Go files in {}", start.display());
            expanded
                .problems
                .push(remark(ProblemKind::Unreadable, pattern, message));
            return;
        }
        expanded.jobs.push(Job {
            path,
            place: Some(Place {
                dir: start,
                entries,
                origin,
            }),
            choice: Choice::Constrained,
            explicit: true,
        });
        return;
    }
    let matcher = Matcher::new(&normal(&dir.join(pattern)).to_string_lossy());
    let root = Root {
        dir: start,
        path,
        origin,
        stop_at_modules: true,
        stop_at_vendor: true,
    };
    walk(
        modules,
        root,
        &|dir, _| matcher.matches(&dir.to_string_lossy()),
        expanded,
    );
}

/// A pattern of import paths.
fn import_paths(modules: &Modules<'_>, pattern: &str, expanded: &mut Expanded) {
    let pattern = pattern.strip_suffix('/').unwrap_or(pattern);
    match pattern {
        "std" => return standard(modules, &|path| !path.starts_with("cmd/") && path != "cmd", expanded),
        "cmd" => return standard(modules, &|path| path.starts_with("cmd/") || path == "cmd", expanded),
        "all" | "work" if !modules.inside_go => {
            expanded.all |= pattern == "all";
            return mains(modules, &|_| true, expanded);
        }
        "all" => return standard(modules, &|_| true, expanded),
        "tool" => {
            for main in &modules.mains {
                expanded.jobs.extend(main.file.tool.iter().map(|path| by_path(path)));
            }
            return;
        }
        _ => {}
    }
    if !pattern.contains("...") {
        expanded.jobs.push(by_path(pattern));
        return;
    }
    let matcher = Matcher::new(pattern);
    // Copies of other modules are not what anybody means.
    let wanted = |path: &str| matcher.matches(path) && path.split('/').all(|part| part != "vendor");
    if matcher.can_match_below("")
        && !pattern
            .split('/')
            .next()
            .is_some_and(|first| first.trim_end_matches('.').contains('.'))
    {
        standard(modules, &wanted, expanded);
    }
    mains(modules, &wanted, expanded);
    for module in modules.dependencies() {
        if !matcher.can_match_below(&module.path) {
            continue;
        }
        let root = Root {
            dir: module.dir.clone(),
            path: module.path.clone(),
            stop_at_modules: true,
            stop_at_vendor: true,
            origin: Origin::Module(module),
        };
        walk(modules, root, &|_, path| wanted(path), expanded);
    }
}

fn by_path(path: &str) -> Job {
    Job {
        path: path.to_owned(),
        place: None,
        choice: Choice::Constrained,
        explicit: true,
    }
}

/// Packages of Go itself.
fn standard(modules: &Modules<'_>, wanted: &dyn Fn(&str) -> bool, expanded: &mut Expanded) {
    let Some(src) = &modules.goroot_src else { return };
    // This one exists for its documentation; without cgo, runtime/cgo is one that nothing needs.
    let pseudo = |path: &str| path == "builtin" || (path == "runtime/cgo" && !modules.config.cgo);
    for (dir, path) in [(src.clone(), String::new()), (src.join("cmd"), "cmd".to_owned())] {
        let root = Root {
            dir,
            path,
            origin: Origin::Standard,
            stop_at_modules: true,
            stop_at_vendor: false,
        };
        walk(modules, root, &|_, path| wanted(path) && !pseudo(path), expanded);
    }
}

fn mains(modules: &Modules<'_>, wanted: &dyn Fn(&str) -> bool, expanded: &mut Expanded) {
    for (index, main) in modules
        .mains
        .iter()
        .enumerate()
        .filter(|(_, main)| !main.path.is_empty())
    {
        let root = Root::main(index, main.path.clone(), main.dir.clone());
        walk(modules, root, &|_, path| wanted(path), expanded);
    }
}

/// Where a walk starts, and what it leaves out.
struct Root {
    dir: PathBuf,
    /// Import path of `dir`.
    path: String,
    origin: Origin,
    stop_at_modules: bool,
    stop_at_vendor: bool,
}

impl Root {
    fn main(index: usize, path: String, dir: PathBuf) -> Self {
        Self {
            dir,
            path,
            origin: Origin::Main(index),
            stop_at_modules: true,
            stop_at_vendor: true,
        }
    }
}

/// Goes through the directories below a root and makes a job of each that holds Go files and is `wanted`, by path.
fn walk(modules: &Modules<'_>, root: Root, wanted: &dyn Fn(&Path, &str) -> bool, expanded: &mut Expanded) {
    let system = modules.system;
    let ignored = match root.origin {
        Origin::Main(index) => modules.mains[index].file.ignore.as_slice(),
        _ => &[],
    };
    let top = match root.origin {
        Origin::Main(index) => modules.mains[index].dir.clone(),
        _ => root.dir.clone(),
    };
    let first_job = expanded.jobs.len();
    let mut skip = |dir: &Path, reason| {
        let dir = dir.to_owned();
        expanded.skipped.push(Skipped { dir, reason });
    };
    let mut level = vec![(root.dir.clone(), root.path.clone())];
    for depth in 0.. {
        let listings = parallel::map(modules.config.threads, &level, |(dir, _)| system.read_dir(dir));
        let mut next = Vec::new();
        for ((dir, path), entries) in level.into_iter().zip(listings) {
            let entries = match entries {
                Ok(entries) => entries,
                Err(error) => {
                    skip(&dir, SkipReason::Unreadable(error.to_string()));
                    continue;
                }
            };
            let is_module = || {
                entries
                    .iter()
                    .any(|entry| entry.name == "go.mod" && entry.kind != FileKind::Directory)
            };
            if depth > 0 && root.stop_at_modules && is_module() {
                skip(&dir, SkipReason::OtherModule);
                continue;
            }
            for entry in &entries {
                let child = || dir.join(&entry.name);
                if entry.kind == FileKind::Symlink {
                    // Looked at only where it could have been a package.
                    if !entry.name.contains('.') && system.is_dir(&child()) {
                        skip(&child(), SkipReason::Symlink);
                    }
                    continue;
                }
                if entry.kind != FileKind::Directory || entry.name.starts_with('.') {
                    continue;
                }
                let reason = if entry.name.starts_with('_') || entry.name == "testdata" {
                    Some(SkipReason::Name)
                } else if entry.name == "vendor" && root.stop_at_vendor {
                    Some(SkipReason::Vendor)
                } else if ignored.iter().any(|ignore| is_ignored(&top, &child(), ignore)) {
                    Some(SkipReason::IgnoreDirective)
                } else {
                    (depth == MAX_DEPTH).then_some(SkipReason::TooDeep)
                };
                match reason {
                    Some(reason) => skip(&child(), reason),
                    None if path.is_empty() => next.push((child(), entry.name.clone())),
                    None => next.push((child(), format!("{path}/{}", entry.name))),
                }
            }
            // The top of the standard library has no import path.
            if !path.is_empty() && wanted(&dir, &path) && has_go_files(system, &dir, &entries) {
                expanded.jobs.push(Job {
                    path,
                    // What stands in the directory of one dependency may by now be a module of its own.
                    place: (!matches!(root.origin, Origin::Module(_))).then(|| Place {
                        dir,
                        entries,
                        origin: root.origin.clone(),
                    }),
                    choice: Choice::Constrained,
                    explicit: false,
                });
            }
        }
        if next.is_empty() {
            break;
        }
        level = next;
    }
    expanded.jobs[first_job..].sort_by(|a, b| a.path.cmp(&b.path));
}

/// Whether an `ignore` directive means the directory: one with `./` means that directory of the module, others one of this name anywhere.
fn is_ignored(top: &Path, dir: &Path, ignore: &str) -> bool {
    let Ok(below) = dir.strip_prefix(top) else { return false };
    match ignore.strip_prefix("./") {
        Some(path) => below == Path::new(path.trim_end_matches('/')),
        None => below.ends_with(ignore.trim_end_matches('/')),
    }
}

/// A pattern with `...`.
pub(crate) struct Matcher {
    parts: Vec<String>,
}

impl Matcher {
    pub(crate) fn new(pattern: &str) -> Self {
        Self {
            parts: pattern.split("...").map(str::to_owned).collect(),
        }
    }

    /// Whether the path matches: `...` is any text, and `x/...` is `x` too.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let slash = ["/", "\\"]
            .into_iter()
            .find(|slash| path.contains(slash))
            .unwrap_or("/");
        self.matches_whole(path)
            || (self.parts.len() > 1 && self.parts.last().is_some_and(String::is_empty) && {
                let before = &self.parts[self.parts.len() - 2];
                before.ends_with(['/', '\\']) && self.matches_whole(&format!("{path}{slash}"))
            })
    }

    fn matches_whole(&self, path: &str) -> bool {
        let [first, middle @ .., last] = self.parts.as_slice() else {
            return self.parts.first().is_some_and(|only| only == path);
        };
        let Some(mut rest) = path.strip_prefix(first.as_str()) else {
            return false;
        };
        for part in middle {
            let Some(at) = rest.find(part.as_str()) else {
                return false;
            };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(last.as_str())
    }

    /// Whether a path can match that is `path` or starts with it and a slash.
    pub(crate) fn can_match_below(&self, path: &str) -> bool {
        let first = self.parts.first().map_or("", String::as_str);
        let below = format!("{path}/");
        path.is_empty() || first.starts_with(&below) || below.starts_with(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        for (pattern, path, matches) in [
            ("net/...", "net", true),
            ("net/...", "net/http", true),
            ("net/...", "netx", false),
            ("net...", "netx/y", true),
            ("...", "a/b", true),
            ("a/.../c", "a/b/c", true),
            ("a/.../c", "a/c", false),
            ("...c...", "abcde", true),
            ("a...b...b", "ab", false),
            ("a...b...b", "abb", true),
            ("/src/m/...", "/src/m", true),
        ] {
            assert_eq!(Matcher::new(pattern).matches(path), matches, "{pattern} {path}");
        }
        assert!(Matcher::new("golang.org/x/...").can_match_below("golang.org/x/net"));
        assert!(Matcher::new("golang.org/x/net/html...").can_match_below("golang.org/x/net"));
        assert!(!Matcher::new("golang.org/x/...").can_match_below("github.com/a/b"));
    }

    #[test]
    fn paths_and_import_paths() {
        for local in [".", "./x", "..", "../...", "/abs/..."] {
            assert!(is_local(local), "{local}");
        }
        for path in ["...", "net/http", ".x", "..x/y"] {
            assert!(!is_local(path), "{path}");
        }
        assert_eq!(before_wildcard("./a/b.../c"), "./a/");
        assert_eq!(before_wildcard("./a/b"), "./a/b");
        assert_eq!(before_wildcard("..."), "");
    }

    #[test]
    fn ignored_directories() {
        let ignored = |dir: &str, ignore: &str| is_ignored(Path::new("/m"), Path::new(dir), ignore);
        assert!(ignored("/m/a/b", "./a/b") && ignored("/m/x/static", "static") && ignored("/m/x/y", "x/y"));
        assert!(!ignored("/m/c/a/b", "./a/b") && !ignored("/m/nostatic", "static"));
    }
}
