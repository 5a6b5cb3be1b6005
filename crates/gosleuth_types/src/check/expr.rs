//! Expressions: the dispatcher, and the forms that have no file of their own.

use gosleuth_syntax::ast::{ExprId, ExprKind, UnaryOp};

use super::{Checker, Operand};
use crate::constant::ConstValue;
use crate::info::Mode;
use crate::types::{BasicKind, Type, TypeId};

impl<'w> Checker<'w> {
    /// A single value. Types, calls without result and tuples come out unknown.
    pub(crate) fn expr(&mut self, expr: ExprId) -> Operand {
        self.expr_with_hint(expr, None)
    }

    /// A single value assigned to something of type `hint`: element types of elided composite literals, and generic functions that
    /// are instantiated by what they are assigned to.
    pub(crate) fn expr_with_hint(&mut self, expr: ExprId, hint: Option<TypeId>) -> Operand {
        let hint = hint.filter(|hint| !hint.is_unknown());
        let mut x = self.raw_expr(expr, hint);
        match x.mode {
            Mode::NoValue | Mode::Builtin | Mode::Type => return Operand::unknown(expr),
            Mode::Value => match self.ty(x.ty) {
                Type::Tuple(_) => return Operand::unknown(expr),
                Type::Func(sig) if sig.type_params != TypeId::EMPTY_TUPLE && hint.is_some() => {
                    self.instantiate_function(&mut x, &[], hint);
                    self.record_through_parens(expr, x.mode, x.ty);
                }
                _ => {}
            },
            _ => {}
        }
        x
    }

    /// Values: possibly a tuple, nothing, or a generic function (not instantiated).
    pub(crate) fn multi_expr(&mut self, expr: ExprId) -> Operand {
        let x = self.raw_expr(expr, None);
        match x.mode {
            Mode::Builtin | Mode::Type => Operand::unknown(expr),
            _ => x,
        }
    }

    /// A single value or a type.
    pub(crate) fn expr_or_type(&mut self, expr: ExprId) -> Operand {
        let x = self.raw_expr(expr, None);
        match x.mode {
            Mode::NoValue | Mode::Builtin => Operand::unknown(expr),
            Mode::Value if matches!(self.ty(x.ty), Type::Tuple(_)) => Operand::unknown(expr),
            _ => x,
        }
    }

    /// Anything: a value, a tuple, nothing, a type, a built-in function, a generic function or type. This is the dispatcher that records
    /// type and mode of the expression; all others go through it.
    pub(crate) fn raw_expr(&mut self, expr: ExprId, hint: Option<TypeId>) -> Operand {
        if !self.descend() {
            return Operand::unknown(expr);
        }
        let mut x = self.raw_expr_inner(expr, hint);
        self.ascend();
        x.expr = expr;
        self.record_operand(&mut x);
        x
    }

    fn raw_expr_inner(&mut self, expr: ExprId, hint: Option<TypeId>) -> Operand {
        match self.tree().exprs[expr].kind {
            ExprKind::Ident(ident) => self.ident(expr, ident),
            ExprKind::Literal(_) => self.basic_literal(expr),
            ExprKind::Selector { .. } => self.selector(expr),
            ExprKind::Call { .. } => self.call(expr),
            ExprKind::Binary { .. } => self.binary_expr(expr),
            ExprKind::Paren(x) => self.raw_expr(x, hint),
            ExprKind::Star(x) => self.star(expr, x),
            ExprKind::Unary { op, x } => self.unary(expr, op, x),
            ExprKind::Index { .. } | ExprKind::IndexList { .. } => self.index(expr, hint),
            ExprKind::Slice { .. } | ExprKind::Slice3 { .. } => self.slice(expr),
            ExprKind::Composite { .. } => self.composite_literal(expr, hint),
            ExprKind::FuncLit { .. } => self.function_literal(expr),
            ExprKind::TypeAssert { x, ty } => {
                self.expr(x);
                let ty = ty.map_or(TypeId::UNKNOWN, |ty| self.type_expr(ty));
                Operand::new(expr, Mode::CommaOk, ty)
            }
            ExprKind::KeyValue { key, value } => {
                // Only composite literals have it, and they do not come here.
                self.expr(key);
                self.expr(value);
                Operand::unknown(expr)
            }
            ExprKind::Bad => Operand::unknown(expr),
            ExprKind::Ellipsis(_)
            | ExprKind::Array { .. }
            | ExprKind::Struct(_)
            | ExprKind::Func(_)
            | ExprKind::Interface(_)
            | ExprKind::Map { .. }
            | ExprKind::Chan { .. } => {
                let ty = self.type_expr(expr);
                Operand::new(expr, Mode::Type, ty)
            }
        }
    }

