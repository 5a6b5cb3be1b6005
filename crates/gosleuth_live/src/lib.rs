//! Asks running Go processes for evidence: `net/http/pprof`, expvar and Prometheus pages over HTTP.
//!
//! Role: the network edge. It finds what a target offers, takes the cheap parts first, leaves out what would hurt a busy process
//! unless it is told to, and hands every response to the caller as a stream with a name and a time.
//!
//! **A live process is never harmed**: requests are announced with their cost, spaced, capped in bytes and in time, and there is
//! never more than one at once. `profile` and `gc=1` are never asked for, a trace only where the caller's plan has one.
//!
//! Non-goals: nothing here understands evidence beyond the two numbers that decide what may be asked: how many goroutines there
//! are, and how many of them wait for a lock.

mod client;
mod error;
mod pages;
mod target;
mod visit;
mod watch;

pub use client::{Body, Client, Settings, Tls, basic};
pub use error::Error;
pub use target::Target;
pub use visit::{Observer, Part, Plan, Request, Visited, When, Why, visit};
pub use watch::{Condition, Operator, value};
