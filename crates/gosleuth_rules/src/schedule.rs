//! Explored schedules in the words of a reader: who does what to which channel or lock, where, and what each waits for at the end.

use gosleuth_base::{Location, ScheduleStep};
use gosleuth_ir::{Callee, FuncId, Op};
use gosleuth_model::{Failure, FailureKind, FuncKey, Site, Step};
use gosleuth_syntax::ast::Span;

use crate::context::{OWN, PackageInput, RuleContext};

/// The steps that lead to a failure of an explored function, then where each goroutine that can never proceed stands.
pub(crate) fn steps(cx: &RuleContext<'_>, root: FuncId, failure: &Failure) -> Vec<ScheduleStep> {
    let names = Names { cx, root, failure };
    let waits = matches!(failure.kind, FailureKind::Deadlock | FailureKind::Leak);
    let mut told = failure.schedule.as_slice();
    // A panic is told as the end; what is deferred behind it changes nothing.
    if let Some(blocked) = failure.blocked.first().filter(|_| !waits) {
        let is_panic = |step: &Step| (step.goroutine, step.site) == (blocked.goroutine, blocked.site);
        told = &told[..told.iter().rposition(is_panic).unwrap_or(told.len())];
    }
    let mut started = 0;
    let mut steps = Vec::new();
    for step in told {
        started += u32::from(step.operation == "go");
        if !matches!(step.operation, "access" | "yield") {
            steps.push(names.step(step, started));
        }
    }
    steps.extend(failure.blocked.iter().map(|blocked| {
        let (action, waits_for) = if waits {
            let awaited = awaited(blocked.operation).to_owned();
            (action(cx, blocked.operation, blocked.site), Some(awaited))
        } else {
            (panicking(cx, failure.kind, blocked.site), None)
        };
        ScheduleStep {
            goroutine: names.goroutine(blocked.goroutine),
            action,
            partner: None,
            waits_for,
            location: location(cx, shown(failure, root, blocked.goroutine, blocked.site, blocked.shown)),
        }
    }));
    steps
}

/// Places and failures of explored functions, as a reader of the source sees them.
pub struct Reader<'a> {
    cx: RuleContext<'a>,
}

impl<'a> Reader<'a> {
    /// A reader of a package.
    pub fn new(input: &PackageInput<'a>) -> Self {
        Self {
            cx: RuleContext::new(input),
        }
    }

    /// The steps that lead to a failure of a function, then where each goroutine that can never proceed stands.
    pub fn steps(&self, root: FuncId, failure: &Failure) -> Vec<ScheduleStep> {
        steps(&self.cx, root, failure)
    }

    /// Where a site is.
    pub fn location(&self, site: Site) -> Location {
        // What is written in another package has a name only.
        if site.func.unit != OWN {
            let name = self.cx.shown_name(site.func);
            return Location {
                file: name.clone(),
                line: 0,
                column: 0,
                end_line: 0,
                end_column: 0,
                function: name,
            };
        }
        location(&self.cx, site)
    }

    /// The channel, lock or counter of an operation as it is written, if that is short. `operation` is in the words of a goroutine dump.
    pub fn subject(&self, operation: &str, site: Site) -> Option<String> {
        subject(&self.cx, operation, site)
    }

    /// The function with a name that a `go` statement starts.
    pub fn started(&self, site: Site) -> Option<String> {
        started_function(&self.cx, site)
    }
}

struct Names<'c, 'a> {
    cx: &'c RuleContext<'a>,
    root: FuncId,
    failure: &'c Failure,
}

