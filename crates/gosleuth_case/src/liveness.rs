//! Who could release a goroutine, and whether any living goroutine can still get there.
//!
//! A goroutine that waits for a channel, a counter or a condition can be released at certain places in the source, one that waits for a lock
//! by whoever holds it. A place counts for a living goroutine if control can come there from one of the frames of its stack: in the frame's own
//! function behind the line where it stands, or through what is called from there. A call that makes the channel anew on its way works on
//! another channel. Goroutines that only others which are stuck could release are stuck with them.

use gosleuth_base::Idx as _;
use gosleuth_evidence::{EvidenceSet, FrameId, Group, GroupId, Snapshot, StackId, WaitReason};
use gosleuth_ir::SiteKind;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::code::{ClassId, Code, FunctionId, Located, SiteId};
use crate::facts::{Facts, effective_reason};

/// What is known of a goroutine that waits for something in the source.
#[derive(Clone, Debug)]
pub(crate) struct Waiter {
    /// The place where it waits; for a `select` that of the whole statement.
    pub(crate) site: SiteId,
    /// What it waits for: the cases of a `select` one by one, and what would end the wait (none for locks).
    pub(crate) objects: Vec<(ClassId, Option<Wait>)>,
    /// Where it could be released, sorted; empty for locks.
    pub(crate) releases: Vec<SiteId>,
    /// Whether it waits for a lock or a Once.
    pub(crate) is_lock: bool,
    /// Whether code that is not in the source has what it waits for: nothing follows then.
    pub(crate) is_open: bool,
    /// The text has moved since the program was built.
    pub(crate) is_moved: bool,
    /// Who can release it.
    pub(crate) fate: Fate,
}

/// Who can release a goroutine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Not known.
    Open,
    /// These can, at these places, or hold the lock that it waits for and can go on.
    By(Vec<(GroupId, SiteId)>),
    /// Only a call from outside of the source could: of a handler, a callback.
    ByCall(FunctionId),
    /// Those that could wait themselves for something that nobody can give them.
    ByStuck(Vec<(GroupId, SiteId)>),
    /// Nobody.
    Nobody,
}

/// The waiters of a snapshot.
pub(crate) struct Liveness {
    pub(crate) waiters: FxHashMap<GroupId, Waiter>,
}

/// A frame in the source.
struct Standing {
    located: Located,
    /// Locks held where it stands.
    held: Vec<(ClassId, SiteId)>,
    /// Whether it is the one that waits.
    is_blame: bool,
}

/// What can lead to one of the places that release an object.
struct Releasers {
    sites: Vec<SiteId>,
    /// Functions that get to one of them without making the object anew.
    functions: FxHashSet<FunctionId>,
}

