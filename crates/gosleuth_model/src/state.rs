//! A moment of an execution.

use std::collections::BTreeMap;
use std::rc::Rc;

use gosleuth_base::Idx as _;
use gosleuth_ir::{BlockId, ValueId};
use gosleuth_types::{ObjRef, TypeId};

use crate::heap::Heap;
use crate::native::Native;
use crate::node::Node;
use crate::program::Site;
use crate::shared::{Numbers, Sorted, hash_of};
use crate::value::{Callable, Loc, ObjId, Question, Val};
use gosleuth_ir::FuncKey;

/// Number of a goroutine; 0 is the one that runs the root.
pub(crate) type Gid = u32;

/// What the heap holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Obj {
    /// A variable, or what `new` makes, of this type.
    Cell(TypeId, Val),
    /// What a slice is a part of.
    Array(Vec<Val>),
    /// A map; `complete` if everything that is in it is here.
    Map { entries: Vec<(Val, Val)>, complete: bool },
    /// A channel.
    Chan(Chan),
    /// A context.
    Context(Context),
}

/// A channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Chan {
    pub(crate) capacity: u32,
    pub(crate) buffer: Vec<Val>,
    pub(crate) closed: bool,
    /// Who is not here may use it: any operation can proceed.
    pub(crate) shared: bool,
    /// A timer may send to it once.
    pub(crate) timer: bool,
    /// Whether the timer can be stopped, so that it matters when it fires.
    pub(crate) stoppable: bool,
    /// A ticker sends to it again and again.
    pub(crate) ticker: bool,
    /// Where it was made.
    pub(crate) site: Option<Site>,
}

/// A context.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Context {
    pub(crate) parent: Option<ObjId>,
    /// The channel `Done` gives; none for contexts that are never done.
    pub(crate) done: Option<ObjId>,
    pub(crate) cancelled: bool,
    /// Whether time may end it.
    pub(crate) deadline: bool,
}

/// Locks, counters and the like, by where they are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Sync {
    Lock {
        writer: Option<Gid>,
        /// One for each read lock held.
        readers: Vec<Gid>,
        /// Writers that wait; they keep new readers out.
        waiting: Vec<Gid>,
        /// Where it was locked last.
        site: Option<Site>,
    },
    Counter(i64),
    Cond {
        /// Goroutines that wait, first come first.
        waiting: Vec<Gid>,
    },
    Once {
        running: Option<Gid>,
        done: bool,
    },
    /// Used outside too: nothing is known of it.
    Shared,
}

/// An operation that others can see.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum SyncOp {
    Send {
        chan: Val,
        value: Val,
    },
    Recv {
        chan: Val,
        comma_ok: bool,
    },
    Select {
        cases: Vec<(Val, Option<Val>)>,
        default: bool,
    },
    Close {
        chan: Val,
    },
    Lock(Loc),
    /// A write lock on a lock that readers hold, announced.
    LockAnnounced(Loc),
    TryLock(Loc, bool),
    Unlock(Loc),
    ReadLock(Loc),
    ReadUnlock(Loc),
    Add(Loc, i64),
    Wait(Loc),
    CondWait {
        cond: Loc,
        lock: Val,
    },
    /// In the queue of a condition.
    CondQueued {
        cond: Loc,
        lock: Val,
    },
    Signal(Loc, bool),
    Once(Loc, Val),
    Spawn(Rc<Callable>, Vec<Val>),
    Cancel(ObjId),
    /// An access to an atomic variable, a timer, a context: others may come before or after.
    Access(Native, Vec<Val>),
    /// Nothing but an occasion for others.
    Yield,
    /// What it does next is not followed: it may do it at any time, and so it can also stay here.
    Stalled,
    /// A call of code that is not here, which calls back in the goroutine with this number. It returns when that one has ended; if nobody else
    /// can go on, the code that is not here has not waited.
    Called(Gid),
}

/// An operation a goroutine stands in front of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Parked {
    pub(crate) op: SyncOp,
    pub(crate) site: Site,
    /// Where the result goes, in the top frame.
    pub(crate) dest: Option<ValueId>,
}

/// A deferred call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Deferred {
    pub(crate) callee: Target,
    pub(crate) args: Vec<Val>,
    pub(crate) pos: u32,
}

/// Who is called, once it is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    Callable(Rc<Callable>),
    Builtin(gosleuth_types::Builtin),
    /// A method of an interface with its receiver.
    Method(ObjRef, Val),
    Unknown,
}