impl Names<'_, '_> {
    fn step(&self, step: &Step, started: u32) -> ScheduleStep {
        let partner = match (step.operation, step.partner) {
            ("go", _) => Some(self.goroutine(started)),
            (_, Some((partner, _))) => Some(self.goroutine(partner)),
            _ => None,
        };
        let action = match (step.operation, &partner) {
            ("go", Some(new)) => format!("starts {new}"),
            (operation, Some(taker)) => format!("{}, which {taker} takes", action(self.cx, operation, step.site)),
            (operation, None) => action(self.cx, operation, step.site),
        };
        ScheduleStep {
            goroutine: self.goroutine(step.goroutine),
            action,
            partner,
            waits_for: None,
            location: location(self.cx, self.shown(step)),
        }
    }

    fn shown(&self, step: &Step) -> Site {
        shown(self.failure, self.root, step.goroutine, step.site, step.shown)
    }

    /// `goroutine 2 (worker)`, or the name of the root.
    fn goroutine(&self, number: u32) -> String {
        if number == 0 {
            return self.cx.ir.funcs[self.root].name.clone();
        }
        match started(self.failure, number).and_then(|site| started_function(self.cx, site)) {
            Some(name) => format!("goroutine {number} ({name})"),
            None => format!("goroutine {number}"),
        }
    }
}

/// The function with a name that a `go` statement starts.
fn started_function(cx: &RuleContext<'_>, site: Site) -> Option<String> {
    let func = cx.body(site.func);
    func.values.iter().find_map(|value| match &value.op {
        Op::Go(call) if value.pos == site.pos => match call.callee {
            Callee::Static(obj) => Some(cx.name_of(obj).to_owned()),
            _ => None,
        },
        _ => None,
    })
}

/// The `go` statement of a goroutine, or the call in this package that leads to it.
pub(crate) fn created(failure: &Failure, root: FuncId, goroutine: u32) -> Option<Site> {
    let site = started(failure, goroutine)?;
    if site.func.unit == OWN {
        return Some(site);
    }
    let step = start(failure, goroutine)?;
    Some(shown(failure, root, step.goroutine, step.site, step.shown))
}

/// The step that starts a goroutine: the goroutines of a schedule are numbered in the order in which they are started.
fn start(failure: &Failure, goroutine: u32) -> Option<&Step> {
    let mut starts = failure.schedule.iter().filter(|step| step.operation == "go");
    starts.nth(goroutine.checked_sub(1)? as usize)
}

/// Where a goroutine is to be shown that stands at a site: there, or at the call in this package that leads there.
pub(crate) fn shown(failure: &Failure, root: FuncId, goroutine: u32, site: Site, known: Option<Site>) -> Site {
    if site.func.unit == OWN {
        return site;
    }
    let step = || {
        let mut steps = failure.schedule.iter().rev();
        steps
            .find(|step| (step.goroutine, step.site) == (goroutine, site))?
            .shown
    };
    if let Some(known) = known.or_else(step) {
        return known;
    }
    match start(failure, goroutine) {
        // Goroutines are started by those with lower numbers.
        Some(by) if by.goroutine < goroutine => shown(failure, root, by.goroutine, by.site, by.shown),
        _ => Site {
            func: FuncKey { unit: OWN, func: root },
            pos: 0,
        },
    }
}

/// The `go` statement of a goroutine.
fn started(failure: &Failure, goroutine: u32) -> Option<Site> {
    let blocked = failure.blocked.iter().find(|blocked| blocked.goroutine == goroutine);
    if let Some(blocked) = blocked {
        return blocked.created;
    }
    start(failure, goroutine).map(|step| step.site)
}

/// The file and range that a step is about.
pub(crate) fn place(cx: &RuleContext<'_>, site: Site) -> (usize, Span) {
    let func = cx.body(site.func);
    let value = func.values.iter_enumerated().find(|(_, value)| {
        value.pos == site.pos
            && matches!(
                value.op,
                Op::Call(_) | Op::Defer(_) | Op::Go(_) | Op::Recv { .. } | Op::Send { .. } | Op::MakeChan { .. }
            )
    });
    match value {
        Some((value, _)) => (func.file, cx.span_of(func, value)),
        None => {
            let pos = site.pos.max(func.span.start);
            (func.file, Span::new(pos, pos + 1))
        }
    }
}

