//! A model in Promela, the language of SPIN (Holzmann, 2003).
//!
//! Each goroutine is a process, each of its states a label. Channels without buffer are rendezvous; what Promela does not have is spelled out
//! with variables: whether a channel is closed, who holds a lock, how much a counter counts. An invalid end state is a goroutine that can never
//! proceed, where the model is [exact](Model::exact); else such a state may come of choices that the program does not have.

use std::fmt::Write as _;

use crate::automaton::{Action, End, Local, LocalStep, Model, Object, ObjectKind};
use crate::program::Site;

/// Room of a channel in SPIN.
const MAX_CAPACITY: u32 = 255;

/// Writes a model in Promela. `place` says where a site is, for comments.
pub fn promela(model: &Model, name: &str, place: impl Fn(Site) -> String) -> String {
    let mut text = format!("/* {} */\n", comment(name));
    if !model.exact {
        text.push_str("/* It can do more than the program: some choices depend on values that are not here. */\n");
    }
    text.push_str("bool over;\n");
    for (number, object) in model.objects.iter().enumerate() {
        let at = object.made.or(object.used).map_or_else(String::new, &place);
        let _ = match object.kind {
            ObjectKind::Channel | ObjectKind::Timer | ObjectKind::Ticker | ObjectKind::Context => writeln!(
                text,
                "chan c{number} = [{}] of {{ bit }}; bool closed{number}; /* {} */",
                object.capacity.min(MAX_CAPACITY),
                comment(&at)
            ),
            ObjectKind::Lock => writeln!(
                text,
                "bool held{number}; byte readers{number}; byte announced{number}; /* lock, {} */",
                comment(&at)
            ),
            ObjectKind::Counter => writeln!(text, "int count{number}; /* counter, {} */", comment(&at)),
            ObjectKind::Cond => writeln!(
                text,
                "byte waiting{number}; byte woken{number}; /* condition, {} */",
                comment(&at)
            ),
            ObjectKind::Once => writeln!(text, "byte once{number}; /* Once, {} */", comment(&at)),
        };
    }
    for (number, goroutine) in model.goroutines.iter().enumerate() {
        let _ = writeln!(
            text,
            "\nproctype G{number}() {{\n{{\n\tgoto {};",
            label(&goroutine.states[0], 0)
        );
        for at in 0..goroutine.states.len() {
            process_state(&mut text, &goroutine.states, at, &model.objects, &place);
        }
        text.push_str("done: skip\n} unless { over }\n}\n");
    }
    for (number, action) in model.environment.iter().enumerate() {
        let (guard, effects) = statement(action, &model.objects);
        let _ = writeln!(text, "\nproctype E{number}() {{\n\tatomic {{ {guard}{effects} }}\n}}");
    }
    text.push_str("\ninit {\n\tatomic {\n\t\trun G0();\n");
    for number in 0..model.environment.len() {
        let _ = writeln!(text, "\t\trun E{number}();");
    }
    text.push_str("\t\tskip\n\t}\n}\n");
    text
}

/// Text that does not end a comment.
fn comment(text: &str) -> String {
    text.replace("*/", "* /").replace('\n', " ")
}

fn process_state(text: &mut String, states: &[Local], at: usize, objects: &[Object], place: &impl Fn(Site) -> String) {
    let state = &states[at];
    let shown = state.site.map_or_else(String::new, |site| {
        format!(
            " /* {} */",
            comment(format!("{} {}", place(site), state.operation).trim())
        )
    });
    let _ = writeln!(text, "{}:{shown}", label(state, at));
    match state.end {
        End::Runs => {}
        End::Returned => {
            text.push_str("\tgoto done;\n");
            return;
        }
        End::Panicked | End::Exited => {
            text.push_str("\tover = true; goto done;\n");
            return;
        }
    }
    if state.steps.is_empty() {
        text.push_str("\tfalse;\n");
        return;
    }
    text.push_str("\tif\n");
    for step in &state.steps {
        let to = &states[step.to as usize];
        let (guard, effects) = guarded(step, to, objects);
        let mut starts = String::new();
        for &new in &step.starts {
            let _ = write!(starts, "; run G{new}()");
        }
        let label = label(to, step.to as usize);
        let _ = writeln!(text, "\t:: atomic {{ {guard}{effects}{starts}; goto {label} }}");
    }
    text.push_str("\tfi;\n");
}

/// The label of a state. Nothing is wrong with who stands where the search stopped, or where the program wants to block.
fn label(state: &Local, number: usize) -> String {
    let may_end = state.open || state.operation == "select (no cases)";
    format!("{}S{number}", if may_end { "end_" } else { "" })
}

/// [`statement`] of a step, with what tells apart whether a counter gets below zero.
fn guarded(step: &LocalStep, to: &Local, objects: &[Object]) -> (String, String) {
    match step.action {
        Action::Add(counter, count) => {
            let compare = if to.end == End::Panicked { "<" } else { ">=" };
            (
                format!("(count{counter} + ({count}) {compare} 0)"),
                format!(" -> count{counter} = count{counter} + ({count})"),
            )
        }
        _ => statement(&step.action, objects),
    }
}

