#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
//! Typed functions to control-flow graphs.
//!
//! Role: the form in which analyses see Go. [`build_package`] lowers the functions of a checked package to [`Func`]s: blocks of values that are
//! assigned once, with what matters for concurrency explicit: cells that closures share, channel operations, `select` as a branch, `go`,
//! `defer` and where deferred calls run, panics and where a recovered one goes on.
//!
//! Constraints that shaped the code: a function is lowered from its own tree and the types of its package alone, so that packages are lowered in
//! parallel and trees can be dropped; what types do not know becomes [`Op::Unknown`], on which nothing may be concluded.
//!
//! Functions that matter to other packages travel as bytes ([`write_functions`]) and are linked to those who call them ([`link`]).
//!
//! [`Points`] says what values refer to, by demand; [`resolve_calls`] uses it to find out what calls through interfaces and function values mean.
//!
//! Non-goals: nothing here judges; what is written in other packages is never lowered here.

mod build;
mod index;
mod ir;
mod link;
mod points;
mod portable;
mod print;
mod resolve;
mod unroll;
mod verify;

pub use build::{Unit, UnitFile, build_package};
pub use index::{CodeFunction, CodeIndex, CodeObject, CodeSite, HeldLock, ObjectScope, SiteKind, of_source, symbol};
pub use ir::{
    Block, BlockId, Call, Callee, Capture, Func, FuncId, FuncKey, Op, Package, SelectCase, Terminator, Value, ValueId,
};
pub use link::{Library, link};
pub use points::{Place, PlaceId, PlaceKind, Points};
pub use portable::{NO_FILE, read_functions, write_functions};
pub use print::print_func;
pub use resolve::resolve_calls;
pub use unroll::{Instance, Loop, Unrolled};
pub use verify::verify;
