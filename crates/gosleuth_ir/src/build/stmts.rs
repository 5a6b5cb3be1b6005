//! Statements without loops and clauses.

use gosleuth_base::Sym;
use gosleuth_syntax::ast::{
    AssignOp, BranchKind, DeclKind, ExprId, ExprKind, GenKeyword, IdentId, SpecId, SpecKind, StmtId, StmtKind,
};
use gosleuth_types::{ConstValue, Type, TypeId};

use super::places::Place;
use super::{Builder, Target};
use crate::ir::{BlockId, Op, Terminator, ValueId};

impl Builder<'_, '_> {
    pub(super) fn stmts(&mut self, stmts: &[StmtId]) {
        for &stmt in stmts {
            self.stmt(stmt);
        }
    }

    pub(super) fn stmt(&mut self, stmt: StmtId) {
        if self.depth >= super::MAX_NESTING {
            return;
        }
        self.depth += 1;
        self.stmt_inner(stmt);
        self.depth -= 1;
    }

    fn stmt_inner(&mut self, id: StmtId) {
        let tree = self.tree;
        let node = tree.stmts[id];
        let pos = node.span.start;
        // A label is that of the statement right behind it.
        let label = self.label.take();
        match node.kind {
            StmtKind::Bad | StmtKind::Empty { .. } => {}
            StmtKind::Decl(decl) => self.local_decl(decl),
            StmtKind::Labeled { label, stmt } => {
                let sym = tree.idents[label].name;
                let block = self.label_block(sym);
                self.jump(block);
                self.current = Some(block);
                self.label = Some(sym);
                self.stmt(stmt);
                self.label = None;
            }
            StmtKind::Expr(expr) => {
                self.expr(expr);
            }
            StmtKind::Send { chan, value, arrow } => {
                let chan_type = self.info.type_of(chan);
                let chan = self.expr(chan);
                let value = self.expr(value);
                let value = match *self.core(chan_type) {
                    Type::Chan { elem, .. } => self.coerce(value, elem),
                    _ => value,
                };
                self.emit(Op::Send { chan, value }, TypeId::EMPTY_TUPLE, arrow);
            }
            StmtKind::IncDec { increment, x } => {
                let ty = self.info.type_of(x);
                let place = self.place(x);
                let old = self.load(place, pos);
                let one = self.emit(Op::Const(ConstValue::Int(1)), ty, pos);
                let op = if increment {
                    gosleuth_syntax::ast::BinaryOp::Add
                } else {
                    gosleuth_syntax::ast::BinaryOp::Sub
                };
                let new = self.emit(Op::Binary(op, old, one), ty, pos);
                self.store(place, new, pos);
            }
            StmtKind::Assign { op, op_start, .. } => {
                let (lhs, rhs) = tree.sides(node.kind);
                match op {
                    AssignOp::Define => self.define(lhs, rhs),
                    AssignOp::Assign => self.assign_stmt(lhs, rhs),
                    AssignOp::Op(op) => {
                        if let (&[x], &[y]) = (lhs, rhs) {
                            let place = self.place(x);
                            let old = self.load(place, pos);
                            let y = self.expr(y);
                            let ty = self.info.type_of(x);
                            let new = self.emit(Op::Binary(op, old, y), ty, op_start);
                            self.store(place, new, pos);
                        }
                    }
                }
            }
            StmtKind::Go(expr) => self.spawned(expr, pos, Op::Go),
            StmtKind::Defer(expr) => self.spawned(expr, pos, Op::Defer),
            StmtKind::Return(list) => self.return_stmt(tree.exprs(list), pos),
            StmtKind::Branch { kind, label } => self.branch(kind, label),
            StmtKind::Block(list) => self.stmts(tree.stmts(list)),
            StmtKind::If { init, cond, then, els } => {
                self.opt_stmt(init);
                let [then_block, els_block, done] = [self.block(), self.block(), self.block()];
                self.cond(cond, then_block, els_block);
                self.start_sealed(then_block);
                self.stmts(tree.block(then));
                self.jump(done);
                self.start_sealed(els_block);
                self.opt_stmt(els);
                self.jump(done);
                self.continue_at(done);
            }
            StmtKind::Switch { init, tag, body } => self.switch(label, init, tag, body),
            StmtKind::TypeSwitch { init, guard, body } => self.type_switch(label, init, guard, body),
            StmtKind::Select { body } => self.select(label, body, pos),
            StmtKind::Case { .. } | StmtKind::Comm { .. } => {}
            StmtKind::For { init, cond, post, body } => self.for_loop(label, [init, post], cond, body),
            StmtKind::Range {
                op,
                key,
                value,
                x,
                body,
            } => self.range(label, op, [key, value], x, body),
        }
    }

