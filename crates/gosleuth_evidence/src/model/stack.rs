//! Frames and stacks, interned.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};

use gosleuth_base::{Idx, Interner, Site, Sym};
use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHasher};

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stack {
    /// Frames, innermost first.
    pub frames: Vec<FrameId>,
    /// The frame of the `go` statement; none for the main goroutine and in profiles.
    pub created_by: Option<FrameId>,
    /// Ancestors, nearest first; empty almost always.
    pub ancestors: Box<[Ancestor]>,
}

/// A stack of a [`StackTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StackRef<'a> {
    /// Frames, innermost first.
    pub frames: &'a [FrameId],
    /// The frame of the `go` statement; none for the main goroutine and in profiles.
    pub created_by: Option<FrameId>,
    /// Ancestors, nearest first; empty almost always.
    pub ancestors: &'a [Ancestor],
}

/// Two frames at a time: stacks are long, and hashed once per record of a profile.
impl Hash for StackRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (pairs, rest) = self.frames.as_chunks::<2>();
        for pair in pairs {
            state.write_u64((pair[0].index() as u64) << 32 | pair[1].index() as u64);
        }
        rest.hash(state);
        self.frames.len().hash(state);
        self.created_by.hash(state);
        self.ancestors.hash(state);
    }
}

/// All distinct frames and stacks of an evidence set. The frames of all stacks lie in one vector: a profile may have a hundred
/// thousand stacks, and an allocation for each costs more than reading it.
#[derive(Clone, Debug, Default)]
pub struct StackTable {
    frames: Vec<Frame>,
    frame_index: HashTable<FrameId>,
    stacks: Stacks,
    stack_index: HashTable<StackId>,
}

#[derive(Clone, Debug, Default)]
struct Stacks {
    frames: Vec<FrameId>,
    rows: Vec<Row>,
    /// Ancestors of the stacks that have some.
    ancestors: HashMap<StackId, Box<[Ancestor]>, FxBuildHasher>,
}

#[derive(Clone, Debug)]
struct Row {
    /// Where the frames start in [`Stacks::frames`]; they end where those of the next row start.
    start: u32,
    created_by: Option<FrameId>,
}

impl Stacks {
    #[inline]
    fn get(&self, id: StackId) -> StackRef<'_> {
        let row = &self.rows[id.index()];
        let next = self.rows.get(id.index() + 1);
        let end = next.map_or(self.frames.len(), |next| next.start as usize);
        let ancestors = if self.ancestors.is_empty() {
            None
        } else {
            self.ancestors.get(&id)
        };
        StackRef {
            frames: &self.frames[row.start as usize..end],
            created_by: row.created_by,
            ancestors: ancestors.map_or(&[], |ancestors| &**ancestors),
        }
    }
}

type StackHasher = BuildHasherDefault<FxHasher>;

impl StackTable {
    /// What a stack takes of memory at most on average, beside its frames: vectors and tables grow by doubling.
    pub(crate) const STACK_COST: usize = size_of::<Row>() * 3 / 2 + 32;

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
        let view = StackRef {
            frames: &stack.frames,
            created_by: stack.created_by,
            ancestors: &stack.ancestors,
        };
        let (id, is_new) = self.intern_view(view);
        if is_new && !stack.ancestors.is_empty() {
            self.stacks.ancestors.insert(id, stack.ancestors);
        }
        id
    }

    /// The id of a stack of frames alone, and whether it is new.
    pub(crate) fn intern_frames(&mut self, frames: &[FrameId]) -> (StackId, bool) {
        self.intern_view(StackRef {
            frames,
            created_by: None,
            ancestors: &[],
        })
    }

    /// Adds everything but the ancestors, which the caller moves in. Past 4 billion frames of distinct stacks every new stack
    /// loses its frames.
    fn intern_view(&mut self, mut stack: StackRef<'_>) -> (StackId, bool) {
        if u32::try_from(self.stacks.frames.len() + stack.frames.len()).is_err() {
            stack.frames = &[];
        }
        let hash = StackHasher::default().hash_one(stack);
        let Self {
            stacks, stack_index, ..
        } = self;
        if let Some(&id) = stack_index.find(hash, |&id| stacks.get(id) == stack) {
            return (id, false);
        }
        let id = StackId::from_usize(stacks.rows.len());
        // Room first: rehashing must not see a row without its ancestors.
        stack_index.reserve(1, |&id| StackHasher::default().hash_one(stacks.get(id)));
        stacks.rows.push(Row {
            start: stacks.frames.len() as u32,
            created_by: stack.created_by,
        });
        stacks.frames.extend_from_slice(stack.frames);
        stack_index.insert_unique(hash, id, |&id| StackHasher::default().hash_one(stacks.get(id)));
        (id, true)
    }

    /// Makes room for so many more stacks.
    pub(crate) fn reserve(&mut self, stacks: usize) {
        let known = &self.stacks;
        self.stack_index
            .reserve(stacks, |&id| StackHasher::default().hash_one(known.get(id)));
        self.stacks.rows.reserve(stacks);
    }

    /// A frame of this table.
    pub fn frame(&self, id: FrameId) -> Frame {
        self.frames[id.index()]
    }

    /// All distinct frames; a [`FrameId`] is a position here.
    pub fn all_frames(&self) -> &[Frame] {
        &self.frames
    }

    /// A stack of this table.
    pub fn stack(&self, id: StackId) -> StackRef<'_> {
        self.stacks.get(id)
    }

    /// The frames of a stack, innermost first.
    pub fn frames(&self, id: StackId) -> impl DoubleEndedIterator<Item = Frame> + ExactSizeIterator + '_ {
        self.stack(id).frames.iter().map(|&frame| self.frame(frame))
    }

    /// Number of distinct stacks.
    pub fn len(&self) -> usize {
        self.stacks.rows.len()
    }

    /// Whether no stack was seen.
    pub fn is_empty(&self) -> bool {
        self.stacks.rows.is_empty()
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
