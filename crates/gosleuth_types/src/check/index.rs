//! Index, slice and instantiation expressions.

use gosleuth_syntax::ast::{ExprId, ExprKind};

use super::{Checker, Operand};
use crate::info::Mode;
use crate::types::{BasicKind, Term, Type, TypeId};

/// What indexing gives: the mode, and the type of the elements.
struct Element {
    mode: Mode,
    ty: TypeId,
    /// Type of the keys of a map; other indices are integers.
    key: Option<TypeId>,
}

impl<'w> Checker<'w> {
    /// `x[i]`, `x[A, B]`: an element, a generic function with type arguments, or a generic type with them.
    pub(crate) fn index(&mut self, expr: ExprId, hint: Option<TypeId>) -> Operand {
        let tree = self.tree();
        let single;
        let (x, indices) = match tree.exprs[expr].kind {
            ExprKind::Index { x, index } => {
                single = [index];
                (x, &single[..])
            }
            ExprKind::IndexList { x, indices } => (x, tree.exprs(indices)),
            _ => return Operand::unknown(expr),
        };
        let mut operand = self.raw_expr(x, None);
        match operand.mode {
            Mode::Type => {
                let ty = self.instantiate_type(x, indices);
                return Operand::new(expr, Mode::Type, ty);
            }
            Mode::Value => {
                if let Type::Func(sig) = self.ty(operand.ty)
                    && sig.type_params != TypeId::EMPTY_TUPLE
                {
                    self.instantiate_function(&mut operand, indices, hint);
                    return operand;
                }
            }
            _ => {}
        }
        let element = match operand.mode {
            Mode::Unknown | Mode::NoValue | Mode::Builtin => None,
            _ => self.element_of(operand.ty, operand.mode),
        };
        let Some(element) = element else {
            // What is between the brackets may be types or values.
            for &index in indices {
                self.expr_or_type(index);
            }
            return Operand::unknown(expr);
        };
        for &index in indices {
            match element.key {
                Some(key) => {
                    let mut index = self.expr_with_hint(index, Some(key));
                    self.assignment(&mut index, Some(key));
                }
                None => {
                    self.index_value(index);
                }
            }
        }
        Operand::new(expr, element.mode, element.ty)
    }

    /// An index, length or capacity: untyped ones are of type `int`.
    pub(super) fn index_value(&mut self, expr: ExprId) -> Operand {
        let mut x = self.expr(expr);
        self.convert_untyped(&mut x, TypeId::INT);
        x
    }

    fn element_of(&self, ty: TypeId, mode: Mode) -> Option<Element> {
        if let Type::TypeParam(_) = self.ty(ty) {
            return self.element_of_param(ty, mode);
        }
        let element = |mode, ty| Some(Element { mode, ty, key: None });
        match *self.under(ty) {
            Type::Basic(kind) if kind.is_string() => element(Mode::Value, TypeId::BYTE),
            Type::Slice(elem) => element(Mode::Variable, elem),
            Type::Array { elem, .. } if mode == Mode::Variable => element(Mode::Variable, elem),
            Type::Array { elem, .. } => element(Mode::Value, elem),
            Type::Pointer(array) => match *self.core(array) {
                Type::Array { elem, .. } => element(Mode::Variable, elem),
                _ => None,
            },
            Type::Map { key, value } => Some(Element {
                mode: Mode::MapIndex,
                ty: value,
                key: Some(key),
            }),
            _ => None,
        }
    }

    /// All types of the type set can be indexed, with elements of the same type; what one does not allow, none does.
    fn element_of_param(&self, ty: TypeId, mode: Mode) -> Option<Element> {
        let mut common: Option<Element> = None;
        for term in self.terms(ty)? {
            if matches!(self.ty(term.ty), Type::TypeParam(_)) {
                return None;
            }
            let element = self.element_of(term.ty, mode)?;
            common = Some(match common {
                None => element,
                Some(common) if !self.query().identical(common.ty, element.ty) => return None,
                Some(common) if common.mode == Mode::Value => common,
                Some(_) => element,
            });
        }
        common
    }

    /// The terms of the type set of a type parameter, if it has some.
    pub(super) fn terms(&self, ty: TypeId) -> Option<Vec<Term>> {
        let set = self.query().type_set(ty);
        set.terms.clone().filter(|terms| !terms.is_empty())
    }

    /// Whether a type is a string type, or a type parameter that can only be strings and byte slices, of which one at least is a string.
    pub(super) fn is_byte_string(&self, ty: TypeId) -> bool {
        if !matches!(self.ty(ty), Type::TypeParam(_)) {
            return self.basic(ty).is_some_and(BasicKind::is_string);
        }
        let mut strings = 0;
        self.terms(ty).is_some_and(|terms| {
            terms.iter().all(|term| match *self.under(term.ty) {
                Type::Basic(kind) if kind.is_string() => {
                    strings += 1;
                    true
                }
                Type::Slice(elem) => self.basic(elem) == Some(BasicKind::Uint8),
                _ => false,
            })
        }) && strings > 0
    }

    /// `x[lo:hi]`, `x[lo:hi:max]`
    pub(crate) fn slice(&mut self, expr: ExprId) -> Operand {
        let tree = self.tree();
        let (operand, bounds, more): (_, [Option<ExprId>; 2], &[ExprId]) = match tree.exprs[expr].kind {
            ExprKind::Slice { x, lo, hi } => (x, [lo, hi], &[]),
            ExprKind::Slice3 { x, parts, .. } => (x, [None, None], tree.exprs(parts)),
            _ => return Operand::unknown(expr),
        };
        let x = self.expr(operand);
        for &bound in bounds.iter().flatten().chain(more) {
            self.index_value(bound);
        }
        if x.is_unknown() {
            return Operand::unknown(expr);
        }
        if self.is_byte_string(x.ty) {
            let untyped = x.ty == TypeId::basic(BasicKind::UntypedString);
            return Operand::new(expr, Mode::Value, if untyped { TypeId::STRING } else { x.ty });
        }
        let ty = match *self.core(x.ty) {
            Type::Slice(_) => x.ty,
            Type::Array { elem, .. } => self.world.types.slice(elem),
            Type::Pointer(array) => match *self.core(array) {
                Type::Array { elem, .. } => self.world.types.slice(elem),
                _ => TypeId::UNKNOWN,
            },
            _ => TypeId::UNKNOWN,
        };
        Operand::new(expr, Mode::Value, ty)
    }
}