struct Search<'a, 's> {
    set: &'a EvidenceSet,
    facts: &'a Facts,
    code: &'a Code<'s>,
    frames: FxHashMap<FrameId, Option<Located>>,
    callers: FxHashMap<FunctionId, Vec<FunctionId>>,
    /// Who calls whom by name.
    direct: FxHashMap<FunctionId, Vec<FunctionId>>,
    releasers: FxHashMap<(ClassId, Wait), Releasers>,
    /// The program that ran is not in the source: whatever is exported may be called.
    is_open: bool,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Wait {
    /// Somebody who receives.
    Receiver,
    /// Somebody who sends or closes.
    Sender,
    /// `Done` of a WaitGroup.
    Done,
    /// `Signal` or `Broadcast` of a Cond.
    Signal,
}

/// Looks at the groups of a snapshot.
pub(crate) fn liveness(set: &EvidenceSet, facts: &Facts, code: &Code<'_>, snapshot: &Snapshot) -> Liveness {
    let mut search = Search {
        set,
        facts,
        code,
        frames: FxHashMap::default(),
        callers: backwards(code, |function| code.runs(function)),
        direct: backwards(code, |function| code.calls(function).collect()),
        releasers: FxHashMap::default(),
        is_open: true,
    };
    let groups = || {
        snapshot
            .groups
            .iter()
            .enumerate()
            .map(|(index, group)| (GroupId::from_usize(index), group))
    };
    let mut stands: FxHashMap<StackId, Vec<Standing>> = FxHashMap::default();
    let mut waiters: FxHashMap<GroupId, Waiter> = FxHashMap::default();
    for (id, group) in groups() {
        stands
            .entry(group.stack)
            .or_insert_with(|| search.standing(group.stack));
        if let Some(waiter) = search.waiter(group) {
            waiters.insert(id, waiter);
        }
    }
    search.is_open = !stands
        .values()
        .flatten()
        .any(|standing| search.code.symbol(standing.located.function).starts_with("main."));
    // Who could release whom, stuck or not.
    let mut helpers: FxHashMap<GroupId, Vec<(GroupId, SiteId)>> = FxHashMap::default();
    for (&id, waiter) in waiters.iter().filter(|(_, waiter)| !waiter.is_open) {
        let mut found = Vec::new();
        for (other, group) in groups() {
            if let Some(site) = search.helps(waiter, id == other, &stands[&group.stack]) {
                found.push((other, site));
            }
        }
        helpers.insert(id, found);
    }
    // What can go on, from those that wait for nothing in the source.
    let mut alive: FxHashSet<GroupId> = groups()
        .map(|(id, _)| id)
        .filter(|id| waiters.get(id).is_none_or(|waiter| waiter.is_open))
        .collect();
    loop {
        let before = alive.len();
        for (&id, helpers) in &helpers {
            if helpers.iter().any(|(other, _)| alive.contains(other)) || search.by_call(&waiters[&id]).is_some() {
                alive.insert(id);
            }
        }
        if alive.len() == before {
            break;
        }
    }
    let ids: Vec<GroupId> = waiters.keys().copied().collect();
    for id in ids {
        let fate = match helpers.get(&id) {
            None => Fate::Open,
            Some(helpers) => {
                let mut living: Vec<_> = helpers
                    .iter()
                    .copied()
                    .filter(|(other, _)| alive.contains(other))
                    .collect();
                living.sort_unstable();
                match (living.is_empty(), search.by_call(&waiters[&id]), helpers.is_empty()) {
                    (false, ..) => Fate::By(living),
                    (true, Some(function), _) => Fate::ByCall(function),
                    (true, None, false) => Fate::ByStuck(helpers.clone()),
                    (true, None, true) => Fate::Nobody,
                }
            }
        };
        if let Some(waiter) = waiters.get_mut(&id) {
            waiter.fate = fate;
        }
    }
    Liveness { waiters }
}

/// A relation of functions, backwards.
fn backwards(
    code: &Code<'_>,
    forwards: impl Fn(FunctionId) -> Vec<FunctionId>,
) -> FxHashMap<FunctionId, Vec<FunctionId>> {
    let mut found: FxHashMap<FunctionId, Vec<FunctionId>> = FxHashMap::default();
    for function in code.all_functions() {
        for target in forwards(function) {
            found.entry(target).or_default().push(function);
        }
    }
    found
}

impl Search<'_, '_> {
    fn located(&mut self, frame: FrameId) -> Option<Located> {
        let (set, code) = (self.set, self.code);
        let found = self.frames.entry(frame).or_insert_with(|| {
            let frame = set.stacks.frame(frame);
            code.locate(set.text(frame.function), set.text(frame.file), frame.line)
        });
        found.clone()
    }

    /// Frames of a stack that are in the source, innermost first.
    fn standing(&mut self, stack: StackId) -> Vec<Standing> {
        let frames = self.set.stacks.stack(stack).frames.to_vec();
        let mut found: Vec<Standing> = Vec::new();
        for frame in frames {
            let Some(located) = self.located(frame) else { continue };
            let is_blame = found.is_empty();
            let held = self.held(&located, is_blame);
            found.push(Standing {
                located,
                held,
                is_blame,
            });
        }
        found
    }

