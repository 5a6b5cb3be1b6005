//! Untyped operands getting their types.
//!
//! What was recorded for an untyped expression is corrected when its type is known: going down from it, through what is untyped because
//! of it. The parts of constant expressions stay untyped. An expression changes at most once for each kind of untyped number and once
//! for good, so that all corrections together are linear in the size of the file.

use gosleuth_syntax::ast::{BinaryOp, ExprId, ExprKind};

use super::{Checker, Operand};
use crate::constant::ConstValue;
use crate::info::Mode;
use crate::types::{BasicKind, Type, TypeId};

impl Checker<'_> {
    /// Gives an untyped operand the type it has in a context of type `target` and records it for the operand's expression and the
    /// untyped parts of it. Operands that have a type stay as they are, and so does `nil`.
    pub(crate) fn convert_untyped(&mut self, x: &mut Operand, target: TypeId) {
        let Type::Basic(from) = *self.ty(x.ty) else {
            return;
        };
        if from.is_untyped() && from != BasicKind::UntypedNil {
            let ty = self.implicit_type(from, target);
            self.settle(x, ty);
        }
    }

    /// Gives an untyped operand its default type.
    pub(crate) fn default_untyped(&mut self, x: &mut Operand) {
        if let Type::Basic(from) = *self.ty(x.ty)
            && from.is_untyped()
        {
            self.settle(x, default_type(from));
        }
    }

    /// The type that an untyped operand of a kind has where `target` is expected; its default type where it does not fit.
    pub(super) fn implicit_type(&self, from: BasicKind, target: TypeId) -> TypeId {
        let fits = match self.ty(target) {
            Type::Basic(to) if to.is_untyped() => {
                return match common_kind(from, *to) {
                    Some(kind) => TypeId::basic(kind),
                    None => TypeId::basic(from),
                };
            }
            Type::TypeParam(_) => true,
            _ => self.basic(target).is_some_and(|to| {
                (from.is_boolean() && to.is_boolean())
                    || (from.is_string() && to.is_string())
                    || (from.is_numeric() && to.is_numeric())
            }),
        };
        if fits { target } else { default_type(from) }
    }

    /// Gives an untyped operand a type, and records it.
    pub(super) fn settle(&mut self, x: &mut Operand, ty: TypeId) {
        if x.ty == ty {
            return;
        }
        x.ty = ty;
        self.update_recorded(x.expr, ty);
        if let Some(value) = &mut x.value {
            *value = self.constant_of_type(std::mem::replace(value, ConstValue::Unknown), ty);
            // Other values do not change with the type. Parts keep theirs.
            if self.basic(ty).is_some_and(|kind| kind.is_float() || kind.is_complex()) {
                let value = value.clone();
                self.info().constants.insert(x.expr, value);
            }
        }
    }

    /// Corrects the recorded type of an untyped expression and of the parts that have their type from it.
    pub(super) fn update_recorded(&mut self, expr: ExprId, ty: TypeId) {
        let tree = self.tree();
        let mut rest = Vec::new();
        let mut next = Some(expr);
        while let Some(expr) = next {
            let info = &mut self.files[self.env.file].info;
            let mode = info.mode_of(expr);
            let is_untyped = matches!(self.world.types.get(info.type_of(expr)), Type::Basic(kind) if kind.is_untyped());
            if !is_untyped || mode == Mode::Nil {
                next = rest.pop();
                continue;
            }
            info.set_type(expr, mode, ty);
            let constant = mode == Mode::Constant;
            next = match tree.exprs[expr].kind {
                ExprKind::Paren(x) => Some(x),
                ExprKind::Unary { x, .. } if !constant => Some(x),
                ExprKind::Binary { op, x, .. } if !constant && is_shift(op) => Some(x),
                ExprKind::Binary { op, x, y, .. } if !constant && !is_comparison(op) => {
                    rest.push(y);
                    Some(x)
                }
                _ => rest.pop(),
            };
        }
    }

    /// Brings the operands of an operation to one type where one of them is untyped; false if that is impossible.
    pub(super) fn match_types(&mut self, x: &mut Operand, y: &mut Operand) -> bool {
        let from = |this: &Self, ty| match this.ty(ty) {
            Type::Basic(kind) if kind.is_untyped() => Some(*kind),
            _ => None,
        };
        match (from(self, x.ty), from(self, y.ty)) {
            (None, None) => true,
            (Some(a), Some(b)) => {
                let Some(kind) = common_kind(a, b) else {
                    return false;
                };
                let ty = TypeId::basic(kind);
                self.settle(x, ty);
                self.settle(y, ty);
                true
            }
            (Some(from), None) => self.match_untyped(from, x, y.ty),
            (None, Some(from)) => self.match_untyped(from, y, x.ty),
        }
    }

    fn match_untyped(&mut self, from: BasicKind, x: &mut Operand, target: TypeId) -> bool {
        if from == BasicKind::UntypedNil {
            return true;
        }
        let ty = self.implicit_type(from, target);
        let fits = ty == target || self.query().is_interface(target);
        if fits {
            self.settle(x, ty);
        }
        fits
    }
}

/// Whether an operator compares.
pub(super) fn is_comparison(op: BinaryOp) -> bool {
    matches!(
        op,
        BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
    )
}

/// Whether an operator shifts.
pub(super) fn is_shift(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Shl | BinaryOp::Shr)
}

/// The kind of an operation on untyped operands: that of both, or of numbers the one that comes last in the order integer, rune, float,
/// complex.
fn common_kind(a: BasicKind, b: BasicKind) -> Option<BasicKind> {
    (a == b || (a.is_numeric() && b.is_numeric())).then(|| a.max(b))
}

fn default_type(from: BasicKind) -> TypeId {
    TypeId::basic(match from {
        BasicKind::UntypedBool => BasicKind::Bool,
        BasicKind::UntypedInt => BasicKind::Int,
        BasicKind::UntypedRune => BasicKind::Int32,
        BasicKind::UntypedFloat => BasicKind::Float64,
        BasicKind::UntypedComplex => BasicKind::Complex128,
        BasicKind::UntypedString => BasicKind::String,
        _ => from,
    })
}
