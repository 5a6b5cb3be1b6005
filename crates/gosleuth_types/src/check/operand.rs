//! What an expression evaluated to.

use gosleuth_syntax::ast::ExprId;

use crate::constant::ConstValue;
use crate::info::Mode;
use crate::object::Builtin;
use crate::types::TypeId;

/// An expression with what is known of it.
#[derive(Clone, Debug)]
pub(crate) struct Operand {
    /// What it denotes.
    pub(crate) mode: Mode,
    /// Its type; untyped types as long as the context has not decided.
    pub(crate) ty: TypeId,
    /// Its value, for [`Mode::Constant`].
    pub(crate) value: Option<ConstValue>,
    /// The expression.
    pub(crate) expr: ExprId,
    /// The function, for [`Mode::Builtin`].
    pub(crate) builtin: Option<Builtin>,
}

impl Operand {
    /// Of an expression that was not understood.
    pub(crate) fn unknown(expr: ExprId) -> Self {
        Self::new(expr, Mode::Unknown, TypeId::UNKNOWN)
    }

    /// Without constant value.
    pub(crate) fn new(expr: ExprId, mode: Mode, ty: TypeId) -> Self {
        Self {
            mode,
            ty,
            value: None,
            expr,
            builtin: None,
        }
    }

    /// A constant.
    pub(crate) fn constant(expr: ExprId, ty: TypeId, value: ConstValue) -> Self {
        Self {
            value: Some(value),
            ..Self::new(expr, Mode::Constant, ty)
        }
    }

    /// Whether nothing is known of it.
    pub(crate) fn is_unknown(&self) -> bool {
        self.mode == Mode::Unknown
    }
}
