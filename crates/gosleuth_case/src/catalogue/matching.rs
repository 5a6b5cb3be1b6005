//! Finds the entry for a stack or a message.
//!
//! A profile may hold a hundred thousand distinct stacks, so each distinct function name is compared with the patterns once. What
//! patterns it matches is its trait, a number that is 0 for almost every function. Two stacks whose functions have the same traits
//! in the places that entries ask about have the same entry, so entries are compared once per combination.

use gosleuth_base::Idx as _;
use gosleuth_evidence::{EvidenceSet, FrameId, WaitReason};
use rustc_hash::FxHashMap;

use super::{ENTRIES, Entry, Section, Which};
use crate::facts::Facts;

/// What an entry is compared with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StackView<'a> {
    /// State.
    pub(crate) reason: WaitReason,
    /// Frames, innermost first, without leading frames of the runtime.
    pub(crate) frames: &'a [FrameId],
    /// The first frame of the program itself: those before it are the leading ones. All are, without it.
    pub(crate) user: Option<FrameId>,
    /// The frame of the `go` statement.
    pub(crate) creator: Option<FrameId>,
    /// The main goroutine.
    pub(crate) is_main: bool,
}

/// Compiled patterns and the answers already found.
pub(crate) struct Matcher {
    /// Pattern number of each exact name.
    exact: FxHashMap<&'static str, u16>,
    /// Patterns with a star.
    wild: Vec<(&'static str, u16)>,
    /// Entries of waits by descending priority, with their patterns as numbers.
    entries: Vec<Compiled>,
    /// Traits of functions by frame and by symbol; `UNSEEN` where nobody asked yet.
    by_frame: Vec<Trait>,
    by_sym: Vec<Trait>,
    /// Pattern numbers of each trait.
    traits: Vec<Box<[u16]>>,
    trait_index: FxHashMap<Box<[u16]>, Trait>,
    answers: FxHashMap<Signature, Option<&'static Entry>>,
    /// The signature of the stack in question, kept to reuse its memory.
    signature: Signature,
}

/// Which set of patterns a function name matches; 0 is none.
type Trait = u32;

const UNSEEN: Trait = Trait::MAX;

/// All that entries ask of a stack.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Signature {
    reason: WaitReason,
    is_main: bool,
    has_user: bool,
    top: Trait,
    outermost: Trait,
    creator: Trait,
    /// Distinct traits but 0 in order of appearance: those of leading functions, then the others.
    present: Vec<Trait>,
    /// How many of them are of leading functions.
    leading: usize,
}

struct Compiled {
    entry: &'static Entry,
    top: Box<[u16]>,
    anywhere: Box<[u16]>,
    leading: Box<[u16]>,
    also: Box<[u16]>,
    outermost: Box<[u16]>,
    creator: Box<[u16]>,
    without: Box<[u16]>,
}

