//! The diagnosis catalogue: what every wait, message and counter means, as data.
//!
//! Role: types of the compiled table and the lookup by goroutine stack or message text. The entries stand in
//! `crates/gosleuth_case/catalogue/*/*.toml`, one file each; `cargo xtask generate` compiles them to [`ENTRIES`] and to the
//! pages of `docs/catalogue`. Non-goals: no thresholds over time and no verdicts, those are code in `diagnose`.

#[rustfmt::skip]
mod generated;
mod matching;

use gosleuth_base::{Severity, SuspectKind};
use gosleuth_evidence::WaitReason;

pub use generated::ENTRIES;
pub(crate) use matching::{Matcher, StackView, message_entry};

/// What part of the evidence an entry explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Waiting (or running) goroutines.
    Waits,
    /// Panics, which a `recover` can stop.
    Panics,
    /// Fatal errors and signals, which nothing can stop.
    Fatals,
    /// Race reports.
    Races,
    /// Counters and trends of the runtime.
    Runtime,
    /// Decisions of the compiler's escape analysis.
    Escapes,
}

/// What an entry says about a goroutine that it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A wait that belongs to normal operation.
    Healthy,
    /// One snapshot cannot tell.
    Undecided,
    /// A wait that should end soon; past a threshold it is a fault.
    Suspicious,
}

/// Which goroutines an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All.
    Any,
    /// Only the main goroutine.
    Main,
    /// All but the main goroutine.
    Other,
}

/// What a goroutine must look like. Empty lists ask for nothing; patterns are symbol names with `*` at either end.
#[derive(Clone, Copy, Debug)]
pub struct WaitMatch {
    /// One of these states. Evidence without states passes if the entry also asks for functions.
    pub states: &'static [WaitReason],
    /// The innermost frame that is not of the runtime.
    pub top: &'static [&'static str],
    /// Any frame.
    pub anywhere: &'static [&'static str],
    /// A frame further in than the first of the program itself.
    pub leading: &'static [&'static str],
    /// Any frame as well: a second condition.
    pub also: &'static [&'static str],
    /// The outermost frame: the function that the goroutine was started with.
    pub entry: &'static [&'static str],
    /// The function with the `go` statement.
    pub creator: &'static [&'static str],
    /// No frame may match.
    pub without: &'static [&'static str],
    /// Which goroutines.
    pub goroutine: Which,
    /// Some frame is of the program itself (`true`), or none is (`false`).
    pub user_frames: Option<bool>,
}

impl WaitMatch {
    /// Asks for nothing.
    pub const ANY: Self = Self {
        states: &[],
        top: &[],
        anywhere: &[],
        leading: &[],
        also: &[],
        entry: &[],
        creator: &[],
        without: &[],
        goroutine: Which::Any,
        user_frames: None,
    };
}

/// One entry.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Stable id, also the name of its page in `docs/catalogue`.
    pub id: &'static str,
    /// Title of a few words.
    pub title: &'static str,
    /// Part of the evidence.
    pub section: Section,
    /// What it says.
    pub class: Class,
    /// Kind of the suspects it gives; none for healthy waits.
    pub kind: Option<SuspectKind>,
    /// How bad.
    pub severity: Severity,
    /// Rule codes of the static catalogue that describe the bug in source.
    pub rules: &'static [&'static str],
    /// Among several that match the highest wins.
    pub priority: u8,
    /// What goroutines it matches (`Section::Waits`).
    pub wait: WaitMatch,
    /// Message texts it matches, `*` at either end; for races and escapes the name of the class.
    pub texts: &'static [&'static str],
    /// Whether a deferred `recover` can stop it.
    pub recoverable: Option<bool>,
    /// Template of the headline.
    pub headline: &'static str,
    /// Template of the reason.
    pub why: &'static str,
    /// Template of the next step.
    pub action: &'static str,
    /// The evidence that would decide, for candidates.
    pub would_decide: &'static str,
    /// Usual causes.
    pub causes: &'static [&'static str],
    /// What to check.
    pub checks: &'static [&'static str],
}

impl Entry {
    /// Says nothing: what an entry leaves out of its file.
    pub const EMPTY: Self = Self {
        id: "",
        title: "",
        section: Section::Waits,
        class: Class::Undecided,
        kind: None,
        severity: Severity::Warning,
        rules: &[],
        priority: 0,
        wait: WaitMatch::ANY,
        texts: &[],
        recoverable: None,
        headline: "",
        why: "",
        action: "",
        would_decide: "",
        causes: &[],
        checks: &[],
    };
}

/// The entry with this id.
pub fn entry(id: &str) -> Option<&'static Entry> {
    ENTRIES
        .binary_search_by(|entry| entry.id.cmp(id))
        .ok()
        .map(|index| &ENTRIES[index])
}

/// The entry of an id that this crate's own code names; a test holds that each exists.
pub(crate) fn known(id: &'static str) -> &'static Entry {
    entry(id).unwrap_or(&ENTRIES[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_sorted_and_distinct() {
        assert!(ENTRIES.windows(2).all(|pair| pair[0].id < pair[1].id));
    }

    #[test]
    fn entries_that_code_names_exist() {
        let sources = [
            include_str!("crashes.rs"),
            include_str!("diagnose.rs"),
            include_str!("escape.rs"),
            include_str!("leaks.rs"),
            include_str!("profiles.rs"),
            include_str!("races.rs"),
            include_str!("runtime.rs"),
        ];
        let mut named = 0;
        for marker in ["known(\"", "push(case, \"", "question(case, \""] {
            for rest in sources.iter().flat_map(|source| source.split(marker).skip(1)) {
                let id = rest.split('"').next().expect("split yields one piece at least");
                assert!(entry(id).is_some(), "no entry {id}");
                named += 1;
            }
        }
        assert!(named > 10, "the markers are not found any more");
    }

    #[test]
    fn templates_have_known_placeholders() {
        const KNOWN: &[&str] = &[
            "count", "site", "function", "place", "since", "creator", "message", "what",
        ];
        for entry in ENTRIES {
            for text in [entry.headline, entry.why, entry.action, entry.would_decide] {
                for rest in text.split('{').skip(1) {
                    let name = rest.split('}').next().expect("split yields one piece at least");
                    let is_code = name.is_empty() || name.starts_with(' ') || name.starts_with('…');
                    assert!(is_code || KNOWN.contains(&name), "{}: {{{name}}}", entry.id);
                }
            }
        }
    }

    #[test]
    fn every_entry_says_what_it_is_for() {
        for entry in ENTRIES {
            assert!(!entry.title.is_empty(), "{}", entry.id);
            match entry.class {
                Class::Healthy => assert!(entry.kind.is_none(), "{}: healthy entries have no kind", entry.id),
                Class::Undecided => assert!(!entry.would_decide.is_empty(), "{}: would_decide", entry.id),
                Class::Suspicious => assert!(entry.kind.is_some() && !entry.action.is_empty(), "{}", entry.id),
            }
            if matches!(entry.section, Section::Panics | Section::Fatals) {
                assert!(entry.recoverable.is_some(), "{}: recoverable", entry.id);
                assert!(!entry.causes.is_empty() && !entry.checks.is_empty(), "{}", entry.id);
            }
        }
    }
}
