//! How sites, places and reasons are called.

use gosleuth_base::{GoSymbol, Origin};
use gosleuth_evidence::trace::{Names, Reason};
use gosleuth_evidence::{FrameId, StackId};

use crate::lives::Site;

/// `function file.go:12`.
pub(crate) fn frame(names: Names<'_>, frame: FrameId) -> String {
    let frame = names.stacks.frame(frame);
    let file = names.strings.get(frame.file);
    let file = file.rsplit(['/', '\\']).next().unwrap_or(file);
    format!("{} {file}:{}", names.strings.get(frame.function), frame.line)
}

/// `start from creator file.go:12`, as the tables of `gosleuth trace` have it.
pub(crate) fn site(names: Names<'_>, site: Site) -> String {
    let start = site
        .start
        .map(|frame| names.strings.get(names.stacks.frame(frame).function));
    match (start, site.creator) {
        (Some(start), Some(creator)) => format!("{start} from {}", frame(names, creator)),
        (Some(start), None) => format!("{start} (older)"),
        (None, Some(creator)) => format!("from {}", frame(names, creator)),
        (None, None) => "unknown (older)".to_owned(),
    }
}

/// The function that goroutines of a site run.
pub(crate) fn start(names: Names<'_>, site: Site) -> &str {
    let start = site
        .start
        .map(|frame| names.strings.get(names.stacks.frame(frame).function));
    start.unwrap_or("unknown")
}

/// The frame of a stack that says most: the first of the program's own, else the first outside of the runtime, else the outermost.
pub(crate) fn place(names: Names<'_>, stack: StackId) -> String {
    let frames = names.stacks.stack(stack).frames;
    let origin = |frame: &&FrameId| {
        let frame = names.stacks.frame(**frame);
        GoSymbol::parse(names.strings.get(frame.function)).origin(names.strings.get(frame.file))
    };
    let own = frames.iter().find(|frame| origin(frame) == Origin::User);
    let other = || frames.iter().find(|frame| origin(frame) != Origin::Runtime);
    let shown = own.or_else(other).or(frames.last());
    shown.map_or_else(String::new, |&shown| frame(names, shown))
}

/// All frames of a stack, innermost first, one on a line.
pub(crate) fn stack(names: Names<'_>, stack: StackId) -> String {
    let frames = names.stacks.stack(stack).frames;
    let lines: Vec<String> = frames.iter().map(|&shown| frame(names, shown)).collect();
    lines.join("\n")
}

/// Why a goroutine waits: a mutex and a wait group are both `sync` for the runtime, but not on the stack.
pub(crate) fn reason<'n>(names: Names<'n>, reason: Reason, stack: Option<StackId>) -> &'n str {
    if let (Reason::Sync, Some(stack)) = (reason, stack) {
        let frames = names.stacks.stack(stack).frames;
        let function = |frame: &FrameId| names.strings.get(names.stacks.frame(*frame).function);
        // The outermost of them: Mutex.Lock is within Once.Do and RWMutex.Lock.
        let known = frames.iter().map(function).rfind(|name| name.starts_with("sync.(*"));
        if let Some(name) = known {
            return name;
        }
    }
    match reason {
        // The trace tells only that it waits: it did so before.
        Reason::None => "unknown",
        Reason::Other(sym) => names.strings.get(sym),
        known => known.text().unwrap_or_default(),
    }
}

/// A length of time with three digits.
pub(crate) fn duration(nanos: u64) -> String {
    let value = nanos as f64;
    let (value, unit) = match nanos {
        0 => return "0".to_owned(),
        1..1_000 => return format!("{nanos} ns"),
        1_000..1_000_000 => (value / 1e3, "µs"),
        1_000_000..1_000_000_000 => (value / 1e6, "ms"),
        _ => (value / 1e9, "s"),
    };
    let digits = match value {
        ..10.0 => 2,
        10.0..100.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$} {unit}")
}
