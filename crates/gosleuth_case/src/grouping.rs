//! The group table: filters, shapes and order.

use std::collections::BTreeMap;

use gosleuth_base::{Idx as _, Site};
use gosleuth_evidence::{EvidenceSet, FrameNote, Group, GroupId, Snapshot, SnapshotId};

use crate::buckets::{Classes, merge_waits};
use crate::facts::{Facts, site};
use crate::model::{GroupBy, GroupQuery, GroupRow};

/// Rows for the goroutines of one snapshot, biggest first, and what was left out: groups and goroutines.
pub(crate) fn rows(
    set: &EvidenceSet,
    facts: &Facts,
    classes: &mut Classes,
    id: SnapshotId,
    query: &GroupQuery,
) -> (Vec<GroupRow>, (u64, u64)) {
    let snapshot = &set.snapshots[id.index()];
    let mut left_out = (0, 0);
    let mut index: BTreeMap<Key, usize> = BTreeMap::new();
    let mut rows: Vec<(u64, GroupRow)> = Vec::new();
    for (number, group) in snapshot.groups.iter().enumerate() {
        if !passes(set, snapshot, group, query) {
            left_out.0 += 1;
            left_out.1 += group.count;
            continue;
        }
        let stack = facts.stack(group.stack);
        let text = key_text(set, facts, group, query);
        let key = match query.by {
            GroupBy::Stack => Key::Group(number),
            _ => Key::Text(text.clone()),
        };
        let at = *index.entry(key).or_insert_with(|| {
            rows.push((
                0,
                GroupRow {
                    snapshot: id,
                    members: Vec::new(),
                    key: text,
                    state: group.state,
                    stack: group.stack,
                    labels: group.labels,
                    count: 0,
                    waits: gosleuth_evidence::WaitRange::default(),
                    site: None,
                    creator: None,
                    ids: Vec::new(),
                    entry: None,
                },
            ));
            rows.len() - 1
        });
        let (biggest, row) = &mut rows[at];
        row.members.push(GroupId::from_usize(number));
        row.count += group.count;
        merge_waits(&mut row.waits, &group.waits);
        row.ids.extend(group.ids.iter().take(Group::ID_SAMPLES));
        if group.count > *biggest {
            *biggest = group.count;
            row.state = group.state;
            row.stack = group.stack;
            row.labels = group.labels;
            row.site = stack.blame.map(|frame| site(set, frame));
            row.creator = stack.creator.map(|frame| site(set, frame));
            row.entry = classes.of(set, facts, group).map(|entry| entry.id);
        }
    }
    let mut rows: Vec<GroupRow> = rows
        .into_iter()
        .map(|(_, mut row)| {
            if row.waits.known < row.count {
                row.waits.min = 0;
            }
            row.ids.sort_unstable();
            row.ids.truncate(Group::ID_SAMPLES);
            row
        })
        .collect();
    rows.sort_by(|a, b| order(a).cmp(&order(b)));
    if let Some(top) = query.top
        && rows.len() > top
    {
        for row in rows.drain(top..) {
            left_out.0 += row.members.len() as u64;
            left_out.1 += row.count;
        }
    }
    (rows, left_out)
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Group(usize),
    Text(String),
}

fn order(
    row: &GroupRow,
) -> (
    std::cmp::Reverse<u64>,
    std::cmp::Reverse<u32>,
    Option<&Site>,
    &str,
    usize,
) {
    (
        std::cmp::Reverse(row.count),
        std::cmp::Reverse(row.waits.max),
        row.site.as_ref(),
        &row.key,
        row.members.first().map_or(0, |id| id.index()),
    )
}

fn key_text(set: &EvidenceSet, facts: &Facts, group: &Group, query: &GroupQuery) -> String {
    let stack = facts.stack(group.stack);
    match query.by {
        GroupBy::Stack => String::new(),
        GroupBy::Top => set
            .stacks
            .frames(group.stack)
            .next()
            .map_or_else(String::new, |frame| set.text(frame.function).to_owned()),
        GroupBy::Site => stack
            .blame
            .map_or_else(String::new, |frame| site(set, frame).to_string()),
        GroupBy::Creator => stack
            .creator
            .map_or_else(|| "(no creator)".to_owned(), |frame| site(set, frame).to_string()),
        GroupBy::Label => label_text(set, group, query.label_key.as_deref()),
    }
}

fn label_text(set: &EvidenceSet, group: &Group, key: Option<&str>) -> String {
    let pairs = group.labels.and_then(|labels| set.labels.get(labels.index()));
    let Some(pairs) = pairs else {
        return "(no labels)".to_owned();
    };
    match key {
        Some(key) => pairs
            .iter()
            .find(|(name, _)| set.text(*name) == key)
            .map_or_else(|| format!("(no {key})"), |(_, value)| set.text(*value).to_owned()),
        None => pairs
            .iter()
            .map(|(name, value)| format!("{}={}", set.text(*name), set.text(*value)))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn passes(set: &EvidenceSet, snapshot: &Snapshot, group: &Group, query: &GroupQuery) -> bool {
    let _ = snapshot;
    let alternatives = |wanted: &[String], test: &dyn Fn(&str) -> bool| {
        wanted.is_empty() || wanted.iter().any(|text| test(text.as_str()))
    };
    let state = state_text(set, group);
    let starts = |wanted: &str| {
        state
            .get(..wanted.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(wanted))
    };
    let in_frames = |wanted: &str| {
        set.stacks.frames(group.stack).any(|frame| {
            frame.note != FrameNote::Elided
                && (set.text(frame.function).contains(wanted)
                    || file_line_contains(set.text(frame.file), frame.line, wanted))
        })
    };
    let in_creator = |wanted: &str| {
        set.stacks.stack(group.stack).created_by.is_some_and(|frame| {
            let frame = set.stacks.frame(frame);
            set.text(frame.function).contains(wanted) || file_line_contains(set.text(frame.file), frame.line, wanted)
        })
    };
    let in_labels = |wanted: &str| {
        let pairs = group.labels.and_then(|labels| set.labels.get(labels.index()));
        pairs.is_some_and(|pairs| {
            pairs.iter().any(|(name, value)| match wanted.split_once('=') {
                Some((key, text)) => set.text(*name) == key && set.text(*value) == text,
                None => set.text(*name) == wanted,
            })
        })
    };
    alternatives(&query.states, &starts)
        && query.min_wait.is_none_or(|minutes| group.waits.max >= minutes)
        && alternatives(&query.matching, &in_frames)
        && !query.without.iter().any(|text| in_frames(text))
        && alternatives(&query.created_by, &in_creator)
        && alternatives(&query.labels, &in_labels)
}

fn file_line_contains(file: &str, line: u32, wanted: &str) -> bool {
    file.contains(wanted)
        || wanted
            .rsplit_once(':')
            .is_some_and(|(name, number)| number.parse() == Ok(line) && file.ends_with(name))
}

/// The state as the dump prints it.
pub(crate) fn state_text<'a>(set: &'a EvidenceSet, group: &Group) -> &'a str {
    match group.state.other {
        Some(text) => set.text(text),
        None => group.state.reason.as_str(),
    }
}
