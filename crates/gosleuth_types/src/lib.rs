#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
//! Trees to typed packages: which object an identifier means, which type an expression has.
//!
//! Role: the language's static semantics as far as analyses of correct programs need them. A [`World`] holds what packages share
//! (interned names and types, finished packages); [`check_package`] adds one package to it, given its files and the packages it imports.
//! Facts about nodes of a file stand in side tables by node id ([`FileInfo`]).
//!
//! Constraints that shaped the code: packages are checked in parallel, so what they share only grows; types are hash-consed, so that most
//! comparisons are comparisons of ids; what cannot be known is [`TypeId::UNKNOWN`], which flows on without further complaints.
//!
//! Non-goals: this is no compiler. Programs that do not compile get types as far as they go, not a list of everything that is wrong.

mod check;
mod constant;
#[cfg(test)]
mod damage_tests;
mod display;
pub mod export;
mod info;
mod names;
mod object;
mod query;
mod sizes;
#[cfg(test)]
mod testing;
mod types;
mod universe;
mod world;

pub use check::{CheckInput, Checked, SourceFile, TypeError, check_package};
pub use constant::ConstValue;
pub use display::{Qualify, TypeDisplay};
pub use info::{FileInfo, Instance, Mode, Selection, SelectionKind};
pub use names::Name;
pub use object::{
    Builtin, NamedInfo, NamedRef, ObjKind, ObjRef, Object, PackageTables, PackageTypes, PkgId, Pos, TypeParamInfo,
    TypeParamRef, VarKind,
};
pub use query::{Caches, Found, InferArgument, Query, TypeSet};
pub use sizes::Sizes;
pub use types::{BasicKind, Field, InterfaceType, Method, Signature, Term, Type, TypeFlags, TypeId, TypeStore};
pub use world::World;
