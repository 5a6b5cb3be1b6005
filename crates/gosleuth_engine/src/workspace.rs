//! What a load gives: modules, packages with their files, and what is missing.

use std::path::PathBuf;

use gosleuth_base::{IndexVec, Problem};
use gosleuth_syntax::GoVersion;

gosleuth_base::new_index! {
    /// A module that packages come from.
    pub struct ModuleId;
}
gosleuth_base::new_index! {
    /// A package; its tests are part of it (see [`crate::units`]).
    pub struct PackageId;
}
gosleuth_base::new_index! {
    /// An import path for which no package was found.
    pub struct MissingId;
}

/// The packages that patterns name, with everything they import.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// Modules that packages come from, main modules first, then by path and version.
    pub modules: IndexVec<ModuleId, Module>,
    /// Packages in topological order: by [`LoadedPackage::depth`], then by import path.
    pub packages: IndexVec<PackageId, LoadedPackage>,
    /// The packages that the patterns name, in the order of their ids.
    pub roots: Vec<PackageId>,
    /// Import paths without a package, by path.
    pub missing: IndexVec<MissingId, MissingPackage>,
    /// Directories that the patterns reach and that give no package, by path.
    pub skipped: Vec<Skipped>,
    /// What is wrong, in words; each thing once.
    pub problems: Vec<Problem>,
}

/// A module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Module path; empty for a directory without `go.mod`.
    pub path: String,
    /// Version; None for a main module.
    pub version: Option<String>,
    /// Where its packages are. With `vendor`, the directory of the module in there.
    pub dir: PathBuf,
    /// The language version its `go.mod` states.
    pub go_version: Option<GoVersion>,
    /// What stands in its place: a directory as it is written, or `path version`.
    pub replaced_by: Option<String>,
}

impl Module {
    /// Whether this is a module being worked on, not a dependency.
    pub fn is_main(&self) -> bool {
        self.version.is_none()
    }
}

/// A package: the files of one directory that belong to the build.
#[derive(Clone, Debug)]
pub struct LoadedPackage {
    /// Import path; `vendor/…` and `cmd/vendor/…` for what the standard library brings along, `command-line-arguments` for files named
    /// one by one.
    pub import_path: String,
    /// Name in the package clauses (of test files without `_test`).
    pub name: String,
    /// Directory of the files.
    pub dir: PathBuf,
    /// The module it comes from; None for the standard library and for files named one by one.
    pub module: Option<ModuleId>,
    /// Whether it is part of Go itself: the standard library or a command of Go.
    pub standard: bool,
    /// Language version of files that ask for none.
    pub go_version: GoVersion,
    /// Files of the build, tests of all packages among them, sorted by name.
    pub files: Vec<LoadedFile>,
    /// Go files that do not belong to the build, and why, sorted by name.
    pub ignored: Vec<Ignored>,
    /// Other files of the build: assembly, C, objects; sorted.
    pub other_files: Vec<String>,
    /// Imports of compiled files, by path.
    pub imports: Vec<Import>,
    /// Imports of test files in the package, by path. Targets are resolved for roots only, and only when tests are loaded.
    pub test_imports: Vec<Import>,
    /// Imports of the external test package `name_test`, by path; resolved like those above.
    pub xtest_imports: Vec<Import>,
    /// One more than the depth of the deepest import; 0 without imports. Packages that import each other in a circle have the same.
    pub depth: u32,
}

impl LoadedPackage {
    /// Whether there is assembly: functions without a body have one elsewhere.
    pub fn has_assembly(&self) -> bool {
        self.other_files
            .iter()
            .any(|name| name.ends_with(".s") || name.ends_with(".S") || name.ends_with(".sx"))
    }

    /// Files with this part in the build.
    pub fn files_of(&self, role: Role) -> impl Iterator<Item = &LoadedFile> {
        self.files.iter().filter(move |file| file.role == role)
    }
}

/// A Go file of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedFile {
    /// Name in the directory of the package.
    pub name: String,
    /// Its part in the build.
    pub role: Role,
    /// The version of the language it is written in.
    pub go_version: GoVersion,
    /// Has `import "C"`.
    pub cgo: bool,
    /// Says that it was generated.
    pub generated: bool,
    /// Patterns of its `//go:embed` lines, in source order.
    pub embeds: Vec<String>,
}

/// The part of a file in the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Part of the package.
    Compiled,
    /// A test in the package.
    Test,
    /// A test in the external test package.
    XTest,
}

