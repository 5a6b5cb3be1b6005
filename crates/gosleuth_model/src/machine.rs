//! Memory: reading, writing, values from outside, and what outside may use.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use gosleuth_ir::{BlockId, Op, ValueId};
use gosleuth_types::{BasicKind, ObjRef, PkgId, Query, Type, TypeId};
use rustc_hash::FxHashMap;

use crate::able::Abilities;
use crate::hash::Numbers;
use crate::live::Liveness;
use crate::native::Native;
use crate::program::Program;
use crate::state::{Chan, Context, Gid, Obj, Starter, State, Sync};
use crate::unread::Unread;
use crate::value::{Callable, Loc, ObjId, Val};
use gosleuth_ir::FuncKey;

/// Elements of arrays that are told apart.
const MAX_ARRAY: i64 = 64;

/// What executes a program; it holds no state of an execution.
pub(crate) struct Machine<'a> {
    pub(crate) program: &'a Program<'a>,
    /// Whether the root is one function among others, so that code outside may use package-level variables.
    pub(crate) is_part: Cell<bool>,
    /// Instructions that may still be executed.
    pub(crate) fuel: Cell<u64>,
    /// Branches on what is not determined that one execution may take.
    pub(crate) guesses: Cell<u32>,
    /// Whether some path was not followed to its end.
    pub(crate) cut: Cell<bool>,
    /// Whether functions that code outside is given are called.
    pub(crate) calls_back: Cell<bool>,
    pub(crate) liveness: Liveness,
    unread: OnceCell<Unread>,
    pub(crate) numbers: RefCell<Numbers>,
    natives: RefCell<FxHashMap<ObjRef, Option<Native>>>,
    written: RefCell<FxHashMap<FuncKey, Rc<[u32]>>>,
    pub(crate) concerns: RefCell<FxHashMap<FuncKey, bool>>,
    pub(crate) abilities: RefCell<FxHashMap<FuncKey, Rc<Abilities>>>,
    pub(crate) abilities_behind: RefCell<FxHashMap<(FuncKey, BlockId, u32), Rc<Abilities>>>,
    pub(crate) unlocks_for_others: OnceCell<bool>,
    pub(crate) returns: RefCell<FxHashMap<FuncKey, Rc<[bool]>>>,
    pub(crate) worker_loops: RefCell<FxHashMap<(FuncKey, BlockId), Option<BlockId>>>,
}

impl<'a> Machine<'a> {
    pub(crate) fn new(program: &'a Program<'a>) -> Self {
        Self {
            program,
            is_part: Cell::default(),
            fuel: Cell::default(),
            guesses: Cell::default(),
            cut: Cell::new(false),
            calls_back: Cell::default(),
            concerns: RefCell::default(),
            abilities: RefCell::default(),
            abilities_behind: RefCell::default(),
            unlocks_for_others: OnceCell::new(),
            returns: RefCell::default(),
            worker_loops: RefCell::default(),
            liveness: Liveness::default(),
            unread: OnceCell::new(),
            numbers: RefCell::default(),
            natives: RefCell::default(),
            written: RefCell::default(),
        }
    }

    /// Fields whose values decide nothing.
    pub(crate) fn unread(&self) -> &Unread {
        self.unread.get_or_init(|| Unread::of(self.program))
    }

    /// Begins with another root.
    pub(crate) fn begin_root(&self, fuel: u64, guesses: u32, is_part: bool) {
        self.fuel.set(fuel);
        self.guesses.set(guesses);
        self.is_part.set(is_part);
        self.cut.set(false);
        self.calls_back.set(false);
    }

    /// The states in which a function stands in front of its first operation.
    pub(crate) fn begin(&self, root: FuncKey, mut state: State) -> Vec<State> {
        let gid = self.new_goroutine(&mut state, Starter::Root, None, None);
        let func = self.program.func(root);
        let args = func
            .params
            .iter()
            .map(|&param| Val::Lazy(func.values[param].ty))
            .collect();
        self.push(&mut state, gid, root, args, Vec::new(), None);
        let states = self.run(state, gid);
        self.run_started(states)
    }

