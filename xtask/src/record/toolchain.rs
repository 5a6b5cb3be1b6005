//! Go toolchains: which versions are recorded, where they are, and how to call them so that neither
//! the recording machine's paths nor its environment reach a binary.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use super::HOME;

/// Minor and full version of the toolchains that the `go` command can fetch by itself.
const FETCHED: &[(u32, &str)] = &[
    (21, "1.21.13"),
    (22, "1.22.12"),
    (23, "1.23.12"),
    (24, "1.24.13"),
    (25, "1.25.12"),
    (26, "1.26.8"),
    (27, "1.27.3"),
];

/// One Go toolchain, reachable below [`HOME`]`/sdk`.
pub(crate) struct Toolchain {
    /// Minor version: 27 for Go 1.27.3.
    pub(crate) minor: u32,
    /// `1.27`
    pub(crate) release: String,
    /// `go1.27.3`
    pub(crate) name: String,
    root: PathBuf,
}

impl Toolchain {
    /// The `go` command of this toolchain, without the environment of the recorder.
    pub(crate) fn go(&self, dir: &Path) -> Command {
        let mut command = Command::new(self.root.join("bin/go"));
        command
            .current_dir(dir)
            .env_clear()
            .env(
                "PATH",
                format!("{}:/usr/local/bin:/usr/bin:/bin", self.root.join("bin").display()),
            )
            .env("HOME", HOME)
            .env("GOROOT", &self.root)
            .env("GOTOOLCHAIN", "local")
            .env("GOPROXY", "off")
            .env("GOFLAGS", "-mod=mod -buildvcs=false")
            .env("GOCACHE", super::scratch().join("go-cache"))
            .env("GOPATH", super::scratch().join("gopath"))
            .env("CGO_ENABLED", "0");
        if self.minor < 18 {
            command.env("GOFLAGS", "-mod=mod"); // -buildvcs came with 1.18
        } else if self.minor == 19 {
            command.env("GO111MODULE", "on");
        }
        if self.minor == 26 {
            // 1.26 has the goroutineleak profile only as an experiment; 1.27 always has it.
            command.env("GOEXPERIMENT", "goroutineleakprofile");
        }
        command
    }
}

/// Finds the toolchains for `versions`, or all known ones. `roots` are further `VERSION=DIR` pairs.
pub(crate) fn select(versions: &[String], roots: &[String]) -> Result<Vec<Toolchain>> {
    let mut known: Vec<(u32, Source)> = FETCHED
        .iter()
        .map(|&(minor, full)| (minor, Source::Fetch(full)))
        .collect();
    for root in roots {
        let (version, dir) = root.split_once('=').context("--goroot wants VERSION=DIR")?;
        let minor = minor_of(version)?;
        known.retain(|(m, _)| *m != minor);
        known.push((minor, Source::Dir(PathBuf::from(dir))));
    }
    known.sort_by_key(|(minor, _)| *minor);
    let wanted = versions.iter().map(|v| minor_of(v)).collect::<Result<Vec<u32>>>()?;
    for minor in &wanted {
        ensure!(
            known.iter().any(|(m, _)| m == minor),
            "no toolchain for Go 1.{minor}: give --goroot 1.{minor}=DIR"
        );
    }
    known
        .into_iter()
        .filter(|(minor, _)| wanted.is_empty() || wanted.contains(minor))
        .map(|(minor, source)| open(minor, source))
        .collect()
}

enum Source {
    Fetch(&'static str),
    Dir(PathBuf),
}

fn open(minor: u32, source: Source) -> Result<Toolchain> {
    let root = match source {
        Source::Dir(dir) => dir,
        Source::Fetch(full) => {
            let output = Command::new("go")
                .args(["env", "GOROOT"])
                .current_dir("/")
                .env("GOTOOLCHAIN", format!("go{full}"))
                .output()
                .context("running go (the recorder needs any Go from 1.21 on)")?;
            ensure!(
                output.status.success(),
                "go{full}: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
            PathBuf::from(String::from_utf8(output.stdout)?.trim())
        }
    };
    let version = std::fs::read_to_string(root.join("VERSION"))
        .with_context(|| format!("{} is not a Go root", root.display()))?;
    let name = version.split_whitespace().next().unwrap_or_default().to_owned();
    if minor_of(name.trim_start_matches("go"))? != minor {
        bail!("{} holds {name}, not Go 1.{minor}", root.display());
    }
    // Recordings show the standard library where `golang.org/dl` would have put it.
    let sdk = Path::new(HOME).join("sdk");
    std::fs::create_dir_all(&sdk).with_context(|| format!("creating {}", sdk.display()))?;
    let link = sdk.join(&name);
    if std::fs::read_link(&link).ok().as_deref() != Some(&root) {
        let _ = std::fs::remove_file(&link);
        std::os::unix::fs::symlink(&root, &link).with_context(|| format!("linking {}", link.display()))?;
    }
    Ok(Toolchain {
        minor,
        release: format!("1.{minor}"),
        name,
        root: link,
    })
}

/// 27 for `1.27` and `1.27.3`.
pub(crate) fn minor_of(version: &str) -> Result<u32> {
    version
        .strip_prefix("1.")
        .and_then(|rest| rest.split('.').next())
        .and_then(|minor| minor.parse().ok())
        .with_context(|| format!("{version:?} is not a Go version"))
}
