//! The group table: filters, shapes and order.

use std::cmp::Reverse;

use gosleuth_base::{Idx as _, Site};
use gosleuth_evidence::{EvidenceSet, FrameId, FrameNote, Group, GroupId, SnapshotId, WaitRange};
use rustc_hash::FxHashMap;

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
    let groups = &set.snapshots[id.index()].groups;
    let mut left_out = (0, 0);
    let passing = groups.iter().enumerate().filter(|(_, group)| {
        let passes = passes(set, group, query);
        if !passes {
            left_out.0 += 1;
            left_out.1 += group.count;
        }
        passes
    });
    let (mut drafts, merged) = match query.by {
        GroupBy::Stack => {
            let draft = |(index, group): (usize, &Group)| Draft::new(index, group);
            (passing.map(draft).collect(), Vec::new())
        }
        _ => merge(set, facts, passing, query),
    };
    let ranks = site_ranks(set, facts, groups);
    for draft in &mut drafts {
        let blame = facts.stack(groups[draft.biggest].stack).blame;
        draft.site = blame.map_or(0, |frame| ranks[frame.index()]);
    }
    // A dump may have a hundred thousand groups, of which a page shows ten: only those are sorted and put into words.
    let order = |a: &Draft, b: &Draft| {
        let key = |draft: &Draft| merged.get(draft.first).map_or("", |merged| merged.key.as_str());
        (Reverse(a.count), Reverse(a.longest), a.site, key(a), a.first).cmp(&(
            Reverse(b.count),
            Reverse(b.longest),
            b.site,
            key(b),
            b.first,
        ))
    };
    if let Some(top) = query.top
        && drafts.len() > top
    {
        drafts.select_nth_unstable_by(top, order);
        for draft in drafts.drain(top..) {
            left_out.0 += merged.get(draft.first).map_or(1, |merged| merged.members.len() as u64);
            left_out.1 += draft.count;
        }
    }
    drafts.sort_unstable_by(order);
    let rows = drafts.iter().map(|draft| {
        let biggest = &groups[draft.biggest];
        let stack = facts.stack(biggest.stack);
        let single = [GroupId::from_usize(draft.biggest)];
        let (key, members) = merged
            .get(draft.first)
            .map_or(("", &single[..]), |merged| (&merged.key, &merged.members));
        let members = members.iter().map(|id| &groups[id.index()]);
        let mut waits = WaitRange::default();
        let mut ids: Vec<u64> = Vec::new();
        for group in members.clone() {
            merge_waits(&mut waits, &group.waits);
            ids.extend(group.ids.iter().take(Group::ID_SAMPLES));
        }
        if waits.known < draft.count {
            waits.min = 0;
        }
        ids.sort_unstable();
        ids.truncate(Group::ID_SAMPLES);
        GroupRow {
            snapshot: id,
            key: key.to_owned(),
            state: biggest.state,
            stack: biggest.stack,
            labels: biggest.labels,
            count: draft.count,
            waits,
            site: stack.blame.map(|frame| site(set, frame)),
            creator: stack.creator.map(|frame| site(set, frame)),
            ids,
            entry: classes.of(set, facts, biggest).map(|entry| entry.id),
        }
    });
    (rows.collect(), left_out)
}

/// A row before it is put into words: what the order of rows needs.
struct Draft {
    count: u64,
    /// Longest wait, in minutes.
    longest: u32,
    /// Rank of the site to blame.
    site: u32,
    /// Position among the merged rows, which is that of the group where rows are groups.
    first: usize,
    /// Position of the biggest group.
    biggest: usize,
}

impl Draft {
    fn new(index: usize, group: &Group) -> Self {
        Self {
            count: group.count,
            longest: group.waits.max,
            site: 0,
            first: index,
            biggest: index,
        }
    }
}

/// Groups of one key.
struct Merged {
    key: String,
    members: Vec<GroupId>,
}

/// Puts groups with equal keys together, in order of first appearance.
fn merge<'a>(
    set: &EvidenceSet,
    facts: &Facts,
    groups: impl Iterator<Item = (usize, &'a Group)>,
    query: &GroupQuery,
) -> (Vec<Draft>, Vec<Merged>) {
    let mut index: FxHashMap<String, usize> = FxHashMap::default();
    let mut drafts: Vec<Draft> = Vec::new();
    let mut merged: Vec<Merged> = Vec::new();
    let mut biggest: Vec<u64> = Vec::new();
    for (number, group) in groups {
        let key = key_text(set, facts, group, query);
        let at = match index.get(&key) {
            Some(&at) => at,
            None => {
                let at = drafts.len();
                index.insert(key.clone(), at);
                drafts.push(Draft {
                    count: 0,
                    first: at,
                    ..Draft::new(number, group)
                });
                merged.push(Merged {
                    key,
                    members: Vec::new(),
                });
                biggest.push(0);
                at
            }
        };
        let draft = &mut drafts[at];
        draft.count += group.count;
        draft.longest = draft.longest.max(group.waits.max);
        if group.count > biggest[at] {
            biggest[at] = group.count;
            draft.biggest = number;
        }
        merged[at].members.push(GroupId::from_usize(number));
    }
    (drafts, merged)
}

/// The rank of each frame that some group is blamed on among the sites of all such frames, from 1; 0 for the others. Comparing
/// ranks is comparing sites.
fn site_ranks(set: &EvidenceSet, facts: &Facts, groups: &[Group]) -> Vec<u32> {
    let mut ranks: Vec<u32> = vec![0; set.stacks.all_frames().len()];
    let mut frames: Vec<(FrameId, Site)> = Vec::new();
    for group in groups {
        if let Some(frame) = facts.stack(group.stack).blame
            && std::mem::replace(&mut ranks[frame.index()], 1) == 0
        {
            frames.push((frame, site(set, frame)));
        }
    }
    frames.sort_by(|a, b| a.1.cmp(&b.1));
    let mut rank = 0;
    for (index, (frame, site)) in frames.iter().enumerate() {
        if index == 0 || frames[index - 1].1 != *site {
            rank += 1;
        }
        ranks[frame.index()] = rank;
    }
    ranks
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

fn passes(set: &EvidenceSet, group: &Group, query: &GroupQuery) -> bool {
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
