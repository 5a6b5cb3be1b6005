#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
//! Every output format of a case: text, JSON, Markdown, HTML.
//!
//! Role: [`EvidenceSet`](gosleuth_evidence::EvidenceSet) and [`CaseFile`](gosleuth_case::CaseFile) in, bytes out. Writers
//! never judge: every word about what is wrong comes from the case.
//!
//! Non-goals: no terminal detection, no files; callers say whether colour is wanted.
