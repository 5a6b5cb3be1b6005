//! Calls: who is meant, frames, and code that is not here.

use std::rc::Rc;

use gosleuth_base::Idx as _;
use gosleuth_ir::{BlockId, Call, Callee, ValueId};
use gosleuth_types::{Builtin, ObjKind, ObjRef, SelectionKind, Type, TypeId};

use crate::eval::LENGTH;
use crate::exec::Flow;
use crate::machine::Machine;
use crate::node::Node;
use crate::program::Site;
use crate::state::{Crash, Deferred, Frame, Gid, Goroutine, Obj, Starter, State, SyncOp, Target, Unwinding};
use crate::value::{Callable, Loc, Val};
use gosleuth_ir::FuncKey;

/// Packages of the standard library whose functions keep nothing of what they are given and start nothing.
const PURE: &[&str] = &[
    "bytes",
    "cmp",
    "encoding/binary",
    "encoding/hex",
    "errors",
    "fmt",
    "hash/fnv",
    "log",
    "log/slog",
    "math",
    "math/bits",
    "math/rand",
    "math/rand/v2",
    "os",
    "path",
    "path/filepath",
    "regexp",
    "runtime",
    "runtime/debug",
    "sort",
    "strconv",
    "strings",
    "testing",
    "time",
    "unicode",
    "unicode/utf8",
];

/// Packages whose functions call what they are given before they return, and nothing of it matters to others.
const SYNCHRONOUS: &[&str] = &["slices", "maps", "sync"];

impl<'a> Machine<'a> {
    /// Who a call means.
    pub(crate) fn target(&self, frame: &Frame, call: &Call) -> Target {
        match call.callee {
            Callee::Static(obj) => Target::Callable(Rc::new(Callable::Declared(obj))),
            Callee::Builtin(builtin) => Target::Builtin(builtin),
            Callee::Interface { recv, method } => Target::Method(method, frame.get(recv)),
            Callee::Value(value) => match frame.get(value) {
                Val::Func(callable) => Target::Callable(callable),
                _ => Target::Unknown,
            },
        }
    }

    /// A call instruction.
    pub(crate) fn call(
        &self,
        state: &mut State,
        gid: Gid,
        call: &Call,
        dest: Option<ValueId>,
        site: Site,
        ty: TypeId,
    ) -> Flow {
        let frame = state.frame(gid);
        let args: Vec<_> = call.args.iter().map(|&arg| frame.get(arg)).collect();
        match self.target(frame, call) {
            Target::Builtin(builtin) => self.builtin(state, gid, builtin, args, dest, site),
            target => self.invoke(state, gid, target, args, dest, site, ty),
        }
    }

    /// A deferred call whose time has come.
    pub(crate) fn call_deferred(&self, state: &mut State, gid: Gid, deferred: Deferred, recovers: bool) -> Flow {
        let site = Site {
            func: state.frame(gid).func,
            pos: deferred.pos,
        };
        let depth = state.goroutines[gid as usize].frames.len();
        let flow = match deferred.callee {
            Target::Builtin(builtin) => self.builtin(state, gid, builtin, deferred.args, None, site),
            target => self.invoke(state, gid, target, deferred.args, None, site, TypeId::EMPTY_TUPLE),
        };
        if state.goroutines[gid as usize].frames.len() > depth {
            state.frame(gid).recovers = recovers;
        }
        flow
    }

