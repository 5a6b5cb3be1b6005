//! Expressions.

use gosleuth_syntax::ast::{BinaryOp, ExprId, ExprKind, UnaryOp};
use gosleuth_types::{ConstValue, Mode, ObjKind, SelectionKind, Type, TypeId};

use super::Builder;
use super::places::Place;
use crate::ir::{BlockId, Op, Terminator, ValueId};

impl Builder<'_, '_> {
    /// The value of an expression. A call with several results, and what was asked for with `ok`, yields a tuple.
    pub(super) fn expr(&mut self, expr: ExprId) -> ValueId {
        if let Some(value) = self.info.constants.get(&expr) {
            let pos = self.tree.exprs[expr].span.start;
            return self.emit(Op::Const(value.clone()), self.info.type_of(expr), pos);
        }
        if self.depth >= super::MAX_NESTING {
            return self.unknown(expr, Vec::new());
        }
        self.depth += 1;
        let value = match self.tree.exprs[expr].kind {
            ExprKind::Ident(_) | ExprKind::Selector { .. } | ExprKind::Index { .. } | ExprKind::Star(_)
                if self.has_place(expr) =>
            {
                let pos = self.tree.exprs[expr].span.start;
                let place = self.place(expr);
                self.load(place, pos)
            }
            _ => self.expr_value(expr),
        };
        self.depth -= 1;
        value
    }

    fn has_place(&self, expr: ExprId) -> bool {
        matches!(self.info.mode_of(expr), Mode::Variable | Mode::MapIndex)
            || self
                .info
                .selections
                .get(&expr)
                .is_some_and(|selection| selection.kind == SelectionKind::Field)
            || (matches!(self.tree.exprs[expr].kind, ExprKind::Index { .. }) && self.info.mode_of(expr) == Mode::Value)
    }

    fn unknown(&mut self, expr: ExprId, operands: Vec<ValueId>) -> ValueId {
        let pos = self.tree.exprs[expr].span.start;
        self.emit(Op::Unknown(operands), self.info.type_of(expr), pos)
    }

    /// The value of an expression that is not read from a place.
    pub(super) fn expr_value(&mut self, expr: ExprId) -> ValueId {
        let tree = self.tree;
        let node = tree.exprs[expr];
        let ty = self.info.type_of(expr);
        let pos = node.span.start;
        match node.kind {
            ExprKind::Paren(x) => self.expr(x),
            ExprKind::Ident(ident) => self.name_value(expr, self.info.object_of(ident)),
            ExprKind::Selector { x, sel } => self.selector_value(expr, x, self.info.object_of(sel)),
            // An instantiated function.
            ExprKind::Index { x, .. } | ExprKind::IndexList { x, .. } => match self.info.mode_of(x) {
                Mode::Value => {
                    let value = self.expr(x);
                    self.func.values[value].ty = ty;
                    value
                }
                _ => self.unknown(expr, Vec::new()),
            },
            ExprKind::FuncLit { ty: func_type, body } => {
                let (func, captures) = self.lower_literal(expr, func_type, body);
                let captures = captures
                    .into_iter()
                    .map(|capture| self.captured_address(capture, pos))
                    .collect();
                self.emit(Op::Closure { func, captures }, ty, pos)
            }
            ExprKind::Composite { .. } => self.composite(expr),
            ExprKind::Slice { x, lo, hi } => self.slice(expr, x, [lo, hi, None]),
            ExprKind::Slice3 { has_lo, x, parts } => {
                let parts = tree.exprs(parts);
                let (lo, rest) = match parts.split_first() {
                    Some((&lo, rest)) if has_lo => (Some(lo), rest),
                    _ => (None, parts),
                };
                self.slice(expr, x, [lo, rest.first().copied(), rest.get(1).copied()])
            }
            ExprKind::TypeAssert { x, ty: Some(asserted) } => {
                let value = self.expr(x);
                let op = Op::TypeAssert {
                    value,
                    asserted: self.info.type_of(asserted),
                    comma_ok: self.is_pair(expr),
                };
                self.emit(op, ty, pos)
            }
            ExprKind::Call { .. } => self.call(expr),
            ExprKind::Star(x) => {
                let addr = self.expr(x);
                self.emit(Op::Load(addr), ty, pos)
            }
            ExprKind::Unary { op, x } => self.unary(expr, op, x),
            ExprKind::Binary { op, x, y, op_start } => match op {
                BinaryOp::LogicalAnd | BinaryOp::LogicalOr => self.logical(expr),
                _ => {
                    let x = self.expr(x);
                    let y = self.expr(y);
                    self.emit(Op::Binary(op, x, y), ty, op_start)
                }
            },
            _ => self.unknown(expr, Vec::new()),
        }
    }

