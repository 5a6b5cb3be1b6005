#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
//! Schedules, explored.
//!
//! Role: executes a function of the [`gosleuth_ir`] form in every order in which its goroutines can take turns, within bounds, and says where it
//! ends up: with a goroutine that can never proceed, with a panic of a channel, lock or counter, or with neither.
//!
//! How: goroutines run on their own until they reach an operation that others can see (channels, locks, counters, conditions, timers); there the
//! exploration branches over who goes next. What the program does not determine (input, errors, results of code that is not here) is a symbol, and a
//! branch on it goes both ways, the same way whenever the same question is asked again. Objects that code outside may use count as served by it: an
//! operation on them can always proceed, so that nothing is concluded about them. States that were seen are not explored again.
//!
//! What it says holds for the bounds it was given ([`Bounds`]): a run that ends [`Outcome::Inconclusive`] or without a finding is no proof of
//! absence beyond them.
//!
//! Non-goals: data races; memory that only one goroutine sees is not interleaved.

mod able;
mod automaton;
mod back;
mod branch;
mod call;
mod circles;
mod errors;
mod eval;
mod exec;
mod explore;
mod extract;
mod failure;
mod hash;
mod heap;
mod live;
mod lost;
mod machine;
mod native;
mod node;
mod program;
mod promela;
mod replay;
mod shared;
mod state;
mod sync;
mod text;
mod unread;
mod value;
mod waiting;
mod workers;

pub use automaton::{Action, Automaton, End, Local, LocalStep, Model, Object, ObjectKind};
pub use explore::{Bounds, Explorer, Outcome};
pub use failure::{Blocked, Failure, FailureKind, Step};
pub use gosleuth_ir::FuncKey;
pub use program::{Program, ProgramUnit, Site};
pub use promela::promela;
