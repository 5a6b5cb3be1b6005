//! Data races, found without running the program.
//!
//! Tests, `main` and the functions that start goroutines are executed on abstract memory ([`exec`]): every call is followed, loops are
//! unrolled a few rounds, and each goroutine becomes a graph of moments ([`graph`]). Two accesses race if neither is ordered before the other
//! in every run ([`order`]), no lock is held at both, one of them writes, and not both are atomic. What unknown functions do is not guessed.

mod access;
mod atomics;
mod branches;
mod calls;
mod doubt;
mod elements;
mod exec;
mod given;
mod graph;
mod groups;
mod library;
mod memory;
mod names;
mod order;
mod prepare;
mod report;
mod requests;
mod servers;
mod sleeps;
mod steps;

use gosleuth_base::Idx as _;
use gosleuth_ir::FuncId;
use gosleuth_types::{ObjRef, Type, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::context::RuleContext;
use crate::contexts::is_handler;
use exec::{Exec, Here, Purpose};
use graph::{Access, AccessKind, Mode, NodeId, Site, Sync};
use groups::LateAdd;
use library::RUN_PARALLEL;
use memory::{LocId, Step};
use order::Order;
pub(crate) use report::{report, report_adds, report_handles, report_responses, report_sleeps};
use sleeps::Slept;

/// One of the two accesses of a race.
#[derive(Clone, Debug)]
pub(crate) struct Side {
    site: Site,
    write: bool,
    atomic: bool,
    /// Locks held, as text.
    locks: Vec<(String, Mode)>,
    /// The starts of the goroutine and those around it, innermost first, each with the words for what starts it.
    starts: Vec<(Site, &'static str)>,
    /// Calls that lead to the access in its goroutine, innermost first.
    calls: Vec<(FuncId, gosleuth_ir::ValueId)>,
}

/// Two accesses that nothing orders.
#[derive(Clone, Debug)]
pub(crate) struct Race {
    /// The function that everything began with.
    pub(crate) root: FuncId,
    /// What is accessed, in words.
    name: String,
    /// What tells it apart: a variable, or a type and its field.
    key: MemoryKey,
    kind: AccessKind,
    /// The variable, for variables.
    var: Option<ObjRef>,
    /// The one to blame.
    first: Side,
    other: Side,
    /// Whether only a sleep stands between them.
    slept: bool,
}

impl Race {
    /// Whether it is on a variable.
    pub(crate) fn is_of(&self, obj: ObjRef) -> bool {
        self.var == Some(obj)
    }
}

/// The races of a package.
#[derive(Debug, Default)]
pub(crate) struct Races {
    pub(crate) found: Vec<Race>,
    /// Functions that were executed within bounds.
    pub(crate) executed: FxHashSet<FuncId>,
    /// Uses of the handles of tests that may come too late, or in the wrong goroutine; and of what handlers of requests are given.
    pub(crate) late: Vec<LateUse>,
    /// Sleeps where a goroutine should be waited for.
    pub(crate) slept: Vec<Slept>,
    /// Groups that are added to too late.
    pub(crate) adds: Vec<LateAdd>,
}

/// A use of the handle of a test by a goroutine that the test does not wait for, or that is not the test's own; or of what the handler of a
/// request was given, by a goroutine that it does not wait for.
#[derive(Clone, Debug)]
pub(crate) struct LateUse {
    pub(crate) root: FuncId,
    pub(crate) side: Side,
    pub(crate) kind: LateKind,
}

/// What is used too late, or in the wrong goroutine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum LateKind {
    /// The handle of a test.
    Handle,
    /// The same, to end the test.
    Stop,
    /// The writer of a response.
    Response,
    /// The body of a request.
    Body,
}

/// What tells memory apart in the eyes of a reader.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum MemoryKey {
    Var(ObjRef),
    Part(TypeId, Vec<u32>),
    Made(FuncId, u32),
    Place(LocId),
}

/// Passes over one root until what memory holds does not change any more.
const MAX_PASSES: u32 = 3;

/// Functions that one package is looked at from.
const MAX_ROOTS: usize = 600;

/// Instructions that are executed for one package.
const MAX_STEPS: u64 = 150_000;

/// Pairs of places and functions that two accesses may be of, in tests and programs.
const MAX_CHOICES: u32 = 16;

/// Pairs of accesses that are compared for one root.
const MAX_PAIRS: usize = 6_000;

