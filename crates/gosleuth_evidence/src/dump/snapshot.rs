//! A snapshot while its blocks arrive.

use gosleuth_base::{Idx as _, Sym};
use hashbrown::HashTable;
use rustc_hash::FxHashMap;

use super::header::{Header, Headers};
use super::scan::{Block, Part, PartKind, Scanner};
use super::template::{Fit, Template};
use crate::form::Context;
use crate::model::{
    AddressUse, Ancestor, Crash, CrashIndex, CrashKind, Cut, EvidenceSet, Frame, FrameId, FrameNote, Goroutine, Group,
    GroupId, LabelsId, Origin, Snapshot, SnapshotId, SnapshotKind, Stack, Time, WaitRange, WaitReason, WaitState,
};

/// Goroutine ids beyond this distance from the smallest are not checked for repetition (8 MiB of bits).
const SEEN_IDS: u64 = 64 << 20;
/// Lines of other writers between two blocks of one dump.
const MAX_GAP: u32 = 64;
/// Templates tried per block.
const RECENT: usize = 4;
/// Templates kept per snapshot, so that a dump of distinct stacks does not hold its own text.
const MAX_TEMPLATES: usize = 2_048;

pub(super) struct OpenSnapshot {
    origin: Origin,
    offset: u64,
    time: Option<Time>,
    stream: Option<Sym>,
    test: Option<Sym>,
    crash: Option<CrashIndex>,
    total: u64,
    groups: Vec<Slot>,
    index: HashTable<u32>,
    goroutines: Vec<Goroutine>,
    addresses: FxHashMap<(u64, u32), u64>,
    seen: SeenIds,
    cut: Option<Cut>,
    /// Groups with templates met last, newest first, by state.
    recent: Vec<[u32; RECENT]>,
    templates: usize,
    /// Lines of other writers since the last block.
    gap: u32,
    /// The line before the first block, for stacks that a program prints itself.
    intro: Vec<u8>,
}

struct Slot {
    hash: (u64, u64),
    group: Group,
    /// The part whose first argument is the address of the object waited for.
    address_part: Option<usize>,
    template: Option<Template>,
}

