//! What variables hold.

use std::rc::Rc;

use gosleuth_syntax::ast::{BinaryOp, UnaryOp};
use gosleuth_types::{ObjRef, TypeId};

use gosleuth_ir::FuncKey;

/// An object of the heap.
pub(crate) type ObjId = u32;

/// Something in memory: an object, and the way to a part of it by field and element numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Loc {
    pub(crate) obj: ObjId,
    pub(crate) path: Option<Rc<[u32]>>,
}

impl Loc {
    pub(crate) fn whole(obj: ObjId) -> Self {
        Self { obj, path: None }
    }

    /// A part of what is here.
    pub(crate) fn part(&self, number: u32) -> Self {
        let mut path = self.path().to_vec();
        path.push(number);
        Self {
            obj: self.obj,
            path: Some(path.into()),
        }
    }

    pub(crate) fn path(&self) -> &[u32] {
        self.path.as_deref().unwrap_or(&[])
    }
}

/// What a variable holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Val {
    /// Anything; two of them need not be equal.
    Unknown,
    /// Something that the program does not determine, but that stays the same.
    Sym(u32),
    /// A value from outside that was not looked at yet, of this type.
    Lazy(TypeId),
    /// The zero value of pointers, slices, maps, channels, functions and interfaces.
    Nil,
    Bool(bool),
    Int(i64),
    Str(Rc<[u8]>),
    Ptr(Loc),
    /// Struct or array.
    Parts(Rc<[Val]>),
    /// Several results.
    Tuple(Rc<[Val]>),
    Slice {
        obj: ObjId,
        start: u32,
        len: u32,
        cap: u32,
    },
    Map(ObjId),
    Chan(ObjId),
    Func(Rc<Callable>),
    /// A value in an interface, with its type.
    Boxed(TypeId, Rc<Val>),
    /// A `context.Context`.
    Context(ObjId),
    /// What `RWMutex.RLocker` gives.
    ReadLocker(Loc),
}

/// A function value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Callable {
    /// A declared function or method.
    Declared(ObjRef),
    /// A literal with the addresses of what it captures.
    Closure(FuncKey, Vec<Val>),
    /// A method with its receiver.
    Bound(ObjRef, Val),
    /// The cancel function of a context.
    Cancel(ObjId),
}

impl Val {
    pub(crate) fn tuple(values: impl IntoIterator<Item = Self>) -> Self {
        Self::Tuple(values.into_iter().collect())
    }

    pub(crate) fn func(callable: Callable) -> Self {
        Self::Func(Rc::new(callable))
    }

    /// Whether nothing is known of it.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self, Self::Unknown | Self::Sym(_) | Self::Lazy(_))
    }

    /// A part of a struct, array or tuple.
    pub(crate) fn part(&self, number: u32) -> Self {
        match self {
            Self::Parts(parts) | Self::Tuple(parts) => parts.get(number as usize).cloned().unwrap_or(Self::Unknown),
            _ => Self::Unknown,
        }
    }
}

/// A question about symbols whose answer is a symbol itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Question {
    Unary(UnaryKey, Val),
    Binary(BinaryKey, Val, Val),
    Part(Val, u32),
}

/// Operators in an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct UnaryKey(u8);

/// Operators in an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct BinaryKey(u8);

impl From<UnaryOp> for UnaryKey {
    fn from(op: UnaryOp) -> Self {
        Self(op as u8)
    }
}

impl From<BinaryOp> for BinaryKey {
    fn from(op: BinaryOp) -> Self {
        Self(op as u8)
    }
}
