//! Which packages, files and imports a build has: `gosleuth_engine` against `go list -deps -test`.
//!
//! Everything the two can both say is compared: for every package its name, directory, module, language version, files by their part in
//! the build, ignored files, assembly, embedded patterns and what each import leads to; for every unit of tests its files and imports;
//! and for modules the build list. What `go list` adds by itself (generated test programs, what cgo and programs link with) is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use gosleuth_engine::units::{self, UnitId, UnitTarget, Variant};
use gosleuth_engine::{Config, IgnoreReason, OsSystem, Overrides, Role, Target, Workspace};

use super::say;
use crate::repository;

/// What `cargo xtask conformance list` takes.
#[derive(clap::Args)]
pub(crate) struct ListArgs {
    /// Only the cases whose name holds this text; the committed file stays as it is
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Most differences to print of each case
    #[arg(long, value_name = "N", default_value_t = 20)]
    show: usize,
}

/// The committed file.
const SNAPSHOT: &str = "testdata/conformance/list.txt";

/// One comparison.
struct Case {
    name: String,
    dir: PathBuf,
    patterns: Vec<String>,
    /// Variables for both sides.
    env: Vec<(&'static str, String)>,
    /// Compare the build list of modules instead of packages.
    modules: bool,
}

/// Comparable facts of one thing, by the name of the thing and of the fact.
type Facts = BTreeMap<String, BTreeMap<&'static str, String>>;

/// Runs all cases.
pub(crate) fn run(args: &ListArgs) -> Result<()> {
    let empty = std::env::temp_dir().join(format!("gosleuth-list-{}", std::process::id()));
    std::fs::create_dir_all(&empty)?;
    let mut report = String::from(
        "# What `cargo xtask conformance list` found different from `go list`: a line for each case, and the differences below it.\n",
    );
    let mut failures = 0;
    for case in cases(&empty)?
        .iter()
        .filter(|case| args.only.as_ref().is_none_or(|only| case.name.contains(only)))
    {
        let (compared, differences, times) = compare(case).with_context(|| case.name.clone())?;
        say(format_args!(
            "{}: {compared}, {} differences ({times})",
            case.name,
            differences.len()
        ));
        for difference in differences.iter().take(args.show) {
            say(format_args!("  {difference}"));
        }
        failures += differences.len();
        writeln!(report, "{}: {} differences", case.name, differences.len())?;
        for difference in &differences {
            writeln!(report, "  {difference}")?;
        }
    }
    std::fs::remove_dir_all(&empty)?;
    if args.only.is_none() {
        let path = repository::root().join(SNAPSHOT);
        std::fs::create_dir_all(path.parent().expect("the file has a directory"))?;
        std::fs::write(path, report)?;
    }
    ensure!(failures == 0, "{failures} differences");
    Ok(())
}

fn cases(empty: &Path) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    let mut add = |name: &str, dir: &Path, patterns: &[&str], env: &[(&'static str, &str)], modules| {
        cases.push(Case {
            name: name.to_owned(),
            dir: dir.to_owned(),
            patterns: patterns.iter().map(|pattern| (*pattern).to_owned()).collect(),
            env: env.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
            modules,
        });
    };
    add("std", empty, &["std"], &[], false);
    add("cmd", empty, &["cmd"], &[], false);
    add("std and cmd by wildcard", empty, &["...", "net/..."], &[], false);
    for (goos, goarch) in [
        ("windows", "amd64"),
        ("darwin", "arm64"),
        ("linux", "386"),
        ("android", "arm64"),
        ("ios", "arm64"),
        ("illumos", "amd64"),
        ("freebsd", "riscv64"),
        ("aix", "ppc64"),
        ("plan9", "arm"),
        ("js", "wasm"),
        ("wasip1", "wasm"),
        ("linux", "mips64le"),
    ] {
        add(
            &format!("std for {goos}/{goarch}"),
            empty,
            &["std"],
            &[("GOOS", goos), ("GOARCH", goarch)],
            false,
        );
    }
    add(
        "std for darwin/arm64 with cgo",
        empty,
        &["std"],
        &[("GOOS", "darwin"), ("GOARCH", "arm64"), ("CGO_ENABLED", "1")],
        false,
    );
    add("std without cgo", empty, &["std"], &[("CGO_ENABLED", "0")], false);
    add(
        "std with tags",
        empty,
        &["std"],
        &[("GOFLAGS", "-tags=netgo,race,purego")],
        false,
    );
    add(
        "std with experiments",
        empty,
        &["std"],
        &[("GOEXPERIMENT", "jsonv2,nogreenteagc,arenas,simd")],
        false,
    );
    add("std with GOAMD64=v3", empty, &["std"], &[("GOAMD64", "v3")], false);

    let closure = repository::root().join("testdata/closure");
    add("closure", &closure, &["./..."], &[], false);
    add("closure, all", &closure, &["all"], &[], false);
    add(
        "closure for windows",
        &closure,
        &["./..."],
        &[("GOOS", "windows")],
        false,
    );
    add(
        "closure by wildcard",
        &closure,
        &["golang.org/x/...", "google.golang.org/grpc..."],
        &[],
        false,
    );
    let with_tests = ["github.com/go-chi/chi/v5/...", "github.com/stretchr/testify/..."];
    add("closure, tests of modules", &closure, &with_tests, &[], false);
    add("closure, build list", &closure, &[], &[], true);

    let modules = repository::root().join("testdata/modules");
    if modules.exists() {
        for line in std::fs::read_to_string(modules.join("cases.txt"))?
            .lines()
            .filter(|line| !line.starts_with('#'))
        {
            let mut words = line.split_whitespace();
            let Some(dir) = words.next() else { continue };
            let words: Vec<&str> = words.collect();
            let (env, patterns): (Vec<&str>, Vec<&str>) = words.into_iter().partition(|word| {
                word.split_once('=')
                    .is_some_and(|(name, _)| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'))
            });
            let mut settings = Vec::new();
            for setting in env {
                let (name, value) = setting.split_once('=').expect("partitioned by it");
                let known = ["GOOS", "GOARCH", "GOFLAGS", "GOWORK", "CGO_ENABLED"]
                    .into_iter()
                    .find(|known| *known == name);
                settings.push((
                    known.with_context(|| format!("{name} is not a variable of cases.txt"))?,
                    value,
                ));
            }
            add(line, &modules.join(dir), &patterns, &settings, patterns == ["-m"]);
        }
    }

    let cache = Command::new("go")
        .args(["env", "GOMODCACHE"])
        .output()
        .context("running go")?;
    let toolchains = PathBuf::from(String::from_utf8_lossy(&cache.stdout).trim()).join("golang.org");
    let mut others: Vec<PathBuf> = std::fs::read_dir(&toolchains).map_or_else(
        |_| Vec::new(),
        |entries| {
            entries
                .flatten()
                .map(|entry| entry.path())
                .filter(|path| path.join("bin/go").exists())
                .collect()
        },
    );
    others.sort();
    for root in others {
        let version = std::fs::read_to_string(root.join("VERSION"))?;
        let version = version.lines().next().unwrap_or_default();
        let root = root.to_string_lossy().into_owned();
        for pattern in ["std", "cmd"] {
            add(
                &format!("{pattern} of {version}"),
                empty,
                &[pattern],
                &[("GOROOT", &root)],
                false,
            );
        }
    }
    Ok(cases)
}

/// What was compared, the differences, and how long both sides took.
fn compare(case: &Case) -> Result<(String, Vec<String>, String)> {
    let system = Machine { env: &case.env };
    let start = Instant::now();
    let expected = if case.modules {
        go_modules(case)?
    } else {
        go_packages(case)?
    };
    let theirs = start.elapsed();
    let start = Instant::now();
    let overrides = Overrides {
        tests: true,
        ..Overrides::default()
    };
    let (config, _) = Config::detect(&system, &case.dir, &overrides);
    let found = if case.modules {
        our_modules(&system, &config, case)
    } else {
        let workspace = gosleuth_engine::load(&system, &config, &case.dir, &case.patterns);
        our_packages(&workspace)
    };
    let ours = start.elapsed();

    let mut differences = Vec::new();
    for (name, facts) in &expected {
        let Some(other) = found.get(name) else {
            differences.push(format!("{name}: missing"));
            continue;
        };
        for (fact, value) in facts {
            let other = other.get(fact).map_or("", String::as_str);
            if value != other {
                differences.push(format!("{name}: {fact}: {}", difference(value, other)));
            }
        }
    }
    differences.extend(
        found
            .keys()
            .filter(|name| !expected.contains_key(*name))
            .map(|name| format!("{name}: too much")),
    );
    let files: usize = expected
        .values()
        .flat_map(|facts| ["files", "cgo files", "tests"].map(|fact| facts.get(fact)))
        .flatten()
        .map(|names| names.split_whitespace().count())
        .sum();
    let times = format!("go list {} ms, gosleuth {} ms", theirs.as_millis(), ours.as_millis());
    Ok((format!("{} entries, {files} files", expected.len()), differences, times))
}

/// The words that only one side has.
fn difference(expected: &str, found: &str) -> String {
    let words = |text: &str| -> BTreeSet<String> { text.split_whitespace().map(str::to_owned).collect() };
    let (expected, found) = (words(expected), words(found));
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>().join(" ");
    format!(
        "go list only [{}], gosleuth only [{}]",
        only(&expected, &found),
        only(&found, &expected)
    )
}

/// This machine with other variables.
struct Machine<'a> {
    env: &'a [(&'static str, String)],
}