    pub(super) fn opt_stmt(&mut self, stmt: Option<StmtId>) {
        if let Some(stmt) = stmt {
            self.stmt(stmt);
        }
    }

    /// Goes on at a block where paths meet; nowhere if none leads there.
    pub(super) fn continue_at(&mut self, block: BlockId) {
        self.seal(block);
        self.current = (!self.func.blocks[block].preds.is_empty()).then_some(block);
    }

    fn label_block(&mut self, label: Sym) -> BlockId {
        if let Some(&block) = self.labels.get(&label) {
            return block;
        }
        // Sealed when the function ends: any `goto` may lead here.
        let block = self.block();
        self.labels.insert(label, block);
        block
    }

    fn branch(&mut self, kind: BranchKind, label: Option<IdentId>) {
        let label = label.map(|label| self.tree.idents[label].name);
        let of_label = |target: &&Target| label.is_none() || target.label == label;
        let to = match kind {
            BranchKind::Goto => label.map(|label| self.label_block(label)),
            BranchKind::Fallthrough => self.fallthrough,
            BranchKind::Break => self.targets.iter().rev().find(of_label).map(|target| target.break_to),
            BranchKind::Continue => self
                .targets
                .iter()
                .rev()
                .filter(|target| target.continue_to.is_some())
                .find(of_label)
                .and_then(|target| target.continue_to),
        };
        match to {
            Some(to) => self.jump(to),
            None => self.end(Terminator::Unreachable),
        }
    }

    /// Lowers the body of something that `break` leaves and, for loops, `continue` repeats.
    pub(super) fn within(
        &mut self,
        label: Option<Sym>,
        break_to: BlockId,
        continue_to: Option<BlockId>,
        work: impl FnOnce(&mut Self),
    ) {
        self.targets.push(Target {
            label,
            break_to,
            continue_to,
        });
        work(self);
        self.targets.pop();
    }

    fn return_stmt(&mut self, exprs: &[ExprId], pos: u32) {
        if exprs.is_empty() {
            self.return_named(pos);
            return;
        }
        let types = match *self.ty(self.func.sig) {
            Type::Func(sig) => self.query().world.types.list(sig.results),
            _ => &[],
        };
        let values = self.values(exprs, types.len());
        let values: Vec<_> = values
            .into_iter()
            .enumerate()
            .map(|(index, value)| types.get(index).map_or(value, |&ty| self.coerce(value, ty)))
            .collect();
        if self.named_results.is_empty() {
            self.run_defers(pos);
            self.end(Terminator::Return(values));
            return;
        }
        for (index, value) in values.into_iter().enumerate() {
            if let Some(&Some(obj)) = self.named_results.get(index) {
                let place = self.var_place(obj, pos);
                self.store(place, value, pos);
            }
        }
        self.return_named(pos);
    }

    /// Returns what the named results hold once deferred calls have run.
    pub(super) fn return_named(&mut self, pos: u32) {
        self.run_defers(pos);
        let values = self.load_results(pos);
        self.end(Terminator::Return(values));
    }

    fn run_defers(&mut self, pos: u32) {
        if self.has_defer {
            self.emit(Op::RunDefers, TypeId::EMPTY_TUPLE, pos);
        }
    }

    pub(super) fn load_results(&mut self, pos: u32) -> Vec<ValueId> {
        let results = self.named_results.clone();
        let types = match *self.ty(self.func.sig) {
            Type::Func(sig) => self.query().world.types.list(sig.results),
            _ => &[],
        };
        results
            .into_iter()
            .enumerate()
            .map(|(index, obj)| match obj {
                Some(obj) => {
                    let place = self.var_place(obj, pos);
                    self.load(place, pos)
                }
                None => {
                    let ty = types.get(index).copied().unwrap_or(TypeId::UNKNOWN);
                    self.emit(Op::Zero, ty, pos)
                }
            })
            .collect()
    }

