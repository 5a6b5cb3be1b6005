//! Fields and methods, promoted ones included.

use super::Query;
use crate::info::{Selection, SelectionKind};
use crate::names::Name;
use crate::object::{NamedRef, ObjKind, ObjRef, PkgId};
use crate::types::{Type, TypeId};

/// What a name selects from a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Field or method.
    pub kind: SelectionKind,
    /// As declared.
    pub obj: ObjRef,
    /// Its type, as seen through the type it is selected from: arguments of instances replaced; the signature of a method without receiver.
    pub ty: TypeId,
    /// See [`Selection::path`](crate::Selection::path).
    pub path: Vec<u32>,
    /// Whether a pointer is followed on the way.
    pub indirect: bool,
    /// For methods: whether the receiver is a pointer.
    pub pointer_receiver: bool,
}

/// A type in which fields and methods are looked for, at the end of a chain of embedded fields.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) ty: TypeId,
    /// Field numbers that lead to it.
    pub(super) path: Vec<u32>,
    pub(super) indirect: bool,
    /// Whether several chains of this length lead to the type: then nothing in it can be selected.
    pub(super) several: bool,
}

/// Types embedded in types that are looked at; instances that embed ever new instances would go on for ever.
const MAX_EMBEDDED: usize = 2_000;

impl<'w, 'a> Query<'w, 'a>
where
    'w: 'a,
{
    /// The field or method that `name`, written in package `from`, selects from a value of type `ty`: the one at the shallowest depth if
    /// it is the only one there. Methods with pointer receiver are found whether or not the value has an address.
    pub fn lookup(&self, ty: TypeId, name: Name, from: PkgId) -> Option<Found> {
        if name.is_blank() {
            return None;
        }
        let start = self.lookup_start(ty)?;
        let fields_only = self.is_named_pointer(ty);
        let mut walk = EmbeddedWalk::new(start);
        while !walk.level.is_empty() {
            let mut found: Option<Found> = None;
            for place in 0..walk.level.len() {
                let place = &walk.level[place];
                match self.select_in(place, name, from) {
                    Some(_) if place.several || found.is_some() => return None,
                    Some(one) => found = Some(one),
                    None => {}
                }
            }
            if let Some(found) = found {
                return (!fields_only || found.kind == SelectionKind::Field).then_some(found);
            }
            walk.descend(self);
        }
        None
    }

    /// The method `name` of package `from` in the method set of `ty`.
    pub fn lookup_method(&self, ty: TypeId, name: Name, from: PkgId) -> Option<Found> {
        self.lookup(ty, name, from)
            .filter(|found| found.kind == SelectionKind::Method && (found.indirect || !found.pointer_receiver))
    }

    /// The type that has the selected field or method itself: what the embedded fields on the path lead to, without pointer.
    pub fn selected_in(&self, selection: &Selection) -> TypeId {
        let mut ty = self
            .lookup_start(selection.recv)
            .map_or(TypeId::UNKNOWN, |place| place.ty);
        let fields = selection.path.split_last().map_or(&[][..], |(_, fields)| fields);
        for &index in fields {
            ty = match self.ty(self.underlying(ty)) {
                Type::Struct(fields) => fields.get(index as usize).map_or(TypeId::UNKNOWN, |field| field.ty),
                _ => TypeId::UNKNOWN,
            };
            if let Type::Pointer(elem) = *self.ty(ty) {
                ty = elem;
            }
        }
        ty
    }

    /// The type arguments of the type that has a selected method itself, a tuple.
    pub(crate) fn receiver_args(&self, selection: &Selection) -> TypeId {
        match *self.ty(self.selected_in(selection)) {
            Type::Named { args, .. } => args,
            _ => TypeId::EMPTY_TUPLE,
        }
    }

    /// Where looking for fields and methods of `ty` begins: behind a pointer, unless it points to an interface.
    pub(super) fn lookup_start(&self, ty: TypeId) -> Option<Place> {
        let pointer = match self.ty(ty) {
            Type::Named { .. } => self.ty(self.underlying(ty)),
            other => other,
        };
        let (ty, indirect) = match *pointer {
            Type::Pointer(elem) => (elem, true),
            _ => (ty, false),
        };
        if indirect && matches!(self.ty(self.underlying(ty)), Type::Interface(_) | Type::Pointer(_)) {
            return None;
        }
        Some(Place {
            ty,
            path: Vec::new(),
            indirect,
            several: false,
        })
    }

    /// Whether a type is declared as a pointer: such types have no methods.
    pub(super) fn is_named_pointer(&self, ty: TypeId) -> bool {
        matches!(self.ty(ty), Type::Named { .. }) && matches!(self.ty(self.underlying(ty)), Type::Pointer(_))
    }

    /// Whether unexported names of one package are those of another, or the name is exported.
    pub(super) fn same_name(&self, name: Name, a: PkgId, b: PkgId) -> bool {
        name.is_exported() || a == b || self.world.canonical(a) == self.world.canonical(b)
    }

    /// Field or method of a type itself, nothing promoted.
    fn select_in(&self, place: &Place, name: Name, from: PkgId) -> Option<Found> {
        if let &Type::Named { decl, args } = self.ty(place.ty)
            && let Some((index, obj)) = self.declared_method(decl, name, from)
        {
            return Some(self.method_found(place, index, obj, args));
        }
        match self.ty(self.underlying(place.ty)) {
            Type::Struct(fields) => {
                let index = (fields.iter())
                    .position(|field| field.name == name && self.same_name(name, field.obj.pkg, from))?;
                let field = &fields[index];
                Some(Found {
                    kind: SelectionKind::Field,
                    obj: field.obj,
                    ty: field.ty,
                    path: extended(&place.path, index),
                    indirect: place.indirect,
                    pointer_receiver: false,
                })
            }
            Type::Interface(_) => {
                let set = self.type_set(place.ty);
                let index = (set.methods.iter())
                    .position(|method| method.name == name && self.same_name(name, method.obj.pkg, from))?;
                let method = &set.methods[index];
                Some(Found {
                    kind: SelectionKind::Method,
                    obj: method.obj,
                    ty: method.sig,
                    path: extended(&place.path, index),
                    indirect: place.indirect,
                    pointer_receiver: false,
                })
            }
            _ => None,
        }
    }

    /// A method declared for a type and its place among them: those of the type's package, then those its tests add.
    fn declared_method(&self, decl: NamedRef, name: Name, from: PkgId) -> Option<(usize, ObjRef)> {
        let info = self.named(decl)?;
        let is_it = |&(other, obj): &(Name, ObjRef)| other == name && self.same_name(name, obj.pkg, from);
        if let Some(index) = info.methods.iter().position(is_it) {
            return Some((index, info.methods[index].1));
        }
        self.added_methods(decl)
            .zip(info.methods.len()..)
            .find(|(method, _)| is_it(method))
            .map(|(method, index)| (index, method.1))
    }

    /// Methods that tests seen from here add to a type.
    fn added_methods(&self, decl: NamedRef) -> impl Iterator<Item = &'a (Name, ObjRef)> {
        let own = self.own.added_methods.get(&decl);
        let imported = (self.own.extensions.iter()).filter_map(move |&pkg| self.tables(pkg).added_methods.get(&decl));
        own.into_iter().chain(imported).flatten()
    }

    /// The methods declared for a type, in the order of their places.
    pub(super) fn declared_methods(&self, decl: NamedRef) -> impl Iterator<Item = &'a (Name, ObjRef)> {
        let declared = self.named(decl).map(|info| info.methods.iter());
        declared.into_iter().flatten().chain(self.added_methods(decl))
    }

    fn method_found(&self, place: &Place, index: usize, obj: ObjRef, args: TypeId) -> Found {
        let mut ty = self.object_type(obj);
        let mut pointer_receiver = false;
        if let Some(object) = self.object(obj)
            && let ObjKind::Func { recv, recv_params } = object.kind
        {
            pointer_receiver = recv.is_some_and(|recv| matches!(self.ty(recv), Type::Pointer(_)));
            // The type as declared, without arguments, has methods that say what their receivers say.
            if args != TypeId::EMPTY_TUPLE {
                ty = self.substitute(ty, recv_params, args);
            }
        }
        Found {
            kind: SelectionKind::Method,
            obj,
            ty,
            path: extended(&place.path, index),
            indirect: place.indirect,
            pointer_receiver,
        }
    }
}