/// Why frames are being left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Unwinding {
    /// Not at all.
    No,
    Panic,
    Goexit,
}

/// A function that was called and has not returned.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Frame {
    pub(crate) func: FuncKey,
    pub(crate) block: BlockId,
    /// The next value of the block.
    pub(crate) next: u32,
    pub(crate) came_from: Option<BlockId>,
    pub(crate) values: Vec<Val>,
    pub(crate) args: Rc<[Val]>,
    pub(crate) captures: Rc<[Val]>,
    pub(crate) defers: Vec<Deferred>,
    /// Where the caller wants the result.
    pub(crate) dest: Option<ValueId>,
    /// Whether its deferred calls run because of a panic.
    pub(crate) unwinding: bool,
    /// Whether it was called as a deferred call of a frame that panics: `recover` works here.
    pub(crate) recovers: bool,
    /// The `Once` that is done when it returns.
    pub(crate) once: Option<Loc>,
    /// How often a block was entered by an undetermined branch.
    pub(crate) open_branches: Vec<(BlockId, u8)>,
    /// How often blocks were entered at all.
    pub(crate) steps: u32,
}

/// Who started a goroutine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Starter {
    /// It is where execution begins.
    Root,
    /// Code that is not here calls what it was given.
    Outside,
    Goroutine(Gid),
}

/// A goroutine.
#[derive(Clone, Debug)]
pub(crate) struct Goroutine {
    pub(crate) starter: Starter,
    /// The calls it is in, innermost last; states share those that do not change.
    pub(crate) frames: Vec<Rc<Node<Frame>>>,
    pub(crate) parked: Option<Parked>,
    pub(crate) unwinding: Unwinding,
    /// What it panics with, and where.
    pub(crate) crash: Option<(Crash, Site)>,
    /// The `go` statement.
    pub(crate) created: Option<Site>,
    pub(crate) ended: bool,
    /// Deferred to the end of the test.
    pub(crate) cleanups: Vec<Val>,
    /// The counter to take one from at its end (`WaitGroup.Go`, errgroup).
    pub(crate) counts: Option<Loc>,
    /// The counter of the goroutine it is about to start.
    pub(crate) spawns_for: Option<Loc>,
}

/// A moment of an execution.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) heap: Heap,
    pub(crate) globals: Sorted<ObjRef, ObjId>,
    pub(crate) goroutines: Vec<Rc<Node<Goroutine>>>,
    syncs: Rc<BTreeMap<Loc, Sync>>,
    /// Answers to questions about symbols, by hashes of the questions.
    answers: Sorted<u64, u32>,
    /// The other way round.
    pub(crate) questions: Sorted<u32, Rc<Question>>,
    /// What was decided about symbols.
    pub(crate) facts: Sorted<u32, bool>,
    /// Symbols that can be anything each time: random numbers, times, and what follows from them.
    pub(crate) free: Numbers,
    pub(crate) next_sym: u32,
    /// Whether a branch was taken on a number that is not determined, or on something of which nothing is known: such answers depend on each
    /// other in ways that are not followed.
    pub(crate) doubtful: bool,
    /// A test has failed: whatever hangs because of that is not news.
    pub(crate) failed: bool,
    /// How many branches were taken on what the program does not determine.
    pub(crate) guesses: u32,
    /// How many branches a test took because it fails on the other side.
    pub(crate) expected: u32,
    /// Objects that code outside may use.
    pub(crate) shared: Numbers,
    /// Functions that goroutines have given to code outside, which has not called them yet.
    pub(crate) given: Vec<(Gid, Rc<Callable>)>,
    /// Functions that code outside has called, and may call again.
    pub(crate) callbacks: Vec<Rc<Callable>>,
    /// Goroutines that were started and did not run yet.
    pub(crate) started: Vec<Gid>,
    /// A panic nobody recovers: what panicked and where.
    pub(crate) crashed: Option<(Gid, Crash, Site)>,
    /// The process has ended, or execution went where nothing is known.
    pub(crate) over: bool,
}

/// Panics that are findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Crash {
    SendOnClosed,
    CloseOfClosed,
    CloseOfNil,
    NegativeCounter,
    UnlockOfUnlocked,
    /// Any other panic.
    Other,
}

