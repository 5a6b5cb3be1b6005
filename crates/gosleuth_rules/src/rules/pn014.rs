use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Callee, Func, Op, ValueId};
use gosleuth_types::{Builtin, ConstValue};
use rustc_hash::FxHashSet;

use crate::context::RuleContext;
use crate::places::addressed;
use crate::rule::rule;
use crate::same::{live, names_of, values};

rule! {
    /// ## What it does
    ///
    /// Finds elements and parts of slices whose position comes from a request, a message or another goroutine, and parts of split input
    /// behind the first, where the function compares neither the position nor the length.
    ///
    /// ## Why it is bad
    ///
    /// Whoever sends the input decides whether the index is out of range. In a handler the panic costs a request, in any other goroutine the
    /// process.
    ///
    /// ## Example
    ///
    /// ```go
    /// func token(r *http.Request) string {
    ///     parts := strings.Split(r.Header.Get("Authorization"), " ")
    ///     return parts[1]
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func token(r *http.Request) string {
    ///     parts := strings.Split(r.Header.Get("Authorization"), " ")
    ///     if len(parts) != 2 {
    ///         return ""
    ///     }
    ///     return parts[1]
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Input is what requests, readers of lines and channels give, within one function. Any comparison of the position, or of the length of
    /// what is indexed, counts as a check, wherever it stands. Tests are left out.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Panics, 14),
        name: "unchecked-index",
        summary: "an index comes from input and is not checked",
        set: RuleSet::Strict,
        severity: Severity::Warning,
        fix: FixAvailability::None,
        symptoms: &[
            Symptom::Death("panic: runtime error: index out of range"),
            Symptom::Death("panic: runtime error: slice bounds out of range"),
        ],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for func in cx.ir.funcs.iter() {
        if cx.files[func.file].is_test {
            continue;
        }
        let mut input = None;
        let mut known = FxHashSet::default();
        for (site, node) in live(func) {
            let (base, positions) = match &node.op {
                Op::IndexAddr { base, index } | Op::Index { base, index } => (*base, vec![*index]),
                Op::Slice { base, bounds } => (*base, bounds.iter().flatten().copied().collect()),
                _ => continue,
            };
            let input = input.get_or_insert_with(|| from_input(cx, func));
            let is_part = input.parts.contains(&base)
                && positions
                    .iter()
                    .any(|&index| matches!(func.op(index), Op::Const(ConstValue::Int(number)) if *number > 0));
            let from = positions.iter().find(|position| input.values.contains(position));
            if !is_part && from.is_none() {
                continue;
            }
            if is_length_asked(func, base) || from.is_some_and(|&position| is_compared(func, position)) {
                continue;
            }
            // The first one says it for all parts of the same text.
            if is_part && !known.insert(base) {
                continue;
            }
            let (message, why) = if is_part {
                (
                    "this panics when the input has fewer parts",
                    "whoever sends the input decides how many parts there are, and nothing here asks",
                )
            } else {
                (
                    "this panics when the input says a position that is out of range",
                    "the position comes from outside, and nothing here compares it with the length",
                )
            };
            cx.report(&RULE.info, func.file, cx.span_of(func, site), message)
                .why(why)
                .action("compare with `len` first, and say what the sender did wrong")
                .push(sink);
        }
    }
}

/// Values of a function that input decides.
struct Input {
    /// Texts and numbers.
    values: FxHashSet<ValueId>,
    /// What texts were cut into.
    parts: FxHashSet<ValueId>,
}

fn from_input(cx: &RuleContext<'_>, func: &Func) -> Input {
    let mut input = Input {
        values: FxHashSet::default(),
        parts: FxHashSet::default(),
    };
    let add = |set: &mut FxHashSet<ValueId>, value: ValueId| set.extend(names_of(func, value));
    for (id, node) in live(func) {
        let is_source = match &node.op {
            Op::Call(call) => cx.callee_symbol(call).is_some_and(|symbol| {
                symbol.starts_with("net/http.(*Request).") && !symbol.ends_with(".Context")
                    || matches!(
                        &*symbol,
                        "net/http.Header.Get"
                            | "net/url.Values.Get"
                            | "bufio.(*Scanner).Text"
                            | "bufio.(*Scanner).Bytes"
                            | "bufio.(*Reader).ReadString"
                            | "bufio.(*Reader).ReadBytes"
                            | "bufio.(*Reader).ReadLine"
                    )
                    || symbol.starts_with("encoding/binary.") && symbol.contains("Endian.Uint")
            }),
            Op::Load(addr) => is_path(cx, func, *addr),
            Op::Recv { .. } | Op::SelectRecv { .. } => true,
            _ => false,
        };
        if is_source {
            add(&mut input.values, id);
        }
    }
    // What is made of input is input.
    loop {
        let before = input.values.len() + input.parts.len();
        for (id, node) in live(func) {
            if input.values.contains(&id) || input.parts.contains(&id) {
                continue;
            }
            match &node.op {
                Op::Call(call) if call.args.iter().any(|arg| input.values.contains(arg)) => {
                    let Some(symbol) = cx.callee_symbol(call) else { continue };
                    match &*symbol {
                        "strings.Split" | "strings.SplitN" | "strings.Fields" | "bytes.Split" | "bytes.SplitN"
                        | "bytes.Fields" => add(&mut input.parts, id),
                        "strconv.Atoi" | "strconv.ParseInt" | "strconv.ParseUint" | "strings.TrimSpace"
                        | "strings.ToLower" | "strings.TrimPrefix" | "strings.TrimSuffix" => add(&mut input.values, id),
                        _ => {}
                    }
                }
                Op::Extract { tuple, index: 0 } if input.values.contains(tuple) => add(&mut input.values, id),
                Op::Field { base, .. } | Op::FieldAddr { base, .. } if input.values.contains(base) => {
                    add(&mut input.values, id);
                }
                Op::Binary(_, x, y) if input.values.contains(x) || input.values.contains(y) => {
                    add(&mut input.values, id);
                }
                _ => {}
            }
        }
        if before == input.values.len() + input.parts.len() {
            return input;
        }
    }
}

/// Whether an address is that of the path or query of a URL that came with a request.
fn is_path(cx: &RuleContext<'_>, func: &Func, addr: ValueId) -> bool {
    let Op::FieldAddr { base, .. } = func.op(addr) else {
        return false;
    };
    let name = addressed(cx, func, addr).map_or("", |obj| cx.name_of(obj));
    let of_request = match func.op(*base) {
        Op::Load(url) => addressed(cx, func, *url).is_some_and(|obj| cx.name_of(obj) == "URL"),
        _ => false,
    };
    of_request && matches!(name, "Path" | "RawQuery") && cx.is_type_or_pointer(func.values[*base].ty, "net/url", "URL")
}

/// Whether a function compares a position with something, or cuts it to size.
fn is_compared(func: &Func, position: ValueId) -> bool {
    use gosleuth_syntax::ast::BinaryOp;
    let position = match func.op(position) {
        Op::Convert(inner) => *inner,
        _ => position,
    };
    let names = names_of(func, position);
    let addr = match func.op(position) {
        Op::Load(addr) => Some(*addr),
        _ => None,
    };
    // `block.size` is another load each time.
    let is_same = |from: ValueId, addr: ValueId| {
        from == addr
            || match (func.op(from), func.op(addr)) {
                (Op::FieldAddr { base: a, field: x }, Op::FieldAddr { base: b, field: y }) => x == y && a == b,
                _ => false,
            }
    };
    let is_it = |value: ValueId| {
        let value = match func.op(value) {
            Op::Convert(inner) => *inner,
            _ => value,
        };
        names.contains(&value) || matches!((func.op(value), addr), (Op::Load(from), Some(addr)) if is_same(*from, addr))
    };
    matches!(func.op(position), Op::Binary(BinaryOp::Rem | BinaryOp::And, ..))
        || values(func).any(|value| match &value.op {
            Op::Binary(
                BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual | BinaryOp::Equal,
                x,
                y,
            ) => is_it(*x) || is_it(*y),
            // `isValid(i)`
            Op::Call(call) => call.args.iter().any(|&arg| is_it(arg)),
            _ => false,
        })
}

/// Whether a function asks for the length of a slice, or ranges over it.
fn is_length_asked(func: &Func, base: ValueId) -> bool {
    let names = names_of(func, base);
    let addr = match func.op(base) {
        Op::Load(addr) => Some(*addr),
        _ => None,
    };
    values(func).any(|value| match &value.op {
        Op::Call(call) if call.callee == Callee::Builtin(Builtin::Len) => call.args.iter().any(|&arg| {
            names.contains(&arg) || matches!((func.op(arg), addr), (Op::Load(from), Some(addr)) if *from == addr)
        }),
        _ => false,
    })
}
