//! Bytes as a package.

mod part;

use std::sync::Arc;

use gosleuth_syntax::ast::ChanDir;
use num_bigint::BigInt;
use rustc_hash::FxHashMap;

use super::bytes::Reader;
use super::{FORM, HOLES_PER_BYTE, PREDECLARED, kind, tag, value};
use crate::constant::ConstValue;
use crate::names::Name;
use crate::object::{
    NamedInfo, NamedRef, ObjKind, ObjRef, Object, PackageTables, PackageTypes, PkgId, Pos, TypeParamInfo, TypeParamRef,
    VarKind,
};
use crate::types::{Field, InterfaceType, Method, Signature, Term, Type, TypeId};
use crate::world::World;

pub use part::PartReader;

/// Bytes that are not a package in the form of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are not an exported package")]
pub struct DecodeError;

/// The import paths of the packages that the bytes refer to; these have to be finished before [`decode`].
///
/// # Errors
///
/// The bytes are not an exported package.
pub fn references(bytes: &[u8]) -> Result<Vec<&str>, DecodeError> {
    let paths = paths(&mut Reader::new(bytes)).ok_or(DecodeError)?;
    Ok(paths.into_iter().filter(|path| built_in(path).is_none()).collect())
}

/// Packages that every world has.
fn built_in(path: &str) -> Option<PkgId> {
    match path {
        "" => Some(PkgId::universe()),
        "unsafe" => Some(PkgId::unsafe_()),
        _ => None,
    }
}

fn paths<'a>(reader: &mut Reader<'a>) -> Option<Vec<&'a str>> {
    if reader.byte()? != FORM {
        return None;
    }
    reader.list(|reader| std::str::from_utf8(reader.blob()?).ok())
}

/// Makes the package `pkg`, registered but not finished, from bytes. `resolve` gives the packages the bytes refer to; what it does not
/// know is unknown.
///
/// # Errors
///
/// The bytes are not an exported package.
pub fn decode(
    world: &World,
    pkg: PkgId,
    bytes: &[u8],
    resolve: impl Fn(&str) -> Option<PkgId>,
) -> Result<PackageTypes, DecodeError> {
    let mut decoder = Decoder {
        world,
        pkg,
        reader: Reader::new(bytes),
        packages: vec![Some(pkg)],
        names: Vec::new(),
        lengths: [0; 3],
        types: (0..PREDECLARED)
            .map(|index| TypeId::predeclared(index as u32))
            .collect(),
        positions: false,
    };
    decoder.package(resolve).ok_or(DecodeError)
}

struct Decoder<'w, 'b> {
    world: &'w World,
    pkg: PkgId,
    reader: Reader<'b>,
    packages: Vec<Option<PkgId>>,
    names: Vec<Name>,
    /// Of the tables of objects, declared types and type parameters.
    lengths: [usize; 3],
    types: Vec<TypeId>,
    positions: bool,
}

const OBJECTS: usize = 0;
const NAMEDS: usize = 1;
const TYPE_PARAMS: usize = 2;

impl Decoder<'_, '_> {
    fn package(&mut self, resolve: impl Fn(&str) -> Option<PkgId>) -> Option<PackageTypes> {
        let paths = paths(&mut self.reader)?;
        self.packages
            .extend(paths.into_iter().map(|path| built_in(path).or_else(|| resolve(path))));
        let name = std::str::from_utf8(self.reader.blob()?).ok()?;
        let name = (!name.is_empty()).then(|| self.world.name(name));
        let opaque = self.reader.byte()? != 0;
        let world = self.world;
        self.names = self
            .reader
            .list(|reader| Some(world.name(std::str::from_utf8(reader.blob()?).ok()?)))?;
        let files = self
            .reader
            .list(|reader| String::from_utf8(reader.blob()?.to_vec()).ok())?;
        self.positions = !files.is_empty();
        let imports = self.reader.list(Reader::index)?;
        let imports = imports
            .into_iter()
            .filter_map(|number| self.packages.get(number as usize).copied().flatten())
            .collect();
        for table in 0..self.lengths.len() {
            self.lengths[table] = usize::try_from(self.reader.number()?).ok()?;
            if self.lengths[table] > HOLES_PER_BYTE * self.reader.remaining() {
                return None;
            }
        }
        for _ in 0..self.reader.count()? {
            let ty = self.record()?;
            self.types.push(ty);
        }
        let tables = self.tables()?;
        Some(PackageTypes {
            name,
            tables,
            imports,
            files,
            opaque,
        })
    }

