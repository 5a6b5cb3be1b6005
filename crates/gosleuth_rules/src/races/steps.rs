//! What single instructions do.

use std::rc::Rc;

use gosleuth_base::Idx as _;
use gosleuth_ir::{Callee, Func, Op, Terminator, ValueId};
use gosleuth_syntax::ast::{BinaryOp, UnaryOp};
use gosleuth_types::{ConstValue, Type, TypeId};
use smallvec::smallvec;

use super::branches::compare;
use super::exec::{Cursor, Deferred, Exec, Flow, Frame, FuncVal, Here, Target};
use super::graph::{AccessKind, Got, Sync};
use super::memory::{Item, Key, LocId, Step, Val, merge, places};

impl Exec<'_, '_> {
    /// Executes an instruction. None where control does not come back from it.
    pub(super) fn step(
        &mut self,
        frame: &mut Frame,
        instance: usize,
        value: ValueId,
        flow: &mut Flow,
    ) -> Option<Cursor> {
        let func: &Func = &self.cx.ir.funcs[frame.func];
        let ty = func.values[value].ty;
        let here = Here {
            func: frame.func,
            ctx: frame.ctx,
            instance,
            value,
        };
        let at = frame.prepared.unrolled.home[value.index()].map_or(0, |(_, at)| at);
        let slot = Self::slot(frame, instance, at);
        // What is known is changed in place where nobody else looks at it.
        let mut cursor = Cursor {
            node: flow.cursor.node,
            known: std::mem::replace(&mut flow.cursor.known, Rc::clone(&self.nothing)),
        };
        let val: Val = match func.op(value) {
            Op::Const(constant) => match constant {
                ConstValue::Int(number) => smallvec![Item::Int(*number)],
                ConstValue::Bool(is) => smallvec![Item::Bool(*is)],
                ConstValue::String(_) => {
                    let next = self.texts.len() as u32;
                    smallvec![Item::Text(*self.texts.entry(constant.clone()).or_insert(next))]
                }
                _ => smallvec![Item::Any],
            },
            Op::Zero => match self.cx.under(ty) {
                Type::Basic(kind) if kind.is_integer() => smallvec![Item::Int(0)],
                Type::Basic(kind) if kind.is_boolean() => smallvec![Item::Bool(false)],
                Type::Basic(_) => smallvec![Item::Any],
                _ => Val::new(),
            },
            Op::Param(index) => frame.args.get(*index as usize).cloned().unwrap_or_default(),
            Op::Captured(index) => frame.captures.get(*index as usize).cloned().unwrap_or_default(),
            Op::Global(obj) => smallvec![Item::Ref(self.global(*obj))],
            Op::Func(obj) => smallvec![self.func_item(FuncVal::Declared(*obj))],
            Op::Phi(operands) => self.phi(frame, instance, value, operands, &mut cursor),
            Op::Alloc { var } => {
                let held = self.cx.pointee(ty).unwrap_or(TypeId::UNKNOWN);
                let loc = self.make(here, 0, held, *var);
                self.bear(&cursor, loc);
                let zero = match self.cx.under(held) {
                    Type::Basic(kind) if kind.is_integer() => Some(Item::Int(0)),
                    Type::Basic(kind) if kind.is_boolean() => Some(Item::Bool(false)),
                    _ => None,
                };
                if let Some(zero) = zero {
                    Rc::make_mut(&mut cursor.known).insert(loc, zero);
                }
                smallvec![Item::Ref(loc)]
            }
            Op::Load(addr) => self.load(frame, instance, *addr, slot, &cursor, ty, here),
            Op::Store { addr, value: stored } => {
                cursor = self.store(frame, instance, *addr, *stored, cursor, here);
                Val::new()
            }
            Op::FieldAddr { base, field } => {
                let base = self.val(frame, instance, *base);
                self.parts(&base, Step::Field(*field))
            }
            Op::IndexAddr { base, index } => {
                let base = self.val(frame, instance, *base);
                let key = Key::of(&self.val(frame, instance, *index));
                self.parts(&base, Step::Elem(key))
            }
            Op::Field { base, field } => {
                let base = self.val(frame, instance, *base);
                self.part_values(&base, Step::Field(*field), ty)
            }
            Op::Index { base, index } => {
                let base = self.val(frame, instance, *base);
                let key = Key::of(&self.val(frame, instance, *index));
                self.part_values(&base, Step::Elem(key), ty)
            }
            Op::MapGet { map, key, comma_ok } => {
                let map = self.val(frame, instance, *map);
                let key = Key::of(&self.val(frame, instance, *key));
                self.touch(&cursor, &map, false, AccessKind::Map, here);
                let held = match (comma_ok, self.cx.query.ty(ty)) {
                    (true, Type::Tuple(types)) => types.first().copied().unwrap_or(TypeId::UNKNOWN),
                    _ => ty,
                };
                let elements = self.parts(&map, Step::Elem(key));
                let val = self.read_all(&elements, held);
                let val = self.made_so_far(&cursor, val);
                if *comma_ok {
                    frame.tuples.insert(slot, vec![val, smallvec![Item::Any]]);
                    Val::new()
                } else {
                    val
                }
            }
            Op::MapSet {
                map,
                key,
                value: stored,
            } => {
                let map = self.val(frame, instance, *map);
                let key = self.val(frame, instance, *key);
                let stored = self.val(frame, instance, *stored);
                self.touch(&cursor, &map, true, AccessKind::Map, here);
                for element in places(&self.parts(&map, Step::Elem(Key::of(&key)))) {
                    self.give(&cursor, &stored, Some(element));
                    self.memory.write(element, &stored);
                }
                for keys in places(&self.parts(&map, Step::Hidden(1))) {
                    self.memory.write(keys, &key);
                }
                Val::new()
            }
            Op::Slice { base, bounds } => {
                let base = self.val(frame, instance, *base);
                let low = bounds[0].map(|low| self.val(frame, instance, low));
                let high = bounds[1].map(|high| self.val(frame, instance, high));
                let number = |val: &Option<Val>, otherwise: i64| match val.as_deref() {
                    None => Some(otherwise),
                    Some([Item::Int(number)]) if *number >= 0 => Some(*number),
                    Some(_) => None,
                };
                match (number(&low, 0), number(&high, i64::MAX)) {
                    (Some(0), None | Some(i64::MAX)) => base,
                    (Some(low), high) => self.parts(&base, Step::Sub(low, high.unwrap_or(i64::MAX))),
                    (None, _) => self.views(&base, here),
                }
            }
            Op::Unary(op, x) => match (op, &self.val(frame, instance, *x)[..]) {
                (UnaryOp::Not, [Item::Bool(is)]) => smallvec![Item::Bool(!is)],
                (UnaryOp::Minus, [Item::Int(number)]) => smallvec![Item::Int(number.wrapping_neg())],
                _ => smallvec![Item::Any],
            },
            Op::Binary(op, x, y) => {
                let (x, y) = (self.val(frame, instance, *x), self.val(frame, instance, *y));
                smallvec![arithmetic(*op, &x, &y)]
            }
            Op::Convert(inner) => self.val(frame, instance, *inner),
            Op::MakeInterface(inner) => {
                let from = func.values[*inner].ty;
                let inner = self.val(frame, instance, *inner);
                let mut val = Val::new();
                for item in &inner {
                    let boxed = self.boxed(from, Some(*item));
                    merge(&mut val, &[boxed]);
                }
                if inner.is_empty() {
                    val.push(self.boxed(from, None));
                }
                val
            }
            Op::TypeAssert {
                value: inner,
                asserted,
                comma_ok,
            } => {
                let inner = self.val(frame, instance, *inner);
                let val = self.asserted(&inner, *asserted);
                if *comma_ok {
                    frame.tuples.insert(slot, vec![val, smallvec![Item::Any]]);
                    Val::new()
                } else {
                    val
                }
            }
            Op::Held(inner) => {
                let inner = self.val(frame, instance, *inner);
                self.asserted(&inner, func.values[value].ty)
            }
            Op::MakeChan { capacity } => {
                let capacity = match capacity {
                    None => Some(0),
                    Some(value) => match *self.val(frame, instance, *value) {
                        [Item::Int(number)] => Some(number),
                        _ => None,
                    },
                };
                let loc = self.make(here, 0, ty, None);
                let object = self.memory.locs[loc as usize].object;
                self.memory.objects[object as usize].capacity = capacity;
                smallvec![Item::Ref(loc)]
            }
            Op::MakeMap | Op::MakeSlice { .. } => {
                let loc = self.make(here, 0, ty, None);
                self.bear(&cursor, loc);
                smallvec![Item::Ref(loc)]
            }
            Op::Closure { func, captures } => {
                let captures = captures.iter().map(|&cell| self.val(frame, instance, cell)).collect();
                smallvec![self.func_item(FuncVal::Closure { func: *func, captures })]
            }
            Op::BoundMethod { method, recv } => {
                let recv = self.val(frame, instance, *recv);
                smallvec![self.func_item(FuncVal::Bound { method: *method, recv })]
            }
            Op::Extract { tuple, index } => {
                let val = self.tuple(frame, instance, *tuple, *index);
                let read = Self::slots(frame, instance, *tuple).find_map(|slot| frame.read_from.get(&slot).copied());
                if let Some(read) = read {
                    frame.read_from.insert(slot, read);
                }
                val
            }
            Op::Recv { chan, comma_ok } => {
                let chan = self.val(frame, instance, *chan);
                let chans = places(&chan);
                let held = match (comma_ok, self.cx.query.ty(ty)) {
                    (true, Type::Tuple(types)) => types.first().copied().unwrap_or(TypeId::UNKNOWN),
                    _ => ty,
                };
                let val = self.taken(&chan, held);
                let val = self.made_so_far(&cursor, val);
                if *comma_ok {
                    frame.tuples.insert(slot, vec![val, smallvec![Item::Any]]);
                    // Which of both it is shows where the result is tested.
                    cursor = self.receive_unless_tested(frame, &cursor, chans, value, here);
                    Val::new()
                } else {
                    cursor = self.receive(&cursor, chans, Got::Anything, here);
                    val
                }
            }
            Op::Send { chan, value: sent } => {
                let chans = places(&self.val(frame, instance, *chan));
                let sent = self.val(frame, instance, *sent);
                cursor = self.send(&cursor, chans, &sent, here);
                Val::new()
            }
            Op::Select { .. } => Val::new(),
            Op::SelectRecv { select, case } => {
                let chan = match func.op(*select) {
                    Op::Select { cases, .. } => cases.get(*case as usize).map(|case| case.chan),
                    _ => None,
                };
                let chan = chan.map(|chan| self.val(frame, instance, chan)).unwrap_or_default();
                let held = match self.cx.query.ty(ty) {
                    Type::Tuple(types) => types.first().copied().unwrap_or(TypeId::UNKNOWN),
                    _ => TypeId::UNKNOWN,
                };
                let val = self.taken(&chan, held);
                let val = self.made_so_far(&cursor, val);
                frame.tuples.insert(slot, vec![val, smallvec![Item::Any]]);
                Val::new()
            }
            Op::Range(x) => {
                let x = *x;
                let val = self.val(frame, instance, x);
                if matches!(self.cx.under(func.values[x].ty), Type::Func(_)) {
                    let (next, _) = self.call(Target::Value(val), vec![Val::new()], cursor, TypeId::UNKNOWN, here);
                    cursor = next?;
                    Val::new()
                } else {
                    val
                }
            }
            Op::Next(iterator) => {
                let over = match func.op(*iterator) {
                    Op::Range(x) => func.values[*x].ty,
                    _ => TypeId::UNKNOWN,
                };
                let val = self.val(frame, instance, *iterator);
                let mut parts = vec![Val::from_elem(Item::Any, 1); 3];
                if let Type::Map { value, .. } = *self.cx.under(over) {
                    self.touch(&cursor, &val, false, AccessKind::Map, here);
                    let key = self.round_key(frame, instance);
                    let elements = self.parts(&val, Step::Elem(key));
                    parts[2] = self.read_all(&elements, value);
                    parts[2] = self.made_so_far(&cursor, std::mem::take(&mut parts[2]));
                    let keys = self.parts(&val, Step::Hidden(1));
                    parts[1] = keys
                        .iter()
                        .filter_map(|item| match item {
                            Item::Ref(loc) => Some(self.memory.read(*loc)),
                            _ => None,
                        })
                        .flatten()
                        .filter(|item| matches!(item, Item::Ref(_) | Item::Boxed(_)))
                        .collect();
                    parts[1].sort_unstable();
                }
                frame.tuples.insert(slot, parts);
                Val::new()
            }
            Op::Call(call) => {
                let args: Vec<Val> = call.args.iter().map(|&arg| self.val(frame, instance, arg)).collect();
                let target = self.target(frame, instance, call.callee);
                let is_appended = matches!(target, Target::Builtin(gosleuth_types::Builtin::Append));
                if let Some(read) = self.publishes(&target, &args) {
                    frame.read_from.insert(slot, read);
                }
                let (next, results) = if is_appended {
                    let val = {
                        let key = self.round_key(frame, instance);
                        self.append(call, func, &args, key, &cursor, here)
                    };
                    (Some(cursor), vec![val])
                } else {
                    self.call(target, args, cursor, ty, here)
                };
                cursor = next?;
                if matches!(self.cx.query.ty(ty), Type::Tuple(_)) {
                    frame.tuples.insert(slot, results);
                    Val::new()
                } else {
                    results.into_iter().next().unwrap_or_default()
                }
            }
            Op::Go(call) => {
                let args: Vec<Val> = call.args.iter().map(|&arg| self.val(frame, instance, arg)).collect();
                let target = self.target(frame, instance, call.callee);
                for val in &args {
                    self.give(&cursor, val, None);
                }
                if let Target::Method { recv, .. } = &target {
                    self.give(&cursor, recv, None);
                }
                cursor = self.spawn(&cursor, "go", here, |this, entry| {
                    this.call(target, args, entry, TypeId::EMPTY_TUPLE, here).0
                });
                Val::new()
            }
            Op::Defer(call) => {
                let args: Vec<Val> = call.args.iter().map(|&arg| self.val(frame, instance, arg)).collect();
                let callee = self.target(frame, instance, call.callee);
                flow.defers.push((frame.defers.len(), true));
                frame.defers.push(Deferred {
                    callee,
                    args,
                    value,
                    instance,
                });
                Val::new()
            }
            Op::RunDefers => {
                for &(number, certain) in flow.defers.iter().rev() {
                    let deferred = frame.defers[number].clone();
                    let here = Here {
                        func: frame.func,
                        ctx: frame.ctx,
                        instance: deferred.instance,
                        value: deferred.value,
                    };
                    let start = if certain { cursor.clone() } else { self.part(&cursor) };
                    let (end, _) = self.call(deferred.callee, deferred.args, start, TypeId::EMPTY_TUPLE, here);
                    cursor = match (end, certain) {
                        (Some(end), true) => end,
                        (None, true) => return None,
                        (Some(end), false) => {
                            let beside = self.part(&cursor);
                            self.meet(&[beside, end])?
                        }
                        (None, false) => self.part(&cursor),
                    };
                }
                Val::new()
            }
            Op::Unknown(_) => Val::new(),
        };
        frame.vals[slot] = val;
        self.note_element(frame, instance, slot, func.op(value));
        Some(cursor)
    }

