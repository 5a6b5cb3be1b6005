#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
//! From a directory to the packages that a build of it has.
//!
//! Role: finds modules, the build configuration and the files of every package, and orders packages by their imports. [`load`] gives a
//! [`Workspace`]; [`units`] says which packages and tests are compiled together. All files are read through a [`System`].
//!
//! Non-goals: files are not parsed beyond their imports, and nothing is downloaded, written or run.

mod config;
mod load;
mod modules;
mod order;
mod package;
mod parallel;
mod pattern;
mod platform;
mod problems;
mod system;
pub mod units;
mod version;
mod workspace;

pub use config::{Config, ModMode, Overrides, WorkspaceFile, split_tags};
pub use load::{build_list, load};
pub use pattern::base_directory;
pub use system::{Entry, FileKind, MemorySystem, OsSystem, System};
pub use version::compare as compare_versions;
pub use workspace::{
    IgnoreReason, Ignored, Import, LoadedFile, LoadedPackage, MissingId, MissingPackage, MissingReason, Module,
    ModuleId, PackageId, Role, SkipReason, Skipped, Target, Workspace,
};
