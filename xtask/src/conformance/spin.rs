//! Random concurrent programs, explored by `gosleuth_model` and by SPIN: can a goroutine end up where it can never proceed?
//!
//! A program is written twice: as Go, which goes the whole way through parser, types and the function form, and as Promela, with the rules of channels,
//! locks and counters spelled out anew. What `gosleuth model --promela` would write of the Go program is asked for the same, and so are the models of
//! the programs in `testdata/families`. Random programs have no endless loops, so that "never proceeds" is SPIN's invalid end state. Needs `spin` and a C
//! compiler (`tcc` does, and is much faster).

mod families;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use gosleuth_ir::{Unit, UnitFile, build_package};
use gosleuth_model::{Bounds, Explorer, FailureKind, FuncKey, Program, ProgramUnit, promela};
use gosleuth_syntax::{ParseOptions, parse};
use gosleuth_types::{Caches, CheckInput, PkgId, Query, SourceFile, World, check_package};
use rustc_hash::FxHashMap;

use super::say;
use crate::repository;

/// What `cargo xtask conformance spin` takes.
#[derive(clap::Args)]
pub(crate) struct SpinArgs {
    /// How many programs
    #[arg(long, value_name = "N", default_value_t = 300)]
    programs: u32,
    /// Only this one; it is printed in both languages
    #[arg(long, value_name = "NUMBER")]
    only: Option<u32>,
    /// Write testdata/conformance/spin.txt
    #[arg(long)]
    update: bool,
}

const SNAPSHOT: &str = "testdata/conformance/spin.txt";

/// The declarations the programs need; they are those of the tests of `gosleuth_model`.
const LIBRARY: [(&str, &str); 3] = [("sync", "sync.go"), ("math/rand", "rand.go"), ("testing", "testing.go")];

/// A statement of a goroutine.
enum Stmt {
    Send(usize),
    Receive(usize),
    Close(usize),
    Lock(usize, Mode),
    Unlock(usize, Mode),
    Done,
    Wait,
    /// Cases, each a send or a receive, and whether there is a default.
    Select(Vec<(bool, usize)>, bool),
    /// Either list.
    Either(Vec<Stmt>, Vec<Stmt>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Write,
    Read,
}

/// A random program.
struct Random {
    /// Capacities.
    channels: Vec<usize>,
    /// By channel: the goroutine that alone sends to it and closes it.
    closers: Vec<Option<usize>>,
    /// Whether each lock is an RWMutex.
    locks: Vec<bool>,
    /// What the counter begins with.
    count: usize,
    /// The first one is the test itself.
    goroutines: Vec<Vec<Stmt>>,
}

/// Numbers that look random and are the same each time (xorshift; Marsaglia, 2003).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }
}

/// Compares and prints the score.
pub(crate) fn run(args: &SpinArgs) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("gosleuth-spin-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let numbers: Vec<u32> = args
        .only
        .map_or_else(|| (0..args.programs).collect(), |only| vec![only]);
    let (mut agree, mut stuck, mut unfinished, mut models) = (0, 0, 0, 0);
    let mut differences = String::new();
    for &number in &numbers {
        let program = Random::new(number);
        let (go, promela) = (program.go(), program.promela());
        if args.only.is_some() {
            say(format!("{go}\n{promela}"));
        }
        let theirs = spin(&folder, &promela).with_context(|| format!("program {number}"))?;
        let (ours, complete, model) = explore(&go).with_context(|| format!("program {number}"))?;
        if args.only.is_some() {
            say(&model.text);
        }
        let modelled = spin(&folder, &model.text).with_context(|| format!("model of program {number}"))?;
        models += u32::from(modelled == theirs && model.exact);
        if modelled != theirs || !model.exact {
            writeln!(
                differences,
                "program {number}: its model{} {}",
                if model.exact { "" } else { ", which is not exact," },
                if modelled { "can be stuck" } else { "cannot be stuck" }
            )?;
        }
        stuck += u32::from(theirs);
        if !complete {
            unfinished += 1;
            writeln!(differences, "program {number}: not followed to the end")?;
        } else if ours == theirs {
            agree += 1;
        } else {
            let says = |stuck| if stuck { "somebody is stuck" } else { "nobody is stuck" };
            writeln!(
                differences,
                "program {number}: SPIN says {}, gosleuth {}",
                says(theirs),
                says(ours)
            )?;
        }
    }
    let mut report = format!(
        "# What `cargo xtask conformance spin` found different from SPIN: random programs in Go and in Promela.\n\
         {agree} of {count} programs agree, {unfinished} were not followed to the end; in {stuck} somebody can be stuck\n\
         {models} of {count} models that gosleuth writes of them agree\n{differences}",
        count = numbers.len()
    );
    if args.only.is_none() {
        report.push_str(&families::compare(&folder)?);
    }
    std::fs::remove_dir_all(&folder)?;
    say(&report);
    if args.update {
        std::fs::write(repository::root().join(SNAPSHOT), report)?;
    } else if args.only.is_none() {
        let known = std::fs::read_to_string(repository::root().join(SNAPSHOT)).unwrap_or_default();
        ensure!(
            known == report,
            "{SNAPSHOT} says something else; run with --update if this is better"
        );
    }
    Ok(())
}