    /// A receive that asks whether the channel is closed orders where the answer is tested, else here.
    pub(super) fn receive_unless_tested(
        &mut self,
        frame: &Frame,
        cursor: &Cursor,
        chans: Vec<LocId>,
        value: ValueId,
        here: Here,
    ) -> Cursor {
        if frame.prepared.is_tested(value) {
            cursor.clone()
        } else {
            self.receive(cursor, chans, Got::Anything, here)
        }
    }

    /// The element that a round of the loop around means.
    pub(super) fn round_key(&self, frame: &Frame, instance: usize) -> Key {
        let unrolled = &frame.prepared.unrolled;
        let this = &unrolled.instances[instance];
        match (unrolled.nest[this.block.index()].last(), this.rounds.last()) {
            (Some(&around), Some(&round)) if unrolled.loops[around].rounds > 1 => Key::Round {
                value: i64::from(round),
                of: u32::MAX,
            },
            _ => Key::Any,
        }
    }

    pub(super) fn phi(
        &mut self,
        frame: &Frame,
        instance: usize,
        value: ValueId,
        operands: &[ValueId],
        cursor: &mut Cursor,
    ) -> Val {
        let func = &self.cx.ir.funcs[frame.func];
        let unrolled = &frame.prepared.unrolled;
        let this = &unrolled.instances[instance];
        let block = &func.blocks[this.block];
        let mut val = Val::new();
        for &(from, branch) in &this.preds {
            if !matches!(frame.outs[from].get(branch), Some(Some(_))) {
                continue;
            }
            let from_block = unrolled.instances[from].block;
            for (edge, pred) in block.preds.iter().enumerate() {
                if *pred == from_block
                    && let Some(&operand) = operands.get(edge)
                {
                    merge(&mut val, &self.val(frame, from, operand));
                }
            }
        }
        // Numbers that differ are not known.
        let numbers = val
            .iter()
            .filter(|item| matches!(item, Item::Int(_) | Item::Round { .. } | Item::Bool(_) | Item::Text(_)));
        if numbers.count() > 1 {
            val.retain(|item| matches!(item, Item::Ref(_) | Item::Copy(_) | Item::Func(_) | Item::Boxed(_)));
            val.insert(0, Item::Any);
        }
        let Some(&around) = unrolled.nest[this.block.index()].last() else {
            return val;
        };
        if unrolled.loops[around].head != this.block || frame.prepared.exact[around] {
            return val;
        }
        // The head of a loop: what it counts stands for this round.
        let rounds = unrolled.loops[around].rounds;
        let outer = this.rounds[..this.rounds.len().saturating_sub(1)].to_vec();
        let next = self.rounds.len() as u32;
        let of = *self.rounds.entry((frame.ctx, around, outer)).or_insert(next);
        let as_round = |item: Item| match item {
            Item::Int(first) if rounds <= 1 => self.counted(frame, instance, value, first),
            Item::Int(value) => Item::Round { value, of },
            other => other,
        };
        if let [Item::Ref(loc)] = val[..]
            && let Some(&item) = cursor.known.get(&loc)
            && as_round(item) != item
        {
            Rc::make_mut(&mut cursor.known).insert(loc, as_round(item));
        }
        if let [Item::Int(_)] = val[..] {
            val = val.into_iter().map(as_round).collect();
        }
        val
    }

