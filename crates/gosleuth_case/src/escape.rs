//! Compiler escape output: which contexts, cancel functions, channels and large values move to the heap, and why.

use gosleuth_base::{Severity, Site, SuspectKind};
use gosleuth_evidence::{Escape, EscapeKind, EvidenceSet};

use crate::catalogue::{Section, known, message_entry};
use crate::model::{CaseFile, Suspect, Table};
use crate::say::{Values, number};

/// Most lines of the table.
const MOST: usize = 200;

/// Adds the table of decisions, and a candidate per place where something that matters for life cycles escapes.
pub(crate) fn explain(set: &EvidenceSet, case: &mut CaseFile) {
    if set.escapes.is_empty() {
        return;
    }
    let mut rows: Vec<(&'static str, &'static str, &Escape)> = Vec::new();
    let mut others = 0u64;
    for escape in &set.escapes {
        match class(set, escape) {
            Some(class) => rows.push((class.0, class.1, escape)),
            None => others += 1,
        }
    }
    rows.sort_by_key(|(class, _, escape)| (*class, set.text(escape.file), escape.line, escape.column));
    rows.dedup_by_key(|(class, _, escape)| (*class, escape.file, escape.line, escape.what));
    for (class, why, escape) in &rows {
        let entry = message_entry(Section::Escapes, class).unwrap_or_else(|| known("escape-other"));
        let at = Site {
            function: String::new(),
            file: set.text(escape.file).to_owned(),
            line: escape.line,
        };
        let values = Values {
            site: Some(&at),
            what: set.text(escape.what),
            message: why,
            ..Values::default()
        };
        case.candidates.push(Suspect {
            severity: Severity::Advice,
            evidence: escape
                .flow
                .iter()
                .map(|&line| set.text(line).trim().to_owned())
                .collect(),
            would_decide: Some(entry.would_decide.to_owned()),
            ..Suspect::new(entry, SuspectKind::Escape, &values)
        });
    }
    let shown = rows.len().min(MOST);
    case.tables.push(Table {
        title: "Escape analysis".to_owned(),
        columns: ["class", "place", "what", "decision"].map(str::to_owned).to_vec(),
        rows: rows[..shown]
            .iter()
            .map(|(class, _, escape)| {
                vec![
                    (*class).to_owned(),
                    format!("{}:{}:{}", set.text(escape.file), escape.line, escape.column),
                    set.text(escape.what).to_owned(),
                    decision(escape.kind).to_owned(),
                ]
            })
            .collect(),
        remarks: vec![format!(
            "{} decisions about contexts, cancel functions, channels, closures of goroutines and large values; {} others left out.",
            number(rows.len() as u64),
            number(others)
        )],
    });
}

fn decision(kind: EscapeKind) -> &'static str {
    match kind {
        EscapeKind::MovedToHeap => "moved to heap",
        EscapeKind::Escapes => "escapes to heap",
        EscapeKind::LeakingParam => "leaking param",
    }
}

/// The class of a decision and a word on it; none for the many that say nothing about life cycles.
fn class(set: &EvidenceSet, escape: &Escape) -> Option<(&'static str, &'static str)> {
    let what = set.text(escape.what);
    let lower = what.to_ascii_lowercase();
    let leaking = escape.kind == EscapeKind::LeakingParam;
    if leaking {
        let name = lower.split([' ', ':']).next().unwrap_or("");
        return match name {
            "ctx" | "context" => Some(("context", "the callee keeps the context")),
            "cancel" | "stop" | "cancelfunc" => Some(("cancel-func", "the callee keeps the cancel function")),
            _ => None,
        };
    }
    if lower.starts_with("make(chan") || lower.contains("chan ") {
        return Some(("channel", "made on the heap, as every channel that is shared"));
    }
    if lower.contains("context.") || matches!(lower.as_str(), "ctx" | "&ctx") {
        return Some(("context", "outlives the call"));
    }
    if matches!(lower.as_str(), "cancel" | "&cancel" | "stop") || lower.contains("cancel") {
        return Some(("cancel-func", "outlives the call"));
    }
    if lower.starts_with("func literal") {
        return Some(("closure", "what it captures lives as long as it does"));
    }
    if let Some(size) = array_bytes(&lower)
        && size >= 64 << 10
    {
        return Some(("large-value", "a large value on the heap"));
    }
    if escape.kind == EscapeKind::MovedToHeap {
        return Some(("moved-variable", "its address outlives the function"));
    }
    None
}

/// Elements of `make([]T, N)`, `[N]T{…}` or `new([N]T)` as a rough number of bytes; none if no size is written.
fn array_bytes(text: &str) -> Option<u64> {
    let element = if text.contains("byte") || text.contains("uint8") || text.contains("bool") {
        1
    } else {
        8
    };
    let number: String = if let Some(rest) = text.strip_prefix("make([]") {
        rest.rsplit(',').next()?.trim_end_matches(')').trim().to_owned()
    } else {
        let open = text.find('[')?;
        text[open + 1..].split(']').next()?.to_owned()
    };
    let value = match number.split_once("<<") {
        Some((base, shift)) => base
            .trim()
            .parse::<u64>()
            .ok()?
            .checked_shl(shift.trim().parse().ok()?)?,
        None => number.trim().replace('_', "").parse::<u64>().ok()?,
    };
    value.checked_mul(element)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_where_written() {
        assert_eq!(array_bytes("make([]byte, 65536)"), Some(65_536));
        assert_eq!(array_bytes("make([]int, 1 << 20)"), Some(8 << 20));
        assert_eq!(array_bytes("make([]byte, n)"), None);
        assert_eq!(array_bytes("&[131072]byte{}"), Some(131_072));
    }
}
