//! What a rule says about source code, and what it is made of.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Severity, SuspectKind};

/// What a family of rules is about: the letters of their codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Family {
    /// Goroutine leaks.
    Leaks,
    /// Deadlocks and blocking.
    Deadlocks,
    /// Data races.
    Races,
    /// Panics and recovery.
    Panics,
    /// Context and cancellation.
    Contexts,
    /// Resources and resilience.
    Resources,
    /// Advice; never in the default set.
    Advice,
    /// Directives to gosleuth itself.
    Directives,
}

impl Family {
    /// Every family, in the order in which they are listed.
    pub const ALL: &[Self] = &[
        Self::Leaks,
        Self::Deadlocks,
        Self::Races,
        Self::Panics,
        Self::Contexts,
        Self::Resources,
        Self::Advice,
        Self::Directives,
    ];

    /// The letters in front of a code.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Leaks => "GL",
            Self::Deadlocks => "DL",
            Self::Races => "DR",
            Self::Panics => "PN",
            Self::Contexts => "CX",
            Self::Resources => "RS",
            Self::Advice => "AD",
            Self::Directives => "GS",
        }
    }

    /// What the family is about, as a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Leaks => "Goroutine leaks",
            Self::Deadlocks => "Deadlocks and blocking",
            Self::Races => "Data races",
            Self::Panics => "Panics and recovery",
            Self::Contexts => "Context and cancellation",
            Self::Resources => "Resources and resilience",
            Self::Advice => "Advice",
            Self::Directives => "Directives to gosleuth",
        }
    }
}

/// The stable code of a rule: `GL001`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RuleCode {
    /// Its family.
    pub family: Family,
    /// Its number in the family, below 1000.
    pub number: u16,
}

impl RuleCode {
    /// A code; `number` is below 1000.
    pub const fn new(family: Family, number: u16) -> Self {
        Self { family, number }
    }

    /// The code that a text is, letters in any case.
    pub fn parse(text: &str) -> Option<Self> {
        let (letters, digits) = text.split_at_checked(2)?;
        let family = Family::ALL
            .iter()
            .copied()
            .find(|family| family.prefix().eq_ignore_ascii_case(letters))?;
        let is_number = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.parse().ok().filter(|_| is_number)?;
        Some(Self { family, number })
    }
}

impl fmt::Display for RuleCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}{:03}", self.family.prefix(), self.number))
    }
}

impl fmt::Debug for RuleCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Which findings somebody sees without asking for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleSet {
    /// Precise enough for everybody.
    Default,
    /// True, but noisier.
    Strict,
    /// How it could be better, not what is wrong.
    Advice,
}

impl RuleSet {
    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Strict => "strict",
            Self::Advice => "advice",
        }
    }
}

/// What a rule can change by itself. What it does offer for a finding is [`Finding::fix`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FixAvailability {
    /// Text that explains, no edit.
    None,
    /// Edits that may change what the program does.
    Suggest,
    /// Edits that only remove the fault.
    Safe,
}

impl FixAvailability {
    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Suggest => "suggest",
            Self::Safe => "safe",
        }
    }
}

/// What a rule is, for lists and reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// Its code.
    pub code: RuleCode,
    /// Its name in words with hyphens.
    pub name: &'static str,
    /// What it finds, in one line without a final dot.
    pub summary: &'static str,
    /// Who sees it.
    pub set: RuleSet,
    /// How bad what it finds is.
    pub severity: Severity,
    /// What it can change.
    pub fix: FixAvailability,
    /// The same fault in a running process.
    pub symptoms: &'static [Symptom],
}

/// The face that a fault shows at run time. Findings and evidence are joined by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symptom {
    /// A goroutine waits with this reason, as the runtime writes it in dumps: `chan receive (nil chan)`.
    Wait(&'static str),
    /// The process (or the request) dies with a text that begins like this.
    Death(&'static str),
    /// A suspect of this kind, without a certain wait reason.
    Suspect(SuspectKind),
    /// Something that grows or fails without a text of its own, in a few words.
    Other(&'static str),
}

impl fmt::Display for Symptom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wait(reason) => write!(f, "goroutines in state `{reason}`"),
            Self::Death(text) => write!(f, "`{text}`"),
            Self::Suspect(kind) => write!(f, "a suspect `{kind}`"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

/// How sure a rule is of a finding. Ordered from least to most certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Confidence {
    /// Rests on an assumption about what is not seen.
    Low,
    /// Holds unless code that is not seen does something unusual.
    Medium,
    /// Follows from the code.
    High,
    /// There is a schedule that leads there, replayed, and it rests on nothing that the code leaves open.
    Witnessed,
}

impl Confidence {
    /// The stable word of the output contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Witnessed => "witnessed",
        }
    }
}