impl Random {
    fn new(number: u32) -> Self {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (u64::from(number) + 1).wrapping_mul(0xd6e8_feb8_6659_fd93));
        for _ in 0..8 {
            dice.below(2);
        }
        let goroutines = 2 + dice.below(3);
        let channels: Vec<_> = (0..1 + dice.below(3)).map(|_| [0, 0, 1, 2][dice.below(4)]).collect();
        let closers = channels
            .iter()
            .map(|_| (dice.below(3) == 0).then(|| dice.below(goroutines)))
            .collect();
        let mut program = Self {
            channels,
            closers,
            locks: (0..dice.below(3)).map(|_| dice.below(2) == 0).collect(),
            count: 0,
            goroutines: Vec::new(),
        };
        let counted = dice.below(2) == 0;
        // Programs that nobody meant to work hardly ever do: most are written in step.
        let mut lists = match dice.below(4) {
            0 => Vec::new(),
            _ => program.in_step(&mut dice, goroutines),
        };
        let is_wild = lists.is_empty();
        lists.resize_with(goroutines, Vec::new);
        for (goroutine, mut list) in lists.into_iter().enumerate() {
            if is_wild {
                let length = 1 + dice.below(4);
                list = program.list(&mut dice, goroutine, length, 2);
            }
            let closed: Vec<_> = (0..program.channels.len())
                .filter(|&channel| program.closers[channel] == Some(goroutine))
                .collect();
            for channel in closed {
                if dice.below(4) > 0 {
                    list.push(Stmt::Close(channel));
                }
            }
            if counted && goroutine > 0 {
                program.count += 1;
                // Sometimes it is forgotten.
                if !is_wild || dice.below(6) > 0 {
                    list.push(Stmt::Done);
                }
            }
            if counted && goroutine == 0 {
                list.push(Stmt::Wait);
            }
            program.goroutines.push(list);
        }
        program
    }

    /// Sends with their receives and locks with their unlocks, in one order for all, except that sometimes two neighbours change places.
    fn in_step(&self, dice: &mut Dice, goroutines: usize) -> Vec<Vec<Stmt>> {
        let mut lists: Vec<Vec<Stmt>> = (0..goroutines).map(|_| Vec::new()).collect();
        for _ in 0..2 + dice.below(5) {
            let one = dice.below(goroutines);
            let channel = dice.below(self.channels.len());
            match dice.below(6) {
                0..=2 => {
                    let from = self.closers[channel].unwrap_or(one);
                    let to = (from + 1 + dice.below(goroutines - 1)) % goroutines;
                    lists[from].push(Stmt::Send(channel));
                    lists[to].push(Stmt::Receive(channel));
                }
                3 => {
                    let mut list = self.list(dice, one, 1, 0);
                    list.retain(|stmt| matches!(stmt, Stmt::Select(_, true)));
                    let other = self.list(dice, one, 1, 0);
                    if list.is_empty() && dice.below(6) == 0 {
                        lists[one].push(Stmt::Either(other, Vec::new()));
                    }
                    lists[one].append(&mut list);
                }
                _ if !self.locks.is_empty() => {
                    let lock = dice.below(self.locks.len());
                    let mode = if self.locks[lock] && dice.below(2) == 0 {
                        Mode::Read
                    } else {
                        Mode::Write
                    };
                    lists[one].push(Stmt::Lock(lock, mode));
                    if dice.below(3) == 0 {
                        let from = self.closers[channel].unwrap_or(one);
                        let to = (from + 1 + dice.below(goroutines - 1)) % goroutines;
                        lists[from].push(Stmt::Send(channel));
                        lists[to].push(Stmt::Receive(channel));
                    }
                    lists[one].push(Stmt::Unlock(lock, mode));
                }
                _ => {}
            }
        }
        if dice.below(4) == 0 {
            let one = dice.below(goroutines);
            let moves = |stmt: &Stmt| matches!(stmt, Stmt::Send(_) | Stmt::Receive(_));
            let at = lists[one].windows(2).position(|pair| pair.iter().all(moves));
            if let Some(at) = at {
                lists[one].swap(at, at + 1);
            }
        }
        lists
    }

    fn list(&self, dice: &mut Dice, goroutine: usize, length: usize, depth: u32) -> Vec<Stmt> {
        let mut list = Vec::new();
        for _ in 0..length {
            match dice.below(10) {
                0..=4 => list.push(self.communication(dice, goroutine)),
                5 if depth > 0 => {
                    let (some, others) = (dice.below(3), 1 + dice.below(2));
                    list.push(Stmt::Either(
                        self.list(dice, goroutine, some, depth - 1),
                        self.list(dice, goroutine, others, depth - 1),
                    ));
                }
                6 => {
                    let default = dice.below(3) == 0;
                    let mut cases: Vec<_> = (0..1 + dice.below(2))
                        .filter_map(|_| match self.communication(dice, goroutine) {
                            Stmt::Send(channel) => Some((true, channel)),
                            Stmt::Receive(channel) => Some((false, channel)),
                            _ => None,
                        })
                        .collect();
                    // Whether a channel without buffer is ready cannot be asked for in Promela.
                    let default = default && cases.iter().all(|&(_, channel)| self.channels[channel] > 0);
                    cases.dedup();
                    if !cases.is_empty() {
                        list.push(Stmt::Select(cases, default));
                    }
                }
                _ if !self.locks.is_empty() => {
                    let lock = dice.below(self.locks.len());
                    let mode = if self.locks[lock] && dice.below(2) == 0 {
                        Mode::Read
                    } else {
                        Mode::Write
                    };
                    list.push(Stmt::Lock(lock, mode));
                    if depth > 0 {
                        let inner = dice.below(3);
                        list.extend(self.list(dice, goroutine, inner, depth - 1));
                    }
                    // Sometimes it is forgotten.
                    if dice.below(12) > 0 {
                        list.push(Stmt::Unlock(lock, mode));
                    }
                }
                _ => {}
            }
        }
        list
    }

    fn communication(&self, dice: &mut Dice, goroutine: usize) -> Stmt {
        let channel = dice.below(self.channels.len());
        match self.closers[channel] {
            // Who closes it is the only one who sends, so that nobody sends behind the close.
            Some(closer) if closer == goroutine => Stmt::Send(channel),
            Some(_) => Stmt::Receive(channel),
            None if dice.below(2) == 0 => Stmt::Send(channel),
            None => Stmt::Receive(channel),
        }
    }

    fn go(&self) -> String {
        let mut text = String::from(
            "package program\n\nimport (\n\t\"math/rand\"\n\t\"sync\"\n\t\"testing\"\n)\n\nfunc Test(t *testing.T) {\n",
        );
        for (channel, capacity) in self.channels.iter().enumerate() {
            let _ = writeln!(text, "\tc{channel} := make(chan int, {capacity})");
        }
        for (lock, &shared) in self.locks.iter().enumerate() {
            let _ = writeln!(text, "\tvar m{lock} sync.{}", if shared { "RWMutex" } else { "Mutex" });
        }
        let _ = writeln!(text, "\tvar wg sync.WaitGroup\n\twg.Add({})", self.count);
        for list in &self.goroutines[1..] {
            text.push_str("\tgo func() {\n");
            go_list(&mut text, list);
            text.push_str("\t}()\n");
        }
        go_list(&mut text, &self.goroutines[0]);
        text.push_str("}\n");
        text
    }

    fn promela(&self) -> String {
        let mut text = String::new();
        for (channel, capacity) in self.channels.iter().enumerate() {
            let _ = writeln!(
                text,
                "chan c{channel} = [{capacity}] of {{ bit }};\nbool closed{channel};"
            );
        }
        for lock in 0..self.locks.len() {
            // Readers look at `pending` only, as in the runtime: a writer that waits for readers keeps new ones out.
            let _ = writeln!(text, "bool held{lock};\nbool pending{lock};\nbyte readers{lock};");
        }
        let _ = writeln!(text, "int count = {};", self.count);
        for (number, list) in self.goroutines.iter().enumerate().skip(1) {
            let _ = writeln!(text, "proctype G{number}() {{");
            self.promela_list(&mut text, list);
            text.push_str("}\n");
        }
        text.push_str("init {\n\tatomic {\n");
        for number in 1..self.goroutines.len() {
            let _ = writeln!(text, "\t\trun G{number}();");
        }
        text.push_str("\t\tskip\n\t};\n");
        self.promela_list(&mut text, &self.goroutines[0]);
        text.push_str("}\n");
        text
    }

    fn promela_list(&self, text: &mut String, list: &[Stmt]) {
        for stmt in list {
            let _ = match stmt {
                Stmt::Send(channel) => writeln!(text, "\tc{channel}!1;"),
                Stmt::Receive(channel) => writeln!(
                    text,
                    "\tif :: c{channel}?_ :: (closed{channel} && len(c{channel}) == 0) -> skip fi;"
                ),
                Stmt::Close(channel) => writeln!(text, "\tclosed{channel} = true;"),
                Stmt::Lock(lock, Mode::Write) => writeln!(
                    text,
                    "\tatomic {{ !held{lock} -> held{lock} = true }}; pending{lock} = true; (readers{lock} == 0);"
                ),
                Stmt::Unlock(lock, Mode::Write) => {
                    writeln!(text, "\tatomic {{ pending{lock} = false; held{lock} = false }};")
                }
                Stmt::Lock(lock, Mode::Read) => writeln!(text, "\tatomic {{ !pending{lock} -> readers{lock}++ }};"),
                Stmt::Unlock(lock, Mode::Read) => writeln!(text, "\treaders{lock}--;"),
                Stmt::Done => writeln!(text, "\tcount--;"),
                Stmt::Wait => writeln!(text, "\t(count == 0);"),
                Stmt::Select(cases, default) => {
                    text.push_str("\tif\n");
                    for (send, channel) in cases {
                        let _ = match (send, default) {
                            (true, false) => writeln!(text, "\t:: c{channel}!1 -> skip"),
                            (false, false) => writeln!(
                                text,
                                "\t:: c{channel}?_ -> skip\n\t:: (closed{channel} && len(c{channel}) == 0) -> skip"
                            ),
                            // What is looked at and done at once.
                            (true, true) => writeln!(text, "\t:: atomic {{ nfull(c{channel}) -> c{channel}!1 }}"),
                            (false, true) => writeln!(
                                text,
                                "\t:: atomic {{ nempty(c{channel}) -> c{channel}?_ }}\n\t:: (closed{channel} && empty(c{channel})) -> skip"
                            ),
                        };
                    }
                    if *default {
                        text.push_str("\t:: else -> skip\n");
                    }
                    writeln!(text, "\tfi;")
                }
                Stmt::Either(some, others) => {
                    text.push_str("\tif\n\t:: true ->\n");
                    self.promela_list(text, some);
                    text.push_str("\t\tskip\n\t:: true ->\n");
                    self.promela_list(text, others);
                    writeln!(text, "\t\tskip\n\tfi;")
                }
            };
        }
        text.push_str("\tskip;\n");
    }
}

