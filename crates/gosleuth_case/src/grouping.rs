//! The group table: filters, shapes and order.

use std::cmp::{Ordering, Reverse};

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
    let mut all = (0, 0);
    let asks = query.has_filters();
    let passing = groups.iter().enumerate().filter(|(_, group)| {
        all = (all.0 + 1, all.1 + group.count);
        !asks || passes(set, group, query)
    });
    let ranks = site_ranks(set, facts, groups);
    let site_of = |group: &Group| facts.stack(group.stack).blame.map_or(0, |frame| ranks[frame.index()]);
    let (drafts, merged): (Box<dyn Iterator<Item = Draft>>, _) = match query.by {
        GroupBy::Stack => (
            Box::new(passing.map(|(index, group)| Draft::new(index, group))),
            Vec::new(),
        ),
        _ => {
            let (drafts, merged) = merge(set, facts, passing, query);
            (Box::new(drafts.into_iter()), merged)
        }
    };
    let drafts = drafts.map(|draft| Draft {
        site: site_of(&groups[draft.biggest as usize]),
        ..draft
    });
    let order = |a: &Draft, b: &Draft| {
        // Groups have no key. To compare two empty texts is slow on processors that mask loads.
        let by_key = || match (merged.get(a.first as usize), merged.get(b.first as usize)) {
            (Some(a), Some(b)) => a.key.cmp(&b.key),
            _ => Ordering::Equal,
        };
        (Reverse(a.count), Reverse(a.longest), a.site)
            .cmp(&(Reverse(b.count), Reverse(b.longest), b.site))
            .then_with(by_key)
            .then(a.first.cmp(&b.first))
    };
    let drafts = first_in_order(drafts, query.top.unwrap_or(usize::MAX), order);
    let rows = drafts.iter().map(|draft| {
        let biggest = &groups[draft.biggest as usize];
        let stack = facts.stack(biggest.stack);
        let single = [GroupId::from_usize(draft.biggest as usize)];
        let (key, members) = merged
            .get(draft.first as usize)
            .map_or(("", &single[..]), |merged| (&merged.key, &merged.members));
        all = (all.0 - members.len() as u64, all.1 - draft.count);
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
    (rows.collect(), all)
}

/// The first `count` items in order. A dump may have a hundred thousand groups of which a page shows ten, so no more than twice
/// `count` are held.
fn first_in_order<T>(
    items: impl Iterator<Item = T>,
    count: usize,
    mut order: impl FnMut(&T, &T) -> Ordering,
) -> Vec<T> {
    let mut first: Vec<T> = Vec::new();
    // The best item that was left out: nothing after it can be among the first.
    let mut bar: Option<T> = None;
    for item in items {
        if bar.as_ref().is_some_and(|bar| order(bar, &item).is_lt()) {
            continue;
        }
        first.push(item);
        if first.len() / 2 > count {
            first.select_nth_unstable_by(count, &mut order);
            first.truncate(count + 1);
            bar = first.pop();
        }
    }
    first.sort_unstable_by(order);
    first.truncate(count);
    first
}

/// A row before it is put into words: what the order of rows needs.
struct Draft {
    count: u64,
    /// Longest wait, in minutes.
    longest: u32,
    /// Rank of the site to blame.
    site: u32,
    /// Position among the merged rows, which is that of the group where rows are groups.
    first: u32,
    /// Position of the biggest group.
    biggest: u32,
}

impl Draft {
    fn new(index: usize, group: &Group) -> Self {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
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
                    first: u32::try_from(at).unwrap_or(u32::MAX),
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
            draft.biggest = u32::try_from(number).unwrap_or(u32::MAX);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_those_of_the_sorted_whole() {
        let shuffled = (0..1_000u32).map(|number| number * 7_919 % 1_000);
        for count in [0, 1, 10, 499, 1_000, usize::MAX] {
            let sorted: Vec<u32> = (0..1_000).take(count).collect();
            assert_eq!(first_in_order(shuffled.clone(), count, u32::cmp), sorted, "{count}");
        }
    }
}
