//! Execution traces of the Go runtime (`runtime/trace`, `/debug/pprof/trace`, flight recorder) as a stream of events in order.
//!
//! A trace is written by many threads at once. Each thread's batches are in order, but what happened first among threads is known
//! only from sequence numbers of goroutines and processors; timestamps of different cores may disagree. [`walk`] reads a trace
//! generation by generation, merges the threads, and hands every event to a [`Visitor`] with absolute times, resolved stacks and
//! the context (thread, processor, goroutine) it happened in. Memory is one generation plus the distinct names and stacks.
//!
//! Format 1, of Go 1.21 and older, has no generations: it is read whole, and gives the same events.
//!
//! What is damaged becomes a problem: a cut file keeps its whole generations, and a generation that contradicts itself is given up
//! from there on; the next one, which names the state of everything again, starts afresh.
//!
//! Non-goals: nothing here adds up or judges; that is for visitors.

pub mod analysis;
mod assemble;
mod event;
mod evidence;
mod generation;
mod order;
pub mod path;
mod reader;
mod spec;
mod tables;
mod text;
mod v1;
mod varint;

pub use event::{
    Clock, Event, EventKind, ExperimentArgs, GoId, GoState, ProcId, ProcState, Range, Reason, TaskId, ThreadId,
};
pub(crate) use evidence::read as read_evidence;
pub use evidence::{TraceRecord, as_evidence};
pub(crate) use reader::is_known;
pub use reader::{Names, Outcome, Version, Visitor, WalkOptions, looks_like, walk};
pub use text::{binary, write_event, write_raw};

#[cfg(test)]
mod tests;