    /// The `n` values of the right side of an assignment.
    pub(super) fn values(&mut self, exprs: &[ExprId], n: usize) -> Vec<ValueId> {
        match exprs {
            &[expr] if n > 1 => {
                let tuple = self.comma_ok(expr);
                (0..n as u32).map(|index| self.extract(tuple, index)).collect()
            }
            _ => exprs.iter().map(|&expr| self.expr(expr)).collect(),
        }
    }

    fn assign_stmt(&mut self, lhs: &[ExprId], rhs: &[ExprId]) {
        // Operands of the left side are evaluated before the right side.
        let places: Vec<_> = lhs.iter().map(|&expr| self.place(expr)).collect();
        let values = self.values(rhs, lhs.len());
        for ((place, value), &expr) in places.into_iter().zip(values).zip(lhs) {
            self.assign(place, value, self.tree.exprs[expr].span.start);
        }
    }

    fn define(&mut self, lhs: &[ExprId], rhs: &[ExprId]) {
        let values = self.values(rhs, lhs.len());
        for (&expr, value) in lhs.iter().zip(values) {
            self.define_or_assign(expr, Some(value));
        }
    }

    /// `x := value`: a new variable where the identifier declares one, else an assignment. Without value it is the zero value.
    pub(super) fn define_or_assign(&mut self, expr: ExprId, value: Option<ValueId>) {
        let tree = self.tree;
        let pos = tree.exprs[expr].span.start;
        if let ExprKind::Ident(ident) = tree.exprs[expr].kind
            && let Some(obj) = self.info.object_of(ident)
            && obj.pkg == self.query().pkg
            && self
                .query()
                .object(obj)
                .is_some_and(|object| object.pos.offset == tree.idents[ident].start)
        {
            if tree.name(ident) == "_" {
                return;
            }
            let ty = self.query().object_type(obj);
            let value = value.map(|value| self.coerce(value, ty));
            self.declare_var(obj, ty, value, pos);
            return;
        }
        if let Some(value) = value {
            let place = self.place(expr);
            self.assign(place, value, pos);
        }
    }

    fn local_decl(&mut self, decl: gosleuth_syntax::ast::DeclId) {
        let tree = self.tree;
        if let DeclKind::Gen {
            keyword: GenKeyword::Var,
            specs,
            ..
        } = tree.decls[decl].kind
        {
            for &spec in tree.specs(specs) {
                let SpecKind::Value { names, values, .. } = tree.specs[spec].kind else {
                    continue;
                };
                let idents = tree.idents(names);
                let values = if values.is_empty() {
                    vec![None; idents.len()]
                } else {
                    self.values(tree.exprs(values), idents.len())
                        .into_iter()
                        .map(Some)
                        .collect()
                };
                for (&ident, value) in idents.iter().zip(values) {
                    let Some(obj) = self.info.object_of(ident).filter(|_| tree.name(ident) != "_") else {
                        continue;
                    };
                    let ty = self.query().object_type(obj);
                    let value = value.map(|value| self.coerce(value, ty));
                    self.declare_var(obj, ty, value, tree.idents[ident].start);
                }
            }
        }
    }

    /// First values of package-level variables.
    pub(super) fn package_vars(&mut self, spec: SpecId) {
        let tree = self.tree;
        let SpecKind::Value { names, values, .. } = tree.specs[spec].kind else {
            return;
        };
        let idents = tree.idents(names);
        let values = self.values(tree.exprs(values), idents.len());
        for (&ident, value) in idents.iter().zip(values) {
            if let Some(obj) = self.info.object_of(ident).filter(|_| tree.name(ident) != "_") {
                let pos = tree.idents[ident].start;
                let place = self.var_place(obj, pos);
                self.assign(place, value, pos);
            }
        }
    }

    /// Whether a place is `_`.
    pub(super) fn is_blank(place: Place) -> bool {
        matches!(place, Place::Blank)
    }
}
