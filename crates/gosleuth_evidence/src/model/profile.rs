//! Profiles that are not sets of goroutines: block, mutex, heap, allocations, CPU.

use gosleuth_base::Sym;

use super::{LabelsId, Origin, StackId, Time};

/// Which profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProfileKind {
    /// Time blocked at synchronisation.
    Block,
    /// Time others waited for a lock that this stack held.
    Mutex,
    /// Heap in use and allocated.
    Heap,
    /// CPU samples.
    Cpu,
    /// A profile of the program's own.
    Custom,
}

impl ProfileKind {
    /// The stable word of the output contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Mutex => "mutex",
            Self::Heap => "heap",
            Self::Cpu => "cpu",
            Self::Custom => "custom",
        }
    }
}

/// What a column of values is: `("delay", "nanoseconds")`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleType {
    /// `contentions`, `delay`, `inuse_space`…
    pub name: Sym,
    /// `count`, `nanoseconds`, `bytes`.
    pub unit: Sym,
}

/// One sample. `values` has one entry per sample type.
#[derive(Clone, Debug)]
pub struct ProfileSample {
    /// The stack.
    pub stack: StackId,
    /// Values in the order of `Profile::sample_types`.
    pub values: Vec<i64>,
    /// Labels.
    pub labels: Option<LabelsId>,
}

/// A profile.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Where it starts.
    pub origin: Origin,
    /// Which one.
    pub kind: ProfileKind,
    /// When it was taken.
    pub time: Option<Time>,
    /// Duration in nanoseconds, 0 if it counts since process start.
    pub duration_nanos: i64,
    /// Meaning of the value columns.
    pub sample_types: Vec<SampleType>,
    /// Sampling period in the unit of the period type.
    pub period: i64,
    /// Samples with equal stack and labels merged, in order of first appearance.
    pub samples: Vec<ProfileSample>,
}
