//! What pages of other crates share with the report: look, escaping, and the hash of a script that a page may run.

pub use crate::html::digest::csp_hash;
pub use crate::html::escape;

/// The style of every page: colours for light and dark, tables, cards, controls.
pub const STYLE: &str = crate::html::STYLE;
