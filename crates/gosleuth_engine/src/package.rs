//! The files of one directory: which of them belong to the build, as what.
//!
//! The rules are those of `go/build`: names and constraints choose files, the package clause and the ending `_test.go` give each its
//! part. Only the start of a file is read, except where it embeds files.

use std::path::Path;

use gosleuth_syntax::GoVersion;
use gosleuth_syntax::ast::SyntaxError;
use gosleuth_syntax::constraint;
use gosleuth_syntax::header::{self, Header};
use memchr::memchr_iter;

use crate::cache::{Cache, DirectoryFiles};
use crate::platform::Tags;
use crate::system::{Entry, FileKind, System};
use crate::workspace::{IgnoreReason, Ignored, LoadedFile, Role};

/// What is read of a file at first; nearly all headers are shorter.
const FIRST_READ: u64 = 4 << 10;
/// What is read of a file at most, for its header.
const LARGEST: u64 = 64 << 20;

/// Endings of other files that belong to a build where cgo or assembly is used.
const OTHERS: &[&str] = &[
    "c", "cc", "cpp", "cxx", "m", "h", "hh", "hpp", "hxx", "f", "F", "for", "f90", "s", "S", "sx", "swig", "swigcxx",
    "syso",
];

/// Whether constraints choose the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Those that belong to the build.
    Constrained,
    /// All: somebody named them one by one.
    All,
}

/// The files of a directory.
#[derive(Debug, Default)]
pub(crate) struct Assembled {
    pub(crate) name: String,
    pub(crate) files: Vec<LoadedFile>,
    pub(crate) ignored: Vec<Ignored>,
    pub(crate) other_files: Vec<String>,
    /// Imports by role, each path once with the place of the first: sorted by path.
    pub(crate) imports: [Vec<RawImport>; 3],
    /// What is wrong with files of the build, as (file name, 1-based line, sentence).
    pub(crate) errors: Vec<(String, u32, String)>,
}

/// An import path and the first place that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RawImport {
    pub(crate) path: String,
    pub(crate) file: String,
    pub(crate) line: u32,
}

/// What the start of a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FileFacts {
    /// The name behind `package`.
    pub(crate) package: String,
    /// The language that a constraint asks for.
    pub(crate) go_version: Option<GoVersion>,
    pub(crate) cgo: bool,
    pub(crate) generated: bool,
    /// Paths, each with its 1-based line.
    pub(crate) imports: Vec<(String, u32)>,
    /// What is wrong, each with its 1-based line.
    pub(crate) errors: Vec<(String, u32)>,
    /// Patterns of `//go:embed`.
    pub(crate) embeds: Vec<String>,
}

/// What a file is to a build, as far as it says itself. Of files that are not Go only whether they belong to it.
pub(crate) type Facts = Result<FileFacts, IgnoreReason>;

/// Chooses the files of a directory. `go_version` is the language of the package. What `known` knows of files is not read again.
pub(crate) fn assemble(
    system: &dyn System,
    tags: &Tags,
    (dir, entries): (&Path, &[Entry]),
    go_version: GoVersion,
    choice: Choice,
    known: Option<&Cache<'_>>,
) -> Assembled {
    let mut package = Assembled::default();
    // Files that somebody names one by one are looked at in another way.
    let mut known = known
        .filter(|_| choice == Choice::Constrained)
        .map(|cache| cache.files.directory(dir));
    let mut clause_from = None;
    for entry in entries {
        let regular = match entry.kind {
            FileKind::File => true,
            FileKind::Symlink => match system.kind(&dir.join(&entry.name)) {
                Ok(kind) => kind == FileKind::File,
                Err(error) => {
                    if entry.name.ends_with(".go") && !entry.name.starts_with(['_', '.']) {
                        let why = format!("it is a symbolic link that leads nowhere: {error}");
                        package.ignore(&entry.name, IgnoreReason::Unreadable(why));
                    }
                    false
                }
            },
            FileKind::Directory | FileKind::Other => false,
        };
        if !regular {
            continue;
        }
        let name = entry.name.as_str();
        let Some((_, ending)) = name.rsplit_once('.') else {
            continue;
        };
        if ending == "go" {
            // Names decide before anything is read.
            let facts = by_name(name, tags, choice).unwrap_or_else(|| {
                let scan = || read(system, &dir.join(name), tags, choice);
                remembered(known.as_mut(), system, name, scan)
            });
            match facts {
                Ok(file) => package.add(name, file, go_version, tags, &mut clause_from),
                Err(reason) => package.ignore(name, reason),
            }
        } else if OTHERS.contains(&ending) && !name.starts_with(['_', '.']) && tags.file_name(name).is_none() {
            let scan = || {
                let start = system.read(&dir.join(name), FIRST_READ).unwrap_or_default();
                match holds(&header::scan(&start, true), tags) {
                    true => Ok(FileFacts::default()),
                    false => Err(IgnoreReason::Constraint(String::new())),
                }
            };
            if ending == "syso" || remembered(known.as_mut(), system, name, scan).is_ok() {
                package.other_files.push(name.to_owned());
            }
        }
    }
    if let Some(known) = known {
        known.finish();
    }
    if !package.files.iter().any(|file| file.cgo) {
        // Assembly that goes through the C preprocessor.
        package
            .other_files
            .retain(|name| !name.ends_with(".S") && !name.ends_with(".sx"));
    }
    for imports in &mut package.imports {
        // Files come by name, so the first of equal paths is the first place.
        imports.sort_by(|a, b| a.path.cmp(&b.path));
        imports.dedup_by(|next, first| next.path == first.path);
    }
    package
}

