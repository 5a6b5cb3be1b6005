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

impl ConstValue {
    /// The value as a machine integer, if it is an integer that fits.
    pub fn to_i64(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }
}
