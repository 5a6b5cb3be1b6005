//! Types, hash-consed.
//!
//! Equal ids mean identical types. The reverse holds unless a type contains a struct or interface literal (their fields and methods are
//! objects of the place that declares them, which identity ignores) or type parameters of a signature: [`TypeFlags::DEEP`] marks those,
//! and [`Query::identical`](crate::Query::identical) compares them in depth.

use std::hash::{BuildHasher, BuildHasherDefault, Hash};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use gosleuth_syntax::ast::ChanDir;
use hashbrown::HashTable;
use rustc_hash::FxHasher;

use crate::names::Name;
use crate::object::{NamedRef, ObjRef, TypeParamRef};

/// A type of the [`TypeStore`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(NonZeroU32);

/// The predeclared types in the order in which every store holds them.
const PREDECLARED: [Type; 29] = [
    Type::Unknown,
    Type::Basic(BasicKind::Bool),
    Type::Basic(BasicKind::Int),
    Type::Basic(BasicKind::Int8),
    Type::Basic(BasicKind::Int16),
    Type::Basic(BasicKind::Int32),
    Type::Basic(BasicKind::Int64),
    Type::Basic(BasicKind::Uint),
    Type::Basic(BasicKind::Uint8),
    Type::Basic(BasicKind::Uint16),
    Type::Basic(BasicKind::Uint32),
    Type::Basic(BasicKind::Uint64),
    Type::Basic(BasicKind::Uintptr),
    Type::Basic(BasicKind::Float32),
    Type::Basic(BasicKind::Float64),
    Type::Basic(BasicKind::Complex64),
    Type::Basic(BasicKind::Complex128),
    Type::Basic(BasicKind::String),
    Type::Basic(BasicKind::UnsafePointer),
    Type::Basic(BasicKind::UntypedBool),
    Type::Basic(BasicKind::UntypedInt),
    Type::Basic(BasicKind::UntypedRune),
    Type::Basic(BasicKind::UntypedFloat),
    Type::Basic(BasicKind::UntypedComplex),
    Type::Basic(BasicKind::UntypedString),
    Type::Basic(BasicKind::UntypedNil),
    Type::Tuple(Vec::new()),
    Type::Interface(InterfaceType {
        methods: Vec::new(),
        embeds: Vec::new(),
        implicit: false,
    }),
    Type::Struct(Vec::new()),
];

impl TypeId {
    const fn at(index: u32) -> Self {
        match NonZeroU32::new(index + 1) {
            Some(number) => Self(number),
            None => Self(NonZeroU32::MAX),
        }
    }

    /// The position in the store.
    pub const fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    /// A type that every store holds, by its place.
    pub(crate) const fn predeclared(index: u32) -> Self {
        Self::at(index)
    }

    /// What could not be determined.
    pub const UNKNOWN: Self = Self::at(0);
    /// `()`: no values; also the empty list of types.
    pub const EMPTY_TUPLE: Self = Self::at(26);
    /// `interface{}`, `any`.
    pub const EMPTY_INTERFACE: Self = Self::at(27);
    /// `struct{}`.
    pub const EMPTY_STRUCT: Self = Self::at(28);
    /// `bool`
    pub const BOOL: Self = Self::basic(BasicKind::Bool);
    /// `int`
    pub const INT: Self = Self::basic(BasicKind::Int);
    /// `string`
    pub const STRING: Self = Self::basic(BasicKind::String);
    /// `uintptr`
    pub const UINTPTR: Self = Self::basic(BasicKind::Uintptr);
    /// `byte`, `uint8`
    pub const BYTE: Self = Self::basic(BasicKind::Uint8);
    /// `rune`, `int32`
    pub const RUNE: Self = Self::basic(BasicKind::Int32);
    /// Type of `true` and of comparisons.
    pub const UNTYPED_BOOL: Self = Self::basic(BasicKind::UntypedBool);
    /// Type of `nil`.
    pub const UNTYPED_NIL: Self = Self::basic(BasicKind::UntypedNil);

    /// The type of a basic kind.
    pub const fn basic(kind: BasicKind) -> Self {
        Self::at(kind as u32 + 1)
    }

    /// Whether nothing is known.
    pub const fn is_unknown(self) -> bool {
        self.index() == 0
    }
}