impl OpenSnapshot {
    pub(super) fn new(cx: &mut Context<'_>, offset: u64, intro: &[u8]) -> Self {
        cx.set.note_form(cx.input, "goroutine-dump");
        Self {
            origin: cx.origin(),
            offset,
            time: cx.time,
            stream: cx.stream,
            test: cx.test,
            crash: cx.pending_crash.take(),
            total: 0,
            groups: Vec::new(),
            index: HashTable::new(),
            goroutines: Vec::new(),
            addresses: FxHashMap::default(),
            seen: SeenIds::default(),
            cut: None,
            recent: Vec::new(),
            templates: 0,
            gap: 0,
            intro: intro.to_vec(),
        }
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    pub(super) fn set_cut(&mut self, cut: Cut) {
        self.cut = Some(cut);
    }

    pub(super) fn gap(&mut self) {
        self.gap += 1;
    }

    /// Whether a block belongs to this snapshot. Ids are unique in one dump; a dump begins with the goroutine that prints it.
    pub(super) fn continues(&mut self, id: u64, running: bool) -> bool {
        let first_running = self
            .groups
            .first()
            .is_some_and(|slot| slot.group.state.reason == WaitReason::Running);
        !self.seen.contains(id) && self.gap <= MAX_GAP && !(self.gap > 0 && running && first_running)
    }

    /// Adds the block at the start of `bytes` if it equals one seen before but for numbers, and returns its bytes and lines.
    #[inline]
    pub(super) fn add_known(&mut self, bytes: &[u8], header: &Header) -> Option<(usize, u64)> {
        if self.gap > 0 || self.seen.contains(header.id) {
            return None;
        }
        let recent = *self.recent.get(header.state as usize)?;
        for (rank, &index) in recent.iter().enumerate() {
            let Some(Slot {
                template: Some(template),
                ..
            }) = self.groups.get(index as usize)
            else {
                continue;
            };
            let Some(Fit {
                bytes: length,
                lines,
                parent,
                address,
            }) = template.fit(bytes, header.length)
            else {
                continue;
            };
            if rank > 0 {
                self.recent[header.state as usize][..=rank].rotate_right(1);
            }
            self.count(header, index, parent, address.map(|(start, end)| &bytes[start..end]));
            return Some((length, lines));
        }
        None
    }

    /// Adds a scanned block.
    pub(super) fn add(
        &mut self,
        bytes: &[u8],
        header: &Header,
        block: &Block,
        scanner: &Scanner,
        headers: &Headers,
        cx: &mut Context<'_>,
    ) {
        self.gap = 0;
        let hash = block.hash.finish(u64::from(header.state));
        let groups = &self.groups;
        let found = self
            .index
            .find(hash.0, |&index| groups[index as usize].hash == hash)
            .copied();
        let index = match found {
            Some(index) => index,
            None => self.new_group(scanner, headers.state(header.state), hash, bytes, cx),
        };
        let slot = &mut self.groups[index as usize];
        if slot.template.is_none() && block.junk == 0 && self.templates < MAX_TEMPLATES && !cx.options.exact {
            slot.template = Template::new(&bytes[..block.bytes], header.length, scanner, slot.address_part);
            self.templates += usize::from(slot.template.is_some());
        }
        if slot.template.is_some() {
            let state = header.state as usize;
            if state >= self.recent.len() {
                self.recent.resize(state + 1, [u32::MAX; RECENT]);
            }
            let recent = &mut self.recent[state];
            let rank = recent.iter().position(|&known| known == index).unwrap_or(RECENT - 1);
            recent[rank] = index;
            recent[..=rank].rotate_right(1);
        }
        let args = slot.address_part.and_then(|part| scanner.parts().get(part));
        self.count(
            header,
            index,
            block.parent,
            args.map(|part| &bytes[part.args.0 as usize..part.args.1 as usize]),
        );
    }

    /// Counts one goroutine of a group. `args` are the arguments of the frame with the address.
    #[inline]
    fn count(&mut self, header: &Header, index: u32, parent: u64, args: Option<&[u8]>) {
        self.total += 1;
        self.seen.insert(header.id);
        let group = &mut self.groups[index as usize].group;
        let waits = &mut group.waits;
        if header.minutes > 0 {
            waits.known += 1;
            waits.sum += u64::from(header.minutes);
            waits.max = waits.max.max(header.minutes);
        }
        waits.min = if group.count == 0 {
            header.minutes
        } else {
            waits.min.min(header.minutes)
        };
        group.count += 1;
        if group.ids.len() < Group::ID_SAMPLES {
            group.ids.push(header.id);
        }
        let address = args.and_then(first_argument).unwrap_or(0);
        if address != 0 {
            let full = self.addresses.len() >= Snapshot::ADDRESS_CAP;
            match self.addresses.get_mut(&(address, index)) {
                Some(count) => *count += 1,
                None if full => {}
                None => {
                    self.addresses.insert((address, index), 1);
                }
            }
        }
        if self.goroutines.len() < Snapshot::GOROUTINE_CAP {
            let group = GroupId::from_usize(index as usize);
            self.goroutines.push(Goroutine {
                id: header.id,
                group,
                minutes: header.minutes,
                parent,
                address,
            });
        }
    }

    #[cold]
    fn new_group(
        &mut self,
        scanner: &Scanner,
        (state, labels): (WaitState, Option<LabelsId>),
        hash: (u64, u64),
        bytes: &[u8],
        cx: &mut Context<'_>,
    ) -> u32 {
        let stack = build_stack(bytes, scanner.parts(), cx);
        let stack = cx.set.stacks.intern_stack(stack);
        let index = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
        self.groups.push(Slot {
            hash,
            group: Group {
                stack,
                state,
                labels,
                count: 0,
                waits: WaitRange::default(),
                ids: Vec::new(),
                line: cx.line,
            },
            address_part: address_part(bytes, scanner.parts()),
            template: None,
        });
        let groups = &self.groups;
        self.index
            .insert_unique(hash.0, index, |&index| groups[index as usize].hash.0);
        index
    }

    /// Writes the snapshot to the set.
    pub(super) fn write(self, set: &mut EvidenceSet) {
        let id = SnapshotId::from_usize(set.snapshots.len());
        let mut crash = self.crash;
        let groups: Vec<Group> = self.groups.into_iter().map(|slot| slot.group).collect();
        let first_id = groups.first().and_then(|group| group.ids.first().copied());
        let mut cut = self.cut;
        if self.total == 1 && cut.is_none() {
            let lone = groups
                .first()
                .is_some_and(|group| group.state.reason == WaitReason::Running);
            if lone && (crash.is_some() || first_id != Some(1)) {
                cut = Some(Cut::CrashingOnly);
            }
            let stack = groups.first().map(|group| group.stack);
            if lone && crash.is_none() && stack.is_some_and(|stack| has_panic_frame(set, stack)) {
                crash = Some(u32::try_from(set.crashes.len()).unwrap_or(u32::MAX));
                set.crashes
                    .push(recovered(self.origin, self.time, self.test, &self.intro));
                set.note_form(self.origin.input, "recovered-panic");
            }
        }
        if let Some(crash) = crash.and_then(|crash| set.crashes.get_mut(crash as usize)) {
            crash.snapshot = Some(id);
            crash.goroutine = first_id;
        }
        if let (Some(crash), Some(first)) = (crash, groups.first()) {
            crate::crash::settle(set, crash, first.stack);
        }
        let mut addresses: Vec<AddressUse> = self
            .addresses
            .into_iter()
            .map(|((address, group), count)| AddressUse {
                address,
                group: GroupId::from_usize(group as usize),
                count,
            })
            .collect();
        addresses.sort_unstable();
        set.snapshots.push(Snapshot {
            origin: self.origin,
            kind: SnapshotKind::Dump,
            time: self.time,
            stream: self.stream,
            total: self.total,
            declared_total: None,
            groups,
            goroutines: self.goroutines,
            addresses,
            cut,
            crash,
        });
    }
}

/// A stack that the program printed after it had recovered a panic.
fn recovered(origin: Origin, time: Option<Time>, test: Option<Sym>, intro: &[u8]) -> Crash {
    let intro = String::from_utf8_lossy(intro.trim_ascii()).into_owned();
    Crash {
        origin,
        kind: CrashKind::Recovered,
        time,
        chain: Vec::new(),
        signal: None,
        peer: None,
        running_tests: Vec::new(),
        snapshot: None,
        goroutine: None,
        test,
        exit_status: None,
        notes: if intro.is_empty() { Vec::new() } else { vec![intro] },
    }
}

fn has_panic_frame(set: &EvidenceSet, stack: crate::model::StackId) -> bool {
    let Some(panic) = set.strings.find("panic") else {
        return false;
    };
    set.stacks.frames(stack).any(|frame| frame.function == panic)
}

/// The call whose first argument is the address of the object that the goroutine waits for. Only arguments that are live at
/// the wait are usable: the runtime prints the others with `?`.
fn address_part(bytes: &[u8], parts: &[Part]) -> Option<usize> {
    const EXACT: &[&[u8]] = &[
        b"internal/sync.(*Mutex).lockSlow",
        b"sync.(*Mutex).lockSlow",
        b"sync.(*WaitGroup).Wait",
        b"sync.runtime_notifyListWait",
    ];
    const FALLBACK: &[&[u8]] = &[
        b"sync.(*RWMutex).Lock",
        b"sync.(*RWMutex).RLock",
        b"sync.runtime_SemacquireRWMutexR",
        b"sync.runtime_SemacquireRWMutex",
        b"sync.runtime_SemacquireMutex",
        b"internal/sync.runtime_SemacquireMutex",
        b"sync.runtime_SemacquireWaitGroup",
        b"sync.runtime_Semacquire",
    ];
    let top = &parts[..parts.len().min(8)];
    let name = |part: &Part| &bytes[part.name.0 as usize..part.name.1 as usize];
    let usable = |part: &Part| first_argument(&bytes[part.args.0 as usize..part.args.1 as usize]).is_some();
    let exact = top.iter().position(|part| EXACT.contains(&name(part)));
    exact.or_else(|| {
        top.iter()
            .position(|part| FALLBACK.contains(&name(part)) && usable(part))
    })
}

/// The first argument of a frame if it is a live, non-zero word.
fn first_argument(args: &[u8]) -> Option<u64> {
    let digits = args.strip_prefix(b"0x")?;
    let mut value = 0u64;
    for (at, &byte) in digits.iter().enumerate() {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b',' if at > 0 => break,
            _ => return None,
        };
        value = value.checked_mul(16)? + u64::from(digit);
    }
    (value != 0).then_some(value)
}

