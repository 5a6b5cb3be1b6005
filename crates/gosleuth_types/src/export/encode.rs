//! A package as bytes.

mod part;

use std::borrow::Cow;

use gosleuth_syntax::ast::ChanDir;
use rustc_hash::FxHashMap;

use super::bytes::Writer;
use super::reach::{Kept, Reach};
use super::{FORM, HOLES_PER_BYTE, PREDECLARED, kind, tag, value};
use crate::constant::ConstValue;
use crate::names::Name;
use crate::object::{NamedRef, ObjKind, ObjRef, Object, PackageTypes, PkgId, TypeParamRef, VarKind};
use crate::types::{Type, TypeId};
use crate::world::World;

pub use part::PartWriter;

/// Whether it is written where objects are declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Positions {
    /// Files and offsets are kept.
    Keep,
    /// Nobody has the sources.
    Drop,
}

/// The bytes of a finished package, as far as `reach` goes.
pub fn encode(world: &World, pkg: PkgId, reach: &Reach, positions: Positions) -> Vec<u8> {
    encode_with_mentions(world, pkg, reach, positions).0
}

/// Like [`encode`], with the other packages that its declarations mention: what others see of it depends on these alone, while what it
/// imports may only be used within its functions.
pub fn encode_with_mentions(world: &World, pkg: PkgId, reach: &Reach, positions: Positions) -> (Vec<u8>, Vec<PkgId>) {
    let nothing = Kept::default();
    let package = world.package(pkg);
    let mut encoder = Encoder {
        world,
        pkg,
        package,
        kept: reach.of(pkg).unwrap_or(&nothing),
        // Without files there is nowhere to be, and a reader sees by the files whether there are positions.
        positions: match package.files.is_empty() {
            true => Positions::Drop,
            false => positions,
        },
        texts: Vec::new(),
        by_text: FxHashMap::default(),
        packages: vec![pkg],
        by_package: FxHashMap::from_iter([(pkg, 0)]),
        records: Writer::default(),
        types: FxHashMap::default(),
        next_type: PREDECLARED,
        underlying: FxHashMap::default(),
    };
    encoder.run()
}

/// How exported packages refer to a package: its import path, and whether these are the tests that extend it.
pub fn path(world: &World, pkg: PkgId) -> Cow<'_, str> {
    match world.base(pkg) {
        None => Cow::Borrowed(world.path(pkg)),
        Some(_) => Cow::Owned(format!("{} [tests]", world.path(pkg))),
    }
}

struct Encoder<'w, 'r> {
    world: &'w World,
    pkg: PkgId,
    package: &'w PackageTypes,
    kept: &'r Kept,
    positions: Positions,
    texts: Vec<&'w str>,
    by_text: FxHashMap<&'w str, u64>,
    packages: Vec<PkgId>,
    by_package: FxHashMap<PkgId, u64>,
    /// Records of types, each after those it is built from.
    records: Writer,
    types: FxHashMap<TypeId, u64>,
    next_type: u64,
    /// Declared types of other packages by what is behind them.
    underlying: FxHashMap<PkgId, FxHashMap<TypeId, NamedRef>>,
}

