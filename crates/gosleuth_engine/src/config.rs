//! The build configuration: for what platform, with which tags, where modules and the standard library are.
//!
//! Found as the go command finds it, from the environment, the file of `go env -w`, the Go root and `go.mod`; but the go command
//! itself is never run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gosleuth_base::{Problem, ProblemKind};
use gosleuth_syntax::gomod::{self, GoMod};
use gosleuth_syntax::{GoVersion, Stage, gowork};

use crate::platform::{self, Tags};
use crate::system::System;

/// What decides which files and modules belong to a build.
#[derive(Clone, Debug)]
pub struct Config {
    /// Target operating system (`linux`).
    pub goos: String,
    /// Target processor (`amd64`).
    pub goarch: String,
    /// Build tags of the user.
    pub tags: Vec<String>,
    /// Build tags of the toolchain: `goexperiment.x`, `amd64.v1`.
    pub tool_tags: Vec<String>,
    /// Whether files with `import "C"` belong to the build.
    pub cgo: bool,
    /// Version of the toolchain: `go1.1` to this one are build tags, and it is the language of the standard library.
    pub go_version: GoVersion,
    /// The installation of Go with the sources of the standard library, if there is one.
    pub goroot: Option<PathBuf>,
    /// The module cache, if there can be one.
    pub gomodcache: Option<PathBuf>,
    /// Where the packages of other modules come from.
    pub mod_mode: ModMode,
    /// Which `go.work` counts.
    pub workspace: WorkspaceFile,
    /// A file to read in place of the `go.mod` of the main module.
    pub modfile: Option<PathBuf>,
    /// Load what the tests of the packages named need.
    pub tests: bool,
    /// Threads for reading, at least 1; the result does not depend on it.
    pub threads: usize,
}

/// Where the packages of other modules come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ModMode {
    /// From `vendor` if the module has one that fits, else from the module cache.
    #[default]
    Auto,
    /// From the module cache (`-mod=mod`, `-mod=readonly`).
    Cache,
    /// From `vendor` (`-mod=vendor`).
    Vendor,
}

/// Which `go.work` counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WorkspaceFile {
    /// That of the nearest directory above.
    #[default]
    Nearest,
    /// None.
    Off,
    /// This one.
    File(PathBuf),
}

/// What the user says instead of what would be found.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Target operating system.
    pub goos: Option<String>,
    /// Target processor.
    pub goarch: Option<String>,
    /// Build tags.
    pub tags: Option<Vec<String>>,
    /// Whether cgo is on.
    pub cgo: Option<bool>,
    /// Where the packages of other modules come from.
    pub mod_mode: Option<ModMode>,
    /// The Go root.
    pub goroot: Option<PathBuf>,
    /// Load tests.
    pub tests: bool,
    /// Number of threads.
    pub threads: Option<usize>,
}

/// The newest version of Go known when this was written; what holds without a Go root.
const NEWEST: GoVersion = GoVersion {
    minor: 27,
    stage: Stage::Release(0),
};

/// Where Go is where nothing says so; relative ones below the home directory.
const USUAL_ROOTS: &[&str] = &[
    "/usr/local/go",
    "/usr/lib/go",
    "/usr/lib/golang",
    "/opt/homebrew/opt/go/libexec",
    "/usr/local/opt/go/libexec",
    "/snap/go/current",
    "C:\\Program Files\\Go",
    "sdk/go",
];

impl Config {
    /// Finds the configuration for a build in `dir` (absolute), with a remark where something cannot be as it is asked for.
    pub fn detect(system: &dyn System, dir: &Path, overrides: &Overrides) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut env = Env::new(system);
        let request = Request::of(system, dir, &env);
        let found = overrides
            .goroot
            .clone()
            .or_else(|| request.tree.clone())
            .or_else(|| goroot(system, &env));
        env.defaults(found.as_deref());
        let gomodcache = gomodcache(&env);
        let goroot = toolchain(system, found, gomodcache.as_deref(), &env, &request, &mut problems);
        let go_version = match goroot.as_deref().and_then(|root| version_of(system, root)) {
            Some(version) => version,
            None => NEWEST.max(request.version.unwrap_or(NEWEST)),
        };

