//! The order service of `testdata/orders`: it and its twin without leaks run under the same load, and
//! everything an operator can collect from them is kept as files of their own.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::Schedule;
use super::process::{Output, Running, command};
use super::programs::finish;
use super::toolchain::Toolchain;

/// Minor versions the service is recorded with: one that few still use, and the three that most do or will.
const VERSIONS: &[u32] = &[21, 24, 26, 27];

/// What does not depend on the version is recorded with this one only.
const NEWEST: u32 = 27;

/// How long the service runs with the race detector, and what that says.
const RACE: (Duration, &str) = (Duration::from_secs(15), "WARNING: DATA RACE");

/// How long the service runs with customers who cancel, and what it dies of.
const CRASH: (Duration, &str) = (Duration::from_secs(45), "panic: close of closed channel");

/// The container runtimes write longer lines in parts.
const CRI_LINE: usize = 16 * 1024;

/// Whether the service is recorded with this version.
pub(crate) fn recorded_with(toolchain: &Toolchain) -> bool {
    VERSIONS.contains(&toolchain.minor)
}

/// One build of the service.
pub(crate) struct Service {
    variant: &'static str,
    release: String,
    minor: u32,
    binary: PathBuf,
    /// The same with the race detector.
    race_binary: PathBuf,
    /// Third number of the loopback addresses, so that services running at the same time do not meet.
    network: u32,
}

/// Builds the leaky service and its fixed twin.
pub(crate) fn build(toolchain: &Toolchain, source: &Path, bin: &Path) -> Result<Vec<Service>> {
    let mut services = Vec::new();
    for (variant, tags, network) in [("leaky", "", 100), ("fixed", "fixed", 200)] {
        let binary = bin.join(variant).join("orders");
        let mut go = toolchain.go(source);
        go.args(["build", "-tags", tags, "-o"]).arg(&binary).arg(".");
        finish(&mut go)?;
        let race_binary = bin.join(variant).join("orders-race");
        let mut go = toolchain.go(source);
        go.args(["build", "-race", "-tags", tags, "-o"])
            .arg(&race_binary)
            .arg(".")
            .env("CGO_ENABLED", "1");
        finish(&mut go)?;
        services.push(Service {
            variant,
            release: toolchain.release.clone(),
            minor: toolchain.minor,
            binary,
            race_binary,
            network: network + toolchain.minor,
        });
    }
    Ok(services)
}

/// Runs one service under load and keeps what can be collected from it below `out`.
pub(crate) fn run(service: &Service, schedule: Schedule, out: &Path) -> Result<()> {
    let dir = out
        .join("orders")
        .join(format!("go{}", service.release))
        .join(service.variant);
    if dir.exists() {
        std::fs::remove_dir_all(&dir)?;
    }
    std::fs::create_dir_all(&dir)?;
    short(service, &dir, "race", &service.race_binary, &[], RACE)?;
    short(service, &dir, "crash", &service.binary, &["-cancel"], CRASH)?;
    let host = format!("127.0.{}.1", service.network);
    let debug: SocketAddr = format!("{host}:6060").parse()?;
    let listen = format!("-listen={host}:8080");
    let provider = format!("-provider={host}:8090");

    let mut world = command(&service.binary);
    world.args(["-part=world", "-load=1", &listen, &provider]);
    let world = Running::start(world, &Output::None)?;

    let log = super::scratch().join(format!("orders-{}-{}.log", service.release, service.variant));
    let _ = std::fs::remove_file(&log);
    let mut process = command(&service.binary);
    process
        .args(["-part=service", &listen, &provider, &format!("-debug={debug}")])
        .env("GODEBUG", "gctrace=1");
    let mut process = Running::start(process, &Output::Errors(&log))?;
    let start = Instant::now();
    let up = process.wait_until(start + Duration::from_secs(10), || {
        super::http::get(debug, "/debug/vars").is_ok()
    })?;
    ensure!(up, "the service did not come up: {}", std::fs::read_to_string(&log)?);

    let fetch = |path: &str, name: &str| -> Result<()> {
        let body = super::http::get(debug, path)?;
        save(&dir.join(name), &body)
    };
    for (number, at) in [(1, schedule.first), (2, schedule.middle), (3, schedule.last)] {
        std::thread::sleep((start + at).saturating_duration_since(Instant::now()));
        fetch(
            "/debug/pprof/goroutine?debug=2",
            &format!("goroutine.{number}.debug2.txt.gz"),
        )?;
        fetch(
            "/debug/pprof/goroutine?debug=1",
            &format!("goroutine.{number}.debug1.txt.gz"),
        )?;
        fetch("/debug/pprof/goroutine", &format!("goroutine.{number}.pb.gz"))?;
        fetch("/debug/vars", &format!("vars.{number}.json"))?;
        fetch("/debug/pprof/heap", &format!("heap.{number}.pb.gz"))?;
    }
    for profile in ["mutex", "block", "threadcreate"] {
        fetch(&format!("/debug/pprof/{profile}"), &format!("{profile}.pb.gz"))?;
        fetch(
            &format!("/debug/pprof/{profile}?debug=1"),
            &format!("{profile}.debug1.txt.gz"),
        )?;
    }
    fetch("/debug/pprof/trace?seconds=1", "trace.out.gz")?;
    if service.minor >= 26 {
        // Last of all, because it changes the states that dumps show.
        fetch("/debug/pprof/goroutineleak", "leak.pb.gz")?;
        fetch("/debug/pprof/goroutineleak?debug=1", "leak.debug1.txt.gz")?;
        fetch("/debug/pprof/goroutineleak?debug=2", "leak.debug2.txt.gz")?;
    }
    process.signal("QUIT")?;
    process
        .wait(Duration::from_secs(90))?
        .context("still alive after SIGQUIT")?;
    drop(world);

    let text = std::fs::read_to_string(&log).context("the log is not UTF-8")?;
    let collections: Vec<&str> = text.lines().filter(|l| l.starts_with("gc ")).collect();
    save(&dir.join("gctrace.txt"), (collections.join("\n") + "\n").as_bytes())?;
    save(&dir.join("sigquit.txt.gz"), text.as_bytes())?;
    let said: Vec<&str> = text.lines().filter(|l| l.starts_with("{\"time\":")).collect();
    save(&dir.join("service.log.gz"), (said.join("\n") + "\n").as_bytes())?;
    if service.minor < NEWEST {
        return Ok(());
    }
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    save(&dir.join("sigquit.cri.log.gz"), cri_log(&text, time).as_bytes())?;
    save(&dir.join("sigquit.docker.json.gz"), docker_log(&text, time)?.as_bytes())
}

