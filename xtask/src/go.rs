//! Packages of Go code, as `go list` has them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

/// A package to check, in the form that the Go programs below `xtask/go` read.
#[derive(Default, Serialize)]
pub(crate) struct Unit {
    pub(crate) path: String,
    pub(crate) dir: PathBuf,
    pub(crate) files: Vec<String>,
    pub(crate) import_map: BTreeMap<String, String>,
    pub(crate) imports: Vec<String>,
    pub(crate) go_version: String,
    /// Whether it was asked for; the others are there because these import them.
    pub(crate) dump: bool,
    /// Whether it is part of Go.
    pub(crate) standard: bool,
    /// What it is beside the package of its path.
    #[serde(skip)]
    pub(crate) variant: Variant,
    /// Files of the package that these tests extend; `files` has them too.
    #[serde(skip)]
    pub(crate) extends: Vec<String>,
    /// Under which path others import it, if not `path`: `p [p.test]`.
    pub(crate) import_path: String,
}

/// What a unit is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Variant {
    /// A package.
    #[default]
    Plain,
    /// A package with its tests.
    WithTests,
    /// A package once more, because it imports one with its tests.
    Rebuilt,
    /// External tests.
    External,
}

impl Unit {
    /// Whether these are external tests of a package.
    fn tests(&self, path: &str) -> bool {
        self.variant == Variant::External && self.path.strip_suffix("_test") == Some(path)
    }

    /// Bytes of its files.
    pub(crate) fn size(&self) -> u64 {
        let size = |file: &String| std::fs::metadata(self.dir.join(file)).map_or(0, |metadata| metadata.len());
        self.files.iter().map(size).sum()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    import_path: String,
    #[serde(default)]
    dir: PathBuf,
    #[serde(default)]
    standard: bool,
    #[serde(default)]
    dep_only: bool,
    #[serde(default)]
    go_files: Vec<String>,
    #[serde(default)]
    imports: Vec<String>,
    #[serde(default)]
    import_map: BTreeMap<String, String>,
    module: Option<Module>,
    /// The package whose tests this is for.
    #[serde(default)]
    for_test: String,
    /// Package name; `main` for the programs that run tests.
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Module {
    go_version: Option<String>,
}

/// Which packages are wanted.
#[derive(Clone, Copy, Default)]
pub(crate) struct Selection<'a> {
    /// Patterns of `go list`.
    pub(crate) patterns: &'a [&'a str],
    /// Where they are resolved; the root directory if nowhere.
    pub(crate) dir: Option<&'a Path>,
    /// Only these of them, with what they import.
    pub(crate) only: &'a [String],
    /// `1.27.3` instead of the `go` command's own version.
    pub(crate) go: Option<&'a str>,
    /// With tests, of those that are asked for.
    pub(crate) tests: bool,
    /// Operating system and processor, if not this machine's.
    pub(crate) target: Option<(&'a str, &'a str)>,
}

/// The `go` command of a version, without cgo: go/types does not understand cgo.
pub(crate) fn go(version: Option<&str>) -> Command {
    let mut command = Command::new("go");
    command.env("CGO_ENABLED", "0").env("GOFLAGS", "");
    if let Some(version) = version {
        command.env("GOTOOLCHAIN", format!("go{version}"));
    }
    command
}

/// The packages in an order in which each comes after those it imports.
pub(crate) fn list(selection: &Selection<'_>) -> Result<Vec<Unit>> {
    let mut command = go(selection.go);
    command
        .current_dir(selection.dir.unwrap_or(Path::new("/")))
        .args(["list", "-e", "-deps"])
        .arg("-json=ImportPath,Name,ForTest,Dir,Standard,DepOnly,GoFiles,Imports,ImportMap,Module")
        .args(selection.tests.then_some("-test"))
        .args(selection.patterns)
        .stderr(Stdio::inherit());
    if let Some((goos, goarch)) = selection.target {
        command.env("GOOS", goos).env("GOARCH", goarch);
    }
    let output = command.output().context("running go list")?;
    ensure!(output.status.success(), "go list failed");
    let version = language_version(selection.go)?;
    let mut units = Vec::new();
    for listed in serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Listed>() {
        let listed = listed.context("reading what go list printed")?;
        if listed.import_path == "unsafe" || listed.go_files.is_empty() {
            continue;
        }
        let go_version = listed.module.and_then(|module| module.go_version);
        // The go command tells variants by ` [p.test]`; to the language they are the package they are made of.
        let (path, test) = match listed.import_path.split_once(" [") {
            Some((path, _)) => (path.to_owned(), true),
            None => (listed.import_path.clone(), false),
        };
        if !test && listed.name == "main" && path.ends_with(".test") {
            continue;
        }
        let variant = match path.strip_suffix("_test") {
            _ if !test => Variant::Plain,
            Some(tested) if tested == listed.for_test => Variant::External,
            _ if path == listed.for_test => Variant::WithTests,
            _ => Variant::Rebuilt,
        };
        units.push(Unit {
            dump: !listed.dep_only && variant != Variant::Rebuilt,
            standard: listed.standard,
            variant,
            extends: Vec::new(),
            import_path: listed.import_path,
            path,
            dir: listed.dir,
            files: listed.go_files,
            import_map: listed.import_map,
            imports: listed.imports,
            go_version: go_version.map_or_else(|| version.clone(), |version| format!("go{version}")),
        });
    }
    let plain: BTreeMap<String, Vec<String>> = units
        .iter()
        .filter(|unit| unit.variant == Variant::Plain)
        .map(|unit| (unit.path.clone(), unit.files.clone()))
        .collect();
    for unit in units.iter_mut().filter(|unit| unit.variant == Variant::WithTests) {
        unit.extends = plain.get(&unit.path).cloned().unwrap_or_default();
    }
    if !selection.only.is_empty() {
        keep(&mut units, selection.only);
    }
    Ok(units)
}

/// Keeps the named packages and what they import.
fn keep(units: &mut Vec<Unit>, only: &[String]) {
    let mut needed: BTreeSet<String> = only.iter().cloned().collect();
    for unit in units.iter().rev() {
        if needed.contains(&unit.import_path) || only.contains(&unit.path) || only.iter().any(|path| unit.tests(path)) {
            needed.insert(unit.import_path.clone());
            needed.extend(unit.imports.iter().cloned());
        }
    }
    units.retain(|unit| needed.contains(&unit.import_path));
    for unit in units {
        unit.dump &= only.contains(&unit.path) || only.iter().any(|path| unit.tests(path));
    }
}

/// `go1.26` of Go 1.26.8.
pub(crate) fn language_version(go_version: Option<&str>) -> Result<String> {
    let output = go(go_version).args(["env", "GOVERSION"]).current_dir("/").output()?;
    let text = String::from_utf8(output.stdout)?;
    let mut parts = text.trim().split('.');
    let (Some(major), Some(minor)) = (parts.next(), parts.next()) else {
        anyhow::bail!("go env GOVERSION printed {text:?}");
    };
    let minor: String = minor.chars().take_while(char::is_ascii_digit).collect();
    Ok(format!("{major}.{minor}"))
}

/// The root of a Go version.
pub(crate) fn root(go_version: Option<&str>) -> Result<PathBuf> {
    let output = go(go_version).args(["env", "GOROOT"]).current_dir("/").output()?;
    Ok(PathBuf::from(String::from_utf8(output.stdout)?.trim()))
}

/// Names of the Go files of a directory, sorted.
pub(crate) fn files(directory: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".go") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