    #[expect(clippy::too_many_arguments, reason = "where it is read, and where to")]
    pub(super) fn load(
        &mut self,
        frame: &mut Frame,
        instance: usize,
        addr: ValueId,
        slot: usize,
        cursor: &Cursor,
        ty: TypeId,
        here: Here,
    ) -> Val {
        self.via = self.element_of(frame, instance, addr);
        let addr = self.val(frame, instance, addr);
        self.touch(cursor, &addr, false, AccessKind::Plain, here);
        self.via = None;
        if let [Item::Ref(loc)] = addr[..] {
            if !self.graph.nodes[cursor.node as usize].locks.is_empty() {
                frame.read_from.insert(slot, (loc, 0));
            }
            if let Some(&item) = cursor.known.get(&loc) {
                return smallvec![item];
            }
        }
        let val = self.read_all(&addr, ty);
        self.made_so_far(cursor, val)
    }

    pub(super) fn store(
        &mut self,
        frame: &mut Frame,
        instance: usize,
        addr: ValueId,
        stored: ValueId,
        mut cursor: Cursor,
        here: Here,
    ) -> Cursor {
        let func = &self.cx.ir.funcs[frame.func];
        let addr_val = self.val(frame, instance, addr);
        let mut val = self.val(frame, instance, stored);
        let is_append = matches!(func.op(stored), Op::Call(call) if call.callee == Callee::Builtin(gosleuth_types::Builtin::Append));
        let kind = if is_append {
            AccessKind::Append
        } else {
            AccessKind::Plain
        };
        // `return x` with a result `x` writes nothing.
        let is_same = matches!(func.op(stored), Op::Load(from) if *from == addr);
        if !is_same && !frame.prepared.is_initial(here.value) {
            self.via = self.element_of(frame, instance, addr);
            self.touch(&cursor, &addr_val, true, kind, here);
            self.via = None;
        }
        if val.is_empty() {
            val.push(Item::Any);
        }
        let places = places(&addr_val);
        let thread = self.graph.thread_of(cursor.node);
        for &place in &places {
            self.give(&cursor, &val, Some(place));
            self.memory.write(place, &val);
            let entry = self.met.written.entry(place).or_insert((Some(thread), 0));
            if entry.0 != Some(thread) {
                entry.0 = None;
            }
            entry.1 += 1;
        }
        let number = match (&places[..], &val[..]) {
            ([place], [item @ (Item::Int(_) | Item::Round { .. } | Item::Bool(_))]) => Some((*place, *item)),
            _ => None,
        };
        if number.is_some() || places.iter().any(|place| cursor.known.contains_key(place)) {
            let known = Rc::make_mut(&mut cursor.known);
            for place in &places {
                known.remove(place);
            }
            if let Some((place, item)) = number {
                known.insert(place, item);
            }
        }
        // What is written under a lock may tell who reads it under the lock.
        if let [place] = places[..]
            && !self.graph.nodes[cursor.node as usize].locks.is_empty()
        {
            cursor = self.sync(&cursor, Sync::Publish(place), here);
        }
        cursor
    }

