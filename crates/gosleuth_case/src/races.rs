//! Race reports: merged by pair of sites, classified by what memory was touched and how.

use std::collections::BTreeMap;

use gosleuth_base::{GoSymbol, Origin, Severity, Site, SuspectKind, Verdict};
use gosleuth_evidence::{EvidenceSet, FrameId, RaceAccess, RaceLocation, RaceReport, StackId};

use crate::catalogue::{Entry, Section, known, message_entry};
use crate::facts::{Facts, site};
use crate::model::{CaseFile, RaceRow, Related, Suspect};
use crate::say::{Values, place, plural};

/// Adds race rows and their suspects.
pub(crate) fn explain(set: &EvidenceSet, facts: &Facts, case: &mut CaseFile) {
    let mut pairs: BTreeMap<[Option<Site>; 2], Vec<usize>> = BTreeMap::new();
    for (index, report) in set.races.iter().enumerate() {
        let mut key = sites(set, facts, report);
        key.sort();
        pairs.entry(key).or_default().push(index);
    }
    let mut rows: Vec<(RaceRow, Suspect)> = pairs.into_values().map(|indices| one(set, facts, &indices)).collect();
    rows.sort_by_key(|(row, _)| (std::cmp::Reverse(row.count), row.index));
    for (row, suspect) in rows {
        case.races.push(row);
        case.suspects.push(suspect);
    }
}

/// The user frames of the two accesses, later access first.
fn sites(set: &EvidenceSet, facts: &Facts, report: &RaceReport) -> [Option<Site>; 2] {
    let at = |index: usize| {
        report
            .accesses
            .get(index)
            .and_then(|access| access.stack)
            .and_then(|stack| blame(set, facts, stack))
            .map(|frame| site(set, frame))
    };
    [at(0), at(1)]
}

fn blame(set: &EvidenceSet, facts: &Facts, stack: StackId) -> Option<FrameId> {
    let frames = &set.stacks.stack(stack).frames;
    let of = |origin: Origin| frames.iter().copied().find(|&frame| facts.origin(frame) == origin);
    of(Origin::User)
        .or_else(|| of(Origin::ThirdParty))
        .or_else(|| of(Origin::Std))
        .or_else(|| frames.first().copied())
}

