//! Branches and communications: which ways are taken, and what they say about other goroutines.

use std::rc::Rc;

use gosleuth_base::Idx as _;
use gosleuth_ir::{Callee, Op, Terminator, ValueId};
use gosleuth_syntax::ast::{BinaryOp, UnaryOp};
use gosleuth_types::{Builtin, ConstValue, TypeId};

use super::exec::{Cursor, Exec, Flow, Frame, Here};
use super::graph::{Got, Mode, NodeId, Sync};
use super::memory::{Item, Key, LocId, Step, Val, merge, places};

impl Exec<'_, '_> {
    /// Which branches are taken at the end of a block, and how.
    pub(super) fn leave(
        &mut self,
        frame: &mut Frame,
        instance: usize,
        end: &Terminator,
        flow: &Flow,
    ) -> Vec<Option<Flow>> {
        let prepared = Rc::clone(&frame.prepared);
        let unrolled = &prepared.unrolled;
        let succs = &unrolled.instances[instance].succs;
        let mut outs: Vec<Option<Flow>> = succs.iter().map(|succ| succ.map(|_| flow.clone())).collect();
        match end {
            Terminator::If(cond, ..) => {
                let cond = *cond;
                if let Some(taken) = self.decided(frame, instance, cond, &flow.cursor) {
                    outs[usize::from(taken)] = None;
                }
                for (branch, taken) in [(0, true), (1, false)] {
                    if let Some(out) = &mut outs[branch]
                        && let Some(next) = self.branch(frame, instance, cond, taken, &out.cursor)
                    {
                        out.cursor = next;
                    }
                }
            }
            Terminator::Select(select, _) => {
                let Op::Select { cases, .. } = self.cx.ir.funcs[frame.func].op(*select) else {
                    return outs;
                };
                let cases = cases.clone();
                for (number, case) in cases.iter().enumerate() {
                    let chans = places(&self.val(frame, instance, case.chan));
                    let here = Here {
                        func: frame.func,
                        ctx: frame.ctx,
                        instance,
                        value: case.chan,
                    };
                    if self.is_alone(&chans, case.send.is_some()) {
                        if let Some(out) = outs.get_mut(number) {
                            *out = None;
                        }
                        continue;
                    }
                    let Some(Some(out)) = outs.get_mut(number) else {
                        continue;
                    };
                    out.cursor = match case.send {
                        None => {
                            let next = self.receive(&out.cursor, chans, Got::Anything, here);
                            self.selected.insert(next.node);
                            next
                        }
                        Some(value) => {
                            let val = self.val(frame, instance, value);
                            self.send(&out.cursor, chans, &val, here)
                        }
                    };
                }
            }
            _ => {}
        }
        outs
    }

    /// The outcome of a condition, where it is known: constants, and at the head of a loop, which goes on for the rounds that are unrolled.
    pub(super) fn decided(&self, frame: &Frame, instance: usize, cond: ValueId, cursor: &Cursor) -> Option<bool> {
        let unrolled = &frame.prepared.unrolled;
        let func = &self.cx.ir.funcs[frame.func];
        if let Op::Const(ConstValue::Bool(value)) = func.op(cond) {
            return Some(*value);
        }
        let block = unrolled.instances[instance].block;
        if let Some(&around) = unrolled.nest[block.index()].last()
            && unrolled.loops[around].head == block
            && !unrolled.leaves(instance)
            && let Terminator::If(_, then, els) = func.blocks[block].end
        {
            let stays = [then, els].map(|to| unrolled.loops[around].blocks[to.index()]);
            if stays[0] != stays[1] {
                return match *self.val(frame, instance, cond) {
                    [Item::Bool(value)] => Some(value),
                    _ => Some(stays[0]),
                };
            }
        }
        if unrolled.leaves(instance) {
            return None;
        }
        if let Some(when) = self.waits_unless_nil(frame, instance, cond) {
            return Some(when);
        }
        match *self.val(frame, instance, cond) {
            [Item::Bool(value)] if self.is_settled(frame, instance, cond, cursor, 0) => Some(value),
            _ => None,
        }
    }

