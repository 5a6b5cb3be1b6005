//! How sure and how bad.

/// How sure gosleuth is of a suspect. Ordered from least to most certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Evidence contradicts it.
    Cleared,
    /// Source only.
    Suspected,
    /// Runtime evidence of one kind.
    Observed,
    /// Two independent kinds of evidence agree.
    Corroborated,
    /// The runtime itself says so, or a schedule replays.
    Proved,
}

impl Verdict {
    /// The stable word of the output contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cleared => "cleared",
            Self::Suspected => "suspected",
            Self::Observed => "observed",
            Self::Corroborated => "corroborated",
            Self::Proved => "proved",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// How bad a finding or suspect is. Ordered from mildest to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Severity {
    /// Worth knowing.
    Advice,
    /// Will hurt.
    Warning,
    /// Hurts now.
    Error,
}

impl Severity {
    /// The stable word of the output contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Advice => "advice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
