//! What was wrong with an input, in words: what, where, what to do.

/// How much a problem means for the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// Nothing could be read from this input: the exit code says so.
    Unreadable,
    /// A part is missing or damaged; everything else was read.
    Partial,
    /// A remark that changes nothing.
    Note,
}

impl ProblemKind {
    /// The stable word of the output contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Partial => "partial",
            Self::Note => "note",
        }
    }
}

/// Something an input did not give.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// How bad it is.
    pub kind: ProblemKind,
    /// Name of the input: a path, `-`, or a URL.
    pub input: String,
    /// 1-based line in the (decompressed) input, where one is known.
    pub line: Option<u64>,
    /// One sentence without a final dot: what is wrong and what to do.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.input)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.message)
    }
}
