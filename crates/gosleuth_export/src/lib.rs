#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
//! Execution traces in forms that other programs and people read.
//!
//! Role: events of [`gosleuth_evidence::trace`] in, bytes out, in one pass. Every form is made from the same stays: goroutine, state,
//! from when to when, why, where, and who ended the one before (`lives`). Sums over what is written are those of
//! [`gosleuth_evidence::trace::analysis`].
//!
//! Non-goals: no files, no clock; nothing here judges.

mod lives;
mod names;
mod parquet;
mod perfetto;
mod timeline;

pub use parquet::{Parquet, TABLES};
pub use perfetto::{Perfetto, PerfettoCounts};
pub use timeline::{Timeline, TimelineOptions};