fn one(set: &EvidenceSet, facts: &Facts, indices: &[usize]) -> (RaceRow, Suspect) {
    let first = indices[0];
    let report = &set.races[first];
    let sites = sites(set, facts, report);
    let count = indices.len() as u64;
    let access = |index: usize| report.accesses.get(index);
    let lock_seen = [lock_seen(set, access(0)), lock_seen(set, access(1))];
    let test_only = sites
        .iter()
        .all(|site| site.as_ref().is_some_and(|site| site.file.ends_with("_test.go")));
    let class = class(set, facts, report, &sites);
    let entry = message_entry(Section::Races, class).unwrap_or_else(|| known("race-other"));
    let blamed = blamed_side(report);
    let main = sites[blamed].clone().or_else(|| sites[1 - blamed].clone());
    let other = sites[1 - blamed].clone();
    let verb = |index: usize| access(index).map_or("access", |access| if access.write { "write" } else { "read" });
    let mut headline = match (&main, &other) {
        (Some(a), Some(b)) if a == b => format!("Data race on {}: {} with itself", object(entry), place(a)),
        (Some(a), Some(b)) => format!(
            "Data race on {}: {} in {} against {} in {}",
            object(entry),
            verb(blamed),
            place(a),
            verb(1 - blamed),
            place(b)
        ),
        (Some(a), None) => format!("Data race on {}: {} in {}", object(entry), verb(blamed), place(a)),
        _ => format!("Data race on {}", object(entry)),
    };
    if count > 1 {
        headline.push_str(&format!(" ({})", plural(count, "report")));
    }
    let values = Values {
        count,
        site: main.as_ref(),
        what: object(entry),
        ..Values::default()
    };
    let mut related = Vec::new();
    if let Some(other) = other.filter(|other| Some(other) != main.as_ref()) {
        related.push(Related {
            site: other,
            label: format!("the other access, a {}", verb(1 - blamed)),
        });
    }
    let mut evidence = Vec::new();
    for (index, access) in report.accesses.iter().take(2).enumerate() {
        let who = access
            .goroutine
            .map_or_else(|| "the main goroutine".to_owned(), |id| format!("race goroutine {id}"));
        let at = sites[index]
            .as_ref()
            .map_or_else(|| "an unknown place".to_owned(), place);
        let atomic = if access.atomic { "Atomic " } else { "" };
        let mut verb = format!("{atomic}{}", if access.write { "write" } else { "read" });
        verb[..1].make_ascii_uppercase();
        evidence.push(format!("{verb} by {who} in {at}."));
    }
    for creation in &report.creations {
        let frame = creation.stack.and_then(|stack| blame(set, facts, stack));
        if let Some(frame) = frame {
            let at = site(set, frame);
            evidence.push(format!(
                "Race goroutine {} ({}) was created in {}.",
                creation.goroutine,
                if creation.running { "running" } else { "finished" },
                place(&at)
            ));
            let created = Related {
                site: at,
                label: format!("created race goroutine {}", creation.goroutine),
            };
            if !related.contains(&created) {
                related.push(created);
            }
        }
    }
    match lock_seen {
        [true, false] | [false, true] => {
            evidence.push("A lock call is visible on the stack of one side only.".to_owned());
        }
        _ => {}
    }
    if test_only {
        evidence.push("Both accesses stand in test files.".to_owned());
    }
    if let Some(RaceLocation::Global { name, declared, .. }) = &report.location {
        evidence.push(format!(
            "The memory is the package variable {name}, declared at {declared}."
        ));
    }
    if let Some(test) = report.test {
        evidence.push(format!("In the output of {}.", set.text(test)));
    }
    let suspect = Suspect {
        verdict: Verdict::Proved,
        severity: if test_only { Severity::Warning } else { Severity::Error },
        headline,
        related,
        count,
        stacks: report.accesses.iter().filter_map(|access| access.stack).collect(),
        evidence,
        ..Suspect::new(entry, SuspectKind::DataRace, &values)
    };
    let row = RaceRow {
        index: first,
        class,
        count,
        sites,
        lock_seen,
        test_only,
    };
    (row, suspect)
}

/// The side to name first: the one that writes; among two writers the later access.
fn blamed_side(report: &RaceReport) -> usize {
    match (report.accesses.first(), report.accesses.get(1)) {
        (Some(a), Some(b)) if !a.write && b.write => 1,
        _ => 0,
    }
}

fn object(entry: &Entry) -> &'static str {
    // The title of a race entry is `Data race on …`.
    entry.title.strip_prefix("Data race on ").unwrap_or("shared memory")
}

fn functions<'a>(set: &'a EvidenceSet, access: &RaceAccess) -> Vec<&'a str> {
    access.stack.map_or_else(Vec::new, |stack| {
        set.stacks.frames(stack).map(|frame| set.text(frame.function)).collect()
    })
}

/// A race stack ends at the access, so a lock shows only where the access is inside the lock's own code or a helper named
/// for it. Deferred unlocks are the common case.
fn lock_seen(set: &EvidenceSet, access: Option<&RaceAccess>) -> bool {
    access.is_some_and(|access| {
        functions(set, access).iter().any(|name| {
            let symbol = GoSymbol::parse(name);
            matches!(symbol.package, "sync" | "internal/sync")
                && matches!(symbol.receiver, Some("Mutex" | "RWMutex" | "Once" | "Map"))
                || symbol.name.ends_with("Locked")
        })
    })
}