    /// Whether an expression was asked for with `ok`, so that its type is a pair.
    fn is_pair(&self, expr: ExprId) -> bool {
        matches!(self.ty(self.info.type_of(expr)), Type::Tuple(types) if types.len() == 2)
    }

    /// `v, ok := m[k]`, and the like: the pair.
    pub(super) fn comma_ok(&mut self, mut expr: ExprId) -> ValueId {
        let ty = self.info.type_of(expr);
        while let ExprKind::Paren(x) = self.tree.exprs[expr].kind {
            expr = x;
        }
        let pos = self.tree.exprs[expr].span.start;
        match self.tree.exprs[expr].kind {
            ExprKind::Index { x, index } => {
                let map = self.expr(x);
                let key = self.expr(index);
                let key = match *self.core(self.info.type_of(x)) {
                    Type::Map { key: to, .. } => self.coerce(key, to),
                    _ => key,
                };
                let op = Op::MapGet {
                    map,
                    key,
                    comma_ok: true,
                };
                self.emit(op, ty, pos)
            }
            ExprKind::Unary {
                op: UnaryOp::Recv, x, ..
            } => {
                let chan = self.expr(x);
                self.emit(Op::Recv { chan, comma_ok: true }, ty, pos)
            }
            _ => self.expr(expr),
        }
    }

    fn name_value(&mut self, expr: ExprId, obj: Option<gosleuth_types::ObjRef>) -> ValueId {
        let ty = self.info.type_of(expr);
        let pos = self.tree.exprs[expr].span.start;
        match obj.and_then(|obj| self.query().object(obj).map(|object| (obj, &object.kind))) {
            Some((obj, ObjKind::Func { .. })) => self.emit(Op::Func(obj), ty, pos),
            Some((_, ObjKind::Nil)) => self.emit(Op::Zero, ty, pos),
            Some((obj, ObjKind::Var(_))) => {
                let place = self.var_place(obj, pos);
                self.load(place, pos)
            }
            _ => self.unknown(expr, Vec::new()),
        }
    }

    fn selector_value(&mut self, expr: ExprId, x: ExprId, obj: Option<gosleuth_types::ObjRef>) -> ValueId {
        let ty = self.info.type_of(expr);
        let pos = self.tree.exprs[expr].span.start;
        let Some(selection) = self.info.selections.get(&expr) else {
            return self.name_value(expr, obj);
        };
        match selection.kind {
            SelectionKind::Field => {
                let place = self.place(expr);
                self.load(place, pos)
            }
            SelectionKind::MethodExpr => self.emit(Op::Func(selection.obj), ty, pos),
            SelectionKind::Method => {
                let recv = self.receiver(x, selection, pos);
                let op = Op::BoundMethod {
                    method: selection.obj,
                    recv,
                };
                self.emit(op, ty, pos)
            }
        }
    }

    fn unary(&mut self, expr: ExprId, op: UnaryOp, x: ExprId) -> ValueId {
        let ty = self.info.type_of(expr);
        let pos = self.tree.exprs[expr].span.start;
        match op {
            UnaryOp::Address => self.address(x, ty, pos),
            UnaryOp::Recv => {
                let chan = self.expr(x);
                let comma_ok = self.is_pair(expr);
                self.emit(Op::Recv { chan, comma_ok }, ty, pos)
            }
            _ => {
                let x = self.expr(x);
                self.emit(Op::Unary(op, x), ty, pos)
            }
        }
    }