fn go_list(text: &mut String, list: &[Stmt]) {
    for stmt in list {
        let _ = match stmt {
            Stmt::Send(channel) => writeln!(text, "\t\tc{channel} <- 1"),
            Stmt::Receive(channel) => writeln!(text, "\t\t<-c{channel}"),
            Stmt::Close(channel) => writeln!(text, "\t\tclose(c{channel})"),
            Stmt::Lock(lock, Mode::Write) => writeln!(text, "\t\tm{lock}.Lock()"),
            Stmt::Unlock(lock, Mode::Write) => writeln!(text, "\t\tm{lock}.Unlock()"),
            Stmt::Lock(lock, Mode::Read) => writeln!(text, "\t\tm{lock}.RLock()"),
            Stmt::Unlock(lock, Mode::Read) => writeln!(text, "\t\tm{lock}.RUnlock()"),
            Stmt::Done => writeln!(text, "\t\twg.Done()"),
            Stmt::Wait => writeln!(text, "\t\twg.Wait()"),
            Stmt::Select(cases, default) => {
                text.push_str("\t\tselect {\n");
                for (send, channel) in cases {
                    let _ = match send {
                        true => writeln!(text, "\t\tcase c{channel} <- 1:"),
                        false => writeln!(text, "\t\tcase <-c{channel}:"),
                    };
                }
                if *default {
                    text.push_str("\t\tdefault:\n");
                }
                writeln!(text, "\t\t}}")
            }
            Stmt::Either(some, others) => {
                text.push_str("\t\tif rand.Intn(2) == 0 {\n");
                go_list(text, some);
                text.push_str("\t\t} else {\n");
                go_list(text, others);
                writeln!(text, "\t\t}}")
            }
        };
    }
}

