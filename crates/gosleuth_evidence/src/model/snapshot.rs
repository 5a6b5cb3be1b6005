//! A set of goroutines at one instant.

use gosleuth_base::Sym;

use super::{CrashIndex, Origin, StackId, Time, WaitState};

gosleuth_base::new_index! {
    /// A snapshot: index into `EvidenceSet::snapshots`.
    pub struct SnapshotId;
}

gosleuth_base::new_index! {
    /// A group: index into `Snapshot::groups`.
    pub struct GroupId;
}

gosleuth_base::new_index! {
    /// A label set: index into `EvidenceSet::labels`.
    pub struct LabelsId;
}

/// What a snapshot was made from, which decides what it can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SnapshotKind {
    /// Goroutine blocks: ids, states, minutes, creators.
    Dump,
    /// A goroutine profile, `debug=1` or protobuf: stacks and counts only.
    Profile,
    /// A goroutine leak profile, `debug=1` or protobuf: every goroutine in it is leaked.
    LeakProfile,
    /// A thread creation profile.
    Threads,
}

/// Why a snapshot is not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cut {
    /// The input ends inside a goroutine block.
    MidBlock,
    /// The dump has exactly the 64 MiB at which `debug=2` over HTTP is cut without a mark.
    HttpCap,
    /// Only one goroutine was printed because of GOTRACEBACK or the runtime version.
    CrashingOnly,
}

/// Shortest and longest wait of the goroutines of a group, in whole minutes, as printed. The runtime counts from the first
/// garbage collection that saw the goroutine waiting and prints nothing below one minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaitRange {
    /// Number of goroutines whose header has minutes.
    pub known: u64,
    /// Shortest, in minutes; 0 if any goroutine of the group has none.
    pub min: u32,
    /// Longest, in minutes.
    pub max: u32,
    /// Sum, in minutes.
    pub sum: u64,
}

/// Goroutines with equal stack, state and labels.
#[derive(Clone, Debug)]
pub struct Group {
    /// The stack.
    pub stack: StackId,
    /// The state.
    pub state: WaitState,
    /// Labels, if there are any.
    pub labels: Option<LabelsId>,
    /// Number of goroutines.
    pub count: u64,
    /// Wait times.
    pub waits: WaitRange,
    /// The first ids seen, at most [`Group::ID_SAMPLES`].
    pub ids: Vec<u64>,
    /// The first line where a member stands.
    pub line: u64,
}

impl Group {
    /// How many ids a group keeps.
    pub const ID_SAMPLES: usize = 16;
}

/// One goroutine of a dump. Only the first [`Snapshot::GOROUTINE_CAP`] of a snapshot are kept one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goroutine {
    /// Goroutine id.
    pub id: u64,
    /// Its group.
    pub group: GroupId,
    /// Whole minutes waited; 0 where none are printed.
    pub minutes: u32,
    /// Id of the creating goroutine (Go 1.21 and later); 0 unknown.
    pub parent: u64,
    /// Address of the `sync` object it waits for, where the stack shows a usable one; 0 unknown.
    pub address: u64,
}

/// How many goroutines of a group wait at one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AddressUse {
    /// The address of a Mutex, WaitGroup or Cond notify list.
    pub address: u64,
    /// The group.
    pub group: GroupId,
    /// Number of goroutines.
    pub count: u64,
}

/// A set of goroutines at one instant.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Where it starts.
    pub origin: Origin,
    /// What it was made from.
    pub kind: SnapshotKind,
    /// When it was taken, as far as the input tells.
    pub time: Option<Time>,
    /// The stream of a multiplexed log (container, pod, unit) it was in.
    pub stream: Option<Sym>,
    /// Number of goroutines.
    pub total: u64,
    /// The total that the input declares (`goroutine profile: total N`), if any.
    pub declared_total: Option<u64>,
    /// Groups by order of first appearance.
    pub groups: Vec<Group>,
    /// Single goroutines, in input order.
    pub goroutines: Vec<Goroutine>,
    /// Waiters by address, sorted; at most [`Snapshot::ADDRESS_CAP`] pairs.
    pub addresses: Vec<AddressUse>,
    /// What is missing.
    pub cut: Option<Cut>,
    /// The crash this dump belongs to.
    pub crash: Option<CrashIndex>,
}

impl Snapshot {
    /// How many goroutines a snapshot keeps one by one (8 MiB).
    pub const GOROUTINE_CAP: usize = 1 << 18;
    /// How many (address, group) pairs a snapshot keeps.
    pub const ADDRESS_CAP: usize = 1 << 16;
    /// Whether every goroutine is in `goroutines`.
    pub fn has_every_goroutine(&self) -> bool {
        self.goroutines.len() as u64 == self.total
    }
}