    fn tables(&mut self) -> Option<PackageTables> {
        let pkg = self.pkg;
        let mut tables = PackageTables {
            objects: vec![Object::hole(); self.lengths[OBJECTS]],
            nameds: vec![
                NamedInfo {
                    obj: ObjRef { pkg, index: 0 },
                    ty: TypeId::UNKNOWN,
                    type_params: TypeId::EMPTY_TUPLE,
                    underlying: Some(TypeId::UNKNOWN),
                    methods: Vec::new(),
                };
                self.lengths[NAMEDS]
            ],
            type_params: vec![
                TypeParamInfo {
                    obj: ObjRef { pkg, index: 0 },
                    index: 0,
                    constraint: Some(TypeId::EMPTY_INTERFACE),
                };
                self.lengths[TYPE_PARAMS]
            ],
            ..PackageTables::default()
        };
        let mut next = 0;
        for _ in 0..self.reader.count()? {
            let index = self.gap(&mut next)?;
            *tables.objects.get_mut(index as usize)? = self.object()?;
        }
        let mut next = 0;
        for _ in 0..self.reader.count()? {
            let index = self.gap(&mut next)?;
            *tables.nameds.get_mut(index as usize)? = self.named(index)?;
        }
        let mut next = 0;
        for _ in 0..self.reader.count()? {
            let index = self.gap(&mut next)?;
            *tables.type_params.get_mut(index as usize)? = self.type_param()?;
        }
        let mut next = 0;
        for _ in 0..self.reader.count()? {
            let index = self.gap(&mut next)?;
            tables.scope.insert(tables.objects.get(index as usize)?.name, index);
        }
        tables.added_methods = self.added_methods()?;
        self.reader.rest().iter().all(|&byte| byte == 0).then_some(tables)
    }

    fn gap(&mut self, next: &mut u32) -> Option<u32> {
        let index = next.checked_add(self.reader.index()?)?;
        *next = index.checked_add(1)?;
        Some(index)
    }

    fn name(&mut self) -> Option<Name> {
        self.names.get(self.reader.index()? as usize).copied()
    }

    /// A type that was read before.
    fn ty(&mut self) -> Option<TypeId> {
        self.types.get(self.reader.index()? as usize).copied()
    }

    fn optional(&mut self) -> Option<Option<TypeId>> {
        match self.reader.index()? {
            0 => Some(None),
            number => Some(Some(*self.types.get(number as usize - 1)?)),
        }
    }

    /// A list of types, as a type.
    fn tuple(&mut self) -> Option<TypeId> {
        let ty = self.ty()?;
        matches!(self.world.types.get(ty), Type::Tuple(_)).then_some(ty)
    }

    /// A list of type parameters, as a type.
    fn params(&mut self) -> Option<TypeId> {
        let ty = self.tuple()?;
        let types = &self.world.types;
        let params = types.list(ty).iter();
        params
            .clone()
            .all(|&param| matches!(types.get(param), Type::TypeParam(_)))
            .then_some(ty)
    }

    /// A package that the caller knows; none if he does not.
    fn pkg(&mut self) -> Option<Option<PkgId>> {
        self.packages.get(self.reader.index()? as usize).copied()
    }

    /// An object of this package; its place is checked.
    fn own_object(&mut self) -> Option<ObjRef> {
        let index = self.reader.index()?;
        ((index as usize) < self.lengths[OBJECTS]).then_some(ObjRef { pkg: self.pkg, index })
    }

    /// An object of any package. Those of others need not be there: they are looked up when somebody asks.
    fn object_ref(&mut self) -> Option<ObjRef> {
        match self.pkg()? {
            Some(pkg) if pkg == self.pkg => self.own_object(),
            Some(pkg) => Some(ObjRef {
                pkg,
                index: self.reader.index()?,
            }),
            None => {
                self.reader.index()?;
                // A field of nothing is as good as none.
                Some(ObjRef {
                    pkg: PkgId::universe(),
                    index: u32::MAX,
                })
            }
        }
    }

