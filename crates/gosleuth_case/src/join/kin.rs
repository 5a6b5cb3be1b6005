//! Findings that may be behind a suspect although they do not name its line: the fault stands where a client is made, a context is derived or a
//! lock is released too late, and shows somewhere else.

use gosleuth_base::{Family, Finding, GoSymbol, Location, Origin, RuleCode, Site, SuspectKind};
use rustc_hash::FxHashSet;

use super::{Join, directory, has_symptom};
use crate::code::FunctionId;
use crate::facts::site;
use crate::matching::{is_function, is_line};
use crate::model::Suspect;

const fn code(family: Family, number: u16) -> RuleCode {
    RuleCode::new(family, number)
}

/// A value that holds a lock is copied.
const LOCK_COPIED: RuleCode = code(Family::Races, 5);
/// A cancel function is not called.
const LOST_CANCEL: RuleCode = code(Family::Contexts, 1);

/// Rules about what keeps memory: goroutines without a limit, timers and subscriptions that stay, large captures, contexts that are lost or grow,
/// responses and rows that are kept open, releases that come too late.
const KEEPS_MEMORY: &[RuleCode] = &[
    code(Family::Leaks, 9),
    code(Family::Leaks, 11),
    code(Family::Leaks, 12),
    code(Family::Leaks, 14),
    code(Family::Leaks, 15),
    LOST_CANCEL,
    code(Family::Contexts, 7),
    code(Family::Resources, 3),
    code(Family::Resources, 4),
    code(Family::Resources, 6),
];

/// Frames of a suspect's stacks that are looked at.
const MAX_FRAMES: usize = 200;
/// Calls between the place where a context is derived and the `go` statement of a goroutine that waits for it.
const MAX_CALLS: u32 = 4;

impl Join<'_, '_> {
    /// Goroutines of the library show nothing of who made them: findings of the rules that make such ones may be it.
    pub(super) fn may_describe(&self, finding: &Finding, suspect: &Suspect) -> bool {
        let is_foreign = suspect
            .site
            .as_ref()
            .is_some_and(|site| GoSymbol::parse(&site.function).origin(&site.file) != Origin::User);
        let named = suspect.rules.iter().any(|rule| *rule == finding.code.to_string());
        if is_foreign && named && self.is_in_process(&finding.location) {
            return true;
        }
        // A copied lock races on what it guards.
        finding.code == LOCK_COPIED
            && suspect.kind == SuspectKind::DataRace
            && sites(suspect).any(|site| is_function(&finding.location, site))
    }

    /// Whether the evidence shows a frame of the package of a finding.
    fn is_in_process(&self, location: &Location) -> bool {
        directory(&location.file).is_some_and(|wanted| self.directories.contains(wanted))
    }

    /// Whether a finding may be behind a suspect that no finding describes.
    pub(super) fn is_behind(&self, finding: &Finding, suspect: &Suspect, reasons: &[&str]) -> bool {
        let location = &finding.location;
        let named = suspect.rules.iter().any(|rule| *rule == finding.code.to_string());
        let rule = self.rules.get(&finding.code);
        let fits = named || rule.is_some_and(|rule| has_symptom(rule, suspect, reasons));
        match suspect.kind {
            SuspectKind::HeapGrowth | SuspectKind::GcPressure => {
                // Lines of the collector say nothing of where.
                return KEEPS_MEMORY.contains(&finding.code)
                    && (self.directories.is_empty() || self.is_in_process(location));
            }
            // All goroutines stand still: each of them is part of it.
            SuspectKind::Deadlock if matches!(finding.code.family, Family::Leaks | Family::Deadlocks) => {
                let frames = self.set.stacks.all_frames();
                let mut sites = (0..frames.len()).map(|index| site(self.set, gosleuth_base::Idx::from_usize(index)));
                if sites.any(|site| is_line(location, &site)) {
                    return true;
                }
            }
            SuspectKind::Panic if fits => {
                let wanted = directory(&location.file);
                return self.frames_of(suspect).any(|site| directory(&site.file) == wanted);
            }
            _ => {}
        }
        // The same function, or one that led there.
        if fits
            && (sites(suspect).any(|site| is_function(location, site))
                || self.frames_of(suspect).any(|site| is_function(location, &site)))
        {
            return true;
        }
        let creators = || {
            suspect
                .related
                .iter()
                .filter(|related| related.label.starts_with("created"))
        };
        // What starts goroutines again and again.
        if finding.code.family == Family::Leaks && creators().any(|related| is_function(location, &related.site)) {
            return true;
        }
        finding.code == LOST_CANCEL
            && matches!(suspect.kind, SuspectKind::BlockedReceive | SuspectKind::BlockedSelect)
            && creators().any(|related| self.leads_to(location, &related.site))
    }

    /// The places of a suspect's stacks.
    fn frames_of(&self, suspect: &Suspect) -> impl Iterator<Item = Site> {
        let stacks = suspect.stacks.iter();
        stacks
            .flat_map(|&stack| self.set.stacks.stack(stack).frames.iter().copied())
            .take(MAX_FRAMES)
            .map(|frame| site(self.set, frame))
    }

    /// Whether the function around a finding calls the one of a place, directly or through a few others.
    fn leads_to(&self, from: &Location, to: &Site) -> bool {
        let locate = |symbol: &str, file: &str, line| {
            let known = self.code.locate(symbol, file, line);
            // The runtime calls packages of programs `main`.
            known.or_else(|| {
                let package = GoSymbol::parse(symbol).package;
                self.code
                    .locate(&format!("main{}", &symbol[package.len()..]), file, line)
            })
        };
        let (Some(from), Some(to)) = (
            locate(&from.function, &from.file, from.line),
            locate(&to.function, &to.file, to.line),
        ) else {
            return false;
        };
        let mut seen: FxHashSet<FunctionId> = FxHashSet::default();
        let mut last = vec![from.function];
        for _ in 0..=MAX_CALLS {
            if last.contains(&to.function) {
                return true;
            }
            last = last
                .iter()
                .flat_map(|&function| self.code.runs(function))
                .filter(|&function| seen.insert(function))
                .collect();
        }
        false
    }
}

/// The places that a suspect names.
fn sites(suspect: &Suspect) -> impl Iterator<Item = &Site> {
    suspect
        .site
        .iter()
        .chain(suspect.related.iter().map(|related| &related.site))
}