/// A run for a failure that no dump shows. What it wrote is kept if it failed, which the twin must not do.
fn short(
    service: &Service,
    dir: &Path,
    name: &str,
    binary: &Path,
    arguments: &[&str],
    (limit, sign): (Duration, &str),
) -> Result<()> {
    let log = super::scratch().join(format!("orders-{}-{}-{name}.log", service.release, service.variant));
    let _ = std::fs::remove_file(&log);
    let host = format!("127.0.{}.1", service.network);
    let mut process = command(binary);
    process.args([
        "-load=1",
        &format!("-listen={host}:8081"),
        &format!("-provider={host}:8091"),
    ]);
    process.arg(format!("-debug={host}:6061")).args(arguments);
    let mut process = Running::start(process, &Output::Errors(&log))?;
    process.wait(limit)?;
    drop(process);
    let text = std::fs::read_to_string(&log).context("the log is not UTF-8")?;
    let failed = text.contains(sign);
    ensure!(
        failed == (service.variant == "leaky"),
        "{name} of {}: failed is {failed}",
        service.variant
    );
    if failed {
        save(&dir.join(format!("{name}.txt.gz")), text.as_bytes())?;
    }
    Ok(())
}

/// Writes `data`, compressed when the name says so and it is not compressed yet.
fn save(path: &Path, data: &[u8]) -> Result<()> {
    let compress = path.extension().is_some_and(|e| e == "gz") && !data.starts_with(&[0x1f, 0x8b]);
    if compress {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(data)?;
        std::fs::write(path, gzip.finish()?)?;
    } else {
        std::fs::write(path, data)?;
    }
    Ok(())
}

/// `text` as a Kubernetes node keeps it: the container runtime interface's log format.
fn cri_log(text: &str, mut time: Duration) -> String {
    let mut log = String::new();
    for line in text.lines() {
        let mut rest = line;
        while rest.len() > CRI_LINE {
            let cut = (0..=CRI_LINE)
                .rev()
                .find(|&i| rest.is_char_boundary(i))
                .unwrap_or(rest.len());
            let (part, tail) = rest.split_at(cut);
            log += &format!("{} stderr P {part}\n", timestamp(time));
            rest = tail;
        }
        log += &format!("{} stderr F {rest}\n", timestamp(time));
        time += Duration::from_nanos(2_137);
    }
    log
}

/// `text` as docker's json-file driver keeps it.
fn docker_log(text: &str, mut time: Duration) -> Result<String> {
    let mut log = String::new();
    for line in text.split_inclusive('\n') {
        // The driver escapes the characters that have a meaning in HTML.
        let line = serde_json::to_string(line)?
            .replace('<', "\\u003c")
            .replace('>', "\\u003e")
            .replace('&', "\\u0026");
        log += &format!(
            "{{\"log\":{line},\"stream\":\"stderr\",\"time\":\"{}\"}}\n",
            timestamp(time)
        );
        time += Duration::from_nanos(2_137);
    }
    Ok(log)
}

/// RFC 3339 with nanoseconds, from a time since 1970.
fn timestamp(since_epoch: Duration) -> String {
    let seconds = since_epoch.as_secs();
    let (mut days, of_day) = (seconds / 86_400, seconds % 86_400);
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!(
        "{year:04}-{month:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z",
        days + 1,
        of_day / 3600,
        of_day / 60 % 60,
        of_day % 60,
        since_epoch.subsec_nanos()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_calendar_time() {
        let at = |s| timestamp(Duration::from_secs(s));
        assert_eq!(at(0), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(at(951_782_399), "2000-02-28T23:59:59.000000000Z");
        assert_eq!(at(951_868_799), "2000-02-29T23:59:59.000000000Z");
        assert_eq!(at(1_798_761_599), "2026-12-31T23:59:59.000000000Z");
    }

    #[test]
    fn container_logs_keep_every_byte() {
        let long = "y".repeat(CRI_LINE + 5);
        let text = format!("a <b> \"c\"\n{long}\n");
        let cri = cri_log(&text, Duration::ZERO);
        assert_eq!(cri.lines().count(), 3);
        assert!(cri.lines().nth(1).unwrap().contains(" stderr P yyy"));
        assert!(cri.ends_with(" stderr F yyyyy\n"));
        let docker = docker_log(&text, Duration::ZERO).unwrap();
        assert!(docker.starts_with(r#"{"log":"a \u003cb\u003e \"c\"\n","stream":"stderr","#));
        assert_eq!(docker.lines().count(), 2);
    }
}
