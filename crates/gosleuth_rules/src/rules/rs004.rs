use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom};
use gosleuth_ir::{Call, Callee, Func, Op, Terminator, ValueId};
use gosleuth_model::FuncKey;
use gosleuth_types::{Type, TypeId};
use rustc_hash::FxHashSet;

use crate::context::{OWN, RuleContext};
use crate::contexts::is_cleanup;
use crate::flow::{Held, Lost, Step, has, results};
use crate::goroutines::receiver;
use crate::handed::is_left_alone;
use crate::models::Behaviour;
use crate::owned::{Owned, THING, Words, hands, is_thrown_away, lost, report_lost, stripped, used_unchecked};
use crate::rule::rule;
use crate::syntax::is_program;

rule! {
    /// ## What it does
    ///
    /// Finds paths on which rows, a prepared statement, a transaction or a connection of `database/sql` (or `sqlx`, `pgx`) is neither given back
    /// nor handed on: rows that are not closed after an error, transactions that are neither committed nor rolled back, `QueryRow`
    /// without `Scan`, results that are thrown away.
    ///
    /// ## Why it is bad
    ///
    /// Each of them keeps a connection of the pool. When there are as many as `SetMaxOpenConns` allows, every query waits for ever; without a
    /// limit the database runs out of connections.
    ///
    /// ## Example
    ///
    /// ```go
    /// func names(ctx context.Context, db *sql.DB) ([]string, error) {
    ///     rows, err := db.QueryContext(ctx, "SELECT name FROM users")
    ///     if err != nil {
    ///         return nil, err
    ///     }
    ///     var names []string
    ///     for rows.Next() {
    ///         var name string
    ///         if err := rows.Scan(&name); err != nil {
    ///             return nil, err
    ///         }
    ///         names = append(names, name)
    ///     }
    ///     return names, rows.Err()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func names(ctx context.Context, db *sql.DB) ([]string, error) {
    ///     rows, err := db.QueryContext(ctx, "SELECT name FROM users")
    ///     if err != nil {
    ///         return nil, err
    ///     }
    ///     defer rows.Close()
    ///     var names []string
    ///     for rows.Next() {
    ///         var name string
    ///         if err := rows.Scan(&name); err != nil {
    ///             return nil, err
    ///         }
    ///         names = append(names, name)
    ///     }
    ///     return names, rows.Err()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Rows that were read until `Next` said that there are no more are closed. What is stored, returned, captured by a literal or handed to a
    /// function that is not known counts as handed on, except where the function itself gives it back on another path. Rows of a
    /// transaction whose `Rollback` is deferred are left out: that closes them. So are tests, and what `main` leaves open when the program ends.
    /// Functions of your own that return such things are seen through where their bodies are known; declare others as models with the
    /// behaviour `pooled`.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Resources, 4),
        name: "rows-not-closed",
        summary: "rows, a statement, a transaction or a connection is not given back on some path",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::Safe,
        symptoms: &[
            Symptom::Wait("select"),
            Symptom::Suspect(SuspectKind::BlockedIo),
            Symptom::Other("goroutines in `database/sql.(*DB).conn` that wait for a connection of the pool"),
        ],
    }
}

/// Functions that hand on what another one returns, from one call.
const MAX_DEPTH: u32 = 3;

/// What a call returns that must be given back.
#[derive(Clone)]
struct Made {
    /// Names of the methods that give it back, with `|` between.
    release: String,
}

impl Made {
    fn releases(&self, method: &str) -> bool {
        self.release.split('|').any(|name| name == method)
    }

    /// What it is called in texts.
    fn shown(&self, ty: &str) -> &'static str {
        match ty {
            "Tx" => "this transaction",
            "Stmt" | "NamedStmt" => "this statement",
            "Conn" => "this connection",
            "Row" => "this row",
            _ if self.releases("Commit") => "this transaction",
            _ if self.releases("Scan") => "this row",
            _ if self.releases("Release") => "this connection",
            _ => "these rows",
        }
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for func in cx.ir.funcs.iter() {
        if cx.files[func.file].is_test {
            continue;
        }
        let is_main = func.name == "main" && func.parent.is_none() && is_program(cx);
        for (id, value) in func.values.iter_enumerated() {
            let Op::Call(call) = &value.op else { continue };
            if !is_of_database(cx, value.ty) && !has(cx.call_models(call), Behaviour::Pooled) {
                continue;
            }
            let Some(made) = made(cx, OWN, func, call, MAX_DEPTH) else {
                continue;
            };
            if is_of_deferred_transaction(cx, func, call) {
                continue;
            }
            look(cx, func, id, &made, is_main, sink);
        }
    }
}

