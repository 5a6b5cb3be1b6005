//! The source as it was in a revision of Git, in a directory that goes away with the value.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

/// A revision of a repository, unpacked.
pub(crate) struct Revision {
    root: PathBuf,
    /// Where the working directory is in it.
    inside: PathBuf,
}

impl Revision {
    /// Unpacks a revision of the repository around a directory.
    pub(crate) fn unpack(name: &str, directory: &Path) -> Result<Self> {
        ensure!(!name.starts_with('-'), "{name} is no revision");
        let git = |words: &[&str]| -> Result<String> {
            let output = Command::new("git")
                .args(words)
                .current_dir(directory)
                .output()
                .context("cannot run git, which --source git:REV needs")?;
            ensure!(
                output.status.success(),
                "git: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        let commit = git(&[
            "rev-parse",
            "--verify",
            "--end-of-options",
            &format!("{name}^{{commit}}"),
        ])?;
        let prefix = git(&["rev-parse", "--show-prefix"])?;
        let top = git(&["rev-parse", "--show-toplevel"])?;
        let root = std::env::temp_dir().join(format!("gosleuth-{}-{commit}", std::process::id()));
        std::fs::create_dir_all(&root).with_context(|| format!("cannot create {}", root.display()))?;
        let revision = Self {
            inside: root.join(prefix),
            root,
        };
        let mut archive = Command::new("git")
            .args(["archive", "--format=tar", &commit])
            .current_dir(&top)
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run git archive")?;
        let stdout = archive.stdout.take().context("git archive has no output")?;
        let unpacked = Command::new("tar")
            .arg("-x")
            .arg("-C")
            .arg(&revision.root)
            .stdin(Stdio::from(stdout))
            .status()
            .context("cannot run tar, which --source git:REV needs")?;
        let archived = archive.wait()?;
        ensure!(
            unpacked.success() && archived.success(),
            "cannot unpack revision {name}"
        );
        Ok(revision)
    }

    /// What the working directory was in it.
    pub(crate) fn directory(&self) -> &Path {
        &self.inside
    }
}

impl Drop for Revision {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.root);
    }
}