impl<'w> Encoder<'w, '_> {
    fn run(&mut self) -> (Vec<u8>, Vec<PkgId>) {
        let mut tables = Writer::default();
        self.tables(&mut tables);
        let mentions = self.packages[1..].to_vec();
        let mut imports = Writer::default();
        imports.number(self.package.imports.len() as u64);
        for &import in &self.package.imports {
            imports.number(self.package_number(import));
        }

        let mut out = Writer::default();
        out.byte(FORM);
        // References come first, so that they can be read alone.
        out.number(self.packages.len() as u64 - 1);
        for &pkg in &self.packages[1..] {
            out.blob(path(self.world, pkg).as_bytes());
        }
        let name = self.package.name.map(|name| self.world.text(name));
        out.blob(name.unwrap_or_default().as_bytes());
        out.byte(u8::from(self.package.opaque));
        out.number(self.texts.len() as u64);
        for text in &self.texts {
            out.blob(text.as_bytes());
        }
        let files: &[String] = match self.positions {
            Positions::Keep => &self.package.files,
            Positions::Drop => &[],
        };
        out.number(files.len() as u64);
        for file in files {
            out.blob(file.as_bytes());
        }
        out.bytes.extend_from_slice(&imports.bytes);
        // How long the tables are comes before the types, whose references are checked against it.
        let own = &self.package.tables;
        let lengths = [own.objects.len(), own.nameds.len(), own.type_params.len()];
        let kept = [&self.kept.objects, &self.kept.nameds, &self.kept.type_params];
        let mut longest = 0;
        for (length, kept) in lengths.into_iter().zip(kept) {
            // Holes behind the last one that is kept need not be.
            let length = kept.last().map_or(0, |&last| last as usize + 1).min(length);
            out.number(length as u64);
            longest = longest.max(length);
        }
        let start = out.bytes.len();
        out.number(self.next_type - PREDECLARED);
        out.bytes.extend_from_slice(&self.records.bytes);
        out.bytes.extend_from_slice(&tables.bytes);
        // Holes are paid for in bytes, so that a few bytes cannot claim much memory.
        let least = start + longest.div_ceil(HOLES_PER_BYTE);
        out.bytes.resize(out.bytes.len().max(least), 0);
        (out.bytes, mentions)
    }

    fn tables(&mut self, out: &mut Writer) {
        let (kept, tables) = (self.kept, &self.package.tables);
        out.number(kept.objects.len() as u64);
        let mut gap = Gap::default();
        for &index in &kept.objects {
            gap.write(out, index);
            match tables.objects.get(index as usize) {
                Some(object) => self.object(out, object),
                None => self.object(out, &Object::hole()),
            }
        }
        out.number(kept.nameds.len() as u64);
        let mut gap = Gap::default();
        for &index in &kept.nameds {
            gap.write(out, index);
            let Some(info) = tables.nameds.get(index as usize) else {
                continue;
            };
            out.number(u64::from(info.obj.index));
            let (params, underlying) = (self.ty(info.type_params), self.optional(info.underlying));
            out.number(params);
            out.number(underlying);
            let methods: Vec<_> = info
                .methods
                .iter()
                .filter(|(_, method)| method.pkg == self.pkg && kept.has_object(method.index))
                .collect();
            out.number(methods.len() as u64);
            for &&(name, method) in &methods {
                out.number(self.text(name));
                out.number(u64::from(method.index));
            }
        }
        out.number(kept.type_params.len() as u64);
        let mut gap = Gap::default();
        for &index in &kept.type_params {
            gap.write(out, index);
            let Some(info) = tables.type_params.get(index as usize) else {
                continue;
            };
            out.number(u64::from(info.obj.index));
            out.number(u64::from(info.index));
            let constraint = self.optional(info.constraint);
            out.number(constraint);
        }
        let mut scope: Vec<u32> = tables
            .scope
            .values()
            .copied()
            .filter(|&index| kept.has_object(index))
            .collect();
        scope.sort_unstable();
        out.number(scope.len() as u64);
        let mut gap = Gap::default();
        scope.iter().for_each(|&index| gap.write(out, index));
        let mut added: Vec<_> = tables.added_methods.iter().collect();
        added.sort_by_key(|(named, _)| (self.world.path(named.pkg), named.index));
        out.number(added.len() as u64);
        for (named, methods) in added {
            out.number(self.package_number(named.pkg));
            out.number(u64::from(named.index));
            out.number(methods.len() as u64);
            for &(name, method) in methods {
                out.number(self.text(name));
                out.number(u64::from(method.index));
            }
        }
    }

    fn object(&mut self, out: &mut Writer, object: &Object) {
        out.number(self.text(object.name));
        if self.positions == Positions::Keep {
            out.number(object.pos.file().map_or(0, |file| file as u64 + 1));
            out.number(u64::from(object.pos.offset));
        }
        let ty = self.optional(object.ty);
        out.number(ty);
        match &object.kind {
            ObjKind::Package(pkg) => {
                out.byte(kind::PACKAGE);
                out.number(self.package_number(*pkg));
            }
            ObjKind::Const(value) => {
                out.byte(kind::CONST);
                constant(out, value);
            }
            ObjKind::Type { alias, type_params } => {
                out.byte(if *alias { kind::ALIAS } else { kind::TYPE });
                let params = self.ty(*type_params);
                out.number(params);
            }
            ObjKind::Var(var) => {
                out.byte(kind::VAR);
                out.byte(match var {
                    VarKind::Package => 0,
                    VarKind::Local => 1,
                    VarKind::Param => 2,
                    VarKind::Receiver => 3,
                    VarKind::Result => 4,
                    VarKind::Field => 5,
                });
            }
            ObjKind::Func { recv, recv_params } => {
                out.byte(kind::FUNC);
                let recv = self.optional(*recv);
                out.number(recv);
                let params = self.ty(*recv_params);
                out.number(params);
            }
            ObjKind::Label | ObjKind::Builtin(_) | ObjKind::Nil => out.byte(kind::OTHER),
        }
    }

    fn text(&mut self, name: Name) -> u64 {
        let text = self.world.text(name);
        let next = self.texts.len() as u64;
        let number = *self.by_text.entry(text).or_insert(next);
        if number == next {
            self.texts.push(text);
        }
        number
    }

    fn package_number(&mut self, pkg: PkgId) -> u64 {
        let next = self.packages.len() as u64;
        let number = *self.by_package.entry(pkg).or_insert(next);
        if number == next {
            self.packages.push(pkg);
        }
        number
    }

    /// Number of a type that may not be there, plus one.
    fn optional(&mut self, ty: Option<TypeId>) -> u64 {
        ty.map_or(0, |ty| self.ty(ty) + 1)
    }

    /// Number of a type; those it is built from get theirs before it.
    fn ty(&mut self, id: TypeId) -> u64 {
        if (id.index() as u64) < PREDECLARED {
            return id.index() as u64;
        }
        if let Some(&number) = self.types.get(&id) {
            return number;
        }
        let mut record = Writer::default();
        self.record(&mut record, id);
        self.records.bytes.extend_from_slice(&record.bytes);
        let number = self.next_type;
        self.next_type += 1;
        self.types.insert(id, number);
        number
    }

    fn record(&mut self, out: &mut Writer, id: TypeId) {
        let ty = self.world.types.get(id);
        match ty {
            // Those are predeclared.
            Type::Unknown | Type::Basic(_) => self.tuple(out, &[]),
            Type::Named { decl, args } => {
                self.named(out, *decl);
                let args = self.ty(*args);
                out.number(args);
            }
            Type::TypeParam(TypeParamRef { pkg, index }) => {
                out.byte(tag::TYPE_PARAM);
                out.number(self.package_number(*pkg));
                out.number(u64::from(*index));
            }
            Type::Pointer(elem) => {
                out.byte(tag::POINTER);
                let elem = self.ty(*elem);
                out.number(elem);
            }
            Type::Slice(elem) => {
                out.byte(tag::SLICE);
                let elem = self.ty(*elem);
                out.number(elem);
            }
            Type::Array { len, elem } => {
                out.byte(tag::ARRAY);
                out.signed(*len);
                let elem = self.ty(*elem);
                out.number(elem);
            }
            Type::Map { key, value } => {
                out.byte(tag::MAP);
                let (key, value) = (self.ty(*key), self.ty(*value));
                out.number(key);
                out.number(value);
            }
            Type::Chan { dir, elem } => {
                out.byte(tag::CHAN);
                out.byte(match dir {
                    ChanDir::Both => 0,
                    ChanDir::Send => 1,
                    ChanDir::Recv => 2,
                });
                let elem = self.ty(*elem);
                out.number(elem);
            }
            Type::Tuple(types) => self.tuple(out, types),
            Type::Func(sig) => {
                out.byte(tag::FUNC);
                let parts = [sig.params, sig.results, sig.type_params].map(|part| self.ty(part));
                parts.into_iter().for_each(|part| out.number(part));
                out.byte(u8::from(sig.variadic));
            }
            Type::Struct(fields) => {
                if self.underlying_of_other(out, id, fields.first().map(|field| field.obj)) {
                    return;
                }
                out.byte(tag::STRUCT);
                out.number(fields.len() as u64);
                for field in fields {
                    out.number(self.text(field.name));
                    let ty = self.ty(field.ty);
                    out.number(ty);
                    out.number(field.tag.map_or(0, |tag| self.text(tag) + 1));
                    self.object_ref(out, field.obj);
                    out.byte(u8::from(field.embedded));
                }
            }
            Type::Interface(interface) => {
                if self.underlying_of_other(out, id, interface.methods.first().map(|method| method.obj)) {
                    return;
                }
                out.byte(tag::INTERFACE);
                out.number(interface.methods.len() as u64);
                for method in &interface.methods {
                    out.number(self.text(method.name));
                    let sig = self.ty(method.sig);
                    out.number(sig);
                    self.object_ref(out, method.obj);
                }
                let embeds: Vec<u64> = interface.embeds.iter().map(|&embed| self.ty(embed)).collect();
                out.number(embeds.len() as u64);
                embeds.into_iter().for_each(|embed| out.number(embed));
                out.byte(u8::from(interface.implicit));
            }
            Type::Union(terms) => {
                out.byte(tag::UNION);
                out.number(terms.len() as u64);
                for term in terms {
                    out.byte(u8::from(term.tilde));
                    let ty = self.ty(term.ty);
                    out.number(ty);
                }
            }
        }
    }

    fn tuple(&mut self, out: &mut Writer, types: &[TypeId]) {
        let types: Vec<u64> = types.iter().map(|&ty| self.ty(ty)).collect();
        out.byte(tag::TUPLE);
        out.number(types.len() as u64);
        types.into_iter().for_each(|ty| out.number(ty));
    }

    fn named(&mut self, out: &mut Writer, decl: NamedRef) {
        if decl.pkg != self.pkg
            && let Some(name) = self.name_of(decl)
        {
            out.byte(tag::NAMED_BY_NAME);
            out.number(self.package_number(decl.pkg));
            out.number(self.text(name));
        } else {
            out.byte(tag::NAMED);
            out.number(self.package_number(decl.pkg));
            out.number(u64::from(decl.index));
        }
    }

    /// The name under which the scope of its package has a declared type.
    fn name_of(&self, decl: NamedRef) -> Option<Name> {
        let tables = &self.world.package(decl.pkg).tables;
        let obj = tables.nameds.get(decl.index as usize)?.obj;
        let name = tables.objects.get(obj.index as usize)?.name;
        (obj.pkg == decl.pkg && tables.scope.get(&name) == Some(&obj.index)).then_some(name)
    }

    fn object_ref(&mut self, out: &mut Writer, obj: ObjRef) {
        out.number(self.package_number(obj.pkg));
        out.number(u64::from(obj.index));
    }

    /// `type T pkg.S` takes over the fields or methods of `S`, which are objects of its package: says so instead of listing them.
    fn underlying_of_other(&mut self, out: &mut Writer, id: TypeId, member: Option<ObjRef>) -> bool {
        let Some(pkg) = member.map(|obj| obj.pkg).filter(|&pkg| pkg != self.pkg) else {
            return false;
        };
        let world = self.world;
        let by_underlying = self.underlying.entry(pkg).or_insert_with(|| {
            let mut map = FxHashMap::default();
            for (index, info) in world.package(pkg).tables.nameds.iter().enumerate() {
                if let Some(underlying) = info.underlying
                    && info.type_params == TypeId::EMPTY_TUPLE
                {
                    let index = index as u32;
                    map.entry(underlying).or_insert(NamedRef { pkg, index });
                }
            }
            map
        });
        let Some(&decl) = by_underlying.get(&id) else {
            return false;
        };
        if self.name_of(decl).is_none() {
            return false;
        }
        let named = world.types.intern(Type::Named {
            decl,
            args: TypeId::EMPTY_TUPLE,
        });
        let named = self.ty(named);
        out.byte(tag::UNDERLYING);
        out.number(named);
        true
    }
}

