//! The model for programs: one versioned document.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// The document of `gosleuth model --format json`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Document {
    /// Version of this form: 1. Fields are added within a version, never renamed or removed.
    pub(super) version: u32,
    /// Version of gosleuth.
    pub(super) tool_version: String,
    /// The symbol of the function.
    pub(super) function: String,
    /// How far it was explored.
    pub(super) bounds: DocumentBounds,
    /// Channels, locks, counters and the like.
    pub(super) objects: Vec<ModelObject>,
    /// Goroutines; the first one runs the function.
    pub(super) goroutines: Vec<Goroutine>,
    /// What time can do at any moment.
    pub(super) time: Vec<String>,
    /// Different states of the whole program that were seen to make the automata.
    pub(super) states: u32,
    /// Whether the automata leave nothing out.
    pub(super) complete: bool,
    /// Whether the automata together can do only what the program can: no choice depends on memory that goroutines share.
    pub(super) exact: bool,
    /// `none-within`, `counterexample` or `inconclusive`.
    pub(super) verdict: String,
    /// The verdict as a sentence.
    pub(super) says: String,
    /// Different states in which schedules were explored for the verdict; orders that make no difference are left out there.
    pub(super) explored_states: u32,
    /// What can go wrong.
    pub(super) failures: Vec<DocumentFailure>,
    /// The automata in Promela, for SPIN.
    pub(super) promela: String,
}

/// How far a function is explored.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct DocumentBounds {
    /// Different states.
    pub(super) states: u32,
    /// Steps of one schedule.
    pub(super) steps: u32,
    /// Branches on what the program leaves open that one schedule takes.
    pub(super) guesses: u32,
    /// Instructions.
    pub(super) instructions: u64,
}

/// Something that operations are on.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct ModelObject {
    /// Its name in this document.
    pub(super) name: String,
    /// `channel`, `timer`, `ticker`, `context`, `lock`, `counter`, `cond` or `once`.
    pub(super) kind: String,
    /// Room of a channel.
    pub(super) capacity: u32,
    /// Whether the place is where it is made, and not where it is used first.
    pub(super) is_made_here: bool,
    /// A place in the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<Place>,
    /// Whether code that is not in the model may use it too: nobody waits for ever because of it.
    pub(super) shared: bool,
}

/// A place in the source.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Place {
    /// File, relative to the working directory if it is below.
    pub(super) file: String,
    /// Line, from 1.
    pub(super) line: u32,
}

/// What one goroutine does.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Goroutine {
    /// `goroutine 2 (worker)`; the function's name for the first.
    pub(super) name: String,
    /// The `go` statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) created: Option<Place>,
    /// The number of the goroutine that starts it.
    pub(super) parent: u32,
    /// The number of one before it that does just the same with the same objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) like: Option<u32>,
    /// Its states; it begins in the first.
    pub(super) states: Vec<GoroutineState>,
}

/// A state of a goroutine.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct GoroutineState {
    /// The operation it stands in front of, in the words of a goroutine dump; empty at the begin and end.
    pub(super) operation: String,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<Place>,
    /// `runs`, `returned`, `panicked` or `exited`.
    pub(super) end: String,
    /// Whether what comes next was not followed in full.
    pub(super) open: bool,
    /// What can happen.
    pub(super) steps: Vec<GoroutineStep>,
}

/// A step of a goroutine.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct GoroutineStep {
    /// What it does.
    pub(super) action: String,
    /// Numbers of the goroutines it starts.
    pub(super) starts: Vec<u32>,
    /// Number of the state it leads to.
    pub(super) to: u32,
}

/// Something that can go wrong.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct DocumentFailure {
    /// In words.
    pub(super) kind: String,
    /// Answers from outside that it rests on.
    pub(super) guesses: u32,
    /// What happens, in order; the last steps say who waits where for what.
    pub(super) schedule: Vec<DocumentStep>,
}

/// A step of a schedule.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct DocumentStep {
    /// Who.
    pub(super) goroutine: String,
    /// Does what.
    pub(super) action: String,
    /// What it waits for, of those who can never proceed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) waits_for: Option<String>,
    /// Where.
    pub(super) place: Place,
}

impl Document {
    /// Every place in it.
    fn places(&mut self) -> impl Iterator<Item = &mut Place> {
        let objects = self.objects.iter_mut().filter_map(|object| object.place.as_mut());
        let goroutines = self.goroutines.iter_mut().flat_map(|goroutine| {
            let states = goroutine.states.iter_mut().filter_map(|state| state.place.as_mut());
            goroutine.created.iter_mut().chain(states)
        });
        let steps = self.failures.iter_mut().flat_map(|failure| &mut failure.schedule);
        objects.chain(goroutines).chain(steps.map(|step| &mut step.place))
    }

    /// Makes paths below a directory relative to it.
    pub(super) fn relative_to(&mut self, directory: &Path) {
        for place in self.places() {
            if let Ok(relative) = Path::new(&place.file).strip_prefix(directory) {
                place.file = relative.to_string_lossy().into_owned();
            }
        }
        let prefix = format!("{}/", directory.to_string_lossy());
        self.promela = self.promela.replace(&prefix, "");
    }

    /// Takes the folder away from all places, if it is the same for all.
    pub(super) fn take_folder(&mut self) -> Option<String> {
        let folder_of = |place: &Place| Path::new(&place.file).parent().map(Path::to_path_buf);
        let folder = self.places().next().and_then(|place| folder_of(place))?;
        if folder.as_os_str().is_empty() || self.places().any(|place| folder_of(place).as_ref() != Some(&folder)) {
            return None;
        }
        for place in self.places() {
            if let Ok(name) = Path::new(&place.file).strip_prefix(&folder) {
                place.file = name.to_string_lossy().into_owned();
            }
        }
        Some(folder.to_string_lossy().into_owned())
    }
}

/// The JSON schema of the document, with a final line break.
#[cfg(feature = "schema")]
pub fn schema() -> String {
    gosleuth_report::schema_of::<Document>()
}
