//! The list for programs: one versioned document.

use std::path::Path;

use gosleuth_engine::{IgnoreReason, Import, LoadedPackage, MissingReason, Role, Target, Workspace};
use serde::Serialize;

use super::{Listing, short};

/// The document of `gosleuth list --format json`.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Document {
    /// Version of this form: 1. Fields are added within a version, never renamed or removed.
    version: u32,
    /// The program that wrote it.
    tool: Tool,
    /// The build that was asked for.
    build: Build,
    /// Modules that packages come from, main modules first.
    modules: Vec<Module>,
    /// Packages in topological order: what a package imports stands before it.
    packages: Vec<Package>,
    /// Import paths for which there is no package.
    missing: Vec<Missing>,
    /// Directories that the patterns reach and that give no package.
    skipped: Vec<Skipped>,
    /// What is wrong, in words.
    problems: Vec<Problem>,
}

/// A program.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Tool {
    /// `gosleuth`.
    name: &'static str,
    /// Its version.
    version: &'static str,
}

/// A build.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Build {
    /// Operating system.
    goos: String,
    /// Processor.
    goarch: String,
    /// Build tags of the user.
    tags: Vec<String>,
    /// Whether files with `import "C"` belong to it.
    cgo: bool,
    /// Version of Go, of the Go root if there is one.
    go_version: String,
    /// Where the sources of the standard library are.
    #[serde(skip_serializing_if = "Option::is_none")]
    goroot: Option<String>,
    /// Where other modules are.
    #[serde(skip_serializing_if = "Option::is_none")]
    gomodcache: Option<String>,
}

/// A module.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Module {
    /// Module path; empty for a directory without `go.mod`.
    path: String,
    /// Version; absent for a main module.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// Where it is, relative to the working directory if it is below.
    dir: String,
    /// The language version its `go.mod` states.
    #[serde(skip_serializing_if = "Option::is_none")]
    go_version: Option<String>,
    /// What stands in for it: a directory, or path and version.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced_by: Option<String>,
    /// Whether it is worked on, not a dependency.
    main: bool,
}

/// A package.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Package {
    /// Import path.
    import_path: String,
    /// Name in the package clause.
    name: String,
    /// Where its files are, relative to the working directory if it is below.
    dir: String,
    /// Path of its module; absent for the standard library.
    #[serde(skip_serializing_if = "Option::is_none")]
    module: Option<String>,
    /// Version of its module; absent for main modules.
    #[serde(skip_serializing_if = "Option::is_none")]
    module_version: Option<String>,
    /// Whether it is part of Go itself.
    standard: bool,
    /// Whether a pattern names it, or only imports lead to it.
    named: bool,
    /// Language version of files that ask for none.
    go_version: String,
    /// One more than that of the deepest package it imports.
    depth: u32,
    /// Go files of the build, tests among them.
    files: Vec<File>,
    /// Other files of the build.
    other_files: Vec<String>,
    /// Go files that do not belong to the build.
    ignored: Vec<Ignored>,
    /// Imports of the package.
    imports: Vec<ImportOut>,
    /// Imports of tests in the package.
    test_imports: Vec<ImportOut>,
    /// Imports of external tests.
    external_test_imports: Vec<ImportOut>,
}

/// A Go file.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct File {
    /// Name in the directory of the package.
    name: String,
    /// `compiled`, `test` or `external_test`.
    role: &'static str,
    /// Language version.
    go_version: String,
    /// Has `import "C"`.
    cgo: bool,
    /// Says that it was generated.
    generated: bool,
    /// Patterns of `//go:embed` lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    embeds: Vec<String>,
}

/// A Go file that does not belong to the build.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Ignored {
    /// Name in the directory of the package.
    name: String,
    /// `name`, `platform`, `constraint`, `cgo`, `documentation`, `other_package` or `unreadable`.
    reason: &'static str,
    /// The same in words.
    message: String,
}

/// An import.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ImportOut {
    /// The path as it is written.
    path: String,
    /// The package it leads to, if it has another import path.
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<String>,
    /// There is no such package.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    missing: bool,
    /// The first file that has it.
    file: String,
    /// Line in that file.
    line: u32,
    /// The rule about `internal` directories forbids it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    forbidden: bool,
}

/// An import path without a package.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Missing {
    /// The import path.
    path: String,
    /// `not_downloaded`, `not_required`, `not_vendored`, `not_in_module`, `not_standard`, `no_go_root`, `replacement_missing`,
    /// `not_a_path` or `no_files`.
    reason: &'static str,
    /// The module that has it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    module: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// The first file that imports it; absent if a pattern names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// Line in that file.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

/// A directory without a package.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Skipped {
    /// The directory.
    dir: String,
    /// Why, in words.
    message: String,
}

/// Something wrong.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Problem {
    /// `unreadable` (a pattern names nothing), `partial` (something is missing) or `note`.
    kind: &'static str,
    /// File, or pattern.
    input: String,
    /// 1-based line.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    /// What it is and what to do.
    message: String,
}

/// The JSON schema of the document, with a final line break.
#[cfg(feature = "schema")]
pub fn schema() -> String {
    gosleuth_report::schema_of::<Document>()
}

