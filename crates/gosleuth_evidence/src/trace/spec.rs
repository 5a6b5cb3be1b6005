//! The event types of trace format 2 (Go 1.22 and later): their numbers, names and arguments.
//!
//! Names are those that `go tool trace -d=wire` prints, so that both can be compared line by line.

/// Numbers of the event types that are named in code.
pub(super) mod ev {
    pub(crate) const EVENT_BATCH: u8 = 1;
    pub(crate) const STACKS: u8 = 2;
    pub(crate) const STACK: u8 = 3;
    pub(crate) const STRINGS: u8 = 4;
    pub(crate) const STRING: u8 = 5;
    pub(crate) const CPU_SAMPLES: u8 = 6;
    pub(crate) const CPU_SAMPLE: u8 = 7;
    pub(crate) const FREQUENCY: u8 = 8;
    pub(crate) const PROCS_CHANGE: u8 = 9;
    pub(crate) const PROC_START: u8 = 10;
    pub(crate) const PROC_STOP: u8 = 11;
    pub(crate) const PROC_STEAL: u8 = 12;
    pub(crate) const PROC_STATUS: u8 = 13;
    pub(crate) const GO_CREATE: u8 = 14;
    pub(crate) const GO_CREATE_SYSCALL: u8 = 15;
    pub(crate) const GO_START: u8 = 16;
    pub(crate) const GO_DESTROY: u8 = 17;
    pub(crate) const GO_DESTROY_SYSCALL: u8 = 18;
    pub(crate) const GO_STOP: u8 = 19;
    pub(crate) const GO_BLOCK: u8 = 20;
    pub(crate) const GO_UNBLOCK: u8 = 21;
    pub(crate) const GO_SYSCALL_BEGIN: u8 = 22;
    pub(crate) const GO_SYSCALL_END: u8 = 23;
    pub(crate) const GO_SYSCALL_END_BLOCKED: u8 = 24;
    pub(crate) const GO_STATUS: u8 = 25;
    pub(crate) const STW_BEGIN: u8 = 26;
    pub(crate) const STW_END: u8 = 27;
    pub(crate) const GC_ACTIVE: u8 = 28;
    pub(crate) const GC_BEGIN: u8 = 29;
    pub(crate) const GC_END: u8 = 30;
    pub(crate) const GC_SWEEP_ACTIVE: u8 = 31;
    pub(crate) const GC_SWEEP_BEGIN: u8 = 32;
    pub(crate) const GC_SWEEP_END: u8 = 33;
    pub(crate) const ASSIST_ACTIVE: u8 = 34;
    pub(crate) const ASSIST_BEGIN: u8 = 35;
    pub(crate) const ASSIST_END: u8 = 36;
    pub(crate) const HEAP_ALLOC: u8 = 37;
    pub(crate) const HEAP_GOAL: u8 = 38;
    pub(crate) const GO_LABEL: u8 = 39;
    pub(crate) const TASK_BEGIN: u8 = 40;
    pub(crate) const TASK_END: u8 = 41;
    pub(crate) const REGION_BEGIN: u8 = 42;
    pub(crate) const REGION_END: u8 = 43;
    pub(crate) const USER_LOG: u8 = 44;
    pub(crate) const GO_SWITCH: u8 = 45;
    pub(crate) const GO_SWITCH_DESTROY: u8 = 46;
    pub(crate) const GO_CREATE_BLOCKED: u8 = 47;
    pub(crate) const GO_STATUS_STACK: u8 = 48;
    pub(crate) const EXPERIMENTAL_BATCH: u8 = 49;
    pub(crate) const SYNC: u8 = 50;
    pub(crate) const CLOCK_SNAPSHOT: u8 = 51;
    pub(crate) const END_OF_GENERATION: u8 = 52;
    pub(crate) const EXPERIMENT_FIRST: u8 = 128;
    pub(crate) const EXPERIMENT_LAST: u8 = 136;
}

