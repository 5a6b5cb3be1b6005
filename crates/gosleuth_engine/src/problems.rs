//! Sentences about what was not found: each module once, with what to run.

use std::collections::BTreeMap;

use gosleuth_base::{Problem, ProblemKind};

use crate::modules::Modules;
use crate::workspace::{MissingPackage, MissingReason, Workspace};

/// Adds the problems of missing packages.
pub(crate) fn describe(modules: &Modules<'_>, workspace: &mut Workspace) {
    let mut groups: BTreeMap<(&MissingReason, String), Vec<&MissingPackage>> = BTreeMap::new();
    for missing in workspace.missing.iter() {
        // One group for each cause. Which module has a package that nothing requires can only be guessed.
        let module = match &missing.reason {
            MissingReason::NotRequired => likely_module(&missing.path),
            _ => String::new(),
        };
        groups.entry((&missing.reason, module)).or_default().push(missing);
    }
    let mut found = Vec::new();
    for group in groups.into_values() {
        let first = group[0];
        let problems = match &first.reason {
            // Each of these is a mistake of its own.
            MissingReason::NotInModule(_)
            | MissingReason::NotStandard
            | MissingReason::NotAPath
            | MissingReason::NoFiles(_) => group.iter().map(|missing| one(modules, &[missing])).collect(),
            _ => vec![one(modules, &group)],
        };
        found.extend::<Vec<Problem>>(problems);
    }
    workspace.problems.extend(found);
}

/// The problem of packages that are missing for one reason.
fn one(modules: &Modules<'_>, group: &[&MissingPackage]) -> Problem {
    let first = group[0];
    let path = &first.path;
    let what = match group.len() {
        1 => path.clone(),
        n => format!("{path} and {} more package{}", n - 1, if n == 2 { "" } else { "s" }),
    };
    let why = match &first.reason {
        MissingReason::NotDownloaded { module, version } => {
            format!("{module}@{version} is not in the module cache; run `go mod download {module}@{version}`")
        }
        MissingReason::NotRequired if modules.mains.iter().all(|main| main.path.is_empty()) => {
            "there is no go.mod here or above that says where this comes from".to_owned()
        }
        MissingReason::NotRequired => format!("no module that go.mod requires has this; run `go get {path}`"),
        MissingReason::NotVendored => {
            let dir = modules
                .vendor_dir()
                .map_or("vendor".to_owned(), |dir| dir.display().to_string());
            format!("not in {dir}; run `go mod vendor`")
        }
        MissingReason::NotInModule(module) => format!("the module {module} has no such package"),
        MissingReason::NotStandard => {
            let version = modules.config.go_version;
            format!("not in the standard library of Go {version}, and module paths start with a domain")
        }
        MissingReason::NoGoRoot => {
            "there is no Go root with the sources of the standard library; set GOROOT, or put go on the PATH".to_owned()
        }
        MissingReason::ReplacementMissing { module, dir } => {
            format!("go.mod replaces {module} by {}, which is no directory", dir.display())
        }
        MissingReason::NotAPath => "this is no import path".to_owned(),
        MissingReason::NoFiles(dir) => format!("no Go file in {} belongs to this build", dir.display()),
    };
    let (input, line, message) = match &first.imported_at {
        Some((file, line)) => (
            file.display().to_string(),
            Some(u64::from(*line)),
            format!("{what}: {why}"),
        ),
        None => (what, None, why),
    };
    let kind = match &first.reason {
        MissingReason::NoGoRoot => ProblemKind::Note,
        _ if group.iter().any(|missing| missing.imported_at.is_none()) => ProblemKind::Unreadable,
        _ => ProblemKind::Partial,
    };
    Problem {
        kind,
        input,
        line,
        message,
    }
}

/// The path that a module with this package most likely has: repositories of the known hosts have three parts.
fn likely_module(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    parts[..parts.len().min(3)].join("/")
}