    /// For `if ch != nil { <-ch }` with a channel that is made somewhere: there is something to wait for.
    pub(super) fn waits_unless_nil(&self, frame: &Frame, instance: usize, cond: ValueId) -> Option<bool> {
        let func = &self.cx.ir.funcs[frame.func];
        let (value, when_nil) = crate::flow::nil_check(func, cond)?;
        let block = frame.prepared.unrolled.instances[instance].block;
        let Terminator::If(_, then, els) = func.blocks[block].end else {
            return None;
        };
        let next = &func.blocks[if when_nil { els } else { then }];
        let waits = matches!(next.end, Terminator::Select(..))
            || next
                .values
                .iter()
                .any(|&value| matches!(func.op(value), Op::Recv { .. }));
        let is_made = self.cx.is_channel(func.values[value].ty) && !self.val(frame, instance, value).is_empty();
        (waits && is_made).then_some(!when_nil)
    }

    /// Whether a value does not depend on what other goroutines, or this one at another time, may write.
    pub(super) fn is_settled(
        &self,
        frame: &Frame,
        instance: usize,
        value: ValueId,
        cursor: &Cursor,
        depth: u32,
    ) -> bool {
        let func = &self.cx.ir.funcs[frame.func];
        match func.op(value) {
            _ if depth > 8 => false,
            Op::Const(_) | Op::Zero | Op::Param(_) => true,
            Op::Load(addr) => match self.val(frame, instance, *addr)[..] {
                [Item::Ref(loc)] => {
                    let own = self.graph.thread_of(cursor.node);
                    match self.before.written.get(&loc) {
                        _ if self.pass == 0 || !cursor.known.contains_key(&loc) => false,
                        None => !self.memory.of(loc).outside,
                        Some(&(thread, times)) => thread == Some(own) || times == 1,
                    }
                }
                _ => false,
            },
            Op::Unary(_, x) | Op::Convert(x) => self.is_settled(frame, instance, *x, cursor, depth + 1),
            Op::Binary(_, x, y) => {
                self.is_settled(frame, instance, *x, cursor, depth + 1)
                    && self.is_settled(frame, instance, *y, cursor, depth + 1)
            }
            Op::Phi(operands) => operands
                .iter()
                .all(|&operand| self.is_settled(frame, instance, operand, cursor, depth + 3)),
            _ => false,
        }
    }

    /// What a branch says about other goroutines.
    pub(super) fn branch(
        &mut self,
        frame: &Frame,
        instance: usize,
        cond: ValueId,
        taken: bool,
        cursor: &Cursor,
    ) -> Option<Cursor> {
        let func = &self.cx.ir.funcs[frame.func];
        let (mut cond, mut taken) = (cond, taken);
        while let Op::Unary(UnaryOp::Not, inner) = func.op(cond) {
            (cond, taken) = (*inner, !taken);
        }
        let here = Here {
            func: frame.func,
            ctx: frame.ctx,
            instance,
            value: cond,
        };
        if let Some((value, when_nil)) = crate::flow::nil_check(func, cond)
            && when_nil != taken
            && let Op::Call(call) = func.op(value)
            && self.cx.callee_symbol(call).as_deref() == Some("os/exec.(*Cmd).Start")
        {
            // A command that could not be started has no goroutines.
            return Some(self.sync(cursor, Sync::Settle, here));
        }
        let mut cursor = cursor.clone();
        let mut is_won = false;
        match func.op(cond) {
            Op::Extract { tuple, index: 1 } => match func.op(*tuple) {
                Op::Recv { chan, .. } => {
                    let chans = places(&self.val(frame, instance, *chan));
                    let got = if taken { Got::Value } else { Got::Closed };
                    let here = Here { value: *tuple, ..here };
                    return Some(self.receive(&cursor, chans, got, here));
                }
                Op::SelectRecv { select, case } => {
                    if let Op::Select { cases, .. } = func.op(*select)
                        && let Some(case) = cases.get(*case as usize)
                        && !taken
                    {
                        let chans = places(&self.val(frame, instance, case.chan));
                        return Some(self.receive(&cursor, chans, Got::Closed, here));
                    }
                }
                _ => {}
            },
            Op::Call(call) if taken => {
                let name = self.cx.callee_symbol(call);
                let mode = match name.as_deref() {
                    Some("sync.(*Mutex).TryLock" | "sync.(*RWMutex).TryLock") => Some(Mode::Write),
                    Some("sync.(*RWMutex).TryRLock") => Some(Mode::Read),
                    _ => None,
                };
                if let (Some(mode), Some(&arg)) = (mode, call.args.first()) {
                    let val = self.val(frame, instance, arg);
                    return Some(self.lock(&cursor, &val, mode, here));
                }
            }
            _ => {}
        }
        // Who has changed a flag first has it for itself.
        if let Some(flag) = self.won(frame, instance, cond, taken) {
            cursor = self.win(&cursor, flag, here);
            is_won = true;
        }
        let mut from = None;
        if self.when_zero(frame, instance, cond, &mut from, 0) != Some(taken)
            && let Some(loc) = from
        {
            return Some(self.sync(&cursor, Sync::Seen(loc), here));
        }
        is_won.then_some(cursor)
    }