    /// Calls something with arguments, in the top frame.
    #[expect(clippy::too_many_arguments, reason = "a call is all of this")]
    pub(crate) fn invoke(
        &self,
        state: &mut State,
        gid: Gid,
        target: Target,
        mut args: Vec<Val>,
        dest: Option<ValueId>,
        site: Site,
        ty: TypeId,
    ) -> Flow {
        let callable = match target {
            Target::Callable(callable) => callable,
            Target::Method(method, recv) => match self.method(state, site.func.unit, method, recv) {
                Some((obj, recv)) => {
                    args.insert(0, recv);
                    Rc::new(Callable::Declared(obj))
                }
                None => return self.outside(state, gid, &args, dest, site, ty),
            },
            Target::Builtin(builtin) => return self.builtin(state, gid, builtin, args, dest, site),
            Target::Unknown => return self.outside(state, gid, &args, dest, site, ty),
        };
        match &*callable {
            Callable::Declared(obj) => {
                if let Some(native) = self.native(*obj) {
                    return self.run_native(state, gid, native, &args, dest, site, ty);
                }
                match self.program.body_of(*obj) {
                    Some(key) => {
                        self.push(state, gid, key, args, Vec::new(), dest);
                        Flow::On
                    }
                    None => {
                        // A function that is given may be called at any time.
                        let names = self.program.names(*obj);
                        let calls_back = args.iter().any(|arg| self.is_opaque_function(arg));
                        let is_pure = names.is_some_and(|(path, ..)| PURE.contains(&path));
                        // Whether and how often it does is a guess, and how else it could be is not followed.
                        if calls_back && !is_pure && !names.is_some_and(|(path, ..)| SYNCHRONOUS.contains(&path)) {
                            if state.guesses == self.guesses.get() {
                                return Flow::Cut;
                            }
                            state.guesses += 1;
                            self.cut.set(true);
                        }
                        if is_pure && !calls_back {
                            self.give(state, gid, dest, site, Val::Lazy(ty));
                            return Flow::On;
                        }
                        self.outside(state, gid, &args, dest, site, ty)
                    }
                }
            }
            Callable::Closure(key, captures) => {
                self.push(state, gid, *key, args, captures.clone(), dest);
                Flow::On
            }
            Callable::Bound(method, recv) => {
                let is_interface = self.is_interface_method(site.func.unit, *method);
                if is_interface {
                    let target = Target::Method(*method, recv.clone());
                    return self.invoke(state, gid, target, args, dest, site, ty);
                }
                args.insert(0, recv.clone());
                let target = Target::Callable(Rc::new(Callable::Declared(*method)));
                self.invoke(state, gid, target, args, dest, site, ty)
            }
            Callable::Cancel(context) => {
                self.park(state, gid, SyncOp::Cancel(*context), site, None);
                Flow::On
            }
        }
    }

    /// Writes the result of a call; what comes from outside is looked at, so that it stays the same.
    pub(crate) fn give(&self, state: &mut State, gid: Gid, dest: Option<ValueId>, site: Site, value: Val) {
        let value = match value {
            Val::Lazy(_) if dest.is_none() => return,
            Val::Lazy(ty) => self.expand(self.query(site.func.unit), state, ty),
            value => value,
        };
        state.set(gid, dest, value);
    }

    /// A call of code that is not here: it may use what it is given from now on, and returns anything.
    fn outside(
        &self,
        state: &mut State,
        gid: Gid,
        args: &[Val],
        dest: Option<ValueId>,
        site: Site,
        ty: TypeId,
    ) -> Flow {
        self.give_away(state, Some(gid), args);
        self.give(state, gid, dest, site, Val::Lazy(ty));
        Flow::On
    }

    /// Formatting calls the methods `Error` and `String` of what it is given.
    pub(crate) fn format(&self, state: &mut State, gid: Gid, args: &[Val], site: Site) {
        let mut values = Vec::new();
        for arg in args {
            match arg {
                Val::Slice { obj, start, len, .. } => {
                    if let Obj::Array(elems) = state.obj(*obj) {
                        values.extend(elems.iter().skip(*start as usize).take(*len as usize).cloned());
                    }
                }
                value => values.push(value.clone()),
            }
        }
        let query = self.query(site.func.unit);
        for value in values.into_iter().rev() {
            let Val::Boxed(ty, inner) = value else {
                continue;
            };
            let found = ["Error", "String"].iter().find_map(|name| {
                let name = query.world.name(name);
                query
                    .lookup(ty, name, query.pkg)
                    .filter(|found| found.kind == SelectionKind::Method)
            });
            let Some(key) = found.as_ref().and_then(|found| self.program.body_of(found.obj)) else {
                continue;
            };
            let is_plain = found
                .is_some_and(|found| found.path.len() == 1 && found.pointer_receiver == matches!(*inner, Val::Ptr(_)));
            if is_plain {
                self.push(state, gid, key, vec![(*inner).clone()], Vec::new(), None);
            }
        }
    }

