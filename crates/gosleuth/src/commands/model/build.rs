//! From an explored function to the document: names and places for what the model has numbers for.

use gosleuth_base::Location;
use gosleuth_ir::FuncId;
use gosleuth_model::{
    Action, Bounds, End, Explorer, Failure, FailureKind, FuncKey, Model, ObjectKind, Outcome, Program, ProgramUnit,
    Site, promela,
};
use gosleuth_rules::{PackageInput, Reader};
use rustc_hash::FxHashMap;

use super::document::{
    Document, DocumentBounds, DocumentFailure, DocumentStep, Goroutine, GoroutineState, GoroutineStep, ModelObject,
    Place,
};

/// States that are seen to make the automata.
const MAX_MODEL_STATES: u32 = 20_000;

/// The model of a function, and what exploring it says.
pub(super) fn document(input: &PackageInput<'_>, func: FuncId, bounds: Bounds) -> Document {
    let unit = |package| ProgramUnit {
        query: input.query,
        package,
    };
    let program = Program::new(vec![unit(input.ir), unit(input.linked)]);
    let key = FuncKey { unit: 0, func };
    let mut explorer = Explorer::new(&program);
    let outcome = explorer.explore(key, bounds);
    let model = explorer.extract(
        key,
        Bounds {
            states: bounds.states.min(MAX_MODEL_STATES),
            ..bounds
        },
    );
    let reader = Reader::new(input);
    let symbol = format!("{}.{}", input.path, input.ir.funcs[func].name);
    let writer = Writer {
        reader: &reader,
        model: &model,
        names: names(&reader, &model),
    };
    let (verdict, says) = verdict(&outcome, bounds);
    Document {
        version: 1,
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        bounds: DocumentBounds {
            states: bounds.states,
            steps: bounds.steps,
            guesses: bounds.guesses,
            instructions: bounds.instructions,
        },
        objects: writer.objects(),
        goroutines: writer.goroutines(&input.ir.funcs[func].name),
        time: model.environment.iter().map(|action| writer.time(action)).collect(),
        states: model.states,
        complete: model.complete,
        exact: model.exact,
        verdict: verdict.to_owned(),
        says,
        explored_states: outcome.states,
        failures: outcome
            .failures
            .iter()
            .map(|failure| failure_of(&reader, func, failure))
            .collect(),
        promela: promela(&model, &symbol, |site| {
            let location = reader.location(site);
            format!("{}:{}", location.file, location.line)
        }),
        function: symbol,
    }
}

fn verdict(outcome: &Outcome, bounds: Bounds) -> (&'static str, String) {
    if !outcome.failures.is_empty() {
        let first = outcome.failures[0].guesses;
        let rests = match first {
            0 => "on nothing that the program leaves open".to_owned(),
            1 => "on one answer from outside".to_owned(),
            count => format!("on {count} answers from outside"),
        };
        return (
            "counterexample",
            format!("something can go wrong; the first schedule rests {rests}"),
        );
    }
    if outcome.complete {
        return (
            "none-within",
            format!(
                "in no order of turns is a goroutine left waiting for ever, and none panics, within {} guesses a schedule",
                bounds.guesses
            ),
        );
    }
    let why = if outcome.states >= bounds.states {
        format!("there are more than {} states", bounds.states)
    } else if outcome.spent {
        "the budget of instructions is spent".to_owned()
    } else {
        "loops and branches that the program leaves open were followed a few times only".to_owned()
    };
    (
        "inconclusive",
        format!("nothing was found, and not everything was looked at: {why}"),
    )
}

