//! Sums of execution traces: blocked time, time in system calls and scheduling latency as `gosleuth_evidence::trace::analysis` adds them up,
//! against `go tool trace -pprof=…`. Go's tool begins to count where it first hears of a goroutine; what it was in before is told apart here.
//! Its profile of scheduling has fewer records than the events that it prints itself, so that its sum is smaller; why is not known.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use gosleuth_evidence::trace::analysis::{Analysis, AnalysisOptions, StayKey};
use gosleuth_evidence::trace::{self, GoState, Reason};
use gosleuth_evidence::{EvidenceSet, ReadOptions, Source};

use super::say;

/// The profiles that Go's tool makes.
const PROFILES: [&str; 4] = ["net", "sync", "syscall", "sched"];

/// Compares the four profiles of a trace. How many differ.
pub(super) fn compare(go: &str, path: &Path) -> Result<u64> {
    let mut set = EvidenceSet::new();
    let mut analysis = Analysis::new(AnalysisOptions::default());
    let mut file = std::fs::File::open(path)?;
    let name = path.display().to_string();
    let options = trace::WalkOptions::default();
    let outcome = trace::walk(
        &name,
        &mut file,
        &mut set.strings,
        &mut set.stacks,
        &options,
        &mut analysis,
    );
    ensure!(outcome.generations > 0, "{name} cannot be read");
    let mut different = 0;
    for profile in PROFILES {
        let is_counted = |key: &StayKey| match profile {
            "syscall" => key.state == GoState::Syscall,
            "sched" => key.state == GoState::Runnable,
            _ if key.state != GoState::Waiting => false,
            "net" => key.reason == Reason::Network,
            _ => {
                let text = match key.reason {
                    Reason::Other(sym) => set.text(sym),
                    known => known.text().unwrap_or(""),
                };
                ["chan", "sync", "select"].iter().any(|part| text.contains(part))
            }
        };
        let stays = analysis.totals.stays.iter().filter(|(key, _)| is_counted(key));
        let ours = stays.fold((0, 0), |(count, time), (_, stay)| {
            (count + stay.count, time + stay.total - stay.untold)
        });
        let theirs = of_go(go, profile, path)?;
        if ours != theirs {
            different += 1;
            say(format_args!(
                "  {profile}: gosleuth {ours:?}, go {theirs:?} (count, nanoseconds)"
            ));
        }
    }
    Ok(different)
}

/// Count and nanoseconds of a profile of `go tool trace`.
fn of_go(go: &str, profile: &str, path: &Path) -> Result<(u64, u64)> {
    let output = Command::new("go")
        .args(["tool", "trace", &format!("-pprof={profile}")])
        .arg(path)
        .env("GOTOOLCHAIN", format!("go{go}"))
        .output()
        .context("running go tool trace")?;
    ensure!(output.status.success(), "go tool trace -pprof={profile} failed");
    let mut set = EvidenceSet::new();
    let source = Source {
        name: profile,
        time: None,
    };
    gosleuth_evidence::read(
        &mut set,
        &source,
        &mut output.stdout.as_slice(),
        &ReadOptions::default(),
    );
    let samples = set.profiles.iter().flat_map(|profile| &profile.samples);
    let value = |values: &[i64], column: usize| values.get(column).map_or(0, |&value| value.max(0) as u64);
    Ok(samples.fold((0, 0), |(count, time), sample| {
        (count + value(&sample.values, 0), time + value(&sample.values, 1))
    }))
}
