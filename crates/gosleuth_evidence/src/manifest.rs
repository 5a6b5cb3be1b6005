//! What a capture says about itself: `manifest.json`, version 1.
//!
//! It is written after every part, so that a capture that was cut short says what it has and what is missing. Reading is
//! lenient: fields that are not known are passed over, fields that are missing are empty.

use gosleuth_base::{Problem, ProblemKind};
use serde::{Deserialize, Serialize};

use crate::model::Time;
use crate::time;

/// Longest manifest that is read, bytes.
pub const MAX_MANIFEST: u64 = 16 << 20;
/// Most parts, and most processes, of one capture that are read. `{}` is one: without a cap a manifest would cost a hundred times its size.
const MAX_PARTS: usize = 40_000;
/// What `format` says.
const FORMAT: &str = "gosleuth-capture";

/// The manifest of one capture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Manifest {
    /// `gosleuth-capture`.
    pub format: String,
    /// Version of this form: 1. Fields are added within a version, never renamed or removed.
    pub version: u32,
    /// The program that wrote it, with its version.
    pub tool: String,
    /// How far it came.
    pub state: CaptureState,
    /// When it began, ISO 8601 in UTC.
    pub started: String,
    /// When the last part was taken, ISO 8601 in UTC.
    pub ended: String,
    /// Rounds that were planned.
    pub rounds: u32,
    /// Milliseconds from the start of one round to that of the next.
    pub every_ms: u64,
    /// Milliseconds of execution trace in the first round; 0 if none was wanted.
    pub trace_ms: u64,
    /// What it waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    /// The processes that were asked.
    #[serde(deserialize_with = "capped")]
    pub targets: Vec<CaptureTarget>,
    /// Everything that was asked, in that order, and everything that should have been and was not.
    #[serde(deserialize_with = "capped")]
    pub parts: Vec<Part>,
}

/// The first elements of a list, as many as are read.
fn capped<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct Capped<T>(std::marker::PhantomData<T>);

    impl<'de, T: Deserialize<'de>> serde::de::Visitor<'de> for Capped<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
            let mut kept = Vec::new();
            while kept.len() < MAX_PARTS {
                match list.next_element()? {
                    Some(element) => kept.push(element),
                    None => return Ok(kept),
                }
            }
            while list.next_element::<serde::de::IgnoredAny>()?.is_some() {}
            Ok(kept)
        }
    }

    deserializer.deserialize_seq(Capped(std::marker::PhantomData))
}

/// How far a capture came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CaptureState {
    /// Every round was made, and nothing failed.
    Complete,
    /// It ended, and something that was asked is missing.
    Partial,
    /// It goes on, or was killed.
    #[default]
    #[serde(other)]
    Running,
}

/// The condition that started a capture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Trigger {
    /// As it was given: `goroutines>5000`.
    pub condition: String,
    /// The value that fulfilled it.
    pub value: f64,
    /// When, ISO 8601 in UTC.
    pub at: String,
    /// The URL of the process, without credentials.
    pub target: String,
}

/// A process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct CaptureTarget {
    /// Its directory in the capture.
    pub id: String,
    /// Its URL, without credentials.
    pub url: String,
    /// The version of Go it was built with, if its metrics or its trace tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub go_version: Option<String>,
    /// Path of its main module, if its metrics tell (`go_build_info`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// Version of its main module, if its metrics tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module_version: Option<String>,
}

/// One answer of a process, or the lack of one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Part {
    /// The file with it, below the manifest; empty if there is none.
    pub name: String,
    /// `id` of the process.
    pub target: String,
    /// 1-based round.
    pub round: u32,
    /// What it is: `goroutines`, `threads`, `mutex`, `block`, `heap`, `vars`, `metrics`, `stacks`, `leaks`, `trace`, or `page`.
    pub kind: String,
    /// The URL that was asked, without credentials.
    pub url: String,
    /// When the answer began, ISO 8601 in UTC.
    pub taken: String,
    /// Milliseconds until the answer began.
    pub wait_ms: f64,
    /// Milliseconds from the request to the last byte.
    pub took_ms: f64,
    /// Bytes of the file.
    pub bytes: u64,
    /// BLAKE3 of the file, hexadecimal.
    pub blake3: String,
    /// What became of it.
    pub state: PartState,
    /// What is wrong, in one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What became of a part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PartState {
    /// All of it is there.
    Whole,
    /// A cap ended it; its beginning is there.
    Cut,
    /// The connection broke; what came before is there.
    Broken,
    /// The process did not give it.
    Failed,
    /// Not asked, because it would have cost the process too much.
    LeftOut,
    /// Not asked, because the process did not answer any more or the capture ended.
    NotAsked,
    /// The process has no such page, or nothing stands on it.
    Absent,
    /// A state that this version does not know.
    #[default]
    #[serde(other)]
    Unknown,
}