/// Predeclared types that are not built from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "each is the Go type of the same name")]
pub enum BasicKind {
    Bool,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uintptr,
    Float32,
    Float64,
    Complex64,
    Complex128,
    String,
    UnsafePointer,
    UntypedBool,
    UntypedInt,
    UntypedRune,
    UntypedFloat,
    UntypedComplex,
    UntypedString,
    UntypedNil,
}

impl BasicKind {
    /// `untyped …`, nil included.
    pub fn is_untyped(self) -> bool {
        self >= Self::UntypedBool
    }

    /// `bool`, typed or not.
    pub fn is_boolean(self) -> bool {
        matches!(self, Self::Bool | Self::UntypedBool)
    }

    /// Integers, runes included, typed or not.
    pub fn is_integer(self) -> bool {
        (Self::Int <= self && self <= Self::Uintptr) || matches!(self, Self::UntypedInt | Self::UntypedRune)
    }

    /// Unsigned integers.
    pub fn is_unsigned(self) -> bool {
        Self::Uint <= self && self <= Self::Uintptr
    }

    /// Floats, typed or not.
    pub fn is_float(self) -> bool {
        matches!(self, Self::Float32 | Self::Float64 | Self::UntypedFloat)
    }

    /// Complex numbers, typed or not.
    pub fn is_complex(self) -> bool {
        matches!(self, Self::Complex64 | Self::Complex128 | Self::UntypedComplex)
    }

    /// Integers, floats and complex numbers.
    pub fn is_numeric(self) -> bool {
        self.is_integer() || self.is_float() || self.is_complex()
    }

    /// Strings, typed or not.
    pub fn is_string(self) -> bool {
        matches!(self, Self::String | Self::UntypedString)
    }

    /// What constants can have: booleans, numbers and strings.
    pub fn is_const_type(self) -> bool {
        self.is_boolean() || self.is_numeric() || self.is_string()
    }

    /// What `<` compares.
    pub fn is_ordered(self) -> bool {
        self.is_integer() || self.is_float() || self.is_string()
    }

    /// The type's name in Go.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint => "uint",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
            Self::Uintptr => "uintptr",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::Complex64 => "complex64",
            Self::Complex128 => "complex128",
            Self::String => "string",
            Self::UnsafePointer => "unsafe.Pointer",
            Self::UntypedBool => "untyped bool",
            Self::UntypedInt => "untyped int",
            Self::UntypedRune => "untyped rune",
            Self::UntypedFloat => "untyped float",
            Self::UntypedComplex => "untyped complex",
            Self::UntypedString => "untyped string",
            Self::UntypedNil => "untyped nil",
        }
    }
}

/// A type. Aliases do not appear: they are what they stand for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// What could not be determined.
    Unknown,
    /// A predeclared type.
    Basic(BasicKind),
    /// A declared type; `args` is a [`Type::Tuple`], empty for types without parameters and for generic types as declared.
    Named {
        /// Its declaration.
        decl: NamedRef,
        /// Its type arguments.
        args: TypeId,
    },
    /// A type parameter.
    TypeParam(TypeParamRef),
    /// `*T`
    Pointer(TypeId),
    /// `[]T`
    Slice(TypeId),
    /// `[len]T`; a length of -1 is unknown.
    Array {
        /// Number of elements.
        len: i64,
        /// Their type.
        elem: TypeId,
    },
    /// `map[K]V`
    Map {
        /// Key type.
        key: TypeId,
        /// Element type.
        value: TypeId,
    },
    /// `chan T`
    Chan {
        /// What the type allows.
        dir: ChanDir,
        /// Element type.
        elem: TypeId,
    },
    /// Several values, or a list of types.
    Tuple(Vec<TypeId>),
    /// `func(…) …`
    Func(Signature),
    /// `struct {…}`
    Struct(Vec<Field>),
    /// `interface {…}`
    Interface(InterfaceType),
    /// `A | ~B` in a constraint.
    Union(Vec<Term>),
}

/// The type of a function, without receiver and parameter names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Signature {
    /// A [`Type::Tuple`]; the last one is a slice if `variadic` (or a string, in `append([]byte, string...)`).
    pub params: TypeId,
    /// A [`Type::Tuple`].
    pub results: TypeId,
    /// Whether the last parameter is `...T`.
    pub variadic: bool,
    /// A [`Type::Tuple`] of [`Type::TypeParam`]s: those the function declares; empty for functions that are not generic.
    pub type_params: TypeId,
}