    fn record(&mut self) -> Option<TypeId> {
        let ty = match self.reader.byte()? {
            tag::NAMED => {
                let (pkg, index) = (self.pkg()?, self.reader.index()?);
                let args = self.tuple()?;
                let Some(pkg) = pkg else { return Some(TypeId::UNKNOWN) };
                let known = if pkg == self.pkg {
                    self.lengths[NAMEDS]
                } else {
                    self.world.package(pkg).tables.nameds.len()
                };
                if index as usize >= known {
                    return Some(TypeId::UNKNOWN);
                }
                Type::Named {
                    decl: NamedRef { pkg, index },
                    args,
                }
            }
            tag::NAMED_BY_NAME => {
                let (pkg, name) = (self.pkg()?, self.name()?);
                let args = self.tuple()?;
                let Some(decl) = pkg.and_then(|pkg| self.named_by_name(pkg, name)) else {
                    return Some(TypeId::UNKNOWN);
                };
                Type::Named { decl, args }
            }
            tag::TYPE_PARAM => {
                let (pkg, index) = (self.pkg()?, self.reader.index()?);
                let Some(pkg) = pkg else { return Some(TypeId::UNKNOWN) };
                if pkg == self.pkg && index as usize >= self.lengths[TYPE_PARAMS] {
                    return None;
                }
                Type::TypeParam(TypeParamRef { pkg, index })
            }
            tag::POINTER => Type::Pointer(self.ty()?),
            tag::SLICE => Type::Slice(self.ty()?),
            tag::ARRAY => Type::Array {
                len: self.reader.signed()?.max(-1),
                elem: self.ty()?,
            },
            tag::MAP => Type::Map {
                key: self.ty()?,
                value: self.ty()?,
            },
            tag::CHAN => Type::Chan {
                dir: match self.reader.byte()? {
                    0 => ChanDir::Both,
                    1 => ChanDir::Send,
                    _ => ChanDir::Recv,
                },
                elem: self.ty()?,
            },
            tag::TUPLE => Type::Tuple(self.list(Self::ty)?),
            tag::FUNC => Type::Func(Signature {
                params: self.tuple()?,
                results: self.tuple()?,
                type_params: self.params()?,
                variadic: self.reader.byte()? != 0,
            }),
            tag::STRUCT => Type::Struct(self.list(Self::field)?),
            tag::INTERFACE => Type::Interface(InterfaceType {
                methods: self.list(Self::method)?,
                embeds: self.list(Self::ty)?,
                implicit: self.reader.byte()? != 0,
            }),
            tag::UNION => Type::Union(self.list(|this| {
                Some(Term {
                    tilde: this.reader.byte()? != 0,
                    ty: this.ty()?,
                })
            })?),
            tag::UNDERLYING => {
                let named = self.ty()?;
                return Some(self.underlying(named));
            }
            _ => return None,
        };
        Some(self.world.types.intern(ty))
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.reader.count()?;
        (0..count).map(|_| item(self)).collect()
    }

    fn named_by_name(&self, pkg: PkgId, name: Name) -> Option<NamedRef> {
        let tables = &self.world.package(pkg).tables;
        let object = tables.objects.get(*tables.scope.get(&name)? as usize)?;
        match self.world.types.get(object.ty?) {
            Type::Named { decl, .. } => Some(*decl),
            _ => None,
        }
    }

    /// What is behind a declared type of another package.
    fn underlying(&self, named: TypeId) -> TypeId {
        match self.world.types.get(named) {
            Type::Named { decl, .. } if decl.pkg != self.pkg => {
                let tables = &self.world.package(decl.pkg).tables;
                let info = tables.nameds.get(decl.index as usize);
                info.and_then(|info| info.underlying).unwrap_or(TypeId::UNKNOWN)
            }
            _ => TypeId::UNKNOWN,
        }
    }

    fn field(&mut self) -> Option<Field> {
        Some(Field {
            name: self.name()?,
            ty: self.ty()?,
            tag: match self.reader.index()? {
                0 => None,
                number => Some(*self.names.get(number as usize - 1)?),
            },
            obj: self.object_ref()?,
            embedded: self.reader.byte()? != 0,
        })
    }

