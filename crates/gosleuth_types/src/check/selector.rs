//! Selectors `x.f`.

use gosleuth_syntax::ast::ExprId;

use super::{Checker, Operand};

impl Checker<'_> {
    /// `pkg.Name`, `x.field`, `x.method`, `T.method`; a type where `pkg.Name` is one. Records object and selection; the caller
    /// records the result.
    pub(crate) fn selector(&mut self, expr: ExprId) -> Operand {
        Operand::unknown(expr)
    }
}