/// A field of a struct type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// Its name; that of the type for embedded fields.
    pub name: Name,
    /// Its type.
    pub ty: TypeId,
    /// The unquoted tag.
    pub tag: Option<Name>,
    /// The declaring object (of the generic type, for fields of its instances); its package decides who sees an unexported name.
    pub obj: ObjRef,
    /// Whether it is embedded.
    pub embedded: bool,
}

/// A method an interface declares itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Method {
    /// Its name.
    pub name: Name,
    /// Its [`Type::Func`].
    pub sig: TypeId,
    /// The declaring object; its package decides who sees an unexported name.
    pub obj: ObjRef,
}

/// An interface as written; [`Query::type_set`](crate::Query::type_set) has what it means.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct InterfaceType {
    /// Methods it declares itself, in source order.
    pub methods: Vec<Method>,
    /// Embedded types and unions, in source order.
    pub embeds: Vec<TypeId>,
    /// Whether it stands for a constraint written without `interface{…}`.
    pub implicit: bool,
}

/// A term of a union.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Term {
    /// `~T` instead of `T`.
    pub tilde: bool,
    /// The type.
    pub ty: TypeId,
}

/// What a type contains, so that most traversals end before they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct TypeFlags(u8);

impl TypeFlags {
    /// Contains type parameters.
    pub const PARAMS: Self = Self(1);
    /// Contains something unknown.
    pub const UNKNOWN: Self = Self(2);
    /// Different ids may be identical: see the module's header.
    pub const DEEP: Self = Self(4);

    /// Whether all of `other` is in it.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

struct Entry {
    ty: Type,
    flags: TypeFlags,
    /// How deep constructors are nested in it.
    depth: u8,
}

const SHARDS: usize = 64;

/// Deeper types become unknown: no program needs them, and hostile ones do not overflow the stack.
const MAX_DEPTH: u8 = 200;

/// The table of types; grows only, from any thread.
pub struct TypeStore {
    entries: boxcar::Vec<Entry>,
    shards: [Mutex<HashTable<TypeId>>; SHARDS],
}

impl Default for TypeStore {
    fn default() -> Self {
        Self::new()
    }
}

impl TypeStore {
    /// A store that holds the predeclared types.
    pub fn new() -> Self {
        let store = Self {
            entries: boxcar::Vec::new(),
            shards: std::array::from_fn(|_| Mutex::new(HashTable::new())),
        };
        for ty in PREDECLARED {
            store.intern(ty);
        }
        store
    }

    /// The type of an id.
    pub fn get(&self, id: TypeId) -> &Type {
        self.entries.get(id.index()).map_or(&Type::Unknown, |entry| &entry.ty)
    }

    /// What a type contains.
    pub fn flags(&self, id: TypeId) -> TypeFlags {
        self.entries
            .get(id.index())
            .map_or(TypeFlags::UNKNOWN, |entry| entry.flags)
    }

    /// The types of a [`Type::Tuple`]; none for other types.
    pub fn list(&self, id: TypeId) -> &[TypeId] {
        match self.get(id) {
            Type::Tuple(types) => types,
            _ => &[],
        }
    }

    /// Number of distinct types.
    pub fn len(&self) -> usize {
        self.entries.count()
    }

    /// Never: the predeclared types are there.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The id of a type, new or known. A type nested too deeply becomes unknown.
    pub fn intern(&self, ty: Type) -> TypeId {
        let hash = hash(&ty);
        let shard = &self.shards[shard(hash) % SHARDS];
        let mut table = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&id) = table.find(hash, |&id| *self.get(id) == ty) {
            return id;
        }
        let (flags, depth) = self.summarise(&ty);
        if depth > MAX_DEPTH {
            return TypeId::UNKNOWN;
        }
        let index = self.entries.push(Entry { ty, flags, depth });
        let id = TypeId::at(u32::try_from(index).unwrap_or(u32::MAX - 1));
        table.insert_unique(hash, id, |&id| self::hash(self.get(id)));
        id
    }

    /// `*T`
    pub fn pointer(&self, elem: TypeId) -> TypeId {
        self.intern(Type::Pointer(elem))
    }