/// What is known of a file, or what `scan` says of it.
fn remembered(
    known: Option<&mut DirectoryFiles<'_>>,
    system: &dyn System,
    name: &str,
    scan: impl FnOnce() -> Facts,
) -> Facts {
    match known {
        Some(known) => known.facts(system, name, scan),
        None => scan(),
    }
}

/// Why a file does not belong to the build, if its name says so.
fn by_name(name: &str, tags: &Tags, choice: Choice) -> Option<Facts> {
    if choice == Choice::All {
        return None;
    }
    if name.starts_with(['_', '.']) {
        return Some(Err(IgnoreReason::Name));
    }
    let part = tags.file_name(name)?;
    Some(Err(IgnoreReason::Platform(part.to_owned())))
}

/// Reads the header and says whether constraints let the file in.
fn read(system: &dyn System, path: &Path, tags: &Tags, choice: Choice) -> Facts {
    let unreadable = |error: std::io::Error| IgnoreReason::Unreadable(format!("it cannot be read: {error}"));
    let mut text = system.read(path, FIRST_READ).map_err(unreadable)?;
    let whole = (text.len() as u64) < FIRST_READ;
    let mut header = header::scan(&text, whole);
    if header.cut || (!whole && header.embeds()) {
        text = system.read(path, LARGEST).map_err(unreadable)?;
        header = header::scan(&text, true);
    }
    if choice == Choice::Constrained && !holds(&header, tags) {
        let text = header.constraint.as_ref().map(ToString::to_string);
        return Err(IgnoreReason::Constraint(text.unwrap_or_default()));
    }
    let line = |offset: u32| memchr_iter(b'\n', text.get(..offset as usize).unwrap_or(&text)).count() as u32 + 1;
    let of_error =
        |error: &SyntaxError| IgnoreReason::Unreadable(format!("line {}: {}", line(error.span.start), error.message));
    // A name is the least that a file of a build has, and a constraint that means nothing is not one that holds.
    if header.package.is_none() || header.constraint_invalid {
        let error = header.errors.first().map(of_error);
        return Err(error.unwrap_or_else(|| IgnoreReason::Unreadable("it has no package clause".to_owned())));
    }
    let embeds = match header.embeds() {
        true => header::embeds(&text).into_iter().map(|embed| embed.pattern).collect(),
        false => Vec::new(),
    };
    let errors = header.errors.iter().map(|error| line(error.span.start));
    let errors: Vec<u32> = errors.collect();
    let imports: Vec<u32> = header.imports.iter().map(|import| line(import.span.start)).collect();
    Ok(FileFacts {
        go_version: header.go_version,
        cgo: header.cgo(),
        generated: header.generated,
        imports: header
            .imports
            .into_iter()
            .map(|import| import.path)
            .zip(imports)
            .collect(),
        errors: header
            .errors
            .into_iter()
            .map(|error| error.message)
            .zip(errors)
            .collect(),
        embeds,
        package: header.package.unwrap_or_default(),
    })
}

fn holds(header: &Header, tags: &Tags) -> bool {
    let constraint = header.constraint.as_ref();
    constraint.is_none_or(|constraint| constraint.eval(&mut |tag| tags.holds(tag)))
}

impl Assembled {
    fn ignore(&mut self, name: &str, reason: IgnoreReason) {
        self.ignored.push(Ignored {
            name: name.to_owned(),
            reason,
        });
    }

    fn add(&mut self, name: &str, file: FileFacts, package: GoVersion, tags: &Tags, clause_from: &mut Option<String>) {
        let clause = file.package.as_str();
        if clause == "documentation" {
            return self.ignore(name, IgnoreReason::Documentation);
        }
        let test = name.ends_with("_test.go");
        let external = clause.strip_suffix("_test").filter(|_| test && clause != self.name);
        let belongs_to = external.unwrap_or(clause);
        if clause_from.is_none() {
            self.name = belongs_to.to_owned();
            *clause_from = Some(name.to_owned());
        } else if belongs_to != self.name {
            return self.ignore(name, IgnoreReason::OtherPackage(clause.to_owned()));
        }
        if file.cgo && test {
            return self.ignore(name, IgnoreReason::CgoTest);
        }
        if file.cgo && !tags.holds("cgo") {
            return self.ignore(name, IgnoreReason::Cgo);
        }
        let role = match (test, external) {
            (false, _) => Role::Compiled,
            (true, None) => Role::Test,
            (true, Some(_)) => Role::XTest,
        };
        for (message, line) in file.errors {
            self.errors.push((name.to_owned(), line, message));
        }
        let imports = file.imports.into_iter().map(|(path, line)| RawImport {
            path,
            file: name.to_owned(),
            line,
        });
        self.imports[role as usize].extend(imports);
        self.files.push(LoadedFile {
            name: name.to_owned(),
            role,
            go_version: constraint::file_version(package, file.go_version),
            cgo: file.cgo,
            generated: file.generated,
            embeds: file.embeds,
        });
    }
}

#[cfg(test)]
mod tests;
