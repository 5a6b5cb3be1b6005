//! Every rule against Go programs that say what is to be found in them.
//!
//! `testdata/rules/CODE` is a Go module. A line with `// want CODE "regex"` has exactly one finding for each regex, whose message matches;
//! all other lines have none. Functions say what they are: `Bad…` is found, `Ok…` is not, `FP_…` is found and should not be, `FN_…` is not
//! found and should be. Examples of the rule's page are checked in the same way, and fixes are applied until there are none left.
//!
//! The standard library is read from GOROOT, so these tests need Go; without it they pass, except where `CI` is set.

mod code_index;
mod families;
mod fixtures;
mod incidents;
mod pages;
mod programs;
mod waits;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use gosleuth::{Exit, Io};

/// Findings as JSON.
pub(crate) struct Found {
    pub(crate) findings: Vec<serde_json::Value>,
    pub(crate) problems: Vec<serde_json::Value>,
}

/// Runs `gosleuth check` in a directory.
pub(crate) fn check(directory: &Path, words: &[&str]) -> Found {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let words = ["gosleuth", "check", "--no-config", "--no-cache", "--format", "json"]
        .iter()
        .chain(words)
        .map(OsString::from);
    let exit = gosleuth::run(
        words,
        &mut Io {
            stdin: &mut std::io::empty(),
            stdout: &mut out,
            stderr: &mut err,
            color: false,
            width: None,
            directory: directory.to_owned(),
        },
    );
    let err = String::from_utf8_lossy(&err);
    assert_ne!(exit, Exit::Trouble, "{}: {err}", directory.display());
    let mut document: serde_json::Value = serde_json::from_slice(&out).unwrap_or_else(|error| panic!("{error}: {err}"));
    let mut list = |key: &str| match document[key].take() {
        serde_json::Value::Array(list) => list,
        other => panic!("{key}: {other}"),
    };
    Found {
        findings: list("findings"),
        problems: list("problems"),
    }
}

/// Whether there is a Go installation; in CI there must be one.
pub(crate) fn has_go() -> bool {
    let has_go = Command::new("go")
        .arg("version")
        .output()
        .is_ok_and(|output| output.status.success());
    assert!(has_go || std::env::var_os("CI").is_none(), "CI needs Go");
    has_go
}

/// Fails if the package in a directory does not compile.
pub(crate) fn compile(directory: &Path) {
    let output = Command::new("go")
        .args(["test", "-run", "^$", "-vet=off", "-exec", "true", "./..."])
        .current_dir(directory)
        .env("GOFLAGS", "-mod=mod")
        .env("GOTOOLCHAIN", "local")
        .output()
        .expect("go runs");
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{}:\n{}",
        directory.display(),
        String::from_utf8_lossy(&said)
    );
}

pub(crate) fn fixtures_root() -> PathBuf {
    gosleuth_testkit::repository_root().join("testdata/rules")
}

/// A directory of its own for a test; gone when dropped.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("gosleuth-rules-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a writable temporary directory");
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
