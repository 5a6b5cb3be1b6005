//! `switch` and `select`.

use gosleuth_base::Sym;
use gosleuth_syntax::ast::{AssignOp, BinaryOp, ExprId, ExprKind, StmtId, StmtKind, UnaryOp};
use gosleuth_types::{Mode, Type, TypeId};

use super::Builder;
use crate::ir::{BlockId, Op, SelectCase, Terminator, ValueId};

impl Builder<'_, '_> {
    pub(super) fn switch(&mut self, label: Option<Sym>, init: Option<StmtId>, tag: Option<ExprId>, body: StmtId) {
        let tree = self.tree;
        self.opt_stmt(init);
        let tag = tag.map(|tag| (tag, self.expr(tag)));
        let clauses = tree.block(body);
        let bodies: Vec<_> = clauses.iter().map(|_| self.block()).collect();
        let done = self.block();
        let mut otherwise = done;
        for (&clause, &block) in clauses.iter().zip(&bodies) {
            let StmtKind::Case { default, exprs, .. } = tree.stmts[clause].kind else {
                continue;
            };
            if default {
                otherwise = block;
            }
            for &expr in tree.exprs(exprs) {
                let next = self.block();
                match tag {
                    Some((tag, value)) => self.compare(tag, value, expr, block, next),
                    None => self.cond(expr, block, next),
                }
                self.start_sealed(next);
            }
        }
        self.jump(otherwise);
        self.within(label, done, None, |this| {
            for (index, (&clause, &block)) in clauses.iter().zip(&bodies).enumerate() {
                let StmtKind::Case { body, .. } = tree.stmts[clause].kind else {
                    continue;
                };
                // The clause before may fall through to it, and it was lowered already.
                this.start_sealed(block);
                let before = std::mem::replace(&mut this.fallthrough, bodies.get(index + 1).copied());
                this.stmts(tree.stmts(body));
                this.fallthrough = before;
                this.jump(done);
            }
        });
        self.continue_at(done);
    }

    fn compare(&mut self, tag: ExprId, value: ValueId, expr: ExprId, then: BlockId, els: BlockId) {
        let tag_type = self.info.type_of(tag);
        let pos = self.tree.exprs[expr].span.start;
        let case = self.expr(expr);
        let (value, case) = if self.query().is_interface(tag_type) {
            (value, self.coerce(case, tag_type))
        } else {
            let to = self.info.type_of(expr);
            (self.coerce(value, to), case)
        };
        let equal = self.emit(Op::Binary(BinaryOp::Equal, value, case), TypeId::BOOL, pos);
        self.end(Terminator::If(equal, then, els));
    }

    pub(super) fn type_switch(&mut self, label: Option<Sym>, init: Option<StmtId>, guard: StmtId, body: StmtId) {
        let tree = self.tree;
        self.opt_stmt(init);
        let assertion = match tree.stmts[guard].kind {
            StmtKind::Expr(expr) => Some(expr),
            kind => tree.sides(kind).1.first().copied(),
        };
        let Some(ExprKind::TypeAssert { x, ty: None }) = assertion.map(|expr| tree.exprs[expr].kind) else {
            return;
        };
        let subject = self.expr(x);
        let done = self.block();
        let clauses = tree.block(body);
        let mut default = None;
        self.within(label, done, None, |this| {
            for &clause in clauses {
                let StmtKind::Case {
                    default: is_default,
                    exprs,
                    body,
                } = tree.stmts[clause].kind
                else {
                    continue;
                };
                if is_default {
                    default = Some((clause, body));
                    continue;
                }
                let block = this.block();
                let exprs = tree.exprs(exprs);
                let mut narrowed = subject;
                for &expr in exprs {
                    let next = this.block();
                    let value = this.type_case(subject, expr, block, next);
                    if exprs.len() == 1 {
                        narrowed = value.unwrap_or(subject);
                    }
                    this.start_sealed(next);
                }
                // The tests of the next clause come when this one is lowered.
                let tests = this.current.take();
                this.start_sealed(block);
                this.clause(clause, narrowed, tree.stmts(body));
                this.jump(done);
                this.current = tests;
            }
            if let Some((clause, body)) = default {
                this.clause(clause, subject, tree.stmts(body));
            }
            this.jump(done);
        });
        self.continue_at(done);
    }

    fn clause(&mut self, clause: StmtId, value: ValueId, body: &[StmtId]) {
        if let Some(&obj) = self.info.clause_vars.get(&clause) {
            let ty = self.query().object_type(obj);
            let pos = self.tree.stmts[clause].span.start;
            self.declare_var(obj, ty, Some(value), pos);
        }
        self.stmts(body);
    }