    fn is_interface_method(&self, unit: u32, method: ObjRef) -> bool {
        let query = self.query(unit);
        match query.object(method).map(|object| &object.kind) {
            Some(ObjKind::Func { recv: Some(recv), .. }) => {
                matches!(query.ty(query.underlying(*recv)), Type::Interface(_))
            }
            _ => false,
        }
    }

    /// The method that a call through an interface means, with the receiver it takes.
    fn method(&self, state: &mut State, unit: u32, method: ObjRef, recv: Val) -> Option<(ObjRef, Val)> {
        let query = self.query(unit);
        let name = query.object(method)?.name;
        let (ty, value) = match recv {
            Val::Boxed(ty, value) => (ty, (*value).clone()),
            // Contexts and read lockers have models under the names of the interface's methods.
            value @ (Val::Context(_) | Val::ReadLocker(_)) => return Some((method, value)),
            Val::Ptr(loc) => {
                let Obj::Cell(elem, _) = state.obj(loc.obj) else {
                    return None;
                };
                if !loc.path().is_empty() {
                    return None;
                }
                (query.world.types.pointer(*elem), Val::Ptr(loc))
            }
            _ => return None,
        };
        let found = query.lookup(ty, name, method.pkg)?;
        if found.kind != SelectionKind::Method {
            return None;
        }
        let mut value = value;
        let mut at = ty;
        let (_, fields) = found.path.split_last()?;
        for &field in fields {
            let elem = match query.ty(query.underlying(at)) {
                Type::Pointer(elem) => *elem,
                _ => at,
            };
            let Type::Struct(parts) = query.ty(query.underlying(elem)) else {
                return None;
            };
            at = parts.get(field as usize)?.ty;
            value = match value {
                Val::Ptr(loc) => {
                    let part = loc.part(field);
                    if matches!(query.ty(query.underlying(at)), Type::Struct(_)) {
                        Val::Ptr(part)
                    } else {
                        self.load(query, state, &part)
                    }
                }
                value => value.part(field),
            };
        }
        let is_interface = self.is_interface_method(unit, found.obj);
        if is_interface {
            return match value {
                Val::Ptr(loc) if query.is_interface(at) => {
                    let inner = self.load(query, state, &loc);
                    self.method(state, unit, found.obj, inner)
                }
                value => self.method(state, unit, found.obj, value),
            };
        }
        let is_pointer = matches!(value, Val::Ptr(_));
        let value = match value {
            Val::Ptr(loc) if !found.pointer_receiver => self.load(query, state, &loc),
            // Where it is cannot be known.
            value if found.pointer_receiver && !is_pointer && value.is_open() => return None,
            value if found.pointer_receiver && !is_pointer => {
                // An addressable copy.
                Val::Ptr(Loc::whole(state.alloc(Obj::Cell(at, value))))
            }
            value => value,
        };
        Some((found.obj, value))
    }

    /// A new frame.
    pub(crate) fn push(
        &self,
        state: &mut State,
        gid: Gid,
        key: FuncKey,
        args: Vec<Val>,
        captures: Vec<Val>,
        dest: Option<ValueId>,
    ) {
        let func = self.program.func(key);
        state.goroutine(gid).frames.push(Node::shared(Frame {
            func: key,
            block: BlockId::from_usize(0),
            next: 0,
            came_from: None,
            values: vec![Val::Unknown; func.values.len()],
            args: args.into(),
            captures: captures.into(),
            defers: Vec::new(),
            dest,
            unwinding: false,
            recovers: false,
            once: None,
            open_branches: Vec::new(),
            steps: 0,
        }));
    }