    /// The flag that only one goroutine has changed in a certain way where this branch is taken: a swap that found what it wanted, or a count
    /// that got to a certain number.
    fn won(&self, frame: &Frame, instance: usize, cond: ValueId, taken: bool) -> Option<LocId> {
        let func = &self.cx.ir.funcs[frame.func];
        let changed = |value: ValueId, by: &str| {
            let Op::Call(call) = func.op(value) else { return None };
            let symbol = self.cx.callee_symbol(call)?;
            let name = symbol.strip_prefix("sync/atomic.")?;
            let name = name.rsplit('.').next().unwrap_or(name);
            if !name.starts_with(by) {
                return None;
            }
            match self.val(frame, instance, *call.args.first()?)[..] {
                [Item::Ref(flag)] => Some((flag, call.args.get(1).copied())),
                _ => None,
            }
        };
        if taken && let Some((flag, _)) = changed(cond, "CompareAndSwap") {
            return Some(flag);
        }
        // `if !flag.Swap(true)`
        if !taken
            && let Some((flag, Some(new))) = changed(cond, "Swap")
            && matches!(func.op(new), Op::Const(ConstValue::Bool(true)))
        {
            return Some(flag);
        }
        let Op::Binary(op, x, y) = func.op(cond) else {
            return None;
        };
        let is_equal = match op {
            BinaryOp::Equal => taken,
            BinaryOp::NotEqual => !taken,
            _ => false,
        };
        let is_number = matches!(func.op(*y), Op::Const(ConstValue::Int(_)) | Op::Zero);
        (is_equal && is_number).then(|| changed(*x, "Add").map(|(flag, _)| flag))?
    }

    /// Only one goroutine goes on here, until it gives the flag back.
    fn win(&mut self, cursor: &Cursor, flag: LocId, here: Here) -> Cursor {
        let next = self.sync(cursor, Sync::Lock, here);
        let locks = &mut self.graph.nodes[next.node as usize].locks;
        if let Err(at) = locks.binary_search(&(flag, Mode::Write)) {
            locks.insert(at, (flag, Mode::Write));
        }
        next
    }

    /// A flag is given back.
    pub(super) fn free(&mut self, cursor: Cursor, flag: LocId, here: Here) -> Cursor {
        let held = (flag, Mode::Write);
        if !self.graph.nodes[cursor.node as usize].locks.contains(&held) {
            return cursor;
        }
        let next = self.sync(&cursor, Sync::Lock, here);
        self.graph.nodes[next.node as usize].locks.retain(|lock| *lock != held);
        next
    }

    /// What a condition would be if the place it was read from had never been written; the place goes to `from`.
    pub(super) fn when_zero(
        &self,
        frame: &Frame,
        instance: usize,
        value: ValueId,
        from: &mut Option<LocId>,
        depth: u32,
    ) -> Option<bool> {
        self.zero_value(frame, instance, value, from, depth)
            .map(|number| number != 0)
    }