fn extended(path: &[u32], index: usize) -> Vec<u32> {
    let mut longer = Vec::with_capacity(path.len() + 1);
    longer.extend_from_slice(path);
    longer.push(u32::try_from(index).unwrap_or(u32::MAX));
    longer
}

/// The types embedded in a type, one depth after the other, shallowest first.
pub(super) struct EmbeddedWalk {
    /// Those of the present depth.
    pub(super) level: Vec<Place>,
    /// Those of all depths so far: what was seen at a shallower depth hides what is deeper.
    seen: Vec<TypeId>,
}

impl EmbeddedWalk {
    pub(super) fn new(start: Place) -> Self {
        Self {
            level: vec![start],
            seen: Vec::new(),
        }
    }

    /// Goes one deeper; at the end the level is empty.
    pub(super) fn descend(&mut self, query: &Query<'_, '_>) {
        let level = std::mem::take(&mut self.level);
        self.seen.extend(level.iter().map(|place| place.ty));
        for place in &level {
            let Type::Struct(fields) = query.ty(query.underlying(place.ty)) else {
                continue;
            };
            for (index, field) in fields.iter().enumerate().filter(|(_, field)| field.embedded) {
                let (ty, pointer) = match *query.ty(field.ty) {
                    Type::Pointer(elem) => (elem, true),
                    _ => (field.ty, false),
                };
                if self.seen.contains(&ty) || self.seen.len() + self.level.len() > MAX_EMBEDDED {
                    continue;
                }
                if let Some(other) = self.level.iter_mut().find(|other| other.ty == ty) {
                    other.several = true;
                    continue;
                }
                self.level.push(Place {
                    ty,
                    path: extended(&place.path, index),
                    indirect: place.indirect || pointer,
                    several: place.several,
                });
            }
        }
    }
}