/// Finds the races of a package.
pub(crate) fn find(cx: &RuleContext<'_>) -> Races {
    let starts = prepare::starting(cx);
    if !starts.contains(&true) {
        return Races::default();
    }
    let mut exec = Exec::new(cx);
    for &init in &cx.ir.inits {
        let cursor = exec.begin(0);
        exec.root(init, cursor);
    }
    exec.memory.keep();
    let mut found = Vec::new();
    let mut covered: FxHashSet<FuncId> = FxHashSet::default();
    let mut executed = FxHashSet::default();
    let (mut late, mut slept, mut adds) = (Vec::new(), Vec::new(), Vec::new());
    let mut left = MAX_STEPS;
    for root in roots(cx, &starts).into_iter().take(MAX_ROOTS) {
        let is_test = is_test(cx, root);
        if !is_test && covered.contains(&root) {
            continue;
        }
        exec.memory.restore();
        for pass in 0..MAX_PASSES {
            exec.memory.changed = false;
            let cursor = exec.begin(pass);
            let handle = exec.handle(root);
            if let Some(end) = exec.root(root, cursor) {
                let here = Here {
                    func: root,
                    ctx: 0,
                    instance: 0,
                    value: gosleuth_ir::ValueId::from_usize(0),
                };
                exec.finish(&handle, end, here);
            }
            left = left.saturating_sub(u64::from(exec.steps));
            let is_settled = pass > 0 && !exec.memory.changed && exec.met == exec.before;
            // Later passes see more of what others write, and that starts no goroutine where none was.
            if exec.overflow || is_settled || exec.graph.threads.len() < 2 {
                break;
            }
        }
        covered.extend(exec.executed.iter().copied());
        if exec.overflow {
            if left == 0 {
                break;
            }
            continue;
        }
        // Of what literals share with the code around them, nothing is known here.
        if cx.ir.funcs[root].parent.is_none() {
            executed.extend(exec.executed.iter().copied());
            let choices = choices(&exec, root);
            races(&exec, root, choices, &mut found);
            sleeps::find(&exec, root, choices, &mut slept);
            groups::find(&exec, root, &mut adds);
        }
        late.extend(late_uses(&exec, root, is_test));
        if left == 0 {
            break;
        }
    }
    Races {
        found,
        executed,
        late,
        slept,
        adds,
    }
}

fn is_test(cx: &RuleContext<'_>, id: FuncId) -> bool {
    let func = &cx.ir.funcs[id];
    cx.files.get(func.file).is_some_and(|file| file.is_test)
        && ["Test", "Benchmark", "Example", "Fuzz"]
            .iter()
            .any(|prefix| func.name.starts_with(prefix))
}

/// Tests and `main`, then other declared functions, exported ones first, then literals that handle requests; only those that start
/// goroutines, themselves or in what they call.
fn roots(cx: &RuleContext<'_>, starts: &[bool]) -> Vec<FuncId> {
    let mut found: Vec<(u8, FuncId)> = Vec::new();
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        let is_generic = matches!(cx.query.ty(func.sig), Type::Func(sig) if sig.type_params != TypeId::EMPTY_TUPLE);
        let is_literal = func.parent.is_some() && is_handler(cx, func.sig);
        let is_wanted = is_literal || (func.parent.is_none() && func.obj.is_some());
        if !is_wanted || func.blocks.is_empty() || is_generic || !starts[id.index()] {
            continue;
        }
        let name = func.name.rsplit('.').next().unwrap_or(&func.name);
        // Its callers hold a lock for it.
        if name.ends_with("Locked") && !is_test(cx, id) {
            continue;
        }
        let rank = if is_test(cx, id) || func.name == "main" {
            0
        } else if is_literal {
            3
        } else if name.starts_with(char::is_uppercase) {
            1
        } else {
            2
        };
        found.push((rank, id));
    }
    found.sort_unstable();
    found.into_iter().map(|(_, id)| id).collect()
}

/// Pairs of places and functions that two accesses may be of: tests and programs run as they are; for other functions, what they are given
/// is not known.
fn choices(exec: &Exec<'_, '_>, root: FuncId) -> u32 {
    if is_test(exec.cx, root) || exec.cx.ir.funcs[root].name == "main" {
        MAX_CHOICES
    } else {
        1
    }
}