fn look(cx: &RuleContext<'_>, func: &Func, id: ValueId, made: &Made, is_main: bool, sink: &mut Vec<Finding>) {
    let span = cx.span_of(func, id);
    let ty = func.values[id].ty;
    let parts: &[TypeId] = match cx.query.ty(ty) {
        Type::Tuple(parts) => parts,
        _ => &[],
    };
    let thing_ty = parts.first().copied().unwrap_or(ty);
    let ty = cx.pointee(thing_ty).unwrap_or(thing_ty);
    let shown = made.shown(cx.type_name(ty).map_or("", |(_, name)| name));
    let (lead, is) = match shown {
        "these rows" => ("these rows", "are"),
        other => (other, "is"),
    };
    let given_back = match made.release.split('|').next() {
        Some("Commit") => "neither committed nor rolled back",
        Some("Scan") => "never scanned",
        Some("Release") => "not released",
        _ => "not closed",
    };
    if is_thrown_away(cx, func, span) {
        let action = match given_back {
            "neither committed nor rolled back" => "keep it, and commit it or roll it back",
            _ => "use `Exec` for a statement whose rows do not matter",
        };
        cx.report(
            &RULE.info,
            func.file,
            span,
            format!("{lead} {is} thrown away, and {is} {given_back}"),
        )
        .why("the connection does not go back to the pool")
        .action(action)
        .push(sink);
        return;
    }
    let (thing, error) = match parts {
        [] => (Some(id), None),
        _ => {
            let results = results(func, id);
            (results.get(&0).copied(), results.get(&1).copied())
        }
    };
    let Some(thing) = thing else { return };
    if cx.pointee(thing_ty).is_some()
        && error.is_some()
        && let Some(user) = used_unchecked(cx, func, span, true)
    {
        cx.report(
            &RULE.info,
            func.file,
            user,
            "this is used before the error is looked at",
        )
        .related(func.file, span, "the result may be nil when this fails")
        .why("the result is nil when the call failed, so the use panics instead of reporting the error")
        .action("return on the error first, then use the result")
        .push(sink);
    }
    let mut owned = Pooled {
        cx,
        func,
        made,
        is_owner: None,
    };
    match lost(cx, func, id, thing, error, &mut owned) {
        None => {}
        Some(Lost::Return(_)) if is_main => {}
        Some(lost) => {
            let release = match made.release.split('|').collect::<Vec<_>>()[..] {
                ["Commit", ..] => ".Rollback()",
                ["Release", ..] => ".Release()",
                _ => ".Close()",
            };
            let needs_context = matches!(cx.type_name(thing_ty), Some((path, _)) if path.starts_with("github.com/jackc/pgx"))
                && release == ".Rollback()";
            let words = Words {
                message: format!("{lead} {is} {given_back} on every path").replace(
                    "neither committed nor rolled back on every path",
                    "not committed or rolled back on every path",
                ),
                why: "until then the connection does not go back to the pool; when none are left, every query waits",
                action: match given_back {
                    "never scanned" => "call `Scan`, or use `Exec`".to_owned(),
                    _ => format!("add `defer …{release}` behind the check of the error"),
                },
                at_return: format!("{} still open here", if is == "are" { "they are" } else { "it is" }),
                at_round: "the next round begins without giving back this one".to_owned(),
                release: if needs_context { ".Rollback(ctx)" } else { release },
            };
            // A fix needs a context that may have another name.
            if needs_context || given_back == "never scanned" {
                let mut found = Vec::new();
                report_lost(cx, &RULE.info, func, id, lost, &words, &mut found);
                for finding in &mut found {
                    finding.fix = None;
                }
                sink.append(&mut found);
            } else {
                report_lost(cx, &RULE.info, func, id, lost, &words, sink);
            }
        }
    }
}

