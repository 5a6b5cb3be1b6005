//! What is known of the places that start goroutines.

use serde::{Deserialize, Serialize};

use crate::finding::Location;

/// What is known of something that may hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Known {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// What decides it is not in the package, or not understood.
    #[default]
    Unknown,
}

impl Known {
    /// `yes`, `no` or `unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// The answer to one question about a goroutine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What is known.
    pub known: Known,
    /// What the answer rests on, a phrase without a final dot; may be empty.
    pub reason: String,
    /// The line it rests on, 1-based, in the file of the goroutine's function; none where there is no such line.
    pub line: Option<u32>,
}

/// A place that starts a goroutine, with what a review asks about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoroutineStart {
    /// The `go` statement, or the call that starts the goroutine.
    pub location: Location,
    /// What starts it: `go`, or the symbol of the function that does.
    pub by: String,
    /// The symbol of the function it runs; empty where that is not known.
    pub runs: String,
    /// Does it recover its own panics?
    pub recovers: Answer,
    /// Can it be told to stop: by a context, or by a channel that is closed?
    pub cancellation: Answer,
    /// Does it end by itself?
    pub bounded: Answer,
    /// Does somebody wait for it?
    pub awaited: Answer,
    /// Do its deferred functions wait for something?
    pub blocking_defers: Answer,
    /// Does a time limit apply to what it does?
    pub deadline: Answer,
}

/// A question of the checklist: its word, its heading, the answer that is wished for (none where both are right), and where the answer is.
pub type Question = (
    &'static str,
    &'static str,
    Option<Known>,
    fn(&GoroutineStart) -> &Answer,
);

impl GoroutineStart {
    /// The questions, in the order in which they are shown.
    pub const QUESTIONS: &'static [Question] = &[
        ("recovers", "recovers", Some(Known::Yes), |start| &start.recovers),
        ("cancellation", "can be cancelled", Some(Known::Yes), |start| {
            &start.cancellation
        }),
        ("bounded", "ends by itself", None, |start| &start.bounded),
        ("awaited", "somebody waits", Some(Known::Yes), |start| &start.awaited),
        ("blocking_defers", "blocking defers", Some(Known::No), |start| {
            &start.blocking_defers
        }),
        ("deadline", "time limit", None, |start| &start.deadline),
    ];

    /// Whether a review should look at the answer to a question: it is not the one that is wished for. What ends by itself need not be told to.
    pub fn is_open(&self, (word, _, wished, get): &Question) -> bool {
        let is_needless = *word == "cancellation" && self.bounded.known == Known::Yes;
        wished.is_some_and(|wished| get(self).known != wished) && !is_needless
    }
}