impl PartState {
    /// Whether asking again could give more.
    pub fn may_be_retried(self) -> bool {
        matches!(self, Self::Broken | Self::Failed | Self::LeftOut | Self::NotAsked)
    }

    /// Whether something that should be there is not.
    pub fn is_missing(self) -> bool {
        matches!(self, Self::Broken | Self::Failed | Self::NotAsked)
    }
}

impl Part {
    /// When the answer began.
    pub fn time(&self) -> Option<Time> {
        time::rfc3339(self.taken.as_bytes())
    }
}

impl Manifest {
    /// An empty manifest of this version.
    pub fn new(tool: impl Into<String>) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: 1,
            tool: tool.into(),
            ..Self::default()
        }
    }

    /// Reads a manifest; none if this is another document or one of a newer version.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let manifest: Self = serde_json::from_slice(bytes).ok()?;
        (manifest.format == FORMAT && manifest.version == 1).then_some(manifest)
    }

    /// What the capture itself says is missing, as problems of the input `name`.
    pub fn problems(&self, name: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut add = |kind, message: String| {
            problems.push(Problem {
                kind,
                input: name.to_owned(),
                line: None,
                message,
            });
        };
        if self.state == CaptureState::Running {
            add(
                ProblemKind::Partial,
                "the capture did not end: what it had taken until then is used".to_owned(),
            );
        }
        for part in &self.parts {
            let kind = match part.state {
                PartState::Whole | PartState::Absent | PartState::Unknown => continue,
                PartState::Cut | PartState::Broken | PartState::Failed | PartState::NotAsked => ProblemKind::Partial,
                PartState::LeftOut => ProblemKind::Note,
            };
            let what = part.problem.as_deref().unwrap_or("not there");
            add(kind, format!("{} of round {}: {what}", part.url, part.round));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_passed_over() {
        let text = br#"{"format":"gosleuth-capture","version":1,"new":[1],"state":"exploded","parts":[
            {"name":"a","kind":"of its own","state":"molten","extra":{}},
            {"name":"b","state":"left_out","problem":"too dear","url":"http://h/x","round":2}]}"#;
        let manifest = Manifest::parse(text).expect("a manifest");
        assert_eq!(manifest.parts[0].state, PartState::Unknown);
        assert_eq!(manifest.state, CaptureState::Running);
        let problems = manifest.problems("x.case");
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert_eq!(
            (problems[1].kind, problems[1].to_string().as_str()),
            (ProblemKind::Note, "x.case: http://h/x of round 2: too dear")
        );
    }

    #[test]
    fn no_more_is_kept_than_a_capture_has() {
        let list = vec!["{}"; 100_000].join(",");
        let text =
            format!(r#"{{"format":"gosleuth-capture","version":1,"parts":[{list}],"targets":[{list}],"tool":"x"}}"#);
        let manifest = Manifest::parse(text.as_bytes()).expect("a manifest");
        assert_eq!((manifest.parts.len(), manifest.targets.len()), (MAX_PARTS, MAX_PARTS));
        assert_eq!(manifest.tool, "x", "what follows is read");
    }

    #[test]
    fn other_documents_are_no_manifests() {
        for text in [
            "{}",
            "[]",
            "",
            r#"{"format":"gosleuth-capture","version":2}"#,
            r#"{"format":"other","version":1}"#,
            r#"{"format":"gosleuth-capture","version":1,"parts":7}"#,
        ] {
            assert_eq!(Manifest::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_manifest_survives_a_round_trip() {
        let mut manifest = Manifest::new("gosleuth 1");
        manifest.state = CaptureState::Complete;
        manifest.parts.push(Part {
            name: "h/01-heap.txt".into(),
            taken: "2026-11-20T12:12:12.5Z".into(),
            state: PartState::Whole,
            ..Part::default()
        });
        let text = serde_json::to_vec(&manifest).expect("plain JSON");
        assert_eq!(Manifest::parse(&text).as_ref(), Some(&manifest));
        assert_eq!(manifest.parts[0].time(), Some(Time(1_795_176_732_500_000_000)));
    }
}