/// The races in what was executed last.
fn races(exec: &Exec<'_, '_>, root: FuncId, choices: u32, found: &mut Vec<Race>) {
    let (graph, memory) = (&exec.graph, &exec.memory);
    if graph.threads.len() < 2 {
        return;
    }
    let mut groups: FxHashMap<(u32, Option<Step>), Vec<usize>> = FxHashMap::default();
    for (index, access) in graph.accesses.iter().enumerate() {
        let object = memory.locs[access.loc as usize].object;
        groups.entry((object, None)).or_default().push(index);
    }
    let mut groups: Vec<Vec<usize>> = groups
        .into_values()
        .filter(|group| {
            let first = graph.thread_of(graph.accesses[group[0]].node);
            group.iter().any(|&index| graph.accesses[index].write)
                && group
                    .iter()
                    .any(|&index| graph.thread_of(graph.accesses[index].node) != first)
        })
        .collect();
    groups.sort_unstable();
    if groups.is_empty() {
        return;
    }
    let order = Order::new(graph, memory);
    let mut pairs = 0;
    for group in groups {
        let mut known: FxHashSet<(LocId, NodeId, bool, bool, Option<LocId>)> = FxHashSet::default();
        let accesses: Vec<&Access> = group
            .iter()
            .filter(|&&index| !is_initial(exec, &order, index))
            .map(|&index| &graph.accesses[index])
            .filter(|access| known.insert((access.loc, access.node, access.write, access.atomic, access.via)))
            .collect();
        for (index, a) in accesses.iter().enumerate() {
            for b in &accesses[index + 1..] {
                if (!a.write && !b.write)
                    || (a.atomic && b.atomic)
                    || graph.thread_of(a.node) == graph.thread_of(b.node)
                    || !memory.overlap(a.loc, b.loc)
                    || memory.is_guess(a.loc, b.loc)
                    || access::are_apart(exec, a, b)
                    || a.choices.saturating_mul(b.choices) > choices
                    || guarded(exec, a, b)
                {
                    continue;
                }
                pairs += 1;
                if pairs > MAX_PAIRS {
                    return;
                }
                if order.parallel(a.node, b.node) && !doubt::is_doubtful(exec, &order, a, b) {
                    found.extend(race(exec, &order, root, a, b));
                }
            }
        }
    }
}

/// Whether an access is by the goroutine that made the object, before anybody else could know it. Others know it through what it was put
/// into, and if they read that without order, that is the race.
fn is_initial(exec: &Exec<'_, '_>, order: &Order<'_>, index: usize) -> bool {
    let access = &exec.graph.accesses[index];
    let object = exec.memory.locs[access.loc as usize].object;
    exec.born.get(&object) == Some(&exec.graph.thread_of(access.node))
        && exec.given.contains_key(&object)
        && exec.memory.objects[object as usize].var.is_none()
        && is_before_given(exec, order, object, index, 0)
}

fn is_before_given(exec: &Exec<'_, '_>, order: &Order<'_>, object: u32, index: usize, depth: u32) -> bool {
    let access = &exec.graph.accesses[index];
    let own = exec.graph.thread_of(access.node);
    let given = exec.given.get(&object).map_or(&[][..], Vec::as_slice);
    given.iter().all(|given| {
        let before = if given.node == access.node {
            index < given.after
        } else {
            exec.graph.thread_of(given.node) != own || !order.reaches(given.node, access.node)
        };
        let holder = given.holder.filter(|holder| {
            depth < 4
                && *holder != object
                && exec.born.get(holder) == Some(&own)
                && exec.memory.objects[*holder as usize].var.is_none()
        });
        before || holder.is_some_and(|holder| is_before_given(exec, order, holder, index, depth + 1))
    })
}

/// Whether a lock is held at both accesses that keeps them apart.
fn guarded(exec: &Exec<'_, '_>, a: &Access, b: &Access) -> bool {
    let graph = &exec.graph;
    let (held, others) = (&graph.nodes[a.node as usize].locks, &graph.nodes[b.node as usize].locks);
    held.iter().any(|(loc, mode)| {
        others.iter().any(|(other, other_mode)| {
            loc == other
                && match (mode, other_mode) {
                    (Mode::Write, Mode::Write | Mode::Read) | (Mode::Read, Mode::Write) => true,
                    (Mode::Sent, Mode::Sent) => is_token(exec, *loc, Mode::Sent),
                    (Mode::Received, Mode::Received) => is_token(exec, *loc, Mode::Received),
                    _ => false,
                }
        })
    })
}

/// Whether a channel is used as a lock only: who takes the token gives it back.
fn is_token(exec: &Exec<'_, '_>, chan: LocId, mode: Mode) -> bool {
    let graph = &exec.graph;
    let mut odd = 0;
    for node in &graph.nodes {
        let gives = match (&node.sync, mode) {
            (Sync::Recv(chans, _), Mode::Sent) | (Sync::Send(chans), Mode::Received) => chans.contains(&chan),
            _ => false,
        };
        let had = node
            .preds
            .iter()
            .all(|&pred| graph.nodes[pred as usize].locks.contains(&(chan, mode)));
        odd += u32::from(gives && !had);
    }
    // A token that is taken out first was put in once.
    odd <= u32::from(mode == Mode::Received)
}