/// Whether the first result of a call is of a package that talks to databases.
fn is_of_database(cx: &RuleContext<'_>, ty: TypeId) -> bool {
    let first = match cx.query.ty(ty) {
        Type::Tuple(parts) => parts.first().copied(),
        _ => Some(ty),
    };
    first.is_some_and(|ty| {
        let path = cx.type_name(cx.pointee(ty).unwrap_or(ty)).map_or("", |(path, _)| path);
        path == "database/sql"
            || path.starts_with("github.com/jmoiron/sqlx")
            || path.starts_with("github.com/jackc/pgx")
    })
}

/// What a call returns first, if that must be given back by the function that gets it.
fn made(cx: &RuleContext<'_>, unit: u32, func: &Func, call: &Call, depth: u32) -> Option<Made> {
    let model = cx
        .call_models(call)
        .iter()
        .find(|model| model.behaviour == Behaviour::Pooled);
    if let Some(model) = model {
        let release = if model.twin.is_empty() { "Close" } else { &model.twin };
        return Some(Made {
            release: release.to_owned(),
        });
    }
    if let Callee::Interface { method, .. } = call.callee {
        return of_interface(cx, method);
    }
    let key = cx.called_body(unit, func, call).filter(|_| depth > 0)?;
    returned(cx, key, depth - 1)
}

/// What a method of an interface returns, by its name and type: an own `Querier` is a database.
fn of_interface(cx: &RuleContext<'_>, method: gosleuth_types::ObjRef) -> Option<Made> {
    let name = cx.name_of(method);
    let Type::Func(sig) = cx.query.ty(cx.query.object_type(method)) else {
        return None;
    };
    let &first = cx.query.world.types.list(sig.results).first()?;
    let (path, ty) = cx.type_name(cx.pointee(first)?)?;
    if path != "database/sql" {
        return None;
    }
    let release = match ty {
        "Rows" if name.starts_with("Query") => "Close",
        "Row" if name.starts_with("Query") => "Scan",
        "Tx" if name.starts_with("Begin") => "Commit|Rollback",
        _ => return None,
    };
    Some(Made {
        release: release.to_owned(),
    })
}

/// What a function of this or another package returns first: what it got from a call that makes such things, and does nothing else with.
fn returned(cx: &RuleContext<'_>, key: FuncKey, depth: u32) -> Option<Made> {
    let func = cx.body(key);
    let mut found = None;
    for block in func.blocks.iter() {
        let Terminator::Return(values) = &block.end else {
            continue;
        };
        let mut value = *values.first()?;
        while let Op::Convert(inner) | Op::MakeInterface(inner) = *func.op(value) {
            value = inner;
        }
        let site = match *func.op(value) {
            Op::Zero => continue,
            Op::Extract { tuple, index: 0 } => tuple,
            _ => value,
        };
        let Op::Call(call) = func.op(site) else { return None };
        found = Some(made(cx, key.unit, func, call, depth)?);
        // What is kept beside is not the caller's alone.
        let is_kept = func.values.iter().any(|user| match &user.op {
            Op::Store { value: stored, .. } | Op::MapSet { value: stored, .. } | Op::Send { value: stored, .. } => {
                *stored == value
            }
            _ => false,
        });
        if is_kept {
            return None;
        }
    }
    found
}

/// Whether a call asks a transaction that is rolled back when the function ends, which closes what it returned.
fn is_of_deferred_transaction(cx: &RuleContext<'_>, func: &Func, call: &Call) -> bool {
    let of_tx =
        receiver(cx, call).is_some_and(|recv| cx.is_type_or_pointer(func.values[recv].ty, "database/sql", "Tx"));
    of_tx
        && func.values.iter().any(|value| match &value.op {
            Op::Defer(call) => {
                let ends = |call: &Call| {
                    cx.callee(call)
                        .is_some_and(|method| matches!(cx.name_of(method), "Rollback" | "Commit"))
                };
                ends(call)
                    || cx.called_function(func, call).is_some_and(|body| {
                        let values = &cx.ir.funcs[body].values;
                        values
                            .iter()
                            .any(|value| matches!(&value.op, Op::Call(call) if ends(call)))
                    })
            }
            _ => false,
        })
}

