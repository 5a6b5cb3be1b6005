//! The first lines: what is wrong, how sure, since when, and the one next step.

use gosleuth_base::Verdict;
use gosleuth_evidence::EvidenceSet;

use crate::model::{CaseFile, CrashRow, Headline, Suspect};
use crate::say::{goroutines, number, plural};

/// The headline of a case whose other parts are complete.
pub(crate) fn headline(set: &EvidenceSet, case: &CaseFile) -> Headline {
    if let Some(first) = case.suspects.first() {
        return Headline {
            text: first_text(first, case.suspects.len()),
            verdict: Some(first.verdict),
            next_step: first.action.clone(),
        };
    }
    let total = case.snapshots.last().map_or(0, |row| row.total);
    if total > 0 {
        return Headline {
            text: quiet_text(case, total),
            verdict: None,
            next_step: quiet_step(case),
        };
    }
    if set.crashes.is_empty() && set.inputs.iter().all(|input| input.forms.is_empty()) {
        return Headline {
            text: "No evidence of a Go process found in the input.".to_owned(),
            verdict: None,
            next_step:
                "Take a goroutine dump: curl -o dump.txt 'http://HOST/debug/pprof/goroutine?debug=2', or send SIGQUIT."
                    .to_owned(),
        };
    }
    Headline {
        text: match case.tables.iter().map(|table| table.remarks.len()).sum::<usize>() {
            0 => "Nothing is wrong as far as this evidence shows.".to_owned(),
            count => format!(
                "Nothing crosses a limit; {} in the tables below.",
                plural(count as u64, "remark")
            ),
        },
        verdict: None,
        next_step: "Add a goroutine dump (debug=2) to see what the program waits for.".to_owned(),
    }
}

fn first_text(first: &Suspect, count: usize) -> String {
    let mut text = sentence(&first.headline);
    if count > 1 {
        let more = if count == 2 { "suspect" } else { "suspects" };
        text.push_str(&format!(" {} more {more} below.", number(count as u64 - 1)));
    }
    text
}

/// A first letter in upper case (not that of a symbol name) and a full stop.
fn sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

fn quiet_text(case: &CaseFile, total: u64) -> String {
    let healthy: u64 = case.healthy.iter().map(|row| row.count).sum();
    let parked = case.snapshots.last().map_or(0, |row| {
        row.states
            .iter()
            .filter(|(state, _)| !is_active(state))
            .map(|(_, count)| count)
            .sum::<u64>()
    });
    match (case.candidates.first(), case.candidates.len()) {
        (None, _) => format!(
            "Nothing is wrong as far as this evidence shows: {}, {} parked in waits that belong to normal operation.",
            goroutines(total),
            number(healthy.min(parked.max(healthy)))
        ),
        (Some(first), 1) => format!(
            "Nothing proved wrong in {}; one question is open: {}.",
            goroutines(total),
            first.headline
        ),
        (Some(first), open) => format!(
            "Nothing proved wrong in {}; {} questions are open, first: {}.",
            goroutines(total),
            number(open as u64),
            first.headline
        ),
    }
}

fn quiet_step(case: &CaseFile) -> String {
    match case.candidates.first() {
        Some(first) => first.would_decide.clone().unwrap_or_else(|| first.action.clone()),
        None => "Parked goroutines are normal. If the service hangs, dump again while it does.".to_owned(),
    }
}

fn is_active(state: &str) -> bool {
    matches!(state, "running" | "runnable" | "syscall")
}

/// Verdict, severity, size and place: the order of suspects.
pub(crate) fn rank(suspects: &mut [Suspect]) {
    suspects.sort_by(|a, b| {
        (b.verdict, b.severity)
            .cmp(&(a.verdict, a.severity))
            .then_with(|| crash_first(b).cmp(&crash_first(a)))
            .then_with(|| b.count.cmp(&a.count))
            .then_with(|| b.waits.map(|waits| waits.max).cmp(&a.waits.map(|waits| waits.max)))
            .then_with(|| (&a.site, a.kind, a.entry, &a.stacks).cmp(&(&b.site, b.kind, b.entry, &b.stacks)))
    });
}

/// What killed the process comes before what was wrong besides.
fn crash_first(suspect: &Suspect) -> bool {
    use gosleuth_base::SuspectKind as Kind;
    matches!(
        suspect.kind,
        Kind::Panic | Kind::FatalError | Kind::Deadlock | Kind::Signal | Kind::TestTimeout
    ) && suspect.verdict == Verdict::Proved
}

/// Candidates: those of suspicious waits first, then old ones, then many.
pub(crate) fn rank_candidates(candidates: &mut [Suspect]) {
    let suspicious = |suspect: &Suspect| {
        crate::catalogue::entry(suspect.entry).is_some_and(|entry| entry.class == crate::catalogue::Class::Suspicious)
    };
    candidates.sort_by(|a, b| {
        suspicious(b)
            .cmp(&suspicious(a))
            .then_with(|| b.severity.cmp(&a.severity))
            .then_with(|| b.waits.map(|waits| waits.max).cmp(&a.waits.map(|waits| waits.max)))
            .then_with(|| b.count.cmp(&a.count))
            .then_with(|| (&a.site, a.kind, a.entry, &a.stacks).cmp(&(&b.site, b.kind, b.entry, &b.stacks)))
    });
}

/// Crashes of one message and place are one row.
pub(crate) fn merge_crash_rows(rows: Vec<CrashRow>) -> Vec<CrashRow> {
    let mut merged: Vec<CrashRow> = Vec::new();
    for row in rows {
        match merged
            .iter_mut()
            .find(|known| known.entry == row.entry && known.site == row.site && known.meaning == row.meaning)
        {
            Some(known) => known.count += row.count,
            None => merged.push(row),
        }
    }
    merged
}