        let host = system.host();
        let setting = |given: &Option<String>, name: &str, default: &str| {
            given
                .clone()
                .or_else(|| env.get(name))
                .unwrap_or_else(|| default.to_owned())
        };
        let goos = setting(&overrides.goos, "GOOS", host.0);
        let goarch = setting(&overrides.goarch, "GOARCH", host.1);
        for (value, known, name) in [
            (&goos, platform::is_system(&goos), "operating system"),
            (&goarch, platform::is_processor(&goarch), "processor"),
        ] {
            if !known {
                problems.push(note("configuration", format!("Go has no {name} called {value}")));
            }
        }
        let cgo = overrides.cgo.unwrap_or_else(|| cgo(&env, host, (&goos, &goarch)));
        let tool_tags = platform::tool_tags(system, goroot.as_deref(), (&goos, &goarch), &|name| env.get(name));
        let flags = Flags::read(&env.get("GOFLAGS").unwrap_or_default());
        let workspace = match env.get("GOWORK").as_deref() {
            None | Some("auto") => WorkspaceFile::Nearest,
            Some("off") => WorkspaceFile::Off,
            Some(path) => WorkspaceFile::File(dir.join(path)),
        };
        let config = Self {
            goos,
            goarch,
            tags: overrides.tags.clone().unwrap_or(flags.tags),
            tool_tags,
            cgo,
            go_version,
            goroot,
            gomodcache,
            mod_mode: overrides.mod_mode.unwrap_or(flags.mod_mode),
            workspace,
            modfile: flags.modfile.map(|path| dir.join(path)),
            tests: overrides.tests,
            threads: overrides
                .threads
                .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
                .max(1),
        };
        (config, problems)
    }

    /// The tags that hold.
    pub(crate) fn all_tags(&self) -> Tags {
        let more = self.tags.iter().chain(&self.tool_tags);
        Tags::new(&self.goos, &self.goarch, self.cgo, self.go_version, more)
    }

    /// The `go.work` that counts in a directory.
    pub(crate) fn go_work(&self, system: &dyn System, dir: &Path) -> Option<PathBuf> {
        match &self.workspace {
            WorkspaceFile::Nearest => find_up(system, dir, "go.work"),
            WorkspaceFile::Off => None,
            WorkspaceFile::File(path) => Some(path.clone()),
        }
    }
}

/// The file of this name in the directory or in the nearest one above it.
pub(crate) fn find_up(system: &dyn System, dir: &Path, name: &str) -> Option<PathBuf> {
    dir.ancestors()
        .map(|above| above.join(name))
        .find(|path| system.is_file(path))
}

/// The text of a small file; larger ones are cut behind the size from which the readers refuse them.
pub(crate) fn read_small(system: &dyn System, path: &Path) -> std::io::Result<Vec<u8>> {
    system.read(path, (16 << 20) + 16)
}

fn note(input: impl Into<String>, message: String) -> Problem {
    Problem {
        kind: ProblemKind::Note,
        input: input.into(),
        line: None,
        message,
    }
}

/// Variables as the go command sees them: those of the process, then those of `go env -w`, then those of the Go root. An empty one is
/// like one that is not set.
struct Env<'a> {
    system: &'a dyn System,
    files: BTreeMap<String, String>,
}

impl<'a> Env<'a> {
    fn new(system: &'a dyn System) -> Self {
        let mut env = Self {
            system,
            files: BTreeMap::new(),
        };
        let file = match env.get("GOENV") {
            Some(off) if off == "off" => None,
            Some(path) => Some(PathBuf::from(path)),
            None => env.user_directory().map(|directory| directory.join("go").join("env")),
        };
        if let Some(file) = file {
            env.add(&file);
        }
        env
    }

    fn defaults(&mut self, goroot: Option<&Path>) {
        if let Some(root) = goroot {
            self.add(&root.join("go.env"));
        }
    }

    /// Takes in what is not set yet.
    fn add(&mut self, file: &Path) {
        let text = self.system.read(file, 1 << 20).unwrap_or_default();
        for line in String::from_utf8_lossy(&text).lines().map(str::trim) {
            if let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
                self.files.entry(name.to_owned()).or_insert_with(|| value.to_owned());
            }
        }
    }

    fn get(&self, name: &str) -> Option<String> {
        let of_process = self.system.env(name).filter(|value| !value.is_empty());
        of_process.or_else(|| self.files.get(name).filter(|value| !value.is_empty()).cloned())
    }

    fn home(&self) -> Option<PathBuf> {
        let name = if self.system.host().0 == "windows" {
            "USERPROFILE"
        } else {
            "HOME"
        };
        self.get(name).map(PathBuf::from)
    }

    /// Where programs keep the settings of a user.
    fn user_directory(&self) -> Option<PathBuf> {
        match self.system.host().0 {
            "windows" => self.get("AppData").map(PathBuf::from),
            "darwin" | "ios" => Some(self.home()?.join("Library/Application Support")),
            _ => match self.get("XDG_CONFIG_HOME") {
                Some(path) => Some(path.into()),
                None => Some(self.home()?.join(".config")),
            },
        }
    }

    /// A program on the search path.
    fn program(&self, name: &str) -> Option<PathBuf> {
        let windows = self.system.host().0 == "windows";
        let name = if windows {
            format!("{name}.exe")
        } else {
            name.to_owned()
        };
        let path = self.get("PATH")?;
        path.split(if windows { ';' } else { ':' })
            .filter(|directory| !directory.is_empty())
            .map(|directory| Path::new(directory).join(&name))
            .find(|path| self.system.is_file(path))
    }
}