fn race(exec: &Exec<'_, '_>, order: &Order<'_>, root: FuncId, a: &Access, b: &Access) -> Option<Race> {
    let memory = &exec.memory;
    // The wider place names what is accessed.
    let loc = if memory.path(a.loc).len() >= memory.path(b.loc).len() {
        a.loc
    } else {
        b.loc
    };
    let (name, key, var) = report::name(exec, loc)?;
    let (sides_a, sides_b) = (side(exec, order, a), side(exec, order, b));
    let blame = |access: &Access, side: &Side| {
        let reads_only = side.locks.iter().all(|(_, mode)| *mode == Mode::Read);
        (
            access.atomic,
            !(access.write && !side.locks.is_empty() && reads_only),
            side.locks.len(),
            !access.write,
            side.starts.is_empty(),
        )
    };
    let first_is_a = blame(a, &sides_a) <= blame(b, &sides_b);
    let (first, other) = if first_is_a {
        (sides_a, sides_b)
    } else {
        (sides_b, sides_a)
    };
    let kind = [a.kind, b.kind]
        .into_iter()
        .find(|&kind| kind != AccessKind::Plain)
        .unwrap_or(AccessKind::Plain);
    let slept = exec.graph.nodes.iter().any(|node| node.sync == Sync::Sleep);
    Some(Race {
        root,
        name,
        key,
        kind,
        var,
        first,
        other,
        slept,
    })
}

/// The uses of handles of tests, in what was executed last, that may come after the end of the test or are in another goroutine than they
/// must be; and of what handlers of requests are given, after they have returned.
fn late_uses(exec: &Exec<'_, '_>, root: FuncId, is_test: bool) -> Vec<LateUse> {
    if exec.uses.is_empty() || exec.graph.threads.len() < 2 {
        return Vec::new();
    }
    let order = Order::new(&exec.graph, &exec.memory);
    let mut known = FxHashSet::default();
    let mut late_uses = Vec::new();
    for one in &exec.uses {
        let Some(&end) = exec.ends.get(&one.handle) else {
            continue;
        };
        let own = exec.graph.thread_of(one.node) == exec.graph.thread_of(end);
        if own || !known.insert((one.site.func, one.site.value)) {
            continue;
        }
        if matches!(one.purpose, Purpose::Response | Purpose::Body) {
            late_uses.extend(requests::late(exec, &order, root, one, end));
            continue;
        }
        let stops = one.purpose == Purpose::Stop;
        // Its goroutines may end alone: it waits for them, and the benchmark has failed.
        let is_of_benchmark = exec.graph.threads[exec.graph.thread_of(one.node) as usize].by == RUN_PARALLEL;
        if stops && is_of_benchmark {
            continue;
        }
        // Goroutines that talk to each other through the system may wait there.
        let late = !exec.uses_system && !order.done(one.node).has(end);
        if is_test && (late || stops) {
            late_uses.push(LateUse {
                root,
                side: side_at(exec, &order, one.node, one.site),
                kind: if stops { LateKind::Stop } else { LateKind::Handle },
            });
        }
    }
    late_uses
}

fn side(exec: &Exec<'_, '_>, order: &Order<'_>, access: &Access) -> Side {
    Side {
        write: access.write,
        atomic: access.atomic,
        ..side_at(exec, order, access.node, access.site)
    }
}

fn side_at(exec: &Exec<'_, '_>, order: &Order<'_>, node: NodeId, site: Site) -> Side {
    let graph = &exec.graph;
    let node = &graph.nodes[node as usize];
    let thread = &graph.threads[node.thread as usize];
    let mut starts: Vec<(Site, &'static str)> = thread.site.map(|site| (site, thread.by)).into_iter().collect();
    for (around, _) in order.ancestors(node.thread) {
        let thread = &graph.threads[around as usize];
        starts.extend(thread.site.map(|site| (site, thread.by)));
    }
    let until = thread.site.map(|site| site.ctx);
    let mut calls = Vec::new();
    let mut at = Some(site.ctx);
    while let Some(ctx) = at {
        if Some(ctx) == until {
            break;
        }
        let ctx = exec.ctxs[ctx as usize];
        if let Some((func, value, _)) = ctx.call
            && Some((func, value)) != thread.site.map(|site| (site.func, site.value))
        {
            calls.push((func, value));
        }
        at = ctx.parent;
    }
    let locks = node
        .locks
        .iter()
        .filter_map(|&(loc, mode)| Some((report::name(exec, loc)?.0, mode)))
        .collect();
    Side {
        site,
        write: false,
        atomic: false,
        locks,
        starts,
        calls,
    }
}
