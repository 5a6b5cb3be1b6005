use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Func, FuncId, Op, ValueId};
use gosleuth_types::{ObjKind, ObjRef, Type, TypeId, VarKind};
use rustc_hash::FxHashMap;

use crate::context::RuleContext;
use crate::contexts::is_handler;
use crate::goroutines::spawns;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds package-level configuration that is replaced or changed while the program runs, and read by HTTP handlers or goroutines.
    ///
    /// ## Why it is bad
    ///
    /// Whoever reads two settings may see one of before and one of after the change. Without a lock it is a data race; with one every request
    /// takes it, and a reload that holds it stops them all. A snapshot that is never changed, behind an `atomic.Pointer`, has none of this.
    ///
    /// ## Example
    ///
    /// ```go
    /// type settings struct{ limit int }
    ///
    /// var config *settings
    ///
    /// func reload(limit int) { config = &settings{limit: limit} }
    ///
    /// func serve(w http.ResponseWriter, r *http.Request) {
    ///     if r.ContentLength > int64(config.limit) {
    ///         w.WriteHeader(http.StatusRequestEntityTooLarge)
    ///     }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type settings struct{ limit int }
    ///
    /// var config atomic.Pointer[settings]
    ///
    /// func reload(limit int) { config.Store(&settings{limit: limit}) }
    ///
    /// func serve(w http.ResponseWriter, r *http.Request) {
    ///     if r.ContentLength > int64(config.Load().limit) {
    ///         w.WriteHeader(http.StatusRequestEntityTooLarge)
    ///     }
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Only variables of the package whose name or type speaks of configuration. What `init`, `main` and functions that they alone call assign is
    /// there before anybody reads it. Tests are left out.
    ///
    /// ## Version notes
    ///
    /// `atomic.Pointer` exists from Go 1.19; before that, `atomic.Value`.
    RuleInfo {
        code: RuleCode::new(Family::Advice, 4),
        name: "config-hot-swap",
        summary: "configuration is changed while others read it",
        set: RuleSet::Advice,
        severity: Severity::Advice,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Other("a data race between a reload and a handler, requests that see half of a change")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let mut writes: FxHashMap<ObjRef, (FuncId, ValueId)> = FxHashMap::default();
    let mut reads: FxHashMap<ObjRef, (FuncId, ValueId)> = FxHashMap::default();
    let goroutines: Vec<FuncId> = spawns(cx).into_iter().map(|spawn| spawn.body).collect();
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        if cx.files[func.file].is_test {
            continue;
        }
        let mut start = None;
        let mut reader = None;
        for (site, value) in func.values.iter_enumerated() {
            match value.op {
                Op::Store { addr, .. } => {
                    if let Some(obj) = global_behind(func, addr).filter(|&obj| is_config(cx, obj))
                        && !*start.get_or_insert_with(|| is_start(cx, id))
                    {
                        writes.entry(obj).or_insert((id, site));
                    }
                }
                Op::Load(addr) => {
                    if let Some(obj) = global_behind(func, addr).filter(|&obj| is_config(cx, obj))
                        && *reader.get_or_insert_with(|| serves(cx, id, &goroutines))
                    {
                        reads.entry(obj).or_insert((id, site));
                    }
                }
                _ => {}
            }
        }
    }
    let mut found: Vec<_> = writes.into_iter().collect();
    found.sort_unstable();
    for (obj, (writer, write)) in found {
        let (Some(&(reader, read)), Some((file, span))) = (reads.get(&obj), cx.declaration(obj)) else {
            continue;
        };
        let (writer, reader) = (&cx.ir.funcs[writer], &cx.ir.funcs[reader]);
        cx.report(
            &RULE.info,
            file,
            span,
            format!("`{}` is changed while requests and goroutines read it", cx.name_of(obj)),
        )
        .related(writer.file, cx.span_of(writer, write), "changed here")
        .related(reader.file, cx.span_of(reader, read), "read here")
        .why("whoever reads twice may see before and after; a lock around it would be one for all requests")
        .action("keep an immutable snapshot behind an `atomic.Pointer`: load it once a request, store a new one to change it")
        .push(sink);
    }
}

/// The package-level variable that an address is in, through pointers and fields.
fn global_behind(func: &Func, mut addr: ValueId) -> Option<ObjRef> {
    for _ in 0..6 {
        addr = match *func.op(addr) {
            Op::Global(obj) => return Some(obj),
            Op::FieldAddr { base, .. } => base,
            Op::Load(inner) => inner,
            _ => return None,
        };
    }
    None
}

/// Whether a variable of this package holds settings.
fn is_config(cx: &RuleContext<'_>, obj: ObjRef) -> bool {
    const WORDS: &[&str] = &["config", "cfg", "conf", "settings", "options"];
    let Some(object) = cx.query.object(obj).filter(|_| obj.pkg == cx.query.pkg) else {
        return false;
    };
    if !matches!(object.kind, ObjKind::Var(VarKind::Package)) {
        return false;
    }
    let ty = cx.query.object_type(obj);
    let ty = cx.pointee(ty).unwrap_or(ty);
    let has_word = |name: &str| {
        let name = name.to_ascii_lowercase();
        WORDS.iter().any(|word| name.contains(word))
    };
    let named = cx.type_name(ty);
    // Atomic values and locks are no settings themselves.
    let is_sync = named.is_some_and(|(path, _)| path.starts_with("sync"));
    !is_sync && holds_data(cx, ty) && (has_word(cx.name_of(obj)) || named.is_some_and(|(_, name)| has_word(name)))
}

fn holds_data(cx: &RuleContext<'_>, ty: TypeId) -> bool {
    matches!(cx.under(ty), Type::Struct(_) | Type::Map { .. })
}

/// Whether a function runs before anything is served: `init`, `main`, what gives variables their values, and what only these call.
fn is_start(cx: &RuleContext<'_>, id: FuncId) -> bool {
    is_start_within(cx, id, 3)
}

fn is_start_within(cx: &RuleContext<'_>, id: FuncId, depth: u32) -> bool {
    let func = &cx.ir.funcs[id];
    if func.parent.is_some() {
        return false;
    }
    if cx.ir.inits.contains(&id) || matches!(func.name.as_str(), "init" | "main") || func.name.starts_with("init.") {
        return true;
    }
    if depth == 0 {
        return false;
    }
    let mut callers = cx.ir.funcs.iter_enumerated().filter(|(_, caller)| {
        caller.values.iter().any(|value| match &value.op {
            Op::Call(call) | Op::Go(call) | Op::Defer(call) => cx.called_function(caller, call) == Some(id),
            _ => false,
        })
    });
    let is_exported = func
        .obj
        .is_some_and(|obj| cx.name_of(obj).starts_with(|first: char| first.is_uppercase()));
    let mut any = false;
    let all = callers.all(|(caller, _)| {
        any = true;
        is_start_within(cx, caller, depth - 1)
    });
    any && all && !is_exported
}

/// Whether a function handles requests, or runs in a goroutine.
fn serves(cx: &RuleContext<'_>, id: FuncId, goroutines: &[FuncId]) -> bool {
    is_handler(cx, cx.ir.funcs[id].sig) || goroutines.contains(&id)
}
