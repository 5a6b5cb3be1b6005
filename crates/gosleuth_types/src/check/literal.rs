//! Basic, composite and function literals.

use gosleuth_syntax::ast::ExprId;

use super::{Checker, Operand};
use crate::types::TypeId;

impl Checker<'_> {
    /// `42`, `"a"`
    pub(crate) fn basic_literal(&mut self, expr: ExprId) -> Operand {
        Operand::unknown(expr)
    }

    /// `T{…}`, or `{…}` of the type `hint`.
    pub(crate) fn composite_literal(&mut self, expr: ExprId, hint: Option<TypeId>) -> Operand {
        let _ = hint;
        Operand::unknown(expr)
    }

    /// `func(…) {…}`: inside functions the body is checked at once, outside when everything outside bodies is known.
    pub(crate) fn function_literal(&mut self, expr: ExprId) -> Operand {
        Operand::unknown(expr)
    }
}
