//! Races in words.

use gosleuth_base::{Confidence, Family, Finding, RuleCode, RuleInfo};
use gosleuth_ir::FuncId;
use gosleuth_syntax::ast::Span;
use gosleuth_types::{ObjRef, Type, TypeId};
use rustc_hash::FxHashSet;

use super::exec::Exec;
use super::graph::{AccessKind, Mode, Site};
use super::memory::{LocId, Origin, Step};
use super::{LateKind, MemoryKey, Race, Side};
use crate::context::RuleContext;

const MAP: RuleCode = RuleCode::new(Family::Races, 1);
const UNGUARDED: RuleCode = RuleCode::new(Family::Races, 2);
const CAPTURED: RuleCode = RuleCode::new(Family::Races, 4);
const MIXED_ATOMIC: RuleCode = RuleCode::new(Family::Races, 6);
const READ_LOCKED: RuleCode = RuleCode::new(Family::Races, 7);
const APPEND: RuleCode = RuleCode::new(Family::Races, 8);
const LOOP_VARIABLE: RuleCode = RuleCode::new(Family::Races, 3);

/// What a place is called, what tells it apart, and the variable it is in.
pub(super) fn name(exec: &Exec<'_, '_>, loc: LocId) -> Option<(String, MemoryKey, Option<ObjRef>)> {
    name_within(exec, loc, 0)
}

fn name_within(exec: &Exec<'_, '_>, loc: LocId, depth: u32) -> Option<(String, MemoryKey, Option<ObjRef>)> {
    let (cx, memory) = (exec.cx, &exec.memory);
    let object = memory.of(loc);
    let mut ty = object.ty;
    let mut key = object.var.map(MemoryKey::Var);
    let mut var = object.var;
    let mut text = match (object.var, object.origin) {
        (Some(var), _) => cx.name_of(var).to_owned(),
        (None, Origin::Outside(holder)) if depth < 4 => name_within(exec, holder, depth + 1)?.0,
        (None, Origin::Param(func, index)) => {
            let func = &cx.ir.funcs[func];
            let pos = func
                .params
                .get(index as usize)
                .map_or(0, |&param| func.values[param].pos);
            cx.source(func.file, word(cx, func.file, pos)).to_owned()
        }
        _ if matches!(cx.under(ty), Type::Struct(_)) => cx
            .type_name(ty)
            .map_or_else(|| "struct".to_owned(), |(_, name)| name.to_owned()),
        _ => match memory.holder(object.root).filter(|_| depth < 4) {
            Some(holder) => {
                let (text, holder_key, holder_var) = name_within(exec, holder, depth + 1)?;
                key = Some(holder_key);
                var = holder_var;
                text
            }
            None => "memory".to_owned(),
        },
    };
    for step in memory.path(loc) {
        match step {
            Step::Field(number) => {
                let holder = ty;
                let field = match cx.under(ty) {
                    Type::Struct(fields) => fields.get(number as usize),
                    _ => None,
                };
                ty = field.map_or(TypeId::UNKNOWN, |field| field.ty);
                let name = field.map_or("?", |field| cx.text(field.name));
                text = format!("{text}.{name}");
                if cx.type_name(holder).is_some() {
                    key = Some(MemoryKey::Part(holder, vec![number]));
                }
            }
            Step::Elem(_) => {
                if !text.ends_with("[…]") {
                    text.push_str("[…]");
                }
                ty = match cx.under(ty) {
                    Type::Array { elem, .. } | Type::Slice(elem) => *elem,
                    Type::Map { value, .. } => *value,
                    _ => TypeId::UNKNOWN,
                };
            }
            Step::Hidden(_) | Step::Sub(..) => {}
        }
    }
    let key = key.or_else(|| match object.origin {
        Origin::Made(_, _, value, _) => Some(match object.func {
            Some(func) => MemoryKey::Made(func, gosleuth_base::Idx::index(value) as u32),
            // A library made it.
            None => MemoryKey::Place(loc),
        }),
        Origin::Param(func, index) => Some(MemoryKey::Made(func, index)),
        Origin::Outside(_) | Origin::Global(_) => Some(MemoryKey::Place(loc)),
    })?;
    Some((text, key, var))
}

fn word(cx: &RuleContext<'_>, file: usize, pos: u32) -> Span {
    let text = cx.files.get(file).map_or(&[][..], |file| file.text);
    let rest = text.get(pos as usize..).unwrap_or(&[]);
    let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_' || **byte >= 0x80;
    Span::new(pos, pos + rest.iter().take_while(is_word).count() as u32)
}