/// The name of an event type and of its arguments, the time first.
pub(super) fn spec(kind: u8) -> Option<(&'static str, &'static [&'static str])> {
    SPECS
        .get(usize::from(kind))
        .copied()
        .or_else(|| EXPERIMENTS.get(usize::from(kind).checked_sub(128)?).copied())
        .filter(|(name, _)| !name.is_empty())
}

/// How many arguments an ordinary event has beside its time; 255 for every other type.
pub(super) static ARGS: [u8; 256] = {
    let mut table = [255u8; 256];
    let mut at = 0;
    while at < SPECS.len() {
        if is_ordinary(at as u8) {
            table[at] = SPECS[at].1.len() as u8 - 1;
        }
        at += 1;
    }
    let mut at = 0;
    while at < EXPERIMENTS.len() {
        table[128 + at] = EXPERIMENTS[at].1.len() as u8 - 1;
        at += 1;
    }
    table
};

/// Whether a type stands in batches of threads rather than in tables.
const fn is_ordinary(kind: u8) -> bool {
    matches!(kind, ev::PROCS_CHANGE..=ev::GO_STATUS_STACK)
}

type Spec = (&'static str, &'static [&'static str]);

static SPECS: [Spec; 53] = [
    ("", &[]),
    ("EventBatch", &["gen", "m", "time", "size"]),
    ("Stacks", &[]),
    ("Stack", &["id", "nframes"]),
    ("Strings", &[]),
    ("String", &["id"]),
    ("CPUSamples", &[]),
    ("CPUSample", &["time", "m", "p", "g", "stack"]),
    ("Frequency", &["freq"]),
    ("ProcsChange", &["dt", "procs_value", "stack"]),
    ("ProcStart", &["dt", "p", "p_seq"]),
    ("ProcStop", &["dt"]),
    ("ProcSteal", &["dt", "p", "p_seq", "m"]),
    ("ProcStatus", &["dt", "p", "pstatus"]),
    ("GoCreate", &["dt", "new_g", "new_stack", "stack"]),
    ("GoCreateSyscall", &["dt", "new_g"]),
    ("GoStart", &["dt", "g", "g_seq"]),
    ("GoDestroy", &["dt"]),
    ("GoDestroySyscall", &["dt"]),
    ("GoStop", &["dt", "reason_string", "stack"]),
    ("GoBlock", &["dt", "reason_string", "stack"]),
    ("GoUnblock", &["dt", "g", "g_seq", "stack"]),
    ("GoSyscallBegin", &["dt", "p_seq", "stack"]),
    ("GoSyscallEnd", &["dt"]),
    ("GoSyscallEndBlocked", &["dt"]),
    ("GoStatus", &["dt", "g", "m", "gstatus"]),
    ("STWBegin", &["dt", "kind_string", "stack"]),
    ("STWEnd", &["dt"]),
    ("GCActive", &["dt", "gc_seq"]),
    ("GCBegin", &["dt", "gc_seq", "stack"]),
    ("GCEnd", &["dt", "gc_seq"]),
    ("GCSweepActive", &["dt", "p"]),
    ("GCSweepBegin", &["dt", "stack"]),
    ("GCSweepEnd", &["dt", "swept_value", "reclaimed_value"]),
    ("GCMarkAssistActive", &["dt", "g"]),
    ("GCMarkAssistBegin", &["dt", "stack"]),
    ("GCMarkAssistEnd", &["dt"]),
    ("HeapAlloc", &["dt", "heapalloc_value"]),
    ("HeapGoal", &["dt", "heapgoal_value"]),
    ("GoLabel", &["dt", "label_string"]),
    ("UserTaskBegin", &["dt", "task", "parent_task", "name_string", "stack"]),
    ("UserTaskEnd", &["dt", "task", "stack"]),
    ("UserRegionBegin", &["dt", "task", "name_string", "stack"]),
    ("UserRegionEnd", &["dt", "task", "name_string", "stack"]),
    ("UserLog", &["dt", "task", "key_string", "value_string", "stack"]),
    ("GoSwitch", &["dt", "g", "g_seq"]),
    ("GoSwitchDestroy", &["dt", "g", "g_seq"]),
    ("GoCreateBlocked", &["dt", "new_g", "new_stack", "stack"]),
    ("GoStatusStack", &["dt", "g", "m", "gstatus", "stack"]),
    ("ExperimentalBatch", &["exp", "gen", "m", "time", "size"]),
    ("Sync", &[]),
    ("ClockSnapshot", &["dt", "mono", "sec", "nsec"]),
    ("EndOfGeneration", &[]),
];

static EXPERIMENTS: [Spec; 9] = [
    ("Span", &["dt", "id", "npages_value", "kindclass"]),
    ("SpanAlloc", &["dt", "id", "npages_value", "kindclass"]),
    ("SpanFree", &["dt", "id"]),
    ("HeapObject", &["dt", "id", "type"]),
    ("HeapObjectAlloc", &["dt", "id", "type"]),
    ("HeapObjectFree", &["dt", "id"]),
    ("GoroutineStack", &["dt", "id", "order"]),
    ("GoroutineStackAlloc", &["dt", "id", "order"]),
    ("GoroutineStackFree", &["dt", "id"]),
];
