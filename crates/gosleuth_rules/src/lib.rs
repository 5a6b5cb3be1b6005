#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
//! What is wrong with a Go package, as findings.
//!
//! Role: a registry of rules, one file each, and what they share: a [`RuleContext`] with everything known about one package, library
//! models as data, walks over paths, suppressions, fingerprints. [`check_package`] runs the selected rules over one package.
//!
//! Constraints that shaped the code: packages are checked in parallel, each on its own, with what those it imports tell ([`write_facts`]); a finding never rests on a type that is unknown;
//! the comment above a rule is its published page.
//!
//! Non-goals: no I/O, and no formatting of findings.

mod asked;
mod check;
mod checklist;
mod context;
mod contexts;
mod explored;
mod explored_texts;
mod facts;
mod flow;
mod goroutines;
mod handed;
mod left_lock;
mod locks;
mod models;
mod nil_channels;
mod nils;
mod order;
mod origins;
mod owned;
mod places;
mod races;
mod refuted;
mod registry;
mod remote;
mod rule;
mod rules;
mod same;
mod schedule;
mod select;
mod suppress;
mod syntax;

pub use check::check_package;
pub use checklist::checklist;
pub use context::{PackageInput, Report, RuleContext, RuleFile};
pub use explored::explore_package;
pub use facts::{linked, read_fact, write_facts};
pub use models::{Behaviour, Model, ModelError, Models};
pub use registry::{RULES, all_infos, find_rule};
pub use rule::Rule;
pub use schedule::Reader;
pub use select::{SelectError, Selection, SelectionInput};
