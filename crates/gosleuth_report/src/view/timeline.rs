//! What happened when: the part of the document that has times, with what logs say.

use std::collections::BTreeMap;

use gosleuth_case as case;
use gosleuth_evidence::{self as evidence, Level, LogZone, Time};
use serde::Serialize;

use super::{Context, Text};

/// What happened when.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Timeline<'a> {
    /// What came first, and what followed; empty if nothing is known but when evidence was taken.
    pub(crate) summary: Text<'a>,
    /// Everything that has a time, in that order.
    pub(crate) events: Vec<Event<'a>>,
    /// The logs, each in sum.
    pub(crate) logs: Vec<LogSum<'a>>,
    /// Requests of which both goroutines and logs tell, those of suspects first.
    pub(crate) requests: Vec<Request<'a>>,
    /// What to know about the clocks.
    pub(crate) notes: Vec<Text<'a>>,
}

/// Something that has a time.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Event<'a> {
    /// When, as ISO 8601 in UTC.
    pub(crate) at: String,
    /// For what lasts: until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<String>,
    /// It may have been this many seconds earlier.
    pub(crate) margin_seconds: u64,
    /// `build`, `start`, `running`, `first-block`, `growth`, `memory`, `errors`, `race`, `snapshot`, `stop` or `crash`.
    pub(crate) kind: &'static str,
    /// What happened.
    pub(crate) text: Text<'a>,
    /// What the process said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quote: Option<Text<'a>>,
    /// The input that tells of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) input: Option<Text<'a>>,
    /// The suspect it belongs to, a position in `suspects`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) suspect: Option<usize>,
    /// Nanoseconds since 1970, for pictures.
    #[serde(skip)]
    pub(crate) nanos: i64,
}

/// A log in sum.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct LogSum<'a> {
    /// Its input.
    pub(crate) input: Text<'a>,
    /// Forms of its lines: `json`, `logfmt`, `klog`, `access`, `text`.
    pub(crate) forms: &'a [&'static str],
    /// Lines with a time.
    pub(crate) dated: u64,
    /// Lines without one.
    pub(crate) undated: u64,
    /// Earliest time, as ISO 8601 in UTC.
    pub(crate) first: String,
    /// Latest time.
    pub(crate) last: String,
    /// Whether the zone of its times is known: `given`, `missing` (they count as UTC), `mixed` or `set`.
    pub(crate) zone: &'static str,
    /// Lines by level; levels that do not occur are left out.
    pub(crate) levels: BTreeMap<&'static str, u64>,
    /// Start of `lines` and `errors`, seconds since 1970.
    pub(crate) start: i64,
    /// Seconds per step of `lines` and `errors`.
    pub(crate) step_seconds: i64,
    /// Lines per step.
    pub(crate) lines: &'a [u64],
    /// Those at error and above.
    pub(crate) errors: &'a [u64],
    /// Kinds of messages at warn and above, most frequent first; `#` stands for numbers.
    pub(crate) messages: Vec<Message<'a>>,
}

/// Messages that differ in numbers only.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Message<'a> {
    /// Level of the first.
    pub(crate) level: &'static str,
    /// The text.
    pub(crate) text: Text<'a>,
    /// How many.
    pub(crate) count: u64,
    /// When first.
    pub(crate) first: String,
    /// When last.
    pub(crate) last: String,
    /// Line of the first.
    pub(crate) line: u64,
}

/// A request of which goroutines and logs tell.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Request<'a> {
    /// Key of the label that goroutines carry.
    pub(crate) label: Text<'a>,
    /// Its value, which is that in the log.
    pub(crate) value: Text<'a>,
    /// Goroutines with it.
    pub(crate) goroutines: u64,
    /// The suspect that one of them belongs to, a position in `suspects`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) suspect: Option<usize>,
    /// Lines of logs with it.
    pub(crate) count: u64,
    /// The first of them.
    pub(crate) lines: Vec<LogLine<'a>>,
}

