//! Type expressions.

use gosleuth_base::Sym;
use gosleuth_syntax::ast::{ExprId, FuncTypeId, IdentId};

use super::{Checker, Operand};
use crate::object::ObjRef;
use crate::types::TypeId;

impl Checker<'_> {
    /// An expression that must be a type; unknown if it is not. Generic types need their arguments.
    pub(crate) fn type_expr(&mut self, expr: ExprId) -> TypeId {
        let _ = expr;
        TypeId::UNKNOWN
    }

    /// What an identifier used as an expression or type denotes. Records its object and, like every function that returns an operand
    /// for a whole expression except where it says otherwise, leaves recording type and mode to the caller.
    pub(crate) fn ident(&mut self, expr: ExprId, ident: IdentId) -> Operand {
        let _ = ident;
        Operand::unknown(expr)
    }

    /// What an object denotes where it is used as an expression, worked out if it was not: the part of [`Checker::ident`] behind the
    /// lookup, which qualified identifiers share. Records nothing.
    pub(crate) fn object_operand(&mut self, expr: ExprId, obj: ObjRef) -> Operand {
        let _ = obj;
        Operand::unknown(expr)
    }

    /// A generic type with type arguments: `x[A, B]`, `x` being a type operand. Records the instance.
    pub(crate) fn instantiate_type(&mut self, x: ExprId, indices: &[ExprId]) -> TypeId {
        let _ = (x, indices);
        TypeId::UNKNOWN
    }

    /// A function type with its parameter and result objects declared: the [`Type::Func`](crate::Type::Func), and what a body binds.
    pub(crate) fn func_type(&mut self, ty: FuncTypeId) -> (TypeId, Vec<(Sym, u32)>) {
        let _ = ty;
        (TypeId::UNKNOWN, Vec::new())
    }
}
