use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Call, Callee, Func, Op, ValueId};
use gosleuth_types::Type;
use rustc_hash::FxHashSet;

use crate::context::{OWN, RuleContext};
use crate::flow::{Held, Step, has, results};
use crate::goroutines::arguments;
use crate::handed::is_left_alone;
use crate::models::Behaviour;
use crate::owned::{Owned, Words, lost, report_lost, used_unchecked};
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds paths on which the body of an HTTP response is neither closed nor handed on, and responses that are used before the error is
    /// looked at.
    ///
    /// ## Why it is bad
    ///
    /// An open body keeps its connection and the two goroutines that serve it. When the error is not nil the response is nil, and
    /// using it panics.
    ///
    /// ## Example
    ///
    /// ```go
    /// func size(client *http.Client, url string) (int64, error) {
    ///     resp, err := client.Get(url)
    ///     if err != nil {
    ///         return 0, err
    ///     }
    ///     if resp.StatusCode != http.StatusOK {
    ///         return 0, errors.New(resp.Status)
    ///     }
    ///     defer resp.Body.Close()
    ///     return io.Copy(io.Discard, resp.Body)
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func size(client *http.Client, url string) (int64, error) {
    ///     resp, err := client.Get(url)
    ///     if err != nil {
    ///         return 0, err
    ///     }
    ///     defer resp.Body.Close()
    ///     if resp.StatusCode != http.StatusOK {
    ///         return 0, errors.New(resp.Status)
    ///     }
    ///     return io.Copy(io.Discard, resp.Body)
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// A response or body that is passed to a function which is not known to only read it, stored, returned or captured counts as handed on.
    /// Functions of your own that return responses are not known; declare them as models with the behaviour `response`. Tests are left
    /// out: their servers end with them.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Resources, 3),
        name: "response-body-not-closed",
        summary: "the body of an HTTP response is not closed on some path",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::Safe,
        symptoms: &[Symptom::Other("goroutines in `net/http.(*persistConn).readLoop` and `writeLoop` that become more and more")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for func in cx.ir.funcs.iter() {
        for (id, value) in func.values.iter_enumerated() {
            let Op::Call(call) = &value.op else { continue };
            if !has(cx.call_models(call), Behaviour::Response) {
                continue;
            }
            let results = results(func, id);
            let (Some(&response), Some(&error)) = (results.get(&0), results.get(&1)) else {
                continue;
            };
            if !cx.is_type_or_pointer(func.values[response].ty, "net/http", "Response") {
                continue;
            }
            let span = cx.span_of(func, id);
            if let Some(user) = used_unchecked(cx, func, span, false) {
                cx.report(
                    &RULE.info,
                    func.file,
                    user,
                    "this uses the response before the error is looked at",
                )
                .related(func.file, span, "the response may be nil when this fails")
                .why("the response is nil when the request failed, so the use panics instead of reporting the error")
                .action("return on the error first, then use the response")
                .push(sink);
            }
            if cx.files[func.file].is_test {
                continue;
            }
            let mut rule = Body {
                cx,
                func,
                bodies: FxHashSet::default(),
            };
            if let Some(lost) = lost(cx, func, id, response, Some(error), &mut rule) {
                let words = Words {
                    message: "the body of this response is not closed on every path".to_owned(),
                    why: "an open body keeps the connection and two goroutines of the client",
                    action: "add `defer resp.Body.Close()` behind the check of the error".to_owned(),
                    at_return: "the body is still open here".to_owned(),
                    at_round: "the next round begins with the body still open".to_owned(),
                    release: ".Body.Close()",
                };
                report_lost(cx, &RULE.info, func, id, lost, &words, sink);
            }
        }
    }
}

struct Body<'c, 'a> {
    cx: &'c RuleContext<'a>,
    func: &'c Func,
    /// Values that are the body, or its address.
    bodies: FxHashSet<ValueId>,
}

impl Owned for Body<'_, '_> {
    fn used(&mut self, held: &Held, user: ValueId) -> Step {
        match self.func.op(user) {
            Op::FieldAddr { field, .. } | Op::Field { field, .. } => {
                if !self.is_body_field(user, *field) {
                    return Step::Go;
                }
                self.bodies.insert(user);
                if self.body_is_settled(user) {
                    Step::Settled
                } else {
                    Step::Go
                }
            }
            // What the response says about itself.
            Op::Call(call) if self.is_reading_method(call) => Step::Go,
            Op::Binary(..) | Op::Load(_) => Step::Go,
            Op::Call(call) if self.is_left_open(call, &|value| held.slot(value).is_some()) => Step::Go,
            _ => Step::Settled,
        }
    }

    /// `resp.Body != nil`
    fn is_settled_by_nil(&mut self, value: ValueId, is_nil: bool) -> bool {
        is_nil && matches!(self.func.op(value), Op::Load(addr) if self.bodies.contains(addr))
    }
}

impl Body<'_, '_> {
    fn is_body_field(&self, access: ValueId, field: u32) -> bool {
        is_body_field(self.cx, self.func, access, field)
    }

    /// Whether a function that is known, here or in another package, only reads from a response or body.
    fn is_left_open(&self, call: &Call, is_value: &dyn Fn(ValueId) -> bool) -> bool {
        let cx = self.cx;
        let reads = |func: &Func, user: ValueId, same: &FxHashSet<ValueId>| match func.op(user) {
            Op::FieldAddr { field, .. } | Op::Field { field, .. } => !is_body_field(cx, func, user, *field),
            Op::Call(call) => match call.callee {
                Callee::Interface { recv, method } => {
                    same.contains(&recv)
                        && cx.name_of(method) == "Read"
                        && !call.args.iter().any(|arg| same.contains(arg))
                }
                _ => {
                    let arguments = arguments(cx, call);
                    let borrowed: Vec<_> = cx
                        .call_models(call)
                        .iter()
                        .filter(|model| model.behaviour == Behaviour::Borrow)
                        .filter_map(|model| arguments.get(model.argument as usize))
                        .collect();
                    call.args
                        .iter()
                        .all(|arg| !same.contains(arg) || borrowed.contains(&arg))
                }
            },
            _ => false,
        };
        is_left_alone(cx, OWN, self.func, call, is_value, &reads)
    }

    /// Whether any use of the body closes it or hands it on. Which path that is on matters little: the access itself is on this one.
    fn body_is_settled(&self, access: ValueId) -> bool {
        let mut bodies = vec![access];
        let mut at = 0;
        while at < bodies.len() {
            let body = bodies[at];
            at += 1;
            for (id, value) in self.func.values.iter_enumerated() {
                let mut uses = false;
                value.op.for_each_operand(|operand| uses |= operand == body);
                if !uses {
                    continue;
                }
                match &value.op {
                    Op::Load(_) | Op::Convert(_) | Op::MakeInterface(_) | Op::Held(_) => {
                        if !bodies.contains(&id) {
                            bodies.push(id);
                        }
                    }
                    Op::Binary(..) => {}
                    Op::Call(call) | Op::Defer(call) => match call.callee {
                        Callee::Interface { recv, method } if recv == body => {
                            if self.cx.name_of(method) != "Read" {
                                return true;
                            }
                        }
                        _ if self.borrows(call, body) => {}
                        _ if self.is_left_open(call, &|value| value == body) => {}
                        _ => return true,
                    },
                    // Another body in its place: nobody knows what becomes of this one.
                    _ => return true,
                }
            }
            // Values returned are in terminators.
            let is_returned =
                self.func.blocks.iter().any(
                    |block| matches!(&block.end, gosleuth_ir::Terminator::Return(values) if values.contains(&body)),
                );
            if is_returned {
                return true;
            }
        }
        false
    }

    fn borrows(&self, call: &Call, body: ValueId) -> bool {
        let arguments = arguments(self.cx, call);
        self.cx
            .call_models(call)
            .iter()
            .filter(|model| model.behaviour == Behaviour::Borrow)
            .any(|model| arguments.get(model.argument as usize) == Some(&body))
    }

    fn is_reading_method(&self, call: &Call) -> bool {
        self.cx.callee_symbol(call).is_some_and(|symbol| {
            matches!(
                &*symbol,
                "net/http.(*Response).Cookies" | "net/http.(*Response).Location" | "net/http.(*Response).ProtoAtLeast"
            )
        })
    }
}

fn is_body_field(cx: &RuleContext<'_>, func: &Func, access: ValueId, field: u32) -> bool {
    let (Op::FieldAddr { base, .. } | Op::Field { base, .. }) = func.op(access) else {
        return false;
    };
    let ty = func.values[*base].ty;
    let ty = cx.pointee(ty).unwrap_or(ty);
    matches!(cx.under(ty), Type::Struct(fields)
        if fields.get(field as usize).is_some_and(|field| cx.text(field.name) == "Body"))
}