impl gosleuth_engine::System for Machine<'_> {
    fn read(&self, path: &Path, at_most: u64) -> std::io::Result<Vec<u8>> {
        OsSystem.read(path, at_most)
    }

    fn read_dir(&self, path: &Path) -> std::io::Result<Vec<gosleuth_engine::Entry>> {
        OsSystem.read_dir(path)
    }

    fn kind(&self, path: &Path) -> std::io::Result<gosleuth_engine::FileKind> {
        OsSystem.kind(path)
    }

    fn canonicalize(&self, path: &Path) -> std::io::Result<PathBuf> {
        OsSystem.canonicalize(path)
    }

    fn env(&self, name: &str) -> Option<String> {
        let own = self.env.iter().find(|(own, _)| *own == name);
        own.map_or_else(|| OsSystem.env(name), |(_, value)| Some(value.clone()))
    }

    fn host(&self) -> (&'static str, &'static str) {
        OsSystem.host()
    }
}

/// The part of what `go list -json` says that is compared.
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct GoPackage {
    import_path: String,
    name: String,
    dir: String,
    module: Option<GoModule>,
    standard: bool,
    dep_only: bool,
    for_test: String,
    go_files: Vec<String>,
    cgo_files: Vec<String>,
    test_go_files: Vec<String>,
    #[serde(rename = "XTestGoFiles")]
    xtest_go_files: Vec<String>,
    ignored_go_files: Vec<String>,
    #[serde(rename = "SFiles")]
    s_files: Vec<String>,
    imports: Vec<String>,
    test_imports: Vec<String>,
    #[serde(rename = "XTestImports")]
    xtest_imports: Vec<String>,
    embed_patterns: Vec<String>,
    test_embed_patterns: Vec<String>,
    #[serde(rename = "XTestEmbedPatterns")]
    xtest_embed_patterns: Vec<String>,
}