/// The rule that reports a race.
fn code(cx: &RuleContext<'_>, race: &Race) -> RuleCode {
    let is_local = race.var.is_some_and(|var| {
        matches!(
            cx.query.object(var).map(|object| &object.kind),
            Some(gosleuth_types::ObjKind::Var(
                gosleuth_types::VarKind::Local
                    | gosleuth_types::VarKind::Param
                    | gosleuth_types::VarKind::Receiver
                    | gosleuth_types::VarKind::Result
            ))
        )
    });
    let under_read_lock = |side: &Side, other: &Side| {
        side.write
            && side
                .locks
                .iter()
                .any(|(lock, mode)| *mode == Mode::Read && other.locks.iter().any(|(known, _)| known == lock))
    };
    if race.first.atomic != race.other.atomic {
        MIXED_ATOMIC
    } else if race.kind == AccessKind::Map {
        if under_read_lock(&race.first, &race.other) || under_read_lock(&race.other, &race.first) {
            READ_LOCKED
        } else {
            MAP
        }
    } else if under_read_lock(&race.first, &race.other) || under_read_lock(&race.other, &race.first) {
        READ_LOCKED
    } else if race.kind == AccessKind::Append {
        APPEND
    } else if is_local && race.first.locks.is_empty() && race.other.locks.is_empty() {
        CAPTURED
    } else {
        UNGUARDED
    }
}

/// Appends the uses of handles of tests that come too late, or from the wrong goroutine.
pub(crate) fn report_handles(cx: &RuleContext<'_>, info: &RuleInfo, sink: &mut Vec<Finding>) {
    let mut known: FxHashSet<(FuncId, bool)> = FxHashSet::default();
    for late in &cx.all_races().late {
        let (file, span) = place(cx, late.side.site);
        let stops = late.kind == LateKind::Stop;
        if !(stops || late.kind == LateKind::Handle) || !known.insert((late.side.site.func, stops)) {
            continue;
        }
        let who = who_in(cx, late.root, &late.side);
        let (message, why, action) = if stops {
            (
                format!("{who} ends the test from outside its own goroutine"),
                "only the goroutine that runs the test function can end it; here the other goroutine ends and the test goes on",
                "report with Error and return, or send the error to the test's goroutine",
            )
        } else {
            (
                format!("{who} uses the handle of a test that may have ended"),
                "nothing makes the test wait for the goroutine; a handle that is used after the test panics",
                "wait for the goroutine before the test returns, or in t.Cleanup",
            )
        };
        let mut report = cx.report(info, file, span, message).why(why).action(action);
        if let Some((site, _)) = late.side.starts.first() {
            let (file, span) = place(cx, *site);
            report = report.related(file, span, "the goroutine is started here");
        }
        report.push(sink);
    }
}

/// Appends the uses of writers of responses and bodies of requests that may come after their handlers: one for each function.
pub(crate) fn report_responses(cx: &RuleContext<'_>, info: &RuleInfo, sink: &mut Vec<Finding>) {
    let mut known: FxHashSet<(FuncId, LateKind)> = FxHashSet::default();
    for late in &cx.all_races().late {
        let what = match late.kind {
            LateKind::Response => "the response",
            LateKind::Body => "the body of the request",
            LateKind::Handle | LateKind::Stop => continue,
        };
        if !known.insert((late.side.site.func, late.kind)) {
            continue;
        }
        let (file, span) = place(cx, late.side.site);
        let who = who_in(cx, late.root, &late.side);
        let why = match late.kind {
            LateKind::Body => {
                "the server closes the body when the handler returns, and may read the next request from the same connection"
            }
            _ => {
                "nothing makes the handler wait for it; after the handler has returned, the writer may belong to the next request"
            }
        };
        let action = match late.kind {
            LateKind::Body => "read the body before the goroutine is started, and give it the bytes",
            _ => "wait for the goroutine in the handler, or let it send what it has and write in the handler",
        };
        let mut report = cx
            .report(
                info,
                file,
                span,
                format!("{who} uses {what}, whose handler may have returned"),
            )
            .why(why)
            .action(action);
        for (func, value) in late.side.calls.iter().take(6) {
            let func = &cx.ir.funcs[*func];
            report = report.related(func.file, cx.span_of(func, *value), format!("called here, by {who}"));
        }
        if let Some((site, _)) = late.side.starts.first() {
            let (file, span) = place(cx, *site);
            report = report.related(file, span, "the goroutine is started here");
        }
        report.push(sink);
    }
}