impl State {
    pub(crate) fn new() -> Self {
        Self {
            heap: Heap::default(),
            globals: Sorted::default(),
            goroutines: Vec::new(),
            syncs: Rc::default(),
            answers: Sorted::default(),
            questions: Sorted::default(),
            facts: Sorted::default(),
            free: Numbers::default(),
            next_sym: 0,
            doubtful: false,
            failed: false,
            guesses: 0,
            expected: 0,
            shared: Numbers::default(),
            given: Vec::new(),
            callbacks: Vec::new(),
            started: Vec::new(),
            crashed: None,
            over: false,
        }
    }

    pub(crate) fn alloc(&mut self, obj: Obj) -> ObjId {
        self.heap.push(obj)
    }

    /// Makes what is here what the states to come have in common.
    pub(crate) fn freeze(&mut self) {
        self.heap.freeze(self.shared.clone(), self.next_sym);
    }

    pub(crate) fn obj(&self, id: ObjId) -> &Obj {
        &self.heap[id as usize]
    }

    pub(crate) fn obj_mut(&mut self, id: ObjId) -> &mut Obj {
        self.heap.edit(id)
    }

    pub(crate) fn chan(&self, id: ObjId) -> Option<&Chan> {
        match self.obj(id) {
            Obj::Chan(chan) => Some(chan),
            _ => None,
        }
    }

    pub(crate) fn chan_mut(&mut self, id: ObjId) -> Option<&mut Chan> {
        match self.obj_mut(id) {
            Obj::Chan(chan) => Some(chan),
            _ => None,
        }
    }

    pub(crate) fn goroutine(&mut self, gid: Gid) -> &mut Goroutine {
        Node::edit(&mut self.goroutines[gid as usize])
    }

    /// The function a goroutine is in.
    pub(crate) fn frame(&mut self, gid: Gid) -> &mut Frame {
        let goroutine = self.goroutine(gid);
        Node::edit(goroutine.frames.last_mut().expect("a goroutine that runs has a frame"))
    }

    pub(crate) fn symbol(&mut self) -> Val {
        self.next_sym += 1;
        Val::Sym(self.next_sym)
    }

    /// A value that can be anything each time it is asked for.
    pub(crate) fn free_symbol(&mut self) -> Val {
        self.next_sym += 1;
        self.free.insert(self.next_sym);
        Val::Sym(self.next_sym)
    }

    /// Whether a symbol can be anything; none for what is no symbol.
    pub(crate) fn is_free(&self, value: &Val) -> Option<bool> {
        match value {
            Val::Sym(sym) => Some(self.free.contains(*sym)),
            value if value.is_open() => Some(false),
            _ => None,
        }
    }

    /// The answer to a question: the same symbol for the same question.
    pub(crate) fn answer(&mut self, question: Question) -> Val {
        let mut key = hash_of(&question);
        while let Some(&sym) = self.answers.get(&key) {
            if self.questions.get(&sym).is_some_and(|known| **known == question) {
                return Val::Sym(sym);
            }
            // Another question with the same hash.
            key = key.wrapping_add(1);
        }
        let answer = self.symbol();
        if let Val::Sym(sym) = answer {
            let is_free = match &question {
                Question::Unary(_, x) => self.is_free(x) == Some(true),
                Question::Binary(_, x, y) => {
                    let parts = [self.is_free(x), self.is_free(y)];
                    parts.contains(&Some(true)) && !parts.contains(&Some(false))
                }
                Question::Part(..) => false,
            };
            if is_free {
                self.free.insert(sym);
            }
            self.questions.insert(sym, Rc::new(question));
            self.answers.insert(key, sym);
        }
        answer
    }

    /// What is known of the lock, counter or condition at a place.
    pub(crate) fn sync(&self, loc: &Loc) -> Option<&Sync> {
        self.syncs.get(loc)
    }

    /// All locks, counters and conditions that were used, by their places.
    pub(crate) fn syncs(&self) -> &BTreeMap<Loc, Sync> {
        &self.syncs
    }

    pub(crate) fn syncs_mut(&mut self) -> &mut BTreeMap<Loc, Sync> {
        Rc::make_mut(&mut self.syncs)
    }

    /// Writes the result of an instruction of the top frame.
    pub(crate) fn set(&mut self, gid: Gid, dest: Option<ValueId>, value: Val) {
        if let Some(dest) = dest
            && let Some(slot) = self.frame(gid).values.get_mut(dest.index())
        {
            *slot = value;
        }
    }
}
