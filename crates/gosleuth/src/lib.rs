//! The command line: arguments, wiring, exit codes.
//!
//! Role: turns arguments into options of the libraries, opens what they name, and makes the exit code. It is a library so that
//! tests run it in their own process and so that documents are generated from the same arguments.
//!
//! Non-goals: nothing here parses evidence, judges it or formats a report.

pub mod args;
pub mod values;