/// Appends the groups that are added to while somebody may wait for them already, where nothing was said about that yet.
pub(crate) fn report_adds(cx: &RuleContext<'_>, info: &RuleInfo, sink: &mut Vec<Finding>) {
    let mut known: FxHashSet<(FuncId, gosleuth_ir::ValueId)> = FxHashSet::default();
    for late in &cx.all_races().adds {
        let site = late.add.site;
        if !known.insert((site.func, site.value)) {
            continue;
        }
        let (file, span) = place(cx, site);
        let (adder, waiter) = (who_in(cx, late.root, &late.add), who_in(cx, late.root, &late.wait));
        let (wait_file, wait_span) = place(cx, late.wait.site);
        let message = format!("{adder} adds to the WaitGroup while {waiter} may be waiting for it already");
        let mut report = cx
            .report(info, file, span, message)
            .why("a Wait that finds nothing to wait for returns at once, and what is added later is waited for by nobody")
            .action("call Add before the goroutine is started, or order Add and Wait with a lock and a flag that stops new work")
            .related(wait_file, wait_span, format!("{waiter} waits here"));
        if let Some((site, _)) = late.add.starts.first() {
            let (file, span) = place(cx, *site);
            report = report.related(file, span, "the goroutine is started here");
        }
        let finding = report.finish();
        if !sink
            .iter()
            .any(|other| other.code == finding.code && other.location == finding.location)
        {
            sink.push(finding);
        }
    }
}

/// Appends the sleeps that stand where a goroutine should be waited for.
pub(crate) fn report_sleeps(cx: &RuleContext<'_>, info: &RuleInfo, sink: &mut Vec<Finding>) {
    let mut known: FxHashSet<(FuncId, gosleuth_ir::ValueId)> = FxHashSet::default();
    for slept in &cx.all_races().slept {
        let site = slept.sleep.site;
        if !known.insert((site.func, site.value)) {
            continue;
        }
        let (file, span) = place(cx, site);
        let sleeper = who_in(cx, slept.root, &slept.sleep);
        let writer = who_in(cx, slept.root, &slept.write);
        let name = &slept.name;
        let source = &cx.files[file];
        let action = if source.is_test && source.go_minor >= 25 {
            "wait for the goroutine with a channel or a sync.WaitGroup, or run the test in testing/synctest and call synctest.Wait"
        } else {
            "wait for the goroutine with a channel or a sync.WaitGroup"
        };
        let (write_file, write_span) = place(cx, slept.write.site);
        let (read_file, read_span) = place(cx, slept.read.site);
        let message = format!("{sleeper} sleeps here so that {writer} has written `{name}`, which only time ensures");
        let mut report = cx
            .report(info, file, span, message)
            .why("a sleep gives no order: on a busy machine the goroutine may not have got there yet")
            .action(action)
            .related(write_file, write_span, format!("{writer} writes it here"))
            .related(read_file, read_span, "it is read here after the sleep")
            .confidence(Confidence::Medium);
        if let Some((site, _)) = slept.write.starts.first() {
            let (file, span) = place(cx, *site);
            report = report.related(file, span, "the goroutine is started here");
        }
        report.push(sink);
    }
}

/// Appends the races that a rule reports: one for each memory and function to blame.
pub(crate) fn report(cx: &RuleContext<'_>, info: &RuleInfo, sink: &mut Vec<Finding>) {
    let mut known: FxHashSet<(MemoryKey, FuncId)> = FxHashSet::default();
    for race in cx.races() {
        if code(cx, race) != info.code || !known.insert((race.key.clone(), race.first.site.func)) {
            continue;
        }
        let finding = finding(cx, info, race);
        // A loop variable that rounds share, and what was seen without following calls, is said once.
        let lines: Vec<u32> = std::iter::once(finding.location.line)
            .chain(finding.related.first().map(|related| related.location.line))
            .collect();
        let is_said = sink.iter().any(|other| {
            (other.code.family == Family::Races && other.location == finding.location)
                || (other.code == LOOP_VARIABLE || (other.code == CAPTURED && info.code == CAPTURED))
                    && other.location.file == finding.location.file
                    && (lines.contains(&other.location.line)
                        || (other.code == CAPTURED
                            && other
                                .related
                                .iter()
                                .any(|related| lines.contains(&related.location.line))))
        });
        if !is_said {
            sink.push(finding);
        }
    }
}

fn place(cx: &RuleContext<'_>, site: Site) -> (usize, Span) {
    let func = &cx.ir.funcs[site.func];
    (func.file, cx.span_of(func, site.value))
}

