//! Declarations.

use super::Checker;

impl Checker<'_> {
    /// Works out a package-level object.
    pub(crate) fn resolve_decl(&mut self, index: u32) {
        let _ = index;
    }
}
