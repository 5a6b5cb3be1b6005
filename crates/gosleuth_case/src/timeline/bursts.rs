//! Errors of a log over time: where they begin, and where they are far more than before.

use gosleuth_evidence::{Level, Log, LogMessage, Time};

use super::{EventKind, LogRow, TimelineEvent, event};
use crate::say::{number, plural};

/// Steps of a row: what a chart shows side by side.
const STEPS: i64 = 120;
/// Fewer errors within a step are no burst.
const LEAST: u64 = 5;
/// A burst has this many times the errors of an ordinary step.
const FACTOR: u64 = 4;
/// Bursts of one log that are named.
const MAX_BURSTS: usize = 5;

/// The counts of a log at equal steps.
pub(super) fn resample(index: usize, log: &Log) -> LogRow {
    let first = log.buckets.first().map_or(0, |bucket| bucket.start);
    let last = log.buckets.last().map_or(0, |bucket| bucket.start);
    let width = log.bucket_seconds.max(1);
    // A multiple of the width, so that no bucket is cut.
    let step = ((last - first) / STEPS / width + 1) * width;
    let count = usize::try_from((last - first) / step + 1).unwrap_or(1);
    let mut row = LogRow {
        input: log.input,
        index,
        start: first,
        step,
        lines: vec![0; count],
        errors: vec![0; count],
    };
    for bucket in &log.buckets {
        let at = usize::try_from((bucket.start - first) / step)
            .unwrap_or(0)
            .min(count - 1);
        row.lines[at] += bucket.lines;
        row.errors[at] += bucket.errors;
    }
    row
}

/// Adds where errors begin, and their bursts.
pub(super) fn errors(log: &Log, row: &LogRow, events: &mut Vec<TimelineEvent>) {
    let total: u64 = row.errors.iter().sum();
    let worst = log.messages.iter().filter(|message| message.level >= Level::Error);
    let Some(begin) = worst.clone().map(|message| message.first).min() else {
        return;
    };
    let until = worst.clone().map(|message| message.last).max();
    let text = format!("errors in the log begin: {} in all", number(total));
    events.push(TimelineEvent {
        until,
        quote: most(log, begin, until.unwrap_or(begin)),
        source: Some(log.input),
        ..event(EventKind::Errors, begin, text)
    });
    let mut found = bursts(&row.errors);
    found.sort_by_key(|burst| std::cmp::Reverse(burst.2));
    found.truncate(MAX_BURSTS);
    let ordinary = median(&row.errors);
    for (from, to, count) in found {
        let at = |step: usize| Time((row.start + i64::try_from(step).unwrap_or(0) * row.step) * 1_000_000_000);
        let text = format!(
            "errors in the log rise: {} within {}, where {} {} usual",
            number(count),
            plural(u64::try_from(row.step).unwrap_or(1) * (to - from) as u64, "second"),
            number(ordinary * (to - from) as u64),
            if ordinary * (to - from) as u64 == 1 {
                "is"
            } else {
                "are"
            },
        );
        let quote = most(log, at(from), at(to));
        // That they begin and that they rise at once is one thing.
        let same = events.iter_mut().find(|known| {
            known.kind == EventKind::Errors
                && known.source == Some(log.input)
                && (known.at.0 - at(from).0).abs() <= row.step * 1_000_000_000
        });
        if let Some(same) = same {
            same.text = text;
            (same.until, same.quote) = (Some(at(to)), quote);
        } else {
            events.push(TimelineEvent {
                until: Some(at(to)),
                quote,
                source: Some(log.input),
                ..event(EventKind::Errors, at(from), text)
            });
        }
    }
}

/// The message met most among those that were logged in a span.
fn most(log: &Log, from: Time, to: Time) -> Option<String> {
    let of_span = |message: &&LogMessage| message.level >= Level::Error && message.first <= to && message.last >= from;
    log.messages
        .iter()
        .filter(of_span)
        .max_by_key(|message| (message.count, std::cmp::Reverse(message.line)))
        .map(|message| message.text.clone())
}

fn median(counts: &[u64]) -> u64 {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

/// Runs of steps with far more errors than usual: from, to (exclusive), errors. One quiet step does not end a burst.
fn bursts(errors: &[u64]) -> Vec<(usize, usize, u64)> {
    let limit = (median(errors) * FACTOR).max(LEAST);
    let mut found: Vec<(usize, usize, u64)> = Vec::new();
    for (step, &count) in errors.iter().enumerate() {
        if count < limit {
            continue;
        }
        match found.last_mut() {
            Some(last) if step <= last.1 + 1 => {
                last.1 = step + 1;
                last.2 += count;
            }
            _ => found.push((step, step + 1, count)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bursts_stand_out() {
        assert_eq!(bursts(&[1, 1, 1, 9, 8, 0, 7, 1, 1, 1, 1, 1]), [(3, 7, 24)]);
        assert_eq!(bursts(&[9, 9, 9, 9, 9, 9]), [], "that is how it is");
        assert_eq!(bursts(&[0, 0, 4, 0, 0]), []);
        assert_eq!(median(&[]), 0);
    }
}
