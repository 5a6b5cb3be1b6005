//! After a fix: what has become of each suspect.

use gosleuth_base::{GoSymbol, Site, SuspectKind, Verdict};
use gosleuth_evidence::{EvidenceSet, SnapshotKind};

use crate::model::{CaseFile, Suspect};
use crate::say::{goroutines, place};

/// What has become of a suspect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It is there, as a suspect or as an open question.
    StillThere,
    /// It is not there, and nothing shows that its code ran.
    NotExercised,
    /// It is not there, and its code ran.
    Gone,
    /// It was not there before.
    New,
}

impl Outcome {
    /// The stable word of the output contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StillThere => "still there",
            Self::NotExercised => "not exercised",
            Self::Gone => "gone",
            Self::New => "new",
        }
    }
}

/// A suspect of one of two cases, and what has become of it.
#[derive(Clone, Debug)]
pub struct VerifiedSuspect {
    /// What has become of it.
    pub outcome: Outcome,
    /// What it is.
    pub kind: SuspectKind,
    /// How sure it was, or is if it is new.
    pub verdict: Verdict,
    /// Where.
    pub site: Option<Site>,
    /// What was said of it.
    pub headline: String,
    /// Goroutines (or reports) before and after.
    pub counts: (u64, u64),
    /// Why that is the outcome, one sentence.
    pub why: String,
}

/// Compares the suspects of two cases: worst outcome first, then in the order of the first case, new ones last.
pub fn verify(before: &CaseFile, after_set: &EvidenceSet, after: &CaseFile) -> Vec<VerifiedSuspect> {
    let mut rows: Vec<VerifiedSuspect> = before
        .suspects
        .iter()
        .map(|suspect| one(suspect, after_set, after))
        .collect();
    for suspect in &after.suspects {
        if !before
            .suspects
            .iter()
            .chain(&before.candidates)
            .any(|known| is_same(known, suspect))
        {
            rows.push(VerifiedSuspect {
                outcome: Outcome::New,
                kind: suspect.kind,
                verdict: suspect.verdict,
                site: suspect.site.clone(),
                headline: suspect.headline.clone(),
                counts: (0, suspect.count),
                why: "Nothing of it was seen before.".to_owned(),
            });
        }
    }
    rows.sort_by_key(|row| row.outcome);
    rows
}

fn one(suspect: &Suspect, after_set: &EvidenceSet, after: &CaseFile) -> VerifiedSuspect {
    let certain = after.suspects.iter().find(|other| is_same(suspect, other));
    let open = after.candidates.iter().find(|other| is_same(suspect, other));
    let (outcome, count, why) = match certain.or(open) {
        // Several snapshots would have shown that they become more.
        Some(other) if certain.is_none() && after.snapshots.len() > 1 => (
            Outcome::Gone,
            other.count,
            "Its code runs in what was taken afterwards, and nothing shows that anybody is stuck there.".to_owned(),
        ),
        Some(other) => {
            let at = other.site.as_ref().map_or_else(|| "the same place".to_owned(), place);
            let why = match other.kind {
                SuspectKind::DataRace => format!("It is reported again in {at}."),
                _ => format!("{} at {at} now.", goroutines(other.count)),
            };
            (Outcome::StillThere, other.count, why)
        }
        None => match ran(suspect, after_set) {
            Some(function) => (
                Outcome::Gone,
                0,
                format!("{function} runs in what was taken afterwards, and nobody is stuck there."),
            ),
            None => (
                Outcome::NotExercised,
                0,
                "Nothing that was taken afterwards shows that this code ran: put load on it and take it again."
                    .to_owned(),
            ),
        },
    };
    VerifiedSuspect {
        outcome,
        kind: suspect.kind,
        verdict: suspect.verdict,
        site: suspect.site.clone(),
        headline: suspect.headline.clone(),
        counts: (suspect.count, count),
        why,
    }
}

/// Whether two suspects are the same bug: kind and function; lines move with a fix.
fn is_same(a: &Suspect, b: &Suspect) -> bool {
    a.kind == b.kind
        && match (&a.site, &b.site) {
            (Some(a), Some(b)) => gosleuth_ir::of_source(&a.function) == gosleuth_ir::of_source(&b.function),
            (None, None) => a.entry == b.entry,
            _ => false,
        }
}

/// A function of a suspect (where it waits, or who started it) that the evidence shows at work.
fn ran(suspect: &Suspect, set: &EvidenceSet) -> Option<String> {
    let sites = suspect
        .site
        .iter()
        .chain(suspect.related.iter().map(|related| &related.site));
    let own: Vec<String> = sites
        .filter(|site| !GoSymbol::parse(&site.function).is_std())
        .map(|site| outer(&site.function))
        .collect();
    let seen = |wanted: &str| {
        let is_wanted = |frame: gosleuth_evidence::FrameId| outer(set.text(set.stacks.frame(frame).function)) == wanted;
        set.snapshots
            .iter()
            .filter(|snapshot| snapshot.kind != SnapshotKind::Threads)
            .flat_map(|snapshot| &snapshot.groups)
            .any(|group| {
                let stack = set.stacks.stack(group.stack);
                stack.frames.iter().copied().chain(stack.created_by).any(is_wanted)
            })
            || set.profiles.iter().any(|profile| {
                let stacks = profile.samples.iter().map(|sample| set.stacks.stack(sample.stack));
                stacks.flat_map(|stack| stack.frames.iter().copied()).any(is_wanted)
            })
    };
    own.into_iter().find(|wanted| seen(wanted))
}

/// A function without the literals in it.
fn outer(symbol: &str) -> String {
    let symbol = gosleuth_ir::of_source(symbol);
    let parsed = GoSymbol::parse(&symbol);
    match parsed.receiver {
        Some(receiver) => format!("{}.{receiver}.{}", parsed.package, parsed.name),
        None => format!("{}.{}", parsed.package, parsed.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_belong_to_the_function_around() {
        assert_eq!(outer("m/shop.(*Service).Quote.func1"), outer("m/shop.(*Service).Quote"));
        assert_ne!(outer("m/shop.(*Service).Quote"), outer("m/shop.(*Service).Price"));
    }
}
