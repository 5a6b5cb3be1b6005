//! Child processes: each in a group of its own, so that what it started ends with it.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::HOME;

const POLL: Duration = Duration::from_millis(200);

/// A running program; dropping it ends its whole group.
pub(crate) struct Running {
    child: Child,
}

/// Where a program's output goes.
pub(crate) enum Output<'a> {
    /// Standard error to a file, standard output nowhere.
    Errors(&'a Path),
    /// Both to one file, as a terminal shows them.
    Both(&'a Path),
    /// Nowhere.
    None,
}

/// A command that sees nothing of the recorder's environment.
pub(crate) fn command(program: &Path) -> Command {
    let mut command = Command::new("nice");
    command
        .args(["-n", "5"])
        .arg(program)
        .current_dir(HOME)
        .env_clear()
        .env("HOME", HOME)
        .env("PATH", "/usr/bin:/bin");
    command
}

impl Running {
    /// Starts `command`.
    pub(crate) fn start(mut command: Command, output: &Output<'_>) -> Result<Self> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        match output {
            Output::Errors(path) => {
                command.stderr(create(path)?);
            }
            Output::Both(path) => {
                let file = create(path)?;
                command.stdout(file.try_clone()?).stderr(file);
            }
            Output::None => {}
        }
        let child = command.spawn().context("starting a program")?;
        Ok(Self { child })
    }

    /// Waits until `ready` or the program's end or the deadline, whichever comes first; true if `ready`.
    pub(crate) fn wait_until(&mut self, deadline: Instant, mut ready: impl FnMut() -> bool) -> Result<bool> {
        loop {
            if ready() {
                return Ok(true);
            }
            if Instant::now() >= deadline || self.child.try_wait()?.is_some() {
                return Ok(false);
            }
            std::thread::sleep(POLL);
        }
    }

    /// Waits for the end; `None` when it did not come in time.
    pub(crate) fn wait(&mut self, limit: Duration) -> Result<Option<ExitStatus>> {
        let deadline = Instant::now() + limit;
        self.wait_until(deadline, || false)?;
        Ok(self.child.try_wait()?)
    }

    /// Sends a signal, by name, to the program alone.
    pub(crate) fn signal(&self, name: &str) -> Result<()> {
        kill(name, &self.child.id().to_string())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The group may be gone already: that is what we want.
        let _ = kill("KILL", &format!("-{}", self.child.id()));
        let _ = self.child.wait();
    }
}

fn kill(signal: &str, target: &str) -> Result<()> {
    Command::new("kill")
        .args(["-s", signal, "--", target])
        .stderr(Stdio::null())
        .status()
        .context("running kill")?;
    Ok(())
}

fn create(path: &Path) -> Result<File> {
    File::options()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| format!("creating {}", path.display()))
}