impl Matcher {
    /// Compiles the entries of waits.
    pub(crate) fn new() -> Self {
        let mut matcher = Self {
            exact: FxHashMap::default(),
            wild: Vec::new(),
            entries: Vec::new(),
            by_frame: Vec::new(),
            by_sym: Vec::new(),
            traits: vec![Box::default()],
            trait_index: FxHashMap::from_iter([(Box::default(), 0)]),
            answers: FxHashMap::default(),
            signature: Signature {
                reason: WaitReason::Unknown,
                is_main: false,
                has_user: false,
                top: 0,
                outermost: 0,
                creator: 0,
                present: Vec::new(),
                leading: 0,
            },
        };
        let mut numbers: FxHashMap<&'static str, u16> = FxHashMap::default();
        let mut waits: Vec<&'static Entry> = ENTRIES.iter().filter(|entry| entry.section == Section::Waits).collect();
        waits.sort_by_key(|entry| (std::cmp::Reverse(entry.priority), entry.id));
        for entry in waits {
            let mut compile = |patterns: &'static [&'static str]| -> Box<[u16]> {
                patterns
                    .iter()
                    .map(|pattern| matcher.number(pattern, &mut numbers))
                    .collect()
            };
            let compiled = Compiled {
                entry,
                top: compile(entry.wait.top),
                anywhere: compile(entry.wait.anywhere),
                leading: compile(entry.wait.leading),
                also: compile(entry.wait.also),
                outermost: compile(entry.wait.entry),
                creator: compile(entry.wait.creator),
                without: compile(entry.wait.without),
            };
            matcher.entries.push(compiled);
        }
        matcher
    }

    fn number(&mut self, pattern: &'static str, numbers: &mut FxHashMap<&'static str, u16>) -> u16 {
        let next = u16::try_from(numbers.len()).expect("the catalogue has fewer than 65,536 patterns");
        *numbers.entry(pattern).or_insert_with(|| {
            if pattern.contains('*') {
                self.wild.push((pattern, next));
            } else {
                self.exact.insert(pattern, next);
            }
            next
        })
    }

    /// The trait of a frame's function.
    #[inline]
    fn trait_of(&mut self, set: &EvidenceSet, frame: FrameId) -> Trait {
        match self.by_frame.get(frame.index()) {
            Some(&known) if known != UNSEEN => known,
            _ => self.learn(set, frame),
        }
    }

    #[cold]
    fn learn(&mut self, set: &EvidenceSet, frame: FrameId) -> Trait {
        let sym = set.stacks.frame(frame).function;
        self.by_sym.resize(set.strings.len(), UNSEEN);
        if self.by_sym[sym.index()] == UNSEEN {
            let name = set.text(sym);
            let wild = self.wild.iter().filter(|(pattern, _)| matches(pattern, name));
            let hits: Box<[u16]> = self
                .exact
                .get(name)
                .into_iter()
                .chain(wild.map(|(_, number)| number))
                .copied()
                .collect();
            let next = self.traits.len() as Trait;
            self.by_sym[sym.index()] = *self.trait_index.entry(hits).or_insert_with_key(|hits| {
                self.traits.push(hits.clone());
                next
            });
        }
        self.by_frame.resize(set.stacks.all_frames().len(), UNSEEN);
        self.by_frame[frame.index()] = self.by_sym[sym.index()];
        self.by_frame[frame.index()]
    }

    /// The entry for a goroutine: the one of highest priority whose conditions all hold.
    pub(crate) fn wait_entry(
        &mut self,
        set: &EvidenceSet,
        facts: &Facts,
        view: &StackView<'_>,
    ) -> Option<&'static Entry> {
        let mut present = std::mem::take(&mut self.signature.present);
        present.clear();
        let mut leading = None;
        for &frame in view.frames {
            if Some(frame) == view.user && leading.is_none() {
                leading = Some(present.len());
            }
            let function = self.trait_of(set, frame);
            // Functions that no pattern matches decide nothing.
            if function != 0 && !present.contains(&function) && facts.is_function(frame) {
                present.push(function);
            }
        }
        let is_function = |frame: &&FrameId| facts.is_function(**frame);
        let top = view.frames.iter().find(is_function);
        let outermost = view.frames.iter().rfind(is_function);
        let mut trait_of = |frame: Option<FrameId>| frame.map_or(0, |frame| self.trait_of(set, frame));
        self.signature = Signature {
            reason: view.reason,
            is_main: view.is_main,
            has_user: view.user.is_some(),
            top: trait_of(top.copied()),
            outermost: trait_of(outermost.copied()),
            creator: trait_of(view.creator),
            leading: leading.unwrap_or(present.len()),
            present,
        };
        if let Some(&known) = self.answers.get(&self.signature) {
            return known;
        }
        let entry = self.compare();
        self.answers.insert(self.signature.clone(), entry);
        entry
    }

    /// Compares the signature with every entry.
    fn compare(&self) -> Option<&'static Entry> {
        let view = &self.signature;
        let has = |wanted: &[u16], of: Trait| overlap(wanted, &self.traits[of as usize]);
        let any_of = |wanted: &[u16], of: &[Trait]| of.iter().any(|&of| has(wanted, of));
        let any = |wanted: &[u16]| any_of(wanted, &view.present);
        self.entries
            .iter()
            .find(|compiled| {
                let wait = &compiled.entry.wait;
                let asks_functions = !(wait.top.is_empty()
                    && wait.anywhere.is_empty()
                    && wait.leading.is_empty()
                    && wait.entry.is_empty());
                let state = wait.states.is_empty()
                    || wait.states.contains(&view.reason)
                    || (view.reason == WaitReason::Unknown && asks_functions);
                state
                    && match wait.goroutine {
                        Which::Any => true,
                        Which::Main => view.is_main,
                        Which::Other => !view.is_main,
                    }
                    && wait.user_frames.is_none_or(|wanted| wanted == view.has_user)
                    && (compiled.top.is_empty() || has(&compiled.top, view.top))
                    && (compiled.outermost.is_empty() || has(&compiled.outermost, view.outermost))
                    && (compiled.creator.is_empty() || has(&compiled.creator, view.creator))
                    && (compiled.anywhere.is_empty() || any(&compiled.anywhere))
                    && (compiled.leading.is_empty() || any_of(&compiled.leading, &view.present[..view.leading]))
                    && (compiled.also.is_empty() || any(&compiled.also))
                    && (compiled.without.is_empty() || !any(&compiled.without))
            })
            .map(|compiled| compiled.entry)
    }
}

fn overlap(wanted: &[u16], have: &[u16]) -> bool {
    have.iter().any(|number| wanted.contains(number))
}

/// Whether `text` is what `pattern` asks for; a `*` at either end stands for any text.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(_), Some(_)) => text.contains(pattern.trim_matches('*')),
        (Some(end), None) => text.ends_with(end),
        (None, Some(start)) => text.starts_with(start),
        (None, None) => text == pattern,
    }
}

/// The entry of a section for a message: exact texts before patterns, longer patterns before shorter ones.
pub(crate) fn message_entry(section: Section, text: &str) -> Option<&'static Entry> {
    let text = text.trim();
    ENTRIES
        .iter()
        .filter(|entry| entry.section == section)
        .flat_map(|entry| entry.texts.iter().map(move |pattern| (entry, *pattern)))
        .filter(|(_, pattern)| matches(pattern, text))
        .max_by_key(|(entry, pattern)| (!pattern.contains('*'), pattern.len(), std::cmp::Reverse(entry.id)))
        .map(|(entry, _)| entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn star_stands_at_either_end() {
        assert!(matches("net/http.*", "net/http.(*conn).serve"));
        assert!(matches("*.Notify", "os/signal.Notify"));
        assert!(matches("*Timer*", "main.newTimerLoop"));
        assert!(matches("main.main", "main.main"));
        assert!(!matches("main.main", "main.main.func1"));
        assert!(!matches("net/http.*", "net/httputil.X"));
    }
}