/// A line of a log.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct LogLine<'a> {
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time: Option<String>,
    /// Its level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) level: Option<&'static str>,
    /// Its message.
    pub(crate) text: Text<'a>,
    /// Its number.
    pub(crate) line: u64,
}

pub(super) fn build<'a>(cx: &'a Context<'a>, timeline: &'a case::Timeline) -> Timeline<'a> {
    Timeline {
        summary: cx.free(&timeline.summary),
        events: timeline.events.iter().map(|event| view_event(cx, event)).collect(),
        logs: timeline.logs.iter().filter_map(|row| view_log(cx, row)).collect(),
        requests: timeline.requests.iter().map(|row| view_request(cx, row)).collect(),
        notes: timeline.notes.iter().map(|note| cx.free(note)).collect(),
    }
}

fn view_event<'a>(cx: &'a Context<'a>, event: &'a case::TimelineEvent) -> Event<'a> {
    Event {
        at: event.at.iso_millis(),
        until: event.until.map(Time::iso_millis),
        margin_seconds: u64::try_from(event.margin / 1_000_000_000).unwrap_or(0),
        kind: event.kind.as_str(),
        text: cx.free(&event.text),
        quote: event.quote.as_deref().map(|quote| cx.message(quote)),
        input: event.source.map(|id| cx.input_name(id)),
        suspect: event.suspect,
        nanos: event.at.0,
    }
}

fn view_log<'a>(cx: &'a Context<'a>, row: &'a case::LogRow) -> Option<LogSum<'a>> {
    let log: &evidence::Log = cx.set.logs.get(row.index)?;
    Some(LogSum {
        input: cx.input_name(log.input),
        forms: &log.forms,
        dated: log.dated,
        undated: log.undated,
        first: log.first.map_or_else(String::new, Time::iso_millis),
        last: log.last.map_or_else(String::new, Time::iso_millis),
        zone: match log.zone {
            LogZone::Given => "given",
            LogZone::Missing => "missing",
            LogZone::Mixed => "mixed",
            LogZone::Set => "set",
        },
        levels: Level::ALL
            .iter()
            .zip(log.levels)
            .filter(|(_, count)| *count > 0)
            .map(|(level, count)| (level.as_str(), count))
            .collect(),
        start: row.start,
        step_seconds: row.step,
        lines: &row.lines,
        errors: &row.errors,
        messages: log
            .messages
            .iter()
            .map(|message| Message {
                level: message.level.as_str(),
                text: cx.message(&message.text),
                count: message.count,
                first: message.first.iso_millis(),
                last: message.last.iso_millis(),
                line: message.line,
            })
            .collect(),
    })
}

fn view_request<'a>(cx: &'a Context<'a>, row: &'a case::RequestRow) -> Request<'a> {
    Request {
        label: cx.free(&row.label),
        value: cx.value("label", &row.value),
        goroutines: row.goroutines,
        suspect: row.suspect,
        count: row.count,
        lines: row
            .lines
            .iter()
            .map(|line| LogLine {
                time: line.time.map(Time::iso_millis),
                level: line.level.map(Level::as_str),
                text: cx.message(&line.text),
                line: line.line,
            })
            .collect(),
    }
}

impl Timeline<'_> {
    /// Whether there is more than the moments at which evidence was taken.
    pub(crate) fn tells(&self) -> bool {
        !self.logs.is_empty()
            || self
                .events
                .iter()
                .any(|event| !matches!(event.kind, "snapshot" | "running"))
    }
}

/// The time of day of a time: `09:27:40.123`.
pub(crate) fn clock(iso: &str) -> &str {
    iso.get(11..iso.len().saturating_sub(1)).unwrap_or(iso)
}

/// The day of a time.
pub(crate) fn day(iso: &str) -> &str {
    iso.get(..10).unwrap_or(iso)
}