    /// The locks held where a frame stands: those that all operations of its line agree about.
    fn held(&self, located: &Located, is_blame: bool) -> Vec<(ClassId, SiteId)> {
        let mut found: Option<Vec<(ClassId, SiteId)>> = None;
        for &id in &located.sites {
            let site = self.code.site(id);
            if site.kind == SiteKind::Make {
                continue;
            }
            let here = site.held.iter().filter_map(|lock| {
                let class = self.code.class(id.package, lock.object)?;
                let taken = self.code.sites_in(located.function).find(|&other| {
                    let other = self.code.site(other);
                    other.line == lock.line && matches!(other.kind, SiteKind::Call(_))
                });
                Some((class, taken.unwrap_or(id)))
            });
            let mut here: Vec<_> = here.collect();
            // Inside a Once, others wait for it as for a lock.
            if !is_blame
                && matches!(&site.kind, SiteKind::Call(symbol) if symbol == "sync.(*Once).Do")
                && let Some(class) = self.code.class_at(id)
            {
                here.push((class, id));
            }
            found = Some(match found {
                None => here,
                Some(known) => known.into_iter().filter(|lock| here.contains(lock)).collect(),
            });
        }
        found.unwrap_or_default()
    }

    /// What a group waits for, if that is in the source.
    fn waiter(&mut self, group: &Group) -> Option<Waiter> {
        let stack = self.facts.stack(group.stack);
        let reason = effective_reason(group.state.reason, stack.reason);
        let wanted = wanted(reason)?;
        let frame = stack.blame?;
        let located = self.located(frame)?;
        let is_wanted = |id: &SiteId| wanted(&self.code.site(*id).kind);
        let mut is_moved = false;
        let site = located.sites.iter().copied().find(is_wanted).or_else(|| {
            // The text has moved: the nearest operation of this kind in the same function, if there is a nearest one.
            is_moved = true;
            let line = i64::from(self.set.stacks.frame(frame).line);
            let mut there: Vec<_> = self
                .code
                .sites_in(located.function)
                .filter(is_wanted)
                .map(|id| ((i64::from(self.code.site(id).line) - line).abs(), id))
                .collect();
            there.sort_unstable();
            match there.as_slice() {
                [(_, id)] => Some(*id),
                [(first, id), (second, _), ..] if first != second => Some(*id),
                _ => None,
            }
        })?;
        let mut waiter = Waiter {
            site,
            objects: Vec::new(),
            releases: Vec::new(),
            is_lock: is_lock(reason),
            is_open: false,
            is_moved,
            fate: Fate::Open,
        };
        let line = self.code.site(site).line;
        let parts: Vec<SiteId> = match self.code.site(site).kind {
            SiteKind::Select => self
                .code
                .sites_in(located.function)
                .filter(|&id| self.code.site(id).select.is_some_and(|(at, _)| at == line))
                .collect(),
            _ => vec![site],
        };
        if parts.is_empty() {
            waiter.is_open = true;
        }
        for part in parts {
            let Some(class) = self.code.class_at(part) else {
                waiter.is_open = true;
                continue;
            };
            let info = self.code.class_info(class);
            waiter.is_open |= info.is_none_or(|info| info.is_foreign);
            if waiter.is_lock {
                waiter.objects.push((class, None));
                continue;
            }
            let wait = match &self.code.site(part).kind {
                SiteKind::Send => Wait::Receiver,
                SiteKind::Receive => Wait::Sender,
                SiteKind::Call(symbol) if symbol.ends_with("WaitGroup).Wait") => Wait::Done,
                _ => Wait::Signal,
            };
            // Goroutines of `WaitGroup.Go` do not say Done in the source.
            waiter.objects.push((class, Some(wait)));
            waiter.is_open |= wait == Wait::Done && self.has_call(class, "WaitGroup).Go");
            let releasers = self.releasers(class, wait);
            waiter
                .releases
                .extend(releasers.sites.iter().copied().filter(|&id| id != part));
        }
        waiter.objects.sort_unstable();
        waiter.objects.dedup();
        waiter.releases.sort_unstable();
        waiter.releases.dedup();
        Some(waiter)
    }

