//! Suspicions of rules that look at paths, refuted by exploring.
//!
//! A rule that finds a second lock or a nil channel on some path does not know whether that path can be taken. If every function that leads to
//! the place is explored to the end, goroutines stand there, code outside has no part in it and nothing fails, it cannot.

use gosleuth_base::{Confidence, Finding, RuleCode};
use gosleuth_ir::{FuncId, Op};
use gosleuth_model::{Bounds, Explorer};
use rustc_hash::FxHashSet;

use crate::context::{OWN, RuleContext};
use crate::explored::{self, codes, methods_meant, own};

/// Faults that exploring a function alone decides. What takes two callers at a time is not among them, nor a lock that is kept: nobody may
/// want it there.
const DECIDED: [RuleCode; 4] = [
    codes::NIL_CHANNEL,
    codes::DOUBLE_LOCK,
    codes::CLOSE_OF_NIL,
    codes::UNLOCK_OF_UNLOCKED,
];

/// Functions that may have to be explored for one suspicion.
const MAX_ROOTS: usize = 20;

/// Whether exploring says that a finding is none.
pub(crate) fn is_refuted(cx: &RuleContext<'_>, finding: &Finding) -> bool {
    let is_suspicion = finding.schedule.is_empty() && finding.confidence < Confidence::Witnessed;
    if !is_suspicion || !DECIDED.contains(&finding.code) || cx.budget == 0 || explored::is_called_from_c(cx) {
        return false;
    }
    let Some((func, outer)) = around(cx, finding) else {
        return false;
    };
    let roots: Vec<FuncId> = explored::roots(cx)
        .into_iter()
        .filter(|&root| leads_to(cx, root, func))
        .collect();
    // Who else may call it is not known.
    let name = &cx.ir.funcs[outer].name;
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_called_elsewhere = last.starts_with(char::is_uppercase) && !roots.contains(&outer);
    if is_called_elsewhere || roots.is_empty() || roots.len() > MAX_ROOTS {
        return false;
    }
    let program = explored::program(cx);
    let mut explorer = Explorer::new(&program);
    explorer.watch();
    let line = |pos: u32| cx.files[cx.ir.funcs[func].file].tree.line_column(pos).0;
    let mut stood = false;
    for root in roots {
        let bounds = Bounds {
            instructions: explored::ROUNDS[1] * u64::from(cx.budget) / 100,
            guesses: explored::MAX_GUESSES,
            ..Bounds::default()
        };
        let outcome = explorer.explore(own(root), bounds);
        if !outcome.complete || !outcome.failures.is_empty() {
            return false;
        }
        for (site, served) in &outcome.stood {
            if site.func == own(func) && line(site.pos) == finding.location.line {
                if *served {
                    return false;
                }
                stood = true;
            }
        }
    }
    stood
}

/// The function a finding is in, and the declared function around that.
fn around(cx: &RuleContext<'_>, finding: &Finding) -> Option<(FuncId, FuncId)> {
    let place = &finding.location;
    let file = cx.files.iter().position(|file| file.path == place.file)?;
    let is_here = |pos: u32| cx.files[file].tree.line_column(pos) == (place.line, place.column);
    let funcs = cx.ir.funcs.iter_enumerated().filter(|(_, func)| func.file == file);
    let (func, _) = funcs
        .filter(|(_, func)| func.values.iter().any(|value| is_here(value.pos)))
        .min_by_key(|(_, func)| func.span.end - func.span.start)?;
    let mut outer = func;
    while let Some(parent) = cx.ir.funcs[outer].parent {
        outer = parent;
    }
    Some((func, outer))
}

/// Whether a function can come to run when another one does, as far as its text says.
fn leads_to(cx: &RuleContext<'_>, from: FuncId, to: FuncId) -> bool {
    let mut seen = FxHashSet::default();
    let mut work = vec![own(from)];
    while let Some(id) = work.pop() {
        if id == own(to) {
            return true;
        }
        if !seen.insert(id) {
            continue;
        }
        let func = cx.body(id);
        for (value, _) in func.values.iter_enumerated() {
            match func.op(value) {
                Op::Closure { .. } | Op::Func(_) | Op::BoundMethod { .. } => {
                    work.extend(cx.known_body(id.unit, func, value));
                }
                Op::Call(call) | Op::Go(call) | Op::Defer(call) => {
                    work.extend(cx.called_body(id.unit, func, call));
                    work.extend(methods_meant(cx, call).into_iter().filter(|key| key.unit == OWN));
                }
                _ => {}
            }
        }
    }
    false
}
