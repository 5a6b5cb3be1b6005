//! What a package tells those that import it: the functions that matter to who waits for whom, as they are.
//!
//! A call of another package is looked into in the same way as one of the own package. What a function does is its summary: a shorter one
//! would have to say in words of its own what channels, locks, counters and goroutines do to each other. Functions that have nothing to do
//! with those are not told, so that changes in them concern nobody else.

use std::sync::Arc;

use gosleuth_ir::{
    Call, Callee, Func, FuncId, Library, Op, Package, Terminator, link, read_functions, symbol, write_functions,
};
use gosleuth_types::export::{PartReader, PartWriter, Reach};
use gosleuth_types::{Builtin, ObjRef, PkgId, Query, Type, TypeId, World};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::models::Models;

/// Values of a function with its literals; a larger one is not told.
const MAX_VALUES: usize = 1_500;

/// How deep a type is looked into.
const MAX_DEPTH: u32 = 4;

/// Packages that are known by models alone, also to their own tests.
const MODELLED: [&str; 10] = [
    "context",
    "golang.org/x/sync/errgroup",
    "golang.org/x/sync/semaphore",
    "internal/sync",
    "os/signal",
    "runtime",
    "sync",
    "sync/atomic",
    "testing",
    "time",
];

/// What a package tells: functions with their literals as bytes, each by the position of its object in the tables of the package.
pub fn write_facts(query: Query<'_, '_>, package: &Package, models: &Models) -> Vec<(u32, Vec<u8>)> {
    // What models say of these is more than their bodies show.
    if MODELLED.contains(&query.world.path(query.world.canonical(query.pkg))) {
        return Vec::new();
    }
    let reach = Reach::of_package(query.world, query.pkg);
    let mut facts = Vec::new();
    for ids in told(query, package, models) {
        let obj = ids.first().and_then(|&id| package.funcs[id].obj);
        // Each stands alone, so that it does not change with its neighbours.
        if let (Some(obj), Some(mut out)) = (obj, PartWriter::new(query.world, query.pkg, &reach)) {
            write_functions(&mut out, package, &ids);
            facts.push((obj.index, out.finish()));
        }
    }
    facts
}

/// A function in a fact of the package `pkg`, with its literals. `resolve` gives packages by the paths that exports refer to them with.
pub fn read_fact(
    world: &World,
    pkg: PkgId,
    fact: &[u8],
    resolve: impl Fn(&str) -> Option<PkgId>,
) -> Option<Arc<Package>> {
    let mut input = PartReader::new(world, pkg, fact, resolve)?;
    read_functions(&mut input, pkg).map(Arc::new)
}

/// The functions of other packages that a package reaches, as far as `function` knows them.
pub fn linked(query: Query<'_, '_>, package: &Package, function: &dyn Fn(ObjRef) -> Option<Arc<Package>>) -> Package {
    let methods = |ty: TypeId| {
        let mut found = Vec::new();
        methods(query, ty, MAX_DEPTH, &mut found);
        found
    };
    link(
        package,
        &Library {
            function,
            methods: &methods,
        },
    )
}

/// The methods of a type and of what is embedded in it.
fn methods(query: Query<'_, '_>, ty: TypeId, depth: u32, found: &mut Vec<ObjRef>) {
    let base = match query.ty(ty) {
        Type::Pointer(elem) => *elem,
        _ => ty,
    };
    if let Type::Named { decl, .. } = query.ty(base)
        && let Some(info) = query.named(*decl)
    {
        found.extend(info.methods.iter().map(|&(_, method)| method));
    }
    if let Type::Struct(fields) = query.ty(query.underlying(base))
        && depth > 0
    {
        for field in fields.iter().filter(|field| field.embedded) {
            methods(query, field.ty, depth - 1, found);
        }
    }
}

/// The functions that are told, each followed by its literals, in order.
fn told(query: Query<'_, '_>, package: &Package, models: &Models) -> Vec<Vec<FuncId>> {
    let mut holds = Holds {
        query,
        known: FxHashMap::default(),
    };
    let mut callers: FxHashMap<FuncId, Vec<FuncId>> = FxHashMap::default();
    let mut sizes: FxHashMap<FuncId, usize> = FxHashMap::default();
    let mut work = Vec::new();
    // A literal belongs to the declared function around it.
    let declared = |mut id: FuncId| {
        while let Some(parent) = package.funcs[id].parent {
            id = parent;
        }
        id
    };
    for (id, func) in package.funcs.iter_enumerated() {
        let home = declared(id);
        *sizes.entry(home).or_default() += func.values.len();
        if package.funcs[home].obj.is_none() || func.blocks.is_empty() {
            continue;
        }
        let mut matters = id == home && holds.signature(func);
        matters |= !func
            .blocks
            .iter()
            .any(|block| matches!(block.end, Terminator::Return(_)));
        for value in func.values.iter() {
            match &value.op {
                Op::Go(_) | Op::Send { .. } | Op::Recv { .. } | Op::Select { .. } | Op::MakeChan { .. } => {
                    matters = true
                }
                Op::Call(call) | Op::Defer(call) => match called(query, package, call) {
                    Some(callee) => callers.entry(callee).or_default().push(home),
                    None => matters |= is_sync(query, models, call),
                },
                _ => {}
            }
        }
        if matters {
            work.push(home);
        }
    }
    let mut told = FxHashSet::default();
    while let Some(id) = work.pop() {
        if told.insert(id) {
            work.extend(callers.get(&id).into_iter().flatten().copied());
        }
    }
    let mut groups: Vec<Vec<FuncId>> = Vec::new();
    let mut place: FxHashMap<FuncId, usize> = FxHashMap::default();
    for (id, _) in package.funcs.iter_enumerated() {
        let home = declared(id);
        if told.contains(&home) && sizes.get(&home).is_some_and(|&size| size <= MAX_VALUES) {
            let at = *place.entry(home).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            groups[at].push(id);
        }
    }
    groups
}