/// Writes rising positions as distances.
#[derive(Default)]
struct Gap {
    next: u32,
}

impl Gap {
    fn write(&mut self, out: &mut Writer, index: u32) {
        out.number(u64::from(index - self.next));
        self.next = index + 1;
    }
}

fn constant(out: &mut Writer, constant: &ConstValue) {
    match constant {
        ConstValue::Unknown => out.byte(value::UNKNOWN),
        ConstValue::Bool(false) => out.byte(value::FALSE),
        ConstValue::Bool(true) => out.byte(value::TRUE),
        ConstValue::Int(number) => {
            out.byte(value::INT);
            out.signed(*number);
        }
        ConstValue::BigInt(number) => {
            out.byte(value::BIG_INT);
            out.blob(&number.to_signed_bytes_le());
        }
        ConstValue::Ratio(ratio) => {
            out.byte(value::RATIO);
            out.blob(&ratio.numer().to_signed_bytes_le());
            out.blob(&ratio.denom().to_signed_bytes_le());
        }
        ConstValue::Complex(parts) => {
            out.byte(value::COMPLEX);
            parts.iter().for_each(|part| self::constant(out, part));
        }
        ConstValue::String(bytes) => {
            out.byte(value::STRING);
            out.blob(bytes);
        }
    }
}