    fn has_call(&self, class: ClassId, end: &str) -> bool {
        let info = self.code.class_info(class);
        info.is_some_and(|info| {
            info.sites
                .iter()
                .any(|&id| matches!(&self.code.site(id).kind, SiteKind::Call(symbol) if symbol.ends_with(end)))
        })
    }

    fn releasers(&mut self, class: ClassId, wait: Wait) -> &Releasers {
        let (code, callers, direct) = (self.code, &self.callers, &self.direct);
        self.releasers.entry((class, wait)).or_insert_with(|| {
            let all = code.class_info(class).map(|info| info.sites.as_slice()).unwrap_or_default();
            let releases = |id: &SiteId| {
                let kind = &code.site(*id).kind;
                let calls = |ends: &[&str]| matches!(kind, SiteKind::Call(symbol) if ends.iter().any(|end| symbol.ends_with(end)));
                match wait {
                    Wait::Receiver => *kind == SiteKind::Receive,
                    Wait::Sender => matches!(kind, SiteKind::Send | SiteKind::Close),
                    Wait::Done => calls(&["WaitGroup).Done", "WaitGroup).Add"]),
                    Wait::Signal => calls(&["Cond).Signal", "Cond).Broadcast"]),
                }
            };
            let sites: Vec<SiteId> = all.iter().copied().filter(releases).collect();
            // Who makes it, and who calls those: what they do from then on, they do to a new one.
            let mut fresh: FxHashSet<FunctionId> = FxHashSet::default();
            for &id in all.iter().filter(|id| code.site(**id).kind == SiteKind::Make) {
                let maker = code.function_of(id);
                fresh.insert(maker);
                fresh.extend(direct.get(&maker).into_iter().flatten().copied());
            }
            // Who has to wait for it first is stuck before it can help: places where that is certain, and calls that lead to them at once.
            let mut barriers: Vec<SiteId> = all
                .iter()
                .copied()
                .filter(|&id| waits(&code.site(id).kind, wait) && code.site(id).select.is_none() && !code.site(id).deferred)
                .collect();
            let waiting: FxHashSet<FunctionId> = barriers.iter().map(|&id| code.function_of(id)).collect();
            let calls_of = |function: FunctionId| direct.get(&function).into_iter().flatten().copied();
            for &function in &waiting {
                // A function that does nothing else: `acquire`.
                let is_certain = code.sites_in(function).all(|id| barriers.contains(&id));
                for caller in calls_of(function).filter(|_| is_certain) {
                    let calls = code.sites_in(caller).filter(|&id| code.targets(id) == [function]);
                    barriers.extend(calls.filter(|&id| matches!(code.site(id).kind, SiteKind::Call(_)) && !code.site(id).deferred));
                }
            }
            let mut functions = FxHashSet::default();
            let open = |id: &SiteId| code.begins_before(*id, &barriers);
            let mut work: Vec<FunctionId> = sites.iter().filter(|id| open(id)).map(|&id| code.function_of(id)).collect();
            while let Some(next) = work.pop() {
                if fresh.contains(&next) || !functions.insert(next) {
                    continue;
                }
                for &caller in callers.get(&next).into_iter().flatten() {
                    let mut calls = code.sites_in(caller).filter(|&id| code.targets(id).contains(&next)).peekable();
                    // What only holds a literal may run it at any time.
                    if calls.peek().is_none() || calls.any(|id| open(&id)) {
                        work.push(caller);
                    }
                }
            }
            Releasers { sites, functions }
        })
    }

