//! What built-in functions and the standard library do to memory and to the order of goroutines.

use std::rc::Rc;

use gosleuth_ir::{Call, Func};
use gosleuth_types::{Builtin, ObjRef, Type, TypeId};
use smallvec::smallvec;

use super::exec::{Cursor, Exec, FuncVal, HandleUse, Here, Purpose, Target};
use super::graph::{AccessKind, Mode, Sync};
use super::memory::{Item, Key, LocId, Step, Val, merge, places};
use super::names::Named;
use crate::models::Behaviour;

/// Stands for what functions of the package itself keep, where these are not followed.
pub(super) const PACKAGE: LocId = LocId::MAX;

/// What starts the goroutines of `testing.(*B).RunParallel`, in words.
pub(super) const RUN_PARALLEL: &str = "b.RunParallel";

impl<'a> Exec<'_, 'a> {
    pub(super) fn builtin(&mut self, builtin: Builtin, args: &[Val], cursor: Cursor, here: Here) -> (Cursor, Val) {
        let first = args.first().cloned().unwrap_or_default();
        match builtin {
            Builtin::Close => {
                let chans = places(&first);
                self.met.sent.extend(&chans);
                (self.sync(&cursor, Sync::Close(chans), here), Val::new())
            }
            Builtin::Delete => {
                self.touch(&cursor, &first, true, AccessKind::Map, here);
                (cursor, Val::new())
            }
            Builtin::Clear => {
                let is_map = self.argument_is_map(here);
                if is_map {
                    self.touch(&cursor, &first, true, AccessKind::Map, here);
                } else {
                    let elements = self.parts(&first, Step::Elem(Key::Any));
                    self.touch(&cursor, &elements, true, AccessKind::Plain, here);
                }
                (cursor, Val::new())
            }
            Builtin::Len => {
                if self.argument_is_map(here) {
                    self.touch(&cursor, &first, false, AccessKind::Map, here);
                }
                (cursor, smallvec![Item::Any])
            }
            Builtin::Copy => {
                let from = args.get(1).cloned().unwrap_or_default();
                let to_elements = self.parts(&first, Step::Elem(Key::Any));
                let from_elements = self.parts(&from, Step::Elem(Key::Any));
                self.touch(&cursor, &from_elements, false, AccessKind::Plain, here);
                self.touch(&cursor, &to_elements, true, AccessKind::Plain, here);
                for to in places(&first) {
                    let wholes: Val = places(&from).into_iter().map(Item::Copy).collect();
                    self.memory.write(to, &wholes);
                }
                (cursor, smallvec![Item::Any])
            }
            Builtin::Min | Builtin::Max | Builtin::Cap => (cursor, smallvec![Item::Any]),
            _ => (cursor, Val::new()),
        }
    }

    /// Whether the first argument of the call here is a map.
    fn argument_is_map(&self, here: Here) -> bool {
        let func = &self.cx.ir.funcs[here.func];
        match func.op(here.value) {
            gosleuth_ir::Op::Call(call) | gosleuth_ir::Op::Defer(call) | gosleuth_ir::Op::Go(call) => call
                .args
                .first()
                .is_some_and(|&arg| matches!(self.cx.under(func.values[arg].ty), Type::Map { .. })),
            _ => false,
        }
    }

    /// `append`: the old elements, or new memory that holds them too.
    pub(super) fn append(
        &mut self,
        call: &Call,
        func: &Func,
        args: &[Val],
        key: Key,
        cursor: &Cursor,
        here: Here,
    ) -> Val {
        let mut val = args.first().cloned().unwrap_or_default();
        let ty = call.args.first().map_or(TypeId::UNKNOWN, |&arg| func.values[arg].ty);
        let added = call.args.get(1).map_or(TypeId::UNKNOWN, |&arg| func.values[arg].ty);
        let is_spread = args.len() == 2 && self.cx.query.underlying(ty) == self.cx.query.underlying(added);
        // What was cut off may be overwritten in place.
        let is_capped = |&arg: &gosleuth_ir::ValueId| {
            matches!(
                func.op(arg),
                gosleuth_ir::Op::Slice {
                    bounds: [_, _, Some(_)],
                    ..
                }
            )
        };
        if !call.args.first().is_some_and(is_capped) {
            let rest: Val = places(&val)
                .into_iter()
                .filter_map(|place| {
                    match (
                        self.memory.locs[place as usize].step,
                        self.memory.locs[place as usize].parent,
                    ) {
                        (Step::Sub(_, high), Some(whole)) if high != i64::MAX => Some((whole, high)),
                        _ => None,
                    }
                })
                .collect::<Vec<_>>()
                .into_iter()
                .map(|(whole, high)| Item::Ref(self.memory.part(whole, Step::Elem(Key::Range(high, i64::MAX)))))
                .collect();
            self.touch(cursor, &rest, true, AccessKind::Plain, here);
        }
        let fresh = self.make(here, 0, ty, None);
        self.bear(cursor, fresh);
        merge(&mut val, &[Item::Ref(fresh)]);
        for whole in places(&val) {
            if is_spread {
                let wholes: Val = places(&args[1])
                    .into_iter()
                    .filter(|&from| from != whole)
                    .map(Item::Copy)
                    .collect();
                self.memory.write(whole, &wholes);
            } else {
                let element = self.memory.part(whole, Step::Elem(key));
                for more in &args[1..] {
                    self.give(cursor, more, Some(whole));
                    self.memory.write(element, more);
                }
            }
        }
        if is_spread {
            let elements = self.parts(&args[1], Step::Elem(Key::Any));
            self.touch(cursor, &elements, false, AccessKind::Plain, here);
        }
        val
    }

    /// What the name of a library function says.
    pub(super) fn named(&mut self, obj: ObjRef) -> Rc<Named<'a>> {
        let cx = self.cx;
        Rc::clone(self.names.entry(obj).or_insert_with(|| Rc::new(Named::new(cx, obj))))
    }

    /// Methods of contexts that were made here.
    pub(super) fn context_method(
        &mut self,
        recv: &[Item],
        method: ObjRef,
        cursor: &Cursor,
    ) -> Option<(Option<Cursor>, Vec<Val>)> {
        let symbol = self.cx.symbol(method);
        if &*symbol == "context.Context.Value" {
            let mut held = Val::new();
            for item in recv {
                if let Item::Boxed(id) = item
                    && let (_, Some(Item::Ref(loc))) = self.boxes[*id as usize]
                {
                    let values = self.memory.part(loc, Step::Hidden(6));
                    merge(&mut held, &self.memory.read(values));
                }
            }
            return (!held.is_empty()).then(|| (Some(cursor.clone()), vec![held]));
        }
        if &*symbol != "context.Context.Done" {
            return None;
        }
        let mut chans = Val::new();
        for item in recv {
            if let Item::Boxed(id) = item
                && let (_, Some(Item::Ref(loc))) = self.boxes[*id as usize]
            {
                let chan = self.memory.part(loc, Step::Hidden(0));
                merge(&mut chans, &[Item::Ref(chan)]);
            }
        }
        Some((Some(cursor.clone()), vec![chans]))
    }

    /// Starts a goroutine that calls a function value, and that a group waits for, if one is given.
    fn start(
        &mut self,
        cursor: &Cursor,
        by: &'static str,
        func: Val,
        args: Vec<Val>,
        group: Option<Vec<LocId>>,
        here: Here,
    ) -> Cursor {
        self.spawn(cursor, by, here, |this, entry| {
            let (end, _) = this.call(Target::Value(func), args, entry, TypeId::EMPTY_TUPLE, here);
            let end = end?;
            match group {
                Some(group) => Some(this.sync(&end, Sync::End(group), here)),
                None => Some(end),
            }
        })
    }

    /// Something that a moment is named by.
    pub(super) fn token_at(&mut self, here: Here, number: u32) -> LocId {
        self.make(here, number, TypeId::UNKNOWN, None)
    }

    /// Runs a test function, and its parallel subtests when it has ended.
    pub(super) fn test(&mut self, func: Val, args: Vec<Val>, cursor: Cursor, here: Here) -> Option<Cursor> {
        let outer = (std::mem::take(&mut self.pending), std::mem::take(&mut self.cleanups));
        let handle = smallvec![Item::Ref(self.token_at(here, 8))];
        let args = std::iter::once(handle.clone())
            .chain(args.into_iter().skip(1))
            .collect();
        let (end, _) = self.call(Target::Value(func), args, cursor, TypeId::EMPTY_TUPLE, here);
        let end = end.map(|end| self.finish(&handle, end, here));
        (self.pending, self.cleanups) = outer;
        end
    }

    /// What happens when a test function has returned: parallel subtests, then cleanups.
    pub(super) fn finish(&mut self, handle: &[Item], cursor: Cursor, here: Here) -> Cursor {
        let mut cursor = self.subtests(cursor, here);
        while let Some((func, at)) = self.cleanups.pop() {
            let before = cursor.clone();
            let (end, _) = self.call(Target::Value(func), Vec::new(), cursor, TypeId::EMPTY_TUPLE, at);
            cursor = end.unwrap_or(before);
        }
        let end = self.part(&cursor);
        for handle in places(handle) {
            self.ends.insert(handle, end.node);
        }
        end
    }

    /// Starts the parallel subtests that wait, and waits for them.
    fn subtests(&mut self, mut cursor: Cursor, here: Here) -> Cursor {
        let pending = std::mem::take(&mut self.pending);
        if pending.is_empty() {
            return cursor;
        }
        let group = self.token_at(here, 7);
        cursor = self.sync(&cursor, Sync::Add(vec![group], None), here);
        for (func, at) in pending {
            let run = |this: &mut Self, entry: Cursor| {
                let end = this.test(func, vec![Val::new()], entry, at)?;
                Some(this.sync(&end, Sync::End(vec![group]), at))
            };
            cursor = self.spawn(&cursor, "t.Run with t.Parallel", at, run);
        }
        self.sync(&cursor, Sync::Wait(vec![group]), here)
    }

    /// Whether a function value calls `t.Parallel` itself.
    fn is_parallel(&self, func: &[Item]) -> bool {
        func.iter().any(|item| {
            let Item::Func(id) = item else { return false };
            let body = match &self.funcs[*id as usize] {
                FuncVal::Closure { func, .. } => Some(*func),
                FuncVal::Declared(obj) | FuncVal::Bound { method: obj, .. } => self.cx.ir.by_object.get(obj).copied(),
                FuncVal::Cancel(_) => None,
            };
            body.is_some_and(|body| {
                let body = &self.cx.ir.funcs[body];
                body.values.iter().any(|value| {
                    matches!(&value.op, gosleuth_ir::Op::Call(call)
                        if self.cx.callee_symbol(call).as_deref() == Some("testing.(*T).Parallel"))
                })
            })
        })
    }

    /// Calls a function that is not in the package.
    pub(super) fn library(
        &mut self,
        obj: ObjRef,
        args: Vec<Val>,
        cursor: Cursor,
        ty: TypeId,
        here: Here,
    ) -> (Option<Cursor>, Vec<Val>) {
        let named = self.named(obj);
        let symbol = Rc::clone(&named.symbol);
        let first = args.first().cloned().unwrap_or_default();
        let arg = |index: usize| args.get(index).cloned().unwrap_or_default();
        let done = |cursor: Cursor| (Some(cursor), Vec::new());
        if let Some(name) = symbol.strip_prefix("sync/atomic.") {
            return self.atomic(name, &args, cursor, ty, here);
        }
        self.uses_system |= named.uses_system;
        self.uses_pipe |= matches!(&*symbol, "io.Pipe" | "net.Pipe");
        if let Some(name) = symbol
            .strip_prefix("testing.(*common).")
            .or_else(|| symbol.strip_prefix("testing.TB."))
        {
            self.use_handle(&cursor, &first, name, here);
        }
        self.use_responses(&cursor, &args, here);
        if let Some(name) = symbol.strip_prefix("net/http.(*Request).") {
            self.read_body(&cursor, &first, name, here);
        }
        match if named.is_special { &*symbol } else { "" } {
            "sync.(*Mutex).Lock" | "sync.(*RWMutex).Lock" => {
                return done(self.lock(&cursor, &first, Mode::Write, here));
            }
            "sync.(*RWMutex).RLock" => return done(self.lock(&cursor, &first, Mode::Read, here)),
            "sync.(*Mutex).Unlock" | "sync.(*RWMutex).Unlock" => {
                return done(self.unlock(&cursor, &first, Mode::Write, here));
            }
            "sync.(*RWMutex).RUnlock" => return done(self.unlock(&cursor, &first, Mode::Read, here)),
            "sync.NewCond" => {
                let results = self.unknown_results(ty, here);
                let cond = results.first().cloned().unwrap_or_default();
                let number = self.field_number(self.cx.pointee(ty).unwrap_or(ty), "L");
                for place in self.parts(&cond, Step::Field(number.unwrap_or(0))) {
                    if let Item::Ref(place) = place {
                        self.memory.write(place, &first);
                    }
                }
                return (Some(cursor), results);
            }
            // Who is woken takes the lock again, and that is what orders.
            "sync.(*Cond).Signal" | "sync.(*Cond).Broadcast" => return done(cursor),
            "sync.(*Cond).Wait" => return done(self.sync(&cursor, Sync::Lock, here)),
            "sync.(*WaitGroup).Add" => {
                let number = match arg(1)[..] {
                    [Item::Int(number)] => Some(number),
                    _ => None,
                };
                let groups = places(&first);
                return match number {
                    Some(number) if number < 0 => done(self.sync(&cursor, Sync::Done(groups), here)),
                    _ => {
                        let next = self.sync(&cursor, Sync::Add(groups, number), here);
                        self.note_group(&first, next.node, true, here);
                        done(next)
                    }
                };
            }
            "sync.(*WaitGroup).Done" => {
                let groups = places(&first);
                return done(self.sync(&cursor, Sync::Done(groups), here));
            }
            "sync.(*WaitGroup).Wait" | "golang.org/x/sync/errgroup.(*Group).Wait" => {
                let groups = places(&first);
                if symbol.starts_with("sync.") {
                    self.note_group(&first, cursor.node, false, here);
                }
                return done(self.sync(&cursor, Sync::Wait(groups), here));
            }
            "sync.(*WaitGroup).Go"
            | "golang.org/x/sync/errgroup.(*Group).Go"
            | "golang.org/x/sync/errgroup.(*Group).TryGo" => {
                let groups = places(&first);
                let next = self.sync(&cursor, Sync::Add(groups.clone(), Some(1)), here);
                return done(self.start(&next, "Go", arg(1), Vec::new(), Some(groups), here));
            }
            "sync.(*Once).Do" => return (self.once_do(&first, arg(1), cursor, here), Vec::new()),
            "sync.(*Pool).Get" => {
                let new = self.field_of(&first, "New", here);
                return self.call(Target::Value(new), Vec::new(), cursor, ty, here);
            }
            "sync.(*Pool).Put" => return done(cursor),
            "sync.(*Map).Load" | "sync.(*Map).LoadOrStore" | "sync.(*Map).LoadAndDelete" | "sync.(*Map).Swap" => {
                let elements = self.parts(&first, Step::Elem(Key::of(&arg(1))));
                if !symbol.ends_with("Load") && !symbol.ends_with("Delete") {
                    for place in places(&elements) {
                        self.memory.write(place, &arg(2));
                    }
                }
                let val = self.read_all(&elements, TypeId::EMPTY_INTERFACE);
                return (Some(cursor), vec![val, smallvec![Item::Any]]);
            }
            "sync.(*Map).Store" => {
                let elements = self.parts(&first, Step::Elem(Key::of(&arg(1))));
                for place in places(&elements) {
                    self.memory.write(place, &arg(2));
                }
                return done(cursor);
            }
            "sync.(*Map).Range" => {
                let elements = self.parts(&first, Step::Elem(Key::Any));
                let val = self.read_all(&elements, TypeId::EMPTY_INTERFACE);
                let (next, _) = self.call(Target::Value(arg(1)), vec![Val::new(), val], cursor, TypeId::BOOL, here);
                return (next, Vec::new());
            }
            "net/http.HandlerFunc.ServeHTTP" => {
                let rest = args.into_iter().skip(1).collect();
                return self.call(Target::Value(first), rest, cursor, TypeId::EMPTY_TUPLE, here);
            }
            "net/http.(*ServeMux).HandleFunc" | "net/http.(*ServeMux).Handle" => {
                for place in places(&self.parts(&first, Step::Hidden(5))) {
                    self.memory.write(place, &arg(2));
                }
                return done(cursor);
            }
            "net/http.(*ServeMux).ServeHTTP" => {
                let held = self.parts(&first, Step::Hidden(5));
                let handlers = self.read_all(&held, TypeId::EMPTY_INTERFACE);
                let funcs: Val = handlers
                    .iter()
                    .copied()
                    .filter(|item| matches!(item, Item::Func(_)))
                    .collect();
                let (end, _) = self.call(
                    Target::Value(funcs),
                    vec![Val::new(), Val::new()],
                    cursor,
                    TypeId::EMPTY_TUPLE,
                    here,
                );
                let outer = std::mem::replace(&mut self.handlers, handlers);
                let end = end.map(|end| self.request(end, here));
                self.handlers = outer;
                return (end, Vec::new());
            }
            "net/http.HandleFunc" | "net/http.Handle" => {
                merge(&mut self.registered, &arg(1));
                return done(cursor);
            }
            symbol if super::servers::serves(symbol) => {
                let handlers = if symbol.starts_with("net/http.(*Server).") {
                    self.field_of(&first, "Handler", here)
                } else {
                    arg(1)
                };
                let handlers = if handlers
                    .iter()
                    .any(|item| matches!(item, Item::Boxed(_) | Item::Func(_)))
                {
                    handlers
                } else {
                    self.registered.clone()
                };
                let next = self.serve_requests(&handlers, cursor, here);
                let results = self.unknown_results(ty, here);
                return (Some(next), results);
            }
            "net/http/httptest.NewServer"
            | "net/http/httptest.NewTLSServer"
            | "net/http/httptest.NewUnstartedServer" => {
                merge(&mut self.handlers, &first);
                let results = self.unknown_results(ty, here);
                return (Some(cursor), results);
            }
            "net/http.Get"
            | "net/http.Post"
            | "net/http.Head"
            | "net/http.PostForm"
            | "net/http.(*Client).Get"
            | "net/http.(*Client).Post"
            | "net/http.(*Client).Head"
            | "net/http.(*Client).PostForm"
            | "net/http.(*Client).Do" => {
                let cursor = self.request(cursor, here);
                let results = self.unknown_results(ty, here);
                return (Some(cursor), results);
            }
            "os/exec.(*Cmd).Start" => {
                let group: Vec<LocId> = places(&self.parts(&first, Step::Hidden(9)));
                let mut next = self.sync(&cursor, Sync::Add(group.clone(), None), here);
                let mut known: Vec<Val> = Vec::new();
                for name in ["Stdout", "Stderr"] {
                    let written = self.field_of(&first, name, here);
                    // One writer for both is written by one goroutine.
                    if known.contains(&written) {
                        continue;
                    }
                    known.push(written.clone());
                    let buffers: Val = written
                        .iter()
                        .filter_map(|item| match item {
                            Item::Boxed(id) => Some(self.boxes[*id as usize]),
                            _ => None,
                        })
                        .filter(|&(of, _)| {
                            self.cx.is_type_or_pointer(of, "bytes", "Buffer")
                                || self.cx.is_type_or_pointer(of, "strings", "Builder")
                        })
                        .filter_map(|(_, inner)| inner)
                        .collect();
                    if buffers.is_empty() {
                        continue;
                    }
                    let group = group.clone();
                    next = self.spawn(&next, "os/exec", here, |this, entry| {
                        this.touch(&entry, &buffers, true, AccessKind::Library, here);
                        Some(this.sync(&entry, Sync::End(group), here))
                    });
                }
                return (Some(next), vec![smallvec![Item::Any]]);
            }
            "os/exec.(*Cmd).Wait" => {
                let group = places(&self.parts(&first, Step::Hidden(9)));
                return (
                    Some(self.sync(&cursor, Sync::Wait(group), here)),
                    vec![smallvec![Item::Any]],
                );
            }
            "context.WithCancel" | "context.WithCancelCause" => {
                let context = self.token_at(here, 1);
                let chan = self.memory.part(context, Step::Hidden(0));
                let boxed = self.boxed(TypeId::UNKNOWN, Some(Item::Ref(context)));
                let cancel = self.func_item(FuncVal::Cancel(chan));
                return (Some(cursor), vec![smallvec![boxed], smallvec![cancel]]);
            }
            "context.WithTimeout" | "context.WithDeadline" => {
                let context = self.token_at(here, 1);
                let other = self.token_at(here, 2);
                let boxed = self.boxed(TypeId::UNKNOWN, Some(Item::Ref(context)));
                let cancel = self.func_item(FuncVal::Cancel(other));
                return (Some(cursor), vec![smallvec![boxed], smallvec![cancel]]);
            }
            "context.WithValue" => return (Some(cursor), vec![self.with_value(first, &arg(2), here)]),
            "golang.org/x/sync/errgroup.WithContext" => {
                let results = self.unknown_results(ty, here);
                return (Some(cursor), results);
            }
            "time.After" | "time.Tick" => {
                let results = self.unknown_results(ty, here);
                self.patient.extend(results.iter().flat_map(|chan| places(chan)));
                return (Some(cursor), results);
            }
            "time.AfterFunc" => {
                let results = self.unknown_results(ty, here);
                let timer = results.first().map(|timer| places(timer)).unwrap_or_default();
                for &timer in &timer {
                    let func = self.memory.part(timer, Step::Hidden(4));
                    self.memory.write(func, &arg(1));
                }
                // One that is started again counts from there.
                let is_reset = timer.iter().any(|timer| self.before.reset.contains(timer))
                    || matches!(first[..], [Item::Int(i64::MAX)]);
                let next = if is_reset {
                    cursor
                } else {
                    self.start(&cursor, "time.AfterFunc", arg(1), Vec::new(), None, here)
                };
                return (Some(next), results);
            }
            "time.NewTimer" | "time.NewTicker" => {
                let results = self.unknown_results(ty, here);
                let timers = results.first().cloned().unwrap_or_default();
                let number = self.field_number(self.cx.pointee(ty).unwrap_or(ty), "C").unwrap_or(0);
                let mut next = cursor;
                for timer in places(&timers) {
                    let chan = self.memory.part(timer, Step::Hidden(3));
                    let field = self.memory.part(timer, Step::Field(number));
                    self.memory.write(field, &[Item::Ref(chan)]);
                    if !self.before.reset.contains(&timer) {
                        next = self.sync(&next, Sync::Send(vec![chan]), here);
                    }
                }
                return (Some(next), results);
            }
            "time.(*Timer).Reset" | "time.(*Ticker).Reset" => {
                let mut next = cursor;
                // One that its own function starts again has run before.
                let own = self.graph.thread_of(next.node);
                let is_own = self.graph.threads[own as usize].by == "time.AfterFunc";
                for timer in places(&first) {
                    if !is_own {
                        self.met.reset.insert(timer);
                    }
                    let chan = self.memory.part(timer, Step::Hidden(3));
                    next = self.sync(&next, Sync::Send(vec![chan]), here);
                    let func = self.memory.part(timer, Step::Hidden(4));
                    let func = self.memory.read(func);
                    let func = self.made_so_far(&next, func);
                    if !func.is_empty() && !is_own {
                        next = self.start(&next, "time.AfterFunc", func, Vec::new(), None, here);
                    }
                }
                return done(next);
            }
            "testing.(*common).Cleanup" | "testing.TB.Cleanup" => {
                self.cleanups.push((arg(1), here));
                return done(cursor);
            }
            "testing/synctest.Wait" | "internal/synctest.Wait" => return done(self.sync(&cursor, Sync::Settle, here)),
            "time.Sleep" | "runtime.Gosched" => {
                let next = self.sync(&cursor, Sync::Sleep, here);
                self.sleeps.push((next.node, here));
                return done(next);
            }
            "runtime.SetFinalizer" => {
                let inner = |item: &Item| match item {
                    Item::Boxed(id) => self.boxes[*id as usize].1,
                    item => Some(*item),
                };
                let object: Val = first.iter().filter_map(inner).collect();
                let finalizer: Val = arg(1).iter().filter_map(inner).collect();
                return done(self.start(&cursor, "runtime.SetFinalizer", finalizer, vec![object], None, here));
            }
            "testing.(*T).Run" | "testing.(*B).Run" | "testing.(*F).Fuzz" => {
                let func = arg(args.len().saturating_sub(1));
                if self.is_parallel(&func) {
                    self.pending.push((func, here));
                    return (Some(cursor), vec![smallvec![Item::Any]]);
                }
                let end = self.test(func, vec![Val::new()], cursor, here);
                return (end, vec![smallvec![Item::Any]]);
            }
            "testing.(*B).RunParallel" => {
                let group = vec![self.token_at(here, 1)];
                let mut next = self.sync(&cursor, Sync::Add(group.clone(), None), here);
                for number in 1..=2 {
                    let here = here.numbered(number);
                    next = self.start(&next, RUN_PARALLEL, arg(1), vec![Val::new()], Some(group.clone()), here);
                }
                return done(self.sync(&next, Sync::Wait(group), here));
            }
            _ => {}
        }
        if let Some(model) = named.model(Behaviour::NoReturn)
            && model.argument == 0
            && !symbol.contains("Skip")
        {
            return (None, Vec::new());
        }
        if let Some(model) = named.model(Behaviour::Spawn) {
            let is_method = self
                .cx
                .query
                .object(obj)
                .is_some_and(|object| matches!(object.kind, gosleuth_types::ObjKind::Func { recv: Some(_), .. }));
            let func = arg(model.argument as usize + usize::from(is_method));
            let next = self.start(&cursor, "a library", func, Vec::new(), None, here);
            let results = self.unknown_results(ty, here);
            return (Some(next), results);
        }
        if let Some((write, kind)) = named.touches {
            self.touch(&cursor, &first, write, kind, here);
        }
        for &(index, write) in named.elements {
            self.touch_elements(&cursor, args.get(index).map_or(&[][..], |val| &val[..]), write, here);
        }
        let mut cursor = cursor;
        for &name in named.methods {
            cursor = self.call_by_name(&first, name, cursor, here);
        }
        for val in &args {
            for item in val {
                let inner = match item {
                    Item::Boxed(id) => self.boxes[*id as usize].1,
                    item => Some(*item),
                };
                if let Some(Item::Ref(loc)) = inner {
                    let object = self.memory.locs[loc as usize].object;
                    self.memory.objects[object as usize].escaped = true;
                }
            }
        }
        // What is handed over is called now, once.
        let callbacks: Vec<Val> = args
            .iter()
            .filter(|val| val.iter().any(|item| matches!(item, Item::Func(_))))
            .cloned()
            .collect();
        for callback in callbacks {
            let start = self.part(&cursor);
            let (end, _) = self.call(Target::Value(callback), Vec::new(), start, TypeId::EMPTY_TUPLE, here);
            let beside = self.part(&cursor);
            let mut ends = vec![beside];
            ends.extend(end);
            cursor = match self.meet(&ends) {
                Some(next) => next,
                None => cursor,
            };
        }
        let results = self.unknown_results(ty, here);
        if named.waits {
            cursor = self.sync(&cursor, Sync::Settle, here);
        } else {
            cursor = self.unknown(cursor, &named, &args, here);
        }
        (Some(cursor), results)
    }

    /// A call of code that is not known, which may wait for other goroutines that call it with the same objects, or for the world.
    pub(super) fn unknown(&mut self, cursor: Cursor, named: &Named<'_>, args: &[Val], here: Here) -> Cursor {
        if self.graph.threads.len() < 2 || named.is_pure {
            return cursor;
        }
        if named.is_input {
            return self.sync(&cursor, Sync::External, here);
        }
        let mut objects: Vec<LocId> = named.is_own.then_some(PACKAGE).into_iter().collect();
        for &item in args.iter().flatten() {
            let inner = match item {
                Item::Boxed(id) => self.boxes[id as usize].1,
                item => Some(item),
            };
            if let Some(Item::Ref(loc)) = inner
                && !self.memory.of(loc).private
            {
                objects.push(self.memory.of(loc).root);
            }
        }
        if objects.is_empty() {
            return cursor;
        }
        self.sync(&cursor, Sync::Unknown(objects), here)
    }

    fn use_handle(&mut self, cursor: &Cursor, handle: &[Item], name: &str, here: Here) {
        let stops = matches!(name, "FailNow" | "Fatal" | "Fatalf" | "SkipNow" | "Skip" | "Skipf");
        let tells = stops || matches!(name, "Log" | "Logf" | "Error" | "Errorf" | "Fail");
        let handle = match *handle {
            [Item::Ref(handle)] => handle,
            [Item::Boxed(id)] => match self.boxes[id as usize].1 {
                Some(Item::Ref(handle)) => handle,
                _ => return,
            },
            _ => return,
        };
        // The methods belong to a part that all handles embed.
        let root = self.memory.of(handle).root;
        if tells {
            self.uses.push(HandleUse {
                handle: root,
                node: cursor.node,
                site: here.site(),
                purpose: if stops { Purpose::Stop } else { Purpose::Tell },
            });
        }
    }

    pub(super) fn field_number(&self, ty: TypeId, name: &str) -> Option<u32> {
        let Type::Struct(fields) = self.cx.under(ty) else {
            return None;
        };
        fields
            .iter()
            .position(|field| self.cx.text(field.name) == name)
            .map(|number| number as u32)
    }

    /// What a field holds of the structs that a value points to.
    pub(super) fn field_of(&mut self, val: &[Item], name: &str, _here: Here) -> Val {
        let mut held = Val::new();
        for loc in places(val) {
            let ty = self.type_at(loc);
            let Some(number) = self.field_number(ty, name) else {
                continue;
            };
            let part = self.memory.part(loc, Step::Field(number));
            merge(&mut held, &self.memory.read(part));
        }
        held
    }

    /// The type of what is at a place, as far as its object's type says.
    pub(super) fn type_at(&self, loc: LocId) -> TypeId {
        let mut ty = self.memory.of(loc).ty;
        for step in self.memory.path(loc) {
            ty = match (step, self.cx.under(ty)) {
                (Step::Field(number), Type::Struct(fields)) => {
                    fields.get(number as usize).map_or(TypeId::UNKNOWN, |field| field.ty)
                }
                (Step::Elem(_), Type::Array { elem, .. } | Type::Slice(elem)) => *elem,
                (Step::Elem(_), Type::Map { value, .. }) => *value,
                _ => TypeId::UNKNOWN,
            };
        }
        ty
    }

    /// `once.Do(f)`: the first goroutine that is met runs it, the others wait for it.
    fn once_do(&mut self, once: &[Item], func: Val, cursor: Cursor, here: Here) -> Option<Cursor> {
        let [Item::Ref(loc)] = *once else {
            // One of several: nobody is in two of them, as with a lock.
            let entered = self.lock(&cursor, once, Mode::Write, here);
            let end = self.call(Target::Value(func), Vec::new(), entered, TypeId::EMPTY_TUPLE, here);
            return Some(self.unlock(&end.0?, once, Mode::Write, here));
        };
        if self.once.contains_key(&loc) {
            return Some(self.sync(&cursor, Sync::OnceWait(loc), here));
        }
        self.once.insert(loc, cursor.node);
        let (end, _) = self.call(Target::Value(func), Vec::new(), cursor, TypeId::EMPTY_TUPLE, here);
        Some(self.sync(&end?, Sync::OnceEnd(loc), here))
    }
}