    /// Pointers to the parts of what a value points to.
    pub(super) fn parts(&mut self, val: &[Item], step: Step) -> Val {
        let mut parts = Val::new();
        for &item in val {
            if let Item::Ref(loc) | Item::Copy(loc) = item {
                let part = self.memory.part(loc, step);
                merge(&mut parts, &[Item::Ref(part)]);
            }
        }
        parts
    }

    pub(super) fn part_values(&mut self, val: &[Item], step: Step, ty: TypeId) -> Val {
        let parts = self.parts(val, step);
        self.read_all(&parts, ty)
    }

    /// What the places hold that a value points to.
    pub(super) fn read_all(&mut self, val: &[Item], ty: TypeId) -> Val {
        let mut all = Val::new();
        for loc in places(val) {
            let held = self.read(loc, ty);
            merge(&mut all, &held);
        }
        all
    }

    /// Parts of slices that begin somewhere else: as memory of their own, which holds what the whole holds.
    pub(super) fn views(&mut self, val: &[Item], here: Here) -> Val {
        let mut views = Val::new();
        for &item in val {
            if let Item::Ref(loc) = item {
                let number = (here.ctx << 10) ^ ((here.instance as u32) << 20) ^ here.value.index() as u32;
                let view = self.memory.part(loc, Step::Hidden(number | 1 << 31));
                if view != loc {
                    self.memory.write(view, &[Item::Copy(loc)]);
                    self.memory.write(loc, &[Item::Copy(view)]);
                }
                merge(&mut views, &[Item::Ref(view)]);
            } else {
                merge(&mut views, &[item]);
            }
        }
        views
    }

