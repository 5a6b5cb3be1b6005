//! Assignments and declarations of variables.

use gosleuth_syntax::ast::ExprId;

use super::{Checker, Operand};
use crate::types::TypeId;

impl Checker<'_> {
    /// Settles an operand that is assigned to a variable of type `target` (or passed, returned, sent, stored): an untyped one gets
    /// the target's type, or its default type where the target is an interface or there is no target. Returns the type the variable has.
    pub(crate) fn assignment(&mut self, x: &mut Operand, target: Option<TypeId>) -> TypeId {
        let is_untyped = self.query().is_untyped(x.ty);
        match target {
            None if is_untyped => self.default_untyped(x),
            Some(target) if is_untyped => self.convert_untyped(x, target),
            _ => {}
        }
        target.unwrap_or(x.ty)
    }

    /// The values of the right side of an assignment to `n` variables: a call with several results is spread, `v, ok` forms give two.
    /// Untyped operands stay untyped. `hints` are the types of the left side, where known, for generic functions as values.
    pub(crate) fn values(&mut self, exprs: &[ExprId], n: usize, hints: &[TypeId]) -> Vec<Operand> {
        let _ = (exprs, n, hints);
        Vec::new()
    }
}