/// When an action can happen, and what it does then.
fn statement(action: &Action, objects: &[Object]) -> (String, String) {
    let plain = |guard: String| (guard, String::new());
    match action {
        Action::Send(chan) => plain(format!("c{chan}!1")),
        Action::Receive(chan) => plain(format!("c{chan}?_")),
        Action::Fire(chan) => plain(format!("c{chan}!1")),
        Action::SendClosed(chan) | Action::CloseClosed(chan) => plain(format!("closed{chan}")),
        Action::ReceiveClosed(chan) => plain(format!("(closed{chan} && len(c{chan}) == 0)")),
        Action::Close(chan) => (format!("!closed{chan}"), format!(" -> closed{chan} = true")),
        Action::Default(cases) => {
            let idle: Vec<String> = cases.iter().filter_map(|case| not_certain(case, objects)).collect();
            plain(match idle.is_empty() {
                true => "true".to_owned(),
                false => format!("({})", idle.join(" && ")),
            })
        }
        Action::Lock(lock) => (
            format!("(!held{lock} && readers{lock} == 0)"),
            format!(" -> held{lock} = true"),
        ),
        Action::Announce(lock) => (
            format!("(!held{lock} && readers{lock} > 0)"),
            format!(" -> announced{lock}++"),
        ),
        Action::LockAnnounced(lock) => (
            format!("(!held{lock} && readers{lock} == 0)"),
            format!(" -> held{lock} = true; announced{lock}--"),
        ),
        Action::ReadLock(lock) => (
            format!("(!held{lock} && announced{lock} == 0)"),
            format!(" -> readers{lock}++"),
        ),
        Action::TryLock { lock, write, taken } => {
            let free = match write {
                true => format!("(!held{lock} && readers{lock} == 0)"),
                false => format!("(!held{lock} && announced{lock} == 0)"),
            };
            match (taken, write) {
                (false, _) => plain(format!("!{free}")),
                (true, true) => (free, format!(" -> held{lock} = true")),
                (true, false) => (free, format!(" -> readers{lock}++")),
            }
        }
        Action::Unlock(lock) => (format!("held{lock}"), format!(" -> held{lock} = false")),
        Action::ReadUnlock(lock) => (format!("(readers{lock} > 0)"), format!(" -> readers{lock}--")),
        Action::UnlockUnlocked(lock) => plain(format!("(!held{lock} || readers{lock} == 0)")),
        Action::Add(counter, count) => (
            "true".to_owned(),
            format!(" -> count{counter} = count{counter} + ({count})"),
        ),
        Action::Wait(counter) => plain(format!("(count{counter} <= 0)")),
        Action::CondWait { cond, lock } => {
            let unlock = match lock {
                Some((lock, true)) => format!("; held{lock} = false"),
                Some((lock, false)) => format!("; readers{lock}--"),
                None => String::new(),
            };
            ("true".to_owned(), format!(" -> waiting{cond}++{unlock}"))
        }
        Action::Woken(cond) => (format!("(woken{cond} > 0)"), format!(" -> woken{cond}--")),
        Action::Signal(cond, true) => (
            "true".to_owned(),
            format!(" -> woken{cond} = woken{cond} + waiting{cond}; waiting{cond} = 0"),
        ),
        Action::Signal(cond, false) => (
            "true".to_owned(),
            format!(" -> if :: waiting{cond} > 0 -> waiting{cond}--; woken{cond}++ :: else -> skip fi"),
        ),
        Action::OnceRun(once) => (format!("(once{once} == 0)"), format!(" -> once{once} = 1")),
        Action::OnceDone(once) => ("true".to_owned(), format!(" -> once{once} = 2")),
        Action::OncePass(once) => plain(format!("(once{once} == 2)")),
        Action::Cancel(done) => {
            let effects: Vec<String> = done.iter().map(|chan| format!("closed{chan} = true")).collect();
            let effects = if effects.is_empty() {
                String::new()
            } else {
                format!(" -> {}", effects.join("; "))
            };
            ("true".to_owned(), effects)
        }
        Action::All(actions) => {
            let mut parts = actions.iter().map(|action| statement(action, objects));
            let (guard, mut effects) = parts.next().unwrap_or_else(|| plain("true".to_owned()));
            for (_, more) in parts {
                let more = more.trim_start_matches(" -> ");
                if !more.is_empty() {
                    let _ = write!(effects, "; {more}");
                }
            }
            (guard, effects)
        }
        Action::Begin | Action::Go | Action::Outside(_) | Action::Access | Action::Other => plain("true".to_owned()),
    }
}

/// That a case of a select cannot happen whatever others do.
fn not_certain(case: &Action, objects: &[Object]) -> Option<String> {
    match case {
        Action::Send(chan) | Action::SendClosed(chan) => {
            let capacity = objects[*chan as usize].capacity.min(MAX_CAPACITY);
            Some(format!("(!closed{chan} && len(c{chan}) >= {capacity})"))
        }
        Action::Receive(chan) | Action::ReceiveClosed(chan) => Some(format!("(!closed{chan} && len(c{chan}) == 0)")),
        _ => None,
    }
}
