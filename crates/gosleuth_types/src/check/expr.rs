//! Expressions.

use gosleuth_syntax::ast::{BinaryOp, ExprId};

use super::{Checker, Operand};
use crate::types::TypeId;

impl Checker<'_> {
    /// A single value. Types, calls without result and tuples come out unknown.
    pub(crate) fn expr(&mut self, expr: ExprId) -> Operand {
        self.expr_with_hint(expr, None)
    }

    /// A single value assigned to something of type `hint`: element types of elided composite literals, and generic functions that
    /// are instantiated by what they are assigned to.
    pub(crate) fn expr_with_hint(&mut self, expr: ExprId, hint: Option<TypeId>) -> Operand {
        let _ = hint;
        Operand::unknown(expr)
    }

    /// Values: possibly a tuple, nothing, or a generic function (not instantiated).
    pub(crate) fn multi_expr(&mut self, expr: ExprId) -> Operand {
        Operand::unknown(expr)
    }

    /// Anything: a value, a tuple, nothing, a type, a built-in function, a generic function or type. This is the dispatcher that records
    /// type and mode of the expression; all others go through it.
    pub(crate) fn raw_expr(&mut self, expr: ExprId, hint: Option<TypeId>) -> Operand {
        let _ = hint;
        Operand::unknown(expr)
    }

    /// A single value or a type.
    pub(crate) fn expr_or_type(&mut self, expr: ExprId) -> Operand {
        Operand::unknown(expr)
    }

    /// `x op= y`, `x++`: the result of the operation, untyped operands settled; `at` is where it is recorded, if anywhere.
    pub(crate) fn binary(&mut self, at: Option<ExprId>, op: BinaryOp, x: Operand, y: Operand) -> Operand {
        let _ = (at, op, y);
        x
    }
}