    pub(super) fn asserted(&mut self, val: &[Item], asserted: TypeId) -> Val {
        let is_interface = self.cx.query.is_interface(asserted);
        let mut result = Val::new();
        for &item in val {
            match item {
                Item::Boxed(id) => {
                    let (ty, inner) = self.boxes[id as usize];
                    if is_interface {
                        merge(&mut result, &[item]);
                    } else if ty == asserted
                        && let Some(inner) = inner
                    {
                        merge(&mut result, &[inner]);
                    }
                }
                _ => {
                    merge(&mut result, &[item]);
                }
            }
        }
        result
    }
}

impl Exec<'_, '_> {
    /// What a loop counts from a number in a value of its head: up to the largest number where the end is not known. Of those who count in
    /// steps, each has numbers of its own.
    fn counted(&self, frame: &Frame, instance: usize, value: ValueId, first: i64) -> Item {
        let all = Item::Span(i64::MIN, i64::MAX);
        let func = &self.cx.ir.funcs[frame.func];
        let Op::Phi(operands) = func.op(value) else {
            return all;
        };
        let is_number = |value: ValueId| match func.op(value) {
            Op::Const(ConstValue::Int(number)) => Some(*number),
            _ => None,
        };
        let steps = || {
            operands.iter().filter_map(|operand| match func.op(*operand) {
                Op::Binary(BinaryOp::Add, x, step) if *x == value => is_number(*step).filter(|step| *step > 0),
                _ => None,
            })
        };
        // One way in, and all ways back count up.
        if steps().count() + 1 != operands.len() {
            return all;
        }
        if steps().any(|step| step > 1) {
            return Item::Any;
        }
        let block = frame.prepared.unrolled.instances[instance].block;
        let Terminator::If(cond, ..) = func.blocks[block].end else {
            return Item::Span(first, i64::MAX);
        };
        let end = match func.op(cond) {
            Op::Binary(BinaryOp::Less, x, end) if *x == value => match self.val(frame, instance, *end)[..] {
                [Item::Int(end)] if end >= first => end,
                _ => i64::MAX,
            },
            _ => i64::MAX,
        };
        Item::Span(first, end)
    }
}

/// The result of an operation between numbers; that on a round of a loop stays one as long as it is linear.
fn arithmetic(op: BinaryOp, x: &[Item], y: &[Item]) -> Item {
    let apply = |x: i64, y: i64| match op {
        BinaryOp::Add => x.checked_add(y),
        BinaryOp::Sub => x.checked_sub(y),
        BinaryOp::Mul => x.checked_mul(y),
        _ => None,
    };
    match (x, y) {
        ([Item::Int(x)], [Item::Int(y)]) => match (compare(op, *x, *y), apply(*x, *y)) {
            (Some(is), _) => Item::Bool(is),
            (None, Some(number)) => Item::Int(number),
            _ => Item::Any,
        },
        ([Item::Span(low, high)], [Item::Int(y)]) if op == BinaryOp::Add => {
            Item::Span(low.saturating_add(*y), high.saturating_add(*y))
        }
        ([Item::Round { value, of }], [Item::Int(y)]) => {
            apply(*value, *y).map_or(Item::Any, |value| Item::Round { value, of: *of })
        }
        ([Item::Int(x)], [Item::Round { value, of }]) => {
            apply(*x, *value).map_or(Item::Any, |value| Item::Round { value, of: *of })
        }
        _ => Item::Any,
    }
}