    /// Counts work.
    pub(crate) fn spend(&self, instructions: u64) {
        self.fuel.set(self.fuel.get().saturating_sub(instructions));
    }

    /// A view of types; any package sees all finished ones.
    pub(crate) fn query(&self, unit: u32) -> Query<'a, 'a> {
        self.program.units()[unit as usize].query
    }

    /// The model of a library function.
    pub(crate) fn native(&self, obj: ObjRef) -> Option<Native> {
        if let Some(&native) = self.natives.borrow().get(&obj) {
            return native;
        }
        let native = self
            .program
            .names(obj)
            .and_then(|(path, recv, name)| Native::of(path, recv, name));
        self.natives.borrow_mut().insert(obj, native);
        native
    }

    /// The zero value of a type.
    pub(crate) fn zero(&self, query: Query<'a, 'a>, ty: TypeId) -> Val {
        if let Some(value) = self.atomic_zero(query, ty) {
            return value;
        }
        if query.is_type_param(ty) {
            return Val::Unknown;
        }
        match query.ty(query.underlying(ty)) {
            Type::Basic(kind) if kind.is_boolean() => Val::Bool(false),
            Type::Basic(kind) if kind.is_integer() => Val::Int(0),
            Type::Basic(kind) if kind.is_string() => Val::Str(Rc::from([])),
            Type::Basic(BasicKind::UnsafePointer | BasicKind::UntypedNil) => Val::Nil,
            Type::Pointer(_)
            | Type::Slice(_)
            | Type::Map { .. }
            | Type::Chan { .. }
            | Type::Func(_)
            | Type::Interface(_) => Val::Nil,
            Type::Struct(fields) => Val::Parts(fields.iter().map(|field| self.zero(query, field.ty)).collect()),
            Type::Array { len, elem } if (0..=MAX_ARRAY).contains(len) => {
                Val::Parts((0..*len).map(|_| self.zero(query, *elem)).collect())
            }
            _ => Val::Unknown,
        }
    }

    /// The types of `sync/atomic` hold their value themselves.
    fn atomic_zero(&self, query: Query<'a, 'a>, ty: TypeId) -> Option<Val> {
        let (pkg, name) = declared(query, ty)?;
        if query.world.path(pkg) != "sync/atomic" {
            return None;
        }
        Some(match name {
            "Bool" => Val::Bool(false),
            "Value" | "Pointer" => Val::Nil,
            _ => Val::Int(0),
        })
    }

    /// A value from outside.
    pub(crate) fn expand(&self, query: Query<'a, 'a>, state: &mut State, ty: TypeId) -> Val {
        if query.is_type_param(ty) {
            return state.symbol();
        }
        if is_context(query, ty) {
            let done = self.shared_chan(state);
            return Val::Context(state.alloc(Obj::Context(Context {
                parent: None,
                done: Some(done),
                cancelled: false,
                deadline: false,
            })));
        }
        match query.ty(query.underlying(ty)) {
            Type::Pointer(elem) => {
                let obj = state.alloc(Obj::Cell(*elem, Val::Lazy(*elem)));
                state.share(obj);
                Val::Ptr(Loc::whole(obj))
            }
            Type::Chan { .. } => Val::Chan(self.shared_chan(state)),
            Type::Map { .. } => {
                let obj = state.alloc(Obj::Map {
                    entries: Vec::new(),
                    complete: false,
                });
                state.share(obj);
                Val::Map(obj)
            }
            Type::Struct(fields) => Val::Parts(fields.iter().map(|field| Val::Lazy(field.ty)).collect()),
            Type::Array { len, elem } if (0..=MAX_ARRAY).contains(len) => {
                Val::Parts((0..*len).map(|_| Val::Lazy(*elem)).collect())
            }
            Type::Tuple(types) => Val::tuple(types.iter().map(|&ty| Val::Lazy(ty)).collect::<Vec<_>>()),
            _ => state.symbol(),
        }
    }