    pub(super) fn zero_value(
        &self,
        frame: &Frame,
        instance: usize,
        value: ValueId,
        from: &mut Option<LocId>,
        depth: u32,
    ) -> Option<i64> {
        if depth > 6 {
            return None;
        }
        let read = Self::slots(frame, instance, value).find_map(|slot| frame.read_from.get(&slot));
        if let Some(&(loc, zero)) = read {
            *from = Some(loc);
            return Some(zero);
        }
        let func = &self.cx.ir.funcs[frame.func];
        match func.op(value) {
            Op::Const(ConstValue::Int(value)) => Some(*value),
            Op::Const(ConstValue::Bool(value)) => Some(i64::from(*value)),
            Op::Zero => Some(0),
            Op::Convert(inner) | Op::TypeAssert { value: inner, .. } | Op::Extract { tuple: inner, .. } => {
                self.zero_value(frame, instance, *inner, from, depth + 1)
            }
            Op::Call(call) if call.callee == Callee::Builtin(Builtin::Len) => {
                self.zero_value(frame, instance, *call.args.first()?, from, depth + 1)
            }
            Op::Unary(UnaryOp::Not, inner) => Some(i64::from(
                self.zero_value(frame, instance, *inner, from, depth + 1)? == 0,
            )),
            Op::Binary(op, x, y) => {
                let x = self.zero_value(frame, instance, *x, from, depth + 1);
                let y = self.zero_value(frame, instance, *y, from, depth + 1);
                compare(*op, x?, y?).map(i64::from)
            }
            _ => None,
        }
    }

    /// Whether nobody is ever at the other end of channels that only code which is followed knows.
    pub(super) fn is_alone(&self, chans: &[LocId], sends: bool) -> bool {
        self.pass > 0
            && !chans.is_empty()
            && chans.iter().all(|&chan| {
                let object = self.memory.of(chan);
                let room = object.capacity != Some(0) && sends;
                let others = if sends {
                    &self.before.received
                } else {
                    &self.before.sent
                };
                !object.outside && !object.escaped && !room && object.root == chan && !others.contains(&chan)
            })
    }

    pub(super) fn receive(&mut self, cursor: &Cursor, chans: Vec<LocId>, got: Got, here: Here) -> Cursor {
        let only = match chans[..] {
            [one] => Some(one),
            _ => None,
        };
        self.met.received.extend(&chans);
        let next = self.sync(cursor, Sync::Recv(chans, got), here);
        if let Some(chan) = only
            && got != Got::Closed
        {
            self.token(next.node, chan, Mode::Sent, Mode::Received);
        }
        next
    }

    pub(super) fn send(&mut self, cursor: &Cursor, chans: Vec<LocId>, val: &[Item], here: Here) -> Cursor {
        self.give(cursor, val, None);
        for &chan in &chans {
            let number = self.sent.entry(chan).or_insert(0);
            let place = self.memory.part(chan, Step::Elem(Key::Int(*number)));
            *number += 1;
            self.memory.write(place, val);
        }
        let only = match chans[..] {
            [one] => Some(one),
            _ => None,
        };
        self.met.sent.extend(&chans);
        let next = self.sync(cursor, Sync::Send(chans), here);
        if let Some(chan) = only {
            self.token(next.node, chan, Mode::Received, Mode::Sent);
        }
        next
    }

    /// What a receive yields: each value that is sent goes to one receiver, in the order in which they are met.
    pub(super) fn taken(&mut self, chan: &[Item], held: TypeId) -> Val {
        let mut val = Val::new();
        for loc in places(chan) {
            let number = self.received.entry(loc).or_insert(0);
            let key = Key::Int(*number);
            *number += 1;
            let place = self.memory.part(loc, Step::Elem(key));
            let one = self.read(place, held);
            merge(&mut val, &one);
        }
        val
    }

    /// A channel is a lock for those who take the only thing out and put it back; one with a single place, also for those who put something in
    /// and take it out.
    pub(super) fn token(&mut self, node: NodeId, chan: LocId, gives: Mode, takes: Mode) {
        let capacity = self.memory.of(chan).capacity;
        let locks = &mut self.graph.nodes[node as usize].locks;
        if let Ok(at) = locks.binary_search(&(chan, gives)) {
            locks.remove(at);
        } else if (takes == Mode::Received || capacity == Some(1))
            && let Err(at) = locks.binary_search(&(chan, takes))
        {
            locks.insert(at, (chan, takes));
        }
    }
}

/// The outcome of a comparison.
pub(super) fn compare(op: BinaryOp, x: i64, y: i64) -> Option<bool> {
    Some(match op {
        BinaryOp::Equal => x == y,
        BinaryOp::NotEqual => x != y,
        BinaryOp::Less => x < y,
        BinaryOp::LessEqual => x <= y,
        BinaryOp::Greater => x > y,
        BinaryOp::GreaterEqual => x >= y,
        _ => return None,
    })
}
