//! Loops.

use gosleuth_base::Sym;
use gosleuth_syntax::ast::{AssignOp, BinaryOp, ExprId, ExprKind, RangeOp, StmtId, StmtKind};
use gosleuth_types::{Builtin, ConstValue, ObjRef, Type, TypeId};

use super::Builder;
use super::places::Place;
use super::ssa::Var;
use crate::ir::{Call, Callee, Op, Terminator, ValueId};

/// The first minor version of the language whose loop variables are new in each iteration.
const PER_ITERATION: u32 = 22;

impl Builder<'_, '_> {
    fn is_per_iteration(&self) -> bool {
        self.unit.files[self.func.file].go_minor >= PER_ITERATION
    }

    pub(super) fn for_loop(
        &mut self,
        label: Option<Sym>,
        [init, post]: [Option<StmtId>; 2],
        cond: Option<ExprId>,
        body: StmtId,
    ) {
        let tree = self.tree;
        self.opt_stmt(init);
        let cells = if self.is_per_iteration() {
            self.loop_cells(init)
        } else {
            Vec::new()
        };
        let [head, body_block, next, done] = [self.block(), self.block(), self.block(), self.block()];
        self.jump(head);
        self.current = Some(head);
        match cond {
            Some(cond) => self.cond(cond, body_block, done),
            None => self.jump(body_block),
        }
        self.start_sealed(body_block);
        self.within(label, done, Some(next), |this| this.stmts(tree.block(body)));
        self.jump(next);
        self.continue_at(next);
        if self.current.is_some() {
            for &(obj, ty, pos) in &cells {
                self.renew(obj, ty, pos);
            }
            self.opt_stmt(post);
            self.jump(head);
        }
        self.seal(head);
        self.continue_at(done);
    }

    /// The variables a loop declares that are cells.
    fn loop_cells(&mut self, init: Option<StmtId>) -> Vec<(ObjRef, TypeId, u32)> {
        let tree = self.tree;
        let Some(
            kind @ StmtKind::Assign {
                op: AssignOp::Define, ..
            },
        ) = init.map(|init| tree.stmts[init].kind)
        else {
            return Vec::new();
        };
        let mut cells = Vec::new();
        for &expr in tree.sides(kind).0 {
            if let ExprKind::Ident(ident) = tree.exprs[expr].kind
                && let Some(obj) = self.info.object_of(ident)
                && self.vars.is_cell(obj)
            {
                cells.push((obj, self.query().object_type(obj), tree.exprs[expr].span.start));
            }
        }
        cells
    }

    /// A new cell with the value of the old one.
    fn renew(&mut self, obj: ObjRef, ty: TypeId, pos: u32) {
        let place = self.var_place(obj, pos);
        let value = self.load(place, pos);
        self.declare_var(obj, ty, Some(value), pos);
    }

    pub(super) fn range(
        &mut self,
        label: Option<Sym>,
        op: RangeOp,
        vars: [Option<ExprId>; 2],
        x: ExprId,
        body: StmtId,
    ) {
        let pos = self.tree.exprs[x].span.start;
        let ty = self.info.type_of(x);
        if op == RangeOp::Define && !self.is_per_iteration() {
            // One variable for all iterations.
            for expr in vars.iter().flatten() {
                self.define_or_assign(*expr, None);
            }
        }
        match self.core(ty) {
            Type::Chan { .. } => {
                let chan = self.expr(x);
                self.range_chan(label, op, vars[0], chan, body, pos);
            }
            Type::Slice(_) | Type::Array { .. } | Type::Pointer(_) => self.range_indexed(label, op, vars, x, body),
            Type::Basic(kind) if kind.is_integer() => {
                let end = self.expr(x);
                self.counted(label, end, ty, body, pos, |this, index| {
                    this.bind(op, vars[0], index);
                });
            }
            _ => {
                let x = self.expr(x);
                self.range_next(label, op, vars, x, body, pos);
            }
        }
    }

    /// Gives an iteration variable its value.
    fn bind(&mut self, op: RangeOp, var: Option<ExprId>, value: ValueId) {
        let Some(expr) = var else {
            return;
        };
        match op {
            RangeOp::Define if self.is_per_iteration() => self.define_or_assign(expr, Some(value)),
            RangeOp::Define | RangeOp::Assign => {
                let place = self.place(expr);
                if !Self::is_blank(place) {
                    self.assign(place, value, self.tree.exprs[expr].span.start);
                }
            }
            RangeOp::None => {}
        }
    }

    fn range_chan(
        &mut self,
        label: Option<Sym>,
        op: RangeOp,
        var: Option<ExprId>,
        chan: ValueId,
        body: StmtId,
        pos: u32,
    ) {
        let tree = self.tree;
        let elem = match *self.core(self.func.values[chan].ty) {
            Type::Chan { elem, .. } => elem,
            _ => TypeId::UNKNOWN,
        };
        let pair = self.query().world.types.tuple(vec![elem, TypeId::BOOL]);
        let [head, body_block, done] = [self.block(), self.block(), self.block()];
        self.jump(head);
        self.current = Some(head);
        let pair = self.emit(Op::Recv { chan, comma_ok: true }, pair, pos);
        let ok = self.extract(pair, 1);
        self.end(Terminator::If(ok, body_block, done));
        self.start_sealed(body_block);
        let value = self.extract(pair, 0);
        self.bind(op, var, value);
        self.within(label, done, Some(head), |this| this.stmts(tree.block(body)));
        self.jump(head);
        self.seal(head);
        self.continue_at(done);
    }