/// A range of text in a file. Lines and columns are 1-based, columns count bytes; the end is behind the last byte.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// Path as the caller named the file.
    pub file: String,
    /// First line.
    pub line: u32,
    /// Column in the first line.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column in the last line.
    pub end_column: u32,
    /// Symbol of the function around, with its import path; empty outside functions.
    pub function: String,
}

/// Another place that matters for a finding: the other party.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Related {
    /// Where.
    pub location: Location,
    /// What is there, in a few words.
    pub label: String,
}

/// A step of a schedule that makes the fault happen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ScheduleStep {
    /// Which goroutine, in words: `main`, `worker started at …`.
    pub goroutine: String,
    /// What it does.
    pub action: String,
    /// The goroutine that it starts or meets.
    pub partner: Option<String>,
    /// What it waits for from now on.
    pub waits_for: Option<String>,
    /// Where.
    pub location: Location,
}

/// How far a fix may be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FixSafety {
    /// Somebody should look at it: it may change what the program does.
    Suggest,
    /// It only removes the fault.
    Safe,
}

impl FixSafety {
    /// The stable word of the output contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Suggest => "suggest",
            Self::Safe => "safe",
        }
    }
}

/// A change of text that removes a fault. Its edits are applied together or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// How far it may be trusted.
    pub safety: FixSafety,
    /// What it does, as an order: `add defer cancel()`.
    pub title: String,
    /// In order of file and position, not overlapping.
    pub edits: Vec<Edit>,
}

/// A replacement of text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edit {
    /// Path as the caller named the file.
    pub file: String,
    /// Offset in bytes of the first byte replaced.
    pub start: u32,
    /// Offset in bytes behind the last byte replaced; equal to `start` for an insertion.
    pub end: u32,
    /// What stands there afterwards.
    pub text: String,
}

/// Identity of a finding over time: it stays when lines move and when unrelated code changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// The fingerprint of something that these parts describe, in this order (FNV-1a with 64 bits; parts do not run into each other).
    pub fn of(parts: &[&str]) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in parts.iter().flat_map(|part| part.bytes().chain([0xff])) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self(hash)
    }

    /// The fingerprint that a text of 16 hexadecimal digits is.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        u64::from_str_radix(text, 16).ok().filter(|_| digits).map(Self)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Suppressed {
    /// Who says so.
    pub by: SuppressedBy,
    /// The reason given; may be empty.
    pub reason: String,
}

/// Who says that a finding does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SuppressedBy {
    /// A comment in the source.
    Directive,
    /// The baseline file.
    Baseline,
}

impl SuppressedBy {
    /// The stable word of the output contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Directive => "directive",
            Self::Baseline => "baseline",
        }
    }
}

/// What a rule says about a place in source code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which rule.
    pub code: RuleCode,
    /// How bad it is.
    pub severity: Severity,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// What happens, in one sentence without a final dot that stands alone.
    pub message: String,
    /// Why that is so.
    pub why: String,
    /// What to do.
    pub action: String,
    /// Where.
    pub location: Location,
    /// The other parties, in reading order.
    pub related: Vec<Related>,
    /// How it comes to happen, step by step; empty where no interleaving matters.
    pub schedule: Vec<ScheduleStep>,
    /// A change that removes it.
    pub fix: Option<Fix>,
    /// Its identity over time.
    pub fingerprint: Fingerprint,
    /// Why it does not count, if it does not.
    pub suppressed: Option<Suppressed>,
}

impl Finding {
    /// What the order of a report goes by.
    pub fn sort_key(&self) -> (&str, u32, u32, RuleCode, &str) {
        let location = &self.location;
        (&location.file, location.line, location.column, self.code, &self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_they_are_written() {
        let code = RuleCode::new(Family::Leaks, 1);
        assert_eq!(code.to_string(), "GL001");
        assert_eq!(RuleCode::parse("gl001"), Some(code));
        for wrong in ["", "G", "GL", "GL1", "GL0001", "GL+01", "XX001", "é01"] {
            assert_eq!(RuleCode::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn fingerprints_tell_parts_apart() {
        assert_ne!(Fingerprint::of(&["ab", "c"]), Fingerprint::of(&["a", "bc"]));
        let print = Fingerprint::of(&["a"]);
        assert_eq!(Fingerprint::parse(&print.to_string()), Some(print));
        assert_eq!(Fingerprint::parse("1"), None);
    }
}
