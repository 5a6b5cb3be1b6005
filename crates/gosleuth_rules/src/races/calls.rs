//! Calls: whom they may mean, and how they get there.

use gosleuth_ir::Callee;
use gosleuth_types::{ObjRef, Type, TypeId};

use super::exec::{Cursor, Exec, Frame, FuncVal, Here, Target};
use super::graph::Sync;
use super::memory::{Item, Origin, Step, Val, merge, places};

/// Calls in each other, those of libraries and through interfaces included.
const MAX_CALLS: u32 = 30;

/// Functions that one call may mean and that are followed.
const MAX_TARGETS: usize = 4;

impl Exec<'_, '_> {
    pub(super) fn target(&mut self, frame: &Frame, instance: usize, callee: Callee) -> Target {
        match callee {
            Callee::Static(obj) => Target::Declared(obj),
            Callee::Interface { recv, method } => Target::Method {
                recv: self.val(frame, instance, recv),
                method,
            },
            Callee::Value(value) => Target::Value(self.val(frame, instance, value)),
            Callee::Builtin(builtin) => Target::Builtin(builtin),
        }
    }

    /// Calls whatever a target means; the results by number.
    pub(super) fn call(
        &mut self,
        target: Target,
        args: Vec<Val>,
        cursor: Cursor,
        ty: TypeId,
        here: Here,
    ) -> (Option<Cursor>, Vec<Val>) {
        if self.depth >= MAX_CALLS {
            return (Some(cursor), Vec::new());
        }
        self.depth += 1;
        let done = self.call_within(target, args, cursor, ty, here);
        self.depth -= 1;
        done
    }

    pub(super) fn call_within(
        &mut self,
        target: Target,
        args: Vec<Val>,
        cursor: Cursor,
        ty: TypeId,
        here: Here,
    ) -> (Option<Cursor>, Vec<Val>) {
        match target {
            Target::Builtin(builtin) => {
                let (cursor, val) = self.builtin(builtin, &args, cursor, here);
                (Some(cursor), vec![val])
            }
            Target::Declared(obj) => self.call_declared(obj, args, cursor, ty, here),
            Target::Value(val) => {
                let choices: Vec<u32> = val
                    .iter()
                    .filter_map(|item| match item {
                        Item::Func(id) => Some(*id),
                        _ => None,
                    })
                    .collect();
                if choices.is_empty() {
                    self.use_responses(&cursor, &args, here);
                }
                self.choose(
                    choices.len(),
                    cursor,
                    ty,
                    here,
                    |this, index, cursor, here| match this.funcs[choices[index] as usize].clone() {
                        FuncVal::Closure { func, captures } => this.enter(func, args.clone(), captures, cursor, here),
                        FuncVal::Declared(obj) => this.call_declared(obj, args.clone(), cursor, ty, here),
                        FuncVal::Bound { method, recv } => {
                            let is_interface = this.cx.query.object(method).is_some_and(|object| {
                                matches!(&object.kind, gosleuth_types::ObjKind::Func { recv: Some(ty), .. }
                                    if matches!(this.cx.under(*ty), Type::Interface(_)))
                            });
                            if is_interface {
                                let target = Target::Method { recv, method };
                                this.call(target, args.clone(), cursor, ty, here)
                            } else {
                                let mut all = vec![recv];
                                all.extend(args.iter().cloned());
                                this.call_declared(method, all, cursor, ty, here)
                            }
                        }
                        FuncVal::Cancel(chan) => {
                            this.met.sent.insert(chan);
                            let next = this.sync(&cursor, Sync::Close(vec![chan]), here);
                            (Some(next), Vec::new())
                        }
                    },
                )
            }
            Target::Method { recv, method } => {
                if let Some(done) = self.context_method(&recv, method, &cursor) {
                    return done;
                }
                let recv = if self.is_response(&recv) {
                    // Nothing is known of its type.
                    self.use_responses(&cursor, [&recv], here);
                    Val::new()
                } else {
                    recv
                };
                let name = self.cx.query.object(method).map(|object| object.name);
                // What is not known to the package may wait for its goroutines.
                if !recv.iter().any(|item| matches!(item, Item::Boxed(_) | Item::Ref(_)))
                    && super::names::waits_by_name(self.cx, method)
                {
                    let results = self.unknown_results(ty, here);
                    return (Some(self.sync(&cursor, Sync::Settle, here)), results);
                }
                let choices: Vec<(TypeId, Option<Item>)> = recv
                    .iter()
                    .filter_map(|item| match item {
                        Item::Boxed(id) => Some(self.boxes[*id as usize]),
                        // A value whose type is a type parameter.
                        Item::Ref(loc) if self.memory.locs[*loc as usize].parent.is_none() => {
                            let held = self.memory.of(*loc).ty;
                            let pointer = self.cx.query.world.types.pointer(held);
                            (!held.is_unknown()).then_some((pointer, Some(*item)))
                        }
                        _ => None,
                    })
                    .collect();
                if choices.is_empty() {
                    self.use_responses(&cursor, &args, here);
                    let named = self.named(method);
                    let results = self.unknown_results(ty, here);
                    if named.symbol.ends_with("context.Context.Done") {
                        self.patient.extend(results.iter().flat_map(|chan| places(chan)));
                    }
                    return (Some(self.unknown(cursor, &named, &[], here)), results);
                }
                self.choose(choices.len(), cursor, ty, here, |this, index, cursor, here| {
                    let (of, inner) = choices[index];
                    let found = name.and_then(|name| this.cx.query.lookup(of, name, method.pkg));
                    let Some(found) = found else {
                        return (Some(cursor), Vec::new());
                    };
                    let mut recv: Val = inner.into_iter().collect();
                    let mut holder = this.cx.pointee(of).unwrap_or(of);
                    for &field in found.path.iter().take(found.path.len().saturating_sub(1)) {
                        let Type::Struct(fields) = this.cx.under(holder) else {
                            break;
                        };
                        let Some(ty) = fields.get(field as usize).map(|field| field.ty) else {
                            break;
                        };
                        let parts = this.parts(&recv, Step::Field(field));
                        match this.cx.pointee(ty) {
                            Some(elem) => {
                                recv = this.read_all(&parts, ty);
                                holder = elem;
                            }
                            None if this.cx.query.is_interface(ty) => {
                                recv = this.read_all(&parts, ty);
                                holder = ty;
                            }
                            None => {
                                recv = parts;
                                holder = ty;
                            }
                        }
                    }
                    if this.cx.query.is_interface(holder) {
                        let target = Target::Method {
                            recv,
                            method: found.obj,
                        };
                        return this.call(target, args.clone(), cursor, ty, here);
                    }
                    let takes_pointer = found.pointer_receiver;
                    let recv = recv
                        .into_iter()
                        .map(|item| match item {
                            Item::Ref(loc) if !takes_pointer && this.is_aggregate(holder) => Item::Copy(loc),
                            item => item,
                        })
                        .collect();
                    let mut all = vec![recv];
                    all.extend(args.iter().cloned());
                    this.call_declared(found.obj, all, cursor, ty, here)
                })
            }
        }
    }