/// The class, from the innermost frames of the runtime and library, then from the shape of the two user frames.
fn class(set: &EvidenceSet, facts: &Facts, report: &RaceReport, sites: &[Option<Site>; 2]) -> &'static str {
    let leading: Vec<Vec<&str>> = report
        .accesses
        .iter()
        .take(2)
        .map(|access| {
            access.stack.map_or_else(Vec::new, |stack| {
                set.stacks
                    .stack(stack)
                    .frames
                    .iter()
                    .take_while(|&&frame| facts.origin(frame) != Origin::User)
                    .map(|&frame| set.text(set.stacks.frame(frame).function))
                    .collect()
            })
        })
        .collect();
    let any = |test: &dyn Fn(&str) -> bool| leading.iter().flatten().any(|name| test(name));
    if any(&|name| {
        name.starts_with("runtime.map")
            || name.starts_with("internal/runtime/maps.")
            || name.starts_with("runtime.(*hmap)")
    }) {
        return "map";
    }
    if any(&|name| name.starts_with("sync.(*WaitGroup)")) || (any(&|name| name == "sync.(*WaitGroup).Add")) {
        return "waitgroup";
    }
    if any(&|name| {
        matches!(
            name,
            "runtime.closechan" | "runtime.chansend" | "runtime.chansend1" | "runtime.chanrecv"
        )
    }) {
        return "channel-close";
    }
    if any(&|name| name.starts_with("runtime.growslice")) {
        return "slice-append";
    }
    let atomic: Vec<bool> = report
        .accesses
        .iter()
        .take(2)
        .map(|access| {
            access.atomic
                || functions(set, access)
                    .first()
                    .is_some_and(|name| name.starts_with("sync/atomic."))
        })
        .collect();
    if atomic.contains(&true) {
        return "atomic-mixed";
    }
    if any(&|name| {
        name.starts_with("runtime.slicecopy")
            || name.starts_with("runtime.memmove")
            || name.starts_with("runtime.slicebytetostring")
            || name.starts_with("runtime.stringtoslicebyte")
    }) {
        return "slice-content";
    }
    if any(&|name| name.starts_with("testing.")) {
        return "test-handle";
    }
    if let Some(RaceLocation::Global { .. }) = report.location {
        return "global";
    }
    let symbols: Vec<GoSymbol<'_>> = sites
        .iter()
        .flatten()
        .map(|site| GoSymbol::parse(&site.function))
        .collect();
    let closures = symbols.iter().filter(|symbol| symbol.is_closure()).count();
    // A closure and the function around it (or two closures of one function) share its local variables.
    if let [a, b] = symbols.as_slice()
        && a.package == b.package
        && a.name == b.name
        && a.receiver == b.receiver
        && closures >= 1
    {
        // A read in the closure against a write in the line of the loop that started it.
        let created_there = report.creations.iter().any(|creation| {
            creation.stack.is_some_and(|stack| {
                blame(set, facts, stack).is_some_and(|frame| {
                    let created = site(set, frame);
                    sites.iter().flatten().any(|at| {
                        !GoSymbol::parse(&at.function).is_closure()
                            && created.file == at.file
                            && at.line < created.line
                            && created.line - at.line <= 3
                    })
                })
            })
        });
        let reader_is_closure = report.accesses.iter().zip(sites).any(|(access, site)| {
            !access.write && site.as_ref().is_some_and(|s| GoSymbol::parse(&s.function).is_closure())
        });
        if closures == 1 && created_there && reader_is_closure {
            return "loop-variable";
        }
        return "captured-variable";
    }
    if let [a, b] = symbols.as_slice()
        && a.receiver.is_some()
        && a.receiver == b.receiver
    {
        return "field";
    }
    if symbols.iter().any(|symbol| symbol.receiver.is_some()) {
        return "field";
    }
    "other"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_writer_is_blamed() {
        let access = |write| RaceAccess {
            write,
            previous: false,
            atomic: false,
            address: 0,
            goroutine: None,
            stack: None,
        };
        let report = |a, b| RaceReport {
            origin: gosleuth_evidence::Origin {
                input: gosleuth_base::Idx::from_usize(0),
                line: 1,
            },
            time: None,
            accesses: vec![access(a), access(b)],
            creations: Vec::new(),
            location: None,
            test: None,
            cut: false,
        };
        assert_eq!(blamed_side(&report(false, true)), 1);
        assert_eq!(blamed_side(&report(true, true)), 0);
        assert_eq!(blamed_side(&report(true, false)), 0);
    }
}
