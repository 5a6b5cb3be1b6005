//! `gosleuth list`: which packages and files would be analysed, and why others would not.

mod document;
mod text;

use std::path::Path;

use anyhow::Result;
use gosleuth_base::{Problem, ProblemKind};
use gosleuth_engine::{Config, OsSystem, Overrides, Workspace, base_directory, load, normal, split_tags};
use gosleuth_report::clean;

use crate::args::{BuildArgs, ListArgs, ListFormatArg};
use crate::{Exit, Io};

#[cfg(feature = "schema")]
pub use document::schema;

/// Problems that standard error shows; JSON has all.
const SHOWN_PROBLEMS: usize = 30;

/// What was loaded, and how.
struct Listing<'a> {
    workspace: &'a Workspace,
    config: &'a Config,
    args: &'a ListArgs,
    /// Paths below it are shown relative to it.
    directory: &'a Path,
}

pub(crate) fn run(args: &ListArgs, io: &mut Io<'_>) -> Result<Exit> {
    let patterns = match args.patterns.as_slice() {
        [] => vec!["./...".to_owned()],
        patterns => patterns.to_vec(),
    };
    let directory = normal(&io.directory);
    let base = base_directory(&OsSystem, &directory, &patterns);
    let (config, mut problems) = Config::detect(&OsSystem, &base, &overrides(&args.build, args.test));
    let mut workspace = load(&OsSystem, &config, &directory, &patterns);
    problems.append(&mut workspace.problems);
    workspace.problems = problems;
    let listing = Listing {
        workspace: &workspace,
        config: &config,
        args,
        directory: &directory,
    };
    match args.format {
        ListFormatArg::Text => {
            text::write(&listing, io.stdout)?;
            complain(&workspace.problems, &directory, io);
        }
        ListFormatArg::Json => gosleuth_report::write_document(&document::of(&listing), io.stdout)?,
    }
    let unreadable = workspace
        .problems
        .iter()
        .any(|problem| problem.kind == ProblemKind::Unreadable);
    Ok(if unreadable { Exit::Trouble } else { Exit::Clean })
}

pub(crate) fn overrides(build: &BuildArgs, tests: bool) -> Overrides {
    Overrides {
        goos: build.goos.clone(),
        goarch: build.goarch.clone(),
        tags: build.tags.as_deref().map(split_tags),
        tests,
        ..Overrides::default()
    }
}

/// Problems on standard error.
fn complain(problems: &[Problem], directory: &Path, io: &mut Io<'_>) {
    for problem in problems.iter().take(SHOWN_PROBLEMS) {
        let note = if problem.kind == ProblemKind::Note {
            "note: "
        } else {
            ""
        };
        let mut problem = problem.clone();
        problem.input = short(Path::new(&problem.input), directory);
        let _ = writeln!(io.stderr, "gosleuth: {note}{}", clean(&problem.to_string()));
    }
    if let Some(more) = problems.len().checked_sub(SHOWN_PROBLEMS).filter(|more| *more > 0) {
        let _ = writeln!(io.stderr, "gosleuth: {more} more like these; --format json has all");
    }
}

/// A path, relative to the directory if it is below it.
fn short(path: &Path, directory: &Path) -> String {
    match path.strip_prefix(directory) {
        Ok(rest) if rest.as_os_str().is_empty() => ".".to_owned(),
        Ok(rest) => rest.display().to_string(),
        Err(_) => path.display().to_string(),
    }
}
