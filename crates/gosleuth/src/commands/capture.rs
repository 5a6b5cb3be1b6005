//! `gosleuth capture`: running processes in, one capture out.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow};
use gosleuth_evidence::{CaptureState, PartState, Trigger};
use gosleuth_live::{Client, Plan, Target};

use crate::args::{CaptureArgs, SeriesArgs};
use crate::capture::store::{Store, manifest_of};
use crate::capture::take::{Course, take};
use crate::capture::watch::{Watch, seconds};
use crate::capture::{Stop, pack};
use crate::live::Asker;
use crate::{Exit, Io};

/// Most rounds of one capture.
const MOST_ROUNDS: u128 = 1000;

/// What all captures of one call share.
struct Session<'a> {
    client: Client,
    targets: Vec<Target>,
    course: Course,
    stop: &'a Stop,
}

pub(crate) fn run(args: &CaptureArgs, io: &mut Io<'_>) -> Result<Exit> {
    run_until(args, &Stop::listening(), io)
}

fn run_until(args: &CaptureArgs, stop: &Stop, io: &mut Io<'_>) -> Result<Exit> {
    let mut targets = Vec::new();
    for name in &args.targets {
        let target = Target::parse(name).map_err(|error| anyhow!("{name}: {error}"))?;
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    let Asker { client, plan } = Asker::new(&args.request, &io.directory)?;
    let session = Session {
        client,
        targets,
        course: course(&args.series, plan)?,
        stop,
    };
    let mut quiet = io::sink();
    let stderr: &mut dyn Write = if args.quiet { &mut quiet } else { io.stderr };
    let Some(condition) = &args.trigger.on else {
        return session.one(&Place::new(&args.output, &io.directory), None, io.stdout, stderr);
    };
    let watch = Watch {
        condition,
        poll: args.trigger.poll,
        give_up: args.trigger.give_up,
    };
    let mut exit = Exit::Clean;
    let mut earliest = Instant::now();
    for number in 1..=args.trigger.captures {
        let name = if args.trigger.captures > 1 {
            numbered(&args.output, number)
        } else {
            args.output.clone()
        };
        let place = Place::new(&name, &io.directory);
        if place.is_complete() {
            let _ = writeln!(stderr, "gosleuth: {} is there already and complete", place.shown);
            continue;
        }
        // What was begun before the spike was over goes on without waiting for the next one.
        let trigger = if place.is_begun() {
            None
        } else {
            if !stop.sleep_until(earliest) {
                break;
            }
            match watch.wait(&session.client, &session.targets, stop, stderr) {
                Some(trigger) => Some(trigger),
                None => {
                    let why = if stop.is_wanted() { "ended" } else { "given up" };
                    let _ = writeln!(stderr, "gosleuth: {why} before the condition held");
                    return Ok(Exit::Trouble);
                }
            }
        };
        if session.one(&place, trigger, io.stdout, stderr)? != Exit::Clean {
            exit = Exit::Trouble;
        }
        earliest = Instant::now() + args.trigger.cooldown;
    }
    Ok(exit)
}

/// The plan of all rounds.
fn course(series: &SeriesArgs, plan: Plan) -> Result<Course> {
    let length = series.length.unwrap_or(series.every);
    let rounds = match series.every.as_nanos() {
        0 if length.is_zero() => 1,
        0 => return Err(anyhow!("--every 0 has no end: name a time")),
        every => length.as_nanos() / every + 1,
    };
    if rounds > MOST_ROUNDS {
        return Err(anyhow!(
            "--every and --for make {rounds} rounds; a capture has at most {MOST_ROUNDS}"
        ));
    }
    Ok(Course {
        plan: Plan {
            trace: series.trace,
            trace_cap: series.trace_cap,
            pages: series.page.clone(),
            ..plan
        },
        rounds: u32::try_from(rounds).unwrap_or(1),
        every: series.every,
    })
}

/// Where a capture goes.
struct Place {
    /// As the user named it.
    shown: String,
    output: PathBuf,
    /// Where its parts are while it is made; `output` itself if that is a directory.
    directory: PathBuf,
}

impl Place {
    fn new(name: &Path, base: &Path) -> Self {
        let output = base.join(name);
        let is_file = output.extension().is_some_and(|extension| extension == "case");
        let directory = if is_file {
            let mut name = output.as_os_str().to_owned();
            name.push(".partial");
            name.into()
        } else {
            output.clone()
        };
        Self {
            shown: name.display().to_string(),
            output,
            directory,
        }
    }

    fn is_file(&self) -> bool {
        self.output != self.directory
    }

    fn is_begun(&self) -> bool {
        manifest_of(&self.directory).is_some()
    }

    /// Whether an earlier run has made it whole.
    fn is_complete(&self) -> bool {
        if self.is_file() {
            return self.output.exists() && !self.is_begun();
        }
        manifest_of(&self.directory).is_some_and(|manifest| manifest.state == CaptureState::Complete)
    }
}

/// `spike-2.case` of `spike.case`, `spike-2` of `spike`.
fn numbered(output: &Path, number: u32) -> PathBuf {
    let stem = output.file_stem().unwrap_or_default().to_string_lossy();
    match output.extension() {
        Some(extension) => output.with_file_name(format!("{stem}-{number}.{}", extension.to_string_lossy())),
        None => output.with_file_name(format!("{stem}-{number}")),
    }
}

impl Session<'_> {
    /// Makes one capture, or what is missing of it.
    fn one(
        &self,
        place: &Place,
        trigger: Option<Trigger>,
        stdout: &mut dyn Write,
        stderr: &mut dyn Write,
    ) -> Result<Exit> {
        if place.is_file() && place.is_complete() {
            writeln!(
                stdout,
                "{} is there already: nothing was asked. Name another file for a new capture.",
                place.shown
            )?;
            return Ok(Exit::Clean);
        }
        let mut store = Store::open(&place.directory)?;
        if trigger.is_some() {
            store.manifest.trigger = trigger;
        }
        self.announce(place, &store, stderr);
        take(&self.client, &self.targets, &self.course, &mut store, self.stop, stderr)?;
        let packed = if place.is_file() {
            Some(pack::pack(&store, &place.output)?)
        } else {
            None
        };
        let complete = store.manifest.state == CaptureState::Complete;
        summary(place, &store, packed, stdout)?;
        if complete && place.is_file() {
            fs::remove_dir_all(&place.directory)
                .with_context(|| format!("cannot remove {}", place.directory.display()))?;
        }
        Ok(if complete { Exit::Clean } else { Exit::Trouble })
    }

    fn announce(&self, place: &Place, store: &Store, stderr: &mut dyn Write) {
        let Course { plan, rounds, every } = &self.course;
        let names: Vec<String> = self.targets.iter().map(Target::name).collect();
        let again = if store.manifest.parts.is_empty() {
            ""
        } else {
            "what is missing of "
        };
        let course = match rounds {
            1 => "one round".to_owned(),
            _ => format!("{rounds} rounds, one every {}", seconds(*every)),
        };
        let trace = if plan.trace.is_zero() {
            String::new()
        } else {
            format!(", with a trace of {} in the first", seconds(plan.trace))
        };
        let length = *every * (rounds - 1) + plan.trace * u32::try_from(self.targets.len()).unwrap_or(1);
        let _ = writeln!(
            stderr,
            "gosleuth: capturing {again}{} into {}: {course}{trace}; at least {}",
            names.join(", "),
            place.shown,
            seconds(length.max(Duration::from_secs(1)))
        );
    }
}