    /// Where somebody who stands there can release a waiter, or holds the lock that it waits for.
    fn helps(&mut self, waiter: &Waiter, is_itself: bool, stands: &[Standing]) -> Option<SiteId> {
        if waiter.is_lock {
            return stands
                .iter()
                .flat_map(|standing| &standing.held)
                .find(|(class, _)| waiter.objects.iter().any(|(object, _)| object == class))
                .map(|&(_, site)| site);
        }
        // One of several with the same stack can help another one only if it could get on, which it cannot.
        if is_itself {
            return None;
        }
        let code = self.code;
        for standing in stands {
            let function = standing.located.function;
            let mut from: Vec<SiteId> = standing.located.sites.clone();
            if from.is_empty() {
                from.extend(standing.located.before);
            }
            let is_behind = |id: SiteId| {
                // Where nothing is known of the line, everything in the function is behind it.
                from.is_empty() || from.iter().any(|&from| code.leads_to(from, id))
            };
            let own = waiter.releases.iter().copied().find(|&id| {
                code.function_of(id) == function && (is_behind(id) || (!standing.is_blame && from.contains(&id)))
            });
            if own.is_some() {
                return own;
            }
            for call in code.sites_in(function) {
                let targets = code.targets(call);
                if targets.is_empty() || !is_behind(call) {
                    continue;
                }
                for &(class, wait) in &waiter.objects {
                    let Some(releasers) = wait.and_then(|wait| self.releasers.get(&(class, wait))) else {
                        continue;
                    };
                    let is_local = code.class_info(class).is_some_and(|info| !info.is_shared);
                    // Who does not know a variable cannot hand it on.
                    let knows = !is_local || code.mentions(function, class);
                    if knows && targets.iter().any(|target| releasers.functions.contains(target)) {
                        return releasers.sites.first().copied();
                    }
                }
            }
        }
        None
    }

    /// A function that code outside of the source may call and that gets to a place which releases the waiter.
    fn by_call(&self, waiter: &Waiter) -> Option<FunctionId> {
        if waiter.is_lock {
            return None;
        }
        let mut found: Vec<FunctionId> = Vec::new();
        for &(class, wait) in &waiter.objects {
            let is_shared = self.code.class_info(class).is_some_and(|info| info.is_shared);
            let Some(releasers) = wait.and_then(|wait| self.releasers.get(&(class, wait))) else {
                continue;
            };
            // A literal that captured the variable of one activation may be called as long as somebody has it.
            let may = |function: &FunctionId| {
                releasers.functions.contains(function) && (is_shared || self.code.mentions(*function, class))
            };
            found.extend(self.code.callbacks(self.is_open).iter().copied().filter(may));
        }
        found.into_iter().min()
    }
}

/// Whether who does this waits, as those do that `wait` is about.
fn waits(kind: &SiteKind, wait: Wait) -> bool {
    match wait {
        Wait::Receiver => *kind == SiteKind::Send,
        Wait::Sender => *kind == SiteKind::Receive,
        Wait::Done => matches!(kind, SiteKind::Call(symbol) if symbol == "sync.(*WaitGroup).Wait"),
        Wait::Signal => false,
    }
}

fn is_lock(reason: WaitReason) -> bool {
    matches!(
        reason,
        WaitReason::MutexLock | WaitReason::RwMutexLock | WaitReason::RwMutexRLock
    )
}

/// The operations at which a goroutine can wait for a reason.
fn wanted(reason: WaitReason) -> Option<fn(&SiteKind) -> bool> {
    Some(match reason {
        WaitReason::ChanSend => |kind| *kind == SiteKind::Send,
        WaitReason::ChanReceive => |kind| *kind == SiteKind::Receive,
        WaitReason::Select => |kind| *kind == SiteKind::Select,
        reason if is_lock(reason) => |kind| {
            matches!(kind, SiteKind::Call(symbol) if symbol.starts_with("sync.")
                && [").Lock", ").RLock", "Locker.Lock", "Once).Do"].iter().any(|end| symbol.ends_with(end)))
        },
        WaitReason::WaitGroupWait => {
            |kind| matches!(kind, SiteKind::Call(symbol) if symbol == "sync.(*WaitGroup).Wait")
        }
        WaitReason::CondWait => |kind| matches!(kind, SiteKind::Call(symbol) if symbol == "sync.(*Cond).Wait"),
        _ => return None,
    })
}