    /// Takes each of several ways to go on.
    pub(super) fn choose(
        &mut self,
        count: usize,
        cursor: Cursor,
        ty: TypeId,
        here: Here,
        mut way: impl FnMut(&mut Self, usize, Cursor, Here) -> (Option<Cursor>, Vec<Val>),
    ) -> (Option<Cursor>, Vec<Val>) {
        match count {
            0 => {
                let results = self.unknown_results(ty, here);
                (Some(cursor), results)
            }
            1 => way(self, 0, cursor, here),
            _ => {
                let mut ends = Vec::new();
                let mut all: Vec<Val> = Vec::new();
                let outer = self.choices;
                self.choices = outer.saturating_mul(count as u32);
                for index in 0..count.min(MAX_TARGETS) {
                    let start = self.part(&cursor);
                    let (end, results) = way(self, index, start, here.numbered(index));
                    ends.extend(end);
                    for (number, val) in results.into_iter().enumerate() {
                        if all.len() <= number {
                            all.push(Val::new());
                        }
                        merge(&mut all[number], &val);
                    }
                }
                self.choices = outer;
                (self.meet(&ends), all)
            }
        }
    }

    pub(super) fn call_declared(
        &mut self,
        obj: ObjRef,
        args: Vec<Val>,
        cursor: Cursor,
        ty: TypeId,
        here: Here,
    ) -> (Option<Cursor>, Vec<Val>) {
        match self.cx.ir.by_object.get(&obj) {
            Some(&func) if !self.cx.ir.funcs[func].blocks.is_empty() => {
                self.enter(func, args, Vec::new(), cursor, here)
            }
            _ => self.library(obj, args, cursor, ty, here),
        }
    }

    /// What a function that is not known may return.
    pub(super) fn unknown_results(&mut self, ty: TypeId, here: Here) -> Vec<Val> {
        let types = match self.cx.query.ty(ty) {
            Type::Tuple(types) => types.clone(),
            _ => vec![ty],
        };
        types
            .into_iter()
            .enumerate()
            .map(|(index, ty)| {
                let origin = Origin::Made(here.ctx, here.instance as u32, here.value, 1_000 + index as u32);
                self.outside(origin, ty)
            })
            .collect()
    }
}