/// Takes a scanned block apart.
fn build_stack(bytes: &[u8], parts: &[Part], cx: &mut Context<'_>) -> Stack {
    let mut stack = Stack::default();
    let mut frames: Vec<FrameId> = Vec::with_capacity(parts.len());
    let mut ancestors: Vec<Ancestor> = Vec::new();
    // The section being filled: the goroutine itself, then its ancestors.
    let mut created_by = None;
    let mut in_ancestor = false;
    for part in parts {
        if part.kind == PartKind::Ancestor {
            close_section(
                &mut stack,
                &mut ancestors,
                in_ancestor,
                std::mem::take(&mut frames),
                created_by.take(),
            );
            in_ancestor = true;
            continue;
        }
        let frame = frame_of(bytes, part, cx);
        let id = cx.set.stacks.intern_frame(frame);
        if part.kind == PartKind::Created {
            created_by = Some(id)
        } else {
            frames.push(id)
        }
    }
    close_section(&mut stack, &mut ancestors, in_ancestor, frames, created_by);
    stack.ancestors = ancestors.into();
    stack
}

fn close_section(
    stack: &mut Stack,
    ancestors: &mut Vec<Ancestor>,
    in_ancestor: bool,
    frames: Vec<FrameId>,
    created_by: Option<FrameId>,
) {
    if in_ancestor {
        ancestors.push(Ancestor {
            frames: frames.into(),
            created_by,
        });
    } else {
        stack.frames = frames;
        stack.created_by = created_by;
    }
}

