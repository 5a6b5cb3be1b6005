//! Helpers of the tests of this crate.

use crate::{EvidenceSet, ReadOptions, Source, read};

/// Everything read from one input called `t`.
pub(crate) fn read_bytes(bytes: &[u8]) -> EvidenceSet {
    let mut set = EvidenceSet::new();
    let source = Source { name: "t", time: None };
    let mut bytes = bytes;
    read(&mut set, &source, &mut bytes, &ReadOptions::default());
    set
}

/// Everything read from a text called `t`.
pub(crate) fn read_text(text: &str) -> EvidenceSet {
    read_bytes(text.as_bytes())
}
