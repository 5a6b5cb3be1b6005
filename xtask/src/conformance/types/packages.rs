//! The packages of a comparison, and the Go program that says what go/types knows of them.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::go::{self, Selection, Unit, files};
use crate::repository;

/// The packages of a set (`std`, `cmd`, `closure`, `errors`) or of a pattern of `go list`, in an order in which each comes after those it
/// imports; those to compare are marked.
pub(super) fn of_set(set: &str, only: &[String], go_version: Option<&str>) -> Result<Vec<Unit>> {
    let closure = repository::root().join("testdata/closure");
    let here = std::env::current_dir()?;
    let patterns = [match set {
        "closure" => "./...",
        "errors" => "std",
        pattern => pattern,
    }];
    let mut units = go::list(&Selection {
        patterns: &patterns,
        dir: match set {
            "closure" => Some(&closure),
            "std" | "cmd" | "errors" => None,
            _ => Some(&here),
        },
        only,
        go: go_version,
        target: None,
    })?;
    for unit in &mut units {
        match set {
            "closure" if only.is_empty() => unit.dump = !unit.standard,
            "errors" => unit.dump = false,
            _ => {}
        }
    }
    if set == "errors" {
        units.extend(broken(go_version)?);
    }
    Ok(units)
}

/// The programs with errors on which go/types tests itself, each a package of one file, or of one directory where that has a package.
fn broken(go_version: Option<&str>) -> Result<Vec<Unit>> {
    let root = go::root(go_version)?.join("src/internal/types/testdata");
    let version = go::language_version(go_version)?;
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
                go_version: version.clone(),
                dump: true,
                standard: false,
            });
        }
    }
    units.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(units)
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
    let mut command = go::go(go_version);
    command.current_dir(&sources).args(["build", "-o"]).arg(&binary);
    for file in files(&sources)? {
        command.arg(file);
    }
    ensure!(command.status()?.success(), "building typesdump failed");
    Ok(binary)
}