fn failure_of(reader: &Reader<'_>, root: FuncId, failure: &Failure) -> DocumentFailure {
    let kind = match failure.kind {
        FailureKind::Deadlock => "the function can never return",
        FailureKind::Leak => "a goroutine is left waiting for ever",
        FailureKind::SendOnClosed => "a send on a closed channel",
        FailureKind::CloseOfClosed => "a close of a closed channel",
        FailureKind::CloseOfNil => "a close of a nil channel",
        FailureKind::NegativeCounter => "a counter below zero",
        FailureKind::UnlockOfUnlocked => "an unlock of what is not locked",
    };
    let steps = reader.steps(root, failure).into_iter().map(|step| DocumentStep {
        goroutine: step.goroutine,
        action: step.action,
        waits_for: step.waits_for,
        place: place(&step.location),
    });
    DocumentFailure {
        kind: kind.to_owned(),
        guesses: failure.guesses,
        schedule: steps.collect(),
    }
}

fn place(location: &Location) -> Place {
    Place {
        file: location.file.clone(),
        line: location.line,
    }
}

fn kind(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Channel => "channel",
        ObjectKind::Timer => "timer",
        ObjectKind::Ticker => "ticker",
        ObjectKind::Context => "context",
        ObjectKind::Lock => "lock",
        ObjectKind::Counter => "counter",
        ObjectKind::Cond => "cond",
        ObjectKind::Once => "once",
    }
}

/// A name for each object: as it is written where it is used first, with a number where that is not enough.
fn names(reader: &Reader<'_>, model: &Model) -> Vec<String> {
    let mut known: FxHashMap<String, u32> = FxHashMap::default();
    model
        .objects
        .iter()
        .map(|object| {
            let written = object.used.and_then(|site| reader.subject(object.operation, site));
            let name = written.unwrap_or_else(|| kind(object.kind).to_owned());
            let count = known.entry(name.clone()).or_insert(0);
            *count += 1;
            if *count == 1 { name } else { format!("{name}#{count}") }
        })
        .collect()
}

struct Writer<'w, 'a> {
    reader: &'w Reader<'a>,
    model: &'w Model,
    names: Vec<String>,
}

impl Writer<'_, '_> {
    fn place(&self, site: Option<Site>) -> Option<Place> {
        // What is made in another package has no place here.
        site.filter(|site| site.func.unit == 0)
            .map(|site| place(&self.reader.location(site)))
    }

    fn name(&self, object: u32) -> &str {
        &self.names[object as usize]
    }

    fn objects(&self) -> Vec<ModelObject> {
        let objects = self.model.objects.iter().zip(&self.names);
        objects
            .map(|(object, name)| ModelObject {
                name: name.clone(),
                kind: kind(object.kind).to_owned(),
                capacity: object.capacity,
                is_made_here: object.made.is_some(),
                place: self.place(object.made.or(object.used)),
                shared: object.shared,
            })
            .collect()
    }

    fn goroutines(&self, root: &str) -> Vec<Goroutine> {
        let goroutines = &self.model.goroutines;
        let all = goroutines.iter().enumerate();
        all.map(|(number, goroutine)| {
            let started = goroutine.created.and_then(|site| self.reader.started(site));
            let name = match (number, started) {
                (0, _) => root.to_owned(),
                (_, Some(started)) => format!("goroutine {number} ({started})"),
                (_, None) => format!("goroutine {number}"),
            };
            let is_like = |other: &&gosleuth_model::Automaton| {
                other.created == goroutine.created && other.states == goroutine.states
            };
            let like = goroutines[..number].iter().find(is_like);
            let like = like.and_then(|like| goroutines.iter().position(|other| std::ptr::eq(other, like)));
            Goroutine {
                name,
                created: self.place(goroutine.created),
                parent: goroutine.parent,
                like: like.map(|like| like as u32),
                states: goroutine.states.iter().map(|state| self.state(state)).collect(),
            }
        })
        .collect()
    }

