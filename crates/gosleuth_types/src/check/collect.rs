//! The names a package declares.

use super::Checker;

impl Checker<'_> {
    /// Declares imports, package-level objects and methods.
    pub(crate) fn collect(&mut self) {}

    /// Works out everything outside function bodies.
    pub(crate) fn resolve_package(&mut self) {}
}