    fn method(&mut self) -> Option<Method> {
        Some(Method {
            name: self.name()?,
            sig: self.ty()?,
            obj: self.object_ref()?,
        })
    }

    fn object(&mut self) -> Option<Object> {
        let name = self.name()?;
        let pos = if self.positions {
            let (file, offset) = (self.reader.index()?, self.reader.index()?);
            if file == 0 {
                Pos::NONE
            } else {
                Pos::new(file as usize - 1, offset)
            }
        } else {
            Pos::NONE
        };
        let ty = self.optional()?;
        let kind = match self.reader.byte()? {
            kind::PACKAGE => self.pkg()?.map_or(ObjKind::Label, ObjKind::Package),
            kind::CONST => ObjKind::Const(self.constant(true)?),
            tag @ (kind::TYPE | kind::ALIAS) => ObjKind::Type {
                alias: tag == kind::ALIAS,
                type_params: self.params()?,
            },
            kind::VAR => ObjKind::Var(match self.reader.byte()? {
                0 => VarKind::Package,
                1 => VarKind::Local,
                2 => VarKind::Param,
                3 => VarKind::Receiver,
                4 => VarKind::Result,
                _ => VarKind::Field,
            }),
            kind::FUNC => ObjKind::Func {
                recv: self.optional()?,
                recv_params: self.params()?,
            },
            kind::OTHER => ObjKind::Label,
            _ => return None,
        };
        Some(Object {
            name,
            pos,
            ty: Some(ty.unwrap_or(TypeId::UNKNOWN)),
            kind,
        })
    }

    fn named(&mut self, index: u32) -> Option<NamedInfo> {
        let pkg = self.pkg;
        let obj = self.own_object()?;
        let type_params = self.params()?;
        let underlying = self.optional()?.unwrap_or(TypeId::UNKNOWN);
        let methods = self.list(|this| Some((this.name()?, this.own_object()?)))?;
        let types = &self.world.types;
        Some(NamedInfo {
            obj,
            ty: types.intern(Type::Named {
                decl: NamedRef { pkg, index },
                args: TypeId::EMPTY_TUPLE,
            }),
            type_params,
            // What is behind names is no name; otherwise a lookup could go in circles.
            underlying: Some(match types.get(underlying) {
                Type::Named { .. } | Type::TypeParam(_) => TypeId::UNKNOWN,
                _ => underlying,
            }),
            methods,
        })
    }

    fn type_param(&mut self) -> Option<TypeParamInfo> {
        let (obj, index) = (self.own_object()?, self.reader.index()?);
        let constraint = self.optional()?.unwrap_or(TypeId::EMPTY_INTERFACE);
        Some(TypeParamInfo {
            obj,
            index,
            constraint: Some(match self.world.types.get(constraint) {
                Type::TypeParam(_) => TypeId::EMPTY_INTERFACE,
                _ => constraint,
            }),
        })
    }

    fn added_methods(&mut self) -> Option<FxHashMap<NamedRef, Vec<(Name, ObjRef)>>> {
        let mut added = FxHashMap::default();
        for _ in 0..self.reader.count()? {
            let (pkg, index) = (self.pkg()?, self.reader.index()?);
            let methods = self.list(|this| Some((this.name()?, this.own_object()?)))?;
            if let Some(pkg) = pkg {
                added.insert(NamedRef { pkg, index }, methods);
            }
        }
        Some(added)
    }

    /// Parts of complex numbers are not complex.
    fn constant(&mut self, complex: bool) -> Option<ConstValue> {
        Some(match self.reader.byte()? {
            value::UNKNOWN => ConstValue::Unknown,
            value::FALSE => ConstValue::Bool(false),
            value::TRUE => ConstValue::Bool(true),
            value::INT => ConstValue::Int(self.reader.signed()?),
            value::BIG_INT => ConstValue::from_big(self.big()?),
            value::RATIO => ConstValue::from_ratio(self.big()?, self.big()?),
            value::COMPLEX if complex => ConstValue::make_complex(&self.constant(false)?, &self.constant(false)?),
            value::STRING => ConstValue::String(Arc::from(self.reader.blob()?)),
            _ => return None,
        })
    }

    fn big(&mut self) -> Option<BigInt> {
        Some(BigInt::from_signed_bytes_le(self.reader.blob()?))
    }
}