    fn state(&self, state: &gosleuth_model::Local) -> GoroutineState {
        let end = match state.end {
            End::Runs => "runs",
            End::Returned => "returned",
            End::Panicked => "panicked",
            End::Exited => "exited",
        };
        GoroutineState {
            operation: state.operation.to_owned(),
            place: self.place(state.site),
            end: end.to_owned(),
            open: state.open,
            steps: state
                .steps
                .iter()
                .map(|step| GoroutineStep {
                    action: self.action(&step.action, &step.starts),
                    starts: step.starts.clone(),
                    to: step.to,
                })
                .collect(),
        }
    }

    fn time(&self, action: &Action) -> String {
        match action {
            Action::Fire(timer) => format!("{} fires", self.name(*timer)),
            Action::Cancel(done) => format!("{}: the deadline is over", self.list(done)),
            other => self.action(other, &[]),
        }
    }

    fn list(&self, objects: &[u32]) -> String {
        let names: Vec<&str> = objects.iter().map(|&object| self.name(object)).collect();
        names.join(", ")
    }

    fn action(&self, action: &Action, starts: &[u32]) -> String {
        let name = |object: &u32| self.name(*object);
        match action {
            Action::Begin => "begins".to_owned(),
            Action::Go => {
                let started: Vec<String> = starts.iter().map(|new| format!("goroutine {new}")).collect();
                format!("starts {}", started.join(", "))
            }
            Action::Send(chan) => format!("sends to {}", name(chan)),
            Action::SendClosed(chan) => format!("sends to {}, which is closed: panics", name(chan)),
            Action::Receive(chan) => format!("receives from {}", name(chan)),
            Action::ReceiveClosed(chan) => format!("finds {} closed", name(chan)),
            Action::Default(_) => "takes the default".to_owned(),
            Action::Close(chan) => format!("closes {}", name(chan)),
            Action::CloseClosed(chan) => format!("closes {}, which is closed: panics", name(chan)),
            Action::Lock(lock) => format!("locks {}", name(lock)),
            Action::Announce(lock) => format!("keeps new readers of {} out", name(lock)),
            Action::LockAnnounced(lock) => format!("locks {} when the readers are gone", name(lock)),
            Action::ReadLock(lock) => format!("locks {} for reading", name(lock)),
            Action::TryLock { lock, taken: true, .. } => format!("tries to lock {}, and does", name(lock)),
            Action::TryLock { lock, .. } => format!("tries to lock {}, in vain", name(lock)),
            Action::Unlock(lock) => format!("unlocks {}", name(lock)),
            Action::ReadUnlock(lock) => format!("unlocks {} for reading", name(lock)),
            Action::UnlockUnlocked(lock) => format!("unlocks {}, which is not locked: dies", name(lock)),
            Action::Add(counter, -1) => format!("takes one from {}", name(counter)),
            Action::Add(counter, count) => format!("adds {count} to {}", name(counter)),
            Action::Wait(counter) => format!("finds {} at zero", name(counter)),
            Action::CondWait { cond, .. } => format!("unlocks and waits for {}", name(cond)),
            Action::Woken(cond) => format!("is woken by a signal of {}", name(cond)),
            Action::Signal(cond, false) => format!("signals {}", name(cond)),
            Action::Signal(cond, true) => format!("signals all who wait for {}", name(cond)),
            Action::OnceRun(once) => format!("runs the function of {}", name(once)),
            Action::OnceDone(once) => format!("the function of {} has returned", name(once)),
            Action::OncePass(once) => format!("finds {} done", name(once)),
            Action::Cancel(done) if done.is_empty() => "cancels what is cancelled".to_owned(),
            Action::Cancel(done) => format!("cancels {}", self.list(done)),
            Action::Fire(timer) => format!("{} fires", name(timer)),
            Action::Outside(object) => format!("code outside serves {}", name(object)),
            Action::Access => "looks at a shared variable".to_owned(),
            Action::Other => "goes on".to_owned(),
            Action::All(actions) => {
                let all: Vec<String> = actions.iter().map(|action| self.action(action, starts)).collect();
                all.join(", ")
            }
        }
    }
}
