//! Requests of which both goroutines (by a label) and logs (by a trace or request id) tell.

use gosleuth_base::Idx as _;
use gosleuth_evidence::{EvidenceSet, LabelsId};
use rustc_hash::FxHashMap;

use super::{RequestRow, is_error};
use crate::model::CaseFile;
use crate::say::{number, plural};

/// Rows kept.
const MAX_ROWS: usize = 50;

/// What goroutines of one label set are.
#[derive(Clone, Copy, Default)]
struct Carriers {
    goroutines: u64,
    suspect: Option<usize>,
}

/// The rows, those of suspects first; a sentence for each suspect.
pub(super) fn requests(set: &EvidenceSet, case: &mut CaseFile) -> Vec<RequestRow> {
    if set.logs.iter().all(|log| log.requests.is_empty()) {
        return Vec::new();
    }
    let mut of_stack = FxHashMap::default();
    for (index, suspect) in case.suspects.iter().enumerate() {
        for &stack in &suspect.stacks {
            of_stack.entry(stack).or_insert(index);
        }
    }
    let mut of_labels: FxHashMap<LabelsId, Carriers> = FxHashMap::default();
    for snapshot in &set.snapshots {
        let mut here: FxHashMap<LabelsId, Carriers> = FxHashMap::default();
        for group in &snapshot.groups {
            let Some(labels) = group.labels else { continue };
            let carriers = here.entry(labels).or_default();
            carriers.goroutines += group.count;
            carriers.suspect = carriers.suspect.or_else(|| of_stack.get(&group.stack).copied());
        }
        for (labels, carriers) in here {
            let known = of_labels.entry(labels).or_default();
            known.goroutines = known.goroutines.max(carriers.goroutines);
            known.suspect = known.suspect.or(carriers.suspect);
        }
    }
    // Label values lead to their sets; a value in two sets belongs to the one with a suspect.
    let mut of_value: FxHashMap<&str, (&str, Carriers)> = FxHashMap::default();
    for (index, pairs) in set.labels.iter().enumerate() {
        let carriers = of_labels.get(&LabelsId::from_usize(index)).copied().unwrap_or_default();
        for &(key, value) in pairs {
            let known = of_value.entry(set.text(value)).or_insert((set.text(key), carriers));
            if known.1.suspect.is_none() && carriers.suspect.is_some() {
                *known = (set.text(key), carriers);
            }
        }
    }
    let mut rows = Vec::new();
    for request in set.logs.iter().flat_map(|log| &log.requests) {
        let Some(&(label, carriers)) = of_value.get(request.value.as_str()) else {
            continue;
        };
        rows.push(RequestRow {
            label: label.to_owned(),
            value: request.value.clone(),
            key: request.key,
            goroutines: carriers.goroutines,
            suspect: carriers.suspect,
            count: request.count,
            lines: request.lines.clone(),
        });
    }
    for (index, suspect) in case.suspects.iter_mut().enumerate() {
        let of_it: Vec<&RequestRow> = rows.iter().filter(|row| row.suspect == Some(index)).collect();
        if let Some(sentence) = sentence(&of_it) {
            suspect.evidence.push(sentence);
        }
    }
    rows.sort_by(|a, b| {
        let rank = |row: &RequestRow| (row.suspect.is_none(), row.suspect, !failed(row));
        (rank(a), &a.value).cmp(&(rank(b), &b.value))
    });
    // Every suspect has some rows, whatever comes first.
    let mut seen: FxHashMap<Option<usize>, usize> = FxHashMap::default();
    let share = (MAX_ROWS / (case.suspects.len() + 1)).max(3);
    rows.retain(|row| {
        let count = seen.entry(row.suspect).or_default();
        *count += 1;
        *count <= share
    });
    rows.truncate(MAX_ROWS);
    rows
}

fn failed(row: &RequestRow) -> bool {
    row.lines.iter().any(|line| is_error(line.level))
}

/// What the logs say of the requests of a suspect.
fn sentence(rows: &[&RequestRow]) -> Option<String> {
    let first = rows
        .iter()
        .min_by_key(|row| row.lines.first().and_then(|line| line.time))?;
    let line = first.lines.first()?;
    let bad = rows.iter().filter(|row| failed(row)).count();
    let when = line
        .time
        .map_or_else(String::new, |time| format!(" at {}", time.clock()));
    Some(format!(
        "The logs tell of {} of these goroutines by the label {}, {} of them with an error; the first is {}{when}.",
        plural(rows.len() as u64, "request"),
        first.label,
        number(bad as u64),
        first.value
    ))
}