pub(super) fn of(listing: &Listing<'_>) -> Document {
    let Listing {
        workspace,
        config,
        args,
        directory,
    } = listing;
    let path = |path: &Path| short(path, directory);
    let modules = workspace.modules.iter().map(|module| Module {
        path: module.path.clone(),
        version: module.version.clone(),
        dir: path(&module.dir),
        go_version: module.go_version.map(|version| version.to_string()),
        replaced_by: module.replaced_by.clone(),
        main: module.is_main(),
    });
    let named = |id| workspace.roots.binary_search(&id).is_ok();
    let packages = workspace
        .packages
        .iter_enumerated()
        .filter(|(id, _)| args.deps || named(*id))
        .map(|(id, one)| package(workspace, one, named(id), path(&one.dir)));
    let missing = workspace.missing.iter().map(|missing| {
        let (reason, module, version) = reason(&missing.reason);
        Missing {
            path: missing.path.clone(),
            reason,
            module,
            version,
            file: missing.imported_at.as_ref().map(|(file, _)| path(file)),
            line: missing.imported_at.as_ref().map(|(_, line)| *line),
        }
    });
    Document {
        version: 1,
        tool: Tool {
            name: "gosleuth",
            version: env!("CARGO_PKG_VERSION"),
        },
        build: Build {
            goos: config.goos.clone(),
            goarch: config.goarch.clone(),
            tags: config.tags.clone(),
            cgo: config.cgo,
            go_version: config.go_version.to_string(),
            goroot: config.goroot.as_deref().map(path),
            gomodcache: config.gomodcache.as_deref().map(path),
        },
        modules: modules.collect(),
        packages: packages.collect(),
        missing: missing.collect(),
        skipped: workspace
            .skipped
            .iter()
            .map(|skipped| Skipped {
                dir: path(&skipped.dir),
                message: skipped.reason.to_string(),
            })
            .collect(),
        problems: workspace
            .problems
            .iter()
            .map(|problem| Problem {
                kind: problem.kind.as_str(),
                input: path(Path::new(&problem.input)),
                line: problem.line,
                message: problem.message.clone(),
            })
            .collect(),
    }
}

fn package(workspace: &Workspace, package: &LoadedPackage, named: bool, dir: String) -> Package {
    let module = package.module.map(|id| &workspace.modules[id]);
    let imports = |imports: &[Import]| imports.iter().map(|one| import(workspace, one)).collect();
    Package {
        import_path: package.import_path.clone(),
        name: package.name.clone(),
        dir,
        module: module.map(|module| module.path.clone()),
        module_version: module.and_then(|module| module.version.clone()),
        standard: package.standard,
        named,
        go_version: package.go_version.to_string(),
        depth: package.depth,
        files: package
            .files
            .iter()
            .map(|file| File {
                name: file.name.clone(),
                role: match file.role {
                    Role::Compiled => "compiled",
                    Role::Test => "test",
                    Role::XTest => "external_test",
                },
                go_version: file.go_version.to_string(),
                cgo: file.cgo,
                generated: file.generated,
                embeds: file.embeds.clone(),
            })
            .collect(),
        other_files: package.other_files.clone(),
        ignored: package
            .ignored
            .iter()
            .map(|ignored| Ignored {
                name: ignored.name.clone(),
                reason: match ignored.reason {
                    IgnoreReason::Name => "name",
                    IgnoreReason::Platform(_) => "platform",
                    IgnoreReason::Constraint(_) => "constraint",
                    IgnoreReason::Cgo | IgnoreReason::CgoTest => "cgo",
                    IgnoreReason::Documentation => "documentation",
                    IgnoreReason::OtherPackage(_) => "other_package",
                    IgnoreReason::Unreadable(_) => "unreadable",
                },
                message: ignored.reason.to_string(),
            })
            .collect(),
        imports: imports(&package.imports),
        test_imports: imports(&package.test_imports),
        external_test_imports: imports(&package.xtest_imports),
    }
}

fn import(workspace: &Workspace, import: &Import) -> ImportOut {
    let package = match import.target {
        Target::Package(id) => Some(workspace.packages[id].import_path.clone()),
        Target::Missing(_) | Target::C | Target::NotLoaded => None,
    };
    ImportOut {
        package: package.filter(|path| *path != import.path),
        missing: matches!(import.target, Target::Missing(_)),
        path: import.path.clone(),
        file: import.file.clone(),
        line: import.line,
        forbidden: import.forbidden,
    }
}

/// The word of a reason, and the module it is about.
fn reason(reason: &MissingReason) -> (&'static str, Option<String>, Option<String>) {
    match reason {
        MissingReason::NotDownloaded { module, version } => {
            ("not_downloaded", Some(module.clone()), Some(version.clone()))
        }
        MissingReason::NotRequired => ("not_required", None, None),
        MissingReason::NotVendored => ("not_vendored", None, None),
        MissingReason::NotInModule(module) => ("not_in_module", Some(module.clone()), None),
        MissingReason::NotStandard => ("not_standard", None, None),
        MissingReason::NoGoRoot => ("no_go_root", None, None),
        MissingReason::ReplacementMissing { module, .. } => ("replacement_missing", Some(module.clone()), None),
        MissingReason::NotAPath => ("not_a_path", None, None),
        MissingReason::NoFiles(_) => ("no_files", None, None),
    }
}
