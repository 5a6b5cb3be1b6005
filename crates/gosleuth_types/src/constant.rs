//! Values of constants.

use std::sync::Arc;

/// The value of a constant expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ConstValue {
    /// Constant, but its value could not be determined.
    Unknown,
    /// A boolean.
    Bool(bool),
    /// An integer, or a rune.
    Int(i64),
    /// A string; Go strings are bytes.
    String(Arc<[u8]>),
}
