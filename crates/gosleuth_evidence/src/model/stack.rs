//! Frames and stacks, interned.

use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};

use gosleuth_base::{Idx, Interner, Site, Sym};
use hashbrown::HashTable;
use rustc_hash::FxHasher;

gosleuth_base::new_index! {
    /// An interned frame.
    pub struct FrameId;
}

gosleuth_base::new_index! {
    /// An interned stack: frames, creator and ancestors. Equal ids mean equal stacks, in any snapshot of the set.
    pub struct StackId;
}

/// What a line of a stack that is not an ordinary call says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FrameNote {
    /// An ordinary call, inlined or not: the same code is inlined in one caller and not in another.
    Call,
    /// `...N frames elided...`; `line` of the frame holds N, 0 where the text has no number.
    Elided,
    /// `non-Go function` or a cgo symbol.
    NonGo,
    /// `goroutine running on other thread; stack unavailable`.
    Unavailable,
}

/// One frame. Innermost frames come first in a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Frame {
    /// Function symbol name as Go prints it, without arguments.
    pub function: Sym,
    /// File path as printed.
    pub file: Sym,
    /// 1-based line; 0 unknown.
    pub line: u32,
    /// What kind of line this is.
    pub note: FrameNote,
    /// Arguments as printed, kept only with `ReadOptions::exact`.
    pub args: Option<Sym>,
}

/// A section `[originating from goroutine N]` (GODEBUG=tracebackancestors). The goroutine numbers are left out: they differ
/// between goroutines of one group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ancestor {
    /// Frames of the creating goroutine at the `go` statement, innermost first.
    pub frames: Box<[FrameId]>,
    /// Its own creator.
    pub created_by: Option<FrameId>,
}

/// A stack with the creation site of its goroutine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// Frames, innermost first.
    pub frames: Box<[FrameId]>,
    /// The frame of the `go` statement; none for the main goroutine and in profiles.
    pub created_by: Option<FrameId>,
    /// Ancestors, nearest first; empty almost always.
    pub ancestors: Box<[Ancestor]>,
}

/// Two frames at a time: stacks are long, and hashed once per record of a profile.
impl Hash for Stack {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut pairs = self.frames.chunks_exact(2);
        for pair in &mut pairs {
            state.write_u64((pair[0].index() as u64) << 32 | pair[1].index() as u64);
        }
        pairs.remainder().hash(state);
        self.frames.len().hash(state);
        self.created_by.hash(state);
        self.ancestors.hash(state);
    }
}

/// All distinct frames and stacks of an evidence set.
#[derive(Clone, Debug, Default)]
pub struct StackTable {
    frames: Vec<Frame>,
    frame_index: HashTable<FrameId>,
    stacks: Vec<Stack>,
    stack_index: HashTable<StackId>,
}

type StackHasher = BuildHasherDefault<FxHasher>;

impl StackTable {
    /// The id of a frame, new or known.
    pub fn intern_frame(&mut self, frame: Frame) -> FrameId {
        let hash = StackHasher::default().hash_one(frame);
        let Self {
            frames, frame_index, ..
        } = self;
        if let Some(&id) = frame_index.find(hash, |id| frames[id.index()] == frame) {
            return id;
        }
        let id = FrameId::from_usize(frames.len());
        frames.push(frame);
        frame_index.insert_unique(hash, id, |id| StackHasher::default().hash_one(frames[id.index()]));
        id
    }

    /// The id of a stack, new or known.
    pub fn intern_stack(&mut self, stack: Stack) -> StackId {
        let hash = StackHasher::default().hash_one(&stack);
        let Self {
            stacks, stack_index, ..
        } = self;
        if let Some(&id) = stack_index.find(hash, |id| stacks[id.index()] == stack) {
            return id;
        }
        let id = StackId::from_usize(stacks.len());
        stacks.push(stack);
        stack_index.insert_unique(hash, id, |id| StackHasher::default().hash_one(&stacks[id.index()]));
        id
    }

    /// Makes room for so many more stacks.
    pub(crate) fn reserve(&mut self, stacks: usize) {
        let known = &self.stacks;
        self.stack_index
            .reserve(stacks, |id| StackHasher::default().hash_one(&known[id.index()]));
        self.stacks.reserve(stacks);
    }

    /// A frame of this table.
    pub fn frame(&self, id: FrameId) -> Frame {
        self.frames[id.index()]
    }

    /// A stack of this table.
    pub fn stack(&self, id: StackId) -> &Stack {
        &self.stacks[id.index()]
    }

    /// The frames of a stack, innermost first.
    pub fn frames(&self, id: StackId) -> impl DoubleEndedIterator<Item = Frame> + ExactSizeIterator + '_ {
        self.stack(id).frames.iter().map(|&frame| self.frame(frame))
    }

    /// Number of distinct stacks.
    pub fn len(&self) -> usize {
        self.stacks.len()
    }

    /// Whether no stack was seen.
    pub fn is_empty(&self) -> bool {
        self.stacks.is_empty()
    }
}

impl Frame {
    /// This frame as a site with owned text.
    pub fn site(&self, strings: &Interner) -> Site {
        Site {
            function: strings.get(self.function).to_owned(),
            file: strings.get(self.file).to_owned(),
            line: if self.note == FrameNote::Elided { 0 } else { self.line },
        }
    }
}