/// A Go file that does not belong to the build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// Name in the directory of the package.
    pub name: String,
    /// Why.
    pub reason: IgnoreReason,
}

/// Why a Go file does not belong to the build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IgnoreReason {
    /// The name starts with `_` or `.`.
    Name,
    /// The name is for another platform: `windows`, `linux_arm64`.
    Platform(String),
    /// This constraint does not hold.
    Constraint(String),
    /// It imports `C`, and cgo is off.
    Cgo,
    /// It is a test, and tests cannot import `C`.
    CgoTest,
    /// It only documents: its package is called `documentation`.
    Documentation,
    /// Its package clause says this, and the directory is of another package.
    OtherPackage(String),
    /// It cannot be read, or its start is not Go.
    Unreadable(String),
}

impl std::fmt::Display for IgnoreReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name => f.write_str("its name starts with _ or ."),
            Self::Platform(part) => write!(f, "its name says {part}"),
            Self::Constraint(constraint) => write!(f, "it is built only if {constraint}"),
            Self::Cgo => f.write_str("it imports \"C\" and cgo is off"),
            Self::CgoTest => f.write_str("it is a test and imports \"C\""),
            Self::Documentation => f.write_str("it is documentation only"),
            Self::OtherPackage(name) => write!(f, "it is of another package, {name}"),
            Self::Unreadable(why) => f.write_str(why),
        }
    }
}

/// An import of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The path as it is written.
    pub path: String,
    /// What it leads to.
    pub target: Target,
    /// Name of the first file, in the order of names, that has it.
    pub file: String,
    /// 1-based line in that file.
    pub line: u32,
    /// The rule about `internal` directories forbids it.
    pub forbidden: bool,
}

/// What an import leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A package.
    Package(PackageId),
    /// A package that was not found.
    Missing(MissingId),
    /// `import "C"`.
    C,
    /// Not asked for: an import of a test that is not loaded.
    NotLoaded,
}

/// An import path without a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingPackage {
    /// The import path.
    pub path: String,
    /// Why it was not found.
    pub reason: MissingReason,
    /// The first file and line (1-based) that imports it; None if it was named on the command line.
    pub imported_at: Option<(PathBuf, u32)>,
}

/// Why there is no package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MissingReason {
    /// The module that has it is not in the module cache.
    NotDownloaded {
        /// Module path (of the replacement, if there is one).
        module: String,
        /// Its version.
        version: String,
    },
    /// No module that is required has it.
    NotRequired,
    /// It is not in the directory `vendor`.
    NotVendored,
    /// It would be part of this module, which has no such directory with Go files.
    NotInModule(String),
    /// It is not in the standard library of this Go root.
    NotStandard,
    /// It would be part of the standard library, and there is no Go root.
    NoGoRoot,
    /// The directory that stands in for the module does not exist.
    ReplacementMissing {
        /// Module path.
        module: String,
        /// The directory.
        dir: PathBuf,
    },
    /// It is relative or absolute, which modules do not allow, or not a path.
    NotAPath,
    /// The directory has no Go file that belongs to the build.
    NoFiles(PathBuf),
}

/// A directory that gives no package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// The directory.
    pub dir: PathBuf,
    /// Why.
    pub reason: SkipReason,
}

/// Why a directory gives no package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SkipReason {
    /// Its name starts with `_` or `.`, or is `testdata`: patterns leave it out.
    Name,
    /// It is `vendor`: patterns leave it out.
    Vendor,
    /// It has its own `go.mod`.
    OtherModule,
    /// `go.mod` says that patterns leave it out.
    IgnoreDirective,
    /// It is a symbolic link to a directory, which patterns do not follow.
    Symlink,
    /// None of its Go files belongs to the build; the files with their reasons.
    NoFiles(Vec<(String, String)>),
    /// It cannot be read.
    Unreadable(String),
    /// It is nested more deeply than anybody means.
    TooDeep,
}

impl std::fmt::Display for SkipReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name => f.write_str("patterns leave out directories of this name"),
            Self::Vendor => f.write_str("patterns leave out vendor"),
            Self::OtherModule => f.write_str("it is a module of its own"),
            Self::IgnoreDirective => f.write_str("go.mod says to ignore it"),
            Self::Symlink => f.write_str("patterns do not follow symbolic links"),
            Self::NoFiles(_) => f.write_str("none of its Go files belongs to this build"),
            Self::Unreadable(why) => write!(f, "it cannot be read: {why}"),
            Self::TooDeep => f.write_str("it is nested too deeply"),
        }
    }
}
