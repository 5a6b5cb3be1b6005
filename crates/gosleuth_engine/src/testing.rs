//! Machines in memory for tests.

use std::path::Path;

use crate::config::{Config, Overrides};
use crate::load::load;
use crate::system::{MemorySystem, System};
use crate::workspace::{Role, Target, Workspace};

/// A machine from text: a line `-- PATH --` starts a file, `-- PATH -> TARGET --` is a symbolic link. It has a small Go root and `HOME`.
pub(crate) fn machine(text: &str) -> MemorySystem {
    let mut system = MemorySystem::new();
    system
        .set_env("HOME", "/home/u")
        .set_env("GOROOT", "/go")
        .set_env("CGO_ENABLED", "0")
        .file("/go/VERSION", "go1.26.1")
        .file("/go/src/go.mod", "module std\n\ngo 1.26\n")
        .file("/go/src/cmd/go.mod", "module cmd\n\ngo 1.26\n")
        .file("/go/src/runtime/runtime.go", "package runtime\n")
        .file("/go/src/fmt/fmt.go", "package fmt\n\nimport _ \"runtime\"\n")
        .file("/go/src/testing/testing.go", "package testing\n\nimport _ \"fmt\"\n")
        .file("/go/src/builtin/builtin.go", "package builtin\n")
        .file(
            "/go/src/cmd/go/main.go",
            "package main\n\nimport _ \"golang.org/x/mod\"\n",
        )
        .file("/go/src/net/net.go", "package net\n\nimport _ \"golang.org/x/dns\"\n")
        .file("/go/src/vendor/golang.org/x/dns/dns.go", "package dns\n")
        .file("/go/src/cmd/vendor/golang.org/x/mod/mod.go", "package mod\n");
    let mut file: Option<(&str, String)> = None;
    for line in text.lines().chain(["-- /end --"]) {
        let Some(path) = line.strip_prefix("-- ").and_then(|line| line.strip_suffix(" --")) else {
            if let Some((_, contents)) = &mut file {
                contents.push_str(line);
                contents.push('\n');
            }
            continue;
        };
        if let Some((path, contents)) = file.take() {
            system.file(path, contents);
        }
        match path.split_once(" -> ") {
            Some((path, target)) => _ = system.symlink(path, target),
            None => file = Some((path, String::new())),
        }
    }
    system
}

/// Loads patterns in a directory, tests included.
pub(crate) fn load_in(system: &dyn System, dir: &str, patterns: &[&str]) -> Workspace {
    let overrides = Overrides {
        tests: true,
        ..Overrides::default()
    };
    let (config, mut problems) = Config::detect(system, Path::new(dir), &overrides);
    let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
    let mut workspace = load(system, &config, Path::new(dir), &patterns);
    problems.append(&mut workspace.problems);
    workspace.problems = problems;
    workspace
}

/// Packages with files and imports, one on each line; roots have a star, missing imports a question mark, forbidden ones an
/// exclamation mark.
pub(crate) fn show(workspace: &Workspace) -> Vec<String> {
    let line = |(id, package): (crate::PackageId, &crate::LoadedPackage)| {
        let star = if workspace.roots.contains(&id) { "*" } else { "" };
        let files: Vec<String> = package
            .files
            .iter()
            .map(|file| match file.role {
                Role::Compiled => file.name.clone(),
                Role::Test => format!("t:{}", file.name),
                Role::XTest => format!("x:{}", file.name),
            })
            .collect();
        let lists = [&package.imports, &package.test_imports, &package.xtest_imports];
        let imports = lists.into_iter().flatten().map(|import| {
            let path = match import.target {
                Target::Package(id) => workspace.packages[id].import_path.clone(),
                Target::Missing(_) => format!("{}?", import.path),
                Target::C => "C".to_owned(),
                Target::NotLoaded => format!("({})", import.path),
            };
            if import.forbidden { format!("{path}!") } else { path }
        });
        let imports: Vec<String> = imports.collect();
        format!(
            "{star}{} [{}] {}",
            package.import_path,
            files.join(" "),
            imports.join(" ")
        )
        .trim_end()
        .to_owned()
    };
    workspace.packages.iter_enumerated().map(line).collect()
}

/// The sentences of all problems.
pub(crate) fn problems(workspace: &Workspace) -> Vec<String> {
    workspace.problems.iter().map(ToString::to_string).collect()
}
