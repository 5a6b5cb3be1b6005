//! Functions of other packages, next to those of one.

use std::collections::VecDeque;
use std::sync::Arc;

use gosleuth_base::{Idx as _, IndexVec};
use gosleuth_types::{ObjRef, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::{Callee, Func, FuncId, Op, Package};

/// Where functions of other packages come from.
pub struct Library<'s> {
    /// A declared function of another package with its literals, if others may look into it.
    pub function: &'s dyn Fn(ObjRef) -> Option<Arc<Package>>,
    /// The methods that a value of a type has when it is in an interface, those of embedded fields included.
    pub methods: &'s dyn Fn(TypeId) -> Vec<ObjRef>,
}

/// Values that linked functions may have together. Those that are called directly come first; what does not fit is not seen.
const MAX_VALUES: usize = 60_000;

/// The functions of other packages that a package reaches: those it calls or names, methods of types that it puts in interfaces, and
/// what these reach in turn. Together they are like one package: literals refer to the functions of the result.
pub fn link(package: &Package, library: &Library<'_>) -> Package {
    let mut linker = Linker {
        library,
        linked: Package {
            pkg: package.pkg,
            go_minor: package.go_minor,
            funcs: IndexVec::new(),
            by_object: FxHashMap::default(),
            inits: Vec::new(),
        },
        seen: FxHashSet::default(),
        types: FxHashSet::default(),
        todo: VecDeque::new(),
        values: 0,
    };
    for func in package.funcs.iter() {
        linker.reaches(func);
    }
    while let Some(obj) = linker.todo.pop_front() {
        if obj.pkg != package.pkg {
            linker.add(obj);
        }
    }
    linker.linked
}

struct Linker<'s> {
    library: &'s Library<'s>,
    linked: Package,
    seen: FxHashSet<ObjRef>,
    types: FxHashSet<TypeId>,
    todo: VecDeque<ObjRef>,
    values: usize,
}

impl Linker<'_> {
    fn reaches(&mut self, func: &Func) {
        for value in func.values.iter() {
            let obj = match &value.op {
                Op::Call(call) | Op::Go(call) | Op::Defer(call) => match call.callee {
                    Callee::Static(obj) => obj,
                    _ => continue,
                },
                Op::Func(obj) | Op::BoundMethod { method: obj, .. } => *obj,
                Op::MakeInterface(inner) => {
                    let ty = func.values[*inner].ty;
                    if self.types.insert(ty) {
                        for method in (self.library.methods)(ty) {
                            self.want(method);
                        }
                    }
                    continue;
                }
                _ => continue,
            };
            self.want(obj);
        }
    }

    fn want(&mut self, obj: ObjRef) {
        if self.seen.insert(obj) {
            self.todo.push_back(obj);
        }
    }

    fn add(&mut self, obj: ObjRef) {
        let Some(source) = (self.library.function)(obj) else {
            return;
        };
        let Some(&first) = source.by_object.get(&obj) else {
            return;
        };
        // A function comes before its literals, which refer to it.
        let mut ids = vec![first];
        let mut next = 0;
        while let Some(&id) = ids.get(next) {
            next += 1;
            for value in source.funcs[id].values.iter() {
                if let Op::Closure { func, .. } = value.op
                    && !ids.contains(&func)
                {
                    ids.push(func);
                }
            }
        }
        let size: usize = ids.iter().map(|&id| source.funcs[id].values.len()).sum();
        if self.values + size > MAX_VALUES {
            return;
        }
        self.values += size;
        let start = self.linked.funcs.len();
        let place = |id: FuncId| {
            ids.iter()
                .position(|&known| known == id)
                .map(|at| FuncId::from_usize(start + at))
        };
        for &id in &ids {
            let mut func = source.funcs[id].clone();
            func.parent = func.parent.and_then(place);
            let literals = func.values.iter_enumerated().filter_map(|(at, value)| match value.op {
                Op::Closure { func, .. } => Some((at, place(func)?)),
                _ => None,
            });
            for (at, new) in literals.collect::<Vec<_>>() {
                if let Op::Closure { func, .. } = &mut func.values[at].op {
                    *func = new;
                }
            }
            self.reaches(&func);
            let new = self.linked.funcs.push(func);
            if id == first {
                self.linked.by_object.insert(obj, new);
            }
        }
    }
}