fn called(query: Query<'_, '_>, package: &Package, call: &Call) -> Option<FuncId> {
    match call.callee {
        Callee::Static(obj) if obj.pkg == query.pkg => package.by_object.get(&obj).copied(),
        _ => None,
    }
}

/// Whether a call of what is not in the package concerns others: locks and the like, function values, what models know.
fn is_sync(query: Query<'_, '_>, models: &Models, call: &Call) -> bool {
    match call.callee {
        Callee::Builtin(builtin) => builtin == Builtin::Close,
        Callee::Value(_) => true,
        Callee::Static(obj) | Callee::Interface { method: obj, .. } => {
            let world = query.world;
            let path = world.path(world.canonical(obj.pkg));
            matches!(path, "sync" | "sync/atomic" | "context")
                || path == "time"
                    && query
                        .object(obj)
                        .is_some_and(|object| is_timer(world.text(object.name)))
                || !models.of(&symbol(query, obj)).is_empty()
        }
    }
}

fn is_timer(name: &str) -> bool {
    matches!(
        name,
        "After" | "AfterFunc" | "NewTimer" | "NewTicker" | "Tick" | "Stop" | "Reset" | "Sleep"
    )
}

/// Import path and name of a declared type, without its arguments; none for other types.
pub(crate) fn declared_name<'a>(query: Query<'a, 'a>, ty: TypeId) -> Option<(&'a str, &'a str)> {
    let Type::Named { decl, .. } = *query.ty(ty) else {
        return None;
    };
    let object = query.object(query.named(decl)?.obj)?;
    let world = query.world;
    Some((world.path(world.canonical(decl.pkg)), world.text(object.name)))
}

/// Which types hold something that goroutines wait for, or that has to be given back.
struct Holds<'a> {
    query: Query<'a, 'a>,
    known: FxHashMap<TypeId, bool>,
}

impl Holds<'_> {
    fn signature(&mut self, func: &Func) -> bool {
        let Type::Func(sig) = self.query.ty(func.sig) else {
            return false;
        };
        let types = &self.query.world.types;
        let results = types.list(sig.results).iter().copied();
        let params = func.params.iter().map(|&param| func.values[param].ty);
        params.chain(results).any(|ty| self.ty(ty, MAX_DEPTH))
    }

    fn ty(&mut self, ty: TypeId, depth: u32) -> bool {
        if let Some(&known) = self.known.get(&ty) {
            return known;
        }
        if depth == 0 {
            return false;
        }
        // A type that holds itself holds nothing more by that.
        self.known.insert(ty, false);
        let holds = match self.query.ty(ty) {
            Type::Chan { .. } | Type::Func(_) => true,
            Type::Pointer(elem) | Type::Slice(elem) | Type::Array { elem, .. } => self.ty(*elem, depth - 1),
            Type::Map { value, .. } => self.ty(*value, depth - 1),
            Type::Struct(fields) => fields.iter().any(|field| self.ty(field.ty, depth - 1)),
            Type::Named { decl, .. } => {
                let is_own = decl.pkg == self.query.world.canonical(self.query.pkg);
                let path = self.query.world.path(decl.pkg);
                match declared_name(self.query, ty) {
                    Some(("sync", _)) => true,
                    Some(("io", "Closer" | "ReadCloser" | "WriteCloser" | "ReadWriteCloser")) => true,
                    Some(("net/http", "Response") | ("time", "Timer" | "Ticker") | ("os", "File")) => true,
                    Some(("database/sql", "Rows" | "Stmt" | "Tx" | "Conn")) => true,
                    // Types of the standard library are not looked into: what they hold is their own.
                    _ if !is_own && is_standard(path) => false,
                    _ => {
                        let under = self.query.underlying(ty);
                        under != ty && self.ty(under, depth)
                    }
                }
            }
            _ => false,
        };
        self.known.insert(ty, holds);
        holds
    }
}

/// Whether a path is one of the standard library: its first part has no dot.
fn is_standard(path: &str) -> bool {
    !path.split('/').next().unwrap_or(path).contains('.')
}
