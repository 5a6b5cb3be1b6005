//! Facts about the nodes of a file, by node id.

use gosleuth_base::Idx as _;
use gosleuth_syntax::ast::{self, ExprId, IdentId, StmtId};
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::constant::ConstValue;
use crate::object::ObjRef;
use crate::types::TypeId;

/// What an expression denotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// Nothing was recorded: not an expression, or not understood.
    #[default]
    Unknown,
    /// A call without results.
    NoValue,
    /// A built-in function.
    Builtin,
    /// A type.
    Type,
    /// A constant; its value is in [`FileInfo::constants`].
    Constant,
    /// Something with an address.
    Variable,
    /// An element of a map: can be assigned to, has no address.
    MapIndex,
    /// A value.
    Value,
    /// `nil`
    Nil,
    /// A value that may come with an `ok`: receive, type assertion (map elements are [`Mode::MapIndex`]).
    CommaOk,
}

/// How a selector reaches what it selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SelectionKind {
    /// `x.f`: a field.
    Field,
    /// `x.m`: a method of a value.
    Method,
    /// `T.m`: a method as a function.
    MethodExpr,
}

/// A selector that is not a qualified identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// What is selected.
    pub kind: SelectionKind,
    /// The type of `x`, or `T`.
    pub recv: TypeId,
    /// The field or method, as declared (that of the generic type for instances).
    pub obj: ObjRef,
    /// Field numbers through embedded fields, and last that of the field or method itself.
    pub path: Vec<u32>,
    /// Whether a pointer is followed on the way.
    pub indirect: bool,
}

/// An identifier that names a generic function or type, and what it was instantiated with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instance {
    /// The type arguments, a tuple.
    pub args: TypeId,
    /// The instantiated type.
    pub ty: TypeId,
}

/// What is known about the nodes of one file.
#[derive(Clone, Debug, Default)]
pub struct FileInfo {
    /// Type by [`ExprId`]; unknown where nothing was recorded. Tuples for calls with several results.
    types: Vec<TypeId>,
    /// Mode by [`ExprId`].
    modes: Vec<Mode>,
    /// Object by [`IdentId`]: declared or used.
    objects: Vec<Option<ObjRef>>,
    /// Values of constant expressions.
    pub constants: FxHashMap<ExprId, ConstValue>,
    /// Selectors, by the selector expression.
    pub selections: FxHashMap<ExprId, Selection>,
    /// Instantiations, by the identifier of the generic function or type.
    pub instances: FxHashMap<IdentId, Instance>,
    /// The variable a clause of a type switch with `x := y.(type)` declares, by the clause.
    pub clause_vars: FxHashMap<StmtId, ObjRef>,
}

impl FileInfo {
    /// Tables for the nodes of a file.
    pub fn for_file(file: &ast::File) -> Self {
        Self {
            types: vec![TypeId::UNKNOWN; file.exprs.len()],
            modes: vec![Mode::Unknown; file.exprs.len()],
            objects: vec![None; file.idents.len()],
            // About a quarter of the expressions of a program are constant.
            constants: FxHashMap::with_capacity_and_hasher(file.exprs.len() / 4, FxBuildHasher),
            ..Self::default()
        }
    }

    /// The type of an expression.
    pub fn type_of(&self, expr: ExprId) -> TypeId {
        self.types.get(expr.index()).copied().unwrap_or(TypeId::UNKNOWN)
    }

    /// What an expression denotes.
    pub fn mode_of(&self, expr: ExprId) -> Mode {
        self.modes.get(expr.index()).copied().unwrap_or_default()
    }

    /// The object an identifier declares or uses.
    pub fn object_of(&self, ident: IdentId) -> Option<ObjRef> {
        self.objects.get(ident.index()).copied().flatten()
    }

    /// Records type and mode of an expression, in place of what was recorded before.
    pub fn set_type(&mut self, expr: ExprId, mode: Mode, ty: TypeId) {
        if let Some(slot) = self.types.get_mut(expr.index()) {
            *slot = ty;
            self.modes[expr.index()] = mode;
        }
    }

    /// Records the object of an identifier.
    pub fn set_object(&mut self, ident: IdentId, obj: ObjRef) {
        if let Some(slot) = self.objects.get_mut(ident.index()) {
            *slot = Some(obj);
        }
    }
}
