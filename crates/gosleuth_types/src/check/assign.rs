//! Assignments and declarations of variables.

use gosleuth_syntax::ast::{AssignOp, ExprId, ExprKind, StmtKind};

use super::{Binding, Checker, Operand};
use crate::info::Mode;
use crate::object::{ObjKind, ObjRef, VarKind};
use crate::types::{Type, TypeId};

impl Checker<'_> {
    /// Settles an operand that is assigned to a variable of type `target` (or passed, returned, sent, stored): an untyped one gets
    /// the target's type, or its default type where the target is an interface or there is no target. Returns the type the variable has.
    pub(crate) fn assignment(&mut self, x: &mut Operand, target: Option<TypeId>) -> TypeId {
        if self.query().is_untyped(x.ty) {
            match target {
                None => self.default_untyped(x),
                Some(target) if target.is_unknown() => self.default_untyped(x),
                Some(target) => self.convert_untyped(x, target),
            }
        }
        match target {
            Some(target) => target,
            // `x := nil` has no type, and tuples are no values.
            None if x.ty == TypeId::UNTYPED_NIL || matches!(self.ty(x.ty), Type::Tuple(_)) => TypeId::UNKNOWN,
            None => x.ty,
        }
    }

    /// The values of the right side of an assignment to `n` variables: a call with several results is spread, `v, ok` forms give two.
    /// Untyped operands stay untyped. `hints` are the types of the left side, where known, for generic functions as values.
    pub(crate) fn values(&mut self, exprs: &[ExprId], n: usize, hints: &[TypeId]) -> Vec<Operand> {
        let hint = |index: usize| hints.get(index).copied().filter(|hint| !hint.is_unknown());
        let &[expr] = exprs else {
            let mut xs: Vec<_> = exprs
                .iter()
                .enumerate()
                .map(|(index, &expr)| self.expr_with_hint(expr, hint(index)))
                .collect();
            let missing = n.saturating_sub(xs.len());
            xs.extend(
                exprs
                    .first()
                    .into_iter()
                    .cycle()
                    .take(missing)
                    .map(|&expr| Operand::unknown(expr)),
            );
            return xs;
        };
        if n == 1 {
            return vec![self.expr_with_hint(expr, hint(0))];
        }
        let x = self.multi_expr(expr);
        if let Type::Tuple(types) = self.ty(x.ty)
            && x.mode == Mode::Value
        {
            let mut xs: Vec<_> = types
                .iter()
                .map(|&ty| match ty.is_unknown() {
                    true => Operand::unknown(expr),
                    false => Operand::new(expr, Mode::Value, ty),
                })
                .collect();
            xs.resize(n, Operand::unknown(expr));
            return xs;
        }
        if n == 2 && matches!(x.mode, Mode::MapIndex | Mode::CommaOk) {
            let is_bool = |ty: &TypeId| matches!(self.under(*ty), Type::Basic(kind) if kind.is_boolean());
            let ok = hint(1).filter(is_bool).unwrap_or(TypeId::BOOL);
            let tuple = self.world.types.tuple(vec![x.ty, ok]);
            self.record_comma_ok(expr, x.mode, tuple);
            return vec![
                Operand::new(expr, Mode::Value, x.ty),
                Operand::new(expr, Mode::Value, ok),
            ];
        }
        vec![Operand::unknown(expr); n]
    }

    fn record_comma_ok(&mut self, mut expr: ExprId, mode: Mode, tuple: TypeId) {
        loop {
            self.record(expr, mode, tuple);
            match self.tree().exprs[expr].kind {
                ExprKind::Paren(x) => expr = x,
                _ => return,
            }
        }
    }

    /// `a, b = …`, `a := …`, `a += …`
    pub(super) fn assign_stmt(&mut self, stmt: StmtKind) {
        let StmtKind::Assign { op, .. } = stmt else {
            return;
        };
        let (lhs, rhs) = self.tree().sides(stmt);
        match op {
            AssignOp::Define => self.define(lhs, rhs),
            AssignOp::Assign => self.assign(lhs, rhs),
            AssignOp::Op(op) => {
                if let (&[x], &[y]) = (lhs, rhs) {
                    let x = self.expr(x);
                    let y = self.expr(y);
                    let target = x.ty;
                    let mut result = self.binary(None, op, x, y);
                    if !target.is_unknown() && !result.is_unknown() {
                        self.assignment(&mut result, Some(target));
                    }
                }
            }
        }
    }

    fn assign(&mut self, lhs: &[ExprId], rhs: &[ExprId]) {
        let targets: Vec<_> = lhs.iter().map(|&expr| self.target(expr)).collect();
        let hints: Vec<_> = targets.iter().map(|target| target.unwrap_or(TypeId::UNKNOWN)).collect();
        let mut xs = self.values(rhs, lhs.len(), &hints);
        for (x, target) in xs.iter_mut().zip(targets) {
            self.assignment(x, target);
        }
    }

    /// The type of what is assigned to; none for `_`.
    pub(super) fn target(&mut self, expr: ExprId) -> Option<TypeId> {
        if let ExprKind::Ident(ident) = self.tree().exprs[expr].kind
            && self.name_of(ident).is_blank()
        {
            return None;
        }
        Some(self.expr(expr).ty)
    }

    fn define(&mut self, lhs: &[ExprId], rhs: &[ExprId]) {
        // Names of this block are assigned to, all others are new.
        let targets: Vec<_> = lhs.iter().map(|&expr| self.redeclared(expr)).collect();
        let hints: Vec<_> = targets
            .iter()
            .map(|obj| obj.map_or(TypeId::UNKNOWN, |obj| self.query().object_type(obj)))
            .collect();
        let mut xs = self.values(rhs, lhs.len(), &hints);
        let mut types = Vec::with_capacity(lhs.len());
        for (x, (target, &hint)) in xs.iter_mut().zip(targets.iter().zip(&hints)) {
            types.push(self.assignment(x, target.map(|_| hint)));
        }
        types.resize(lhs.len(), TypeId::UNKNOWN);
        for ((&expr, target), ty) in lhs.iter().zip(targets).zip(types) {
            if target.is_none() {
                self.define_var(expr, ty);
            }
        }
    }

    /// Declares and binds a variable that an identifier expression defines.
    pub(super) fn define_var(&mut self, expr: ExprId, ty: TypeId) {
        match self.tree().exprs[expr].kind {
            ExprKind::Ident(ident) => {
                let obj = self.declare(ident, Some(ty), ObjKind::Var(VarKind::Local));
                self.bind(ident, obj);
            }
            _ => {
                self.expr(expr);
            }
        }
    }

    /// The variable of this very block that an identifier expression names; its use is recorded.
    fn redeclared(&mut self, expr: ExprId) -> Option<ObjRef> {
        let ExprKind::Ident(ident) = self.tree().exprs[expr].kind else {
            return None;
        };
        let sym = self.tree().idents[ident].name;
        let Binding {
            object: Some(index),
            block,
        } = self.env.bindings[gosleuth_base::Idx::index(sym)]
        else {
            return None;
        };
        if block != self.env.blocks {
            return None;
        }
        let obj = ObjRef { pkg: self.pkg, index };
        self.info().set_object(ident, obj);
        Some(obj)
    }
}
