#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
//! Vocabulary shared by every part of gosleuth.
//!
//! Role: the words that the static half, the evidence half and the reports all use, and nothing that computes. Typed ids and
//! the vectors they index, interned text, Go symbol names and where they come from, sites in code, verdicts and severities,
//! kinds of suspects, findings and what they consist of, answers about goroutines, problems met while reading input.
//!
//! Non-goals: no parsing of files, no analysis, no I/O.

mod finding;
mod ids;
mod intern;
mod kind;
mod number;
mod problem;
mod site;
mod start;
mod symbol;
mod verdict;

pub use finding::{
    Confidence, Edit, Family, Finding, Fingerprint, Fix, FixAvailability, FixSafety, Location, Related, RuleCode,
    RuleInfo, RuleSet, ScheduleStep, Suppressed, SuppressedBy, Symptom,
};
pub use ids::{Idx, IndexVec};
pub use intern::{Interner, Sym};
pub use kind::SuspectKind;
pub use number::{duration, thousands};
pub use problem::{Problem, ProblemKind};
pub use site::Site;
pub use start::{Answer, GoroutineStart, Known, Question};
pub use symbol::{GoSymbol, Origin};
pub use verdict::{Severity, Verdict};
