#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
//! Runtime evidence of Go processes: bytes in, one normal form out.
//!
//! Everything a running or dead Go process leaves as text or profile is read here: goroutine dumps, `debug=1` and protobuf
//! profiles, panics and fatal errors, race reports, `GODEBUG` lines, expvar, Prometheus text, compiler escape output,
//! `go test -json`, alone or mixed in one log, plain or wrapped by a log collector, compressed or not, each for itself or packed into
//! one archive as `gosleuth capture` and tar do. Logs of the program have a reader of their own, [`read_log`].
//!
//! Constraints that shaped the code: inputs are huge (a million goroutines), damaged (cut, interleaved) and hostile, so
//! parsing never fails and never panics, memory is bounded by the distinct stacks and fixed caps, not by the input, and what
//! could not be read becomes a [`Problem`](gosleuth_base::Problem). No I/O of its own: callers pass any [`std::io::Read`].
//!
//! Non-goals: nothing here judges. What evidence means is decided in `gosleuth_case`.

mod archive;
mod budget;
mod build;
mod crash;
mod cursor;
mod debug1;
mod decompress;
mod dump;
mod envelope;
mod escape;
mod expvar;
mod form;
mod gotest;
mod groups;
mod infer;
mod logs;
mod machine;
mod manifest;
mod model;
mod pprof;
mod prometheus;
mod race;
mod reader;
mod runtime_log;
mod streams;
mod tar;
#[cfg(test)]
mod testing;
mod time;
pub mod trace;
mod unknown;
mod wire;

pub use archive::read_part;
pub use logs::{LogOptions, read_log};
pub use manifest::{CaptureState, CaptureTarget, MAX_MANIFEST, Manifest, Part, PartState, Trigger};
pub use model::*;
pub use reader::{ReadOptions, Source, read, read_answer};