/// What the files above the directory ask for.
#[derive(Default)]
struct Request {
    /// The Go version of `go.work` or `go.mod`, the higher one of `go` and `toolchain`.
    version: Option<GoVersion>,
    /// The file that says so.
    file: PathBuf,
    /// The directory is inside the sources of Go: of this installation.
    tree: Option<PathBuf>,
}

impl Request {
    fn of(system: &dyn System, dir: &Path, env: &Env<'_>) -> Self {
        let module = find_up(system, dir, "go.mod");
        let read = |path: &Path| read_small(system, path).unwrap_or_default();
        let tree = module.as_deref().and_then(|path| {
            let root = go_tree(path, &gomod::parse(&read(path)))?;
            system.is_dir(&root.join("src/runtime")).then_some(root)
        });
        let work = match env.get("GOWORK").as_deref() {
            _ if tree.is_some() => None,
            Some("off") => None,
            None | Some("auto") => find_up(system, dir, "go.work"),
            Some(path) => Some(dir.join(path)),
        };
        let (file, go, toolchain) = match (work, module) {
            (Some(path), _) => {
                let work = gowork::parse(&read(&path));
                (path, work.go, work.toolchain)
            }
            (None, Some(path)) => {
                let module = gomod::parse(&read(&path));
                (path, module.go, module.toolchain)
            }
            (None, None) => return Self::default(),
        };
        let toolchain = toolchain.as_deref().and_then(GoVersion::parse);
        Self {
            version: go.max(toolchain),
            file,
            tree,
        }
    }
}

/// The Go root whose sources the `go.mod` belongs to.
pub(crate) fn go_tree(path: &Path, module: &GoMod) -> Option<PathBuf> {
    let directory = path.parent()?;
    let source = match module.module.as_deref()? {
        "std" => directory,
        "cmd" if directory.file_name()? == "cmd" => directory.parent()?,
        _ => return None,
    };
    (source.file_name()? == "src")
        .then(|| source.parent().map(Path::to_owned))
        .flatten()
}

/// The installation of Go that a user would run.
fn goroot(system: &dyn System, env: &Env<'_>) -> Option<PathBuf> {
    let good = |root: &PathBuf| system.is_dir(&root.join("src/runtime"));
    if let Some(root) = env.get("GOROOT").map(PathBuf::from).filter(good) {
        return Some(root);
    }
    let of_program = env.program("go").and_then(|program| {
        let program = system.canonicalize(&program).ok()?;
        Some(program.parent()?.parent()?.to_owned())
    });
    let home = env.home();
    let usual =
        USUAL_ROOTS.iter().filter_map(
            |root| match (Path::new(root).is_absolute() || root.contains(':'), &home) {
                (true, _) => Some(PathBuf::from(root)),
                (false, Some(home)) => Some(home.join(root)),
                (false, None) => None,
            },
        );
    of_program.into_iter().chain(usual).find(good)
}

/// The version of an installation: what its file VERSION says, or for a working copy of Go's own sources what they say.
fn version_of(system: &dyn System, goroot: &Path) -> Option<GoVersion> {
    let first = |path: &str| {
        let text = system.read(&goroot.join(path), 1 << 16).ok()?;
        Some(String::from_utf8_lossy(&text).into_owned())
    };
    let release = first("VERSION").and_then(|text| GoVersion::parse(text.lines().next()?));
    release.or_else(|| {
        let source = first("src/internal/goversion/goversion.go")?;
        let number = source.lines().find_map(|line| line.strip_prefix("const Version = "))?;
        Some(GoVersion::language(number.trim().parse().ok()?))
    })
}