/// What a side does, in words: `writes`, `reads atomically`.
fn does(side: &Side) -> &'static str {
    match (side.write, side.atomic) {
        (true, false) => "writes",
        (false, false) => "reads",
        (true, true) => "writes atomically",
        (false, true) => "reads atomically",
    }
}

fn held(side: &Side) -> String {
    let locks: Vec<String> = side
        .locks
        .iter()
        .map(|(name, mode)| match mode {
            Mode::Read => format!("{name} (read)"),
            Mode::Write => name.clone(),
            Mode::Sent | Mode::Received => format!("the token of {name}"),
        })
        .collect();
    if locks.is_empty() {
        "no lock".to_owned()
    } else {
        locks.join(" and ")
    }
}

fn who(cx: &RuleContext<'_>, race: &Race, side: &Side) -> String {
    who_in(cx, race.root, side)
}

fn who_in(cx: &RuleContext<'_>, root: FuncId, side: &Side) -> String {
    match side.starts.first() {
        Some((site, by)) => {
            let func = &cx.ir.funcs[site.func];
            let (line, _) = cx.files[func.file].tree.line_column(func.values[site.value].pos);
            match *by {
                "go" => format!("the goroutine started at line {line}"),
                by => format!("the goroutine of {by} at line {line}"),
            }
        }
        None => cx.ir.funcs[root].name.clone(),
    }
}

fn finding(cx: &RuleContext<'_>, info: &RuleInfo, race: &Race) -> Finding {
    let (file, span) = place(cx, race.first.site);
    let (other_file, other_span) = place(cx, race.other.site);
    let (first_who, other_who) = (who(cx, race, &race.first), who(cx, race, &race.other));
    let what = if race.kind == AccessKind::Map { "the map " } else { "" };
    let other_who = if first_who == other_who && !race.first.starts.is_empty() {
        "another one of these".to_owned()
    } else {
        other_who
    };
    let name = &race.name;
    let message = format!(
        "{first_who} {} {what}`{name}` while {other_who} {} it, and nothing orders them",
        does(&race.first),
        does(&race.other)
    );
    let mut why = format!(
        "{} holds {}, the other one {}",
        if race.first.write { "the write" } else { "the read" },
        held(&race.first),
        held(&race.other)
    );
    if race.slept {
        why.push_str("; a sleep gives no order");
    }
    let mut report = cx.report(info, file, span, message).why(why).action(action(cx, race));
    report = report.related(
        other_file,
        other_span,
        format!("{other_who} {} it here", does(&race.other)),
    );
    for side in [&race.first, &race.other] {
        for (func, value) in side.calls.iter().take(6) {
            let func = &cx.ir.funcs[*func];
            report = report.related(
                func.file,
                cx.span_of(func, *value),
                format!("called here, by {}", who(cx, race, side)),
            );
        }
        for (index, (site, by)) in side.starts.iter().take(4).enumerate() {
            let (file, span) = place(cx, *site);
            let label = match (index, *by) {
                (0, "go") => "the goroutine is started here".to_owned(),
                (0, by) => format!("{by} starts the goroutine here"),
                _ => "by a goroutine that is started here".to_owned(),
            };
            report = report.related(file, span, label);
        }
    }
    let confidence = if race.first.starts.is_empty() || race.other.starts.is_empty() {
        Confidence::High
    } else {
        Confidence::Medium
    };
    report.confidence(confidence).finish()
}

fn action(cx: &RuleContext<'_>, race: &Race) -> String {
    let code = code(cx, race);
    let name = &race.name;
    let lock = race
        .other
        .locks
        .iter()
        .chain(&race.first.locks)
        .find(|(_, mode)| *mode == Mode::Write || *mode == Mode::Read);
    if code == READ_LOCKED {
        return "take the lock for writing (Lock), since RLock lets several goroutines in".to_owned();
    }
    if code == MIXED_ATOMIC {
        return format!("use sync/atomic for every access to `{name}`, best with a type such as atomic.Int64");
    }
    if let Some((lock, _)) = lock {
        return format!("hold `{lock}` at both accesses");
    }
    if code == MAP {
        let both_write = race.first.write && race.other.write;
        return if both_write {
            format!(
                "guard `{name}` with a sync.Mutex (sync.Map where goroutines write keys of their own and rarely the same ones)"
            )
        } else {
            format!(
                "guard `{name}` with a sync.RWMutex; where it is written rarely, store a changed copy in an atomic.Pointer"
            )
        };
    }
    if code == APPEND {
        return format!(
            "guard the append to `{name}` with a lock, send results over a channel, or give each goroutine an element of a slice made before"
        );
    }
    format!("guard `{name}` with a lock, or wait for the goroutine before the other access")
}