fn frame_of(bytes: &[u8], part: &Part, cx: &mut Context<'_>) -> Frame {
    let slice = |(start, end): (u32, u32)| &bytes[start as usize..end as usize];
    let name = slice(part.name);
    let (file, line) = split_line(slice(part.file));
    let strings = &mut cx.set.strings;
    let file = strings.intern_bytes(file);
    let args = slice(part.args);
    match part.kind {
        PartKind::Elided => {
            let count = name
                .split(|byte| !byte.is_ascii_digit())
                .find(|digits| !digits.is_empty());
            let line = count
                .and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok())
                .unwrap_or(0);
            Frame {
                function: strings.intern("..."),
                file,
                line,
                note: FrameNote::Elided,
                args: None,
            }
        }
        PartKind::Unavailable => Frame {
            function: strings.intern("goroutine running on other thread; stack unavailable"),
            file,
            line,
            note: FrameNote::Unavailable,
            args: None,
        },
        PartKind::NonGo => Frame {
            function: strings.intern_bytes(name),
            file,
            line,
            note: FrameNote::NonGo,
            args: None,
        },
        PartKind::Call | PartKind::Created | PartKind::Ancestor => {
            let args = (cx.options.exact && part.kind == PartKind::Call).then(|| strings.intern_bytes(args));
            Frame {
                function: strings.intern_bytes(name),
                file,
                line,
                note: FrameNote::Call,
                args,
            }
        }
    }
}

/// Splits `file:line`.
fn split_line(place: &[u8]) -> (&[u8], u32) {
    let digits = place.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (head, number) = place.split_at(place.len() - digits);
    match head.strip_suffix(b":") {
        Some(file) if digits > 0 => (
            file,
            std::str::from_utf8(number)
                .ok()
                .and_then(|number| number.parse().ok())
                .unwrap_or(0),
        ),
        _ => (place, 0),
    }
}

/// A set of goroutine ids, exact within a window above the smallest multiple of 64 seen first.
#[derive(Default)]
struct SeenIds {
    words: Vec<u64>,
}

impl SeenIds {
    #[inline]
    fn insert(&mut self, id: u64) {
        if id < SEEN_IDS {
            let word = (id / 64) as usize;
            if word >= self.words.len() {
                self.words.resize(word + 1, 0);
            }
            self.words[word] |= 1 << (id % 64);
        }
    }

    #[inline]
    fn contains(&self, id: u64) -> bool {
        self.words
            .get((id / 64) as usize)
            .is_some_and(|word| word & (1 << (id % 64)) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_first_arguments_only() {
        assert_eq!(first_argument(b"0xc000012345, 0x1"), Some(0xc0_0001_2345));
        assert_eq!(first_argument(b"0xc000012345?, 0x1"), None);
        assert_eq!(first_argument(b"0x0"), None);
        assert_eq!(first_argument(b"..."), None);
        assert_eq!(first_argument(b"0xfffffffffffffffff"), None);
    }

    #[test]
    fn lines_of_places() {
        assert_eq!(split_line(b"/a/b.go:12"), (&b"/a/b.go"[..], 12));
        assert_eq!(split_line(b"C:/a/b.go:7"), (&b"C:/a/b.go"[..], 7));
        assert_eq!(split_line(b"<autogenerated>:1"), (&b"<autogenerated>"[..], 1));
        assert_eq!(split_line(b"/a/b.go"), (&b"/a/b.go"[..], 0));
    }
}