fn gomodcache(env: &Env<'_>) -> Option<PathBuf> {
    if let Some(path) = env.get("GOMODCACHE") {
        return Some(path.into());
    }
    let gopath = match env.get("GOPATH") {
        Some(path) => {
            let separator = if env.system.host().0 == "windows" { ';' } else { ':' };
            PathBuf::from(path.split(separator).next()?)
        }
        None => env.home()?.join("go"),
    };
    Some(gopath.join("pkg/mod"))
}

/// The Go root to use: the one found, or a newer one of the module cache if `go.mod` asks for it and `GOTOOLCHAIN` lets it.
fn toolchain(
    system: &dyn System,
    found: Option<PathBuf>,
    gomodcache: Option<&Path>,
    env: &Env<'_>,
    request: &Request,
    problems: &mut Vec<Problem>,
) -> Option<PathBuf> {
    if request.tree.is_some() {
        return found;
    }
    let setting = env.get("GOTOOLCHAIN").unwrap_or_else(|| "auto".to_owned());
    let (name, switches) = match setting.as_str() {
        "auto" | "path" => ("local", true),
        name => match name.split_once('+') {
            Some((name, _)) => (name, true),
            None => (name, false),
        },
    };
    let local = found.as_deref().and_then(|root| version_of(system, root));
    let least = GoVersion::parse(name).filter(|_| name != "local");
    let asked = request.version.filter(|_| switches);
    let wanted = match (least, asked) {
        (Some(least), asked) => Some(least.max(asked.unwrap_or(least))),
        (None, asked) => asked.filter(|&asked| local.is_none_or(|local| asked > local)),
    };
    let Some(wanted) = wanted.filter(|&wanted| Some(wanted) != local) else {
        let newer = request
            .version
            .filter(|&asked| local.is_some_and(|local| asked.minor > local.minor));
        if let (Some(asked), Some(local)) = (newer, local) {
            let message = format!(
                "this asks for Go {asked}, and the Go root has {local}: newer parts of the standard library are unknown"
            );
            problems.push(note(request.file.display().to_string(), message));
        }
        return found;
    };
    let (os, arch) = system.host();
    let cached = gomodcache.and_then(|cache| {
        let exact = cache.join(format!("golang.org/toolchain@v0.0.1-go{wanted}.{os}-{arch}"));
        system.is_dir(&exact.join("src/runtime")).then_some(exact)
    });
    if cached.is_none() && local.is_some_and(|local| local.minor < wanted.minor) {
        let local = local.map(|local| local.to_string()).unwrap_or_default();
        let message = format!(
            "this asks for Go {wanted}, and the Go root has {local}: newer parts of the standard library are unknown; `go version` in its directory fetches Go {wanted}"
        );
        problems.push(note(request.file.display().to_string(), message));
    }
    cached.or(found)
}

/// Whether the go command would use cgo.
fn cgo(env: &Env<'_>, host: (&str, &str), target: (&str, &str)) -> bool {
    match env.get("CGO_ENABLED").as_deref() {
        Some("1") => true,
        Some("0") => false,
        _ if host != target => false,
        _ => {
            let compiler = match target.0 {
                "darwin" | "ios" | "freebsd" | "openbsd" => "clang",
                _ => "gcc",
            };
            platform::has_cgo(target.0, target.1) && (env.get("CC").is_some() || env.program(compiler).is_some())
        }
    }
}

/// The flags of `GOFLAGS` that matter here.
#[derive(Debug, Default, PartialEq, Eq)]
struct Flags {
    tags: Vec<String>,
    mod_mode: ModMode,
    modfile: Option<String>,
}

impl Flags {
    fn read(text: &str) -> Self {
        let mut flags = Self::default();
        for word in split_quoted(text) {
            let word = word.trim_start_matches('-');
            match word.split_once('=') {
                Some(("tags", tags)) => flags.tags = split_tags(tags),
                Some(("mod", "vendor")) => flags.mod_mode = ModMode::Vendor,
                Some(("mod", _)) => flags.mod_mode = ModMode::Cache,
                Some(("modfile", path)) => flags.modfile = Some(path.to_owned()),
                _ => {}
            }
        }
        flags
    }
}

/// The tags of a list with commas (or, as it once was, with spaces).
pub fn split_tags(text: &str) -> Vec<String> {
    text.split([',', ' '])
        .filter(|tag| !tag.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Words between white space; one that starts with a quote goes to the next such quote.
fn split_quoted(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '"' | '\'' => rest[1..].split_once(first).unwrap_or((&rest[1..], "")),
            _ => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        words.push(word);
        rest = after.trim_start();
    }
    words
}

#[cfg(test)]
mod tests;