/// [`place`] as lines and columns.
pub(crate) fn location(cx: &RuleContext<'_>, site: Site) -> Location {
    let (file, span) = place(cx, site);
    cx.location(file, span)
}

/// What a goroutine does there: `locks s.mu`.
fn action(cx: &RuleContext<'_>, operation: &str, site: Site) -> String {
    let subject = subject(cx, operation, site);
    let or = |other: &'static str| subject.as_deref().unwrap_or(other);
    let mut text = match operation {
        "chan send" => format!("sends to {}", or("the channel")),
        "chan receive" => format!("receives from {}", or("the channel")),
        "close" => format!("closes {}", or("the channel")),
        "lock" => format!("locks {}", or("the lock")),
        "unlock" => format!("unlocks {}", or("the lock")),
        "rlock" => format!("locks {} for reading", or("the lock")),
        "runlock" => format!("unlocks {} for reading", or("the lock")),
        "trylock" => format!("tries to lock {}", or("the lock")),
        "cancel" => "cancels the context".to_owned(),
        "sync.WaitGroup.Wait" => format!("calls {}.Wait", or("WaitGroup")),
        "sync.WaitGroup.Done" => format!("calls {}.Done", or("WaitGroup")),
        "sync.WaitGroup.Add" => format!("calls {}.Add", or("WaitGroup")),
        "sync.Cond.Wait" => format!("calls {}.Wait", or("Cond")),
        "sync.Cond.Signal" => format!("signals {}", or("the Cond")),
        "sync.Cond.Broadcast" => format!("signals all who wait for {}", or("the Cond")),
        "sync.Once.Do" => format!("runs the function of {}", or("the Once")),
        other => words(other).to_owned(),
    };
    if is_deferred(cx, site) {
        text.push_str(" (deferred)");
    }
    if site.func.unit != OWN {
        text.push_str(&format!(" in {}", cx.shown_name(site.func)));
    }
    text
}

fn panicking(cx: &RuleContext<'_>, kind: FailureKind, site: Site) -> String {
    let (operation, why) = match kind {
        FailureKind::SendOnClosed => ("chan send", "which is closed: panic"),
        FailureKind::CloseOfClosed => ("close", "which is closed already: panic"),
        FailureKind::CloseOfNil => ("close", "which is nil: panic"),
        FailureKind::NegativeCounter => ("sync.WaitGroup.Done", "and the counter is below zero: panic"),
        FailureKind::UnlockOfUnlocked => ("unlock", "which nobody holds: the process dies"),
        FailureKind::Deadlock | FailureKind::Leak => ("", ""),
    };
    format!("{}, {why}", action(cx, operation, site))
}

fn is_deferred(cx: &RuleContext<'_>, site: Site) -> bool {
    let func = cx.body(site.func);
    func.values
        .iter()
        .any(|value| value.pos == site.pos && matches!(value.op, Op::Defer(_)))
}

/// The channel, lock or counter as it is written there, if that is short and on one line.
fn subject(cx: &RuleContext<'_>, operation: &str, site: Site) -> Option<String> {
    let text = cx.files.get(cx.body(site.func).file)?.text;
    let line_end = |from: usize| {
        text[from..]
            .iter()
            .position(|&byte| byte == b'\n')
            .map_or(text.len(), |at| from + at)
    };
    let at = (site.pos as usize).min(text.len());
    let rest = std::str::from_utf8(&text[at..line_end(at)]).ok()?;
    let rest = rest.strip_prefix("defer ").unwrap_or(rest).trim_start();
    let found = match operation {
        "chan send" => {
            let start = text[..at]
                .iter()
                .rposition(|&byte| byte == b'\n')
                .map_or(0, |at| at + 1);
            operand_before(std::str::from_utf8(&text[start..at]).ok()?)
        }
        "chan receive" if rest.starts_with("<-") => operand(rest[2..].trim_start()),
        "chan receive" => operand(rest.split_once("range ").map_or(rest, |(_, expr)| expr).trim_start()),
        "close" => operand(rest.strip_prefix("close(")?),
        _ => method_receiver(rest)?,
    };
    let is_usual = !found.is_empty() && found.len() <= 40 && found.starts_with(|c: char| c.is_alphabetic() || c == '_');
    is_usual.then(|| found.to_owned())
}