    /// `[]T`
    pub fn slice(&self, elem: TypeId) -> TypeId {
        self.intern(Type::Slice(elem))
    }

    /// A list of types.
    pub fn tuple(&self, types: Vec<TypeId>) -> TypeId {
        if types.is_empty() {
            return TypeId::EMPTY_TUPLE;
        }
        self.intern(Type::Tuple(types))
    }

    fn summarise(&self, ty: &Type) -> (TypeFlags, u8) {
        let mut flags = TypeFlags::default();
        let mut depth = 0;
        match ty {
            Type::Unknown => flags = TypeFlags::UNKNOWN,
            Type::TypeParam(_) => flags = TypeFlags::PARAMS,
            Type::Struct(fields) if !fields.is_empty() => flags = TypeFlags::DEEP,
            Type::Interface(it) if !(it.methods.is_empty() && it.embeds.is_empty()) => flags = TypeFlags::DEEP,
            Type::Func(sig) if sig.type_params != TypeId::EMPTY_TUPLE => flags = TypeFlags::DEEP,
            Type::Union(_) => flags = TypeFlags::DEEP,
            _ => {}
        }
        for_each_part(ty, |part| {
            if let Some(entry) = self.entries.get(part.index()) {
                flags = flags.with(entry.flags);
                depth = depth.max(entry.depth);
            }
        });
        (flags, depth.saturating_add(1))
    }
}

/// The part of a hash that chooses a shard. It is none that the table of the shard looks at: the lowest bits choose the place there, and
/// the highest ones tell neighbours apart.
pub(crate) fn shard(hash: u64) -> usize {
    (hash >> 20) as usize
}

fn hash(ty: &Type) -> u64 {
    BuildHasherDefault::<FxHasher>::default().hash_one(ty)
}

/// Calls `visit` with the types a type is built from.
pub(crate) fn for_each_part(ty: &Type, mut visit: impl FnMut(TypeId)) {
    match ty {
        Type::Unknown | Type::Basic(_) | Type::TypeParam(_) => {}
        Type::Named { args, .. } => visit(*args),
        Type::Pointer(elem) | Type::Slice(elem) | Type::Array { elem, .. } | Type::Chan { elem, .. } => visit(*elem),
        Type::Map { key, value } => {
            visit(*key);
            visit(*value);
        }
        Type::Tuple(types) => types.iter().copied().for_each(visit),
        Type::Func(sig) => {
            visit(sig.params);
            visit(sig.results);
            visit(sig.type_params);
        }
        Type::Struct(fields) => fields.iter().for_each(|field| visit(field.ty)),
        Type::Interface(it) => {
            it.methods.iter().for_each(|method| visit(method.sig));
            it.embeds.iter().copied().for_each(visit);
        }
        Type::Union(terms) => terms.iter().for_each(|term| visit(term.ty)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predeclared_types_are_where_the_constants_say() {
        let store = TypeStore::new();
        assert_eq!(*store.get(TypeId::UNKNOWN), Type::Unknown);
        assert_eq!(*store.get(TypeId::INT), Type::Basic(BasicKind::Int));
        assert_eq!(*store.get(TypeId::UNTYPED_NIL), Type::Basic(BasicKind::UntypedNil));
        assert_eq!(*store.get(TypeId::EMPTY_TUPLE), Type::Tuple(Vec::new()));
        assert_eq!(*store.get(TypeId::EMPTY_STRUCT), Type::Struct(Vec::new()));
        assert!(matches!(store.get(TypeId::EMPTY_INTERFACE), Type::Interface(_)));
        assert_eq!(store.len(), PREDECLARED.len());
    }

    #[test]
    fn equal_types_have_one_id() {
        let store = TypeStore::new();
        let a = store.pointer(store.slice(TypeId::INT));
        assert_eq!(a, store.pointer(store.slice(TypeId::INT)));
        assert_ne!(a, store.slice(TypeId::INT));
        assert!(!store.flags(a).has(TypeFlags::PARAMS));
    }

    #[test]
    fn nesting_is_bounded() {
        let store = TypeStore::new();
        let mut ty = TypeId::INT;
        for _ in 0..1000 {
            ty = store.pointer(ty);
        }
        assert!(store.flags(ty).has(TypeFlags::UNKNOWN));
    }
}
