//! The packages of a comparison, and the Go program that says what go/types knows of them.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::go::{self, Selection, Unit, Variant, files};
use crate::repository;

/// The packages of a set (`std`, `cmd`, `closure`, `programs`, `errors`) or of a pattern of `go list`, in an order in which each comes
/// after those it imports; those to compare are marked.
pub(super) fn of_set(set: &str, only: &[String], tests: bool, go_version: Option<&str>) -> Result<Vec<Unit>> {
    let closure = repository::root().join("testdata/closure");
    let here = std::env::current_dir()?;
    let patterns = [match set {
        "closure" => "./...",
        "errors" | "programs" => "std",
        pattern => pattern,
    }];
    let mut units = go::list(&Selection {
        patterns: &patterns,
        dir: match set {
            "closure" => Some(&closure),
            "std" | "cmd" | "errors" | "programs" => None,
            _ => Some(&here),
        },
        only,
        tests,
        go: go_version,
        target: None,
    })?;
    for unit in &mut units {
        match set {
            "closure" if only.is_empty() => unit.dump = !unit.standard && unit.variant != Variant::Rebuilt,
            "errors" | "programs" => unit.dump = false,
            _ => {}
        }
    }
    match set {
        "errors" => units.extend(broken(go_version)?),
        "programs" => units.extend(programs(go_version)?),
        _ => {}
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
                import_path: path.to_string_lossy().into_owned(),
                path: path.to_string_lossy().into_owned(),
                dir: directory.clone(),
                files,
                go_version: version.clone(),
                dump: true,
                ..Unit::default()
            });
        }
    }
    units.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(units)
}

/// The programs on which the compiler tests itself and that it has to accept: each file a package, those of a directory `x.dir` packages
/// that import each other as `./a`.
fn programs(go_version: Option<&str>) -> Result<Vec<Unit>> {
    let root = go::root(go_version)?.join("test");
    let version = go::language_version(go_version)?;
    let mut units = Vec::new();
    let mut directories = vec![root.clone()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(&directory)? {
            let path = entry?.path();
            if path.is_dir() {
                directories.push(path);
            }
        }
        let names = files(&directory)?;
        let inside = directory
            .strip_prefix(&root)
            .unwrap_or(&directory)
            .to_string_lossy()
            .into_owned();
        let group = inside.ends_with(".dir");
        let path = |name: &str| format!("test/{inside}/{}", name.trim_end_matches(".go"));
        let siblings = names.iter().filter(|_| group);
        let import_map: BTreeMap<_, _> = siblings
            .map(|name| (format!("./{}", name.trim_end_matches(".go")), path(name)))
            .collect();
        for name in &names {
            let text = std::fs::read(directory.join(name))?;
            // The first line says what the compiler is expected to do with the file.
            let accepted = ["// run", "// compile", "// build"];
            if group || accepted.iter().any(|action| text.starts_with(action.as_bytes())) {
                units.push(Unit {
                    import_path: path(name),
                    path: path(name),
                    dir: directory.clone(),
                    files: vec![name.clone()],
                    import_map: import_map.clone(),
                    imports: import_map.values().cloned().collect(),
                    go_version: version.clone(),
                    dump: true,
                    ..Unit::default()
                });
            }
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