    fn shared_chan(&self, state: &mut State) -> ObjId {
        state.alloc(Obj::Chan(Chan {
            capacity: 0,
            buffer: Vec::new(),
            closed: false,
            shared: true,
            timer: false,
            stoppable: false,
            ticker: false,
            site: None,
        }))
    }

    /// What a variable holds.
    pub(crate) fn load(&self, query: Query<'a, 'a>, state: &mut State, loc: &Loc) -> Val {
        // Each round looks at one more value from outside, the last one at what is there then.
        for _ in 0..loc.path().len() + 2 {
            let lazy = match peek(state.obj(loc.obj), loc.path()) {
                Some((Val::Lazy(ty), rest)) => {
                    if rest.is_empty() && !loc.path().is_empty() && self.is_kept_by_code(query, state, loc.obj, *ty) {
                        return Val::Unknown;
                    }
                    *ty
                }
                Some((value, [])) => return value.clone(),
                _ => return Val::Unknown,
            };
            self.look_at(query, state, loc, lazy);
        }
        Val::Unknown
    }

    /// Whether what is in a part of an object from outside goes by rules that code which is not followed keeps: numbers and texts in structs of these
    /// packages. Nothing is concluded from them.
    fn is_kept_by_code(&self, query: Query<'a, 'a>, state: &State, obj: ObjId, ty: TypeId) -> bool {
        let Obj::Cell(whole, _) = state.obj(obj) else {
            return false;
        };
        matches!(query.ty(query.underlying(ty)), Type::Basic(kind) if !kind.is_boolean())
            && declared(query, *whole)
                .is_some_and(|(pkg, _)| self.program.units().iter().any(|unit| unit.query.pkg == pkg))
    }

    /// Writes to memory. What is written where code outside looks is its from then on.
    pub(crate) fn store(&self, query: Query<'a, 'a>, state: &mut State, loc: &Loc, value: Val) {
        if state.shared.contains(loc.obj) {
            self.publish(state, std::slice::from_ref(&value));
        }
        for _ in 0..=loc.path().len() {
            match peek(state.obj(loc.obj), loc.path()) {
                Some((_, [])) => {
                    if let Some((slot, [])) = slot(state.obj_mut(loc.obj), loc.path()) {
                        *slot = value;
                    }
                    return;
                }
                Some((&Val::Lazy(ty), _)) => self.look_at(query, state, loc, ty),
                _ => return,
            }
        }
    }

    /// Finds out what a value from outside on a way is.
    fn look_at(&self, query: Query<'a, 'a>, state: &mut State, loc: &Loc, ty: TypeId) {
        let value = match self.expand(query, state, ty) {
            Val::Lazy(_) => Val::Unknown,
            value => value,
        };
        self.fill(state, loc, value);
    }

    /// Puts a value in place of the first one from outside on a way.
    fn fill(&self, state: &mut State, loc: &Loc, value: Val) {
        if let Some((slot @ Val::Lazy(_), _)) = slot(state.obj_mut(loc.obj), loc.path()) {
            *slot = value;
        }
    }

    /// A state in which nothing is known of the package-level variables that a function names.
    pub(crate) fn without(&self, mut state: State, key: FuncKey) -> State {
        let query = self.query(key.unit);
        for value in self.program.func(key).values.iter() {
            let Op::Global(obj) = value.op else {
                continue;
            };
            let ty = match query.ty(value.ty) {
                Type::Pointer(elem) => *elem,
                _ => TypeId::UNKNOWN,
            };
            let cell = state.alloc(Obj::Cell(ty, Val::Lazy(ty)));
            state.share(cell);
            state.globals.insert(obj, cell);
        }
        state
    }

    /// Gives values to code outside: from now on it may use and change whatever can be reached from them.
    pub(crate) fn escape(&self, state: &mut State, values: &[Val]) {
        self.give_away(state, None, values);
    }