struct Pooled<'c, 'a> {
    cx: &'c RuleContext<'a>,
    func: &'c Func,
    made: &'c Made,
    /// Whether the function gives such a thing back somewhere; then what it hands to others is lent.
    is_owner: Option<bool>,
}

impl<'a> Pooled<'_, 'a> {
    /// The method that a call calls on one of the values followed.
    fn method(&self, held: &Held, call: &Call) -> Option<&'a str> {
        let (recv, method) = match call.callee {
            Callee::Interface { recv, method } => (recv, method),
            Callee::Static(obj) => (receiver(self.cx, call)?, obj),
            _ => return None,
        };
        (held.slot(recv) == Some(THING)).then(|| self.cx.name_of(method))
    }

    fn is_owner(&mut self) -> bool {
        let (cx, func, made) = (self.cx, self.func, self.made);
        *self.is_owner.get_or_insert_with(|| {
            func.values.iter().any(|value| match &value.op {
                Op::Call(call) | Op::Defer(call) => {
                    let is_method = matches!(call.callee, Callee::Interface { .. }) || receiver(cx, call).is_some();
                    is_method && cx.callee(call).is_some_and(|method| made.releases(cx.name_of(method)))
                }
                _ => false,
            })
        })
    }

    fn is_kept_by_method(&mut self, held: &Held, call: &Call) -> bool {
        self.cx.called_body(OWN, self.func, call).is_some() && !self.is_lent(held, call)
    }

    /// Whether a call gets the thing as an argument and neither gives it back nor keeps it.
    fn is_lent(&mut self, held: &Held, call: &Call) -> bool {
        let (cx, func) = (self.cx, self.func);
        let made = self.made;
        let reads = |func: &Func, user: ValueId, same: &FxHashSet<ValueId>| {
            let Op::Call(call) = func.op(user) else { return false };
            let (recv, method) = match call.callee {
                Callee::Interface { recv, method } => (Some(recv), method),
                Callee::Static(obj) => (receiver(cx, call), obj),
                _ => return false,
            };
            let name = cx.name_of(method);
            // What reads to the end closes.
            recv.is_some_and(|recv| same.contains(&recv)) && !made.releases(name) && !name.starts_with("Next")
        };
        if is_left_alone(cx, OWN, func, call, &|value| held.slot(value).is_some(), &reads) {
            return true;
        }
        let is_known = cx.called_body(OWN, func, call).is_some();
        let name = cx.callee(call).map_or("", |obj| cx.name_of(obj));
        !is_known && !name.is_empty() && !is_cleanup(name) && !ends(name) && self.is_owner()
    }
}

/// Whether a name says that a function reads or ends what it gets.
fn ends(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "commit", "finish", "end", "done", "scan", "collect", "read", "all", "rows", "defer",
    ]
    .iter()
    .any(|word| name.contains(word))
}

impl Owned for Pooled<'_, '_> {
    fn used(&mut self, held: &Held, user: ValueId) -> Step {
        let func = self.func;
        let op = func.op(user);
        match op {
            // A wrapper has the methods of what it embeds.
            Op::FieldAddr { base, .. } | Op::Field { base, .. } if held.slot(*base) == Some(THING) => Step::Same,
            Op::Load(addr) if held.slot(*addr) == Some(THING) => Step::Same,
            Op::Binary(..) | Op::Load(_) => Step::Go,
            Op::Call(call) | Op::Defer(call) => match self.method(held, call) {
                Some(name) if self.made.releases(name) => Step::Settled,
                Some(name) if self.made.releases("Scan") && name.ends_with("Scan") => Step::Settled,
                Some("Hijack") => Step::Settled,
                // A method of the package may keep its receiver in what it returns.
                Some(_) if self.is_kept_by_method(held, call) => Step::Settled,
                Some(_) => Step::Go,
                None if hands(held, call) && matches!(op, Op::Call(_)) && self.is_lent(held, call) => Step::Go,
                None => Step::Settled,
            },
            _ => Step::Settled,
        }
    }

    /// `rows.Next()` closes the rows when there are no more.
    fn is_settled_by(&mut self, held: &Held, cond: ValueId, taken: bool) -> bool {
        let (cond, taken) = stripped(self.func, cond, taken);
        match self.func.op(cond) {
            Op::Call(call) => !taken && self.method(held, call) == Some("Next"),
            _ => false,
        }
    }
}
