//! The files of the repository and what Cargo says about it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

/// Root of the repository, from this crate's manifest.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().expect("xtask stands below the root").to_owned()
}

/// Every file that is, or would be, under version control, relative to the root with `/`, sorted. Outside a checkout (an
/// unpacked archive) every file below the root except build output.
pub(crate) fn files() -> Result<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output();
    let mut files = match output {
        Ok(output) if output.status.success() => String::from_utf8(output.stdout)
            .context("a file name is not UTF-8")?
            .split_terminator('\0')
            .map(str::to_owned)
            .filter(|file| root().join(file).exists())
            .collect(),
        _ => {
            let mut files = Vec::new();
            walk(&root(), "", &mut files)?;
            files
        }
    };
    files.sort();
    files.dedup();
    Ok(files)
}

fn walk(directory: &Path, prefix: &str, files: &mut Vec<String>) -> Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry
            .file_name()
            .into_string()
            .ok()
            .context("a file name is not UTF-8")?;
        let path = format!("{prefix}{name}");
        if matches!(
            path.as_str(),
            ".git" | "target" | "fuzz/target" | "fuzz/corpus" | "fuzz/artifacts"
        ) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Output of `cargo metadata`.
pub(crate) fn metadata(depth: Depth) -> Result<Metadata> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root());
    match depth {
        Depth::Workspace => command.arg("--no-deps"),
        // What other platforms would need is neither downloaded nor built here.
        Depth::Everything => command.args(["--filter-platform", &host()?]),
    };
    let output = command.output().context("cargo metadata does not start")?;
    ensure!(
        output.status.success(),
        "cargo metadata failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).context("cargo metadata printed something else than expected")
}

/// The target triple of this machine.
fn host() -> Result<String> {
    let output = Command::new("rustc")
        .arg("-vV")
        .output()
        .context("rustc does not start")?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .context("rustc -vV names no host")
}

/// How far `metadata` looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// The crates of this repository.
    Workspace,
    /// Everything that is built into them.
    Everything,
}

/// The part of `cargo metadata` that is of interest.
#[derive(serde::Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
}

/// One package.
#[derive(serde::Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) description: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One declared dependency.
#[derive(serde::Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// None for an ordinary one, else `dev` or `build`.
    pub(crate) kind: Option<String>,
    /// Present for crates of this repository.
    pub(crate) path: Option<PathBuf>,
}