    /// [`Self::escape`] by a goroutine: functions that have to do with others are called.
    pub(crate) fn give_away(&self, state: &mut State, gid: Option<Gid>, values: &[Val]) {
        let mut work: Vec<Val> = values.to_vec();
        while let Some(value) = work.pop() {
            let obj = match value {
                Val::Func(callable) => {
                    if let Some(gid) = gid
                        && self.is_called_back(&callable)
                    {
                        // Calling it changes what it changes.
                        state.given.push((gid, callable));
                        continue;
                    }
                    self.escape_func(state, &callable, &mut work);
                    continue;
                }
                value => match object_of(&value, &mut work) {
                    Some(obj) => obj,
                    None => continue,
                },
            };
            let is_new = state.share(obj);
            reachable(state.obj_mut(obj), is_new, &mut work);
            if let Obj::Cell(ty, value) = state.obj_mut(obj) {
                *value = Val::Lazy(*ty);
            }
        }
    }

    /// Code outside may use what can be reached from these values, but has not changed it.
    pub(crate) fn publish(&self, state: &mut State, values: &[Val]) {
        let mut work: Vec<Val> = values.to_vec();
        while let Some(value) = work.pop() {
            if let Val::Func(callable) = &value {
                work.extend(parts_of(callable));
                continue;
            }
            if let Some(obj) = object_of(&value, &mut work)
                && state.share(obj)
            {
                reachable(state.obj_mut(obj), true, &mut work);
            }
        }
    }

    /// A function that code outside may call: variables that it only reads stay as they are.
    fn escape_func(&self, state: &mut State, callable: &Callable, work: &mut Vec<Val>) {
        let Callable::Closure(key, captures) = callable else {
            work.extend(parts_of(callable));
            return;
        };
        let written = self.written(*key, 0);
        for (number, capture) in captures.iter().enumerate() {
            match capture {
                Val::Ptr(loc) if !written.contains(&(number as u32)) => {
                    if state.share(loc.obj) {
                        reachable(state.obj_mut(loc.obj), true, work);
                    }
                }
                capture => work.push(capture.clone()),
            }
        }
    }

    /// The captured variables that a literal, or one in it, writes or gives away.
    fn written(&self, key: FuncKey, depth: u32) -> Rc<[u32]> {
        if let Some(known) = self.written.borrow().get(&key) {
            return Rc::clone(known);
        }
        let func = self.program.func(key);
        let captured = |value: &ValueId| match func.op(*value) {
            Op::Captured(number) => Some(*number),
            _ => None,
        };
        let mut written = Vec::new();
        for block in func.blocks.iter() {
            for &value in &block.values {
                let op = func.op(value);
                match op {
                    Op::Load(_) => {}
                    Op::Closure { func: inner, captures } if depth < 4 => {
                        let key = FuncKey {
                            unit: key.unit,
                            func: *inner,
                        };
                        for &number in &*self.written(key, depth + 1) {
                            written.extend(captures.get(number as usize).and_then(captured));
                        }
                    }
                    op => op.for_each_operand(|operand| written.extend(captured(&operand))),
                }
            }
        }
        let written: Rc<[u32]> = written.into();
        self.written.borrow_mut().insert(key, Rc::clone(&written));
        written
    }
}

/// The object a value refers to; parts of values are added to what is to be looked at.
pub(crate) fn object_of(value: &Val, work: &mut Vec<Val>) -> Option<ObjId> {
    match value {
        Val::Ptr(loc) => Some(loc.obj),
        Val::Slice { obj, .. } | Val::Map(obj) | Val::Chan(obj) | Val::Context(obj) => Some(*obj),
        Val::Parts(parts) | Val::Tuple(parts) => {
            work.extend(parts.iter().cloned());
            None
        }
        Val::Boxed(_, value) => {
            work.push((**value).clone());
            None
        }
        _ => None,
    }
}

