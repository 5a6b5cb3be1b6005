//! The packages of a comparison, as `go list` has them, and the Go program that says what go/types knows of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::repository;

/// A package to check, in the form that the Go program reads.
#[derive(Serialize)]
pub(super) struct Unit {
    pub(super) path: String,
    pub(super) dir: PathBuf,
    pub(super) files: Vec<String>,
    pub(super) import_map: BTreeMap<String, String>,
    pub(super) imports: Vec<String>,
    pub(super) go_version: String,
    /// Whether it is compared; the others are there because these import them.
    pub(super) dump: bool,
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
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Module {
    go_version: Option<String>,
}

/// Which packages are compared.
pub(super) struct Selection<'a> {
    /// `std`, `cmd`, `closure`, `errors` or a pattern of `go list`.
    pub(super) pattern: &'a str,
    /// Only these of them, with what they import.
    pub(super) only: &'a [String],
    /// `1.27.3` instead of the `go` command's own version.
    pub(super) go: Option<&'a str>,
}

/// The `go` command of a version, without cgo: go/types does not understand cgo.
pub(super) fn go(version: Option<&str>) -> Command {
    let mut command = Command::new("go");
    command.env("CGO_ENABLED", "0").env("GOFLAGS", "");
    if let Some(version) = version {
        command.env("GOTOOLCHAIN", format!("go{version}"));
    }
    command
}

/// The packages in an order in which each comes after those it imports.
pub(super) fn list(selection: &Selection<'_>) -> Result<Vec<Unit>> {
    let dir = match selection.pattern {
        "closure" => repository::root().join("testdata/closure"),
        "std" | "cmd" | ERRORS => PathBuf::from("/"),
        _ => std::env::current_dir()?,
    };
    let mut command = go(selection.go);
    command
        .current_dir(dir)
        .args(["list", "-e", "-deps"])
        .arg("-json=ImportPath,Dir,Standard,DepOnly,GoFiles,Imports,ImportMap,Module")
        .arg(match selection.pattern {
            "closure" => "./...",
            ERRORS => "std",
            pattern => pattern,
        })
        .stderr(Stdio::inherit());
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
        units.push(Unit {
            dump: match selection.pattern {
                "closure" => !listed.standard,
                ERRORS => false,
                _ => !listed.dep_only,
            },
            path: listed.import_path,
            dir: listed.dir,
            files: listed.go_files,
            import_map: listed.import_map,
            imports: listed.imports,
            go_version: go_version.map_or_else(|| version.clone(), |version| format!("go{version}")),
        });
    }
    if selection.pattern == ERRORS {
        units.extend(broken(selection.go, &version)?);
    }
    if !selection.only.is_empty() {
        keep(&mut units, selection.only);
    }
    Ok(units)
}

/// The programs with errors on which go/types tests itself, each a package of one file, or of one directory where that has a package.
fn broken(go_version: Option<&str>, version: &str) -> Result<Vec<Unit>> {
    let output = go(go_version).args(["env", "GOROOT"]).current_dir("/").output()?;
    let root = PathBuf::from(String::from_utf8(output.stdout)?.trim()).join("src/internal/types/testdata");
    let mut units = Vec::new();
    let mut directories = vec![root.clone()];
    while let Some(directory) = directories.pop() {
        let names = files(&directory)?;
        for entry in std::fs::read_dir(&directory)? {
            let path = entry?.path();
            if path.is_dir() {
                directories.push(path);
            }
        }
        // Directories two levels down are packages; above, every file is one.
        let inside = directory
            .strip_prefix(&root)
            .map_or(0, |path| path.components().count());
        let groups: Vec<Vec<String>> = match inside {
            2.. => vec![names],
            _ => names.into_iter().map(|name| vec![name]).collect(),
        };
        for files in groups {
            let Some(first) = files.first() else { continue };
            let path = directory.strip_prefix("/").unwrap_or(&directory).join(first);
            units.push(Unit {
                path: path.to_string_lossy().into_owned(),
                dir: directory.clone(),
                files,
                import_map: BTreeMap::new(),
                imports: Vec::new(),
                go_version: version.to_owned(),
                dump: true,
            });
        }
    }
    units.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(units)
}

/// The set of programs with errors.
const ERRORS: &str = "errors";

/// Keeps the named packages and what they import.
fn keep(units: &mut Vec<Unit>, only: &[String]) {
    let mut needed: BTreeSet<String> = only.iter().cloned().collect();
    for unit in units.iter().rev() {
        if needed.contains(&unit.path) {
            needed.extend(unit.imports.iter().cloned());
        }
    }
    units.retain(|unit| needed.contains(&unit.path));
    for unit in units {
        unit.dump = only.contains(&unit.path);
    }
}

/// `go1.26` of Go 1.26.8.
fn language_version(go_version: Option<&str>) -> Result<String> {
    let output = go(go_version).args(["env", "GOVERSION"]).current_dir("/").output()?;
    let text = String::from_utf8(output.stdout)?;
    let mut parts = text.trim().split('.');
    let (Some(major), Some(minor)) = (parts.next(), parts.next()) else {
        anyhow::bail!("go env GOVERSION printed {text:?}");
    };
    let minor: String = minor.chars().take_while(char::is_ascii_digit).collect();
    Ok(format!("{major}.{minor}"))
}

/// Starts the Go program on the packages; its output is read from the child.
pub(super) fn dump(units: &[Unit], go_version: Option<&str>, flags: &[&str]) -> Result<(Child, ChildStdout)> {
    let mut child = Command::new(build(go_version)?)
        .args(flags)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("starting typesdump")?;
    let mut stdin = child.stdin.take().expect("it is piped");
    for unit in units {
        serde_json::to_writer(&mut stdin, unit)?;
        stdin.write_all(b"\n")?;
    }
    drop(stdin);
    let stdout = child.stdout.take().expect("it is piped");
    Ok((child, stdout))
}

fn build(go_version: Option<&str>) -> Result<PathBuf> {
    let sources = repository::root().join("xtask/go/typesdump");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository::root().join("target"), PathBuf::from);
    let binary = target.join(format!("xtask-typesdump-{}", go_version.unwrap_or("host")));
    let mut command = go(go_version);
    command.current_dir(&sources).args(["build", "-o"]).arg(&binary);
    for file in files(&sources)? {
        command.arg(file);
    }
    ensure!(command.status()?.success(), "building typesdump failed");
    Ok(binary)
}

fn files(directory: &Path) -> Result<Vec<String>> {
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