/// What was taken and what is missing, and what to do next.
fn summary(place: &Place, store: &Store, packed: Option<(u64, u64)>, out: &mut dyn Write) -> io::Result<()> {
    let parts = &store.manifest.parts;
    let kept: Vec<_> = parts.iter().filter(|part| !part.name.is_empty()).collect();
    let bytes: u64 = kept.iter().map(|part| part.bytes).sum();
    let size = match packed {
        Some((_, after)) => format!("{} of evidence in {}", size(bytes), size(after)),
        None => size(bytes),
    };
    let busy: f64 = kept.iter().map(|part| part.took_ms).sum();
    writeln!(
        out,
        "{}: {} {}, {size}; the requests took {:.1} s",
        place.shown,
        kept.len(),
        if kept.len() == 1 { "part" } else { "parts" },
        busy / 1000.0
    )?;
    let mut left_out = 0;
    let mut missing = 0;
    for part in parts {
        let known = match part.state {
            PartState::LeftOut => &mut left_out,
            _ if part.state.is_missing() => &mut missing,
            PartState::Cut => &mut left_out,
            _ => continue,
        };
        *known += 1;
        if *known <= 3 {
            let why = part.problem.as_deref().unwrap_or_default();
            writeln!(out, "  {} of round {}: {why}", part.url, part.round)?;
        }
    }
    if left_out + missing > 6 {
        writeln!(
            out,
            "  … {} parts are missing or not whole; the manifest names them",
            left_out + missing
        )?;
    }
    if kept.is_empty() {
        return Ok(());
    }
    if missing > 0 {
        writeln!(out, "The same command again takes what is missing.")?;
    }
    writeln!(out, "Next: gosleuth inspect {}", place.shown)
}

/// `412 kB`.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_several_captures() {
        assert_eq!(numbered(Path::new("a/spike.case"), 2), Path::new("a/spike-2.case"));
        assert_eq!(numbered(Path::new("a/spike"), 2), Path::new("a/spike-2"));
        let place = Place::new(Path::new("x.case"), Path::new("a"));
        assert_eq!(place.directory, Path::new("a/x.case.partial"));
        assert!(!Place::new(Path::new("x"), Path::new("a")).is_file());
    }

    #[test]
    fn rounds() {
        let series = |every: u64, length: Option<u64>| SeriesArgs {
            every: Duration::from_secs(every),
            length: length.map(Duration::from_secs),
            trace: Duration::ZERO,
            trace_cap: 1,
            page: Vec::new(),
        };
        let rounds = |every, length| {
            course(&series(every, length), Plan::default())
                .map(|course| course.rounds)
                .ok()
        };
        assert_eq!(rounds(10, None), Some(2));
        assert_eq!(rounds(10, Some(0)), Some(1));
        assert_eq!(rounds(10, Some(5)), Some(1));
        assert_eq!(rounds(60, Some(3600)), Some(61));
        assert_eq!(rounds(1, Some(3600)), None);
        assert_eq!(rounds(0, Some(1)), None);
        assert_eq!(rounds(0, None), Some(1));
    }
}