    /// `&x`: the address of a place, or of new memory for a composite literal.
    fn address(&mut self, x: ExprId, ty: TypeId, pos: u32) -> ValueId {
        let mut inner = x;
        while let ExprKind::Paren(x) = self.tree.exprs[inner].kind {
            inner = x;
        }
        if matches!(self.tree.exprs[inner].kind, ExprKind::Composite { .. }) {
            return self.composite_in_memory(inner, self.info.type_of(inner), ty, pos);
        }
        match self.place(x) {
            Place::Addr(addr, _) => addr,
            place => {
                let value = self.load(place, pos);
                self.emit(Op::Unknown(vec![value]), ty, pos)
            }
        }
    }

    fn slice(&mut self, expr: ExprId, x: ExprId, bounds: [Option<ExprId>; 3]) -> ValueId {
        let pos = self.tree.exprs[expr].span.start;
        let base = match self.under(self.info.type_of(x)) {
            // A slice of an array is a slice of its memory.
            Type::Array { .. } => match self.place(x) {
                Place::Addr(addr, _) => addr,
                place => self.load(place, pos),
            },
            _ => self.expr(x),
        };
        let bounds = bounds.map(|bound| bound.map(|bound| self.expr(bound)));
        self.emit(Op::Slice { base, bounds }, self.info.type_of(expr), pos)
    }

    /// `&&` and `||` as a value.
    fn logical(&mut self, expr: ExprId) -> ValueId {
        let ty = self.info.type_of(expr);
        let pos = self.tree.exprs[expr].span.start;
        let result = self.temporary();
        let [then, els, done] = [self.block(), self.block(), self.block()];
        self.cond(expr, then, els);
        for (block, value) in [(then, true), (els, false)] {
            self.start_sealed(block);
            let value = self.emit(Op::Const(ConstValue::Bool(value)), ty, pos);
            self.write_var(result, ty, value);
            self.jump(done);
        }
        self.start_sealed(done);
        self.read_var(result, pos)
    }

    /// Branches on a condition.
    pub(super) fn cond(&mut self, expr: ExprId, then: BlockId, els: BlockId) {
        let node = self.tree.exprs[expr];
        if self.info.constants.contains_key(&expr) || self.depth >= super::MAX_NESTING {
            let value = self.expr(expr);
            self.end(Terminator::If(value, then, els));
            return;
        }
        self.depth += 1;
        match node.kind {
            ExprKind::Paren(x) => self.cond(x, then, els),
            ExprKind::Unary { op: UnaryOp::Not, x } => self.cond(x, els, then),
            ExprKind::Binary {
                op: BinaryOp::LogicalAnd,
                x,
                y,
                ..
            } => {
                let right = self.block();
                self.cond(x, right, els);
                self.start_sealed(right);
                self.cond(y, then, els);
            }
            ExprKind::Binary {
                op: BinaryOp::LogicalOr,
                x,
                y,
                ..
            } => {
                let right = self.block();
                self.cond(x, then, right);
                self.start_sealed(right);
                self.cond(y, then, els);
            }
            _ => {
                let value = self.expr(expr);
                self.end(Terminator::If(value, then, els));
            }
        }
        self.depth -= 1;
    }

    /// A composite literal as a value.
    fn composite(&mut self, expr: ExprId) -> ValueId {
        let ty = self.info.type_of(expr);
        let pos = self.tree.exprs[expr].span.start;
        // `{…}` in a list of pointers is `&T{…}`.
        if let Type::Pointer(elem) = *self.under(ty) {
            return self.composite_in_memory(expr, elem, ty, pos);
        }
        match self.core(ty) {
            Type::Slice(_) | Type::Map { .. } => self.collection(expr, ty, pos),
            _ => {
                let pointer = self.query().world.types.pointer(ty);
                let addr = self.composite_in_memory(expr, ty, pointer, pos);
                self.emit(Op::Load(addr), ty, pos)
            }
        }
    }

