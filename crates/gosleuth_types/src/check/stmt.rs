//! Statements and function bodies.

use gosleuth_base::Sym;
use gosleuth_syntax::ast::{AssignOp, ExprId, ExprKind, IdentId, RangeOp, StmtId, StmtKind};

use super::Checker;
use crate::info::Mode;
use crate::object::{ObjKind, Pos, VarKind};
use crate::types::{BasicKind, Type, TypeId};

impl Checker<'_> {
    /// A function body with what it binds (receiver, type parameters, parameters, named results: own objects by name).
    pub(crate) fn function_body(&mut self, bound: &[(Sym, u32)], sig: TypeId, body: StmtId) {
        let mark = self.enter();
        for &(sym, index) in bound {
            self.bind_sym(sym, index);
        }
        let results = match self.ty(sig) {
            Type::Func(sig) => sig.results,
            _ => TypeId::EMPTY_TUPLE,
        };
        let before = (
            std::mem::replace(&mut self.env.results, results),
            std::mem::replace(&mut self.env.in_function, true),
            std::mem::take(&mut self.env.labels),
            std::mem::take(&mut self.env.label_uses),
        );
        // Parameters and the body's own names share a block.
        self.stmts(self.tree().block(body));
        self.resolve_labels();
        (
            self.env.results,
            self.env.in_function,
            self.env.labels,
            self.env.label_uses,
        ) = before;
        self.leave(mark);
    }

    fn resolve_labels(&mut self) {
        for (name, ident) in std::mem::take(&mut self.env.label_uses) {
            if let Some(&(_, obj)) = self.env.labels.iter().find(|(label, _)| *label == name) {
                self.info().set_object(ident, obj);
            }
        }
    }

    fn stmts(&mut self, stmts: &[StmtId]) {
        for &stmt in stmts {
            self.stmt(stmt);
        }
    }

    fn block(&mut self, block: StmtId) {
        let mark = self.enter();
        self.stmts(self.tree().block(block));
        self.leave(mark);
    }

    fn opt_stmt(&mut self, stmt: Option<StmtId>) {
        if let Some(stmt) = stmt {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: StmtId) {
        if self.descend() {
            self.stmt_inner(stmt);
            self.ascend();
        }
    }

    fn stmt_inner(&mut self, id: StmtId) {
        let tree = self.tree();
        let kind = tree.stmts[id].kind;
        match kind {
            StmtKind::Bad | StmtKind::Empty { .. } => {}
            StmtKind::Decl(decl) => self.local_decl(decl),
            StmtKind::Labeled { label, stmt } => {
                let obj = self.declare(label, Some(TypeId::UNKNOWN), ObjKind::Label);
                self.env.labels.push((tree.idents[label].name, obj));
                self.stmt(stmt);
            }
            StmtKind::Expr(expr) | StmtKind::Go(expr) | StmtKind::Defer(expr) => {
                self.multi_expr(expr);
            }
            StmtKind::Send { chan, value, .. } => {
                let chan = self.expr(chan);
                let core = self.query().core_type(chan.ty);
                let elem = match core.map(|core| self.ty(core)) {
                    Some(&Type::Chan { elem, .. }) => Some(elem),
                    _ => None,
                };
                let mut value = self.expr_with_hint(value, elem);
                self.assignment(&mut value, elem);
            }
            StmtKind::IncDec { x, .. } => {
                self.expr(x);
            }
            StmtKind::Assign { .. } => self.assign_stmt(kind),
            StmtKind::Return(list) => {
                let results = self.world.types.list(self.env.results);
                let exprs = tree.exprs(list);
                if !exprs.is_empty() {
                    let mut xs = self.values(exprs, results.len().max(1), results);
                    for (index, x) in xs.iter_mut().enumerate() {
                        self.assignment(x, results.get(index).copied());
                    }
                }
            }
            StmtKind::Branch { label, .. } => {
                if let Some(label) = label {
                    self.env.label_uses.push((tree.idents[label].name, label));
                }
            }
            StmtKind::Block(_) => self.block(id),
            StmtKind::If { init, cond, then, els } => {
                let mark = self.enter();
                self.opt_stmt(init);
                self.expr(cond);
                self.block(then);
                self.opt_stmt(els);
                self.leave(mark);
            }
            StmtKind::Switch { init, tag, body } => self.switch(init, tag, body),
            StmtKind::TypeSwitch { init, guard, body } => self.type_switch(init, guard, body),
            StmtKind::Select { body } => {
                for &clause in tree.block(body) {
                    if let StmtKind::Comm { comm, body } = tree.stmts[clause].kind {
                        let mark = self.enter();
                        self.opt_stmt(comm);
                        self.stmts(tree.stmts(body));
                        self.leave(mark);
                    }
                }
            }
            // Clauses are read by their switch or select.
            StmtKind::Case { .. } | StmtKind::Comm { .. } => {}
            StmtKind::For { init, cond, post, body } => {
                let mark = self.enter();
                self.opt_stmt(init);
                if let Some(cond) = cond {
                    self.expr(cond);
                }
                self.opt_stmt(post);
                self.block(body);
                self.leave(mark);
            }
            StmtKind::Range {
                op,
                key,
                value,
                x,
                body,
            } => self.range(op, key, value, x, body),
        }
    }

    fn switch(&mut self, init: Option<StmtId>, tag: Option<ExprId>, body: StmtId) {
        let tree = self.tree();
        let mark = self.enter();
        self.opt_stmt(init);
        let tag = match tag {
            Some(tag) => {
                let mut x = self.expr(tag);
                self.assignment(&mut x, None)
            }
            None => TypeId::BOOL,
        };
        for &clause in tree.block(body) {
            let StmtKind::Case { exprs, body, .. } = tree.stmts[clause].kind else {
                continue;
            };
            for &expr in tree.exprs(exprs) {
                let mut x = self.expr(expr);
                if self.query().is_untyped(x.ty) {
                    self.assignment(&mut x, Some(tag));
                }
            }
            let mark = self.enter();
            self.stmts(tree.stmts(body));
            self.leave(mark);
        }
        self.leave(mark);
    }

    fn type_switch(&mut self, init: Option<StmtId>, guard: StmtId, body: StmtId) {
        let tree = self.tree();
        let mark = self.enter();
        self.opt_stmt(init);
        let (var, assertion) = match tree.stmts[guard].kind {
            StmtKind::Expr(expr) => (None, Some(expr)),
            kind @ StmtKind::Assign {
                op: AssignOp::Define, ..
            } => match tree.sides(kind) {
                (&[var], &[expr]) => match tree.exprs[var].kind {
                    ExprKind::Ident(ident) => (Some(ident), Some(expr)),
                    _ => (None, Some(expr)),
                },
                _ => (None, None),
            },
            _ => (None, None),
        };
        let subject = match assertion.map(|expr| tree.exprs[expr].kind) {
            Some(ExprKind::TypeAssert { x, ty: None }) => self.expr(x).ty,
            _ => TypeId::UNKNOWN,
        };
        for &clause in tree.block(body) {
            let StmtKind::Case { exprs, body, .. } = tree.stmts[clause].kind else {
                continue;
            };
            let exprs = tree.exprs(exprs);
            let mut ty = subject;
            for &expr in exprs {
                let case = self.case_type(expr);
                if exprs.len() == 1 {
                    ty = case.unwrap_or(subject);
                }
            }
            let mark = self.enter();
            if let Some(ident) = var {
                self.clause_var(clause, ident, ty);
            }
            self.stmts(tree.stmts(body));
            self.leave(mark);
        }
        self.leave(mark);
    }

    /// The type of a case of a type switch; none for `nil`.
    fn case_type(&mut self, expr: ExprId) -> Option<TypeId> {
        let mut inner = expr;
        while let ExprKind::Paren(x) = self.tree().exprs[inner].kind {
            inner = x;
        }
        if let ExprKind::Ident(ident) = self.tree().exprs[inner].kind
            && let Some(obj) = self.lookup(ident)
            && matches!(self.object(obj).map(|object| &object.kind), Some(ObjKind::Nil))
        {
            self.info().set_object(ident, obj);
            self.record(inner, Mode::Nil, TypeId::UNTYPED_NIL);
            self.record(expr, Mode::Nil, TypeId::UNTYPED_NIL);
            return None;
        }
        Some(self.type_expr(expr))
    }

    /// Each clause has a variable of its own, declared where the switch names it.
    fn clause_var(&mut self, clause: StmtId, ident: IdentId, ty: TypeId) {
        let pos = Pos::new(self.env.file, self.tree().idents[ident].start);
        let name = self.name_of(ident);
        let obj = self.add_object(name, pos, Some(ty), ObjKind::Var(VarKind::Local));
        self.bind(ident, obj);
        self.info().clause_vars.insert(clause, obj);
    }

    fn range(&mut self, op: RangeOp, key: Option<ExprId>, value: Option<ExprId>, x: ExprId, body: StmtId) {
        let mark = self.enter();
        let mut operand = self.expr(x);
        let targets = match op {
            RangeOp::Assign => [key, value].map(|expr| expr.and_then(|expr| self.target(expr))),
            RangeOp::None | RangeOp::Define => [None, None],
        };
        // `for i = range 10` counts in the type of `i`; a constant string stays untyped.
        if matches!(self.ty(operand.ty), Type::Basic(kind) if kind.is_untyped() && kind.is_numeric()) {
            self.assignment(&mut operand, targets[0]);
        }
        let [key_type, value_type] = self.range_types(operand.ty);
        if op == RangeOp::Define {
            for (expr, ty) in [(key, key_type), (value, value_type)] {
                if let Some(expr) = expr {
                    self.define_var(expr, ty);
                }
            }
        }
        self.block(body);
        self.leave(mark);
    }

    /// The types of the iteration variables.
    fn range_types(&self, x: TypeId) -> [TypeId; 2] {
        let unknown = TypeId::UNKNOWN;
        let Some(core) = self.query().core_type(x) else {
            return [unknown, unknown];
        };
        match *self.ty(core) {
            Type::Basic(kind) if kind.is_string() => [TypeId::INT, TypeId::RUNE],
            Type::Basic(kind) if kind.is_integer() => [x, unknown],
            Type::Basic(BasicKind::UntypedFloat) => [TypeId::INT, unknown],
            Type::Slice(elem) | Type::Array { elem, .. } => [TypeId::INT, elem],
            Type::Pointer(array) => match *self.under(array) {
                Type::Array { elem, .. } => [TypeId::INT, elem],
                _ => [unknown, unknown],
            },
            Type::Map { key, value } => [key, value],
            Type::Chan { elem, .. } => [elem, unknown],
            Type::Func(sig) => {
                let params = self.world.types.list(sig.params);
                let Some(&yield_) = params.first() else {
                    return [unknown, unknown];
                };
                match self.query().core_type(yield_).map(|core| self.ty(core)) {
                    Some(Type::Func(sig)) => {
                        let params = self.world.types.list(sig.params);
                        [0, 1].map(|index| params.get(index).copied().unwrap_or(unknown))
                    }
                    _ => [unknown, unknown],
                }
            }
            _ => [unknown, unknown],
        }
    }
}
