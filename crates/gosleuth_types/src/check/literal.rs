//! Basic, composite and function literals.

use gosleuth_syntax::ast::{ExprId, ExprKind, IdentId, LiteralKind};

use super::{Checker, DelayedBody, Operand};
use crate::constant::ConstValue;
use crate::info::{Mode, SelectionKind};
use crate::names::Name;
use crate::types::{BasicKind, Field, Type, TypeId};

impl Checker<'_> {
    /// `42`, `"a"`
    pub(crate) fn basic_literal(&mut self, expr: ExprId) -> Operand {
        let node = &self.tree().exprs[expr];
        let ExprKind::Literal(kind) = node.kind else {
            return Operand::unknown(expr);
        };
        let ty = TypeId::basic(match kind {
            LiteralKind::Int => BasicKind::UntypedInt,
            LiteralKind::Float => BasicKind::UntypedFloat,
            LiteralKind::Imag => BasicKind::UntypedComplex,
            LiteralKind::Char => BasicKind::UntypedRune,
            LiteralKind::String => BasicKind::UntypedString,
        });
        Operand::constant(expr, ty, ConstValue::of_literal(kind, node.span.of(self.text())))
    }

    /// `T{…}`, or `{…}` of the type `hint`.
    pub(crate) fn composite_literal(&mut self, expr: ExprId, hint: Option<TypeId>) -> Operand {
        let tree = self.tree();
        let ExprKind::Composite { ty, elems } = tree.exprs[expr].kind else {
            return Operand::unknown(expr);
        };
        let elems = tree.exprs(elems);
        let (ty, base) = match ty {
            Some(written) => {
                if let ExprKind::Array { len: Some(len), elem } = tree.exprs[written].kind
                    && matches!(tree.exprs[len].kind, ExprKind::Ellipsis(None))
                {
                    let elem = self.type_expr(elem);
                    let len = self.elements(elems, elem);
                    let ty = self.intern(Type::Array { len, elem });
                    self.record(written, Mode::Type, ty);
                    return Operand::new(expr, Mode::Value, ty);
                }
                let ty = self.type_expr(written);
                (ty, ty)
            }
            None => {
                let ty = hint.unwrap_or(TypeId::UNKNOWN);
                // In `[]*T{{…}}` the inner literal stands for `&T{…}`.
                match *self.core(ty) {
                    Type::Pointer(elem) => (ty, elem),
                    _ => (ty, ty),
                }
            }
        };
        let core = match self.ty(base) {
            Type::Named { .. } | Type::TypeParam(_) => {
                let query = self.query();
                query.core_type(base).unwrap_or(TypeId::UNKNOWN)
            }
            _ => base,
        };
        match *self.ty(core) {
            Type::Struct(ref fields) => self.fields(elems, fields, base),
            Type::Array { elem, .. } | Type::Slice(elem) => {
                self.elements(elems, elem);
            }
            Type::Map { key, value } => self.entries(elems, key, value),
            _ => self.unknown_elements(elems),
        }
        Operand::new(expr, Mode::Value, ty)
    }

    fn element(&mut self, expr: ExprId, ty: TypeId) {
        let mut x = self.expr_with_hint(expr, Some(ty));
        self.assignment(&mut x, Some(ty));
    }

    fn fields(&mut self, elems: &[ExprId], fields: &[Field], ty: TypeId) {
        let tree = self.tree();
        for (place, &elem) in elems.iter().enumerate() {
            let (value, field) = match tree.exprs[elem].kind {
                ExprKind::KeyValue { key, value } => {
                    let field = match tree.exprs[key].kind {
                        ExprKind::Ident(ident) => self.field_key(ident, fields, place, ty),
                        _ => TypeId::UNKNOWN,
                    };
                    (value, field)
                }
                _ => (elem, fields.get(place).map_or(TypeId::UNKNOWN, |field| field.ty)),
            };
            self.element(value, field);
        }
    }

    /// The type of the field that a key of a literal of type `ty` names; from Go 1.27 on it may be a promoted one.
    fn field_key(&mut self, ident: IdentId, fields: &[Field], place: usize, ty: TypeId) -> TypeId {
        let name = self.name_of(ident);
        let (obj, ty) = match find_field(fields, name, place) {
            Some(field) => (field.obj, field.ty),
            None => match self.query().lookup(ty, name, self.pkg) {
                Some(found) if found.kind == SelectionKind::Field => (found.obj, found.ty),
                _ => return TypeId::UNKNOWN,
            },
        };
        self.info().set_object(ident, obj);
        ty
    }

    /// The elements of an array or slice: the number of them, holes included; -1 if it is not known.
    fn elements(&mut self, elems: &[ExprId], ty: TypeId) -> i64 {
        let tree = self.tree();
        let mut next = Some(0i64);
        let mut len = Some(0i64);
        for &elem in elems {
            let value = match tree.exprs[elem].kind {
                ExprKind::KeyValue { key, value } => {
                    let key = self.index_value(key);
                    next = key.value.as_ref().and_then(ConstValue::to_i64).filter(|&key| key >= 0);
                    value
                }
                _ => elem,
            };
            self.element(value, ty);
            next = next.and_then(|next| next.checked_add(1));
            len = next.and_then(|next| Some(len?.max(next)));
        }
        len.unwrap_or(-1)
    }

    fn entries(&mut self, elems: &[ExprId], key_type: TypeId, value_type: TypeId) {
        let tree = self.tree();
        for &elem in elems {
            match tree.exprs[elem].kind {
                ExprKind::KeyValue { key, value } => {
                    self.element(key, key_type);
                    self.element(value, value_type);
                }
                _ => self.element(elem, value_type),
            }
        }
    }

    /// The elements of a literal of unknown type. A key that is an identifier may be a field, and stays open.
    fn unknown_elements(&mut self, elems: &[ExprId]) {
        let tree = self.tree();
        for &elem in elems {
            let value = match tree.exprs[elem].kind {
                ExprKind::KeyValue { key, value } => {
                    if !matches!(tree.exprs[key].kind, ExprKind::Ident(_)) {
                        self.element(key, TypeId::UNKNOWN);
                    }
                    value
                }
                _ => elem,
            };
            self.element(value, TypeId::UNKNOWN);
        }
    }

    /// `func(…) {…}`: inside functions the body is checked at once, outside when everything outside bodies is known; not in a constant
    /// (`len` of something with a function in it), whose `iota` it sees.
    pub(crate) fn function_literal(&mut self, expr: ExprId) -> Operand {
        let ExprKind::FuncLit { ty, body } = self.tree().exprs[expr].kind else {
            return Operand::unknown(expr);
        };
        let (sig, bound) = self.func_type(ty);
        if self.env.in_function || self.env.iota.is_some() {
            self.function_body(&bound, sig, body);
        } else {
            let file = self.env.file;
            self.delayed.push(DelayedBody { file, body, sig, bound });
        }
        Operand::new(expr, Mode::Value, sig)
    }
}

/// The field of a name. Literals often have all fields in order, so the one at the key's place is tried first.
fn find_field(fields: &[Field], name: Name, place: usize) -> Option<&Field> {
    match fields.get(place) {
        Some(field) if field.name == name => Some(field),
        _ => fields.iter().find(|field| field.name == name),
    }
}
