#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
//! From evidence to an explained cause: grouping, waiting, diagnosis, life cycle.
//!
//! Role: the only place where evidence is judged. Input is an [`EvidenceSet`](gosleuth_evidence::EvidenceSet), output a
//! [`CaseFile`]: ranked suspects with verdicts, candidates with what would decide them, groups, the wait graph, series.
//!
//! Non-goals: no reading of files, no rendering.

mod buckets;
mod build;
pub mod catalogue;
mod code;
mod crashes;
mod diagnose;
mod escape;
mod facts;
mod grouping;
mod headline;
mod join;
mod leaks;
mod liveness;
mod locks;
mod matching;
mod model;
mod profiles;
mod races;
mod runtime;
mod same_process;
mod say;
mod series;
mod timeline;
mod traces;
mod verify;
mod waiting;

pub use build::{build, build_with};
pub use join::Source;
pub use model::*;
pub use timeline::{EventKind, LogRow, RequestRow, Timeline, TimelineEvent};
pub use verify::{Outcome, VerifiedSuspect, verify};
