//! Index, slice and instantiation expressions.

use gosleuth_syntax::ast::ExprId;

use super::{Checker, Operand};
use crate::types::TypeId;

impl Checker<'_> {
    /// `x[i]`, `x[A, B]`: an element, a generic function with type arguments, or a generic type with them.
    pub(crate) fn index(&mut self, expr: ExprId, hint: Option<TypeId>) -> Operand {
        let _ = hint;
        Operand::unknown(expr)
    }

    /// `x[lo:hi]`, `x[lo:hi:max]`
    pub(crate) fn slice(&mut self, expr: ExprId) -> Operand {
        Operand::unknown(expr)
    }
}
