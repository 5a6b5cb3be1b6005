#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
//! From a directory to the packages that a build of it has, and to their types.
//!
//! Role: finds modules, the build configuration and the files of every package, and orders packages by their imports. [`load`] gives a
//! [`Workspace`]; [`units`] says which packages and tests are compiled together; [`analyse`] checks them in parallel and shows each to a
//! visitor. All files are read through a [`System`]; what is found out is kept in a [`Store`], by hash of what it depends on.
//!
//! Non-goals: nothing is downloaded or run, and nothing is written but the entries of a store.

mod analysis;
mod bytes;
mod cache;
mod config;
mod load;
mod modules;
mod order;
mod package;
mod parallel;
mod pattern;
mod platform;
mod problems;
mod schedule;
mod stdlib;
mod system;
#[cfg(test)]
mod testing;
pub mod units;
mod version;
mod workspace;

pub use analysis::{Analysis, AnalysisOptions, Seen, TypedUnit, Visited, Visitor, analyse};
pub use cache::{Cache, DiskStore, Key, MemoryStore, Store, cache_directory};
pub use config::{Config, ModMode, Overrides, WorkspaceFile, split_tags};
pub use load::{build_list, load, load_with};
pub use modules::normal;
pub use pattern::base_directory;
pub use stdlib::{PackedPackage, Stdlib, Summary, pack};
pub use system::{Entry, FileKind, MemorySystem, OsSystem, Stamp, System};
pub use version::compare as compare_versions;
pub use workspace::{
    IgnoreReason, Ignored, Import, LoadedFile, LoadedPackage, MissingId, MissingPackage, MissingReason, Module,
    ModuleId, PackageId, Role, SkipReason, Skipped, Target, Workspace,
};