#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct GoModule {
    path: String,
    version: String,
    go_version: String,
    replace: Option<Box<GoModule>>,
}

impl GoModule {
    fn text(&self) -> String {
        let replaced = self
            .replace
            .as_ref()
            .map(|by| format!("=>{}@{}", by.path, by.version))
            .unwrap_or_default();
        format!("{}@{}{replaced}", self.path, self.version)
            .trim_end_matches('@')
            .to_owned()
    }
}

fn go(case: &Case, arguments: &[&str]) -> Result<Vec<u8>> {
    let root = case
        .env
        .iter()
        .find(|(name, _)| *name == "GOROOT")
        .map(|(_, root)| Path::new(root).join("bin/go"));
    let output = Command::new(root.unwrap_or_else(|| "go".into()))
        .args(arguments)
        .current_dir(&case.dir)
        .envs(case.env.iter().map(|(name, value)| (name, value)))
        .output()
        .context("running go list")?;
    ensure!(
        output.status.success() || !output.stdout.is_empty(),
        "go list failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(output.stdout)
}

fn sorted(words: impl IntoIterator<Item = impl Into<String>>) -> String {
    let words: BTreeSet<String> = words.into_iter().map(Into::into).collect();
    words.into_iter().collect::<Vec<_>>().join(" ")
}

fn go_packages(case: &Case) -> Result<Facts> {
    let mut arguments = vec!["list", "-e", "-deps", "-test", "-pgo=off", "-json"];
    arguments.extend(case.patterns.iter().map(String::as_str));
    let output = go(case, &arguments)?;
    let packages: Vec<GoPackage> = serde_json::Deserializer::from_slice(&output)
        .into_iter()
        .collect::<Result<_, _>>()
        .context("reading go list")?;
    let is_program = |path: &str| path.ends_with(".test");
    let by_path: BTreeMap<&str, &GoPackage> = packages
        .iter()
        .map(|package| (package.import_path.as_str(), package))
        .collect();

    // What no import leads to is what Go links by itself.
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut stack: Vec<&str> = packages
        .iter()
        .filter(|package| !package.dep_only && !is_program(&package.import_path))
        .map(|package| package.import_path.as_str())
        .collect();
    while let Some(path) = stack.pop() {
        if let Some(package) = by_path.get(path)
            && reached.insert(path)
        {
            stack.extend(package.imports.iter().map(String::as_str));
        }
    }
    let mut facts = Facts::new();
    for path in reached {
        let package = by_path[path];
        let mut own = BTreeMap::new();
        // Nothing there: a package that was not found.
        if package.dir.is_empty()
            || (package.go_files.is_empty()
                && package.cgo_files.is_empty()
                && package.test_go_files.is_empty()
                && package.xtest_go_files.is_empty())
        {
            continue;
        }
        let variant = !package.for_test.is_empty();
        own.insert("name", package.name.clone());
        own.insert("files", sorted(&package.go_files));
        own.insert("cgo files", sorted(&package.cgo_files));
        own.insert(
            "imports",
            sorted(package.imports.iter().map(|import| import.replace(' ', "_"))),
        );
        if !variant {
            let module = package.module.as_ref();
            own.insert("dir", package.dir.clone());
            own.insert("module", module.map(GoModule::text).unwrap_or_default());
            if let Some(module) = module {
                let version = if module.go_version.is_empty() {
                    "1.16"
                } else {
                    &module.go_version
                };
                own.insert("go version", version.split('.').take(2).collect::<Vec<_>>().join("."));
            }
            own.insert("standard", package.standard.to_string());
            own.insert(
                "tests",
                sorted(package.test_go_files.iter().chain(&package.xtest_go_files)),
            );
            own.insert("external tests", sorted(&package.xtest_go_files));
            own.insert("ignored", sorted(&package.ignored_go_files));
            own.insert("assembly", sorted(&package.s_files));
            // Resolved where tests are loaded, and as they are written where they are not.
            let bare = |path: &String| {
                path.split_once("vendor/")
                    .map_or(path.as_str(), |(_, path)| path)
                    .to_owned()
            };
            own.insert("test imports", sorted(package.test_imports.iter().map(bare)));
            own.insert("external test imports", sorted(package.xtest_imports.iter().map(bare)));
            own.insert(
                "embeds",
                sorted(
                    package
                        .embed_patterns
                        .iter()
                        .chain(&package.test_embed_patterns)
                        .chain(&package.xtest_embed_patterns),
                ),
            );
        }
        facts.insert(path.to_owned(), own);
    }
    Ok(facts)
}

fn our_packages(workspace: &Workspace) -> Facts {
    let mut facts = Facts::new();
    let all = units::units(workspace, true);
    let name_of = |target: UnitTarget| match target {
        UnitTarget::Unit(id) => units::name(workspace, all[id].package, all[id].variant).replace(' ', "_"),
        UnitTarget::Missing(id) => workspace.missing[id].path.clone(),
        UnitTarget::C => "C".to_owned(),
    };
    // A package that only rebuilt ones import is not one that `go list` has.
    let mut reached: BTreeSet<UnitId> = BTreeSet::new();
    let roots = all.iter_enumerated().filter(|(_, unit)| {
        !matches!(unit.variant, Variant::Rebuilt { .. }) && workspace.roots.binary_search(&unit.package).is_ok()
    });
    let mut stack: Vec<UnitId> = roots.map(|(id, _)| id).collect();
    while let Some(id) = stack.pop() {
        if reached.insert(id) {
            stack.extend(all[id].imports.iter().filter_map(|import| match import.target {
                UnitTarget::Unit(id) => Some(id),
                UnitTarget::Missing(_) | UnitTarget::C => None,
            }));
        }
    }
    for id in reached {
        let unit = &all[id];
        let package = &workspace.packages[unit.package];
        let of_unit = || package.files.iter().filter(|file| unit.variant.has(file.role));
        let mut own = BTreeMap::new();
        let name = &package.name;
        own.insert(
            "name",
            if unit.variant == Variant::External {
                format!("{name}_test")
            } else {
                name.clone()
            },
        );
        own.insert(
            "files",
            sorted(of_unit().filter(|file| !file.cgo).map(|file| &file.name)),
        );
        own.insert(
            "cgo files",
            sorted(of_unit().filter(|file| file.cgo).map(|file| &file.name)),
        );
        own.insert(
            "imports",
            sorted(unit.imports.iter().map(|import| name_of(import.target))),
        );
        if unit.variant == Variant::Plain {
            of_package(workspace, package, &mut own);
        }
        facts.insert(units::name(workspace, unit.package, unit.variant), own);
    }
    // Packages that are tests only are no unit.
    let roots = workspace.roots.iter().map(|&id| &workspace.packages[id]);
    let only_tests = roots.filter(|package| package.files_of(Role::Compiled).next().is_none());
    for package in only_tests {
        let mut own = BTreeMap::from([("name", package.name.clone())]);
        of_package(workspace, package, &mut own);
        facts.insert(package.import_path.clone(), own);
    }
    facts
}

fn of_package(
    workspace: &Workspace,
    package: &gosleuth_engine::LoadedPackage,
    own: &mut BTreeMap<&'static str, String>,
) {
    let files = |role: Role| package.files_of(role).map(|file| file.name.clone());
    let paths = |imports: &[gosleuth_engine::Import]| sorted(imports.iter().map(|import| &import.path));
    own.insert("dir", package.dir.display().to_string());
    let module = package
        .module
        .map(|id| &workspace.modules[id])
        .filter(|module| !module.path.is_empty());
    let module_text = module.map(|module| {
        let replaced = module.replaced_by.as_ref().map(|by| {
            let (path, version) = by.split_once(' ').unwrap_or((by, ""));
            format!("=>{path}@{version}")
        });
        let version = module.version.as_deref().unwrap_or_default();
        format!("{}@{version}{}", module.path, replaced.unwrap_or_default())
            .trim_end_matches('@')
            .to_owned()
    });
    own.insert("module", module_text.unwrap_or_default());
    own.insert("go version", package.go_version.to_string());
    own.insert("standard", package.standard.to_string());
    own.insert("tests", sorted(files(Role::Test).chain(files(Role::XTest))));
    own.insert("external tests", sorted(files(Role::XTest)));
    let ignored = package.ignored.iter().filter(|ignored| {
        matches!(
            ignored.reason,
            IgnoreReason::Platform(_) | IgnoreReason::Constraint(_) | IgnoreReason::Cgo | IgnoreReason::Documentation
        )
    });
    own.insert("ignored", sorted(ignored.map(|ignored| &ignored.name)));
    own.insert(
        "assembly",
        sorted(
            package
                .other_files
                .iter()
                .filter(|name| name.ends_with(".s") || name.ends_with(".S") || name.ends_with(".sx")),
        ),
    );
    own.insert("test imports", paths(&package.test_imports));
    own.insert("external test imports", paths(&package.xtest_imports));
    own.insert("embeds", sorted(package.files.iter().flat_map(|file| &file.embeds)));
    debug_assert!(package.imports.iter().all(|import| import.target != Target::NotLoaded));
}

fn go_modules(case: &Case) -> Result<Facts> {
    let output = go(case, &["list", "-m", "-json", "all"])?;
    let modules: Vec<GoModule> = serde_json::Deserializer::from_slice(&output)
        .into_iter()
        .collect::<Result<_, _>>()?;
    Ok(modules.iter().map(|module| (module.text(), BTreeMap::new())).collect())
}

fn our_modules(system: &Machine<'_>, config: &Config, case: &Case) -> Facts {
    let modules = gosleuth_engine::build_list(system, config, &case.dir);
    let texts = modules.iter().map(|module| {
        let version = module.version.as_deref().unwrap_or_default();
        let replaced = module.replaced_by.as_ref().map(|by| {
            let (path, version) = by.split_once(' ').unwrap_or((by, ""));
            format!("=>{path}@{version}")
        });
        format!("{}@{version}{}", module.path, replaced.unwrap_or_default())
            .trim_end_matches('@')
            .to_owned()
    });
    texts.map(|text| (text, BTreeMap::new())).collect()
}