/// The values a function carries.
pub(crate) fn parts_of(callable: &Callable) -> Vec<Val> {
    match callable {
        Callable::Closure(_, captures) => captures.clone(),
        Callable::Bound(_, recv) => vec![recv.clone()],
        Callable::Cancel(context) => vec![Val::Context(*context)],
        Callable::Declared(_) => Vec::new(),
    }
}

/// Marks an object as used outside, and adds what can be reached from it if that is new.
fn reachable(obj: &mut Obj, is_new: bool, work: &mut Vec<Val>) {
    if !is_new {
        return;
    }
    match obj {
        Obj::Cell(_, value) => work.push(value.clone()),
        Obj::Array(elems) => work.extend(elems.iter().cloned()),
        Obj::Map { entries, complete } => {
            *complete = false;
            work.extend(entries.iter().flat_map(|(key, value)| [key.clone(), value.clone()]));
        }
        Obj::Chan(chan) => {
            chan.shared = true;
            work.extend(chan.buffer.iter().cloned());
        }
        Obj::Context(context) => work.extend(context.done.map(Val::Chan)),
    }
}

impl State {
    /// Notes that code outside may use an object; whether that is new.
    pub(crate) fn share(&mut self, obj: ObjId) -> bool {
        if !self.shared.insert(obj) {
            return false;
        }
        let is_counted = |loc: &Loc, sync: &Sync| loc.obj == obj && !matches!(sync, Sync::Lock { .. } | Sync::Shared);
        if self.syncs().iter().any(|(loc, sync)| is_counted(loc, sync)) {
            for (loc, sync) in self.syncs_mut() {
                if is_counted(loc, sync) {
                    *sync = Sync::Shared;
                }
            }
        }
        true
    }
}

/// Follows a way into an object as far as it is known: what is there, and the rest of the way.
fn peek<'v>(obj: &'v Obj, path: &'v [u32]) -> Option<(&'v Val, &'v [u32])> {
    let (mut at, mut rest) = match obj {
        Obj::Cell(_, value) => (value, path),
        Obj::Array(elems) => {
            let (&index, rest) = path.split_first()?;
            (elems.get(index as usize)?, rest)
        }
        _ => return None,
    };
    while let (Val::Parts(parts), Some((&part, tail))) = (at, rest.split_first()) {
        at = parts.get(part as usize)?;
        rest = tail;
    }
    Some((at, rest))
}

/// [`peek`], for changes.
fn slot<'v>(obj: &'v mut Obj, path: &'v [u32]) -> Option<(&'v mut Val, &'v [u32])> {
    let (mut at, mut rest) = match obj {
        Obj::Cell(_, value) => (value, path),
        Obj::Array(elems) => {
            let (&index, rest) = path.split_first()?;
            (elems.get_mut(index as usize)?, rest)
        }
        _ => return None,
    };
    loop {
        match (at, rest.split_first()) {
            (Val::Parts(parts), Some((&part, tail))) => {
                at = Rc::make_mut(parts).get_mut(part as usize)?;
                rest = tail;
            }
            (at, _) => return Some((at, rest)),
        }
    }
}

/// Whether a type is `context.Context`.
pub(crate) fn is_context(query: Query<'_, '_>, ty: TypeId) -> bool {
    declared(query, ty).is_some_and(|(pkg, name)| name == "Context" && query.world.path(pkg) == "context")
}

/// Whether a type is `error`.
pub(crate) fn is_error(query: Query<'_, '_>, ty: TypeId) -> bool {
    declared(query, ty).is_some_and(|(pkg, name)| name == "error" && pkg == PkgId::universe())
}

/// Package and name of a declared type.
pub(crate) fn declared<'w, 'a>(query: Query<'w, 'a>, ty: TypeId) -> Option<(PkgId, &'w str)>
where
    'w: 'a,
{
    let Type::Named { decl, .. } = query.ty(ty) else {
        return None;
    };
    let object = query.object(query.named(*decl)?.obj)?;
    Some((decl.pkg, query.world.text(object.name)))
}
