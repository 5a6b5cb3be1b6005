#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
//! Findings as Go tests: a test file of the package that calls the function in which a fault was found, with arguments made up from their
//! types, again and again until the fault shows.
//!
//! Role: text from types. What a value can be made of stands in `values`, what the test watches for in `test`.
//!
//! Non-goals: it does not run anything, and it does not guess what an argument should be that it cannot make: then it says which one.

mod place;
mod test;
mod text;
mod values;

pub use place::{Fault, Watch, root_of};
pub use test::{Package, Repro, Unmade, generate};