    /// Records an operand for its expression. One of unknown type is unknown, except that types stay types.
    pub(super) fn record_operand(&mut self, x: &mut Operand) {
        if x.ty.is_unknown() && !matches!(x.mode, Mode::Type | Mode::Builtin) {
            x.mode = Mode::Unknown;
            x.value = None;
        }
        self.record(x.expr, x.mode, x.ty);
        if x.mode == Mode::Constant
            && let Some(value) = &x.value
        {
            let value = value.clone();
            self.info().constants.insert(x.expr, value);
        }
    }

    /// Records what became of an expression for it and for what is in its parentheses.
    pub(super) fn record_through_parens(&mut self, mut expr: ExprId, mode: Mode, ty: TypeId) {
        loop {
            self.record(expr, mode, ty);
            match self.tree().exprs[expr].kind {
                ExprKind::Paren(x) => expr = x,
                _ => return,
            }
        }
    }

    /// The structure of a type; for a type parameter that of its core type, unknown without one.
    pub(super) fn core(&self, ty: TypeId) -> &'w Type {
        match self.ty(ty) {
            Type::TypeParam(_) => self.ty(self.query().core_type(ty).unwrap_or(TypeId::UNKNOWN)),
            Type::Named { .. } => self.under(ty),
            other => other,
        }
    }

    /// The basic kind behind the names of a type; none for type parameters.
    pub(super) fn basic(&self, ty: TypeId) -> Option<BasicKind> {
        let structure = match self.ty(ty) {
            Type::Basic(kind) => return Some(*kind),
            Type::Named { .. } => self.under(ty),
            _ => return None,
        };
        match structure {
            Type::Basic(kind) => Some(*kind),
            _ => None,
        }
    }

    /// `*x`: a variable or a pointer type.
    fn star(&mut self, expr: ExprId, x: ExprId) -> Operand {
        let x = self.expr_or_type(x);
        if x.mode == Mode::Type {
            return Operand::new(expr, Mode::Type, self.world.types.pointer(x.ty));
        }
        match *self.core(x.ty) {
            Type::Pointer(elem) => Operand::new(expr, Mode::Variable, elem),
            _ => Operand::unknown(expr),
        }
    }

    fn unary(&mut self, expr: ExprId, op: UnaryOp, inner: ExprId) -> Operand {
        let mut x = match op {
            UnaryOp::Tilde => {
                self.type_expr(inner);
                return Operand::unknown(expr);
            }
            _ => self.expr(inner),
        };
        if x.is_unknown() {
            return Operand::unknown(expr);
        }
        match op {
            UnaryOp::Address => Operand::new(expr, Mode::Value, self.world.types.pointer(x.ty)),
            UnaryOp::Recv => match *self.core(x.ty) {
                Type::Chan { elem, .. } => Operand::new(expr, Mode::CommaOk, elem),
                _ => Operand::unknown(expr),
            },
            UnaryOp::Plus | UnaryOp::Minus | UnaryOp::Not | UnaryOp::BitNot | UnaryOp::Tilde => {
                match x.value.take().filter(|_| x.mode == Mode::Constant) {
                    Some(value) => {
                        let value = self.constant_unary(op, &value, x.ty);
                        Operand::constant(expr, x.ty, value)
                    }
                    None => Operand::new(expr, Mode::Value, x.ty),
                }
            }
        }
    }

    fn constant_unary(&self, op: UnaryOp, value: &ConstValue, ty: TypeId) -> ConstValue {
        let value = match op {
            UnaryOp::Plus => value.clone(),
            UnaryOp::Minus => value.negate(),
            UnaryOp::Not => value.not(),
            UnaryOp::BitNot => value.bit_not(self.unsigned_bits(ty)),
            UnaryOp::Address | UnaryOp::Recv | UnaryOp::Tilde => ConstValue::Unknown,
        };
        self.constant_of_type(value, ty)
    }

    fn unsigned_bits(&self, ty: TypeId) -> Option<u32> {
        let kind = self.basic(ty).filter(|kind| kind.is_unsigned())?;
        let (_, bits) = crate::constant::integer_width(kind, u32::from(self.word_size) * 8)?;
        Some(bits)
    }

    /// A constant result as a value of its type; unknown if the type does not have it.
    pub(super) fn constant_of_type(&self, value: ConstValue, ty: TypeId) -> ConstValue {
        match self.basic(ty) {
            Some(kind) => value.represent(kind, self.word_size).unwrap_or(ConstValue::Unknown),
            None => value,
        }
    }
}
