//! What identifiers mean: objects, and the tables of a package that hold them.

use std::num::NonZeroU32;

use gosleuth_base::Idx as _;
use rustc_hash::FxHashMap;

use crate::constant::ConstValue;
use crate::names::Name;
use crate::types::TypeId;

gosleuth_base::new_index! {
    /// A package of the [`World`](crate::World): one import path, or the tests beside it.
    pub struct PkgId;
}

impl PkgId {
    /// The package of the predeclared identifiers.
    pub fn universe() -> Self {
        Self::from_usize(0)
    }

    /// `unsafe`
    pub fn unsafe_() -> Self {
        Self::from_usize(1)
    }
}

macro_rules! package_ref {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            /// The package whose table it is.
            pub pkg: PkgId,
            /// Position in that table.
            pub index: u32,
        }
    };
}

package_ref! {
    /// An object, in the `objects` of its package.
    ObjRef
}
package_ref! {
    /// A declared type, in the `nameds` of its package.
    NamedRef
}
package_ref! {
    /// A type parameter, in the `type_params` of its package.
    TypeParamRef
}

/// A place in a package: which of its files, and the byte offset in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pos {
    /// Number of the file in its package plus one; none for predeclared objects.
    file: Option<NonZeroU32>,
    /// Offset in bytes.
    pub offset: u32,
}

impl Pos {
    /// Nowhere.
    pub const NONE: Self = Self { file: None, offset: 0 };

    /// An offset in the `file`th file of the package.
    pub fn new(file: usize, offset: u32) -> Self {
        Self {
            file: NonZeroU32::new(u32::try_from(file + 1).unwrap_or(0)),
            offset,
        }
    }

    /// Number of the file in its package.
    pub fn file(self) -> Option<usize> {
        self.file.map(|number| number.get() as usize - 1)
    }
}

/// What an identifier means.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its name.
    pub name: Name,
    /// Where it is declared: the start of the declaring identifier.
    pub pos: Pos,
    /// Its type: of a constant, variable or function; what a type name stands for; unknown for the others. `None` as long as it was not
    /// worked out (never in finished packages).
    pub ty: Option<TypeId>,
    /// What kind of object.
    pub kind: ObjKind,
}

impl Object {
    /// In place of an object that nobody can reach.
    pub(crate) fn hole() -> Self {
        Self {
            name: Name::EMPTY,
            pos: Pos::NONE,
            ty: Some(TypeId::UNKNOWN),
            kind: ObjKind::Label,
        }
    }
}

/// Kinds of objects.
#[derive(Clone, Debug)]
pub enum ObjKind {
    /// A package name in a file.
    Package(PkgId),
    /// A constant.
    Const(ConstValue),
    /// A type name: declared type, alias or type parameter; the object's type says which.
    Type {
        /// Whether it is an alias.
        alias: bool,
        /// The parameters of a generic alias, a tuple of type parameters; empty for others.
        type_params: TypeId,
    },
    /// A variable.
    Var(VarKind),
    /// A function or a method.
    Func {
        /// The type of the receiver, as the declaration has it (with the receiver's own type parameters); none for functions.
        /// For methods of interfaces the interface's declared type or, without one, the interface type.
        recv: Option<TypeId>,
        /// The type parameters that a method's receiver declares, a tuple; empty for others.
        recv_params: TypeId,
    },
    /// A label.
    Label,
    /// A built-in function.
    Builtin(Builtin),
    /// `nil`
    Nil,
}

/// What kind of variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VarKind {
    /// Declared in a package.
    Package,
    /// Declared in a function.
    Local,
    /// A parameter.
    Param,
    /// A receiver.
    Receiver,
    /// A result.
    Result,
    /// A field of a struct.
    Field,
}

/// Built-in functions, those of `unsafe` included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the Go function of the same name")]
pub enum Builtin {
    Append,
    Cap,
    Clear,
    Close,
    Complex,
    Copy,
    Delete,
    Imag,
    Len,
    Make,
    Max,
    Min,
    New,
    Panic,
    Print,
    Println,
    Real,
    Recover,
    Add,
    Alignof,
    Offsetof,
    Sizeof,
    Slice,
    SliceData,
    String,
    StringData,
}

/// A declared type.
#[derive(Clone, Debug)]
pub struct NamedInfo {
    /// Its type name.
    pub obj: ObjRef,
    /// Its [`Type::Named`](crate::Type::Named) as declared, without arguments.
    pub ty: TypeId,
    /// Its type parameters, a tuple; empty for types that are not generic.
    pub type_params: TypeId,
    /// The type behind all names; `None` as long as it was not worked out.
    pub underlying: Option<TypeId>,
    /// The methods declared for it, in source order: files as given, then position.
    pub methods: Vec<(Name, ObjRef)>,
}

/// A type parameter.
#[derive(Clone, Copy, Debug)]
pub struct TypeParamInfo {
    /// Its type name.
    pub obj: ObjRef,
    /// Its place in the list that declares it.
    pub index: u32,
    /// Its constraint: an interface, or a type whose underlying type is one; `None` as long as it was not worked out.
    pub constraint: Option<TypeId>,
}

/// What a package declares.
#[derive(Clone, Debug, Default)]
pub struct PackageTables {
    /// Its objects; those of function bodies are last.
    pub objects: Vec<Object>,
    /// Its declared types, local ones included.
    pub nameds: Vec<NamedInfo>,
    /// Its type parameters.
    pub type_params: Vec<TypeParamInfo>,
    /// Package scope: index in `objects` by name.
    pub scope: FxHashMap<Name, u32>,
    /// Methods that the tests of a package declare for its types: by declared type of the base package.
    pub added_methods: FxHashMap<NamedRef, Vec<(Name, ObjRef)>>,
    /// Imported packages that are tests extending another package: their `added_methods` are seen here.
    pub extensions: Vec<PkgId>,
}

/// A package whose declarations are worked out; function bodies may be.
#[derive(Clone, Debug, Default)]
pub struct PackageTypes {
    /// The name in its package clauses.
    pub name: Option<Name>,
    /// What it declares.
    pub tables: PackageTables,
    /// The packages it imports.
    pub imports: Vec<PkgId>,
    /// Files as given, for positions: paths in the form the caller uses.
    pub files: Vec<String>,
    /// Nothing is known of it (not found, `C`): every name in it is unknown.
    pub opaque: bool,
}