/// Whether SPIN finds an invalid end state.
fn spin(folder: &Path, promela: &str) -> Result<bool> {
    std::fs::write(folder.join("program.pml"), promela)?;
    run_in(folder, "spin", &["-a", "program.pml"])?;
    let compiled = run_in(folder, "tcc", &["-w", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"]);
    if compiled.is_err() {
        run_in(
            folder,
            "cc",
            &["-O1", "-w", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"],
        )?;
    }
    let said = run_in(folder, "./pan", &["-m100000"])?;
    ensure!(
        !said.contains("max search depth too small"),
        "SPIN did not look at all states"
    );
    if said.contains("errors: 0") {
        return Ok(false);
    }
    ensure!(said.contains("invalid end state"), "SPIN says: {said}");
    Ok(true)
}

fn run_in(folder: &Path, program: &str, args: &[&str]) -> Result<String> {
    let path = if program.starts_with("./") {
        folder.join(program)
    } else {
        program.into()
    };
    let output = Command::new(path)
        .args(args)
        .current_dir(folder)
        .output()
        .with_context(|| format!("running {program}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{program}: {said}{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(said)
}

/// A model in Promela.
struct Written {
    text: String,
    exact: bool,
}

/// Whether somebody can be stuck, whether every schedule was followed, and the model.
fn explore(text: &str) -> Result<(bool, bool, Written)> {
    let world = World::new();
    let caches = Caches::default();
    let mut imports = FxHashMap::default();
    for (path, file) in LIBRARY {
        let file = repository::root()
            .join("crates/gosleuth_model/tests/library")
            .join(file);
        let text = std::fs::read_to_string(file)?;
        let pkg = world.register(path, None);
        check(&world, pkg, &text, &imports)?;
        imports.insert(path.to_owned(), pkg);
    }
    let pkg = world.register("example.com/program", None);
    let (tree, checked) = check(&world, pkg, text, &imports)?;
    let query = Query {
        world: &world,
        pkg,
        own: &checked.tables,
        caches: &caches,
    };
    let files = [UnitFile {
        tree: &tree,
        info: &checked.files[0],
        go_minor: 21,
    }];
    let package = build_package(&Unit { query, files: &files });
    let program = Program::new(vec![ProgramUnit {
        query,
        package: &package,
    }]);
    let root = package
        .funcs
        .iter_enumerated()
        .find(|(_, func)| func.name == "Test" && func.parent.is_none());
    let (func, _) = root.context("the test is not there")?;
    let bounds = Bounds {
        states: 200_000,
        steps: 1_000,
        instructions: 100_000_000,
        ..Bounds::default()
    };
    let mut explorer = Explorer::new(&program);
    let outcome = explorer.explore(FuncKey { unit: 0, func }, bounds);
    let model = explorer.extract(FuncKey { unit: 0, func }, bounds);
    let written = Written {
        text: promela(&model, "program", |_| String::new()),
        exact: model.exact,
    };
    let stuck = outcome
        .failures
        .iter()
        .any(|failure| matches!(failure.kind, FailureKind::Deadlock | FailureKind::Leak));
    Ok((stuck, stuck || outcome.complete, written))
}

fn check(
    world: &World,
    pkg: PkgId,
    text: &str,
    imports: &FxHashMap<String, PkgId>,
) -> Result<(gosleuth_syntax::ast::File, gosleuth_types::Checked)> {
    let tree = parse(text.as_bytes(), ParseOptions::default());
    ensure!(tree.errors.is_empty(), "{:?}", tree.errors);
    let input = CheckInput {
        pkg,
        files: vec![SourceFile {
            path: "program.go",
            text: text.as_bytes(),
            tree: &tree,
        }],
        imports: imports.clone(),
        word_size: 8,
    };
    let checked = check_package(world, input, |types| world.finish(pkg, types));
    ensure!(checked.errors.is_empty(), "{:?}", checked.errors);
    Ok((tree, checked))
}