    /// Tests one type of a type switch: the value in that type, none for `nil`.
    fn type_case(&mut self, subject: ValueId, expr: ExprId, then: BlockId, els: BlockId) -> Option<ValueId> {
        let pos = self.tree.exprs[expr].span.start;
        if self.info.mode_of(expr) == Mode::Nil {
            let ty = self.func.values[subject].ty;
            let nil = self.emit(Op::Zero, ty, pos);
            let equal = self.emit(Op::Binary(BinaryOp::Equal, subject, nil), TypeId::BOOL, pos);
            self.end(Terminator::If(equal, then, els));
            return None;
        }
        let asserted = self.info.type_of(expr);
        let pair = self.query().world.types.tuple(vec![asserted, TypeId::BOOL]);
        let op = Op::TypeAssert {
            value: subject,
            asserted,
            comma_ok: true,
        };
        let pair = self.emit(op, pair, pos);
        let value = self.extract(pair, 0);
        let ok = self.extract(pair, 1);
        self.end(Terminator::If(ok, then, els));
        Some(value)
    }

    pub(super) fn select(&mut self, label: Option<Sym>, body: StmtId, pos: u32) {
        let tree = self.tree;
        let clauses = tree.block(body);
        let mut cases = Vec::new();
        let mut default = false;
        for &clause in clauses {
            let StmtKind::Comm { comm, .. } = tree.stmts[clause].kind else {
                continue;
            };
            match comm {
                None => default = true,
                Some(comm) => cases.push(self.select_case(comm)),
            }
        }
        let done = self.block();
        let mut targets = Vec::new();
        let mut default_target = None;
        for &clause in clauses {
            let block = self.block();
            match tree.stmts[clause].kind {
                StmtKind::Comm { comm: None, .. } => default_target = Some(block),
                _ => targets.push(block),
            }
        }
        let order = targets.clone();
        targets.extend(default_target);
        let select = self.emit(Op::Select { cases, default }, TypeId::EMPTY_TUPLE, pos);
        if targets.is_empty() {
            // select {}
            self.end(Terminator::Unreachable);
            return;
        }
        self.end(Terminator::Select(select, targets));
        self.within(label, done, None, |this| {
            let mut number = 0;
            for &clause in clauses {
                let StmtKind::Comm { comm, body } = tree.stmts[clause].kind else {
                    continue;
                };
                let block = match comm {
                    None => default_target,
                    Some(_) => order.get(number as usize).copied(),
                };
                let Some(block) = block else {
                    continue;
                };
                this.start_sealed(block);
                if let Some(comm) = comm {
                    this.received(select, number, comm);
                    number += 1;
                }
                this.stmts(tree.stmts(body));
                this.jump(done);
            }
        });
        self.continue_at(done);
    }

    fn select_case(&mut self, comm: StmtId) -> SelectCase {
        let tree = self.tree;
        let pos = tree.stmts[comm].span.start;
        let received = match tree.stmts[comm].kind {
            StmtKind::Send { chan, value, arrow } => {
                let chan_type = self.info.type_of(chan);
                let chan = self.expr(chan);
                let value = self.expr(value);
                let value = match *self.core(chan_type) {
                    Type::Chan { elem, .. } => self.coerce(value, elem),
                    _ => value,
                };
                return SelectCase {
                    chan,
                    send: Some(value),
                    pos: arrow,
                };
            }
            StmtKind::Expr(expr) => Some(expr),
            kind => tree.sides(kind).1.first().copied(),
        };
        let chan = match received.and_then(|expr| self.received_from(expr)) {
            Some(chan) => self.expr(chan),
            None => self.emit(Op::Unknown(Vec::new()), TypeId::UNKNOWN, pos),
        };
        SelectCase { chan, send: None, pos }
    }

    /// The channel of a receive expression.
    fn received_from(&self, mut expr: ExprId) -> Option<ExprId> {
        loop {
            match self.tree.exprs[expr].kind {
                ExprKind::Paren(x) => expr = x,
                ExprKind::Unary {
                    op: UnaryOp::Recv, x, ..
                } => return Some(x),
                _ => return None,
            }
        }
    }

    /// Assigns what a receive case received.
    fn received(&mut self, select: ValueId, case: u32, comm: StmtId) {
        let tree = self.tree;
        let kind = tree.stmts[comm].kind;
        let StmtKind::Assign { op, .. } = kind else {
            return;
        };
        let (lhs, rhs) = tree.sides(kind);
        let Some(&expr) = rhs.first() else {
            return;
        };
        let pos = tree.exprs[expr].span.start;
        let elem = match *self.ty(self.info.type_of(expr)) {
            Type::Tuple(ref types) => types.first().copied().unwrap_or(TypeId::UNKNOWN),
            _ => self.info.type_of(expr),
        };
        let pair = self.query().world.types.tuple(vec![elem, TypeId::BOOL]);
        let pair = self.emit(Op::SelectRecv { select, case }, pair, pos);
        for (index, &target) in lhs.iter().enumerate() {
            let value = self.extract(pair, index as u32);
            if op == AssignOp::Define {
                self.define_or_assign(target, Some(value));
            } else {
                let place = self.place(target);
                self.assign(place, value, pos);
            }
        }
    }
}