    fn range_indexed(&mut self, label: Option<Sym>, op: RangeOp, vars: [Option<ExprId>; 2], x: ExprId, body: StmtId) {
        let pos = self.tree.exprs[x].span.start;
        let ty = self.info.type_of(x);
        let elem = match *self.core(ty) {
            Type::Slice(elem) | Type::Array { elem, .. } => elem,
            Type::Pointer(array) => match *self.under(array) {
                Type::Array { elem, .. } => elem,
                _ => TypeId::UNKNOWN,
            },
            _ => TypeId::UNKNOWN,
        };
        // An array is copied, unless only its length matters.
        let base = self.expr(x);
        let call = Call {
            callee: Callee::Builtin(Builtin::Len),
            args: vec![base],
            type_args: TypeId::EMPTY_TUPLE,
        };
        let len = self.emit(Op::Call(call), TypeId::INT, pos);
        let is_array = matches!(self.core(ty), Type::Array { .. });
        self.counted(label, len, TypeId::INT, body, pos, |this, index| {
            this.bind(op, vars[0], index);
            if vars[1].is_some() {
                let value = if is_array {
                    this.emit(Op::Index { base, index }, elem, pos)
                } else {
                    let pointer = this.query().world.types.pointer(elem);
                    let addr = this.emit(Op::IndexAddr { base, index }, pointer, pos);
                    this.load(Place::Addr(addr, elem), pos)
                };
                this.bind(op, vars[1], value);
            }
        });
    }

    /// A loop that counts from zero to `end`.
    fn counted(
        &mut self,
        label: Option<Sym>,
        end: ValueId,
        ty: TypeId,
        body: StmtId,
        pos: u32,
        bind: impl FnOnce(&mut Self, ValueId),
    ) {
        let tree = self.tree;
        let counter: Var = self.temporary();
        let zero = self.emit(Op::Const(ConstValue::Int(0)), ty, pos);
        self.write_var(counter, ty, zero);
        let [head, body_block, next, done] = [self.block(), self.block(), self.block(), self.block()];
        self.jump(head);
        self.current = Some(head);
        let index = self.read_var(counter, pos);
        let more = self.emit(Op::Binary(BinaryOp::Less, index, end), TypeId::BOOL, pos);
        self.end(Terminator::If(more, body_block, done));
        self.start_sealed(body_block);
        bind(self, index);
        self.within(label, done, Some(next), |this| this.stmts(tree.block(body)));
        self.jump(next);
        self.continue_at(next);
        if self.current.is_some() {
            let index = self.read_var(counter, pos);
            let one = self.emit(Op::Const(ConstValue::Int(1)), ty, pos);
            let index = self.emit(Op::Binary(BinaryOp::Add, index, one), ty, pos);
            self.write_var(counter, ty, index);
            self.jump(head);
        }
        self.seal(head);
        self.continue_at(done);
    }

    /// A loop over a map, a string, or what a function yields.
    fn range_next(
        &mut self,
        label: Option<Sym>,
        op: RangeOp,
        vars: [Option<ExprId>; 2],
        x: ValueId,
        body: StmtId,
        pos: u32,
    ) {
        let tree = self.tree;
        let [key, value] = self.iterated(self.func.values[x].ty);
        let triple = self.query().world.types.tuple(vec![TypeId::BOOL, key, value]);
        let iterator = self.emit(Op::Range(x), TypeId::UNKNOWN, pos);
        let [head, body_block, done] = [self.block(), self.block(), self.block()];
        self.jump(head);
        self.current = Some(head);
        let next = self.emit(Op::Next(iterator), triple, pos);
        let more = self.extract(next, 0);
        self.end(Terminator::If(more, body_block, done));
        self.start_sealed(body_block);
        for (index, var) in vars.into_iter().enumerate() {
            if var.is_some() {
                let value = self.extract(next, index as u32 + 1);
                self.bind(op, var, value);
            }
        }
        self.within(label, done, Some(head), |this| this.stmts(tree.block(body)));
        self.jump(head);
        self.seal(head);
        self.continue_at(done);
    }

    /// The types of key and value of an iteration.
    fn iterated(&self, ty: TypeId) -> [TypeId; 2] {
        let unknown = TypeId::UNKNOWN;
        match *self.core(ty) {
            Type::Map { key, value } => [key, value],
            Type::Basic(kind) if kind.is_string() => [TypeId::INT, TypeId::RUNE],
            Type::Func(sig) => {
                let types = &self.query().world.types;
                let yield_ = types.list(sig.params).first().copied().unwrap_or(unknown);
                match *self.core(yield_) {
                    Type::Func(sig) => {
                        let params = types.list(sig.params);
                        [0, 1].map(|index| params.get(index).copied().unwrap_or(unknown))
                    }
                    _ => [unknown, unknown],
                }
            }
            _ => [unknown, unknown],
        }
    }
}
