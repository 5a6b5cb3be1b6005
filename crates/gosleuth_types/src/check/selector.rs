//! Selectors `x.f`.

use gosleuth_syntax::ast::{ExprId, ExprKind, IdentId};

use super::{Checker, Operand};
use crate::info::{Mode, Selection, SelectionKind};
use crate::object::{ObjKind, PkgId};
use crate::query::Found;
use crate::types::{Signature, Type, TypeId};

impl Checker<'_> {
    /// `pkg.Name`, `x.field`, `x.method`, `T.method`; a type where `pkg.Name` is one. Records object and selection; the caller
    /// records the result.
    pub(crate) fn selector(&mut self, expr: ExprId) -> Operand {
        let tree = self.tree();
        let ExprKind::Selector { x, sel } = tree.exprs[expr].kind else {
            return Operand::unknown(expr);
        };
        if let ExprKind::Ident(ident) = tree.exprs[x].kind
            && let Some(obj) = self.lookup(ident)
            && let Some(&ObjKind::Package(pkg)) = self.object(obj).map(|object| &object.kind)
        {
            self.info().set_object(ident, obj);
            return self.qualified(expr, pkg, sel);
        }
        let x = self.expr_or_type(x);
        if x.is_unknown() || x.ty.is_unknown() {
            return Operand::unknown(expr);
        }
        let Some(found) = self.select(x.ty, sel) else {
            return Operand::unknown(expr);
        };
        let (mode, ty, kind) = match (found.kind, x.mode) {
            (SelectionKind::Field, Mode::Type) => return Operand::unknown(expr),
            (SelectionKind::Field, mode) => {
                let addressable = mode == Mode::Variable || found.indirect;
                let mode = if addressable { Mode::Variable } else { Mode::Value };
                (mode, found.ty, SelectionKind::Field)
            }
            (_, Mode::Type) => {
                let ty = self.method_expression(x.ty, found.ty);
                (Mode::Value, ty, SelectionKind::MethodExpr)
            }
            (_, _) => (Mode::Value, found.ty, SelectionKind::Method),
        };
        let info = self.info();
        info.set_object(sel, found.obj);
        let selection = Selection {
            kind,
            recv: x.ty,
            obj: found.obj,
            path: found.path,
            indirect: found.indirect,
        };
        info.selections.insert(expr, selection);
        Operand::new(expr, mode, ty)
    }

    /// `pkg.Name`
    fn qualified(&mut self, expr: ExprId, pkg: PkgId, sel: IdentId) -> Operand {
        let name = self.name_of(sel);
        let found = if name.is_exported() {
            self.member(pkg, name)
        } else {
            None
        };
        if let Some(obj) = found {
            self.info().set_object(sel, obj);
            return self.object_operand(expr, obj);
        }
        if !self.world.package(pkg).opaque {
            let path = self.world.path(pkg);
            let message = format!("undefined: {} is not declared in \"{path}\"", self.world.text(name));
            self.error(self.tree().ident_span(sel), message);
        }
        Operand::unknown(expr)
    }

    /// The field or method a type has, worked out.
    pub(crate) fn select(&mut self, ty: TypeId, sel: IdentId) -> Option<Found> {
        let name = self.name_of(sel);
        let found = self.query().lookup(ty, name, self.pkg)?;
        if self.object(found.obj).is_some_and(|object| object.ty.is_none()) {
            // A method that was not needed so far: only now its receiver and signature are known.
            self.resolve(found.obj);
            return self.query().lookup(ty, name, self.pkg);
        }
        Some(found)
    }

    /// The type of a method as a function: its receiver comes first.
    pub(super) fn method_expression(&self, recv: TypeId, method: TypeId) -> TypeId {
        let Type::Func(sig) = self.ty(method) else {
            return TypeId::UNKNOWN;
        };
        let types = &self.world.types;
        let params = std::iter::once(recv).chain(types.list(sig.params).iter().copied());
        self.intern(Type::Func(Signature {
            params: types.tuple(params.collect()),
            ..*sig
        }))
    }
}

#[cfg(test)]
mod tests;