    /// A composite literal of type `ty` in new memory: its address.
    fn composite_in_memory(&mut self, expr: ExprId, ty: TypeId, pointer: TypeId, pos: u32) -> ValueId {
        let tree = self.tree;
        let ExprKind::Composite { elems, .. } = tree.exprs[expr].kind else {
            return self.unknown(expr, Vec::new());
        };
        let addr = self.emit(Op::Alloc { var: None }, pointer, pos);
        match self.core(ty) {
            Type::Struct(fields) => {
                for (place, &elem) in tree.exprs(elems).iter().enumerate() {
                    let (number, value) = match tree.exprs[elem].kind {
                        ExprKind::KeyValue { key, value } => match tree.exprs[key].kind {
                            ExprKind::Ident(ident) => {
                                let obj = self.info.object_of(ident);
                                (fields.iter().position(|field| Some(field.obj) == obj), value)
                            }
                            _ => (None, value),
                        },
                        _ => (Some(place), elem),
                    };
                    let value_pos = tree.exprs[value].span.start;
                    let value = self.expr(value);
                    if let Some((number, field)) = number.and_then(|number| Some((number, fields.get(number)?))) {
                        let pointer = self.query().world.types.pointer(field.ty);
                        let op = Op::FieldAddr {
                            base: addr,
                            field: number as u32,
                        };
                        let slot = self.emit(op, pointer, value_pos);
                        self.assign(Place::Addr(slot, field.ty), value, value_pos);
                    }
                }
            }
            Type::Array { elem, .. } => self.elements(elems, *elem, addr),
            _ => {
                let value = self.collection(expr, ty, pos);
                self.store(Place::Addr(addr, ty), value, pos);
            }
        }
        addr
    }

    /// A slice or map literal.
    fn collection(&mut self, expr: ExprId, ty: TypeId, pos: u32) -> ValueId {
        let tree = self.tree;
        let ExprKind::Composite { elems, .. } = tree.exprs[expr].kind else {
            return self.unknown(expr, Vec::new());
        };
        match *self.core(ty) {
            Type::Map { key, value } => {
                let map = self.emit(Op::MakeMap, ty, pos);
                for &elem in tree.exprs(elems) {
                    let ExprKind::KeyValue { key: k, value: v } = tree.exprs[elem].kind else {
                        continue;
                    };
                    let pos = tree.exprs[k].span.start;
                    let k = self.expr(k);
                    let key = self.coerce(k, key);
                    let v = self.expr(v);
                    let value = self.coerce(v, value);
                    self.emit(Op::MapSet { map, key, value }, TypeId::EMPTY_TUPLE, pos);
                }
                map
            }
            Type::Slice(elem) => {
                let len = self.int(elems.len as i64, pos);
                let slice = self.emit(Op::MakeSlice { len }, ty, pos);
                self.elements(elems, elem, slice);
                slice
            }
            _ => self.unknown(expr, Vec::new()),
        }
    }

    /// Stores the elements of an array or slice literal.
    fn elements(&mut self, elems: gosleuth_syntax::ast::List<ExprId>, ty: TypeId, base: ValueId) {
        let tree = self.tree;
        let pointer = self.query().world.types.pointer(ty);
        let mut next = 0;
        for &elem in tree.exprs(elems) {
            let value = match tree.exprs[elem].kind {
                ExprKind::KeyValue { key, value } => {
                    if let Some(at) = self.info.constants.get(&key).and_then(ConstValue::to_i64) {
                        next = at;
                    }
                    value
                }
                _ => elem,
            };
            let pos = tree.exprs[value].span.start;
            let value = self.expr(value);
            let index = self.int(next, pos);
            let slot = self.emit(Op::IndexAddr { base, index }, pointer, pos);
            self.assign(Place::Addr(slot, ty), value, pos);
            next += 1;
        }
    }

    pub(super) fn int(&mut self, value: i64, pos: u32) -> ValueId {
        self.emit(Op::Const(ConstValue::Int(value)), TypeId::INT, pos)
    }

    /// One of the results of a tuple.
    pub(super) fn extract(&mut self, tuple: ValueId, index: u32) -> ValueId {
        let value = &self.func.values[tuple];
        let pos = value.pos;
        let ty = self
            .query()
            .world
            .types
            .list(value.ty)
            .get(index as usize)
            .copied()
            .unwrap_or(TypeId::UNKNOWN);
        self.emit(Op::Extract { tuple, index }, ty, pos)
    }
}