    /// `go`
    pub(crate) fn spawn(&self, state: &mut State, gid: Gid, call: &Call, site: Site) -> Flow {
        let frame = state.frame(gid);
        let args: Vec<_> = call.args.iter().map(|&arg| frame.get(arg)).collect();
        let callable = match self.target(frame, call) {
            Target::Callable(callable) => callable,
            Target::Method(method, recv) => Rc::new(Callable::Bound(method, recv)),
            Target::Builtin(_) | Target::Unknown => {
                self.escape(state, &args);
                return Flow::On;
            }
        };
        self.park(state, gid, SyncOp::Spawn(callable, args), site, None);
        Flow::On
    }

    /// A new goroutine, which runs up to its first operation that others see.
    pub(crate) fn new_goroutine(
        &self,
        state: &mut State,
        starter: Starter,
        site: Option<Site>,
        counts: Option<Loc>,
    ) -> Gid {
        state.goroutines.push(Node::shared(Goroutine {
            starter,
            frames: Vec::new(),
            parked: None,
            unwinding: Unwinding::No,
            crash: None,
            created: site,
            ended: false,
            cleanups: Vec::new(),
            counts,
            spawns_for: None,
        }));
        (state.goroutines.len() - 1) as Gid
    }

    /// Begins a call in a goroutine without frames. Models and code outside need a frame to stand in: the goroutine of one that blocks stands
    /// at its `go` statement.
    pub(crate) fn enter_call(&self, state: &mut State, gid: Gid, target: Target, args: Vec<Val>, site: Option<Site>) {
        let direct = match &target {
            Target::Callable(callable) => match &**callable {
                Callable::Closure(key, captures) => Some((*key, captures.clone(), args.clone())),
                Callable::Declared(obj) if self.native(*obj).is_none() => {
                    self.program.body_of(*obj).map(|key| (key, Vec::new(), args.clone()))
                }
                Callable::Bound(method, recv)
                    if self.native(*method).is_none()
                        && !site.is_some_and(|site| self.is_interface_method(site.func.unit, *method)) =>
                {
                    let mut args = args.clone();
                    args.insert(0, recv.clone());
                    self.program.body_of(*method).map(|key| (key, Vec::new(), args))
                }
                _ => None,
            },
            _ => None,
        };
        if let Some((key, captures, args)) = direct {
            self.push(state, gid, key, args, captures, None);
            return;
        }
        let Some(site) = site else {
            self.end_goroutine(state, gid);
            return;
        };
        // A frame at whose end the goroutine ends, with the call as its only deferred one.
        self.push(state, gid, site.func, Vec::new(), Vec::new(), None);
        state.goroutine(gid).unwinding = Unwinding::Goexit;
        let frame = state.frame(gid);
        frame.unwinding = true;
        frame.defers.push(Deferred {
            callee: target,
            args,
            pos: site.pos,
        });
    }