/// The operand that a text begins with: names, selectors, and calls and indices with what is in them.
fn operand(text: &str) -> &str {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' if depth == 0 => return &text[..at],
            ')' | ']' => depth -= 1,
            c if depth > 0 || c.is_alphanumeric() || c == '_' || c == '.' => {}
            _ => return &text[..at],
        }
    }
    text
}

/// The operand that a text ends with.
fn operand_before(text: &str) -> &str {
    let text = text.trim_end();
    let mut depth = 0_u32;
    for (at, c) in text.char_indices().rev() {
        match c {
            ')' | ']' => depth += 1,
            '(' | '[' if depth == 0 => return &text[at + 1..],
            '(' | '[' => depth -= 1,
            c if depth > 0 || c.is_alphanumeric() || c == '_' || c == '.' => {}
            c => return &text[at + c.len_utf8()..],
        }
    }
    text
}

/// `s.mu` of `s.mu.Lock()`.
fn method_receiver(text: &str) -> Option<&str> {
    let call = operand(text);
    let open = call.rfind('(')?;
    let dot = call[..open].rfind('.')?;
    Some(&call[..dot])
}

/// An operation as a reader says it.
pub(crate) fn words(operation: &str) -> &str {
    match operation {
        "chan send" => "sends to the channel",
        "chan receive" => "receives from the channel",
        "chan send (nil chan)" => "sends to a nil channel",
        "chan receive (nil chan)" => "receives from a nil channel",
        "select" => "selects",
        "select (no cases)" => "waits in a select without cases",
        "close" => "closes the channel",
        "lock" => "locks",
        "unlock" => "unlocks",
        "rlock" => "locks for reading",
        "runlock" => "unlocks for reading",
        "trylock" => "tries to lock",
        "go" => "starts a goroutine",
        "cancel" => "cancels the context",
        "sync.WaitGroup.Wait" => "waits for the WaitGroup",
        "sync.WaitGroup.Done" => "calls Done",
        "sync.WaitGroup.Add" => "calls Add",
        "sync.Cond.Wait" => "waits for the Cond",
        "sync.Cond.Signal" => "signals",
        "sync.Cond.Broadcast" => "broadcasts",
        "sync.Once.Do" => "runs the Once",
        other => other,
    }
}

/// What ends the wait of an operation.
fn awaited(operation: &str) -> &'static str {
    match operation {
        "chan send" => "a receiver, who never comes",
        "chan receive" => "a sender or a close, which never comes",
        "select" => "one of the cases, none of which can happen any more",
        "lock" | "rlock" => "the lock, which is never released",
        "sync.WaitGroup.Wait" => "the counter, which never reaches zero",
        "sync.Cond.Wait" => "a signal, which never comes",
        "sync.Once.Do" => "the function of the Once, which never returns",
        _ => "nothing that can happen",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operands_as_they_are_written() {
        assert_eq!(operand("s.done[i], 1"), "s.done[i]");
        assert_eq!(operand("ctx.Done():"), "ctx.Done()");
        assert_eq!(operand("ch)"), "ch");
        assert_eq!(operand_before("\tgo func() { s.ch "), "s.ch");
        assert_eq!(operand_before("\tcase out[f(1, 2)] "), "out[f(1, 2)]");
        assert_eq!(method_receiver("s.mu.Lock() // it"), Some("s.mu"));
        assert_eq!(method_receiver("s.locks(1).Lock()"), Some("s.locks(1)"));
        assert_eq!(method_receiver("unlock()"), None);
    }
}