    fn builtin(
        &self,
        state: &mut State,
        gid: Gid,
        builtin: Builtin,
        mut args: Vec<Val>,
        dest: Option<ValueId>,
        site: Site,
    ) -> Flow {
        let result = match (builtin, args.first()) {
            (Builtin::Close, Some(chan)) => {
                let op = SyncOp::Close { chan: chan.clone() };
                self.park(state, gid, op, site, None);
                return Flow::On;
            }
            (Builtin::Panic, _) => {
                self.panic(state, gid, Crash::Other, site);
                return Flow::On;
            }
            (Builtin::Recover, _) => {
                let recovers = state.frame(gid).recovers;
                let goroutine = state.goroutine(gid);
                if recovers && goroutine.unwinding == Unwinding::Panic {
                    goroutine.unwinding = Unwinding::No;
                    state.non_nil()
                } else {
                    Val::Nil
                }
            }
            (Builtin::Len, Some(x)) => match x {
                Val::Nil => Val::Int(0),
                Val::Slice { len, .. } => Val::Int(i64::from(*len)),
                Val::Str(text) => Val::Int(text.len() as i64),
                Val::Parts(parts) => Val::Int(parts.len() as i64),
                Val::Map(obj) => match state.obj(*obj) {
                    Obj::Map {
                        entries,
                        complete: true,
                    } if !entries.iter().any(|(key, _)| key.is_open()) => Val::Int(entries.len() as i64),
                    _ => Val::Unknown,
                },
                Val::Chan(obj) => match state.chan(*obj) {
                    Some(chan) if !chan.shared => Val::Int(chan.buffer.len() as i64),
                    _ => Val::Unknown,
                },
                open @ Val::Sym(_) => {
                    let open = open.clone();
                    state.answer(crate::value::Question::Part(open, LENGTH))
                }
                _ => Val::Unknown,
            },
            (Builtin::Cap, Some(x)) => match x {
                Val::Nil => Val::Int(0),
                Val::Slice { cap, .. } => Val::Int(i64::from(*cap)),
                Val::Chan(obj) => match state.chan(*obj) {
                    Some(chan) if !chan.shared => Val::Int(i64::from(chan.capacity)),
                    _ => Val::Unknown,
                },
                _ => Val::Unknown,
            },
            (Builtin::Append, Some(_)) => {
                let base = args.remove(0);
                match append(state, base, &args) {
                    // Where they are now is not known.
                    Val::Unknown => {
                        self.give_away(state, Some(gid), &args);
                        Val::Unknown
                    }
                    slice => slice,
                }
            }
            (Builtin::Delete, Some(Val::Map(obj))) => {
                let obj = *obj;
                let key = args.get(1).cloned().unwrap_or(Val::Unknown);
                if let Obj::Map { entries, complete } = state.obj_mut(obj) {
                    if key.is_open() {
                        *complete = false;
                    } else {
                        entries.retain(|(known, _)| *known != key);
                    }
                }
                Val::Unknown
            }
            (Builtin::Clear, Some(Val::Map(obj))) => {
                let obj = *obj;
                if let Obj::Map { entries, .. } = state.obj_mut(obj) {
                    entries.clear();
                }
                Val::Unknown
            }
            (Builtin::Min | Builtin::Max, _) => {
                let ints: Option<Vec<i64>> = args
                    .iter()
                    .map(|arg| match arg {
                        Val::Int(int) => Some(*int),
                        _ => None,
                    })
                    .collect();
                let best = ints.and_then(|ints| match builtin {
                    Builtin::Min => ints.into_iter().min(),
                    _ => ints.into_iter().max(),
                });
                best.map_or(Val::Unknown, Val::Int)
            }
            _ => Val::Unknown,
        };
        state.set(gid, dest, result);
        Flow::On
    }
}

fn append(state: &mut State, base: Val, args: &[Val]) -> Val {
    let elems_of = |state: &State, value: &Val| match value {
        Val::Nil => Some(Vec::new()),
        Val::Slice { obj, start, len, .. } => match state.obj(*obj) {
            Obj::Array(elems) => elems
                .get(*start as usize..(*start + *len) as usize)
                .map(<[Val]>::to_vec),
            _ => None,
        },
        _ => None,
    };
    let Some(mut elems) = elems_of(state, &base) else {
        return Val::Unknown;
    };
    match args {
        // append(s, t...): nothing else that is appended alone is a slice in these programs' element types of one kind.
        [more @ Val::Slice { .. }] => match elems_of(state, more) {
            Some(more) if !matches!(elems.first(), Some(Val::Slice { .. })) => elems.extend(more),
            _ => return Val::Unknown,
        },
        more => elems.extend(more.iter().cloned()),
    }
    if elems.len() > 256 {
        return Val::Unknown;
    }
    let len = elems.len() as u32;
    let obj = state.alloc(Obj::Array(elems));
    Val::Slice {
        obj,
        start: 0,
        len,
        cap: len,
    }
}

impl State {
    /// A value in an interface of which nothing is known but that it is not nil, and no other one.
    pub(crate) fn non_nil(&mut self) -> Val {
        Val::Ptr(Loc::whole(
            self.alloc(Obj::Cell(TypeId::UNKNOWN, Val::tuple([Val::Unknown]))),
        ))
    }
}
